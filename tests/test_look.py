"""What learners see, measured in a real browser: hard contents in every client's page, by day and by night.

Pictures of a sample go to .looks/ for people to look at.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import genanki
import pytest
from author import Author
from clients import Client, aqt_web, clients
from playwright.sync_api import Browser, Page

from studydeck.engine.drawing import Artist
from studydeck.history import note_type_ids
from studydeck.pipeline import Loaded, compile_notes, load
from studydeck.render import note_types

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / ".looks"
MEASURE = (Path(__file__).parent / "look.js").read_text("utf-8")
CLIENTS = {client.name: client for client in clients()}
PICTURE = "<svg xmlns='http://www.w3.org/2000/svg' width='{w}' height='{h}' viewBox='0 0 {w} {h}'>{inside}</svg>"


@pytest.fixture(scope="module")
def hard(tmp_path_factory: pytest.TempPathFactory) -> Author:
    author = Author(tmp_path_factory.mktemp("look"))
    author.write(
        "deck.yaml",
        "deck: Rivers\nuid: testtesttest\ntag: rivers\nlanguage: en\n"
        "material: {title: 'Atlas of rivers, with a long name', url: 'https://example.org'}\n",
    )
    author.write("water.yaml", (Path(__file__).parent / "hard.yaml").read_bytes())
    box = "<rect width='100%' height='100%' fill='#7a9'/>"
    author.write("media/tall.svg", PICTURE.format(w=300, h=2400, inside=box))
    author.write("media/wide.svg", PICTURE.format(w=2400, h=300, inside=box))
    author.write("media/lines.svg", PICTURE.format(w=200, h=120, inside="<path d='M5 5 195 115' stroke='#000'/>"))
    author.write("media/ding.mp3", b"ID3 ding")
    loaded = author.load()
    assert not loaded.errors, loaded.errors
    return author


class Screen:
    """A client's page in the browser, in which side after side is shown and measured."""

    def __init__(self, page: Page, client: Client, css: str, media: Path, *, night: bool) -> None:
        self.page = page
        self.client = client
        self.complaints: list[str] = []
        page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        mathjax = (aqt_web() / "js" / "vendor" / "mathjax" / "tex-chtml-full.js").as_uri()
        setup = (aqt_web() / "js" / "mathjax.js").read_text("utf-8")
        setup = setup.replace('"/_anki/js/vendor/mathjax"', f'"{mathjax.rpartition("/")[0]}"')
        html = client.page(css, night=night).replace(
            "</head>", f'<script>{setup}</script><script src="{mathjax}"></script></head>'
        )
        file = media / f"{client.name}-{night}.html"
        file.write_text(html, "utf-8")
        page.goto(file.as_uri())
        page.evaluate("MathJax.startup.promise.then(() => true)")

    def measure(self, sides: dict[str, str], size: tuple[int, int], *, text: float = 1.0) -> dict[str, list[str]]:
        """The faults of each side that has any, on a screen of `size` px with text `text` times as large."""
        self.page.set_viewport_size({"width": size[0], "height": size[1]})
        desktop = self.client.name == "desktop"
        wants = {"text": text, "lines": desktop, "wraps": not desktop}
        shown = {name: self._typed(html) for name, html in sides.items()}
        found: dict[str, list[str]] = self.page.evaluate(f"({MEASURE})", [shown, wants])
        return found | ({"console": self.complaints} if self.complaints else {})

    def keep(self, html: str, name: str) -> None:
        """Puts a picture of a side where people can look at it."""
        self.page.evaluate(f"({MEASURE})", [{"": self._typed(html)}, {"text": 1}])
        PICTURES.mkdir(exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{name}.png")

    def _typed(self, html: str) -> str:
        return re.sub(r'<input id="typeans"[^>]*>', lambda _: self.client.prompt, html)


Open = Callable[..., Screen]


@pytest.fixture
def open_screen(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    contexts = []

    def opened(client: str, loaded: Loaded | None, css: str, *, night: bool) -> Screen:
        for each in loaded.media.files if loaded else ():
            (tmp_path / each.name).write_bytes(each.path.read_bytes())
        contexts.append(browser.new_context())
        return Screen(contexts[-1].new_page(), CLIENTS[client], css, tmp_path, night=night)

    yield opened
    for context in contexts:
        context.close()


def sides(loaded: Loaded) -> tuple[str, dict[str, str]]:
    """The style of the deck's cards, and the HTML of each side of each card as the engine draws it."""
    types = note_types(loaded.deck, note_type_ids(loaded.deck, loaded.lock))
    notes = compile_notes(loaded)
    with Artist() as artist:
        drawn = artist.draw(types, notes)
    found = {}
    for note, cards in zip(notes, drawn, strict=True):
        for number, card in zip(note.ords, cards, strict=True):
            found[f"{note.identity.id}-{number + 1}-question"] = card.question
            found[f"{note.identity.id}-{number + 1}-answer"] = card.answer
    return types[0].css, found


@pytest.fixture(scope="module")
def hard_sides(hard: Author) -> tuple[Loaded, str, dict[str, str]]:
    loaded = hard.load()
    return loaded, *sides(loaded)


@pytest.mark.parametrize("night", [False, True], ids=["day", "night"])
@pytest.mark.parametrize("client", CLIENTS)
def test_hard_contents_have_no_fault(
    hard_sides: tuple[Loaded, str, dict[str, str]], open_screen: Open, client: str, night: bool
) -> None:
    loaded, css, drawn = hard_sides
    screen = open_screen(client, loaded, css, night=night)
    for size in CLIENTS[client].sizes:
        assert screen.measure(drawn, size) == {}, size
    size = CLIENTS[client].sizes[0]
    assert screen.measure(drawn, size, text=1.5) == {}
    if client in ("ankidroid", "desktop"):
        for name, html in drawn.items():
            screen.keep(html, f"{client}-{'night' if night else 'day'}-{name}")


@pytest.mark.parametrize("client", CLIENTS)
def test_the_magnesium_deck_has_no_fault(open_screen: Open, client: str) -> None:
    loaded = load(ROOT / "cards" / "magnesium-and-inflammation")
    css, drawn = sides(loaded)
    for night in (False, True):
        screen = open_screen(client, loaded, css, night=night)
        for size in CLIENTS[client].sizes:
            assert screen.measure(drawn, size) == {}, size
        assert screen.measure(drawn, CLIENTS[client].sizes[0], text=1.5) == {}


BOXES = "[...document.querySelectorAll('#side img')].map(each => each.getBoundingClientRect().toJSON())"


@pytest.mark.parametrize("client", CLIENTS)
def test_pictures_have_the_width_that_they_are_given_and_share_a_line(
    author: Author, open_screen: Open, client: str
) -> None:
    box = "<rect width='100%' height='100%' fill='#7a9'/>"
    author.write("media/a big.svg", PICTURE.format(w=800, h=400, inside=box))
    author.write("media/small.svg", PICTURE.format(w=100, h=50, inside=box))
    author.section(
        "  - id: two\n    question: Which?\n    answer: ![a](a big.svg) ![b](a big.svg)\n"
        f"  - {{id: halves, question: Which half?, answer: '{' '.join(['![a|50%](a big.svg)'] * 3)}'}}\n"
        "  - {id: small, question: Which small one?, answer: '![a](small.svg) ![b](small.svg)'}\n"
        "  - {id: wide, question: How wide?, answer: '![a|250](a big.svg)'}\n"
        "  - {id: wider, question: How much wider?, answer: '![a|3000](a big.svg)'}\n"
        "  - {id: half, question: How much?, answer: '![a|50%](small.svg)'}\n"
    )
    loaded = author.load()
    assert not loaded.problems
    css, drawn = sides(loaded)
    screen = open_screen(client, loaded, css, night=False)

    def boxes(name: str, width: int) -> list[dict[str, float]]:
        screen.keep(drawn[f"{name}-1-answer"], f"{client}-pictures-{name}")
        found: list[dict[str, float]] = screen.page.evaluate(BOXES)
        assert all(each["left"] >= 0 and each["right"] <= width for each in found)
        return found

    for size in CLIENTS[client].sizes:
        assert screen.measure(drawn, size) == {}
        for name in ("two", "small"):
            first, second = boxes(name, size[0])
            assert first["top"] == second["top"]
            assert first["right"] <= second["left"]
        first, second, third = boxes("halves", size[0])
        assert first["top"] == second["top"] < third["top"]
        (wide,) = boxes("wide", size[0])
        assert (wide["width"], wide["height"]) == (250, 125)
        (wider,) = boxes("wider", size[0])
        assert wider["width"] > 250
        assert wider["height"] == pytest.approx(wider["width"] / 2, abs=1)
        (half,) = boxes("half", size[0])
        assert half["width"] == pytest.approx(wider["width"] / 2, abs=1)


def test_a_naive_card_fails_by_the_dozen(hard_sides: tuple[Loaded, str, dict[str, str]], open_screen: Open) -> None:
    """The measure sees what learners complain of: genanki's stock note type with the same contents."""
    loaded = hard_sides[0]
    naive = genanki.BASIC_MODEL
    failing = 0
    for client in CLIENTS:
        for night in (False, True):
            screen = open_screen(client, loaded, naive.css, night=night)
            sides = {}
            for note in compile_notes(loaded):
                front = note.fields[0]
                back = f'{front}<hr id="answer">{note.fields[1]}' if note.kind == "qa" else front
                for side, html in (("front", front), ("back", back)):
                    html = re.sub(r'</?div( lang="\w+")?( dir="auto")?>', "", html)
                    sides[f"{note.identity.id} {side}"] = re.sub(r"\{\{c\d::|\}\}|\[sound:[^\]]*\]", "", html)
            failing += len(screen.measure(sides, CLIENTS[client].sizes[0]))
    assert failing >= 20


#: Sentences with a gap over more than one line, and the words that it hides.
OVER_LINES = [
    ("Intro.\n\n{{c1::One *two*\n\nthree}}\n\nEnd.", "One two three"),
    ("Intro.\n\nIt {{c1::is\n\nthree}} or four.", "is three"),
    ("Intro.\n\n{{c1::\n- one\n- two\n}}\n\nEnd.", "one two"),
    ("- {{c1::one\n- two}}", "one two"),
    ("- zero\n- {{c1::one\n- two::numbers}}", "one two"),
    ("| a | b |\n|---|---|\n| {{c1::c | d}} |", "c d"),
    ("| {{c1::a | b |\n|---|---|\n| c | d}} |", "a b c d"),
    ("It is\n\n{{c1::\n```python\ndef f(x):\n    return 'x'\n```\n}}", "def f(x): return 'x'"),
    ("```python\ndef {{c1::f(x):\n    return}} 'x'\n```", "f(x): return"),
    ("Then `{{c1::x}} = 1`, and", "x"),
]
MARKED = """() => {
  const style = each => [getComputedStyle(each).color, getComputedStyle(each).fontWeight].join(' ')
  const [inside, outside] = [[], []]
  const walker = document.createTreeWalker(document.querySelector('.q-question'), NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const node = walker.currentNode
    if (!node.data.trim()) continue
    const marked = style(node.parentElement) === style(document.querySelector('.cloze'))
    if (marked !== !!node.parentElement.closest('.cloze')) outside.push(node.data)
    if (marked) inside.push(node.data)
  }
  return [inside.join(' ').split(/\\s+/).filter(Boolean).join(' '), outside]
}"""


@pytest.mark.parametrize("night", ["", "nightMode"])
def test_a_gap_over_many_lines_is_marked_whole(author: Author, browser: Browser, night: str) -> None:
    author.section("".join(f"  - {{id: c{n}, cloze: {json.dumps(text)}}}\n" for n, (text, _) in enumerate(OVER_LINES)))
    css, shown = sides(author.load())
    page = browser.new_page()
    for number, (_, words) in enumerate(OVER_LINES):
        page.set_content(f"<style>{css}</style><div class='card {night}'>{shown[f'c{number}-1-answer']}</div>")
        marked, wrong = page.evaluate(MARKED)
        assert (re.sub(r" ?([():']) ?", r"\1", marked), wrong) == (re.sub(r" ?([():']) ?", r"\1", words), [])
    page.close()


@pytest.mark.parametrize(("number", "asked"), [(0, 1), (1, 2), (2, 1), (3, 1), (4, 2), (5, 2), (6, 1), (7, 1), (8, 1)])
def test_a_gap_over_whole_blocks_is_asked_once(author: Author, number: int, asked: int) -> None:
    author.section(f"  - {{id: a, cloze: {json.dumps(OVER_LINES[number][0])}}}\n")
    _, shown = sides(author.load())
    question = shown["a-1-question"]
    assert question.count('class="cloze"') == asked
    assert question.count("[...]") + question.count("[numbers]") == asked
