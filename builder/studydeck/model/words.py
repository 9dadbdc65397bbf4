"""The author's words: where they are in a file, and the deck, sections and cards that they make.

Texts know where the author wrote them. Records are named tuples: frozen like frozen dataclasses, but made four times as
fast, and their classes defined four times as fast, which speeds up every command's start.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Protocol, TypeVar

from studydeck.patterns import pattern

if TYPE_CHECKING:
    from studydeck.model.kinds import Key, Kind

_Value = TypeVar("_Value")


class Place(NamedTuple):
    """A point in an author's file; line and column count from 1, columns in characters."""

    path: str
    line: int = 1
    column: int = 1

    @classmethod
    def of(cls, at: Placed) -> Place:
        """Where `at` was written."""
        return cls(at.path, at.line, at.column)


def shown(path: Path) -> str:
    """`path` as problems show it: relative to the current folder if possible, with forward slashes."""
    try:
        return Path(os.path.relpath(path)).as_posix()
    except ValueError:  # another drive on Windows
        return path.as_posix()


class Same(Generic[_Value]):
    """A value as a key of a cache: the same one, not an equal one."""

    def __init__(self, value: _Value) -> None:
        self.value = value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.value is self.value


class Placed(Protocol):
    """Anything that knows where it was written: a Text, a Card, a Place."""

    @property
    def path(self) -> str: ...
    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...


class Languages(NamedTuple):
    """The languages that a deck, a section or a card says: of its answers, and of all its other texts."""

    language: str = ""
    answer_language: str = ""

    def inside(self, outer: Languages) -> Languages:
        """These, and where they say nothing, those of what is around them."""
        return Languages(self.language or outer.language, self.answer_language or outer.answer_language)

    @property
    def of_answers(self) -> str:
        return self.answer_language or self.language

    def of(self, key: Key) -> str:
        """The language of a key's text."""
        return self.of_answers if key.in_answer_language else self.language


class Text(str):
    """A string of the author's, with its location in the source.

    `plain` is true if it was written without quotes, so that `true` differs from `"true"`.
    """

    __slots__ = ("column", "line", "path", "plain")
    path: str
    line: int
    column: int
    plain: bool


class Html(Text):
    """A text that is HTML rather than Markdown: `!html` in YAML."""

    __slots__ = ()


class Part(Text):
    """A part of a picture: the text is its name, Markdown that may be empty.

    `at` are numbers in per cent of the picture's width and height: left, top, width and height, or the corners of a
    polygon in turn, each its left and its top.
    """

    __slots__ = ("at", "id", "shape")
    id: Text
    shape: str
    at: tuple[float, ...]

    @property
    def box(self) -> tuple[float, float, float, float]:
        """The left, top, width and height of what it covers, in per cent."""
        if self.shape != "polygon":
            left, top, width, height = self.at
            return left, top, width, height
        xs, ys = self.at[0::2], self.at[1::2]
        return min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)


#: Words in place of a text that isn't written yet, and the pattern of all of such a text: TODO may have notes.
UNWRITTEN = ("TODO", "TBD", "FIXME", "XXX", "???")
_IS_UNWRITTEN = pattern(r"TODO(?:[\s:].*)?|TBD|FIXME|XXX|\?\?\?", re.DOTALL)


def may_be_unwritten(text: str) -> bool:
    """Whether a text has one of UNWRITTEN."""
    return any(_has(text, word) for word in UNWRITTEN)


def _has(text: str, word: str) -> bool:
    """Whether a text has one of UNWRITTEN. Its third letter is rare: to look for that takes a tenth of the time."""
    at = text.find(word[2])
    while at >= 0:
        if text.startswith(word, max(0, at - 2)):
            return True
        at = text.find(word[2], at + 1)
    return False


def is_unwritten(text: str) -> bool:
    """Whether a text stands for one that isn't written yet."""
    return _IS_UNWRITTEN.fullmatch(text.strip()) is not None


