"""Parts of a picture, written into an author's YAML: every other byte stays, whatever the author's style."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studydeck.model import Place
from studydeck.reading.edit_parts import DrawnPart, parts_at, with_parts
from studydeck.reading.tree import read_tree

FILE = Path("body.yaml")
BEFORE = "# top\nsection: Body\ncards:\n  - {id: a, question: What?, answer: That}  # one\n"
AFTER = "  # below\n  - {id: z, question: 'Who?', answer: She}\n"
NAMES = ("Lens", "", "rect", "it's", "say: yes", "# no", "no", "*bold*", "- a", "naïve 河", "![x](y.png)", "a, b]", "1")
HEART = Place("body.yaml", 5, 5)
numbers = st.sampled_from([0, 5, 12.5, 41, 99.9])
boxes = st.tuples(numbers, numbers, numbers.filter(bool), numbers.filter(bool)).map(
    lambda each: tuple(map(float, each))
)
triangles = st.just((10.0, 10.0, 20.0, 10.0, 15.0, 20.0))


@st.composite
def drawn_parts(draw: st.DrawFn, names: tuple[str, ...]) -> list[DrawnPart]:
    parts = []
    for part_id in names:
        shape = draw(st.sampled_from(["rect", "ellipse", "polygon"]))
        at = draw(triangles if shape == "polygon" else boxes)
        parts.append(DrawnPart(part_id, draw(st.sampled_from(NAMES)), shape, at))
    return parts


def one_line(pairs: list[str]) -> str:
    return "{" + ", ".join(pairs) + "}"


def written(draw: st.DrawFn, part: DrawnPart, indent: str) -> str:
    """A part in one of the ways in which an author may write it; an indent is for parts in lines of their own."""
    quoted = part.name.replace("'", "''")
    pairs = [f"id: {part.id}", f"at: [{', '.join(f'{number:g}' for number in part.at)}]"]
    pairs += [f"name: '{quoted}'"] if part.name else []
    pairs += [f"shape: {part.shape}"] if part.shape != "rect" or draw(st.booleans()) else []
    pairs = draw(st.permutations(pairs))
    break_ = f"\n{indent}  "
    return one_line(pairs) if not indent or draw(st.booleans()) else break_.join(pairs)


@st.composite
def files(draw: st.DrawFn) -> tuple[str, list[DrawnPart], list[str]]:
    """A file, the parts in it, and its comments among the parts."""
    parts = draw(drawn_parts(("one", "two", "rect", "four")[: draw(st.integers(1, 4))]))
    comments: list[str] = []
    style = draw(st.sampled_from(["lines", "brackets", "braces"]))
    if style == "lines":
        indent = draw(st.sampled_from(["    ", "      ", "        "]))
        items = ""
        for number, part in enumerate(parts):
            comment = draw(st.sampled_from(["", f"  # of {number}", f"\n{indent}# below {number}", "\n"]))
            comments += [comment.strip()]
            items += f"{indent}- {written(draw, part, indent)}{comment}\n"
        card = f"  - id: heart\n    occlude: heart.svg\n    parts:\n{items}    title: Heart  # its name\n"
    else:
        joined = draw(st.sampled_from([", ", ",\n      "])).join(written(draw, part, "") for part in parts)
        card = f"  - id: heart\n    occlude: heart.svg\n    parts: [{joined}]  # all\n    title: Heart\n"
        if style == "braces":
            card = f"  - {{id: heart, occlude: heart.svg, parts: [{joined}], title: Heart}}\n"
    text = BEFORE + card + AFTER
    return text.replace("\n", draw(st.sampled_from(["\n", "\r\n"]))), parts, comments


@settings(max_examples=150, deadline=None)
@given(files(), st.data())
def test_the_parts_are_written_and_all_else_stays(
    file: tuple[str, list[DrawnPart], list[str]], data: st.DataObject
) -> None:
    text, parts, comments = file
    before = text.encode()
    assert parts_at(read_tree("", before)[0], HEART, []) == tuple(parts), text
    stay = [part for part in parts if data.draw(st.booleans(), label="stays")]
    new = data.draw(drawn_parts(("five", "six")[: data.draw(st.integers(0 if stay else 1, 2))]))
    changed = data.draw(drawn_parts(tuple(part.id for part in stay)))
    wanted = [
        other if data.draw(st.booleans(), label="changes") else part for part, other in zip(stay, changed, strict=True)
    ]
    after = with_parts(FILE, before, HEART, [*wanted, *new]).decode()
    assert parts_at(read_tree("", after.encode())[0], HEART, []) == (*wanted, *new)
    newline = "\r\n" if "\r\n" in text else "\n"
    assert after.startswith(BEFORE.replace("\n", newline))
    assert after.endswith(AFTER.replace("\n", newline))
    assert after.count("\n") - after.count("\r\n") in ((0,) if newline == "\r\n" else (after.count("\n"),))
    if stay == parts:
        assert all(comment in after for comment in comments), after
    if wanted == parts:
        kept = iter(after)
        assert all(letter in kept for letter in text)  # only additions
    if wanted == parts and not new:
        assert after == text


CARD = """\
  - id: heart
    occlude: heart.svg
    parts:   # drawn by hand
      # the vessel
      - {id: aorta, name: "Aorta", at: [41, 8, 12, 9]}  # large
      - id: valve   # small
        at: [60, 50, 20, 20]
      - {shape: polygon, id: apex, at: [40, 70, 60, 72, 50, 95]}
    title: Heart
