"""The end of `occlude`: a drawing's labels as parts to name, written into the card that asks for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from studydeck.commands.change import cards_in
from studydeck.files import read_bytes, write_file
from studydeck.model import Place, Text
from studydeck.reading.edit_parts import DrawnPart, with_parts
from studydeck.reading.parts import LABELS
from studydeck.reading.written import flow
from studydeck.render.labels import labels_of
from studydeck.text import slug
from studydeck.text.plain import from_plain

_LARGEST = 20_000_000  # bytes of a drawing


def parts_of(drawing: Path, ids: Sequence[str] = ()) -> list[DrawnPart]:
    """A part for each label of the drawing, or for those with these `ids` in it.

    Raises ValueError with a sentence if it has no such label or can't be read, and OSError.
    """
    try:
        labels = labels_of(read_bytes(drawing, drawing.parent, _LARGEST))
    except ValueError as error:
        raise ValueError(f"{drawing.as_posix()} {error}") from None
    if lost := next((each for each in ids if each not in {label.id for label in labels}), None):
        raise ValueError(f"{drawing.as_posix()} has no label with the id '{lost}'")
    if not labels:
        raise ValueError(f"{drawing.as_posix()} has no text label; labels that are drawn as paths can't be read")
    names: dict[str, int] = {}
    parts: list[DrawnPart] = []
    for label in labels:
        if ids and label.id not in ids:
            continue
        name = slug(label.text, "part")
        number = names[name] = names.get(name, 0) + 1
        part_id = name if number == 1 else f"{name}-{number}"
        parts.append(DrawnPart(part_id, from_plain(label.text), "rect", label.box))
    return parts


def as_yaml(parts: Sequence[DrawnPart]) -> str:
    """The parts as the items of a list."""
    return "\n".join(f"- {flow(part.values)}" for part in parts)


def write_parts(drawing: Path, parts: Sequence[DrawnPart]) -> Path:
    """Writes the parts in place of `labels` into the card that shows the drawing, and returns the section's file.

    Raises ValueError with a sentence if there isn't exactly one such card, and OSError if it can't be written.
    """
    media = next((each for each in drawing.parents if each.name == "media"), None)
    if media is None or not (media.parent / "deck.yaml").is_file():
        raise ValueError(f"{drawing.as_posix()} isn't in a deck's media folder")
    folder, name = media.parent, drawing.relative_to(media).as_posix()
    found = list(_asking(folder, name))
    if len(found) != 1:
        which = "no card has" if not found else f"{len(found)} cards have"
        raise ValueError(
            f"{which} occlude: {name} and parts: {LABELS} in {folder.as_posix()}; write that into one card"
        )
    ((path, data, at),) = found
    write_file(path, with_parts(path, data, at, parts), folder)
    return path


def _asking(folder: Path, name: str) -> Iterator[tuple[Path, bytes, Place]]:
    """The files, and the places in them, of cards that say that their parts are the labels of the drawing `name`."""
    for path in sorted(folder.glob("*.yaml")):
        data = read_bytes(path, folder)
        for card in cards_in(path.as_posix(), data):
            if card.get("occlude") == name:
                parts = card.get("parts")
                if isinstance(parts, Text) and parts == LABELS:
                    yield path, data, Place.of(card)
