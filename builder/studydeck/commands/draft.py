"""The end of `draft`: stubs of cards for the material's sentences, and cards that a program proposes."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from studydeck.checks import check
from studydeck.commands.sources import sources, unmoved, write_material_lock
from studydeck.files import read_bytes, write_files
from studydeck.kinds import card_keys
from studydeck.material import (
    MATERIAL_LOCK,
    Coverage,
    Outline,
    Sources,
    coverage_of,
    outline_in,
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
from studydeck.model import ERROR, Place, Problem, problem, shown, takes
from studydeck.pipeline import Loaded, load
from studydeck.reading import read_deck
from studydeck.reading.edit import with_cards, with_sections
from studydeck.reading.starter import write_deck
from studydeck.render import collect_media


class Drafted(NamedTuple):
    """What `draft` wrote: files, the numbers of stubs and proposed cards, and the problems with other proposals."""

    files: Sequence[Path]
    stubs: int
    proposed: int
    problems: Sequence[Problem]


def draft_deck(material: Path, folder: Path, name: str, uid: str, command: str | None = None) -> Drafted:
    """Drafts cards for the sentences of `material` that have none: a new deck in `folder`, or more cards for its deck.

    `name` and `uid` are for a new deck. Stubs say TODO, so the deck can't be built until they are written. `command` is
    a program that proposes cards, as described in docs/material.md. Raises as `fix_sources`, and if the program fails;
    then nothing is written.
    """
    loaded = load(folder) if (folder / "deck.yaml").exists() else None
    found = unmoved(loaded, material) if loaded else Sources((), outline_in(material))
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
        if os.path.lexists(folder / MATERIAL_LOCK):  # the new locators are in the new outline
            write_material_lock(loaded.deck, sources(load(folder), material), lambda source: False)
        written = list(edits)
    return Drafted(written, sum(map(len, items.values())) - len(cards), len(cards), problems)


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
        path = by_tag.get(part.tag) or folder / f"{part.slug}.yaml"
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
        takes_list = kind in (takes.MARKDOWN_OR_LIST, takes.NAMES, takes.LOCATORS, takes.FLAG_OR_LIST)
        if kind is None or (kind in (takes.FLAG_OR_MARKDOWN, takes.FLAG_OR_LIST) and isinstance(value, bool)):
            continue
        items = value if takes_list and isinstance(value, list) else [value]
        if not all(isinstance(each, bool if kind == takes.FLAG else str) for each in items):
            wanted = "true or false" if kind == takes.FLAG else "a string or a list" if takes_list else "a string"
            message = f"'{name}' takes {wanted}, and this is {json.dumps(value, ensure_ascii=False)[:40]}"
            yield problem(
                "wrong-kind", at, message, "write true or false" if kind == takes.FLAG else "put strings in quotes"
            )
