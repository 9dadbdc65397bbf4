"""Several decks at once: each is read only if it has to be, and all is as if everything were read each time."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from author import Author
from click.testing import CliRunner
from test_rebuild import EDITS, PICTURE, SMALL, GoneError, Twins

from studydeck.cli import main

DECKS = ("rivers", "stones", "winds")
Change = Callable[[Path], object]


class Decks(Twins):
    """Three decks, twice: one that is plain, one with a material and a warning, one whose author wrote all guids."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        for each in self.homes:
            stones = Author(each, "stones")
            stones.write("deck.yaml", "deck: Stones\nuid: stonesstones\nmaterial: {path: ../book.txt}\n")
            stones.section(
                "  - {id: pumice, question: Which stone floats?, answer: Pumice, source: p1s1}\n", "Floating"
            )
            stones.write("media/unused.svg", PICTURE)
            (each / "book.txt").write_text("# Floating\n\nPumice floats. It is light.\n")
            assert CliRunner().invoke(main, ["source", "stamp", str(stones.folder)]).exit_code == 0
            winds = Author(each, "winds")
            winds.write("deck.yaml", "deck: Winds\nuid: windswinds\n")
            winds.section(
                "  - {id: foehn, guid: foehn-guid, question: Which wind is warm?, answer: The foehn}\n"
                "  - {id: bora, guid: bora-guid, question: Which wind is cold?, answer: The bora, retired: true}\n",
                "Winds",
                "winds.yaml",
            )

    def change(self, change: Change) -> None:
        """Changes both homes. Raises GoneError where what it changes isn't there any more."""
        try:
            for home in self.homes:
                change(home)
        except (AssertionError, FileNotFoundError) as error:
            raise GoneError from error

    def files(self) -> dict[Path, bytes]:
        """The decks' files, for `undo`."""
        files = (path for name in DECKS for home in self.homes for path in (home / name).rglob("*"))
        return {path: path.read_bytes() for path in files if path.is_file()}

    def undo(self, files: dict[Path, bytes]) -> None:
        for path in self.files().keys() - files.keys():
            path.unlink()
        for path, data in files.items():
            path.write_bytes(data)

    def build_all(self, *words: str) -> str:
        self.clock += 100
        return self.run("build", *(words or DECKS))


def written(file: str, text: str | bytes) -> Change:
    def change(home: Path) -> None:
        path = home / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())

    return change


def without(file: str) -> Change:
    return lambda home: (home / file).unlink()


def edited(file: str, old: str, new: str) -> Change:
    def change(home: Path) -> None:
        text = (home / file).read_text()
        assert old in text
        (home / file).write_text(text.replace(old, new))

    return change


def more(file: str, card: str) -> Change:
    return lambda home: written(file, (home / file).read_text() + f"  - {card}\n")(home)


def moved(home: Path) -> None:
    """A card goes to another deck, and keeps its guid."""
    card = "  - {id: foehn, guid: foehn-guid, question: Which wind is warm?, answer: The foehn}\n"
    edited("winds/winds.yaml", card, "")(home)
    more("rivers/air.yaml", card[4:-1])(home)


def a_guid_of_another_deck(home: Path) -> None:
    """The guid that a card of `rivers` has by its id."""
    guid = re.search(r"^note\tlava\t(\w+)", (home / "rivers" / "deck.lock").read_text(), re.M)
    assert guid
    more("stones/water.yaml", f"{{id: a, guid: {guid[1]}, question: A?, answer: B}}")(home)


def a_copied_lock(home: Path) -> None:
    written("rivers/deck.lock", (home / "stones" / "deck.lock").read_bytes())(home)


