"""The end of `draft`: stubs of cards for the material's sentences, and cards that a program proposes."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Container, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from studydeck.checks import check
from studydeck.commands.sources import sources, unmoved, write_material_lock
from studydeck.files import for_every_system, read_bytes, write_files
from studydeck.kinds import card_keys
from studydeck.material import (
    MATERIAL_LOCK,
    Coverage,
    Outline,
    Sources,
    coverage_of,
    lock_of,
    outline_in,
)
from studydeck.material.draft import (
    answers,
    as_section,
    card_item,
    is_english,
    new_id,
    number_of,
    proposals,
    requests,
    seconds,
    section_text,
    stub,
)
from studydeck.material.outline import Part, Spot, tokens
from studydeck.material.sources import BAD
from studydeck.model import ERROR, Place, Problem, problem, shown, takes
from studydeck.pipeline import Loaded, load, no_progress
from studydeck.reading import read_deck
from studydeck.reading.edit import with_cards, with_sections
from studydeck.reading.starter import write_deck
from studydeck.render import collect_media
from studydeck.text.scalar import yaml_scalar

_LISTS = (takes.MARKDOWN_OR_LIST, takes.NAMES, takes.LOCATORS, takes.FLAG_OR_LIST, takes.ITEMS, takes.ITEMS_OR_LINES)


class Drafted(NamedTuple):
    """What `draft` wrote: files, the numbers of stubs and proposed cards, and the problems with other proposals.

    `left_out` is the number of sentences whose stubs the author deleted. `path` is the material's, as the deck's folder
    would name it, if its deck.yaml doesn't.
    """

    files: Sequence[Path]
    stubs: int
    proposed: int
    left_out: int
    path: str
    problems: Sequence[Problem]


def draft_deck(
    material: Path, folder: Path, name: str, uid: str, command: str | None = None, *, again: bool = False
) -> Drafted:
    """Drafts cards for the sentences of `material` that have none: a new deck in `folder`, or more cards for its deck.

    `name` and `uid` are for a new deck. Stubs say TODO, and are left out of packages until they are written. Sentences
    whose stubs were deleted are left out, or drafted `again`. `command` is a program that proposes cards, as described
    in docs/material.md. Raises as `fix_sources`, and if the program fails; then nothing is written.
    """
    loaded = load(folder, judge=False) if (folder / "deck.yaml").exists() else None
    found = unmoved(loaded, material) if loaded else Sources((), outline_in(material))
    covered, left_out = _without_deleted(coverage_of(name, found), loaded, again)
    bare = {each.spot: each.sentence for each in covered.sentences if each.is_bare}
    cards, problems = _proposed(command, covered, found.outline, loaded) if command and bare else ([], [])
    new = _items(found.outline, bare, cards, _ids(loaded))
    files = _section_files(found.outline, loaded, folder)
    items: dict[Path, list[str]] = {}
    for spot, made in new.items():
        items.setdefault(files[spot.section], []).extend(made.values())
    parts = {files[part.slug]: part for part in found.outline.parts}
    path = _path_from(folder, material)
    if loaded is None:
        texts = {path.stem: section_text(parts[path], made) for path, made in items.items()}
        words = [word for sentence in found.outline.spots().values() for word in tokens(sentence.text)]
        language = "en" if is_english(words) else ""
        more = f"material:\n  title: {yaml_scalar(name)}\n  path: {yaml_scalar(path)}\n"
        written = write_deck(folder, name, None, uid, texts, language, more)
    else:
        edits = _additions(folder, items, parts)
        write_files(edits, folder)
        written = list(edits)
    after = load(folder, judge=False)
    drawn = sources(after, material)
    if os.path.lexists(folder / MATERIAL_LOCK) or not drawn.in_state(BAD):  # else the deck is drawn from another text
        ids = {card_id for made in new.values() for card_id in made}
        prints = [sentence.fingerprint for sentence in bare.values()]
        if write_material_lock(after.deck, drawn, lambda source: source.owner in ids, prints):
            written.append(folder / MATERIAL_LOCK)
    stubs = sum(map(len, new.values())) - len(cards)
    return Drafted(written, stubs, len(cards), left_out, "" if after.deck.material.path else path, problems)


def _items(
    outline: Outline, bare: Container[Spot], cards: Sequence[tuple[Spot, Mapping[str, Any]]], taken: set[str]
) -> dict[Spot, dict[str, str]]:
    """The new items of section files for each sentence, by their ids: its proposed `cards`, or a stub if `bare`."""
    proposed: dict[Spot, list[Mapping[str, Any]]] = {}
    for spot, card in cards:
        proposed.setdefault(spot, []).append(card)
        taken |= {card["id"]} if "id" in card else set()
    items: dict[Spot, dict[str, str]] = {}
    for spot, sentence in outline.spots().items():
        for each in proposed.get(spot, [{}] if spot in bare else []):
            card_id = each.get("id") or new_id(spot, taken)
            taken.add(card_id)
            item = card_item(card_id, each, spot, sentence) if each else stub(card_id, spot, sentence)
            items.setdefault(spot, {})[card_id] = item
    return items


def _without_deleted(covered: Coverage, loaded: Loaded | None, again: bool) -> tuple[Coverage, int]:
    """The coverage with a reason at each sentence whose stub was deleted, and the number of these sentences."""
    drafted = lock_of(loaded.deck)[0].drafted if loaded and not again else frozenset()
    sections, count = [], 0
    for section in covered.sections:
        deleted = [each.spot for each in section.sentences if each.is_bare and each.sentence.fingerprint in drafted]
        reasons = dict.fromkeys(deleted, "its stub was deleted")
        sections.append(section._replace(reasons={**section.reasons, **reasons}))
        count += len(deleted)
    return covered._replace(sections=tuple(sections)), count


def _ids(loaded: Loaded | None) -> set[str]:
    """The ids that a deck has, had, or has given to cards that aren't written yet."""
    if loaded is None:
        return set()
    stubs = (card.id for section in loaded.deck.sections for card in section.stubs if card.id is not None)
    return {*loaded.ids, *loaded.lock.notes, *map(str, stubs)}


