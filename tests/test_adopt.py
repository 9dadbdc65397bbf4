"""A deck that learners have is taken over from its package: nothing changes for anyone until a card is edited."""

from __future__ import annotations

import json
import re
import sqlite3
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import genanki
import pytest
import zstandard
from author import Author
from click.testing import CliRunner
from theirs import EDITS, LONG_AGO, PICTURE, collection_of, edit_all, exported, taken_over

from studydeck.cli import main
from studydeck.commands.plan import plan
from studydeck.engine.learner import Import, Learner
from studydeck.engine.verify import verify
from studydeck.package import collection

SHAPE = "left=.1:top=.2:width=.3:height=.4"


@pytest.mark.parametrize("legacy", [True, False])
def test_nothing_changes_until_the_author_edits_a_card(learner: Learner, tmp_path: Path, legacy: bool) -> None:
    collection_of(learner)
    author = taken_over(exported(learner, tmp_path / "theirs.apkg", legacy=legacy), tmp_path)
    before, types, had = learner.histories(), learner.col.models.all(), learner.having()
    assert author.build(later=50_000_000).changes.edited == ()
    assert learner.import_package(author.package) == Import(0, 0, len(had), 0, 0)
    assert learner.histories() == before
    assert learner.col.models.all() == types
    assert learner.having() == had

    edit_all(author)
    assert len(author.build().changes.edited) == len(EDITS)
    assert learner.import_package(author.package) == Import(0, len(EDITS), len(had) - len(EDITS), 0, 0)
    assert learner.histories() == before
    assert learner.col.models.all() == types
    assert not learner.schema_changed
    assert learner.faults() == []
    with Learner() as someone:
        new = someone.import_package(author.package)
        assert (new.new, new.conflicting) == (len(had), 0)
        assert someone.col.card_count() == learner.col.card_count()
        assert someone.faults() == []
        assert someone.missing_media() == []
        theirs, mine = someone.having(), learner.having()
        assert all(theirs[guid].content == mine[guid].content for guid in had if mine[guid] != had[guid])
        assert decks(someone) == decks(learner)


def decks(learner: Learner) -> dict[str, str]:
    """The deck of each note's first card."""
    return {note.guid: learner.col.decks.name(note.cards()[0].did) for note in learner.notes()}


def test_compared_with_the_old_package_only_edits_are_edits(learner: Learner, tmp_path: Path) -> None:
    """Our HTML and the sections' tags differ in every note, and reach nobody before the author edits it."""
    collection_of(learner)
    old = exported(learner, tmp_path / "theirs.apkg", legacy=True)
    author = taken_over(old, tmp_path)

    def edited() -> int:
        options = ["--against", str(old), "--format", "json", "-o", str(author.out), str(author.folder)]
        said = CliRunner().invoke(main, ["plan", *options], env={"SOURCE_DATE_EPOCH": str(author.now + 9)})
        (made,) = json.loads(said.output)["plans"]
        assert (made["imports_cleanly"], made["look"]) == (True, None)
        assert made["edited"] + made["untouched"] == learner.col.note_count()
        return int(made["edited"])

    def verified() -> str:
        report = verify(author.package, old)
        assert report.ok, report
        return next(check.seen for check in report.checks if check.name == "every edit arrives")

    author.build(later=50_000_000)
    assert edited() == 0
    assert verified() == "0 of 0 edited"
    edit_all(author)
    assert edited() == len(EDITS)
    author.build()
    assert edited() == len(EDITS)
    assert verified() == f"{len(EDITS)} of {len(EDITS)} edited"


