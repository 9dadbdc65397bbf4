"""Texts of strangers' decks on a terminal: what would do something to it is spelled out. Costs no command's start."""

from __future__ import annotations

import re
from collections.abc import Callable

# Control characters, line ends, half surrogate pairs, and signs that turn the writing's direction.
_UNPRINTABLE = "[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"


def _escaped(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode()


def in_one_line(text: str) -> str:
    """`text` with what would do something to a terminal spelled out: `\\x1b`, `\\u202e`, and line ends."""
    return text if text.isprintable() else re.sub(_UNPRINTABLE, lambda found: _escaped(found[0]), text)


def printable(text: str, spelled: Callable[[str], str] = _escaped) -> str:
    """`text` like `in_one_line`, with its line ends and tabs; `spelled` is how a character is spelled out."""
    if text.isprintable():
        return text
    return re.sub(rf"(?![\n\t]){_UNPRINTABLE}", lambda found: spelled(found[0]), text)
