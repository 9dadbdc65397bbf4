"""The end of `stats`: the deck in numbers, and a forecast of its study by the real engine."""

from __future__ import annotations

from studydeck.checks.words import forget_all
from studydeck.commands.coverage import sentence_counts
from studydeck.pipeline import Loaded, notes_of
from studydeck.reading import forget_sections
from studydeck.stats import Forecast, Stats, count


def deck_stats(loaded: Loaded) -> Stats:
    """The deck in numbers, without a forecast. The deck must have no errors."""
    counted = count(loaded.deck, notes_of(loaded), loaded.problems, loaded.media.files)
    return counted._replace(coverage=sentence_counts(loaded))


def forget_decks() -> None:
    """Frees the memory that it took to read and to check decks, before the engine takes as much as it needs."""
    forget_sections()
    forget_all()


def with_forecast(counted: Stats, new: int = 10, days: int = 90, retention: int = 90) -> Stats:
    """The deck's study for `days` days at `new` cards a day with `retention` percent remembered, too.

    Without the real engine there is no forecast.
    """
    try:
        from studydeck.engine.forecast import simulate
    except ModuleNotFoundError as error:
        if error.name != "anki":
            raise
        return counted
    return counted._replace(forecast=Forecast(new, retention, *simulate(counted.total.cards, new, days, retention)))
