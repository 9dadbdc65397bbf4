"""The docs keep up with the program: nothing that a reader may need is missing, and every example is real."""

from __future__ import annotations

import os
import re
import runpy
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser
from test_history import git

from studydeck.checks.judgements import OF_THE_MATERIAL
from studydeck.cli import main
from studydeck.commands.locked import lock_changes
from studydeck.commands.sources import stamp_sources
from studydeck.decks import load_all
from studydeck.installing import update_line
from studydeck.kinds import ITEM_KEYS, card_keys
from studydeck.model import PROBLEMS, Problem
from studydeck.pipeline import build, load
from studydeck.reading.keys import CREDIT_KEYS, DECK_KEYS, MATERIAL_KEYS, NOTE_TYPE_KEYS, SECTION_KEYS, TEMPLATE_KEYS
from studydeck.reading.parts import PART_KEYS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
COMMANDS_PAGE = (ROOT / "docs" / "commands.md").read_text("utf-8")
KEYS_PAGE = (ROOT / "docs" / "keys.md").read_text("utf-8")
PROBLEMS_PAGE = (ROOT / "docs" / "problems.md").read_text("utf-8")
CHECKS_PAGE = (ROOT / "docs" / "checks.md").read_text("utf-8")
SHARING_PAGE = (ROOT / "docs" / "sharing.md").read_text("utf-8")
PAGES = [
    *(ROOT / f"{name}.md" for name in ("README", "CHANGELOG", "CONTRIBUTING")),
    *sorted((ROOT / "docs").glob("*.md")),
]
GUIDE = ("writing", "building", "regenerating", "commands")
#: The pages that can be followed as they are, each list from top to bottom in a folder of its own.
FOLLOWED = {
    "README": ["README.md"],
    "guide": [f"docs/{each}.md" for each in GUIDE],
    "note types": ["docs/note-types.md"],
    "occlusion": ["docs/occlusion.md"],
    "lists": ["docs/lists.md"],
}
DECK = Path("cards/rivers")

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_FILE = re.compile(r"(?:# |/\* |<!-- )([\w./-]+\.(?:yaml|css|html|svg))(?: \*/| -->)?\n")


def part(title: str, page: str) -> str:
    """The text under a heading, up to the next heading of its rank or a higher one."""
    page = _BLOCK.sub(lambda block: block[0].replace("\n#", "\n\0"), page)
    found = re.search(rf"^(#+) {re.escape(title)}\n", page, re.MULTILINE)
    assert found, f"there is no heading '{title}'"
    rest = re.split(rf"^#{{1,{len(found[1])}}} ", page[found.end() :], maxsplit=1, flags=re.MULTILINE)[0]
    return rest.replace("\0", "#")


def headings(page: str) -> list[tuple[int, str]]:
    return [(len(marks), title) for marks, title in re.findall(r"^(#+) (.+)$", _BLOCK.sub("", page), re.MULTILINE)]


#: The problems with a part in docs/problems.md. Those of docs/checks.md are tried in test_warnings.py.
OWN_PROBLEMS = [title for rank, title in headings(PROBLEMS_PAGE) if rank == 3]


def first_cells(text: str) -> list[str]:
    """The names in the first column of a part's tables."""
    return [name for row in re.findall(r"^\| (`.*?) \|", text, re.MULTILINE) for name in re.findall(r"`([^`]+)`", row)]


def write(block: str) -> None:
    """Writes an example of a file into the deck's folder, under the name in its first line."""
    named = _FILE.match(block)
    assert named, f"an example starts with a comment that names its file: {block[:60]}"
    DECK.mkdir(parents=True, exist_ok=True)
    (DECK / named[1]).parent.mkdir(parents=True, exist_ok=True)
    (DECK / named[1]).write_bytes(block.encode())


# --- nothing is missing --------------------------------------------------------------------------


def test_the_readme_has_its_parts_in_order_on_200_lines() -> None:
    assert [title for rank, title in headings(README) if rank < 3] == [
        "studydeck",
        "The two commands",
        "A card on your phone in five minutes",
        "The promise",
        "Where to read on",
        "Contributing",
        "Licence",
    ]
    assert len(README.splitlines()) <= 200


