"""Which sentences of the material a deck asks about: with a card, left out on purpose, or bare."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
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


class Counts(NamedTuple):
    """How many sentences there are, have a card, are left out on purpose, or are bare."""

    total: int = 0
    carded: int = 0
    uncarded: int = 0
    bare: int = 0

    @property
    def percent(self) -> int:
        """The sentences with a card, in percent of all but those left out on purpose; 100 only if none is bare."""
        counted = self.carded + self.bare
        return 100 * self.carded // counted if counted else 100

    def is_below(self, least: float) -> bool:
        """Whether less than `least` percent is covered, not rounded: 92.3 % isn't below 92.2."""
        counted = self.carded + self.bare
        return bool(counted) and 100 * self.carded / counted < least


def counts_of(sentences: Sequence[Covered]) -> Counts:
    """How many of the sentences are what."""
    carded, bare = sum(bool(each.cards) for each in sentences), sum(each.is_bare for each in sentences)
    return Counts(len(sentences), carded, len(sentences) - carded - bare, bare)


def summed(counts: Sequence[Counts]) -> Counts:
    """The counts of several sections together."""
    return Counts(*map(sum, zip(*counts, strict=True)))


class SectionCoverage(NamedTuple):
    """One section of the material; `name` is the tag of the deck's section, or the material's slug.

    `sources` are those in it, and `reasons` those why a sentence needs no card. A long material has very many
    sentences, so each is an object only while somebody looks at its section.
    """

    name: str
    part: Part
    sources: Sequence[Source]
    reasons: Mapping[Spot, str]

    @property
    def title(self) -> str:
        return self.part.title

    @property
    def sentences(self) -> list[Covered]:
        """The sentences of the section with their cards, in reading order. Retired cards don't count."""
        cards: dict[Spot, dict[str, Card]] = {}
        for source in self.sources:
            if source.card is not None and not source.card.retired:
                for spot in source.spots:
                    cards.setdefault(spot, {})[source.owner] = source.card
        covered = []
        for spot, sentence in Outline((self.part,)).spots().items():
            asking = tuple(cards.get(spot, {}).items())
            covered.append(Covered(spot, sentence, asking, "" if asking else self.reasons.get(spot, "")))
        return covered


class Coverage(NamedTuple):
    """The coverage of a deck, section by section."""

    deck: str
    sections: tuple[SectionCoverage, ...]

    @property
    def sentences(self) -> Iterator[Covered]:
        return (each for section in self.sections for each in section.sentences)

    @property
    def counts(self) -> Counts:
        return summed([counts_of(section.sentences) for section in self.sections])

    @property
    def percent(self) -> int:
        return self.counts.percent


def coverage_of(deck: str, sources: Sources) -> Coverage:
    """The coverage of the deck called `deck` by its `sources`."""
    sources_in: defaultdict[str, list[Source]] = defaultdict(list)
    reasons: defaultdict[str, dict[Spot, str]] = defaultdict(dict)
    for source in sources.all:
        if source.run is not None:
            sources_in[source.run.section].append(source)
            if source.card is None:
                reasons[source.run.section].update(dict.fromkeys(source.spots, source.reason))
    sections = (
        SectionCoverage(part.tag or part.slug, part, sources_in[part.slug], reasons[part.slug])
        for part in sources.outline.parts
    )
    return Coverage(deck, tuple(sections))


def coverage_json(coverage: Coverage) -> dict[str, Any]:
    """The coverage for programs; texts are included only if the material was available."""
    counts, sections = [], []
    for section in coverage.sections:
        sentences = section.sentences
        counts.append(counts_of(sentences))
        said = [
            {
                "source": place(section, each),
                "cards": [name for name, _ in each.cards],
                "uncarded": each.reason,
                "text": each.sentence.text,
            }
            for each in sentences
        ]
        sections.append({"section": section.name, "title": section.title, **_in_words(counts[-1]), "sentences": said})
    return {"deck": coverage.deck, **_in_words(summed(counts)), "sections": sections}


def coverage_text(coverage: Coverage) -> str:
    """The coverage as a table of the sections, and the bare sentences with their places below it."""
    counts, bare = [], []
    for section in coverage.sections:
        sentences = section.sentences
        counts.append(counts_of(sentences))
        bare += [f"  {place(section, each)}  {each.sentence.text}".rstrip() for each in sentences if each.is_bare]
    rows: list[tuple[str, ...]] = [("section", "sentences", "with a card", "left out", "bare", "covered")]
    names = [*(section.name for section in coverage.sections), "all"]
    for name, each in zip(names, [*counts, summed(counts)], strict=True):
        rows.append((name, *(f"{number:,}" for number in each), f"{each.percent} %"))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [coverage.deck]
    for name, *cells in rows:
        lines.append("  ".join([name.ljust(widths[0]), *map(str.rjust, cells, widths[1:])]))
    return "\n".join([*lines, *(["bare:"] if bare else []), *bare])


def place(section: SectionCoverage, each: Covered) -> str:
    """The place of a sentence as a card's `source` may name it."""
    return f"{section.name}/p{each.spot.paragraph}s{each.spot.sentence}"


def _in_words(counts: Counts) -> dict[str, int]:
    return {**counts._asdict(), "percent": counts.percent}
