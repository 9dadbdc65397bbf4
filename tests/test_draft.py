"""A draft turns a text into stubs of cards, which can't be built before their author has written them."""

from __future__ import annotations

import json
import os
import random
import re
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from author import Author
from click.testing import CliRunner, Result
from prose import PROSE, RIVERS, zen

from studydeck.cli import main
from studydeck.commands.coverage import cover
from studydeck.commands.sources import sources, stamp_sources
from studydeck.kinds import card_keys
from studydeck.material.draft import proposals, suggest
from studydeck.material.outline import read_outline
from studydeck.model import Problem
from studydeck.pipeline import load
from studydeck.reading.edit import with_cards

SUGGESTIONS = [
    # a definition
    ("A meander is a bend of a river.", "definition", "What is a meander?"),
    ("Oxbow lakes are the remains of meanders.", "definition", "What are Oxbow lakes?"),
    ("The Rhine is one of the rivers that leave the Alps.", "definition", "What is the Rhine?"),
    ("A cut-off bend, known as an oxbow lake, dries out.", "definition", "What is an oxbow lake?"),
    (
        'This low plain is often referred to as "polder" because it was won from the sea.',
        "definition",
        "What is polder?",
    ),
    ("The place where a river starts is called its source.", "definition", "What is its source?"),
    ("It is a bend of a river.", "question", "What …?"),
    ("This is the end of the road.", "question", "What …?"),
    ("It happens by a process called erosion.", "definition", "What is erosion?"),
    ("The finest mud, also called silt, settles last.", "definition", "What is silt?"),
    ("A man called John came.", "question", "What …?"),
    ("She was called away.", "question", "What …?"),
    ("He named the child after a river.", "question", "What …?"),
    ("He called the river a thief.", "question", "What …?"),
    ("It is known as well as the Rhine.", "question", "What …?"),
    # an abbreviation in brackets
    ("The World Health Organization (WHO) sits in Geneva.", "abbreviation", "What does WHO stand for?"),
    ("Deoxyribonucleic acid (DNA) is a long molecule.", "abbreviation", "What does DNA stand for?"),
    ("A river (here the Rhine) flows north.", "question", "What …?"),
    # a list
    ("Rivers carry sand, gravel and mud.", "list", "Which 3 …?"),
    ("Vienna, Bratislava, Budapest, and Belgrade stand on the Danube.", "list", "Which 4 …?"),
    ("Heavy metals, such as lead, zinc, and copper, settle.", "list", "Which 3 …?"),
    ("When it rains, the river rises and floods the meadows.", "question", "What …?"),
    ("The bank gives way, which widens the river and slows it.", "question", "What …?"),
    # a number
    ("The Nile Delta covers about 24,000 square kilometres.", "number", "… {{c1::24,000}} …"),
    ("About 20 % of the rain ends in rivers.", "number", "… {{c1::20 %}} …"),
    ("The vitamin B12 and IL-6 were measured.", "question", "What …?"),
    # cause and effect
    ("Deforestation leads to floods.", "cause and effect", "What does … lead to?"),
    ("The river rose because the snow melted.", "cause and effect", "Why …?"),
    ("Floods are caused by heavy rain.", "cause and effect", "What causes …?"),
    ("Dams prevent floods downstream.", "cause and effect", "What does … prevent?"),
]


@pytest.mark.parametrize(("sentence", "kind", "stem"), SUGGESTIONS)
def test_a_rule_suggests_a_kind_and_a_stem(sentence: str, kind: str, stem: str) -> None:
    made = suggest(sentence)
    assert (made.kind, made.cloze or made.question) == (kind, stem)


def test_prose_that_defines_nothing_gets_no_definition() -> None:
    made = [suggest(each.text) for text in PROSE.values() for each in read_outline(text).spots().values()]
    assert len(made) > 30
    assert {each.kind for each in made} == {"question", "number", "list"}
    assert [each.cloze for each in made if each.cloze] == ["… {{c1::1837}} …", "… {{c1::1844}} …"]


