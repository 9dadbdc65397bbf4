"""The end of `stats`: the deck in numbers, and a forecast of its study by the real engine."""

from __future__ import annotations

from studydeck.pipeline import Loaded, notes_of
from studydeck.stats import Forecast, Stats, count


def deck_stats(loaded: Loaded, new: int = 10, days: int = 90, retention: int = 90) -> Stats:
    """The deck in numbers, and its study for `days` days at `new` cards a day with `retention` percent remembered.

    Without the real engine there is no forecast. The deck must have no errors.
    """
    counted = count(loaded.deck, notes_of(loaded), loaded.problems, loaded.media.files)
    try:
        from studydeck.engine.forecast import simulate
    except ModuleNotFoundError as error:
        if error.name != "anki":
            raise
        return counted
    return counted._replace(forecast=Forecast(new, retention, *simulate(counted.total.cards, new, days, retention)))
