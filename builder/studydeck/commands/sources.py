"""What authors do with the material: cover it, keep cards true to it, draft from it. The tails of those commands."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from studydeck.checks import check
from studydeck.files import read_bytes, write_file, write_files
from studydeck.kinds import card_keys
from studydeck.material import (
    MATERIAL_LOCK,
    Coverage,
    MaterialLock,
    Outline,
    Sources,
    coverage_of,
    lock_of,
    material_lock_text,
    outline_in,
    outline_of,
    sources_of,
    stamped,
)
from studydeck.material.draft import (
    answers,
    as_section,
    card_item,
    is_english,
    number_of,
    proposals,
    requests,
    seconds,
    section_text,
    stub,
)
from studydeck.material.outline import Part, tokens
from studydeck.material.words import texts_of
from studydeck.model import ERROR, Deck, Place, Problem, Text, problem, shown, takes
from studydeck.pipeline import Loaded, load
from studydeck.reading import read_deck
from studydeck.reading.edit import with_cards, with_locators, with_sections
from studydeck.reading.starter import write_deck
from studydeck.render import collect_media
from studydeck.stats.numbers import Sentences


def sources(loaded: Loaded, material: Path | None = None) -> Sources:
    """Every source of the deck and its state, by material.lock and by the material where it is at hand.

    `material` is a file; None means the one that deck.yaml names, if it is there. Raises ValueError with a sentence
    where there is neither a lock nor a material, or where one of them can't be read.
    """
    lock, problems = lock_of(loaded.deck)
    if problems:
        raise ValueError(str(problems[0]))
    outline = outline_of(loaded.deck, material)
    if outline is None and not lock.outline.parts:
        raise ValueError(f"{shown(loaded.deck.folder)} has no material.lock; name the material with --material")
    return sources_of(loaded.deck, loaded.ids, lock, outline)


def coverage(loaded: Loaded, material: Path | None = None) -> Coverage:
    """Which sentences of the material have a card, with their texts where the material is at hand. Raises as `sources`.

    A card that isn't written yet is none.
    """
    found = sources(loaded, material)
    todo = {(each.path, each.line, each.column) for each in loaded.problems if each.name == "placeholder"}
    written = [
        each
        for each in found.all
        if each.card is None or todo.isdisjoint((text.path, text.line, text.column) for text in each.card.texts)
    ]
    return coverage_of(str(loaded.deck.title), found._replace(all=tuple(written)))


def sentences(loaded: Loaded) -> Sentences | None:
    """The coverage in numbers; None where the deck has no material.lock that can be read."""
    try:
        found = coverage(loaded)
    except ValueError:
        return None
    each = found.sentences
    bare, carded = sum(one.is_bare for one in each), sum(bool(one.cards) for one in each)
    return Sentences(carded, bare, len(each) - bare - carded, found.percent)


def source_texts(loaded: Loaded, found: Sources) -> dict[str, str]:
    """The sentences at hand by their fingerprints: those of `found`, and of the material that deck.yaml names."""
    return texts_of(found.outline, outline_of(loaded.deck, None))


def stamp_sources(loaded: Loaded, material: Path | None = None) -> Sources:
    """Makes or updates material.lock, accepts what each source says now, and returns the sources.

    Writes nothing but the lock, and that only if it changes. Raises ValueError with a sentence where the deck has
    errors or a sentence has moved, and as `sources` does; OSError where the lock can't be written.
    """
    found = _unmoved(loaded, material)
    _write_material_lock(loaded.deck, found, lambda source: True)
    return sources(loaded, material)


def accept_sources(loaded: Loaded, ids: Sequence[str], material: Path | None = None) -> Sources:
    """Accepts what the sources of the cards `ids` say now, whatever became of them. Raises as `stamp_sources`."""
    found = _unmoved(loaded, material)
    unknown = set(ids) - {source.owner for source in found.all}
    if unknown:
        raise ValueError(f"{shown(loaded.deck.folder)} has no card '{min(unknown)}' with a source")
    lock, _ = lock_of(loaded.deck)
    stamps = {key: stamp for key, stamp in lock.stamps.items() if key[0] not in ids}
    outline = outline_of(loaded.deck, material)
    found = sources_of(loaded.deck, loaded.ids, MaterialLock(lock.outline, stamps), outline)
    _write_material_lock(loaded.deck, found, lambda source: source.owner in ids)
    return sources(loaded, material)


def fix_sources(loaded: Loaded, material: Path | None = None) -> Sources:
    """Rewrites the locators of sentences that moved, takes the material's new outline into the lock, and returns
    the sources as they were before.

    Of the YAML nothing but these locators changes; what its author accepted stays. Raises as `stamp_sources`, and
    ValueError where a file can't take a locator.
    """
    _refuse_errors(loaded)
    found = sources(loaded, material)
    edits: dict[Path, bytes] = {}
    rewrites = _rewrites(found)
    for section in loaded.deck.sections:
        path = loaded.deck.folder / Path(section.place.path).name
        if moved := [each for each in rewrites if each[0].path == section.place.path]:
            edits[path] = with_locators(path, read_bytes(path, loaded.deck.folder), moved)
    write_files(edits, loaded.deck.folder)
    _write_material_lock(loaded.deck, found, lambda source: False)
    return found


def _rewrites(found: Sources) -> list[tuple[Text, str | None]]:
    """The locators to rewrite, each with what it becomes: None where another of the same card now reads the same."""
    rewrites: list[tuple[Text, str | None]] = []
    read: set[tuple[int, str]] = set()
    for each in found.all:
        is_twice = each.card is not None and (id(each.card), each.written) in read
        read.add((id(each.card), each.written))
        if is_twice or each.written != each.locator:
            rewrites.append((each.locator, None if is_twice else each.written))
    return rewrites


class Drafted(NamedTuple):
    """What `draft` wrote: files, how many stubs and cards of a program's, and what was wrong with its other cards."""

    files: Sequence[Path]
    stubs: int
    proposed: int
    problems: Sequence[Problem]


