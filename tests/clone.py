"""A stranger's clone of this repository, and commands run in it as in a terminal of theirs."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
BIN = "Scripts" if os.name == "nt" else "bin"


def terminal() -> dict[str, str]:
    """The environment of a terminal of theirs: without what our Python, or the make that runs the suite, put there."""
    ours = ("PYTHON", "VIRTUAL_ENV", "MAKE", "MFLAGS")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def tried(words: Sequence[object], cwd: Path, more: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    command = list(map(str, words))
    return subprocess.run(command, cwd=cwd, env={**terminal(), **more}, capture_output=True, text=True, check=False)


def run(*command: object, cwd: Path, **more: str) -> str:
    done = tried(command, cwd, more)
    assert done.returncode == 0, f"{done.args}\n{done.stdout}{done.stderr}"
    return done.stdout


def working_clone(target: Path) -> Path:
    """A git repository of the files as they are now, committed or not."""
    names = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT)
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    git(target, "init", "-q", "-b", "main")
    git(target, "add", "-A")
    git(target, "commit", "-q", "-m", "all")
    return target


def git(folder: Path, *words: str, check: bool = True) -> str:
    author = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    done = tried(["git", *author, *words], folder, {})
    assert done.returncode == 0 or not check, f"{done.args}\n{done.stdout}{done.stderr}"
    return done.stdout
