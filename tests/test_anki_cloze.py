"""Clozes are read as the real engine reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studydeck.engine.learner import Learner
from studydeck.text import Gap, filled, gaps_in, parse, read_clozes, to_cloze_html, without_gaps


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


def sides_in_engine(engine: Learner, html: str) -> list[str]:
    """Question and answer of the first gap's card, without tags."""
    note_type = engine.col.models.by_name("Cloze")
    assert note_type is not None
    note = engine.col.new_note(note_type)
    note["Text"] = html
    shown = note.ephemeral_card(0).render_output()
    sides = (shown.question_text, shown.answer_text.removesuffix("<br>\n"))
    return [re.sub(r"<style>.*?</style>|<[^>]*>", "", side, flags=re.DOTALL) for side in sides]


MARKS = ["{{c1::", "{{c2::", "{{c1,2::", "}}", "::", "a", "b", "{", "}", ":", "c"]


@given(pieces=st.lists(st.sampled_from(MARKS), max_size=12))
@settings(max_examples=300, deadline=None)
def test_the_engine_reads_the_same_gaps(engine: Learner, pieces: list[str]) -> None:
    text = f"{{{{c1::x}}}} {''.join(pieces)}"
    parts = parse(text)
    if not all(gap.closed for gap in gaps_in(parts)):
        return

    def asked(gap: Gap) -> str:
        if "1" in gap.numbers.split(","):
            return f"[{'...' if gap.hint is None else gap.hint}]"
        return filled(gap.parts, asked)

    assert sides_in_engine(engine, text) == [filled(parts, asked), without_gaps(text)]


def test_a_gap_in_code_or_math_shows_as_written(engine: Learner) -> None:
    note_type = engine.col.models.by_name("Cloze")
    assert note_type is not None
    note = engine.col.new_note(note_type)
    note["Text"] = to_cloze_html(r"`{{c1::x}}` {{c1::$\frac{a}{b^{2}}$}}")
    engine.col.add_note(note, engine.deck("Default"))
    (card,) = note.cards()
    shown = card.render_output()
    assert "<code>&#123;&#123;c1&#58;&#58;x&#125;&#125;</code>" in shown.question_text
    assert r"\(\frac{a}{b^{2} }\)" in shown.answer_text
    assert "[...]" in shown.question_text
