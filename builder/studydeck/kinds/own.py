"""A kind of card made from a note type of the deck's own: a folder in its note-types/, read by reading/own_types.py.

Learners keep the note type that they have, so nothing is added to it: no field is filled but those that the deck's
author names, by a key or under `fields:`.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence

from studydeck.kinds import COMMON, OWN, card_keys
from studydeck.kinds.cloze import gap_sides, gaps_on_paper
from studydeck.kinds.fronts import is_shown, named_in, parse_template
from studydeck.kinds.occlusion import OCCLUSION, has_masks, masks_on_paper, names_html
from studydeck.model import Card, Key, Kind, Note, NoteType, Sides, takes
from studydeck.model.kinds import Drawing
from studydeck.patterns import pattern
from studydeck.text import read_clozes

#: Keys that can fill a field of any note type.
FILLING = ("question", "cloze", "occlude", "parts", "title", "answer", "hint", "details", "source")
#: Those of a note type that works like Anki's image occlusion.
MASKED = ("occlude", "parts", "title")
_ALWAYS = ("tags", "ok", "language", "retired", "guid", "type", "fields")
NOTHING = pattern(r"(?:\s|<br ?/?>|</?div>)*", re.IGNORECASE)  # what Anki takes for an empty field


def field_key(field: str) -> str:
    """The key in a card's values of a text under `fields:`."""
    return f"fields.{field}"


def own_kind(name: str, note_type: NoteType, filled: Mapping[str, str]) -> Kind:
    """The kind of the note type in the folder `name`; `filled` are its fields by the keys that fill them."""
    if "occlude" in filled:
        return _masked(name, note_type._replace(masks=True), filled)
    fields = tuple(each.name for each in note_type.fields)
    own = _keys(fields, filled, _shown_as_clozes(note_type))
    asks = "cloze" if note_type.gaps else "question"
    asked, answered = fields.index(filled[asks]), fields.index(filled.get("answer", filled[asks]))
    fronts = [parse_template(each.front) for each in note_type.templates]

    def cards_of(values: Sequence[str]) -> tuple[int, ...]:
        if note_type.gaps:
            return tuple(sorted({number - 1 for value in values for number in read_clozes(value).numbers}))
        full = {field for field, value in zip(fields, values, strict=True) if not NOTHING.fullmatch(value)}
        return tuple(number for number, front in enumerate(fronts) if is_shown(front, full))

    def cards_in(values: Mapping[str, str]) -> tuple[int, ...]:
        return cards_of([values.get(field, "") for field in fields])

    def cards(card: Card, values: Sequence[str]) -> tuple[int, ...]:
        return cards_of(values)

    def beside(note: Note) -> str:
        """What the question of a note with gaps shows beside these."""
        named = dict.fromkeys(part.field for part in named_in(fronts[0]) if part.field in fields)
        shown = (note.fields[fields.index(field)] for field in named if field != fields[asked])
        return "".join(f"<div>{value}</div>" for value in shown if value)

    def sides(note: Note) -> Sides:
        if has_masks(note.fields[asked]):
            return Sides(beside(note), [])
        if note_type.gaps:
            return gap_sides(note.fields[asked], note.ords)
        others = [value for number, value in enumerate(note.fields) if number != asked and value]
        return Sides(note.fields[asked], [note.fields[answered]] if answered != asked else others)

    def on_paper(note: Note) -> list[Sides]:
        text = note.fields[asked]
        if has_masks(text):
            return [masks_on_paper(text, beside(note))]
        return [gaps_on_paper(text) if note_type.gaps else sides(note)]

    def card_name(note: Note, number: int) -> str:
        return f"gap {number + 1}" if note_type.gaps else note_type.templates[number].name

    return Kind(
        f"{OWN}{name}",
        name=f"note of the type '{name}'",
        title=name,
        own=own,
        required=(asks,),
        asks=asks,
        answer="answer" if "answer" in filled else "",
        fields=fields,
        templates=(),
        gaps=note_type.gaps,
        cards=cards,
        cards_in=cards_in,
        sides=sides,
        on_paper=on_paper,
        card_name=card_name,
        names=(name,),
        spares=(),
        note_type=note_type,
    )


def _shown_as_clozes(note_type: NoteType) -> set[str]:
    """The fields in which Anki looks for the gaps of a note."""
    sides = (side for each in note_type.templates if note_type.gaps for side in (each.front, each.back))
    return {part.field for side in sides for part in named_in(parse_template(side)) if "cloze" in part.filters}


def _keys(fields: Sequence[str], filled: Mapping[str, str], with_gaps: Container[str] = ()) -> dict[str, Key]:
    """The keys of a card: those that fill a field, one for each other field, and those that every card may have."""
    written = card_keys()
    keys = {"id": Key(takes.ID, COMMON["id"].meaning)}
    keys |= {key: written[key]._replace(field=field, counted_as="", mark="") for key, field in filled.items()}
    others = [field for field in fields if field not in filled.values()]
    keys |= {
        field_key(field): Key(takes.GAPS if field in with_gaps else takes.MARKDOWN, f"The field {field}.", field)
        for field in others
    }
    return keys | {key: COMMON[key] for key in _ALWAYS}


def _masked(name: str, note_type: NoteType, filled: Mapping[str, str]) -> Kind:
    """The kind of a note type that works like Anki's image occlusion: ours, with its own names for the fields."""
    fields = tuple(each.name for each in note_type.fields)
    ours = {"parts": "Occlusion", "occlude": "Image", "title": "Header", "details": "Details"}
    names = {field: ours.get(key, "") for key, field in filled.items()}
    theirs = {ours[key]: field for key, field in filled.items() if key in ours}

    def as_ours(note: Note) -> Note:
        """The note with our fields; the parts' names are the card's, since no field of theirs has them."""
        named = {names.get(field, ""): value for field, value in zip(fields, note.fields, strict=True)}
        named["Names"] = names_html(note.card, named["Occlusion"])
        return note._replace(fields=tuple(named.get(field, "") for field in OCCLUSION.fields))

    def drawn(card: Card, drawing: Drawing) -> Mapping[str, str]:
        assert OCCLUSION.drawn
        html = OCCLUSION.drawn(card, drawing)
        return {field: html[our] for our, field in theirs.items() if our in html}

    def recorded(values: Mapping[str, str], before: str) -> str:
        assert OCCLUSION.recorded
        return OCCLUSION.recorded({names.get(field, ""): value for field, value in values.items()}, before)

    def readable(values: Mapping[str, str]) -> Mapping[str, str]:
        masks = theirs["Occlusion"]
        return {**values, masks: OCCLUSION.readable({"Occlusion": values.get(masks, "")})["Occlusion"]}

    def cards_in(values: Mapping[str, str]) -> tuple[int, ...]:
        return OCCLUSION.cards_in({"Occlusion": values.get(theirs["Occlusion"], "")})

    return Kind(
        f"{OWN}{name}",
        name=f"note of the type '{name}'",
        title=name,
        own=_keys(fields, filled) | {"hide": card_keys()["hide"]},
        required=OCCLUSION.required,
        asks="occlude",
        fields=fields,
        templates=(),
        masks=True,
        cards=lambda card, values: cards_in(dict(zip(fields, values, strict=True))),
        cards_in=cards_in,
        drawn=drawn,
        recorded=recorded,
        readable=readable,
        sides=lambda note: OCCLUSION.sides(as_ours(note)),
        on_paper=lambda note: OCCLUSION.on_paper(as_ours(note)),
        card_name=lambda note, number: OCCLUSION.card_name(as_ours(note), number),
        names=(name,),
        spares=(),
        note_type=note_type,
    )
