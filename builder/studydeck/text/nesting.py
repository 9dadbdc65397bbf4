"""A field's HTML with gaps, in which none ends inside a tag or crosses an element, so that all of it is well nested."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain, takewhile, zip_longest

from studydeck.patterns import pattern
from studydeck.text.cloze import GAP_MARK, GAP_START, MOST_OPEN, gaps_in, parse, without_marks

_TAG = pattern(r"<[^>]*>")
_CODE = pattern(r"(<code\b[^>]*>)(.*?)</code>", re.DOTALL)
_EMPTY = pattern(r"<p></p>\n?")  # what is left of lines with nothing but a gap's start or end
_KEPT = "<img\0>"  # no text has this character
_HTML = pattern(rf"(<[^>]*>|{GAP_START}|\}}\}}|::)")
_GAP_OF_TEXT = pattern(rf"{GAP_START}[^<{{}}]*\}}\}}")
_GAP_IN_A_TAG = pattern(r"<[^<>]*\{\{c")
_TAG_NAME = pattern(r"</?([a-z0-9]+)")
_INLINE = (
    "a", "code", "del", "em", "kbd", "mark", "rp", "rt", "ruby", "span", "strong", "sub", "sup", "u", "abbr", "b",
    "bdi", "big", "cite", "dfn", "font", "i", "ins", "q", "s", "samp", "small", "strike", "tt", "var",
)  # fmt: skip
_IN_A_LINE = (*_INLINE, "br", "img", "wbr")
_VOID = ("br", "hr", "img", "wbr")
_HOLD_BLOCKS = ("blockquote", "li")
_MATH_START = pattern(r"\\(?=[(\[])")
_MATH_END = pattern(r"\\[)\]]")
_OCCLUSION = pattern(rf"({GAP_START}image-occlusion):")


def contained(html: str) -> str:
    """A field's HTML that is well nested whichever of its gaps Anki hides, and in whose tags no gap starts or ends.

    If all is well already, nothing changes. Anki also puts an image occlusion's words into attributes unescaped, and
    strips tags from everything in its brackets for math; no text can use either
    (`test_no_deck_of_a_stranger_gets_through`).
    """
    if "<" in html and (_GAP_IN_A_TAG.search(html) or "{{c" in _GAP_OF_TEXT.sub("", html)):
        codes: list[str] = []  # those with gaps, which are well nested already
        if "<code" in html:
            html = _CODE.sub(lambda code: _kept(code, codes), html)
        pieces = _around_blocks(_in_pieces(html))
        html = "".join(pieces)
        if not _is_well_nested(pieces) and all(gap.closed for gap in gaps_in(html)):
            html = _nested(pieces)
        if codes:
            html = "".join(chain.from_iterable(zip_longest(html.split(_KEPT), codes, fillvalue="")))
        html = _EMPTY.sub("", html)
    if "image-occlusion" in html:
        html = _OCCLUSION.sub(r"\1&#58;", html)
    return _whole_formulas(html) if "\\" in html and (r"\(" in html or r"\[" in html) else html


def with_occlusions(html: str) -> str:
    """`html` in which gaps with the shapes of an image occlusion are that again: its own note type draws them."""
    return html.replace("image-occlusion&#58;", "image-occlusion:")


def whole_code(html: str) -> str:
    """`html` in which no gap that starts in code crosses its end, or an element in it: then it is only code."""
    return _CODE.sub(lambda code: code[0] if _has_whole_gaps(code[2]) else _plain_code(code), html)


def _plain_code(code: re.Match[str]) -> str:
    return f"{code[1]}{without_marks(code[2])}</code>"


def _has_whole_gaps(html: str) -> bool:
    if "{{c" not in html:
        return True
    return all(gap.closed for gap in gaps_in(html)) and "}}" not in parse(html) and _is_well_nested(_in_pieces(html))


def _kept(code: re.Match[str], codes: list[str]) -> str:
    """The element with a mark for what is in it, if that has a gap; this is added to `codes`."""
    if "{{c" not in code[2]:
        return code[0]
    codes.append(code[2])
    return f"{code[1]}{_KEPT}</code>"


def _in_pieces(html: str) -> list[str]:
    """The tags, the gaps' marks and the texts between them, in order.

    Entities replace what would be a mark in a tag, and a `::` in an element inside a gap, such as a link's
    `std::vector`: a hint can't start there.
    """
    pieces = _HTML.split(html)
    del pieces[2::3]  # the numbers
    elements: list[int] = []  # how many were started in each open gap
    in_hint = False
    for at in range(1, len(pieces), 2):
        mark = pieces[at]
        if mark[0] == "<":
            ends_here = "}}" in mark or ("::" in mark and not in_hint)  # of a text's `::` only the first one counts
            if (elements and ends_here) or "{{c" in mark:
                pieces[at] = without_marks(mark)
            if elements and _name(mark) in _INLINE:
                elements[-1] = max(0, elements[-1] + (-1 if mark[1] == "/" else 1))
        elif mark == "::":
            if elements and elements[-1] and not in_hint:
                pieces[at] = without_marks(mark)
            else:
                in_hint = bool(elements)
        else:
            in_hint = False
            if mark == "}}":
                del elements[-1:]
            elif len(elements) < MOST_OPEN:
                elements.append(0)
    return [piece for piece in pieces if piece]


class _AroundBlocks(str):
    """A gap's mark, or its hint, that is between blocks."""


