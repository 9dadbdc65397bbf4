"""An author at work: a deck's folder in which tests write, edit, build."""

from __future__ import annotations

from pathlib import Path

from studydeck.checks.judgements import JUDGEMENTS
from studydeck.commands.locked import lock_changes
from studydeck.model import Problem
from studydeck.pipeline import Built, Loaded, build, load

DECK = "deck: Rivers\nuid: testtesttest\ntag: rivers\n"
START = 1_700_000_000


class Author:
    """Writes YAML as tests state it, and builds it at a clock that tests turn."""

    def __init__(self, home: Path, name: str = "rivers") -> None:
        self.folder = home / name
        self.out = home / "dist"
        self.package = self.out / f"{name}.apkg"
        self.now = START
        self.write("deck.yaml", DECK)

    def write(self, name: str, text: str | bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())

    def read(self, name: str) -> str:
        return (self.folder / name).read_bytes().decode()

    def section(self, cards: str, name: str = "Water", file: str = "water.yaml") -> None:
        """Writes a section with these cards; each card's YAML starts with `- `."""
        self.write(file, f"section: {name}\ncards:\n{cards}")

    def edit(self, old: str, new: str, file: str = "water.yaml") -> None:
        text = self.read(file)
        assert old in text, old
        self.write(file, text.replace(old, new))

    def load(self) -> Loaded:
        return load(self.folder)

    def build(self, *, later: int = 100, locked: bool = False) -> Built:
        """Builds `later` seconds after the last build; the deck must have no errors."""
        self.now += later
        loaded = self.load()
        assert not loaded.errors, "\n".join(map(str, loaded.errors))
        if locked and (changed := lock_changes(loaded, self.out, self.now)):
            return Built(self.folder, str(loaded.deck.title), self.package, problems=changed)
        return build(loaded, self.out, self.now)

    def problems(self) -> list[Problem]:
        """All but what the checks judge of cards, which is told by `judgements` and of no interest elsewhere."""
        return [each for each in self.load().problems if each.name not in JUDGEMENTS]

    def judgements(self) -> list[Problem]:
        """All problems, those of the checks with judgement among them."""
        return list(self.load().problems)

    def guid(self, card_id: str) -> str:
        guid = self.load().lock.notes[card_id].guid
        assert guid
        return guid
