"""What the checks of cards, pictures and styles find, at its place, and the look-alikes that they must let pass."""

from __future__ import annotations

import os
import random
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from typing import Literal

import pytest
from author import DECK, Author

from studydeck.checks import errors
from studydeck.model import PROBLEMS, Problem
from studydeck.text import to_html

ROOT = Path(__file__).parent.parent
SVG = "<svg xmlns='http://www.w3.org/2000/svg'/>"


@pytest.fixture(autouse=True)
def in_the_authors_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def told(author: Author) -> list[str]:
    """The problems of a deck in a line each: the place, `warning` where it is one, and the name."""
    return [in_short(each) for each in author.problems()]


def in_short(problem: Problem) -> str:
    path = problem.path.removeprefix("rivers/").removeprefix("water.yaml")
    severity = "" if problem.severity == "error" else f" {problem.severity}"
    return f"{path}{':' if path else ''}{problem.line}:{problem.column}{severity} {problem.name}"


def quoted(text: str) -> str:
    """`text` in YAML's single quotes."""
    return "'" + text.replace("'", "''") + "'"


def test_every_problem_of_these_rooms_has_a_case_here() -> None:
    program = ROOT / "builder" / "studydeck"
    rooms = [*(program / "checks").glob("*.py"), program / "render" / "media.py"]
    given = {name for room in rooms for name in re.findall(r"\"([a-z-]+)\"", room.read_text("utf-8"))} & set(PROBLEMS)
    given -= {"unlisted-section", "lost-material"}  # of other rooms, and only named here
    given -= {"no-card", "template-script"}  # of the deck's own note types: see test_own_types.py
    given -= {"unspoken"}  # see test_speech.py
    given -= {"short-list"}  # see test_items.py
    given -= {"unnamed-part", "outside-part", "overlapping-parts", "small-part", "stale-parts"}  # see test_occlusion.py
    assert len(given) >= 16
    here = "".join(Path(__file__).with_name(name).read_text("utf-8") for name in ("test_checks.py", "test_warnings.py"))
    assert [name for name in sorted(given) if not re.search(rf"[\"\s]{name}\"", here)] == []


# --- cards ---------------------------------------------------------------------------------------

NOTHING = ["''", "' '", '"\\n"', "'&nbsp;'", "'&#32;'", "|\n      #\n      #", '"\\u3000"', '"\\u200b"']
NOTHING += ["'[](https://example.org)'"]
SOMETHING = [
    "+",
    "'0'",
    "'#'",
    "'***'",
    "'<>'",
    "'<!-- -->'",
    "'&lt;'",
    "'?'",
    "💧",
    "'![a delta](delta.svg)'",
    "'$x$'",
    "no",
]
SOMETHING += ["'![](nile.mp3)'", "'`-`'", "'[x](https://example.org)'", "'[nile]: https://example.org'", "۵", "~"]


@pytest.fixture
def shelf(author: Author) -> Author:
    """An author whose media folder holds a picture and a sound, both shown by a good card on line 3."""
    author.write("media/delta.svg", SVG)
    author.write("media/nile.mp3", "sound")
    author.section('  - {question: "Good ![a delta](delta.svg)", answer: "Good ![](nile.mp3)"}\n')
    assert author.problems() == []
    return author


def add(author: Author, card: str) -> None:
    """Adds a card, whose first key is at 4:5."""
    author.write("water.yaml", author.read("water.yaml") + f"  - {card}\n")


@pytest.mark.parametrize("text", NOTHING)
def test_a_question_with_nothing_in_it_is_empty(shelf: Author, text: str) -> None:
    add(shelf, f"question: {text}\n    answer: The Nile")
    assert told(shelf) == ["4:15 empty-question"]


@pytest.mark.parametrize("text", NOTHING)
def test_an_answer_with_nothing_in_it_is_empty(shelf: Author, text: str) -> None:
    add(shelf, f"answer: {text}\n    question: Which river?")
    assert told(shelf) == ["4:13 empty-answer"]


def test_every_empty_item_of_a_list_is_told_at_its_place(shelf: Author) -> None:
    add(shelf, "question: Which rivers?\n    answer: ['', Nile, ' ',\n      '&nbsp;']")
    assert told(shelf) == ["5:14 empty-answer", "5:24 empty-answer", "6:7 empty-answer"]


def test_an_empty_cloze_is_an_empty_question(shelf: Author) -> None:
    add(shelf, "cloze: ' '")
    assert "4:12 empty-question" in told(shelf)


@pytest.mark.parametrize("text", SOMETHING)
def test_a_text_that_shows_something_is_not_empty(shelf: Author, text: str) -> None:
    add(shelf, f"question: {text}\n    answer: {text}")
    add(shelf, f"question: Which?\n    answer: [{text}]")
    assert told(shelf) == []


CLOZES = [
    ("The Nile", "this cloze has no gap"),
    ("`c1::Nile`", "this cloze has no gap"),
    ("{c1::Nile}", "'{c1::' doesn't start a cloze"),
    ("{{c1:Nile}}", "'{{c1:' doesn't start a cloze"),
    ("{{c1::Nile", "the cloze {{c1:: isn't closed"),
    ("{{c0::Nile}}", "c0 isn't a valid cloze number"),
    ("{{c501::Nile}}", "c501 isn't a valid cloze number"),
    ("{{c1::}}", "the cloze {{c1::…}} hides nothing"),
    ("{{c1::::river}}", "the cloze {{c1::…}} hides nothing"),
    ("{{c1::a{{c2::b{{c3::c{{c4::d}}}}}}}}", "clozes are nested more than 3 levels deep"),
]


