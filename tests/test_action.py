"""The action's steps, run as GitHub runs them: its scripts in a real repository. Only `gh` and the runner are ours."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from clone import ROOT, git, run

ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
FIRST = "cards:\n  - {id: nile, question: Which river flows through Cairo?, answer: The Nile}\n"
STUDYDECK = Path(sys.executable).parent / "studydeck"

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt" or not shutil.which("bash"), reason="needs bash")]

#: A program in the place of GitHub's own: it keeps what it is asked, and knows one comment or refuses.
GH = """\
#!{python}
import json, pathlib, sys
log = pathlib.Path({log!r})
words = sys.argv[1:]
if {refuses}:
    sys.exit("HTTP 403: Resource not accessible by integration")
body = next((word[6:] for word in words if word.startswith("body=@")), None)
log.write_text(json.dumps([words, body and pathlib.Path(body).read_text("utf-8")]) if body else "[]", "utf-8")
if "--jq" in words:
    print({known!r})
"""


class Ran(NamedTuple):
    """What a run of the action did: the steps that ran with their outcomes, what they printed, and their files."""

    outcomes: dict[str, str]
    printed: str
    summary: str
    outputs: dict[str, str]
    comment: tuple[list[str], str] | None


class Repository:
    """A repository of one deck, with a first commit that is built."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.folder = home / "decks"
        self.write("deck.yaml", "deck: Rivers\nuid: testtesttest\ntag: rivers\n")
        self.write("water.yaml", f"section: Water\n{FIRST}")
        (self.folder / ".gitignore").write_text("/dist/\n")
        git(self.folder, "init", "-q", "-b", "main")
        self.build()
        self.base = self.commit()

    def write(self, name: str, text: str) -> None:
        path = self.folder / "cards" / "rivers" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def build(self) -> None:
        run(STUDYDECK, "build", cwd=self.folder)

    def commit(self) -> str:
        git(self.folder, "add", "-A")
        git(self.folder, "commit", "-q", "-m", "change")
        return git(self.folder, "rev-parse", "HEAD").strip()

    def act(self, *, known: str = "", refuses: bool = False, base: str | None = None, **inputs: str) -> Ran:
        """Runs the steps of action.yml on a pull request, but for those that install Python and studydeck."""
        given = {name: each.get("default", "") for name, each in ACTION["inputs"].items()} | inputs
        temp = self.home / "temp"
        shutil.rmtree(temp, ignore_errors=True)
        temp.mkdir()
        log, summary, output = temp / "gh.json", temp / "summary", temp / "output"
        (temp / "gh").write_text(GH.format(python=sys.executable, log=str(log), known=known, refuses=refuses))
        (temp / "gh").chmod(0o755)
        known_values: dict[str, Any] = {
            **{f"inputs.{name}": value for name, value in given.items()},
            "github.action_path": str(ROOT),
            "github.repository": "someone/decks",
            "github.token": "secret",
            "github.event.pull_request.number": "7",
            "github.event.pull_request.base.sha": base or self.base,
            "github.event.before": "",
            "runner.temp": str(temp),
        }
        outcomes: dict[str, str] = {}
        printed, failed = "", False
        outputs: dict[str, str] = {}
        for step in ACTION["runs"]["steps"][2:]:
            known_values["steps.check.outcome"] = outcomes.get("Check", "skipped")
            known_values["steps.plan.outputs.plan"] = outputs.get("plan", "")
            if not holds(step.get("if", "true"), known_values, failed=failed):
                continue
            environment = {name: expanded(value, known_values) for name, value in step["env"].items()}
            path = os.pathsep.join([str(temp), str(STUDYDECK.parent), os.environ["PATH"]])
            more = {"PATH": path, "GITHUB_STEP_SUMMARY": str(summary), "GITHUB_OUTPUT": str(output)}
            done = subprocess.run(
                ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
                cwd=self.folder, env={**os.environ, **environment, **more}, capture_output=True, text=True, check=False,
            )  # fmt: skip
            printed += done.stdout + done.stderr
            outcomes[step["name"]] = "failure" if done.returncode else "success"
            failed |= done.returncode != 0
            if output.exists():
                outputs = dict(line.split("=", 1) for line in output.read_text().splitlines())
        comment = json.loads(log.read_text("utf-8")) if log.exists() else None
        return Ran(outcomes, printed, summary.read_text("utf-8") if summary.exists() else "", outputs, comment or None)


def value_of(name: str, values: dict[str, Any]) -> str:
    return str(values[name.strip()])


def expanded(text: str, values: dict[str, Any]) -> str:
    """A text with its expressions, of which GitHub's `||` is the only operator here, as GitHub expands them."""

    def expression(found: re.Match[str]) -> str:
        return next(filter(None, (value_of(name, values) for name in found[1].split("||"))), "")

    return re.sub(r"\$\{\{(.*?)\}\}", expression, text)


def holds(condition: str, values: dict[str, Any], *, failed: bool) -> bool:
    """Whether a step runs: without a status function, only where none before it failed."""
    parts = [part.strip() for part in condition.split("&&")]
    if failed and "!cancelled()" not in parts:
        return False
    for part in parts:
        left, _, right = part.partition(" == ")
        if right and value_of(left, values) != right.strip("'"):
            return False
        if not right and part not in ("true", "!cancelled()") and not value_of(part, values):
            return False
    return True


