"""The end of `preview`: the deck as the preview's page shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studydeck.history import note_type_ids, record
from studydeck.model import ERROR
from studydeck.pipeline import Loaded, compile_notes
from studydeck.render import note_types

if TYPE_CHECKING:
    from studydeck.engine.drawing import Artist
    from studydeck.preview import View


def deck_view(loaded: Loaded, artist: Artist, last: View | None = None, *, judged: bool = True) -> View:
    """The deck as the preview's page shows it, drawn by the real engine. Writes nothing.

    While the deck has errors, the cards are those of `last`, the page before the errors. If the deck was loaded
    without being `judged`, the warnings are still those of `last`.
    """
    from studydeck.preview import view, with_problems

    if not judged and last is not None:
        warnings = [each for each in last.problems if each.severity != ERROR]
        loaded = loaded._replace(problems=sorted({*loaded.problems, *warnings}))

    types = note_types(loaded.deck, note_type_ids(loaded.deck, loaded.lock))
    css = types[0].css
    if loaded.errors:
        return with_problems(last or view(loaded.deck, [], [], {}, [], [], css), loaded.problems)
    notes = compile_notes(loaded)
    _, changes = record(notes, types, loaded.lock, 0)
    named = {"new": changes.new, "edited": changes.edited, "retired": changes.retired}
    states = {note_id: state for state, ids in named.items() for note_id in ids}
    return view(loaded.deck, notes, artist.draw(types, notes), states, loaded.problems, loaded.media.files, css)
