"""Imports a package into the real engine, as a new learner would, and as one who studied the previous package."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Container, Mapping
from pathlib import Path
from typing import NamedTuple

from anki.errors import AnkiException

from studydeck.counting import counted
from studydeck.engine.learner import Had, Import, Learner
from studydeck.model import is_another_tools

#: A card, by its note's guid and its number there.
_Numbered = tuple[str, int]
#: How many cards a learner of the previous package studies before importing the new one.
_STUDIED = 100
_OWN_TAG = "studydeck-verify"


class Finding(NamedTuple):
    """One check: its name, whether it passed, and what was seen."""

    name: str
    ok: bool
    seen: str


class Report(NamedTuple):
    """The checks of a package in the engine."""

    package: str
    previous: str | None
    checks: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        return all(check.ok for check in self.checks)


def verify(package: Path, previous: Path | None = None, *, merging: bool = False) -> Report:
    """Imports `package` into scratch collections of the real engine: of a new learner, and of one with `previous`.

    With `merging`, it is a merge edition, which the latter imports with 'merge note types' ticked. Raises ValueError
    with a sentence if the engine can't import a file.
    """
    try:
        blank = _blank_in(previous) if previous is not None else set()
        checks, shipped = _first_import(package, blank)
        if previous is not None:
            checks += _import_again(package, previous, shipped, blank, merging)
    except AnkiException as error:
        raise ValueError(f"Anki fails after importing {package} ({error})") from None
    return Report(str(package), str(previous) if previous else None, tuple(checks))


def _blank_in(previous: Path) -> set[_Numbered]:
    """The cards that are blank in `previous`: they are no fault of a package that leaves them so."""
    with Learner() as learner:
        _import(learner, previous)
        blank = learner.blank_cards()
        numbered = ((guid, *each) for guid, note in learner.having().items() for each in note.cards.items())
        return {(guid, number) for guid, number, card in numbered if card in blank}


def _cards_of(blank: Container[_Numbered], notes: Mapping[str, Had]) -> set[int]:
    """The ids that these cards have in a learner's collection."""
    return {card for guid, note in notes.items() for number, card in note.cards.items() if (guid, number) in blank}


def _first_import(package: Path, blank: Container[_Numbered]) -> tuple[list[Finding], dict[str, Had]]:
    """The checks of a new learner's two devices, and the package's notes after the import."""
    with Learner() as learner, Learner() as second:
        outcome = _import(learner, package)
        _import(second, package)
        shipped = learner.having()
        twice = [guid for guid, count in Counter(note.guid for note in learner.notes()).items() if count > 1]
        other = [guid for guid, note in second.having().items() if note.id != shipped[guid].id]
        notes = learner.col.note_count()
        seen = f"{counted(notes, 'note')}, {counted(learner.col.card_count(), 'card')}"
        missing = learner.missing_media()
        return [
            Finding("a new learner gets every note", outcome.new == notes > 0, seen),
            Finding("nothing conflicts", not outcome.conflicting and not outcome.other, _summary(outcome)),
            Finding("no two notes share a guid", not twice, _some(twice)),
            Finding("a second device gives the notes the same numbers", not other, _some(other)),
            Finding("no media is missing", not missing, ", ".join(missing[:5]) or "none missing"),
            *_sound(learner, "a new learner's", _cards_of(blank, shipped)),
        ], shipped  # fmt: skip


def _import_again(
    package: Path, previous: Path, shipped: Mapping[str, Had], blank: Container[_Numbered], merging: bool
) -> list[Finding]:
    """The checks of a learner who studied `previous`, and tagged all of its notes."""
    with Learner() as learner:
        _import(learner, previous)
        studied = learner.study(_STUDIED)
        before, was = learner.histories(), learner.having()
        learner.tag_all_long_ago(_OWN_TAG)
        outcome = _import(learner, package, merging)
        after, now = learner.histories(), learner.having()
        changed = [card for card, history in before.items() if after.get(card) != history]
        seen = f"{counted(studied, 'card')} studied, {len(changed):,} changed"
        return [
            Finding("nothing conflicts with the previous package", not outcome.conflicting and not outcome.other,
                  _summary(outcome)),
            *([_merged(package, previous)] if outcome.conflicting else []),
            Finding("every history is unchanged", not changed, seen),
            *_notes(was, shipped, now),
            _sync(learner, merging),
            *_sound(learner, "the old learner's", _taken(was, shipped) | _cards_of(blank, was)),
        ]  # fmt: skip


