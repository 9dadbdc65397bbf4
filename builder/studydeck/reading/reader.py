"""The trees of a deck's files to a Deck: valid values become records, the rest becomes problems."""

from __future__ import annotations

import hashlib
import os
import re
from array import array
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from studydeck.counting import counted
from studydeck.files import read_file
from studydeck.kinds import DEFAULT_KIND, KINDS, card_keys, kind_of
from studydeck.model import (
    WARNING,
    Card,
    Credit,
    Deck,
    Html,
    Key,
    Kind,
    Languages,
    Material,
    Place,
    Placed,
    Problem,
    Section,
    Text,
    may_be_unwritten,
    problem,
    shown,
    takes,
)
from studydeck.patterns import pattern
from studydeck.reading import keys
from studydeck.reading.nodes import NO_KEY, Items, Keys, Node
from studydeck.reading.parts import LABELS, read_numbers, read_parts, unwritten_parts
from studydeck.reading.tree import read_tree
from studydeck.text import Guesses, letters_hash, near, slug
from studydeck.text.locator import read_locator
from studydeck.timings import stage

_ID = pattern(keys.ID_PATTERN)
_LIMIT = pattern(keys.LIMIT_PATTERN)
_LINE = pattern(keys.LINE_PATTERN)
_LOCATOR = pattern(keys.LOCATOR_PATTERN)
_SECTION_FILE = pattern(keys.SECTION_FILE_PATTERN)
#: The pattern of a line by its kind, and the name, message and remedy of the problem if it doesn't match.
_FORMS = {
    takes.ID: (
        keys.ID_PATTERN,
        "bad-id",
        "'{text}' isn't a valid id",
        "use letters, digits, '-', '_', '.', ':' and '+', starting with a letter or digit",
    ),
    takes.UID: (keys.UID_PATTERN, "bad-id", "'{text}' isn't a valid uid", "use 8 to 40 lower-case letters and digits"),
    takes.DECK_NAME: (
        keys.DECK_NAME_PATTERN,
        "wrong-kind",
        "a part of the {key}'s name is empty, and Anki would call it 'blank'",
        "write a word on both sides of '::'",
    ),
    takes.LANGUAGE: (
        keys.LANGUAGE_PATTERN,
        "wrong-kind",
        "'{text}' isn't a valid language tag",
        "write a BCP 47 tag, such as en, ar or pt-BR",
    ),
    takes.SIDES: (
        keys.SIDES_PATTERN,
        "wrong-kind",
        "'{text}' can't be read aloud",
        "write question, answer, both, none, device, device-question or device-answer",
    ),
    takes.URL: (
        keys.URL_PATTERN,
        "wrong-kind",
        "'{key}' isn't an http or https address",
        "write the whole address, with https://",
    ),
    takes.SHAPE: (keys.SHAPE_PATTERN, "wrong-kind", "'{text}' isn't a shape", "write rect, ellipse or polygon"),
    takes.HIDE: (keys.HIDE_PATTERN, "wrong-kind", "'{text}' isn't what can be hidden", "write all or one"),
}
_NOTHING = ("", "~", "null", "Null", "NULL")
_NAMES = (takes.LINE, takes.DECK_NAME)
_NUMBER = pattern(r"-?[0-9]{1,19}")
_SIMPLE = pattern("[A-Za-z0-9][A-Za-z0-9 -]*")
#: Kinds that are mappings with keys of the author's choice.
_ENTRIES = (takes.LIMITS, takes.TERMS, takes.REASONS, takes.CREDITS, takes.FIELDS)
_FLAG_KINDS = (takes.FLAG, takes.FLAG_OR_MARKDOWN, takes.FLAG_OR_LIST)
_LISTS = (takes.MARKDOWN_OR_LIST, takes.NAMES, takes.LINES, takes.LOCATORS, takes.SECTIONS, takes.FLAG_OR_LIST)
#: Those whose texts may be HTML.
_MAY_BE_HTML = (takes.MARKDOWN, takes.MARKDOWN_OR_LIST, takes.GAPS, takes.FLAG_OR_MARKDOWN)
_MAPPINGS = (takes.MATERIAL, takes.NOTE_TYPES, *_ENTRIES)
_FIRST_KEYS = {"deck.yaml": "deck: and uid:", "note-type.yaml": "name:, id:, fields: and templates:"}
_FLAGS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


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
        _no_html(_text("description", place), values.pop("description"), problems)
    title = values.get("deck") or _text(os.path.basename(os.path.realpath(folder)), place)
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
        return _text(data.decode("utf-8-sig").replace("\r\n", "\n"), Place(shown(path)))
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


