"""Which learners need which edition of a package, in which order, and what becomes of their tags."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from studydeck.counting import counted, listed
from studydeck.history.own_types import same_names, same_parts
from studydeck.kinds import KINDS
from studydeck.model import NoteType


class Need(NamedTuple):
    """Who needs an edition: `text`, `merge`, or the `package`. `build` is the command that makes it."""

    edition: str
    who: str
    when: str
    tags: str
    build: str

    @property
    def sentence(self) -> str:
        return f"{self.who} can import the {self.edition} edition {self.when}: {self.build}. {self.tags}"


_TEXT = Need(
    "text",
    "Learners with tags or words of their own on edited cards",
    "first",
    "Their tags stay, and yours are added; by the package alone, they become yours. "
    "In your own collection, studydeck push keeps them.",
    "studydeck build --edition text",
)
_PACKAGE = Need(
    "package",
    "Everyone",
    "last",
    "On edited cards they become yours; on all others they stay.",
    "studydeck build",
)


def needs(*, edits: bool, own_types: bool, others_have: str) -> Iterator[Need]:
    """The editions that help anybody, in the order in which they are imported.

    There may be `edits` that a text edition has, and notes of `own_types` of the deck's. `others_have` says whose note
    types are known to have other numbers.
    """
    if edits:
        yield _TEXT
    if own_types or others_have:
        who = f"Learners of {others_have}" if others_have else "Learners whose note types have other numbers"
        tags = "Their tags become yours on edited cards, as by the package, and stay on all others."
        yield Need("merge", who, "instead, once", tags, "studydeck build --edition merge")
    yield _PACKAGE if not (edits or own_types or others_have) else _PACKAGE._replace(who="Everyone else")


def named_like(old: NoteType, types: Sequence[NoteType]) -> NoteType | None:
    """The deck's own note type into which the merge edition turns notes of `old`: it has the same names."""
    own = (each for each in types if each.key not in KINDS and each.gaps == old.gaps)
    return next((each for each in own if _names_fit(old, each)), None)


def _names_fit(old: NoteType, new: NoteType) -> bool:
    return same_names(old.fields, new.fields) and same_names(old.templates, new.templates)


def why_merge(alike: Sequence[tuple[NoteType, NoteType]], source: str) -> Iterator[str]:
    """What becomes of the notes of learners who have `source`, whose note types are like the deck's, each with that."""
    if not alike:
        return
    names = listed([f"'{old.name}'" for old, _ in alike])
    yield (
        f"{counted(len(alike), 'note type')} of {source} would conflict, since the deck's of the same names have other "
        f"numbers: {names}; import the merge edition instead, once: studydeck build --edition merge"
    )
    if not all(same_parts(old.fields, new.fields) and same_parts(old.templates, new.templates) for old, new in alike):
        yield "never import the package itself with 'merge note types': histories would end on a blank front"
