"""What an author's text means: Markdown to HTML, clozes, and plain words.

The one room that others share: checks and rendering must agree on what a text says.
"""

from studydeck.text.cloze import Clozes, read_clozes
from studydeck.text.markdown import is_sound, media_references, to_cloze_html, to_html
from studydeck.text.words import fold, letters_hash, near, slug

__all__ = [
    "Clozes",
    "fold",
    "is_sound",
    "letters_hash",
    "media_references",
    "near",
    "read_clozes",
    "slug",
    "to_cloze_html",
    "to_html",
]
