"""Notes to an .apkg file. The only package that imports genanki.

genanki makes note types, decks and the package; the subclasses in anki.py add their own stamps, ids and rows, and say
why; light.py imports genanki in half the time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from studydeck.model import NOTHING_KEPT, Deck, Kept, MediaFile, NoteType, Shipped
from studydeck.package.anki import StudyDeck, StudyModel, StudyPackage
from studydeck.text import described
from studydeck.timings import stage


@stage("package", lambda cards: cards)
def write_package(
    path: Path,
    deck: Deck,
    decks: Iterable[str],
    note_types: Sequence[tuple[NoteType, int]],
    notes: Iterable[Shipped],
    media: Sequence[MediaFile],
    kept: Kept = NOTHING_KEPT,
) -> int:
    """Writes the package of `deck` to `path`: the same arguments make the same bytes. Returns its number of cards.

    The `notes` are in the order of their ids, and are consumed one by one. `decks` are the names of Anki's decks in the
    package, `deck`'s own first; `note_types` have their stamps in seconds.
    The `kept` ranges of positions are copied from the last package, with the same bytes as if they were in `notes`.
    Raises OSError if the file can't be written, or the last package or a media file can't be read.
    """
    base = note_types[0][0].id + 1000
    named = {name: StudyDeck(base + n, name) for n, name in enumerate(decks)}
    first = named[str(deck.title)]
    first.description = described(deck)
    models = {note_type.key: StudyModel(note_type, stamp) for note_type, stamp in note_types}
    for model in models.values():
        first.add_model(model)
    package = StudyPackage(named, models, notes, media, kept)
    package.write_to_file(path)
    cards: int = package.cards
    return cards
