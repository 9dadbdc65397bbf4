"""What an author's text means: Markdown to HTML, clozes, and plain words.

Shared by the other rooms, since checks and rendering must agree on what a text says.
"""

from studydeck.text.about import about, described, literal, literal_line
from studydeck.text.cloze import Clozes, Gap, filled, gaps_in, parse, read_clozes, without_gaps
from studydeck.text.markdown import (
    PICTURES,
    SOUNDS,
    is_sound,
    media_references,
    to_cloze_html,
    to_html,
    without_commands,
)
from studydeck.text.words import Guesses, fold, letters_hash, near, slug

__all__ = [
    "PICTURES",
    "SOUNDS",
    "Clozes",
    "Gap",
    "Guesses",
    "about",
    "described",
    "filled",
    "fold",
    "gaps_in",
    "is_sound",
    "letters_hash",
    "literal",
    "literal_line",
    "media_references",
    "near",
    "parse",
    "read_clozes",
    "slug",
    "to_cloze_html",
    "to_html",
    "without_commands",
    "without_gaps",
]
