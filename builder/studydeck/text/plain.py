"""Plain text as Markdown: a spreadsheet's cell, whose stars and underscores are only signs."""

from __future__ import annotations

import html as html_entities
import re

from studydeck.text.from_html import to_markdown
from studydeck.text.markdown import to_html
from studydeck.text.tex import find_formulas

_LINE_END = re.compile(r"(?:<br(?: /)?>|</p>|<p>|\s)+")


def from_plain(text: str) -> str:
    r"""The Markdown that shows `text` as it is, line by line; only formulas and clozes mean something.

    >>> from_plain("2 * 3")
    '2 * 3'
    >>> from_plain("*args*")
    '\\*args*'
    """
    text = text.strip()
    parts: list[str] = []
    at = 0
    for formula in find_formulas(text) if "$" in text or "\\" in text or "[" in text else ():
        tex = html_entities.escape(formula.tex, quote=False)
        parts += _html(text[at : formula.start]), rf"\[{tex}\]" if formula.display else rf"\({tex}\)"
        at = formula.end
    html = "".join([*parts, _html(text[at:])])
    if _as_seen(to_html(text)) == _as_seen(html):
        return text  # as nearly all are, and that is found out in a tenth of the time
    return to_markdown(html).markdown


def _as_seen(html: str) -> str:
    """HTML without what parts its lines, and with one spelling of each sign."""
    return _LINE_END.sub(" ", html.replace("&quot;", '"').replace("&#92;", "\\")).strip()


def _html(text: str) -> str:
    """HTML that shows `text`; in Anki, unlike in a cell, backslashes make formulas."""
    return html_entities.escape(text, quote=False).replace("\\", "&#92;").replace("\n", "<br>")
