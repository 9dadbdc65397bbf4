"""The deck that holds everything a card can hold, through an author's and a learner's life.

Its look is measured with that of all decks (test_look.py), and in desktop Anki's own window by `make desktop`.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from author import Author
from clone import ROOT

from studydeck.engine.learner import Import, Learner

DECK = ROOT / "tests" / "decks" / "kitchen-sink"
NOTES = 134
#: What of an author's spelling no learner should ever see outside of code.
RAW = re.compile(r"\{\{c\d|\*\*[^\s*]+\*\*|==\w|~~\w|!\[|\]\(|\[\$\]|\[latex\]|\[sound:|:tts|\$\$|\{\w+\||\|\d+%?\b")
_CODE = re.compile(r"<code.*?</code>|<style.*?</style>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


class Sink(Author):
    """The author of a copy of the deck."""

    def __init__(self, home: Path) -> None:
        super().__init__(home, "kitchen-sink")
        shutil.rmtree(self.folder)
        shutil.copytree(DECK, self.folder)

    def edit_all(self, old: str, new: str) -> int:
        """Replaces a pattern in all sections; returns how often it was there."""
        count = 0
        for path in sorted(self.folder.glob("*.yaml")):
            if path.name != "deck.yaml":
                text, found = re.subn(old, new, path.read_text("utf-8"))
                path.write_text(text, "utf-8")
                count += found
        return count


@pytest.fixture
def sink(tmp_path: Path) -> Sink:
    return Sink(tmp_path)


def faces(learner: Learner) -> Iterator[str]:
    """What a learner reads on each side of each card, without code."""
    for card in learner.cards():
        shown = card.render_output()
        for side in (shown.question_text, shown.answer_text):
            yield " ".join(_TAG.sub(" ", _CODE.sub(" ", side)).split())


def test_it_has_all_its_notes_and_nothing_to_report(sink: Sink) -> None:
    loaded = sink.load()
    assert sum(len(section.cards) for section in loaded.deck.sections) == NOTES
    assert list(map(str, loaded.problems)) == []


def test_a_learner_sees_no_authors_spelling(sink: Sink, learner: Learner) -> None:
    sink.build()
    assert learner.import_package(sink.package) == Import(NOTES, 0, 0, 0, 0)
    assert learner.faults() == []
    assert learner.missing_media() == []
    assert [face for face in faces(learner) if RAW.search(face)] == []


def test_it_is_edited_rebuilt_and_imported_again_and_every_history_stays(sink: Sink, learner: Learner) -> None:
    sink.build()
    learner.import_package(sink.package)
    learner.study(200)
    before = learner.histories()
    assert sink.edit_all(r"(?m)^(    (?:question|cloze): )(?![|\"'!])(.*[^?.\n])([?.]?)$", r"\1\2 now\3") > 80
    built = sink.build()
    edited = len(built.changes.edited)
    assert edited > 80
    assert learner.import_package(sink.package) == Import(0, edited, NOTES - edited, 0, 0)
    assert learner.faults() == []
    assert learner.histories() == before
    assert sink.build().changes.edited == ()
    assert learner.import_package(sink.package) == Import(0, 0, NOTES, 0, 0)


def test_pictures_sounds_and_details_that_change_reach_their_notes_alone(sink: Sink, learner: Learner) -> None:
    sink.build()
    learner.import_package(sink.package)
    learner.study(200)
    before = learner.histories()
    drawing = sink.read("media/disc.svg")
    sink.write("media/disc.svg", drawing.replace("#0b57a4", "#1b5e20"))
    shown = "".join(each.read_text("utf-8") for each in sink.folder.glob("*.yaml"))
    with_it = sum("disc.svg" in card for card in re.split(r"(?m)^  - id: ", shown))
    assert with_it > 4
    assert len(sink.build().changes.edited) == with_it
    assert learner.import_package(sink.package) == Import(0, with_it, NOTES - with_it, 0, 0)
    assert learner.missing_media() == []
    assert learner.histories() == before
