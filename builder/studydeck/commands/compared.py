"""What was edited in Anki: the notes of a collection, compared with what was shipped and with the YAML.

A key is compared by what its fields show, since Anki's editor writes other HTML than we do. Where only Anki's side
differs from what was shipped, that is an edit; where both do, it is for the author to decide.
"""

from __future__ import annotations

import io
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from studydeck.checks.errors import wrong_tag
from studydeck.commands.base import Base, Bases
from studydeck.counting import counted
from studydeck.files import hash_of
from studydeck.history import note_type_ids
from studydeck.history.both import folded_tags
from studydeck.kinds import ITEM_KEYS, OWN, kind_by_key
from studydeck.kinds.own import field_key
from studydeck.model import Card, Deck, Key, Kind, Note, Part, Place, Section, takes
from studydeck.package.collection import Found, FoundNote
from studydeck.patterns import pattern
from studydeck.pipeline import Loaded
from studydeck.render import anki_deck
from studydeck.render.media import LARGEST_FILE, name_in_anki
from studydeck.render.values import Filled, KeyValue, NotWritableError, fills_a_field, value_in
from studydeck.text import PICTURES, SOUNDS, slug
from studydeck.text.clean import html_references, html_words
from studydeck.text.from_html import seen_in
from studydeck.text.media import SPOKEN

#: Tags that Anki gives notes itself.
_OF_ANKI = ("leech", "marked")
_OUR_SOUND = pattern(r"\[sound:([0-9a-f]{24}\.\w+)\]")
_OLDER = "Anki has the text of an older build"
_OF_A_LIST = "it is an item of a list, so write it there by hand"
_OF_ALL_ITEMS = "it is removed in Anki, but all items of the list have it"
_MORE_LINES = "it has several lines, which are several items of the list; write them there by hand"
_OF_A_PICTURE = "they were changed in Anki; draw them in the preview, or write them by hand"


class Edit(NamedTuple):
    """A key of a card that was edited in Anki alone, and its new value; None removes it."""

    id: str
    place: Place
    key: str
    value: KeyValue | None


class Both(NamedTuple):
    """A key of a card that was edited in Anki and in the YAML: its values there, here, and as it was shipped.

    `built` is None if that isn't known.
    """

    id: str
    place: Place
    key: str
    built: str | None
    yaml: str
    anki: str


class NewCard(NamedTuple):
    """A note that was added in Anki: its new id, its guid, the file of its section, and its values by keys."""

    id: str
    guid: str
    path: str
    values: Mapping[str, Any]


class NotPulled(NamedTuple):
    """Something in Anki that can't be pulled: of which card, what it is, and why."""

    id: str
    what: str
    why: str


class Compared(NamedTuple):
    """What is compared of a note: where it is in the YAML, its key there, and its present value."""

    place: Place
    name: str
    key: Key
    present: Any


class Differences(NamedTuple):
    """What a collection has otherwise than the YAML.

    `own_tags` are tags that stay in Anki alone, with the numbers of their notes; `leeches` are cards that Anki
    suspended because they were forgotten too often, `missing` those that the collection lacks, by their ids. `media`
    are the files that edits and new cards need, by their names in the deck. `pairs` are the notes in both, by guid,
    each with what it was shipped as. `is_there` says whether the collection has any note of the deck.
    """

    edits: Sequence[Edit]
    both: Sequence[Both]
    new: Sequence[NewCard]
    not_pulled: Sequence[NotPulled]
    own_tags: Mapping[str, int]
    leeches: Sequence[str]
    missing: Sequence[str]
    media: Mapping[str, bytes]
    pairs: Mapping[str, tuple[FoundNote, Base | None]]
    is_there: bool


def differences(
    loaded: Loaded, found: Found, out: Path, *, every_tag: bool = False, pushed: Mapping[str, tuple[int, int]] = {}
) -> Differences:
    """What the collection `found` has otherwise than the deck; `out` has its last package.

    With `every_tag`, tags that the deck's cards don't use yet count as edits, too. `pushed` is what was pushed into the
    collection, by guid: the stamp of the build, and the one that the note got there.
    """
    return _Comparing(loaded, found, out, every_tag, pushed).result()


