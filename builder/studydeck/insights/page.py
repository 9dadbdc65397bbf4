"""What learners say of decks as one HTML page: plots of all cards, and those that stand out with their intervals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from studydeck.counting import counted
from studydeck.insights.evidence import Share
from studydeck.insights.show import Insight, Insights, percent
from studydeck.stats.drawing import Bar, named, page, plot

_PERCENTS = (0, 5, 10, 20, 30, 40, 60, 80)  # where the bars of a histogram start
_SECONDS = (0, 2, 4, 6, 10, 15, 30, 60)
_WIDTH, _HEIGHT, _MIDDLE = 400, 24, 12  # of an interval


def insights_page(decks: Sequence[Insights], top: int) -> str:
    """One page of all `decks`, with the `top` cards of each that stand out."""
    title = f"Insights: {decks[0].deck}" if len(decks) == 1 else f"Insights: {counted(len(decks), 'deck')}"
    return page(title, (_article(each, f"deck-{number}", top) for number, each in enumerate(decks, 1)))


def _article(insights: Insights, name: str, top: int) -> str:
    parts = [
        f"<h1>{named(insights.deck, insights.language)}</h1>",
        f'<p class="soft">{escape(insights.path)}</p>',
        f"<p>{escape(insights.summary)}</p>",
    ]
    if insights.cards:
        parts.append(f'<div class="plots">{"".join(_plots(insights, name))}</div>')
    if shown := insights.standing_out[:top]:
        parts += ["<h2>Cards that stand out</h2>", f'<p class="soft">{_key()}</p>', "<ol>"]
        parts += [_item(each, insights.language, f"{name}-card-{number}") for number, each in enumerate(shown, 1)]
        parts.append("</ol>")
    if (more := len(insights.standing_out) - len(shown)) > 0:
        parts.append(f"<p>{counted(more, 'more card')} not shown; --top sets how many are.</p>")
    return f'<article id="{name}">\n' + "\n".join(parts) + "\n</article>"


def _plots(insights: Insights, name: str) -> Iterator[str]:
    asked = [each.evidence for each in insights.cards if each.evidence.wrong.total]
    wrong = [100 * each.wrong.cases / each.wrong.total for each in asked]
    yield plot(f"{name}-wrong", "Cards by their wrong answers, in percent", list(_histogram(wrong, _PERCENTS, "%")))
    seconds = [each.median for each in asked]
    yield plot(f"{name}-time", "Cards by the seconds of an answer", list(_histogram(seconds, _SECONDS, " s")))


def _histogram(values: Iterable[float], starts: Sequence[int], unit: str) -> Iterator[Bar]:
    counts = [0] * len(starts)
    for value in values:
        counts[max(number for number, start in enumerate(starts) if value >= start)] += 1
    for start, count in zip(starts, counts, strict=True):
        yield Bar(f"{start}", count, f"from {start}{unit}: {counted(count, 'card')}")


def _key() -> str:
    return (
        "The bar is where a card's share of wrong answers is with 95% certainty, the dot what was counted, "
        "and the line what is usual in this deck. The axis goes from 0% to 100%."
    )


def _item(insight: Insight, language: str, name: str) -> str:
    card = f' <span class="soft">({escape(insight.name)})</span>' if insight.name else ""
    place = f"{insight.place.path}:{insight.place.line}:{insight.place.column}"
    parts = [
        f"<h3>{named(insight.asks, language)}{card}</h3>",
        _interval(insight.evidence.wrong, name) if insight.evidence.wrong.total else "",
        f"<p>{escape(insight.reason)}</p>",
        f'<p class="soft"><code>{escape(place)}</code></p>',
        *(_quoted(source, sentence, language) for source, sentence in insight.sources),
    ]
    return f"<li>{''.join(parts)}</li>"


def _quoted(source: str, sentence: str, language: str) -> str:
    text = f": {named(sentence, language)}" if sentence else ""
    return f"<blockquote><code>{escape(source)}</code>{text}</blockquote>"


def _interval(share: Share, name: str) -> str:
    """A share of wrong answers: its interval as a bar, what was counted as a dot, the usual share as a line."""
    low, high = share.interval
    counted_at, usual = share.cases / share.total * _WIDTH, share.usual * _WIDTH
    words = (
        f"{percent(low)} to {percent(high)} wrong, counted {share.cases:,} of {share.total:,}, "
        f"usual {percent(share.usual)}"
    )
    return (
        f'<svg class="interval" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-labelledby="{name}">'
        f'<title id="{name}">{words}</title><path d="M0 {_MIDDLE}H{_WIDTH}"/>'
        f'<rect x="{low * _WIDTH:.1f}" y="{_MIDDLE - 4}" width="{(high - low) * _WIDTH:.1f}" height="8" rx="4"/>'
        f'<circle cx="{min(max(counted_at, 6), _WIDTH - 6):.1f}" cy="{_MIDDLE}" r="5"/>'
        f'<path class="usual" d="M{usual:.1f} 2V{_HEIGHT - 2}"/></svg>'
    )
