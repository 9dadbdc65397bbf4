"""Where Anki keeps collections on this computer: a folder for each profile, in its base folder."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

from studydeck.terminal import quoted

_COLLECTION = "collection.anki2"


def own_collection() -> Path:
    """The collection of the only profile. Raises ValueError with a sentence if there is none, or several."""
    bases = _bases()
    found = [file for base in bases for file in _collections(base)]
    if not found:
        looked = " and ".join(map(str, bases))
        raise ValueError(f"no Anki collection found in {looked}; name it with --collection FILE")
    if len(found) > 1:
        named = "; ".join(quoted(["--collection", str(file)]) for file in found)
        raise ValueError(f"Anki has several profiles; name one of them: {named}")
    return found[0]


def _bases() -> list[Path]:
    """The base folders in which Anki looks for profiles, as its manual says; on Linux also that of its Flatpak."""
    if given := os.environ.get("ANKI_BASE"):
        return [Path(given)]
    home = Path(os.path.expanduser("~"))
    if sys.platform == "win32":
        return [Path(os.environ.get("APPDATA") or home / "AppData" / "Roaming", "Anki2")]
    if sys.platform == "darwin":
        return [home / "Library" / "Application Support" / "Anki2"]
    data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    return [data / "Anki2", home / ".var" / "app" / "net.ankiweb.Anki" / "data" / "Anki2"]


def _collections(base: Path) -> list[Path]:
    with suppress(OSError):
        return sorted(file for each in base.iterdir() if (file := each / _COLLECTION).is_file())
    return []
