"""The preview, in a real browser: cards as the engine draws them, redrawn at every save, and nothing else served."""

from __future__ import annotations

import http.client
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import wave
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from author import DECK, Author
from axe_playwright_python.sync_playwright import Axe
from click.testing import CliRunner
from playwright.sync_api import Browser, Frame, Page, expect

from studydeck.cli import main
from studydeck.commands.preview import Viewer, deck_view
from studydeck.commands.saving import save_parts
from studydeck.engine.drawing import Artist, Drawn
from studydeck.history import record
from studydeck.model import Note
from studydeck.pipeline import compile_notes, load
from studydeck.preview import Live, Server, View, watch
from studydeck.preview.live import update

CARDS = """\
  - {id: nile, question: Which river flows through Cairo?, answer: The Nile, hint: It is *long*}
  - {id: amazon, question: Which river carries the most water?, answer: The Amazon, reverse: true}
  - {id: gap, cloze: "The {{c1::Rhine}} meets the {{c2::Main}} at Mainz"}
  - {id: law, question: "What does $v = \\\\frac{s}{t}$ give? ![a delta](delta.svg)", answer: "Speed ![](ding.mp3)"}
  - {id: typed, question: Spell it, answer: Mississippi, typed: true}
"""
PICTURE = b"<svg xmlns='http://www.w3.org/2000/svg' width='40' height='30'><rect width='40' height='30'/></svg>"


@pytest.fixture
def rivers(author: Author) -> Author:
    author.section(CARDS)
    author.write("media/delta.svg", PICTURE)
    author.write("media/ding.mp3", b"ID3 ding")
    return author


@contextmanager
def served(author: Author, *, secret: bool = False, port: int = 0) -> Iterator[Server]:
    """The deck behind a server of its own, watched as the command watches it."""
    with Artist() as artist:
        viewer = Viewer(artist)

        def look(judge: bool) -> View:
            return viewer.view(load(author.folder, judge=judge), judged=judge)

        def package() -> Path:
            loaded = author.load()
            if loaded.errors:
                raise ValueError(str(loaded.errors[0]))
            author.build()
            return author.package

        live = Live(look, author.package.name)
        save = None if secret else partial(save_parts, author.folder)
        server = Server("127.0.0.1", port, live, package, save, secret=secret)
        stop = threading.Event()
        threads = [
            threading.Thread(target=server.serve_forever, args=(0.02,)),
            threading.Thread(target=watch, args=(author.folder, live.refresh, stop)),
        ]
        for thread in threads:
            thread.start()
        try:
            yield server
        finally:
            stop.set()
            live.close()
            server.shutdown()
            for thread in threads:
                thread.join(60)
            server.server_close()


@pytest.fixture
def server(rivers: Author) -> Iterator[Server]:
    with served(rivers) as running:
        yield running


def soon(holds: Callable[[], bool]) -> None:
    """Waits until it holds. The page's policy lets no text be run, which playwright's own waiting does."""
    until = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.02)


