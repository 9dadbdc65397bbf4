"""The lock after a build: a note's stamp moves if, and only if, the learner would see something change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import NamedTuple
from zlib import crc32

from builder.history.identity import answer_digest, content_digest, number_from, question_digest, type_digest
from builder.history.lock import Lock, NoteRecord, TypeRecord, note_id_in
from builder.model import NOTHING_KEPT, Deck, Kept, Note, NoteType, Shipped

#: Anki's ids are milliseconds since 1970, and none may lie in the future. A new note's is one of the years 2012 to 2021
#: by its guid alone, so that a lost lock gives the same one: with another, who imports on two devices before their
#: first sync has the note twice (test_phone.py). Learners see it as the day when the note was created.
_FIRST, _SLOTS = 1_325_376_000_000, 616_000_000
#: A note's cards take the ids that follow the note's, and a cloze note has up to 500 of them.
_STEP = 512


class Changes(NamedTuple):
    """What a build changes for a learner who has the last one: ids of notes, each in study order, kept ones last.

    `new`, `edited` and `unchanged` together are the notes of the package; `retired` are those that
    this build saw vanish or turn `retired`.
    """

    new: tuple[str, ...]
    edited: tuple[str, ...]
    unchanged: tuple[str, ...]
    retired: tuple[str, ...]


def record(
    notes: Sequence[Note], types: Iterable[NoteType], lock: Lock, now: int, kept: Kept = NOTHING_KEPT
) -> tuple[Lock, list[Shipped], Changes]:
    """The lock after shipping `notes` at `now` (seconds since 1970), the notes with their stamps, and the changes.

    A changed note's stamp is `now`, or one second after its last stamp where the clock runs behind it:
    Anki takes an update only if its stamp is greater (test_anki_import.py, "an older stamp is ignored").
    The `kept` notes of the deck are neither among `notes` nor in `lock`.
    """
    now = max(1, now)
    records = dict(lock.notes)
    numbers = _Numbers(lock, kept)
    shipped: list[Shipped] = []
    new: list[str] = []
    edited: list[str] = []
    unchanged: list[str] = []
    retired: list[str] = []
    for position, note in zip(kept.positions or range(1, len(notes) + 1), notes, strict=True):
        note_id = note.identity.id
        last = lock.notes.get(note.identity.was or note_id)
        records.pop(note.identity.was, None)
        content = content_digest(note)
        if last is None:
            modified = now
            new.append(note_id)
        elif last.content == content:
            modified = last.modified
            unchanged.append(note_id)
        else:
            modified = max(now, last.modified + 1)
            edited.append(note_id)
        added = numbers.of(note.identity.guid, last.added if last else None)
        if note.card.retired and not (last and last.retired):
            retired.append(note_id)
        records[note_id] = NoteRecord(
            note_id,
            note.identity.guid,
            note.kind,
            note.card.retired,
            note.identity.made,
            content,
            question_digest(note.card),
            answer_digest(note.card),
            added,
            modified,
            note.section,
            note.deck,
        )
        shipped.append(Shipped(note, added, modified, position))
    here = {each for note in notes for each in (note.identity.id, note.identity.was)}
    for gone in lock.notes.values():
        if gone.id not in here and not gone.retired:
            records[gone.id] = gone._replace(retired=True)
            retired.append(gone.id)
    changes = Changes(tuple(new), tuple(edited), (*unchanged, *kept.ids), tuple(retired))
    return Lock(records, _type_records(types, lock, now)), shipped, changes


def note_type_ids(deck: Deck, lock: Lock) -> dict[str, int]:
    """Anki's numbers of the deck's note types, by key: the lock's where it has them, else from the deck's uid.

    A learner's notes conflict with a package whose note type has another number (anki-facts: note types), so a
    new uid must not move it.
    """
    return {
        key: lock.types[key].id if key in lock.types else number_from("note type", deck.uid, key)
        for key in ("qa", "cloze")
    }


def _type_records(types: Iterable[NoteType], lock: Lock, now: int) -> dict[str, TypeRecord]:
    records = {}
    for note_type in types:
        content = type_digest(note_type)
        last = lock.types.get(note_type.key)
        modified = now
        if last is not None:
            modified = last.modified if last.content == content else max(now, last.modified + 1)
        records[note_type.key] = TypeRecord(note_type.key, note_type.id, content, modified, note_type.name)
    return records


class _Numbers:
    """Anki's ids of the notes of one build: each note's own, and no two the same."""

    def __init__(self, lock: Lock, kept: Kept) -> None:
        self.lock = lock
        self.kept = kept
        self.given: set[int] = set()

    @cached_property
    def taken(self) -> set[int]:
        return {*(known.added for known in self.lock.notes.values()), *map(note_id_in, self.kept.lines)}

    def of(self, guid: str, known: int | None) -> int:
        """The id that the lock knows, or the guid's own where there is none, or where a merge gave it to two notes."""
        if known is not None and known not in self.given:
            self.given.add(known)
            return known
        slot = crc32(guid.encode()) % _SLOTS
        while (number := _FIRST + slot * _STEP) in self.taken:
            slot = (slot + 1) % _SLOTS
        self.taken.add(number)
        self.given.add(number)
        return number
