"""A deck in numbers: counted from its notes (numbers.py), for a terminal (show.py), as a page (page.py)."""

from studydeck.stats.numbers import Forecast, Sentences, Stats, count, stats_json
from studydeck.stats.page import stats_page
from studydeck.stats.show import stats_text

__all__ = ["Forecast", "Sentences", "Stats", "count", "stats_json", "stats_page", "stats_text"]
