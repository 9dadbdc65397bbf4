"""A database deflated in chunks reads as any other, and copying the last one's chunks changes no byte of it."""

from __future__ import annotations

import io
import random
import zipfile
from pathlib import Path

import pytest
from author import Author
from click.testing import CliRunner

from studydeck.cli import main
from studydeck.package import chunks
from studydeck.package.chunks import LastEntry, add_in_chunks

CHUNK = 1 << 17
#: What a flush ends with, which is also what a chunk that can't be compressed may hold.
FLUSH = b"\0\0\xff\xff"


def packed(data: bytes, tmp_path: Path, last: bytes = b"") -> bytes:
    """An archive with the data as a file's, beside others, after the last one."""
    file = tmp_path / "file"
    file.write_bytes(data)
    entry = LastEntry(zipfile.ZipFile(io.BytesIO(last)), "data") if last else None
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(zipfile.ZipInfo("before"), "some")
        add_in_chunks(archive, "data", str(file), entry)
        archive.writestr(zipfile.ZipInfo("after"), "more")
    return target.getvalue()


def read(archive: bytes) -> bytes:
    """The file in the archive, which must be undamaged as a whole."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert opened.testzip() is None
        assert (opened.namelist(), opened.read("after")) == (["before", "data", "after"], b"more")
        return opened.read("data")


def edited(data: bytes, draw: random.Random) -> bytes:
    """The data with a place or two that are replaced, longer or shorter."""
    for _ in range(draw.choice([0, 1, 2])):
        at = draw.randrange(len(data) + 1)
        new = draw.randbytes(draw.choice([0, 1, 300]))
        data = data[:at] + new + data[at + draw.choice([0, len(new), 1, CHUNK]) :]
    return data


@pytest.mark.parametrize("seed", range(40))
def test_copying_chunks_changes_nothing(seed: int, tmp_path: Path) -> None:
    draw = random.Random(seed)
    words = [draw.randbytes(20) for _ in range(50)] + ([FLUSH] if seed % 3 == 0 else [])
    data = b"".join(draw.choices(words, k=draw.choice([0, 1, 900, 6_553, 20_000])))
    data += bytes(draw.choice([0, -len(data) % CHUNK]))
    if seed % 3 == 1:
        data += draw.randbytes(CHUNK) + FLUSH * 9
    last = packed(data, tmp_path)
    for _ in range(5):
        data = edited(data, draw)
        whole = packed(data, tmp_path)
        assert packed(data, tmp_path, last) == whole
        assert read(whole) == data
        last = whole


@pytest.mark.parametrize("length", [0, 5, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_a_last_entry_in_one_piece_gives_nothing(length: int, tmp_path: Path) -> None:
    data = (FLUSH * (length // 4 + 1))[:length]
    for level in (1, 9):
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
            archive.writestr("data", data)
        assert packed(data, tmp_path, target.getvalue()) == packed(data, tmp_path)


def test_a_large_entry_has_longer_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = bytes(range(256)) * 2_000
    small = packed(data, tmp_path)
    monkeypatch.setattr(chunks, "ZIP64", 1)
    large = packed(data, tmp_path, small)
    assert len(large) > len(small)
    assert read(large) == data
    assert packed(data + b"x", tmp_path, large) == packed(data + b"x", tmp_path)


def test_after_an_edit_few_chunks_are_deflated(author: Author, monkeypatch: pytest.MonkeyPatch) -> None:
    for file in range(20):
        cards = (f"- question: Which is river {file}, {number}?\n  answer: {'a' * 900}\n" for number in range(100))
        author.section("".join(cards), file=f"rivers-{file}.yaml")
    deflated: list[bytes] = []
    deflate = chunks._deflated

    def counted(chunk: bytes) -> bytes:
        deflated.append(chunk)
        return deflate(chunk)

    monkeypatch.setattr(chunks, "_deflated", counted)
    build = ["build", str(author.folder), "-o", str(author.out)]
    CliRunner().invoke(main, build, catch_exceptions=False)
    first = len(deflated)
    author.edit("river 7, 50?", "river 7, number fifty?", file="rivers-7.yaml")
    CliRunner().invoke(main, build, catch_exceptions=False)
    assert first > 20
    assert 1 <= len(deflated) - first <= 4
