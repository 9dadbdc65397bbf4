"""The numbers for a terminal: tables, and bars of Unicode blocks, or of # if the terminal has none."""

from __future__ import annotations

from collections.abc import Iterator

from studydeck.counting import counted
from studydeck.stats.numbers import Forecast, Stats, Words

#: What the bars are drawn with, besides ASCII.
BLOCKS = "▏▎▍▌▋▊▉█"
_WIDTH = 24
_ROWS = 15


def stats_text(stats: Stats, blocks: bool = True) -> str:
    """The numbers for a terminal; without `blocks` its bars are plain ASCII."""
    parts = [
        [f"{stats.path}: {stats.deck}"],
        list(_table(stats)),
        *([title, *_histogram(words, blocks)] for title, words in words_of(stats)),
        [f"{name}: {value}" for name, value in facts(stats)],
        list(_study(stats.forecast, blocks)) if stats.forecast else [no_engine()],
    ]
    return "\n\n".join("\n".join(part) for part in parts)


def no_engine() -> str:
    """Why there is no forecast, and the command that installs what it needs."""
    from studydeck.installing import install_line

    return f"The study forecast needs Anki's engine, an optional part of studydeck: {install_line('anki')}"


def facts(stats: Stats) -> Iterator[tuple[str, str]]:
    """Facts of one line each, as a name and its value, for the terminal and the page. To add one, yield one more."""
    if each := stats.coverage:
        left_out = f", {each.left_out:,} left out on purpose" if each.left_out else ""
        bare = f"{each.bare:,} without{left_out}"
        yield "Coverage", f"{each.percent}% of the material: {counted(each.carded, 'sentence')} with a card, {bare}"
    counts = [counted(number, severity) for severity, number in stats.problems.items() if number]
    yield "Problems", ", ".join(counts) or "none"
    yield "Media", f"{counted(stats.files, 'file')}, {_weight(stats.bytes)}" if stats.files else "none"
    if stats.retired:
        yield "Retired", f"{counted(stats.retired, 'note')}, not counted above"


def words_of(stats: Stats) -> Iterator[tuple[str, Words]]:
    """The two histograms of words, each with its heading."""
    for what, words in (("question", stats.questions), ("answer", stats.answers)):
        at = words.longest_at
        where = f" ({at.path}:{at.line})" if at else ""
        yield f"Words per {what}: median {words.median:g}, longest {words.longest:,}{where}", words


def sentences(forecast: Forecast) -> Iterator[str]:
    """What the forecast is for, its result, and what it assumes."""
    new, days = counted(forecast.per_day, "new card"), counted(len(forecast.new), "day")
    yield f"Study forecast: {new} a day for {days}, to remember {forecast.retention}%"
    met, minutes = round(sum(forecast.new)), sum(forecast.minutes)
    if not met:
        yield "There are no cards to study."
        return
    yield (
        f"{counted(met, 'card')} started and {forecast.known:,.0f} of them known after {days}, in {_time(minutes)}; "
        f"the busiest day is the {_ordinal(forecast.busiest)}, with {_time(max(forecast.minutes))}."
    )
    yield "This assumes that every review is done on its day, FSRS's default parameters, and Anki's usual answer times."


def figure(number: float) -> str:
    """A mean for display: with one decimal if it is small."""
    return f"{number:.1f}" if 0 < number < 10 else f"{number:,.0f}"


def _table(stats: Stats) -> Iterator[str]:
    """The sections' counts. Names come last, since their width on a terminal is unknown."""
    heads = ("notes", "cards", *stats.total.kinds)
    yield "  ".join((*heads, "section"))
    for section in (*stats.sections, stats.total):
        numbers = (section.notes, section.cards, *section.kinds.values())
        cells = [f"{number:>{len(head)},}" for head, number in zip(heads, numbers, strict=True)]
        yield "  ".join((*cells, section.name))


def _histogram(words: Words, blocks: bool) -> Iterator[str]:
    most = max((how_many for _, how_many in words.histogram), default=0)
    for name, how_many in words.histogram:
        yield f"  {name:>5}  {_bar(how_many, most, blocks)} {how_many:,}"


def _study(forecast: Forecast, blocks: bool) -> Iterator[str]:
    """The forecast's days in rows: means of a day, with a bar for its reviews and one for its minutes."""
    title, *rest = sentences(forecast)
    yield title
    if sum(forecast.new):
        rows = forecast.periods(_ROWS)
        most_reviews, most_minutes = max(row.reviews for row in rows), max(row.minutes for row in rows)
        yield f"  {'day':>9}    new  {'reviews a day':<{_WIDTH + 6}}  minutes a day"
        for row in rows:
            reviews = f"{_bar(row.reviews, most_reviews, blocks)} {figure(row.reviews)}"
            minutes = f"{_bar(row.minutes, most_minutes, blocks)} {figure(row.minutes)}"
            yield f"  {row.days:>9}  {figure(row.new):>5}  {reviews:<{_WIDTH + 6}}  {minutes}"
    yield from rest


def _bar(value: float, most: float, blocks: bool) -> str:
    """A bar with the length of `value` relative to `most`; the shortest possible if `value` is just above 0."""
    if not value:
        return ""
    length = value / most * _WIDTH
    if not blocks:
        return "#" * max(1, round(length))
    eighths = max(1, round(length * 8))
    return BLOCKS[-1] * (eighths // 8) + (BLOCKS[eighths % 8 - 1] if eighths % 8 else "")


def _weight(size: int) -> str:
    if size < 1_000_000:
        return f"{size / 1000:,.1f} kB"
    return f"{size / 1_000_000:,.1f} MB"


def _time(minutes: float) -> str:
    return f"{minutes / 60:,.0f} hours" if minutes >= 120 else counted(round(minutes) or 1, "minute")


def _ordinal(number: int) -> str:
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{ending}"
