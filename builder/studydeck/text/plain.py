"""Plain text as Markdown: a spreadsheet's cell, whose stars and underscores are only signs."""

from __future__ import annotations

import html as html_entities

from studydeck.patterns import pattern
from studydeck.text.from_html import to_markdown, with_backslashes
from studydeck.text.markdown import to_html
from studydeck.text.shown import shown
from studydeck.text.tex import find_formulas
from studydeck.text.written import SPELLINGS, written

_LINE_END = pattern(r"(?:<br(?: /)?>|</p>|<p>|\s)+")


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
    seen = _as_seen(html)

    def is_right(markdown: str) -> bool:
        return _as_seen(to_html(markdown)) == seen

    if is_right(text):
        return text
    marked = written(shown(html).blocks, str, SPELLINGS[0])
    found = with_backslashes(marked, is_right)  # which is seen in a third of the time that `to_markdown` takes
    return to_markdown(html).markdown if found is None else found


def _as_seen(html: str) -> str:
    """HTML without what parts its lines, and with one spelling of each sign."""
    return _LINE_END.sub(" ", html.replace("&quot;", '"').replace("&#92;", "\\")).strip()


def _html(text: str) -> str:
    """HTML that shows `text`; in Anki, unlike in a cell, backslashes make formulas."""
    return html_entities.escape(text, quote=False).replace("\\", "&#92;").replace("\n", "<br>")
