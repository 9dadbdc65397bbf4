"""The end of `ids`: the cards without an id, and the ids that the lock gave them."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from studydeck.files import read_bytes, write_files
from studydeck.model import Place
from studydeck.pipeline import Loaded


class Unnamed(NamedTuple):
    """A card without an id from its author: where it starts, what it asks, and the id that the lock gave it, if any.

    `written` is what its `id:` has to be: of an item of a list, the part after the list's id.
    """

    place: Place
    text: str
    id: str | None

    @property
    def written(self) -> str:
        return (self.id or "").rpartition("/")[2]


def unnamed(loaded: Loaded) -> list[Unnamed]:
    """The cards without an id, in study order, with the ids under which learners have them.

    The lines of a text that is a list can't have any.
    """
    return [
        Unnamed(card.place, card.called, identity.id if identity.id in loaded.lock.notes else None)
        for card, identity in zip(loaded.deck.cards, loaded.identities, strict=True)
        if card.id is None and identity is not None and not (card.item and card.item.of_text)
    ]


def write_ids(loaded: Loaded) -> list[Unnamed]:
    """Writes the ids that the lock gave into the YAML, and returns the cards that now have one.

    Nothing else of the files changes, nor the lock, so the next package is the same to the byte. Raises ValueError for
    a deck with errors, or with a sentence if a file can't take an id, and OSError if it can't be written.
    """
    from studydeck.reading.edit import with_ids

    loaded.refuse_errors()
    named = [card for card in unnamed(loaded) if card.id is not None]
    edits: dict[Path, bytes] = {}
    by_file: dict[str, list[Unnamed]] = {}
    for card in named:
        by_file.setdefault(card.place.path, []).append(card)
    for shown_path, cards in by_file.items():
        path = loaded.deck.folder / Path(shown_path).name
        ids = {card.place: card.written for card in cards}
        if len(ids) < len(cards):
            raise ValueError(f"{path} repeats a card by an alias; write the second card out, with an id of its own")
        edits[path] = with_ids(path, read_bytes(path, loaded.deck.folder), ids)
    write_files(edits, loaded.deck.folder)
    return named
