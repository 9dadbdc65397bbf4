"""The two note types, frozen for ever: their fields, templates and style.

A field or template added, removed or reordered makes every learner's note conflict, so both types carry
spares to be named and filled later. tests/test_frozen.py holds the list; changing it is a release event.
"""

from __future__ import annotations

import html as html_entities
from collections.abc import Mapping
from pathlib import Path

from builder.model import Deck, Field, NoteType, Template
from builder.text import without_commands

QA_FIELDS = ("Question", "Answer", "Hint", "Details", "Source", "Section", "Reverse", "Typed", "Id")
CLOZE_FIELDS = ("Text", "Hint", "Details", "Source", "Section", "Id")
_SPARES = ("Spare 1", "Spare 2", "Spare 3")
_ASSETS = Path(__file__).parent / "assets"
#: Fields that a learner has no reason to edit are folded away in Anki's editor.
_COLLAPSED = {"Section", "Reverse", "Typed", "Id", *_SPARES}
#: A front that no content can fill: Anki makes no card of it (tests/test_anki_import.py, "the spare template").
_NEVER = "{{#Id}}{{^Id}}{{Id}}{{/Id}}{{/Id}}"


def note_types(deck: Deck, ids: Mapping[str, int]) -> tuple[NoteType, NoteType]:
    """The deck's note types; `ids` are Anki's numbers for `qa` and `cloze`."""
    css = _asset("card.css") + (f"\n\n/* style.css of the deck */\n{deck.style.strip()}" if deck.style else "")
    return (
        NoteType(
            key="qa",
            id=ids["qa"],
            name=f"{deck.title} Q&A",
            fields=_fields(QA_FIELDS, ids["qa"]),
            templates=_templates(
                ids["qa"],
                ("Question → answer", _filled("question.html", deck), _filled("question-answer.html", deck)),
                ("Answer → question", _filled("reverse.html", deck), _filled("reverse-answer.html", deck)),
                ("Spare", _NEVER, _NEVER),
            ),
            css=css,
        ),
        NoteType(
            key="cloze",
            id=ids["cloze"],
            name=f"{deck.title} Cloze",
            fields=_fields(CLOZE_FIELDS, ids["cloze"]),
            templates=_templates(
                ids["cloze"], ("Cloze", _filled("cloze.html", deck), _filled("cloze-answer.html", deck))
            ),
            css=css,
        ),
    )


def _fields(names: tuple[str, ...], type_id: int) -> tuple[Field, ...]:
    return tuple(Field(name, type_id + 1 + n, name in _COLLAPSED) for n, name in enumerate((*names, *_SPARES)))


def _templates(type_id: int, *templates: tuple[str, str, str]) -> tuple[Template, ...]:
    return tuple(Template(name, type_id + 101 + n, front, back) for n, (name, front, back) in enumerate(templates))


def _filled(name: str, deck: Deck) -> str:
    """The template in `assets/name`, with the deck's language and material written into it."""
    language = f' lang="{_escaped(deck.language)}"' if deck.language else ""
    title = _escaped(deck.material.title)
    if deck.material.url:
        url = _escaped(deck.material.url.replace("{", "%7B"))
        title = f'<a href="{url}">{title or url}</a>'
    return _asset(name).replace(" data-language", language).replace("<!-- material -->", title)


def _escaped(text: str) -> str:
    """HTML that names no field and no sound: braces of an author's are none of the template's."""
    return without_commands(html_entities.escape(text).replace("{", "&#123;"))


def _asset(name: str) -> str:
    return (_ASSETS / name).read_text("utf-8").strip()
