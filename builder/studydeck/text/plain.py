"""Plain text as Markdown: a spreadsheet's cell, whose stars and underscores are only signs."""

from __future__ import annotations

import html as html_entities

from studydeck.patterns import pattern
from studydeck.text.from_html import to_markdown, with_backslashes
from studydeck.text.markdown import to_html
from studydeck.text.shown import shown
from studydeck.text.tex import Code, Formula, formulas_and_code
from studydeck.text.written import SPELLINGS, written

_LINE_END = pattern(r"(?:<br(?: /)?>|</p>|<p>|\s)+")


def from_plain(text: str) -> str:
    r"""The Markdown that shows `text` as it is, line by line; only formulas, clozes and `code` mean something.

    >>> from_plain("2 * 3")
    '2 * 3'
    >>> from_plain("*args*")
    '\\*args*'
    >>> from_plain("`*args` is *code*")
    '`*args` is \\*code*'
    """
    text = text.strip()
    parts: list[str] = []
    at = 0
    for each in formulas_and_code(text) if any(sign in text for sign in "$\\[`") else ():
        if isinstance(each, Code) and not is_meant(text, each):
            continue
        parts += _html(text[at : each.start]), _html_of(text, each)
        at = each.end
    html = "".join([*parts, _html(text[at:])])
    seen = _as_seen(html)

    def is_right(markdown: str) -> bool:
        return _as_seen(to_html(markdown, highlight=False)) == seen

    if is_right(text):
        return text
    marked = written(shown(html).blocks, str, SPELLINGS[0])
    found = with_backslashes(marked, is_right)  # which is seen in a third of the time that `to_markdown` takes
    return to_markdown(html).markdown if found is None else found


def is_meant(text: str, code: Code) -> bool:
    """Whether code in a plain text is code, and not words between two backticks that are apostrophes."""
    around = text[: code.start][-1:], text[code.end : code.end + 1]
    inside = text[code.start : code.end].strip("`")
    return bool(inside.strip()) and not any(map(str.isalnum, around))


def code_html(markdown: str) -> str:
    """The HTML of code in backticks."""
    return to_html(markdown, highlight=False).removeprefix("<p>").removesuffix("</p>")


def _html_of(text: str, each: Formula | Code) -> str:
    if isinstance(each, Code):
        return code_html(text[each.start : each.end])
    tex = html_entities.escape(each.tex, quote=False)
    return rf"\[{tex}\]" if each.display else rf"\({tex}\)"


def _as_seen(html: str) -> str:
    """HTML without what parts its lines, and with one spelling of each sign."""
    return _LINE_END.sub(" ", html.replace("&quot;", '"').replace("&#92;", "\\")).strip()


def _html(text: str) -> str:
    """HTML that shows `text`; in Anki, unlike in a cell, backslashes make formulas."""
    return html_entities.escape(text, quote=False).replace("\\", "&#92;").replace("\n", "<br>")
