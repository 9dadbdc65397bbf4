"""What is in a collection of Anki's, as a deck: notes keep their guids and note types, and decks become sections."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Any

from studydeck.files import for_every_system
from studydeck.importers._occlusion import KEYS, as_parts, is_occlusion
from studydeck.importers.incoming import Given, IncomingCard, IncomingDeck, IncomingType, LeftOut
from studydeck.kinds.fronts import Part, named_in, parse_template
from studydeck.kinds.own import NOTHING
from studydeck.model import NoteType
from studydeck.package.collection import Found, FoundNote
from studydeck.text.clean import html_words


def incoming_deck(given: Given, found: Found) -> IncomingDeck:
    """The deck that all of the notes found are in, without scheduling: learners have that in their own collections."""
    left_out = [
        LeftOut("the reviews and due dates", "learners have them in their own collections")
    ] * found.is_scheduled
    types: dict[int, IncomingType] = {}
    notes_of: dict[int, list[FoundNote]] = {}
    for note in found.notes:
        notes_of.setdefault(note.type_id, []).append(note)
    names: dict[str, int] = {}
    for type_id, note_type in found.note_types.items():
        if type_id not in notes_of:
            continue
        name = _folder_name(note_type.name, names)
        try:
            filled = _masked(note_type, notes_of[type_id]) or _filled(note_type, notes_of[type_id])
            types[type_id] = IncomingType(name, note_type, filled)
        except ValueError as error:
            what = f"a note of the note type '{note_type.name}'"
            left_out.append(LeftOut(what, str(error), len(notes_of[type_id])))
    home = _home([note.deck for note in found.notes])
    notes = [note for note in found.notes if note.type_id in types]
    notes.sort(key=lambda note: (_in_order(note.deck), note.position))
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
    plain = for_every_system(" ".join(plain.split())) + (")" if "(" in plain and ")" not in plain else "")
    number = taken[plain.casefold()] = taken.get(plain.casefold(), 0) + 1
    return plain if number == 1 else f"{plain} {number}"


def _filled(note_type: NoteType, notes: Sequence[FoundNote]) -> Mapping[str, str]:
    """Which field asks, and which answers.

    A card needs a question, so the one that asks is the first that the front shows, all notes have, and most have
    words in, but for one that is mostly the same, such as a chapter; of these, the one that Anki sorts notes by comes
    before others. If there is none, it is any that all have, and at last the one that most have.

    The one that answers is the first that only the back shows and most notes have words in.
    """
    if not note_type.templates:
        raise ValueError("it has no template")
    fields = [each.name for each in note_type.fields]
    front, back = (list(_shown(parse_template(side), fields)) for side in note_type.templates[0][2:])
    kind = "cloze" if note_type.gaps else "question"
    asking = [part for part in front if "cloze" in part.filters] if note_type.gaps else front
    if not asking:
        raise ValueError("its front shows no gaps" if note_type.gaps else "its front shows no field")
    seen = [part.field for part in front if "type" not in part.filters]
    wanted = [part.field for part in sorted(asking, key=lambda part: "type" in part.filters)]
    shown = list(map(fields.index, dict.fromkeys(wanted)))
    said = [place for place in shown if not _few(notes, place, _says)]
    places = shown if note_type.gaps else [*shown, *range(len(fields))]
    asked = max(places, key=lambda place: (*_worth(notes, place), place in said, place == note_type.sort))
    if note_type.gaps:
        return {kind: fields[asked]}
    others = [place for place, name in enumerate(fields) if name not in seen and place != asked]
    behind = [place for part in back if (place := fields.index(part.field)) in others]
    answers = sorted(behind or others, key=lambda place: (_few(notes, place, _says), _few(notes, place, _has)))
    return {kind: fields[asked]} | ({"answer": fields[answers[0]]} if answers else {})


def _masked(note_type: NoteType, notes: Sequence[FoundNote]) -> Mapping[str, str]:
    """The fields of a note type whose notes all are pictures with parts, by their keys; else nothing."""
    if not is_occlusion(note_type) or not all(as_parts(note.fields) for note in notes):
        return {}
    return {key: field.name for key, field in zip(KEYS, note_type.fields, strict=False)}


def _worth(notes: Sequence[FoundNote], place: int) -> tuple[int, bool]:
    """How good a field is as a question: how many notes have it, and whether most have a text of their own."""
    texts = [note.fields[place] for note in notes if _has(note, place)]
    return len(texts), 2 * len(set(texts)) > len(texts)


def _has(note: FoundNote, place: int) -> bool:
    """Whether a note has something in a field."""
    return place < len(note.fields) and not NOTHING.fullmatch(note.fields[place])


def _says(note: FoundNote, place: int) -> bool:
    """Whether a note has words in a field, and not only a picture or a sound."""
    return place < len(note.fields) and bool(html_words(note.fields[place]))


def _few(notes: Sequence[FoundNote], place: int, are_so: Callable[[FoundNote, int], bool]) -> bool:
    """Whether this is so of a field in fewer than half of the notes."""
    return 2 * sum(are_so(note, place) for note in notes) < len(notes)


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
