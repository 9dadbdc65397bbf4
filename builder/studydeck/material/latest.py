"""What was last made of a file, kept by its hash, so that neither its bytes nor its text are kept."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Generic, TypeVar

At = TypeVar("At")
Made = TypeVar("Made")


class Latest(Generic[At, Made]):
    """A function of a file's path and bytes that reads the same file once: a command asks up to three times."""

    def __init__(self, make: Callable[[At, bytes], Made]) -> None:
        self._make = make
        self._last: dict[tuple[At, bytes], Made] = {}

    def __call__(self, at: At, data: bytes) -> Made:
        name = (at, sha256(data).digest())
        if name not in self._last:
            self._last = {name: self._make(at, data)}
        return self._last[name]

    def cache_clear(self) -> None:
        """Forgets it, as a test has to."""
        self._last.clear()
