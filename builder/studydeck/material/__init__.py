"""The material that a deck is based on: which sentence each card asks about, and what became of it.

formats/ turns a file into text, one file a format; outline.py turns that into sections, paragraphs and sentences with
fingerprints, lock.py keeps them without a word of the text, align.py lays two outlines side by side, and sources.py
says what became of each card's source. coverage.py, page.py, checks.py and draft.py are what authors get from it;
folder.py finds lock and material in a deck's folder.
"""

from studydeck.material.coverage import Coverage, coverage_of
from studydeck.material.folder import forget_material, lock_of, material_problems, outline_in, outline_of
from studydeck.material.lock import MATERIAL_LOCK, MaterialLock, material_lock_text
from studydeck.material.outline import Outline
from studydeck.material.sources import Source, Sources, sources_of, stamped, stand_alone

__all__ = [
    "MATERIAL_LOCK",
    "Coverage",
    "MaterialLock",
    "Outline",
    "Source",
    "Sources",
    "coverage_of",
    "forget_material",
    "lock_of",
    "material_lock_text",
    "material_problems",
    "outline_in",
    "outline_of",
    "sources_of",
    "stamped",
    "stand_alone",
]
