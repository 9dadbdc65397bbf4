"""The commands as people and programs meet them: exit codes, every line and key they print, and what they write."""

from __future__ import annotations

import errno
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import click
import pytest
from author import DECK, Author
from click.testing import CliRunner, Result

import studydeck
from studydeck import __version__
from studydeck.cli import main
from studydeck.pipeline import load
from studydeck.reading.keys import UID_PATTERN

CARDS = """\
  - {id: nile, question: Which river flows through Cairo?, answer: The Nile}
  - {id: delta, question: Where does a river split?, answer: In its delta, reverse: true}
"""
GOOD = "cards/rivers"
STUDYDECK = Path(sys.executable).with_name("studydeck.exe" if os.name == "nt" else "studydeck")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, with nothing set that the commands look at."""
    monkeypatch.chdir(tmp_path)
    for name in ("SOURCE_DATE_EPOCH", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def rivers(home: Path) -> Author:
    """A good deck in cards/rivers: two notes, three cards."""
    author = Author(home / "cards")
    author.section(CARDS)
    return author


def another(home: Path, name: str, cards: str = CARDS) -> Author:
    """One more deck beside the rivers."""
    author = Author(home / "cards", name)
    author.write("deck.yaml", f"deck: {name.title()}\nuid: {name}{'0' * 8}\ntag: {name}\n")
    author.section(cards)
    return author


def run(*words: str, code: int = 0, env: dict[str, str | None] | None = None) -> Result:
    """Runs a command that must end with this exit code, and never with a traceback."""
    done = CliRunner().invoke(main, words, env=env)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert done.exit_code == code, done.output
    return done


def answer(*words: str, code: int = 0) -> Any:
    """The JSON that a command prints."""
    done = run(*words, "--format", "json", code=code)
    assert done.stderr == ""
    return json.loads(done.stdout)


def tree(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Every file below `folder`: its bytes and the moment of its last change."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


def break_it(author: Author) -> None:
    author.edit("answer: The Nile", "anwser: The Nile")


def warn(author: Author) -> None:
    author.write("media/delta.svg", "<svg/>")


BROKEN = "cards/rivers/water.yaml:3:60: error: unknown key 'anwser'; did you mean 'answer'? [unknown-key]"
UNUSED = (
    "cards/rivers/media/delta.svg:1:1: warning: no card uses this file; delete it, or use it in a card [unused-media]"
)

# --- check ---------------------------------------------------------------------------------------


def test_check_ends_with_what_it_found(rivers: Author) -> None:
    assert run("check", GOOD).stdout == "1 deck, 2 cards: no problems\n"
    warn(rivers)
    assert run("check", GOOD).stdout == f"{UNUSED}\n1 deck, 2 cards: 1 warning\n"
    rivers.write("media/lake.svg", "<svg/>")
    assert run("check", GOOD).stdout.endswith("\n1 deck, 2 cards: 2 warnings\n")
    shutil.rmtree(rivers.folder / "media")
    break_it(rivers)
    assert run("check", GOOD, code=1).stdout == f"{BROKEN}\n1 deck, 1 card: 1 error\n"
    rivers.edit("In its delta", "In a TODO")
    rivers.write("style.css", ".a { width: 600px }")
    assert run("check", GOOD, code=1).stdout.endswith("\n1 deck, 1 card: 2 errors, 1 warning\n")


def test_check_counts_in_thousands(rivers: Author) -> None:
    rivers.section("".join(f"  - {{id: c{n}, question: Q{n}, answer: A}}\n" for n in range(1234)))
    assert run("check").stdout == "1 deck, 1,234 cards: no problems\n"


@pytest.mark.parametrize("style", ["text", "json", "github"])
def test_strict_fails_on_warnings_and_on_nothing_else(rivers: Author, style: str) -> None:
    run("check", "--strict", "--format", style)
    warn(rivers)
    run("check", "--format", style)
    run("check", "--strict", "--format", style, code=1)


@pytest.mark.parametrize("style", ["text", "json", "github"])
def test_check_writes_nothing(rivers: Author, home: Path, style: str) -> None:
    run("build")
    break_it(rivers)
    before = tree(home)
    run("check", "--format", style, code=1)
    assert tree(home) == before


def test_check_answers_programs_in_json(rivers: Author) -> None:
    assert answer("check", GOOD) == {"decks": 1, "cards": 2, "problems": []}
    break_it(rivers)
    assert answer("check", GOOD, code=1) == {
        "decks": 1,
        "cards": 1,
        "problems": [
            {
                "path": "cards/rivers/water.yaml",
                "line": 3,
                "column": 60,
                "name": "unknown-key",
                "severity": "error",
                "message": "unknown key 'anwser'",
                "remedy": "did you mean 'answer'?",
            }
        ],
    }


@pytest.mark.parametrize(
    ("folder", "deck", "path"),
    [
        (".", "cards/rivers", "cards/rivers/water.yaml"),
        (".", "./cards//rivers/", "cards/rivers/water.yaml"),
        ("cards", "rivers", "rivers/water.yaml"),
        ("cards/rivers", ".", "water.yaml"),
        ("elsewhere", "../cards/rivers", "../cards/rivers/water.yaml"),
    ],
)
def test_paths_are_relative_to_the_current_folder(
    rivers: Author, home: Path, monkeypatch: pytest.MonkeyPatch, folder: str, deck: str, path: str
) -> None:
    break_it(rivers)
    (home / "elsewhere").mkdir()
    monkeypatch.chdir(home / folder)
    for given in (deck, str(rivers.folder)):
        (problem,) = answer("check", given, code=1)["problems"]
        assert problem["path"] == path


def test_check_annotates_lines_on_github(rivers: Author) -> None:
    assert run("check", "--format", "github").stdout == ""
    warn(rivers)
    assert run("check", "--format", "github").stdout.splitlines() == [
        "::warning file=cards/rivers/media/delta.svg,line=1,col=1,title=unused-media::"
        "no card uses this file; delete it, or use it in a card",
    ]
    break_it(rivers)
    assert run("check", "--format", "github", code=1).stdout.splitlines() == [
        "::error file=cards/rivers/water.yaml,line=3,col=60,title=unknown-key::"
        "unknown key 'anwser'; did you mean 'answer'?",
    ]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_annotations_are_escaped_as_github_wants_it(rivers: Author) -> None:
    rivers.edit("answer: The Nile", '"100%\\n::x": x, answer: The Nile')
    (rivers.folder / "water.yaml").rename(rivers.folder / "50%, a:b.yaml")
    assert run("check", "--format", "github", code=1).stdout.startswith(
        "::error file=cards/rivers/50%25%2C a%3Ab.yaml,line=3,col=60,title=unknown-key::unknown key '100%25\\n::x'; "
    )


@pytest.mark.parametrize("card", ['answer: A, tags: ["a\\nb"]', 'answer: A, "a\\nb": x', 'answer: A, guid: "a\\nb"'])
def test_a_problem_is_one_line_whatever_the_author_wrote(rivers: Author, card: str) -> None:
    rivers.edit("answer: The Nile", card)
    lines = run("check", code=1).stdout.splitlines()
    assert len(lines) == 2
    assert re.fullmatch(r"cards/rivers/water\.yaml:3:\d+: error: .+; .+ \[[a-z-]+\]", lines[0])


def test_problems_come_in_the_order_of_decks_files_and_lines(rivers: Author, home: Path) -> None:
    other = another(home, "lakes")
    for author in (rivers, other):
        author.edit("answer: In its delta", "answer: In a TODO")
        break_it(author)
        author.section("  - {question: A TBD, answer: A}\n", "Fire", "fire.yaml")
    places = [(each["path"], each["line"]) for each in answer("check", GOOD, "cards/lakes", code=1)["problems"]]
    files = ("fire.yaml", 3), ("water.yaml", 3), ("water.yaml", 4)
    assert places == [(f"cards/{deck}/{file}", line) for deck in ("lakes", "rivers") for file, line in files]


def test_a_deck_named_twice_is_one_deck(rivers: Author) -> None:
    assert run("check", GOOD, f"{GOOD}/", f"./{GOOD}").stdout == "1 deck, 2 cards: no problems\n"
    assert run("check", GOOD, str(rivers.folder)).stdout == "1 deck, 2 cards: no problems\n"


# --- build ---------------------------------------------------------------------------------------


def test_build_says_in_a_line_what_it_made(rivers: Author) -> None:
    assert run("build", GOOD).stdout == "dist/rivers.apkg: 2 notes, 3 cards: 2 new, 0 edited, 0 unchanged\n"
    assert Path("dist/rivers.apkg").is_file()
    assert Path("cards/rivers/deck.lock").is_file()
    rivers.edit("answer: The Nile", "answer: Nile")
    rivers.write("media/delta.svg", "<svg/>")
    rivers.edit("In its delta", '"![a delta](delta.svg)"')
    rivers.section("  - {id: etna, question: Which volcano stands on Sicily?, answer: Etna}\n", "Fire", "fire.yaml")
    done = run("build", GOOD)
    assert done.stdout == "dist/rivers.apkg: 3 notes, 4 cards: 1 new, 2 edited, 0 unchanged\n"
    assert done.stderr == ""


def test_a_second_build_finds_nothing_new_or_edited(rivers: Author) -> None:
    run("build")
    before = tree(rivers.folder)
    assert run("build").stdout == "dist/rivers.apkg: 2 notes, 3 cards: 0 new, 0 edited, 2 unchanged\n"
    assert {name: data for name, (data, _) in tree(rivers.folder).items()} == {
        name: data for name, (data, _) in before.items()
    }


def test_build_answers_programs_in_json(rivers: Author) -> None:
    rivers.write("media/delta.svg", "<svg/>")
    rivers.edit("In its delta", '"![a delta](delta.svg)"')
    package = {"deck": "Rivers", "path": "dist/rivers.apkg", "notes": 2, "cards": 3, "media": 1}
    counts = {"new": 2, "edited": 0, "unchanged": 0, "retired": 0}
    assert answer("build", GOOD) == {"packages": [package | counts], "problems": []}
    rivers.edit("answer: The Nile", "answer: Nile, retired: true")
    counts = {"new": 0, "edited": 1, "unchanged": 1, "retired": 1}
    assert answer("build", GOOD) == {"packages": [package | counts], "problems": []}
    rivers.edit("nile,", "white-nile,")
    rivers.edit("Which river flows", "Which white river flows")
    (made,) = answer("build", GOOD)["packages"]
    assert made["new"] + made["edited"] + made["unchanged"] == made["notes"] == 2
    assert (made["new"], made["unchanged"]) == (1, 1)


def test_build_answers_with_its_problems_in_json(rivers: Author) -> None:
    warn(rivers)
    made = answer("build", GOOD)
    assert [each["deck"] for each in made["packages"]] == ["Rivers"]
    assert [(each["name"], each["severity"]) for each in made["problems"]] == [("unused-media", "warning")]
    break_it(rivers)
    made = answer("build", GOOD, code=1)
    assert made["packages"] == []
    assert [each["severity"] for each in made["problems"]] == ["error"]
    keys = ["path", "line", "column", "name", "severity", "message", "remedy"]
    assert [list(each) for each in made["problems"]] == [keys]


def test_problems_of_a_build_go_to_standard_error(rivers: Author) -> None:
    warn(rivers)
    done = run("build")
    assert done.stderr == f"{UNUSED}\n"
    assert done.stdout == "dist/rivers.apkg: 2 notes, 3 cards: 2 new, 0 edited, 0 unchanged\n"
    shutil.rmtree(rivers.folder / "media")
    break_it(rivers)
    done = run("build", code=1)
    assert done.stderr == f"{BROKEN}\n1 error; nothing was built\n"
    assert done.stdout == ""


@pytest.mark.parametrize("option", ["-o", "--output"])
def test_packages_go_where_they_are_wanted(rivers: Author, option: str) -> None:
    done = run("build", option, "out/of/here", GOOD)
    assert done.stdout.startswith("out/of/here/rivers.apkg: ")
    assert Path("out/of/here/rivers.apkg").is_file()
    assert not Path("dist").exists()


def test_a_deck_is_built_from_inside_its_folder(rivers: Author, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(rivers.folder)
    assert run("build", ".", "-o", "../../dist").stdout.startswith("../../dist/rivers.apkg: 2 notes")


@pytest.mark.parametrize("command", ["check", "build", "plan", "ids"])
def test_without_a_name_every_deck_under_cards_is_meant(rivers: Author, home: Path, command: str) -> None:
    another(home, "lakes")
    (home / "cards" / ".hidden").mkdir()
    (home / "cards" / ".hidden" / "deck.yaml").write_text("hidden")
    (home / "cards" / "no-deck").mkdir()
    (home / "cards" / "README.md").write_text("no deck")
    every = run(command)
    shutil.rmtree(home / "dist", ignore_errors=True)
    for lock in home.glob("cards/*/deck.lock"):
        lock.unlink()
    assert run(command, "cards/lakes", "cards/rivers").output == every.output
    if command == "check":
        assert every.stdout == "2 decks, 4 cards: no problems\n"


@pytest.mark.parametrize("command", ["check", "build", "plan", "ids"])
@pytest.mark.parametrize("folder", ["", "cards", "cards/empty"])
def test_without_any_deck_it_says_how_to_start_one(home: Path, command: str, folder: str) -> None:
    (home / folder).mkdir(parents=True, exist_ok=True)
    done = run(command, code=2)
    assert "no deck found under cards/ in this folder." in done.stderr
    assert "studydeck new cards/my-deck --name 'My Deck'" in " ".join(done.stderr.split())


def test_one_bad_deck_of_two_and_nothing_is_built(rivers: Author, home: Path) -> None:
    other = another(home, "lakes")
    run("build")
    other.edit("answer: The Nile", "answer: Lake Victoria")
    break_it(rivers)
    before = tree(home)
    done = run("build", code=1)
    assert done.stdout == ""
    assert done.stderr == f"{BROKEN}\n1 error; nothing was built\n"
    assert tree(home) == before


def test_locked_names_what_would_change_and_writes_nothing(rivers: Author, home: Path) -> None:
    run("build")
    assert "2 unchanged" in run("build", "--locked").stdout
    rivers.edit("answer: The Nile", "answer: Nile")
    before = tree(home)
    done = run("build", "--locked", code=1)
    assert done.stderr.splitlines() == [
        "cards/rivers/water.yaml:3:5: error: the lock would change: the card 'nile' changed; "
        "run studydeck build and commit deck.lock [locked]",
        "1 error; nothing was built",
    ]
    assert done.stdout == ""
    made = answer("build", "--locked", code=1)
    assert (made["packages"], [each["name"] for each in made["problems"]]) == ([], ["locked"])
    assert tree(home) == before


def test_locked_fails_for_a_deck_that_was_never_built(rivers: Author, home: Path) -> None:
    before = tree(home)
    assert "the card 'nile' is new" in run("build", "--locked", code=1).stderr
    assert tree(home) == before


def test_locked_writes_no_deck_where_one_of_them_would_change(rivers: Author, home: Path) -> None:
    """The deck that stands before it in the alphabet, too: what a CI job left in dist would be half a release."""
    another(home, "lakes")
    run("build")
    shutil.rmtree(home / "dist")
    rivers.edit("answer: The Nile", "answer: Nile")
    done = run("build", "--locked", code=1)
    assert done.stdout == ""
    assert not (home / "dist").exists()


def test_a_package_that_can_not_be_written_is_told_and_no_more(rivers: Author, home: Path) -> None:
    (home / "dist" / "rivers.apkg").mkdir(parents=True)
    done = run("build", code=1)
    assert "dist/rivers.apkg:1:1: error: the package or its lock can't be written" in done.stderr
    assert "[unwritable]" in done.stderr
    assert done.stdout == ""


def test_a_build_that_failed_leaves_the_decks_folder_as_it_was(rivers: Author, home: Path) -> None:
    (home / "dist" / "rivers.apkg").mkdir(parents=True)
    before = tree(home)
    run("build", code=1)
    assert tree(home) == before


def test_a_deck_that_was_built_is_not_called_unbuilt(rivers: Author, home: Path) -> None:
    another(home, "lakes")
    (home / "dist" / "rivers.apkg").mkdir(parents=True)
    done = run("build", code=1)
    assert done.stdout.startswith("dist/lakes.apkg: 2 notes")
    assert "nothing was built" not in done.stderr


def test_a_retired_card_is_named_once(rivers: Author) -> None:
    run("build")
    rivers.edit("  - {id: nile, question: Which river flows through Cairo?, answer: The Nile}\n", "")
    assert run("build").stdout.splitlines() == [
        "dist/rivers.apkg: 1 note, 2 cards: 0 new, 0 edited, 1 unchanged, 1 retired",
        "  retired: nile",
    ]
    assert run("build").stdout == "dist/rivers.apkg: 1 note, 2 cards: 0 new, 0 edited, 1 unchanged\n"


def test_repairing_a_lock_says_what_it_did(rivers: Author) -> None:
    run("build")
    done = run("build", "--repair-lock")
    assert done.stderr == "cards/rivers/deck.lock is undamaged; nothing to repair\n"
    (rivers.folder / "deck.lock").unlink()
    done = run("build", "--repair-lock")
    assert done.stderr.startswith("cards/rivers/deck.lock was rebuilt: ")
    assert done.stdout == "dist/rivers.apkg: 2 notes, 3 cards: 0 new, 0 edited, 2 unchanged\n"


def test_the_moment_of_a_build_can_be_given(rivers: Author) -> None:
    run("build", env={"SOURCE_DATE_EPOCH": "1700000000"})
    notes = [line.split("\t") for line in rivers.read("deck.lock").splitlines() if line.startswith("note\t")]
    assert {"1700000000" in columns for columns in notes} == {True}


@pytest.mark.parametrize("moment", ["", "x", "-1", "1.5", " 5", "١٢", "0x10", "1_000", "9" * 25, "9" * 5_000])
def test_a_moment_that_is_none_is_refused(rivers: Author, home: Path, moment: str) -> None:
    before = tree(home)
    done = run("build", code=2, env={"SOURCE_DATE_EPOCH": moment})
    assert "SOURCE_DATE_EPOCH must be seconds since 1970" in done.stderr
    assert tree(home) == before


# --- plan, ids, export, verify -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("style", "told"),
    [("text", "Answer: The {+White+} Nile"), ("json", '"new": "The White Nile"'), ("markdown", "The **White** Nile")],
)
def test_plan_tells_in_every_form_and_writes_nothing(rivers: Author, home: Path, style: str, told: str) -> None:
    run("build")
    rivers.edit("answer: The Nile", "answer: The White Nile")
    before = tree(home)
    assert told in run("plan", "--format", style).stdout
    assert tree(home) == before


def test_plan_of_two_decks_tells_of_both(rivers: Author, home: Path) -> None:
    another(home, "lakes")
    told = run("plan").stdout
    assert told.index("Lakes, against") < told.index("\n\nRivers, against")
    assert len(json.loads(run("plan", "--format", "json").stdout)["plans"]) == 2


def test_plan_of_a_deck_with_errors_fails_with_them(rivers: Author) -> None:
    break_it(rivers)
    done = run("plan", code=1)
    assert done.stderr == f"{BROKEN}\n"
    assert done.stdout == ""


def test_plan_against_nothing_is_used_wrongly(rivers: Author) -> None:
    assert "'v0.0' isn't a package, a lock or a git revision." in run("plan", "--against", "v0.0", code=2).stderr


def test_ids_lists_and_writes(rivers: Author) -> None:
    rivers.edit("id: nile, ", "")
    question = "Which river flows through Cairo?"
    assert run("ids").stdout.splitlines() == [
        f"cards/rivers/water.yaml:3:5: (no id until its first build): {question}",
        "1 card without an id, 0 of them in deck.lock",
    ]
    run("build")
    before = rivers.read("water.yaml")
    line = f"cards/rivers/water.yaml:3:5: which-river-flows-through-cairo: {question}"
    assert run("ids").stdout.splitlines() == [line, "1 card without an id, 1 of them in deck.lock"]
    assert rivers.read("water.yaml") == before
    assert run("ids", "--write").stdout.splitlines() == [line, "1 id written"]
    assert "id: which-river-flows-through-cairo" in rivers.read("water.yaml")
    assert run("ids").stdout == "0 cards without an id, 0 of them in deck.lock\n"
    assert "2 unchanged" in run("build").stdout
    break_it(rivers)
    assert run("ids", "--write", code=1).stderr == run("ids", code=1).stderr != ""


def test_export_makes_a_page_where_it_is_wanted(rivers: Author) -> None:
    assert run("export", GOOD, "--to", "print").stdout == "dist/rivers.html: open it in a browser and print it\n"
    assert "Which river flows through Cairo?" in Path("dist/rivers.html").read_text("utf-8")
    run("export", GOOD, "--to", "print", "--layout", "cards", "-o", "new/page.html")
    assert Path("new/page.html").is_file()


def test_export_of_a_deck_with_errors_fails_with_them(rivers: Author) -> None:
    break_it(rivers)
    assert run("export", GOOD, "--to", "print", code=1).stderr == f"{BROKEN}\n"
    assert not Path("dist").exists()


def test_a_page_that_can_not_be_written_is_told_in_a_sentence(rivers: Author, home: Path) -> None:
    (home / "file").write_text("no folder")
    assert (
        "file/page.html can't be written ("
        in run("export", GOOD, "--to", "print", "-o", "file/page.html", code=1).stderr
    )


def test_a_description_puts_no_script_into_the_page(rivers: Author) -> None:
    rivers.write(
        "deck.yaml", DECK + 'description: "<script>alert(1)</script> ![](%3Cscript%3Ealert(1)%3C/script%3E.mp3)"\n'
    )
    CliRunner().invoke(main, ["export", GOOD, "--to", "print", "-o", "page.html"])
    page = Path("page.html").read_text("utf-8") if Path("page.html").exists() else "refused"
    assert "<script" not in page


# --- new, schema ---------------------------------------------------------------------------------

NAMES = [
    "Rivers",
    'It\'s "quoted"',
    "Geography::Rivers",
    "أنهار العالم",
    "Rivers 🌊",
    "🌊",
    "# a: b",
    "{a}",
    "- x",
    "yes",
]
NAMES += ["2.10", "*a", "100%", "<b>&amp;", "川", "~", "a\\nb", "{{Front}}", "x" * 200]


@pytest.mark.parametrize("name", NAMES)
def test_a_new_deck_builds_at_once_whatever_its_name(home: Path, name: str) -> None:
    run("new", "cards/deck", "--name", name)
    assert run("check", "--strict").stdout == "1 deck, 3 cards: no problems\n"
    (made,) = answer("build")["packages"]
    assert (made["deck"], made["notes"], made["cards"], made["new"]) == (name, 3, 4, 3)


def test_new_says_what_it_wrote_and_what_to_do_next(home: Path) -> None:
    files = ["deck.yaml", "first-section.yaml", ".schema/deck.json", ".schema/section.json"]
    assert run("new", "cards/rivers", "--name", "Rivers").stdout.splitlines() == [
        *(f"wrote {Path('cards/rivers', name)}" for name in files),
        f"Next: edit the section, then studydeck build {Path('cards/rivers')}",
    ]
    assert sorted(tree(home / "cards" / "rivers")) == sorted(files)


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("cards/rivers", "Rivers"),
        ("cards/rivers-of_Africa", "Rivers of Africa"),
        ("rivers/", "Rivers"),
        ("übungen", "Übungen"),
        ("-_rivers", "Rivers"),
    ],
)
def test_a_new_deck_without_a_name_has_its_folders(home: Path, folder: str, name: str) -> None:
    said = run("new", "--", folder).stdout
    assert f"The deck is called '{name}'; to rename it before its first build, edit deck: in deck.yaml" in said
    assert load(Path(folder)).deck.title == name


def test_a_folder_whose_name_no_deck_can_have_needs_another(home: Path) -> None:
    assert "--name" in run("new", "--", "---", code=2).stderr
    assert tree(home) == {}


def test_every_new_deck_has_a_uid_of_its_own(home: Path) -> None:
    uids = set()
    for number in range(20):
        run("new", f"cards/deck-{number}", "--name", f"Deck {number}")
        (uid,) = re.findall(r"^uid: (\w+)  #", Path(f"cards/deck-{number}/deck.yaml").read_text("utf-8"), re.MULTILINE)
        assert re.fullmatch(UID_PATTERN, uid)
        uids.add(uid)
    assert len(uids) == 20
    assert run("check").stdout == "20 decks, 60 cards: no problems\n"


BAD_NAMES = ["caf\udce9", "a\x7fb", "a\rb", "x" * 100_001]


@pytest.mark.parametrize(
    "name", ["", " ", "\t", "::", "Geography::", "::Rivers", "a:: ::b", "a\nb", "a\tb", "a\x07b", *BAD_NAMES]
)
def test_a_name_that_anki_could_not_show_is_refused(home: Path, name: str) -> None:
    assert "--name" in run("new", "cards/deck", "--name", name, code=2).stderr
    assert tree(home) == {}


@pytest.mark.parametrize("tag", ["", "a b", "-a", "::", "a::", "::a", "a::::b", "a\tb", "a\u2028b"])
def test_a_tag_that_anki_would_split_or_misread_is_refused(home: Path, tag: str) -> None:
    assert "--tag" in run("new", "cards/deck", "--name", "Deck", "--tag", tag, code=2).stderr
    assert tree(home) == {}


@pytest.mark.parametrize("tag", ["rivers", "geography::rivers", "أنهار", "c++", "a'b"])
def test_a_tag_can_be_chosen(home: Path, tag: str) -> None:
    run("new", "cards/deck", "--name", "Deck", "--tag", tag)
    assert run("check", "--strict").stdout == "1 deck, 3 cards: no problems\n"
    assert load(Path("cards/deck")).deck.tag == tag


@pytest.mark.parametrize("file", ["deck.yaml", "water.yaml"])
def test_new_touches_no_deck_that_is_there(home: Path, file: str) -> None:
    (home / "cards" / "rivers").mkdir(parents=True)
    (home / "cards" / "rivers" / file).write_text("mine")
    before = tree(home)
    assert "already has a deck; choose another folder." in run("new", GOOD, "--name", "R", code=2).stderr
    assert tree(home) == before


def test_new_is_given_no_file(home: Path) -> None:
    Path("f").write_text("mine")
    assert "'f' is a file" in run("new", "f", "--name", "Rivers", code=2).stderr
    assert Path("f").read_text() == "mine"


def test_commands_in_messages_can_be_pasted_whatever_the_folder_is_called(home: Path) -> None:
    lines = [run("new", "cards/Mein Übungs Deck", "--name", "X").stdout.splitlines()[-1]]
    Path("it's.txt").write_text("Rivers run.")
    lines.append(run("draft", "it's.txt", "--deck", "cards/it's $HOME").stdout.splitlines()[-1])
    for line in lines:
        command = line[line.index("studydeck ") :]
        name, *words = shlex.split(command)
        assert name == "studydeck"
        assert len(words) == 2
        run(*words)


@pytest.mark.parametrize(
    ("words", "file", "sentence"),
    [
        (("check",), "deck.yaml", ""),
        (("build", "-o", "dist"), "deck.yaml", ""),
        (("check",), "water.yaml", "'cards/rivers/water.yaml' is a file; give the deck's folder: cards/rivers\n"),
        (("check",), "media/a.txt", "'cards/rivers/media/a.txt' is a file; give the deck's folder\n"),
    ],
)
def test_a_deck_may_be_named_by_its_deck_yaml(rivers: Author, words: tuple[str, ...], file: str, sentence: str) -> None:
    rivers.write("media/a.txt", "x")
    done = run(*words, f"{GOOD}/{file}", code=2 if sentence else 0)
    assert done.stderr.endswith(sentence)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("plan", "-o", "notes.md"), "write the plan to a file with: studydeck plan --format markdown > notes.md\n"),
        (("build", "-o", "rivers.apkg"), "'rivers.apkg' looks like a file; give a folder\n"),
        (("preview", "--export", "page.html"), "'page.html' looks like a file; give a folder\n"),
    ],
)
def test_a_file_is_not_taken_for_a_folder_to_write_to(
    rivers: Author, home: Path, words: tuple[str, ...], sentence: str
) -> None:
    before = tree(home)
    assert run(*words, code=2).stderr.endswith(sentence)
    assert tree(home) == before


def test_new_needs_a_folder(home: Path) -> None:
    (home / "cards").write_text("a file")
    assert "can't be written (" in run("new", "cards/rivers", "--name", "Rivers", code=2).stderr


@pytest.mark.parametrize(
    ("file", "keys"),
    [
        ("deck", ["deck", "uid"]),
        ("section", ["section", "cards"]),
        ("note-type", ["name", "id", "fields", "templates"]),
    ],
)
def test_schema_prints_a_json_schema(file: str, keys: list[str]) -> None:
    schema = json.loads(run("schema", file).stdout)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["required"] == keys
    assert set(keys) < set(schema["properties"])


# --- every command -------------------------------------------------------------------------------

WRONG = [
    [],
    ["bild"],
    ["--bild"],
    ["check", "nowhere"],
    ["check", "cards/rivers/water.yaml"],
    ["check", "--format", "xml"],
    ["build", "-o"],
    ["build", "-o", "cards/rivers/water.yaml"],
    ["build", "--format", "github"],
    ["plan", "--format", "github"],
    ["verify"],
    ["verify", "nowhere.apkg"],
    ["verify", "cards/rivers"],
    ["ids", "--wrote"],
    ["export", "cards/rivers"],
    ["export", "--to", "print"],
    ["export", "cards/rivers", "--to", "pdf"],
    ["export", "cards/rivers", "--to", "print", "-o", "cards"],
    ["new"],
    ["new"],
    ["new", "--name", "x"],
    ["schema"],
    ["schema", "card"],
]


@pytest.mark.parametrize("words", WRONG, ids=" ".join)
def test_a_command_used_wrongly_ends_with_2_and_touches_nothing(rivers: Author, home: Path, words: list[str]) -> None:
    before = tree(home)
    assert re.search(r"^(Usage|Error): ", run(*words, code=2).stderr)
    assert tree(home) == before


def test_the_version_is_told(home: Path) -> None:
    assert run("--version").stdout == f"studydeck {__version__}\n"


CONTEXT = click.Context(main)
COMMANDS = {name: command for name in main.list_commands(CONTEXT) if (command := main.get_command(CONTEXT, name))}


@pytest.mark.parametrize("name", COMMANDS)
def test_help_shows_an_example_of_every_command(name: str) -> None:
    told = run(name, "-h").stdout
    assert told == run(name, "--help").stdout
    assert f"Example: studydeck {name} " in told
    for option in re.findall(r"--[a-z-]+", " ".join(opt for each in COMMANDS[name].params for opt in each.opts)):
        assert option in told


def test_help_lists_the_commands_and_how_to_start() -> None:
    told = run("-h").stdout
    assert told == run("--help").stdout
    for name, command in COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(command.short_help or '')}$", told, re.MULTILINE), name
    assert "Start with: studydeck new cards/my-deck --name 'My Deck', then studydeck build." in " ".join(told.split())


# --- terminals, shells, encodings ----------------------------------------------------------------


def environment(**changes: str | None) -> dict[str, str]:
    """This process's environment with changes; None takes a variable out."""
    mixed = {**os.environ, "SOURCE_DATE_EPOCH": None, "NO_COLOR": None, **changes}
    return {name: value for name, value in mixed.items() if value is not None}