def _section(
    tree: Node, place: Place, name: str, problems: list[Problem], own_kinds: Mapping[str, Kind | None]
) -> Section:
    values = read_mapping(tree, keys.SECTION_KEYS, keys.REQUIRED["section"], problems, own_kinds)
    title = values.get("section") or _text(name, place)
    tag = values.get("tag") or slug(title, "section")
    cards = values.get("cards", ())
    every = [text for card in cards for text in card.all_texts]
    whole = "\n".join(every)  # searched first, since hardly any file has a stub
    stubs = tuple([card for card in cards if card.is_stub]) if may_be_unwritten(whole) else ()
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
    mixed = any(card.has_language for card in cards)
    uncarded, subdeck, speak = values.get("uncarded", {}), values.get("subdeck", True), values.get("speak", "")
    masked = any(card.kind.masks for card in cards)
    more = (turned, languages, mixed, stubs, html, subdeck, speak, masked)
    return Section(place, title, tag, cards, texts, letters, uncarded, *more)


def _cards(items: Items, problems: list[Problem], own_kinds: Mapping[str, Kind | None]) -> tuple[Card, ...]:
    cards: list[Card] = []
    for item in items:
        if isinstance(item, Keys):
            cards += _cards_of(item, problems, own_kinds)
        else:
            message = f"expected a card, found {_kind_of(item)}"
            problems.append(problem("wrong-kind", item, message, "write question: and answer:, or cloze:"))
    return tuple(cards)


def _cards_of(tree: Keys, problems: list[Problem], own_kinds: Mapping[str, Kind | None]) -> Sequence[Card]:
    """The card, or those of a list's items; none if it lacks a required key."""
    if isinstance(tree.get("type"), Text):
        from studydeck.reading.own_types import own_card

        own = own_card(tree, own_kinds, problems)
        return () if own is None else (own,)
    kind, place = kind_of(tree), Place(tree.path, tree.line, tree.column)
    if all(key in tree for key in kind.required) and _is_plain(tree, kind):
        return (Card(place, kind, dict(tree)),)
    if kind.masks and isinstance(labels := tree.get("parts"), Text) and labels == LABELS:
        problems.append(unwritten_parts(tree, labels))
        return ()
    values = read_mapping(tree, card_keys(), (), problems)
    for key in tree if kind.asks in tree else ():
        if key in card_keys() and key not in kind.keys:
            owner = _owner(key)
            message = f"'{key}' can't be used together with '{kind.asks}'"
            remedy = f"keep either {kind.asks}: or {owner.asks}: in this card" if owner else f"remove {key}:"
            problems.append(problem("wrong-kind", tree.key(key), message, remedy))
            return ()
    for key in values:
        needed = kind.keys[key].needs if key in kind.keys else ""
        if needed and needed not in tree:
            message = f"'{key}' does nothing without '{needed}'"
            problems.append(problem("missing-key", tree.key(key), message, f"add {needed}:, or remove {key}:"))
    if any(key in tree for key in kind.unfolds):
        from studydeck.reading.items import unfolded

        return unfolded(tree, kind, values, problems)
    if all(key in values for key in kind.required):
        return (Card(place, kind, values),)
    unknown = {near(key, card_keys()) for key in tree if key not in card_keys()}
    missing = [key for key in kind.required if key not in tree and key not in unknown]
    others = [each.asks for each in KINDS.values() if each is not kind]
    if missing and unknown.isdisjoint(others):
        message = f"this card has no {' and no '.join(missing)}"
        offers = [each.offer for each in KINDS.values() if each.offer and kind is DEFAULT_KIND]
        remedy = ", or ".join([f"add {missing[0]}:", *offers])
        problems.append(problem("missing-key", tree, message, remedy))
    return ()


