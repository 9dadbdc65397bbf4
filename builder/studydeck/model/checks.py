"""Checks register themselves, as in `@check("long-answer", "An answer of many words.", limit="25 words")`.

A check yields problems of its name. Its docstring is its documentation: what it finds and why, then an example that it
finds, under `Fails:`, and one that it lets pass, under `Passes:`. docs/checks.md is made of these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeVar

from studydeck.model.problems import PROBLEMS, WARNING, Problem
from studydeck.model.words import Deck

_Find = TypeVar("_Find", bound=Callable[..., Iterator[Problem]])


class Check(NamedTuple):
    """A check with judgement in it: the name of its problems, what they mean, how severe they are at most, and where
    it looks.

    `find` takes the deck, and the limit where there is one; `unit` is what the limit counts.
    """

    name: str
    meaning: str
    severity: str
    find: Callable[..., Iterator[Problem]]
    limit: int | None
    unit: str
    material: bool

    def run(self, deck: Deck) -> Iterator[Problem]:
        """What it finds in the deck, with the deck's limit or its own."""
        return self.find(deck) if self.limit is None else self.find(deck, self.limit_in(deck))

    def limit_in(self, deck: Deck) -> int:
        """The limit that the deck gives it under `checks:`, or its own."""
        given = deck.limit(self.name)
        assert self.limit is not None
        return self.limit if given is None else given


#: All checks whose files have been imported, by name.
CHECKS: dict[str, Check] = {}


def check(
    name: str, meaning: str, *, severity: str = WARNING, limit: str = "", material: bool = False
) -> Callable[[_Find], _Find]:
    """Registers a function as the check `name`; `limit` is the number that `checks:` may change, and its unit.

    One that looks at the `material` is run by the room of that name, since it needs more than the deck.
    """

    def register(find: _Find) -> _Find:
        number, _, unit = limit.partition(" ")
        CHECKS[name] = Check(name, meaning, severity, find, int(number) if number else None, unit, material)
        PROBLEMS[name] = meaning
        return find

    return register
