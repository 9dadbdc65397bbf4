"""What libraries read in a material's file, kept in the user's cache: a page of a PDF takes a fiftieth of a second."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from studydeck import __version__
from studydeck.files import hash_of
from studydeck.user_cache import recall_text, remember_text

_LIBRARIES = ("beautifulsoup4", "mammoth", "markdownify", "odfdo", "pdfminer.six")


def kept_text(path: Path, data: bytes, read: Callable[[], str]) -> str:
    """What `read` returns, or has returned if the file at `path` last had the same `data`, for the same programs."""
    key = f"material {os.path.realpath(path)}"
    made_from = f"{hash_of(data)} {hash_of(_programs())}"
    made, _, text = (recall_text(key) or "").partition("\n")
    if made != made_from:
        text = read()
        remember_text(key, f"{made_from}\n{text}")
    return text


def _programs() -> bytes:
    """What a file's text depends on, besides the file: the versions of libraries, and our own part."""
    ours = [each.read_bytes() for each in sorted(Path(__file__).parent.glob("*.py"))]
    return b"\0".join([__version__.encode(), *(_version(each).encode() for each in _LIBRARIES), *ours])


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return ""
