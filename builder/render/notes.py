"""Card to Note: the fields in the note types' order (note_types.py), the tags, the cards that the note has."""

from __future__ import annotations

import html as html_entities
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from builder.model import Card, Deck, Identity, Note, Section, Text
from builder.text import read_clozes, to_cloze_html, to_html, without_commands

_SPARES = ("", "", "")
_LOCATOR = re.compile(r"(?:(?P<section>.+)/)?p(?P<paragraph>\d+)(?:s(?P<sentences>[\d-]+))?")


class _Frame(NamedTuple):
    """What all notes of a section share: its name as HTML, its tag in Anki, its own tag, the deck of its cards."""

    name: str
    tags: tuple[str, ...]
    tag: str
    deck: str


def render_notes(
    deck: Deck, identities: Sequence[Identity | None], files: Mapping[str, str], order: Iterable[int] | None = None
) -> Iterator[Note]:
    """The deck's notes, one after the other in the `order` of their cards' places in study order, from 0; or in that.

    `files` maps media as the author names them to their names in Anki. Cards without an identity are left out.
    """
    cards = [card for section in deck.sections for card in section.cards]
    frames = [each for section in deck.sections for each in [_frame(deck, section)] * len(section.cards)]
    retired = (f"{deck.tag}::retired",)
    for place in range(len(cards)) if order is None else order:
        card, frame, identity = cards[place], frames[place], identities[place]
        if identity is None:
            continue
        tags = retired if card.retired else frame.tags
        if card.tags and not card.retired:
            tags = tuple(dict.fromkeys((*tags, *card.tags)))
        kind, fields, ords = (_question if card.cloze is None else _cloze)(card, frame.name, identity, files)
        yield Note(card, identity, kind, fields, tags, ords, frame.tag, frame.deck)


def _frame(deck: Deck, section: Section) -> _Frame:
    name = without_commands(html_entities.escape(section.name, quote=False))
    return _Frame(name, (f"{deck.tag}::{section.tag}",), section.tag, anki_deck(deck, section))


def anki_deck(deck: Deck, section: Section) -> str:
    """The name of the deck in Anki that a section's new cards go to."""
    return f"{deck.title}::{section.name}" if deck.subdecks else str(deck.title)


def anki_decks(deck: Deck) -> list[str]:
    """The names of the decks in Anki that have notes, in study order."""
    return list(dict.fromkeys(anki_deck(deck, section) for section in deck.sections if section.cards))


def _question(
    card: Card, section: str, identity: Identity, files: Mapping[str, str]
) -> tuple[str, tuple[str, ...], tuple[int, ...]]:
    answer = card.answer
    if isinstance(answer, tuple):
        answer_html = f"<ul>{''.join(f'<li>{to_html(item, files)}</li>' for item in answer)}</ul>"
    else:
        answer_html = to_html(answer or "", files)
    question_html = to_html(card.asks, files)
    if card.language is not None:
        question_html, answer_html = _in_language(question_html, card), _in_language(answer_html, card)
    reverse, typed = "1" if card.reverse else "", "1" if card.typed else ""
    name = html_entities.escape(identity.id)  # a stranger's lock may hold any
    fields = (question_html, answer_html, *_around(card, files), section, reverse, typed, name, *_SPARES)
    return "qa", fields, ((0, 1) if card.reverse else (0,))


def _cloze(
    card: Card, section: str, identity: Identity, files: Mapping[str, str]
) -> tuple[str, tuple[str, ...], tuple[int, ...]]:
    text = to_cloze_html(card.asks, files)
    ords = tuple(sorted(number - 1 for number in read_clozes(text).numbers))
    name = html_entities.escape(identity.id)
    return "cloze", (_in_language(text, card), *_around(card, files), section, name, *_SPARES), ords


def _around(card: Card, files: Mapping[str, str]) -> tuple[str, str, str]:
    """Hint, Details and Source: the fields that both note types have."""
    if not (card.hint or card.details or card.source):
        return _SPARES
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
    return without_commands(html_entities.escape(", ".join(shown), quote=False))
