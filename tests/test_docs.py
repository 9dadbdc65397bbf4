"""The docs keep up with the program: nothing that a reader may need is missing, and every example is real."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from studydeck.checks.judgements import OF_THE_MATERIAL
from studydeck.cli import main
from studydeck.commands.sources import stamp_sources
from studydeck.kinds import card_keys
from studydeck.model import PROBLEMS, Problem
from studydeck.pipeline import build, load, load_all
from studydeck.reading.keys import DECK_KEYS, MATERIAL_KEYS, SECTION_KEYS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
PROBLEMS_PAGE = (ROOT / "docs" / "problems.md").read_text("utf-8")
CHECKS_PAGE = (ROOT / "docs" / "checks.md").read_text("utf-8")
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
DECK = Path("cards/rivers")

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_FILE = re.compile(r"(?:# |/\* )([\w.-]+\.(?:yaml|css))(?: \*/)?\n")


def part(title: str, page: str = README) -> str:
    """The text under a heading, up to the next heading of its rank or a higher one."""
    page = _BLOCK.sub(lambda block: block[0].replace("\n#", "\n\0"), page)
    found = re.search(rf"^(#+) {re.escape(title)}\n", page, re.MULTILINE)
    assert found, f"there is no heading '{title}'"
    rest = re.split(rf"^#{{1,{len(found[1])}}} ", page[found.end() :], maxsplit=1, flags=re.MULTILINE)[0]
    return rest.replace("\0", "#")


def headings(page: str) -> list[tuple[int, str]]:
    return [(len(marks), title) for marks, title in re.findall(r"^(#+) (.+)$", _BLOCK.sub("", page), re.MULTILINE)]


#: The problems with a part in docs/problems.md. Those of docs/checks.md are tried in test_warnings.py.
OWN_PROBLEMS = [title for rank, title in headings(PROBLEMS_PAGE) if rank == 2]


def first_cells(text: str) -> list[str]:
    """The names in the first column of a part's tables."""
    return [name for row in re.findall(r"^\| (`.*?) \|", text, re.MULTILINE) for name in re.findall(r"`([^`]+)`", row)]


def write(block: str) -> None:
    """Writes an example of a file into the deck's folder, under the name in its first line."""
    named = _FILE.match(block)
    assert named, f"an example starts with a comment that names its file: {block[:60]}"
    DECK.mkdir(parents=True, exist_ok=True)
    (DECK / named[1]).write_bytes(block.encode())


# --- nothing is missing --------------------------------------------------------------------------


def test_the_readme_has_its_parts_in_order() -> None:
    assert [title for rank, title in headings(README) if rank < 3] == [
        "studydeck",
        "The two commands",
        "Writing a card",
        "Building",
        "Importing",
        "Regenerating after an edit",
        "Fixing an error message",
        "Every command",
        "Every YAML key",
        "When something goes wrong",
        "For contributors",
        "Licence",
    ]


