"""The end of `speak`: a sound for each text that is to be spoken, made by a program that the command line names.

A sound is a file in media/spoken/, named by its text and language and by the voice, so the same text is never spoken
twice. The build ships what is there, and runs nothing: a stranger's deck can't choose a program.
"""

from __future__ import annotations

import hashlib
import shlex
import struct
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from studydeck.files import inside, write_files
from studydeck.patterns import pattern
from studydeck.pipeline import Loaded
from studydeck.programs import output_of
from studydeck.render.speech import Spoken, all_spoken
from studydeck.text.media import SPOKEN

_NAME = pattern(r"([0-9a-f]{20})-([0-9a-f]{8})\.(?:wav|mp3|ogg|flac)")
#: How sounds start, and how their files' names end.
_FORMATS = {b"RIFF": ".wav", b"OggS": ".ogg", b"fLaC": ".flac"}
_FORMATS |= dict.fromkeys((b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"), ".mp3")
_SECONDS = 60.0  # for a text
_MOST_BYTES = 5_000_000


class Said(NamedTuple):
    """How many sounds were made, how many were there already, and how many were deleted, as no card needs them."""

    made: int
    kept: int
    deleted: int


def speak(loaded: Loaded, command: str, progress: Callable[[float], None] = lambda done: None) -> Said:
    """Makes the sounds that the deck's cards lack with the program `command`, and deletes those that none needs.

    The program gets a text as its input and writes a sound; `{language}` in `command` is the text's language. Raises
    ValueError with a sentence for a deck with errors, or if the program fails; what was made until then is kept.
    """
    if loaded.errors:
        raise ValueError(f"{loaded.deck.folder} has errors: {loaded.errors[0]}")
    folder = loaded.deck.folder / "media" / SPOKEN
    voice = hashlib.blake2b(command.encode(), digest_size=4).hexdigest()
    wanted = {each.name: each for _, each in all_spoken(loaded.deck)}
    there = {path: found for path in _files_in(folder, loaded) if (found := _NAME.fullmatch(path.name))}
    good = {found[1] for found in there.values() if found[2] == voice}
    lacking = [each for name, each in wanted.items() if name not in good]
    for number, each in enumerate(lacking):
        progress(number / len(lacking))
        data = _sound_of(each, command)
        write_files({folder / f"{each.name}-{voice}{_suffix(data, command)}": data}, loaded.deck.folder)
    old = [path for path, found in there.items() if found[1] not in wanted or found[2] != voice]
    for path in old:
        path.unlink()
    return Said(len(lacking), len(wanted) - len(lacking), len(old))


def _files_in(folder: Path, loaded: Loaded) -> list[Path]:
    with suppress(OSError):
        if inside(folder, loaded.deck.folder):
            return sorted(path for path in folder.iterdir() if path.is_file() and not path.is_symlink())
    return []


def _sound_of(text: Spoken, command: str) -> bytes:
    if "{language}" in command and not text.language:
        raise ValueError(f"'{text.words[:40]}' has no language to speak it in; write language: in deck.yaml")
    words = [word.replace("{language}", text.language) for word in shlex.split(command)]
    return _complete(output_of(words, f"{text.words}\n".encode(), _SECONDS, _MOST_BYTES))


def _suffix(data: bytes, command: str) -> str:
    for start, suffix in _FORMATS.items():
        if data.startswith(start):
            return suffix
    raise ValueError(f"'{command}' wrote no sound that Anki plays; have it write WAV, MP3, Ogg or FLAC to its output")


def _complete(data: bytes) -> bytes:
    """A WAV file with its true length, which a program that writes to a pipe can't know; any other sound as it is."""
    at = data.find(b"data", 12, 200)
    if not data.startswith(b"RIFF") or at < 0:
        return data
    size = struct.pack("<I", len(data) - 8)
    return data[:4] + size + data[8 : at + 4] + struct.pack("<I", len(data) - at - 8) + data[at + 8 :]