class Window:
    """The page in a browser's window, with the frame that the card is in."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(address)
        page.wait_for_selector("#cards button", state="attached")

    @property
    def card(self) -> Frame:
        return self.page.frames[1]

    def shows(self, text: str) -> None:
        expect(self.page.frame_locator("#frame").locator("#qa")).to_contain_text(text)


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Window]]:
    contexts = []

    def opened(address: str, wide: int = 1280, high: int = 860) -> Window:
        contexts.append(browser.new_context(viewport={"width": wide, "height": high}, reduced_motion="reduce"))
        return Window(contexts[-1].new_page(), address)

    yield opened
    for context in contexts:
        context.close()


# --- the page ------------------------------------------------------------------------------------


def test_every_card_is_listed_by_section_and_turned_with_the_space_bar(
    server: Server, open_page: Callable[..., Window]
) -> None:
    window = open_page(server.address)
    page = window.page
    expect(page.locator("#counts")).to_have_text("5 notes, 7 cards")
    assert page.locator("#cards h2").all_text_contents() == ["Water"]
    assert page.locator("#cards button").count() == 7
    window.shows("Which river flows through Cairo?")
    page.keyboard.press("Space")
    window.shows("The Nile")
    page.keyboard.press("Space")
    window.shows("Which river carries the most water?")
    page.keyboard.press("ArrowRight")
    window.shows("The Amazon")  # the reversed card asks with it
    page.keyboard.press("ArrowRight")
    window.shows("The [...] meets the Main")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    window.shows("Which river carries the most water?")
    assert window.complaints == []


def test_taps_on_the_card_open_hints_and_turn_it(server: Server, open_page: Callable[..., Window]) -> None:
    window = open_page(server.address)
    card = window.page.frame_locator("#frame")
    expect(card.locator("div.hint")).to_be_hidden()
    card.locator("a.hint").click()
    expect(card.locator("div.hint")).to_contain_text("It is long")
    card.locator(".q-question").click()
    window.shows("The Nile")


def test_a_hint_stays_open_when_another_card_is_saved(
    rivers: Author, server: Server, open_page: Callable[..., Window]
) -> None:
    window = open_page(server.address)
    card = window.page.frame_locator("#frame")
    card.locator("a.hint").click()
    rivers.edit("cards:", "# a comment\ncards:")
    expect(window.page.locator("#facts dd .place")).to_contain_text("water.yaml:4")
    expect(card.locator("div.hint")).to_be_visible()


def test_the_card_that_the_address_names_is_shown_once_it_is_there(
    rivers: Author, server: Server, open_page: Callable[..., Window]
) -> None:
    window = open_page(f"{server.address}#later/1")
    window.shows("Which river flows through Cairo?")
    rivers.section("  - {id: later, question: Is it there?, answer: Now}\n", "Later", "later.yaml")
    window.shows("Is it there?")
    rivers.section("  - {id: another, question: Is another there?, answer: Instead}\n", "Later", "later.yaml")
    expect(window.card.locator("#qa")).not_to_contain_text("Is it there?")
    window.page.keyboard.press("ArrowRight")  # from here on the address names what is shown
    rivers.section("  - {id: later, question: Is it back?, answer: Now}\n", "Later", "later.yaml")
    expect(window.page.locator("#cards")).to_contain_text("Is it back?")
    expect(window.card.locator("#qa")).not_to_contain_text("Is it back?")


def test_night_and_widths_change_what_the_card_is_told(server: Server, open_page: Callable[..., Window]) -> None:
    window = open_page(server.address)
    body = window.page.frame_locator("#frame").locator("body")
    expect(body).to_have_class("card card1")
    window.page.keyboard.press("n")
    expect(body).to_have_class("card card1 nightMode night_mode")
    assert window.card.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(0, 0, 0)"
    widths = []
    for _ in range(3):
        widths.append(window.card.evaluate("innerWidth"))
        window.page.keyboard.press("w")
    assert widths == [370, 748, 665]  # a desktop's is that of Anki's first window, and more where there is more room
    window.page.set_viewport_size({"width": 1900, "height": 1000})
    window.page.keyboard.press("w")
    window.page.keyboard.press("w")
    slot, device = (window.page.locator(f"#{name}").bounding_box() for name in ("slot", "device"))
    assert slot
    assert device
    assert device["width"] > 1200
    assert (device["width"], device["height"]) == pytest.approx((slot["width"], slot["height"]), abs=1)
    window.page.keyboard.press("w")
    window.page.reload()
    expect(window.page.frame_locator("#frame").locator("body")).to_have_class("card card1 nightMode night_mode")


def test_pictures_formulas_sounds_and_typed_answers_are_there(server: Server, open_page: Callable[..., Window]) -> None:
    window = open_page(f"{server.address}#law/1")
    card = window.page.frame_locator("#frame")
    window.shows("give?")
    assert card.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)") == 40
    assert card.locator("math mfrac").count() == 1
    window.page.keyboard.press("Space")
    sound = card.locator("a.replay-button").get_attribute("href")
    assert sound
    assert fetch(server, f"/media/{sound}")[0] == 200
    window.page.keyboard.press("ArrowRight")
    card.locator("#typeans").fill("Misisippi")
    card.locator("#typeans").press("Enter")
    window.shows("Mississippi")
    assert window.complaints == []


def test_a_typed_answer_is_shown_to_the_last_sign(
    rivers: Author, server: Server, open_page: Callable[..., Window]
) -> None:
    rivers.edit("answer: Mississippi", "answer: Rhine & <Main> **bold**")
    window = open_page(f"{server.address}#typed/1")
    window.page.keyboard.press("Space")
    expect(window.page.frame_locator("#frame").locator("#typeans")).to_have_text("Rhine & <Main> bold")


def test_a_root_has_its_sign_and_a_formula_beyond_the_browser_is_tex(
    rivers: Author, server: Server, open_page: Callable[..., Window]
) -> None:
    rivers.edit("answer: Mississippi, typed: true", "answer: '$\\sqrt{x}$ and $\\boxed{42}$'")
    window = open_page(f"{server.address}#typed/1")
    expect(window.page.locator("#facts")).not_to_contain_text("TeX")
    window.page.keyboard.press("Space")
    expect(window.page.locator("#facts")).to_contain_text("A formula is shown as TeX, since the preview can't typeset")
    card = window.page.frame_locator("#frame")
    expect(card.locator("code.tex")).to_have_text("\\boxed{42}")
    wide = "element => element.getBoundingClientRect().width"
    assert card.locator("msqrt").evaluate(wide) > card.locator("msqrt > *").evaluate(wide) + 4


def test_search_and_the_choice_of_cards_narrow_the_list(
    rivers: Author, server: Server, open_page: Callable[..., Window]
) -> None:
    window = open_page(server.address)
    buttons = window.page.locator("#cards button")
    window.page.keyboard.press("/")
    window.page.keyboard.type("most CARRIES")
    expect(buttons).to_have_count(2)
    window.page.keyboard.press("Escape")
    expect(buttons).to_have_count(7)
    for words, found in (("mainz RHINE", 2), ("long", 1), ("Mississippi", 1), ("div", 0)):  # on either side; a hint
        window.page.fill("#search", words)
        expect(buttons).to_have_count(found)
    window.page.fill("#search", "")
    rivers.build()
    rivers.edit("Mainz", "Mainz, in Germany")
    window.page.select_option("#which", "changed")
    expect(buttons).to_have_count(2)
    expect(buttons.first).to_contain_text("edited")
    rivers.write("media/new.svg", PICTURE)
    rivers.edit("answer: The Nile", "answer: 'The Nile ![](new.svg)'")
    window.page.select_option("#which", "problems")
    expect(buttons).to_have_count(1)
    buttons.click()
    expect(window.page.locator("#facts .problem.warning")).to_contain_text("water.yaml:3:")


def test_a_save_redraws_and_keeps_the_place(rivers: Author, server: Server, open_page: Callable[..., Window]) -> None:
    window = open_page(f"{server.address}#amazon/1")
    window.page.keyboard.press("Space")
    window.shows("The Amazon")
    rivers.edit("answer: The Amazon", "answer: The great Amazon")
    window.shows("The great Amazon")
    window.shows("Which river carries the most water?")
    rivers.write("style.css", ".q-answer { letter-spacing: 7px; }")
    expect(window.page.frame_locator("#frame").locator(".q-answer")).to_have_css("letter-spacing", "7px")
    assert window.page.url.endswith("#amazon/1")


def long_deck(author: Author) -> None:
    cards = "".join(f"  - {{id: more-{n}, question: Question {n}?, answer: 'It is $x^{n}$'}}\n" for n in range(60))
    author.write("more.yaml", f"section: More\ntag: more\ncards:\n{cards}")
    author.write("other.yaml", "section: Other\ntag: other\ncards:\n  - {id: etna, question: Which?, answer: Etna}\n")


def saves(author: Author, seed: int, first: str = "") -> Iterator[str]:
    """Saves of every sort, in a random order, forever; each is done when its name is returned."""
    draw = random.Random(seed)
    numbers = iter(range(1_000))

    def edit(name: str, old: str, new: str) -> None:
        author.write(name, re.sub(old, new, author.read(name), count=1))

    def moved() -> None:
        there, here = draw.sample(["more.yaml", "other.yaml"], 2)
        cards = author.read(there).splitlines(keepends=True)[3:]
        if len(cards) > 1:
            card = draw.choice(cards)
            author.edit(card, "", there)
            author.write(here, author.read(here) + card)

    def over_the_border() -> None:
        *lines, last = author.read("more.yaml").splitlines(keepends=True)
        author.write("more.yaml", "".join(lines))
        edit("other.yaml", "cards:\n", f"cards:\n{last}")

    def shuffled() -> None:
        lines = author.read("more.yaml").splitlines(keepends=True)
        author.write("more.yaml", "".join([*lines[:3], *draw.sample(lines[3:], len(lines) - 3)]))

    def added() -> None:
        number = next(numbers)
        edit("more.yaml", "cards:\n", f"cards:\n  - {{id: new-{number}, question: New {number}?, answer: Yes}}\n")

    sorts: dict[str, Callable[[], object]] = {
        "reworded": lambda: edit("more.yaml", f"Question {draw.randrange(60)}", f"A question {next(numbers)}"),
        "in another line": lambda: edit("water.yaml", "cards:\n", "cards:\n# a comment\n"),
        "added": added,
        "moved": moved,
        "over the border": over_the_border,
        "shuffled": shuffled,
        "a section's name": lambda: edit("other.yaml", "section: ", "section: New "),
        "a section's tag": lambda: edit("other.yaml", "tag: ", "tag: new-"),
        "a picture": lambda: author.write("media/delta.svg", PICTURE + f"<!-- {next(numbers)} -->".encode()),
        "a style": lambda: author.write("style.css", f".q-answer {{ letter-spacing: {draw.randrange(9)}px; }}"),
        "a language": lambda: edit(
            "deck.yaml", "(language: .*\n)?deck", f"language: {draw.choice(['en', 'ar'])}\ndeck"
        ),
        "a warning": lambda: edit("water.yaml", "answer: The Nile,", "answer: 'The Nile ![](delta.svg)',"),
        "a judgement": lambda: edit("more.yaml", "It is ", "It is " + 40 * "very "),
        "a card retired": lambda: edit("more.yaml", r"answer: ('It is[^']*')\}", r"answer: \1, retired: true}"),
        "a build": author.build,
        "no change": lambda: author.write("more.yaml", author.read("more.yaml")),
    }
    while True:
        name = first or draw.choice([*sorts])
        sorts[name]()
        yield name
        first = ""


def page_after(page: dict[str, Any], sent: str) -> dict[str, Any]:
    """What a page knows that knew `page`, or nothing, and is sent an update."""
    state = json.loads(sent)
    cards = page.get("cards", {})
    cards |= {key: {**cards.get(key, {}), **values} for key, values in state["cards"].items()}
    page = {**page, **state}
    return {**page, "cards": {key: cards[key] for key in page["order"]}}


@pytest.mark.parametrize("seed", range(2))
def test_after_any_saves_the_page_is_that_of_a_fresh_start(rivers: Author, seed: int) -> None:
    long_deck(rivers)
    with Artist() as artist, Artist() as other:
        viewer, known, page = Viewer(artist), None, dict[str, Any]()
        for name, number in zip(saves(rivers, seed), range(25), strict=False):
            for judge in (False, True):
                seen = viewer.view(load(rivers.folder, judge=judge), judged=judge)
                page = page_after(page, update(seen, known, {}))
                known = seen
            fresh = Viewer(other).view(rivers.load())
            assert seen == fresh, (number, name)
            assert page == json.loads(update(fresh, None, {})), (number, name)
            marks = {card["id"]: card["state"] for card in fresh.cards.values() if card["state"]}
            assert marks == build_would_say(rivers), (number, name)


def build_would_say(author: Author) -> dict[str, str]:
    """What the next build would make of the notes that change, by their ids; nothing where all are new."""
    loaded = author.load()
    _, changes = record(compile_notes(loaded), (), loaded.lock, 0)
    named = {"new": changes.new, "edited": changes.edited, "retired": set(changes.retired) & {*loaded.ids}}
    states = {each: state for state, ids in named.items() for each in ids}
    return states if [*states.values()] != ["new"] * len(loaded.ids) else {}


def test_a_save_sends_what_it_changed_and_draws_it_once(rivers: Author, monkeypatch: pytest.MonkeyPatch) -> None:
    long_deck(rivers)
    drawn: list[str] = []
    draw = Artist._draw

    def counted(artist: Artist, note: Note, number: int) -> Drawn:
        drawn.append(note.identity.id)
        return draw(artist, note, number)

    with Artist() as artist:
        monkeypatch.setattr(Artist, "_draw", counted)
        viewer = Viewer(artist)
        before = viewer.view(rivers.load())
        drawn.clear()
        rivers.edit("Question 7?", "Question seven?", "more.yaml")
        rivers.edit("cards:", "# a comment\ncards:", "more.yaml")
        for judge in (False, True):
            after = viewer.view(load(rivers.folder, judge=judge), judged=judge)
        assert drawn == ["more-7"]
        sent = update(after, before, {})
        assert list(json.loads(sent)) == ["cards"]
        assert sent.count("seven") == 3
        assert sent.count("Question") == 3
        rivers.edit("answer: The Nile", "answer: The Nile!")
        viewer.view(rivers.load())
        assert drawn == ["more-7", "nile"]


def test_the_page_in_the_browser_is_that_of_a_fresh_window(rivers: Author, open_page: Callable[..., Window]) -> None:
    long_deck(rivers)

    def is_fresh() -> bool:
        other = open_page(f"{server.address}#nile/1", 1280, 5_000)
        shown = shown_by(other)
        other.page.close()
        return shown_by(window) == shown

    with served(rivers) as server:
        window = open_page(f"{server.address}#nile/1", 1280, 5_000)
        done = saves(rivers, 7)
        for number in range(2):
            names = [next(done) for _ in range(10)]
            rivers.edit("through ", "through old ")  # the last save, to be waited for
            window.shows(f"{'old ' * (number + 1)}Cairo")
            soon(is_fresh)
        next(saves(rivers, 7, "over the border"))
        soon(is_fresh)
        window.page.fill("#search", "question 1")
        window.page.fill("#search", "")
        assert is_fresh(), names
        assert window.complaints == []


def shown_by(window: Window) -> list[str]:
    page = window.page
    texts = [
        page.locator(each).inner_html() for each in ("#title", "#counts", "#cards", "#trouble", "#facts", "#position")
    ]
    return [*texts, window.card.locator("html").inner_html()]


@pytest.mark.parametrize("search", ["", "number"])
def test_a_row_far_down_the_list_is_made_when_it_comes_into_sight(
    author: Author, open_page: Callable[..., Window], search: str
) -> None:
    author.section("".join(f"  - {{id: c{n}, question: Which number {n}?, answer: it}}\n" for n in range(2_000)))
    with served(author) as server:
        page = open_page(server.address).page
        page.fill("#search", search)
        rows = page.locator("#cards button")
        expect(page.locator("#cards button[aria-current]")).to_have_text("Which number 0?")
        soon(lambda: 25 <= rows.count() < 250)
        page.locator("#cards").hover()

        def at_the_end() -> bool:
            page.mouse.wheel(0, 1e6)
            return page.locator("[data-key='c1999/1']").count() == 1

        soon(at_the_end)
        page.locator("[data-key='c1999/1']").click()
        expect(page.locator("#position")).to_have_text("2,000 of 2,000")
        page.keyboard.press("ArrowUp")
        expect(page.locator("[data-key='c1998/1']")).to_be_focused()
        page.evaluate("location.hash = 'c1000/1'")
        expect(page.locator("[data-key='c1000/1']")).to_be_in_viewport(ratio=0.9)
        assert page.locator("#cards [tabindex='0']").count() == 1


def test_an_address_names_a_card_a_note_or_a_list(
    rivers: Author, server: Server, open_page: Callable[..., Window]
) -> None:
    rivers.section("  - {id: seas, question: Name the seas, items: [The Black Sea, The Red Sea]}\n", "Seas", "x.yaml")
    for name, asks in [("amazon", "Which river carries"), ("amazon/2", "The Amazon"), ("seas", "Name the seas"),
                       ("river", "Which river flows through Cairo?"), ("constructor", "Which river flows"),
                       ("", "Which river flows"), ("100%", "Which river flows")]:  # fmt: skip
        open_page(f"{server.address}#{name}").shows(asks)
    window = open_page(f"{server.address}#amazon")
    window.page.keyboard.press("ArrowRight")
    window.shows("The Amazon")
    window.page.evaluate("location.hash = 'gap'")
    window.shows("The [...] meets")
    assert window.complaints == []


def test_a_card_of_the_decks_own_note_type_has_its_style_and_runs_no_script(
    rivers: Author, server: Server, open_page: Callable[..., Window]
) -> None:
    rivers.write("note-types/Mine/front.html", "<b class=mine onmouseover='document.title=1'>{{Front}}</b>")
    rivers.write("note-types/Mine/back.html", "{{Back}}<img src=x onerror=document.body.id='ran'>")
    rivers.write("note-types/Mine/style.css", ".mine { letter-spacing: 9px; }")
    rivers.write(
        "note-types/Mine/note-type.yaml",
        "name: Mine\nid: 77\nfields: [{name: Front}, {name: Back}]\n"
        "templates: [{name: Card 1, front: front.html, back: back.html}]\n",
    )
    rivers.write("deck.yaml", rivers.read("deck.yaml") + "note-types: {Mine: {question: Front, answer: Back}}\n")
    rivers.section("  - {id: own, type: Mine, question: My own?, answer: Yes}\n", "Own", "own.yaml")
    window = open_page(f"{server.address}#own/1")
    window.shows("My own?")
    card = window.page.frame_locator("#frame")
    expect(card.locator(".mine")).to_have_css("letter-spacing", "9px")
    assert card.locator(".mine").get_attribute("onmouseover") is None
    window.page.keyboard.press("Space")
    window.shows("Yes")
    assert card.locator("body").get_attribute("id") is None
    assert card.locator("img").get_attribute("onerror") is None


def test_a_card_that_is_deleted_leaves_the_screen(
    rivers: Author, server: Server, open_page: Callable[..., Window]
) -> None:
    window = open_page(f"{server.address}#typed/1")
    window.shows("Spell it")
    rivers.edit("  - {id: typed, question: Spell it, answer: Mississippi, typed: true}\n", "")
    window.shows("What does")
    before = rivers.read("water.yaml")
    rivers.section("")
    expect(window.page.locator("#counts")).to_have_text("0 notes, 0 cards")
    expect(window.page.frame_locator("#frame").locator("#qa")).to_be_empty()
    rivers.write("water.yaml", before)
    window.shows("Which river flows through Cairo?")


def test_problems_beside_no_card_are_told_too_and_warnings_are_no_infos(
    rivers: Author, server: Server, open_page: Callable[..., Window]
) -> None:
    rivers.write("media/unused.svg", PICTURE)
    rivers.write("style.css", ".q-answer { width: 900px; }")
    rivers.edit("answer: The Nile", "answer: 'The Nile, etc. ![](delta.svg)'")
    rivers.edit("deck: Rivers", "deck: Rivers\nlanguage: en", "deck.yaml")
    window = open_page(f"{server.address}#nile/1")
    loose = window.page.locator("#loose")
    expect(loose.locator("summary")).to_have_text("2 warnings that belong to no card")
    expect(loose.locator(".problem").first).to_be_hidden()
    loose.locator("summary").click()
    expect(loose.locator(".problem")).to_contain_text(["media/unused.svg:1:", "style.css:1:"])
    marks = window.page.locator("#cards [data-key='nile/1'] .mark")
    assert marks.all_text_contents() == ["1 warning", "1 info"]
    expect(window.page.locator("#cards .mark.error")).to_have_count(0)
    window.page.keyboard.press("ArrowRight")
    expect(loose.locator(".problem").first).to_be_visible()


def test_the_list_says_what_the_card_says(rivers: Author, server: Server, open_page: Callable[..., Window]) -> None:
    rivers.section("""\
  - {id: a, question: "**What** does `a*b` and $e^{x^{2}}$ do? ![a *delta*](delta.svg)", answer: "yes"}
  - {id: b, cloze: "{{c1::Outer {{c2::$\\\\frac{1}{x^{2}}$::the *inner* hint: h}} text}} and {{c3::`a}}::b`}}"}
  - {id: c, question: "![](ding.mp3)", answer: "yes"}
