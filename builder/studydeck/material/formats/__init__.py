"""Files of material to text with Markdown's headings and bullets. A file here is a format, and has a `FORMAT`.

Text and Markdown need no library. Those for HTML and PDF are in the extra studydeck[material], and loaded only there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from studydeck.files import TOO_BIG, Refused, read_bytes

#: Bytes; the longest books have some five million letters.
LARGEST = 30_000_000


class Format(NamedTuple):
    """A format: the suffixes of its files, and the bytes that they start with, if these identify it.

    `read` returns the text of a file, whose bytes are read already; it raises ValueError with a sentence if it can't.
    """

    suffixes: Sequence[str]
    read: Callable[[Path, bytes], str]
    start: bytes = b""


def read_material(path: Path) -> str:
    """The text of a material. The format is known by the file's first bytes, or by its suffix; others are plain text.

    Raises ValueError with a sentence if it isn't a regular file, is too big, can't be read, or needs the extra.
    """
    try:
        data = read_bytes(path, largest=LARGEST)
    except Refused as error:
        if error.strerror == TOO_BIG:
            size = f"{error.size / 1e6:.0f} MB"
            raise ValueError(f"{path} is {size}, which is too big; name a smaller part of it") from None
        raise ValueError(f"{path} isn't a regular file") from None
    except OSError as error:
        raise ValueError(f"{path} can't be read ({error.strerror})") from None
    suffix = path.suffix.lower()
    by_start = (each for each in formats() if each.start and data.startswith(each.start))
    by_suffix = (each for each in formats() if suffix in each.suffixes)
    reader = next(by_start, None) or next(by_suffix, None)
    return reader.read(path, data) if reader else decoded(path, data)


@cache
def formats() -> tuple[Format, ...]:
    """All formats but plain text."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("[!_]*.py"))
    return tuple(import_module(f"{__name__}.{name}").FORMAT for name in names)


def decoded(path: Path, data: bytes) -> str:
    """The text of a file in UTF-8, or in UTF-16 if it says so. Raises ValueError with a sentence."""
    try:
        return data.decode("utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"{path} isn't UTF-8; save it as UTF-8") from None


def needs_extra(path: Path, what: str) -> ValueError:
    """The sentence for a user without the libraries that read such a file."""
    from studydeck.installing import install_line

    return ValueError(f"{path} is {what}, which needs an optional part of studydeck: {install_line('material')}")
