"""The numbers as one HTML page that needs nothing else: tables, and plots in SVG for day and night. No script."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import NamedTuple

from studydeck.counting import counted
from studydeck.stats.numbers import Forecast, Stats
from studydeck.stats.show import facts, figure, no_engine, sentences, words_of

_PAGE = Path(__file__).parent / "assets" / "page.html"
_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM = 400, 180, 40, 8, 20  # of a plot, and what its axes take
_MOST_BARS, _MOST_ROWS, _MOST_LABELS = 120, 15, 8


class _Bar(NamedTuple):
    """One bar of a plot: its label, its height, and what it shows when pointed at."""

    label: str
    value: float
    words: str


def stats_page(decks: Sequence[Stats]) -> str:
    """One page of all `decks`. In ASCII, so that it stays intact in any output encoding."""
    title = decks[0].deck if len(decks) == 1 else counted(len(decks), "deck")
    articles = "\n".join(_article(stats, f"deck-{number}") for number, stats in enumerate(decks, 1))
    page = Template(_PAGE.read_text("utf-8")).substitute(title=escape(title), decks=articles)
    return page.encode("ascii", "xmlcharrefreplace").decode()


def _article(stats: Stats, name: str) -> str:
    lines = "".join(f"<div><dt>{escape(key)}</dt><dd>{escape(value)}</dd></div>" for key, value in facts(stats))
    forecast = _study(stats.forecast, name) if stats.forecast else [f"<p>{escape(no_engine())}</p>"]
    parts = [
        f"<h1>{_named(stats.deck, stats)}</h1>",
        f'<p class="soft">{escape(stats.path)}</p>',
        f"<dl>{lines}</dl>",
        _sections(stats),
        f'<div class="plots">{"".join(_words(stats, name))}</div>',
        *forecast,
    ]
    return f'<article id="{name}">\n' + "\n".join(parts) + "\n</article>"


def _named(words: str, stats: Stats) -> str:
    """The author's words, in their language and direction."""
    language = f' lang="{escape(stats.language)}"' if stats.language else ""
    return f"<bdi{language}>{escape(words)}</bdi>"


def _sections(stats: Stats) -> str:
    rows = [(_named(each.name, stats), each) for each in stats.sections] + [("all", stats.total)]
    cells = ((name, *map("{:,}".format, (each.notes, each.cards, *each.kinds.values()))) for name, each in rows)
    return _table("Sections", ("section", "notes", "cards", *stats.total.kinds), cells)


def _words(stats: Stats, name: str) -> Iterator[str]:
    for number, (title, words) in enumerate(words_of(stats), 1):
        bars = [_Bar(size, how_many, f"length {size}: {how_many:,}") for size, how_many in words.histogram]
        yield _plot(f"{name}-words-{number}", title, bars)


def _study(forecast: Forecast, name: str) -> Iterator[str]:
    """The forecast: its sentences, reviews and minutes as plots, and both as a table."""
    title, *rest = sentences(forecast)
    yield f"<h2>{escape(title)}</h2>"
    yield from (f"<p>{escape(sentence)}</p>" for sentence in rest)
    if not sum(forecast.new):
        return
    days = forecast.periods(_MOST_BARS)
    reviews = [_Bar(f"{day.first}", day.reviews, f"day {day.days}: {figure(day.reviews)} reviews") for day in days]
    minutes = [_Bar(f"{day.first}", day.minutes, f"day {day.days}: {figure(day.minutes)} minutes") for day in days]
    yield (
        f'<div class="plots">{_plot(f"{name}-reviews", "Reviews a day", reviews)}'
        f"{_plot(f'{name}-minutes', 'Minutes a day', minutes)}</div>"
    )
    rows = (
        (row.days, figure(row.new), figure(row.reviews), figure(row.minutes)) for row in forecast.periods(_MOST_ROWS)
    )
    yield _table("Days", ("day", "new a day", "reviews a day", "minutes a day"), rows)


def _table(title: str, heads: Iterable[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of HTML cells whose rows start with their names; on a phone it can be scrolled sideways."""
    head = "".join(f'<th scope="col">{each}</th>' for each in heads)
    body = "\n".join(
        f'<tr><th scope="row">{name}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>' for name, *cells in rows
    )
    return (
        f'<div class="wide" role="region" tabindex="0" aria-label="{title}"><table>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table></div>"
    )


def _plot(name: str, title: str, bars: Sequence[_Bar]) -> str:
    """Bars with an axis on the left. Its title and description are for those who can't see it."""
    most = _round_up(max((bar.value for bar in bars), default=1))
    wide, high = (_WIDTH - _LEFT) / max(len(bars), 1), _HEIGHT - _TOP - _BOTTOM
    gap = min(wide * 0.15, 6)
    highest = f"Highest: {max(bars, key=lambda bar: bar.value).words}." if bars else "Nothing to show."
    drawn = [
        f'<figure><figcaption>{escape(title)}</figcaption>\n<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-labelledby="{name}-title {name}-desc">',
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(highest)}</desc>',
    ]
    for part in (0, 0.5, 1):
        y = _TOP + high * (1 - part)
        drawn.append(f'<path d="M{_LEFT} {y:.1f}H{_WIDTH}"/><text class="left" x="{_LEFT - 6}" y="{y + 4:.1f}">'
                     f"{most * part:,g}</text>")  # fmt: skip
    every = -(-len(bars) // _MOST_LABELS)
    for number, bar in enumerate(bars):
        x, tall = _LEFT + number * wide, bar.value / most * high
        drawn.append(f'<rect x="{x + gap / 2:.1f}" y="{_TOP + high - tall:.1f}" width="{wide - gap:.1f}" '
                     f'height="{tall:.1f}"><title>{escape(bar.words)}</title></rect>')  # fmt: skip
        if number % every == 0:
            drawn.append(f'<text x="{x + wide / 2:.1f}" y="{_HEIGHT - 4}">{escape(bar.label)}</text>')
    return "\n".join((*drawn, "</svg></figure>"))


def _round_up(number: float) -> float:
    """The end of an axis: the next round number, whose half is fairly round, too."""
    step = 0.1
    while step * 10 < number:
        step *= 10
    return next(step * factor for factor in (1, 1.5, 2, 3, 4, 6, 8, 10) if step * factor >= number)
