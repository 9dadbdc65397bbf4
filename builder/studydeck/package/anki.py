"""genanki's Model, Deck and Package, extended with what a regenerated deck needs.

Each override says why it is needed, and tests/test_package.py has a test that fails without it.
"""

from __future__ import annotations

import json
import os
import sqlite3
import zipfile
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any, BinaryIO, cast

from studydeck.files import create
from studydeck.model import Kept, MediaFile, NoteType, Shipped
from studydeck.package.chunks import ZIP64, LastEntry, add_in_chunks
from studydeck.package.light import genanki

#: Pages of twice the usual size, so that notes with long answers leave less of one empty. A package that a crash
#: truncates is never moved into place, so there is no need to wait for the disk.
_SETTINGS = "PRAGMA page_size = 8192; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
#: Anki's number for a note type that its editor of masks opens, and how many of its first fields that one looks for by
#: their tags: the masks, the picture, the header, what is shown below the answer, and comments.
_MASKED, _MASK_FIELDS = 6, 5
_DATABASE = "collection.anki2"
_LEVEL = 1  # of deflate: a fifth of the usual level's time, and a tenth more bytes
#: The media that deflating makes smaller; all others are packed in themselves.
_LOOSE = frozenset([".svg", ".bmp", ".ico", ".tif", ".tiff", ".wav", ".ttf", ".otf"])
PIECE = 1 << 19  # bytes that are copied at once
UNIX = 3  # in a zip's entries
#: SQLite's errors for a full disk, or a folder that can't be written.
_REFUSED = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}
#: Leaves nothing in the last package's database but the rows at positions that are kept.
_KEEP = """
DELETE FROM last.notes WHERE id IN (
  SELECT nid FROM last.cards WHERE NOT EXISTS (SELECT 1 FROM temp.kept WHERE due BETWEEN first AND last)
);
DELETE FROM last.cards WHERE NOT EXISTS (SELECT 1 FROM temp.kept WHERE due BETWEEN first AND last);
"""
#: Moves these rows to their new positions.
_SHIFT = """
DROP INDEX last.ix_cards_sched;
UPDATE last.cards SET due = due + (SELECT shift FROM temp.kept WHERE due BETWEEN first AND last);
"""


class StudyModel(genanki.Model):
    """A note type with the stamp of its own last change, and with ids for its fields.

    genanki uses the time of the build as the stamp, which overwrites a learner's own style at every import, and gives
    no ids, so that renaming a field later would make every note conflict.
    """

    def __init__(self, note_type: NoteType, stamp: int) -> None:
        super().__init__(
            note_type.id,
            note_type.name,
            fields=[
                {"name": field.name, "collapsed": field.collapsed, "description": ""} | _id(field.id)
                for field in note_type.fields
            ],
            templates=[
                {"name": each.name, "qfmt": each.front, "afmt": each.back} | _id(each.id)
                for each in note_type.templates
            ],
            css=note_type.css,
            model_type=genanki.Model.CLOZE if note_type.gaps else genanki.Model.FRONT_BACK,
            sort_field_index=note_type.sort,
        )
        self.stamp = stamp
        self.masks = note_type.masks
        for number, field in enumerate(self.fields[:_MASK_FIELDS] if note_type.masks else ()):
            field["tag"] = number

    #: genanki computes this with a Mustache engine that doesn't know Anki's filters, and fails on a spare template.
    #: Anki hasn't read it since 2.1.28; the cards are from `Note.ords`.
    _req: list[Any] = []  # noqa: RUF012 - replaces a cached property

    def to_json(self, timestamp: float, deck_id: int) -> dict[str, Any]:
        json_dict: dict[str, Any] = super().to_json(self.stamp, deck_id)
        return json_dict | ({"originalStockKind": _MASKED} if self.masks else {})


def _id(number: int) -> dict[str, int]:
    return {"id": number} if number else {}


class StudyDeck(genanki.Deck):
    """A deck whose description is Markdown. Its notes are in the package: see StudyPackage."""

    def to_json(self) -> dict[str, Any]:
        json_dict: dict[str, Any] = super().to_json()
        return json_dict | {"md": True}


