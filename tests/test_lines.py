"""Reading line by line: whatever it takes, libyaml's events say the same, with the same places."""

from __future__ import annotations

import random
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from studydeck.model import Text
from studydeck.reading.events import read_events
from studydeck.reading.lines import read_lines
from studydeck.reading.nodes import Items, Keys, Node, composed, is_composed

DECKS = sorted(Path(__file__).parent.glob("decks/**/*.yaml"))
DECKS = [each for each in DECKS if each.parts[-2:] != ("kitchen-sink", "code.yaml")]  # it has what a dumper writes
PLAIN = """\
section: Water
tag: "water"
cards:  # of water
  # the first
  - id: nile-cairo
    question: Which river flows through Cairo at 12:30, C# or not?
    answer: The Nile  # of two
    source: [p1s1, p2]

  - question: 'Who''s there? #1'
    cloze: one that is
      wrapped - in, [three]
     lines
    answer:
      - Élan -5
      - "a: b, \\"100\\" %\\\\"
      - -5
    hint: |
      one

        two
    details:
    - x
    - |-
      y
    - !html |
      <b>z</b>
    reverse: true
    more: !html |-
      <i>x</i> # y
  - {question: "Who, then?", answer: -5:1 or C#, source: [p1, p2], typed: 'it''s'}
uncarded:
  p1s3: only a transition
"""
#: Ways to spoil a line; what is left may be YAML, other YAML, or none.
SPOILS = (
    "", " ", "- ", "-", ": ", ":", " #", " # ", "#", "'", '"', "''", "|", "|-", ">", ">-", "[", "]", ", ", "{", "}",
    "{a: b, c: d}", ", e: f", "&a ", "*a",
    "!html ", "!html |",
    "!x ", "%", "@", "`", "?", "? ", "\t", "\\", "\n", "\n\n", "\n  ", "\n      ", "...", "---", "é", "e\u0301",
    "\ufeff",
    "![a](b.png)", "![a b](c d.png)", "![[b.png]]", "[sound:b.mp3]", "![", "[sound:", " # of two", "  # of two",
    "\u3000", "\u00a0", "null", "~", "<<", "-5", "x" * 1100,
)  # fmt: skip


def shape(node: Node | None) -> object:
    """All that a tree says: texts, kinds and every place."""
    if node is None:
        return None
    at = node.path, node.line, node.column
    if isinstance(node, Text):
        return str(node), at, node.plain, type(node)
    if isinstance(node, Items):
        return [at, *map(shape, node)]
    assert isinstance(node, Keys)
    return [at, *((key, node.key(key).line, node.key(key).column, shape(each)) for key, each in node.items())]


def same(text: str) -> bool:
    """Whether lines can be read, and then that both ways to read them agree, without a problem."""
    tree = read_lines("water.yaml", text)
    if tree is None:
        return False
    assert (shape(tree), []) == ((said := read_events("water.yaml", text, []))[0] and shape(said[0]), said[1]), text
    return True


def test_what_authors_write_is_read_by_line_with_the_places_that_libyaml_gives() -> None:
    assert same(PLAIN)
    assert same(PLAIN.replace("  - ", "- ").replace("\n    ", "\n  "))  # dashes under their key


@pytest.mark.parametrize("path", DECKS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_whole_decks_are_read_by_line(path: Path) -> None:
    assert same(path.read_text("utf-8"))


@pytest.mark.parametrize(
    "text",
    [
        "", "# only a comment\n", "- a\n", "a\n", "a: {b: {c: d}}\n", "a: {b: c:}\n", "a: {b: c,}\n",
        "a: {b, c: d}\n", "a: {b: c, b: d}\n", "a: {b: }\n", "a: {}\n", "a: b\na: c\n", "a:\nb: c\n",
        "a: b\n\n  c\n", "a: b # c\n  d\n", "a: b\n  c:\n", "a: b\n  - c\n",
        "a: >\n  b\n\n  c\n", "a: >\n  b\n   c\n", "a: |2\n    b\n", "a: |\n\n  b\n", "a: |\n  b",
        "a: |\n  b\n   \n", "a: b #c\n", "a: b:\n", "a: b: c\n",
        "a: *b\n", "a: &b c\n", "a: !!str b\n", 'a: "b\\n"\n', "a: 'b' c\n", "a: [b, {c: d}]\n", "a: [b,\n  c]\n",
        "a b: c\n",
        "? a\n: b\n", "---\na: b\n", "a: b\n---\nc: d\n", "a: b\n...\n", "a:\tb\n", "a: b\n\tc: d\n", "é: b\n",
        '"a": b\n',
        " a: b\nc: d\n", "a:\n  b: c\n d: e\n", "a:\n  - b\n  c: d\n", "a:\n  - - b\n", "- a: b\n",
        f"a: {'b' * 100_001}\n",
        "a:\n" + "".join(f"{' ' * n}a:\n" for n in range(1, 30)),
    ],
)  # fmt: skip
def test_other_yaml_is_left_to_libyaml(text: str) -> None:
    assert read_lines("water.yaml", text) is None


@settings(max_examples=600, deadline=None)
@given(st.integers(0, 10**9), st.integers(1, 4))
@example(0, 0)
def test_a_spoiled_file_is_read_alike_or_left_to_libyaml(seed: int, spoils: int) -> None:
    draw = random.Random(seed)
    lines = PLAIN.split("\n")
    for _ in range(spoils):
        number = draw.randrange(len(lines))
        line, at = lines[number], draw.choice((0, draw.randrange(len(lines[number]) + 1), len(lines[number])))
        lines[number] = line[:at] + draw.choice(SPOILS) + line[min(len(line), at + draw.choice((0, 0, 1, 2, 4))) :]
        if draw.random() < 0.2:
            lines.insert(draw.randrange(len(lines)), lines.pop(number))
    same("\n".join(lines))


@settings(max_examples=600, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(("", " ", "  ", "    ", "      ")),
            st.sampled_from(("", "- ", "-   ", "- - ")),
            st.sampled_from(("", "a: ", "b: ", "c:", "c:", "d:  ")),
            st.sampled_from(
                (
                    "",
                    "x",
                    "x y",
                    "'x'",
                    '"x"',
                    "[x, y]",
                    "{a: x, b: y}",
                    "{a: x y, b: 'z'} # z",
                    "|",
                    "|-",
                    "x # y",
                    "x #y",
                    "x:",
                    "-5",
                    "- x",
                    "#",
                    "![x](y.png)",
                    "![x]: y",
                    "[sound:x.mp3]",
                    "[sound:x, y",
                    "![[x.png]] # y",
                )
            ),
        ).map("".join),
        max_size=9,
    ).map(lambda lines: "a: x\n" + "\n".join(lines) + "\n")
)
def test_lines_in_any_order_are_read_alike_or_left_to_libyaml(text: str) -> None:
    same(text)


@given(st.text(alphabet="a b\u0301\u093c\u0921\u0928\u09c7\u09be\u1025\u102e\u1100\u1161\u11a8é", max_size=12))
def test_texts_are_composed_word_by_word_as_in_one_go(text: str) -> None:
    assert composed(text) == unicodedata.normalize("NFC", text)
    assert is_composed(text) == unicodedata.is_normalized("NFC", text)
