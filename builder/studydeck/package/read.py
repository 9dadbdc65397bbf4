"""Reads the notes and note types of an .apkg file: what learners of an older build have."""

from __future__ import annotations

import json
import sqlite3
import zipfile
import zlib
from collections.abc import Container, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from studydeck.files import status_of
from studydeck.kinds import KINDS, kind_named
from studydeck.model import Field, NoteType, OldNote, Template
from studydeck.model.kinds import MY_NOTES

#: Bytes of the database in a package; a small zip may unpack to a huge one.
LARGEST_DATABASE = 2_000_000_000
#: Anki's ids are milliseconds since 1970; this is the year 287,000, and twice the greatest number that studydeck makes.
_LARGEST_NUMBER = 1 << 53
#: Errors of the readers of zip, SQLite and JSON for damaged bytes, and of later steps for damage that they miss.
DAMAGE = (
    zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, sqlite3.Error,
    ValueError, LookupError, TypeError, AttributeError, ArithmeticError, OSError,
)  # fmt: skip


def read_package(
    path: Path, ids: Mapping[str, int] = {}, only: Container[str] | None = None
) -> tuple[list[OldNote], list[tuple[NoteType, int]]]:
    """The notes of a package in Anki's legacy format, which genanki writes, and its note types with their stamps.

    `ids` are Anki's numbers of the deck's note types by their kinds' keys; other note types get a kind by their names.
    With `only`, no notes but those with these guids.
    Raises ValueError with a sentence if it isn't such a package, OSError if it can't be read.
    """
    with _database(path) as connection:
        return _read(connection, {number: key for key, number in ids.items()}, only)


def read_stamps(path: Path) -> Iterator[tuple[str | int, int]]:
    """The numbers of a package's note types and the guids of its notes, each with its stamp in seconds.

    Raises the same errors as `read_package`, which takes ten times as long.
    """
    with _database(path) as connection:
        (models_json,) = connection.execute("select models from col").fetchone()
        for number, model in json.loads(models_json).items():
            yield whole_number(number), whole_number(model["mod"])
        for guid, stamp in connection.execute("select guid, mod from notes"):
            yield str(guid), whole_number(stamp)


@contextmanager
def _database(path: Path) -> Iterator[sqlite3.Connection]:
    """The database of a package, in memory; raises ValueError with a sentence for anything wrong with either."""
    connection = sqlite3.connect(":memory:")
    try:
        status_of(path)
        with path.open("rb") as file:
            try:
                connection.deserialize(_unzip(file))
            except DAMAGE as error:
                raise ValueError(f"{path} can't be read as a package ({error})") from None
        connection.execute("pragma trusted_schema = off")
        yield connection
    except DAMAGE as error:
        raise ValueError(f"{path} is a damaged package ({error})") from None
    finally:
        connection.close()


def _unzip(file: BinaryIO) -> bytes:
    """The database in a package."""
    with zipfile.ZipFile(file) as archive:
        names = set(archive.namelist())
        if "collection.anki21b" in names:
            raise ValueError("it is in the newer format; export it again with 'Support older Anki versions' ticked")
        name = next((each for each in ("collection.anki21", "collection.anki2") if each in names), None)
        if name is None:
            raise ValueError("it has no collection")
        if archive.getinfo(name).file_size > LARGEST_DATABASE:
            raise ValueError(f"its collection is larger than {LARGEST_DATABASE:,} bytes")
        return archive.read(name)


def _read(
    connection: sqlite3.Connection, keys: Mapping[int, str], only: Container[str] | None
) -> tuple[list[OldNote], list[tuple[NoteType, int]]]:
    models_json, decks_json = connection.execute("select models, decks from col").fetchone()
    decks = {int(number): str(deck["name"]) for number, deck in json.loads(decks_json).items()}
    types = {int(number): _type(int(number), model, keys) for number, model in json.loads(models_json).items()}
    rows = connection.execute(
        "select id, guid, mid, notes.mod, tags, flds, "
        "(select did from cards where nid = notes.id order by ord limit 1) from notes order by id"
    )
    notes = []
    for note_id, guid, type_id, modified, tags, fields, deck_id in rows:
        if only is not None and str(guid) not in only:
            continue
        note_type, _ = types[type_id]
        by_name = dict(zip((field.name for field in note_type.fields), fields.split("\x1f"), strict=False))
        if note_type.key in KINDS and MY_NOTES in by_name:
            by_name[MY_NOTES] = ""  # of whoever exported the package
        deck = decks.get(deck_id, "")
        notes.append(
            OldNote(
                str(guid),
                note_type.key,
                by_name,
                tuple(text_of(tags).split()),
                deck,
                whole_number(note_id),
                whole_number(modified),
            )
        )
    used = {row[0] for row in connection.execute("select distinct mid from notes")}
    return notes, [note_type for number, note_type in sorted(types.items()) if number in used]


def _type(number: int, model: dict[str, Any], keys: Mapping[int, str]) -> tuple[NoteType, int]:
    gaps = model["type"] == 1
    note_type = NoteType(
        key=keys.get(number) or kind_named(str(model["name"]), gaps).key,
        id=whole_number(number),
        name=str(model["name"]),
        fields=tuple(Field(each["name"], each.get("id") or 0, bool(each.get("collapsed"))) for each in model["flds"]),
        templates=tuple(
            Template(each["name"], each.get("id") or 0, each["qfmt"], each["afmt"]) for each in model["tmpls"]
        ),
        css=str(model["css"]),
        gaps=gaps,
        sort=whole_number(model.get("sortf", 0)),
    )
    return note_type, whole_number(model["mod"])


def text_of(value: object) -> str:
    """A text of a database, whose columns may hold anything. Raises ValueError for what isn't one."""
    if not isinstance(value, str):
        raise ValueError(f"{str(value)[:20]} isn't a text")
    return value


def whole_number(value: float | str) -> int:
    """An id or a stamp. Raises ArithmeticError or ValueError for one that Anki can't have."""
    number = int(value)
    if abs(number) > _LARGEST_NUMBER:
        raise ValueError(f"{value} is out of range")
    return number
