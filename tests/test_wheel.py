"""The wheel works outside the repository: installed in a clean venv, run in an empty folder."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent


def run(*command: object, cwd: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.installs
def test_a_wheel_in_a_clean_venv_starts_checks_and_builds_a_deck(tmp_path: Path) -> None:
    run(sys.executable, "-m", "build", "--wheel", "--outdir", tmp_path / "wheels", ROOT, cwd=tmp_path)
    (wheel,) = (tmp_path / "wheels").glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "studydeck/render/assets/card.css" in names
    top = {name.partition("/")[0] for name in names}
    assert {each for each in top if not each.endswith(".dist-info")} == {"studydeck"}
    venv.create(tmp_path / "venv", with_pip=True)
    scripts = tmp_path / "venv" / ("Scripts" if os.name == "nt" else "bin")
    run(scripts / "python", "-m", "pip", "install", "--quiet", wheel, cwd=tmp_path)
    empty = tmp_path / "empty"
    empty.mkdir()
    assert run(scripts / "studydeck", "--version", cwd=empty) == run(
        scripts / "python", "-m", "studydeck", "--version", cwd=empty
    )
    code = "from studydeck.pipeline import load, build; import importlib.util as u; print(u.find_spec('builder'))"
    assert run(scripts / "python", "-c", code, cwd=empty).strip() == "None"
    run(scripts / "studydeck", "new", "cards/first", "--name", "First", cwd=empty)
    assert run(scripts / "studydeck", "check", "--strict", cwd=empty).strip() == "1 deck, 3 cards: no problems"
    assert "3 notes, 4 cards: 3 new" in run(scripts / "studydeck", "build", cwd=empty)
    assert "draft/2020-12" in run(scripts / "studydeck", "schema", "section", cwd=empty)
    assert (empty / "dist" / "first.apkg").stat().st_size > 1000
