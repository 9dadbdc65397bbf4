"""deck.lock and the package on disk. They must match: learners get the package, and the next build reads the lock.

Both are written beside their targets. The lock then waits under a temporary name until the package is in place, so that
a build that is killed in between loses nothing (tests/test_killed.py kills it everywhere).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path
from types import TracebackType

from studydeck.counting import counted
from studydeck.files import (
    LARGEST_FILE,
    Refused,
    create,
    digest_of,
    hash_of,
    move,
    read_bytes,
    read_file,
    target_of,
    write_file,
)
from studydeck.history import LOCK_FILE, Lock, read_lock
from studydeck.model import WARNING, Deck, Place, Problem, problem, shown
from studydeck.timings import stage

#: Bytes; a note takes some 200.
LARGEST_LOCK = 1_000_000_000
#: git merges two people's locks by taking the lines of both; history/lock.py reads such a file.
_GIT_ATTRIBUTES = "deck.lock text eol=lf merge=union\n"
_ONE_BUILD = 60  # seconds, between two changes of a file that a build is writing


# --- reading -------------------------------------------------------------------------------------


@stage("lock", lambda found: len(found[0].notes))
def lock_in(folder: Path) -> tuple[Lock, str, list[Problem]]:
    """The lock of the deck in `folder`, the hash of its file ("" if it can't be read), and what is wrong with it.

    A lock that a killed build left pending counts, too: its stamps may have reached learners.
    """
    path = folder / LOCK_FILE
    data = read_file(path, folder, LARGEST_LOCK) if os.path.lexists(path) else b""
    if isinstance(data, Problem):
        return Lock(), "", [data]
    digest = hash_of(data)
    if pending := _pending(path, digest):
        waiting = [read_file(each, folder, LARGEST_LOCK) for each in pending]
        if problems := [each for each in waiting if isinstance(each, Problem)]:
            return Lock(), digest, problems
        first, *others = [each for each in waiting if isinstance(each, bytes)]
        lock, problems = read_lock(shown(path), first + b"".join(each.partition(b"\n")[2] for each in others))
        if not problems:
            return lock, digest, []
    if not data and not os.path.lexists(path):
        return Lock(), digest, []
    key = shown(path), digest
    if key not in _last_read:
        _last_read.clear()
        _last_read[key] = read_lock(shown(path), data)
    lock, problems = _last_read[key]
    return lock, digest, [*problems]


#: The lock that was read last, by its path and the hash of its file: a preview looks at it after every save.
_last_read: dict[tuple[str, str], tuple[Lock, list[Problem]]] = {}


def forget_lock() -> None:
    """Frees the memory of the lock that was read last: it is read again then."""
    _last_read.clear()


def _pending(path: Path, digest: str) -> list[Path]:
    """The pending locks beside the one at `path`, whose file has this hash, that wait for their packages."""
    with suppress(OSError):
        names = sorted(os.listdir(path.parent))
        start = _pending_name(path, digest, "")
        return [path.with_name(name) for name in names if name.startswith(start) and name.endswith(".pending")]
    return []


def _pending_name(path: Path, digest: str, rest: str) -> str:
    return f".{path.name}.{digest[:16]}.{rest}"


# --- writing -------------------------------------------------------------------------------------


class ChangedLockError(OSError):
    """The lock was changed after it was read."""


class Replacement:
    """A new package and a new lock, which replace the old ones together when the `with` block ends.

    Write the package to `package` and the lock with `write_lock`; `written` are then the hashes of both files by their
    paths. Raises ChangedLockError, and replaces nothing, if deck.lock no longer has the hash `follows`, unless that
    is "". Raises OSError if a file can't be written.
    """

    def __init__(self, path: Path, folder: Path, follows: str) -> None:
        self._path, self._lock_path, self._follows = path, folder / LOCK_FILE, follows
        self.package = path.with_name(f".{path.name}.{os.getpid()}.part")
        self._lock = self._lock_path.with_name(f".{LOCK_FILE}.{os.getpid()}.part")
        self.written: Mapping[str, str] = {}

    def __enter__(self) -> Replacement:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._target = target_of(self._lock_path, self._lock_path.parent)
        return self

    def write_lock(self, lines: Iterable[str]) -> None:
        """Writes the new lock beside the old one."""
        with TextIOWrapper(create(self._lock, like=self._target), "utf-8", newline="") as file:
            file.writelines(lines)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._replace()
        finally:
            self.package.unlink(missing_ok=True)
            self._lock.unlink(missing_ok=True)
        if error is None:
            for place in (self._path, self._lock_path):
                _sweep(place, self._lock_path.stat().st_mtime)

    def _replace(self) -> None:
        package, lock = digest_of(self.package), digest_of(self._lock)
        self.written = {os.fspath(self._path): package, os.fspath(self._lock_path): lock}
        before = digest_of(self._target, largest=LARGEST_LOCK) if self._target.exists() else hash_of(b"")
        if self._follows not in ("", before):
            raise ChangedLockError
        pending = self._lock_path.with_name(_pending_name(self._lock_path, before, f"{os.getpid()}.pending"))
        os.replace(self._lock, pending)
        try:
            move(self.package, self._path, package)
        except OSError:  # no learner gets the package, so nothing is pending
            pending.unlink(missing_ok=True)
            raise
        move(pending, self._target, lock)


def not_written(error: OSError, path: Path, folder: Path) -> Problem:
    """The problem with a package and a lock that couldn't be put into place."""
    if isinstance(error, ChangedLockError):
        message = "another program changed deck.lock during the build"
        return problem("changed-lock", Place(shown(folder / LOCK_FILE)), message, "build again")
    if isinstance(error, Refused):
        at, message = Place(shown(Path(error.filename))), f"the lock can't be written ({error.strerror})"
        return problem("unwritable", at, message, "replace it with a regular file")
    message = f"the package or its lock can't be written ({error.strerror or error})"
    return problem("unwritable", Place(path.as_posix()), message, "free some space, or choose another folder with -o")


def _sweep(place: Path, now: float) -> None:
    """Deletes what killed builds left beside `place`, but nothing that another build is still writing."""
    for name in os.listdir(place.parent):
        left = place.with_name(name)
        if name.startswith(f".{place.name}.") and name.endswith((".part", ".pending")):
            with suppress(OSError):
                if now - left.stat().st_mtime > _ONE_BUILD or _has_ended(left.stem):
                    left.unlink()


def _has_ended(name: str) -> bool:
    """Whether the process whose number is at the end of `name` has ended. On Windows, open files can't be deleted."""
    pid = name.rpartition(".")[2]
    try:
        if os.name != "nt" and pid.isdecimal():
            os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):  # another user's process, or not a process number
        return False
    return os.name == "nt"


