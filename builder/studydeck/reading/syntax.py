"""libyaml's errors in plain words, at the place where the author should look."""

from __future__ import annotations

import re
from typing import Any

import yaml

from studydeck.model import Place, Problem, problem
from studydeck.patterns import pattern
from studydeck.reading.nodes import COMMENT_REMEDY

_KEY = r"\s*(?:- +)*(?:[\w-]+:\s+)?"
#: Text that starts with a character that YAML reserves: what comes before it, and the character.
_SIGN_FIRST = pattern(rf"({_KEY})(\{{\{{|[\[{{>|*&!])")
_QUOTE_FIRST = pattern(rf"({_KEY})([\"'])")
_QUOTED = {'"': re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL), "'": re.compile(r"'(?:[^']|'')*'")}
_PAIR = pattern(r"[dD][89abAB]..\\u[dD][c-fC-F]")
_CUT = pattern(r"[ \t](#[^\s#].*)")


def syntax_problem(path: str, text: str, error: yaml.MarkedYAMLError) -> Problem:
    """The mistake that stopped libyaml; its place is in the card that needs to be fixed."""
    return _Complaint(path, text, error).problem()


def without_card(text: str, line: int) -> str | None:
    """`text` with the card around `line` (from 1) blanked out, lines kept; None if the line isn't in a card."""
    lines = text.splitlines(keepends=True)
    head = next((n for n, each in enumerate(lines) if each.startswith("cards:")), len(lines))
    first = next((each for each in lines[head + 1 :] if re.match(r"\s*- ", each)), None)
    if first is None or line > len(lines):
        return None
    item = first[: first.index("-") + 2]
    at = line - 1
    too_far_left = lines[at].lstrip().startswith("- ") and not lines[at].startswith(item[:-2])
    starts = [n for n, each in enumerate(lines) if n > head and (each.startswith(item) or (n == at and too_far_left))]
    start = max((n for n in starts if n <= at), default=None)
    if start is None or not lines[at].strip():
        return None
    end = min((n for n in starts if n > start), default=len(lines))
    return "".join([*lines[:start], *("\n" for _ in lines[start:end]), *lines[end:]])