def _around_blocks(pieces: list[str]) -> list[str]:
    """`pieces` in which a gap over whole blocks, such as two paragraphs, is around these: one gap, not one in each.

    Where it hides only a part of a block, or of a list or table, it is left alone.
    """
    if "}}" not in pieces:
        return pieces
    added: dict[int, list[str]] = {}  # what comes before these pieces
    removed: set[int] = set()
    opened: list[str] = []  # blocks, by name
    seen = 0
    for start, separator, end in _outer_gaps(pieces):
        _follow(opened, pieces[seen:start])
        seen = start
        started: list[str] = []
        ended, tags = _follow(started, pieces[start:separator])
        if not tags or _follow([], pieces[separator:end])[1]:
            continue
        lists = sum(
            1 for _ in takewhile(lambda name: name not in _HOLD_BLOCKS, reversed(opened[: len(opened) - ended]))
        )
        first, last = _past(pieces, start, -1, ended + lists), _past(pieces, end, 1, len(started) + lists)
        if first is not None and last is not None:
            added.setdefault(first, []).append(_AroundBlocks(pieces[start]))
            hint = "".join(pieces[separator:end])
            ends = ([_AroundBlocks(f"::{_plain(hint[2:])}")] if hint else []) + [_AroundBlocks("}}")]
            added.setdefault(last + 1, []).extend(ends)
            removed.update((start, *range(separator, end + 1)))
            removed.update(at for at in (start + 1, separator - 2) if pieces[at] == "<br />")
    kept = (() if at in removed else (piece,) for at, piece in enumerate([*pieces, ""]))
    return [each for at, piece in enumerate(kept) for each in (*added.get(at, ()), *piece) if each]


