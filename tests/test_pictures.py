"""The README's pictures show the card and the preview as they are now."""

from __future__ import annotations

from pictures import MADE_FROM, PICTURES, ingredients


def test_the_pictures_are_not_stale() -> None:
    assert MADE_FROM.read_text("utf-8").strip() == ingredients(), "run `make pictures`, look at them, and commit them"
    readme = (PICTURES.parent.parent / "README.md").read_text("utf-8")
    for picture in PICTURES.glob("*.png"):
        assert f"docs/pictures/{picture.name}" in readme