@pytest.mark.parametrize(("text", "message"), CLOZES)
def test_a_cloze_that_anki_would_not_show_is_told(shelf: Author, text: str, message: str) -> None:
    add(shelf, f'cloze: "{text}"')
    (problem,) = shelf.problems()
    assert (in_short(problem), problem.message) == ("4:12 bad-cloze", message)


@pytest.mark.parametrize(
    "text",
    ["![a {{c1::delta}}](delta.svg)", "![a delta](delta.svg '{{c1::x}}')", "[x](https://example.org '{{c1::x}}')"],
)
def test_a_gap_inside_a_tag_would_break_it(shelf: Author, text: str) -> None:
    add(shelf, f"cloze: {quoted('{{c2::Good}} ' + text)}")
    assert told(shelf) == ["4:12 bad-cloze"]


@pytest.mark.parametrize("key", ["question", "answer", "hint", "details"])
def test_a_gap_works_in_a_cloze_alone(shelf: Author, key: str) -> None:
    texts = {"question": "Which river?", "answer": "The Nile", key: "The {{c1::Nile}}"}
    add(shelf, "\n    ".join(f'{name}: "{text}"' for name, text in texts.items()))
    (problem,) = shelf.problems()
    line = 4 + list(texts).index(key)
    assert (in_short(problem), problem.message) == (
        f"{line}:{len(key) + 7} bad-cloze",
        "gaps only work in the text of a cloze",
    )


@pytest.mark.parametrize("key", ["hint", "details"])
def test_a_gap_in_the_hint_or_details_of_a_cloze_is_told(shelf: Author, key: str) -> None:
    add(shelf, f'cloze: "{{{{c1::Nile}}}}"\n    {key}: "The {{{{c1::Nile}}}}"')
    assert told(shelf) == [f"5:{len(key) + 7} bad-cloze"]


@pytest.mark.parametrize(
    "text",
    [
        "The {{c1::Nile::a river}} and {{c500::the {{c2::Rhine}}}}.",
        "{{c1,2::Both}} {Front} {{Back}} }} { c }",
        r"{{c1::$\frac{a}{b^{2}}$}} and `{{ c0 }}`",
        "{{c1::![a delta](delta.svg)}}",
        "{{c1::![](nile.mp3)}}",
        "{{c1::+}} {{c1::0}} {{c1::<}}",
        "{{c1::The Nile\n\n      and the Rhine}}",
    ],
)
def test_a_good_cloze_passes(shelf: Author, text: str) -> None:
    add(shelf, f"cloze: {quoted(text)}")
    assert told(shelf) == []


@pytest.mark.parametrize(
    "text", ["`{{c1::x}}` is what?", "What is {{c}}?", r"What is $\frac{{c_1}}{b}$?", "{{Front}}?"]
)
def test_braces_that_are_no_gap_may_stand_in_a_question(shelf: Author, text: str) -> None:
    add(shelf, f"question: {quoted(text)}\n    answer: {quoted(text)}")
    assert told(shelf) == []


SAME = [
    ("Which river?", "Which river?"),
    ("Which river?", "which RIVER"),
    ("Which river?", " Which  river ?"),
    ("*Which* `river`?", "Which **river**?"),
    ("Which “river”?", "Which river?"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_two_cards_that_ask_and_answer_the_same_are_told(author: Author, one: str, other: str) -> None:
    author.section(f"  - {{question: {quoted(one)}, answer: The Nile}}\n")
    author.section(f"  - answer: the *Nile*.\n    question: {quoted(other)}\n", "Africa", "zambezi.yaml")
    (problem,) = author.problems()
    assert in_short(problem) == "zambezi.yaml:4:15 same-question"
    assert problem.message == "this asks the same as rivers/water.yaml:3 and has the same answer"


@pytest.mark.parametrize("answer", ["The Rhine", "[The Nile, The Rhine]", "'-1'"])
def test_two_cards_that_ask_the_same_and_answer_differently_are_told(author: Author, answer: str) -> None:
    author.section(f"  - {{question: Which?, answer: '1'}}\n  - {{question: which, answer: {answer}}}\n")
    (problem,) = author.problems()
    assert in_short(problem) == "4:16 same-question-other-answer"
    assert problem.message == "this asks the same as rivers/water.yaml:3 but has a different answer"


@pytest.mark.parametrize(
    ("one", "other", "severity"), [("id: a, ", "id: b, ", "warning"), ("id: a, ", "", "error"), ("", "", "error")]
)
def test_a_word_with_two_meanings_is_an_error_only_without_the_ids_that_tell_its_cards_apart(
    author: Author, one: str, other: str, severity: str
) -> None:
    author.section(f"  - {{{one}question: bank, answer: Ufer}}\n  - {{{other}question: bank, answer: Geld}}\n")
    (problem,) = author.problems()
    assert (problem.name, problem.severity) == ("same-question-other-answer", severity)
    assert ("or write an id: on each" in problem.remedy) == (severity == "error")


def test_two_cards_that_answer_the_same_too_are_an_error_with_ids(author: Author) -> None:
    author.section("  - {id: a, question: bank, answer: Ufer}\n  - {id: b, question: bank, answer: ufer}\n")
    assert [(each.name, each.severity) for each in author.problems()] == [("same-question", "error")]


def test_a_third_card_is_compared_with_the_first(author: Author) -> None:
    author.section("".join(f"  - {{question: Which?, answer: {answer}}}\n" for answer in ("A", "B", "A")))
    assert told(author) == ["4:16 same-question-other-answer", "5:16 same-question"]


def test_two_clozes_that_say_the_same_are_told(author: Author) -> None:
    author.section('  - cloze: "The {{c1::Nile}}."\n  - cloze: "the {{c1::Nile}}"\n')
    assert told(author) == ["4:12 same-question"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Is a < b?", "Is a > b?"),
        ("What is 2 + 2?", "What is 2 - 2?"),
        ("What is 2 * 2?", "What is 2 / 2?"),
        ("What is 2 ^ 3?", "What is 2 3?"),
        ("What is 10 % of 5?", "What is 10 of 5?"),
        ("What is x & y?", "What is x = y?"),
        ("What is C?", "What is C++?"),
        ("What is 2.5?", "What is 25?"),
        ("Was ist $x_1$?", "Was ist $x_2$?"),
        ("What is -1?", "What is 1?"),
        ("What does `*x` do in a call?", "What does `**x` do in a call?"),
        ("What is a B tree?", r"What is a B\* tree?"),
        ("What is an `int p`?", "What is an `int* p`?"),
        ("What is int p?", "What is int* p?"),
        (r"What is \_x?", r"What is \_\_x?"),
        ("好是什么？", r"好\*是什么？"),
    ],
)
def test_operators_tell_questions_apart(author: Author, one: str, other: str) -> None:
    author.section(f"  - {{question: {quoted(one)}, answer: A}}\n  - {{question: {quoted(other)}, answer: B}}\n")
    assert told(author) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Which river?", "Which rivers?"),
        ("Qué es pesca?", "Que es pesca?"),
        ("What is `x`?", "What is `y`?"),
        ("ما هو النيل؟", "ما هي النيل؟"),
        ("川は何？", "河は何？"),
    ],
)
def test_questions_that_differ_in_a_letter_are_two(author: Author, one: str, other: str) -> None:
    author.section(f"  - {{question: {quoted(one)}, answer: A}}\n  - {{question: {quoted(other)}, answer: B}}\n")
    assert told(author) == []