def process(*words: str, **changes: str | None) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([STUDYDECK, *words], env=environment(**changes), capture_output=True, check=False)


def in_terminal(*words: str, **changes: str | None) -> str:
    """What a command shows in a terminal."""
    pty = pytest.importorskip("pty", reason="Windows has no pseudo terminals")
    screen, terminal = pty.openpty()
    with subprocess.Popen(
        [STUDYDECK, *words], env=environment(**changes), stdin=terminal, stdout=terminal, stderr=terminal
    ) as started:
        os.close(terminal)
        shown = b""
        while True:
            try:
                data = os.read(screen, 65536)
            except OSError:  # Linux's way to say that the other side is closed
                break
            if not data:
                break
            shown += data
        started.wait()
    os.close(screen)
    return shown.decode()


@pytest.mark.parametrize(
    ("command", "no_color", "coloured"),
    [
        ("check", None, True),
        ("check", "1", False),
        ("check", "0", False),
        ("check", "", True),
        ("build", None, True),
        ("build", "1", False),
        ("plan", "", True),
        ("plan", "1", False),
    ],
)
def test_colours_are_for_terminals_whose_owner_wants_them(
    rivers: Author, command: str, no_color: str | None, coloured: bool
) -> None:
    run("build")
    if command == "plan":
        rivers.edit("answer: The Nile", "answer: The White Nile")
    else:
        break_it(rivers)
    shown = in_terminal(command, NO_COLOR=no_color)
    assert ("\x1b[" in shown) == coloured
    plain = re.sub(r"\x1b\[[\d;]*m", "", shown)
    assert (BROKEN in plain) == (command != "plan")


