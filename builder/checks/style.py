"""Checks of a deck's own style.css: what looks fine at the author's desk and breaks on a phone at night."""

from __future__ import annotations

import re
from collections.abc import Iterator

from builder.model import WARNING, Deck, Place, Problem, Text, problem

_RULE = re.compile(r"(?:^|[{};])\s*(?P<selectors>[^{};@]+)\{(?P<body>[^{}]*)\}")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_WIDTH = re.compile(r"(?<![\w-])(?:min-)?width\s*:\s*(?P<value>[\d.]+(?:px|pt|cm|mm|in|vw))")
_COLOUR = re.compile(r"(?<![\w-])(?P<property>color|background(?:-color)?)\s*:")
_CARD = re.compile(r"\.card(?![\w-])")


def style(deck: Deck) -> Iterator[Problem]:
    """What the deck's style.css must not or should not hold.

    A `<` could end the style and start a script (an error). Fixed widths make AnkiDroid shrink the whole card;
    colours of `.card` without `.nightMode` are lost or unreadable at night; `prefers-color-scheme` asks the
    system, and Anki's night mode is a setting of its own; `url()` and `@import` name what Anki doesn't ship.
    """
    if deck.style is None:
        return
    css = _COMMENT.sub(lambda comment: re.sub(r"[^\n]", " ", comment[0]), deck.style)
    for found in re.finditer("<", css):
        yield problem("bad-style", _at(deck.style, css, found.start()), "'<' can't stand in a style", "delete it")
    for found in re.finditer(r"prefers-color-scheme", css):
        message = "prefers-color-scheme asks the system, and Anki's night mode is a setting of its own"
        yield _warning("style-scheme", deck.style, css, found.start(), message, "write .card.nightMode instead")
    for found in re.finditer(r"@import|url\(\s*(?!['\"]?_)", css):
        message = f"'{found[0]}' names a file that Anki doesn't ship, and phones study offline"
        yield _warning("style-file", deck.style, css, found.start(), message, "write the style itself here")
    for found in _WIDTH.finditer(css):
        message = f"a width of {found['value']} is wider than some phone, and AnkiDroid shrinks the whole card to fit"
        yield _warning("style-width", deck.style, css, found.start(), message, "write max-width, or a width in % or em")
    yield from _day_colours(deck.style, css)


def _day_colours(text: Text, css: str) -> Iterator[Problem]:
    """Colours that `.card` has by day only."""
    rules = [(rule["selectors"].strip(), rule) for rule in _RULE.finditer(css)]
    by_night = {
        property_["property"].removesuffix("-color")
        for selectors, rule in rules
        if "nightMode" in selectors or "night_mode" in selectors
        for property_ in _COLOUR.finditer(rule["body"])
    }
    for selectors, rule in rules:
        if not _CARD.search(selectors) or "night" in selectors:
            continue
        for found in _COLOUR.finditer(rule["body"]):
            if found["property"].removesuffix("-color") not in by_night:
                message = f"the {found['property']} of .card is set for day alone, and night has another background"
                at = rule.start("body") + found.start()
                yield _warning("style-colour", text, css, at, message, "set it for .card.nightMode, too")


def _at(text: Text, css: str, index: int) -> Place:
    return Place(text.path, css.count("\n", 0, index) + 1, index - css.rfind("\n", 0, index))


def _warning(name: str, text: Text, css: str, index: int, message: str, remedy: str) -> Problem:
    return problem(name, _at(text, css, index), message, remedy, WARNING)
