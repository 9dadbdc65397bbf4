"""The page's state: refreshed when a file is saved, and sent to every open page."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from studydeck.preview.view import View

#: Milliseconds: files saved within this time of each other are one edit.
_QUIET = 10


class Live:
    """The latest View from `look`, and the pages that wait for the next; `package` is the download's file name.

    `look` is called twice for each edit: first for the cards alone, and then with the warnings that judge them.
    """

    def __init__(self, look: Callable[[bool], View], package: str) -> None:
        self._look = look
        self._package = package
        #: Where a phone finds the page: its address, and a QR code of it as an image's source.
        self.phone: Mapping[str, str] | None = None
        self._changed = threading.Condition()
        self._revision = 1
        self._closed = False
        self.view = look(True)

    def refresh(self) -> None:
        """Looks at the deck's files again, and notifies the pages."""
        for judge in (False, True):
            seen = self._look(judge)
            with self._changed:
                if seen != self.view:
                    self.view = seen
                    self._revision += 1
                    self._changed.notify_all()

    def close(self) -> None:
        """Ends every page's waiting."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def updates(self, patience: float) -> Iterator[str]:
        """The whole state as JSON, then each change of it; "" after `patience` seconds without one."""
        known: Mapping[str, Any] = {}
        revision = 0
        while True:
            with self._changed:
                if self._revision == revision and not self._closed:
                    self._changed.wait(patience)
                if self._closed:
                    return
                quiet, revision, view = self._revision == revision, self._revision, self.view
            if quiet:
                yield ""
            else:
                yield update(view, known, {"package": self._package, "phone": self.phone})
                known = view.cards


def update(view: View, known: Mapping[str, Any], extra: Mapping[str, Any]) -> str:
    """What a page that knows some cards needs to show `view`, as JSON."""
    changed = {key: card for key, card in view.cards.items() if known.get(key) != card}
    state = {
        "head": {**view.head, "part": view.is_part, **extra},
        "order": list(view.cards),
        "cards": changed,
        "problems": [each._asdict() for each in view.problems],
    }
    return json.dumps(state, ensure_ascii=False, separators=(",", ":"))


def watch(folder: Path, refresh: Callable[[], None], stop: threading.Event) -> None:
    """Calls `refresh` after every change of the deck's files, until `stop` is set. Ignores builds' temporary files."""
    from watchfiles import DefaultFilter
    from watchfiles import watch as changes

    usual = DefaultFilter()

    def ours(change: Any, path: str) -> bool:
        return usual(change, path) and not path.endswith((".part", ".pending"))

    seen_once = False  # a file saved before the watching began would be missed
    for changed in changes(
        folder,
        watch_filter=ours,
        stop_event=stop,
        debounce=200,
        step=_QUIET,
        rust_timeout=300,
        yield_on_timeout=True,
    ):
        if changed or not seen_once:
            seen_once = True
            refresh()
