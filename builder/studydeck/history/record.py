"""The lock after a build: a note's stamp moves if, and only if, learners would see a change."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from studydeck.history.identity import answer_digest, content_digest, digest, number_from, question_digest, type_digest
from studydeck.history.lock import Lock, NoteRecord, TypeRecord, number_in, paragraph, records_in
from studydeck.history.own_types import shape_of
from studydeck.kinds import KINDS
from studydeck.model import NOTHING_KEPT, Deck, Identity, Kept, Note, NoteType, Shipped, numbers_for
from studydeck.timings import lazy_stage


class Changes(NamedTuple):
    """What a build changes for a learner who has the last one: ids of notes, each in study order, kept ones last.

    `new`, `edited` and `unchanged` together are the notes of the package; `retired` are those that have disappeared
    or become `retired` since the last build.
    """

    new: tuple[str, ...]
    edited: tuple[str, ...]
    unchanged: tuple[str, ...]
    retired: tuple[str, ...]


class Ledger:
    """One build's notes, each with its number in Anki and its stamp, in any order.

    `identities` are the deck's in study order, which is the order of `numbers` and `positions`; `now` is in seconds
    since 1970. The `kept` notes of the deck are neither among them nor in `lock`. `paragraphs` are the next lock's: at
    first those of the kept notes and of notes that the deck no longer has; `stamp` adds the others.
    """

    def __init__(self, identities: Sequence[Identity], lock: Lock, now: int, kept: Kept = NOTHING_KEPT) -> None:
        self.identities = identities
        self.known = lock.notes
        self.record_of = lock.record_of
        self.pulled = lock.pulled
        self.now = max(1, now)
        self.kept = kept
        self.positions = kept.positions or range(1, len(identities) + 1)
        self.numbers = _numbers(identities, lock, kept)
        self.newest = 0
        self.paragraphs = [*kept.paragraphs, *(paragraph(*each) for each in self.gone)]
        self._new: list[int] = []
        self._edited: list[int] = []
        self._retired: list[int] = []

    @property
    def order(self) -> list[int]:
        """The notes' indexes in study order, from 0, sorted by their numbers, as in a package."""
        return sorted(range(len(self.numbers)), key=self.numbers.__getitem__)

    @lazy_stage("stamp")
    def stamp(self, notes: Iterable[Note], places: Iterable[int]) -> Iterator[Shipped]:
        """The notes with these indexes in study order, each with its stamp, as a row of the package.

        A changed note's stamp is `now`, or one second after its last stamp if the clock is behind that: Anki takes an
        update only if its stamp is greater (test_anki_import.py, "an older stamp is ignored"). What `pull` took from a
        collection keeps the stamp that it has there, so that an import leaves it alone there and reaches all others.
        """
        for place, (card, identity, kind, fields, tags, ords, section, deck) in zip(places, notes, strict=True):
            note_id, guid, made, _, numbers = identity
            last = self.record_of(identity)
            joined_tags, joined_fields = " ".join(tags), "\x1f".join(fields)
            content = digest(kind, joined_tags, joined_fields)
            if last is not None and last.content == content:
                modified = last.modified
            else:
                oldest = last.modified + 1 if last is not None else 1
                pulled, stamp = self.pulled.get(guid, ("", 0))
                modified = stamp if pulled == content and stamp >= oldest else max(self.now, oldest)
                (self._new if last is None else self._edited).append(place)
            retired = card.retired
            if retired and not (last and last.retired):
                self._retired.append(place)
            number = self.numbers[place]
            question = question_digest(card)
            if card.kind.recorded:
                answer = card.kind.recorded(dict(zip(card.kind.fields, fields, strict=True)), numbers)
            else:
                answer = answer_digest(card, last.answer if last else "")
            self.paragraphs.append(
                paragraph(note_id, guid, kind, retired, made, content, question, answer,
                          number, modified, section, deck)
            )  # fmt: skip
            self.newest = max(self.newest, modified)
            yield number, guid, kind, modified, joined_tags, joined_fields, deck, ords, self.positions[place]

    @cached_property
    def gone(self) -> list[NoteRecord]:
        """The next lock's records of notes that the deck no longer has; other ids of its notes don't count."""
        here = {name for each in self.identities for name in (each.id, each.was)} if self.known else ()
        gone = [each._replace(retired=True) for each in self.known.values() if each.id not in here]
        guids = {each.guid for each in self.identities} if gone else ()
        newest = {each.guid: each for each in sorted(gone, key=lambda each: each.modified)}
        return [each for each in gone if each.guid not in guids and newest[each.guid] is each]

    def changes(self) -> Changes:
        """What the build changes; call it when all its notes are stamped."""
        new, edited, retired = (
            tuple(self.identities[place].id for place in sorted(places))
            for places in (self._new, self._edited, self._retired)
        )
        changed = {*self._new, *self._edited}
        unchanged = [each.id for place, each in enumerate(self.identities) if place not in changed]
        gone = (each.id for each in self.gone if not self.known[each.id].retired)
        return Changes(new, edited, (*unchanged, *self.kept.ids), (*retired, *gone))


