"""What the page shows, as values for JSON: the deck, both sides of its cards, the problems."""

from __future__ import annotations

import html as html_entities
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from studydeck.model import Deck, MediaFile, Note, Part, Problem, problems_by_note
from studydeck.patterns import pattern
from studydeck.text.formula import with_mathml, with_tex

_TAGS = pattern(r"<[^>]*>")
_SOURCE = pattern(r'<img [^>]*?src="([^"]*)"')
_ALT = pattern(r'<img [^>]*?alt="([^"]*)"[^>]*>')
_FORMULAS = pattern(r'(<math\b.*?</math>|<code class="tex".*?</code>)', re.DOTALL)
_SOUND = pattern(r"\[sound:[^\]]*\]")


class View(NamedTuple):
    """One state of the page. `cards` are in study order, by a key that survives edits; `media` is by name.

    It `is_part` of the deck if cards that have errors were left out.
    """

    head: Mapping[str, Any]
    cards: Mapping[str, Mapping[str, Any]]
    problems: Sequence[Problem]
    media: Mapping[str, Path]
    is_part: bool = False


def view(
    deck: Deck,
    notes: Sequence[Note],
    drawn: Sequence[Sequence[tuple[str, str]]],
    states: Mapping[str, str],
    problems: Sequence[Problem],
    media: Sequence[MediaFile],
    css: str,
    signs: Mapping[tuple[str, int], str] = {},
) -> View:
    """The page of a deck whose notes were drawn: a question and an answer side for each card of each note.

    `states` says which notes are new, edited or retired since the last build, by id. Where all are new, none is told.
    `signs` are what learners say of cards, by their notes' ids and their numbers.
    """
    if set(states.values()) == {"new"} and len(states) == len(notes):
        states = {}
    by_card = problems_by_note(notes, problems)
    cards: dict[str, Mapping[str, Any]] = {}
    for note, sides in zip(notes, drawn, strict=True):
        question = note.card.kind.sides(note).question
        asked = _line(question) or note.identity.id
        shown = _with_formulas(question)
        drawn_on = _parts(note)
        for number, (front, back) in zip(note.ords, sides, strict=True):
            cards[f"{note.identity.id}/{number + 1}"] = {
                "id": note.identity.id,
                "section": note.section,
                "name": note.card.kind.card_name(note, number),
                "asks": asked,
                "shown": shown,
                "state": states.get(note.identity.id, ""),
                "path": note.card.place.path,
                "line": note.card.place.line,
                "tags": note.tags,
                "signs": signs.get((note.identity.id, number), ""),
                "question": with_mathml(front),
                "answer": with_mathml(back),
                "problems": [each._asdict() for each in by_card.get(note.identity.id, ())],
                "type": note.kind if note.card.kind.note_type else "",
                **drawn_on,
            }
    head = {
        "title": str(deck.title),
        "language": deck.language,
        "sections": [{"tag": section.tag, "name": str(section.name)} for section in deck.sections],
        "notes": len(notes),
        "css": css,
        "own_css": {kind.key: kind.note_type.css for kind in deck.own_kinds.values() if kind.note_type},
    }
    return View(head, cards, problems, {each.name: Path(each.path) for each in media})


def _parts(note: Note) -> dict[str, Any]:
    """The picture of a card with parts to name, and these, for drawing others."""
    if not note.card.kind.masks:
        return {}
    parts: Sequence[Part] = note.card.values["parts"]
    listed = [{"id": str(each.id), "name": str(each), "shape": each.shape, "at": each.at} for each in parts]
    picture = _SOURCE.search(note.card.kind.sides(note).question)
    return {"picture": html_entities.unescape(picture[1]) if picture else "", "parts": listed}


def with_problems(shown: View, problems: Sequence[Problem]) -> View:
    """The last page without errors, with the errors that the deck has now."""
    return shown._replace(problems=problems)


@lru_cache(10_000)  # called at every save
def _with_formulas(html: str) -> str:
    """The line of text as HTML that has formulas and no other markup; nothing for a line without formulas."""
    parts = _FORMULAS.split(with_mathml(_SOUND.sub("♪", _ALT.sub(r"\1", html))))
    parts[0::2] = [_TAGS.sub("", part) for part in parts[0::2]]
    return "".join(parts) if len(parts) > 1 else ""


@lru_cache(10_000)  # called at every save
def _line(html: str) -> str:
    """HTML as a line of text: TeX without its delimiters, a picture as its alternative text."""
    html = _SOUND.sub("♪", _ALT.sub(r"\1", with_tex(html)))
    return " ".join(html_entities.unescape(_TAGS.sub("", html)).split())
