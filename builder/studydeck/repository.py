"""Which git repository a folder is in, and whether any of its branches, tags, stashes or reflogs has moved.

Both are read from git's own files: starting git takes longer than a build that has nothing to do.
"""

from __future__ import annotations

import hashlib
import os
import stat
from typing import NamedTuple

_LONGEST = 4096  # bytes of a file with a path in it
#: What changes when a ref moves: in the folder of a worktree, and in the one that all worktrees share.
_OWN = ("HEAD", "logs")
_SHARED = ("refs", "logs", "packed-refs", "reftable", "worktrees", "shallow")
_DECIDING = ("HEAD", "tables.list")  # of a worktree, beside its refs and logs; its index doesn't matter for builds


class Repository(NamedTuple):
    """`top` holds `git_dir`, the `.git` in it, a folder or a file; `shared` is the folder that all worktrees share."""

    top: str
    git_dir: str
    shared: str


def repository_of(folder: str | os.PathLike[str]) -> Repository | None:
    """The repository that `folder` is in, with links followed; None if there is none."""
    top = os.path.realpath(folder)
    while not _is_git_dir(git_dir := os.path.join(top, ".git")):
        above = os.path.dirname(top)
        if above == top:
            return None
        top = above
    own = _own(git_dir)
    return Repository(top, git_dir, os.path.normpath(os.path.join(own, _path_in(os.path.join(own, "commondir")))))


def refs_state(repository: Repository) -> str:
    """A hash that changes whenever git would list other commits than before."""
    own = _own(repository.git_dir)
    digest = hashlib.sha256()
    for path in [*(os.path.join(own, name) for name in _OWN), *(os.path.join(repository.shared, x) for x in _SHARED)]:
        _add(digest, path, os.path.basename(path) == "worktrees")
    return digest.hexdigest()


def is_shallow(repository: Repository) -> bool:
    """Whether it is a shallow clone, which lacks older commits."""
    try:
        return os.path.getsize(os.path.join(repository.shared, "shallow")) > 0
    except OSError:
        return False


def _add(digest: hashlib._Hash, path: str, worktrees: bool = False) -> None:
    """Adds the times and sizes of all files below `path`: git replaces files of refs, and appends to logs."""
    try:
        status = os.lstat(path)
        if not stat.S_ISDIR(status.st_mode):
            marks = f"\0{status.st_ino} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}\n"
            digest.update(os.fsencode(path) + marks.encode())
            return
        with os.scandir(path) as entries:
            inside = sorted((each.name, each.is_dir(follow_symlinks=False)) for each in entries)
    except OSError:
        return
    for name, is_folder in inside:
        if not worktrees or is_folder or name in _DECIDING:
            _add(digest, os.path.join(path, name), worktrees and name not in ("logs", "refs", "reftable"))


def _is_git_dir(path: str) -> bool:
    """Whether git would accept `path` as a repository, or as a file that points to one."""
    try:
        mode = os.stat(path).st_mode
    except OSError:
        return False
    if stat.S_ISDIR(mode):
        return all(os.path.lexists(os.path.join(path, name)) for name in ("HEAD", "objects", "refs"))
    return stat.S_ISREG(mode)


def _own(git_dir: str) -> str:
    """The folder of this worktree's HEAD: `.git` itself, or the path written in it."""
    return os.path.join(os.path.dirname(git_dir), _path_in(git_dir).removeprefix("gitdir:").strip() or git_dir)


def _path_in(path: str) -> str:
    """The path that is written in a small file; "" if there is none."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return ""
        with open(path, "rb") as file:
            return os.fsdecode(file.read(_LONGEST)).strip()
    except OSError:
        return ""