def test_no_colours_go_into_a_pipe(rivers: Author) -> None:
    run("build")
    break_it(rivers)
    for command in ("check", "build", "plan"):
        done = process(command)
        assert BROKEN in (done.stdout + done.stderr).decode()
        assert b"\x1b" not in done.stdout + done.stderr


@pytest.fixture
def quick_clock(home: Path) -> str:
    """A folder for PYTHONPATH in which a clock runs that makes every command a long one."""
    (home / "clock").mkdir()
    code = "import time\nclock = time.monotonic\ntime.monotonic = lambda: clock() * 100_000\n"
    (home / "clock" / "sitecustomize.py").write_text(code)
    return str(home / "clock")


@pytest.mark.parametrize("command", ["check", "build"])
def test_a_long_command_shows_a_bar_in_a_terminal(rivers: Author, quick_clock: str, command: str) -> None:
    shown = in_terminal(command, PYTHONPATH=quick_clock)
    assert re.search(r"(Checking|Building)  \[[#-]+\] +\d+%", shown)


@pytest.mark.parametrize("command", ["check", "build"])
def test_a_long_command_shows_no_bar_elsewhere(rivers: Author, quick_clock: str, command: str) -> None:
    done = process(command, PYTHONPATH=quick_clock)
    assert done.returncode == 0
    assert done.stderr == b""
    assert done.stdout.count(b"\n") == 1