class _Comparing:
    def __init__(
        self, loaded: Loaded, found: Found, out: Path, every_tag: bool, pushed: Mapping[str, tuple[int, int]]
    ) -> None:
        self.loaded, self.deck, self.found, self.every_tag = loaded, loaded.deck, found, every_tag
        self.pushed = pushed
        self.bases = Bases(loaded, out)
        self.notes = self.bases.notes
        self.names = {number: [each.name for each in kind.fields] for number, kind in found.note_types.items()}
        self.sections = {at: each for each in self.deck.sections for at in (each.place, *(c.place for c in each.cards))}
        self.used_tags = folded_tags(tag for card in self.deck.cards for tag in card.tags)
        self.media = MediaOfAnki(loaded, found)
        self.edits: list[Edit] = []
        self.both: list[Both] = []
        self.new: list[NewCard] = []
        self.not_pulled: list[NotPulled] = []
        self.own_tags: Counter[str] = Counter()
        self.pairs: dict[str, tuple[FoundNote, Base | None]] = {}

    def result(self) -> Differences:
        there = {each.guid: each for each in self.found.notes}
        built = {each.guid: each for each in self.loaded.lock.notes.values()}
        for guid, note in self.notes.items():
            if guid in there:
                is_last = guid in built and built[guid].modified == there[guid].modified
                self._compare(note, there[guid], is_last=is_last)
        self._add_new([each for each in self.found.notes if each.guid not in self.notes and each.guid not in built])
        known = {guid: note.identity.id for guid, note in self.notes.items() if guid in built}
        leeches = [known[each.guid] for each in self.found.notes if each.guid in known and self._is_leech(each)]
        missing = [name for guid, name in known.items() if guid not in there and not self.notes[guid].card.retired]
        texts = "\n".join(str(each) for edit in (*self.edits, *self.new) for each in edit)
        media = {name: data for name, data in self.media.new.items() if name in texts}
        return Differences(
            self.edits, self.both, self.new, self.not_pulled, self.own_tags, leeches, missing, media, self.pairs,
            is_there=bool(self.pairs) or bool(self.new),
        )  # fmt: skip

    def _is_leech(self, note: FoundNote) -> bool:
        return note.id in self.found.suspended and "leech" in folded_tags(note.tags)

    def _fields(self, note: FoundNote) -> dict[str, str]:
        return dict(zip(self.names[note.type_id], note.fields, strict=False))

    # --- one note --------------------------------------------------------------------------------

    def _compare(self, note: Note, there: FoundNote, *, is_last: bool) -> None:
        """Compares a note; one with the stamp that the last build gave it differs only if a push kept a rewording."""
        fields, here = with_names(note, self._fields(there)), fields_of(note)
        differing = [each for each in compared_in(note, fields) if any(fields[n] != here[n] for n in each.key.fields)]
        draws = note.card.kind.masks and note.card.kind.note_type is None
        base = None
        if draws or differing or folded_tags(there.tags) != folded_tags(note.tags):
            built, landed = self.pushed.get(there.guid, (0, 0))
            base = self.bases.of(there.guid, max(built, there.modified) if landed <= there.modified else there.modified)
        self.pairs[there.guid] = there, base
        before = len(self.edits)
        for each in differing if base is not None or not is_last else ():
            self._compare_one(note, each, here, fields, base)
        self._compare_tags(note, there, base)
        if draws and base is not None and _has_other_parts(note, here, fields, base):
            self.not_pulled.append(NotPulled(note.identity.id, "parts", _OF_A_PICTURE))
        words = {note.card.kind.asks, note.card.kind.answer}
        is_line = note.card.item is not None and note.card.item.of_text is not None
        if note.card.id is None and not is_line and any(each.key in words for each in self.edits[before:]):
            self.edits.append(Edit(note.identity.id, note.card.place, "id", note.identity.id.rpartition("/")[2]))

    def _compare_one(
        self, note: Note, what: Compared, here: Mapping[str, str], there: Mapping[str, str], base: Base | None
    ) -> None:
        seen = partial(self.media.seen, what.key, css=style_of_own(note.card.kind))
        last = self.bases.last(note.identity.guid)
        theirs, mine = seen(there), seen(here)
        known = [with_names(note, each.fields) for each in (base, last) if each is not None]
        if theirs == mine or any(seen(each) == theirs for each in known):
            return
        if base and (older := self.bases.of(note.identity.guid, base.stamp - 1)) is not None:
            known.append(with_names(note, older.fields))
            if seen(known[-1]) == theirs:
                self.not_pulled.append(NotPulled(note.identity.id, what.name, _OLDER))
                return
        shipped = min(known, key=lambda each: _distance(what.key, there, each)) if base else None
        was = seen(shipped) if shipped else None
        if why := _left_to_its_author(note.card, what.name):
            text = html_words(there.get(what.key.field, ""))[:60]
            self.not_pulled.append(NotPulled(note.identity.id, what.name, f"Anki has '{text}', and {why}"))
        elif was == mine:
            self._add_edit(note, what, here, there)
        else:
            words = [self._words(note, what, each) if each else None for each in (shipped, here, there)]
            self.both.append(Both(note.identity.id, what.place, what.name, words[0], words[1] or "", words[2] or ""))

    def _add_edit(self, note: Note, what: Compared, here: Mapping[str, str], there: Mapping[str, str]) -> None:
        try:
            value = self._value(note.card, what, there, here[what.key.field])
            if value is None and what.name in note.card.kind.required:
                raise NotWritableError("is empty, and a card needs one")
        except NotWritableError as error:
            self.not_pulled.append(NotPulled(note.identity.id, what.name, f"its field in Anki {error}"))
            return
        self._edit(note, Edit(note.identity.id, what.place, what.name, value))

    def _edit(self, note: Note, edit: Edit) -> None:
        """Adds an edit, or says why it is left to the author."""
        if why := _left_to_its_author(note.card, edit.key, edit.value):
            self.not_pulled.append(NotPulled(edit.id, edit.key, why))
        else:
            self.edits.append(edit)

    def _value(self, card: Card, what: Compared, fields: Mapping[str, str], rendered: str = "") -> KeyValue | None:
        key, html, rendered = what.key, self.media.silent(fields[what.key.field]), self.media.silent(rendered)
        section = self.sections[card.place]
        language = card.languages(section.languages.inside(self.deck.languages)).of(key)
        is_marked = bool(fields.get(key.mark)) if key.mark else False
        files = {**self.media.files_in(rendered), **self.media.files_in(html)}
        css = style_of_own(card.kind)
        return value_in(key, Filled(html, is_marked, what.present, language, files, rendered, css))

    def _words(self, note: Note, what: Compared, fields: Mapping[str, str]) -> str:
        """A value in words, to show it."""
        try:
            value = self._value(note.card, what, {each: fields.get(each, "") for each in what.key.fields})
        except NotWritableError:
            return html_words(fields.get(what.key.field, ""))
        return " · ".join(value) if isinstance(value, tuple) else "" if value is None else str(value)

    # --- tags ------------------------------------------------------------------------------------

    def _compare_tags(self, note: Note, there: FoundNote, base: Base | None) -> None:
        """Tags of the card's own that were removed, and new ones that other cards have: the rest is the learner's."""
        if note.card.retired:
            return
        last = self.bases.last(note.identity.guid)
        known = [folded_tags(each.tags) for each in (base, last) if each is not None]
        shipped, always = set().union(*known), set.intersection(*known) if known else set()
        mine, theirs = folded_tags(note.tags), folded_tags(there.tags)
        added = [tag for tag in there.tags if tag.casefold() not in shipped | mine]
        pulled = [tag for tag in added if self._is_authors(tag)]
        kept = [tag for tag in note.card.tags if tag.casefold() in theirs or tag.casefold() not in always]
        self.own_tags.update(tag for tag in added if tag not in pulled and tag.casefold() not in _OF_ANKI)
        if pulled or len(kept) < len(note.card.tags):
            tags = (*kept, *pulled)
            self._edit(note, Edit(note.identity.id, note.card.place, "tags", tags or None))

    def _is_authors(self, tag: str) -> bool:
        return self._may_be_written(tag) and (self.every_tag or tag.casefold() in self.used_tags)

    def _may_be_written(self, tag: str) -> bool:
        return (
            tag.casefold() not in _OF_ANKI
            and not tag.casefold().startswith(f"{self.deck.tag}::".casefold())  # a section's
            and not wrong_tag(tag)
        )

    # --- new notes -------------------------------------------------------------------------------

    def _add_new(self, notes: Sequence[FoundNote]) -> None:
        kinds = {
            number: kind_by_key(key, self.deck) for key, number in note_type_ids(self.deck, self.loaded.lock).items()
        }
        ids = {*self.loaded.lock.notes, *(note.identity.id for note in self.notes.values())}
        elsewhere = 0
        for note in notes:
            kind = kinds.get(note.type_id)
            if kind is None:
                continue
            if note.deck != self.deck.title and not note.deck.startswith(f"{self.deck.title}::"):
                elsewhere += kind.note_type is None
                continue
            self._add_card(note, kind, ids)
        if elsewhere:
            self.not_pulled.append(
                NotPulled("", f"{counted(elsewhere, 'note')} of the deck's note types", "in other decks")
            )

    def _add_card(self, note: FoundNote, kind: Kind, ids: set[str]) -> None:
        fields = self._fields(note)
        section = self._section_for(note, fields)
        values: dict[str, Any] = {}
        asked = " ".join(html_words(fields.get(kind.keys[kind.asks].field, "")).split())[:60]
        if section is None:
            self.not_pulled.append(NotPulled("", f"the new note '{asked}'", "the deck has no section yet"))
            return
        blank = Card(section.place, kind, {})
        try:
            for name, key in kind.keys.items():
                if fills_a_field(key) and {*key.fields} <= fields.keys() and name != "id":
                    values[name] = self._value(blank, Compared(section.place, name, key, None), fields)
            if lacking := [name for name in kind.required if not values.get(name)]:
                raise NotWritableError(f"has no {lacking[0]}")
        except NotWritableError as error:
            self.not_pulled.append(NotPulled("", f"the new note '{asked}'", f"it {error}"))
            return
        name = _free(slug(asked), ids)
        tags = tuple(tag for tag in note.tags if self._may_be_written(tag))
        values |= {"id": name, "guid": note.guid, "tags": tags or None}
        if kind.key.startswith(OWN):
            values["type"] = kind.key.removeprefix(OWN)
        self.new.append(NewCard(name, note.guid, section.place.path, in_yaml(values, kind)))

    def _section_for(self, note: FoundNote, fields: Mapping[str, str]) -> Section | None:
        """The section that its tags, its field or its deck name; else the last one."""
        sections = self.deck.sections
        tags = folded_tags(note.tags)
        for section in sections:
            if f"{self.deck.tag}::{section.tag}".casefold() in tags:
                return section
        for section in sections:
            if html_words(fields.get("Section", "")) == " ".join(section.name.split()):
                return section
        in_deck = [each for each in sections if self.deck.subdecks and anki_deck(self.deck, each) == note.deck]
        return [*sections[-1:], *in_deck][-1] if sections else None


