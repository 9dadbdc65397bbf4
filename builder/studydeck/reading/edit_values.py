"""Changes values of cards in an author's YAML: only these bytes, in the author's own quotes and indentation."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import accumulate, groupby
from pathlib import Path
from typing import Any, cast

from studydeck.model import Html, Place, shown
from studydeck.patterns import pattern
from studydeck.reading.edit import bytes_of, lines_of
from studydeck.reading.nodes import HTML_TAG, Items, Keys, Node, without_separators
from studydeck.reading.tree import read_tree
from studydeck.reading.written import Value, value_yaml
from studydeck.text import same_ends
from studydeck.text.scalar import yaml_scalar, yaml_text

#: The changed values of a card by their keys, in the order in which keys are written; None removes one. A mapping's
#: values are changed one by one, too.
Changes = Mapping[str, "Value | Changes | None"]
#: What changes at which line and column of a file.
Places = Mapping[tuple[int, int], Changes | str]

_PLAIN_INSIDE = pattern(r"[^\W\d_][^,\[\]{}\"'#:&*!|>%@`\\\n]*(?<! )")
_OTHER_VALUES = pattern(r"(?i:true|false|null|yes|no|on|off|y|n)")


def with_card_values(path: Path, data: bytes, cards: Mapping[Place, Changes | str], order: Sequence[str]) -> bytes:
    """The section file `data` with other values in what starts at these places: cards, or the values and items in them.

    A text is replaced by another, or by a mapping with all that its changes say. A key that is new in its mapping gets
    its place by the `order` of all keys. Reads the result back and raises ValueError with a sentence if anything else
    has changed.
    """
    refusal = ValueError(f"can't change these cards in {shown(path)} without changing anything else; edit it by hand")
    before, _ = read_tree(shown(path), data)
    if not isinstance(before, Keys) or not isinstance(before.get("cards"), Items):
        raise refusal
    lines, newline = lines_of(data)
    text = "".join(lines)
    places = {(place.line, place.column): changes for place, changes in cards.items()}
    try:
        splices = sorted(_splices(text, lines, before, places, order))
    except ValueError:
        raise refusal from None
    parts: list[str] = []
    at = 0
    for start, end, new in splices:
        if start < at:
            raise refusal
        parts += text[at:start], new.replace("\r\n", "\n").replace("\n", newline)
        at = end
    edited = bytes_of(data, [*parts, text[at:]])
    after, problems = read_tree(shown(path), edited)
    if problems or not _is_right(before, after, places):
        raise refusal
    return edited


# --- where values are ----------------------------------------------------------------------------


class _Pair:
    """A key with its value in a mapping, or an item of a list with itself: where both start and end in the text."""

    def __init__(self, text: str, key: Any, value: Any, starts: Sequence[int]) -> None:
        self.name, self.value = key.value, value
        self.start, self.colon = _at(key.start_mark, starts), _at(key.end_mark, starts)
        self.begin = _at(value.start_mark, starts)
        least = self.begin if key is value else self.colon
        self.end = max(least, _end(value, starts))
        while self.end > least and text[self.end - 1] in " \t\r\n":
            self.end -= 1  # of a text in a block, the blank lines below it


def _at(mark: Any, starts: Sequence[int]) -> int:
    at: int = starts[mark.line] + mark.column
    return at


def _end(node: Any, starts: Sequence[int]) -> int:
    """Where a node ends; libyaml says of lists and mappings on lines of their own only where the next thing starts."""
    if node.id != "scalar" and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last, starts)
    return _at(node.end_mark, starts)


def _splices(
    text: str, lines: Sequence[str], tree: Keys, places: Places, order: Sequence[str]
) -> Iterator[tuple[int, int, str]]:
    """What to replace in the text: from where, to where, and with what. Only the cards that change are parsed again."""
    starts = [0, *accumulate(map(len, lines))]
    names = list(tree)
    following = names[names.index("cards") + 1 :]
    last = tree.key(following[0]).line - 1 if following else len(lines)
    cards = [each for each in tree["cards"] if isinstance(each, Keys)]
    ends = [*(card.line - 1 for card in cards[1:]), last]
    for number in sorted({bisect_right(cards, line, key=lambda card: card.line) - 1 for line, _ in places if cards}):
        card, first = cards[number], cards[number].line - 1
        written = " " * (card.column - 1) + text[starts[first] + card.column - 1 : starts[ends[number]]]
        yield from _in_card(text, _parsed(written), places, order, starts[first:], first)


def _in_card(
    text: str, card: Any, places: Places, order: Sequence[str], starts: Sequence[int], first: int
) -> Iterator[tuple[int, int, str]]:
    """What to replace in a card, in its values, and in the items of its lists; `first` lines are before it."""

    def changes_of(node: Any) -> Changes | str | None:
        return places.get((first + node.start_mark.line + 1, node.start_mark.column + 1))

    indent = " " * card.start_mark.column
    if isinstance(changes := changes_of(card), Mapping):
        yield from _in_mapping(text, card, changes, order, starts)
    for key, value in card.value:
        if value.id == "scalar" and isinstance(new := changes_of(value), str):
            yield _replaced(text, _Pair(text, key, value, starts), new, indent, starts, is_flow=card.flow_style)
        for item in value.value if value.id == "sequence" else ():
            if (changes := changes_of(item)) is None:
                continue
            if item.id == "mapping" and isinstance(changes, Mapping):
                yield from _in_mapping(text, item, changes, order, starts)
            else:
                yield _replaced_item(text, value, _Pair(text, item, item, starts), changes)


def _parsed(card: str) -> Any:
    """A card's mapping as libyaml reads it, with its keys and values and where they are. Raises ValueError."""
    import yaml

    from studydeck.reading.events import without_media_first

    try:
        node: Any = yaml.compose(without_media_first(without_separators(card))[0], Loader=yaml.CBaseLoader)
    except yaml.YAMLError as error:
        raise ValueError(f"the card can't be read by itself ({error})") from None
    if node is None or node.id != "mapping":
        raise ValueError("the card can't be read by itself")
    return node


