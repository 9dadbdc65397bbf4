"""The end of `fork`: makes a copy of a deck a separate deck, which learners can have beside the original."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from studydeck.files import read_bytes, write_files
from studydeck.history import LOCK_FILE, keeps_name
from studydeck.history.identity import number_from
from studydeck.model import Card, Deck
from studydeck.patterns import pattern
from studydeck.pipeline import load
from studydeck.reading.edit import with_values
from studydeck.reading.edit_values import with_card_values
from studydeck.reading.own_types import FILE as NOTE_TYPE
from studydeck.reading.own_types import FOLDER as NOTE_TYPES

#: A line as reading/written.py writes it; in an author's own text one would be further in.
_COMMENTED = pattern(rb"^  #   guid: .*(?:\n|\Z)", re.MULTILINE)


class Forked(NamedTuple):
    """A deck of its own: its name, how many cards lost their `guid:`, and those that it still makes the original's."""

    name: str
    without_guid: int
    still_the_originals: list[Card]


def fork_deck(folder: Path, uid: str, name: str | None) -> Forked:
    """Writes a new uid and name into deck.yaml, new ids of its own note types, and deletes guids and the deck.lock.

    Without a `name`, a copy that still has the original's is called a copy: Anki would put both into one deck. Raises
    ValueError with a sentence if the deck has errors other than those of a copy, or deck.yaml can't take the values;
    OSError if a file can't be written. Then nothing is changed.
    """
    loaded = load(folder, judge=False)
    loaded.refuse_errors("changed-uid")
    deck = loaded.deck
    if name is None and keeps_name(deck, loaded.lock):
        name = f"{deck.title} (copy)"
    values = {folder / "deck.yaml": {"uid": uid} | ({"deck": name} if name is not None else {})}
    for each, kind in deck.own_kinds.items():
        values[folder / NOTE_TYPES / each / NOTE_TYPE] = {"id": str(number_from("note type", uid, kind.key))}
    files = {path: with_values(path, read_bytes(path, folder), new) for path, new in values.items()}
    cards = [card for card in deck.cards if card.guid is not None]
    deleted = _without_guids(folder, cards)
    left = [card for card in cards if folder / Path(card.place.path).name not in deleted]
    files |= _without_commented_guids(deck, deleted)
    write_files(files, folder)
    (folder / LOCK_FILE).unlink(missing_ok=True)
    for pending in folder.glob(f".{LOCK_FILE}.*.pending"):
        pending.unlink()
    return Forked(str(deck.title) if name is None else name, len(cards) - len(left), left)


def _without_guids(folder: Path, cards: Iterable[Card]) -> dict[Path, bytes]:
    """The section files without the `guid:` of these cards, but for files in which more would have to change."""
    files: dict[Path, bytes] = {}
    for file, some in groupby(cards, lambda card: Path(card.place.path).name):
        path = folder / file
        try:
            files[path] = with_card_values(
                path, read_bytes(path, folder), {card.place: {"guid": None} for card in some}, ("guid",)
            )
        except ValueError:
            continue
    return files


def _without_commented_guids(deck: Deck, files: Mapping[Path, bytes]) -> dict[Path, bytes]:
    """`files`, and the deck's others that change, without the `guid:` of the cards that `import` made comments of."""
    changed = dict(files)
    for section in deck.sections:
        path = deck.folder / Path(section.place.path).name
        data = files[path] if path in files else read_bytes(path, deck.folder)
        if (without := _COMMENTED.sub(b"", data)) != data:
            changed[path] = without
    return changed
