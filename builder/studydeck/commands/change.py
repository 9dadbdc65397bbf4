"""A change of a section file, and how a terminal shows it: as git does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import Path
from typing import Literal, NamedTuple

from studydeck.reading.nodes import Items, Keys
from studydeck.reading.tree import read_tree

#: What difflib says of lines: what happens to them, and where they start and end before and after.
_Opcode = tuple[Literal["replace", "delete", "insert", "equal"], int, int, int, int]


class Change(NamedTuple):
    """A file of the deck, before and after."""

    path: Path
    before: bytes
    after: bytes

    @property
    def diff(self) -> list[str]:
        """The lines of the file that change, as git shows them."""
        name = self.path.as_posix()
        before, after = (each.decode("utf-8-sig").splitlines() for each in (self.before, self.after))
        lines = [f"--- {name}", f"+++ {name}"]
        whole = SequenceMatcher(None, "", "")
        whole.opcodes = list(self._opcodes(before, after))  # type: ignore[attr-defined]
        for group in whole.get_grouped_opcodes():
            (_, start, _, there, _), (_, _, end, _, there_end) = group[0], group[-1]
            lines.append(f"@@ -{start + 1},{end - start} +{there + 1},{there_end - there} @@")
            for tag, i, j, k, m in group:
                lines += [f"{' ' if tag == 'equal' else '-'}{line}" for line in before[i:j]]
                lines += [f"+{line}" for line in after[k:m] if tag != "equal"]
        return lines

    def _opcodes(self, before: Sequence[str], after: Sequence[str]) -> Iterator[_Opcode]:
        """What happens to the lines, found card by card: all at once would take the square of the time."""
        old, new = ([card.line - 1 for card in cards_in("", each)] for each in (self.before, self.after))
        ends = zip([*old, len(before)], [*new[: len(old)], len(after)], strict=True)
        same: _Opcode | None = None
        for (start, there), (end, there_end) in pairwise([(0, 0), *ends]):
            part = SequenceMatcher(None, before[start:end], after[there:there_end], autojunk=False)
            for tag, i, j, k, m in part.get_opcodes():
                found: _Opcode = tag, start + i, start + j, there + k, there + m
                if tag == "equal":
                    same = (*same[:2], found[2], same[3], found[4]) if same else found
                    continue
                if same:
                    yield same
                    same = None
                yield found
        if same:
            yield same


def cards_in(name: str, data: bytes) -> list[Keys]:
    """The cards of a section file, as they are written."""
    tree, _ = read_tree(name, data)
    cards = tree.get("cards") if isinstance(tree, Keys) else None
    return [each for each in cards if isinstance(each, Keys)] if isinstance(cards, Items) else []
