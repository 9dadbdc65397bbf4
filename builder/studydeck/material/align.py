"""Where the sentences of the material are after a revision, by comparing the old outline with the new one.

Only fingerprints are compared, so the old text isn't needed.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher

from studydeck.material.outline import Outline, Part, Spot

#: Sentences with more pairs of places than this aren't used to match any: trying all pairs would take minutes.
_COMMON = 10_000


def align(old: Outline, new: Outline) -> dict[Spot, Spot | None]:
    """For each old sentence the spot where it, or what replaced it, is now; None if it is gone.

    An unmatched sentence that occurs once elsewhere has moved there. If one run of sentences replaced another, they are
    matched one to one if there are as many, and otherwise by their order.
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

    If different numbers of them are left, order says nothing, and a section is paired with the one that shares most
    sentences with it, if any.
    """
    pairs = []
    left = dict(enumerate(new.parts))
    headed: dict[str, deque[int]] = {}
    for number, part in left.items():
        headed.setdefault(part.heading, deque()).append(number)
    left_old = []
    for part in old.parts:
        if same := headed.get(part.heading):
            pairs.append((part, left.pop(same.popleft())))
        else:
            left_old.append(part)
    if len(left_old) == len(left):
        return pairs + list(zip(left_old, left.values(), strict=True))
    having: dict[str, list[tuple[int, int]]] = {}  # the sections that have a sentence, and how many times
    for number, part in left.items():
        for sentence, count in Counter(_fingerprints(part)).items():
            having.setdefault(sentence, []).append((number, count))
    for part in left_old:
        shared: Counter[int] = Counter()
        for sentence, known in Counter(_fingerprints(part)).items():
            places = having.get(sentence, ())
            for number, count in places if len(places) <= _COMMON else ():
                if number in left:
                    shared[number] += min(known, count)
        if shared:
            pairs.append((part, left.pop(max(sorted(shared), key=shared.__getitem__))))
    return pairs


def inherited(old: Outline, new: Outline) -> Outline:
    """`new`, with its sections belonging to the same sections of the deck as before."""
    tags = {after.slug: before.tag for before, after in pair(old, new)}
    return Outline(tuple(part._replace(tag=tags.get(part.slug, "")) for part in new.parts))


def _fingerprints(part: Part) -> list[str]:
    return " ".join(part.paragraphs).split(" ")


def _steps(old: Sequence[str], new: Sequence[str]) -> Sequence[tuple[str, int, int, int, int]]:
    olds, news = Counter(old), Counter(new)
    common = {each for each, count in olds.items() if count * news[each] > _COMMON}
    return SequenceMatcher(common.__contains__, old, new, autojunk=False).get_opcodes()


def _moved(old: Outline, new: Outline, now: Mapping[Spot, Spot | None]) -> dict[Spot, Spot]:
    """The old sentences without a place that occur once among the unclaimed new ones."""
    claimed = set(now.values())
    free: dict[str, list[Spot]] = {}
    for spot, sentence in new.spots().items():
        if spot not in claimed:
            free.setdefault(sentence.fingerprint, []).append(spot)
    left = {spot: sentence.fingerprint for spot, sentence in old.spots().items() if now[spot] is None}
    times = Counter(left.values())
    return {spot: free[print_][0] for spot, print_ in left.items() if len(free.get(print_, ())) == times[print_] == 1}
