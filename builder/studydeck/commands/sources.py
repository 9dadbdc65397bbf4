"""The ends of the `source` commands: how the sentences of cards changed, and accepting the changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from studydeck.files import read_bytes, write_file, write_files
from studydeck.material import (
    MATERIAL_LOCK,
    Source,
    Sources,
    lock_of,
    material_lock_text,
    outline_of,
    sources_of,
    stamped,
)
from studydeck.material.words import STALE, texts_of
from studydeck.model import Deck, Text, shown
from studydeck.pipeline import Loaded
from studydeck.reading.edit import with_locators
from studydeck.terminal import command_line

#: Errors that hide no card: wrong locators, and stubs that aren't written.
HARMLESS = ("bad-source", "placeholder")


def sources(loaded: Loaded, material: Path | None = None, *, judging: bool = False) -> Sources:
    """Every source of the deck and its state, by material.lock and, if it is available, by the material.

    `material` is a file; None means the one that deck.yaml names, if it is there. `judging` is as in `read_outline`:
    after cards were judged, the material is at hand without its texts. Raises ValueError with a sentence if there is
    neither a lock nor a material, or one of them can't be read.
    """
    lock, problems = lock_of(loaded.deck)
    if problems:
        raise ValueError(str(problems[0]))
    outline = outline_of(loaded.deck, material, judging=judging)
    if outline is None and not lock.outline.parts:
        path = loaded.deck.material.path
        missing = f" and no file '{path}'" if path else ""
        raise ValueError(
            f"{shown(loaded.deck.folder)} has no material.lock{missing}; give the material with --material"
        )
    return sources_of(loaded.deck, loaded.ids, lock, outline)


def source_texts(loaded: Loaded, found: Sources, all_of_them: bool) -> dict[str, str]:
    """What sources said, by fingerprint, as far as `found` or the material that deck.yaml names have it.

    Of all of them, or only of those that are shown because they may be wrong now.
    """
    return texts_of(found.all if all_of_them else found.in_state(*STALE), found.outline, outline_of(loaded.deck, None))


def stamp_sources(loaded: Loaded, material: Path | None = None) -> Sources:
    """Creates or updates material.lock, accepts what each source says now, and returns the sources.

    Writes nothing but the lock, and that only if it changes. Raises ValueError with a sentence if the deck has
    errors or a sentence has moved, and as `sources` does; OSError if the lock can't be written.
    """
    found = unmoved(loaded, material)
    write_material_lock(loaded.deck, found, lambda source: True)
    return sources(loaded, material)


def accept_sources(loaded: Loaded, ids: Sequence[str], material: Path | None = None) -> Sources:
    """Accepts what the sources of the cards `ids` say now, however they changed. Raises as `stamp_sources`."""
    found = unmoved(loaded, material)
    unknown = set(ids) - {source.owner for source in found.all}
    if unknown:
        raise ValueError(f"{shown(loaded.deck.folder)} has no card '{min(unknown)}' with a source")
    lock, _ = lock_of(loaded.deck)
    stamps = {key: stamp for key, stamp in lock.stamps.items() if key.partition("\t")[0] not in ids}
    outline = outline_of(loaded.deck, material)
    found = sources_of(loaded.deck, loaded.ids, lock._replace(stamps=stamps), outline)
    write_material_lock(loaded.deck, found, lambda source: source.owner in ids)
    return sources(loaded, material)


def fix_sources(loaded: Loaded, material: Path | None = None) -> Sources:
    """Rewrites the locators of sentences that moved, puts the material's new outline into the lock, and returns
    the sources as they were before.

    Nothing else in the YAML changes, and what the author accepted stays accepted. Raises as `stamp_sources`, and
    ValueError if a file can't take a locator.
    """
    loaded.refuse_errors(*HARMLESS)
    found = sources(loaded, material)
    edits: dict[Path, bytes] = {}
    rewrites = _rewrites(found)
    for section in loaded.deck.sections:
        path = loaded.deck.folder / Path(section.place.path).name
        if moved := [each for each in rewrites if each[0].path == section.place.path]:
            edits[path] = with_locators(path, read_bytes(path, loaded.deck.folder), moved)
    write_files(edits, loaded.deck.folder)
    write_material_lock(loaded.deck, found, lambda source: False)
    return found


def _rewrites(found: Sources) -> list[tuple[Text, str | None]]:
    """The locators to rewrite, each with its replacement: None if another of the same card is now the same."""
    rewrites: list[tuple[Text, str | None]] = []
    read: set[tuple[int, str]] = set()
    for each in found.all:
        is_twice = each.card is not None and (id(each.card), each.written) in read
        read.add((id(each.card), each.written))
        if is_twice or each.written != each.locator:
            rewrites.append((each.locator, None if is_twice else each.written))
    return rewrites


def unmoved(loaded: Loaded, material: Path | None) -> Sources:
    """The sources of a deck; raises ValueError if locators need rewriting."""
    loaded.refuse_errors(*HARMLESS)
    found = sources(loaded, material)
    if found.to_rewrite:
        count = len(found.to_rewrite)
        what = "source has moved" if count == 1 else "sources have moved"
        folder = shown(loaded.deck.folder)
        where = ["--material", material.as_posix()] if material else []
        fix = command_line("source", "fix", folder, *where)
        raise ValueError(f"{count:,} {what} in {folder}; run {fix} first")
    return found


def write_material_lock(
    deck: Deck, found: Sources, accept: Callable[[Source], bool], drafted: Iterable[str] = ()
) -> bool:
    """Writes the lock, with the sources accepted for which `accept` is true, if that changes it, and returns whether.

    `drafted` are fingerprints to be added to those that the lock has.
    """
    path = deck.folder / MATERIAL_LOCK
    earlier = lock_of(deck)[0].drafted
    text = material_lock_text(stamped(found, accept)._replace(drafted=earlier.union(drafted)))
    if path.exists() and read_bytes(path, deck.folder).replace(b"\r\n", b"\n") == text.encode():
        return False
    write_file(path, text.encode(), deck.folder)
    return True
