"""What was shipped: each note as learners got it, for commands that compare it with a collection and the YAML.

A text counts only if its hash is the one that a lock has for the build: so it is found or it isn't, and never guessed.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from studydeck.files import folder_name, package_path
from studydeck.history import LOCK_FILE, NoteRecord, git, note_type_ids, records_in
from studydeck.history.identity import content_digest
from studydeck.history.plan import old_digest
from studydeck.model import Deck, Note
from studydeck.package.read import read_package
from studydeck.pipeline import Loaded, compile_notes, load
from studydeck.shipped import shipped


class Base(NamedTuple):
    """A note as a build shipped it: its stamp in seconds, its fields as HTML by their names, and its tags."""

    stamp: int
    fields: Mapping[str, str]
    tags: tuple[str, ...]


class Bases:
    """The builds of a deck's notes: the last one, and the older ones that git has.

    Stamps are from the deck's lock, caught up with newer builds; texts from the YAML, where it is as it was built, from
    the package in `out`, and from the YAML in git. Each is read when it is first needed, so ask before a build replaces
    the package.
    """

    def __init__(self, loaded: Loaded, out: Path) -> None:
        self.loaded, self.deck = loaded, loaded.deck
        self._package = package_path(loaded.deck.folder, out)
        self._older = self._locks_in_git()
        self._in_git: dict[str, dict[int, tuple[str, str]]] = {}  # contents and commits by stamp, by guid
        self._texts_at: dict[str, dict[str, Note]] = {}  # by commit and content

    def of(self, guid: str, stamp: int) -> Base | None:
        """The build that somebody has whose note has this stamp, in seconds: the newest that there was by then.

        What was pulled since the last build counts as one. None if no such build is known, or not its text.
        """
        last = self._last.get(guid)
        if pulled := self._pulled(guid, last.modified if last else 0, stamp):
            return pulled
        if last is not None and last.modified <= stamp:
            return self._with_text(guid, last.modified, last.content, "HEAD")
        packed = self._packed.get(guid)
        if packed is not None and packed.stamp == stamp:
            return packed
        older = self._in_git.setdefault(guid, {})
        while not any(each <= stamp for each in older) and next(self._older, None):
            pass
        by_then = [each for each in older if each <= stamp]
        if packed is not None and packed.stamp <= stamp and packed.stamp > max(by_then, default=0):
            return packed
        return self._with_text(guid, max(by_then), *older[max(by_then)]) if by_then else None

    def last(self, guid: str) -> Base | None:
        """The last build of a note, whoever has it; None if there was none, or its text isn't known."""
        last = self._last.get(guid)
        return self.of(guid, last.modified) if last else None

    def _pulled(self, guid: str, after: int, until: int) -> Base | None:
        """What was pulled of a note since the last build and by then, if it is still so in the YAML."""
        content, stamp = self.loaded.lock.pulled.get(guid, ("", 0))
        note = self.notes.get(guid) if after < stamp <= until else None
        return _base(stamp, note) if note is not None and content_digest(note) == content else None

    def _with_text(self, guid: str, stamp: int, content: str, commit: str) -> Base | None:
        note = self.notes.get(guid)
        if note is not None and content_digest(note) == content:
            return _base(stamp, note)
        packed = self._packed.get(guid)
        if packed is not None and self._packed_contents[guid] == content:
            return packed._replace(stamp=stamp)
        revision = git.commit_of(self.deck.folder, commit)
        if revision is None:
            return None
        if revision not in self._texts_at:
            self._texts_at[revision] = {content_digest(each): each for each in notes_at(self.deck, revision)}
        then = self._texts_at[revision].get(content)
        return _base(stamp, then) if then is not None and then.identity.guid == guid else None

    @cached_property
    def notes(self) -> dict[str, Note]:
        """The deck's notes as they are in the YAML now, by guid, in study order."""
        return {note.identity.guid: note for note in compile_notes(self.loaded)}

    @cached_property
    def _last(self) -> dict[str, NoteRecord]:
        """What the last build shipped, by guid."""
        known = shipped(self.deck.folder, self.loaded.lock, self.loaded.known, self._package)
        return {each.guid: each for each in known.lock.notes.values()}

    @cached_property
    def _packed(self) -> dict[str, Base]:
        """The notes of the package in the output folder, by guid; none if it belongs to another deck."""
        self._packed_contents: dict[str, str] = {}
        ids = note_type_ids(self.deck, self.loaded.lock)
        with suppress(ValueError, OSError):
            notes, types = read_package(self._package, ids)
            if all(each.id == ids.get(each.key) for each, _ in types):
                self._packed_contents = {each.guid: old_digest(each) for each in notes}
                return {each.guid: Base(each.modified, each.fields, each.tags) for each in notes}
        return {}

    def _locks_in_git(self) -> Iterator[str]:
        """Reads the locks that led to git's HEAD, newest first, one at a time: the commit of each."""
        head = git.commit_of(self.deck.folder, "HEAD")
        home = head and git.home_at(self.deck.folder, head, self.deck.uid)
        if home is None:
            return
        path = lock_path_in(home)
        before: set[str] = set()
        for commit in git.commits_of(self.deck.folder, path):
            lines = set((git.file_at(self.deck.folder, commit, path) or b"").decode("utf-8", "replace").split("\n"))
            for record in records_in(lines - before):
                if isinstance(record, NoteRecord):
                    of_note = self._in_git.setdefault(record.guid, {})
                    of_note.setdefault(record.modified, (record.content, commit))
            before = lines
            yield commit


def notes_at(deck: Deck, commit: str) -> list[Note]:
    """The deck's notes as they were in git at a commit; none if it wasn't there."""
    home = git.home_at(deck.folder, commit, deck.uid)
    with tempfile.TemporaryDirectory(prefix="studydeck-") as temporary:
        target = Path(temporary, folder_name(deck.folder))
        if home is None or not git.checkout(deck.folder, commit, home, target):
            return []
        return compile_notes(load(target))


def lock_path_in(home: str) -> str:
    """The path of the lock of a deck that git has in `home`."""
    return f"{home}/{LOCK_FILE}".lstrip("/")


def _base(stamp: int, note: Note) -> Base:
    return Base(stamp, note.by_name, note.tags)
