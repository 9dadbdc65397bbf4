"""What was pushed of a deck into one collection: the versions of each note, and the stamp that it got there.

Kept in the user's cache. Without it, a push knows less of what the learner's notes were made from, and keeps more.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing, suppress
from pathlib import Path

from studydeck.history.both import Version
from studydeck.user_cache import place_of

_TABLE = """
CREATE TABLE IF NOT EXISTS note (
  guid TEXT, built INTEGER, landed INTEGER, fields TEXT, tags TEXT, PRIMARY KEY (guid, built)
) WITHOUT ROWID
"""
_VERSIONS = "SELECT built, fields, tags FROM note WHERE guid = ? ORDER BY built DESC LIMIT ?"


class Pushed:
    """What was pushed. `last` has for each guid the newest build's stamp, and the one under which the note landed."""

    def __init__(self, folder: Path, collection: Path) -> None:
        self._path: Path | None = None
        self.last: dict[str, tuple[int, int]] = {}
        with suppress(OSError, sqlite3.Error):
            self._path = place_of(f"pushed\0{folder.resolve()}\0{collection.resolve()}").with_suffix(".pushed")
            if self._path.exists():
                with closing(sqlite3.connect(self._path)) as connection:
                    rows = connection.execute("SELECT guid, built, landed FROM note ORDER BY built")
                    self.last = {guid: (built, landed) for guid, built, landed in rows}

    def versions(self, guid: str, most: int) -> dict[int, Version]:
        """The newest versions of a note that were pushed, by their builds' stamps."""
        if self._path is None or guid not in self.last:
            return {}
        with closing(sqlite3.connect(self._path)) as connection:
            rows = connection.execute(_VERSIONS, (guid, most)).fetchall()
        return {built: Version(json.loads(fields), tuple(tags.split())) for built, fields, tags in rows}

    def add(self, notes: Iterable[tuple[str, int, int, Version]]) -> None:
        """Keeps notes by their guids: the build's stamp, the one that the note has now, and what was shipped."""
        rows = [
            (guid, built, landed, json.dumps(version.fields), " ".join(version.tags))
            for guid, built, landed, version in notes
        ]
        if self._path is None or not rows:
            return
        with suppress(OSError, sqlite3.Error):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._path)) as connection, connection:
                connection.execute(_TABLE)
                connection.executemany("INSERT OR REPLACE INTO note VALUES (?, ?, ?, ?, ?)", rows)