def _owner(key: str) -> Kind | None:
    """The only kind that has this key; None for keys that all kinds have, and for unknown ones."""
    return next((each for each in KINDS.values() if key in each.own), None)


def _is_plain(tree: Keys, kind: Kind) -> bool:
    """Whether all values of a card are texts that need no further reading, as nine in ten are."""
    for key, node in tree.items():
        if type(node) is not Text or not (key in kind.any_text or (key == "id" and _ID.fullmatch(node))):
            return False
    return True


def read_mapping(
    tree: Node,
    known: Mapping[str, Key],
    required: tuple[str, ...],
    problems: list[Problem],
    own_kinds: Mapping[str, Kind | None] = {},
) -> dict[str, Any]:
    """The values of a mapping's known keys, read by their kinds; cards in it may be of the deck's `own_kinds`.

    Of these, a faulty one is None.
    """
    if not isinstance(tree, Keys):
        message = f"expected a mapping, found {_kind_of(tree)}"
        problems.append(problem("wrong-kind", tree, message, f"write {next(iter(known))}: and its value"))
        return {}
    values: dict[str, Any] = {}
    meant = set()
    guesses: Guesses | None = None
    for number, (key, node) in enumerate(tree.items()):
        kind = known[key].takes if key in known else None
        if type(node) is Text and (kind in takes.ANY_TEXT or (kind == takes.ID and _ID.fullmatch(node))):
            values[key] = node  # nine in ten end here
        elif kind is not None:
            value = _value(kind, tree.key(key, number), node, problems, own_kinds)
            if value is not None:
                values[key] = value
        elif key != NO_KEY:  # which is reported already
            guesses = guesses or Guesses(known)
            guess = guesses.near(key)
            meant.add(guess)
            remedy = f"did you mean '{guess}'?" if guess else f"the keys here are {', '.join(known)}"
            if key == "<<":
                remedy = "YAML's merge keys aren't supported, so write the keys out"
            problems.append(problem("unknown-key", tree.key(key, number), f"unknown key '{key[:40]}'", remedy))
    problems += [
        problem("missing-key", tree, f"the key '{name}' is missing", f"add {name}:")
        for name in required
        if name not in tree and name not in meant
    ]
    return values


def _value(kind: str, key: Text, node: Node, problems: list[Problem], own_kinds: Mapping[str, Kind | None] = {}) -> Any:
    """`node` as a value of `kind`, or None after a problem. Cards may be of the deck's `own_kinds`."""
    if isinstance(node, Text) and node.startswith(NO_KEY):
        return None  # reported already
    if isinstance(node, Html) and kind not in _MAY_BE_HTML:
        return _no_html(key, node, problems)
    if kind in (takes.MARKDOWN, takes.GAPS):
        if isinstance(node, Text):
            return node
    elif kind in _FLAG_KINDS and isinstance(node, Text):
        if node.plain and node in _FLAGS:
            return _FLAGS[node]
        if kind != takes.FLAG and node.strip().lower() not in keys.LIKE_FLAGS and not (node.plain and node in _NOTHING):
            return _some_text(kind, key, node, problems)
    elif kind in _LISTS:
        return _texts(kind, key, node, problems)
    elif kind in (takes.ITEMS, takes.ITEMS_OR_LINES):
        if isinstance(node, Items) or (kind == takes.ITEMS_OR_LINES and isinstance(node, Text)):
            from studydeck.reading.items import read_items

            return read_items(key, node, problems)
    elif kind == takes.CARDS:
        if isinstance(node, Items):
            return _cards(node, problems, own_kinds)
        if isinstance(node, Text) and node.plain and node in _NOTHING:
            return ()
    elif kind == takes.MATERIAL:
        if isinstance(node, Keys):
            return _material(node, problems)
    elif kind == takes.PARTS:
        if isinstance(node, Items):
            return read_parts(node, read_mapping, problems)
    elif kind == takes.NUMBERS:
        if (numbers := read_numbers(node)) is not None:
            return numbers
    elif kind == takes.NUMBER:
        if isinstance(node, Text) and _NUMBER.fullmatch(node) and abs(int(node)) < 1 << 63:
            return int(node)
    elif kind == takes.MAPPINGS:
        if isinstance(node, Items):
            return node
    elif kind == takes.NOTE_TYPES:
        if isinstance(node, Keys):
            return node
    elif kind in _ENTRIES:
        if isinstance(node, Keys):
            names = [node.key(name, number) for number, name in enumerate(node) if name != NO_KEY]
            return {name: value for name in names if (value := _entry(kind, name, node[name], problems)) is not None}
    elif isinstance(node, Text):
        return _line(kind, key, node, problems)
    _report_kind(kind, key, node, problems)
    return None


