"""Several decks, each read only as far as it has to be, whatever the others need.

All problems are those that are found if every deck is read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from studydeck.decks import load_all, own_claims, written_guids
from studydeck.history import Lock, guid_in
from studydeck.incremental import cache, rebuild
from studydeck.model import Problem
from studydeck.pair import lock_in
from studydeck.pipeline import Loaded, Progress, load
from studydeck.shipped import is_behind


class Read(NamedTuple):
    """A deck as far as it was read: not at all if nothing has changed since its last build, else `loaded`.

    If only its changed files were read, there is the `memory` of all its sections.
    """

    look: cache.DeckStatus
    loaded: Loaded | None = None
    memory: rebuild.Memory | None = None


def load_parts(folders: Sequence[Path], out: Path, now: int, progress: Progress) -> tuple[list[Loaded], list[Problem]]:
    """As `load_all`, but of each deck only what changed since its last build into `out` is read, if that is enough.

    The rest is kept, to be compared but not to be built: no package stays open. `now` is the moment of the next build.
    """
    with ExitStack() as opened:
        reads, problems = read_all(cache.look(folders, out, now), out, opened, progress, unread=False)
    return loaded_in(reads), problems


def loaded_in(reads: Sequence[Read]) -> list[Loaded]:
    """The decks that were read."""
    return [each.loaded for each in reads if each.loaded]


def read_all(
    looks: Sequence[cache.DeckStatus],
    out: Path,
    opened: ExitStack,
    progress: Progress,
    *,
    unread: bool = True,
    parts: bool = True,
    locks: Mapping[Path, Lock] = {},
    only_this_branch: bool = False,
) -> tuple[list[Read], list[Problem]]:
    """The decks, each read only as far as it has to be, and the problems of all, sorted.

    `unread` says whether a deck that hasn't changed may be left unread, `parts` whether of others only what changed may
    be read. `locks` replace those of some decks; `only_this_branch` is as in `build`.
    """

    def load_one(deck: Path, progress: Progress) -> Loaded:
        return load(deck, progress, lock=locks.get(deck), judge=False, keep_material=False)

    reads: dict[Path, Read] = {}
    for look in looks:
        deck, _, known = look
        if known is None or (known.moved and is_behind(deck, lock_in(deck)[0], only_this_branch)):
            continue
        if unread and not known.changed:
            reads[deck] = Read(look)
        elif parts and (part := rebuild.load_changed(deck, out, known, opened)):
            reads[deck] = Read(look, *part)
    whole = [each for each in looks if each.deck not in reads]
    loaded, problems = load_all([each.deck for each in whole], progress, load_one)
    reads |= {look.deck: Read(look, each) for look, each in zip(whole, loaded, strict=True)}
    found = [reads[each.deck] for each in looks]
    if len(whole) < len(looks) and cache.may_meet([*map(_claims, found)], lambda number: _guids(found[number])):
        loaded, problems = load_all([each.deck for each in looks], progress, load_one)
        return [Read(look, each) for look, each in zip(looks, loaded, strict=True)], problems
    untouched = [each.look.made for each in found if each.loaded is None]
    return found, sorted([*problems, *(problem for each in untouched for problem in each.problems)])


def _claims(read: Read) -> cache.Claims:
    look, loaded, memory = read
    if loaded is None:
        return look.made.claims
    if memory:
        return rebuild.claims_of(own_claims(loaded), memory)
    return cache.Claims(own_claims(loaded), written_guids(loaded))


def _guids(read: Read) -> set[str]:
    """The guids of all cards of a deck."""
    if read.loaded is None:
        return cache.guids_of(read.look)
    return {*(each.guid for each in read.loaded.known), *map(guid_in, read.loaded.kept.paragraphs)}
