"""Anki's packages and collections (.apkg, .colpkg, .anki2), by their content: notes keep their guids and note types."""

from __future__ import annotations

from studydeck.importers._anki import incoming_deck
from studydeck.importers.incoming import NOT, SAID, Given, Importer, IncomingDeck
from studydeck.package.collection import is_collection, read_collection


def _fits(given: Given) -> int:
    return SAID if is_collection(given.data) else NOT


def _read(given: Given) -> IncomingDeck:
    try:
        found = read_collection(given.data)
    except ValueError as error:
        raise ValueError(f"{given.path} {error}") from None
    return incoming_deck(given, found)


IMPORTER = Importer("a package or collection of Anki's", _fits, _read)
