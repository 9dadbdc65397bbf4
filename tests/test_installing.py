"""What a message says to run, run: the command it names installs the extra into the studydeck that printed it."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
import tomllib
from pathlib import Path
from typing import NamedTuple

import pytest
from clone import BIN, ROOT, git, run, working_clone

from studydeck import REPOSITORY

TOOLS = Path(sys.executable).parent

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="the lines are split as a POSIX shell does it"),
]


class Home(NamedTuple):
    """A user's home: a clone with its history, a wheel of it, and the folders that uv and pipx keep tools in."""

    folder: Path
    clone: Path
    wheel: Path

    def run(self, *command: object, **more: str) -> str:
        return run(*command, cwd=self.folder, **(self.environment | more))

    @property
    def environment(self) -> dict[str, str]:
        tools = {
            name: str(self.folder / name) for name in ("UV_TOOL_DIR", "UV_TOOL_BIN_DIR", "PIPX_HOME", "PIPX_BIN_DIR")
        }
        path = os.pathsep.join([str(self.folder / "UV_TOOL_BIN_DIR"), str(TOOLS), os.environ["PATH"]])
        return {**tools, "PATH": path, "PIPX_DEFAULT_PYTHON": sys.executable, "UV_PYTHON": sys.executable}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("installing")
    clone = working_clone(folder / "my clone")
    run(sys.executable, "-m", "build", "--wheel", "--outdir", folder, clone, cwd=folder)
    (wheel,) = folder.glob("*.whl")
    return clone, wheel


@pytest.fixture
def home(made: tuple[Path, Path], tmp_path: Path) -> Home:
    clone, wheel = made
    shutil.copytree(clone, tmp_path / clone.name, symlinks=True)
    shutil.copy(wheel, tmp_path / wheel.name)
    return Home(tmp_path, tmp_path / clone.name, tmp_path / wheel.name)


def said(home: Home, python: Path, what: str = "install_line('print')", **more: str) -> str:
    return home.run(python, "-c", f"from studydeck.installing import *; print({what})", **more).strip()


def has(home: Home, python: Path, module: str = "latex2mathml") -> bool:
    found = home.run(python, "-c", f"import importlib.util; print(importlib.util.find_spec({module!r}) is not None)")
    return found.strip() == "True"


def fresh(home: Home, *requirement: object, **more: str) -> Path:
    """A Python with pip that has studydeck. uv makes it, for it takes a tenth of pip's time."""
    home.run("uv", "venv", "--quiet", "--seed", "venv")
    python = home.folder / "venv" / BIN / "python"
    home.run("uv", "pip", "install", "--quiet", "--python", python, *requirement, **more)
    return python


def follow(home: Home, python: Path, **more: str) -> str:
    """Runs the line that `python` says, and returns it; the extra was not there before, and is there then."""
    assert not has(home, python)
    line = said(home, python, **more)
    home.run(*shlex.split(line), **more)
    assert has(home, python)
    assert said(home, python, **more) == line  # it came from where it did before
    return line


@pytest.mark.installs
def test_an_editable_checkout_stays_one(home: Home) -> None:
    python = fresh(home, "--editable", home.clone)
    assert follow(home, python) == f"{python} -m pip install --editable {shlex.quote(f'{home.clone}[print]')}"
    where = home.run(python, "-c", "import studydeck; print(studydeck.__file__)")
    assert Path(where.strip()).is_relative_to(home.clone)
    pull, install = said(home, python, "update_line()").split(", then ")
    assert pull == f"git -C {shlex.quote(str(home.clone))} pull"
    home.run(*shlex.split(install))


@pytest.mark.installs
def test_a_folder_without_git_is_no_checkout_to_pull(home: Home) -> None:
    shutil.rmtree(home.clone / ".git")
    python = fresh(home, home.clone)
    assert follow(home, python) == f"{python} -m pip install {shlex.quote(f'{home.clone}[print]')}"
    assert said(home, python, "update_line()").startswith("get a newer one from https://github.com/")


def test_a_wheel_is_named_and_its_requirements_once_it_is_gone(home: Home) -> None:
    python = fresh(home, home.wheel)
    assert said(home, python) == f"{python} -m pip install {shlex.quote(f'{home.wheel}[print]')}"
    home.wheel.rename(home.folder / "elsewhere")
    assert follow(home, python) == f"{python} -m pip install 'latex2mathml>=3.77'"


@pytest.mark.installs
def test_a_git_address_and_its_revision_are_named(home: Home) -> None:
    address = f"git+{home.clone.as_uri()}@main"
    python = fresh(home, f"studydeck @ {address}")
    assert follow(home, python) == f"{python} -m pip install 'studydeck[print] @ {address}'"
    assert said(home, python, "update_line()") == f"{python} -m pip install --upgrade 'studydeck @ {address}'"