def _in_mapping(
    text: str, mapping: Any, changes: Changes, order: Sequence[str], starts: Sequence[int]
) -> Iterator[tuple[int, int, str]]:
    pairs = [_Pair(text, key, value, starts) for key, value in mapping.value]
    there = {pair.name: pair for pair in pairs}
    indent = " " * mapping.start_mark.column
    added: dict[int, list[str]] = {}
    for name, new in sorted(changes.items(), key=lambda each: order.index(each[0]) if each[0] in order else 0):
        pair = there.get(name)
        if new is None:
            continue
        if pair is not None and isinstance(new, Mapping):
            yield from _in_mapping(text, pair.value, new, list(new), starts)
        elif pair is not None:
            assert not isinstance(new, Mapping)
            yield _replaced(text, pair, new, indent, starts, is_flow=mapping.flow_style)
        else:
            after = _before_in_order(name, pairs, changes, order)
            if mapping.flow_style:
                added.setdefault(after.end, []).append(f", {name}: {_in_braces(new)}")
            else:
                line_end = _line_end(text, after.end)
                added.setdefault(line_end, []).append(
                    f"\n{indent}{_written_key(name)}:{value_yaml(cast('Value', new), indent)}"
                )
    for at, parts in added.items():
        yield at, at, "".join(parts)
    yield from _removals(text, pairs, {name for name, new in changes.items() if new is None}, mapping.flow_style)


def _replaced(
    text: str, pair: _Pair, new: Value, indent: str, starts: Sequence[int], *, is_flow: bool
) -> tuple[int, int, str]:
    if isinstance(new, tuple) and pair.value.id == "sequence" and not pair.value.flow_style:
        return pair.begin, pair.end, _items(text, pair, new, starts)
    written = _in_braces(new) if is_flow else _kept_in_style(text, pair, new, indent)
    start = text.index(":", pair.colon) + 1
    gap = text[start : pair.begin]
    if written.startswith("\n"):
        gap = ""
    elif not gap or gap.strip(" "):
        gap = " "
    end = _line_end(text, pair.end) if "\n" in written and not is_flow else pair.end
    return start, end, gap + _with_comment(written, text[pair.end : end])