@pytest.mark.parametrize(
    ("text", "language"),
    [(RIVERS, "en"), (PROSE["darwin"], "en"), (PROSE["kafka"], ""), ("نهر النيل طويل. يصب في البحر.", "")],
)
def test_only_a_draft_of_an_english_text_is_in_english(tmp_path: Path, text: str, language: str) -> None:
    path = tmp_path / "text.txt"
    path.write_text(text, "utf-8")
    drafted(path, tmp_path / "deck")
    assert load(tmp_path / "deck").deck.language == language


def run(*words: object) -> Result:
    return CliRunner().invoke(main, ["draft", *(str(word) for word in words)])


@pytest.fixture
def material(tmp_path: Path) -> Path:
    path = tmp_path / "rivers_and-lakes.txt"
    path.write_text(RIVERS, "utf-8")
    return path


def drafted(material: Path, folder: Path, *more: object) -> list[Problem]:
    outcome = run(material, "--deck", folder, *more)
    assert outcome.exit_code == 0, outcome.output
    return list(load(folder).problems)


def test_a_draft_is_a_deck_with_a_file_a_heading_and_a_stub_a_sentence(material: Path, tmp_path: Path) -> None:
    folder = tmp_path / "cards" / "rivers"
    outcome = run(material, "--deck", folder)
    assert outcome.output.splitlines()[-1] == f"14 stubs; write them, then: studydeck check {folder.as_posix()}"
    deck = load(folder).deck
    assert (deck.title, len(deck.uid), deck.tag) == ("Rivers and lakes", 12, "rivers-and-lakes")
    assert [(str(each.name), each.tag, len(each.stubs)) for each in deck.sections] == [
        ("Overview", "overview", 4),
        ("Deltas and mouths", "deltas-and-mouths", 6),
        ("Meanders", "meanders", 4),
    ]
    assert [str(card.source[0]) for card in deck.sections[1].stubs] == ["p1s1", "p1s2", "p2s1", "p2s2", "p3s1", "p4s1"]
    assert {each.owner for each in sources(load(folder), material).in_state("bad")} == set()
    assert (folder / ".schema" / "section.json").exists()


def test_a_stub_holds_its_sentence_in_a_comment_only(material: Path, tmp_path: Path) -> None:
    drafted(material, tmp_path / "rivers")
    text = (tmp_path / "rivers" / "meanders.yaml").read_text("utf-8")
    assert text.startswith(
        "# yaml-language-server: $schema=.schema/section.json\n"
        'section: "Meanders"\n'
        'tag: "meanders"\n'
        "cards:\n"
        "  # p1s1, definition: A meander is a bend of a river.\n"
        "  - id: meanders-p1s1\n"
        '    question: "TODO What is a meander?"\n'
        "    answer: TODO\n"
        "    source: p1s1\n"
        "\n"
        "  # p1s2,"
    )
    words = " ".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    for sentence in read_outline(RIVERS).spots().values():
        assert sentence.text not in words


def test_the_stubs_of_a_draft_are_counted_in_one_line_a_file(material: Path, tmp_path: Path) -> None:
    problems = drafted(material, tmp_path / "rivers")
    assert [(Path(each.path).name, each.line, each.severity, each.name) for each in problems] == [
        ("deltas-and-mouths.yaml", 1, "warning", "unwritten"),
        ("meanders.yaml", 1, "warning", "unwritten"),
        ("overview.yaml", 1, "warning", "unwritten"),
    ]
    assert problems[0].message == "6 cards not written yet, the first in line 6"