def test_one_question_about_two_pictures_is_two_questions(shelf: Author) -> None:
    shelf.write("media/lake.svg", SVG)
    add(shelf, "question: What is shown? ![a map](delta.svg)\n    answer: A delta")
    add(shelf, "question: What is shown? ![a map](lake.svg)\n    answer: A lake")
    assert told(shelf) == []


def test_two_clozes_with_their_gaps_elsewhere_are_two(author: Author) -> None:
    author.section('  - cloze: "The {{c1::Nile}} in Egypt"\n  - cloze: "The Nile in {{c1::Egypt}}"\n')
    assert told(author) == []


def test_a_retired_card_may_be_asked_by_its_successor(author: Author) -> None:
    author.section(
        "  - {id: a, question: Which?, answer: A, retired: true}\n"
        "  - {id: b, question: Which?, answer: B}\n"
        "  - {id: c, question: Which?, answer: C, retired: true}\n"
    )
    assert told(author) == []


def test_one_id_on_two_cards_is_told_at_the_second(author: Author) -> None:
    author.section("  - {id: nile, question: A, answer: A}\n")
    author.section("  - question: B\n    answer: B\n    id: nile\n", "Africa", "zambezi.yaml")
    (problem,) = author.problems()
    assert in_short(problem) == "zambezi.yaml:5:9 same-id"
    assert problem.message == "the id 'nile' is already used at rivers/water.yaml:3"
    assert problem.remedy == "give the newer card its own id"


def test_one_guid_on_two_cards_is_told_at_the_second(author: Author) -> None:
    author.section("  - {guid: abc, question: A, answer: A}\n  - {guid: abc, question: B, answer: B}\n")
    assert told(author) == ["4:12 same-id"]


def test_one_id_written_once_and_repeated_with_an_alias_is_told(author: Author) -> None:
    author.section("  - {id: &nile nile, question: A, answer: A}\n  - {id: *nile, question: B, answer: B}\n")
    assert "same-id" in {problem.name for problem in author.problems()}


def test_an_id_may_be_another_cards_guid_or_nearly_its_id(author: Author) -> None:
    author.section(
        "  - {id: nile, question: A, answer: A}\n"
        "  - {id: other, guid: nile, question: B, answer: B}\n"
        "  - {id: nile-2, question: C, answer: C}\n"
        "  - {id: nile_2, question: D, answer: D}\n"
    )
    assert told(author) == []


TAGS = [
    ("north africa", "the tag 'north africa' is empty or contains a space, where Anki splits tags"),
    ("'north\u3000africa'", "the tag 'north\u3000africa' is empty or contains a space, where Anki splits tags"),
    ("'north\u00a0africa'", "the tag 'north\u00a0africa' is empty or contains a space, where Anki splits tags"),
    ("''", "the tag '' is empty or contains a space, where Anki splits tags"),
    ("'africa::'", "a part of the tag 'africa::' is empty"),
    ("'::africa'", "a part of the tag '::africa' is empty"),
    ("'africa::::egypt'", "a part of the tag 'africa::::egypt' is empty"),
    ("'-africa'", "the tag '-africa' starts with '-', which means 'not' in Anki's search"),
    ("marked", "the tag 'marked' is reserved by Anki, which drops it"),
    ("Leech", "the tag 'Leech' is reserved by Anki, which drops it"),
]


@pytest.mark.parametrize(("tag", "message"), TAGS)
def test_a_tag_that_anki_would_split_or_misread_is_told(author: Author, tag: str, message: str) -> None:
    author.section(f"  - question: A\n    answer: A\n    tags:\n      - good\n      - {tag}\n")
    (problem,) = author.problems()
    assert (in_short(problem), problem.message) == ("7:9 bad-tag", message)


@pytest.mark.parametrize(
    ("tags", "told_as", "listed"),
    [
        ("binary-tree, oop", "5:11 bad-tag", "[binary-tree, oop]"),
        ("binary tree, oop,", "5:11 bad-tag", "[binary-tree, oop]"),
        ("'oop,tree'", "5:11 warning bad-tag", "[oop, tree]"),
        ("木、水", "5:11 warning bad-tag", "[木, 水]"),
    ],
)
def test_tags_that_were_meant_as_a_list_are_told_with_the_list(
    author: Author, tags: str, told_as: str, listed: str
) -> None:
    author.section(f"  - question: A\n    answer: A\n    tags: {tags}\n")
    (problem,) = author.problems()
    assert in_short(problem) == told_as
    assert (problem.message, problem.remedy) == (
        f"'{tags.strip(chr(39))}' is one tag, not a list",
        f"write a list: {listed}",
    )
    author.edit(f"tags: {tags}", f"tags: {listed}")
    assert author.problems() == []


