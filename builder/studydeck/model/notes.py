"""Notes as Anki has them, and what identifies them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import BinaryIO, NamedTuple
from zlib import crc32

from studydeck.model.problems import Problem
from studydeck.model.words import Card

#: Anki's ids are milliseconds since 1970, and none may be in the future. A new note's id is in the years 2012 to 2021
#: and depends on its guid alone, so that it is the same after a lost lock: otherwise, learners who import on two
#: devices before their first sync would have the note twice (test_phone.py). Learners see it as the day of creation.
_FIRST, _SLOTS = 1_325_376_000_000, 616_000_000
#: A note's cards have the ids after the note's, and a cloze note has up to 500 cards.
_STEP = 512
_FEW = 10  # more notes than ever want the same number
#: Behind the deck's tag: the only tag of a card that is shipped a last time.
RETIRED = "::retired"


class Identity(NamedTuple):
    """Which note a card is: its id in the lock and the guid that Anki matches notes by.

    `made` is true if a build derived its first id from the question because the author gave none. `was` is its id in
    the lock, if the author has changed the id and kept the guid. `numbers` is what the lock has of the numbers of a
    picture's parts (kinds/occlusion.py).
    """

    id: str
    guid: str
    made: bool
    was: str = ""
    numbers: str = ""


class Note(NamedTuple):
    """A card rendered for Anki.

    `kind` is the key of its card's kind; `fields` are HTML in the note type's order; `ords` are the numbers, from 0, of
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

    @property
    def by_name(self) -> dict[str, str]:
        """The fields by their names."""
        return dict(zip(self.card.kind.fields, self.fields, strict=True))


def problems_by_note(notes: Sequence[Note], problems: Sequence[Problem]) -> dict[str, list[Problem]]:
    """The problems in each note's lines, by the note's id; `notes` are all of their files."""
    starts: dict[str, list[tuple[int, str]]] = {}
    lists = set()
    for note in notes:
        item, of_file = note.card.item, starts.setdefault(note.card.place.path, [])
        if item is not None and (item.list.path, item.list.line) not in lists:
            lists.add((item.list.path, item.list.line))
            of_file.append((note.card.asks.line, note.identity.id))  # the first item has those of the list's question
        of_file.append((note.card.place.line, note.identity.id))
    for of_file in starts.values():
        of_file.sort()
    found: dict[str, list[Problem]] = {}
    for each in problems:
        of_file = starts.get(each.path, [])
        if position := bisect_right(of_file, each.line, key=lambda start: start[0]):
            found.setdefault(of_file[position - 1][1], []).append(each)
    return found


def numbers_for(guid: str) -> Iterator[int]:
    """Anki's numbers for a new note, in the order in which a build tries them: others may have the first ones."""
    slot = crc32(guid.encode())
    while True:
        yield _FIRST + slot % _SLOTS * _STEP
        slot += 1


def says_retired(tags: Iterable[str]) -> bool:
    """Whether a note's tags say that its card is retired."""
    return any(tag.endswith(RETIRED) for tag in tags)


def is_another_tools(guid: str, number: int) -> bool:
    """Whether a note has a number that no build of ours gave it."""
    return number not in islice(numbers_for(guid), _FEW)


class Field(NamedTuple):
    """A field of a note type; `collapsed` folds it away in Anki's editor. An `id` of 0 is none."""

    name: str
    id: int
    collapsed: bool


class Template(NamedTuple):
    """A template of a note type: what the card shows before and after the answer. An `id` of 0 is none."""

    name: str
    id: int
    front: str
    back: str


class NoteType(NamedTuple):
    """A note type as Anki needs it: ids are stable numbers, fields and templates in order.

    `key` is that of its kind. With `gaps`, Anki makes a card for each cloze. `sort` is the number, from 0, of the field
    that Anki's browser sorts notes by. `stamp` is that under which learners have a note type of the deck's own, in
    seconds; None if nobody has it yet. With `masks`, Anki's editor of masks opens its notes.
    """

    key: str
    id: int
    name: str
    fields: Sequence[Field]
    templates: Sequence[Template]
    css: str
    gaps: bool = False
    sort: int = 0
    stamp: int | None = None
    masks: bool = False


class MediaFile(NamedTuple):
    """A picture or sound of the deck: the name it has in Anki, and where its bytes are."""

    name: str
    path: str


class OldNote(NamedTuple):
    """A note as an older package holds it: fields by name as HTML, `added` in milliseconds, `modified` in seconds."""

    guid: str
    kind: str
    fields: Mapping[str, str]
    tags: tuple[str, ...]
    deck: str
    added: int
    modified: int


class Row(NamedTuple):
    """What identifies a note in a package or a collection: its number, its note type's number, its stamp in seconds."""

    id: int
    type_id: int
    modified: int


#: A note as the package's rows hold it: Anki's note id in milliseconds, the guid, the kind, the stamp in seconds, its
#: tags and fields as Anki joins them, the deck of its cards and their numbers, and its position, which counts from 1
#: and orders new cards.
Shipped = tuple[int, str, str, int, str, str, str, tuple[int, ...], int]


class Kept(NamedTuple):
    """Notes that are copied from the last package into the next one without reading their files.

    `ranges` are their positions there: the first, the last, and the offset to add. `positions` are those of the notes
    between them, which were read. `ids` and the lock's `paragraphs` belong to the kept notes; `decks` are the names of
    all decks in the package, in order; `package` is the last package, open for reading.
    """

    ranges: Sequence[tuple[int, int, int]] = ()
    positions: Sequence[int] = ()
    ids: Sequence[str] = ()
    paragraphs: Sequence[str] = ()
    decks: Sequence[str] = ()
    package: BinaryIO | None = None


NOTHING_KEPT = Kept()
