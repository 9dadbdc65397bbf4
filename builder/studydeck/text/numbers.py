"""Numbered lists keep the numbers that their author wrote: years, a selection, a countdown.

comrak counts on from a list's first number, so each item's own is read where comrak says that the item starts.
"""

from __future__ import annotations

import re

from studydeck.patterns import pattern

_ITEM = pattern(r"\n[ \t>]*(?:[-*+][ \t]+)*\d{1,9}[.)](?:[ \t]|$)", re.MULTILINE)
_PLACE = pattern(r' data-sourcepos="[\d:-]*"')
_LIST = pattern(r'(<(?:ol|ul|li) data-sourcepos="(\d+):(\d+)-[^>]*>|</(?:ol|ul)>)')
_NUMBER = pattern(r"(\d{1,9})([.)])")
_FEW_DIGITS = 1  # that have room at the left edge of any list


class _List:
    """A list that is open: where its tag is among the parts, and where its items' tags are, with their numbers."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.items: list[tuple[int, int]] = []
        self.sign = "."


def has_numbers(text: str) -> bool:
    """Whether `text` may have a numbered list."""
    return bool(_ITEM.search(f"\n{text}"))


def numbered(html: str, text: str) -> str:
    """comrak's `html` of `text`, without the places in it, and with the numbers of its lists' items."""
    parts = _LIST.split(html)
    lines = text.split("\n")
    lists: list[_List] = []
    for at in range(1, len(parts), 4):
        tag, line, column = parts[at : at + 3]
        if tag.startswith(("<ol", "<ul")):
            lists.append(_List(at))
        elif tag.startswith("<li"):
            if found := _NUMBER.match(lines[int(line) - 1], int(column) - 1):
                lists[-1].items.append((at, int(found[1])))
                lists[-1].sign = found[2]
        else:
            _number(parts, lists.pop())
        parts[at + 1] = parts[at + 2] = ""
    return _PLACE.sub("", "".join(parts))


def _number(parts: list[str], each: _List) -> None:
    """Writes what the numbers of a list need into its tags; equal ones are counted, as in Markdown anywhere."""
    numbers = [number for _, number in each.items]
    if not numbers:
        return
    attributes = ' class="paren"' if each.sign == ")" else ""
    if len(set(numbers)) == 1:
        numbers = list(range(numbers[0], numbers[0] + len(numbers)))
    else:
        for (at, number), before in zip(each.items[1:], numbers, strict=False):
            if number != before + 1:
                parts[at] = parts[at].replace("<li", f'<li value="{number}"', 1)
    digits = max(len(str(number)) for number in numbers)
    if digits > _FEW_DIGITS:
        attributes += f' style="--digits:{digits}"'
    parts[each.at] = parts[each.at].replace("<ol", f"<ol{attributes}", 1)
