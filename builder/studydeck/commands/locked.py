"""The end of `build --locked`: what a build would change in deck.lock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from studydeck.files import package_path
from studydeck.history import Lock, note_type_ids, paragraph, record
from studydeck.model import Note, Place, Problem, problem
from studydeck.pipeline import Loaded, compile_notes
from studydeck.render import note_types
from studydeck.shipped import build_words, shipped, taken_back


def lock_changes(loaded: Loaded, out: Path, now: int, only_this_branch: bool = False) -> list[Problem]:
    """A problem for each card and note type whose record in deck.lock a build at `now` would change. Writes nothing."""
    notes = compile_notes(loaded)
    types = note_types(loaded.deck, note_type_ids(loaded.deck, loaded.lock))
    deck, package = loaded.deck, package_path(loaded.deck.folder, out)
    last = shipped(deck.folder, loaded.lock, loaded.known, package, only_this_branch)
    lock, changes = record(notes, types, last.lock, now)
    paragraphs = (paragraph(*each) for each in lock.notes.values())
    back = taken_back(deck.folder, loaded.lock, loaded.known, last, changes.edited, paragraphs, only_this_branch)
    words = build_words(deck.folder, set(last.newer.values()), only_this_branch)
    newer = {each: words[source] for each, source in last.newer.items()}
    return sorted(_locked(loaded, lock, notes, back, newer))


def _locked(
    loaded: Loaded, lock: Lock, notes: Sequence[Note], taken_back: Mapping[str, str], newer: Mapping[str, str]
) -> Iterator[Problem]:
    """A problem for every card and note type whose record in `lock` differs from the loaded lock's.

    `taken_back` and `newer` name the builds that have newer stamps than the loaded lock, by the notes' ids.
    """
    before, at = loaded.lock.notes, loaded.deck.place
    places = {note.identity.id: note.card.place for note in notes}
    for note_id, after in lock.notes.items():
        last = before.get(note_id)
        if last == after:
            continue
        what = "is new" if last is None else "changed" if note_id in places else "was deleted"
        unedited = last is not None and last.content == after.content and note_id in newer
        if note_id in taken_back:
            what = f"has the same text, but a newer build of it was taken back ({taken_back[note_id]})"
        elif unedited:
            what = f"has the same text, but was built again since ({newer[note_id]})"
        nobody = "; if nobody got that build, add --only-this-branch" if unedited or note_id in taken_back else ""
        yield _problem(places.get(note_id, at), f"the card '{note_id}' {what}", nobody)
    if before and not loaded.lock.uid:
        yield _problem(at, "it has no line with the deck's uid yet")
    if before and loaded.lock.language != loaded.deck.language:
        yield _problem(at, "it has another language than deck.yaml, or none yet")
    for key, after_type in lock.types.items():
        if loaded.lock.types.get(key) != after_type:
            yield _problem(at, f"the note type '{after_type.name}' changed")


def _problem(at: Place, what: str, more: str = "") -> Problem:
    return problem("locked", at, f"the lock would change: {what}", f"run studydeck build and commit deck.lock{more}")
