"""What the next import does to a learner: new, edited, untouched, retired, moved, and what is theirs to do.

Notes are compared by guid, as Anki does. The lock tells which notes changed; to show what they said, the old
text is needed too, from an older package or from git, and it is believed only where its hash is the lock's.
"""

from __future__ import annotations

import html as html_entities
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from builder.history.identity import answer_digest, content_digest, digest, question_digest
from builder.history.lock import Lock
from builder.model import Deck, Note, NoteType, OldNote

_QA_NAMES = ("Question", "Answer", "Hint", "Details", "Source", "Section", "Reverse", "Typed")
_CLOZE_NAMES = ("Text", "Hint", "Details", "Source", "Section")
#: What an edited card is counted under: the first of these that changed.
_WORDS = {
    "Question": "question",
    "Text": "cloze",
    "Answer": "answer",
    "Hint": "hint",
    "Details": "detail",
    "Source": "source",
    "Section": "section name",
    "Tags": "tag",
    "Reverse": "reversal",
    "Typed": "typing",
    "": "other part",
}


class Old(NamedTuple):
    """What a learner has of one note. `fields` and `tags` are None where only the lock's hashes are known."""

    id: str
    guid: str
    kind: str
    retired: bool
    content: str
    question: str
    answer: str
    deck: str
    fields: Mapping[str, str] | None = None
    tags: tuple[str, ...] | None = None


class Before(NamedTuple):
    """What a learner has: notes by guid, note types, and in words where this is known from."""

    notes: Mapping[str, Old]
    types: Sequence[NoteType]
    source: str


class FieldChange(NamedTuple):
    """A field of an edited note with its old and new text, None where the old one isn't known."""

    field: str
    old: str | None
    new: str


class CardPlan(NamedTuple):
    """What happens to one card: `new`, `edited`, `untouched` or `retired`; `text` is what it asks."""

    id: str
    what: str
    text: str
    changes: tuple[FieldChange, ...] = ()
    counted_as: str = ""
    moved_from: str = ""
    deck: str = ""


class ByHand(NamedTuple):
    """Something that only the learner can do, and the search that finds the cards in Anki's browser."""

    what: str
    search: str


class Plan(NamedTuple):
    """The next import. `unclean` tells in sentences why notes would conflict; empty, it imports cleanly."""

    deck: str
    against: str
    texts_from: str
    cards: tuple[CardPlan, ...]
    by_hand: tuple[ByHand, ...]
    unclean: tuple[str, ...]

    def count(self, what: str) -> int:
        return sum(card.what == what for card in self.cards)

    @property
    def summary(self) -> str:
        """The plan in a line: 3 new cards, 5 edited (2 questions, 3 answers), 57 untouched, 1 retired. …"""
        edited = [card.counted_as for card in self.cards if card.what == "edited"]
        kinds = ", ".join(_plural(number, word) for word, number in Counter(edited).items())
        new = self.count("new")
        parts = [
            f"{new:,} new {'card' if new == 1 else 'cards'}",
            f"{len(edited):,} edited" + (f" ({kinds})" if kinds else ""),
            f"{self.count('untouched'):,} untouched",
            f"{self.count('retired'):,} retired",
        ]
        return f"{', '.join(parts)}. Imports cleanly: {'no' if self.unclean else 'yes'}."


def before_from_lock(lock: Lock, source: str) -> Before:
    """What a learner of the lock's build has: hashes only, until `with_texts` finds the words."""
    notes = {
        each.guid: Old(each.id, each.guid, each.kind, each.retired, each.content, each.question, each.answer, each.deck)
        for each in lock.notes.values()
    }
    return Before(notes, (), source)


def before_from_package(notes: Iterable[OldNote], types: Sequence[NoteType], source: str) -> Before:
    """What a learner of an older package has."""
    old = {}
    for note in notes:
        retired = any(tag.endswith("::retired") for tag in note.tags)
        name = note.fields.get("Id") or note.guid
        old[note.guid] = Old(
            name, note.guid, note.kind, retired, old_digest(note), "", "", note.deck, note.fields, note.tags
        )
    return Before(old, types, source)


def old_digest(note: OldNote) -> str:
    """The hash that the lock has of a note of an older package, if the package is of the lock's build."""
    return digest(note.kind, " ".join(note.tags), *note.fields.values())


def with_texts(before: Before, texts: Iterable[Old]) -> Before:
    """`before` with the fields and tags of those `texts` whose hash is the lock's: no other text is the learner's."""
    found = dict(before.notes)
    for text in texts:
        old = found.get(text.guid)
        if old is not None and old.fields is None and old.content == text.content:
            found[text.guid] = old._replace(fields=text.fields, tags=text.tags)
    return before._replace(notes=found)


def texts_of(notes: Iterable[Note]) -> list[Old]:
    """The texts of rendered notes, such as those of the deck at an older revision."""
    return [
        Old(
            note.identity.id, note.identity.guid, note.kind, note.card.retired, content_digest(note), "", "",
            note.deck, named_fields(note), note.tags,
        )
        for note in notes
    ]  # fmt: skip


def named_fields(note: Note) -> dict[str, str]:
    """A note's fields by name, the spares left out."""
    return dict(zip(_QA_NAMES if note.kind == "qa" else _CLOZE_NAMES, note.fields, strict=False))