def test_an_index_is_asked_only_where_it_has_this_studydeck(home: Home) -> None:
    index = {"PIP_FIND_LINKS": str(home.folder), "UV_FIND_LINKS": str(home.folder)}
    python = fresh(home, "studydeck", **index)
    assert follow(home, python, **index) == f"{python} -m pip install 'studydeck[print]'"
    assert said(home, python, "update_line()") == f"{python} -m pip install --upgrade studydeck"


def test_an_environment_without_pip_is_filled_by_uv(home: Home) -> None:
    home.run("uv", "venv", "--quiet", "venv")
    python = home.folder / "venv" / BIN / "python"
    home.run("uv", "pip", "install", "--quiet", "--python", python, home.wheel)
    line = f"uv pip install --python {python} {shlex.quote(f'{home.wheel}[print]')}"
    assert follow(home, python) == line
    assert said(home, python, "pip_line('x')") == f"uv pip install --python {python} x"


@pytest.mark.installs
def test_uvs_and_pipxs_tools_are_installed_anew_with_the_extras_that_they_have(home: Home) -> None:
    home.run("uv", "tool", "install", "--quiet", f"{home.clone}[material]")
    home.run("pipx", "install", "--quiet", f"{home.clone}[material]")
    spec = shlex.quote(f"{home.clone}[material,print]")
    uv = home.folder / "UV_TOOL_DIR" / "studydeck" / BIN / "python"
    pipx = home.folder / "PIPX_HOME" / "venvs" / "studydeck" / BIN / "python"
    for python, line in ((uv, f"uv tool install {spec}"), (pipx, f"pipx install --force {spec}")):
        assert follow(home, python) == line
        assert has(home, python, "markdownify")
    git(home.clone, "clone", "-q", str(home.clone), str(home.folder / "other"))
    address = f"git+{(home.folder / 'other').as_uri()}"
    home.run("uv", "tool", "install", "--quiet", "--force", f"studydeck @ {address}")
    home.run("pipx", "install", "--quiet", "--force", f"studydeck @ {address}")
    for python, line in ((uv, "uv tool upgrade studydeck"), (pipx, "pipx upgrade studydeck")):
        assert said(home, python, "update_line()") == line
        home.run(*shlex.split(line))


def test_the_readmes_lines_work_from_the_repositorys_address(home: Home) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    lines = re.findall(rf"^.*{re.escape(f'git+{REPOSITORY}')}.*$", readme, re.MULTILINE)
    uv, pipx, uvx = (line.replace(REPOSITORY, home.clone.as_uri()) for line in lines)
    for line, place in ((uv, "UV_TOOL_BIN_DIR"), (pipx, "PIPX_BIN_DIR")):
        home.run(*shlex.split(line))
        assert home.run(home.folder / place / "studydeck", "--version").startswith("studydeck ")
    assert home.run(*shlex.split(uvx, comments=True)).startswith("Usage: studydeck ")


def test_uvx_is_to_be_started_with_the_extra(home: Home) -> None:
    words = ["uvx", "--quiet", "--from"]
    program = ["python", "-c", "from studydeck.installing import *; print(install_line('print')); print(update_line())"]
    line, update = home.run(*words, home.clone, *program).splitlines()
    assert line == f"uvx --from {shlex.quote(f'{home.clone}[print]')} studydeck"
    assert home.run(*shlex.split(line), "--version").startswith("studydeck ")
    *words_with_it, _ = shlex.split(line)
    assert home.run(*words_with_it, "python", "-c", "import latex2mathml; print('here')") == "here\n"
    assert update.startswith("git -C ")
    git_address = f"studydeck @ git+{home.clone.as_uri()}"
    _, update = home.run(*words, git_address, *program).splitlines()
    assert update == f"uvx --refresh --from {shlex.quote(git_address)} studydeck"


def test_a_checkout_that_is_only_run_from_names_itself(home: Home) -> None:
    home.run("uv", "venv", "--quiet", "--seed", "venv")
    python = home.folder / "venv" / BIN / "python"
    line = said(home, python, PYTHONPATH=str(home.clone / "builder"))
    assert line == f"{python} -m pip install --editable {shlex.quote(f'{home.clone}[print]')}"


def test_an_extra_that_is_asked_for_exists() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    program = "\n".join(path.read_text("utf-8") for path in (ROOT / "builder").rglob("*.py"))
    asked = set(re.findall(r"install_line\(['\"](\w+)['\"]\)", program))
    assert asked == {"anki", "material", "packages", "sync"}
    assert asked <= set(extras)
    assert not re.search(r"pip install (?!')", re.sub(r"`pip install[^`]*`", "", program))
