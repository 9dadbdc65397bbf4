"""Coverage tells which sentences of the material a deck asks about: in a terminal, as JSON, and as one page."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from author import DECK, Author
from click.testing import CliRunner, Result
from prose import RIVERS

from studydeck.cli import main
from studydeck.commands.coverage import cover
from studydeck.commands.sources import stamp_sources

WATER = """\
section: Water
tag: overview
cards:
  - {id: river, question: What is a river?, answer: A stream, source: p1s1}
  - {id: rain, question: How much <b> & rain?, answer: A fifth, source: p2}
  - {id: spring, question: What feeds a river?, answer: Springs, source: [p2s1]}
uncarded: {p1s2: it says only <where> it flows, p2s1: no matter}
"""
BENDS = """\
section: Bends
tag: bends
cards:
  - {id: bend, question: What is a meander?, answer: A bend, source: meanders/p1s1}
  - {id: old, question: What is worn away?, answer: The bank, source: meanders/p1s2, retired: true}
"""
TABLE = """\
Rivers
section            sentences  with a card  left out  bare  covered
overview                   4            3         1     0    100 %
deltas-and-mouths          6            0         0     6      0 %
meanders                   4            1         0     3     25 %
all                       14            4         1     9     30 %
bare:
  deltas-and-mouths/p1s1
  deltas-and-mouths/p1s2
  deltas-and-mouths/p2s1
  deltas-and-mouths/p2s2
  deltas-and-mouths/p3s1
  deltas-and-mouths/p4s1
  meanders/p1s2
  meanders/p2s1
  meanders/p2s2
"""


@pytest.fixture
def rivers(author: Author) -> Author:
    (author.folder.parent / "rivers.txt").write_text(RIVERS, "utf-8")
    author.write("deck.yaml", DECK + "sections: [water, bends]\n")
    author.write("water.yaml", WATER)
    author.write("bends.yaml", BENDS)
    stamp_sources(author.load(), text_of(author))
    return author


def text_of(author: Author) -> Path:
    return author.folder.parent / "rivers.txt"


def run(*words: object) -> Result:
    return CliRunner().invoke(main, ["coverage", *(str(word) for word in words)])


def test_the_table_counts_and_the_bare_sentences_are_listed_without_the_text(rivers: Author) -> None:
    text_of(rivers).unlink()
    assert run(rivers.folder).output == TABLE


def test_with_the_text_the_bare_sentences_are_shown(rivers: Author) -> None:
    lines = run(rivers.folder, "--material", text_of(rivers)).output.splitlines()
    assert "  meanders/p1s2  The outer bank is worn away, and sand gathers on the inner one." in lines


def test_a_retired_card_covers_nothing_and_a_card_outweighs_a_reason(rivers: Author) -> None:
    covered = {str(each.spot): each for each in cover(rivers.load()).sentences}
    assert covered["meanders/p1s2"].is_bare
    assert [name for name, _ in covered["overview/p2s1"].cards] == ["rain", "spring"]
    assert covered["overview/p2s1"].reason == ""
    assert covered["overview/p1s2"].reason == "it says only <where> it flows"


def test_a_deck_of_the_whole_material_covers_all_of_it_only_then(rivers: Author) -> None:
    cards = {
        "deltas-and-mouths": ["p1", "p2", "p3", "p4"],
        "meanders": ["p1s2", "p2s1"],
    }
    text = "section: Rest\ncards:\n" + "".join(
        f"  - {{question: What about {name} {place}?, answer: x, source: {name}/{place}}}\n"
        for name, places in cards.items()
        for place in places
    )
    rivers.write("rest.yaml", text)
    rivers.write("deck.yaml", DECK + "sections: [water, bends, rest]\n")
    assert cover(rivers.load()).percent == 92  # 12 of 13
    rivers.edit("meanders/p1s1", "[meanders/p1s1, meanders/p2s2]", "bends.yaml")
    assert cover(rivers.load()).percent == 100


def test_a_card_that_is_not_written_yet_covers_nothing(rivers: Author) -> None:
    rivers.edit("answer: A stream", "answer: TODO")
    assert cover(rivers.load()).percent == 23  # 3 of 13


def test_json_gives_every_sentence(rivers: Author) -> None:
    answer = json.loads(run(rivers.folder, "--format", "json", "--material", text_of(rivers)).output)
    (deck,) = answer["decks"]
    counts = ("total", "carded", "uncarded", "bare", "percent")
    assert [deck[key] for key in counts] == [14, 4, 1, 9, 30]
    assert [section["percent"] for section in deck["sections"]] == [100, 0, 25]
    assert deck["sections"][0]["sentences"][1] == {
        "source": "overview/p1s2",
        "cards": [],
        "uncarded": "it says only <where> it flows",
        "text": "It flows towards an ocean, a lake or another river.",
    }


def test_min_fails_below_it_alone(rivers: Author) -> None:
    assert [run(rivers.folder, "--min", least).exit_code for least in (0, 30, 31, 100)] == [0, 0, 1, 1]
    assert [run(rivers.folder, "--min", least).exit_code for least in (30.7, 30.8)] == [0, 1]  # 4 of 13 are 30.77 %
    assert run(rivers.folder, "--min", 101).exit_code == 2
    for style in ("text", "json", "html"):
        outcome = run(rivers.folder, "--min", 30.8, "--format", style)
        assert outcome.stderr == (
            "Rivers: 30 % covered, less than 30.8 %: write cards for the 9 bare sentences, or list them with a reason "
            "under uncarded: in their section file\n"
        )


class Page(HTMLParser):
    """Counts tags, and holds what would be fetched from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.bare = 0
        self.fetched: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag != "meta":
            self.open.append(tag)
        self.bare += tag == "tr" and ("class", "bare") in attrs
        self.fetched += [name for name, _ in attrs if name in ("src", "href")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole_escaped_and_marks_the_bare_sentences(rivers: Author) -> None:
    html = run(rivers.folder, "--format", "html", "--material", text_of(rivers)).output
    page = Page()
    page.feed(html)
    assert page.open == []
    assert page.bare == 9
    assert page.fetched == []
    assert "script" not in page.tags
    assert "b" not in page.tags
    assert "How much &lt;b&gt; &amp; rain?" in html
    assert "left out: it says only &lt;where&gt; it flows" in html
    assert "The outer bank is worn away" in html
    assert "<h1>Rivers: 30 % of 14 sentences, 9 bare</h1>" in html


def test_the_page_without_the_text_says_so(rivers: Author) -> None:
    html = run(rivers.folder, "--format", "html").output
    assert html.count("the text is not available") == 14
    assert not re.search("natural stream", html)


def test_a_changed_sentence_still_has_its_card_and_a_gone_one_has_none(rivers: Author) -> None:
    text = RIVERS.replace("natural stream", "wide stream").replace("A meander is a bend of a river. ", "")
    text_of(rivers).write_text(text, "utf-8")
    covered = cover(rivers.load(), text_of(rivers))
    assert [len(each.sentences) for each in covered.sections] == [4, 6, 3]
    assert sum(bool(each.cards) for each in covered.sentences) == 3


def test_no_lock_no_material_and_a_broken_deck_are_told(rivers: Author) -> None:
    rivers.edit("answer: A stream", "answr: A stream")
    outcome = run(rivers.folder)
    assert outcome.exit_code == 1
    assert "[unknown-key]" in outcome.output
    rivers.edit("answr: A stream", "answer: A stream")
    (rivers.folder / "material.lock").unlink()
    assert "has no material.lock; give the material with --material." in run(rivers.folder).output
    assert run(rivers.folder, "--material", text_of(rivers)).exit_code == 0