""")
    window = open_page(server.address)
    said = "What does a*b and e^{x^{2}} do? a delta"
    assert said in (window.page.locator("#frame").get_attribute("title") or "")
    row = window.page.locator("#cards [data-key='a/1']")
    expect(row).to_have_text("What does a*b and ex2 do? a delta")  # with formulas as they are set
    assert row.locator("math msup").count() == 2
    expect(window.page.locator("#cards [data-key='b/1']")).to_contain_text("Outer 1x2 text and a}}::b")
    assert window.page.locator("#cards [data-key='b/1'] mfrac").count() == 1
    expect(window.page.locator("#cards [data-key='c/1']")).to_contain_text("♪")


def test_enter_in_the_search_shows_the_first_match(server: Server, open_page: Callable[..., Window]) -> None:
    window = open_page(server.address)
    position = window.page.locator("#position")
    expect(position).to_have_text("1 of 7")
    window.page.keyboard.press("/")
    window.page.keyboard.type("mainz")
    expect(position).to_be_empty()
    window.page.keyboard.press("Enter")
    window.shows("meets the Main")
    expect(position).to_have_text("1 of 2")
    window.page.keyboard.press("ArrowRight")  # no longer typed into the search
    expect(position).to_have_text("2 of 2")
    assert (window.page.locator("#search").bounding_box() or {"width": 0})["width"] >= 200


def test_shift_and_an_arrow_go_to_another_section(
    rivers: Author, server: Server, open_page: Callable[..., Window]
) -> None:
    rivers.section("  - {id: etna, question: Which volcano?, answer: Etna}\n", "Fire", "fire.yaml")
    window = open_page(f"{server.address}#gap/1")
    position = window.page.locator("#position")
    expect(position).to_have_text("5 of 8")  # fire.yaml is read first
    for key, at in (("Left", 2), ("Left", 1), ("Left", 1), ("Right", 2), ("Right", 2)):
        window.page.keyboard.press(f"Shift+Arrow{key}")
        expect(position).to_have_text(f"{at} of 8")


def test_a_click_copies_a_place(rivers: Author, server: Server, open_page: Callable[..., Window]) -> None:
    rivers.edit("answer: The Nile", "answer: 'The Nile ![](delta.svg)'")
    window = open_page(f"{server.address}#nile/1")
    window.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    for place, copied in ((".facts dd .place", r".*water\.yaml:3"), (".facts .problem .place", r".*water\.yaml:3:\d+")):
        window.page.click(place)
        expect(window.page.locator("#said")).to_contain_text("Copied")
        assert re.fullmatch(copied, window.page.evaluate("navigator.clipboard.readText()"))
    assert window.complaints == []


def test_a_deck_that_was_never_built_marks_no_card_as_new(
    rivers: Author, server: Server, open_page: Callable[..., Window]
) -> None:
    marks = open_page(server.address).page.locator("#cards .mark.new")
    expect(marks).to_have_count(0)
    rivers.build()
    rivers.section(CARDS + "  - {id: etna, question: Which volcano?, answer: Etna}\n")
    expect(marks).to_have_count(1)


def test_equations_are_aligned(rivers: Author, server: Server, open_page: Callable[..., Window]) -> None:
    rivers.edit(
        "answer: Mississippi, typed: true", r"answer: '$$\begin{aligned} a + b &= c \\ &= d \\ e &= f \end{aligned}$$'"
    )
    window = open_page(f"{server.address}#typed/1")
    window.page.keyboard.press("Space")
    card = window.page.frame_locator("#frame")
    signs = card.locator("mtd:nth-child(2) mo:text-is('=')")
    expect(signs).to_have_count(3)
    assert len({round((each.bounding_box() or {"x": 0})["x"]) for each in signs.all()}) == 1
    left = [(each.bounding_box() or {"x": 0})["x"] for each in card.locator("mtd:nth-child(1) mi:first-child").all()]
    assert left[1] > left[0] + 10  # a single letter is at the right of its column


def test_a_film_is_played_and_no_sound(rivers: Author, server: Server, open_page: Callable[..., Window]) -> None:
    rivers.write("media/flow.mp4", b"a film")
    rivers.edit("![](ding.mp3)", "![](flow.mp4)")
    window = open_page(f"{server.address}#law/1")
    window.page.keyboard.press("Space")
    card = window.page.frame_locator("#frame")
    assert str(card.locator("video[controls]").get_attribute("src")).endswith(".mp4")
    expect(card.locator(".replay-button")).to_have_count(0)


def test_on_a_phone_the_buttons_are_at_the_bottom(server: Server, open_page: Callable[..., Window]) -> None:
    page = open_page(server.address, 390, 780).page
    reveal, facts = (page.locator(each).bounding_box() for each in ("#reveal", "#facts h2"))
    assert reveal
    assert facts
    assert 780 - 70 < reveal["y"] + reveal["height"] < 780
    assert facts["y"] < 780 - 15  # what is below can be seen to be there


def test_the_list_shows_the_card_that_the_address_names(author: Author, open_page: Callable[..., Window]) -> None:
    long = "Which of the many rivers of the world is it that is meant by a long question with the number"
    author.section("".join(f"  - {{id: c{n}, question: {long} {n}?, answer: it}}\n" for n in range(90)))
    with served(author) as server:
        page = open_page(f"{server.address}#c80/1").page
        expect(page.locator("#cards [aria-current]")).to_be_in_viewport(ratio=0.9)


def test_an_address_that_names_nothing_shows_the_first_card(server: Server, open_page: Callable[..., Window]) -> None:
    window = open_page(f"{server.address}#100%")
    window.shows("Which river flows through Cairo?")
    assert window.complaints == []


def test_on_a_phone_the_list_closes_and_the_package_is_at_hand(
    server: Server, open_page: Callable[..., Window]
) -> None:
    server.live.phone = {"address": server.address, "code": "data:,"}
    page = open_page(server.address, 390, 780).page
    expect(page.locator("#get")).to_be_in_viewport()
    expect(page.locator("#to-phone")).to_be_hidden()
    closes: list[Callable[[], None]] = [lambda: page.click("#close-list"), lambda: page.keyboard.press("Escape")]
    for close in closes:
        page.click("#open-list")
        expect(page.locator("#list")).to_be_visible()
        close()
        expect(page.locator("#list")).to_be_hidden()
    page.click("#open-list")
    page.locator("#search").press("Escape")
    expect(page.locator("#list")).to_be_hidden()


@pytest.mark.slow
def test_tabs_that_nobody_sees_leave_the_server_to_others(
    rivers: Author, server: Server, open_page: Callable[..., Window], browser: Browser
) -> None:
    look_away = """hidden => {
        Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
    }"""
    with closing(browser.new_context()) as one_window:
        tabs = [Window(one_window.new_page(), f"{server.address}#nile/1") for _ in range(1)]
        for _ in range(6):  # a browser has six connections to a server
            tabs[-1].page.evaluate(look_away, True)
            tabs.append(Window(one_window.new_page(), server.address))
        rivers.edit("through Cairo", "through Khartoum")
        tabs[-1].shows("Khartoum")
        tabs[0].shows("Cairo")
        tabs[0].card.locator("a.hint").click()
        tabs[-1].page.evaluate(look_away, True)
        tabs[0].page.evaluate(look_away, False)
        tabs[0].shows("Khartoum")
        tabs[0].card.locator("a.hint").click()
        for hidden in (True, False):  # nothing was saved: the card stays as it lies
            tabs[0].page.evaluate(look_away, hidden)
        tabs[0].page.wait_for_timeout(300)
        expect(tabs[0].card.locator("div.hint")).to_be_visible()


def test_the_page_says_when_the_preview_has_ended(rivers: Author, open_page: Callable[..., Window]) -> None:
    with served(rivers) as server:
        page = open_page(server.address).page
        expect(page.locator("#lost")).to_be_hidden()
    expect(page.locator("#lost")).to_contain_text("The preview has stopped")


def test_the_phone_stands_above_the_buttons_whatever_the_errors(
    rivers: Author, server: Server, open_page: Callable[..., Window]
) -> None:
    page = open_page(server.address, 1280, 720).page
    rivers.section("".join(f"  - {{id: c{n}, qestion: Which?, answer: it}}\n" for n in range(30)))
    expect(page.locator("#trouble")).to_be_visible()
    within = """() => document.getElementById("device").getBoundingClientRect().bottom
        <= document.getElementById("slot").getBoundingClientRect().bottom + 1"""
    soon(lambda: page.evaluate(within))
    page.locator("#trouble").press("End")
    soon(lambda: page.evaluate("() => document.getElementById('trouble').scrollTop > 0"))
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_errors_stand_above_the_last_good_cards_until_they_are_mended(
    rivers: Author, server: Server, open_page: Callable[..., Window]
) -> None:
    window = open_page(server.address)
    trouble = window.page.locator("#trouble")
    expect(trouble).to_be_hidden()
    rivers.edit("question: Which river flows", "queston: Which river flows")
    expect(trouble).to_contain_text("1 error. The cards below are from the last version without errors.")
    expect(trouble).to_contain_text("water.yaml:3:16")
    window.shows("Which river flows through Cairo?")
    rivers.edit("queston: Which river flows", "question: Which long river flows")
    expect(trouble).to_be_hidden()
    window.shows("Which long river flows")


def test_a_deck_that_starts_with_errors_shows_them(author: Author, open_page: Callable[..., Window]) -> None:
    author.section("  - {id: a, question: What?}\n")
    with served(author) as server:
        assert server.live.view.cards == {}
        author.section("  - {id: a, question: What?, answer: That}\n")
        assert open_page(server.address).page.locator("#cards button").count() == 1


STUB = "  - {id: stub, question: TODO, answer: TODO}\n"


def test_a_deck_that_starts_with_errors_shows_its_other_cards(rivers: Author, open_page: Callable[..., Window]) -> None:
    rivers.section(CARDS + "  - {id: a, qestion: What?, answer: That}\n" + STUB)
    rivers.edit("![](ding.mp3)", "![](dong.mp3)")
    with served(rivers) as server:
        window = open_page(server.address)
        trouble = window.page.locator("#trouble")
        expect(trouble).to_contain_text("2 errors. The cards below are those without errors.")
        assert window.page.locator("#cards button").count() == 6
        rivers.edit("dong", "ding")
        expect(window.page.locator("#cards button")).to_have_count(7)
        expect(trouble).to_contain_text("1 error. The cards below are those without errors.")
        rivers.edit("qestion", "question")
        expect(trouble).to_be_hidden()
        expect(window.page.locator("#counts")).to_have_text("6 notes, 8 cards")
        expect(window.page.locator("#loose")).to_contain_text("1 card not written yet, the first in line 9")
        assert window.complaints == []


@pytest.mark.parametrize(
    ("cards", "heading", "sentence"),
    [
        (STUB, "There is no card to show yet.", "1 card not written yet, the first in line 3; replace each TODO"),
        ("  []\n", "There is no card to show yet.", "this section has no cards; add one"),
        ("  - {id: a, question: What?}\n", "1 error. There is no card to show yet.", "no answer; add answer:"),
        ("  - {question: What?, answer: '![x](x.png)'}\n", "1 error. There is no card to show yet.", "no file 'x.png'"),
    ],
)
def test_a_page_without_cards_says_why(
    author: Author, browser: Browser, cards: str, heading: str, sentence: str
) -> None:
    author.section(cards)
    with served(author) as server, closing(browser.new_context()) as context:
        page = context.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(server.address)
        trouble = page.locator("#trouble")
        expect(trouble.locator("h2")).to_have_text(heading)
        expect(trouble).to_contain_text(sentence)
        page.keyboard.press("Space")
        page.keyboard.press("ArrowRight")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        author.section(CARDS.splitlines()[0] + "\n  - {id: a, qestion: What?}\n")
        expect(page.locator("#cards button")).to_have_count(1)
        author.section(CARDS.splitlines()[0] + "\n")
        expect(trouble).to_be_hidden()
        expect(page.locator("#cards button")).to_have_count(1)
        assert complaints == []


@pytest.mark.slow
@pytest.mark.parametrize("wide", [1280, 390])
@pytest.mark.parametrize("night", [False, True])
def test_axe_finds_nothing_to_complain_about(
    rivers: Author, server: Server, open_page: Callable[..., Window], wide: int, night: bool
) -> None:
    rivers.edit("answer: The Nile", "answer: 'The Nile ![](delta.svg)'")
    window = open_page(f"{server.address}#nile/1", wide)
    expect(window.page.locator("#facts .problem")).to_have_count(1)
    if night:
        window.page.locator("#night").click()
    for happening in (None, "?", "error"):
        if happening == "?":
            window.page.evaluate("document.getElementById('keys').showModal()")
        elif happening == "error":
            window.page.keyboard.press("Escape")
            rivers.edit("question: Spell it", "qestion: Spell it")
            expect(window.page.locator("#trouble")).to_be_visible()
        found = Axe().run(window.page)
        assert found.violations_count == 0, found.generate_report()


# --- what is served, and to whom -----------------------------------------------------------------


def fetch(
    server: Server, path: str, host: str = "", method: str = "GET", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=60)
    connection.putrequest(method, path, skip_host=True)
    connection.putheader("Host", host or f"127.0.0.1:{server.server_port}")
    for name, value in headers.items():
        connection.putheader(name.replace("_", "-"), value)
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body


@pytest.mark.parametrize(
    "path",
    ["/deck.yaml", "/water.yaml", "/deck.lock", "/media/delta.svg", "/media/../deck.yaml", "/media/%2e%2e/deck.yaml",
     "/..%2f..%2fetc/passwd", "//etc/passwd", "/media//etc/passwd", "/media/", "/index.html/../../server.py"],
)  # fmt: skip
def test_nothing_but_the_page_and_its_media_is_served(server: Server, path: str) -> None:
    status, _, body = fetch(server, path)
    assert (status, body) == (404, b"Not found.\n")


def test_other_hosts_are_refused(server: Server) -> None:
    for host in ("evil.example", f"evil.example:{server.server_port}", "127.0.0.1", "127.0.0.1:1"):
        assert fetch(server, "/", host)[0] == 403
    assert fetch(server, "/", f"localhost:{server.server_port}")[0] == 200
    assert fetch(server, "/", method="PUT")[0] == 501


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_another_page_can_neither_build_nor_look_on(
    rivers: Author, server: Server, browser: Browser, host: str, tmp_path: Path
) -> None:
    address = server.address
    (tmp_path / "index.html").write_text(
        f"<a href='{address}package.apkg'>package</a><a id=page href='{address}'>page</a>"
        f"<img src='{address}package.apkg'>"
    )
    served_here = partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), served_here) as other, closing(browser.new_page()) as page:
        threading.Thread(target=other.serve_forever, args=(0.02,)).start()
        page.goto(f"http://{host}:{other.server_port}/")
        page.click("a")
        expect(page.locator("body")).to_contain_text("Requests from other pages aren't allowed.")
        page.go_back()
        page.click("#page")
        expect(page.locator("#cards button")).to_have_count(7)
        other.shutdown()
    assert (
        fetch(server, "/events", Sec_Fetch_Site="same-site")[0]
        == fetch(server, "/events", Sec_Fetch_Site="cross-site")[0]
        == 403
    )
    assert not (rivers.folder / "deck.lock").exists()


HEART = """\
section: Body
tag: body
cards:
  - id: heart  # the author's
    occlude: delta.svg
    title: "Name it"
    parts:
      # the large one
      - {id: aorta, name: 'Aorta', at: [41, 8, 12, 9]}  # drawn by hand
      - {id: apex, at: [10, 60, 12, 9]}
  - {id: what, question: What?, answer: That}