def test_spellings_that_are_one_tag_in_anki_are_told_once_each(author: Author) -> None:
    tags = ["oop", "[OOP, tree]", "Oop", "OOP", "oop", "Ärger", "ärger"]
    author.section("".join(f"  - {{question: Q{n}, answer: A, tags: {tag}}}\n" for n, tag in enumerate(tags)))
    assert [(in_short(each), each.message, each.remedy) for each in author.problems()] == [
        ("4:38 warning bad-tag", "'OOP' and 'oop' are one tag in Anki", "write 'oop' everywhere"),
        ("5:37 warning bad-tag", "'Oop' and 'oop' are one tag in Anki", "write 'oop' everywhere"),
        ("9:37 warning bad-tag", "'ärger' and 'Ärger' are one tag in Anki", "write 'Ärger' everywhere"),
    ]


def test_the_tags_of_a_deck_and_a_section_are_looked_at_too(author: Author) -> None:
    author.write("deck.yaml", DECK.replace("tag: rivers", "tag: big rivers"))
    author.section("  - {question: A, answer: A, tags: '-b'}\n")
    author.edit("section: Water\n", "section: Water\ntag: 'a::'\n")
    assert told(author) == ["deck.yaml:3:6 bad-tag", "2:6 bad-tag", "4:36 bad-tag"]


@pytest.mark.parametrize(
    "tag",
    [
        "africa",
        "marked-by-ice",
        "leech::medicinal",
        "africa::egypt",
        "a:b",
        "north-africa",
        "نيل",
        "川",
        "c++",
        "1",
        "a_b",
        "💧",
    ],
)
def test_a_good_tag_passes(author: Author, tag: str) -> None:
    author.section(f"  - {{question: A, answer: A, tags: [{tag}]}}\n")
    assert told(author) == []


@pytest.mark.parametrize("word", ["TODO", "TBD", "FIXME", "XXX", "???"])
@pytest.mark.parametrize("key", ["question", "answer", "hint", "details"])
def test_a_card_that_is_not_written_yet_is_told(author: Author, key: str, word: str) -> None:
    texts = {"question": "Which river?", "answer": "The Nile", key: f"Say {word}: `x`"}
    author.section("  - " + "\n    ".join(f"{name}: '{text}'" for name, text in texts.items()) + "\n")
    (problem,) = author.problems()
    assert in_short(problem) == f"{3 + list(texts).index(key)}:{len(key) + 7} placeholder"
    assert problem.message == f"the card isn't finished: it says '{word}'"


def test_a_placeholder_in_an_item_or_a_cloze_is_told(author: Author) -> None:
    author.section("  - {question: A, answer: [B, a TODO]}\n  - cloze: '{{c1::TBD}}'\n")
    assert told(author) == ["3:31 placeholder", "4:12 placeholder"]


@pytest.mark.parametrize(
    "text",
    [
        "Todo el mundo",
        "todo",
        "TODOS",
        "A mastodon: MASTODON",
        "XXXI",
        "Really??",
        "What does `TODO` mean?",
        "`???`",
        "``a ` TODO``",
        "``TODO``",
        "```\nTODO\n```",
        "~~~\nTODO\n~~~",
        "a\n\n    TODO",
        "_TODO_LIST",
    ],
)
def test_words_that_are_no_placeholder_pass(author: Author, text: str) -> None:
    lines = text.replace("\n", "\n      ")
    author.section(f"  - question: |-\n      {lines}\n    answer: A\n")
    assert told(author) == []


# --- pictures and sounds -------------------------------------------------------------------------


def look(author: Author, picture: str) -> list[Problem]:
    """The problems of a deck whose good card comes with one that asks about `picture`, at 4:15."""
    add(author, f"question: {quoted(f'What is {picture}?')}\n    answer: A delta")
    return author.problems()


ELSEWHERE = "add the file, or fix its name"
LOST = [
    ("![a](lake.png)", "there is no file 'lake.png' in the deck's media folder", ELSEWHERE),
    ("![a](detla.svg)", "there is no file 'detla.svg' in the deck's media folder", "did you mean 'delta.svg'?"),
    ("![a](DELTA.SVG)", "there is no file 'DELTA.SVG' in the deck's media folder", "did you mean 'delta.svg'?"),
    (
        "![a](media/delta.svg)",
        "there is no file 'media/delta.svg' in the deck's media folder",
        "did you mean 'delta.svg'?",
    ),
    ("![a](./delta.svg)", "there is no file './delta.svg' in the deck's media folder", "did you mean 'delta.svg'?"),
    ("![](Nile.mp3)", "there is no file 'Nile.mp3' in the deck's media folder", "did you mean 'nile.mp3'?"),
    ("![a](the%20lake.png)", "there is no file 'the lake.png' in the deck's media folder", ELSEWHERE),
    (f"![a]({'y' * 300}.png)", f"there is no file '{'y' * 60}' in the deck's media folder", ELSEWHERE),
    ("![a](%00.png)", r"there is no file '\x00.png' in the deck's media folder", ELSEWHERE),
    ("![a](../deck.yaml)", "'../deck.yaml' is outside the deck's media folder", "copy it into the media folder"),
    (
        "![a](x/../../deck.yaml)",
        "'x/../../deck.yaml' is outside the deck's media folder",
        "copy it into the media folder",
    ),
    ("![a](/etc/hostname)", "'/etc/hostname' is outside the deck's media folder", "copy it into the media folder"),
    (
        "![a](%2Fetc%2Fhostname)",
        "'/etc/hostname' is outside the deck's media folder",
        "copy it into the media folder",
    ),
]
REMOTE = ["https://example.org/x.png", "HTTP://example.org/x.png", "//example.org/x.png", "ftp://example.org/x.mp3"]
REMOTE += ["data:image/png;base64,AAAA", "data:image/svg+xml,AAAA", "file:///home/me/x.png", "javascript:alert(1)"]


