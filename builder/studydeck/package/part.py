"""A package that studydeck built, opened, and the part of it that one collection needs: `push` writes and imports that.

A note in the part may have other tags and fields than in the package, those of a learner among them, and a note type
may be the collection's own, so that Anki finds nothing to reconcile.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from studydeck.model import Row
from studydeck.package.anki import PIECE

_ROWS = """
SELECT guid, notes.id, mid, notes.mod FROM notes JOIN cards ON nid = notes.id GROUP BY notes.id ORDER BY min(due)
"""


class Content(NamedTuple):
    """What a note says: its fields as HTML, in the order of its note type, and its tags."""

    fields: tuple[str, ...]
    tags: tuple[str, ...]


class BuiltPackage:
    """A package that this studydeck wrote. Raises OSError if it can't be read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with zipfile.ZipFile(path) as archive:
            self._data = archive.read("collection.anki2")
            self.media: dict[str, str] = {name: entry for entry, name in json.loads(archive.read("media")).items()}
        self._db = self._opened()
        models, decks = self._db.execute("SELECT models, decks FROM col").fetchone()
        #: The note types by their numbers, as Anki's older packages have them.
        self.types: dict[int, Mapping[str, Any]] = {int(number): each for number, each in json.loads(models).items()}
        #: The descriptions of its decks, without the one that every collection has.
        self.decks = {
            str(each["name"]): str(each.get("desc", "")) for number, each in json.loads(decks).items() if number != "1"
        }
        #: Its notes by their guids, in study order.
        self.rows = {guid: Row(*row) for guid, *row in self._db.execute(_ROWS)}

    def _opened(self) -> sqlite3.Connection:
        connection = sqlite3.connect(":memory:", isolation_level=None)
        connection.deserialize(self._data)
        return connection

    def content(self, guid: str) -> Content:
        """What the note with this guid says."""
        number = self.rows[guid].id
        tags, fields = self._db.execute("SELECT tags, flds FROM notes WHERE id = ?", (number,)).fetchone()
        return Content(tuple(fields.split("\x1f")), tuple(tags.split()))

    def write_part(
        self,
        target: Path,
        notes: Mapping[str, tuple[int, Content]],
        types: Mapping[int, Mapping[str, Any]],
        wants_media: Callable[[str], bool],
    ) -> None:
        """Writes a package with these notes to `target`, each with this stamp and content.

        `types` are the note types as the part has them. Only media that are wanted come along.
        """
        part = self._opened()
        part.execute("CREATE TEMP TABLE part (id INTEGER PRIMARY KEY)")
        part.executemany("INSERT INTO temp.part VALUES (?)", ((self.rows[guid].id,) for guid in notes))
        part.execute("DELETE FROM notes WHERE id NOT IN (SELECT id FROM temp.part)")
        part.execute("DELETE FROM cards WHERE nid NOT IN (SELECT id FROM notes)")
        part.executemany(
            "UPDATE notes SET mod = ?, flds = ?, tags = ? WHERE id = ?",
            (
                (stamp, "\x1f".join(said.fields), f" {' '.join(said.tags)} ", self.rows[guid].id)
                for guid, (stamp, said) in notes.items()
            ),
        )
        models = json.dumps({str(number): each for number, each in types.items()})
        part.execute("UPDATE col SET models = ?", (models,))
        part.execute("VACUUM")
        media = [name for name in self.media if wants_media(name)]
        with zipfile.ZipFile(self.path) as source, zipfile.ZipFile(target, "w") as archive:
            archive.writestr("collection.anki2", part.serialize())
            archive.writestr("media", json.dumps({str(number): name for number, name in enumerate(media)}))
            for number, name in enumerate(media):
                with source.open(self.media[name]) as content, archive.open(str(number), "w") as copy:
                    shutil.copyfileobj(content, copy, PIECE)
        part.close()


class TypePair:
    """A note type as a package has it (`ours`), and as a collection has it under the same number, if at all (`theirs`).

    Where the collection's has other fields or templates, Anki would update none of its notes, so the part has theirs.
    """

    def __init__(self, ours: Mapping[str, Any], theirs: Mapping[str, Any] | None) -> None:
        self.ours, self.theirs = ours, theirs
        self.is_changed = theirs is not None and not all(_same(ours[part], theirs[part]) for part in ("flds", "tmpls"))
        their_fields = theirs["flds"] if theirs and self.is_changed else ours["flds"]
        #: Where each of our fields is in theirs; -1 if it isn't there any more.
        self._places = {each["name"]: _place(each, their_fields) for each in ours["flds"]}
        self._size = len(their_fields)

    @property
    def shipped(self) -> Mapping[str, Any]:
        """The note type for the part. Another sort field would force a full sync, so that is always theirs."""
        if self.theirs is None:
            return self.ours
        return self.theirs if self.is_changed else {**self.ours, "sortf": self.theirs["sortf"]}

    @property
    def has_new_look(self) -> bool:
        """Whether the package's style or templates are newer than the collection's."""
        return self.theirs is not None and not self.is_changed and self.ours["mod"] > self.theirs["mod"]

    def named(self, fields: Sequence[str]) -> dict[str, str]:
        """Our fields by their names, from those of a note in the collection."""
        return {name: fields[place] if place >= 0 else "" for name, place in self._places.items()}

    def takes(self, fields: Mapping[str, str]) -> bool:
        """Whether the collection's note type has a place for every text, and for every card."""
        if self.theirs is None or not self.is_changed:
            return True
        fits = self.theirs["type"] == self.ours["type"] and len(self.theirs["tmpls"]) >= len(self.ours["tmpls"])
        return fits and not any(text and self._places[name] < 0 for name, text in fields.items())

    def filled(self, fields: Mapping[str, str], had: Sequence[str] = ()) -> tuple[str, ...]:
        """The fields for the part: ours by their names, and others as the collection's note had them."""
        filled = [*had, *[""] * (self._size - len(had))]
        for name, place in self._places.items():
            if place >= 0:
                filled[place] = fields[name]
        return tuple(filled)


def _same(ours: Sequence[Mapping[str, Any]], theirs: Sequence[Mapping[str, Any]]) -> bool:
    """Whether Anki finds the same fields, or templates."""
    return len(ours) == len(theirs) and all(map(_is_same, ours, theirs))


def _is_same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    if one.get("id") and other.get("id"):
        return bool(one["id"] == other["id"])
    return bool(one["name"] == other["name"])


def _place(field: Mapping[str, Any], fields: Sequence[Mapping[str, Any]]) -> int:
    return next((place for place, each in enumerate(fields) if _is_same(field, each)), -1)
