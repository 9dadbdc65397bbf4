"""The words of the domain: what every room of the program speaks about.

Texts know where the author wrote them, and problems are values that sort by place. Records are named
tuples: frozen like a frozen dataclass, made four times as fast, and their classes defined four times as fast,
which every command's start would feel.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol


class Place(NamedTuple):
    """A point in an author's file; line and column count from 1, columns in characters."""

    path: str
    line: int = 1
    column: int = 1


def shown(path: Path) -> str:
    """`path` as problems show it: relative to the current folder where it can be, with forward slashes."""
    try:
        return Path(os.path.relpath(path)).as_posix()
    except ValueError:  # another drive on Windows
        return path.as_posix()


class Placed(Protocol):
    """Anything that knows where it was written: a Text, a Card, a Place."""

    @property
    def path(self) -> str: ...
    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...


class Text(str):
    """A string of the author's that knows its place from birth.

    `plain` is true where it was written without quotes, so that `true` can be told from `"true"`.
    """

    __slots__ = ("column", "line", "path", "plain")
    path: str
    line: int
    column: int
    plain: bool


class Problem(NamedTuple):
    """One mistake: where it is, what is wrong, and what to do. Sorts by place."""

    path: str
    line: int
    column: int
    name: str
    severity: str
    message: str
    remedy: str

    def __str__(self) -> str:
        """The line that people and editors read: `path:line:column: error: message; remedy [name]`."""
        where = f"{in_one_line(self.path)}:{self.line}:{self.column}"
        return f"{where}: {self.severity}: {self.message}; {self.remedy} [{self.name}]"


#: Every problem's name and what it means, in one line. The page docs/problems.md is tested against it.
PROBLEMS: Mapping[str, str] = {
    "unreadable": "A file or folder can't be read, isn't a regular file, or is a link out of the deck's folder.",
    "missing-file": "The deck has no deck.yaml, or a section file that it lists isn't there.",
    "unlisted-section": "A YAML file that isn't built: `sections:` doesn't list it, or it doesn't end in .yaml.",
    "encoding": "A file isn't UTF-8.",
    "control-character": "A character that Anki can't hold, such as NUL, a unit separator or half a surrogate pair.",
    "yaml-syntax": "The file isn't YAML.",
    "yaml-quote": "A text that YAML reads as something else unless it stands in quotes.",
    "yaml-alias": "Aliases that expand to far more than the file holds, or that hold themselves.",
    "empty-file": "A file with nothing in it.",
    "too-big": "A file, a text or a picture beyond what can be studied or imported.",
    "unknown-key": "A key that means nothing here.",
    "wrong-kind": "A value of another kind than the key takes.",
    "duplicate-key": "One key twice in one place.",
    "missing-key": "A key that must be there.",
    "retyped": "A text that YAML cuts short at ` #`.",
    "empty-question": "A question with nothing in it.",
    "empty-answer": "An answer with nothing in it.",
    "bad-cloze": "A cloze that Anki would not show as one.",
    "same-question": "Two cards that ask the same.",
    "same-question-other-answer": "Two cards that ask the same and answer differently.",
    "same-id": "One id, or one guid, on two cards.",
    "gone-id": "A card that learners know by another id.",
    "bad-id": "An id, uid or guid with characters that it can't have.",
    "bad-tag": "A tag that Anki would split, drop or misread.",
    "placeholder": "A card that isn't written yet: TODO, TBD, FIXME, XXX or ???.",
    "lost-picture": "A picture or sound that is missing, empty, outside the deck's media folder, or remote.",
    "unused-media": "A file in the deck's media folder that no card shows.",
    "no-alt": "A picture without a text for those who can't see it.",
    "bad-style": "A style.css that could put more than a style into cards.",
    "style-width": "A width in style.css that is wider than some phone.",
    "style-colour": "A colour in style.css that is set for day alone.",
    "style-scheme": "A style.css that asks the system whether it is night, where Anki has a setting of its own.",
    "style-file": "A style.css that names a file which Anki doesn't ship.",
    "bad-source": "A source that names no section, paragraph or sentence.",
    "same-deck": "Two decks with one uid or one name.",
    "changed-uid": "A deck whose deck.lock is of another uid: a copy, or the same deck with a new uid.",
    "changed-kind": "A card that learners know as a question and that became a cloze, or the other way round.",
    "ambiguous-card": "A card without an id that may or may not be one that learners have.",
    "damaged-lock": "A deck.lock that can't be trusted.",
    "newer-lock": "A deck.lock that a newer studydeck wrote.",
    "changed-lock": "A deck.lock that another program changed while the deck was being built.",
    "locked": "With --locked: a card or note type for which deck.lock would change.",
    "unwritable": "A package, a lock or .gitattributes that can't be written.",
    "future-stamp": "A deck.lock with stamps from after this build, made on a computer whose clock was wrong.",
    "lost-lock": "A deck that was built before, and whose deck.lock is gone.",
    "missing-history": "A deck in a git repository that can't show all earlier builds: a shallow clone, or no git.",
    "damaged-material": "A material.lock that can't be trusted.",
    "source-changed": "A source whose sentence says something else since its author last looked, or was torn apart.",
    "source-gone": "A source whose sentence the material no longer has.",
    "copied": "Many words in a row from the material.",
    "hedge-lost": "A card that states flatly what the material only says with a may, a some or the like.",
    "unknown-check": "A name under `checks:` that is no warning, or a number for one without a limit.",
    "unused-ok": "A name under a card's `ok:` for which the card has no warning.",
    "long-answer": "An answer of many words.",
    "long-question": "A question of many words.",
    "long-list": "A list of many items as the answer.",
    "long-cloze": "A gap that hides many words, or a sentence with many gaps.",
    "yes-no": "An answer that says no more than yes, no, true or false.",
    "yes-no-question": "A question that can be answered with yes or no.",
    "two-questions": "A question that asks two things.",
    "negative-question": "A question for what is NOT so.",
    "open-example": "A question for some example of many.",
    "all-of-the-above": "A choice of a test on paper, such as `all of the above`.",
    "it-depends": "An answer that starts with `It depends`.",
    "question-mark": "A question without a question mark, in a deck that asks for it.",
    "miscounted-list": "A question that names a number, where the list has another length.",
    "answer-in-question": "A short answer whose words all stand in the question.",
    "dangling-pronoun": "A question that says it, they or this before it has named anything.",
    "leans-on-source": "A question that points to a text which the learner doesn't have at hand.",
    "unbalanced": "A bracket, backtick, `**` or dollar sign without its partner.",
    "raw-html": "An HTML tag or entity outside code.",
    "anki-math": "A formula in Anki's brackets, which Markdown reads as plain brackets.",
    "typed-markup": "An answer to be typed that holds Markdown or a formula.",
    "bare-cloze": "A gap that leaves too little to tell what is asked.",
    "glossary": "A spelling that `terms:` in deck.yaml replaces.",
    "thin-section": "A section with no card, or with a single one.",
    "no-source": "A card without a source, in a deck with a material.",
    "near-duplicate": "Two questions with nearly the same words.",
    "spelling-variant": "A word that the deck writes in two ways.",
    "etcetera": "An answer with `etc.` or `and so on`.",
    "full-stop": "An answer that ends with a full stop where most don't, or the other way round.",
}

