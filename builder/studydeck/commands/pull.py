"""The end of `pull`: edits made in Anki, as edits of the deck's YAML."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from studydeck.commands.base import Base
from studydeck.commands.change import Change, cards_in
from studydeck.commands.compared import (
    Differences,
    Edit,
    MediaOfAnki,
    NewCard,
    NotPulled,
    compared_in,
    differences,
    drawn_in,
    fields_of,
    style_of_own,
    with_names,
)
from studydeck.files import read_bytes, write_file, write_files
from studydeck.history import LOCK_FILE, with_pulled
from studydeck.history.both import folded_tags
from studydeck.history.identity import content_digest
from studydeck.kinds import ITEM_KEYS, card_keys
from studydeck.kinds.own import field_key
from studydeck.model import Card, Note, Place, Problem, Text, shown
from studydeck.package.collection import Found, FoundNote
from studydeck.pipeline import Loaded, compile_notes, load
from studydeck.reading.edit import with_cards
from studydeck.reading.edit_values import Changes, with_card_values
from studydeck.reading.written import card_yaml


class Pulled(NamedTuple):
    """What a collection has otherwise than a deck, and what that changes in the deck's files."""

    loaded: Loaded
    found: Differences
    changes: Sequence[Change]

    @property
    def name(self) -> str:
        return str(self.loaded.deck.title)


def pull(
    loaded: Loaded, collection: Found, out: Path, *, every_tag: bool = False, pushed: Mapping[str, tuple[int, int]] = {}
) -> Pulled:
    """The edits of a deck that were made in a collection, as in `differences`. Writes nothing.

    What an author's file can't take without other changes is left out, and said. Raises OSError.
    """
    return _as_changes(loaded, differences(loaded, collection, out, every_tag=every_tag, pushed=pushed))


def _as_changes(loaded: Loaded, found: Differences) -> Pulled:
    files = _Files(loaded, found)
    changes = [Change(path, before, after) for path, (before, after) in files.edited.items() if before != after]
    why = "the file would have to change elsewhere, too; edit it by hand"
    return Pulled(loaded, _without(found, dict.fromkeys(files.refused, why)), changes)


def _without(found: Differences, refused: Mapping[str, str]) -> Differences:
    """`found` without the edits of some cards and without some new ones, by their ids, which can't be pulled: why."""
    left = [NotPulled(each.id, each.key, refused[each.id]) for each in found.edits if each.id in refused]
    left += [NotPulled(each.id, "the new card", refused[each.id]) for each in found.new if each.id in refused]
    return found._replace(
        edits=[each for each in found.edits if each.id not in refused],
        new=[each for each in found.new if each.id not in refused],
        not_pulled=[*found.not_pulled, *left],
    )


def write_pulled(pulled: Pulled, collection: Found, now: int) -> Pulled:
    """Writes the edits into the deck, and into its lock the stamps that they have in the collection, up to `now`.

    Returns what was written: without the edits that would be errors, or another card. Raises ValueError with a sentence
    if there is an error elsewhere, and leaves the deck as it was; OSError if a file can't be written.
    """
    folder = pulled.loaded.deck.folder
    while True:
        media = {folder / "media" / name: data for name, data in pulled.found.media.items()}
        write_files({each.path: each.after for each in pulled.changes} | media, folder)
        after = load(folder)
        refused = _at_fault(pulled, after.errors) if after.errors else _lost(pulled, after)
        if not after.errors and not refused:
            break
        write_files({each.path: each.before for each in pulled.changes}, folder)
        for path in media:
            path.unlink()
        if not refused:
            raise ValueError(f"{folder.as_posix()} would have an error, so nothing is pulled: {after.errors[0]}")
        pulled = _as_changes(pulled.loaded, _without(pulled.found, refused))
    stamps = {guid: each for guid, each in _stamps(pulled, after, collection).items() if each[1] <= now}
    if stamps:
        path = folder / LOCK_FILE
        text = read_bytes(path, folder).decode()
        write_file(path, with_pulled(text, stamps).encode(), folder)
    return pulled


def _lost(pulled: Pulled, after: Loaded) -> dict[str, str]:
    """The ids of the edited cards that would be other cards now, each with why: items of a list that have no id."""
    known = {each.id: each.guid for each in pulled.loaded.known}
    kept = {each.guid for each in after.known}
    lost = [each.id for each in pulled.found.edits if known[each.id] not in kept]
    return dict.fromkeys(lost, "it would be another card, without its history; edit it by hand")


