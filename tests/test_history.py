"""Identity through every rearrangement, cards without ids, retiring, and the lock's own life."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from author import DECK, START, Author

from studydeck.commands.ids import unnamed, write_ids
from studydeck.commands.plan import repair_lock
from studydeck.engine.learner import Import, Learner
from studydeck.history import lock_text
from studydeck.installing import update_line

CARDS = """\
  - id: nile
    question: Which river flows through Cairo?
    answer: The Nile
  - id: amazon
    question: Which river carries the most water?
    answer: The Amazon
  - id: oxbow
    cloze: An {{c1::oxbow lake}} is a cut-off bend of a river.
"""
NAMELESS = """\
  - question: Which river flows through Cairo?
    answer: The Nile
  - question: Which river carries the most water?
    answer: The Amazon
"""


@pytest.fixture
def rivers(author: Author) -> Author:
    author.section(CARDS)
    author.build()
    return author


@pytest.fixture
def nameless(author: Author) -> Author:
    author.section(NAMELESS)
    author.build()
    return author


def stamps(author: Author) -> dict[str, tuple[str, int, int]]:
    return {name: (each.guid, each.added, each.modified) for name, each in author.load().lock.notes.items()}


def git(folder: Path, *arguments: str, check: bool = True) -> str:
    command = ["git", "-c", "user.name=T", "-c", "user.email=t@example.org", *arguments]
    return subprocess.run(command, cwd=folder, check=check, capture_output=True, text=True).stdout


# --- moving house ---------------------------------------------------------------------------------


def test_renaming_title_folder_and_order_moves_no_stamp_and_no_history(rivers: Author, learner: Learner) -> None:
    learner.import_package(rivers.package)
    learner.study(2)
    before, was = learner.histories(), stamps(rivers)
    rivers.write("deck.yaml", DECK.replace("Rivers", "Streams"))
    first, second = CARDS.split("  - id: amazon")
    rivers.section("  - id: amazon" + second + first)
    moved = rivers.folder.with_name("streams")
    rivers.folder.rename(moved)
    rivers.folder, rivers.package = moved, rivers.out / "streams.apkg"
    rivers.build()
    assert stamps(rivers) == was
    assert learner.import_package(rivers.package) == Import(0, 0, 3, 0, 0)
    assert learner.histories() == before


def test_a_section_split_in_two_touches_only_the_cards_that_moved(rivers: Author, learner: Learner) -> None:
    learner.import_package(rivers.package)
    learner.study(2)
    before, was = learner.histories(), stamps(rivers)
    first, second = CARDS.split("  - id: oxbow")
    rivers.section(first)
    rivers.section("  - id: oxbow" + second, "Lakes", "lakes.yaml")
    built = rivers.build()
    assert built.changes.edited == ("oxbow",)
    assert {name: each[:2] for name, each in stamps(rivers).items()} == {name: each[:2] for name, each in was.items()}
    assert learner.import_package(rivers.package) == Import(0, 1, 2, 0, 0)
    assert learner.histories() == before


def test_a_section_file_renamed_is_no_change(rivers: Author) -> None:
    was = stamps(rivers)
    (rivers.folder / "water.yaml").rename(rivers.folder / "wet.yaml")
    assert rivers.build().changes.edited == ()
    assert stamps(rivers) == was


# --- cards without an id --------------------------------------------------------------------------


def test_a_card_without_an_id_gets_a_readable_one_and_keeps_it_when_its_answer_changes(nameless: Author) -> None:
    was = stamps(nameless)
    assert set(was) == {"which-river-flows-through-cairo", "which-river-carries-the-most-water"}
    nameless.edit("The Nile", "Nile")
    nameless.build()
    assert {name: each[0] for name, each in stamps(nameless).items()} == {name: each[0] for name, each in was.items()}


def test_a_reworded_question_is_found_by_its_answer(nameless: Author) -> None:
    nameless.edit("Which river flows through Cairo?", "What flows through Cairo?")
    assert nameless.build().changes.edited == ("which-river-flows-through-cairo",)


def test_two_cards_with_one_answer_and_new_questions_are_asked_about(author: Author) -> None:
    author.section("  - {question: What is a?, answer: x}\n  - {question: What is b?, answer: x}\n")
    author.build()
    author.section("  - {question: What is c?, answer: x}\n  - {question: What is d?, answer: x}\n")
    assert [str(each).rpartition("/")[2] for each in author.problems()] == [
        f"water.yaml:{line}:5: error: this card has no id, and may be 'what-is-a' or 'what-is-b' reworded or a new "
        "card; write id: what-is-a if learners should keep its history, or a new id if the card is new "
        "[ambiguous-card]"
        for line in (3, 4)
    ]


def test_a_card_reworded_on_both_sides_is_asked_about_and_an_id_answers(nameless: Author) -> None:
    nameless.edit("Which river flows through Cairo?\n    answer: The Nile", "What is Egypt's river?\n    answer: Nile")
    assert [each.name for each in nameless.problems()] == ["ambiguous-card"]
    nameless.edit("- question: What is Egypt", "- id: which-river-flows-through-cairo\n    question: What is Egypt")
    assert nameless.build().changes.edited == ("which-river-flows-through-cairo",)


def test_two_new_cards_with_one_slug_get_two_ids(author: Author) -> None:
    author.section("  - {question: 'What is +?', answer: plus}\n  - {question: 'What is -?', answer: minus}\n")
    assert author.build().changes.new == ("what-is", "what-is-2")


# --- ids ------------------------------------------------------------------------------------------

AWKWARD = """\
# a comment\r
section: Water   # the name\r
cards:\r
\r
  - question: "Which river flows through Cairo?"   # quoted\r
    answer: >-\r
      The\r
      Nile\r
  -   answer: 'Ünïcode ''quoted'''\r
      question: What\r
        is it?\r
  - {answer: flow, question: What is style?}   # flow\r
  - { question: 2024?, answer: [a, b] }\r
  -\r
    # inside\r
    cloze: "{{c1::Yes}}"\r
  - id: given\r
    question: Named?\r
    answer: yes\r
