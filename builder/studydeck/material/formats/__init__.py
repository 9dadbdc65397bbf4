"""Files of material to text with Markdown's headings and bullets. A file here is a format, and has a `FORMAT`.

Text and Markdown need no library. Those for the others are in the extra studydeck[material], and loaded only there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from studydeck.files import TOO_BIG, Refused, digest_of, read_bytes

#: Bytes; the longest books have some five million letters.
LARGEST = 30_000_000
_READ = "text, Markdown, HTML, PDF, .docx or .odt"
#: What files that nothing here reads start with.
_STARTS = {
    b"\xd0\xcf\x11\xe0": "an old (.doc) or protected Office document",
    b"{\\rtf": "a Rich Text document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"%!PS": "a PostScript document",
    b"\x1f\x8b": "a compressed file",
    b"7z\xbc\xaf": "a compressed file",
    b"Rar!": "a compressed file",
}


class Format(NamedTuple):
    """A format: the suffixes of its files, and whether bytes are of this format, if they show it.

    `read` returns the text of a file, whose bytes are read already; it raises ValueError with a sentence if it can't.
    What it does `by_library` takes long, so its text is kept.
    """

    suffixes: Sequence[str]
    read: Callable[[Path, bytes], str]
    knows: Callable[[bytes], bool] = lambda data: False
    by_library: bool = True


def read_material(path: Path) -> str:
    """The text of a material. Raises ValueError with a sentence, as `material_bytes` and `text_of` do."""
    return text_of(path, material_bytes(path))


def material_bytes(path: Path) -> bytes:
    """What is in a material's file.

    Raises ValueError with a sentence if it isn't a regular file, is too big, or can't be read.
    """
    with _sentences_of(path):
        return read_bytes(path, largest=LARGEST)


def material_digest(path: Path) -> str:
    """The hash of a material's file. Raises as `material_bytes`."""
    with _sentences_of(path):
        return digest_of(path, largest=LARGEST)


@contextmanager
def _sentences_of(path: Path) -> Iterator[None]:
    """Turns what stops `path` from being read into a ValueError with a sentence."""
    try:
        yield
    except Refused as error:
        if error.strerror == TOO_BIG:
            size = f"{error.size / 1e6:.0f} MB"
            raise ValueError(f"{path} is {size}, which is too big; name a smaller part of it") from None
        raise ValueError(f"{path} isn't a regular file") from None
    except OSError as error:
        raise ValueError(f"{path} can't be read ({error.strerror})") from None


def text_of(path: Path, data: bytes) -> str:
    """The text of a material's file. Its format is known by its bytes, or by its suffix; others are plain text.

    Raises ValueError with a sentence if it needs the extra, or is of a format that none of these reads.
    """
    suffix = path.suffix.lower()
    reader = next((each for each in formats() if each.knows(data)), None)
    if reader is None and (kind := other_kind(data)):
        raise ValueError(f"{path} is {kind}, which can't be read; save it as {_READ}")
    reader = reader or next((each for each in formats() if suffix in each.suffixes), None)
    if reader is None:
        return decoded(path, data)
    read = reader.read
    if not reader.by_library:
        return read(path, data)
    from studydeck.material.formats._kept import kept_text

    return kept_text(path, data, lambda: read(path, data))


def other_kind(data: bytes) -> str:
    """What a file is that no reader reads, such as "an EPUB book"; "" if it may be text."""
    from studydeck.material.formats._office import office_kind

    return office_kind(data) or next((kind for start, kind in _STARTS.items() if data.startswith(start)), "")


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

    return ValueError(f"{path} is {what}; install what reads it with {install_line('material')} and try again")
