"""No command does more than its share: what takes the square of a deck's size shows in how often its lines run.

Every command runs on decks that are awkward in one way each, of N cards and of four times as many, and every line of
ours that runs is counted. A line may run four times as often, or a little more; one that runs sixteen times as often is
a loop in a loop. No clock is read, so a busy machine changes nothing. What patterns and libraries take is timed in
test_hangs.py.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest
from author import Author
from click.testing import CliRunner, Result

import studydeck
from studydeck.checks import given
from studydeck.cli import main
from studydeck.text import words

N = 12
#: Times as often that a line may run for four times the cards, and how often it may run anyway.
MOST, FLOOR = 6, 30 * N
OURS = str(Path(studydeck.__file__).parent)

Line = tuple[CodeType, int]


def lines_run(run: Callable[[], object], below: str = OURS) -> Counter[Line]:
    """How often each line of the files below a folder runs."""
    counts: Counter[Line] = Counter()

    def in_function(frame: FrameType, event: str, _: Any) -> Any:
        if event == "line":
            counts[frame.f_code, frame.f_lineno] += 1
        return in_function

    before = sys.gettrace()
    sys.settrace(lambda frame, *_: in_function if frame.f_code.co_filename.startswith(below) else None)
    try:
        run()
    finally:
        sys.settrace(before)
    return counts


def too_often(few: Counter[Line], many: Counter[Line]) -> list[str]:
    """The lines that run too often for four times the cards, `few` for N, worst first."""
    worst = [(count, line) for line, count in many.items() if count > MOST * few[line] and count > FLOOR]
    return [
        f"{code.co_filename}:{number} ({code.co_name}) ran {few[code, number]} and {count} times"
        for count, (code, number) in sorted(worst, key=lambda each: -each[0])
    ]


# --- awkward decks -------------------------------------------------------------------------------


def cards(line: str) -> Callable[[Author, int], None]:
    """A deck of cards, each from a `line` with its number, and the size of the deck, so that no two decks share one."""

    def write(author: Author, size: int) -> None:
        author.section("".join(line.format(n=n, size=size) for n in range(size)))

    return write


def one_card(piece: str, key: str = "answer") -> Callable[[Author, int], None]:
    """A deck of one card, whose answer has so many pieces."""

    def write(author: Author, size: int) -> None:
        text = " ".join(piece.format(n=n, size=size) for n in range(size))
        other = "question: What is it?\n  " if key == "answer" else ""
        author.section(f"- id: one\n  {other}{key}: |-\n    {text.replace('@', f'{chr(10)}    ')}\n")

    return write


def files(author: Author, size: int) -> None:
    for n in range(size):
        asked = f"- {{question: What is {n} of {size}?, answer: River {n}}}\n"
        author.section(asked, name=f"Part {n}", file=f"part{n}.yaml")


def subdecks(author: Author, size: int) -> None:
    files(author, size)
    listed = ", ".join(f"part{n}" for n in range(size))
    author.write("deck.yaml", f"deck: Rivers\nuid: testtesttest\nsubdecks: true\nsections: [{listed}]\n")


def media(there: str, written: str) -> Callable[[Author, int], None]:
    def write(author: Author, size: int) -> None:
        for n in range(size):
            author.write(f"media/{there.format(n=n)}", b"<svg xmlns='http://www.w3.org/2000/svg'/>")
        shown = [f"- {{question: What is {n}?, answer: 'It is ![a]({written.format(n=n)})'}}\n" for n in range(size)]
        author.section("".join(shown))

    return write


def material(revised: bool) -> Callable[[Author, int], None]:
    def write(author: Author, size: int) -> None:
        asked = "- {{id: a{n}, question: What of {n}?, answer: River {n}, source: p{p}s1}}\n"
        author.section("".join(asked.format(n=n, p=n + 1) for n in range(size)), name="Overview", file="overview.yaml")
        author.write("deck.yaml", "deck: Rivers\nuid: testtesttest\nmaterial: {path: ../atlas.txt}\n")
        text = [f"River {n} flows through city {n}. It may flood field {n}." for n in range(size)]
        (author.folder.parent / "atlas.txt").write_text("\n\n".join(text), encoding="utf-8")
        CliRunner().invoke(main, ["source", "stamp", str(author.folder)])
        if revised:
            text = [f"A new sentence {n}. {each.replace('flood', 'water')}" for n, each in enumerate(text[::-1])]
            (author.folder.parent / "atlas.txt").write_text("\n\n".join(text), encoding="utf-8")

    return write


DECKS: dict[str, Callable[[Author, int], None]] = {
    "plain": cards("- {{id: a{n}, question: What is {n} of {size}?, answer: River {n}}}\n"),
    "no ids": cards("- {{question: What is {n} of {size}?, answer: River {n}}}\n"),
    "no ids and one beginning": cards(
        "- {{question: Which river flows through the city that is the largest of all in {n}?, answer: River {n}}}\n"
    ),
    "one answer": cards("- {{id: a{n}, question: What is {n} of {size}?, answer: The river}}\n"),
    "one question": cards("- {{id: a{n}, question: What is it?, answer: River {n}}}\n"),
    "one id": cards("- {{id: a, question: What is {n} of {size}?, answer: River {n}}}\n"),
    "files": files,
    "subdecks": subdecks,
    "pictures": media("delta{n}.svg", "delta{n}.svg"),
    "missing pictures": media("delta{n}.svg", "nile{n}.png"),
    "unknown keys": cards("- {{id: a{n}, question: What is {n}?, answer: River {n}, wrong{n}: x}}\n"),
    "warnings": cards("- {{id: a{n}, question: Is it {n}?, answer: 'Yes, {n} and {size}'}}\n"),
    "accepted warnings": cards("- {{id: a{n}, question: Is it {n}?, answer: 'Yes {size}', ok: [yes-no]}}\n"),
    "tags": cards("- {{id: a{n}, question: What is {n}?, answer: River {n}, tags: [t{n}, u{n}]}}\n"),
    "languages": cards("- {{id: a{n}, question: What is {n}?, answer: River {n}, language: de}}\n"),
    "all keys": cards(
        "- {{id: a{n}, question: What is {n}?, answer: [River {n}, Lake {n}], hint: H {n}, details: D {n}, "
        "reverse: true, typed: true, source: p{n}s1}}\n"
    ),
    "gaps": cards("- {{id: a{n}, cloze: 'The {{{{c1::river {n}}}}} and {{{{c2::lake {size}}}}}'}}\n"),
    "gaps in one card": one_card("{{{{c{n}::river {size}}}}} and", "cloze"),
    "formulas in one card": one_card(r"the $\frac{{a_{n}}}{{{size}}}$"),
    "code in one card": one_card("@```python@x = {n} + {size}@```@"),
    "tables in one card": one_card("@| a{n} |@"),
    "pictures in one card": one_card("![a {size}](nile{n}.png)"),
    "deep list": one_card("-"),
    "deep quote": one_card(">"),
    "deep YAML": lambda author, size: author.section(f"- {{question: What is it?, answer: {'[' * size}}}\n"),
    "checks": lambda author, size: author.write(
        "deck.yaml", "deck: Rivers\nuid: testtesttest\nchecks:\n" + "".join(f"  long{n}: off\n" for n in range(size))
    ),
    "material": material(revised=False),
    "revised material": material(revised=True),
}


# --- every command -------------------------------------------------------------------------------


def runs(home: Path) -> dict[str, list[str]]:
    """The commands to run in turn, the same build after an edit among them."""
    deck, out = str(home / "rivers"), str(home / "dist")
    package = str(home / "dist" / "rivers.apkg")
    return {
        "check": ["check", deck],
        "plan": ["plan", deck],
        "build": ["build", deck, "-o", out],
        "build, nothing changed": ["build", deck, "-o", out],
        "build after an edit": ["build", deck, "-o", out],
        "build --locked": ["build", deck, "-o", out, "--locked"],
        "plan --against": ["plan", deck, "--against", package],
        "export": ["export", deck, "--to", "print", "-o", str(home / "page.html")],
        "coverage": ["coverage", deck],
        "source status": ["source", "status", deck],
        "source fix": ["source", "fix", deck],
        "source stamp": ["source", "stamp", deck],
        "ids": ["ids", deck],
        "ids --write": ["ids", deck, "--write"],
        "import": ["import", package, "--deck", str(home / "again")],
        "build after a rewrite": ["build", deck, "-o", out],
        "fork": ["fork", deck],
    }


def edit(author: Author, name: str, size: int) -> None:
    """What the author does before some commands."""
    path = sorted(author.folder.glob("*.yaml"))[-1]
    text = path.read_text("utf-8")
    if name == "build after an edit":
        path.write_text(text.replace("River 1", "River one", 1), encoding="utf-8")
    elif name == "build after a rewrite":
        path.write_text(text.replace("River", f"Stream {size}").replace("What", "Which"), encoding="utf-8")


def counted(home: Path, deck: Callable[[Author, int], None], size: int) -> dict[str, Counter[Line]]:
    author = Author(home / str(size))
    deck(author, size)
    counts = {}
    sourced = (author.folder / "material.lock").exists()
    for name, command in runs(author.folder.parent).items():
        if command[0] in ("source", "coverage") and not sourced:
            continue
        edit(author, name, size)
        done: list[Result] = []
        counts[name] = lines_run(partial(_run, command, done))
        assert done[0].exception is None or isinstance(done[0].exception, SystemExit), (name, done[0].exception)
    return counts


def _run(command: list[str], done: list[Result]) -> None:
    done.append(CliRunner().invoke(main, command))


@pytest.mark.parametrize("name", DECKS)
def test_no_command_runs_a_line_far_more_often_for_four_times_the_deck(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(os.environ, "STUDYDECK_CACHE", str(tmp_path / "cache"))
    # What is compared with all others up to a limit is so here, too.
    monkeypatch.setattr(words, "_MOST_COMPARED", N * N // 2)
    monkeypatch.setattr(given, "_MOST_SHOWING", N)
    counted(tmp_path / "warm", DECKS[name], 3)
    few, many = (counted(tmp_path, DECKS[name], size) for size in (N, 4 * N))
    assert {each: slow for each in few if (slow := too_often(few[each], many[each]))} == {}


def test_a_loop_in_a_loop_is_seen_and_a_loop_is_not() -> None:
    def square(size: int) -> Callable[[], object]:
        def run() -> None:
            for each in range(size):
                for _ in range(each):
                    pass

        return run

    def line(size: int) -> Callable[[], object]:
        return lambda: [str(a + b) for a, b in pairwise(range(100 * size))]

    assert too_often(lines_run(square(N), __file__), lines_run(square(4 * N), __file__))
    assert not too_often(lines_run(line(N), __file__), lines_run(line(4 * N), __file__))
