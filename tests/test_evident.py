"""Evident formulas and code are those that the reader of all spellings finds, and what is read of texts with them."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from studydeck.checks import words
from studydeck.model import Text
from studydeck.text.evident import BETWEEN, Apart
from studydeck.text.tex import Formula, _Reader, formulas_and_code, parted

PIECES = [
    "$", "`", "```", "```python\n", "\n```", "```\nx = $1\n```", "$x$", "$$y$$", "$\\frac{a}{b}$", "`c`", "$HOME", "b$",
    "$n$th", "H$_2$O", "²", "_a$", "$^b", "$2(a)$", "$3(", "x",
    "\n", "\n\n", " ", "a", "5", "x^2", "\\", "\\(", "\\)", "\\[", "\\]", "\\$", "\\\\", "[$]", "[/$]", "[latex]", "$$",
    "\\begin{align}", "\\end{align}", "\\href{x}", "[sound:a.mp3]", "{{c1::", "}}", "word two", "- ", "> ", "\t",
    *"{}[]()~_*.,:é!<&|1\x01",
]  # fmt: skip


@given(texts=st.lists(st.lists(st.sampled_from(PIECES), max_size=9).map("".join), max_size=3))
@settings(max_examples=1_500, deadline=None)
def test_what_is_evident_is_what_a_reader_finds(texts: list[str]) -> None:
    """None of it is odd inside, either: see `test_nothing_is_lost_of_code_and_formulas_between_words`."""
    for text, rest, formulas in Apart(texts).with_formulas():
        if rest != text:
            found = _Reader(text).read_all()
            assert rest.count(BETWEEN) == len(found)
            assert rest.split(BETWEEN) == parted(text)[0::2]
            assert all(
                text[each.start : each.end] == part for each, part in zip(found, parted(text)[1::2], strict=True)
            )
            assert [*formulas] == [each.tex for each in found if isinstance(each, Formula)]
            assert Apart([text]).rests == ([rest] if "\x01" not in "".join(texts) else [text])


@given(text=st.lists(st.sampled_from(PIECES), max_size=9).map("".join) | st.text("$ ab 1{}^_\\(.,|~é", max_size=24))
@settings(max_examples=1_500, deadline=None)
@example(text="$a$ and $b$c$")
@example(text="it costs $5 and $6, or $x$")
def test_all_formulas_and_code_are_those_that_a_reader_finds(text: str) -> None:
    assert [*formulas_and_code(text)] == _Reader(text).read_all()


@given(texts=st.lists(st.lists(st.sampled_from([*PIECES, "https://a.b", "**"]), max_size=9).map("".join), max_size=3))
@settings(max_examples=1_500, deadline=None)
def test_the_plain_words_around_what_is_evident_are_those_of_each_text(texts: list[str]) -> None:
    for text, plain in words.evident_plain(Apart([*map(Text, texts)])).items():
        assert plain == words.plain(text)


def test_most_formulas_and_code_are_evident() -> None:
    texts = ["plain", r"$x^2$, $\frac{a}{b}$", "`a`:\n\n```python\nx\n```", "$$x$$", "costs $5", r"$\left[0, 1\right)$"]
    texts += ["H$_2$O", "the $n$th", "$2(x+1)$", "$5 (or $6)"]
    found = [(rest, [*formulas]) for _, rest, formulas in Apart(texts).with_formulas()]
    assert found == [
        ("plain", []),
        ("\0, \0", ["x^2", r"\frac{a}{b}"]),
        ("\0:\n\n\0", []),
        ("\0", ["x"]),
        ("costs $5", []),
        ("\0", [r"\left[0, 1\right)"]),
        ("H\0O", ["_2"]),
        ("the \0th", ["n"]),
        ("\0", ["2(x+1)"]),
        ("$5 (or $6)", []),
    ]
    assert Apart(texts).whole.count("$") == 3