def test_a_short_command_shows_no_bar(rivers: Author) -> None:
    assert in_terminal("check").splitlines() == ["1 deck, 2 cards: no problems"]


ARABIC = "النيل"


@pytest.mark.parametrize(
    ("encoding", "style"),
    [("ascii", "text"), ("utf-8", "json"), ("cp1252", "text"), ("cp1252", "json"), ("cp1252", "github")],
)
def test_no_encoding_of_the_terminal_is_too_small(rivers: Author, encoding: str, style: str) -> None:
    """Windows gives a pipe its old code page, and a bare server ASCII."""
    rivers.edit("answer: The Nile", f"{ARABIC}: x, answer: The Nile")
    done = process("check", "--format", style, LC_ALL="C", LANG="C", PYTHONIOENCODING=encoding, PYTHONUTF8=None)
    assert b"Traceback" not in done.stderr
    assert done.returncode == 1
    assert b"unknown-key" in done.stdout
    if encoding != "cp1252":
        assert ARABIC in done.stdout.decode()


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_problems_of_a_build_are_told_in_any_encoding(rivers: Author, encoding: str) -> None:
    rivers.edit("answer: The Nile", f"{ARABIC}: x, answer: The Nile")
    done = process("build", LC_ALL="C", LANG="C", PYTHONIOENCODING=encoding, PYTHONUTF8=None)
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1] == b"1 error; nothing was built"


