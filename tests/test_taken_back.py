"""Edits taken back in git: what the next build ships is never older than what learners may have.

Each story runs real git and the real command, so that what a build remembers of the last one is part of it.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from author import Author
from click.testing import CliRunner
from test_history import CARDS, git

from studydeck.cli import main
from studydeck.engine.learner import Import, Learner
from studydeck.package.read import read_package


class Maintainer(Author):
    """An author with a clone and an output folder of their own, who builds with the command."""

    def __init__(self, home: Path, name: str = "rivers") -> None:
        self.home = home
        if (home / name).exists():
            self.folder, self.out, self.package = home / name, home / "dist", home / "dist" / f"{name}.apkg"
        else:
            super().__init__(home, name)

    def run(self, now: int, *words: str, out: str = "dist") -> str:
        """Builds at `now`, and returns what the command printed."""
        words = ("build", str(self.folder), "-o", str(self.home / out), *words)
        done = CliRunner().invoke(main, words, env={"SOURCE_DATE_EPOCH": str(now)}, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    def git(self, *words: str) -> str:
        return git(self.folder, *words)

    def commit(self, message: str) -> None:
        self.git("add", ".")
        self.git("commit", "-qm", message)

    def wrong(self, out: str = "dist") -> Path:
        """Makes a mistake in an answer and builds it. Returns the package."""
        self.edit("answer: The Nile", "answer: The Amazon?")
        assert "1 edited" in self.run(START + 1000, out=out)
        return self.home / out / self.package.name


START = 1_700_000_000


@pytest.fixture
def rivers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Maintainer:
    """A deck in a repository, committed and built twice: all that can be remembered of it is."""
    monkeypatch.setenv("STUDYDECK_CACHE", str(tmp_path / "cache"))
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "T")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "t@example.org")
    author = Maintainer(tmp_path / "m1")
    author.section(CARDS)
    author.run(START)
    git(author.folder, "init", "-qb", "main")
    author.commit("first")
    assert "3 unchanged" in author.run(START + 10)
    assert "3 unchanged" in author.run(START + 10)
    return author


Ship = Callable[[Path], None]
Story = Callable[[Maintainer, Ship], object]


def reverted_after_a_release_elsewhere(author: Maintainer, ship: Ship) -> None:
    ship(author.wrong(out="release"))
    author.commit("wrong")
    author.git("revert", "--no-edit", "HEAD")


def reverted_by_another_maintainer(author: Maintainer, ship: Ship) -> None:
    other = author.folder.parent.parent / "m2" / "rivers"
    author.git("clone", "-q", ".", str(other))
    two = Maintainer(other.parent)
    ship(two.wrong())
    two.commit("wrong")
    two.git("revert", "--no-edit", "HEAD")
    author.git("pull", "-q", str(other), "main")


def on_a_branch_that_was_fetched(author: Maintainer, ship: Ship) -> None:
    other = author.folder.parent.parent / "m2" / "rivers"
    author.git("clone", "-q", ".", str(other))
    two = Maintainer(other.parent)
    two.git("checkout", "-qb", "try")
    ship(two.wrong())
    two.commit("wrong")
    author.git("fetch", "-q", str(other), "try:refs/remotes/m2/try")


def on_another_branch(author: Maintainer, ship: Ship) -> None:
    author.git("checkout", "-qb", "try")
    ship(author.wrong(out="release"))
    author.commit("wrong")
    author.git("checkout", "-q", "main")


def on_a_deleted_branch(author: Maintainer, ship: Ship) -> None:
    on_another_branch(author, ship)
    author.git("branch", "-qD", "try")


def under_a_tag(author: Maintainer, ship: Ship) -> None:
    on_another_branch(author, ship)
    author.git("tag", "v1", "try")
    author.git("branch", "-qD", "try")
    author.git("reflog", "expire", "--expire=now", "--all")
    author.git("pack-refs", "--all")


def amended(author: Maintainer, ship: Ship) -> None:
    ship(author.wrong(out="release"))
    author.commit("wrong")
    author.git("checkout", "-q", "HEAD~1", "--", ".")
    author.git("commit", "-q", "--amend", "--allow-empty", "-m", "right")


def dropped_in_a_rebase(author: Maintainer, ship: Ship) -> None:
    ship(author.wrong(out="release"))
    author.commit("wrong")
    author.write("notes.txt", "kept")
    author.commit("notes")
    author.git("rebase", "-q", "--onto", "HEAD~2", "HEAD~1")


def stashed(author: Maintainer, ship: Ship) -> None:
    ship(author.wrong(out="release"))
    author.git("stash", "-q")


def stashed_below_another_stash(author: Maintainer, ship: Ship) -> None:
    stashed(author, ship)
    author.write("deck.yaml", author.read("deck.yaml") + "# more\n")
    author.git("stash", "-q")


def picked_from_a_branch_without_its_lock(author: Maintainer, ship: Ship) -> None:
    """Only the text of the later fix is picked; the branch's lock had the shipped stamps."""
    on_another_branch(author, ship)
    author.git("checkout", "-q", "try")
    author.edit("answer: The Amazon?", "answer: The Nile")
    author.git("commit", "-qam", "right, not built")
    author.git("checkout", "-q", "main")
    author.git("cherry-pick", "--allow-empty", "--keep-redundant-commits", "-X", "theirs", "try")


