"""genanki's Model, Deck and Package with what a regenerated deck needs and they lack.

Each override says why, and tests/test_package.py has a test that fails without it.
"""

from __future__ import annotations

import json
import sqlite3
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from builder.model import MediaFile, NoteType, Shipped
from builder.package.light import genanki

#: zip's first day: an entry's date would make every package differ.
_NO_DATE = (1980, 1, 1, 0, 0, 0)


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
    """A deck whose notes are rows: each with its own stamp and ids, and its cards as Anki will see them.

    genanki gives all notes of a deck the stamp of the build, which makes Anki overwrite every learner's tags, and
    numbers notes and cards anew each time; and a million objects take longer than their rows.
    """

    def __init__(self, deck_id: int, name: str) -> None:
        super().__init__(deck_id, name)
        self.note_rows: list[tuple[Any, ...]] = []
        self.card_rows: list[tuple[Any, ...]] = []
        self.stamp = 0

    def add_row(self, shipped: Shipped, model: StudyModel, position: int) -> None:
        """Adds a note and its cards; `position` counts from 1 and orders new cards as the author did."""
        note, note_id, modified = shipped
        self.stamp = max(self.stamp, modified)
        tags = f" {' '.join(note.tags)} "
        fields = "\x1f".join(note.fields)
        guid = note.identity.guid
        self.note_rows.append((note_id, guid, model.model_id, modified, tags, fields, note.fields[0]))
        for number in note.ords:
            self.card_rows.append((note_id + number, note_id, self.deck_id, number, modified, position))

    def to_json(self) -> dict[str, Any]:
        """The deck for Anki, its description read as Markdown and its stamp the newest of its notes'."""
        json_dict: dict[str, Any] = super().to_json()
        return json_dict | {"md": True, "mod": self.stamp}

    def write_to_db(self, cursor: sqlite3.Cursor, timestamp: float, id_gen: Iterator[int]) -> None:
        """The rows only: decks and note types are written once for the package, not once for every deck."""
        cursor.executemany("INSERT INTO notes VALUES(?,?,?,?,-1,?,?,?,0,0,'')", sorted(self.note_rows))
        cursor.executemany("INSERT INTO cards VALUES(?,?,?,?,?,-1,0,0,?,0,0,0,0,0,0,0,0,'')", sorted(self.card_rows))


class StudyPackage(genanki.Package):
    """A package with the same bytes for the same notes: made in memory, deflated, dated never, media by name."""

    def __init__(self, decks: Sequence[StudyDeck], media: Sequence[MediaFile]) -> None:
        super().__init__(list(decks))
        self.media = media

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
        """genanki's schema and collection, with the indexes made after the rows, which is faster."""
        from genanki.apkg_col import APKG_COL
        from genanki.apkg_schema import APKG_SCHEMA

        tables, first_index, indexes = APKG_SCHEMA.partition("CREATE INDEX")
        cursor.executescript(tables)
        cursor.executescript(APKG_COL)
        (decks_json,) = cursor.execute("SELECT decks FROM col").fetchone()
        decks = json.loads(decks_json) | {str(deck.deck_id): deck.to_json() for deck in self.decks}
        models = {
            str(number): model.to_json(timestamp, deck.deck_id)
            for deck in self.decks
            for number, model in deck.models.items()
        }
        cursor.execute("UPDATE col SET decks = ?, models = ?", (json.dumps(decks), json.dumps(models)))
        for deck in self.decks:
            deck.write_to_db(cursor, timestamp, id_gen)
        cursor.connection.commit()
        cursor.executescript(first_index + indexes)


def _add(archive: zipfile.ZipFile, name: str, data: bytes | str) -> None:
    """Adds an entry that is the same on every system and day, deflated at the level that costs a fifth of the usual."""
    entry = zipfile.ZipInfo(name, _NO_DATE)
    entry.create_system = 3  # Unix, on Windows too
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, data, zipfile.ZIP_DEFLATED, compresslevel=1)
