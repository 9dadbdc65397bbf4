"""Pictures and sounds of the deck's media/ folder, named by their content.

Anki never replaces a media file of the same name, so a changed picture must arrive under a new one
(test_anki_import.py, "a changed picture arrives"); the name in the field moves the note's stamp.
"""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Collection, Mapping
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from studydeck.files import OUTSIDE, TOO_BIG, Refused, inside, read_bytes
from studydeck.model import WARNING, Deck, MediaFile, Place, Problem, Text, problem, shown
from studydeck.text import PICTURES, SOUNDS, Guesses, is_sound, media_references
from studydeck.timings import stage

#: Bytes above which a file is a burden on a phone; AnkiWeb refuses files over 100 MB.
HEAVY_FILE = 5_000_000
LARGEST_FILE = 100_000_000
_REMOTE = re.compile(r"[a-z][a-z0-9+.-]+:|//", re.IGNORECASE)


class Media(NamedTuple):
    """`names` maps a file as the author writes it to its name in Anki; `files` are those to ship, by name.

    `asked` are the files that each section file shows, as the author writes them, by the section file's path.
    """

    names: Mapping[str, str]
    files: tuple[MediaFile, ...]
    asked: Mapping[str, Collection[str]] = {}


@stage("media", lambda found: len(found[0].files))
def collect_media(deck: Deck, *, whole: bool) -> tuple[Media, list[Problem]]:
    """The media that the deck's cards show, and the references that lead nowhere.

    Files that no card shows are told only of a `whole` deck: a card that was left out may show them.
    """
    shelf = _Shelf(deck.folder / "media")
    for section in deck.sections:
        if "![" not in "\n".join(section.texts):
            continue
        for text in section.texts:
            for written, alt in media_references(text):
                shelf.take(written, alt, text)
    if isinstance(deck.description, Text) and media_references(deck.description):
        message = "a deck's description shows no pictures and plays no sounds"
        shelf.problems.append(problem("lost-picture", deck.description, message, "take them out"))
    for name in deck.credits:
        shelf.look_for(name)
    if whole:
        shelf.tell_unused()
    files = {name: MediaFile(name, shelf.paths[written]) for written, name in shelf.names.items()}
    return Media(shelf.names, tuple(files[name] for name in sorted(files)), shelf.asked), shelf.problems


class _Shelf:
    """The media folder, and what was taken from it so far."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names: dict[str, str] = {}
        self.paths: dict[str, Path] = {}
        self.problems: list[Problem] = []
        self.asked: dict[str, set[str]] = {}

    @cached_property
    def there(self) -> dict[str, Path]:
        """The folder's files by their names as authors type them: Macs write an accent as a letter of its own."""
        if not inside(self.folder, self.folder.parent):
            return {}
        return {unicodedata.normalize("NFC", name): self.folder / name for name in _files_in(self.folder)}

    @cached_property
    def folded(self) -> dict[str, list[str]]:
        """The files' names by their form in lower case."""
        names: dict[str, list[str]] = {}
        for name in self.there:
            names.setdefault(name.casefold(), []).append(name)
        return names

    @cached_property
    def guesses(self) -> Guesses:
        """What a name that isn't there may have been meant to be."""
        return Guesses(self.there)

    def take(self, written: str, alt: str, at: Text) -> None:
        if not alt.strip() and not is_sound(written):
            message = f"the picture '{written[:60]}' has no text for those who can't see it"
            remedy = "say between the brackets what it shows: ![a river's delta](…)"
            self.problems.append(problem("no-alt", at, message, remedy, WARNING))
        self.asked.setdefault(at.path, set()).add(written)
        if written in self.names:
            return
        name = self._name_of(written, at)
        if isinstance(name, Problem):
            self.problems.append(name)
        else:
            self.names[written] = name
            self.paths[written] = self.there[written]

    def look_for(self, name: Text) -> None:
        """Adds a problem where the folder has no file of this name."""
        if name not in self.there:
            self.problems.append(self._missing(name, name))

    def tell_unused(self) -> None:
        """Adds a warning for each file of the media folder that no card shows."""
        asked = set().union(*self.asked.values())
        for name, path in self.there.items():
            if name not in asked and not path.name.startswith("."):
                remedy = "delete it, or show it in a card"
                self.problems.append(
                    problem("unused-media", Place(shown(path)), "no card shows this file", remedy, WARNING)
                )

    def _name_of(self, written: str, at: Text) -> str | Problem:
        """The file's name in Anki, or the problem with it."""
        if _REMOTE.match(written):
            message = f"'{written[:60]}' is not a file of the deck, and phones study offline"
            return problem("lost-picture", at, message, "save it in the media folder, and write its name there")
        if not written:
            return problem("lost-picture", at, "a picture has no name", "write it: ![a river's delta](delta.svg)")
        if written not in self.there:
            return self._missing(written, at)
        path = self.there[written]
        suffix = Path(written).suffix.lower()
        if suffix and suffix not in (*PICTURES, *SOUNDS):
            message = f"'{written[:60]}' has an ending that is no picture's or sound's"
            return problem("lost-picture", at, message, f"save it as one of these: {' '.join((*PICTURES, *SOUNDS))}")
        twins = [name for name in self.folded[written.casefold()] if name != written]
        if twins:
            message = f"'{written}' and '{twins[0]}' are one file on a Mac or a phone"
            return problem("lost-picture", at, message, "give one of the two another name")
        try:
            data = read_bytes(path, self.folder, LARGEST_FILE)
        except OSError as error:
            if error.strerror == OUTSIDE:
                return _elsewhere(written, at)
            if isinstance(error, Refused) and error.strerror == TOO_BIG:
                message = f"'{written}' has {error.size / 1e6:.0f} MB, more than AnkiWeb takes"
                return problem("too-big", at, message, "make it smaller")
            message = f"'{written}' can't be read ({error.strerror})"
            return problem("lost-picture", at, message, "give yourself leave to read it")
        if not data:
            return problem("lost-picture", at, f"'{written}' is an empty file", "put the picture there again")
        if len(data) > HEAVY_FILE:
            message = f"'{written}' has {len(data) / 1e6:.0f} MB"
            self.problems.append(problem("too-big", at, message, "make it smaller", WARNING))
        return hashlib.sha256(data).hexdigest()[:24] + suffix

    def _missing(self, written: str, at: Text) -> Problem:
        if "\0" not in written and not inside(self.folder / written, self.folder):
            return _elsewhere(written, at)
        guess = next(iter(self.folded.get(written.casefold(), ())), None) or self.guesses.near(
            written.removeprefix("media/")
        )
        remedy = f"did you mean '{guess}'?" if guess else "put the file there, or mend its name"
        message = f"there is no file '{written[:60]}' in the deck's media folder"
        return problem("lost-picture", at, message, remedy)


def _elsewhere(written: str, at: Text) -> Problem:
    message = f"'{written[:60]}' lies outside the deck's media folder"
    return problem("lost-picture", at, message, "put a copy into the media folder")


def _files_in(folder: Path) -> list[str]:
    """The regular files below `folder` as an author names them, links not followed out of it."""
    files = []
    for parent, _, names in os.walk(folder):
        for name in names:
            path = Path(parent, name)
            if path.is_file():
                files.append(path.relative_to(folder).as_posix())
    return sorted(files)
