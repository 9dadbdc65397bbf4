"""A package's database, deflated in chunks, each by itself, so that those of the last package can be copied.

After an edit nearly all are the same: SQLite fills its pages from the first row on, so that a row which is a bit longer
moves only what follows it on the next few pages. To deflate all of them again took a fifth of such a build, and of one
with long texts a third. Any program reads the result: a flush in between is a part of the format (RFC 1951).
"""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from typing import BinaryIO, cast

#: Bytes before deflating. It makes packages a hundredth larger, and half of it another one.
_CHUNK = 1 << 17
_LEVEL = 1  # a fifth of the usual level's time, and a tenth more bytes
_MEMORY = 9  # of 1 to 9: it makes them a hundredth smaller again than the usual 8
#: What a flush ends with: an empty block, not compressed.
_FLUSH = b"\0\0\xff\xff"
_END = b"\x03\0"  # an empty last block
_HEADER = 30  # bytes before an entry's name; the last four are the lengths of the name and of what follows it
ZIP64 = 1 << 31  # bytes from which a file's entry needs longer numbers


class LastEntry:
    """An entry of the last package: its `data`, and the chunks that these were deflated to."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        info, source = archive.getinfo(name), cast(BinaryIO, archive.fp)
        source.seek(info.header_offset)
        source.seek(sum(struct.unpack("<HH", source.read(_HEADER)[-4:])), os.SEEK_CUR)
        deflated = source.read(info.compress_size)
        self.data = zlib.decompress(deflated, -zlib.MAX_WBITS, info.file_size)
        *chunks, _ = deflated.split(_FLUSH)
        # Compressed bytes may look like a flush by chance, or come from an earlier version, in one piece.
        self._chunks = chunks if len(chunks) == -(-info.file_size // _CHUNK) else []

    def deflated(self, number: int, chunk: bytes) -> bytes | None:
        """The chunk with this number as it was deflated, or None if it was another one."""
        start = number * _CHUNK
        if number < len(self._chunks) and self.data[start : start + _CHUNK] == chunk:
            return self._chunks[number] + _FLUSH
        return None


def add_in_chunks(archive: zipfile.ZipFile, name: str, path: str, last: LastEntry | None) -> None:
    """Adds a file, without its date. zipfile, which can't take what is deflated already, is given the entry whole."""
    target = cast(BinaryIO, archive.fp)
    info = zipfile.ZipInfo(name)
    info.compress_type, info.header_offset, info.CRC = zipfile.ZIP_DEFLATED, archive.start_dir, 0
    with open(path, "rb", buffering=0) as source:
        is_large = os.fstat(source.fileno()).st_size >= ZIP64
        target.write(info.FileHeader(is_large))
        begin = target.tell()
        number = 0
        while chunk := source.read(_CHUNK):
            target.write((last and last.deflated(number, chunk)) or _deflated(chunk))
            info.CRC = zlib.crc32(chunk, info.CRC)
            number += 1
        info.file_size = source.tell()
    target.write(_END)
    archive.start_dir = target.tell()
    info.compress_size = archive.start_dir - begin
    target.seek(info.header_offset)
    target.write(info.FileHeader(is_large))
    target.seek(archive.start_dir)
    archive.filelist.append(info)


def _deflated(chunk: bytes) -> bytes:
    deflating = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS, _MEMORY)
    return deflating.compress(chunk) + deflating.flush(zlib.Z_FULL_FLUSH)
