"""What the next import changes for a learner: new, edited, untouched, retired, moved, and what is left to do by hand.

Notes are compared by guid, as Anki does. The lock shows which notes changed; to show their old text, an older package
or git is needed, too, and a text is used only if its hash is the lock's.
"""

from __future__ import annotations

import html as html_entities
import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from studydeck.counting import counted, listed
from studydeck.history import by_hand
from studydeck.history.by_hand import ByHand, Stay
from studydeck.history.editions import Need, named_like, needs, why_merge
from studydeck.history.gaps import gap_digests, gap_numbers, moved_gap
from studydeck.history.identity import answer_digest, content_digest, digest, question_digest, type_digest
from studydeck.history.lock import Lock, NoteRecord
from studydeck.history.own_types import same_parts
from studydeck.kinds import KINDS
from studydeck.model import Card, Deck, Note, NoteType, OldNote, is_another_tools, says_retired, takes
from studydeck.model.kinds import MY_NOTES, SPARES
from studydeck.patterns import pattern
from studydeck.text import about

_PICTURE = pattern(r'<img[^<>]*src="([^"]*)"')
_SOUND = pattern(r"\[sound:([^][]*+)\]")
_TAG = pattern(r"<[^>]*>")
_ALT = pattern(r'<img[^>]*alt="([^"]*)"')
_BREAK = pattern(r"</?(?:p|br|li|ul|ol|div|tr|table|pre)")
#: Fields that no author writes; edits of these are not shown.
_OURS = ("Id", *SPARES, MY_NOTES)


class Old(NamedTuple):
    """A note as a learner has it; `modified` is its stamp in seconds.

    `fields` and `tags` are None if only the lock's hashes are known.
    """

    id: str
    guid: str
    kind: str
    retired: bool
    content: str
    question: str
    answer: str
    deck: str
    modified: int
    fields: Mapping[str, str] | None = None
    tags: tuple[str, ...] | None = None


class OldType(NamedTuple):
    """A note type as a learner has it. `content` is its hash, `modified` its stamp in seconds.

    `whole` is the note type itself, None if only the lock is known.
    """

    key: str
    id: int
    name: str
    content: str
    modified: int
    whole: NoteType | None = None


class Before(NamedTuple):
    """What a learner has: notes by guid, note types, and in words where this was read from."""

    notes: Mapping[str, Old]
    types: Sequence[OldType]
    source: str


class After(NamedTuple):
    """What a build would ship now: notes and note types, and the lock that it would write, with their stamps.

    `kept` are the records of notes that weren't read: the package has them as in the last build. They aren't in `lock`.
    """

    notes: Sequence[Note]
    types: Sequence[NoteType]
    lock: Lock
    kept: Sequence[NoteRecord] = ()

    def edits(self, before: Before) -> list[tuple[Old, Note]]:
        """The notes that learners have, and that have another content now."""
        found = [(before.notes.get(note.identity.guid), note) for note in self.notes]
        contents = self.lock.notes
        return [(old, note) for old, note in found if old and old.content != contents[note.identity.id].content]


#: Notes that a build edits, each with what learners have of it.
_Edits = Sequence[tuple[Old, Note]]


class FieldChange(NamedTuple):
    """A field of an edited note with its old and new text; the old text is None if it isn't known."""

    field: str
    old: str | None
    new: str

    @property
    def remark(self) -> str:
        """What the field's words don't show."""
        if self.old is None:
            return ""
        files = {"a picture": _PICTURE, "a sound": _SOUND}
        changed = [what for what, each in files.items() if each.findall(self.old) != each.findall(self.new)]
        if changed:
            return f"{' and '.join(changed)} changed"
        return "only the formatting changed" if plain(self.old) == plain(self.new) else ""


class CardPlan(NamedTuple):
    """What happens to one card: `new`, `edited`, `untouched` or `retired`.

    `text` is what it asks, "" if that isn't known, as of cards that weren't read.
    """

    id: str
    what: str
    text: str
    changes: tuple[FieldChange, ...] = ()
    counted_as: str = ""
    moved_from: str = ""
    deck: str = ""


class Plan(NamedTuple):
    """The next import. `unclean` has sentences on what wouldn't arrive; if it is empty, the package imports cleanly.

    `look` is a sentence if the note types change, otherwise empty. `about` is Markdown that says whose deck it is.
    `moved_gaps` are sentences on gaps that get the history of others. `editions` are those that help some learners.
    """

    deck: str
    against: str
    texts_from: str
    cards: tuple[CardPlan, ...]
    by_hand: tuple[ByHand, ...]
    unclean: tuple[str, ...]
    look: str
    about: str
    moved_gaps: tuple[str, ...] = ()
    editions: tuple[Need, ...] = ()

    def count(self, what: str) -> int:
        return sum(card.what == what for card in self.cards)

    @property
    def summary(self) -> str:
        """The plan in one line: 3 new cards, 5 edited (2 questions, 3 answers), 57 untouched, 1 retired. …"""
        edited = [card.counted_as for card in self.cards if card.what == "edited"]
        kinds = ", ".join(counted(number, word) for word, number in Counter(edited).items())
        new = self.count("new")
        parts = [
            counted(new, "new card"),
            f"{len(edited):,} edited" + (f" ({kinds})" if kinds else ""),
            f"{self.count('untouched'):,} untouched",
            f"{self.count('retired'):,} retired",
        ]
        return f"{', '.join(parts)}. Imports cleanly: {'no' if self.unclean else 'yes'}."