def _texts(kind: str, key: Text, node: Node, problems: list[Problem]) -> Text | tuple[Text, ...] | None:
    """A text or a list of texts; names, locators and section files always as a tuple."""
    if isinstance(node, Text):
        if kind == takes.MARKDOWN_OR_LIST:
            return node
        if kind == takes.SECTIONS:
            _report_kind(kind, key, node, problems)
            return None
        items: Iterable[Node] = (node,)
    elif isinstance(node, Items):
        items = node
    else:
        _report_kind(kind, key, node, problems)
        return None
    texts = []
    for item in items:
        if not isinstance(item, Text):
            _report_kind(takes.MARKDOWN, key, item, problems)
        elif isinstance(item, Html) and kind not in _MAY_BE_HTML:
            _no_html(key, item, problems)
        elif kind == takes.FLAG_OR_LIST and _some_text(kind, key, item, problems) is None:
            pass  # reported
        elif kind == takes.LOCATORS and not _is_place(item):
            problems.append(_no_place(item))
        elif kind == takes.LINES and _line(takes.LINE, key, item, problems) is None:
            pass  # reported
        elif kind == takes.SECTIONS and (item == "deck" or not _SECTION_FILE.fullmatch(item)):
            message = f"'{item[:40]}' isn't a valid name of a section file"
            problems.append(problem("wrong-kind", item, message, "write the file's name without its folder and .yaml"))
        else:
            texts.append(item)
    if kind in (takes.SECTIONS, takes.LINES, takes.FLAG_OR_LIST) and isinstance(node, Items) and not node:
        what = "its files" if kind == takes.SECTIONS else "them"
        problems.append(problem("wrong-kind", key, f"the list '{key}' is empty", f"list {what}, or remove {key}:"))
        return None
    if kind == takes.MARKDOWN_OR_LIST:
        if not len(node):
            problems.append(problem("empty-answer", key, "the list of answers is empty", "write an answer"))
        if not texts or len(texts) < len(node):
            return None
    return tuple(texts)


def _no_html(key: Text, text: Html, problems: list[Problem]) -> None:
    remedy = "write it without !html, or in another key"
    problems.append(problem("wrong-kind", text, f"'{key}' can't be HTML", remedy))


def _some_text(kind: str, key: Text, text: Text, problems: list[Problem]) -> Text | tuple[Text, ...] | None:
    """A text that isn't empty; in a tuple where the key takes several."""
    if not text.strip():
        problems.append(problem("wrong-kind", key, f"'{key}' is empty", f"write a value, or remove {key}:"))
        return None
    return (text,) if kind == takes.FLAG_OR_LIST else text


def _line(kind: str, key: Text, text: Text, problems: list[Problem]) -> Text | None:
    """A text of one line that isn't empty, and has the form of its kind."""
    if kind in _NAMES and _SIMPLE.fullmatch(text) and text not in _NOTHING:
        return text  # three in four end here
    if not text.strip():
        problems.append(problem("wrong-kind", key, f"'{key}' is empty", f"write a value, or remove {key}:"))
    elif text.plain and text in _NOTHING:
        message, remedy = f"YAML reads '{text}' as an empty value", f"put it in quotes, or remove {key}:"
        problems.append(problem("yaml-quote", text, message, remedy))
    elif not _LINE.fullmatch(text):
        message = f"'{key}' must be a single line without tabs"
        problems.append(problem("wrong-kind", text, message, "write it on one line"))
    elif kind in _FORMS and not re.fullmatch(_FORMS[kind][0], text):
        _, name, message, remedy = _FORMS[kind]
        problems.append(problem(name, text, message.format(key=key, text=text[:40]), remedy))
    else:
        return text
    return None


