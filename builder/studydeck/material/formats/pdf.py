"""PDF: its headings, paragraphs, lists and tables, without running heads and page numbers. Needs studydeck[material].

A PDF only says where each line is and how large its letters are. So a heading is what is larger or bolder than most of
the text, a table is where short lines are side by side, and a running head is what is repeated at the edge of pages.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from studydeck.material.formats import Format, needs_extra
from studydeck.patterns import pattern

_BROKEN_WORD = pattern(r"(?<=[^\W\d_])[-\u00ad]\n(?=[^\W\d_])")
_EDGE = 0.12  # of a page's height, at its top and at its bottom
_MOST_HEADING_WORDS = 12
#: A sign without a character, which is nearly always a bullet if it is the first one.
_NO_CHARACTER = pattern(r"\(cid:\d+\)")
_BULLET = pattern(r"(?:\(cid:\d+\)|[•‣◦▪●∙○■□➢✓\uf000-\uf0ff])+\s*")
_DASH_OR_NUMBER = pattern(r"(?:[-–—*]|\(?\d{1,3}[.)])\s+(?=\S)")
_MARK = pattern(rf"{_BULLET.pattern}|[-–—*]|\(?\d{{1,3}}[.)]")
_PAGE_NUMBER = pattern(r"\W*(?:[^\W\d]+\W+)?\d+(?:\W+(?:[^\W\d]+\W+)?\d+)?\W*")  # 7, - 7 -, Page 7 of 9
_STOPS = (".", "!", "?", ":", ";")


class _Line(NamedTuple):
    """A line of a page, or of one of its columns: its words, its edges, the height of its letters, and its box."""

    words: str
    left: float
    right: float
    bottom: float
    height: float
    bold: bool
    box: int


class _Block(NamedTuple):
    kind: str  # text, item, heading or row
    words: str


def _pdf(path: Path, data: bytes) -> str:
    """The pages' blocks in reading order, as Markdown."""
    try:
        from pdfminer.pdfexceptions import PDFException
    except ModuleNotFoundError:
        raise needs_extra(path, "a PDF") from None
    try:
        pages = list(_pages(data))
    except (PDFException, ValueError, TypeError, KeyError, AssertionError, OSError) as error:
        raise ValueError(f"{path} can't be read as a PDF ({error or type(error).__name__})") from None
    sizes = Counter[int]()
    for _, lines in pages:
        for line in lines:
            sizes[round(line.height)] += len(line.words)
    body = sizes.most_common(1)[0][0] if sizes else 0
    heads = _running_heads(pages)
    blocks: list[_Block] = []
    for height, lines in pages:
        kept = [line for line in lines if _key(line, height) not in heads and not _is_at_edge(line, height, body)]
        for block in _blocks(kept, body):
            last = blocks[-1] if blocks else _Block("heading", "")
            if block.kind == "text" == last.kind.replace("item", "text") and _goes_on(last.words, block.words):
                blocks[-1] = last._replace(words=f"{last.words} {block.words}")
            else:
                blocks.append(block)
    if not blocks:
        raise ValueError(f"{path} contains no text, perhaps only pictures of it; name a file with text")
    marks = {"text": "", "item": "- ", "row": "- ", "heading": "# "}
    text = "\n\n".join(marks[block.kind] + block.words for block in blocks)
    if len(_NO_CHARACTER.findall(text)) * 50 > len(text):
        raise ValueError(f"{path} doesn't say which characters its letters are; save it as text, and name that file")
    return _NO_CHARACTER.sub("\ufffd", text)


def _pages(data: bytes) -> Iterator[tuple[float, list[_Line]]]:
    """The height and the lines of each page, in reading order."""
    from pdfminer.high_level import extract_pages
    from pdfminer.layout import LAParams, LTTextContainer, LTTextLine

    for page in extract_pages(io.BytesIO(data), laparams=LAParams()):
        boxes = [box for box in page if isinstance(box, LTTextContainer)]
        lines = [(number, line) for number, box in enumerate(boxes) for line in box if isinstance(line, LTTextLine)]
        yield page.height, [_line(line, number) for number, line in lines if line.get_text().strip()]


