"""Pictures and sounds of the deck's media/ folder, named by their content.

Anki never replaces a media file of the same name, so a changed picture must arrive under a new one
(test_anki_import.py, "a changed picture arrives"); the name in the field moves the note's stamp.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Collection, Container, Iterable, Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, NamedTuple

from studydeck.counting import counted
from studydeck.files import OUTSIDE, TOO_BIG, Refused, digest_of, inside
from studydeck.model import WARNING, Card, Deck, MediaFile, Place, Problem, Text, problem, shown
from studydeck.model.kinds import Size
from studydeck.patterns import pattern
from studydeck.render.shapes import size_of, width_to_height
from studydeck.terminal import command_line
from studydeck.text import (
    FONTS,
    PICTURES,
    SOUNDS,
    Guesses,
    Slip,
    is_sound,
    media_and_slips,
    media_references,
    names_a_file,
    names_in,
    no_width,
    spelled,
)
from studydeck.text.media import SPOKEN, WIDE, WIDEST
from studydeck.timings import stage

#: Bytes above which a file is too heavy for a phone; AnkiWeb refuses files over 100 MB.
HEAVY_FILE = 5_000_000
LARGEST_FILE = 100_000_000
#: A program that speaks, as an example to paste.
_SPEAKER = "espeak-ng -v {language} --stdin --stdout"
_REMOTE = pattern(r"[a-z][a-z0-9+.-]+:|//", re.IGNORECASE)


class Media(NamedTuple):
    """`names` maps a file as the author writes it to its name in Anki; `files` are those to ship, by name.

    `asked` are the files that each section file shows, as the author writes them, by the section file's path. `sizes`
    are those of the pictures with parts to name, None if one can't be told.
    """

    names: Mapping[str, str]
    files: tuple[MediaFile, ...]
    asked: Mapping[str, Collection[str]] = {}
    sizes: Mapping[str, Size | None] = {}


@stage("media", lambda found: len(found[0].files))
def collect_media(deck: Deck, *, whole: bool) -> tuple[Media, list[Problem]]:
    """The media that the deck's cards use, and the problems with them.

    Unused files are reported only if the deck is `whole`: a card that was left out may use them.
    """
    shelf = _Shelf(deck.folder / "media")
    for section in deck.sections:
        for html in section.html:
            from studydeck.text.clean import html_references  # few decks need it

            for written, alt in html_references(html):
                shelf.take(written, alt, html)
        for card in section.cards if section.masked else ():
            if card.kind.masks:
                shelf.take_masked(card.asks)
        joined = "\n".join(section.texts)
        if "![" not in joined and "[sound:" not in joined and not names_a_file(joined):
            continue
        for text in section.texts:
            shown_there, slips = media_and_slips(text)
            for written, alt in shown_there:
                shelf.take(written, alt, text)
            for slip in slips:
                shelf.report(slip, text)
    if isinstance(deck.description, Text) and media_references(deck.description):
        message = "a deck's description can't have pictures or sounds"
        shelf.problems.append(problem("lost-picture", deck.description, message, "remove them"))
    for name in deck.credits:
        shelf.look_for(name)
    if deck.speaks:
        shelf.take_all_spoken(deck)
    if whole:
        shelf.report_unused(section.texts for section in deck.sections)
    for own in deck.own_kinds:
        shelf.take_templates(deck.folder / "note-types" / own)
    files = {name: MediaFile(name, shelf.paths[written]) for written, name in shelf.names.items()}
    return Media(shelf.names, tuple(files[name] for name in sorted(files)), shelf.asked, shelf.sizes), shelf.problems


class _Shelf:
    """The media folder, and the files taken from it so far."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names: dict[str, str] = {}
        self.paths: dict[str, str] = {}
        self.problems: list[Problem] = []
        self.asked: dict[str, set[str]] = {}
        self.sizes: dict[str, Size | None] = {}
        self.slipped: set[str] = set()  # the files in spellings that show nothing

    def take_templates(self, folder: Path) -> None:
        """Takes the pictures, sounds and fonts that a note type's templates show: those whose names start with `_`.

        Anki leaves these alone whatever the notes show, and never overwrites one, so they keep their names.
        """
        for path in sorted(folder.glob("_*")):
            if path.suffix.lower() not in (*PICTURES, *SOUNDS, *FONTS):
                continue
            try:
                digest_of(path, folder, LARGEST_FILE)
            except OSError as error:
                message, remedy = f"it can't be read ({error.strerror})", "replace it with the file itself"
                self.problems.append(problem("lost-picture", Place(shown(path)), message, remedy))
                continue
            if path.stat().st_size:
                self.names[f"{folder.name}/{path.name}"] = path.name
                self.paths[f"{folder.name}/{path.name}"] = os.fspath(path)

    @cached_property
    def there(self) -> dict[str, str]:
        """The folder's files by their names as authors type them: Macs store accents as separate characters."""
        if not inside(self.folder, self.folder.parent):
            return {}
        return {unicodedata.normalize("NFC", name): path for name, path in _files_in(self.folder)}

    @cached_property
    def folded(self) -> dict[str, list[str]]:
        """The files' names by their form in lower case."""
        names: dict[str, list[str]] = {}
        for name in self.there:
            names.setdefault(name.casefold(), []).append(name)
        return names

    @cached_property
    def guesses(self) -> Guesses:
        """Guesses at the file that a wrong name means."""
        return Guesses(self.there)

    def take(self, written: str, alt: str, at: Text) -> None:
        if not alt.strip() and not is_sound(written):
            message = f"the picture '{written[:60]}' has no alternative text"
            remedy = "describe it between the brackets: ![a river's delta](…)"
            self.problems.append(problem("no-alt", at, message, remedy, WARNING))
        if width := no_width(alt):
            message = f"'{width}' isn't a width, so learners would read it as text"
            remedy = "write 1% to 100%, or 20 to 9999 pixels, as in ![a river's delta|50%](…)"
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

    def take_masked(self, written: Text) -> None:
        """Takes a picture with parts to name."""
        if not written.lower().endswith(PICTURES):
            message = f"'{written[:60]}' doesn't have the extension of a picture"
            remedy = f"save it as one of these: {' '.join(PICTURES)}"
            self.problems.append(problem("lost-picture", written, message, remedy))
            return
        self.take(written, "a picture with parts", written)
        if written not in self.sizes:
            self.sizes[written] = None
            if path := self.paths.get(written):
                with open(path, "rb", buffering=0) as file:
                    self.sizes[written] = size_of(file)

    @cached_property
    def spoken(self) -> dict[str, str]:
        """The sounds of spoken texts by what names the text; the first, if there are several voices."""
        names = [name for name in self.there if name.startswith(f"{SPOKEN}/")]
        return {name[len(SPOKEN) + 1 :].partition("-")[0]: name for name in sorted(names, reverse=True)}

    def take_all_spoken(self, deck: Deck) -> None:
        """Takes the sounds of all texts that are read aloud; adds a warning if some aren't there yet."""
        from studydeck.render.speech import all_spoken

        for card, spoken in all_spoken(deck, by_device=True):
            if not spoken.directive:
                why = f"language '{spoken.language}' names no country" if spoken.language else "language is unknown"
                message = f"no device can read this text aloud, since its {why}"
                remedy = "write language: or answer-language: with the country whose voices read it, such as en-GB"
                self.problems.append(problem("unspoken", card.place, message, remedy, WARNING))
                break  # the others mostly have the same language
        silent: dict[str, Card] = {}  # the first card of each text
        for card, spoken in all_spoken(deck):
            if not self.take_spoken(spoken.name, card):
                silent.setdefault(spoken.name, card)
        if silent:
            have = "has" if len(silent) == 1 else "have"
            message = f"{counted(len(silent), 'text')} to be read aloud {have} no sound"
            remedy = f"make the sounds: {command_line('speak', shown(deck.folder), '--with', _SPEAKER)}"
            self.problems.append(problem("unspoken", next(iter(silent.values())).place, message, remedy, WARNING))

    def take_spoken(self, name: str, card: Card) -> bool:
        """Takes the sound of a text of a card, by what names the text; whether there is one."""
        written = f"{SPOKEN}/{name}"
        if written not in self.names and name in self.spoken:
            found = self._name_of(self.spoken[name], card.own_text)
            if isinstance(found, Problem):
                self.problems.append(found)
                return True
            self.names[written], self.paths[written] = found, self.there[self.spoken[name]]
        if written in self.names:
            self.asked.setdefault(card.place.path, set()).add(written)
        return written in self.names

    def look_for(self, name: Text) -> None:
        """Adds a problem if the folder has no file of this name."""
        if name not in self.there:
            self.problems.append(self._missing(name, name))

    def report(self, slip: Slip, at: Text) -> None:
        """Adds a warning for a spelling that shows no picture and plays no sound."""
        self.slipped.add(slip.file)
        way = "play a sound" if is_sound(slip.file) else "show a picture"
        message = f"'{slip.typed[:60]}' isn't how cards {way}"
        remedy = f"write {spelled(slip.file, slip.alt)}"
        self.problems.append(problem("lost-picture", at, message, remedy, WARNING))

    def report_unused(self, texts: Iterable[Iterable[Text]]) -> None:
        """Adds a warning for each file in the media folder that no card uses; at the card that names it, if one does.

        `texts` are those of each section.
        """
        asked = self.slipped.union(*self.asked.values())
        unused = {name: path for name, path in self.there.items() if name not in asked and _is_authors(path, name)}
        named = _named(unused, texts) if unused else {}
        for name, path in unused.items():
            if name in named:
                effect = "doesn't play it" if is_sound(name) else "doesn't show it"
                message, remedy = f"this names '{name}' but {effect}", f"write {spelled(name)}, or delete the file"
                self.problems.append(problem("unused-media", named[name], message, remedy, WARNING))
            else:
                message, remedy = "no card uses this file", "delete it, or use it in a card"
                self.problems.append(problem("unused-media", Place(shown(Path(path))), message, remedy, WARNING))

    def _name_of(self, written: str, at: Text) -> str | Problem:
        """The file's name in Anki, or the problem with it."""
        if _REMOTE.match(written):
            message = f"'{written[:60]}' isn't a file of the deck, and phones study offline"
            return problem("lost-picture", at, message, "save it in the media folder, and write its name here")
        if not written:
            return problem("lost-picture", at, "the picture has no file", "write one: ![a river's delta](delta.svg)")
        if written not in self.there:
            return self._missing(written, at)
        path = self.there[written]
        suffix = Path(written).suffix.lower()
        if suffix and suffix not in (*PICTURES, *SOUNDS):
            message = f"'{written[:60]}' doesn't have the extension of a picture or sound"
            return problem("lost-picture", at, message, f"save it as one of these: {' '.join((*PICTURES, *SOUNDS))}")
        twins = [name for name in self.folded[written.casefold()] if name != written]
        if twins:
            message = f"'{written}' and '{twins[0]}' are the same file on a Mac or a phone"
            return problem("lost-picture", at, message, "rename one of them")
        try:
            digest = digest_of(path, self.folder, LARGEST_FILE)
            with open(path, "rb", buffering=0) as file:
                name, size = name_in_anki(file, digest, suffix), os.fstat(file.fileno()).st_size
        except OSError as error:
            if error.strerror == OUTSIDE:
                return _elsewhere(written, at)
            if isinstance(error, Refused) and error.strerror == TOO_BIG:
                message = f"'{written}' is {error.size / 1e6:.0f} MB, more than AnkiWeb accepts"
                return problem("too-big", at, message, "make it smaller")
            message = f"'{written}' can't be read ({error.strerror})"
            return problem("lost-picture", at, message, "fix the file's permissions")
        if not size:
            return problem("lost-picture", at, f"'{written}' is empty", "replace it with the picture")
        if size > HEAVY_FILE:
            message = f"'{written}' is {size / 1e6:.0f} MB"
            self.problems.append(problem("too-big", at, message, "make it smaller", WARNING))
        return name

    def _missing(self, written: str, at: Text) -> Problem:
        if "\0" not in written and not inside(self.folder / written, self.folder):
            return _elsewhere(written, at)
        guess = next(iter(self.folded.get(written.casefold(), ())), None) or self.guesses.near(
            written.removeprefix("media/")
        )
        remedy = f"did you mean '{guess}'?" if guess else "add the file, or fix its name"
        message = f"there is no file '{written[:60]}' in the deck's media folder"
        return problem("lost-picture", at, message, remedy)


