"""OpenDocument: a text's headings, paragraphs, lists and tables by way of Markdown. Needs studydeck[material]."""

from __future__ import annotations

from pathlib import Path

from studydeck.material.formats import Format, needs_extra
from studydeck.material.formats._office import TEXT, office_kind, only_xml, unreadable
from studydeck.material.formats.markdown import plain_markdown


def _odt(path: Path, data: bytes) -> str:
    try:
        from odfdo import Document
    except ModuleNotFoundError:
        raise needs_extra(path, TEXT) from None
    safe = only_xml(path, data)
    try:
        text = Document(safe).to_markdown()
    except Exception as error:
        raise unreadable(path, error) from None
    return plain_markdown(str(text))


FORMAT = Format((".odt", ".ott"), _odt, lambda data: office_kind(data) == TEXT)
