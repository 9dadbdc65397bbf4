"""Finds the formulas in an author's text, in every spelling that other tools and chatbots write.

What looks like one and is none stays text: a price, a shell's variable, a bracket with a backslash before it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from studydeck.patterns import pattern
from studydeck.remembered import Remembered
from studydeck.text.evident import evidently_parted
from studydeck.text.spans import Seeker

_ENVIRONMENTS = (
    r"(?:align(?:at|ed|edat)?|array|[bBpvV]?matrix|smallmatrix|[dr]?cases|eqnarray|equation|flalign|gather(?:ed)?|multline|"
    r"split)\*?"
)
# Each alternative starts with a sign, so that the search for one is quick.
_START = pattern(rf"\\begin\{{{_ENVIRONMENTS}\}}|\\[\s\S]|\[\$\$?\]|\[latex\]|``*+|~~~+|\$\$*+", re.IGNORECASE)
_ENVIRONMENT = pattern(rf"\\(begin|end)\{{({_ENVIRONMENTS})\}}")
_OTHER_ENVIRONMENT = pattern(rf"\\begin\{{(?!{_ENVIRONMENTS}\}})|\\(?:item|par|text(?:bf|it)|emph|includegraphics)\b")
_DOLLARS = pattern(r"\\[\s\S]|(\$+)")
_BACKSLASHES = pattern(r"\\+")
_ENDS = {r"\(": r"\)", r"\[": r"\]"}
_FENCE = pattern(r"[ >]{0,6}(?:(?:[-*+]|\d{1,9}[.)]) {1,4})?(`{3,}(?![^\n]*`)|~{3,})")
_FENCE_END = pattern(r"\n[ \t>]*(`{3,}|~{3,})")
_LINE_START = pattern(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*")
_LINE_END = pattern(r"[ \t]*(?:\n|\Z)")
_BLANK_LINE = pattern(r"\n[ \t>]*(?=\n)")
_NEW_BLOCK = pattern(r"\n[ \t]*(?:[>|]|(?:[-*+#]|\d{1,9}[.)])[ \t])")  # it ends a paragraph without a blank line
_TEX = pattern(r"\\[A-Za-z,;!]|[\^={}+<>]|(?<![^\W_]{2})_")  # what prose hasn't; the `_` of my_list is a name's
_TWO_WORDS = pattern(r"(?<![^\W\d_])[^\W\d_]{2,}[,;]?\s+[^\W\d_]{2,}")
_COMMAND = pattern(r"\[?(?:sound|anki|type):")  # of Anki's
_NO_START, _PRICE = ").,;:}", pattern(r"\d[^)]*\([^)]*$")  # what a formula hardly starts with, and the rest of a price
_SHELL_NAME = pattern(r"[A-Za-z_]\w+")
_LONGEST_START = 40  # characters before a formula, or a fence, that starts its line


class Formula(NamedTuple):
    """A formula in a text: `text[start:end]`, its brackets included, and its TeX without them."""

    start: int
    end: int
    tex: str
    display: bool


class Code(NamedTuple):
    """A code span, or fenced code, in a text: `text[start:end]`, its backticks included."""

    start: int
    end: int


def find_formulas(text: str) -> list[Formula]:
    """The formulas of `text`, whose lines end with a line feed, in order; code has none."""
    return [each for each in formulas_and_code(text) if isinstance(each, Formula)]


def formulas_and_code(text: str) -> tuple[Formula | Code, ...]:
    """The formulas of `text`, and the code between them, in order."""
    return _found[text]


def parted(text: str) -> list[str]:
    """`text` parted at its formulas and its code, which are every second part."""
    parts: list[str] = []
    at = 0
    for each in formulas_and_code(text):
        parts += text[at : each.start], text[each.start : each.end]
        at = each.end
    return [*parts, text[at:]]


def _read(text: str) -> tuple[Formula | Code, ...]:
    parts = evidently_parted(text)
    return tuple(_evident(parts) if parts else _Reader(text).read_all())


_found = Remembered(_read, 2**15)  # of a text that is shown and checked


def _evident(parts: Sequence[str]) -> Iterator[Formula | Code]:
    """The formulas and the code of a text that is parted at them."""
    at = 0
    for before, typed in zip(parts[0::2], parts[1::2], strict=False):
        start = at + len(before)
        at = start + len(typed)
        yield Code(start, at) if typed[0] == "`" else Formula(start, at, typed.strip("$"), typed[1] == "$")


def is_formula(tex: str) -> bool:
    """Whether the TeX between `[latex]` and its end is a formula by itself rather than text, a list or a drawing."""
    if "$" in tex or _OTHER_ENVIRONMENT.search(tex):
        return False
    return has_tex(tex) or " " not in tex.strip()


def has_tex(text: str) -> bool:
    """Whether `text` has a sign of TeX, which prose hasn't."""
    return bool(_TEX.search(text))