"""
BOXES = [("aorta", "Aorta", "rect", [41, 8, 12, 9]), ("apex", "", "rect", [10, 60, 12, 9])]


def as_json(parts: list[tuple[str, str, str, list[Any]]]) -> list[dict[str, Any]]:
    return [dict(zip(("id", "name", "shape", "at"), each, strict=True)) for each in parts]


MOVED = {"note": "heart", "before": as_json(BOXES), "parts": as_json([BOXES[0], ("apex", "", "rect", [20, 60, 12, 9])])}


def post(server: Server, body: bytes, path: str = "parts", **headers: str) -> tuple[int, str]:
    """What the server answers to a page of the author's that asks to save; `headers` replace its own, "" omits one."""
    origin = f"127.0.0.1:{server.server_port}"
    usual = {"Host": origin, "Origin": f"http://{origin}", "Sec-Fetch-Site": "same-origin"}
    usual |= {"Content-Type": "application/json", "Content-Length": str(len(body)), "X-Studydeck-Key": server.key}
    sent = usual | {name.replace("_", "-"): value for name, value in headers.items()}
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=60)
    connection.putrequest("POST", f"{server.root}{path}", skip_host=True, skip_accept_encoding=True)
    for name, value in sent.items():
        if value:
            connection.putheader(name, value)
    connection.endheaders()
    with suppress(BrokenPipeError, ConnectionResetError):
        connection.send(body)
    answer = connection.getresponse()
    said = answer.read().decode()
    connection.close()
    return answer.status, said


