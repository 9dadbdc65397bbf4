"""Ids that change hands: whatever an author renames, copies or merges, no history moves to another card silently."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Mapping

import pytest
import yaml
from author import START, Author
from click.testing import CliRunner
from test_history import git

from studydeck.cli import main
from studydeck.commands.ids import unnamed, write_ids
from studydeck.commands.plan import repair_lock
from studydeck.decks import load_all
from studydeck.engine.learner import Import, Learner
from studydeck.model import Problem
from studydeck.pipeline import load

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
        "water.yaml:3:9: error: learners have this question as the card 'q1', and 'q2' with another question; "
        f"write id: q1 again, or guid: {first} beside the new one; if this is 'q2' reworded, write guid: {second} "
        "[gone-id]",
        "water.yaml:6:9: error: learners have this question as the card 'q2', and 'q1' with another question; "
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
    assert problem.message == "learners have this question as the card 'q1'"
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


def answers_swapped(author: Author) -> None:
    author.edit("Cairo", "Nakuru")
    author.edit("Nairobi", "Cairo")


def in_another_file(author: Author) -> None:
    author.section(cards({"q3": "Ghana", "q4": "Chad"}))
    author.section(cards({"q2": "Kenya", "q1": "Egypt"}), "Air", "air.yaml")


FINE: dict[str, Callable[[Author], object]] = {
    "all reworded": lambda author: author.edit("What is the capital", "Which city is the capital"),
    "answers swapped": answers_swapped,
    "another order": lambda author: author.section(cards({"q4": "Chad", "q3": "Ghana", "q1": "Egypt", "q2": "Kenya"})),
    "in another file": in_another_file,
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


@pytest.mark.parametrize("when", ["before", "with it"])
def test_a_retired_card_under_another_id_is_told_so_and_never_a_new_card(capitals: Author, when: str) -> None:
    """Nobody writes a new card to retire it: learners would get a second one beside the one that they know."""
    retired = {"Chad": "    retired: true\n"}
    if when == "before":
        capitals.section(cards(numbered(*CAPITALS), **retired))
        capitals.build()
    capitals.section(cards({"q1": "Egypt", "q2": "Kenya", "q3": "Ghana", "q5": "Chad"}, **retired))
    assert told(capitals) == {("q5", "q4")}
    guid = capitals.guid("q4")
    capitals.section(
        cards(
            {"q1": "Egypt", "q2": "Kenya", "q3": "Ghana", "q5": "Chad"}, Chad=f"    guid: {guid}\n    retired: true\n"
        )
    )
    assert capitals.build().changes.new == ()
    assert capitals.guid("q5") == guid


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
        "same-id", "this card has the guid of the card 'q1', and Anki would merge the two"
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
    assert problem.message == f"learners have this card under the guid '{capitals.guid('q1')}'"


def test_a_guid_finds_a_card_without_an_id_that_was_reworded(author: Author, learner: Learner) -> None:
    author.section("  - {question: What is a?, answer: x}\n")
    author.build()
    learner.import_package(author.package)
    guid = author.guid("what-is-a")
    author.section(f"  - {{guid: {guid}, question: What is b?, answer: y}}\n")
    author.now -= 1_000
    assert author.build(later=0).changes.edited == ("what-is-a",)
    assert learner.import_package(author.package) == Import(0, 1, 0, 0, 0)


def test_no_card_is_asked_about_a_note_that_another_card_is(author: Author) -> None:
    known = "  - {question: What is b?, answer: x}\n"
    author.section("  - {question: What is a?, answer: w}\n" + known)
    author.build()
    taken = f"  - {{id: what-is-a, question: What is a?, answer: w}}\n  - {{guid: {author.guid('what-is-a')}, "
    author.section(f"{taken}question: What is c?, answer: y}}\n  - {{question: What is d?, answer: z}}\n{known}")
    assert [each.name for each in author.problems()] == ["same-id"]


def test_a_card_whose_id_another_took_keeps_its_history_by_its_guid_alone(capitals: Author, studied: Learner) -> None:
    before, histories = asked(studied), studied.histories()
    guid = capitals.guid("q1")
    egypt = f"  - {{guid: {guid}, question: What is the capital of Egypt?, answer: Cairo}}\n"
    rest = cards({"q1": "Norway", "q2": "Kenya", "q3": "Ghana", "q4": "Chad"}, Norway="    guid: of-norway\n")
    capitals.section(rest + egypt)
    built = capitals.build(later=0)  # within the second of the last build
    assert built.changes[:2] == (("q1",), ("what-is-the-capital-of-egypt",))
    assert studied.import_package(capitals.package) == Import(1, 1, 3, 0, 0)
    assert asked(studied) == before | {"of-norway": "What is the capital of Norway?"}
    assert {card: studied.histories()[card] for card in histories} == histories
    assert studied.note(guid)["Id"] == "what-is-the-capital-of-egypt"


# --- cards without an id that come back -----------------------------------------------------------


@pytest.fixture
def retired(author: Author) -> Author:
    """A deck of cards without ids, one of which an earlier build retired."""
    card = "  - {question: Which river flows through Cairo?, answer: The Nile}\n"
    rest = "  - {question: Which river leaves Lake Constance?, answer: The Rhine}\n"
    author.section(rest + card)
    author.build()
    author.section(rest)
    author.build()
    return author


CAME_BACK = "  - {question: What flows through Cairo?, answer: The Nile}\n"


@pytest.mark.parametrize("section", ["Water", "Egypt"])
def test_a_retired_card_that_comes_back_reworded_is_asked_about(retired: Author, section: str) -> None:
    if section == "Water":
        retired.write("water.yaml", retired.read("water.yaml") + CAME_BACK)
    else:
        retired.section(CAME_BACK, section, "egypt.yaml")
    (problem,) = retired.problems()
    assert (problem.name, problem.severity) == ("ambiguous-card", "error")
    assert "may be 'which-river-flows-through-cairo' reworded or a new card" in problem.message
    file = "water.yaml" if section == "Water" else "egypt.yaml"
    retired.edit("{question: What flows", "{id: which-river-flows-through-cairo, question: What flows", file)
    assert retired.build().changes.new == ()


def test_a_card_with_another_answer_than_the_retired_one_is_new(retired: Author) -> None:
    retired.write("water.yaml", retired.read("water.yaml") + CAME_BACK.replace("The Nile", "Tourists"))
    assert retired.build().changes.new == ("what-flows-through-cairo",)


def test_a_retired_card_that_still_stands_there_may_be_replaced_by_its_like(author: Author) -> None:
    card = "  - {question: Which river flows through Cairo?, answer: The Nile}\n"
    author.section(card)
    author.build()
    author.section(card.replace("}", ", retired: true}"))
    author.build()
    author.section(card.replace("}", ", retired: true}") + CAME_BACK)
    assert author.build().changes.new == ("what-flows-through-cairo",)


def test_the_live_card_of_an_answer_goes_before_the_retired_one(retired: Author) -> None:
    retired.write("water.yaml", retired.read("water.yaml") + CAME_BACK.replace("The Nile", "The Rhine"))
    retired.edit("  - {question: Which river leaves Lake Constance?, answer: The Rhine}\n", "")
    assert retired.build().changes.edited == ("which-river-leaves-lake-constance",)


# --- ids that are written while another author rewords --------------------------------------------

NAMELESS = {
    "a question": "  - question: Which river flows through Cairo?\n    answer: The Nile\n",
    "a cloze": "  - cloze: The {{c1::Nile}} flows through Cairo.\n",
    "a question further down": "  - answer: The Nile\n    hint: a long one\n    tags: [x]\n"
    "    question: Which river flows through Cairo?\n",
}
#: Which of them, what it becomes, and whether it was built so.
REWORDED = {
    "the question": ("a question", "Which river flows", "What flows", True),
    "the question, not built": ("a question", "Which river flows", "What flows", False),
    "question and answer": (
        "a question",
        "flows through Cairo?\n    answer: The",
        "is it?\n    answer: It is the",
        False,
    ),
    "a cloze": ("a cloze", "flows through", "is the river of", False),
    "a line far from the id": ("a question further down", "Which river flows", "What flows", True),
    "a line far from the id, not built": ("a question further down", "Which river flows", "What flows", False),
}


@pytest.mark.parametrize("resolved", ["ours", "theirs"])
@pytest.mark.parametrize("ours", ["written", "written and built", "written and edited"])
@pytest.mark.parametrize("reworded", REWORDED)
def test_ids_written_on_one_branch_and_a_card_reworded_on_the_other(
    author: Author, learner: Learner, reworded: str, ours: str, resolved: str
) -> None:
    """However the two are merged, by real git: it stays one card with its history, or its author is asked."""
    kind, old, new, theirs_built = REWORDED[reworded]
    author.section(NAMELESS[kind])
    author.build()
    learner.import_package(author.package)
    learner.study(2)
    before, guids = learner.histories(), {each.guid for each in author.load().lock.notes.values()}
    git(author.folder, "init", "-qb", "main")
    commit(author, "first")
    git(author.folder, "checkout", "-qb", "theirs")
    author.edit(old, new)
    if theirs_built:
        author.build()
    commit(author, "reworded")
    git(author.folder, "checkout", "-q", "main")
    write_ids(author.load())
    if ours == "written and edited":
        author.write("water.yaml", author.read("water.yaml") + "    details: It is long.\n")
    if ours != "written":
        author.build()
    commit(author, "ids")
    git(author.folder, "merge", "-q", "--no-edit", "theirs", check=False)
    if "<<<<" in author.read("water.yaml"):
        git(author.folder, "checkout", f"--{resolved}", "water.yaml")
    (name,) = author.load().lock.notes
    found = author.problems()
    if found:
        assert [each.name for each in found] == ["ambiguous-card"]
        author.edit("  - ", f"  - id: {name}\n    ")
        assert author.problems() == []
    author.build()
    assert {each.guid for each in author.load().lock.notes.values()} == guids
    assert learner.import_package(author.package).new == 0
    assert {card: learner.histories()[card] for card in before} == before


def commit(author: Author, message: str) -> None:
    git(author.folder, "add", ".")
    git(author.folder, "commit", "-qm", message)


def test_an_id_that_the_build_made_stays_known_as_such_once_it_is_written(author: Author) -> None:
    author.section(NAMELESS["a question"])
    author.build()
    before = author.read("deck.lock")
    assert len(write_ids(author.load())) == 1
    author.build()
    assert author.read("deck.lock") == before


def around_the_note(author: Author) -> list[str]:
    """The lock of one note: what is before the note's line, the line, what is after it."""
    return re.split(r"(?m)(^note\t.*\n)", author.read("deck.lock"))


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_lines_of_one_note_that_the_build_made_once_it_made_it(author: Author, order: int) -> None:
    """Locks of older versions said `own` once an id was written into the YAML."""
    author.section(NAMELESS["a question"])
    author.build()
    head, note, end = around_the_note(author)
    older = note.replace("\tmade\t", "\town\t")
    newer = re.sub(r"\t(\d{10})\t", lambda stamp: f"\t{int(stamp[1]) + 5}\t", note)
    for pair in ([older, newer], [older.replace("\town\t", "\tmade\t"), newer.replace("\tmade\t", "\town\t")]):
        author.write("deck.lock", "".join([head, *pair[::order], end]))
        (record,) = author.load().lock.notes.values()
        assert record.made


