"""What was last made of a file, kept by the file's hash, so that neither its bytes nor its text are kept."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Made = TypeVar("Made")


class Latest(Generic[Made]):
    """What was made last: a command asks up to three times for the same."""

    def __init__(self) -> None:
        self._last: dict[Hashable, Made] = {}

    def get(self, name: Hashable, make: Callable[[], Made]) -> Made:
        """What `make` returns, or has returned if the last `name`, such as a file's path and hash, was the same."""
        if name not in self._last:
            self._last.clear()  # before another takes as much memory
            self._last[name] = make()
        return self._last[name]

    def cache_clear(self) -> None:
        """Forgets it, as a test has to."""
        self._last.clear()
