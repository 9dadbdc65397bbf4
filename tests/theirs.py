"""A deck that another tool made, with notes of every sort, and the people who have it.

`collection_of` fills its author's collection. In a second collection it makes the same notes, by their guids, under
note types with other numbers: so do CrowdAnki, text files with guids, and everyone's own Basic.
"""

from __future__ import annotations

from pathlib import Path

import genanki
from anki.collection import ExportAnkiPackageOptions
from anki.models import NotetypeDict
from author import Author
from click.testing import CliRunner

from studydeck.cli import main
from studydeck.engine.learner import Learner

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(20)
SOUND = b"ID3" + bytes(20)
LONG_AGO = 1_690_000_000
FIELDS = [f"Field {number}" for number in range(20)]
_SHAPES = ("left=.1:top=.2:width=.3:height=.4", "left=.5:top=.5:width=.1:height=.1")


def _many(text: str, flag: str) -> list[str]:
    """The twenty fields of a note: most of them filled, the asked one in the middle."""
    return [text if n == 3 else flag if n == 7 else f"{n} of {text}" if n % 2 else "" for n in range(20)]


#: Notes by their note types: Anki's own, and those of `MADE`.
STOCK = {
    "Basic": [["Which river flows through <b>Cairo</b>?", 'The Nile<br><img src="nile.png">']],
    "Basic (and reversed card)": [["Nile", "A river"], ["Rhine", "Another [sound:rhine.mp3]"]],
    "Basic (optional reversed card)": [["Nile", "A river", "y"], ["Rhine", "Another one", ""]],
    "Basic (type in the answer)": [["Where is Vienna?", "Austria"]],
    "Cloze": [["The {{c1::Nile}} and the {{c3::Rhine::river}}", "rivers"]],
    "Image Occlusion": [
        [
            "<br>".join(f"{{{{c{n}::image-occlusion:rect:{each}}}}}" for n, each in enumerate(_SHAPES, start=1)),
            '<img src="nile.png">',
            "The Nile from above",
            "",
            "",
        ]
    ],
    "Words": [["ما عاصمة مصر؟", "القاهرة"], ["<ruby>日本<rt>にほん</rt></ruby>", "Japan"]],
    "Ultimate: <Geography> [v4]": [_many("France", "blue"), _many("<i>Peru</i>&nbsp;<font color=red>red</font>", "")],
    "Basic (genanki)": [["Who wrote a script?", "An author"]],
}
#: Fields, templates by front and back, and whether these have ids, as they don't after CrowdAnki.
MADE = {
    "Words": (["Word", "Meaning"], {"Recall →": ("{{Word}}", "{{FrontSide}}<hr>{{Meaning}}")}, False),
    "Ultimate: <Geography> [v4]": (
        FIELDS,
        {
            "Country → capital": ("{{Field 3}}<hr>{{hint:Field 5}}", "{{FrontSide}}{{Field 9}}"),
            "Flag?": ("{{#Field 7}}{{text:Field 3}}{{/Field 7}}", "{{Field 7}}"),
        },
        True,
    ),
}
#: One edit of a note of each note type, as the author writes it.
EDITS = {
    "flows through": "runs through",
    "Another ![": "The other ![",
    "Another one": "Another river",
    "Where is Vienna?": "Where's Vienna?",
    "}} and the {{": "}} or the {{",
    "from above": "from a satellite",
    "Japan": "The land of Japan",
    "answer: 9 of France": "answer: Paris",
    "An author": "Some author",
}
_GUIDS = ['a="b",c', "tab\\n'`", "{{x}}: #y", "0", " lead", "ü&<>"]


def guid_of(number: int, name: str, fields: list[str]) -> str:
    if name == "Basic (genanki)":
        return str(genanki.guid_for(*fields))
    return _GUIDS[number] if number < len(_GUIDS) else f"guid-{number}"


def _type_named(learner: Learner, name: str) -> NotetypeDict:
    """The note type of this name; it is made if there is none."""
    models = learner.col.models
    if (found := models.by_name(name)) is not None:
        return found
    fields, templates, has_ids = MADE[name]
    made = models.new(name)
    for field in fields:
        models.add_field(made, models.new_field(field))
    for template, (front, back) in templates.items():
        one = models.new_template(template)
        one["qfmt"], one["afmt"] = front, back
        models.add_template(made, one)
    added = models.get(models.add_dict(made).id)  # type: ignore[arg-type]
    assert added is not None
    if not has_ids:
        for part in (*added["flds"], *added["tmpls"]):
            part["id"] = None
        models.update_dict(added)
    return added


def with_genanki(path: Path, number: int) -> Path:
    """The package of a genanki script with its default guids, and its stock note type under this number."""
    model = genanki.Model(
        number,
        "Basic (genanki)",
        fields=[{"name": "Front"}, {"name": "Back"}],
        templates=[
            {"name": "Card 1", "qfmt": "{{Front}}", "afmt": "{{FrontSide}}\n\n<hr id=answer>\n\n{{Back}}"},
        ],
        css=genanki.BASIC_MODEL.css,
    )
    deck = genanki.Deck(2_059_400_110, "Rivers")
    for fields in STOCK["Basic (genanki)"]:
        deck.add_note(genanki.Note(model, fields, tags=["a::b::c"]))
    genanki.Package(deck).write_to_file(path, timestamp=LONG_AGO)
    return path


def collection_of(learner: Learner, model_id: int = genanki.BASIC_MODEL.model_id) -> None:
    """Fills a collection with notes in three levels of decks, of all of these note types, and studies them."""
    db = learner.col.db
    assert db is not None
    learner.col.media.write_data("nile.png", PICTURE)
    learner.col.media.write_data("rhine.mp3", SOUND)
    learner.import_package(with_genanki(learner.folder / "script.apkg", model_id))
    rows = [(name, fields) for name, notes in STOCK.items() for fields in notes]
    for number, (name, fields) in enumerate(rows):
        if name == "Basic (genanki)":
            continue
        place = list(STOCK).index(name)
        note = learner.col.new_note(_type_named(learner, name))
        note.fields, note.tags = list(fields), ["a::b::c", f"t{place}"]
        note.guid = guid_of(number, name, fields)
        learner.col.add_note(note, learner.deck("Rivers" + "::deep::er"[: 6 * (place % 3)].rstrip(":")))
    db.execute("update notes set mod = ?", LONG_AGO)
    db.execute("update notetypes set mtime_secs = ? where mtime_secs > 0", LONG_AGO)
    db.execute("update col set ls = scm + 1")
    learner.col.close()
    learner.col.reopen()
    learner.study()


def exported(learner: Learner, path: Path, *, legacy: bool) -> Path:
    options = ExportAnkiPackageOptions(with_scheduling=True, with_media=True, legacy=legacy)
    learner.col.export_anki_package(out_path=str(path), options=options, limit=None)
    return path


def taken_over(package: Path, home: Path) -> Author:
    """An author who begins by importing."""
    author = Author(home)
    (author.folder / "deck.yaml").unlink()
    author.folder.rmdir()
    said = CliRunner().invoke(main, ["import", str(package), "--deck", str(author.folder)])
    assert author.folder.exists(), said.output
    return author


def edit_all(author: Author) -> None:
    """Edits a note of each note type."""
    for old, new in EDITS.items():
        (file,) = [path.name for path in author.folder.glob("*.yaml") if old in path.read_text("utf-8")]
        assert author.read(file).count(old) == 1, old
        author.edit(old, new, file)
