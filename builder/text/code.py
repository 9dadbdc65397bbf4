"""Fenced code with Pygments' short classes, coloured by the card's style by day and by night."""

from __future__ import annotations

import html as html_entities
import re
from functools import cache
from typing import Any

#: Signs of a block: Pygments takes the square of its length for some, so that longer ones stay in one colour.
LONGEST_CODE = 10_000
_BLOCK = re.compile(r'(<pre><code class="language-([^"]+)">)(.*?)</code></pre>', re.DOTALL)
# Classes that the palette in render/assets/card.css leaves in the text's colour would only fill the field.
_PLAIN = re.compile(r'<span class="(?:n|p|w|nv|nx|o|err|bp|esc|g|l|x)">([^<]*)</span>')


def highlighted(html: str) -> str:
    """`html` with the words of its fenced code in spans; code in a language that Pygments doesn't know stays."""
    return _BLOCK.sub(_colour, html) if '<pre><code class="' in html else html


def has_long_code(html: str) -> bool:
    """Whether code of a language in `html` is too long to be coloured."""
    return any(len(block[3]) > LONGEST_CODE for block in _BLOCK.finditer(html))


def _colour(block: re.Match[str]) -> str:
    start, language, code = block.groups()
    highlight, lexer, formatter = _pygments(html_entities.unescape(language).lower())
    if lexer is None or len(code) > LONGEST_CODE:
        return block[0]
    words = _PLAIN.sub(r"\1", highlight(html_entities.unescape(code), lexer, formatter))
    return f"{start}{words}</code></pre>"


@cache
def _pygments(language: str) -> tuple[Any, Any, Any]:
    """Pygments' function, lexer and formatter: loaded at the first fenced code, not at the program's start."""
    from pygments import highlight
    from pygments.formatters.html import HtmlFormatter
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        lexer = None
    return highlight, lexer, HtmlFormatter(nowrap=True)
