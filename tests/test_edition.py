"""The text edition: an author's edits reach learners whose own tags and words a package would replace."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from author import Author
from click.testing import CliRunner
from test_own_types import CARDS as CAPITALS
from test_own_types import MAPPED, folder_of, their_type
from theirs import EDITS as THEIR_EDITS
from theirs import collection_of, edit_all, exported, taken_over

from studydeck.cli import main
from studydeck.engine.learner import Import, Learner

CARDS = """\
  - {id: nile, question: Which river flows through Cairo?, answer: The Nile, tags: [africa]}
  - {id: amazon, question: Which river carries the most water?, answer: The Amazon, reverse: true}
  - {id: oxbow, cloze: "An {{c1::oxbow lake}} is a cut-off bend of a river."}
  - {id: rhine, guid: '#r"=,;', question: "#1 of Basel's rivers?", answer: The Rhine}
  - {id: loire, question: Which river flows through Tours?, answer: The Loire}
  - {id: po, question: Which river flows through Turin?, answer: The Po, hint: short}
  - {id: tiber, question: Which river flows through Rome?, answer: The Tiber}
"""
EDITS = {
    "The Nile": "The *White* and *Blue* Nile",
    "carries the most water": "carries more water than any other",
    "of a river.": "of a {{c2::river}}.",
    "answer: The Rhine": 'answer: "The Rhine:\\n\\n```\\nAlp\\tBasel \\"N\\"\\n```"',
    ", hint: short": "",
}
EDITED = ("nile", "amazon", "oxbow", "rhine", "po")
MINE = "what I learned in Aswan"


def git(folder: Path, *arguments: str) -> None:
    command = ["git", "-c", "user.name=T", "-c", "user.email=t@example.org", *arguments]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


def run(author: Author, *options: str, fails: int = 0) -> str:
    """What `build` with these options prints, an hour after the last build."""
    author.now += 3600
    arguments = ["build", "-o", str(author.out), *options, str(author.folder)]
    result = CliRunner().invoke(main, arguments, env={"SOURCE_DATE_EPOCH": str(author.now)})
    assert result.exit_code == fails, result.output
    return result.output


def edition(author: Author, *options: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(run(author, "--edition", "text", "--format", "json", *options))["editions"][0]
    return answer


@pytest.fixture
def rivers(author: Author) -> Author:
    """A deck that was built, committed and tagged as v1."""
    author.section(CARDS)
    author.build()
    git(author.folder, "init", "-q")
    git(author.folder, "add", ".")
    git(author.folder, "commit", "-qm", "first")
    git(author.folder, "tag", "v1")
    return author


@pytest.fixture
def studied(rivers: Author, learner: Learner) -> Learner:
    """A learner who studied, tagged every note, wrote notes of their own, and later changed the text of three notes."""
    learner.import_package(rivers.package)
    assert learner.study() == 16
    learner.tag_all_long_ago("mine")
    for card_id, field, text in (
        ("nile", "My notes", MINE),
        ("nile", "Answer", "Nile!"),
        ("tiber", "Answer", "Tevere"),
        ("loire", "My notes", "Chenonceau"),
    ):
        note = learner.note(rivers.guid(card_id))
        note[field] = text
        learner.col.update_note(note)  # stamped now, years after the author's edits
    return learner


def edit(author: Author) -> None:
    for old, new in EDITS.items():
        author.edit(old, new)
    author.write(
        "water.yaml",
        author.read("water.yaml") + "  - {id: volga, question: Which flows to Astrakhan?, answer: Volga}\n",
    )


def test_the_five_edits_arrive_and_tags_words_and_histories_stay(rivers: Author, studied: Learner) -> None:
    before, was = studied.histories(), studied.having()
    edit(rivers)
    made = edition(rivers, "--against", "v1")
    assert (made["against"], made["notes"], made["left"]) == ("git v1", 5, [])
    outcomes = [studied.import_text(Path(path)) for path in made["paths"]]
    assert [each.updated for each in outcomes] == [1, 4]
    assert {(each.new, each.duplicate, each.conflicting, each.other) for each in outcomes} == {(0, 0, 0, 0)}
    now = studied.having()
    changed = {guid for guid in was if now[guid] != was[guid]}
    assert changed == {rivers.guid(each) for each in EDITED}
    assert all(now[guid].tags == was[guid].tags >= {"mine"} for guid in was)
    assert studied.note(rivers.guid("nile"))["My notes"] == MINE
    assert not studied.schema_changed

    assert studied.import_package(rivers.package) == Import(new=1, updated=0, duplicate=7, conflicting=0, other=0)
    after = studied.histories()
    assert {card: after[card] for card in before} == before
    assert {card.did for card in studied.cards()} == {studied.deck("Rivers")}
    assert not studied.schema_changed
    assert studied.faults() == []
    with Learner() as fresh:
        fresh.import_package(rivers.package)
        for card_id in EDITED:
            theirs, mine = fresh.note(rivers.guid(card_id)), studied.note(rivers.guid(card_id))
            assert {**dict(mine.items()), "My notes": ""} == dict(theirs.items())


def test_without_it_the_package_loses_the_tags_or_the_edit(rivers: Author, studied: Learner) -> None:
    edit(rivers)
    run(rivers)
    assert studied.import_package(rivers.package) == Import(new=1, updated=4, duplicate=3, conflicting=0, other=0)
    assert "mine" not in studied.note(rivers.guid("amazon")).tags
    assert studied.note(rivers.guid("nile"))["Answer"] == "Nile!"


def test_a_learner_who_renamed_the_note_type_gets_the_edits(rivers: Author, studied: Learner) -> None:
    for name in studied.note_types:
        theirs = studied.col.models.by_name(name)
        assert theirs
        theirs["name"] = f"My {name}"
        studied.col.models.update_dict(theirs)
    edit(rivers)
    rivers.edit("deck: Rivers", "deck: Streams", file="deck.yaml")
    outcomes = [studied.import_text(Path(path)) for path in edition(rivers)["paths"]]
    assert sum(each.updated for each in outcomes) == 5


def test_cards_stay_in_decks_that_the_learner_renamed(rivers: Author, studied: Learner) -> None:
    deck = studied.col.decks.get(studied.deck("Rivers"))
    assert deck
    studied.col.decks.rename(deck, "Mine::Streams")
    edit(rivers)
    for path in edition(rivers)["paths"]:
        studied.import_text(Path(path))
    assert {studied.col.decks.name(card.did) for card in studied.cards()} == {"Mine::Streams"}


def test_a_learner_of_an_older_build_gets_what_they_lack_in_the_deck(rivers: Author, studied: Learner) -> None:
    edit(rivers)
    run(rivers)
    rivers.edit("answer: Volga", "answer: The Volga")
    path = Path(edition(rivers)["paths"][0])
    assert studied.import_text(path) == Import(new=1, updated=0, duplicate=0, conflicting=0, other=0)
    assert {studied.col.decks.name(card.did) for card in studied.cards()} == {"Rivers"}
    assert studied.import_package(rivers.package).new == 0
    assert studied.faults() == []


def test_by_default_it_has_what_this_build_edits_and_an_earlier_one_goes(rivers: Author) -> None:
    edit(rivers)
    shown = run(rivers, "--edition", "text")
    first, second = rivers.out / "rivers.txt", rivers.out / "rivers.2.txt"
    assert (
        f"{first.as_posix()}, {second.as_posix()}: 5 edited notes for learners of the last build (deck.lock);" in shown
    )
    assert second.exists()
    assert "no text edition: it would have nothing for learners of the last build" in run(rivers, "--edition", "text")
    assert not first.exists()
    assert not second.exists()


def test_added_tags_come_with_the_edit_and_no_tag_goes(rivers: Author, studied: Learner) -> None:
    rivers.edit("The Nile, tags: [africa]", "River Nile, tags: [egypt, long]")
    rivers.edit("The Loire", "Loire")
    made = edition(rivers)
    for path in made["paths"]:
        assert studied.import_text(Path(path)).updated == 1
    tags = {each: set(studied.note(rivers.guid(each)).tags) for each in ("nile", "loire")}
    assert tags == {"nile": {"africa", "egypt", "long", "mine", "rivers::water"}, "loire": {"mine", "rivers::water"}}


def test_edits_that_rows_cannot_bring_are_left_to_the_package(rivers: Author, studied: Learner) -> None:
    rivers.edit("tags: [africa]", "tags: [egypt]")
    rivers.write("media/po.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><path d='M0 0L1 9'/></svg>")
    rivers.edit("answer: The Po,", 'answer: "The Po ![a river](po.svg)",')
    rivers.edit("The Rhine", "Rhine")
    made = edition(rivers)
    assert made["notes"] == 1
    assert made["left"] == [
        {"why": "only tags or an id changed", "ids": ["nile"]},
        {"why": "a picture or sound may be new to learners", "ids": ["po"]},
    ]
    assert [studied.import_text(Path(path)).updated for path in made["paths"]] == [1]
    studied.set_stamp(rivers.guid("nile"), rivers.now - 9999)
    assert studied.import_package(rivers.package) == Import(new=0, updated=2, duplicate=5, conflicting=0, other=0)
    assert studied.missing_media() == []
    rivers.edit("a river](po.svg)", "the river](po.svg)")
    assert edition(rivers)["notes"] == 1, "the picture is there by now"


def test_why_new_pictures_are_left_to_the_package(rivers: Author, studied: Learner) -> None:
    """Anki brings no media for a note that a package leaves alone."""
    rivers.write("media/po.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><path d='M0 0L1 9'/></svg>")
    rivers.edit("answer: The Po,", 'answer: "The Po ![a river](po.svg)",')
    run(rivers)
    with Learner() as fresh:
        fresh.import_package(rivers.package)
        answer = fresh.note(rivers.guid("po"))["Answer"]
    note = studied.note(rivers.guid("po"))
    note["Answer"] = answer
    studied.col.update_note(note)
    assert studied.import_package(rivers.package).duplicate == 7
    assert len(studied.missing_media()) == 1


def test_why_edits_of_tags_alone_are_left_to_the_package(rivers: Author, studied: Learner) -> None:
    """Anki adds no tag to a note whose fields don't change."""
    rivers.edit("The Nile", "River Nile")
    path = Path(edition(rivers)["paths"][0])
    path.write_bytes(path.read_bytes().replace(b"#columns", b"#tags:first\n#columns"))
    studied.import_text(path)
    path.write_bytes(path.read_bytes().replace(b"#tags:first", b"#tags:second"))
    assert studied.import_text(path) == Import(new=0, updated=0, duplicate=1, conflicting=0, other=0)
    tags = studied.note(rivers.guid("nile")).tags
    assert "first" in tags
    assert "second" not in tags


