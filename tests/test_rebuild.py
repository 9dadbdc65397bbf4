"""A build that reads only what changed makes the same bytes, and says the same, as one that reads everything."""

from __future__ import annotations

import os
import random
import re
import shutil
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from author import START, Author
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studydeck import pipeline
from studydeck.cli import main
from studydeck.history import Lock, identify
from studydeck.incremental import rebuild
from studydeck.model import Deck, Note
from studydeck.reading import read_deck
from studydeck.render import render_notes

PICTURE = b"<svg xmlns='http://www.w3.org/2000/svg' width='600' height='400'/>"
SECTIONS = {
    "air.yaml": """\
  - {id: wind, question: What is moving air?, answer: Wind}
  - {id: gases, guid: own-guid, question: Which two gases make air?, answer: [Nitrogen, Oxygen], tags: [air]}
  - {question: What does a barometer measure?, answer: Air pressure}
""",
    "fire.yaml": """\
  - {id: lava, question: What flows from Etna?, answer: Lava}
  - {id: fire, cloze: "{{c1::Oxygen}} feeds a {{c2::fire}}."}
  - {id: spark, question: "What is shown? ![a spark](spark.svg)", answer: A spark}
  - {id: flame, occlude: delta.svg, parts: [{id: tip, name: Tip, at: [40, 1, 20, 20]}]}
""",
    "water.yaml": """\
  - {id: nile, question: Which river flows through Cairo?, answer: The Nile}
  - {id: delta, question: "What is shown? ![a delta](delta.svg)", answer: A delta, reverse: true}
  - {question: What is frozen water called?, answer: Ice}
  - {id: old, question: What was asked once?, answer: This, retired: true}
""",
}

Edit = Callable[[Author], object]


def replaced(file: str, old: str, new: str) -> Edit:
    return lambda author: author.edit(old, new, file)


def added(file: str, card: str) -> Edit:
    return lambda author: author.write(file, author.read(file) + f"  - {card}\n")


def moved(author: Author) -> None:
    card = "  - {id: lava, question: What flows from Etna?, answer: Lava}\n"
    author.edit(card, "", "fire.yaml")
    author.write("water.yaml", author.read("water.yaml") + card)


def swapped(one: str, other: str, *, guids: bool = False) -> Edit:
    """The ids of two cards change hands: without a word, or with the guids that say so."""

    def swap(author: Author) -> None:
        known = author.load().lock.notes
        assert {one, other} <= known.keys()
        new = {old: f"id: {to}" + f", guid: {known[old].guid}" * guids for old, to in ((one, other), (other, one))}
        for path in author.folder.glob("*.yaml"):
            text = re.sub(r"id: (\w+)", lambda found: new.get(found[1], found[0]), path.read_text())
            path.write_bytes(text.encode())

    return swap


def both(one: Edit, other: Edit) -> Edit:
    def edit(author: Author) -> None:
        one(author)
        other(author)

    return edit


def turned_round(author: Author) -> None:
    head, *cards = author.read("air.yaml").split("  - ")
    author.write("air.yaml", "  - ".join([head, *(f"{card.rstrip()}\n" for card in reversed(cards))]))


