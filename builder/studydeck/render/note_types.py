"""The note types of a deck, one for each kind: their fields, templates and style.

They are frozen: adding, removing or reordering a field or template would make every learner's notes conflict, so each
type has spare ones to be filled later. tests/test_frozen.py has the list; changing it is a release event. Fields have
ids, so that spare ones can be renamed. Templates have the names that Anki gives them and no ids: if a learner merges
another note type into ours, Anki moves its cards to our templates by name (tests/test_merged_types.py).
"""

from __future__ import annotations

import html as html_entities
from collections.abc import Mapping
from pathlib import Path

from studydeck.kinds import kind_by_key
from studydeck.model import Deck, Field, Kind, Material, NoteType, Template, takes
from studydeck.model.kinds import SPARES
from studydeck.text import without_commands
from studydeck.text.languages import usual_direction

_STYLE = Path(__file__).parent / "assets" / "card.css"


def note_types(deck: Deck, ids: Mapping[str, int]) -> list[NoteType]:
    """The note types that the deck ships; `ids` are Anki's numbers for them, by their kinds' keys."""
    css = _STYLE.read_text("utf-8").strip()
    if deck.style:
        css += f"\n\n/* style.css of the deck */\n{deck.style.strip()}"
    kinds = [kind_by_key(key, deck) for key in ids]
    return [kind.note_type or _note_type(kind, deck, ids[kind.key], css) for kind in kinds]


def _note_type(kind: Kind, deck: Deck, number: int, css: str) -> NoteType:
    #: Fields that learners have no reason to edit are collapsed in Anki's editor.
    collapsed = {"Section", "Id", *SPARES, *_marks(kind), *(key.aloud_field for key in kind.keys.values())}
    return NoteType(
        key=kind.key,
        id=number,
        name=f"{deck.title} {kind.title}",
        fields=tuple(Field(name, number + 1 + n, name in collapsed) for n, name in enumerate(kind.fields)),
        templates=tuple(
            Template(each.name, 0, _filled(each.front, deck), _filled(each.back, deck)) for each in kind.templates
        ),
        css=css,
        gaps=kind.has_clozes,
        masks=kind.masks,
    )


def _marks(kind: Kind) -> list[str]:
    """The fields that only say whether a card has something."""
    return [key.field if key.takes == takes.FLAG else key.mark for key in kind.keys.values()]


def _filled(template: str | Path, deck: Deck) -> str:
    """The template with the deck's languages and material filled in: `dir="auto" data-language` is one for both."""
    text = template if isinstance(template, str) else template.read_text("utf-8").strip()
    for name, language in (("language", deck.language), ("answer-language", deck.languages.of_answers)):
        said = f' lang="{_escaped(language)}"' if language else ""
        text = text.replace(f'dir="auto" data-{name}', f'dir="{usual_direction(language)}"{said}')
    return text.replace("<!-- source -->", _source(deck.material))


def _source(material: Material) -> str:
    """The Source field as a link to the material, or as what shows the material's title at a tap."""
    title = _escaped(material.title)
    if material.url:
        named = f' title="{title}"' if title else ""
        return f'<a href="{_escaped(material.url.replace("{", "%7B"))}"{named}>{{{{Source}}}}</a>'
    if title:
        return f'<details><summary class="tappable">{{{{Source}}}}</summary>{title}</details>'
    return "{{Source}}"


def _escaped(text: str) -> str:
    """`text` as HTML in which an author's braces and brackets name no field and no sound of the template."""
    return without_commands(html_entities.escape(text).replace("{", "&#123;"))
