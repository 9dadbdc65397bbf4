"""A package through the real engine, as a learner who studied the previous one would import it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from builder.engine.learner import Import, Learner

#: How many cards the learner of the previous package studies before importing the new one.
_STUDIED = 100
_OWN_TAG = "studydeck-verify"


class Check(NamedTuple):
    """One thing that was looked at: its name, whether it held, and what was seen."""

    name: str
    ok: bool
    seen: str


class Report(NamedTuple):
    """What the engine did with a package."""

    package: str
    previous: str | None
    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        return all(check.ok for check in self.checks)


def verify(package: Path, previous: Path | None = None) -> Report:
    """Imports `package` into scratch collections of the real engine: a new learner's, and one's who studied `previous`.

    Raises ValueError with a sentence where a file isn't a package that the engine can import.
    """
    checks = _first_import(package)
    if previous is not None:
        checks += _import_again(package, previous)
    return Report(str(package), str(previous) if previous else None, tuple(checks))


def _first_import(package: Path) -> list[Check]:
    with Learner() as learner:
        outcome = _import(learner, package)
        notes = len(list(learner.notes()))
        cards = len(list(learner.cards()))
        missing = learner.missing_media()
        return [
            Check("a new learner gets every note", outcome.new == notes > 0, f"{notes:,} notes, {cards:,} cards"),
            Check("nothing conflicts", not outcome.conflicting and not outcome.other, _told(outcome)),
            Check("no media is missing", not missing, ", ".join(missing[:5]) or "none missing"),
            *_sound(learner, "a new learner's"),
        ]


def _import_again(package: Path, previous: Path) -> list[Check]:
    with Learner() as learner:
        _import(learner, previous)
        studied = learner.study(_STUDIED)
        learner.tag_all_long_ago(_OWN_TAG)
        stamps = learner.stamps()
        before = learner.histories()
        outcome = _import(learner, package)
        after = learner.histories()
        kept = {note.guid for note in learner.notes() if _OWN_TAG in note.tags}
        guids = [note.guid for note in learner.notes()]
        touched = {guid for guid, stamp in learner.stamps().items() if stamp != stamps.get(guid)}
        lost = set(guids) - kept - touched
        changed = [card for card, history in before.items() if after.get(card) != history]
        return [
            Check("nothing conflicts with the previous package", not outcome.conflicting and not outcome.other,
                  _told(outcome)),
            Check("every history is as it was", not changed, f"{studied:,} cards studied, {len(changed):,} changed"),
            Check("untouched notes keep the learner's tags", not lost, f"{len(kept):,} of {len(stamps):,} untouched"),
            Check("no note came twice", len(guids) == len(set(guids)), f"{len(guids):,} notes"),
            Check("no full sync is asked for", not learner.schema_changed, "the schema is as it was"
                  if not learner.schema_changed else "the schema changed"),
            *_sound(learner, "the old learner's"),
        ]  # fmt: skip


def _sound(learner: Learner, whose: str) -> list[Check]:
    faults = learner.faults()
    return [Check(f"{whose} cards render and Check Database is clean", not faults, "; ".join(faults[:3]) or "no fault")]


def _import(learner: Learner, package: Path) -> Import:
    from anki.errors import AnkiException

    try:
        return learner.import_package(package)
    except AnkiException as error:
        raise ValueError(f"Anki can't import {package} ({error})") from None


def _told(outcome: Import) -> str:
    return (
        f"{outcome.new:,} new, {outcome.updated:,} updated, {outcome.duplicate:,} untouched, "
        f"{outcome.conflicting:,} conflicting, {outcome.other:,} refused"
    )
