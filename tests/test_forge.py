"""What the forge reads: every YAML file fits its schema, actions are pinned, and a release is what its script makes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from clone import ROOT, git, working_clone

FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("[!c]*.yml"))
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
FILES = {
    "github-workflows": WORKFLOWS,
    "github-actions": [ROOT / "action.yml"],
    "dependabot": [ROOT / ".github" / "dependabot.yml"],
    "github-issue-forms": FORMS,
    "github-issue-config": [ROOT / ".github" / "ISSUE_TEMPLATE" / "config.yml"],
}


def check(schema: str, *paths: Path) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("schema", FILES)
def test_every_file_that_the_forge_reads_fits_its_schema(schema: str) -> None:
    assert FILES[schema]
    check(schema, *FILES[schema])


def test_pre_commit_takes_the_hooks() -> None:
    command = [sys.executable, "-m", "pre_commit", "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def uses(value: Any) -> Iterator[str]:
    """The actions that a workflow or an action names."""
    if isinstance(value, dict):
        if isinstance(value.get("uses"), str):
            yield value["uses"]
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from uses(each)


def test_actions_are_pinned_to_one_commit_each_with_its_version_beside_it() -> None:
    pins: dict[str, set[str]] = {}
    for path in (*WORKFLOWS, ROOT / "action.yml"):
        text = path.read_text("utf-8")
        for name in uses(yaml.safe_load(text)):
            action, _, commit = name.partition("@")
            assert re.fullmatch("[0-9a-f]{40}", commit), f"{path.name}: {name}"
            assert re.search(rf"{re.escape(name)} # v\d+\.\d+\.\d+$", text, re.MULTILINE), f"{path.name}: {name}"
            pins.setdefault(action, set()).add(commit)
    assert len(pins) >= 4
    assert all(len(commits) == 1 for commits in pins.values()), pins


def test_nothing_that_a_stranger_names_gets_into_a_script() -> None:
    """A branch or a title with $(…) in its name runs where an expression stands in a script (GitHub's hardening)."""
    for path in (*WORKFLOWS, ROOT / "action.yml"):
        for script in re.findall(r"^\s*(?:- )?run: (.*(?:\n\s{8,}.*)*)", path.read_text("utf-8"), re.MULTILINE):
            assert "${{" not in script, f"{path.name}: {script}"


def test_every_id_of_a_form_is_its_own() -> None:
    for path in FORMS:
        ids = [each["id"] for each in yaml.safe_load(path.read_text("utf-8"))["body"] if "id" in each]
        assert len(ids) == len(set(ids)) > 0


def notes(folder: Path, changelog: str, version: str = "1.2.3") -> subprocess.CompletedProcess[str]:
    (folder / "CHANGELOG.md").write_text(changelog, "utf-8")
    command = [sys.executable, str(ROOT / ".ci" / "notes.py"), version]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False)


def test_a_releases_notes_are_its_part_of_the_changelog(tmp_path: Path) -> None:
    later, before = "## [Unreleased]\n\n- later\n", "## 1.2 - 2025-01-01\n"
    this = "## [1.2.3] - 2026-01-31\n\n### Fixed\n\n- é\n"
    assert notes(tmp_path, f"# Changelog\n\n{later}\n{this}\n{before}").stdout == "### Fixed\n\n- é\n"


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("## 1.2.30 - 2026-01-31\n- a\n", "has 0 parts on 1.2.3"),
        ("## 1.2.3 - 2026-01-31\n- a\n## 1.2.3 - 2026-01-31\n- a\n", "has 2 parts"),
        ("## 1.2.3 - unreleased\n- a\n", "has no date for 1.2.3"),
        ("## 1.2.3 - 2026-01-31\n\n", "says nothing about 1.2.3"),
    ],
)
def test_a_release_without_notes_is_none(tmp_path: Path, part: str, words: str) -> None:
    done = notes(tmp_path, part)
    assert done.returncode == 1
    assert words in done.stderr


@pytest.mark.slow
@pytest.mark.installs
@pytest.mark.skipif(sys.platform == "win32", reason="releases are made on Linux")
def test_the_release_script_builds_tries_and_describes_what_is_published(tmp_path: Path) -> None:
    clone = working_clone(tmp_path / "clone")
    (init,) = (each for each in clone.rglob("__init__.py") if '__version__ = "' in each.read_text("utf-8"))
    init.write_text(re.sub('(?<=__version__ = ")[^"]*', "9.1.0", init.read_text("utf-8")), "utf-8")
    (clone / "CHANGELOG.md").write_text("# Changelog\n\n## 9.1.0 - 2026-01-31\n\n- All of it.\n", "utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"

    def release(tag: str) -> subprocess.CompletedProcess[str]:
        command = [str(clone / ".ci" / "release"), tag]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    done = release("v9.1.0")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "studydeck, version 9.1.0" in done.stdout or "studydeck 9.1.0" in done.stdout
    assert "3 notes, 4 cards: 3 new" in done.stdout
    made = clone / "build" / "release"
    assert (made / "notes.md").read_text("utf-8") == "- All of it.\n"
    packages = sorted(each.name for each in (made / "packages").iterdir())
    assert packages == ["studydeck-9.1.0-py3-none-any.whl", "studydeck-9.1.0.tar.gz"]
    changed = {line[3:] for line in git(clone, "status", "--porcelain", "--untracked-files=all").splitlines()}
    assert changed == {"CHANGELOG.md", init.relative_to(clone).as_posix()}
    wrong = release("v9.2.0")
    assert wrong.returncode == 1
    assert "CHANGELOG.md has 0 parts on 9.2.0" in wrong.stderr
