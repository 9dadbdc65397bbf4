"""What learners' reviews say of a deck's cards, counted over all learners, and how sure it is that a card is bad.

A card is judged by shares: how many answers were wrong, how many learners gave up on it. Two wrong answers of two say
less than 14 of 20, so a share counts with the lower end of its interval, and only by what that is above the deck's
usual share: a card stands out from the others, whatever these learners are like.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from math import sqrt
from statistics import fmean, median
from typing import NamedTuple

from studydeck.package.studied import Answer, CardKey, Studied, StudiedCard

#: Milliseconds without an answer to a card, after which the next one shows whether it is remembered.
_REST = 6 * 3_600_000
_SLOW = 2  # times the learner's median
_SURE = 1.96  # standard deviations: 19 of 20 intervals hold the true share
_ANSWERS, _LEARNERS = 10, 2  # how many usual ones are added to what was counted


class Share(NamedTuple):
    """`cases` of `total`, where `usual` is the share among the deck's cards, and `prior` says how much that weighs."""

    cases: int
    total: int
    usual: float
    prior: int = _ANSWERS

    @property
    def interval(self) -> tuple[float, float]:
        """Where the true share is, with 95 % certainty: Wilson's interval, after `prior` more at the usual share."""
        number = self.total + self.prior
        share = (self.cases + self.prior * self.usual) / number
        middle = share + _SURE**2 / (2 * number)
        half = _SURE * sqrt(share * (1 - share) / number + (_SURE / (2 * number)) ** 2)
        divisor = 1 + _SURE**2 / number
        return max(0.0, (middle - half) / divisor), min(1.0, (middle + half) / divisor)

    @property
    def excess(self) -> float:
        """How far the share surely is above the usual one; 0 if it may be below."""
        return max(0.0, self.interval[0] - self.usual)


class Evidence(NamedTuple):
    """What is known of a card. `wrong` and `slow` are shares of its recalls, the others of its learners.

    A recall is an answer after a rest of six hours; those before are part of learning the card. `seconds` are those of
    recalls, or of all answers if there was none, and `usual_seconds` their mean in the deck. `difficulty` (1 to 10) and
    `stability` (days) are the medians of FSRS's, None where nobody uses it. `given_up` counts learners for whom it is
    suspended or a leech.
    """

    learners: int
    answers: int
    lapses: int
    wrong: Share
    slow: Share
    given_up: Share
    reworded: Share
    flagged: Share
    suspended: int
    leeches: int
    seconds: Sequence[float]
    usual_seconds: float
    difficulty: float | None
    stability: float | None

    @property
    def score(self) -> float:
        """How surely the card stands out: wrong answers count in full, every other sign half."""
        others = (self.slow, self.given_up, self.reworded, self.flagged)
        return self.wrong.excess + sum(each.excess for each in others) / 2

    @property
    def mean(self) -> float:
        """The seconds of an answer."""
        return fmean(self.seconds)

    @property
    def median(self) -> float:
        """The seconds of the middle answer."""
        return median(self.seconds)


class DeckEvidence(NamedTuple):
    """The evidence on a deck's cards, the worst first, and its `learners`, `recalls` and share of `wrong` ones."""

    learners: int
    recalls: int
    wrong: float
    cards: Mapping[CardKey, Evidence]


def evidence_of(
    learners: Sequence[Studied], cards: Sequence[CardKey], shipped: Mapping[str, AsShipped]
) -> DeckEvidence:
    """The evidence of `learners` on `cards`, which are in study order; `shipped` are their notes, by guid.

    An answer that two files have counts once, so a learner's older export adds nothing to a newer one.
    """
    known: set[int] = set()
    wanted = set(cards)
    persons = [person for each in learners if (person := _person(each, wanted, known)).cards]
    everything = [numbers for each in persons for numbers in each.cards.values()]
    recalls = sum(each.recalls for each in everything)
    wrong = _part(sum(each.wrong for each in everything), recalls)
    slow = _part(sum(each.slow for each in everything), recalls)
    reworded = _reworded([each.notes for each in persons], shipped)
    tallies: dict[CardKey, _Tally] = {}
    for number, person in enumerate(persons):
        usual_wrong, usual_slow = person.usual(wrong, slow)
        for key, numbers in person.cards.items():
            tally = tallies.setdefault(key, _Tally())
            tally.add(numbers, usual_wrong, usual_slow, (number, key[0]) in reworded)
    usual = _usual(tallies.values())
    seconds = fmean([one for each in everything for one in each.seconds] or [0])
    found = {key: tallies[key].evidence(usual, seconds) for key in cards if key in tallies}
    ranked = sorted(found, key=lambda key: (-found[key].score, -found[key].wrong.interval[0]))
    return DeckEvidence(len(persons), recalls, wrong, {key: found[key] for key in ranked})


class AsShipped(NamedTuple):
    """A note as its author last shipped it: its stamp in seconds, and its fields."""

    modified: int
    fields: Sequence[str]


class _Numbers(NamedTuple):
    """A learner's numbers of a card."""

    card: StudiedCard
    answers: int
    recalls: int
    wrong: int
    slow: int
    seconds: Sequence[float]

    @property
    def counts(self) -> tuple[int, int, int]:
        return self.recalls, self.wrong, self.slow