@pytest.fixture
def decks(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


def edit(decks: Repository) -> None:
    decks.write("water.yaml", f"section: Water\n{FIRST}".replace("The Nile", "The *White* Nile"))


def test_a_pull_request_that_was_built_passes_and_gets_its_plan(decks: Repository) -> None:
    edit(decks)
    decks.build()
    decks.commit()
    ran = decks.act()
    assert set(ran.outcomes.values()) == {"success"}
    assert list(ran.outcomes) == ["Check", "Build with the locks as they are", "Plan", "Comment"]
    assert (decks.folder / "dist" / "rivers.apkg").is_file()
    assert "0 new cards, 1 edited (1 answer)" in ran.summary
    assert "The **White** Nile" in ran.summary
    assert ran.comment is not None
    words, body = ran.comment
    assert body == ran.summary == Path(ran.outputs["plan"]).read_text("utf-8")
    assert words[:5] == ["api", "--silent", "--method", "POST", "repos/someone/decks/issues/7/comments"]


def test_what_an_open_branch_built_fails_no_other_branch(decks: Repository) -> None:
    git(decks.folder, "switch", "-q", "-c", "open")
    edit(decks)
    decks.build()
    decks.commit()
    git(decks.folder, "switch", "-q", "main")
    shutil.rmtree(decks.folder / "dist")
    ran = decks.act()
    assert ran.outcomes["Build with the locks as they are"] == "success", ran.printed


def test_a_later_run_replaces_its_comment(decks: Repository) -> None:
    ran = decks.act(known="42\n43")
    assert ran.comment is not None
    assert ran.comment[0][:5] == ["api", "--silent", "--method", "PATCH", "repos/someone/decks/issues/comments/42"]


def test_a_deck_that_was_not_built_fails_and_gets_its_plan_all_the_same(decks: Repository) -> None:
    edit(decks)
    ran = decks.act()
    assert ran.outcomes["Build with the locks as they are"] == "failure"
    assert "run studydeck build and commit deck.lock [locked]" in ran.printed
    assert ran.outcomes["Plan"] == ran.outcomes["Comment"] == "success"
    assert "Build with the locks as they are" not in decks.act(locked="false").outcomes


def test_a_mistake_is_an_annotation_and_nothing_is_built_or_planned(decks: Repository) -> None:
    decks.write("water.yaml", f"section: Water\n{FIRST}".replace("answer", "anwser"))
    ran = decks.act()
    assert ran.outcomes == {"Check": "failure"}
    assert "::error file=cards/rivers/water.yaml,line=3,col=" in ran.printed


def test_warnings_fail_where_that_is_asked_for(decks: Repository) -> None:
    decks.write("deck.yaml", "deck: Rivers\nuid: testtesttest\ntag: rivers\nchecks: {thin-section: off}\n")
    decks.write("water.yaml", f"section: Water\n{FIRST}".replace("The Nile", "the Nile " * 60))
    assert decks.act().outcomes["Check"] == "success"
    assert decks.act(strict="true").outcomes == {"Check": "failure"}


def test_decks_elsewhere_are_named_one_a_line(decks: Repository) -> None:
    (decks.folder / "cards" / "rivers").rename(decks.folder / "my rivers")
    ran = decks.act(decks="my rivers\n\n", against="HEAD")
    assert set(ran.outcomes.values()) == {"success"}
    assert (decks.folder / "dist" / "my rivers.apkg").is_file()


def test_a_shallow_checkout_fetches_what_learners_have(decks: Repository) -> None:
    edit(decks)
    decks.build()
    decks.commit()
    origin = decks.folder.rename(decks.home / "origin")
    git(decks.home, "clone", "-q", "--depth=1", origin.as_uri(), str(decks.folder))
    git(origin, "config", "uploadpack.allowReachableSHA1InWant", "true")
    ran = decks.act()
    assert "1 edited (1 answer)" in ran.summary


@pytest.mark.parametrize("base", ["0" * 40, "f" * 40])
def test_a_base_that_is_not_there_is_no_failure(decks: Repository, base: str) -> None:
    ran = decks.act(base=base)
    assert set(ran.outcomes.values()) == {"success"}
    if base.startswith("0"):
        assert "1 untouched" in ran.summary
    else:
        assert "::warning title=studydeck plan::There is no plan: Error: " in ran.printed
        assert ran.comment is None


def test_a_token_that_can_not_comment_is_no_failure(decks: Repository) -> None:
    ran = decks.act(refuses=True)
    assert ran.outcomes["Comment"] == "success"
    assert "::notice title=studydeck plan::The plan is in the summary of the job" in ran.printed


def test_a_comment_is_no_longer_than_github_takes(decks: Repository) -> None:
    cards = "".join(f"  - {{id: c{n}, question: {'ä' * 200} {n}?, answer: {n}}}\n" for n in range(500))
    decks.write("water.yaml", f"section: Water\n{FIRST}{cards}")
    ran = decks.act()
    assert len(ran.summary) > 65_536
    assert ran.comment is not None
    assert 50_000 < len(ran.comment[1]) < 65_536
    assert ran.comment[1].endswith("… The rest is in the summary of the job.\n")
