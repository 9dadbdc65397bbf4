"""Very wide pictures are known by the first bytes of their files."""

from __future__ import annotations

import io
import struct

import pytest
from author import Author

from studydeck.pipeline import compile_notes
from studydeck.render.shapes import width_to_height

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\0\1\1\0\0\1\0\1\0\0\xff\xc0\x00\x11\x08" + struct.pack(">HH", 100, 900)
WIDE = {
    "png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 900, 100),
    "gif": b"GIF89a" + struct.pack("<HH", 900, 100),
    "jpg": JPEG,
    "late.jpg": JPEG[:20] + b"\xff\xe2\xff\xff".ljust(65_537, b"x") * 40 + JPEG[20:],
    "webp": b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + (899).to_bytes(3, "little") + (99).to_bytes(3, "little"),
    "lossless.webp": b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0/" + (899 | 99 << 14).to_bytes(4, "little"),
    "lossy.webp": b"RIFF\0\0\0\0WEBPVP8 " + bytes(10) + struct.pack("<HH", 900, 100),
    "sides.svg": b'<?xml version="1.0"?><svg width="900" height="100px" viewBox="0 0 1 1">',
    "box.svg": b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900,100"><path/>',
}


@pytest.mark.parametrize("name", WIDE)
def test_how_wide_a_picture_is_for_its_height(name: str) -> None:
    assert width_to_height(io.BytesIO(WIDE[name])) == 9


DAMAGED = [b"", b"\x89PNG", b"GIF8", b"\xff\xd8", b"\xff\xd8\xff", b"RIFF", b"\x89PNG" + bytes(40), JPEG[:25]]
DAMAGED += [
    b"\xff\xd8" + b"\xff\0\0\0" * 20_000,
    b"<svg>",
    b"<svg width='1.2.3' height='.'>",
    b'<svg viewBox="0 0 0 0">',
]


@pytest.mark.parametrize("data", DAMAGED)
def test_nothing_is_known_of_a_damaged_picture(data: bytes) -> None:
    assert width_to_height(io.BytesIO(data)) == 0


def test_a_very_wide_picture_scrolls_and_one_with_a_width_keeps_it(author: Author) -> None:
    author.write("media/strip.svg", WIDE["box.svg"].decode())
    author.write("media/square.svg", "<svg viewBox='0 0 9 9'/>")
    author.section(
        "  - {id: a, question: What is drawn?, answer: '![a](strip.svg)'}\n"
        "  - {id: b, question: What else?, answer: '![a|50%](strip.svg) ![b](square.svg)'}\n"
    )
    strip, both = (note.fields[1] for note in compile_notes(author.load()))
    assert strip.startswith('<span class="q-wide"><img src="')
    assert '-9x1.svg" alt="a" style="width:max(100%,27em)" /></span>' in strip
    assert "q-wide" not in both
