"""Values changed in an author's YAML: every other byte stays, whatever the author's quotes, comments and line ends."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studydeck.kinds import card_keys
from studydeck.model import Html, Place
from studydeck.reading.edit_values import Changes, with_card_values
from studydeck.reading.nodes import Items, Keys
from studydeck.reading.tree import read_tree

ORDER = list(card_keys())
FILE = Path("water.yaml")
KEYS = ("id", "question", "answer", "hint", "details", "tags", "reverse")
TEXTS = ("a", "The Nile", "it's", 'say "Nile"', "no", "1: 2 # 3", "- a\n- b", "# no head", "two\n\nparts",
         "![x](y.png)",
         "back\\slash", "{a}", "ends in #", "*", "&a", "naïve 河", "`code`: x", "'", '"', "a, b]", "true")  # fmt: skip
WRITTEN = ("Nile", "'single ''quoted'''", '"double \\"quoted\\""', "plain x",
           "|\n{}  a block\n{}  of lines",
           ">\n{}  folded\n{}  text", "two\n{}  plain lines", "!html |\n{}  <b>x</b>", "![alt](x.png)", "[a, 'b c']",
           "\n{}  - one  # first\n{}  # between\n{}  - 'two'", "")  # fmt: skip
INSIDE = ("Nile", "'single'", '"double, quoted"', "[a, b]", "two words")
AFTER = ("", "", "  # a comment", "\n", "\n\n", "\n{}# above the next\n")
values = st.one_of(
    st.sampled_from(TEXTS),
    st.lists(st.sampled_from(TEXTS), min_size=1, max_size=3).map(tuple),
    st.sampled_from(TEXTS).map(Html),
    st.none(),
)


@st.composite
def parts_of_cards(draw: st.DrawFn) -> list[tuple[Place | None, str, str]]:
    """A file in parts: of each value the place of its card and its key, and the text with what is around it."""
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    parts: list[tuple[Place | None, str, str]] = [(None, "", f"# top{newline}section: Water{newline}cards:{newline}")]
    line = 4
    outer = " " * draw(st.sampled_from([0, 2, 4]))
    for _ in range(draw(st.integers(1, 3))):
        gap = " " * draw(st.integers(1, 3))
        column = len(outer) + 1 + len(gap)
        place = Place("water.yaml", line, column + 1)
        keys = draw(st.lists(st.sampled_from(KEYS), min_size=2, max_size=5, unique=True))
        if draw(st.booleans()):
            parts.append((None, "", f"{outer}-{gap}{{"))
            for number, key in enumerate(keys):
                comma = "" if number + 1 == len(keys) else ", "
                parts.append((place, key, f"{key}: {draw(st.sampled_from(INSIDE))}{comma}"))
            parts.append((None, "", f"}}{newline}"))
            line += 1
            continue
        indent = " " * column
        for number, key in enumerate(keys):
            start = f"{outer}-{gap}" if number == 0 else indent
            written, after = draw(st.sampled_from(WRITTEN)), draw(st.sampled_from(AFTER))
            after = "" if after.startswith(" ") and "\n" in written else after
            space = "" if written.startswith("\n") else " " * draw(st.integers(1, 3))
            text = f"{start}{key}:{space}{written}{after}".replace("{}", indent)
            text = f"{text}\n".replace("\n", newline)
            line += text.count(newline)
            parts.append((place, key, text))
    if draw(st.booleans()):
        parts.append((None, "", f"uncarded:  # why{newline}  p1: 'no'{newline}"))
    return parts


def joined(parts: list[tuple[Place | None, str, str]]) -> bytes:
    return "".join(text for _, _, text in parts).encode()


@settings(max_examples=150)
@given(parts_of_cards(), st.data())
def test_only_the_bytes_of_the_value_change(parts: list[tuple[Place | None, str, str]], data: st.DataObject) -> None:
    before = joined(parts)
    tree, problems = read_tree("water.yaml", before)
    if problems:
        return
    assert isinstance(tree, Keys)
    number, place, key = data.draw(st.sampled_from([(n, *each[:2]) for n, each in enumerate(parts) if each[0]]))
    assert place
    new = data.draw(values)
    siblings = [each for each in parts if each[0] == place]
    after = with_card_values(FILE, before, {place: {key: new}}, ORDER)
    first, last = joined(parts[:number]), joined(parts[number + 1 :])
    if new is None and siblings[0][1] == key:
        first = first.removesuffix(b"{") if first.endswith(b"{") else first
    if new is None:
        last = last.removeprefix(b"}").lstrip(b" ")
        first = first.removesuffix(b", ")
    assert after.startswith(first), after.decode()
    assert after.endswith(last), after.decode()
    if new is not None and (comment := parts[number][2].rpartition("  # a comment")[1]):
        assert comment.encode() in after.removeprefix(first)
    lone = after.replace(b"\r\n", b"")
    assert b"\r" not in lone
    assert b"\r\n" not in before or b"\n" not in lone


@settings(max_examples=100)
@given(parts_of_cards(), st.dictionaries(st.sampled_from(KEYS), values, min_size=1, max_size=4))
def test_several_changes_at_once_change_nothing_else(
    parts: list[tuple[Place | None, str, str]], changes: dict[str, str]
) -> None:
    before = joined(parts)
    tree, problems = read_tree("water.yaml", before)
    if problems:
        return
    assert isinstance(tree, Keys)
    cards = tree["cards"]
    assert isinstance(cards, Items)
    edits: dict[Place, Changes] = {}
    for card in cards:
        assert isinstance(card, Keys)
        mine = {key: value for key, value in changes.items() if value is not None or key in card}
        if not any(key not in changes or changes[key] is not None for key in card):
            return  # a card keeps one key at least
        edits[Place(card.path, card.line, card.column)] = mine
    at_once = with_card_values(FILE, before, {at: each for at, each in edits.items() if each}, ORDER)
    again, problems = read_tree("water.yaml", at_once)
    assert not problems
    assert isinstance(again, Keys)
    assert [str(each) for each in again] == [str(each) for each in tree]


CARD = (
    "section: Water\ncards:\n  - id: nile\n    question: Which?\n"
    "    fields:\n      Extra: more  # a lot\n      Other: x\n"
)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"fields": {"Extra": "less"}}, CARD.replace("more", "less")),
        ({"fields": {"Extra": None}}, CARD.replace("      Extra: more  # a lot\n", "")),
        ({"fields": {"Third": "a\nb"}}, CARD + "      Third: |\n        a\n        b\n"),
        ({"fields": None}, CARD.partition("    fields")[0]),
        ({"id": None}, CARD.replace("id: nile\n    ", "")),
        ({"hint": "x", "answer": "z"}, CARD.replace("Which?\n", "Which?\n    answer: z\n    hint: x\n")),
    ],
)
def test_fields_of_a_note_type_and_new_keys(changes: Changes, expected: str) -> None:
    edited = with_card_values(FILE, CARD.encode(), {Place("", 3, 5): changes}, ORDER).decode()
    assert edited == expected


@pytest.mark.parametrize(
    "text",
    [
        "section: Water\ncards:\n  - &a {question: Which?, answer: Nile}\n  - *a\n",
        "section: Water\ncards:\n  - question: &q Which?\n    answer: *q\n",
    ],
)
def test_what_an_alias_repeats_is_refused(text: str) -> None:
    at = Place("", 3, 5 + 3 * ("&a" in text))
    with pytest.raises(ValueError, match=r"can't change these cards in water.yaml without changing anything else"):
        with_card_values(FILE, text.encode(), {at: {"question": "What?"}}, ORDER)
