"""YAML to Deck: every mistake in every file becomes a problem at its place.

tree.py turns bytes into texts, lists and mappings with their places, keys.py declares the keys (for the reader and for
the JSON Schema), reader.py makes the Deck.
"""

from studydeck.reading.keys import CREDIT_KEYS, DECK_KEYS, MATERIAL_KEYS, SECTION_KEYS, json_schema
from studydeck.reading.reader import forget_sections, read_deck

__all__ = [
    "CREDIT_KEYS",
    "DECK_KEYS",
    "MATERIAL_KEYS",
    "SECTION_KEYS",
    "forget_sections",
    "json_schema",
    "read_deck",
]
