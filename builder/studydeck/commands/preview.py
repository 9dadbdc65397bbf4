"""The end of `preview`: the deck as the preview's page shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from studydeck.history import note_type_ids, state_of
from studydeck.model import (
    ERROR,
    Card,
    Identity,
    Note,
    NoteType,
    Place,
    Placed,
    Problem,
    Section,
    Text,
    problems_by_note,
)
from studydeck.pipeline import Loaded
from studydeck.preview.view import Face, View, cards_of, face, head_of, with_problems
from studydeck.render import note_types, render_notes

if TYPE_CHECKING:
    from studydeck.engine.drawing import Artist
    from studydeck.package.studied import Studied

#: What learners say of cards, by their notes' ids and their numbers.
Signs = Mapping[tuple[str, int], str]
#: What the engine draws a note's cards from: its kind, its fields, its tags, and which cards it has.
_Content = tuple[str, tuple[str, ...], tuple[str, ...], tuple[int, ...]]


def _content(note: Note) -> _Content:
    return note.kind, note.fields, note.tags, note.ords


class _Rendered(NamedTuple):
    """A section's notes as they were rendered last, what each looks like, and how it differs from the lock."""

    section: Section | None
    identities: Sequence[Identity | None]
    notes: Sequence[Note] = ()
    faces: Mapping[_Content, Face] = {}
    states: Sequence[str] = ()


class _Shown(NamedTuple):
    """A section's cards on the page, and what they were made from."""

    rendered: _Rendered
    states: Sequence[str]
    problems: Sequence[Problem]
    cards: Mapping[str, Mapping[str, Any]]
    beside_cards: Set[Problem]