"""


@pytest.mark.parametrize("text", [AWKWARD, AWKWARD.replace("\r", ""), "\ufeff" + AWKWARD])
def test_ids_are_added_and_every_other_byte_stays(author: Author, text: str) -> None:
    author.write("water.yaml", text)
    author.build()
    package, before = author.package.read_bytes(), author.read("water.yaml")
    assert len(write_ids(author.load())) == 5
    after = author.read("water.yaml")
    kept = after
    for name in ("which-river-flows-through-cairo", "what-is-it"):
        kept = kept.replace(f"id: {name}\r\n    " if "\r" in text else f"id: {name}\n    ", "", 1)
    kept = kept.replace("  -     question: What", "  -   question: What")
    for key in ('id: "2024", ', "id: what-is-style, "):
        assert key in after
        kept = kept.replace(key, "")
    assert unnamed(author.load()) == []
    author.build()
    assert author.package.read_bytes() == package
    removed = [line for line in before.splitlines(keepends=True) if line not in after.splitlines(keepends=True)]
    assert all("question" in line or "answer" in line or "cloze" in line for line in removed)
    assert len(after) == len(before) + len(after) - len(before)


def test_ids_before_the_first_build_are_none_of_ours_to_write(author: Author) -> None:
    author.section(NAMELESS)
    assert [card.id for card in unnamed(author.load())] == [None, None]
    before = author.read("water.yaml")
    assert write_ids(author.load()) == []
    assert author.read("water.yaml") == before


def test_ids_refuses_a_deck_with_errors_and_one_card_twice_by_an_alias(author: Author) -> None:
    author.section("  - question: What?\n")
    with pytest.raises(ValueError, match="has errors"):
        write_ids(author.load())


# --- retiring -------------------------------------------------------------------------------------


def test_a_vanished_card_is_named_once_stays_listed_and_comes_back_with_its_guid(
    rivers: Author, learner: Learner
) -> None:
    learner.import_package(rivers.package)
    learner.study(3)
    before, guid = learner.histories(), rivers.guid("oxbow")
    rivers.section(CARDS.partition("  - id: oxbow")[0])
    assert rivers.build().changes.retired == ("oxbow",)
    assert rivers.build().changes.retired == ()
    assert rivers.load().lock.notes["oxbow"].retired
    rivers.section(CARDS)
    built = rivers.build()
    assert (built.changes.new, built.changes.unchanged) == ((), ("nile", "amazon", "oxbow"))
    assert rivers.guid("oxbow") == guid
    assert learner.import_package(rivers.package) == Import(0, 0, 3, 0, 0)
    assert learner.histories() == before


def test_a_retired_card_ships_with_the_retired_tag_and_nothing_else(rivers: Author, learner: Learner) -> None:
    learner.import_package(rivers.package)
    learner.study(3)
    before = learner.histories()
    rivers.edit("    answer: The Nile\n", "    answer: The Nile\n    retired: true\n    tags: [x]\n")
    assert rivers.build().changes.retired == ("nile",)
    assert rivers.build().changes.retired == ()
    learner.import_package(rivers.package)
    assert learner.note(rivers.guid("nile")).tags == ["rivers::retired"]
    assert learner.note(rivers.guid("amazon")).tags == ["rivers::water"]
    assert learner.histories() == before


def test_a_question_that_became_a_cloze_is_refused(rivers: Author) -> None:
    rivers.edit("    question: Which river flows through Cairo?\n    answer: The Nile\n", "    cloze: '{{c1::Nile}}'\n")
    assert [each.name for each in rivers.problems()] == ["changed-kind"]


# --- the clock ------------------------------------------------------------------------------------


def test_the_first_moment_of_1970_is_a_time_to_build_at(author: Author, learner: Learner) -> None:
    author.section(CARDS)
    author.now = 0
    author.build(later=0)
    assert learner.import_package(author.package) == Import(3, 0, 0, 0, 0)
    author.edit("The Nile", "Nile")
    author.build(later=0)
    assert learner.import_package(author.package) == Import(0, 1, 2, 0, 0)
    assert learner.faults() == []


def test_a_stamp_in_the_future_does_not_block_the_next_edit(rivers: Author, learner: Learner) -> None:
    rivers.edit("The Nile", "Nile")
    rivers.build(later=10_000_000_000)
    learner.import_package(rivers.package)
    rivers.now = START
    rivers.edit("answer: Nile", "answer: The White Nile")
    assert [each.name for each in rivers.build().problems] == ["future-stamp"]
    assert learner.import_package(rivers.package).updated == 1
    assert learner.note(rivers.guid("nile"))["Answer"] == "The White Nile"


@pytest.mark.parametrize(
    ("ahead", "words"), [(86_399, None), (86_400, "1 day ahead"), (172_799, "1 day ahead"), (172_800, "2 days ahead")]
)
def test_a_lock_of_the_future_is_told_from_a_day_on(rivers: Author, ahead: int, words: str | None) -> None:
    rivers.now -= ahead
    problems = rivers.build(later=0).problems
    assert [each.name for each in problems] == (["future-stamp"] if words else [])
    assert not words or words in problems[0].message


# --- the lock under git ---------------------------------------------------------------------------


def two_branches(author: Author) -> None:
    """Another author's branch and ours both add a card, edit one, and build."""
    git(author.folder, "init", "-qb", "main")
    git(author.folder, "add", ".")
    git(author.folder, "commit", "-qm", "base")
    git(author.folder, "checkout", "-qb", "theirs")
    author.edit("answer: The Nile", "answer: Nile")
    author.section("  - {id: nice, question: Is it theirs?, answer: It is}\n", "Theirs", "theirs.yaml")
    ours, author.out = author.out, author.out.with_name("their-dist")
    author.build()
    author.out = ours
    git(author.folder, "add", ".")
    git(author.folder, "commit", "-qm", "theirs")
    git(author.folder, "checkout", "-q", "main")
    author.edit("cut-off bend", "lost bend")
    author.section("  - {id: niche, question: Is it ours?, answer: It is}\n", "Ours", "ours.yaml")
    author.build()
    git(author.folder, "add", ".")
    git(author.folder, "commit", "-qm", "ours")