def test_searches_find_notes_that_have_no_id(learner: Learner, tmp_path: Path) -> None:
    """Before the import, and after it, which changes their HTML."""
    collection_of(learner)
    old = exported(learner, tmp_path / "theirs.apkg", legacy=True)
    author = taken_over(old, tmp_path)
    author.build(later=50_000_000)
    edit_all(author)
    author.write("rivers.yaml", author.read("rivers.yaml").replace("subdeck: false\n", ""))
    for gone in (r"  - id: ما[^\x00]+?guid: \S+\n\n", r"  - id: who-wrote[^\x00]+?guid: \S+\n\n"):
        author.write("rivers.yaml", re.sub(gone, "", author.read("rivers.yaml"), count=1))
    made = plan(author.load(), author.out, author.now + 100, str(old))
    assert plan(author.load(), author.out, author.now + 100).by_hand, "with no texts but those of the last build"
    move, gone_step = made.by_hand
    expected = [
        {"Which river", "Where", "<ruby>日本"},
        {"ما عاصمة مصر؟", "Who wrote a script?"},
    ]
    for _ in range(2):
        for step, starts in zip((move, gone_step), expected, strict=True):
            found = [learner.col.get_note(each).fields[0] for each in learner.col.find_notes(step.search)]
            assert len(found) == len(starts)
            assert all(text.startswith(tuple(starts)) for text in found), found
        author.build()
        learner.import_package(author.package)


def test_a_genanki_script_s_deck_keeps_its_guids_and_note_type(learner: Learner, tmp_path: Path) -> None:
    """Many fields, odd guids, a question twice, templates that need fields, and a front with a filter."""
    names = [f"Field {number}" for number in range(20)]
    model = genanki.Model(
        1_607_392_319,
        "Ultimate: <Geography> [v4]",
        fields=[{"name": name} for name in names],
        templates=[
            {
                "name": "Country → capital",
                "qfmt": "{{Field 3}}<hr>{{hint:Field 4}}",
                "afmt": "{{FrontSide}}{{Field 5}}",
            },
            {"name": "Flag?", "qfmt": "{{#Field 7}}{{text:Field 3}}{{/Field 7}}\n\n", "afmt": "{{Field 7}}"},
        ],
        css=".card { color: black; }\r\n",
        sort_field_index=3,
    )
    deck = genanki.Deck(1_607_392_320, "Geo::Europe")
    for number, guid in enumerate(('a="b",c', "tab\\n'`", "{{x}}: #y", "0", " lead", "ü&<>")):
        fields = [f"{name} of {number}" if place % 2 else "" for place, name in enumerate(names)]
        fields[3] = "the same" if number < 2 else f"<i>{number}</i>&nbsp;<font color=red>red</font>"
        fields[7] = "flag" if number % 2 else ""
        deck.add_note(genanki.Note(model, fields, guid=guid, tags=["x::y"]))
    genanki.Package(deck).write_to_file(tmp_path / "theirs.apkg", timestamp=LONG_AGO)
    learner.import_package(tmp_path / "theirs.apkg")
    learner.study()
    author = taken_over(tmp_path / "theirs.apkg", tmp_path)
    before, types = learner.histories(), learner.col.models.all()
    built = author.build()
    assert (built.notes, built.cards) == (6, 9)
    assert learner.import_package(author.package) == Import(0, 0, 6, 0, 0)
    author.edit("Field 5 of 4", "Another capital", "geo-europe.yaml")
    author.build()
    assert learner.import_package(author.package) == Import(0, 1, 5, 0, 0)
    assert learner.note(" lead")["Field 5"] == "Another capital"
    assert learner.histories() == before
    assert learner.col.models.all() == types
    assert not learner.schema_changed


def package_of(path: Path, *notes: genanki.Note) -> Path:
    """The package of a genanki script with these notes."""
    deck = genanki.Deck(1_607_392_320, "Chinese")
    for note in notes:
        deck.add_note(note)
    genanki.Package(deck).write_to_file(path, timestamp=LONG_AGO)
    return path