class Viewer:
    """Makes the page of a deck, drawn by the real engine, again and again while its author edits. Writes nothing.

    A section is made again if its file, or what all sections depend on, has changed; and of its notes, those that look
    different now are drawn again. The `signs` are shown beside their cards.
    """

    def __init__(self, artist: Artist, signs: Signs | None = None) -> None:
        self._artist = artist
        self._signs = signs or {}
        self._last: View | None = None
        self._look: object = None
        self._around: object = None
        self._rendered: dict[str, _Rendered] = {}
        self._shown: dict[str, _Shown] = {}

    def view(self, loaded: Loaded, *, judged: bool = True) -> View:
        """The page of the deck as it was loaded.

        While the deck has errors, the cards are those of the page before the errors; if it had none, they are the cards
        without errors. If the deck was loaded without being `judged`, the warnings are still those of the last page.
        """
        last = self._last
        if not judged and last is not None:
            warnings = [each for each in last.problems if each.severity != ERROR]
            loaded = loaded._replace(problems=sorted({*loaded.problems, *warnings}))
        if loaded.errors and last is not None and last.cards and not last.is_part:
            self._last = with_problems(last, loaded.problems)
        elif loaded.errors:
            self._last = self._made(_without_errors(loaded))._replace(is_part=True)
        else:
            self._last = self._made(loaded)
        return self._last

    def _made(self, loaded: Loaded) -> View:
        deck = loaded.deck
        types = note_types(deck, note_type_ids(deck, loaded.lock))
        self._forget(loaded, types)
        identities = iter(loaded.identities)
        rendered = [
            self._render(loaded, section, [*islice(identities, len(section.cards))], types) for section in deck.sections
        ]
        self._rendered = {section.place.path: each for section, each in zip(deck.sections, rendered, strict=True)}
        all_new = {state for each in rendered for state in each.states} == {"new"}
        problems: dict[str, list[Problem]] = {}
        for problem in loaded.problems:
            problems.setdefault(problem.path, []).append(problem)
        self._shown = {path: self._show(path, each, all_new, problems) for path, each in self._rendered.items()}
        cards: dict[str, Mapping[str, Any]] = {}
        for each in self._shown.values():
            cards.update(each.cards)
        beside = frozenset().union(*(each.beside_cards for each in self._shown.values()))
        head = head_of(deck, sum(len(each.notes) for each in rendered), types[0].css)
        media = {each.name: Path(each.path) for each in loaded.media.files}
        return View(head, cards, loaded.problems, beside, media)

    def _forget(self, loaded: Loaded, types: Sequence[NoteType]) -> None:
        """Forgets what was made from something else than now: how all notes look, or how all are rendered."""
        look = [(each.key, each.fields, each.templates) for each in types]
        around = (loaded.deck._replace(sections=()), loaded.media.names, loaded.media.sizes, loaded.lock)
        if look != self._look:
            self._rendered = {}
        elif around != self._around:
            self._rendered = {path: each._replace(section=None) for path, each in self._rendered.items()}
        self._look, self._around = look, around

    def _render(
        self, loaded: Loaded, section: Section, identities: Sequence[Identity | None], types: Sequence[NoteType]
    ) -> _Rendered:
        """The section's notes; those of the last time, if it is the same section in the same deck."""
        last = self._rendered.get(section.place.path, _Rendered(None, ()))
        if last.section is section and last.identities == identities:
            return last
        deck = loaded.deck._replace(sections=(section,))
        notes = [*render_notes(deck, identities, loaded.media.names, sizes=loaded.media.sizes)]
        changed = [note for note in notes if _content(note) not in last.faces]
        drawn = map(face, changed, self._artist.draw(types, changed))
        known = {**last.faces, **dict(zip(map(_content, changed), drawn, strict=True))}
        faces = {each: known[each] for each in map(_content, notes)}
        return _Rendered(section, identities, notes, faces, [state_of(note, loaded.lock) for note in notes])

    def _show(self, path: str, rendered: _Rendered, all_new: bool, by_path: Mapping[str, Sequence[Problem]]) -> _Shown:
        """The section's cards; those of the last time, if nothing about them changed. If all are new, none says so."""
        last, problems = self._shown.get(path), by_path.get(path, ())
        states = [""] * len(rendered.notes) if all_new else rendered.states
        if last and last.rendered is rendered and last.states == states and last.problems == problems:
            return last
        found = problems_by_note(rendered.notes, problems)
        faces = [rendered.faces[_content(note)] for note in rendered.notes]
        cards = cards_of(rendered.notes, faces, states, found, self._signs)
        if last:
            cards = {key: old if (old := last.cards.get(key)) == card else card for key, card in cards.items()}
        beside = {each for problems in found.values() for each in problems}
        return _Shown(rendered, states, problems, cards, beside)


def deck_view(loaded: Loaded, artist: Artist, signs: Signs | None = None) -> View:
    """The deck as the preview's page shows it."""
    return Viewer(artist, signs).view(loaded)


def signs_of(loaded: Loaded, learners: Sequence[Studied]) -> Signs:
    """What `learners` say of the cards without errors."""
    from studydeck.commands.insights import insights_into, signs_of_cards

    return signs_of_cards(insights_into(_without_errors(loaded) if loaded.errors else loaded, learners))


def _without_errors(loaded: Loaded) -> Loaded:
    """The deck without the cards that have an error, and without a style that has one."""
    wrong = {Place.of(each) for each in loaded.errors}
    identities = iter(loaded.identities)
    known = []
    sections = []
    for section in loaded.deck.sections:
        good = []
        for card, identity in zip(section.cards, identities, strict=False):
            if identity is not None and wrong.isdisjoint(map(Place.of, _places(card))):
                good.append(card)
                known.append(identity)
        sections.append(section if len(good) == len(section.cards) else section._replace(cards=tuple(good)))
    style = loaded.deck.style
    if style is not None and any(at.path == style.path for at in wrong):
        style = None
    return loaded._replace(deck=loaded.deck._replace(sections=sections, style=style), identities=known)


def _places(card: Card) -> Iterator[Placed]:
    """The places of a card and of all that its author wrote in it."""
    yield card.place
    for value in card.values.values():
        yield from (each for each in (value if isinstance(value, tuple) else (value,)) if isinstance(each, Text))
