"""What the preview's Save does: parts of a picture that were drawn, written into the card's file."""

from __future__ import annotations

from pathlib import Path

from studydeck.files import read_bytes, write_file
from studydeck.model import Place, shown
from studydeck.pipeline import load
from studydeck.preview.server import Saved
from studydeck.reading.edit_parts import DrawnPart, parts_at, with_parts
from studydeck.reading.tree import read_tree


def save_parts(folder: Path, saved: Saved) -> None:
    """Writes the parts into the deck in `folder`: into this note's card, and nothing else.

    Raises ValueError with a sentence if the card's parts aren't those any more that the page showed, or if they can't
    be written.
    """
    place = _place_of(folder, saved.note)
    path = folder / Path(place.path).name
    try:
        data = read_bytes(path, folder)
        tree, problems = read_tree(shown(path), data)
        there = parts_at(tree, place, problems)
        if problems:
            raise ValueError(f"{problems[0].path} has errors; fix them first")
        if there != tuple(DrawnPart(*each) for each in saved.before):
            raise ValueError(
                f"the parts in {shown(path)} have changed since they were opened here; copy yours, then close this and "
                "open it again"
            )
        write_file(path, with_parts(path, data, place, [DrawnPart(*each) for each in saved.parts]), folder)
    except OSError as error:
        raise ValueError(f"{shown(path)} can't be written ({error.strerror or error})") from None


def _place_of(folder: Path, note: str) -> Place:
    """Where the card starts whose note has this id."""
    loaded = load(folder, judge=False)
    for card, identity in zip(loaded.deck.cards, loaded.identities, strict=True):
        if identity is not None and identity.id == note and card.kind.masks:
            return card.place
    if loaded.errors:
        raise ValueError(f"{loaded.errors[0].path} has errors; fix them first")
    raise ValueError(f"the deck has no picture with parts '{note}' any more")
