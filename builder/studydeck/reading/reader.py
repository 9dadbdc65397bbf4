"""The files of a deck to a Deck: what is valid becomes records, the rest becomes problems."""

from __future__ import annotations

import hashlib
import os
from array import array
from collections.abc import Callable, Container, Iterable, Mapping
from pathlib import Path

from studydeck.counting import counted
from studydeck.files import read_file
from studydeck.model import (
    WARNING,
    Deck,
    Html,
    Kind,
    Languages,
    Material,
    Place,
    Problem,
    Section,
    Text,
    may_be_unwritten,
    problem,
    shown,
)
from studydeck.reading import keys
from studydeck.reading.nodes import Node, placed
from studydeck.reading.tree import read_tree
from studydeck.reading.values import read_mapping, report_html
from studydeck.text import Guesses, letters_hash, slug
from studydeck.timings import stage

_FIRST_KEYS = {"deck.yaml": "deck: and uid:", "note-type.yaml": "name:, id:, fields: and templates:"}


@stage("read", lambda found: sum(len(section.cards) for section in found[0].sections))
def read_deck(
    folder: Path, progress: Callable[[float], None], only: Container[str] | None = None
) -> tuple[Deck, list[Problem]]:
    """The deck in `folder` and all problems of its files. What is malformed is left out of the deck.

    `progress` is called with how much has been read, from 0 to 1. `only` limits which section files are read.
    """
    problems: list[Problem] = []
    path = folder / "deck.yaml"
    place = Place(shown(path))
    home = place.path.removesuffix("deck.yaml")
    tree = read_yaml(path, folder, problems)
    values = read_mapping(tree, keys.DECK_KEYS, keys.REQUIRED["deck"], problems) if tree is not None else {}
    if isinstance(values.get("description"), Html):
        report_html(placed("description", *place), values.pop("description"), problems)
    title = values.get("deck") or placed(os.path.basename(os.path.realpath(folder)), *place)
    own_kinds: Mapping[str, Kind | None] = {}
    if "note-types" in values or os.path.lexists(folder / "note-types"):
        from studydeck.reading.own_types import read_own_kinds

        own_kinds = read_own_kinds(folder, values.get("note-types"), place, problems)
    sections = []
    names = _section_files(folder, values.get("sections"), problems)
    for number, name in enumerate(names, start=1):
        if only is not None and f"{name}.yaml" not in only:
            continue
        section, found = _section_of(folder / f"{name}.yaml", folder, f"{home}{name}.yaml", own_kinds)
        problems += found
        if section is not None:
            sections.append(section)
        progress(number / len(names))
    deck = Deck(
        folder=folder,
        place=place,
        title=title,
        uid=values.get("uid", ""),
        tag=values.get("tag") or slug(title, "deck"),
        description=values.get("description", ""),
        language=values.get("language", ""),
        subdecks=values.get("subdecks", False),
        material=values.get("material", Material()),
        sections=tuple(sections),
        style=_style(folder, problems),
        checks=values.get("checks", {}),
        terms=values.get("terms", {}),
        authors=values.get("authors", ()),
        license=values.get("license", ""),
        credits=values.get("credits", {}),
        answer_language=values.get("answer-language", ""),
        speak=values.get("speak", ""),
        own_kinds={name: kind for name, kind in own_kinds.items() if kind is not None},
    )
    return deck, problems


def is_deck(data: bytes) -> bool:
    """Whether the bytes of a deck.yaml are free of mistakes."""
    tree, problems = read_tree("deck.yaml", data)
    if tree is not None:
        read_mapping(tree, keys.DECK_KEYS, keys.REQUIRED["deck"], problems)
    return not problems


def read_yaml(path: Path, folder: Path, problems: list[Problem]) -> Node | None:
    """The tree of a YAML file of the deck in `folder`, or None after a problem."""
    data = read_file(path, folder)
    if isinstance(data, Problem):
        problems.append(data)
        return None
    return _tree(shown(path), data, problems)


def _tree(name: str, data: bytes, problems: list[Problem]) -> Node | None:
    tree, found = read_tree(name, data)
    problems += found
    if tree is None and not found:
        what = _FIRST_KEYS.get(os.path.basename(name), "section: and cards:")
        problems.append(problem("empty-file", Place(name), "the file is empty", f"write {what}"))
    return tree


def _style(folder: Path, problems: list[Problem]) -> Text | None:
    """The deck's own style.css, if it has one."""
    path = folder / "style.css"
    return read_text(path, folder, problems) if os.path.lexists(path) else None


def read_text(path: Path, folder: Path, problems: list[Problem]) -> Text | None:
    """The text in a file of the deck in `folder`, or None after a problem."""
    data = read_file(path, folder)
    if isinstance(data, Problem):
        problems.append(data)
        return None
    try:
        return placed(data.decode("utf-8-sig").replace("\r\n", "\n"), *Place(shown(path)))
    except UnicodeDecodeError:
        problems.append(problem("encoding", Place(shown(path)), "the file isn't UTF-8", "save it as UTF-8"))
        return None


