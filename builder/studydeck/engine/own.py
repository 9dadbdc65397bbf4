"""A collection of somebody's own, opened by the real engine: what it has, a backup, an import. Failures are sentences.

Nothing here deletes anything, changes the schema or forces a sync. Every method raises ValueError with a sentence.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple, Self

import anki.lang
from anki.collection import Collection, ImportAnkiPackageRequest
from anki.dbproxy import DBProxy
from anki.errors import AnkiException, DBError
from anki.import_export_pb2 import ImportAnkiPackageOptions

from studydeck.installing import pip_line
from studydeck.model import Row

anki.lang.set_lang("en_US")

#: The oldest schema that Anki doesn't convert for good when it opens a file: that of 2.1.28 and later.
_SCHEMA = 18
_MANY = 10_000  # notes of one query


class InUseError(ValueError):
    """The collection is open in another program, which nearly always is Anki."""


class Imported(NamedTuple):
    """How many notes an import added, updated, and did neither to."""

    new: int
    updated: int
    other: int


class Own:
    """An open collection. Use it as a context manager, or close it."""

    def __init__(self, file: Path) -> None:
        self.file = file
        if file.exists():
            _examine(file)
        try:
            self.col = Collection(str(file))
        except DBError as error:
            raise _said(error, file) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the collection, if it is open."""
        with suppress(AnkiException):
            self.col.close()

    @property
    def _db(self) -> DBProxy:
        assert self.col.db is not None
        return self.col.db

    def rows(self) -> dict[str, Row]:
        """The note of each guid: its number, its note type's number and its stamp in seconds."""
        return {guid: Row(*row) for guid, *row in self._db.all("select guid, id, mid, mod from notes")}

    def texts(self, notes: Iterable[int]) -> dict[int, tuple[tuple[str, ...], tuple[str, ...]]]:
        """The fields and the tags of the notes with these numbers."""
        numbers = list(notes)
        found = {}
        for start in range(0, len(numbers), _MANY):
            some = ",".join(map(str, numbers[start : start + _MANY]))
            for number, fields, tags in self._db.all(f"select id, flds, tags from notes where id in ({some})"):  # noqa: S608
                found[number] = tuple(fields.split("\x1f")), tuple(tags.split())
        return found

    def deleted(self) -> set[int]:
        """The numbers of the notes that were deleted here, as far as the collection remembers."""
        return set(self._db.list("select oid from graves where type = 1"))

    def note_type(self, number: int) -> dict[str, Any] | None:
        """A note type as Anki's older packages have it."""
        found = self.col.models.get(number)  # type: ignore[arg-type]
        return dict(found) if found else None

    def description(self, deck: str) -> str | None:
        """The description of a deck; None if there is no such deck."""
        found = self.col.decks.by_name(deck)
        return str(found.get("desc", "")) if found else None

    def lacks_media(self, name: str) -> bool:
        """Whether the media folder has no file of this name."""
        return not Path(self.col.media.dir(), name).exists()

    def sync(self) -> bool:
        """Syncs a device, which this isn't: Anki syncs the collection itself. Whether it was replaced."""
        return False

    def sync_media(self) -> None:
        """Syncs a device's pictures and sounds."""

    @property
    def awaits_full_sync(self) -> bool:
        """Whether it has synced before, and can't again without one side's changes getting lost."""
        return bool(self._db.scalar("select ls > 0 and scm > ls from col"))

    @contextmanager
    def backup(self) -> Iterator[Path]:
        """A backup as Anki makes them, of what there is now; it is complete when the `with` block ends."""
        folder = self.file.parent / "backups"
        with _sentences(f"{self.file} can't be backed up"):
            folder.mkdir(exist_ok=True)
            self.col.create_backup(backup_folder=str(folder), force=True, wait_for_completion=False)
        try:
            yield folder
        finally:
            with _sentences(f"the backup of {self.file} failed"):
                self.col.await_backup_completion()

    def import_part(self, package: Path) -> Imported:
        """Imports a package that was made for this collection, in one step that Anki can undo.

        It takes the tags `leech` and `marked` along, as Anki does with scheduling, which exists for new cards only.
        """
        schema = self._db.scalar("select scm from col")
        options = ImportAnkiPackageOptions(with_scheduling=True)
        with _sentences(f"Anki can't import into {self.file}"):
            request = ImportAnkiPackageRequest(package_path=str(package), options=options)
            log = self.col.import_anki_package(request).log
            self.col.models._clear_cache()  # the engine changed note types behind the cache
            if self._db.scalar("select scm from col") != schema:
                self.col.undo()
                raise ValueError("the import would have forced a full sync, so it was undone; please report this")
        return Imported(len(log.new), len(log.updated), len(log.duplicate) + len(log.conflicting))


def _examine(file: Path) -> None:
    """Raises ValueError for a file that isn't a collection, or that being opened would convert for good."""
    if file.suffix != ".anki2":
        raise ValueError(f"{file} isn't a collection; Anki's is called collection.anki2, in the profile's folder")
    try:
        connection = sqlite3.connect(f"{file.absolute().as_uri()}?immutable=1", uri=True)
        try:
            (version,) = connection.execute("select ver from col").fetchone()
        finally:
            connection.close()
    except (sqlite3.Error, TypeError, ValueError) as error:
        raise ValueError(f"{file} isn't a collection of Anki's ({error})") from None
    if version < _SCHEMA:
        raise ValueError(f"{file} is of an older Anki; open it once in a current one")


def _said(error: DBError, file: Path) -> ValueError:
    words = str(error)
    if "already open" in words:
        return _in_use(file)
    if "FileTooNew" in words or "newer" in words:
        return ValueError(f"{file} is of a newer Anki; update the engine: {pip_line('--upgrade', 'anki')}")
    return ValueError(f"{file} can't be opened ({' '.join(words.split())})")


def _in_use(file: Path) -> InUseError:
    return InUseError(f"{file} is open in Anki, or Anki is syncing its media; close Anki and try again")


@contextmanager
def _sentences(what: str) -> Iterator[None]:
    """Turns the engine's errors, and the system's, into sentences."""
    try:
        yield
    except (AnkiException, OSError) as error:
        raise ValueError(f"{what} ({' '.join(str(error).split())})") from None
