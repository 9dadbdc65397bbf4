"""A package for 'merge note types': the deck's own note types without the ids of their fields and templates.

Where both sides have such ids, Anki merges by them alone, and by names otherwise. A learner whose note type has another
number has other ids, or none; so only names bring the two together (tests/test_merge_edition.py).
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import zipfile
from collections.abc import Container
from pathlib import Path

from studydeck.files import create, status_of
from studydeck.package.anki import PIECE, UNIX, archive_for
from studydeck.package.chunks import ZIP64

_DATABASE = "collection.anki2"
_COMMENT = b"A merge edition by studydeck"


def write_merge_package(package: Path, target: Path, type_ids: Container[int]) -> None:
    """Writes a copy of our `package` whose note types with these numbers have no other ids. Raises OSError."""
    with create(target) as file, archive_for(file) as copy, zipfile.ZipFile(package) as original:
        copy.comment = _COMMENT
        for entry in original.infolist():
            copy.compression = entry.compress_type
            with copy.open(entry.filename, "w", force_zip64=entry.file_size >= ZIP64) as to:
                if entry.filename == _DATABASE:
                    to.write(_without_ids(original.read(entry), type_ids))
                else:
                    with original.open(entry) as content:
                        shutil.copyfileobj(content, to, PIECE)
        for entry in copy.infolist():
            entry.create_system = UNIX


def is_merge_package(path: Path) -> bool:
    """Whether the file is there, and is a merge edition."""
    try:
        status_of(path)
        with zipfile.ZipFile(path) as archive:
            return archive.comment == _COMMENT
    except (OSError, zipfile.BadZipFile):
        return False


def _without_ids(database: bytes, type_ids: Container[int]) -> bytes:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        connection.deserialize(database)
        (models_json,) = connection.execute("SELECT models FROM col").fetchone()
        models = json.loads(models_json)
        for number, model in models.items():
            if int(number) in type_ids:
                for part in (*model["flds"], *model["tmpls"]):
                    part.pop("id", None)
        connection.execute("UPDATE col SET models = ?", (json.dumps(models),))
        return bytes(connection.serialize())
    finally:
        connection.close()
