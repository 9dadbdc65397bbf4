"""Gaps as Anki's engine reads them: `{{c1::text::hint}}`, nested, or `{{c1,2::…}}` for two cards.

The only place that parses gaps: `parse` reads an author's text or a field's HTML. What a gap may cut through in HTML is
in nesting.py.
"""

from __future__ import annotations

import html as html_entities
import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from studydeck.patterns import pattern
from studydeck.remembered import Remembered

#: Anki makes no card for a cloze number above this (anki/rslib/src/cloze.rs).
MOST_CLOZES = 500
_DEEPEST = 3
MOST_OPEN = 10  # Anki skips the start of a gap that is inside this many
_MOST_KEPT = 2**15  # texts whose gaps are remembered: a build asks three times for them, a check eight times
GAP_START = r"\{\{c([0-9,]+)::"
GAP_MARK = pattern(rf"({GAP_START}|\}}\}})")
_WHOLE = pattern(rf"{GAP_START}([^{{}}:]++)(?:::([^{{}}:]*+))?\}}\}}")  # with nothing in it that may be read otherwise
_MARK_IN_CODE = pattern(rf"{GAP_START}|\{{|\}}+")
_UNCLOSED_IN_CODE = pattern(r"&#123;&#123;c([0-9,]+)&#58;&#58;")
_MARK_OF_CODE = pattern("&#(?:58|123|125);")
_NEARLY = pattern(r"\{\{?+\s*[cC]\s*\d[\d,\s]*:{1,2}")
_IN_A_TAG = pattern(r"<[^<>]*&#123;&#123;c[0-9][^<>]*>")
_TAG_OR_BLANK = pattern(r"<(?!img)[^>]*>|&nbsp;|\s+")
_TAG = pattern(r"<[^>]*>")


class Gap(NamedTuple):
    """A gap: its numbers as they are written (`1` or `1,2`), what it hides, and its hint, None if it has none.

    What it hides are texts and gaps, in order; `hidden` is the text of all of them, without hints. `depth` is 1 for a
    gap that isn't inside another. A gap that isn't `closed` reaches to the end.
    """

    numbers: str
    parts: Sequence[str | Gap]
    hidden: str
    hint: str | None
    depth: int
    closed: bool


def parse(text: str) -> Sequence[str | Gap]:
    """`text` as texts and gaps, in order, as the engine reads it (`test_the_engine_reads_the_same_gaps`)."""
    return _parsed[text][0] if "{{c" in text else (text,)


def gaps_in(text: str) -> Sequence[Gap]:
    """All gaps of `text`, each before those inside it."""
    return _parsed[text][1] if "{{c" in text else ()


class _Open:
    """A gap whose end isn't read yet, and its place among all gaps of the text."""

    __slots__ = ("hint", "numbers", "parts", "place")

    def __init__(self, numbers: str, place: int) -> None:
        self.numbers = numbers
        self.place = place
        self.parts: list[str | Gap] = []
        self.hint: str | None = None


def _parse(text: str) -> tuple[Sequence[str | Gap], Sequence[Gap]]:
    """What `parse` and `gaps_in` return."""
    pieces: list[Any] = [*_WHOLE.split(text), None, None, None]
    outside = _Open("", 0)
    opened = [outside]
    gaps: list[Any] = []  # None for one whose end isn't read yet
    for rest, numbers, hidden, hint in zip(*[iter(pieces)] * 4, strict=True):
        if "{{c" in rest or "}}" in rest or "::" in rest:
            _read_marks(rest, opened, gaps)
        elif rest:
            opened[-1].parts.append(rest)
        if numbers and len(opened) <= MOST_OPEN:
            gap = Gap(numbers, (hidden,), hidden, hint, len(opened), True)
            opened[-1].parts.append(gap)
            gaps.append(gap)
        elif numbers:
            _read_marks(f"{hidden}}}}}" if hint is None else f"{hidden}::{hint}}}}}", opened, gaps)
    while len(opened) > 1:
        _close(opened, gaps, closed=False)
    return tuple(outside.parts), gaps


