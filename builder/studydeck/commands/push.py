"""The end of `push`: brings a built deck into one collection, and keeps what is the learner's on edited notes.

What an import would do to this very collection is worked out note by note. Only a part of the package is imported then:
new notes, and edited ones with the learner's own tags and words in them (history/both.py). A note type that was changed
in Anki stays as it is there, so an import finds nothing to reconcile. Where nothing is new, nothing is imported.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext, suppress
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from studydeck.engine.own import Own
from studydeck.history.both import Merged, Shipped, Version, merge
from studydeck.model import Row
from studydeck.package.part import BuiltPackage, Content, TypePair
from studydeck.package.read import DAMAGE
from studydeck.pair import lock_in
from studydeck.text import described
from studydeck.user_cache import place_of

if TYPE_CHECKING:
    from studydeck.commands.base import Bases
    from studydeck.pipeline import Loaded

#: How many builds a note that its learner changed is compared with.
_BUILDS = 8
_DELETED = "was deleted in Anki"
_OTHER_TYPE = "has another note type in Anki"
_CHANGED_TYPE = "has a note type that was changed in Anki and has no place for it"


class Edited(NamedTuple):
    """An edited note: what it keeps of its learner's, and the learner's texts that the author's replace, by field."""

    id: str
    kept_tags: Sequence[str]
    kept_fields: Sequence[str]
    replaced: Mapping[str, str]


class Receipt(NamedTuple):
    """What a push changed in a collection, or would: ids of notes. `left` has those that it left alone, by reason."""

    deck: str
    new: Sequence[str]
    edited: Sequence[Edited]
    unchanged: int
    left: Mapping[str, Sequence[str]]
    new_look: bool


class Shipment(Protocol):
    """What a build ships, made or not: the notes by their guids, note types, and decks with their descriptions."""

    @property
    def rows(self) -> Mapping[str, Row]: ...
    @property
    def types(self) -> Mapping[int, Mapping[str, Any]]: ...
    @property
    def decks(self) -> Mapping[str, str]: ...
    def content(self, guid: str) -> Content: ...


class Unbuilt:
    """What a build of a deck at `now` would ship. Writes nothing."""

    def __init__(self, loaded: Loaded, out: Path, now: int, only_this_branch: bool = False) -> None:
        from studydeck.commands.plan import compared

        _, (notes, types, lock), _ = compared(loaded, out, now, None, only_this_branch)
        numbers = {each.key: each.id for each in types}
        records = {note.identity.guid: lock.notes[note.identity.id] for note in notes}
        self.rows = {guid: Row(each.added, numbers[each.kind], each.modified) for guid, each in records.items()}
        self.types = {
            each.id: {
                "type": int(each.gaps),
                "mod": lock.types[each.key].modified,
                "flds": [part._asdict() for part in each.fields],
                "tmpls": [part._asdict() for part in each.templates],
            }
            for each in types
        }
        self.decks = {str(loaded.deck.title): described(loaded.deck)}
        self._notes = {note.identity.guid: Content(note.fields, note.tags) for note in notes}

    def content(self, guid: str) -> Content:
        """What the note with this guid says."""
        return self._notes[guid]


class _Edit(NamedTuple):
    """An edited note: its next stamp, what it becomes, and its fields in the collection."""

    stamp: int
    merged: Merged
    had: Sequence[str]


