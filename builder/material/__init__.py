"""The material that a deck was drawn from: which sentence each card asks about, and what became of it.

read.py turns a file into text, outline.py text into sections, paragraphs and sentences with fingerprints, lock.py
keeps them without a word of the text, align.py lays two outlines side by side, and sources.py says what became of
each card's source. coverage.py, page.py, checks.py and draft.py are what authors get from it.
"""

from builder.material.checks import bad_source, copied, hedge_lost, source_changed, source_gone
from builder.material.coverage import Coverage, coverage_of
from builder.material.lock import MATERIAL_LOCK, MaterialLock, material_lock_text, read_material_lock
from builder.material.outline import Outline, read_outline
from builder.material.read import read_material
from builder.material.sources import Source, Sources, sources_of, stamped

__all__ = [
    "MATERIAL_LOCK",
    "Coverage",
    "MaterialLock",
    "Outline",
    "Source",
    "Sources",
    "bad_source",
    "copied",
    "coverage_of",
    "hedge_lost",
    "material_lock_text",
    "read_material",
    "read_material_lock",
    "read_outline",
    "source_changed",
    "source_gone",
    "sources_of",
    "stamped",
]