class _Reader:
    """Reads a text from its start to its end, once: what it looks for ahead is remembered."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.found: list[Formula | Code] = []
        self._seeker = Seeker(text)
        self._paragraph_end = -1

    def read_all(self) -> list[Formula | Code]:
        at = 0
        while start := _START.search(self.text, at):
            at = self._read(start)
        return self.found

    def _read(self, start: re.Match[str]) -> int:
        """Reads what begins at `start`, keeps it if it is a formula or code, and says where to go on."""
        mark = start[0]
        if mark[0] in "`~":
            found: Formula | Code | None = self._fenced(start) or (self._code(start) if mark[0] == "`" else None)
        elif mark[0] == "$":
            found = self._in_dollars(start)
        elif mark.startswith(r"\begin"):
            found = self._environment(start)
        else:
            found = self._in_brackets(start) if mark[0] == "[" or mark in _ENDS else None
        if found is None:
            return start.end()
        self.found.append(found)
        return found.end

    # --- code ---

    def _fenced(self, start: re.Match[str]) -> Code | None:
        if len(start[0]) < 3 or "\n" not in self.text:
            return None
        at = start.start()
        fence = _FENCE.match(self.text, self.text.rfind("\n", max(0, at - _LONGEST_START), at) + 1)
        if not fence or fence.start(1) != at:
            return None
        for end in _FENCE_END.finditer(self.text, start.end()):
            if end[1].startswith(fence[1]):
                return Code(at, end.start(1) + len(fence[1]))
        return Code(at, len(self.text))

    def _code(self, start: re.Match[str]) -> Code | None:
        ends = self._ticks[len(start[0])]
        while ends and ends[-1] < start.end():
            ends.pop()
        return Code(start.start(), ends[-1] + len(start[0])) if ends and self._is_one(start, ends[-1]) else None

    @cached_property
    def _ticks(self) -> dict[int, list[int]]:
        """Where runs of backticks start, the last one first, by their length."""
        runs: dict[int, list[int]] = defaultdict(list)
        for run in reversed(list(re.finditer("`+", self.text))):
            runs[len(run[0])].append(run.start())
        return runs

    # --- formulas ---

    def _in_dollars(self, start: re.Match[str]) -> Formula | None:
        """`$…$` by pandoc's rules, `$$…$$`, or `$ x^2 $`."""
        size = len(start[0])
        if size > 2:
            return None
        blank_after = self.text[start.end() : start.end() + 1].isspace()
        for number in range(bisect_right(self._dollars, (start.end(),)), len(self._dollars)):
            at, end = self._dollars[number]
            if size == 1 and (self.text[at - 1].isspace() != blank_after or self.text[end : end + 1].isdigit()):
                return None
            if end - at == size:
                return self._dollar_formula(start, at)
        return None

    def _dollar_formula(self, start: re.Match[str], at: int) -> Formula | None:
        if start[0] == "$$":
            return self._formula(start, at, "$$") if self._is_one(start, at) or self._is_alone(start, at + 2) else None
        before, after = self.text[: start.start()][-1:], self.text[at + 1 : at + 2]
        if not self._is_one(start, at) or not _is_between_dollars(self.text[start.end() : at], before, after):
            return None
        return self._formula(start, at, "$")

    @cached_property
    def _dollars(self) -> list[tuple[int, int]]:
        """Where runs of dollars start and end, without those behind a backslash."""
        return [run.span(1) for run in _DOLLARS.finditer(self.text) if run[1]]

    def _in_brackets(self, start: re.Match[str]) -> Formula | None:
        """`\\(…\\)`, `\\[…\\]`, `[$]…[/$]`, `[$$]…[/$$]` or `[latex]…[/latex]`."""
        end = _ENDS.get(start[0]) or f"[/{start[0][1:]}"
        at = self._next(end, start.end())
        if at == len(self.text) or self._next(start[0], start.end()) < at:
            return None
        tex = self.text[start.end() : at]
        if start[0] == r"\(":
            is_formula = self._is_one(start, at) and not _is_prose(tex)
        elif start[0] == r"\[":
            is_formula = self._is_display(start, at, tex)
        else:
            is_formula = True
        return self._formula(start, at, end) if is_formula else None

    def _next(self, mark: str, after: int) -> int:
        """Where `mark` is next, or the text's length; one with a backslash is none after another: `\\\\[2pt]`."""
        if mark[0] != "\\":
            return self._seeker.find(mark, after)
        places = self._brackets[mark]
        number = bisect_left(places, after)
        return places[number] if number < len(places) else len(self.text)

    @cached_property
    def _brackets(self) -> dict[str, list[int]]:
        """Where `\\(`, `\\)`, `\\[` and `\\]` are, by their signs."""
        places: dict[str, list[int]] = defaultdict(list)
        for run in _BACKSLASHES.finditer(self.text):
            if len(run[0]) % 2:
                places[self.text[run.end() - 1 : run.end() + 1]].append(run.end() - 1)
        return places

    def _is_display(self, start: re.Match[str], at: int, tex: str) -> bool:
        """Whether `\\[…\\]` is a formula rather than brackets: `a\\[i\\]`, `\\[sic\\]`."""
        if _COMMAND.match(tex):
            return False
        if self._is_alone(start, at + 2):
            return has_tex(tex) or (tex[:1].isspace() and tex[-1:].isspace() and not _is_prose(tex))
        return self._is_one(start, at) and has_tex(tex) and not self.text[: start.start()][-1:].isalnum()

    def _environment(self, start: re.Match[str]) -> Formula | None:
        at = self._environments.get(start.start())
        if at is None or _is_prose(self.text[start.end() : at]):
            return None
        end = self.text.index("}", at) + 1
        return Formula(start.start(), end, self._tex(start, start.start(), end), True)

    @cached_property
    def _environments(self) -> dict[int, int]:
        """Where the `\\end` of each `\\begin` is."""
        ends: dict[int, int] = {}
        opened: list[re.Match[str]] = []
        for mark in _ENVIRONMENT.finditer(self.text):
            if mark[1] == "begin":
                opened.append(mark)
            elif opened and opened[-1][2] == mark[2]:
                ends[opened.pop().start()] = mark.start()
        return ends

    def _formula(self, start: re.Match[str], at: int, end: str) -> Formula | None:
        """The formula between `start` and `at`, where `end` is; None if it is empty."""
        tex = self._tex(start, start.end(), at)
        if not tex.strip():
            return None
        display = end in ("$$", r"\]", "[/$$]")
        if end.lower() == "[/latex]":
            tex, display = of_latex(tex)
        return Formula(start.start(), at + len(end), tex, display)

    def _tex(self, start: re.Match[str], first: int, end: int) -> str:
        """The text from `first` to `end` without empty lines, and what precedes its lines in a quote or list."""
        before = start.start()
        head, *lines = self.text[first:end].split("\n")
        if not lines:
            return head
        in_quote = self._starts_line(before) and ">" in self.text[self._line(before) : before]
        marks = " \t>" if in_quote else " \t"
        *middle, last = [line.lstrip(marks) for line in lines]
        return "\n".join([head, *filter(None, middle), last])

    # --- where it is ---

    def _is_one(self, start: re.Match[str], at: int) -> bool:
        """Whether a paragraph, or a cell's line, goes on from `start` to `at`."""
        if self._paragraph_end < start.end():
            blank = _BLANK_LINE.search(self.text, start.end())
            self._paragraph_end = blank.start() if blank else len(self.text)
        return at <= self._paragraph_end and not _NEW_BLOCK.search(self.text, start.end(), at)

    def _is_alone(self, start: re.Match[str], end: int) -> bool:
        """Whether nothing else is in the lines from `start` to `end`, nor prose between them."""
        if not (self._starts_line(start.start()) and _LINE_END.match(self.text, end)):
            return False
        return not _is_prose(self.text[start.end() : end - 2])

    def _starts_line(self, at: int) -> bool:
        line = self._line(at)
        return at - line <= _LONGEST_START and bool(_LINE_START.fullmatch(self.text, line, at))

    def _line(self, at: int) -> int:
        return self._lines[bisect_right(self._lines, at) - 1]

    @cached_property
    def _lines(self) -> list[int]:
        return [0, *(end.end() for end in re.finditer("\n", self.text))]


