"""Which note each card is: by the id that its author wrote, or the id that the lock has for its text.

A card with an id is that note, however its text changed, unless it asks exactly what learners have as another card.
A card without an id is matched by its exact question, then by its exact answer within its section. In less certain
cases the author is asked; nothing is guessed.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable

from studydeck.history.gaps import gap_digests, moved_gap
from studydeck.history.lock import Lock, NoteRecord
from studydeck.kinds import KINDS, OWN
from studydeck.model import Card, Deck, Html, Identity, Note, NoteType, Problem, Section, Text, problem, shown, warning
from studydeck.terminal import command_line
from studydeck.text import slug
from studydeck.timings import stage

_NAMED = 3  # the most notes that a message names
_MOST_LISTS = 100  # the most lists with new ids that are compared with the most that are gone
_MANY = 5  # the fewest reworded cards that may be a translation
_EMPTY, _EMPTY_GUID = hashlib.blake2b(digest_size=8), hashlib.blake2b(digest_size=10)


def digest(*texts: str) -> str:
    """A hash of `texts` as 16 hexadecimal digits (64 bits), as in the lock. Different splits give different hashes."""
    return _digest_of("\x1f".join(texts))


def _digest_of(text: str) -> str:
    hashed = _EMPTY.copy()  # a fifth faster than making a new one
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
    """The hash by which a card without an id is found: of its question, or of what an item of a list says."""
    if card.item is not None:
        return item_digest(card.item.list, card)
    return _digest_of(card.asks.strip())


def item_digest(list_id: str, card: Card) -> str:
    """The hash by which an item without an id is found in a list, wherever it is there."""
    return digest("item", list_id, *(answer.strip() for answer in card.answers))


def list_of(note_id: str) -> str:
    """The id of the list of which a note is an item, "" if it is none: no other id has a slash."""
    return note_id.rpartition("/")[0]


def answer_digest(card: Card, before: str = "") -> str:
    """The hash by which a card without an id and with a new question is found, within its section.

    For a cloze, the hashes of what its gaps hide; `before` has those of the last build. For an item of a list, the hash
    of what is shown before it: a reworded one is still found by its place.
    """
    if card.item is not None:
        if not card.item.ordered:
            return question_digest(card)
        shown = (text.strip() for text in card.item.shown)
        return digest("before", card.item.list, str(card.item.skips), *shown)
    if card.kind.gaps:
        return gap_digests(card.asks, before)
    if isinstance(card.answer, tuple):
        return digest(*(answer.strip() for answer in card.answer))
    return _digest_of((card.answer or "").strip())


def content_digest(note: Note) -> str:
    """The hash of everything in a note that a learner could see change; media by their names, which are hashes."""
    return _digest_of("\x1f".join((note.kind, " ".join(note.tags), *note.fields)))


def type_digest(note_type: NoteType) -> str:
    """The hash of everything in a note type that a learner could see change."""
    return digest(note_type.name, note_type.css, repr(note_type.fields), repr(note_type.templates))


def foreign_uid(deck: Deck, lock: Lock) -> bool:
    """Whether the lock belongs to a deck with another uid: it was copied, or the deck got a new uid."""
    return bool(deck.uid and lock.uid) and lock.uid != deck.uid


def keeps_name(deck: Deck, lock: Lock) -> bool:
    """Whether notes in the lock are in a deck of this name, or in a subdeck of it."""
    names = {each.deck for each in lock.notes.values()}
    return any(name == deck.title or name.startswith(f"{deck.title}::") for name in names)


@stage("identify", lambda found: len(found[0]))
def identify(deck: Deck, lock: Lock) -> tuple[list[Identity | None], list[Problem]]:
    """The identity of every card in study order, None if the lock doesn't settle it; and the problems."""
    return _Matching(deck, lock).run()


