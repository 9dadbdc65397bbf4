"""Card to Note: fields as HTML, tags, the cards that the note has; and the deck's note types and media.

notes.py renders cards, note_types.py defines the frozen note types and fills in their templates, media.py finds
pictures and sounds and names them by their content.
"""

from studydeck.render.media import Media, collect_media
from studydeck.render.note_types import note_types
from studydeck.render.notes import anki_deck, anki_decks, render_notes

__all__ = ["Media", "anki_deck", "anki_decks", "collect_media", "note_types", "render_notes"]