def test_every_sentence_of_any_text_is_a_stub_that_reads_back(tmp_path: Path) -> None:
    odd = 'It "is" {{c1::so}}: #1 \\n & *x* `y` – ﬁne.\n\nA second: [it] {holds} %, @ and !.\n\n'
    odd += "Deck\n\nNo. Yes? true! 007 is 1e3.\n"
    for name, text in (("odd", odd), ("zen", zen())):
        path = tmp_path / f"{name}.txt"
        path.write_text(text, "utf-8")
        problems = drafted(path, tmp_path / name)
        assert {each.name for each in problems} == {"unwritten"}
        assert cover(load(tmp_path / name), path).percent == 0
        assert run(path, "--deck", tmp_path / name).output.startswith("0 stubs;")


def test_without_a_folder_the_deck_lies_under_cards(
    material: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run(material)
    assert (tmp_path / "cards" / "rivers-and-lakes" / "deck.yaml").exists()


def test_a_folder_with_other_yaml_is_left_alone(material: Path, tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "water.yaml").write_text("section: Water\n")
    outcome = run(material, "--deck", tmp_path / "x")
    assert (outcome.exit_code, outcome.output) == (
        1,
        f"Error: {tmp_path / 'x'} has files of a deck but no deck.yaml.\n",
    )


# --- a deck that is there ------------------------------------------------------------------------

WATER = """\
# Water, by hand
section: Water
tag: overview
cards:
- id: river
  question: "What is a river?"   # asked first
  answer: A stream
  source: p1s1

- {id: rain, question: How much?, answer: A fifth, source: p2s2}
# the end
uncarded: {p1s2: only where}
"""


@pytest.fixture
def deck(author: Author, material: Path) -> Author:
    author.write("water.yaml", WATER)
    stamp_sources(author.load(), material)
    return author


def test_an_existing_deck_gets_stubs_for_its_bare_sentences_and_keeps_every_other_byte(
    deck: Author, material: Path
) -> None:
    drafted(material, deck.folder)
    stub = (
        "\n# p2s1, list: Rain, melting snow and springs feed it along its way.\n"
        "- id: overview-p2s1\n"
        '  question: "TODO Which 3 …?"\n'
        "  answer: [TODO, TODO, TODO]\n"
        "  source: p2s1\n"
    )
    before, after = WATER.split("# the end")
    assert deck.read("water.yaml") == f"{before}{stub}# the end{after}"
    assert sorted(path.name for path in deck.folder.glob("*.yaml")) == [
        "deck.yaml",
        "deltas-and-mouths.yaml",
        "meanders.yaml",
        "water.yaml",
    ]
    files = {path: path.read_bytes() for path in deck.folder.iterdir() if path.is_file()}
    assert run(material, "--deck", deck.folder).output.startswith("0 stubs;")
    assert {path: path.read_bytes() for path in deck.folder.iterdir() if path.is_file()} == files


def test_a_revised_material_adds_stubs_for_what_is_new(deck: Author, material: Path) -> None:
    drafted(material, deck.folder)
    stamp_sources(deck.load(), material)
    material.write_text(RIVERS.replace("in rivers.", "in rivers. Some of it seeps away."), "utf-8")
    assert run(material, "--deck", deck.folder).output.splitlines()[-1].startswith("1 stub;")
    assert "Some of it seeps away." in deck.read("water.yaml")
    material.unlink()
    states = {each.owner: each.state for each in sources(deck.load()).all}
    assert states["overview-p2s3"] == "ok"  # its place is read in the new outline


def test_moved_sources_are_fixed_first(deck: Author, material: Path) -> None:
    material.write_text(RIVERS.replace("Rain,", "It has names. Rain,"), "utf-8")
    told = re.search(r"; run studydeck (source fix .+) first\.$", run(material, "--deck", deck.folder).output)
    assert told
    assert CliRunner().invoke(main, shlex.split(told[1])).exit_code == 0
    assert run(material, "--deck", deck.folder).exit_code == 0


@pytest.mark.parametrize("sections", ["[water]", "\n- water  # first\n"])
def test_a_section_file_of_a_new_heading_is_listed_where_files_are_listed(
    deck: Author, material: Path, sections: str
) -> None:
    drafted(material, deck.folder)
    listing = f"deck: Rivers\nuid: testtesttest\nsections: {sections}\ntag: rivers\n"
    listed = "[water, deltas-and-mouths, meanders]"
    if sections.startswith("\n"):
        listed = "\n- water  # first\n- deltas-and-mouths\n- meanders\n"
    (deck.folder / "meanders.yaml").unlink(missing_ok=True)
    (deck.folder / "deltas-and-mouths.yaml").unlink()
    deck.write("deck.yaml", listing)
    problems = drafted(material, deck.folder, "--again")
    assert deck.read("deck.yaml") == listing.replace(sections, listed)
    assert "unlisted-section" not in {each.name for each in problems}
    files = {path: path.read_bytes() for path in deck.folder.iterdir() if path.is_file()}
    assert run(material, "--deck", deck.folder).output.startswith("0 stubs;")
    assert {path: path.read_bytes() for path in deck.folder.iterdir() if path.is_file()} == files


def test_where_no_section_can_be_listed_nothing_is_written(deck: Author, material: Path) -> None:
    deck.write("deck.yaml", "{deck: Rivers, uid: testtesttest, description: &a water, sections: [*a]}\n")
    files = {path: path.read_bytes() for path in deck.folder.iterdir() if path.is_file()}
    outcome = run(material, "--deck", deck.folder)
    assert outcome.exit_code == 1
    assert "can't add deltas-and-mouths, meanders to sections: in" in outcome.output
    assert {path: path.read_bytes() for path in deck.folder.iterdir() if path.is_file()} == files


def test_headings_of_one_name_and_those_of_files_that_are_there_get_files_of_their_own(
    deck: Author, material: Path, tmp_path: Path
) -> None:
    material.write_text(f"{RIVERS}\nWater\n\nWater is wet.\n\nDeck\n\nA deck.\n\nDeck\n\nOf a ship.\n", "utf-8")
    for folder in (deck.folder, tmp_path / "new"):
        drafted(material, folder)
        sections = {Path(each.place.path).name: each for each in load(folder).deck.sections}
        assert [str(sections[name].tag) for name in ("deck-2.yaml", "deck-2-2.yaml")] == ["deck", "deck-2"]
        assert all(len(sections[name].stubs) == 1 for name in ("deck-2.yaml", "deck-2-2.yaml"))
        assert sum(str(each.tag) == "water" for each in sections.values()) == 1
        assert cover(load(folder), material).percent < 100
        assert run(material, "--deck", folder).output.startswith("0 stubs;")


def test_a_heading_that_is_a_device_of_windows_gets_a_file_of_another_name(material: Path, tmp_path: Path) -> None:
    material.write_text("Nul\n\nNothing is here.\n\nNull\n\nNothing is there.\n", "utf-8")
    drafted(material, tmp_path / "new")
    assert run(material, "--deck", tmp_path / "new").output.startswith("0 stubs;")
    assert sorted(path.stem for path in (tmp_path / "new").glob("*.yaml")) == ["deck", "nul-cards", "null"]


@pytest.mark.parametrize(
    ("text", "after"),
    [
        (
            "section: A\ncards:\n  - {question: a, answer: b}",
            "section: A\ncards:\n  - {question: a, answer: b}\n\n  - x: y\n",
        ),
        ("section: A\ncards:\n", "section: A\ncards:\n\n  - x: y\n"),
        ("cards:\nsection: A\n", "cards:\n\n  - x: y\nsection: A\n"),
        ("section: A\r\ncards:\r\n- a: b\r\n", "section: A\r\ncards:\r\n- a: b\r\n\r\n- x: y\r\n"),
        (
            "\ufeffcards:\n    - a: |\n        # b\n\n# z\ntag: c\n",
            "\ufeffcards:\n    - a: |\n        # b\n\n    - x: y\n\n# z\ntag: c\n",
        ),
    ],
)
def test_cards_are_added_after_the_last_one(text: str, after: str) -> None:
    if "|" in text:
        with pytest.raises(ValueError, match="can't add cards"):
            with_cards(Path("a.yaml"), text.encode(), ["- x: y\n"])
    else:
        assert with_cards(Path("a.yaml"), text.encode(), ["- x: y\n"]).decode() == after


@pytest.mark.parametrize(
    "text", ["section: A\ncards: []\n", "section: A\ncards: [{a: b}]\n", "{section: A, cards: []}\n", "x"]
)
def test_cards_that_are_no_lines_are_left_to_their_author(text: str) -> None:
    with pytest.raises(ValueError, match="can't add cards"):
        with_cards(Path("a.yaml"), text.encode(), ["- x: y\n"])


# --- a program's proposals -----------------------------------------------------------------------

PROGRAM = """\
import json, sys
for line in sys.stdin:
    paragraph = json.loads(line)
    for sentence in paragraph["sentences"]:
        if not sentence["wanted"]:
            continue
        source = sentence["source"]
        for card in CARDS(source):
            print(card if isinstance(card, str) else json.dumps(card))
"""
GOOD = 'lambda at: [{"question": f"What of {at}? \\u00e9 \\U0001f30a", "answer": ["one", "two"], "source": at}]'
MIXED = """lambda source: {
    "overview/p1s1": [{"cloze": "A {{c1::river}} \\u2028 flows.", "source": [source, "overview/p1s2"], "tags": ["x"]}],
    "overview/p2s1": [{"question": "What?", "anwser": "x", "source": source}],
    "overview/p2s2": ["no JSON", "[1]", {"question": "No source?", "answer": "x"}],
    "meanders/p1s1": [{"question": "Where?", "answer": "x", "source": "sky/p1s1"}],
    "meanders/p1s2": [{"question": "TODO", "answer": "x\\u0007", "source": source}],
    "meanders/p2s1": [{"id": "a", "question": "Same?", "answer": "42", "source": source},
                      {"id": "a", "question": "Same?", "answer": "y", "source": source}],
}.get(source, [])"""


def program(folder: Path, cards: str) -> str:
    path = folder / "propose.py"
    path.write_text(PROGRAM.replace("CARDS(", f"({cards})("), "utf-8")
    return f"'{Path(sys.executable).as_posix()}' '{path.as_posix()}'"


def test_a_program_proposes_cards_that_can_be_built(material: Path, tmp_path: Path) -> None:
    outcome = run(material, "--deck", tmp_path / "rivers", "--with", program(tmp_path, GOOD))
    assert outcome.exit_code == 0, outcome.output
    assert "0 stubs and 14 proposed cards" in outcome.output
    loaded = load(tmp_path / "rivers")
    assert not loaded.errors
    card = loaded.deck.sections[0].cards[0]
    assert (card.asks, card.answers, card.source) == ("What of overview/p1s1? é 🌊", ("one", "two"), ("p1s1",))
    assert cover(loaded, material).percent == 100
    text = (tmp_path / "rivers" / "meanders.yaml").read_text("utf-8")
    assert "  # p1s1, proposed by a program: A meander is a bend of a river.\n" in text


def test_what_a_program_proposes_is_held_to_an_author_s_rules(material: Path, tmp_path: Path) -> None:
    outcome = CliRunner().invoke(
        main, ["draft", str(material), "--deck", str(tmp_path / "rivers"), "--with", program(tmp_path, MIXED)]
    )
    assert outcome.exit_code == 1
    told = [re.sub(r"^.*?:(\d+):.*\[(.*)\]$", r"\1 \2", line) for line in outcome.stderr.splitlines()]
    assert told == [
        "2 unknown-key",
        "3 wrong-kind",
        "4 wrong-kind",
        "5 bad-source",
        "6 bad-source",
        "7 control-character",
        "7 placeholder",
        "9 same-id",
    ]
    loaded = load(tmp_path / "rivers")
    assert not loaded.errors
    assert "unwritten" in {each.name for each in loaded.problems}  # the stubs of the others
    cards = {str(card.asks): card for card in loaded.deck.cards}
    assert cards["A {{c1::river}} \u2028 flows."].source == ("p1s1", "p1s2")
    assert cards["Same?"].answers == ("42",)
    assert sources(loaded, material).counts["bad"] == 0


ODD = """lambda source: [
    {"question": "Picture ![a](../../etc/passwd)?", "answer": "x", "source": source},
    {"question": "Null?", "answer": None, "source": source},
    {"question": "True?", "answer": ["a", True], "source": source},
    {"question": 1, "answer": "x", "source": source},
    {"question": "Turned?", "answer": "x", "reverse": "true", "typed": True, "source": source},
    {"question": "Where?", "answer": "x", "source": None},
    {"question": "Deep?", "answer": "x", "source": source, "k" * 2000: [[[[{}]]]] * 9},
    {"id": "a", "question": "Same?", "answer": "x", "source": source},
    {"id": "a", "question": "Same?", "answer": "x", "source": source},
    '{"question": "Half \\\\ud800?", "answer": "x", "source": "' + source + '"}',
    '{"question": "Raw \u2028 and \x85?", "answer": "x", "source": "' + source + '"}',
] if source == "overview/p1s1" else []"""


def test_each_mistake_of_a_program_is_told_under_its_name_and_line(material: Path, tmp_path: Path) -> None:
    command = f"env PYTHONIOENCODING=utf-8 {program(tmp_path, ODD)}" if sys.platform != "win32" else ""
    if not command:
        pytest.skip("no env here")
    outcome = CliRunner().invoke(main, ["draft", str(material), "--deck", str(tmp_path / "x"), "--with", command])
    assert outcome.exit_code == 1
    assert outcome.stderr.splitlines() == [
        "env:1:1: error: '../../etc/passwd' is outside the deck's media folder; copy it into the media folder "
        "[lost-picture]",
        "env:2:1: error: 'answer' takes a string or a list, and this is null; put strings in quotes [wrong-kind]",
        "env:3:1: error: 'answer' takes a string or a list, and this is [\"a\", true]; put strings in quotes "
        "[wrong-kind]",
        "env:4:1: error: 'question' takes a string, and this is 1; put strings in quotes [wrong-kind]",
        "env:5:1: error: expected true, false or a text for 'reverse', found the string 'true'; write true, false or a "
        "text [wrong-kind]",
        "env:6:1: error: 'source' takes a string or a list, and this is null; put strings in quotes [wrong-kind]",
        f"env:7:1: error: unknown key '{'k' * 40}'; the keys here are {', '.join(card_keys())} [unknown-key]",
        "env:9:1: error: the id 'a' is already used at env:8; give the newer card its own id [same-id]",
        "env:9:1: error: this asks the same as env:8 and has the same answer; delete one of the two [same-question]",
        "env:10:1: error: a lone surrogate isn't a character; write the character itself [control-character]",
    ]
    asked = [str(card.asks) for card in load(tmp_path / "x").deck.sections[0].cards]
    assert asked[:2] == ["Same?", "Raw \u2028 and \x85?"]


def test_a_program_is_asked_for_bare_sentences_only_and_may_not_take_an_id_that_is_there(
    deck: Author, material: Path, tmp_path: Path
) -> None:
    cards = 'lambda source: [{"id": "river", "question": f"And {source}?", "answer": "x", "source": source}]'
    outcome = run(material, "--deck", deck.folder, "--with", program(tmp_path, cards))
    assert "11 stubs and 0 proposed cards" in outcome.output
    assert outcome.output.count("[same-id]") == 11


def test_a_program_is_told_each_paragraph_as_the_page_describes(deck: Author, material: Path, tmp_path: Path) -> None:
    log = tmp_path / "asked"
    script = tmp_path / "log.py"
    script.write_text(
        f"import sys\nopen({str(log)!r}, 'w', encoding='utf-8').write(sys.stdin.buffer.read().decode())\n"
    )
    run(material, "--deck", deck.folder, "--with", f"'{Path(sys.executable).as_posix()}' '{script.as_posix()}'")
    asked = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    assert [each["paragraph"] for each in asked] == [
        "overview/p2",
        *(f"deltas-and-mouths/p{number}" for number in (1, 2, 3, 4)),
        *(f"meanders/p{number}" for number in (1, 2)),
    ]
    assert asked[0] == {
        "section": "overview",
        "paragraph": "overview/p2",
        "text": "Rain, melting snow and springs feed it along its way. "
        "About 20 % of the rain that falls on land ends in rivers.",
        "sentences": [
            {
                "source": "overview/p2s1",
                "text": "Rain, melting snow and springs feed it along its way.",
                "wanted": True,
            },
            {
                "source": "overview/p2s2",
                "text": "About 20 % of the rain that falls on land ends in rivers.",
                "wanted": False,
            },
        ],
    }


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("import sys; sys.exit(3)", "failed with exit code 3, so nothing was written"),
        (
            "import sys; sys.stdout.buffer.write(b'\\xff')",
            "answered with bytes that aren't UTF-8, so nothing was written",
        ),
        ("while True: print('x' * 10**6)", "answered with more than 10 MB, so nothing was written"),
        (None, "can't be run"),
    ],
)
def test_a_program_that_fails_leaves_nothing(material: Path, tmp_path: Path, code: str | None, sentence: str) -> None:
    path = tmp_path / "fail.py"
    path.write_text(code or "")
    command = f"'{Path(sys.executable).as_posix()}' '{path.as_posix()}'" if code else "no-such-program --x"
    outcome = run(material, "--deck", tmp_path / "rivers", "--with", command)
    assert outcome.exit_code == 1
    assert sentence in outcome.output
    assert not (tmp_path / "rivers").exists()


