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
_FORMULAS = re.compile(r'(<math\b.*?</math>|<code class="tex".*?</code>)', re.DOTALL)
_SOUND = re.compile(r"\[sound:[^\]]*\]")


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
) -> View:
    """The page of a deck whose notes were drawn: a question and an answer side for each card of each note.

    `states` says which notes are new, edited or retired since the last build, by id. Where all are new, none is told.
    """
    if set(states.values()) == {"new"} and len(states) == len(notes):
        states = {}
    by_card = _beside(notes, problems)
    cards: dict[str, Mapping[str, Any]] = {}
    for note, sides in zip(notes, drawn, strict=True):
        question = note.card.kind.sides(note).question
        asked = _line(question) or note.identity.id
        shown = _with_formulas(question)
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
                "question": with_mathml(front),
                "answer": with_mathml(back),
                "problems": by_card.get(note.identity.id, ()),
                "type": note.kind if note.card.kind.note_type else "",
            }
    head = {
        "title": str(deck.title),
        "language": deck.language,
        "sections": [{"tag": section.tag, "name": str(section.name)} for section in deck.sections],
        "notes": len(notes),
        "css": css,
        "own_css": {kind.key: kind.note_type.css for kind in deck.own_kinds.values() if kind.note_type},
    }
    return View(head, cards, problems, {each.name: each.path for each in media})


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


def _beside(notes: Sequence[Note], problems: Sequence[Problem]) -> dict[str, list[dict[str, Any]]]:
    """The problems in each note's lines, by the note's id."""
    starts: dict[str, list[tuple[int, str]]] = {}
    lists = set()
    for note in notes:
        item = note.card.item
        of_list = item is not None and (item.list.path, item.list.line) not in lists
        if item is not None and of_list:  # the first item has the problems of the list's question
            lists.add((item.list.path, item.list.line))
            starts.setdefault(note.card.place.path, []).append((note.card.asks.line, note.identity.id))
        starts.setdefault(note.card.place.path, []).append((note.card.place.line, note.identity.id))
    for of_file in starts.values():
        of_file.sort()
    beside: dict[str, list[dict[str, Any]]] = {}
    for each in problems:
        of_file = starts.get(each.path, [])
        if position := bisect_right(of_file, each.line, key=lambda start: start[0]):
            beside.setdefault(of_file[position - 1][1], []).append(each._asdict())
    return beside