def lacks_texts(before: Before, notes: Iterable[Note]) -> bool:
    """Whether the old text of some edited note isn't known yet."""
    return any(
        old.fields is None and old.content != content_digest(note)
        for note in notes
        if (old := before.notes.get(note.identity.guid)) is not None
    )


def make_plan(deck: Deck, before: Before, notes: Sequence[Note], types: Sequence[NoteType], texts_from: str) -> Plan:
    """The plan for a learner who has `before` and imports `notes`."""
    cards = [_card(before.notes.get(note.identity.guid), note) for note in notes]
    here = {note.identity.guid for note in notes}
    gone = [old for guid, old in before.notes.items() if guid not in here and not old.retired]
    for old in gone:
        text = plain(_asked(old.fields)) if old.fields else ""
        cards.append(CardPlan(old.id, "retired", text, deck=old.deck))
    return Plan(
        deck=str(deck.title),
        against=before.source,
        texts_from=texts_from,
        cards=tuple(cards),
        by_hand=tuple(_by_hand(deck, cards, gone, notes)),
        unclean=tuple(_unclean(before, types)),
    )


def plain(html: str) -> str:
    """A field's words without its markup; pictures by their alternative text."""
    html = re.sub(r'<img[^>]*alt="([^"]*)"[^>]*>', r"[\1]", html)
    html = re.sub(r"</?(?:p|br|li|ul|ol|div|tr|table|pre)[^>]*>", " ", html)
    return " ".join(html_entities.unescape(re.sub(r"<[^>]*>", "", html)).split())


def _card(old: Old | None, note: Note) -> CardPlan:
    name, text = note.identity.id, " ".join(note.card.asks.split())
    if old is None:
        return CardPlan(name, "new", text, deck=note.deck)
    moved = old.deck if old.deck and old.deck != note.deck else ""
    if old.content == content_digest(note):
        return CardPlan(name, "untouched", text, moved_from=moved, deck=note.deck)
    if note.card.retired and not old.retired:
        return CardPlan(name, "retired", text, moved_from=moved, deck=note.deck)
    changes = _changes(old, note)
    counted = next((word for key, word in _WORDS.items() if any(change.field == key for change in changes)), "")
    return CardPlan(name, "edited", text, changes, counted or _WORDS[""], moved, note.deck)


def _changes(old: Old, note: Note) -> tuple[FieldChange, ...]:
    new = named_fields(note)
    if old.fields is not None:
        changes = [
            FieldChange(name, old.fields.get(name, ""), value)
            for name, value in new.items()
            if old.fields.get(name, "") != value
        ]
        if old.tags != note.tags:
            changes.append(FieldChange("Tags", " ".join(old.tags or ()), " ".join(note.tags)))
        return tuple(changes)
    first = "Question" if note.kind == "qa" else "Text"
    changes = []
    if old.question and old.question != question_digest(note.card):
        changes.append(FieldChange(first, None, new[first]))
    if note.kind == "qa" and old.answer and old.answer != answer_digest(note.card):
        changes.append(FieldChange("Answer", None, new["Answer"]))
    return tuple(changes)


def _by_hand(deck: Deck, cards: Sequence[CardPlan], gone: Sequence[Old], notes: Sequence[Note]) -> Iterable[ByHand]:
    """What Anki leaves to the learner, with searches that tests/test_plan.py runs in the engine."""
    moves: dict[tuple[str, str], list[str]] = {}
    for card in cards:
        if card.moved_from:
            moves.setdefault((card.moved_from, card.deck), []).append(card.id)
    living = [card for card in cards if card.what in ("edited", "untouched")]
    for (old_deck, new_deck), ids in moves.items():
        if len(ids) == len(living):
            what = f"Before importing, rename the deck '{old_deck}' to '{new_deck}'; otherwise only new cards go there."
            yield ByHand(what, f'deck:"{old_deck}"')
        else:
            what = f"Anki leaves cards where they are: select these and change their deck to '{new_deck}'."
            yield ByHand(what, f'deck:"{old_deck}" {_ids(ids)}')
    if any(note.card.retired for note in notes):
        yield ByHand("Suspend or delete the retired cards.", f"tag:{deck.tag}::retired")
    if gone:
        what = "These cards are no longer in the deck, and stay with learners. Suspend or delete them if you like."
        yield ByHand(what, f'note:"{_escaped(deck.title)} *" {_ids([old.id for old in gone])}')


def _ids(ids: Sequence[str]) -> str:
    terms = " OR ".join(f'"Id:{_escaped(each)}"' for each in ids)
    return f"({terms})" if len(ids) > 1 else terms


def _escaped(text: str) -> str:
    """`text` as Anki's search takes it literally: `*` and `_` are wild, `:` parts words."""
    return re.sub(r'([\\"*_:])', r"\\\1", text)


def _unclean(before: Before, types: Sequence[NoteType]) -> Iterable[str]:
    for old in before.types:
        new = next((each for each in types if each.id == old.id), None)
        if new is None:
            yield f"the note type '{old.name}' of {before.source} is not this deck's, so its notes would conflict"
        elif [each.id for each in new.fields] != [each.id for each in old.fields] or [
            each.id for each in new.templates
        ] != [each.id for each in old.templates]:
            yield f"the note type '{old.name}' had other fields or templates, so its notes would conflict"


def _asked(fields: Mapping[str, str]) -> str:
    return fields.get("Question") or fields.get("Text") or next(iter(fields.values()), "")


def _plural(number: int, word: str) -> str:
    return f"{number:,} {word}" + ("" if number == 1 else "s")
