"""Formulas of a field's HTML as MathML, for pages that are read in a browser rather than in Anki."""

from __future__ import annotations

import html as html_entities
import re
from collections.abc import Callable
from functools import lru_cache
from xml.etree.ElementTree import Element, tostring

from studydeck.patterns import pattern
from studydeck.text.cloze import without_gaps
from studydeck.text.markdown import to_cloze_html, to_html
from studydeck.text.mathjax import defined, refused
from studydeck.text.spans import FORMULA, replace_enclosed
from studydeck.text.tex import Formula, between, formulas_and_code

#: What may make a formula, code or a tag of what is around it, and what a formula in HTML ends with or lacks.
_ODD_BETWEEN, _ODD_INSIDE = pattern(r"\\|&|<|\[|`|~|\r|\n[ \t]"), pattern(r"\\[][()]|href|csname|mmlToken")
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


def formulas_in(text: str) -> tuple[list[str], frozenset[str]]:
    """The TeX of each formula that a card shows of a text in Markdown, in order, and the commands that are defined."""
    found = formulas_and_code(text)
    typed = [each for each in found if isinstance(each, Formula)]
    if len(found) < _MANY and "{{c" not in text and not ("\n" in text and "`" in text):
        in_dollars = [each.tex for each in typed if text[each.start] == "$"]
        is_plain = len(in_dollars) == len(typed) and not _ODD_INSIDE.search("\0".join(in_dollars))
        if is_plain and not _ODD_BETWEEN.search(between(text)):  # nothing else could be a formula
            return in_dollars, defined(text)
    html = without_gaps(to_cloze_html(text)) if "{{c" in text else to_html(text, highlight=False)
    return formulas(html), defined(html)


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
