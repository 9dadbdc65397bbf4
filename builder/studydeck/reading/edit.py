"""Edits an author's YAML and leaves every other byte alone: comments, quotes, blank lines, line ends.

Ids are added, locators replaced, cards and sections appended. Each result is read back, and refused if anything else
has changed.
"""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from pathlib import Path

from studydeck.model import Place, Text, shown
from studydeck.patterns import pattern
from studydeck.reading.nodes import Items, Keys, Node
from studydeck.reading.tree import read_tree
from studydeck.text.scalar import yaml_scalar, yaml_word

_QUOTED = pattern(r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\n]|\'\')*\'')
_IN_BRACES = frozenset(",[]{}")  # what a text without quotes can't have there
_MARK = b"\xef\xbb\xbf"


def with_ids(path: Path, data: bytes, ids: Mapping[Place, str]) -> bytes:
    """The section file `data` with an `id` added to the cards and items of lists that start at the places of `ids`.

    An item that is a text becomes a mapping with `id` and `text`. Reads the result back and raises ValueError with a
    sentence if anything but these ids has changed.
    """
    lines, newline = lines_of(data)
    starts = [0, *accumulate(map(len, lines))]
    text = "".join(lines)
    parts: list[str] = []
    written = 0
    before, _ = read_tree(shown(path), data)
    items = dict(_listed_texts(before))
    for place in sorted(ids):
        column = place.column - 1
        at = starts[place.line - 1] + column
        key = f"id: {yaml_word(ids[place])}"
        if (item := items.get((place.line, place.column))) is not None:
            quoted = _QUOTED.match(text, at)
            word = quoted[0] if quoted else item if _IN_BRACES.isdisjoint(item) else yaml_scalar(item)
            parts += text[written:at], f"{{{key}, text: {word}}}"
            written = quoted.end() if quoted else at + len(item)
            continue
        if text.startswith("{", at):
            at, key = at + 1, f"{key}, "
        else:
            key = f"{key}{newline}{' ' * column}"
        parts += text[written:at], key
        written = at
    edited = bytes_of(data, [*parts, text[written:]])
    after, problems = read_tree(shown(path), edited)
    if problems or _plain(after) != _plain(before, {(place.line, place.column): ids[place] for place in ids}):
        raise ValueError(f"can't add the ids to {shown(path)} without changing anything else; add them by hand")
    return edited


def _listed_texts(node: Node | None, in_list: bool = False) -> Iterator[tuple[tuple[int, int], Text]]:
    """The texts in lists of a tree, by their lines and columns."""
    if isinstance(node, Text) and in_list:
        yield (node.line, node.column), node
    elif isinstance(node, Items):
        for each in node:
            yield from _listed_texts(each, in_list=True)
    elif isinstance(node, Keys):
        for each in node.values():
            yield from _listed_texts(each)


def with_locators(path: Path, data: bytes, locators: Sequence[tuple[Text, str | None]]) -> bytes:
    """The section file `data` with each locator, under `source:` or a key of `uncarded:`, replaced by another.

    None removes a locator from its list, if it isn't the first there. Reads the result back and raises ValueError with
    a sentence if anything but these locators has changed.
    """
    lines, _ = lines_of(data)
    starts = [0, *accumulate(map(len, lines))]
    edited = "".join(lines)
    once = {(old.line, old.column): (old, new) for old, new in locators}  # all items of a list may have the list's
    for _, (old, new) in sorted(once.items(), reverse=True):
        start = starts[old.line - 1] + old.column - 1
        quote = edited[start : start + 1] if edited[start : start + 1] in ("'", '"') else ""
        written = f"{quote}{old}{quote}"
        if not edited.startswith(written, start):
            continue  # an alias or an escape, which the comparison below will find
        before, after = edited[:start], edited[start + len(written) :]
        if new is None:
            before, after = _without_item(before, after)
        edited = before + ("" if new is None else f"{quote}{new}{quote}") + after
    result = bytes_of(data, [edited])
    new_texts = {(old.line, old.column): new for old, new in locators}
    tree, _ = read_tree(shown(path), data)
    again, problems = read_tree(shown(path), result)
    if problems or _plain(again) != _plain(tree, {}, new_texts):
        raise ValueError(f"can't update the sources in {shown(path)} without changing anything else; edit them by hand")
    return result


def _without_item(before: str, after: str) -> tuple[str, str]:
    """The text before and after an item of a list, without its comma in brackets, or without its line of `- `."""
    if mark := re.search(r"[ \t]*-[ \t]+\Z", before):
        line = re.match(r"[^\n]*\n?", after)
        return before[: mark.start()], after[line.end() :] if line else after
    return re.sub(r",\s*\Z", "", before), after


