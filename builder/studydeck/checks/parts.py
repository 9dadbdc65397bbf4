"""Checks of pictures with parts to name: what a learner couldn't see, or would see too much of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from studydeck.kinds.occlusion import overlapping, recorded_size
from studydeck.model import Card, Deck, Identity, Part, Problem, info, warning
from studydeck.model.kinds import Size

#: A phone's screen in px, less the margins around a card; card.css gives a picture 70 % of the height at most.
_PHONE = Size(306, 518)
_SEEN = 48  # px
_COVERED = 0.1  # of a part, that others may cover
_SAME_SHAPE = 0.01  # by which width to height may differ, for rounding


def part_problems(
    deck: Deck, identities: Sequence[Identity | None], sizes: Mapping[str, Size | None]
) -> Iterator[Problem]:
    """Problems with the parts of pictures, whose `sizes` are by the names that the author writes.

    `identities` are those of all cards in study order: they know which size a picture had at the last build.
    """
    for card, identity in zip(deck.cards, identities, strict=True):
        if card.kind.masks and not card.retired:
            size = sizes.get(card.asks)
            yield from _of_parts(card, size)
            if size and identity and (was := recorded_size(identity.numbers)):
                yield from _resized(card, size, was)


def _of_parts(card: Card, size: Size | None) -> Iterator[Problem]:
    parts: Sequence[Part] = card.values["parts"]
    for part in parts:
        left, top, width, height = part.box
        if not part.strip() and card.kind.note_type is None:  # the templates of others show no names
            message = f"the part '{part.id}' has no name, so its answer is only the open picture"
            yield warning("unnamed-part", part, message, "add name:")
        if left < 0 or top < 0 or left + width > 100 or top + height > 100:
            message = f"{_called(part)} reaches out of the picture"
            yield warning(
                "outside-part", part, message, "keep it between 0 and 100 per cent, with its width and height"
            )
        scale = min(1, _PHONE.width / size.width, _PHONE.height / size.height) if size else 0
        if size and (seen := max(width * size.width, height * size.height) / 100 * scale) < _SEEN:
            message = f"{_called(part)} is {seen:.0f} px large on a phone of 360 px, less than {_SEEN}"
            yield info("small-part", part, message, "make it larger, or cut the picture to what matters")
    for one, other, share in overlapping(parts):
        if share > _COVERED:
            first, second = sorted((one, other), key=lambda part: part.line)
            message = f"{_called(second)} overlaps {_called(first)}, so each covers some of the other's answer"
            yield warning("overlapping-parts", second, message, "move one, make it smaller, or split the card")


def _resized(card: Card, size: Size, was: Size) -> Iterator[Problem]:
    """The parts' places are in per cent, so a picture that is only larger or smaller keeps them."""
    if abs((size.width / size.height) / (was.width / was.height) - 1) > _SAME_SHAPE:
        now, before = (f"{each.width:.0f} × {each.height:.0f}" for each in (size, was))
        message = f"the picture is {now} px, and was {before} px at the last build, so its parts may be elsewhere"
        yield warning("stale-parts", card.asks, message, "look at them in studydeck preview, and move those that are")


def _called(part: Part) -> str:
    return f"'{part.strip()[:40] or part.id}'"
