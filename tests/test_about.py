"""Whose deck it is: license, authors and credits, in the deck's description and in the release notes."""

from __future__ import annotations

import hashlib
import html
import json
import re
import sqlite3
import unicodedata
import zipfile
from pathlib import Path
from textwrap import indent

import pytest
from author import DECK, Author
from click.testing import CliRunner
from comrak import render_markdown
from hypothesis import example, given
from hypothesis import strategies as st

from studydeck.cli import main
from studydeck.commands.plan import plan
from studydeck.engine.learner import Learner
from studydeck.history.plan_words import plan_json, plan_markdown, plan_text
from studydeck.model import Credit, Deck, Place, Text
from studydeck.text import about
from studydeck.text.about import flowing

CARD = '  - {id: nile, question: "Which river is it? ![a map](nile.svg)", answer: The Nile}\n'
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'/>"
ABOUT = """\
description: Rivers *of the world*.
authors: [Jane Roe, the 5b]
license: CC-BY-SA-4.0
credits:
  nile.svg: {author: "A_B [x](y)", license: CC0-1.0, url: "https://example.org/a_b(1)"}
"""
SHOWN = """\
Rivers *of the world*.

Jane Roe, the 5b · [CC-BY-SA-4.0](<https://creativecommons.org/licenses/by-sa/4.0/>)

- nile.svg: A\\_B &#91;x\\](y) · [CC0-1.0](<https://creativecommons.org/publicdomain/zero/1.0/>) · \
[example.org](<https://example.org/a_b(1)>)"""


@pytest.fixture
def rivers(author: Author) -> Author:
    author.section(CARD)
    author.write("media/nile.svg", SVG)
    return author


def described(author: Author, learner: Learner) -> str:
    """The deck's description in the collection of a learner who imported it."""
    author.build()
    learner.import_package(author.package)
    (deck,) = (each for each in learner.col.decks.all() if each["name"] == "Rivers")
    assert deck["md"]
    return str(deck["desc"])


def test_anki_shows_whose_deck_it_is_below_the_description(rivers: Author, learner: Learner) -> None:
    rivers.write("deck.yaml", DECK + ABOUT)
    assert rivers.problems() == []
    shown = described(rivers, learner)
    page = learner.col.render_markdown(shown)
    assert "<em>of the world</em>" in page
    assert '<a href="https://creativecommons.org/licenses/by-sa/4.0/"' in page
    assert "nile.svg: A_B [x](y) · " in re.sub(r"<[^>]*>", "", page)
    assert '<a href="https://example.org/a_b(1)"' in page
    assert len(re.findall("<a ", page)) == 3
    assert shown == SHOWN


WRAPPED = """\
Rivers of the world,
with *their
capitals*.

- the longest
  of them
- those that
flow north

> Said of
> rivers
1. One
2. Two

| a | b |
|---|---|

    code
    more

```
one
two
```
Two marked \x20
breaks\\
here

漢字と
かな
"""
FLOWING = """\
Rivers of the world, with *their capitals*.

- the longest of them
- those that flow north

> Said of rivers
1. One
2. Two

| a | b |
|---|---|

    code
    more

```
one
two
```
Two marked \x20
breaks\\
here

漢字とかな
"""  # fmt: skip


def test_a_wrapped_paragraph_of_the_description_is_one_line(rivers: Author, learner: Learner) -> None:
    """Anki's overview shows the line ends of a description (white-space: pre-wrap)."""
    assert flowing(WRAPPED) == FLOWING
    assert flowing(FLOWING) == FLOWING
    rivers.write("deck.yaml", f"{DECK}description: |\n{indent(WRAPPED, '  ')}{ABOUT.partition(chr(10))[2]}")
    shown = described(rivers, learner)
    assert shown.startswith(FLOWING.rstrip())
    assert "<p>Rivers of the world, with <em>their capitals</em>.</p>" in learner.col.render_markdown(shown)


@given(lines=st.lists(st.text(st.sampled_from("ab 1.-*#>`|~=<\\:漢"), max_size=8), max_size=6))
def test_a_description_that_flows_says_what_it_said(lines: list[str]) -> None:
    """Up to the line ends of paragraphs, in Anki's Markdown and in ours."""
    text = "\n".join(lines)

    def words(markdown: str) -> str:
        return re.sub(r"\s+", "", render_markdown(markdown))

    assert words(flowing(text)) == words(text)


def test_release_notes_and_paper_say_it_too_and_a_deck_that_says_nothing_gets_nothing(rivers: Author) -> None:
    rivers.write("deck.yaml", DECK + "description: Rivers *of the world*.\n")
    before = plan(rivers.load(), rivers.out, rivers.now)
    assert about(rivers.load().deck) == ""
    rivers.write("deck.yaml", DECK + ABOUT)
    after = plan(rivers.load(), rivers.out, rivers.now)
    said = SHOWN.partition("\n\n")[2]
    assert plan_markdown(after) == f"{plan_markdown(before)}\n\n{said}"
    assert plan_json(after) == plan_json(before)
    assert plan_text(after, str, str) == plan_text(before, str, str)
    page = rivers.out / "rivers.html"
    done = CliRunner().invoke(main, ["export", str(rivers.folder), "--to", "print", "-o", str(page)])
    assert done.exit_code == 0, done.output
    assert "Jane Roe, the 5b" in page.read_text("utf-8")