@pytest.mark.parametrize(("picture", "message", "remedy"), LOST)
def test_a_picture_that_is_not_in_the_media_folder_is_lost(
    shelf: Author, picture: str, message: str, remedy: str
) -> None:
    (problem,) = look(shelf, picture)
    assert (in_short(problem), problem.message, problem.remedy) == ("4:15 lost-picture", message, remedy)


@pytest.mark.parametrize("address", REMOTE)
def test_a_picture_that_is_no_file_of_the_deck_is_lost(shelf: Author, address: str) -> None:
    (problem,) = look(shelf, f"![a delta]({address})")
    assert in_short(problem) == "4:15 lost-picture"
    assert problem.message == f"'{address}' isn't a file of the deck, and phones study offline"
    assert problem.remedy == "save it in the media folder, and write its name here"


def test_a_picture_without_a_name_is_lost(shelf: Author) -> None:
    (problem,) = look(shelf, "![a delta]()")
    assert in_short(problem) == "4:15 lost-picture"
    assert "''" not in problem.message


@pytest.mark.parametrize(
    ("written", "message", "remedy"),
    [
        ("![a](my lake 1.png)", "there is no file 'my lake 1.png' in the deck's media folder", ELSEWHERE),
        ("![[lake.png|250]]", "there is no file 'lake.png' in the deck's media folder", ELSEWHERE),
        ("![[deltas.svg]]", "there is no file 'deltas.svg' in the deck's media folder", "did you mean 'delta.svg'?"),
        ("[sound:Nile.mp3]", "there is no file 'Nile.mp3' in the deck's media folder", "did you mean 'nile.mp3'?"),
        ("[sound:../deck.yaml]", "'../deck.yaml' is outside the deck's media folder", "copy it into the media folder"),
        ("![[../deck.yaml]]", "'../deck.yaml' is outside the deck's media folder", "copy it into the media folder"),
        ("![a](/etc/my x.png)", "'/etc/my x.png' is outside the deck's media folder", "copy it into the media folder"),
        (
            "[sound:https://example.org/x.mp3]",
            "'https://example.org/x.mp3' isn't a file of the deck, and phones study offline",
            "save it in the media folder, and write its name here",
        ),
        (
            "![[javascript:alert(1).png]]",
            "'javascript:alert(1).png' isn't a file of the deck, and phones study offline",
            "save it in the media folder, and write its name here",
        ),
    ],
)
def test_a_picture_in_another_spelling_is_lost_like_any_other(
    shelf: Author, written: str, message: str, remedy: str
) -> None:
    (problem,) = [each for each in look(shelf, written) if each.name != "no-alt"]
    assert (in_short(problem), problem.message, problem.remedy) == ("4:15 lost-picture", message, remedy)


@pytest.mark.parametrize(
    ("written", "message", "remedy"),
    [
        (
            '<img src="no.png">',
            "'<img src=\"no.png\">' isn't how cards show a picture",
            "write ![what it shows](no.png)",
        ),
        (
            "<img alt='a lake' src='no.png'/>",
            "'<img alt='a lake' src='no.png'/>' isn't how cards show a picture",
            "write ![a lake](no.png)",
        ),
        ("[listen](nile.mp3)", "'[listen](nile.mp3)' isn't how cards play a sound", "write ![listen](nile.mp3)"),
        (
            "[listen](the nile.mp3)",
            "'[listen](the nile.mp3)' isn't how cards play a sound",
            "write ![listen](the nile.mp3)",
        ),
        ("[[delta.svg]]", "'[[delta.svg]]' isn't how cards show a picture", "write ![what it shows](delta.svg)"),
        (
            "![a](delta.svg){width=50%}",
            "'![a](delta.svg){width=50%}' isn't how cards show a picture",
            "write ![a|50%](delta.svg)",
        ),
    ],
)
def test_what_was_meant_as_a_picture_is_told_with_the_spelling_that_is_one(
    shelf: Author, written: str, message: str, remedy: str
) -> None:
    (problem,) = look(shelf, written)
    assert (in_short(problem), problem.message, problem.remedy) == ("4:15 warning lost-picture", message, remedy)


def test_an_answer_that_is_only_a_tag_is_told(shelf: Author) -> None:
    add(shelf, "question: Which lake is it?\n    answer: '<img src=\"lake.png\">'")
    assert told(shelf) == ["5:13 warning lost-picture"]


@pytest.mark.parametrize("width", ["0%", "150%", "5", "12345"])
def test_a_width_that_is_none_is_told(shelf: Author, width: str) -> None:
    (problem,) = look(shelf, f"![a|{width}](delta.svg)")
    assert in_short(problem) == "4:15 warning no-alt"
    assert problem.message == f"'{width}' isn't a width, so learners would read it as text"


def test_a_file_that_a_card_names_without_showing_it_is_told_at_the_card(shelf: Author) -> None:
    shelf.write("media/my lake.png", "lake")
    shelf.write("media/river.png", "river")
    add(shelf, "question: 'What is this, (my lake.png)?'\n    answer: A lake")
    found = {in_short(each): (each.message, each.remedy) for each in shelf.problems()}
    assert found == {
        "4:15 warning unused-media": (
            "this names 'my lake.png' but doesn't show it",
            "write ![what it shows](my lake.png), or delete the file",
        ),
        "media/river.png:1:1 warning unused-media": ("no card uses this file", "delete it, or use it in a card"),
    }


