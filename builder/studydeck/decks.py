"""Several decks: loaded together, with the problems between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from studydeck.files import folder_name, hash_of
from studydeck.history import foreign_uid, note_type_ids
from studydeck.kinds import KINDS
from studydeck.model import Card, Deck, Problem, Text, problem, shown
from studydeck.pipeline import Loaded, Progress, load, no_progress
from studydeck.terminal import command_line


def load_all(
    folders: Sequence[Path],
    progress: Progress = no_progress,
    load_one: Callable[[Path, Progress], Loaded] = load,
) -> tuple[list[Loaded], list[Problem]]:
    """Loads several decks; the problems are those of every deck and those between decks, sorted by place."""
    decks = [load_one(folder, part_of(progress, n, len(folders))) for n, folder in enumerate(folders)]
    problems = [each for loaded in decks for each in loaded.problems]
    return decks, sorted([*problems, *_between(decks), *_shared_guids(decks)])


def own_claims(loaded: Loaded) -> list[str]:
    """Hashes of what no other deck may have, but for guids: if no two decks share one, `load_all` finds no problem."""
    return [hash_of(f"{what}\0{value}".encode("utf-8", "surrogatepass")) for what, value in _own(loaded) if value]


def _own(loaded: Loaded) -> list[tuple[str, object]]:
    """What must be unique for learners or for their author."""
    deck = loaded.deck
    return [
        ("uid", deck.uid),
        ("name", "::".join(part.strip() for part in deck.title.casefold().split("::"))),
        ("folder name", folder_name(deck.folder).casefold()),
        ("note types", () if foreign_uid(deck, loaded.lock) else _ours(note_type_ids(deck, loaded.lock))),
    ]


def written_guids(loaded: Loaded) -> list[str]:
    """The guids that an author wrote."""
    return [card.guid for card in loaded.deck.cards if card.guid is not None]


def _between(decks: Sequence[Loaded]) -> Iterator[Problem]:
    """The problems between decks: what two of them share."""
    first: dict[tuple[str, object], Deck] = {}
    for loaded in decks:
        deck = loaded.deck
        written = {"uid": deck.uid, "name": deck.title}
        for what, value in _own(loaded):
            other = first.setdefault((what, value), deck)
            if other is deck or not value or (what == "note types" and other.uid == deck.uid):
                continue
            message = f"this deck has the same {what} as {other.place.path}"
            remedy = f"give one of them another {what}"
            if what in ("uid", "note types"):
                fork = command_line("fork", shown(deck.folder))
                remedy = f"if this is the copy, run {fork}; if it is the original, fork the other one"
            if what == "note types":
                message = (
                    f"this deck's deck.lock is a copy of the one beside {other.place.path}, or the other way round"
                )
            at = written.get(what)
            yield problem("same-deck", at if isinstance(at, Text) else deck.place, message, remedy)


def _ours(ids: Mapping[str, int]) -> tuple[int, ...]:
    """The numbers of note types that aren't the deck's own: those may have come from the same collection."""
    return tuple(number for key, number in ids.items() if key in KINDS)


def _shared_guids(decks: Sequence[Loaded]) -> Iterator[Problem]:
    """The guids that an author wrote and that a card of another deck also has: learners of both would get only one."""
    if len(decks) < 2:
        return
    cards = [each.deck.cards for each in decks]
    written = {card.guid for some in cards for card in some if card.guid is not None}
    first: dict[str, tuple[Loaded, Card]] = {}
    for loaded, some in zip(decks, cards, strict=True) if written else ():
        for card, identity in zip(some, loaded.identities, strict=True):
            if identity is None or identity.guid not in written:
                continue
            home, other = first.setdefault(identity.guid, (loaded, card))
            if home is not loaded:
                here, there = (card, other) if card.guid is not None else (other, card)
                message = f"a card of {there.place.path} also has the guid '{identity.guid}'"
                remedy = "remove guid: from the card that learners don't have yet"
                yield problem("same-id", here.guid or here.place, message, remedy)


def part_of(progress: Progress, number: int, count: int) -> Progress:
    """The progress of part `number` (from 0) of `count` equal parts."""
    return lambda done: progress((number + done) / count)
