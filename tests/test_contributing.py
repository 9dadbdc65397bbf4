"""CONTRIBUTING.md can be followed: each of its changes is made in a copy of the program, and works as it shows."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from test_docs import PLAIN_DECK, ROOT, part, split, write

PAGE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_NAMED = re.compile(r"# (\S+?)(, at the end)?\n")
_COMMAND = re.compile(r"^\$ studydeck (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)


def change(program: Path, diff: str) -> None:
    """Makes a change in the file that the first line of `diff` names; its other lines are shown as they are there."""
    name, _, lines = diff.removeprefix("--- ").partition("\n")
    old, new = ("".join(re.findall(rf"^[ {sign}](.*\n)", lines, re.MULTILINE)) for sign in "-+")
    text = (program / name).read_text("utf-8")
    assert text.count(old) == 1, f"{name} hasn't these lines once: {old}"
    (program / name).write_text(text.replace(old, new), "utf-8")


def add(program: Path, code: str) -> None:
    """Writes a new file, or adds to the end of one."""
    named = _NAMED.match(code)
    assert named, "code starts with a comment that names its file"
    path = program / named[1]
    assert path.exists() == bool(named[2]), path
    before = path.read_text("utf-8") + "\n\n" if named[2] else ""
    path.write_text(before + code[named.end() :], "utf-8")


def studydeck(program: Path, command: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(program.parent), "PYTHONUTF8": "1"}
    words = [sys.executable, "-P", "-m", "studydeck", *split(command)]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).replace("\\", "/")


@pytest.mark.parametrize("title", re.findall(r"^### (.+)$", PAGE, re.MULTILINE))
def test_what_the_page_adds_works_as_it_shows(title: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "builder" / "studydeck"
    shutil.copytree(ROOT / "builder" / "studydeck", program, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.chdir(tmp_path)
    write(PLAIN_DECK)
    ran = 0
    for language, text in _BLOCK.findall(part(title, PAGE)):
        if language == "diff":
            change(program, text)
        elif language == "python":
            add(program, text)
        elif language == "yaml":
            write(text)
        elif language == "text":
            name, _, rest = text.removeprefix("# ").partition("\n")
            Path(name).write_text(rest, "utf-8")
        for command, shown in _COMMAND.findall(text) if language == "console" else ():
            assert studydeck(program, command) == shown, command
            ran += 1
    assert ran == 1
