"""What the last `check` of a deck found, so that one of the unchanged deck says the same without reading it.

It is remembered as what a build made (cache.py), of a package in a folder that has none.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from studydeck.files import digest_of
from studydeck.incremental import cache
from studydeck.model import Problem
from studydeck.user_cache import cache_folder

_AT_ONCE = 1_000  # problems that are made JSON together


class Checked(NamedTuple):
    """What a check found in a deck: its number of cards, its problems, its claims, and the guids of all its cards."""

    cards: int
    problems: Sequence[Problem]
    claims: cache.Claims
    guids: Sequence[str]


def look(folders: Sequence[Path]) -> list[cache.DeckStatus]:
    """What is in each deck, and what is known of its last check."""
    try:
        return cache.look(folders, _nowhere(), 0)
    except OSError:
        return [cache.DeckStatus(each, cache.State(), None) for each in folders]


def found_before(look: cache.DeckStatus) -> Checked | None:
    """What the last check of a deck found, if one would find the same now."""
    if look.known is None or look.known.changed:
        return None
    with suppress(OSError, ValueError, TypeError, KeyError):
        last, *parts = map(json.loads, (cache.sections_of(look.deck, _nowhere(), look.known) or "").split("\n"))
        if last["around"] != _around(look.deck, last["around"]["materials"]):
            return None
        cache.settle(look, _nowhere())
        problems = [Problem(*each) for part in parts for each in part]
        return Checked(last["cards"], problems, look.made.claims, last["guids"].split("\t"))
    return None


def remember(look: cache.DeckStatus, checked: Checked, material: Path | None) -> None:
    """Stores what was found in a deck; `material` is the file, in any folder, that it was compared with.

    What a file needs to be read, such as a library, may be installed meanwhile.
    """
    if any(each.name == "unreadable" for each in checked.problems) or not cache.is_complete(look.state):
        return
    with suppress(OSError):
        around = _around(look.deck, [os.fspath(material)] if material else [])
        made = cache.Made("", 0, checked.cards, 0, claims=checked.claims)
        cache.remember(look, _nowhere(), made, {}, _lines(checked, around))


def _lines(checked: Checked, around: dict[str, Any]) -> Iterator[str]:
    """What `found_before` reads: a line of JSON on the deck, and one for each thousand problems."""
    guids = "\t".join(checked.guids)  # one text is read sooner than thousands
    yield json.dumps({"around": around, "cards": checked.cards, "guids": guids})
    for start in range(0, len(checked.problems), _AT_ONCE):
        yield "\n" + json.dumps(checked.problems[start : start + _AT_ONCE], separators=(",", ":"))


def _around(deck: Path, materials: Iterable[str]) -> dict[str, Any]:
    """What a check's words depend on, besides the deck's files: how they are named, and what else is there."""
    return {
        "in": os.getcwd(),
        "given": os.fspath(deck),
        "names": sorted(os.listdir(deck)),
        "materials": {path: _digest_of(path) for path in materials},
    }


def _digest_of(path: str) -> str | None:
    with suppress(OSError):
        return digest_of(path)
    return None


def _nowhere() -> Path:
    return cache_folder() / "checked"
