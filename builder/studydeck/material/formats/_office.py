"""What is in the zip files that office programs write, and how it is read safely: strangers write them, too."""

from __future__ import annotations

import io
import re
from functools import lru_cache
from pathlib import Path

from studydeck.patterns import pattern

WORD, TEXT = "a Word document", "an OpenDocument text"
#: What a file is, by how its OpenDocument or EPUB type, or the name of a file in it, starts.
_BY_TYPE = {
    "application/vnd.oasis.opendocument.text": TEXT,
    "application/vnd.oasis.opendocument.presentation": "an OpenDocument presentation",
    "application/vnd.oasis.opendocument.spreadsheet": "an OpenDocument spreadsheet",
    "application/epub+zip": "an EPUB book",
}
_BY_NAME = {"word/": WORD, "ppt/": "a PowerPoint presentation", "xl/": "an Excel workbook"}
_LARGEST = 60_000_000  # bytes of XML, unpacked
_NOT_UTF_8 = pattern(rb"(?:\xef\xbb\xbf)?<\?xml[^>]*encoding=[\"'](?!utf-8[\"']|us-ascii[\"'])", re.IGNORECASE)


def office_kind(data: bytes) -> str:
    """What a zip file is, such as WORD or TEXT, by what is in it; "" if `data` is no zip file."""
    return _kind_of_zip(data) if data.startswith((b"PK\x03\x04", b"PK\x05\x06")) else ""


@lru_cache(1)
def _kind_of_zip(data: bytes) -> str:
    from zipfile import BadZipFile, ZipFile  # most files are none

    try:
        with ZipFile(io.BytesIO(data)) as file:
            names = file.namelist()
            with file.open("mimetype") if "mimetype" in names else io.BytesIO() as mimetype:
                kind = mimetype.read(100).decode("ascii", "replace")
    except (BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError):
        return "a damaged zip file"
    by_type = (what for start, what in _BY_TYPE.items() if kind.startswith(start))
    by_name = (what for start, what in _BY_NAME.items() if any(name.startswith(start) for name in names))
    return next(by_type, None) or next(by_name, None) or "a zip file"


def only_xml(path: Path, data: bytes) -> io.BytesIO:
    """The office file again, with nothing but its XML: no pictures, and nothing that unpacks to a bomb.

    Raises ValueError with a sentence if the XML is too big, isn't UTF-8, or declares entities, which no office program
    writes.
    """
    from zipfile import BadZipFile, ZipFile

    safe, size = io.BytesIO(), 0
    try:
        with ZipFile(io.BytesIO(data)) as file, ZipFile(safe, "w") as copy:
            for each in file.infolist():
                if not each.filename.endswith((".xml", ".rels", "mimetype")):
                    continue
                size += each.file_size  # zipfile reads no more than that
                if size > _LARGEST:
                    raise ValueError(f"{path} unpacks to more than {_LARGEST // 10**6} MB; name a smaller part of it")
                part = file.read(each)
                if b"<!DOCTYPE" in part or b"\0" in part or _NOT_UTF_8.match(part):
                    raise ValueError(f"{path} has XML in it that no office program writes; save it again")
                copy.writestr(each.filename, part)
    except (BadZipFile, OSError, RuntimeError, NotImplementedError) as error:
        raise unreadable(path, error) from None
    safe.seek(0)
    return safe


def unreadable(path: Path, error: Exception) -> ValueError:
    """The sentence for an office file that is damaged, or protected with a password."""
    return ValueError(f"{path} can't be read ({error or type(error).__name__}); open it and save it again")
