"""Languages: of a deck, a section, a card and its answer; what is judged by them, and in which direction texts run."""

from __future__ import annotations

import re

import pytest
from author import Author
from test_look import Open, open_screen, sides  # noqa: F401 - a fixture

from studydeck.commands.export import export_deck
from studydeck.engine.learner import Import, Learner
from studydeck.pipeline import compile_notes
from studydeck.text.languages import direction, is_english, runs_right_to_left

DECK = "deck: Words\nuid: testtesttest\ntag: words\n"
WHERE = """
({root, text}) => {
  const found = [...document.querySelectorAll(root)];
  for (const element of found) {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const at = node.data.indexOf(text);
      if (at < 0) continue;
      const box = (from) => {
        const range = document.createRange();
        range.setStart(node, from);
        range.setEnd(node, from + 1);
        return range.getBoundingClientRect().left;
      };
      return [getComputedStyle(node.parentElement).direction, box(at), box(at + text.length - 1)];
    }
  }
  return null;
}
"""


@pytest.mark.parametrize(
    ("tag", "rtl"),
    [
        *((tag, True) for tag in ("ar", "AR", "he", "iw", "fa-IR", "ur", "ps", "sd", "ug", "yi", "dv", "ckb", "arz")),
        *((tag, True) for tag in ("ku-Arab", "az-Arab-IR", "pa-arab", "en-Hebr", "uz-Arab")),
        *((tag, False) for tag in ("", "en", "ku", "he-Latn", "sd-Deva", "ja", "en-x-arab", "zh-Hant", "art", "-")),
    ],
)
def test_a_languages_script_or_else_the_language_says_how_it_runs(tag: str, rtl: bool) -> None:
    assert runs_right_to_left(tag) == rtl


@pytest.mark.parametrize(
    ("tag", "english"), [("en", True), ("EN-gb", True), ("eng", True), ("", False), ("enm", False), ("de", False)]
)
def test_english_is_english_by_its_tag(tag: str, english: bool) -> None:
    assert is_english(tag) == english


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("HTTP הוא פרוטוקול.", "rtl"),
        ("x = f(y) זה נכון.", "rtl"),
        ("<p>שלום</p>", "rtl"),
        ("ࠀ 𞤀", "rtl"),
        ("HTTP", "ltr"),
        ("1948", "ltr"),
        ("٣", "ltr"),
        ("", "ltr"),
    ],
)
def test_one_letter_makes_a_text_run_right_to_left(text: str, runs: str) -> None:
    assert direction(text, "he") == runs
    assert direction(text, "en") == "auto"


def fields(author: Author, card: str, *, deck: str = "", section: str = "") -> dict[str, str]:
    """The fields of a card by name, in a deck and a section with these further keys."""
    author.write("deck.yaml", f"{DECK}{deck}")
    author.write("water.yaml", f"section: Water\n{section}cards:\n  - {{id: x, {card}}}\n")
    loaded = author.load()
    assert not loaded.errors, loaded.errors
    (note,) = compile_notes(loaded)
    return dict(zip(note.card.kind.fields, note.fields, strict=True))


CARD = "question: What is it?, answer: Wasser, hint: h, details: d"


@pytest.mark.parametrize(
    ("deck", "section", "more", "said"),
    [
        ("language: en\n", "", "", {}),
        ("language: en\nanswer-language: de\n", "", "", {}),
        ("language: en\n", "answer-language: de\n", "", {"Answer": "de"}),
        ("language: en\n", "", ", answer-language: de", {"Answer": "de"}),
        ("language: en\n", "", ", language: en, answer-language: en", {}),
        ("language: en\nanswer-language: de\n", "", ", answer-language: fr", {"Answer": "fr"}),
        ("language: en\nanswer-language: de\n", "", ", language: fr",
         {"Question": "fr", "Hint": "fr", "Details": "fr"}),
        ("language: en\n", "language: fr\n", "",
         {"Question": "fr", "Answer": "fr", "Hint": "fr", "Details": "fr", "Section": "fr"}),
        ("language: en\n", "language: fr\n", ", language: en", {"Section": "fr"}),
        ("", "", ", answer-language: de", {"Answer": "de"}),
    ],
)  # fmt: skip
def test_the_nearest_language_counts_and_fields_say_it_where_the_template_has_another(
    author: Author, deck: str, section: str, more: str, said: dict[str, str]
) -> None:
    found = fields(author, CARD + more, deck=deck, section=section)
    tags = {name: re.match(r'<(?:div|span) lang="(\w+)" dir="auto">', html) for name, html in found.items()}
    assert {name: tag[1] for name, tag in tags.items() if tag} == said
    assert "Wasser" in found["Answer"]


def test_each_text_of_a_side_has_its_own_language(author: Author) -> None:
    fields(author, f"{CARD}, reverse: true", deck="language: en\nanswer-language: de\n")
    shown = sides(author.load())[1]
    for html, question in ((shown["x-1-answer"], "q-question"), (shown["x-2-answer"], "q-answer")):
        answer = {"q-question": "q-answer", "q-answer": "q-question"}[question]
        assert f'<div class="{question}" dir="auto" lang="en">What is it?</div>' in html
        assert f'<div class="{answer}" dir="auto" lang="de">Wasser</div>' in html


