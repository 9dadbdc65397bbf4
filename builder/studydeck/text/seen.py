r"""What a reader doesn't see of what an author typed: signs that Markdown took without doing anything for them.

`losses` walks along a field's HTML and its text side by side. What the HTML shows was typed there; what its tags stand
for, such as the stars around `<em>`, did its job. All other signs are lost, whatever took them: nothing here repeats
Markdown's rules. A new construct is a line in _OPENS and one in _CLOSES. `lost.py` says what to do about it.
"""

from __future__ import annotations

import html as html_entities
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple, TypeVar

from studydeck.patterns import pattern
from studydeck.text.evident import BETWEEN, Apart
from studydeck.text.markdown import to_html
from studydeck.text.media import PLAIN_PICTURE
from studydeck.text.spans import FORMULA, Seeker, replace_enclosed
from studydeck.text.stand_ins import ESCAPES

_Text = TypeVar("_Text", bound=str)

_RUN = 3  # blanks in a row that look meant
_MOST_WORDS = 30  # that are compared with a definition
_LONGEST_MARK = 60  # characters of a pattern that may be looked for more than once
_SIGNS = b"\\*_~`[]<&$\r^="  # a line without these shows all it has but runs of blanks
#: The fewest signs that an author types for a tag.
_FEWEST = {f"<{slash}{name}>": count for slash in ("", "/") for name, count in
           {"em": 1, "strong": 2, "del": 2, "mark": 2, "sub": 1, "sup": 1, "code": 1}.items()}  # fmt: skip
_NO_MARKS = dict.fromkeys(map(ord, "*_~=^`$\\()"))
_NO_SIMPLE_LINE = ("\n", "\t", "   ", "/*", "/_")
_NO_LOSS_IN = frozenset("\\&[\t\r\f")
_RUN_OF_BLANKS = pattern(r"(?<=[^\s|])(?: {3,}| *\t[ \t]*)(?=[^\s|])")
_TAG = pattern(r"(<[^>]*>)")
_TAG_NAME = pattern(r"</?([a-z]+\d?)")
_ATTRIBUTE = pattern(r' ([a-z]+)="([^"]*)"')
_WORD = pattern(r"[^ \t\n\r\f]+")
_BLANKS = pattern(r"[ \t\n\r\f]*")
_ENTITY = pattern(r"&(?:[A-Za-z][A-Za-z\d]{0,31}|#\d{1,7}|#[xX][\da-fA-F]{1,6});")
_SOUND = pattern(r"(\[sound:[^]<]*\])")
_INDENT = pattern(r"[ \t]*\n((?:[ \t]*>)*)([ \t]*)")

# The rest of a link or picture: its address and title, or the name of its definition.
_ADDRESS = r"<[^<>\n]*>|(?:[^\s()\\]|\\.|\((?:[^\s()\\]|\\.|\([^\s()]*\))*\))*"
_TITLE = r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|\((?:\\.|[^()\\])*\)"
_TAIL = rf"\](?:\(\s*(?P<address>{_ADDRESS})(?:\s+(?:{_TITLE}))?\s*\)|\[(?P<label>[^\[\]]*)\]|)"
_PICTURES_TAIL = pattern(_TAIL)
_ALTERNATIVE = r"!\[(?:[^\[\]\\]|\\.|\[[^\[\]]*\])*"
_DEFINITION = pattern(
    rf"\[(?P<label>(?:[^\[\]\\]|\\.)+)\]:[ \t]*\n?[ \t]*(?:<[^<>\n]*>|[^\s<]\S*)"
    rf"(?:[ \t]*\n?[ \t]*(?:{_TITLE})(?=[ \t]*(?:\n|$)))?[ \t]*(?=\n|$)"
)

