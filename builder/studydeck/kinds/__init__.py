"""The kinds of cards, one file each: their keys, note type, cards and sides. The rest of the program asks them.

To add a kind, add a file here and a line in KINDS; to add a key to every card, add a line in COMMON. Both are
append-only: the note types are frozen (tests/test_frozen.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache

from studydeck.kinds.cloze import CLOZE
from studydeck.kinds.occlusion import OCCLUSION
from studydeck.kinds.question import QUESTION
from studydeck.model import Deck, Key, Kind, Note, takes
from studydeck.model.kinds import in_order

#: The keys that every card may have.
COMMON: dict[str, Key] = {
    "id": Key(
        takes.ID,
        "The card's identity, such as nfkb-role. It keeps learners' history through every edit; never reuse one.",
        "Id",
    ),
    "hint": Key(takes.MARKDOWN, "Shown on the question side after a tap.", "Hint"),
    "details": Key(takes.MARKDOWN, "Shown small under the answer.", "Details", "detail"),
    "source": Key(
        takes.LOCATORS, "Where the material says this: p2s1, p2s1-3, p2, overview/p1s3, or a list of these.", "Source"
    ),
    "tags": Key(takes.NAMES, "The card's own tags, besides the section's."),
    "ok": Key(takes.NAMES, "Warnings to accept on this card, such as long-answer."),
    "language": Key(takes.LANGUAGE, "The card's language, if it isn't the section's or the deck's."),
    "retired": Key(
        takes.FLAG, "true ships the card once more with the tag <root>::retired, for learners to suspend or delete."
    ),
    "type": Key(takes.LINE, "The deck's own note type of the card: the name of its folder in note-types/."),
    "fields": Key(takes.FIELDS, "Texts for fields of that note type that have no key.", needs="type"),
    "guid": Key(takes.LINE, "The guid under which learners already have the card, to keep when its id: changes."),
}
#: The keys of an item of a list that is a mapping; where it doesn't have one, it has that of its list.
ITEM_KEYS: dict[str, Key] = {
    "id": Key(takes.ID, "The item's own identity in its list. It keeps learners' history through every edit."),
    "text": Key(takes.MARKDOWN, "The item, in Markdown."),
    **{name: COMMON[name] for name in ("hint", "details", "source", "tags", "ok", "retired", "guid")},
}
_MOST_SHAPES = 1_000
#: What the keys of the deck's own kinds start with (own.py); then comes the name of the note type's folder.
OWN = "note-types/"
#: A card is of this kind unless it has the first key of another.
DEFAULT_KIND = QUESTION
#: The kinds by their keys in packages and locks.
KINDS: dict[str, Kind] = {each.key: each for each in (QUESTION, CLOZE, OCCLUSION)}


@cache
def card_keys() -> dict[str, Key]:
    """Every key that some card may have, by name."""
    own = {name: key for kind in KINDS.values() for name, key in kind.own.items()}
    return in_order({**own, **COMMON})


def kind_of(written: Mapping[str, object]) -> Kind:
    """The kind of a card with these keys."""
    for kind in KINDS.values():
        if kind is not DEFAULT_KIND and kind.asks in written:
            return kind
    return DEFAULT_KIND


@lru_cache(_MOST_SHAPES)
def kind_of_texts(names: tuple[str, ...]) -> Kind | None:
    """The kind of a card with these keys, if it has the required ones, and for all any text is a value.

    An id and a source are allowed, too, though not any text is one. It is remembered, since the cards of a deck have
    the same few keys.
    """
    kind = kind_of(dict.fromkeys(names))
    is_whole = all(key in names for key in kind.required)
    read = [key for key in names if key not in kind.any_text]
    return kind if is_whole and all(key in ("id", "source") and key in kind.keys for key in read) else None


def kind_named(note_type: str, gaps: bool) -> Kind:
    """The kind whose note type has this name in a package; for another tool's, the kind that works like it."""
    like = [each for each in KINDS.values() if each.has_clozes == gaps]
    return next((each for each in like if note_type.endswith(f" {each.title}")), like[0])


def kind_by_key(key: str, deck: Deck) -> Kind:
    """The kind with this key in packages and locks: one of the program's, or one of the `deck`'s own."""
    return KINDS.get(key) or next(each for each in deck.own_kinds.values() if each.key == key)


def sides(note: Note) -> tuple[str, list[str]]:
    """A note's question and its answers, as HTML."""
    question, answers = note.card.kind.sides(note)
    return question, list(answers)


def declare(name: str, key: Key) -> None:
    """Adds a key that every card may have. Raises ValueError if no kind's note type can take its field."""
    COMMON[name] = key
    refresh()
    if not any(name in kind.keys for kind in KINDS.values()):
        raise ValueError(f"no note type has the field {key.field}: the key needs a spare field of its own")


def refresh() -> None:
    """Adds the keys of all cards to the kinds, after a change of COMMON or KINDS."""
    for kind in KINDS.values():
        kind.learn(COMMON)
    card_keys.cache_clear()
    kind_of_texts.cache_clear()


refresh()
