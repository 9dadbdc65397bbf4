"""Fenced code with Pygments' short classes, coloured by the card's style by day and by night."""

from __future__ import annotations

import html as html_entities
import re
from functools import cache
from typing import Any

# Characters of a block: Pygments takes quadratic time for some, so longer ones aren't highlighted. The second limit is
# for a few languages with far slower patterns.
_LONGEST, _LONGEST_SLOW = 10_000, 1_000
_SLOW = frozenset(["autohotkey", "mcschema", "xpp"])
_BLOCK = re.compile(r'(<pre><code class="language-([^"]+)">)(.*?)</code></pre>', re.DOTALL)
# Classes to which the palette in render/assets/card.css gives no colour would only fill the field.
_PLAIN = re.compile(r'<span class="(?:n|p|w|nv|nx|o|err|bp|esc|g|l|x)">([^<]*)</span>')


def highlighted(html: str) -> str:
    """`html` with the words of its fenced code in spans; code in a language unknown to Pygments is left alone."""
    return _BLOCK.sub(_colour, html) if '<pre><code class="' in html else html


def uncoloured(html: str) -> int:
    """How many characters code may have to be highlighted, if some code in `html` has more; otherwise 0."""
    for _, language, code in _BLOCK.findall(html) if len(html) > _LONGEST_SLOW else ():
        _, lexer, _ = _pygments(html_entities.unescape(language).lower())
        if lexer is not None and "<span" not in code and len(code) > _most(lexer):
            return _most(lexer)
    return 0


def _most(lexer: Any) -> int:
    return _LONGEST_SLOW if lexer.aliases[0] in _SLOW else _LONGEST


def _colour(block: re.Match[str]) -> str:
    start, language, code = block.groups()
    highlight, lexer, formatter = _pygments(html_entities.unescape(language).lower())
    if lexer is None or len(code) > _most(lexer):
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
