"""Notes to a printable page: questions and answers in two columns, or cards to cut out and fold."""

from __future__ import annotations

import base64
import html as html_entities
import mimetypes
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from string import Template

from studydeck.files import read_bytes
from studydeck.kinds.question import listed
from studydeck.model import Deck, MediaFile, Note, Sides
from studydeck.outputs import Output
from studydeck.patterns import pattern
from studydeck.text import described, to_html
from studydeck.text.formula import with_mathml
from studydeck.text.languages import usual_direction
from studydeck.text.media import SPOKEN

_ASSETS = Path(__file__).parent / "assets"
_HERE = "\0"  # where the sections go: no author's text has it
_SOUND = pattern(r"\[sound:([^\]]*)\]")
_IMAGE = pattern(r'<img src="([^"]*)"')


def paper(deck: Deck, notes: Iterable[Note], media: Sequence[MediaFile], layout: str) -> Iterator[str]:
    """A complete HTML page of `notes` for printing, pictures included; `layout` is `columns` or `cards`.

    Retired notes are left out. Formulas become MathML if latex2mathml is installed, and otherwise stay TeX.
    """
    page = Template((_ASSETS / "paper.html").read_text("utf-8"))
    before, after = page.substitute(
        language=html_entities.escape(deck.language or "en"),
        title=html_entities.escape(deck.title),
        description=with_mathml(to_html(described(deck), language=deck.language)),
        layout=layout,
        style=(_ASSETS / "paper.css").read_text("utf-8"),
        sections=_HERE,
    ).rsplit(_HERE, 1)
    yield before
    paths = {each.name: each.path for each in media}
    names = {section.tag: section.name for section in deck.sections}
    live = (note for note in notes if not note.card.retired)
    between = ""
    for tag, of_section in groupby(live, key=lambda note: note.section):
        yield f"{between}<section><h2>{html_entities.escape(names[tag])}</h2>\n"
        between = "\n"
        for _, together in groupby(of_section, key=_asked_together):
            note, *others = together
            sides = [listed([note, *others])] if note.card.item else note.card.kind.on_paper(note)
            yield from _rows(deck, sides, paths)
        yield "</section>"
    yield after


def _asked_together(note: Note) -> str:
    """What a note has in common with those of the same list."""
    return note.card.item.list if note.card.item else note.identity.id


def _rows(deck: Deck, sides: Sequence[Sides], media: Mapping[str, str]) -> Iterator[str]:
    asks, says = _spoken(deck.language), _spoken(deck.languages.of_answers)
    for question, answers in sides:
        question, answer = (_for_paper(side, media) for side in (question, "; ".join(answers)))
        yield (
            '<article class="row">'
            f'<div class="question"{asks}>{question}</div><div class="answer"{says}>{answer}</div>'
            "</article>\n"
        )


def _spoken(language: str) -> str:
    """The attributes of an element with texts in this language, for fields that don't say another themselves."""
    said = f' lang="{html_entities.escape(language)}"' if language else ""
    return f' dir="{usual_direction(language)}"{said}'


def _for_paper(html: str, media: Mapping[str, str]) -> str:
    html = _SOUND.sub(lambda sound: _played(sound[1], media), html)
    html = _IMAGE.sub(lambda image: f'<img src="{_inside(html_entities.unescape(image[1]), media)}"', html)
    return with_mathml(html)


def _played(name: str, media: Mapping[str, str]) -> str:
    """A note for a sound; nothing for one that only reads aloud what is there."""
    is_read_aloud = Path(media.get(html_entities.unescape(name), "")).parent.name == SPOKEN
    return "" if is_read_aloud else '<span class="sound">♪</span>'


def _inside(name: str, media: Mapping[str, str]) -> str:
    """A picture as a data: URL, so that the page is one file."""
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return f"data:{kind};base64,{base64.b64encode(read_bytes(media[name])).decode()}"


OUTPUT = Output(".html", ("columns", "cards"), "open it in a browser and print it", paper)
