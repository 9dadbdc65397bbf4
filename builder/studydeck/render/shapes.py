"""How large a picture is, from the first bytes of its file: phones show very wide ones too low."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import BinaryIO

from studydeck.model.kinds import Size
from studydeck.patterns import pattern

_NUMBER = r"\s*([\d.]{1,12})"
_SVG = pattern(rb"<svg\b[^>]{0,4000}>")
_VIEW_BOX = pattern(rf"\bviewBox\s*=\s*[\"'](?:{_NUMBER}[\s,]){{3}}{_NUMBER}")
_SIDE = r"\b{}\s*=\s*[\"']([\d.]{{1,12}})(?:px)?\s*[\"']"
#: The markers of a JPEG's frame, which has its size.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG = b"\xff\xd8"
_MOST_PARTS = 10_000  # before a JPEG's frame; a large preview in one takes some hundred
_START = 30  # bytes that have the size in the other formats, except SVG


def width_to_height(file: BinaryIO) -> float:
    """How many times as wide as high the picture in an open file is; 0 if that can't be told."""
    size = size_of(file)
    return size.width / size.height if size else 0


def size_of(file: BinaryIO) -> Size | None:
    """The size of the picture in an open file, or None if that can't be told.

    Formats: PNG (RFC 2083), GIF89a, JPEG (ITU T.81, B.2.2), WebP (RFC 9649), SVG.
    """
    file.seek(0)
    start = file.read(_START)
    read = next((size for name, size in _SIZES.items() if start.startswith(name)), None)
    try:
        size = Size(*(read(start) if read else (_jpeg if start.startswith(_JPEG) else _svg)(file)))
    except (ValueError, IndexError):
        return None
    return size if size.width > 0 and size.height > 0 else None


def suffix_of(file: BinaryIO) -> str:
    """How the name of the picture in an open file should end; empty if that can't be told from how it starts."""
    file.seek(0)
    start = file.read(_START)
    if start[8:12] == b"WEBP":
        return ".webp"
    return next((suffix for name, suffix in _SUFFIXES.items() if start.startswith(name)), "")


def _png(data: bytes) -> tuple[float, float]:
    return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")


def _gif(data: bytes) -> tuple[float, float]:
    return int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little")


def _webp(data: bytes) -> tuple[float, float]:
    match data[12:16]:
        case b"VP8X":
            return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
        case b"VP8L":
            bits = int.from_bytes(data[21:25], "little")
            return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    return int.from_bytes(data[26:28], "little") & 0x3FFF, int.from_bytes(data[28:30], "little") & 0x3FFF


def _jpeg(file: BinaryIO) -> tuple[float, float]:
    file.seek(2)
    for _ in range(_MOST_PARTS):
        head = file.read(9)
        if head[0] != 0xFF:
            break
        if head[1] in _FRAMES:
            return int.from_bytes(head[7:9], "big"), int.from_bytes(head[5:7], "big")
        file.seek(int.from_bytes(head[2:4], "big") + 2 - len(head), os.SEEK_CUR)
    raise ValueError("no frame")


def _svg(file: BinaryIO) -> tuple[float, float]:
    file.seek(0)
    found = _SVG.search(file.read(20_000))
    if found is None:
        raise ValueError("no picture")
    tag = found[0].decode("utf-8", "replace")
    sides = [re.search(_SIDE.format(side), tag) for side in ("width", "height")]
    if sides[0] and sides[1]:
        return float(sides[0][1]), float(sides[1][1])
    box = _VIEW_BOX.search(tag)
    if box is None:
        raise ValueError("no size")
    _, _, width, height = re.split(r"[\s,]+", re.split("[\"']", box[0])[1].strip())
    return float(width), float(height)


_SIZES: dict[bytes, Callable[[bytes], tuple[float, float]]] = {b"\x89PNG": _png, b"GIF8": _gif, b"RIFF": _webp}
_SUFFIXES = {b"\x89PNG": ".png", b"GIF8": ".gif", _JPEG: ".jpg"}
