"""Deck to problems: mistakes that no file shows by itself, and cards that are hard to learn.

A check is a function that takes the deck and yields problems. Checks that make a judgement register themselves
(model/checks.py); checks for errors are listed in ERRORS. What an author accepts, by `ok:` on a card or `checks:` in
deck.yaml, is removed here and nowhere else. Checks see only well-formed cards: reading/ leaves the others out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from studydeck.checks.errors import bad_tag, no_card, same_id, same_question, wrong_texts
from studydeck.checks.style import style
from studydeck.model import ERROR, Deck, Problem, has_errors
from studydeck.timings import stage

ERRORS: tuple[Callable[[Deck], Iterator[Problem]], ...] = (wrong_texts, same_question, same_id, bad_tag, no_card, style)


@stage("check", len)
def check(deck: Deck, found: Iterable[Problem] = (), *, judge: bool = True) -> list[Problem]:
    """All problems of `deck`, in no particular order: those that the checks find, and those `found` elsewhere.

    What is found elsewhere is asked for first, since what that takes of memory may be free again for the checks'
    warnings. Warnings and infos that the deck's author has turned off or accepted are left out. Without `judge`, only
    errors are looked for.
    """
    found = [*found]
    problems = [*found, *(each for find in ERRORS for each in find(deck))]
    if judge:
        from studydeck.checks.judgements import judgements

        problems += judgements(deck)
    if has_errors(found):
        # A section whose cards were left out looks like one without any.
        problems = [each for each in problems if each.name != "thin-section"]
    off = {str(name) for name, setting in deck.checks.items() if setting == "off"}
    problems = [each for each in problems if each.severity == ERROR or each.name not in off]
    if not deck.checks and not any(card.ok for card in deck.having("ok")):
        return problems
    from studydeck.checks.judgements import not_looked_at, unknown_checks

    return [*not_looked_at(deck, problems, judge), *unknown_checks(deck)]
