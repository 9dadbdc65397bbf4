"""A sentence with gaps: Anki makes a card for each number of its clozes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from studydeck.model import Card, Key, Kind, Note, Sides, takes
from studydeck.model.kinds import CardTemplate
from studydeck.text import Gap, parse, read_clozes, without_gaps

_ASSETS = Path(__file__).parent / "assets"


def _cards(card: Card, fields: Sequence[str]) -> tuple[int, ...]:
    return tuple([number - 1 for number in sorted(read_clozes(fields[0]).numbers)])


def _cards_in(fields: Mapping[str, str]) -> tuple[int, ...]:
    return tuple(number - 1 for number in read_clozes(fields.get("Text", "")).numbers)


def _sides(note: Note) -> Sides:
    return gap_sides(note.fields[0], note.ords)


def gap_sides(text: str, ords: Sequence[int]) -> Sides:
    """The complete sentence, and what each gap hides."""
    hidden = {str(number + 1): "" for number in ords}

    def hide(parts: Sequence[str | Gap], numbers: frozenset[str]) -> None:
        for part in parts:
            if isinstance(part, Gap):
                hide(part.parts, numbers | frozenset(part.numbers.split(",")))
            else:
                for number in numbers & hidden.keys():
                    hidden[number] += part

    hide(parse(text), frozenset())
    return Sides(without_gaps(text), list(hidden.values()))


def _on_paper(note: Note) -> list[Sides]:
    return [gaps_on_paper(note.fields[0])]


def gaps_on_paper(text: str) -> Sides:
    """The sentence with gaps to fill, and what fills them; an inner cloze is part of the outer one."""
    from studydeck.text.formula import in_formula  # and an XML library, which a build doesn't need

    question = ""
    seen = 0  # up to here, every formula has ended
    hidden: list[str] = []
    for part in parse(text):
        if isinstance(part, str):
            question += part
            continue
        inside = in_formula(question[seen:])
        seen = seen if inside else len(question)
        question += _formula_gap(part.hint or "") if inside else f'<span class="gap">{part.hint or ""}</span>'
        hidden.append(rf"\({part.hidden}\)" if inside else part.hidden)
    return Sides(question, list(dict.fromkeys(hidden)))


def _formula_gap(hint: str) -> str:
    """A gap in TeX, which can't contain markup."""
    words = re.sub(r"<[^>]*>|[\\{}$%#&^_]", "", hint)
    return r"{\square_{\text{" + words + "}}}" if words else r"{\square}"


def _card_name(note: Note, number: int) -> str:
    return f"gap {number + 1}" if len(note.ords) > 1 else "cloze"


CLOZE = Kind(
    "cloze",
    name="cloze",
    title="Cloze",
    own={
        "cloze": Key(
            takes.GAPS,
            "A sentence with gaps, {{c1::hidden}} or {{c1::hidden::hint}}, instead of question and answer.",
            "Text",
            "cloze",
        ),
    },
    required=("cloze",),
    asks="cloze",
    fields=("Text", "Hint", "Details", "Source", "Section", "Id"),
    templates=(CardTemplate("Cloze", _ASSETS / "cloze.html", _ASSETS / "cloze-answer.html"),),
    gaps=True,
    offer="cloze: for a gap",
    cards=_cards,
    cards_in=_cards_in,
    sides=_sides,
    on_paper=_on_paper,
    card_name=_card_name,
)