@pytest.mark.parametrize("order", [1, -1])
def test_equal_stamps_with_differing_content_are_stamped_anew(author: Author, order: int) -> None:
    """Two branches built in one second: whichever a learner has, the merged card reaches them."""
    author.section("  - {id: nile, question: Which river flows through Cairo?, answer: The Nile}\n")
    author.build()
    head, note, end = around_the_note(author)
    packages = []
    for answer in ("Nile", "The White Nile"):
        author.write("deck.lock", head + note + end)
        author.section(f"  - {{id: nile, question: Which river flows through Cairo?, answer: {answer}}}\n")
        shutil.rmtree(author.out)
        author.now = START + 500
        author.build(later=0)
        packages.append((author.package.read_bytes(), around_the_note(author)[1]))
    lines = [line for _, line in packages]
    assert lines[0] != lines[1]
    for answer in ("Nile", "The White Nile"):
        author.section(f"  - {{id: nile, question: Which river flows through Cairo?, answer: {answer}}}\n")
        author.write("deck.lock", "".join([head, *lines[::order], end]))
        shutil.rmtree(author.out)
        author.now = START + 500
        assert author.build(later=0).changes.edited == ("nile",)
        for package, _ in packages:
            with Learner() as learner:
                (author.out / "theirs.apkg").write_bytes(package)
                learner.import_package(author.out / "theirs.apkg")
                assert learner.import_package(author.package) == Import(0, 1, 0, 0, 0)
                assert learner.note(author.guid("nile"))["Answer"] == answer


