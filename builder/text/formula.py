"""Formulas of a field's HTML as MathML, for pages that are read in a browser rather than in Anki."""

from __future__ import annotations

import html as html_entities
import re
from functools import lru_cache

_FORMULA = re.compile(r"\\\((.*?)\\\)|\\\[(.*?)\\\]", re.DOTALL)


def with_mathml(html: str) -> str:
    """`html` with each formula in Anki's brackets as MathML; as TeX in `code` where it can't be read.

    Needs latex2mathml, of the extra studydeck[print]; without it every formula stays TeX.
    """
    return _FORMULA.sub(_found, html) if r"\(" in html or r"\[" in html else html


def _found(formula: re.Match[str]) -> str:
    if formula[1] is not None:
        return _mathml(formula[1], "inline")
    return _mathml(formula[2], "block")


@lru_cache(10_000)  # a preview asks for all of them at every save
def _mathml(formula: str, display: str) -> str:
    tex = html_entities.unescape(formula)
    try:
        from latex2mathml.converter import convert

        return str(convert(tex, display=display))
    except Exception:  # the library is missing, or raises one of many kinds for TeX that it doesn't know
        return f'<code class="tex">{html_entities.escape(tex)}</code>'