"""


def test_a_change_is_as_small_as_it_can_be() -> None:
    aorta = DrawnPart("aorta", "The aorta", "rect", (41, 8, 12, 9))
    valve = DrawnPart("valve", "Mitral *valve*", "ellipse", (60, 50, 20, 21.5))
    new = DrawnPart("ete", "Été: #1", "rect", (1, 2, 3, 4))
    edited = with_parts(FILE, (BEFORE + CARD + AFTER).encode(), HEART, [aorta, valve, new]).decode()
    changed = CARD.replace('"Aorta"', '"The aorta"').replace("[60, 50, 20, 20]", "[60, 50, 20, 21.5]")
    *lines, _, title = changed.splitlines(keepends=True)
    added = ['        name: "Mitral *valve*"\n', "        shape: ellipse\n"]
    added += ['      - {id: ete, name: "Été: #1", at: [1, 2, 3, 4]}\n']
    assert edited == BEFORE + "".join([*lines, *added, title]) + AFTER


@pytest.mark.parametrize(
    ("card", "parts", "sentence"),
    [
        ("    parts: *all\n", ["one"], "without changing anything else"),
        ("    parts: [*one]\n", ["new"], "without changing anything else"),
        ("    parts: &mine [{id: one, at: [1, 2, 3, 4]}]\n    details: *mine\n", ["one", "two"], "without changing"),
        ("    parts: [{id: one, at: [1, 2, 3, 4]}, {id: two, at: [1, 2, 3, 4]}]\n", ["two", "one"], "without changing"),
        ("    parts: [{id: one, at: [1, 2, 3, 4]}]\n", ["no spaces"], "isn't a valid id"),
        ("    parts: [{id: one, at: [1, 2, 3, 4]}]\n", [f"p{n}" for n in range(600)], "a picture has 1 to "),
        ("    parts: [{id: one, at: [1, 2, 3, 4]}\n", ["one"], "has errors; fix them first"),
        ("", ["one"], "without changing anything else"),
    ],
)
def test_what_cannot_be_written_is_refused(card: str, parts: list[str], sentence: str) -> None:
    anchor = "  - {id: y, occlude: x.svg, parts: &all [&one {id: one, at: [1, 2, 3, 4]}]}\n"
    text = f"{BEFORE}  - id: heart\n    occlude: heart.svg\n{card}{AFTER}"
    if "*" in card and "&" not in card:
        text = text.replace(BEFORE, BEFORE.replace("  - {id: a, question: What?, answer: That}  # one\n", anchor))
    with pytest.raises(ValueError, match=sentence):
        with_parts(FILE, text.encode(), HEART, [DrawnPart(each, "", "rect", (5, 6, 7, 8)) for each in parts])
