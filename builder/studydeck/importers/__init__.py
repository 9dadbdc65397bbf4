"""Decks from elsewhere: every file here but incoming.py is a format, and has an `IMPORTER`.

What `draft` reads is no deck but the text that one is drawn from: see material/formats/.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from pathlib import Path

from studydeck.files import TOO_BIG, Refused, read_bytes
from studydeck.importers.incoming import Given, Importer, IncomingCard, IncomingDeck, IncomingType, LeftOut

__all__ = [
    "Given",
    "Importer",
    "IncomingCard",
    "IncomingDeck",
    "IncomingType",
    "LeftOut",
    "file_of",
    "importers",
    "read_incoming",
]

#: Bytes.
LARGEST = 2_000_000_000


def file_of(path: Path) -> Path:
    """The file to read where an author names `path`: of a folder, the deck.json that CrowdAnki keeps there.

    Raises ValueError with a sentence if a folder has none.
    """
    if not path.is_dir():
        return path
    names = ("deck.json", f"{path.resolve().name}.json")
    if found := next((path / name for name in names if (path / name).is_file()), None):
        return found
    raise ValueError(f"{path} is a folder without a deck.json; name the file to import")


def read_incoming(path: Path, columns: Sequence[str] = ()) -> IncomingDeck:
    """The deck in a file of any format that is read here, known by its content.

    `columns` name the columns of a table. Raises ValueError with a sentence if it can't be read.
    """
    try:
        given = Given(path, read_bytes(path, largest=LARGEST), columns)
    except Refused as error:
        if error.strerror == TOO_BIG:
            raise ValueError(f"{path} is {error.size / 1e6:.0f} MB, which is too big; import a part of it") from None
        raise ValueError(f"{path} isn't a regular file") from None
    except OSError as error:
        raise ValueError(f"{path} can't be read ({error.strerror})") from None
    sure, importer = max(((each.fits(given), each) for each in importers()), key=lambda found: found[0])
    if not sure:
        from studydeck.importers._others import what_it_is

        raise ValueError(f"{path} {what_it_is(given)}")
    return importer.read(given)


@cache
def importers() -> tuple[Importer, ...]:
    """All formats of decks."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("[!_]*.py") if path.stem != "incoming")
    return tuple(import_module(f"{__name__}.{name}").IMPORTER for name in names)
