"""Markdown of other tools as ours has it (docs/text.md)."""

from __future__ import annotations

import re

from studydeck.patterns import pattern
from studydeck.text.clean import ELEMENTS
from studydeck.text.plain import code_html, is_meant
from studydeck.text.tex import Code, formulas_and_code, parted

_HTML = pattern(
    r"<br ?/?>|</(?:b|i|u|em|strong|div|span|p|li|sub|sup|a|font|code)>|<img [^<>]{0,80}src=|&nbsp;", re.IGNORECASE
)
_TAG_START = pattern(r"</?([A-Za-z][\w-]{0,40})")
_LINE_BREAK = pattern(r"<br ?/?>\n?", re.IGNORECASE)
_MARKS = {"b": "**", "strong": "**", "i": "*", "em": "*"}
_TAG = pattern(r"</?(b|strong|i|em)>", re.IGNORECASE)
_WIKI_LINK = pattern(r"(?<!!)\[\[([^\[\]|\n]+)(?:\|([^\[\]\n]+))?\]\]")
#: A gap in Anki's spelling.
GAP = pattern(r"\{\{c\d+::")
_LINE_MARK = pattern(r"(?:[-*+]|#{1,6}|>)[ \t]+(?=\S)")


def looks_like_html(text: str) -> bool:
    """Whether a text has tags that only HTML means something by; in code they are only shown."""
    if _HTML.search(text) is None:
        return False
    return "`" not in text or any(_HTML.search(part) for part in parted(text)[0::2])


def as_html(text: str) -> str:
    """The HTML that is meant by a text that may have tags: `code`, and tags that no browser knows, are text."""
    if "<" not in text and "`" not in text:
        return text
    parts: list[str] = []
    at = 0
    for each in formulas_and_code(text) if "`" in text else ():
        if isinstance(each, Code) and is_meant(text, each):
            parts += _TAG_START.sub(_as_known, text[at : each.start]), code_html(text[each.start : each.end])
            at = each.end
    return "".join([*parts, _TAG_START.sub(_as_known, text[at:])])


def _as_known(start: re.Match[str]) -> str:
    return start[0] if start[1].lower() in ELEMENTS else f"&lt;{start[0][1:]}"


def in_our_dialect(text: str) -> str:
    """Markdown as ours: tags become marks, links between notes their words, and a list of one item this item."""
    parts = parted(text)
    parts[0::2] = map(_prose, parts[0::2])
    text = "".join(parts).strip()
    mark = _LINE_MARK.match(text) if "\n" not in text else None
    return text[mark.end() :] if mark else text


def _prose(text: str) -> str:
    if "<" in text:
        text = _TAG.sub(lambda tag: _MARKS[tag[1].lower()], _LINE_BREAK.sub("\n", text))
    return _WIKI_LINK.sub(lambda link: link[2] or link[1], text) if "[[" in text else text


def with_gaps(text: str, gap: re.Pattern[str]) -> str:
    """`text` with Anki's gaps for those that `gap` finds outside code and formulas, numbered if they aren't."""
    if GAP.search(text):
        return text
    count = 0

    def made(found: re.Match[str]) -> str:
        nonlocal count
        count += 1
        hint = f"::{found['hint']}" if found["hint"] else ""
        return f"{{{{c{found['number'] or count}::{found['hidden'].strip()}{hint}}}}}"

    parts = parted(text)
    parts[0::2] = [gap.sub(made, part) for part in parts[0::2]]
    return "".join(parts)
