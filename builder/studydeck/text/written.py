"""What a field shows (`blocks.py`) in Markdown, with a mark before each sign that may need a backslash."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from studydeck.patterns import pattern
from studydeck.text.blocks import Block, Blocks, Cell, Code, Heading, Line, Listed, Paragraph, Piece, Quote, Rule, Table
from studydeck.text.look import BOLD, CODE, HIGHLIGHTED, ITALIC, KEY, STRUCK, UNDERLINED
from studydeck.text.media import is_sound

#: A mark of a look, a level of what is raised, or a link.
Feature = str | tuple[int, str] | tuple[str, str, str]
#: Stands before a sign that Markdown may read, and becomes a backslash or nothing. No field has it.
MARK = "\0"
_SIGNS = pattern(r"[\\`*_~^$\[|]|==+|<(?=[A-Za-z/!?])|&(?=[A-Za-z#])|(?<!\{)\{(?![{c])")
_LINE_SIGN = pattern(r"([#>+-]|=(?=\s*$)|\d{1,9}(?=[.)](?:\s|$)))")
_LAST_NUMBER_SIGN = pattern(r"(?<![^ ])(?=#+$)")  # which would end a heading
_RAISED = pattern(r"[+−-]?\w+[+−-]?")
_BARE_FILE = pattern(r"[^\s()<>\\\"'%#?&*_~^$`\[\]|=!{}][^()<>\\\"'%#?&*_~^$`\[\]|={}]*")
_RUBY = pattern(r"[\u2e80-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff]+\|[^\W\d_][\w'’·.ˇˊˋ˙・ー -]*")


class Spelling(NamedTuple):
    """One of several ways to write the same: emphasis, what is raised, formulas, whether tags are inside emphasis."""

    emphasis: str = "*"
    raised_in_tags: bool = False
    dollars: bool = True
    emphasis_outside: bool = False


#: The most readable one first.
SPELLINGS = (
    Spelling(),
    Spelling(raised_in_tags=True),
    Spelling(dollars=False),
    Spelling(emphasis_outside=True),
    Spelling("_"),
    Spelling("_", raised_in_tags=True, dollars=False),
    Spelling(raised_in_tags=True, dollars=False, emphasis_outside=True),
)


def written(blocks: Blocks, files: Callable[[str], str], spelling: Spelling) -> str:
    """`blocks` in Markdown, a MARK before each sign that may need a backslash; `files` gives files their names."""
    writer = _Writer(files, spelling)
    if len(blocks) == 1 and isinstance(blocks[0], Paragraph) and len(blocks[0].lines) == 1:
        return writer.line(blocks[0].lines[0])
    return "\n".join(writer.blocks(blocks, alone=len(blocks) == 1))


class _Writer:
    def __init__(self, files: Callable[[str], str], spelling: Spelling) -> None:
        self.files = files
        self.spelling = spelling
        self.in_cell = False

    # --- blocks ---

    def blocks(self, blocks: Blocks, *, tight: bool = False, alone: bool = False) -> Iterator[str]:
        """Lines; `tight` for those of a list's item, where no blank line is needed before a list."""
        before: Block | None = None
        bullet = "-"
        for block in blocks:
            if before is not None and not (tight and isinstance(block, Listed) and _goes_on(before, block)):
                yield ""
            follows = isinstance(before, Listed) and isinstance(block, Listed)
            bullet = {"-": "*", "*": "+", "+": "-"}[bullet] if follows else "-"
            yield from self._block(block, bullet, alone)
            before = block

    def _block(self, block: Block, bullet: str, alone: bool) -> Iterator[str]:
        match block:
            case Paragraph(lines):
                yield from (_started(self.line(line)) for line in lines)
            case Heading(level, lines):
                yield from self._heading(level, lines, alone)
            case Listed():
                yield from self._listed(block, bullet, alone)
            case Quote(inner):
                quoted = list(self.blocks(inner))
                yield from (f"> {line}".rstrip(" ") for line in quoted)
                if alone and len(quoted) == 1:
                    yield ">"
            case Code(text, language):
                longest = max(map(len, re.findall("`+", text)), default=0)
                fence = "`" * max(3, longest + 1)
                yield f"{fence}{language}"
                yield from text.split("\n")
                yield fence
            case Table(rows, headed):
                yield from self._table(rows, headed)
            case Rule():
                yield "---"

    def _heading(self, level: int, lines: Sequence[Line], alone: bool) -> Iterator[str]:
        written = [self.line(line) for line in lines]
        if (len(lines) > 1 or alone) and level < 3:
            yield from map(_started, written)
            yield "===" if level == 1 else "---"
        else:
            text = _LAST_NUMBER_SIGN.sub(MARK, " ".join(written))
            yield f"{'#' * level} {text}"

    def _listed(self, block: Listed, bullet: str, alone: bool) -> Iterator[str]:
        loose = any(sum(isinstance(each, Paragraph) for each in item) > 1 for item in block.items)
        for number, item in enumerate(block.items):
            mark = f"{block.numbers[number]}{block.sign}" if block.numbers else bullet
            lines = list(self.blocks(item, tight=True))
            indent = " " * (len(mark) + 1)
            if alone and len(block.items) == 1 and len(lines) < 2:
                yield mark
                lines = ["", *lines]
            else:
                yield f"{mark} {lines[0]}" if lines else mark
            yield from (f"{indent}{line}" if line else "" for line in lines[1:])
            if loose and number + 1 < len(block.items):
                yield ""

    def _table(self, rows: Sequence[Sequence[Cell]], headed: bool) -> Iterator[str]:
        width = max(map(len, rows))
        self.in_cell = True
        aligns = [next((row[at].align for row in rows if at < len(row) and row[at].align), "") for at in range(width)]
        if not headed:
            yield self._row([""] * width)
        for number, row in enumerate(rows):
            if number == headed:
                yield self._row([{"": "---", "left": ":--", "right": "--:", "center": ":-:"}[each] for each in aligns])
            yield self._row([self._cell(cell) for cell in row] + [""] * (width - len(row)))
        if headed and len(rows) == 1:
            yield self._row([{"": "---", "left": ":--", "right": "--:", "center": ":-:"}[each] for each in aligns])
        self.in_cell = False

    def _row(self, cells: Sequence[str]) -> str:
        return f"| {' | '.join(cells)} |"

    def _cell(self, cell: Cell) -> str:
        lines = [self.line(line) for block in cell.blocks if isinstance(block, Paragraph) for line in block.lines]
        return " ".join(lines)

    # --- lines ---

    def line(self, pieces: Sequence[Piece]) -> str:
        return self._run(pieces, frozenset())

    def _run(self, pieces: Sequence[Piece], done: frozenset[Feature]) -> str:
        """`pieces` inside the features of a look that are `done`."""
        parts: list[str] = []
        at = 0
        while at < len(pieces):
            piece = pieces[at]
            features = [each for each in _features(piece) if each not in done]
            if not features:
                parts.append(self._piece(piece))
                at += 1
                continue
            first = {BOLD, ITALIC} - done if self.spelling.emphasis_outside else set()
            outside = [each for each in features if each in first]
            end, feature = _longest(pieces, at, outside or features, set() if outside else first)
            inner = pieces[at:end]
            parts.append(self._code(inner) if feature == CODE else self._in(feature, inner, done | {feature}))
            at = end
        return "".join(parts)

    def _in(self, feature: Feature, pieces: Sequence[Piece], done: frozenset[Feature]) -> str:
        inner = self._run(pieces, done)
        match feature:
            case ("link", href, title):
                shown = f' "{title}"' if title and '"' not in title else ""
                address = f"<{href}>" if re.search(r"[()]", str(href)) else href
                return f"[{inner}]({address}{shown})"
            case (int(), "sub" | "sup" as name):
                sign = "~" if name == "sub" else "^"
                short = not self.spelling.raised_in_tags and _RAISED.fullmatch(inner)
                return f"{sign}{inner}{sign}" if short else f"<{name}>{inner}</{name}>"
        start, end = {
            BOLD: ("**", "**"),
            ITALIC: (self.spelling.emphasis, self.spelling.emphasis),
            STRUCK: ("~~", "~~"),
            HIGHLIGHTED: ("==", "=="),
            UNDERLINED: ("<u>", "</u>"),
            KEY: ("<kbd>", "</kbd>"),
        }[str(feature)]
        return f"{start}{inner}{end}"

    def _code(self, pieces: Sequence[Piece]) -> str:
        text = "".join(each.text for each in pieces)
        longest = max(map(len, re.findall("`+", text)), default=0)
        ticks = "`" * (longest + 1)
        pad = " " if text.startswith("`") or text.endswith("`") else ""
        text = text.replace("|", r"\|") if self.in_cell else text
        return f"{ticks}{pad}{text}{pad}{ticks}"

    def _piece(self, piece: Piece) -> str:
        match piece.kind:
            case "formula":
                return f"${piece.text}$" if self.spelling.dollars else f"[$]{piece.text}[/$]"
            case "display":
                return f"$${piece.text}$$" if self.spelling.dollars else f"[$$]{piece.text}[/$$]"
            case "picture" | "sound":
                return self._media(piece)
            case "ruby":
                short = f"{piece.text}|{piece.note}"
                if _RUBY.fullmatch(short):
                    return f"{{{short}}}"
                return f"<ruby>{_marked(piece.text)}<rp>(</rp><rt>{_marked(piece.note)}</rt><rp>)</rp></ruby>"
        return _marked(piece.text)

    def _media(self, piece: Piece) -> str:
        name = re.sub("%(?=[0-9A-Fa-f]{2})", "%25", self.files(piece.text))
        if piece.kind == "sound" and not (is_sound(name) and _BARE_FILE.fullmatch(name)):
            return f"[sound:{name}]"
        width = f"{'|'}{piece.width}" if piece.width else ""
        bar = "\\" if width and self.in_cell else ""
        title = f' "{piece.title}"' if piece.title and '"' not in piece.title else ""
        address = name if _BARE_FILE.fullmatch(name) else f"<{name}>"
        return f"![{_marked(piece.note)}{bar}{width}]({address}{title})"


