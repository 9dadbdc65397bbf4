"""The page's state: refreshed when a file is saved, and sent to every open page."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from studydeck.model import ERROR
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
        known: View | None = None
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
                known = view


def update(view: View, known: View | None, extra: Mapping[str, Any]) -> str:
    """What a page that shows another view, or nothing yet, needs to show `view`, as JSON: whatever is different."""
    new, old = _around_cards(view), _around_cards(known) if known else {}
    state = {name: value for name, value in new.items() if name not in old or old[name] != value}
    if "head" in state:
        state["head"] = {**view.head, "part": view.is_part, **extra}
    cards = known.cards if known else {}
    changed = {key: _changes(card, cards.get(key)) for key, card in view.cards.items() if cards.get(key) is not card}
    return json.dumps({**state, "cards": changed}, ensure_ascii=False, separators=(",", ":"))


def _changes(card: Mapping[str, Any], known: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """What is different about a card: where lines were added above it, its html stays where it is."""
    return {name: value for name, value in card.items() if known[name] != value} if known else card


def _around_cards(view: View) -> dict[str, Any]:
    """What the page shows of a view beside its cards. A card's own problems are with the card."""
    severities = Counter(each.severity for each in view.problems)
    loose = [each for each in view.problems if each.severity != ERROR and each not in view.beside_cards]
    return {
        "head": (view.head, view.is_part),
        "order": list(view.cards),
        "errors": [each._asdict() for each in view.problems if each.severity == ERROR],
        "loose": [each._asdict() for each in loose],
        "mild": {severity: number for severity, number in severities.items() if severity != ERROR},
    }


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
