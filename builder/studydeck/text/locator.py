"""Places in the material as authors write them: `p2s1`, `p2s1-3`, `p2`, `overview/p1s3`. Parsed only here."""

from __future__ import annotations

import re
from typing import NamedTuple

from studydeck.remembered import Remembered

_SHAPE = r"(?s)(?:(?P<section>.*)/)?p(?P<paragraph>\d+)(?:s(?P<first>\d+)(?:-(?P<last>\d+))?)?"


class Locator(NamedTuple):
    """A section's name ("" for the card's own), a paragraph, and a sentence or a run of them, all counted from 1.

    `last` is 0 if it isn't a run, and `first` is 0 if no sentence is given, which means the whole paragraph.
    """

    section: str
    paragraph: int
    first: int
    last: int

    @property
    def runs_backwards(self) -> bool:
        return 0 < self.last < self.first


def read_locator(written: str) -> Locator | None:
    """The place that is written, or None if it isn't one; keys.LOCATOR_PATTERN says which section names are allowed."""
    return _read_before[written]


def _read(written: str) -> Locator | None:
    found = re.fullmatch(_SHAPE, written)
    if found is None:
        return None
    paragraph, first, last = (int(found[part] or 0) for part in ("paragraph", "first", "last"))
    return Locator(found["section"] or "", paragraph, first, last)


_read_before = Remembered(_read, 2**16)  # most cards have the same few, and each is asked for many times
