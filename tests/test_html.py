"""A text of `!html`: read, cleaned, shown as it is, with its pictures and sounds; no check of Markdown reads it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from author import Author

from studydeck.checks.judgements import JUDGEMENTS
from studydeck.engine.drawing import Artist
from studydeck.model import Html
from studydeck.outputs.print import OUTPUT as PRINT
from studydeck.pipeline import compile_notes
from studydeck.reading.nodes import Keys
from studydeck.reading.tree import read_tree
from studydeck.render.note_types import note_types
from studydeck.text.clean import cleaned

CARDS = """\
  - id: nile
    question: !html |
      <div style="text-align: center"><font color="red">Which</font> river *is* this?<br><img src="a%20map.svg"></div>
    answer: !html "<b>The Nile</b> [sound:nile.mp3]"
    details: "**Markdown** [sound:nile.mp3]"
  - id: rivers
    question: Which two rivers?
    answer:
      - !html |-
        <i>Nile</i>
      - Rhine
  - id: gaps
    cloze: !html |
      <ul><li>The {{c1::<span style="color: blue">Nile</span>::river}} flows <u>{{c2::north}}</u>.</li></ul>
"""


@pytest.fixture(scope="module")
def artist() -> Iterator[Artist]:
    with Artist() as one:
        yield one


@pytest.fixture
def author(tmp_path: Path) -> Author:
    author = Author(tmp_path)
    author.write("media/a map.svg", "<svg xmlns='http://www.w3.org/2000/svg' />")
    author.write("media/nile.mp3", "ID3")
    author.section(CARDS)
    return author


def test_html_is_shown_as_it_is_with_the_decks_pictures_and_sounds(author: Author) -> None:
    loaded = author.load()
    assert loaded.errors == []
    picture, sound = loaded.media.names["a map.svg"], loaded.media.names["nile.mp3"]
    nile, rivers, gaps = compile_notes(loaded)
    assert nile.fields[0] == (
        '<div style="text-align: center"><font color="red">Which</font> river *is* this?<br />'
        f'<img src="{picture}" /></div>\n'
    )
    assert nile.fields[1] == f"<b>The Nile</b> [sound:{sound}]"
    assert "<ul><li><i>Nile</i></li><li>Rhine</li></ul>" in rivers.fields
    assert gaps.ords == (0, 1)
    assert gaps.fields[0] == (
        '<ul><li>The {{c1::<span style="color: blue">Nile</span>::river}} flows <u>{{c2::north}}</u>.</li></ul>\n'
    )


def test_the_engine_draws_it(author: Author, artist: Artist) -> None:
    loaded = author.load()
    types = note_types(loaded.deck, {"qa": 1 << 41, "cloze": 1 << 42})
    nile, _, gaps = artist.draw(types, compile_notes(loaded))
    assert '<font color="red">Which</font>' in nile[0][0]
    assert "<b>The Nile</b>" in nile[0][1]
    assert ">[river]</span> flows <u>" in gaps[0][0]


def test_it_is_printed_with_its_pictures(author: Author) -> None:
    loaded = author.load()
    page = "".join(PRINT.make(loaded.deck, compile_notes(loaded), loaded.media.files, "columns"))
    assert '<font color="red">Which</font>' in page
    assert 'src="data:image/svg+xml;base64,' in page


def test_formulas_have_brackets_that_mathjax_reads_and_latex_that_is_text_is_text() -> None:
    assert cleaned(r"[$]x[/$] [$$]y&lt;z[/$$] [latex]\frac12[/latex] <code>\(a\)</code>") == (
        r"\(x\) \[y&lt;z\] \(\frac12\) <code>\(a\)</code>"
    )
    assert cleaned("[latex]Was ist $x^2$, und $y$?[/latex]") == r"Was ist \(x^2\), und \(y\)?"


def test_no_check_reads_its_words_and_its_files_are_used(author: Author) -> None:
    author.write("deck.yaml", author.read("deck.yaml") + "language: en\n")
    names = {each.name for each in author.judgements()}
    assert "unused-media" not in names
    author.section(CARDS.split("  - id: rivers")[0].replace("Which</font> river", "Is</font> it a or b, and is not"))
    assert {each.name for each in author.judgements()} & set(JUDGEMENTS) <= {"no-source", "thin-section"}


def test_a_picture_that_is_missing_or_on_the_web_is_an_error_at_the_text(author: Author) -> None:
    author.section(
        '  - {question: Which?, answer: !html "<img src=b.png alt=b> <img src=https://a.org/c.png alt=c>"}\n'
    )
    assert [(each.name, each.line, each.column) for each in author.load().errors] == [("lost-picture", 3, 32)] * 2


def test_an_empty_one_is_an_error(author: Author) -> None:
    author.section('  - {question: !html "<br>&nbsp;", answer: !html "<b></b>"}\n')
    assert [each.name for each in author.load().errors] == ["empty-question", "empty-answer"]


def test_a_cloze_without_a_gap_is_an_error(author: Author) -> None:
    author.section('  - {cloze: !html "<b>The Nile</b>"}\n')
    assert [each.name for each in author.load().errors] == ["bad-cloze"]


@pytest.mark.parametrize(
    ("card", "message"),
    [
        ("question: !html <b>x</b>", "a text of !html starts in a quote, or on a line of its own"),
        ("question: x\n    id: !html 'x'", "'id' can't be HTML"),
        ("question: x\n    typed: [!html 'x']", "'typed' can't be HTML"),
        ("question: !html [x]", "a text of !html starts in a quote, or on a line of its own"),
    ],
)
def test_html_in_a_place_that_has_none_is_told(author: Author, card: str, message: str) -> None:
    author.section(f"  - {card}\n    answer: y\n")
    assert message in [each.message for each in author.load().errors]


def test_a_description_is_markdown(author: Author) -> None:
    author.write("deck.yaml", author.read("deck.yaml") + "description: !html '<b>x</b>'\n")
    assert [each.message for each in author.load().errors] == ["'description' can't be HTML"]


def test_an_id_made_from_it_has_its_words_and_no_tags(author: Author) -> None:
    author.section("  - {question: !html '<b>Which</b> river?', answer: x}\n")
    author.build()
    assert list(author.load().lock.notes) == ["which-river"]


def test_it_has_the_place_of_its_tag() -> None:
    tree, problems = read_tree("a.yaml", b"section: x\ncards:\n- answer: !html |\n    <b>\n")
    assert problems == []
    assert isinstance(tree, Keys)
    text = cast(Any, tree["cards"])[0]["answer"]
    assert (type(text), str(text), text.line, text.column) == (Html, "<b>\n", 3, 11)


def test_json_and_json_like_yaml_may_hold_it(author: Author) -> None:
    author.section(f"  - {{question: !html {json.dumps('<b>x</b>')}, answer: y}}\n")
    assert author.load().deck.sections[0].cards[0].asks == "<b>x</b>"
