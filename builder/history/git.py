"""What git knows of a deck's folder: the lock and the cards at an older revision."""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path


def has_revision(folder: Path, revision: str) -> bool:
    """Whether `revision` names a commit in the repository that holds `folder`."""
    if revision.startswith("-"):
        return False
    return _git(folder, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}") is not None


def file_at(folder: Path, revision: str, name: str) -> bytes | None:
    """The bytes of `folder/name` at `revision`, or None where it wasn't there."""
    return _git(folder, "show", f"{revision}:./{name}")


def revisions_of(folder: Path, name: str, most: int = 50) -> list[str]:
    """The commits that changed `folder/name`, newest first."""
    found = _git(folder, "log", f"--max-count={most}", "--format=%h", "--", name)
    return found.decode().split() if found else []


def checkout(folder: Path, revision: str, target: Path) -> bool:
    """Puts `folder` as it was at `revision` into `target`; False where git doesn't have it."""
    archive = _git(folder, "archive", "--format=tar", revision, ".")
    if archive is None:
        return False
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(target, filter="data")
    return True


def _git(folder: Path, *arguments: str) -> bytes | None:
    """What git prints, or None where git, the repository or the thing asked for isn't there."""
    try:
        done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, check=False)  # noqa: S603, S607
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None
