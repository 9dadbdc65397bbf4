"""A note's fields back to the values of its card's keys: what notes.py makes of them, the other way round."""

from __future__ import annotations

import html as html_entities
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from studydeck.model import Html, Key, Text, takes
from studydeck.patterns import pattern
from studydeck.text import field_html, same_ends
from studydeck.text.clean import cleaned, without_speech
from studydeck.text.from_html import seen_in, to_markdown
from studydeck.text.locator import read_locator

#: A text, or an HTML text; several; a flag.
KeyValue = str | tuple[str, ...] | bool
_LIST = pattern(r"\s*<ul(?:\s[^<>]*)?>(.*)</ul>\s*", re.DOTALL)
_NEXT_ITEM = pattern(r"(?:\A|</li>)\s*<li(?:\s[^<>]*)?>")
#: What notes.py puts around a text whose language or direction isn't the template's.
_DRESS = pattern(r"(<(div|span)(?: lang=\"[^\"<>]*\")? dir=\"(?:rtl|ltr|auto)\">)(.*)</\2>", re.DOTALL)
_SEEN_LOCATOR = pattern(r"(?:(.*) )?¶(\d+)(?:\.(\d+)(?:–(\d+))?)?", re.DOTALL)
_MAY_BE_HTML = (*takes.ANY_TEXT, takes.FLAG_OR_MARKDOWN)


class NotWritableError(ValueError):
    """A field has something that its key can't; the message is the rest of a sentence about the field."""


class Filled(NamedTuple):
    """A field of a note: its HTML, whether its key's mark is set, the card's present value, and of what language it is.

    `files` maps the field's pictures and sounds to their names in the deck's media folder. `rendered` is the HTML
    of the present value, and `css` the style of the deck's own note type.
    """

    html: str
    is_marked: bool
    present: Any
    language: str = ""
    files: Mapping[str, str] = {}
    rendered: str = ""
    css: str = ""


def value_in(key: Key, field: Filled) -> KeyValue | None:
    """The value of a key that fills its field as this one is filled; None without the key.

    Raises NotWritableError.
    """
    dressed = _DRESS.fullmatch(field.html)
    if dressed and field.rendered.startswith(dressed[1]):
        field = field._replace(html=dressed[3])
    return _VALUES[key.takes](key, field._replace(html=field.html.strip()))


def fills_a_field(key: Key) -> bool:
    """Whether the key's value is in a field, as texts, flags and places are."""
    return bool(key.field) and key.takes in _VALUES


def _text(key: Key, field: Filled) -> str | None:
    """A text as Markdown, or as HTML where Markdown would lose something, or where it is HTML now."""
    kept = cleaned(without_speech(field.html))
    markdown, lost = to_markdown(field.html, field.files, language=field.language, css=field.css)
    if lost:
        markdown, lost = to_markdown(kept, field.files, language=field.language, css=field.css)
    if not lost and type(field.present) is not Html:
        return _in_the_authors_spelling(key, field, markdown.strip()) or None
    if key.takes not in _MAY_BE_HTML:
        raise NotWritableError(f"has {' and '.join(lost)}, which it can't have in the YAML")
    return Html(_renamed(kept, field.files).strip()) if markdown.strip() else None


def _in_the_authors_spelling(key: Key, field: Filled, markdown: str) -> str:
    """`markdown` with the lines before and after what changed as their author wrote them, if it then shows the same."""
    if "\n" not in markdown or not isinstance(field.present, str) or not field.rendered:
        return markdown
    written, new = field.present.strip().split("\n"), markdown.split("\n")
    ours = to_markdown(field.rendered, field.files, language=field.language).markdown.strip().split("\n")
    if len(ours) != len(written):
        return markdown
    first, last = same_ends(ours, new)
    kept = "\n".join([*written[:first], *new[first : len(new) - last], *written[len(written) - last :]])
    names = {written: name for name, written in field.files.items()}
    html = field_html(Text(kept), names, field.language, with_gaps=key.takes == takes.GAPS)
    return kept if seen_in(html) == seen_in(field.html) else markdown


def _renamed(html: str, files: Mapping[str, str]) -> str:
    for old, new in files.items():
        if old != new:
            html = html.replace(f'src="{old}"', f'src="{new}"').replace(f"[sound:{old}]", f"[sound:{new}]")
    return html


def _text_or_list(key: Key, field: Filled) -> KeyValue | None:
    found = _LIST.fullmatch(field.html) if isinstance(field.present, tuple) else None
    items = _NEXT_ITEM.split(found[1].strip().removesuffix("</li>"))[1:] if found else []
    if not items or any("<li" in each or "<ul" in each for each in items):
        return _text(key, field._replace(present=None if isinstance(field.present, tuple) else field.present))
    before = {str(each): each for each in field.present}
    texts = (_text(key, field._replace(html=each, present=None)) for each in items)
    return tuple(before.get(each, each) for each in texts if each)


def _flag_or_text(key: Key, field: Filled) -> KeyValue | None:
    if not field.is_marked:
        return None
    return _text(key, field) or True


def _flag_or_list(key: Key, field: Filled) -> KeyValue | None:
    if not field.is_marked:
        return None
    parts = (_text(key, field._replace(html=each, present=None)) for each in field.html.split(" · "))
    return tuple(each for each in parts if each) or True


def _locators(key: Key, field: Filled) -> KeyValue | None:
    found = []
    for part in filter(None, html_entities.unescape(field.html).split(", ")):
        place = _SEEN_LOCATOR.fullmatch(part.strip())
        section, paragraph, first, last = place.groups() if place else ("", "", "", "")
        run = f"-{last}" if last else ""
        written = f"{section}/" if section else ""
        written += f"p{paragraph}" + (f"s{first}{run}" if first else "")
        if place is None or read_locator(written) is None:
            raise NotWritableError("isn't a place in the material, such as ¶2.1")
        found.append(written)
    return tuple(found) or None


def _flag(key: Key, field: Filled) -> KeyValue | None:
    return True if field.html else None


_VALUES: Mapping[str, Callable[[Key, Filled], KeyValue | None]] = {
    takes.MARKDOWN: _text,
    takes.MARKDOWN_OR_LIST: _text_or_list,
    takes.GAPS: _text,
    takes.FLAG: _flag,
    takes.FLAG_OR_MARKDOWN: _flag_or_text,
    takes.FLAG_OR_LIST: _flag_or_list,
    takes.LOCATORS: _locators,
}
