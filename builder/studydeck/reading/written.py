"""Cards and sections as YAML, as an author would write them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from studydeck.model.words import Html
from studydeck.reading.nodes import HTML_TAG
from studydeck.text.scalar import yaml_scalar, yaml_text, yaml_word

_SHORT = 60  # characters of a list in one line
_SCHEMA = "# yaml-language-server: $schema=.schema/section.json\n"

Part = Mapping[str, object]
Value = str | tuple[str, ...] | tuple[Part, ...] | bool | Mapping[str, str]


def section_yaml(name: str, tag: str, cards: Iterable[Mapping[str, Value]]) -> str:
    """A section file; the keys of each card are written in the order in which they come."""
    items = "\n".join(map(_card, cards))
    return f"{_SCHEMA}section: {yaml_text(name, '  ')}\ntag: {yaml_text(tag, '  ')}\ncards:\n{items}"


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
    if any(isinstance(each, Mapping) for each in value):
        return "".join(f"\n      - {flow(each)}" for each in value if isinstance(each, Mapping))
    value = tuple(each for each in value if isinstance(each, str))
    is_short = sum(map(len, value)) < _SHORT and not any(set(each) & set(",[]{}\n<") for each in value)
    if is_short:
        return f" [{', '.join(yaml_word(each) if ' ' not in each else yaml_text(each, '') for each in value)}]"
    return "".join(f"\n      - {_text(each, '        ')}" for each in value)


def flow(part: Mapping[str, object]) -> str:
    """A mapping of texts and lists of numbers in one line of YAML: `{id: aorta, name: Aorta, at: [41, 8, 12, 9]}`."""
    values = {
        name: f"[{', '.join(f'{number:g}' for number in value)}]" if isinstance(value, tuple) else yaml_word(str(value))
        for name, value in part.items()
    }
    return f"{{{', '.join(f'{name}: {value}' for name, value in values.items())}}}"


def _text(text: str, indent: str) -> str:
    if isinstance(text, Html):
        return f"{HTML_TAG} |\n" + "\n".join(f"{indent}{line}".rstrip() for line in text.strip().split("\n"))
    return yaml_text(text, indent) if text == text.strip() else yaml_scalar(text)
