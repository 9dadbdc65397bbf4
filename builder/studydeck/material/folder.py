"""A deck folder's material.lock and material, and the problems that they show."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from studydeck.files import read_file
from studydeck.material.checks import (
    WITH_PROBLEMS,
    bad_source,
    copied,
    hedge_lost,
    hedges_in,
    source_changed,
    source_gone,
)
from studydeck.material.formats import material_digest, read_material
from studydeck.material.latest import Latest
from studydeck.material.lock import MATERIAL_LOCK, MaterialLock, latest_lock, read_material_lock
from studydeck.material.outline import Outline, read_outline
from studydeck.material.sources import Source, sources_by_lock, sources_of
from studydeck.model import INFO, WARNING, Deck, Problem, Text, problem, shown
from studydeck.model.checks import CHECKS


def material_problems(deck: Deck, ids: Sequence[str], judge: bool, *, keep: bool = True) -> list[Problem]:
    """What material.lock shows about the deck's sources, and if `judge`, also what the material shows, if available.

    If nobody will ask for the sources again, those without a problem needn't be kept: all take much memory.
    """
    written = deck.material.path
    at = written if isinstance(written, Text) else deck.place
    wrong, worded = list[Problem](), list[Problem]()
    try:
        outline = outline_of(deck, None, judging=True) if judge else None
    except ValueError as error:
        wrong.append(problem("unreadable", at, str(error), "fix path:, or remove it", WARNING))
        outline = None
    if outline is not None:  # before the lock and the sources take memory, too
        worded += copied(deck, outline, CHECKS["copied"].limit_in(deck))
    lock, problems = lock_of(deck)
    if problems or wrong:
        return problems + wrong
    if judge and written and outline is None:
        message = f"there is no file '{written}', so no card is compared with the material"
        severity = INFO if lock.outline.parts else WARNING  # a lock does most of it, where the material isn't at hand
        problems.append(problem("lost-material", at, message, "fix path:, or remove it", severity))
    hedges = hedges_in(outline) if outline is not None else {}

    def is_wanted(source: Source) -> bool:
        return source.state in WITH_PROBLEMS or (bool(hedges) and not hedges.keys().isdisjoint(source.spots))

    wanted = None if keep else is_wanted
    found = sources_of(deck, ids, lock, outline, wanted).written
    if lock.outline.parts:  # the same errors with and without the material
        changed = outline is not None and not outline.says(lock.outline)
        problems += bad_source(sources_of(deck, ids, lock, None, wanted).written if changed else found)
    problems += hedge_lost(found, hedges)
    return [*problems, *worded, *source_changed(found), *source_gone(found)]


def outline_of(deck: Deck, material: Path | None, *, judging: bool = False) -> Outline | None:
    """The outline of the given `material`, or of the one in deck.yaml if it exists; see outline_in."""
    if material is not None:
        return outline_in(material, judging=judging)
    path = deck.folder / deck.material.path
    return outline_in(path, judging=judging) if deck.material.path and os.path.lexists(path) else None


def outline_in(material: Path, *, judging: bool = False) -> Outline:
    """The outline of a file, as from `read_outline`.

    Raises ValueError with a sentence if it can't be read, or contains no sentence.
    """
    name = (material, material_digest(material), judging)
    outline = _last_outline.get(name, lambda: read_outline(read_material(material), judging=judging))
    if not outline.parts:
        raise ValueError(f"{material} contains no sentences")
    return outline


_last_outline = Latest[Outline]()


def forget_material() -> None:
    """Frees the memory of the material, the lock and the sources that were read last: they are read again then."""
    _last_outline.cache_clear()
    latest_lock.cache_clear()
    sources_by_lock.cache_clear()


def lock_of(deck: Deck) -> tuple[MaterialLock, list[Problem]]:
    """The deck's material.lock, empty if it has none, and what is wrong with it."""
    path = deck.folder / MATERIAL_LOCK
    if not os.path.lexists(path):
        return MaterialLock(), []
    data = read_file(path, deck.folder)
    if isinstance(data, Problem):
        return MaterialLock(), [data._replace(name="damaged-material")]
    return read_material_lock(shown(path), data)
