"""A copy of a deck becomes a deck of its own: learners of both lose nothing, and neither overwrites the other."""

from __future__ import annotations

import shutil
from pathlib import Path

import genanki
import pytest
from author import Author
from click.testing import CliRunner, Result
from theirs import LONG_AGO, collection_of, exported, taken_over

from studydeck.cli import main
from studydeck.decks import load_all
from studydeck.engine.learner import Import, Learner

CARDS = """\
  - {id: nile, question: Which river flows through Cairo?, answer: The Nile}
  - {question: Which river flows through Vienna?, answer: The Danube}
"""


@pytest.fixture
def copy(author: Author, tmp_path: Path) -> Author:
    """A translator's copy of a deck that learners have."""
    author.write("deck.yaml", "# the deck\ndeck: 'Rivers'\nuid: testtesttest  # never change it\ntag: rivers\n")
    author.section(CARDS)
    author.build()
    shutil.copytree(author.folder, tmp_path / "fluesse")
    other = Author.__new__(Author)
    other.folder, other.out, other.package = tmp_path / "fluesse", author.out, author.out / "fluesse.apkg"
    other.now = author.now
    return other


def fork(author: Author, *words: str) -> Result:
    return CliRunner().invoke(main, ["fork", str(author.folder), *words])


def test_learners_of_both_have_both(author: Author, copy: Author, learner: Learner) -> None:
    done = fork(copy, "--name", "Flüsse")
    assert (done.exit_code, done.stderr) == (0, "")
    copy.edit("Which river flows through Cairo?", "Welcher Fluss fließt durch Kairo?")
    copy.build()
    assert copy.guid("nile") != author.guid("nile")
    learner.import_package(author.package)
    learner.import_package(copy.package)
    assert sorted(note["Question"] for note in learner.notes()) == [
        "Welcher Fluss fließt durch Kairo?", "Which river flows through Cairo?",
        "Which river flows through Vienna?", "Which river flows through Vienna?",
    ]  # fmt: skip


def test_its_own_note_types_become_others(author: Author) -> None:
    """Two decks that share one would overwrite each other's style."""
    author.write("note-types/Mine/note-type.yaml", "name: Mine\nid: 77  # Anki's\nfields: [{name: Front}]\n"
                 "templates: [{name: Card 1, front: front.html, back: front.html}]\n")  # fmt: skip
    author.write("note-types/Mine/front.html", "{{Front}}")
    author.write("deck.yaml", "deck: Rivers\nuid: testtesttest\nnote-types: {Mine: {question: Front}}\n")
    author.section("  - {id: x, type: Mine, question: What?}\n")
    author.build()
    assert fork(author, "--name", "Flüsse").exit_code == 0
    loaded = author.load()
    assert not loaded.errors
    assert loaded.deck.own_kinds["Mine"].note_type.id not in (0, 77)  # type: ignore[union-attr]
    assert "  # Anki's" in author.read("note-types/Mine/note-type.yaml")


def test_nothing_else_of_deck_yaml_changes(copy: Author) -> None:
    assert fork(copy, "--name", "Flüsse: 2").exit_code == 0
    head, title, uid, tag = copy.read("deck.yaml").splitlines()
    assert (head, title, tag) == ("# the deck", 'deck: "Flüsse: 2"', "tag: rivers")
    assert uid.endswith("  # never change it")
    assert "testtesttest" not in uid


def test_a_copy_that_already_has_a_new_uid_only_loses_the_lock(copy: Author) -> None:
    copy.edit("testtesttest", "othertesttest", "deck.yaml")
    assert [each.name for each in copy.problems()] == ["changed-uid"]
    assert fork(copy).exit_code == 0
    assert not copy.problems()
    assert not (copy.folder / "deck.lock").exists()


def test_guids_go_with_all_else_of_the_file_as_it_was(author: Author, copy: Author) -> None:
    cards = CARDS + "  - id: path  # Rhine\n    question: Where?\n    steps: [Basel, {text: Köln, id: b}]\n"
    with_guids = cards.replace("id: nile,", f"id: nile, guid: {author.guid('nile')},")
    copy.section(with_guids.replace("id: b}", "id: b, guid: two}"))
    done = fork(copy)
    assert (done.exit_code, done.stderr) == (0, "")
    assert "deleted guid: from 2 cards: it made each the original's note" in done.stdout
    assert copy.read("water.yaml").endswith(cards)


def test_cards_that_import_made_comments_of_lose_their_guids_too(learner: Learner, tmp_path: Path) -> None:
    """Else they would be the original's notes once they are mended."""
    template = {"name": "1", "qfmt": "{{Word}}", "afmt": "x"}
    model = genanki.Model(1_607_392_319, "Words", fields=[{"name": "Word"}], templates=[template])
    deck = genanki.Deck(1_607_392_320, "Rivers")
    for word in ("Nile", "a {{c1::delta}}"):
        deck.add_note(genanki.Note(model, [word]))
    genanki.Package(deck).write_to_file(tmp_path / "theirs.apkg", timestamp=LONG_AGO)
    learner.import_package(tmp_path / "theirs.apkg")
    had = learner.having()
    author = taken_over(tmp_path / "theirs.apkg", tmp_path)
    assert author.read("rivers.yaml").count("guid: ") == 2
    assert fork(author, "--name", "Flüsse").exit_code == 0
    assert "guid" not in author.read("rivers.yaml")
    author.write("rivers.yaml", author.read("rivers.yaml").replace("\n  # ", "\n  ").replace("{{c1::delta}}", "delta"))
    author.build()
    assert learner.import_package(author.package) == Import(2, 0, 0, 0, 0)
    assert {guid: note for guid, note in learner.having().items() if guid in had} == had


