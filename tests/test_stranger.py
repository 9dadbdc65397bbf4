"""A stranger's deck: what its author wrote stays text, on every surface that shows it.

The property at the end builds decks of hostile pieces and looks at all that is made of them.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import ClassVar

import pytest
from author import Author
from click.testing import CliRunner
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from studydeck.cli import main
from studydeck.commands.coverage import cover
from studydeck.commands.preview import deck_view
from studydeck.commands.stats import deck_stats, with_forecast
from studydeck.engine.drawing import Artist
from studydeck.kinds.occlusion import OCCLUSION
from studydeck.material.page import coverage_page
from studydeck.model import Identity
from studydeck.outputs.print import OUTPUT as PRINT
from studydeck.pipeline import Loaded, build, compile_notes, load
from studydeck.preview import write_page
from studydeck.render.note_types import note_types
from studydeck.stats import stats_page
from studydeck.terminal import printable
from studydeck.text import parse, read_clozes, slug, to_cloze_html, without_gaps
from studydeck.text.clean import cleaned

WINDOWS = os.name == "nt"  # it has no such names
HOSTILE_FOLDER = "ri\u202evers" if WINDOWS else "ri\x1b]0;pwned\x07vers\u202e"
HOSTILE_FILE = "b' onload='alert(1).png" if WINDOWS else 'b" onload="alert(1).png'
VOID = {"br", "hr", "img", "input", "meta", "link", "wbr"}
MATH = {"math", "mrow", "mi", "mn", "mo", "msup", "msub", "mfrac", "mtext", "msqrt", "msubsup", "mspace", "mstyle"}
INLINE = {"a", "br", "code", "del", "em", "img", "span", "strong", *MATH}
OURS = {
    *INLINE, *(f"h{n}" for n in range(1, 7)), "blockquote", "hr", "li", "ol", "p", "pre", "ul", "div", "table", "tbody",
    "td", "th", "thead", "tr", "input", "svg", "circle", "path", "article", "section", "header", "main", "html", "head",
    "body", "meta", "title", "style", "dl", "dt", "dd", "bdi", "figure", "figcaption", "desc", "rect", "text", "footer",
}  # fmt: skip
ATTRIBUTES = {
    "href", "title", "src", "alt", "class", "start", "align", "id", "dir", "lang", "data-cloze", "data-ordinal",
    "style", "draggable", "aria-label", "aria-hidden", "aria-labelledby", "role", "tabindex", "scope", "viewbox", "d",
    "cx", "cy", "r", "x", "y", "width", "height", "charset", "name", "content", "xmlns", "display", "stretchy", "fence",
    "form", "mathvariant",
}  # fmt: skip
SCRIPT = re.compile(r"(?:javascript|vbscript|file|data:text)", re.IGNORECASE)
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class Page(HTMLParser):
    """Parses HTML that we or the engine made, and refuses what only its author could have put there."""

    ours: ClassVar = OURS
    attributes: ClassVar = ATTRIBUTES
    in_a_line: ClassVar = INLINE
    style: ClassVar = re.compile("display: none")

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.html = html
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert not self.open, f"never closed: {self.open} in {html}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in self.ours, f"<{tag}> in {self.html}"
        for name, value in attrs:
            assert name in self.attributes, f"{name} in {self.html}"
            assert value is not None, f"{name} in {self.html}"
            if name in ("href", "src"):
                assert not SCRIPT.match(re.sub(r"[\x00-\x20]", "", value)), value
            if name == "src" or "soundLink" in (dict(attrs).get("class") or ""):
                assert not re.match(r"(?:\w+:)?//", value), f"a remote file: {value}"
            if name == "style":
                assert self.style.fullmatch(value), value
        assert tag in self.in_a_line or "p" not in self.open, f"<{tag}> ends a paragraph in {self.html}"
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing in {self.html}"
        assert self.open.pop() == tag, f"</{tag}> in {self.html}"

    def handle_comment(self, data: str) -> None:
        pytest.fail(f"a comment: {data}")

    def handle_pi(self, data: str) -> None:
        pytest.fail(f"a processing instruction: {data}")


class HtmlPage(Page):
    """The same for HTML that an author wrote, which may have more tags, and some style."""

    in_a_line: ClassVar = INLINE | {
        "b", "i", "u", "s", "strike", "big", "small", "font", "mark", "kbd", "sub", "sup", "ruby", "rt", "rp", "ins",
        "tt", "cite", "samp", "var", "dfn", "q", "abbr", "bdi", "wbr",
    }  # fmt: skip
    ours: ClassVar = OURS | in_a_line | {"center", "caption", "tfoot"}
    attributes: ClassVar = (ATTRIBUTES - {"id", "name", "role", "draggable", "data-cloze"}) | {
        "color", "face", "size", "valign", "colspan", "rowspan", "bgcolor", "type", "value", "border", "cellpadding",
        "cellspacing",
    }  # fmt: skip
    style: ClassVar = re.compile(r"(?!.*(?:url|position|z-index|expression|\d{4}))[\w:; #(),.%/\"'-]+")


@pytest.fixture(scope="module")
def artist() -> Iterator[Artist]:
    with Artist() as one:
        yield one


def printed(loaded: Loaded, layout: str) -> str:
    return "".join(PRINT.make(loaded.deck, compile_notes(loaded), loaded.media.files, layout))


def sides(artist: Artist, loaded: Loaded) -> list[str]:
    """Both sides of every card, as the engine makes them."""
    types = note_types(loaded.deck, {"qa": 1 << 41, "cloze": 1 << 42, "occlusion": 1 << 43})
    return [side for drawn in artist.draw(types, compile_notes(loaded)) for card in drawn for side in card]


def cloze(author: Author, text: str) -> Loaded:
    author.section(f"  - {{id: a, cloze: {json.dumps(text)}}}\n")
    return author.load()


# --- gaps ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "{{c1::[a](http://x/::)}} and [b](/onmouseover=alert(1)//)",
        '{{c1::[a](http://x "}}")}} and [b](/onmouseover=alert(1)//)',
        "{{c1::![::](a.svg)}} and [b](/onmouseover=alert(1)//)",
        "{{c1::![}}](a.svg)}} and [b](/onmouseover=alert(1)//)",
        "{{c1::x::![}}](a.svg)}} and [b](/onmouseover=alert(1)//)",
        "{{c1::image-occlusion:rect:left=3[a](/onmouseover=alert(1)//)}}",
        "**{{c1::**image-occlusion:rect:left=3[a](/onmouseover=alert(1)//)}}",
        "**a {{c1::b** c}} d",
        "{{c1::a **b}} c** {{c2::d}}",
        "{{c1::**a::h** b}}",
        "*{{c1::a* **b::h}} c**",
        "{{c1::one\n\ntwo}} three",
        "- {{c1::one\n- two}}\n- three",
        "> {{c1::one\n\ntwo::hint}}",
        "| {{c1::a | b}} |\n|---|---|\n| {{c2::c | d::e}} |",
        "{{c1::one\n\n```python\nx = 1\n```\n\n::a\n\nhint}}",
        r"**\\(a** {{c1::x}} *b\\)*",
        r"![\\(](a.svg) {{c1::x}} **b** \\)",
        "`\\(` {{c1::x}} *a* `\\)`",
        r"{{c1::a \\(b}} *c* \\]",
        r"$a {{c1::b$ *c*}} $d$",
    ],
)
def test_a_gap_that_crosses_a_tag_is_well_nested_in_the_engine_and_on_paper(
    author: Author, artist: Artist, text: str
) -> None:
    author.write("media/a.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>")
    author.write("media/a b.svg", "<svg xmlns='http://www.w3.org/2000/svg' />")
    author.write("media/a b.mp3", "ID3")
    loaded = cloze(author, text)
    assert loaded.errors == []
    shown = sides(artist, loaded)
    assert len(shown) >= 2
    for html in (*shown, printed(loaded, "columns")):
        Page(html)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("{{c1::[`v`](https://e.org/std::vector)}}",
        '{{c1::<a href="https://e.org/std&#58;&#58;vector"><code>v</code></a>}}'),
        ("{{c1::[std::vector](https://e.org/)::h}}", '{{c1::<a href="https://e.org/">std&#58;&#58;vector</a>::h}}'),
        ("{{c1::![a::b](a.svg)}}", '{{c1::<img src="a.svg" alt="a&#58;&#58;b" />}}'),
        ("**a {{c1::b** c::h}}", "<strong>a </strong>{{c1::<strong>b</strong> c::h}}"),
        ("{{c1::a\n\nb::*h*}} c", "<p>{{c1::a::h}}</p>\n<p>{{c1::b}} c</p>"),
        ("- {{c1::a\n- b}} c", "<ul>\n<li>{{c1::a}}</li>\n<li>{{c1::b}} c</li>\n</ul>"),
    ],
)  # fmt: skip
def test_such_a_gap_still_hides_what_it_was_put_around(text: str, html: str) -> None:
    assert to_cloze_html(text) == html
    assert read_clozes(html).mistakes == ()


@pytest.mark.parametrize(
    "html",
    [
        '<a href="https://e.org/std::vector">a</a> {{c1::b}}',
        '{{c1::a::<a href="https://e.org/std::vector">b</a>}}',
        "{{c1::<strong>a</strong> {{c2::<em>b</em>::c <em>d</em>::e}}}}",
        "<strong>{{c1::a}}</strong> }} ::",
        r"\(a {{c1::b}} c\) <em>d</em> {{c1::\(e\)}}",
    ],
)
def test_the_field_of_a_good_cloze_stays_as_it_was(html: str) -> None:
    from studydeck.text.nesting import contained

    assert contained(html) == html


def test_a_gap_that_is_not_closed_is_told_where_it_crosses_an_element_too() -> None:
    mistakes = read_clozes(to_cloze_html("**a {{c1::b** c")).mistakes
    assert [message for message, _ in mistakes] == ["the cloze {{c1:: isn't closed"]


@pytest.mark.parametrize(
    ("text", "words", "name"),
    [
        ("{{c1::one to two::as in 1:3}} parts", "one to two parts", "one-to-two-parts"),
        ("{{c1::one::{a hint}}} part", "one} part", "one-part"),
        ("{{c1::one {{c2::two::a:b}} three::c:d}}", "one two three", "one-two-three"),
        ("{{c1::one::a {{c2::two}} three::b}}", "onetwo three", "one-two-three"),
        ("a::b}} {{c1,2::c}} }}", "a::b}} c }}", "a-b-c"),
        ("{{c1::one", "one", "one"),
    ],
)
def test_a_hint_is_no_word_of_a_card(text: str, words: str, name: str) -> None:
    assert without_gaps(text) == words
    assert slug(text) == name


def test_a_hint_is_in_no_id(author: Author) -> None:
    author.section('  - {cloze: "Mix {{c1::one to two::as in 1:3}} parts"}\n')
    (identity,) = author.load().identities
    assert isinstance(identity, Identity)
    assert identity.id == "mix-one-to-two-parts"


def test_gaps_in_gaps_without_end_are_read_in_no_time() -> None:
    for text in ("{{c1::" * 10_000, "{{c1::a**" * 5_000 + "}}" * 5_000, "*a {{c1::b* c}} " * 3_000):
        parse(text)
        read_clozes(to_cloze_html(text))


@pytest.mark.parametrize(
    "text",
    [
        r"$\href{javascript:alert(1)}{x}$",
        r"$$\href {java\text{}script:x}{x}$$",
        r"\\(\href{data:text/html,x}{x}\\)",
        r"$\let\x\href\x{javascript:alert(1)}{x}$",
        r"$\mmlToken{mi}[href='javascript:alert(1)']{x}$",
        r"$x$ {{c1::\\[\href{javascript:x}{y}\\]}}",
    ],
)
def test_a_formula_is_no_link_to_a_script(text: str) -> None:
    assert not re.search(r"\\(?:href|mmlToken)", to_cloze_html(text))


@pytest.mark.parametrize("text", [r"$\href{https://e.org}{x}$", r"`\href{x}` $y$", r"\href{x} in TeX"])
def test_other_links_and_code_stay_as_they_were(text: str) -> None:
    assert r"\href{" in to_cloze_html(text)


# --- the rest of the deck ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["a.svg' onload='alert(1)", "a.html", "a.svg\u202e", "a.s]g", *([] if WINDOWS else ['a.svg" onload="alert(1)'])],
)
def test_a_file_whose_name_does_not_end_like_a_pictures_is_refused(author: Author, name: str) -> None:
    author.write(f"media/{name}", "<svg/>")
    author.section(f"  - {{id: a, question: {json.dumps(f'What? ![it](<{name}>)')}, answer: It}}\n")
    (problem,) = author.load().errors
    assert (problem.name, problem.line) == ("lost-picture", 3)


def test_a_file_with_a_hostile_name_is_shown_everywhere(author: Author, artist: Artist) -> None:
    author.write(f"media/{HOSTILE_FILE}", "png")
    author.section(f"  - {{id: a, question: {json.dumps(f'What? ![it](<{HOSTILE_FILE}>)')}, answer: It}}\n")
    loaded = author.load()
    for html in (*sides(artist, loaded), printed(loaded, "columns")):
        Page(html)


@pytest.mark.parametrize(
    "name", ["[sound:a.mp3]", "[latex]x[/latex]", "[LaTeX]x[/LaTeX]", "[$]x[/$]", "[[type:Answer]]"]
)
def test_a_sections_name_is_no_command_to_anki(author: Author, artist: Artist, name: str) -> None:
    question = f"What is {name}?".replace("[sound:", r"\[sound:")  # a bare one is the author's own sound
    author.section(f"  - {{id: a, question: {json.dumps(question)}, answer: It}}\n", json.dumps(name))
    for html in sides(artist, author.load()):
        Page(html)
        assert "anki:play" not in html
        assert "replay" not in html
        assert "class=latex" not in html
        assert "<input" not in html


def test_an_id_that_only_the_lock_knows_is_text_too(author: Author) -> None:
    author.section("  - {question: What?, answer: It}\n")
    author.build()
    author.edit("\twhat\t", "\twhat<b>&\x1b[31m\t") if False else author.edit(
        "note\twhat\t", "note\t<b>x\t", "deck.lock"
    )
    (note,) = compile_notes(author.load())
    assert note.identity.id == "<b>x"
    assert "&lt;b&gt;x" in note.fields


@pytest.mark.parametrize(
    ("css", "place"),
    [
        (r'.a { background: image-set("http://x/a.png" 1x) }', "1:18"),
        (r".a { background: -webkit-image-set('http://x/a.png' 1x) }", "1:26"),
        (r'.a { background: image-set("data:image/png;base64,A" 1x, "http://x/a.png" 2x) }', "1:18"),
        (r'.a { background: image-set(linear-gradient(red, blue) 1x, "a.png" 2x) }', "1:18"),
        (r'.a { background: image("a.png") }', "1:18"),
        (r'@font-face { src: src("a.woff2") }', "1:19"),
        (r".a { background: \75rl(http://x/a.png) }", "1:18"),
        (r".a { background: u\000072 l(http://x/a.png) }", "1:18"),
        (r".a { background: \75\72\6c(http://x/a.png) }", "1:18"),
        ("\n" + r"@\69mport 'other.css';", "2:1"),
        (r".a { content: '\''; background: url(http://x/a.png); content: '' }", "1:33"),
    ],
)
def test_a_style_names_no_file_however_it_is_spelled(author: Author, css: str, place: str) -> None:
    author.section("  - {question: A, answer: A}\n")
    author.write("style.css", css)
    found = [f"{each.line}:{each.column}" for each in author.load().problems if each.name == "style-file"]
    assert found == [place]


@pytest.mark.parametrize(
    "css",
    [
        '.a { background: image-set("data:image/png;base64,A" 1x, url(data:image/png;base64,B) 2x) }',
        r'.a::before { content: "\75rl(x)" }',
        r'.a { background: url("d\61ta:image/png;base64,A") }',
        ".a { image-rendering: pixelated; content: \"image('a')\" }",
    ],
)
def test_a_style_that_names_none_passes(author: Author, css: str) -> None:
    author.section("  - {question: A, answer: A}\n")
    author.write("style.css", css)
    assert not [each for each in author.load().problems if each.name.startswith(("style", "bad-style"))]


# --- the terminal --------------------------------------------------------------------------------


def test_what_is_printed_keeps_lines_and_nothing_else_of_a_terminal() -> None:
    assert printable("a\n\tb\x1b[31m\u202ec\r\x9b") == "a\n\tb\\x1b[31m\\u202ec\\r\\x9b"


@pytest.mark.parametrize(
    "command",
    [
        ["check"],
        ["check", "--format", "json"],
        ["check", "--format", "github"],
        ["build"],
        ["build", "--format", "json"],
        ["ids"],
        ["stats"],
        ["stats", "--format", "json"],
        ["stats", "--format", "html"],
        ["plan"],
        ["plan", "--format", "json"],
        ["plan", "--format", "markdown"],
        ["coverage"],
        ["coverage", "--format", "html"],
        ["source", "status"],
        ["export", "--to", "print"],
        ["build", "--repair-lock"],
        ["build", "--verify"],
    ],
)
def test_no_command_prints_a_control_character_of_a_deck(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Sequence[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    author = Author(tmp_path, HOSTILE_FOLDER)
    title = "\u202eevil \u2066title"
    author.write("deck.yaml", f"deck: {title}\nuid: testtesttest\ntag: rivers\nmaterial: {{path: m.txt}}\n")
    author.write("m.txt", "The \x1b[31mNile\u202e flows. It is \x9b long.\n")
    author.section(f"  - {{question: Wha{title}?, answer: '{title}', source: p1s1}}\n", title, "wa\u202dter.yaml")
    author.write(f"media/{HOSTILE_FILE}", "x")
    for rest in (command, command) if command[0] == "build" else (command,):
        done = CliRunner().invoke(main, [*rest, HOSTILE_FOLDER])
        assert done.output
        assert not CONTROL.search(done.output), done.output


def test_an_error_about_a_folder_prints_no_control_character(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / HOSTILE_FOLDER).write_text("x")
    done = CliRunner().invoke(main, ["check", HOSTILE_FOLDER])
    assert done.exit_code == 2
    assert not CONTROL.search(done.output), done.output


# --- the invariant -------------------------------------------------------------------------------

PIECES = [
    "{{c1::", "{{c2::", "{{c1,2::", "}}", "::", "{{", "**", "*", "~~", "`", "$", "$$", r"\\(", r"\\)", r"\\[", r"\\]",
    "|", "[a](", "![a](", "](", ")", "[", "<a.svg>", "http://x/::", "/onmouseover=alert(1)//", ' "}}', '"', "'", "a",
    "a.svg)", "![::](a.svg)", "[b](/onmouseover=alert(1)//)", "image-occlusion:rect:left=3", "[sound:a.mp3]", "[LATEX]",
    "[/LATEX]", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<!--", "-->", "javascript:alert(1)",
    "]]>", "<b>", "\n", "\n\n", "\n- ", "\n> ", "\n| a | b |\n|---|---|\n", "\n```\n", "\n```{{c1::x\n", " ", "b ",
    "\u202e", "&#123;&#123;c1::", "&lt;b&gt;", r"\href{javascript:alert(1)}{x}", r"\text{<b>}", "{a}", "{{Front}}",
    "![a](a b ", "a b.svg)", "![[a.svg]]", "![[", "]]", "|50%", "|250", '![[a.svg|" onerror="alert(1)]]',
    "[sound:a b.mp3]", "![x](/etc/host name.svg)", "![[../m.svg]]", "[sound:http://x/a.mp3]",
    "[sound:javascript:alert(1).mp3]", "\ue0000\ue000", "![x](http://x/a b.svg)", "![a.svg](a.svg) ![b|20%](a b.svg)",
    f"![x](<{HOSTILE_FILE}>)", "{{c1::x}}", "{{c2::**b**::h}}", "$x^2$", "[[type:Answer]]", "[anki:tts]",
]  # fmt: skip
NAMES = [
    "Water",
    '"><script>alert(1)</script>',
    "[sound:a.mp3] {{Front}}",
    "\u202e\u2066[LATEX]x[/LATEX]",
    "<!-- $x ${y}",
]
MARKS = [
    "{{c1::",
    "}}",
    "::",
    "**",
    "*",
    "[a](http://x/::)",
    "[b](/onmouseover=alert(1)//)",
    "\n\n",
    "a",
    "![::](a.svg)",
]
TAGS = [
    '<a href="', "<img src=a.svg ", '<img src="a b.mp3">', '<img src="http://x/a.svg">', "<iframe src=x>",
    "</iframe>", "<svg onload=x>",
    '<div style="position:fixed;top:0;background:url(http://x)">', '<p onclick="x">', '<b title="', '" title="{{c1::',
    "[<s></s>sound:a.mp3]",
    "[<script></script>sound:a.mp3]", "<style>", "</style>", "<form action=x>", "<input autofocus onfocus=x>", "</b",
    "<b/", "<a\nhref=data:text/html,x>",
    "<table><tr><td>", "</table>", "<ul><li>", "<p>", "</p>", "<pre>", "<code>", "</code>", "<ruby>a<rt>b",
    "<base href=//x>", "<meta http-equiv=refresh>",
    '<font color="red" face="a;b">', "<math><mtext><img src=x onerror=alert(1)>", "<!-- > -->", "<![CDATA[", "<?x",
    '<i class="q-card replay-button">',
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>", r"\(\href{javascript:x}{y}\)", "\0" "0\0", "<i>",
    "</i>", "<u>", "</u>", "<br>", "<hr>",
    "{{c1::", "}}", "::", "a", " ", "&lt;script&gt;", "&#60;b&#62;", '[sound:"><b>.mp3]',
    '<img src=a.svg alt="[latex]x[/latex]">',
]  # fmt: skip
texts = st.lists(st.sampled_from(PIECES), min_size=1, max_size=8).map("".join)
marked = st.lists(st.sampled_from(MARKS), max_size=4).map("".join) | texts
cards = st.one_of(
    st.fixed_dictionaries(
        {"cloze": st.tuples(marked, marked, marked).map("{0[0]} {{{{c2::{0[1]}}}}} {0[2]}".format)},
        optional={"hint": texts, "details": texts},
    ),
    st.fixed_dictionaries(
        {
            "question": texts.map("Q {}".format),
            "answer": texts.map("A {}".format) | st.lists(texts, min_size=1, max_size=2),
        },
        optional={"hint": texts, "details": texts, "reverse": st.just(True), "typed": st.just(True)},
    ),
)


def deck_of(home: Path, some: Sequence[dict[str, object]], name: str) -> Loaded:
    """A deck of the cards that `check` lets pass."""
    author = Author(home, HOSTILE_FOLDER)
    author.write("deck.yaml", json.dumps({
        "deck": f"Deck {name}", "uid": "testtesttest", "tag": "rivers", "language": "en",
        "description": name.replace("[sound:", r"\[sound:"),
        "material": {"title": name, "url": "http://x/{{Front}}[sound:a.mp3]", "path": "m.txt"},
    }))  # fmt: skip
    author.write("m.txt", f"One {name} sentence \x1b[31m.\n\nAnother.\n")
    author.write("media/a.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>")
    author.write(f"media/{HOSTILE_FILE}", "png")
    lines = [f"  - {json.dumps({'source': 'p1s1', **card})}" for card in some] + ["  - {question: Good?, answer: A}"]
    while True:
        author.write("water.yaml", "\n".join((f"section: {json.dumps(name)}", "cards:", *lines)))
        loaded = load(author.folder)
        wrong = {each.line - 3 for each in loaded.errors}
        if not wrong:
            return loaded
        assert all(0 <= each < len(lines) for each in wrong), loaded.errors
        lines = [line for number, line in enumerate(lines) if number not in wrong]


@given(st.lists(st.sampled_from([*TAGS, *PIECES]), max_size=10).map("".join))
@settings(max_examples=300, deadline=None)
def test_no_html_of_a_stranger_gets_through(html: str) -> None:
    """What `!html` makes has no tag, attribute or address but those that are allowed, and is well nested."""
    names = {"a.svg": "1.svg", "a b.svg": "2.svg", "a.mp3": "3.mp3"}
    field = cleaned(html, names)
    HtmlPage(field)
    assert set(re.findall(r"\[sound:([^]]*)", field)) <= {"3.mp3"}
    assert not re.search(r"\[(?:anki:|latex\]|\[?type:)", field, re.IGNORECASE)
    assert cleaned(field, {name: name for name in names.values()}) == field or "{{" in html or "[" in html


class MaskedPage(Page):
    """The same for a picture with parts: with our script, Anki's canvas and its masks, whose places are numbers."""

    ours: ClassVar = OURS | {"canvas", "button", "svg", "rect", "ol"}
    attributes: ClassVar = (
        ATTRIBUTES
        | {"type", "viewbox", "preserveaspectratio", "x", "y", "width", "height"}
        | {f"data-{name}" for name in ("shape", "left", "top", "width", "height", "occludeinactive")}
    )
    style: ClassVar = re.compile(r"(?:--q-width:\d+px;--q-ratio:[\d.]+|--ratio:[\d.]+|left:[\d.]+%;top:[\d.]+%)?")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        super().handle_starttag(tag, attrs)
        for name, value in attrs:
            assert name == "data-shape" or "data-" not in name or re.fullmatch(r"[\w.-]*", value or ""), self.html


