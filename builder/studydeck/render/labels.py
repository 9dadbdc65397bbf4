"""The text labels of an SVG drawing, and about where each is: from their places, sizes and numbers of letters.

No font is read, so widths are those of a common sans-serif type, with a margin for wider ones; tests/test_labels.py
compares them with a browser's. What is drawn by scripts, patterns or <use> isn't seen.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from xml.etree import ElementTree

from studydeck.patterns import pattern

Box = tuple[float, float, float, float]
#: A matrix as SVG has it: x' = a x + c y + e, y' = b x + d y + f.
_Matrix = tuple[float, float, float, float, float, float]
_SAME: _Matrix = (1, 0, 0, 1, 0, 0)
_NUMBER = pattern(r"[-+]?(?:\d{1,9}\.?\d{0,9}|\.\d{1,9})(?:e[-+]?\d{1,2})?", re.IGNORECASE)
_TRANSFORM = pattern(r"(matrix|translate|scale|rotate)\s*\(([^()]{0,200})\)")
_RULE = pattern(r"([^{}]{1,500})\{([^{}]{0,2000})\}")
_STYLES = ("font-size", "text-anchor", "display", "visibility")
_UNSEEN = (
    "defs",
    "symbol",
    "clipPath",
    "mask",
    "pattern",
    "marker",
    "title",
    "desc",
    "metadata",
    "foreignObject",
    "a11y",
)
_SIZE = 16.0  # of a text without a font-size
_DEEPEST = 100
_NARROW, _WIDE = frozenset("iljtfrI.,:;'!|()[]-/ "), frozenset("mwMW@%—")
#: Ems of a letter, and what a box has more on each side.
_NARROW_EM, _USUAL_EM, _CAPITAL_EM, _WIDE_EM = 0.33, 0.56, 0.7, 0.9
_ABOVE, _BELOW, _BESIDE = 1.05, 0.35, 0.3


class Label(NamedTuple):
    """A label: its text, its id in the drawing, and its box in per cent: left, top, width and height."""

    text: str
    id: str
    box: Box


def labels_of(svg: bytes) -> list[Label]:
    """The labels of the drawing in the order in which it has them. Raises ValueError with the rest of a sentence."""
    if re.search(rb"<!ENTITY", svg):
        raise ValueError("has entities of its own, which aren't read")
    try:
        root = ElementTree.fromstring(svg)  # noqa: S314 - without entities, it can't grow
    except ElementTree.ParseError as error:
        raise ValueError(f"isn't a drawing that can be read ({error})") from None
    if _name(root) != "svg":
        raise ValueError("isn't an SVG drawing")
    matrix, width, height = _view(root)
    drawing = _Drawing(_rules(root))
    found = []
    for text, name, (left, top, right, bottom) in drawing.texts(root, matrix, {}, 0):
        clipped = max(left, 0), max(top, 0), min(right, width), min(bottom, height)
        if clipped[0] < clipped[2] and clipped[1] < clipped[3]:
            left, top, right, bottom = clipped
            box = 100 * left / width, 100 * top / height, 100 * (right - left) / width, 100 * (bottom - top) / height
            found.append(Label(text, name, (round(box[0], 1), round(box[1], 1), round(box[2], 1), round(box[3], 1))))
    return found


def _name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _numbers(text: str | None) -> list[float]:
    return [float(each) for each in _NUMBER.findall(text or "")[:20]]


def _view(root: ElementTree.Element) -> tuple[_Matrix, float, float]:
    """The matrix from the drawing's units to its pixels, and its width and height in these."""
    sides = [
        _numbers(root.get(side)) if not (root.get(side) or "").endswith("%") else [] for side in ("width", "height")
    ]
    box = _numbers(root.get("viewBox"))
    if len(box) != 4 or min(box[2:]) <= 0:
        if not all(sides) or min(sides[0][0], sides[1][0]) <= 0:
            raise ValueError("has no size: neither a viewBox nor a width and a height")
        return _SAME, sides[0][0], sides[1][0]
    left, top, width, height = box
    wide, high = (sides[0][0], sides[1][0]) if all(sides) and min(sides[0][0], sides[1][0]) > 0 else (width, height)
    across, down = wide / width, high / height
    if root.get("preserveAspectRatio", "").strip() != "none":
        across = down = min(across, down)
    return (
        (across, 0, 0, down, (wide - across * width) / 2 - across * left, (high - down * height) / 2 - down * top),
        wide,
        high,
    )


def _rules(root: ElementTree.Element) -> dict[str, dict[str, str]]:
    """The styles by simple selectors: `text`, `.label`, `#aorta`."""
    rules: dict[str, dict[str, str]] = {}
    for element in root.iter():
        for selectors, styles in _RULE.findall(element.text or "") if _name(element) == "style" else ():
            for selector in selectors.split(","):
                rules.setdefault(selector.strip(), {}).update(_declared(styles))
    return rules


def _declared(styles: str) -> dict[str, str]:
    pairs = (each.partition(":") for each in styles.split(";"))
    found = {name.strip(): value.replace("!important", "").strip() for name, _, value in pairs}
    if shorthand := re.search(r"([\d.]{1,9}(?:px|pt|em)?)(?:/\S+)?\s+\S", found.get("font", "")):
        found.setdefault("font-size", shorthand[1])
    return {name: value for name, value in found.items() if name in _STYLES}