def test_a_guid_that_can_not_be_deleted_alone_is_left_to_the_author(copy: Author) -> None:
    copy.section("  - ? guid\n    : one\n    question: Which?\n    answer: It\n")
    done = fork(copy)
    assert done.exit_code == 1
    assert "water.yaml:3: remove this card's guid:, which makes it the original's note" in done.stdout


def test_who_has_an_imported_deck_gets_all_of_a_copy_beside_it(learner: Learner, tmp_path: Path) -> None:
    collection_of(learner)
    author = taken_over(exported(learner, tmp_path / "theirs.apkg", legacy=False), tmp_path)
    had = learner.having()
    assert fork(author, "--name", "Flüsse").exit_code == 0
    author.build()
    assert learner.import_package(author.package) == Import(len(had), 0, 0, 0, 0)
    assert {guid: note for guid, note in learner.having().items() if guid in had} == had


def test_a_deck_with_mistakes_stays_as_it_is(copy: Author) -> None:
    copy.edit("answer: The Nile", "anwser: The Nile")
    before = copy.read("deck.yaml"), copy.read("deck.lock")
    done = fork(copy)
    assert (done.exit_code, "unknown key 'anwser'" in done.stderr) == (1, True)
    assert (copy.read("deck.yaml"), copy.read("deck.lock")) == before


def test_a_copy_without_a_name_of_its_own_is_called_a_copy(author: Author, copy: Author) -> None:
    done = fork(copy)
    assert "The deck is called 'Rivers (copy)'; to rename it before its first build, edit deck: in" in done.stdout
    assert 'deck: "Rivers (copy)"' in copy.read("deck.yaml") or "deck: Rivers (copy)" in copy.read("deck.yaml")
    assert [each for each in load_all([author.folder, copy.folder])[1] if each.severity == "error"] == []


def test_a_copy_that_has_a_name_of_its_own_keeps_it(copy: Author) -> None:
    copy.edit("'Rivers'", "Flüsse", "deck.yaml")
    assert "The deck is called 'Flüsse'; to rename it" in fork(copy).stdout
    assert "deck: Flüsse\n" in copy.read("deck.yaml")


def test_a_copy_beside_its_original_is_helped_by_what_the_problem_says(
    author: Author, copy: Author, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(copy.folder.parent)
    problems = load_all([author.folder, copy.folder])[1]
    (remedy,) = [each.remedy for each in problems if "same uid" in each.message]
    words = remedy.removeprefix("if this is the copy, run studydeck ").split(";")[0].split()
    assert CliRunner().invoke(main, words).exit_code == 0
    assert [each for each in load_all([author.folder, copy.folder])[1] if each.severity == "error"] == []


@pytest.fixture
def original(author: Author) -> Author:
    author.write("deck.yaml", "deck: Rivers\nuid: testtesttest\ntag: rivers\nlanguage: en\n")
    cities = ("Cairo", "Vienna", "Rome", "London", "Paris", "Prague")
    author.section(
        "".join(
            f"  - {{id: r{n}, question: Which river flows through {city}?, answer: R{n}}}\n"
            for n, city in enumerate(cities)
        )
    )
    author.build()
    return author


def translate(author: Author) -> None:
    author.edit("Which river flows through", "Welcher Fluss fließt durch")


@pytest.mark.parametrize(
    ("old", "new", "line"), [("language: en", "language: de", 4), ("deck: Rivers", "deck: Flüsse", 1)]
)
def test_a_translation_with_the_originals_uid_is_told(original: Author, old: str, new: str, line: int) -> None:
    original.edit(old, new, "deck.yaml")
    assert original.problems() == []
    translate(original)
    (problem,) = original.problems()
    assert (problem.name, problem.severity, problem.path[-9:], problem.line) == (
        "copied-deck",
        "warning",
        "deck.yaml",
        line,
    )
    assert "6 of 6 cards asked something else" in problem.message
    assert "run studydeck fork " in problem.remedy
    assert fork(original).exit_code == 0
    assert original.problems() == []


def test_a_deck_that_is_only_reworded_is_no_translation(original: Author) -> None:
    translate(original)
    assert original.problems() == []


def test_a_translation_that_is_meant_is_told_once(original: Author) -> None:
    original.edit("language: en", "language: de", "deck.yaml")
    translate(original)
    original.build()
    assert "language\tde\n" in original.read("deck.lock")
    assert original.problems() == []
    assert not original.build(locked=True).problems
