"""Lists that are asked item by item: what each card shows, and that every item keeps its history whatever changes."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from author import Author
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from studydeck.cli import main
from studydeck.commands.ids import write_ids
from studydeck.commands.plan import plan
from studydeck.commands.preview import deck_view
from studydeck.engine.drawing import Artist
from studydeck.engine.learner import Learner
from studydeck.engine.verify import verify
from studydeck.history.plan_words import plan_text
from studydeck.pipeline import compile_notes
from studydeck.reading import json_schema
from studydeck.reading.edit import with_locators

HEART = ("Right atrium", "Tricuspid valve", "Right ventricle", "Pulmonary valve")
DANUBE = ("Vienna", "Bratislava", "Budapest", "Belgrade")
PICTURE = b"<svg xmlns='http://www.w3.org/2000/svg' width='40' height='30'><rect width='40' height='30'/></svg>"
_TAG = re.compile(r"<[^>]*>")


def listed(items: Sequence[object], key: str = "steps", more: str = "", list_id: str = "heart") -> str:
    """A card that is a list, in YAML."""
    return f"  - id: {list_id}\n    question: The way of the blood\n{more}    {key}: {json.dumps(items)}\n"


def asked(author: Author) -> dict[str, str]:
    """What each card asks, by its answer."""
    shown = {}
    for note in compile_notes(author.load()):
        question = note.fields[0].replace("</li><li>", " | ").replace("<ul", ": <ul")
        shown[note.fields[1]] = _TAG.sub("", question)
    return shown


class Class:
    """An author and a learner who has studied everything so far."""

    def __init__(self, author: Author, learner: Learner) -> None:
        self.author, self.learner = author, learner

    def teach(self, cards: str) -> None:
        self.author.section(cards)
        self.author.build()
        self.learner.import_package(self.author.package)
        self.learner.study()

    def histories(self) -> dict[str, object]:
        """The history of each item, by its id."""
        by_card = self.learner.histories()
        return {card.note()["Id"]: by_card[card.id] for card in self.learner.cards()}

    def revise(self, cards: str) -> tuple[set[str], set[str], set[str]]:
        """The ids of items that are new, edited and gone or retired; every history must be as before."""
        before = self.histories()
        self.author.section(cards)
        built = self.author.build()
        outcome = self.learner.import_package(self.author.package)
        assert (outcome.new, outcome.updated) == (len(built.changes.new), len(built.changes.edited))
        after = self.histories()
        assert {name: after[name] for name in before} == before
        assert self.learner.faults() == []
        return set(built.changes.new), set(built.changes.edited), set(built.changes.retired)


@pytest.fixture
def pupils(author: Author, learner: Learner) -> Class:
    return Class(author, learner)


def test_a_step_is_asked_after_the_one_before_it(author: Author) -> None:
    author.section(listed(HEART))
    assert not author.problems()
    assert asked(author) == {
        "Right atrium": "The way of the blood: [...] | …",
        "Tricuspid valve": "The way of the blood: Right atrium | [...] | …",
        "Right ventricle": "The way of the blood: … | Tricuspid valve | [...] | …",
        "Pulmonary valve": "The way of the blood: … | Right ventricle | [...]",
    }


def test_an_item_without_an_order_is_asked_beside_all_others(author: Author) -> None:
    author.section(listed(DANUBE, "items"))
    assert asked(author)["Vienna"] == "The way of the blood: Belgrade | Bratislava | Budapest | [...]"
    first = compile_notes(author.load())
    author.section(listed(DANUBE[::-1], "items"))
    assert {note.fields for note in compile_notes(author.load())} == {note.fields for note in first}


def test_a_line_is_asked_after_two_and_more_where_they_come_twice(author: Author) -> None:
    poem = "One\nTwo\n\nThree\nOne\nTwo\nFour\nOne\nTwo\nThree\n"
    block = "".join(f"      {line}" for line in poem.splitlines(keepends=True))
    author.section(f"  - id: poem\n    question: A poem\n    lines: |\n{block}")
    assert not author.problems()
    notes = compile_notes(author.load())
    shown = [_TAG.sub("", note.fields[0].replace("</li><li>", "|").replace("<ul", " <ul")) for note in notes]
    assert shown == [
        "A poem [...]|…",
        "A poem One|[...]|…",
        "A poem One|Two|[...]|…",
        "A poem …|Two|Three|[...]|…",
        "A poem …|Three|One|[...]|…",
        "A poem …|Three|One|Two|[...]|…",
        "A poem …|Two|Four|[...]|…",
        "A poem …|Four|One|[...]|…",
        "A poem …|Four|One|Two|[...]",
    ]
    assert len({note.fields[0] for note in notes}) == len(notes)


def test_a_chorus_is_asked_once(author: Author) -> None:
    chorus = ["Row", "your", "boat"]
    author.section(listed(["a", *chorus, "b", "c", *chorus, "d"], "lines"))
    assert not author.problems()
    answers = [note.fields[1] for note in compile_notes(author.load())]
    assert answers.count("boat") == 1
    assert {"a", "b", "c", "d"} <= set(answers)


def test_an_item_added_moved_reworded_or_removed_leaves_all_other_histories(pupils: Class) -> None:
    pupils.teach(listed(HEART))
    a, b, c, d = HEART
    assert pupils.revise(listed([a, "Foramen", b, c, d])) == ({"heart/foramen"}, {"heart/tricuspid-valve"}, set())
    assert pupils.revise(listed([a, b, c, d])) == (set(), {"heart/tricuspid-valve"}, {"heart/foramen"})
    new, edited, gone = pupils.revise(listed([b, a, c, d]))
    assert (new, gone) == (set(), set())
    assert edited == {"heart/right-atrium", "heart/tricuspid-valve", "heart/right-ventricle"}
    # A reworded one is found by what is shown before it, its neighbours by what they say.
    assert pupils.revise(listed([b, "Atrium on the right", c, d])) == (
        set(),
        {"heart/right-atrium", "heart/right-ventricle"},
        set(),
    )
    new, edited, gone = pupils.revise(listed([b, "Atrium on the right", c]))
    assert (new, edited, gone) == (set(), {"heart/right-ventricle"}, {"heart/pulmonary-valve"})
    again = listed([b, "Atrium on the right", c, d], more="    hint: Think\n").replace("The way", "Which way")
    assert pupils.revise(again) == (set(), {f"heart/{each.lower().replace(' ', '-')}" for each in HEART}, set())


def test_an_item_with_an_id_may_change_in_every_way_at_once(pupils: Class) -> None:
    items = [{"id": f"i{number}", "text": text} for number, text in enumerate(HEART)]
    pupils.teach(listed(items))
    others = [{**each, "text": f"{each['text']}, reworded"} for each in reversed(items)]
    new, edited, gone = pupils.revise(listed(others, more="    details: More\n").replace("The way", "Which way"))
    assert (new, gone) == (set(), set())
    assert edited == {f"heart/i{number}" for number in range(4)}
    swapped = [{**items[0], "text": HEART[1]}, {**items[1], "text": HEART[0]}, *items[2:]]
    pupils.author.section(listed(items))
    pupils.author.build()
    pupils.author.section(listed(swapped))
    assert {each.name for each in pupils.author.problems()} == {"gone-id"}


def test_a_retired_item_is_shown_by_no_other(pupils: Class) -> None:
    pupils.teach(listed(HEART))
    a, b, c, d = HEART
    retired = {"text": b, "retired": True}
    assert pupils.revise(listed([a, retired, c, d])) == (
        set(),
        {"heart/tricuspid-valve", "heart/right-ventricle"},
        {"heart/tricuspid-valve"},
    )
    assert asked(pupils.author)[c] == "The way of the blood: Right atrium | [...] | …"
    (note,) = [each for each in pupils.learner.notes() if each["Id"] == "heart/tricuspid-valve"]
    assert note.tags == ["rivers::retired"]


def test_an_item_of_a_set_keeps_its_history_wherever_it_moves(pupils: Class) -> None:
    pupils.teach(listed(DANUBE, "items"))
    assert pupils.revise(listed(DANUBE[::-1], "items")) == (set(), set(), set())
    new, edited, gone = pupils.revise(listed([*DANUBE, "Ulm"], "items"))
    assert (new, edited, gone) == ({"heart/ulm"}, {f"heart/{each.lower()}" for each in DANUBE}, set())
    pupils.author.section(listed(["Wien", *DANUBE[1:], "Ulm"], "items"))
    (problem,) = pupils.author.problems()
    assert (problem.name, problem.line) == ("ambiguous-card", 5)
    assert problem.message == "this item has no id, and may be 'heart/vienna' reworded or a new item"
    assert problem.remedy.startswith("write it as {id: vienna, text: …} if learners should keep its history")
    wien = {"id": "vienna", "text": "Wien"}
    assert pupils.revise(listed([wien, *DANUBE[1:], "Ulm"], "items"))[0] == set()


def test_what_comes_twice_keeps_its_two_histories(pupils: Class) -> None:
    pupils.teach(listed(["Heat", "Stir", "Cool", "Stir", "Serve"]))
    ids = {note["Id"]: note["Question"] for note in pupils.learner.notes()}
    assert "heart/stir-2" in ids
    for _ in range(2):
        assert pupils.revise(listed(["Heat", "Stir", "Cool", "Stir", "Serve"])) == (set(), set(), set())
    assert pupils.revise(listed(["Heat", "Cool", "Stir", "Serve"]))[2] == {"heart/stir"}


def test_an_item_under_another_id_is_found(pupils: Class) -> None:
    pupils.teach(listed(HEART))
    pupils.author.section(listed([{"id": "ra", "text": HEART[0]}, *HEART[1:]]))
    (problem,) = pupils.author.problems()
    guid = pupils.author.guid("heart/right-atrium")
    assert problem.name == "gone-id"
    assert problem.message == "learners have this item as 'heart/right-atrium'"
    assert problem.remedy.startswith(f"write id: right-atrium again, or guid: {guid} beside the new one; if this is")
    before = pupils.learner.histories()
    pupils.author.section(listed([{"id": "ra", "text": HEART[0], "guid": guid}, *HEART[1:]]))
    pupils.author.build()
    assert pupils.learner.import_package(pupils.author.package).new == 0
    assert pupils.learner.histories() == before
    assert pupils.author.guid("heart/ra") == guid


def test_a_list_under_another_id_is_found(pupils: Class) -> None:
    pupils.teach(listed(HEART))
    pupils.author.section(listed(HEART, list_id="blood"))
    (problem,) = pupils.author.problems()
    assert (problem.name, problem.line, problem.column) == ("gone-id", 3, 9)
    assert problem.message == "learners have this list as 'heart', and its items would start anew"
    pupils.author.section("  - {id: nile, question: Which?, answer: Nile}\n")
    pupils.author.build()
    pupils.author.section(listed(HEART, list_id="blood"))
    assert not pupils.author.problems()


def test_a_moved_section_and_a_lost_lock_change_nothing(pupils: Class) -> None:
    pupils.teach(listed(HEART))
    guids = {each.guid for each in pupils.learner.notes()}
    pupils.author.section(listed(HEART), "Sea", "sea.yaml")
    (pupils.author.folder / "water.yaml").unlink()
    pupils.author.build()
    (pupils.author.folder / "deck.lock").unlink()
    pupils.author.build()
    pupils.learner.import_package(pupils.author.package)
    assert {each.guid for each in pupils.learner.notes()} == guids


def test_plan_speaks_of_items_by_their_names(author: Author) -> None:
    author.section(listed(HEART))
    author.build()
    author.section(listed([*HEART[:2], "A valve", *HEART[2:]]))
    text = plan_text(plan(author.load(), author.out, author.now + 9), str, str)
    assert "new heart/a-valve\n  The way of the blood → A valve" in text
    assert "edited heart/right-ventricle" in text
    assert "1 new card, 1 edited (1 question), 3 untouched" in text


@pytest.mark.parametrize(
    ("written", "at", "said"),
    [
        ("steps: []", "5:5", "the list 'steps' is empty"),
        ("lines: ''", "5:5", "the list 'lines' is empty"),
        ("steps: [a, '']", "5:16", "the answer is empty"),
        ("steps: [a, [b]]", "5:16", "expected a text for an item of 'steps', found a list"),
        ("steps: [a, {id: b}]", "5:16", "the key 'text' is missing"),
        ("steps: [a, {text: b, answer: c}]", "5:26", "unknown key 'answer'"),
        ("steps: a", "5:12", "expected a list of items for 'steps', found the string 'a'"),
        ("steps: [a]\n    answer: b", "6:5", "'answer' can't be used together with 'steps'"),
        ("steps: [a]\n    items: [b]", "6:5", "'items' can't be used together with 'steps'"),
        ("steps: [a]\n    guid: b", "6:5", "'guid' can't be used together with 'steps'"),
        ("steps: [a]\n    reverse: true", "6:5", "'reverse' can't be used together with 'steps'"),
        ("items: [a, b, a]", "5:19", "water.yaml:5 and has the same answer"),
        (f"items: [{', '.join(map(str, range(21)))}]", "5:5", "'items' has 21 items, and each card would show all"),
        ("steps: [{id: a, text: b}, {id: a, text: c}]", "5:36", "the id 'x/a' is already used at"),
        ("steps: [a]\n  - {id: x, question: R, steps: [b]}", "6:10", "the id 'x' is already used at"),
        ("steps: [a, '![](gone.svg)']", "5:16", "there is no file 'gone.svg' in the deck's media folder"),
    ],
)
def test_a_mistake_is_told_at_its_place(author: Author, written: str, at: str, said: str) -> None:
    author.section(f"  - id: x\n    question: Q\n    {written}\n")
    told = [each for each in author.problems() if each.name != "no-alt"]
    assert [f"{each.line}:{each.column}" for each in told] == [at], list(map(str, told))
    assert said in told[0].message


def test_a_list_needs_an_id_and_a_question(author: Author) -> None:
    author.section("  - question: The way of the blood\n    steps: [a, b]\n  - {id: x, steps: [a, b]}\n")
    assert [(each.line, each.name, each.remedy) for each in author.problems()] == [
        (3, "missing-key", "add id: the-way-of-the-blood"),
        (5, "missing-key", "add question:"),
    ]


def test_what_is_odd_in_a_list_is_shown_as_it_is(author: Author, learner: Learner) -> None:
    author.write("media/dot.svg", PICTURE)
    items = ["![a dot](dot.svg)", "$x^2$", "`a|b`\n\n- one\n- two", "{c} and {{d}}", "- 3", "<b>", "no", "2.10", "…"]
    author.section(listed([*items, *(f"Item {number}" for number in range(200))]))
    assert not author.problems()
    built = author.build()
    assert (built.notes, built.media) == (209, 1)
    learner.import_package(author.package)
    assert learner.faults() == []
    assert learner.missing_media() == []
    assert verify(author.package).ok
    author.section("  - id: x\n    question: Q\n    items:\n      - !html '<b>a</b>'\n      - b\n")
    assert asked(author) == {"<b>a</b>": "Q: b | [...]", "b": "Q: a | [...]"}


def test_an_item_that_is_not_written_yet_is_left_out(author: Author) -> None:
    author.section(listed(["a", "TODO", "b"]))
    assert [each.name for each in author.problems()] == ["unwritten"]
    assert asked(author) == {"a": "The way of the blood: [...] | …", "b": "The way of the blood: a | [...]"}


def test_the_language_of_the_items_is_marked_in_the_question(author: Author) -> None:
    author.section(listed(["Ringstraße", "Donau"], more="    answer-language: de\n"))
    _, second = compile_notes(author.load())
    assert second.fields[0] == (
        'The way of the blood<div lang="de" dir="auto"><ul class="q-items"><li>Ringstraße</li>'
        '<li><span class="cloze">[...]</span></li></ul></div>'
    )


def test_ids_are_written_into_the_list(author: Author) -> None:
    author.section(
        "  - id: heart\n    question: Q\n    steps:\n      - Right atrium  # first\n      - 'It''s, well'\n"
        "      - {text: a, hint: b}\n      - {id: mine, text: c}\n"
        '  - {id: danube, question: Q?, items: [Ulm, "a, b"]}\n'
        "  - id: poem\n    question: P\n    lines: |\n      x\n      y\n"
    )
    author.build()
    assert len(write_ids(author.load())) == 5
    assert author.read("water.yaml") == (
        "section: Water\ncards:\n  - id: heart\n    question: Q\n    steps:\n"
        "      - {id: right-atrium, text: Right atrium}  # first\n      - {id: its-well, text: 'It''s, well'}\n"
        "      - {id: a, text: a, hint: b}\n      - {id: mine, text: c}\n"
        '  - {id: danube, question: Q?, items: [{id: ulm, text: Ulm}, {id: a-b, text: "a, b"}]}\n'
        "  - id: poem\n    question: P\n    lines: |\n      x\n      y\n"
    )
    built = author.build()
    assert (len(built.changes.new), len(built.changes.edited), built.notes) == (0, 0, 8)


def test_the_source_of_a_list_is_updated_once(author: Author) -> None:
    author.section(listed(["a", "b"], more="    source: p1s3\n"))
    (section,) = author.load().deck.sections
    moved = [(source, f"{source}0") for card in section.cards for source in card.source]
    assert len(moved) == 2
    path = author.folder / "water.yaml"
    assert with_locators(path, path.read_bytes(), moved) == path.read_bytes().replace(b"p1s3", b"p1s30")


def test_a_program_may_propose_a_list(tmp_path: Path) -> None:
    (tmp_path / "heart.md").write_text("# Heart\n\nBlood enters the atrium. It passes a valve.\n", "utf-8")
    card = {"id": "path", "question": "Which way?", "steps": ["Atrium", "Valve"], "source": "heart/p1s1"}
    (tmp_path / "program.py").write_text(f"print({json.dumps(json.dumps(card))})", "utf-8")
    program = f"'{sys.executable}' '{tmp_path / 'program.py'}'"
    words = ["draft", str(tmp_path / "heart.md"), "--deck", str(tmp_path / "deck"), "--with", program]
    done = CliRunner().invoke(main, words)
    assert (done.exit_code, done.output.count("1 stub and 1 proposed card")) == (0, 1), done.output
    assert '    steps: ["Atrium", "Valve"]\n' in (tmp_path / "deck" / "heart.yaml").read_text("utf-8")


def test_the_schema_takes_what_the_reader_takes(author: Author) -> None:
    schema = Draft202012Validator(json_schema("section"))
    good: dict[str, object] = {"id": "x", "question": "Q"}
    for card, valid in [
        ({**good, "steps": ["a", {"id": "b", "text": "b", "retired": True}]}, True),
        ({**good, "items": [1, "b"], "typed": True}, True),
        ({**good, "lines": "a\nb"}, True),
        ({**good, "lines": ["a", {"text": "b"}]}, True),
        ({**good, "steps": []}, False),
        ({**good, "steps": ["a"], "answer": "b"}, False),
        ({**good, "steps": ["a"], "items": ["b"]}, False),
        ({**good, "steps": [{"id": "a"}]}, False),
        ({**good, "steps": [{"text": "a", "reverse": True}]}, False),
        ({"question": "Q", "steps": ["a"]}, False),
        (good, False),
    ]:
        section = {"section": "Water", "cards": [card]}
        author.write("water.yaml", json.dumps(section))
        assert schema.is_valid(section) == valid, card
        assert (not author.load().errors) == valid, card


def test_an_edited_list_is_built_as_from_the_start(author: Author) -> None:
    author.section(listed(HEART))
    author.section(listed(DANUBE, "items", list_id="danube"), "Sea", "sea.yaml")
    words = ["build", "-o", str(author.out), str(author.folder)]
    assert "8 new" in CliRunner().invoke(main, words).output
    author.edit("Right ventricle", "Another ventricle")
    assert "2 edited, 6 unchanged" in CliRunner().invoke(main, words).output
    fast = author.package.read_bytes()
    assert author.build().changes.edited == ()
    assert author.package.read_bytes() == fast


def test_paper_has_the_list_once(author: Author, tmp_path: Path) -> None:
    poem = "  - id: poem\n    question: P\n    lines: |\n      x\n      y\n      x\n      y\n"
    author.section(listed([*HEART, {"text": "Gone", "retired": True}]) + poem)
    page = tmp_path / "page.html"
    done = CliRunner().invoke(main, ["export", str(author.folder), "--to", "print", "-o", str(page)])
    assert done.exit_code == 0, done.output
    rows = re.findall(r'class="question"[^>]*>(.*?)</div><div class="answer"[^>]*>(.*?)</div>', page.read_text("utf-8"))
    assert rows == [
        ("The way of the blood", f"<ol>{''.join(f'<li>{each}</li>' for each in HEART)}</ol>"),
        ("P", "x<br>y<br>x<br>y"),
    ]


def test_preview_and_stats_know_items(author: Author) -> None:
    author.section(listed(HEART))
    with Artist() as artist:
        shown = deck_view(author.load(), artist)
    assert [each["name"] for each in shown.cards.values()] == ["item"] * 4
    assert next(iter(shown.cards)) == "heart/right-atrium/1"
    done = CliRunner().invoke(main, ["stats", "--format", "json", str(author.folder)])
    assert json.loads(done.stdout)["decks"][0]["kinds"]["item"] == 4


def test_a_lists_ok_is_for_its_items_together(author: Author) -> None:
    long = " ".join(f"word{number}" for number in range(40))
    author.section(listed([long, "b"], more="    ok: [long-answer]\n"))
    assert not [each for each in author.judgements() if each.name in ("long-answer", "unused-ok")]
    author.section(listed(["a", "b"], more="    ok: [long-answer]\n"))
    assert [each.name for each in author.judgements() if each.name == "unused-ok"] == ["unused-ok"]


@pytest.mark.parametrize(
    ("items", "found"),
    [
        ("steps: [a]", ["short-list"]),
        ("items: [a]", ["short-list"]),
        ("lines: a", ["short-list"]),
        ("steps: ['- a\n      - b']", ["short-list"]),
        ("steps: [a, TODO]", ["unwritten"]),
        ("steps: [a, {text: b, retired: true}]", []),
        ("steps: [{text: a, retired: true}]", []),
        ("lines: |\n      a\n      a", []),
        ("steps: [a]\n    ok: short-list", []),
    ],
)
def test_a_list_of_one_item_is_told(author: Author, items: str, found: list[str]) -> None:
    author.section(f"  - id: x\n    question: What comes first, at dawn?\n    {items}\n")
    told = [each for each in author.judgements() if each.severity == "warning"]
    assert [each.name for each in told] == found, told
    assert all("add the others, or write answer: instead" in str(each) for each in told if each.name == "short-list")