@pytest.mark.parametrize("card", ["- {question: '%s?', answer: It is}", "- question: '%s?'\n    answer: It is"])
@pytest.mark.parametrize("word", ["No", "True", "null", "OFF", "y", "2024", "1e3"])
def test_an_id_that_yaml_would_take_for_something_else_is_written_in_quotes(
    author: Author, word: str, card: str
) -> None:
    author.section(f"  {card}\n" % word)
    author.build()
    assert [each.id for each in write_ids(author.load())] == [word.lower()]
    assert [each["id"] for each in yaml.safe_load(author.read("water.yaml"))["cards"]] == [word.lower()]
    assert unnamed(author.load()) == []


# --- a deck's uid ---------------------------------------------------------------------------------


def a_copy(author: Author, uid: str = "copycopycopy", name: str = "copy") -> Author:
    """A copy of the deck, lock and all, with a name and a uid of its own."""
    copy = Author(author.folder.parent, name)
    shutil.copytree(author.folder, copy.folder, dirs_exist_ok=True)
    copy.write("deck.yaml", f"deck: Copy\nuid: {uid}\n")
    copy.now = author.now
    return copy


def test_the_lock_has_the_uid_in_a_line_of_its_own(capitals: Author) -> None:
    assert capitals.read("deck.lock").splitlines()[2] == "uid\ttesttesttest"


