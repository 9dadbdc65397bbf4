"""Fenced code with Pygments' short classes, coloured by the card's style by day and by night."""

from __future__ import annotations

import html as html_entities
import re
from functools import cache
from itertools import groupby, zip_longest
from operator import itemgetter
from typing import Any, Protocol

from studydeck.patterns import pattern
from studydeck.text.cloze import gaps_in_code, without_marks

# Characters of a block: Pygments takes quadratic time for some, so longer ones aren't highlighted. The second limit is
# for a few languages with far slower patterns.
_LONGEST, _LONGEST_SLOW = 10_000, 1_000
_SLOW = frozenset(["autohotkey", "mcschema", "xpp"])
_BLOCK = pattern(r'(<pre><code class="language-([^"]+)">)([^<]*+)</code></pre>')
_CODE = pattern(r'(<code(?: class="language-([^"]+)")?[^>]*>)([^<]*+)</code>')
_TAG = pattern(r"<[^>]*>")
_RUN = pattern(r"(<span[^>]*>)?([^<]+)(?:</span>)?")
_CHARACTER = pattern(r"&[^;]*;|.", re.DOTALL)
# Classes to which the palette in render/assets/card.css gives no colour would only fill the field.
_PLAIN = pattern(r'<span class="(?:n|p|w|nv|nx|o|err|bp|esc|g|l|x)">([^<]*)</span>')


class Kept(Protocol):
    """Texts that are kept between runs, by their keys."""

    def get(self, key: str) -> str | None:
        """The text under `key`, if it is kept."""

    def add(self, key: str, text: str) -> None:
        """Keeps a text under `key`."""


_kept: Kept | None = None


def keep_highlighted(texts: Kept) -> None:
    """From now on, highlighted code is looked up in `texts` before Pygments is asked, and kept there."""
    global _kept
    _kept = texts


def highlighted(html: str) -> str:
    """`html` with the words of its fenced code in spans; code in a language unknown to Pygments is left alone."""
    return _BLOCK.sub(_colour, html) if '<pre><code class="' in html else html


def with_gaps(html: str) -> str:
    """Like `highlighted`, for a text with gaps: those in code are gaps, and nothing else in code starts or ends one."""
    return _CODE.sub(_with_gaps, html) if "<code" in html else html


def _with_gaps(element: re.Match[str]) -> str:
    start, language, escaped = element.groups()
    code = html_entities.unescape(escaped)
    pieces = gaps_in_code(code)
    whole = "".join(pieces[0::2])
    plain = escaped if whole == code else html_entities.escape(whole, quote=False)
    words = _coloured(plain, language) if language else None
    if words is None or (len(pieces) > 1 and html_entities.unescape(_TAG.sub("", words)) != whole):
        words = plain  # Pygments may change white space, and then no mark would find its place
    return f"{start}{_split(words, pieces)}</code>"


def _split(words: str, pieces: list[str]) -> str:
    """`words`, the HTML of code, with the marks of `pieces` in their places; a span that a mark is in is split."""
    if len(pieces) == 1:
        return without_marks(words)
    runs = enumerate(_RUN.findall(words))
    characters = [(number, span, each) for number, (span, run) in runs for each in _CHARACTER.findall(run)]
    parts: list[str] = []
    at = 0
    for text, mark in zip_longest(pieces[0::2], pieces[1::2], fillvalue=""):
        for (_, span), run in groupby(characters[at : at + len(text)], key=itemgetter(0, 1)):
            inside = without_marks("".join(character for _, _, character in run))
            parts.append(f"{span}{inside}</span>" if span else inside)
        if text and mark == "}}" and parts[-1][-1] == "}":
            parts[-1] = parts[-1][:-1] + "&#125;"  # else the gap would end there
        parts.append(mark)
        at += len(text)
    return "".join(parts)


def uncoloured(html: str) -> int:
    """How many characters code may have to be highlighted, if some code in `html` has more; otherwise 0.

    The HTML is without highlighting.
    """
    for _, language, code in _BLOCK.findall(html) if len(html) > _LONGEST_SLOW else ():
        _, lexer, _ = _pygments(html_entities.unescape(language).lower())
        if lexer is not None and len(code) > _most(lexer):
            return _most(lexer)
    return 0


def _most(lexer: Any) -> int:
    return _LONGEST_SLOW if lexer.aliases[0] in _SLOW else _LONGEST


def _colour(block: re.Match[str]) -> str:
    start, language, escaped = block.groups()
    words = _coloured(escaped, language)
    return block[0] if words is None else f"{start}{words}</code></pre>"


def _coloured(escaped: str, language: str) -> str | None:
    """Code with its words in spans, both as HTML; None if Pygments has no such language, or the code is too long."""
    import pygments

    name = html_entities.unescape(language).lower()
    key = "\0".join((pygments.__version__, _PLAIN.pattern, name, escaped))
    words = _kept.get(key) if _kept else None
    if words is None:
        highlight, lexer, formatter = _pygments(name)
        if lexer is None or len(escaped) > _most(lexer):
            return None
        words = _PLAIN.sub(r"\1", highlight(html_entities.unescape(escaped), lexer, formatter))
        if _kept:
            _kept.add(key, words)
    return words


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
