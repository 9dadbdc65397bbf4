"""A field's HTML as Markdown, where that loses nothing: what it shows before and after is compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from studydeck.patterns import pattern
from studydeck.text.blocks import (
    Blocks,
    Cell,
    Code,
    Heading,
    Listed,
    Paragraph,
    Piece,
    Quote,
    Shown,
    Table,
    every_block,
    pieces_of,
)
from studydeck.text.markdown import to_cloze_html, to_html
from studydeck.text.shown import shown, style_of
from studydeck.text.written import MARK, SPELLINGS, written

_PLAIN = pattern(r"[^\\`*_\[\]<>&\"$~^=|{\x00\r\n\t\xa0#@+:-]*")
#: How often a text is rendered at most to find the backslashes that it needs: a short one more often than a long one.
_RENDERINGS, _SIGNS_RENDERED = 15, 20_000
_GAP = pattern(r"\{\{c\d")


class Converted(NamedTuple):
    """A field as Markdown, and what that would lose, in words: nothing if it shows the same."""

    markdown: str
    lost: tuple[str, ...] = ()


def to_markdown(html: str, files: Mapping[str, str] | None = None, *, language: str = "", css: str = "") -> Converted:
    """The Markdown of our dialect that shows what a field's `html` shows, and what it can't show.

    If nothing is `lost`, `to_html` makes of it what shows the same text, lines, structure and media. Otherwise the
    field should stay HTML. Blanks and blank lines in a row are one, and what nobody sees is left out.

    `files` maps names of media in the field to those in the deck's media folder, where they differ. `language` is what
    `to_html` will be given. `css` is the note type's style: what it says about classes and tags would be lost.
    """
    if _PLAIN.fullmatch(html):
        return Converted(" ".join(filter(None, html.split(" "))).strip())
    names = dict(files or {})
    before = shown(html, style_of(css))
    render = to_cloze_html if _GAP.search(html) else to_html
    media = {piece.text for piece in pieces_of(before.blocks) if piece.kind in ("picture", "sound")}
    back = {names.get(name, name): name for name in media}

    def shows(markdown: str) -> Shown:
        return shown(render(markdown, back, language))

    wanted = _comparable(before.blocks)

    markdown = best = ""
    for spelling in SPELLINGS:
        marked = written(before.blocks, lambda name: names.get(name, name), spelling)
        found = with_backslashes(marked, lambda text: _comparable(shows(text).blocks) == wanted)
        if found is not None:
            return Converted(found, before.lost)
        best = best or marked
        if not _has_a_choice(before.blocks):
            break
    markdown = best.replace(MARK, "\\")
    return Converted(
        markdown, tuple(dict.fromkeys((*before.lost, *_differences(before.blocks, shows(markdown).blocks))))
    )


def lost_in(html: str, css: str = "") -> tuple[str, ...]:
    """What a field's `html` shows that no Markdown can, in a note type of this style: part of what `to_markdown` finds.

    It renders nothing, and so takes a fraction of the time.
    """
    return () if _PLAIN.fullmatch(html) else shown(html, style_of(css)).lost


def _has_a_choice(blocks: Blocks) -> bool:
    """Whether another spelling could differ."""
    return any(
        piece.kind in ("formula", "display") or piece.look.raised or piece.look.marks for piece in pieces_of(blocks)
    )


# --- backslashes ---------------------------------------------------------------------------------


def with_backslashes(marked: str, is_right: Callable[[str], bool]) -> str | None:
    """`marked` with the backslashes that it needs in place of its MARKs; None if even with all it isn't right."""
    parts = marked.split(MARK)
    if is_right("".join(parts)):
        return "".join(parts)
    if len(parts) == 1 or not is_right("\\".join(parts)):
        return None
    needed = set(range(1, len(parts)))
    tries = iter(range(_RENDERINGS + _SIGNS_RENDERED // len(marked)))

    def without(some: set[int]) -> bool:
        """Drops the backslashes of `some` if the text is right without."""
        if not some & needed or next(tries, None) is None:
            return False
        if not is_right(_escaped(parts, needed - some)):
            return False
        needed.difference_update(some)
        return True

    for sign in sorted({part[:1] for part in parts[1:]}):
        of_sign = {number for number in needed if parts[number][:1] == sign}
        if not without(of_sign):
            _halved(sorted(of_sign), without)
    return _escaped(parts, needed)


def _halved(numbers: list[int], without: Callable[[set[int]], bool]) -> None:
    """Drops what can be dropped of `numbers`, which can't all be."""
    if len(numbers) < 2:
        return
    middle = len(numbers) // 2
    for half in (numbers[middle:], numbers[:middle]):  # the first sign of a pair keeps its own
        if not without(set(half)):
            _halved(half, without)


def _escaped(parts: list[str], needed: set[int]) -> str:
    return "".join(f"\\{part}" if number in needed else part for number, part in enumerate(parts))


# --- what differs --------------------------------------------------------------------------------

_CLOSING_BRACES = pattern(r"\}\s+(?=\})")


class Seen:
    """What a field shows, to be compared: equal for two fields if nobody can see a difference.

    It is read in the two ways in which a field becomes an author's text: as it is, and cleaned, where Markdown would
    lose something of it. Either may find more in broken HTML, or in a gap that a formula's `}}` ends.
    """

    def __init__(self, html: str, files: Mapping[str, str] | None, css: str) -> None:
        self._html = html.strip()  # as Markdown, no text has blanks at its ends
        self._files, self._style = files, style_of(css)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Seen):
            return NotImplemented
        return self._cleaned == other._cleaned or (self._as_it_is is not None and self._as_it_is == other._as_it_is)

    __hash__ = None  # type: ignore[assignment]

    @cached_property
    def _cleaned(self) -> object:
        from studydeck.text.clean import cleaned, without_speech  # which a build doesn't need

        html = cleaned(without_speech(self._html), self._files).strip()
        found = shown(html, self._style)
        return html.split() if found.lost else _comparable(_without_ends(found.blocks))

    @cached_property
    def _as_it_is(self) -> object:
        found = shown(self._html, self._style)
        return None if found.lost else _comparable(_without_ends(found.blocks), self._files)


def seen_in(html: str, files: Mapping[str, str] | None = None, css: str = "") -> Seen:
    """What a field shows in a note type of this style.

    `files` maps names of media to those to compare by, and others are left out.
    """
    return Seen(html, files, css)


def _without_ends(blocks: Blocks) -> Blocks:
    """`blocks` without blanks at their ends, even no-break spaces that someone wants to see: a text loses them, too."""
    trimmed = [*blocks]
    for at, strip in ((0, str.lstrip), (-1, str.rstrip)):
        if trimmed and isinstance(block := trimmed[at], Paragraph):
            lines = [[*line] for line in block.lines]
            if (piece := lines[at][at]).kind == "text":
                lines[at][at] = piece._replace(text=strip(piece.text))
            trimmed[at] = Paragraph(tuple(map(tuple, lines)))
    return tuple(trimmed)


def _comparable(blocks: Blocks, files: Mapping[str, str] | None = None) -> object:
    """`blocks` without what shows no difference, their media by the names that `files` gives them."""
    return tuple(_comparable_block(block, files or {}) for block in blocks)


def _comparable_block(block: object, files: Mapping[str, str]) -> object:
    match block:
        case Paragraph(lines) | Heading(_, lines):
            return block._replace(
                lines=tuple(tuple(_comparable_piece(each, files) for each in line if each.text) for line in lines)
            )
        case Listed(items):
            return block._replace(items=tuple(_comparable(item, files) for item in items))  # type: ignore[misc]
        case Quote(inner):
            return "quote", _comparable(inner, files)
        case Table(rows):
            width = max(map(len, rows))
            empty = Cell((), "")
            filled = [[*row, *[empty] * (width - len(row))] for row in rows]
            return block.headed, [[(_comparable(cell.blocks, files), cell.align) for cell in row] for row in filled]
    return block


def _comparable_piece(piece: Piece, files: Mapping[str, str]) -> Piece:
    if piece.kind in ("formula", "display") and "}" in piece.text:  # perhaps apart, for a cloze
        return piece._replace(text=_CLOSING_BRACES.sub("}", piece.text).replace(":{}:", "::"))
    if piece.kind in ("picture", "sound"):
        return piece._replace(text=files.get(piece.text, piece.text))
    return piece


def _differences(before: Blocks, after: Blocks) -> Iterator[str]:
    """What is lost from before to after, in words."""
    old, new = _features(before), _features(after)
    words = [word for word in old | new if old[word] != new[word]]
    if not words and _text(before) != _text(after):
        words = ["text"]
    yield from words or ["line breaks" if _lines(before) != _lines(after) else "structure"]


def _features(blocks: Blocks) -> Counter[str]:
    """How much there is of all that a field may have."""
    counted: Counter[str] = Counter()
    for piece in pieces_of(blocks):
        for mark in piece.look.marks:
            counted[mark] += len("".join(piece.text.split()))
        for raised in piece.look.raised:
            counted["subscript" if raised == "sub" else "superscript"] += len(piece.text)
        if piece.look.link:
            counted["a link"] += 1
        if piece.kind != "text":
            counted[f"a {piece.kind}" if piece.kind != "display" else "a formula"] += 1
    for block in every_block(blocks):
        if isinstance(block, Code | Heading | Listed | Quote | Table):
            counted[f"a {type(block).__name__.lower()}".replace("listed", "list")] += 1
    return counted


def _text(blocks: Blocks) -> str:
    return "".join("".join(piece.text.split()) for piece in pieces_of(blocks))


def _lines(blocks: Blocks) -> list[int]:
    return [len(block.lines) for block in every_block(blocks) if isinstance(block, Paragraph)]