def words(css: str = "") -> genanki.Model:
    """A script's note type for words, of this style."""
    card = {"name": "Card 1", "qfmt": "{{Word}}", "afmt": "{{FrontSide}}<hr>{{Meaning}} {{Reading}}"}
    fields = [{"name": name} for name in ("Word", "Meaning", "Reading")]
    return genanki.Model(1_607_392_321, "Words", fields=fields, templates=[card], css=css)


BROKEN_CARDS: dict[str, tuple[list[str], str, list[tuple[str, str]]]] = {
    "a gap in a question": (["river", "a {{c1::stream}}", ""], "gaps only work", [("{{c1::stream}}", "stream")]),
    "a picture that isn't there": (
        ["delta", '<img src="delta.png">', ""],
        "delta.png",
        [("![](delta.png)", "a mouth")],
    ),
    "several": (["{{c1::lake}}", "{{c1::water}}<br><br>on land", ""], "gaps only work", [("{{c1::", "<"), ("}}", ">")]),
}


@pytest.mark.parametrize("what", BROKEN_CARDS)
def test_a_broken_note_is_a_comment_which_learners_keep_until_it_is_mended(
    learner: Learner, tmp_path: Path, what: str
) -> None:
    fields, message, fixes = BROKEN_CARDS[what]
    notes = [genanki.Note(words(), each) for each in (["sea", "Meer", ""], fields, ["brook", "Bach", ""])]
    path = package_of(tmp_path / "theirs.apkg", *notes)
    learner.import_package(path)
    learner.study()
    had, before = learner.having(), learner.histories()
    author = taken_over(path, tmp_path)
    section = author.read("chinese.yaml")
    assert message in next(line for line in section.splitlines() if line.startswith("  # - id: "))
    assert author.build().notes == 2
    assert learner.import_package(author.package) == Import(0, 0, 2, 0, 0)
    assert (learner.having(), learner.histories()) == (had, before)

    section = section.replace("\n  # ", "\n  ")
    for old, new in fixes:
        section = section.replace(old, new)
    author.write("chinese.yaml", section)
    assert author.build().notes == 3
    assert learner.import_package(author.package) == Import(0, 1, 2, 0, 0)
    assert learner.having().keys() == had.keys()
    assert learner.histories() == before


def test_a_look_by_the_note_type_s_style_survives_an_edit_of_another_field(learner: Learner, tmp_path: Path) -> None:
    """Tones are coloured by classes; what no style gives a look becomes Markdown all the same."""
    style = ".card .tone1 { color: red } b { color: green }"
    reading = '<span class="tone1">mā</span>'
    note = genanki.Note(words(style), ["<u>妈</u>", '<b>mother</b> <span class="x">or</span> mum', reading])
    path = package_of(tmp_path / "theirs.apkg", note)
    learner.import_package(path)
    author = taken_over(path, tmp_path)
    author.edit("<u>妈</u>", "<u>妈妈</u>", "chinese.yaml")
    author.build()
    assert learner.import_package(author.package) == Import(0, 1, 0, 0, 0)
    shown = next(learner.cards()).render_output().answer_text
    assert reading in shown
    assert "<b>mother</b>" in shown
    assert 'question: "<u>妈妈</u>"' in author.read("chinese.yaml")


def test_a_text_with_line_ends_of_another_system_leaves_the_file_whole(tmp_path: Path) -> None:
    """As YAML, a carriage return ends a line: of a text that stays HTML, what follows would be outside of it."""
    red = '<font color="red">sea</font>'
    note = genanki.Note(words(), ["Meer", f"{red}\rand\r\nocean", ""])
    author = taken_over(package_of(tmp_path / "theirs.apkg", note), tmp_path)
    assert [str(card.answer) for card in author.load().deck.cards] == [f"{red}\nand\nocean\n"]
    assert author.build().notes == 1


