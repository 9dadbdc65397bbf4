"""The baseline R: an honest genanki script as people write them, with PyYAML's C loader; no Markdown, no checks.

Usage: raw.py DECK OUT.apkg
"""

from __future__ import annotations

import html
import re
import sys
from pathlib import Path

import genanki
import yaml


def main(folder: Path, out: Path) -> None:
    deck_file = yaml.load((folder / "deck.yaml").read_bytes(), Loader=yaml.CSafeLoader)
    model = genanki.Model(
        1607392319,
        f"{deck_file['deck']} Q&A",
        fields=[{"name": "Question"}, {"name": "Answer"}],
        templates=[{"name": "Card 1", "qfmt": "{{Question}}", "afmt": "{{FrontSide}}<hr id=answer>{{Answer}}"}],
    )
    cloze = genanki.CLOZE_MODEL
    deck = genanki.Deck(2059400110, deck_file["deck"])
    decks = [deck]
    media: set[str] = set()
    seen: set[str] = set()
    for path in sorted(folder.glob("*.yaml")):
        if path.name == "deck.yaml":
            continue
        section = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
        tag = f"{deck_file['tag']}::{section['tag']}"
        if deck_file.get("subdecks"):
            deck = genanki.Deck(2059400111 + len(decks), f"{deck_file['deck']}::{section['section']}")
            decks.append(deck)
        for card in section["cards"]:
            if card["id"] in seen:
                raise SystemExit(f"{path}: {card['id']} twice")
            seen.add(card["id"])
            guid = genanki.guid_for(deck_file["uid"], card["id"])
            if "cloze" in card:
                fields = [html.escape(card["cloze"]), ""]
                deck.add_note(genanki.Note(model=cloze, fields=fields, tags=[tag], guid=guid))
                continue
            answer = card["answer"]
            if isinstance(answer, list):
                answer = "<ul>" + "".join(f"<li>{html.escape(str(each))}</li>" for each in answer) + "</ul>"
            else:
                media.update(re.findall(r"!\[[^\]]*\]\(([^)]+)\)", answer))
                media.update(re.findall(r"\[sound:([^\]]+)\]", answer))
                answer = html.escape(answer)
            fields = [html.escape(card["question"]), answer]
            deck.add_note(genanki.Note(model=model, fields=fields, tags=[tag], guid=guid))
    package = genanki.Package(decks if len(decks) > 1 else deck)
    package.media_files = [str(folder / "media" / name) for name in sorted(media)]
    package.write_to_file(str(out))


main(Path(sys.argv[1]), Path(sys.argv[2]))