# What an author types where an element opens, and where it closes. Around it may be white space.
_OPENS = {
    "em": r"[*_]",
    "strong": r"\*\*|__",
    "del": r"~~?",
    "mark": r"==|<mark>",
    "sub": r"~|<sub>",
    "sup": r"\^|<sup>",
    "u": r"<u>",
    "kbd": r"<kbd>",
    "ruby": r"\{|<ruby>",
    "rt": r"\||\[|<rt>",
    "rp": r"<rp>",
    "code": r"`+",
    "pre": r"(?:`{3,}|~{3,})[ \t]*(?:[A-Za-z][\w+#.-]*(?:[ \t][^\n]*)?(?=\n|$))?",
    "a": r"\[|<",
    "img": r"!\[",
    "blockquote": r">",
    "li": r"(?P<number>\d{1,9})[.)]|[-+*]",
    "hr": r"(?:[-*_][ \t]*){3,}",
    "td": r"\|",
    "h": r"#{1,6}(?=\s|$)",
    "sound": _ALTERNATIVE + _TAIL,
    r"\(": r"\$|\\\\?\(|\[\$\]|(?i:\[latex\])\s*(?:\$|\\\()?",
    r"\[": r"\$\$|\\\\?\[|\[\$\$\]|(?i:\[latex\])\s*(?:\$\$|\\\[)?",
}
_CLOSES = {
    **{
        name: _OPENS[name].replace("<", "</")
        for name in ("em", "strong", "del", "mark", "sub", "sup", "u", "kbd", "code")
    },
    "pre": r"(?:`{3,}|~{3,})(?=[ \t]*(?:\n|$))",
    "a": rf">|{_TAIL}",
    "thead": r"[|: \t-]*-[|: \t-]*",
    "tr": r"\|?[ \t]*",
    "h #": r"#+(?=[ \t]*(?:\n|$))",
    "h =": r"(?:=+|-+)(?=[ \t]*(?:\n|$))",
    r"\(": r"(?:\$|\\\))?\s*(?i:\[/latex\])|\$|\\\\?\)|\[/\$\]",
    r"\[": r"(?:\$\$|\\\])?\s*(?i:\[/latex\])|\$\$|\\\\?\]|\[/\$\$\]",
}
_PARTNERS = {"{": "}", "[": r"\]", "<": "</[a-z]+>"}  # of a ruby's marks
_WITHIN_A_LINE = {"td", "tr", "h #"}  # what is on the next line belongs to the next row
_SAME = {"th": "td", **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "h")}

#: Lines that start no list, heading, quote or table, nor end in blanks; something that is shown is a `\\0`.
_LINES_OF_WORDS = pattern(r"(?:(?:[^\W\d_]|\0)[^\n]*(?<! ))?(?:\n(?:(?:[^\W\d_]|\0)[^\n]*(?<! ))?)*")

PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
#: A word in which backslashes are meant: a pattern or a path.
_OF_BACKSLASHES = pattern(r"[A-Za-z]:\\(?!\\)|(?:[^\\]|\\[^A-Za-z\d])*+\\[A-Za-z\d]")
_NUMBERED = pattern(r"\d\\\.(?:\s|\Z)")  # of no list, such as `1947\.`
_BLANKS_OR_END = pattern(r"[ \t\n]|\Z")


class Lost(NamedTuple):
    """A lost sign, from `start` to `end`. `kind` is what took it, if that needs words of its own.

    `first` and `last` are the ends of what it belongs to: a pair of marks, a heading, a table's row.
    """

    start: int
    end: int
    kind: str = ""
    first: int = -1
    last: int = -1


def may_lose(texts: Apart[_Text]) -> Iterator[_Text]:
    """Those texts of which something might be lost.

    Nothing is lost of evident formulas and code, of pictures, and of lines of words between.
    """
    has_some = _has_marks(texts.whole)
    if not has_some and "\n" not in texts.whole:
        return
    for text, rest in zip(texts.texts, texts.rests, strict=True):
        if "![" in rest:
            rest = PLAIN_PICTURE.sub(BETWEEN, rest)
        if (has_some and _has_marks(rest)) or ("\n" in rest and not _LINES_OF_WORDS.fullmatch(rest)):
            yield text


