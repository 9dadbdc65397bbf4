"""Which templates of a note type make a card: those whose front shows a field that isn't empty.

An import makes no cards, so the package must hold those that Anki would make (tests/test_own_types.py asks it).
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from typing import NamedTuple

from studydeck.patterns import pattern

#: What templates may name besides fields.
SPECIAL = frozenset({"FrontSide", "Tags", "Type", "Deck", "Subdeck", "Card", "CardFlag", "CardID"})
_COMMENT = pattern(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_OLD_BRACES = "{{=<% %>=}}"
_TAG = pattern(r"\{\{(.*?)\}\}", re.DOTALL)
_CLOZE_NUMBER = pattern(r"c\d+")
_DEEPEST = 50


class Part(NamedTuple):
    """A part of a template: a field with its filters, or what is shown if a field is filled or, `negated`, empty."""

    field: str
    filters: tuple[str, ...] = ()
    inner: tuple[Part, ...] | None = None
    negated: bool = False


def parse_template(template: str) -> tuple[Part, ...]:
    """The fields and conditions in a template. Raises ValueError with a sentence if Anki can't read it."""
    if template.startswith(_OLD_BRACES):
        template = template[len(_OLD_BRACES) :].replace("<%", "{{").replace("%>", "}}")
    opened: list[tuple[str, bool, list[Part]]] = [("", False, [])]
    html = _COMMENT.sub("", template)
    for tag in _TAG.finditer(html, 0, html.rfind("}}") + 2):  # after it, every '{{' would search up to the end
        said = tag[1].strip().removeprefix("{").strip()
        name = said[1:].strip()
        if said[:1] in ("#", "^"):
            if len(opened) > _DEEPEST:
                raise ValueError(f"its conditions are nested more than {_DEEPEST} levels deep")
            opened.append((name, said[0] == "^", []))
        elif said[:1] == "/":
            field, negated, inner = opened.pop()
            if field != name or not opened:
                raise ValueError(f"'{{{{/{name}}}}}' closes no '{{{{#{name}}}}}'")
            opened[-1][2].append(Part(field, (), tuple(inner), negated))
        else:
            *filters, field = said.split(":")
            opened[-1][2].append(Part(field.strip(), tuple(each.strip() for each in filters)))
    if len(opened) > 1:
        raise ValueError(f"'{{{{#{opened[-1][0]}}}}}' is never closed")
    return tuple(opened[0][2])


def is_shown(parts: tuple[Part, ...], filled: Container[str]) -> bool:
    """Whether a front shows anything, and so makes a card, if these fields are `filled`: its own words don't count."""
    return any(
        (part.field in filled)
        if part.inner is None
        else (part.field in filled) != part.negated and is_shown(part.inner, filled)
        for part in parts
    )


def named_in(parts: tuple[Part, ...]) -> Iterator[Part]:
    """All parts, the inner ones too, that name a field of the note type."""
    for part in parts:
        if part.field not in SPECIAL and not (part.inner is not None and _CLOZE_NUMBER.fullmatch(part.field)):
            yield part
        yield from named_in(part.inner or ())
