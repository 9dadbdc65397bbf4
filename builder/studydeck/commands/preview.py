"""The end of `preview`: the deck as the preview's page shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from studydeck.history import note_type_ids, record
from studydeck.model import ERROR, Card, Placed, Text
from studydeck.pipeline import Loaded, compile_notes
from studydeck.render import note_types

if TYPE_CHECKING:
    from studydeck.engine.drawing import Artist
    from studydeck.package.studied import Studied
    from studydeck.preview import View

#: What learners say of cards, by their notes' ids and their numbers.
Signs = Mapping[tuple[str, int], str]


def deck_view(
    loaded: Loaded, artist: Artist, last: View | None = None, *, judged: bool = True, signs: Signs | None = None
) -> View:
    """The deck as the preview's page shows it, drawn by the real engine. Writes nothing.

    While the deck has errors, the cards are those of `last`, the page before the errors; if it had none, they
    are the cards without errors. If the deck was loaded without being `judged`, the warnings are still those of `last`.
    The `signs` are shown beside their cards.
    """
    from studydeck.preview import view, with_problems

    if not judged and last is not None:
        warnings = [each for each in last.problems if each.severity != ERROR]
        loaded = loaded._replace(problems=sorted({*loaded.problems, *warnings}))

    if loaded.errors and last is not None and last.cards and not last.is_part:
        return with_problems(last, loaded.problems)
    is_part = bool(loaded.errors)
    loaded = _without_errors(loaded) if is_part else loaded
    types = note_types(loaded.deck, note_type_ids(loaded.deck, loaded.lock))
    css = types[0].css
    notes = compile_notes(loaded)
    _, changes = record(notes, types, loaded.lock, 0)
    named = {"new": changes.new, "edited": changes.edited, "retired": changes.retired}
    states = {note_id: state for state, ids in named.items() for note_id in ids}
    drawn = artist.draw(types, notes)
    whole = view(loaded.deck, notes, drawn, states, loaded.problems, loaded.media.files, css, signs or {})
    return whole._replace(is_part=is_part)


def signs_of(loaded: Loaded, learners: Sequence[Studied]) -> Signs:
    """What `learners` say of the cards without errors."""
    from studydeck.commands.insights import insights_into, signs_of_cards

    return signs_of_cards(insights_into(_without_errors(loaded) if loaded.errors else loaded, learners))


def _without_errors(loaded: Loaded) -> Loaded:
    """The deck without the cards that have an error, and without a style that has one."""
    wrong = {(each.path, each.line, each.column) for each in loaded.errors}
    identities = iter(loaded.identities)
    known = []
    sections = []
    for section in loaded.deck.sections:
        good = []
        for card, identity in zip(section.cards, identities, strict=False):
            if identity is not None and wrong.isdisjoint((at.path, at.line, at.column) for at in _places(card)):
                good.append(card)
                known.append(identity)
        sections.append(section._replace(cards=tuple(good)))
    style = loaded.deck.style
    if style is not None and any(path == style.path for path, _, _ in wrong):
        style = None
    return loaded._replace(deck=loaded.deck._replace(sections=sections, style=style), identities=known)


def _places(card: Card) -> Iterator[Placed]:
    """The places of a card and of all that its author wrote in it."""
    yield card.place
    for value in card.values.values():
        yield from (each for each in (value if isinstance(value, tuple) else (value,)) if isinstance(each, Text))
