"""Clozes as Anki's engine reads them: `{{c1::text::hint}}`, nested, or `{{c1,2::…}}` for two cards.

Works on a field's HTML, where code and math can no longer be taken for a cloze, so that the
check and the cards of a note come from one reading.
"""

from __future__ import annotations

import re
from typing import NamedTuple

#: Anki makes no card for a cloze number above this (anki/rslib/src/cloze.rs).
MOST_CLOZES = 500
_DEEPEST = 3
_TOKEN = re.compile(r"\{\{c([0-9]+(?:,[0-9]+)*)::|\}\}")
_NEARLY = re.compile(r"\{{1,2}\s*[cC]\s*\d[\d,\s]*:{1,2}")
_IN_A_TAG = re.compile(r"<[^<>]*\{\{c[0-9][^<>]*>")
_TAG_OR_BLANK = re.compile(r"<(?!img)[^>]*>|&nbsp;|\s+")


class Clozes(NamedTuple):
    """The numbers of a text's clozes from 1, and what is wrong with them: pairs of message and remedy."""

    numbers: frozenset[int]
    mistakes: tuple[tuple[str, str], ...]


def read_clozes(html: str) -> Clozes:
    """Reads the clozes of a field's HTML, and finds those that Anki would leave out or show as text.

    Facts: rslib's cloze parser and `tests/test_anki_cloze.py`, which renders each case in the engine.
    """
    numbers: set[int] = set()
    mistakes: list[tuple[str, str]] = []
    if "<" in html and _IN_A_TAG.search(html):
        mistakes.append(("a gap inside a link or a picture would break it", "put the gap around the whole of it"))
        html = _IN_A_TAG.sub("", html)
    open_clozes: list[tuple[str, int]] = []
    for token in _TOKEN.finditer(html):
        if token[1] is None:
            if open_clozes:
                written, start = open_clozes.pop()
                if not _TAG_OR_BLANK.sub("", html[start : token.start()].split("::")[0]):
                    mistakes.append((f"the cloze {written}…}}}} hides nothing", "write the hidden text after the '::'"))
            continue
        open_clozes.append((token[0], token.end()))
        if len(open_clozes) == _DEEPEST + 1:
            mistakes.append((f"clozes are nested more than {_DEEPEST} deep", "take the innermost apart"))
        for digits in token[1].split(","):
            if len(digits) < 9 and 1 <= int(digits) <= MOST_CLOZES:
                numbers.add(int(digits))
            else:
                mistakes.append((f"there is no cloze c{digits}", f"number clozes from c1 to c{MOST_CLOZES}"))
    mistakes += [(f"the cloze {written} isn't closed", "end it with '}}'") for written, _ in open_clozes]
    for nearly in _NEARLY.finditer(html):
        if not _TOKEN.match(html, nearly.start()) and not _TOKEN.match(html, nearly.start() - 1):
            mistakes.append((f"'{nearly[0]}' is not the start of a cloze", "write {{c1::hidden text}}"))
    return Clozes(frozenset(numbers), tuple(mistakes))
