"""What CommonMark hasn't: sub- and superscripts, tags in pairs, ruby, and stars that stay stars.

`finished` reads comrak's HTML once, with a level for each element that is open, so that what it adds is well nested.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict

from studydeck.patterns import pattern
from studydeck.text.stand_ins import (
    CLOSED,
    OPENED,
    READING_BASE,
    READING_BLANK,
    READING_END,
    READING_START,
    RUBY_END,
    RUBY_MIDDLE,
    RUBY_START,
    SUB,
    SUP,
    StandIns,
    parts_with_stand_ins,
)

_TOKENS = pattern(r"(<code\b[^>]*>[^<]*+</code>|<[^>]*>)")
_NAME = pattern(r"</?([a-z0-9]+)")
_IN_A_LINE = {"a": "", "del": "~~", "em": "*", "mark": "==", "strong": "**"}
# A letter or digit of a script that has blanks between its words, so neither Thai, Chinese, Japanese nor Korean. Such
# sets take milliseconds to compile, so these patterns stay strings, which `re` compiles and keeps on first use.
_WORD = r"^\W_\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\uffff\U00020000-\U0003ffff"
_BEFORE, _AFTER = rf"[{_WORD}]|[)\]]", rf"[{_WORD}]|[(\[]"  # what is multiplied
_MAY_JOIN = pattern("|".join(rf"<{name}>(?<=[\w)\]]<{name}>)" for name in ("em", "mark", "strong")))
_RAISED = {SUB: "sub", SUP: "sup"}
_RUBY = {
    RUBY_START: "<ruby>", RUBY_MIDDLE: "<rt>", RUBY_END: "</rt></ruby>",
    READING_BLANK: "<ruby>", READING_BASE: "<ruby>", READING_START: "<rt>", READING_END: "</rt></ruby>",
}  # fmt: skip
_SIMPLE = pattern(r"[+−-]?\w*[+−-]?|<.*")  # what may be raised in the middle of a word: x^2^y, but not a^2+b^2
_BLANK = pattern(r"\s|<(?:br|img)\b")
_NOTHING_BEFORE = frozenset("([{<\"'“‘„‚«‹/")  # a sign after one of these, or a blank, touches nothing


def finished(html: str, signs: StandIns) -> str:
    """comrak's `html` with the tags that its stand-ins are halves of, and every other one as it was typed."""
    if not (signs.has_any or _MAY_JOIN.search(html)):
        return html
    return _Writer(signs).write(_TOKENS.split(html))


class _Level:
    """An element that is open: where its tag is, what is before it, and the halves of pairs that are open in it."""

    def __init__(self, at: int = 0, before: str = "") -> None:
        self.at = at
        self.before = before
        self.opened: list[tuple[str, int]] = []  # tags without their ends: the name, and where it is written
        self.count: dict[str, int] = defaultdict(int)
        self.raised: dict[str, tuple[int, str, int]] = {}  # a `~` or `^`: where, what is before it, tags before it

    def forget(self, at: int, tags: int) -> None:
        """Leaves what was opened after `at` as it was typed, since something ends there; `tags` remain open."""
        for name, _ in self.opened[tags:]:
            self.count[name] -= 1
        del self.opened[tags:]
        self.raised = {sign: half for sign, half in self.raised.items() if half[0] < at}