def _outer_gaps(pieces: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """Of each gap that isn't inside another: where it starts, where what it hides ends, and where it ends itself."""
    depth = start = separator = 0
    for at, mark in enumerate(pieces):
        if mark == "::" and depth == 1:
            separator = separator or at
        elif mark == "}}" and depth:
            depth -= 1
            if depth == 0:
                yield start, separator or at, at
        elif mark != "}}" and depth < MOST_OPEN and GAP_MARK.fullmatch(mark):
            depth += 1
            if depth == 1:
                start, separator = at, 0


def _follow(opened: list[str], pieces: Sequence[str]) -> tuple[int, int]:
    """Opens and ends blocks as `pieces` do; how many end that weren't in `opened`, and how many tags there are."""
    ended = tags = 0
    for tag in pieces:
        if tag[0] != "<" or (name := _name(tag)) in _IN_A_LINE or name in _VOID:
            continue
        tags += 1
        if tag[1] != "/":
            opened.append(name)
        elif opened:
            opened.pop()
        else:
            ended += 1
    return ended, tags


def _past(pieces: Sequence[str], at: int, step: int, count: int) -> int | None:
    """The place of the `count`th tag from `at` in this direction, if nothing else than blocks' tags is before it.

    Backwards, only tags count that start a block, forwards those that end one.
    """
    while count:
        at += step
        if not 0 <= at < len(pieces):
            return None
        tag = pieces[at]
        if tag[0] == "<" and _name(tag) not in _IN_A_LINE + _VOID and (tag[1] == "/") == (step > 0):
            count -= 1
        elif not tag.isspace():
            return None
    return at


def _is_well_nested(pieces: Sequence[str]) -> bool:
    """Whether tags, gaps and hints nest, so that Anki may leave out what a gap hides, or its hint."""
    opened: list[str] = []  # tags' names, `{{` for a gap, `::` for a hint up to its gap's next mark
    depth, in_hint = 0, False
    for mark in pieces:
        if mark[0] == "<":
            name = _name(mark)
            if mark[1] == "/" and opened.pop() != name:
                return False
            if mark[1] != "/" and name not in _VOID:
                opened.append(name)
        elif mark == "::" and depth and not in_hint:
            if opened[-1] != "{{":
                return False
            opened.append("::")
            in_hint = True
        elif GAP_MARK.fullmatch(mark) and (depth or mark != "}}"):
            if in_hint and opened.pop() != "::":
                return False
            in_hint = False
            if mark == "}}" and opened.pop() != "{{":
                return False
            if mark == "}}":
                depth -= 1
            elif depth < MOST_OPEN:
                opened.append("{{")
                depth += 1
    return True


class _Element:
    """A gap or an element in a line of text, which can be ended and started again."""

    def __init__(self, start: str, end: str, end_again: str) -> None:
        self.start = start
        self.end = end
        self.end_again = end_again
        self.is_written = False


class _Line:
    """HTML as it is written: the gaps and elements that are open in the block at its end."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self.opened: list[_Element] = []

    def write(self, text: str, inside: Sequence[_Element] = ()) -> None:
        """Writes `text` inside these gaps and elements; those that stay open aren't ended."""
        same = sum(1 for _ in takewhile(lambda pair: pair[0] is pair[1], zip(self.opened, inside, strict=False)))
        for element in reversed(self.opened[same:]):
            self.written.append(element.end)
            element.end = element.end_again
        for element in inside[same:]:
            self.written.append(element.start)
            element.is_written = True
        self.opened = list(inside)
        self.written.append(text)


def _nested(pieces: Sequence[str]) -> str:
    """HTML rebuilt: blocks contain gaps, gaps contain elements such as `<em>`, and what would cross is split.

    A gap over parts of several blocks becomes one in each, with its hint, as plain text, in the first. Of elements in
    elements only the outer ones are kept, so that the HTML can't become many times as long as the text.
    """
    line = _Line()
    gaps: list[_Element] = []
    elements: list[_Element] = []
    hints = (gap.hint for gap in gaps_in("".join(pieces)))
    in_hint = False
    for mark in pieces:
        name = _name(mark) if mark[0] == "<" else ""
        if isinstance(mark, _AroundBlocks):
            line.write(mark)
            if mark[0] == "{":
                next(hints)
        elif name in _INLINE:
            if mark[1] == "/":
                elements.pop()
            else:
                elements.append(_Element(mark, f"</{name}>", f"</{name}>"))
        elif name and name not in _IN_A_LINE:
            line.write(mark)
        elif GAP_MARK.fullmatch(mark) and mark != "}}":
            if len(gaps) < MOST_OPEN:
                hint = next(hints)
                gaps.append(_Element(mark, "}}" if hint is None else f"::{_plain(hint)}}}}}", "}}"))
            in_hint = False
        elif mark == "}}" and gaps:
            if not gaps[-1].is_written:
                line.write("", [*gaps, *elements[:MOST_OPEN]])
            gaps.pop()
            in_hint = False
        elif mark == "::" and gaps:
            in_hint = True
        elif not in_hint:
            between_blocks = mark.isspace() and not line.opened and not elements
            line.write(mark, () if between_blocks else [*gaps, *elements[:MOST_OPEN]])
    line.write("")
    return "".join(line.written)


def _name(tag: str) -> str:
    """`strong` for `<strong>` and `</strong>`."""
    found = _TAG_NAME.match(tag)
    assert found, tag
    return found[1]


def _plain(hint: str) -> str:
    """A hint in one line, without tags."""
    return " ".join(_TAG.sub(lambda tag: "" if _name(tag[0]) in _INLINE else " ", hint).split())


def _whole_formulas(html: str) -> str:
    """`html` in which a bracket that would start math for Anki is only a bracket if a tag or a gap crosses the math.

    Of several starts before an end Anki takes the first. Here it is the first or the last, which is enough for all that
    is meant as math, and takes linear time.
    """
    parts: list[str] = []
    at = 0
    while (start := _MATH_START.search(html, at)) and (end := _MATH_END.search(html, start.end() + 1)):
        math = html[start.start() : end.start()]
        if not _is_whole(math):
            last = max(math.rfind(r"\("), math.rfind(r"\["))
            math, rest = math[:last], math[last:]
            math = _MATH_START.sub("&#92;", math) + (rest if _is_whole(rest) else _MATH_START.sub("&#92;", rest))
        parts += html[at : start.start()], math, end[0]
        at = end.end()
    return "".join(parts) + html[at:]


def _is_whole(math: str) -> bool:
    """Whether `math` contains no tag, no gap that isn't entirely inside it, and no hint of an outer gap."""
    depth = 0
    for mark in _HTML.split(math)[1::3]:
        depth += 1 if mark.startswith("{{") else -1 if mark == "}}" else 0
        if depth < 0 or mark[0] == "<" or (mark == "::" and depth == 0):
            return False
    return depth == 0