def test_a_note_type_of_the_decks_own_keeps_the_fields_that_the_author_leaves_empty(
    author: Author, learner: Learner
) -> None:
    note_type = their_type(learner)
    folder_of(author, note_type)
    author.edit("tag: rivers\n", f"tag: rivers\n{MAPPED}", file="deck.yaml")
    author.section(CAPITALS.replace("Flag: blue, ", ""))
    author.build()
    with Learner() as theirs:
        theirs.import_package(author.package)
        theirs.study()
        note = theirs.note("of their own")
        note["Flag"], note["Capital"] = "mine", "Lagos"
        theirs.col.update_note(note)
        theirs.tag("of their own", "mine")
        before = theirs.histories()
        author.edit("answer: Abuja", "answer: Abuja (1991)")
        made = edition(author)
        assert [theirs.import_text(Path(path)).updated for path in made["paths"]] == [1]
        note = theirs.note("of their own")
        assert (note["Capital"], note["Flag"]) == ("Abuja (1991)", "mine")
        assert "mine" in note.tags
        assert theirs.import_package(author.package).duplicate == 2
        assert theirs.histories() == before
        assert not theirs.schema_changed


def test_a_deck_that_was_imported_reaches_every_note_type(tmp_path: Path) -> None:
    """The learner got the old package, tagged all notes, and later reworded one; the author imported it, and edits."""
    with Learner() as origin:
        collection_of(origin)
        old = exported(origin, tmp_path / "theirs.apkg", legacy=True)
    author = taken_over(old, tmp_path)
    author.now += 50_000_000
    run(author)
    with Learner() as learner:  # now, so that no stock type has the number of another one of the first collection
        learner.import_package(old)
        learner.study()
        learner.tag_all_long_ago("mine")
        note = next(each for each in learner.notes() if "Vienna" in each.fields[0])
        note.fields[1] = "Here"
        learner.col.update_note(note)
        before, was = learner.histories(), learner.having()
        edit_all(author)
        made = edition(author)
        by_rows = len(THEIR_EDITS) - 1
        left = [{"why": "the first field is empty", "ids": ["france"]}]
        assert (made["notes"], made["left"]) == (by_rows, left)
        outcomes = [learner.import_text(Path(path)) for path in made["paths"]]
        assert sum(each.updated for each in outcomes) == by_rows
        assert not any(each.new or each.duplicate or each.conflicting or each.other for each in outcomes)
        now = learner.having()
        assert sum(now[guid] != was[guid] for guid in was) == by_rows
        assert all(now[guid].tags == was[guid].tags >= {"mine"} for guid in was)
        assert next(each for each in learner.notes() if "Vienna" in each.fields[0]).fields[1] == "Austria"
        assert learner.import_package(author.package) == Import(0, 1, len(was) - 1, 0, 0)
        assert learner.histories() == before
        assert not learner.schema_changed


