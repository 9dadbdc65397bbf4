"""material.lock: where the material's sentences are, and what each card's source said when its author last looked.

It contains fingerprints and no text, so that the material can stay out of the repository. It has one line per paragraph
and one per source, so that git can merge what two people did.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import NamedTuple

from studydeck.files import hash_of, utf8_lines
from studydeck.material.latest import Latest
from studydeck.material.outline import VERSION, Outline, Part
from studydeck.model import Place, Problem, problem
from studydeck.patterns import pattern
from studydeck.terminal import command_line, quoted

MATERIAL_LOCK = "material.lock"
_HEAD = "studydeck material"
_NOTE = (
    "Written by `studydeck source`: fingerprints of the material's sentences, and of what each card's source said "
    "when its author last looked. No text. Commit it, and never edit it by hand."
)
_FINGERPRINTS = pattern(r"[1-9]\d*:[a-z2-7]{8}(?: [1-9]\d*:[a-z2-7]{8})*+")
_CONFLICT = ("<<<<<<<", "=======", ">>>>>>>", "|||||||")


class MaterialLock(NamedTuple):
    """The outline of the material, and the stamps of sources: what each said when its author last accepted it.

    A stamp is the fingerprints of a source's sentences with spaces between them, by the source's `key`. Of those that
    are `lost`, nothing is left after a revision of the material. `drafted` are the fingerprints of sentences that
    `draft` made a stub or a card for.
    """

    outline: Outline = Outline()
    stamps: Mapping[str, str] = {}
    lost: frozenset[str] = frozenset()
    drafted: frozenset[str] = frozenset()


def key(owner: str, whole: str) -> str:
    """What a source's stamp is found by.

    The owner is the id of a card, or empty for a place under `uncarded:`. A `whole` locator names its section:
    `overview/p2s1`.
    """
    return f"{owner}\t{whole}"


def read_material_lock(path: str, data: bytes) -> tuple[MaterialLock, list[Problem]]:
    """The lock in `data`, and every line that can't be trusted. `path` is only shown."""
    lock, problems = latest_lock.get((path, hash_of(data)), lambda: _read(path, data))
    return lock, [*problems]


#: The lock that was read last.
latest_lock = Latest[tuple[MaterialLock, list[Problem]]]()


def _read(path: str, data: bytes) -> tuple[MaterialLock, list[Problem]]:
    try:
        lines = utf8_lines(data)
    except UnicodeDecodeError:
        return MaterialLock(), [_damaged(Place(path), "the file isn't UTF-8")]
    head = next(lines, "").rstrip("\r\n").rpartition(" ")
    if head[0] != _HEAD or not head[2].isdigit():
        message = "the first line isn't that of a material.lock"
        return MaterialLock(), [_damaged(Place(path), message)]
    if int(head[2]) > VERSION:
        message = f"a newer studydeck wrote this lock (version {head[2]}; this one reads {VERSION})"
        from studydeck.installing import update_line

        return MaterialLock(), [problem("damaged-material", Place(path), message, f"update studydeck: {update_line()}")]
    reader = _Reader()
    problems: list[Problem] = []
    for number, line in enumerate(lines, start=2):
        line = line.rstrip("\r\n")
        if line and line[0] != "#":
            try:
                reader.read(*line.split("\t"))
            except (ValueError, TypeError) as error:
                problems.append(_wrong_line(Place(path, number), line, error))
    if not reader.ended and not problems:
        last = Place(path, max(1, data.count(b"\n")))
        problems.append(_damaged(last, "the lock is truncated"))
    return reader.lock(), problems


def _wrong_line(at: Place, line: str, error: Exception) -> Problem:
    if line.startswith(_CONFLICT):
        remedy = "delete this line and keep the lines of both sides"
        return problem("damaged-material", at, "git left a conflict here", remedy)
    reason = error if type(error) is ValueError else "wrong number of columns"
    return _damaged(at, f"this line is damaged: {reason}")