def test_two_branches_that_add_and_edit_cards_merge_without_conflict(rivers: Author, learner: Learner) -> None:
    learner.import_package(rivers.package)
    learner.study(3)
    before = learner.histories()
    two_branches(rivers)
    guids = {name: each.guid for name, each in rivers.load().lock.notes.items()}
    git(rivers.folder, "merge", "-q", "--no-edit", "theirs")
    assert rivers.problems() == []
    built = rivers.build()
    # Our build overtook theirs, which somebody may have had by then, so their edit is newer than ours once more.
    assert (built.notes, built.changes.new, built.changes.edited) == (5, (), ("nile",))
    assert {name: rivers.guid(name) for name in guids} == guids
    assert learner.import_package(rivers.package) == Import(2, 2, 1, 0, 0)
    after = learner.histories()
    assert {card: after[card] for card in before} == before
    assert rivers.read("deck.lock").count("\nend\n") == 1


def test_a_learner_of_either_branch_gets_the_merged_cards(rivers: Author, tmp_path: Path) -> None:
    two_branches(rivers)
    ours = rivers.package.read_bytes()
    git(rivers.folder, "merge", "-q", "--no-edit", "theirs")
    rivers.build()
    with Learner() as someone:
        (tmp_path / "ours.apkg").write_bytes(ours)
        someone.import_package(tmp_path / "ours.apkg")
        assert someone.import_package(rivers.package) == Import(1, 1, 3, 0, 0)
        assert someone.note(rivers.guid("nile"))["Answer"] == "Nile"


