"""The tail of `build --locked`: what a build would change in deck.lock."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from studydeck.files import package_path
from studydeck.history import Lock, note_type_ids, record
from studydeck.model import Note, Problem, problem
from studydeck.pipeline import Loaded, compile_notes
from studydeck.render import note_types
from studydeck.shipped import shipped_lock


def lock_changes(loaded: Loaded, out: Path, now: int) -> list[Problem]:
    """A problem for each card and note type for which a build at `now` would change deck.lock. Writes nothing."""
    notes = compile_notes(loaded)
    types = note_types(loaded.deck, note_type_ids(loaded.deck, loaded.lock))
    package = package_path(loaded.deck.folder, out)
    last = shipped_lock(loaded.deck, loaded.lock, loaded.known, package)
    lock, _ = record(notes, types, last, now)
    return _locked(loaded, lock, notes)


def _locked(loaded: Loaded, lock: Lock, notes: Sequence[Note]) -> list[Problem]:
    """A problem for every card and note type of which `lock` knows something that the loaded one doesn't."""
    remedy = "run studydeck build and commit deck.lock"
    problems = []
    before = loaded.lock.notes
    places = {note.identity.id: note.card.place for note in notes}
    for note_id, after in lock.notes.items():
        if before.get(note_id) != after:
            what = "is new" if note_id not in before else "changed" if note_id in places else "is gone"
            at = places.get(note_id, loaded.deck.place)
            problems.append(problem("locked", at, f"the lock would change: the card '{note_id}' {what}", remedy))
    if before and not loaded.lock.uid:
        message = "the lock would change: it has no line with the deck's uid yet"
        problems.append(problem("locked", loaded.deck.place, message, remedy))
    for key, after_type in lock.types.items():
        if loaded.lock.types.get(key) != after_type:
            message = f"the lock would change: the note type '{after_type.name}' changed"
            problems.append(problem("locked", loaded.deck.place, message, remedy))
    return sorted(problems)
