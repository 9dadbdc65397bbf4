"""Makes the docs' pictures (`make pictures`): a card on a phone by day and by night, the preview, a picture with parts.

Beside them goes a hash of what they show, so that test_pictures.py can tell when they are stale.
"""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from browser import FLAGS, chromium
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parent.parent
DECK = ROOT / "cards" / "magnesium-and-inflammation"
SECTION, CARD = "diet-and-supplements.yaml", "glycinate-preferred"
OCCLUSION = ROOT / "docs" / "occlusion.md"
EDIT = ("of a laxative effect is lower", "of acting as a laxative is lower")
PICTURES = ROOT / "docs" / "pictures"
MADE_FROM = PICTURES / "made-from.txt"


def ingredients() -> str:
    """A hash of all that decides how the pictures look: the card's and the page's files, the deck, and this file."""
    parts = [*sorted((ROOT / "builder" / "studydeck").glob("*/assets/*")), *sorted(DECK.glob("*.yaml"))]
    parts += [OCCLUSION, Path(__file__)]
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.name.encode() + part.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


def make() -> None:
    """Draws the pictures: of a copy of the deck in which a card was just edited, and of the deck in a page of docs."""
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
        _draw_parts(page, Path(temporary))
        browser.close()
    MADE_FROM.write_text(f"{ingredients()}\n", encoding="utf-8", newline="\n")


def _draw_parts(page: Page, temporary: Path) -> None:
    """A card for a part of a picture, before and after its answer, beside each other."""
    blocks = re.findall(
        r"^```(?:yaml|html)\n(?:# |<!-- )(\S+).*?\n(.*?)^```$", OCCLUSION.read_text("utf-8"), re.S | re.M
    )
    for name, text in blocks:
        path = temporary / "eye" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    command = [sys.executable, "-m", "studydeck", "preview", "eye", "--export", "eye-page"]
    subprocess.run(command, cwd=temporary, check=True, stdout=subprocess.DEVNULL)
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto((temporary / "eye-page" / "index.html").as_uri() + "#eye/2")
    page.wait_for_selector("#cards [aria-current]")
    page.keyboard.press("n")
    card = page.frame_locator("#frame").locator("#qa")
    sides = [card.screenshot()]
    page.keyboard.press("Space")
    sides.append(card.screenshot())
    images = "".join(f"<img src='data:image/png;base64,{base64.b64encode(side).decode()}'>" for side in sides)
    style = "body{margin:0;display:inline-flex;gap:16px;align-items:start} img{width:380px;border:1px solid #bbb}"
    page.set_content(f"<style>{style}</style><body>{images}</body>")
    page.locator("body").screenshot(path=PICTURES / "occlusion.png")


if __name__ == "__main__":
    make()
