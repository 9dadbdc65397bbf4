"""Whose deck it is, in Markdown: its authors, its licence, and who made its pictures and sounds.

It uses only the author's words, since a deck may be in any language.
"""

from __future__ import annotations

import re

from studydeck.model import Credit, Deck
from studydeck.patterns import pattern

#: A line of Markdown: marks of quotes, its indentation, marks of lists' items, and the rest.
_LINE = pattern(r"((?: {0,3}>)*)( *)((?:(?:[-+*]|\d{1,9}[.)]) {1,4}(?=\S))*)(.*)", re.DOTALL)
_FENCE = pattern(r"`{3,}|~{3,}")
#: What is no line of a paragraph, or may not be one.
_NO_TEXT = pattern(r"`{3}|~{3}|(?:[-+*]|\d{1,9}[.)]|#{1,6})(?: |$)|[-=_* ]+$|[<>]|.*(?:\||\]:)")
_WIDE = r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uff60]"  # a string, compiled on first use, which takes a millisecond
_COMMONS = pattern(r"CC-(BY(?:-NC)?(?:-SA|-ND)?)-(\d\.\d)")


def described(deck: Deck) -> str:
    """What Anki shows under the deck's name, in Markdown: its author's description, and whose deck it is."""
    whose, said = about(deck), flowing(deck.description)
    return "\n\n".join(filter(None, (said.rstrip(), whose))) if whose else said


def flowing(markdown: str) -> str:
    """Markdown with each paragraph on one line, since Anki keeps the line ends of a description.

    What isn't surely the next line of a paragraph stays on its own: code, tables, HTML, lists' items, and what follows
    a line break that is marked as one by two spaces or a backslash.
    """
    lines: list[list[str]] = []
    fence, paragraph = "", -1  # in how many quotes the paragraph is that the next line may continue; -1 for none
    for line in markdown.split("\n"):
        quotes, indent, items, text = _LINE.match(line).groups()  # type: ignore[union-attr]  # it matches any line
        depth = quotes.count(">")
        plain = bool(text) and not fence and not _NO_TEXT.match(text)
        if plain and not items and paragraph == depth:
            lines[-1] += (_between(lines[-1][-1], text), text)
        else:
            lines.append([line])
            plain = plain and (bool(items) or len(indent) < 4)
        paragraph = depth if plain and not line.endswith(("  ", "\\")) else -1
        if mark := _FENCE.match(text):
            fence = mark[0] if not fence else "" if text.startswith(fence) else fence
    return "\n".join(map("".join, lines))


def _between(before: str, after: str) -> str:
    """What parts two lines when they become one: nothing between Chinese or Japanese characters."""
    return "" if re.match(_WIDE, before[-1:]) and re.match(_WIDE, after) else " "


def about(deck: Deck) -> str:
    """Whose deck it is, in Markdown; empty if the deck doesn't say. No name turns into markup."""
    deck_line = " · ".join(filter(None, (", ".join(map(literal, deck.authors)), _licence(deck.license))))
    credit_lines = "\n".join(f"- {literal_line(name)}: {_credit(each)}" for name, each in deck.credits.items())
    return "\n\n".join(filter(None, (deck_line and _unmarked(deck_line), credit_lines)))


def literal(text: str) -> str:
    """`text` in Markdown that shows it as it is, within a line."""
    return re.sub(r"([\\`*_{}\]<>~^=|&$])", r"\\\1", text).replace("[", "&#91;")  # `\[` would start a formula


def literal_line(text: str) -> str:
    """`text` in Markdown that shows it as it is, at the start of a line or of a list's item, too."""
    return _unmarked(literal(text))


def _unmarked(line: str) -> str:
    """A line of Markdown that starts no list and no heading."""
    return re.sub(r"^(\d+(?=[.)](?:\s|$))|(?=[#+-]))", r"\1\\", line)


def _credit(credit: Credit) -> str:
    return " · ".join(filter(None, (literal(credit.author), _licence(credit.license), _link(credit.url))))


def _licence(name: str) -> str:
    """A licence's name; those of Creative Commons require a link to their text."""
    if name == "CC0-1.0":
        return f"[{literal(name)}](<https://creativecommons.org/publicdomain/zero/1.0/>)"
    if commons := _COMMONS.fullmatch(name):
        return f"[{literal(name)}](<https://creativecommons.org/licenses/{commons[1].lower()}/{commons[2]}/>)"
    return literal(name)


def _link(url: str) -> str:
    """A link to an address, under the name of its host."""
    if not url:
        return ""
    host = url.partition("://")[2].partition("/")[0].partition("?")[0].rpartition("@")[2]
    return f"[{literal(host)}](<{url.replace('&', '&amp;').replace(chr(92), '%5C')}>)"
