"""What learners already have: which note a card is, and when it last changed. Kept in deck.lock.

identity.py finds which note each card is, lock.py reads and writes the file, later.py finds newer builds in the locks
that git.py reads, and record.py moves the stamps of the notes that changed. guids are never made from text, so every
text may be edited.
"""

from studydeck.history.identity import foreign_uid, identify, keeps_name
from studydeck.history.later import Newest, Origin, Seen, add_lines, caught_up, key_of, newer_than, stamps_of
from studydeck.history.lock import (
    LOCK_FILE,
    Lock,
    NoteRecord,
    TypeRecord,
    guid_in,
    id_in,
    lock_lines,
    lock_text,
    paragraph,
    read_lock,
    records_in,
    set_apart,
    with_pulled,
)
from studydeck.history.own_types import own_type_problems
from studydeck.history.record import Changes, Ledger, note_type_ids, record, state_of, type_records

__all__ = [
    "LOCK_FILE",
    "Changes",
    "Ledger",
    "Lock",
    "Newest",
    "NoteRecord",
    "Origin",
    "Seen",
    "TypeRecord",
    "add_lines",
    "caught_up",
    "foreign_uid",
    "guid_in",
    "id_in",
    "identify",
    "keeps_name",
    "key_of",
    "lock_lines",
    "lock_text",
    "newer_than",
    "note_type_ids",
    "own_type_problems",
    "paragraph",
    "read_lock",
    "record",
    "records_in",
    "set_apart",
    "stamps_of",
    "state_of",
    "type_records",
    "with_pulled",
]
