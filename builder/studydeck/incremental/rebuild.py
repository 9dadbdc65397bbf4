"""The build after an edit: only the section files that changed are read, the rest is in the last package.

`load` reads those files, and what is kept from the rest goes to `build` with them. The result has the same bytes as
that of a full build (tests/test_rebuild.py). If there is a problem to report, or if cards in read and unread files
could affect each other, there is a full build instead. `plan` reads a deck in the same way, even an unchanged one.

Of a file of many cards, those at its start and at its end that haven't changed are kept like unread files.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from itertools import islice, takewhile
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from studydeck.files import hash_of, known_digest, mark_of, package_path, read_file, status_of
from studydeck.history import LOCK_FILE, read_lock, set_apart
from studydeck.incremental import cache
from studydeck.model import Deck, Identity, Kept, MediaFile, Section, shown
from studydeck.pair import LARGEST_LOCK
from studydeck.pipeline import Loaded, PartRead, load, no_progress
from studydeck.reading import read_deck
from studydeck.render import anki_deck

#: Of a file with as many cards, only those that changed are looked at.
MANY = 1_000


class SectionMemory(NamedTuple):
    """What a later build must know about a section file that it doesn't read.

    `deck` is Anki's deck for its cards, `ids` are its notes', `letters` are hashes of its questions' letters (see
    text/words.py), `media` are the files that it uses. By its `tag` and `name` it belongs to a section of the material.
    `written` and `retired` are guids, as in cache.Claims. `cards` are the `_hashes` of its cards.
    """

    file: str
    tag: str
    name: str
    deck: str
    ids: Sequence[str]
    letters: Sequence[int]
    media: Sequence[str]
    written: Sequence[str]
    retired: Sequence[str]
    cards: Sequence[str] = ()

    def part(self, start: int, end: int, file: str = "") -> SectionMemory:
        """The memory of some of its cards."""
        return self._replace(file=file, ids=self.ids[start:end], letters=self.letters[start:end])


class _Cut(NamedTuple):
    """What has changed in a file of many cards: its `old` cards from `start` to `end` became others, up to `new_end`.

    `cards` are the hashes of all its cards now.
    """

    old: SectionMemory
    start: int
    end: int
    new_end: int
    cards: Sequence[str]

    @property
    def pieces(self) -> list[SectionMemory]:
        """The old cards: those that are kept at the start, those that changed, and those that are kept at the end."""
        start, end, old = self.start, self.end, self.old
        return [old.part(0, start), old.part(start, end, old.file), old.part(end, len(old.ids))]

    def changed(self, section: Section) -> Section:
        """Only the cards of the section that are looked at."""
        changed = slice(self.start, self.new_end)
        cards = section.cards[changed]
        texts = tuple(text for card in cards for text in card.texts)
        return section._replace(cards=cards, texts=texts, letters=section.letters[changed])

    def whole(self, changed: SectionMemory) -> SectionMemory:
        """The memory of all cards, with those that `changed`."""
        first, _, last = self.pieces
        ids = [*first.ids, *changed.ids, *last.ids]
        letters = [*first.letters, *changed.letters, *last.letters]
        return changed._replace(ids=ids, letters=letters, cards=self.cards)


class Memory(NamedTuple):
    """A deck's sections in study order, and its media: as written, in Anki, on disk."""

    sections: Sequence[SectionMemory]
    media: Sequence[tuple[str, str, str]]


def load_changed(folder: Path, out: Path, known: cache.Known, opened: ExitStack) -> tuple[Loaded, Memory] | None:
    """The deck, with only the section files read that changed since the last build; None if a full build is needed.

    With it comes the memory of the whole deck. What is kept is verified to be what the last build wrote; the package
    that it is copied from stays open until the end of `opened`.
    """
    try:
        last = _memory(*json.loads(cache.sections_of(folder, out, known) or "[]"))
    except (ValueError, TypeError):
        return None
    files = {str(folder / each.file): each.file for each in last.sections}
    if not known.changed <= files.keys() or known.made.problems:
        return None
    part = _part_of(folder, last, {files[path] for path in known.changed}, known)
    if part is None:
        return None
    loaded, memory = part
    if loaded.kept.ranges:
        package = _verified(package_path(folder, out), known)
        if package is None:
            return None
        loaded = loaded._replace(kept=loaded.kept._replace(package=opened.enter_context(package)))
    return loaded, memory


