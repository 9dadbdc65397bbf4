"""Checks of a deck's own style.css: what looks fine at the author's desk but breaks on a phone at night."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from studydeck.model import WARNING, Deck, Place, Problem, Text, problem
from studydeck.patterns import pattern

#: Pixels that every phone has besides a card's margins; Android's smallest screens have 320.
_NARROWEST = 300
_PIXELS = {"px": 1.0, "pt": 4 / 3, "pc": 16.0, "in": 96.0, "cm": 37.8, "mm": 3.78, "em": 20.0, "rem": 16.0, "vw": 3.2}
# Patterns for the few decks with a style; they stay strings, which `re` compiles on first use.
_NOT_CODE = r"(?s)/\*.*?(?:\*/|$)|\"(?:\\.|[^\"\\\n])*+\"?|'(?:\\.|[^'\\\n])*+'?"
_RULE = r"(?<![^{};])(?P<selectors>[^{};]*+)\{(?P<body>[^{}]*+)\}"
_WIDTH = r"(?i)(?<![\w-])(?:min-)?width\s*:\s*(?P<value>(?P<number>\d+(?:\.\d*)?|\.\d+)(?P<unit>[a-z]+))"
_COLOUR = (
    r"(?i)(?<![\w-])(?P<property>color|background(?:-color)?)\s*:"
    r"(?!\s*(?:(?:none|transparent|inherit|initial|unset|currentcolor)\b|var\())"
)
_DATA = r"\"data:[^\"\n]*\"|'data:[^'\n]*'"
_FILE = (
    r"(?i)@import\b|\burl\(\s*(?!['\"]?(?:data:|#))"
    rf"|\b(?:image-set|image|src)\((?:[^()\"']|\([^()]*\)|{_DATA})*+[\"'](?!data:)"
)
#: A file beside the style of a note type of the deck's own, which is shipped.
_BESIDE = pattern(r"url\(\s*+(['\"]?)(_[^'\"()/\\]++)\1\s*+\)", re.IGNORECASE)
_ESCAPE = r"(?s)\\(?:([0-9a-fA-F]{1,6})(?:\r\n|\s)?|.)"
_CARD = r"\.card(?![\w-])"
_NIGHT = r"(?i)\.night_?mode(?![\w-])"


def style(deck: Deck) -> Iterator[Problem]:
    """What a style.css, the deck's or one of its own note types', must not or should not contain.

    `</` could end the style, and a script could follow (an error). Fixed widths make AnkiDroid shrink the whole card;
    colours of `.card` without `.nightMode` are lost or unreadable at night; `prefers-color-scheme` follows the system,
    but Anki has a setting of its own; `url()`, `image-set()` and `@import` refer to files that Anki doesn't ship.
    """
    if isinstance(deck.style, Text):
        yield from _style(deck.style)
    for name, kind in deck.own_kinds.items():
        if kind.note_type and isinstance(css := kind.note_type.css, Text):
            yield from _style(css, deck.folder / "note-types" / name)


def _style(text: Text, beside: Path | None = None) -> Iterator[Problem]:
    """Problems of a style that goes with studydeck's, or of that of a note type whose files are `beside` it."""
    css = _code(text)
    for found in re.finditer("</|<!--", text):  # a browser ends the style at the first `</style`, in a comment or not
        message = f"'{found[0]}' isn't allowed in a style"
        yield problem("bad-style", _at(text, css, found.start()), message, "delete it")
    for found in re.finditer(r"prefers-color-scheme", css):
        message = "prefers-color-scheme follows the system, but Anki has its own setting for night mode"
        yield _warning("style-scheme", text, css, found.start(), message, "use .card.nightMode instead")
    yield from _files(text, beside)
    rules = list(re.finditer(_RULE, css))
    yield from _wide(text, css, rules)
    yield from _day_colours(text, css, rules, is_alone=beside is not None)


def _code(css: str) -> str:
    """`css` with spaces for its comments and strings."""
    return re.sub(_NOT_CODE, lambda found: re.sub(r"[^\n]", " ", found[0]), css)


