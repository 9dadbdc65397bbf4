"""Where the sentences of a material stand after a revision: the old outline laid beside the new one.

Only fingerprints are compared, so the old text isn't needed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher

from studydeck.material.outline import Outline, Part, Spot


def align(old: Outline, new: Outline) -> dict[Spot, Spot | None]:
    """For each old sentence the spot where it stands now, itself or what replaced it; None where it is gone.

    A sentence left over that stands once elsewhere has moved there. Of runs that replace each other, the sentences
    answer one to one where there are as many, and else by their order.
    """
    now: dict[Spot, Spot | None] = dict.fromkeys(old.spots())
    replaced: list[tuple[list[Spot], list[Spot]]] = []
    for before, after in pair(old, new):
        old_spots, new_spots = list(Outline((before,)).spots()), list(Outline((after,)).spots())
        for tag, a, b, c, d in _steps(_fingerprints(before), _fingerprints(after)):
            if tag == "equal":
                now.update(zip(old_spots[a:b], new_spots[c:d], strict=True))
            elif tag == "replace":
                replaced.append((old_spots[a:b], new_spots[c:d]))
    moved = _moved(old, new, now)
    now.update(moved)
    arrived = set(moved.values())
    for gone, come in replaced:
        gone = [spot for spot in gone if spot not in moved]
        come = [spot for spot in come if spot not in arrived]
        now.update({spot: come[number * len(come) // len(gone)] for number, spot in enumerate(gone) if come})
    return now


def pair(old: Outline, new: Outline) -> list[tuple[Part, Part]]:
    """The sections that are the same before and after: by their headings, then by their order.

    Where the numbers of those left differ, order says nothing, and a section pairs with the one that shares most
    sentences with it, if any.
    """
    pairs = []
    left = list(new.parts)
    left_old = []
    for part in old.parts:
        same = next((each for each in left if each.heading == part.heading), None)
        if same is None:
            left_old.append(part)
        else:
            left.remove(same)
            pairs.append((part, same))
    if len(left_old) == len(left):
        return pairs + list(zip(left_old, left, strict=True))
    for part in left_old:
        known = Counter(_fingerprints(part))
        shared = {number: (known & Counter(_fingerprints(each))).total() for number, each in enumerate(left)}
        best = max(shared, key=lambda number: shared[number], default=None)
        if best is not None and shared[best]:
            pairs.append((part, left.pop(best)))
    return pairs


def inherited(old: Outline, new: Outline) -> Outline:
    """`new`, its sections belonging to the same sections of the deck as before."""
    tags = {after.slug: before.tag for before, after in pair(old, new)}
    return Outline(tuple(part._replace(tag=tags.get(part.slug, "")) for part in new.parts))


def _fingerprints(part: Part) -> list[str]:
    return [sentence.fingerprint for paragraph in part.paragraphs for sentence in paragraph]


def _steps(old: Sequence[str], new: Sequence[str]) -> Sequence[tuple[str, int, int, int, int]]:
    return SequenceMatcher(None, old, new, autojunk=False).get_opcodes()


def _moved(old: Outline, new: Outline, now: Mapping[Spot, Spot | None]) -> dict[Spot, Spot]:
    """Of the old sentences without a place, those that stand once among the new ones that nothing claims."""
    claimed = set(now.values())
    free: dict[str, list[Spot]] = {}
    for spot, sentence in new.spots().items():
        if spot not in claimed:
            free.setdefault(sentence.fingerprint, []).append(spot)
    left = {spot: sentence.fingerprint for spot, sentence in old.spots().items() if now[spot] is None}
    times = Counter(left.values())
    return {spot: free[print_][0] for spot, print_ in left.items() if len(free.get(print_, ())) == times[print_] == 1}
