"""How an element of somebody's HTML makes its text look, as far as Markdown can say it; and what it can't say.

Editors and word processors write much that nobody sees: black text, a font that all text has, margins of nothing. That
counts as nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import quote

from studydeck.patterns import pattern


class Look(NamedTuple):
    """How a piece of text looks: its marks, whether it is raised or lowered, where it links to.

    `aside` is what Markdown can't say: pairs of a word for it and its value. It is part of no comparison.
    """

    marks: frozenset[str] = frozenset()
    raised: tuple[str, ...] = ()
    link: tuple[str, str] | None = None  # its address and title
    aside: frozenset[tuple[str, str]] = frozenset()


PLAIN = Look()
BOLD, ITALIC, UNDERLINED, STRUCK, HIGHLIGHTED, CODE, KEY = (
    "bold", "italic", "underline", "strikethrough", "highlight", "code", "key",
)  # fmt: skip
#: Marks that show on a blank, too.
ON_BLANKS = frozenset((UNDERLINED, STRUCK, HIGHLIGHTED, CODE, KEY))
_MARKS = {
    "b": BOLD, "strong": BOLD, "i": ITALIC, "em": ITALIC, "cite": ITALIC, "var": ITALIC, "dfn": ITALIC,
    "u": UNDERLINED, "ins": UNDERLINED, "s": STRUCK, "strike": STRUCK, "del": STRUCK, "mark": HIGHLIGHTED,
    "code": CODE, "tt": CODE, "samp": CODE, "kbd": KEY,
}  # fmt: skip
#: What may be the same all over a text without showing: then it is the look of the card rather than of a word.
OF_ALL = frozenset(("font", "font size", "alignment", "direction", "line height"))
_SIZES = {"big": "1.2em", "small": "0.8em"}
_LIKE_TEXT = pattern(
    r"""["']?(?:arial|helvetica|times|serif|sans|calibri|cambria|verdana|tahoma|georgia|segoe|roboto|open\ sans|lato
    |inherit|initial|-apple-system|system-ui|ubuntu|noto\ (?:sans|serif)["']?(?:,|$)|liberation|dejavu|garamond|palatino
    |trebuchet|book\ antiqua|lucida\ (?:grande|sans)|source\ sans|inter\b|var\(|ui-sans|\.sf|\.applesystem|lora
    |merriweather|aptos|century)""",
    re.VERBOSE,
)
_NOTHING = frozenset(
    ("", "0", "0px", "0pt", "0em", "0in", "0cm", "0%", "normal", "none", "auto", "inherit", "initial", "unset",
    "revert",
     "baseline", "start", "left", "justify", "-webkit-auto", "-webkit-left", "100%", "1em", "medium", "transparent",
     "ltr",
     "currentcolor", "-webkit-standard", "0px none", "inline", "visible")
)  # fmt: skip
#: Properties that change nothing that learners would miss.
_UNSEEN = pattern(
    r"""(?:mso-|-webkit-|-moz-|-ms-|--|font-(?:variant|stretch|feature|kerning|optical|synthesis|variation|size-adjust)
    |background-(?:position|repeat|size|origin|clip|attachment|image)|text-(?:size-adjust|rendering|underline|autospace)
    |text-decoration-(?:style|thickness|color|skip)|text-justify|text-wrap|page-break|break-|tab-|outline|caret|cursor
    |padding-(?:top|bottom|right)|margin-(?:top|bottom|right)|overflow|border-(?:collapse|spacing|radius|image)
    |punctuation|orphans|widows|word-(?:break|wrap|spacing)|letter-spacing|hyphens|box-sizing|layout-grid|tab-stops
    |list-style-position|unicode-bidi|min-width|min-height|line-break|white-space-collapse|transition|user-select
    |speak|zoom|clear|quotes
    |scroll|counter|forced|print|-epub|ruby|nav|object|resize|image-rendering|will-change|appearance)""",
    re.VERBOSE,
)
_RGB = pattern(r"rgba?\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)(?:[\s,/]+(\d*\.?\d+)%?)?\s*\)")
_HEX = pattern(r"#?([0-9a-f]{6}|[0-9a-f]{3})")
_NAMED = {"black": (0, 0, 0), "white": (255, 255, 255), "yellow": (255, 255, 0), "windowtext": (0, 0, 0)}
_NUMBER = pattern(r"(-?[\d.]+)(px|pt|em|rem|%|ex|in|cm)?")
_PIXELS = {"px": 1.0, "pt": 4 / 3, "em": 16.0, "rem": 16.0, "%": 0.16, "ex": 8.0, "in": 96.0, "cm": 37.8}
_SIZES_IN_WORDS = {"x-small": "10px", "small": "13px", "smaller": "13px", "large": "18px", "larger": "19px"}
_PX_OF_TEXT = (11, 23)
_FONT_SIZES = {"1": "x-small", "2": "small", "3": "", "4": "large", "5": "x-large", "6": "xx-large", "7": "xxx-large"}


def declarations(style: str) -> dict[str, str]:
    """The properties of a `style` attribute, in lower case."""
    pairs = (each.partition(":") for each in style.lower().split(";"))
    return {name.strip(): value.replace("!important", "").strip() for name, colon, value in pairs if colon}


def changed(look: Look, name: str, attributes: Mapping[str, str]) -> Look:
    """The look of the text in an element inside text of this look."""
    if name in _MARKS:
        look = look._replace(marks=look.marks | {_MARKS[name]})
    elif name in ("sub", "sup"):
        look = look._replace(raised=(*look.raised, name))
    elif name == "a" and attributes.get("href"):
        look = look._replace(link=(address(attributes["href"]), attributes.get("title", "")))
    elif name == "center":
        look = _aside(look, "alignment", "center")
    elif name in _SIZES:
        look = _aside(look, "font size", _SIZES[name])
    elif name == "q":
        look = _aside(look, "quotation marks", "q")
    if not attributes:
        return look
    if name == "font":
        face, size = attributes.get("face", ""), _FONT_SIZES.get(attributes.get("size", "3"), "other")
        look = _styled(_styled(look, "font-family", face.lower()), "font-size", size)
        look = _styled(look, "color", attributes.get("color", "").lower())
    if "align" in attributes and name not in ("img", "table", "td", "th"):
        look = _styled(look, "text-align", attributes["align"].lower())
    if attributes.get("dir", "").lower() in ("rtl", "ltr"):
        look = _styled(look, "direction", attributes["dir"].lower())
    if "hidden" in attributes:
        look = _aside(look, "hidden text", "hidden")
    if "style" in attributes and name != "img":
        for each, value in declarations(attributes["style"]).items():
            if not (name in ("td", "th", "table") and each in ("text-align", "width", "height", "vertical-align")):
                look = _styled(look, each, value)
    return look


def address(href: str) -> str:
    """A link's address as comrak writes it."""
    return quote(href.strip(), safe="%$_.+!*'(),~=:/?#@;&-")


def _aside(look: Look, word: str, value: str) -> Look:
    others = frozenset(each for each in look.aside if each[0] != word)
    return look._replace(aside=others | {(word, value)} if value else others)


def _marked(look: Look, mark: str, has: bool) -> Look:
    return look._replace(marks=look.marks | {mark} if has else look.marks - {mark})


def _styled(look: Look, name: str, value: str) -> Look:
    """`look` with one property of CSS."""
    if not value or _UNSEEN.match(name):
        return look
    match name:
        case "font-weight":
            bold = value in ("bold", "bolder") or (value.isdecimal() and int(value) >= 600)
            return look if value == "inherit" else _marked(look, BOLD, bold)
        case "font-style":
            return look if value == "inherit" else _marked(look, ITALIC, value.startswith(("italic", "oblique")))
        case "text-decoration" | "text-decoration-line":
            look = _marked(look, UNDERLINED, True) if "underline" in value else look
            return _marked(look, STRUCK, True) if "line-through" in value else look
        case "vertical-align":
            raised = {"sub": "sub", "super": "sup"}.get(value)
            return look._replace(raised=(*look.raised, raised)) if raised else look
        case "background-color" | "background":
            return _on(look, value)
        case "color":
            return look if value in ("inherit", "unset") else _aside(look, "colour", "" if _is_dark(value) else value)
        case "font-family":
            return _aside(look, "font", "" if _LIKE_TEXT.match(value.strip()) else value)
        case "font-size":
            return _sized(look, value)
        case "text-align":
            return _aside(look, "alignment", "" if value in _NOTHING else value)
        case "direction":
            return _aside(look, "direction", value)
        case "line-height":
            return look
        case "white-space":
            return _aside(look, "line breaks", value if value.startswith("pre") else "")
        case "margin-left" | "padding-left" | "text-indent" | "margin" | "padding" | "padding-inline-start":
            return _aside(look, "indentation", value) if _px(value.split()[-1]) > 4 else look
        case "display":
            hidden = value == "none"
            return _aside(look, "hidden text", value) if hidden else look
        case "visibility" | "opacity":
            return _aside(look, "hidden text", value) if value in ("hidden", "0") else look
        case "list-style-type" | "list-style":
            return look if value in ("disc", "decimal", "circle", "square") else _other(look, name, value)
    return _other(look, name, value)


def _other(look: Look, name: str, value: str) -> Look:
    plain = value in _NOTHING or re.match(r"(?:0px|medium|none|0)\b", value) or name in ("width", "height", "max-width")
    return look if plain else _aside(look, name.removesuffix("-style").split("-")[0], value)


def _px(value: str) -> float:
    found = _NUMBER.fullmatch(value)
    try:
        return float(found[1]) * _PIXELS.get(found[2] or "px", 1) if found else 0
    except ValueError:
        return 0


def _sized(look: Look, value: str) -> Look:
    if value in ("inherit", "unset"):
        return look
    plain = value in _NOTHING or 0.9 <= _px(value) / 16 <= 1.1
    return _aside(look, "font size", "" if plain else value)


def of_all(word: str, value: str) -> bool:
    """Whether what is aside is no loss if all of a text has it."""
    if word == "font size":
        return _PX_OF_TEXT[0] <= _px(_SIZES_IN_WORDS.get(value, value)) <= _PX_OF_TEXT[1]
    return word in OF_ALL


def _rgb(value: str) -> tuple[int, int, int] | None:
    if found := _RGB.match(value):
        if found[4] and float(found[4]) == 0:
            return None
        return int(found[1]), int(found[2]), int(found[3])
    if found := _HEX.fullmatch(value):
        digits = found[1] if len(found[1]) == 6 else "".join(each * 2 for each in found[1])
        return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)
    return _NAMED.get(value)


def _is_dark(value: str) -> bool:
    """Whether a text's colour is black, or the dark grey that pages have for it."""
    rgb = _rgb(value)
    if value in ("initial", "windowtext", "currentcolor") or value.startswith("var("):
        return True
    return rgb is not None and max(rgb) <= 0x66 and max(rgb) - min(rgb) <= 0x20


def _on(look: Look, value: str) -> Look:
    """A text's background: nothing if it is white or can't be seen, a highlight if it is yellow."""
    rgb = _rgb(value.split(" ")[0] if not value.startswith("rgb") else value)
    if rgb is None:
        seen = value.split(" ")[0] not in _NOTHING and not value.startswith(("rgba", "var(", "url("))
        return _aside(look, "background colour", value if seen else "")
    red, green, blue = rgb
    if min(rgb) >= 0xEE:
        return _aside(look, "background colour", "")
    if red >= 0xE0 and green >= 0xD0 and blue <= 0xB0 and red - blue >= 0x50:
        return _marked(look, HIGHLIGHTED, True)
    return _aside(look, "background colour", value)
