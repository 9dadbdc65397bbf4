r"""What MathJax refuses: a formula that it can't read is shown as its TeX, an unknown command in red.

`refused` reads TeX as MathJax does as far as mistakes go: groups, environments, `\left` and `\right`, scripts, and the
names of commands. What it isn't sure of it lets pass; tests/test_formula.py compares it with Anki's MathJax.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from studydeck.patterns import pattern


def _these(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_NAMES = Path(__file__).parent / "assets" / "mathjax.txt"
_TOKEN = pattern(r"\\(?:[A-Za-z]+\*?|.|\Z)|%[^\n]*|\s+|.", re.DOTALL)
_GROUP = pattern(r"\s*\{([^{}]*)\}")
_SPECIFICATION = pattern(r"\s*(?:\{(?:[^{}]|\{[^{}]*\})*\}|.)")
_OPTION = pattern(r"\s*\[[^\[\]]*\]")
_OPENING, _BRACE = pattern(r"\s*\{"), pattern(r"\\.|[{}]", re.DOTALL)
_DELIMITER = pattern(r"\s*(\\(?:[A-Za-z]+|.)|.)", re.DOTALL)
_SYMBOLS = frozenset(" !#$%&,:;>_{|}\xa0\n\\")  # what a backslash may be before, besides letters
_DELIMITERS = _these(r"( ) [ ] | . / < > \{ \} \|") | frozenset("⟨⟩⌈⌉⌊⌋⟮⟯⎰⎱‖")
#: Commands that take groups of which the formula has too few if it ends after them.
_ONE_GROUP = _these(
    "sqrt overline underline hat vec bar tilde dot ddot widehat widetilde overrightarrow overbrace underbrace mathbf"
    " mathrm mathit mathsf mathtt mathbb mathcal mathscr mathfrak boldsymbol boxed pmod phantom hphantom vphantom"
    " cancel substack"
)
_TWO_GROUPS = _these("frac dfrac tfrac cfrac binom dbinom tbinom overset underset stackrel")
#: Commands whose groups are no formulas.
_OF_TEXT = _these(
    "text textbf textit textrm texttt textsf textnormal textup mbox hbox fbox ce pu unicode color textcolor colorbox"
    " fcolorbox href class style cssId hspace vspace mspace kern hskip rule tag label ref eqref verb operatorname"
    " operatorname* enclose bbox require toggle mathtip texttip definecolor"
)
#: Commands after which nothing is what it was.
_DEFINES = pattern(
    r"\\(?:(?:re)?new(?:command|environment|extarrow)|def|let|Declare|require|verb|AxiomC|UnaryInf)", re.I
)
_DEFINED = pattern(r"\\(?:(?:re)?newcommand|def|let|DeclareMathOperator)\*?\s*\{?\s*\\([A-Za-z]+)")
#: Environments without columns.
_ONE_COLUMN = frozenset(["equation", "equation*", "multline", "multline*", "multlined"])
#: Commands whose group has cells.
_WITH_CELLS = _these("matrix pmatrix cases eqalign eqalignno leqalignno displaylines substack")
_SPECIFIED = ("array", "subarray", "alignat", "alignat*", "alignedat", "xalignat", "xxalignat")
_DEEPEST = 5  # groups in each other in an ordinary formula
_NAME = pattern(r"(\\[A-Za-z]+\*?)")
_NEXT = "\x05"  # between formulas
_SIGN = r"(?:[^\\{}&^_'’#%\s\x02-\x05]|\\[ !#$%&,:;>_{|}])"
_SCRIPT = rf"\s*+{_SIGN}"
_ITEM = (
    rf"(?:(?:{_SIGN}|\x02(?:\s*+\[\w*+\])?+\s*+(?!\[){_SIGN}|\x03\s*+{_SIGN}\s*+{_SIGN}|\x04\s*+\0)['’]*+"
    rf"(?:\s*+\^{_SCRIPT}(?:\s*+_{_SCRIPT})?+|\s*+_{_SCRIPT}(?:\s*+\^{_SCRIPT})?+)?+|\s)"
)
#: What is in order by itself, and a group of it.
_IN_ORDER, _INNERMOST = pattern(rf"{_ITEM}*+"), pattern(rf"\{{(?<!\\\{{)(?:[A-Za-z\d]*+\}}|{_ITEM}*+\}})")


class Names(NamedTuple):
    """The commands, environments and delimiters that MathJax knows."""

    commands: frozenset[str]
    environments: frozenset[str]
    delimiters: frozenset[str]


@cache
def names() -> Names:
    """The names that Anki's MathJax knows."""
    parts = re.split(r"^#.*\n", _NAMES.read_text("utf-8"), flags=re.MULTILINE)[1:]
    return Names(*(frozenset(part.split()) for part in parts))


