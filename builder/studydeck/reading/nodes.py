"""The tree of a YAML file: texts, lists and mappings of the author's, each with the place where it stands."""

from __future__ import annotations

from studydeck.model import Placed, Problem, Text

#: Characters of one text. The longest real card fields have some thousand.
LONGEST_TEXT = 100_000
#: How many lists and mappings may stand inside each other.
DEEPEST = 20
#: Mistakes for which a file is read again, or of characters: from the next one on, "there are more" is told.
MOST_MISTAKES = 20
#: Characters that Anki can't hold.
CONTROL = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]"
#: Stands for a key that was no text, and starts a text that stands for another; what is wrong with them was told. No
#: author can write it.
NO_KEY = "\0"


class Items(list["Node"]):
    """A list of the author's, with the place where it starts."""

    __slots__ = ("column", "line", "path")
    path: str
    line: int
    column: int


class Keys(dict[str, "Node"]):
    """A mapping of the author's, with the place where it starts. `marks` are the lines and columns of its keys."""

    __slots__ = ("column", "line", "marks", "path")
    path: str
    line: int
    column: int
    marks: list[tuple[int, int]]

    def key(self, name: str, number: int | None = None) -> Text:
        """A key with the place where it stands. Most are never asked for, so that they are made here.

        `number` is that of the key, from 0; who asks for many of them knows it.
        """
        return placed(name, self.path, *self.marks[list(self).index(name) if number is None else number])


Node = Text | Items | Keys


def placed(value: str, path: str, line: int, column: int, *, plain: bool = True) -> Text:
    """A text of the author's with its place."""
    text = Text(value)
    text.path, text.line, text.column, text.plain = path, line, column, plain
    return text


def stand_in(at: Placed) -> Text:
    """A text for one that was told: no two are alike."""
    return placed(f"{NO_KEY}{at.line}:{at.column}", at.path, at.line, at.column)


def and_more(problems: list[Problem]) -> list[Problem]:
    """The problems, the last of them one too many to be told in full."""
    more = problems[-1]._replace(message="more mistakes like the last one follow from here on", remedy="mend it first")
    return [*problems[:-1], more]