#: Edits after which only the edited files are read.
SMALL: dict[str, Edit] = {
    "a part of a picture more": replaced(
        "fire.yaml", "parts: [", "parts: [{id: foot, name: Foot, at: [40, 80, 20, 20]}, "
    ),
    "a part renamed": replaced("fire.yaml", "name: Tip", "name: Top"),
    "an answer": replaced("air.yaml", "answer: Wind", "answer: A wind"),
    "a question": replaced("fire.yaml", "What flows from Etna?", "What flows out of Etna?"),
    "a question without an id": replaced("water.yaml", "What is frozen water called?", "What is hard water called?"),
    "an answer without an id": replaced("water.yaml", "answer: Ice", "answer: The ice"),
    "a comment": lambda author: author.write("water.yaml", author.read("water.yaml") + "# said so\n"),
    "a tag": replaced("air.yaml", "tags: [air]", "tags: [air, exam]"),
    "a new gap": replaced("fire.yaml", "feeds a", "{{c3::feeds}} a"),
    "a card more in front": lambda author: author.edit(
        "cards:\n", "cards:\n  - {id: new, question: What is new here?, answer: This}\n", "air.yaml"
    ),
    "a card more at the end": added("water.yaml", "{id: rain, question: What falls from clouds?, answer: Rain}"),
    "a card more without an id": added("fire.yaml", "{question: What is burnt wood?, answer: Ash}"),
    "a card less": replaced("air.yaml", "  - {id: wind, question: What is moving air?, answer: Wind}\n", ""),
    "a section emptied": lambda author: author.section("", "Air", "air.yaml"),
    "a card in another file": moved,
    "cards turned round": turned_round,
    "a card retired": replaced("fire.yaml", "answer: Lava}", "answer: Lava, retired: true}"),
    "a card back": replaced("water.yaml", ", retired: true", ""),
    "a card reversed": replaced("air.yaml", "answer: Wind", "answer: Wind, reverse: true"),
    "the section's name": replaced("air.yaml", "section: Air", "section: The Air"),
    "two files": lambda author: both(SMALL["an answer"], SMALL["a question"])(author),
}
#: Edits after which only reading everything tells what there is to tell.
LARGE: dict[str, Edit] = {
    "the same question elsewhere": added("air.yaml", "{id: x, question: Which River flows through Cairo, answer: It}"),
    "the same id elsewhere": added("air.yaml", "{id: nile, question: What is this?, answer: It}"),
    "the same guid elsewhere": added("fire.yaml", "{id: x, guid: own-guid, question: What is this?, answer: It}"),
    "the id that another card made": added("air.yaml", "{id: what-is-frozen-water-called, question: Q, answer: A}"),
    "a guid that learners don't have": replaced("air.yaml", "{id: wind,", "{id: wind, guid: own-guid,"),
    "ids swapped in a file": swapped("nile", "delta"),
    "ids swapped between files": swapped("nile", "lava"),
    "ids swapped with their guids": swapped("nile", "delta", guids=True),
    "an id that moved on": both(SMALL["a card less"], replaced("air.yaml", "id: gases", "id: wind")),
    "a question taken over": replaced("air.yaml", "Which two gases make air?", "What is moving air?"),
    "moved gaps": replaced("fire.yaml", "{{c1::Oxygen}} feeds a {{c2::", "{{c2::Oxygen}} feeds a {{c1::"),
    "a mistake": replaced("air.yaml", "answer: Wind", "anser: Wind"),
    "no YAML": lambda author: author.write("air.yaml", "section: [\n"),
    "a warning": replaced("air.yaml", "answer: Wind", "answer: '![](spark.svg)'"),
    "a picture that nothing shows": replaced("fire.yaml", "![a spark](spark.svg)", ""),
    "a picture's bytes": lambda author: author.write("media/delta.svg", PICTURE + b" "),
    "a picture more": lambda author: author.write("media/new.svg", PICTURE),
    "the title": lambda author: author.edit("deck: Rivers", "deck: Streams", "deck.yaml"),
    "another order": lambda author: author.write(
        "deck.yaml", author.read("deck.yaml") + "sections: [fire, water, air]\n"
    ),
    "a style": lambda author: author.write("style.css", ".q-answer { margin: 0 }"),
    "a file more": lambda author: author.section("  - {id: x, question: Q, answer: A}\n", "Earth", "earth.yaml"),
    "a file less": lambda author: (author.folder / "air.yaml").unlink(),
    "a file renamed": lambda author: (author.folder / "air.yaml").rename(author.folder / "sky.yaml"),
    "no lock": lambda author: (author.folder / "deck.lock").unlink(),
    "a lock from git": lambda author: author.write("deck.lock", author.read("deck.lock").replace("\n", "\r\n")),
    "a lock with a conflict": lambda author: author.write("deck.lock", "<<<<<<< HEAD\n" + author.read("deck.lock")),
    "no package": lambda author: author.package.unlink(),
    "a torn package": lambda author: author.package.write_bytes(b"torn"),
    "a material": lambda author: author.write("material.lock", "studydeck material 1\n"),
}
EDITS = SMALL | LARGE


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Of each reading of a deck, which files were to be read; None where all."""
    readings: list[object] = []
    whole = read_deck

    def reading(folder: Path, progress: Callable[[float], None], only: set[str] | None = None) -> object:
        readings.append(only)
        return whole(folder, progress, only)

    for module in (pipeline, rebuild):
        monkeypatch.setattr(module, "read_deck", reading)
    return readings


class GoneError(Exception):
    pass


class Twins:
    """One deck twice: beside the one there is a cache, beside the other none."""

    def __init__(self, home: Path, subdecks: bool = False) -> None:
        self.homes = home / "with", home / "without"
        self.authors = [Author(each) for each in self.homes]
        self.clock = START
        for author in self.authors:
            for file, cards in SECTIONS.items():
                author.section(cards, file[:-5].title(), file)
            author.write("media/delta.svg", PICTURE)
            author.write("media/spark.svg", PICTURE + b"\n")
            if subdecks:
                author.write("deck.yaml", author.read("deck.yaml") + "subdecks: true\n")

    def edit(self, edit: Edit) -> None:
        """Raises GoneError where what it edits isn't there any more."""
        try:
            for author in self.authors:
                edit(author)
        except (AssertionError, FileNotFoundError) as error:
            raise GoneError from error

    def build(self, *words: str) -> str:
        """Builds both, each in its own folder, asserts that all is the same, and returns what was said."""
        self.clock += 100
        return self.run("build", "rivers", *words)

    def run(self, *words: str) -> str:
        """Runs a command in both folders, asserts that all is the same, and returns what was said."""
        said = []
        for home in self.homes:
            cache = home / "cache"
            if home.name == "without":
                shutil.rmtree(cache, ignore_errors=True)
            os.chdir(home)
            names = {"STUDYDECK_CACHE": str(cache), "SOURCE_DATE_EPOCH": str(self.clock)}
            done = CliRunner().invoke(main, words, env=names)
            assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
            said.append((done.exit_code, done.stdout, done.stderr))
        for ours, theirs in zip(*said, strict=True):
            assert str(ours).splitlines() == str(theirs).splitlines()
        ours, theirs = [
            {str(path.relative_to(home)): path.read_bytes() for path in home.rglob("*")
             if path.is_file() and "cache" not in path.parts}
            for home in self.homes
        ]  # fmt: skip
        assert ours.keys() == theirs.keys()
        assert [name for name in ours if ours[name] != theirs[name]] == []
        return said[0][1] + said[0][2]


