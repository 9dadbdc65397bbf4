"""What the page shows, as values for JSON: the deck, both sides of its cards, the problems."""

from __future__ import annotations

import html as html_entities
import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from studydeck.model import Deck, MediaFile, Note, Problem
from studydeck.text.formula import with_mathml, with_tex

_TAGS = re.compile(r"<[^>]*>")
_ALT = re.compile(r'<img [^>]*?alt="([^"]*)"[^>]*>')
_SOUND = re.compile(r"\[sound:[^\]]*\]")


class View(NamedTuple):
    """One state of the page. `cards` are in study order, by a key that survives edits; `media` is by name."""

    head: Mapping[str, Any]
    cards: Mapping[str, Mapping[str, Any]]
    problems: Sequence[Problem]
    media: Mapping[str, Path]


def view(
    deck: Deck,
    notes: Sequence[Note],
    drawn: Sequence[Sequence[tuple[str, str]]],
    states: Mapping[str, str],
    problems: Sequence[Problem],
    media: Sequence[MediaFile],
    css: str,
) -> View:
    """The page of a deck whose notes were drawn: a question and an answer side for each card of each note.

    `states` says which notes are new, edited or retired since the last build, by id.
    """
    by_card = _beside(notes, problems)
    cards: dict[str, Mapping[str, Any]] = {}
    for note, sides in zip(notes, drawn, strict=True):
        asked = _line(note.card.kind.sides(note).question) or note.identity.id
        for number, (question, answer) in zip(note.ords, sides, strict=True):
            cards[f"{note.identity.id}/{number + 1}"] = {
                "id": note.identity.id,
                "section": note.section,
                "name": note.card.kind.card_name(note, number),
                "asks": asked,
                "state": states.get(note.identity.id, ""),
                "path": note.card.place.path,
                "line": note.card.place.line,
                "tags": note.tags,
                "question": with_mathml(question),
                "answer": with_mathml(answer),
                "problems": by_card.get(note.identity.id, ()),
            }
    head = {
        "title": str(deck.title),
        "language": deck.language,
        "sections": [{"tag": section.tag, "name": str(section.name)} for section in deck.sections],
        "notes": len(notes),
        "css": css,
    }
    return View(head, cards, problems, {each.name: each.path for each in media})


def with_problems(shown: View, problems: Sequence[Problem]) -> View:
    """The last page without errors, with the errors that the deck has now."""
    return shown._replace(problems=problems)


@lru_cache(10_000)  # called at every save
def _line(html: str) -> str:
    """HTML as a line of text: TeX without its delimiters, a picture as its alternative text."""
    html = _SOUND.sub("♪", _ALT.sub(r"\1", with_tex(html)))
    return " ".join(html_entities.unescape(_TAGS.sub("", html)).split())


def _beside(notes: Sequence[Note], problems: Sequence[Problem]) -> dict[str, list[dict[str, Any]]]:
    """The problems in each note's lines, by the note's id."""
    starts: dict[str, list[tuple[int, str]]] = {}
    for note in notes:
        starts.setdefault(note.card.place.path, []).append((note.card.place.line, note.identity.id))
    for of_file in starts.values():
        of_file.sort()
    beside: dict[str, list[dict[str, Any]]] = {}
    for each in problems:
        of_file = starts.get(each.path, [])
        if position := bisect_right(of_file, each.line, key=lambda start: start[0]):
            beside.setdefault(of_file[position - 1][1], []).append(each._asdict())
    return beside
