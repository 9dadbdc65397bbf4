"""What a file is that `import` doesn't read, in words, and what to do with it."""

from __future__ import annotations

from studydeck.importers.incoming import Given

#: How files start.
_STARTS = {
    b"%PDF-": "a PDF",
    b"\xd0\xcf\x11\xe0": "a file of an old Office program",
    b"{\\rtf": "a rich text (RTF)",
    b"\x1f\x8b": "a compressed file (gzip)",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"ID3": "a sound",
}
#: What a zip file holds.
_INSIDE = {
    b"word/": "a Word document",
    b"xl/": "an Excel workbook",
    b"ppt/": "a PowerPoint presentation",
    b"opendocument.text": "an OpenDocument text",
    b"opendocument.spreadsheet": "an OpenDocument spreadsheet",
    b"epub": "an e-book (EPUB)",
}
_READ = "import reads tables such as CSV, questions and answers in Markdown or text, and lists in YAML or JSON"
_TEXTS = ("a PDF", "a Word document", "an OpenDocument text", "a web page (HTML)")
_SHEETS = ("an Excel workbook", "an OpenDocument spreadsheet")


def what_it_is(given: Given) -> str:
    """The rest of a sentence about a file that no format of `import` fits."""
    what = _named(given)
    if what in _TEXTS:
        return f"is {what}: a text to draw cards from, so run: studydeck draft {given.path.as_posix()}"
    if what in _SHEETS:
        return f"is {what}; save its sheet as CSV, and import that"
    if what:
        return f"is {what}; {_READ}"
    if not given.data.strip():
        return "is empty"
    if given.text is None:
        return f"is no text; {_READ}"
    return (
        f"has no questions with answers that import knows: {_READ}. "
        "To draw cards from a text, use studydeck draft; docs/coming-from.md shows every spelling"
    )


def _named(given: Given) -> str:
    data = given.data
    if data.startswith(b"PK"):
        ends = data[:4_000] + data[-20_000:]
        return next((what for mark, what in _INSIDE.items() if mark in ends), "a zip file")
    if data[:1_000].lstrip().lower().startswith((b"<!doctype html", b"<html")):
        return "a web page (HTML)"
    return next((what for start, what in _STARTS.items() if data.startswith(start)), "")