@pytest.fixture
def twins(tmp_path: Path) -> Iterator[Twins]:
    before = Path.cwd()
    yield Twins(tmp_path)
    os.chdir(before)


@pytest.mark.parametrize("edit", EDITS)
def test_a_rebuild_is_a_build(twins: Twins, read: list[object], edit: str) -> None:
    twins.build()
    twins.edit(EDITS[edit])
    del read[:]
    twins.build()
    whole = read.count(None)
    assert whole == (1 if edit in SMALL else 2)  # the twin without a cache reads all each time
    if edit in SMALL:
        twins.edit(added("water.yaml", "{id: next, question: What comes next?, answer: This}"))
        twins.build()
        assert read.count(None) == 2
    twins.build()
    twins.edit(lambda author: author.write("deck.yaml", author.read("deck.yaml") + "\n"))
    twins.build()


@pytest.mark.parametrize("edit", SMALL)
def test_a_rebuild_of_subdecks_is_a_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, edit: str) -> None:
    monkeypatch.chdir(tmp_path)
    twins = Twins(tmp_path, subdecks=True)
    twins.build()
    twins.edit(EDITS[edit])
    twins.build()
    twins.edit(SMALL["a card more at the end"])
    twins.build()


def translated(author: Author) -> None:
    author.edit("language: en", "language: de", "deck.yaml")
    for file in SECTIONS:
        author.write(file, re.sub(r"question: ['\"]?", r"\g<0>Auf Deutsch ", author.read(file)))


#: Of each warning of what a build changes, an edit to build on, and one that is warned of.
WARNED_ONCE: dict[str, tuple[Edit, Edit]] = {
    "moved-gap": (SMALL["a comment"], LARGE["moved gaps"]),
    "stale-parts": (
        SMALL["a comment"],
        lambda author: author.write("media/delta.svg", PICTURE.replace(b"'400'", b"'600'")),
    ),
    "copied-deck": (lambda author: author.write("deck.yaml", author.read("deck.yaml") + "language: en\n"), translated),
}


@pytest.mark.parametrize("name", WARNED_ONCE)
def test_what_a_build_changes_is_warned_of_once(twins: Twins, name: str) -> None:
    before, change = WARNED_ONCE[name]
    twins.edit(before)
    twins.build()
    twins.edit(change)
    assert f"[{name}]" in twins.build()
    assert f"[{name}]" not in twins.build()