def with_cards(path: Path, data: bytes, items: Sequence[str]) -> bytes:
    """The section file `data` with more cards after its last one; each of `items` is one item of a YAML list.

    Reads the result back and raises ValueError with a sentence if anything but these cards has changed.
    """
    before, _ = read_tree(shown(path), data)
    refusal = ValueError(
        f"can't add cards to {shown(path)} without changing anything else; write cards: as a list with '- ' lines"
    )
    if not isinstance(before, Keys) or "cards" not in before:
        raise refusal
    cards = before["cards"]
    lines, newline = lines_of(data)
    names = list(before)
    following = names[names.index("cards") + 1 :]
    end = before.key(following[0]).line - 1 if following else len(lines)
    while following and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1  # a comment above the next key belongs to that key
    indent = " " * (cards.column - 1 if isinstance(cards, Items) else 2)
    added = "\n".join(["", *(textwrap.indent(item, indent) for item in items)]).replace("\n", newline)
    if not lines[end - 1].endswith("\n"):
        added = newline + added
    edited = bytes_of(data, [*lines[:end], added, *lines[end:]])
    after, problems = read_tree(shown(path), edited)
    if problems or not isinstance(after, Keys) or not isinstance(after.get("cards"), Items):
        raise refusal
    old, new = _plain(before), _plain(after)
    assert isinstance(old, dict)
    assert isinstance(new, dict)
    kept = old["cards"] if isinstance(cards, Items) else []
    if new | {"cards": None} != old | {"cards": None} or new["cards"][: len(kept)] != kept:
        raise refusal
    if len(new["cards"]) != len(kept) + len(items):
        raise refusal
    return edited


def with_sections(path: Path, data: bytes, names: Sequence[str]) -> bytes:
    """The deck.yaml `data` with more section files after the last one in `sections:`; unchanged without that key.

    Reads the result back and raises ValueError with a sentence if anything but these names has changed.
    """
    before, _ = read_tree(shown(path), data)
    if not names or not isinstance(before, Keys) or "sections" not in before:
        return data
    refusal = ValueError(f"can't add {', '.join(names)} to sections: in {shown(path)}; write it as [one, two]")
    listed = before["sections"]
    if not isinstance(listed, Items) or not listed or not isinstance(listed[-1], Text):
        raise refusal
    lines, newline = lines_of(data)
    last = listed[-1]
    line, column = lines[last.line - 1], last.column - 1
    end = column + len(last) + 2 * (line[column : column + 1] in ("'", '"'))
    mark = re.fullmatch(r"\s*-\s+", line[:column])
    added = "".join(f"{newline}{mark[0]}{name}" if mark else f", {name}" for name in names)
    end = len(line.rstrip("\r\n")) if mark else end
    lines[last.line - 1] = line[:end] + added + line[end:]
    edited = bytes_of(data, lines)
    after, problems = read_tree(shown(path), edited)
    old, new = _plain(before), _plain(after)
    assert isinstance(old, dict)
    if problems or new != old | {"sections": [*old["sections"], *names]}:
        raise refusal
    return edited


def with_values(path: Path, data: bytes, values: Mapping[str, str]) -> bytes:
    """The deck.yaml `data` with other texts as the values of some of its keys, each written on one line.

    Reads the result back and raises ValueError with a sentence if anything but these values has changed.
    """
    before, _ = read_tree(shown(path), data)
    refusal = ValueError(
        f"can't change {', '.join(values)} in {shown(path)} without changing anything else; edit it by hand"
    )
    lines, _ = lines_of(data)
    old = _plain(before)
    if not isinstance(before, Keys) or not isinstance(old, dict):
        raise refusal
    for key, value in values.items():
        node = before.get(key)
        if not isinstance(node, Text):
            raise refusal
        line, column = lines[node.line - 1], node.column - 1
        quotes = 2 * (line[column : column + 1] in ("'", '"'))
        lines[node.line - 1] = line[:column] + yaml_word(value) + line[column + len(node) + quotes :]
    edited = bytes_of(data, lines)
    after, problems = read_tree(shown(path), edited)
    if problems or _plain(after) != {**old, **values}:
        raise refusal
    return edited


def lines_of(data: bytes) -> tuple[list[str], str]:
    """The lines of a file as YAML and editors count them, with their line ends, and the line end for new lines."""
    text = data.removeprefix(_MARK).decode("utf-8")
    return list(io.StringIO(text, newline="")), "\r\n" if "\r\n" in text else "\n"


def bytes_of(data: bytes, lines: Sequence[str]) -> bytes:
    """The file `data` with these lines instead of its own."""
    return (_MARK if data.startswith(_MARK) else b"") + "".join(lines).encode()


def _plain(
    node: Node | None,
    ids: Mapping[tuple[int, int], str] | None = None,
    texts: Mapping[tuple[int, int], str | None] | None = None,
) -> object:
    """A tree without its places; mappings at the places of `ids` get these ids, and `texts` replace others.

    A text at such a place becomes a mapping. An item that is replaced with None is left out.
    """
    if isinstance(node, Keys):
        added = (ids or {}).get((node.line, node.column))
        values: dict[str, object] = {} if added is None else {"id": added}
        keys = {name: _replaced(node.key(name, n), texts) if texts else str(name) for n, name in enumerate(node)}
        return values | {keys[name]: _plain(value, ids, texts) for name, value in node.items()}
    if isinstance(node, Items):
        items = (_plain(each, ids, texts) for each in node)
        return [each for each in items if each is not None] if texts else list(items)
    if node is not None and ids and (node.line, node.column) in ids:
        return {"id": ids[node.line, node.column], "text": str(node)}
    return None if node is None else _replaced(node, texts)


def _replaced(text: Text, texts: Mapping[tuple[int, int], str | None] | None) -> str | None:
    return (texts or {}).get((text.line, text.column), str(text))