class StudyPackage(genanki.Package):
    """A package that has the same bytes for the same notes, given in the order of their ids: packed, without dates.

    Its notes are rows, each with its own stamp, id and cards. genanki gives all notes of a deck the stamp of the build,
    which makes Anki overwrite every learner's tags, and renumbers notes and cards each time; and a million objects take
    longer than their rows. `cards` is the number of cards, once the package is written.
    """

    def __init__(
        self,
        decks: Mapping[str, StudyDeck],
        models: Mapping[str, StudyModel],
        notes: Iterable[Shipped],
        media: Sequence[MediaFile],
        kept: Kept,
    ) -> None:
        super().__init__(list(decks.values()))
        self.deck_ids = {name: deck.deck_id for name, deck in decks.items()}
        self.model_ids = {key: model.model_id for key, model in models.items()}
        self.notes = notes
        self.media = media
        self.kept = kept.ranges
        self.last = kept.package
        self.cards = 0

    def write_to_file(self, file: Path, timestamp: float | None = None) -> None:
        """Writes the package, with its database first in a file beside it: in memory it would be there twice.

        genanki doesn't delete its temporary database, and stores without deflating.
        """
        database = file.with_name(f"{file.stem}.db.{os.getpid()}.part")
        try:
            with self.last or nullcontext() as source:  # closed before it is replaced: Windows wouldn't allow it
                last = zipfile.ZipFile(source) if source else None
                rows = LastEntry(last, _DATABASE) if last else None
                self._write_database(database, rows)
                with create(file) as target, archive_for(target) as archive:
                    add_in_chunks(archive, _DATABASE, os.fspath(database), rows)
                    if last and last.read("media") == self._names:
                        _copy_media(last, archive)
                    else:
                        self._add_media(archive)
                    for info in archive.infolist():  # the same on Windows
                        info.create_system = UNIX
        finally:
            database.unlink(missing_ok=True)

    @property
    def _names(self) -> bytes:
        """The media files' names by those of their entries, as Anki reads them. Names hold what is in the files."""
        return json.dumps({str(number): each.name for number, each in enumerate(self.media)}).encode()

    def _add_media(self, archive: zipfile.ZipFile) -> None:
        with archive.open("media", "w") as entry:
            entry.write(self._names)
        for number, each in enumerate(self.media):
            is_loose = os.path.splitext(each.name)[1].lower() in _LOOSE
            _add(archive, str(number), each.path, zipfile.ZIP_DEFLATED if is_loose else zipfile.ZIP_STORED)

    def _write_database(self, file: Path, last: LastEntry | None) -> None:
        """Writes the database. Raises OSError if the system can't, which is no error of its own in sqlite3."""
        file.unlink(missing_ok=True)  # left by a killed build with the same process number
        try:
            connection = sqlite3.connect(f"{file.absolute().as_uri()}?nolock=1", uri=True, isolation_level=None)
            try:
                cursor = connection.cursor()
                cursor.executescript(_SETTINGS)
                if last:
                    _attach(cursor, last.data, self.kept)
                self.write_to_db(cursor, 0, iter(()))
            finally:
                connection.close()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF in _REFUSED:
                raise OSError(str(error)) from None
            raise

    def write_to_db(self, cursor: sqlite3.Cursor, timestamp: float, id_gen: Iterator[int]) -> None:
        """Writes genanki's schema and collection, rows in the order of their ids, and then indexes, which is faster.

        Decks and note types are written once: genanki rereads and rewrites the JSON of all decks for every deck.
        """
        from genanki.apkg_col import APKG_COL
        from genanki.apkg_schema import APKG_SCHEMA

        tables, first_index, indexes = APKG_SCHEMA.partition("CREATE INDEX")
        cursor.executescript(f"BEGIN; {tables}; {APKG_COL}")
        self._write_rows(cursor)
        counts = cursor.execute("SELECT did, count(*), max(mod) FROM cards GROUP BY did").fetchall()
        self.cards = sum(count for _, count, _ in counts)
        stamps = {number: stamp for number, _, stamp in counts}
        (decks_json,) = cursor.execute("SELECT decks FROM col").fetchone()
        decks = json.loads(decks_json) | {
            str(deck.deck_id): deck.to_json() | {"mod": stamps.get(deck.deck_id, 0)} for deck in self.decks
        }
        models = {
            str(number): model.to_json(timestamp, deck.deck_id)
            for deck in self.decks
            for number, model in deck.models.items()
        }
        cursor.execute("UPDATE col SET decks = ?, models = ?", (json.dumps(decks), json.dumps(models)))
        for statement in f"{first_index}{indexes}".split(";"):
            cursor.execute(statement)
        cursor.execute("COMMIT")

    def _write_rows(self, cursor: sqlite3.Cursor) -> None:
        """Writes the rows of notes and cards, merged with those kept from the last package.

        SQLite copies a whole table's rows in the order of their ids, as they are: a third of the time of any other way.
        """
        into = "last" if self.kept else "main"
        cards = array("q")  # six numbers for each card: tuples would take four times the memory
        cursor.executemany(f"INSERT INTO {into}.notes VALUES(?,?,?,?,-1,?,?,?,0,0,'')", self._note_rows(cards))
        cursor.executemany(
            f"INSERT INTO {into}.cards VALUES(?,?,?,?,?,-1,0,0,?,0,0,0,0,0,0,0,0,'')",
            zip(*[iter(cards)] * 6, strict=True),
        )
        if self.kept:
            cursor.execute("INSERT INTO main.notes SELECT * FROM last.notes")
            cursor.execute("INSERT INTO main.cards SELECT * FROM last.cards")

    def _note_rows(self, cards: array[int]) -> Iterator[tuple[Any, ...]]:
        """The rows of the notes; adds their cards' rows to `cards`. Positions keep new cards in the author's order."""
        deck_ids, model_ids = self.deck_ids, self.model_ids
        for note_id, guid, kind, modified, tags, fields, deck, ords, position in self.notes:
            deck_id = deck_ids[deck]
            for number in ords:
                cards.extend((note_id + number, note_id, deck_id, number, modified, position))
            yield note_id, guid, model_ids[kind], modified, f" {tags} ", fields, fields.partition("\x1f")[0]


