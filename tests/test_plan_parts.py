"""A plan that reads only what changed since the last build says the same as one that reads everything."""

from __future__ import annotations

import os
import random
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from author import Author
from clone import git
from test_own_types import folder_of
from test_rebuild import LARGE, SMALL, Edit, GoneError, added, both, replaced
from test_rebuild import read as read  # a fixture
from test_several import CHANGES, DECKS, Decks

LISTS = """\
  - {id: rocks, question: Which rocks are there?, items: [Granite, Basalt, Slate]}
  - {id: melting, question: How does rock melt?, steps: [It heats, It softens, It flows]}
"""
OWN_TYPE: Any = {
    "name": "Capitals of the world",
    "id": 1_600_000_000_000,
    "mod": 1_600_000_000,
    "flds": [{"name": "Country", "id": 11}, {"name": "Capital", "id": 12}],
    "tmpls": [{"name": "Side 1", "id": 21, "qfmt": "{{Country}}", "afmt": "{{Capital}}"}],
    "css": "",
}


def renamed(author: Author) -> None:
    """A card gets another id, beside the guid that it had."""
    known = author.load().lock.notes
    assert "lava" in known
    author.edit("{id: lava,", f"{{id: magma, guid: {known['lava'].guid},", "fire.yaml")


def more_in_deck_yaml(line: str) -> Edit:
    return lambda author: author.write("deck.yaml", author.read("deck.yaml") + f"{line}\n")


#: Edits after which a plan reads only the edited files.
READ_IN_PART: dict[str, Edit] = {
    **SMALL,
    "nothing": lambda author: None,
    "a gap less": replaced("fire.yaml", "{{c2::fire}}", "fire"),
    "a card no longer reversed": replaced("water.yaml", ", reverse: true", ""),
    "a card in another section": both(
        replaced("air.yaml", "  - {id: wind, question: What is moving air?, answer: Wind}\n", ""),
        added("water.yaml", "{id: wind, question: What is moving air?, answer: Wind}"),
    ),
    "an item reworded": replaced("rocks.yaml", "It softens", "It gets soft"),
    "an item more": replaced("rocks.yaml", "[Granite, Basalt", "[Granite, Marble, Basalt"),
    "a list less": lambda author: author.edit(LISTS.split("\n")[0] + "\n", "", "rocks.yaml"),
}
#: Edits after which it reads all.
READ_AS_A_WHOLE: dict[str, Edit] = {
    **LARGE,
    "another id": renamed,
    "a licence": more_in_deck_yaml("license: CC-BY-4.0"),
    "subdecks": more_in_deck_yaml("subdecks: true"),
    "a lock edited by hand": lambda author: author.write(
        "deck.lock", re.sub(r"(\tlava\t.*\town\t)\w{4}", r"\1aaaa", author.read("deck.lock"))
    ),
}
EDITS = READ_IN_PART | READ_AS_A_WHOLE
#: Edits after which learners of subdecks have something to move.
MOVED = ("a card in another file", "a card in another section")


class Planned(Decks):
    """Several decks, of which plans are compared: one program remembers the last build, the other nothing."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        for author in self.authors:
            author.section(LISTS, "Rocks", "rocks.yaml")

    def plan(self, *words: str) -> str:
        self.clock += 100
        return self.run("plan", *(words or ("rivers",)))

    def undo(self, files: dict[Path, bytes]) -> None:
        for path in self.files().keys() - files.keys():
            path.unlink()
        for path, data in files.items():
            if not path.exists() or path.read_bytes() != data:
                path.write_bytes(data)

    def files(self) -> dict[Path, bytes]:
        """The decks' files, and what was built of them."""
        packages = (path for home in self.homes for path in home.glob("dist/*"))
        return super().files() | {path: path.read_bytes() for path in packages}


@pytest.fixture
def decks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Planned:
    monkeypatch.chdir(tmp_path)
    return Planned(tmp_path)


def test_a_plan_of_what_changed_is_a_plan(decks: Planned, read: list[object]) -> None:
    decks.build()
    built = decks.files()
    for name, edit in EDITS.items():
        decks.edit(edit)
        del read[:]
        decks.plan()
        whole = 1 if name in READ_IN_PART else 2  # the program that remembers nothing reads all each time
        assert read.count(None) == whole, name
        decks.undo(built)
    del read[:]
    assert "1 edited" not in decks.plan()
    assert read == [set(), None]


def test_of_subdecks_too(decks: Planned) -> None:
    decks.edit(more_in_deck_yaml("subdecks: true"))
    decks.build()
    built = decks.files()
    for name, edit in READ_IN_PART.items():
        decks.edit(edit)
        assert ("change their deck to" in decks.plan()) == (name in MOVED), name
        decks.undo(built)


