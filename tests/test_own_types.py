"""Note types of the deck's own: learners keep the one that they have, and every history with it."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from anki.decks import DeckId
from anki.models import NotetypeDict
from author import DECK, START, Author
from click.testing import CliRunner
from theirs import PICTURE

from studydeck.cli import main
from studydeck.commands.preview import Viewer
from studydeck.engine.drawing import Artist
from studydeck.engine.learner import Import, Learner
from studydeck.engine.verify import verify
from studydeck.history import note_type_ids
from studydeck.kinds.own import own_kind
from studydeck.model import ERROR, Field, NoteType, Template
from studydeck.pipeline import compile_notes, load
from studydeck.render import note_types

MAPPED = "note-types:\n  Capitals: {question: Country, answer: Capital}\n"
CSS = ".card { font-size: 20px; }"
FRONTS = ("What is the capital of {{Country}}?", "{{#Flag}}{{Flag}}<br>{{/Flag}}{{#Both}}{{Capital}}{{/Both}}")
FIELDS = ("Country", "Capital", "Flag", "Both")
CARDS = """\
  - {id: fr, type: Capitals, guid: "a=b,c", question: France, answer: Paris, tags: [europe],
     fields: {Flag: blue, Both: y}}
  - {id: ng, type: Capitals, guid: "of their own", question: Nigeria, answer: Abuja, tags: [africa]}
"""


def their_type(learner: Learner) -> NotetypeDict:
    """A note type that its author made in Anki, with ids on its fields and templates."""
    models = learner.col.models
    made = models.new("Capitals of the world")
    for name in FIELDS:
        models.add_field(made, models.new_field(name))
    for number, front in enumerate(FRONTS, start=1):
        template = models.new_template(f"Side {number}")
        template["qfmt"], template["afmt"] = front, "{{FrontSide}}<hr id=answer>{{Capital}} {{Country}}"
        models.add_template(made, template)
    made["css"] = CSS
    added = models.get(models.add_dict(made).id)  # type: ignore[arg-type]
    assert added is not None
    return added


def folder_of(author: Author, note_type: NotetypeDict, name: str = "Capitals", **other: Any) -> None:
    """Writes the note type's folder, as an import would."""
    home = f"note-types/{name}"
    values: dict[str, Any] = {"name": note_type["name"], "id": note_type["id"], "stamp": note_type["mod"]}
    values["fields"] = [{"name": each["name"], "id": each["id"]} for each in note_type["flds"]]
    values["templates"] = []
    for number, each in enumerate(note_type["tmpls"], start=1):
        files = {"front": f"{number}-front.html", "back": f"{number}-back.html"}
        author.write(f"{home}/{files['front']}", each["qfmt"] + "\n")
        author.write(f"{home}/{files['back']}", each["afmt"] + "\n")
        values["templates"].append({"name": each["name"], "id": each["id"], **files})
    author.write(f"{home}/style.css", note_type["css"])
    author.write(f"{home}/note-type.yaml", json.dumps({**values, **other}))


def change(author: Author, **values: Any) -> None:
    """Changes values in the note type's file."""
    file = "note-types/Capitals/note-type.yaml"
    author.write(file, json.dumps({**json.loads(author.read(file)), **values}))


@pytest.fixture
def their_deck(author: Author, learner: Learner) -> Author:
    """The same deck in plain text: the learner has it from its author's collection, and has studied all of it."""
    note_type = their_type(learner)
    assert learner.col.db is not None
    rows = [
        ("a=b,c", "europe", ["France", "Paris", "blue", "y"]),
        ("of their own", "africa", ["Nigeria", "Abuja", "", ""]),
    ]
    for guid, tag, fields in rows:
        note = learner.col.new_note(note_type)
        note.fields, note.tags = fields, [tag]
        learner.col.add_note(note, learner.deck("Capitals"))
        learner.col.db.execute("update notes set guid = ?, mod = ? where id = ?", guid, START - 1_000_000, note.id)
    learner.col.db.execute("update notetypes set mtime_secs = ?", START - 1_000_000)
    learner.col.db.execute("update col set ls = scm + 1")
    learner.col.close()  # the engine remembers note types
    learner.col.reopen()
    author.write("deck.yaml", DECK.replace("Rivers", "Capitals") + MAPPED)
    folder_of(author, note_type, stamp=START - 1_000_000)
    author.section(CARDS, "World")
    learner.study()
    assert [card.reps > 0 for card in learner.cards()] == [True] * 3
    return author