def test_the_page_saves_parts_into_their_card_alone(rivers: Author, server: Server) -> None:
    rivers.write("body.yaml", HEART)
    assert post(server, json.dumps(MOVED).encode()) == (200, "Saved.\n")
    assert rivers.read("body.yaml") == HEART.replace("[10,", "[20,")
    assert post(server, json.dumps(MOVED).encode(), Sec_Fetch_Site="")[0] == 409  # no longer what the page showed
    again = {**MOVED, "before": MOVED["parts"], "parts": MOVED["before"]}
    assert post(server, json.dumps(again).encode(), Sec_Fetch_Site="")[0] == 200  # an old browser's
    assert rivers.read("body.yaml") == HEART


ONLY = "Only the page that this preview opened"
REFUSED: list[tuple[int, str, dict[str, Any]]] = [
    (403, "Unknown host name", {"Host": "evil.example"}),
    (403, "Requests from other pages", {"Sec_Fetch_Site": "cross-site"}),
    (403, "Requests from other pages", {"Sec_Fetch_Site": "same-site"}),
    (403, ONLY, {"Origin": "http://evil.example"}),
    (403, ONLY, {"Origin": "null"}),
    (403, ONLY, {"Origin": ""}),
    (403, ONLY, {"X_Studydeck_Key": ""}),
    (403, ONLY, {"X_Studydeck_Key": "guessed"}),
    (403, ONLY, {"X_Studydeck_Key": "gu\xe9ssed"}),
    (403, ONLY, {"Content_Type": "text/plain"}),
    (403, ONLY, {"Content_Type": ""}),
    (405, "Nothing can be saved here", {"path": "package.apkg"}),
    (405, "Nothing can be saved here", {"path": "media/../parts"}),
    (413, "too much to save", {"Content_Length": "262145"}),
    (413, "too much to save", {"Content_Length": "9" * 5_000}),
    (413, "too much to save", {"Content_Length": ""}),
    (413, "too much to save", {"Content_Length": "-1"}),
    (413, "too much to save", {"Content_Length": "", "Transfer_Encoding": "chunked"}),
]


