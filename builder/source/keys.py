"""The keys that authors may write, told once: the reader, the JSON Schema and the docs' tests all read them here."""

from __future__ import annotations

from typing import Any, NamedTuple

from builder import REPOSITORY

# The kinds of values. A text may be any scalar: `no` and `2.10` are texts to us, and other kinds to a JSON Schema.
TEXT, LINE, DECK_NAME, LANGUAGE, URL, ID, UID, FLAG = (
    "text",
    "line",
    "deck name",
    "language",
    "url",
    "id",
    "uid",
    "flag",
)
TEXT_OR_LIST, NAMES, SECTIONS, LOCATORS = "text or list", "names", "sections", "locators"
CARDS, MATERIAL = "cards", "material"
LIMITS, TERMS, REASONS = "limits", "terms", "reasons"
LINES, CREDITS = "lines", "credits"

# Patterns are read by Python and by JavaScript, where editors run the schema and \w is an ASCII letter. So a letter of
# any script is what is left after white space, ASCII's signs, and signs that can't be seen.
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
#: A BCP 47 tag, as far as its form goes.
LANGUAGE_PATTERN = r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*"
#: The name of a deck, or of a section, which may become a subdeck: every part between :: says something, or Anki would
#: call it 'blank'.
DECK_NAME_PATTERN = rf"(?!\s*::)(?!.*::\s*(?:::|$)){LINE_PATTERN}"
#: grounding.md's grammar: an optional section, a paragraph, an optional sentence or run of sentences.
LOCATOR_PATTERN = rf"(?:{_FIRST}[^{_NEVER}!-,./:-@\[-^`]*/)?" r"p[1-9]\d{0,4}(?:s[1-9]\d{0,4}(?:-[1-9]\d{0,4})?)?"


#: Where the schemas can be fetched: docs/schema/ of the repository, which tests hold to what this file says.
SCHEMA_HOME = f"{REPOSITORY.replace('//github.com', '//raw.githubusercontent.com')}/main/docs/schema"


class Key(NamedTuple):
    """A key's kind of value and its meaning, one sentence that editors show."""

    kind: str
    meaning: str


DECK_KEYS = {
    "deck": Key(DECK_NAME, "The deck's name as Anki shows it; '::' nests decks."),
    "uid": Key(UID, "The deck's own random identity, part of every guid. Written once, never changed."),
    "tag": Key(LINE, "The root of the sections' tags; left out, a slug of the deck's name."),
    "language": Key(LANGUAGE, "The language of the cards as a BCP 47 tag, such as en or ar."),
    "description": Key(TEXT, "What Anki shows under the deck's name, in Markdown."),
    "authors": Key(LINES, "Who wrote the deck, shown below its description: a name, or a list of names."),
    "license": Key(LINE, "What others may do with the deck, such as CC-BY-4.0, shown below its description."),
    "credits": Key(CREDITS, "Who made a picture or sound, by the name of its file, shown below the description."),
    "sections": Key(SECTIONS, "The section files without .yaml, in study order; left out, all of them by name."),
    "subdecks": Key(FLAG, "true gives every section a subdeck of its own."),
    "material": Key(MATERIAL, "What the deck was drawn from."),
    "checks": Key(LIMITS, "Other limits for warnings, as in long-answer: 30, or off: yes-no: off."),
    "terms": Key(TERMS, "Spellings to use, each with those it replaces: NF-kB: [NF-κB, NFkB]."),
}
MATERIAL_KEYS = {
    "title": Key(LINE, "The material's title, shown under the answer of cards with a source."),
    "url": Key(URL, "Where learners can read the material: an http or https address."),
    "path": Key(LINE, "Where the author keeps the material; may lie outside the deck's folder."),
}
CREDIT_KEYS = {
    "author": Key(LINE, "Who made the picture or sound."),
    "license": Key(LINE, "What others may do with it, such as CC-BY-SA-4.0."),
    "url": Key(URL, "Where it was found: an http or https address."),
}
SECTION_KEYS = {
    "section": Key(DECK_NAME, "The section's name, shown on its cards."),
    "tag": Key(LINE, "The section's tag below the deck's; left out, a slug of the section's name."),
    "cards": Key(CARDS, "The section's cards, in study order."),
    "uncarded": Key(
        REASONS, "Places of the material that need no card, each with the reason: p1s3: only a transition."
    ),
}
CARD_KEYS = {
    "id": Key(
        ID, "The card's identity, such as nfkb-role. Keeps the learners' history through every edit; never reuse."
    ),
    "question": Key(TEXT, "What the card asks, in Markdown."),
    "answer": Key(TEXT_OR_LIST, "The answer in Markdown, or a list of short answers."),
    "cloze": Key(TEXT, "A sentence with gaps, {{c1::hidden}} or {{c1::hidden::hint}}, instead of question and answer."),
    "hint": Key(TEXT, "Shown on the question side after a tap."),
    "details": Key(TEXT, "Shown small under the answer."),
    "source": Key(LOCATORS, "Where the material says it: p2s1, p2s1-3, p2, overview/p1s3, or a list of these."),
    "tags": Key(NAMES, "The card's own tags, besides the section's."),
    "ok": Key(NAMES, "Warnings that this card is meant to have, such as long-answer."),
    "language": Key(LANGUAGE, "The card's language where it isn't the deck's."),
    "reverse": Key(FLAG, "true makes a second card that asks from the answer to the question."),
    "typed": Key(FLAG, "true asks the learner to type the answer."),
    "retired": Key(
        FLAG, "true ships the card once more with the tag <root>::retired, for learners to suspend or delete."
    ),
    "guid": Key(LINE, "The guid that learners already know the card by, where its id: is to change."),
}
#: What a limit of `checks:` may be.
LIMIT_PATTERN = r"on|off|\d{1,6}"
#: Keys that only a question has.
QUESTION_ONLY = ("question", "answer", "reverse", "typed")