def _replaced_item(text: str, items: Any, item: _Pair, new: Changes | str) -> tuple[int, int, str]:
    """What to replace for another item of a list: a text that was one, or becomes a mapping."""
    if items.flow_style or isinstance(new, Mapping):
        return item.begin, item.end, _in_braces(new)
    written = _kept_in_style(text, item, new, " " * items.start_mark.column)
    end = _line_end(text, item.end) if "\n" in written else item.end
    return item.begin, end, _with_comment(written, text[item.end : end])


def _with_comment(written: str, comment: str) -> str:
    """A value with the comment that follows it, which stays in the first line of several."""
    head, line_end, below = written.partition("\n")
    return head + comment + line_end + below


def _before_in_order(name: str, pairs: Sequence[_Pair], changes: Changes, order: Sequence[str]) -> _Pair:
    """The pair of a mapping after which a new key is written."""
    kept = [pair for pair in pairs if changes.get(pair.name, "") is not None]
    rank = {each: number for number, each in enumerate(order)}
    before = [pair for pair in kept if rank.get(pair.name, -1) < rank.get(name, len(rank))]
    return max(before, key=lambda pair: (rank.get(pair.name, -1), pair.start)) if before else kept[0]


def _removals(text: str, pairs: Sequence[_Pair], gone: Set[str], is_flow: bool) -> Iterator[tuple[int, int, str]]:
    """What to cut out to remove keys: their lines; but up to the next key, if they are first, or in braces."""
    for is_gone, run in groupby(range(len(pairs)), lambda number: pairs[number].name in gone):
        numbers = list(run)
        first, last = numbers[0], numbers[-1]
        if not is_gone:
            continue
        if first == 0 and last + 1 < len(pairs):
            yield pairs[first].start, pairs[last + 1].start, ""
        elif is_flow and first:
            yield pairs[first - 1].end, pairs[last].end, ""
        else:
            for each in pairs[first : last + 1]:
                start = text.rfind("\n", 0, each.start) + 1
                yield start, _line_end(text, each.end, with_break=True), ""


def _line_end(text: str, at: int, *, with_break: bool = False) -> int:
    """The end of the line around `at`."""
    end = text.find("\n", at)
    if end < 0:
        return len(text)
    if with_break:
        return end + 1
    return end - 1 if text[end - 1] == "\r" and end > at else end


# --- how values are written ----------------------------------------------------------------------


def _written_key(name: str) -> str:
    return yaml_text(name, "")


