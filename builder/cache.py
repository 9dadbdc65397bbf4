"""What the last build made of which bytes, so that a build with nothing changed reads, and says, no more than that.

Nothing depends on it: a note that is missing, unreadable or of other bytes means a whole build. It lies in the user's
cache folder (or in STUDYDECK_CACHE), one small file for each set of decks that are built together.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from builder import __version__

#: Of a package whose build found nothing new: its deck's title, notes, cards and media files.
Made = tuple[str, int, int, int]


def recall(decks: Sequence[Path], out: Path) -> list[Made] | None:
    """What a build of `decks` into `out` would make, all unchanged; None where it must be made to know."""
    try:
        fingerprint, *lines = _note(decks, out).read_text("utf-8").splitlines()
        if fingerprint != _fingerprint(decks, out):
            return None
        fields = [line.split("\t") for line in lines]
        return [(title, int(notes), int(cards), int(media)) for title, notes, cards, media in fields]
    except (OSError, ValueError):
        return None


def remember(decks: Sequence[Path], out: Path, made: Iterable[Made]) -> None:
    """Keeps what a build made of the files as they are now, if the cache can be written."""
    with suppress(OSError):
        note = _note(decks, out)
        note.parent.mkdir(parents=True, exist_ok=True)
        part = note.with_name(f"{note.name}.{os.getpid()}")
        lines = [_fingerprint(decks, out), *("\t".join(map(str, each)) for each in made)]
        part.write_text("\n".join(lines), encoding="utf-8")
        os.replace(part, note)


def _note(decks: Sequence[Path], out: Path) -> Path:
    if given := os.environ.get("STUDYDECK_CACHE"):
        folder = Path(given)
    elif sys.platform == "win32":
        folder = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local", "studydeck", "cache")
    elif sys.platform == "darwin":
        folder = Path.home() / "Library" / "Caches" / "studydeck"
    else:
        folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "studydeck")
    key = "\0".join(os.path.realpath(path) for path in (*decks, out))
    return folder / hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _fingerprint(decks: Sequence[Path], out: Path) -> str:
    """A hash of every byte that decides what a build makes: the program, the decks' files, the packages."""
    digest = hashlib.sha256(f"{__version__} {sys.version}".encode())
    for path in _files(Path(__file__).parent):
        status = path.stat()
        digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\0".encode("utf-8", "surrogatepass"))
    packages = [out / f"{os.path.basename(os.path.abspath(deck))}.apkg" for deck in decks]
    for path in [*(file for deck in decks for file in _files(deck)), *packages]:
        data = path.read_bytes() if stat.S_ISREG(path.stat().st_mode) else b""
        digest.update(f"{path}\0{len(data)}\0".encode("utf-8", "surrogatepass"))
        digest.update(data)
    return digest.hexdigest()


def _files(folder: Path) -> list[Path]:
    """Every file below `folder` but those of hidden and compiled folders, in one order everywhere."""
    found = []
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(each for each in folders if not each.startswith((".", "__pycache__")))
        found += [Path(parent, name) for name in sorted(names)]
    return found
