"""The types that all rooms of the program share: the author's words, Anki's notes, and problems."""

from studydeck.model import takes
from studydeck.model.kinds import Key, Kind, Sides
from studydeck.model.notes import (
    NOTHING_KEPT,
    Field,
    Identity,
    Kept,
    MediaFile,
    Note,
    NoteType,
    OldNote,
    Shipped,
    Template,
)
from studydeck.model.problems import (
    ERROR,
    INFO,
    PROBLEMS,
    WARNING,
    Problem,
    info,
    problem,
    warning,
)
from studydeck.model.words import Card, Credit, Deck, Html, Languages, Material, Place, Placed, Section, Text, shown

__all__ = [
    "ERROR",
    "INFO",
    "NOTHING_KEPT",
    "PROBLEMS",
    "WARNING",
    "Card",
    "Credit",
    "Deck",
    "Field",
    "Html",
    "Identity",
    "Kept",
    "Key",
    "Kind",
    "Languages",
    "Material",
    "MediaFile",
    "Note",
    "NoteType",
    "OldNote",
    "Place",
    "Placed",
    "Problem",
    "Section",
    "Shipped",
    "Sides",
    "Template",
    "Text",
    "info",
    "problem",
    "shown",
    "takes",
    "warning",
]