def test_a_card_asks_and_answers_with_words_that_its_templates_show(tmp_path: Path) -> None:
    """Anki may sort notes by a number that no card shows, and the back may begin with a sound, or with rare notes."""
    fields = [{"name": name} for name in ("No.", "Word", "Sound", "Usage", "Meaning", "Source")]
    card = {"name": "Card 1", "qfmt": "{{Word}}", "afmt": "{{Word}}{{Sound}}{{Usage}}{{Meaning}}"}
    model = genanki.Model(1_607_392_322, "Words", fields=fields, templates=[card], sort_field_index=0)
    rows = [("1", "river", "Fluss"), ("2", "lake", "See"), ("3", "sea", "Meer")]
    notes = [genanki.Note(model, [number, word, "[sound:a.mp3]", "" if number != "2" else "rare", meaning, "a book"])
             for number, word, meaning in rows]  # fmt: skip
    author = taken_over(package_of(tmp_path / "theirs.apkg", *notes), tmp_path)
    assert "  'Words': {question: 'Word', answer: 'Meaning'}\n" in author.read("deck.yaml")


def test_notes_with_the_same_guid_are_not_doubled_by_the_build(learner: Learner, tmp_path: Path) -> None:
    """A script that lists a word twice gives both notes one guid, which genanki makes of their fields."""
    rows = (["river", "Fluss"], ["lake", "See"], ["river", "Fluss"])
    path = package_of(tmp_path / "theirs.apkg", *(genanki.Note(words(), [*row, ""]) for row in rows))
    assert learner.import_package(path).new == 3
    before = learner.histories()
    author = taken_over(path, tmp_path)
    assert author.build().notes == 2
    assert learner.import_package(author.package) == Import(0, 0, 2, 0, 0)
    assert learner.histories() == before


def test_a_guid_that_notes_with_other_texts_share_is_told(tmp_path: Path) -> None:
    notes = [genanki.Note(words(), ["river", meaning, ""], guid="the same") for meaning in ("Fluss", "Strom")]
    path = package_of(tmp_path / "theirs.apkg", *notes)
    said = CliRunner().invoke(main, ["import", str(path), "--deck", str(tmp_path / "new")]).stdout.splitlines()
    assert said[0].endswith("2 notes, 2 cards, 1 section")
    assert said[1] == "left out: the guid of a note: another note has it, so learners get this one as a new note"


@pytest.mark.parametrize("form", ["colpkg", "old colpkg", "anki2"])
def test_a_whole_collection_is_read_like_a_package(learner: Learner, tmp_path: Path, form: str) -> None:
    collection_of(learner)
    had = learner.having()
    path = tmp_path / f"all.{form.split()[-1]}"
    if form == "anki2":
        learner.col.close()
        path.write_bytes((learner.folder / "collection.anki2").read_bytes())
        learner.col.reopen()
    else:
        learner.col.export_collection_package(str(path), include_media=True, legacy=form.startswith("old"))
        learner.col.reopen()
    author = taken_over(path, tmp_path)
    loaded = author.load()
    assert not loaded.errors
    kept = {each.guid for each in loaded.known}
    if form == "anki2":  # it has no pictures and sounds, so the notes that show some are comments
        files = "".join(author.read(each.name) for each in author.folder.glob("*.yaml"))
        assert len(re.findall("(?m)^  #   guid: ", files)) == len(had) - len(kept) == 3
    else:
        assert kept == set(had)


