"""What a learner answers on a typed card, and on a reverse card with a question of its own."""

from __future__ import annotations

from collections.abc import Iterator

from studydeck.checks.words import judged, turned
from studydeck.model import Deck, Problem, Text, warning
from studydeck.model.checks import check

_QUESTION_MARKS = ("?", "？", "؟")


@check("typed-list", "A list of answers that is to be typed.")
def typed_list(deck: Deck) -> Iterator[Problem]:
    """A list of answers that is to be typed.

    Anki compares what is typed with the items run together, `DonauDuna`, which nobody types.

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


@check("question-as-answer", "A reverse card that is answered with a question.")
def question_as_answer(deck: Deck) -> Iterator[Problem]:
    """A reverse card with a question of its own that is answered with the other card's question.

    A learner has to find the answer in it.

    Fails:
        question: What is an oxbow lake?
        answer: A bend that a river has cut off
        reverse: What is a bend called that a river has cut off?

    Passes:
        question: What is an oxbow lake?
        answer: A bend that a river has cut off
        reverse: What is a bend called that a river has cut off?
        reverse-answer: An oxbow lake
    """
    for card in turned(deck):
        answer = card.answers[0]
        if answer.rstrip().endswith(_QUESTION_MARKS):
            message = "the answer of this reverse card is a question"
            yield warning("question-as-answer", card.asks, message, "add reverse-answer: and what is to be answered")
