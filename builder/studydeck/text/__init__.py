"""What an author's text means: Markdown to HTML, clozes, and plain words.

Shared by the other rooms, since checks and rendering must agree on what a text says.
"""

from studydeck.text.about import about, described, literal, literal_line
from studydeck.text.cloze import Clozes, Gap, filled, gaps_in, parse, read_clozes, without_gaps
from studydeck.text.markdown import (
    field_html,
    media_and_slips,
    media_references,
    to_cloze_html,
    to_html,
    without_commands,
)
from studydeck.text.media import FONTS, PICTURES, SOUNDS, is_sound, no_width
from studydeck.text.nesting import with_occlusions
from studydeck.text.slips import Slip, names_a_file, names_in, spelled
from studydeck.text.words import Guesses, fold, letters_hash, near, same_ends, slug

__all__ = [
    "FONTS",
    "PICTURES",
    "SOUNDS",
    "Clozes",
    "Gap",
    "Guesses",
    "Slip",
    "about",
    "described",
    "field_html",
    "filled",
    "fold",
    "gaps_in",
    "is_sound",
    "letters_hash",
    "literal",
    "literal_line",
    "media_and_slips",
    "media_references",
    "names_a_file",
    "names_in",
    "near",
    "no_width",
    "parse",
    "read_clozes",
    "same_ends",
    "slug",
    "spelled",
    "to_cloze_html",
    "to_html",
    "with_occlusions",
    "without_commands",
    "without_gaps",
]
