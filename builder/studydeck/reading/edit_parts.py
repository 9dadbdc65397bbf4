"""Writes the parts of a picture into an author's YAML. A part that stays as it is keeps its bytes, as do comments."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

from studydeck.model import Part, Place, Problem, shown
from studydeck.reading.edit import bytes_of, lines_of
from studydeck.reading.nodes import Items, Keys, Node, without_separators
from studydeck.reading.parts import read_parts
from studydeck.reading.tree import read_tree
from studydeck.reading.values import read_mapping
from studydeck.reading.written import flow, flow_value


class DrawnPart(NamedTuple):
    """A part as it was drawn: `at` are numbers in per cent, as in `Part`."""

    id: str
    name: str
    shape: str
    at: tuple[float, ...]

    @property
    def values(self) -> dict[str, object]:
        """Its keys and values, as an author would write them."""
        shape = "" if self.shape == "rect" else self.shape
        values: dict[str, object] = {"id": self.id, "name": self.name, "at": self.at, "shape": shape}
        return {key: value for key, value in values.items() if value != ""}


def drawn(parts: Sequence[Part]) -> tuple[DrawnPart, ...]:
    """The parts of a card, to be compared with others."""
    return tuple(DrawnPart(str(each.id), str(each).strip(), each.shape, each.at) for each in parts)


def with_parts(path: Path, data: bytes, card: Place, parts: Sequence[DrawnPart]) -> bytes:
    """The section file `data` with these parts in the card that starts at this place, instead of its parts or `labels`.

    Parts keep their order, and new ones come after them. Reads the result back and raises ValueError with a sentence if
    the parts aren't these then, or anything else has changed.
    """
    refusal = ValueError(f"can't write the parts into {shown(path)} without changing anything else; paste them there")
    if not parts:
        raise ValueError("a picture needs a part; draw one, or delete the card in its file")
    before, problems = read_tree(shown(path), data)
    if problems:
        raise ValueError(f"{shown(path)} has errors; fix them first")
    lines, newline = lines_of(data)
    text = "".join(lines)
    try:
        splices = sorted(_splices(text, [0, *accumulate(map(len, lines))], card, parts))
    except (ValueError, AttributeError, LookupError, TypeError):  # an alias, or anything else than what is expected
        raise refusal from None
    written: list[str] = []
    at = 0
    for start, end, new in splices:
        written += text[at:start], new.replace("\n", newline)
        at = end
    edited = bytes_of(data, [*written, text[at:]])
    after, problems = read_tree(shown(path), edited)
    if problems or _without(after, card) != _without(before, card):
        raise refusal
    found = parts_at(after, card, problems)
    if problems:
        raise ValueError(f"{problems[0].message}; {problems[0].remedy}")
    if found != tuple(parts):
        raise refusal
    return edited


def parts_at(tree: Node | None, card: Place, problems: list[Problem]) -> tuple[DrawnPart, ...] | None:
    """The parts of the card that starts at this place of a file, or None if there are none; adds their problems."""
    cards = tree.get("cards") if isinstance(tree, Keys) else None
    for each in cards if isinstance(cards, Items) else ():
        if isinstance(each, Keys) and (each.line, each.column) == (card.line, card.column):
            items = each.get("parts")
            parts = read_parts(items, read_mapping, problems) if isinstance(items, Items) else None
            return None if parts is None else drawn(parts)
    return None


def _without(tree: Node | None, card: Place) -> object:
    """A tree without its places, and without the parts of the card at this one."""
    if isinstance(tree, Keys):
        here = (tree.line, tree.column) == (card.line, card.column)
        return {str(name): None if here and name == "parts" else _without(each, card) for name, each in tree.items()}
    if isinstance(tree, Items):
        return [_without(each, card) for each in tree]
    return tree, type(tree)


# --- what to replace -------------------------------------------------------------------------------


class _Span(NamedTuple):
    """A node of libyaml's, and where it starts and ends in the text."""

    node: Any
    start: int
    end: int