def test_nobody_else_saves(rivers: Author, server: Server) -> None:
    rivers.write("body.yaml", HEART)
    for status, said, asked in REFUSED:
        found, sentence = post(server, json.dumps(MOVED).encode(), **asked)
        assert (found, said in sentence) == (status, True), (asked, sentence)
        assert rivers.read("body.yaml") == HEART, asked


def test_what_is_no_part_is_not_saved(rivers: Author, server: Server) -> None:
    rivers.write("body.yaml", HEART)

    def with_part(**values: object) -> dict[str, object]:
        return {**MOVED, "parts": [*MOVED["before"], {**as_json(BOXES)[0], "id": "new", **values}]}

    wrong: list[object] = [
        "", [], 1, {}, {**MOVED, "note": 7}, {**MOVED, "parts": 3}, {**MOVED, "before": [{}]}, with_part(id=None),
        with_part(name=["x"]), with_part(at="41"), with_part(at=[True] * 4), with_part(at=[float("nan")] * 4),
        with_part(at=[10**400] * 4), with_part(at=[{}]), with_part(name="\ud800"), with_part(shape=[]),
    ]  # fmt: skip
    bodies = [*(json.dumps(each).encode() for each in wrong), b"{", b"\xff", b"[" * 100_000]
    for body in bodies:
        assert post(server, body) == (409, "the request to save isn't valid; reload the page.\n"), body[:200]
    for unfit, sentence in [
        ({**MOVED, "note": "nile"}, "the deck has no picture with parts 'nile' any more"),
        ({**MOVED, "note": "../heart"}, "the deck has no picture with parts '../heart' any more"),
        ({**MOVED, "before": MOVED["parts"]}, "have changed since they were opened here"),
        ({**MOVED, "parts": []}, "a picture needs a part"),
        (with_part(id="two words"), "isn't a valid id"),
        (with_part(id="aorta"), "already used"),
        (with_part(shape="star"), "isn't a shape"),
        (with_part(at=[1, 2, 3]), "expected 4 numbers"),
        (with_part(at=[1, 2, 0, 4]), "the part has no size"),
        (with_part(at=[1e9, 2, 3, 4]), ""),
        (with_part(name="a\0b"), ""),
        ({**MOVED, "parts": MOVED["parts"][::-1]}, "without changing anything else"),
    ]:
        status, said = post(server, json.dumps(unfit).encode())
        assert (status, sentence in said) == (409, True), (unfit, said)
    assert rivers.read("body.yaml") == HEART
    rivers.write("body.yaml", HEART.replace("41, 8", "42, 8"))
    assert "have changed since they were opened here" in post(server, json.dumps(MOVED).encode())[1]
    for broken in (HEART + "  - {id: broken", HEART.replace("at:", "att:", 1)):
        rivers.write("body.yaml", broken)
        status, said = post(server, json.dumps(MOVED).encode())
        assert (status, said.endswith("body.yaml has errors; fix them first.\n")) == (409, True), said
        assert rivers.read("body.yaml") == broken


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a network of addresses of its own")
def test_no_device_in_the_network_saves(rivers: Author, monkeypatch: pytest.MonkeyPatch) -> None:
    rivers.write("body.yaml", HEART)
    with served(rivers, secret=True) as server:
        assert server.address_with_key == server.address
        assert post(server, json.dumps(MOVED).encode()) == (405, "Nothing can be saved here.\n")
    with served(rivers) as server:  # and were it served there, an address of another computer's
        monkeypatch.setattr("ipaddress.ip_address", lambda address: IPv4Address("192.0.2.7"))
        assert post(server, json.dumps(MOVED).encode())[0] == 403
    assert rivers.read("body.yaml") == HEART


def test_a_body_that_does_not_come_is_not_waited_for(rivers: Author, hasty: Server) -> None:
    rivers.write("body.yaml", HEART)
    with connected(hasty) as slow:
        host = f"127.0.0.1:{hasty.server_port}"
        slow.sendall(
            f"POST /parts HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nX-Studydeck-Key: {hasty.key}\r\n"
            "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{".encode()
        )
        assert is_closed(slow)
    assert rivers.read("body.yaml") == HEART


def test_another_page_cannot_save(rivers: Author, server: Server, browser: Browser, tmp_path: Path) -> None:
    rivers.write("body.yaml", HEART)
    (tmp_path / "index.html").write_text("<title>another</title>")
    served_here = partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), served_here) as other, closing(browser.new_page()) as page:
        threading.Thread(target=other.serve_forever, args=(0.02,)).start()
        page.goto(f"http://127.0.0.1:{other.server_port}/")
        for headers in ({"Content-Type": "application/json", "X-Studydeck-Key": server.key}, {}):
            for mode in ("cors", "no-cors"):
                options = {"method": "POST", "mode": mode, "headers": headers, "body": json.dumps(MOVED)}
                page.evaluate(
                    "([url, options]) => fetch(url, options).catch(() => 0).then(() => 0)",
                    [f"{server.address}parts", options],
                )
        other.shutdown()
    assert rivers.read("body.yaml") == HEART


