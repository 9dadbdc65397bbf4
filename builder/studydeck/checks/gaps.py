"""How gaps are written: what Anki reads otherwise than its author."""

from __future__ import annotations

import html as html_entities
from collections.abc import Iterator

from studydeck.checks.words import judged
from studydeck.model import Deck, Problem, warning
from studydeck.model.checks import check
from studydeck.patterns import pattern
from studydeck.text import gaps_in, to_cloze_html

_NAME = pattern(r"(?:^|(?<=\s))[A-Za-z_@$][\w<>]*$")
_OF_CODE = pattern(r"[A-Za-z_]\w*(?:\(|&lt;|<|::|_\w|\.[A-Za-z_]{2})")  # starts with a word that no sentence has
_WORD = pattern(r"\w")
_NAMESPACES = ("std", "self", "Self", "super", "crate", "parent", "static", "boost")
_NAMESPACE = pattern("|".join([rf"{name}(?<!\S{name})$" for name in _NAMESPACES]))
_ADDRESS = pattern(r"(?i)(?:^|(?<=\s))(?=[\da-f:]*[a-f:])(?=[a-f]*[\d:])(?:[\da-f]{1,4}:)*[\da-f]{1,4}$")
_END_OF_ADDRESS = pattern(r"(?i)(?=\S*\d)[\da-f]{1,4}(?::[\da-f]{1,4})*(?:/\d+)?(?!\S)")


@check("half-hint", "A gap whose hint seems to be half of what it should hide.")
def half_hint(deck: Deck) -> Iterator[Problem]:
    """A gap with a `::` that seems to belong to the hidden text, as in `Net::HTTP.get(uri)` or `fe80::1`.

    Anki hides only what comes before the `::`, and shows the rest as the hint. In code a `::` is only a `::`.

    Fails:
        cloze: A page is fetched by {{c1::Net::HTTP.get(uri)}}.

    Passes:
        cloze: A page is fetched by {{c1::`Net::HTTP.get(uri)`}}.
    """
    for cloze in [card.asks for card in judged(deck) if card.kind.gaps and card.asks.count("::") > 1]:
        for gap in gaps_in(to_cloze_html(cloze)):
            if gap.hint is None or "<" in gap.hint or "<" in gap.hidden:
                continue
            hidden, hint = html_entities.unescape(gap.hidden), html_entities.unescape(gap.hint)
            if _belong_together(hidden, hint):
                message = f"the gap hides '{hidden}', and shows '{hint}' as its hint"
                remedy = f"if it should hide both, write {{{{c{gap.numbers}::`{hidden}::{hint}`}}}}"
                yield warning("half-hint", cloze, message, remedy)
                break


def _belong_together(hidden: str, hint: str) -> bool:
    """Whether both are parts of one name in code, or of one address."""
    hidden = hidden[-40:]
    return bool(
        (_OF_CODE.match(hint) and _NAME.search(hidden))
        or (_WORD.match(hint) and _NAMESPACE.search(hidden))
        or (_END_OF_ADDRESS.match(hint) and _ADDRESS.search(hidden))
    )