def test_a_file_in_a_spelling_that_is_told_is_not_told_as_unused_too(shelf: Author) -> None:
    shelf.write("media/lake.png", "lake")
    add(shelf, "question: What is it?\n    answer: '<img src=\"lake.png\">'")
    assert told(shelf) == ["5:13 warning lost-picture"]


def test_a_near_miss_is_suggested_for_names_as_cameras_write_them(shelf: Author) -> None:
    shelf.write("media/IMG_2041.JPG", "picture")
    add(shelf, "question: '![a](IMG_2041.JPG)'\n    answer: A")
    (problem,) = look(shelf, "![a](IMG_2014.JPG)")
    assert problem.remedy == "did you mean 'IMG_2041.JPG'?"


def test_a_deck_without_a_media_folder_has_no_pictures(author: Author) -> None:
    author.section('  - {question: "![a](delta.svg)", answer: A}\n')
    (problem,) = author.problems()
    assert problem.message == "there is no file 'delta.svg' in the deck's media folder"


def test_a_lost_picture_is_told_wherever_it_is_asked_for(shelf: Author) -> None:
    add(shelf, "question: '![a](x.png)'\n    answer: ['![a](x.png)', '![a](x.png)']\n    hint: '![a](x.png)'")
    add(shelf, "cloze: '{{c1::![a](x.png)}}'\n    details: '![a](x.png) ![a](y.png)'")
    places = ["4:15", "5:14", "5:29", "6:11", "7:12", "8:14", "8:14"]
    assert told(shelf) == [f"{place} lost-picture" for place in places]


def test_a_backslash_is_no_way_into_a_folder(shelf: Author) -> None:
    shelf.write("media/maps/delta.svg", SVG)
    problems = look(shelf, "![a](maps\\\\delta.svg)")
    assert [in_short(each) for each in problems] == [
        "media/maps/delta.svg:1:1 warning unused-media",
        "4:15 lost-picture",
    ]


def test_an_empty_picture_is_lost(shelf: Author) -> None:
    shelf.write("media/lake.png", "")
    (problem,) = look(shelf, "![a](lake.png)")
    assert (in_short(problem), problem.message) == ("4:15 lost-picture", "'lake.png' is empty")


def test_two_names_that_differ_only_in_case_are_one_file_on_a_phone(shelf: Author) -> None:
    shelf.write("media/LAKE.png", "big")
    shelf.write("media/lake.png", "small")
    if (shelf.folder / "media" / "LAKE.png").read_text() == "small":
        pytest.skip("here they are one file already")
    problems = look(shelf, "![a](lake.png)")
    lost = [each for each in problems if each.name == "lost-picture"]
    assert [each.message for each in lost] == ["'lake.png' and 'LAKE.png' are the same file on a Mac or a phone"]


def test_a_folder_is_no_picture(shelf: Author) -> None:
    (shelf.folder / "media" / "lake.png").mkdir()
    (problem,) = look(shelf, "![a](lake.png)")
    assert problem.message == "there is no file 'lake.png' in the deck's media folder"


links = pytest.mark.skipif(os.name == "nt", reason="links need an administrator there")


@links
@pytest.mark.parametrize("picture", ["secret.png", "folder/secret.png"])
def test_a_link_out_of_the_media_folder_is_not_followed(shelf: Author, tmp_path: Path, picture: str) -> None:
    (tmp_path / "secret.png").write_text("secret")
    (shelf.folder / "media" / "secret.png").symlink_to(tmp_path / "secret.png")
    (shelf.folder / "media" / "folder").symlink_to(tmp_path)
    lost = [each for each in look(shelf, f"![a]({picture})") if each.name == "lost-picture"]
    assert [each.message for each in lost] == [f"'{picture}' is outside the deck's media folder"]
    assert [file.name for file in shelf.load().media.files if "secret" in os.path.basename(file.path)] == []


@links
def test_a_media_folder_that_is_a_link_out_of_the_deck_is_not_followed(author: Author, tmp_path: Path) -> None:
    """Decks may come from strangers, and whoever builds this one would give their own files away."""
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "secret.png").write_text("secret")
    (author.folder / "media").symlink_to(tmp_path / "private")
    author.section('  - {question: "![a](secret.png)", answer: A}\n')
    assert "lost-picture" in {each.name for each in author.problems()}
    assert author.load().media.files == ()


@links
def test_a_link_inside_the_media_folder_is_as_good_as_a_file(shelf: Author) -> None:
    (shelf.folder / "media" / "lake.svg").symlink_to(shelf.folder / "media" / "delta.svg")
    assert look(shelf, "![a](lake.svg)") == []