def test_a_cloze_has_no_language_of_its_answer(author: Author) -> None:
    author.section("  - {cloze: 'The {{c1::gap}} is here', answer-language: de}\n")
    (told,) = author.problems()
    assert told.message == "'answer-language' can't be used together with 'cloze'"


@pytest.mark.parametrize(
    ("deck", "more", "told"),
    [
        ("language: en\n", "", True),
        ("language: en\nanswer-language: de\n", "", False),
        ("language: en\n", ", answer-language: de", False),
        ("language: en\nanswer-language: de\n", ", answer-language: en", True),
        ("language: de\n", ", language: en", True),
        ("language: de\nanswer-language: de\n", ", language: en", False),
    ],
)
def test_an_answer_is_judged_by_the_rules_of_its_own_language(author: Author, deck: str, more: str, told: bool) -> None:
    fields(author, f"question: Which rivers flow there?, answer: Rhein und Main etc.{more}", deck=deck)
    assert ("etcetera" in {each.name for each in author.judgements()}) == told


def test_in_a_section_of_another_language_english_rules_are_silent(author: Author) -> None:
    asked = "question: Where does it flow into the sea?, answer: Dort"
    fields(author, asked, deck="language: en\n")
    assert "dangling-pronoun" in {each.name for each in author.judgements()}
    fields(author, asked, deck="language: en\n", section="language: de\n")
    assert "dangling-pronoun" not in {each.name for each in author.judgements()}


def test_languages_that_come_later_keep_every_history(author: Author, learner: Learner) -> None:
    cards = "  - {id: x, question: What is water?, answer: Wasser, reverse: true}\n  - {cloze: 'A {{c1::gap}}'}\n"
    author.write("deck.yaml", f"{DECK}language: en\n")
    author.section(cards)
    author.build()
    learner.import_package(author.package)
    learner.study()
    before = learner.histories()
    author.write("deck.yaml", f"{DECK}language: en\nanswer-language: de\n")
    author.build(later=1_000_000_000)
    assert learner.import_package(author.package) == Import(0, 0, 2, 0, 0)
    author.edit("reverse: true", "reverse: true, answer-language: de-CH")
    author.build()
    assert learner.import_package(author.package) == Import(0, 1, 1, 0, 0)
    assert '<div lang="de-CH" dir="auto">Wasser</div>' in learner.note(author.guid("x"))["Answer"]
    assert learner.histories() == before
    assert not learner.schema_changed
    assert learner.faults() == []


RTL = """\
  - {id: http, question: HTTP הוא פרוטוקול של הרשת., answer: HTTP Server., hint: h}
  - {id: fun, question: "x = f(y) זה נכון.", answer: שלום HTTP., reverse: true}
  - {id: gap, cloze: "TCP הוא {{c1::פרוטוקול}} של הרשת."}
  - {id: plain, question: What is TCP., answer: "TCP?", language: en}
"""
STARTS = {  # what each side shows, how it runs, and where its first sign is, as seen from its last
    "http-1-answer": [("HTTP הוא פרוטוקול של הרשת.", "rtl"), ("HTTP Server.", "ltr")],
    "fun-1-answer": [("x = f(y) זה נכון.", "rtl"), ("שלום HTTP.", "rtl")],
    "fun-2-question": [("שלום HTTP.", "rtl")],
    "fun-2-answer": [("x = f(y) זה נכון.", "rtl")],
    "gap-1-answer": [(" של הרשת.", "rtl"), ("TCP הוא ", "rtl")],
    "plain-1-answer": [("What is TCP.", "ltr")],
}


@pytest.mark.parametrize("client", ["ankidroid", "ankidroid-new", "ankimobile", "desktop"])
def test_a_field_of_a_right_to_left_deck_runs_so_unless_it_has_no_letter_of_its_script(
    author: Author,
    open_screen: Open,  # noqa: F811
    client: str,
) -> None:
    author.write("deck.yaml", f"{DECK}language: he\n")
    author.section(RTL)
    loaded = author.load()
    css, drawn = sides(loaded)
    page = open_screen(client, loaded, css, night=False).page
    for side, texts in STARTS.items():
        page.evaluate("html => { document.getElementById('side').innerHTML = html }", drawn[side])
        for text, runs in texts:
            computed, first, last = page.evaluate(WHERE, {"root": "#side", "text": text})
            assert computed == runs, (side, text)
            assert (first > last) == (runs == "rtl"), (side, text, first, last)


def test_a_deck_that_runs_left_to_right_lets_each_field_decide(author: Author) -> None:
    author.write("deck.yaml", f"{DECK}language: en\n")
    author.section(RTL.replace(", language: en", ""))
    html = "".join(sides(author.load())[1].values())
    assert set(re.findall(r'dir="(\w+)"', html)) == {"auto"}


def test_paper_runs_as_the_cards_do(author: Author) -> None:
    author.write("deck.yaml", f"{DECK}language: he\nanswer-language: en\n")
    author.section("  - {id: x, question: HTTP הוא פרוטוקול., answer: A protocol}\n")
    page = export_deck(author.load(), "print", None, author.folder / "words.html").read_text("utf-8")
    assert '<div class="question" dir="rtl" lang="he">HTTP' in page
    assert '<div class="answer" dir="auto" lang="en">A protocol' in page
