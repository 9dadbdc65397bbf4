"""Ids that change hands: whatever an author renames, copies or merges, no history moves to another card silently."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping

import pytest
from author import Author
from click.testing import CliRunner

from builder.cli import main
from builder.engine.learner import Import, Learner
from builder.model import Problem

CAPITALS = {"Egypt": "Cairo", "Kenya": "Nairobi", "Ghana": "Accra", "Chad": "N'Djamena"}


def cards(ids: Mapping[str, str], **more: str) -> str:
    """A card for each country: `ids` are theirs, in order; `more` are lines of YAML for some of the countries."""
    text = ""
    for name, country in ids.items():
        answer = CAPITALS.get(country, "Oslo")
        text += f"  - id: {name}\n    question: What is the capital of {country}?\n    answer: {answer}\n"
        text += more.get(country, "")
    return text


def numbered(*countries: str) -> dict[str, str]:
    return {f"q{number}": country for number, country in enumerate(countries, start=1)}


@pytest.fixture
def capitals(author: Author) -> Author:
    author.section(cards(numbered(*CAPITALS)))
    author.build()
    return author


@pytest.fixture
def studied(capitals: Author, learner: Learner) -> Learner:
    learner.import_package(capitals.package)
    learner.study(9)
    return learner


def errors(author: Author) -> list[Problem]:
    return author.load().errors


def told(author: Author) -> set[tuple[str, str]]:
    """Of each id that changed hands, the one that stands there now, and the one that learners know."""
    found = errors(author)
    assert {each.name for each in found} <= {"gone-id"}
    return {
        (author.read("water.yaml").splitlines()[each.line - 1].split("id: ")[1], each.message.split("'")[1])
        for each in found
    }


# --- ids that stand on another card's question ----------------------------------------------------


def test_a_card_inserted_in_front_and_the_rest_numbered_anew_is_an_error_of_each(capitals: Author) -> None:
    capitals.section(cards(numbered("Norway", *CAPITALS)))
    assert told(capitals) == {("q2", "q1"), ("q3", "q2"), ("q4", "q3"), ("q5", "q4")}


def test_the_error_names_both_and_says_how_to_mean_it(capitals: Author) -> None:
    capitals.section(cards({"q2": "Egypt", "q1": "Kenya", "q3": "Ghana", "q4": "Chad"}))
    first, second = capitals.guid("q1"), capitals.guid("q2")
    assert [str(each).rpartition("/")[2] for each in errors(capitals)] == [
        "water.yaml:3:9: error: learners know this question as the card 'q1', and 'q2' by another one; "
        f"write id: q1 again, or guid: {first} beside the new one; if this is 'q2' reworded, write guid: {second} "
        "[gone-id]",
        "water.yaml:6:9: error: learners know this question as the card 'q2', and 'q1' by another one; "
        f"write id: q2 again, or guid: {second} beside the new one; if this is 'q1' reworded, write guid: {first} "
        "[gone-id]",
    ]


@pytest.mark.parametrize(
    ("ids", "moved"),
    [
        ({"q2": "Egypt", "q3": "Kenya", "q4": "Ghana", "q5": "Chad"}, {"q2", "q3", "q4", "q5"}),
        ({"q4": "Egypt", "q1": "Kenya", "q2": "Ghana", "q3": "Chad"}, {"q1", "q2", "q3", "q4"}),
        ({"q1": "Kenya", "q2": "Ghana", "q3": "Chad"}, {"q1", "q2", "q3"}),
        ({"q1": "Norway", "q5": "Egypt"}, {"q5"}),
        ({"q1": "Egypt", "q2": "Chad"}, {"q2"}),
    ],
    ids=["one up", "in a ring", "the first deleted", "an id given away", "the last id gone"],
)
def test_ids_that_change_hands_are_errors(capitals: Author, ids: dict[str, str], moved: set[str]) -> None:
    before = capitals.read("deck.lock"), capitals.package.read_bytes()
    capitals.section(cards(ids))
    assert {name for name, _ in told(capitals)} == moved
    assert (capitals.read("deck.lock"), capitals.package.read_bytes()) == before


def test_a_card_that_was_deleted_long_ago_keeps_its_question_from_other_ids(capitals: Author) -> None:
    """It may come back, and its history is not for another card's id."""
    capitals.section(cards(numbered("Egypt", "Kenya", "Ghana")))
    capitals.build()
    capitals.section(cards({"q1": "Egypt", "q2": "Chad", "q3": "Ghana"}))
    assert told(capitals) == {("q2", "q4")}