class Item(NamedTuple):
    """How a card asks for an item of a list: the list's id, all its items in order, and those `shown` with the gap.

    With `ordered`, these are the items right before it, of which earlier ones may be hidden (`skips`), and others may
    follow (`goes_on`). Otherwise they are all the others. `of_text` is the text whose lines are the list, if they are:
    those can't have ids. `keys` are those of the item's own mapping, none if it is a text.
    """

    list: Text
    whole: tuple[Text, ...]
    shown: tuple[Text, ...]
    ordered: bool
    skips: bool = False
    goes_on: bool = False
    of_text: Text | None = None
    keys: Collection[str] = ()


class Card(NamedTuple):
    """One card as its author wrote it: where it starts, its kind, and its values by their keys (see kinds/)."""

    place: Place
    kind: Kind
    values: Mapping[str, Any]

    @property
    def asks(self) -> Text:
        """The text that the card is known by, such as its question or its cloze."""
        asks: Text = self.values[self.kind.asks]
        return asks

    @property
    def answer(self) -> Text | tuple[Text, ...] | None:
        """The answer, a tuple if it is a list; None for a kind that has no key for it, such as a cloze."""
        return self.values.get(self.kind.answer)

    @property
    def answers(self) -> tuple[Text, ...]:
        """The answer as a tuple: one text, the items of a list, or nothing."""
        answer = self.answer
        if answer is None:
            return ()
        return answer if isinstance(answer, tuple) else (answer,)

    @property
    def texts(self) -> list[Text]:
        """Every Markdown text of the card, in the order in which a learner sees them."""
        return [text for text in self.all_texts if type(text) is not Html]

    @property
    def html(self) -> list[Text]:
        """The texts of the card that are HTML, in the order in which a learner sees them."""
        return [text for text in self.all_texts if type(text) is Html]

    @property
    def all_texts(self) -> list[Text]:
        """The texts of the card, Markdown or HTML, in the order in which a learner sees them."""
        return self._texts_of(self.kind.markdown)

    def spoken(self, around: Languages) -> Iterator[tuple[Text, str]]:
        """`texts`, each with its language, of a card in a section of the languages `around` it."""
        said = self.languages(around)
        for key in self.kind.markdown:
            for text in self._texts_of((key,)):
                if type(text) is not Html:
                    yield text, said.of(self.kind.keys[key])

    def _texts_of(self, keys: Iterable[str]) -> list[Text]:
        """The texts of these keys, without flags."""
        values = self.values
        found: list[Text] = []  # list[Text]() takes ten times as long
        for key in keys:
            if key in values:
                value = values[key]
                if isinstance(value, tuple):
                    found += value
                elif not isinstance(value, bool):
                    found.append(value)
        return found

    @property
    def item(self) -> Item | None:
        """How it asks for an item of a list (reading/items.py), if it is one."""
        return self.values.get("item")

    @property
    def called(self) -> str:
        """The card in one line: what it is known by, and of a list the item that it asks for."""
        parts = (self.asks, *self.answers) if self.item else (self.asks,)
        return " → ".join(" ".join(part.split()) for part in parts)

    @property
    def asked(self) -> str:
        """All that a learner sees of the question: of a list's item also what is shown of the list."""
        item = self.values.get("item")  # most cards are none, and every card is asked
        return "\n".join((self.asks, *item.shown)) if item else self.asks

    @property
    def own_text(self) -> Text:
        """The text that no other card has: an item of a list, else what the card is known by."""
        return self.answers[0] if self.item else self.asks

    @property
    def is_stub(self) -> bool:
        """Whether it isn't written yet: what it asks, or an answer, is TODO (and notes), TBD, FIXME, XXX or ???."""
        return any(map(is_unwritten, (self.asks, *self.answers)))

    @property
    def id(self) -> Text | None:
        return self.values.get("id")

    @property
    def guid(self) -> Text | None:
        return self.values.get("guid")

    @property
    def hint(self) -> Text | None:
        return self.values.get("hint")

    @property
    def source(self) -> tuple[Text, ...]:
        """The places in the material that the card is based on."""
        source: tuple[Text, ...] = self.values.get("source", ())
        return source

    @property
    def tags(self) -> tuple[Text, ...]:
        tags: tuple[Text, ...] = self.values.get("tags", ())
        return tags

    @property
    def ok(self) -> tuple[Text, ...]:
        """The warnings that the author has reviewed and accepts."""
        ok: tuple[Text, ...] = self.values.get("ok", ())
        return ok

    def languages(self, around: Languages) -> Languages:
        """The card's languages: its own, and where it says nothing, those of what is `around` it."""
        if not self.has_language:
            return around
        return Languages(self.values.get("language", ""), self.values.get("answer-language", "")).inside(around)

    @property
    def has_language(self) -> bool:
        """Whether it says a language itself."""
        return "language" in self.values or "answer-language" in self.values

    def has(self, flag: str) -> bool:
        """Whether a key that takes true or false is true."""
        return bool(self.values.get(flag, False))

    @property
    def retired(self) -> bool:
        return bool(self.values.get("retired"))


