"""YAML bytes to a tree of the author's texts, each with its place: decoded here, read line by line (lines.py) or by
libyaml (events.py).

`no` stays `no` and `2.10` stays `2.10`, tags run no code, and every key and text has its line and column.
"""

from __future__ import annotations

import re
from itertools import islice

from studydeck.model import Place, Problem, problem
from studydeck.patterns import pattern
from studydeck.reading.lines import read_lines
from studydeck.reading.nodes import CONTROL, MOST_MISTAKES, Node, and_more, without_separators

#: Bytes of UTF-8 that no character starts with which isn't allowed.
_ALLOWED = b"\t\n\r" + bytes({*range(32, 127), *range(128, 256)} - {0xC2, 0xED, 0xEF})
_WIDE = {
    "UTF-32": pattern(rb"\xff\xfe\0\0|\0\0\xfe\xff|[^\0]\0\0\0|\0\0\0[^\0]"),
    "UTF-16": pattern(rb"\xff\xfe|\xfe\xff|[^\0]\0[^\0]\0|\0[^\0]\0[^\0]"),
}
#: What bytes that aren't UTF-8 are decoded to: lone surrogates, which UTF-8 never has.
_BAD_BYTES = pattern("[\udc80-\udcff]+")


def read_tree(path: str, data: bytes) -> tuple[Node | None, list[Problem]]:
    """The tree of a YAML document and its problems; None if nothing of it can be read.

    `path` is only shown. Raises RuntimeError with a sentence for the user if libyaml is needed and missing.
    """
    text, problems = _decode(path, data)
    if (conflict := _conflict(text)) is not None:
        message, remedy = "git left a merge conflict here", "keep the lines you want, and delete the marker lines"
        return None, [*problems, problem("yaml-syntax", _place(path, text, conflict), message, remedy)]
    tree = read_lines(path, text)
    if tree is not None:
        return tree, problems
    from studydeck.reading.events import read_events

    return read_events(path, text, problems)


def _decode(path: str, data: bytes) -> tuple[str, list[Problem]]:
    """The text of a file, with U+FFFD for characters that aren't allowed in it, and a problem for each of them."""
    for name, start in _WIDE.items():
        if start.match(data):
            return "", [problem("encoding", Place(path), f"the file is saved as {name}", "save it as UTF-8")]
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        text, is_sound = data.decode("utf-8"), not data.translate(None, _ALLOWED)  # fifteen times as fast as a search
    except UnicodeDecodeError:
        text, is_sound = _BAD_BYTES.sub(lambda run: run[0][0], data.decode("utf-8", "surrogateescape")), False
    text = without_separators(text)
    text = text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
    if is_sound:
        return text, []
    wrong = islice(re.finditer(CONTROL, text), MOST_MISTAKES + 1)
    problems = [_wrong_character(path, text, found.start()) for found in wrong]
    if len(problems) > MOST_MISTAKES:
        problems = and_more(problems)
    return re.sub(CONTROL, "\ufffd", text) if problems else text, problems


def _conflict(text: str) -> int | None:
    """Where git's markers begin, if it left both sides of a change here that it couldn't merge."""
    lines = f"\n{text}" if "<<<<<<< " in text else ""
    start = lines.find("\n<<<<<<< ")
    middle = lines.find("\n=======\n", start)
    return start if 0 <= start < middle < lines.find("\n>>>>>>> ", middle) else None


def _place(path: str, text: str, index: int) -> Place:
    line = text.count("\n", 0, index)
    return Place(path, line + 1, index - text.rfind("\n", 0, index))


def _wrong_character(path: str, text: str, index: int) -> Problem:
    at = _place(path, text, index)
    if _BAD_BYTES.match(text[index]):
        message = f"the byte 0x{ord(text[index]) - 0xDC00:02x} isn't UTF-8 (the file may be saved as Latin-1)"
        return problem("encoding", at, message, "save it as UTF-8")
    message = f"the character U+{ord(text[index]):04X} isn't allowed in a card"
    return problem("control-character", at, message, "delete it")
