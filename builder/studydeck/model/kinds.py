"""Keys and kinds: what an author may write in a card, and everything that depends on it, declared once.

The reader, the JSON Schema, media, checks, rendering, `plan` and the docs' tables go through these declarations.
The kinds themselves are in kinds/, one file each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from studydeck.model import takes

if TYPE_CHECKING:
    from studydeck.model.notes import Note, NoteType
    from studydeck.model.words import Card, Text

#: The names of fields that no key fills yet. The number and order of a note type's fields never change.
SPARES = ("Spare 1", "Spare 2", "Spare 3", "Spare 4", "Spare 5")
#: The last field, which is the learner's: no package fills it, and no hash has it.
MY_NOTES = "My notes"


class Key(NamedTuple):
    """A key: what it takes, and its meaning in one sentence, which editors show.

    `field` is the field of the note type that it fills: one that its kinds have, or one of their spare fields, whose
    number from 1 to 5 is `spare`, and which then has this name. Learners keep the text there for ever. `counted_as`
    is what `plan` counts an edit of that field as, by default the field's name. `mark` is a field that holds 1 while
    the key has a value. `in_answer_language` says that its text is in the card's `answer-language`, not its `language`.
    `needs` is the key without which it does nothing. `spoken` is what `speak:` calls its text, if it can be spoken, and
    `aloud` the number of the spare field that then has what a learner's device says.
    """

    takes: str
    meaning: str
    field: str = ""
    counted_as: str = ""
    spare: int = 0
    mark: str = ""
    in_answer_language: bool = False
    needs: str = ""
    spoken: str = ""
    aloud: int = 0

    @property
    def is_markdown(self) -> bool:
        return self.takes in (*takes.ANY_TEXT, takes.FLAG_OR_MARKDOWN, takes.FLAG_OR_LIST, takes.PARTS)

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that it fills: those of its texts, and of its mark."""
        return tuple(filter(None, (self.field, self.mark)))

    @property
    def spares(self) -> Mapping[str, str]:
        """The spare fields that it takes, each with the name that it has then."""
        taken = {self.spare: self.field, self.aloud: self.aloud_field}
        return {SPARES[number - 1]: name for number, name in taken.items() if number}

    @property
    def aloud_field(self) -> str:
        return f"{self.field} aloud"


def in_order(keys: Mapping[str, Key]) -> dict[str, Key]:
    """Keys in the order in which editors and the docs show them: the id first, flags after texts, the guid last."""
    ranks = {takes.ID: 0, takes.FLAG: 2, takes.LINE: 3}
    return dict(sorted(keys.items(), key=lambda item: ranks.get(item[1].takes, 1)))


class Sides(NamedTuple):
    """A note's question and its answers, as HTML."""

    question: str
    answers: Sequence[str]


class Size(NamedTuple):
    """A picture's width and height in pixels."""

    width: float
    height: float


class Drawing(NamedTuple):
    """What a kind that draws on a picture needs of it, and of the deck: its name in Anki, its size if that is known.

    `numbers` is what the lock has of its parts; `name` makes HTML of a part's name.
    """

    file: str
    size: Size | None
    numbers: str
    name: Callable[[Text], str]


class CardTemplate(NamedTuple):
    """A template of a kind's note type: HTML, or the file that contains it."""

    name: str
    front: str | Path
    back: str | Path


def _one_card(card: Card, fields: Sequence[str]) -> tuple[int, ...]:
    return (0,)


def _never_turned(card: Card) -> Card | None:
    return None


def _first_two(note: Note) -> Sides:
    return Sides(note.fields[0], [note.fields[1]])


