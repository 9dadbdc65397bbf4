"""Several decks to their packages: all that are sound or, where any has errors, none. The tail of `build`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from builder import cache, rebuild
from builder.history import Lock
from builder.model import ERROR, NOTHING_KEPT, Problem
from builder.pipeline import Built, Lap, Progress, build, load_all, lock_changes, part_of


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
    lap: Lap,
) -> tuple[list[Built], list[Problem]]:
    """The decks that were built, and all problems, sorted; nothing is written if any deck has errors.

    `state` is what lies in the folders, and `known` what the last build made of them, so that only what changed is
    read; the rest is as in pipeline.load_all and pipeline.build. Nobody else may build the decks meanwhile: see
    exclusion.py.
    """
    with ExitStack() as opened:
        parts = None
        if known and not locked and not (known.moved and rebuild.any_behind(folders, only_this_branch)):
            parts = rebuild.load_changed(folders, out, known, now, lap, opened)
        second_half = part_of(progress, 1, 2)
        if parts is not None:
            loaded, problems = [part.loaded for part in parts], list[Problem]()
        else:
            loaded, problems = load_all(folders, part_of(progress, 0, 2), locks, judge=False, lap=lap)
            if locked and not _failing(problems):
                changed = (problem for each in loaded for problem in lock_changes(each, out, now, only_this_branch))
                problems = sorted(changed) or problems
        if _failing(problems):
            return [], problems
        complete = cache.is_complete(state)  # until the build itself puts files there
        built = []
        for number, each in enumerate(loaded):
            step = part_of(second_half, number, len(loaded))
            kept = parts[number].kept if parts is not None else NOTHING_KEPT
            last_built = parts[number].built if parts is not None else None
            built.append(
                last_built
                or build(each, out, now, only_this_branch=only_this_branch, kept=kept, progress=step, lap=lap)
            )
    problems = sorted(problems + [problem for each in built for problem in each.problems])
    if complete and not problems:
        last = [part.last for part in parts] if parts is not None else [None] * len(loaded)
        made = [cache.Made(str(each.deck.title), each.notes, each.cards, each.media) for each in built]
        written = {path: digest for each in built for path, digest in each.written.items()}
        sections = rebuild.memory_json(zip(loaded, built, last, strict=True))
        cache.remember(folders, out, state, made, written, sections)
    return built, problems


def _failing(problems: Sequence[Problem]) -> bool:
    return any(each.severity == ERROR for each in problems)
