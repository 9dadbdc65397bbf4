"""The numbers as one HTML page, with tables and plots."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from studydeck.counting import counted
from studydeck.stats.drawing import Bar, named, page, plot, table
from studydeck.stats.numbers import Forecast, Stats
from studydeck.stats.show import facts, figure, no_engine, sentences, words_of

_MOST_BARS, _MOST_ROWS = 120, 15


def stats_page(decks: Sequence[Stats]) -> str:
    """One page of all `decks`."""
    title = decks[0].deck if len(decks) == 1 else counted(len(decks), "deck")
    return page(title, (_article(stats, f"deck-{number}") for number, stats in enumerate(decks, 1)))


def _article(stats: Stats, name: str) -> str:
    lines = "".join(f"<div><dt>{escape(key)}</dt><dd>{escape(value)}</dd></div>" for key, value in facts(stats))
    forecast = _study(stats.forecast, name) if stats.forecast else [f"<p>{escape(no_engine())}</p>"]
    parts = [
        f"<h1>{named(stats.deck, stats.language)}</h1>",
        f'<p class="soft">{escape(stats.path)}</p>',
        f"<dl>{lines}</dl>",
        _sections(stats),
        f'<div class="plots">{"".join(_words(stats, name))}</div>',
        *forecast,
    ]
    return f'<article id="{name}">\n' + "\n".join(parts) + "\n</article>"


def _sections(stats: Stats) -> str:
    rows = [(named(each.name, stats.language), each) for each in stats.sections] + [("all", stats.total)]
    cells = ((name, *map("{:,}".format, (each.notes, each.cards, *each.kinds.values()))) for name, each in rows)
    return table("Sections", ("section", "notes", "cards", *stats.total.kinds), cells)


def _words(stats: Stats, name: str) -> Iterator[str]:
    for number, (title, words) in enumerate(words_of(stats), 1):
        bars = [Bar(size, how_many, f"length {size}: {how_many:,}") for size, how_many in words.histogram]
        yield plot(f"{name}-words-{number}", title, bars)


def _study(forecast: Forecast, name: str) -> Iterator[str]:
    """The forecast: its sentences, reviews and minutes as plots, and both as a table."""
    title, *rest = sentences(forecast)
    yield f"<h2>{escape(title)}</h2>"
    yield from (f"<p>{escape(sentence)}</p>" for sentence in rest)
    if not sum(forecast.new):
        return
    days = forecast.periods(_MOST_BARS)
    reviews = [Bar(f"{day.first}", day.reviews, f"day {day.days}: {figure(day.reviews)} reviews") for day in days]
    minutes = [Bar(f"{day.first}", day.minutes, f"day {day.days}: {figure(day.minutes)} minutes") for day in days]
    yield (
        f'<div class="plots">{plot(f"{name}-reviews", "Reviews a day", reviews)}'
        f"{plot(f'{name}-minutes', 'Minutes a day', minutes)}</div>"
    )
    rows = (
        (row.days, figure(row.new), figure(row.reviews), figure(row.minutes)) for row in forecast.periods(_MOST_ROWS)
    )
    yield table("Days", ("day", "new a day", "reviews a day", "minutes a day"), rows)
