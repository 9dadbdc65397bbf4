"""`stats` counts what is there, and its forecast is the real engine's."""

from __future__ import annotations

import json
import re
import sys
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from author import Author
from click.testing import CliRunner, Result

from studydeck.cli import main
from studydeck.commands.stats import deck_stats
from studydeck.engine.forecast import simulate
from studydeck.installing import install_line
from studydeck.stats import Forecast, stats_page, stats_text

CARDS = """\
  - {id: nile, question: Which river flows through *Cairo*?, answer: "The Nile, all 6,650 km of it"}
  - {id: amazon, question: "Which? ![map](map.svg)", answer: Amazon, reverse: true, typed: true}
  - {id: capitals, question: Which capitals stand on the Danube?, answer: [Vienna, Budapest, Novi Sad], reverse: true}
  - {id: oxbow, cloze: "An {{c1::oxbow lake::kind}} is a {{c2::bend, {{c3::cut off}}}} of $x + y$."}
  - {id: gone, question: Gone?, answer: Gone, retired: true}
"""
SEA = "  - {id: sea, question: 海はどこ?, answer: a < b}\n"


@pytest.fixture
def rivers(author: Author) -> Author:
    author.section(CARDS)
    author.section(SEA, "Sea <b>", "z.yaml")
    author.write("media/map.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    author.write("media/unused.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    return author


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, ["stats", *map(str, words)])


# --- what is there -------------------------------------------------------------------------------


def test_sections_and_kinds_are_counted_without_the_retired(rivers: Author) -> None:
    water, sea = deck_stats(rivers.load()).sections
    assert (water.name, water.notes, water.cards) == ("Water", 4, 8)
    assert water.kinds == {"question": 1, "reversed": 2, "typed": 1, "list": 1, "item": 0, "cloze": 1}
    assert (sea.name, sea.notes, sea.cards, sea.kinds["question"]) == ("Sea <b>", 1, 1, 1)


def test_words_problems_and_media_are_counted(rivers: Author) -> None:
    counted = deck_stats(rivers.load())
    assert (counted.total.notes, counted.total.cards, counted.retired) == (5, 9, 1)
    assert counted.questions.counts == (1, 4, 5, 6, 10)  # Which? / 海はどこ / Cairo / capitals / the cloze's sentence
    assert counted.answers.counts == (1, 2, 2, 2, 3, 4, 7)  # Amazon / a b / cut off / oxbow lake / bend, cut off / …
    assert counted.answers.median == 2
    assert counted.answers.longest_at is not None
    assert counted.answers.longest_at.line == 3
    assert counted.answers.histogram == [("1", 1), ("2", 3), ("3-4", 2), ("5-7", 1)]
    assert (counted.files, counted.bytes) == (1, 41)
    assert counted.problems["warning"] >= 1  # unused.svg
    assert counted.problems["error"] == 0


