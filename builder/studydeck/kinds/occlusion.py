"""A picture with parts to name: one note, and a card for each part, which is covered on its question.

The fields are those of Anki's own image occlusion, so that its editor of masks opens the notes, and its script draws
them. It knows them by their tags (package/anki.py), not by their names. A part keeps its number for ever, since
Anki makes a card for each: the lock has the numbers of all parts that there ever were, each with a hash of its id.
"""

from __future__ import annotations

import hashlib
import html as html_entities
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path

from studydeck.model import Card, Key, Kind, Note, Part, Sides, takes
from studydeck.model.kinds import CardTemplate, Drawing, Size
from studydeck.patterns import pattern
from studydeck.text import read_clozes, to_html
from studydeck.text.cloze import Gap, gaps_in, parse, without_marks
from studydeck.text.nesting import contained

_ASSETS = Path(__file__).parent / "assets"
#: What the lock's record of a picture with parts starts with, and what a number has in place of a part's hash.
_MARK, _NOBODYS = "parts", "-"
_TAG = pattern(r"<[^>]*>")
_SHAPE = pattern(r"\{\{c(\d+)::image-occlusion:[^{}]*:part=([0-9a-f]+)\}\}")
_MATH = pattern(r"\\[()[\]]")
_ALT = pattern(r' alt="[^"]*"')
_PICTURE = pattern(r"<img\s[^<>]*>")
_NUMBER = pattern(r"-?(?:\d+(?:\.\d+)?|\.\d+)")
#: Where Anki's shapes are, in fractions of the picture.
_PLACE = {
    "rect": ("left", "top", "width", "height"),
    "ellipse": ("left", "top", "rx", "ry"),
    "polygon": ("points",),
}
_SIZE = pattern(r'<img [^<>]*width="(\d+)" height="(\d+)">')


def numbers_of(parts: Sequence[Part], recorded: str) -> list[int]:
    """The numbers of the parts: those that the lock has `recorded`, and free ones for new parts."""
    known = {digest: number for number, digest in _numbered(recorded).items()}
    free = count(1 + max(known.values(), default=0))
    return [known[digest] if (digest := _digest(part)) in known else next(free) for part in parts]


def shares_parts(parts: Sequence[Part], recorded: str) -> bool:
    """Whether any of a card's parts is, or was, one of those that the lock has `recorded`."""
    known = {*_numbered(recorded).values()}
    return any(_digest(part) in known for part in parts)


def recorded_size(recorded: str) -> Size | None:
    """The picture's size at the last build, if the lock has recorded it."""
    found = re.search(r"\bsize=(\d+)x(\d+)", recorded)
    return Size(int(found[1]), int(found[2])) if found else None


def _recorded(fields: Mapping[str, str], before: str) -> str:
    """The numbers of all parts that there are or were, each with the hash of its id, and the picture's size."""
    found = _numbered(before) | {int(number): digest for number, digest in _SHAPE.findall(fields.get("Occlusion", ""))}
    size = _SIZE.search(fields.get("Image", ""))
    pairs = [f"{number}={digest}" for number, digest in sorted(found.items())]
    return " ".join([_MARK, *pairs, *([f"size={size[1]}x{size[2]}"] if size else [])])


def joined(one: str, other: str) -> str:
    """What the locks of two branches have recorded: a number that each gave to another part is no part's from now on.

    Learners of one branch have it as this part, those of the other as that one, so both parts get new numbers.
    """
    found = dict(_numbered(one))
    for number, digest in _numbered(other).items():
        found[number] = digest if found.get(number, digest) == digest else _NOBODYS
    size = re.search(r"\bsize=\S+", one)
    return " ".join([_MARK, *(f"{number}={found[number]}" for number in sorted(found)), *([size[0]] if size else [])])


def has_parts(recorded: str) -> bool:
    """Whether this is what the lock records of a picture with parts."""
    return recorded.startswith(_MARK)


def _numbered(recorded: str) -> dict[int, str]:
    pairs = (each.partition("=") for each in recorded.split())
    return {int(number): digest for number, _, digest in pairs if number.isdecimal()}


def _digest(part: Part) -> str:
    return hashlib.blake2b(part.id.encode(), digest_size=4).hexdigest()


# --- fields --------------------------------------------------------------------------------------


def _drawn(card: Card, drawing: Drawing) -> dict[str, str]:
    """The masks, the picture, and the parts' names, of which each card shows one after the answer."""
    parts: Sequence[Part] = card.values["parts"]
    numbered = list(zip(numbers_of(parts, drawing.numbers), parts, strict=True))
    hides_all = card.values.get("hide", "all") == "all"
    shapes = [
        f"{{{{c{number}::image-occlusion:{_shape(part)}{':oi=1' if hides_all else ''}:part={_digest(part)}}}}}"
        for number, part in numbered
    ]
    names = [f"{{{{c{number}::{without_marks(drawing.name(part))}}}}}" for number, part in numbered if part.strip()]
    return {"Occlusion": "<br>".join(shapes), "Image": _image(card, drawing), "Names": contained("".join(names))}


