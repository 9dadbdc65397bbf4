"""The page for paper: every card once, pictures and formulas inside, and Chromium prints it cleanly."""

from __future__ import annotations

import re
import subprocess
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path

import pytest
from author import Author
from browser import FLAGS, chromium
from click.testing import CliRunner
from playwright.sync_api import Browser, expect

from studydeck.cli import main
from studydeck.commands.export import export_deck

CARDS = """\
  - {id: a, question: "What is $x^2$ for 3?", answer: "**9**"}
  - {id: b, cloze: "A {{c1::{{c2::nested}} gap::hint}} and {{c3::another}}"}
  - {id: c, question: "What is this? ![dot](dot.svg)", answer: [one, "two ![](ding.mp3)"]}
  - {id: d, question: Gone?, answer: "yes", retired: true}
  - {id: e, question: "What does `<script>alert(1)</script>` do?", answer: Nothing}
"""


def paper(author: Author, layout: str) -> str:
    """The page that `export --to print` writes."""
    return export_deck(author.load(), "print", layout, author.out / "page.html").read_text("utf-8")


@pytest.fixture
def rivers(author: Author) -> Author:
    author.section(CARDS)
    author.write("media/dot.svg", b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>")
    author.write("media/ding.mp3", b"ID3 ding")
    return author


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words = ""
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.words += data


def test_the_page_has_every_card_once_with_its_gaps_open(rivers: Author) -> None:
    page = paper(rivers, "columns")
    assert page.count('class="row"') == 4
    assert 'A <span class="gap">hint</span> and <span class="gap"></span>' in page
    assert '<div class="answer" dir="auto">nested gap; another</div>' in page
    assert "<math" in page
    assert 'src="data:image/svg+xml;base64,' in page
    assert "♪" in page
    reader = Reader()
    reader.feed(page)
    assert "script" not in reader.tags
    assert "{{" not in reader.words
    assert "[sound:" not in reader.words


def test_the_command_writes_one_file_that_needs_nothing_else(rivers: Author, tmp_path: Path) -> None:
    target = tmp_path / "out" / "page.html"
    done = CliRunner().invoke(main, ["export", str(rivers.folder), "--to", "print", "-o", str(target)])
    assert done.exit_code == 0, done.output
    assert not re.search(r'(?:src|href)="(?!data:)', target.read_text("utf-8"))


@pytest.mark.parametrize("layout", ["columns", "cards"])
def test_chromium_prints_it(rivers: Author, tmp_path: Path, layout: str) -> None:
    rivers.section("".join(f"  - {{id: c{n}, question: What is {n}?, answer: It is {n}}}\n" for n in range(40)))
    page, pdf = tmp_path / "page.html", tmp_path / "page.pdf"
    page.write_text(paper(rivers, layout), "utf-8")
    command = [chromium(), *FLAGS, "--headless", "--no-pdf-header-footer", f"--user-data-dir={tmp_path / 'profile'}",
               f"--print-to-pdf={pdf}", page.as_uri()]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    pages = len(re.findall(rb"/Type\s*/Page\b", pdf.read_bytes()))
    assert pages == {"columns": 2, "cards": 7}[layout]


@pytest.mark.parametrize(
    ("cloze", "question", "answer"),
    [
        ("{{c1::One {{c2::two::*inner*}} three::outer}}", '<span class="gap">outer</span>', "One two three"),
        ("{{c1::One {{c2::two::inner}} three}} }}", '<span class="gap"></span> }}', "One two three"),
        ("{{c1::`a::b`::h}}", '<span class="gap">h</span>', "<code>a&#58;&#58;b</code>"),
        (r"$\frac{{{c1::a}}}{b}$", r"\(\frac{{\square}}{b}\)", r"\(a\)"),
        (r"`\(` {{c1::x}} $y^{{c2::2::the best 5%}}$", r"\(y^{\square_{\text{the best 5}}}\)", r"x; \(2\)"),
    ],
)
def test_gaps_are_cut_where_they_end_and_stay_formulas_in_formulas(
    author: Author, monkeypatch: pytest.MonkeyPatch, cloze: str, question: str, answer: str
) -> None:
    monkeypatch.setattr("studydeck.outputs.print.with_mathml", lambda html: html)
    author.section(f"  - id: a\n    cloze: '{cloze}'\n")
    page = paper(author, "columns")
    assert question in page
    assert f'<div class="answer" dir="auto">{answer}</div>' in page


def test_a_description_has_its_formulas(author: Author) -> None:
    author.write("deck.yaml", "deck: Rivers\nuid: testtesttest\ntag: rivers\ndescription: The $x$ of rivers\n")
    author.section(CARDS.splitlines(keepends=True)[0])
    assert re.search(r"The <math.*</math> of rivers", paper(author, "columns"))


TABLE = (
    "| Continent | Discharge | Countries | River | Length | Mouth |\\n|-|-|-|-|-|-|\\n" + "| Mediterranean " * 6 + "|"
)


@pytest.mark.parametrize("layout", ["columns", "cards"])
def test_an_answer_reads_on_paper_as_it_was_written(
    author: Author, tmp_path: Path, browser: Browser, layout: str
) -> None:
    author.section(f"""\
  - {{id: a, question: Which?, answer: "The **Nile** and *its* delta"}}
  - {{id: b, question: Compare, answer: "{TABLE}"}}
  - {{id: c, question: ما هو أطول نهر؟, answer: النيل}}
""")
    (tmp_path / "page.html").write_text(paper(author, layout), "utf-8")
    with closing(browser.new_page(viewport={"width": 680, "height": 900})) as page:
        page.goto((tmp_path / "page.html").as_uri())
        tops = "[...document.querySelectorAll('.answer')[0].querySelectorAll('strong, em')].map(each => each.offsetTop)"
        assert len(set(page.evaluate(tops))) == 1
        table = page.locator(".answer table").bounding_box()
        room = page.locator(".row:has(table)").bounding_box()
        assert table
        assert room
        assert table["x"] + table["width"] <= room["x"] + room["width"] + 1
        if layout == "cards":
            expect(page.locator(".answer").last).to_have_css("border-left-style", "dotted")
