"""deck.lock: what learners already have, in a form that any merge of git keeps intact.

Each note has a paragraph: a line with its id, which never changes, and the note's line, which does. So git merges edits
of two notes that follow one another, and a note that lost its line is noticed. The paragraphs are sorted by guid, a
hash, so that two branches hardly ever add notes at the same spot. No line changes with every build; the last one shows
that the file isn't truncated (test_merges.py). A file that git merged by union may have two lines for one note: the
newer stamp counts.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, NamedTuple, TypeVar

from studydeck.files import utf8_lines
from studydeck.kinds import KINDS, OWN
from studydeck.kinds.occlusion import has_parts, joined
from studydeck.model import Identity, Place, Problem, problem
from studydeck.patterns import pattern

LOCK_FILE = "deck.lock"
VERSION = 1
_HEAD = "studydeck lock"
_VERSION = pattern(rf"{_HEAD} ([0-9]{{1,9}})\r?")
_NOTE = "Written by `studydeck build`: what learners already have. Commit it, and never edit it by hand."
_REPAIR = "repair it with studydeck build --repair-lock, or restore it from git (git checkout -- deck.lock)"


class NoteRecord(NamedTuple):
    """What the lock knows about a note. `added` is Anki's note id, in milliseconds; `modified` is in seconds.

    `content`, `question` and `answer` are hashes; `made` says that a build made the note's first id, even if it was
    written into the YAML since: another branch may have the card without it (test_ids.py, "written on one branch").
    """

    id: str
    guid: str
    kind: str
    retired: bool
    made: bool
    content: str
    question: str
    answer: str
    added: int
    modified: int
    section: str
    deck: str


class TypeRecord(NamedTuple):
    """What the lock knows about a note type: Anki's number for it, its content's hash and stamp (seconds).

    `shape` is what must not change of one of the deck's own (own_types.py); ours are frozen.
    """

    key: str
    id: int
    content: str
    modified: int
    name: str
    shape: str = ""


_Record = TypeVar("_Record", NoteRecord, TypeRecord)


class Lock(NamedTuple):
    """The deck's history: notes by id, note types by key. A deck that was never built has an empty lock.

    `uid` is the deck's own, "" in locks from before they had it; it shows if a lock was copied into another deck.
    `language` is the deck's, "" if it has none; it shows if a deck was translated. `pulled` has what `pull` wrote into
    the YAML since the last build: contents and stamps, in seconds, by guid.
    """

    notes: Mapping[str, NoteRecord] = {}
    types: Mapping[str, TypeRecord] = {}
    uid: str = ""
    language: str = ""
    pulled: Mapping[str, tuple[str, int]] = {}

    def record_of(self, identity: Identity) -> NoteRecord | None:
        """The lock's record of the note; None if it is new, even under an id that another note had until now."""
        record = self.notes.get(identity.was or identity.id)
        return record if record is not None and record.guid == identity.guid else None


