"""Twenty decks of 200 cards, of which one is awkward and another is edited: `make bench BENCH="--decks"`."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from decks import edit_deck, make_deck

COUNT, CARDS = 20, 200
_PICTURE = "<svg xmlns='http://www.w3.org/2000/svg'/>"
_EDITED = 7


def make_decks(home: Path) -> list[Path]:
    """Writes the decks; of the last one, `AWKWARD` makes what it should be."""
    folders = [home / "cards" / f"deck-{number:02}" for number in range(COUNT)]
    for number, folder in enumerate(folders):
        make_deck(folder, CARDS, seed=number)
        (folder / "deck.yaml").write_text(f"deck: Bench {number}\nuid: bench{number:010}\nlanguage: en\n")
    return folders


def _unused(deck: Path) -> None:
    (deck / "media" / "unused.svg").write_text(_PICTURE)


def _material(deck: Path) -> None:
    """A material, of which each card has its sentence; `source stamp` makes its lock."""
    sentences = "\n\n".join(f"This is sentence number {number} of it." for number in range(CARDS))
    first = sorted(deck.glob("section-*.yaml"))
    (deck / "deck.yaml").write_text((deck / "deck.yaml").read_text() + "material: {path: article.md}\n")
    (deck / "article.md").write_text("\n\n".join(f"# Section {n}\n\n{sentences}" for n in range(len(first))))
    for path in first:
        head, *cards = re.split(r"(?m)^(?=  - id: )", path.read_text())
        lines = (card.replace("\n", f"\n    source: p{number}s1\n", 1) for number, card in enumerate(cards, start=1))
        path.write_text("".join([head, *lines]))


def _guids(deck: Path) -> None:
    """The author wrote a guid on each card, as in a deck that was taken over."""
    for path in deck.glob("section-*.yaml"):
        path.write_text(re.sub(r"(?m)^(  - id: (.*))$", r"\1\n    guid: guid-of-\2", path.read_text()))


#: What another deck is like than the one that is edited.
AWKWARD: dict[str, Callable[[Path], None]] = {
    "plain": lambda deck: None,
    "an unused picture": _unused,
    "a material": _material,
    "guids": _guids,
}


def _section(deck: Path, number: int) -> None:
    card = f"  - {{id: new-{number}, question: What is new in section {number}?, answer: This}}\n"
    (deck / f"section-9{number:03}.yaml").write_text(f"section: New {number}\ncards:\n{card}")


def _picture(deck: Path, number: int) -> None:
    (deck / "media" / f"new-{number}.svg").write_text(f"{_PICTURE}{' ' * number}")
    card = f"  - {{id: shown-{number}, question: 'What is it? ![It](new-{number}.svg)', answer: It {number}}}\n"
    path = min(deck.glob("section-*.yaml"))
    path.write_text(path.read_text() + card)


#: What is done to the deck that is edited.
EDITS: dict[str, Callable[[Path, int], None]] = {
    "an answer": edit_deck,
    "a new section": _section,
    "a new picture": _picture,
}