def test_the_module_is_the_same_command(home: Path) -> None:
    command = [sys.executable, "-m", "studydeck"]
    root = str(Path(studydeck.__file__).parent.parent)
    for words in (["--version"], ["check"]):
        done = subprocess.run([*command, *words], env=environment(PYTHONPATH=root), capture_output=True, check=False)
        script = process(*words)
        assert (done.returncode, done.stdout, done.stderr) == (script.returncode, script.stdout, script.stderr)


@pytest.mark.skipif(os.name == "nt", reason="a POSIX shell's")
@pytest.mark.parametrize("words", ["check", "check --format json", "build", "stats", "schema deck"])
def test_a_closed_output_changes_nothing(rivers: Author, words: str) -> None:
    done = subprocess.run(f"'{STUDYDECK}' {words} >&-", shell=True, env=environment(), capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="Linux's")
@pytest.mark.parametrize("words", ["check", "check --format json", "schema deck"])
def test_a_full_disk_behind_the_output_is_a_sentence(rivers: Author, words: str) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run([STUDYDECK, *words.split()], stdout=full, stderr=subprocess.PIPE, check=False)
    told = f"Error: the output: {os.strerror(errno.ENOSPC)}.\n"
    assert (done.returncode, done.stderr.decode()) == (1, told)