@contextmanager
def somebody_else() -> Iterator[None]:
    """Without the rights of root, who may read every file."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.skipif(os.name == "nt", reason="Windows has other rights")
def test_a_picture_that_may_not_be_read_is_told() -> None:
    home = Path(tempfile.mkdtemp())  # pytest's own folders are closed to others
    try:
        home.chmod(0o755)
        author = Author(home)
        author.write("media/lake.png", "lake")
        author.section('  - {question: "![a](lake.png)", answer: A}\n')
        (author.folder / "media" / "lake.png").chmod(0)
        with somebody_else():
            problems = author.problems()
        (problem,) = problems
        assert problem.name == "lost-picture"
        assert problem.message == "'lake.png' can't be read (Permission denied)"
    finally:
        shutil.rmtree(home)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (5_000_000, []),
        (5_000_001, [("4:15 warning too-big", "'lake.png' is 5 MB")]),
        (100_000_000, [("4:15 warning too-big", "'lake.png' is 100 MB")]),
        (100_000_001, [("4:15 too-big", "'lake.png' is 100 MB, more than AnkiWeb accepts")]),
    ],
)
def test_a_big_picture_is_a_burden_and_a_huge_one_an_error(
    shelf: Author, size: int, expected: list[tuple[str, str]]
) -> None:
    shelf.write("media/lake.png", "")
    os.truncate(shelf.folder / "media" / "lake.png", size)
    assert [(in_short(each), each.message) for each in look(shelf, "![a](lake.png)")] == expected


@pytest.mark.parametrize(
    ("file", "picture"),
    [
        ("a b.png", "![a](a%20b.png)"),
        ("a b.png", "![a](<a b.png>)"),
        ("é (1).png", "![a](<é (1).png>)"),
        ("é.png", "![a](%C3%A9.png)"),
        ("maps/a.png", "![a](maps/a.png)"),
        ("50%.png", "![a](50%25.png)"),
        ("a.PNG", "![a](a.PNG 'with a title')"),
        ("a", "![a](a)"),
        ("a&b.png", "![a](a&b.png)"),
        ("[a].mp3", "![]([a].mp3)"),
        ("my pic (1).png", "![a](my pic (1).png)"),
        ("my pic.png", "![a](my pic.png 'with a title')"),
        ("50% done.png", "![a](50% done.png)"),
        ("a.png", "![a|50%](a.png)"),
        ("my a.png", "![[my a.png|what it is|250]]"),
        ("my a.mp3", "![[my a.mp3]]"),
        ("my a.mp3", "[sound:my a.mp3]"),
        ("a.png", "[![a](a.png)](https://example.org)"),
        ("a.png", "![a][map]\n\n\n      [map]: a.png\n\n\n      Is it"),
    ],
)
def test_a_picture_is_found_by_its_name(shelf: Author, file: str, picture: str) -> None:
    shelf.write(f"media/{file}", "picture")
    assert look(shelf, picture) == []
    assert len(shelf.load().media.files) == 3


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_an_accent_is_the_same_however_the_system_writes_it(shelf: Author, form: Literal["NFC", "NFD"]) -> None:
    """Macs write é in file names as two characters, and an archive or a copy brings them along."""
    shelf.write(f"media/{unicodedata.normalize(form, 'café.png')}", "picture")
    assert look(shelf, "![a](café.png)") == []


@pytest.mark.parametrize("picture", ["![](delta.svg)", "![ ](delta.svg)", "![&nbsp;](delta.svg)"])
def test_a_picture_without_a_text_is_told(shelf: Author, picture: str) -> None:
    (problem,) = look(shelf, picture)
    assert in_short(problem) == "4:15 warning no-alt"
    assert problem.message == "the picture 'delta.svg' has no alternative text"


@pytest.mark.parametrize("picture", ["![](nile.mp3)", "![the delta](delta.svg)", "![?](delta.svg)", "`![](delta.svg)`"])
def test_sounds_and_pictures_with_a_text_need_no_other(shelf: Author, picture: str) -> None:
    assert look(shelf, picture) == []


def test_a_file_that_no_card_shows_is_told_at_the_file(shelf: Author) -> None:
    shelf.write("media/maps/lake.svg", SVG)
    shelf.write("media/A.png", "")
    assert told(shelf) == ["media/A.png:1:1 warning unused-media", "media/maps/lake.svg:1:1 warning unused-media"]


def test_hidden_files_and_pictures_of_retired_cards_are_not_told(shelf: Author) -> None:
    shelf.write("media/.DS_Store", "x")
    shelf.write("media/lake.svg", SVG)
    add(shelf, "{question: '![a](lake.svg)', answer: A, retired: true}")
    assert told(shelf) == []


@pytest.mark.parametrize(
    "card", ["question: '![a](lake.svg)'\n    anwser: A", "question: '![a](lake.svg)'\n    answer: \"A"]
)
def test_nobody_is_told_to_delete_the_picture_of_a_card_with_a_mistake(shelf: Author, card: str) -> None:
    shelf.write("media/lake.svg", SVG)
    add(shelf, card)
    names = {each.name for each in shelf.problems()}
    assert names & {"unknown-key", "yaml-syntax"}
    assert "unused-media" not in names


def test_a_picture_in_the_description_would_be_lost(shelf: Author) -> None:
    shelf.write("media/map.svg", SVG)
    shelf.write("deck.yaml", DECK + "description: The rivers. ![a map](map.svg)\n")
    assert any(each.path.endswith("deck.yaml") for each in shelf.problems())


# --- style.css -----------------------------------------------------------------------------------


def styled(author: Author, css: str) -> list[Problem]:
    author.section("  - {question: A, answer: A}\n")
    author.write("style.css", css)
    return author.problems()


@pytest.mark.parametrize(
    ("css", "places"),
    [
        ("</style><script>alert(1)</script>", ["1:1", "1:25"]),
        (".q-answer {\n  content: '</';\n}\n", ["2:13"]),
        ("/* open </style>", ["1:9"]),
        ("/* </style><script>alert(1)</script> */", ["1:4", "1:28"]),
        ("</STYLE\n>", ["1:1"]),
        ("a { content: '/*' } </style> b { content: '*/' }", ["1:21"]),
        ("/* a */ </style>", ["1:9"]),
        (".a {}\r\n<!-- .b {} -->", ["2:1"]),
    ],
)
def test_a_style_that_could_end_and_start_a_script_is_refused(author: Author, css: str, places: list[str]) -> None:
    """Anki puts the style into the card as it is, and a browser ends it at the first `</style`, in a comment or not."""
    assert [in_short(each) for each in styled(author, css)] == [f"style.css:{place} bad-style" for place in places]


@pytest.mark.parametrize(
    "css",
    [
        '@property --a { syntax: "<length>"; inherits: true; initial-value: 9px; }',
        "@media (200px <= width < 400px) { .a { margin: 0; } }",
        ".a { content: '<'; } /* <script> */ .b { content: '<",
    ],
)
def test_a_style_that_cannot_end_passes(author: Author, css: str) -> None:
    assert styled(author, css) == []
    read = Reading()
    read.feed(f"<style>{css}</style><p>")
    assert read.elements == ["style", "p"]


class Reading(HTMLParser):
    """The elements of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.elements.append(tag)


