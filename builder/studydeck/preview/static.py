"""The page as files that work from disk, for a shared folder or a website."""

from __future__ import annotations

import shutil
from pathlib import Path

from studydeck.files import create, inside, write_files
from studydeck.preview.live import update
from studydeck.preview.server import ASSETS, PAGE, PAGE_POLICY
from studydeck.preview.view import View

_DATA = "deck.js"
_BEGINS = "window.studydeck = "
#: The server's policy, which on a disk means the files there.
_POLICY = PAGE_POLICY.replace("'self'", "'self' file:")


def write_page(view: View, folder: Path) -> Path:
    """Writes the page of `view` into `folder` and returns its index.html.

    Raises FileExistsError if the folder has anything but an earlier page in it, and OSError if it can't be written.
    """
    media = folder / "media"
    if folder.exists() and any(folder.iterdir()) and not (_is_page(folder) and inside(media, folder)):
        raise FileExistsError(folder)
    media.mkdir(parents=True, exist_ok=True)
    for earlier in media.iterdir():
        if earlier.name not in view.media:
            earlier.unlink()
    for name, path in view.media.items():
        with path.open("rb") as source, create(media / name) as target:
            shutil.copyfileobj(source, target)
    state = update(view, None, {}).replace("<", "\\u003c")
    files = {folder / _DATA: f"{_BEGINS}{state};\n".encode()}
    added = {
        "<!-- policy -->": f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        "<!-- data -->": f'<script src="{_DATA}"></script>',
    }
    for name in PAGE.values():
        text = (ASSETS / name).read_text("utf-8")
        for here, what in added.items():
            text = text.replace(here, what)
        files[folder / name] = text.encode()
    write_files(files)
    return folder / "index.html"


def _is_page(folder: Path) -> bool:
    data = folder / _DATA
    if not data.is_file():
        return False
    with data.open("rb") as file:
        return file.read(len(_BEGINS)) == _BEGINS.encode()
