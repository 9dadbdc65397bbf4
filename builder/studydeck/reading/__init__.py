"""YAML text to Deck: every mistake of every file becomes a problem at its place.

files.py reads bytes safely, tree.py turns them into placed texts, lists and mappings,
keys.py says which keys there are (for the reader and for the JSON Schema), reader.py makes the Deck.
"""

from studydeck.reading.keys import CREDIT_KEYS, DECK_KEYS, MATERIAL_KEYS, SECTION_KEYS, json_schema
from studydeck.reading.reader import read_deck

__all__ = [
    "CREDIT_KEYS",
    "DECK_KEYS",
    "MATERIAL_KEYS",
    "SECTION_KEYS",
    "json_schema",
    "read_deck",
]