@pytest.mark.parametrize("studied", [0, 3, 6])
def test_notes_come_in_the_order_in_which_they_are_studied(learner: Learner, tmp_path: Path, studied: int) -> None:
    """As in decks of words by their frequency, which were sorted after they were made."""
    for word in ("four", "two", "one", "five", "three", "six"):
        note = learner.col.new_note(learner.col.models.by_name("Basic") or {})
        note.fields = [word, "a number"]
        learner.col.add_note(note, learner.deck("Words"))
    wanted = ["one", "two", "three", "four", "five", "six"]
    numbers = [learner.col.find_cards(f"Front:{word}")[0] for word in wanted]
    learner.col.sched.reposition_new_cards(
        numbers, starting_from=10, step_size=5, randomize=False, shift_existing=False
    )
    learner.study(studied)
    author = taken_over(exported(learner, tmp_path / "theirs.apkg", legacy=False), tmp_path)
    assert [str(card.id) for section in author.load().deck.sections for card in section.cards] == wanted


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("Cloze", ["{{c1::Nile}} and more", ""]),
        ("Image Occlusion", [f"{{{{c1::image-occlusion:rect:{SHAPE}}}}}", "", "", "", ""]),
    ],
)
@pytest.mark.parametrize("other", ["", "a note of its author's"])
def test_a_note_that_was_emptied_in_anki_is_left_out_if_nothing_else_is_in_it(
    learner: Learner, tmp_path: Path, name: str, fields: Sequence[str], other: str
) -> None:
    for number in range(2):
        note = learner.col.new_note(learner.col.models.by_name(name) or {})
        note.fields = list(fields)
        learner.col.add_note(note, learner.deck("Rivers"))
        if number:
            note.fields[0], note.fields[1] = "<br>", other
            learner.col.update_note(note)
    package = exported(learner, tmp_path / "theirs.apkg", legacy=False)
    done = CliRunner().invoke(main, ["import", str(package), "--deck", str(tmp_path / "rivers")])
    section = (tmp_path / "rivers" / "rivers.yaml").read_text("utf-8")
    assert "1 note," in done.output
    assert ("left out: a card: it shows nothing\n" in done.output) == (not other)
    assert ("error: the key 'cloze' is missing; add cloze: [missing-key]" in done.output) == bool(other)
    assert (f": {other}\n  #   type: {name}\n  #   guid: " in section) == bool(other)


def test_notes_whose_guids_are_no_identity_are_told(tmp_path: Path) -> None:
    names, faces = [{"name": "Front"}, {"name": "Back"}], {"name": "Card 1", "qfmt": "{{Front}}", "afmt": "{{Back}}"}
    model = genanki.Model(1_607_392_319, "Careless", fields=names, templates=[faces])
    deck = genanki.Deck(1_607_392_320, "Careless")
    for number, guid in enumerate(("a", "a", "", "b")):
        deck.add_note(genanki.Note(model, [f"Q{number}", "A"], guid=guid))
    genanki.Package(deck).write_to_file(tmp_path / "theirs.apkg", timestamp=LONG_AGO)
    done = CliRunner().invoke(main, ["import", str(tmp_path / "theirs.apkg"), "--deck", str(tmp_path / "rivers")])
    told = [line for line in done.output.splitlines() if line.startswith("left out")]
    assert told == [
        "left out: the guid of a note: another note has it, so learners get this one as a new note",
        "left out: the guid of a note: it is empty, so learners get this one as a new note",
    ]


def test_a_template_s_picture_comes_along(learner: Learner, tmp_path: Path) -> None:
    template = {"name": "Card 1", "qfmt": "{{Front}}<img src=_logo.png>", "afmt": "{{Back}}"}
    names = [{"name": "Front"}, {"name": "Back"}]
    model = genanki.Model(1_607_392_319, "With a logo", fields=names, templates=[template])
    deck = genanki.Deck(1_607_392_320, "Logos")
    deck.add_note(genanki.Note(model, ["Q", "A"], guid="x"))
    package = genanki.Package(deck)
    (tmp_path / "_logo.png").write_bytes(PICTURE)
    package.media_files = [str(tmp_path / "_logo.png")]
    package.write_to_file(tmp_path / "theirs.apkg", timestamp=LONG_AGO)
    author = taken_over(tmp_path / "theirs.apkg", tmp_path)
    assert not author.load().errors
    for _ in range(2):  # the second time, only a section is read again
        built = CliRunner().invoke(main, ["build", str(author.folder), "--output", str(author.out)])
        assert built.exit_code == 0, built.output
        with Learner() as someone:
            someone.import_package(author.package)
            assert (Path(someone.col.media.dir()) / "_logo.png").read_bytes() == PICTURE
        author.edit("answer: A", "answer: AA", "logos.yaml")


