"""Makes the sounds of texts that are read aloud, with a program that the command line names: `speak`, and builds.

A sound is a file in media/spoken/, named by its text and language and by the voice, so the same text is never spoken
twice. Builds ship what is there. No file of a deck names a program, since a stranger's deck could then run anything.
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from studydeck.files import inside, write_file
from studydeck.model import Deck
from studydeck.patterns import pattern
from studydeck.pipeline import Loaded, Progress, no_progress
from studydeck.programs import output_of
from studydeck.render.speech import Spoken, all_spoken
from studydeck.text.media import SPOKEN

_NAME = pattern(r"([0-9a-f]{20})-([0-9a-f]{8})\.(?:wav|mp3|ogg|flac)")
#: How sounds start, and how their files' names end.
_FORMATS = {b"RIFF": ".wav", b"OggS": ".ogg", b"fLaC": ".flac"}
_FORMATS |= dict.fromkeys((b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"), ".mp3")
_SECONDS = 60.0  # for a text
_MOST_BYTES = 5_000_000
_PATIENCE = 3  # failures


class Said(NamedTuple):
    """How many sounds were made, how many were there already, and how many were deleted, as no card needs them."""

    made: int
    kept: int
    deleted: int


def speak(loaded: Loaded, command: str, progress: Progress = no_progress) -> Said:
    """Makes the sounds that the deck's cards lack with the program `command`, and deletes those that none needs.

    The program gets a text as its input and writes a sound; `{language}` in `command` is the text's language. A sound
    of another voice is made again. Raises ValueError with a sentence for a deck with errors, or if the program fails
    for a text; what was made is kept then.
    """
    loaded.refuse_errors()
    wanted = {each.name: each for _, each in all_spoken(loaded.deck)}
    voice, there = _voice(command), _sounds_of(loaded.deck)
    good = {found[1] for found in there.values() if found[2] == voice}
    lacking = [each for name, each in wanted.items() if name not in good]
    if failures := _make(lacking, loaded.deck, command, progress):
        raise ValueError(failures[0])
    old = [path for path, found in there.items() if found[1] not in wanted or found[2] != voice]
    for path in old:
        path.unlink()
    return Said(len(lacking), len(wanted) - len(lacking), len(old))


def speak_lacking(loaded: Loaded, command: str, progress: Progress) -> list[str]:
    """Makes the sounds of texts that have none at all, as `speak` does, and returns a sentence for each failure.

    Sounds of another voice stay, and nothing is deleted: a build changes no card that needn't change.
    """
    there = {found[1] for found in _sounds_of(loaded.deck).values()}
    lacking = {each.name: each for _, each in all_spoken(loaded.deck) if each.name not in there}
    return _make(list(lacking.values()), loaded.deck, command, progress)


def _make(lacking: Sequence[Spoken], deck: Deck, command: str, progress: Progress) -> list[str]:
    """Makes sounds, one by one, and returns a sentence for each text for which the program failed.

    A program that fails again and again in one language isn't asked for more of it: it may take a minute each time.
    """
    failures: list[str] = []
    in_a_row: Counter[str] = Counter()
    for number, each in enumerate(lacking):
        progress(number / len(lacking))
        if in_a_row[each.language] == _PATIENCE:
            continue
        try:
            data = _sound_of(each, command)
        except ValueError as error:
            failures.append(str(error))
            in_a_row[each.language] += 1
            continue
        in_a_row[each.language] = 0
        path = deck.folder / "media" / SPOKEN / f"{each.name}-{_voice(command)}{_suffix(data)}"
        write_file(path, data, deck.folder)
    return failures


def _voice(command: str) -> str:
    return hashlib.blake2b(command.encode(), digest_size=4).hexdigest()


def _sounds_of(deck: Deck) -> dict[Path, re.Match[str]]:
    """The sounds that are there, each with what names its text and its voice."""
    folder = deck.folder / "media" / SPOKEN
    paths: list[Path] = []
    with suppress(OSError):
        if inside(folder, deck.folder):
            paths = sorted(path for path in folder.iterdir() if path.is_file() and not path.is_symlink())
    return {path: found for path in paths if (found := _NAME.fullmatch(path.name))}


def _sound_of(text: Spoken, command: str) -> bytes:
    """What the program says. Raises ValueError with a sentence if it fails, or if that isn't a sound."""
    if "{language}" in command and not text.language:
        raise ValueError(f"'{text.words[:40]}' has no language to speak it in; write language: in deck.yaml")
    program = command.replace("{language}", text.language)
    data = _complete(output_of(program, f"{text.words}\n".encode(), _SECONDS, _MOST_BYTES))
    if not _suffix(data):
        raise ValueError(
            f"'{command}' wrote no sound that Anki plays; have it write WAV, MP3, Ogg or FLAC to its output"
        )
    return data


def _suffix(data: bytes) -> str:
    """The end of a sound's file name; "" if it isn't a sound."""
    return next((suffix for start, suffix in _FORMATS.items() if data.startswith(start)), "")


def _complete(data: bytes) -> bytes:
    """A WAV file with its true length, which a program that writes to a pipe can't know; nothing if that is none.

    Any other sound is returned as it is.
    """
    at = data.find(b"data", 12, 200)
    if not data.startswith(b"RIFF") or at < 0:
        return data
    if len(data) == at + 8:
        return b""
    size = struct.pack("<I", len(data) - 8)
    return data[:4] + size + data[8 : at + 4] + struct.pack("<I", len(data) - at - 8) + data[at + 8 :]
