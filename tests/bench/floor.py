"""The floor: rows that are already rendered, into SQLite and a stored zip, and nothing else.

Usage: floor.py ROWS.pickle OUT.zip
"""

from __future__ import annotations

import pickle
import sqlite3
import sys
import zipfile
from pathlib import Path

from genanki.apkg_schema import APKG_SCHEMA


def main(rows: Path, out: Path) -> None:
    notes, cards = pickle.loads(rows.read_bytes())
    database = sqlite3.connect(":memory:", isolation_level=None)
    database.executescript(APKG_SCHEMA)
    database.execute("begin")
    database.executemany("insert into notes values (?,?,?,?,-1,?,?,?,0,0,'')", notes)
    database.executemany("insert into cards values (?,?,?,?,?,-1,0,0,?,0,0,0,0,0,0,0,0,'')", cards)
    database.execute("commit")
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("collection.anki2", database.serialize())
        package.writestr("media", "{}")


main(Path(sys.argv[1]), Path(sys.argv[2]))