@pytest.mark.parametrize(
    ("css", "place"),
    [
        (".q-card table { width: 600px; }", "1:17"),
        (".a { min-width: 10em; width:600px }", "1:23"),
        (".a { min-width: 40em }", "1:6"),
        (".a { min-width: 30cm }", "1:6"),
        (".a {\n  color: red;\n  width : 400.5pt\n}", "3:3"),
        (".a { WIDTH: 600PX }", "1:6"),
        (".a { width: 120vw }", "1:6"),
    ],
)
def test_a_width_beyond_some_phone_is_told(author: Author, css: str, place: str) -> None:
    assert [in_short(each) for each in styled(author, css)] == [f"style.css:{place} warning style-width"]


@pytest.mark.parametrize(
    "css",
    [
        ".a { max-width: 600px }",
        ".a { width: 100%; min-width: 3em }",
        ".a { border-width: 600px; --width: 600px; column-rule-width: 600px }",
        "/* width: 600px */",
        ".a-width { color: red }",
        ".a { min-width: 48px; min-height: 48px }",
        ".a { width: 2px }",
        "img { width: 120px }",
        "@media (min-width: 600px) { .q-card { padding: 1em } }",
        "@media screen and (width: 600px) { .q-card { padding: 1em } }",
    ],
)
def test_a_width_that_fits_every_phone_passes(author: Author, css: str) -> None:
    assert styled(author, css) == []


@pytest.mark.parametrize(
    ("css", "place"),
    [
        (".card { color: navy }", "1:9"),
        (".card {\n  font-size: 1em;\n  background: white\n}", "3:3"),
        (".card { background-color: white } .card.nightMode { color: white }", "1:9"),
        (".q-answer, .card { color: navy }", "1:20"),
        ("@media print { .card { color: navy } }", "1:24"),
        (".card a { color: navy }", "1:11"),
        (".card { color: navy } .nightMode a { color: lightblue }", "1:9"),
        (".card a { color: navy } .card.nightMode { color: lightblue }", "1:11"),
    ],
)
def test_a_colour_for_day_alone_is_told(author: Author, css: str, place: str) -> None:
    assert [in_short(each) for each in styled(author, css)] == [f"style.css:{place} warning style-colour"]


@pytest.mark.parametrize(
    "css",
    [
        ".card { color: navy } .card.nightMode { color: lightblue }",
        ".card.nightMode { color: lightblue }",
        ".card { color: navy } .nightMode { color: lightblue }",
        ".card a, .card b { color: navy } .nightMode a, .card.night_mode > b { color: lightblue }",
        ".card { background: white } .nightMode.card { background-color: black }",
        ".card { border-color: navy; font-size: 1em }",
        ".q-answer { color: var(--q-accent) }",
        ".cards, .q-card { color: navy }",
        "/* .card { color: navy } */",
        ".card { background: none }",
        ".card { background: transparent }",
        ".card { color: inherit }",
        ".card { color: var(--q-accent) }",
    ],
)
def test_a_style_that_is_the_same_by_night_passes(author: Author, css: str) -> None:
    assert styled(author, css) == []


def test_a_style_that_asks_the_system_for_the_night_is_told(author: Author) -> None:
    problems = styled(author, "\n@media (prefers-color-scheme: dark) { .q-answer { color: white } }")
    assert [in_short(each) for each in problems] == ["style.css:2:9 warning style-scheme"]
    assert styled(author, "/* no prefers-color-scheme here */") == []


@pytest.mark.parametrize(
    ("css", "place"),
    [
        (".a { background: url(paper.png) }", "1:18"),
        (".a { background: url( 'paper.png' ) }", "1:18"),
        ("@import 'other.css';", "1:1"),
        ("@font-face { src: url(https://example.org/x.woff2) }", "1:19"),
        (".a { background: URL(paper.png) }", "1:18"),
        (".a { background: url(_paper.png) }", "1:18"),
    ],
)
def test_a_style_that_names_a_file_is_told(author: Author, css: str, place: str) -> None:
    assert [in_short(each) for each in styled(author, css)] == [f"style.css:{place} warning style-file"]


@pytest.mark.parametrize(
    "css",
    [
        "/* url(paper.png) */",
        "@font-face { font-family: x; src: local('Noto Sans') }",
        ".a { background: url(data:image/png;base64,AAAA) }",
        ".a { filter: url(#shade) }",
    ],
)
def test_a_style_that_names_no_file_passes(author: Author, css: str) -> None:
    assert styled(author, css) == []


def test_a_deck_without_a_style_has_no_problem_of_style(author: Author) -> None:
    author.section("  - {question: A, answer: A}\n")
    assert told(author) == []


def test_a_text_that_starts_with_a_word_shows_something() -> None:
    dice = random.Random(16)
    parts = [
        *"ab1_*[]&`~$|\\\n",
        "](",
        "[](x)",
        "![](x.png)",
        "&nbsp;",
        "    ",
        "# ",
        "1. ",
        "- ",
        "<b>",
        "[a]: b",
        "é",
    ]
    texts = ["".join(dice.choices(parts, k=dice.randrange(1, 9))) for _ in range(3_000)]
    for text in filter(errors._STARTS_WITH_A_WORD.match, texts):
        assert errors._TAGS.sub("", to_html(text)).strip(), text
