"""What the last build made from which bytes, so that the next one reads only what has changed since.

Nothing depends on it: if a cache file is missing, unreadable or out of date, everything is built. The cache is in the
user's cache folder (or in STUDYDECK_CACHE), two small files for each set of decks that are built together: the hashes
of all files and, for rebuild.py, the contents of each section.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from studydeck import __version__
from studydeck.files import (
    LARGEST_PACKAGE,
    TOO_BIG,
    Mark,
    Refused,
    digest_of,
    hash_of,
    inside,
    keep_digest,
    known_digest,
    mark_of,
    package_path,
    write_file,
)
from studydeck.repository import refs_state, repository_of
from studydeck.user_cache import place_of

_LOCK = "deck.lock"
_UNKNOWN = "?"  # no file's hash
_DECIDING = (_LOCK, "material.lock", "style.css")  # besides the YAML files and these folders:
_INNER = ("media", "note-types")


class State(NamedTuple):
    """Hashes of the bytes that decide what a build makes, by the paths of their files.

    `marks` of these files and of their folders show whether a file was written, added or deleted since: after a change
    and a change back, the hash is the same. `refs` is a hash of the branches, tags, stashes and reflogs of the decks'
    git repositories. Some files were `hashed`; the others have the mark under which their hash is remembered.
    """

    digests: Mapping[str, str] = {}
    marks: Mapping[str, Mark] = {}
    refs: str = ""
    hashed: bool = False


class Made(NamedTuple):
    """A package that a build made: its deck's title, its notes, cards and media files."""

    title: str
    notes: int
    cards: int
    media: int


class Known(NamedTuple):
    """What the last build made, and the files that have changed since, if any.

    `sections` is the hash of what `sections_of` reads; `digests` are those of the files after that build. `moved` says
    that a git ref has moved, or that other refs count now.
    """

    made: Sequence[Made]
    changed: frozenset[str]
    sections: str
    digests: Mapping[str, str]
    moved: bool


def state_of(decks: Sequence[Path], out: Path, only_this_branch: bool = False) -> State:
    """The files of `decks` and their packages in `out`, as they are now; empty if one can't be read.

    Includes the refs of their repositories, of which a build reads `only_this_branch` or all.
    """
    try:
        files = _all_files(decks, out)
        folders = [folder for deck in decks for folder in _folders(os.fspath(deck))]
        marks = {path: mark_of(os.stat(path)) for path in (*folders, *files)}
        repositories = dict.fromkeys(each for each in map(repository_of, decks) if each is not None)
        refs = [each.git_dir + refs_state(each) for each in repositories]
        scope = "HEAD" if only_this_branch else ""
        _recall_digests(decks, out)
        hashed = [path for path in files if known_digest(path, marks[path]) is None]
        digests = {path: known_digest(path, marks[path]) or _digest(path, folder) for path, folder in files.items()}
        scope_and_refs = "\0".join([scope, *refs]).encode("utf-8", "surrogatepass")
        return State(digests, marks, hash_of(scope_and_refs), bool(hashed))
    except OSError:
        return State()


def is_complete(state: State) -> bool:
    """Whether no file was added or deleted in the decks' folders since their `state` was taken."""
    return all(_is_same(folder, state) for folder in state.marks.keys() - state.digests.keys())


def recall(decks: Sequence[Path], out: Path, state: State) -> Known | None:
    """What the last build of `decks` into `out` made, and which of its files differ in `state`.

    None if there is nothing usable: a file was added or deleted, or the program or its Python is another one.
    """
    try:
        head, made, files = _parts_of(_note(decks, out))
        program, sections, refs = head.split()
        before = {path: digest for digest, _, path in _read_lines(files)}
        if program != _program() or not state.digests or before.keys() != state.digests.keys():
            return None
        fields = [line.split("\t") for line in made.splitlines()]
        known = [Made(title, int(notes), int(cards), int(media)) for title, notes, cards, media in fields]
        changed = frozenset(path for path, digest in state.digests.items() if before[path] != digest)
        return Known(known, changed, sections, before, refs != state.refs)
    except (OSError, ValueError):
        return None


def sections_of(decks: Sequence[Path], out: Path, known: Known) -> str | None:
    """The `sections` that `remember` stored at the last build; None if they are missing or damaged."""
    with suppress(OSError):
        data = _note(decks, out).with_suffix(".sections").read_bytes()
        if hash_of(data) == known.sections:
            return data.decode("utf-8", "surrogatepass")
    return None


