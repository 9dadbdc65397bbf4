"""Coverage as one HTML page: each sentence with its cards beside it, and the bare ones marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from studydeck.material.coverage import Counts, Coverage, Covered, SectionCoverage, counts_of, place, summed

_STYLE = """\
:root { color-scheme: light dark; --paper: #fff; --ink: #1d1d1f; --quiet: #5f6368; --line: #d8dade; --bare: #fdebd3;
  --mark: #a34a00; }
@media (prefers-color-scheme: dark) { :root { --paper: #17181a; --ink: #e8e8ea; --quiet: #a2a6ad; --line: #3a3d42;
  --bare: #3d2c14; --mark: #ffb866; } }
body { margin: 2rem auto; max-width: 70rem; padding: 0 1rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; }
table { width: 100%; border-collapse: collapse; table-layout: fixed; }
th, td { padding: .4rem .6rem; border-top: 1px solid var(--line); text-align: left; vertical-align: top;
  overflow-wrap: anywhere; }
th:first-child, td:first-child { width: 5rem; color: var(--quiet); font-variant-numeric: tabular-nums; }
tr.bare td { background: var(--bare); }
.bare strong { color: var(--mark); }
.quiet, .id { color: var(--quiet); }
.id { font-size: .85rem; }
ul { margin: 0; padding: 0; list-style: none; }
@media (max-width: 40rem) { table, tbody, tr, td { display: block; width: auto !important; } thead { display: none; }
  td { border: 0; } tr { border-top: 1px solid var(--line); } }
"""


def coverage_page(coverages: Sequence[Coverage]) -> str:
    """One page for all `coverages`, with nothing outside it: no script, no font, no picture."""
    titles = ", ".join(escape(each.deck) for each in coverages)
    body = "\n".join(line for each in coverages for line in _deck(each))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Coverage: {titles}</title>\n<style>\n{_STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>"
    )


def _deck(coverage: Coverage) -> Iterator[str]:
    counts, lines = [], list[str]()
    for section in coverage.sections:
        sentences = section.sentences
        counts.append(counts_of(sentences))
        lines.append(f"<h2>{escape(section.title or section.name)}: {_sum(counts[-1])}</h2>")
        lines.append("<table><thead><tr><th>Place</th><th>Sentence</th><th>Cards</th></tr></thead><tbody>")
        lines += [_row(section, each) for each in sentences]
        lines.append("</tbody></table>")
    yield f"<h1>{escape(coverage.deck)}: {_sum(summed(counts))}</h1>"
    yield from lines


def _sum(counts: Counts) -> str:
    bare = f", {counts.bare:,} bare" if counts.bare else ""
    return f"{counts.percent} % of {counts.total:,} sentences{bare}"


def _row(section: SectionCoverage, each: Covered) -> str:
    text = escape(each.sentence.text) or '<span class="quiet">the text is not available</span>'
    if each.cards:
        cards = f"<ul>{''.join(_card(name, card.called) for name, card in each.cards)}</ul>"
    elif each.reason:
        cards = f'<span class="quiet">left out: {escape(each.reason)}</span>'
    else:
        cards = "<strong>no card</strong>"
    row = '<tr class="bare">' if each.is_bare else "<tr>"
    where = escape(place(section, each).rpartition("/")[2])
    return f"{row}<td>{where}</td><td>{text}</td><td>{cards}</td></tr>"


def _card(name: str, asks: str) -> str:
    return f'<li>{escape(" ".join(asks.split()))} <span class="id">{escape(name)}</span></li>'
