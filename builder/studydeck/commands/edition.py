"""The end of `build --edition text`: the edits of a package as text files for Anki's File › Import.

A package replaces an edited note as a whole, and not at all where the learner edited it later. A text file changes only
the fields that it has, whatever the note's stamp is, and the package then finds these notes up to date. Anki changes a
note by a row only if a field differs, and brings no media for a note that it leaves alone; so some edits are left to
the package (tests/test_edition.py).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import NamedTuple

from studydeck.commands.plan import compared
from studydeck.files import package_path, read_bytes, write_files
from studydeck.history.plan import Old
from studydeck.model import Kind, Note, NoteType
from studydeck.patterns import pattern
from studydeck.pipeline import Loaded

_MARK = "# A text edition by studydeck: import it before the package, with File > Import."
_START = f"#separator:tab\n#html:true\n{_MARK}\n"
_GUID = "guid of the note"  # no field has this name, so Anki doesn't take it for one
_MEDIA = pattern(r'src="([^"]*)"|\[sound:([^\[\]]*)\]')
_NO_FIELD = "only tags or an id changed"
_MEDIA_IS_NEW = "a picture or sound may be new to learners"
_OTHER_NAMES = "a field had another name"
_EMPTY = "the first field is empty"


class TextEdition(NamedTuple):
    """The text files of a deck, by path, in the order in which they are to be imported, and how many notes they edit.

    `against` says which build learners have. `left` has the ids of the edited notes that only the package can bring, by
    the reason.
    """

    deck: str
    against: str
    files: Mapping[Path, str]
    notes: int
    left: Mapping[str, Sequence[str]]


def text_edition(
    loaded: Loaded, out: Path, now: int, against: str | None, only_this_branch: bool = False
) -> TextEdition:
    """The text edition of the deck's next build, for learners who have `against`, as in `plan`. Writes nothing.

    Call it before the build, which replaces what the last one left. Raises ValueError with a sentence if there is no
    such build, or a file of somebody else's is in the way.
    """
    before, after, _ = compared(loaded, out, now, against, only_this_branch)
    types = {each.key: each for each in after.types}
    left: dict[str, list[str]] = {}
    groups: dict[tuple[str, tuple[str, ...]], list[Note]] = {}
    edited = after.edits(before)
    columns = {key: _columns(key, after.notes, edited) for key in types}
    for old, note in edited:
        if why := _left_because(note, old, columns[note.kind]):
            left.setdefault(why, []).append(note.identity.id)
        else:
            added = tuple(tag for tag in note.tags if tag not in (old.tags or ()))
            groups.setdefault((note.kind, added), []).append(note)
    paths = _paths(package_path(loaded.deck.folder, out))
    files = {
        next(paths): _text(str(loaded.deck.title), types[key], columns[key], tags, notes)
        for (key, tags), notes in sorted(groups.items())
    }
    for path in files:
        if path.exists() and not _is_ours(path):
            raise ValueError(f"{path.as_posix()} isn't a text edition; move it away, or choose another folder with -o")
    return TextEdition(str(loaded.deck.title), before.source, files, sum(map(len, groups.values())), left)


def write_edition(edition: TextEdition, package: Path) -> None:
    """Writes the files, and deletes those that an earlier text edition left beside the package. Raises OSError."""
    write_files({path: text.encode() for path, text in edition.files.items()})
    for path in _paths(package):
        if path not in edition.files:
            if not _is_ours(path):
                return
            path.unlink()


def _columns(key: str, notes: Iterable[Note], edited: Iterable[tuple[Old, Note]]) -> tuple[str, ...]:
    """The fields of a kind that the author fills or filled: the others are the learner's."""
    mine = [note for note in notes if note.kind == key]
    if not mine:
        return ()
    kind: Kind = mine[0].card.kind
    olds = [old for old, note in edited if note.kind == key]
    used = {name for note in mine for name, value in zip(kind.fields, note.fields, strict=True) if value}
    for old in olds:
        fields = old.fields if old.fields is not None else dict.fromkeys(kind.fields, "?")
        used.update(name for name, value in fields.items() if value)
    return tuple(name for name in kind.fields if name == kind.fields[0] or (name in used and name not in kind.spares))


def _left_because(note: Note, old: Old, columns: Sequence[str]) -> str:
    """Why a row can't bring the edit of the note; "" if it can."""
    fields = note.by_name
    if not next(iter(fields.values())).strip():
        return _EMPTY
    if media_in(fields.values()) - media_in((old.fields or {}).values()):
        return _MEDIA_IS_NEW
    if old.fields is None:
        return ""
    if set(columns) - {"Id"} - old.fields.keys():  # old texts from git lack the Id
        return _OTHER_NAMES
    return _NO_FIELD if all(fields[name] == old.fields[name] for name in columns if name in old.fields) else ""


def media_in(fields: Iterable[str]) -> set[str]:
    """The names of the pictures and sounds in HTML fields."""
    return {picture or sound for field in fields for picture, sound in _MEDIA.findall(field)}


def _text(deck: str, note_type: NoteType, columns: Sequence[str], tags: Sequence[str], notes: Iterable[Note]) -> str:
    """One file: rows for notes of one type, which all get these tags.

    The type is named by its number, which stays where a learner or an author renames it. The guid comes last, since
    Anki puts the first column into the first field where it doesn't know the type.
    """
    header = [
        _START,
        f"#notetype:{note_type.id}\n",
        f"#deck:{deck}\n",
        "#if matches:update current\n",
        f"#guid column:{len(columns) + 1}\n",
    ]
    if tags:
        header.append(f"#tags:{' '.join(tags)}\n")
    text = io.StringIO()
    text.write("".join([*header, "#columns:"]))
    csv.writer(text, delimiter="\t", lineterminator="\n").writerow([*columns, _GUID])
    rows = csv.writer(text, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_ALL)  # a text may start with #
    for note in notes:
        fields = note.by_name
        rows.writerow([*(fields[name] for name in columns), note.identity.guid])
    return text.getvalue()


def _paths(package: Path) -> Iterator[Path]:
    """The paths of a deck's text files: rivers.txt, rivers.2.txt, and so on."""
    return (package.with_name(f"{package.stem}{'' if number == 1 else f'.{number}'}.txt") for number in count(1))


def _is_ours(path: Path) -> bool:
    """Whether the file is there, and is a text edition."""
    try:
        return read_bytes(path).startswith(_START.encode())
    except OSError:
        return False