def draft(material: Path, folder: Path, name: str, uid: str, command: str | None = None) -> Drafted:
    """Drafts cards for the sentences of `material` that have none: a new deck in `folder`, or more cards for its deck.

    `name` and `uid` are for a new deck. Stubs say TODO, so the deck can't be built before they are written. `command`
    is a program that is asked for cards, as docs/material.md tells. Raises as `fix_sources`, and where the program
    fails; then nothing is written.
    """
    loaded = load(folder) if (folder / "deck.yaml").exists() else None
    found = _unmoved(loaded, material) if loaded else Sources((), outline_in(material))
    covered = coverage_of(name, found)
    bare = {each.spot: each.sentence for each in covered.sentences if each.is_bare}
    cards, problems = _proposed(command, covered, found.outline, loaded) if command and bare else ([], [])
    items: dict[Path, list[str]] = {}
    files = _section_files(found.outline, loaded, folder)
    for spot, sentence in found.outline.spots().items():
        made = [card_item(card, spot, sentence) for at, card in cards if at == spot]
        if not made and spot in bare:
            made = [stub(spot, sentence)]
        if made:
            items.setdefault(files[spot.section], []).extend(made)
    parts = {files[part.slug]: part for part in found.outline.parts}
    if loaded is None:
        texts = {path.stem: section_text(parts[path], made) for path, made in items.items()}
        words = [word for sentence in found.outline.spots().values() for word in tokens(sentence.text)]
        written: Sequence[Path] = write_deck(folder, name, None, uid, texts, "en" if is_english(words) else "")
    else:
        edits = _additions(folder, items, parts)
        write_files(edits, folder)
        if os.path.lexists(folder / MATERIAL_LOCK):  # the new places are in the new outline
            _write_material_lock(loaded.deck, sources(load(folder), material), lambda source: False)
        written = list(edits)
    return Drafted(written, sum(map(len, items.values())) - len(cards), len(cards), problems)


def _additions(folder: Path, items: Mapping[Path, Sequence[str]], parts: Mapping[Path, Part]) -> dict[Path, bytes]:
    """A deck's files with more cards: section files that are there, new ones, and deck.yaml if it has to list these.

    Raises ValueError with a sentence where a file can't take them.
    """
    edits = {}
    for path, made in items.items():
        there = path.exists()
        new = section_text(parts[path], made).encode()
        edits[path] = with_cards(path, read_bytes(path, folder), made) if there else new
    listing = folder / "deck.yaml"
    before = read_bytes(listing, folder)
    after = with_sections(listing, before, [path.stem for path in items if not path.exists()])
    return edits if after == before else {**edits, listing: after}


def _section_files(outline: Outline, loaded: Loaded | None, folder: Path) -> dict[str, Path]:
    """The section file of each section of the material, which may have to be written, by the section's slug."""
    sections = loaded.deck.sections if loaded else ()
    by_tag = {str(each.tag): folder / Path(each.place.path).name for each in reversed(sections)}
    files: dict[str, Path] = {}
    for part in outline.parts:
        path = by_tag.get(part.tag) or folder / f"{part.slug}.yaml"
        while part.tag not in by_tag and (path.exists() or path.stem == "deck" or path in files.values()):
            path = path.with_stem(f"{path.stem}-2")
        files[part.slug] = path
    return files