def compared_in(note: Note, fields: Mapping[str, str]) -> Iterator[Compared]:
    """All that is compared of a note, as far as these fields have it: its keys, and the names of its parts."""
    card = note.card
    for name, key in card.kind.keys.items():
        if fills_a_field(key) and {*key.fields} <= fields.keys():
            yield Compared(card.place, name, key, card.values.get(name))
    for part in card.values.get("parts", ()):
        key = Key(takes.MARKDOWN, "", _field_of(part), in_answer_language=True)
        if key.field in fields:
            yield Compared(Place.of(part), "name", key, part or None)


def with_names(note: Note, fields: Mapping[str, str]) -> Mapping[str, str]:
    """The fields, and the name of each part of a picture as one more; unless something else is among the names."""
    kind = note.card.kind
    names = kind.names_in(note, fields.get(kind.names_field, "")) if kind.names_field else None
    if names is None:
        return fields
    return {**fields, **dict(zip(map(_field_of, note.card.values["parts"]), names, strict=True))}


def _field_of(part: Part) -> str:
    return f"name of {part.id}"  # no field of a note type


def _has_other_parts(note: Note, here: Mapping[str, str], there: Mapping[str, str], base: Base) -> bool:
    """Whether the fields that the kind draws itself have what neither the YAML nor the build says."""
    drawn = [name for name in drawn_in(note, there) if here[name] and name not in ("Id", "Section")]
    return any(there.get(name) not in (here[name], base.fields.get(name)) for name in drawn)


