"""The keys of deck.yaml, section files and note-type.yaml, and the JSON Schemas. A card's own keys are in kinds/."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from studydeck import REPOSITORY
from studydeck.kinds import ITEM_KEYS, KINDS, card_keys
from studydeck.model import Key, takes
from studydeck.reading.parts import PART_KEYS, REQUIRED_OF_PARTS

# Patterns run in Python, and in editors in JavaScript, where \w is an ASCII letter. So a letter of any script is what
# is left after white space, ASCII punctuation and invisible characters.
_UNSEEN = r"\u0000-\u001f{-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u2000-\u206f\u3000\ufeff\ufff0-\uffff"
_NEVER = r"\s" + _UNSEEN
_FIRST = rf"[^{_NEVER}!-/:-@\[-`]"
#: An id: letters, digits and - _ . : + of any script, no white space, at most 100 characters.
ID_PATTERN = rf"{_FIRST}[^{_NEVER}!-*,/;-@\[-^`]{{0,99}}"
UID_PATTERN = r"[a-z0-9]{8,40}"
SECTION_FILE_PATTERN = rf"[^{_NEVER}!-/:-@\[-^`][^{_UNSEEN}!-,/:-@\[-^`]*"
URL_PATTERN = r'https?://[^\s"<>]+'
_IN_LINE = r"[^\t\n\r\u0085\u2028\u2029]"
LINE_PATTERN = rf"{_IN_LINE}*[^\s\u0085]{_IN_LINE}*"
#: The form of a BCP 47 tag.
LANGUAGE_PATTERN = r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*"
#: The name of a deck, or of a section, which may become a subdeck: no part between :: is empty, or Anki would call it
#: 'blank'.
DECK_NAME_PATTERN = rf"(?!\s*::)(?!.*::\s*(?:::|$)){LINE_PATTERN}"
#: A locator: an optional section, a paragraph, an optional sentence or run of sentences.
LOCATOR_PATTERN = rf"(?:{_FIRST}[^{_NEVER}!-,./:-@\[-^`]*/)?" r"p[1-9]\d{0,4}(?:s[1-9]\d{0,4}(?:-[1-9]\d{0,4})?)?"


#: The greatest id or stamp of a note type.
LARGEST_NUMBER = (1 << 53) - 1
#: Where the schemas can be fetched: docs/schema/ of the repository, which tests compare with this file.
SCHEMA_HOME = f"{REPOSITORY.replace('//github.com', '//raw.githubusercontent.com')}/main/docs/schema"

DECK_KEYS = {
    "deck": Key(takes.DECK_NAME, "The deck's name as Anki shows it; '::' nests decks."),
    "uid": Key(takes.UID, "The deck's own random identity, part of every guid. Never change it."),
    "tag": Key(takes.LINE, "The root of the sections' tags; by default a slug of the deck's name."),
    "language": Key(takes.LANGUAGE, "The language of the cards as a BCP 47 tag, such as en or ar."),
    "answer-language": Key(takes.LANGUAGE, "The language of the answers, if it isn't that of the other texts."),
    "speak": Key(
        takes.SIDES,
        "Which texts of the cards are read aloud: by sounds, or by learners' devices.",
    ),
    "description": Key(takes.MARKDOWN, "What Anki shows under the deck's name, in Markdown."),
    "authors": Key(takes.LINES, "Who wrote the deck, shown below its description: a name, or a list of names."),
    "license": Key(takes.LINE, "What others may do with the deck, such as CC-BY-4.0, shown below its description."),
    "credits": Key(takes.CREDITS, "Who made a picture or sound, by the name of its file, shown below the description."),
    "sections": Key(takes.SECTIONS, "The section files without .yaml, in study order; by default all of them by name."),
    "subdecks": Key(takes.FLAG, "true gives every section a subdeck of its own."),
    "material": Key(takes.MATERIAL, "What the deck is based on."),
    "checks": Key(takes.LIMITS, "Other limits for warnings, such as long-answer: 30, or yes-no: off to turn one off."),
    "note-types": Key(
        takes.NOTE_TYPES,
        "The deck's own note types, by their folders in note-types/: which field each key fills, as in "
        "Basic: {question: Front, answer: Back}.",
    ),
    "terms": Key(takes.TERMS, "Spellings to use, each with those it replaces: NF-kB: [NF-κB, NFkB]."),
}
MATERIAL_KEYS = {
    "title": Key(takes.LINE, "The material's title, which a tap on a card's source shows."),
    "url": Key(takes.URL, "Where learners can read the material: an http or https address."),
    "path": Key(takes.LINE, "Where the author keeps the material; may be outside the deck's folder."),
}
CREDIT_KEYS = {
    "author": Key(takes.LINE, "Who made the picture or sound."),
    "license": Key(takes.LINE, "What others may do with it, such as CC-BY-SA-4.0."),
    "url": Key(takes.URL, "Where it was found: an http or https address."),
}
SECTION_KEYS = {
    "section": Key(takes.DECK_NAME, "The section's name, shown on its cards."),
    "tag": Key(takes.LINE, "The section's tag below the deck's; by default a slug of the section's name."),
    "subdeck": Key(takes.FLAG, "false puts its cards into the deck itself, where the others have subdecks."),
    "language": Key(takes.LANGUAGE, "The language of the section's cards, if it isn't the deck's."),
    "answer-language": Key(takes.LANGUAGE, "The language of their answers, if it isn't the deck's."),
    "speak": Key(takes.SIDES, "Which texts of the section's cards are read aloud, if not those that the deck says."),
    "cards": Key(takes.CARDS, "The section's cards, in study order."),
    "uncarded": Key(
        takes.REASONS, "Places in the material that need no card, each with a reason: p1s3: only a transition."
    ),
}
NOTE_TYPE_KEYS = {
    "name": Key(takes.LINE, "The note type's name in Anki."),
    "id": Key(takes.NUMBER, "Anki's number for it, by which learners' notes are found. Never change it."),
    "kind": Key(takes.LINE, "normal or cloze; by default normal."),
    "stamp": Key(takes.NUMBER, "When it last changed, for learners who have it, in seconds since 1970."),
    "sort": Key(takes.LINE, "The field that Anki's browser sorts notes by; by default the first one."),
    "fields": Key(takes.MAPPINGS, "Its fields in their order, each with its name, and its id if it has one."),
    "templates": Key(takes.MAPPINGS, "Its templates in their order, each with its name, its id, and its two files."),
}
FIELD_KEYS = {
    "name": Key(takes.LINE, "Its name."),
    "id": Key(takes.NUMBER, "Anki's number for it, if it has one."),
}
TEMPLATE_KEYS = {
    **FIELD_KEYS,
    "front": Key(takes.LINE, "The file with the HTML of the front."),
    "back": Key(takes.LINE, "The file with the HTML of the back."),
}
#: Words that people mean true or false by, in quotes or not: no text where a key takes a flag or a text.
LIKE_FLAGS = ("true", "false", "yes", "no", "on", "off", "y", "n", "0", "1")
#: What `checks:` may set a warning to.
LIMIT_PATTERN = r"on|off|\d{1,6}"
#: What `speak:` may be.
SIDES_PATTERN = "question|answer|both|none|device|device-question|device-answer"
SHAPE_PATTERN = "rect|ellipse|polygon"
HIDE_PATTERN = "all|one"
REQUIRED = {"deck": ("deck", "uid"), "section": ("section", "cards"), "material": (), "credit": ("author",),
            "note type": ("name", "id", "fields", "templates"), "field": ("name",),
            "template": ("name", "front", "back"), "item": ("text",),
            "part": REQUIRED_OF_PARTS}  # fmt: skip


def _in_line(pattern: str) -> dict[str, Any]:
    return {"type": ["string", "number", "boolean"], **_whole(pattern)}


def _whole(pattern: str) -> dict[str, str]:
    return {"pattern": f"^{pattern}$(?!\\n)"}  # in Python, `$` also matches before a final line end


_SCALAR = {"type": ["string", "number", "boolean", "null"]}
_NO_FLAG = "|".join("".join(f"[{sign}{sign.upper()}]" for sign in word) for word in LIKE_FLAGS if word.isalpha())
_SOME_TEXT = {
    "type": ["string", "number", "boolean"],
    "pattern": rf"^(?!\s*(?:{_NO_FLAG}|[01])\s*$)[\s\S]*\S",
    "not": {"enum": [0, 1]},
}
_SCHEMAS: dict[str, dict[str, Any]] = {
    takes.MARKDOWN: _SCALAR,
    takes.GAPS: _SCALAR,
    takes.LINE: _in_line(LINE_PATTERN),
    takes.DECK_NAME: _in_line(DECK_NAME_PATTERN),
    takes.LANGUAGE: {"type": ["string", "boolean"], **_whole(LANGUAGE_PATTERN)},  # to some readers, `no` is false
    takes.SIDES: {"enum": SIDES_PATTERN.split("|")},
    takes.URL: {"type": "string", **_whole(URL_PATTERN)},
    takes.ID: {**_in_line(ID_PATTERN), "minimum": 0},
    takes.UID: {"type": ["string", "integer"], "minimum": 10_000_000, **_whole(UID_PATTERN)},
    takes.FLAG: {"type": "boolean"},
    takes.FLAG_OR_MARKDOWN: _SOME_TEXT,
    takes.FLAG_OR_LIST: {"anyOf": [_SOME_TEXT, {"type": "array", "items": _SOME_TEXT, "minItems": 1}]},
    takes.MARKDOWN_OR_LIST: {"anyOf": [_SCALAR, {"type": "array", "items": _SCALAR, "minItems": 1}]},
    takes.ITEMS: {"type": "array", "items": {"anyOf": [_SCALAR, {"$ref": "#/$defs/item"}]}, "minItems": 1},
    takes.ITEMS_OR_LINES: {"anyOf": [_SCALAR, {"type": "array", "minItems": 1,
                     "items": {"anyOf": [_SCALAR, {"$ref": "#/$defs/item"}]}}]},
    takes.NAMES: {"anyOf": [_SCALAR, {"type": "array", "items": _SCALAR}]},
    takes.SECTIONS: {"type": "array", "uniqueItems": True, "minItems": 1,
               "items": {**_in_line(SECTION_FILE_PATTERN), "not": {"const": "deck"}}},
    takes.LOCATORS: {"anyOf": [{"$ref": "#/$defs/locator"}, {"type": "array", "items": {"$ref": "#/$defs/locator"}}]},
    takes.CARDS: {"type": ["array", "null"], "items": {"$ref": "#/$defs/card"}},
    takes.MATERIAL: {"$ref": "#/$defs/material"},
    takes.LIMITS: {"type": "object", "additionalProperties": {
             "anyOf": [{"enum": ["on", "off"]}, {"type": "integer", "minimum": 0, "maximum": 999_999}]}},
    takes.TERMS: {"type": "object", "additionalProperties": {"anyOf": [_SCALAR, {"type": "array", "items": _SCALAR}]}},
    takes.LINES: {"anyOf": [_in_line(LINE_PATTERN), {"type": "array", "items": _in_line(LINE_PATTERN), "minItems": 1}]},
    takes.CREDITS: {"type": "object", "additionalProperties": {"$ref": "#/$defs/credit"}},
    takes.REASONS: {"type": "object", "additionalProperties": _in_line(LINE_PATTERN),
              "propertyNames": _whole(LOCATOR_PATTERN)},
    takes.FIELDS: {"type": "object", "additionalProperties": _SCALAR},
    takes.PICTURE: _in_line(LINE_PATTERN),
    takes.SHAPE: {"enum": SHAPE_PATTERN.split("|")},
    takes.HIDE: {"enum": HIDE_PATTERN.split("|")},
    takes.NUMBERS: {"type": "array", "items": {"type": "number"}, "minItems": 4},
    takes.PARTS: {"type": "array", "items": {"$ref": "#/$defs/part"}, "minItems": 1, "maxItems": 500},
    takes.NOTE_TYPES: {"type": "object", "additionalProperties": {
                 "type": "object", "additionalProperties": _in_line(LINE_PATTERN)}},
    takes.NUMBER: {"type": ["integer", "string"], **_whole(r"-?\d{1,19}")},
    takes.MAPPINGS: {"type": "array", "minItems": 1},
}  # fmt: skip
#: The files that have a schema, by its name.
SCHEMA_FILES = {"deck": DECK_KEYS, "section": SECTION_KEYS, "note-type": NOTE_TYPE_KEYS}


def json_schema(file: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of one of SCHEMA_FILES, for completion and checks in editors."""
    schema: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{SCHEMA_HOME}/{file}.json",
        "title": f"studydeck {file} file",
        **_object(SCHEMA_FILES[file], REQUIRED[file.replace("-", " ")]),
    }
    if file == "deck":
        schema["$defs"] = {
            "credit": _object(CREDIT_KEYS, REQUIRED["credit"]),
            "material": _object(MATERIAL_KEYS, ()),
        }
    elif file == "note-type":
        parts = {"field": FIELD_KEYS, "template": TEMPLATE_KEYS}
        schema["$defs"] = {part: _object(keys, REQUIRED[part]) for part, keys in parts.items()}
        for part in parts:
            schema["properties"][f"{part}s"]["items"] = {"$ref": f"#/$defs/{part}"}
        for side in ("front", "back"):
            schema["$defs"]["template"]["properties"][side] |= _whole(r"[^/\\]+\.html")
        schema["properties"]["kind"] = {"enum": ["normal", "cloze"], "description": NOTE_TYPE_KEYS["kind"].meaning}
        schema["properties"]["id"] |= {"minimum": 1, "maximum": LARGEST_NUMBER}
        schema["properties"]["stamp"] |= {"minimum": 0, "maximum": LARGEST_NUMBER}
    else:
        schema["$defs"] = {
            "card": {
                **_object(card_keys(), ()),
                "oneOf": [*map(_only, KINDS), {"required": ["type"]}],
                "dependentRequired": {name: [key.needs] for name, key in card_keys().items() if key.needs},
            },
            "item": _object(ITEM_KEYS, REQUIRED["item"]),
            "part": _object(PART_KEYS, REQUIRED["part"]),
            "locator": {"type": "string", **_whole(LOCATOR_PATTERN)},
        }
    return schema


def _only(kind: str) -> dict[str, Any]:
    """A card of one kind: its required keys, and none of the keys that only other kinds have."""
    others = [key for name, other in KINDS.items() if name != kind for key in other.own]
    foreign: list[Any] = [{"required": [key]} for key in (*others, "type")]
    required, instead = KINDS[kind].required, KINDS[kind].unfolds
    schema: dict[str, Any] = {"required": list(required), "not": {"anyOf": foreign}}
    if instead:
        answer = KINDS[kind].answer
        schema["required"] = [key for key in required if key != answer]
        schema["oneOf"] = [{"required": [answer]}, *({"required": [key, "id"]} for key in instead)]
    return schema


def _object(keys: Mapping[str, Key], required: Sequence[str]) -> dict[str, Any]:
    properties = {name: {**_SCHEMAS[key.takes], "description": key.meaning} for name, key in keys.items()}
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }
