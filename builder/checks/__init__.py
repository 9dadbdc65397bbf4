"""Deck to problems: the mistakes that each file alone doesn't show.

A check is a function that takes the deck and yields problems; its docstring is its documentation,
and adding one to CHECKS is all it takes. Checks judge only well-formed cards: source/ leaves the others out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from builder.checks.errors import (
    bad_cloze,
    bad_tag,
    empty_answer,
    empty_question,
    placeholder,
    same_id,
    same_question,
)
from builder.checks.style import style
from builder.model import Deck, Problem

CHECKS: tuple[Callable[[Deck], Iterator[Problem]], ...] = (
    empty_question,
    empty_answer,
    bad_cloze,
    same_question,
    same_id,
    bad_tag,
    placeholder,
    style,
)


def check(deck: Deck) -> list[Problem]:
    """All problems that the checks find in `deck`, in no order."""
    return [problem for each in CHECKS for problem in each(deck)]
