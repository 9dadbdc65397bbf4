"""A card and what is known of it: where it is, how learners do with it, and a reason in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from studydeck.counting import counted
from studydeck.insights.evidence import DeckEvidence, Evidence, Share
from studydeck.model import WARNING, Place, Problem

_MOST_WARNINGS = 2
_MANY_ITEMS = 4


class Insight(NamedTuple):
    """A card of the deck: its note's id and its number there, from 0, with a `name` if the note has several.

    `items` are those of its answer, 1 if that is no list; `sources` are places in the material with their sentences.
    A sentence is empty where the material isn't available.
    """

    id: str
    number: int
    name: str
    place: Place
    asks: str
    items: int
    evidence: Evidence
    problems: Sequence[Problem]
    sources: Sequence[tuple[str, str]]

    @property
    def reason(self) -> str:
        """What is wrong with the card, by learners and by the checks."""
        return "; ".join([*self.signs(), *self._warnings()])

    def signs(self) -> Iterator[str]:
        """What learners say of the card, in words."""
        each = self.evidence
        took = f"{_seconds(each.mean)} on average"
        if each.slow.excess:
            took += f" (here usually {_seconds(each.usual_seconds)})"
        if each.wrong.total:
            yield f"answered wrong {each.wrong.cases:,} of {counted(each.wrong.total, 'time')}, {took}"
        else:
            yield f"answered {counted(each.answers, 'time')} and never recalled hours later, {took}"
        signs = (
            ("suspended", each.suspended),
            ("a leech", each.leeches),
            ("reworded", each.reworded.cases),
            ("flagged", each.flagged.cases),
        )
        if each.learners == 1:
            yield from (sign for sign, learners in signs if learners)
        else:
            preposition = {"a leech": "for"}
            yield from (
                f"{sign} {preposition.get(sign, 'by')} {learners:,} of {each.learners:,} learners"
                for sign, learners in signs
                if learners
            )

    def _warnings(self) -> Iterator[str]:
        if self.items >= _MANY_ITEMS and not any(each.name == "long-list" for each in self.problems):
            yield f"the answer lists {self.items} things"
        worst = sorted(self.problems, key=lambda each: each.severity != WARNING)
        yield from (each.message for each in worst[:_MOST_WARNINGS])
        if (more := len(self.problems) - _MOST_WARNINGS) > 0:
            yield counted(more, "more problem")


class Insights(NamedTuple):
    """A deck's cards that learners have answered, the worst first."""

    deck: str
    path: str
    language: str
    evidence: DeckEvidence
    cards: Sequence[Insight]

    @property
    def standing_out(self) -> Sequence[Insight]:
        """The cards that are surely worse than the deck's others."""
        return [each for each in self.cards if each.evidence.score > 0]

    @property
    def summary(self) -> str:
        """How many learners and recalls there are, and how many cards stand out."""
        each = self.evidence
        if not each.learners:
            return "no reviews of this deck's cards"
        recalls = f"{counted(each.learners, 'learner')}, {counted(each.recalls, 'recall')}, {percent(each.wrong)} wrong"
        count = len(self.standing_out)
        stand = "stands" if count == 1 else "stand"
        return f"{recalls}; {count:,} of {counted(len(self.cards), 'card')} {stand} out"


def insights_text(insights: Insights, top: int) -> str:
    """The `top` cards that stand out, with their places, for a terminal."""
    lines = [f"{insights.path}: {insights.deck}: {insights.summary}"]
    for each in insights.standing_out[:top]:
        name = f" ({each.name})" if each.name else ""
        lines += [f"{each.place.path}:{each.place.line}:{each.place.column}: {each.reason}", f"    {each.asks}{name}"]
        lines += [f"    {source}: {sentence}" if sentence else f"    {source}" for source, sentence in each.sources]
    if (more := len(insights.standing_out) - top) > 0:
        lines.append(f"{counted(more, 'more card')}; --top {len(insights.standing_out)} shows all")
    return "\n".join(lines)


def insights_json(insights: Insights) -> dict[str, Any]:
    """All cards that learners have answered, for programs."""
    evidence = insights.evidence
    return {
        "deck": insights.deck,
        "path": insights.path,
        "learners": evidence.learners,
        "recalls": evidence.recalls,
        "wrong": round(evidence.wrong, 3),
        "cards": [_card_json(each) for each in insights.cards],
    }


def _card_json(insight: Insight) -> dict[str, Any]:
    each = insight.evidence
    return {
        "id": insight.id,
        "card": insight.name,
        "path": insight.place.path,
        "line": insight.place.line,
        "column": insight.place.column,
        "asks": insight.asks,
        "score": round(each.score, 3),
        "reason": insight.reason,
        "learners": each.learners,
        "answers": each.answers,
        "wrong": _share_json(each.wrong),
        "slow": _share_json(each.slow),
        "given_up": _share_json(each.given_up),
        "reworded": _share_json(each.reworded),
        "flagged": _share_json(each.flagged),
        "suspended": each.suspended,
        "leeches": each.leeches,
        "lapses": each.lapses,
        "seconds": {
            "mean": round(each.mean, 1),
            "median": round(each.median, 1),
            "usual": round(each.usual_seconds, 1),
        },
        "difficulty": each.difficulty and round(each.difficulty, 2),
        "stability": each.stability and round(each.stability, 1),
        "problems": [problem._asdict() for problem in insight.problems],
        "sources": [{"source": source, "text": sentence} for source, sentence in insight.sources],
    }


def _share_json(share: Share) -> dict[str, Any]:
    low, high = share.interval
    return {
        "count": share.cases,
        "of": share.total,
        "usual": round(share.usual, 3),
        "interval": [round(low, 3), round(high, 3)],
    }


def percent(share: float) -> str:
    """`12%`."""
    return f"{100 * share:.0f}%"


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 9.95 else f"{seconds:.0f} s"
