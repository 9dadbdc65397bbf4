"""Builds of the same deck wait for each other, even in different processes.

They use SQLite's lock on an empty file in the user's cache folder: the system releases it when a process dies, and
every build loads SQLite anyway (loading filelock takes as long as a small build). The deck's folder isn't touched, and
may be read-only. Nothing depends on this lock: without it, or with two users' caches, a build checks that what it read
hasn't changed, and reports it if it has (tests/test_together.py).
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

_PATIENCE = 0.1  # seconds during which SQLite's waiting can't be interrupted
_IN_THIS_PROCESS = threading.Lock()


@contextmanager
def exclusive(decks: Sequence[Path], out: Path | None, wait: Callable[[], None]) -> Iterator[bool]:
    """Makes every other build of these `decks`, or of their packages in `out`, wait until the end.

    `wait` is called once if this build has to wait itself; yields whether it had to.
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
        for place in sorted(places):  # always in the same order, so that no two builds deadlock
            _hold(place, held, waiting)
        yield waited


def _hold(place: str, held: ExitStack, waiting: Callable[[], None]) -> None:
    """Takes the lock for a path, until `held` ends, if it can be locked."""
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
    """Whether another build has the lock. If none has, this one takes it."""
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error as error:  # any other error: these files can't be locked
        return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
    return False