# Control characters, line ends, half surrogate pairs, and signs that turn the writing's direction.
_UNPRINTABLE = "[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
ERROR, WARNING, INFO = "error", "warning", "info"


def problem(name: str, at: Placed, message: str, remedy: str, severity: str = ERROR) -> Problem:
    """A problem called `name` (a key of PROBLEMS) at the place of `at`.

    Characters of a stranger's deck that would write to the terminal are spelled out: `\\x1b`. What quotes too much of
    it is cut.
    """
    assert name in PROBLEMS, name
    message, remedy = (in_one_line(each if len(each) <= 500 else f"{each[:500]}…") for each in (message, remedy))
    return Problem(at.path, at.line, at.column, name, severity, message, remedy)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode()


def in_one_line(text: str) -> str:
    """`text` with what would do something to a terminal spelled out: `\\x1b`, `\\u202e`, and line ends."""
    return text if text.isprintable() else re.sub(_UNPRINTABLE, lambda found: _escaped(found[0]), text)


def printable(text: str, spelled: Callable[[str], str] = _escaped) -> str:
    """`text` like `in_one_line`, with its line ends and tabs; `spelled` is how a character is spelled out."""
    if text.isprintable():
        return text
    return re.sub(rf"(?![\n\t]){_UNPRINTABLE}", lambda found: spelled(found[0]), text)


class Card(NamedTuple):
    """One card as its author wrote it: a question with its answer, or a cloze.

    A list answer is a tuple of texts. `place` is where the card starts. `ok` names the warnings that its author
    has looked at and stands by.
    """

    place: Place
    id: Text | None = None
    guid: Text | None = None
    question: Text | None = None
    answer: Text | tuple[Text, ...] | None = None
    cloze: Text | None = None
    hint: Text | None = None
    details: Text | None = None
    source: tuple[Text, ...] = ()
    tags: tuple[Text, ...] = ()
    ok: tuple[Text, ...] = ()
    language: Text | None = None
    reverse: bool = False
    typed: bool = False
    retired: bool = False

    @property
    def asks(self) -> Text:
        """The text that the card is known by: its question, or its cloze."""
        text = self.cloze if self.question is None else self.question
        assert text is not None
        return text

    @property
    def answers(self) -> tuple[Text, ...]:
        """The answer as a tuple: one text, the items of a list, or nothing for a cloze."""
        if self.answer is None:
            return ()
        return self.answer if isinstance(self.answer, tuple) else (self.answer,)

    @property
    def texts(self) -> tuple[Text, ...]:
        """Every text of the card that holds Markdown, in the order a learner meets them."""
        asks = self.cloze if self.question is None else self.question
        assert asks is not None
        texts = (asks, self.answer) if isinstance(self.answer, Text) else (asks, *(self.answer or ()))
        if self.hint is None and self.details is None:
            return texts
        return (*texts, *(text for text in (self.hint, self.details) if text is not None))