def _line(line: Any, box: int) -> _Line:
    fonts = [str(each.fontname) for each in line if hasattr(each, "fontname")]
    bold = bool(fonts) and all("bold" in font.lower() for font in fonts)
    return _Line(line.get_text().strip(" \t\r\n"), line.x0, line.x1, line.y0, line.height, bold, box)


# --- the edges of pages ----------------------------------------------------------------------------


def _key(line: _Line, page: float) -> tuple[str, bool] | None:
    """What a line at the top or bottom edge of a page says without its numbers; None for other lines."""
    is_top = line.bottom > page * (1 - _EDGE)
    if is_top or line.bottom < page * _EDGE:
        return re.sub(r"\d+", "", line.words), is_top
    return None


def _running_heads(pages: Sequence[tuple[float, Sequence[_Line]]]) -> set[tuple[str, bool]]:
    """The lines that at least two pages have at the same edge: of three pages and more, a third."""
    found = Counter(key for height, lines in pages for key in {_key(line, height) for line in lines} if key)
    return {key for key, count in found.items() if count >= max(2, len(pages) // 3)}


def _is_at_edge(line: _Line, page: float, body: int) -> bool:
    """Whether a line is a page's number, or small letters at its top, as running heads of left and right pages are."""
    key = _key(line, page)
    return key is not None and (_PAGE_NUMBER.fullmatch(line.words) is not None or (key[1] and line.height < body - 1.5))


# --- blocks ----------------------------------------------------------------------------------------


def _blocks(lines: Sequence[_Line], body: int) -> Iterator[_Block]:
    """The headings, paragraphs, items of lists and rows of tables that a page's lines make."""
    lines = _with_marks(lines)
    tables = _tables(lines)
    edges: dict[int, float] = {}
    for line in lines:
        edges[line.box] = max(edges.get(line.box, 0), line.right)
    block: list[_Line] = []
    for line in lines:
        in_table = tables.get(line)
        if block and (in_table is not None or _starts(line, block, edges[line.box])):
            yield _block(block, body)
            block = []
        if in_table is None:
            block.append(line)
        elif in_table:
            yield _Block("row", in_table)
    if block:
        yield _block(block, body)


def _rows(lines: Sequence[_Line]) -> list[list[_Line]]:
    """The lines that are side by side, from left to right, from the top of the page to its bottom."""
    rows: list[list[_Line]] = []
    for line in sorted(lines, key=lambda each: -each.bottom):
        if rows and rows[-1][0].bottom - line.bottom < line.height / 2:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda each: each.left) for row in rows]


def _with_marks(lines: Sequence[_Line]) -> list[_Line]:
    """The lines, with bullets and numbers that are lines of their own put before the words beside them."""
    new: dict[_Line, list[_Line]] = {}
    for row in _rows(lines):
        for mark, words in pairwise(row):
            if _MARK.fullmatch(mark.words):
                new[mark] = []
                new[words] = [words._replace(words=f"{mark.words} {words.words}", left=mark.left)]
    return [each for line in lines for each in new.get(line, [line])]


def _starts(line: _Line, block: Sequence[_Line], edge: float) -> bool:
    """Whether a line starts a block of its own below the lines of `block`; `edge` is the right one of its box."""
    first, last = block[0], block[-1]
    if line.box != last.box or abs(line.height - last.height) > 1 or line.bold != last.bold:
        return True
    letter = (line.right - line.left) / len(line.words)
    if abs(line.left - last.left) < 1 and last.right + letter * (len(line.words.split()[0]) + 4) < edge:
        return True  # its first word had room in the line above
    is_item = _BULLET.match(first.words) or _DASH_OR_NUMBER.match(first.words)
    if _BULLET.match(line.words) or (is_item and line.left < first.left + 1 and not line.words[0].islower()):
        return True
    return bool(_DASH_OR_NUMBER.match(line.words)) and (bool(is_item) or last.words.endswith(_STOPS))


