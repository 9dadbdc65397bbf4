"""A deck that is kept with CrowdAnki: taken over for new learners, and for those who have it by CrowdAnki."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from anki.models import NotetypeId
from anki.notes import NoteId
from click.testing import CliRunner, Result
from theirs import PICTURE, collection_of, taken_over

from studydeck.cli import main
from studydeck.engine.learner import Had, Import, Learner
from studydeck.package.collection import is_collection
from studydeck.pipeline import load

NOT_EXPORTED = ("id", "mod", "usn")


def run(*words: object) -> Result:
    return CliRunner().invoke(main, ["import", *map(str, words)])


# --- what CrowdAnki does -------------------------------------------------------------------------


def exported(learner: Learner, home: str, folder: Path) -> Path:
    """A deck as CrowdAnki writes it: without numbers and stamps, with a uuid for each note type, and decks in decks."""
    types = {each["id"]: each for each in learner.col.models.all()}
    tree = _deck(learner, home, types)
    used = {note["note_model_uuid"] for deck in decks_of(tree) for note in deck["notes"]}
    models = [
        {key: value for key, value in each.items() if key not in NOT_EXPORTED}
        | {"crowdanki_uuid": _uuid(each), "__type__": "NoteModel"}
        for each in types.values()
        if _uuid(each) in used
    ]
    tree |= {"note_models": models, "deck_configurations": [{"crowdanki_uuid": "options", "name": "Default"}]}
    (folder / "media").mkdir(parents=True)
    for name in os.listdir(learner.col.media.dir()):
        (folder / "media" / name).write_bytes(Path(learner.col.media.dir(), name).read_bytes())
    (folder / "deck.json").write_text(json.dumps(tree, indent=4, sort_keys=True, ensure_ascii=False), "utf-8")
    return folder


def _deck(learner: Learner, name: str, types: dict[int, Any], above: str = "") -> dict[str, Any]:
    db = learner.col.db
    assert db is not None
    deck = learner.col.decks.by_name(name)
    assert deck is not None
    ids = db.list("select distinct nid from cards where did = ? order by nid", deck["id"])
    below = [each.name for each in learner.col.decks.all_names_and_ids() if each.name.startswith(f"{name}::")]
    notes = [learner.col.get_note(NoteId(each)) for each in ids]
    return {
        "__type__": "Deck",
        "crowdanki_uuid": f"deck of {name}",
        "name": name.removeprefix(above),
        "desc": "Rivers of <b>the world</b>" if not above else "",
        "media_files": [],
        "children": [_deck(learner, each, types, f"{name}::") for each in below if "::" not in each[len(name) + 2 :]],
        "notes": [
            {"__type__": "Note", "guid": note.guid, "fields": note.fields, "tags": note.tags,
             "note_model_uuid": _uuid(types[note.mid])}
            for note in notes
        ],
    }  # fmt: skip


def _uuid(note_type: dict[str, Any]) -> str:
    return f"type {note_type['name']}"


def decks_of(tree: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield tree
    for child in tree["children"]:
        yield from decks_of(child)


def given_by_crowdanki(folder: Path, learner: Learner) -> None:
    """Adds a deck as CrowdAnki's import does: each note type gets a number of this collection's own."""
    tree = json.loads((folder / "deck.json").read_text("utf-8"))
    models = learner.col.models
    numbers = {}
    for model in tree["note_models"]:
        made = models.new(model["name"]) | model
        numbers[model["crowdanki_uuid"]] = models.add_dict(made).id

    def add(deck: dict[str, Any], above: str) -> None:
        name = above + deck["name"]
        for each in deck["notes"]:
            note_type = models.get(NotetypeId(numbers[each["note_model_uuid"]]))
            assert note_type is not None
            note = learner.col.new_note(note_type)
            note.guid, note.fields, note.tags = each["guid"], list(each["fields"]), list(each["tags"])
            learner.col.add_note(note, learner.deck(name))
        for child in deck["children"]:
            add(child, f"{name}::")

    add(tree, "")
    for path in (folder / "media").glob("*"):
        learner.col.media.write_data(path.name, path.read_bytes())


@pytest.fixture
def folder(learner: Learner, tmp_path: Path) -> Path:
    """A deck of all stock note types in three levels of decks."""
    collection_of(learner)
    return exported(learner, "Rivers", tmp_path / "Rivers")


# --- and what becomes of it ----------------------------------------------------------------------


def contents(having: dict[str, Had]) -> dict[str, object]:
    return {guid: (had.fields, had.tags, len(had.cards)) for guid, had in having.items()}


def test_a_new_learner_gets_every_card_of_every_subdeck_with_its_pictures(
    learner: Learner, folder: Path, tmp_path: Path
) -> None:
    author = taken_over(folder, tmp_path)
    loaded = author.load()
    assert not loaded.errors
    assert [str(each.name) for each in loaded.deck.sections] == ["Rivers", "deep", "deep::er"]
    assert str(loaded.deck.description) == "Rivers of **the world**"
    author.build()
    with Learner() as someone:
        having = learner.having()
        assert someone.import_package(author.package) == Import(len(having), 0, 0, 0, 0)
        assert someone.having().keys() == having.keys()
        assert someone.col.card_count() == learner.col.card_count()
        assert {each.name for each in someone.col.decks.all_names_and_ids()} >= {"Rivers", "Rivers::deep::er"}
        assert someone.faults() == []
        assert someone.missing_media() == []
        assert {each["name"] for each in someone.col.models.all()} >= {"Basic", "Cloze"}
        had = {each["name"]: [field.get("id") for field in each["flds"]] for each in learner.col.models.all()}
        for note_type in [note.note_type() for note in someone.notes()]:
            assert note_type is not None
            assert [field.get("id") for field in note_type["flds"]] == had[note_type["name"].rstrip("+")]


def test_who_has_it_by_crowdanki_keeps_all_until_merge_note_types_is_ticked_once(folder: Path, tmp_path: Path) -> None:
    """That import converts the notes with their histories, asks for a full sync, and later ones need no tick."""
    author = taken_over(folder, tmp_path)
    author.build()
    with Learner() as someone:
        given_by_crowdanki(folder, someone)
        someone.study()
        someone.col.db.execute("update col set ls = scm + 1")  # type: ignore[union-attr]  # as if all were synced
        someone.col.close()
        someone.col.reopen()
        before, had, types = someone.histories(), someone.having(), someone.col.models.all()
        assert someone.import_package(author.package) == Import(0, 0, 0, len(had), 0)
        assert (someone.histories(), someone.having()) == (before, had)
        assert [each for each in someone.col.models.all() if each in types] == types
        assert not someone.schema_changed

        author.now = int(time.time())  # CrowdAnki stamps the notes with the time of its import
        author.edit("answer: Austria", "answer: Austria, on the Danube", "rivers.yaml")
        author.build()
        merged = someone.import_package(author.package, merge=True)
        assert (merged.new, merged.updated, merged.conflicting) == (0, 1, 0)
        assert someone.histories() == before
        assert someone.schema_changed
        assert someone.faults() == []
        now = contents(someone.having())
        assert len(now.items() - contents(had).items()) == 1

        author.edit("answer: Austria, on the Danube", "answer: Austria", "rivers.yaml")
        author.build()
        assert someone.import_package(author.package) == Import(0, 1, len(had) - 1, 0, 0)
        assert someone.histories() == before


def test_a_note_type_s_number_comes_from_its_uuid_so_two_imports_agree(folder: Path, tmp_path: Path) -> None:
    one, other = (taken_over(folder / name, tmp_path / str(n)) for n, name in enumerate(("", "deck.json")))
    numbers = [{each.note_type and each.note_type.id for each in author.load().deck.own_kinds.values()}
               for author in (one, other)]  # fmt: skip
    assert numbers[0] == numbers[1]
    assert None not in numbers[0]
    assert one.load().deck.uid != other.load().deck.uid


def test_a_field_that_few_notes_have_does_not_ask(tmp_path: Path) -> None:
    """A card needs a question; that the front shows a context first, if there is one, loses no note."""
    template = {"name": "1", "qfmt": "{{#Context}}{{Context}}{{/Context}} {{Front}}", "afmt": "{{Back}}"}
    model = {"crowdanki_uuid": "x", "name": "T", "type": 0, "tmpls": [template], "css": "",
             "flds": [{"name": name} for name in ("Front", "Back", "Context")]}  # fmt: skip
    notes = [{"guid": f"g{n}", "note_model_uuid": "x", "fields": [f"Q{n}", "A", "C" * (n == 1)]} for n in range(3)]
    deck = {"crowdanki_uuid": "d", "name": "Few", "note_models": [model], "notes": notes}
    (tmp_path / "deck.json").write_text(json.dumps(deck), "utf-8")
    author = taken_over(tmp_path / "deck.json", tmp_path)
    assert "{question: 'Front', answer: 'Back'}" in (author.folder / "deck.yaml").read_text("utf-8")
    assert author.build().notes == 3

    deck["notes"] = [each | {"fields": ["Q", "A", ""] if n else ["", "", "C"]} for n, each in enumerate(notes)]
    (tmp_path / "deck.json").write_text(json.dumps(deck), "utf-8")
    said = run(tmp_path / "deck.json", "--deck", tmp_path / "other")
    assert "few.yaml:5:7: error: the key 'question' is missing; add question: [missing-key]\n" in said.output
    assert "  #   fields:\n  #     Context: C\n" in (tmp_path / "other" / "few.yaml").read_text("utf-8")


@pytest.mark.parametrize(
    ("desc", "is_markdown", "description"),
    [
        ("Rivers &amp; <b>cities</b><br>of *all*", False, "Rivers & **cities**\nof \\*all*"),
        ("Rivers and **cities**", True, "Rivers and **cities**"),
        ('<img src="nile.png">', False, "A deck made with studydeck."),
        (None, False, "A deck made with studydeck."),
    ],
)
def test_the_deck_s_description_comes_in_html_or_markdown(
    desc: str | None, is_markdown: bool, description: str, folder: Path, tmp_path: Path
) -> None:
    tree = json.loads((folder / "deck.json").read_text("utf-8")) | {"desc": desc, "md": is_markdown}
    (folder / "deck.json").write_text(json.dumps(tree), "utf-8")
    said = run(folder, "--deck", tmp_path / "deck")
    loaded = load(tmp_path / "deck")
    assert not loaded.errors
    assert str(loaded.deck.description).strip() == description
    assert ("it has a picture, which descriptions can't have" in said.output) == ("<img" in (desc or ""))


def test_a_note_whose_cards_are_in_two_decks_is_there_twice_and_comes_once(learner: Learner, tmp_path: Path) -> None:
    collection_of(learner)
    note = next(note for note in learner.notes() if note.fields[0] == "Nile" and len(note.cards()) == 2)
    learner.col.set_deck([note.cards()[1].id], learner.deck("Rivers::deep::er"))
    folder = exported(learner, "Rivers", tmp_path / "Rivers")
    said = run(folder, "--deck", tmp_path / "rivers")
    assert "left out: a note: it is in two decks, of which the first has it now\n" in said.output
    cards = load(tmp_path / "rivers").deck.cards
    assert sorted(str(card.guid) for card in cards) == sorted(learner.having())


# --- what is wrong -------------------------------------------------------------------------------


def test_a_folder_is_read_by_either_name_of_its_file_and_told_if_it_has_none(folder: Path, tmp_path: Path) -> None:
    (folder / "deck.json").rename(folder / "Rivers.json")
    assert run(folder, "--deck", tmp_path / "one").exit_code == 0
    (folder / "Rivers.json").unlink()
    said = run(folder, "--deck", tmp_path / "two")
    assert said.output == f"Error: {folder} is a folder without a deck.json; name the file to import.\n"
    assert said.exit_code == 1
    assert not (tmp_path / "two").exists()


def test_nothing_outside_of_the_folder_is_taken_as_a_picture(folder: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(PICTURE)
    text = (folder / "deck.json").read_text("utf-8")
    (folder / "deck.json").write_text(text.replace("nile.png", "../secret.png"), "utf-8")
    (folder / "media" / "link.png").symlink_to(secret)
    said = run(folder, "--deck", tmp_path / "deck", "--format", "json")
    assert not list((tmp_path / "deck").rglob("*.png"))
    assert "it is outside the folder of the file that names it" in said.output


def _without(*path: str | int) -> Callable[[Any], Any]:
    def change(tree: Any) -> Any:
        inner = tree
        for step in path[:-1]:
            inner = inner[step]
        del inner[path[-1]]
        return tree

    return change


def _with(value: object, *path: str | int) -> Callable[[Any], Any]:
    def change(tree: Any) -> Any:
        inner = tree
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] = value
        return tree

    return change


def _nested(tree: Any) -> Any:
    for _ in range(120):
        tree = {"crowdanki_uuid": "x", "name": "more", "children": [tree], "notes": [], "note_models": []}
    return tree


BROKEN: dict[str, tuple[Callable[[Any], Any], str]] = {
    "no note types": (_without("note_models"), "in the file, 'note_models' should be a list"),
    "no name": (_without("name"), "in the file, 'name' should be a text"),
    "decks as texts": (_with(["Nile"], "children"), "a deck in 'Rivers' should be a mapping"),
    "a mapping of notes": (_with({}, "notes"), "in the deck 'Rivers', 'notes' should be a list"),
    "no fields": (_without("notes", 0, "fields"), "in note 1 of the deck 'Rivers', 'fields' should be a list"),
    "a number as a field": (_with([1, "a"], "notes", 0, "fields"), "a field or tag isn't a text"),
    "more fields": (_with(["a"] * 9, "notes", 0, "fields"), "has 9 fields, and its note type 2"),
    "a number as a guid": (_with(7, "notes", 0, "guid"), "'guid' should be a text"),
    "another type": (_with("x", "notes", 0, "note_model_uuid"), "is of a note type that isn't in the file"),
    "no uuid": (_without("note_models", 0, "crowdanki_uuid"), "'crowdanki_uuid' should be a text"),
    "a text as a kind": (_with("1", "note_models", 0, "type"), "'type' should be a whole number"),
    "a field without a name": (_with([{}], "note_models", 0, "flds"), "'name' should be a text"),
    "no template's front": (_without("note_models", 0, "tmpls", 0, "qfmt"), "is damaged ('qfmt')"),
    "a huge number": (_with(10**30, "note_models", 0, "sortf"), "is damaged (1000000000"),
    "a number as a text": (_with("first", "note_models", 0, "flds", 0, "id"), "is damaged (invalid literal"),
    "a hundred decks in each other": (_nested, "its decks are nested more than 100 deep"),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_deck_is_a_sentence_and_writes_nothing(what: str, tmp_path: Path) -> None:
    model = {"crowdanki_uuid": "t", "name": "T", "type": 0, "css": "", "flds": [{"name": "Front"}, {"name": "Back"}],
             "tmpls": [{"name": "1", "qfmt": "{{Front}}", "afmt": "{{Back}}"}]}  # fmt: skip
    note = {"guid": "g", "note_model_uuid": "t", "fields": ["Q", "A"], "tags": []}
    deck = {"crowdanki_uuid": "d", "name": "Rivers", "children": [], "notes": [note], "note_models": [model]}
    change, message = BROKEN[what]
    path = tmp_path / "deck.json"
    path.write_text(json.dumps(change(deck)), "utf-8")
    said = run(path, "--deck", tmp_path / "deck")
    assert said.output.count("\n") == 1, said.output
    assert said.output.startswith(f"Error: {path} isn't a complete deck of CrowdAnki's: ")
    assert message in said.output
    assert said.exit_code == 1
    assert not (tmp_path / "deck").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"crowdanki_uuid": "d", "name": ', "deck.json:1:33: not valid JSON (Expecting value); fix it first"),
        ('{"crowdanki_uuid": ' + "[" * 100_000, "is nested too deeply"),
        ('{"crowdanki_uuid": ' + "1" * 10_000 + "}", "has a number of thousands of digits"),
        ('{"crowdanki_uuid": "d"}', "in the file, 'name' should be a text"),
        ('{"crowdanki_uuid": "d", "name": "R", "note_models": []}', "has no card that can be read"),
    ],
)
def test_what_is_no_json_or_no_deck_is_a_sentence_too(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "deck.json"
    path.write_text(text, "utf-8")
    said = run(path, "--deck", tmp_path / "deck")
    assert said.output.count("\n") == 1, said.output
    assert message in said.output
    assert said.exit_code == 1
    assert not (tmp_path / "deck").exists()
    assert not is_collection(text.encode())
