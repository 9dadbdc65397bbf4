"""What a file is that `import` doesn't read, in words, and what to do with it."""

from __future__ import annotations

from studydeck.importers.incoming import LARGEST_TEXT, Given
from studydeck.material.formats import formats, other_kind

_READ = (
    "import reads Anki's packages, CrowdAnki's decks, tables such as CSV, questions and answers in Markdown or text, "
    "and lists in YAML or JSON"
)
_SHEETS = ("an Excel workbook", "an OpenDocument spreadsheet")
_PAGES = (b"<!doctype html", b"<html")


def what_it_is(given: Given) -> str:
    """The rest of a sentence about a file that no format of `import` fits."""
    if not given.data.strip():
        return "is empty"
    what = other_kind(given.data)
    if what in _SHEETS:
        return f"is {what}; save its sheet as CSV, and import that"
    is_page = given.data[:1_000].lstrip().lower().startswith(_PAGES)
    if is_page or any(each.knows(given.data) for each in formats()):
        return f"is a document, not a deck; to draw cards from its text, run: studydeck draft {given.path.as_posix()}"
    if not what and len(given.data) > LARGEST_TEXT:
        return f"is {len(given.data) / 1e6:.0f} MB, which is too big for a text; import a part of it"
    if what or given.text is None:
        is_what = f"is {what}" if what else "isn't a text file"
        return f"{is_what}; {_READ}"
    return (
        f"has no questions with answers that import knows: {_READ}. "
        "To draw cards from a text, use studydeck draft; docs/coming-from.md shows every spelling"
    )