def set_up_merging(folder: Path) -> list[Problem]:
    """Adds a line to .gitattributes that makes git merge locks; returns a warning if it can't be written."""
    attributes = folder / ".gitattributes"
    try:
        said = read_bytes(attributes, folder, LARGEST_FILE) if os.path.lexists(attributes) else b""
        if LOCK_FILE.encode() not in said:
            apart = b"" if not said or said.endswith(b"\n") else b"\n"
            write_file(attributes, said + apart + _GIT_ATTRIBUTES.encode(), folder)
    except OSError as error:
        message = f"git can't be set up to merge locks: the file can't be written ({error.strerror or error})"
        remedy = f"add this line to it: {_GIT_ATTRIBUTES.strip()}"
        return [problem("unwritable", Place(shown(attributes)), message, remedy, WARNING)]
    return []


def lock_warnings(deck: Deck, lock: Lock, path: Path, now: int) -> list[Problem]:
    """Warnings about the lock before a build at `now` (seconds since 1970); `path` is the package's."""
    return [*_lost_lock(deck, lock, path), *_future_stamp(deck, lock, now)]


def _lost_lock(deck: Deck, lock: Lock, path: Path) -> list[Problem]:
    if lock.notes or (deck.folder / LOCK_FILE).exists() or not path.exists():
        return []
    message = f"{path.as_posix()} was built before, but the deck's lock is missing"
    remedy = "restore it with studydeck build --repair-lock; cards with an id keep their history in any case"
    return [problem("lost-lock", deck.place, message, remedy, WARNING)]


def _future_stamp(deck: Deck, lock: Lock, now: int) -> list[Problem]:
    """A warning if the lock is more than a day ahead: learners' own changes of such notes would lose against it."""
    newest = max((each.modified for each in lock.notes.values()), default=0)
    days = (newest - now) // 86_400
    if days < 1:
        return []
    at = Place(shown(deck.folder / LOCK_FILE))
    message = f"the lock's newest stamp is {counted(days, 'day')} ahead of this build's clock"
    return [
        problem("future-stamp", at, message, "set the clock; edits still arrive, since stamps only increase", WARNING)
    ]
