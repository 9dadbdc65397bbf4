"""Notes to files in other formats. A file here is a format: its name is what `export --to` takes.

Each has an `OUTPUT`, which is all that `export` needs to know about it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from studydeck.model import Deck, MediaFile, Note


class Output(NamedTuple):
    """A format: the suffix of its files, its layouts (the first is the default), and what to do with the file.

    `make` yields the file's text, part by part, for a deck's notes and media, in one of the layouts.
    """

    suffix: str
    layouts: Sequence[str]
    next_step: str
    make: Callable[[Deck, Iterable[Note], Sequence[MediaFile], str], Iterable[str]]


def output_names() -> list[str]:
    """The names of all formats, by the files in this folder: importing them would slow down every command's start."""
    return sorted(path.stem for path in Path(__file__).parent.glob("[!_]*.py"))


def output_named(name: str) -> Output:
    """The format of this name."""
    output: Output = import_module(f"{__name__}.{name}").OUTPUT
    return output
