"""Any package or collection of Anki's, read without the engine: its notes, note types and media, without scheduling.

A package is a zip with a collection, which is an SQLite database of one of two forms: Anki's old one, with JSON in it,
or the one since 2.1.50, with protobuf. `collection.anki21b` is the latter, compressed by Zstandard. A package of the
newer form has a stub in the older one beside it, so the newest is read.
"""

from __future__ import annotations

import io
import json
import os
import sqlite3
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from studydeck.files import LARGEST_PACKAGE, read_bytes, status_of
from studydeck.model import Field, NoteType, Template
from studydeck.package.read import DAMAGE, LARGEST_DATABASE, text_of, whole_number
from studydeck.patterns import pattern

_SQLITE = b"SQLite format 3\0"
_ZSTANDARD = b"\x28\xb5\x2f\xfd"
_COLLECTIONS = ("collection.anki21b", "collection.anki21", "collection.anki2")
_TABLES = ("col", "notes", "cards", "revlog", "notetypes", "fields", "templates", "decks")
_LARGEST_MEDIA = 100_000_000  # bytes of one file, as AnkiWeb has it
_MOST_MEDIA = 4_000_000_000  # bytes of all
_ENCRYPTED = 1  # in the flags of a zip's entry
_POSITION = pattern(r'"pos":\s*(\d{1,9})')
_UNSAFE = pattern(r"[/\\\0]|^\.{0,2}$")


class FoundNote(NamedTuple):
    """A note: its number and guid, its note type's number, its stamp in seconds, tags, fields, and its cards' deck.

    `position` is where it is among the new cards, or was before it was studied.
    """

    id: int
    guid: str
    type_id: int
    modified: int
    tags: tuple[str, ...]
    fields: tuple[str, ...]
    deck: str
    position: int = 0


class Found(NamedTuple):
    """What a package or collection has. The note types, by their numbers, have their stamps and no keys.

    `suspended` are the numbers of the notes that have a suspended card.
    """

    note_types: Mapping[int, NoteType]
    notes: Sequence[FoundNote]
    media: Mapping[str, Path | bytes]
    is_scheduled: bool
    suspended: frozenset[int] = frozenset()


def is_collection(data: bytes) -> bool:
    """Whether a file's bytes are those of a package or a collection."""
    if data.startswith(_SQLITE):
        return True
    if not data.startswith(b"PK"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return any(each.startswith("collection.anki") for each in archive.namelist())
    except DAMAGE:
        return b"collection.anki2" in data[:4096] or b"collection.anki2" in data[-65536:]


def read_collection(data: bytes) -> Found:
    """What is in the bytes of a package or collection. Raises ValueError with the rest of a sentence about the file."""
    with opened(data) as (connection, archive):
        return _read(connection, _PackedMedia(data, _media_entries(archive)) if archive else {})


@contextmanager
def opened(data: bytes) -> Iterator[tuple[sqlite3.Connection, zipfile.ZipFile | None]]:
    """The database in the bytes of a package or collection, in memory; and the package that it is in, if any.

    Raises ValueError with the rest of a sentence about the file, also for damage that is seen while it is read.
    """
    with _damage_in_words():
        if data.startswith(_SQLITE):
            with _database(data) as connection:
                yield connection, None
            return
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if any(each.flag_bits & _ENCRYPTED for each in archive.infolist()):
                raise UnreadableError("is encrypted; export it again without a password")
            name = next(each for each in _COLLECTIONS if each in archive.namelist())
            with _database(_unpacked(archive, name, LARGEST_DATABASE)) as connection:
                yield connection, archive


@contextmanager
def _damage_in_words() -> Iterator[None]:
    try:
        yield
    except UnreadableError:
        raise
    except DAMAGE as error:
        raise ValueError(f"is a damaged package ({error})") from None


def whole(path: Path) -> bytes:
    """The bytes of a package or a collection, with what a collection's write-ahead log has.

    Raises ValueError with a sentence, also for a collection that is open in Anki, and OSError.
    """
    if not os.path.exists(f"{path}-wal"):  # closed, as Anki leaves it; SQLite would make one, even only to read
        return read_bytes(path, largest=LARGEST_PACKAGE)
    if status_of(path).st_size > LARGEST_PACKAGE:
        raise ValueError(f"{path} is larger than {LARGEST_PACKAGE:,} bytes")
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=0)
        try:
            connection.execute("select 1 from sqlite_master").fetchone()
            return connection.serialize()
        finally:
            connection.close()
    except sqlite3.Error as error:
        if "locked" in str(error):
            raise ValueError(f"{path} is open in Anki; close Anki and try again") from None
        raise ValueError(f"{path} can't be read ({error})") from None


