"""The end of `build`: makes the packages of several decks, or of none if any deck has errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from studydeck.decks import load_all, part_of
from studydeck.history import Lock
from studydeck.incremental import cache, rebuild
from studydeck.model import ERROR, Problem
from studydeck.pipeline import Built, Loaded, Progress, build


def build_all(
    folders: Sequence[Path],
    out: Path,
    now: int,
    *,
    locks: Mapping[Path, Lock],
    locked: bool,
    only_this_branch: bool,
    state: cache.State,
    known: cache.Known | None,
    progress: Progress,
    speak_with: str = "",
    before_building: Callable[[Loaded], None] = lambda loaded: None,
) -> tuple[list[Built], list[Problem]]:
    """The decks that were built, and all problems, sorted; nothing is written if any deck has errors.

    `state` is what is in the folders, and `known` is what the last build made from them, so that only changes are read;
    the rest is as in `load_all` and `build`. The program `speak_with`, if given, first makes the sounds that texts
    lack. `before_building` is given every deck, once all are loaded and none has errors. No other build of the decks
    may run meanwhile: see exclusion.py.
    """

    def load_whole() -> tuple[list[Loaded], list[Problem]]:
        return load_all(folders, part_of(progress, 0, 2), locks, judge=False)

    with ExitStack() as opened:
        parts = None
        if known and not locked and not (known.moved and rebuild.any_behind(folders, only_this_branch)):
            parts = rebuild.load_changed(folders, out, known, now, opened)
        if parts is not None:
            loaded, problems = [part.loaded for part in parts], list[Problem]()
        else:
            loaded, problems = load_whole()
            if speak_with and not _failing(problems) and any(each.name == "unspoken" for each in problems):
                failures = _spoken(loaded, speak_with, part_of(progress, 0, 2))
                state = cache.state_of(folders, out, only_this_branch)  # with the sounds
                loaded, problems = load_whole()
                problems = _explained(loaded, problems, failures)
            if locked:
                problems = [each._replace(severity=ERROR) if each.name == "unwritten" else each for each in problems]
        if locked and not _failing(problems):
            from studydeck.commands.locked import lock_changes

            changed = (problem for each in loaded for problem in lock_changes(each, out, now, only_this_branch))
            problems = sorted(changed) or problems
        if _failing(problems):
            return [], problems
        for each in loaded:
            before_building(each)
        complete = cache.is_complete(state)  # before the build itself writes files there
        built = []
        for number, each in enumerate(loaded, start=len(loaded)):
            step = part_of(progress, number, 2 * len(loaded))
            built.append(build(each, out, now, only_this_branch=only_this_branch, progress=step))
    problems = sorted(problems + [problem for each in built for problem in each.problems])
    if complete and not problems:
        last = [part.last for part in parts] if parts is not None else [None] * len(loaded)
        made = [cache.Made(str(each.deck.title), each.notes, each.cards, each.media) for each in built]
        written = {path: digest for each in built for path, digest in each.written.items()}
        sections = rebuild.memory_json(zip(loaded, built, last, strict=True))
        cache.remember(folders, out, state, made, written, sections)
    return built, problems


def _spoken(loaded: Sequence[Loaded], program: str, progress: Progress) -> list[str]:
    """Has a program make the sounds that texts lack; returns for each deck why it couldn't, "" if it could."""
    from studydeck.commands.speak import speak_lacking

    found = []
    for number, each in enumerate(loaded):
        failures = speak_lacking(each, program, part_of(progress, number, len(loaded)))
        found.append(failures[0] if failures else "")
    return found


def _explained(loaded: Sequence[Loaded], problems: Sequence[Problem], failures: Sequence[str]) -> list[Problem]:
    """The problems, of which those with texts that have no sound say why it couldn't be made."""
    decks = zip(loaded, failures, strict=True)
    why = {each: failure for deck, failure in decks if failure for each in deck.problems if each.name == "unspoken"}
    remedy = "once that is fixed, build again"
    return [
        each._replace(message=f"{each.message}, since {why[each]}", remedy=remedy) if each in why else each
        for each in problems
    ]


def _failing(problems: Sequence[Problem]) -> bool:
    return any(each.severity == ERROR for each in problems)