def test_a_program_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    path = tmp_path / "sleep.py"
    path.write_text("import time\ntime.sleep(60)\n")
    with pytest.raises(ValueError, match="took more than 1 seconds, so nothing was written"):
        proposals(f"'{Path(sys.executable).as_posix()}' '{path.as_posix()}'", [{}], 1)


@pytest.mark.skipif(not (shutil.which("sh") and shutil.which("ps")), reason="no shell here")
@pytest.mark.parametrize("script", ["sleep {}; true", "sleep {} & exit 0", "sleep {} & wait"])
def test_what_a_program_started_is_stopped_with_it(script: str) -> None:
    seconds = f"6{os.getpid()}.{random.randrange(10**6):06}"  # by which it is found among all processes
    with pytest.raises(ValueError, match="took more than 1 seconds"):
        proposals(f"sh -c '{script.format(seconds)}'", [], 1)
    for _ in range(50):  # a killed process is there a moment longer
        if seconds not in subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout:
            return
        time.sleep(0.1)
    pytest.fail("it still runs")


@pytest.mark.parametrize("command", ["", "   "])
def test_a_program_without_a_name_is_a_mistake_of_the_command_line(material: Path, command: str) -> None:
    outcome = run(material, "--deck", material.parent / "rivers", "--with", command)
    assert outcome.exit_code == 2
    assert outcome.output.endswith("Invalid value for '--with': give a program, as in --with 'python propose.py'.\n")


@pytest.mark.skipif(shutil.which("touch") is None, reason="no touch here")
def test_a_program_runs_without_a_shell(tmp_path: Path) -> None:
    proposals(f"touch '{tmp_path}/a;b' '{tmp_path}/$(c)'", [], 5)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["$(c)", "a;b"]
