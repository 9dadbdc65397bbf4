"""`verify` finds what an import would cost, in packages that are not ours or were broken on purpose."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import venv
from pathlib import Path

import genanki
import pytest
from author import DECK, Author
from click.testing import CliRunner
from tamper import tampered
from theirs import LONG_AGO, PICTURE, exported, taken_over

from studydeck.cli import main
from studydeck.engine.learner import Learner
from studydeck.engine.verify import verify

ROOT = Path(__file__).parent.parent
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
    previous = Path(shutil.copy(rivers.package, tmp_path / "previous.apkg"))
    rivers.edit("answer: The Nile", "answer: Nile")
    rivers.build()
    report = verify(rivers.package, previous)
    assert report.ok
    assert ("untouched notes keep the learner's tags", True, "1 of 2 untouched") in report.checks


def with_genanki(
    path: Path, answer: str, css: str = "", fields: int = 2, front: str = "{{Q}}", stamp: float | None = None
) -> Path:
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
    genanki.Package(deck).write_to_file(path, timestamp=stamp)
    return path


ANEW = ("update notes set id = id + {0}", "update cards set id = id + {0}, nid = nid + {0}")


@pytest.mark.parametrize(
    ("statements", "check"),
    [
        (["update notes set mod = mod + 1000"], "untouched notes keep the learner's tags"),
        (["update notes set flds = replace(flds, 'The Nile', 'Niger')"], "every edit arrives"),
        (["update notes set guid = guid || 'x'", *(each.format(7) for each in ANEW)],
         "no note arrives again under another guid"),
        ([each.format(7) for each in ANEW], "notes keep their numbers"),
    ],
)  # fmt: skip
def test_what_a_package_does_to_the_learner_of_the_one_before_is_found(
    rivers: Author, statements: list[str], check: str
) -> None:
    assert failed(tampered(rivers.package, *statements), rivers.package) == [check]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("statements", "check"),
    [
        (["update notes set guid = 'one'"], "no two notes share a guid"),
        (["delete from cards where ord = 1"], "a new learner's cards render and Check Database is clean"),
        (["update cards set ord = 7 where ord = 1"], "a new learner's cards render and Check Database is clean"),
        ([each.format(10**12) for each in ANEW], "a second device gives the notes the same numbers"),
    ],
)
def test_what_is_wrong_with_a_package_is_found_without_the_one_before(
    rivers: Author, statements: list[str], check: str
) -> None:
    package = tampered(rivers.package, *statements)
    assert failed(package) == [check]
    assert check in failed(rivers.package, package) + failed(package, rivers.package)


def test_cards_that_an_edit_took_are_no_fault(rivers: Author, tmp_path: Path) -> None:
    rivers.section(CARDS + '  - {id: oxbow, cloze: "An {{c1::oxbow lake}} is a {{c2::cut-off}} bend of a river."}\n')
    rivers.build()
    previous = Path(shutil.copy(rivers.package, tmp_path / "previous.apkg"))
    rivers.edit(", reverse: true", "")
    rivers.edit("{{c2::cut-off}}", "cut-off")
    rivers.build()
    assert failed(rivers.package, previous) == []


def test_a_card_that_no_edit_took_may_not_be_empty(tmp_path: Path) -> None:
    previous = with_genanki(tmp_path / "a.apkg", "", stamp=1_600_000_000)
    package = with_genanki(tmp_path / "b.apkg", "x", front="{{A}}", stamp=1_700_000_000)
    assert "the old learner's cards render and Check Database is clean" in failed(package, previous)


def test_a_card_that_was_blank_before_is_no_fault(learner: Learner, tmp_path: Path) -> None:
    basic = learner.col.models.by_name("Basic")
    assert basic is not None
    basic["tmpls"][0]["qfmt"] = "{{text:Front}}"
    learner.col.models.update_dict(basic)
    learner.col.media.write_data("nile.png", PICTURE)
    for front in ('<img src="nile.png">', "Which river flows through Cairo?"):
        note = learner.col.new_note(basic)
        note.fields = [front, "The Nile"]
        learner.col.add_note(note, learner.deck("Rivers"))
        learner.set_stamp(note.guid, LONG_AGO)
    theirs = exported(learner, tmp_path / "theirs.apkg", legacy=False)
    author = taken_over(theirs, tmp_path)
    author.build()
    assert failed(author.package) == ["a new learner's cards render and Check Database is clean"]
    assert failed(author.package, theirs) == []
    author.edit("question: Which river flows through Cairo?", "question: '![the Nile](nile.png)'", "rivers.yaml")
    author.build()
    assert failed(author.package, theirs) == [
        f"{whose} cards render and Check Database is clean" for whose in ("a new learner's", "the old learner's")
    ]


def test_innocent_words_are_no_fault(rivers: Author) -> None:
    rivers.section("""\
  - id: blank
    question: When does Anki say that a card is blank?
    answer: See [its page](https://docs.ankiweb.net/templates/errors.html#front-of-card-is-blank).
  - {id: front, question: "What does `{{Front}}` show in {{Front}}?", answer: "`{{Front}}`"}
""")
    rivers.build()
    assert failed(rivers.package) == []


def test_a_changed_field_list_is_found_to_conflict(tmp_path: Path) -> None:
    previous = with_genanki(tmp_path / "a.apkg", "x")
    package = with_genanki(tmp_path / "b.apkg", "x", fields=3)
    assert "nothing conflicts with the previous package" in failed(package, previous)


def test_an_edit_arrives_where_the_engine_renames_a_picture(tmp_path: Path) -> None:
    packages = []
    for number in (1, 2):
        picture = tmp_path / "map.png"
        picture.write_text(str(number))
        model = genanki.Model(1_500_000_000, "Plain", fields=[{"name": "Q"}, {"name": "A"}],
                              templates=[{"name": "Card", "qfmt": "{{Q}}", "afmt": "{{A}}"}])  # fmt: skip
        deck = genanki.Deck(1_500_000_001, "Plain")
        deck.add_note(genanki.Note(model, ["Where?", f'{number} <img src="map.png">'], guid="fixed"))
        packages.append(tmp_path / f"{number}.apkg")
        genanki.Package(deck, [str(picture)]).write_to_file(packages[-1], timestamp=1_500_000_000 + number)
    previous, package = packages
    assert "every edit arrives" not in failed(package, previous)


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
    assert len(report["checks"]) == 14


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


def test_notes_that_the_engine_fails_on_are_told_in_a_sentence(rivers: Author) -> None:
    package = tampered(rivers.package, "update cards set nid = 0 where nid = (select min(id) from notes)",
                       "update notes set id = 0 where id = (select min(id) from notes)")  # fmt: skip
    done = CliRunner().invoke(main, ["verify", str(package)])
    assert done.exit_code == 1
    assert "Error: Anki fails after importing " in done.stderr


@pytest.mark.parametrize("command", ["verify", "preview"])
def test_without_the_engine_it_says_how_to_get_it(rivers: Author, tmp_path: Path, command: str) -> None:
    venv.create(tmp_path / "bare")
    scripts = tmp_path / "bare" / ("Scripts" if os.name == "nt" else "bin")
    libraries = [Path(genanki.__file__).parent.parent / name for name in ("click", "yaml")]
    for library in libraries:
        shutil.copytree(library, tmp_path / "libraries" / library.name)
    paths = [str(tmp_path / "libraries"), str(ROOT / "builder")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    what = rivers.package if command == "verify" else rivers.folder
    words = [str(scripts / "python"), "-m", "studydeck", command, str(what)]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"{scripts / 'python'} " in done.stderr
    assert f" --editable {shlex.quote(f'{ROOT}[anki]')}" in done.stderr


def test_the_promise_holds_for_a_deck_renamed_restyled_and_reordered(rivers: Author, tmp_path: Path) -> None:
    previous = Path(shutil.copy(rivers.package, tmp_path / "previous.apkg"))
    rivers.write("deck.yaml", DECK.replace("Rivers", "Streams") + "language: en\n")
    rivers.section("\n".join(reversed(CARDS.splitlines())) + "\n")
    rivers.build()
    assert failed(rivers.package, previous) == []
