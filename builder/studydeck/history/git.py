"""What git knows of a deck's folder: the lock and the cards at an older revision."""

from __future__ import annotations

from pathlib import Path


def has_revision(folder: Path, revision: str) -> bool:
    """Whether `revision` names a commit in the repository that holds `folder`."""
    if revision.startswith("-"):
        return False
    return _git(folder, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}") is not None


def home_at(folder: Path, revision: str, uid: str) -> str | None:
    """Where the deck with `uid` lay at `revision`, as a path from the top of the repository ("" is the top itself).

    Its folder may have another name since. None where there was no such deck, nor any at its present place.
    """
    prefix = _git(folder, "rev-parse", "--show-prefix")
    here = (prefix or b"").decode().strip().rstrip("/")
    pattern = ("-lzFwe", uid, revision, "--", ":(top,glob)**/deck.yaml")
    found = (_git(folder, "grep", "--full-name", *pattern) or b"").decode().split("\0")[:-1] if uid else []
    homes = [each.removeprefix(f"{revision}:").rpartition("/")[0] for each in found]
    if here in homes or (not homes and file_at(folder, revision, f"{here}/deck.yaml".lstrip("/")) is not None):
        return here
    return homes[0] if homes else None


def file_at(folder: Path, revision: str, path: str) -> bytes | None:
    """The bytes of `path`, counted from the top of the repository, at `revision`; None where it wasn't there."""
    return _git(folder, "show", f"{revision}:{path}")


def revisions_of(folder: Path, path: str, most: int = 50) -> list[str]:
    """The commits that changed `path`, counted from the top of the repository, newest first."""
    found = _git(folder, "log", f"--max-count={most}", "--format=%h", "--", f":(top,literal){path}")
    return found.decode().split() if found else []


def lines_ever(folder: Path, name: str, most: int = 100) -> list[str]:
    """The lines that came to, or went from, `folder/name` in its last commits; none outside of a repository."""
    if not any((each / ".git").exists() for each in (folder.resolve(), *folder.resolve().parents)):
        return []  # without asking git, which takes longer than a small build
    told = _git(folder, "log", "--follow", f"--max-count={most}", "--patch", "--unified=0", "--format=", "--", name)
    lines = (told or b"").decode("utf-8", "replace").split("\n")
    return [line[1:] for line in lines if line.startswith(("+", "-")) and not line.startswith(("+++ ", "--- "))]


def checkout(folder: Path, revision: str, home: str, target: Path) -> bool:
    """Puts `home`, counted from the repository's top, as it was at `revision` into `target`; False if git can't."""
    top = _git(folder, "rev-parse", "--show-toplevel")
    archive = top and _git(Path(top.decode().strip()), "archive", "--format=tar", f"{revision}:{home}")
    if not archive:
        return False
    import io
    import tarfile

    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(target, filter="data")
    return True


def _git(folder: Path, *arguments: str) -> bytes | None:
    """What git prints, or None where git, the repository or the thing asked for isn't there."""
    import subprocess  # as long as a small build's reading, and a build rarely asks

    try:
        done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, check=False)  # noqa: S603, S607
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None
