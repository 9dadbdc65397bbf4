"""Edits at random, in the YAML and in Anki, round after round: pulls, builds and imports end, and lose nothing.

Two collections on the real engine: the author's own, whose edits are pulled, and a learner's.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from author import Author
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studydeck.cli import main
from studydeck.commands.compared import MediaOfAnki, compared_in, with_names
from studydeck.commands.pull import Pulled, pull, write_pulled
from studydeck.commands.pushed import Pushed
from studydeck.engine.learner import Learner
from studydeck.kinds import card_keys
from studydeck.model import Place
from studydeck.package.collection import read_file_of_anki
from studydeck.pipeline import compile_notes
from studydeck.reading.edit_values import with_card_values

STORIES = int(os.environ.get("STUDYDECK_STORIES", "200")) // 50
CARDS = """\
  - id: nile  # the longest
    question: Which river flows through Cairo?
    answer: |
      The Nile

      It is *long*.
    tags: [africa]
  - {id: amazon, question: Which river carries the most water?, answer: The Amazon, reverse: true}
  - id: oxbow
    cloze: "An {{c1::oxbow lake}} is a cut-off bend of a river."
    hint: a lake
  - id: banks
    question: Which rivers flow through Vienna?
    answer: [Danube, Wien]
  - id: po
    question: Which river flows through Turin?
    typed: [Padus]
    answer: The Po
  - id: rhine
    question: Where does the Rhine flow?
    steps:
      - {id: basel, text: Basel}
      - id: bonn  # once a capital
        text: 'Bonn'
        hint: a capital
  - id: capitals
    question: Which capitals are on the Danube?
    items: [{id: vienna, text: Vienna}, {id: pest, text: Budapest}]
  - id: eye
    occlude: eye.svg
    parts:
      - {id: lens, name: Lens, at: [10, 10, 20, 20]}
"""
IDS = ("nile", "amazon", "oxbow", "banks", "po", "rhine/basel", "rhine/bonn", "capitals/vienna", "eye")
TEXTS = (
    "The *White* Nile",
    "a: b # c",
    "two\n\nparts",
    "- one\n- two",
    "$x^2$ and `code`",
    '1 < 2 & "so" it\'s',
    "|pipe|",
)
HTMLS = (
    "a<div>b</div><div><br></div>c",
    "<b>bold</b>&nbsp;and <i>it</i>",
    "<ul><li>one</li><li>two</li></ul>",
    "x &lt; y",
    'a <span style="color: red">red</span> word',
    "\\(x^2\\) * 3",
    "plain",
    "# no head",
    "<script>alert(1)</script>safe",
    "{curly} [b](c) _d_",
    "a<br>b  c",
    "<p>one</p><p>two</p>",
    "50&#37; 'n' \"q\"",
    "&lt;b&gt;",
)
KEYS = ("question", "answer", "hint", "details", "cloze", "name")
FIELDS = {
    "question": "Question", "answer": "Answer", "hint": "Hint", "details": "Details", "cloze": "Text", "name": "Names"
}  # fmt: skip
edits = st.tuples(
    st.sampled_from(["yaml", "anki", "tag", "new"]), st.sampled_from(IDS), st.sampled_from(KEYS), st.integers(0, 999)
)
rounds = st.lists(st.tuples(st.lists(edits, max_size=6), st.booleans()), min_size=1, max_size=3)


Edit = tuple[str, str, str, int]


class World:
    """An author with a deck, their own collection, and a learner."""

    def __init__(self, home: Path) -> None:
        self.author = Author(home)
        self.author.section(CARDS)
        self.author.write("media/eye.svg", "<svg xmlns='http://www.w3.org/2000/svg' width='600' height='400'/>")
        self.author.build()
        self.own, self.other = Learner(), Learner()
        self.ids = {each: self.author.guid(each) for each in IDS}
        for each in (self.own, self.other):
            each.import_package(self.author.package)
            each.study()

    def close(self) -> None:
        self.own.close()
        self.other.close()

    def write(self, card_id: str, key: str, value: Any) -> bool:
        """Edits the YAML, as its author does."""
        cards = self.author.load().deck.cards
        (card,) = (each for each in cards if each.id == card_id)
        place, written = card.place, key
        if key == "name" and card.kind.masks:
            (part,) = card.values["parts"]
            place = Place(part.path, part.line, part.column)
            value = None if value == part else value
        elif key not in card.kind.keys or card.values.get(key) == value or (card.item and key == "question"):
            return False
        elif card.item and key == "answer":
            written = "text"
        path = self.author.folder / "water.yaml"
        path.write_bytes(with_card_values(path, path.read_bytes(), {place: {written: value}}, list(card_keys())))
        return True

    def edit(self, kind: str, card_id: str, key: str, number: int) -> tuple[str, str] | None:
        """One edit: its note and key if it is one of the YAML."""
        self.author.now += 10
        guid = self.ids[card_id]
        if kind == "yaml":
            text = TEXTS[number % len(TEXTS)]
            text = {"cloze": f"{{{{c1::{number}}}}} {text}", "question": f"{card_id}: {text}"}.get(key, text)
            return (guid, key) if self.write(card_id, key, text) else None
        if kind == "new":
            note_type = self.own.note(self.ids["nile"]).note_type()
            assert note_type
            made = self.own.col.new_note(note_type)
            made["Question"], made["Answer"] = f"New {self.author.now}", HTMLS[number % len(HTMLS)]
            made.tags = ["new"]
            self.own.col.add_note(made, self.own.deck("Rivers"))
            self.own.set_stamp(made.guid, self.author.now)
            return None
        note = self.own.note(guid)
        if kind == "tag":
            note.add_tag(f"mine-{number % 3}")
        elif FIELDS[key] in note and not (key == "question" and "/" in card_id):
            html = HTMLS[number % len(HTMLS)]
            note[FIELDS[key]] = {
                "cloze": f"{{{{c1::{number}}}}} {html}",
                "question": f"{card_id} {html}",
                "name": f"{{{{c1::{html}}}}}",
            }.get(key, html)
        self.own.col.update_note(note)
        self.own.set_stamp(guid, self.author.now)
        return None

    def pull(self) -> Pulled:
        self.own.col.close()
        collection = read_file_of_anki(self.own.folder / "collection.anki2")
        pushed = Pushed(self.author.folder, self.own.folder / "collection.anki2").last
        pulled = pull(self.author.load(), collection, self.author.out, pushed=pushed)
        self.own.col.reopen()
        return write_pulled(pulled, collection, self.author.now)

    def bring(self, *, by_push: bool) -> int:
        """Brings a build into the author's own collection: how many notes that updated."""
        if not by_push:
            return self.own.import_package(self.author.package).updated
        self.author.now += 1
        self.own.col.close()
        words = ["push", "--format", "json", "-o", str(self.author.out), "--collection", self.own.col.path]
        clock = {"SOURCE_DATE_EPOCH": str(self.author.now)}
        said = CliRunner().invoke(main, [*words, str(self.author.folder)], env=clock)
        assert said.exit_code == 0, said.output
        self.own.col.reopen()
        self.own.col.models._clear_cache()
        (receipt,) = json.loads(said.stdout)["decks"]
        assert not receipt["new"]
        return len(receipt["edited"])

    def shown(self, learner: Learner) -> Mapping[str, Mapping[str, object]]:
        """What each note shows of each key of its author's."""
        shown: dict[str, dict[str, object]] = {}
        loaded = self.author.load()
        media = MediaOfAnki(loaded, read_file_of_anki(self.author.package))
        for note in compile_notes(loaded):
            there = learner.having().get(note.identity.guid)
            if there is None:
                continue
            fields = with_names(note, dict(zip(note.card.kind.fields, there.fields, strict=True)))
            shown[note.identity.guid] = {
                each.name: media.seen(each.key, fields)
                for each in compared_in(note, fields)
                if not (note.card.item and each.name == "question")  # it shows other items, too
            }
        return shown