class _Drawing:
    """A drawing whose style has these rules."""

    def __init__(self, rules: Mapping[str, Mapping[str, str]]) -> None:
        self.rules = rules

    def texts(
        self, element: ElementTree.Element, matrix: _Matrix, outer: Mapping[str, str], depth: int
    ) -> Iterator[tuple[str, str, Box]]:
        """Each text in `element`, with its id and its left, top, right and bottom in the drawing's pixels."""
        style = self._style(element, outer)
        if depth > _DEEPEST or _name(element) in _UNSEEN or style.get("display") == "none":
            return
        matrix = _times(matrix, _transform(element.get("transform", "")))
        if _name(element) == "text":
            lines = [each for each in self._lines(element, style) if each[0]]
            if lines and style.get("visibility") not in ("hidden", "collapse"):
                corners = [_at(matrix, x, y) for _, box in lines for x in box[0::2] for y in box[1::2]]
                xs, ys = zip(*corners, strict=True)
                yield " ".join(text for text, _ in lines), element.get("id", ""), (min(xs), min(ys), max(xs), max(ys))
            return
        for child in element:
            yield from self.texts(child, matrix, style, depth + 1)

    def _style(self, element: ElementTree.Element, outer: Mapping[str, str]) -> dict[str, str]:
        style = {name: value for name, value in outer.items() if name != "display"}
        own = {name: value for name in _STYLES if (value := element.get(name))}
        selectors = [_name(element), *(f".{each}" for each in element.get("class", "").split())]
        for selector in (*selectors, f"#{element.get('id', '')}"):
            own |= self.rules.get(selector, {})
        own |= _declared(element.get("style", ""))
        if "font-size" in own:
            own["font-size"] = str(_pixels(own["font-size"], float(outer.get("font-size", _SIZE))))
        return style | own

    def _lines(self, element: ElementTree.Element, style: Mapping[str, str]) -> Iterator[tuple[str, Box]]:
        """The lines of a text, each with its box: a <tspan> with a place of its own starts one."""
        x, y = ((_numbers(element.get(axis)) or [0.0])[0] for axis in ("x", "y"))
        x += (_numbers(element.get("dx")) or [0.0])[0]
        y += _pixels(element.get("dy", "0"), float(style.get("font-size", _SIZE)))
        text = element.text or ""
        for span in element:
            own = self._style(span, style)
            placed = [axis for axis in ("x", "y", "dy") if span.get(axis)]
            if placed:
                yield _line(text, x, y, style)
                text, style = "", own
                x = (_numbers(span.get("x")) or [x])[0]
                y = (_numbers(span.get("y")) or [y])[0] + _pixels(
                    span.get("dy", "0"), float(own.get("font-size", _SIZE))
                )
            text += f"{''.join(span.itertext())}{span.tail or ''}"
        yield _line(text, x, y, style)


def _line(text: str, x: float, y: float, style: Mapping[str, str]) -> tuple[str, Box]:
    text = " ".join(text.split())
    size = float(style.get("font-size", _SIZE))
    width = size * sum(map(_ems, text))
    left = x - {"middle": width / 2, "end": width}.get(style.get("text-anchor", ""), 0)
    return text, (left - _BESIDE * size, y - _ABOVE * size, left + width + _BESIDE * size, y + _BELOW * size)


def _ems(letter: str) -> float:
    if unicodedata.east_asian_width(letter) in "WF":
        return 1
    if unicodedata.combining(letter):
        return 0
    if letter in _NARROW or letter in _WIDE:
        return _NARROW_EM if letter in _NARROW else _WIDE_EM
    return _CAPITAL_EM if letter.isupper() else _USUAL_EM


def _pixels(length: str, size: float) -> float:
    """A length in pixels; `size` is an em."""
    number = (_numbers(length) or [0.0])[0]
    for unit, pixels in {
        "rem": _SIZE,
        "em": size,
        "pt": 4 / 3,
        "%": size / 100,
        "mm": 96 / 25.4,
        "ex": size / 2,
    }.items():
        if length.strip().endswith(unit):
            return number * pixels
    return number


def _transform(text: str) -> _Matrix:
    """The matrix of a list of transforms."""
    from math import cos, radians, sin

    matrix = _SAME
    for name, inside in _TRANSFORM.findall(text[:2000]):
        given = _numbers(inside)
        first, second = given[0] if given else 0.0, given[1] if len(given) > 1 else None
        if name == "matrix" and len(given) == 6:
            step: _Matrix = (given[0], given[1], given[2], given[3], given[4], given[5])
        elif name == "translate":
            step = (1, 0, 0, 1, first, second or 0)
        elif name == "scale":
            step = (first, 0, 0, first if second is None else second, 0, 0)
        else:
            turn, (x, y) = radians(first), given[1:3] if len(given) == 3 else (0, 0)
            step = _times((1, 0, 0, 1, x, y), (cos(turn), sin(turn), -sin(turn), cos(turn), 0, 0))
            step = _times(step, (1, 0, 0, 1, -x, -y))
        matrix = _times(matrix, step)
    return matrix


def _times(one: _Matrix, other: _Matrix) -> _Matrix:
    a, b, c, d, e, f = one
    g, h, i, j, k, m = other
    return a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * m + e, b * k + d * m + f


def _at(matrix: _Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f