class _Matching:
    """One pass over the deck's cards, matching them to the lock's records; at most one card claims a record."""

    def __init__(self, deck: Deck, lock: Lock) -> None:
        self.deck = deck
        self.lock = lock
        self.problems: list[Problem] = []
        self.cards = [(section, card) for section in deck.sections for card in section.cards]
        self.ids = [card.id for _, card in self.cards]
        self.found: list[Identity | None] = [None] * len(self.cards)  # in study order
        self.stubs = [(section, card) for section in deck.sections for card in section.stubs]
        self.claimed: set[str] = {
            each for each in (*self.ids, *(card.id for _, card in self.stubs)) if each is not None
        }
        self.by_question: dict[str, list[NoteRecord]] = defaultdict(list)
        self.by_answer: dict[tuple[str, str], list[NoteRecord]] = defaultdict(list)
        self.gone: dict[str | None, list[NoteRecord]] = defaultdict(list)  # by section; None if that is gone, too
        self.gone_items: dict[str, list[NoteRecord]] = defaultdict(list)  # by the list's id
        self.gone_by_answer: dict[str, list[NoteRecord]] = defaultdict(list)
        self.guids: set[str] = {card.values["guid"] for card in deck.having("guid")}
        self.by_guid = {each.guid: each for each in lock.notes.values() if each.guid in self.guids}
        self.tried: dict[str, int] = {}  # the last number after each slug

    def _report_uid(self) -> None:
        """A copy would overwrite the original's cards for learners of both. Only the author knows if it is one."""
        at = self.deck.uid if isinstance(self.deck.uid, Text) else self.deck.place
        message = f"deck.lock belongs to the deck with the uid '{self.lock.uid}'"
        remedy = (
            "if this is a copy of that deck, run studydeck fork on it; if it is the same deck, restore the old uid, or "
            f"delete the line 'uid {self.lock.uid}' from deck.lock, and learners keep their cards under the new uid"
        )
        self.problems.append(problem("changed-uid", at, message, remedy))

    def _report_copied(self, reworded: int) -> None:
        """A translation in a copy with the original's uid would overwrite the original for learners who have it."""
        deck, was = self.deck, self.lock.language
        known = sum(each is not None and (each.was or each.id) in self.lock.notes for each in self.found)
        if reworded < max(_MANY, 0.8 * known):
            return
        if was and deck.language and was != deck.language:
            what, at = f"the language was '{was}'", deck.language
        elif not keeps_name(deck, self.lock):
            what, at = "the deck had another name", deck.title
        else:
            return
        message = (
            f"{what}, and {reworded:,} of {known:,} cards asked something else: learners of the original get these"
        )
        fork = command_line("fork", shown(deck.folder))
        remedy = (
            f"if this is a translation or another copy, run {fork} before you build it; if it is the same deck, build "
            "it, and the warning goes away"
        )
        self.problems.append(warning("copied-deck", at if isinstance(at, Text) else deck.place, message, remedy))

    def run(self) -> tuple[list[Identity | None], list[Problem]]:
        if foreign_uid(self.deck, self.lock):
            self._report_uid()
        nameless = [n for n, card_id in enumerate(self.ids) if card_id is None]
        if nameless or self.lock.notes:
            self._index()
        for number, card_id in enumerate(self.ids):
            if card_id is None:
                continue
            card = self.cards[number][1]
            if card_id not in self.lock.notes and (not self.guids or card.guid is None):  # a new card
                self.found[number] = Identity(card_id, guid_of(self.deck.uid, card_id), made=False)
            else:
                self._take_given(number, card)
        items = {n for n in nameless if self.cards[n][1].item}  # those that are where they were come first
        taken = {n for n in sorted(items) if self._take_by_question(n, in_place=True)}
        nameless = [n for n in nameless if n not in taken and not self._take_by_question(n)]
        nameless = self._take_by_answer(nameless)
        if nameless:
            self._index_gone()
        for number in nameless:
            self._take_new(number)
        if self.lock.notes:
            self._report_changed()
            self._report_renamed_lists()
            self._report_unwritten()
        self._report_twins()
        return self.found, self.problems

    def _index(self) -> None:
        for record in self.lock.notes.values():
            if record.id not in self.claimed:
                self.by_question[record.question].append(record)
                if not record.retired:
                    self.by_answer[record.section, record.answer].append(record)

    def _index_gone(self) -> None:
        """Indexes the notes without an id from their author that no card is. Only `gone_by_answer` has retired ones."""
        sections = {each.tag for each in self.deck.sections}
        made = [each for each in self._free(self.lock.notes.values()) if each.made]
        for each in sorted(made, key=lambda each: each.retired):
            of_list = list_of(each.id)
            if not of_list:
                self.gone_by_answer[each.answer].append(each)
            if of_list and not each.retired:
                self.gone_items[of_list].append(each)
            elif not each.retired:
                self.gone[each.section if each.section in sections else None].append(each)

    def _take_given(self, number: int, card: Card) -> None:
        """Takes the note of a card whose id is in the lock, or whose author wrote a guid."""
        assert card.id is not None
        record = self.lock.notes.get(card.id)
        if card.guid is None or (record is not None and record.guid == card.guid):
            assert record is not None
            self._take(number, card, record)
        elif record is not None and record.guid not in self.guids:
            self._report_guid(card.guid, record)  # the lock would lose that note: it has one for each id
        elif (was := self.by_guid.get(card.guid)) is not None:
            self._take(number, card, was)  # its author gave it a new id
        else:
            self.found[number] = Identity(card.id, str(card.guid), made=False)

    def _take(self, number: int, card: Card, record: NoteRecord) -> None:
        """The card is the record's note, unless its author wrote another guid."""
        if card.guid is not None and card.guid != record.guid:
            self._report_guid(card.guid, record)
            return
        self.claimed.add(record.id)
        made = record.made or card.id is None
        numbers = record.answer if card.kind.masks else ""
        if card.id is not None and card.id != record.id:
            self.found[number] = Identity(card.id, record.guid, made, record.id, numbers)
        else:
            self.found[number] = Identity(record.id, record.guid, made, numbers=numbers)

    def _report_guid(self, guid: Text, record: NoteRecord) -> None:
        message = f"learners have this card under the guid '{record.guid}'"
        remedy = "remove guid:, or give the card a new id and retire the old one"
        self.problems.append(problem("gone-id", guid, message, remedy))

    def _take_by_question(self, number: int, *, in_place: bool = False) -> bool:
        """Takes the note that asks the same, for an item `in_place` with the same shown before it; whether there is."""
        card = self.cards[number][1]
        alike: Iterable[NoteRecord] = self.by_question.get(question_digest(card), ())
        if in_place:
            alike = [each for each in alike if each.answer == answer_digest(card)]
        if card.guid is not None:
            alike = [self.by_guid[card.guid]] if card.guid in self.by_guid else []
        free = self._free(alike)
        if card.guid in self.by_guid and not free:  # another card has its id now
            self._take_new(number)
            return True
        if not free:
            return False
        live = [record for record in free if not record.retired] or free
        self._take(number, card, live[0])
        return True

    def _take_by_answer(self, nameless: list[int]) -> list[int]:
        """Takes each card whose answer matches exactly one record and no other card's; returns the remaining cards."""
        groups: dict[tuple[str, str], list[int]] = defaultdict(list)
        for number in nameless:
            section, card = self.cards[number]
            groups[section.tag, answer_digest(card)].append(number)
        left = []
        for key, numbers in groups.items():
            answers = self.cards[numbers[0]][1].answers
            free = self._free(self.by_answer.get(key, ())) if answers else []
            if len(numbers) == 1 and len(free) == 1:
                self._take(numbers[0], self.cards[numbers[0]][1], free[0])
            elif free:
                for number in numbers:
                    self._ask(self.cards[number][1], free)
            else:
                left += numbers
        return sorted(left)

    def _take_new(self, number: int) -> None:
        section, card = self.cards[number]
        if card.guid is None and (gone := self._gone_like(section, card)):
            self._ask(card, gone)
            return
        asks: str = card.own_text
        if isinstance(asks, Html):
            from studydeck.text.clean import html_words  # few decks need it

            asks = html_words(asks)
        name = base = f"{card.item.list}/{slug(asks, 'item')}" if card.item else slug(asks)
        count = self.tried.get(base, 1)  # ids are never released, so no lower number is free
        while name in self.claimed or name in self.lock.notes:
            count += 1
            name = f"{base}-{count}"
        self.tried[base] = count
        self.claimed.add(name)
        guid = str(card.guid) if card.guid is not None else guid_of(self.deck.uid, name)
        was = self.by_guid.get(guid)
        self.found[number] = Identity(name, guid, made=True, was=was.id if was is not None else "")

    def _gone_like(self, section: Section, card: Card) -> list[NoteRecord]:
        """Some notes without an id from their author, and without a card now, that `card` may be.

        Notes of its section, or of a section that is gone, too; otherwise notes with its answer in any section. These
        include notes that an earlier build retired: only the answer shows that they may be back. For an item of a list,
        those of the list.
        """
        if card.item is not None:
            return sorted(self.gone_items[card.item.list][:_NAMED])
        gone = sorted([*self.gone[section.tag][:_NAMED], *self.gone[None][:_NAMED]])
        if not gone and card.answers:
            gone = self.gone_by_answer[answer_digest(card)]
        return gone[:_NAMED]

    def _report_changed(self) -> None:
        """Takes the identity from each card that would move a history to another question, or has another kind.

        A card asks exactly what learners have as another card, and that card now asks something else or is gone: ids
        have been exchanged. An author who means this writes the guid beside the id.
        """
        known = self.lock.notes
        same: set[str] = set()  # the ids of notes whose question is unchanged
        changed: dict[int, tuple[str, NoteRecord | None]] = {}
        for number, (identity, (_, card)) in enumerate(zip(self.found, self.cards, strict=True)):
            if identity is None:
                continue
            record = known.get(identity.was or identity.id)
            asks = question_digest(card)
            if record is None or record.question != asks or record.kind != card.kind.key:
                changed[number] = asks, self.lock.record_of(identity)
            else:
                same.add(record.id)
        if not changed:
            return
        self._report_copied(sum(record is not None and record.question != asks for asks, record in changed.values()))
        wanted = {asks for asks, _ in changed.values()}
        asked: dict[str, NoteRecord] = {}
        for each in known.values():
            if each.question in wanted and each.id not in same and (each.question not in asked or not each.retired):
                asked[each.question] = each
        for number, (asks, record) in changed.items():
            card, identity = self.cards[number][1], self.found[number]
            other = None
            if card.guid is None:
                other = self._picture_like(card) if card.kind.masks else asked.get(asks)
            if other is not None and identity is not None and self._has_moved(other, card, identity, record):
                self._report_moved(number, other, record)
            elif record is not None and record.kind != card.kind.key:
                self._report_kind(number, record)
            elif record is not None and card.kind.gaps and (moved := moved_gap(card.asks, record.answer)):
                self.problems.append(warning("moved-gap", card.asks, *moved))

    def _picture_like(self, card: Card) -> NoteRecord | None:
        """A note without a card now that has the card's picture and parts; two cards may ask for one picture's."""
        from studydeck.kinds.occlusion import shares_parts

        alike = self._free(self.by_question.get(question_digest(card), ()))
        return next((each for each in alike if shares_parts(card.values["parts"], each.answer)), None)

    def _has_moved(self, other: NoteRecord, card: Card, identity: Identity, record: NoteRecord | None) -> bool:
        """Whether a history moves if the card of `record`, None if it is new, asks what `other` asked.

        A merged lock may have both ids of one note. If a retired note's question comes back under a new id, no history
        moves: that is a new card, unless it is `retired` itself, since nobody writes a new card to retire it.
        """
        if other.guid == identity.guid:
            return False
        return record is not None or card.retired or not other.retired or other.id in self.claimed

    def _report_moved(self, number: int, other: NoteRecord, record: NoteRecord | None) -> None:
        identity, card = self.found[number], self.cards[number][1]
        assert identity is not None
        kind, name = ("item", other.id.rpartition("/")[2]) if card.item else ("card", other.id)
        message = f"learners have this {'item as' if card.item else 'question as the card'} '{other.id}'"
        what = f"this is another {kind}"
        if record is not None:
            message += f", and '{record.id}' with another {'text' if card.item else 'question'}"
            what = f"this is '{record.id}' reworded"
        again, beside = ("again", "the new one") if card.id is not None else ("here", "an id of its own")
        remedy = f"write id: {name} {again}, or guid: {other.guid} beside {beside}"
        at = card.id if card.id is not None else card.place
        self.problems.append(problem("gone-id", at, message, f"{remedy}; if {what}, write guid: {identity.guid}"))
        self.found[number] = None

    def _report_renamed_lists(self) -> None:
        """Takes the identities from the items of a list whose id has changed: all of their histories would be lost."""
        here: dict[Text, list[int]] = defaultdict(list)
        for number, (_, card) in enumerate(self.cards):
            if card.item is not None:
                here[card.item.list].append(number)
        known: dict[str, set[str]] = defaultdict(set)
        for each in self.lock.notes.values() if here else ():
            known[list_of(each.id)] |= set() if each.retired else {each.question}
        gone = [each for each in known if each and known[each] and each not in here]
        for new in [each for each in here if each not in known][:_MOST_LISTS]:
            for was in gone[:_MOST_LISTS]:
                same = [n for n in here[new] if item_digest(was, self.cards[n][1]) in known[was]]
                if 2 * len(same) > len(here[new]):
                    message = f"learners have this list as '{was}', and its items would start anew"
                    remedy = f"write id: {was} again; if this is another list, build once without it"
                    self.problems.append(problem("gone-id", new, message, remedy))
                    for number in here[new]:
                        self.found[number] = None
                    break

    def _report_kind(self, number: int, record: NoteRecord) -> None:
        card = self.cards[number][1]
        was = KINDS[record.kind].name if record.kind in KINDS else f"note of the type '{record.kind.removeprefix(OWN)}'"
        now = card.kind.name
        message = f"learners have the card '{record.id}' as a {was}, and Anki can't turn it into a {now}"
        remedy = "give the card a new id, and keep the old one with retired: true if learners should drop it"
        at = card.id if card.id is not None else card.place
        self.problems.append(problem("changed-kind", at, message, remedy))
        self.found[number] = None

    def _report_unwritten(self) -> None:
        """Adds a problem for each stub that was a card: left out, it would be retired."""
        for section, card in self.stubs:
            if card.id is not None:
                alike = [self.lock.notes[card.id]] if card.id in self.lock.notes else []
            else:
                alike = self._free(self.by_question[question_digest(card)])
                alike += self._free(self.by_answer[section.tag, answer_digest(card)]) if card.answers else []
            if was := next((each for each in alike if not each.retired), None):
                message = f"learners have this card as '{was.id}', and now it says TODO"
                remedy = "restore its text; to retire the card, delete it"
                self.problems.append(problem("placeholder", card.asks, message, remedy))

    def _report_twins(self) -> None:
        """Adds a problem for each guid on two cards unless the author wrote both."""
        guids = [each.guid for each in self.found if each is not None]
        if len(set(guids)) == len(guids):
            return
        found = {number: each for number, each in enumerate(self.found) if each is not None}
        first: dict[str, int] = {}
        for number, identity in found.items():
            other = first.setdefault(identity.guid, number)
            one, two = sorted((number, other), key=lambda each: self.cards[each][1].guid is None)
            if found[other].id == identity.id or self.cards[two][1].guid is not None:
                continue  # alone, or an id or a guid that was written twice, which checks/errors.py reports
            at = self.cards[one][1].guid or self.cards[one][1].place
            message = f"this card has the guid of the card '{found[two].id}', and Anki would merge the two"
            remedy = "repair the lock with studydeck build --repair-lock"
            if self.cards[one][1].guid is not None:
                remedy = f"remove guid:, or give '{found[two].id}' its own guid: if that card is new"
            self.problems.append(problem("same-id", at, message, remedy))

    def _free(self, records: Iterable[NoteRecord]) -> list[NoteRecord]:
        return [record for record in records if record.id not in self.claimed]

    def _ask(self, card: Card, candidates: list[NoteRecord]) -> None:
        candidates = sorted(candidates, key=lambda record: record.id)
        names = " or ".join(f"'{record.id}'" for record in candidates[:_NAMED])
        what = "item" if card.item else "card"
        message = f"this {what} has no id, and may be {names} reworded or a new {what}"
        name = candidates[0].id
        write = f"write id: {name}"
        if card.item:
            write = f"write it as {{id: {name.rpartition('/')[2]}, text: …}}"
            write = f"list the lines with '- ' each, and {write}" if card.item.of_text else write
        remedy = f"{write} if learners should keep its history, or a new id if the {what} is new"
        at = card.own_text if card.item else card.place
        self.problems.append(problem("ambiguous-card", at, message, remedy))
