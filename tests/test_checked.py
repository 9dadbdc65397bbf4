"""A check of unchanged decks says what the last one said, without reading them; whatever changed is seen."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from author import Author
from click.testing import CliRunner

from studydeck import pipeline
from studydeck.cli import main
from studydeck.incremental import cache
from studydeck.incremental.checked import _nowhere, look
from studydeck.pipeline import Loaded

CARDS = """\
- {id: nile, question: Does the Nile flow through Cairo?, answer: "Yes", source: p1s1}
- {id: delta, question: "What is shown? ![a delta](delta.svg)", answer: A delta}
"""
DECK = "deck: Rivers\nuid: testtesttest\nlanguage: en\nmaterial: {path: ../atlas.txt}\n"


@pytest.fixture
def rivers(author: Author, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Author:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STUDYDECK_CACHE", str(tmp_path / "cache"))
    author.write("deck.yaml", DECK)
    author.section(CARDS)
    author.write("media/delta.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    (tmp_path / "atlas.txt").write_text("The Nile flows through Cairo.")
    return author


def check(*words: str, deck: str = "rivers") -> tuple[int, str]:
    done = CliRunner().invoke(main, ["check", deck, *words])
    return done.exit_code, done.output


@pytest.mark.parametrize("words", [(), ("--strict",), ("--format", "json"), ("--format", "github")])
def test_a_second_check_says_the_same_without_reading(
    rivers: Author, loads: list[Path], words: tuple[str, ...]
) -> None:
    first = check(*words)
    assert "yes-no" in first[1] or "guess" in first[1]
    assert len(loads) == 1
    assert check(*words) == first
    assert len(loads) == 1
    assert check(*words, deck=str(rivers.folder))[0] == first[0]
    assert len(loads) == 2, "its places are named as the deck is"


CHANGES: dict[str, Callable[[Author], object]] = {
    "a card": lambda author: author.edit("A delta", "The delta"),
    "a new section": lambda author: author.section("- {question: Who?, answer: I}\n", file="more.yaml"),
    "a file of no deck": lambda author: author.write("more.yml", "x"),
    "a picture": lambda author: author.write("media/nile.svg", b"<svg/>"),
    "a style": lambda author: author.write("style.css", ".card { color: red }"),
    "a note type": lambda author: author.write("note-types/word/note-type.yaml", "name: Word\n"),
    "the material": lambda author: (author.folder.parent / "atlas.txt").write_text("It may flow."),
    "no material": lambda author: (author.folder.parent / "atlas.txt").unlink(),
    "a lock": lambda author: author.write("deck.lock", "x"),
    "a lock of the material": lambda author: author.write("material.lock", "x"),
    "no section": lambda author: (author.folder / "water.yaml").unlink(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changed_is_seen(rivers: Author, loads: list[Path], change: str) -> None:
    check()
    CHANGES[change](rivers)
    found = check()
    assert len(loads) == 2
    assert check() == found
    assert len(loads) == 2
    assert all(each.is_same for each in look([Path("rivers")]))


def test_what_could_not_be_read_is_tried_again(rivers: Author, loads: list[Path]) -> None:
    (rivers.folder.parent / "atlas.txt").write_bytes(b"\xff\xfe\x00")
    (rivers.folder.parent / "atlas.txt").rename(rivers.folder.parent / "atlas.docx")
    rivers.write("deck.yaml", DECK.replace("atlas.txt", "atlas.docx"))
    first = check()
    assert "unreadable" in first[1]
    assert check() == first
    assert len(loads) == 2


@pytest.mark.parametrize("torn", [b"", b"{}", b'{"around":1}', b"[]", b"x" * 1000])
def test_a_torn_memory_is_none(rivers: Author, loads: list[Path], torn: bytes) -> None:
    first = check()
    note = cache._place(Path("rivers"), _nowhere())
    note.with_suffix(".sections").write_bytes(torn)
    assert check() == first
    assert len(loads) == 2


def test_a_save_during_the_check_is_seen_by_the_next(rivers: Author, monkeypatch: pytest.MonkeyPatch) -> None:
    load_it = pipeline.load

    def load(folder: Path, *rest: Any, **named: Any) -> Loaded:
        loaded = load_it(folder, *rest, **named)
        times = os.stat(rivers.folder / "water.yaml")
        rivers.edit('"Yes"', "Past")
        os.utime(rivers.folder / "water.yaml", ns=(times.st_atime_ns, times.st_mtime_ns))
        return loaded

    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "load", load)
        assert "guess" in check()[1]
    assert "guess" not in check()[1]
