"""Reads a deck's files: regular, inside the deck's folder, of a sane size. Decks may come from strangers."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from builder.model import Place, Problem, problem, shown

#: Bytes; 100,000 cards take about 25 MB, and a section file holds a small part of such a deck.
LARGEST_FILE = 32_000_000


def read_file(path: Path, folder: Path, largest: int = LARGEST_FILE) -> bytes | Problem:
    """The bytes of `path`, at most `largest`, or the problem with it; a link that leaves `folder` is not followed."""
    at = Place(shown(path))
    try:
        status = os.stat(path)
    except FileNotFoundError:
        if path.name == "deck.yaml":
            return problem("missing-file", at, "there is no deck.yaml", "write it, or start a deck with studydeck new")
        return problem("missing-file", at, "the file's link leads nowhere", "put the file itself in its place")
    except OSError as error:
        return problem("unreadable", at, f"the file can't be read ({error.strerror})", "mend its link or its folder")
    if (path.parent != folder or path.is_symlink()) and not _is_inside(
        os.path.realpath(path), os.path.realpath(folder)
    ):
        return problem("unreadable", at, "the file is a link out of the deck's folder", "put a copy in its place")
    if not stat.S_ISREG(status.st_mode):
        what = "a YAML file" if path.suffix == ".yaml" else "the file itself"
        return problem("unreadable", at, "this isn't a regular file", f"put {what} in its place")
    if status.st_size > largest:
        size = f"{status.st_size / 1e6:.0f} MB"
        return problem("too-big", at, f"the file has {size}, more than any section needs", "split it into sections")
    try:
        return path.read_bytes()
    except OSError as error:
        return problem("unreadable", at, f"the file can't be read ({error.strerror})", "give yourself leave to read it")


def _is_inside(real: str, home: str) -> bool:
    """Whether a path without links lies in a folder."""
    return os.path.commonpath([real, home]) == home
