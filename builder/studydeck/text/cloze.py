"""Gaps as Anki's engine reads them: `{{c1::text::hint}}`, nested, or `{{c1,2::…}}` for two cards.

The only place that parses gaps. `parse` reads an author's text or a field's HTML; `contained` changes a field's HTML so
that no gap ends inside a tag or crosses an element, and what Anki makes of it is well nested.
"""

from __future__ import annotations

import html as html_entities
import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, takewhile, zip_longest
from typing import Any, NamedTuple

from studydeck.patterns import pattern

#: Anki makes no card for a cloze number above this (anki/rslib/src/cloze.rs).
MOST_CLOZES = 500
_DEEPEST = 3
_MOST_OPEN = 10  # Anki skips the start of a gap that is inside this many
_MOST_KEPT = 2**15  # texts whose gaps are remembered: a build asks three times for them, a check eight times
_START = r"\{\{c([0-9,]+)::"
_MARK = pattern(rf"({_START}|\}}\}})")
_MARK_IN_CODE = pattern(rf"{_START}|\{{|\}}+")
_UNCLOSED_IN_CODE = pattern(r"&#123;&#123;c([0-9,]+)&#58;&#58;")
_CODE = pattern(r"(<code\b[^>]*>)(.*?)</code>", re.DOTALL)
_EMPTY = pattern(r"<p></p>\n?")  # what is left of lines with nothing but a gap's start or end
_KEPT = "<img\0>"  # no text has this character
_HTML = pattern(rf"(<[^>]*>|{_START}|\}}\}}|::)")
_NEARLY = pattern(r"\{{1,2}\s*[cC]\s*\d[\d,\s]*:{1,2}")
_GAP_OF_TEXT = pattern(rf"{_START}[^<{{}}]*\}}\}}")
_GAP_IN_A_TAG = pattern(r"<[^<>]*\{\{c")
_IN_A_TAG = pattern(r"<[^<>]*&#123;&#123;c[0-9][^<>]*>")
_TAG_OR_BLANK = pattern(r"<(?!img)[^>]*>|&nbsp;|\s+")
_TAG = pattern(r"<[^>]*>")
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
_OCCLUSION = pattern(rf"({_START}image-occlusion):")


def with_occlusions(html: str) -> str:
    """`html` in which gaps with the shapes of an image occlusion are that again: its own note type draws them."""
    return html.replace("image-occlusion&#58;", "image-occlusion:")


class Gap(NamedTuple):
    """A gap: its numbers as they are written (`1` or `1,2`), what it hides, and its hint, None if it has none.

    What it hides are texts and gaps, in order. `depth` is 1 for a gap that isn't inside another. A gap that isn't
    `closed` reaches to the end.
    """

    numbers: str
    parts: Sequence[str | Gap]
    hint: str | None
    depth: int
    closed: bool

    @property
    def hidden(self) -> str:
        """The text that the gap hides, including inner gaps' hidden text, without hints."""
        first = self.parts[0] if self.parts else ""
        if len(self.parts) < 2 and isinstance(first, str):  # as in most gaps
            return first
        return filled(self.parts, lambda gap: gap.hidden)


class _Open:
    """A gap whose end isn't read yet."""

    def __init__(self, numbers: str) -> None:
        self.numbers = numbers
        self.parts: list[str | Gap] = []
        self.hint: str | None = None


def parse(text: str) -> Sequence[str | Gap]:
    """`text` as texts and gaps, in order, as the engine reads it (`test_the_engine_reads_the_same_gaps`)."""
    return _parse(str(text)) if "{{c" in text else (text,)


@lru_cache(_MOST_KEPT)
def _parse(text: str) -> Sequence[str | Gap]:
    pieces: list[Any] = [*_MARK.split(text), "", None]
    outside = _Open("")
    opened = [outside]
    for piece, mark, numbers in zip(pieces[0::3], pieces[1::3], pieces[2::3], strict=True):
        if len(opened) > 1:  # of each text in a gap, what follows a `::` is a hint, and the last one counts
            piece, separator, hint = piece.partition("::")
            opened[-1].hint = hint if separator else opened[-1].hint
        if piece:
            opened[-1].parts.append(piece)
        if numbers is not None:
            if len(opened) <= _MOST_OPEN:
                opened.append(_Open(numbers))
        elif mark and len(opened) > 1:
            gap = opened.pop()
            opened[-1].parts.append(Gap(gap.numbers, gap.parts, gap.hint, len(opened), closed=True))
        elif mark:
            outside.parts.append(mark)
    while len(opened) > 1:
        gap = opened.pop()
        opened[-1].parts.append(Gap(gap.numbers, gap.parts, gap.hint, len(opened), closed=False))
    return tuple(outside.parts)


