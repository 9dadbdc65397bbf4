"""The zip file of a package: what other programs read in it, and the same bytes on any number of cores."""

from __future__ import annotations

import os
import random
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from studydeck.package import archive
from studydeck.package.archive import Archive

DRAW = random.Random(3)
FILES = {
    "empty": b"",
    "short": b"river",
    "long": b"".join(DRAW.randbytes(40) + b"river" * DRAW.randrange(90) for _ in range(7_000)),
    "block": b"a" * archive._BLOCK,
    "noise": DRAW.randbytes(3 * archive._BLOCK + 1),
}


def packed(files: dict[str, bytes]) -> bytes:
    target = BytesIO()
    whole = Archive(target)
    for name, data in files.items():
        whole.add(name, BytesIO(data))
    whole.close()
    return target.getvalue()


def test_other_programs_read_every_byte_of_it(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(packed(FILES))
    with zipfile.ZipFile(path) as found:
        assert found.testzip() is None
        assert {name: found.read(name) for name in found.namelist()} == FILES
        assert {(each.date_time, each.create_system, each.external_attr) for each in found.infolist()} == {
            ((1980, 1, 1, 0, 0, 0), 3, 0o644 << 16)
        }
        assert found.getinfo("long").compress_size < found.getinfo("long").file_size / 2


@pytest.mark.parametrize("cores", [None, 2, 3, 64])
def test_its_bytes_depend_on_no_number_of_cores(cores: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    once = packed(FILES)
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    assert packed(FILES) == once


def test_blocks_that_are_deflated_apart_cost_few_bytes() -> None:
    other = BytesIO()
    with zipfile.ZipFile(other, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as whole:
        whole.writestr("long", FILES["long"])
    assert len(packed({"long": FILES["long"]})) < 1.01 * len(other.getvalue())


def test_more_entries_than_zip_had_numbers_for(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(packed({str(number): b"%d" % number for number in range(66_000)}))
    with zipfile.ZipFile(path) as found:
        assert len(found.namelist()) == 66_000
        assert found.read("65999") == b"65999"


def test_an_entry_beyond_the_fourth_gigabyte(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with path.open("w+b") as file:
        file.seek(archive._MOST + 10)  # a hole in the file, where a media folder of that size would be
        whole = Archive(file)
        whole.add("far", BytesIO(b"river"))
        whole.close()
    with zipfile.ZipFile(path) as found:
        assert found.read("far") == b"river"


def test_a_file_that_no_entry_can_hold_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "_MOST", 1_000)
    with pytest.raises(OSError, match="large"):
        packed({"noise": FILES["noise"]})
