"""`plan` tells what the next import does, in words, with searches that find the cards in the real engine."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from author import DECK, Author

from builder.engine.learner import Import, Learner
from builder.history.plan import Plan
from builder.history.plan_words import plan_json, plan_markdown, plan_text
from builder.planning import plan

CARDS = """\
  - {id: nile, question: Which river flows through Cairo?, answer: The Nile, tags: [africa]}
  - {id: amazon, question: Which river carries the most water?, answer: The Amazon}
  - {id: oxbow, cloze: "An {{c1::oxbow lake}} is a cut-off bend of a river."}
  - {id: rhine, question: Which river leaves Lake Constance?, answer: The Rhine}
"""


@pytest.fixture
def rivers(author: Author) -> Author:
    author.section(CARDS)
    author.build()
    return author


def planned(author: Author, against: str | None = None) -> Plan:
    return plan(author.load(), author.out, against)


def words(made: Plan) -> str:
    return plan_text(made, "[-{}-]".format, "{{+{}+}}".format)


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=T", "-c", "user.email=t@example.org", *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def test_nothing_to_do_after_a_build(rivers: Author) -> None:
    assert planned(rivers).summary == "0 new cards, 0 edited, 4 untouched, 0 retired. Imports cleanly: yes."


def test_every_change_is_told_word_by_word_and_the_import_does_just_that(rivers: Author, learner: Learner) -> None:
    learner.import_package(rivers.package)
    rivers.edit("flows through Cairo", "passes Cairo")
    rivers.edit("answer: The Amazon", "answer: The mighty Amazon")
    rivers.edit("cut-off bend", "lost bend")
    rivers.edit("  - {id: rhine, question: Which river leaves Lake Constance?, answer: The Rhine}\n", "")
    rivers.section("  - {id: etna, question: Which volcano stands on Sicily?, answer: Etna}\n", "Fire", "fire.yaml")
    told = words(planned(rivers))
    assert told.splitlines() == [
        "Rivers, against the last build (deck.lock)",
        "1 new card, 3 edited (1 question, 1 answer, 1 cloze), 0 untouched, 1 retired. Imports cleanly: yes.",
        f"Old texts are from {rivers.package.as_posix()}.",
        "",
        "new etna",
        "  Which volcano stands on Sicily?",
        "",
        "edited nile",
        "  Question: Which river [-flows through-]{+passes+} Cairo?",
        "",
        "edited amazon",
        "  Answer: The {+mighty +}Amazon".replace(" +}", "+} "),
        "",
        "edited oxbow",
        "  Text: An {{c1::oxbow lake}} is a [-cut-off-]{+lost+} bend of a river.",
        "",
        "retired rhine",
        "  Which river leaves Lake Constance?",
        "",
        "For learners to do by hand (paste the search into Anki's browser):",
        "- These cards are no longer in the deck, and stay with learners. Suspend or delete them if you like.",
        '    note:"Rivers *" "Id:rhine"',
    ]
    rivers.build(later=1_000)
    assert learner.import_package(rivers.package) == Import(new=1, updated=3, duplicate=0, conflicting=0, other=0)


def test_json_and_markdown_tell_the_same(rivers: Author) -> None:
    rivers.edit("flows through Cairo", "passes Cairo")
    made = planned(rivers)
    answer = plan_json(made)
    assert (answer["edited"], answer["untouched"], answer["imports_cleanly"]) == (1, 3, True)
    assert answer["cards"][0]["changes"] == [
        {"field": "Question", "old": "Which river flows through Cairo?", "new": "Which river passes Cairo?"}
    ]
    assert "- Which river passes Cairo?\n  - question: Which river ~~flows through~~**passes** Cairo?" in plan_markdown(
        made
    )


def test_a_tag_alone_is_an_edit_of_a_tag(rivers: Author) -> None:
    rivers.edit("tags: [africa]", "tags: [egypt]")
    made = planned(rivers)
    assert "1 edited (1 tag)" in made.summary
    assert "Tags: [-africa-]{+egypt+}" in words(made).replace("rivers::water ", "")


def test_without_old_texts_it_says_so_and_still_counts(rivers: Author) -> None:
    rivers.package.unlink()
    rivers.edit("flows through Cairo", "passes Cairo")
    rivers.edit("answer: The Amazon", "answer: Amazon")
    told = words(planned(rivers))
    assert "2 edited (1 question, 1 answer)" in told
    assert "Some old texts are not shown: neither the last package nor git has them." in told
    assert "  Question: Which river passes Cairo?" in told


def test_old_texts_come_from_git_where_the_package_is_gone(rivers: Author) -> None:
    git(rivers.folder, "init", "-q")
    git(rivers.folder, "add", ".")
    git(rivers.folder, "commit", "-qm", "first")
    rivers.package.unlink()
    rivers.edit("flows through Cairo", "passes Cairo")
    told = words(planned(rivers))
    assert "[-flows through-]{+passes+}" in told
    assert "Old texts are from git HEAD." in told


def test_a_text_that_learners_never_had_is_not_shown_as_the_old_one(rivers: Author) -> None:
    git(rivers.folder, "init", "-q")
    rivers.edit("flows through Cairo", "never built Cairo")
    git(rivers.folder, "add", ".")
    git(rivers.folder, "commit", "-qm", "not what was built")
    rivers.package.unlink()
    rivers.edit("never built Cairo", "passes Cairo")
    assert "never built" not in words(planned(rivers))


def test_against_an_older_package_a_lock_or_a_revision(rivers: Author, tmp_path: Path) -> None:
    git(rivers.folder, "init", "-q")
    git(rivers.folder, "add", ".")
    git(rivers.folder, "commit", "-qm", "first")
    old_package, old_lock = tmp_path / "old.apkg", tmp_path / "old.lock"
    shutil.copy(rivers.package, old_package)
    shutil.copy(rivers.folder / "deck.lock", old_lock)
    rivers.edit("flows through Cairo", "passes Cairo")
    rivers.build()
    for against in (str(old_package), str(old_lock), "HEAD"):
        told = words(planned(rivers, against))
        assert f"against {'git HEAD' if against == 'HEAD' else against}" in told
        assert "1 edited (1 question)" in told
    assert "[-flows through-]" in words(planned(rivers, str(old_package)))
    assert "[-flows through-]" in words(planned(rivers, "HEAD"))


@pytest.mark.parametrize("against", ["nothing-of-the-kind", "--upload-pack=x", "missing.apkg"])
def test_what_is_no_build_is_refused_with_a_sentence(rivers: Author, against: str) -> None:
    with pytest.raises((ValueError, OSError), match=r"is no package, no lock and no git revision|missing\.apkg"):
        planned(rivers, against)


def test_another_decks_package_does_not_import_cleanly(rivers: Author, tmp_path: Path) -> None:
    other = Author(tmp_path, "other")
    other.write("deck.yaml", DECK.replace("Rivers", "Other").replace("testtesttest", "otherother12"))
    other.section(CARDS)
    other.build()
    made = planned(rivers, str(other.package))
    assert made.summary.endswith("Imports cleanly: no.")


def test_a_renamed_deck_is_for_the_learner_to_rename_first(rivers: Author, learner: Learner) -> None:
    learner.import_package(rivers.package)
    rivers.write("deck.yaml", DECK.replace("Rivers", "Streams"))
    (step,) = planned(rivers).by_hand
    assert step.what.startswith("Before importing, rename the deck 'Rivers' to 'Streams'")
    assert len(learner.col.find_cards(step.search)) == 4
    deck = learner.col.decks.by_name("Rivers")
    assert deck is not None
    learner.col.decks.rename(deck, "Streams")
    rivers.section("  - {id: etna, question: Which volcano stands on Sicily?, answer: Etna}\n", "Fire", "fire.yaml")
    rivers.build()
    assert learner.import_package(rivers.package) == Import(1, 0, 4, 0, 0)
    assert {learner.col.decks.name(card.did) for card in learner.cards()} == {"Streams"}


def test_moved_cards_are_found_by_the_search_that_the_plan_gives(author: Author, learner: Learner) -> None:
    author.write("deck.yaml", DECK + "subdecks: true\n")
    author.section(CARDS)
    author.section("  - {id: etna, question: Which volcano stands on Sicily?, answer: Etna}\n", "Fire", "fire.yaml")
    author.build()
    learner.import_package(author.package)
    moved = "  - {id: rhine, question: Which river leaves Lake Constance?, answer: The Rhine}\n"
    author.edit(moved, "")
    author.write("fire.yaml", author.read("fire.yaml") + moved)
    (step,) = planned(author).by_hand
    assert step.search == 'deck:"Rivers::Water" "Id:rhine"'
    (card,) = learner.col.find_cards(step.search)
    assert learner.col.get_card(card).note()["Id"] == "rhine"


def test_retired_cards_are_found_by_the_searches_that_the_plan_gives(rivers: Author, learner: Learner) -> None:
    learner.import_package(rivers.package)
    rivers.edit("answer: The Nile,", "answer: The Nile, retired: true,")
    rivers.edit("  - {id: rhine, question: Which river leaves Lake Constance?, answer: The Rhine}\n", "")
    made = planned(rivers)
    assert made.count("retired") == 2
    rivers.build()
    learner.import_package(rivers.package)
    tagged, gone = made.by_hand
    assert tagged.search == "tag:rivers::retired"
    found = [
        learner.col.get_note(note)["Id"] for note in learner.col.find_notes(f"({tagged.search}) OR ({gone.search})")
    ]
    assert sorted(found) == ["nile", "rhine"]


def test_ids_and_names_with_wild_cards_are_searched_literally(author: Author, learner: Learner) -> None:
    author.write("deck.yaml", DECK.replace("Rivers", "'My: *Rivers*'"))
    author.section("  - {id: a_b, question: What?, answer: x}\n  - {id: axb, question: Who?, answer: y}\n")
    author.build()
    learner.import_package(author.package)
    author.edit("  - {id: a_b, question: What?, answer: x}\n", "")
    (step,) = planned(author).by_hand
    assert [learner.col.get_note(note)["Id"] for note in learner.col.find_notes(step.search)] == ["a_b"]
