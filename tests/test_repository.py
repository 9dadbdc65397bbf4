"""`studydeck new --repository`: what it starts works at once, with real git, pre-commit and the action's own schema."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from clone import ROOT, git, run, working_clone
from test_forge import check

from studydeck import REPOSITORY, __version__
from studydeck.cli import main
from studydeck.pipeline import load

TOOLS = Path(sys.executable).parent
FILES = {".gitignore", ".gitattributes", "LICENSE", "README.md", ".github/workflows/deck.yml"}


def new(folder: Path, *words: str, name: str = "Rivers", code: int = 0) -> str:
    done = CliRunner().invoke(main, ["new", "--repository", str(folder), "--name", name, *words])
    assert done.exit_code == code, done.output
    return done.output


def in_shell(line: str, folder: Path) -> str:
    """Runs a line as a user who has studydeck and a name in git."""
    who = {f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    path = os.pathsep.join([str(TOOLS), os.environ["PATH"]])
    return run("sh", "-c", line, cwd=folder, PATH=path, GIT_CONFIG_GLOBAL=os.devnull, **who)


def started(folder: Path) -> Path:
    """A new repository, after the commands that `new` says come next."""
    said = new(folder)
    (line,) = (line for line in said.splitlines() if line.startswith("Next"))
    in_shell(line.partition(": ")[2].replace("git commit", "git commit -m first"), folder.parent)
    return folder


def test_it_has_what_a_shared_deck_needs_and_works_at_once(tmp_path: Path) -> None:
    folder = started(tmp_path / "a b")
    deck = folder / "cards" / "rivers"
    tracked = set(git(folder, "ls-files").splitlines())
    assert tracked >= FILES | {"cards/rivers/deck.yaml", "cards/rivers/deck.lock", "cards/rivers/.gitattributes"}
    assert not any(name.startswith("dist/") for name in tracked)
    assert git(folder, "status", "--porcelain") == ""
    assert (folder / "dist" / "rivers.apkg").is_file()
    assert load(deck).deck.license == "CC-BY-4.0"
    assert "merge: union" in git(folder, "check-attr", "merge", "cards/rivers/deck.lock")
    in_shell("studydeck check --strict", folder)
    in_shell("studydeck build --locked", folder)


def test_the_commands_of_its_readme_can_be_followed_after_a_change(tmp_path: Path) -> None:
    folder = started(tmp_path / "rivers")
    section = folder / "cards" / "rivers" / "first-section.yaml"
    section.write_text(section.read_text("utf-8").replace("It makes it last", "It makes it stay"), "utf-8")
    readme = (folder / "README.md").read_text("utf-8")
    (block,) = re.findall(r"^```sh\n(.*?)^```$", readme, re.DOTALL | re.MULTILINE)
    for command in block.splitlines():
        in_shell(command, folder)
    assert git(folder, "status", "--porcelain") == ""
    assert git(folder, "log", "--oneline").count("\n") == 2
    assert set(git(folder, "show", "--name-only", "--format=").split()) == {
        "cards/rivers/first-section.yaml",
        "cards/rivers/deck.lock",
    }
    for link in re.findall(r"\]\((?!https:)([^)]+)\)|`(cards/[^`]+)`", readme):
        assert (folder / "".join(link)).exists()


def test_its_workflow_is_valid_and_uses_this_projects_action_with_inputs_that_it_has(tmp_path: Path) -> None:
    new(tmp_path / "rivers")
    path = tmp_path / "rivers" / ".github" / "workflows" / "deck.yml"
    check("github-workflows", path)
    steps = yaml.safe_load(path.read_text("utf-8"))["jobs"]["deck"]["steps"]
    (step,) = (each for each in steps if "/studydeck@" in each["uses"])
    assert step["uses"] == f"{REPOSITORY.removeprefix('https://github.com/')}@v{__version__}"
    inputs = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))["inputs"]
    assert set(step.get("with", {})) <= set(inputs)


def test_the_page_for_maintainers_shows_the_action_and_the_hooks_as_they_are() -> None:
    page = (ROOT / "docs" / "sharing.md").read_text("utf-8")
    hooks, workflow = map(yaml.safe_load, re.findall(r"^```yaml\n(.*?)^```$", page, re.DOTALL | re.MULTILINE))
    there = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert [each["id"] for each in hooks["repos"][0]["hooks"]] == [each["id"] for each in there]
    assert all(f"`{each['entry']}`" in page for each in there)
    assert hooks["repos"][0]["repo"] == REPOSITORY
    assert workflow["jobs"]["deck"]["steps"][1]["uses"].startswith(
        f"{REPOSITORY.removeprefix('https://github.com/')}@v"
    )
    action = page.partition("### The action\n")[2].partition("\n### ")[0].rpartition("```\n")[2]
    named = set(re.findall(r"`([a-z]+):", action))
    assert named <= set(yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))["inputs"])
    assert len(named) > 3


def test_files_that_a_forge_made_stay(tmp_path: Path) -> None:
    folder = tmp_path / "rivers"
    folder.mkdir()
    (folder / "README.md").write_text("mine")
    assert f"left {folder / 'README.md'} as it is" in new(folder)
    assert (folder / "README.md").read_text() == "mine"
    assert (folder / "LICENSE").is_file()
    before = sorted(folder.rglob("*"))
    assert "already has a deck" in new(folder, code=2)
    new(folder, name="Lakes")  # a second deck
    assert set(folder.rglob("*")) > set(before)


@pytest.mark.parametrize(("name", "words"), [("a::", "--name"), ("", "--name")])
def test_what_is_refused_writes_nothing(tmp_path: Path, name: str, words: str) -> None:
    assert words in new(tmp_path / "rivers", name=name, code=2)
    assert "--tag" in new(tmp_path / "rivers", "--tag", "a b", code=2)
    assert not (tmp_path / "rivers").exists()


@pytest.mark.parametrize("name", ["# a *b* [c](d)", "أنهار العالم", "{x} <y>"])
def test_any_name_can_be_taken(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "any"
    new(folder, name=name)
    in_shell("studydeck build", folder)
    assert (folder / "README.md").read_text("utf-8").startswith("# ")


# --- pre-commit ----------------------------------------------------------------------------------


def commit(folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Commits all, with the hooks that pre-commit installed."""
    git(folder, "add", "-A")
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    command = ["git", *who, "commit", "-m", "x"]
    return subprocess.run(command, cwd=folder, env={**os.environ, **more}, capture_output=True, text=True, check=False)


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("git"), reason="needs git")
def test_the_hooks_keep_mistakes_and_stale_locks_out_of_commits(tmp_path: Path) -> None:
    hooks = working_clone(tmp_path / "hooks")
    folder = started(tmp_path / "rivers")
    revision = git(hooks, "rev-parse", "HEAD").strip()
    config = {
        "repos": [
            {"repo": str(hooks), "rev": revision, "hooks": [{"id": "studydeck-check"}, {"id": "studydeck-locked"}]}
        ]
    }
    (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), "utf-8")
    home = {"PRE_COMMIT_HOME": str(tmp_path / "pre-commit")}
    run(sys.executable, "-m", "pre_commit", "install", cwd=folder, **home)
    section = folder / "cards" / "rivers" / "first-section.yaml"
    good = section.read_text("utf-8")

    done = commit(folder, **home)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr.count("Passed") == 2

    section.write_text(good.replace("answer:", "anwser:", 1), "utf-8")
    done = commit(folder, **home)
    assert done.returncode == 1
    assert "cards/rivers/first-section.yaml:7:5: error: unknown key 'anwser'" in done.stderr

    section.write_text(good.replace("It makes it last", "It makes it stay"), "utf-8")
    done = commit(folder, **home)
    assert done.returncode == 1
    assert "run studydeck build and commit deck.lock [locked]" in done.stderr

    (build,) = re.findall("^studydeck build.*$", (folder / "README.md").read_text("utf-8"), re.MULTILINE)
    in_shell(build, folder)
    assert commit(folder, **home).returncode == 0

    git(folder, "switch", "-q", "-c", "other", "HEAD~")  # what the first branch built is no concern of this one
    section.write_text(good.replace("Spaced repetition", "A spaced repetition"), "utf-8")
    in_shell(build, folder)
    assert commit(folder, **home).returncode == 0
    assert re.findall(r"^\+note\t([\w-]+)", git(folder, "diff", "HEAD~", "--", "*.lock"), re.MULTILINE) == [
        "srs-abbreviation"
    ]

    (folder / "README.md").write_text("nothing of a deck", "utf-8")
    done = commit(folder, **home)
    assert done.returncode == 0
    assert done.stderr.count("Skipped") == 2
