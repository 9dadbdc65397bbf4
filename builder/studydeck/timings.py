"""How long each stage of the flow takes, for `build --timings`. Stages name themselves; no clock is passed around.

If nothing is timed, a stage costs one comparison.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, ParamSpec, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")


class Stopwatch:
    """Seconds and counts of stages, summed over decks. Time in a nested stage counts only for that stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {"start": time.process_time()}
        self.counts: dict[str, int] = {}
        self._inside: list[str] = ["rest"]
        self._last = time.perf_counter()

    def enter(self, stage: str) -> None:
        """A stage begins or resumes."""
        self._add()
        self._inside.append(stage)

    def leave(self) -> None:
        """The stage that began last ends or is suspended."""
        self._add()
        self._inside.pop()

    def count(self, stage: str, number: int) -> None:
        """Adds to the number of things that the stage made."""
        self.counts[stage] = self.counts.get(stage, 0) + number

    def _add(self) -> None:
        now, stage = time.perf_counter(), self._inside[-1]
        self.seconds[stage] = self.seconds.get(stage, 0.0) + now - self._last
        self._last = now


_running: Stopwatch | None = None


def start() -> Stopwatch:
    """Times all stages from now on."""
    global _running
    _running = Stopwatch()
    return _running


def stage(name: str, count: Callable[[Any], int]) -> Callable[[Callable[_P, _T]], Callable[_P, _T]]:
    """Makes a function the stage `name`; `count` gives the number of things it made."""

    def of(function: Callable[_P, _T]) -> Callable[_P, _T]:
        @wraps(function)
        def timed(*args: _P.args, **kwargs: _P.kwargs) -> _T:
            if (clock := _running) is None:
                return function(*args, **kwargs)
            clock.enter(name)
            try:
                made = function(*args, **kwargs)
            finally:
                clock.leave()
            clock.count(name, count(made))
            return made

        return timed

    return of


def lazy_stage(name: str) -> Callable[[Callable[_P, Iterator[_T]]], Callable[_P, Iterator[_T]]]:
    """Makes a generator function the stage `name`, which makes its things one by one, when they are asked for."""

    def of(function: Callable[_P, Iterator[_T]]) -> Callable[_P, Iterator[_T]]:
        @wraps(function)
        def timed(*args: _P.args, **kwargs: _P.kwargs) -> Iterator[_T]:
            made = function(*args, **kwargs)
            return made if _running is None else _timed(_running, name, made)

        return timed

    return of


def _timed(clock: Stopwatch, name: str, things: Iterator[_T]) -> Iterator[_T]:
    while True:
        clock.enter(name)
        try:
            thing = next(things)
        except StopIteration:
            return
        finally:
            clock.leave()
        clock.count(name, 1)
        yield thing