def _is_authors(path: str, name: str) -> bool:
    """Whether a file in the media folder isn't hidden, nor a spoken text's sound."""
    return not (os.path.basename(path).startswith(".") or name.startswith(f"{SPOKEN}/"))


def name_in_anki(file: BinaryIO, digest: str, suffix: str) -> str:
    """The name that a picture or sound has in Anki, in an open file whose bytes have this hash."""
    return f"{digest[:24]}{_shape(file, suffix)}{suffix}"


def _named(files: Container[str], texts: Iterable[Iterable[Text]]) -> dict[str, Text]:
    """The first text that names each of `files`, if any does."""
    named: dict[str, Text] = {}
    for section in texts:
        for text in section if names_a_file("\n".join(section)) else ():
            for name in names_in(text):
                if name in files:
                    named.setdefault(name, text)
    return named


def _shape(file: BinaryIO, suffix: str) -> str:
    """The end of a very wide picture's name, from which `text/media.py` knows how many times as wide as high it is."""
    wide = 0 if suffix in SOUNDS else round(width_to_height(file))
    return f"-{min(wide, WIDEST)}x1" if wide >= WIDE else ""


def _elsewhere(written: str, at: Text) -> Problem:
    message = f"'{written[:60]}' is outside the deck's media folder"
    return problem("lost-picture", at, message, "copy it into the media folder")


def _files_in(folder: Path) -> list[tuple[str, str]]:
    """The regular files below `folder` as an author names them, with their paths; links to folders aren't followed."""
    files = []
    folders = [("", os.fspath(folder))]
    while folders:
        before, path = folders.pop()
        with suppress(OSError), os.scandir(path) as entries:
            for each in entries:
                if each.is_dir(follow_symlinks=False):
                    folders.append((f"{before}{each.name}/", each.path))
                elif each.is_file(follow_symlinks=False) or os.path.isfile(each.path):
                    files.append((f"{before}{each.name}", each.path))
    return sorted(files)
