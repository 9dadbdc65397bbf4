"""Makes the docs' pictures (`make pictures`): cards on a phone, the preview, lists, a picture with parts, and sounds.

Beside them goes a hash of what they show, so that test_pictures.py can tell when they are stale.
"""

from __future__ import annotations

import base64
import hashlib
import re
import shlex
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
ALOUD_DECK = "deck: Rivers\nuid: riversriversrivers\nlanguage: en\nanswer-language: pl\nspeak: both\n"
ALOUD_CARD = """\
section: Cities
cards:
  - {id: warsaw, question: What do the people of Warsaw call the river in their city?, answer: Wisła}
"""
SILENCE = """\
import io, sys, wave
data = io.BytesIO()
with wave.open(data, "wb") as sound:
    sound.setparams((1, 2, 8000, 0, "NONE", ""))
    sound.writeframes(bytes(800))
sys.stdout.buffer.write(data.getvalue())
"""


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
        _draw_sounds(page, Path(temporary))
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
    _draw_both_sides(page, temporary / "eye", "eye/2", "occlusion.png")


def _draw_sounds(page: Page, temporary: Path) -> None:
    """A card whose two texts are read aloud, with a button for each."""
    for name, text in (("deck.yaml", ALOUD_DECK), ("section.yaml", ALOUD_CARD), ("silence.py", SILENCE)):
        path = temporary / "aloud" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    program = shlex.join([sys.executable, str(temporary / "aloud" / "silence.py")])
    command = [sys.executable, "-m", "studydeck", "speak", "aloud", "--with", program]
    subprocess.run(command, cwd=temporary, check=True, stdout=subprocess.DEVNULL)
    _draw_both_sides(page, temporary / "aloud", "warsaw/1", "sounds.png")


def _draw_both_sides(page: Page, deck: Path, card: str, picture: str) -> None:
    """A card of a deck, before and after its answer, beside each other."""
    _export(deck, f"{deck.name}-page")
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto((deck.parent / f"{deck.name}-page" / "index.html").as_uri() + f"#{card}")
    page.wait_for_selector("#cards [aria-current]")
    face = page.frame_locator("#frame").locator("#qa")
    sides = [face.screenshot()]
    page.keyboard.press("Space")
    sides.append(face.screenshot())
    images = "".join(f"<img src='data:image/png;base64,{base64.b64encode(side).decode()}'>" for side in sides)
    style = "body{margin:0;display:inline-flex;gap:16px;align-items:start} img{width:380px;border:1px solid #bbb}"
    page.set_content(f"<style>{style}</style><body>{images}</body>")
    page.locator("body").screenshot(path=PICTURES / picture)


def _export(deck: Path, to: str) -> None:
    """Writes the preview of a deck into a folder beside it."""
    command = [sys.executable, "-m", "studydeck", "preview", deck.name, "--export", to]
    subprocess.run(command, cwd=deck.parent, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    make()