class Section(NamedTuple):
    """One section file: its name, its tag below the deck's, and its cards in study order.

    `texts` are all texts of the cards that hold Markdown, put together once for those who look for something rare;
    `letters` are hashes of what each card asks, for those who look for two that ask the same (text/words.py).
    `uncarded` are the places of the material that need no card, each with its author's reason.
    """

    place: Place
    name: Text
    tag: str
    cards: tuple[Card, ...]
    texts: tuple[Text, ...]
    letters: Sequence[int]
    uncarded: Mapping[Text, Text] = {}


class Material(NamedTuple):
    """What the deck was drawn from: a title to show, a link for learners, a path for the author."""

    title: str = ""
    url: str = ""
    path: str = ""


class Credit(NamedTuple):
    """Who made a picture or sound of the deck, under which licence, and the address where it was found."""

    author: str = ""
    license: str = ""
    url: str = ""


class Deck(NamedTuple):
    """One deck folder, read: the author's words, and nothing that Anki adds.

    `checks` gives warnings other limits (a number) or turns them `off`; `terms` maps a spelling to those it replaces.
    `credits` are those of media files, by their names in the media folder.
    """

    folder: Path
    place: Place
    title: Text
    uid: str
    tag: str
    description: str = ""  # a Text where its author wrote one
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

    def limit(self, check: str) -> int | None:
        """The number that `checks` gives the check of this name, if it gives one."""
        return next((int(each) for name, each in self.checks.items() if name == check and each.isdecimal()), None)


class Identity(NamedTuple):
    """Which note a card is: its id in the lock and the guid that Anki matches notes by.

    `made` is true where a build made its first id from the question because the author gave none. `was` is the id that
    the lock has for it, where its author gave it another one and kept its guid.
    """

    id: str
    guid: str
    made: bool
    was: str = ""


class Note(NamedTuple):
    """A card rendered for Anki.

    `kind` is `qa` or `cloze`; `fields` are HTML in the note type's order; `ords` are the numbers, from 0, of
    the templates or clozes that make a card; `deck` is the name of the deck that new cards go to.
    """

    card: Card
    identity: Identity
    kind: str
    fields: tuple[str, ...]
    tags: tuple[str, ...]
    ords: tuple[int, ...]
    section: str
    deck: str


class Field(NamedTuple):
    """A field of a note type; `collapsed` folds it away in Anki's editor."""

    name: str
    id: int
    collapsed: bool


class Template(NamedTuple):
    """A template of a note type: what the card shows before and after the answer."""

    name: str
    id: int
    front: str
    back: str


class NoteType(NamedTuple):
    """A note type as Anki needs it. `key` is `qa` or `cloze`; ids are stable numbers, fields and templates in order."""

    key: str
    id: int
    name: str
    fields: Sequence[Field]
    templates: Sequence[Template]
    css: str


class MediaFile(NamedTuple):
    """A picture or sound of the deck: the name it has in Anki, and where its bytes are."""

    name: str
    path: Path


class OldNote(NamedTuple):
    """A note as an older package holds it: fields by name as HTML, `added` in milliseconds, `modified` in seconds."""

    guid: str
    kind: str
    fields: Mapping[str, str]
    tags: tuple[str, ...]
    deck: str
    added: int
    modified: int


#: A note as the package's rows hold it: Anki's note id in milliseconds, the guid, the kind, the stamp in seconds, its
#: tags and fields as Anki joins them, the deck of its cards and their numbers, and its position, which counts from 1
#: and orders new cards. Plain tuples, which one process can hand to another (cores.py).
Shipped = tuple[int, str, str, int, str, str, str, tuple[int, ...], int]


class Kept(NamedTuple):
    """Notes that go from the last package into the next one as they are, their files unread.

    `ranges` are their positions there: the first, the last, and what is to be added to them. `positions` are those of
    the notes between them, which were read. `ids` and the `lines` of the lock are the kept notes'; `decks` are the
    names of all decks in the package, in order.
    """

    ranges: Sequence[tuple[int, int, int]] = ()
    positions: Sequence[int] = ()
    ids: Sequence[str] = ()
    lines: Sequence[str] = ()
    decks: Sequence[str] = ()
    package: BinaryIO | None = None


NOTHING_KEPT = Kept()