class _Person(NamedTuple):
    """A learner's numbers of every card that they answered, and their copies of the notes."""

    cards: Mapping[CardKey, _Numbers]
    notes: Mapping[str, tuple[int, Sequence[str]]]

    def usual(self, wrong: float, slow: float) -> tuple[float, float]:
        """The shares of this learner's recalls that are wrong and slow; with few recalls, near those of all."""
        recalls, own_wrong, own_slow = (
            sum(counts) for counts in zip(*(each.counts for each in self.cards.values()), strict=True)
        )
        number = recalls + _ANSWERS
        return (own_wrong + _ANSWERS * wrong) / number, (own_slow + _ANSWERS * slow) / number


def _person(studied: Studied, wanted: set[CardKey], known: set[int]) -> _Person:
    """The numbers of the `wanted` cards, without answers that are `known` from another file; adds these to them."""
    fresh: dict[CardKey, tuple[StudiedCard, list[Answer], list[Answer]]] = {}
    for key, card in studied.cards.items():
        if key in wanted:
            new = {each for each in card.answers if hash((key, each)) not in known}
            if new:
                recalls = [each for each in _recalls(card.answers) if each in new]
                fresh[key] = card, [each for each in card.answers if each in new], recalls
    known.update(hash((key, each)) for key, (_, answers, _) in fresh.items() for each in answers)
    times = [each.milliseconds for _, _, recalls in fresh.values() for each in recalls]
    limit = _SLOW * median(times) if times else 0
    numbers = {
        key: _Numbers(
            card,
            len(answers),
            len(recalls),
            sum(each.forgotten for each in recalls),
            sum(each.milliseconds > limit for each in recalls),
            [each.milliseconds / 1000 for each in recalls or answers],
        )
        for key, (card, answers, recalls) in fresh.items()
    }
    return _Person(numbers, studied.notes)


def _recalls(answers: Sequence[Answer]) -> Iterator[Answer]:
    """The answers that show whether a card is remembered: those after a rest."""
    for before, answer in pairwise(answers):
        if answer.moment - before.moment >= _REST:
            yield answer


def _reworded(
    notes: Sequence[Mapping[str, tuple[int, Sequence[str]]]], shipped: Mapping[str, AsShipped]
) -> set[tuple[int, str]]:
    """Which learners, by their number, reworded which notes.

    A note is reworded if a field that its author filled differs, and the note was changed after the author's last
    change. What several learners have alike is an older edition instead, on which they put tags.
    """
    differing: dict[tuple[int, str], int] = {}
    for number, of_learner in enumerate(notes):
        for guid, (modified, fields) in of_learner.items():
            ours = shipped.get(guid)
            if ours is None or modified <= ours.modified or len(fields) != len(ours.fields):
                continue
            theirs = [their if our else "" for their, our in zip(fields, ours.fields, strict=True)]
            if theirs != list(ours.fields):
                differing[number, guid] = hash((guid, *theirs))
    alike = Counter(differing.values())
    return {each for each, text in differing.items() if alike[text] == 1}


class _Tally:
    """What is counted of a card, learner by learner."""

    def __init__(self) -> None:
        self.numbers: list[_Numbers] = []
        self.reworded = 0
        self.usual_wrong = self.usual_slow = 0.0

    def add(self, numbers: _Numbers, usual_wrong: float, usual_slow: float, is_reworded: bool) -> None:
        self.numbers.append(numbers)
        self.reworded += is_reworded
        self.usual_wrong += numbers.recalls * usual_wrong
        self.usual_slow += numbers.recalls * usual_slow

    @property
    def given_up(self) -> int:
        return sum(each.card.is_suspended or each.card.is_leech for each in self.numbers)

    @property
    def flagged(self) -> int:
        return sum(each.card.is_flagged for each in self.numbers)

    def evidence(self, usual: tuple[float, float, float], usual_seconds: float) -> Evidence:
        """The evidence on the card; `usual` are the shares of learners that give up, reword and flag any card."""
        cards = [each.card for each in self.numbers]
        recalls, learners = sum(each.recalls for each in self.numbers), len(cards)
        given_up, reworded, flagged = (
            Share(count, learners, share, _LEARNERS)
            for count, share in zip((self.given_up, self.reworded, self.flagged), usual, strict=True)
        )
        difficulties = [each.difficulty for each in cards if each.difficulty is not None]
        stabilities = [each.stability for each in cards if each.stability is not None]
        return Evidence(
            learners,
            sum(each.answers for each in self.numbers),
            sum(each.lapses for each in cards),
            Share(sum(each.wrong for each in self.numbers), recalls, _part(self.usual_wrong, recalls)),
            Share(sum(each.slow for each in self.numbers), recalls, _part(self.usual_slow, recalls)),
            given_up,
            reworded,
            flagged,
            sum(each.is_suspended for each in cards),
            sum(each.is_leech for each in cards),
            [one for each in self.numbers for one in each.seconds],
            usual_seconds,
            median(difficulties) if difficulties else None,
            median(stabilities) if stabilities else None,
        )


def _usual(tallies: Iterable[_Tally]) -> tuple[float, float, float]:
    """The shares of learners that gave up on a card, reworded or flagged one, over all cards."""
    counts = [(len(each.numbers), each.given_up, each.reworded, each.flagged) for each in tallies]
    learners, given_up, reworded, flagged = (sum(numbers) for numbers in zip(*counts or [(0, 0, 0, 0)], strict=True))
    return _part(given_up, learners), _part(reworded, learners), _part(flagged, learners)


def _part(count: float, total: int) -> float:
    return count / total if total else 0.0
