"""A zip file with the same bytes on every system and day, deflated on every core.

zipfile deflates on one, which takes a tenth of a large deck's build. Here a file is cut into blocks, each deflated by
itself with the end of the one before it as its dictionary, so that the bytes don't depend on the number of cores.
The format: PKWARE's APPNOTE.TXT, 4.3 and 4.5.3 (zip64).
"""

from __future__ import annotations

import errno
import os
import struct
import zlib
from collections.abc import Iterator
from itertools import islice
from threading import Thread
from typing import BinaryIO, NamedTuple

_BLOCK = 1 << 19  # bytes
_WINDOW = 1 << 15  # how far back deflate can point
_LEVEL = 1  # a fifth of the usual level's time, and a tenth more bytes
_END = b"\x03\x00"  # an empty last block
_FIRST_DAY = 0x21  # 1 January 1980, the day before which zip knows none
_VERSION, _ZIP64, _UNIX, _DEFLATED = 20, 45, 3, 8
_RIGHTS = 0o644 << 16
_MOST, _MOST_ENTRIES = 0xFFFFFFFF, 0xFFFF


class _Entry(NamedTuple):
    name: bytes
    crc: int
    deflated: int
    size: int
    offset: int


class Archive:
    """Writes entries into `file`, which must be open to write and to seek. It is whole once `close` is called."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._entries: list[_Entry] = []

    def add(self, name: str, source: BinaryIO) -> None:
        """Adds what is left to read of `source` under an ASCII `name`. Raises OSError for more than 4 GB."""
        offset = self._file.tell()
        self._file.write(_local(_Entry(name.encode("ascii"), 0, 0, 0, offset)))
        crc = size = deflated = 0
        for plain, packed in _deflate(source):
            crc = zlib.crc32(plain, crc)
            size += len(plain)
            deflated += self._file.write(packed)
        if max(size, deflated) >= _MOST:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), name)
        entry = _Entry(name.encode("ascii"), crc, deflated, size, offset)
        end = self._file.tell()
        self._file.seek(offset)
        self._file.write(_local(entry))
        self._file.seek(end)
        self._entries.append(entry)

    def close(self) -> None:
        """Writes the list of entries, which ends a zip file."""
        start = self._file.tell()
        for entry in self._entries:
            self._file.write(_central(entry))
        count, size = len(self._entries), self._file.tell() - start
        if count >= _MOST_ENTRIES or start + size >= _MOST:
            self._file.write(
                struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, _ZIP64, _ZIP64, 0, 0, count, count, size, start)
                + struct.pack("<4sLQL", b"PK\6\7", 0, start + size, 1)
            )
        count = min(count, _MOST_ENTRIES)
        self._file.write(struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, min(size, _MOST), min(start, _MOST), 0))


def _local(entry: _Entry) -> bytes:
    """The header before an entry's bytes."""
    head = struct.pack(
        "<4s5H3L2H", b"PK\3\4", _VERSION, 0, _DEFLATED, 0, _FIRST_DAY,
        entry.crc, entry.deflated, entry.size, len(entry.name), 0,
    )  # fmt: skip
    return head + entry.name


def _central(entry: _Entry) -> bytes:
    """The entry's line in the list at the end."""
    far = struct.pack("<2HQ", 1, 8, entry.offset) if entry.offset >= _MOST else b""
    version = _ZIP64 if far else _VERSION
    head = struct.pack(
        "<4s4B4H3L5H2L", b"PK\1\2", version, _UNIX, version, 0, 0, _DEFLATED, 0, _FIRST_DAY,
        entry.crc, entry.deflated, entry.size, len(entry.name), len(far), 0, 0, 0, _RIGHTS, min(entry.offset, _MOST),
    )  # fmt: skip
    return head + entry.name + far


def _deflate(source: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """The blocks of `source`, each as it is and deflated; the last is empty."""
    blocks = _blocks(source)
    while some := list(islice(blocks, os.cpu_count() or 1)):
        packed = [b""] * len(some)
        threads = [Thread(target=_pack, args=(some, packed, number)) for number in range(1, len(some))]
        for thread in threads:
            thread.start()
        _pack(some, packed, 0)
        for thread in threads:
            thread.join()
        yield from ((block, each) for (_, block), each in zip(some, packed, strict=True))
    yield b"", _END


def _blocks(source: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """The blocks of `source`, each behind the end of the one before it."""
    window = b""
    while block := source.read(_BLOCK):
        yield window, block
        window = block[-_WINDOW:]


def _pack(blocks: list[tuple[bytes, bytes]], packed: list[bytes], number: int) -> None:
    window, block = blocks[number]
    deflate = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS, zdict=window)
    packed[number] = deflate.compress(block) + deflate.flush(zlib.Z_SYNC_FLUSH)
