"""Anki's own image occlusions as pictures with parts, where these say all that the note says."""

from __future__ import annotations

import html as html_entities
from collections.abc import Mapping, Sequence

from studydeck.model import NoteType
from studydeck.patterns import pattern

#: The keys of the first fields of such a note type, in Anki's order.
KEYS = ("parts", "occlude", "title", "details")
_SHAPE = pattern(r"\{\{c(\d{1,3})::image-occlusion:(rect|ellipse|polygon)((?::[a-z]+=[-\d., ]+)+)\}\}")
_BETWEEN = pattern(r"(?:\s|<br ?/?>|</?div>|&nbsp;)*")
_PICTURE = pattern(r'\s*<img src="([^"<>]+)"\s*/?>\s*')
_BOXES = {"rect": ("left", "top", "width", "height"), "ellipse": ("left", "top", "rx", "ry")}

Values = Mapping[str, str | tuple[Mapping[str, object], ...]]


def is_occlusion(note_type: NoteType) -> bool:
    """Whether Anki's script draws masks on the cards of this note type."""
    front = note_type.templates[0].front if note_type.templates else ""
    return note_type.gaps and len(note_type.fields) >= len(KEYS) and "imageOcclusion.setup" in front


def as_parts(fields: Sequence[str]) -> Values | None:
    """The values of `occlude`, `parts` and `hide` for a note's fields, or None if something would be lost.

    Each part keeps its number, since numbers are given in the order of the parts: so these must be 1, 2, 3 and so on.
    """
    masks, image = fields[:2]
    picture = _PICTURE.fullmatch(image)
    if picture is None or not all(_BETWEEN.fullmatch(each) for each in _SHAPE.split(masks)[0::4]):
        return None
    parts: dict[int, Mapping[str, object]] = {}
    hidden = set()
    for number, shape, properties in _SHAPE.findall(masks):
        given = dict(each.split("=", 1) for each in properties[1:].split(":"))
        hidden.add(given.pop("oi", "") == "1")
        at = _place(shape, given)
        if at is None or int(number) in parts:
            return None
        parts[int(number)] = {"id": f"part-{number}", "at": at} | ({"shape": shape} if shape != "rect" else {})
    if sorted(parts) != list(range(1, len(parts) + 1)) or len(hidden) != 1:
        return None
    values: dict[str, str | tuple[Mapping[str, object], ...]] = {"occlude": html_entities.unescape(picture[1])}
    values |= {} if True in hidden else {"hide": "one"}
    return values | {"parts": tuple(parts[number] for number in sorted(parts))}


def _place(shape: str, given: Mapping[str, str]) -> tuple[float, ...] | None:
    """Where a shape is, in per cent, if these properties say nothing else."""
    try:
        if shape == "polygon":
            corners = given["points"].replace(",", " ").split()
            fits = given.keys() <= {"points", "left", "top"} and len(corners) >= 6 and len(corners) % 2 == 0
            return tuple(_percent(each) for each in corners) if fits else None
        left, top, width, height = (_percent(given[name]) for name in _BOXES[shape])
    except (KeyError, ValueError):
        return None
    if len(given) != len(_BOXES[shape]) or min(width, height) <= 0:
        return None
    return (left, top, width, height) if shape == "rect" else (left, top, 2 * width, 2 * height)


def _percent(fraction: str) -> float:
    return round(100 * float(fraction), 2)
