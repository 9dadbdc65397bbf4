"""genanki's Model, Deck and Package with what a regenerated deck needs and they lack.

Each override says why, and tests/test_package.py has a test that fails without it.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import zipfile
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from studydeck.files import create
from studydeck.model import Kept, MediaFile, NoteType, Shipped
from studydeck.package.light import genanki

#: A package that a crash cuts short is never moved into its place, so that nothing waits for the disk.
_UNSYNCED = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
_LEVEL = 1  # of deflate: a fifth of the usual level's time, and a tenth more bytes
_PIECE = 1 << 19  # bytes that are copied at once
_ZIP64 = 1 << 31  # bytes of a file from which on its entry needs longer numbers
_UNIX = 3  # zip's number for it
#: What SQLite says where a disk is full, or a folder closed.
_REFUSED = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}
#: The last package's rows at the positions that are kept, and the fresh ones among them by their ids.
_KEPT_CARDS = """
INSERT INTO cards SELECT * FROM (
  SELECT id, nid, did, ord, mod, usn, type, queue, due + shift, ivl, factor, reps, lapses, left, odue, odid, flags, data
  FROM last.cards JOIN temp.kept ON due BETWEEN first AND last
  UNION ALL SELECT * FROM temp.fresh_cards
) ORDER BY id
"""
_KEPT_NOTES = """
INSERT INTO notes SELECT * FROM (
  SELECT * FROM last.notes WHERE id IN (SELECT nid FROM last.cards JOIN temp.kept ON due BETWEEN first AND last)
  UNION ALL SELECT * FROM temp.fresh_notes
) ORDER BY id
"""


class StudyModel(genanki.Model):
    """A note type that keeps the stamp of its own last change, and the ids of its fields and templates.

    genanki stamps the time of the build, which overwrites a learner's own style at every import, and gives
    no ids, so that a later renamed field would make every note conflict.
    """

    def __init__(self, note_type: NoteType, stamp: int) -> None:
        super().__init__(
            note_type.id,
            note_type.name,
            fields=[
                {"name": field.name, "id": field.id, "collapsed": field.collapsed, "description": ""}
                for field in note_type.fields
            ],
            templates=[
                {"name": each.name, "id": each.id, "qfmt": each.front, "afmt": each.back}
                for each in note_type.templates
            ],
            css=note_type.css,
            model_type=genanki.Model.CLOZE if note_type.gaps else genanki.Model.FRONT_BACK,
        )
        self.stamp = stamp

    #: genanki works this out with a Mustache engine that knows no Anki filters, and fails on a spare template.
    #: Anki has not read it since 2.1.28; cards come from `Note.ords`.
    _req: list[Any] = []  # noqa: RUF012 - replaces a cached property

    def to_json(self, timestamp: float, deck_id: int) -> dict[str, Any]:
        json_dict: dict[str, Any] = super().to_json(self.stamp, deck_id)
        return json_dict


class StudyDeck(genanki.Deck):
    """A deck whose description is read as Markdown. Its notes are the package's: see StudyPackage."""

    def to_json(self) -> dict[str, Any]:
        json_dict: dict[str, Any] = super().to_json()
        return json_dict | {"md": True}


