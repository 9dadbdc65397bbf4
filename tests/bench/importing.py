"""Importing, as an author does it once: a package of Anki's with pictures, and a table full of signs."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from pathlib import Path

import genanki
from decks import text

NOTES, PICTURES = 10_000, 2_000
#: What Anki's editor makes of an answer, and how often.
_SHAPES = {
    "{}": 40,
    "{}<br>{}": 15,
    "<div>{}</div><div>{}</div>": 10,
    "<b>{}</b> {}": 15,
    "{}&nbsp;<i>{}</i>": 8,
    "<ul><li>{}</li><li>{}</li></ul>": 6,
    r"{} \(x^2 + \frac{{1}}{{2}}\)": 4,
    '<span style="color: rgb(255, 0, 0);">{}</span> {}': 2,
}
_SIGNS = ("*", "_", "[", "]", "<", "`", "#", "1.", "$", "~", "|", "\\", "- ")


def make_package(path: Path) -> None:
    """Writes a package of NOTES notes, of which PICTURES have one of their own."""
    draw = random.Random(7)
    names = [{"name": name} for name in ("Front", "Back", "Extra")]
    template = {"name": "Card 1", "qfmt": "{{Front}}", "afmt": "{{FrontSide}}<hr id=answer>{{Back}}{{Extra}}"}
    model = genanki.Model(1_607_392_319, "Bench", fields=names, templates=[template])
    folder = path.parent / "pictures"
    folder.mkdir(parents=True)
    package = genanki.Package([])
    decks: list[genanki.Deck] = [genanki.Deck(2_059_400_110 + n, f"Bench::Part {n}") for n in range(20)]
    for number in range(NOTES):
        shape = draw.choices(list(_SHAPES), list(_SHAPES.values()))[0]
        answer = shape.format(*(text(draw, 10, 120) for _ in range(shape.count("{}"))))
        if number % (NOTES // PICTURES) == 0:
            picture = folder / f"picture {number}.png"
            picture.write_bytes(b"\x89PNG\r\n\x1a\n" + draw.randbytes(5_000))
            package.media_files.append(str(picture))
            answer += f'<br><img src="{picture.name}">'
        fields = [f"{text(draw, 50, 105).capitalize()} {number}?", answer, text(draw, 10, 80) * (number % 3 == 0)]
        decks[number % 20].add_note(genanki.Note(model, fields, guid=f"guid{number}", tags=["one::two", "three"]))
    package.decks = decks
    package.write_to_file(path, timestamp=1_690_000_000)


def make_table(path: Path) -> None:
    """Writes a table of NOTES rows, whose cells have signs that mean something in Markdown."""
    draw = random.Random(7)
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["Question", "Answer"])
        for number in range(NOTES):
            rows.writerow([f"{_signed(draw, 50, 105)} {number}?", _signed(draw, 20, 250)])


def _signed(draw: random.Random, least: int, most: int) -> str:
    """A text with a sign beside every other word."""
    return " ".join(f"{draw.choice(_SIGNS)}{word}" if draw.random() < 0.5 else word
                    for word in text(draw, least, most).split())  # fmt: skip


def files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Files to import, made in `folder`, each with what it is."""
    folder.mkdir(parents=True)
    make_package(folder / "theirs.apkg")
    yield f"import, {NOTES:,} notes with {PICTURES:,} pictures", folder / "theirs.apkg"
    make_table(folder / "signs.csv")
    yield f"import, a table of {NOTES:,} rows full of signs", folder / "signs.csv"
