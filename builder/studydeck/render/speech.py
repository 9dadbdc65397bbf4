"""Which texts of a deck are to be spoken, by sounds, with their names, or by learners' devices.

The sounds are made by commands/speak.py. A device gets the words and their language in a field of their own.
"""

from __future__ import annotations

import html as html_entities
from collections.abc import Iterator
from typing import NamedTuple

from studydeck.model import Card, Deck, Languages
from studydeck.text.languages import voice_language
from studydeck.text.spoken import spoken_key, spoken_words

_SIDES = {"question": ("question",), "answer": ("answer",), "both": ("question", "answer")}
_DEVICE = "device"
_SIDES |= {_DEVICE: _SIDES["both"], f"{_DEVICE}-question": ("question",), f"{_DEVICE}-answer": ("answer",)}


class Spoken(NamedTuple):
    """A text that is to be spoken: the key of the card that has it, its words, its language, what names its sound.

    If it is spoken `by_device`, there is no sound.
    """

    key: str
    words: str
    language: str
    name: str
    by_device: bool = False

    @property
    def directive(self) -> str:
        """What has a learner's device say it; "" if the country is unknown whose voices do."""
        language = voice_language(self.language)
        lines = (f"{line}." if line[-1:].isalnum() else line for line in self.words.split("\n"))
        words = html_entities.escape(" ".join(lines) if "\n" in self.words else self.words, quote=False)
        return f"[anki:tts lang={language}]{words.replace('[', '&#91;')}[/anki:tts]" if language else ""


def spoken_texts(card: Card, around: Languages, speak: str) -> Iterator[Spoken]:
    """What is to be spoken of a card in a section of these languages, if nothing but `speak` says which sides.

    A typed answer isn't, since Anki compares it with what the learner typed. A retired card stays silent.
    """
    if card.retired:
        return
    said = card.values.get("speak", speak)
    wanted = _SIDES.get(said, ())
    for name in wanted:
        key = next((each for each, key in card.kind.keys.items() if key.spoken == name), None)
        value = card.values.get(key) if key else None
        if key is None or value is None or (name == "answer" and card.has("typed")):
            continue
        language = card.languages(around).of(card.kind.keys[key])
        if words := spoken_words(value if isinstance(value, tuple) else (value,), language):
            yield Spoken(key, words, language, spoken_key(words, language), said.startswith(_DEVICE))


def all_spoken(deck: Deck, *, by_device: bool = False) -> Iterator[tuple[Card, Spoken]]:
    """Every text of the deck that is to be spoken by a sound, or by learners' devices, with its card."""
    for section in deck.sections:
        speak = section.speak or deck.speak
        around = section.languages.inside(deck.languages)
        for card in section.cards:
            if speak or "speak" in card.values:
                for each in spoken_texts(card, around, speak):
                    if each.by_device == by_device:
                        yield card, each