class Push:
    """What one deck's `shipment` changes in a collection; nothing is changed until `carry_out`.

    What the collection has was mostly shipped by the last push, which kept a copy of the notes. Else it may be from the
    `last` package, the one of the build before, or from a build in git.
    """

    def __init__(self, folder: Path, out: Path, shipment: Shipment, last: BuiltPackage | None, own: Own) -> None:
        self.shipment, self.own = shipment, own
        self._copy = _copy_of(folder, own.file)
        self._pushed = opened(self._copy) if self._copy else None
        self.types = {number: TypePair(ours, own.note_type(number)) for number, ours in shipment.types.items()}
        self._builds = _Builds(folder, out, shipment, self._pushed, last)
        self.new: list[str] = []
        self.edited: dict[str, _Edit] = {}
        self.left: dict[str, list[str]] = {}
        for guid, had in self._differing().items():
            self._look_at(guid, had)

    @property
    def is_needed(self) -> bool:
        """Whether the collection lacks anything of the shipment."""
        return bool(self.new or self.edited or self._carriers)

    @property
    def receipt(self) -> Receipt:
        """What is new, edited, kept, replaced and left alone."""
        edited = [
            Edited(self._name(guid), merged.kept_tags, merged.kept_fields, merged.replaced)
            for guid, (_, merged, _) in self.edited.items()
        ]
        left = {why: [self._name(guid) for guid in guids] for why, guids in self.left.items()}
        unchanged = len(self.shipment.rows) - len(self.new) - len(edited) - sum(map(len, left.values()))
        new_look = any(each.has_new_look for each in self.types.values())
        new = [self._name(guid) for guid in self.new]
        return Receipt(next(iter(self.shipment.decks), ""), new, edited, unchanged, left, new_look)

    def carry_out(self) -> None:
        """Imports what the collection lacks. Raises ValueError with a sentence if that fails."""
        if self.is_needed and isinstance(self.shipment, BuiltPackage):
            self._import(self.shipment)

    def remember(self) -> None:
        """Keeps a copy of the notes for the next push."""
        assert isinstance(self.shipment, BuiltPackage)
        if self._copy and (self._pushed is None or self._pushed.rows != self.shipment.rows):
            with suppress(OSError):
                self._copy.parent.mkdir(parents=True, exist_ok=True)
                self.shipment.write_notes(self._copy)

    def _import(self, package: BuiltPackage) -> None:
        changed = {}
        for guid, (stamp, merged, had) in self.edited.items():
            changed[guid] = stamp, Content(self._type(guid).filled(merged.version.fields, had), merged.version.tags)
        for guid in self.new:
            version = self._builds.version(guid)
            filled = self._type(guid).filled(version.fields)
            changed[guid] = self.shipment.rows[guid].modified, Content(filled, version.tags)
        for guid in self._carriers:
            filled = self._type(guid).filled(self._builds.version(guid).fields)
            changed.setdefault(guid, (0, Content(filled, ())))  # older than any note, so it changes none
        types = {number: each.shipped for number, each in self.types.items()}
        with tempfile.TemporaryDirectory(prefix="studydeck-push-") as temporary:
            part = Path(temporary, "part.apkg")
            package.write_part(part, changed, types, self.own.lacks_media)
            done = self.own.import_part(part)
        if done[:2] != (len(self.new), len(self.edited)):
            wanted = f"{len(self.new):,} new and {len(self.edited):,} edited notes"
            raise ValueError(f"Anki took {done.new:,} new and {done.updated:,} edited notes of {wanted}")

    # --- which notes ---

    def _differing(self) -> dict[str, Row]:
        """The collection's rows of notes that it has with another stamp; sorts out all others."""
        theirs, deleted = self.own.rows(), self.own.deleted()
        differing = {}
        for guid, row in self.shipment.rows.items():
            had = theirs.get(guid)
            if had is None:
                self._add(guid, row.id in deleted)
            elif had.type_id != row.type_id:
                self._leave(guid, _OTHER_TYPE)
            elif had.modified != row.modified or self._builds.is_chance(guid, had.modified):
                differing[guid] = had
        self._texts = self.own.texts(had.id for had in differing.values())
        return differing

    def _add(self, guid: str, was_deleted: bool) -> None:
        if was_deleted:
            self._leave(guid, _DELETED)
        elif not self._type(guid).takes(self._builds.version(guid).fields):
            self._leave(guid, _CHANGED_TYPE)
        else:
            self.new.append(guid)

    def _leave(self, guid: str, why: str) -> None:
        self.left.setdefault(why, []).append(guid)

    def _look_at(self, guid: str, had: Row) -> None:
        fields, tags = self._texts[had.id]
        if not self._type(guid).takes(self._builds.version(guid).fields):
            self._leave(guid, _CHANGED_TYPE)
            return
        merged = self._merged(guid, had.modified, Version(self._type(guid).named(fields), tags))
        if merged is not None:
            self.edited[guid] = _Edit(max(self.shipment.rows[guid].modified, had.modified + 1), merged, fields)

    def _merged(self, guid: str, stamp: int, theirs: Version) -> Merged | None:
        """What a note becomes; None if it stays as it is."""
        new = self._builds.version(guid)
        if new.is_same(theirs):
            return None
        shipped = self._builds.shipped(guid, stamp, theirs)
        if shipped.are_all and all(each.is_same(new) for each in shipped.versions):
            return None  # whatever differs is the learner's
        merged = merge(shipped, new, theirs, is_newer=stamp > self.shipment.rows[guid].modified)
        return None if merged.version.is_same(theirs) else merged

    @cached_property
    def _carriers(self) -> list[str]:
        """Notes that only carry a note type's new look, or the deck's new description, into the collection."""
        looks = {number for number, each in self.types.items() if each.has_new_look}
        found = {row.type_id: guid for guid, row in self.shipment.rows.items() if row.type_id in looks}
        described = any(text and self.own.description(deck) != text for deck, text in self.shipment.decks.items())
        return list(found.values()) or list(self.shipment.rows)[: int(described)]

    # --- names ---

    def _type(self, guid: str) -> TypePair:
        return self.types[self.shipment.rows[guid].type_id]

    def _name(self, guid: str) -> str:
        return self._builds.version(guid).fields.get("Id") or guid


