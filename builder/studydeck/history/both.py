"""A note that its author edited, and that its learner may have changed: what it becomes, so that neither loses a word.

A text that the author once shipped is the author's, and any other is the learner's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from studydeck.model import RETIRED, says_retired
from studydeck.model.kinds import MY_NOTES, SPARES


class Version(NamedTuple):
    """What a note says in somebody's hands: its fields as HTML, by their names, and its tags."""

    fields: Mapping[str, str]
    tags: tuple[str, ...]

    def has_texts_of(self, other: Version) -> bool:
        """Whether every text is the other's, besides the learner's own."""
        return all(text == self.fields.get(name) for name, text in other.fields.items() if name != MY_NOTES)

    def may_come_from(self, other: Version) -> bool:
        """Whether a learner may have made this of `other` by tags alone; nobody retires a card by hand."""
        is_retired, was_retired = (says_retired(folded_tags(each.tags)) for each in (self, other))
        return is_retired == was_retired and self.has_texts_of(other)

    def is_same(self, other: Version) -> bool:
        """Whether no one could see a difference."""
        return self.fields == other.fields and folded_tags(self.tags) == folded_tags(other.tags)


class PastVersions(NamedTuple):
    """What the learner may have been shipped of a note, newest first; `are_all` if it can't have been anything else."""

    versions: Sequence[Version]
    are_all: bool

    @property
    def tags(self) -> set[str]:
        """Tags that are the author's, whichever of the versions the learner has."""
        folded = [folded_tags(each.tags) for each in self.versions]
        return set.intersection(*folded) if folded else set()


class Merged(NamedTuple):
    """What a note becomes. `kept_tags` and `kept_fields` are the learner's; `replaced` has the learner's old texts."""

    version: Version
    kept_tags: tuple[str, ...] = ()
    kept_fields: tuple[str, ...] = ()
    replaced: Mapping[str, str] = {}


def merge(shipped: PastVersions, new: Version, theirs: Version, *, is_newer: bool) -> Merged:
    """The note as the author has it now, with what is the learner's own.

    A learner's text stays if the author left that field alone, or if it `is_newer` than the author's edit. All tags
    stay that the learner can't have from the author.
    """
    fields, kept, replaced = {}, [], {}
    for name, text in new.fields.items():
        own = theirs.fields.get(name, "")
        olds = [each.fields.get(name, "") for each in shipped.versions]
        fields[name] = own
        if own == text:
            continue
        left_alone = shipped.are_all and all(text == old for old in olds)
        if (name in (MY_NOTES, *SPARES) and not text) or (own not in olds and (is_newer or left_alone)):
            kept += [name] if own else []
            continue
        fields[name] = text
        if own and own not in olds and not _look_alike(own, text):
            replaced[name] = own
    not_own = folded_tags(new.tags) | shipped.tags | set(_retiring(new.tags))
    own_tags = tuple(tag for tag in theirs.tags if tag.casefold() not in not_own)
    return Merged(Version(fields, (*new.tags, *own_tags)), own_tags, tuple(kept), replaced)


def _retiring(tags: Iterable[str]) -> Iterator[str]:
    """The tags by which a deck that has such `tags` says that a card is retired."""
    for tag in folded_tags(tags):
        parts = tag.split("::")
        yield from ("::".join(parts[:end]) + RETIRED for end in range(1, len(parts)))


def _look_alike(one: str, other: str) -> bool:
    """Whether nobody can see a difference: Anki's editor writes <b> where we write <strong>."""
    from studydeck.text.from_html import seen_in  # few pushes need it

    return seen_in(one) == seen_in(other)


def folded_tags(tags: Iterable[str]) -> set[str]:
    """The tags without capital letters, which make no difference to Anki."""
    return {tag.casefold() for tag in tags}