@given(some=st.lists(st.tuples(texts, texts, texts), min_size=3, max_size=6))
@settings(
    max_examples=60,
    deadline=None,
    phases=[Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_no_picture_with_parts_of_a_stranger_gets_through(artist: Artist, some: list[tuple[str, str, str]]) -> None:
    script = (Path(OCCLUSION.templates[0].front).read_text("utf-8")).partition("<script>")[2].strip()
    with tempfile.TemporaryDirectory() as temporary:
        drawings: list[dict[str, object]] = [
            {"occlude": "a.svg", "title": title, "hint": first, "parts": [
                {"id": "a", "name": first, "at": [1, 1, 9, 9]}, {"id": "b", "name": second, "at": [50, 50, 9, 9]},
            ]}
            for title, first, second in some
        ]  # fmt: skip
        loaded = deck_of(Path(temporary), drawings, "Water")
        for html in sides(artist, loaded):
            assert html.count("data-shape") in (0, 2), html
            MaskedPage(html.replace(f"<script>\n{script}", "").replace("display: none", ""))


@pytest.mark.slow
@given(some=st.lists(cards, min_size=8, max_size=16), name=st.sampled_from(NAMES))
@settings(
    max_examples=20,
    deadline=None,
    phases=[Phase.reuse, Phase.generate],  # a deck isn't made smaller within minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_no_deck_of_a_stranger_gets_through(artist: Artist, some: list[dict[str, object]], name: str) -> None:
    """The author's text never becomes a tag, an attribute, a script, a control sequence or a path."""
    with tempfile.TemporaryDirectory() as temporary:
        home = Path(temporary)
        loaded = deck_of(home, some, name)
        built = build(loaded, home / "dist", 1_700_000_000)
        assert sorted(path.name for path in home.iterdir()) == ["dist", HOSTILE_FOLDER]
        with zipfile.ZipFile(built.path) as package:
            media = json.loads(package.read("media"))
        assert all(re.fullmatch(r"[0-9a-f]{24}(?:-\d+x1)?\.(?:svg|png|mp3)", each) for each in media.values())

        view = deck_view(loaded, artist)
        drawn = [side for card in view.cards.values() for side in (card["question"], card["answer"])]
        pages = [printed(loaded, layout) for layout in ("columns", "cards")]
        pages += [stats_page([with_forecast(deck_stats(loaded), days=1)]), coverage_page([cover(loaded, None)])]
        for html in (*sides(artist, loaded), *drawn, *pages):
            Page(html)

        script = (write_page(view, home / "page").parent / "deck.js").read_text("utf-8")
        assert "<" not in script
        json.loads(script.removeprefix("window.studydeck = ").rstrip().removesuffix(";"))

        runner = CliRunner()
        for command in (["check"], ["ids"], ["plan", "-o", str(home / "dist")]):
            done = runner.invoke(main, [*command, str(loaded.deck.folder)])
            assert done.exit_code == 0, done.output
            assert not CONTROL.search(done.output), done.output
