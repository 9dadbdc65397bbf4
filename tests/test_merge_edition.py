"""The merge edition: learners who have the notes under note types with other numbers get the deck's, once and for all.

Everyone ends with the same note types: those who had the old package never notice.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import time
import zipfile
from pathlib import Path
from typing import NamedTuple

import pytest
from anki.import_export_pb2 import CsvMetadataRequest, ImportCsvRequest
from author import Author
from click.testing import CliRunner
from test_edition import run
from theirs import EDITS, STOCK, collection_of, edit_all, exported, taken_over

from studydeck.cli import main
from studydeck.engine.learner import Import, Learner

COUNT = sum(map(len, STOCK.values()))
NEW = "  - {id: new, type: Words, question: Danube, answer: A river}\n"


class Editions(NamedTuple):
    """The old package, the deck that was made of it, and three of its builds."""

    author: Author
    old: Path
    unedited: Path
    edited: Path
    merge: Path
    later: Path


@pytest.fixture(scope="module")
def editions(tmp_path_factory: pytest.TempPathFactory) -> Editions:
    home = tmp_path_factory.mktemp("editions")
    with Learner() as origin:
        collection_of(origin)
        old = exported(origin, home / "old.apkg", legacy=True)
    author = taken_over(old, home)
    author.now += 50_000_000
    run(author)
    unedited = Path(shutil.copy(author.package, home / "unedited.apkg"))
    edit_all(author)
    author.write("rivers.yaml", author.read("rivers.yaml") + "\n" + NEW)
    said = run(author, "--edition", "merge")
    merge = author.out / "rivers.merge.apkg"
    assert f"{merge.as_posix()}: for learners whose note types have other numbers" in said
    edited = Path(shutil.copy(author.package, home / "edited.apkg"))
    author.edit("Where's Vienna?", "Where is Vienna, then?", "rivers.yaml")
    run(author)
    return Editions(author, old, unedited, edited, merge, author.package)


def import_merging(learner: Learner, package: Path) -> Import:
    """Imports as the build says: with 'merge note types' ticked, and note types always updated."""
    return learner.import_package(package, merge=True, always=True)


def synced(learner: Learner) -> None:
    """As after a full sync."""
    learner.col.db.execute("update col set ls = scm + 1")  # type: ignore[union-attr]
    learner.col.close()
    learner.col.reopen()


def vienna(learner: Learner) -> str:
    return next(str(note.fields[0]) for note in learner.notes() if "Vienna" in note.fields[0])


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The collection of someone who studied the same notes under other types, and tagged all of them."""
    home = tmp_path_factory.mktemp("other")
    with Learner() as someone:
        collection_of(someone, model_id=77)
        someone.tag_all_long_ago("mine")
        someone.col.close()
        shutil.copytree(someone.folder, home, dirs_exist_ok=True)
        someone.col.reopen()
    return home


@pytest.fixture
def other(learner: Learner, collection: Path) -> Learner:
    learner.col.close()
    shutil.copytree(collection, learner.folder, dirs_exist_ok=True)
    learner.col.reopen()
    return learner


def test_one_import_turns_every_note_into_one_of_the_decks_types(other: Learner, editions: Editions) -> None:
    before, tags = other.histories(), {note.guid: note.tags for note in other.notes()}
    assert other.import_package(editions.unedited).conflicting == COUNT  # as without the merge edition
    assert import_merging(other, editions.merge) == Import(1, len(EDITS), COUNT - len(EDITS), 0, 0)
    assert other.schema_changed, "which is its price"
    after = other.histories()
    assert {card: after[card] for card in before} == before
    assert len(after) == len(before) + 1
    assert other.faults() == []
    kept = [note for note in other.notes() if "mine" in note.tags]
    assert len(kept) == COUNT - len(EDITS)
    assert all(note.tags == tags[note.guid] for note in kept)
    assert vienna(other) == "Where's Vienna?"
    synced(other)

    assert other.import_package(editions.later) == Import(0, 1, COUNT, 0, 0)
    assert vienna(other) == "Where is Vienna, then?"
    assert {card: other.histories()[card] for card in before} == before
    assert not other.schema_changed
    assert other.faults() == []
    assert other.missing_media() == []
    with Learner() as fresh:
        assert import_merging(fresh, editions.merge).new == COUNT + 1
        assert fresh.faults() == []
        assert fresh.import_package(editions.later) == Import(0, 1, COUNT, 0, 0)
        assert fresh.col.card_count() == other.col.card_count()


