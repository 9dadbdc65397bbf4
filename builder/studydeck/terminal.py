"""Texts on a terminal: characters that would affect it are escaped, commands are quoted. Costs no start-up time."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from pathlib import PurePath

# Control characters, line ends, lone surrogates, and characters that change the direction of writing.
_UNPRINTABLE = "[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"


def _escaped(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode()


def in_one_line(text: str) -> str:
    """`text` with characters that would affect a terminal escaped, such as `\\x1b` and `\\u202e`, and line ends."""
    return text if text.isprintable() else re.sub(_UNPRINTABLE, lambda found: _escaped(found[0]), text)


def printable(text: str, spelled: Callable[[str], str] = _escaped) -> str:
    """`text` as in `in_one_line`, but with its line ends and tabs; `spelled` escapes a character."""
    if text.isprintable():
        return text
    return re.sub(rf"(?![\n\t]){_UNPRINTABLE}", lambda found: spelled(found[0]), text)


def command_line(*words: str | PurePath) -> str:
    """The studydeck command with these words after its name, to be pasted into a shell.

    >>> command_line("build", PurePath("cards/my deck"))
    "studydeck build 'cards/my deck'"
    """
    return quoted(["studydeck", *(each if isinstance(each, str) else each.as_posix() for each in words)])


def quoted(words: Sequence[str]) -> str:
    """The words of a command, quoted for the user's shell."""
    if os.name == "nt":
        from subprocess import list2cmdline

        return list2cmdline(words)
    import shlex

    return shlex.join(words)
