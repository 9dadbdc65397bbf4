"""Problems that only the material or its lock can show: sources that are stale or name no place, and copied words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from builder.material.outline import Outline, Spot, normalised, tokens
from builder.material.sources import BAD, CHANGED, GONE, Source, Sources
from builder.model import INFO, WARNING, Card, Deck, Problem, Text, problem

_RUN = 9
_CLOZE = re.compile(r"\{\{c[\d,]+::|::[^:{}]*\}\}|\}\}")
#: Words that take something off a statement's certainty.
HEDGES = frozenset(
    re.findall(
        r"\S+",
        """
    may might can could some often sometimes usually generally typically frequently likely possibly probably perhaps
    associated association linked suggest suggests suggested appear appears seem seems tend tends considered thought
    believed
""",
    )
)


def bad_source(sources: Sources) -> Iterator[Problem]:
    """A locator that names no section, paragraph or sentence of the material's outline."""
    for source in sources.in_state(BAD):
        yield problem("bad-source", source.locator, *source.why)


def source_changed(sources: Sources) -> Iterator[Problem]:
    """A sentence that says something else since the card's author last looked, so that the card may be wrong."""
    for source in sources.in_state(CHANGED):
        message = f"the material changed at {source.written} since {_whose(source)} was written"
        yield problem("source-changed", source.locator, message, _look(source), WARNING)


def source_gone(sources: Sources) -> Iterator[Problem]:
    """A sentence that the material no longer has, so that nothing may support the card any more."""
    for source in sources.in_state(GONE):
        message = f"the material no longer has the sentence that {_whose(source)} was drawn from"
        remedy = "name another place, or retire the card" if source.card else "take this place out"
        yield problem("source-gone", source.locator, message, f"{remedy}, and run studydeck source stamp", WARNING)


def copied(deck: Deck, material: Outline) -> Iterator[Problem]:
    """Nine or more words in a row that stand in the material, too: learners remember the wording, not what it means.

    A copied sentence may also be more of the material than its author lets you publish.
    """
    runs = {run for part in material.parts for paragraph in part.paragraphs
            for run in _runs([word for each in paragraph for word in tokens(each.text)])}  # fmt: skip
    for card in (card for section in deck.sections for card in section.cards):
        for text in card.texts:
            longest = _longest([run in runs for run in _runs(_tokens(text))])
            if longest:
                message = f"{longest + _RUN - 1} words in a row stand in the material just so"
                yield problem("copied", text, message, "say it in your own words", WARNING)


def hedge_lost(sources: Sources) -> Iterator[Problem]:
    """A sentence that hedges (may, some, is associated with), of which no card keeps a hedge.

    Told at the first of its cards. Where one keeps it, the others ask for something else in the sentence.
    """
    asking: dict[Spot, list[Card]] = {}
    for source in sources.all:
        if source.card is not None:
            for spot in source.spots:
                asking.setdefault(spot, []).append(source.card)
    told = set()
    for spot, sentence in sources.outline.spots().items():
        hedge = next((word for word in tokens(sentence.text) if word in HEDGES), None)
        cards = asking.get(spot, [])
        if not hedge or not cards or id(cards[0]) in told or any(map(_hedges, cards)):
            continue
        told.add(id(cards[0]))
        message = f"the material says '{hedge}' here, and the card says nothing of the kind"
        remedy = "keep the hedge, unless the card asks for something else"
        yield problem("hedge-lost", cards[0].asks, message, remedy, INFO)


def _hedges(card: Card) -> bool:
    return not HEDGES.isdisjoint(word for text in card.texts for word in _tokens(text))


def _whose(source: Source) -> str:
    return "this card" if source.card else "this reason"


def _look(source: Source) -> str:
    if source.written != source.locator:
        return "run studydeck source fix, and see whether it still holds"
    folder = PurePosixPath(source.locator.path).parent
    accept = f"accept {folder} {source.owner}" if source.card else f"stamp {folder}"
    return f"see whether it still holds, then run studydeck source {accept}"


def _tokens(text: Text) -> list[str]:
    return tokens(normalised(_CLOZE.sub(" ", text)))


def _runs(words: list[str]) -> list[tuple[str, ...]]:
    return [tuple(words[start : start + _RUN]) for start in range(len(words) - _RUN + 1)]


def _longest(hits: Sequence[bool]) -> int:
    """The most hits in a row."""
    longest = now = 0
    for hit in hits:
        now = now + 1 if hit else 0
        longest = max(longest, now)
    return longest
