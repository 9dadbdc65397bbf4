"""The end of `coverage`: which sentences of the material have a card."""

from __future__ import annotations

from pathlib import Path

from studydeck.commands.sources import sources
from studydeck.material import Coverage, coverage_of
from studydeck.model import Place
from studydeck.pipeline import Loaded
from studydeck.stats.numbers import Sentences


def cover(loaded: Loaded, material: Path | None = None, *, judging: bool = False) -> Coverage:
    """Which sentences of the material have a card, with their texts if the material is available. Raises as `sources`.

    Cards that aren't written yet don't count. With `judging`, texts are left out.
    """
    found = sources(loaded, material, judging=judging).written
    todo = {Place.of(each) for each in loaded.problems if each.name == "placeholder"}
    if todo:
        written = [each for each in found.all if each.card is None or todo.isdisjoint(map(Place.of, each.card.texts))]
        found = found._replace(all=tuple(written))
    return coverage_of(str(loaded.deck.title), found)


def sentence_counts(loaded: Loaded) -> Sentences | None:
    """The coverage in numbers; None if the deck has no readable material.lock."""
    try:
        found = cover(loaded, judging=True)
    except ValueError:
        return None
    counts = found.counts
    return Sentences(counts.carded, counts.bare, counts.uncarded, counts.percent)
