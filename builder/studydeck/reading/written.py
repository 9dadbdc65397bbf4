"""Cards and sections as YAML, as an author would write them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from studydeck.model.words import Html
from studydeck.reading.nodes import HTML_TAG
from studydeck.text.scalar import yaml_scalar, yaml_text, yaml_word

_SHORT = 60  # characters of a list in one line
_SCHEMA = "# yaml-language-server: $schema=.schema/section.json\n"
COMMENT = "# "

Value = str | tuple[str, ...] | bool | Mapping[str, str]
Part = Mapping[str, object]
#: What an imported card may have, too: the parts of a picture.
AnyValue = Value | tuple[Part, ...]


def section_yaml(name: str, tag: str, cards: Iterable[Mapping[str, AnyValue]], more: str = "") -> str:
    """A section file, with `more` lines before its cards, whose keys are written in the order in which they come."""
    items = "\n".join(textwrap.indent(card_yaml(each), "  ") for each in cards)
    return f"{_SCHEMA}section: {yaml_text(name, '  ')}\ntag: {yaml_text(tag, '  ')}\n{more}cards:\n{items}"


def with_comments(section: str, wrong: Mapping[int, Sequence[str]]) -> str:
    """A text of `section_yaml` whose cards are comments where these lines of it, from 1, are `wrong`, and say how.

    Every line stays where it is, and its `#` is all that has to go. Lines before the first card make no difference.
    """
    lines = section.split("\n")
    cards = [number for number, line in enumerate(lines) if line.startswith("  - ")]
    for start, end in pairwise([*cards, len(lines)]):
        if said := [why for number in range(start, end) for why in wrong.get(number + 1, ())]:
            lines[start] += f"  # {'. '.join(dict.fromkeys(said))}"
            lines[start:end] = [line and f"  {COMMENT}{line[2:]}" for line in lines[start:end]]
    return "\n".join(lines)


def card_yaml(values: Mapping[str, AnyValue]) -> str:
    """A card as an item of a list; its keys are written in the order in which they come."""
    lines = "".join(f"  {key}:{value_yaml(value, '  ')}\n" for key, value in values.items())
    return f"- {lines[2:]}"


def value_yaml(value: AnyValue, indent: str) -> str:
    """What follows a key's colon, in a mapping whose keys have this indentation."""
    inner = f"{indent}  "
    if isinstance(value, bool):
        return f" {yaml_scalar(value)}"
    if isinstance(value, str):
        return f" {_text(value, inner)}"
    if isinstance(value, Mapping):
        return "".join(f"\n{inner}{yaml_text(name, '')}: {_text(text, f'{inner}  ')}" for name, text in value.items())
    if any(isinstance(each, Mapping) for each in value):
        return "".join(f"\n{inner}- {flow(each)}" for each in value if isinstance(each, Mapping))
    value = tuple(each for each in value if isinstance(each, str))
    is_short = sum(map(len, value)) < _SHORT and not any(set(each) & set(",[]{}\n<") for each in value)
    if is_short:
        return f" [{', '.join(yaml_word(each) if ' ' not in each else yaml_text(each, '') for each in value)}]"
    return "".join(f"\n{inner}- {_text(each, f'{inner}  ')}" for each in value)


def flow(part: Mapping[str, object]) -> str:
    """A mapping of texts and lists of numbers in one line of YAML: `{id: aorta, name: Aorta, at: [41, 8, 12, 9]}`."""
    return f"{{{', '.join(f'{name}: {flow_value(value)}' for name, value in part.items())}}}"


def flow_value(value: object) -> str:
    """A text or a list of numbers in one line of YAML."""
    return f"[{', '.join(f'{number:g}' for number in value)}]" if isinstance(value, tuple) else yaml_word(str(value))


def _text(text: str, indent: str) -> str:
    if isinstance(text, Html):
        return f"{HTML_TAG} |\n" + "\n".join(f"{indent}{line}".rstrip() for line in text.strip().split("\n"))
    return yaml_text(text, indent) if text == text.strip() else yaml_scalar(text)