def test_notes_of_another_type_get_the_first_field_and_those_of_the_same_name(rivers: Author, learner: Learner) -> None:
    """Where Anki lacks the note type, it proposes the learner's current one, and notes of no other are changed."""
    others = their_type(learner)
    note = learner.col.new_note(others)
    note.guid, note.fields = rivers.guid("nile"), ["Egypt", "Cairo", "Flag", "Both"]
    learner.col.add_note(note, learner.deck("Mine"))
    rivers.edit("The Nile", "River Nile")
    path = Path(edition(rivers)["paths"][0])
    learner.col.models.set_current(learner.col.models.by_name("Basic") or others)
    assert learner.import_text(path) == Import(new=0, updated=0, duplicate=0, conflicting=1, other=0)
    learner.col.models.set_current(others)
    assert learner.import_text(path).updated == 1
    assert learner.note(note.guid).fields == ["Which river flows through Cairo?", "Cairo", "Flag", "Both"]
    for field, name in zip(others["flds"], ("Answer", "Question"), strict=False):
        learner.col.models.rename_field(others, field, name)
    learner.col.models.update_dict(others)
    assert learner.import_text(path).updated == 1
    assert learner.note(note.guid).fields == ["River Nile", "Which river flows through Cairo?", "Flag", "Both"]