@settings(max_examples=STORIES, suppress_health_check=[HealthCheck.too_slow])
@given(rounds, st.booleans())
def test_no_edit_is_lost_or_goes_round_in_circles(told: list[tuple[list[Edit], bool]], by_push: bool) -> None:
    home = Path(tempfile.mkdtemp(prefix="studydeck-pull-"))
    world = World(home)
    try:
        for done, takes_ankis in told:
            tell(world, done, takes_ankis, by_push=by_push)
    finally:
        world.close()
        shutil.rmtree(home)


def tell(world: World, done: list[Edit], takes_ankis: bool, by_push: bool) -> None:
    """A round: edits in both places, a pull, a build, and a push or an import into both collections."""
    author, own = world.author, world.own
    in_yaml = {edited for each in done if (edited := world.edit(*each)) is not None}
    wanted, before = world.shown(own), own.having()
    pulled = world.pull()
    conflicts = {(world.ids[each.id], each.key): each for each in pulled.found.both}
    assert conflicts.keys() <= in_yaml
    for (_, key), each in conflicts.items() if takes_ankis else ():
        world.write(each.id, key, each.anki)
    assert not pulled.found.not_pulled, pulled.found.not_pulled

    author.build()
    histories = own.histories()
    world.bring(by_push=by_push)
    after, shown = own.having(), world.shown(own)
    for guid, was in before.items() if by_push else ():
        mine = {tag for tag in was.tags if tag.startswith("mine")}
        assert mine <= after[guid].tags, "a push keeps tags on edited notes, too"
    items = {each.guid for each in author.load().known if "/" in each.id}  # one shows others of its list
    for guid, was in before.items():
        if guid not in {each for each, _ in in_yaml} | items:
            assert after[guid] == was, "a note that only Anki edited stays as it is"
        for key, text in wanted.get(guid, {}).items():
            assert shown[guid][key] == text or (guid, key) in in_yaml, f"{key} stays as it was in Anki"
    now = own.histories()
    assert {card: now[card] for card in histories} == histories

    again = world.pull()
    assert not again.changes, again.changes[0].diff
    assert not again.found.both
    assert not author.build().changes.edited
    assert world.bring(by_push=by_push) == 0
    world.other.import_package(author.package)
    assert world.shown(world.other) == world.shown(own), "the learner sees what the author sees"
