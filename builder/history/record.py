"""The lock after a build: a note's stamp moves if, and only if, the learner would see something change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from zlib import crc32

from builder.history.identity import answer_digest, content_digest, number_from, question_digest, type_digest
from builder.history.lock import Lock, NoteRecord, TypeRecord, note_id_in
from builder.model import NOTHING_KEPT, Deck, Kept, Note, NoteType, Shipped

#: Anki's ids are milliseconds, and none may lie in the future: new notes are spread over the month before.
_SPREAD = 30 * 86_400_000
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
    taken: set[int] = set()
    shipped: list[Shipped] = []
    new: list[str] = []
    edited: list[str] = []
    unchanged: list[str] = []
    retired: list[str] = []
    for position, note in zip(kept.positions or range(1, len(notes) + 1), notes, strict=True):
        note_id = note.identity.id
        last = lock.notes.get(note_id)
        content = content_digest(note)
        if last is None:
            if not new:
                taken = {*(known.added for known in lock.notes.values()), *map(note_id_in, kept.lines)}
            added, modified = _new_id(note.identity.guid, now, len(notes) + len(kept.ids), taken), now
            new.append(note_id)
        elif last.content == content:
            added, modified = last.added, last.modified
            unchanged.append(note_id)
        else:
            added, modified = last.added, max(now, last.modified + 1)
            edited.append(note_id)
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
    here = {note.identity.id for note in notes}
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


def _new_id(guid: str, now: int, notes: int, taken: set[int]) -> int:
    """A free note id in milliseconds, spread by the guid so that two decks built in one second don't meet."""
    slots = max(_SPREAD // _STEP, 4 * notes)
    last_slot = now * 1000 // _STEP
    slot = crc32(guid.encode()) % slots
    while True:
        note_id = max(last_slot - slot, 1) * _STEP if last_slot > slots else (1 + slot) * _STEP
        if note_id not in taken:
            taken.add(note_id)
            return note_id
        slot = (slot + 1) % slots