def _has_marks(text: str) -> bool:
    """Whether `text` has any sign or any blanks in a line that might be lost; nearly all texts have none."""
    data = text.encode("utf-8", "surrogatepass")
    return len(data.translate(None, _SIGNS)) != len(data) or "   " in text or "\t" in text


def losses(text: str, language: str) -> list[Lost]:
    """What is lost of a text, in no particular order."""
    html = to_html(text, language=language, highlight=False)
    if html == text or ("<" not in html and "\\" not in html and html_entities.unescape(html) == text):
        run = _RUN_OF_BLANKS.search(text) if "   " in text or "\t" in text else None
        return [Lost(run.start(), run.end(), "blanks")] if run else []
    return [] if _adds_up(text, html) else _Walk(text).along(html)


def _adds_up(text: str, html: str) -> bool:
    """Whether a line lacks just as many signs as its tags and formulas take at least, so that none can be lost.

    That is so for most texts with marks, and three times as fast as the walk (test_seen.py, "a line that adds up").
    """
    if any(each in text for each in _NO_SIMPLE_LINE) or "[sound:" in html:
        return False
    marks = list(map(_FEWEST.get, _TAG.findall(html)))
    if None in marks:
        return False
    formulas = html.count(r"\(")
    shown = html_entities.unescape(_TAG.sub("", html))
    gone = len(text) - len(shown) + formulas * len(r"\(\)")
    fewest = sum(filter(None, marks)) + formulas * len("$$")
    same_else = text.translate(_NO_MARKS) == shown.translate(_NO_MARKS)
    return gone == fewest and same_else and all(shown.count(mark) <= text.count(mark) for mark in "*_~=^`")


@cache
def _typed(tag: str, closing: bool) -> re.Pattern[str] | None:
    """What an author types for a tag."""
    name = _SAME.get(tag, tag)
    pattern = (_CLOSES if closing else _OPENS).get(name)
    return None if pattern is None else re.compile(rf"[ \t]*(?:{pattern})" if name in _WITHIN_A_LINE else pattern)


class _Open(NamedTuple):
    """An element that is open: its tag and attributes, and where in the text what opens it is."""

    name: str
    attributes: dict[str, str]
    start: int
    end: int


class _List(NamedTuple):
    """A list that is open: its first number, that of the next item, and the column of the last one's content."""

    first: int
    number: int
    column: int


