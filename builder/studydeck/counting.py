"""Numbers in words. In a file of its own, so that importing it costs no command start-up time."""

from __future__ import annotations

from collections.abc import Sequence

_NAMED = 3  # the most that a sentence names


def counted(number: int, what: str) -> str:
    """`1 card`, `2 cards`."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def listed(names: Sequence[str]) -> str:
    """`a, b`, and of more than three the first ones: `a, b, c and 4 more`."""
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
