"""The text of a file whose encoding is only known from its bytes."""

from __future__ import annotations

import codecs

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
#: Control characters that no text has.
_BINARY = dict.fromkeys([*range(9), *range(14, 32), 127])
#: Bytes that are looked at for what no text has.
_ENOUGH = 65_536


def decoded(data: bytes) -> str | None:
    """The text in `data` with `\\n` at the ends of lines; None if it is no text.

    It is UTF-8 or UTF-16, with or without a mark at its start, or Windows-1252, which old spreadsheets write.
    """
    text = _as_text(data)
    if text is None or _has_controls(text[:_ENOUGH]):
        return None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _as_text(data: bytes) -> str | None:
    for encoding in _encodings(data):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _encodings(data: bytes) -> tuple[str, ...]:
    """The encodings to try."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return (encoding,)
    start = data[:_ENOUGH]
    if b"\0" in start:  # in UTF-16, every second byte of Latin letters is 0
        even, odd = start[::2].count(0), start[1::2].count(0)
        return ("utf-16-be",) if even > odd else ("utf-16-le",)
    return ("utf-8", "cp1252")


def _has_controls(text: str) -> bool:
    return text.translate(_BINARY) != text