def names_html(card: Card, masks: str) -> str:
    """The field of the parts' names for `masks`, of a card whose note type has none."""
    parts: Sequence[Part] = card.values["parts"]
    known = {digest: number for number, digest in _SHAPE.findall(masks)}
    named = [(known[_digest(part)], part) for part in parts if part.strip() and _digest(part) in known]
    return "".join(f"{{{{c{number}::{without_marks(to_html(part))}}}}}" for number, part in named)


def _shape(part: Part) -> str:
    """A part as Anki writes shapes: in fractions of the picture, an ellipse with its radii."""
    left, top, width, height = part.box
    said = f"{part.shape}:left={_fraction(left)}:top={_fraction(top)}"
    if part.shape == "rect":
        return f"{said}:width={_fraction(width)}:height={_fraction(height)}"
    if part.shape == "ellipse":
        return f"{said}:rx={_fraction(width / 2)}:ry={_fraction(height / 2)}"
    corners = zip(part.at[0::2], part.at[1::2], strict=True)
    return f"{said}:points={' '.join(f'{_fraction(x)},{_fraction(y)}' for x, y in corners)}"


def _fraction(percent: float) -> str:
    return f"{percent / 100:.4f}".rstrip("0").rstrip(".")


def _image(card: Card, drawing: Drawing) -> str:
    """The picture; its alternative text is the title, since the parts' names would be answers."""
    title = card.values.get("title", "")
    said = " ".join(html_entities.unescape(_TAG.sub("", to_html(title))).split()) or Path(card.asks).stem
    said = html_entities.escape(said).replace("[", "&#91;").replace("{", "&#123;")
    size = ""
    if drawing.size:
        width, height = drawing.size
        size = (
            f' style="--q-width:{width:.0f}px;--q-ratio:{width / height:.4g}" width="{width:.0f}" height="{height:.0f}"'
        )
    return f'<img src="{html_entities.escape(drawing.file)}" alt="{said}"{size}>'


def _readable(fields: Mapping[str, str]) -> Mapping[str, str]:
    """The fields with the parts in words: `Aorta (41 8 12 9), Valve (60 40 10 10)`; of polygons, the left and top."""
    names = _named(fields.get("Names", ""))
    words = []
    for gap in gaps_in(fields.get("Occlusion", "")):
        numbers = re.findall(r":(left|top|width|height|rx|ry)=(-?[\d.]+)", gap.hidden)
        place = " ".join(f"{float(number) * (200 if name[0] == 'r' else 100):g}" for name, number in numbers)
        words.append(f"{names.get(gap.numbers, '') or 'unnamed'} ({place})")
    return {name: text for name, text in fields.items() if name != "Names"} | {"Occlusion": ", ".join(words)}


def _names_in(note: Note, html: str) -> Sequence[str] | None:
    """The names of the parts, "" for one that has none; None if there is anything else, which no name can take."""
    numbers = [str(each) for each in numbers_of(note.card.values["parts"], note.identity.numbers)]
    found = parse(html)
    gaps = [each for each in found if isinstance(each, Gap)]
    names = {gap.numbers: gap.hidden for gap in gaps}
    others = "".join(each for each in found if isinstance(each, str))
    plain = all(gap.closed and gap.hint is None and all(isinstance(each, str) for each in gap.parts) for gap in gaps)
    if not plain or len(names) < len(gaps) or not names.keys() <= {*numbers}:
        return None
    if "<img" in others or html_entities.unescape(_TAG.sub("", others)).strip():
        return None
    return [names.get(each, "") for each in numbers]


def _named(names: str) -> dict[str, str]:
    return {gap.numbers: gap.hidden for gap in gaps_in(names)}


# --- sides ---------------------------------------------------------------------------------------


def _cards(card: Card, fields: Sequence[str]) -> tuple[int, ...]:
    return tuple(sorted(number - 1 for number in read_clozes(fields[0]).numbers))


def _cards_in(fields: Mapping[str, str]) -> tuple[int, ...]:
    return tuple(number - 1 for number in read_clozes(fields.get("Occlusion", "")).numbers)


def _sides(note: Note) -> Sides:
    header, image = _field(note, "Header"), _field(note, "Image")
    question = f"{header} {_ALT.sub('', image)}" if header else image  # the title is its alternative text, too
    return Sides(question, [*_named(_field(note, "Names")).values()])


def _on_paper(note: Note) -> list[Sides]:
    """The picture with all parts covered and numbered; the same uncovered, and the names by their numbers."""
    names = _named(_field(note, "Names")).values()
    listed = "".join(f"<li>{name}</li>" for name in names)
    parts = [(str(number), part) for number, part in enumerate(filter(str.strip, note.card.values["parts"]), start=1)]
    covered, open_ = (_numbered_picture(_field(note, "Image"), parts, how) for how in ("covered", "open"))
    return [Sides(f"{_field(note, 'Header')}{covered}", [f"{open_}<ol>{listed}</ol>"])]


def has_masks(text: str) -> bool:
    """Whether gaps are shapes on a picture, as in a note of Anki's image occlusion that is kept as a cloze."""
    return "image-occlusion:" in text


