"""What the last `check` of some decks found, so that one of unchanged decks says the same without reading them.

It is remembered as what a build made (cache.py), of packages in a folder that has none.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from studydeck.files import digest_of
from studydeck.incremental import cache
from studydeck.model import Problem
from studydeck.user_cache import cache_folder


class Checked(NamedTuple):
    """How many decks and cards were checked, and the problems with them."""

    decks: int
    cards: int
    problems: Sequence[Problem]


class Check:
    """A check of the decks in `folders`, which may be the same as the last one."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = folders
        self._state = cache.State()
        with suppress(OSError):
            self._state = cache.state_of(folders, _nowhere())

    def found_before(self) -> Checked | None:
        """What the last check found, if it would find the same now."""
        with suppress(OSError, ValueError, TypeError, KeyError):
            known = cache.recall(self._folders, _nowhere(), self._state)
            if known is None or known.changed:
                return None
            last = json.loads(cache.sections_of(self._folders, _nowhere(), known) or "{}")
            if last["around"] != self._around(last["materials"]):
                return None
            cache.settle(self._folders, _nowhere(), self._state)
            return Checked(last["decks"], last["cards"], [Problem(*each) for each in last["problems"]])
        return None

    def remember(self, checked: Checked, materials: Iterable[Path]) -> None:
        """Stores what was found; `materials` are the files, of any folder, that the decks were compared with.

        What a file needs to be read, such as a library, may be installed meanwhile.
        """
        if any(each.name == "unreadable" for each in checked.problems) or not cache.is_complete(self._state):
            return
        paths = [os.fspath(path) for path in materials]
        with suppress(OSError):
            found = {**checked._asdict(), "materials": paths, "around": self._around(paths)}
            cache.remember(self._folders, _nowhere(), self._state, (), {}, json.dumps(found, separators=(",", ":")))

    def _around(self, materials: Iterable[str]) -> dict[str, Any]:
        """What a check's words depend on, besides the decks' files: how they are named, and what else is there."""
        hashes: Mapping[str, str | None] = {path: _digest_of(path) for path in materials}
        folders = sorted(self._state.marks.keys() - self._state.digests.keys())
        names = [sorted(os.listdir(folder)) for folder in self._folders]
        return {
            "in": os.getcwd(),
            "given": [*map(os.fspath, self._folders)],
            "folders": folders,
            "names": names,
            "materials": hashes,
        }


def _digest_of(path: str) -> str | None:
    with suppress(OSError):
        return digest_of(path)
    return None


def _nowhere() -> Path:
    return cache_folder() / "checked"