def filled(parts: Sequence[str | Gap], shown: Callable[[Gap], str]) -> str:
    """The text of `parts`, with what `shown` makes of each gap in its place."""
    return "".join(part if isinstance(part, str) else shown(part) for part in parts)


def without_gaps(text: str, around: str = "") -> str:
    """`text` with what its gaps hide, and without their braces and hints; `around` replaces the braces."""
    if "{{c" not in text:
        return text

    def shown(gap: Gap) -> str:
        return f"{around}{filled(gap.parts, shown)}{around}"

    return filled(parse(text), shown)


def gaps_in(parts: Sequence[str | Gap]) -> list[Gap]:
    """All gaps of `parts`, each before those inside it."""
    gaps = []
    for part in parts:
        if isinstance(part, Gap):
            gaps.append(part)
            gaps += gaps_in(part.parts)
    return gaps


class Clozes(NamedTuple):
    """The numbers of a text's clozes from 1, and what is wrong with them: pairs of message and remedy."""

    numbers: frozenset[int]
    mistakes: tuple[tuple[str, str], ...]


@lru_cache(_MOST_KEPT)
def read_clozes(html: str) -> Clozes:
    """Reads the clozes of a field's HTML, and finds those that Anki would leave out or show as text.

    Facts: rslib's cloze parser and `tests/test_anki_cloze.py`, which renders each case in the engine.
    """
    numbers: set[int] = set()
    mistakes: list[tuple[str, str]] = []
    if "<" in html and _IN_A_TAG.search(html):
        mistakes.append(("a gap inside a link or a picture would break it", "put the gap around all of it"))
    if "&#123;&#123;c" in html:
        mistakes += [
            (f"the cloze {{{{c{numbers}:: isn't closed in its code", "end it with '}}' before the code ends")
            for numbers in _UNCLOSED_IN_CODE.findall(_TAG.sub("", html))
        ]
    if "{" not in html:
        return Clozes(frozenset(), tuple(mistakes))
    gaps = gaps_in(parse(html))
    has_more = html.count("{") > len("{{") * len(gaps)
    if has_more and any(gap.hidden.count("{") > gap.hidden.count("}") for gap in gaps):
        mistakes += _cut_short(html)
    for gap in gaps:
        if not gap.closed:
            mistakes.append((f"the cloze {{{{c{gap.numbers}:: isn't closed", "end it with '}}'"))
        elif not any(map(_shows, gap.parts)):
            message = f"the cloze {{{{c{gap.numbers}::…}}}} hides nothing"
            mistakes.append((message, "write the hidden text after the '::'"))
        if gap.depth == _DEEPEST + 1:
            mistakes.append((f"clozes are nested more than {_DEEPEST} levels deep", "move the innermost one out"))
        for digits in gap.numbers.split(","):
            if len(digits) < 9 and 1 <= int(digits or 0) <= MOST_CLOZES:
                numbers.add(int(digits))
            else:
                mistakes.append((f"c{digits} isn't a valid cloze number", f"number clozes from c1 to c{MOST_CLOZES}"))
    mistakes += [
        (f"'{nearly[0]}' doesn't start a cloze", "write {{c1::hidden text}}")
        for nearly in _NEARLY.finditer(html)
        if not _MARK.match(html, nearly.start()) and not _MARK.match(html, nearly.start() - 1)
    ]
    return Clozes(frozenset(numbers), tuple(mistakes))


def _shows(part: str | Gap) -> bool:
    return isinstance(part, Gap) or part[:1].isalnum() or bool(_TAG_OR_BLANK.sub("", part))


def _cut_short(html: str) -> Iterator[tuple[str, str]]:
    """A mistake: the first gap that ends at braces of what it hides, so that the rest of this is shown."""
    text = html_entities.unescape(_TAG.sub("", html))
    texts = gaps_in_code(text)
    texts[0::2] = [each.replace("}", "}\0") for each in texts[0::2]]  # no text has this character
    for gap, meant in zip(gaps_in(parse(text)), gaps_in(parse("".join(texts))), strict=False):
        whole = meant.hidden.replace("\0", "")
        if gap.hidden != whole and gap.closed and meant.closed:
            message = f"the cloze {{{{c{gap.numbers}::{gap.hidden}}}}} ends at a '}}}}' of its own text"
            spaced = re.sub(r"\}(?=\}|$)", "} ", whole)
            start = f"{{{{c{gap.numbers}::"
            yield message, f"write it as code, {start}`{whole}`}}}}, or with blanks, {start}{spaced}}}}}"
            return


