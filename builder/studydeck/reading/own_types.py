"""The folders in note-types/ to kinds of the deck's own, and the cards that name one with `type:`."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from studydeck.kinds.fronts import Part, named_in, parse_template
from studydeck.kinds.own import FILLING, MASKED, field_key, own_kind
from studydeck.model import (
    WARNING,
    Card,
    Field,
    Kind,
    NoteType,
    Place,
    Placed,
    Problem,
    Template,
    Text,
    has_errors,
    problem,
    shown,
)
from studydeck.patterns import pattern
from studydeck.reading import keys
from studydeck.reading.nodes import Items, Keys, Node
from studydeck.reading.reader import read_text, read_yaml
from studydeck.reading.values import read_mapping
from studydeck.text import near

FOLDER = "note-types"
FILE = "note-type.yaml"
_STYLE = "style.css"
#: A field's name that Anki would refuse or read as something else in a template.
_WRONG_NAME = pattern(r"""[:"{}]|^[#^/]|^(?:Tags|Deck|Subdeck|Card|Type|FrontSide)$""")
_NAME = pattern(r"[^\W_](?:[\w .+()-]*[\w)])?")
#: What runs a script or loads a page; Anki's own hint links are made by the engine.
_SCRIPT = pattern(r"<script\b|<iframe\b|\bon[a-z]+\s*=|javascript:", re.IGNORECASE)


def read_own_kinds(folder: Path, mapped: Keys | None, at: Placed, problems: list[Problem]) -> dict[str, Kind | None]:
    """The deck's own kinds by the names of their folders, None for those with a problem.

    `mapped` is what deck.yaml says of their fields.
    """
    home = folder / FOLDER
    try:
        names = sorted(name for name in os.listdir(home) if name[0] != "." and (home / name).is_dir())
    except OSError:
        names = []
    kinds: dict[str, Kind | None] = {}
    for name in mapped or ():
        if name not in names:
            guess = near(name, names)
            remedy = f"did you mean '{guess}'?" if guess else f"make {FOLDER}/{name}/{FILE}, or remove the name"
            problems.append(_bad(mapped.key(name) if mapped else at, f"there is no folder {FOLDER}/{name}", remedy))
    first: dict[int, str] = {}
    for name in names:
        kinds[name] = None
        note_type = _note_type(home / name, folder, name, problems)
        if note_type is None:
            continue
        fields = mapped[name] if mapped is not None and name in mapped else None
        filled = _filled(name, note_type, fields, at, problems)
        if filled is not None:
            kinds[name] = own_kind(name, note_type, filled)
        if (other := first.setdefault(note_type.id, name)) != name:
            place = Place(shown(home / name / FILE))
            problems.append(_bad(place, f"'{other}' has the same id", "give the newer note type another id"))
    return kinds


def _bad(at: Placed, message: str, remedy: str) -> Problem:
    return problem("bad-note-type", at, message, remedy)


def _note_type(home: Path, folder: Path, name: str, problems: list[Problem]) -> NoteType | None:
    """The note type in the folder `home`, or None after a problem."""
    place = Place(shown(home / FILE))
    if not _NAME.fullmatch(name):
        remedy = "use letters, digits, spaces and . - + ( ) in the folder's name"
        problems.append(_bad(place, f"'{name}' isn't a valid name for a note type's folder", remedy))
        return None
    before = len(problems)
    tree = read_yaml(home / FILE, folder, problems)
    if tree is None:
        return None
    values = read_mapping(tree, keys.NOTE_TYPE_KEYS, keys.REQUIRED["note type"], problems)
    fields = [
        Field(str(each["name"]), each.get("id", 0), collapsed=False) for each in _parts("field", values, problems)
    ]
    templates = [
        Template(str(each["name"]), each.get("id", 0), *_faces(each, home, folder, problems))
        for each in _parts("template", values, problems)
    ]
    style = read_text(home / _STYLE, folder, problems) if os.path.lexists(home / _STYLE) else ""
    if len(problems) > before or not isinstance(tree, Keys):
        return None
    gaps = values.get("kind") == "cloze"
    note_type = NoteType(
        f"{FOLDER}/{name}",
        values["id"],
        str(values["name"]),
        tuple(fields),
        tuple(templates),
        style or "",
        gaps,
        _sort(fields, values),
        values.get("stamp"),
    )
    faults = list(_faults(note_type, values, tree))
    problems += faults
    return None if has_errors(faults) else note_type


