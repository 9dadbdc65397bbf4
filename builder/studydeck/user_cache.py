"""The program's folders of this user: one in the cache, and one for data.

Nothing depends on what is in the cache (or in STUDYDECK_CACHE).
"""

from __future__ import annotations

import hashlib
import os
import sys
from contextlib import suppress
from pathlib import Path

from studydeck.files import hash_of, write_file


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
        write_file(place_of(key), hash_of(data).encode() + b"\n" + data)


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
