"""The reverse card with a question of its own, and answers to be typed that are right in several ways."""

from __future__ import annotations

import json
import re

import pytest
from author import DECK, Author
from click.testing import CliRunner
from test_look import sides

from studydeck.cli import main
from studydeck.commands.export import export_deck
from studydeck.engine.learner import Import, Learner
from studydeck.pipeline import compile_notes

ENGLISH = DECK + "language: en\n"
PLAIN = "id: icam, question: What does ICAM-1 stand for?, answer: Intercellular adhesion molecule 1"
ASKED = "What is intercellular adhesion molecule 1 called for short?"


def drawn(author: Author, card: str) -> dict[str, str]:
    """The words of each side of a card."""
    author.section(f"  - {{{card}}}\n")
    shown = sides(author.load())[1]
    return {name: " ".join(re.sub(r"<[^>]*>", " ", html).split()) for name, html in shown.items()}


@pytest.mark.parametrize(
    ("more", "front", "back"),
    [
        ("reverse: true", "Intercellular adhesion molecule 1 ← ?", "What does ICAM-1 stand for?"),
        ("reverse: true, reverse-answer: ICAM-1", "Intercellular adhesion molecule 1 ← ?", "ICAM-1"),
        (f"reverse: {ASKED}", ASKED, "What does ICAM-1 stand for?"),
        (f"reverse: {ASKED}, reverse-answer: ICAM-1", ASKED, "ICAM-1"),
        ("reverse: 'What is *it* [short](https://e.org) for?'", "What is it short for?", "What does ICAM-1 stand for?"),
    ],
)
def test_the_reverse_card_asks_and_answers_what_its_author_wrote(
    author: Author, more: str, front: str, back: str
) -> None:
    shown = drawn(author, f"{PLAIN}, {more}")
    assert shown["icam-1-question"] == "Water What does ICAM-1 stand for?"
    assert shown["icam-2-question"] == f"Water {front}"
    assert shown["icam-2-answer"] == f"Water {front.removesuffix(' ← ?')} {back}"


def test_reverse_may_come_change_and_go_and_every_history_stays(author: Author, learner: Learner) -> None:
    author.section(f"  - {{{PLAIN}}}\n")
    author.build()
    learner.import_package(author.package)
    learner.study()
    ways = [
        "reverse: true",
        f"reverse: {ASKED}",
        f"reverse: {ASKED}, reverse-answer: ICAM-1",
        "reverse: false",
        "reverse: Which name is short for it?, typed: true",
        "reverse: Which name is short for it?, typed: [CD54]",
        "typed: [CD54, BB2]",
        "hint: h",
        "reverse: true",
    ]
    for way in ways:
        before = learner.histories()
        author.section(f"  - {{{PLAIN}, {way}}}\n")
        author.build(later=100_000_000)
        assert learner.import_package(author.package) == Import(0, 1, 0, 0, 0), way
        after = learner.histories()
        assert {card: after[card] for card in before} == before, way
        assert len(after) <= 2
        assert not learner.schema_changed
        learner.study()
    assert len(learner.histories()) == 2
    assert learner.faults() == []


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("reverse: yes", "expected true, false or a text for 'reverse', found the string 'yes'"),
        ("reverse: 'No'", "expected true, false or a text for 'reverse', found the string 'No'"),
        ("reverse: 1", "expected true, false or a text for 'reverse', found the string '1'"),
        ("reverse: [a]", "expected true, false or a text for 'reverse', found a list"),
        ("reverse: ~", "expected true, false or a text for 'reverse', found the string '~'"),
        ("reverse: ' '", "'reverse' is empty"),
        ("reverse: '&nbsp;'", "the question is empty"),
        ("reverse-answer: x", "'reverse-answer' does nothing without 'reverse'"),
        ("reverse: TODO, reverse-answer: x", "the card isn't finished: it says 'TODO'"),
        ("reverse: 'What is {{c1::it}}?'", "gaps only work in the text of a cloze"),
        ("reverse: 'Which is ![a map](no.svg)?'", "there is no file 'no.svg' in the deck's media folder"),
        ("reverse: What does ICAM-1 stand for?", "this asks the same as"),
        ("typed: on", "expected true, false or a list of texts for 'typed', found the string 'on'"),
        ("typed: []", "the list 'typed' is empty"),
        ("typed: ['']", "'typed' is empty"),
        ("typed: {a: b}", "expected true, false or a list of texts for 'typed', found a mapping"),
        ("typed: [[a]]", "expected a string for 'typed', found a list"),
    ],
)
def test_a_mistake_in_them_is_an_error(author: Author, more: str, told: str) -> None:
    author.section(f"  - {{{PLAIN}, {more}}}\n")
    assert told in "\n".join(each.message for each in author.load().errors)


