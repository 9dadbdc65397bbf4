"""A line as it shows: which blanks there are, and which pieces are one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from studydeck.patterns import pattern
from studydeck.text.blocks import Line, Piece
from studydeck.text.look import ON_BLANKS, Look

_BLANKS = pattern("([ \t\n\r\f\u00a0]+)")
_SOFT = pattern("[ \t\n\r\f]+")
_KEPT_BLANKS = 3  # no-break spaces in a row that someone wants to see
_JOINS_NEXT, _JOINS_LAST = frozenset("«–—§№"), frozenset("»!?:;%‰€$£–—°")


def normal(pieces: Sequence[Piece]) -> Line:
    """A line's pieces as they show: blanks in a row are one, none is at its ends, and like pieces are one piece."""
    words: list[Piece] = []
    for piece in pieces:
        if piece.kind != "text":
            words.append(piece)
            continue
        for number, text in enumerate(_words_and_blanks(piece.text)):
            if number % 2 and words and _is_blank(words[-1]):
                words[-1] = words[-1]._replace(text=words[-1].text + text, look=_common(words[-1].look, piece.look))
            elif text:
                words.append(piece._replace(text=text))
    return tuple(_joined(_spaced(words)))


def _words_and_blanks(text: str) -> Sequence[str]:
    """Words, and between them blanks. Words that plain blanks are between are one, for these always show as one."""
    if "\xa0" in text:
        return _BLANKS.split(text)
    spaced = _SOFT.sub(" ", text)
    words = spaced.strip(" ")
    if not words:
        return ("", spaced, "")
    return (*("", " ") * (spaced[0] == " "), words, *(" ", "") * (spaced[-1] == " "))


def _is_blank(piece: Piece) -> bool:
    return piece.kind == "text" and not piece.text.strip(" \t\n\r\f\xa0")


def _spaced(words: list[Piece]) -> Iterator[Piece]:
    """The words of a line with the blanks between them that show."""
    for number, piece in enumerate(words):
        if not _is_blank(piece):
            yield piece
            continue
        before, after = words[number - 1] if number else None, words[number + 1] if number + 1 < len(words) else None
        if piece.text.count("\xa0") >= _KEPT_BLANKS:
            if after or piece.look.marks & ON_BLANKS:
                text = piece.text if before else piece.text.lstrip(" \t\n\r\f")
                yield piece._replace(text="\xa0" * len(_SOFT.sub(" ", text)))
        elif before and after:
            text = "\xa0" if piece.text == "\xa0" and _is_joined(before.text, after.text) else " "
            yield piece._replace(text=text, look=_between(before.look, piece.look, after.look))


def _is_joined(before: str, after: str) -> bool:
    """Whether a no-break space between these is meant: `10 km`, `« mot »`, `Où ?`."""
    return (before[-1:] in _JOINS_NEXT or before[-1:].isdigit()) or after[:1] in _JOINS_LAST


def _common(one: Look, other: Look) -> Look:
    return one if one == other else Look(one.marks & other.marks, (), one.link if one.link == other.link else None)


def _between(before: Look, blank: Look, after: Look) -> Look:
    """The look of a blank: what doesn't show on it is as in the words around it."""
    if before == blank == after:
        return blank
    both = before.marks & after.marks
    marks = frozenset(mark for mark in both if mark not in ON_BLANKS or mark in blank.marks)
    link = blank.link if before.link == blank.link == after.link else None
    raised = blank.raised if before.raised == blank.raised == after.raised else ()
    return Look(marks, raised, link)


def _joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    run: list[Piece] = []
    for piece in pieces:
        if run and (piece.kind != "text" or piece.look != run[0].look):
            yield run[0]._replace(text="".join(each.text for each in run))
            run = []
        if piece.kind == "text":
            run.append(piece)
        else:
            yield piece
    if run:
        yield run[0]._replace(text="".join(each.text for each in run))
