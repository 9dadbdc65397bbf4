"""Checks register themselves, as in `@check("long-answer", "An answer of many words.", limit="25 words")`.

A check yields problems of its own name. Its docstring is its documentation: what it finds and why, then an example
that fails, under `Fails:`, and one that passes, under `Passes:`. docs/checks.md is generated from these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeVar

from studydeck.model.problems import PROBLEMS, WARNING, Problem
from studydeck.model.words import Deck

_Find = TypeVar("_Find", bound=Callable[..., Iterator[Problem]])


class Check(NamedTuple):
    """A check that makes a judgement: the name and meaning of its problems, their highest severity, what it looks at.

    `find` takes the deck, and the limit if there is one; `unit` is what the limit counts. Only one that is `whole`
    sees the whole deck, the others one part of it after the other: some whole sections.
    """

    name: str
    meaning: str
    severity: str
    find: Callable[..., Iterator[Problem]]
    limit: int | None
    unit: str
    material: bool
    whole: bool

    def run(self, deck: Deck) -> Iterator[Problem]:
        """The problems that it finds in the deck, by the deck's limit or the default one."""
        return self.find(deck) if self.limit is None else self.find(deck, self.limit_in(deck))

    def limit_in(self, deck: Deck) -> int:
        """The limit that the deck sets under `checks:`, or the default one."""
        given = deck.limit(self.name)
        assert self.limit is not None
        return self.limit if given is None else given


#: All checks whose files have been imported, by name.
CHECKS: dict[str, Check] = {}


def check(
    name: str,
    meaning: str,
    *,
    severity: str = WARNING,
    limit: str = "",
    material: bool = False,
    whole: bool = False,
) -> Callable[[_Find], _Find]:
    """Registers a function as the check `name`; `limit` is the default that `checks:` may change, with its unit.

    A check of the `material` is run in material/, since it needs more than the deck. One that compares sections, or
    looks at the deck itself, needs the `whole` deck.
    """

    def register(find: _Find) -> _Find:
        number, _, unit = limit.partition(" ")
        CHECKS[name] = Check(name, meaning, severity, find, int(number) if number else None, unit, material, whole)
        PROBLEMS[name] = meaning
        return find

    return register
