"""The checks that make a judgement, by name, and how authors adjust them: other limits, `off`, and `ok:` on a card.

A plain build doesn't need this module.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

# Imported for the checks that they register, in the order of docs/checks.md.
from studydeck.checks import (  # noqa: F401
    answers,
    asked,
    context,
    description,
    gaps,
    given,
    lengths,
    markup,
    whole,
    wording,
)
from studydeck.checks.words import forget, read_evident
from studydeck.model import ERROR, PROBLEMS, WARNING, Deck, Place, Placed, Problem, Section, Text, problem
from studydeck.model.checks import CHECKS, Check
from studydeck.text import near

#: The checks that look at the deck alone, by name.
JUDGEMENTS: Mapping[str, Check] = {name: each for name, each in CHECKS.items() if not each.material}
#: Warnings that are found elsewhere and have no limit; `checks:` and `ok:` may name them, too.
OTHER_WARNINGS = {"no-alt", "unused-media", "unlisted-section", "too-big", "lost-material", "unspoken"}
OTHER_WARNINGS |= {"unnamed-part", "outside-part", "overlapping-parts", "small-part", "stale-parts"}
OTHER_WARNINGS |= {"style-width", "style-colour", "style-scheme", "style-file", "template-script"}
#: The same, but found only if the material is available, so an unused `ok:` for one isn't reported.
OF_THE_MATERIAL = {"source-changed", "source-gone", "copied", "hedge-lost"}
#: Those to which `checks:` may give a number.
LIMITED = {name for name, each in JUDGEMENTS.items() if each.limit is not None} | {"copied"}

_TOGETHER = 500  # cards of a part of the deck, at least


def judgements(deck: Deck) -> Iterator[Problem]:
    """What the checks of JUDGEMENTS find, each with the limit that the deck gives it."""
    off = {str(name) for name, setting in deck.checks.items() if setting == "off"}
    chosen = [each for name, each in JUDGEMENTS.items() if name not in off]
    for part in parts_of(deck):
        read_evident(part)
        for each in chosen:
            if not each.whole:
                yield from each.run(part)
        forget()
    for each in chosen:
        if each.whole:
            yield from each.run(deck)


def parts_of(deck: Deck) -> Iterator[Deck]:
    """The deck in parts of some sections each, so that words.py needn't remember the words of all texts at once."""
    sections: list[Section] = []
    cards = 0
    for section in deck.sections:
        sections.append(section)
        cards += len(section.cards)
        if cards >= _TOGETHER:
            yield deck._replace(sections=sections)
            sections, cards = [], 0
    yield deck._replace(sections=sections)


def not_looked_at(deck: Deck, problems: Sequence[Problem], judge: bool) -> Iterator[Problem]:
    """`problems` without those that a card's `ok:` names, and if `judge`, a warning for each `ok:` that names none.

    A problem belongs to a card if its place is in it, or where one of its texts starts, which may be another card's by
    a YAML alias.
    """
    starts: dict[str, list[tuple[int, int]]] = {}
    for card in deck.cards:
        starts.setdefault(card.place.path, []).append((card.place.line, card.place.column))
    places = {path: sorted(each) for path, each in starts.items()}
    judged = {where for each in problems if each.severity != ERROR for where in _where(each, places)}
    named: defaultdict[Place, set[tuple[str, int, int, str]]] = defaultdict(set)  # a list's ok: is that of its items
    names: dict[Place, Text] = {}
    for card in deck.cards:
        for name in () if card.retired else card.ok:
            own: list[Placed] = [card.place, *card.all_texts, *card.source]
            place = Place.of(name)
            names[place] = name
            named[place] |= {(at.path, at.line, at.column, str(name)) for at in own}
    silenced = set().union(*named.values())
    for place, name in names.items():
        if judge and named[place].isdisjoint(judged) and name not in OF_THE_MATERIAL:
            yield _unused_ok(name)
    yield from (each for each in problems if each.severity == ERROR or silenced.isdisjoint(_where(each, places)))


def _where(each: Problem, starts: Mapping[str, list[tuple[int, int]]]) -> list[tuple[str, int, int, str]]:
    """The place of a problem, and that of the card in which it is, each with the problem's name."""
    here = (each.line, each.column)
    cards = starts.get(each.path, [])
    number = bisect_right(cards, here)
    places = [here, cards[number - 1]] if number else [here]
    return [(each.path, line, column, each.name) for line, column in places]


def _unused_ok(name: Text) -> Problem:
    message, remedy = _no_warning(name) or (f"this card has no '{name}' warning", "remove it")
    return problem("unused-ok", name, message, remedy, WARNING)


def unknown_checks(deck: Deck) -> Iterator[Problem]:
    """A key of `checks:` that isn't a warning, or has a number though the warning has no limit."""
    for name, setting in deck.checks.items():
        if wrong := _no_warning(name):
            yield problem("unknown-check", name, *wrong)
        elif setting.isdecimal() and name not in LIMITED:
            yield problem("unknown-check", name, f"'{name}' has no limit", "write off, or remove it")


def _no_warning(name: Text) -> tuple[str, str] | None:
    """Message and remedy for a name that isn't a warning; None if it is one."""
    known = (*JUDGEMENTS, *OTHER_WARNINGS, *OF_THE_MATERIAL)
    if name in known:
        return None
    if name in PROBLEMS:
        return f"'{name}' can't be turned off", "fix the problem itself, and remove this"
    guess = near(name, known)
    remedy = f"did you mean '{guess}'?" if guess else "remove it, or choose one from docs/checks.md"
    return f"there is no warning '{name[:40]}'", remedy
