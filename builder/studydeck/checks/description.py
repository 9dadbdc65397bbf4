"""The deck's description, which Anki shows in a plainer way than a card."""

from __future__ import annotations

import re
from collections.abc import Iterator

from studydeck.model import Deck, Problem, Text, warning
from studydeck.model.checks import check
from studydeck.text import to_html

_CODE = re.compile(r"<code[^>]*>.*?</code>", re.DOTALL)
#: What Anki shows there as it was typed: how it is found in our HTML, how an author types it, and what to do.
_AS_TYPED = (
    (re.compile(r"\\[(\[]"), None, "formula", "write it in words, or with signs such as x²"),
    (re.compile("<su[bp]>"), re.compile("<su[bp]"), "raised or lowered text", "write <sup>2</sup> or <sub>2</sub>"),
    (re.compile("<mark>"), re.compile("<mark"), "highlight", "write <mark>…</mark>, or **…**"),
    (re.compile("<del>"), re.compile("<del"), "struck-out text", "write <del>…</del>"),
    (re.compile("<ruby>"), re.compile("<ruby"), "reading", "write it in brackets"),
    (re.compile("<table>"), None, "table", "write a list"),
)


@check("description-markup", "Markup in the deck's description that Anki shows as it was typed.", whole=True)
def description_markup(deck: Deck) -> Iterator[Problem]:
    """Markup in the deck's description that Anki shows as it was typed.

    Under the deck's name, Anki reads plain CommonMark and harmless HTML, and draws no formulas.

    Fails:
        # deck.yaml
        description: How far a river of the width $x_1$ swings.

    Passes:
        # deck.yaml
        description: How far a river of a known width swings.
    """
    if not isinstance(deck.description, Text):
        return
    html = _CODE.sub("", to_html(deck.description))
    for shown, tag, what, remedy in _AS_TYPED:
        if shown.search(html) and not (tag and tag.search(deck.description)):
            message = f"Anki shows the {what} in a deck's description as it was typed"
            yield warning("description-markup", deck.description, message, remedy)
