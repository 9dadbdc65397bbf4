"""The end of `build --edition merge`: a package for learners whose note types have other numbers than the deck's own.

Anki finds a note type by its number, so the usual package updates none of their notes. This one turns them into notes
of the deck's types, by one import with 'merge note types'; from then on the usual package updates them, as everyone's
(tests/test_merge_edition.py).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from studydeck.files import package_path
from studydeck.pipeline import Loaded


class MergeEdition(NamedTuple):
    """The merge edition of a deck: where it is written, and the deck's own note types, their names by their numbers.

    Without such note types there is nothing to merge, and none is written.
    """

    deck: str
    path: Path
    note_types: Mapping[int, str]


def merge_edition(loaded: Loaded, out: Path) -> MergeEdition:
    """The merge edition of the deck's next build. Writes nothing.

    Raises ValueError with a sentence if a file of somebody else's is in the way.
    """
    from studydeck.package.merging import is_merge_package

    deck = loaded.deck
    types = {kind.note_type.id: kind.note_type.name for kind in deck.own_kinds.values() if kind.note_type}
    path = package_path(deck.folder, out).with_suffix(".merge.apkg")
    if types and os.path.lexists(path) and not is_merge_package(path):
        raise ValueError(f"{path.as_posix()} isn't a merge edition; move it away, or choose another folder with -o")
    return MergeEdition(str(deck.title), path, types)


def write_merge_edition(edition: MergeEdition, package: Path) -> None:
    """Writes the merge edition of a `package` that was just built, or nothing. Raises OSError with a sentence."""
    from studydeck.package.merging import write_merge_package

    if not edition.note_types:
        return
    part = edition.path.with_name(f".{edition.path.name}.{os.getpid()}.part")
    try:
        write_merge_package(package, part, edition.note_types)
        os.replace(part, edition.path)
    except OSError as error:
        raise OSError(f"{edition.path.as_posix()} can't be written ({error.strerror})") from None
    finally:
        part.unlink(missing_ok=True)