class StudyPackage(genanki.Package):
    """A package with the same bytes for the same notes, which come in the order of their ids: deflated, without dates.

    Its notes are rows, each with its own stamp and ids, and its cards as Anki will see them. genanki gives all notes
    of a deck the stamp of the build, which makes Anki overwrite every learner's tags, and numbers notes and cards
    anew each time; and a million objects take longer than their rows. `cards` is their number, once it is written.
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
        """Writes the package, its database in a file beside it first: in memory it would stand there twice.

        genanki leaves its temporary database behind, and stores without deflating.
        """
        database = file.with_name(f"{file.stem}.db.{os.getpid()}.part")
        names = json.dumps({str(number): each.name for number, each in enumerate(self.media)})
        try:
            self._write_database(database)
            with create(file) as target, _archive(target) as archive:
                _add(archive, "collection.anki2", database)
                with archive.open("media", "w") as entry:
                    entry.write(names.encode())
                for number, each in enumerate(self.media):
                    _add(archive, str(number), each.path)
                for info in archive.infolist():  # Windows would say that it is Windows
                    info.create_system = _UNIX
        finally:
            database.unlink(missing_ok=True)

    def _write_database(self, file: Path) -> None:
        """Writes the database. Raises OSError where the system refuses: to sqlite3 that is an error like any other."""
        file.unlink(missing_ok=True)  # a killed build's, whose process had the same number
        try:
            connection = sqlite3.connect(f"{file.absolute().as_uri()}?nolock=1", uri=True, isolation_level=None)
            try:
                cursor = connection.cursor()
                cursor.executescript(_UNSYNCED)
                self.write_to_db(cursor, 0, iter(()))
            finally:
                connection.close()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF in _REFUSED:
                raise OSError(str(error)) from None
            raise

    def write_to_db(self, cursor: sqlite3.Cursor, timestamp: float, id_gen: Iterator[int]) -> None:
        """genanki's schema and collection; rows in the order of their ids, and indexes after the rows, which is faster.

        Decks and note types are written once: genanki reads and writes the JSON of all decks again for every deck.
        """
        from genanki.apkg_col import APKG_COL
        from genanki.apkg_schema import APKG_SCHEMA

        if self.last:
            _attach(cursor, self.last, self.kept)
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
        """The rows of notes and cards, and between them those that the last package holds already."""
        into_notes, into_cards = ("temp.fresh_notes", "temp.fresh_cards") if self.kept else ("notes", "cards")
        if self.kept:
            cursor.execute("CREATE TEMP TABLE fresh_notes AS SELECT * FROM notes")
            cursor.execute("CREATE TEMP TABLE fresh_cards AS SELECT * FROM cards")
        cards = array("q")  # six numbers a card, for tuples of them would take four times the memory
        cursor.executemany(f"INSERT INTO {into_notes} VALUES(?,?,?,?,-1,?,?,?,0,0,'')", self._note_rows(cards))
        cursor.executemany(
            f"INSERT INTO {into_cards} VALUES(?,?,?,?,?,-1,0,0,?,0,0,0,0,0,0,0,0,'')",
            zip(*[iter(cards)] * 6, strict=True),
        )
        if self.kept:
            cursor.execute(_KEPT_NOTES)
            cursor.execute(_KEPT_CARDS)

    def _note_rows(self, cards: array[int]) -> Iterator[tuple[Any, ...]]:
        """The rows of the notes, and into `cards` those of their cards. Positions order new ones as the author did."""
        deck_ids, model_ids = self.deck_ids, self.model_ids
        for note_id, guid, kind, modified, tags, fields, deck, ords, position in self.notes:
            deck_id = deck_ids[deck]
            for number in ords:
                cards.extend((note_id + number, note_id, deck_id, number, modified, position))
            yield note_id, guid, model_ids[kind], modified, f" {tags} ", fields, fields.partition("\x1f")[0]


def _archive(target: BinaryIO) -> zipfile.ZipFile:
    return zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL)


def _add(archive: zipfile.ZipFile, name: str, path: Path) -> None:
    """Adds a file without its date: the first day that zip knows stands in."""
    with path.open("rb") as source, archive.open(name, "w", force_zip64=path.stat().st_size >= _ZIP64) as entry:
        shutil.copyfileobj(source, entry, _PIECE)


def _attach(cursor: sqlite3.Cursor, last: BinaryIO, kept: Sequence[tuple[int, int, int]]) -> None:
    """Lays the last package's database beside the new one, with a table for what is kept of it. Closes the package."""
    with last, zipfile.ZipFile(last) as archive:
        data = archive.read("collection.anki2")
    cursor.execute("ATTACH ':memory:' AS last")
    cursor.connection.deserialize(data, name="last")
    cursor.execute("CREATE TEMP TABLE kept (first INTEGER, last INTEGER, shift INTEGER)")
    cursor.executemany("INSERT INTO temp.kept VALUES(?,?,?)", kept)