def archive_for(target: BinaryIO) -> zipfile.ZipFile:
    """A new archive, deflated as packages are."""
    return zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL)


def _add(archive: zipfile.ZipFile, name: str, path: str, packing: int = zipfile.ZIP_DEFLATED) -> None:
    """Adds a file with the earliest date that zip has, instead of its own."""
    archive.compression = packing
    with open(path, "rb", buffering=0) as source:
        is_large = os.fstat(source.fileno()).st_size >= ZIP64
        with archive.open(name, "w", force_zip64=is_large) as entry:
            while piece := source.read(PIECE):
                entry.write(piece)


def _copy_media(last: zipfile.ZipFile, archive: zipfile.ZipFile) -> None:
    """Adds all that follows the database in the last package, with the same media, as it is there.

    Only the offsets in the directory change. Reading each file takes longer than all else that an edited card needs.
    """
    source, target = cast(BinaryIO, last.fp), cast(BinaryIO, archive.fp)
    entries = last.infolist()[1:]
    begin, end = entries[0].header_offset, last.start_dir
    shift = archive.start_dir - begin
    source.seek(begin)
    while (left := end - source.tell()) > 0 and (piece := source.read(min(left, PIECE))):
        target.write(piece)
    archive.start_dir = target.tell()
    for entry in entries:
        entry.header_offset += shift
    archive.filelist += entries


def _attach(cursor: sqlite3.Cursor, last: bytes, kept: Sequence[tuple[int, int, int]]) -> None:
    """Attaches the last package's database, in memory, with only what is kept from it, at its new positions."""
    cursor.execute("ATTACH ':memory:' AS last")
    cursor.connection.deserialize(last, name="last")
    cursor.execute("PRAGMA last.journal_mode = OFF")
    cursor.execute("CREATE TEMP TABLE kept (first INTEGER, last INTEGER, shift INTEGER)")
    cursor.executemany("INSERT INTO temp.kept VALUES(?,?,?)", kept)
    cursor.executescript(_KEEP)
    if any(shift for _, _, shift in kept):
        cursor.executescript(_SHIFT)
