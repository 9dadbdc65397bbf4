"""Signs that no reader sees: what to say of them, and a spelling that shows them."""

from __future__ import annotations

import html as html_entities
import re
from collections.abc import Iterator
from typing import NamedTuple

from studydeck.patterns import pattern
from studydeck.text.markdown import to_html
from studydeck.text.media import in_commonmark
from studydeck.text.seen import PUNCTUATION, Lost, letters, losses

#: Losses of one text that are told; each costs some renderings, for a spelling that shows the sign.
MOST_LOSSES = 3
_MOST_TOGETHER = 30
_LONGEST = 200  # characters of a spelling
_BAR = pattern(r"(`+|\$).+?\1")
_EDGE = pattern(r"[\s|]|\{\{c[\d,]+::|\}\}|::")
_TAG = pattern(r"<[^>]*>")


class Loss(NamedTuple):
    """Something that isn't shown: where it is in the text, what to say of it, and what to do."""

    at: int
    message: str
    remedy: str


def lost(text: str, language: str = "") -> list[Loss]:
    r"""The first signs of `text` that no reader sees though they did nothing, with a spelling that shows them.

    >>> [each.remedy for each in lost(r"\\server\share")]
    ["write '`\\\\server\\share`'"]
    """
    text = in_commonmark(_lines(text))
    found = sorted(losses(text, language))
    told: list[Loss] = []
    end = number = 0
    while number < len(found) and len(told) < MOST_LOSSES:
        loss = found[number]
        if loss.start >= end:  # else it is part of what was told last
            start, end = _around(text, loss)
            together = [each for each in found[number : number + _MOST_TOGETHER] if each.start < end]
            told.append(_told(text, start, end, together, language))
        number += 1
    return told


def _lines(text: str) -> str:
    return text.strip().replace("\r\n", "\n").replace("\r", "\n")


def _around(text: str, loss: Lost) -> tuple[int, int]:
    """Where the words begin and end that a loss is in, within a line, a cell or a gap."""
    start, end = (loss.start, loss.end) if loss.first < 0 else (loss.first, loss.last)
    if loss.kind in ("definition", "row", "link", "indent"):
        return start, end
    line = text.rfind("\n", 0, start) + 1
    edges = [each.end() for each in _EDGE.finditer(text, line, start)]
    following = _EDGE.search(text, end)
    return edges[-1] if edges else line, following.start() if following else len(text)


def _told(text: str, start: int, end: int, losses: list[Lost], language: str) -> Loss:
    """What to say of the losses in a part of the text."""
    loss, part = losses[0], text[start:end]
    sign = text[loss.start : loss.end]
    if loss.kind in ("indent", "blanks"):
        remedy = "put the lines between two lines of ``` to keep them as they are"
        return Loss(
            loss.start,
            f"the spaces {'before' if loss.kind == 'indent' else 'in'} '{part.strip()}' aren't shown",
            remedy,
        )
    what = f"'{sign}'" if sign == part else f"the '{sign}' in '{part}'"
    message = f"{what} isn't shown"
    if loss.kind == "row":
        message = f"'{sign.strip()}' isn't shown: the row has more cells than its header"
    elif loss.kind == "link":
        message = f"'{part}' links to nothing, since a card takes no such address"
    elif loss.kind.startswith("number"):
        message = f"'{sign}' is shown as '{loss.kind.removeprefix('number ')}.'"
    elif loss.kind == "definition":
        message = f"'{part}' isn't shown, and no link uses it"
    for each in _spellings(text, start, end, losses):
        if len(each) <= _LONGEST and _shows(text, start, end, each, language):
            return Loss(loss.start, message, f"write '{each}'")
    if loss.kind == "row":
        return Loss(loss.start, message, r"add a cell to the header, or write \| for a bar inside a cell")
    return Loss(loss.start, message, f"put it in `code`, or write '\\{sign[:1]}' to show it")


def _spellings(text: str, start: int, end: int, losses: list[Lost]) -> Iterator[str]:
    """Spellings of a part of the text that may show what its author typed."""
    part = text[start:end]
    if losses[0].kind == "row":
        yield _BAR.sub(lambda found: re.sub(r"(?<!\\)\|", r"\|", found[0]), part)
        return
    code = f"`{part}`"
    in_code = "`" not in part and ("\\" in part or part.startswith("__"))
    if in_code:
        yield code
    signs: set[int] = set()
    for each in losses:
        signs.update(range(each.start, each.end))
        if each.kind == "pair":
            signs.update(range(each.last - (each.end - each.start), each.last))
        elif each.kind in ("definition", "link"):
            signs = {each.start}
        elif each.kind.startswith("number"):
            signs = {each.end - 1}
    yield "".join("\\" + sign if at in signs and sign in PUNCTUATION else sign for at, sign in enumerate(part, start))
    if not in_code and "`" not in part:
        yield code


def _shows(text: str, start: int, end: int, spelling: str, language: str) -> bool:
    """Whether a part of the text that is spelled so loses nothing, and is shown as it was typed before."""
    new = text[:start] + spelling + text[end:]
    if any(start <= each.start < start + len(spelling) for each in losses(new, language)):
        return False
    html = to_html(new, language=language, highlight=False)
    return letters(text[start:end]) in letters(html_entities.unescape(_TAG.sub("", html))) or "|" in spelling
