"""Anki's packages and collections (.apkg, .colpkg, .anki2), by their content: notes keep their guids and note types.

Scheduling never comes along: learners have it in their own collections.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Any

from studydeck.importers._occlusion import KEYS, as_parts, is_occlusion
from studydeck.importers.incoming import (
    NOT,
    SAID,
    Given,
    Importer,
    IncomingCard,
    IncomingDeck,
    IncomingType,
    LeftOut,
)
from studydeck.kinds.fronts import Part, named_in, parse_template
from studydeck.model import NoteType
from studydeck.package.collection import FoundNote, is_collection, read_collection


def _fits(given: Given) -> int:
    return SAID if is_collection(given.data) else NOT


def _read(given: Given) -> IncomingDeck:
    try:
        found = read_collection(given.data)
    except ValueError as error:
        raise ValueError(f"{given.path} {error}") from None
    left_out = [
        LeftOut("the reviews and due dates", "learners have them in their own collections")
    ] * found.is_scheduled
    types: dict[int, IncomingType] = {}
    used = {note.type_id for note in found.notes}
    names: dict[str, int] = {}
    for type_id, note_type in found.note_types.items():
        if type_id not in used:
            continue
        name = _folder_name(note_type.name, names)
        of_type = [note.fields for note in found.notes if note.type_id == type_id]
        try:
            filled = _masked(note_type, of_type) or _filled(note_type)
            types[type_id] = IncomingType(name, note_type, filled)
        except ValueError as error:
            count = sum(note.type_id == type_id for note in found.notes)
            left_out.append(LeftOut(f"a note of the note type '{note_type.name}'", str(error), count))
    home = _home([note.deck for note in found.notes])
    notes = [note for note in found.notes if note.type_id in types]
    notes.sort(key=lambda note: _in_order(note.deck))
    return IncomingDeck(
        home or given.name,
        cards=[_card(note, types[note.type_id], home) for note in notes],
        media=found.media,
        left_out=left_out,
        note_types=list(types.values()),
        subdecks=len({note.deck for note in notes}) > 1,
    )


def _folder_name(name: str, taken: dict[str, int]) -> str:
    """A folder's name for a note type, which no other has."""
    plain = re.sub(r"[^\w .+()-]+", " ", name).strip(" .+()-_") or "Notes"
    plain = " ".join(plain.split()) + (")" if "(" in plain and ")" not in plain else "")
    number = taken[plain.casefold()] = taken.get(plain.casefold(), 0) + 1
    return plain if number == 1 else f"{plain} {number}"


def _filled(note_type: NoteType) -> Mapping[str, str]:
    """Which field asks, and which answers: the first that the front shows, and the first that only the back does."""
    if not note_type.templates:
        raise ValueError("it has no template")
    fields = [each.name for each in note_type.fields]
    front, back = (list(_shown(parse_template(side), fields)) for side in note_type.templates[0][2:])
    if note_type.gaps:
        gaps = [part.field for part in front if "cloze" in part.filters]
        if not gaps:
            raise ValueError("its front shows no gaps")
        return {"cloze": gaps[0]}
    if not front:
        raise ValueError("its front shows no field")
    asks = next((part.field for part in front if "type" not in part.filters), front[0].field)
    seen = {part.field for part in front if "type" not in part.filters}
    answers = [part.field for part in back if part.field not in seen] + [each for each in fields if each not in seen]
    return {"question": asks} | ({"answer": answers[0]} if answers else {})


def _masked(note_type: NoteType, notes: Sequence[Sequence[str]]) -> Mapping[str, str]:
    """The fields of a note type whose notes all are pictures with parts, by their keys; else nothing."""
    if not is_occlusion(note_type) or not all(map(as_parts, notes)):
        return {}
    return {key: field.name for key, field in zip(KEYS, note_type.fields, strict=False)}


def _shown(parts: tuple[Part, ...], fields: Sequence[str]) -> Iterator[Part]:
    return (part for part in named_in(parts) if part.inner is None and part.field in fields)


def _home(decks: Sequence[str]) -> str:
    """The deck that all of these are in, or are."""
    split = [deck.split("::") for deck in dict.fromkeys(decks) if deck]
    shared = takewhile(lambda parts: len(set(parts)) == 1, zip(*split, strict=False))
    return "::".join(parts[0] for parts in shared)


def _in_order(deck: str) -> list[str]:
    """Sorts decks as Anki does."""
    return deck.casefold().split("::")


def _card(note: FoundNote, incoming: IncomingType, home: str) -> IncomingCard:
    keys = {field: key for key, field in incoming.filled.items()}
    values: dict[str, Any] = {}
    others = {}
    for field, text in zip(incoming.note_type.fields, note.fields, strict=False):
        if field.name in keys:
            values[keys[field.name]] = text
        elif text:
            others[field.name] = text
    if "occlude" in incoming.filled:
        values |= as_parts(note.fields) or {}
    section = note.deck.removeprefix(home).removeprefix("::")
    return IncomingCard(
        values,
        html=True,
        tags=note.tags,
        guid=note.guid,
        section=section,
        note_type=incoming.folder,
        fields=others,
        stamp=note.modified,
    )


IMPORTER = Importer("a package or collection of Anki's", _fits, _read)
