"""Word: the document's text by way of HTML, without its pictures and notes. Needs studydeck[material]."""

from __future__ import annotations

from pathlib import Path

from studydeck.material.formats import Format, needs_extra
from studydeck.material.formats._office import WORD, office_kind, only_xml, unreadable
from studydeck.material.formats.html import from_html


def _docx(path: Path, data: bytes) -> str:
    try:
        import mammoth
    except ModuleNotFoundError:
        raise needs_extra(path, WORD) from None
    safe = only_xml(path, data)
    try:
        done = mammoth.convert_to_html(
            safe, include_embedded_style_map=False, convert_image=lambda image: [], ignore_empty_paragraphs=True
        )
    except Exception as error:
        raise unreadable(path, error) from None
    return from_html(path, done.value, without='[id^="footnote-"], [id^="endnote-"], [id^="comment-"]')


FORMAT = Format((".docx", ".docm", ".dotx"), _docx, lambda data: office_kind(data) == WORD)
