"""The page as files that work from disk, for a share or a website."""

from __future__ import annotations

import shutil
from pathlib import Path

from studydeck.preview.live import update
from studydeck.preview.server import ASSETS, PAGE
from studydeck.preview.view import View

_DATA = "deck.js"
_BEGINS = "window.studydeck = "


def write_page(view: View, folder: Path) -> Path:
    """Writes the page of `view` into `folder` and returns its index.html.

    Raises FileExistsError where the folder holds anything but an earlier page, and OSError where it can't be written.
    """
    if folder.exists() and any(folder.iterdir()) and not _is_page(folder):
        raise FileExistsError(folder)
    (folder / "media").mkdir(parents=True, exist_ok=True)
    for earlier in (folder / "media").iterdir():
        if earlier.name not in view.media:
            earlier.unlink()
    for name, path in view.media.items():
        shutil.copyfile(path, folder / "media" / name)
    state = update(view, {}, {}).replace("<", "\\u003c")
    (folder / _DATA).write_text(f"{_BEGINS}{state};\n", encoding="utf-8", newline="\n")
    for name in PAGE.values():
        text = (ASSETS / name).read_text("utf-8").replace("<!-- data -->", f'<script src="{_DATA}"></script>')
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return folder / "index.html"


def _is_page(folder: Path) -> bool:
    data = folder / _DATA
    return data.exists() and data.read_text("utf-8", "replace").startswith(_BEGINS)