def before_from_lock(lock: Lock, source: str) -> Before:
    """What a learner with the lock's build has: only hashes, until `with_texts` adds the words."""
    notes = {
        each.guid: Old(
            each.id, each.guid, each.kind, each.retired, each.content, each.question, each.answer, each.deck,
            each.modified,
        )
        for each in lock.notes.values()
    }  # fmt: skip
    types = [OldType(each.key, each.id, each.name, each.content, each.modified) for each in lock.types.values()]
    return Before(notes, types, source)


def before_from_package(
    notes: Iterable[OldNote], types: Iterable[tuple[NoteType, int]], source: str, lock: Lock | None = None
) -> Before:
    """What a learner with an older package has.

    The deck may have been taken over from it: then the other tool's texts and tags differ from ours, and learners keep
    them until the author edits a note. With the deck's `lock`, these notes count as what the lock has of them.
    """
    known = {each.guid: each for each in lock.notes.values()} if lock else {}
    old = {}
    for note in notes:
        retired = says_retired(note.tags)
        name = note.fields.get("Id") or note.guid
        content = old_digest(note)
        if (last := known.get(note.guid)) and is_another_tools(note.guid, note.added):
            name = last.id
            content = last.content if last.modified == note.modified else content
        old[note.guid] = Old(
            name, note.guid, note.kind, retired, content, "", "", note.deck, note.modified, note.fields, note.tags
        )
    old_types = []
    for each, modified in types:
        content = type_digest(each)
        if lock and each.key not in KINDS and (last_type := lock.types.get(each.key)):
            content = last_type.content if last_type.modified == modified else content
        old_types.append(OldType(each.key, each.id, each.name, content, modified, each))
    return Before(old, old_types, source)


def old_digest(note: OldNote) -> str:
    """The hash of an older package's note; the lock has the same if the package is from the lock's build."""
    return digest(note.kind, " ".join(note.tags), *note.fields.values())


def with_texts(before: Before, texts: Iterable[Old]) -> Before:
    """`before` with the fields and tags of those `texts` whose hash is the lock's; learners don't have other texts."""
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
            note.deck, 0, named_fields(note), note.tags,
        )
        for note in notes
    ]  # fmt: skip


def named_fields(note: Note) -> dict[str, str]:
    """The fields of a note that its author writes, by name."""
    ours = _OURS if note.card.kind.note_type is None else ()
    return {name: value for name, value in note.by_name.items() if name not in ours}


def without_texts(before: Before, after: After) -> set[str]:
    """The guids of the edited and deleted notes whose old text isn't known yet."""
    changed = [*(old for old, _ in after.edits(before)), *_gone(before, after.notes)]
    return {old.guid for old in changed if old.fields is None}


def make_plan(deck: Deck, before: Before, after: After, texts_from: str) -> Plan:
    """The plan for a learner who has `before` and imports `after`; notes that are kept come last, untouched."""
    edits = after.edits(before)
    edited = {note.identity.guid for _, note in edits}
    cards = [_card(before.notes.get(note.identity.guid), note, edited) for note in after.notes]
    gone = list(_gone(before, after.notes))
    for old in gone:
        readable = KINDS[old.kind].readable(old.fields) if old.fields and old.kind in KINDS else old.fields
        text = plain(_asked(readable)) if readable else ""
        cards.append(CardPlan(old.id, "retired", text, deck=old.deck))
    cards += [CardPlan(each.id, "untouched", "", deck=each.deck) for each in after.kept]
    return Plan(
        deck=str(deck.title),
        against=before.source,
        texts_from=texts_from,
        cards=tuple(cards),
        by_hand=tuple(_by_hand(deck, before, after, gone, edits)),
        unclean=tuple(_unclean(before, after, edits)),
        look=_look(before, after),
        about=about(deck),
        moved_gaps=tuple(_moved_gaps(edits)),
        editions=tuple(_editions(before, after, cards)),
    )


