"""Work that two processes share, where the system can make two of one.

Python's threads take turns. A forked process starts with all that its parent has read, so that nothing but its
results need be handed over. That is Linux: elsewhere a process starts empty, and reading the deck again would take
longer than what it saves.
"""

from __future__ import annotations

import marshal
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO, NoReturn, TypeVar

_Part = TypeVar("_Part")
#: Parts from which a second process pays, and up to which it does: each process comes to have a copy of its own of all
#: that both look at, which takes half as much memory again, and at 100 parts as long as it saves.
_FEWEST, _MOST = 4, 50
_PIPE = 1 << 20  # bytes that the other process can be ahead


@contextmanager
def in_two(work: Callable[[Sequence[_Part]], Iterator[Any]], parts: Sequence[_Part]) -> Iterator[Iterator[Any]]:
    """What `work` yields for each of `parts`, in their order; every second one from another process, where it pays.

    `work` must yield plain tuples, lists, strings and numbers, one for each part, and change nothing else.
    """
    other = _split(work, parts[1::2]) if _FEWEST <= len(parts) <= _MOST else None
    if other is None:
        yield work(parts)
        return
    child, reader = other
    try:
        with open(reader, "rb") as source:
            yield _in_order(work, parts, source)
    finally:  # the other process ends, if it is still there, when nobody reads what it writes
        os.waitpid(child, 0)


def _split(work: Callable[[Sequence[_Part]], Iterator[Any]], parts: Sequence[_Part]) -> tuple[int, int] | None:
    """Another process that works on these parts: its number, and the pipe to read; None where none can be had.

    One with threads must not be split: they would be missing in the other.
    """
    if sys.platform != "linux":
        return None
    if len(os.sched_getaffinity(0)) < 2 or threading.active_count() > 1:
        return None
    reader, writer = os.pipe()
    try:
        child = os.fork()
    except OSError:  # the system has no room for one more
        os.close(reader)
        os.close(writer)
        return None
    if not child:
        _hand_over(work(parts), writer)
    os.close(writer)
    return child, reader


def _hand_over(results: Iterator[Any], writer: int) -> NoReturn:
    """Writes the results, and ends the process."""
    failed = True
    try:
        if sys.platform == "linux":
            import fcntl

            with suppress(OSError):
                fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, _PIPE)
        with open(writer, "wb") as target:
            for each in results:
                marshal.dump(each, target)
                target.flush()
        failed = False
    finally:
        os._exit(failed)


def _in_order(
    work: Callable[[Sequence[_Part]], Iterator[Any]], parts: Sequence[_Part], source: BinaryIO
) -> Iterator[Any]:
    """The results of both processes; where the other one was ended, all that are left are made here."""
    mine = work(parts[0::2])
    for number, part in enumerate(parts):
        if number % 2 == 0:
            yield next(mine)
            continue
        try:
            result = marshal.load(source)  # noqa: S302 - from our own process
        except (EOFError, ValueError, TypeError):
            result = next(work([part]))
        yield result