def test_no_deck_is_to_be_renamed_to_one_with_cards_that_are_not_read(decks: Planned, read: list[object]) -> None:
    wind = "  - {id: wind, question: What is moving air?, answer: Wind}\n"
    for author in decks.authors:
        more_in_deck_yaml("subdecks: true")(author)
        author.section("  - {id: ash, question: What is left of wood?, answer: Ash}\n", "Sky::Red", "red.yaml")
        author.section(wind, "Air", "air.yaml")
        author.section("  - {id: sun, question: What is hot?, answer: The sun}\n", "Sky", "sky.yaml")
    decks.build()
    for author in decks.authors:
        author.section("  - {id: gust, question: What is a short wind?, answer: A gust}\n", "Air", "air.yaml")
        author.section(wind, "Sky", "sky.yaml")
    del read[:]
    assert "rename" not in decks.plan()
    assert read.count(None) == 1


def test_of_several_decks_only_those_that_changed_are_read(decks: Planned, loads: list[Path]) -> None:
    decks.build_all()
    built = decks.files()
    for change in CHANGES.values():
        decks.change(change)
        decks.plan(*DECKS)
        decks.undo(built)
    decks.build_all()
    decks.edit(SMALL["an answer"])
    del loads[:]
    decks.plan(*DECKS)
    ours = loads[: -len(DECKS)]
    assert [str(each) for each in ours] == ["rivers", "winds", "stones"], "in part, in part, and one that has a warning"


def test_in_every_format_and_against_anything(decks: Planned, tmp_path: Path) -> None:
    decks.build()
    for home in decks.homes:
        shutil.copy(home / "dist" / "rivers.apkg", home / "old.apkg")
        shutil.copy(home / "rivers" / "deck.lock", home / "old.lock")
    decks.edit(SMALL["an answer"])
    for words in (["--format", "markdown"], ["--format", "json"], ["-o", "other"]):
        assert "1 edited" in decks.plan("rivers", *words)
    decks.build()
    for old in ("old.apkg", "old.lock"):
        assert "1 edited" in decks.plan("rivers", "--against", old)
    decks.edit(SMALL["a question"])
    decks.build("-o", "other")
    assert "0 edited" in decks.plan()
    assert "0 edited" in decks.plan("rivers", "-o", "other")
    decks.edit(SMALL["a card retired"])
    assert "1 retired" in decks.plan()
    assert "1 retired" in decks.plan("rivers", "-o", "other")


def test_what_learners_do_by_hand_and_need_may_depend_on_cards_that_are_not_read(
    decks: Planned, read: list[object]
) -> None:
    for author in decks.authors:
        folder_of(author, OWN_TYPE)
        more_in_deck_yaml("note-types:\n  Capitals: {question: Country, answer: Capital}")(author)
        author.section("  - {id: ng, type: Capitals, question: Nigeria, answer: Abuja}\n", "Cities", "cities.yaml")
    decks.build()
    decks.edit(SMALL["an answer"])
    del read[:]
    said = decks.plan()
    assert read == [{"air.yaml"}, None]
    assert "suspend or delete the retired cards" in said
    assert "can import the merge edition" in said


def test_a_build_that_git_brought_counts(decks: Planned, tmp_path: Path) -> None:
    ours, theirs = decks.homes
    decks.build()
    built = decks.files()
    shutil.copytree(ours / "cache", tmp_path / "memory")
    decks.edit(SMALL["an answer"])
    decks.build()
    git(ours, "init", "-qb", "try")
    git(ours, "add", "rivers")
    git(ours, "commit", "-qm", "try")
    shutil.copytree(ours / ".git", theirs / ".git")
    decks.undo(built)
    shutil.rmtree(ours / "cache")
    shutil.copytree(tmp_path / "memory", ours / "cache")
    assert "1 edited" in decks.plan(), "to whom has the build of that branch"


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(int(os.environ.get("STORIES", "2"))))
def test_plans_of_a_long_day(decks: Planned, seed: int) -> None:
    """Edit after edit, some undone; builds in between, some of them into another folder or of some decks."""
    chance = random.Random(seed)
    decks.build_all()
    for _ in range(12):
        undo = decks.files()
        try:
            if chance.random() < 0.7:
                decks.edit(EDITS[chance.choice([*READ_IN_PART, *EDITS])])
            else:
                decks.change(CHANGES[chance.choice([*CHANGES])])
        except GoneError:
            decks.undo(undo)
        some = chance.sample(DECKS, chance.choice([1, 3]))
        decks.plan(*some, "--format", chance.choice(["text", "text", "markdown", "json"]))
        if chance.random() < 0.4:
            decks.undo(undo)
            decks.plan(*some)
        if chance.random() < 0.5:
            decks.build_all(*some, "-o", chance.choice(["dist", "dist", "other"]))
            decks.plan(*some, "-o", chance.choice(["dist", "other"]))
