"""Which texts of a deck are to be spoken, with the names of their sounds. The sounds are made by commands/speak.py."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from studydeck.model import Card, Deck, Languages
from studydeck.text.spoken import spoken_key, spoken_words

_SIDES = {"question": ("question",), "answer": ("answer",), "both": ("question", "answer")}


class Spoken(NamedTuple):
    """A text that is to be spoken: the key of the card that has it, its words, its language, what names its sound."""

    key: str
    words: str
    language: str
    name: str


def spoken_texts(card: Card, around: Languages, speak: str) -> Iterator[Spoken]:
    """What is to be spoken of a card in a section of these languages, if nothing but `speak` says which sides.

    A typed answer isn't, since Anki compares it with what the learner typed. A retired card stays silent.
    """
    if card.retired:
        return
    wanted = _SIDES.get(card.values.get("speak", speak), ())
    for name in wanted:
        key = next((each for each, key in card.kind.keys.items() if key.spoken == name), None)
        value = card.values.get(key) if key else None
        if key is None or value is None or (name == "answer" and card.has("typed")):
            continue
        language = card.languages(around).of(card.kind.keys[key])
        if words := spoken_words(value if isinstance(value, tuple) else (value,), language):
            yield Spoken(key, words, language, spoken_key(words, language))


def all_spoken(deck: Deck) -> Iterator[tuple[Card, Spoken]]:
    """Every text of the deck that is to be spoken, with its card."""
    for section in deck.sections:
        speak = section.speak or deck.speak
        around = section.languages.inside(deck.languages)
        for card in section.cards:
            if speak or "speak" in card.values:
                for each in spoken_texts(card, around, speak):
                    yield card, each
