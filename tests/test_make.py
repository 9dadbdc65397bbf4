"""The Makefile in a stranger's clone: whatever happened to .venv, `make` runs the code that lies there."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from clone import BIN, git, run, terminal, working_clone

DECK = "cards/magnesium-and-inflammation"

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt" or not shutil.which("make"), reason="needs make")]


class Clone:
    """A clone of an upstream repository in which somebody releases."""

    def __init__(self, home: Path) -> None:
        self.upstream = working_clone(home / "upstream")
        self.folder = home / "clone"
        git(home, "clone", "-q", str(self.upstream), str(self.folder))

    def release(self, version: str, *edits: tuple[str, str, str]) -> None:
        init = next(each for each in self.upstream.rglob("__init__.py") if '__version__ = "' in each.read_text("utf-8"))
        init.write_text(re.sub('(?<=__version__ = ")[^"]*', version, init.read_text("utf-8")), "utf-8")
        for name, old, new in edits:
            text = (self.upstream / name).read_text("utf-8")
            assert old in text
            (self.upstream / name).write_text(text.replace(old, new), "utf-8")
        git(self.upstream, "commit", "-q", "-a", "-m", version)

    def make(self, *words: str) -> str:
        return run("make", f"PYTHON={sys.executable}", *words, cwd=self.folder)

    @property
    def version(self) -> str:
        return run(self.folder / ".venv" / BIN / "studydeck", "--version", cwd=self.folder).split()[1]


@pytest.mark.installs
def test_git_pull_and_make_run_the_new_code_whatever_happened_to_the_environment(tmp_path: Path) -> None:
    clone = Clone(tmp_path)
    assert "dist/" in clone.make()
    assert "Setting up" not in clone.make()

    clone.release("9.1")  # one that changes nothing but code needs no set-up
    git(clone.folder, "pull", "-q")
    assert "Setting up" not in clone.make()
    assert clone.version == "9.1"

    clone.release("9.2", ("pyproject.toml", "[project.scripts]\n", '[project.scripts]\nsecond = "json.tool:main"\n'))
    git(clone.folder, "pull", "-q")
    clone.make()
    assert (clone.folder / ".venv" / BIN / "second").exists()

    python = clone.folder / ".venv" / BIN / "python"  # a package over the editable install
    run(python, "-m", "pip", "install", "-q", "--force-reinstall", "--no-deps", str(clone.folder), cwd=clone.folder)
    clone.release("9.3")
    git(clone.folder, "pull", "-q")
    assert clone.version == "9.2"
    clone.make()
    assert clone.version == "9.3"

    clone.folder = clone.folder.rename(tmp_path / "a clone elsewhere")  # a clone that was moved
    clone.make()
    assert clone.version == "9.3"
    run(clone.folder / ".venv" / BIN / "python", "-I", ".ci/ours.py", cwd=clone.folder)
    for link in (clone.folder / ".venv" / BIN).glob("python*"):  # a Python that the system replaced by another
        link.unlink()
        link.symlink_to("/nowhere/python3.0")
    clone.make()
    assert clone.version == "9.3"


@pytest.mark.installs
def test_preview_and_verify_set_up_the_engine_and_leave_the_editable_install(tmp_path: Path) -> None:
    clone = Clone(tmp_path)
    assert "all checks passed" in clone.make("verify", f"DECK={DECK}")
    words = ["make", f"PYTHON={sys.executable}", "preview", f"DECK={DECK}"]
    environment = {**terminal(), "BROWSER": "true"}
    with subprocess.Popen(
        words, cwd=clone.folder, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith(f"{DECK} is at http://127.0.0.1:")
        os.killpg(process.pid, signal.SIGINT)
    clone.release("9.1")
    git(clone.folder, "pull", "-q")
    assert clone.version == "9.1"