class _Complaint:
    """A libyaml error, and the text around it. Lines and columns count from 0 here."""

    def __init__(self, path: str, text: str, error: yaml.MarkedYAMLError) -> None:
        self.path = path
        self.text = text
        self.lines = text.splitlines() or [""]
        self.context, self.reason = error.context or "", error.problem or ""
        mark = error.problem_mark or error.context_mark
        assert mark is not None  # libyaml's errors have one at least
        self.line, self.column = self._inside(mark)
        self.start_line, self.start_column = self._inside(error.context_mark or mark)

    def problem(self) -> Problem:
        for diagnosis in (self._escape, self._tab, self._quote, self._cut, self._sign, self._flow, self._colon):
            if found := diagnosis():
                return found
        if "expected" in self.reason:
            message = "this line doesn't fit the lines above it"
            return self._report("yaml-syntax", message, "fix the indentation, or look for a quote that isn't closed")
        return self._report("yaml-syntax", f"invalid YAML ({self.reason})", "fix it, or put the text in quotes")

    def _escape(self) -> Problem | None:
        at = self.start_line, self.start_column
        if "invalid Unicode character" in self.reason:
            pair = _PAIR.match(self.lines[self.line], self.column)
            message = "YAML has no surrogate pairs, unlike JSON" if pair else "a lone surrogate isn't a character"
            return self._report("control-character", message, "write the character itself", at)
        if "escape" in self.reason or "hexdecimal" in self.reason:
            message = "a backslash in double quotes starts an escape, and this isn't a valid one"
            return self._report("yaml-syntax", message, "use single quotes, or double the backslash", at)
        return None

    def _tab(self) -> Problem | None:
        line = self.lines[self.line]
        indent = line[: len(line) - len(line.lstrip())]
        column = self.column
        if "\t" in indent:
            column = indent.index("\t")
        elif line[column : column + 1] != "\t" or "token" not in self.reason:
            return None
        return self._report("yaml-syntax", "YAML can't be indented with tabs", "use spaces", (self.line, column))

    def _quote(self) -> Problem | None:
        """A quote that isn't closed, or that is closed before the end of the text."""
        unclosed = "this quote isn't closed", "close it, or double a quote inside the text"
        if "quoted scalar" in self.context:
            return self._report("yaml-syntax", *unclosed, (self.start_line, self.start_column))
        error_at = self._index(self.line, self.column)
        for number in range(self.start_line, self.line + 1):
            if not (opened := _QUOTE_FIRST.match(self.lines[number])):
                continue
            quoted = _QUOTED[opened[2]].match(self.text, self._index(number, opened.end(1)))
            if not quoted or not quoted.end() <= error_at or self.text[quoted.end() : error_at].strip(" \t"):
                continue
            if number < self.line:
                return self._report("yaml-syntax", *unclosed, (number, opened.end(1)))
            message = "the text continues after its closing quote"
            return self._report("yaml-quote", message, "put the whole text in quotes, and double the quotes inside")
        return None

    def _cut(self) -> Problem | None:
        """A list whose end YAML reads as a comment."""
        if "flow" not in self.context:
            return None
        line, column = self._bracket()
        if not (cut := _CUT.search(self.lines[line], column)):
            return None
        at = line, cut.start(1)
        return self._report("retyped", f"YAML cuts the text off before '{cut[1][:40].strip()}'", COMMENT_REMEDY, at)

    def _sign(self) -> Problem | None:
        """Text that starts with a character that YAML reserves."""
        character = self.lines[self.line][self.column : self.column + 1]
        if character and character in "`@%" and "token" in self.reason:
            return self._report("yaml-quote", f"unquoted text can't start with '{character}'", "put it in quotes")
        started = _SIGN_FIRST.match(self.lines[self.line])
        if not started:
            return None
        sign, at = started[2], (self.line, started.end(1))
        written = self.lines[self.line][at[1] : self.column].rstrip()
        if sign == "{{":
            return self._report("yaml-quote", "YAML reads '{{' as a mapping", "put the text in double quotes", at)
        goes_on = sign in "[{" and written.endswith({"[": "]", "{": "}"}[sign]) and "flow" not in self.context
        if goes_on or sign not in "[{":
            return self._report("yaml-quote", f"unquoted text can't start with '{sign}'", "put it in quotes", at)
        return None

    def _flow(self) -> Problem | None:
        """A list or mapping in brackets that isn't closed, has an empty item, or has text that needs quotes."""
        if "flow" not in self.context:
            return None
        line, column = self._bracket()
        character = self.lines[self.line][self.column : self.column + 1]
        if character == "," and "content" in self.reason:
            return self._report("yaml-syntax", "empty item before this ','", "write a value, or remove the ','")
        if character and character in "[{" and line == self.line:
            message = f"unquoted text in brackets can't contain '{character}'"
            return self._report("yaml-quote", message, "put it in quotes")
        message = f"this '{self.lines[line][column]}' isn't closed"
        return self._report("yaml-syntax", message, "close it, or put the text in quotes", (line, column))

    def _bracket(self) -> tuple[int, int]:
        """The line and column of the bracket that opens the list or mapping with the mistake."""
        index = self._index(self.start_line, self.start_column)
        if self.text[index : index + 1] not in ("[", "{"):
            index = max(self.text.rfind("[", 0, index), self.text.rfind("{", 0, index), 0)
        before = self.text[:index]
        return before.count("\n"), len(before) - before.rfind("\n") - 1

    def _colon(self) -> Problem | None:
        if "mapping values" not in self.reason:
            return None
        message = "YAML reads a colon and a space inside a text as a key"
        return self._report("yaml-quote", message, "put the text in quotes, or fix the indentation")

    def _report(self, name: str, message: str, remedy: str, at: tuple[int, int] | None = None) -> Problem:
        line, column = at or (self.line, self.column)
        return problem(name, Place(self.path, line + 1, column + 1), message, remedy)

    def _inside(self, mark: Any) -> tuple[int, int]:
        """The mark's line and column; a mark after the last line is at that line's end."""
        if mark.line < len(self.lines):
            return mark.line, min(mark.column, len(self.lines[mark.line]))
        return len(self.lines) - 1, len(self.lines[-1])

    def _index(self, line: int, column: int) -> int:
        """Where a line and column are in the text, whose lines end with one character each."""
        return sum(len(each) + 1 for each in self.lines[:line]) + column