def test_a_picture_from_the_web_gets_a_name_that_says_what_it_is(tmp_path: Path) -> None:
    named = {
        "image.axd": PICTURE,
        "fetch.php": b"\xff\xd8\xff\xe0",
        "a. b": b"GIF89a",
        "x": b"RIFF1234WEBP",
        "y.php": b"?",
    }
    front = "".join(f'<img src="{name}">' for name in named)
    package = genanki.Package(deck := genanki.Deck(1_607_392_320, "Rivers"))
    deck.add_note(genanki.Note(words(), [f"Which river?{front}", "Nile", ""]))
    for name, content in named.items():
        (tmp_path / name).write_bytes(content)
        package.media_files.append(str(tmp_path / name))
    package.write_to_file(tmp_path / "theirs.apkg")
    author = taken_over(tmp_path / "theirs.apkg", tmp_path)
    names = {"image.png", "fetch.jpg", "a. b.gif", "x.webp", "y.php"}
    assert {path.name for path in (author.folder / "media").iterdir()} == names
    assert "  # 'y.php'" in author.read("rivers.yaml")


def test_a_sound_whose_name_has_per_cent_signs_comes_along(learner: Learner, tmp_path: Path) -> None:
    """Anki reads a sound's name as it is, and a picture's as an address."""
    learner.col.media.write_data("a%20b.mp3", PICTURE)
    note = learner.col.new_note(learner.col.models.by_name("Basic") or {})
    note.fields = ["What does the Nile sound like?", "[sound:a%20b.mp3]"]
    learner.col.add_note(note, learner.deck("Rivers"))
    author = taken_over(exported(learner, tmp_path / "theirs.apkg", legacy=False), tmp_path)
    assert len(author.load().media.files) == 1
    author.build()


MASKS = ("left=.1:top=.2:width=.3:height=.4", "left=.5:top=.5:width=.1:height=.1")


def occluded(learner: Learner, tmp_path: Path, shapes: Sequence[str], header: str = "") -> Author:
    """The author who takes over a note of Anki's image occlusion with these shapes, which the learner has."""
    learner.col.media.write_data("nile.png", PICTURE)
    note_type = learner.col.models.by_name("Image Occlusion")
    assert note_type is not None
    note = learner.col.new_note(note_type)
    numbered = ((0 if each.startswith("text:") else n, each) for n, each in enumerate(shapes, start=1))  # as Anki does
    masks = "<br>".join(f"{{{{c{n}::image-occlusion:{each}}}}}" for n, each in numbered)
    note.fields = [masks, '<img src="nile.png">', header, "", ""]
    learner.col.add_note(note, learner.deck("Maps"))
    learner.col.db.execute("update notes set mod = ?", LONG_AGO)  # type: ignore[union-attr]
    return taken_over(exported(learner, tmp_path / "theirs.apkg", legacy=False), tmp_path)