def _entry(kind: str, name: Text, node: Node, problems: list[Problem]) -> Text | tuple[Text, ...] | Credit | None:
    """The value of a key of the author's choice."""
    if kind == takes.CREDITS and isinstance(node, Keys):
        return Credit(**read_mapping(node, keys.CREDIT_KEYS, keys.REQUIRED["credit"], problems))
    if kind == takes.CREDITS:
        _report_kind("credit", name, node, problems)
        return None
    if kind == takes.TERMS:
        return _texts(takes.NAMES, name, node, problems)
    if kind == takes.REASONS and not _is_place(name):
        problems.append(_no_place(name))
        return None
    if not isinstance(node, Text):
        _report_kind(takes.LINE, name, node, problems)
        return None
    if kind == takes.FIELDS:
        return node
    if kind == takes.LIMITS and not _LIMIT.fullmatch(node):
        problems.append(problem("wrong-kind", node, f"'{node[:40]}' isn't a valid limit", "write a number, or off"))
        return None
    return _line(takes.LINE, name, node, problems)


def _is_place(locator: Text) -> bool:
    """Whether a text is a locator, and its range of sentences runs forwards."""
    place = read_locator(locator) if _LOCATOR.fullmatch(locator) else None
    return place is not None and not place.runs_backwards


def _no_place(locator: Text) -> Problem:
    message = f"'{locator[:40]}' isn't a valid place in the material"
    return problem("bad-source", locator, message, "write p2s1, p2s1-3, p2 or section/p1s3")


def _material(tree: Keys, problems: list[Problem]) -> Material:
    return Material(**read_mapping(tree, keys.MATERIAL_KEYS, (), problems))


def _report_kind(kind: str, key: Text, node: Node, problems: list[Problem]) -> None:
    wanted = {
        takes.FLAG: "true or false",
        takes.FLAG_OR_MARKDOWN: "true, false or a text",
        takes.FLAG_OR_LIST: "true, false or a list of texts",
        takes.MARKDOWN_OR_LIST: "a string or a list of strings",
        takes.ITEMS: "a list of items",
        takes.ITEMS_OR_LINES: "a text or a list of items",
        takes.NAMES: "a list of strings",
        takes.LOCATORS: "a locator or a list of locators",
        takes.SECTIONS: "a list of section files",
        takes.CARDS: "a list of cards",
        takes.MATERIAL: "a mapping with title:, url: or path:",
        takes.LINES: "a line or a list of lines",
        takes.CREDITS: "a mapping of pictures and sounds to their credits",
        "credit": "a mapping with author:, license: or url:",
        takes.LIMITS: "a mapping of warnings to numbers or off",
        takes.TERMS: "a mapping of spellings to those they replace",
        takes.REASONS: "a mapping of places in the material to reasons",
        takes.NUMBER: "a whole number",
        takes.FIELDS: "a mapping of fields to texts",
        takes.NOTE_TYPES: "a mapping of folders in note-types/ to keys and fields",
        takes.MAPPINGS: "a list of mappings",
        takes.PICTURE: "the name of a picture",
        takes.PARTS: "a list of the picture's parts",
        takes.NUMBERS: "a list of numbers",
    }.get(kind, "a string")
    if isinstance(node, Keys) and NO_KEY in node:
        return  # reported already: this text needs quotes
    message = f"expected {wanted} for '{key}', found {_kind_of(node)}"
    remedy = f"write {wanted}"
    if isinstance(node, Keys):
        remedy = "put the text in quotes if it isn't meant as a mapping" if kind not in _MAPPINGS else remedy
    problems.append(problem("wrong-kind", node if not isinstance(node, Text) else _place_of(node), message, remedy))


def _kind_of(node: Node) -> str:
    if isinstance(node, Text):
        return f"the string '{node[:40]}'" if node else "nothing"
    return "a list" if isinstance(node, Items) else "a mapping"


def _place_of(at: Placed) -> Place:
    return Place(at.path, at.line, at.column)


def _text(value: str, place: Place) -> Text:
    text = Text(value)
    text.path, text.line, text.column, text.plain = *place, True
    return text