class _Builds:
    """The builds of a deck: the one to push, the one that was pushed, the last package, and those in git."""

    def __init__(
        self, folder: Path, out: Path, shipment: Shipment, pushed: BuiltPackage | None, last: BuiltPackage | None
    ) -> None:
        self.folder, self.out = folder, out
        self.shipment, self.pushed, self.last = shipment, pushed, last

    def version(self, guid: str) -> Version:
        """A note as this build has it."""
        return _version(self.shipment, guid)

    def is_chance(self, guid: str, stamp: int) -> bool:
        """Whether a note may have this build's stamp without being of this build, which wasn't pushed before.

        It may not if the stamp was pulled from a collection.
        """
        pushed = self.pushed.rows.get(guid) if self.pushed else None
        if pushed is None or not pushed.modified < stamp == self.shipment.rows[guid].modified:
            return False
        return self._pulled.get(guid, ("", 0))[1] != stamp

    @cached_property
    def _pulled(self) -> Mapping[str, tuple[str, int]]:
        return lock_in(self.folder)[0].pulled

    def shipped(self, guid: str, stamp: int, theirs: Version) -> Shipped:
        """What a learner may have of a note that has this stamp: one version, if the stamp or the texts show which."""
        versions: list[Version] = []
        are_all = False
        for built, version, none_between in islice(self._until(guid, stamp), _BUILDS):
            if (built == stamp and not self.is_chance(guid, stamp)) or theirs.has_texts_of(version):
                return Shipped([version], True)
            versions.append(version)
            are_all = none_between
        return Shipped(versions, are_all)

    def _until(self, guid: str, moment: int) -> Iterator[tuple[int, Version, bool]]:
        """The builds of a note that there were by a moment: stamp, version, and whether none after it is missing.

        Newest first. Nobody has an older one than the one that was pushed, and git has all.
        """
        rows = [(each.rows.get(guid), each) for each in (self.shipment, self.last, self.pushed) if each]
        built = {row.modified: each for row, each in reversed(rows) if row and row.modified <= moment}
        pushed = self.pushed.rows.get(guid) if self.pushed else None
        until = moment
        for stamp in sorted(built, reverse=True):
            is_pushed = pushed is not None and stamp == pushed.modified
            newest = [row.modified for row, each in rows if row and each is not self.pushed]
            yield stamp, _version(built[stamp], guid), is_pushed and stamp in newest
            if is_pushed:
                return
            until = stamp - 1
        while (found := self._bases.of(guid, until)) is not None:
            yield found.stamp, Version(found.fields, found.tags), True
            until = found.stamp - 1

    @cached_property
    def _bases(self) -> Bases:
        from studydeck.commands.base import Bases
        from studydeck.pipeline import load

        return Bases(load(self.folder, judge=False), self.out)


def opened(package: Path) -> BuiltPackage | None:
    """A package that studydeck wrote; None if there is none that can be read."""
    with suppress(*DAMAGE):
        return BuiltPackage(package)
    return None


def _copy_of(folder: Path, collection: Path) -> Path | None:
    """Where the notes are kept that were last pushed into a collection; None if there is no place for them."""
    with suppress(OSError):
        return place_of(f"pushed\0{folder.resolve()}\0{collection.resolve()}")
    return None


def _version(shipment: Shipment, guid: str) -> Version:
    fields, tags = shipment.content(guid)
    names = (each["name"] for each in shipment.types[shipment.rows[guid].type_id]["flds"])
    return Version(dict(zip(names, fields, strict=True)), tags)


def carry_out(pushes: Sequence[Push], own: Own) -> Path | None:
    """Brings all decks into the collection, after a backup: the backups' folder, or None if it lacks nothing.

    A device is synced afterwards. Raises ValueError with a sentence where a full sync is due, or anything fails.
    """
    needed = any(each.is_needed for each in pushes)
    if needed and own.awaits_full_sync:
        raise ValueError(
            f"{own.file} awaits a full sync, which might take the push back; open Anki, sync, close it and push again"
        )
    with own.backup() if needed else nullcontext() as folder:
        for each in pushes:
            each.carry_out()
    if own.sync():
        raise ValueError("another device replaced the server's collection meanwhile; push again")
    for each in pushes:
        each.remember()
    own.sync_media()
    return folder
