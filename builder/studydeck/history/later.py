"""What learners may have of builds that the lock doesn't know: its stamps were taken back, and learners' were not.

`git revert`, another branch, a backup or a lost file leave a lock that is older than what was shipped. Anki drops a
note whose stamp isn't greater than the learner's, without a word (tests/test_later.py), so such stamps must count.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from studydeck.history.lock import Lock, NoteRecord, TypeRecord
from studydeck.model import Identity


def stamps_of(lock: Lock) -> dict[str | int, int]:
    """The stamps of the lock's notes by guid and of its note types by number, in seconds."""
    types = {each.id: each.modified for each in lock.types.values()}
    return types | {each.guid: each.modified for each in lock.notes.values()}


def caught_up(lock: Lock, notes: Sequence[Identity], later: Iterable[NoteRecord | TypeRecord]) -> Lock:
    """`lock` with the newest stamps of `later` records, and what they were given for.

    Of the `notes` to be built, those are in it, too, that the lock lacks and that an earlier build shipped.
    """
    by_guid: dict[str, NoteRecord] = {}
    types = dict(lock.types)
    for each in later:
        if isinstance(each, TypeRecord):
            last = types.get(each.key)
            if last is not None and last.id == each.id and last.modified < each.modified:
                types[each.key] = last._replace(content=each.content, modified=each.modified)
        elif each.guid not in by_guid or by_guid[each.guid].modified < each.modified:
            by_guid[each.guid] = each
    records = dict(lock.notes)
    for note in notes if by_guid else ():
        name = note.was or note.id
        other, known = by_guid.get(note.guid), records.get(name)
        if other is not None and known is None:
            records[name] = other._replace(id=name)
        elif other is not None and known is not None and known.guid == note.guid and known.modified < other.modified:
            records[name] = known._replace(content=other.content, modified=other.modified)
    return lock._replace(notes=records, types=types)