def test_files_of_others_are_not_overwritten(rivers: Author) -> None:
    mine = rivers.out / "rivers.txt"
    mine.write_text("my notes")
    rivers.edit("The Nile", "River Nile")
    lock = rivers.read("deck.lock")
    assert "rivers.txt isn't a text edition; move it away" in run(rivers, "--edition", "text", fails=2)
    assert (mine.read_text(), rivers.read("deck.lock")) == ("my notes", lock)


def test_wrong_options_are_sentences(rivers: Author) -> None:
    assert "--against needs --edition text" in run(rivers, "--against", "v1", fails=2)
    assert "'v9' isn't a package, a lock or a git revision" in run(
        rivers, "--edition", "text", "--against", "v9", fails=2
    )


def test_a_release_has_it_with_locked_too(rivers: Author) -> None:
    rivers.edit("The Nile", "River Nile")
    run(rivers)
    assert edition(rivers, "--locked", "--against", "v1")["notes"] == 1


def test_plan_says_whom_it_helps(rivers: Author) -> None:
    def planned() -> str:
        return CliRunner().invoke(main, ["plan", "-o", str(rivers.out), str(rivers.folder)]).output

    assert "--edition" not in planned()
    rivers.edit("tags: [africa]", "tags: [egypt]")
    assert "--edition" not in planned()
    rivers.edit("The Nile", "River Nile")
    assert "can import the text edition first: studydeck build --edition text." in planned()