def test_learners_of_the_old_package_lose_nothing_by_it(learner: Learner, editions: Editions) -> None:
    learner.import_package(editions.old)
    learner.study()
    before = learner.histories()
    assert import_merging(learner, editions.merge) == Import(1, len(EDITS), COUNT - len(EDITS), 0, 0)
    assert not learner.schema_changed
    assert learner.import_package(editions.later) == Import(0, 1, COUNT, 0, 0)
    assert {card: learner.histories()[card] for card in before} == before
    assert learner.faults() == []


def test_undoing_it_takes_all_of_it_back(other: Learner, editions: Editions) -> None:
    had, types = other.having(), {each.id for each in other.col.models.all_names_and_ids()}
    before = other.histories()
    import_merging(other, editions.merge)
    other.col.undo()
    assert (other.having(), other.histories()) == (had, before)
    assert {each.id for each in other.col.models.all_names_and_ids()} == types


def test_with_the_text_edition_first_their_tags_stay_on_edited_notes_too(
    other: Learner, editions: Editions, tmp_path: Path
) -> None:
    """They choose their own note type for each file; the fields have the same names."""
    author = taken_over(editions.old, tmp_path)
    author.now += 50_000_000
    run(author)
    edit_all(author)
    text, merge = json.loads(run(author, "--edition", "text", "--edition", "merge", "--format", "json"))["editions"]
    names = {kind.note_type.id: kind.note_type.name for kind in author.load().deck.own_kinds.values() if kind.note_type}
    before = other.histories()
    for path in text["paths"]:
        number = int(re.findall("#notetype:(.*)", Path(path).read_text("utf-8"))[0])
        chosen = other.col.models.id_for_name(names[number])
        metadata = other.col._backend.get_csv_metadata(CsvMetadataRequest(path=path, notetype_id=chosen))
        assert len(other.col.import_csv(ImportCsvRequest(path=path, metadata=metadata)).log.updated) == 1
    assert import_merging(other, Path(merge["paths"][0])) == Import(0, 1, COUNT - 1, 0, 0)  # see `left` of the former
    assert sum("mine" in note.tags for note in other.notes()) == COUNT - 1
    assert vienna(other) == "Where's Vienna?"
    assert other.histories() == before
    assert other.faults() == []


def test_other_notes_of_their_note_types_stay_as_they_are(other: Learner, editions: Editions) -> None:
    basic = other.col.models.by_name("Basic")
    assert basic is not None
    note = other.col.new_note(basic)
    note.fields = ["of their own", "note"]
    other.col.add_note(note, other.deck("Mine"))
    import_merging(other, editions.merge)
    assert other.col.get_note(note.id).mid == basic["id"]
    assert other.import_package(editions.later).conflicting == 0
    assert other.faults() == []


def test_an_edit_that_the_learner_changed_later_stays_theirs(other: Learner, editions: Editions) -> None:
    (note,) = [each for each in other.notes() if "Vienna" in each.fields[0]]
    note.fields[1] = "Here"
    other.col.update_note(note)
    assert import_merging(other, editions.merge).updated == len(EDITS) - 1
    assert other.col.get_note(note.id).fields == ["Where is Vienna?", "Here"]
    assert other.import_package(editions.later).conflicting == 0


def test_why_the_package_itself_is_no_merge_edition(other: Learner, editions: Editions) -> None:
    """Anki finds no field of theirs by the ids of the author's, so histories end on cards whose front is blank."""
    studied = {card.id for card in other.cards() if card.reps}
    other.import_package(editions.edited, merge=True)
    assert len(studied & other.empty_cards()) > 5
    assert other.import_package(editions.later).conflicting > 0


def test_why_note_types_are_always_updated(other: Learner, editions: Editions) -> None:
    """A package that was imported in between left the deck's note types, with their ids, in the collection."""
    other.import_package(editions.unedited)
    other.import_package(editions.merge, merge=True)
    assert other.empty_cards()


def test_why_a_field_of_the_learners_own_ends_it(other: Learner, editions: Editions) -> None:
    models = other.col.models
    for name in STOCK:
        note_type = models.by_name(name)
        assert note_type is not None
        models.add_field(note_type, models.new_field("Mine"))
        models.update_dict(note_type)
    import_merging(other, editions.merge)
    assert other.faults() == []
    assert other.import_package(editions.later).conflicting == COUNT + 1


