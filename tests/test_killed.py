"""A build killed at any moment leaves a package and a lock that the next build mends."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from author import Author

from studydeck.engine.learner import Import, Learner

CARDS = "  - {id: one, question: What is one?, answer: '1'}\n  - {question: What is two?, answer: '2'}\n"

# Stops the process dead before its n-th call that changes a folder or a file, as a kill -9 would.
KILL = """
import os, sys, pathlib
left = int(sys.argv.pop(1))
def dying(call):
    def counted(*arguments, **named):
        global left
        if left == 0:
            os._exit(9)
        left -= 1
        return call(*arguments, **named)
    return counted
os.replace = dying(os.replace)
opened = os.open
made = dying(opened)
os.open = lambda path, flags, *mode: (made if flags & os.O_CREAT else opened)(path, flags, *mode)
pathlib.Path.unlink = dying(pathlib.Path.unlink)
from studydeck.cli import main
main(sys.argv[1:])
"""


def build_and_die(author: Author, calls: int, now: int) -> int:
    command = [sys.executable, "-c", KILL, str(calls), "build", "-o", str(author.out), str(author.folder)]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(now)}
    return subprocess.run(command, env=environment, capture_output=True, check=False).returncode


@pytest.mark.parametrize("calls", range(20))
def test_a_killed_build_loses_nothing(author: Author, learner: Learner, tmp_path: Path, calls: int) -> None:
    """The learner may import what the killed build left, studies it, and imports the next build."""
    author.section(CARDS)
    author.build()
    learner.import_package(author.package)
    author.edit("answer: '1'", "answer: one")
    author.edit("What is two?", "What is 2?")
    author.section("  - {question: What is three?, answer: '3'}\n", "More", "more.yaml")
    code = build_and_die(author, calls, author.now + 50)
    assert code == (9 if calls < 19 else 0)
    half_way = tmp_path / "half-way.apkg"
    shutil.copy(author.package, half_way)
    learner.import_package(half_way)
    learner.study()
    before = learner.histories()
    author.edit("answer: one", "answer: 'One'")
    author.build(later=50)  # in the very second of the killed build
    outcome = learner.import_package(author.package)
    assert outcome.conflicting == outcome.other == 0
    after = learner.histories()
    assert {card: after[card] for card in before} == before
    assert sorted(note["Answer"] for note in learner.notes()) == ["2", "3", "One"]
    ids = {note.id for note in learner.notes()}
    with Learner() as phone:
        assert phone.import_package(author.package) == Import(3, 0, 0, 0, 0)
        assert {note.id for note in phone.notes()} == ids
    assert not list(author.folder.glob(".deck.lock.*"))
    assert [path.name for path in author.out.iterdir()] == ["rivers.apkg"]
