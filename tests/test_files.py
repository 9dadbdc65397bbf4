"""Files of a deck that may come from a stranger: whatever lies in their places, nothing outside is read or written."""

from __future__ import annotations

import ntpath
import os
import shutil
import signal
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import FrameType

import pytest
from author import Author
from click.testing import CliRunner

from studydeck.cli import main
from studydeck.files import inside, read_bytes, write_files

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows lets few people make links, and has no pipes")

SECRET = "the password of somebody else"
CARDS = """\
  - {question: Which river flows through Cairo?, answer: "The Nile ![a delta](delta.svg)", source: nile/p1s1}
  - {id: rhine, question: Which river flows through Basel?, answer: The Rhine}
"""
MATERIAL = "# Nile\n\nThe Nile flows through Cairo.\n\nIt is the longest river of Africa.\n"
#: The commands that read or write a file of a deck, or what lies in `dist` and `page`.
COMMANDS = {
    "rivers": [
        "check rivers", "ids --write rivers", "source stamp rivers", "source fix rivers", "draft nile.md --deck rivers",
        "plan rivers", "build rivers", "build --repair-lock rivers", "coverage rivers", "new rivers --name Rivers",
    ],
    "dist": ["build rivers", "build --verify rivers", "build --repair-lock rivers", "export rivers --to print"],
    "page": ["preview rivers --export page"],
}  # fmt: skip
FILES = [
    "rivers/deck.yaml", "rivers/water.yaml", "rivers/style.css", "rivers/deck.lock", "rivers/material.lock",
    "rivers/.gitattributes", "rivers/media", "rivers/media/delta.svg", "rivers/.schema", "rivers/.schema/deck.json",
    "dist/rivers.apkg", "dist/rivers.html", "page/index.html", "page/deck.js", "page/media",
]  # fmt: skip


@contextmanager
def in_seconds(seconds: int) -> Iterator[None]:
    """Raises TimeoutError where what is inside hangs."""

    def ring(number: int, frame: FrameType | None) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def run(words: str, code: int | None = None) -> str:
    """What a command printed. It has to end soon, and with a sentence."""
    with in_seconds(20):
        done = CliRunner().invoke(main, words.split())
    assert done.exception is None or isinstance(done.exception, SystemExit), (words, done.exc_info)
    assert code is None or done.exit_code == code, done.output
    return done.output


@pytest.fixture
def deck(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Author:
    """A built deck with every file that a deck can have, and the current folder around it."""
    home = tmp_path / "home"
    author = Author(home)
    author.write("deck.yaml", author.read("deck.yaml") + "material: {path: ../nile.md}\n")
    author.write("../nile.md", MATERIAL)
    author.write("style.css", ".card { margin: 0 }\n")
    author.write("media/delta.svg", "<svg xmlns='http://www.w3.org/2000/svg' width='4' height='3'/>")
    author.section(CARDS)
    monkeypatch.chdir(home)
    run("source stamp rivers")
    run("build rivers", 0)
    run("preview rivers --export page", 0)
    run("export rivers --to print", 0)
    (author.folder / ".schema").mkdir()
    (author.folder / ".schema" / "deck.json").write_text("{}")
    return author


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder of somebody else's, with a file of each kind of deck file."""
    folder = tmp_path / "outside"
    folder.mkdir()
    for name in ("secret", "delta.svg", "index.html", "deck.json"):
        (folder / name).write_text(SECRET)
    return folder


def all_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def holds_secret(path: Path) -> bool:
    return path.lstat().st_size < 1 << 20 and path.is_file() and SECRET.encode() in path.read_bytes()


def huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 42)  # takes no room on the disk


def things(outside: Path) -> dict[str, Callable[[Path], None]]:
    """What a stranger may put into a file's place."""
    return {
        "a pipe": os.mkfifo,
        "a folder": Path.mkdir,
        "a device": partial(os.symlink, "/dev/zero"),
        "a link out": partial(os.symlink, outside / "secret"),
        "a link to a folder outside": partial(os.symlink, outside),
        "a link to nothing outside": partial(os.symlink, outside / "new"),
        "a link to itself": lambda path: path.symlink_to(path.name),
        "a huge file": huge,
    }


@pytest.mark.parametrize("thing", list(things(Path())))
@pytest.mark.parametrize("name", FILES)
def test_whatever_lies_in_a_files_place_nothing_hangs_and_nothing_outside_is_touched(
    deck: Author, outside: Path, tmp_path: Path, name: str, thing: str
) -> None:
    before = all_of(outside)
    home = deck.folder.parent
    shutil.copytree(home, tmp_path / "as it was")
    for words in COMMANDS[name.partition("/")[0]]:
        os.chdir(tmp_path)
        shutil.rmtree(home)
        shutil.copytree(tmp_path / "as it was", home)
        os.chdir(home)
        path = home / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        things(outside)[thing](path)
        if "gitattributes" in name:  # it is written by a first build
            (deck.folder / "deck.lock").unlink()
        elif "schema" in name:
            (deck.folder / "deck.yaml").unlink()
            (deck.folder / "water.yaml").unlink()
        printed = run(words)
        assert all_of(outside) == before, words
        assert SECRET not in printed, words
        assert [each for each in home.rglob("*") if not each.is_symlink() and holds_secret(each)] == [], words


