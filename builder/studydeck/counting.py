"""Numbers in words. In a file of its own, so that importing it costs no command start-up time."""


def counted(number: int, what: str) -> str:
    """`1 card`, `2 cards`."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