def _read_marks(text: str, opened: list[_Open], gaps: list[Any]) -> None:
    """Reads a text with starts and ends of gaps, which may have others between them."""
    pieces: list[Any] = [*GAP_MARK.split(text), "", None]
    for piece, mark, numbers in zip(pieces[0::3], pieces[1::3], pieces[2::3], strict=True):
        if len(opened) > 1 and "::" in piece:  # of each text in a gap, what follows is a hint, and the last one counts
            piece, _, opened[-1].hint = piece.partition("::")
        if piece:
            opened[-1].parts.append(piece)
        if numbers is not None:
            if len(opened) <= MOST_OPEN:
                opened.append(_Open(numbers, len(gaps)))
                gaps.append(None)
        elif mark and len(opened) > 1:
            _close(opened, gaps, closed=True)
        elif mark:
            opened[0].parts.append(mark)


def _close(opened: list[_Open], gaps: list[Any], closed: bool) -> None:
    """Makes a gap of the innermost open one."""
    last = opened.pop()
    hidden = filled(last.parts, lambda gap: gap.hidden)
    gaps[last.place] = gap = Gap(last.numbers, tuple(last.parts), hidden, last.hint, len(opened), closed)
    opened[-1].parts.append(gap)


_parsed = Remembered(_parse, _MOST_KEPT)


def filled(parts: Sequence[str | Gap], shown: Callable[[Gap], str]) -> str:
    """The text of `parts`, with what `shown` makes of each gap in its place."""
    return "".join([part if isinstance(part, str) else shown(part) for part in parts])


def without_gaps(text: str, around: str = "") -> str:
    """`text` with what its gaps hide, and without their braces and hints; `around` replaces the braces."""
    if "{{c" not in text:
        return text

    def shown(gap: Gap) -> str:
        return f"{around}{filled(gap.parts, shown)}{around}"

    return filled(parse(text), shown)


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
    gaps = gaps_in(html)
    has_more = html.count("{") > len("{{") * len(gaps)
    sound = [gap.numbers for gap in gaps if gap.closed and gap.depth <= _DEEPEST and gap.hidden[:1].isalnum()]
    if len(sound) == len(gaps) and not (mistakes or has_more or _numbers[",".join(sound)].mistakes):
        return _numbers[",".join(sound)]
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
        own, wrong = _numbers[gap.numbers]
        numbers |= own
        mistakes += () if _is_label(gap) else wrong
    mistakes += [
        (f"'{nearly[0]}' doesn't start a cloze", "write {{c1::hidden text}}")
        for nearly in (_NEARLY.finditer(html) if has_more else ())
        if not GAP_MARK.match(html, nearly.start()) and not GAP_MARK.match(html, nearly.start() - 1)
    ]
    return Clozes(frozenset(numbers), tuple(mistakes))


def _read_numbers(written: str) -> Clozes:
    """The numbers of a gap or of several, and what is wrong with them."""
    numbers: set[int] = set()
    mistakes: list[tuple[str, str]] = []
    for digits in written.split(","):
        if len(digits) < 9 and 1 <= int(digits or 0) <= MOST_CLOZES:
            numbers.add(int(digits))
        else:
            mistakes.append((f"c{digits} isn't a valid cloze number", f"number clozes from c1 to c{MOST_CLOZES}"))
    return Clozes(frozenset(numbers), tuple(mistakes))


_numbers = Remembered(_read_numbers, _MOST_KEPT)


def _is_label(gap: Gap) -> bool:
    """Whether this is a text on a picture, which Anki's mask editor gives the number 0: it has no card."""
    return gap.numbers == "0" and gap.hidden.startswith("image-occlusion:")


def _shows(part: str | Gap) -> bool:
    return isinstance(part, Gap) or part[:1].isalnum() or bool(_TAG_OR_BLANK.sub("", part))


def _cut_short(html: str) -> Iterator[tuple[str, str]]:
    """A mistake: the first gap that ends at braces of what it hides, so that the rest of this is shown.

    Those that code has as entities end nothing.
    """
    text = html_entities.unescape(_MARK_OF_CODE.sub(r"\g<0>\0", _TAG.sub("", html)))
    texts = gaps_in_code(text)
    texts[0::2] = [each.replace("}", "}\0") for each in texts[0::2]]  # no text has this character
    for gap, meant in zip(gaps_in(text), gaps_in("".join(texts)), strict=False):
        hidden, whole = (each.hidden.replace("\0", "") for each in (gap, meant))
        if hidden != whole and gap.closed and meant.closed:
            message = f"the cloze {{{{c{gap.numbers}::{hidden}}}}} ends at a '}}}}' of its own text"
            spaced = re.sub(r"\}(?=\}|$)", "} ", whole)
            start = f"{{{{c{gap.numbers}::"
            yield message, f"write it as code, {start}`{whole}`}}}}, or with blanks, {start}{spaced}}}}}"
            return


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