def merged_away(author: Maintainer, ship: Ship) -> None:
    """The branch is merged, and the merge keeps nothing of it."""
    on_another_branch(author, ship)
    author.write("notes.txt", "more")
    author.commit("notes")
    author.git("merge", "-q", "-s", "ours", "--no-edit", "try")
    author.git("branch", "-qD", "try")
    author.git("reflog", "expire", "--expire=now", "--all")


def built_within_a_merge(author: Maintainer, ship: Ship) -> None:
    """The wrong build is in no commit but the merge itself."""
    author.git("checkout", "-qb", "side")
    author.write("notes.txt", "more")
    author.commit("notes")
    author.git("checkout", "-q", "main")
    author.git("merge", "-q", "--no-ff", "--no-commit", "side")
    ship(author.wrong(out="release"))
    author.commit("merged, and wrong")
    author.git("reset", "-q", "--hard", "HEAD~1")
    author.git("branch", "merged", "ORIG_HEAD")
    author.git("reflog", "expire", "--expire=now", "--all")


def in_a_worktree(author: Maintainer, ship: Ship) -> None:
    tree = author.folder.parent.parent / "tree" / "rivers"
    author.git("worktree", "add", "-q", "--detach", str(tree))
    two = Maintainer(tree.parent)
    ship(two.wrong())
    two.commit("wrong")


def from_a_worktree(author: Maintainer, ship: Ship) -> None:
    """The deck that is built next lies in another worktree than the one that shipped."""
    author.git("worktree", "add", "-q", str(author.folder.parent.parent / "tree" / "rivers"))
    ship(author.wrong())
    author.commit("wrong")
    author.folder = author.folder.parent.parent / "tree" / "rivers"
    author.home = author.folder.parent
    author.out, author.package = author.home / "dist", author.home / "dist" / "rivers.apkg"


def packed(author: Maintainer, ship: Ship) -> None:
    """Git has the locks as deltas on one another."""
    reverted_after_a_release_elsewhere(author, ship)
    author.git("repack", "-adfq")
    assert "chain length = 1" in author.git("verify-pack", "-v", *map(str, author.folder.glob(".git/**/*.idx")))


def with_attributes(line: str) -> Story:
    def story(author: Maintainer, ship: Ship) -> None:
        author.write(".gitattributes", author.read(".gitattributes") + f"{line}\n")
        author.commit("attributes")
        reverted_after_a_release_elsewhere(author, ship)

    return story


def with_setting(name: str, value: str) -> Story:
    def story(author: Maintainer, ship: Ship) -> None:
        author.git("config", name, value)
        reverted_after_a_release_elsewhere(author, ship)

    return story