def test_parts_are_drawn_and_saved(rivers: Author, server: Server, open_page: Callable[..., Window]) -> None:
    rivers.write("body.yaml", HEART)
    plain = open_page(f"{server.address}#heart/1")
    plain.page.click("#edit-parts")
    expect(plain.page.locator("#save-parts")).to_be_hidden()  # whoever opened it, without the key
    window = open_page(f"{server.address_with_key}#heart/1")
    page = window.page
    page.click("#edit-parts")
    soon(
        lambda: page.evaluate(
            "document.getElementById('part-picture').complete && document.querySelector('.board').style.width"
        )
    )
    board = page.locator("#board").bounding_box()
    assert board
    page.mouse.move(board["x"] + 0.5 * board["width"], board["y"] + 0.4 * board["height"])
    page.mouse.down()
    page.mouse.move(board["x"] + 0.75 * board["width"], board["y"] + 0.6 * board["height"], steps=3)
    page.mouse.up()
    page.keyboard.type("Left: ventricle")
    page.click("#save-parts")
    expect(page.locator("#copied")).to_have_text("Saved.")
    lines = rivers.read("body.yaml").splitlines()
    (new,) = (line for line in lines if line not in HEART.splitlines())
    assert re.fullmatch(
        r'      - \{id: left-ventricle, name: "Left: ventricle", at: \[50(\.1)?, 40(\.\d)?, .*\]\}', new
    )
    assert [line for line in lines if line != new] == HEART.splitlines()
    expect(page.locator("#counts")).to_have_text("7 notes, 11 cards")
    page.locator("[aria-label='Name of part 3']").fill("Ventricle")  # its id stays now
    page.click("#save-parts")
    soon(lambda: "{id: left-ventricle, name: Ventricle, at: [" in rivers.read("body.yaml"))
    rivers.edit("41, 8", "42, 8", "body.yaml")
    page.locator("[aria-label='Name of part 3']").fill("Lost")
    page.click("#save-parts")
    expect(page.locator("#copied")).to_contain_text("have changed since they were opened here; copy yours")
    assert "Lost" not in rivers.read("body.yaml")
    assert window.complaints == ["Failed to load resource: the server responded with a status of 409 (Conflict)"]


def test_in_the_network_everything_lies_behind_an_unguessable_path(rivers: Author) -> None:
    with served(rivers, secret=True) as one, served(rivers, secret=True) as other:
        assert len(one.root) >= 24
        assert one.root != other.root
        for path in ("/", "/preview.js", "/package.apkg", "/events", one.root[:-2] + "/", other.root):
            assert fetch(one, path)[0] == 404, path
        assert fetch(one, one.root)[0] == 200


def test_the_page_may_run_no_script_but_its_own_and_pictures_none(server: Server, rivers: Author) -> None:
    policy = fetch(server, "/")[1]["content-security-policy"]
    assert "default-src 'none'" in policy
    assert re.search(r"script-src 'self'(;|$)", policy)
    (name,) = (each for each in server.live.view.media if each.endswith(".svg"))
    _, headers, body = fetch(server, f"/media/{name}")
    assert headers["content-type"] == "image/svg+xml"
    assert "sandbox" in headers["content-security-policy"]
    assert "script" not in headers["content-security-policy"].replace("default-src", "")
    assert headers["referrer-policy"] == "no-referrer"  # the path is a secret
    assert body == PICTURE


FONT_TYPE = """\
name: Capitals
id: 1607392319495
fields: [{name: Country}]
templates: [{name: Capital, front: front.html, back: back.html}]
"""


def test_fonts_in_a_style_and_beside_it_are_used(rivers: Author, open_page: Callable[..., Window]) -> None:
    rivers.write("deck.yaml", DECK + "note-types: {Capitals: {question: Country}}\n")
    rivers.section("  - {id: a, type: Capitals, question: Austria}\n", "A", "a.yaml")
    style = (
        "@font-face { font-family: x; src: url(data:font/woff2;base64,AAAA), url(_letters.woff2) } .a { font: 1em x }"
    )
    for name, text in (("note-type.yaml", FONT_TYPE), ("back.html", "{{Country}}"), ("style.css", style)):
        rivers.write(f"note-types/Capitals/{name}", text)
    rivers.write("note-types/Capitals/front.html", "<p class=a>{{Country}}</p>")
    rivers.write("note-types/Capitals/_letters.woff2", b"no font, but asked for")
    with served(rivers) as server:
        window = open_page(f"{server.address}#a/1")
        with window.page.expect_response(lambda each: each.url.endswith("/_letters.woff2")):
            window.page.reload()
        assert window.complaints == []


def test_a_player_gets_the_part_of_a_sound_that_it_asks_for(server: Server) -> None:
    (name,) = (each for each in server.live.view.media if each.endswith(".mp3"))
    path = f"/media/{name}"
    for asked, status, body in [("bytes=0-2", 206, b"ID3"), ("bytes=4-", 206, b"ding"), ("bytes=-4", 206, b"ding"),
                                ("bytes=4-99", 206, b"ding"), ("bytes=-99", 206, b"ID3 ding"),
                                ("bytes=8-", 416, b"The range is past the end of the file.\n"),
                                ("bytes=-0", 416, b"The range is past the end of the file.\n"),
                                ("lines=1", 200, b"ID3 ding")]:  # fmt: skip
        answer = fetch(server, path, Range=asked)
        assert (answer[0], answer[2]) == (status, body), asked
    assert fetch(server, path, Range="bytes=0-2")[1]["content-range"] == "bytes 0-2/8"
    assert fetch(server, path, Range="bytes=-99")[1]["content-range"] == "bytes 0-7/8"
    assert fetch(server, path)[1]["accept-ranges"] == "bytes"


def test_a_phone_gets_the_package_as_a_build_would_make_it(rivers: Author, server: Server) -> None:
    status, headers, body = fetch(server, "/package.apkg")
    assert status == 200
    assert headers["content-type"] == "application/apkg"
    assert headers["content-disposition"] == "attachment; filename=\"rivers.apkg\"; filename*=UTF-8''rivers.apkg"
    assert body == rivers.package.read_bytes()
    assert "nile" in rivers.load().lock.notes
    rivers.edit("answer: The Nile", "anser: The Nile")
    before = rivers.read("deck.lock")
    status, _, body = fetch(server, "/package.apkg")
    assert status == 409
    assert b"water.yaml:3:" in body
    assert rivers.read("deck.lock") == before


# --- too many, too slow, too long ------------------------------------------------------------------

OWNER, STRANGER = "127.0.0.1", "127.0.0.2"
elsewhere = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a network of addresses of its own")


def connected(server: Server, address: str = OWNER) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.server_port), 10, (address, 0))


def asks(server: Server, connection: socket.socket, path: str) -> bytes:
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.server_port}\r\n\r\n".encode())
    with connection.makefile("rb") as answer:
        return answer.readline()


def is_closed(connection: socket.socket) -> bool:
    """Whether the server closed it, whatever it answered; raises TimeoutError where it doesn't."""
    with suppress(ConnectionResetError):
        while connection.recv(65_536):
            pass
    return True


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch, server: Server) -> Server:
    """The server with less patience."""
    monkeypatch.setattr("studydeck.preview.server._PATIENCE", 1.0)
    return server


