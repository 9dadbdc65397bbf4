"""PDF: its paragraphs, without running heads and page numbers. Needs studydeck[material]."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from studydeck.material.formats import Format, needs_extra

_BROKEN_WORD = re.compile(r"(?<=[^\W\d_])[-\u00ad]\n(?=[^\W\d_])")


def _pdf(path: Path) -> str:
    """The pages' blocks of text in reading order, without repeated headers and footers."""
    try:
        from pdfminer.pdfexceptions import PDFException
    except ModuleNotFoundError:
        raise needs_extra(path, "a PDF") from None
    try:
        pages = list(_pages(path))
    except (PDFException, ValueError, TypeError, KeyError, AssertionError, OSError) as error:
        raise ValueError(f"{path} can't be read as a PDF ({error or type(error).__name__})") from None
    margins = Counter(re.sub(r"\d+", "", block) for page in pages for block in {*page[:1], *page[-1:]})
    blocks: list[str] = []
    for page in pages:
        for block in page:
            words = re.sub(r"\d+", "", block)
            if not words.strip() or margins[words] > max(2, len(pages) // 3):
                continue
            goes_on = block[0].islower() and blocks and blocks[-1][-1] not in ".!?:"
            if goes_on:
                blocks[-1] += f" {block}"
            else:
                blocks.append(block)
    if not blocks:
        raise ValueError(f"{path} contains no text, perhaps only pictures of it; name a file with text")
    return "\n\n".join(blocks)


def _pages(path: Path) -> Iterator[list[str]]:
    """Each page's blocks, a paragraph or a heading each, in one line."""
    from pdfminer.high_level import extract_pages
    from pdfminer.layout import LAParams, LTTextContainer

    for page in extract_pages(path, laparams=LAParams()):
        boxes = [box for box in page if isinstance(box, LTTextContainer)]
        yield [block for box in boxes for block in _paragraphs(box)]


def _paragraphs(box: Any) -> Iterator[str]:
    """The lines of a box of text as paragraphs: a line in letters of another size starts one, as headings do."""
    from pdfminer.layout import LTTextLine

    lines: list[str] = []
    size = 0.0
    for line in box:
        if not isinstance(line, LTTextLine) or not line.get_text().strip():
            continue
        if lines and abs(line.height - size) > 1:
            yield _in_one_line(lines)
            lines = []
        size = line.height
        lines.append(line.get_text())
    if lines:
        yield _in_one_line(lines)


def _in_one_line(lines: list[str]) -> str:
    return " ".join(_BROKEN_WORD.sub("", "".join(lines)).split())


FORMAT = Format((".pdf",), lambda path, data: _pdf(path), b"%PDF-")
