"""Reads a deck's files: regular, inside the deck's folder, of a sane size. Decks may come from strangers."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from studydeck.model import Place, Problem, problem, shown

#: Bytes; 100,000 cards take about 25 MB, and a section file holds a small part of such a deck.
LARGEST_FILE = 32_000_000


def read_file(path: Path, folder: Path, largest: int = LARGEST_FILE) -> bytes | Problem:
    """The bytes of `path`, at most `largest`, or the problem with it; a link that leaves `folder` is not followed."""
    try:
        status = os.lstat(path)
        is_link = stat.S_ISLNK(status.st_mode)
        status = os.stat(path) if is_link else status
    except FileNotFoundError:
        if path.name == "deck.yaml":
            remedy = "write it, or start a deck with studydeck new"
            return _told("missing-file", path, "there is no deck.yaml", remedy)
        return _told("missing-file", path, "the file's link leads nowhere", "put the file itself in its place")
    except OSError as error:
        message = f"the file can't be read ({error.strerror})"
        return _told("unreadable", path, message, "mend its link or its folder")
    if (is_link or path.parent != folder) and not _is_inside(path, folder):
        return _told("unreadable", path, "the file is a link out of the deck's folder", "put a copy in its place")
    if not stat.S_ISREG(status.st_mode):
        what = "a YAML file" if path.suffix == ".yaml" else "the file itself"
        return _told("unreadable", path, "this isn't a regular file", f"put {what} in its place")
    if status.st_size > largest:
        size = f"{status.st_size / 1e6:.0f} MB"
        return _told("too-big", path, f"the file has {size}, more than any section needs", "split it into sections")
    try:
        return _bytes_of(path, status.st_size)
    except OSError as error:
        return _told("unreadable", path, f"the file can't be read ({error.strerror})", "give yourself leave to read it")


def _bytes_of(path: Path, size: int) -> bytes:
    """All bytes of a file of this size, in a third of the time that `read_bytes` takes: decks of many files feel it."""
    file = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        data = os.read(file, size + 1)
    finally:
        os.close(file)
    return data if len(data) == size else path.read_bytes()  # it was changed just now, or came in pieces


def _told(name: str, path: Path, message: str, remedy: str) -> Problem:
    return problem(name, Place(shown(path)), message, remedy)


def _is_inside(path: Path, folder: Path) -> bool:
    """Whether a path lies in a folder, once all links are followed."""
    home = os.path.realpath(folder)
    return os.path.commonpath([os.path.realpath(path), home]) == home