def read_file_of_anki(path: Path) -> Found:
    """What is in a package, or in a closed collection and the media folder beside it.

    Raises ValueError with a sentence, and OSError.
    """
    data = whole(path)
    try:
        if not is_collection(data):
            raise UnreadableError("is neither a package nor a collection of Anki's")
        if not data.startswith(_SQLITE):
            return read_collection(data)
        return read_collection(data)._replace(media=_MediaFolder(path.with_suffix(".media")))
    except ValueError as error:
        raise ValueError(f"{path} {error}") from None


class _MediaFolder(Mapping[str, bytes]):
    """The files of a collection's media folder by their names, each read when it is asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __getitem__(self, name: str) -> bytes:
        if _UNSAFE.search(name):
            raise KeyError(name)
        try:
            return read_bytes(self.folder / name, self.folder, _LARGEST_MEDIA)
        except OSError:
            raise KeyError(name) from None

    def __iter__(self) -> Iterator[str]:
        return (each.name for each in self.folder.glob("*"))

    def __len__(self) -> int:
        return sum(1 for _ in self)


class UnreadableError(ValueError):
    """What is wrong with a package that isn't damaged."""


def _unpacked(archive: zipfile.ZipFile, name: str, largest: int) -> bytes:
    """An entry's bytes, at most `largest`, whatever the archive says of its size."""
    with archive.open(name) as entry:
        data = entry.read(largest + 1)
    if data.startswith(_ZSTANDARD) and len(data) <= largest:
        data = _decompressed(data, largest)
    if len(data) > largest:
        raise UnreadableError(f"has a file of more than {largest:,} bytes, '{name}'")
    return data


def _decompressed(data: bytes, largest: int) -> bytes:
    try:
        import zstandard
    except ImportError:
        from studydeck.installing import install_line

        line = install_line("packages")
        raise UnreadableError(f"is of the newer format, which needs a library; add it with: {line}") from None
    try:
        with zstandard.ZstdDecompressor().stream_reader(data) as stream:
            return stream.read(largest + 1)
    except zstandard.ZstdError as error:
        raise ValueError(str(error)) from None


class _PackedMedia(Mapping[str, bytes]):
    """The media files in the bytes of a package by their names, each unpacked when it is asked for."""

    def __init__(self, data: bytes, entries: Mapping[str, str]) -> None:
        self._archive = zipfile.ZipFile(io.BytesIO(data))
        self._entries = entries

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __getitem__(self, name: str) -> bytes:
        entry = self._entries[name]
        with _damage_in_words():
            return _unpacked(self._archive, entry, _LARGEST_MEDIA)

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


def _media_entries(archive: zipfile.ZipFile) -> dict[str, str]:
    """The entries of the media files by the files' names; each can be unpacked."""
    entries = frozenset(archive.namelist())
    if "media" not in entries:
        return {}
    written = _unpacked(archive, "media", LARGEST_DATABASE)
    if written[:1] in (b"{", b""):
        names = {str(key): str(name) for key, name in json.loads(written or b"{}").items()}
    else:
        listed = [_text(_fields(each), 1) for key, each in _messages(written) if key == 1]
        names = {str(position): name for position, name in enumerate(listed)}
    found: dict[str, str] = {}
    left = _MOST_MEDIA
    for key, name in names.items():
        if _UNSAFE.search(name):
            raise UnreadableError(f"has a picture or sound with a path as its name, '{name[:60]}'")
        if key in entries:
            left -= len(_unpacked(archive, key, min(_LARGEST_MEDIA, left)))
            found[name] = key
    return found


