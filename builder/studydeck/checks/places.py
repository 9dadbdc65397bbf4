"""Where in an author's file a sign of a text is: YAML's events know only where the text starts."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from pathlib import Path

from studydeck.files import read_bytes
from studydeck.model import Deck, Place, Placed, Text
from studydeck.patterns import pattern

_START = pattern(r"""(?:[|>][+\-\d]*[^\n]*\n|["'])?\s*""")
_WORD = pattern(r"\S+")
_BLANKS = pattern(r"\s*")


class Places:
    """Finds signs in the files of a deck; each file is read once."""

    def __init__(self, deck: Deck) -> None:
        self._folder = deck.folder
        self._files: dict[str, tuple[str, list[int]]] = {}

    def inside(self, text: Text, at: int) -> Placed:
        """The place of the sign at this index of `text` without its outer white space.

        That of the whole text if its words aren't in the file as they are in the text, such as those with `\\\\`.
        """
        source, lines = self._source(text.path)
        start = _START.match(source, lines[min(text.line, len(lines)) - 1] + text.column - 1)
        here = start.end() if start else len(source)
        for word in _WORD.finditer(text.strip()):
            here = _BLANKS.match(source, here).end()  # type: ignore[union-attr]
            if not source.startswith(word[0], here):
                break
            if word.end() > at:
                here += max(0, at - word.start())
                line = bisect_right(lines, here)
                return Place(text.path, line, here - lines[line - 1] + 1)
            here += len(word[0])
        return text

    def _source(self, path: str) -> tuple[str, list[int]]:
        """A file's text, and where its lines start in it."""
        if path not in self._files:
            try:
                source = read_bytes(Path(path), self._folder).decode("utf-8-sig", "replace")
            except OSError:  # it was read a moment ago
                source = ""
            self._files[path] = source, [0, *accumulate(len(line) + 1 for line in source.split("\n"))][:-1]
        return self._files[path]
