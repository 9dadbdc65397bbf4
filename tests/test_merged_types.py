"""Notes that learners have under another tool's note type, imported by an author who wrote their guids.

By default Anki leaves them alone. With 'merge note types' ticked, as AnkiConnect always does, it turns them into notes
of our type: then no history may end on a card with a blank front.
"""

from __future__ import annotations

from pathlib import Path

import genanki
import pytest
from author import Author
from click.testing import CliRunner

from studydeck.cli import main
from studydeck.engine.learner import Import, Learner
from studydeck.engine.verify import verify

GUID = "of-their-own"
ONE = f"  - {{id: x, guid: {GUID}, question: Which river is it?, answer: The Nile}}\n"
BOTH = ONE.replace("}", ", reverse: true}")
GAPS = f'  - {{id: x, guid: {GUID}, cloze: "The {{{{c1::Nile}}}} and the {{{{c2::Rhine}}}}"}}\n'
#: Anki's own note types, and the card of ours that takes the same note.
STOCK = {
    "Basic": ONE,
    "Basic (type in the answer)": ONE,
    "Basic (and reversed card)": BOTH,
    "Basic (optional reversed card)": BOTH,
    "Cloze": GAPS,
}
LATER = 100_000_000


def add_stock(learner: Learner, name: str) -> None:
    """Adds and studies a note of a note type that every collection has, as it was a year ago."""
    note_type = learner.col.models.by_name(name)
    assert note_type is not None
    assert learner.col.db is not None
    note = learner.col.new_note(note_type)
    note.fields = [("{{c1::a}} {{c2::b}}" if name == "Cloze" else "a"), "b", "c"][: len(note.fields)]
    learner.col.add_note(note, learner.deck("Theirs"))
    learner.col.db.execute("update notes set guid = ?, mod = 1000", GUID)
    learner.study()


def theirs(path: Path, template: str = "Card 1") -> Path:
    """The package of a genanki script."""
    names, faces = [{"name": "Front"}, {"name": "Back"}], {"qfmt": "{{Front}}", "afmt": "{{Back}}"}
    model = genanki.Model(1_234_567_891, "Theirs", fields=names, templates=[{"name": template, **faces}])
    deck = genanki.Deck(1_234_567_890, "Theirs")
    deck.add_note(genanki.Note(model, ["Which river?", "Nile"], guid=GUID))
    genanki.Package(deck).write_to_file(path, timestamp=1)
    return path


@pytest.mark.parametrize("name", STOCK)
def test_histories_of_anki_s_own_note_types_end_on_the_right_card_when_merged(
    author: Author, learner: Learner, name: str
) -> None:
    add_stock(learner, name)
    before = learner.histories()
    author.section(STOCK[name])
    author.build(later=LATER)
    assert learner.import_package(author.package, merge=True) == Import(0, 1, 0, 0, 0)
    assert learner.histories() == before  # and no card without a history is new
    assert learner.faults() == []
    assert not any(card.ord > 1 for card in learner.cards())


def test_a_history_of_genanki_s_usual_template_ends_on_the_right_card_when_merged(
    author: Author, learner: Learner, tmp_path: Path
) -> None:
    learner.import_package(theirs(tmp_path / "theirs.apkg"))
    learner.study()
    before = learner.histories()
    author.section(ONE)
    author.build()
    learner.import_package(author.package, merge=True)
    assert learner.histories() == before
    assert learner.faults() == []


def test_a_note_under_another_note_type_stays_as_it_is_by_default(
    author: Author, learner: Learner, tmp_path: Path
) -> None:
    learner.import_package(theirs(tmp_path / "theirs.apkg"))
    author.section(ONE)
    author.build()
    assert learner.import_package(author.package) == Import(0, 0, 0, 1, 0)
    assert learner.note(GUID).fields == ["Which river?", "Nile"]


@pytest.mark.parametrize("template", ["Card 1", "Recall"])
def test_what_merging_costs_is_said_before_the_import(author: Author, tmp_path: Path, template: str) -> None:
    package = theirs(tmp_path / "theirs.apkg", template)
    author.section(ONE)
    author.build()
    said = CliRunner().invoke(
        main, ["plan", str(author.folder), "--against", str(package), "--output", str(author.out)]
    )
    assert "the note type 'Theirs' of " in said.output
    assert "import it without 'merge note types'" in said.output
    is_blank = template == "Recall"
    assert ("histories of the cards 'Recall' would end on a blank front" in said.output) == is_blank
    seen = {check.name: check for check in verify(author.package, package).checks}
    assert not seen["nothing conflicts with the previous package"].ok
    merged = seen["with 'merge note types' ticked, no history ends on a blank card"]
    assert merged.ok != is_blank
    assert merged.seen == f"{int(is_blank)} of 1 studied cards are blank, a full sync is needed"


def test_after_a_merge_no_later_package_updates_a_note(author: Author, learner: Learner, tmp_path: Path) -> None:
    """Which is why nobody should tick it: the merged note type has the fields of both."""
    learner.import_package(theirs(tmp_path / "theirs.apkg"))
    author.section(ONE + "  - {id: y, question: What?, answer: That}\n")
    author.build()
    learner.import_package(author.package, merge=True)
    author.edit("answer: That", "answer: This")
    author.build()
    assert learner.import_package(author.package) == Import(0, 0, 0, 2, 0)
    assert learner.import_package(author.package, merge=True).updated == 1
