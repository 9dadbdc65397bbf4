"""Where in an author's file a sign of a text is: YAML's events know only where the text starts."""

from __future__ import annotations

import re
from pathlib import Path

from studydeck.files import read_bytes
from studydeck.model import Deck, Place, Placed, Text

_START = re.compile(r"""(?:[|>][+\-\d]*[^\n]*\n|["'])?\s*""")
_WORD = re.compile(r"\S+")
_BLANKS = re.compile(r"\s*")


class Places:
    """Finds signs in the files of a deck; each file is read once."""

    def __init__(self, deck: Deck) -> None:
        self._folder = deck.folder
        self._files: dict[str, str] = {}

    def inside(self, text: Text, at: int) -> Placed:
        """The place of the sign at this index of `text` without its outer white space.

        That of the whole text if its words aren't in the file as they are in the text, such as those with `\\\\`.
        """
        source = self._source(text.path)
        line = 0
        for _ in range(text.line - 1):
            line = source.find("\n", line) + 1
        start = _START.match(source, line + text.column - 1)
        here = start.end() if start else len(source)
        for word in _WORD.finditer(text.strip()):
            here = _BLANKS.match(source, here).end()  # type: ignore[union-attr]
            if not source.startswith(word[0], here):
                break
            if word.end() > at:
                here += max(0, at - word.start())
                before = source[:here]
                return Place(text.path, before.count("\n") + 1, here - before.rfind("\n"))
            here += len(word[0])
        return text

    def _source(self, path: str) -> str:
        if path not in self._files:
            try:
                self._files[path] = read_bytes(Path(path), self._folder).decode("utf-8-sig", "replace")
            except OSError:  # it was read a moment ago
                self._files[path] = ""
        return self._files[path]
