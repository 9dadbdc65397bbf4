"""Rebuilds a lock from what is left: undamaged lines, the last lock that git has, the last package."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from studydeck.counting import counted
from studydeck.history.identity import answer_digest, question_digest, type_digest
from studydeck.history.lock import Lock, NoteRecord, TypeRecord
from studydeck.history.own_types import shape_of
from studydeck.history.plan import named_fields, old_digest
from studydeck.history.record import note_type_ids
from studydeck.kinds import KINDS
from studydeck.model import Deck, Note, NoteType, OldNote, says_retired


class Repaired(NamedTuple):
    """A rebuilt lock, and in words where its parts are from and what is unknown."""

    lock: Lock
    words: tuple[str, ...]


def repair(
    good_lines: Lock,
    from_git: tuple[str, Lock] | None,
    package: tuple[str, Sequence[OldNote], Sequence[tuple[NoteType, int]]] | None,
    deck: Deck,
    notes: Sequence[Note],
) -> Repaired:
    """The lock made from `good_lines`, git and the package; if two of them have a note, the newer stamp counts.

    `notes` are the `deck`'s, rendered as if it had no lock: a note without an id from its author is found in the
    package by its exact question.
    """
    records: dict[str, NoteRecord] = {}
    types: dict[str, TypeRecord] = {}
    words = []
    uid = good_lines.uid
    if from_git is not None:
        revision, lock = from_git
        uid = uid or lock.uid
        records.update(lock.notes)
        types.update(lock.types)
        words.append(f"{counted(len(lock.notes), 'note')} from git {revision}")
    known = types | dict(good_lines.types)
    if package is not None:
        name, old_notes, old_types = package
        numbers = note_type_ids(deck, Lock({}, known))
        if all(note_type.id == numbers.get(note_type.key) for note_type, _ in old_types):
            _add_package(records, types, old_notes, old_types, notes)
            words.append(f"{counted(len(old_notes), 'note')} from {name}")
        else:
            words.append(f"nothing from {name}, which belongs to another deck")
    for record in good_lines.notes.values():
        _keep_newer(records, record)
    if good_lines.notes:
        words.append(f"{counted(len(good_lines.notes), 'note')} from the lock's undamaged lines")
    types.update(good_lines.types)
    by_guid: dict[str, str] = {}
    for record in sorted(records.values(), key=lambda each: each.modified):
        if by_guid.setdefault(record.guid, record.id) != record.id:
            del records[by_guid[record.guid]]
            by_guid[record.guid] = record.id
    if not types:
        words.append("the note types' numbers are unknown, and were made from the deck's uid")
    if unmatched := [record.id for record in records.values() if record.made and not record.question]:
        names = ", ".join(f"'{each}'" for each in unmatched[:5]) + (" and more" if len(unmatched) > 5 else "")
        words.append(f"what {names} asked is unknown: if you reworded such a card, give it this id")
    return Repaired(Lock(records, types, uid), tuple(words))


def _add_package(
    records: dict[str, NoteRecord],
    types: dict[str, TypeRecord],
    old_notes: Iterable[OldNote],
    old_types: Iterable[tuple[NoteType, int]],
    notes: Sequence[Note],
) -> None:
    by_question = {note.fields[0]: note for note in notes}
    given = {note.identity.id for note in notes if not note.identity.made}
    for old in old_notes:
        record = record_of(old, by_question)
        _keep_newer(records, record._replace(made=record.id not in given))
    for note_type, modified in old_types:
        last = types.get(note_type.key)
        if last is None or last.modified < modified:
            types[note_type.key] = type_record(note_type, modified)


def type_record(note_type: NoteType, modified: int) -> TypeRecord:
    """The record of a package's note type."""
    shape = "" if note_type.key in KINDS else shape_of(note_type)
    return TypeRecord(note_type.key, note_type.id, type_digest(note_type), modified, note_type.name, shape)


def record_of(old: OldNote, by_question: Mapping[str, Note] = {}) -> NoteRecord:
    """The record of a package's note; has hashes of the author's words only if today's card asks exactly the same."""
    asked = next(iter(old.fields.values()), "")
    note = by_question.get(asked)
    same_answer = note is not None and old.fields.get("Answer", "") == named_fields(note).get("Answer", "")
    answer = answer_digest(note.card) if note is not None and same_answer else ""
    if old.kind in KINDS and (recorded := KINDS[old.kind].recorded):
        answer = recorded(old.fields, "")
    sections = [tag.rpartition("::")[2] for tag in old.tags if "::" in tag]
    return NoteRecord(
        id=old.fields.get("Id") or old.guid,
        guid=old.guid,
        kind=old.kind,
        retired=says_retired(old.tags),
        made=False,
        content=old_digest(old),
        question=question_digest(note.card) if note is not None else "",
        answer=answer,
        added=old.added,
        modified=old.modified,
        section=sections[0] if sections else "",
        deck=old.deck,
    )


def _keep_newer(records: dict[str, NoteRecord], new: NoteRecord) -> None:
    old = records.get(new.id)
    if old is not None and old.content == new.content:
        records[new.id] = old._replace(modified=max(old.modified, new.modified))
    elif old is None or old.modified < new.modified:
        records[new.id] = new
