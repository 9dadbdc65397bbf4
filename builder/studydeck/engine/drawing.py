"""Cards as the real engine draws them: both sides of every card of a deck, without importing a package."""

from __future__ import annotations

import html as html_entities
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import anki.collection  # noqa: F401 - before anki.cards, which can't be imported first
from anki.cards import Card
from anki.models import NotetypeDict
from anki.notes import Note as AnkiNote
from anki.sound import AVTag, SoundOrVideoTag

from studydeck.engine.learner import Learner
from studydeck.model import Note, NoteType
from studydeck.patterns import pattern

_PLAY = pattern(r"\[anki:play:[qa]:\d+\]")
_START_TAG = pattern(r"<[a-z][^<>]*>", re.IGNORECASE)
#: Of {{hint:}}, and of a deck's own templates: the page opens hints itself, and no card runs a script on it.
_HANDLER = pattern(r"""\son[a-z]+\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>"']*)""", re.IGNORECASE)
_TYPE = pattern(r"\[\[type:([^\]]*)\]\]")
_FILMS = (".mp4", ".m4v", ".webm", ".ogv", ".mov", ".mkv", ".avi")
_FILM = '<video controls src="{}"></video>'
_BUTTON = (  # clients have buttons of their own
    '<a class="replay-button soundLink" href="{}" title="Play"><svg viewBox="0 0 64 64" aria-hidden="true">'
    '<circle cx="32" cy="32" r="29"/><path d="M25 20 46 32 25 44Z"/></svg></a>'
)


class Drawn(NamedTuple):
    """The two sides of a card as HTML; sounds and the box for a typed answer look as in Anki's clients."""

    question: str
    answer: str


class Artist:
    """Draws notes in a collection of its own. Use it as a context manager."""

    def __init__(self) -> None:
        self._learner = Learner()
        self._types: dict[str, NotetypeDict] = {}
        self._made_from: dict[str, object] = {}

    def __enter__(self) -> Artist:
        return self

    def __exit__(self, *exception: object) -> None:
        self._learner.close()

    def draw(self, note_types: Iterable[NoteType], notes: Sequence[Note]) -> list[list[Drawn]]:
        """The cards of each note, in the order of `note.ords`."""
        for note_type in note_types:
            made_from = (note_type.fields, note_type.templates)
            if self._made_from.get(note_type.key) != made_from:
                self._types[note_type.key] = self._note_type(note_type)
                self._made_from[note_type.key] = made_from
        return [[self._draw(note, number) for number in note.ords] for note in notes]

    def _note_type(self, note_type: NoteType) -> NotetypeDict:
        models = self._learner.col.models
        made = models.new(note_type.name)
        made["type"] = 1 if note_type.gaps else 0
        for field in note_type.fields:
            models.add_field(made, models.new_field(field.name))
        for each in note_type.templates:
            template = models.new_template(each.name)
            template["qfmt"], template["afmt"] = each.front, each.back
            models.add_template(made, template)
        added = models.get(models.add_dict(made).id)  # type: ignore[arg-type]
        assert added is not None
        return added

    def _draw(self, note: Note, number: int) -> Drawn:
        fields = AnkiNote(self._learner.col, self._types[note.kind])
        fields.fields = list(note.fields)
        fields.tags = sorted(note.tags, key=str.casefold)  # as Anki keeps them
        card = fields.ephemeral_card(number)
        output = card.render_output()
        by_name = note.by_name

        def compared(typed: re.Match[str]) -> str:
            field = by_name.get(typed[1].rpartition(":")[2], "")
            return self._learner.col.compare_answer(field, "")

        return Drawn(
            _TYPE.sub('<input id="typeans" aria-label="Type the answer">', _shown(output.question_text, card)),
            _TYPE.sub(compared, _shown(output.answer_text, card)),
        )


def _shown(html: str, card: Card) -> str:
    """`html` with a button for each sound and a player for each film, as in AnkiDroid, and without scripts.

    What a learner's device says has no button: a browser has other voices. An answer may show its question's sounds.
    """
    tags: dict[str, Sequence[AVTag]] = {"q": card.question_av_tags(), "a": card.answer_av_tags()}
    names = {
        f"[anki:play:{side}:{number}]": tag.filename
        for side in tags
        for number, tag in enumerate(tags[side])
        if isinstance(tag, SoundOrVideoTag)
    }
    html = _START_TAG.sub(lambda tag: _HANDLER.sub("", tag[0]), html)
    return _PLAY.sub(lambda play: _player(names[play[0]]) if play[0] in names else "", html)


def _player(name: str) -> str:
    return (_FILM if name.lower().endswith(_FILMS) else _BUTTON).format(html_entities.escape(name))
