"""Which sentences of the material a deck asks about: with a card, left out on purpose, or bare."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from studydeck.material.outline import Outline, Part, Sentence, Spot
from studydeck.material.sources import Source, Sources
from studydeck.model import Card


class Covered(NamedTuple):
    """A sentence, the cards that ask about it, and its author's reason why it needs none, if there is one."""

    spot: Spot
    sentence: Sentence
    cards: tuple[tuple[str, Card], ...]
    reason: str

    @property
    def is_bare(self) -> bool:
        return not self.cards and not self.reason


class SectionCoverage(NamedTuple):
    """The sentences of one section of the material; `name` is the tag of the deck's section, or the material's slug."""

    name: str
    title: str
    sentences: tuple[Covered, ...]


class Coverage(NamedTuple):
    """The coverage of a deck, section by section."""

    deck: str
    sections: tuple[SectionCoverage, ...]

    @property
    def sentences(self) -> list[Covered]:
        return [each for section in self.sections for each in section.sentences]

    @property
    def percent(self) -> int:
        return percent(self.sentences)

    def is_below(self, least: float) -> bool:
        """Whether less than `least` percent is covered, not rounded: 92.3 % isn't below 92.2."""
        carded, counted = _carded_of(self.sentences)
        return bool(counted) and 100 * carded / counted < least


def percent(sentences: Sequence[Covered]) -> int:
    """The sentences with a card, in percent of all but those left out on purpose; 100 only if none is bare."""
    carded, counted = _carded_of(sentences)
    return 100 * carded // counted if counted else 100


def _carded_of(sentences: Sequence[Covered]) -> tuple[int, int]:
    """How many sentences have a card, and how many count."""
    carded = sum(bool(each.cards) for each in sentences)
    return carded, carded + sum(each.is_bare for each in sentences)


def coverage_of(deck: str, sources: Sources) -> Coverage:
    """The coverage of the deck called `deck` by its `sources`. Retired cards don't count."""
    sources_in: defaultdict[str, list[Source]] = defaultdict(list)
    for source in sources.all:
        if source.run is not None:
            sources_in[source.run.section].append(source)
    return Coverage(deck, tuple(_section_coverage(part, sources_in[part.slug]) for part in sources.outline.parts))


def _section_coverage(part: Part, sources: Sequence[Source]) -> SectionCoverage:
    """The coverage of a section of the material by the sources in it."""
    cards: dict[Spot, dict[str, Card]] = {}
    reasons: dict[Spot, str] = {}
    for source in sources:
        for spot in source.spots:
            if source.card is None:
                reasons[spot] = source.reason
            elif not source.card.retired:
                cards.setdefault(spot, {})[source.owner] = source.card
    covered = []
    for spot, sentence in Outline((part,)).spots().items():
        asking = tuple(cards.get(spot, {}).items())
        covered.append(Covered(spot, sentence, asking, "" if asking else reasons.get(spot, "")))
    return SectionCoverage(part.tag or part.slug, part.title, tuple(covered))


def coverage_json(coverage: Coverage) -> dict[str, Any]:
    """The coverage for programs; texts are included only if the material was available."""
    return {
        "deck": coverage.deck,
        **_counts(coverage.sentences),
        "sections": [
            {
                "section": section.name,
                "title": section.title,
                **_counts(section.sentences),
                "sentences": [
                    {
                        "source": place(section, each),
                        "cards": [name for name, _ in each.cards],
                        "uncarded": each.reason,
                        "text": each.sentence.text,
                    }
                    for each in section.sentences
                ],
            }
            for section in coverage.sections
        ],
    }


def coverage_text(coverage: Coverage) -> str:
    """The coverage as a table of the sections, and the bare sentences with their places below it."""
    rows: list[tuple[str, ...]] = [("section", "sentences", "with a card", "left out", "bare", "covered")]
    for name, sentences in [
        *((section.name, section.sentences) for section in coverage.sections),
        ("all", coverage.sentences),
    ]:
        counts = _counts(sentences)
        numbers = (f"{counts[key]:,}" for key in ("total", "carded", "uncarded", "bare"))
        rows.append((name, *numbers, f"{counts['percent']} %"))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [coverage.deck]
    for name, *cells in rows:
        lines.append("  ".join([name.ljust(widths[0]), *map(str.rjust, cells, widths[1:])]))
    bare = [(section, each) for section in coverage.sections for each in section.sentences if each.is_bare]
    lines += ["bare:"] if bare else []
    lines += [f"  {place(section, each)}  {each.sentence.text}".rstrip() for section, each in bare]
    return "\n".join(lines)


def place(section: SectionCoverage, each: Covered) -> str:
    """The place of a sentence as a card's `source` may name it."""
    return f"{section.name}/p{each.spot.paragraph}s{each.spot.sentence}"


def _counts(sentences: Sequence[Covered]) -> dict[str, int]:
    return {
        "total": len(sentences),
        "carded": sum(bool(each.cards) for each in sentences),
        "uncarded": sum(bool(each.reason) for each in sentences),
        "bare": sum(each.is_bare for each in sentences),
        "percent": percent(sentences),
    }
