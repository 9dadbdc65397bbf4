"""A plan that reads only what changed since the last build says the same as one that reads everything."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from author import Author
from test_rebuild import EDITS, LARGE, SMALL, Edit, GoneError, Twins, added, both, read, replaced
from test_several import CHANGES, Decks, decks

__all__ = ["decks", "read"]

STYLES = ("text", "markdown", "json")
LISTS = """\
  - {id: rocks, question: Which rocks are there?, items: [Granite, Basalt, Slate]}
  - {id: melting, question: How does rock melt?, steps: [It heats, It softens, It flows]}
"""


def renamed(author: Author) -> None:
    """A card gets another id, beside the guid that it had."""
    guid = author.load().lock.notes["lava"].guid
    author.edit("{id: lava,", f"{{id: magma, guid: {guid},", "fire.yaml")


#: Edits that only matter to a plan, or to what it says.
MORE: dict[str, Edit] = {
    "another id": renamed,
    "moved gaps": replaced("fire.yaml", "{{c1::Oxygen}} feeds a {{c2::fire}}", "{{c2::Oxygen}} feeds a {{c1::fire}}"),
    "a gap less": replaced("fire.yaml", "{{c2::fire}}", "fire"),
    "a card no longer reversed": replaced("water.yaml", ", reverse: true", ""),
    "a card between subdecks": both(
        replaced("air.yaml", "  - {id: wind, question: What is moving air?, answer: Wind}\n", ""),
        added("water.yaml", "{id: wind, question: What is moving air?, answer: Wind}"),
    ),
    "an item more": replaced("earth.yaml", "[Granite, Basalt", "[Granite, Marble, Basalt"),
    "an item reworded": replaced("earth.yaml", "It softens", "It gets soft"),
    "a list less": lambda author: author.write("earth.yaml", re.sub(r"  - {id: rocks.*\n", "", author.read("earth.yaml"))),
    "a licence": lambda author: author.write("deck.yaml", author.read("deck.yaml") + "license: CC-BY-4.0\n"),
    "subdecks": lambda author: author.write("deck.yaml", author.read("deck.yaml") + "subdecks: true\n"),
    "a lock edited by hand": lambda author: author.write(
        "deck.lock", re.sub(r"(\tlava\t.*\town\t)\w{4}", r"\1aaaa", author.read("deck.lock"))
    ),
}
ALL = EDITS | MORE
#: Edits of section files after which a plan has to read everything.
READ_ALL = {*LARGE, "moved gaps", "another id", "a licence", "subdecks", "a lock edited by hand"}


@pytest.fixture(params=[False, True], ids=["one deck", "subdecks"])
def twins(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Twins:
    monkeypatch.chdir(tmp_path)
    twins = Twins(tmp_path, subdecks=request.param)
    for author in twins.authors:
        author.section(LISTS, "Earth", "earth.yaml")
    return twins


def plan(twins: Twins, *words: str) -> str:
    """Plans in each format, as a program with a memory and as one without, and returns what was said last."""
    twins.clock += 100
    return [twins.run("plan", *(words or ("rivers",)), "--format", style) for style in STYLES][0]


@pytest.mark.parametrize("edit", ALL)
def test_a_plan_of_what_changed_is_a_plan(twins: Twins, read: list[object], edit: str) -> None:
    twins.build()
    files = {path: path.read_bytes() for home in twins.homes for path in home.glob("rivers/*.*")}
    twins.edit(ALL[edit])
    del read[:]
    said = plan(twins)
    print(edit, read.count(None), said)
    for path, data in files.items():
        path.write_bytes(data)
    plan(twins)
