"""The tree of a YAML file: the author's texts, lists and mappings, each with its place."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TypeVar

from studydeck.model import Html, Placed, Problem, Text

#: Most characters of one text. The longest fields of real cards have a few thousand.
LONGEST_TEXT = 100_000
#: What accents on their own start with in UTF-8, and the signs of India and its neighbours, of which many may compose.
_MARKS = (b"\xcc", b"\xcd", b"\xe0")
_composed_words: set[str] = set()
_MOST_WORDS = 100_000
#: How many levels deep lists and mappings may be nested.
DEEPEST = 20
#: How many syntax errors, or bad characters, of a file are reported one by one; the next one only says "more".
MOST_MISTAKES = 20
#: What starts a picture (`![a line](x.png)`, `![[x.png]]`) or a sound (`[sound:x.mp3]`) as the whole value. YAML would
#: read a tag or a list, which nobody means.
MEDIA_FIRST = r"!(?=\[)|\[(?=sound:)"
#: The tag of a text that is HTML.
HTML_TAG = "!html"
#: A comment directly after a text, as if it were the rest of the text: `The # sign`. Real ones mostly have two blanks.
LOST_WORDS = r" #[ \t]+\S"
COMMENT_REMEDY = "put the text in quotes, or write two spaces and '# ' before a comment"
#: Characters that Anki can't store.
CONTROL = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]"
#: What YAML 1.1 reads as line ends, and editors show within a line; pasted from a web page they mean a space.
_SEPARATORS = "\x85\u2028\u2029"
#: Replaces a key that isn't a text, and starts a text that replaces a reported one. No author can write it.
NO_KEY = "\0"


def without_separators(text: str) -> str:
    """`text` with blanks for YAML 1.1's line ends that editors don't show as such."""
    for separator in "" if text.isascii() else _SEPARATORS:
        text = text.replace(separator, " ")  # translate() would take as long as all other reading
    return text


def is_composed(text: str) -> bool:
    """Whether all letters of a text are in Unicode's composed form (NFC), as each part of it is then.

    Unicode's own test takes as long as composing once there is a mark that may compose, so the words of a text with
    such marks are tested instead, each once.
    """
    if text.isascii():
        return True
    data = text.encode("utf-8", "surrogatepass")
    if not any(sign in data for sign in _MARKS):
        return unicodedata.is_normalized("NFC", text)
    words = set(text.split(" ")) - _composed_words
    if not all(unicodedata.is_normalized("NFC", word) for word in words):
        return False
    if len(_composed_words) < _MOST_WORDS:
        _composed_words.update(words)
    return True


def composed(text: str) -> str:
    """`text` in Unicode's composed form (NFC), word by word: nothing composes with a blank, and words come again."""
    return text if text.isascii() else " ".join(map(_composed_word, text.split(" ")))


@lru_cache(2**14)
def _composed_word(word: str) -> str:
    return unicodedata.normalize("NFC", word)


class Items(list["Node"]):
    """An author's list, with the place where it starts."""

    __slots__ = ("column", "line", "path")
    path: str
    line: int
    column: int


class Keys(dict[str, "Node"]):
    """An author's mapping, with the place where it starts. `marks` are the lines and columns of its keys."""

    __slots__ = ("column", "line", "marks", "path")
    path: str
    line: int
    column: int
    marks: list[tuple[int, int]]

    def key(self, name: str, number: int | None = None) -> Text:
        """A key with its place. It is made on demand, since most keys are never asked for.

        `number` is the key's index, which callers that ask for many keys know.
        """
        return placed(name, self.path, *self.marks[list(self).index(name) if number is None else number])


Node = Text | Items | Keys
AnyText = TypeVar("AnyText", bound=Text)


def placed(value: str, path: str, line: int, column: int, *, plain: bool = True) -> Text:
    """An author's text with its place."""
    return _placed(Text(value), path, line, column, plain)


def html(value: str, path: str, line: int, column: int) -> Html:
    """An author's text that is HTML, with its place: that of its tag."""
    return _placed(Html(value), path, line, column, False)


def _placed(text: AnyText, path: str, line: int, column: int, plain: bool) -> AnyText:
    text.path, text.line, text.column, text.plain = path, line, column, plain
    return text


def stand_in(at: Placed) -> Text:
    """A text in place of one that is reported: no two are alike."""
    return placed(f"{NO_KEY}{at.line}:{at.column}", at.path, at.line, at.column)


def and_more(problems: list[Problem]) -> list[Problem]:
    """The problems, of which the last one is one too many: it only says that there are more."""
    more = problems[-1]._replace(message="more errors like the last one follow", remedy="fix those above first")
    return [*problems[:-1], more]
