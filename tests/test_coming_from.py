"""Who comes from another tool can follow its part of the page, and learners of the old deck have what it promises."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from anki.collection import ExportAnkiPackageOptions
from click.testing import CliRunner
from test_crowdanki import given_by_crowdanki
from test_docs import headings, part

from studydeck.cli import main
from studydeck.engine.learner import Import, Learner

PAGE = (Path(__file__).parent.parent / "docs" / "coming-from.md").read_text("utf-8")
#: The parts of the page, and how many commands each has.
PARTS = {
    "Anki": 2,
    "genanki scripts": 3,
    "CrowdAnki and Brain Brew": 2,
    "Spreadsheets": 1,
    "Quizlet": 1,
    "Anki's notes in plain text": 1,
    "Obsidian": 1,
    "hashcards, org-drill, other text": 2,
    "YAML and JSON": 1,
    "Cards with errors": 1,
}
_FILE = r"`(?P<name>[\w./-]+)`[^`\n]*:\n\n```\w+\n(?P<file>.*?)^```$"
_SHOWN = re.compile(rf"{_FILE}|^```console\n(?P<console>.*?)^```$", re.DOTALL | re.MULTILINE)
_COMMAND = re.compile(r"^\$ (\S+) (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)


def anki_package(path: Path) -> None:
    """A deck as it is exported from Anki, studied."""
    notes = [
        ("Basic", "Africa", ["Which river flows through Cairo?", 'The Nile<img src="nile.png" alt="A delta">']),
        ("Basic", "Africa", ["Which river flows through Kinshasa?", "The Congo"]),
        ("Basic (and reversed card)", "Europe", ["Vienna", "Wien"]),
        ("Cloze", "Europe", ["{{c1::Vienna}} is on the {{c2::Danube}}", ""]),
    ]
    with Learner() as someone:
        someone.col.media.write_data("nile.png", b"\x89PNG\r\n\x1a\n" + bytes(20))
        for name, deck, fields in notes:
            note_type = someone.col.models.by_name(name)
            assert note_type is not None
            note_type["css"] = ".card { font-size: 20px; text-align: center; }"
            someone.col.models.update_dict(note_type)
            note = someone.col.new_note(note_type)
            note.fields = fields
            someone.col.add_note(note, someone.deck(f"Geography::{deck}"))
        someone.study()
        options = ExportAnkiPackageOptions(with_scheduling=True, with_media=True, legacy=True)
        someone.col.export_anki_package(out_path=str(path), options=options, limit=None)


def follow(title: str) -> int:
    """Writes the files of a part of the page, or compares them if they are there, and runs its commands."""
    ran = 0
    for found in _SHOWN.finditer(part(title, PAGE)):
        for program, words, printed in _COMMAND.findall(found["console"] or ""):
            if program == "python":
                subprocess.run([sys.executable, words], check=True)
            else:
                assert CliRunner().invoke(main, words.split()).output.replace("\\", "/") == printed, words
            ran += 1
        if found["name"] and (path := Path(found["name"])).exists():
            pattern = re.escape(found["file"].rstrip()).replace("GUID", ".+")
            assert re.match(pattern, path.read_text("utf-8"))
        elif found["name"]:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(found["file"], "utf-8")
    return ran


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)


@pytest.mark.parametrize("title", PARTS)
def test_each_part_of_the_page_can_be_followed(title: str) -> None:
    if title == "Anki":
        anki_package(Path("geography.apkg"))
    assert follow(title) == PARTS[title]


def test_every_tool_has_its_part_and_its_line_at_the_top() -> None:
    titles = [title for rank, title in headings(PAGE) if rank == 2]
    assert titles == [*PARTS, "What isn't read"]
    linked = re.findall(r"\]\(#([\w-]+)\)", PAGE[: PAGE.index("\n## ")])
    anchors = [re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in PARTS]
    assert sorted(linked) == sorted(anchors)


@pytest.mark.parametrize(
    ("title", "name", "old", "new"),
    [("Anki", "geography", "answer: Wien", "answer: Wien, on the Danube"),
     ("genanki scripts", "capitals", "answer: Budapest", "answer: Budapest, on the Danube")],
)  # fmt: skip
def test_learners_of_an_old_package_keep_every_review_and_get_one_edit(
    title: str, name: str, old: str, new: str
) -> None:
    if title == "Anki":
        anki_package(Path("geography.apkg"))
    follow(title)
    with Learner() as someone:
        someone.import_package(Path(f"{name}.apkg"))
        someone.study()
        before, had = someone.histories(), someone.having()
        assert someone.import_package(Path(f"dist/{name}.apkg")) == Import(0, 0, len(had), 0, 0)
        edit_and_build(name, old, new)
        assert someone.import_package(Path(f"dist/{name}.apkg")) == Import(0, 1, len(had) - 1, 0, 0)
        assert someone.histories() == before
        assert not someone.schema_changed


def test_learners_of_crowdanki_keep_every_review_and_get_the_edit_when_they_merge_once() -> None:
    follow("CrowdAnki and Brain Brew")
    with Learner() as someone:
        given_by_crowdanki(Path("Rivers"), someone)
        someone.study()
        before = someone.histories()
        assert someone.import_package(Path("dist/rivers.apkg")).conflicting == 1
        time.sleep(1.1)  # Anki counts in seconds, and CrowdAnki stamps the notes with the time of its import
        edit_and_build("rivers", "question: Danube", "question: The Danube", "--edition", "merge")
        assert someone.import_package(Path("dist/rivers.merge.apkg"), merge=True, always=True).updated == 1
        assert someone.histories() == before
        edit_and_build("rivers", "question: The Danube", "question: The river Danube")
        assert someone.import_package(Path("dist/rivers.apkg")).updated == 1
        assert someone.histories() == before


def edit_and_build(name: str, old: str, new: str, *options: str) -> None:
    (path,) = (each for each in Path("cards", name).glob("*.yaml") if old in each.read_text("utf-8"))
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    assert CliRunner().invoke(main, ["build", f"cards/{name}", *options]).exit_code == 0
