"""What each gap of a cloze hides, as hashes in the lock: so that a build notices when it moves to another number.

Anki makes a card for each number, so a number is what a learner's history belongs to.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from itertools import count

from studydeck.patterns import pattern
from studydeck.remembered import Remembered
from studydeck.text import gaps_in

_START = pattern(r"(?<=\{\{c)[0-9,]+(?=::)")
_LONGEST = 250  # of texts that a remedy has in full
_MOST_KEPT = 2**12  # numbers of gaps as they are written
_EMPTY = hashlib.blake2b(digest_size=4)


def gap_digests(cloze: str, before: str = "") -> str:
    """The numbers of a cloze's gaps, each with a hash of the text that it hides: `1=6ff1b3c2 3=0a9c51d7`.

    Numbers that are only in the digests of an earlier build, `before`, stay: learners still have their cards.
    """
    found = _numbered(before) if before else {}
    for number, hidden in _hidden(cloze).items():
        found[number] = _digest(hidden)
    return " ".join([f"{number}={digest}" for number, digest in sorted(found.items())])


def gap_numbers(digests: str) -> frozenset[int]:
    """The numbers of the gaps that these hashes are of."""
    return frozenset(_numbered(digests))


def moved_gap(cloze: str, digests: str) -> tuple[str, str] | None:
    """Message and remedy if a gap hides what another one hid when its `digests` were made: it would get its history.

    The remedy has the numbers as they were. Gaps that are new get free ones.
    """
    hidden, before = _hidden(cloze), _numbered(digests)
    now = {number: _digest(text) for number, text in hidden.items()}
    kept = {number for number in now if before.get(number) == now[number]}
    gone = {digest: number for number, digest in sorted(before.items(), reverse=True) if number not in kept}
    others = [number for number in sorted(now) if number not in kept]
    new = {number: gone.pop(now[number]) for number in others if now[number] in gone}
    if not new:
        return None
    number, was = next(iter(new.items()))
    taken = {*kept, *new.values()}
    free = count(1 + max(taken.union(before, set(others) - new.keys())))
    new |= {other: next(free) for other in others if other not in new and other in taken}
    text = hidden[number].split("\x1f")[0][:40]
    loss = "takes over the history of another gap" if number in before else "starts without its history"
    message = f"the gap '{text}' was c{was}, and as c{number} it {loss}"
    return message, f"keep the numbers, which needn't be consecutive: {_spelled(cloze, new)}"


def _spelled(cloze: str, new: Mapping[int, int]) -> str:
    """`cloze` with these `new` numbers by the ones it has; only the gaps that change if it is long."""
    renumbered = _START.sub(lambda start: ",".join(_new(each, new) for each in start[0].split(",")), cloze)
    if len(cloze) <= _LONGEST and "\n" not in cloze:
        return renumbered
    pairs = zip(gaps_in(cloze), gaps_in(renumbered), strict=True)
    return ", ".join(f"{{{{c{now.numbers}::{now.hidden[:40]}}}}}" for gap, now in pairs if gap.numbers != now.numbers)


def _new(number: str, new: Mapping[int, int]) -> str:
    return str(new.get(int(number), number)) if number.isdecimal() and len(number) < 4 else number


def _hidden(cloze: str) -> dict[int, str]:
    found: dict[int, list[str]] = {}
    for gap in gaps_in(cloze):
        hidden = " ".join(gap.hidden.split())
        for number in _numbers_of[gap.numbers]:
            found.setdefault(number, []).append(hidden)
    return {number: "\x1f".join(texts) for number, texts in found.items()}


def _short_numbers(written: str) -> list[int]:
    return [int(number) for number in written.split(",") if number.isdecimal() and len(number) < 4]


_numbers_of = Remembered(_short_numbers, _MOST_KEPT)


def _digest(text: str) -> str:
    hashed = _EMPTY.copy()  # faster than making a new one
    hashed.update(text.encode())
    return hashed.hexdigest()


def _numbered(digests: str) -> dict[int, str]:
    pairs = (each.partition("=") for each in digests.split())
    return {int(number): digest for number, _, digest in pairs if digest and number.isdecimal()}
