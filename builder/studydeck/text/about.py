"""Whose deck it is, in Markdown: its authors, its licence, and who made its pictures and sounds.

It uses only the author's words, since a deck may be in any language.
"""

from __future__ import annotations

import re

from studydeck.model import Credit, Deck

_COMMONS = re.compile(r"CC-(BY(?:-NC)?(?:-SA|-ND)?)-(\d\.\d)")


def described(deck: Deck) -> str:
    """What Anki shows under the deck's name, in Markdown: its author's description, and whose deck it is."""
    whose = about(deck)
    return "\n\n".join(filter(None, (deck.description.rstrip(), whose))) if whose else deck.description


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