def _is_prose(tex: str) -> bool:
    return bool(_TWO_WORDS.search(tex)) and not has_tex(tex)


def _is_between_dollars(tex: str, before: str, after: str) -> bool:
    """Whether `$…$`, between these characters, is a formula by pandoc's rules, or one with a blank at both ends."""
    if after.isdigit() or not tex.strip():
        return False
    is_spaced = tex[0].isspace()
    if is_spaced != tex[-1].isspace():
        return False
    return not (_is_no_spaced if is_spaced else _is_no_formula)(tex, before, after)


def _is_no_formula(tex: str, before: str, after: str) -> bool:
    """Whether `$…$` are a shell's dollars or prices: `$HOME/$PATH`, but not `$n$th`."""
    first, in_a_word = tex[0], before.isalnum()
    if first in _NO_START or (first.isdigit() and _PRICE.match(tex)):
        return True
    if in_a_word and not (first.isalnum() or first in "_^\\{'"):
        return True
    if not (after.isalnum() or after == "_"):
        return after == first == "{"
    if in_a_word and first in "_^":  # H$_2$O
        return False
    return not (tex[-1].isalnum() or tex[-1] in ")}'") or _SHELL_NAME.fullmatch(tex) is not None


def _is_no_spaced(tex: str, before: str, after: str) -> bool:
    """Whether `$ … $` is a shell's prompt or a price rather than a formula with blanks at its ends."""
    inner = tex.strip()
    if "\n" in tex or before.isalnum() or after.isalnum() or (inner[:1].isdigit() and "\\" not in inner):
        return True
    return not (has_tex(inner) or (len(inner) == 1 and inner.isalpha())) or (
        bool(_TWO_WORDS.search(inner)) and "\\" not in inner
    )


def of_latex(tex: str) -> tuple[str, bool]:
    """The formula in `[latex]…[/latex]`, where it may have brackets of its own, and whether it has its own line."""
    inner = tex.strip()
    for start, end, display in (("$$", "$$", True), (r"\[", r"\]", True), ("$", "$", False), (r"\(", r"\)", False)):
        middle = inner[len(start) : len(inner) - len(end)]
        if inner.startswith(start) and inner.endswith(end) and middle.strip() and "$" not in middle:
            return middle, display
    return tex, bool(_ENVIRONMENT.match(inner))
