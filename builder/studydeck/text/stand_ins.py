"""Stand-ins: private characters for what comrak must not read as Markdown, such as a formula, or a star of its own.

A stand-in comes back as what the author typed, wherever comrak puts it: in code, in an address, in a picture's text.
Only in the text that readers see may it become something else, such as a tag (`inline.py`). So nothing here has to know
what is code.
"""

from __future__ import annotations

import html as html_entities
import re

from studydeck.patterns import pattern
from studydeck.text.evident import evidently_parted
from studydeck.text.tex import Formula, find_formulas, formulas_and_code, parted

#: The signs that a backslash before them shows as they are. Before others, and at a line's end, a backslash stays.
ESCAPES = frozenset(r"\`*_~^=$[]{}|<>()#+-!&")
#: Tags that do what they say, in pairs.
TAGS = ("sub", "sup", "u", "kbd", "mark", "ruby", "rt", "rp")

# Without these characters, Markdown would only escape the text (see test_text.py, "plain text needs no Markdown").
_MARKDOWNS = b'\\`*_[]<>&"$~^=|\n\r\x00'

_FIRST = 0x100000
# BACKSLASH goes before one that CommonMark drops in text: there it is that backslash, elsewhere nothing. Where a line
# ends, CommonMark may drop it or not, and LAST_BACKSLASH takes its place.
BACKSLASH, UNDERSCORE, PIPE, SUB, SUP = map(chr, range(_FIRST, _FIRST + 5))
LAST_BACKSLASH = chr(_FIRST + 12)
RUBY_START, RUBY_MIDDLE, RUBY_END = map(chr, range(_FIRST + 5, _FIRST + 8))
READING_BLANK, READING_BASE, READING_START, READING_END = map(chr, range(_FIRST + 8, _FIRST + 12))
OPENED = {chr(_FIRST + 16 + number): name for number, name in enumerate(TAGS)}
CLOSED = {chr(_FIRST + 32 + number): name for number, name in enumerate(TAGS)}
TYPED = {
    BACKSLASH: "", LAST_BACKSLASH: "\\", UNDERSCORE: "_", PIPE: "|", SUB: "~", SUP: "^",
    RUBY_START: "{", RUBY_MIDDLE: "|", RUBY_END: "}",
    READING_BLANK: " ", READING_BASE: "", READING_START: "[", READING_END: "]",
    **{sign: f"<{name}>" for sign, name in OPENED.items()},
    **{sign: f"</{name}>" for sign, name in CLOSED.items()},
}  # fmt: skip
_OF_TAG = {typed: sign for sign, typed in TYPED.items() if typed.startswith("<")}