def _files(text: Text, beside: Path | None) -> Iterator[Problem]:
    """Files that the style refers to, however it spells that: `\\75rl(` is `url(`; but for those `beside` it."""
    parts: list[str] = []
    places: list[int] = []  # of the characters of the parts in the text
    at = 0
    for found in re.finditer(_ESCAPE, text):
        character = chr(min(int(found[1], 16), 0x10FFFF)) if found[1] else found[0][1:]
        parts += text[at : found.start()], character if re.match(r"[a-zA-Z0-9-]", character) else "\ufffd"
        places += range(at, found.start() + 1)
        at = found.end()
    spelled = "".join((*parts, text[at:]))
    places += range(at, len(text))
    css = _code(spelled)
    for found in re.finditer(_FILE, spelled):
        shipped = _BESIDE.match(spelled, found.start()) if beside else None
        if css[found.start()] != " " and not (beside and shipped and (beside / shipped[2].strip()).is_file()):
            message = f"'{found[0]}' refers to a file that Anki doesn't ship, and phones may be offline"
            yield _warning("style-file", text, text, places[found.start()], message, "put the styles themselves here")


def _wide(text: Text, css: str, rules: list[re.Match[str]]) -> Iterator[Problem]:
    """Widths that are too wide for some phones."""
    for rule in rules:
        for found in re.finditer(_WIDTH, rule["body"]):
            if float(found["number"]) * _PIXELS.get(found["unit"].lower(), 0) <= _NARROWEST:
                continue
            message = (
                f"a width of {found['value']} is wider than some phones, and AnkiDroid shrinks the whole card to fit"
            )
            at = rule.start("body") + found.start()
            yield _warning("style-width", text, css, at, message, "use max-width, or a width in %")


def _day_colours(text: Text, css: str, rules: list[re.Match[str]], *, is_alone: bool) -> Iterator[Problem]:
    """Colours of `.card`, or of something in it, that are set for day mode only.

    Those of `.card` itself, as in Anki's own note types, give way by night to every client's (test_look.py).
    """
    by_night = {
        (target, _property(found))
        for rule in rules
        for target in _targets(rule["selectors"], night=True)
        for found in re.finditer(_COLOUR, rule["body"])
    }
    for rule in rules:
        selectors = (each for each in rule["selectors"].split(",") if not (is_alone and each.strip() == ".card"))
        targets = _targets(",".join(selectors), night=False)
        for found in re.finditer(_COLOUR, rule["body"]):
            if any((target, _property(found)) not in by_night for target in targets):
                message = f"the {found['property']} of .card is set for day mode only, and night has another background"
                at = rule.start("body") + found.start()
                yield _warning("style-colour", text, css, at, message, "set it for .card.nightMode, too")


def _targets(selectors: str, *, night: bool) -> set[str]:
    """What the selectors for the card by day, or those for the night, colour: "" for the card itself, `a` for links."""
    targets = set()
    for selector in selectors.split(","):
        if bool(re.search(_NIGHT, selector)) == night and (night or re.search(_CARD, selector)):
            last = re.split(r"[\s>+~]+", selector.strip())[-1]
            targets.add(re.sub(rf"(?:{_CARD})|(?:{_NIGHT[4:]})|^(?:html|body)$", "", last, flags=re.IGNORECASE))
    return targets


def _property(found: re.Match[str]) -> str:
    return found["property"].lower().removesuffix("-color")


def _at(text: Text, css: str, index: int) -> Place:
    starts = _line_starts(css)
    line = bisect_right(starts, index)
    return Place(text.path, line, index - starts[line - 1] + 1)


@lru_cache(1)  # asked for at every problem of a style
def _line_starts(css: str) -> list[int]:
    return [0, *(found.end() for found in re.finditer("\n", css))]


def _warning(name: str, text: Text, css: str, index: int, message: str, remedy: str) -> Problem:
    return problem(name, _at(text, css, index), message, remedy, WARNING)
