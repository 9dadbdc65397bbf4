"""The pages that Anki's clients show cards in, as far as a card can tell them apart.

AnkiDroid's are written after its sources (2.24: card_template.html, and stdHtml of the previewer and the new study
screen), AnkiMobile's after its manual and the start of its page, the desktop's takes the styles and MathJax of the
installed aqt.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

PHONES = ((360, 740), (390, 844), (768, 1024))
DESKTOPS = ((1280, 800), (667, 443))

_ANKIDROID = """
body { margin: 0; font-family: OpenSans; } #content { margin: .5em; }
body.night_mode { color: white; background-color: black; }
.chrome img { max-width: 100%; max-height: 90%; }
.typePrompt { color: magenta; }
.typeGood { background-color: #0f0; } .night_mode .typeGood { background-color: #508040; }
.typeBad { background-color: #f00; } .night_mode .typeBad { background-color: #905050; }
.typeMissed { background-color: #ccc; }
hr { background-color: #737373; margin: 1em 0; border: none; height: 1px; }
"""
_ANKIDROID_NEW = "body.nightMode { --canvas: #000; --fg: #fff; } html.night-mode { color-scheme: dark; }"
_ANKIMOBILE = "body.nightMode { --canvas: #000; --fg: #fff; }"


class Client(NamedTuple):
    """One client's page: `html` with `{root}`, `{body}`, `{card_css}` to fill in; `sizes` are its screens in px."""

    name: str
    doctype: str
    head: str
    root: str
    root_at_night: str
    body: str
    body_at_night: str
    wrapper: str
    sizes: tuple[tuple[int, int], ...]
    prompt: str

    def page(self, css: str, *, night: bool) -> str:
        """The page, with an empty `#qa` to put a side into."""
        root, body = (self.root_at_night, self.body_at_night) if night else (self.root, self.body)
        inner = self.wrapper.replace("QA", f'<style>{css}</style><div id="side"></div>')
        return f'{self.doctype}<html class="{root}"><head>{self.head}</head><body class="{body}">{inner}</body></html>'


def aqt_web() -> Path:
    """The folder with the desktop's own styles and scripts."""
    found = find_spec("_aqt")
    assert found, "aqt isn't installed: pip install --no-deps aqt"
    assert found.submodule_search_locations
    return Path(next(iter(found.submodule_search_locations)), "data", "web")


def clients() -> list[Client]:
    """AnkiDroid's two pages, AnkiMobile's, and the desktop's."""
    web = aqt_web()
    reviewer = (web / "css" / "reviewer.css").read_text("utf-8")
    webview = (web / "css" / "webview.css").read_text("utf-8")
    box = '<input id="typeans" style="font-family: Arial; font-size: 20px;">'
    dots = '<span id="typeans" class="typePrompt">........</span>'
    scale = '<meta name="viewport" content="width=device-width, initial-scale=1.0, maximum-scale=10, user-scalable=1">'
    return [
        Client("ankidroid", "<!doctype html>", f"<style>{_ANKIDROID}</style>", "mobile android linux js",
               "mobile android linux js", "card card1 chrome", "card card1 night_mode nightMode chrome",
               '<div id="content"><div id="qa">QA</div></div>', PHONES, dots),
        Client("ankidroid-new", "<!doctype html>", f"<style>{webview}{reviewer}{_ANKIDROID_NEW}</style>",
               "android mobile chrome", "night-mode android mobile chrome", "card card1 mathjax-rendered",
               "card card1 nightMode night_mode mathjax-rendered", '<div id="qa">QA</div>', PHONES, ""),
        Client("ankimobile", "", f"{scale}<style>{reviewer}{_ANKIMOBILE}</style>", "mobile iphone", "mobile iphone",
               "card card1", "card card1 nightMode", '<div id="qa">QA</div>', PHONES, box),
        Client("desktop", "<!doctype html>", f"<style>{webview}{reviewer}</style>", "linux chrome",
               "linux chrome night-mode", "card card1 isLin", "card card1 isLin nightMode night_mode",
               '<div id="qa" dir="auto">QA</div>', DESKTOPS, f"<center>{box}</center>"),
    ]  # fmt: skip