def test_a_copy_with_a_uid_of_its_own_and_the_old_lock_is_not_built(capitals: Author, studied: Learner) -> None:
    before, histories = asked(studied), studied.histories()
    copy = a_copy(capitals)
    copy.edit("Cairo", "Giza")
    (problem,) = errors(copy)
    assert (problem.name, problem.path[-9:], problem.line, problem.column) == ("changed-uid", "deck.yaml", 2, 6)
    assert "'testtesttest'" in problem.message
    assert "studydeck fork" in problem.remedy
    (copy.folder / "deck.lock").unlink()
    copy.build()
    studied.import_package(copy.package)
    assert len(asked(studied)) == 8
    assert {guid: asked(studied)[guid] for guid in before} == before
    assert {card: studied.histories()[card] for card in histories} == histories


@pytest.mark.parametrize("name", ["acopy", "zcopy"])
def test_a_copy_beside_its_original_is_told_once_and_at_the_copy(capitals: Author, name: str) -> None:
    copy = a_copy(capitals, name=name)
    _, problems = load_all(sorted([capitals.folder, copy.folder]))
    (problem,) = [each for each in problems if each.severity == "error"]
    assert (problem.name, f"{name}/deck.yaml" in problem.path) == ("changed-uid", True)


def test_a_lock_without_a_uid_is_read_and_gets_one(capitals: Author) -> None:
    before, package = capitals.read("deck.lock"), capitals.package.read_bytes()
    capitals.edit("uid\ttesttesttest\n", "", "deck.lock")
    assert capitals.problems() == []
    (locked,) = capitals.build(locked=True).problems
    assert (locked.name, "the deck's uid" in locked.message) == ("locked", True)
    assert capitals.build().changes.edited == ()
    assert (capitals.read("deck.lock"), capitals.package.read_bytes()) == (before, package)


@pytest.mark.parametrize("line", ["uid\tanotheruid12\n", "uid\n", "uid\ttesttesttest\tmore\n"])
def test_a_lock_with_two_uids_or_a_torn_one_is_damaged(capitals: Author, line: str) -> None:
    capitals.edit("uid\ttesttesttest\n", f"uid\ttesttesttest\n{line}", "deck.lock")
    assert [(each.name, each.line) for each in errors(capitals)] == [("damaged-lock", 4)]