def drawn_in(note: Note, fields: Mapping[str, str]) -> set[str]:
    """The fields of a note that nothing fills which is compared, as far as these fields have it."""
    found = {name for each in compared_in(note, fields) for name in each.key.fields}
    if found - {*note.card.kind.fields}:
        found.add(note.card.kind.names_field)
    return {*note.card.kind.fields} - found


def _left_to_its_author(card: Card, key: str, value: KeyValue | None = "") -> str:
    """Why a key of an item of a list can't get a value; "" if it can, and for all other cards."""
    item = card.item
    if item is None:
        return ""
    if key != card.kind.answer and (key not in ITEM_KEYS or item.of_text is not None):
        return _OF_A_LIST
    if value is None and key not in item.keys:
        return _OF_ALL_ITEMS
    if item.of_text is not None and isinstance(value, str) and len(value.split("\n")) > 1:
        return _MORE_LINES
    return ""


def style_of_own(kind: Kind) -> str:
    """The style of a note type of the deck's own, which may give classes and tags a look, as `import` heeds it."""
    return kind.note_type.css if kind.note_type else ""


def in_yaml(values: Mapping[str, Any], kind: Kind) -> dict[str, Any]:
    """A card's values in the form and the order that they have in the YAML, without those that are None."""
    written: dict[str, Any] = {}
    for name in kind.keys:
        if (value := values.get(name)) is None:
            continue
        if name.startswith(field_key("")):
            written.setdefault("fields", {})[name.removeprefix(field_key(""))] = value
        else:
            written[name] = value
    return written


