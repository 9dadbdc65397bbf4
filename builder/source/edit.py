"""Adds ids to an author's YAML and leaves every other byte as it was: comments, quotes, blank lines, line ends."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping
from pathlib import Path

from builder.model import Place, shown
from builder.source.tree import Items, Keys, Node, read_tree

_PLAIN_ID = re.compile(r"[^\W\d_][\w.+-]*")
_NOT_TEXT = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}


def with_ids(path: Path, data: bytes, ids: Mapping[Place, str]) -> bytes:
    """The section file `data` with an `id` in front of the cards that start at the places of `ids`.

    Reads the result again and raises ValueError with a sentence if it isn't the same file with just these ids.
    """
    mark = b"\xef\xbb\xbf" if data.startswith(b"\xef\xbb\xbf") else b""
    text = data.removeprefix(mark).decode("utf-8")
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = list(io.StringIO(text, newline=""))  # as YAML and editors count them
    for place in sorted(ids, reverse=True):
        line, column = lines[place.line - 1], place.column - 1
        key = f"id: {_scalar(ids[place])}"
        if line[column : column + 1] == "{":
            lines[place.line - 1] = f"{line[: column + 1]}{key}, {line[column + 1 :]}"
        else:
            lines[place.line - 1] = f"{line[:column]}{key}{newline}{' ' * column}{line[column:]}"
    edited = mark + "".join(lines).encode()
    before, _ = read_tree(shown(path), data)
    after, problems = read_tree(shown(path), edited)
    if problems or _plain(after) != _plain(before, {(place.line, place.column): ids[place] for place in ids}):
        raise ValueError(f"the ids can't be written into {shown(path)} without changing more; write them by hand")
    return edited


def _scalar(text: str) -> str:
    """An id as YAML, in quotes where another reader of YAML would take it for a number or a yes."""
    if _PLAIN_ID.fullmatch(text) and text.casefold() not in _NOT_TEXT:
        return text
    return json.dumps(text, ensure_ascii=False)


def _plain(node: Node | None, ids: Mapping[tuple[int, int], str] | None = None) -> object:
    """A tree without its places; mappings at the places of `ids` have these ids, too."""
    if isinstance(node, Keys):
        added = (ids or {}).get((node.line, node.column))
        values: dict[str, object] = {} if added is None else {"id": added}
        return values | {str(key): _plain(value, ids) for key, value in node.items()}
    if isinstance(node, Items):
        return [_plain(each, ids) for each in node]
    return None if node is None else str(node)