def test_a_deck_with_its_own_note_type_updates_the_notes_that_learners_have(
    their_deck: Author, learner: Learner
) -> None:
    before, types = learner.histories(), len(learner.col.models.all_names_and_ids())
    their_deck.build()
    assert learner.import_package(their_deck.package) == Import(0, 2, 0, 0, 0)
    assert learner.histories() == before
    assert learner.note("a=b,c").fields == ["France", "Paris", "blue", "y"]
    assert not learner.schema_changed
    assert learner.faults() == []
    assert len(learner.col.models.all_names_and_ids()) == types

    their_deck.edit("answer: Paris", "answer: Paris on the *Seine*")
    their_deck.build()
    assert learner.import_package(their_deck.package) == Import(0, 1, 1, 0, 0)
    assert learner.note("a=b,c")["Capital"] == "Paris on the <em>Seine</em>"
    assert learner.histories() == before
    assert not learner.schema_changed
    assert their_deck.build().changes.edited == ()


def test_a_new_learner_gets_every_card(their_deck: Author, tmp_path: Path) -> None:
    their_deck.section(CARDS + "  - {id: new, question: What is a capital?, answer: A seat of government}\n", "World")
    built = their_deck.build()
    assert (built.notes, built.cards) == (3, 4)
    previous = Path(their_deck.package).rename(tmp_path / "previous.apkg")
    their_deck.edit("answer: Abuja", "answer: Abuja!")
    their_deck.build()
    report = verify(their_deck.package, previous)
    assert report.ok, report
    with Learner() as someone:
        someone.import_package(their_deck.package)
        assert someone.note_types == ["Capitals Q&A", "Capitals of the world"]
        # Their learners get no note type that no card needs.
        assert "Capitals Cloze" not in {each.name for each in someone.col.models.all_names_and_ids()}


@pytest.mark.parametrize(
    ("css", "told"),
    [
        (".card { color: black; background-color: white; }", False),
        ("body.card { color: black; }", True),
        (".card .word { color: black; }", True),
    ],
)
def test_colours_that_every_client_replaces_by_night_are_not_told(their_deck: Author, css: str, told: bool) -> None:
    their_deck.write("note-types/Capitals/style.css", css)
    assert [each.name for each in their_deck.load().problems if each.name.startswith("style")] == [
        "style-colour"
    ] * told


