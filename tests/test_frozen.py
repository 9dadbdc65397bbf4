"""The note types are frozen: a field or template added, removed or moved makes every learner's note conflict.

If a test here fails, you are about to cost every learner something. Name a spare instead, and read docs/design.md.
"""

from __future__ import annotations

from author import Author

from builder.history import note_type_ids
from builder.render import note_types

SPARES = [("Spare 1", True), ("Spare 2", True), ("Spare 3", True)]


def test_fields_and_templates_are_those_of_the_first_release(author: Author) -> None:
    author.section("  - {id: a, question: What?, answer: x}\n")
    loaded = author.load()
    qa, cloze = note_types(loaded.deck, note_type_ids(loaded.deck, loaded.lock))
    assert (qa.key, qa.name, cloze.key, cloze.name) == ("qa", "Rivers Q&A", "cloze", "Rivers Cloze")
    assert [(field.name, field.collapsed) for field in qa.fields] == [
        ("Question", False),
        ("Answer", False),
        ("Hint", False),
        ("Details", False),
        ("Source", False),
        ("Section", True),
        ("Reverse", True),
        ("Typed", True),
        ("Id", True),
        *SPARES,
    ]
    assert [(field.name, field.collapsed) for field in cloze.fields] == [
        ("Text", False),
        ("Hint", False),
        ("Details", False),
        ("Source", False),
        ("Section", True),
        ("Id", True),
        *SPARES,
    ]
    assert [each.name for each in qa.templates] == ["Question → answer", "Answer → question", "Spare"]
    assert [each.name for each in cloze.templates] == ["Cloze"]


def test_numbers_of_note_types_fields_and_templates_are_those_of_the_first_release(author: Author) -> None:
    loaded = author.load()
    qa, cloze = note_types(loaded.deck, note_type_ids(loaded.deck, loaded.lock))
    assert (qa.id, cloze.id) == (16520505630362, 279163676818207)
    for note_type in (qa, cloze):
        assert [field.id - note_type.id for field in note_type.fields] == list(range(1, len(note_type.fields) + 1))
        assert [each.id - note_type.id for each in note_type.templates] == list(
            range(101, len(note_type.templates) + 101)
        )


def test_guids_are_those_of_the_first_release(author: Author) -> None:
    author.section("  - {id: a, question: What?, answer: x}\n")
    author.build()
    assert author.guid("a") == "8dedffac77327c165a13"