def test_an_image_occlusion_becomes_a_picture_with_parts(learner: Learner, tmp_path: Path) -> None:
    polygon = "polygon:left=.1:top=.1:points=.1,.1 .2,.1 .1,.3:oi=1"
    shapes = [f"rect:{MASKS[0]}:oi=1", "ellipse:left=.5:top=.5:rx=.05:ry=.1:oi=1", polygon]
    author = occluded(learner, tmp_path, shapes, "The <b>Nile</b>")
    (section,) = [each for each in author.folder.glob("*.yaml") if each.name != "deck.yaml"]
    assert section.read_text("utf-8").partition("    occlude")[2] == """: nile.png
    title: The **Nile**
    parts:
      - {id: part-1, at: [10, 20, 30, 40]}
      - {id: part-2, at: [50, 50, 10, 20], shape: ellipse}
      - {id: part-3, at: [10, 10, 20, 10, 10, 30], shape: polygon}
""" + section.read_text("utf-8")[section.read_text("utf-8").index("    type:") :]  # fmt: skip
    built = author.build()
    assert (built.notes, built.cards) == (1, 3)
    learner.study()
    before = learner.histories()
    assert learner.import_package(author.package) == Import(0, 0, 1, 0, 0)
    author.edit("[10, 20, 30, 40]", "[12, 20, 30, 40]", section.name)
    author.build()
    assert learner.import_package(author.package) == Import(0, 1, 0, 0, 0)
    assert learner.histories() == before
    with Learner() as someone:
        someone.import_package(author.package)
        assert someone.faults() == []
        (new,) = someone.notes()
        assert new.fields[0].startswith("{{c1::image-occlusion:rect:left=0.12:top=0.2:width=0.3:height=0.4:oi=1")
        seen = someone.col.get_image_occlusion_note(note_id=new.id).note
        assert (len(seen.occlusions), seen.occlude_inactive, seen.header) == (3, True, "The <strong>Nile</strong>")
        kind = new.note_type()
        assert kind is not None
        assert kind["originalStockKind"] == 6


@pytest.mark.parametrize(
    "shapes",
    [
        (f"rect:{MASKS[0]}:angle=20", f"rect:{MASKS[1]}"),
        (f"rect:{MASKS[0]}:oi=1", f"rect:{MASKS[1]}"),
        (f"rect:{MASKS[0]}", f"rect:{MASKS[1]}", r"text:left=.1:top=.1:text=the Nile\: *here*:scale=1:fs=.1"),
    ],
)
def test_an_image_occlusion_that_says_more_stays_as_it_is(
    learner: Learner, tmp_path: Path, shapes: Sequence[str]
) -> None:
    author = occluded(learner, tmp_path, shapes)
    built = author.build()
    assert (built.notes, built.cards) == (1, 2)
    assert learner.import_package(author.package) == Import(0, 0, 1, 0, 0)
    with Learner() as someone:
        someone.import_package(author.package)
        (new,) = someone.notes()
        assert all(f"image-occlusion:{each}}}}}" in new.fields[0] for each in shapes)