def _at_fault(pulled: Pulled, errors: Sequence[Problem]) -> dict[str, str]:
    """The ids of the cards, edited or new, that have an error now, each with the first one in words."""
    refused: dict[str, str] = {}
    for change in pulled.changes:
        name = shown(change.path)
        old, new = ([card.line for card in cards_in(name, data)] for data in (change.before, change.after))
        edited: dict[int, list[str]] = {}  # a list's items are in one card
        for edit in pulled.found.edits:
            if edit.place.path == name:
                edited.setdefault(bisect_right(old, edit.place.line) - 1, []).append(edit.id)
        added = [card.id for card in pulled.found.new if card.path == name]
        edited |= {number: [card_id] for number, card_id in enumerate(added, start=len(old))}
        for error in errors:
            if error.path == name:
                for card_id in edited.get(bisect_right(new, error.line) - 1, ()):
                    refused.setdefault(card_id, f"it would be an error: {error.message}")
    return refused


class _Files:
    """The deck's section files, edited as far as they take the edits; `refused` are the ids of the other cards."""

    def __init__(self, loaded: Loaded, found: Differences) -> None:
        self.folder = loaded.deck.folder
        self.cards = {card.place: card for card in loaded.deck.cards}
        self.edited: dict[Path, tuple[bytes, bytes]] = {}
        self.refused: list[str] = []
        by_file: dict[str, list[Edit]] = {}
        for edit in found.edits:
            by_file.setdefault(edit.place.path, []).append(edit)
        for name, edits in by_file.items():
            self._edit(name, edits)
        for card in found.new:
            self._add(card)

    def _edit(self, name: str, edits: Sequence[Edit]) -> None:
        """All edits of a file at once; or, if it doesn't take them, place by place."""
        path = self.folder / Path(name).name
        before = after = read_bytes(path, self.folder)
        by_place: dict[Place, list[Edit]] = {}
        for edit in edits:
            text = self._text_of(edit)
            by_place.setdefault(Place(name, text.line, text.column) if text else edit.place, []).append(edit)
        changes = {at: self._changes(each) for at, each in by_place.items()}
        try:
            after = with_card_values(path, before, changes, _ORDER)
        except ValueError:
            for at, each in sorted(by_place.items(), reverse=True):  # from below, so that no place moves
                try:
                    after = with_card_values(path, after, {at: changes[at]}, _ORDER)
                except ValueError:
                    self.refused += [edit.id for edit in each]
        self.edited[path] = before, after

    def _text_of(self, edit: Edit) -> Text | None:
        """The text that an edited item is a line of, if it is."""
        card = self.cards.get(edit.place)
        return card.item.of_text if card and card.item else None

    def _changes(self, edits: Sequence[Edit]) -> Changes | str:
        """The edits of what is at one place as changes of it in the YAML."""
        card, values = self.cards.get(edits[0].place), {each.key: each.value for each in edits}
        if card is None:
            return values  # a part of a picture
        if card.item is None:
            return _with_inner(values, card)
        if (whole := card.item.of_text) is not None:
            lines = whole.split("\n")
            for each in edits:
                lines[each.place.line - whole.line - (not whole.plain)] = str(each.value)
            return "\n".join(lines).strip()
        text = values.pop(card.kind.answer, None)
        if not values and not card.item.keys:
            return str(text)
        if text is not None or not card.item.keys:
            values["text"] = str(card.own_text) if text is None else text
        return {key: values[key] for key in ITEM_KEYS if key in values}

    def _add(self, card: NewCard) -> None:
        path = self.folder / Path(card.path).name
        before, after = self.edited.get(path) or (read_bytes(path, self.folder),) * 2
        try:
            self.edited[path] = before, with_cards(path, after, [card_yaml(card.values)])
        except ValueError:
            self.refused.append(card.id)


def _with_inner(values: Mapping[str, Any], card: Card) -> Changes:
    """The changes of a card; those of the fields of its note type are in a mapping of their own."""
    inner = {key.removeprefix(field_key("")): value for key, value in values.items() if key.startswith(field_key(""))}
    changes = {key: value for key, value in values.items() if not key.startswith(field_key(""))}
    if inner:
        present = {name for name in card.values if name.startswith(field_key(""))}
        gone = {field_key(name) for name, value in inner.items() if value is None}
        left = {name: value for name, value in inner.items() if value is not None or field_key(name) in present}
        changes["fields"] = left if any(each is not None for each in left.values()) or present - gone else None
    return changes


