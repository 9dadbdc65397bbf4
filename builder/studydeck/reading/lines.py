"""Reads the YAML of nearly all cards line by line, in a third of the time that libyaml's events take.

A line is a `- `, a key, or both, and after them one text, in quotes or without; or texts in brackets, or keys with
texts in braces; or the `|` or `>` of a text on the lines below, which `!html` may come before. A file with anything
else, or with a mistake, is left to events.py as a whole: this reader reports no problems, and what it reads, it reads
as libyaml would (test_lines.py compares the two).
"""

from __future__ import annotations

import re
from itertools import islice

from studydeck.model import Text
from studydeck.patterns import pattern
from studydeck.reading.nodes import (
    DEEPEST,
    HTML_TAG,
    LONGEST_TEXT,
    LOST_WORDS,
    MEDIA_FIRST,
    Items,
    Keys,
    Node,
    composed,
    html,
    is_composed,
    placed,
)

_KEY = r"[A-Za-z_][A-Za-z0-9_-]{0,99}"
#: What comes before the colon: spaces, the dash of an item, and a key.
_HEAD = pattern(rf"( *)(- +)?({_KEY})")
_ITEM = pattern(r"( *)(- +)")
#: What a text without quotes can't start with, or only in ways that need a closer look.
_NOT_FIRST = frozenset(" -?:,[]{}#&*!|>'\"%@`")
_START = r"""(?:[^\s\-?:,\[\]{}#&*!|>'"%@`]|-(?=\w))"""
_PLAIN = rf"(?:{_START}|{MEDIA_FIRST})[^:#]*+(?:(?::(?=[^ ])|(?<! )#)[^:#]*+)*+"
_PLAIN_INSIDE = rf"{_START}[^:#,\[\]{{}}]*+(?:(?::(?=\w)|(?<! )#)[^:#,\[\]{{}}]*+)*+"  # inside braces or brackets
_QUOTED = r""""[^"\\]*+(?:\\["\\][^"\\]*+)*+"|'[^']*+(?:''[^']*+)*+'"""
_WORD = rf"(?:{_PLAIN_INSIDE}|{_QUOTED})"
_WORDS = rf"\[{_WORD}(?:, {_WORD})*\]"
_NEXT_WORD = rf"({_WORD})(?:, |$)"
_PAIR = rf"{_KEY}: (?:{_WORD}|{_WORDS})"
_NEXT_PAIR = rf"({_KEY}): ({_WORD}|{_WORDS})(?:, |$)"
#: What follows the colon or the dash: a text, plain or in quotes, words in brackets, such values in braces, or a `|` or
#: `>`; then a comment that can't be meant as text. Compiled on first use, as many files don't need it.
_VALUE = (
    rf" *+(?:(?P<plain>{_PLAIN})|(?P<quoted>{_QUOTED})|(?P<words>{_WORDS})|(?P<pairs>\{{{_PAIR}(?:, {_PAIR})*\}})"
    rf"|(?P<block>(?:{HTML_TAG} )?[|>]-?))? *+(?:(?<= )#(?:[ #].*)?)?"
)
_ESCAPE = pattern(r"\\(.)")
_NO_VALUE = pattern(r" *(?: #[ #].*)?")
#: What comes before a colon, parsed once, since files repeat the same few: the column of its dash (-1 for none), that
#: of its key, the key, and the value's column from 1.
_heads: dict[str, tuple[int, int, str, int]] = {}
_MOST_HEADS = 1_000


def read_lines(path: str, text: str) -> Node | None:
    """The tree of a file in such YAML, the same as `read_tree` makes; None if libyaml has to read it."""
    lines = text.split("\n")
    if "\t" in text or "\ufeff" in text or (len(text) > LONGEST_TEXT and max(map(len, lines)) > LONGEST_TEXT):
        return None
    reader = _Lines(path, text, lines)
    return reader.root if reader.read() and not reader.waiting else None


