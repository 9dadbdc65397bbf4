"""The program's folders of this user: one in the cache, and one for data.

Nothing depends on what is in the cache (or in STUDYDECK_CACHE).
"""

from __future__ import annotations

import atexit
import hashlib
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studydeck.files import hash_of, write_file

if TYPE_CHECKING:
    import sqlite3

_LARGEST = 64_000_000  # bytes of kept texts
_AT_ONCE = 500  # texts that are written together
_AHEAD = 50  # texts that are read together
_CHECK = 8  # bytes
#: A text and those that were added after it, which a build needs in the same order.
_READ = (
    "SELECT key, text FROM texts WHERE rowid >= (SELECT rowid FROM texts WHERE key = ?) AND typeof(text) = 'blob'"
    " ORDER BY rowid LIMIT ?"
)


def recall_text(key: str) -> str | None:
    """The text that `remember_text` last stored under `key`; None if it is missing or damaged."""
    with suppress(OSError, ValueError):
        digest, data = place_of(key).read_bytes().split(b"\n", 1)
        if hash_of(data).encode() == digest:
            return data.decode("utf-8", "surrogatepass")
    return None


def remember_text(key: str, text: str) -> None:
    """Stores a text under `key`, if the cache can be written."""
    with suppress(OSError):
        data = text.encode("utf-8", "surrogatepass")
        write_file(place_of(key), [hash_of(data).encode(), b"\n", data])


class KeptTexts:
    """Many texts that take long to make, by their keys, in one SQLite file: few of them are needed at a time.

    A text that can't be read counts as missing, and one that can't be written is forgotten. Each has a hash, so that a
    damaged one isn't used; a damaged file is deleted. When the file is full, the older half goes.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._new: dict[bytes, str] = {}
        self._ahead: dict[bytes, bytes] = {}
        self._database: sqlite3.Connection | None = None
        self._is_usable = True
        atexit.register(self.write)

    def get(self, key: str) -> str | None:
        """The text that was last added under `key`, or None."""
        digest = _digest(key)
        if digest in self._new:
            return self._new[digest]
        if digest not in self._ahead and (rows := self._run(_READ, digest, _AHEAD)):
            self._ahead = dict(rows)
        kept = self._ahead.get(digest, b"")
        data = kept[_CHECK:]
        if kept[:_CHECK] != _digest(data, digest)[:_CHECK]:
            return None
        return data.decode("utf-8", "surrogatepass")

    def add(self, key: str, text: str) -> None:
        """Keeps a text under `key`."""
        self._new[_digest(key)] = text
        if len(self._new) == _AT_ONCE:
            self.write()

    def write(self) -> None:
        """Writes what was added since the last time."""
        if not self._new:
            return
        self._run("BEGIN IMMEDIATE")
        for key, text in self._new.items():
            data = text.encode("utf-8", "surrogatepass")
            self._run("INSERT OR REPLACE INTO texts VALUES (?, ?)", key, _digest(data, key)[:_CHECK] + data)
        self._new = {}
        if (rows := self._run("SELECT sum(length(text)) FROM texts")) and rows[0][0] > _LARGEST:
            self._run("DELETE FROM texts WHERE rowid <= (SELECT (min(rowid) + max(rowid)) / 2 FROM texts)")
        self._run("COMMIT")

    def close(self) -> None:
        """Closes the file, which the next call opens again."""
        if self._database:
            self._database.close()
        self._database = None

    def _run(self, statement: str, *values: bytes | int) -> list[tuple[Any, ...]]:
        """The rows of a statement; none if the file can't be used."""
        if not self._is_usable:
            return []
        import sqlite3

        try:
            self._database = self._database or _opened(cache_folder() / f"{self.name}.db")
            return self._database.execute(statement, values).fetchall()
        except (OSError, sqlite3.Error) as error:
            self._is_usable = False
            self.close()
            if getattr(error, "sqlite_errorcode", 0) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
                with suppress(OSError):
                    (cache_folder() / f"{self.name}.db").unlink()
            return []


def _opened(path: Path) -> sqlite3.Connection:
    import sqlite3

    path.parent.mkdir(parents=True, exist_ok=True)
    database = sqlite3.connect(path, timeout=1, isolation_level=None, check_same_thread=False)
    database.execute("PRAGMA synchronous = OFF")
    database.execute("PRAGMA journal_mode = MEMORY")
    database.execute("CREATE TABLE IF NOT EXISTS texts (key BLOB PRIMARY KEY, text BLOB NOT NULL)")
    return database


def _digest(*parts: str | bytes) -> bytes:
    """A hash of a key, or of a text and its key."""
    encoded = (part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part for part in parts)
    return hashlib.sha256(b"\0".join(encoded)).digest()[:16]


def place_of(key: str) -> Path:
    """The file for `key`, a string of any length. Raises OSError if the user has no home folder, as in containers."""
    return cache_folder() / hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def cache_folder() -> Path:
    """The program's folder in the user's cache. Raises OSError if the user has no home folder, as in containers."""
    if given := os.environ.get("STUDYDECK_CACHE"):
        return Path(given)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or _home() / "AppData" / "Local", "studydeck", "cache")
    if sys.platform == "darwin":
        return _home() / "Library" / "Caches" / "studydeck"
    return Path(os.environ.get("XDG_CACHE_HOME") or _home() / ".cache", "studydeck")


def data_folder() -> Path:
    """The program's folder for the user's data (or STUDYDECK_DATA). Raises OSError if the user has no home folder."""
    if given := os.environ.get("STUDYDECK_DATA"):
        return Path(given)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or _home() / "AppData" / "Local", "studydeck", "data")
    if sys.platform == "darwin":
        return _home() / "Library" / "Application Support" / "studydeck"
    return Path(os.environ.get("XDG_DATA_HOME") or _home() / ".local" / "share", "studydeck")


def _home() -> Path:
    """The user's home folder. Raises OSError, as for a cache that can't be written, if there is none."""
    try:
        return Path.home()
    except RuntimeError as error:
        raise OSError(error) from None