def commands(group: click.Group, before: str = "") -> Iterator[tuple[str, click.Command]]:
    """The commands with their names, those of a group by two words: `source stamp`."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{before}{name} ")
        else:
            yield f"{before}{name}", command


def test_every_command_and_option_is_in_the_readme() -> None:
    reference = part("Every command")
    shown = [title for _, title in headings(reference) if title.startswith("`studydeck ")]
    named = dict(commands(main))
    assert len(shown) == len(named)
    for name, command in named.items():
        (title,) = (each for each in shown if re.match(rf"`studydeck {name}[ `]", each))
        options = [opt for each in command.params if isinstance(each, click.Option) for opt in each.opts]
        assert sorted(first_cells(part(title))) == sorted(options), name
    context = main.make_context("studydeck", ["build"])  # Click keeps the first one's names for --help
    general = [opt for each in main.get_params(context) for opt in each.opts]
    assert "--version" in general
    for option in [*general, "NO_COLOR", "SOURCE_DATE_EPOCH", "bash_source", "zsh_source", "fish_source"]:
        assert option in reference, option


@pytest.mark.parametrize(
    ("title", "keys"),
    [("deck.yaml", DECK_KEYS), ("material", MATERIAL_KEYS), ("Section files", SECTION_KEYS), ("Cards", card_keys())],
)
def test_every_yaml_key_is_in_the_readme(title: str, keys: dict[str, object]) -> None:
    assert first_cells(part(title)) == list(keys)


def test_every_problem_has_a_heading_of_its_own() -> None:
    checks = [title for rank, title in headings(CHECKS_PAGE) if rank == 2]
    both = OF_THE_MATERIAL  # their line and their remedy here, a card that passes there
    assert set(checks) >= both
    assert sorted([*OWN_PROBLEMS, *(each for each in checks if each not in both)]) == sorted(PROBLEMS)


def test_every_test_that_a_page_names_exists() -> None:
    tests = "\n".join(path.read_text("utf-8") for path in (ROOT / "tests").glob("*.py"))
    named = [name for page in PAGES for name in re.findall(r"\b(test_\w+)\b(?!\.py)", page.read_text("utf-8"))]
    assert len(named) > 15
    assert [name for name in named if f"def {name}(" not in tests] == []


def test_every_link_leads_somewhere() -> None:
    for page in PAGES:
        text = re.sub(r"`[^`\n]*`", "", _BLOCK.sub("", page.read_text("utf-8")))
        for link in re.findall(r"\]\(([^)\s]+)\)", text):
            if re.match(r"https?:", link):
                continue
            name, _, anchor = link.partition("#")
            target = (page.parent / name).resolve() if name else page
            assert target.exists(), f"{page.name}: {link}"
            if anchor:
                titles = [title.lower() for _, title in headings(target.read_text("utf-8"))]
                assert anchor in [re.sub(r"[^\w -]", "", title).replace(" ", "-") for title in titles], link


def test_every_file_that_a_page_names_in_code_exists() -> None:
    for page in PAGES:
        for name in re.findall(r"`((?:builder|tests|docs)/[\w/.-]*|test_\w+\.py)`", page.read_text("utf-8")):
            path = ROOT / "tests" / name if name.startswith("test_") else ROOT / name
            assert path.exists(), f"{page.name}: {name}"


def test_make_has_the_targets_that_the_readme_names_and_helps_with_all() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)", README, re.MULTILINE))
    assert {"test", "help"} <= named <= targets
    assert set(re.findall(r"^([a-z-]+):.*## \S", makefile, re.MULTILINE)) == targets
    if shutil.which("make"):
        done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
        assert {line.split()[0] for line in done.stdout.splitlines() if line} >= targets


# --- every example is real -----------------------------------------------------------------------


def test_the_readme_can_be_followed_from_top_to_bottom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its files are written, its edits made, and its commands run in order; they print what it shows."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    ran = 0
    for language, text in _BLOCK.findall(README):
        if language == "yaml":
            write(text)
            if not load(DECK).errors:
                assert load(DECK).problems == []
        elif language == "diff":
            edit(text)
        elif language == "console":
            for command, shown in re.findall(r"^\$ studydeck (.*)\n((?:(?!\$ ).*\n)*)", text, re.MULTILINE):
                outcome = CliRunner().invoke(main, split(command))
                assert outcome.output.replace("\\", "/") == shown, command
                ran += 1
    assert ran > 5


def split(command: str) -> list[str]:
    return [quoted or word for quoted, word in re.findall(r'"([^"]*)"|(\S+)', command)]


def edit(diff: str) -> None:
    """Makes the edit that a diff of one line shows, in the one file that has the line."""
    (old,), (new,) = (re.findall(rf"^\{sign}(.*)$", diff, re.MULTILINE) for sign in "-+")
    (path,) = (each for each in DECK.glob("*.yaml") if f"{old}\n" in each.read_text("utf-8"))
    path.write_bytes(path.read_bytes().replace(f"{old}\n".encode(), f"{new}\n".encode()))


PLAIN_DECK = "# deck.yaml\ndeck: Rivers\nuid: k3w8d2nq5xta\ntag: rivers\n"
PLAIN = "# water.yaml\nsection: Water\ncards:\n  - id: nile\n    question: {}?\n    answer: {}\n"


def a_folder_for_a_section() -> None:
    (DECK / "water.yaml").unlink()
    (DECK / "water.yaml").mkdir()


def latin_1() -> None:
    text = PLAIN.format("Which river flows through Orléans", "The Loire")
    (DECK / "water.yaml").write_bytes(text.encode("latin-1"))


def a_long_answer() -> None:
    write(PLAIN.format("What is long", "x" * 100_001))


def a_picture() -> None:
    (DECK / "media").mkdir()
    (DECK / "media" / "delta.svg").write_bytes(b"<svg xmlns='http://www.w3.org/2000/svg'/>")


def a_copied_deck() -> None:
    shutil.copytree(DECK, DECK.with_name("rivers-2"))


def marks_of_a_merge() -> None:
    build_it(1)
    lock = (DECK / "deck.lock").read_text("utf-8").splitlines(keepends=True)
    (DECK / "deck.lock").write_bytes("".join([*lock[:2], "<<<<<<< HEAD\n", *lock[2:]]).encode())


def a_folder_for_a_package() -> None:
    Path("dist/rivers.apkg").mkdir(parents=True)


def a_lock_of_tomorrow() -> None:
    build_it(1)
    lock = (DECK / "deck.lock").read_text("utf-8")
    (DECK / "deck.lock").write_bytes(lock.replace("lock 1", "lock 2", 1).encode())


def a_lock_changed_during_a_build() -> list[Problem]:
    build_it(1)
    loaded = load(DECK)
    (DECK / "deck.lock").write_bytes((DECK / "deck.lock").read_bytes() + b"# pulled\n")
    return list(build(loaded, Path("dist"), 100).problems)


def no_lock() -> None:
    build_it(1)
    (DECK / "deck.lock").unlink()


def a_clock_ahead() -> None:
    build_it(200_000)


def a_stamped_material(text: str = "The Nile flows through Cairo. It may flood its banks.") -> None:
    Path("rivers.txt").write_text(text, "utf-8")
    stamp_sources(load(DECK), Path("rivers.txt"))


def a_changed_material() -> None:
    a_stamped_material()
    Path("rivers.txt").write_text("The White Nile flows through Cairo. It may flood its banks.", "utf-8")


def a_shorter_material() -> None:
    a_stamped_material()
    Path("rivers.txt").write_text("The Nile flows through Cairo.", "utf-8")


def a_material_of_a_long_sentence() -> None:
    a_stamped_material("The Nile flows through Cairo and then into the Mediterranean by many arms.")


def marks_of_a_merge_of_materials() -> None:
    a_stamped_material()
    lock = (DECK / "material.lock").read_text("utf-8")
    (DECK / "material.lock").write_bytes(lock.replace("card\t", "<<<<<<< HEAD\ncard\t").encode())


#: What YAML alone doesn't show.
HAPPENINGS: dict[str, Callable[[], None]] = {
    "unreadable": a_folder_for_a_section,
    "encoding": latin_1,
    "too-big": a_long_answer,
    "no-alt": a_picture,
    "unused-media": a_picture,
    "same-deck": a_copied_deck,
    "damaged-lock": marks_of_a_merge,
    "newer-lock": a_lock_of_tomorrow,
    "damaged-material": marks_of_a_merge_of_materials,
    "source-changed": a_changed_material,
    "source-gone": a_shorter_material,
    "copied": a_material_of_a_long_sentence,
    "hedge-lost": a_stamped_material,
    "unwritable": a_folder_for_a_package,
    "lost-lock": no_lock,
    "future-stamp": a_clock_ahead,
}


def build_it(now: int, *, locked: bool = False) -> list[Problem]:
    loaded = load(DECK)
    assert not loaded.errors, loaded.errors
    return list(build(loaded, Path("dist"), now, locked=locked).problems)


def problems_of(name: str, examples: Iterator[str]) -> list[Problem]:
    """The problems of the last example; of two examples of one file, the first is built before the second."""
    write(PLAIN_DECK)
    write(PLAIN.format("Which river flows through Cairo", "The Nile"))
    written: set[str] = set()
    for example in examples:
        file = example.partition("\n")[0]
        if file in written:
            build_it(1)
        write(example)
        written.add(file)
    HAPPENINGS.get(name, lambda: None)()
    _, problems = load_all(sorted(DECK.parent.iterdir()))
    if name == "changed-lock":
        problems += a_lock_changed_during_a_build()
    if name in ("locked", "unwritable", "lost-lock", "future-stamp"):
        problems += build_it(100, locked=name == "locked")
    return problems


@pytest.mark.parametrize("name", OWN_PROBLEMS)
def test_the_page_shows_each_problem_as_it_is_printed(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = _BLOCK.findall(part(name, PROBLEMS_PAGE))
    (shown,) = (text for language, text in blocks if language == "text")
    printed = [
        str(each) for each in problems_of(name, (text for language, text in blocks if language in ("yaml", "css")))
    ]
    printed = [re.sub(r"\.rivers\.apkg\.\d+\.part", "rivers.apkg", line) for line in printed]
    if os.name == "nt":  # the system's own words
        shown = shown.replace("(Is a directory)", "(Permission denied)")
    assert f"[{name}]\n" in shown
    assert shown.splitlines() == printed


def test_actions_are_pinned_by_their_commits() -> None:
    """A tag can be moved to other code."""
    root = Path(__file__).parent.parent
    used = [line.partition("uses:")[2].strip() for path in (root / ".github").rglob("*.yml")
            for line in path.read_text("utf-8").splitlines() if "uses:" in line]  # fmt: skip
    assert used
    assert [each for each in used if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40}  # v[\d.]+", each)] == []
