"""Answers that a learner types."""

from __future__ import annotations

from collections.abc import Iterator

from studydeck.checks.words import judged
from studydeck.model import Deck, Problem, Text, warning
from studydeck.model.checks import check


@check("typed-list", "A list of answers that is to be typed.")
def typed_list(deck: Deck) -> Iterator[Problem]:
    """A list of answers that is to be typed.

    Anki compares what is typed with the items run together, `ViennaBratislava`, which nobody types.

    Fails:
        question: What is the Danube called in the capitals of Austria and Hungary?
        answer: [Donau, Duna]
        typed: true

    Passes:
        question: What is the Danube called in the capital of Austria?
        answer: Donau
        typed: [Danube]
    """
    for card in judged(deck):
        if card.has("typed") and not isinstance(card.answer, Text):
            message = "a list is to be typed, but Anki compares with one text"
            remedy = "keep one answer, and if each item is right alone, list the others under typed:, or remove typed:"
            yield warning("typed-list", card.answers[0], message, remedy)