@pytest.mark.parametrize("thing", ["a pipe", "a folder", "a device", "a link out", "a link to nothing outside"])
def test_gitattributes_of_a_strangers_are_a_warning(author: Author, outside: Path, thing: str) -> None:
    author.section("  - {id: rhine, question: Which river flows through Basel?, answer: The Rhine}\n")
    things(outside)[thing](author.folder / ".gitattributes")
    with in_seconds(10):
        built = author.build()
    (problem,) = built.problems
    assert (problem.name, problem.severity, Path(problem.path).name) == ("unwritable", "warning", ".gitattributes")
    assert "(it i" in problem.message or "No such file" in problem.message
    assert "deck.lock text eol=lf merge=union" in problem.remedy
    assert built.notes == 1
    assert sorted(path.name for path in outside.iterdir()) == ["deck.json", "delta.svg", "index.html", "secret"]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("ids --write rivers", "water.yaml"),  ("build rivers", "deck.lock"),
        ("source stamp rivers", "material.lock"), ("source fix rivers", "water.yaml"),
        ("draft nile.md --deck rivers", "water.yaml"), ("draft nile.md --deck rivers", "deck.yaml"),
        ("build rivers", ".gitattributes"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("is_link", [False, True])
def test_what_is_written_keeps_its_mode_and_its_link(deck: Author, words: str, name: str, is_link: bool) -> None:
    path = deck.folder / name
    if words.startswith("build"):
        deck.edit("through Basel", "through Bonn")
        path.write_text("" if name == ".gitattributes" else path.read_text())
        if name == ".gitattributes":
            (deck.folder / "deck.lock").unlink()
    elif words.startswith("source"):
        deck.write("../nile.md", MATERIAL.replace("The Nile flows", "A sentence before.\n\nThe Nile flows"))
        if "stamp" in words:
            deck.edit("source: nile/p1s1", "source: nile/p2s1")
    elif name == "deck.yaml":
        deck.write("deck.yaml", deck.read("deck.yaml") + "sections: [water]\n")
        deck.write("../nile.md", MATERIAL + "\n# Rhine\n\nThe Rhine is shorter.\n")
        run("source fix rivers", 0)
    elif words.startswith("draft"):
        deck.edit("section: Water", "section: Nile\ntag: nile")
    if is_link:
        (deck.folder / "kept").mkdir()
        path.rename(deck.folder / "kept" / name)
        path.symlink_to(Path("kept", name))
    path.chmod(0o600)
    before = path.read_bytes()
    run(words)
    assert path.read_bytes() != before
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.is_symlink() is is_link
    assert [each.name for each in deck.folder.rglob("*.part")] == []


def test_the_parts_of_a_build_are_not_written_through_links_that_have_their_names(deck: Author, outside: Path) -> None:
    """Whoever makes a link for each number that a process can have would have any file of the builder's overwritten."""
    before = all_of(outside)
    places = [deck.folder / "water.yaml", deck.folder / "deck.lock", deck.out / "rivers.apkg"]
    for place in places:
        place.with_name(f".{place.name}.{os.getpid()}.part").symlink_to(outside / "secret")
    run("ids --write rivers", 0)
    deck.edit("through Basel", "through Bonn")
    run("build rivers", 0)
    assert all_of(outside) == before
    assert [place.is_symlink() for place in places] == [False] * 3


def test_of_several_files_none_is_written_where_one_can_not_be(author: Author, outside: Path) -> None:
    (author.folder / "water.yaml").symlink_to(outside / "secret")
    before = all_of(author.folder.parent)
    files = {author.folder / "deck.yaml": b"deck: X", author.folder / "water.yaml": b""}
    with pytest.raises(OSError, match=r"water.yaml can't be written \(it is a link to outside the deck's folder\)"):
        write_files(files, author.folder)
    assert all_of(author.folder.parent) == before


def test_a_file_that_is_longer_than_it_was_is_read_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * 200_000)
    read = os.read
    monkeypatch.setattr(os, "read", lambda file, size: read(file, min(size, 1_000)))
    assert read_bytes(path) == b"x" * 200_000


def test_another_drive_of_windows_is_no_part_of_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "path", ntpath)
    found = inside("D:\\rivers\\media\\dot.svg", "C:\\rivers"), inside("C:\\rivers\\media", "C:\\rivers")
    monkeypatch.undo()
    assert found == (False, True)
