"""How often the checks are wrong: what they find in tests/decks against what tests/decks/judged.txt says of it.

`python tests/judged.py` prints a table of all checks, and the hits that nobody has judged yet.
"""

from __future__ import annotations

from collections import Counter
from contextlib import chdir
from pathlib import Path
from typing import NamedTuple

from studydeck.pipeline import load

DECKS = Path(__file__).parent / "decks"


class Row(NamedTuple):
    """A check: its severity and name, how often it finds something in the decks, and how often wrongly."""

    severity: str
    name: str
    hits: int
    wrong: int


def hits() -> list[str]:
    """What the checks find in the decks: a place, a severity and a name each."""
    with chdir(DECKS):
        folders = sorted(path.parent for path in Path().glob("*/deck.yaml"))
        problems = [each for folder in folders for each in load(folder).problems]
    return [f"{each.path}:{each.line}:{each.column} {each.severity} {each.name}" for each in problems]


def verdicts() -> dict[str, str]:
    """`right` or `wrong` for each hit."""
    lines = (DECKS / "judged.txt").read_text("utf-8").splitlines()
    return {hit: verdict for hit, _, verdict in (line.rpartition(" ") for line in lines if not line.startswith("#"))}


def table() -> list[Row]:
    """The checks with hits, warnings first."""
    judged = [(*hit.split()[1:], verdict) for hit, verdict in verdicts().items()]
    found = Counter((severity, name) for severity, name, _ in judged)
    wrong = Counter((severity, name) for severity, name, verdict in judged if verdict == "wrong")
    rows = [Row(*check, count, wrong[check]) for check, count in found.items()]
    return sorted(rows, key=lambda row: (row.severity != "warning", row.name))


def total(severity: str) -> Row:
    """The sum of the table's rows of a severity."""
    rows = [row for row in table() if row.severity == severity]
    return Row(severity, "all", sum(row.hits for row in rows), sum(row.wrong for row in rows))


if __name__ == "__main__":
    for row in [*table(), total("warning"), total("info")]:
        print(f"{row.severity:8} {row.name:20} {row.hits:4} hits {row.wrong:4} wrong {row.wrong / row.hits:5.0%}")
    for hit in sorted(set(hits()) ^ set(verdicts())):
        print("not judged:" if hit not in verdicts() else "no longer found:", hit)
