"""Plain words: a slug for ids and tags, a folded form to compare questions, a near miss to suggest."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import chain, zip_longest
from zlib import crc32

from studydeck.patterns import pattern
from studydeck.text.cloze import without_gaps

_SLUG_LENGTH = 48
_LONGEST_NAME = 300  # characters of a name that are compared
_ALIKE = 0.6  # from 0 to 1, as in difflib, for a name that was probably meant
_MOST_COMPARED = 20_000  # names, which takes half a second
# Counts such as {1,30}, and a start at the start of a run of marks, keep a text full of marks from taking minutes.
_CODE = pattern(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_MARK = pattern(r"\\([!-/:-@\[-`{-~])|\*+|_+|~~|==")
_QUOTES = pattern(r"[\"“”„«»]|(?<!\w)['‘](?=\w)(.{1,200}?)(?<=\w)['’](?!\w)")
# Punctuation at a word's end means nothing; inside a word it may: 2.5, C++, f(x); and so may the `!` of 3! or n!.
# Operators always count: dropping them made `a < b` and `a > b` one question (test_checks.py, "operators tell questions
# apart").
_WORD_ENDS = pattern(r"(?<![?.,;:])(?:\s*[?.,;:]|\s+!|(?<=[^\W\d]{2})!)*(?:\s+|$)|(?<!!)!+$")

_BLANKS = (
    "\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
_NO_LETTERS = f"[{_BLANKS}“”„«»‘’]+"
_STARTS = bytes({sign.encode()[0] for sign in f"{_BLANKS}“”„«»‘’"})  # of what these are in UTF-8
_ASCII_LETTERS = bytes(range(256)).lower(), bytes(n for n in range(128) if not chr(n).isalnum())

#: What a slug has in place of the signs in ASCII.
_ASCII_SIGNS = {n: " " for n in range(128) if not chr(n).isalnum()} | {ord("'"): None}


def slug(text: str, otherwise: str = "card") -> str:
    """A short readable form of `text` for an id or a tag: lower case, words joined by hyphens.

    A gap's hint is left out. Latin letters lose their accents, other scripts stay as they are; at most 48 characters,
    cut between words; `otherwise` if nothing is left.

    >>> slug("What is NF-kB's role?")
    'what-is-nf-kbs-role'
    """
    text = without_gaps(text, around=" ")
    if not text.isascii():
        bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
        text = bare if bare.isascii() else unicodedata.normalize("NFC", text)
    if text.isascii():
        words = text.lower().translate(_ASCII_SIGNS).split()
    else:
        words = "".join(c if _is_letter(c) else " " for c in re.sub(r"['’]", "", text.casefold())).split()
    short = ""
    for word in words:
        if short and len(short) + 1 + len(word) > _SLUG_LENGTH:
            break
        short = f"{short}-{word}" if short else word[:_SLUG_LENGTH]
    return short or otherwise


def _is_letter(character: str) -> bool:
    """Whether a slug keeps it: letters of any script with their vowel signs, and digits."""
    kind = unicodedata.category(character)
    return kind[0] in "LM" or kind == "Nd"


def fold(text: str) -> str:
    """`text` without what doesn't change its meaning: case, spaces, emphasis, quotes, punctuation at a word's end."""
    if "`" in text:  # in code every character counts
        outside_and_code = _CODE.split(text.replace("\0", ""))
        outside = _without_emphasis("\0".join(outside_and_code[0::3])).split("\0")
        text = "".join(chain.from_iterable(zip_longest(outside, outside_and_code[2::3], fillvalue="")))
    elif "*" in text or "_" in text or "~~" in text or "==" in text or "\\" in text:
        text = _without_emphasis(text)
    return _WORD_ENDS.sub(" ", _QUOTES.sub(r"\1", text.casefold())).strip()


def _without_emphasis(text: str) -> str:
    """`text` without marks of emphasis in pairs, and without backslashes before other marks: `B*` isn't `B`."""
    parts: list[str] = []
    opened: dict[str, tuple[int, int, bool]] = {}  # of each mark, the last that may open: in parts, in text, in a word
    written = 0
    for mark in _MARK.finditer(text):
        parts += text[written : mark.start()], mark[1] or mark[0]
        written = mark.end()
        if mark[1]:
            continue
        before, after = text[max(0, mark.start() - 1) : mark.start()], text[mark.end() : mark.end() + 1]
        inside = before.isalnum() and after.isalnum()
        if inside and mark[0][0] == "_":
            continue
        if before.strip() and mark[0] in opened:
            part, start, began_inside = opened.pop(mark[0])
            inner = text[start : mark.start()]
            in_a_word = inside and began_inside and not (mark[0] in ("**", "==") and inner.isalpha())
            if not in_a_word and not (mark[0] == "__" and inner.isidentifier()):
                parts[part] = parts[-1] = ""
                continue
        if after.strip():
            opened[mark[0]] = len(parts) - 1, mark.end(), inside
    return "".join(parts) + text[written:]


def letters_hash(text: str) -> int:
    """A hash (32 bits) of the letters and digits of `text`: texts that fold alike have the same hash."""
    if text.isascii():
        return crc32(text.encode().translate(*_ASCII_LETTERS))
    text = text.casefold()
    data = text.encode("utf-8", "surrogatepass")
    if len(data.translate(None, _STARTS)) != len(data):
        data = re.sub(_NO_LETTERS, "", text).encode("utf-8", "surrogatepass")
    return crc32(data.translate(*_ASCII_LETTERS))


def near(word: str, known: Iterable[str], alike: float = _ALIKE) -> str | None:
    """The one of `known` that `word` was probably meant to be, or None; `alike` is as in difflib, from 0 to 1."""
    return Guesses(known).near(word, alike)


class Guesses:
    """Near misses among `known` names; if there are many, only for the first words, since all would take minutes."""

    def __init__(self, known: Iterable[str]) -> None:
        self._folded = {each.casefold(): each for each in known}
        self._stems = {each.rpartition(".")[0]: each for each in self._folded}
        self._left = _MOST_COMPARED

    def near(self, word: str, alike: float = _ALIKE) -> str | None:
        """The name that `word` was probably meant to be: by its letters, or by all but the ending of a file's name."""
        word = word[:_LONGEST_NAME].casefold()
        stem = word.rpartition(".")[0]
        if stem and (same := self._folded.get(word) or self._folded.get(self._stems.get(stem, ""))):
            return same
        if self._left <= 0:
            return None
        import difflib

        self._left -= len(self._folded)
        matches = difflib.get_close_matches(word, self._folded, n=1, cutoff=alike)
        return self._folded[matches[0]] if matches else None


def same_ends(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    """How many parts two texts have in common at the start, and how many more at the end.

    >>> same_ends("a b c d".split(), "a c d".split())
    (1, 2)
    """
    least = min(len(old), len(new))
    first = next((at for at in range(least) if old[at] != new[at]), least)
    return first, next((at for at in range(least - first) if old[-1 - at] != new[-1 - at]), least - first)
