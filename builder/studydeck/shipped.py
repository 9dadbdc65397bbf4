"""What learners may have: the deck's lock, and what was shipped beyond it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from studydeck.history import LOCK_FILE, Lock, NoteRecord, TypeRecord, caught_up, lines_ever, records_in, stamps_of
from studydeck.model import Deck, Identity


def shipped_lock(deck: Deck, lock: Lock, notes: Sequence[Identity], package: Path) -> Lock:
    """The deck's lock, caught up with what the last `package` and git's history of the lock show to have been shipped.

    Where the package is of the lock's own build, git isn't asked.
    """
    later: list[NoteRecord | TypeRecord] = []
    if package.exists():
        from studydeck.history.repair import record_of, type_record
        from studydeck.package.read import read_package, read_stamps

        known = stamps_of(lock)
        with suppress(ValueError, OSError):
            others = [known.get(each, 0) - stamp for each, stamp in read_stamps(package) if known.get(each) != stamp]
            if not others:
                return lock
            if min(others) < 0:
                old_notes, old_types = read_package(package)
                later += [record_of(each) for each in old_notes]
                later += [type_record(note_type, modified) for note_type, modified in old_types]
    return caught_up(lock, notes, [*later, *records_in(lines_ever(deck.folder, LOCK_FILE))])
