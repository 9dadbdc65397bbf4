"""CrowdAnki's deck.json and the folder `media` beside it, as Brain Brew writes them, too.

The file has no numbers and no stamps. CrowdAnki finds a note type by its `crowdanki_uuid`, and each learner's Anki
gives it a number of its own. So the number here is made from the uuid, and is the same in every import; and the notes
have the oldest stamp there is, so that whoever ticks 'merge note types' gets no text that the author hasn't edited.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from studydeck.files import inside
from studydeck.history.identity import number_from
from studydeck.importers._anki import incoming_deck
from studydeck.importers._dialect import in_our_dialect
from studydeck.importers.incoming import NOT, SAID, Given, Importer, IncomingDeck, LeftOut
from studydeck.model import NoteType
from studydeck.package.collection import Found, FoundNote, note_type_of
from studydeck.package.read import DAMAGE
from studydeck.text import media_references
from studydeck.text.from_html import to_markdown

_MEDIA = "media"
_DEEPEST = 100
_KINDS = {str: "a text", list: "a list", dict: "a mapping", int: "a whole number"}


def _fits(given: Given) -> int:
    text = given.text or ""
    return SAID if text.lstrip()[:1] == "{" and '"crowdanki_uuid"' in text else NOT


def _read(given: Given) -> IncomingDeck:
    tree = given.json()
    try:
        decks = list(_decks(tree))
        types = dict(map(_note_type, _of("the file", tree, "note_models", list)))
        notes = [note for path, deck in decks for note in _notes(path, deck, types)]
        once = {note.guid or number: note for number, note in reversed(list(enumerate(notes)))}
    except ValueError as error:
        raise ValueError(f"{given.path} isn't a complete deck of CrowdAnki's: {error}") from None
    by_number = {note_type.id: note_type for note_type in types.values()}
    found = Found(by_number, list(reversed(once.values())), _media(given.path.parent), is_scheduled=False)
    made = incoming_deck(given, found)
    description, left_out = _description([deck for _, deck in decks])
    if twice := len(notes) - len(once):
        left_out.append(LeftOut("a note", "it is in two decks, of which the first has it now", twice))
    return made._replace(description=description, left_out=[*made.left_out, *left_out])


def _of(where: str, values: Any, key: str, kind: type, default: Any = None) -> Any:
    """A value of a mapping, which has to be of this kind. Raises ValueError with the rest of a sentence."""
    if not isinstance(values, dict):
        raise ValueError(f"{where} should be a mapping")
    value = values.get(key, default)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise ValueError(f"in {where}, '{key}' should be {_KINDS[kind]}")
    return value


def _decks(tree: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each deck with its name, in which '::' parts it from those that it is in, before its own `children`."""
    waiting: list[tuple[tuple[str, ...], Any]] = [((), tree)]
    while waiting:
        above, deck = waiting.pop()
        where = f"a deck in '{'::'.join(above)}'" if above else "the file"
        path = (*above, _of(where, deck, "name", str))
        if len(path) > _DEEPEST:
            raise ValueError(f"its decks are nested more than {_DEEPEST} deep")
        yield "::".join(path), deck
        waiting += ((path, each) for each in reversed(_of(f"the deck '{path[-1]}'", deck, "children", list, [])))


def _note_type(model: Any) -> tuple[str, NoteType]:
    """A note type, by its uuid."""
    name = _of("a note type", model, "name", str)
    where = f"the note type '{name}'"
    uuid = _of(where, model, "crowdanki_uuid", str)
    _of(where, model, "type", int, 0)
    for part in (*_of(where, model, "flds", list), *_of(where, model, "tmpls", list)):
        _of(f"{where}, a field or template", part, "name", str)
    try:
        return uuid, note_type_of(model, number_from("CrowdAnki", uuid), None)
    except DAMAGE as error:
        raise ValueError(f"{where} is damaged ({error})") from None


def _notes(path: str, deck: Mapping[str, Any], types: Mapping[str, NoteType]) -> Iterator[FoundNote]:
    for number, note in enumerate(_of(f"the deck '{path}'", deck, "notes", list, []), start=1):
        where = f"note {number} of the deck '{path}'"
        note_type = types.get(_of(where, note, "note_model_uuid", str))
        if note_type is None:
            raise ValueError(f"{where} is of a note type that isn't in the file")
        fields, tags = _of(where, note, "fields", list), _of(where, note, "tags", list, [])
        if not all(isinstance(each, str) for each in (*fields, *tags)):
            raise ValueError(f"in {where}, a field or tag isn't a text")
        if len(fields) > len(note_type.fields):
            raise ValueError(f"{where} has {len(fields)} fields, and its note type {len(note_type.fields)}")
        guid = _of(where, note, "guid", str, "")
        yield FoundNote(0, guid, note_type.id, 0, tuple(" ".join(tags).split()), tuple(fields), path)


def _media(folder: Path) -> dict[str, Path]:
    """The regular files in the folder's `media`, by their names as Anki has them; no link is followed."""
    home = folder / _MEDIA
    try:
        entries = sorted(os.scandir(home), key=lambda each: each.name) if inside(home, folder) else []
    except OSError:  # there is none
        entries = []
    return {
        unicodedata.normalize("NFC", each.name): home / each.name
        for each in entries
        if each.is_file(follow_symlinks=False)
    }


def _description(decks: list[Mapping[str, Any]]) -> tuple[str, list[LeftOut]]:
    """The description of the outermost deck as Markdown, and what is left out besides."""
    left_out = [LeftOut("the study options", "each learner chooses their own")]
    texts = [str(deck.get("desc") or "").strip() for deck in decks]
    if below := sum(map(bool, texts[1:])):
        left_out.append(LeftOut("a subdeck's description", "only the deck has one", below))
    markdown, lost = (in_our_dialect(texts[0]), ()) if decks[0].get("md") is True else to_markdown(texts[0])
    if media_references(markdown):
        return "", [*left_out, LeftOut("the deck's description", "it has a picture, which descriptions can't have")]
    return markdown, [*left_out, *(LeftOut(f"{what} of the deck's description", "it can't have it") for what in lost)]


IMPORTER = Importer("a deck of CrowdAnki's", _fits, _read)
