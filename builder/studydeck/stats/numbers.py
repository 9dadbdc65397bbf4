"""A deck and its notes to numbers: cards by section and kind, words, problems, media, and a study forecast."""

from __future__ import annotations

import html as html_entities
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby, pairwise
from statistics import fmean, median
from typing import Any, NamedTuple

from studydeck.kinds import KINDS, sides
from studydeck.model import ERROR, INFO, WARNING, Deck, MediaFile, Note, Place, Problem, shown
from studydeck.patterns import pattern
from studydeck.text.spans import FORMULA, replace_enclosed

SEVERITIES = (ERROR, WARNING, INFO)

_STEPS = (1, 2, 3, 5, 8, 12, 17, 26, 41, 81)  # where the histograms' rows start
_DAYS_IN_A_ROW = (1, 7, 14, 28, 91, 182, 364)
_IN_A_WORD = pattern(r"</?(?:em|strong|del|code|span|a)\b[^>]*>")
_NO_WORDS = pattern(r"\[sound:[^\]]*\]|<[^>]*>")
_SIGN = pattern(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")  # of scripts that put no spaces between words
_LETTER = pattern(r"[^\W_]")


def kind_names(deck: Deck) -> list[str]:
    """The names that notes are counted under. A note counts under all that fit, such as typed and reversed.

    Pictures with parts are counted only in decks that have some.
    """
    has_parts = any(section.masked for section in deck.sections)
    kinds = (*(kind for kind in KINDS.values() if has_parts or not kind.masks), *deck.own_kinds.values())
    return [name for kind in kinds for name in kind.names]


class SectionCounts(NamedTuple):
    """A section's notes (what the author wrote), the cards that Anki makes of them, and the notes of each kind."""

    name: str
    notes: int
    cards: int
    kinds: Mapping[str, int]


class Words(NamedTuple):
    """How many words all questions, or all answers, have: the count of each, and where the longest one is."""

    counts: Sequence[int] = ()
    longest_at: Place | None = None

    @property
    def median(self) -> float:
        return median(self.counts) if self.counts else 0

    @property
    def longest(self) -> int:
        return max(self.counts, default=0)

    @property
    def histogram(self) -> list[tuple[str, int]]:
        """How many there are of each length, from the shortest to the longest."""
        starts = ((0, *_STEPS) if 0 in self.counts else _STEPS) + (10**9,)
        rows = []
        for start, after in pairwise(starts):
            name = f"{start}" if after == start + 1 else f"{start}-{after - 1}" if after < 10**9 else f"{start}+"
            rows.append((name, sum(start <= each < after for each in self.counts)))
        filled = [number for number, (_, how_many) in enumerate(rows) if how_many]
        return rows[filled[0] : filled[-1] + 1] if filled else []


class Period(NamedTuple):
    """Some days of the forecast, numbered from 1, and what a day of them has on average."""

    first: int
    last: int
    new: float
    reviews: float
    minutes: float

    @property
    def days(self) -> str:
        return f"{self.first}-{self.last}" if self.last > self.first else f"{self.first}"


class Forecast(NamedTuple):
    """A learner's days: new cards, reviews and minutes of each; `known` are the cards known after the last.

    `per_day` and `retention` (in percent) are what was asked for.
    """

    per_day: int
    retention: int
    new: Sequence[float]
    reviews: Sequence[float]
    minutes: Sequence[float]
    known: float

    @property
    def busiest(self) -> int:
        """The day that takes the most minutes, from 1."""
        return max(range(len(self.minutes)), key=self.minutes.__getitem__) + 1

    def periods(self, most: int) -> list[Period]:
        """The days in up to `most` rows of 1, 7, 14 … days, the last row maybe of fewer."""
        days = len(self.new)
        step = next((each for each in _DAYS_IN_A_ROW if each * most >= days), -(-days // most))
        return [
            Period(
                at + 1,
                min(at + step, days),
                *(fmean(each[at : at + step]) for each in (self.new, self.reviews, self.minutes)),
            )
            for at in range(0, days, step)
        ]


class Sentences(NamedTuple):
    """The sentences of the deck's material: those with a card, without one, and left out on purpose.

    `percent` is that of the first among the first two.
    """

    carded: int
    bare: int
    left_out: int
    percent: int


class Stats(NamedTuple):
    """A deck in numbers.

    `forecast` is None if the engine that makes one isn't installed, `coverage` if the deck has no material.
    """

    deck: str
    language: str
    path: str
    sections: Sequence[SectionCounts]
    total: SectionCounts
    retired: int
    questions: Words
    answers: Words
    problems: Mapping[str, int]
    files: int
    bytes: int
    forecast: Forecast | None = None
    coverage: Sentences | None = None


def count(deck: Deck, notes: Iterable[Note], problems: Sequence[Problem], media: Sequence[MediaFile]) -> Stats:
    """The numbers of `deck`, without a forecast; `notes` are in study order. Retired ones count only as `retired`."""
    names = kind_names(deck)
    sections = {section.place.path: _section(section.name, (), names) for section in deck.sections}
    questions, answers = _Lengths(), _Lengths()
    retired = 0
    for path, together in groupby(notes, key=lambda note: note.card.place.path):
        of_section = list(together)
        live = [note for note in of_section if not note.card.retired]
        retired += len(of_section) - len(live)
        sections[path] = _section(sections[path].name, live, names)
        for note in live:
            question, in_answers = sides(note)
            questions.add(question, note)
            for answer in in_answers:
                answers.add(answer, note)
    counted = list(sections.values())
    kinds = {name: sum(each.kinds[name] for each in counted) for name in names}
    severities = Counter(each.severity for each in problems)
    return Stats(
        str(deck.title),
        deck.language,
        shown(deck.folder),
        counted,
        SectionCounts("all", sum(each.notes for each in counted), sum(each.cards for each in counted), kinds),
        retired,
        questions.words,
        answers.words,
        {severity: severities[severity] for severity in SEVERITIES},
        len(media),
        sum(os.stat(each.path).st_size for each in media),
    )


class _Lengths:
    """How many words each text has, and where the longest one is."""

    def __init__(self) -> None:
        self._counts: list[int] = []
        self._longest = -1
        self._place: Place | None = None

    def add(self, html: str, note: Note) -> None:
        words = _words_in(html)
        self._counts.append(words)
        if words > self._longest:
            self._longest, self._place = words, note.card.place

    @property
    def words(self) -> Words:
        return Words(tuple(sorted(self._counts)), self._place)


def stats_json(stats: Stats) -> dict[str, Any]:
    """The numbers as values for JSON."""
    forecast = stats.forecast
    days = zip(forecast.new, forecast.reviews, forecast.minutes, strict=True) if forecast else ()
    return {
        "deck": stats.deck,
        "path": stats.path,
        **_section_json(stats.total),
        "retired": stats.retired,
        "sections": [{"section": each.name, **_section_json(each)} for each in stats.sections],
        "words": {"question": _words_json(stats.questions), "answer": _words_json(stats.answers)},
        "coverage": stats.coverage and stats.coverage._asdict(),
        "problems": dict(stats.problems),
        "media": {"files": stats.files, "bytes": stats.bytes},
        "forecast": forecast
        and {
            "new": forecast.per_day,
            "retention": forecast.retention,
            "known": round(forecast.known, 1),
            "days": [
                {"new": round(new, 1), "reviews": round(reviews, 1), "minutes": round(minutes, 2)}
                for new, reviews, minutes in days
            ],
        },
    }


def _section(name: str, notes: Sequence[Note], names: Sequence[str]) -> SectionCounts:
    kinds = Counter(name for note in notes for name in note.card.kind.named(note.card))
    cards = sum(len(note.ords) for note in notes)
    return SectionCounts(str(name), len(notes), cards, {kind: kinds[kind] for kind in names})


def _section_json(section: SectionCounts) -> dict[str, Any]:
    return {"notes": section.notes, "cards": section.cards, "kinds": dict(section.kinds)}


def _words_json(words: Words) -> dict[str, Any]:
    at = words.longest_at
    return {
        "median": words.median,
        "longest": words.longest,
        "longest_at": at and {"path": at.path, "line": at.line},
        "histogram": [{"words": name, "count": how_many} for name, how_many in words.histogram],
    }


def _words_in(html: str) -> int:
    """The words of a field: a formula is one, a picture or a sound none, and each sign of Chinese or Japanese."""
    text = _NO_WORDS.sub(" ", _IN_A_WORD.sub("", replace_enclosed(html, FORMULA, lambda *_: " x ")))
    return sum(map(bool, map(_LETTER.search, _SIGN.sub(r" \g<0> ", html_entities.unescape(text)).split())))
