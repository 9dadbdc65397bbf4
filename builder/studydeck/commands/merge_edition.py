"""The end of `build --edition merge`: a package for learners whose note types have other numbers than the deck's own.

Anki finds a note type by its number, so the usual package updates none of their notes. This one turns them into notes
of the deck's types, by one import with 'merge note types'; from then on the usual package updates them, as everyone's
(tests/test_merge_edition.py).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from studydeck.files import package_path
from studydeck.pipeline import Loaded


class MergeEdition(NamedTuple):
    """The merge edition of a deck: where it is written, and the numbers of the deck's own note types by their names."""

    deck: str
    path: Path
    note_types: dict[str, int]


def merge_edition(loaded: Loaded, out: Path) -> MergeEdition:
    """The merge edition of the deck's next build. Writes nothing.

    Raises ValueError with a sentence if the deck has no note types of its own, or another file is in the way.
    """
    from studydeck.package.merging import is_merge_package

    deck = loaded.deck
    types = {kind.note_type.name: kind.note_type.id for kind in deck.own_kinds.values() if kind.note_type}
    if not types:
        raise ValueError(
            f"{deck.folder.as_posix()} has no note types of its own, so there is nothing to merge; "
            "if learners have its notes from another tool, start again with: studydeck import FILE"
        )
    path = package_path(deck.folder, out).with_suffix(".merge.apkg")
    if os.path.lexists(path) and not is_merge_package(path):
        raise ValueError(f"{path.as_posix()} isn't a merge edition; move it away, or choose another folder with -o")
    return MergeEdition(str(deck.title), path, types)


def write_merge_edition(edition: MergeEdition, package: Path) -> None:
    """Writes the merge edition of a `package` that was just built, whole or not at all. Raises OSError."""
    from studydeck.package.merging import write_merge_package

    part = edition.path.with_name(f".{edition.path.name}.{os.getpid()}.part")
    try:
        write_merge_package(package, part, edition.note_types.values())
        os.replace(part, edition.path)
    finally:
        part.unlink(missing_ok=True)