def _path_from(folder: Path, material: Path) -> str:
    """The path of the material as deck.yaml names it, from the deck's folder."""
    material = Path(os.path.realpath(material))
    try:
        return Path(os.path.relpath(material, os.path.realpath(folder))).as_posix()
    except ValueError:  # another drive on Windows
        return material.as_posix()


def _additions(folder: Path, items: Mapping[Path, Sequence[str]], parts: Mapping[Path, Part]) -> dict[Path, bytes]:
    """A deck's files with the new cards: existing and new section files, and deck.yaml if it has to list these.

    Raises ValueError with a sentence if a file can't take them.
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
    """The section file for each section of the material, which may not exist yet, by the section's slug."""
    sections = loaded.deck.sections if loaded else ()
    by_tag = {str(each.tag): folder / Path(each.place.path).name for each in reversed(sections)}
    files: dict[str, Path] = {}
    for part in outline.parts:
        path = by_tag.get(part.tag) or folder / f"{for_every_system(part.slug)}.yaml"
        while part.tag not in by_tag and (path.exists() or path.stem == "deck" or path in files.values()):
            path = path.with_stem(f"{path.stem}-2")
        files[part.slug] = path
    return files


def _proposed(
    command: str, covered: Coverage, outline: Outline, loaded: Loaded | None
) -> tuple[list[tuple[Any, Any]], list[Problem]]:
    """The cards that a program proposes, each with the spot of its first source, and the problems with its other lines.

    Its answers are read and checked like a section file of the deck.
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
        deck, found = read_deck(Path(temporary), no_progress)
        proposed = deck.sections[-1]
        if loaded:
            deck = loaded.deck._replace(sections=(*loaded.deck.sections, proposed), checks={})
        found = [*found, *check(deck), *collect_media(deck, whole=False)[1]]
        found = sorted(each for each in found if each.path == shown(path) and each.severity == ERROR)
        wrong = [_by_number(each, label) for each in found]
    spots = {str(spot): spot for spot in outline.spots()}
    cards = {number_of(card.place.line): card.source for card in proposed.cards}
    for each in proposed.stubs:
        message, remedy = "this card isn't written: it says TODO", "write its question and its answer"
        wrong.append(problem("placeholder", Place(label, number_of(each.place.line)), message, remedy))
    for number, source in cards.items():
        if not (source and all(each in spots for each in source)):
            remedy = "return a sentence's source unchanged"
            message = "this card's source isn't one of the sentences in the request"
            wrong.append(problem("bad-source", Place(label, number), message, remedy))
    bad = {each.line for each in wrong}
    good = [(spots[source[0]], values[number]) for number, source in cards.items() if number not in bad]
    return good, sorted(dict.fromkeys([*problems, *wrong]), key=lambda each: each.line)


def _by_number(found: Problem, label: str) -> Problem:
    """A problem of the file with the proposals, at the line of the program's output, which its author can see."""
    message = re.sub(
        re.escape(found.path) + r":(\d+)", lambda line: f"{label}:{number_of(int(line[1]))}", found.message
    )
    return found._replace(path=label, line=number_of(found.line), column=1, message=message)


def _other_kinds(card: Mapping[str, Any], at: Place) -> Iterator[Problem]:
    """Values of the wrong kind for their keys: in YAML any word is a string, but in JSON `null` and 1 aren't."""
    for name, value in card.items():
        kind = card_keys()[name].takes if name in card_keys() else None
        takes_list = kind in _LISTS
        if kind is None or (kind in (takes.FLAG_OR_MARKDOWN, takes.FLAG_OR_LIST) and isinstance(value, bool)):
            continue
        items = value if takes_list and isinstance(value, list) else [value]
        if not all(isinstance(each, bool if kind == takes.FLAG else str) for each in items):
            wanted = "true or false" if kind == takes.FLAG else "a string or a list" if takes_list else "a string"
            message = f"'{name}' takes {wanted}, and this is {json.dumps(value, ensure_ascii=False)[:40]}"
            yield problem(
                "wrong-kind", at, message, "write true or false" if kind == takes.FLAG else "put strings in quotes"
            )
