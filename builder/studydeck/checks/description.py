"""The deck's description, which Anki shows in a plainer way than a card."""

from __future__ import annotations

import re
from collections.abc import Iterator

from studydeck.model import Deck, Problem, Text, warning
from studydeck.model.checks import check
from studydeck.text import to_html

_CODE = r"(?s)<code[^>]*>.*?</code>"
_FORMULA = r"\\[(\[]"


@check("description-math", "A formula in the deck's description.")
def description_math(deck: Deck) -> Iterator[Problem]:
    """A formula in the deck's description.

    Anki draws formulas on cards alone, and shows `$x^2$` under the deck's name as it was typed.

    Fails:
        # deck.yaml
        description: How far a river of the width $x_1$ swings.

    Passes:
        # deck.yaml
        description: How far a river of a known width swings.
    """
    if isinstance(deck.description, Text) and re.search(_FORMULA, re.sub(_CODE, "", to_html(deck.description))):
        message = "Anki shows the formula in a deck's description as it was typed"
        yield warning("description-math", deck.description, message, "write it in words, or with signs such as x²")