def _features(piece: Piece) -> list[Feature]:
    look = piece.look
    features: list[Feature] = [("link", *look.link)] if look.link else []
    features += [each for each in (BOLD, ITALIC, STRUCK, HIGHLIGHTED, UNDERLINED, KEY) if each in look.marks]
    features += enumerate(look.raised)
    return [*features, CODE] if CODE in look.marks else features


def _longest(pieces: Sequence[Piece], at: int, features: Sequence[Feature], stops: set[str]) -> tuple[int, Feature]:
    """The one of `features` that goes on for longest, and where it ends: before a piece with one of `stops`."""
    ends = [_end(pieces, at, each, stops) for each in features]
    end = max(ends)
    return end, features[ends.index(end)]


def _end(pieces: Sequence[Piece], at: int, feature: Feature, stops: set[str]) -> int:
    while at < len(pieces) and feature in _features(pieces[at]) and not stops & pieces[at].look.marks:
        at += 1
    return at


def _marked(text: str) -> str:
    """`text` with a MARK before each sign that may mean something, and with entities for blanks in a row."""
    text = _SIGNS.sub(lambda sign: "".join(MARK + each for each in sign[0]), text)
    return (
        text.replace("\xa0\xa0", "&nbsp;&nbsp;").replace("&nbsp;\xa0", "&nbsp;&nbsp;") if "\xa0\xa0" in text else text
    )


def _started(line: str) -> str:
    """A line of several, with a MARK before what would start a list, a heading, a quote or a rule."""
    found = _LINE_SIGN.match(line)
    if not found:
        return line
    return f"{found[1]}{MARK}{line[found.end() :]}" if found[1].isdigit() else MARK + line


def _goes_on(before: Block, block: Listed) -> bool:
    """Whether a list may follow its item's text without a blank line."""
    return isinstance(before, Paragraph) and (not block.numbers or block.numbers[0] == 1)
