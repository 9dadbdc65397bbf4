"""The one way to read and write a deck's files, which may come from a stranger, and what a build writes.

Only regular files of a reasonable size are read, and only inside the deck's folder, with links followed. Files are
written beside their targets and then moved into place, completely or not at all, with the mode that they had. Words for
problems are loaded only if there is one: an unchanged build needs none.
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
import re
import stat
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from studydeck.patterns import pattern

if TYPE_CHECKING:
    from studydeck.model import Problem

#: Bytes; 100,000 cards take about 25 MB, and a section file is a small part of such a deck.
LARGEST_FILE = 32_000_000
#: Bytes; larger packages aren't read: no phone could import one.
LARGEST_PACKAGE = 2_000_000_000
_SMALL = 1_000_000  # bytes that are read at once
OUTSIDE = "it is a link to outside the deck's folder"
IRREGULAR = "it isn't a regular file"
TOO_BIG = "it is too big"

#: Nanoseconds between two times that a file system can tell apart, and on one that knows only hundredths of a second
#: (exFAT), seconds, or each second one (FAT).
_TICK, _LONG_TICK = 12_000_000, 2_000_000_000

_DEVICE = pattern(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)
_Path = str | os.PathLike[str]
#: What `mark_of` returns.
Mark = tuple[int, ...]
_digests: dict[tuple[str, Mark], str] = {}


class Refused(OSError):
    """A file that won't be read or written; `strerror` is OUTSIDE, IRREGULAR or TOO_BIG, `size` is in bytes."""

    def __init__(self, why: str, path: _Path, size: int = 0) -> None:
        super().__init__(errno.EPERM, why, os.fspath(path))
        self.size = size


def for_every_system(name: str) -> str:
    """`name`, or one that Windows has no device of: there no file can be called so, and git checks out nothing."""
    return f"{name}-cards" if _DEVICE.match(name) else name


# --- reading -------------------------------------------------------------------------------------


def read_file(path: Path, folder: Path, largest: int = LARGEST_FILE) -> bytes | Problem:
    """The bytes of a file of the deck in `folder`, at most `largest` of them, or the problem with it."""
    try:
        return read_bytes(path, folder, largest)
    except OSError as error:
        name, message, remedy = _words_for(error, path)
    from studydeck.model import Place, problem, shown

    return problem(name, Place(shown(path)), message, remedy)


def read_bytes(path: _Path, folder: _Path | None = None, largest: int | None = None) -> bytes:
    """The bytes of a file that `status_of` allows to be read, at most `largest` of them. Raises OSError.

    Takes a third of the time of `Path.read_bytes`, which matters for decks of many files.
    """
    size = _size(status_of(path, folder), path, largest)
    return _bytes_of(path, size)


def _size(status: os.stat_result, path: _Path, largest: int | None) -> int:
    if largest is not None and status.st_size > largest:
        raise Refused(TOO_BIG, path, status.st_size)
    return status.st_size


def _bytes_of(path: _Path, size: int) -> bytes:
    """The bytes of a file that has this size, or had it a moment ago."""
    file = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        data = os.read(file, size + 1)
        while len(data) != size and (more := os.read(file, size + 65_536)):  # it is being changed, or arrives in pieces
            data += more
    finally:
        os.close(file)
    return data


def status_of(path: _Path, folder: _Path | None = None) -> os.stat_result:
    """The status of a regular file, or of the one that a link points to; with a `folder`, only inside that.

    Raises OSError if there is none, and Refused if it isn't a regular file or is outside the folder.
    """
    status = os.lstat(path)
    is_link = stat.S_ISLNK(status.st_mode)
    if is_link:
        status = os.stat(path)
    is_in_place = folder is None or (not is_link and (os.path.dirname(path) or ".") == os.fspath(folder))
    if folder is not None and not is_in_place and not inside(path, folder):
        raise Refused(OUTSIDE, path)
    if not stat.S_ISREG(status.st_mode):
        raise Refused(IRREGULAR, path)
    return status


def inside(path: _Path, folder: _Path) -> bool:
    """Whether `path` is `folder` or is in it, after following all links of both."""
    home = os.path.realpath(folder)
    try:
        return os.path.commonpath([os.path.realpath(path), home]) == home
    except ValueError:  # another drive on Windows
        return False


def _words_for(error: OSError, path: Path) -> tuple[str, str, str]:
    """The name, message and remedy of the problem with a file that couldn't be read."""
    if error.strerror == OUTSIDE:
        return "unreadable", "the file is a link to outside the deck's folder", "replace it with a copy"
    if error.strerror == IRREGULAR:
        what = "a YAML file" if path.suffix == ".yaml" else "the file itself"
        return "unreadable", "this isn't a regular file", f"replace it with {what}"
    if isinstance(error, Refused):
        size = f"{error.size / 1e6:.0f} MB"
        return "too-big", f"the file is {size}, more than any section needs", "split it into several sections"
    if isinstance(error, FileNotFoundError):
        if path.name == "deck.yaml":
            return "missing-file", "there is no deck.yaml", "create it, or start a deck with studydeck new"
        return "missing-file", "the file is a broken link", "replace it with the file itself"
    remedy = "fix the file's permissions" if isinstance(error, PermissionError) else "fix its link or its folder"
    return "unreadable", f"the file can't be read ({error.strerror})", remedy


