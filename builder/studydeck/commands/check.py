"""The end of `check`: the problems of several decks, of which only those are read that have changed since the last."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from studydeck.incremental import cache, checked
from studydeck.incremental.checked import Checked

if TYPE_CHECKING:
    from studydeck.model import Problem
    from studydeck.pipeline import Loaded, Progress


def check_all(folders: Sequence[Path], progress: Progress) -> tuple[int, list[Problem]]:
    """How many cards the decks have, and all problems with them, sorted."""
    looks = checked.look(folders)
    known = {each.deck: found for each in looks if (found := checked.found_before(each))}
    fresh, problems = _check([each for each in looks if each.deck not in known], progress)
    if known and _may_meet([*known.values(), *fresh]):
        known = {}
        fresh, problems = _check(looks, progress)
    cards = sum(each.cards for each in (*known.values(), *fresh))
    return cards, sorted([*problems, *(problem for each in known.values() for problem in each.problems)])


def _may_meet(decks: Sequence[Checked]) -> bool:
    return cache.may_meet([each.claims for each in decks], lambda number: decks[number].guids)


def _check(looks: Sequence[cache.DeckStatus], progress: Progress) -> tuple[list[Checked], Sequence[Problem]]:
    """What is found in each of these decks, and all problems, those between them, too."""
    if not looks:
        return [], []
    from studydeck.decks import load_all
    from studydeck.pipeline import load

    briefly = partial(load, keep_lock=False, keep_material=False)
    decks, problems = load_all([each.deck for each in looks], progress, briefly)
    found = [_checked(each) for each in decks]
    for look, loaded, each in zip(looks, decks, found, strict=True):
        material = loaded.deck.material.path
        checked.remember(look, each, loaded.deck.folder / material if material else None)
    return found, problems


def _checked(loaded: Loaded) -> Checked:
    from studydeck.decks import own_claims, written_guids

    claims = cache.Claims(own_claims(loaded), written_guids(loaded))
    return Checked(len(loaded.deck.cards), loaded.problems, claims, [each.guid for each in loaded.known])
