"""What is made of a text is made once, whoever's text it is, and not kept for ever."""

from __future__ import annotations

from studydeck.reading.nodes import placed
from studydeck.remembered import Remembered


def test_an_authors_text_is_the_string_that_it_says() -> None:
    made: list[str] = []

    def length(text: str) -> int:
        made.append(text)
        return len(text)

    lengths = Remembered(length, 10)
    assert lengths["Nile"] == lengths[placed("Nile", "water.yaml", 3, 1)] == lengths["Nile"] == 4
    assert made == ["Nile"]


def test_no_more_than_so_many_are_kept() -> None:
    lengths = Remembered(len, 2)
    assert [lengths[text] for text in ("a", "bb", "ccc")] == [1, 2, 3]
    assert list(lengths) == ["ccc"]
