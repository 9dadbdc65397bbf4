"""What learners may have from builds that the lock doesn't know: its stamps went back, but learners' didn't.

After `git revert`, a switch of branches, a restored backup or a lost file, the lock is older than what was shipped.
Anki silently drops a note whose stamp isn't greater than the learner's (tests/test_later.py, tests/test_taken_back.py),
so such stamps must count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from studydeck.history.lock import Lock, NoteRecord, TypeRecord, newer_of, records_in
from studydeck.model import Identity

_Record = NoteRecord | TypeRecord
#: What a newer stamp is known from: a package, or the line of a lock in git.
Origin = Path | str


class Seen(NamedTuple):
    """A line of a lock in git, with its stamp (seconds) and content taken from it."""

    modified: int
    content: str
    line: str


#: For every note, by the `key_of` its record: the lines with the newest stamp, of two contents where they differ.
Newest = dict[str, list[Seen]]


def key_of(record: _Record) -> str:
    """What identifies the note or the note type to learners."""
    return record.guid if isinstance(record, NoteRecord) else f"type {record.id}"


def add_lines(newest: Newest, lines: Iterable[bytes]) -> None:
    """Adds lines of locks, in any order and with the same result in each; incomplete records are left out.

    Of lines with the same stamp and content the longest counts: it has the most of what must not be forgotten.
    """
    for line in lines:
        if not line.startswith((b"note\t", b"type\t")) or _is_older(newest, line):
            continue
        with suppress(UnicodeDecodeError):
            text = line.decode().rstrip("\r")
            for record in records_in([text]):
                seen = Seen(record.modified, record.content, text)
                known = newest.get(key_of(record))
                if known is None or known[0].modified < seen.modified:
                    newest[key_of(record)] = [seen]
                elif known[0].modified == seen.modified:
                    newest[key_of(record)] = _alike(*known, seen)


def _is_older(newest: Newest, line: bytes) -> bool:
    """Whether a newer line of the same note is known, so that this one needs no closer look."""
    values = line.split(b"\t")
    with suppress(ValueError, IndexError):
        known = newest.get(values[2].decode())
        return known is not None and int(values[10]) < known[0].modified
    return False


def _alike(*seen: Seen) -> list[Seen]:
    """Of lines with one stamp the longest for each content, and two contents at most: learners' notes differ then."""
    longest = {each.content: each for each in sorted(seen, key=lambda each: (len(each.line), each.line))}
    return [longest[content] for content in sorted(longest)[:2]]


def newer_than(lock: Lock, notes: Sequence[Identity], newest: Newest) -> Iterator[tuple[_Record, str]]:
    """The records in `newest` that are newer than the lock's or missing there, each with the line.

    Only those of the notes to be built and of everything in the lock.
    """
    if not newest:
        return
    known = stamps_of(lock)
    for key in dict.fromkeys([*known, *(each.guid for each in notes)]):
        modified, content = known.get(key, (0, ""))
        for seen in newest.get(key, ()):
            if seen.modified > modified or (seen.modified == modified and seen.content != content):
                yield from ((each, seen.line) for each in records_in([seen.line]))


def stamps_of(lock: Lock) -> dict[str, tuple[int, str]]:
    """The stamps (seconds) and contents of the lock's notes and note types, by their keys."""
    types = {key_of(each): (each.modified, each.content) for each in lock.types.values()}
    return types | {each.guid: (each.modified, each.content) for each in lock.notes.values()}


def caught_up(
    lock: Lock, notes: Sequence[Identity], later: Iterable[tuple[_Record, Origin]]
) -> tuple[Lock, Mapping[str, Origin]]:
    """`lock` with the newest stamps of `later` records and their contents; and where these are from, by id.

    Includes those of the `notes` to be built that the lock lacks and that an earlier build shipped.
    """
    best: dict[str, _Record] = {}
    origins: dict[str, Origin] = {}
    for record, source in later:
        key = key_of(record)
        last = best.get(key, record)
        best[key] = newer_of(last, record)  # type: ignore[type-var]
        if key not in origins or record.modified > last.modified:
            origins[key] = source
    if not best:
        return lock, {}
    types = dict(lock.types)
    for key, known_type in types.items():
        if isinstance(newer := best.get(key_of(known_type)), TypeRecord):
            newer = newer_of(known_type, newer)
            types[key] = known_type._replace(content=newer.content, modified=newer.modified)
    records = dict(lock.notes)
    sources: dict[str, Origin] = {}
    guids = {each.id: each.guid for each in lock.notes.values()} | {each.was or each.id: each.guid for each in notes}
    for name, guid in guids.items():
        other, known = best.get(guid), records.get(name)
        if not isinstance(other, NoteRecord) or (known is not None and known.guid != guid):
            continue
        newer_note = newer_of(known or other, other)
        records[name] = (known or other)._replace(id=name, content=newer_note.content, modified=newer_note.modified)
        if records[name] != known:
            sources[name] = origins[guid]
    return lock._replace(notes=records, types=types), sources
