"""What git's deltas show of many versions of a file is what the versions themselves show, however they are packed."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from test_history import git

from studydeck.history.git import _blobs, _git, lines_ever
from studydeck.history.packs import lines_in
from studydeck.repository import Repository, repository_of

#: What a repository is like when its objects are read.
PACKED: dict[str, Callable[[Path], None]] = {
    "as it was committed": lambda home: None,
    "packed": lambda home: run(home, "gc -q"),
    "in long chains": lambda home: run(home, "repack -adfq --depth=4000 --window=250"),
    "without deltas": lambda home: run(home, "repack -adFq --depth=0"),
    "half of it packed": lambda home: run(home, "gc -q", more=10),
    "in two packs": lambda home: run(home, "gc -q", "repack -dq", more=10),
}


def run(home: Path, *commands: str, more: int = 0) -> None:
    """Runs git's commands, and after the first commits more versions."""
    for command in commands:
        git(home, *command.split())
        if more:
            history(home, 1, more)


def line(draw: random.Random) -> bytes:
    """Few signs, so that a delta copies from anywhere; some lines are empty, long or no UTF-8."""
    return bytes(draw.choices(b"ab\t\r\xff", k=draw.choice([0, 1, 5, 30, 200, 700])))


def history(home: Path, seed: int, commits: int) -> None:
    """Commits versions of a file: lines that change, move, come, go and double, at times with none at the end."""
    draw = random.Random(seed)
    lines = [line(draw) for _ in range(draw.choice([0, 3, 400, 800]))]
    versions = []
    for _ in range(commits):
        for _ in range(draw.choice([1, 1, 3, 20])):
            at = draw.randrange(len(lines) + 1)
            lines[at : at + draw.choice([0, 1, 1, 2])] = [line(draw) for _ in range(draw.choice([0, 1, 1, 2]))]
        if draw.random() < 0.2:
            at = draw.randrange(len(lines) + 1)
            lines = draw.choice([lines[at:] + lines[:at], lines + lines[at:][:50], [*lines[:at], b"".join(lines[at:])]])
        versions.append((draw.choice("ab"), b"\n".join(lines) + draw.choice([b"", b"\n"])))
    commit(home, versions)


def commit(home: Path, versions: list[tuple[str, bytes]]) -> None:
    """Commits versions of files, one after the other, in no time."""
    told = [b"reset refs/heads/main\n" + (b"from refs/heads/main^0\n" if git(home, "branch") else b"")]
    for name, data in versions:
        head = "commit refs/heads/main\ncommitter T <t@example.org> 1700000000 +0000\ndata 1\nx\n"
        told.append(f"{head}M 100644 inline {name}\ndata {len(data)}\n".encode() + data + b"\n")
    done = subprocess.run(["git", "fast-import", "--quiet"], cwd=home, input=b"".join(told), check=False)
    assert done.returncode == 0


def files_in(home: Path) -> list[str]:
    """The hashes of all files that were ever committed."""
    listed = git(home, "cat-file", "--batch-all-objects", "--batch-check")
    return [name for name, kind, _ in map(str.split, listed.splitlines()) if kind == "blob"]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    git(tmp_path, "init", "-qb", "main")
    found = repository_of(tmp_path)
    assert found
    return found


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("packed", PACKED)
def test_no_line_of_any_version_is_missed_and_none_is_made_up(repository: Repository, packed: str, seed: int) -> None:
    home = Path(repository.top)
    history(home, seed, 25)
    PACKED[packed](home)
    blobs = files_in(home)
    there, lines = lines_ever(repository, blobs)
    assert there == set(blobs)
    assert lines == {line for _, data in _blobs(repository, blobs, _git) for line in data.split(b"\n")}


def test_only_what_is_new_is_looked_at(repository: Repository) -> None:
    """Of a thousand lines and a hundred edits each line is looked at once or twice, not a hundred times."""
    home = Path(repository.top)
    lines = [f"note\t{number:064x}\t1" for number in range(1000)]
    versions = []
    for number in range(100):
        lines[number * 7] += "0"
        versions.append(("deck.lock", "\n".join(lines).encode()))
    commit(home, versions)
    git(home, "repack", "-adfq")
    options = ["pack-objects", "--stdout", "--quiet", "--delta-base-offset", "--window=0"]
    pack = subprocess.run(
        ["git", *options], cwd=home, input="\n".join(files_in(home)).encode(), capture_output=True, check=True
    ).stdout
    looked_at = sum(map(len, lines_in(pack)))
    assert looked_at < 10_000, looked_at


def test_what_is_not_there_is_no_error(repository: Repository) -> None:
    history(Path(repository.top), 0, 3)
    blobs = files_in(Path(repository.top))
    assert lines_ever(repository, ["0" * 40, *blobs])[0] == set(blobs)
    assert lines_ever(repository, ["0" * 40]) == (set(), set())
