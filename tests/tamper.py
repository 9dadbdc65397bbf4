"""Packages changed behind their builder's back."""

from __future__ import annotations

import sqlite3
import zipfile
from pathlib import Path


def tampered(package: Path, *statements: str) -> Path:
    """A copy of a package whose database was changed by SQL."""
    copy = package.with_name("tampered.apkg")
    with zipfile.ZipFile(package) as archive, zipfile.ZipFile(copy, "w") as changed:
        for name in archive.namelist():
            data = archive.read(name)
            if name == "collection.anki2":
                connection = sqlite3.connect(":memory:")
                connection.deserialize(data)
                for statement in statements:
                    connection.execute(statement)
                connection.commit()
                data = connection.serialize()
                connection.close()
            changed.writestr(name, data)
    return copy
