"""What git knows about a deck's folder: the locks and cards of older revisions.

The repository may be a stranger's, with its own config. So only commands that read objects are called, none that runs
a filter, a driver, a hook or a pager (tests/test_git.py), or that fetches what a partial clone lacks.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import accumulate, groupby
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from studydeck.history.packs import lines_in
from studydeck.patterns import pattern
from studydeck.repository import Repository, repository_of

_LARGEST = 1_000_000_000  # bytes of a file that is read
_AT_ONCE = 32_000_000  # bytes to ask git for at once
_DEEPEST = 4095  # of deltas on deltas; git's own limit
_PATIENCE = 120  # seconds, in case git waits for something that never comes
_REGULAR, _LINK = ("100644", "100755", "100664"), "120000"
_DECK_FILE = pattern(r"[^/]+\.(?:yaml|lock|css)|media/.+")


class GitRefusedError(Exception):
    """Git can't answer; the message says why, in words that follow "git", and `remedy` says what to do."""

    def __init__(self, why: str, remedy: str = "make `git log` work in the deck's folder") -> None:
        super().__init__(why)
        self.remedy = remedy


class FileVersion(NamedTuple):
    """The hash of a file's bytes, and the newest commit that introduced them."""

    blob: str
    commit: str


def commit_of(folder: Path, revision: str) -> str | None:
    """The hash of the commit that `revision` names in the repository of `folder`; None if it names none."""
    repository = repository_of(folder)
    if repository is None or revision.startswith("-"):
        return None
    found = _asked(repository, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    return found.decode().strip() or None


def home_at(folder: Path, commit: str, uid: str) -> str | None:
    """Where the deck with `uid` was at a commit, as a path from the top of the repository ("" is the top itself).

    Its folder may have been renamed since. None if there was no such deck, nor any deck in its present folder.
    """
    repository = repository_of(folder)
    if repository is None:
        return None
    here = os.path.relpath(os.path.realpath(folder), repository.top).replace(os.sep, "/").removeprefix(".")
    files = _files_at(repository, commit)
    decks = {path.rpartition("/")[0]: blob for path, _, blob in files if PurePosixPath(path).name == "deck.yaml"}
    name = re.compile(rb"(?<!\w)%b(?!\w)" % re.escape(uid.encode()))
    named = {blob for blob, data in _blobs(repository, set(decks.values()), _asked) if uid and name.search(data)}
    homes = [home for home, blob in decks.items() if blob in named]
    if here in homes or (not homes and here in decks):
        return here
    return homes[0] if homes else None


def file_at(folder: Path, commit: str, path: str) -> bytes | None:
    """The bytes of `path`, relative to the top of the repository, at a commit; None if it didn't exist then."""
    repository = repository_of(folder)
    return _asked(repository, "cat-file", "blob", f"{commit}:{path}") or None if repository else None


def commits_of(folder: Path, path: str) -> list[str]:
    """The commits up to HEAD that changed `path`, relative to the top of the repository, newest first."""
    repository = repository_of(folder)
    return _asked(repository, "rev-list", "HEAD", "--", f":(top,literal){path}").decode().split() if repository else []


def checkout(folder: Path, commit: str, home: str, target: Path) -> bool:
    """Copies the deck in `home`, relative to the repository's top, as it was, to `target`; False on failure.

    Copies only the files that a build reads, as they are in the repository: no filter is run on them.
    """
    repository = repository_of(folder)
    if repository is None:
        return False
    files = [each for each in _files_at(repository, f"{commit}:{home}") if _DECK_FILE.fullmatch(each[0])]
    data = dict(_blobs(repository, {blob for _, _, blob in files}, _asked))
    for path, mode, blob in sorted(files, key=lambda each: each[1] == _LINK):  # links last, not to write through one
        place = target.joinpath(*path.split("/"))
        if blob not in data or any(part in ("", ".", "..") or set(part) & set("\\:") for part in path.split("/")):
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        if mode in _REGULAR:
            place.write_bytes(data[blob])
        elif mode == _LINK and os.name != "nt" and not os.path.lexists(place):
            os.symlink(data[blob], os.fsencode(place))
    return bool(data)


def versions_ever(repository: Repository, name: str, only_this_branch: bool) -> list[FileVersion]:
    """All files called `name` in any folder, at any commit that a branch, tag, stash or reflog reaches.

    Folder by folder, newest first. With `only_this_branch`, only the commits that HEAD reaches count.
    Raises GitRefusedError.
    """
    if only_this_branch and not _asked(repository, "rev-parse", "--verify", "--quiet", "HEAD"):
        return []  # there is no commit yet
    commits = _git(repository, "rev-list", *(["HEAD"] if only_this_branch else ["--all", "--reflog"]))
    listed = _git(
        repository, "diff-tree", "--stdin", "-r", "-m", "--root", "--raw", "--no-renames", "--no-abbrev",
        "--", f":(top,glob)**/{name}", given=commits,
    )  # fmt: skip
    found: dict[str, dict[str, str]] = {}
    commit = ""
    for line in listed.decode("utf-8", "replace").splitlines():
        if not line.startswith(":"):
            commit = line
            continue
        head, _, path = line.partition("\t")
        _, mode, _, blob, _ = head.split()
        if mode in _REGULAR:
            found.setdefault(path, {}).setdefault(blob, commit)
    return [FileVersion(*each) for versions in found.values() for each in versions.items()]


def lines_ever(repository: Repository, blobs: Collection[str]) -> tuple[set[str], set[bytes]]:
    """Those of the `blobs` that the repository has, and all lines that are in any of them. Raises GitRefusedError."""
    there: set[str] = set()
    lines: set[bytes] = set()
    for some in _groups(repository, blobs, _git, "%(objectsize:disk)"):
        options = ("--stdout", "--quiet", "--delta-base-offset", "--window=0", f"--depth={_DEEPEST}", "--threads=1")
        for some_lines in lines_in(_git(repository, "pack-objects", *options, given=_lines(some))):
            lines.update(some_lines)
        there.update(some)
    return there, lines


def commits_with(repository: Repository, name: str, lines: Iterable[str], only_this_branch: bool) -> dict[str, str]:
    """The newest commits that introduced files called `name` with these lines, by the lines. Raises GitRefusedError."""
    wanted = {line: line.encode() for line in lines}
    found: dict[str, str] = {}
    commits = dict(versions_ever(repository, name, only_this_branch) if wanted else ())
    for blob, data in _blobs(repository, commits, _git):
        there = set(data.replace(b"\r", b"").split(b"\n"))
        found |= {line: commits[blob] for line, written in wanted.items() if written in there}
        if not (wanted := {line: written for line, written in wanted.items() if line not in found}):
            break
    return found


def name_of(repository: Repository, commit: str) -> str:
    """A commit's name for people: a branch or tag with it, the current branch first, and its short hash."""
    refs = _asked(repository, "for-each-ref", f"--contains={commit}", "--format=%(HEAD)%(refname:short)")
    names = sorted(refs.decode("utf-8", "replace").splitlines(), key=lambda each: each[0] != "*")
    return ", ".join([*(each[1:] for each in names[:1]), commit[:7]])


def _files_at(repository: Repository, tree: str) -> list[tuple[str, str, str]]:
    """The files of a tree: path, mode and hash of each."""
    listed = os.fsdecode(_asked(repository, "ls-tree", "-r", "-z", "--full-tree", tree)).split("\0")
    parts = [each.partition("\t") for each in listed if each]
    return [(path, *head.split()[::2]) for head, _, path in parts]  # type: ignore[misc]


def _blobs(repository: Repository, blobs: Collection[str], ask: Callable[..., bytes]) -> Iterator[tuple[str, bytes]]:
    """Those of the `blobs` that exist, with their bytes."""
    for some in _groups(repository, blobs, ask, "%(objectsize)"):
        yield from _batch(ask(repository, "cat-file", "--batch", "--buffer", given=_lines(some)))


def _groups(
    repository: Repository, blobs: Collection[str], ask: Callable[..., bytes], size: str
) -> Iterator[list[str]]:
    """Those of the `blobs` that exist, so many at a time as is sane to ask git for; `size` says which size counts."""
    asked = f"--batch-check=%(objectname) %(objecttype) %(objectsize) {size}"
    listed = ask(repository, "cat-file", asked, "--buffer", given=_lines(blobs)) if blobs else b""
    found = [each for each in map(str.split, listed.decode().splitlines()) if each[1] == "blob"]
    wanted = {blob: int(size) for blob, _, whole, size in found if int(whole) <= _LARGEST}
    ends = zip(wanted, accumulate(wanted.values()), strict=True)
    for _, part in groupby(ends, key=lambda each: each[1] // _AT_ONCE):
        yield [blob for blob, _ in part]


def _lines(names: Iterable[str]) -> bytes:
    return "".join(f"{each}\n" for each in names).encode()


def _batch(printed: bytes) -> Iterator[tuple[str, bytes]]:
    """The objects that `git cat-file --batch` printed: a line with name, kind and size, the bytes, a line end."""
    start = 0
    while start < len(printed):
        end = printed.index(b"\n", start)
        name, _, size = printed[start:end].decode().split()
        start = end + 1 + int(size) + 1
        yield name, printed[end + 1 : start - 1]


def _asked(repository: Repository, *arguments: str, given: bytes = b"") -> bytes:
    """What git prints, or nothing if git, the repository or the thing asked for is missing."""
    try:
        return _git(repository, *arguments, given=given)
    except GitRefusedError:
        return b""


def _git(repository: Repository, *arguments: str, given: bytes = b"") -> bytes:
    """What git prints, with `given` as its input. Raises GitRefusedError.

    The environment can't point git at another repository, index or config; nothing is fetched or replaced.
    """
    import subprocess  # takes as long as reading a small deck, and is rarely needed

    program = _program()
    if program is None:
        raise GitRefusedError("isn't installed", "install git")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    armour = {
        "LC_ALL": "C",
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_FLUSH": "0",  # it prints a thousand commits at once
        "GIT_GRAFT_FILE": os.devnull,
        "GIT_INDEX_FILE": os.path.join(repository.shared, os.urandom(16).hex()),  # missing: diff-tree reads it
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
    }
    settings = (
        "core.fsmonitor=false",
        "pack.compression=0",
        f"core.hooksPath={os.devnull}",
        f"core.attributesFile={os.devnull}",
    )
    options = ["--no-pager", f"--git-dir={repository.git_dir}", *(part for each in settings for part in ("-c", each))]
    try:
        done = subprocess.run(  # noqa: S603 - git, by its full path
            [program, *options, *arguments],
            input=given,
            capture_output=True,
            check=False,
            cwd=repository.top,
            env=inherited | armour,
            timeout=_PATIENCE,
        )
    except subprocess.TimeoutExpired:
        raise GitRefusedError(f"didn't answer for {_PATIENCE} seconds") from None
    except OSError as error:
        raise GitRefusedError(f"can't be run ({error.strerror})") from None
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise GitRefusedError(f"can't read the repository ({said[-1] if said else f'exit code {done.returncode}'})")
    return done.stdout


def _program() -> str | None:
    """Where git is. One in the current folder, where Windows looks first, may be a stranger's."""
    name = "git.exe" if os.name == "nt" else "git"
    places = (os.path.join(folder, name) for folder in os.get_exec_path() if os.path.isabs(folder))
    return next((each for each in places if os.path.isfile(each) and os.access(each, os.X_OK)), None)