class _Writer:
    def __init__(self, signs: StandIns) -> None:
        self.signs = signs
        self.written: list[str] = []
        self.levels = [_Level()]
        self.last = ""  # the character before, in the same block

    def write(self, parts: list[str]) -> str:
        for number, part in enumerate(parts):
            if number % 2 == 0:
                self._text(part)
            elif part.startswith("<code"):
                self._put(self.signs.in_tag(part), "`")
            else:
                self._tag(self.signs.in_tag(part), parts[number - 1][-1:], parts[number + 1][:1])
        return "".join(self.written)

    def _put(self, html: str, last: str) -> None:
        self.written.append(html)
        self.last = last

    def _tag(self, tag: str, before: str, after: str) -> None:
        """Writes a tag; what is directly before and after it tells whether emphasis in a word holds."""
        found = _NAME.match(tag)
        assert found, tag
        name = found[1]
        if name in ("br", "img"):
            self._put(tag, "")
        elif name not in _IN_A_LINE:
            self._put(tag, "")
            self.levels = [_Level()]
        elif tag[1] != "/":
            self.levels.append(_Level(len(self.written), before))
            self.written.append(tag)
        else:
            level = self.levels.pop()
            sign = _IN_A_LINE[name]
            if self._holds(name, level, after):
                self.written.append(tag)
            else:
                self.written[level.at] = sign
                self.written.append(sign)

    def _holds(self, name: str, level: _Level, after: str) -> bool:
        """Whether the tag isn't made of stars in a product or power, or of `==` between numbers.

        These have a letter or digit on both sides of both ends: 2*3*4, x**2 + y**2, but also ge**gang**en, which holds.
        """
        if name in ("a", "del") or not (re.match(_BEFORE, level.before) and re.match(_AFTER, after)):
            return True
        if name == "em" or len(self.written) > level.at + 2 or not (level.before + after).isalpha():
            return False
        return all(sign.isalpha() or sign in "'’-" or unicodedata.category(sign)[0] == "M" for sign in self.written[-1])

    def _text(self, text: str) -> None:
        pieces = parts_with_stand_ins(text)
        if pieces[0]:
            self._put(pieces[0], pieces[0][-1])
        for at in range(1, len(pieces), 2):
            sign, following = pieces[at : at + 2]
            if sign in _RAISED:
                self._raised(sign, following[:1] or ("}" if at + 2 < len(pieces) else ""))
            elif sign in OPENED:
                self._open(sign)
            elif sign in CLOSED:
                self._close(sign)
            elif sign in _RUBY:
                self.written.append(_RUBY[sign])
            else:
                self._put(self.signs.html(sign), "x")
            if following:
                self._put(following, following[-1])

    def _raised(self, sign: str, after: str) -> None:
        """Writes half of `~…~` or `^…^`: a pair if they enclose no blank and touch something on one side."""
        level = self.levels[-1]
        at, before, tags = level.raised.pop(sign, (-1, "", 0))
        if at >= 0 and _is_raised(before, self.written[at + 1 :], after):
            name = _RAISED[sign]
            self.written[at] = f"<{name}>"
            self.written.append(f"</{name}>")
            level.forget(at, tags)
        else:
            level.raised[sign] = (len(self.written), self.last, len(level.opened))
            self._put(self.signs.html(sign), sign)

    def _open(self, sign: str) -> None:
        level = self.levels[-1]
        level.opened.append((OPENED[sign], len(self.written)))
        level.count[OPENED[sign]] += 1
        self.written.append(self.signs.html(sign))

    def _close(self, sign: str) -> None:
        level, name = self.levels[-1], CLOSED[sign]
        if not level.count[name]:
            self.written.append(self.signs.html(sign))
            return
        number = len(level.opened) - 1
        while level.opened[number][0] != name:
            number -= 1
        at = level.opened[number][1]
        level.forget(at, number)
        self.written[at] = f"<{name}>"
        self.written.append(f"</{name}>")


def _is_raised(before: str, pieces: list[str], after: str) -> bool:
    """Whether `pieces` are a sub- or superscript between these characters: not in `5~10 or 20~30`, `a^2+b^2`, `^_^`."""
    html = "".join(pieces)
    touches = bool(before) and not before.isspace() and before not in _NOTHING_BEFORE
    if not html or _BLANK.search(html) or not (touches or after.isalnum() or after == "}"):
        return False
    if before.isalnum() and after.isalnum() and (after.isdigit() or not _SIMPLE.fullmatch(html)):
        return False
    starts, ends = html.count("{{c"), html.count("}}")
    return starts == ends and html.find("{{c") <= html.find("}}")