def digest_of(path: _Path, folder: _Path | None = None, largest: int | None = None) -> str:
    """The hash of the bytes of a file that `read_bytes` would read (SHA-256, in hexadecimal digits). Raises OSError.

    A large file is never whole in memory. A file that this process hashed before isn't read again while its status
    shows that it is the same.
    """
    status = status_of(path, folder)
    mark = mark_of(status)
    if known := known_digest(path, mark):
        return known
    size = _size(status, path, largest)
    moment = time.time_ns()
    if size <= _SMALL:
        digest = hash_of(_bytes_of(path, size))
    else:
        with open(path, "rb", buffering=0) as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    if _is_sure(mark, moment):
        keep_digest(path, mark, digest)
    return digest


def mark_of(status: os.stat_result) -> Mark:
    """The parts of a file's status that change whenever the file is written or replaced."""
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _is_sure(mark: Mark, moment: int) -> bool:
    """Whether a file that had this mark at `moment` (nanoseconds since 1970) gets another one by any later change.

    Not if it had been written just before, which git calls racily clean: the clock of files ticks only every few
    milliseconds. Nor on Windows, where a mark lacks the moment of the last change, which no program can turn back.
    """
    tick = _TICK if mark[3] % 10**7 else _LONG_TICK
    return os.name == "posix" and max(mark[2:]) < moment - tick


def known_digest(path: _Path, mark: Mark) -> str | None:
    """The hash of the file at `path` if it has this mark, as far as it is known."""
    return _digests.get((os.fspath(path), mark))


def keep_digest(path: _Path, mark: Mark, digest: str) -> None:
    """Keeps the hash of the file at `path`, for as long as it has this mark."""
    _digests[os.fspath(path), mark] = digest


def hash_of(data: bytes) -> str:
    """The hash of `data`, as from `digest_of`."""
    return hashlib.sha256(data).hexdigest()


def utf8_lines(data: bytes) -> Iterator[str]:
    """The lines of a file with their ends, one by one: a list takes three times the file.

    Raises UnicodeDecodeError at once if any isn't UTF-8.
    """
    if not data.isascii():
        data.decode("utf-8")
    return map(bytes.decode, io.BytesIO(data))


# --- writing -------------------------------------------------------------------------------------


def move(path: Path, target: Path, digest: str) -> None:
    """Moves a file that has this hash to `target`, in place of what is there. Raises OSError."""
    before, moment = mark_of(os.stat(path)), time.time_ns()
    os.replace(path, target)
    after = mark_of(os.stat(target))
    if after[:3] == before[:3] and _is_sure(before, moment):  # a move changes only the last one
        keep_digest(target, after, digest)


def write_file(path: Path, data: bytes | Iterable[bytes], folder: Path | None = None) -> None:
    """Writes one file, as `write_files` does."""
    write_files({path: data}, folder)


def write_files(files: Mapping[Path, bytes | Iterable[bytes]], folder: Path | None = None) -> None:
    """Writes files, all of them beside their targets first, so that if one can't be written, none is.

    Files of the deck in `folder` are written where `target_of` says; without a folder, a file replaces a link.
    Creates missing folders. Raises OSError with a sentence.
    """
    parts: list[tuple[Path, Path]] = []
    path = Path()
    try:
        for path, data in files.items():
            target = path if folder is None else target_of(path, folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            part = target.with_name(f".{target.name}.{os.getpid()}.part")
            parts.append((part, target))
            with create(part, like=target) as file:
                file.writelines([data] if isinstance(data, bytes) else data)
        for part, path in parts:
            os.replace(part, path)
    except OSError as error:
        from studydeck.model import shown

        raise OSError(f"{shown(path)} can't be written ({error.strerror})") from None
    finally:
        for part, _ in parts:
            with suppress(OSError):
                part.unlink(missing_ok=True)


def target_of(path: Path, folder: Path) -> Path:
    """Where to write a file of the deck in `folder`: if it is a link, to the file that it points to.

    Raises Refused if that is outside the folder or isn't a regular file.
    """
    if not inside(path, folder):
        raise Refused(OUTSIDE, path)
    target = Path(os.path.realpath(path)) if path.is_symlink() else path
    if os.path.lexists(target) and not stat.S_ISREG(os.lstat(target).st_mode):
        raise Refused(IRREGULAR, path)
    return target


def create(path: Path, like: Path | None = None) -> BinaryIO:
    """A new file, open for writing; an existing one is deleted first, since it may be a link out of a stranger's deck.

    Takes the mode of the file at `like`, if there is one. Raises OSError.
    """
    mode = None
    if like is not None and os.path.lexists(like):
        status = os.lstat(like)
        mode = stat.S_IMODE(status.st_mode) if stat.S_ISREG(status.st_mode) else None
    path.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    file = os.open(path, flags, 0o666 if mode is None else mode)
    if mode is not None:
        os.chmod(path, mode)  # whatever the umask is
    return os.fdopen(file, "wb")


def folder_name(deck: Path) -> str:
    """The name of a deck's folder, by which its package is called."""
    return os.path.basename(os.path.abspath(deck))


def package_path(deck: Path, out: Path) -> Path:
    """The path of the package of the deck in the folder `deck`."""
    return out / f"{folder_name(deck)}.apkg"
