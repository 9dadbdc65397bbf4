"""Card to Note: the fields in the note types' order (note_types.py), the tags, the cards that the note has."""

from __future__ import annotations

import html as html_entities
import re
from collections.abc import Mapping, Sequence

from builder.model import Card, Deck, Identity, Note, Section, Text
from builder.text import read_clozes, to_cloze_html, to_html

_SPARES = ("", "", "")
_LOCATOR = re.compile(r"(?:(?P<section>.+)/)?p(?P<paragraph>\d+)(?:s(?P<sentences>[\d-]+))?")


def render_notes(deck: Deck, identities: Sequence[Identity | None], files: Mapping[str, str]) -> list[Note]:
    """The deck's notes in study order; cards without an identity are left out.

    `files` maps media as the author names them to their names in Anki.
    """
    notes = []
    given = iter(identities)
    for section in deck.sections:
        section_tag = f"{deck.tag}::{section.tag}"
        section_name = html_entities.escape(section.name, quote=False)
        deck_name = anki_deck(deck, section)
        for card in section.cards:
            identity = next(given)
            if identity is None:
                continue
            if card.retired:
                tags: tuple[str, ...] = (f"{deck.tag}::retired",)
            else:
                tags = tuple(dict.fromkeys((section_tag, *card.tags))) if card.tags else (section_tag,)
            kind, fields, ords = (_question if card.cloze is None else _cloze)(card, section_name, identity, files)
            notes.append(Note(card, identity, kind, fields, tags, ords, section.tag, deck_name))
    return notes


def anki_deck(deck: Deck, section: Section) -> str:
    """The name of the deck in Anki that a section's new cards go to."""
    return f"{deck.title}::{section.name}" if deck.subdecks else str(deck.title)


def _question(
    card: Card, section: str, identity: Identity, files: Mapping[str, str]
) -> tuple[str, tuple[str, ...], tuple[int, ...]]:
    answer = card.answer
    if isinstance(answer, tuple):
        answer_html = f"<ul>{''.join(f'<li>{to_html(item, files)}</li>' for item in answer)}</ul>"
    else:
        answer_html = to_html(answer or "", files)
    fields = (
        _in_language(to_html(card.asks, files), card),
        _in_language(answer_html, card),
        *_around(card, files),
        section,
        "1" if card.reverse else "",
        "1" if card.typed else "",
        identity.id,
        *_SPARES,
    )
    return "qa", fields, ((0, 1) if card.reverse else (0,))


def _cloze(
    card: Card, section: str, identity: Identity, files: Mapping[str, str]
) -> tuple[str, tuple[str, ...], tuple[int, ...]]:
    text = to_cloze_html(card.asks, files)
    ords = tuple(sorted(number - 1 for number in read_clozes(text).numbers))
    return "cloze", (_in_language(text, card), *_around(card, files), section, identity.id, *_SPARES), ords


def _around(card: Card, files: Mapping[str, str]) -> tuple[str, str, str]:
    """Hint, Details and Source: the fields that both note types have."""
    hint = _in_language(to_html(card.hint, files), card) if card.hint else ""
    details = _in_language(to_html(card.details, files), card) if card.details else ""
    return hint, details, _source(card.source) if card.source else ""


def _in_language(html: str, card: Card) -> str:
    """`html` marked with the card's own language. The deck's stands in the template, so that fields stay clean."""
    if card.language is None or not html:
        return html
    return f'<div lang="{html_entities.escape(card.language)}" dir="auto">{html}</div>'


def _source(locators: tuple[Text, ...]) -> str:
    """Locators for a learner's eye, in any language: `p2s1-3` is shown as ¶2.1–3."""
    shown = []
    for locator in locators:
        place = _LOCATOR.fullmatch(locator)
        assert place, locator
        sentences = f".{place['sentences'].replace('-', '–')}" if place["sentences"] else ""
        section = f"{place['section']} " if place["section"] else ""
        shown.append(f"{section}¶{place['paragraph']}{sentences}")
    return html_entities.escape(", ".join(shown), quote=False)