def masks_on_paper(masks: str, picture: str) -> Sides:
    """HTML with a `picture`, its parts covered and numbered as `masks` say, and uncovered."""
    parts = list(_parts_in(masks))

    def drawn(how: str) -> str:
        return _PICTURE.sub(lambda image: _numbered_picture(image[0], parts, how), picture, count=1)

    return Sides(drawn("covered"), [drawn("open")])


def _parts_in(masks: str) -> Iterator[tuple[str, Part]]:
    """The parts that the gaps of Anki's image occlusion cover, each with the numbers of its gap."""
    for gap in gaps_in(masks):
        part = Part("")
        part.shape, *properties = gap.hidden.partition("image-occlusion:")[2].split(":")
        given = dict(each.partition("=")[::2] for each in properties)
        numbers = _NUMBER.findall(" ".join(given.get(name, "") for name in _PLACE.get(part.shape, ())))
        scale = (100, 100, 200, 200) if part.shape == "ellipse" else (100,) * len(numbers)
        part.at = tuple(by * float(number) for by, number in zip(scale, numbers, strict=False))
        if len(part.at) == 4 or (part.shape == "polygon" and len(part.at) > 4 and len(part.at) % 2 == 0):
            yield gap.numbers, part


def _numbered_picture(image: str, parts: Sequence[tuple[str, Part]], how: str) -> str:
    shapes = "".join(_svg(part) for _, part in parts)
    numbers = "".join(_label(number, part) for number, part in parts)
    svg = f'<svg viewBox="0 0 100 100" preserveAspectRatio="none">{shapes}</svg>'
    size = _SIZE.search(image)
    ratio = f' style="--ratio:{int(size[1]) / int(size[2]):.4g}"' if size and int(size[2]) else ""
    return f'<div class="parts {how}"{ratio}>{image}{svg}{numbers}</div>'


def _svg(part: Part) -> str:
    left, top, width, height = part.box
    if part.shape == "rect":
        return f'<rect x="{left:g}" y="{top:g}" width="{width:g}" height="{height:g}"/>'
    if part.shape == "ellipse":
        across, down = width / 2, height / 2
        return f'<ellipse cx="{left + across:g}" cy="{top + down:g}" rx="{across:g}" ry="{down:g}"/>'
    return f'<polygon points="{" ".join(f"{number:g}" for number in part.at)}"/>'


def _label(number: str, part: Part) -> str:
    left, top, width, height = part.box
    return f'<b style="left:{left + width / 2:g}%;top:{top + height / 2:g}%">{number}</b>'


def _field(note: Note, name: str) -> str:
    return note.fields[OCCLUSION.fields.index(name)]


def _card_name(note: Note, number: int) -> str:
    name = _named(_field(note, "Names")).get(str(number + 1), "")
    return html_entities.unescape(_TAG.sub("", _MATH.sub("", name))) or f"part {number + 1}"


def overlapping(parts: Sequence[Part]) -> Iterator[tuple[Part, Part, float]]:
    """Each two parts whose boxes overlap, with how much of the smaller one is under the other, from 0 to 1.

    Parts are looked at from left to right, so that only those side by side are compared.
    """
    opened: list[Part] = []
    for part in sorted(parts, key=lambda each: each.box[0]):
        left, top, width, height = part.box
        opened = [each for each in opened if each.box[0] + each.box[2] > left]
        for other in opened:
            left_2, top_2, width_2, height_2 = other.box
            across = min(left + width, left_2 + width_2) - left
            down = min(top + height, top_2 + height_2) - max(top, top_2)
            smaller = min(width * height, width_2 * height_2)
            if across > 0 and down > 0 and smaller > 0:
                yield other, part, across * down / smaller
        opened.append(part)


OCCLUSION = Kind(
    "occlusion",
    name="picture with parts",
    title="Occlusion",
    own={
        "occlude": Key(
            takes.PICTURE, "A picture whose parts are to be named, a card each: its file in media/.", "Image", "picture"
        ),
        "title": Key(
            takes.MARKDOWN, "What to do with the picture, shown above it: Name the chambers.", "Header", "title"
        ),
        "hide": Key(takes.HIDE, "all covers the other parts, too; one leaves them open. By default all."),
        "parts": Key(
            takes.PARTS,
            "The picture's parts: each with an id, a name, and at: [left, top, width, height] in per cent.",
            "Occlusion",
            "part",
            in_answer_language=True,
        ),
    },
    required=("occlude", "parts"),
    asks="occlude",
    fields=(
        "Occlusion",
        "Image",
        "Header",
        "Details",
        "Comments",
        "Names",
        "Hint",
        "Source",
        "Section",
        "Id",
    ),
    templates=(CardTemplate("Image Occlusion", _ASSETS / "occlusion.html", _ASSETS / "occlusion-answer.html"),),
    masks=True,
    cards=_cards,
    cards_in=_cards_in,
    drawn=_drawn,
    recorded=_recorded,
    readable=_readable,
    names_field="Names",
    names_in=_names_in,
    sides=_sides,
    on_paper=_on_paper,
    card_name=_card_name,
)
