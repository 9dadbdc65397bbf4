"""What a field shows, as values: blocks of lines of pieces. shown.py reads them in HTML, written.py writes Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from studydeck.text.look import CODE, PLAIN, Look


class Piece(NamedTuple):
    """A part of a line: `text`, or a `formula`, `display`ed or not, a `picture`, a `sound` or a `ruby`.

    `text` is its text, TeX, file or characters, `note` a picture's alternative text or a ruby's reading, `width` and
    `title` are a picture's.
    """

    kind: str
    text: str
    look: Look = PLAIN
    note: str = ""
    width: str = ""
    title: str = ""


Line = tuple[Piece, ...]


class Paragraph(NamedTuple):
    """Lines of text."""

    lines: tuple[Line, ...]


class Heading(NamedTuple):
    """A heading of a level from 1 to 6."""

    level: int
    lines: tuple[Line, ...]


class Listed(NamedTuple):
    """A list: its items, their numbers if it has any, and the sign after them."""

    items: tuple[Blocks, ...]
    numbers: tuple[int, ...] = ()
    sign: str = "."


class Quote(NamedTuple):
    """A quotation."""

    blocks: Blocks


class Code(NamedTuple):
    """A block of code, and its language."""

    text: str
    language: str


class Rule(NamedTuple):
    """A line across."""

    name: str = "rule"


class Cell(NamedTuple):
    """A table's cell: what it says, and how that is aligned."""

    blocks: Blocks
    align: str


class Table(NamedTuple):
    """A table's rows of cells; whether the first row is its head."""

    rows: tuple[tuple[Cell, ...], ...]
    headed: bool


Block = Paragraph | Heading | Listed | Quote | Code | Rule | Table
Blocks = tuple["Block", ...]


class Shown(NamedTuple):
    """What HTML shows, and what it shows beyond that, which Markdown can't say, in words."""

    blocks: Blocks
    lost: tuple[str, ...]


def every_block(blocks: Blocks) -> Iterator[Block]:
    """All blocks, each before those inside it, in order."""
    for block in blocks:
        yield block
        match block:
            case Listed(items):
                for item in items:
                    yield from every_block(item)
            case Quote(inner):
                yield from every_block(inner)
            case Table(rows):
                for row in rows:
                    for cell in row:
                        yield from every_block(cell.blocks)


def pieces_of(blocks: Blocks) -> Iterator[Piece]:
    """All pieces of `blocks`, in order; code is one, too."""
    for block in every_block(blocks):
        match block:
            case Paragraph(lines) | Heading(_, lines):
                for line in lines:
                    yield from line
            case Code(text):
                yield Piece("text", text, Look(frozenset((CODE,))))