_ORDER = list(card_keys())


def _stamps(pulled: Pulled, after: Loaded, collection: Found) -> dict[str, tuple[str, int]]:
    """The contents and stamps of the notes that the next build would edit only to give them what the collection has.

    With these stamps, its package reaches all others, and leaves the note in the collection as it is.
    """
    known = {each.guid: each for each in pulled.loaded.lock.notes.values()}
    there = {each.guid: each for each in collection.notes}
    added = {each.guid for each in pulled.found.new}
    media = MediaOfAnki(after, collection)
    names = {number: [each.name for each in kind.fields] for number, kind in collection.note_types.items()}
    stamps: dict[str, tuple[str, int]] = {}
    for note in compile_notes(after):
        guid = note.identity.guid
        found, base = pulled.found.pairs.get(guid, (there.get(guid), None))
        if found is None or (base is None and guid not in added):
            continue
        content, last = content_digest(note), known.get(guid)
        if last is not None and (last.content == content or last.modified >= found.modified):
            continue
        fields = dict(zip(names[found.type_id], found.fields, strict=False))
        if base is None or _has_all(note, fields, found, base, media):
            stamps[guid] = content, found.modified
    return stamps


def _has_all(note: Note, fields: Mapping[str, str], found: FoundNote, base: Base, media: MediaOfAnki) -> bool:
    """Whether a collection's note has all that the YAML has otherwise than what was shipped."""
    if media.spoken_in(fields) != media.spoken_in(fields_of(note)):
        return False
    here, fields, base_fields = fields_of(note), with_names(note, fields), with_names(note, base.fields)
    for each in compared_in(note, here):
        seen = partial(media.seen, each.key, css=style_of_own(note.card.kind))
        if seen(here) not in (seen(fields), seen(base_fields)):
            return False
    if any(here[name] != base.fields.get(name, "") for name in drawn_in(note, here)):
        return False
    was, now, theirs = map(folded_tags, (base.tags, note.tags, found.tags))
    return now - was <= theirs and not (was - now) & theirs


def pulled_values(pulled: Pulled) -> dict[str, Any]:
    """What was pulled as values for JSON."""
    found = pulled.found
    return {
        "deck": pulled.name,
        "folder": pulled.loaded.deck.folder.as_posix(),
        "edits": [{**_at(each), "key": each.key, "value": each.value} for each in found.edits],
        "conflicts": [
            {**_at(each), "key": each.key, "built": each.built, "yaml": each.yaml, "anki": each.anki}
            for each in found.both
        ],
        "new": [each._asdict() for each in found.new],
        "not_pulled": [each._asdict() for each in found.not_pulled],
        "own_tags": dict(found.own_tags),
        "leeches": list(found.leeches),
        "missing": list(found.missing),
        "media": sorted(found.media),
        "files": [each.path.as_posix() for each in pulled.changes],
        "diff": "\n".join(line for each in pulled.changes for line in each.diff),
    }


def _at(each: Any) -> dict[str, Any]:
    return {"id": each.id, "path": each.place.path, "line": each.place.line, "column": each.place.column}


def pulled_lines(pulled: Pulled) -> Iterator[str]:
    """What was pulled, line by line, for a terminal: the diff, and what stays as it is."""
    found = pulled.found
    for change in pulled.changes:
        yield from change.diff
    for name in sorted(found.media):
        yield f"+ media/{name}"
    for each in found.both:
        yield f"{each.place.path}:{each.place.line}:{each.place.column}: {each.id}: edited here and in Anki: {each.key}"
        built = "unknown" if each.built is None else each.built
        for label, text in (("built", built), ("YAML", each.yaml), ("Anki", each.anki)):
            for number, line in enumerate(text.split("\n") or [""]):
                yield f"  {'' if number else label:<5}  {line}".rstrip()
    if found.both:
        yield "these stay as they are: make the YAML say what you want, then push"
    for left in found.not_pulled:
        yield f"not pulled: {': '.join(filter(None, left))}"
    if found.own_tags:
        tags = ", ".join(f"{tag} ({number:,})" for tag, number in sorted(found.own_tags.items()))
        yield f"your own tags stay in Anki: {tags}"
    if found.leeches:
        yield f"leeches, suspended in Anki; reword or split them: {', '.join(found.leeches)}"
    if found.missing:
        yield f"not in the collection, deleted there or never imported: {', '.join(found.missing)}"
