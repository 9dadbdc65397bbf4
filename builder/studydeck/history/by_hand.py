"""What learners must do by hand after an import, each step with a search to paste into Anki's browser.

Anki never moves or deletes a card that it has. tests/test_plan.py runs every search in the engine.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from studydeck.model import RETIRED
from studydeck.patterns import pattern

#: What other tools write otherwise: tags, entities, sounds, and line ends.
_NO_WORDS = pattern(r"(?:<[^<>]*>|&\w{1,32};|\[sound:[^\[\]]*\]|\n)+")


class ByHand(NamedTuple):
    """A step that only the learner can do, and the search that finds its cards in Anki's browser."""

    what: str
    search: str


class Stay(NamedTuple):
    """A card that learners have: its note's guid, the deck that it is in, and that in which new learners get it."""

    guid: str
    old: str
    new: str


def by_id(note_id: str) -> str:
    """The search for a note of ours."""
    return f'"Id:{_escaped(note_id)}"'


def by_text(field: str, html: str) -> str:
    """The search for a note by the text of a field, whatever its formatting and its pictures are called."""
    words = [_escaped(each) for each in _NO_WORDS.split(html)]
    spelled = "*".join(words) if any(map(str.strip, words)) else _escaped(html)
    return f'"{_escaped(field)}:{spelled}"'


def moving(stays: Sequence[Stay], title: str, search: Callable[[str], str]) -> Iterator[ByHand]:
    """The decks to rename before the import, outermost first, and then the cards to move.

    `title` is the deck's own; `search` makes the search for a note of its guid.
    """
    renames = _renames({(each.old, each.new) for each in stays}, title)
    for old, new in renames:
        what = f"Before importing, rename the deck '{old}' to '{new}'; otherwise only new cards go there."
        yield ByHand(what, _term("deck", old))
    moves: dict[tuple[str, str], list[str]] = {}
    for each in stays:
        at = each.old
        for rename in renames:
            at = _renamed(at, rename)
        if at != each.new:
            moves.setdefault((at, each.new), []).append(each.guid)
    when = "After that" if renames else "Before or after importing"
    for (at, new), guids in moves.items():
        what = f"{when}, select these and change their deck to '{new}': Anki leaves cards where they are."
        yield ByHand(what, f"{_term('deck', at)} {_any([search(guid) for guid in guids])}")


def retired(tag: str) -> ByHand:
    """The cards that are shipped one last time with the tag `tag::retired`."""
    return ByHand("After importing, suspend or delete the retired cards.", _tag(tag + RETIRED))


def gone(searches: Sequence[str], note_types: Sequence[str]) -> ByHand:
    """The cards that are no longer shipped; `note_types` are their note types' present and future names."""
    what = "These cards are no longer in the deck, and stay with learners. Suspend or delete them if you like, "
    # Anki drops quotes from their names (tests/test_plan.py, "decks of any name").
    names = [_term("note", each.replace('"', "")) for each in note_types]
    return ByHand(f"{what}before or after importing.", f"{_any(names)} {_any(searches)}")


def empty(searches: Sequence[str]) -> ByHand:
    """The notes that had more cards: those of a gap or a reversal that was dropped stay, and are empty."""
    what = "After importing, choose Tools › Empty Cards in Anki: some gaps, parts or reversals of these were dropped, "
    return ByHand(f"{what}and their cards are empty.", _any(searches))


def _renames(pairs: set[tuple[str, str]], title: str) -> list[tuple[str, str]]:
    """The decks that can be renamed as a whole, from `pairs` of where cards are and where they should be."""
    found: list[tuple[str, str]] = []
    while True:
        stems = sorted({_stem(old, new, title) for old, new in pairs if old != new})
        whole = next((stem for stem in stems if _whole(stem, pairs)), None)
        if whole is None:
            return found
        found.append(whole)
        pairs = {(_renamed(old, whole), new) for old, new in pairs}


def _stem(old: str, new: str, title: str) -> tuple[str, str]:
    """Two decks without the trailing subdecks that they share by name, but never above the deck's own title."""
    olds, news = old.split("::"), new.split("::")
    while len(olds) > 1 and len(news) > len(title.split("::")) and olds[-1] == news[-1]:
        del olds[-1], news[-1]
    return "::".join(olds), "::".join(news)


def _whole(rename: tuple[str, str], pairs: set[tuple[str, str]]) -> bool:
    """Whether all cards below the old deck should be below the new one, and no deck has that name yet."""
    old, new = rename
    free = not _below(new, old) and not any(_below(at, new) for at, _ in pairs)
    return free and all(_below(to, new) for at, to in pairs if _below(at, old))


def _renamed(name: str, rename: tuple[str, str]) -> str:
    old, new = rename
    return new + name[len(old) :] if _below(name, old) else name


def _below(name: str, deck: str) -> bool:
    """Whether `name` is the deck or one of its subdecks."""
    return name == deck or name.startswith(f"{deck}::")


def _any(terms: Sequence[str]) -> str:
    return f"({' OR '.join(terms)})" if len(terms) > 1 else terms[0]


def _tag(name: str) -> str:
    """A search for a tag, without quotes where Anki needs none."""
    return f"tag:{name}" if re.fullmatch(r"[^\W_][^\W_:.-]*(?:(?:::|[.-])[^\W_]+)*", name) else _term("tag", name)


def _term(key: str, value: str) -> str:
    return f'{key}:"{_escaped(value)}"'


def _escaped(text: str) -> str:
    """`text` escaped for a quoted term in Anki's search, where `*` and `_` are wildcards."""
    return re.sub(r'([\\"*_])', r"\\\1", text)
