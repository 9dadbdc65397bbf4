"""What an author's text becomes: golden cases, and what holds for any text at all."""

from __future__ import annotations

import html as html_entities
import os
import re
import time
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from studydeck.reading.keys import ID_PATTERN
from studydeck.text import (
    fold,
    is_sound,
    letters_hash,
    markdown,
    media_and_slips,
    media_references,
    near,
    read_clozes,
    slug,
    stand_ins,
    to_cloze_html,
    to_html,
)
from studydeck.text.formula import with_mathml
from studydeck.text.media import in_commonmark

CASES = sorted((Path(__file__).parent / "cases").glob("*.md"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.name.removesuffix(".md"))
def test_a_case_is_rendered_as_it_always_was(path: Path) -> None:
    """NAME.md is rendered by `to_html`, NAME.cloze.md by `to_cloze_html`, into NAME.html beside it.

    NAME.ja.md and NAME.ja.cloze.md are Japanese.

    A change here is a release event: every learner's note that holds such a text gets a newer stamp, and its update
    takes the learner's own tags. With STUDYDECK_WRITE_CASES=1 the outputs are written anew; read each one of them.
    """
    made = to_cloze_html if ".cloze." in path.name else to_html
    rendered = made(path.read_text("utf-8"), language="ja" if ".ja." in path.name else "") + "\n"
    output = path.with_suffix(".html")
    if os.environ.get("STUDYDECK_WRITE_CASES") == "1":
        output.write_text(rendered, encoding="utf-8", newline="\n")
    assert output.read_text("utf-8") == rendered


def test_no_output_is_left_of_a_case_that_is_gone() -> None:
    outputs = sorted((Path(__file__).parent / "cases").glob("*.html"))
    assert [path.stem for path in outputs] == [path.stem for path in CASES]
    assert len(CASES) > 40


# --- any text ------------------------------------------------------------------------------------

ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
    "code": {"class", "data-math-style"},
    "span": {"class"},
    "ol": {"class", "start", "style"},
    "li": {"value"},
    "td": {"align"},
    "th": {"align"},
}
INLINE = {"a", "br", "code", "del", "em", "img", "span", "strong", "mark", "sub", "sup", "u", "kbd", "ruby", "rt", "rp"}
BLOCKS = {"blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "ul"}
TABLE = {"table", "tbody", "td", "th", "thead", "tr"}
VOID = {"br", "hr", "img"}
SCRIPT = re.compile(r"(?:javascript|vbscript|data|file):", re.IGNORECASE)


class Fragment(HTMLParser):
    """Parses a field's HTML as a browser would, and refuses what a field must not hold."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags = 0
        self.text = ""
        self.feed(html)
        self.close()
        assert not self.open, f"never closed: {self.open}"
        assert html.count("<") == self.tags, "a '<' that is no tag"
        assert not re.search(r"&(?!(?:amp|lt|gt|quot|#\d+|#x[0-9a-f]+);)", html), "an '&' that is no entity"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags += 1
        assert tag in INLINE | BLOCKS | TABLE
        assert {name for name, _ in attrs} <= ATTRIBUTES.get(tag, set())
        for name, value in attrs:
            assert value is not None
            if name in ("href", "src"):
                assert not SCRIPT.match(re.sub(r"[\x00-\x20]", "", value)), value
        if tag not in INLINE:
            assert "p" not in self.open, f"<{tag}> ends the paragraph that it stands in"
        assert tag != "a" or "a" not in self.open
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in VOID
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        self.tags += 1
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        pytest.fail(f"a comment: {data}")

    def handle_decl(self, decl: str) -> None:
        pytest.fail(f"a declaration: {decl}")

    def handle_pi(self, data: str) -> None:
        pytest.fail(f"a processing instruction: {data}")


PLAIN = ["- ", "+", "# ", "1. ", "2) ", "=", "===", "---", "|", "|-|", "!", "://", "www.example.org", "http://a.b", ":"]
PLAIN += [
    "{{c1::",
    "}}",
    "::",
    "{",
    "}",
    "  ",
    "    ",
    "\t",
    "'",
    "(",
    ")",
    "^",
    "@",
    "a@b.c",
    "%20",
    ";",
    "amp;",
    "。",
]
SIGNS = [
    "*",
    "**",
    "***",
    "_",
    "__",
    "~",
    "~~",
    "`",
    "``",
    "```",
    "$",
    "$$",
    "\\",
    "[",
    "]",
    "![",
    "](",
    "[x](",
    "![x](",
]
SIGNS += [
    "<",
    ">",
    "&",
    '"',
    "> ",
    "\n",
    "\n\n",
    "\n- ",
    "\n1. ",
    "\n    ",
    "\n| a | b |\n|---|---|\n",
    "\n```\n",
    "x.png",
]
SIGNS += [
    "\n```python\n",
    "<b>",
    "</p>",
    "<https://a.b>",
    "&lt;",
    "&#60;",
    "^{2}",
    r"\frac{a}{b}",
    "a",
    "é",
    "川",
    "س",
    "x.mp3",
]
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<iframe src=x>",
    "<svg/onload=x>",
    "<!--",
    "-->",
]
HOSTILE += [
    "javascript:alert(1)",
    "JaVaScRiPt:x",
    "&#106;avascript:x",
    "java&Tab;script:x",
    "vbscript:x",
    "<style>",
    "\x00",
]
HOSTILE += [
    "data:text/html,x",
    '" onclick="x',
    "' onclick='x",
    "<a href='javascript:x'>",
    "]: javascript:x",
    "<?php",
    "]]>",
]
HOSTILE += [
    ".png",
    ".mp3",
    "%22",
    "%0A",
    "%26",
    "\n```</code></pre><script>\n",
    "<![CDATA[",
    "</span>",
    "\\)",
    "\\]",
    "\n[x",
]

DIALECT = [
    "^",
    "==",
    "<sub>",
    "</sub>",
    "<u>",
    "</u>",
    "<kbd>",
    "{漢|かん}",
    "{",
    "|",
    "\\(",
    "\\)",
    "\\[",
    "\\]",
    "[$]",
    "[/$]",
    "[latex]",
    "[/latex]",
    "\\begin{align}",
    "\\end{align}",
    "\n7. ",
    "\n3) ",
    '\\"',
    "\\.",
    "\\\n",
    "__a__",
    "2*3*",
    "\U000f0000",
    "\U00100003",
]

letters = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters='\\`*_[]<>&"$~^=|'), max_size=5)


def texts(*pieces: str) -> st.SearchStrategy[str]:
    """Texts of these pieces and of words without any sign."""
    return st.lists(st.sampled_from(pieces) | letters, max_size=20).map("".join)


@given(text=texts(*PLAIN) | texts(*PLAIN, *'\\*_`~$[<>&"\r^=|') | texts(*PLAIN, "$x$", r"$\frac{a}{b}<2$", "$"))
@settings(max_examples=900, deadline=None)
@example(text="1947\\.")
@example(text="{漢字|かんじ} and 10 km^2^")
@example(text="a sign of an icon font: $\U000f0001$")
def test_plain_text_needs_no_markdown(text: str) -> None:
    fast = to_html(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(markdown, "is_plain", lambda text: False)
        patch.setattr(stand_ins, "is_plain", lambda text: False)
        assert to_html(text) == fast


@given(text=texts(*PLAIN, *SIGNS) | texts(*SIGNS, *DIALECT))
@settings(max_examples=600, deadline=None)
def test_any_markdown_makes_a_well_formed_fragment(text: str) -> None:
    Fragment(to_html(text))
    Fragment(to_cloze_html(text))


@given(text=texts(*HOSTILE, *SIGNS, *PLAIN[-8:]) | texts(*HOSTILE, *DIALECT, "[x](", "![x](", ")"))
@settings(max_examples=400, deadline=None)
@example(text="<script>alert(1)</script>\n<img src=x onerror=alert(1)>")
@example(text="[x](javascript:alert(1)) ![x](javascript:alert(1))")
@example(text='```"><script>\nx\n```')
@example(text='[x](y "z\\" onclick=\\"alert(1)") ![x" onerror="alert(1)](<y" onerror="alert(1)>)')
def test_no_script_survives(text: str) -> None:
    Fragment(to_html(text))
    Fragment(to_cloze_html(text))


@pytest.mark.parametrize(
    "text",
    [
        "![](%3Cscript%3Ealert(1)%3C/script%3E.mp3)",
        "![](%3Cimg%20src=x%20onerror=alert(1)%3E.mp3)",
        "![x](javascript%3Aalert(1))",
    ],
)
def test_no_script_survives_in_the_name_of_a_file(text: str) -> None:
    Fragment(to_html(text))


BRACKETS = re.compile(r"\[(?:sound:|anki:|latex\]|\$\$?\]|\[?type:)")
ANKI = [
    "[sound:",
    "[latex]",
    "[/latex]",
    "[anki:play:q:0]",
    "[[type:",
    "[type:",
    "[",
    "\\[",
    "&#91;",
    "sound:",
    "latex]",
    "]",
]
DOLLARS = ["[$]", "[/$]", "[$$]", "[\\$]", "."]


@given(text=texts(*ANKI, "`", "*", "\n", "<", "$", "x.mp3]", *DOLLARS))
@settings(max_examples=300, deadline=None)
@example(text="[sound:x.mp3] `[sound:x.mp3]` $[sound:x.mp3]$ &#91;sound:x.mp3]")
@example(text="[$].$y[/$]")
def test_what_an_author_types_is_no_command_to_anki_but_a_sound_of_the_deck(text: str) -> None:
    sounds = [name for name, _ in media_references(text) if is_sound(name)]
    played = to_html(text, dict.fromkeys(sounds, "33.mp3"))
    assert played.count("[sound:33.mp3]") == len(sounds)
    assert not BRACKETS.search(played.replace("[sound:33.mp3]", ""))


LANGUAGES = [
    "python",
    "c++",
    "js",
    "html",
    "css",
    "sql",
    "bash",
    "console",
    "yaml",
    "json",
    "tex",
    "diff",
    "no-such",
    "PHP",
]
CODE = [
    "if ",
    "{{c1::x}}",
    "{{",
    "}}",
    "::",
    "'",
    '"',
    "<b>",
    "&amp;",
    "&",
    "#",
    "//",
    "/*",
    "*/",
    "$x",
    "\\",
    "\n",
    "    ",
]
CODE += [
    "\t",
    "[sound:x]",
    "é",
    "$ ls\n",
    "def f(x):\n",
    "return",
    "1.5",
    "<?php ",
    "</script>",
    "<script>",
    "- ",
    "%",
    "~~~",
    "*",
]


@given(language=st.sampled_from(LANGUAGES), code=st.lists(st.sampled_from(CODE), min_size=1, max_size=20).map("".join))
@settings(max_examples=300, deadline=None)
def test_colours_change_no_character_of_code(language: str, code: str) -> None:
    text = f"```{language}\n{code}\n```\n\nand {{{{c1::x}}}}"
    for rendered in (to_html(text), to_cloze_html(text)):
        assert Fragment(rendered).text == f"{code}\n\nand {{{{c1::x}}}}"
    assert read_clozes(to_cloze_html(text)).numbers == {1}


@pytest.mark.parametrize(
    "text", ["```{{c1::x}}\ncode\n```", '[x](y "{{c1::z}}")', "[x](https://example.org/{{c1::y}})"]
)
def test_a_gap_that_would_break_a_tag_is_no_gap(text: str) -> None:
    assert not read_clozes(to_cloze_html(text)).numbers


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_lines_end_alike_on_every_system(newline: str) -> None:
    text = "a\n\n- b\n- c"
    assert to_html(text.replace("\n", newline)) == to_html(text)


@pytest.mark.parametrize("text", ["**a**", "- a\n- b", "# 5"])
def test_blanks_around_a_text_say_nothing(text: str) -> None:
    assert to_html(f" \n\t{text}\n \n") == to_html(text)


@pytest.mark.parametrize("text", ["", " ", "\n", "\t\n", "\u00a0"])
def test_nothing_becomes_nothing(text: str) -> None:
    assert to_html(text) == ""


def test_html_that_was_typed_in_lines_keeps_its_lines() -> None:
    assert to_html("<div>a</div>\n<div>b</div>") == "&lt;div&gt;a&lt;/div&gt;<br />\n&lt;div&gt;b&lt;/div&gt;"
    assert to_html("<p>a</p>\n\n<p>b</p>") == "<p>&lt;p&gt;a&lt;/p&gt;</p>\n<p>&lt;p&gt;b&lt;/p&gt;</p>"


@pytest.mark.parametrize(
    "text",
    [
        "$5",
        "$5 and $6",
        "from $5 to $6",
        "$5M-$6M",
        "US$5/A$6",
        "$HOME",
        "$HOME/$PATH",
        "$HOME$PATH",
        "$a,$b;$c",
        "$foo->bar($baz)",
        "${HOME}/${PATH}",
        "${a}${b}",
        "Cost ($) vs. income ($)?",
        "AUD (A$) and USD (US$)",
        "A$/US$ rate",
        "cost: 5$, 6$",
        "from 5$-10$",
        "between $100 and $200 (or 5$)",
    ],
)
def test_prices_and_shell_variables_are_no_formula(text: str) -> None:
    assert to_html(text) == html_entities.escape(text, quote=False)


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("$x$", r"\(x\)"),
        ("2$x$", r"\(x\)"),
        ("H$_2$O", r"\(_2\)"),
        ("$[0, 1)$", r"\([0, 1)\)"),
        ("a $x$.", r"\(x\)"),
        ("$n$th", r"\(n\)"),
        ("$x$-axis", r"\(x\)"),
        ("$f'$s", r"\(f'\)"),
        (r"$\mathbb{R}^n$", r"\(\mathbb{R}^n\)"),
        ("$f(x)$s", r"\(f(x)\)"),
        ("$5x$", r"\(5x\)"),
        ("**$x$**", r"\(x\)"),
        ("$$x$$", r"\[x\]"),
        ("$x < y$", r"\(x &lt; y\)"),
    ],
)
def test_a_formula_stands_in_ankis_brackets(text: str, formula: str) -> None:
    assert formula in to_html(text)


# --- media ---------------------------------------------------------------------------------------


def test_media_have_their_names_in_anki() -> None:
    files = {"a b.png": "11.png", "é.png": "22.png", "x.mp3": "33.mp3"}
    text = "![a](a%20b.png) ![a](<a b.png>) ![a](é.png) ![a](%C3%A9.png) ![](x.mp3)"
    shown = '<img src="11.png" alt="a" />'
    assert (
        to_html(text, files)
        == f"{shown} {shown} {shown.replace('11', '22')} {shown.replace('11', '22')} [sound:33.mp3]"
    )
    assert media_references(text) == [("a b.png", "a")] * 2 + [("é.png", "a")] * 2 + [("x.mp3", "")]


@pytest.mark.parametrize(
    "text", ["`![a](x.png)`", "\\![a](x.png)", "$![a](x.png)$", "```\n![a](x.png)\n```", "! [a](x.png)", "[a](x.png)"]
)
def test_what_shows_no_picture_refers_to_none(text: str) -> None:
    assert media_references(text) == []
    assert "<img" not in to_html(text)


@given(text=texts(*SIGNS) | texts(*SIGNS, *DIALECT))
@settings(max_examples=200, deadline=None)
@example(text="<b>\n![a](x.png)")
def test_every_picture_that_a_text_shows_is_known(text: str) -> None:
    assert len(media_references(text)) == len(re.findall(r"<img |\[sound:", to_html(text)))


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("![a line](my pic 1.svg)", '<img src="11.svg" alt="a line" />'),
        ("![a line](<my pic 1.svg>)", '<img src="11.svg" alt="a line" />'),
        ("![a line](my%20pic%201.svg)", '<img src="11.svg" alt="a line" />'),
        ("![a|50%](x.png)", '<img src="22.png" alt="a" width="50%" />'),
        ("![a|250](x.png)", '<img src="22.png" alt="a" width="250" />'),
        ("![a|250x100](x.png)", '<img src="22.png" alt="a" width="250" />'),
        ("![[x.png]]", '<img src="22.png" alt="" />'),
        ("![[x.png|250]]", '<img src="22.png" alt="" width="250" />'),
        ("![[x.png|a line]]", '<img src="22.png" alt="a line" />'),
        ("![[nile.mp3]]", "[sound:33.mp3]"),
        ("[sound:nile.mp3]", "[sound:33.mp3]"),
    ],
)
def test_every_spelling_of_a_picture_or_sound_is_taken(text: str, html: str) -> None:
    assert to_html(text, {"my pic 1.svg": "11.svg", "x.png": "22.png", "nile.mp3": "33.mp3"}) == html


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("![a line](my pic 1.svg 'it')", "![a line](<my pic 1.svg> 'it')"),
        ("![a|50%](x.png) and *b*", "![a](x.png) and *b*"),
        ("![[x.png|a line|250]]", "![a line](<x.png>)"),
        ("[sound:nile.mp3]", "![](<nile.mp3>)"),
        ("| ![a\\|50%](x.png) |", "| ![a\\|](x.png) |"),
        ("![[x.png|a line]]", "![a line](<x.png>)"),
        ("*a* [b](c)", "*a* [b](c)"),
    ],
)
def test_commonmark_has_a_spelling_for_every_picture(text: str, plain: str) -> None:
    assert in_commonmark(text) == plain


@pytest.mark.parametrize("width", ["0%", "101%", "150%", "-5%", "5", "19", "10000", "1.5%", "50 %x", "1e3", "²5%"])
def test_what_is_no_width_stays_in_the_text(width: str) -> None:
    assert to_html(f"![a|{width}](x.png)") == f'<img src="x.png" alt="a|{width}" />'


MEDIA = ["![", "![[", "]]", "](", ")", "(", "x.png", "my pic.svg", "|50%", "|", "|9", "`", "$", "\n", "\\", "[sound:"]
MEDIA += ["a.mp3", "]", " ", '"', "'", "<", ">", "%20", "&amp;", "\ue000", "\ue0000\ue000", "%EE%80%80", "{{c1::", "}}"]


@given(text=texts(*MEDIA))
@settings(max_examples=400, deadline=None)
@example(text="![a|50%](my pic.svg) `![a|50%](my pic.svg)` $![[x.png|50%]]$ \ue000")
@example(text='[a](u[sound:a.mp3]) [a](u![[x.png]]) [a](b "![[x.png]]") <https://x.org/![[x.png]]>')
def test_nothing_of_how_pictures_are_read_is_seen(text: str) -> None:
    """A sign that no author types marks what the parser would misread; it must be gone afterwards."""
    for html in (to_html(text), str(media_references(text))):
        for sign in "\ue000\ue001":
            assert sign in unquote(text) or (sign not in html and quote(sign) not in html)


@given(name=st.text(st.characters(exclude_characters="`\\", exclude_categories=("Cs", "Cc")), max_size=30))
@settings(max_examples=300, deadline=None)
def test_pictures_in_code_stay_as_typed(name: str) -> None:
    for typed in (f"![a|50%](a {name})", f"![[{name}.png|250]]", f"[sound:{name}.mp3]"):
        shown = html_entities.unescape(re.sub("</?code>", "", to_html(f"x `{typed}` y")))
        assert shown == f"x {typed} y"


@pytest.mark.parametrize(
    ("text", "file", "alt"),
    [
        ('<img src="no.png">', "no.png", ""),
        ("What is <img alt='a river' src='no.png' /> ?", "no.png", "a river"),
        ("a\n<img src=no.png>", "no.png", ""),
        ('<audio controls src="nile.mp3"></audio>', "nile.mp3", ""),
        ("[listen](nile.mp3)", "nile.mp3", "listen"),
        ("[listen](the nile.mp3)", "the nile.mp3", "listen"),
        ("![a] (x.png)", "x.png", "a"),
        ("! [a](x.png)", "x.png", "a"),
        ("!(a)[x.png]", "x.png", "a"),
        ("![a](x.png", "x.png", "a"),
        ("[[x.png]]", "x.png", ""),
        ("![a](x.png){width=50%}", "x.png", "a|50%"),
    ],
)
def test_what_shows_nothing_is_known(text: str, file: str, alt: str) -> None:
    ((_, named, described),) = media_and_slips(text)[1]
    assert (named, described) == (file, alt)


@pytest.mark.parametrize(
    "text",
    [
        '`<img src="x.png">`', "[the map](https://example.org/x.png)", "[a](#b.png)", "[a](mailto:x@example.org)",
        "[a](x.pdf)", "f[i](a.b)", "It is in x.png.", "![a](x.png)", "![a b](my pic.png)", "$[a](x.png)$", "[a] (b)",
        "```\n[a](x.png)\n```", "a.png [b]", "![[x.png]]", "[sound:x.mp3]", "[![a](x.png)](https://example.org)",
    ],
)  # fmt: skip
def test_what_is_no_picture_is_left_alone(text: str) -> None:
    assert media_and_slips(text)[1] == []


@pytest.mark.parametrize("name", ["a.mp3", "A.MP3", "a.b.ogg", "film.mp4", "maps/a.opus"])
def test_sounds_and_films_are_played(name: str) -> None:
    assert is_sound(name)


@pytest.mark.parametrize("name", ["a.png", "mp3", "a.mp3.png", "a.svg", "", "a.gif"])
def test_all_else_is_shown(name: str) -> None:
    assert not is_sound(name)


# --- clozes --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("{{c1::a}}", {1}),
        ("{{c1::a::hint}} {{c2::b}} {{c1::c}}", {1, 2}),
        ("{{c1::a {{c2::b {{c3::c}}}}}}", {1, 2, 3}),
        ("{{c1,3::a}}", {1, 3}),
        ("{{c500::a}}", {500}),
        ("{{c01::a}}", {1}),
        ("{{{c1::a}}}", {1}),
        ("{{c1::a}} b}} {{ c }}", {1}),
        ("{{c1::<}} {{c2::**b**}} {{c3::`c`}} {{c4::$d$}} {{c5::![](e.png)}}", {1, 2, 3, 4, 5}),
        ("`{{c1::a}}` {{c2::b}}", {1, 2}),
        ("`{{ c1 }}` {{c2::b}} `{c1::`", {2}),
        (r"{{c1::$\frac{a}{b^{2}}$}} {{c2::b}}", {1, 2}),
        ("{{c1::a\n\nb}}", {1}),
        ("{{c1::::}} {{c2::b}}", {1, 2}),
        ("a {b} {{c}} {{Front}} }}", set()),
        ("", set()),
    ],
)
def test_the_gaps_of_a_cloze_are_counted(text: str, numbers: set[int]) -> None:
    clozes = read_clozes(to_cloze_html(text))
    assert clozes.numbers == numbers
    assert not clozes.mistakes or "::::" in text


NO_START = "doesn't start a cloze"
CUT_SHORT = "ends at a '}}' of its own text"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{{c1::}}", "the cloze {{c1::…}} hides nothing"),
        ("{{c1:: }}", "the cloze {{c1::…}} hides nothing"),
        ("{{c1::&nbsp;}}", "the cloze {{c1::…}} hides nothing"),
        ("{{c1::::hint}}", "the cloze {{c1::…}} hides nothing"),
        ("{{c1::a {{c2::}}}}", "the cloze {{c2::…}} hides nothing"),
        ("{{c1::a", "the cloze {{c1:: isn't closed"),
        ("{{c1::a}", "the cloze {{c1:: isn't closed"),
        ("{{c1::f() {}}} b", f"the cloze {{{{c1::f() {{}}}} {CUT_SHORT}"),
        ("{{c1::{1, {2}}}}} b", f"the cloze {{{{c1::{{1, {{2}}}} {CUT_SHORT}"),
        ("{{c1::f({a: {b: 1}})}} b", f"the cloze {{{{c1::f({{a: {{b: 1}}}} {CUT_SHORT}"),
        ("`{{c1::a` {{c2::b}}", "the cloze {{c1:: isn't closed in its code"),
        ("`{{c1::a`}} {{c2::b}}", "the cloze {{c1:: isn't closed in its code"),
        ("{{c1::a {{c2::b}}", "the cloze {{c1:: isn't closed"),
        ("{{c0::a}}", "c0 isn't a valid cloze number"),
        ("{{c0::image-occlusion:text:text=a}}", "c0 isn't a valid cloze number"),  # only on a picture
        ("{{c501::a}}", "c501 isn't a valid cloze number"),
        ("{{c1,501::a}}", "c501 isn't a valid cloze number"),
        ("{{c1::{{c2::{{c3::{{c4::a}}}}}}}}", "clozes are nested more than 3 levels deep"),
        ("{c1::a}", f"'{{c1::' {NO_START}"),
        ("{{c1:a}}", f"'{{{{c1:' {NO_START}"),
        ("{{C1::a}}", f"'{{{{C1::' {NO_START}"),
        ("{{ c1::a}}", f"'{{{{ c1::' {NO_START}"),
        ("{{c 1::a}}", f"'{{{{c 1::' {NO_START}"),
        ("{{c1, 2::a}}", f"'{{{{c1, 2::' {NO_START}"),
        ("{{c１::a}}", f"'{{{{c１::' {NO_START}"),
    ],
)
def test_a_gap_that_anki_would_not_show_is_a_mistake(text: str, message: str) -> None:
    assert [told for told, _ in read_clozes(to_cloze_html(text)).mistakes] == [message]
    beside = read_clozes(to_cloze_html(f"{{{{c7::good}}}} {text}"))
    assert [told for told, _ in beside.mistakes] == [message]
    assert 7 in beside.numbers


# --- plain words ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What is NF-kB's role?", "what-is-nf-kbs-role"),
        ("What’s  *the*\n`Nile`?", "whats-the-nile"),
        ("Façade, naïve, Việt Nam", "facade-naive-viet-nam"),
        ("STRASSE Straße", "strasse-strasse"),
        ("CO₂ and x²", "co2-and-x2"),
        ("snake_case", "snake-case"),
        ("2.5 -- 3", "2-5-3"),
        ("Geography::Rivers", "geography-rivers"),
        ("The {{c1::Nile::a river}} in {{c2,3::Egypt}}", "the-nile-in-egypt"),
        ("نهر النيل", "نهر-النيل"),
        ("Ελλάδα", "ελλάδα"),
        ("Привет Йод", "привет-йод"),
        ("日本 語", "日本-語"),
        ("हिन्दी", "हिन्दी"),
        ("word " * 30, "-".join(["word"] * 9)),
        ("x" * 100, "x" * 48),
        ("", "card"),
        ("💧 -- ???", "card"),
    ],
)
def test_a_slug_is_short_and_readable(text: str, expected: str) -> None:
    assert slug(text) == expected


def test_a_slug_of_nothing_is_what_the_caller_says() -> None:
    assert slug("?", "deck") == "deck"


@given(text=st.text(max_size=80))
@settings(max_examples=200)
def test_a_slug_can_be_an_id_and_a_tag(text: str) -> None:
    made = slug(text)
    assert len(made) <= 48
    assert re.fullmatch(ID_PATTERN, made)
    assert made.strip("-") == made


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What is it?", "what is IT"),
        ("What  is\nit ?", " What is it. "),
        ("Straße", "STRASSE"),
        ("*What* is **it**, `really`?", "What is it really"),
        ("_What_ ~~is~~ __it now__!", "what is it now"),
        ("==What== is ***it*** in *a `b` c*?", "What is it in a `b` c"),
        ("Was ist **un**kritisch?", "Was ist unkritisch?"),
        ("What is “it”?", "What is it?"),
        ("“It” is what?", "It is what?"),
        ('"It" is what?', "It is what?"),
        ("Yes; no.", "yes no"),
        ("Qu'est-ce que c'est ?", "Qu'est-ce que c'est?"),
        ("C'est un fleuve ; lequel ?", "C'est un fleuve; lequel?"),
    ],
)
def test_what_does_not_change_the_meaning_is_folded_away(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a < b", "a > b"),
        ("a + b", "a - b"),
        ("a * b", "a / b"),
        ("a == b", "a != b"),
        ("a & b", "a % b"),
        ("C", "C++"),
        ("C++", "C#"),
        ("2.5", "25"),
        ("f(x)", "f x"),
        ("résumé", "resume"),
        ("a^b", "a b"),
        ("snake_case", "snakecase"),
        ("a*b", "ab"),
        ("10:30", "1030"),
        ("What is a B tree?", r"What is a B\* tree?"),
        ("What is a B tree?", "What is a B* tree?"),
        ("Σ", r"Σ\*"),
        ("int p", "int* p"),
        ("x", r"\_x"),
        (r"\_x", r"\_\_x"),
        ("好", r"好\*"),
        ("What is init?", "What is __init__?"),
        ("2*3*4", "234"),
        ("x = -1", "x = 1"),
        ("~x", "x"),
        ("What is `*p`?", "What is `p`?"),
        ("What does `*x` do in a call?", "What does `**x` do in a call?"),
        ("What is `__init__`?", "What is `init`?"),
        ("What is 3! + 2?", "What is 3 + 2?"),
        ("What is f' at 0?", "What is f at 0?"),
    ],
)
def test_operators_accents_and_numbers_tell_texts_apart(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@pytest.mark.parametrize(
    ("word", "known", "meant"),
    [
        ("anwser", ["question", "answer"], "answer"),
        ("Answer", ["question", "answer"], "answer"),
        ("moutains", ["water", "mountains"], "mountains"),
        ("img_2014.jpg", ["img_2041.jpg", "map.png"], "img_2041.jpg"),
        ("IMG_2014.JPG", ["IMG_2041.JPG", "map.png"], "IMG_2041.JPG"),
        ("xyz", ["question", "answer"], None),
        ("", ["question"], None),
        ("answer", [], None),
    ],
)
def test_a_near_miss_is_suggested(word: str, known: list[str], meant: str | None) -> None:
    assert near(word, known) == meant


def test_code_and_colons_of_formulas_leave_a_cloze_whole() -> None:
    """`\\(` in one code and `\\)` in the next are no formula, and Anki would take `::` of Haskell's for a hint."""
    delimiters = to_cloze_html(r"It starts with {{c1::`\(`}} and ends with {{c2::`\)`}}.")
    assert read_clozes(delimiters).mistakes == ()
    assert "{{c1::<code>&#92;(</code>}}" in delimiters  # Anki would take the tags out up to the next bracket
    assert to_cloze_html("One writes {{c1::$x :: Int$}} so.") == r"One writes {{c1::\(x :{}: Int\)}} so."
    assert to_cloze_html(r"${{c1::b::hint}}^2$") == r"\({{c1::b::hint}}^2\)"
    assert to_cloze_html("{{c1::5$}} and {{c2::6$}}") == "{{c1::5$}} and {{c2::6$}}"


@pytest.mark.parametrize(
    "text",
    [
        *(sign * 20_000 for sign in "`'*_~.!? \""),
        *(f"a{sign * 20_000}x" for sign in "`*_.!? "),
        "'a " * 10_000,
        ". !" * 10_000,
        "`a ``b " * 5_000,
        "".join(f"{'`' * n} " for n in range(200)),
    ],
    ids=lambda text: text[:5],
)
def test_a_long_text_of_signs_is_folded_quickly(text: str) -> None:
    """A quadratic search takes ten seconds and more here, a linear one some milliseconds."""
    started = time.process_time()
    fold(text)
    assert time.process_time() - started < 1


@pytest.mark.parametrize("digits", ["9" * 5_000, "501", "0", "1," * 2_000 + "501"])
def test_a_cloze_number_of_any_length_is_told(digits: str) -> None:
    started = time.process_time()
    numbers, mistakes = read_clozes(f"a {{{{c{digits}::x}}}}")
    assert (numbers - {1}, len(mistakes)) == (frozenset(), 1)
    assert read_clozes(f"a {{c{'9' * 20_000}x").mistakes == ()
    assert time.process_time() - started < 1


# --- formulas outside Anki -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "formula",
    [r"\boxed{42}", r"\ce{H2O}", r"\unknown{y}", r"a \\ b", r"\text{100\%}", r"\text{a $x$ b}", "a & b", r"\cancel{x}",
     r"\begin{gathered} a \\ b \end{gathered}", r"\style{position:fixed}{y}", r"\frac{"],
)  # fmt: skip
def test_a_formula_that_the_browser_would_show_wrong_stays_tex(formula: str) -> None:
    tex = html_entities.escape(formula)
    assert re.fullmatch(f'<code class="tex" title="[^"]*">{re.escape(tex)}</code>', with_mathml(rf"\({tex}\)"))