class _Walk:
    """A walk along a text, as far as its HTML explains it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.losses: list[Lost] = []
        self._seeker = Seeker(text)
        self._expected: list[re.Pattern[str]] = []  # what tags stand for, if it wasn't at its place
        self._open: list[_Open] = []
        self._depth: Counter[str] = Counter()
        self._skips = False
        self._indented = False  # whether a lost indentation was found
        self._line = 0  # where the text of this line starts, after the marks of its blocks
        self._word = (0, 0, False)  # the ends of the last word with a backslash, and whether it is a pattern or a path
        self._quotes = 0  # block quotes that are open
        self._lists: list[_List] = []
        self._definitions: list[tuple[int, int, str]] = []
        self._labels: set[str] = set()

    def along(self, html: str) -> list[Lost]:
        """What is lost of the text, given its HTML."""
        for number, part in enumerate(_TAG.split(html)):
            if number % 2:
                self._tag(part)
            elif not part or self._skips:  # the parentheses of a ruby without them
                self._skips = False
            elif self._within("pre", "code"):
                self._shown(part, raw=True)
            else:
                self._prose(part)
        self._pass_over(len(self.text))
        self.losses += [
            Lost(start, end, "definition") for start, end, label in self._definitions if label not in self._labels
        ]
        return self.losses

    # --- what the HTML shows

    def _prose(self, html: str) -> None:
        """Text with formulas and sounds, outside code."""

        def formula(start: str, tex: str, end: str) -> str:
            parts.append((start, tex))
            return "\0"

        parts: list[tuple[str, str]] = []
        rest = replace_enclosed(html, FORMULA, formula) if "\\" in html else html
        pieces = rest.split("\0") if parts else [rest]
        for number, piece in enumerate(pieces):
            for each in _SOUND.split(piece) if "[sound:" in piece else (piece,):
                if each.startswith("[sound:"):
                    self._expect(_typed("sound", False))
                else:
                    self._shown(each, raw=False)
            if number < len(parts):
                found = self._expect(_typed(parts[number][0], False))
                self._shown(parts[number][1], raw=True)
                if found:  # else it is an environment without dollars
                    self._expect(_typed(parts[number][0], True))

    def _shown(self, html: str, *, raw: bool) -> None:
        """Takes from the text what is shown: all at once, or word by word; where they differ, sign by sign."""
        shown = html_entities.unescape(html) if "&" in html else html
        if self._takes_whole(shown.strip(" \t\n\r\f"), raw):
            return
        words = _WORD.findall(shown)
        for number, word in enumerate(words):
            here = self.at
            self._blanks()
            if self.at - here >= _RUN and number and not raw and self._line <= here:
                self.losses.append(Lost(here, self.at, "blanks"))
            while not raw and self._definition(words[number : number + _MOST_WORDS]):
                self._blanks()
            simple = raw or ("\\" not in word and "&" not in word)
            if simple and self.text.startswith(word, self.at):
                self.at += len(word)
                self._expected.clear()
                continue
            at = 0
            while at < len(word):
                at += self._sign(word, at, raw)

    def _takes_whole(self, shown: str, raw: bool) -> bool:
        """Takes what is shown where it was typed just so, and nothing in it could be lost."""
        if not shown or self._quotes or not (raw or (_NO_LOSS_IN.isdisjoint(shown) and "   " not in shown)):
            return False
        self._blanks()
        if not self.text.startswith(shown, self.at):
            return False
        if "\n" in shown:
            self._line = _BLANKS.match(self.text, self.at + shown.rindex("\n")).end()  # type: ignore[union-attr]
        self.at += len(shown)
        self._expected.clear()
        return True

    def _sign(self, word: str, n: int, raw: bool) -> int:
        """Goes on to where the nth sign of `word` was typed; returns how many signs it took."""
        text, sign = self.text, word[n]
        while self.at < len(text):
            typed = text[self.at]
            if typed == "\\" and text[self.at + 1 : self.at + 2] == sign and sign in PUNCTUATION:
                if not raw or (sign == "|" and self._within("td", "th")):
                    if not raw:
                        self._escape(sign)
                    self.at += 2
                    self._expected.clear()
                    return 1
            elif typed == "&" and not raw and (entity := _ENTITY.match(text, self.at)):
                meant = html_entities.unescape(entity[0])
                if word.startswith(meant, n) or not meant.strip():
                    self.at = entity.end()
                    if meant.strip():
                        return len(meant)
                    continue
            if typed == sign:
                self.at += 1
                self._expected.clear()
                return 1
            if typed in " \t\n\r\f":
                self._blanks()
            elif self._seeker.find(sign, self.at) == len(text):
                return 1  # shown, but not typed
            else:
                self._skip()
        return 1

    def _skip(self) -> None:
        """Passes over what isn't shown: a mark that a tag stands for, a definition, or a lost sign."""
        for number, expected in enumerate(self._expected):
            if (found := expected.match(self.text, self.at)) and found.end() > self.at:
                self.at = found.end()
                del self._expected[: number + 1]
                return
        if self._definition():
            return
        last = self.losses[-1] if self.losses else None
        if last and last.end == self.at and not last.kind:
            self.losses[-1] = last._replace(end=self.at + 1)
        else:
            self.losses.append(Lost(self.at, self.at + 1))
        self.at += 1

    def _definition(self, shown: Sequence[str] = ()) -> bool:
        """Passes over the definition of a link's address, if there is one that isn't `shown`."""
        found = _DEFINITION.match(self.text, self.at) if self.at == self._line else None
        if found is None or "".join(shown).startswith(letters(f"[{found['label']}]:")):
            return False
        self._definitions.append((*found.span(), _label(found["label"])))
        self.at = found.end()
        return True

    def _escape(self, sign: str) -> None:
        """A backslash before a sign that it shows is lost where it is meant itself: in a pattern or a path."""
        start, end, is_meant = self._word
        if not start <= self.at < end:
            start = 1 + max(self.text.rfind(blank, 0, self.at) for blank in " \n\t")
            following = _BLANKS_OR_END.search(self.text, self.at)
            end = following.start() if following else len(self.text)
            word = self.text[start:end]
            is_meant = "`" not in word and "$" not in word and _OF_BACKSLASHES.match(word) is not None
            self._word = start, end, is_meant
        if is_meant or not (sign in ESCAPES or (sign == "." and _NUMBERED.match(self.text, max(0, self.at - 1)))):
            self.losses.append(Lost(self.at, self.at + 1))

    def _pass_over(self, end: int) -> None:
        while self.at < end:
            self._blanks()
            if self.at < end:
                self._skip()

    def _blanks(self) -> None:
        """Passes over white space, and over a block quote's marks at the start of lines."""
        while (found := _BLANKS.match(self.text, self.at)) and found.end() > self.at:
            lines = "\n" in found[0]
            self.at = found.end()
            if not lines:
                return
            self._line = self.at
            for _ in range(self._quotes):
                if not self.text.startswith(">", self.at):
                    break
                self.at = self._line = _BLANKS.match(self.text, self.at + 1).end()  # type: ignore[union-attr]

    # --- what the tags stand for

    def _expect(self, pattern: re.Pattern[str] | None) -> re.Match[str] | None:
        """Takes what a tag stands for, here or later."""
        if pattern is None:
            return None
        here = self.at
        if not pattern.pattern.startswith("[ \\t]*(?:"):
            self._blanks()
        if found := pattern.match(self.text, self.at):
            self.at = found.end()
            return found
        self.at = here
        if len(pattern.pattern) < _LONGEST_MARK:
            self._expected.append(pattern)
        return None

    def _tag(self, tag: str) -> None:
        name = _TAG_NAME.match(tag)
        assert name
        closing = tag.startswith("</")
        if closing:
            self._closed(name[1])
        elif name[1] == "br":
            self._line_end()
        else:
            self._opened(name[1], tag)

    def _opened(self, name: str, tag: str) -> None:
        attributes = dict(_ATTRIBUTE.findall(tag)) if "=" in tag else {}
        pattern = None if name == "code" and self._within("pre") else _typed(name, False)
        found = self._expect(pattern)
        self._skips = name == "rp" and not found
        if name == "tr":
            self._blanks()
        elif name in ("ol", "ul"):
            first = int(attributes.get("start", 1))
            self._lists.append(_List(first, first, 0))
        elif name == "li" and found:
            self._item(found, attributes.get("value", ""))
        elif name == "img":
            self._picture(attributes)
            return
        if name not in ("hr", "br", "img"):
            self._depth[name] += 1
            self._open.append(_Open(name, attributes, *(found.span() if found else (self.at, self.at))))
        self._quotes += name == "blockquote"
        if name in ("li", "blockquote"):
            self._blanks()
            self._line = self.at

    def _closed(self, name: str) -> None:
        opened = self._open.pop()
        self._depth[name] -= 1
        if name in ("ol", "ul"):
            self._lists.pop()
            return
        if name == "code" and self._within("pre"):
            return
        self._quotes -= name == "blockquote"
        start = self.at
        pattern = _typed(name, True)
        if name in ("ruby", "rt", "rp"):
            partner = _PARTNERS.get(self.text[opened.start : opened.end][:1])
            pattern = re.compile(partner) if partner else None
        is_heading = name[0] == "h" and name[1:].isdigit()
        if is_heading:
            pattern = _typed("h #" if opened.end > opened.start else "h =", True)
        found = self._expect(pattern)
        if name == "tr":
            self._row_end()
        elif found and name in ("em", "strong"):
            if _is_no_mark(self.text, opened.start, opened.end):
                self.losses.append(Lost(opened.start, opened.end, "pair", opened.start, found.end()))
        elif found and name == "a":
            self._link(opened, found)
        elif found and is_heading:
            if "#" in found[0] or len(found[0]) < 3:  # what is under a heading is a line, not a sign
                self.losses.append(Lost(found.end() - len(found[0].lstrip()), found.end(), "", start, found.end()))
        elif is_heading:
            self._expected.pop()

    def _within(self, *names: str) -> bool:
        return any(self._depth[name] for name in names)

    def _item(self, mark: re.Match[str], value: str) -> None:
        listed = self._lists[-1]
        number = int(value or listed.number)
        line = self.text.rfind("\n", 0, mark.start()) + 1
        self._lists[-1] = _List(listed.first, number + 1, mark.end() + 1 - line)
        if mark["number"] and int(mark["number"]) not in (number, listed.first):  # 1. 1. 1. counts up
            self.losses.append(Lost(mark.start(), mark.end(), f"number {number}"))

    def _picture(self, attributes: dict[str, str]) -> None:
        """Passes over a picture: its words are for those who can't see it, and have no marks there."""
        before, start = len(self.losses), self.at
        self._shown(attributes.get("alt", ""), raw=False)
        tail = _PICTURES_TAIL.search(self.text, self.at)
        if tail:
            self.at = tail.end()
            self._labels.update((_label(tail["label"] or ""), _label(self.text[start : tail.start()])))
        self._expected.clear()
        del self.losses[before:]

    def _link(self, opened: _Open, tail: re.Match[str]) -> None:
        if tail[0] == ">":
            return
        if tail["address"] and not opened.attributes.get("href"):
            self.losses.append(Lost(opened.start, tail.end(), "link"))
        if tail["address"] is None:
            self._labels.add(_label(tail["label"] or self.text[opened.end : tail.start()]))

    def _row_end(self) -> None:
        """What is left of a table's line after its last cell is in no cell."""
        end = self._seeker.find("\n", self.at)
        if self.text[self.at : end].strip():
            line = self.text.rfind("\n", 0, self.at) + 1
            self.losses.append(Lost(self.at, end, "row", line, end))
        self.at = end

    def _line_end(self) -> None:
        """A line of a verse or of code must not be indented further than the paragraph that it is in."""
        found = _INDENT.match(self.text, self.at)
        if found:
            self._expected.clear()
            self.at = found.start(1) - 1
            column = len(f"{found[1]}{found[2]}".expandtabs(4))
            margin = self._lists[-1].column if self._lists else 2 * self._quotes
            if column - margin >= 2 and not self._indented:
                self._indented = True
                end = self._seeker.find("\n", found.end())
                self.losses.append(Lost(found.start(2), found.end(2), "indent", found.end(2), end))
        self._blanks()


def letters(text: str) -> str:
    """`text` without its blanks."""
    return "".join(text.split())


def _label(written: str) -> str:
    return " ".join(written.split()).casefold()


# --- whether a mark did anything


def _is_no_mark(text: str, start: int, end: int) -> bool:
    """Whether what opens a pair was hardly meant so: a star between slashes, as in `src/**/*.py and tests/**/*.py`."""
    return text[max(0, start - 1) : start] == "/" and text[end : end + 1] == "/"
