"""Card to Note: its fields in the order of the note type (note_types.py), its tags and its cards."""

from __future__ import annotations

import html as html_entities
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from studydeck.kinds.question import LIST
from studydeck.model import RETIRED, Card, Deck, Identity, Item, Kind, Languages, Note, Section, Text, takes
from studydeck.model.kinds import Drawing, Size
from studydeck.text import field_html, to_html, with_occlusions, without_commands
from studydeck.text.languages import direction, runs_right_to_left, usual_direction
from studydeck.text.locator import read_locator
from studydeck.text.media import SPOKEN
from studydeck.timings import lazy_stage

#: The gap in a list that is asked item by item, as Anki shows one.
_GAP = '<span class="cloze">[...]</span>'


class _Frame(NamedTuple):
    """What a section's notes share: name as HTML, tags in Anki, its own tag, deck, languages, what is read aloud."""

    name: str
    tags: tuple[str, ...]
    tag: str
    deck: str
    languages: Languages
    speak: str


@lazy_stage("render")
def render_notes(
    deck: Deck,
    identities: Sequence[Identity | None],
    files: Mapping[str, str],
    order: Iterable[int] | None = None,
    sizes: Mapping[str, Size | None] = {},
) -> Iterator[Note]:
    """The deck's notes, one by one in study order, or in `order`: their cards' indexes in study order, from 0.

    `files` maps media as the author names them to their names in Anki, and `sizes` some of them to their sizes. Cards
    without an identity are left out.
    """
    cards = deck.cards
    frames = [each for section in deck.sections for each in [_frame(deck, section)] * len(section.cards)]
    retired = (f"{deck.tag}{RETIRED}",)
    renderers: dict[str, _Renderer] = {}
    for place in range(len(cards)) if order is None else order:
        card, frame, identity = cards[place], frames[place], identities[place]
        if identity is None:
            continue
        tags = frame.tags
        if card.retired:
            tags = retired
        elif card.tags:
            tags = tuple(dict.fromkeys((*tags, *card.tags)))
        kind = card.kind
        renderer = renderers.get(kind.key) or renderers.setdefault(
            kind.key, _Renderer(kind, files, deck.languages, sizes)
        )
        fields = renderer.fields(card, frame, identity)
        yield Note(card, identity, kind.key, fields, tags, kind.cards(card, fields), frame.tag, frame.deck)


def _frame(deck: Deck, section: Section) -> _Frame:
    languages = section.languages.inside(deck.languages)
    name = without_commands(html_entities.escape(section.name, quote=False))
    name = _dressed(name, "span", languages.language, deck.language)
    tags, speak = (f"{deck.tag}::{section.tag}",), section.speak or deck.speak
    return _Frame(name, tags, section.tag, anki_deck(deck, section), languages, speak)


def anki_deck(deck: Deck, section: Section) -> str:
    """The name of the deck in Anki that a section's new cards go to."""
    return f"{deck.title}::{section.name}" if deck.subdecks and section.subdeck else str(deck.title)


def anki_decks(deck: Deck) -> list[str]:
    """The names of the decks in Anki that have notes, in study order."""
    return list(dict.fromkeys(anki_deck(deck, section) for section in deck.sections if section.cards))


class _Filling(NamedTuple):
    """How a key's value fills a field: the numbers of the field and of its mark (0 for none), what makes HTML of it.

    If its language isn't that `of_template`, or runs from right to left, it has to be `dressed`: wrapped in a `tag`.
    """

    field: int
    mark: int
    html: Callable[[Any, Card, Mapping[str, str], str], str]
    tag: str
    language: str
    of_template: str
    dressed: bool