def test_a_question_whose_id_is_on_another_card_is_asked_about_without_an_id(capitals: Author) -> None:
    capitals.section(cards({"q1": "Norway"}) + "  - {question: What is the capital of Egypt?, answer: Cairo}\n")
    (problem,) = errors(capitals)
    assert (problem.name, problem.line) == ("gone-id", 6)
    assert problem.message == "learners know this question as the card 'q1'"
    own = re.search(r"if this is another card, write guid: (\w+)", problem.remedy)
    assert own
    capitals.edit("{question", f"{{guid: {own[1]}, question")
    assert capitals.build().changes.new == ("what-is-the-capital-of-egypt",)


def test_a_question_and_a_cloze_that_swap_ids_are_told_so(author: Author) -> None:
    one, other = "question: Which river flows through Cairo?\n    answer: Nile", "cloze: The {{c1::Rhine}} is long."
    author.section(f"  - id: a\n    {one}\n  - id: b\n    {other}\n")
    author.build()
    author.section(f"  - id: b\n    {one}\n  - id: a\n    {other}\n")
    assert told(author) == {("a", "b"), ("b", "a")}


@pytest.mark.parametrize("command", ["check", "build", "plan"])
def test_every_command_tells_it(capitals: Author, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.chdir(capitals.folder.parent)
    CliRunner().invoke(main, ["build", "rivers"])
    capitals.section(cards({"q2": "Egypt", "q1": "Kenya"}))
    for words in ([], ["--format", "json"]):
        done = CliRunner().invoke(main, [command, "rivers", *words])
        assert done.exit_code == 1
        if words and command != "plan":
            problems = [each for each in json.loads(done.stdout)["problems"] if each["severity"] == "error"]
            assert [(each["name"], each["line"], each["column"]) for each in problems] == [
                ("gone-id", 3, 9),
                ("gone-id", 6, 9),
            ]
        else:
            assert done.output.count("[gone-id]") == 2


# --- what is no change of hands -------------------------------------------------------------------

FINE: dict[str, Callable[[Author], object]] = {
    "all reworded": lambda author: author.edit("What is the capital", "Which city is the capital"),
    "answers swapped": lambda author: (author.edit("Cairo", "Nakuru"), author.edit("Nairobi", "Cairo")),
    "another order": lambda author: author.section(cards({"q4": "Chad", "q3": "Ghana", "q1": "Egypt", "q2": "Kenya"})),
    "in another file": lambda author: (
        author.section(cards({"q3": "Ghana", "q4": "Chad"})),
        author.section(cards({"q2": "Kenya", "q1": "Egypt"}), "Air", "air.yaml"),
    ),
    "replaced by its like": lambda author: author.section(
        cards(numbered(*CAPITALS) | {"again": "Egypt"}).replace("Cairo\n", "Cairo\n    retired: true\n", 1)
    ),
}  # fmt: skip


@pytest.mark.parametrize("edit", FINE)
def test_what_is_no_change_of_hands_is_no_error(capitals: Author, edit: str) -> None:
    guids = {name: capitals.guid(name) for name in numbered(*CAPITALS)}
    FINE[edit](capitals)
    capitals.build()
    assert {name: capitals.guid(name) for name in guids} == guids


def test_a_question_that_is_copied_is_told_once(capitals: Author) -> None:
    capitals.section(cards(numbered(*CAPITALS) | {"q5": "Egypt"}))
    assert [each.name for each in errors(capitals)] == ["same-question"]
    capitals.section(cards({"q1": "Egypt", "q2": "Egypt"}))
    assert [each.name for each in errors(capitals)] == ["same-question"]


def test_a_deleted_question_may_come_back_as_a_new_card(capitals: Author) -> None:
    capitals.section(cards(numbered("Egypt", "Kenya", "Ghana")))
    capitals.build()
    capitals.section(cards(numbered("Egypt", "Kenya", "Ghana") | {"chad": "Chad"}))
    assert capitals.build().changes.new == ("chad",)


# --- how it is meant ------------------------------------------------------------------------------


def asked(learner: Learner) -> dict[str, str]:
    return {note.guid: note["Question"] for note in learner.notes()}


@pytest.mark.parametrize(
    "ids",
    [
        {"q2": "Egypt", "q1": "Kenya", "q3": "Ghana", "q4": "Chad"},
        {"q2": "Egypt", "q3": "Kenya", "q4": "Ghana", "q5": "Chad"},
        {"q4": "Egypt", "q1": "Kenya", "q2": "Ghana", "q3": "Chad"},
    ],
    ids=["swapped", "one up", "in a ring"],
)
def test_new_ids_with_the_old_guids_keep_every_history(capitals: Author, studied: Learner, ids: dict[str, str]) -> None:
    before, histories = asked(studied), studied.histories()
    old = {country: name for name, country in numbered(*CAPITALS).items()}
    guids = {country: capitals.guid(old[country]) for country in CAPITALS}
    more = {country: f"    guid: {guid}\n" for country, guid in guids.items() if ids.get(old[country]) != country}
    capitals.section(cards(ids, **more))
    capitals.now -= 1_000  # the clock of another computer
    built = capitals.build(later=0)
    assert (built.changes.new, built.changes.retired) == ((), ())
    assert len(built.changes.edited) == len(more)
    assert studied.import_package(capitals.package) == Import(0, len(more), 4 - len(more), 0, 0)
    assert (asked(studied), studied.histories()) == (before, histories)
    assert capitals.build().changes.edited == ()
    capitals.section(cards(ids))  # the lock has them now
    assert capitals.build().changes.edited == ()
    assert {ids[name]: each.guid for name, each in capitals.load().lock.notes.items()} == guids


def test_a_new_card_may_take_an_id_that_another_left_with_its_guid(capitals: Author, studied: Learner) -> None:
    before = asked(studied)
    guids = {country: f"    guid: {capitals.guid(name)}\n" for name, country in numbered(*CAPITALS).items()}
    capitals.section(cards(numbered("Norway", *CAPITALS), **guids))
    (twin,) = errors(capitals)
    assert (twin.name, twin.message) == (
        "same-id", "this card has the guid of the card 'q1', and Anki would make them one"
    )  # fmt: skip
    capitals.section(cards(numbered("Norway", *CAPITALS), Norway="    guid: of-norway\n", **guids))
    assert capitals.build().changes.new == ("q1",)
    studied.import_package(capitals.package)
    assert asked(studied) == before | {"of-norway": "What is the capital of Norway?"}


def test_a_card_may_be_reworded_into_anothers_question_if_its_guid_says_so(capitals: Author, studied: Learner) -> None:
    guid = capitals.guid("q1")
    capitals.section(cards({"q1": "Kenya"}, Kenya=f"    guid: {guid}\n"))
    assert capitals.build().changes.edited == ("q1",)
    studied.import_package(capitals.package)
    assert studied.note(guid)["Question"] == "What is the capital of Kenya?"
    capitals.section(cards({"q1": "Kenya"}))
    assert capitals.build().changes.edited == ()


def test_a_note_whose_id_another_takes_is_not_forgotten(capitals: Author) -> None:
    """The lock has room for one note of an id, so the other needs a place first."""
    kenya = capitals.guid("q2")
    capitals.section(cards({"q1": "Kenya"}, Kenya=f"    guid: {kenya}\n"))
    (problem,) = errors(capitals)
    assert problem.message == f"learners know this card by the guid '{capitals.guid('q1')}'"


def test_a_guid_finds_a_card_without_an_id_that_was_reworded(author: Author, learner: Learner) -> None:
    author.section("  - {question: What is a?, answer: x}\n")
    author.build()
    learner.import_package(author.package)
    guid = author.guid("what-is-a")
    author.section(f"  - {{guid: {guid}, question: What is b?, answer: y}}\n")
    author.now -= 1_000
    assert author.build(later=0).changes.edited == ("what-is-a",)
    assert learner.import_package(author.package) == Import(0, 1, 0, 0, 0)
