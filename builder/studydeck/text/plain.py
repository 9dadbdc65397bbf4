"""Plain text as Markdown: a spreadsheet's cell, whose stars and underscores are only signs."""

from __future__ import annotations

import html as html_entities
import re

from studydeck.text.about import literal
from studydeck.text.markdown import to_html
from studydeck.text.tex import find_formulas

_SPECIAL = re.compile(r"([\\`*_~^=${}|<>&\[])")
_STARTS = re.compile(r"^(?:(\d+)(?=[.)](?:\s|$))|(?=[#+\->]))", re.MULTILINE)
_CLOZE_MARK = re.compile(r"\{\{c\d+::|::(?=[^{}]{0,200}\}\})|\}\}")
_LINE_END = re.compile(r"(?:<br />|</p>|<p>|\s)+")


def from_plain(text: str) -> str:
    r"""The Markdown that shows `text` as it is, line by line; only formulas and clozes mean something.

    >>> from_plain("2 * 3")
    '2 * 3'
    >>> from_plain("*args*")
    '\\*args\\*'
    """
    text = "\n".join(line.strip() for line in text.strip().split("\n"))
    kept = _meant(text)
    parts = [text[start:end] for (_, start), (end, _) in zip([(0, 0), *kept], [*kept, (len(text), 0)], strict=True)]
    wanted = _as_seen(html_entities.escape(",".join(parts), quote=False))
    for escaped in (str, _marked, literal):
        pieces = [escaped(part) for part in parts]
        if _as_seen(to_html(",".join(pieces))) == wanted:
            break
    meant = [text[start:end] for start, end in kept]
    return "".join(piece + mark for piece, mark in zip(pieces, [*meant, ""], strict=True))


def _meant(text: str) -> list[tuple[int, int]]:
    """Where the formulas are, and outside them the marks of clozes."""
    found = [(each.start, each.end) for each in find_formulas(text)] if "$" in text or "\\" in text else []
    if "{{c" in text:
        inside = iter([*found, (len(text) + 1, len(text) + 1)])
        start, end = next(inside)
        for mark in _CLOZE_MARK.finditer(text):
            while end <= mark.start():
                start, end = next(inside)
            if mark.end() <= start:
                found.append(mark.span())
    return sorted(found)


def _marked(text: str) -> str:
    """`text` with a backslash before whatever may be markup."""
    return _STARTS.sub(lambda found: f"{found[1] or ''}\\", _SPECIAL.sub(r"\\\1", text))


def _as_seen(html: str) -> str:
    """HTML with a blank for each line end, to be compared."""
    return _LINE_END.sub(" ", html.replace("&quot;", '"')).strip()