def read_lock(path: str, data: bytes) -> tuple[Lock, list[Problem]]:
    """The lock in `data`, and a problem for every damaged line. `path` is only for messages."""
    try:
        lines = utf8_lines(data)
    except UnicodeDecodeError:
        return Lock(), [problem("damaged-lock", Place(path), "the lock isn't UTF-8", _REPAIR)]
    head = _VERSION.fullmatch(next(lines, "").removesuffix("\n"))
    if head is None:
        return Lock(), [problem("damaged-lock", Place(path), "the lock's first line is damaged", _REPAIR)]
    if int(head[1]) > VERSION:
        message = f"a newer studydeck wrote this lock (version {head[1]}; this one reads {VERSION})"
        from studydeck.installing import update_line

        return Lock(), [problem("newer-lock", Place(path), message, f"update studydeck: {update_line()}")]
    notes: dict[str, NoteRecord] = {}
    types: dict[str, TypeRecord] = {}
    uid = language = ""
    pulled: dict[str, tuple[str, int]] = {}
    named: dict[str, int] = {}  # the ids that have a line of their own, and its number
    ended = False
    problems: list[Problem] = []
    alike: dict[Any, Any] = {}  # values that many lines share are in memory only once
    for number, line in enumerate(lines, start=2):
        line = line.rstrip("\r\n")
        if not line or line[0] == "#":
            continue
        try:
            word, *values = line.split("\t")
            if word == "note":
                _add_note(notes, _note(values, alike))
            elif word == "type":
                _add_type(types, _type(values))
            elif word == "uid":
                uid = _uid(values, uid)
            elif word == "id":
                named.setdefault(values[0], number)
            elif word == "language":
                (language,) = values
            elif word == "pulled":
                guid, content, stamp = values
                pulled[guid] = content, _number(stamp)
            elif word == "end":
                ended = True
            elif line.startswith(("<<<<<<<", "=======", ">>>>>>>", "|||||||")):
                remedy = "delete this line and keep the lines of both sides"
                problems.append(problem("damaged-lock", Place(path, number), "git left a conflict here", remedy))
            else:
                raise ValueError(f"a line can't start with '{word[:20]}'")
        except (ValueError, IndexError) as error:
            problems.append(problem("damaged-lock", Place(path, number), f"this line is damaged: {error}", _REPAIR))
    if not problems:
        faults = [(at, f"the line of the note '{lost}' is gone") for lost, at in named.items() if lost not in notes]
        if not ended:
            faults.append((max(1, data.count(b"\n")), "the lock is truncated"))
        problems = [problem("damaged-lock", Place(path, at), message, _REPAIR) for at, message in faults]
    return Lock(notes, types, uid, language, pulled), problems


def records_in(texts: Iterable[str]) -> Iterator[NoteRecord | TypeRecord]:
    """The records in single lines or paragraphs of locks; incomplete ones are left out."""
    for text in texts:
        word, *values = text.rpartition("\n")[2].rstrip("\r").split("\t")
        with suppress(ValueError):
            if word == "note":
                yield _note(values, {})
            elif word == "type":
                yield _type(values)


def set_apart(text: str, ids: Container[str]) -> tuple[list[str], str]:
    """The paragraphs of the notes `ids` in the text of a lock as `lock_lines` makes it; and the text without them."""
    head, *paragraphs = text.split("\n\n")
    apart: list[str] = []
    rest = [head]
    for each in paragraphs:
        (apart if id_in(each) in ids else rest).append(each)
    return apart, "\n\n".join(rest)


def id_in(paragraph: str) -> str:
    """The id of a paragraph's note."""
    return paragraph[3 : paragraph.find("\n")]


def guid_in(paragraph: str) -> str:
    """The guid of a paragraph's note."""
    return paragraph.split("\t", 4)[3]


def number_in(paragraph: str) -> int:
    """Anki's number of a paragraph's note."""
    return int(paragraph.split("\t")[10])


def lock_lines(uid: str, language: str, types: Mapping[str, TypeRecord], paragraphs: Iterable[str]) -> Iterator[str]:
    """The lines of a lock's file in a fixed order: the deck's uid and language, note types, and notes' paragraphs."""
    yield f"{_HEAD} {VERSION}\n# {_NOTE}\n"
    if uid:
        yield f"uid\t{uid}\n"
    if language:
        yield f"language\t{language}\n"
    for key in sorted(types):
        kind = types[key]
        shape = f"\t{kind.shape}" if kind.shape else ""
        yield f"type\t{key}\t{kind.id}\t{kind.content}\t{kind.modified}\t{kind.name}{shape}\n"
    for each in sorted(paragraphs, key=guid_in):
        yield f"\n{each}\n"
    yield "\nend\n"


def lock_text(lock: Lock) -> str:
    """The file for `lock`."""
    paragraphs = (paragraph(*each) for each in lock.notes.values())
    return "".join(lock_lines(lock.uid, lock.language, lock.types, paragraphs))


def with_pulled(text: str, pulled: Mapping[str, tuple[str, int]]) -> str:
    """The text of a complete lock with more of what was pulled since the last build: contents and stamps, by guid."""
    kept = [line for line in text.split("\n") if not (line.startswith("pulled\t") and line.split("\t")[1] in pulled)]
    lines = [f"pulled\t{guid}\t{content}\t{stamp}" for guid, (content, stamp) in sorted(pulled.items())]
    at = next((number for number, line in enumerate(kept) if line.startswith("id\t")), len(kept) - 1)
    return "\n".join([*kept[:at], *lines, *([""] if lines else []), *kept[at:]])


