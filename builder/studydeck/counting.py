"""Numbers in words. A file of its own, which costs no command's start anything."""


def counted(number: int, what: str) -> str:
    """`1 card`, `2 cards`."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
