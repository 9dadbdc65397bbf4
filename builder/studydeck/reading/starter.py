"""The deck that `studydeck new` writes: small, complete, and with an example of every kind of card.

`studydeck draft` writes one with sections of its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from studydeck.files import write_files
from studydeck.reading.keys import json_schema
from studydeck.reading.reader import is_deck
from studydeck.text import slug
from studydeck.text.scalar import yaml_scalar, yaml_text

_DESCRIPTION = "A deck made with studydeck."
_DECK = """\
# yaml-language-server: $schema=.schema/deck.json
deck: {name}
uid: {uid}  # this deck's own; never change it
tag: {tag}
{language}description: {description}
{more}sections: [{sections}]
"""

_SECTION = """\
# yaml-language-server: $schema=.schema/section.json
section: First section
tag: first-section
cards:
  - id: spacing-effect
    question: What does spacing reviews over days do to memory?
    answer: It makes it last longer than the same time spent at once.

  - id: cloze-example
    cloze: A cloze card hides {{c1::a part}} of a sentence.

  - id: srs-abbreviation
    question: What does SRS stand for?
    answer: Spaced repetition system
    reverse: true  # makes a second card that asks from the answer
"""


def name_for(folder: Path) -> str:
    """The name of a deck that is given none: `Rivers of africa` in a folder `rivers-of-africa`."""
    words = " ".join(folder.absolute().name.replace("-", " ").replace("_", " ").split())
    return words[:1].upper() + words[1:]


def write_deck(
    folder: Path,
    name: str,
    tag: str | None,
    uid: str,
    sections: Mapping[str, str] | None = None,
    language: str = "en",
    more: str = "",
    description: str = "",
) -> list[Path]:
    """Writes a new deck into `folder` and returns its files. Raises FileExistsError if there is a deck already.

    Raises ValueError with a sentence, and writes nothing, if the deck couldn't be built with this name or tag.
    `sections` are the texts of its section files by their names without .yaml; by default one with sample cards.
    Without a `language`, the key is left out; `more` are lines with further keys.
    """
    sections = {"first-section": _SECTION} if sections is None else sections
    if (folder / "deck.yaml").exists() or any(folder.glob("*.yaml")):
        raise FileExistsError(folder)
    deck = _DECK.format(
        name=yaml_scalar(name),
        uid=uid,
        tag=yaml_scalar(tag or slug(name, "deck")),
        language=f"language: {language}\n" if language else "",
        sections=", ".join(sections),
        more=more,
        description=yaml_text(description or _DESCRIPTION, "  "),
    )
    if not is_deck(deck.encode("utf-8", "surrogatepass")):
        raise ValueError(
            "a deck's name must be one line without control characters, with a word on both sides of each '::'"
        )
    files = {
        folder / "deck.yaml": deck,
        **{folder / f"{file}.yaml": text for file, text in sections.items()},
        folder / ".schema" / "deck.json": schema_text("deck"),
        folder / ".schema" / "section.json": schema_text("section"),
    }
    write_files({path: text.encode() for path, text in files.items()}, folder)
    return list(files)


def schema_text(file: str) -> str:
    """The JSON Schema of a kind of file, as it lies in a deck's .schema folder."""
    return json.dumps(json_schema(file), ensure_ascii=False, indent=2) + "\n"
