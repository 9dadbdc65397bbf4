"""What the page shows, as values for JSON: the deck, both sides of its cards, the problems."""

from __future__ import annotations

import html as html_entities
import re
from collections.abc import Mapping, Sequence, Set
from pathlib import Path
from typing import Any, NamedTuple

from studydeck.model import Deck, Note, Part, Problem
from studydeck.patterns import pattern
from studydeck.text.formula import with_mathml, with_tex

_TAGS = pattern(r"<[^>]*>")
#: What starts or ends a line on the card, so that there is a blank in the line of text.
_BREAKS = pattern(r"<(?=br\b|/?(?:p|div|[uo]l|li|h\d|pre|blockquote|table|t[rdh])\b)", re.IGNORECASE)
_SOURCE = pattern(r'<img [^>]*?src="([^"]*)"')
_ALT = pattern(r'<img [^>]*?alt="([^"]*)"[^>]*>')
_FORMULAS = pattern(r'(<math\b.*?</math>|<code class="tex".*?</code>)', re.DOTALL)
_SOUND = pattern(r"\[sound:[^\]]*\]")


class Face(NamedTuple):
    """What a note looks like: its question as a line of text, that line with formulas, and both sides of its cards."""

    asks: str
    shown: str
    sides: tuple[tuple[str, str], ...]


class View(NamedTuple):
    """One state of the page. `cards` are in study order, by a key that survives edits; `media` is by name.

    `beside_cards` are the problems that are shown beside a card. It `is_part` of the deck if cards with errors are
    left out.
    """

    head: Mapping[str, Any]
    cards: Mapping[str, Mapping[str, Any]]
    problems: Sequence[Problem]
    beside_cards: Set[Problem]
    media: Mapping[str, Path]
    is_part: bool = False


def face(note: Note, drawn: Sequence[tuple[str, str]]) -> Face:
    """What a note looks like whose cards were `drawn`: a question and an answer side for each."""
    question = note.card.kind.sides(note).question
    return Face(_line(question), _with_formulas(question), tuple((with_mathml(q), with_mathml(a)) for q, a in drawn))


def cards_of(
    notes: Sequence[Note],
    faces: Sequence[Face],
    states: Sequence[str],
    problems: Mapping[str, Sequence[Problem]],
    signs: Mapping[tuple[str, int], str],
) -> dict[str, Mapping[str, Any]]:
    """The cards of some notes for the page.

    `states` says of each note whether it is "new", "edited" or "retired" since the last build. `problems` are by the
    notes' ids; `signs` are what learners say of cards, by their notes' ids and their numbers.
    """
    cards: dict[str, Mapping[str, Any]] = {}
    for note, (asks, shown, sides), state in zip(notes, faces, states, strict=True):
        parts = _parts(note)
        for number, (front, back) in zip(note.ords, sides, strict=True):
            cards[f"{note.identity.id}/{number + 1}"] = {
                "id": note.identity.id,
                "section": note.section,
                "name": note.card.kind.card_name(note, number),
                "asks": asks or note.identity.id,
                "shown": shown,
                "state": state,
                "path": note.card.place.path,
                "line": note.card.place.line,
                "tags": note.tags,
                "signs": signs.get((note.identity.id, number), ""),
                "question": front,
                "answer": back,
                "problems": [each._asdict() for each in problems.get(note.identity.id, ())],
                "type": note.kind if note.card.kind.note_type else "",
                **parts,
            }
    return cards


def head_of(deck: Deck, notes: int, css: str) -> dict[str, Any]:
    """What the page says of the deck as a whole, which has so many `notes`."""
    return {
        "title": str(deck.title),
        "language": deck.language,
        "sections": [{"tag": section.tag, "name": str(section.name)} for section in deck.sections],
        "notes": notes,
        "css": css,
        "own_css": {kind.key: kind.note_type.css for kind in deck.own_kinds.values() if kind.note_type},
    }


def _parts(note: Note) -> dict[str, Any]:
    """The picture of a card with parts to name, and these, for drawing others."""
    if not note.card.kind.masks:
        return {"picture": "", "parts": None}
    parts: Sequence[Part] = note.card.values["parts"]
    listed = [{"id": str(each.id), "name": str(each), "shape": each.shape, "at": each.at} for each in parts]
    picture = _SOURCE.search(note.card.kind.sides(note).question)
    return {"picture": html_entities.unescape(picture[1]) if picture else "", "parts": listed}


def with_problems(shown: View, problems: Sequence[Problem]) -> View:
    """The last page without errors, with the errors that the deck has now."""
    return shown._replace(problems=problems)


def _with_formulas(html: str) -> str:
    """The line of text as HTML that has formulas and no other markup; nothing for a line without formulas."""
    parts = _FORMULAS.split(with_mathml(_without_media(html)))
    parts[0::2] = [_TAGS.sub("", part) for part in parts[0::2]]
    return "".join(parts).strip() if len(parts) > 1 else ""


def _line(html: str) -> str:
    """HTML as a line of text: TeX without its delimiters, a picture as its alternative text."""
    return " ".join(html_entities.unescape(_TAGS.sub("", _without_media(with_tex(html)))).split())


def _without_media(html: str) -> str:
    """HTML with a picture's alternative text, a note for a sound, and a blank between what has lines of its own."""
    return _BREAKS.sub(" <", _SOUND.sub(" ♪ ", _ALT.sub(r"\1", html)))
