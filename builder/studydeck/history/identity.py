"""Which note each card is: the id that its author gave, or the one that the lock holds for its text.

A card with an id is that note, whatever its text became. A card without one is matched by its exact question,
then by its exact answer within its section; whatever is less certain is asked, never guessed.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable

from studydeck.history.lock import Lock, NoteRecord
from studydeck.kinds import KINDS
from studydeck.model import Card, Deck, Identity, Note, NoteType, Problem, Section, problem
from studydeck.text import slug

_EMPTY, _EMPTY_GUID = hashlib.blake2b(digest_size=8), hashlib.blake2b(digest_size=10)


def digest(*texts: str) -> str:
    """A hash of `texts` as 16 hexadecimal digits (64 bits), as the lock keeps it. The parts can't run together."""
    return _digest_of("\x1f".join(texts))


def _digest_of(text: str) -> str:
    hashed = _EMPTY.copy()  # a fifth faster than a new one
    hashed.update(text.encode())
    return hashed.hexdigest()


def number_from(*texts: str) -> int:
    """A stable number between 2^40 and 2^52 for `texts`: for Anki's ids of note types, fields, templates and decks."""
    return (1 << 40) + int(digest(*texts)[:12], 16) % (1 << 52)


def guid_of(uid: str, card_id: str) -> str:
    """The guid of a new note: 20 hexadecimal digits (80 bits) from the deck's uid and the card's id."""
    hashed = _EMPTY_GUID.copy()
    hashed.update(f"{len(uid)}:{uid}{card_id}".encode())
    return hashed.hexdigest()


def question_digest(card: Card) -> str:
    """The hash that a card without an id is found by."""
    return _digest_of(card.asks.strip())


def answer_digest(card: Card) -> str:
    """The hash that a card without an id and with a new question is found by, within its section."""
    if isinstance(card.answer, tuple):
        return digest(*(answer.strip() for answer in card.answer))
    return _digest_of((card.answer or "").strip())


def content_digest(note: Note) -> str:
    """The hash of all that a learner would see change in a note; media count by their names, which are hashes."""
    return _digest_of("\x1f".join((note.kind, " ".join(note.tags), *note.fields)))


def type_digest(note_type: NoteType) -> str:
    """The hash of all that a learner would see change in a note type."""
    return digest(note_type.name, note_type.css, repr(note_type.fields), repr(note_type.templates))


def identify(deck: Deck, lock: Lock) -> tuple[list[Identity | None], list[Problem]]:
    """The identity of every card in study order, None where it can't be told from what learners have; the problems."""
    return _Matching(deck, lock).run()


