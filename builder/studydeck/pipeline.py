"""The whole flow, top to bottom: a deck's folder to problems, to notes, to a package and its lock.

Every command runs the start of this flow, and then its own end, in commands/. From Python:

    loaded = load(Path("cards/magnesium-and-inflammation"))
    if not loaded.errors:
        built = build(loaded, Path("dist"), now=int(time.time()))

After an edit, incremental/ makes `load` read only what changed, and passes on what is kept from the last build.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from studydeck.checks import check
from studydeck.files import package_path
from studydeck.history import (
    Changes,
    Ledger,
    Lock,
    identify,
    lock_lines,
    note_type_ids,
    own_type_problems,
    type_records,
)
from studydeck.model import ERROR, NOTHING_KEPT, Deck, Identity, Kept, Note, Problem, Shipped, has_errors, shown
from studydeck.pair import Replacement, forget_lock, lock_in, lock_warnings, not_written, set_up_merging
from studydeck.reading import read_deck
from studydeck.render import Media, anki_decks, collect_media, note_types, render_notes
from studydeck.shipped import shipped, taken_back
from studydeck.text.code import keep_highlighted
from studydeck.user_cache import KeptTexts

#: Given how much of the work is done, from 0 to 1.
Progress = Callable[[float], None]

_FEW = 1_000  # notes between two reports of progress
_NO_CHANGES = Changes((), (), (), ())
keep_highlighted(KeptTexts("highlighted"))  # a lexer takes longer than all else that is done with a card

_MATERIAL_LOCK = "material.lock"  # as in material/lock.py, which isn't loaded for decks without material


class Loaded(NamedTuple):
    """A deck, read and checked. If it has `errors`, it must not be built.

    `follows` is the hash of the deck.lock that was read, "" if another lock was given; a build writes nothing if the
    file has changed by then. What is `kept` from the last build was not read.
    """

    deck: Deck
    lock: Lock
    identities: Sequence[Identity | None]
    media: Media
    problems: Sequence[Problem]
    follows: str = ""
    kept: Kept = NOTHING_KEPT

    @property
    def errors(self) -> list[Problem]:
        return [each for each in self.problems if each.severity == ERROR]

    def refuse_errors(self, *but: str) -> None:
        """Raises ValueError, with the first error, if the deck has any besides those named in `but`."""
        if wrong := [each for each in self.errors if each.name not in but]:
            raise ValueError(f"{shown(self.deck.folder)} has errors: {wrong[0]}")

    @property
    def known(self) -> list[Identity]:
        """The identities of the cards that have one: all cards, in a deck without errors."""
        return [each for each in self.identities if each is not None]

    @property
    def ids(self) -> list[str]:
        """The id of every card in study order, "" if it can't be known."""
        return [each.id if each else "" for each in self.identities]


class PartRead(NamedTuple):
    """What was `read` of a deck, not all of it, with problems; `deck` has only those cards that are looked at."""

    read: Deck
    problems: Sequence[Problem]
    deck: Deck


class Built(NamedTuple):
    """What a build made from the deck in `folder`, or the problems because of which it wrote nothing.

    `newest` is the newest stamp of the notes that it read, in seconds since 1970; `written` are the hashes of the
    files that it wrote, by path. `taken_back` has the notes that are edited only because a newer build was taken back,
    by id, each with that build: `try, 1a2b3c4`, or a package.
    """

    folder: Path
    title: str
    path: Path
    notes: int = 0
    cards: int = 0
    media: int = 0
    changes: Changes = _NO_CHANGES
    problems: Sequence[Problem] = ()
    newest: int = 0
    written: Mapping[str, str] = {}
    taken_back: Mapping[str, str] = {}

    @property
    def errors(self) -> list[Problem]:
        return [each for each in self.problems if each.severity == ERROR]


def no_progress(done: float) -> None:
    """For callers that don't show progress."""


def load(
    folder: Path,
    progress: Progress = no_progress,
    *,
    lock: Lock | None = None,
    judge: bool = True,
    keep_lock: bool = True,
    keep_material: bool = True,
    part: PartRead | None = None,
) -> Loaded:
    """Reads and checks the deck in `folder`: all problems of all its files, sorted by place. Writes nothing.

    `lock` replaces the one in the folder; it may be a repaired one. Without `judge`, warnings that judge each card are
    left out: a build needs to know what is wrong, not what could be better. To save memory, the lock's notes needn't be
    kept once the cards have their ids, nor the material once its problems are known. Of a `part`, media are collected
    for all that was read, and the rest is done for what is looked at.
    """
    deck, problems = (part.read, [*part.problems]) if part else read_deck(folder, progress)
    whole = part is None and not any(each.severity == ERROR or each.name == "unwritten" for each in problems)
    media, wrong_media = collect_media(deck, whole=whole)
    deck = part.deck if part else deck
    lock, follows, damage = lock_in(folder) if lock is None else (lock, "", [])
    identities, unclear = identify(deck, lock)
    if not keep_lock:
        lock = lock._replace(notes={})
        forget_lock()
    problems += own_type_problems(deck, lock)
    if media.sizes:
        from studydeck.checks.parts import part_problems  # few decks have pictures with parts

        problems += part_problems(deck, identities, media.sizes)
    found = chain(problems, wrong_media, _material_problems(deck, identities, judge, keep_material))
    problems = [*check(deck, found, judge=judge), *damage]
    if has_errors(problems):
        # A card that was left out looks like a deleted one, so it is too early to ask which card is which.
        unclear = [each for each in unclear if each.name != "ambiguous-card"]
    return Loaded(deck, lock, identities, media, sorted({*problems, *unclear}), follows)