def _in_braces(value: Value | Changes | None) -> str:
    """A value inside of braces."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{_written_key(name)}: {_in_braces(each)}' for name, each in value.items())}}}"
    if isinstance(value, tuple):
        return f"[{', '.join(map(_in_braces, value))}]"
    if isinstance(value, Html):
        return f"{HTML_TAG} {yaml_scalar(str(value))}"
    if isinstance(value, str) and _PLAIN_INSIDE.fullmatch(value) and not _OTHER_VALUES.fullmatch(value):
        return value
    return yaml_scalar(value)


def _kept_in_style(text: str, pair: _Pair, value: Value, indent: str) -> str:
    """A value after `key: `, in the style of the one that it replaces; what is below starts with a line end."""
    old, style = text[pair.begin : pair.end], pair.value.style if pair.value.id == "scalar" else None
    if isinstance(value, tuple) and pair.value.id == "sequence":
        return _in_braces(value)
    if not isinstance(value, str) or isinstance(value, Html) or value != value.strip():
        return value_yaml(value, indent).removeprefix(" ")
    if style == "'" and not re.search(r"[\n\t]", value + old):
        return "'" + value.replace("'", "''") + "'"
    if style == '"' and "\n" not in value + old:
        return yaml_scalar(value)
    if style in ("|", ">") and value:
        inner = re.search(r"\n( +)\S", old)
        lines = "\n".join(f"{inner[1] if inner else indent + '  '}{line}".rstrip() for line in value.split("\n"))
        if read_tree("", f"- |\n{lines}\n".encode()) == ([f"{value}\n"], []):
            head = old.partition("\n")[0].rstrip("\r")
            return f"{head if re.fullmatch(r'[|]-?( +#.*)?', head) else '|'}\n{lines}"
    return value_yaml(value, indent).removeprefix(" ")


def _items(text: str, pair: _Pair, values: Sequence[str], starts: Sequence[int]) -> str:
    """The items of a list on lines of their own: where nothing changed, as before, with the comments between them."""
    nodes = pair.value.value
    spans = [(_at(each.start_mark, starts), _end(each, starts)) for each in nodes]
    ends = [start + len(text[start:end].rstrip()) for start, end in spans]
    dash = f"{' ' * pair.value.start_mark.column}- "
    indent = dash.replace("-", " ")[2:]
    written = text[pair.begin : spans[0][0]]
    was = _followed([each.value for each in nodes], values)
    for number, value in enumerate(values):
        at, following = was[number], (*was[number + 1 :], None)[0]
        goes_on = at is not None and following == at + 1
        gap = text[ends[at] : spans[at + 1][0]] if at is not None and goes_on else f"\n{dash}"
        if at is not None and type(value) is str and nodes[at].value == value:
            written += text[spans[at][0] : ends[at]] + gap
        else:
            comment, line_end, below = gap.partition("\n")
            written += _with_comment(value_yaml(value, indent).removeprefix(" "), comment) + line_end + below
    return written.removesuffix(f"\n{dash}")


def _followed(old: Sequence[str], new: Sequence[str]) -> list[int | None]:
    """For each of the new items the number of the old one that it is, or is in place of."""
    if len(old) == len(new):
        return list(range(len(new)))
    first, last = same_ends(old, new)
    middle: list[int | None] = [None] * (len(new) - first - last)
    return [*range(first), *middle, *range(len(old) - last, len(old))]


# --- what has changed ----------------------------------------------------------------------------


def _is_right(before: Node | None, after: Node | None, places: Places) -> bool:
    """Whether a file's tree `after` the changes differs from that `before` by these changes alone."""
    if not isinstance(before, Keys) or not isinstance(after, Keys) or list(before) != list(after):
        return False
    left = dict(places)
    return _typed(after) == _expected(before, left) and not left


def _expected(node: Node, left: dict[tuple[int, int], Changes | str]) -> Any:
    """A tree after the changes that are `left`, as `_typed` gives it; takes them from there."""
    if isinstance(node, Items):
        return [_expected(each, left) for each in node]
    changes = left.pop((node.line, node.column), None)
    if isinstance(node, Keys):
        inner = {str(name): _expected(value, left) for name, value in node.items()}
        return _changed(inner, changes) if isinstance(changes, Mapping) else inner
    return _typed(node if changes is None else changes)


def _changed(was: Any, changes: Changes) -> Any:
    if not changes:
        return was
    if not isinstance(was, dict):
        return None
    new = {
        name: _changed(was.get(name, {}), value) if isinstance(value, Mapping) else _typed(value)
        for name, value in changes.items()
        if value is not None
    }
    return {name: value for name, value in (was | new).items() if changes.get(name, "") is not None}


def _typed(node: Any) -> Any:
    """A value or a tree without its places, with its texts marked as HTML or not."""
    if isinstance(node, Mapping):
        return {str(name): _typed(value) for name, value in node.items()}
    if isinstance(node, list | tuple):
        return [_typed(each) for each in node]
    if isinstance(node, bool):
        return "text", str(node).lower()
    return ("html" if isinstance(node, Html) else "text"), str(node).strip()
