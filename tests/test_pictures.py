"""The docs' pictures show the card and the preview as they are now."""

from __future__ import annotations

from pictures import MADE_FROM, PICTURES, ingredients


def test_the_pictures_are_not_stale() -> None:
    assert MADE_FROM.read_text("utf-8").strip() == ingredients(), "run `make pictures`, look at them, and commit them"
    pages = [PICTURES.parent.parent / "README.md", *PICTURES.parent.glob("*.md")]
    shown = "".join(page.read_text("utf-8") for page in pages)
    for picture in PICTURES.glob("*.png"):
        assert f"pictures/{picture.name})" in shown or f'pictures/{picture.name}"' in shown, picture
