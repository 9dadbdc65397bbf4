"""The end of `insights`: a deck's cards with what learners' reviews say of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from studydeck.commands.sources import sources
from studydeck.history import record
from studydeck.insights import AsShipped, Insight, Insights, evidence_of
from studydeck.model import Note, problems_by_note, shown
from studydeck.package.studied import Studied, read_studied
from studydeck.pipeline import Loaded, Progress, compile_notes, no_progress
from studydeck.terminal import in_one_line

_MOST_ASKED = 200  # characters of a question


def read_learners(
    decks: Sequence[Loaded], files: Sequence[Path], progress: Progress = no_progress
) -> tuple[list[Studied], list[str]]:
    """What the `files` say of the cards of `decks`; and a sentence for each file that says nothing."""
    guids = {each.guid for deck in decks for each in deck.known}
    learners, problems = [], []
    for number, path in enumerate(files):
        progress(number / len(files))
        try:
            learner = read_studied(path, guids)
        except (ValueError, OSError) as error:
            problems.append(str(error))
            continue
        if learner.cards:
            learners.append(learner)
        else:
            problems.append(f"{path} has no reviews of these decks' cards")
    return learners, problems


def insights_into(loaded: Loaded, learners: Sequence[Studied], since_edit: bool = False) -> Insights:
    """The cards of a deck without errors that `learners` have answered, the worst first. Retired ones don't count.

    With `since_edit`, neither do answers from before the last edit that was built of a card.
    """
    deck = loaded.deck
    everything = compile_notes(loaded)
    notes = {note.identity.guid: note for note in everything if not note.card.retired}
    cards = [(guid, number) for guid, note in notes.items() for number in note.ords]
    if since_edit:
        stamps = {note.guid: note.modified for note in loaded.lock.notes.values()}
        learners = [_since(stamps, each) for each in learners]
    evidence = evidence_of(learners, cards, dict(_shipped(loaded, everything)))
    problems = problems_by_note(everything, loaded.problems)
    sentences = _sentences(loaded)
    findings = []
    for (guid, number), each in evidence.cards.items():
        note = notes[guid]
        note_id = note.identity.id
        findings.append(
            Insight(
                note_id,
                number,
                _name(note, number),
                note.card.place,
                in_one_line(" ".join(note.card.asks.split()))[:_MOST_ASKED],
                len(note.card.answers),
                each,
                problems.get(note_id, ()),
                sentences.get(note_id, ()),
            )
        )
    return Insights(str(deck.title), shown(deck.folder), deck.language, evidence, findings)


def signs_of_cards(insights: Insights) -> dict[tuple[str, int], str]:
    """What learners say of each card, in words, by its note's id and its number; for cards beside which it is shown."""
    return {(each.id, each.number): "; ".join(each.signs()) for each in insights.cards}


def _since(stamps: Mapping[str, int], learner: Studied) -> Studied:
    """What a learner did after the notes' `stamps`, in seconds by guid."""
    cards = {
        key: card._replace(answers=[each for each in card.answers if each.moment >= stamps.get(key[0], 0) * 1000])
        for key, card in learner.cards.items()
    }
    return learner._replace(cards=cards)


def _shipped(loaded: Loaded, notes: Sequence[Note]) -> Iterator[tuple[str, AsShipped]]:
    """The notes as learners have them, by guid: those that were built, and weren't edited since."""
    _, changes = record(notes, (), loaded.lock, 0)
    unchanged = set(changes.unchanged)
    for note in notes:
        if note.identity.id in unchanged and (last := loaded.lock.record_of(note.identity)):
            yield note.identity.guid, AsShipped(last.modified, note.fields)


def _name(note: Note, number: int) -> str:
    """Which card of its note this is; nothing for the only one."""
    return note.card.kind.card_name(note, number) if len(note.ords) > 1 else ""


def _sentences(loaded: Loaded) -> Mapping[str, Sequence[tuple[str, str]]]:
    """The places that each card is from, by its id, with their sentences if the material is available."""
    try:
        found = sources(loaded)
    except ValueError:  # there is no material, which stops nobody from looking at reviews
        return {}
    parts = found.outline.by_slug
    sentences: dict[str, list[tuple[str, str]]] = {}
    for each in found.all:
        if each.card is not None:
            text = parts[each.run.section].text(*each.run[1:]).strip() if each.run else ""
            sentences.setdefault(each.owner, []).append((str(each.locator), text))
    return sentences