@pytest.mark.parametrize(
    ("formula", "shown"),
    [
        (r"\frac{a}{b}", "<mfrac>"),
        (r"\$5 \& 50\% \backslash", "<mi>&amp;</mi>"),
        (r"\begin{aligned} a &= b \\[2pt] &= c \end{aligned}", '<mtd columnalign="right"></mtd>'),
        (r"\begin{align} a &= b \end{align}", '<mtd columnalign="left"><mi></mi><mo>=</mo><mi>b</mi></mtd></mtr>'),
        (r"\text{<script>alert(1)</script>}", "<mtext>&lt;script&gt;alert(1)&lt;/script&gt;</mtext>"),
    ],
)
def test_a_formula_becomes_mathml(formula: str, shown: str) -> None:
    page = with_mathml(rf"\[{html_entities.escape(formula)}\]")
    assert page.startswith("<math")
    assert shown in page


def test_code_is_no_formula_on_a_page_either() -> None:
    html = to_html("`\\(x\\)` starts `\\(` and\n\n```latex\n\\[y\\]\n```\n\nends `\\)`: $z$")
    assert with_mathml(html) == html.replace(r"\(z\)", with_mathml(r"\(z\)"))
    assert with_mathml(r"\(z\)").startswith("<math")


@pytest.mark.parametrize("sign", "\xa0\u1680\u2003\u202f\u3000“”„«»‘’")
@pytest.mark.parametrize("text", ["Где он", "Wo ist é", "川は どこ", "where"])
def test_questions_that_fold_alike_have_one_hash(sign: str, text: str) -> None:
    assert letters_hash(text + sign) == letters_hash(text) == letters_hash(text.upper())
    assert letters_hash(text) != letters_hash(text[:-1])