class _Level:
    """What is open: a group, an environment or a `\\left`; and what its last sign was."""

    def __init__(self, opened: str, name: str = "", *, cells: bool = False) -> None:
        self.opened, self.name, self.cells = opened, name, cells
        self.scripts = ""  # of the last sign
        self.waits = ""  # the ^ or _ that has no script yet
        self.takes = 0  # groups that the last command still needs
        self.command = ""

    def sign(self) -> None:
        """Goes on to a sign, a command or a group."""
        if self.waits:
            self.scripts += self.waits
            self.waits = ""
        elif self.takes:
            self.takes -= 1
            self.scripts = ""
        else:
            self.scripts = ""

    def unfinished(self) -> tuple[str, str] | None:
        """What is missing at the end."""
        if self.waits:
            return f"'{self.waits}' has nothing after it", f"write {self.waits}{{}} with what it is for in the braces"
        if self.takes:
            return f"'\\{self.command}' is followed by too little", f"write \\{self.command} with all its braces"
        return None


def refused(tex: str, own: Container[str] = ()) -> tuple[str, str] | None:
    """What MathJax can't read in a formula, and what to do about it; None if it reads all of it.

    `own` are the names of commands that were defined before.
    """
    if are_ordinary([tex])[0] or _DEFINES.search(tex):
        return None
    return _Reader(tex, own).read()


def are_ordinary(formulas: Sequence[str]) -> list[bool]:
    """Of each formula, whether it has only known commands, groups and scripts, all in order: a reader takes far longer.

    Commands become signs that say how many groups follow; then each group, the innermost first, becomes one sign. That
    is done to all formulas together.
    """
    if not formulas:
        return []
    marks, never = _marks(), r"\\"  # that is never in order
    parts = _NAME.split(_NEXT.join([tex.replace(_NEXT, never) for tex in formulas]))
    parts[1::2] = [marks.get(name, never) for name in parts[1::2]]
    rest = "".join(parts)
    for _ in range(_DEEPEST):
        if "{" not in rest:
            break
        rest = _INNERMOST.sub("\0", rest)
    shapes = rest.split(_NEXT)  # many are the same
    ordinary = {each for each in set(shapes) if _IN_ORDER.fullmatch(each)}
    return [each in ordinary for each in shapes]


@cache
def _marks() -> dict[str, str]:
    """A sign for each command that takes no groups, one, two, or one of text, and that changes nothing else."""
    none = names().commands - _OF_TEXT - {"begin", "end", "left", "middle", "right", "cr", "newline"}
    kinds = (("\1", none), ("\2", _ONE_GROUP), ("\3", _TWO_GROUPS), ("\4", ("text", "mbox", "operatorname")))
    return {f"\\{name}": mark for mark, these in kinds for name in these}


def defined(text: str) -> frozenset[str]:
    """The names of the commands that formulas of `text` define."""
    return frozenset(_DEFINED.findall(text)) if "\\" in text else frozenset()


