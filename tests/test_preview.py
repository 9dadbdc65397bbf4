"""The preview, in a real browser: cards as the engine draws them, redrawn at every save, and nothing else served."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from author import Author
from axe_playwright_python.sync_playwright import Axe
from click.testing import CliRunner
from playwright.sync_api import Browser, Frame, Page, expect

from builder.cli import main
from builder.engine.drawing import Artist
from builder.pipeline import load, preview
from builder.preview import Live, Server, View, watch

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
def served(author: Author, *, secret: bool = False) -> Iterator[Server]:
    """The deck behind a server of its own, watched as the command watches it."""
    with Artist() as artist:
        last: View | None = None

        def look(judge: bool) -> View:
            nonlocal last
            last = preview(load(author.folder, judge=judge), artist, last, judged=judge)
            return last

        def package() -> Path:
            loaded = author.load()
            if loaded.errors:
                raise ValueError(str(loaded.errors[0]))
            author.build()
            return author.package

        live = Live(look, author.package.name)
        server = Server("127.0.0.1", 0, live, package, secret=secret)
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
                thread.join(10)
            server.server_close()


@pytest.fixture
def server(rivers: Author) -> Iterator[Server]:
    with served(rivers) as running:
        yield running


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
    assert widths == [370, 748, 998]
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
    expect(window.page.locator("#facts")).to_contain_text("A formula stands here as TeX")
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


def test_errors_stand_above_the_last_good_cards_until_they_are_mended(
    rivers: Author, server: Server, open_page: Callable[..., Window]
) -> None:
    window = open_page(server.address)
    trouble = window.page.locator("#trouble")
    expect(trouble).to_be_hidden()
    rivers.edit("question: Which river flows", "queston: Which river flows")
    expect(trouble).to_contain_text("1 error. Below are the last good cards.")
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
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
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
    assert (status, body) == (404, b"There is nothing here.\n")


def test_other_hosts_are_refused(server: Server) -> None:
    for host in ("evil.example", f"evil.example:{server.server_port}", "127.0.0.1", "127.0.0.1:1"):
        assert fetch(server, "/", host)[0] == 403
    assert fetch(server, "/", f"localhost:{server.server_port}")[0] == 200
    assert fetch(server, "/", method="POST")[0] == 501


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
        expect(page.locator("body")).to_contain_text("Other pages may not ask for this.")
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


# --- from disk, and the command ------------------------------------------------------------------


def test_the_exported_page_works_from_disk(rivers: Author, tmp_path: Path, open_page: Callable[..., Window]) -> None:
    rivers.edit("answer: The Nile", 'answer: "</script><script>window.hacked = 1</script>"')
    folder = tmp_path / "page"
    done = CliRunner().invoke(main, ["preview", str(rivers.folder), "--export", str(folder)])
    assert done.exit_code == 0, done.output
    window = open_page((folder / "index.html").as_uri() + "#law/1")
    assert window.page.locator("#cards button").count() == 7
    image = window.page.frame_locator("#frame").locator("img")
    assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") == 40
    assert window.page.evaluate("window.hacked") is None
    assert window.complaints == []
    again = CliRunner().invoke(main, ["preview", str(rivers.folder), "--export", str(folder)])
    assert again.exit_code == 0
    other = CliRunner().invoke(main, ["preview", str(rivers.folder), "--export", str(rivers.folder)])
    assert other.exit_code == 2
    assert "choose an empty folder" in other.stderr


def test_a_deck_with_errors_is_not_exported(author: Author, tmp_path: Path) -> None:
    author.section("  - {id: a, question: What?}\n")
    done = CliRunner().invoke(main, ["preview", str(author.folder), "--export", str(tmp_path / "page")])
    assert done.exit_code == 1
    assert "has no answer" in done.stderr
    assert not (tmp_path / "page").exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT to one process")
@pytest.mark.parametrize("lan", [False, True])
def test_the_command_serves_until_it_is_stopped(rivers: Author, lan: bool) -> None:
    command = [sys.executable, "-u", "-m", "builder", "preview", str(rivers.folder), "--no-browser"]
    command += ["--lan"] if lan else []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8") as process:
        assert process.stdout
        first = process.stdout.readline()
        if lan and "this computer is in no network" in first:
            return
        found = re.search(r"http://([\d.]+):(\d+)(/\S*)", first)
        assert found, first
        assert (found[1] == "127.0.0.1") is not lan
        connection = http.client.HTTPConnection(found[1], int(found[2]), timeout=10)
        connection.request("GET", found[3])
        answer = connection.getresponse()
        assert answer.status == 200
        assert b"<title>studydeck preview</title>" in answer.read()
        connection.close()
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
        assert process.wait(10) == 0
        assert ("Whoever has this address" in rest and "█" in rest) is lan
