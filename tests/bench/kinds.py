"""Decks of the kinds that people have: other scripts, formulas, code, pictures, a material. The same on every machine.

`decks.py` makes the plain deck; each kind here changes what costs time in it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from decks import text

_GERMAN = "der Fluß Größe über Mündung fließt Länge Täler schön Wasser Straße Flüsse für Gebirge Brücke Übung".split()  # noqa: SIM905
_RUSSIAN = "река течёт через город море длина вода горы мост равнина который начинается крупный приток".split()  # noqa: SIM905
_HINDI = "नदी शहर से होकर बहती है समुद्र पहाड़ पानी लंबी भारत का सबसे बड़ा पुल कहाँ".split()  # noqa: SIM905
_ARABIC = "النهر يجري عبر المدينة البحر الجبل الماء طويل الجسر أكبر في من إلى الوادي".split()  # noqa: SIM905
_CHINESE = "河流经过城市 海洋很深 山脉 水源 长江 最长的河 桥梁 平原 三角洲".split()  # noqa: SIM905
_CODE = """\
```python
def name_{0}(first, second=None):
    \"\"\"Adds what is given.\"\"\"
    total = sum(x * {0} for x in first if x > 10)
    for key, value in sorted((second or {{}}).items()):
        print(f"{{key}}: {{value!r}}")  # one line each
    return {{"total": total, "number": {0}}}
```"""
#: The start of a PNG file of 40 × 30 pixels.
_PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x28\0\0\0\x1e\x08\2\0\0\0"
_SECTION = 100


class Kind(NamedTuple):
    """What a kind of deck has: its language and words, what its answers say, files, and what is done with it at last.

    `answer` makes the Markdown of an answer, from chance, the card's number and some words. Each `every`th card shows a
    file with this `suffix` and of so many `bytes`. A `material` is at hand, or only its lock. A cold build finds the
    file that is `kept` in the cache.
    """

    language: str = "en"
    words: list[str] | None = None
    answer: Callable[[random.Random, int, str], str] = lambda draw, number, words: words
    suffix: str = ""
    every: int = 0
    bytes: int = 0
    gaps: bool = False
    in_one_file: bool = False
    material: str = ""
    kept: str = ""


def _formulas(draw: random.Random, number: int, words: str) -> str:
    return rf"it is $x^{{{number}}} + \frac{{a}}{{{number + 1}}}$ and $\sqrt{{y_{{{number}}}}} \le 2$, {words}"


def _code(draw: random.Random, number: int, words: str) -> str:
    return f"{words}\n\n{_CODE.format(number)}"


KINDS: dict[str, Kind] = {
    "English": Kind(),
    "German": Kind("de", _GERMAN),
    "Russian": Kind("ru", _RUSSIAN),
    "Hindi": Kind("hi", _HINDI),
    "Arabic": Kind("ar", _ARABIC),
    "Chinese": Kind("zh", _CHINESE),
    "formulas": Kind(answer=_formulas),
    "code, never seen before": Kind(answer=_code),
    "code, highlighted before": Kind(answer=_code, kept="highlighted.db"),
    "pictures": Kind(suffix=".png", every=5, bytes=10_000),
    "sounds": Kind(suffix=".mp3", every=10, bytes=100_000),
    "long answers": Kind(answer=lambda draw, number, words: text(draw, 1_900, 2_000)),
    "gaps": Kind(gaps=True),
    "one file": Kind(in_one_file=True),
    "material.lock": Kind(material="lock"),
    "material": Kind(material="at hand"),
}


def make_kind(folder: Path, kind: Kind, cards: int) -> None:
    """Writes a deck of `cards` cards of this kind; one with a material still lacks its material.lock."""
    draw = random.Random(7)
    (folder / "media").mkdir(parents=True)
    head = f"deck: Bench\nuid: benchbenchbench\ntag: bench\nlanguage: {kind.language}\n"
    (folder / "deck.yaml").write_text(head + ("material: {path: article.md}\n" if kind.material else ""))
    size = cards if kind.in_one_file else _SECTION
    article: list[str] = []
    for section, first in enumerate(range(0, cards, size)):
        lines = [f"section: Section {section}", f"tag: section-{section}", "cards:"]
        article.append(f"# Section {section}")
        for number in range(first, min(first + size, cards)):
            lines += _card(folder, draw, kind, number)
            if kind.material:
                lines.append(f"    source: p{number - first + 1}s1")
                article.append(f"{text(draw, 60, 100).capitalize()} {number}. {text(draw, 60, 100).capitalize()}.")
        (folder / f"section-{section:04}.yaml").write_text("\n".join([*lines, ""]), encoding="utf-8")
    if kind.material:
        (folder / "article.md").write_text("\n\n".join([*article, ""]), encoding="utf-8")


def edit_kind(folder: Path, number: int) -> None:
    """Changes the first question in the middle section; `number` makes each edit another."""
    files = sorted(folder.glob("section-*.yaml"))
    path = files[len(files) // 2]
    asked = re.sub(
        r"(?m)^(    (?:question|cloze): )(?:Edit \d+, )?", rf"\1Edit {number}, ", path.read_text("utf-8"), count=1
    )
    path.write_text(asked, encoding="utf-8")


def _card(folder: Path, draw: random.Random, kind: Kind, number: int) -> list[str]:
    def words(least: int, most: int) -> str:
        return text(draw, least, most, kind.words)

    if kind.gaps:
        gaps = f"{{{{c1::{words(5, 12)}}}}} {words(20, 60)} {{{{c2::{words(5, 12)}::a hint}}}}"
        return [f"  - id: card-{number}", f"    cloze: {words(30, 60)} {gaps} {number}"]
    answer = kind.answer(draw, number, words(20, 250))
    if kind.every and number % kind.every == 0:
        name = f"file-{number}{kind.suffix}"
        (folder / "media" / name).write_bytes((_PNG if kind.suffix == ".png" else b"") + draw.randbytes(kind.bytes))
        answer += f" [sound:{name}]" if kind.suffix == ".mp3" else f" ![a picture]({name})"
    written = [f"    answer: {answer}"]
    if "\n" in answer:
        written = ["    answer: |", *(f"      {line}".rstrip() for line in answer.split("\n"))]
    return [f"  - id: card-{number}", f"    question: {words(50, 105).capitalize()} {number}?", *written]
