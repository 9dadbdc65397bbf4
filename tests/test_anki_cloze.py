"""Clozes are read as the real engine reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studydeck.engine.learner import Learner
from studydeck.text import Gap, cloze, filled, gaps_in, parse, read_clozes, to_cloze_html, without_gaps
from studydeck.text.cloze import Clozes, gaps_in_code


@pytest.fixture(scope="module")
def engine() -> Iterator[Learner]:
    with Learner() as learner:
        yield learner


def numbers_in_engine(engine: Learner, html: str) -> set[int]:
    note_type = engine.col.models.by_name("Cloze")
    assert note_type is not None
    note = engine.col.new_note(note_type)
    note["Text"] = html
    return set(note.cloze_numbers_in_fields())


TEXTS = [
    "{{c1::one}} and {{c2::two::hint}}",
    "{{c1::outer {{c2::inner}} text}}",
    "{{c1,3::both}}",
    "{{c1::**bold** and `code`}}",
    "`{{c1::code}}` {{c2::text}}",
    "{{c1::`std::vector`}}",
    r"{{c1::$\frac{a}{b^{2}}$}} {{c2::x}}",
    r"$E = {{c1::mc^{2}}}$",
    "{{c1::a}} {{c1::b}} {{c12::c}}",
    "```\n{{c1::x}}\n```\n{{c2::y}}",
    "| {{c1::a}} | b |\n|---|---|\n| {{c2::c}} | d |",
    "{c1::no} {{c1:no}} {{C1::no}} {{c2::yes}}",
    "H{{c1::~2~}}O, x^{{c2::2}}^, <u>a {{c3::b</u> c}}, {{c4::==d==::<kbd>e</kbd>}}",
    "{{c1::{漢字|かんじ}}}と{{c2::<ruby>山<rt>やま</rt></ruby>}}",
    r"{{c1::\(x_{1_{2}}\)}} {{c2::[$]x::y[/$]::a hint}} {{c3::[latex]$x$[/latex]}} \[ {{c4::x^2}} \]",
    "1914. {{c1::a}}\n1939. {{c2::b}}",
]


@pytest.mark.parametrize("text", TEXTS)
def test_the_engine_finds_the_same_clozes(engine: Learner, text: str) -> None:
    html = to_cloze_html(text)
    assert set(read_clozes(html).numbers) == numbers_in_engine(engine, html) != set()


def test_a_text_on_a_picture_has_no_card(engine: Learner) -> None:
    html = "{{c0::image-occlusion:text:left=.1:top=.1:text=a}} {{c2::b}}"
    assert read_clozes(html) == Clozes(frozenset({2}), ())
    assert numbers_in_engine(engine, html) == {2}


PIECES = [
    "{{c1::",
    "{{c2::",
    "{{c1,3::",
    "{{c0::",
    "}}",
    "{{",
    "::",
    "a",
    "b ",
    "$x^{2}$",
    "`code`",
    "**b**",
    "{c1::",
    "\n",
    "x~2~",
    "^",
    "<u>",
    "</u>",
    "==h==",
    "{漢|かん}",
    r"\(x_{1_{2}}\)",
    "\n7. ",
]


@given(pieces=st.lists(st.sampled_from(PIECES), max_size=12))
@settings(max_examples=200, deadline=None)
def test_whatever_passes_our_check_has_the_same_clozes_in_the_engine(engine: Learner, pieces: list[str]) -> None:
    html = to_cloze_html("".join(pieces))
    clozes = read_clozes(html)
    if not clozes.mistakes:
        assert set(clozes.numbers) == numbers_in_engine(engine, html)


def shown_in_engine(engine: Learner, html: str) -> list[str]:
    """Question and answer of the first gap's card."""
    note_type = engine.col.models.by_name("Cloze")
    assert note_type is not None
    note = engine.col.new_note(note_type)
    note["Text"] = html
    shown = note.ephemeral_card(0).render_output()
    sides = (shown.question_text, shown.answer_text.removesuffix("<br>\n"))
    return [re.sub(r"<style>.*?</style>", "", side, flags=re.DOTALL) for side in sides]


def sides_in_engine(engine: Learner, html: str) -> list[str]:
    """The same, as words."""
    return [unescape(re.sub("<[^>]*>", "", side)) for side in shown_in_engine(engine, html)]


MARKS = ["{{c1::", "{{c2::", "{{c1,2::", "}}", "::", "a", "b", "{", "}", ":", "c"]


@given(pieces=st.lists(st.sampled_from(MARKS), max_size=12))
@settings(max_examples=300, deadline=None)
def test_the_engine_reads_the_same_gaps(engine: Learner, pieces: list[str]) -> None:
    text = f"{{{{c1::x}}}} {''.join(pieces)}"
    parts = parse(text)
    if not all(gap.closed for gap in gaps_in(text)):
        return

    def asked(gap: Gap) -> str:
        if "1" in gap.numbers.split(","):
            return f"[{'...' if gap.hint is None else gap.hint}]"
        return filled(gap.parts, asked)

    assert sides_in_engine(engine, text) == [filled(parts, asked), without_gaps(text)]


@given(pieces=st.lists(st.sampled_from([*MARKS, "{{c1::a}}", "{{c2::b::a hint}}", "{{c3::" * 9, "}}}}"]), max_size=12))
@settings(max_examples=1_500, deadline=None)
def test_whole_gaps_are_those_that_are_read_mark_by_mark(pieces: list[str]) -> None:
    text = "".join(pieces)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cloze, "_WHOLE", re.compile("(?!)()()()"))
        by_marks = cloze._parse(text)
    assert cloze._parse(text) == by_marks