@pytest.mark.parametrize("style_first", [True, False])
def test_a_field_may_be_renamed_once_a_style_was_released(
    other: Learner, editions: Editions, tmp_path: Path, style_first: bool
) -> None:
    """It brings the ids, without which a new name is a new field."""
    author = taken_over(editions.old, tmp_path)
    author.now = int(time.time()) - 50_000
    run(author, "--edition", "merge")
    import_merging(other, author.out / "rivers.merge.apkg")
    author.now = int(time.time())  # the learner's note type is stamped with the time of its import
    home = author.folder / "note-types" / "Ultimate Geography v4"
    if style_first:
        (home / "style.css").write_text(".card { text-align: center; }\n")
        run(author)
        assert other.import_package(author.package).duplicate == COUNT
    for path in (author.folder / "deck.yaml", *home.glob("*.html"), home / "note-type.yaml"):
        path.write_text(path.read_text("utf-8").replace("Field 9", "Capital"), "utf-8")
    run(author)
    outcome = other.import_package(author.package)
    assert outcome.conflicting == (0 if style_first else len(STOCK["Ultimate: <Geography> [v4]"]))
    assert any("Capital" in note for note in other.notes()) == style_first


def planned(author: Author, against: Path, *options: str) -> str:
    arguments = ["plan", "-o", str(author.out), "--against", str(against), *options, str(author.folder)]
    result = CliRunner().invoke(main, arguments, env={"SOURCE_DATE_EPOCH": str(author.now + 9)})
    assert result.exit_code == 0, result.output
    return result.output


def test_plan_says_who_needs_it_and_what_merging_by_the_package_does(
    other: Learner, editions: Editions, tmp_path: Path
) -> None:
    theirs = exported(other, tmp_path / "theirs.apkg", legacy=True)
    said = planned(editions.author, theirs)
    assert "9 note types of " in said
    assert "import the merge edition instead, once: studydeck build --edition merge" in said
    assert "never import the package itself with 'merge note types': histories would end on a blank front" in said
    (plan,) = json.loads(planned(editions.author, theirs, "--format", "json"))["plans"]
    assert [each["edition"] for each in plan["editions"]] == ["text", "merge", "package"]
    assert plan["editions"][1]["who"] == f"Learners of {theirs}"
    assert not plan["imports_cleanly"]
    (plan,) = json.loads(planned(editions.author, editions.old, "--format", "json"))["plans"]
    assert plan["editions"][1]["who"] == "Learners whose note types have other numbers"
    assert plan["imports_cleanly"]


def test_verify_imports_it_as_those_do_who_need_it(other: Learner, editions: Editions, tmp_path: Path) -> None:
    theirs = exported(other, tmp_path / "theirs.apkg", legacy=False)
    said = CliRunner().invoke(main, ["verify", str(editions.merge), "--previous", str(theirs)])
    assert said.exit_code == 0, said.output
    assert "ok: a full sync is the only price (the schema changed)" in said.output
    assert f"ok: every edit arrives ({len(EDITS)} of {len(EDITS)} edited)" in said.output
    said = CliRunner().invoke(main, ["verify", str(editions.edited), "--previous", str(theirs)])
    assert "FAILED: with 'merge note types' ticked, no history ends on a blank card" in said.output


def test_it_differs_from_the_package_by_ids_alone(author: Author, editions: Editions) -> None:
    with zipfile.ZipFile(editions.edited) as one, zipfile.ZipFile(editions.merge) as two:
        assert one.namelist() == two.namelist()
        assert {name for name in one.namelist() if one.read(name) != two.read(name)} == {"collection.anki2"}
        assert {entry.date_time for entry in two.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_json_has_it_and_files_of_others_stay(tmp_path: Path, editions: Editions) -> None:
    author = taken_over(editions.old, tmp_path)
    (made,) = json.loads(run(author, "--edition", "merge", "--format", "json"))["editions"]
    path = author.out / "rivers.merge.apkg"
    assert (made["edition"], made["paths"]) == ("merge", [path.as_posix()])
    assert "Ultimate: <Geography> [v4]" in made["note_types"]
    both = json.loads(run(author, "--edition", "text", "--edition", "merge", "--format", "json"))["editions"]
    assert [each["edition"] for each in both] == ["text", "merge"]
    path.unlink()
    os.mkfifo(path)
    assert "rivers.merge.apkg isn't a merge edition" in run(author, "--edition", "merge", fails=2)
    path.unlink()
    path.write_text("mine")
    assert "rivers.merge.apkg isn't a merge edition; move it away" in run(author, "--edition", "merge", fails=2)
    assert path.read_text() == "mine"


def test_a_deck_without_note_types_of_its_own_has_none(author: Author) -> None:
    author.section("  - {id: nile, question: Which river flows through Cairo?, answer: The Nile}\n")
    assert "no merge edition: the deck has no note types of its own" in run(author, "--edition", "merge")
    assert [path.name for path in author.out.iterdir()] == ["rivers.apkg"]