class Kind:
    """A kind of card, and its note type.

    `key` is its name in packages and locks, `name` its name for people, and `title` the end of the note type's name.
    `own` are the keys that only this kind has. `asks` is the key that a card of this kind is known by, `answer` the key
    of its answer, if any. `fields` are the fields of the note type in their order, which never changes. With `gaps`,
    Anki makes a card for each cloze of the first field. `cards` returns the numbers of a note's cards, from 0, and
    `cards_in` those that learners have, from the note's fields by name; `sides` its question and answers; `on_paper`
    the same for a printed page, for each row of it. `turned` returns a card's second question as a card of its own, if
    its author wrote one, so that checks judge it, too. `names` are what `stats` counts, and `named` returns those that
    apply to a card. `offer` is what a card with no kind's keys could have instead. `unfolds` are keys that may replace
    that of the answer: lists of which each item becomes a card (reading/items.py).
    A kind with `masks` asks for the parts of a picture: Anki makes a card for each cloze of the first field, as with
    `gaps`, but no author writes these. `drawn` returns what is in the fields that it fills itself, by name; `recorded`
    what the lock keeps of a note's fields, given what it had; and `readable` fields in words that people can read.
    `names_field` is the field of the parts' names, and `names_in` returns those that such HTML has for a note's parts,
    in order; None if there is anything else in it.
    After its fields come the `spares`, and the one that is the learner's. A kind of the deck's own (own.py) comes with
    its whole `note_type`, has neither, and fills no field but those that its keys name.
    """

    def __init__(
        self,
        key: str,
        *,
        name: str,
        title: str,
        own: Mapping[str, Key],
        required: Sequence[str],
        asks: str,
        answer: str = "",
        fields: Sequence[str],
        templates: Sequence[CardTemplate],
        gaps: bool = False,
        masks: bool = False,
        drawn: Callable[[Card, Drawing], Mapping[str, str]] | None = None,
        recorded: Callable[[Mapping[str, str], str], str] | None = None,
        readable: Callable[[Mapping[str, str]], Mapping[str, str]] = lambda fields: fields,
        names_field: str = "",
        names_in: Callable[[Note, str], Sequence[str] | None] = lambda note, html: None,
        cards: Callable[[Card, Sequence[str]], tuple[int, ...]] = _one_card,
        cards_in: Callable[[Mapping[str, str]], tuple[int, ...]] = lambda fields: (0,),
        sides: Callable[[Note], Sides] = _first_two,
        on_paper: Callable[[Note], Sequence[Sides]] | None = None,
        turned: Callable[[Card], Card | None] = _never_turned,
        card_name: Callable[[Note, int], str] | None = None,
        names: Sequence[str] = (),
        offer: str = "",
        unfolds: Sequence[str] = (),
        named: Callable[[Card], Sequence[str]] | None = None,
        spares: Sequence[str] = (*SPARES, MY_NOTES),
        note_type: NoteType | None = None,
    ) -> None:
        self.key, self.name, self.title = key, name, title
        self.own, self.required, self.asks, self.answer = own, tuple(required), asks, answer
        self.spares = tuple(spares)
        self.frozen, self.templates, self.gaps = (*fields, *spares), tuple(templates), gaps
        self.masks, self.drawn, self.recorded, self.readable = masks, drawn, recorded, readable
        self.cards, self.cards_in, self.sides, self.turned = cards, cards_in, sides, turned
        self.names_field, self.names_in = names_field, names_in
        self.on_paper = on_paper or (lambda note: [sides(note)])
        self.card_name = card_name or (lambda note, number: name)
        self.names = tuple(names) or (name,)
        self.offer, self.unfolds = offer, tuple(unfolds)
        self.named = named or (lambda card: (name,))
        self.note_type = note_type
        self.learn({})

    def learn(self, common: Mapping[str, Key]) -> None:
        """Adds the keys that all kinds have to its `own`, except those whose field its note type has no place for."""
        shared = {name: key for name, key in common.items() if key.field in ("", *self.frozen) or key.spare}
        #: All keys of the kind by name.
        self.keys = in_order({**self.own, **shared})
        #: Those whose values are Markdown.
        self.markdown = tuple(name for name, key in self.keys.items() if key.is_markdown)
        #: Those whose values may have gaps: that of a cloze, and of what else the note type shows as one.
        self.with_gaps = tuple(name for name, key in self.keys.items() if key.takes == takes.GAPS)
        #: Those for which any text is a value.
        self.any_text = frozenset(n for n, key in self.keys.items() if key.takes in takes.ANY_TEXT and not key.needs)
        taken = [each for key in self.keys.values() for each in key.spares.items()]
        named = dict(taken)
        #: The fields of the note type, in order: spare ones under the names that keys gave them.
        self.fields = tuple(named.get(field, field) for field in self.frozen)
        lost = [name for name, key in self.own.items() if not set(key.fields) <= {*self.fields}]
        if lost or len(named) < len(taken):
            raise ValueError(f"each new key of a {self.name} needs a spare field of its own")

    @property
    def has_clozes(self) -> bool:
        """Whether Anki makes a card for each cloze."""
        return self.gaps or self.masks

    @property
    def asks_field(self) -> int:
        """The number of the field that the card is known by."""
        return self.fields.index(self.keys[self.asks].field)

    def __repr__(self) -> str:
        return f"<kind {self.key}>"