def _sort(fields: Sequence[Field], values: Mapping[str, Any]) -> int:
    return next((number for number, each in enumerate(fields) if each.name == values.get("sort")), 0)


def _parts(what: str, values: Mapping[str, Any], problems: list[Problem]) -> Iterator[dict[str, Any]]:
    """The fields or the templates that are complete."""
    known = keys.FIELD_KEYS if what == "field" else keys.TEMPLATE_KEYS
    for item in values.get(f"{what}s", Items()):
        part = read_mapping(item, known, keys.REQUIRED[what], problems)
        if all(key in part for key in keys.REQUIRED[what]):
            yield part


def _faces(values: Mapping[str, Any], home: Path, folder: Path, problems: list[Problem]) -> tuple[str, str]:
    """The HTML of a template's front and back."""
    faces: list[str] = []
    for file in (values["front"], values["back"]):
        path = home / os.path.basename(file)
        if os.path.basename(file) != file or not file.endswith(".html"):
            problems.append(_bad(file, f"'{file[:60]}' isn't the name of an .html file", f"put it beside {FILE}"))
        elif not os.path.lexists(path):
            problems.append(_bad(file, f"there is no file {file}", f"put it beside {FILE}"))
        else:
            faces.append((read_text(path, folder, problems) or "").removesuffix("\n"))
    faces += [""] * (2 - len(faces))
    return faces[0], faces[1]


def _faults(note_type: NoteType, values: Mapping[str, Any], tree: Keys) -> Iterator[Problem]:
    """What Anki would refuse, or break, in a complete note type."""
    if not 0 < note_type.id <= keys.LARGEST_NUMBER:
        remedy = f"write the number that Anki has for it, from 1 to {keys.LARGEST_NUMBER:,}"
        yield _bad(tree.key("id"), f"the id {note_type.id} is out of range", remedy)
    if values.get("kind", "normal") not in ("normal", "cloze"):
        yield _bad(values["kind"], f"'{values['kind'][:40]}' isn't a kind of note type", "write normal or cloze")
    if not 0 <= (note_type.stamp or 0) <= keys.LARGEST_NUMBER:
        yield _bad(
            tree.key("stamp"), f"the stamp {note_type.stamp} is out of range", "write seconds since 1970, or remove it"
        )
    if not note_type.fields or not note_type.templates:
        yield _bad(tree, "a note type needs a field and a template", "add it")
        return
    for what, parts in (("field", note_type.fields), ("template", note_type.templates)):
        names = [each.name for each in parts]
        if twice := next((name for name, count in Counter(names).items() if count > 1), None):
            yield _bad(tree, f"two {what}s are called '{twice}'", "give one of them another name")
    for field in note_type.fields:
        if _WRONG_NAME.search(field.name):
            yield _bad(tree, f"Anki can't use '{field.name[:40]}' as a field's name", "use another name")
    if "sort" in values and values["sort"] not in {each.name for each in note_type.fields}:
        yield _bad(values["sort"], f"there is no field '{values['sort'][:40]}'", "write the name of a field")
    if note_type.gaps and len(note_type.templates) > 1:
        yield _bad(tree, "a cloze note type has one template", "remove the others")
    for template, written in zip(note_type.templates, values["templates"], strict=True):
        yield from _template_faults(note_type, written["front"], template.front, is_front=True)
        yield from _template_faults(note_type, written["back"], template.back, is_front=False)


