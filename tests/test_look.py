"""What learners see, measured in a real browser: hard contents in every client's page, by day and by night.

Pictures of a sample go to .looks/ for people to look at.
"""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import genanki
import pytest
from author import Author
from clients import Client, aqt_web, clients
from playwright.sync_api import Browser, Page

from studydeck.engine.drawing import Artist
from studydeck.history import note_type_ids
from studydeck.kinds import KINDS
from studydeck.pipeline import Loaded, compile_notes, load
from studydeck.render import note_types

ROOT = Path(__file__).parent.parent
DECKS = Path(__file__).parent / "decks"
PICTURES = ROOT / ".looks"
MEASURE = (Path(__file__).parent / "look.js").read_text("utf-8")
EVERYWHERE = ("magnesium-and-inflammation", "kitchen-sink")
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


MINE = "<div>Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen, see <a href='https://e.org'>there</a></div>"
Open = Callable[..., Screen]
Hard = tuple[Loaded, str, dict[str, str]]


@pytest.fixture
def open_screen(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    contexts = []

    def opened(client: str, loaded: Loaded | None, css: str, *, night: bool) -> Screen:
        for each in loaded.media.files if loaded else ():
            (tmp_path / each.name).write_bytes(Path(each.path).read_bytes())
        contexts.append(browser.new_context())
        return Screen(contexts[-1].new_page(), CLIENTS[client], css, tmp_path, night=night)

    yield opened
    for context in contexts:
        context.close()


def sides(loaded: Loaded) -> tuple[str, dict[str, str]]:
    """The style of the deck's cards, and the HTML of each side of each card as the engine draws it.

    On each third note of ours, the learner has notes of their own.
    """
    types = note_types(loaded.deck, note_type_ids(loaded.deck, loaded.lock))
    notes = [
        note._replace(fields=(*note.fields[:-1], MINE)) if number % 3 == 2 and note.kind in KINDS else note
        for number, note in enumerate(compile_notes(loaded))
    ]
    with Artist() as artist:
        drawn = artist.draw(types, notes)
    found = {}
    for note, cards in zip(notes, drawn, strict=True):
        for number, card in zip(note.ords, cards, strict=True):
            found[f"{note.identity.id}-{number + 1}-question"] = card.question
            found[f"{note.identity.id}-{number + 1}-answer"] = card.answer
    return types[0].css, found


@pytest.fixture(scope="module")
def hard_sides(hard: Author) -> Hard:
    loaded = hard.load()
    return loaded, *sides(loaded)


@pytest.mark.parametrize("night", [False, True], ids=["day", "night"])
@pytest.mark.parametrize("client", CLIENTS)
def test_hard_contents_have_no_fault(hard_sides: Hard, open_screen: Open, client: str, night: bool) -> None:
    loaded, css, drawn = hard_sides
    screen = open_screen(client, loaded, css, night=night)
    for size in CLIENTS[client].sizes:
        assert screen.measure(drawn, size) == {}, size
    size = CLIENTS[client].sizes[0]
    assert screen.measure(drawn, size, text=1.5) == {}
    if client in ("ankidroid", "desktop"):
        for name, html in drawn.items():
            screen.keep(html, f"{client}-{'night' if night else 'day'}-{name}")


# What a field can hold, as HTML: each is measured in a question, an answer and the details.
FIELDS = {
    "formula": r"<p>An inline \(x^2\) and \(e^{i\pi}\), and \(\frac{a}{b}\).</p>",
    "table": "<table><tr><th>River</th><th>Continent</th><th>Length</th><th>Basin</th><th>Source</th>"
    "<th>Mouth</th></tr><tr><td>Amazon</td><td>South America</td><td>6,400 km</td><td>7,000,000 km²</td><td>Andes</td>"
    "<td>Atlantic</td></tr></table>",
    "code": "<p>Wide:</p><pre><code>"
    + "print('one', 'two', 'three', 'four', 'five', 'six') # and all of it\n" * 2
    + "</code></pre>",
    "dialogue": "<strong>Anna:</strong> Where is it?<br><strong>Ben:</strong> Over there, across the river.",
    "marks": "H<sub>2</sub>O, x<sup>2</sup>, <mark>marked, with <a href='https://example.org'>a link</a></mark>, "
    "<u>under</u>, <del>struck</del>, <kbd>Ctrl</kbd>+<kbd>C</kbd>, <code>code</code>",
    "ruby": "<ruby>漢字<rp>(</rp><rt>かんじ</rt><rp>)</rp></ruby>を読む",
    "numbers": "<ol style='--digits:4'><li value='1492'>Columbus</li><li>1493</li></ol>"
    "<ol class='paren'><li>One</li></ol>",
    "rtl-list": "<ol style='--digits:4'><li value='1492'>نهر النيل الذي يصب في البحر</li></ol>"
    "<blockquote><p>نهر النيل</p></blockquote>",
}
SIDE = """<div class="q-card"><p class="q-section" dir="auto">Rivers</p>
<div class="q-question" dir="auto" lang="en">{0}</div><hr id="answer">
<div class="q-answer" dir="auto" lang="en">{0}</div>
<div class="q-details" dir="auto" lang="en">{0}</div></div>"""
TYPED = """<div class="q-card"><div class="q-typed"><code id="typeans"><span class="typeGood">Rh</span><span
class="typeBad">o</span><span class="typeGood">ne</span><br><span id="typearrow">&darr;</span><br><span
class="typeGood">Rh</span><span class="typeMissed">i</span><span class="typeGood">ne</span></code></div></div>"""


@pytest.mark.parametrize("night", [False, True], ids=["day", "night"])
@pytest.mark.parametrize("client", CLIENTS)
def test_whatever_a_field_holds_has_no_fault(open_screen: Open, hard_sides: Hard, client: str, night: bool) -> None:
    screen = open_screen(client, None, hard_sides[1], night=night)
    drawn = {name: SIDE.format(html) for name, html in FIELDS.items()} | {"typed": TYPED}
    for size in CLIENTS[client].sizes:
        assert screen.measure(drawn, size) == {}, size
    assert screen.measure(drawn, CLIENTS[client].sizes[0], text=1.5) == {}
    if client in ("ankidroid", "desktop"):
        for name, html in drawn.items():
            screen.keep(html, f"fields-{client}-{'night' if night else 'day'}-{name}")


def test_code_is_as_large_in_a_question_and_a_phone_shows_34_characters(open_screen: Open, hard_sides: Hard) -> None:
    """What wraps is set in: at the line's start it would look like a line of Python's of its own."""
    code = "<pre><code>" + "x" * 34 + "\n    " + "word " * 20 + "\nlast</code></pre><p>And <code>some</code></p>"
    for client in CLIENTS:
        screen = open_screen(client, None, hard_sides[1], night=False)
        assert screen.measure({"code": SIDE.format(code)}, CLIENTS[client].sizes[0]) == {}
        sizes = screen.page.evaluate("""() => ["pre code", "p code"].map((code) => [".q-question", ".q-answer"].map(
            (field) => parseInt(getComputedStyle(document.querySelector(`${field} ${code}`)).fontSize)))""")
        assert [len(set(each)) for each in sizes] == [1, 1], sizes
        if client == "desktop":
            continue
        lines = lines_of(screen, ".q-question pre code")
        assert [each["text"] for each in lines[:1]] == ["x" * 34], lines
        _, *rest, last = lines[1:]
        assert rest
        assert all(each["x"] > last["x"] + 10 for each in rest), lines


def test_what_wraps_of_a_broken_line_is_set_in(open_screen: Open, hard_sides: Hard) -> None:
    verse = "A line of verse that is longer than a phone is wide<br>The next<br>The last"
    for html in (verse, f"<p>{verse}</p>", f'<span class="cloze">{verse}</span>'):
        screen = open_screen("ankimobile", None, hard_sides[1], night=False)
        screen.measure({"verse": SIDE.format(html)}, (360, 740))
        first, *wrapped, following, last = lines_of(screen, ".q-answer")
        assert first["x"] == following["x"] == last["x"]
        assert wrapped
        assert all(each["x"] > first["x"] + 10 for each in wrapped)
        screen.measure({"prose": SIDE.format("<p>Prose that is longer than a phone is wide, too</p>")}, (360, 740))
        assert len({each["x"] for each in lines_of(screen, ".q-answer")}) == 1


def lines_of(screen: Screen, selector: str) -> list[dict[str, Any]]:
    """The lines of text in an element as they are drawn: their text, and where they start."""
    found: list[dict[str, Any]] = screen.page.evaluate(
        """(selector) => {
            const root = document.querySelector(selector), lines = [], range = document.createRange();
            const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
            for (let node = walker.nextNode(); node; node = walker.nextNode()) {
                for (let at = 0; at < node.data.length; at++) {
                    range.setStart(node, at);
                    range.setEnd(node, at + 1);
                    const box = range.getBoundingClientRect();
                    if (!box.width || !node.data[at].trim()) continue;
                    const line = lines.at(-1);
                    if (line && Math.abs(line.y - box.y) < 3) line.text += node.data[at];
                    else lines.push({ text: node.data[at], x: Math.round(box.x), y: box.y });
                }
            }
            return lines;
        }""",
        selector,
    )
    return found


@pytest.mark.parametrize("wrapper", ["{}", '<div lang="de" dir="auto">{}</div>'])
def test_beside_a_wide_table_text_stays_where_it_was(open_screen: Open, hard_sides: Hard, wrapper: str) -> None:
    screen = open_screen("desktop", None, hard_sides[1], night=False)
    text = f"<p>{'Text that fills its line. ' * 9}</p>"
    narrow = "<table><tr><td>A</td><td>B</td></tr></table>"
    places = []
    gap = f'<span class="cloze">{text}</span>'
    for html in (text, text + narrow, text + FIELDS["table"] + FIELDS["code"], gap + FIELDS["table"]):
        screen.measure({"": SIDE.format(wrapper.format(html))}, (1280, 800))
        places.append(
            screen.page.evaluate("""() => Object.fromEntries(["p", "table", "td", "pre"].map((name) => {
                const box = document.querySelector(`.q-answer ${name}`)?.getBoundingClientRect();
                return [name, box && [Math.round(box.left), Math.round(box.right)]];
            }))""")
        )
    alone, small, large, gap_over_blocks = places
    assert alone["p"] == small["p"] == large["p"] == gap_over_blocks["p"]
    assert small["td"][0] == pytest.approx(small["p"][0], abs=1)  # its border
    left, right = large["p"]
    assert 600 < right - left < 760
    for name in ("table", "pre"):
        start, end = large[name]
        assert start < left
        assert end > right
        assert left - start == pytest.approx(end - right, abs=1)


def test_raised_and_lowered_signs_leave_lines_as_far_apart_as_they_were(open_screen: Open, hard_sides: Hard) -> None:
    screen = open_screen("ankidroid", None, hard_sides[1], night=False)
    heights = []
    for html in ("x and y", "H<sub>2</sub>O and x<sup>2</sup>", "<kbd>Ctrl</kbd> and <mark>y</mark>"):
        screen.measure({"": SIDE.format(html)}, (768, 1024))
        heights.append(screen.page.evaluate("document.querySelector('.q-answer').getBoundingClientRect().height"))
    assert len(set(heights)) == 1, heights


def test_a_reading_above_a_word_touches_no_other_line(open_screen: Open, hard_sides: Hard) -> None:
    word = "<ruby>漢字<rt>かんじ</rt></ruby>を"
    screen = open_screen("ankidroid", None, hard_sides[1], night=False)
    screen.measure({"": SIDE.format(word * 20)}, (360, 740))
    overlaps = screen.page.evaluate("""() => {
        const readings = [...document.querySelectorAll(".q-answer rt")].map((each) => each.getBoundingClientRect());
        const words = [...document.querySelectorAll(".q-answer ruby")].map((each) => each.firstChild).map((text) => {
            const range = document.createRange();
            range.selectNodeContents(text);
            return range.getBoundingClientRect();
        });
        return words.filter((a) => readings.some((b) => a.left < b.right && b.left < a.right
            && a.top < b.top && b.top < a.bottom - a.height / 8)).length;
    }""")
    assert overlaps == 0


@pytest.mark.parametrize("colour", ["blue", "red", "#0000aa", "purple", "green"])
def test_a_formulas_own_colour_can_be_read_at_night(open_screen: Open, hard_sides: Hard, colour: str) -> None:
    """Measured on the picture, since filters change no computed colour."""
    for client in ("ankidroid", "desktop"):
        screen = open_screen(client, None, hard_sides[1], night=True)
        formula = rf"\(\color{{{colour}}}{{\rule{{2em}}{{2em}}}}\)"
        screen.measure({"": f'<div class="q-card"><div class="q-answer">{formula}</div></div>'}, (360, 740))
        picture = screen.page.locator("mjx-container").screenshot()
        light = screen.page.evaluate(
            """async (data) => {
                const image = new Image();
                image.src = `data:image/png;base64,${data}`;
                await image.decode();
                const canvas = document.createElement("canvas");
                [canvas.width, canvas.height] = [image.width, image.height];
                const pen = canvas.getContext("2d");
                pen.drawImage(image, 0, 0);
                return [...pen.getImageData(image.width / 2, image.height / 2, 1, 1).data].slice(0, 3);
            }""",
            base64.b64encode(picture).decode(),
        )
        linear = (part / 255 / 12.92 if part < 11 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in light)
        bright = sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
        behind = 0.0 if client == "ankidroid" else 0.025  # #2c2c2c
        assert (bright + 0.05) / (behind + 0.05) >= 4.5, light


@pytest.mark.parametrize(
    ("material", "shown", "at_a_tap"),
    [
        ("{title: 'A & {B} \"C\"', url: 'https://example.org/{x}'}", "¶1.2", ""),
        ("{url: 'https://example.org/'}", "¶1.2", ""),
        ("{title: 'A & {B} [sound] \"C\"'}", "¶1.2", 'A & {B} [sound] "C"'),
        ("{path: a.md}", "¶1.2", ""),
    ],
)
def test_the_source_line_shows_the_place_and_the_title_only_when_asked(
    author: Author, open_screen: Open, material: str, shown: str, at_a_tap: str
) -> None:
    author.write("deck.yaml", f"deck: Rivers\nuid: testtesttest\ntag: rivers\nmaterial: {material}\n")
    author.section("  - {id: nile, question: Which?, answer: The Nile, source: p1s2}\n")
    loaded = author.load()
    css, drawn = sides(loaded)
    for client in CLIENTS:
        screen = open_screen(client, loaded, css, night=False)
        assert screen.measure({"": drawn["nile-1-answer"]}, CLIENTS[client].sizes[0]) == {}
        source = screen.page.locator(".q-source")
        assert source.inner_text().strip() == shown
        if link := source.locator("a").all():
            assert (link[0].get_attribute("title") or "") in ('A & {B} "C"', "")
            assert str(link[0].get_attribute("href")).startswith("https://example.org/")
        if at_a_tap:
            source.locator("summary.tappable").click()
            assert at_a_tap in source.inner_text()


@pytest.fixture(scope="module")
def decks() -> list[Hard]:
    """Our own deck and those of tests/decks, drawn by the engine; STUDYDECK_LOOK names others, with spaces between."""
    ours = [ROOT / "cards" / "magnesium-and-inflammation", *(each.parent for each in DECKS.glob("*/deck.yaml"))]
    chosen = [Path(each) for each in os.environ.get("STUDYDECK_LOOK", "").split()] or sorted(ours)
    return [(loaded, *sides(loaded)) for loaded in map(load, chosen)]


@pytest.mark.parametrize("night", [False, True], ids=["day", "night"])
@pytest.mark.parametrize("client", CLIENTS)
def test_no_card_of_any_deck_has_a_fault(decks: list[Hard], open_screen: Open, client: str, night: bool) -> None:
    """By day at the usual size and by night in larger text: no place depends on the colours, no colour on the size.

    Our own deck and the one with everything are looked at on each client, each other deck on one of them.
    """
    size = CLIENTS[client].sizes[0]
    for number, (loaded, css, drawn) in enumerate(decks):
        is_everywhere = loaded.deck.folder.name in EVERYWHERE or "STUDYDECK_LOOK" in os.environ
        if not is_everywhere and list(CLIENTS)[number % len(CLIENTS)] != client:
            continue
        screen = open_screen(client, loaded, css, night=night)
        assert screen.measure(drawn, size, text=1.5 if night else 1.0) == {}, loaded.deck.title


@pytest.mark.parametrize("client", CLIENTS)
def test_colours_of_the_card_itself_give_way_by_night(open_screen: Open, client: str) -> None:
    """So the styles of Anki's own note types need no second set (`style-colour`)."""
    seen = "() => [getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
    day, night = (
        open_screen(client, None, ".card { color: rgb(1, 2, 3); background-color: rgb(251, 252, 253); }", night=night)
        for night in (False, True)
    )
    assert day.page.evaluate(seen) == ["rgb(1, 2, 3)", "rgb(251, 252, 253)"]
    assert not {"rgb(1, 2, 3)", "rgb(251, 252, 253)"} & set(night.page.evaluate(seen))


def test_the_measure_sees_what_anki_shows_in_red_or_raw(open_screen: Open, hard_sides: Hard) -> None:
    screen = open_screen("desktop", None, hard_sides[1], night=False)
    for html, fault in [
        (r"\(\foo{x}\)", '"\\\\foo" is unknown to MathJax'),
        (r"\(a & b\)", "is no formula"),
        ("[sound:x.mp3]", "is left over"),
        ("![a](b.png)", "is left over"),
        ("<a href='https://docs.ankiweb.net/templates/errors.html#x'>More</a>", "Anki's error"),
        ("<code>{{x}} ![a](b.png)</code> \\textcolor", ""),
        (r"\(\color{red}x\)", ""),
    ]:
        faults = screen.measure({"": f'<div class="q-card">{html}</div>'}, (1280, 800)).get("", [])
        assert any(fault in each for each in faults) if fault else faults == []


BOXES = "[...document.querySelectorAll('#side img')].map(each => each.getBoundingClientRect().toJSON())"


@pytest.mark.parametrize("client", CLIENTS)
def test_pictures_have_the_width_that_they_are_given_and_share_a_line(
    author: Author, open_screen: Open, client: str
) -> None:
    box = "<rect width='100%' height='100%' fill='#7a9'/>"
    author.write("media/a big.svg", PICTURE.format(w=800, h=400, inside=box))
    author.write("media/small.svg", PICTURE.format(w=100, h=50, inside=box))
    author.write("media/strip.svg", PICTURE.format(w=2400, h=200, inside=box))
    author.section(
        "  - id: two\n    question: Which?\n    answer: ![a](a big.svg) ![b](a big.svg)\n"
        f"  - {{id: halves, question: Which half?, answer: '{' '.join(['![a|50%](a big.svg)'] * 3)}'}}\n"
        "  - {id: small, question: Which small one?, answer: '![a](small.svg) ![b](small.svg)'}\n"
        "  - {id: wide, question: How wide?, answer: '![a|250](a big.svg)'}\n"
        "  - {id: wider, question: How much wider?, answer: '![a|3000](a big.svg)'}\n"
        "  - {id: half, question: How much?, answer: '![a|50%](small.svg)'}\n"
        "  - {id: strip, question: How low?, answer: '![a](strip.svg)'}\n"
    )
    loaded = author.load()
    assert not loaded.problems
    css, drawn = sides(loaded)
    screen = open_screen(client, loaded, css, night=False)

    def boxes(name: str, width: int) -> list[dict[str, float]]:
        screen.keep(drawn[f"{name}-1-answer"], f"{client}-pictures-{name}")
        found: list[dict[str, float]] = screen.page.evaluate(BOXES)
        assert name == "strip" or all(each["left"] >= 0 and each["right"] <= width for each in found)
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
        (strip,) = boxes("strip", size[0])  # as wide as the screen, it would be 27 px high; it scrolls in itself
        assert strip["height"] >= 48
        assert strip["width"] == pytest.approx(12 * strip["height"], abs=1)
        (half,) = boxes("half", size[0])
        assert half["width"] == pytest.approx(wider["width"] / 2, abs=1)


def test_a_naive_card_fails_by_the_dozen(hard_sides: Hard, open_screen: Open) -> None:
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
