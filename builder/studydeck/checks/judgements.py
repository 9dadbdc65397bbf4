"""The checks with judgement, by name, and what authors may say of them: other limits, `off`, and `ok:` on a card.

A deck that is only built never comes here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

# Imported for the checks that they register, in the order in which docs/checks.md has them.
from studydeck.checks import asked, lengths, markup, whole, wording  # noqa: F401
from studydeck.model import ERROR, PROBLEMS, WARNING, Deck, Placed, Problem, Text, problem
from studydeck.model.checks import CHECKS, Check
from studydeck.text import near

#: The checks that look at the deck alone, by name.
JUDGEMENTS: Mapping[str, Check] = {name: each for name, each in CHECKS.items() if not each.material}
#: Warnings that are found elsewhere, without a limit; `checks:` and `ok:` may name them, too.
OTHER_WARNINGS = {"no-alt", "unused-media", "unlisted-section", "too-big"}
OTHER_WARNINGS |= {"style-width", "style-colour", "style-scheme", "style-file"}
#: The same, found only where the material is at hand; so an `ok:` for one may wait.
OF_THE_MATERIAL = {"source-changed", "source-gone", "copied", "hedge-lost"}
#: Those to which `checks:` may give a number.
LIMITED = {name for name, each in JUDGEMENTS.items() if each.limit is not None} | {"copied"}


def judgements(deck: Deck) -> Iterator[Problem]:
    """What the checks of JUDGEMENTS find, each with the limit that the deck gives it."""
    off = {str(name) for name, setting in deck.checks.items() if setting == "off"}
    for name, each in JUDGEMENTS.items():
        if name not in off:
            yield from each.run(deck)


def not_looked_at(deck: Deck, problems: Sequence[Problem], judge: bool) -> Iterator[Problem]:
    """`problems` without those that a card's `ok:` names, and to a judge a warning for each `ok:` that names none.

    A problem is a card's if it stands where the card starts, or where one of its texts does.
    """
    judged = {_place_and_name(each) for each in problems if each.severity != ERROR}
    silenced = set()
    for card in (card for section in deck.sections for card in section.cards if card.ok and not card.retired):
        for name in card.ok:
            places: list[Placed] = [card.place, *card.texts, *card.source]
            named = {(at.path, at.line, at.column, str(name)) for at in places}
            silenced |= named
            if judge and named.isdisjoint(judged) and name not in OF_THE_MATERIAL:
                yield _unused_ok(name)
    yield from (each for each in problems if each.severity == ERROR or _place_and_name(each) not in silenced)


def _place_and_name(each: Problem) -> tuple[str, int, int, str]:
    return each.path, each.line, each.column, each.name


def _unused_ok(name: Text) -> Problem:
    message, remedy = _no_warning(name) or (f"this card has no '{name}' to look at", "take it out")
    return problem("unused-ok", name, message, remedy, WARNING)


def unknown_checks(deck: Deck) -> Iterator[Problem]:
    """A key of `checks:` that is no warning, or whose number no check reads."""
    for name, setting in deck.checks.items():
        if wrong := _no_warning(name):
            yield problem("unknown-check", name, *wrong)
        elif setting.isdecimal() and name not in LIMITED:
            yield problem("unknown-check", name, f"'{name}' has no limit", "write off, or take it out")


def _no_warning(name: Text) -> tuple[str, str] | None:
    """What is wrong with a name that no warning has, and what to do; None where one has it."""
    known = (*JUDGEMENTS, *OTHER_WARNINGS, *OF_THE_MATERIAL)
    if name in known:
        return None
    if name in PROBLEMS:
        return f"'{name}' is no warning that can be set aside", "mend what it names, and take this out"
    guess = near(name, known)
    remedy = f"did you mean '{guess}'?" if guess else "take it out, or choose one of docs/checks.md"
    return f"there is no warning '{name[:40]}'", remedy
