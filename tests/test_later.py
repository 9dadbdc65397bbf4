"""A lock that was taken back: what learners have meanwhile is newer, and an edit must still reach them."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from author import Author
from test_history import CARDS, git

from studydeck.engine.learner import Import, Learner
from studydeck.history import Newest, add_lines, paragraph

Story = Callable[[Author], object]


@pytest.fixture
def rivers(author: Author) -> Author:
    """A built deck in a git repository."""
    author.section(CARDS)
    author.build()
    git(author.folder, "init", "-qb", "main")
    commit(author, "first")
    return author


def commit(author: Author, message: str) -> None:
    git(author.folder, "add", ".")
    git(author.folder, "commit", "-qm", message)


def wrong(author: Author, learner: Learner) -> None:
    """A wrong answer reaches the learner, who has studied and tagged before."""
    learner.import_package(author.package)
    learner.study()
    author.edit("answer: The Nile", "answer: The Amazon?")
    author.build()
    learner.import_package(author.package)
    learner.tag_all_long_ago("mine")


def reverted(author: Author) -> None:
    commit(author, "wrong")
    git(author.folder, "revert", "--no-edit", "HEAD")


def reverted_in_a_clone(author: Author) -> None:
    reverted(author)
    shutil.rmtree(author.out)


def discarded(author: Author) -> None:
    git(author.folder, "checkout", ".")


def on_a_branch(author: Author) -> None:
    git(author.folder, "checkout", "-qb", "wrong")
    commit(author, "wrong")
    git(author.folder, "checkout", "-q", "main")


def lost(author: Author) -> None:
    shutil.rmtree(author.folder / ".git")
    (author.folder / "deck.lock").unlink()
    author.edit("answer: The Amazon?", "answer: The Nile")


def renamed(author: Author) -> None:
    """The folder gets another name in the same commit as the text goes back."""
    commit(author, "wrong")
    git(author.folder, "checkout", "-q", "HEAD~1", "--", ".")


@pytest.mark.parametrize("story", [reverted, reverted_in_a_clone, discarded, on_a_branch, lost, renamed])
def test_a_wrong_answer_that_was_taken_back_reaches_the_learner(rivers: Author, learner: Learner, story: Story) -> None:
    wrong(rivers, learner)
    histories = learner.histories()
    story(rivers)
    assert "answer: The Nile" in rivers.read("water.yaml")
    rivers.now -= 50  # the clock of another computer
    built = rivers.build(later=0)
    assert built.changes.edited == ("nile",)
    assert set(built.changes.unchanged) == {"amazon", "oxbow"}
    assert learner.import_package(rivers.package) == Import(0, 1, 2, 0, 0)
    assert learner.note(rivers.guid("nile"))["Answer"] == "The Nile"
    assert "mine" in learner.note(rivers.guid("amazon")).tags
    assert learner.histories() == histories
    assert rivers.build().changes.edited == ()
    assert learner.import_package(rivers.package) == Import(0, 0, 3, 0, 0)


def test_what_was_taken_back_reaches_the_learner_under_a_new_id_too(rivers: Author, learner: Learner) -> None:
    wrong(rivers, learner)
    reverted(rivers)
    guid = rivers.guid("nile")
    rivers.edit("id: nile\n", f"id: the-nile\n    guid: {guid}\n")
    rivers.now -= 50
    built = rivers.build(later=0)
    assert (built.changes.new, built.changes.edited, built.changes.retired) == ((), ("the-nile",), ())
    assert learner.import_package(rivers.package) == Import(0, 1, 2, 0, 0)
    assert learner.note(guid)["Answer"] == "The Nile"


def test_a_style_that_was_taken_back_reaches_the_learner(rivers: Author, learner: Learner) -> None:
    rivers.write("style.css", ".q-answer { margin: 9px }")
    rivers.build()
    commit(rivers, "wide")
    learner.import_package(rivers.package)
    git(rivers.folder, "revert", "--no-edit", "HEAD")
    rivers.build()
    learner.import_package(rivers.package)
    assert "9px" not in next(learner.notes()).note_type()["css"]  # type: ignore[index]


def test_a_lost_lock_and_a_lost_package_leave_ids_and_guids_as_they_were(rivers: Author) -> None:
    before = {name: (each.guid, each.added) for name, each in rivers.load().lock.notes.items()}
    shutil.rmtree(rivers.folder / ".git")
    shutil.rmtree(rivers.out)
    (rivers.folder / "deck.lock").unlink()
    rivers.build(later=100_000_000)
    assert {name: (each.guid, each.added) for name, each in rivers.load().lock.notes.items()} == before


def test_a_package_of_another_deck_at_the_same_place_says_nothing(rivers: Author, tmp_path: Path) -> None:
    other = Author(tmp_path / "other")
    other.write("deck.yaml", "deck: Others\nuid: otherotherother\n")
    other.section(CARDS)
    other.build(later=9_000)
    before = rivers.read("deck.lock")
    shutil.copy(other.package, rivers.package)
    assert rivers.build().changes.edited == ()
    assert rivers.read("deck.lock") == before
    rivers.package.write_bytes(b"torn")
    assert rivers.build().changes.edited == ()


def test_without_a_change_of_text_a_later_stamp_wipes_no_tags(rivers: Author, learner: Learner) -> None:
    """The lock alone was taken back: the texts are those that learners have."""
    wrong(rivers, learner)
    git(rivers.folder, "checkout", "deck.lock")
    assert rivers.build().changes.edited == ()
    assert learner.import_package(rivers.package) == Import(0, 0, 3, 0, 0)


def test_lines_of_locks_count_the_same_in_any_order() -> None:
    """Git gives them out in none, and what is remembered of them must be what is found anew."""
    draw = random.Random(3)
    lines = [
        paragraph("nile", draw.choice("gh"), "qa", False, False, draw.choice("abc"), "q", draw.choice(["", "1=f 2=f"]),
                  1, draw.choice([1, 9, 9, 10]), draw.choice("st"), "d").encode() + draw.choice([b"", b"\r"])
        for _ in range(300)
    ]  # fmt: skip
    lines = [line for each in lines for line in each.split(b"\n")]
    lines += [b"type\tqa\t7\tx\t%d\tName" % draw.randrange(5) for _ in range(20)]
    lines += [b"id\tnile", b"", b"\xff", b"note\tnile\tg\t\xff", b"note\tnile\tg\tqa\tlive\town\ta\tq\t\t1\tx\ts\td"]
    found: list[Newest] = []
    for _ in range(5):
        draw.shuffle(lines)
        newest: Newest = {}
        add_lines(newest, lines[:200])
        add_lines(newest, lines[200:])
        found.append(newest)
    assert all(each == found[0] for each in found)
    assert {key: [(each.modified, each.content) for each in seen] for key, seen in found[0].items()} == {
        "g": [(10, "a"), (10, "b")],
        "h": [(10, "a"), (10, "b")],
        "type 7": [(4, "x")],
    }
    assert all("1=f 2=f" in each.line for key in "gh" for each in found[0][key])