@pytest.mark.skipif(os.name == "nt", reason="a POSIX shell's")
def test_a_reader_that_goes_away_is_no_error(home: Path) -> None:
    command = f"'{STUDYDECK}' schema section; echo $? >code"
    with subprocess.Popen(command, shell=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as started:
        assert started.stdout
        assert started.stderr
        started.stdout.close()
        assert started.stderr.read() == b""
    assert Path("code").read_text() == "1\n"


NOBODY = """
import os
from studydeck.__main__ import main
import studydeck.incremental.exclusion, studydeck.pipeline, studydeck.checks.judgements
import studydeck.reading.edit, studydeck.reading.events
if os.geteuid() == 0:
    os.setgid(65534), os.setuid(65534)
main()
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such rights")
@pytest.mark.parametrize(
    ("closed", "rights", "words", "told"),
    [
        ("cards", 0, "check", f"Error: cards: {os.strerror(errno.EACCES)}.\n"),
        ("cards/b", 0, "check", f"cards/b:1:1: error: the folder can't be read ({os.strerror(errno.EACCES)}); "),
        ("cards/a", 0o555, "ids --write", "Error: cards/a/water.yaml can't be written ("),
    ],
)
def test_what_may_not_be_read_or_written_is_a_sentence(closed: str, rights: int, words: str, told: str) -> None:
    with tempfile.TemporaryDirectory() as name:  # pytest's own folders are closed to others
        home = Path(name)
        for deck in ("a", "b"):
            another(home, deck, "  - {question: Which river flows through Cairo?, answer: The Nile}\n").build()
        for path in (home, *home.rglob("*")):
            path.chmod(0o755)
        (home / closed).chmod(rights)
        command = [sys.executable, "-c", NOBODY, *words.split()]
        root = str(Path(studydeck.__file__).parent.parent)
        # That user may not write the notes of `make coverage` either.
        nobodys = environment(PYTHONPATH=root, COVERAGE_PROCESS_START=None, COVERAGE_PROCESS_CONFIG=None)
        done = subprocess.run(command, cwd=home, env=nobodys, capture_output=True, check=False)
        (home / closed).chmod(0o755)
    printed = (done.stdout + done.stderr).decode()
    assert told in printed
    assert (done.returncode, "Traceback" in printed, ".part" in printed) == (1, False, False)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_a_script_that_the_shell_can_read(home: Path, shell: str) -> None:
    done = process(_STUDYDECK_COMPLETE=f"{shell}_source")
    assert done.returncode == 0
    assert b"studydeck" in done.stdout
    if shutil.which(shell):
        subprocess.run([shell, "-n", "/dev/stdin"], input=done.stdout, check=True)


def test_completion_knows_commands_and_options(home: Path) -> None:
    def completed(words: str) -> list[str]:
        place = str(len(words.split(" ")) - 1)
        done = process(_STUDYDECK_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=place)
        return [line.partition(",")[2] for line in done.stdout.decode().split()]

    assert completed("studydeck ") == sorted(COMMANDS)
    assert completed("studydeck bu") == ["build"]
    assert "--locked" in completed("studydeck build --")
    assert completed("studydeck check --format ") == ["text", "json", "github"]