def _block(lines: Sequence[_Line], body: int) -> _Block:
    words = " ".join(_BROKEN_WORD.sub("", "\n".join(line.words for line in lines)).split())
    if bullet := _BULLET.match(words):
        return _Block("item", words[bullet.end() :] or words)
    is_large = lines[0].height > body + 1 or (lines[0].bold and lines[0].height > body - 1)
    if is_large and not words.endswith((*_STOPS, ",")) and len(words.split()) <= _MOST_HEADING_WORDS:
        return _Block("heading", words)
    return _Block("text", words)


def _goes_on(words: str, more: str) -> bool:
    """Whether a paragraph goes on in the next block, as over the end of a page."""
    return more[0].islower() and words[-1] not in ".!?:"


# --- tables ----------------------------------------------------------------------------------------


def _tables(lines: Sequence[_Line]) -> dict[_Line, str]:
    """The lines of tables: the first one of each row has all of the row's cells, and the others nothing."""
    found: dict[_Line, str] = {}
    table: list[list[_Line]] = []  # lines that are side by side, and between them lines alone
    after: list[list[_Line]] = []  # lines alone that belong to the table if it goes on
    for row in [*_rows(lines), []]:
        last = (after or table or [row])[-1]
        is_near = bool(row) and last[0].bottom - row[0].bottom < 2.2 * row[0].height
        if len(row) > 1 and (is_near or not table):
            if not table:
                after = [each for each in after[-1:] if is_near and each[0].left > row[0].left + 3]
            table += [*after, row]
            after = []
        elif len(row) == 1 and is_near and table and _may_be_cell(row[0], table[-1]):
            after.append(row)
        else:
            found |= _cells([*table, *after])
            table, after = ([row], []) if len(row) > 1 else ([], [row] if row else [])
    return found


def _may_be_cell(line: _Line, row: Sequence[_Line]) -> bool:
    """Whether a line alone below a row of a table may be a cell, unlike a paragraph."""
    left, right = row[0].left, row[-1].right
    return line.left > left + 3 or line.right - line.left < 0.4 * (right - left)


def _cells(table: Sequence[Sequence[_Line]]) -> dict[_Line, str]:
    """The words of a table's rows, by their lines; nothing if there is one row, or if they are columns of prose.

    A line alone in the first column is a row of its own, others are parts of the nearest row.
    """
    full = [number for number, row in enumerate(table) if len(row) > 1]
    if len(full) < 2:
        return {}
    left = min(line.left for row in table for line in row) + 3
    end = next((n for n, row in enumerate(table) if n > full[-1] and row[0].left < left), len(table))
    lines = [line for row in table[:end] for line in row]
    if _is_prose(lines):
        return {}
    rows: list[list[_Line]] = []
    alone: list[_Line] = []  # above the next row
    for row in table[:end]:
        if len(row) == 1 and row[0].left >= left:
            alone.append(row[0])
            continue
        rows.append(list(row))
        for line in alone:
            min(rows[-2:], key=lambda each: abs(each[0].bottom - line.bottom)).append(line)
        alone = []
    rows[-1] += alone
    return dict.fromkeys(lines, "") | {row[0]: "; ".join(_cell_words(row)) for row in rows}


def _cell_words(row: Sequence[_Line]) -> Iterator[str]:
    """The words of each cell of a row, whose lines may be one below the other."""
    cells: list[list[_Line]] = []
    edge = 0.0
    for line in sorted(row, key=lambda each: each.left):
        if cells and line.left < edge:
            cells[-1].append(line)
        else:
            cells.append([line])
            edge = 0.0
        edge = max(edge, line.right)
    for cell in cells:
        yield " ".join(line.words for line in sorted(cell, key=lambda each: -each.bottom))


def _is_prose(lines: Sequence[_Line]) -> bool:
    """Whether lines side by side are columns of prose: of many words, or of some that fill their columns."""
    from statistics import mean  # it loads half a dozen modules, and few materials are PDFs

    widest: dict[int, float] = {}
    for line in lines:
        widest[round(line.left)] = max(widest.get(round(line.left), 0), line.right - line.left)
    full = mean(line.right - line.left > 0.8 * widest[round(line.left)] for line in lines)
    words = mean(len(line.words.split()) for line in lines)
    return words > 6 or (words >= 3 and full > 0.6)


FORMAT = Format((".pdf",), _pdf, lambda data: data.startswith(b"%PDF-"))