def memory_of(loaded: Loaded) -> Memory:
    """The memory of a deck that was read as a whole, for `load_changed`."""
    paths = {each.name: str(each.path) for each in loaded.media.files}
    return Memory(_sections(loaded), [(written, name, paths[name]) for written, name in loaded.media.names.items()])


def memory_json(memory: Memory) -> str:
    """What `load_changed` reads."""
    return json.dumps(memory, separators=(",", ":"))


def claims_of(own: Sequence[str], memory: Memory) -> cache.Claims:
    """A deck's claims, of which some are its `own`."""
    written = (guid for each in memory.sections for guid in each.written)
    return cache.Claims(own, list(written), [guid for each in memory.sections for guid in each.retired])


def _verified(path: Path, known: cache.Known) -> BinaryIO | None:
    """The package, opened, if its bytes are those that the last build wrote; it may be replaced at any time."""
    with suppress(OSError):
        status_of(path)
        file = path.open("rb")
        digest = known_digest(path, mark_of(os.fstat(file.fileno()))) or hashlib.file_digest(file, "sha256").hexdigest()
        if digest == known.digests.get(os.fspath(path)):
            return file
        file.close()
    return None


def _part_of(folder: Path, last: Memory, changed: set[str], known: cache.Known) -> tuple[Loaded, Memory] | None:
    """The deck with only its `changed` files read, and the memory of all, or None if that isn't enough."""
    data = read_file(folder / LOCK_FILE, folder, LARGEST_LOCK)
    if not isinstance(data, bytes):
        return None
    follows = hash_of(data)
    if follows != known.digests.get(os.fspath(folder / LOCK_FILE)):
        return None
    deck, problems = read_deck(folder, no_progress, changed)
    cuts = _cuts(deck, last)
    pieces = [piece for each in last.sections for piece in (cuts[each.file].pieces if each.file in cuts else [each])]
    unread = [each for each in pieces if each.file not in changed]
    ids = [note_id for each in unread for note_id in each.ids]
    paragraphs, rest = set_apart(data.decode(), set(ids))
    lock, damage = read_lock(shown(folder / LOCK_FILE), rest.encode())

    loaded = load(folder, lock=lock, judge=False, part=PartRead(deck, problems, _looked_at(deck, cuts)))
    if damage or loaded.problems or len(paragraphs) < len(ids):
        return None
    read = _sections(loaded)
    now = {each.file: cuts[each.file].whole(each) if each.file in cuts else each for each in read}
    sections = [now.get(each.file, each) for each in last.sections]
    if _is_elsewhere_in_material(loaded, read, last):
        return None
    if _meet(read, unread) or _new_guid(loaded) or _decks(sections) != _decks(last.sections):
        return None
    if {name for each in sections for name in each.media} != {written for written, _, _ in last.media}:
        return None
    files = {MediaFile(name, path) for _, name, path in last.media}
    names = {written: name for written, name, _ in last.media}
    media = loaded.media._replace(names=names, files=tuple(sorted(files)))
    title = str(loaded.deck.title)
    decks = [title, *(each for each in _decks(sections) if each != title)]
    kept = Kept(*_positions(pieces, read), ids, paragraphs, decks)
    return loaded._replace(media=media, follows=follows, kept=kept), last._replace(sections=sections)


def _is_elsewhere_in_material(loaded: Loaded, read: Sequence[SectionMemory], last: Memory) -> bool:
    """Whether a section may belong to another section of the material than before, or its sources to any."""
    if not os.path.lexists(loaded.deck.folder / "material.lock"):
        return False
    from studydeck.material import lock_of, stand_alone

    names = {(each.file, each.tag, each.name) for each in last.sections}
    lock, damage = lock_of(loaded.deck)
    same = all((each.file, each.tag, each.name) in names for each in read)
    return bool(damage) or not same or not stand_alone(loaded.deck, lock)


def _sections(loaded: Loaded) -> list[SectionMemory]:
    identities = iter(loaded.known)
    return [_section(loaded, section, list(islice(identities, len(section.cards)))) for section in loaded.deck.sections]