# --- the HTML of a field with gaps ---------------------------------------------------------------


def without_marks(html: str) -> str:
    """`html` with entities for what would start or end a gap, or its hint."""
    return html.replace("{{", "&#123;&#123;").replace("}}", "&#125;&#125;").replace("::", "&#58;&#58;")


def gaps_in_code(code: str) -> list[str]:
    """The texts of `code` and the marks of its gaps between them: a text, a mark, a text, and so on.

    Code is full of braces and colons. So a gap in it ends after the braces that start inside it, and a `::` doesn't
    start a hint. The start of a gap that doesn't end in the code is in entities, so that Anki shows it.
    """
    if "{{c" not in code:
        return [code]
    marks: dict[int, str] = {}  # by place
    opened: list[list[int]] = []  # of each open gap its place, and how many of the code's braces are open in it
    for found, soon, later in _braces(code):
        at, end = found.span()
        if found[1]:
            marks[at] = found[0]
            opened.append([at, 0])
        elif found[0] == "{":
            for gap in opened[-1:]:
                gap[1] += 1
        else:
            while opened and at < end:
                own = min(opened[-1][1], end - at)
                waits = later if own == end - at else soon
                if end - at < own + 2 and (waits or end - at < 2):
                    opened[-1][1] -= own
                    break
                at += min(own, end - at - 2) + 2
                marks[at - 2] = "}}"
                opened.pop()
    pieces: list[str] = []
    unclosed = {place for place, _ in opened}
    at = 0
    for place, mark in marks.items():
        pieces += code[at:place], without_marks(mark) if place in unclosed else mark
        at = place + len(mark)
    return [*pieces, code[at:]]


def _braces(code: str) -> list[tuple[re.Match[str], bool, bool]]:
    """Gaps' starts and braces, each with whether a `}}` comes after it: before the next start, or anywhere."""
    braces = []
    soon = later = False
    for found in reversed(list(_MARK_IN_CODE.finditer(code))):
        braces.append((found, soon, later))
        if found[1]:
            soon = False
        elif found[0][:2] == "}}":
            soon = later = True
    return braces[::-1]


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
        if not _is_well_nested(pieces) and all(gap.closed for gap in gaps_in(parse(html))):
            html = _nested(pieces)
        if codes:
            html = "".join(chain.from_iterable(zip_longest(html.split(_KEPT), codes, fillvalue="")))
        html = _EMPTY.sub("", html)
    if "image-occlusion" in html:
        html = _OCCLUSION.sub(r"\1&#58;", html)
    return _whole_formulas(html) if r"\(" in html or r"\[" in html else html


def whole_code(html: str) -> str:
    """`html` in which no gap that starts in code crosses its end, or an element in it: then it is only code."""
    return _CODE.sub(lambda code: code[0] if _has_whole_gaps(code[2]) else _plain_code(code), html)


def _plain_code(code: re.Match[str]) -> str:
    return f"{code[1]}{without_marks(code[2])}</code>"


def _has_whole_gaps(html: str) -> bool:
    if "{{c" not in html:
        return True
    parts = parse(html)
    return all(gap.closed for gap in gaps_in(parts)) and "}}" not in parts and _is_well_nested(_in_pieces(html))


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
            elif len(elements) < _MOST_OPEN:
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
        elif mark != "}}" and depth < _MOST_OPEN and _MARK.fullmatch(mark):
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
        elif _MARK.fullmatch(mark) and (depth or mark != "}}"):
            if in_hint and opened.pop() != "::":
                return False
            in_hint = False
            if mark == "}}" and opened.pop() != "{{":
                return False
            if mark == "}}":
                depth -= 1
            elif depth < _MOST_OPEN:
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
    hints = (gap.hint for gap in gaps_in(parse("".join(pieces))))
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
        elif _MARK.fullmatch(mark) and mark != "}}":
            if len(gaps) < _MOST_OPEN:
                hint = next(hints)
                gaps.append(_Element(mark, "}}" if hint is None else f"::{_plain(hint)}}}}}", "}}"))
            in_hint = False
        elif mark == "}}" and gaps:
            if not gaps[-1].is_written:
                line.write("", [*gaps, *elements[:_MOST_OPEN]])
            gaps.pop()
            in_hint = False
        elif mark == "::" and gaps:
            in_hint = True
        elif not in_hint:
            between_blocks = mark.isspace() and not line.opened and not elements
            line.write(mark, () if between_blocks else [*gaps, *elements[:_MOST_OPEN]])
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