class _Lines:
    """One pass over a file's lines. `parent` is the open list or mapping, and `at` its column, from 0.

    `waiting` is its last key while it has no value; the lists and mappings around it are in `outer`.
    """

    def __init__(self, path: str, text: str, lines: list[str]) -> None:
        self.path = path
        self.text = text
        self.lines = lines
        self.numbered = enumerate(lines, start=1)
        self.is_composed = is_composed(text)
        self.root: Keys | None = None
        self.parent: Items | Keys | None = None
        self.at = -1
        self.waiting = ""
        self.outer: list[tuple[Items | Keys, int]] = []
        self.folded = 0  # the last line that continued a plain text

    def read(self) -> bool:
        """Reads all lines; False at the first one that libyaml has to read."""
        path, heads = self.path, _heads
        is_composed, may_have_comments = self.is_composed, " #" in self.text
        for number, line in self.numbered:
            start, colon, value = line.partition(": ")
            head = heads.get(start) if colon else None
            if head is None:
                found = _HEAD.fullmatch(start if colon else line.removesuffix(":"))
                if found is None or not (colon or line[-1] == ":"):
                    bare = line.strip(" ")
                    if not bare or bare[0] == "#" or (self._item if bare[0] == "-" else self._goes_on)(number, line):
                        continue
                    return False
                head = len(found[1]) if found[2] else -1, found.start(3), found[3], len(start) + 3
                if colon and len(heads) < _MOST_HEADS:
                    heads[start] = head
            dash, column, key, after = head
            if dash < 0 and column == self.at and not self.waiting and type(self.parent) is Keys:
                parent = self.parent
            else:
                opened = self._mapping(number, dash, column)
                if opened is None:
                    return False
                parent = opened
            if key in parent:
                return False
            parent.marks.append((number, column + 1))
            if not value:
                self.waiting = key
            elif value[0] in _NOT_FIRST or value[-1] in " :" or ": " in value or (may_have_comments and " #" in value):
                node = self._value(number, after - 1, value)
                if node is not None:
                    parent[key] = node
                elif _NO_VALUE.fullmatch(value):
                    self.waiting = key
                else:
                    return False
            else:  # four in five end here
                text = parent[key] = Text(value if is_composed else composed(value))
                text.path, text.line, text.column, text.plain = path, number, after, True
        return True

    def _composed(self, text: str) -> str:
        return text if self.is_composed else composed(text)

    def _item(self, number: int, line: str) -> bool:
        """An item that isn't a mapping with keys on lines of their own."""
        found = _ITEM.match(line)
        if found is None or not self._list(number, len(found[1])):
            return False
        node = self._value(number, found.end(), line[found.end() :])
        if node is None or not isinstance(self.parent, Items):
            return False
        self.parent.append(node)
        return True

    def _goes_on(self, number: int, line: str) -> bool:
        """A line that continues a plain text, or starts one below its key."""
        begins = len(line) - len(line.lstrip(" "))
        written = line.strip(" ")
        if begins <= self.at or self.parent is None or (not self.waiting and " #" in self.lines[number - 2]):
            return False
        if self.waiting:
            node = self._value(number, begins, written)
        else:
            last = self._last()
            if not isinstance(last, Text) or not last.plain or number - 1 not in (last.line, self.folded):
                return False
            if ": " in line or " #" in line or written[-1] == ":" or len(last) + len(line) > LONGEST_TEXT:
                return False
            node = placed(self._composed(f"{last} {written}"), self.path, last.line, last.column)
        if not isinstance(node, Text) or not node.plain:
            return False
        if isinstance(self.parent, Items):
            self.parent[-1] = node
        else:
            self.parent[self.waiting or next(reversed(self.parent))] = node
        self.folded, self.waiting = number, ""
        return True

    def _last(self) -> Node | None:
        """The last value of the open list or mapping."""
        if not self.parent:
            return None
        return self.parent[-1] if isinstance(self.parent, Items) else self.parent[next(reversed(self.parent))]

    def _mapping(self, number: int, dash: int, column: int) -> Keys | None:
        """The mapping that a key in this column belongs to, now open; None if there can't be one."""
        if dash >= 0 and not self.waiting and self.outer:
            items, at = self.outer[-1]
            if at == dash and isinstance(items, Items) and isinstance(self.parent, Keys):  # the next card
                keys = self._keys(number, column)
                items.append(keys)
                self.parent, self.at = keys, column
                return keys
        if dash >= 0:
            opens = self._list(number, dash)
        elif self.root is None:
            opens = column == 0
        elif not self.waiting or column <= self.at:
            found = not self.waiting and self._close(Keys, column)
            return self.parent if found and isinstance(self.parent, Keys) else None
        else:
            opens = True
        keys = self._keys(number, column)
        if self.root is None:
            self.root = keys
        return keys if opens and self._open(keys, column) else None

    def _keys(self, number: int, column: int) -> Keys:
        keys = Keys()
        keys.path, keys.line, keys.column, keys.marks = self.path, number, column + 1, []
        return keys

    def _items(self, number: int, column: int) -> Items:
        items = Items()
        items.path, items.line, items.column = self.path, number, column + 1
        return items

    def _list(self, number: int, dash: int) -> bool:
        """Opens the list with dashes in this column, or closes what is in its last item; False if there is no list."""
        if self.waiting:
            return dash >= self.at and self._open(self._items(number, dash), dash)
        return self._close(Items, dash)

    def _open(self, node: Items | Keys, column: int) -> bool:
        """Opens a list or mapping as the value of the waiting key, or as the next item; False if it is too deep."""
        if self.parent is not None:
            self.outer.append((self.parent, self.at))
        if isinstance(self.parent, Items):
            self.parent.append(node)
        elif self.parent is not None:
            self.parent[self.waiting] = node
        self.parent, self.at, self.waiting = node, column, ""
        return len(self.outer) < DEEPEST

    def _close(self, kind: type[Items | Keys], column: int) -> bool:
        """Closes what doesn't include this column; True if what is then open is of the kind and starts there."""
        while self.outer and (self.at > column or (self.at == column and type(self.parent) is not kind)):
            self.parent, self.at = self.outer.pop()
        return type(self.parent) is kind and self.at == column

    def _value(self, number: int, column: int, written: str) -> Node | None:
        """The value after a colon or dash, from this column on; None if libyaml has to read it."""
        if not written:
            return None
        if written[0] not in _NOT_FIRST and written[-1] not in " :" and ": " not in written and " #" not in written:
            return placed(self._composed(written), self.path, number, column + 1)
        found = re.fullmatch(_VALUE, written)
        kind = found.lastgroup if found else None
        if found is None or kind is None:
            return None
        if kind == "plain" and re.match(LOST_WORDS, written[found.start(kind) + len(found[kind].rstrip(" ")) :]):
            return None
        column += found.start(kind)
        if kind == "plain":
            return self._text(number, column, found[kind])
        if kind == "block":
            return self._block(number, column, found[kind])
        return self._in_line(number, column, found[kind])

    def _in_line(self, number: int, column: int, written: str) -> Node | None:
        """A value that fills the rest of its line."""
        sign = written[0]
        if sign == "[":
            items = self._items(number, column)
            for word in re.finditer(_NEXT_WORD, written[1:-1]):
                items.append(self._text(number, column + 1 + word.start(), word[1]))
            return items
        if sign == "{":
            return self._pairs(number, column, written)
        return self._text(number, column, written)

    def _text(self, number: int, column: int, written: str) -> Text:
        """A text, plain or in quotes."""
        quote = written[0] if written[0] in "\"'" else ""
        text = written[1:-1] if quote else written.rstrip(" ")
        if quote == "'":
            text = text.replace("''", "'")
        elif quote and "\\" in text:
            text = _ESCAPE.sub(r"\1", text)
        return placed(self._composed(text), self.path, number, column + 1, plain=not quote)

    def _pairs(self, number: int, column: int, written: str) -> Keys | None:
        """A mapping in braces."""
        keys = self._keys(number, column)
        for pair in re.finditer(_NEXT_PAIR, written[1:-1]):
            value = self._in_line(number, column + 1 + pair.start(2), pair[2])
            if pair[1] in keys or value is None:
                return None
            keys[pair[1]] = value
            keys.marks.append((number, column + 2 + pair.start()))
        return keys

    def _block(self, number: int, column: int, sign: str) -> Text | None:
        """The text on the lines below a `|` or `>`, deeper than the key or the dash that it belongs to."""
        lines = self.lines
        tag, _, sign = sign.rpartition(" ")
        first = lines[number] if number < len(lines) else ""
        indent = len(first) - len(first.lstrip(" "))
        if not first.strip(" ") or indent <= self.at:
            return None
        margin, end = first[:indent], number
        while end < len(lines) and (lines[end].startswith(margin) or not lines[end].strip(" ")):
            end += 1
        if end == len(lines) and lines[-1]:
            return None  # the file doesn't end with a line end
        body = lines[number:end]
        if any(map(str.isspace, body)):
            body = ["" if len(line) <= indent and line.isspace() else line for line in body]
            if any(map(str.isspace, body)):
                return None
        text = "\n".join(body).replace(f"\n{margin}", "\n")[indent:].rstrip("\n")
        if sign[0] == ">":
            if "\n\n" in text or "\n " in text:
                return None  # its lines aren't simply joined
            text = text.replace("\n", " ")
        next(islice(self.numbered, len(body), len(body)), None)  # they are read
        text += "" if sign[1:] else "\n"
        if len(text) > LONGEST_TEXT:
            return None
        text = self._composed(text)
        if tag:
            return html(text, self.path, number, column + 1)
        return placed(text, self.path, number, column + 1, plain=False)