class _Renderer:
    """Renders the fields of cards of one kind, whose templates are in the languages of the `deck`.

    `files` maps media as the author names them to their names in Anki, `sizes` to their sizes.
    """

    def __init__(
        self, kind: Kind, files: Mapping[str, str], deck: Languages, sizes: Mapping[str, Size | None] = {}
    ) -> None:
        self.kind, self.files, self.deck, self.sizes = kind, files, deck, sizes
        self.empty = [""] * len(kind.fields)
        #: The fields for the section and the id, which the deck's own note types don't have.
        self.frame = (kind.fields.index("Section"), kind.fields.index("Id")) if kind.note_type is None else None
        #: For the languages of a card: how it fills the fields, by its keys.
        self.fillings: dict[Languages, dict[str, _Filling]] = {}

    def fields(self, card: Card, frame: _Frame, identity: Identity) -> tuple[str, ...]:
        fields = self.empty.copy()
        if self.frame:
            section, id_field = self.frame
            fields[section] = frame.name
            fields[id_field] = html_entities.escape(identity.id)  # a stranger's lock may have any
        languages = card.languages(frame.languages)
        fillings = self.fillings.get(languages) or self._fillings_in(languages)
        for name, value in card.values.items():
            if name in fillings and value is not False:
                field, mark, make, tag, language, of_template, dressed = fillings[name]
                html = make(value, card, self.files, language)
                fields[field] = _dressed(html, tag, language, of_template) if dressed else html
                if mark:
                    fields[mark] = "1"
        if self.kind.drawn:
            for name, html in self.kind.drawn(card, self._drawing(card, identity, languages)).items():
                fields[self.kind.fields.index(name)] = html
        if frame.speak or "speak" in card.values:
            self._add_sounds(fields, card, frame)
        if card.item is not None:
            fields[self.kind.asks_field] += _around(card.item, self.files, languages.of_answers, self.deck.language)
        return tuple(fields)

    def _drawing(self, card: Card, identity: Identity, languages: Languages) -> Drawing:
        said, of_template = languages.of_answers, self.deck.of_answers

        def name(text: Text) -> str:
            html = to_html(text, self.files, said)
            is_dressed = said != of_template or runs_right_to_left(said)
            return _dressed(html, "span", said, of_template) if is_dressed else html

        return Drawing(self.files.get(card.asks, card.asks), self.sizes.get(card.asks), identity.numbers, name)

    def _add_sounds(self, fields: list[str], card: Card, frame: _Frame) -> None:
        """Adds the sounds of the texts that are read aloud, if they were made, or what has a device read them."""
        from studydeck.render.speech import spoken_texts

        for spoken in spoken_texts(card, frame.languages, frame.speak):
            key = self.kind.keys[spoken.key]
            if spoken.by_device:
                fields[self.kind.fields.index(key.aloud_field)] = spoken.directive
            elif sound := self.files.get(f"{SPOKEN}/{spoken.name}"):
                fields[self.kind.fields.index(key.field)] += f"[sound:{sound}]"

    def _fillings_in(self, languages: Languages) -> dict[str, _Filling]:
        fillings = self.fillings[languages] = {}
        for name, key in self.kind.keys.items():
            if key.field and key.takes in _HTML:
                language, of_template = languages.of(key), self.deck.of(key)
                fillings[name] = _Filling(
                    self.kind.fields.index(key.field),
                    self.kind.fields.index(key.mark) if key.mark else 0,
                    _HTML[key.takes],
                    "span" if key.takes == takes.FLAG_OR_LIST else "div",
                    language,
                    of_template,
                    language != of_template or runs_right_to_left(language),
                )
        return fillings


def _dressed(html: str, tag: str, language: str, of_template: str) -> str:
    """`html` marked with its language and direction where the template has others, so that most fields stay short."""
    if not html:
        return html
    runs = direction(html, language)
    if language != of_template:
        return f'<{tag} lang="{html_entities.escape(language)}" dir="{runs}">{html}</{tag}>'
    return html if runs == usual_direction(language) else f'<{tag} dir="{runs}">{html}</{tag}>'


def _around(item: Item, files: Mapping[str, str], language: str, of_template: str) -> str:
    """What a card shows of the list that it asks for an item of: the gap, and what is around it."""
    lines = [field_html(text, files, language) for text in item.shown]
    lines = [*(["…"] if item.skips else []), *lines, _GAP, *(["…"] if item.goes_on else [])]
    return _dressed(f"{LIST}{''.join(f'<li>{line}</li>' for line in lines)}</ul>", "div", language, of_template)


def _markdown(text: Text, card: Card, files: Mapping[str, str], language: str) -> str:
    return field_html(text, files, language)


def _with_gaps(text: Text, card: Card, files: Mapping[str, str], language: str) -> str:
    html = field_html(text, files, language, with_gaps=True)
    return with_occlusions(html) if card.kind.note_type and "image-occlusion" in html else html


def _markdown_or_list(value: Text | tuple[Text, ...], card: Card, files: Mapping[str, str], language: str) -> str:
    if not isinstance(value, tuple):
        return field_html(value, files, language)
    return f"<ul>{''.join(f'<li>{field_html(item, files, language)}</li>' for item in value)}</ul>"


def _flag(value: bool, card: Card, files: Mapping[str, str], language: str) -> str:
    return "1"


def _flag_or_markdown(value: Text | bool, card: Card, files: Mapping[str, str], language: str) -> str:
    return "" if isinstance(value, bool) else field_html(value, files, language)


def _flag_or_list(value: tuple[Text, ...] | bool, card: Card, files: Mapping[str, str], language: str) -> str:
    """The texts without those that the answer has already."""
    if isinstance(value, bool):
        return ""
    answers = {each.strip() for each in card.answers}
    return " · ".join(to_html(each, files, language) for each in value if each.strip() not in answers)


def _locators(locators: tuple[Text, ...], card: Card, files: Mapping[str, str], language: str) -> str:
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


_HTML: Mapping[str, Callable[[Any, Card, Mapping[str, str], str], str]] = {
    takes.MARKDOWN: _markdown,
    takes.MARKDOWN_OR_LIST: _markdown_or_list,
    takes.GAPS: _with_gaps,
    takes.FLAG: _flag,
    takes.FLAG_OR_MARKDOWN: _flag_or_markdown,
    takes.FLAG_OR_LIST: _flag_or_list,
    takes.LOCATORS: _locators,
}