def _editions(before: Before, after: After, cards: Sequence[CardPlan]) -> Iterator[Need]:
    arriving = any(card.what in ("new", "edited") for card in cards)
    had = [each.kind for each in after.notes if each.identity.guid in before.notes]
    own = not KINDS.keys() >= {*had, *(each.kind for each in after.kept)}
    return needs(
        edits=any(change.field != "Tags" for card in cards if card.what == "edited" for change in card.changes),
        own_types=own and arriving,
        others_have=before.source if _alike(before, after) else "",
    )


def _alike(before: Before, after: After) -> dict[int, tuple[NoteType, NoteType]]:
    """The note types that learners have under other numbers than the deck's of the same names, each with that."""
    numbers = {each.id for each in after.types}
    foreign = [old.whole for old in before.types if old.whole and old.id not in numbers]
    return {old.id: (old, like) for old in foreign if (like := named_like(old, after.types))}


def _gone(before: Before, notes: Iterable[Note]) -> Iterator[Old]:
    """The notes that learners have and that are no longer shipped."""
    here = {note.identity.guid for note in notes}
    return (old for guid, old in before.notes.items() if guid not in here and not old.retired)


def _by_hand(deck: Deck, before: Before, after: After, gone: Sequence[Old], edits: _Edits) -> Iterator[ByHand]:
    had = {note.identity.guid: note for note in after.notes if note.identity.guid in before.notes}
    stays = [Stay(guid, old.deck, note.deck) for guid, note in had.items() if (old := before.notes[guid]).deck]
    stays += [Stay(each.guid, each.deck, each.deck) for each in after.kept]  # none moves, but a deck may be in use
    yield from by_hand.moving(stays, deck.title, lambda guid: _search(before.notes[guid], had[guid]))
    if dropped := [_search(*each) for each in edits if _drops(*each)]:
        yield by_hand.empty(dropped)
    if any(note.card.retired for note in after.notes) or any(each.retired for each in after.kept):
        yield by_hand.retired(deck.tag)
    if gone:
        kinds = {old.kind for old in gone}
        names = {each.name for each in before.types if each.key in kinds}
        names |= {each.name for each in after.types if each.key in kinds}
        yield by_hand.gone([_search(old) for old in gone], sorted(names))


def _search(old: Old, note: Note | None = None) -> str:
    """The search for a note: by its id or, in a note type that has no field for that, by the text of a field."""
    ours = KINDS.get(note.kind if note else old.kind)
    if ours and (note or not old.fields or ours.fields[0] in old.fields):
        return by_hand.by_id(note.identity.id if note else old.id)
    texts = [each for each in (named_fields(note) if note else None, old.fields) if each]
    names = [note.card.kind.fields[note.card.kind.asks_field]] if note else []
    names += [name for each in texts for name, text in each.items() if text]
    found = dict.fromkeys(by_hand.by_text(name, each[name]) for name in names[:1] for each in texts if each.get(name))
    return f"({' OR '.join(found)})" if len(found) > 1 else next(iter(found), by_hand.by_id(old.id))


def _moved_gaps(edits: _Edits) -> Iterator[str]:
    """Sentences on gaps that hide what another number hid."""
    for old, note in edits:
        if not note.card.kind.gaps:
            continue
        if old.fields is not None:
            field = note.card.kind.asks_field
            moved = moved_gap(note.fields[field], gap_digests(old.fields.get(note.card.kind.fields[field], "")))
        else:
            moved = moved_gap(note.card.asks, old.answer)
        if moved:
            yield f"{note.identity.id}: {plain(moved[0])}"


def _drops(old: Old, note: Note) -> bool:
    """Whether an edited note had a card that it hasn't any more."""
    kind = note.card.kind
    had = kind.cards_in(old.fields) if old.fields is not None else {each - 1 for each in gap_numbers(old.answer)}
    return not set(had) <= set(note.ords)


def plain(html: str) -> str:
    """A field's words without markup; pictures as their alternative text, and sounds without their names."""
    html = _SOUND.sub("[sound]", html)
    end = html.rfind(">") + 1  # after it, every '<' would search up to the end
    return " ".join(html_entities.unescape(_TAG.sub(_as_words, html[:end]) + html[end:]).split())


def _as_words(tag: re.Match[str]) -> str:
    if picture := _ALT.match(tag[0]):
        return f"[{picture[1]}]"
    return " " if _BREAK.match(tag[0]) else ""


def _text(card: Card) -> str:
    """What a card asks, in one line; a picture with parts by their names."""
    parts = f": {', '.join(filter(None, card.values['parts']))}" if card.kind.masks else ""
    return " ".join(f"{card.called}{parts}".split())


