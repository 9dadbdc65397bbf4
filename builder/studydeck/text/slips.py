"""What was meant as a picture or sound and isn't one: tags, links and other spellings that show nothing."""

from __future__ import annotations

import html as html_entities
import re
from collections.abc import Iterator
from typing import NamedTuple

from studydeck.patterns import pattern
from studydeck.text.media import PICTURES, SOUNDS, is_sound
from studydeck.text.spans import FORMULA, replace_enclosed

_SUFFIX = "|".join(suffix[1:] for suffix in sorted((*PICTURES, *SOUNDS), key=len, reverse=True))
_CODE = pattern(r"<code\b[^>]*>.*?</code>", re.DOTALL)
_NAME = rf"[^\s\"'<>&()\[\]|]{{1,200}}\.(?:{_SUFFIX})"
#: Spellings that show or play nothing, in a text's HTML, by a mark that is part of each; with the file, and a text for
#: it where there is one.
_SLIPS = {
    "&lt;": rf"&lt;(?:img|audio|video|source)\b(?P<text>(?:(?!&[lg]t;)[^\n]){{0,500}}?)"
    rf"\bsrc=(?:&quot;|'|)(?P<file>{_NAME})(?:(?!&[lg]t;)[^\n]){{0,300}}+(?:&gt;)?",
    "</a>": r'(?:!\s?)?<a href="(?![a-z][a-z0-9+.-]*:|//)'
    rf'(?P<file>[^"?#]{{1,300}}\.(?:{_SUFFIX}))"[^>]*>(?P<text>[^<]*)</a>',
    "]": rf"!?\[(?P<text>[^\[\]\n<]{{0,300}})\] ?\((?P<file>[^()\n<:]{{1,200}}\.(?:{_SUFFIX}))\b[^()\n<]{{0,100}}\)?",
    "!(": rf"!\((?P<text>[^()\n<]{{0,300}})\)\[(?P<file>{_NAME})\]",
    "[[": rf"\[\[(?P<file>[^\[\]\n<|:]{{1,200}}\.(?:{_SUFFIX}))(?P<text>)[^\[\]\n<]{{0,300}}\]\]",
    "/>{": r'<img src="(?P<file>[^"]*)" alt="(?P<text>[^"]*)"[^>]*/>\{[^{}\n<]{0,40}'
    r"\bwidth=(?P<size>\d+%?)[^{}\n<]{0,40}\}",
}
_ENDING = pattern(rf"\.(?=[A-Za-z0-9]{{3,4}}\b)(?i:{_SUFFIX})\b")  # looking ahead takes a tenth of the time
_WORD_START = pattern(r"(?<!\w)[^\s()<>\"'|]|(?<=_)\w")
_LINK = pattern(r'<a href="([^"]*)"[^>]*>(.*?)</a>')
_SHOWN = pattern(r'<img src="([^"]*)" alt="([^"]*)"[^>]*/>')
_ALT = pattern(r"\balt=(?:&quot;([^&]*)&quot;|'([^']*)')")


class Slip(NamedTuple):
    """A spelling that shows no picture and plays no sound: what the author typed, and the file that it names."""

    typed: str
    file: str
    alt: str


def slips(html: str) -> Iterator[Slip]:
    """What was meant as a picture or sound, and isn't one, in the HTML that the parser made of a text."""
    for part in _CODE.split(replace_enclosed(html, FORMULA, lambda *formula: " ")):
        for mark, spelling in _SLIPS.items():
            for found in re.finditer(spelling, part, re.IGNORECASE) if mark in part else ():
                yield _slip(found)


def names_a_file(text: str) -> bool:
    """Whether `text` has a word that ends like the name of a picture or sound. Hardly any text does."""
    return _ENDING.search(text) is not None


def _slip(found: re.Match[str]) -> Slip:
    from urllib.parse import unquote

    parts = found.groupdict("")
    alt = _ALT.search(parts["text"])
    text = (alt[1] or alt[2] or "") if alt else "" if found[0].startswith("&lt;") else parts["text"]
    if size := parts.get("size"):
        text += f"|{size}"
    typed = _LINK.sub(r"[\2](\1)", _SHOWN.sub(r"![\2](\1)", found[0]))
    return Slip(*map(html_entities.unescape, (typed, unquote(parts["file"]), text)))


def spelled(file: str, alt: str = "") -> str:
    """The Markdown that shows or plays a file."""
    file = re.sub("%(?=[0-9A-Fa-f]{2})", "%25", file)
    address = f"<{file}>" if re.search(r"[()\\]", file) else file
    return f"![{alt.strip() or ('' if is_sound(file) else 'what it shows')}]({address})"


def names_in(text: str) -> Iterator[str]:
    """What may be the name of a picture or sound in `text`, in whatever spelling: the words up to each such suffix."""
    from urllib.parse import unquote

    for suffix in _ENDING.finditer(text):
        before = text[max(0, suffix.end() - 150) : suffix.end()]
        for start in _WORD_START.finditer(before):
            yield before[start.start() :]
            if "%" in before:
                yield unquote(before[start.start() :])