def test_no_byte_of_a_deck_without_these_keys_changes(rivers: Author, tmp_path: Path) -> None:
    """The figure is of a version without the keys, of rows in which no SQLite or zlib has a say."""
    rivers.write("deck.yaml", DECK + "description: Rivers *of the world*.\n")
    rivers.build()
    path = tmp_path / "collection.anki2"
    path.write_bytes(zipfile.ZipFile(rivers.package).read("collection.anki2"))
    with sqlite3.connect(path) as connection:
        decks = json.loads(connection.execute("select decks from col").fetchone()[0])
        rows = connection.execute("select guid, mod, flds, tags from notes").fetchall()
    (description,) = (each["desc"] for each in decks.values() if each["name"] == "Rivers")
    assert description == "Rivers *of the world*."
    digest = hashlib.sha256(str(rows).encode()).hexdigest()
    assert digest == "f720b12f6c4ab57938e932a98b5a916bcf19c252e6fd61afab5ea437c9324ba8"


def test_the_keys_touch_no_note(rivers: Author) -> None:
    rivers.build()
    lock = rivers.read("deck.lock")
    rivers.write("deck.yaml", DECK + ABOUT)
    assert len(rivers.build().changes.unchanged) == 1
    assert rivers.read("deck.lock") == lock


@pytest.mark.parametrize(
    ("lines", "shown"),
    [
        ("authors: Jane Roe", "Jane Roe"),
        ("authors: [a, b, c]", "a, b, c"),
        ("license: MIT", "MIT"),
        (
            "license: CC-BY-NC-ND-3.0",
            "[CC-BY-NC-ND-3.0](<https://creativecommons.org/licenses/by-nc-nd/3.0/>)",
        ),
        ("license: All rights reserved.", "All rights reserved."),
        ("credits: {nile.svg: {author: Me}}", "- nile.svg: Me"),
        ("credits: {}", ""),
    ],
)
def test_each_key_stands_alone(rivers: Author, lines: str, shown: str) -> None:
    rivers.write("deck.yaml", f"{DECK}{lines}\n")
    assert rivers.problems() == []
    assert about(rivers.load().deck).endswith(shown)


@pytest.mark.parametrize(
    ("lines", "line", "column", "name", "words"),
    [
        ("credits:\n  nil.svg: {author: Me}", 5, 3, "lost-picture", "did you mean 'nile.svg'?"),
        ("credits:\n  ../deck.yaml: {author: Me}", 5, 3, "lost-picture", "outside the deck's media folder"),
        ("credits: {media/nile.svg: {author: Me}}", 4, 11, "lost-picture", "did you mean 'nile.svg'?"),
        ("credits: {nile.svg: Me}", 4, 21, "wrong-kind", "a mapping with author:, license: or url:"),
        ("credits: {nile.svg: {license: MIT}}", 4, 21, "missing-key", "add author:"),
        (
            "credits: {nile.svg: {author: Me, url: 'javascript:alert(1)'}}",
            4,
            39,
            "wrong-kind",
            "write the whole address",
        ),
        ("credits: {nile.svg: {author: Me, by: You}}", 4, 34, "unknown-key", "the keys here are author"),
        ("credits: [nile.svg]", 4, 10, "wrong-kind", "a mapping of pictures"),
        ("authors: []", 4, 1, "wrong-kind", "list 'authors' is empty"),
        ("authors: ['']", 4, 1, "wrong-kind", "'authors' is empty"),
        ("authors: [[a]]", 4, 11, "wrong-kind", "expected a string"),
        ("authors: {a: b}", 4, 10, "wrong-kind", "a line or a list of lines"),
        ("license: ''", 4, 1, "wrong-kind", "'license' is empty"),
        ("license: |\n  Two\n  lines", 4, 10, "wrong-kind", "single line"),
    ],
)
def test_a_mistake_is_a_problem_at_its_place(
    rivers: Author, lines: str, line: int, column: int, name: str, words: str
) -> None:
    rivers.write("deck.yaml", f"{DECK}{lines}\n")
    (problem,) = rivers.problems()
    assert (problem.line, problem.column, problem.name) == (line, column, name)
    assert words in f"{problem.message}; {problem.remedy}"


def test_a_name_with_an_accent_is_found_however_it_is_written(rivers: Author) -> None:
    for form in ("NFC", "NFD"):
        name = unicodedata.normalize(form, "é.svg")
        rivers.section(f'  - {{id: nile, question: "Which is it? ![a map]({name})", answer: The Nile}}\n')
        rivers.write(f"media/{unicodedata.normalize('NFD', 'é.svg')}", SVG)
        rivers.write("deck.yaml", f"{DECK}credits:\n  {name}: {{author: Me}}\n")
        assert [each for each in rivers.problems() if each.name != "unused-media"] == []


SIGNS = st.characters(
    exclude_categories=["Cc", "Cs", "Zl", "Zp", "Cn", "Co"],
    exclude_characters="\ufeff",  # unseen, and dropped where a text starts
)
LINES = st.text(SIGNS, min_size=1, max_size=30).filter(
    lambda text: text == " ".join(text.split()) and not re.match("CC[-0]", text)  # a licence that becomes a link
)


@given(author=LINES, title=LINES)
@example(author="# a", title="1. b")
@example(author="+", title="- # c")
def test_no_name_turns_into_markup(author: str, title: str) -> None:
    made_by = {Text(title): Credit(author, title)}
    deck = Deck(
        Path(), Place("deck.yaml"), Text("Rivers"), "u", "t", license=title, authors=[Text(author)], credits=made_by
    )
    rendered = render_markdown(about(deck))
    assert not re.search(r"<(?!/?(?:p|ul|li)>)", rendered), rendered
    shown = " ".join(html.unescape(re.sub(r"<[^>]*>", "", rendered)).split())
    assert shown == f"{author} · {title} {title}: {author} · {title}"
