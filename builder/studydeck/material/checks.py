"""Problems that only the material or its lock can show: stale or invalid sources, and copied words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import PurePosixPath

from studydeck.material.outline import Outline, Part, tokens_of
from studydeck.material.sources import AMBIGUOUS, BAD, CHANGED, GONE, Source, Sources
from studydeck.model import INFO, WARNING, Card, Deck, Problem, Text, problem
from studydeck.model.checks import check
from studydeck.terminal import command_line
from studydeck.text import without_gaps

#: Words that make a statement less certain.
HEDGES = frozenset(
    re.findall(
        r"\S+",
        """
    may might can could some often sometimes usually generally typically frequently likely possibly probably perhaps
    associated association linked suggest suggests suggested appear appears seem seems tend tends considered thought
    believed
""",
    )
)


_MOST_BLOCKS = 300_000  # four words each
#: The states of sources that are reported.
WITH_PROBLEMS = (BAD, CHANGED, AMBIGUOUS, GONE)


def bad_source(sources: Sources) -> Iterator[Problem]:
    """A locator for a section, paragraph or sentence that the material's outline doesn't have."""
    for source in sources.in_state(BAD):
        yield problem("bad-source", source.locator, *source.why)


@check(
    "source-changed",
    "A source whose sentence has changed since the card's author last looked at it, or was split up.",
    material=True,
)
def source_changed(sources: Sources) -> Iterator[Problem]:
    """A source whose sentence has changed since the card's author last looked at it, or was split up.

    The card may be wrong now. `studydeck source accept` confirms that it is still right. If the sentence was split up,
    or is now in several places, write the right place by hand.

    Fails:
        # deck.yaml
        material: {path: atlas.txt}
        # atlas.txt
        The Nile flows through Cairo.
        # water.yaml
        question: Which river flows through Cairo?
        answer: The Nile
        source: p1s1
        # atlas.txt, after studydeck source stamp
        The White Nile flows through Cairo.

    Passes:
        # deck.yaml
        material: {path: atlas.txt}
        # atlas.txt
        The Nile flows through Cairo.
        # water.yaml
        question: Which river flows through Cairo?
        answer: The Nile
        source: p1s1
        # atlas.txt, after studydeck source stamp
        The Nile flows through Cairo. It is long.
    """
    for source in sources.in_state(CHANGED):
        message = f"the material changed at {source.written} since {_whose(source)} was written"
        yield problem("source-changed", source.locator, message, _look(source), WARNING)
    for source in sources.in_state(AMBIGUOUS):
        message = f"what {_whose(source)} is based on is now in several places of the material"
        remedy = f"write the right place by hand, and run {_command('stamp', source)}"
        yield problem("source-changed", source.locator, message, remedy, WARNING)


@check("source-gone", "A source whose sentence the material no longer has.", material=True)
def source_gone(sources: Sources) -> Iterator[Problem]:
    """A source whose sentence the material no longer has.

    Nothing may support the card any more.

    Fails:
        # deck.yaml
        material: {path: atlas.txt}
        # atlas.txt
        Rivers bend. The Nile flows through Cairo.
        # water.yaml
        question: Which river flows through Cairo?
        answer: The Nile
        source: p1s2
        # atlas.txt, after studydeck source stamp
        Rivers bend.

    Passes:
        # deck.yaml
        material: {path: atlas.txt}
        # atlas.txt
        Rivers bend. The Nile flows through Cairo.
        # water.yaml
        question: Which river flows through Cairo?
        answer: The Nile
        source: p1s2
        # atlas.txt, after studydeck source stamp
        Rivers wind. The Nile flows through Cairo.
    """
    for source in sources.in_state(GONE):
        message = f"the material no longer has the sentence that {_whose(source)} is based on"
        remedy = "name another place, or retire the card" if source.card else "remove this place"
        yield problem("source-gone", source.locator, message, f"{remedy}, and run {_command('stamp', source)}", WARNING)


@check("copied", "Many words in a row from the material.", limit="9 words", material=True)
def copied(deck: Deck, material: Outline, limit: int) -> Iterator[Problem]:
    """Words in a row that are the same as in the material: as many as the limit, or more.

    Learners remember the wording, not what it means. It may also be more of the material than its author allows you
    to publish. Found only if the material is available.

    Fails:
        # deck.yaml
        material: {path: atlas.txt}
        # atlas.txt
        The Nile flows through Cairo and then into the Mediterranean by many arms.
        # water.yaml
        cloze: The {{c1::Nile}} flows through Cairo and then into the Mediterranean.
        source: p1s1

    Passes:
        # deck.yaml
        material: {path: atlas.txt}
        # atlas.txt
        The Nile flows through Cairo and then into the Mediterranean by many arms.
        # water.yaml
        cloze: Past Cairo, the {{c1::Nile}} splits into arms.
        source: p1s1
    """
    size = max(limit, 2)  # nobody owns a single word
    suspects, shared = _suspects(deck, material, size)
    close = [part for part in material.parts if suspects and not shared.isdisjoint(_blocks(part, size))]
    theirs = (run for part in close for said in part.said for run in _runs(said.split(), size))
    runs = {run for text in suspects for run in _runs(_tokens(text), size)}.intersection(theirs)
    for text in suspects:
        said = _tokens(text)
        if not runs.isdisjoint(_runs(said, size)):
            longest = _longest([run in runs for run in _runs(said, size)])
            message = f"{longest + size - 1} words in a row are the same in the material"
            yield problem("copied", text, message, "say it in your own words", WARNING)


@check(
    "hedge-lost",
    "A card that states as certain what the material hedges with a may, a some or the like.",
    severity=INFO,
    material=True,
)
def hedge_lost(sources: Sources, hedges: Mapping[tuple[str, int, int], str]) -> Iterator[Problem]:
    """A sentence of the material that hedges (may, some, is associated with), but whose cards don't.

    A card that is more certain than its material teaches more than is known. It is reported at the first of the
    sentence's cards, and not if any of them keeps the hedge: the others may ask for something else. Found only if the
    material is available.

    Fails:
        # deck.yaml
        material: {path: atlas.txt}
        # atlas.txt
        The Nile may flood its banks.
        # water.yaml
        question: What does the Nile flood?
        answer: Its banks
        source: p1s1

    Passes:
        # deck.yaml
        material: {path: atlas.txt}
        # atlas.txt
        The Nile may flood its banks.
        # water.yaml
        question: What may the Nile flood?
        answer: Its banks
        source: p1s1
    """
    asking: dict[tuple[str, int, int], list[Card]] = {}
    for source in sources.all if hedges else ():
        if source.card is not None:
            for spot in source.spots:
                asking.setdefault(spot, []).append(source.card)
    reported = set()
    for place, hedge in hedges.items():
        cards = asking.get(place, [])
        if not cards or id(cards[0]) in reported or any(map(_hedges, cards)):
            continue
        reported.add(id(cards[0]))
        message = f"the material says '{hedge}' here, but the card doesn't hedge"
        remedy = "keep the hedge, unless the card asks for something else"
        yield problem("hedge-lost", cards[0].asks, message, remedy, INFO)


def hedges_in(outline: Outline) -> dict[tuple[str, int, int], str]:
    """The first hedge of each sentence that has one, by its spot."""
    return dict(_hedges_in(outline))


def _hedges_in(outline: Outline) -> Iterator[tuple[tuple[str, int, int], str]]:
    for part in outline.parts:
        if HEDGES.isdisjoint(part.words):
            continue
        for number, paragraph in enumerate(part.said, start=1):
            for sentence, words in enumerate(paragraph.split("\n"), start=1):
                if hedge := next(filter(HEDGES.__contains__, words.split()), None):
                    yield (part.slug, number, sentence), hedge


def _hedges(card: Card) -> bool:
    return not HEDGES.isdisjoint(word for text in card.texts for word in _tokens(text))


def _whose(source: Source) -> str:
    return "this card" if source.card else "this reason"


def _look(source: Source) -> str:
    if source.written != source.locator:
        return f"run {_command('fix', source)}, and check whether it is still right"
    command = _command("accept", source, source.owner) if source.card else _command("stamp", source)
    return f"check whether it is still right, then run {command}"


def _command(name: str, source: Source, *more: str) -> str:
    """The `studydeck source` command of this name for the deck that `source` is in."""
    return command_line("source", name, PurePosixPath(source.locator.path).parent, *more)


def _tokens(text: Text) -> list[str]:
    return tokens_of(without_gaps(text, around=" "))


def _suspects(deck: Deck, material: Outline, size: int) -> tuple[list[Text], set[int]]:
    """The texts that share a block of words with the material, and the hashes of these blocks.

    Few share one, so one look at all the words of a section is enough for most. Only so many blocks are in memory at a
    time as the longest books have.
    """
    left = chain.from_iterable(_blocks(part, size) for part in material.parts)
    suspects, shared = dict[int, Text](), set[int]()
    while blocks := dict.fromkeys(islice(left, _MOST_BLOCKS)).keys():  # it takes half the memory of a set
        for section in deck.sections:
            together = "\n".join([without_gaps(text, around=" ") for text in section.texts])
            if blocks.isdisjoint(_hashes(tokens_of(together), size)):
                continue
            for text in section.texts:
                if found := blocks & _hashes(_tokens(text), size):
                    suspects[id(text)] = text
                    shared |= found
        del blocks  # before there are more
    return list(suspects.values()), shared


def _blocks(part: Part, size: int) -> Iterator[int]:
    """The hashes of so many of its blocks of words that any `size` words in a row have a whole one."""
    words, length = part.words, _length(size)
    step = size - length + 1
    return map(hash, zip(*(words[start::step] for start in range(min(length, len(words) + 1))), strict=False))


def _hashes(words: Sequence[str], size: int) -> Iterator[int]:
    """The hashes of all that may be a block."""
    return map(hash, _runs(words, _length(size)))


def _length(size: int) -> int:
    """The words of a block: so many that chance makes hardly any twice, and few enough that not each is needed."""
    return -(-2 * size // 3)


def _runs(words: Sequence[str], size: int) -> Iterable[tuple[str, ...]]:
    """All that are so many of the words in a row."""
    return zip(*(words[start:] for start in range(min(size, len(words) + 1))), strict=False)


def _longest(hits: Sequence[bool]) -> int:
    """The most hits in a row."""
    longest = now = 0
    for hit in hits:
        now = now + 1 if hit else 0
        longest = max(longest, now)
    return longest