def test_every_problem_counts(rivers: Author) -> None:
    before = deck_stats(rivers.load()).problems
    for name in ("more.svg", "and-more.svg"):
        rivers.write(f"media/{name}", b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    rivers.edit("Which?", "Which ?")
    found = [each.name for each in rivers.load().problems]
    assert found.count("unused-media") == 3
    after = deck_stats(rivers.load()).problems
    assert sum(after.values()) == len(found)
    assert after["warning"] >= before["warning"] + 2


def test_the_text_shows_tables_bars_and_facts(rivers: Author) -> None:
    text = run(rivers.folder, "--days", "30").stdout
    assert re.search(r"^    4      8         1         2      1     1     0      1  Water$", text, re.MULTILINE)
    assert re.search(r"^ +5-7  █{8} 1$", text, re.MULTILINE)
    assert "Media: 1 file, 0.0 kB\nRetired: 1 note, not counted above" in text
    assert re.search(r"^ +29-30 +0 +\S+ [\d.]+ +\S+ [\d.]+$", text, re.MULTILINE)


def test_a_terminal_without_blocks_gets_ascii(rivers: Author) -> None:
    text = stats_text(deck_stats(rivers.load()), blocks=False)
    assert "#" * 24 in text
    assert text.isascii()
    done = CliRunner(charset="ascii").invoke(main, ["stats", str(rivers.folder)])
    assert done.exit_code == 0, done.exception
    assert "#" * 24 in done.stdout


def test_the_json_holds_all_of_it(rivers: Author) -> None:
    (deck,) = json.loads(run(rivers.folder, "--format", "json", "--days", "20", "--new", "4").stdout)["decks"]
    assert list(deck) == [
        "deck", "path", "notes", "cards", "kinds", "retired", "sections", "words", "coverage", "problems", "media",
        "forecast",
    ]  # fmt: skip
    assert [each["section"] for each in deck["sections"]] == ["Water", "Sea <b>"]
    assert deck["words"]["answer"]["longest_at"] == {"path": deck["path"] + "/water.yaml", "line": 3}
    assert sum(each["count"] for each in deck["words"]["question"]["histogram"]) == deck["notes"] == 5
    assert {key: deck["forecast"][key] for key in ("new", "retention")} == {"new": 4, "retention": 90}
    assert [each["new"] for each in deck["forecast"]["days"]] == [4, 4, 1] + [0] * 17


def test_a_deck_with_errors_fails_with_its_problems(rivers: Author) -> None:
    rivers.edit("answer: Amazon", "anwser: Amazon")
    for style in ("text", "json", "html"):
        done = run(rivers.folder, "--format", style)
        assert done.exit_code == 1
        assert done.stdout == ""
        assert "unknown key 'anwser'" in done.stderr


def test_an_empty_deck_has_nothing_to_study(author: Author) -> None:
    author.section("  []\n")
    done = run(author.folder)
    assert done.exit_code == 0, done.output
    assert "median 0, longest 0" in done.stdout
    assert "There are no cards to study." in done.stdout
    assert "<svg" in run(author.folder, "--format", "html").stdout


# --- the page ------------------------------------------------------------------------------------


class Page(HTMLParser):
    """Asserts that every tag is closed in its turn."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


def test_the_page_is_whole_speaks_and_runs_nothing(rivers: Author, tmp_path: Path) -> None:
    other = Author(tmp_path / "other", "nil")
    other.write("deck.yaml", "deck: أنهار <i>\nuid: testtesttest2\ntag: nil\nlanguage: ar\n")
    other.section("  - {id: nil, question: ما هو أطول نهر؟, answer: النيل}\n", "الماء", "water.yaml")
    done = run(rivers.folder, other.folder, "--format", "html")
    page = Page(done.stdout)
    assert done.stdout.isascii()
    assert "أنهار <i>" in page.words
    assert "Sea <b>" in page.words
    assert ("bdi", {"lang": "ar"}) in page.tags
    names = [tag for tag, _ in page.tags]
    assert not {"script", "link", "img", "b", "i"} & set(names)
    assert not [value for _, attributes in page.tags for value in attributes.values() if "http" in (value or "")]
    assert "prefers-color-scheme: dark" in done.stdout
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    plots = [attributes for tag, attributes in page.tags if tag == "svg"]
    assert len(plots) == 8
    assert all(set((plot["aria-labelledby"] or "").split()) <= set(ids) for plot in plots)
    assert "<script" not in stats_page([deck_stats(rivers.load())._replace(deck="<script>")])


def test_an_arabic_deck_is_shown_on_the_terminal(author: Author) -> None:
    author.write("deck.yaml", "deck: أنهار\nuid: testtesttest\ntag: rivers\nlanguage: ar\n")
    author.section("  - {id: nil, question: ما هو أطول نهر في العالم؟, answer: نهر النيل}\n", "الماء")
    done = run(author.folder)
    assert done.stdout.splitlines()[0].endswith("rivers: أنهار")
    assert "Words per question: median 6, longest 6" in done.stdout
    assert "  الماء\n" in done.stdout


# --- the forecast --------------------------------------------------------------------------------


def test_the_engine_introduces_each_card_once_and_reviews_it_later() -> None:
    result = simulate(25, 10, 90, 90)
    assert result.new == [10, 10, 5] + [0] * 87
    assert len(result.reviews) == len(result.minutes) == 90
    assert result.reviews[0] == 0
    assert result.minutes[0] > 1
    assert 25 * 4 < sum(result.reviews) < 25 * 12
    assert 0.9 * 25 < result.known < 25


def test_the_work_grows_with_the_cards_and_with_the_retention() -> None:
    by_cards = [sum(simulate(cards, 10, 60, 90).minutes) for cards in (0, 1, 10, 100, 400)]
    assert by_cards[0] == 0
    assert by_cards == sorted(set(by_cards))
    assert 8 < by_cards[2] / by_cards[1] < 12
    by_retention = [sum(simulate(100, 10, 60, retention).reviews) for retention in (70, 80, 90, 99)]
    assert by_retention == sorted(set(by_retention))


def test_ten_thousand_cards_are_as_much_as_those_that_are_begun() -> None:
    assert simulate(10_000, 10, 90, 90) == simulate(900, 10, 90, 90)
    at_once = simulate(10_000, 9_999, 5, 90)
    assert at_once.new == [9_999, 1, 0, 0, 0]


def test_two_forecasts_agree() -> None:
    assert simulate(80, 7, 50, 85) == simulate(80, 7, 50, 85)


def test_the_rows_of_a_forecast_are_means_that_keep_its_sums() -> None:
    forecast = Forecast(10, 90, *simulate(30, 10, 20, 90))
    rows = forecast.periods(5)
    assert [row.days for row in rows] == ["1-7", "8-14", "15-20"]
    lengths = [row.last - row.first + 1 for row in rows]
    total = sum(row.minutes * length for row, length in zip(rows, lengths, strict=True))
    assert total == pytest.approx(sum(forecast.minutes))
    assert len(Forecast(10, 90, *simulate(1, 10, 3_650, 90)).periods(15)) <= 15


def test_without_the_engine_all_but_the_forecast_is_shown(rivers: Author, monkeypatch: pytest.MonkeyPatch) -> None:
    class Missing:
        def find_spec(self, name: str, *rest: object) -> None:
            if name.partition(".")[0] == "anki":
                raise ModuleNotFoundError(f"No module named {name!r}", name="anki")

    gone = {"studydeck.engine.forecast", *(each for each in sys.modules if each.partition(".")[0] == "anki")}
    for name in gone & sys.modules.keys():
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [Missing(), *sys.meta_path])
    for style in ("text", "html"):
        done = run(rivers.folder, "--format", style)
        assert done.exit_code == 0, done.exception
        assert "Words per answer" in done.stdout
        assert install_line("anki") in unescape(done.stdout)
    assert json.loads(run(rivers.folder, "--format", "json").stdout)["decks"][0]["forecast"] is None


@pytest.mark.parametrize("words", [["--new", "0"], ["--days", "0"], ["--retention", "100"], ["--retention", "0.9"]])
def test_a_figure_that_anki_would_not_take_is_refused(rivers: Author, words: list[str]) -> None:
    assert run(rivers.folder, *words).exit_code == 2


# --- the material ---------------------------------------------------------------------------------


def test_the_coverage_is_told_where_the_deck_has_a_material(author: Author, tmp_path: Path) -> None:
    author.section("""\
  - {id: nile, question: Which river flows through Cairo?, answer: The Nile, source: p1s1}
uncarded:
  p1s3: a joke
""")
    assert "Coverage" not in run(author.folder).output
    material = tmp_path / "rivers.txt"
    material.write_text("The Nile flows through Cairo. It may flood its banks. Fish like that.\n", "utf-8")
    CliRunner().invoke(main, ["source", "stamp", str(author.folder), "--material", str(material)])
    assert (
        "Coverage: 50% of the material: 1 sentence with a card, 1 without, 1 left out on purpose"
        in run(author.folder).output
    )
    (deck,) = json.loads(run(author.folder, "--format", "json").output)["decks"]
    assert deck["coverage"] == {"carded": 1, "bare": 1, "left_out": 1, "percent": 50}
    assert "50% of the material" in run(author.folder, "--format", "html").output