def _section_files(folder: Path, listed: Iterable[Text] | None, problems: list[Problem]) -> list[str]:
    """The names of the section files in study order; unlisted files are reported, since their cards would be missed."""
    try:
        files = sorted(name for name in os.listdir(folder) if not name.startswith("."))
    except OSError as error:
        at = Place(shown(folder))
        message, remedy = f"the folder can't be read ({error.strerror})", "fix the folder's permissions"
        if isinstance(error, FileNotFoundError):
            message, remedy = "there is no such folder", "if it was moved, start again where it is now"
        elif not isinstance(error, PermissionError):
            remedy = "fix its link or its disk"
        problems.append(problem("unreadable", at, message, remedy))
        return []
    names = [name[:-5] for name in files if name.endswith(".yaml") and name != "deck.yaml"]
    for name in files:
        if name.lower().endswith((".yml", ".yaml")) and not name.endswith(".yaml"):
            at = Place(shown(folder / name))
            message = "this file isn't built, because its name doesn't end in .yaml"
            problems.append(problem("unlisted-section", at, message, "rename it, or move it elsewhere", WARNING))
    if listed is None:
        return names
    chosen: dict[str, None] = {}
    there, guesses = set(names), Guesses(names)
    for name in listed:
        if name in chosen:
            problems.append(problem("wrong-kind", name, f"the section '{name}' is listed twice", "remove one of them"))
        elif name not in there and not os.path.lexists(folder / f"{name}.yaml"):
            guess = guesses.near(name)
            remedy = f"did you mean '{guess}'?" if guess else "create it, or remove its name"
            problems.append(problem("missing-file", name, f"the file {name}.yaml doesn't exist", remedy))
        else:
            chosen[str(name)] = None
    for unlisted in names:
        if unlisted not in chosen:
            at = Place(shown(folder / f"{unlisted}.yaml"))
            message = "sections: in deck.yaml doesn't list this file, so its cards aren't built"
            problems.append(problem("unlisted-section", at, message, "add it there, or move it elsewhere", WARNING))
    return list(chosen)


#: Sections as last read, by the path they are shown with, each with the hash of its bytes: a preview rereads one file,
#: not a hundred.
_last_read: dict[str, tuple[bytes, Section | None, list[Problem]]] = {}


def _section_of(
    path: Path, folder: Path, name: str, own_kinds: Mapping[str, Kind | None]
) -> tuple[Section | None, list[Problem]]:
    """The section in a file, shown as `name`, or None if nothing of it can be read; and the file's problems."""
    data = read_file(path, folder)
    if isinstance(data, Problem):
        return None, [data]
    digest = hashlib.sha256(data).digest()
    last = _last_read.get(name)
    if last is None or last[0] != digest or own_kinds:
        problems: list[Problem] = []
        tree = _tree(name, data, problems)
        section = None if tree is None else _section(tree, Place(name), path.name[:-5], problems, own_kinds)
        last = _last_read[name] = digest, section, problems
    return last[1], last[2]


def forget_sections() -> None:
    """Frees the memory of what was read last: all files are read again then."""
    _last_read.clear()


def _section(
    tree: Node, place: Place, name: str, problems: list[Problem], own_kinds: Mapping[str, Kind | None]
) -> Section:
    values = read_mapping(tree, keys.SECTION_KEYS, keys.REQUIRED["section"], problems, own_kinds)
    title = values.get("section") or placed(name, *place)
    tag = values.get("tag") or slug(title, "section")
    cards = values.get("cards", ())
    every = [text for card in cards for text in card.all_texts]
    whole = "\n".join(every)  # searched first, since hardly any file has a stub
    unwritten = may_be_unwritten(whole)
    stubs = tuple([card for card in cards if card.is_stub]) if unwritten else ()
    if stubs:
        message = f"{counted(len(stubs), 'card')} not written yet, the first in line {stubs[0].place.line}"
        remedy = "replace each TODO, or delete the card; until then it isn't built"
        problems.append(problem("unwritten", place, message, remedy, WARNING))
        cards = tuple([card for card in cards if not card.is_stub])
        every = [text for card in cards for text in card.all_texts]
    html = tuple([text for text in every if type(text) is Html])
    texts = tuple([text for text in every if type(text) is not Html] if html else every)
    letters = array("I", [letters_hash(card.asked) for card in cards])
    turned = tuple([other for card in cards if (other := card.kind.turned(card)) is not None])
    languages = Languages(values.get("language", ""), values.get("answer-language", ""))
    uncarded, subdeck, speak = values.get("uncarded", {}), values.get("subdeck", True), values.get("speak", "")
    masked = any(card.kind.masks for card in cards)
    had = frozenset[str]().union(*(card.values for card in cards))
    more = (turned, languages, stubs, html, subdeck, speak, masked, had, unwritten)
    return Section(place, title, tag, cards, texts, letters, uncarded, *more)