def test_without_the_merge_driver_the_conflict_says_how_to_mend_it(rivers: Author) -> None:
    (rivers.folder / ".gitattributes").unlink()
    two_branches(rivers)
    git(rivers.folder, "merge", "-q", "--no-edit", "theirs", check=False)
    assert {(each.name, each.message, each.remedy) for each in rivers.problems()} == {
        ("damaged-lock", "git left a conflict here", "delete this line and keep the lines of both sides")
    }
    lines = rivers.read("deck.lock").splitlines(keepends=True)
    rivers.write("deck.lock", "".join(line for line in lines if line[:7] not in ("<<<<<<<", "=======", ">>>>>>>")))
    assert rivers.problems() == []


DAMAGE: dict[str, Callable[[str], str]] = {
    "truncated in a line": lambda text: text[: len(text) // 2],
    "truncated at a line": lambda text: "".join(text.splitlines(keepends=True)[:-1]),
    "half deleted": lambda text: "".join(text.splitlines(keepends=True)[::2]) + "end\n",
    "one line deleted": lambda text: re.sub(r"(?m)^note\toxbow.*\n", "", text),
    "a word changed": lambda text: text.replace("\tlive\t", "\talive\t", 1),
    "empty": lambda text: "",
    "not a lock": lambda text: "hello\n",
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_lock_is_an_error_with_a_line_and_is_mended_from_the_package(
    rivers: Author, learner: Learner, damage: str
) -> None:
    learner.import_package(rivers.package)
    learner.study(3)
    before = learner.histories()
    good, whole = stamps(rivers), rivers.read("deck.lock")
    rivers.write("deck.lock", DAMAGE[damage](rivers.read("deck.lock")))
    problems = rivers.problems()
    assert {each.name for each in problems} == {"damaged-lock"}
    assert "studydeck build --repair-lock" in problems[0].remedy
    repaired = repair_lock(rivers.folder, rivers.out)
    assert repaired is not None
    assert {name: (each.guid, each.added, each.modified) for name, each in repaired.lock.notes.items()} == good
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(rivers.now + 50)}
    command = [sys.executable, "-m", "studydeck", "build", "--repair-lock", "-o", str(rivers.out), str(rivers.folder)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert "deck.lock was rebuilt" in done.stderr
    assert rivers.read("deck.lock") == whole
    assert learner.import_package(rivers.package) == Import(0, 0, 3, 0, 0)
    assert learner.histories() == before


def test_a_note_that_was_cut_out_of_the_lock_comes_back_as_it_was(rivers: Author, learner: Learner) -> None:
    """Nothing counts the notes, since branches that add some would then always conflict."""
    learner.import_package(rivers.package)
    learner.study(3)
    before, whole = learner.histories(), rivers.read("deck.lock")
    rivers.write("deck.lock", re.sub(r"(?m)^id\toxbow.*\nnote\toxbow.*\n", "", whole))
    rivers.build()
    assert learner.import_package(rivers.package) == Import(0, 0, 3, 0, 0)
    assert learner.histories() == before


def test_a_lock_mended_from_the_package_knows_cards_without_an_id(nameless: Author) -> None:
    good = stamps(nameless)
    (nameless.folder / "deck.lock").unlink()
    repaired = repair_lock(nameless.folder, nameless.out)
    assert repaired is not None
    nameless.write("deck.lock", "")
    nameless.write("deck.lock", lock_text(repaired.lock))
    assert nameless.build().changes.new == ()
    assert stamps(nameless) == good


def test_a_lock_mended_from_git_where_the_package_is_gone(rivers: Author) -> None:
    good = stamps(rivers)
    git(rivers.folder, "init", "-q")
    git(rivers.folder, "add", ".")
    git(rivers.folder, "commit", "-qm", "first")
    rivers.package.unlink()
    rivers.write("deck.lock", "hello")
    repaired = repair_lock(rivers.folder, rivers.out)
    assert repaired is not None
    assert repaired.words[0].startswith("3 notes from git ")
    assert {name: (each.guid, each.added, each.modified) for name, each in repaired.lock.notes.items()} == good


def test_a_whole_lock_needs_no_repair(rivers: Author) -> None:
    assert repair_lock(rivers.folder, rivers.out) is None


def test_a_newer_programs_lock_is_refused_politely(rivers: Author) -> None:
    rivers.write("deck.lock", rivers.read("deck.lock").replace("lock 1", "lock 2", 1))
    (problem,) = rivers.problems()
    assert problem.message == "a newer studydeck wrote this lock (version 2; this one reads 1)"
    assert problem.remedy == f"update studydeck: {update_line()}"
    assert problem.name == "newer-lock"
    with pytest.raises(ValueError, match="a newer studydeck wrote this lock"):
        repair_lock(rivers.folder, rivers.out)


def test_another_decks_package_mends_no_lock(rivers: Author, tmp_path: Path) -> None:
    other = Author(tmp_path / "other")
    other.write("deck.yaml", "deck: Others\nuid: otherotherother\n")
    other.section(CARDS)
    other.build()
    (rivers.folder / "deck.lock").unlink()
    rivers.package.write_bytes(other.package.read_bytes())
    repaired = repair_lock(rivers.folder, rivers.out)
    assert repaired is not None
    assert repaired.lock.notes == {}
    assert repaired.words[0].endswith("which belongs to another deck")


def test_a_lock_mended_from_the_package_asks_about_cards_reworded_meanwhile(nameless: Author) -> None:
    nameless.edit("Which river flows through Cairo?", "What flows through Cairo?")
    nameless.edit("answer: The Nile", "answer: The White Nile")
    (nameless.folder / "deck.lock").unlink()
    repaired = repair_lock(nameless.folder, nameless.out)
    assert repaired is not None
    assert "'which-river-flows-through-cairo' asked is unknown" in repaired.words[-1]
    nameless.write("deck.lock", lock_text(repaired.lock))
    assert [each.name for each in nameless.problems()] == ["ambiguous-card"]


# --- guids and ids that meet ----------------------------------------------------------------------


def test_a_guid_that_another_card_has_is_an_error(rivers: Author) -> None:
    nile = rivers.guid("nile")
    rivers.edit(
        "  - id: amazon", f"  - {{id: etna, guid: {nile}, question: Is it Etna?, answer: It is}}\n  - id: amazon"
    )
    (problem,) = rivers.problems()
    assert (problem.name, problem.line, problem.column) == ("same-id", 6, 22)
    assert "'nile'" in problem.message


def test_a_lock_with_one_guid_twice_is_told(rivers: Author) -> None:
    rivers.write("deck.lock", rivers.read("deck.lock").replace(rivers.guid("amazon"), rivers.guid("nile")))
    assert [each.name for each in rivers.problems()] == ["same-id"]


def test_a_new_id_beside_the_old_guid_keeps_the_history(rivers: Author, learner: Learner) -> None:
    learner.import_package(rivers.package)
    learner.study()
    before, nile = learner.histories(), rivers.guid("nile")
    rivers.edit("id: nile\n", "id: the-nile\n")
    (problem,) = rivers.problems()
    assert f"guid: {nile}" in problem.remedy
    rivers.edit("id: the-nile\n", f"id: the-nile\n    guid: {nile}\n")
    rivers.now -= 1000
    built = rivers.build(later=0)
    assert (built.changes.new, built.changes.edited, built.changes.retired) == ((), ("the-nile",), ())
    assert learner.import_package(rivers.package) == Import(0, 1, 2, 0, 0)
    assert learner.histories() == before
    assert rivers.read("deck.lock").count(nile) == 1
    rivers.edit(f"    guid: {nile}\n", "")
    assert rivers.build().changes.edited == ()
    assert rivers.guid("the-nile") == nile


def test_two_notes_of_one_number_are_told_apart(rivers: Author, learner: Learner) -> None:
    """Two branches may give two notes one number; it would be one row in the package."""
    lock = rivers.load().lock
    nile, amazon = (str(lock.notes[each].added) for each in ("nile", "amazon"))
    rivers.write("deck.lock", rivers.read("deck.lock").replace(amazon, nile))
    rivers.build()
    assert learner.import_package(rivers.package) == Import(3, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("column", "wrong"),
    [(3, "xx"), (9, "0"), (9, "-1"), (9, "9" * 30), (10, "0"), (10, "x")],
)
def test_a_lock_with_a_number_that_can_not_be_is_damaged(rivers: Author, column: int, wrong: str) -> None:
    lines = rivers.read("deck.lock").split("\n")
    note = next(n for n, line in enumerate(lines) if line.startswith("note\tnile"))
    words = lines[note].split("\t")
    words[column] = wrong
    lines[note] = "\t".join(words)
    rivers.write("deck.lock", "\n".join(lines))
    assert [(each.name, each.line) for each in rivers.problems()] == [("damaged-lock", note + 1)]


# --- cards without an id that went far ------------------------------------------------------------


def test_a_reworded_card_in_another_section_is_asked_about(nameless: Author) -> None:
    text = nameless.read("water.yaml")
    nameless.write(
        "water.yaml", text.replace("  - question: Which river flows through Cairo?\n    answer: The Nile\n", "")
    )
    nameless.section("  - {question: What flows through Cairo?, answer: The Nile}\n", "Egypt", "egypt.yaml")
    assert [each.name for each in nameless.problems()] == ["ambiguous-card"]


def test_a_reworded_card_in_a_renamed_section_is_asked_about(nameless: Author) -> None:
    nameless.edit("section: Water", "section: Big Water")
    nameless.edit("Which river flows through Cairo?", "What flows through Cairo?")
    nameless.edit("answer: The Nile", "answer: The White Nile")
    assert [each.name for each in nameless.problems()] == ["ambiguous-card"]


def test_an_authors_gitattributes_are_kept_and_told_of_locks(author: Author) -> None:
    author.section(CARDS)
    author.write(".gitattributes", "*.svg binary")
    author.build()
    assert author.read(".gitattributes") == "*.svg binary\ndeck.lock text eol=lf merge=union\n"


def test_gitattributes_that_can_not_be_written_cost_no_build(author: Author) -> None:
    author.section(CARDS)
    (author.folder / ".gitattributes").mkdir()
    built = author.build()
    assert [(each.name, each.severity) for each in built.problems] == [("unwritable", "warning")]
    assert "deck.lock text eol=lf merge=union" in built.problems[0].remedy
    assert (built.notes, author.build().problems) == (3, [])


# --- a lock that is none --------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["²", "9" * 5_000, "", "1 ", "-1"])
def test_a_first_line_without_a_number_is_damage(rivers: Author, version: str) -> None:
    rivers.edit("studydeck lock 1\n", f"studydeck lock {version}\n", "deck.lock")
    (found,) = rivers.problems()
    assert (found.name, found.message) == ("damaged-lock", "the lock's first line is damaged")


def written(path: Path) -> tuple[int, ...]:
    """What of a path's own status changes when it is written or replaced; reading moves its last access alone."""
    status = path.lstat()
    return status.st_mode, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
@pytest.mark.parametrize(
    "make",
    [os.mkfifo, Path.mkdir, *(partial(os.symlink, target) for target in ("/dev/zero", "deck.lock", "nowhere"))],
    ids=["a pipe", "a folder", "a device", "a loop", "a link to nothing"],
)
def test_what_stands_in_the_place_of_a_lock_is_no_lock_and_stays(rivers: Author, make: Callable[[Path], None]) -> None:
    path = rivers.folder / "deck.lock"
    path.unlink()
    make(path)
    before = written(path)
    (found,) = rivers.problems()
    assert found.name in ("unreadable", "missing-file")
    assert found.path.endswith("rivers/deck.lock")
    assert written(path) == before


def test_a_folder_in_the_place_of_a_pending_lock_is_told(rivers: Author) -> None:
    name = f".deck.lock.{hashlib.sha256((rivers.folder / 'deck.lock').read_bytes()).hexdigest()[:16]}.pending"
    (rivers.folder / name).mkdir()
    assert [(each.name, Path(each.path).name) for each in rivers.problems()] == [("unreadable", name)]


# --- builds beside each other ---------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a**b", "a[b", "rivers"])
def test_a_build_clears_what_killed_ones_left_and_nothing_of_living_ones(tmp_path: Path, name: str) -> None:
    if os.name == "nt" and "*" in name:
        pytest.skip("no name of a folder on Windows")
    author = Author(tmp_path, name)
    author.section(CARDS)
    author.build()
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    young = [author.folder / f".deck.lock.{'f' * 16}.pending", author.folder / ".deck.lock.x.part"]
    if os.name != "nt":
        young += [author.out / f".{name}.apkg.{os.getppid()}.part", author.folder / f".deck.lock.{os.getppid()}.part"]
    old = [author.out / f".{name}.apkg.{gone.pid}.part", author.folder / f".deck.lock.{'a' * 16}.pending"]
    for path in young + old:
        path.write_bytes(b"")
    os.utime(old[1], (1, 1))
    author.build()
    assert [path.name for path in (*young, *old) if path.exists()] == [path.name for path in young]