class _Reader:
    def __init__(self, tex: str, own: Container[str]) -> None:
        self.tex, self.own = tex, own
        self.at = 0
        self.levels = [_Level("")]

    def read(self) -> tuple[str, str] | None:
        """The first mistake."""
        while found := _TOKEN.match(self.tex, self.at):
            self.at = found.end()
            wrong = self._token(found[0])
            if wrong:
                return wrong
        level = self.levels[-1]
        if wrong := level.unfinished():
            return wrong
        if level.opened == "{":
            return "'{' isn't closed", "add the '}'"
        if level.opened == "left":
            return r"'\left' has no '\right'", r"add '\right)' or, for an invisible one, '\right.'"
        if level.opened:
            return rf"'\begin{{{level.name}}}' isn't closed", rf"add '\end{{{level.name}}}'"
        return None

    def _token(self, sign: str) -> tuple[str, str] | None:
        level = self.levels[-1]
        if sign.isspace():
            return None
        if sign.isalnum():  # as most are
            level.sign()
            level.command = ""
        elif sign == "{":
            level.sign()
            self.levels.append(_Level("{", cells=level.command in _WITH_CELLS))
        elif sign == "}":
            if level.opened != "{":
                return "'}' closes nothing", r"remove it, or write \} to show it"
            self.levels.pop()
            return level.unfinished()
        elif sign in ("&", "\\\\") and level.takes:  # MathJax takes it for the group
            level.sign()
        elif sign == "&":
            if not level.cells:
                return (
                    "'&' is for columns, and there are none here",
                    r"write \& to show it, or align with \begin{aligned}",
                )
            return self._next_cell(level)
        elif sign in ("^", "_"):
            return self._script(level, sign)
        elif sign in "'’":
            return self._prime(level)
        elif sign == "#":
            return "'#' means nothing in a formula", r"write \# to show it"
        elif sign.startswith("%"):
            return "'%' starts a comment, so the rest isn't shown", r"write \% to show it"
        elif sign.startswith("\\") and len(sign) > 1 and (sign[1].isascii() and sign[1].isalpha()):
            return self._command(level, sign[1:])
        elif sign == "\\\\":
            self.at = found.end() if (found := _OPTION.match(self.tex, self.at)) and level.cells else self.at
            return self._next_cell(level)
        elif sign[0] == "\\" and len(sign) > 1 and sign[1] not in _SYMBOLS:
            return f"MathJax doesn't know '{sign}'", f"write '{sign[1]}', or put it in \\text{{…}}"
        else:
            level.sign()
            level.command = ""
        return None

    def _next_cell(self, level: _Level) -> tuple[str, str] | None:
        wrong = level.unfinished()
        level.scripts = level.waits = level.command = ""
        level.takes = 0
        return wrong

    def _script(self, level: _Level, sign: str) -> tuple[str, str] | None:
        if wrong := level.unfinished():
            return wrong
        if sign in level.scripts or (sign == "^" and level.scripts.endswith("'^")):
            what = "superscript" if sign == "^" else "subscript"
            return f"two {what}s of one sign", f"write the first in braces, such as {{x{sign}a}}{sign}b"
        level.waits = sign
        return None

    def _prime(self, level: _Level) -> tuple[str, str] | None:
        if level.waits:
            level.sign()
        elif "^" in level.scripts:
            return "a prime after a superscript", "write the prime first, such as x'^2"
        return None

    def _command(self, level: _Level, name: str) -> tuple[str, str] | None:
        star = name.endswith("*")
        if star and name not in names().commands:
            name = name[:-1]
            self.at -= 1
        if name == "begin":
            return self._begin(level)
        if name == "end":
            return self._end(level)
        if name == "left":
            level.sign()
            self.levels.append(_Level("left"))
            return self._delimiter(name)
        if name == "middle":
            if level.opened != "left":
                return r"'\middle' needs a '\left' before it", r"write '\left(' … '\middle|' … '\right)'"
            level.scripts = ""
            return self._delimiter(name)
        if name == "right":
            if level.opened != "left":
                return r"'\right' has no '\left'", r"add '\left(' or, for an invisible one, '\left.'"
            self.levels.pop()
            return level.unfinished() or self._delimiter(name)
        if name not in names().commands and name not in self.own:
            return self._unknown(name)
        if name in ("cr", "newline"):
            return self._next_cell(level)
        nested = level.takes > 0
        level.sign()
        level.command = name
        if name in _OF_TEXT:
            return self._raw(name)
        self.at = option.end() if name in _ONE_GROUP and (option := _OPTION.match(self.tex, self.at)) else self.at
        if not nested:
            level.takes = (name in _ONE_GROUP) + 2 * (name in _TWO_GROUPS)
        return None

    def _unknown(self, name: str) -> tuple[str, str]:
        from studydeck.text.words import near

        guess = _INSTEAD.get(name) or (len(name) > 3 and near(name, names().commands))
        remedy = (
            f"did you mean '\\{guess}'?" if guess else r"write its name as \text{…}, or use a command that MathJax has"
        )
        return f"MathJax doesn't know '\\{name}'", remedy

    def _delimiter(self, name: str) -> tuple[str, str] | None:
        found = _DELIMITER.match(self.tex, self.at)
        if not found or (found[1] not in _DELIMITERS and found[1][1:] not in names().delimiters):
            sign = rf"\{found[1]}" if found and found[1] in "{}" else "("
            return rf"'\{name}' needs a bracket after it", rf"write '\{name}{sign}'"
        self.at = found.end()
        return None

    def _begin(self, level: _Level) -> tuple[str, str] | None:
        found = _GROUP.match(self.tex, self.at)
        if not found:
            return r"'\begin' needs a name", r"write \begin{aligned}"
        name = found[1]
        if name not in names().environments:
            from studydeck.text.words import near

            guess = _INSTEAD.get(name) or (len(name) > 3 and near(name, names().environments))
            return f"MathJax doesn't know the environment '{name}'", f"did you mean '{guess or 'aligned'}'?"
        self.at = found.end()
        level.sign()
        self.levels.append(_Level("begin", name, cells=name not in _ONE_COLUMN))
        if option := _OPTION.match(self.tex, self.at):
            self.at = option.end()
        if name in _SPECIFIED and (found := _SPECIFICATION.match(self.tex, self.at)):
            self.at = found.end()
        return None

    def _end(self, level: _Level) -> tuple[str, str] | None:
        found = _GROUP.match(self.tex, self.at)
        name = found[1] if found else ""
        if level.opened != "begin" or level.name != name:
            wanted = {"{": "}", "left": r"\right."}.get(level.opened, rf"\end{{{level.name}}}")
            if not level.opened:
                return rf"'\end{{{name}}}' has no '\begin{{{name}}}'", "add it, or remove this"
            return rf"'\end{{{name}}}' stands where '{wanted}' is due", f"write '{wanted}' before it"
        assert found
        self.at = found.end()
        self.levels.pop()
        return level.unfinished()

    def _raw(self, name: str) -> tuple[str, str] | None:
        """Passes over groups that are no formulas."""
        if option := _OPTION.match(self.tex, self.at):
            self.at = option.end()
        if not _OPENING.match(self.tex, self.at):
            token = _SPECIFICATION.match(self.tex, self.at)
            if not token:
                return f"'\\{name}' is followed by too little", f"write \\{name}{{}} with what it is for in the braces"
            self.at = token.end()
        while start := _OPENING.match(self.tex, self.at):
            depth = 1
            for sign in _BRACE.finditer(self.tex, start.end()):
                depth += {"{": 1, "}": -1}.get(sign[0], 0)
                if not depth:
                    self.at = sign.end()
                    break
            else:
                return "'{' isn't closed", "add the '}'"
        return None


#: What other TeX has, and MathJax's name for it.
_INSTEAD = {
    "bm": "boldsymbol", "qty": "left", "dd": "mathrm{d}", "dv": "frac", "pdv": "frac", "norm": "lVert", "abs": "lvert",
    "mathbbm": "mathbb", "mathds": "mathbb", "SI": "text", "si": "text", "num": "text", "unit": "text",
    "R": "mathbb{R}", "N": "mathbb{N}", "Z": "mathbb{Z}", "Q": "mathbb{Q}", "C": "mathbb{C}", "tabular": "array",
    "itemize": "aligned", "dcases": "dcases", "eqnarry": "eqnarray",
}  # fmt: skip
