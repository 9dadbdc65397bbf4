"""A note that its author edited, and that its learner may have changed: what it becomes, so that neither loses a word.

Each field goes to whoever changed it, and to the author where both did. Tags are the author's, and the learner's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from studydeck.model.kinds import MY_NOTES, SPARES


class Version(NamedTuple):
    """What a note says in somebody's hands: its fields as HTML, by their names, and its tags."""

    fields: Mapping[str, str]
    tags: tuple[str, ...]

    def agrees(self, other: Version) -> int:
        """In how many fields it says the same, besides the learner's own."""
        return sum(text == other.fields.get(name) for name, text in self.fields.items() if name != MY_NOTES)

    def is_same(self, other: Version) -> bool:
        """Whether no one could see a difference."""
        return self.fields == other.fields and _folded(self.tags) == _folded(other.tags)


class Merged(NamedTuple):
    """What a note becomes. `kept_tags` and `kept_fields` are the learner's; `replaced` has the learner's old texts."""

    version: Version
    kept_tags: tuple[str, ...] = ()
    kept_fields: tuple[str, ...] = ()
    replaced: Mapping[str, str] = {}


def merge(base: Version | None, new: Version, theirs: Version) -> Merged:
    """The note as the author has it now, with what is the learner's own.

    `base` is what the author had shipped to the learner. Where that isn't known, all the learner's tags are kept, and
    each text that the author's replaces is reported.
    """
    fields, kept, replaced = {}, [], {}
    for name, text in new.fields.items():
        own = theirs.fields.get(name, "")
        old = base.fields.get(name, "") if base else None
        is_theirs = name in (MY_NOTES, *SPARES) and not text
        fields[name] = own if is_theirs or text == old else text
        if own and own not in (text, old):
            if fields[name] == own:
                kept.append(name)
            else:
                replaced[name] = own
    not_own = _folded(new.tags) | _folded(base.tags if base else ())
    own_tags = tuple(tag for tag in theirs.tags if tag.casefold() not in not_own)
    return Merged(Version(fields, (*new.tags, *own_tags)), own_tags, tuple(kept), replaced)


def _folded(tags: Iterable[str]) -> set[str]:
    return {tag.casefold() for tag in tags}
