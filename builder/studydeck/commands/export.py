"""The end of `export`: writes a deck as a file of another format."""

from __future__ import annotations

from pathlib import Path

from studydeck.files import folder_name, write_file
from studydeck.outputs import output_named
from studydeck.pipeline import Loaded, notes_of


def export_deck(loaded: Loaded, target: str, layout: str | None, path: Path | None) -> Path:
    """Writes the deck in the format `target`, and returns the file: `path`, or one in dist/ named like its folder.

    Raises ValueError with a sentence if the format has no such layout, and OSError if the file can't be written.
    """
    output = output_named(target)
    if layout is not None and layout not in output.layouts:
        raise ValueError(f"'{target}' has no layout '{layout}'; choose one of {', '.join(output.layouts)}")
    path = path or Path("dist", folder_name(loaded.deck.folder) + output.suffix)
    parts = output.make(loaded.deck, notes_of(loaded), loaded.media.files, layout or output.layouts[0])
    write_file(path, (part.encode() for part in parts))
    return path
