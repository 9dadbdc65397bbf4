"""What is made of a text once, and asked for again and again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

_Made = TypeVar("_Made")


class Remembered(dict[str, _Made]):
    """What a function makes of each text that is looked up, kept for `most` texts at a time.

    It takes half the time of functools.lru_cache, which matters for what each text or word is asked for, and knows an
    author's Text by the same string.
    """

    def __init__(self, make: Callable[[str], _Made], most: int) -> None:
        self._make = make
        self._most = most

    def __missing__(self, text: str) -> _Made:
        if len(self) >= self._most:
            self.clear()
        self[text] = made = self._make(text)
        return made