def remember(
    decks: Sequence[Path], out: Path, state: State, made: Iterable[Made], written: Mapping[str, str], sections: str
) -> None:
    """Stores what a build made from `state`, if the cache can be written.

    The state is from before the build, and was complete when everything had been read; `written` are the hashes of the
    files that the build wrote itself. A file that was saved during the build may have been built or not, so it counts
    as changed.
    """
    with suppress(OSError):
        now = {path: digest if _is_same(path, state) else _UNKNOWN for path, digest in state.digests.items()}
        now |= written
        new = any(path not in now for path in _all_files(decks, out))
        if new or not state.digests or any("\n" in path for path in now):
            return
        note = _note(decks, out)
        data = sections.encode("utf-8", "surrogatepass")
        head = f"{_program()} {hash_of(data)} {state.refs}"
        lines = ["\t".join(map(str, each)) for each in made]
        marks = {**state.marks, **{path: mark_of(os.stat(path)) for path in written}}
        text = "\n\n".join([head, "\n".join(lines), _lines(now, marks)])
        write_file(note.with_suffix(".sections"), data)
        write_file(note, text.encode("utf-8", "surrogatepass"))


def settle(decks: Sequence[Path], out: Path, state: State) -> None:
    """Remembers the mark of each file in `state`, from which the last build had nothing to make.

    So what that build had just written, or its author, needn't be hashed again and again.
    """
    with suppress(OSError, ValueError):
        if state.hashed:
            note = _note(decks, out)
            head, made, _ = _parts_of(note)
            text = "\n\n".join([head, made, _lines(state.digests, state.marks)])
            write_file(note, text.encode("utf-8", "surrogatepass"))


def _parts_of(note: Path) -> list[str]:
    """The three parts of a note: its head, what was made, and the lines of the files."""
    return note.read_text("utf-8", "surrogatepass").split("\n\n")


def _lines(digests: Mapping[str, str], marks: Mapping[str, Mark]) -> str:
    """The lines of a note: of each file its hash, its mark if only the hashed file can have it, and its path."""
    sure = {path: marks[path] for path in digests if known_digest(path, marks[path]) == digests[path]}
    return "\n".join(f"{digests[path]} {'.'.join(map(str, sure.get(path, ())))} {path}" for path in sorted(digests))


def _read_lines(lines: str) -> Iterator[list[str]]:
    """The hash, the mark and the path in each line of a note."""
    return (line.split(" ", 2) for line in lines.splitlines())


def _recall_digests(decks: Sequence[Path], out: Path) -> None:
    """Keeps the hashes that a note has, by the paths and marks of their files."""
    with suppress(OSError, ValueError):
        _, _, files = _parts_of(_note(decks, out))
        for digest, mark, path in _read_lines(files):
            if mark and digest != _UNKNOWN:
                keep_digest(path, tuple(map(int, mark.split("."))), digest)


def _note(decks: Sequence[Path], out: Path) -> Path:
    return place_of("\0".join(os.path.realpath(path) for path in (*decks, out)))


def _program() -> str:
    """A hash of the program and its Python, by its files' times: another version may build something else."""
    digest = hashlib.sha256(f"{__version__} {sys.version}".encode())
    for path in _below(os.path.dirname(os.path.dirname(__file__))):
        if path.endswith(".pyc"):
            continue
        status = os.stat(path)
        digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\0".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _is_same(path: str, state: State) -> bool:
    with suppress(OSError):
        return mark_of(os.stat(path)) == state.marks[path]
    return False


def _digest(path: str, folder: str | None = None) -> str:
    """A hash of a file's bytes, or of the reason why it won't be read. Raises OSError, even if it is only too big."""
    try:
        return digest_of(path, folder, LARGEST_PACKAGE)
    except Refused as error:
        if error.strerror == TOO_BIG:
            raise
        return hash_of(str(error.strerror).encode())  # a build refuses it, so its bytes don't matter


def _all_files(decks: Sequence[Path], out: Path) -> dict[str, str | None]:
    """Every file that matters, and the folder that it has to be in; a package may be a link to anywhere."""
    files: dict[str, str | None] = {}
    for deck in decks:
        files |= _files(os.fspath(deck))
    return files | {os.fspath(path): None for deck in decks if (path := package_path(deck, out)).exists()}


def _folders(deck: str) -> list[str]:
    """The folders of `deck` in which files may be added or deleted."""
    inner = [path for name in _INNER if inside(path := os.path.join(deck, name), deck)]
    return [deck, *(folder for path in inner for folder, _, _ in os.walk(path))]


def _files(deck: str) -> dict[str, str]:
    """The files that decide what a build of `deck` makes, without others that editors may put beside them."""
    files = {
        os.path.join(deck, name): deck
        for name in sorted(os.listdir(deck))
        if name in _DECIDING or name.startswith(f".{_LOCK}.") or (name.endswith(".yaml") and name[0] != ".")
    }
    for name in _INNER:  # links to folders in them aren't followed; a link to a file is listed itself
        if inside(inner := os.path.join(deck, name), deck):
            files |= {path: os.path.dirname(path) for path in _below(inner)}
    return files


def _below(folder: str) -> list[str]:
    """Every file below `folder`, in the same order on every system."""
    found = []
    for parent, folders, names in os.walk(folder):
        folders.sort()
        found += [os.path.join(parent, name) for name in sorted(names)]
    return found
