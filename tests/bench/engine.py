"""Anki's own engine: the same cards added by its API and exported.

Usage: engine.py DECK OUT.apkg
"""

from __future__ import annotations

import html
import sys
import tempfile
from pathlib import Path

import yaml
from anki.collection import AddNoteRequest, Collection, DeckIdLimit, ExportAnkiPackageOptions


def main(folder: Path, out: Path) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        col = Collection(f"{temporary}/collection.anki2")
        deck = col.decks.id("Bench")
        assert deck is not None
        basic = col.models.by_name("Basic")
        assert basic is not None
        requests = []
        for path in sorted(folder.glob("section-*.yaml")):
            for card in yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)["cards"]:
                note = col.new_note(basic)
                answer = card.get("answer", "")
                note.fields = [html.escape(card.get("question") or card["cloze"]), html.escape(str(answer))]
                requests.append(AddNoteRequest(note, deck))
        col.add_notes(requests)
        options = ExportAnkiPackageOptions(with_scheduling=False, with_media=False, legacy=True)
        col.export_anki_package(out_path=str(out), options=options, limit=DeckIdLimit(deck))
        col.close()


main(Path(sys.argv[1]), Path(sys.argv[2]))