def test_two_reverse_cards_that_ask_the_same_are_told_with_the_line_of_the_other(author: Author) -> None:
    author.section(
        "  - {question: A?, answer: 1, reverse: Which letter is it?}\n"
        "  - {question: B?, answer: 2, reverse: which letter is it?}\n"
        "  - {question: C?, answer: 3, reverse: which letter is it?, retired: true}\n"
    )
    (told,) = author.load().errors
    assert (told.name, told.line, told.column) == ("same-question-other-answer", 4, 40)
    assert "water.yaml:3 " in told.message


def test_a_reverse_question_is_judged_like_any_other(author: Author) -> None:
    author.write("deck.yaml", ENGLISH)
    asked = "'What is ICAM-1, and why?'"
    author.section(f"  - {{{PLAIN}, reverse: {asked}, reverse-answer: A molecule}}\n")
    column = author.read("water.yaml").splitlines()[2].index(asked) + 1
    assert [(each.name, each.column) for each in author.judgements()] == [("two-questions", column)]
    author.edit("reverse: ", "ok: [two-questions], reverse: ")
    assert author.judgements() == []


def test_plan_and_stats_and_paper_and_schema_know_them(author: Author) -> None:
    author.section(f"  - {{{PLAIN}}}\n")
    author.build()
    author.section(f"  - {{{PLAIN}, reverse: '{ASKED}', reverse-answer: ICAM-1, typed: [CD54]}}\n")
    words = ("--format", "json", "--output", str(author.out), str(author.folder))
    (plan,) = json.loads(CliRunner().invoke(main, ["plan", *words]).stdout)["plans"]
    assert plan["summary"].startswith("0 new cards, 1 edited (1 reversal)")
    changed = ["Reverse question", "Reverse answer", "Also right", "Reverse", "Typed"]
    assert [each["field"] for each in plan["cards"][0]["changes"]] == changed
    (counted,) = json.loads(CliRunner().invoke(main, ["stats", "--format", "json", str(author.folder)]).stdout)["decks"]
    assert (counted["kinds"]["reversed"], counted["kinds"]["typed"], counted["cards"]) == (1, 1, 2)
    page = export_deck(author.load(), "print", None, author.folder / "page.html").read_text("utf-8")
    assert page.count('<article class="row">') == 2
    assert ASKED in page


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ("true", ""),
        ("[Rhein]", "Rhein"),
        ("Rhein", "Rhein"),
        ("[Rhine, Rhein, Rijn]", "Rhein · Rijn"),
        ("[Rhine]", ""),
        ("[no, 2.10]", "no · 2.10"),
    ],
)
def test_what_is_right_too_is_shown_below_what_was_typed(
    author: Author, learner: Learner, typed: str, field: str
) -> None:
    author.section(f"  - {{id: x, question: Which river?, answer: Rhine, typed: {typed}}}\n")
    author.build()
    learner.import_package(author.package)
    (card,) = learner.cards()
    output = card.render_output()
    assert "[[type:Answer]]" in output.question_text
    assert learner.col.compare_answer(card.note()["Answer"], "Rhine") == (
        "<code id=typeans><span class=typeGood>Rhine</span></code>"
    )
    assert "Also right" not in output.question_text
    assert ('class="q-also"' in output.answer_text) == bool(field)
    assert f"✓ {field}" in output.answer_text or not field
    assert output.answer_text.index("[[type:Answer]]") < output.answer_text.find("✓") or not field


def test_a_card_that_is_not_typed_has_nothing_to_type(author: Author) -> None:
    author.section("  - {id: x, question: Which river?, answer: Rhine, typed: false, reverse: false}\n")
    (note,) = compile_notes(author.load())
    assert [name for name, html in zip(note.card.kind.fields, note.fields, strict=True) if html] == [
        "Question",
        "Answer",
        "Section",
        "Id",
    ]