def test_a_font_or_picture_beside_the_style_comes_with_it(
    their_deck: Author, learner: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = "note-types/Capitals"
    css = "@font-face { font-family: x; src: url( '_x.ttf' ) } .a { background: url(_a.png) } @import url('_b.css');"
    their_deck.write(f"{home}/style.css", css)
    for name in ("_a.png", "_b.css"):
        their_deck.write(f"{home}/{name}", b"x")
    monkeypatch.chdir(their_deck.folder)

    def places() -> list[str]:
        said = CliRunner().invoke(main, ["check", "."]).stdout.splitlines()
        return [each.split(":")[2] for each in said if each.endswith("[style-file]")]

    assert places() == [str(css.index(each) + 1) for each in ("url( '_x", "@import", "url('_b")]
    their_deck.write(f"{home}/_x.ttf", b"x")
    assert places() == [str(css.index(each) + 1) for each in ("@import", "url('_b")]
    their_deck.build()
    learner.import_package(their_deck.package)
    assert {path.name for path in Path(learner.col.media.dir()).iterdir()} == {"_a.png", "_x.ttf"}


@pytest.mark.parametrize("more", [{}, {"Where?": "  - {id: po, question: Where?, answer: In Italy}\n"}])
def test_a_package_of_ours_imports_as_a_deck_without_an_error(
    more: dict[str, str], author: Author, tmp_path: Path
) -> None:
    cards = '  - {id: nile, question: Which?, answer: The Nile}\n  - {id: sea, cloze: "A {{c1::sea}}"}\n'
    author.section("".join([cards, *more.values()]))
    author.build()
    folder = tmp_path / "theirs"
    done = CliRunner().invoke(main, ["import", str(author.package), "--deck", str(folder)])
    assert done.exit_code == 0, done.output
    loaded = load(folder)
    assert [each for each in loaded.problems if each.severity == ERROR] == []
    assert sorted(card.asks for card in loaded.deck.cards) == [
        "A {{c1::sea}}", *more, "Which?",  # and not what all of a section show above it
    ]  # fmt: skip


def test_a_learners_style_stays_until_the_author_edits_the_note_type(their_deck: Author, learner: Learner) -> None:
    note_type = learner.note("a=b,c").note_type()
    assert note_type is not None
    note_type["css"] = ".card { color: red }"
    learner.col.models.update_dict(note_type)
    learner.col.db.execute("update notetypes set mtime_secs = ?", START - 1_000_000)  # type: ignore[union-attr]
    learner.col.close()
    learner.col.reopen()
    their_deck.build()
    learner.import_package(their_deck.package)
    assert "red" in learner.note("a=b,c").note_type()["css"]  # type: ignore[index]
    their_deck.write("note-types/Capitals/style.css", CSS + "\n.card { text-align: center; }\n")
    their_deck.build()
    assert learner.import_package(their_deck.package) == Import(0, 0, 2, 0, 0)
    assert "text-align: center" in learner.note("a=b,c").note_type()["css"]  # type: ignore[index]
    assert not learner.schema_changed


def test_a_field_with_an_id_may_be_renamed(their_deck: Author, learner: Learner) -> None:
    their_deck.build()
    learner.import_package(their_deck.package)
    fields = json.loads(their_deck.read("note-types/Capitals/note-type.yaml"))["fields"]
    fields[2]["name"] = "Banner"
    change(their_deck, fields=fields)
    their_deck.edit("Flag", "Banner")
    their_deck.edit(
        "{{#Flag}}{{Flag}}<br>{{/Flag}}", "{{#Banner}}{{Banner}}<br>{{/Banner}}", "note-types/Capitals/2-front.html"
    )
    their_deck.build()
    learner.import_package(their_deck.package)
    assert learner.note("a=b,c")["Banner"] == "blue"
    assert not learner.schema_changed
    assert learner.faults() == []


def without_ids(parts: list[dict[str, Any]], names: list[str]) -> list[dict[str, Any]]:
    return [{"name": name, **{key: value for key, value in part.items() if key not in ("id", "name")}}
            for part, name in zip(parts, names, strict=True)]  # fmt: skip


PUNISHED: dict[str, tuple[Callable[[dict[str, Any]], dict[str, Any]], str]] = {
    "a field that is gone": (lambda t: {"fields": t["fields"][:3]}, "learners have a field 'Both', which is gone"),
    "a new field": (lambda t: {"fields": [*t["fields"], {"name": "New"}]}, "learners don't have the field 'New'"),
    "fields in another order": (
        lambda t: {"fields": t["fields"][::-1]},
        "write them in this order: Country, Capital, Flag, Both",
    ),
    "a field renamed without ids": (
        lambda t: {"fields": without_ids(t["fields"], ["Country", "Capital", "Banner", "Both"])},
        "learners have 'Flag' where 'Banner' is now",
    ),
    "a template that is gone": (lambda t: {"templates": t["templates"][:1]}, "learners have a template 'Side 2'"),
    "another id": (lambda t: {"id": 77}, "learners have this note type with the id "),
    "another sort field": (lambda t: {"sort": "Capital"}, "learners have another sort field"),
}


@pytest.mark.parametrize("what", PUNISHED)
def test_what_anki_would_punish_is_an_error(their_deck: Author, what: str) -> None:
    their_deck.build()
    edit, message = PUNISHED[what]
    change(their_deck, **edit(json.loads(their_deck.read("note-types/Capitals/note-type.yaml"))))
    if "renamed" in what:
        their_deck.edit("Flag", "Banner")
    if what in ("a field that is gone", "a field renamed without ids"):
        their_deck.write("note-types/Capitals/2-front.html", "{{Capital}}")
        their_deck.write("water.yaml", their_deck.read("water.yaml").replace(", Both: y", ""))
    (found,) = [each for each in their_deck.load().errors if each.name != "no-card"]
    assert found.name == "changed-note-type"
    assert message in f"{found.message}; {found.remedy}"
    assert found.path.endswith("note-types/Capitals/note-type.yaml")


def test_ids_may_be_added_to_a_note_type_that_had_none(their_deck: Author, learner: Learner) -> None:
    file = json.loads(their_deck.read("note-types/Capitals/note-type.yaml"))
    change(their_deck, fields=[{"name": each["name"]} for each in file["fields"]])
    their_deck.build()
    change(their_deck, fields=file["fields"])
    assert not their_deck.load().errors


def test_the_stamp_of_ankis_own_note_types_stays(their_deck: Author) -> None:
    """The author's other notes have it, too, and Anki would rename and restyle it for all of them."""
    change(their_deck, stamp=0)
    their_deck.build()
    assert "\t0\tCapitals of the world\t" in their_deck.read("deck.lock")
    their_deck.write("note-types/Capitals/style.css", ".card { text-align: center; }")
    (found,) = their_deck.load().errors
    assert found.name == "changed-note-type"
    assert found.remedy == "undo it; if that is meant, write stamp: 1"
    change(their_deck, stamp=1)
    assert not their_deck.load().errors


def test_a_normal_note_type_can_not_become_a_cloze(their_deck: Author) -> None:
    """Anki takes it in silence, and the cards break."""
    their_deck.build()
    file = json.loads(their_deck.read("note-types/Capitals/note-type.yaml"))
    change(their_deck, kind="cloze", templates=file["templates"][:1])
    their_deck.write("note-types/Capitals/1-front.html", "{{cloze:Country}}")
    their_deck.edit("{question: Country, answer: Capital}", "{cloze: Country}", "deck.yaml")
    their_deck.section('  - {id: fr, type: Capitals, cloze: "{{c1::France}}"}\n', "World")
    assert "learners have this note type as a normal one, and their cards would break" in {
        each.message for each in their_deck.load().errors
    }


def test_a_card_that_no_front_shows_is_an_error(their_deck: Author) -> None:
    their_deck.write("note-types/Capitals/1-front.html", "{{Flag}}")
    (found,) = their_deck.load().errors
    assert (found.name, found.line) == ("no-card", 5)


def test_every_field_that_a_note_type_shows_as_a_cloze_may_have_gaps(author: Author, learner: Learner) -> None:
    note_type = learner.col.models.by_name("Cloze")
    assert note_type is not None
    note_type["tmpls"][0]["afmt"] = "{{cloze:Text}}<br>{{cloze:Back Extra}}"
    folder_of(author, note_type, "Their cloze", kind="cloze")
    author.write("deck.yaml", DECK + "note-types: {Their cloze: {cloze: Text}}\n")
    author.section(
        '  - {id: x, type: Their cloze, cloze: "The {{c1::Nile}}",\n'
        '     fields: {Back Extra: "{{c1::A river}}, {{c2::long}}"}}\n'
    )
    assert not author.load().errors
    author.build()
    learner.import_package(author.package)
    assert sorted(card.ord for card in learner.cards()) == [0, 1]
    author.write("note-types/Their cloze/1-back.html", "{{cloze:Text}}<br>{{Back Extra}}")
    assert "bad-cloze" in {each.name for each in author.load().errors}
    author.section("  - {id: x, type: Their cloze, cloze: The Nile}\n")
    remedies = {each.remedy for each in author.load().errors if each.name == "bad-cloze"}
    assert remedies == {"mark the hidden words, {{c1::like these}}, or delete the card"}  # it can be no question


def test_a_cloze_note_type_of_its_own(author: Author, learner: Learner) -> None:
    note_type = learner.col.models.by_name("Cloze")
    assert note_type is not None
    folder_of(author, note_type, "Their cloze", kind="cloze")
    author.write("deck.yaml", DECK + "note-types: {Their cloze: {cloze: Text}}\n")
    author.section(
        '  - {id: x, type: Their cloze, guid: theirs, cloze: "The {{c1::Nile}} and the {{c3::Rhine}}",\n'
        "     fields: {Back Extra: rivers}}\n"
    )
    built = author.build()
    assert built.cards == 2
    learner.import_package(author.package)
    assert sorted(card.ord for card in learner.cards()) == [0, 2]
    assert learner.faults() == []
    shown = CliRunner().invoke(
        main, ["export", str(author.folder), "--to", "print", "-o", str(author.out / "paper.html")]
    )
    assert shown.exit_code == 0, shown.output


DECK_FILE, SECTION, TYPE = "deck.yaml", "water.yaml", "note-types/Capitals/note-type.yaml"
FRONT, SECOND, BACK = (f"note-types/Capitals/{name}.html" for name in ("1-front", "2-front", "1-back"))
FAULTY = {
    "no folder": (DECK_FILE, "Capitals: {", "Cities: {", "there is no folder note-types/Cities"),
    "no field for the question": (DECK_FILE, "{question: Country, ", "{", "deck.yaml doesn't say which field of the "),
    "no such field": (DECK_FILE, "question: Country", "question: Land", "'question' needs a field of its own"),
    "a key that fills nothing": (DECK_FILE, "answer:", "typed:", "'typed' can't fill a field of this note type"),
    "no such note type": (SECTION, "fr, type: Capitals", "fr, type: Capital", "the deck has no note type 'Capital'"),
    "no such other field": (
        SECTION,
        "Flag: blue",
        "Flagg: blue",
        "the note type 'Capitals' has no other field 'Flagg'",
    ),
    "a field of a key": (SECTION, "Flag: blue", "Capital: blue", "'Capitals' has no other field 'Capital'"),
    "an unclosed condition": (SECOND, "{{/Both}}", "", "'{{#Both}}' is never closed"),
    "an unopened condition": (SECOND, "{{#Both}}", "", "closes no '{{#Both}}'"),
    "an unknown field in a template": (
        BACK,
        "{{Country}}",
        "{{Land}}",
        "1-back.html shows the field 'Land', which doesn't",
    ),
    "a front without a field": (FRONT, "{{Country}}", "", "1-front.html shows no field"),
    "a file elsewhere": (TYPE, "1-front.html", "../../deck.yaml", "'../../deck.yaml' isn't the name of an .html file"),
    "a missing file": (TYPE, "1-front.html", "no.html", "there is no file no.html"),
    "an unknown key": (TYPE, '"stamp"', '"stmp"', "unknown key 'stmp'"),
    "a huge id": (TYPE, '"id": ', '"id": 99999999999999999999', "the number 99999999999999999999"),
    "an id of endless digits": (TYPE, '"id": ', f'"id": {"9" * 5000}', "for 'id' is out of range"),
    "a large id": (TYPE, '"id": ', '"id": 99999', "is out of range"),
    "no number": (TYPE, '"stamp": ', '"stamp": "x", "sort": ', "expected a whole number for 'stamp'"),
    "two fields of one name": (TYPE, '"Flag"', '"Both"', "two fields are called 'Both'"),
    "a name that Anki refuses": (TYPE, '"Flag"', '"a:b"', "Anki can't use 'a:b' as a field's name"),
    "a cloze in a normal note type": (
        FRONT,
        "{{Country}}",
        "{{cloze:Country}}",
        "which only works in a cloze note type",
    ),
}


@pytest.mark.parametrize("what", FAULTY)
def test_a_faulty_note_type_is_reported_where_it_is_wrong(their_deck: Author, what: str) -> None:
    file, old, new, message = FAULTY[what]
    their_deck.edit(old, new, file)
    errors = their_deck.load().errors
    assert errors
    assert any(message in each.message for each in errors), errors


def test_an_id_that_anki_can_not_take_is_reported_with_the_range(author: Author) -> None:
    author.write("deck.yaml", DECK + "note-types: {T: {question: A}}\n")
    author.write("note-types/T/f.html", "{{A}}")
    faces = "fields: [{name: A}]\ntemplates: [{name: B, front: f.html, back: f.html}]\n"
    for number, where, remedy in [
        (2**70, ":2:5: ", "write one that is less than 9,223,372,036,854,775,808"),
        (2**60, ":2:1: ", "write the number that Anki has for it, from 1 to 9,007,199,254,740,991"),
        (0, ":2:1: ", "write the number that Anki has for it, from 1 to 9,007,199,254,740,991"),
    ]:
        author.write("note-types/T/note-type.yaml", f"name: T\nid: {number}\n{faces}")
        first, *_ = author.load().errors
        assert (where in str(first), first.remedy) == (True, remedy), str(first)


def test_a_script_in_a_template_is_told(their_deck: Author) -> None:
    their_deck.edit("{{Country}}", "{{Country}}<script>1</script>", "note-types/Capitals/1-front.html")
    loaded = their_deck.load()
    assert (loaded.errors, len(loaded.deck.cards)) == ([], 2)
    (found,) = [each for each in loaded.problems if each.name == "template-script"]
    assert found.message == "1-front.html has '<script', which runs on every learner's device"


def test_a_style_may_show_the_files_beside_it_and_no_others(their_deck: Author) -> None:
    for name in ("_paper.png", "_letters.woff2"):
        their_deck.write(f"note-types/Capitals/{name}", b"x")
    their_deck.write("_other.png", b"x")
    shown = "url(_paper.png) url( '_letters.woff2' )\nurl(_gone.png)\nurl(../../_other.png)\nurl(paper.png)"
    their_deck.write("note-types/Capitals/style.css", f".a {{ background: {shown}; }}")
    assert [each.line for each in their_deck.load().problems if each.name == "style-file"] == [2, 3, 4]


def test_an_edited_section_and_an_edited_template_are_seen_by_the_next_build(their_deck: Author) -> None:
    def build() -> str:
        arguments = ["build", str(their_deck.folder), "--output", str(their_deck.out)]
        return CliRunner().invoke(main, arguments).output

    assert ": 2 new, 0 edited, 0 unchanged" in build()
    assert ": 0 new, 0 edited, 2 unchanged" in build()
    their_deck.edit("answer: Abuja", "answer: Abuja!")
    assert ": 0 new, 1 edited, 1 unchanged" in build()
    before = their_deck.package.read_bytes()
    their_deck.edit("What is", "Which city is", "note-types/Capitals/1-front.html")
    build()
    assert their_deck.package.read_bytes() != before


def test_plan_stats_preview_and_print_know_the_note_type(their_deck: Author) -> None:
    their_deck.build()
    their_deck.edit("answer: Abuja", "answer: Abuja!")
    folder, out = str(their_deck.folder), str(their_deck.out)
    run = CliRunner()
    planned = run.invoke(main, ["plan", folder, "--against", str(their_deck.package), "--output", out]).output
    assert "1 edited (1 capital), 1 untouched" in planned
    assert "Imports cleanly: yes" in planned, planned
    assert "Capitals" in run.invoke(main, ["stats", folder]).output
    paper = run.invoke(main, ["export", folder, "--to", "print", "-o", f"{out}/paper.html"])
    assert paper.exit_code == 0, paper.output
    loaded = their_deck.load()
    with Artist() as artist:
        drawn = artist.draw(note_types(loaded.deck, note_type_ids(loaded.deck, loaded.lock)), compile_notes(loaded))
    assert [len(each) for each in drawn] == [2, 1]
    assert drawn[1][0].question == "What is the capital of Nigeria?"


def test_the_preview_shows_tags_where_a_template_does(their_deck: Author) -> None:
    their_deck.write("note-types/Capitals/1-back.html", "{{Capital}}: {{Tags}}")
    with Artist() as artist:
        viewer = Viewer(artist)
        for tag in ("africa", "west"):
            their_deck.edit("tags: [africa]", f"tags: [{tag}]") if tag != "africa" else None
            answer = viewer.view(their_deck.load()).cards["ng/1"]["answer"]
            assert answer == f"Abuja: {' '.join(sorted((tag, 'rivers::world')))}"
    their_deck.build()
    with Learner() as someone:
        someone.import_package(their_deck.package)
        assert someone.note("of their own").cards()[0].render_output().answer_text == answer


def test_a_field_in_a_template_s_comment_is_no_fault_of_a_card(their_deck: Author) -> None:
    their_deck.edit("{{Country}}", "{{Country}}<!-- {{Flag}} -->", "note-types/Capitals/1-front.html")
    their_deck.build()
    with Learner() as someone:
        someone.import_package(their_deck.package)
        assert someone.faults() == []


def test_a_question_s_sounds_are_heard_again_beside_the_answer_s(their_deck: Author) -> None:
    for name in ("question", "answer"):
        their_deck.write(f"media/{name}.mp3", name)
    their_deck.edit("question: Nigeria, answer: Abuja", "question: '![](question.mp3)', answer: '![](answer.mp3)'")
    their_deck.edit("{{Capital}}", "{{Capital}}[anki:play:a:9]", "note-types/Capitals/1-back.html")
    loaded = their_deck.load()
    assert not loaded.errors
    with Artist() as artist:
        types = note_types(loaded.deck, note_type_ids(loaded.deck, loaded.lock))
        (_, (card,)) = artist.draw(types, compile_notes(loaded))
    names = [loaded.media.names[f"{name}.mp3"] for name in ("question", "answer", "question")]
    assert re.findall(r'href="([^"]+)"', card.answer) == names


TEMPLATES = [
    "{{A}}", "{{B}}", "{{#A}}{{B}}{{/A}}", "{{^A}}{{B}}{{/A}}", "{{#A}}static{{/A}}{{C}}", "{{type:B}}",
    "{{hint:A}} {{Tags}}",
    "<!-- {{A}} -->{{B}}", "{{#A}}{{^B}}{{C}}{{/B}}{{/A}}", "{{tts en_US:B}}", "{{ text:A }}", "{{=<% %>=}}<%B%>",
    "{{^A}}{{^B}}{{C}}{{/B}}{{/A}}", "{{#Tags}}{{B}}{{/Tags}}", "{{^Tags}}{{B}}{{/Tags}}",
]  # fmt: skip
VALUES = ("", "x", "<br>", "<img src=x>", "&nbsp;", "<div> </div>")


@pytest.mark.parametrize("front", TEMPLATES)
def test_the_cards_of_a_note_are_those_that_anki_makes(learner: Learner, front: str) -> None:
    models = learner.col.models
    made = models.new("T")
    for name in "ABCD":
        models.add_field(made, models.new_field(name))
    for number, each in enumerate(("{{D}}", front)):
        template = models.new_template(str(number))
        template["qfmt"], template["afmt"] = each, "{{FrontSide}}"
        models.add_template(made, template)
    added = models.get(models.add_dict(made).id)  # type: ignore[arg-type]
    assert added is not None
    kind = own_kind(
        "T",
        NoteType("note-types/T", 1, "T", [Field(name, 0, False) for name in "ABCD"],
                 [Template("0", 0, "{{D}}", ""), Template("1", 0, front, "")], ""),
        {"question": "A"},
    )  # fmt: skip
    for values in itertools.product(VALUES, repeat=3):
        note = learner.col.new_note(added)
        note.fields = [*values, "d"]
        learner.col.add_note(note, DeckId(1))
        assert tuple(card.ord for card in note.cards()) == kind.cards_in(dict(zip("ABCD", note.fields, strict=True)))


def test_an_image_occlusion_that_is_kept_as_a_cloze_is_a_picture_on_paper(author: Author, learner: Learner) -> None:
    note_type = learner.col.models.by_name("Image Occlusion")
    assert note_type is not None
    folder_of(author, note_type, "Masks", kind="cloze")
    author.write("deck.yaml", DECK + "note-types: {Masks: {cloze: Occlusion}}\n")
    author.write("media/heart.png", PICTURE)
    rect = "{{c1::image-occlusion:rect:left=.1:top=.2:width=.3:height=.4:oi=1}}"
    more = (
        "{{c2::image-occlusion:ellipse:left=.5:top=.5:rx=.1:ry=.2}} {{c0::image-occlusion:text:left=.1:top=0:text=x}}"
    )
    corners = "{{c2::image-occlusion:polygon:points=0,0 .5,0 .5,.25}}"
    author.section(
        f"  - {{id: x, type: Masks, cloze: '{rect} {more} {corners}',\n"
        '     fields: {Header: Name the parts, Image: "![heart](heart.png)", Back Extra: Of a mouse}}\n'
    )
    page = author.out / "paper.html"
    shown = CliRunner().invoke(main, ["export", str(author.folder), "--to", "print", "-o", str(page)])
    assert shown.exit_code == 0, shown.output
    html = page.read_text("utf-8")
    assert "image-occlusion" not in html
    assert html.count("data:image/png;base64,") == 2
    assert '<rect x="10" y="20" width="30" height="40"/>' in html
    assert '<ellipse cx="60" cy="70" rx="10" ry="20"/><polygon points="0 0 50 0 50 25"/>' in html
    assert html.count("<b ") == 6
    assert "Name the parts" in html
