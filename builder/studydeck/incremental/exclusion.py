"""Builds of one deck wait for each other, whoever started them.

SQLite's own lock on an empty file in the user's cache folder does it: the system takes the lock from a process that
dies, and every build loads SQLite anyway (filelock takes as long to load as a small build). The deck's folder stays
as it is, and may be read-only. Nothing depends on the lock: without it, or between two users' caches, a build proves
that what it read is still there, and says so where it isn't (tests/test_together.py).
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from studydeck.files import package_path
from studydeck.user_cache import place_of

_PATIENCE = 0.1  # seconds, for which nobody can interrupt SQLite's waiting
_IN_THIS_PROCESS = threading.Lock()


@contextmanager
def exclusive(decks: Sequence[Path], out: Path | None, wait: Callable[[], None]) -> Iterator[bool]:
    """Keeps every other build of one of `decks`, or of a package of theirs in `out`, waiting until the end.

    `wait` is called once if this one has to wait itself, and what is yielded says whether it had to.
    """
    waited = False

    def waiting() -> None:
        nonlocal waited
        if not waited:
            waited = True
            wait()

    packages = [package_path(deck, out) for deck in decks] if out else []
    places = {os.path.realpath(path) for path in (*decks, *packages)}
    with ExitStack() as held:
        while not _IN_THIS_PROCESS.acquire(timeout=_PATIENCE):
            waiting()
        held.callback(_IN_THIS_PROCESS.release)
        for place in sorted(places):  # in one order everywhere, so that no two builds wait for each other
            _hold(place, held, waiting)
        yield waited


def _hold(place: str, held: ExitStack, waiting: Callable[[], None]) -> None:
    """Takes the lock for a place, until `held` ends, where there can be one."""
    try:
        lock = place_of(os.path.normcase(place)).with_suffix(".lock")
        lock.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(lock, timeout=_PATIENCE, isolation_level=None)
    except (OSError, sqlite3.Error):
        return
    held.enter_context(closing(connection))
    while _is_taken(connection):
        waiting()


def _is_taken(connection: sqlite3.Connection) -> bool:
    """Whether another build has the lock. Where none has, it is ours from now on."""
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error as error:  # any other error: these files can't be locked
        return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
    return False
