"""A sentence with gaps: Anki makes a card for each number of its clozes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from studydeck.model import Card, Key, Kind, Note, Sides, takes
from studydeck.model.kinds import CardTemplate
from studydeck.text import read_clozes
from studydeck.text.formula import in_formula

_ASSETS = Path(__file__).parent / "assets"
_GAP = re.compile(r"(\{\{c[\d,]+::|\}\})")


def _cards(card: Card, fields: Sequence[str]) -> tuple[int, ...]:
    return tuple(sorted(number - 1 for number in read_clozes(fields[0]).numbers))


def _sides(note: Note) -> Sides:
    """The whole sentence, and what each gap hides."""
    sentence = ""
    hidden = {str(number + 1): "" for number in note.ords}
    gaps: list[list[str]] = []
    for part in _GAP.split(note.fields[0]):
        if part == "}}":
            gaps = gaps[:-1]
        elif _GAP.fullmatch(part):
            gaps.append(part[3:-2].split(","))
        else:
            part = part.partition("::")[0] if gaps else part  # the rest is the gap's hint
            sentence += part
            for number in {number for numbers in gaps for number in numbers} & hidden.keys():
                hidden[number] += part
    return Sides(sentence, list(hidden.values()))


def _on_paper(note: Note) -> Sides:
    """The sentence with gaps to fill, and what fills them; an inner cloze is part of the outer one."""
    question = ""
    hidden: list[str] = []
    hints: list[str] = []  # of the clozes that are open
    for part in _GAP.split(note.fields[0]):
        if part.startswith("{{c"):
            if not hints:
                hidden.append("")
            hints.append("")
        elif part == "}}" and hints:
            hint = hints.pop()
            if not hints:
                inside = in_formula(question)
                question += _formula_gap(hint) if inside else f'<span class="gap">{hint}</span>'
                hidden[-1] = rf"\({hidden[-1]}\)" if inside else hidden[-1]
        elif hints:
            text, separator, hint = part.partition("::")
            hidden[-1] += text
            hints[-1] = hint if separator else hints[-1]
        else:
            question += part
    return Sides(question, list(dict.fromkeys(hidden)))


def _formula_gap(hint: str) -> str:
    """A gap in TeX, which can hold no markup."""
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
    cards=_cards,
    sides=_sides,
    on_paper=_on_paper,
    card_name=_card_name,
)