_FIRST_ASIDE, _MOST_ASIDE = 0xF0000, 0xFFFD  # what has no sign of its own: formulas
_PRIVATE = pattern("[\U000f0000-\U0010ffff]")
_EACH = pattern("([\U000f0000-\U0010ffff])")
_TEX_BRACKET = pattern(r"\\(?:[(\[]|begin\{)")
_IN_ADDRESSES = "$_.+!*'(),~=:/?#@;&-"  # what comrak doesn't quote there
_QUOTED = pattern(r"(?:%F[34](?:%[89AB][0-9A-F]){3})+")
_CJK = (
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3041-\u30ff\u3105-\u312f\u31a0-\u31ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
# A string, like `_FURIGANA`, which `re` compiles and keeps on first use: such sets take milliseconds.
_HAN = "[\u3005-\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
_READING = r"[^\W\d_](?:[\w'’·.ˇˊˋ˙・ー-]|[ ](?=\w))*+"
# Each alternative starts with a sign, so that the search for one is quick.
_SIGNS = pattern(
    rf"""\\[!-/:-@\[-`{{-~\n]
    | </?(?:{"|".join(TAGS)})>
    | ~~*+
    | \^
    | __(?<!\w__)(?=[A-Za-z0-9])[A-Za-z0-9_]*[A-Za-z0-9]__(?!\w)
    | _(?<=[)\]]_)_*
    | \{{(?<!\{{\{{)[{_CJK}]++\|{_READING}\}}
    """,
    re.VERBOSE,
)
_NUMBER = pattern(r"(?<![\w.,])\d{1,9}\Z")
#: Anki's furigana: a word after a blank and its reading in brackets, which is no link.
_FURIGANA = rf"([ ]?)(?<![\\{_CJK}])([{_CJK}]++)\[({_READING})\](?![(\[])"
_WITH_FURIGANA = pattern("(?:ja|zh|ko)(?:-|$)", re.IGNORECASE)


def is_plain(text: str) -> bool:
    """Whether Markdown would leave `text` as it is, since it has no characters of Markdown or HTML."""
    data = text.encode("utf-8", "surrogatepass")
    return len(data.translate(None, _MARKDOWNS)) == len(data)  # half the time that a search for one takes


def formulas_alone(text: str) -> str | None:
    """The HTML of a text that has nothing for Markdown but formulas; None for any other."""
    if "`" in text or "~~~" in text or "\r" in text or not _may_have_formulas(text):
        return None  # it may have code, or lines that end in another way
    parts = evidently_parted(text)
    if parts:
        parts[1::2] = [rf"\[{each[2:-2]}\]" if each[1] == "$" else rf"\({each[1:-1]}\)" for each in parts[1::2]]
    else:
        parts = parted(text)
        parts[1::2] = map(_in_ankis_brackets, find_formulas(text))
    return _escaped("".join(parts)) if is_plain("".join(parts[0::2])) else None


class StandIns:
    """A text with stand-ins, and what they stand for."""

    def __init__(self, text: str, language: str = "") -> None:
        self._aside: list[tuple[str, str]] = []
        typed = text
        if not text.isascii() and _PRIVATE.search(text):
            text = _PRIVATE.sub(lambda sign: self._set_aside(sign[0], sign[0]), text)
        parts = self._without_formulas(text) if _may_have_formulas(text) else [text]
        parts[0::2] = [_signs(part, language) for part in parts[0::2]]
        self.text = "".join(parts)
        self.has_any = self.text != typed

    def _set_aside(self, typed: str, html: str) -> str:
        if len(self._aside) == _MOST_ASIDE:
            return typed
        self._aside.append((typed, html))
        return chr(_FIRST_ASIDE + len(self._aside) - 1)

    def _without_formulas(self, text: str) -> list[str]:
        """`text` with stand-ins for its formulas, parted at its code, which is every second part."""
        parts: list[str] = []
        pieces: list[str] = []  # since the last code
        at = 0
        has_private = bool(self._aside)
        for each in formulas_and_code(text):
            pieces.append(text[at : each.start])
            at = each.end
            typed = text[each.start : at]
            if isinstance(each, Formula):
                shown = _in_ankis_brackets(each)
                if has_private:
                    typed, shown = self._all_typed(typed), self._all_typed(shown)
                pieces.append(self._set_aside(typed, _escaped(shown)))
            else:
                parts += "".join(pieces), re.sub(r"(?<!\\)\|", PIPE, typed) if "|" in typed else typed
                pieces = []
        return [*parts, "".join([*pieces, text[at:]])]

    def html(self, sign: str) -> str:
        """What `sign` shows in the text that readers see, if it is no half of a pair."""
        number = ord(sign) - _FIRST_ASIDE
        if number < len(self._aside):
            return self._aside[number][1]
        return "\\" if sign == BACKSLASH else _escaped(TYPED.get(sign, sign))

    def typed(self, text: str) -> str:
        """`text` with what the author typed in the place of its stand-ins, for HTML."""
        return _PRIVATE.sub(lambda sign: _escaped(self._typed(sign[0])), text)

    def in_tag(self, tag: str) -> str:
        """Like `typed`, for a tag, whose addresses have stand-ins in per cent signs."""
        if "%F" in tag:
            from urllib.parse import quote, unquote

            tag = _QUOTED.sub(lambda quoted: _escaped(quote(self._all_typed(unquote(quoted[0])), _IN_ADDRESSES)), tag)
        return self.typed(tag)

    def _all_typed(self, text: str) -> str:
        return _PRIVATE.sub(lambda sign: self._typed(sign[0]), text)

    def _typed(self, sign: str) -> str:
        number = ord(sign) - _FIRST_ASIDE
        return self._aside[number][0] if number < len(self._aside) else TYPED.get(sign, sign)


def _escaped(text: str) -> str:
    """`text` as comrak escapes it."""
    return html_entities.escape(text, quote=False).replace('"', "&quot;")


def parts_with_stand_ins(text: str) -> list[str]:
    """`text` split at its stand-ins, which are every second part."""
    return _EACH.split(text)


def _may_have_formulas(text: str) -> bool:
    if "$" in text or ("`" in text and "|" in text):
        return True
    return ("\\" in text and bool(_TEX_BRACKET.search(text))) or "latex]" in text.lower()


def _in_ankis_brackets(formula: Formula) -> str:
    return rf"\[{formula.tex}\]" if formula.display else rf"\({formula.tex}\)"


def _signs(text: str, language: str) -> str:
    """`text`, which has no formula, with stand-ins for its signs."""
    text = _SIGNS.sub(_sign, text)
    return re.sub(_FURIGANA, _furigana, text) if "[" in text and _WITH_FURIGANA.match(language) else text


def _sign(found: re.Match[str]) -> str:
    typed = found[0]
    match typed[0]:
        case "\\":
            if typed[1] == "\n":
                return f"{LAST_BACKSLASH}\n"
            return typed if _is_escape(found) else BACKSLASH + typed
        case "<":
            return _OF_TAG[typed]
        case "~":
            return SUB if typed == "~" else typed
        case "^":
            return SUP
        case "_":
            return typed.replace("_", UNDERSCORE)
    base, reading = typed[1:-1].split("|")
    return f"{RUBY_START}{base}{RUBY_MIDDLE}{reading}{RUBY_END}"


def _is_escape(found: re.Match[str]) -> bool:
    r"""Whether a backslash and a sign show the sign alone, which needs the backslash somewhere: `1947\.` as well."""
    if found[0][1] in ESCAPES:
        return True
    text, start, end = found.string, found.start(), found.end()
    is_last = end == len(text) or text[end].isspace() or text[end] >= chr(_FIRST_ASIDE)  # a formula
    return found[0][1] == "." and is_last and bool(_NUMBER.search(text[max(0, start - 11) : start]))


def _furigana(found: re.Match[str]) -> str:
    blank, base, reading = found.groups()
    if not re.search(_HAN, base) or re.search(_HAN, reading):
        return found[0]
    start = READING_BLANK if blank else READING_BASE
    return f"{start}{base}{READING_START}{reading}{READING_END}"