class Section(NamedTuple):
    """One section file: its name, its tag below the deck's, its cards in study order, and the languages that it says.

    `texts` are all Markdown texts of the cards, collected once for checks that look for something rare; `letters` are
    hashes of what each card asks, to find cards that ask the same (text/words.py). `uncarded` are the places in the
    material that need no card, each with its author's reason. `turned` are the cards' second questions as cards of
    their own, for checks. `stubs` are cards that aren't written yet: they are neither built nor checked, but keep their
    ids and their places in the material. `html` are the cards' texts that are HTML. With `subdeck`, its cards are in a
    subdeck if the deck has any. `speak` is which sides are read aloud, if the section says it. `masked` says whether
    some card asks for the parts of a picture. `keys` are all that some card has: most are rare. `unwritten` says
    whether some text may have a word such as TODO.
    """

    place: Place
    name: Text
    tag: str
    cards: tuple[Card, ...]
    texts: tuple[Text, ...]
    letters: Sequence[int]
    uncarded: Mapping[Text, Text] = {}
    turned: tuple[Card, ...] = ()
    languages: Languages = Languages()
    stubs: tuple[Card, ...] = ()
    html: tuple[Text, ...] = ()
    subdeck: bool = True
    speak: str = ""
    masked: bool = False
    keys: frozenset[str] = frozenset()
    unwritten: bool = True

    @property
    def mixed(self) -> bool:
        """Whether some card has a language of its own."""
        return "language" in self.keys or "answer-language" in self.keys


class Material(NamedTuple):
    """What the deck is based on: a title to show, a link for learners, a path for the author."""

    title: str = ""
    url: str = ""
    path: str = ""


class Credit(NamedTuple):
    """Who made a picture or sound of the deck, its licence, and the address where it was found."""

    author: str = ""
    license: str = ""
    url: str = ""


class Deck(NamedTuple):
    """A deck folder that has been read: the author's words, and nothing that Anki adds.

    `checks` gives warnings other limits (a number) or turns them `off`; `terms` maps a spelling to those it replaces.
    `credits` are for media files, by their names in the media folder. `own_kinds` are made from the deck's own note
    types, by the names of their folders.
    """

    folder: Path
    place: Place
    title: Text
    uid: str
    tag: str
    description: str = ""  # a Text if its author wrote one
    language: str = ""
    subdecks: bool = False
    material: Material = Material()
    sections: Sequence[Section] = ()
    style: Text | None = None
    checks: Mapping[Text, Text] = {}
    terms: Mapping[Text, tuple[Text, ...]] = {}
    authors: Sequence[Text] = ()
    license: str = ""
    credits: Mapping[Text, Credit] = {}
    answer_language: str = ""
    own_kinds: Mapping[str, Kind] = {}
    speak: str = ""

    @property
    def languages(self) -> Languages:
        return Languages(self.language, self.answer_language)

    @property
    def speaks(self) -> bool:
        """Whether it says of any text that it is read aloud."""
        return bool(self.speak) or any(each.speak or "speak" in each.keys for each in self.sections)

    @property
    def cards(self) -> list[Card]:
        """The cards of all sections, in study order."""
        return [card for each in self.sections for card in each.cards]

    def having(self, key: str) -> Iterator[Card]:
        """The cards that have this key, in study order; sections in which no card has it aren't searched."""
        return (card for each in self.sections if key in each.keys for card in each.cards if key in card.values)

    def limit(self, check: str) -> int | None:
        """The number that `checks` sets for this check, if any."""
        return next((int(each) for name, each in self.checks.items() if name == check and each.isdecimal()), None)
