"""What the last build made of which bytes, so that the next one reads no more than what has changed since.

Nothing depends on it: a note that is missing, unreadable or of other bytes means a whole build. It lies in the user's
cache folder (or in STUDYDECK_CACHE), two small files for each set of decks that are built together: what lay where,
and for rebuild.py what each section held.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from studydeck import __version__

_LOCK = "deck.lock"
_DECIDING = (_LOCK, "material.lock", "style.css")  # beside the YAML files and what is in media/

#: Hashes of the bytes that decide what a build makes, by the paths of their files.
State = Mapping[str, str]


class Made(NamedTuple):
    """A package that a build made: its deck's title, its notes, cards and media files."""

    title: str
    notes: int
    cards: int
    media: int


class Known(NamedTuple):
    """What the last build made, and the files that have changed since: none where all is as it left it.

    `sections` is the hash of what `sections_of` reads.
    """

    made: Sequence[Made]
    changed: frozenset[str]
    sections: str


def state_of(decks: Sequence[Path], out: Path) -> State:
    """The files of `decks` and their packages in `out`, as they are now; empty where one can't be read."""
    try:
        packages = [os.fspath(path) for deck in decks if (path := package_path(deck, out)).exists()]
        files = [*(file for deck in decks for file in _files(os.fspath(deck))), *packages]
        return {path: _digest(path) for path in files}
    except OSError:
        return {}


def recall(decks: Sequence[Path], out: Path, state: State) -> Known | None:
    """What the last build of `decks` into `out` made, and what of it has changed to `state`.

    None where nothing is known: no file may have come or gone, and the program and its Python are the same.
    """
    try:
        head, made, files = _note(decks, out).read_text("utf-8", "surrogatepass").split("\n\n")
        program, sections = head.split()
        before = {path: digest for digest, _, path in (line.partition(" ") for line in files.splitlines())}
        if program != _program() or not state or before.keys() != state.keys():
            return None
        fields = [line.split("\t") for line in made.splitlines()]
        known = [Made(title, int(notes), int(cards), int(media)) for title, notes, cards, media in fields]
        return Known(known, frozenset(path for path in state if before[path] != state[path]), sections)
    except (OSError, ValueError):
        return None


def sections_of(decks: Sequence[Path], out: Path, known: Known) -> str | None:
    """What `remember` was given of the sections at the last build; None where it isn't there as it was."""
    with suppress(OSError):
        data = _note(decks, out).with_suffix(".sections").read_bytes()
        if hashlib.sha256(data).hexdigest() == known.sections:
            return data.decode("utf-8", "surrogatepass")
    return None


def remember(decks: Sequence[Path], out: Path, state: State, made: Iterable[Made], sections: str) -> None:
    """Keeps what a build made of `state`, if the cache can be written.

    The state is from before the build, but for the files that the build wrote itself: what an author saves while
    a build is under way has not been built.
    """
    with suppress(OSError):
        written = [path for deck in decks for path in (deck / _LOCK, package_path(deck, out))]
        now = {**state, **{path: _digest(path) for path in map(os.fspath, written)}}
        if not state or any("\n" in path for path in now):
            return
        note = _note(decks, out)
        data = sections.encode("utf-8", "surrogatepass")
        head = f"{_program()} {hashlib.sha256(data).hexdigest()}"
        lines = ["\t".join(map(str, each)) for each in made]
        text = "\n\n".join(
            [head, "\n".join(lines), "\n".join(f"{digest} {path}" for path, digest in sorted(now.items()))]
        )
        note.parent.mkdir(parents=True, exist_ok=True)
        _replace(note.with_suffix(".sections"), data)
        _replace(note, text.encode("utf-8", "surrogatepass"))


def _replace(path: Path, data: bytes) -> None:
    part = path.with_name(f"{path.name}.{os.getpid()}")
    part.write_bytes(data)
    os.replace(part, path)


def _note(decks: Sequence[Path], out: Path) -> Path:
    if given := os.environ.get("STUDYDECK_CACHE"):
        folder = Path(given)
    elif sys.platform == "win32":
        folder = Path(os.environ.get("LOCALAPPDATA") or _home() / "AppData" / "Local", "studydeck", "cache")
    elif sys.platform == "darwin":
        folder = _home() / "Library" / "Caches" / "studydeck"
    else:
        folder = Path(os.environ.get("XDG_CACHE_HOME") or _home() / ".cache", "studydeck")
    key = "\0".join(os.path.realpath(path) for path in (*decks, out))
    return folder / hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _home() -> Path:
    """The user's home folder. Raises OSError, as for a cache that can't be written, where a container gives none."""
    try:
        return Path.home()
    except RuntimeError as error:
        raise OSError(error) from None


def package_path(deck: Path, out: Path) -> Path:
    """Where the package of the deck in the folder `deck` lies. It stands here because this file is loaded first."""
    return out / f"{os.path.basename(os.path.abspath(deck))}.apkg"


def _program() -> str:
    """A hash of the program and its Python, by the dates of its files: an upgrade may build something else."""
    digest = hashlib.sha256(f"{__version__} {sys.version}".encode())
    for path in _below(os.path.dirname(os.path.dirname(__file__))):
        if path.endswith(".pyc"):
            continue
        status = os.stat(path)
        digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\0".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _digest(path: str) -> str:
    status = os.stat(path)
    if not stat.S_ISREG(status.st_mode):
        return hashlib.sha256(b"").hexdigest()
    with open(path, "rb", buffering=0) as file:  # half the time that read_bytes takes, which many files feel
        data = file.read(status.st_size + 1)
        if len(data) < status.st_size:
            data += file.read()
    return hashlib.sha256(data).hexdigest()


def _files(deck: str) -> list[str]:
    """The files that decide what a build of `deck` makes, whatever else an editor leaves beside them."""
    names = sorted(os.listdir(deck))
    chosen = [
        os.path.join(deck, name)
        for name in names
        if name in _DECIDING or name.startswith(f".{_LOCK}.") or (name.endswith(".yaml") and name[0] != ".")
    ]
    return chosen + _below(os.path.join(deck, "media"))


def _below(folder: str) -> list[str]:
    """Every file below `folder`, in one order everywhere."""
    found = []
    for parent, folders, names in os.walk(folder):
        folders.sort()
        found += [os.path.join(parent, name) for name in sorted(names)]
    return found