def _splices(
    text: str, starts: Sequence[int], card: Place, parts: Sequence[DrawnPart]
) -> Iterator[tuple[int, int, str]]:
    """What to replace in the text: from where, to where, and with what."""

    def span(node: Any) -> _Span:
        last = node
        while last.id != "scalar" and not last.flow_style:  # libyaml says only where the next thing starts
            last = last.value[-1][1] if last.id == "mapping" else last.value[-1]
        start, end = (starts[mark.line] + mark.column for mark in (node.start_mark, last.end_mark))
        return _Span(node, start, start + len(text[start:end].rstrip()))

    found = _card_at(text, card)
    ((key, value),) = (pair for pair in found.value if pair[0].value == "parts")
    if value.id != "sequence":
        yield from _instead_of_text(text, span(key), span(value), parts, is_flow=found.flow_style)
        return
    items = [span(each) for each in value.value]
    wanted = {each.id: each for each in parts}
    kept = [each for each in items if _id_of(each) in wanted]
    if [_id_of(each) for each in kept] != [each.id for each in parts][: len(kept)]:
        raise ValueError("the parts are in another order")
    added = [flow(each.values) for each in parts[len(kept) :]]
    between = ", " if value.flow_style else f"\n{' ' * value.start_mark.column}- "
    if not kept:
        yield items[0].start, items[-1].end, between.join(added)
        return
    for each in kept:
        yield from _changes(span, each, wanted[_id_of(each)])
    yield from _removals(text, items, kept, is_flow=value.flow_style)
    end = kept[-1].end if value.flow_style else _line_end(text, kept[-1].end)
    yield end, end, "".join(between + each for each in added)


def _card_at(text: str, card: Place) -> Any:
    """A card's mapping as libyaml reads it. Raises ValueError if it can't."""
    import yaml

    from studydeck.reading.events import without_media_first

    try:
        readable = without_media_first(without_separators(text))[0]
        root: Any = yaml.compose(readable, Loader=yaml.CBaseLoader)
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from None
    (cards,) = (value for key, value in root.value if key.value == "cards")
    place = (card.line - 1, card.column - 1)
    (found,) = (each for each in cards.value if (each.start_mark.line, each.start_mark.column) == place)
    return found


def _instead_of_text(
    text: str, key: _Span, value: _Span, parts: Sequence[DrawnPart], *, is_flow: bool
) -> Iterator[tuple[int, int, str]]:
    """A list instead of `labels`; the comment that follows it stays beside the key."""
    items = [flow(each.values) for each in parts]
    if is_flow:
        yield value.start, value.end, f"[{', '.join(items)}]"
        return
    yield text.index(":", key.end) + 1, value.end, ""
    end = _line_end(text, value.end)
    yield end, end, "".join(f"\n{' ' * (key.node.start_mark.column + 2)}- {each}" for each in items)


def _changes(span: Callable[[Any], _Span], item: _Span, part: DrawnPart) -> Iterator[tuple[int, int, str]]:
    """The values of a part that are others now. One that has lost its name is written anew, in one line."""
    old = {key.value: value for key, value in item.node.value}
    new = part.values | ({"shape": part.shape} if "shape" in old else {})
    if not set(old) <= set(new):
        yield item.start, item.end, flow(new)
        return
    for name, value in old.items():
        if not _is(value, new[name]):
            yield span(value).start, span(value).end, flow_value(new[name])
    between = ", " if item.node.flow_style else f"\n{' ' * item.node.start_mark.column}"
    end = span(item.node.value[-1][1]).end
    yield end, end, "".join(f"{between}{name}: {flow_value(new[name])}" for name in new if name not in old)


def _is(node: Any, value: object) -> bool:
    if isinstance(value, tuple):
        return tuple(float(each.value) for each in node.value) == value
    return bool(node.value.strip() == value)


def _removals(
    text: str, items: Sequence[_Span], kept: Sequence[_Span], *, is_flow: bool
) -> Iterator[tuple[int, int, str]]:
    """What to cut out to remove the other items: their lines; or in brackets, from the item before, or to the next."""
    some_before, stays = False, {each.start for each in kept}
    for number, each in enumerate(items):
        if each.start in stays:
            some_before = True
        elif is_flow and some_before:
            yield items[number - 1].end, each.end, ""
        elif is_flow:
            yield each.start, items[number + 1].start, ""
        else:
            start = text.rfind("\n", 0, each.start) + 1
            if text[start : each.start].strip() != "-":
                raise ValueError("other things are in its lines")
            yield start, text.find("\n", each.end) + 1 or len(text), ""


def _line_end(text: str, at: int) -> int:
    """The end of the line around `at`."""
    end = text.find("\n", at)
    end = len(text) if end < 0 else end
    return end - 1 if end > at and text[end - 1] == "\r" else end


def _id_of(item: _Span) -> str:
    (value,) = (value.value for key, value in item.node.value if key.value == "id")
    return str(value)
