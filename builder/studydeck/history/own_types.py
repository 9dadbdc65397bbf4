"""What must not change in a note type of the deck's own once learners have it, and why.

Anki finds a note type by its number, and then compares the fields and the templates, one by one: by their ids, or by
their names where one side has no id. If they differ, none of the notes is updated any more. It compares nothing else
(tests/test_own_types.py).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

from studydeck.history.identity import type_digest
from studydeck.history.lock import Lock
from studydeck.model import Deck, Field, NoteType, Place, Problem, Template, problem, shown

_WHY = "or Anki would update no note of this type any more"


class _Part(NamedTuple):
    """A field or a template, by which Anki matches two note types. An `id` of 0 is none."""

    name: str
    id: int


def same_parts(had: Sequence[Field | Template | _Part], has: Sequence[Field | Template | _Part]) -> bool:
    """Whether Anki finds the same fields, or the same templates, in two note types."""
    return len(had) == len(has) and all(map(_is_same, had, has))


def same_names(had: Sequence[Field | Template], has: Sequence[Field | Template]) -> bool:
    """Whether two note types have fields, or templates, of the same names in the same order."""
    return [each.name for each in had] == [each.name for each in has]


def _is_same(had: Field | Template | _Part, has: Field | Template | _Part) -> bool:
    return had.id == has.id if had.id and has.id else had.name == has.name


def shape_of(note_type: NoteType) -> str:
    """What must not change, for the lock."""
    parts = [[[each.name, each.id] for each in some] for some in (note_type.fields, note_type.templates)]
    return json.dumps([note_type.gaps, note_type.sort, *parts], ensure_ascii=False, separators=(",", ":"))


def own_type_problems(deck: Deck, lock: Lock) -> Iterator[Problem]:
    """An error for each change of a note type that learners have and that Anki would punish."""
    for name, kind in deck.own_kinds.items():
        last, note_type = lock.types.get(kind.key), kind.note_type
        if last is None or note_type is None:
            continue
        at = Place(shown(deck.folder / "note-types" / name / "note-type.yaml"))
        if last.id != note_type.id:
            message = f"learners have this note type with the id {last.id}"
            remedy = f"write id: {last.id} again; another note type needs another folder"
            yield problem("changed-note-type", at, message, remedy)
            continue
        for message, remedy in _changes(last.shape, note_type):
            yield problem("changed-note-type", at, message, remedy)
        if note_type.stamp == last.modified == 0 and last.content != type_digest(note_type):
            message = "this is a note type of Anki's own, and the edit would change all notes of it in some collections"
            remedy = "undo it; if that is meant, write stamp: 1"
            yield problem("changed-note-type", at, message, remedy)


def _changes(shape: str, note_type: NoteType) -> Iterator[tuple[str, str]]:
    """What differs between the lock's shape and the note type, and what to do."""
    with suppress(ValueError, TypeError):
        gaps, sort, *parts = json.loads(shape)
        fields, templates = [[_Part(*each) for each in some] for some in parts]
        if gaps != note_type.gaps:
            was = "cloze" if gaps else "normal"
            yield (
                f"learners have this note type as a {was} one, and their cards would break",
                f"write kind: {was} again",
            )
        if sort != note_type.sort and sort < len(fields):
            yield (
                "learners have another sort field, and a new one forces a full sync",
                f"write sort: {fields[sort].name} again",
            )
        yield from _changed_parts("field", fields, note_type.fields)
        yield from _changed_parts("template", templates, note_type.templates)


def _changed_parts(
    what: str, had: Sequence[_Part], has: Sequence[Field | Template | _Part]
) -> Iterator[tuple[str, str]]:
    if same_parts(had, has):
        return
    gone = [part.name for part in had if not any(_is_same(part, each) for each in has)]
    new = [part.name for part in has if not any(_is_same(each, part) for each in had)]
    if len(had) == len(has) and gone and new:
        message = f"learners have '{gone[0]}' where '{new[0]}' is now, and no id shows that it is the same {what}"
        yield message, f"name it '{gone[0]}' again, {_WHY}"
    elif gone:
        yield f"learners have a {what} '{gone[0]}', which is gone", f"put it back, {_WHY}"
    elif new:
        yield f"learners don't have the {what} '{new[0]}'", f"remove it, {_WHY}"
    else:
        order = ", ".join(part.name for part in had)
        yield f"learners have the {what}s in another order", f"write them in this order: {order}; {_WHY}"