STORIES: dict[str, Story] = {
    each.__name__.replace("_", " "): each
    for each in (
        reverted_after_a_release_elsewhere,
        reverted_by_another_maintainer,
        on_a_branch_that_was_fetched,
        on_another_branch,
        on_a_deleted_branch,
        under_a_tag,
        amended,
        dropped_in_a_rebase,
        stashed,
        stashed_below_another_stash,
        picked_from_a_branch_without_its_lock,
        merged_away,
        built_within_a_merge,
        packed,
        in_a_worktree,
        from_a_worktree,
    )
} | {
    "deck.lock -diff": with_attributes("deck.lock -diff"),
    "*.lock binary": with_attributes("*.lock binary"),
    "color.ui=always": with_setting("color.ui", "always"),
    "diff.noprefix and renames": with_setting("diff.relative", "true"),
    "log.follow": with_setting("log.follow", "true"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", STORIES)
def test_a_wrong_answer_that_git_took_back_reaches_the_learner(rivers: Maintainer, learner: Learner, name: str) -> None:
    learner.import_package(rivers.package)
    learner.study()

    def ship(package: Path) -> None:
        assert learner.import_package(package).updated == 1
        learner.tag_all_long_ago("mine")

    STORIES[name](rivers, ship)
    histories = learner.histories()
    assert "answer: The Nile" in rivers.read("water.yaml")
    said = rivers.run(START + 900)  # the clock of another computer
    assert "0 new, 1 edited, 2 unchanged" in said
    assert "  1 edited: a newer build was taken back (" in said
    assert learner.import_package(rivers.package) == Import(0, 1, 2, 0, 0)
    assert learner.note(rivers.guid("nile"))["Answer"] == "The Nile"
    assert "mine" in learner.note(rivers.guid("amazon")).tags
    assert learner.histories() == histories
    assert "3 unchanged" in rivers.run(START + 900)
    rivers.commit("right")
    assert "3 unchanged" in rivers.run(START + 900)
    assert learner.import_package(rivers.package) == Import(0, 0, 3, 0, 0)


@pytest.mark.parametrize("variable", ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"])
def test_the_environment_names_no_other_repository(
    rivers: Maintainer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    git(tmp_path, "init", "-q", "elsewhere")
    reverted_after_a_release_elsewhere(rivers, lambda package: None)
    monkeypatch.setenv(variable, str(tmp_path / "elsewhere" / ".git"))
    assert "1 edited" in rivers.run(START + 900)


def test_a_renamed_folder_takes_its_history_along(rivers: Maintainer, learner: Learner) -> None:
    ship(learner, rivers.wrong(out="release"))
    rivers.commit("wrong")
    git(rivers.folder, "revert", "--no-edit", "HEAD")
    home = rivers.folder.parent
    shutil.move(rivers.folder / ".git", home / ".git")
    (home / ".gitignore").write_text("dist\nrelease\n")
    git(home, "add", ".")
    git(home, "commit", "-qm", "a folder of decks")
    git(home, "mv", "rivers", "streams")
    git(home, "commit", "-qm", "another name")
    rivers.folder, rivers.package = home / "streams", home / "dist" / "streams.apkg"
    assert "1 edited" in rivers.run(START + 900)
    ship(learner, rivers.package)
    assert learner.note(rivers.guid("nile"))["Answer"] == "The Nile"


def ship(learner: Learner, package: Path) -> None:
    learner.import_package(package)


def test_two_builds_in_one_second_are_both_overtaken(rivers: Maintainer, learner: Learner) -> None:
    """Two branches stamp one note alike with two answers; neither branch's learners may be left behind."""
    rivers.git("checkout", "-qb", "try")
    ship(learner, rivers.wrong())
    rivers.commit("wrong")
    rivers.git("checkout", "-q", "main")
    rivers.edit("answer: The Nile", "answer: The White Nile")
    rivers.run(START + 1000)
    rivers.commit("white")
    ship(learner, rivers.package)
    rivers.run(START + 1000)
    ship(learner, rivers.package)
    assert learner.note(rivers.guid("nile"))["Answer"] == "The White Nile"
    assert "3 unchanged" in rivers.run(START + 2000)


def test_locks_that_git_merged_ship_what_the_text_says(rivers: Maintainer, learner: Learner) -> None:
    rivers.git("checkout", "-qb", "try")
    ship(learner, rivers.wrong())
    rivers.commit("wrong")
    rivers.git("checkout", "-q", "main")
    rivers.edit("answer: The Amazon\n", "answer: Amazonas\n")
    rivers.run(START + 1100)
    ship(learner, rivers.package)
    rivers.commit("another")
    rivers.git("merge", "-q", "--no-edit", "try")
    rivers.git("revert", "--no-edit", "-m", "1", "HEAD")
    rivers.run(START + 1200)
    ship(learner, rivers.package)
    assert learner.note(rivers.guid("nile"))["Answer"] == "The Nile"


def test_a_stamp_is_taken_where_the_text_is_the_newer_builds(rivers: Maintainer, learner: Learner) -> None:
    """The lock alone went back: what learners have is what is built, so their note stays as it is."""
    wrong = rivers.wrong(out="release")
    rivers.commit("wrong, as it stays")
    ship(learner, wrong)
    rivers.git("checkout", "-q", "HEAD~1", "--", "deck.lock")
    said = rivers.run(START + 2000)
    assert "3 unchanged" in said
    assert "taken back" not in said
    assert learner.import_package(rivers.package) == Import(0, 0, 3, 0, 0)


def test_an_added_card_that_another_branch_shipped_is_no_new_one(rivers: Maintainer, learner: Learner) -> None:
    """Only the edited file is read; the card's stamp on the branch counts all the same."""
    card = "  - {id: rhine, question: Which river passes Cologne?, answer: The Rhine}\n"
    rivers.git("checkout", "-qb", "try")
    rivers.section(CARDS + card.replace("The Rhine", "The Mosel"))
    rivers.run(START + 5000, out="release")
    ship(learner, rivers.home / "release" / "rivers.apkg")
    rivers.commit("mosel")
    rivers.git("checkout", "-q", "main")
    assert "3 unchanged" in rivers.run(START + 900)
    rivers.section(CARDS + card)
    assert "0 new, 1 edited, 3 unchanged" in rivers.run(START + 900)
    ship(learner, rivers.package)
    assert learner.note(rivers.guid("rhine"))["Answer"] == "The Rhine"


def test_a_card_taken_out_and_back_is_not_older_than_what_was_shipped(rivers: Maintainer, learner: Learner) -> None:
    """While the card is away, the lock catches up with what was shipped of it."""
    card = rivers.read("water.yaml")
    reverted_after_a_release_elsewhere(rivers, lambda package: ship(learner, package))
    rivers.section(CARDS[CARDS.index("  - id: amazon") :])
    assert "1 retired" in rivers.run(START + 900)
    rivers.write("water.yaml", card)
    rivers.run(START + 901)
    ship(learner, rivers.package)
    assert learner.note(rivers.guid("nile"))["Answer"] == "The Nile"


# --- a branch that went to nobody -------------------------------------------------------------------


def test_a_branch_that_was_only_built_says_why_it_costs_an_edit(rivers: Maintainer) -> None:
    on_another_branch(rivers, lambda package: None)
    commit = rivers.git("rev-parse", "try")[:7]
    assert f"  1 edited: a newer build was taken back (try, {commit})\n" in rivers.run(START + 900)
    rivers.git("checkout", "-q", ".")
    shutil.rmtree(rivers.out)
    answer = json.loads(rivers.run(START + 900, "--format", "json"))
    assert answer["packages"][0]["taken_back"] == [{"id": "nile", "by": f"try, {commit}"}]


def test_a_branch_that_went_to_nobody_costs_nothing_where_its_author_says_so(rivers: Maintainer) -> None:
    lock = rivers.read("deck.lock")
    on_another_branch(rivers, lambda package: None)
    rivers.git("checkout", "-q", "try")
    rivers.run(START + 800)
    rivers.git("checkout", "-q", "main")
    assert "3 unchanged" in rivers.run(START + 900, "--only-this-branch")
    assert "3 unchanged" in rivers.run(START + 900, "--only-this-branch")
    assert rivers.read("deck.lock") == lock
    assert "1 edited" in rivers.run(START + 900), "it counts for this one build"


def test_what_this_branch_shipped_counts_even_alone(rivers: Maintainer) -> None:
    reverted_after_a_release_elsewhere(rivers, lambda package: None)
    assert "1 edited" in rivers.run(START + 900, "--only-this-branch")


def test_locked_names_the_build_that_was_taken_back(rivers: Maintainer) -> None:
    on_another_branch(rivers, lambda package: None)
    words = ["build", str(rivers.folder), "-o", str(rivers.home / "dist"), "--locked"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 1
    assert "the card 'nile' has the same text, but a newer build of it was taken back (try, " in done.output
    assert "; if nobody got that build, add --only-this-branch [locked]" in done.output
    assert CliRunner().invoke(main, [*words, "--only-this-branch"]).exit_code == 0


@pytest.fixture
def two_branches(rivers: Maintainer) -> Maintainer:
    """On branch b, with an edit that isn't built yet; branch a's build is in the same untracked output folder."""
    rivers.git("checkout", "-qb", "a")
    rivers.wrong()
    rivers.commit("a")
    rivers.git("checkout", "-qb", "b", "main")
    rivers.edit("answer: The Amazon", "answer: Amazon")
    return rivers


def answered(author: Maintainer, *words: str) -> str:
    done = CliRunner().invoke(main, ["build", str(author.folder), "-o", str(author.out), *words])
    return done.output


def test_a_branchs_package_in_the_output_folder_is_named_by_its_branch(two_branches: Maintainer) -> None:
    commit = two_branches.git("rev-parse", "a")[:7]
    said = two_branches.run(START + 2000)
    assert "2 edited, 1 unchanged" in said
    assert f"  1 edited: a newer build was taken back (a, {commit})\n" in said


def test_what_the_build_says_leaves_the_other_branchs_cards_alone(
    two_branches: Maintainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(two_branches.folder)
    first = two_branches.read("deck.lock")
    said = two_branches.run(START + 2000)
    (line,) = [line for line in said.splitlines() if "git checkout" in line]
    git_words, build_words = line.split(": ", 1)[1].split(" && ")
    subprocess.run(git_words, shell=True, check=True)
    assert two_branches.read("deck.lock") == first
    build = [*build_words.split()[1:], "-o", str(two_branches.out)]
    done = CliRunner().invoke(main, build, env={"SOURCE_DATE_EPOCH": str(START + 3000)})
    assert "1 edited, 2 unchanged" in done.output, done.output
    assert len(set(first.splitlines()) - set(two_branches.read("deck.lock").splitlines())) == 1


def test_locked_says_of_a_card_that_git_shows_unchanged_that_its_text_is_the_same(two_branches: Maintainer) -> None:
    two_branches.run(START + 2000)
    two_branches.git("checkout", "-q", ".")
    said = answered(two_branches, "--locked")
    package = two_branches.package.as_posix()
    assert "the card 'nile' has the same text, but was built again since (" in said
    assert f"the card 'amazon' has the same text, but a newer build of it was taken back ({package})" in said
    assert said.count("; if nobody got that build, add --only-this-branch [locked]") == 2
    assert "3 unchanged" in answered(two_branches, "--locked", "--only-this-branch")


# --- what can't be known ----------------------------------------------------------------------------


@pytest.fixture
def shallow(rivers: Maintainer) -> Maintainer:
    """A shallow clone of a repository whose last commit took a shipped build back."""
    reverted_after_a_release_elsewhere(rivers, lambda package: None)
    other = rivers.folder.parent.parent / "m2" / "rivers"
    git(rivers.folder, "clone", "-q", "--depth=1", f"file://{rivers.folder}", str(other))
    return Maintainer(other.parent)


def test_a_shallow_clone_is_reported_with_its_remedy(shallow: Maintainer) -> None:
    said = shallow.run(START + 900)
    assert "3 unchanged" in said
    assert "deck.lock:1:1: warning: " in said
    assert "git fetch --unshallow [missing-history]" in said
    assert "missing-history" in shallow.run(START + 900), "it is said each time"
    git(shallow.folder, "fetch", "-q", "--unshallow")
    said = shallow.run(START + 900)
    assert "1 edited" in said
    assert "missing-history" not in said


def test_ci_with_a_shallow_clone_can_use_locked(shallow: Maintainer) -> None:
    lock = shallow.read("deck.lock")
    assert "missing-history" in shallow.run(START + 900, "--locked")
    assert shallow.read("deck.lock") == lock


@pytest.mark.parametrize("left_out", ["blob:none", "tree:0"])
def test_a_partial_clone_is_reported_and_fetches_nothing(rivers: Maintainer, left_out: str) -> None:
    reverted_after_a_release_elsewhere(rivers, lambda package: None)
    rivers.git("config", "uploadpack.allowFilter", "true")
    other = rivers.folder.parent.parent / "m2" / "rivers"
    git(rivers.folder, "clone", "-q", f"--filter={left_out}", f"file://{rivers.folder}", str(other))
    packs = sorted((other / ".git" / "objects" / "pack").iterdir())
    assert "[missing-history]" in Maintainer(other.parent).run(START + 900)
    assert sorted((other / ".git" / "objects" / "pack").iterdir()) == packs


def broken_head(author: Maintainer) -> None:
    ref = author.folder / ".git" / "refs" / "heads" / "main"
    ref.write_text("0123456789" * 4 + "\n")


def newer_form(author: Maintainer) -> None:
    author.git("tag", "moved")
    author.git("config", "core.repositoryFormatVersion", "9")


def nowhere(author: Maintainer) -> None:
    shutil.rmtree(author.folder / ".git")
    author.write(".git", "gitdir: ../nowhere\n")


@pytest.mark.parametrize("broken", [broken_head, newer_form, nowhere])
def test_a_repository_that_git_refuses_is_reported(rivers: Maintainer, broken: Callable[[Maintainer], None]) -> None:
    broken(rivers)
    said = rivers.run(START + 900)
    assert "3 unchanged" in said
    assert "[missing-history]" in said


def test_a_computer_without_git_is_reported(rivers: Maintainer, monkeypatch: pytest.MonkeyPatch) -> None:
    reverted_after_a_release_elsewhere(rivers, lambda package: None)
    monkeypatch.setenv("PATH", str(rivers.home))
    said = rivers.run(START + 900)
    assert "install git" in said
    assert "[missing-history]" in said


def test_a_folder_without_a_repository_is_fine(rivers: Maintainer) -> None:
    shutil.rmtree(rivers.folder / ".git")
    assert "missing-history" not in rivers.run(START + 900)


def test_a_repository_without_a_commit_is_fine(rivers: Maintainer) -> None:
    shutil.rmtree(rivers.folder / ".git")
    git(rivers.folder, "init", "-q")
    assert "missing-history" not in rivers.run(START + 900)
    rivers.edit("Which", "What")
    assert "missing-history" not in rivers.run(START + 900, "--only-this-branch")


# --- any story --------------------------------------------------------------------------------------

ANSWERS = ("The Nile", "The Rhine", "The Po", "The Don")


class Wanderer:
    """An author who edits, builds, ships and goes anywhere in git, at random, with a clock that isn't always right."""

    def __init__(self, author: Maintainer, seed: int) -> None:
        self.author = author
        self.random = random.Random(seed)
        self.now = START + 5_000
        self.shipped: dict[str, set[tuple[int, str]]] = {}
        self.told: list[str] = []

    def git(self, *words: str) -> bool:
        command = ["git", "-c", "user.name=T", "-c", "user.email=t@example.org", *words]
        self.told.append(" ".join(words))
        return subprocess.run(command, cwd=self.author.folder, check=False, capture_output=True).returncode == 0

    def refs(self, where: str) -> str:
        return self.random.choice(git(self.author.folder, "for-each-ref", "--format=%(refname)", where).split())

    def step(self) -> None:
        steps = [self.edit, self.ship, self.ship, self.ship, self.look, self.commit, self.go, self.go, self.go]
        self.random.choice([*steps, self.take, self.back, self.back, self.stash, self.tidy])()

    def edit(self) -> None:
        answers = [self.random.choice(ANSWERS) for _ in range(3)]
        cards = [f"  - {{id: c{n}, question: Question {n}?, answer: {answer}}}\n" for n, answer in enumerate(answers)]
        self.told.append(f"edit {answers}")
        self.author.section("".join(cards[: self.random.choice([2, 3, 3])]))

    def build(self, out: str) -> dict[str, tuple[int, str]]:
        self.now += self.random.choice([-2000, -300, 0, 0, 1, 900])
        self.told.append(f"build {out} at {self.now}")
        self.author.run(self.now, out=out)
        notes, _ = read_package(self.author.home / out / "rivers.apkg")
        return {each.guid: (each.modified, "|".join(each.fields.values())) for each in notes}

    def look(self) -> None:
        self.build("dist")

    def ship(self) -> None:
        self.edit()
        for guid, note in self.build(self.random.choice(["dist", "release", "release", "release"])).items():
            self.shipped.setdefault(guid, set()).add(note)
        self.commit()

    def commit(self) -> None:
        self.git("add", ".")
        self.git("commit", "-qm", "x")

    def go(self) -> None:
        if self.random.random() < 0.4:
            self.git("checkout", "-qfb", f"b{self.random.random()}")
        else:
            self.git("checkout", "-qf", self.refs("refs/heads"))

    def take(self) -> None:
        for words in (["merge", "-q", "--no-edit"], ["cherry-pick"]):
            if self.random.random() < 0.5 and not self.git(*words, self.refs("refs/heads")):
                self.git(words[0], "--abort")

    def back(self) -> None:
        if self.random.random() < 0.5:
            self.git("reset", "-q", "--hard", self.random.choice(["HEAD", "HEAD~1", "HEAD~2"]))
        elif self.git("rev-parse", "-q", "--verify", "HEAD~1") and not self.git("revert", "--no-edit", "HEAD"):
            self.git("revert", "--abort")

    def stash(self) -> None:
        self.git("stash", "-q")
        if self.random.random() < 0.5:
            self.git("checkout", "-q", "stash@{0}", "--", ".")

    def tidy(self) -> None:
        self.git(
            *self.random.choice([["pack-refs", "--all"], ["gc", "-q"], ["branch", "-qD", self.refs("refs/heads")]])
        )
        if self.random.random() < 0.3:
            shutil.rmtree(self.author.home / "dist", ignore_errors=True)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(int(os.environ.get("STORIES", "6"))))
def test_no_story_in_git_ends_with_a_note_older_than_a_learners(
    rivers: Maintainer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """What is built overtakes all that was shipped and committed: its stamp is greater, or all is equal.

    And it is what a build makes that remembers nothing.
    """
    who = Wanderer(rivers, seed)
    who.edit()
    for _ in range(4):
        for _ in range(who.random.randrange(1, 7)):
            who.step()
        twin = Maintainer(shutil.copytree(rivers.home, tmp_path / f"twin{who.random.random()}", symlinks=True))
        built = who.build("dist")
        for guid, note in built.items():
            for shipped in who.shipped.get(guid, ()):
                assert note[0] > shipped[0] or note == shipped, (guid, note, shipped, who.told)
        with monkeypatch.context() as elsewhere:
            elsewhere.setenv("STUDYDECK_CACHE", str(tmp_path / "no"))
            twin.run(who.now)
        assert twin.read("deck.lock") == rivers.read("deck.lock"), who.told
        assert twin.package.read_bytes() == rivers.package.read_bytes(), who.told
        assert "0 new, 0 edited" in rivers.run(who.now), who.told
