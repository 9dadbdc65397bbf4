"""The values of a mapping, read by what its keys take: valid ones become records, the rest becomes problems."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from studydeck.kinds import DEFAULT_KIND, KINDS, card_keys, kind_of, kind_of_texts
from studydeck.model import (
    Card,
    Credit,
    Html,
    Key,
    Kind,
    Material,
    Place,
    Problem,
    Text,
    problem,
    takes,
)
from studydeck.patterns import pattern
from studydeck.reading import keys
from studydeck.reading.nodes import NO_KEY, Items, Keys, Node
from studydeck.reading.parts import LABELS, read_numbers, read_parts, unwritten_parts
from studydeck.remembered import Remembered
from studydeck.text import Guesses, near
from studydeck.text.locator import read_locator

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
        "'{text}' isn't a valid value of {key}",
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
_NUMBER = pattern(r"-?[0-9]+")
_TOO_LARGE = 1 << 63  # for Anki, and for SQLite
_SIMPLE = pattern("[A-Za-z0-9][A-Za-z0-9 -]*")
#: Kinds that are mappings with keys of the author's choice.
_ENTRIES = (takes.LIMITS, takes.TERMS, takes.REASONS, takes.CREDITS, takes.FIELDS)
_FLAG_KINDS = (takes.FLAG, takes.FLAG_OR_MARKDOWN, takes.FLAG_OR_LIST)
_LISTS = (takes.MARKDOWN_OR_LIST, takes.NAMES, takes.LINES, takes.LOCATORS, takes.SECTIONS, takes.FLAG_OR_LIST)
#: Those whose texts may be HTML.
_MAY_BE_HTML = (takes.MARKDOWN, takes.MARKDOWN_OR_LIST, takes.GAPS, takes.FLAG_OR_MARKDOWN)
_MAPPINGS = (takes.MATERIAL, takes.NOTE_TYPES, *_ENTRIES)
_FLAGS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


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
        elif kind == takes.LOCATORS and type(node) is Text and _is_place[node]:
            values[key] = (node,)  # as on each card of a deck with a material
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
        return report_html(key, node, problems)
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
        if isinstance(node, Text) and _NUMBER.fullmatch(node):
            if len(node) <= len(str(-_TOO_LARGE)) and abs(int(node)) < _TOO_LARGE:
                return int(node)
            message = f"the number {node[:40]} for '{key}' is out of range"
            problems.append(problem("wrong-kind", node, message, f"write one that is less than {_TOO_LARGE:,}"))
            return None
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
            report_html(key, item, problems)
        elif kind == takes.FLAG_OR_LIST and _some_text(kind, key, item, problems) is None:
            pass  # reported
        elif kind == takes.LOCATORS and not _is_place[item]:
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


def report_html(key: Text, text: Html, problems: list[Problem]) -> None:
    """Reports that the value of `key` is HTML, which it can't be."""
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
    if kind == takes.REASONS and not _is_place[name]:
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


def _reads_as_place(locator: str) -> bool:
    """Whether a text is a locator, and its range of sentences runs forwards."""
    place = read_locator(locator) if _LOCATOR.fullmatch(locator) else None
    return place is not None and not place.runs_backwards


_is_place = Remembered(_reads_as_place, 2**16)  # most cards have the same few


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
    problems.append(problem("wrong-kind", node if not isinstance(node, Text) else Place.of(node), message, remedy))


def _kind_of(node: Node) -> str:
    if isinstance(node, Text):
        return f"the string '{node[:40]}'" if node else "nothing"
    return "a list" if isinstance(node, Items) else "a mapping"


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
    place = Place(tree.path, tree.line, tree.column)
    plain = kind_of_texts(tuple(tree))
    if plain and (values := _texts_of(tree)):
        return (Card(place, plain, values),)  # nine in ten end here
    if isinstance(tree.get("type"), Text):
        from studydeck.reading.own_types import own_card

        own = own_card(tree, own_kinds, problems)
        return () if own is None else (own,)
    kind = kind_of(tree)
    if kind.masks and isinstance(labels := tree.get("parts"), Text) and labels == LABELS:
        problems.append(unwritten_parts(tree, labels))
        return ()
    known = card_keys()
    values = read_mapping(tree, known, (), problems)
    for key in tree if kind.asks in tree and not tree.keys() <= kind.keys.keys() else ():
        if key in known and key not in kind.keys:
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
    unknown = {near(key, known) for key in tree if key not in known}
    missing = [key for key in kind.required if key not in tree and key not in unknown]
    others = [each.asks for each in KINDS.values() if each is not kind]
    if missing and unknown.isdisjoint(others):
        message = f"this card has no {' and no '.join(missing)}"
        offers = [each.offer for each in KINDS.values() if each.offer and kind is DEFAULT_KIND]
        remedy = ", or ".join([f"add {missing[0]}:", *offers])
        problems.append(problem("missing-key", tree, message, remedy))
    return ()


def _texts_of(tree: Keys) -> dict[str, Any] | None:
    """The values of a card that are all texts; None if one isn't, or if its id or its source isn't valid."""
    for key, node in tree.items():
        if type(node) is not Text or (key == "id" and not _ID.fullmatch(node)):
            return None
    values: dict[str, Any] = dict(tree)
    if "source" in values:
        if not _is_place[values["source"]]:
            return None
        values["source"] = (values["source"],)
    return values


def _owner(key: str) -> Kind | None:
    """The only kind that has this key; None for keys that all kinds have, and for unknown ones."""
    return next((each for each in KINDS.values() if key in each.own), None)