def paragraph(
    note_id: str, guid: str, kind: str, retired: bool, made: bool, content: str, question: str, answer: str,
    added: int, modified: int, section: str, deck: str,
) -> str:  # fmt: skip
    """A note's lines in a lock's file, without the last line end, from the values of a NoteRecord."""
    state = "retired" if retired else "live"
    origin = "made" if made else "own"
    return (
        f"id\t{note_id}\nnote\t{note_id}\t{guid}\t{kind}\t{state}\t{origin}\t{content}"
        f"\t{question}\t{answer}\t{added}\t{modified}\t{section}\t{deck}"
    )


def _uid(values: list[str], other: str) -> str:
    if len(values) != 1 or not values[0]:
        raise ValueError("expected 2 columns")
    if other not in ("", values[0]):
        raise ValueError(f"the lock has two uids, '{other}' and '{values[0]}'; keep the line with the one in deck.yaml")
    return values[0]


def _type(values: list[str]) -> TypeRecord:
    if len(values) not in (5, 6):
        raise ValueError(f"expected 6 columns, found {len(values) + 1}")
    key, type_id, content, modified, name, *shape = values
    if not _is_kind(key):
        raise ValueError(f"'{key}' isn't a note type")
    stamp = 0 if modified == "0" else _number(modified)  # that of Anki's own note types
    return TypeRecord(key, _number(type_id), content, stamp, name, *shape)


def _is_kind(key: str) -> bool:
    return key in KINDS or key.startswith(OWN)


def _number(written: str) -> int:
    number = int(written)
    if not 0 < number < 1 << 53:
        raise ValueError(f"{written[:30]} is out of range")
    return number


def _note(values: list[str], alike: dict[Any, Any]) -> NoteRecord:
    if len(values) != 12:
        raise ValueError(f"expected 13 columns, found {len(values) + 1}")
    note_id, guid, kind, state, origin, content, question, answer, added, modified, section, deck = values
    if state not in ("live", "retired") or origin not in ("own", "made") or not note_id or not guid:
        raise ValueError(f"'{state}' or '{origin}' isn't allowed here")
    if not _is_kind(kind):
        raise ValueError(f"'{kind}' isn't a kind of note")
    same, stamp = alike.setdefault, _number(modified)
    return NoteRecord(
        note_id, guid, same(kind, kind), state == "retired", origin == "made",
        content, question, answer, _number(added), same(stamp, stamp), same(section, section), same(deck, deck),
    )  # fmt: skip


def _add_note(notes: dict[str, NoteRecord], new: NoteRecord) -> None:
    """Adds a line's note; of two lines that git merged by union, the newer stamp counts."""
    old = notes.setdefault(new.id, new)
    if old is new:
        return
    if old.guid != new.guid:
        raise ValueError(f"the id '{new.id}' has two guids; keep the line that learners have")
    newer = newer_of(old, new)
    answer = newer.answer
    if has_parts(answer) and old.answer != new.answer:
        answer = joined(answer, old.answer if newer.answer == new.answer else new.answer)
    notes[new.id] = newer._replace(added=min(old.added, new.added), made=old.made or new.made, answer=answer)


def _add_type(types: dict[str, TypeRecord], new: TypeRecord) -> None:
    old = types.setdefault(new.key, new)
    if old.id != new.id:
        raise ValueError(f"the note type '{new.key}' has two numbers; keep the line that learners have")
    types[new.key] = newer_of(old, new)


def newer_of(old: _Record, new: _Record) -> _Record:
    """The one of two records with the newer stamp.

    If the stamps are equal but the contents differ, both builds' learners need an update: the content is then unknown,
    so that the next build moves the stamp.
    """
    if old.modified == new.modified and old.content != new.content:
        return old._replace(content="")
    return new if new.modified > old.modified else old
