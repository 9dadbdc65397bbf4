"""What a learner's collection or export says of some notes: every answer, and what became of each card.

Read without the engine. Moments tell a learner's days, and a learner's fields may hold anything: use both to count, and
neither show nor keep them.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Container, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from studydeck.package.collection import UnreadableError, is_collection, opened, whole
from studydeck.package.read import whole_number

#: A card of the deck: its note's guid, and its number there, from 0.
CardKey = tuple[str, int]

_MOST_ANSWERS = 2_000_000  # of one learner to the cards of some decks; a lifetime's to all of them are a million
_LONGEST = 600_000  # milliseconds; Anki itself stops the clock after a minute, unless told otherwise
_AGAIN, _EASY = 1, 4
_SUSPENDED = -1  # the queue of such cards
_FLAG = 7  # the bits of a card's flags that hold one


class Answer(NamedTuple):
    """A learner's answer: when, in milliseconds since 1970; whether the card was forgotten; and the time it took."""

    moment: int
    forgotten: bool
    milliseconds: int


class StudiedCard(NamedTuple):
    """A card that a learner has answered, its `answers` in order. FSRS's figures are None where it isn't used."""

    answers: Sequence[Answer]
    lapses: int
    is_leech: bool
    is_suspended: bool
    is_flagged: bool
    difficulty: float | None
    stability: float | None


class Studied(NamedTuple):
    """What a learner did: the cards that were answered, and the stamps (in seconds) and fields of their notes."""

    cards: Mapping[CardKey, StudiedCard]
    notes: Mapping[str, tuple[int, Sequence[str]]]


def read_studied(path: Path, guids: Container[str]) -> Studied:
    """What a learner's collection, .apkg or .colpkg says of the notes with these `guids`.

    Raises ValueError with a sentence, also if there is no review at all; OSError if the file can't be read.
    """
    data = whole(path)
    if not is_collection(data):
        raise ValueError(f"{path} is neither a package nor a collection of Anki's")
    try:
        with opened(data) as (connection, _):
            studied = _read(connection, guids)
    except ValueError as error:
        raise ValueError(f"{path} {error}") from None
    return studied


def _read(connection: sqlite3.Connection, guids: Container[str]) -> Studied:
    if connection.execute("select 1 from revlog limit 1").fetchone() is None:
        raise UnreadableError("has no reviews; export it again with 'Include scheduling information' ticked")
    notes = {}
    leeches = set()
    for note_id, guid, modified, tags, fields in connection.execute("select id, guid, mod, tags, flds from notes"):
        if guid in guids:
            notes[note_id] = guid, (whole_number(modified), tuple(str(fields).split("\x1f")))
            if "leech" in str(tags).casefold().split():
                leeches.add(note_id)
    cards = {}
    answers: dict[int, list[Answer]] = {}
    rows = connection.execute("select id, nid, ord, queue, flags, lapses, data from cards")
    for card_id, note_id, number, queue, flags, lapses, data in rows:
        if note_id in notes:
            answers[card_id] = []
            lapsed = whole_number(lapses)
            cards[card_id] = (notes[note_id][0], whole_number(number)), StudiedCard(
                answers[card_id], lapsed, note_id in leeches and lapsed > 0, queue == _SUSPENDED,
                whole_number(flags) & _FLAG > 0, *_memory(data),
            )  # fmt: skip
    count = 0
    for card_id, answer in _answers(connection):
        if card_id in answers:
            answers[card_id].append(answer)
            count += 1
            if count > _MOST_ANSWERS:
                raise UnreadableError(f"has more than {_MOST_ANSWERS:,} reviews of these cards")
    seen = {key: card for key, card in cards.values() if card.answers}
    asked = {guid for guid, _ in seen}
    return Studied(seen, {guid: note for guid, note in notes.values() if guid in asked})


def _answers(connection: sqlite3.Connection) -> Iterator[tuple[int, Answer]]:
    """All answers from the oldest on, without what an add-on or a person did to cards by hand."""
    for moment, card_id, button, milliseconds in connection.execute(
        "select id, cid, ease, time from revlog order by id"
    ):
        if _AGAIN <= whole_number(button) <= _EASY:
            took = min(max(whole_number(milliseconds), 0), _LONGEST)
            yield card_id, Answer(whole_number(moment), button == _AGAIN, took)


def _memory(data: object) -> tuple[float | None, float | None]:
    """FSRS's difficulty and stability in days, from the JSON that Anki keeps with a card."""
    try:
        said = json.loads(str(data) or "{}")
    except (ValueError, RecursionError):
        return None, None
    found = (said.get("d"), said.get("s")) if isinstance(said, dict) else (None, None)
    difficulty, stability = (each if isinstance(each, int | float) and 0 < each < 1e6 else None for each in found)
    return difficulty, stability
