"""What became of each card's source, in words and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from studydeck.material.outline import Outline, Sentence, Spot
from studydeck.material.sources import (
    AMBIGUOUS,
    BAD,
    CHANGED,
    GONE,
    MERGED,
    MOVED,
    OK,
    STATES,
    UNSTAMPED,
    Source,
    Sources,
)

#: The texts of sentences by their fingerprints, as far as they are available.
Texts = Mapping[str, str]


def texts_of(*outlines: Outline | None) -> dict[str, str]:
    """The texts of the sentences of `outlines`."""
    return {
        sentence.fingerprint: sentence.text
        for outline in outlines
        if outline is not None
        for sentence in outline.spots().values()
        if sentence.text
    }


def status_text(deck: str, sources: Sources, texts: Texts) -> str:
    """How many sources are in each state, and each that isn't ok with its place; below it what it said and says."""
    counts = ", ".join(f"{count:,} {state}" for state, count in sources.counts.items() if count) or "no sources"
    lines = [f"{deck}: {counts}"]
    spots = sources.outline.spots()
    for source in sources.all:
        if source.state != OK:
            at = source.locator
            lines.append(f"{at.path}:{at.line}:{at.column}: {source.state}: {_what(source)}")
            if source.state in (CHANGED, GONE, AMBIGUOUS):
                lines += [f"    {when}: {text}" for when, text in _said(source, spots, texts).items() if text]
    return "\n".join(lines)


def status_json(deck: str, sources: Sources, texts: Texts) -> dict[str, Any]:
    """The same for programs."""
    spots = sources.outline.spots()
    return {
        "deck": deck,
        "counts": {state: sources.counts[state] for state in STATES},
        "sources": [
            {
                "card": source.owner,
                "path": source.locator.path,
                "line": source.locator.line,
                "column": source.locator.column,
                "source": str(source.locator),
                "state": source.state,
                "written": source.written,
                **_said(source, spots, texts),
            }
            for source in sources.all
        ],
    }


def rewritten_text(sources: Sources) -> str:
    """Each locator that was rewritten, and each that can't be, with its place."""
    lines = []
    for each in sources.all:
        where = f"{each.locator.path}:{each.locator.line}:{each.locator.column}: {each.locator}"
        if each.why == MERGED:
            lines.append(f"{where} stays: {'; '.join(each.why)}")
        elif each.written != each.locator:
            lines.append(f"{where} is now {each.written}")
    return "\n".join(lines)


def _what(source: Source) -> str:
    who = f"{source.owner or 'this card'}: {source.locator}" if source.card else f"uncarded: {source.locator}"
    return {
        MOVED: f"{who} is now {source.written}",
        CHANGED: f"{who} says something else" + (f", at {source.written}" if source.written != source.locator else ""),
        GONE: f"{who} is gone: {'; '.join(source.why)}"
        if source.why == MERGED
        else f"{who} is no longer in the material",
        AMBIGUOUS: f"{who} is now in several places",
        UNSTAMPED: f"{who} was never stamped",
        BAD: f"{who} isn't valid: {source.why[0]}",
    }[source.state]


def _said(source: Source, spots: Mapping[Spot, Sentence], texts: Texts) -> dict[str, str]:
    return {
        "was": " ".join(texts.get(each, "") for each in source.accepted.split()).strip(),
        "now": " ".join(spots[spot].text for spot in source.spots).strip(),
    }
