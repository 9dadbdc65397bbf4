"""Formulas of a field's HTML as MathML, for pages that are read in a browser rather than in Anki."""

from __future__ import annotations

import html as html_entities
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TypeVar
from xml.etree.ElementTree import Element, tostring

from studydeck.patterns import pattern
from studydeck.text.cloze import without_gaps
from studydeck.text.evident import Apart
from studydeck.text.markdown import to_cloze_html, to_html
from studydeck.text.mathjax import refused
from studydeck.text.spans import FORMULA, replace_enclosed

_Text = TypeVar("_Text", bound=str)

#: What may make a formula, code or a tag of what is around it; and how each of these starts.
_ODD_BETWEEN, _ODD = pattern(r"\\|&|<|\[|`|~|\r|\n[ \t]"), "\\&<[`~\r\n"
_MANY = 60_000  # stand-ins are left for more
_LONGEST = 2_000  # characters of a formula: the library takes quadratic time for some
_NO_TEXT = pattern(r"(<code\b.*?</code>|<[^>]*>)", re.DOTALL)  # no formula is in code, and none crosses a tag
_ALIGNED = pattern(r"\{align(?:ed)?\}")  # the library knows only `align`, which it numbers, and `align*`
_SKIP = pattern(r"(\\\\)\[[^]]*\]")  # \\[2pt]: it would show the brackets
_UNREAD = pattern(r"[\\$]|&(?!#x[0-9A-F]+;)")  # what it doesn't know is left as it is
_BEYOND = {"linebreak", "href", "style"}  # attributes that browsers ignore, or that a stranger's deck must not set


def with_mathml(html: str) -> str:
    """`html` with each formula in Anki's brackets as MathML; as TeX in `code` if it can't be read.

    Needs latex2mathml, of the extra studydeck[print]; without it every formula stays TeX. Code is left alone.
    """
    return _replaced(html, lambda start, tex, _: _mathml(tex, "inline" if start == r"\(" else "block"))


def with_tex(html: str) -> str:
    """`html` with each formula's TeX alone, for a line of text."""
    return _replaced(html, lambda _, tex, __: tex)


def formulas(html: str) -> list[str]:
    """The TeX of each formula in `html`, in order."""
    found: list[str] = []

    def take(_: str, tex: str, __: str) -> str:
        found.append(html_entities.unescape(tex))
        return ""

    _replaced(html, take)
    return found


def formulas_of(texts: Apart[_Text]) -> Iterator[tuple[_Text, str, str]]:
    """Each formula that cards show of some texts in Markdown, in order.

    That is its text, the text or HTML that it is in, which may define commands, and its TeX.
    """
    odd = any(sign in texts.whole for sign in _ODD)
    for text, rest, evident in texts.with_formulas():
        shown: str = text
        if evident:
            is_plain = not (odd and _ODD_BETWEEN.search(rest)) and not _is_complicated(text)
        else:
            is_plain = not ("$" in rest or "\\" in rest or "[latex]" in rest)
        if not is_plain:
            shown = without_gaps(to_cloze_html(text)) if "{{c" in text else to_html(text, highlight=False)
            evident = formulas(shown)
        for tex in evident:
            yield text, shown, tex


def _is_complicated(text: str) -> bool:
    """Whether gaps, blocks of code or too many stand-ins may make another formula of what is evident."""
    return "{{c" in text or ("\n" in text and "`" in text) or text.count("$") > _MANY


def in_formula(html: str) -> bool:
    """Whether what follows `html` is inside a formula that `html` starts."""
    outside = replace_enclosed(html[html.rfind(">") + 1 :], FORMULA, lambda *_: "")
    return r"\(" in outside or r"\[" in outside


def _replaced(html: str, made: Callable[[str, str, str], str]) -> str:
    if r"\(" not in html and r"\[" not in html:
        return html
    return "".join(
        part if part.startswith("<") else replace_enclosed(part, FORMULA, made) for part in _NO_TEXT.split(html)
    )


@lru_cache(1_000)  # a card shows its question's formulas on both sides
def _mathml(formula: str, display: str) -> str:
    tex = html_entities.unescape(formula)
    if len(tex) > _LONGEST or refused(tex):
        return _as_tex(tex)
    try:
        from latex2mathml.converter import convert_to_element

        math = convert_to_element(_SKIP.sub(r"\1", _ALIGNED.sub("{align*}", tex)), display=display)
        if not any(map(_is_wrong, math.iter())):
            return _markup(math)
    except Exception:  # noqa: S110 - the library is missing, or raises one of many kinds for TeX that it doesn't know
        pass
    return _as_tex(tex)


def _as_tex(tex: str) -> str:
    return f'<code class="tex" title="A formula that this page can\'t set">{html_entities.escape(tex)}</code>'


def _is_wrong(element: Element) -> bool:
    """Whether the library passed on what it didn't read, or made what Chromium doesn't draw."""
    unknown = element.tag == "menclose" or not _BEYOND.isdisjoint(element.attrib)
    return unknown or bool(_UNREAD.search(element.text or ""))


def _markup(math: Element) -> str:
    """The library's own output would let `<script>` in a `\\text{}` through: it doesn't escape its entities."""
    for element in math.iter():
        if element.text:
            element.text = html_entities.unescape(element.text)
    return tostring(math, encoding="unicode", short_empty_elements=False)