# --- the database --------------------------------------------------------------------------------


@contextmanager
def _database(data: bytes) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    try:
        # 1 in place of 2 says that there is no write-ahead log, which a database in memory can't have.
        connection.deserialize(data[:18] + b"\x01\x01" + data[20:])
        connection.execute("pragma trusted_schema = off")
        connection.create_collation(
            "unicase", lambda a, b: (a.casefold() > b.casefold()) - (a.casefold() < b.casefold())
        )
        connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
        _assert_plain(connection)
        yield connection
    finally:
        connection.close()


def _assert_plain(connection: sqlite3.Connection) -> None:
    """Raises ValueError for a view or a computed column in place of a table of Anki's: reading one may never end."""
    for name in _TABLES:
        roots = connection.execute("select rootpage from sqlite_master where lower(name) = ?", (name,)).fetchall()
        computed = connection.execute("select 1 from pragma_table_xinfo(?) where hidden > 0", (name,)).fetchall()
        if (0,) in roots or computed:
            raise ValueError(f"'{name}' isn't a plain table")


def _read(connection: sqlite3.Connection, media: Mapping[str, bytes]) -> Found:
    (version,) = connection.execute("select ver from col").fetchone()
    is_new = version >= 15
    types = dict(_new_types(connection) if is_new else _old_types(connection))
    decks = dict(_new_decks(connection) if is_new else _old_decks(connection))
    notes = list(_notes(connection, decks))
    if lost := next((each for each in notes if each.type_id not in types), None):
        raise ValueError(f"the note {lost.id} has no note type")
    scheduled = connection.execute("select count() from revlog").fetchone()[0] > 0
    suspended = frozenset(row[0] for row in connection.execute("select nid from cards where queue = -1"))
    return Found(types, notes, media, scheduled, suspended)


def _notes(connection: sqlite3.Connection, decks: Mapping[int, str]) -> Iterator[FoundNote]:
    homes = dict(
        connection.execute(
            "select nid, case odid when 0 then did else odid end from cards order by ord desc"
        ).fetchall()
    )
    positions = _positions(connection)
    position = 0  # of a note that doesn't say, that of the one before it
    rows = connection.execute("select id, guid, mid, mod, tags, flds from notes order by id")
    for note_id, guid, type_id, modified, tags, fields in rows:
        deck = decks.get(homes.get(note_id, 0), "")
        split = tuple(str(fields).split("\x1f"))
        position = positions.get(note_id, position)
        yield FoundNote(
            whole_number(note_id),
            str(guid),
            whole_number(type_id),
            whole_number(modified),
            tuple(text_of(tags).split()),
            split,
            deck,
            position,
        )


def _positions(connection: sqlite3.Connection) -> dict[int, int]:
    """The least position of each note's cards; Anki keeps that of a studied card in its data."""
    new = "select nid, case odid when 0 then due else odue end from cards where type = 0"
    positions: dict[int, int] = {}
    for note_id, position in connection.execute(new):
        if isinstance(position, int):
            positions[note_id] = min(position, positions.get(note_id, position))
    for note_id, data in connection.execute("select nid, data from cards where type <> 0"):
        if found := _POSITION.search(str(data)):
            positions[note_id] = min(int(found[1]), positions.get(note_id, int(found[1])))
    return positions


def _old_types(connection: sqlite3.Connection) -> Iterator[tuple[int, NoteType]]:
    (models,) = connection.execute("select models from col").fetchone()
    for key, model in json.loads(models).items():
        yield whole_number(key), note_type_of(model, whole_number(key), whole_number(model.get("mod") or 0))