def _damaged(at: Place, message: str) -> Problem:
    stamp = command_line("source", "stamp", PurePosixPath(at.path).parent)
    remedy = f"restore it from git ({quoted(['git', 'checkout', '--', at.path])}), or delete it and run {stamp}"
    return problem("damaged-material", at, message, remedy)


def material_lock_text(lock: MaterialLock) -> str:
    """The file for `lock`: the same lock makes the same text."""
    lines = [f"{_HEAD} {VERSION}", f"# {_NOTE}"]
    for part in lock.outline.parts:
        lines.append(f"section\t{part.slug}\t{part.heading or '-'}\t{part.tag or '-'}")
        lines += [f"paragraph\t{fingerprints}" for fingerprints in part.paragraphs]
    for each in sorted(lock.stamps, key=lambda each: each.split("\t")):
        owned = f"uncarded\t-{each}" if each.startswith("\t") else f"card\t{each}"
        lines.append(f"{owned}\t{lock.stamps[each]}\t{'lost' if each in lock.lost else 'kept'}")
    lines += [f"drafted\t{each}" for each in sorted(lock.drafted)]
    return "\n".join([*lines, "end", ""])


class _Reader:
    """Reads the lock's lines one by one; `read` raises ValueError with what is wrong, or TypeError for the columns."""

    def __init__(self) -> None:
        self.parts: list[tuple[str, str, str]] = []
        self.paragraphs: list[list[str]] = []
        self.stamps: dict[str, str] = {}
        self.lost: set[str] = set()
        self.drafted: set[str] = set()
        self.ended = False
        self._slugs: set[str] = set()

    def read(self, word: str, *values: str) -> None:
        if word not in _LINES:
            raise ValueError(f"a line can't start with '{word[:20]}'")
        _LINES[word](self, *values)

    def lock(self) -> MaterialLock:
        parts = [
            Part(slug, heading, tuple(paragraphs), tag)
            for (slug, heading, tag), paragraphs in zip(self.parts, self.paragraphs, strict=True)
        ]
        return MaterialLock(Outline(tuple(parts)), self.stamps, frozenset(self.lost), frozenset(self.drafted))

    def _section(self, slug: str, heading: str, tag: str) -> None:
        if not slug or slug in self._slugs:
            raise ValueError(f"the section '{slug}' is repeated or has no name")
        heading = "" if heading == "-" else _fingerprints(heading).partition(" ")[0]
        self._slugs.add(slug)
        self.parts.append((slug, heading, "" if tag == "-" else tag))
        self.paragraphs.append([])

    def _paragraph(self, fingerprints: str) -> None:
        if not self.paragraphs:
            raise ValueError("a paragraph comes before the first section")
        self.paragraphs[-1].append(_fingerprints(fingerprints))

    def _stamp(self, owner: str, locator: str, fingerprints: str, state: str) -> None:
        name = key(owner, locator)
        if name in self.stamps:
            raise ValueError(f"'{owner}' has the source {locator} twice")
        if state not in ("kept", "lost"):
            raise ValueError(f"'{state[:20]}' isn't a source's state")
        self.stamps[name] = _fingerprints(fingerprints)
        if state == "lost":
            self.lost.add(name)

    def _uncarded(self, _: str, locator: str, fingerprints: str, state: str) -> None:
        self._stamp("", locator, fingerprints, state)

    def _drafted(self, fingerprint: str) -> None:
        self.drafted.update(_fingerprints(fingerprint).split(" "))

    def _end(self) -> None:
        self.ended = True


#: By what a line starts with. Bound methods in a reader would be a circle, whose memory nothing frees.
_LINES: dict[str, Callable[..., None]] = {
    "section": _Reader._section,
    "paragraph": _Reader._paragraph,
    "card": _Reader._stamp,
    "uncarded": _Reader._uncarded,
    "drafted": _Reader._drafted,
    "end": _Reader._end,
}


def _fingerprints(words: str) -> str:
    """`words`, if they are nothing but fingerprints."""
    if not _FINGERPRINTS.fullmatch(words):
        wrong = next(each for each in words.split(" ") if not _FINGERPRINTS.fullmatch(each))
        raise ValueError(f"'{wrong[:20]}' isn't a fingerprint")
    return words