CHANGES: dict[str, Change] = {
    "a warned deck's card": edited("stones/water.yaml", "answer: Pumice", "answer: Pumice stone"),
    "a card of guids": edited("winds/winds.yaml", "answer: The foehn", "answer: Foehn"),
    "a section more": written("rivers/earth.yaml", "section: Earth\ncards:\n  - {id: e, question: Q?, answer: A}\n"),
    "a picture more": written("rivers/media/more.svg", PICTURE + b"  "),
    "no warning": without("stones/media/unused.svg"),
    "a warning": written("winds/media/unused.svg", PICTURE + b" "),
    "a card to write": more("stones/water.yaml", "{id: t, question: What is it?, answer: TODO}"),
    "a mistake": edited("winds/winds.yaml", "answer: The foehn", "anser: The foehn"),
    "another mistake": written("rivers/air.yaml", "section: [\n"),
    "no material": without("stones/material.lock"),
    "a guid twice": more("rivers/air.yaml", "{id: g, guid: foehn-guid, question: G?, answer: G}"),
    "a retired card's guid": more("rivers/fire.yaml", "{id: g, guid: bora-guid, question: G?, answer: G}"),
    "a guid of another deck's id": a_guid_of_another_deck,
    "a card in another deck": moved,
    "a uid twice": edited("winds/deck.yaml", "windswinds", "stonesstones"),
    "a name twice": edited("winds/deck.yaml", "deck: Winds", "deck: ' rivers'"),
    "a lock of another deck": a_copied_lock,
    "a lock less": without("winds/deck.lock"),
    "a package less": without("dist/stones.apkg"),
    "a deck without a deck.yaml": without("stones/deck.yaml"),
}


@pytest.fixture
def decks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Decks:
    monkeypatch.chdir(tmp_path)
    return Decks(tmp_path)


@pytest.mark.parametrize("change", CHANGES)
def test_after_any_change_all_is_said_and_made_as_if_all_were_read(decks: Decks, change: str) -> None:
    decks.build_all()
    decks.run("check", *DECKS)
    decks.change(CHANGES[change])
    decks.run("check", *DECKS)
    decks.build_all("--locked", *DECKS)
    decks.build_all()
    decks.edit(SMALL["a question"])
    decks.run("check", *DECKS)
    decks.build_all()
    decks.build_all("--format", "json", *DECKS)


def read_by_ours(decks: Decks, loads: list[Path], *words: str) -> list[str]:
    """The decks that are read where there is a cache."""
    del loads[:]
    decks.build_all(*words)
    return sorted(str(each) for each in loads[: len(loads) - len(words or DECKS)])


def test_only_decks_that_changed_are_read(decks: Decks, loads: list[Path]) -> None:
    assert "unused-media" in decks.build_all()
    assert read_by_ours(decks, loads) == []
    decks.edit(SMALL["an answer"])
    assert read_by_ours(decks, loads) == ["rivers"]
    decks.change(CHANGES["a warned deck's card"])
    assert read_by_ours(decks, loads) == ["stones"]
    decks.change(CHANGES["a section more"])
    assert read_by_ours(decks, loads) == ["rivers"]
    decks.change(CHANGES["a picture more"])
    assert read_by_ours(decks, loads, "rivers") == ["rivers"]
    assert read_by_ours(decks, loads) == []
    decks.change(CHANGES["a card in another deck"])
    assert read_by_ours(decks, loads) == ["rivers", "winds"]
    assert read_by_ours(decks, loads) == [], "the retired card's guid is in no deck twice"


def test_decks_that_were_built_alone_are_compared(decks: Decks, loads: list[Path]) -> None:
    decks.build_all()
    decks.change(CHANGES["a guid of another deck's id"])
    decks.build_all("stones")
    assert "[same-id]" in decks.build_all()
    assert "[same-id]" in decks.run("check", *DECKS)
    assert "[same-id]" not in decks.run("check", "stones", "winds")


def test_a_check_reads_only_decks_that_changed(decks: Decks, loads: list[Path]) -> None:
    decks.run("check", *DECKS)
    decks.change(CHANGES["a card of guids"])
    del loads[:]
    decks.run("check", *DECKS)
    assert [str(each) for each in loads] == ["winds", *DECKS]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(int(os.environ.get("STORIES", "2"))))
def test_a_long_day_of_several_decks(decks: Decks, seed: int) -> None:
    """Change after change, some undone; builds and checks of all decks, or of some, in any order."""
    chance = random.Random(seed)
    for _ in range(12):
        undo = decks.files()
        try:
            if chance.random() < 0.4:
                decks.edit(EDITS[chance.choice([*EDITS])])
            else:
                decks.change(CHANGES[chance.choice([*CHANGES])])
            broken = False
        except GoneError:
            broken = True
        some = chance.sample(DECKS, chance.choice([1, 2, 3]))
        for words in chance.sample([["check"], ["build"], ["build", "--locked"]], chance.choice([1, 2, 3])):
            decks.clock += 100
            decks.run(*words, *some) if not broken else None
        if broken or chance.random() < 0.6:
            decks.undo(undo)
        decks.build_all()