def note_type_of(model: Mapping[str, Any], number: int, stamp: int | None) -> NoteType:
    """A note type from Anki's JSON of it, with this number and stamp. Raises one of DAMAGE if it isn't one."""
    fields, templates = (sorted(model[key], key=lambda each: int(each.get("ord") or 0)) for key in ("flds", "tmpls"))
    return NoteType(
        "",
        number,
        str(model["name"]),
        tuple(Field(str(each["name"]), int(each.get("id") or 0), collapsed=False) for each in fields),
        tuple(
            Template(str(each["name"]), int(each.get("id") or 0), str(each["qfmt"]), str(each["afmt"]))
            for each in templates
        ),
        str(model.get("css", "")),
        model.get("type") == 1,
        _sort(whole_number(model.get("sortf") or 0), fields),
        stamp,
    )


def _sort(number: int, fields: Sequence[object]) -> int:
    """The number of the field that notes are sorted by; the first one if there is no such field."""
    return number if 0 <= number < len(fields) else 0


def _new_types(connection: sqlite3.Connection) -> Iterator[tuple[int, NoteType]]:
    fields: dict[int, list[Field]] = {}
    templates: dict[int, list[Template]] = {}
    for type_id, name, config in connection.execute("select ntid, name, config from fields order by ntid, ord"):
        fields.setdefault(type_id, []).append(Field(text_of(name), _signed(_fields(config).get(9, 0)), collapsed=False))
    for type_id, name, config in connection.execute("select ntid, name, config from templates order by ntid, ord"):
        said = _fields(config)
        template = Template(text_of(name), _signed(said.get(8, 0)), _text(said, 1), _text(said, 2))
        templates.setdefault(type_id, []).append(template)
    for type_id, name, stamp, config in connection.execute("select id, name, mtime_secs, config from notetypes"):
        said = _fields(config)
        yield (
            whole_number(type_id),
            NoteType(
                "",
                whole_number(type_id),
                text_of(name),
                tuple(fields.get(type_id, ())),
                tuple(templates.get(type_id, ())),
                _text(said, 3),
                said.get(1, 0) == 1,
                _sort(_signed(said.get(2, 0)), fields.get(type_id, ())),
                whole_number(stamp),
            ),
        )


def _old_decks(connection: sqlite3.Connection) -> Iterator[tuple[int, str]]:
    (decks,) = connection.execute("select decks from col").fetchone()
    return ((int(key), str(deck["name"])) for key, deck in json.loads(decks).items())


def _new_decks(connection: sqlite3.Connection) -> Iterator[tuple[int, str]]:
    rows = connection.execute("select id, name from decks").fetchall()
    return ((deck_id, name.replace("\x1f", "::")) for deck_id, name in rows)


# --- protobuf ------------------------------------------------------------------------------------


def _messages(data: bytes) -> Iterator[tuple[int, Any]]:
    """The numbered values of a protobuf message: whole numbers, and bytes."""
    at = 0

    def varint() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value
            if shift > 63:
                raise ValueError("a number is too long")

    while at < len(data):
        key = varint()
        if key & 7 == 0:
            yield key >> 3, varint()
            continue
        size = {1: 8, 5: 4}.get(key & 7) or varint()
        if key & 7 not in (1, 2, 5) or at + size > len(data):
            raise ValueError("a value is cut off")
        yield key >> 3, data[at : at + size]
        at += size


def _fields(data: bytes) -> dict[int, Any]:
    return dict(_messages(data))


def _text(said: Mapping[int, Any], key: int) -> str:
    value = said.get(key, b"")
    if not isinstance(value, bytes):
        raise ValueError("a text is a number")
    return value.decode("utf-8", "replace")


def _signed(value: Any) -> int:
    if not isinstance(value, int):
        raise ValueError("a number is a text")
    return value - (1 << 64) if value >= 1 << 63 else value
