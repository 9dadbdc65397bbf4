"""Pictures and sounds of the deck's media/ folder, named by their content.

Anki never replaces a media file of the same name, so a changed picture must arrive under a new one
(test_anki_import.py, "a changed picture arrives"); the name in the field moves the note's stamp.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from builder.model import WARNING, Deck, MediaFile, Place, Problem, Text, problem, shown
from builder.text import is_sound, media_references, near

#: Bytes above which a file is a burden on a phone; AnkiWeb refuses files over 100 MB.
HEAVY_FILE = 5_000_000
LARGEST_FILE = 100_000_000
_REMOTE = re.compile(r"[a-z][a-z0-9+.-]+:|//", re.IGNORECASE)


class Media(NamedTuple):
    """`names` maps a file as the author writes it to its name in Anki; `files` are those to ship, by name."""

    names: Mapping[str, str]
    files: tuple[MediaFile, ...]


def collect_media(deck: Deck) -> tuple[Media, list[Problem]]:
    """The media that the deck's cards show, and the references that lead nowhere."""
    shelf = _Shelf(deck.folder / "media", deck.folder)
    for section in deck.sections:
        for card in section.cards:
            for text in card.texts:
                if "![" in text:
                    for written, alt in media_references(text):
                        shelf.take(written, alt, text)
    shelf.tell_unused()
    files = {name: MediaFile(name, shelf.folder / written) for written, name in shelf.names.items()}
    return Media(shelf.names, tuple(files[name] for name in sorted(files))), shelf.problems


class _Shelf:
    """The media folder, and what was taken from it so far."""

    def __init__(self, folder: Path, deck_folder: Path) -> None:
        self.folder = folder
        self.deck_folder = deck_folder
        self.names: dict[str, str] = {}
        self.problems: list[Problem] = []
        self.asked: set[str] = set()
        self.there: list[str] | None = None

    def take(self, written: str, alt: str, at: Text) -> None:
        if not alt.strip() and not is_sound(written):
            message = f"the picture '{written[:60]}' has no text for those who can't see it"
            remedy = "say between the brackets what it shows: ![a river's delta](…)"
            self.problems.append(problem("no-alt", at, message, remedy, WARNING))
        self.asked.add(written)
        if written in self.names:
            return
        name = self._name_of(written, at)
        if isinstance(name, Problem):
            self.problems.append(name)
        else:
            self.names[written] = name

    def tell_unused(self) -> None:
        """Adds a warning for each file of the media folder that no card shows."""
        for name in _files_in(self.folder):
            if name not in self.asked and not Path(name).name.startswith("."):
                at = Place(shown(self.folder / name))
                remedy = "delete it, or show it in a card"
                self.problems.append(problem("unused-media", at, "no card shows this file", remedy, WARNING))

    def _name_of(self, written: str, at: Text) -> str | Problem:
        """The file's name in Anki, or the problem with it."""
        if _REMOTE.match(written):
            message = f"'{written[:60]}' is not a file of the deck, and phones study offline"
            return problem("lost-picture", at, message, "save it in the media folder, and write its name there")
        path = self.folder / written
        home = os.path.realpath(self.folder)
        real = os.path.realpath(path)
        if os.path.isabs(written) or os.path.commonpath([real, home]) != home or "\\" in written:
            message = f"'{written[:60]}' lies outside the deck's media folder"
            return problem("lost-picture", at, message, "put a copy into the media folder")
        if self.there is None:
            self.there = _files_in(self.folder)
        if written not in self.there:
            return self._missing(written, at)
        twins = [name for name in self.there if name.casefold() == written.casefold() and name != written]
        if twins:
            message = f"'{written}' and '{twins[0]}' are one file on a Mac or a phone"
            return problem("lost-picture", at, message, "give one of the two another name")
        try:
            data = path.read_bytes()
        except OSError as error:
            message = f"'{written}' can't be read ({error.strerror})"
            return problem("lost-picture", at, message, "give yourself leave to read it")
        if not data:
            return problem("lost-picture", at, f"'{written}' is an empty file", "put the picture there again")
        if len(data) > HEAVY_FILE:
            too_much = len(data) > LARGEST_FILE
            message = f"'{written}' has {len(data) / 1e6:.0f} MB" + (", more than AnkiWeb takes" if too_much else "")
            heavy = problem("too-big", at, message, "make it smaller", "error" if too_much else WARNING)
            if too_much:
                return heavy
            self.problems.append(heavy)
        return hashlib.sha256(data).hexdigest()[:24] + Path(written).suffix.lower()

    def _missing(self, written: str, at: Text) -> Problem:
        assert self.there is not None
        guess = next((name for name in self.there if name.casefold() == written.casefold()), None)
        guess = guess or near(written.removeprefix("media/"), self.there)
        remedy = f"did you mean '{guess}'?" if guess else "put the file there, or mend its name"
        message = f"there is no file '{written[:60]}' in the deck's media folder"
        return problem("lost-picture", at, message, remedy)


def _files_in(folder: Path) -> list[str]:
    """The regular files below `folder` as an author names them, links not followed out of it."""
    files = []
    for parent, _, names in os.walk(folder):
        for name in names:
            path = Path(parent, name)
            if path.is_file():
                files.append(path.relative_to(folder).as_posix())
    return sorted(files)
