"""Taking over a deck that learners have: its note types as folders, and a lock that says what they have of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from studydeck.files import write_file
from studydeck.history import LOCK_FILE, Lock, lock_text, note_type_ids, record
from studydeck.importers import IncomingType
from studydeck.model import Deck, Note
from studydeck.reading.own_types import FILE, FOLDER
from studydeck.reading.starter import schema_text
from studydeck.render import note_types
from studydeck.text import slug
from studydeck.text.scalar import yaml_scalar

_SCHEMA = ".schema/note-type.json"


def type_files(incoming: IncomingType) -> dict[str, str]:
    """The files of a note type's folder, and their schema, by their paths in the deck's."""
    note_type = incoming.note_type
    files: dict[str, str] = {}
    lines = [
        f"# yaml-language-server: $schema=../../{_SCHEMA}",
        f"name: {yaml_scalar(note_type.name)}",
        f"id: {note_type.id}",
    ]
    if note_type.gaps:
        lines.append("kind: cloze")
    if note_type.stamp is not None:
        lines.append(f"stamp: {note_type.stamp}  # learners' own style stays until something here changes")
    if note_type.sort:
        lines.append(f"sort: {yaml_scalar(note_type.fields[note_type.sort].name)}")
    lines += ["fields:", *(f"  - {_part(each.name, each.id)}" for each in note_type.fields), "templates:"]
    for number, template in enumerate(note_type.templates, start=1):
        name = f"{number}-{slug(template.name, 'card')}"
        front, back = f"{name}-front.html", f"{name}-back.html"
        files |= {front: f"{template.front}\n", back: f"{template.back}\n"}
        lines.append(f"  - {_part(template.name, template.id)[:-1]}, front: {front}, back: {back}}}")
    files |= {FILE: "\n".join([*lines, ""]), "style.css": note_type.css}
    home = f"{FOLDER}/{incoming.folder}"
    return {_SCHEMA: schema_text("note-type"), **{f"{home}/{name}": text for name, text in files.items()}}


def template_media(incoming: IncomingType, media: Iterable[str]) -> list[str]:
    """The names of the media that only a note type's templates or style show: Anki has them start with `_`."""
    note_type = incoming.note_type
    shown = "\n".join([note_type.css, *(side for each in note_type.templates for side in (each.front, each.back))])
    return [name for name in media if name.startswith("_") and name in shown]


def _part(name: str, number: int) -> str:
    return f"{{name: {_quoted(name)}, id: {number}}}" if number else f"{{name: {_quoted(name)}}}"


def _quoted(text: str) -> str:
    """A text inside of a YAML mapping in braces."""
    return "'" + text.replace("'", "''") + "'"


def type_keys(types: Iterable[IncomingType]) -> str:
    """The lines of deck.yaml that say which field each key fills."""
    lines = [
        f"  {_quoted(each.folder)}: {{{', '.join(f'{key}: {_quoted(field)}' for key, field in each.filled.items())}}}\n"
        for each in types
    ]
    return f"note-types:\n{''.join(lines)}" if lines else ""


def write_lock(deck: Deck, notes: Sequence[Note], stamps: Mapping[str, int]) -> None:
    """Writes the lock of a `deck` whose `notes` learners have, with the stamps that these have there, by guid.

    So a first build changes nothing for anyone: the lock holds the hash of how the deck renders its notes now, and a
    stamp moves only when an author edits one.
    """
    types = note_types(deck, note_type_ids(deck, Lock()))
    lock, _ = record(notes, types, Lock(uid=deck.uid, language=deck.language), 1)
    records = {each.id: each._replace(modified=max(1, stamps.get(each.guid, 1))) for each in lock.notes.values()}
    write_file(deck.folder / LOCK_FILE, lock_text(lock._replace(notes=records)).encode(), deck.folder)
