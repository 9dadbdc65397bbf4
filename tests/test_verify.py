"""`verify` finds what an import would cost, in packages that are not ours or were broken on purpose."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import venv
from pathlib import Path

import genanki
import pytest
from author import DECK, Author
from click.testing import CliRunner

from builder import cli as main_module
from builder.cli import main
from builder.engine.verify import verify

CARDS = """\
  - {id: nile, question: Which river flows through Cairo?, answer: The Nile}
  - {id: amazon, question: Which river carries the most water?, answer: The Amazon, reverse: true}
"""


@pytest.fixture
def rivers(author: Author) -> Author:
    author.section(CARDS)
    author.build()
    return author


def failed(package: Path, previous: Path | None = None) -> list[str]:
    return [check.name for check in verify(package, previous).checks if not check.ok]


def test_a_rebuilt_deck_passes_every_check(rivers: Author, tmp_path: Path) -> None:
    previous = shutil.copy(rivers.package, tmp_path / "previous.apkg")
    rivers.edit("answer: The Nile", "answer: Nile")
    rivers.build()
    report = verify(rivers.package, previous)
    assert report.ok
    assert ("untouched notes keep the learner's tags", True, "1 of 2 untouched") in report.checks


def with_genanki(path: Path, answer: str, css: str = "", fields: int = 2, front: str = "{{Q}}") -> Path:
    """A plain genanki script's package: guids from the fields' text, one stamp for all."""
    model = genanki.Model(
        1_500_000_000,
        "Plain",
        fields=[{"name": name} for name in ("Q", "A", "X")[:fields]],
        templates=[{"name": "Card", "qfmt": front, "afmt": "{{A}}"}],
        css=css,
    )
    deck = genanki.Deck(1_500_000_001, "Plain")
    deck.add_note(genanki.Note(model, ["What?", answer, "x"][:fields]))
    deck.add_note(genanki.Note(model, ["Who?", "y", "x"][:fields], guid="fixed"))
    genanki.Package(deck).write_to_file(path)
    return path


def test_a_changed_field_list_is_found_to_conflict(tmp_path: Path) -> None:
    previous = with_genanki(tmp_path / "a.apkg", "x")
    package = with_genanki(tmp_path / "b.apkg", "x", fields=3)
    assert "nothing conflicts with the previous package" in failed(package, previous)


def test_a_template_that_shows_nothing_is_found(tmp_path: Path) -> None:
    assert failed(with_genanki(tmp_path / "a.apkg", "x", front="{{Q}}{{Nope}}")) == [
        "a new learner's cards render and Check Database is clean"
    ]


def test_build_verify_imports_against_the_package_that_it_replaced(rivers: Author) -> None:
    rivers.edit("answer: The Nile", "answer: Nile")
    command = ["build", "--verify", "--format", "json", "-o", str(rivers.out), str(rivers.folder)]
    done = CliRunner().invoke(main, command)
    (report,) = json.loads(done.stdout)["verified"]
    assert done.exit_code == 0
    assert report["ok"]
    assert len(report["checks"]) == 10


def test_the_command_fails_with_1_and_says_what_failed(tmp_path: Path) -> None:
    package = with_genanki(tmp_path / "a.apkg", "x", front="{{Q}}{{Nope}}")
    done = CliRunner().invoke(main, ["verify", str(package)])
    assert done.exit_code == 1
    assert "FAILED: a new learner's cards render and Check Database is clean (card " in done.stdout
    assert done.stdout.endswith("1 check failed\n")


def test_what_is_no_package_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "x.apkg").write_text("hello")
    done = CliRunner().invoke(main, ["verify", str(tmp_path / "x.apkg")])
    assert done.exit_code == 1
    assert "Anki can't import" in done.stderr


@pytest.mark.parametrize("command", ["verify", "preview"])
def test_without_the_engine_it_says_how_to_get_it(rivers: Author, tmp_path: Path, command: str) -> None:
    venv.create(tmp_path / "bare")
    scripts = tmp_path / "bare" / ("Scripts" if os.name == "nt" else "bin")
    libraries = [Path(genanki.__file__).parent.parent / name for name in ("click", "yaml")]
    for library in libraries:
        shutil.copytree(library, tmp_path / "libraries" / library.name)
    paths = [str(tmp_path / "libraries"), str(Path(main_module.__file__).parent.parent)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    what = rivers.package if command == "verify" else rivers.folder
    words = [scripts / "python", "-m", "builder", command, what]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "pip install 'studydeck[anki]'" in done.stderr


def test_the_promise_holds_for_a_deck_renamed_restyled_and_reordered(rivers: Author, tmp_path: Path) -> None:
    previous = shutil.copy(rivers.package, tmp_path / "previous.apkg")
    rivers.write("deck.yaml", DECK.replace("Rivers", "Streams") + "language: en\n")
    rivers.section("\n".join(reversed(CARDS.splitlines())) + "\n")
    rivers.build()
    assert failed(rivers.package, previous) == []
