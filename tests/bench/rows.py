"""What baselines need of a deck: `rows` for the floor, rendered by ours; `pairs` of question and answer for peers."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent / "builder"))

from studydeck.pipeline import Loaded, compile_notes, load


def rows(loaded: Loaded) -> object:
    """The rows of notes and of cards."""
    notes, cards = [], []
    for number, note in enumerate(compile_notes(loaded), start=1):
        fields = "\x1f".join(note.fields)
        notes.append((number * 512, note.identity.guid, 1, 1, " ".join(note.tags), fields, note.fields[0]))
        cards += [(number * 512 + each, number * 512, 1, each, 1, number) for each in note.ords]
    return notes, cards


def pairs(loaded: Loaded) -> object:
    """Questions and answers as plain texts."""
    cards = loaded.deck.cards
    return [(str(card.asks), "; ".join(card.answers) or "cloze") for card in cards]


if __name__ == "__main__":
    made = {"rows": rows, "pairs": pairs}[sys.argv[1]](load(Path(sys.argv[2])))
    Path(sys.argv[3]).write_bytes(pickle.dumps(made))
