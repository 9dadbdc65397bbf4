"""The preview, as its author feels it: from a saved edit, or a key, to the redrawn page, in milliseconds.

Every figure is taken in Chromium, after it has drawn what changed. The clock of a save is the computer's; that of a key
starts when the browser gets it.
"""

from __future__ import annotations

import re
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from decks import make_deck
from kinds import KINDS, make_kind
from playwright.sync_api import Page, sync_playwright

#: The decks to measure: the plain one, and those whose cards are slow to draw.
DECKS = {"plain": None, "code": KINDS["code, never seen before"], "formulas": KINDS["formulas"]}
#: The step and the search are promised for decks of the middle size.
SIZES = (1_000, 2_000, 10_000)

_WATCH = """words => { window.seen = new Promise(resolve => {
    const shown = () => document.getElementById("card-heading").textContent.includes(words)
        && document.querySelector("#cards [aria-current]")?.textContent.includes(words);
    const watching = new MutationObserver(() => {
        if (!shown()) return;
        watching.disconnect();
        requestAnimationFrame(() => setTimeout(() => resolve(Date.now())));
    });
    watching.observe(document.body, {subtree: true, childList: true, characterData: true, attributes: true});
}) }"""
_TIME_KEYS = """() => addEventListener("keydown", event => { window.drawn = new Promise(resolve =>
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - event.timeStamp)))) }, true)"""


def preview(
    command: list[str],
    environment: Callable[[Path], Mapping[str, str]],
    sizes: Sequence[int],
    rounds: int,
    decks: Sequence[str],
) -> Iterator[str]:
    """The lines of a table: each of `decks` in each of the `sizes`, medians and ranges over so many `rounds`.

    `environment` makes the command's own from the folder that it runs in.
    """
    yield "\n| deck | cards | save ms | next card ms | key in the search ms |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    for name in decks:
        for cards in sizes:
            with tempfile.TemporaryDirectory(prefix="studydeck-bench-") as folder:
                deck, kind = Path(folder, "deck"), DECKS[name]
                if kind is None:
                    make_deck(deck, cards)
                else:
                    make_kind(deck, kind, cards)
                with _opened(command, environment(Path(folder)), Path(folder)) as page:
                    taken = _saves(page, deck, rounds), _steps(page, rounds), _searches(page, rounds)
            yield f"| {name} | {cards:,} | {' | '.join(map(_cell, taken))} |"


@contextmanager
def _opened(command: list[str], environment: Mapping[str, str], folder: Path) -> Iterator[Page]:
    """The page of the deck in `folder`, which was built once, served by a process of its own."""
    subprocess.run([*command, "build", "deck"], cwd=folder, env=environment, stdout=subprocess.DEVNULL, check=True)
    started = [*command, "preview", "deck", "--no-browser"]
    with subprocess.Popen(started, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True) as served:
        try:
            assert served.stdout is not None
            address = next(found[0] for line in served.stdout if (found := re.search(r"http://\S+", line)))
            with sync_playwright() as player:
                flags = ["--no-sandbox", "--disable-gpu"]
                browser = player.chromium.launch(executable_path="/usr/bin/chromium", args=flags)
                page = browser.new_page()
                page.goto(address)
                page.locator("#cards button").first.wait_for()
                yield page
                browser.close()
        finally:
            served.terminate()


def _saves(page: Page, deck: Path, rounds: int) -> list[float]:
    """From a changed question in its file to the card and its line in the list."""
    path = deck / "section-0000.yaml"
    taken = []
    for number in range(rounds + 1):
        words = f"Edit number {number} of it"
        page.evaluate(_WATCH, words)
        text = re.sub(r"question: .*", f"question: {words}?", path.read_text("utf-8"), count=1)
        path.write_text(text, encoding="utf-8")
        saved = time.time() * 1000
        taken.append(page.evaluate("() => window.seen") - saved)
        time.sleep(2)  # what takes judgement is shown after the cards, and an author thinks
    return taken[1:]


def _steps(page: Page, rounds: int) -> list[float]:
    page.evaluate(_TIME_KEYS)
    return [_key(page, "ArrowRight") for _ in range(2 * rounds)]


def _searches(page: Page, rounds: int) -> list[float]:
    """Words are typed and deleted again: the list gets shorter and longer."""
    page.keyboard.press("/")
    _key(page, "r")  # the first one reads all cards
    page.keyboard.press("Backspace")
    keys = [*"river 1", *["Backspace"] * 7]
    return [_key(page, each) for _ in range(max(1, rounds // 5)) for each in keys]


def _key(page: Page, key: str) -> float:
    page.keyboard.press(key)
    taken: float = page.evaluate("() => window.drawn")
    return taken


def _cell(taken: list[float]) -> str:
    return f"{statistics.median(taken):.0f} ({min(taken):.0f}–{max(taken):.0f})"