def record(notes: Sequence[Note], types: Iterable[NoteType], lock: Lock, now: int) -> tuple[Lock, Changes]:
    """The lock after shipping all `notes` of a deck at `now` (seconds since 1970), and the changes."""
    ledger = Ledger([note.identity for note in notes], lock, now)
    deque(ledger.stamp(notes, range(len(notes))), maxlen=0)
    records: dict[str, NoteRecord] = {}
    for each in records_in(ledger.paragraphs):
        if isinstance(each, NoteRecord):
            last = lock.notes.get(each.id)
            records[each.id] = last if last is not None and last == each else each  # one of two that are the same
    return lock._replace(notes=records, types=type_records(types, lock, now)), ledger.changes()


def state_of(note: Note, lock: Lock) -> str:
    """What a build would make of a note after `lock`: "new", "edited" or "retired", or "" if nothing changes."""
    last = lock.record_of(note.identity)
    if note.card.retired and not (last and last.retired):
        return "retired"
    if last is None:
        return "new"
    return "" if last.content == content_digest(note) else "edited"


def note_type_ids(deck: Deck, lock: Lock) -> dict[str, int]:
    """Anki's numbers of the note types that the deck ships, by key: from the lock if it has them, else from its uid.

    A learner's notes conflict with a package whose note type has another number, so a new uid must not change it. A
    deck with note types of its own ships ours only if it has cards for them: whoever takes a deck over gets no note
    type that they don't need. Nor does any deck without pictures to name get theirs.
    """
    own = {kind.key: kind.note_type.id for kind in deck.own_kinds.values() if kind.note_type}
    sections = [section for section in deck.sections if own or section.masked]
    used = {card.kind.key for section in sections for card in section.cards}
    used |= set() if own else {key for key, kind in KINDS.items() if not kind.masks}
    ours = [key for key in KINDS if key in used or key in lock.types]
    numbers = {
        key: lock.types[key].id if key in lock.types else number_from("note type", deck.uid, key) for key in ours
    }
    return numbers | own


def type_records(types: Iterable[NoteType], lock: Lock, now: int) -> dict[str, TypeRecord]:
    """The lock's records of the note types, by key, after shipping them at `now` (seconds since 1970)."""
    records = dict(lock.types)
    now = max(1, now)
    for note_type in types:
        content = type_digest(note_type)
        last = lock.types.get(note_type.key)
        modified = now if note_type.stamp is None else note_type.stamp
        if last is not None:
            modified = last.modified if last.content == content else max(now, last.modified + 1)
        shape = "" if note_type.key in KINDS else shape_of(note_type)
        records[note_type.key] = TypeRecord(note_type.key, note_type.id, content, modified, note_type.name, shape)
    return records


def _numbers(identities: Sequence[Identity], lock: Lock, kept: Kept) -> list[int]:
    """Anki's ids for the notes of one build, all different.

    A note's id is from the lock, or made from the guid if the lock has none or a merge gave it to two notes.
    """
    taken: set[int] | None = None
    given: set[int] = set()
    numbers = []
    for identity in identities:
        last = lock.record_of(identity) if lock.notes else None
        if last is not None and last.added not in given:
            number = last.added
        else:
            if taken is None:
                taken = {*(each.added for each in lock.notes.values()), *map(number_in, kept.paragraphs)}
            for number in numbers_for(identity.guid):
                if number not in taken:
                    break
            taken.add(number)
        given.add(number)
        numbers.append(number)
    return numbers