def test_braces_of_a_formula_end_no_gap(engine: Learner) -> None:
    question, answer = shown_in_engine(engine, to_cloze_html(r"`x` {{c1::$\frac{a}{b^{2}}$}}"))
    assert r"\(\frac{a}{b^{2} }\)" in answer
    assert "[...]" in question


# --- gaps in code --------------------------------------------------------------------------------

#: Code with its gaps, and what the first card's question and answer show.
IN_CODE = [
    ("`{{c1::x}} = 1`", "[...] = 1", "x = 1"),
    ("`{{c1::x}} = 1` sets {{c2::x}}", "[...] = 1 sets x", "x = 1 sets x"),
    ("`a {{c1::function f() {}}} b`", "a [...] b", "a function f() {} b"),
    ("`{{c1::Net::HTTP.get(uri)}}` and `{{c1::fe80::1}}`", "[...] and [...]", "Net::HTTP.get(uri) and fe80::1"),
    ("`{{c1::f({{a}}, {}) {{c2::b}}}};`", "[...];", "f({{a}}, {}) b;"),
    ('`f"{{{c1::x}}}"`', 'f"{[...]}"', 'f"{x}"'),
    ("`{{c1::if (x) {}} y }`", "[...] y }", "if (x) { y }"),
    ("`{{c1::} else {}} y }`", "[...] y }", "} else { y }"),
    ("`template <{{c1::class T}}>`", "template <[...]>", "template <class T>"),
    ("`{{c1::a & b}}`", "[...]", "a & b"),
    ("{{c2::`{{c1::x}} = 1`}}", "[...] = 1", "x = 1"),
    ("`{{ x }} {{c1::y}} }} ::`", "{{ x }} [...] }} ::", "{{ x }} y }} ::"),
    (r"`\({{c1::x}}\)` and `\)`", r"\([...]\) and \)", r"\(x\) and \)"),
]


@pytest.mark.parametrize(("text", "question", "answer"), IN_CODE)
@pytest.mark.parametrize("fence", ["", "python", "c++", "unheard-of"])
def test_a_gap_in_code_is_hidden_and_shown(engine: Learner, text: str, question: str, answer: str, fence: str) -> None:
    if fence:
        text = f"```{fence}\n{text.replace('`', '')}\n```"
        if "{{c2::{{c1" in text:
            question, answer = "[...] = 1", "x = 1"
    assert [side.strip() for side in sides_in_engine(engine, to_cloze_html(text))] == [question, answer]
    assert read_clozes(to_cloze_html(text)).mistakes == ()


def test_code_with_a_gap_keeps_its_colours(engine: Learner) -> None:
    code = "def {{c1::area}}(r):\n    return \"a{{c1::b}}c\" + {{c2::{'a': {1: 2}}}}"
    html = to_cloze_html(f"```python\n{code}\n```")
    assert html == (
        '<pre><code class="language-python"><span class="k">def</span> {{c1::<span class="nf">area</span>}}(r):\n'
        '    <span class="k">return</span> <span class="s2">"a</span>{{c1::<span class="s2">b</span>}}'
        '<span class="s2">c"</span> + {{c2::{<span class="s1">\'a\'</span>: '
        '{<span class="mi">1</span>: <span class="mi">2</span>&#125;&#125;}}\n</code></pre>'
    )
    question, answer = shown_in_engine(engine, html)
    assert question.count("[...]") == 2
    assert 'data-ordinal="1"><span class="nf">area</span></span>' in answer


@pytest.mark.parametrize("text", ["function f() {}", "f({a: {b: 1}})", "{1, {2}}", "{{x}}", "{}"])
def test_what_is_told_about_a_gap_that_ends_early_works(engine: Learner, text: str) -> None:
    ((_, remedy),) = read_clozes(to_cloze_html(f"{{{{c1::{text}}}}} and braces")).mistakes
    code, blanks = remedy.removeprefix("write it as code, ").split(", or with blanks, ")
    assert sides_in_engine(engine, to_cloze_html(f"{code} and braces")) == ["[...] and braces", f"{text} and braces"]
    question, answer = sides_in_engine(engine, to_cloze_html(f"{blanks} and braces"))
    assert question == "[...] and braces"
    assert answer.replace(" ", "") == f"{text}andbraces".replace(" ", "")


CODE = ["{{c1::", "{{c2::", "}}", "{", "}", ":", "::", "a", "b ", "'", '"', "<", "&", "#", "\n", "\\", "def ", "1"]


@given(code=st.lists(st.sampled_from(CODE), max_size=14), language=st.sampled_from(["python", "c", "html", "", "jsx"]))
@settings(max_examples=300, deadline=None)
def test_every_character_of_code_is_shown_but_its_gaps_marks(engine: Learner, code: list[str], language: str) -> None:
    written = "".join(code).strip("\n")
    html = to_cloze_html(f"```{language}\n{written}\n```\n\n{{{{c1::x}}}}")
    clozes = read_clozes(html)
    if clozes.mistakes:
        return
    pieces = gaps_in_code(written)
    assert all(mark == "}}" or mark.startswith("{{c") for mark in pieces[1::2])
    assert len(pieces[1::2]) == 2 * written.count("{{c")
    _, answer = sides_in_engine(engine, html)
    assert answer.rstrip("\n") == f"{''.join(pieces[0::2])}\n\nx"
