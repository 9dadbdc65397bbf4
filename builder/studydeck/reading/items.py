"""A list that is asked item by item: one card of the author's becomes one for each item.

An item's card shows the list's question and a part of the list with a gap. Of `steps:` and `lines:` that is what comes
right before: one step, two lines, or more where the same ones lead to something else elsewhere in the list. What comes
after the gap is hidden, and nothing is counted, so that an item that is added, moved or removed changes the note after
it alone. Of `items:`, whose order doesn't matter, it is all the others: if some were hidden, too, several answers would
be right.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from studydeck.kinds import ITEM_KEYS
from studydeck.model import Card, Item, Kind, Place, Problem, Text, problem
from studydeck.model.words import is_unwritten
from studydeck.reading.nodes import Items, Keys, Node, placed
from studydeck.reading.values import read_mapping
from studydeck.text import slug

#: How many items before the gap are shown, by the list's key; of others, all other items are.
_SHOWN = {"steps": 1, "lines": 2}
_MOST_SHOWN = 10
#: The most items of a list that shows them all: more can't be kept apart, and every note would have all of them.
_MOST_TOGETHER = 20
#: The most characters of a list's question, which is on the card of every item.
_LONGEST_QUESTION = 2_000


class Entry(NamedTuple):
    """An item as its author wrote it: where it starts, and its values by ITEM_KEYS. See Item for `of_text`."""

    place: Place
    values: dict[str, Any]
    of_text: Text | None = None

    @property
    def text(self) -> Text:
        text: Text = self.values["text"]
        return text

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of its mapping; none if it is a text."""
        return () if (self.text.line, self.text.column) == self.place[1:] else tuple(self.values)

    @property
    def is_shown(self) -> bool:
        """Whether it is shown on cards of others: not if it is retired or isn't written yet."""
        return not (self.values.get("retired") or is_unwritten(self.text))


def read_items(key: Text, node: Items | Text, problems: list[Problem]) -> tuple[Entry, ...] | None:
    """The items of a list, or the lines of a text; None after a problem."""
    nodes: Sequence[Node] = _lines(node) if isinstance(node, Text) else node
    if not nodes:
        problems.append(problem("empty-answer", key, f"the list '{key}' is empty", "write its items"))
        return None
    before = len(problems)
    items = []
    for each in nodes:
        place = Place.of(each)
        if isinstance(each, Text):
            items.append(Entry(place, {"text": each}, node if isinstance(node, Text) else None))
        elif isinstance(each, Keys):
            items.append(Entry(place, read_mapping(each, ITEM_KEYS, ("text",), problems)))
        else:
            message = f"expected a text for an item of '{key}', found a list"
            problems.append(problem("wrong-kind", each, message, "write a text, or a mapping with text:"))
    return tuple(items) if len(problems) == before else None


def _lines(text: Text) -> list[Text]:
    """The lines of a text that aren't empty, with their places: a block's lines are below its `|`."""
    first = text.line + (not text.plain)
    return [
        placed(line.strip(), text.path, first + number, text.column)
        for number, line in enumerate(text.split("\n"))
        if line.strip()
    ]


def unfolded(tree: Keys, kind: Kind, values: dict[str, Any], problems: list[Problem]) -> list[Card]:
    """A card for each item of a list; none after a problem. `values` are those of the list's own card, `tree`."""
    key = next(each for each in kind.unfolds if each in tree)
    found = list(_misfits(tree, kind, key))
    if "id" not in tree:
        name = slug(values.get("question", key), "list")
        message = "this list has no id, by which its items keep their histories"
        found.append(problem("missing-key", tree, message, f"add id: {name}"))
    if "question" not in tree:
        found.append(problem("missing-key", tree, "this card has no question", "add question:"))
    if len(values.get(key, ())) > _MOST_TOGETHER and key not in _SHOWN:
        message = f"'{key}' has {len(values[key]):,} items, and each card would show all the others"
        remedy = f"group them into lists of up to {_MOST_TOGETHER}, or write steps: to ask them in order"
        found.append(problem("too-big", tree.key(key), message, remedy))
    if len(question := values.get("question", "")) > _LONGEST_QUESTION:
        message = f"the question of this list has {len(question):,} characters, and each of its cards would show it"
        found.append(problem("too-big", question, message, "write only what the list is of"))
    problems += found
    if found or any(each not in values for each in ("id", "question", key)):
        return []
    shared = {name: value for name, value in values.items() if name not in ("id", key)}
    return [_card(kind, shared, *each) for each in _asked(values["id"], key, values[key])]


def _misfits(tree: Keys, kind: Kind, key: str) -> list[Problem]:
    """A problem for each key that doesn't go with a list's."""
    others = {each: f"keep either {key}: or {each}:" for each in ("answer", *kind.unfolds) if each != key}
    others |= {each: f"remove {each}:" for each in ("reverse", "reverse-answer")}
    others["guid"] = "write it in the mapping of the item that it belongs to"
    return [
        problem("wrong-kind", tree.key(each), f"'{each}' can't be used together with '{key}'", remedy)
        for each, remedy in others.items()
        if each in tree
    ]


def _asked(list_id: Text, key: str, entries: Sequence[Entry]) -> Iterator[tuple[Entry, Item]]:
    """The items that are asked, in order, each with how."""
    shown = [each.text for each in entries if each.is_shown]
    whole, sorted_ = tuple(shown), sorted(shown)
    sizes = _windows([text.strip() for text in shown], _SHOWN.get(key, 0))
    at = 0  # how many shown items are before this one
    for entry in entries:
        size = sizes[at] if entry.is_shown else _SHOWN.get(key, 0)
        if key not in _SHOWN:
            others = tuple([each for each in sorted_ if each is not entry.text])
            yield entry, Item(list_id, whole, others, False, keys=entry.keys)
        elif size is not None or "id" in entry.values:
            start = max(0, at - (size or _MOST_SHOWN))
            follows = at + entry.is_shown < len(shown)
            yield entry, Item(list_id, whole, whole[start:at], True, start > 0, follows, entry.of_text, entry.keys)
        at += entry.is_shown


def _windows(texts: Sequence[str], least: int) -> dict[int, int | None]:
    """How many of the texts before each are shown: at least so many, and enough for one text alone to follow.

    None for a text that is asked already, such as in a chorus that comes twice.
    """
    ranks = [0] * len(texts)  # equal for texts that the same ones come before, as far as was looked
    sizes: dict[int, int | None] = {}
    seen: set[tuple[int, int, str]] = set()
    for size in range(1, _MOST_SHOWN + 1):
        if len(sizes) == len(texts):
            break
        numbers: dict[tuple[int, str | None], int] = {}
        ranks = [
            numbers.setdefault((rank, texts[at - size] if at >= size else None), len(numbers))
            for at, rank in enumerate(ranks)
        ]
        if size < least:
            continue
        following: defaultdict[int, set[str]] = defaultdict(set)
        for rank, text in zip(ranks, texts, strict=True):
            following[rank].add(text)
        for at, rank in enumerate(ranks):
            if at not in sizes and (len(following[rank]) == 1 or size == _MOST_SHOWN):
                again = (size, rank, texts[at]) in seen
                seen.add((size, rank, texts[at]))
                sizes[at] = None if again else size
    return sizes


def _card(kind: Kind, shared: dict[str, Any], entry: Entry, item: Item) -> Card:
    own = dict(entry.values)
    text = own.pop("text")
    if "id" in own:
        given: Text = own["id"]
        own["id"] = placed(f"{item.list}/{given}", given.path, given.line, given.column)
    return Card(entry.place, kind, {**shared, "answer": text, **own, "item": item})
