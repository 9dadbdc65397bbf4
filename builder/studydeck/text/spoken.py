"""A text as it is read aloud, and the name under which its sound is kept."""

from __future__ import annotations

import hashlib
import html as html_entities
from collections.abc import Iterable

from studydeck.model import Text
from studydeck.patterns import pattern
from studydeck.text.markdown import field_html

#: What no program reads as it is meant: formulas, code, pictures, tables; or what has a sound of its author's.
_NOT_SPOKEN = pattern(r"\\\(|\\\[|<code|<pre|<table|<img|\[sound:|<kbd")
_READINGS = pattern(r"<r([pt])>[^<]*</r\1>")
_END = pattern(r"<br ?/?>|</(?:p|li|h[1-6]|blockquote)>")
_TAG = pattern(r"<[^>]*>")


def spoken_words(texts: Iterable[Text], language: str) -> str:
    """The words of texts, a line each, for a program to say; "" if there is anything that it couldn't."""
    lines: list[str] = []
    for text in texts:
        html = field_html(text, None, language)
        if _NOT_SPOKEN.search(html):
            return ""
        html = _TAG.sub("", _END.sub("\n", _READINGS.sub("", html)))
        lines += [" ".join(line.split()) for line in html_entities.unescape(html).split("\n")]
    return "\n".join(filter(None, lines))


def spoken_key(words: str, language: str) -> str:
    """What names the sound of these words in a language; the rest of the file's name is the voice's."""
    return hashlib.blake2b(f"{language}\n{words}".encode(), digest_size=10).hexdigest()