def test_idle_connections_are_few_and_end_soon(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studydeck.preview.server._PATIENCE", 60.0)
    before = threading.active_count()
    with ExitStack() as stack:
        idle = [stack.enter_context(connected(server)) for _ in range(300)]
        soon(lambda: threading.active_count() <= before + 130)
        assert fetch(server, "/")[0] == 200
        monkeypatch.setattr("studydeck.preview.server._PATIENCE", 0.5)
        assert all(map(is_closed, idle))
    soon(lambda: threading.active_count() <= before)


@pytest.mark.slow
@elsewhere
@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"])
def test_a_stranger_keeps_out_nobody(rivers: Author, sent: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studydeck.preview.server._PATIENCE", 60.0)
    with served(rivers, secret=True) as server, ExitStack() as stack:
        events = stack.enter_context(connected(server))
        assert b" 200 " in asks(server, events, f"{server.root}events")
        slow = [stack.enter_context(connected(server)) for _ in range(6)]
        for _ in range(400):
            stranger = stack.enter_context(connected(server, STRANGER))
            with suppress(OSError):
                stranger.sendall(sent)
        assert [asks(server, each, server.root) for each in slow] == [b"HTTP/1.1 200 OK\r\n"] * 6
        monkeypatch.setattr("studydeck.preview.server._PATIENCE", 0.5)
        assert is_closed(stranger)
        rivers.edit("through Cairo", "through Khartoum")  # the page that is open outlives it
        heard = b""
        while b"Khartoum" not in heard:
            heard += events.recv(65_536) or pytest.fail("the page's events have ended")


def test_a_request_that_comes_a_sign_at_a_time_is_not_waited_for(hasty: Server) -> None:
    with connected(hasty) as loris, suppress(OSError):
        started = time.monotonic()
        for sign in f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{hasty.server_port}\r\nX: {'x' * 100}\r\n\r\n":
            loris.sendall(sign.encode())
            time.sleep(0.05)
        raise AssertionError(f"it was read for {time.monotonic() - started:.1f} s")


def test_a_request_without_end_is_read_no_further(server: Server) -> None:
    line = b"X: " + b"x" * 1_000 + b"\r\n"
    with connected(server) as endless, pytest.raises((ConnectionResetError, BrokenPipeError)):
        endless.sendall(line * 20_000)


def test_the_cookies_of_all_that_this_computer_serves_are_no_hindrance(server: Server) -> None:
    assert fetch(server, "/", Cookie="x" * 60_000)[0] == 200


def test_a_connection_answers_one_request(server: Server) -> None:
    with connected(server) as connection:
        assert b" 200 " in asks(server, connection, "/")
        connection.settimeout(10)
        while connection.recv(65_536):
            pass


def test_a_browser_leaves_the_port_out_where_it_is_http_s_own(rivers: Author, open_page: Callable[..., Window]) -> None:
    try:
        with served(rivers, port=80) as server:
            assert open_page(server.address).page.locator("#cards button").count() == 7
            assert fetch(server, "/", "evil.example")[0] == 403
    except OSError as error:
        pytest.skip(f"port 80 isn't ours to take ({error.strerror})")
    with served(rivers) as server:
        assert fetch(server, "/", "localhost")[0] == 403


# --- from disk, and the command ------------------------------------------------------------------


def test_the_exported_page_works_from_disk(rivers: Author, tmp_path: Path, open_page: Callable[..., Window]) -> None:
    rivers.edit("answer: The Nile", 'answer: "</script><script>window.hacked = 1</script>"')
    tag = "<img src=x onerror='window.hacked = 1'>"
    hostile = rf"{tag} $\\text{{{tag}}}$ $x^2$ ![{tag}](delta.svg)"
    rivers.edit("question: Spell it", f'question: "{hostile}"')
    folder = tmp_path / "page"
    done = CliRunner().invoke(main, ["preview", str(rivers.folder), "--export", str(folder)])
    assert done.exit_code == 0, done.output
    window = open_page((folder / "index.html").as_uri() + "#law/1")
    assert window.page.locator("#cards button").count() == 7
    image = window.page.frame_locator("#frame").locator("img")
    assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") == 40
    assert window.page.locator("#cards math").count() >= 2
    assert window.page.locator("#cards :is(img, script)").count() == 0
    assert window.page.evaluate("window.hacked") is None
    assert window.complaints == []
    again = CliRunner().invoke(main, ["preview", str(rivers.folder), "--export", str(folder)])
    assert again.exit_code == 0
    assert len(list((folder / "media").iterdir())) == 2
    rivers.edit(" ![](ding.mp3)", "")
    CliRunner().invoke(main, ["preview", str(rivers.folder), "--export", str(folder)])
    assert [path.suffix for path in (folder / "media").iterdir()] == [".svg"]
    other = CliRunner().invoke(main, ["preview", str(rivers.folder), "--export", str(rivers.folder)])
    assert other.exit_code == 2
    assert "choose an empty folder" in other.stderr


_CAN_PLAY = """(file) => new Promise((done) => {
  const sound = new Audio(file);
  sound.oncanplay = () => done(true);
  sound.onerror = () => done(false);
})"""


@contextmanager
def listening() -> Iterator[tuple[str, list[str]]]:
    """A server somewhere else: its address, and the paths that are asked for there."""
    asked: list[str] = []

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


def test_the_exported_page_loads_what_is_beside_it_and_nothing_from_elsewhere(
    rivers: Author, tmp_path: Path, open_page: Callable[..., Window]
) -> None:
    font = next(Path("/usr/share/fonts").rglob("*.ttf"), None)
    if font is None:
        pytest.skip("there is no font")
    with listening() as (elsewhere, asked):
        rivers.write("deck.yaml", DECK + "note-types: {Capitals: {question: Country}}\n")
        asks = "$x^2$ ![delta](delta.svg) ![](ding.wav)"
        rivers.section(f'  - {{id: a, type: Capitals, question: "{asks}"}}\n', "A", "a.yaml")
        style = (
            f"@import url({elsewhere}/more.css); @font-face {{ font-family: far; src: url({elsewhere}/far.woff2) }}"
            "@font-face { font-family: near; src: url(_letters.ttf) } .a { font: 1em near, far }"
            f".a {{ background: url({elsewhere}/far.png) }} .card {{ background-image: url(_near.svg) }}"
        )
        for name, text in (("note-type.yaml", FONT_TYPE), ("back.html", "{{Country}}"), ("style.css", style)):
            rivers.write(f"note-types/Capitals/{name}", text)
        rivers.write("note-types/Capitals/front.html", f"<p class=a>{{{{Country}}}}<img src='{elsewhere}/b.png'></p>")
        with wave.open(str(rivers.folder / "media" / "ding.wav"), "wb") as sound:
            sound.setparams((1, 2, 8000, 800, "NONE", ""))
            sound.writeframes(bytes(1600))
        rivers.write("note-types/Capitals/_letters.ttf", font.read_bytes())
        rivers.write("note-types/Capitals/_near.svg", (rivers.folder / "media" / "delta.svg").read_bytes())
        folder = tmp_path / "page"
        done = CliRunner().invoke(main, ["preview", str(rivers.folder), "--export", str(folder)])
        assert done.exit_code == 0, done.output
        window = open_page((folder / "index.html").as_uri() + "#a/1")
        card = window.card
        loaded = "document.fonts.load('1em near').then((fonts) => fonts.map((font) => font.status))"
        assert card.evaluate(loaded) == ["loaded"]
        assert card.evaluate("document.querySelector('img').decode().then(() => true)")
        assert card.locator("math").count() == 1
        sound = card.locator(".replay-button").evaluate("(link) => link.href")
        assert window.page.evaluate(_CAN_PLAY, sound)
        assert asked == []
        refused = "".join(window.complaints)
        assert all(f"{elsewhere}/{name}" in refused for name in ("more.css", "far.woff2", "far.png", "b.png"))


def test_a_deck_with_errors_is_not_exported(author: Author, tmp_path: Path) -> None:
    author.section("  - {id: a, question: What?}\n")
    done = CliRunner().invoke(main, ["preview", str(author.folder), "--export", str(tmp_path / "page")])
    assert done.exit_code == 1
    assert "has no answer" in done.stderr
    assert not (tmp_path / "page").exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT to one process")
@pytest.mark.parametrize("lan", [False, True])
def test_the_command_serves_until_it_is_stopped(rivers: Author, lan: bool) -> None:
    # A shell has what runs in its background ignore an interrupt, and its children with it.
    start = "import signal; signal.signal(2, signal.default_int_handler); from studydeck.__main__ import main; main()"
    command = [sys.executable, "-u", "-c", start, "preview", str(rivers.folder), "--no-browser"]
    command += ["--lan"] if lan else []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8") as process:
        assert process.stdout
        first = process.stdout.readline()
        if lan and "no network connection found" in first:
            return
        found = re.search(r"http://([\d.]+):(\d+)(/\S*)", first)
        assert found, first
        assert (found[1] == "127.0.0.1") is not lan
        connection = http.client.HTTPConnection(found[1], int(found[2]), timeout=60)
        connection.request("GET", found[3])
        answer = connection.getresponse()
        assert answer.status == 200
        assert b"<title>studydeck preview</title>" in answer.read()
        connection.close()
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
        assert process.wait(60) == 0
        assert ("Anyone who has this address" in rest and "█" in rest) is lan


def test_a_question_with_a_list_or_a_sound_is_a_line_of_words(author: Author) -> None:
    author.write("media/nile.mp3", b"ID3 not really a sound")
    author.section(
        "  - {id: rhine, question: What comes next?, steps: [Basel, Bonn *am* Rhein]}\n"
        '  - {id: nile, question: "Who sings?![it](nile.mp3)", answer: The Nile}\n'
        '  - {id: area, question: "What is it?\\n\\n- $a^2$\\n- H~2~O", answer: An area}\n'
    )
    with Artist() as artist:
        cards = list(deck_view(author.load(), artist).cards.values())
    assert [each["asks"] for each in cards] == [
        "What comes next? [...] …",
        "What comes next? Basel [...]",
        "Who sings? ♪",
        "What is it? a^2 H2O",
    ]
    assert " ".join(cards[-1]["shown"].split()).startswith("What is it? <math")
    assert cards[-1]["shown"].endswith("</math> \n H2O")
