"""A build with nothing changed says what a whole build would say, and nothing depends on what was remembered."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from author import Author
from click.testing import CliRunner

from studydeck import files
from studydeck.cli import main
from studydeck.incremental import cache

CARDS = """\
  - {id: nile, question: Which river flows through Cairo?, answer: The Nile}
  - {id: delta, question: "What is shown? ![a delta](delta.svg)", answer: A delta, reverse: true}
"""
PICTURE = b"<svg xmlns='http://www.w3.org/2000/svg'/>"


@pytest.fixture
def rivers(author: Author, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Author:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STUDYDECK_CACHE", str(tmp_path / "cache"))
    author.section(CARDS)
    author.write("media/delta.svg", PICTURE)
    return author


def build(*words: str) -> str:
    done = CliRunner().invoke(main, ["build", "rivers", *words])
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize("style", ["text", "json"])
def test_a_second_build_says_the_same_without_reading(rivers: Author, loads: list[Path], style: str) -> None:
    first = build("--format", style)
    assert len(loads) == 1
    unchanged = build("--format", style)
    assert len(loads) == 1
    cache._place(Path("rivers"), Path("dist")).unlink()
    assert build("--format", style) == unchanged != first
    assert len(loads) == 2


@pytest.mark.parametrize("style", ["text", "json"])
def test_warnings_are_repeated_without_reading(rivers: Author, loads: list[Path], style: str) -> None:
    rivers.write("media/unused.svg", PICTURE)
    assert "unused-media" in build("--format", style)
    said = build("--format", style)
    assert len(loads) == 1
    cache._place(Path("rivers"), Path("dist")).unlink()
    assert build("--format", style) == said
    assert "unused-media" in said
    assert len(loads) == 2


def test_warnings_name_the_deck_as_it_was_given(
    rivers: Author, loads: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    rivers.write("media/unused.svg", PICTURE)
    build()
    monkeypatch.chdir(rivers.folder)
    said = CliRunner().invoke(main, ["build", "../rivers", "-o", "../dist"]).output
    assert "../rivers/media/unused.svg:1:1" in said or "unused.svg" in said
    assert "rivers/media/unused.svg" not in said.replace("../rivers", "")


@pytest.mark.parametrize("torn", ["x", "[]", "[1, [2]]", "{}", '["", [[]]]'])
def test_torn_warnings_are_read_anew(rivers: Author, loads: list[Path], torn: str) -> None:
    rivers.write("media/unused.svg", PICTURE)
    said = build().replace("2 new", "0 new").replace("0 unchanged", "2 unchanged")
    note = cache._place(Path("rivers"), Path("dist"))
    whole = note.read_text()
    note.write_text(re.sub(r"(?m)^problems\t.*", f"problems\t{torn}", whole))
    assert note.read_text() != whole
    assert build() == said
    assert len(loads) == 2


@pytest.mark.parametrize("name", ["more.yml", "more.YAML"])
def test_a_file_that_only_makes_a_warning_is_seen(rivers: Author, name: str) -> None:
    build()
    rivers.write(name, "")
    assert f"{name}:1:1: warning" in build()
    (rivers.folder / name).unlink()
    assert "warning" not in build()


@pytest.mark.parametrize("torn", [b"", b"\xff\xfe", b"0\n1\n", b"x" * 1000])
def test_a_torn_memory_is_none(rivers: Author, loads: list[Path], torn: bytes) -> None:
    build()
    note = cache._place(Path("rivers"), Path("dist"))
    whole = without_marks(note)
    note.write_bytes(torn)
    assert "2 notes, 3 cards: 0 new, 0 edited, 2 unchanged" in build()
    assert len(loads) == 2
    assert without_marks(note) == whole


def without_marks(note: Path) -> bytes:
    return re.sub(rb"(?m)^(\w{64}) [\d.]* ", rb"\1 ", note.read_bytes())


PROGRAM: dict[str, Callable[[Path], object]] = {
    "a file saved with as many characters": lambda room: os.utime(room / "cache.py", ns=(0, 0)),
    "a file of the same time with more in it": lambda room: saved_at_once(room / "rebuild.py"),
    "a file more": lambda room: (room / "another.py").write_text(""),
    "a file less": lambda room: (room / "exclusion.py").unlink(),
    "what Python made of it": lambda room: (room / "cache.pyc").write_text(""),
}


def saved_at_once(path: Path) -> None:
    status = path.stat()
    path.write_text(path.read_text("utf-8") + "\n", "utf-8")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


@pytest.mark.parametrize("change", PROGRAM)
def test_another_program_reads_everything_anew(
    rivers: Author, loads: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    copy = tmp_path / "program"
    shutil.copytree(Path(cache.__file__).parent, copy / "incremental", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(cache, "__file__", str(copy / "incremental" / "cache.py"))
    build()
    assert "2 unchanged" in build()
    assert len(loads) == 1
    PROGRAM[change](copy / "incremental")
    assert "2 unchanged" in build()
    assert len(loads) == (1 if change == "what Python made of it" else 2)


def test_a_cache_that_can_not_be_written_changes_nothing(rivers: Author, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("file").write_text("")
    monkeypatch.setenv("STUDYDECK_CACHE", str(Path("file", "cache")))
    assert "2 new" in build()
    assert "2 unchanged" in build()


def test_a_user_without_a_home_has_no_cache(rivers: Author, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    for name in ("STUDYDECK_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", no_home)
    assert "2 new" in build()
    assert "2 unchanged" in build()


def test_a_folder_full_of_surprises_is_no_reason_to_hang(rivers: Author) -> None:
    if os.name != "nt":
        os.mkfifo(rivers.folder / "pipe")
    (rivers.folder / "link").symlink_to("nowhere")
    started = time.monotonic()
    assert "2 new" in build()
    assert "2 unchanged" in build()
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("place", ["media/.hidden/delta.svg", "media/__pycache__/delta.svg"])
def test_a_picture_in_an_odd_folder_is_no_less_watched(rivers: Author, place: str) -> None:
    rivers.write(place, PICTURE)
    rivers.edit("![a delta](delta.svg)", f"![a delta](delta.svg) ![more]({place.removeprefix('media/')})")
    build()
    rivers.write(place, PICTURE + b" ")
    assert "1 edited" in build()


@pytest.mark.skipif(os.name == "nt", reason="Windows lets few people make links")
def test_a_picture_behind_a_link_is_no_less_watched(rivers: Author) -> None:
    rivers.write("media/deep/other.svg", PICTURE)
    (rivers.folder / "media" / "deep" / "link.svg").symlink_to("../delta.svg")
    rivers.edit("![a delta](delta.svg)", "![a delta](deep/link.svg) ![b](delta.svg) ![c](deep/other.svg)")
    build()
    assert "2 unchanged" in build()
    rivers.write("media/delta.svg", PICTURE + b" ")
    assert "1 edited" in build()


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that were hashed."""
    names: list[str] = []

    def noted(path: str, *rest: Any) -> str:
        names.append(os.path.basename(path))
        return files.digest_of(path, *rest)

    monkeypatch.setattr(cache, "digest_of", noted)
    return names