class _Matching:
    """One pass over the deck's cards against the lock's records; a record is claimed by one card at most."""

    def __init__(self, deck: Deck, lock: Lock) -> None:
        self.deck = deck
        self.lock = lock
        self.problems: list[Problem] = []
        self.cards = [(section, card) for section in deck.sections for card in section.cards]
        self.found: list[Identity | None] = [None] * len(self.cards)  # in study order
        self.claimed: set[str] = {card.id for _, card in self.cards if card.id is not None}
        self.by_question: dict[str, list[NoteRecord]] = defaultdict(list)
        self.by_answer: dict[tuple[str, str], list[NoteRecord]] = defaultdict(list)
        self.by_guid: dict[str, NoteRecord] = {}

    def run(self) -> tuple[list[Identity | None], list[Problem]]:
        nameless = [n for n, (_, card) in enumerate(self.cards) if card.id is None]
        if nameless or self.lock.notes:
            self._index()
        for number, (_, card) in enumerate(self.cards):
            if card.id is None:
                continue
            if card.guid is None and not self.by_question and card.id not in self.lock.notes:  # a new card
                self.found[number] = Identity(card.id, guid_of(self.deck.uid, card.id), made=False)
            else:
                self._take_given(number, card)
        nameless = [n for n in nameless if not self._take_by_question(n)]
        nameless = self._take_by_answer(nameless)
        for number in nameless:
            self._take_new(number)
        self._tell_twins()
        return self.found, self.problems

    def _index(self) -> None:
        for record in self.lock.notes.values():
            if record.id not in self.claimed:
                self.by_guid[record.guid] = record
                self.by_question[record.question].append(record)
                if not record.retired:
                    self.by_answer[record.section, record.answer].append(record)

    def _take_given(self, number: int, card: Card) -> None:
        assert card.id is not None
        record = self.lock.notes.get(card.id)
        if record is None and card.guid is not None and (was := self.by_guid.get(card.guid)) is not None:
            self._take(number, card, was, made=False)  # its author gave it a new id
        elif record is None:
            known = self._known_by_question(card) if self.by_question else []
            if known and card.guid is None:
                message = f"learners know this question as the card '{known[0].id}'"
                remedy = (
                    f"write id: {known[0].id} again, or guid: {known[0].guid} beside the new one; "
                    "or reword the question if it is another card"
                )
                self.problems.append(problem("gone-id", card.id, message, remedy))
                return
            guid = str(card.guid) if card.guid is not None else guid_of(self.deck.uid, card.id)
            self.found[number] = Identity(card.id, guid, made=False)
        else:
            self._take(number, card, record, made=False)

    def _known_by_question(self, card: Card) -> list[NoteRecord]:
        return [each for each in self.by_question.get(question_digest(card), ()) if not each.retired]

    def _take(self, number: int, card: Card, record: NoteRecord, *, made: bool) -> None:
        """The card is the record's note, unless Anki couldn't update that note with it."""
        at = card.id if card.id is not None else card.place
        if card.guid is not None and card.guid != record.guid:
            message = f"learners know this card by the guid '{record.guid}'"
            remedy = "take the guid: out, or give the card a new id and retire the old one"
            self.problems.append(problem("gone-id", card.guid, message, remedy))
            return
        if record.kind != card.kind.key:
            was, now = KINDS[record.kind].name, card.kind.name
            message = f"learners know the card '{record.id}' as a {was}, and Anki can't make a {now} of it"
            remedy = "give the card a new id, and keep the old one with retired: true if learners should drop it"
            self.problems.append(problem("changed-kind", at, message, remedy))
            return
        self.claimed.add(record.id)
        if card.id is not None and card.id != record.id:
            self.found[number] = Identity(card.id, record.guid, made, was=record.id)
        else:
            self.found[number] = Identity(record.id, record.guid, made)

    def _take_by_question(self, number: int) -> bool:
        card = self.cards[number][1]
        free = self._free(self.by_question.get(question_digest(card), ()))
        if card.guid is not None:
            free = [record for record in free if record.guid == card.guid]
        if not free:
            return False
        live = [record for record in free if not record.retired] or free
        self._take(number, card, live[0], made=True)
        return True

    def _take_by_answer(self, nameless: list[int]) -> list[int]:
        """Takes the cards whose answer points at one record and back; returns the cards left."""
        groups: dict[tuple[str, str], list[int]] = defaultdict(list)
        for number in nameless:
            section, card = self.cards[number]
            groups[section.tag, answer_digest(card)].append(number)
        left = []
        for key, numbers in groups.items():
            answers = self.cards[numbers[0]][1].answers
            free = self._free(self.by_answer.get(key, ())) if answers else []
            if len(numbers) == 1 and len(free) == 1:
                self._take(numbers[0], self.cards[numbers[0]][1], free[0], made=True)
            elif free:
                for number in numbers:
                    self._ask(self.cards[number][1], free)
            else:
                left += numbers
        return sorted(left)

    def _take_new(self, number: int) -> None:
        section, card = self.cards[number]
        gone = self._gone_like(section, card)
        if gone and card.guid is None:
            self._ask(card, gone)
            return
        name = base = slug(card.asks)
        count = 1
        while name in self.claimed or name in self.lock.notes:
            count += 1
            name = f"{base}-{count}"
        self.claimed.add(name)
        guid = str(card.guid) if card.guid is not None else guid_of(self.deck.uid, name)
        self.found[number] = Identity(name, guid, made=True)

    def _gone_like(self, section: Section, card: Card) -> list[NoteRecord]:
        """The notes without an id of their author's, and without a card any more, that `card` may be.

        Those of its section, of a section that is gone, too, and those with its answer in any section.
        """
        if not hasattr(self, "_gone"):
            self._gone = [each for each in self._free(self.lock.notes.values()) if each.made and not each.retired]
            self._sections = {each.tag for each in self.deck.sections}
        gone = [each for each in self._gone if each.section == section.tag or each.section not in self._sections]
        if not gone and self._gone and card.answers:
            answer = answer_digest(card)
            gone = [each for each in self._gone if each.answer == answer]
        return gone

    def _tell_twins(self) -> None:
        """Adds a problem for each guid on two cards where its author wrote one of them, or neither."""
        guids = [each.guid for each in self.found if each is not None]
        if len(set(guids)) == len(guids):
            return
        found = {number: each for number, each in enumerate(self.found) if each is not None}
        first: dict[str, int] = {}
        for number, identity in found.items():
            other = first.setdefault(identity.guid, number)
            one, two = sorted((number, other), key=lambda each: self.cards[each][1].guid is None)
            if found[other].id == identity.id or self.cards[two][1].guid is not None:
                continue  # alone, or an id or a guid that was written twice: checks/errors.py tells those
            at = self.cards[one][1].guid or self.cards[one][1].place
            message = f"this card has the guid of the card '{found[two].id}', and Anki would make them one"
            self.problems.append(problem("same-id", at, message, "take the guid: out, or mend deck.lock"))

    def _free(self, records: Iterable[NoteRecord]) -> list[NoteRecord]:
        return [record for record in records if record.id not in self.claimed]

    def _ask(self, card: Card, candidates: list[NoteRecord]) -> None:
        names = " or ".join(f"'{record.id}'" for record in candidates[:3])
        message = f"this card has no id, and may be {names} reworded or a new card"
        remedy = f"write id: {candidates[0].id} if learners should keep its history, or an id of its own if it is new"
        self.problems.append(problem("ambiguous-card", card.place, message, remedy))