@pytest.mark.slow
@given(st.integers(0, 2**32))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_long_day_of_edits(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    """Edit after edit, some undone, some twice, some mistaken: each build is what it would be from nothing."""
    chance = random.Random(seed)
    before = Path.cwd()
    try:
        twins = Twins(tmp_path_factory.mktemp("day"), subdecks=chance.random() < 0.3)
        twins.build()
        for _ in range(8):
            undo = {path: path.read_bytes() for home in twins.homes for path in home.glob("rivers/*.yaml")}
            try:
                twins.edit(EDITS[chance.choice([*SMALL, *SMALL, *LARGE])])
                twins.clock -= chance.choice([0, 0, 0, 100, 103])  # the same second, or a clock that was set
                twins.build()
                undone = chance.random() < 0.5
            except GoneError:
                undone = True
            if undone:
                for path, data in undo.items():
                    path.write_bytes(data)
                twins.build()
    finally:
        os.chdir(before)


#: Cards of one file, half of them with ids.
CARDS = [f"{{{f'id: c{n}, ' * (n % 2)}question: What is number {n}?, answer: A {n}}}" for n in range(8)]


def many(*cards: str, head: str = "section: Numbers") -> Edit:
    """Writes a file of these cards."""
    lines = [head, "cards:", *(f"  - {each}" for each in cards), ""]
    return lambda author: author.write("numbers.yaml", "\n".join(lines))


#: Edits of that file, and how many cards are looked at then; None where the whole deck is.
OF_MANY: dict[str, tuple[int | None, Edit]] = {
    "an answer": (1, replaced("numbers.yaml", "A 3", "The 3")),
    "a question without an id": (1, replaced("numbers.yaml", "number 4?", "number four?")),
    "all but the last": (7, both(replaced("numbers.yaml", "A 0", "No"), replaced("numbers.yaml", "A 6", "Six"))),
    "a comment": (0, replaced("numbers.yaml", "cards:", "cards:  # all of them")),
    "a card more": (1, many(*CARDS[:5], "{question: What is new?, answer: This}", *CARDS[5:])),
    "a card more in front": (1, many("{question: What is new?, answer: This}", *CARDS)),
    "a card more at the end": (1, many(*CARDS, "{question: What is new?, answer: This}")),
    "a card less": (0, many(*CARDS[:3], *CARDS[4:])),
    "the last card less": (0, many(*CARDS[:7])),
    "a card instead of two": (1, many(*CARDS[:3], "{id: new, question: What is new?, answer: This}", *CARDS[5:])),
    "a card moved": (5, many(*CARDS[:1], *CARDS[2:6], CARDS[1], *CARDS[6:])),
    "turned round": (8, many(*CARDS[::-1])),
    "a picture": (1, replaced("numbers.yaml", "A 3", "'A 3 ![a delta](delta.svg)'")),
    "a card reversed": (1, replaced("numbers.yaml", "answer: A 3", "answer: A 3, reverse: true")),
    "the section's name": (8, many(*CARDS, head="section: Figures")),
    "the section's language": (8, many(*CARDS, head="section: Numbers\nlanguage: de")),
    "few cards": (3, many(*CARDS[:3])),
    "a card with two questions": (
        8,
        replaced("numbers.yaml", "answer: A 3", "answer: A 3, reverse: What is A 3?, reverse-answer: A number"),
    ),
    "a card retired": (8, replaced("numbers.yaml", "answer: A 3", "answer: A 3, retired: true")),
    "a guid": (None, replaced("numbers.yaml", "answer: A 3", "answer: A 3, guid: a-new-guid")),
    "an id taken over": (None, replaced("numbers.yaml", "id: c3", "id: c5")),
    "a question taken over": (None, replaced("numbers.yaml", "number 4?", "number 5?")),
    "the id that another card made": (None, replaced("numbers.yaml", "id: c3", "id: what-is-number-6")),
    "a mistake": (None, replaced("numbers.yaml", "answer: A 3", "anser: A 3")),
}


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many cards were looked at, time after time."""
    counts: list[int] = []

    def counted(deck: Deck, lock: Lock) -> object:
        counts.append(sum(len(section.cards) for section in deck.sections))
        return identify(deck, lock)

    monkeypatch.setattr(pipeline, "identify", counted)
    monkeypatch.setattr(rebuild, "MANY", 4)
    return counts


@pytest.mark.parametrize("edit", OF_MANY)
def test_of_many_cards_in_a_file_only_those_that_changed_are_looked_at(
    twins: Twins, looked_at: list[int], edit: str
) -> None:
    number, change = OF_MANY[edit]
    next_card = added("numbers.yaml", "{id: next, question: What comes next?, answer: This}")
    twins.edit(many(*CARDS))
    twins.build()
    twins.edit(change)
    twins.run("plan", "rivers")
    del looked_at[:]
    twins.build()
    if number is None:
        assert looked_at[-1] == looked_at[-2]  # the twin without a cache looks at all cards each time
        return
    assert looked_at[:1] == [number]
    assert len(looked_at) == 2
    twins.edit(next_card)
    twins.build()
    assert len(looked_at) == 4
    assert looked_at[2] == 1 or edit in ("few cards", "a card retired", "a card with two questions")
    twins.edit(added("water.yaml", "{id: ninth, question: What is number 6?, answer: This}"))
    assert "[same-question-other-answer]" in twins.build() or edit == "few cards"


@pytest.mark.slow
@given(st.integers(0, 2**32))
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_long_day_of_edits_of_many_cards(
    tmp_path_factory: pytest.TempPathFactory, looked_at: list[int], seed: int
) -> None:
    """Cards are added, edited, moved and deleted: each build is what it would be from nothing."""
    chance = random.Random(seed)
    before = Path.cwd()
    try:
        twins = Twins(tmp_path_factory.mktemp("day"))
        cards = list(CARDS)
        for number in range(8):
            at = chance.randrange(len(cards))
            match chance.choice(["add", "edit", "move", "delete"]):
                case "add":
                    cards.insert(at, f"{{question: What is new in {number}?, answer: This}}")
                case "edit":
                    cards[at] = cards[at].replace("answer: ", f"answer: In {number} ")
                case "move":
                    cards.insert(at, cards.pop(chance.randrange(len(cards))))
                case "delete":
                    del cards[at]
            twins.edit(many(*cards))
            twins.build()
    finally:
        os.chdir(before)


ATLAS = """\
# Air

Wind is moving air. Two gases make air.

# Fire

Lava flows from Etna. It is hot.

# Water

The Nile flows through Cairo. Its delta is wide.
"""
#: With a material: edits after which only the edited files are read, and edits that need all.
OF_THE_MATERIAL: dict[str, tuple[bool, Edit]] = {
    "an answer": (True, SMALL["an answer"]),
    "a question without an id": (True, SMALL["a question without an id"]),
    "a card less": (
        True,
        replaced("air.yaml", "  - {id: wind, question: What is moving air?, answer: Wind, source: p1s1}\n", ""),
    ),
    "another sentence": (True, replaced("air.yaml", "source: p1s1", "source: p1s2")),
    "a reason": (True, lambda author: author.write("air.yaml", author.read("air.yaml") + "uncarded: {p1s2: known}\n")),
    "no sentence": (False, replaced("air.yaml", "source: p1s1", "source: p7s1")),
    "another section's sentence": (False, replaced("air.yaml", "source: p1s1", "source: fire/p1s1")),
    "no section's sentence": (False, replaced("air.yaml", "source: p1s1", "source: ice/p1s1")),
    "the section's name": (False, SMALL["the section's name"]),
    "the section's tag": (False, replaced("air.yaml", "section: Air", "section: Air\ntag: fire")),
    "a lock with an accepted change": (
        False,
        lambda author: author.write(
            "material.lock", re.sub(r"(1:)\w{8}(\tkept)", r"\1aaaaaaaa\2", author.read("material.lock"), count=1)
        ),
    ),
    "a torn lock": (False, lambda author: author.write("material.lock", author.read("material.lock")[:-30])),
    "no lock": (False, lambda author: (author.folder / "material.lock").unlink()),
}


@pytest.mark.parametrize("edit", OF_THE_MATERIAL)
def test_a_rebuild_with_a_material_is_a_build(twins: Twins, read: list[object], edit: str) -> None:
    for author in twins.authors:
        author.folder.with_name("atlas.txt").write_text(ATLAS)
        author.write("deck.yaml", author.read("deck.yaml") + "material: {path: ../atlas.txt}\n")
        author.edit("answer: Wind", "answer: Wind, source: p1s1", "air.yaml")
        author.edit("answer: Lava", "answer: Lava, source: [p1s1, p1s2]", "fire.yaml")
        author.edit("answer: The Nile", "answer: The Nile, source: p1", "water.yaml")
        assert CliRunner().invoke(main, ["source", "stamp", str(author.folder)]).exit_code == 0
        assert "card\twind\tair/p1s1" in author.read("material.lock")
    is_small, change = OF_THE_MATERIAL[edit]
    twins.build()
    twins.edit(change)
    del read[:]
    twins.build()
    assert read.count(None) == (1 if is_small else 2)
    twins.edit(SMALL["a card more at the end"])
    twins.build()


def test_of_two_decks_only_the_edited_one_is_written(twins: Twins, read: list[object]) -> None:
    for home in twins.homes:
        other = Author(home, "stones")
        other.write("deck.yaml", "deck: Stones\nuid: otherotherother\n")
        other.section("  - {id: x, question: Which stone floats?, answer: Pumice}\n", "Stones", "stones.yaml")
    twins.build("stones")
    package = twins.homes[0] / "dist" / "stones.apkg"
    os.utime(package, (1, 1))
    twins.edit(SMALL["an answer"])
    del read[:]
    twins.build("stones")
    assert package.stat().st_mtime == 1
    assert [{"air.yaml"}] == [each for each in read if each is not None]


def test_what_is_saved_during_a_build_is_built_by_the_next(
    twins: Twins, read: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    twins.build()
    twins.edit(SMALL["an answer"])
    whole = render_notes

    def slowly(*deck: Any) -> Iterator[Note]:
        text = Path("rivers/water.yaml").read_text()
        Path("rivers/water.yaml").write_text(text.replace("The Nile", "The long Nile"))
        yield from whole(*deck)

    monkeypatch.setattr(pipeline, "render_notes", slowly)
    twins.build()
    monkeypatch.setattr(pipeline, "render_notes", whole)
    assert "1 edited" in twins.build()


@pytest.mark.parametrize("torn", [b"", b"[]", b"[[]]", b"\xff", b"x" * 1000])
def test_a_torn_memory_of_the_sections_is_none(twins: Twins, torn: bytes) -> None:
    twins.build()
    twins.edit(SMALL["an answer"])
    (memory,) = (twins.homes[0] / "cache").glob("*.sections")
    memory.write_bytes(torn)
    assert "1 edited" in twins.build()


def test_a_clock_set_back_is_told(twins: Twins) -> None:
    twins.build()
    twins.clock += 20 * 86_400
    twins.edit(SMALL["an answer without an id"])
    twins.build()
    twins.clock -= 10 * 86_400
    twins.edit(SMALL["an answer"])
    assert "future-stamp" in twins.build()


def test_edits_that_follow_within_a_second_are_rebuilt(twins: Twins, read: list[object]) -> None:
    """Each note's stamp is at least a second after its last, so the lock runs ahead of the clock."""
    twins.build()
    for number in range(5):
        twins.clock -= 100
        twins.edit(replaced("water.yaml", "Ice", f"Ice {number}"))
        twins.edit(added("air.yaml", f"{{id: next{number}, question: What comes next {number}?, answer: This}}"))
        del read[:]
        twins.build()
        assert read.count(None) == 1  # of the twin without a cache


def test_a_sound_is_never_whole_in_memory(author: Author, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STUDYDECK_CACHE", str(tmp_path / "cache"))

    def peak(card: str, file: str = "water.yaml") -> int:
        author.section(f"  - {{id: {file[:-5]}, question: What is in the {file}?, answer: '{card}'}}\n", file, file)
        tracemalloc.start()
        done = CliRunner().invoke(main, ["build", "rivers"])
        assert done.exit_code == 0, done.output
        try:
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    for name in ("long.mp3", "other.mp3"):
        author.write(f"media/{name}", name.encode())
        os.truncate(author.folder / "media" / name, 4_900_000)  # a larger one gets a warning, and no short build
    peak("Rain", "air.yaml")  # loads what a build needs
    assert peak("[sound:long.mp3] [sound:other.mp3]") < 3_000_000
    assert peak("Thunder", "air.yaml") < 3_000_000  # which copies the sounds from the last package