def _card(old: Old | None, note: Note, edited: Container[str]) -> CardPlan:
    name, text = note.identity.id, _text(note.card)
    if old is None:
        return CardPlan(name, "new", text, deck=note.deck)
    moved = old.deck if old.deck and old.deck != note.deck else ""
    if note.identity.guid not in edited:
        return CardPlan(name, "untouched", text, moved_from=moved, deck=note.deck)
    if note.card.retired and not old.retired:
        return CardPlan(name, "retired", text, moved_from=moved, deck=note.deck)
    changes = _changes(old, note)
    changed = {change.field for change in changes}
    word = next((word for field, word in _counted_as(note).items() if field in changed), "other part")
    return CardPlan(name, "edited", text, changes, word, moved, note.deck)


def _counted_as(note: Note) -> dict[str, str]:
    """What an edited card is counted as, by field: the first field that changed decides, flags last."""
    kind = note.card.kind
    keys = {field: key for key in kind.keys.values() for field in key.fields}
    words = {field: keys[field].counted_as or field.lower() for field in kind.fields if field in keys}
    marks = [field for field in words if keys[field].takes == takes.FLAG or field == keys[field].mark]
    flags = {field: words.pop(field) for field in marks}
    aloud = {key.aloud_field: "spoken text" for key in keys.values() if key.aloud}
    return {**words, "Section": "section name", "Tags": "tag", **aloud, **flags}


def _changes(old: Old, note: Note) -> tuple[FieldChange, ...]:
    new = note.card.kind.readable(named_fields(note))
    if old.fields is not None:
        before = note.card.kind.readable(old.fields)
        changes = [
            FieldChange(name, before.get(name, ""), value)
            for name, value in new.items()
            if before.get(name, "") != value
        ]
        if old.tags != note.tags:
            changes.append(FieldChange("Tags", " ".join(old.tags or ()), " ".join(note.tags)))
        return tuple(changes)
    kind = note.card.kind
    changes = []
    hashed = [
        (old.question, question_digest(note.card), kind.asks),
        (old.answer, answer_digest(note.card), kind.answer),
    ]
    if note.card.item:  # known by what it says; the other hash is of what is shown before it
        hashed = [(*hashed[1][:2], kind.asks), (*hashed[0][:2], kind.answer)]
    for was, now, key in hashed:
        if key and was and was != now:
            field = kind.keys[key].field
            changes.append(FieldChange(field, None, new[field]))
    return tuple(changes)


def _unclean(before: Before, after: After, edits: _Edits) -> Iterator[str]:
    """Why something wouldn't arrive: Anki reports a conflict, or drops it because of its stamp."""
    alike = _alike(before, after)
    yield from why_merge(list(alike.values()), before.source)
    for old in before.types:
        new = next((each for each in after.types if each.id == old.id), None)
        if old.id in alike:
            continue
        if new is None:
            yield from _conflicting(old, before, after)
        elif old.whole is not None and not _is_updated(old.whole, new):
            yield f"the note type '{old.name}' had other fields or templates, so its notes would conflict"
        elif old.content != type_digest(new) and after.lock.types[new.key].modified <= old.modified:
            yield f"the note type '{old.name}' of {before.source} has a newer stamp, so Anki would keep its old look"
    stamps = after.lock.notes  # one must be greater (test_anki_import.py, "an older stamp is ignored")
    dropped = [note.identity.id for old, note in edits if stamps[note.identity.id].modified <= old.modified]
    if dropped:
        names = listed([f"'{each}'" for each in dropped])
        yield f"{before.source} has {names} with a newer stamp, so Anki would silently drop the edit"


def _conflicting(old: OldType, before: Before, after: After) -> Iterator[str]:
    """Why notes of a foreign note type wouldn't be updated, and what 'merge note types' would do to them."""
    yield f"the note type '{old.name}' of {before.source} isn't this deck's, so its notes would conflict"
    if old.whole is None or not any(each.identity.guid in before.notes for each in after.notes):
        return
    kept = {template.name for each in after.types if each.gaps == old.whole.gaps for template in each.templates}
    blank = [] if old.whole.gaps else [each.name for each in old.whole.templates if each.name not in kept]
    message = "import it without 'merge note types': that needs a full sync, and no later package would update a note"
    if blank:
        message += f"; histories of the cards {', '.join(map(repr, blank))} would end on a blank front"
    yield message


def _is_updated(old: NoteType, new: NoteType) -> bool:
    """Whether Anki updates notes of `old` by a package with `new`, which has its number."""
    return same_parts(old.fields, new.fields) and same_parts(old.templates, new.templates)


def _look(before: Before, after: After) -> str:
    """A sentence saying that the note types change, if they do: Anki replaces them completely."""
    new = {each.id: type_digest(each) for each in after.types}
    if all(new.get(old.id, old.content) == old.content for old in before.types):
        return ""
    return "The cards' look changes: the note types' new names, style and templates replace a learner's own."


def _asked(fields: Mapping[str, str]) -> str:
    known = (fields.get(kind.fields[0]) for kind in KINDS.values())
    return next(filter(None, known), next(iter(fields.values()), ""))
