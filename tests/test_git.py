"""A stranger's deck with a repository of its own: reading it runs nothing, fetches nothing and waits for nothing."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from author import Author
from click.testing import CliRunner
from test_history import CARDS, git

from studydeck.cli import main
from studydeck.history import git as reading
from studydeck.repository import refs_state, repository_of

WINDOWS = os.name == "nt"
#: Settings that make git run a command somewhere. `TRAP` leaves a file wherever it is run.
SETTINGS = """\
[core]
\tfsmonitor = TRAP
\thooksPath = hooks
\tpager = TRAP
\tsshCommand = TRAP
\tgitProxy = TRAP
\taskPass = TRAP
\teditor = TRAP
\talternateRefsCommand = TRAP
\tattributesFile = ../.gitattributes
[pager]
\tlog = TRAP
\tshow = TRAP
\trev-list = TRAP
\tdiff-tree = TRAP
\tcat-file = TRAP
[diff]
\texternal = TRAP
[diff "x"]
\ttextconv = TRAP
\tcommand = TRAP
[filter "x"]
\tsmudge = TRAP
\tclean = TRAP
\tprocess = TRAP
\trequired = true
[merge "x"]
\tdriver = TRAP
[gpg]
\tprogram = TRAP
[gpg "ssh"]
\tprogram = TRAP
[log]
\tshowSignature = true
[alias]
\trev-list = !TRAP
\trev-parse = !TRAP
\tlog = !TRAP
\tshow = !TRAP
\tdiff-tree = !TRAP
\tcat-file = !TRAP
\tls-tree = !TRAP
[credential]
\thelper = !TRAP
[color]
\tui = always
[remote "origin"]
\turl = ext::TRAP
\tuploadpack = TRAP
\tpromisor = true
\tpartialclonefilter = blob:none
\tfetch = +refs/heads/*:refs/remotes/origin/*
[extensions]
\tpartialClone = origin
[protocol "ext"]
\tallow = always
[protocol "file"]
\tallow = always
[trailer "x"]
\tcommand = TRAP
[tar "tar"]
\tcommand = TRAP
[uploadpack]
\tpackObjectsHook = TRAP
[interactive]
\tdiffFilter = TRAP
[submodule "x"]
\tupdate = !TRAP
"""
HOOKS = (
    "post-index-change",
    "post-checkout",
    "reference-transaction",
    "pre-auto-gc",
    "fsmonitor-watchman",
    "proc-receive",
)


@pytest.fixture
def hostile(author: Author, monkeypatch: pytest.MonkeyPatch) -> Author:
    """A built and committed deck; its repository runs a trap wherever git is told to run something."""
    monkeypatch.chdir(author.folder.parent)
    author.section(CARDS)
    author.write("media/delta.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>")
    author.edit("answer: The Nile", "answer: The Nile ![a delta](delta.svg)")
    author.build()
    author.write(".gitattributes", "* diff=x filter=x merge=x\n")
    git(author.folder, "init", "-qb", "main")
    git(author.folder, "add", ".")
    git(author.folder, "commit", "-qm", "first")
    author.edit("answer: The Amazon", "answer: Amazonas")
    author.build()
    git(author.folder, "add", ".")
    git(author.folder, "commit", "-qm", "second")
    git(author.folder, "update-index", "--fsmonitor")
    # A blob that only the promisor has, which git would fetch.
    lost = git(author.folder, "rev-parse", "HEAD~1:deck.lock").strip()
    (author.folder / ".git" / "objects" / lost[:2] / lost[2:]).unlink()
    trap = author.folder / ".git" / "trap"
    trap.write_text(f"#!/bin/sh\necho \"$0 $*\" >> '{author.folder.parent / 'sprung'}'\nexit 1\n")
    trap.chmod(0o755)
    hooks = author.folder / ".git" / "hooks"
    for hook in HOOKS:
        shutil.copy(trap, hooks / hook)
    config = author.folder / ".git" / "config"
    settings = SETTINGS.replace("= !TRAP", f'= "!{trap}"').replace("TRAP", str(trap))
    config.write_text(config.read_text() + settings.replace("hooksPath = hooks", f"hooksPath = {hooks}"))
    return author


COMMANDS: dict[str, list[str]] = {
    "build": ["build", "rivers"],
    "build --locked": ["build", "rivers", "--locked"],
    "build --only-this-branch": ["build", "rivers", "--only-this-branch"],
    "build --repair-lock": ["build", "rivers", "--repair-lock"],
    "plan": ["plan", "rivers", "-o", "nowhere"],
    "plan --against HEAD": ["plan", "rivers", "--against", "HEAD"],
    "plan --against HEAD~1": ["plan", "rivers", "--against", "HEAD~1"],
    "plan --against a description": ["plan", "rivers", "--against", ":/first"],
    "plan --against an option": ["plan", "rivers", "--against", "--upload-pack=x"],
    "plan --against another repository's": ["plan", "rivers", "--against", "ext::sh"],
    "check": ["check", "rivers"],
    "ids": ["ids", "rivers"],
    "stats": ["stats", "rivers"],
}


@pytest.mark.skipif(WINDOWS, reason="the traps are shell scripts")
@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_runs_what_a_decks_repository_names(hostile: Author, command: str) -> None:
    if "repair" in command:
        (hostile.folder / "deck.lock").unlink()
    if "plan" in command:
        hostile.edit("answer: Amazonas", "answer: The Amazon River")
    CliRunner().invoke(main, COMMANDS[command], catch_exceptions=False)
    assert not Path("sprung").exists(), Path("sprung").read_text()


@pytest.mark.skipif(WINDOWS, reason="the traps are shell scripts")
@pytest.mark.parametrize("words", [["log", "-p", "--", "deck.lock"], ["archive", "HEAD"], ["status"], ["fetch"]])
def test_the_traps_are_sprung_by_git_itself(hostile: Author, words: list[str]) -> None:
    words = ["git", "-C", str(hostile.folder), *words]
    subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=60)
    assert Path("sprung").exists()


@pytest.mark.skipif(WINDOWS, reason="the traps are shell scripts")
def test_old_texts_are_shown_from_a_repository_with_traps(hostile: Author) -> None:
    """The armour takes nothing away: what the traps stand around is read."""
    hostile.edit("answer: Amazonas", "answer: The Amazon River")
    done = CliRunner().invoke(main, ["plan", "rivers", "-o", "nowhere"])
    assert "[-Amazonas-]" in done.output
    assert "Old texts are from git HEAD." in done.output


@pytest.mark.skipif(WINDOWS, reason="the traps are shell scripts")
def test_a_deck_that_is_a_bare_repository_is_not_taken_for_one(hostile: Author) -> None:
    """git takes a folder with HEAD, objects and refs in it for a repository, and reads its config."""
    for each in ("HEAD", "objects", "refs", "config"):
        os.replace(hostile.folder / ".git" / each, hostile.folder / each)
    shutil.rmtree(hostile.folder / ".git")
    git(hostile.folder.parent, "init", "-q", ".")
    assert repository_of(hostile.folder) == (str(Path.cwd()), str(Path(".git").resolve()), str(Path(".git").resolve()))
    for words in (["build", "rivers"], ["plan", "rivers", "--against", "HEAD"]):
        CliRunner().invoke(main, words, catch_exceptions=False)
    assert not Path("sprung").exists(), Path("sprung").read_text()


@pytest.mark.skipif(WINDOWS, reason="the trap is a shell script")
def test_a_program_called_git_in_the_current_folder_is_not_run(
    hostile: Author, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(hostile.folder / ".git" / "trap", "git")
    monkeypatch.setenv("PATH", f".{os.pathsep}{os.pathsep}{os.environ['PATH']}")
    CliRunner().invoke(main, ["build", "rivers"], catch_exceptions=False)
    assert not Path("sprung").exists(), Path("sprung").read_text()


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes in folders")
@pytest.mark.parametrize("place", [".git", ".git/HEAD", ".git/refs/heads/x", ".git/packed-refs", ".git/commondir"])
def test_a_pipe_in_a_repository_is_nothing_to_wait_for(
    author: Author, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.setattr(reading, "_PATIENCE", 2)
    author.section(CARDS)
    git(author.folder, "init", "-qb", "main")
    path = author.folder / place
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    os.mkfifo(path)
    done = CliRunner().invoke(main, ["build", str(author.folder), "-o", str(author.out)], catch_exceptions=False)
    assert done.exit_code == 0
    assert "3 new" in done.output
    assert ("[missing-history]" in done.output) == (place != ".git")


@pytest.mark.parametrize("locale", ["de_DE.UTF-8", "tr_TR.UTF-8", "C"])
def test_a_language_changes_nothing(hostile: Author, monkeypatch: pytest.MonkeyPatch, locale: str) -> None:
    monkeypatch.setenv("LC_ALL", locale)
    monkeypatch.setenv("LANGUAGE", locale)
    repository = repository_of(hostile.folder)
    assert repository is not None
    assert len(reading.versions_ever(repository, "deck.lock", only_this_branch=False)) == 2


def test_a_checkout_puts_nothing_beside_its_folder(author: Author, tmp_path: Path) -> None:
    """A tree of a stranger's may hold any name; git itself only refuses them in its own checkout."""
    git(author.folder, "init", "-qb", "main")
    blob = git(author.folder, "hash-object", "-w", "deck.yaml").strip()
    links = subprocess.run(
        ["git", "hash-object", "-w", "--stdin"], cwd=author.folder, input=b"../..", capture_output=True, check=True
    )
    link = links.stdout.decode().strip()
    inner = _tree(author.folder, f"100644 blob {blob}\tx.svg")
    up = _tree(author.folder, f"040000 tree {inner}\t..")
    media = _tree(
        author.folder, f"040000 tree {up}\t..", f"100644 blob {blob}\ta:b.svg", f"100644 blob {blob}\tgood.svg",
        f"040000 tree {inner}\tlinked", f"120000 blob {link}\tlinked",
    )  # fmt: skip
    top = _tree(
        author.folder, f"100644 blob {blob}\tdeck.yaml", f"100644 blob {blob}\tother.txt", f"040000 tree {media}\tmedia"
    )
    commit = git(author.folder, "commit-tree", "-m", "x", top).strip()
    assert reading.checkout(author.folder, commit, "", tmp_path / "out" / "deck")
    found = [path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert sorted(found) == ["deck/deck.yaml", "deck/media/good.svg", "deck/media/linked/x.svg"]


def _tree(folder: Path, *lines: str) -> str:
    """The hash of a tree, written as it is: `git mktree` would refuse some of these names."""
    data = b""
    for line in lines:
        head, name = line.split("\t")
        mode, _, found = head.split()
        data += mode.lstrip("0").encode() + b" " + name.encode() + b"\0" + bytes.fromhex(found)
    words = ["git", "hash-object", "-t", "tree", "-w", "--literally", "--stdin"]
    return subprocess.run(words, cwd=folder, input=data, capture_output=True, check=True).stdout.decode().strip()


# --- what is read from git's files -------------------------------------------------------------------


MOVES = {
    "a commit": ["commit", "-q", "--allow-empty", "-m", "x"],
    "a branch": ["branch", "x"],
    "a branch in a folder": ["branch", "a/b/c"],
    "a tag": ["tag", "x"],
    "another branch": ["checkout", "-q", "-b", "x"],
    "a detached HEAD": ["checkout", "-q", "--detach"],
    "an amended commit": ["commit", "-q", "--amend", "-m", "x"],
    "a stash": ["stash", "-q"],
    "packed refs": ["pack-refs", "--all"],
    "a forgotten reflog": ["reflog", "expire", "--expire=now", "--all"],
    "a worktree": ["worktree", "add", "-q", "--detach", "../tree"],
    "a ref of its own": ["update-ref", "refs/own/x", "HEAD"],
}


@pytest.fixture
def repository(author: Author) -> Author:
    author.section(CARDS)
    git(author.folder, "init", "-qb", "main")
    git(author.folder, "add", ".")
    git(author.folder, "commit", "-qm", "first")
    author.edit("The Nile", "Nile")
    return author


def state(author: Author, folder: str = "") -> str:
    found = repository_of(author.folder / folder)
    assert found is not None
    return refs_state(found)


@pytest.mark.parametrize("move", MOVES)
def test_each_move_of_a_ref_is_seen(repository: Author, move: str) -> None:
    before = state(repository)
    git(repository.folder, *MOVES[move])
    assert state(repository) != before


def test_work_that_moves_no_ref_is_no_move(repository: Author) -> None:
    before = state(repository)
    for words in (["status"], ["add", "."], ["diff"], ["log"], ["gc", "-q"], ["config", "a.b", "c"]):
        git(repository.folder, *words)
        assert (state(repository) == before) == (words[0] != "gc"), words
        before = state(repository)


def test_a_worktree_sees_moves_in_the_others(repository: Author) -> None:
    git(repository.folder, "worktree", "add", "-q", "../tree")
    before = state(repository, "../tree"), state(repository)
    git(repository.folder, "commit", "-qam", "x")
    middle = state(repository, "../tree"), state(repository)
    git(repository.folder.parent / "tree", "checkout", "-q", "--detach")
    after = state(repository, "../tree"), state(repository)
    for one, two in ((before, middle), (middle, after)):
        assert one[0] != two[0]
        assert one[1] != two[1]


def test_a_submodule_is_a_repository_of_its_own(repository: Author, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "over")
    over = tmp_path / "over"
    git(over, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(repository.folder), "cards")
    found = repository_of(over / "cards")
    assert found is not None
    assert Path(found.shared).resolve() == (over / ".git" / "modules" / "cards").resolve()
    before = refs_state(found)
    git(over / "cards", "commit", "-q", "--allow-empty", "-m", "x")
    assert refs_state(found) != before
    assert len(reading.versions_ever(found, "deck.yaml", only_this_branch=False)) == 1


@pytest.mark.parametrize("odd", ["file", "folder", "link to itself"])
def test_what_is_no_repository_is_passed_by(repository: Author, odd: str) -> None:
    deck = repository.folder / "deck"
    deck.mkdir()
    if odd == "file" and not WINDOWS:
        os.mkfifo(deck / ".git") if hasattr(os, "mkfifo") else None
    elif odd == "folder":
        (deck / ".git").mkdir()
    elif not WINDOWS:
        (deck / ".git").symlink_to(".git")
    found = repository_of(deck)
    assert found is not None
    assert Path(found.top) == repository.folder.resolve()


def test_files_of_git_stay_as_they_are(repository: Author) -> None:
    """Reading takes no lock and writes no index."""

    def files() -> dict[str, tuple[int, int]]:
        found = {}
        for path in (repository.folder / ".git").rglob("*"):
            status = path.lstat()
            if stat.S_ISREG(status.st_mode):
                found[str(path)] = status.st_mtime_ns, status.st_size
        return found

    before = files()
    for words in (["build"], ["plan", "--against", "HEAD"], ["build", "--repair-lock"]):
        CliRunner().invoke(main, [words[0], str(repository.folder), "-o", str(repository.out), *words[1:]])
    assert files() == before


def test_a_build_with_nothing_new_does_not_start_git(repository: Author, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["build", str(repository.folder), "-o", str(repository.out)]
    CliRunner().invoke(main, words)
    monkeypatch.setattr(reading, "_program", lambda: pytest.fail("git was started"))
    assert "3 unchanged" in CliRunner().invoke(main, words, catch_exceptions=False).output
    repository.edit("Nile", "The White Nile")
    assert "1 edited" in CliRunner().invoke(main, words, catch_exceptions=False).output