def test_locks_of_two_branches_that_both_get_a_uid_merge(capitals: Author) -> None:
    capitals.edit("uid\ttesttesttest\n", "", "deck.lock")
    git(capitals.folder, "init", "-qb", "main")
    commit(capitals, "an old lock")
    for branch, old, new in [("theirs", "Cairo", "Giza"), ("main", "Accra", "Kumasi")]:
        git(capitals.folder, "checkout", "-q", *(["-b"] if branch != "main" else []), branch)
        capitals.edit(old, new)
        capitals.write("style.css", f".{branch} {{ margin: 0 }}")
        shutil.rmtree(capitals.out)
        capitals.build()
        (capitals.folder / "style.css").unlink()
        commit(capitals, branch)
    git(capitals.folder, "merge", "-q", "--no-edit", "theirs")
    assert capitals.problems() == []
    capitals.build()
    assert capitals.read("deck.lock").count("uid\t") == 1


def test_a_repaired_lock_is_still_the_other_decks(capitals: Author) -> None:
    copy = a_copy(capitals)
    copy.write("deck.lock", copy.read("deck.lock") + "torn")
    repaired = repair_lock(copy.folder, copy.out)
    assert repaired is not None
    assert "changed-uid" in {each.name for each in load(copy.folder, lock=repaired.lock).problems}


@pytest.mark.parametrize("kept", [True, False], ids=["guid kept", "guid taken out"])
@pytest.mark.parametrize("new", ["a-river", "the-nile"])
@pytest.mark.parametrize("resolved", ["ours", "theirs"])
def test_a_new_id_on_one_branch_and_a_card_reworded_on_the_other(
    author: Author, learner: Learner, resolved: str, new: str, kept: bool
) -> None:
    """The merged lock has both ids of one note: none of them is another card, and the next lock has one."""
    author.section("  - id: nile\n    question: Which river flows through Cairo?\n    answer: The Nile\n")
    author.build()
    learner.import_package(author.package)
    learner.study()
    before, guid = learner.histories(), author.guid("nile")
    git(author.folder, "init", "-qb", "main")
    commit(author, "first")
    git(author.folder, "checkout", "-qb", "theirs")
    author.edit("Which river flows", "What flows")
    author.build()
    commit(author, "reworded")
    git(author.folder, "checkout", "-q", "main")
    author.edit("id: nile\n", f"id: {new}\n    guid: {guid}\n")
    author.build()
    if not kept:
        author.edit(f"    guid: {guid}\n", "")
        author.build()
    commit(author, "another id")
    git(author.folder, "merge", "-q", "--no-edit", "theirs", check=False)
    assert author.read("deck.lock").count(guid) == 2
    git(author.folder, "checkout", f"--{resolved}", "water.yaml", check=False)
    if resolved == "ours":
        author.edit("Which river flows", "What flows")
    assert author.problems() == []
    built = author.build()
    assert (built.notes, built.changes.new, built.changes.retired) == (1, (), ())
    assert author.read("deck.lock").count(guid) == 1
    learner.import_package(author.package)
    assert learner.note(guid)["Question"] == "What flows through Cairo?"
    assert learner.histories() == before
    author.edit("What flows", "Which river flows")
    assert author.problems() == []


@pytest.mark.parametrize("name", ["acopy", "zcopy"])
def test_a_guid_that_came_along_into_a_copy_is_told(capitals: Author, learner: Learner, name: str) -> None:
    guid = capitals.guid("q1")
    capitals.section(cards(numbered(*CAPITALS), Egypt=f"    guid: {guid}\n"))
    capitals.build()
    copy = a_copy(capitals, name=name)
    (copy.folder / "deck.lock").unlink()
    copy.build()
    learner.import_package(capitals.package)
    assert learner.import_package(copy.package) == Import(3, 0, 0, 1, 0)  # what it is told for
    capitals.section(cards(numbered(*CAPITALS)))  # the original's lock has it
    _, problems = load_all(sorted([capitals.folder, copy.folder]))
    (problem,) = [each for each in problems if each.severity == "error"]
    assert (problem.name, f"{name}/water.yaml" in problem.path, problem.line) == ("same-id", True, 6)
    copy.edit(f"    guid: {guid}\n", "")
    (copy.folder / "deck.lock").unlink()
    assert [each for each in load_all([capitals.folder, copy.folder])[1] if each.severity == "error"] == []
