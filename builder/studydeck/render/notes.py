"""Card to Note: its fields in the order of the note type (note_types.py), its tags and its cards."""

from __future__ import annotations

import html as html_entities
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from studydeck.kinds import KINDS
from studydeck.model import Card, Deck, Identity, Kind, Note, Section, Text, takes
from studydeck.text import to_cloze_html, to_html, without_commands
from studydeck.text.locator import read_locator
from studydeck.timings import lazy_stage


class _Frame(NamedTuple):
    """What a section's notes share: its name as HTML, its tags in Anki, its own tag, the deck of its cards."""

    name: str
    tags: tuple[str, ...]
    tag: str
    deck: str


@lazy_stage("render")
def render_notes(
    deck: Deck, identities: Sequence[Identity | None], files: Mapping[str, str], order: Iterable[int] | None = None
) -> Iterator[Note]:
    """The deck's notes, one by one in study order, or in `order`: their cards' indexes in study order, from 0.

    `files` maps media as the author names them to their names in Anki. Cards without an identity are left out.
    """
    cards = [card for section in deck.sections for card in section.cards]
    frames = [each for section in deck.sections for each in [_frame(deck, section)] * len(section.cards)]
    retired = (f"{deck.tag}::retired",)
    renderers = {kind.key: _Renderer(kind, files) for kind in KINDS.values()}
    for place in range(len(cards)) if order is None else order:
        card, frame, identity = cards[place], frames[place], identities[place]
        if identity is None:
            continue
        tags = retired if card.retired else frame.tags
        if card.tags and not card.retired:
            tags = tuple(dict.fromkeys((*tags, *card.tags)))
        kind = card.kind
        fields = renderers[kind.key].fields(card, frame.name, identity.id)
        yield Note(card, identity, kind.key, fields, tags, kind.cards(card, fields), frame.tag, frame.deck)


def _frame(deck: Deck, section: Section) -> _Frame:
    name = without_commands(html_entities.escape(section.name, quote=False))
    return _Frame(name, (f"{deck.tag}::{section.tag}",), section.tag, anki_deck(deck, section))


def anki_deck(deck: Deck, section: Section) -> str:
    """The name of the deck in Anki that a section's new cards go to."""
    return f"{deck.title}::{section.name}" if deck.subdecks else str(deck.title)


def anki_decks(deck: Deck) -> list[str]:
    """The names of the decks in Anki that have notes, in study order."""
    return list(dict.fromkeys(anki_deck(deck, section) for section in deck.sections if section.cards))


class _Renderer:
    """Renders the fields of cards of one kind. `files` maps media as the author names them to their names in Anki."""

    def __init__(self, kind: Kind, files: Mapping[str, str]) -> None:
        self.files = files
        self.empty = [""] * len(kind.fields)
        self.section, self.id = kind.fields.index("Section"), kind.fields.index("Id")
        #: The index of the field that each key fills, and the function that makes HTML of its value.
        self.fills = {
            name: (kind.fields.index(key.field), _HTML[key.takes])
            for name, key in kind.keys.items()
            if key.field and key.takes in _HTML
        }

    def fields(self, card: Card, section: str, note_id: str) -> tuple[str, ...]:
        fields = self.empty.copy()
        fields[self.section], fields[self.id] = section, html_entities.escape(note_id)  # a stranger's lock may have any
        for name, value in card.values.items():
            if name in self.fills:
                at, html = self.fills[name]
                fields[at] = html(value, card, self.files)
        return tuple(fields)


def _markdown(text: Text, card: Card, files: Mapping[str, str]) -> str:
    return _in_language(to_html(text, files), card)


def _with_gaps(text: Text, card: Card, files: Mapping[str, str]) -> str:
    return _in_language(to_cloze_html(text, files), card)


def _markdown_or_list(value: Text | tuple[Text, ...], card: Card, files: Mapping[str, str]) -> str:
    if not isinstance(value, tuple):
        return _markdown(value, card, files)
    return _in_language(f"<ul>{''.join(f'<li>{to_html(item, files)}</li>' for item in value)}</ul>", card)


def _flag(value: bool, card: Card, files: Mapping[str, str]) -> str:
    return "1" if value else ""


def _in_language(html: str, card: Card) -> str:
    """`html` marked with the card's own language. The deck's is in the template, so that fields stay short."""
    language = card.values.get("language")
    if language is None or not html:
        return html
    return f'<div lang="{html_entities.escape(language)}" dir="auto">{html}</div>'


def _locators(locators: tuple[Text, ...], card: Card, files: Mapping[str, str]) -> str:
    """Locators as learners see them, in any language: `p2s1-3` is shown as ¶2.1–3."""
    shown = []
    for locator in locators:
        place = read_locator(locator)
        assert place, locator
        run = f"–{place.last}" if place.last else ""
        sentences = f".{place.first}{run}" if place.first else ""
        section = f"{place.section} " if place.section else ""
        shown.append(f"{section}¶{place.paragraph}{sentences}")
    return without_commands(html_entities.escape(", ".join(shown), quote=False))


_HTML: Mapping[str, Callable[[Any, Card, Mapping[str, str]], str]] = {
    takes.MARKDOWN: _markdown,
    takes.MARKDOWN_OR_LIST: _markdown_or_list,
    takes.GAPS: _with_gaps,
    takes.FLAG: _flag,
    takes.LOCATORS: _locators,
}