def package_with(path: Path, entries: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return path


def entries_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def changed(database: bytes, statement: str) -> bytes:
    connection = sqlite3.connect(":memory:")
    connection.deserialize(database)
    connection.executescript(statement)
    return bytes(connection.serialize())


BROKEN: dict[str, tuple[Callable[[dict[str, bytes]], dict[str, bytes]], str]] = {
    "a path as a picture's name": (
        lambda e: e | {"media": b'{"0": "../../evil.png"}', "0": PICTURE},
        "has a picture or sound with a path as its name, '../../evil.png'",
    ),
    "media that are a list": (lambda e: e | {"media": b"[1]"}, "is a damaged package"),
    "no database": (lambda e: e | {"collection.anki2": b"SQLite format 3\0" + bytes(4000)}, "is a damaged package"),
    "half a database": (lambda e: e | {"collection.anki2": e["collection.anki2"][:3000]}, "is a damaged package"),
    "an empty database": (lambda e: e | {"collection.anki2": b""}, "is a damaged package"),
    "another schema": (
        lambda e: e | {"collection.anki2": changed(e["collection.anki2"], "alter table notes rename to motes")},
        "is a damaged package (no such table: notes)",
    ),
    "a huge number": (
        lambda e: e | {"collection.anki2": changed(e["collection.anki2"], "update notes set mod = 9e300")},
        "is a damaged package",
    ),
    "tags that are no text": (
        lambda e: e | {"collection.anki2": changed(e["collection.anki2"], "update notes set tags = x'ff'")},
        "is a damaged package (b'\\xff' isn't a text)",
    ),
    "an unknown note type": (
        lambda e: e | {"collection.anki2": changed(e["collection.anki2"], "update notes set mid = 5")},
        "has no note type",
    ),
    "note types that are text": (
        lambda e: e | {"collection.anki2": changed(e["collection.anki2"], "update col set models = '[]'")},
        "is a damaged package",
    ),
    "a number as a template": (
        lambda e: (
            e
            | {
                "collection.anki2": changed(
                    e["collection.anki2"], "update col set models = replace(models, 'qfmt', 'xfmt')"
                )
            }
        ),
        "is a damaged package",
    ),
    "a table that never ends": (
        lambda e: (
            e
            | {
                "collection.anki2": changed(
                    e["collection.anki2"],
                    "drop table cards; create view Cards as with recursive r(n) as (select 1 union all select n + 1 "
                    "from r) select n as id, n as nid, n as ord, 1 as did, 0 as odid from r;",
                )
            }
        ),
        "is a damaged package ('cards' isn't a plain table)",
    ),
    "a column that is worked out": (
        lambda e: (
            e
            | {
                "collection.anki2": changed(
                    e["collection.anki2"],
                    "alter table notes drop column data; alter table notes add column data as (hex(zeroblob(9999)))",
                )
            }
        ),
        "is a damaged package ('notes' isn't a plain table)",
    ),
    "a newer collection that isn't compressed": (
        lambda e: e | {"collection.anki21b": b"\x28\xb5\x2f\xfd" + bytes(100)},
        "is a damaged package",
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_package_is_a_sentence_and_writes_nothing(tmp_path: Path, what: str) -> None:
    deck = genanki.Deck(1_234_567_890, "Theirs")
    deck.add_note(genanki.Note(genanki.BASIC_MODEL, ["Q", "A"], guid="x"))
    genanki.Package(deck).write_to_file(tmp_path / "good.apkg")
    change, message = BROKEN[what]
    path = package_with(tmp_path / "bad.apkg", change(entries_of(tmp_path / "good.apkg")))
    said = CliRunner().invoke(main, ["import", str(path), "--deck", str(tmp_path / "deck")])
    assert said.output.count("\n") == 1, said.output
    assert said.exit_code != 0
    assert message in said.output
    assert not (tmp_path / "deck").exists()


def test_a_truncated_an_encrypted_and_a_swollen_package_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deck = genanki.Deck(1_234_567_890, "Theirs")
    deck.add_note(genanki.Note(genanki.BASIC_MODEL, ["Q", "A"], guid="x"))
    genanki.Package(deck).write_to_file(tmp_path / "good.apkg")
    good = (tmp_path / "good.apkg").read_bytes()
    monkeypatch.setattr(collection, "LARGEST_DATABASE", 1_000_000)
    bomb = package_with(tmp_path / "bomb.apkg", {"collection.anki2": bytes(30_000_000), "media": b"{}"}).read_bytes()
    encrypted = bytearray(good)
    for place in [match.start() for match in re.finditer(b"PK\x01\x02", good)]:
        encrypted[place + 8] |= 1
    cases = {
        "is a damaged package": good[:-30],
        "is encrypted; export it again without a password": bytes(encrypted),
        "has a file of more than 1,000,000 bytes, 'collection.anki2'": bomb,
        "has a file of more than 1,000,000 bytes, 'collection.anki21b'": package_with(
            tmp_path / "z.apkg", {"collection.anki21b": zstandard.compress(bytes(30_000_000)), "media": b""}
        ).read_bytes(),
    }
    for message, data in cases.items():
        (tmp_path / "bad.apkg").write_bytes(data)
        said = CliRunner().invoke(main, ["import", str(tmp_path / "bad.apkg"), "--deck", str(tmp_path / "deck")])
        assert message in said.output
        assert said.exit_code != 0
        assert not (tmp_path / "deck").exists()