def _proposed(
    command: str, covered: Coverage, outline: Outline, loaded: Loaded | None
) -> tuple[list[tuple[Any, Any]], list[Problem]]:
    """The cards that a program proposes, each with the spot of its first source, and the problems of its other lines.

    Its answers are read and checked as a section file of the deck would be.
    """
    asked = requests(covered)
    label = command.strip().partition(" ")[0]
    values, problems = answers(label, proposals(command, asked, seconds(asked)))
    for number in list(values):
        if other := list(_other_kinds(values[number], Place(label, number))):
            problems += other
            del values[number]
    with tempfile.TemporaryDirectory(prefix="studydeck-") as temporary:
        Path(temporary, "deck.yaml").write_text("deck: x\nuid: xxxxxxxx\n", encoding="utf-8", newline="\n")
        path = Path(temporary, "proposed.yaml")
        path.write_text(as_section(values, card_keys()), encoding="utf-8", newline="\n")
        deck, found = read_deck(Path(temporary), lambda done: None)
        proposed = deck.sections[-1]
        if loaded:
            deck = loaded.deck._replace(sections=(*loaded.deck.sections, proposed), checks={})
        found = [*found, *check(deck), *collect_media(deck, whole=False)[1]]
        found = sorted(each for each in found if each.path == shown(path) and each.severity == ERROR)
        wrong = [_by_number(each, label) for each in found]
    spots = {str(spot): spot for spot in outline.spots()}
    cards = {number_of(card.place.line): card.source for card in proposed.cards}
    for number, source in cards.items():
        if not (source and all(each in spots for each in source)):
            remedy = "give a sentence's source back as it was"
            message = "this card's source is no sentence that was told"
            wrong.append(problem("bad-source", Place(label, number), message, remedy))
    bad = {each.line for each in wrong}
    good = [(spots[source[0]], values[number]) for number, source in cards.items() if number not in bad]
    return good, sorted(dict.fromkeys([*problems, *wrong]), key=lambda each: each.line)


def _by_number(told: Problem, label: str) -> Problem:
    """A problem of the file that proposals are read from, as one of the program's lines, which its author can see."""
    message = re.sub(
        re.escape(told.path) + r":(\d+)", lambda found: f"{label}:{number_of(int(found[1]))}", told.message
    )
    return told._replace(path=label, line=number_of(told.line), column=1, message=message)


def _other_kinds(card: Mapping[str, Any], at: Place) -> Iterator[Problem]:
    """Values of another kind than their keys take: in YAML any word is a text, and in JSON `null` and 1 are none."""
    for name, value in card.items():
        kind = card_keys()[name].takes if name in card_keys() else None
        takes_list = kind in (takes.MARKDOWN_OR_LIST, takes.NAMES, takes.LOCATORS)
        items = value if takes_list and isinstance(value, list) else [value]
        if kind is not None and not all(isinstance(each, bool if kind == takes.FLAG else str) for each in items):
            wanted = "true or false" if kind == takes.FLAG else "a text or a list of texts" if takes_list else "a text"
            message = f"'{name}' takes {wanted}, and here is {json.dumps(value, ensure_ascii=False)[:40]}"
            yield problem(
                "wrong-kind", at, message, "write true or false" if kind == takes.FLAG else "put texts in quotes"
            )


def _refuse_errors(loaded: Loaded) -> None:
    """Raises ValueError for errors that hide cards; a stub that isn't written yet, or a lost place, hides none."""
    wrong = [each for each in loaded.errors if each.name not in ("bad-source", "placeholder")]
    if wrong:
        raise ValueError(f"{shown(loaded.deck.folder)} has errors: {wrong[0]}")


def _unmoved(loaded: Loaded, material: Path | None) -> Sources:
    """The sources of a deck whose locators need no rewriting."""
    _refuse_errors(loaded)
    found = sources(loaded, material)
    if found.to_rewrite:
        count = len(found.to_rewrite)
        what = "source has moved" if count == 1 else "sources have moved"
        raise ValueError(f"{count:,} {what} in {shown(loaded.deck.folder)}; run studydeck source fix first")
    return found


def _write_material_lock(deck: Deck, found: Sources, accept: Callable[[Any], bool]) -> None:
    """Writes the lock after its author looked at the sources that `accept` says yes to, if that changes anything."""
    path = deck.folder / MATERIAL_LOCK
    text = material_lock_text(stamped(found, accept))
    if not path.exists() or read_bytes(path, deck.folder).replace(b"\r\n", b"\n") != text.encode():
        write_file(path, text.encode(), deck.folder)
