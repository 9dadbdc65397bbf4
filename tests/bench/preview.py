"""The preview, as its author feels it: from a saved edit to the redrawn page, in milliseconds.

The page notes when the edited question stands in it; both times are from the same clock.
"""

from __future__ import annotations

import re
import statistics
import subprocess
import time
from pathlib import Path

from decks import make_deck
from playwright.sync_api import sync_playwright

_WATCH = """words => { window.seen = new Promise(resolve => new MutationObserver((_, watching) => {
    if (!document.body.textContent.includes(words)) return
    watching.disconnect()
    requestAnimationFrame(() => resolve(Date.now()))
}).observe(document.body, {subtree: true, childList: true, characterData: true})) }"""


def preview(command: list[str], environment: dict[str, str], folder: Path, cards: int, rounds: int) -> str:
    """A sentence with the median and the spread over `rounds` edits of a deck with so many cards."""
    make_deck(folder / "deck", cards)
    path = folder / "deck" / "section-0000.yaml"
    served = subprocess.Popen(
        [*command, "preview", "deck", "--no-browser"], cwd=folder, env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        assert served.stdout is not None
        address = next(found[0] for line in served.stdout if (found := re.search(r"http://\S+", line)))
        with sync_playwright() as player:
            browser = player.chromium.launch(
                executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
            )
            page = browser.new_page()
            page.goto(address)
            page.locator("#cards button").first.wait_for()
            taken = []
            for number in range(rounds + 1):
                page.evaluate(_WATCH, f"Edit number {number} of it")
                text = re.sub(
                    r"question: .*", f"question: Edit number {number} of it?", path.read_text("utf-8"), count=1
                )
                path.write_text(text, encoding="utf-8")
                saved = time.time() * 1000
                taken.append(page.evaluate("() => window.seen") - saved)
                time.sleep(1)  # what takes judgement is told after the cards, and an author thinks
            browser.close()
    finally:
        served.terminate()
        served.wait()
    rest = taken[1:]
    spread = f"{min(rest):.0f}–{max(rest):.0f}"
    return (
        f"\npreview of {cards:,} cards, a saved edit to the redrawn page: {statistics.median(rest):.0f} ms ({spread})"
    )
