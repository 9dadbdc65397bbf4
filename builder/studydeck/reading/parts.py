"""The parts of a picture, as an author lists them under `parts:`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from studydeck.model import Key, Part, Placed, Problem, Text, problem, takes
from studydeck.patterns import pattern
from studydeck.reading.nodes import Items, Keys, Node
from studydeck.terminal import command_line
from studydeck.text.cloze import MOST_CLOZES

PART_KEYS = {
    "id": Key(takes.ID, "The part's identity, such as aorta. It keeps learners' history through every edit."),
    "name": Key(takes.MARKDOWN, "What the part is called, which the answer shows, in Markdown."),
    "at": Key(
        takes.NUMBERS,
        "Where it is, in per cent of the picture: [left, top, width, height]; of a polygon [left, top] of each corner.",
    ),
    "shape": Key(takes.SHAPE, "rect, ellipse or polygon; by default rect."),
}
REQUIRED_OF_PARTS = ("id", "at")
#: In place of the parts: those that `studydeck occlude` makes of the drawing's labels.
LABELS = "labels"
_NUMBER = pattern(r"-?\d{1,4}(?:\.\d{1,6})?")
_SIDES = 4
_FEWEST = 6  # numbers of a polygon

Read = Callable[[Keys, Mapping[str, Key], tuple[str, ...], list[Problem]], dict[str, Any]]


def read_parts(items: Items, read: Read, problems: list[Problem]) -> tuple[Part, ...] | None:
    """The parts that an author lists, or None after a problem; `read` reads the keys of one."""
    parts: list[Part] = []
    for item in items:
        if not isinstance(item, Keys):
            message = "expected a part of the picture"
            problems.append(problem("wrong-kind", item, message, "write {id: aorta, name: Aorta, at: [41, 8, 12, 9]}"))
            continue
        values = read(item, PART_KEYS, REQUIRED_OF_PARTS, problems)
        part = _part(item, values, problems) if all(key in values for key in REQUIRED_OF_PARTS) else None
        if part is not None:
            parts.append(part)
    if not 0 < len(items) <= MOST_CLOZES:
        message = f"a picture has 1 to {MOST_CLOZES} parts, and this one has {len(items)}"
        problems.append(problem("wrong-kind", items, message, "list its parts, or split the card"))
    first: dict[str, Part] = {}
    for part in parts:
        if (other := first.setdefault(part.id, part)) is not part:
            message = f"the id '{part.id}' is already used for the part in line {other.line}"
            problems.append(problem("same-id", part.id, message, "give the newer part its own id"))
    return tuple(parts) if 0 < len(first) == len(items) else None


def unwritten_parts(card: Keys, at: Text) -> Problem:
    """The problem of a card whose parts are still to be made of the drawing's labels."""
    picture = Path(at.path).parent / "media" / str(card["occlude"])
    line = command_line("occlude", picture.as_posix(), "--write")
    return problem("wrong-kind", at, "the parts aren't written yet", f"write them with {line}")


def _part(at: Placed, values: Mapping[str, Any], problems: list[Problem]) -> Part | None:
    numbers, shape = values["at"], str(values.get("shape", "rect"))
    message = ""
    if shape == "polygon":
        if len(numbers) < _FEWEST or len(numbers) % 2:
            message, remedy = "a polygon has 3 corners at least", "write the left and the top of each corner"
    elif len(numbers) != _SIDES:
        message = f"expected 4 numbers, found {len(numbers)}"
        remedy = "write the part's left, top, width and height in per cent: at: [41, 8, 12, 9]"
    elif min(numbers[2:]) <= 0:
        message, remedy = "the part has no size", "write a width and a height above 0"
    if message:
        problems.append(problem("wrong-kind", at, message, remedy))
        return None
    part = Part(values.get("name", ""))
    part.path, part.line, part.column, part.plain = at.path, at.line, at.column, True
    part.id, part.shape, part.at = values["id"], shape, numbers
    return part


def read_numbers(node: Node) -> tuple[float, ...] | None:
    """A list of numbers, or None if it is anything else."""
    if not isinstance(node, Items) or not all(isinstance(each, Text) and _NUMBER.fullmatch(each) for each in node):
        return None
    return tuple(float(str(each)) for each in node)
