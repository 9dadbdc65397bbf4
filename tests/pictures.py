"""Makes the README's pictures (`make pictures`): a card on a phone by day and by night, and the preview.

Beside them goes a hash of what they show, so that test_pictures.py can tell when they are stale.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from browser import FLAGS, chromium
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parent.parent
DECK = ROOT / "cards" / "magnesium-and-inflammation"
SECTION, CARD = "diet-and-supplements.yaml", "glycinate-preferred"
EDIT = ("of a laxative effect is lower", "of acting as a laxative is lower")
PICTURES = ROOT / "docs" / "pictures"
MADE_FROM = PICTURES / "made-from.txt"


def ingredients() -> str:
    """A hash of all that decides how the pictures look: the card's and the page's files, the deck, and this file."""
    parts = [*sorted((ROOT / "builder" / "studydeck").glob("*/assets/*")), *sorted(DECK.glob("*.yaml")), Path(__file__)]
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.name.encode() + part.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


def make() -> None:
    """Draws the three pictures, of a copy of the deck in which a card was just edited."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        deck = Path(temporary) / DECK.relative_to(ROOT)
        shutil.copytree(DECK, deck)
        written = (deck / SECTION).read_text("utf-8")
        assert EDIT[0] in written
        (deck / SECTION).write_text(written.replace(*EDIT), "utf-8")
        command = [sys.executable, "-m", "studydeck", "preview", str(deck.relative_to(temporary)), "--export", "page"]
        subprocess.run(command, cwd=temporary, check=True, stdout=subprocess.DEVNULL)
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme="light", device_scale_factor=2)
        page.goto(Path(temporary, "page", "index.html").as_uri() + f"#{CARD}/1")
        page.wait_for_selector("#cards [aria-current]")
        page.keyboard.press("Space")
        page.screenshot(path=PICTURES / "preview.png")
        page.locator("#device").screenshot(path=PICTURES / "card-by-day.png", omit_background=True)
        page.keyboard.press("n")
        page.locator("#device").screenshot(path=PICTURES / "card-by-night.png", omit_background=True)
        browser.close()
    MADE_FROM.write_text(f"{ingredients()}\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    make()
