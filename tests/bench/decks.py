"""Decks for benchmarks, from a seed: like real ones in what costs time, and the same on every machine."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

_WORDS = (  # noqa: SIM905
    "river delta basin water source mouth stream flood bank valley glacier lake rain snow season sediment channel "
    "current bridge border country mountain plain forest desert ocean cell protein enzyme membrane signal pathway "
    "blood muscle nerve bone tissue hormone receptor gene molecule oxygen carbon energy growth balance pressure "
    "which that carries lowers raises begins ends crosses forms feeds drains holds follows between against within"
).split()
_PICTURE = "<svg xmlns='http://www.w3.org/2000/svg' width='40' height='30'><rect width='{}' height='30'/></svg>"


def make_deck(folder: Path, cards: int, *, seed: int = 7, subdecks: int = 0) -> None:
    """Writes a deck of `cards` cards: sections of 50 to 200, questions of 60 to 120 characters, answers of 20 to 250.

    A third has Markdown, a tenth a list answer, some are clozes, some have formulas, a few have pictures. With
    `subdecks`, so many sections, each a subdeck of its own.
    """
    draw = random.Random(seed)
    (folder / "media").mkdir(parents=True)
    for number in range(5):
        (folder / "media" / f"picture-{number}.svg").write_text(_PICTURE.format(number + 5), encoding="utf-8")
    extra = "subdecks: true\n" if subdecks else ""
    (folder / "deck.yaml").write_text(f"deck: Bench\nuid: benchbenchbench\ntag: bench\n{extra}", encoding="utf-8")
    made = section = 0
    shown: set[str] = set()
    while made < cards:
        size = min(cards - made, cards // subdecks if subdecks else draw.randint(50, 200))
        lines = [f"section: Section {section}", f"tag: section-{section}", "cards:"]
        for number in range(made, made + size):
            lines += _card(draw, number)
        written = "\n".join(lines) + "\n"
        (folder / f"section-{section:04}.yaml").write_text(written, encoding="utf-8")
        shown |= {picture.name for picture in (folder / "media").iterdir() if picture.name in written}
        made, section = made + size, section + 1
    for picture in (folder / "media").iterdir():
        if picture.name not in shown:
            picture.unlink()


def edit_deck(folder: Path, number: int) -> None:
    """Changes the first answer in the middle section; `number` makes each edit another."""
    files = sorted(folder.glob("section-*.yaml"))
    path = files[len(files) // 2]
    head, _, tail = path.read_text("utf-8").partition("    answer: ")
    _, _, rest = tail.partition("\n")
    if rest.startswith("      - "):
        rest = "\n".join(line for line in rest.split("\n") if not line.startswith("      - "))
    path.write_text(f"{head}    answer: the answer of edit number {number}\n{rest}", encoding="utf-8")


def _card(draw: random.Random, number: int) -> list[str]:
    question = f"{text(draw, 50, 105).capitalize()} {number}?"
    kind = draw.random()
    if kind < 0.04:
        asked = f"{text(draw, 30, 60)} {{{{c1::{text(draw, 5, 12)}}}}} {text(draw, 20, 60)} {number}"
        return [f"  - id: card-{number}", f"    cloze: {asked}"]
    lines = [f"  - id: card-{number}", f"    question: {question}"]
    if kind < 0.14:
        return [*lines, "    answer:", *(f"      - {text(draw, 6, 25)}" for _ in range(draw.randint(2, 4)))]
    answer = text(draw, 20, 250)
    if kind < 0.48:
        parts = answer.split()
        at = draw.randrange(len(parts))
        parts[at] = draw.choice(("**{}**", "*{}*", "`{}`")).format(parts[at])
        answer = f"the {' '.join(parts)}"
    elif kind < 0.50:
        answer = f"it is $x^{{{number}}} + \\frac{{1}}{{2}}$, {answer}"
    elif kind < 0.505:
        answer = f"see ![a picture](picture-{number % 5}.svg), {answer}"
    return [*lines, f"    answer: {answer}"]


def text(draw: random.Random, least: int, most: int, words: Sequence[str] | None = None) -> str:
    """Some of `words`, or of the English ones: so many characters at least and at most."""
    words = words or _WORDS
    length = draw.randint(least, most)
    made = draw.choice(words)
    while len(made) < length:
        made += " " + draw.choice(words)
    return made[:most].rstrip()
