"""Notes to an .apkg file. The only room that knows genanki.

genanki makes note types, decks and the package; the subclasses in anki.py put their own stamps, ids and
rows in, each for a reason that it states; light.py imports genanki at half its cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from builder.model import Deck, MediaFile, NoteType, Shipped
from builder.package.anki import StudyDeck, StudyModel, StudyPackage


def write_package(
    path: Path,
    deck: Deck,
    note_types: Sequence[tuple[NoteType, int]],
    notes: Sequence[Shipped],
    media: Sequence[MediaFile],
) -> None:
    """Writes the package of `deck` to `path`: the same arguments make the same bytes.

    `note_types` come with their stamps in seconds. Raises OSError where the file or a media file fails.
    """
    names = dict.fromkeys([str(deck.title), *(each.note.deck for each in notes)])
    base = note_types[0][0].id + 1000
    decks = {name: StudyDeck(base + n, name) for n, name in enumerate(names)}
    first = decks[str(deck.title)]
    first.description = deck.description
    models = {note_type.key: StudyModel(note_type, stamp) for note_type, stamp in note_types}
    for model in models.values():
        first.add_model(model)
    for position, each in enumerate(notes, start=1):
        decks[each.note.deck].add_row(each, models[each.note.kind], position)
    StudyPackage(list(decks.values()), media).write_to_file(path)