def fields_of(note: Note) -> Mapping[str, str]:
    """A note's fields by their names, as `with_names` has them."""
    return with_names(note, note.by_name)


def _free(name: str, taken: set[str]) -> str:
    """The name, with a number if it is taken; and takes it."""
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name}-{number}"
    taken.add(found)
    return found


def _distance(key: Key, one: Mapping[str, str], other: Mapping[str, str]) -> int:
    """How many words of a key's fields are in one of two notes alone."""
    words = [Counter(html_words(" ".join(each.get(name, "") for name in key.fields)).split()) for each in (one, other)]
    return ((words[0] - words[1]) + (words[1] - words[0])).total()


class MediaOfAnki:
    """The pictures and sounds of a collection's notes, known by their content wherever they are."""

    def __init__(self, loaded: Loaded, found: Found) -> None:
        self.in_anki = found.media
        of_speech = f"{SPOKEN}/"
        names = loaded.media.names.items()
        self.in_deck = {ours: written for written, ours in names if not written.startswith(of_speech)}
        self.speaks = loaded.deck.speaks
        self.names: dict[str, str] = {}  # what we call a file, by the name that a collection has it under
        self.new: dict[str, bytes] = {}
        self._taken = {name.casefold() for name in _files_in(loaded.deck)}

    def seen(self, key: Key, fields: Mapping[str, str], css: str = "") -> object:
        """What a note shows of a key, in a note type of this style."""
        html = self.silent(fields.get(key.field, ""))
        for name in _files_shown(html):
            self._look_at(name)
        return seen_in(html, self.names, css), bool(fields.get(key.mark)) if key.mark else False

    def silent(self, html: str) -> str:
        """A field without the sounds of texts that are read aloud, which no author writes."""
        return (
            _OUR_SOUND.sub(lambda sound: "" if self._is_spoken(sound[1]) else sound[0], html) if self.speaks else html
        )

    def spoken_in(self, fields: Mapping[str, str]) -> set[str]:
        """The sounds of texts that are read aloud in a note's fields."""
        return {*filter(self._is_spoken, _OUR_SOUND.findall("".join(fields.values())))} if self.speaks else set()

    def _is_spoken(self, sound: str) -> bool:
        """Whether a sound with a name that a build gave it is played by no text of the YAML: it may be an older one."""
        return sound not in self.in_deck

    def files_in(self, html: str) -> dict[str, str]:
        """The names that the files of a field have in the deck. Raises NotWritableError if there is none."""
        files: dict[str, str] = {}
        for name in _files_shown(html):
            self._look_at(name)
            ours = self.names.get(name)
            if ours is None:
                raise NotWritableError(f"shows '{name[:60]}', which isn't a picture or sound in Anki's media folder")
            if ours not in self.in_deck:
                self.in_deck[ours] = self._add(name)
            files[name] = self.in_deck[ours]
        return files

    def _look_at(self, name: str) -> None:
        if name in self.names:
            return
        if name in self.in_deck:
            self.names[name] = name
            return
        suffix = os.path.splitext(name)[1].lower()
        if suffix not in (*PICTURES, *SOUNDS):
            return
        data = self._content(name)
        if data and len(data) <= LARGEST_FILE:
            self.names[name] = name_in_anki(io.BytesIO(data), hash_of(data), suffix)

    def _add(self, name: str) -> str:
        stem, suffix = os.path.splitext(re.sub(r"[\x00-\x1f/\\:]", "-", name))
        free, number = f"{stem}{suffix}", 1
        while free.casefold() in self._taken:
            number += 1
            free = f"{stem}-{number}{suffix}"
        self._taken.add(free.casefold())
        self.new[free] = self._content(name)
        return free

    def _content(self, name: str) -> bytes:
        """A file's bytes, none if there is no such file."""
        content = self.in_anki.get(name, b"")
        return content if isinstance(content, bytes) else content.read_bytes()


def _files_shown(html: str) -> list[str]:
    return [name for name, _ in html_references(html)] if "<img" in html or "[sound:" in html else []


def _files_in(deck: Deck) -> list[str]:
    folder = deck.folder / "media"
    return os.listdir(folder) if folder.is_dir() else []
