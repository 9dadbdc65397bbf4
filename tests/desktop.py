"""Shows every card of a deck in desktop Anki's own window, by day and by night, and measures what is there.

`make desktop DECK=cards/my-deck` runs it in an environment with the whole of Anki, Qt included, and on a screen of its
own. The pictures of all sides and sheets of twelve go to .looks/desktop for people to look at; it fails on what look.js
finds, such as a scrollbar that nobody needs, raw markup or a formula that MathJax refuses.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
MEASURE = (Path(__file__).parent / "look.js").read_text("utf-8")
WINDOWS = {"day": (667, 570), "night": (1280, 900)}  # the first is what a new learner has
ACROSS, DOWN, THUMB = 3, 4, 640  # of a sheet


def package_of(deck: Path, home: Path) -> Path:
    """The deck's package, built from a copy: looking at a deck is no release of it."""
    from studydeck.pipeline import build, load

    if errors := load(deck).errors:
        sys.exit("\n".join(map(str, errors)))
    folder = home / deck.resolve().name
    shutil.copytree(deck, folder)
    return build(load(folder), home / "dist", int(time.time())).path


class Desktop:
    """Anki's program with a new profile, in this process."""

    def __init__(self, home: Path) -> None:
        os.environ["QTWEBENGINE_DISABLE_SANDBOX"] = "1"  # it doesn't start as root
        os.environ.setdefault("QTWEBENGINE_CHROMIUM_FLAGS", "--disable-gpu")
        self.aqt: Any = import_module("aqt")
        profiles: Any = import_module("aqt.profiles")
        base = profiles.ProfileManager.get_created_base_folder(str(home / "anki"))
        manager = profiles.ProfileManager(base)
        manager.setupMeta()
        manager.setLang("en_US")  # a new one would ask for it
        manager.create("User 1")
        manager.db.close()
        self.app: Any = self.aqt._run(["anki", "-b", str(base), "-p", "User 1"], exec=False)
        self.window: Any = self.aqt.mw
        self.wait(lambda: self.window.state == "deckBrowser")

    def wait(self, holds: Callable[[], Any], seconds: float = 60) -> Any:
        """Lets the program run until it holds."""
        until = time.monotonic() + seconds
        while not (found := holds()):
            assert time.monotonic() < until, "the program doesn't answer"
            self.app.processEvents()
            time.sleep(0.002)
        return found

    def ask(self, script: str) -> Any:
        """What a script in the reviewer's page gives."""
        answers: list[Any] = []
        self.window.web.evalWithCallback(script, answers.append)
        self.wait(lambda: answers)
        return answers[0]

    def add(self, package: Path) -> list[Any]:
        """Imports a package; returns its cards in the order that they are studied in."""
        from anki.collection import ImportAnkiPackageOptions, ImportAnkiPackageRequest

        col = self.window.col
        col.import_anki_package(ImportAnkiPackageRequest(package_path=str(package), options=ImportAnkiPackageOptions()))
        for config in col.decks.all_config():
            config["autoplay"] = False  # without a player it stops at a message
            col.decks.update_config(config)
        cards = [col.get_card(number) for number in col.find_cards("", order="c.due, c.ord")]
        col.decks.select(cards[0].did)
        return cards

    def show(self, card: Any, side: str) -> None:
        """Shows a side of a card as the reviewer shows it, and waits until it is drawn."""
        reviewer = self.window.reviewer
        if side.endswith("question"):
            reviewer.card = card
            card.start_timer()
            reviewer._showQuestion()
        else:
            reviewer._onTypedAnswer("Rhone")  # right in part, if a card asks for the Rhine
        self.ask("window.drawn = false; _queueAction(() => { window.drawn = true; }); 0")
        self.wait(lambda: self.ask("window.drawn"))

    def faults(self) -> list[str]:
        """What look.js finds on the side that is shown."""
        self.ask(f"window.faults = null; ({MEASURE})([null, {{text: 1, lines: true}}]).then(f => window.faults = f); 0")
        found: list[str] = json.loads(self.wait(lambda: self.ask("window.faults && JSON.stringify(window.faults)")))
        thrown: list[str] = json.loads(self.ask("JSON.stringify(window.errors.splice(0))"))
        return found + thrown

    def picture(self, path: Path) -> None:
        """Puts a picture of the window where people can look at it."""
        until = time.monotonic() + 0.15  # what was measured is painted a moment later
        while time.monotonic() < until:
            self.app.processEvents()
        self.app.primaryScreen().grabWindow(self.window.winId()).save(str(path))


def sides(desktop: Desktop, cards: list[Any]) -> Iterator[tuple[str, str]]:
    """Shows all sides, by day in the window of a new learner and by night in a large one; yields both names of each."""
    theme: Any = import_module("aqt.theme").Theme
    for light, size in WINDOWS.items():
        desktop.window.set_theme(theme.DARK if light == "night" else theme.LIGHT)
        desktop.window.showNormal()
        desktop.window.setFixedSize(*size)
        for number, card in enumerate(cards, 1):
            name = re.sub(r"\W+", "-", f"{number:03}-{card.note()['Id']}")
            for side in ("1-question", "2-answer"):
                desktop.show(card, side)
                yield light, f"{name}-{side}"


def sheets(folder: Path) -> None:
    """Puts the pictures of each window onto sheets of twelve."""
    from PyQt6.QtCore import Qt  # type: ignore[import-not-found, unused-ignore]
    from PyQt6.QtGui import QImage, QPainter  # type: ignore[import-not-found, unused-ignore]

    for window in sorted(each for each in folder.iterdir() if each.is_dir()):
        pictures = sorted(window.glob("*.png"))
        for start in range(0, len(pictures), ACROSS * DOWN):
            some = [
                QImage(str(each)).scaledToWidth(THUMB, Qt.TransformationMode.SmoothTransformation)
                for each in pictures[start : start + ACROSS * DOWN]
            ]
            high = max(each.height() for each in some)
            sheet = QImage(ACROSS * THUMB, DOWN * high, QImage.Format.Format_RGB32)
            sheet.fill(Qt.GlobalColor.gray)
            painter = QPainter(sheet)
            for number, each in enumerate(some):
                painter.drawImage(number % ACROSS * THUMB, number // ACROSS * high, each)
            painter.end()
            sheet.save(str(folder / f"{window.name}-{start // (ACROSS * DOWN) + 1:02}.png"))


def main() -> None:
    """Exits with 1 if there are faults."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("deck", type=Path, help="the deck's folder")
    parser.add_argument("--pictures", type=Path, default=ROOT / ".looks" / "desktop", help="where the pictures go")
    options = parser.parse_args()
    shutil.rmtree(options.pictures, ignore_errors=True)
    failing = 0
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        package = package_of(options.deck, Path(home))
        desktop = Desktop(Path(home))
        cards = desktop.add(package)
        desktop.window.moveToState("review")
        desktop.wait(lambda: desktop.window.reviewer.card)
        desktop.ask("window.errors = []; addEventListener('error', (event) => errors.push(event.message)); 0")
        for light, name in sides(desktop, cards):
            (options.pictures / light).mkdir(parents=True, exist_ok=True)
            desktop.picture(options.pictures / light / f"{name}.png")
            for fault in desktop.faults():
                failing += 1
                print(f"{light} {name}: {fault}", flush=True)
        sheets(options.pictures)
    print(f"{len(cards)} cards; {failing} faults; pictures: {options.pictures}", flush=True)
    os._exit(1 if failing else 0)  # Qt takes its time to end, and can fail at it


if __name__ == "__main__":
    main()
