"""The note types are frozen: a field or template added, removed or moved makes every learner's note conflict.

If a test here fails, you are about to cost every learner something. Name a spare instead, and read docs/design.md.
"""

from __future__ import annotations

import html

import pytest
from author import Author

from studydeck.engine.learner import Learner
from studydeck.history import note_type_ids
from studydeck.render import note_types

#: Of the note type for questions: two have what a learner's device says.
ALOUD = [(f"Spare {number}", True) for number in (1, 2, 3)]
ALOUD += [("Question aloud", True), ("Answer aloud", True), ("My notes", False)]
SPARES = [*((f"Spare {number}", True) for number in range(1, 6)), ("My notes", False)]


def test_fields_and_templates_are_those_of_the_first_release(author: Author) -> None:
    author.section("  - {id: a, question: What?, answer: x}\n")
    loaded = author.load()
    qa, cloze = note_types(loaded.deck, note_type_ids(loaded.deck, loaded.lock))
    assert (qa.key, qa.name, cloze.key, cloze.name) == ("qa", "Rivers Q&A", "cloze", "Rivers Cloze")
    assert [(field.name, field.collapsed) for field in qa.fields] == [
        ("Question", False),
        ("Answer", False),
        ("Reverse question", False),
        ("Reverse answer", False),
        ("Also right", False),
        ("Hint", False),
        ("Details", False),
        ("Source", False),
        ("Section", True),
        ("Reverse", True),
        ("Typed", True),
        ("Id", True),
        *ALOUD,
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
    assert [each.name for each in qa.templates] == ["Card 1", "Card 2", "Card 3"]
    assert [each.name for each in cloze.templates] == ["Cloze"]


def test_numbers_of_note_types_fields_and_templates_are_those_of_the_first_release(author: Author) -> None:
    loaded = author.load()
    qa, cloze = note_types(loaded.deck, note_type_ids(loaded.deck, loaded.lock))
    assert (qa.id, cloze.id) == (16520505630362, 279163676818207)
    for note_type in (qa, cloze):
        assert [field.id - note_type.id for field in note_type.fields] == list(range(1, len(note_type.fields) + 1))
        assert [each.id for each in note_type.templates] == [0] * len(note_type.templates)


def test_the_note_type_of_pictures_with_parts_is_that_of_the_first_release(author: Author) -> None:
    """Anki's editor of masks finds the first five fields by their tags (test_occlusion.py)."""
    author.write("media/heart.svg", b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>")
    author.section("  - {id: a, occlude: heart.svg, parts: [{id: x, name: X, at: [1, 1, 1, 1]}]}\n")
    loaded = author.load()
    note_type = note_types(loaded.deck, note_type_ids(loaded.deck, loaded.lock))[-1]
    assert (note_type.key, note_type.name, note_type.masks) == ("occlusion", "Rivers Occlusion", True)
    assert note_type.id == 277488595927772
    names = ("Occlusion", "Image", "Header", "Details", "Comments", "Names", "Hint", "Source")
    assert [(field.name, field.collapsed) for field in note_type.fields] == [
        *((name, False) for name in names),
        ("Section", True),
        ("Id", True),
        *SPARES,
    ]
    assert [each.name for each in note_type.templates] == ["Image Occlusion"]


def test_guids_are_those_of_the_first_release(author: Author) -> None:
    author.section("  - {id: a, question: What?, answer: x}\n")
    author.build()
    assert author.guid("a") == "8dedffac77327c165a13"


@pytest.mark.parametrize("title", ["A {{{Foo}}} b", "{{Foo}}", "{", "{{#Question}}", "<script>"])
def test_no_title_of_a_material_is_a_template(author: Author, learner: Learner, title: str) -> None:
    author.write(
        "deck.yaml", f"deck: Rivers\nuid: testtesttest\nmaterial: {{title: '{title}', url: 'https://e.org/{{{{x'}}\n"
    )
    author.section("  - {id: x, question: Q?, answer: A, source: p1s1}\n")
    author.build()
    learner.import_package(author.package)
    (card,) = learner.cards()
    shown = card.render_output().answer_text
    assert "has a problem" not in shown
    assert html.escape(title).replace("{", "&#123;") in shown
