"""A question and its answer: plain, reversed, typed, or with a list. One note type for all of them.

A note that changes its type stops updating for learners who have it (docs/design.md, "Why it is so").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from studydeck.model import Card, Key, Kind, Note, Sides, Text, takes
from studydeck.model.kinds import CardTemplate
from studydeck.patterns import pattern

_ASSETS = Path(__file__).parent / "assets"
#: What starts the part of a list in the question of one of its items.
LIST = '<ul class="q-items">'
_PART = pattern(rf"(?:<div[^<>]*>)?{LIST}")
_ALOUD = pattern(r"(?s)\[anki:tts lang=(\w+)\](.*)\[/anki:tts\]")
#: A front that is always empty: Anki makes no card from it (tests/test_anki_import.py, "the spare template").
_NEVER = "{{#Id}}{{^Id}}{{Id}}{{/Id}}{{/Id}}"


def _cards(card: Card, fields: Sequence[str]) -> tuple[int, ...]:
    return (0, 1) if card.has("reverse") else (0,)


def _turned(card: Card) -> Card | None:
    """The reverse card, if it asks a question of its own."""
    question = card.values.get("reverse")
    if not isinstance(question, Text):
        return None
    others = {name: value for name, value in card.values.items() if name in ("language", "retired")}
    answer = card.values.get("reverse-answer", card.asks)
    return Card(card.place, card.kind, {"question": question, "answer": answer, **others})


def listed(notes: Sequence[Note]) -> Sides:
    """The question of a list, and the whole of it, from the notes of its items: a line that comes twice has one."""
    first = notes[0]
    assert first.card.item, first
    html = {str(note.card.own_text).strip(): note.fields[1] for note in notes}
    items = [html[text] for each in first.card.item.whole if (text := each.strip()) in html]
    question = _PART.split(first.fields[0], maxsplit=1)[0]
    if first.card.item.of_text:
        return Sides(question, ["<br>".join(items)])
    tag = "ol" if first.card.item.ordered else "ul"
    return Sides(question, [f"<{tag}>{''.join(f'<li>{each}</li>' for each in items)}</{tag}>"])


def _on_paper(note: Note) -> list[Sides]:
    """The question, and below it that of the reverse card, if it has one of its own."""
    question, answer, turned, turned_answer, *_ = note.fields
    return [Sides(question, [answer]), *([Sides(turned, [turned_answer or question])] if turned else [])]


def _cards_in(fields: Mapping[str, str]) -> tuple[int, ...]:
    return (0, 1) if fields.get("Reverse") else (0,)


def _readable(fields: Mapping[str, str]) -> Mapping[str, str]:
    """The fields with what a device says in words: `Which river? (en_US)`."""
    return {name: _ALOUD.sub(r"\2 (\1)", html) if "[anki:tts" in html else html for name, html in fields.items()}


def _card_name(note: Note, number: int) -> str:
    return "reversed" if number else "item" if note.card.item else "question"


def _named(card: Card) -> Sequence[str]:
    marks = {"reversed": card.has("reverse"), "typed": card.has("typed"), "list": isinstance(card.answer, tuple)}
    marks["item"] = card.item is not None
    return [name for name, marked in marks.items() if marked] or ["question"]


QUESTION = Kind(
    "qa",
    name="question",
    title="Q&A",
    own={
        "question": Key(takes.MARKDOWN, "What the card asks, in Markdown.", "Question", spoken="question", aloud=4),
        "answer": Key(
            takes.MARKDOWN_OR_LIST,
            "The answer in Markdown, or a list of short answers.",
            "Answer",
            in_answer_language=True,
            spoken="answer",
            aloud=5,
        ),
        "steps": Key(
            takes.ITEMS,
            "A list in its order, instead of an answer: a card for each item, which shows the one before it.",
        ),
        "items": Key(
            takes.ITEMS,
            "A list in any order, instead of an answer: a card for each item, which shows all the others.",
        ),
        "lines": Key(
            takes.ITEMS_OR_LINES,
            "A poem or speech, instead of an answer: a card for each line, which shows the two before it.",
        ),
        "reverse": Key(
            takes.FLAG_OR_MARKDOWN,
            "true makes a second card that asks from the answer to the question; a text is what that card asks.",
            "Reverse question",
            "reversal",
            mark="Reverse",
        ),
        "reverse-answer": Key(
            takes.MARKDOWN,
            "The answer of the second card, if it isn't the question.",
            "Reverse answer",
            "reversal",
            needs="reverse",
        ),
        "typed": Key(
            takes.FLAG_OR_LIST,
            "true asks the learner to type the answer; a list has other answers that are right, too.",
            "Also right",
            "typing",
            mark="Typed",
            in_answer_language=True,
        ),
        "answer-language": Key(takes.LANGUAGE, "The answer's language, if it isn't the section's or the deck's."),
        "speak": Key(takes.SIDES, "Which texts are read aloud, if not those that the section or the deck says."),
    },
    required=("question", "answer"),
    asks="question",
    answer="answer",
    fields=(
        "Question",
        "Answer",
        "Reverse question",
        "Reverse answer",
        "Also right",
        "Hint",
        "Details",
        "Source",
        "Section",
        "Reverse",
        "Typed",
        "Id",
    ),
    templates=(
        CardTemplate("Card 1", _ASSETS / "question.html", _ASSETS / "question-answer.html"),
        CardTemplate("Card 2", _ASSETS / "reverse.html", _ASSETS / "reverse-answer.html"),
        CardTemplate("Card 3", _NEVER, _NEVER),
    ),
    cards=_cards,
    readable=_readable,
    on_paper=_on_paper,
    turned=_turned,
    cards_in=_cards_in,
    card_name=_card_name,
    names=("question", "reversed", "typed", "list", "item"),
    unfolds=("steps", "items", "lines"),
    named=_named,
)
