"""A fresh clone with a thousand commits that touch the lock, and one with none: `make bench BENCH="--clone"`."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from decks import make_deck

COMMITS = 1_000
_START = 1_700_000_000


def make_clones(home: Path, cards: int, build: list[str]) -> tuple[Path, Path]:
    """A clone of a repository with a deck of so many cards and its history, and one of its last commit alone."""
    repository, deck = home / "repository", home / "repository" / "cards" / "deck"
    make_deck(deck, cards)
    _build(build, repository, _START)
    (repository / ".gitignore").write_text("dist\n")
    _git(repository, "init", "-qb", "main")
    _commit(repository)
    _git(repository, "fast-import", "--quiet", "--force", given=b"".join(_history((deck / "deck.lock").read_bytes())))
    _git(repository, "reset", "-q", "--hard")
    _build(build, repository, _START + COMMITS * 2_000)
    _commit(repository)
    _git(repository, "repack", "-adFq")
    for name in ("clone", "flat"):
        subprocess.run(["git", "clone", "-q", repository.as_uri(), str(home / name)], check=True)
    shutil.rmtree(home / "flat" / ".git")
    _git(home / "flat", "init", "-qb", "main")
    _commit(home / "flat")
    return home / "clone", home / "flat"


def _history(lock: bytes) -> Iterator[bytes]:
    """Commits for `git fast-import`, each with other contents and stamps of a few notes, as after edits."""
    draw = random.Random(5)
    lines = lock.split(b"\n")
    notes = [number for number, line in enumerate(lines) if line.startswith(b"note\t")]
    for number in range(COMMITS):
        moment = _START + 1_000 * (number + 1)
        for each in draw.sample(notes, draw.choice([1, 1, 2, 3])):
            values = lines[each].split(b"\t")
            values[6], values[10] = b"%016x" % draw.getrandbits(64), b"%d" % moment
            lines[each] = b"\t".join(values)
        data = b"\n".join(lines)
        yield b"commit refs/heads/main\ncommitter T <t@example.org> %d +0000\ndata 1\nx\n" % moment
        yield b"" if number else b"from refs/heads/main^0\n"
        yield b"M 100644 inline cards/deck/deck.lock\ndata %d\n%s\n" % (len(data), data)


def _build(build: list[str], repository: Path, moment: int) -> None:
    variables = {**os.environ, "STUDYDECK_CACHE": str(repository.parent / "cache"), "SOURCE_DATE_EPOCH": str(moment)}
    subprocess.run(build, cwd=repository, env=variables, check=True, stdout=subprocess.DEVNULL)


def _commit(folder: Path) -> None:
    _git(folder, "add", ".")
    _git(folder, "-c", "user.name=T", "-c", "user.email=t@example.org", "commit", "-qm", "built")


def _git(folder: Path, *words: str, given: bytes = b"") -> None:
    subprocess.run(["git", *words], cwd=folder, input=given, check=True)
