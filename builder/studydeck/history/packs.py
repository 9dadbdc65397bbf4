"""What is new in each of many versions of a file, from git's own deltas.

Git stores most versions as a delta: copies from another version, and what was inserted. `git pack-objects` gives out
the deltas of a thousand versions in a few milliseconds, where the versions themselves take hundreds, and new lines can
only be where a copy begins or ends. The format: https://git-scm.com/docs/gitformat-pack
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import NamedTuple

_DELTA = 6  # the type of an object whose base is so many bytes further up ("ofs-delta")
_SMALL, _LARGE = 1 << 9, 1 << 16  # bytes to inflate at once: most deltas are small
_FEW_LINES = 400  # bytes of a copy in which it doesn't pay to look for whole lines
_FULL_COPY = 1 << 16  # bytes, where a copy says 0


class _Entry(NamedTuple):
    """One version: all its bytes, or a delta on the version whose entry starts at `base`."""

    start: int
    base: int | None
    data: bytes


def lines_in(pack: bytes) -> Iterator[list[bytes]]:
    """For each object in a pack that `git pack-objects --delta-base-offset` wrote: its lines, without their ends.

    Of a version that is stored as a delta, lines that its base has, too, may be left out. Only a few versions are in
    memory at a time: of two that follow the same base, the one that more depends on comes last.
    """
    entries = list(_entries(pack))
    weights = dict.fromkeys((each.start for each in entries), 1)
    for each in reversed(entries):  # git writes every base before its deltas
        if each.base is not None:
            weights[each.base] += weights[each.start]
    following: dict[int | None, list[_Entry]] = {}
    for each in sorted(entries, key=lambda each: weights[each.start], reverse=True):
        following.setdefault(each.base, []).append(each)
    for root in following.pop(None, ()):
        yield root.data.split(b"\n")
        waiting = [(root.data, each) for each in following.get(root.start, ())]
        del root
        while waiting:
            base, each = waiting.pop()
            version, lines = _applied(base, each.data)
            del base
            yield lines
            waiting += [(version, after) for after in following.get(each.start, ())]


def _entries(pack: bytes) -> Iterator[_Entry]:
    """The objects of a pack: a type and size, for a delta its base, and the deflated bytes."""
    at = 12
    for _ in range(int.from_bytes(pack[8:at], "big")):
        start, base = at, None
        kind = pack[at] >> 4 & 7
        _, at = _number(pack, at)
        if kind == _DELTA:
            back = pack[at] & 127
            while pack[at] > 127:
                at += 1
                back = (back + 1) << 7 | pack[at] & 127
            at += 1
            base = start - back
        inflating, parts, step = zlib.decompressobj(), [], _SMALL
        while not inflating.eof:
            given = pack[at : at + step]
            parts.append(inflating.decompress(given))
            at, step = at + len(given), _LARGE
        at -= len(inflating.unused_data)
        yield _Entry(start, base, b"".join(parts))


def _applied(base: bytes, delta: bytes) -> tuple[bytes, list[bytes]]:
    """The version that a delta makes of its base, and all its lines but those that lie within a large copy."""
    _, at = _number(delta, 0)
    _, at = _number(delta, at)
    view, end = memoryview(base), len(delta)
    parts: list[bytes | memoryview] = []
    around: list[tuple[int, int]] = []
    length = known = 0  # of the version so far, and up to where its lines are settled
    while at < end:
        what, at = delta[at], at + 1
        if what < 128:  # so many bytes are inserted
            parts.append(delta[at : at + what])
            at, length = at + what, length + what
            continue
        start = size = 0  # of a copy: each bit of `what` says whether the delta has that byte, or it is 0
        if what & 1:
            start, at = delta[at], at + 1
        if what & 2:
            start, at = start | delta[at] << 8, at + 1
        if what & 4:
            start, at = start | delta[at] << 16, at + 1
        if what & 8:
            start, at = start | delta[at] << 24, at + 1
        if what & 16:
            size, at = delta[at], at + 1
        if what & 32:
            size, at = size | delta[at] << 8, at + 1
        if what & 64:
            size, at = size | delta[at] << 16, at + 1
        size = size or _FULL_COPY
        parts.append(view[start : start + size])
        if size > _FEW_LINES and (first := base.find(b"\n", start, start + size)) >= 0:
            around.append((known, length + first - start))
            known = length + base.rfind(b"\n", first, start + size) - start
        length += size
    version = b"".join(parts)
    around.append((known, length))
    return version, [line for begin, end in around for line in version[begin:end].split(b"\n")]


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A number of seven bits a byte, lowest first, and where the data goes on."""
    number = shift = 0
    while True:
        byte, at = data[at], at + 1
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return number, at