def _merged(package: Path, previous: Path) -> Finding:
    """What becomes of a learner who ticks 'merge note types' because something conflicts."""
    with Learner() as learner:
        _import(learner, previous)
        learner.study(_STUDIED)
        studied = {card.id for card in learner.cards() if card.reps}
        learner.import_package(package, merge=True)
        blank = studied & learner.empty_cards()
        full = ", a full sync is needed" if learner.schema_changed else ""
    seen = f"{len(blank):,} of {len(studied):,} studied cards are blank{full}"
    return Finding("with 'merge note types' ticked, no history ends on a blank card", not blank, seen)


def _notes(was: Mapping[str, Had], shipped: Mapping[str, Had], now: Mapping[str, Had]) -> list[Finding]:
    """What happened to the learner's notes, by their content in both packages, whatever their stamps are.

    Of another tool's notes the stamps do count, and numbers don't: a deck that is taken over writes the same texts in
    other HTML, and a learner's notes keep their numbers in any case.
    """
    theirs = {guid for guid, note in was.items() if is_another_tools(guid, note.id)}
    edited = {
        guid
        for guid, note in shipped.items()
        if guid in was and note.content != was[guid].content
        if guid not in theirs or note.modified != was[guid].modified
    }
    kept = {guid for guid in was if _OWN_TAG in now[guid].tags}
    lost = was.keys() - edited - kept
    late = [guid for guid in edited if now[guid].content != shipped[guid].content]
    renumbered = [guid for guid in (shipped.keys() & was.keys()) - theirs if shipped[guid].id != was[guid].id]
    gone = {was[guid].fields[0] for guid in was.keys() - shipped.keys()}
    again = [guid for guid in shipped.keys() - was.keys() if shipped[guid].fields[0] in gone]
    return [
        Finding("every edit arrives", not late, f"{len(edited) - len(late):,} of {len(edited):,} edited"),
        Finding("untouched notes keep the learner's tags", not lost, f"{len(kept):,} of {len(was):,} untouched"),
        Finding("no note arrives again under another guid", not again, _some(again)),
        Finding("notes keep their numbers", not renumbered, _some(renumbered)),
    ]


def _sync(learner: Learner, merging: bool) -> Finding:
    changed = learner.schema_changed
    seen = "the schema changed" if changed else "the schema is unchanged"
    return Finding(
        "a full sync is the only price" if merging else "no full sync is needed", merging or not changed, seen
    )


def _taken(was: Mapping[str, Had], shipped: Mapping[str, Had]) -> set[int]:
    """The learner's cards that an edit removed: of a closed gap, of a note that is no longer reversed."""
    return {
        card
        for guid, note in was.items()
        if guid in shipped and shipped[guid].content != note.content
        for number, card in note.cards.items()
        if number not in shipped[guid].cards
    }


def _sound(learner: Learner, whose: str, taken: Container[int] = ()) -> list[Finding]:
    faults = learner.faults(taken)
    return [Finding(f"{whose} cards render and Check Database is clean", not faults, "; ".join(faults[:3]) or "none")]


def _some(guids: Collection[str]) -> str:
    """How many guids are at fault, and some of them, in words."""
    return f"{len(guids):,}, such as {', '.join(sorted(guids)[:3])}" if guids else "none"


def _import(learner: Learner, package: Path, merging: bool = False) -> Import:
    try:
        return learner.import_package(package, merge=merging, always=merging)
    except AnkiException as error:
        raise ValueError(f"Anki can't import {package} ({error})") from None


def _summary(outcome: Import) -> str:
    return (
        f"{outcome.new:,} new, {outcome.updated:,} updated, {outcome.duplicate:,} untouched, "
        f"{outcome.conflicting:,} conflicting, {outcome.other:,} refused"
    )
