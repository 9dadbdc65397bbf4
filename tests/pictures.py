"""Makes the docs' pictures (`make pictures`): cards on a phone, the preview, lists, and a picture with parts.

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
from base64 import b64encode
from pathlib import Path

from browser import FLAGS, chromium
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parent.parent
DECK = ROOT / "cards" / "magnesium-and-inflammation"
SECTION, CARD = "diet-and-supplements.yaml", "glycinate-preferred"
OCCLUSION = ROOT / "docs" / "occlusion.md"
EDIT = ("of a laxative effect is lower", "of acting as a laxative is lower")
LISTS = ROOT / "docs" / "lists.md"
LIST_CARDS = ("rhine-path/strasbourg", "danube-capitals/vienna", "rain/but-when-the-leaves-hang-trembling")
PICTURES = ROOT / "docs" / "pictures"
MADE_FROM = PICTURES / "made-from.txt"


def ingredients() -> str:
    """A hash of all that decides how the pictures look: the card's and the page's files, the deck, and this file."""
    assets = sorted((ROOT / "builder" / "studydeck").glob("*/assets/*"))
    parts = [*assets, *sorted(DECK.glob("*.yaml")), LISTS, OCCLUSION, Path(__file__)]
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.name.encode() + part.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


def make() -> None:
    """Draws the pictures: of a copy of the deck in which a card was just edited, and of the decks in pages of docs."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        deck = Path(temporary) / DECK.relative_to(ROOT)
        shutil.copytree(DECK, deck)
        written = (deck / SECTION).read_text("utf-8")
        assert EDIT[0] in written
        (deck / SECTION).write_text(written.replace(*EDIT), "utf-8")
        lists = Path(temporary) / "cards" / "rivers"
        lists.mkdir()
        for name, text in re.findall(r"```yaml\n# (\w+\.yaml)\n(.*?)```", LISTS.read_text("utf-8"), re.DOTALL):
            (lists / name).write_text(text, "utf-8")
        _export(deck, "page")
        _export(lists, "lists")
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme="light", device_scale_factor=2)
        page.goto(Path(deck.parent, "page", "index.html").as_uri() + f"#{CARD}/1")
        page.wait_for_selector("#cards [aria-current]")
        page.keyboard.press("Space")
        page.screenshot(path=PICTURES / "preview.png")
        page.locator("#device").screenshot(path=PICTURES / "card-by-day.png", omit_background=True)
        page.keyboard.press("n")
        page.locator("#device").screenshot(path=PICTURES / "card-by-night.png", omit_background=True)
        page.keyboard.press("n")
        sides = []
        for card in LIST_CARDS:
            page.goto(Path(lists.parent, "lists", "index.html").as_uri() + f"#{card}/1")
            page.reload()
            page.wait_for_selector("#cards [aria-current]")
            sides.append(b64encode(page.locator("#device").screenshot(omit_background=True)).decode())
        image = '<img style="width: 300px; height: 230px; object-fit: cover; object-position: top" src="%s"> '
        images = "".join(image % f"data:image/png;base64,{side}" for side in sides)
        page.set_content(f'<div style="width: fit-content">{images}</div>')
        page.locator("div").screenshot(path=PICTURES / "lists.png")
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
    card = page.frame_locator("#frame").locator("#qa")
    sides = [card.screenshot()]
    page.keyboard.press("Space")
    sides.append(card.screenshot())
    images = "".join(f"<img src='data:image/png;base64,{base64.b64encode(side).decode()}'>" for side in sides)
    style = "body{margin:0;display:inline-flex;gap:16px;align-items:start} img{width:380px;border:1px solid #bbb}"
    page.set_content(f"<style>{style}</style><body>{images}</body>")
    page.locator("body").screenshot(path=PICTURES / "occlusion.png")


def _export(deck: Path, to: str) -> None:
    """Writes the preview of a deck into a folder beside it."""
    command = [sys.executable, "-m", "studydeck", "preview", deck.name, "--export", to]
    subprocess.run(command, cwd=deck.parent, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    make()