def _template_faults(note_type: NoteType, file: Text, html: str, *, is_front: bool) -> Iterator[Problem]:
    """What is wrong with one side of a template, at its file's name in note-type.yaml."""
    try:
        named = list(named_in(parse_template(html)))
    except ValueError as error:
        yield _bad(file, f"Anki can't read {file}: {error}", "fix it there")
        return
    fields = {each.name for each in note_type.fields}
    for part in named:
        if part.field not in fields:
            guess = near(part.field, fields)
            remedy = f"did you mean '{guess}'?" if guess else f"the fields are {', '.join(sorted(fields))}"
            yield _bad(file, f"{file} shows the field '{part.field[:40]}', which doesn't exist", remedy)
            return
    if is_front and not _has_gaps(named) and note_type.gaps:
        yield _bad(file, f"{file} shows no gaps", "write {{cloze:…}} with the name of the field that has them")
    elif is_front and not any(part.inner is None for part in named):
        yield _bad(file, f"{file} shows no field, and Anki needs one on the front", "show one, as in {{Front}}")
    elif not note_type.gaps and _has_gaps(named):
        yield _bad(file, f"{file} has cloze:, which only works in a cloze note type", "show the field without it")
    if script := _SCRIPT.search(html):
        message = f"{file} has '{script[0][:20]}', which runs on every learner's device"
        yield problem("template-script", file, message, "remove it, unless the cards need it", WARNING)


def _has_gaps(parts: Sequence[Part]) -> bool:
    return any("cloze" in part.filters for part in parts)


def _filled(
    name: str, note_type: NoteType, mapped: Node | None, at: Placed, problems: list[Problem]
) -> dict[str, str] | None:
    """The fields that keys fill, by the keys; None after a problem."""
    is_masked = note_type.gaps and isinstance(mapped, Keys) and "occlude" in mapped
    asks = ("parts" if is_masked else "cloze") if note_type.gaps else "question"
    fields = [each.name for each in note_type.fields]
    if not isinstance(mapped, Keys) or asks not in mapped:
        message = f"deck.yaml doesn't say which field of the note type '{name}' is the {asks}"
        answer = f", answer: {fields[1]}" if len(fields) > 1 and not note_type.gaps else ""
        remedy = f"write note-types: {{{name}: {{{asks}: {fields[0]}{answer}}}}}"
        problems.append(_bad(mapped or at, message, remedy))
        return None
    filled: dict[str, str] = {}
    wrong = {"question", "cloze", *MASKED} - ({*MASKED} if is_masked else {asks})
    allowed = [each for each in FILLING if each not in wrong]
    for key, field in mapped.items():
        if key not in allowed:
            message, remedy = f"'{key[:40]}' can't fill a field of this note type", f"use {', '.join(allowed)}"
            problems.append(_bad(mapped.key(key), message, remedy))
        elif not isinstance(field, Text) or field not in fields or field in filled.values():
            message = f"'{key}' needs a field of its own"
            problems.append(_bad(mapped.key(key), message, f"write one of {', '.join(fields)}"))
        else:
            filled[key] = str(field)
    return filled if len(filled) == len(mapped) else None


def own_card(tree: Keys, own_kinds: Mapping[str, Kind | None], problems: list[Problem]) -> Card | None:
    """A card with `type:`, or None after a problem, be it the note type's."""
    name = str(tree["type"])
    kind = own_kinds.get(name)
    if kind is None and name in own_kinds:
        return None
    if kind is None:
        guess = near(name, own_kinds)
        message = f"the deck has no note type '{name[:40]}'"
        remedy = f"did you mean '{guess}'?" if guess else f"make a folder for it in {FOLDER}/, or remove type:"
        problems.append(_bad(tree.key("type"), message, remedy))
        return None
    known = {key: each for key, each in kind.keys.items() if not key.startswith(field_key(""))}
    values = read_mapping(tree, known, kind.required, problems)
    written = values.pop("fields", {})
    for field, text in written.items():
        if (key := field_key(field)) in kind.keys:
            values[key] = text
        else:
            filling = next((key for key, each in kind.keys.items() if each.field == field), None)
            remedy = f"write {filling}: instead" if filling else f"it has {', '.join(kind.fields)}"
            problems.append(_bad(field, f"the note type '{name}' has no other field '{field[:40]}'", remedy))
    if all(key in values for key in kind.required):
        return Card(Place.of(tree), kind, values)
    return None
