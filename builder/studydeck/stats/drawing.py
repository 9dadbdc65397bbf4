"""The parts of a page that needs nothing else: its style for day and night, tables, and plots in SVG. No script."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import NamedTuple

_PAGE = Path(__file__).parent / "assets" / "page.html"
_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM = 400, 180, 40, 8, 20  # of a plot, and what its axes take
_MOST_LABELS = 8


class Bar(NamedTuple):
    """One bar of a plot: its label, its height, and what it shows when pointed at."""

    label: str
    value: float
    words: str


def page(title: str, articles: Iterable[str]) -> str:
    """A whole page of HTML articles. In ASCII, so that it stays intact in any output encoding."""
    filled = Template(_PAGE.read_text("utf-8")).substitute(title=escape(title), decks="\n".join(articles))
    return filled.encode("ascii", "xmlcharrefreplace").decode()


def named(words: str, language: str) -> str:
    """The author's words, in their language and direction."""
    said = f' lang="{escape(language)}"' if language else ""
    return f"<bdi{said}>{escape(words)}</bdi>"


def table(title: str, heads: Iterable[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of HTML cells whose rows start with their names; on a phone it can be scrolled sideways."""
    head = "".join(f'<th scope="col">{each}</th>' for each in heads)
    body = "\n".join(
        f'<tr><th scope="row">{name}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>' for name, *cells in rows
    )
    return (
        f'<div class="wide" role="region" tabindex="0" aria-label="{title}"><table>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table></div>"
    )


def plot(name: str, title: str, bars: Sequence[Bar]) -> str:
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