def _section(loaded: Loaded, section: Section, identities: Sequence[Identity]) -> SectionMemory:
    written, retired = (
        [each.guid for card, each in zip(section.cards, identities, strict=True) if card.values.get(key)]
        if key in section.keys
        else []
        for key in ("guid", "retired")
    )
    return SectionMemory(
        os.path.basename(section.place.path),
        str(section.tag),
        str(section.name),
        anki_deck(loaded.deck, section),
        [each.id for each in identities],
        [each for card, each in zip(section.cards, section.letters, strict=True) if not card.retired]
        if "retired" in section.keys
        else list(section.letters),
        sorted(loaded.media.asked.get(section.place.path, ())),
        written,
        retired,
        _hashes(section),
    )


def _hashes(section: Section) -> list[str]:
    """Hashes of a section's cards, if they are MANY: each of all that its note is made of but the deck.

    Empty if a note is made of more, such as an item of a list, or more is remembered of a card, such as its guid.
    """
    if len(section.cards) < MANY or section.html or section.masked or section.turned or section.stubs:
        return []
    if not section.keys.isdisjoint(("item", "guid", "retired")):
        return []
    around = repr((section.name, section.tag, section.languages, section.subdeck, section.speak))
    return [hash_of(f"{around}{card.kind.key}{card.values}".encode())[:24] for card in section.cards]


def _cuts(deck: Deck, last: Memory) -> dict[str, _Cut]:
    """What changed in the files of many cards among those that were read, by their names."""
    old = {each.file: each for each in last.sections if each.cards}
    cuts: dict[str, _Cut] = {}
    for section in deck.sections:
        file = os.path.basename(section.place.path)
        if file in old and (after := _hashes(section)):
            before = old[file].cards
            start = _alike(before, after)
            rest = _alike(before[start:][::-1], after[start:][::-1])
            cuts[file] = _Cut(old[file], start, len(before) - rest, len(after) - rest, after)
    return cuts


def _looked_at(deck: Deck, cuts: Mapping[str, _Cut]) -> Deck:
    """The deck with only those cards of the files of many cards that changed."""
    files = (os.path.basename(section.place.path) for section in deck.sections)
    sections = (
        cuts[file].changed(section) if file in cuts else section
        for file, section in zip(files, deck.sections, strict=True)
    )
    return deck._replace(sections=tuple(sections))


def _alike(some: Sequence[str], others: Sequence[str]) -> int:
    """How many are the same at the start of both."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(some, others, strict=False)))


def _meet(read: Sequence[SectionMemory], unread: Sequence[SectionMemory]) -> bool:
    """Whether a card that was read could be the same as an unread one, by its id or its question's hash."""
    return any(
        not {each for section in read for each in getattr(section, what)}.isdisjoint(getattr(section, what))
        for what in ("ids", "letters")
        for section in unread
    )


def _new_guid(loaded: Loaded) -> bool:
    """Whether an author wrote a guid that isn't the card's in the lock: it may be any other card's."""
    known = loaded.lock.notes
    return any(
        card.guid is not None and (note_id not in known or known[note_id].guid != card.guid)
        for card, note_id in zip(loaded.deck.cards, loaded.ids, strict=True)
    )


def _decks(sections: Iterable[SectionMemory]) -> list[str]:
    """The decks in Anki that have notes, in the order of their first notes."""
    return list(dict.fromkeys(each.deck for each in sections if each.ids))


def _positions(
    last: Sequence[SectionMemory], read: Sequence[SectionMemory]
) -> tuple[list[tuple[int, int, int]], list[int]]:
    """The ranges of the last package's positions that are kept, as in Kept, and the positions of the notes read."""
    ranges: list[tuple[int, int, int]] = []
    positions: list[int] = []
    now = {each.file: each for each in read}
    before = after = 1
    for old in last:
        new = now.get(old.file, old)
        if new is not old:
            positions += range(after, after + len(new.ids))
        elif ranges and ranges[-1][1] == before - 1 and ranges[-1][2] == after - before:
            ranges[-1] = ranges[-1][0], before + len(old.ids) - 1, after - before
        elif old.ids:
            ranges.append((before, before + len(old.ids) - 1, after - before))
        before += len(old.ids)
        after += len(new.ids)
    return ranges, positions


def _memory(sections: list[list[Any]], media: list[list[str]]) -> Memory:
    return Memory([SectionMemory(*each) for each in sections], [(written, name, path) for written, name, path in media])