def test_the_readme_leads_to_every_page() -> None:
    linked = {link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", part("Where to read on", README))}
    assert linked >= {"CHANGELOG.md", *(f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md"))}


def test_the_generated_parts_are_those_of_the_program() -> None:
    """If this fails: make docs"""
    for path, text in runpy.run_path(str(ROOT / "docs" / "generate.py"))["pages"]().items():
        assert path.read_text("utf-8") == text, path.name


def commands(group: click.Group, before: str = "") -> Iterator[tuple[str, click.Command]]:
    """The commands with their names, those of a group by two words: `source stamp`."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, f"{before}{name} ")
        elif command:
            yield f"{before}{name}", command


def test_every_command_and_option_is_in_the_docs() -> None:
    reference = part("Every command", COMMANDS_PAGE)
    shown = [title for _, title in headings(reference) if title.startswith("`studydeck ")]
    named = dict(commands(main))
    assert len(shown) == len(named)
    for name, command in named.items():
        (title,) = (each for each in shown if re.match(rf"`studydeck {name}[ `]", each))
        options = [opt for each in command.params if isinstance(each, click.Option) for opt in each.opts]
        assert sorted(first_cells(part(title, COMMANDS_PAGE))) == sorted(options), name
    context = main.make_context("studydeck", ["build"])  # Click keeps the first one's names for --help
    general = [opt for each in main.get_params(context) for opt in each.opts]
    assert "--version" in general
    for option in [*general, "NO_COLOR", "SOURCE_DATE_EPOCH", "bash_source", "zsh_source", "fish_source"]:
        assert option in reference, option


@pytest.mark.parametrize(
    ("title", "keys"),
    [
        ("deck.yaml", DECK_KEYS),
        ("credits", CREDIT_KEYS),
        ("material", MATERIAL_KEYS),
        ("Section files", SECTION_KEYS),
        ("Cards", [*card_keys(), *PART_KEYS]),
        ("Items of a list", ITEM_KEYS),
        ("note-type.yaml", [*NOTE_TYPE_KEYS, *TEMPLATE_KEYS]),
        ("templates", TEMPLATE_KEYS),
    ],
)
def test_every_yaml_key_is_in_the_docs(title: str, keys: Iterable[str]) -> None:
    assert first_cells(part(title, KEYS_PAGE)) == list(keys)


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


def test_pages_leave_the_installation_of_extras_to_make_and_to_messages() -> None:
    """`pip install 'studydeck[anki]'` reaches another Python than the one that runs, or an index without studydeck."""
    for page in PAGES:
        assert not re.search(r"pip install\W+(studydeck|\.)?\[", page.read_text("utf-8")), page.name


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


@pytest.mark.parametrize("name", FOLLOWED)
def test_the_pages_can_be_followed_from_top_to_bottom(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their files are written, their edits made, and their commands run in order; they print what the pages show."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    ran = 0
    for language, text in _BLOCK.findall("".join((ROOT / page).read_text("utf-8") for page in FOLLOWED[name])):
        if language in ("yaml", "html", "css"):
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
    assert ran > 3


@pytest.mark.skipif(not shutil.which("sh"), reason="the page's commands are a shell's")
def test_a_translation_made_as_the_page_says_has_an_identity_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(PLAIN_DECK)
    write(PLAIN.format("Which river flows through Cairo", "The Nile"))
    build_it(1)
    ((_, script),) = _BLOCK.findall(part("Forks and translations", SHARING_PAGE))
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    subprocess.run(["sh", "-e", "-c", script], env={**os.environ, "PATH": path}, check=True, stdout=subprocess.DEVNULL)
    translated = DECK.with_name("fluesse")
    loaded, problems = load_all([DECK, translated])
    assert problems == []
    names, guids = zip(*((each.known[0].id, each.known[0].guid) for each in loaded), strict=True)
    assert names == ("nile", "nile")
    assert len(set(guids)) == 2


def split(command: str) -> list[str]:
    return [quoted or word for quoted, word in re.findall(r'"([^"]*)"|(\S+)', command)]


def edit(diff: str) -> None:
    """Makes the edit that a diff of one line shows, which may become several, in the one file that has the line."""
    (old,), added = (re.findall(rf"^\{sign}(.*)$", diff, re.MULTILINE) for sign in "-+")
    new = "\n".join(added)
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


def a_translated_deck() -> None:
    cities = ("Cairo", "Vienna", "Rome", "Bonn", "Prague")
    for language, question in (("en", "Which river flows through {}?"), ("de", "Welcher Fluss fließt durch {}?")):
        (DECK / "deck.yaml").write_bytes(
            f"{PLAIN_DECK.partition(chr(10))[2].rstrip()}\nlanguage: {language}\n".encode()
        )
        rows = "".join(f"  - {{id: {city}, question: {question.format(city)}, answer: R-{city}}}\n" for city in cities)
        (DECK / "water.yaml").write_bytes(f"section: Water\ncards:\n{rows}".encode())
        if language == "en":
            build_it(1)


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


def a_shallow_clone() -> None:
    build_it(1)
    git(DECK, "init", "-q")
    git(DECK, "add", ".")
    git(DECK, "commit", "-qm", "first")
    (DECK / ".git" / "shallow").write_text(git(DECK, "rev-parse", "HEAD"))


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
    "copied-deck": a_translated_deck,
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
    "missing-history": a_shallow_clone,
}


def build_it(now: int, *, locked: bool = False) -> list[Problem]:
    loaded = load(DECK)
    assert not loaded.errors, loaded.errors
    return (locked and lock_changes(loaded, Path("dist"), now)) or list(build(loaded, Path("dist"), now).problems)


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
    if name in ("locked", "unwritable", "lost-lock", "future-stamp", "missing-history"):
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
        str(each)
        for each in problems_of(name, (text for language, text in blocks if language in ("yaml", "css", "html")))
    ]
    printed = [re.sub(r"\.rivers\.apkg\.\d+\.part", "rivers.apkg", line) for line in printed]
    printed = [line.replace(update_line(), "/usr/bin/python3 -m pip install --upgrade studydeck") for line in printed]
    if os.name == "nt":  # the system's own words
        shown = shown.replace("(Is a directory)", "(Permission denied)")
    assert f"[{name}]\n" in shown
    assert shown.splitlines() == printed


# --- the site ------------------------------------------------------------------------------------


def build_site(folder: Path, addition: str = "") -> subprocess.CompletedProcess[str]:
    """Builds the site of a copy of the docs in `folder`, with an `addition` to one of the pages."""
    for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "mkdocs.yml"):
        shutil.copy(ROOT / name, folder)
    shutil.copytree(ROOT / "docs", folder / "docs")
    with (folder / "docs" / "card.md").open("a", encoding="utf-8") as page:
        page.write(addition)
    command = [sys.executable, "-m", "mkdocs", "build", "--strict"]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_a_broken_link_stops_the_site(tmp_path: Path) -> None:
    lost = ["lost.md", "speed.md#lost", "#lost", "pictures/lost.png"]
    built = build_site(tmp_path, "".join(f"\n[lost]({link})\n" for link in lost))
    assert built.returncode != 0
    assert [link for link in lost if f"'{link}'" not in built.stderr] == []


@pytest.mark.slow
def test_the_site_is_built_in_ten_seconds_and_asks_no_other_host(tmp_path: Path, browser: Browser) -> None:
    before = os.times()
    built = build_site(tmp_path)
    after = os.times()
    assert built.returncode == 0, built.stderr
    # The processor's seconds: a busy machine takes longer for the same.
    assert sum(after[2:4]) - sum(before[2:4]) < 10
    site = tmp_path / "site"
    for made in ("index.html", "changelog.html", "contributing.html", "pictures/preview.png"):
        assert (site / made).exists(), made
    asked: list[str] = []
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=site)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        home = f"http://127.0.0.1:{server.server_port}"
        page = browser.new_page()
        page.on("request", lambda request: asked.append(request.url))
        for path in sorted(site.glob("*.html")):
            page.goto(f"{home}/{path.name}")
        page.close()
        server.shutdown()
    assert len(asked) > 50
    assert [url for url in asked if not url.startswith((home, "data:", "blob:"))] == []


class QuietHandler(SimpleHTTPRequestHandler):
    """A server of files that keeps quiet."""

    def log_message(self, *_: object) -> None:
        pass