def older(*paths: Path) -> None:
    """Waits until the last change of the files is longer ago than a file's status can hide another one."""
    latest = max(path.stat().st_ctime for path in paths)
    time.sleep(max(0.0, latest + 2 * files._TICK / 10**9 - time.time()))


@pytest.mark.skipif(os.name != "posix", reason="a status doesn't have the moment of its last change")
def test_what_was_not_touched_is_not_hashed_again_and_what_was_touched_is(rivers: Author, hashed: list[str]) -> None:
    build()
    older(rivers.package, rivers.folder / "deck.lock")
    build()
    hashed.clear()
    build()
    assert hashed == []
    times = os.stat(rivers.folder / "water.yaml")
    rivers.edit("The Nile", "the Nile")  # of the same size, and with the same time
    os.utime(rivers.folder / "water.yaml", ns=(times.st_atime_ns, times.st_mtime_ns))
    assert "1 edited" in build()
    assert hashed == ["water.yaml"]


@pytest.mark.skipif(os.name != "posix", reason="a status doesn't have the moment of its last change")
def test_what_a_build_wrote_is_not_hashed_by_the_next(
    rivers: Author, hashed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_TICK", 0)  # as if the package took longer to write
    build()
    monkeypatch.setattr(files, "_digests", {})  # another process
    hashed.clear()
    build()
    assert hashed == []


@pytest.mark.skipif(os.name != "posix", reason="a status doesn't have the moment of its last change")
@pytest.mark.parametrize(
    ("age", "is_known"), [(10_000_001, False), (30_000_001, True), (10**9, False), (3 * 10**9, True)]
)
def test_a_file_that_was_written_just_before_it_was_hashed_is_hashed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, age: int, is_known: bool
) -> None:
    now = 1_800_000_000 * 10**9
    monkeypatch.setattr(files, "mark_of", lambda status: (1, 1, now - age, now - age))
    monkeypatch.setattr(time, "time_ns", lambda: now)
    path = tmp_path / "delta.svg"
    path.write_bytes(b"a")
    first = files.digest_of(path)
    path.write_bytes(b"b")  # so soon that the clock hasn't ticked meanwhile, or knows only seconds
    assert (files.digest_of(path) == first) is is_known


@pytest.mark.skipif(os.name != "posix", reason="a status doesn't have the moment of its last change")
def test_a_package_that_was_replaced_is_built_again(rivers: Author, hashed: list[str]) -> None:
    build()
    older(rivers.package)
    build()
    data = rivers.package.read_bytes()
    rivers.package.write_bytes(data[:-1] + b"x")
    build()
    assert rivers.package.read_bytes() == data
