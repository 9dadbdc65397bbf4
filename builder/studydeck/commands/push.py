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

from studydeck.commands.pushed import Pushed
from studydeck.engine.own import Own
from studydeck.history.both import Merged, PastVersions, Version, merge
from studydeck.model import Row
from studydeck.package.part import BuiltPackage, Content, TypePair
from studydeck.package.read import DAMAGE
from studydeck.text import described

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

        _, (notes, types, lock, _), _ = compared(loaded, out, now, None, only_this_branch)
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

    What the collection has was mostly pushed, which pushed.py remembers. Else it may be from the `last` package, the
    one of the build before, or from a build in git. An edited note gets the least stamp that lands, one second more
    than it had: if another device changed it meanwhile, a sync takes that change, and the next push merges again.
    """

    def __init__(self, folder: Path, out: Path, shipment: Shipment, last: BuiltPackage | None, own: Own) -> None:
        self.shipment, self.own = shipment, own
        self._pushed = Pushed(folder, own.file)
        self.types = {number: TypePair(ours, own.note_type(number)) for number, ours in shipment.types.items()}
        self._builds = _Builds(folder, out, shipment, self._pushed, last)
        self.new: list[str] = []
        self.edited: dict[str, _Edit] = {}
        self.left: dict[str, list[str]] = {}
        self._landed: dict[str, int] = {}
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
        """Keeps for the next push what the collection is about to have, so that a killed push is remembered, too."""
        self._landed |= {guid: self.shipment.rows[guid].modified for guid in self.new}
        self._landed |= {guid: edit.stamp for guid, edit in self.edited.items()}
        rows, last = self.shipment.rows, self._pushed.last
        self._pushed.add(
            (guid, rows[guid].modified, landed, self._builds.version(guid))
            for guid, landed in self._landed.items()
            if last.get(guid) != (rows[guid].modified, landed)
        )

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
        """The collection's rows of notes that may lack something; sorts out all others."""
        theirs, deleted = self.own.rows(), self.own.deleted()
        differing = {}
        for guid, row in self.shipment.rows.items():
            had = theirs.get(guid)
            if had is None:
                self._add(guid, row.id in deleted)
            elif had.type_id != row.type_id:
                self._leave(guid, _OTHER_TYPE)
            elif self._builds.has_arrived(guid, had.modified):
                self._landed[guid] = had.modified
            else:
                differing[guid] = had
        #: Their fields and tags, by their numbers.
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
        new, theirs = self._builds.version(guid), Version(self._type(guid).named(fields), tags)
        shipped = PastVersions([new], True) if new.is_same(theirs) else self._builds.shipped(guid, had.modified, theirs)
        built = self.shipment.rows[guid].modified
        if not self._type(guid).takes(new.fields):
            self._leave(guid, _CHANGED_TYPE)
        elif had.modified == built and not any(theirs.has_texts_of(each) for each in shipped.versions):
            return  # it was pulled, and Anki writes other HTML than we do
        elif merged := _merged(shipped, new, theirs, is_newer=had.modified > built):
            self.edited[guid] = _Edit(had.modified + 1, merged, fields)
        else:
            self._landed[guid] = had.modified

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
    """The builds of a deck: the one to push, those that were pushed, the last package, and those in git."""

    def __init__(self, folder: Path, out: Path, shipment: Shipment, pushed: Pushed, last: BuiltPackage | None) -> None:
        self.folder, self.out = folder, out
        self.shipment, self.pushed, self.last = shipment, pushed, last

    def version(self, guid: str) -> Version:
        """A note as this build has it."""
        return _version(self.shipment, guid)

    def has_arrived(self, guid: str, stamp: int) -> bool:
        """Whether a note that has this stamp in the collection is known to need nothing of this build."""
        return self.pushed.last.get(guid) == (self.shipment.rows[guid].modified, stamp)

    def shipped(self, guid: str, stamp: int, theirs: Version) -> PastVersions:
        """What a learner may have of a note that has this stamp: one version, if the stamp or the texts show which."""
        pushed = self.pushed.versions(guid, _BUILDS)
        if not pushed:
            return self._shipped_unpushed(guid, stamp, theirs)
        newest, landed = self.pushed.last[guid]
        if landed == stamp:
            return PastVersions([pushed[newest]], True)
        known = dict(sorted((pushed | self._packed(guid, stamp)).items(), reverse=True))
        same = next(filter(theirs.may_come_from, known.values()), None)
        packages = (each.rows[guid].modified for each in (self.shipment, self.last) if each and guid in each.rows)
        return PastVersions([same], True) if same else PastVersions(list(known.values()), newest in packages)

    def _shipped_unpushed(self, guid: str, stamp: int, theirs: Version) -> PastVersions:
        """The same for a note that was never pushed: from packages, and from git, which has all builds or none."""
        known: list[Version] = []
        for built, version in islice(self._until(guid, stamp), _BUILDS):
            by_chance = built == self.shipment.rows[guid].modified  # a change in the second of the build; texts differ
            if (built == stamp and not by_chance) or theirs.may_come_from(version):
                return PastVersions([version], True)
            known.append(version)
        return PastVersions(known, len(known) > len(self._packed(guid, stamp)))

    def _packed(self, guid: str, moment: int) -> dict[int, Version]:
        """The note in this build and the one before, by their stamps, if there were these by then."""
        packages = [each for each in (self.last, self.shipment) if each and guid in each.rows]
        found = {each.rows[guid].modified: each for each in packages}
        return {stamp: _version(each, guid) for stamp, each in found.items() if stamp <= moment}

    def _until(self, guid: str, moment: int) -> Iterator[tuple[int, Version]]:
        """The builds of a note that there were by a moment, with their stamps, newest first."""
        for stamp, version in sorted(self._packed(guid, moment).items(), reverse=True):
            yield stamp, version
            moment = stamp - 1
        while (found := self._bases.of(guid, moment)) is not None:
            yield found.stamp, Version(found.fields, found.tags)
            moment = found.stamp - 1

    @cached_property
    def _bases(self) -> Bases:
        from studydeck.commands.base import Bases
        from studydeck.pipeline import load

        return Bases(load(self.folder, judge=False), self.out)


def _merged(shipped: PastVersions, new: Version, theirs: Version, *, is_newer: bool) -> Merged | None:
    """What a note becomes; None if it stays as it is."""
    if shipped.are_all and all(each.is_same(new) for each in shipped.versions):
        return None  # whatever differs is the learner's
    merged = merge(shipped, new, theirs, is_newer=is_newer)
    return None if merged.version.is_same(theirs) else merged


def opened(package: Path) -> BuiltPackage | None:
    """A package that studydeck wrote; None if there is none that can be read."""
    with suppress(*DAMAGE):
        return BuiltPackage(package)
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
            each.remember()
            each.carry_out()
    if own.sync():
        raise ValueError("another device replaced the server's collection meanwhile; push again")
    own.sync_media()
    return folder
