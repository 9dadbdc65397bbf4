"""genanki's Model, Deck and Package with what a regenerated deck needs and they lack.

Each override says why, and tests/test_package.py has a test that fails without it.
"""

from __future__ import annotations

import json
import sqlite3
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from builder.model import MediaFile, NoteType, Shipped
from builder.package.light import genanki

#: zip's first day: an entry's date would make every package differ.
_NO_DATE = (1980, 1, 1, 0, 0, 0)
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
            model_type=genanki.Model.CLOZE if note_type.key == "cloze" else genanki.Model.FRONT_BACK,
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
    """A package with the same bytes for the same notes: made in memory, deflated, dated never, media by name.

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
        last: Path,
        kept: Sequence[tuple[int, int, int]],
    ) -> None:
        super().__init__(list(decks.values()))
        self.deck_ids = {name: deck.deck_id for name, deck in decks.items()}
        self.model_ids = {key: model.model_id for key, model in models.items()}
        self.notes = sorted(notes, key=lambda each: each.id)
        self.media = media
        self.last = last
        self.kept = kept
        self.cards = 0

    def write_to_file(self, file: Path, timestamp: float | None = None) -> None:
        """Writes the package. genanki leaves its temporary database behind, and stores without deflating."""
        names = json.dumps({str(number): each.name for number, each in enumerate(self.media)})
        with zipfile.ZipFile(file, "w") as archive:
            _add(archive, "collection.anki2", self._database())
            _add(archive, "media", names)
            for number, each in enumerate(self.media):
                _add(archive, str(number), each.path.read_bytes())

    def _database(self) -> bytes:
        connection = sqlite3.connect(":memory:")
        try:
            cursor = connection.cursor()
            self.write_to_db(cursor, 0, iter(()))
            connection.commit()
            return connection.serialize()
        finally:
            connection.close()

    def write_to_db(self, cursor: sqlite3.Cursor, timestamp: float, id_gen: Iterator[int]) -> None:
        """genanki's schema and collection; rows in the order of their ids, and indexes after the rows, which is faster.

        Decks and note types are written once: genanki reads and writes the JSON of all decks again for every deck.
        """
        from genanki.apkg_col import APKG_COL
        from genanki.apkg_schema import APKG_SCHEMA

        tables, first_index, indexes = APKG_SCHEMA.partition("CREATE INDEX")
        cursor.executescript(tables)
        cursor.executescript(APKG_COL)
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
        cursor.connection.commit()
        cursor.executescript(first_index + indexes)

    def _write_rows(self, cursor: sqlite3.Cursor) -> None:
        """The rows of notes and cards, and between them those that the last package holds already."""
        into_notes, into_cards = "notes", "cards"
        if self.kept:
            _attach(cursor, self.last, self.kept)
            into_notes, into_cards = "temp.fresh_notes", "temp.fresh_cards"
        cursor.executemany(f"INSERT INTO {into_notes} VALUES(?,?,?,?,-1,?,?,?,0,0,'')", self._note_rows())
        cursor.executemany(f"INSERT INTO {into_cards} VALUES(?,?,?,?,?,-1,0,0,?,0,0,0,0,0,0,0,0,'')", self._card_rows())
        if self.kept:
            cursor.execute(_KEPT_NOTES)
            cursor.execute(_KEPT_CARDS)

    def _note_rows(self) -> Iterator[tuple[Any, ...]]:
        for note, note_id, modified, _ in self.notes:
            tags, fields = f" {' '.join(note.tags)} ", "\x1f".join(note.fields)
            yield (note_id, note.identity.guid, self.model_ids[note.kind], modified, tags, fields, note.fields[0])

    def _card_rows(self) -> Iterator[tuple[Any, ...]]:
        """A position orders new cards as the author did."""
        for note, note_id, modified, position in self.notes:
            deck_id = self.deck_ids[note.deck]
            for number in note.ords:
                yield (note_id + number, note_id, deck_id, number, modified, position)


def _attach(cursor: sqlite3.Cursor, last: Path, kept: Sequence[tuple[int, int, int]]) -> None:
    """Lays the last package's database beside the new one, with tables for what is kept of it and what is fresh."""
    with zipfile.ZipFile(last) as archive:
        data = archive.read("collection.anki2")
    cursor.execute("ATTACH ':memory:' AS last")
    cursor.connection.deserialize(data, name="last")
    cursor.execute("CREATE TEMP TABLE kept (first INTEGER, last INTEGER, shift INTEGER)")
    cursor.executemany("INSERT INTO temp.kept VALUES(?,?,?)", kept)
    cursor.execute("CREATE TEMP TABLE fresh_notes AS SELECT * FROM notes")
    cursor.execute("CREATE TEMP TABLE fresh_cards AS SELECT * FROM cards")


def _add(archive: zipfile.ZipFile, name: str, data: bytes | str) -> None:
    """Adds an entry that is the same on every system and day, deflated at the level that costs a fifth of the usual."""
    entry = zipfile.ZipInfo(name, _NO_DATE)
    entry.create_system = 3  # Unix, on Windows too
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, data, zipfile.ZIP_DEFLATED, compresslevel=1)