REQUIRED = {"deck": ("deck", "uid"), "section": ("section", "cards"), "material": (), "credit": ("author",), "card": ()}


def _in_line(pattern: str) -> dict[str, Any]:
    return {"type": ["string", "number", "boolean"], **_whole(pattern)}


def _whole(pattern: str) -> dict[str, str]:
    return {"pattern": f"^{pattern}$(?!\\n)"}  # to Python, `$` is also before the end of a last line


_SCALAR = {"type": ["string", "number", "boolean", "null"]}
_SCHEMAS: dict[str, dict[str, Any]] = {
    TEXT: _SCALAR,
    LINE: _in_line(LINE_PATTERN),
    DECK_NAME: _in_line(DECK_NAME_PATTERN),
    LANGUAGE: {"type": ["string", "boolean"], **_whole(LANGUAGE_PATTERN)},  # to some readers, `no` is false
    URL: {"type": "string", **_whole(URL_PATTERN)},
    ID: {**_in_line(ID_PATTERN), "minimum": 0},
    UID: {"type": ["string", "integer"], "minimum": 10_000_000, **_whole(UID_PATTERN)},
    FLAG: {"type": "boolean"},
    TEXT_OR_LIST: {"anyOf": [_SCALAR, {"type": "array", "items": _SCALAR, "minItems": 1}]},
    NAMES: {"anyOf": [_SCALAR, {"type": "array", "items": _SCALAR}]},
    SECTIONS: {"type": "array", "uniqueItems": True, "minItems": 1,
               "items": {**_in_line(SECTION_FILE_PATTERN), "not": {"const": "deck"}}},
    LOCATORS: {"anyOf": [{"$ref": "#/$defs/locator"}, {"type": "array", "items": {"$ref": "#/$defs/locator"}}]},
    CARDS: {"type": ["array", "null"], "items": {"$ref": "#/$defs/card"}},
    MATERIAL: {"$ref": "#/$defs/material"},
    LIMITS: {"type": "object", "additionalProperties": {
             "anyOf": [{"enum": ["on", "off"]}, {"type": "integer", "minimum": 0, "maximum": 999_999}]}},
    TERMS: {"type": "object", "additionalProperties": {"anyOf": [_SCALAR, {"type": "array", "items": _SCALAR}]}},
    LINES: {"anyOf": [_in_line(LINE_PATTERN), {"type": "array", "items": _in_line(LINE_PATTERN), "minItems": 1}]},
    CREDITS: {"type": "object", "additionalProperties": {"$ref": "#/$defs/credit"}},
    REASONS: {"type": "object", "additionalProperties": _in_line(LINE_PATTERN),
              "propertyNames": _whole(LOCATOR_PATTERN)},
}  # fmt: skip


def json_schema(file: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of `deck` or `section` files, for editors to complete and check with."""
    keys = DECK_KEYS if file == "deck" else SECTION_KEYS
    schema: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{SCHEMA_HOME}/{file}.json",
        "title": f"studydeck {file} file",
        **_object(keys, REQUIRED[file]),
    }
    if file == "deck":
        schema["$defs"] = {
            "credit": _object(CREDIT_KEYS, REQUIRED["credit"]),
            "material": _object(MATERIAL_KEYS, ()),
        }
    else:
        no_question = [{"required": [key]} for key in QUESTION_ONLY]
        schema["$defs"] = {
            "card": {
                **_object(CARD_KEYS, ()),
                "oneOf": [
                    {"required": ["question", "answer"], "not": {"required": ["cloze"]}},
                    {"required": ["cloze"], "not": {"anyOf": no_question}},
                ],
            },
            "locator": {"type": "string", **_whole(LOCATOR_PATTERN)},
        }
    return schema


def _object(keys: dict[str, Key], required: tuple[str, ...]) -> dict[str, Any]:
    properties = {name: {**_SCHEMAS[key.kind], "description": key.meaning} for name, key in keys.items()}
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }
