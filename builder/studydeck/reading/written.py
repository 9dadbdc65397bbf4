"""Cards and sections as YAML, as an author would write them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from studydeck.model.words import Html
from studydeck.reading.nodes import HTML_TAG
from studydeck.text.scalar import yaml_scalar, yaml_text, yaml_word

_SHORT = 60  # characters of a list in one line
_SCHEMA = "# yaml-language-server: $schema=.schema/section.json\n"

Value = str | tuple[str, ...] | bool | Mapping[str, str]


def section_yaml(name: str, tag: str, cards: Iterable[Mapping[str, Value]], more: str = "") -> str:
    """A section file, with `more` lines before its cards, whose keys are written in the order in which they come."""
    items = "\n".join(map(_card, cards))
    return f"{_SCHEMA}section: {yaml_text(name, '  ')}\ntag: {yaml_text(tag, '  ')}\n{more}cards:\n{items}"


def _card(values: Mapping[str, Value]) -> str:
    lines = "".join(f"    {key}:{_value(value)}\n" for key, value in values.items())
    return f"  - {lines[4:]}"


def _value(value: Value) -> str:
    """What follows a key's colon."""
    if isinstance(value, bool):
        return f" {yaml_scalar(value)}"
    if isinstance(value, str):
        return f" {_text(value, '      ')}"
    if isinstance(value, Mapping):
        return "".join(f"\n      {yaml_text(name, '')}: {_text(text, '        ')}" for name, text in value.items())
    is_short = sum(map(len, value)) < _SHORT and not any(set(each) & set(",[]{}\n<") for each in value)
    if is_short:
        return f" [{', '.join(yaml_word(each) if ' ' not in each else yaml_text(each, '') for each in value)}]"
    return "".join(f"\n      - {_text(each, '        ')}" for each in value)


def _text(text: str, indent: str) -> str:
    if isinstance(text, Html):
        return f"{HTML_TAG} |\n" + "\n".join(f"{indent}{line}".rstrip() for line in text.strip().split("\n"))
    return yaml_text(text, indent) if text == text.strip() else yaml_scalar(text)
