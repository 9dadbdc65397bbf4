"""Finds what is enclosed in marks in linear time. A pattern such as `\\(.*?\\)` would look for the end again and again,
from every start that has none (test_hangs.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

#: A formula's brackets in Anki.
FORMULA = {r"\(": r"\)", r"\[": r"\]"}


class Seeker:
    """Finds marks in `text` from places that only move forwards, and looks at no part of it twice for one mark."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._next: dict[str, int] = {}

    def find(self, mark: str, at: int) -> int:
        """Where `mark` comes next at or after `at`; the text's length if it doesn't come again."""
        known = self._next.get(mark, -1)
        if known < at:
            known = self.text.find(mark, at)
            self._next[mark] = known = known if known >= 0 else len(self.text)
        return known


def replace_enclosed(text: str, ends: Mapping[str, str], made: Callable[[str, str, str], str]) -> str:
    """`text` with what `made` makes of a start, what it encloses, and its end; `ends` has the end of each start.

    A start without an end is text.
    """
    starts = re.compile("|".join(map(re.escape, ends)))
    seeker = Seeker(text)
    parts: list[str] = []
    at = written = 0
    while start := starts.search(text, at):
        end = ends[start[0]]
        found = seeker.find(end, start.end())
        if found == len(text):
            at = start.end()
            continue
        parts += text[written : start.start()], made(start[0], text[start.end() : found], end)
        at = written = found + len(end)
    return "".join(parts) + text[written:]
