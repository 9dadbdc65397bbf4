"""The end of `build`: makes the packages of several decks, or of none if any deck has errors.

Each deck is read only as far as it has to be, whatever the others need. What is printed and written is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from studydeck.commands.changed import Read, loaded_in, read_all
from studydeck.decks import own_claims, part_of
from studydeck.files import package_path
from studydeck.history import Lock
from studydeck.incremental import cache, rebuild
from studydeck.model import ERROR, Problem, has_errors
from studydeck.pipeline import Built, Loaded, Progress, build

#: Warnings of what a build changes: when it is in the lock, there is nothing to warn of.
_ONCE = ("copied-deck", "moved-gap", "stale-parts")


def build_all(
    looks: Sequence[cache.DeckStatus],
    out: Path,
    now: int,
    *,
    only_this_branch: bool,
    progress: Progress,
    locks: Mapping[Path, Lock] = {},
    locked: bool = False,
    speak_with: str = "",
    before_building: Callable[[Loaded], None] = lambda loaded: None,
) -> tuple[list[Built], list[Problem]]:
    """The decks that were built, and all problems, sorted; nothing is written if any deck has errors.

    `looks` show what is in each deck, and what is known of its last build; the rest is as in `read_all` and `build`.
    The program `speak_with`, if given, first makes the sounds that texts lack. `before_building` is given every deck
    that was read, once all are and none has errors. No other build of the decks may run meanwhile: see exclusion.py.
    """
    with ExitStack() as opened:

        def as_needed(looks: Sequence[cache.DeckStatus]) -> tuple[list[Read], list[Problem]]:
            half = part_of(progress, 0, 2)
            return read_all(looks, out, opened, half, parts=not locked, locks=locks, only_this_branch=only_this_branch)

        reads, problems = as_needed(looks)
        if speak_with and not has_errors(problems) and any(each.name == "unspoken" for each in problems):
            failures = _speak(loaded_in(reads), speak_with, part_of(progress, 0, 2))
            looks = cache.look([each.deck for each in looks], out, now, only_this_branch)  # with the sounds
            looks = [each._replace(known=None) for each in looks]
            reads, problems = as_needed(looks)
            problems = _explained(problems, loaded_in(reads), failures)
        loaded = loaded_in(reads)
        if locked:
            problems = [each._replace(severity=ERROR) if each.name == "unwritten" else each for each in problems]
        if locked and not has_errors(problems):
            from studydeck.commands.locked import lock_changes

            changed = (problem for each in loaded for problem in lock_changes(each, out, now, only_this_branch))
            problems = sorted(changed) or problems
        if has_errors(problems):
            return [], problems
        for each in loaded:
            before_building(each)
        complete = [cache.is_complete(each.state) for each in looks]  # before the build itself writes files there
        built = []
        for number, read in enumerate(reads, start=len(reads)):
            step = part_of(progress, number, 2 * len(reads))
            built.append(_built(read, out, now, only_this_branch, step))
    for read, made, is_complete in zip(reads, built, complete, strict=True):
        if is_complete and not made.problems:
            _remember(read, made, out)
    return built, sorted(problems + [problem for each in built for problem in each.problems])


def _built(read: Read, out: Path, now: int, only_this_branch: bool, progress: Progress) -> Built:
    if read.loaded:
        return build(read.loaded, out, now, only_this_branch=only_this_branch, progress=progress)
    deck, made = read.look.deck, read.look.made
    return Built(deck, made.title, package_path(deck, out), made.notes, made.cards, made.media)


def _remember(read: Read, built: Built, out: Path) -> None:
    """Stores what was made of a deck, for its next build."""
    look, loaded, memory = read
    if loaded is None:
        cache.settle(look, out)
        return
    stamps = [look.made.newest] if memory else [each.modified for each in loaded.lock.notes.values()]
    memory = memory or rebuild.memory_of(loaded)
    problems = [each for each in loaded.problems if each.name not in _ONCE]
    made = cache.Made(
        built.title, built.notes, built.cards, built.media,
        max([built.newest, *stamps]), rebuild.claims_of(own_claims(loaded), memory), problems,
    )  # fmt: skip
    cache.remember(look, out, made, built.written, [rebuild.memory_json(memory)])


def _speak(loaded: Sequence[Loaded], program: str, progress: Progress) -> dict[Path, str]:
    """Has a program make the missing sounds; the first failure of each deck that had one."""
    from studydeck.commands.speak import speak_lacking

    why: dict[Path, str] = {}
    for number, each in enumerate(loaded):
        if failures := speak_lacking(each, program, part_of(progress, number, len(loaded))):
            why[each.deck.folder] = failures[0]
    return why


def _explained(problems: Sequence[Problem], loaded: Sequence[Loaded], failures: Mapping[Path, str]) -> list[Problem]:
    """The problems, of which those with texts that still have no sound say why it couldn't be made."""
    found = ((each.deck.folder, problem) for each in loaded for problem in each.problems)
    why = {each: failures[deck] for deck, each in found if each.name == "unspoken" and deck in failures}
    remedy = "once that is fixed, build again"
    return [
        each._replace(message=f"{each.message}, since {why[each]}", remedy=remedy) if each in why else each
        for each in problems
    ]