def build(
    loaded: Loaded, out: Path, now: int, *, only_this_branch: bool = False, progress: Progress = no_progress
) -> Built:
    """Builds `out/<folder's name>.apkg` and then deck.lock; both, or neither.

    `now` is in seconds since 1970, the stamp of everything that changed since the last build. With `only_this_branch`,
    builds on other git branches are assumed to have reached no learner. Raises ValueError for a deck with errors; a
    file that can't be written is a problem in the result. No other build of the deck may run between `load` and the end
    of `build`: see incremental/exclusion.py.

    Notes are rendered, stamped and packed one by one, in the order of their numbers, so there is never a list of all.
    """
    loaded.refuse_errors()
    from studydeck.package import write_package  # loads genanki, which nothing else needs

    deck, media, kept = loaded.deck, loaded.media, loaded.kept
    if _has_material(deck):
        from studydeck.material import forget_material

        forget_material()  # only its problems were needed
    path = package_path(deck.folder, out)
    package = path if kept is NOTHING_KEPT else None  # else the last build's notes were found to be up to date
    last = shipped(deck.folder, loaded.lock, loaded.known, package, only_this_branch)
    types = note_types(deck, note_type_ids(deck, loaded.lock))
    stamps = type_records(types, last.lock, now)
    ledger = Ledger(loaded.known, last.lock, now, kept)
    order = ledger.order
    rendered = render_notes(deck, loaded.identities, media.names, order, media.sizes)
    stamped = _counted(ledger.stamp(rendered, order), len(order), progress)
    problems = [*last.problems, *lock_warnings(deck, loaded.lock, path, now)]
    decks = kept.decks or dict.fromkeys([str(deck.title), *anki_decks(deck)])
    try:
        with Replacement(path, deck.folder, loaded.follows) as new:
            packed = [(each, stamps[each.key].modified) for each in types]
            cards = write_package(new.package, deck, decks, packed, stamped, media.files, kept)
            new.write_lock(lock_lines(deck.uid, deck.language, stamps, ledger.paragraphs))
    except OSError as error:
        return Built(deck.folder, str(deck.title), path, problems=[not_written(error, path, deck.folder)])
    if not loaded.lock.types:
        problems += set_up_merging(deck.folder)
    progress(1.0)
    count, changes = len(ledger.numbers) + len(kept.ids), ledger.changes()
    next_lock = ledger.paragraphs
    back = taken_back(deck.folder, loaded.lock, loaded.known, last, changes.edited, next_lock, only_this_branch)
    return Built(
        deck.folder, str(deck.title), path, count, cards, len(media.files),
        changes, problems, ledger.newest, new.written, back,
    )  # fmt: skip


def compile_notes(loaded: Loaded) -> list[Note]:
    """The notes of a loaded deck in study order, rendered for Anki."""
    return list(notes_of(loaded))


def notes_of(loaded: Loaded) -> Iterator[Note]:
    """The notes of `compile_notes`, one by one: a list of all takes much memory."""
    return render_notes(loaded.deck, loaded.identities, loaded.media.names, sizes=loaded.media.sizes)


def _counted(shipped: Iterator[Shipped], count: int, progress: Progress) -> Iterator[Shipped]:
    for number, each in enumerate(shipped):
        if number % _FEW == 0:
            progress(0.9 * number / count)
        yield each


def _has_material(deck: Deck) -> bool:
    """Whether the deck has a material or its lock. Without either, nothing is loaded for it."""
    return bool(deck.material.path) or os.path.lexists(deck.folder / _MATERIAL_LOCK)


def _material_problems(deck: Deck, identities: Sequence[Identity | None], judge: bool, keep: bool) -> Iterator[Problem]:
    """The problems with the deck's material and its lock."""
    if _has_material(deck):
        from studydeck.material import forget_material, material_problems

        yield from material_problems(deck, [each.id if each else "" for each in identities], judge, keep=keep)
        if not keep:
            forget_material()
