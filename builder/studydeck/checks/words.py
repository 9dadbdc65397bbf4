"""The words of a card as checks read them: without code, formulas, pictures, gaps' braces and marks of emphasis.

Each text is read once, however many checks ask for its words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import filterfalse

from studydeck.model import Card, Deck, Section, Text
from studydeck.text import Gap, filled, gaps_in, parse, without_gaps
from studydeck.text.languages import is_english

#: Replaces a piece of code, a formula, a picture or an address: something is there, but it has no words.
OBJECT = "\ufffc"


def these(listed: str) -> frozenset[str]:
    """A set of words, from a text that lists them."""
    return frozenset(listed.split())


WHICH = these("what which who whom whose where when why how")
VERBS = these(
    "is are was were do does did has have had can could will would should must isn't aren't wasn't weren't don't "
    "doesn't didn't can't couldn't won't wouldn't shouldn't"
)
PRONOUNS = these("it its they their them this these those he his him she her")
#: Words that say nothing by themselves.
EMPTY = WHICH | VERBS | PRONOUNS | these(
    "a an the and or but nor so that there here then than as if of in on at by to from for with into onto over under "
    "about between through during within be been being am may might shall i me my you your we us our one also only "
    "just too very"
)  # fmt: skip

_MOST_TEXTS = 2**18
_NO_LETTERS = ".,;:!?¿¡()[]{}\"'“”‘’„«»…*_~|`-–—/\\" + OBJECT
_MARKED = re.compile(r"[`$\[\\]")
# Counts such as {0,300} keep a hostile text from starting a long search at each of its characters.
_OBJECT = re.compile(
    r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)|\$\$.+?\$\$|\$(?!\s)[^$\n]+?(?<!\s)\$(?!\d)|!\[[^][\n]{0,300}\]\([^()\n]{0,300}\)"
    r"|!\[[^][\n]{0,300}\]\([^()\n]{0,300}\([^()\n]{0,300}\)[^()\n]{0,300}\)|!\[\[[^][\n]{1,300}\]\]|\[sound:[^][\n]{1,300}\]"
    r"|\[([^][\n]{0,300})\]\([^()\n]{0,300}\)|https?://[^\s)]+|\\[!-/:-@\[-`{-~]",
    re.DOTALL,
)
_EMPHASIS = re.compile(r"(?<!\w)[*_]{1,3}(?=\w)|(?<=\w)[*_]{1,3}(?!\w)")
_QUOTED = re.compile(
    r"\"[^\"]*\"|“[^“”]*”|„[^„“”]*[“”]|«[^«»]*»|(?<!\w)['‘](?=\w).{1,200}?['’](?!\w)|(?<![\w*])(\*{1,3})(?=\S).{1,200}?\1"
)
_QUOTES = frozenset("\"“„«'‘*")
_PHRASE = 5
_TRANSLATE = r"(?is)\W*(?:translate|how (?:do|does|would) (?:you|one|we|i) say)\b|.*\bmean\W*$"


def judged(deck: Deck) -> list[Card]:
    """The cards that checks judge: all but the retired ones."""
    return [card for section in deck.sections for card in _in_markdown(section) if not card.retired]


def _in_markdown(section: Section) -> Sequence[Card]:
    """The cards of a section without those that are in HTML, whose words no check reads."""
    return section.cards if not section.html else [card for card in section.cards if not card.html]


def turned(deck: Deck) -> list[Card]:
    """The reverse cards of the judged ones that ask a question of their own."""
    return [card for section in deck.sections for card in section.turned if not (card.retired or card.html)]


def judged_texts(deck: Deck) -> list[Text]:
    """The Markdown texts of the judged cards."""
    texts: list[Text] = []
    for section in deck.sections:
        retired = any(card.retired for card in section.cards)
        texts += (
            (text for card in section.cards if not card.retired for text in card.texts) if retired else section.texts
        )
    return texts


def in_english(deck: Deck) -> list[Card]:
    """The judged cards, and reverse questions of their own, whose language is English; without answers in another."""
    found: list[Card] = []
    for section in deck.sections:
        around = section.languages.inside(deck.languages)
        if section.mixed or is_english(around.language) != is_english(around.of_answers):
            for card in _in_markdown(section):
                said = card.languages(around)
                if is_english(said.language) and not card.retired:
                    found.append(card if is_english(said.of_answers) else _without_answer(card))
        elif is_english(around.language):
            found += [card for card in _in_markdown(section) if not card.retired]
        of_section = [card for card in section.turned if not (card.retired or card.html)]
        found += [card for card in of_section if is_english(card.languages(around).language)]
    return found


def _without_answer(card: Card) -> Card:
    return card._replace(values={name: value for name, value in card.values.items() if name != card.kind.answer})


def questions(deck: Deck) -> list[tuple[Card, Text]]:
    """The English cards with a question, and that question; each reverse question of its own is like a card."""
    return [(card, card.asks) for card in in_english(deck) if not card.kind.gaps]


def bare(text: str) -> str:
    """`text` with OBJECT for code, formulas, pictures, addresses and escaped characters, and links as their words."""
    if not _MARKED.search(text) and "://" not in text:
        return text
    return _OBJECT.sub(lambda found: OBJECT if found[2] is None else found[2], text)


@lru_cache(_MOST_TEXTS)
def plain(text: str) -> str:
    """`bare(text)` as it is read aloud: without marks of emphasis, and with the words that gaps hide."""
    text = without_gaps(bare(text))
    text = text.replace("**", "").replace("~~", "")
    return _EMPHASIS.sub("", text) if "*" in text or "_" in text else text


@lru_cache(_MOST_TEXTS)
def unquoted(text: str) -> str:
    """`plain(text)` with OBJECT for what is in quotes or emphasis: words that are mentioned, not used."""
    return plain(text) if _QUOTES.isdisjoint(text) else plain(_QUOTED.sub(OBJECT, bare(text)))


@lru_cache(_MOST_TEXTS)
def words(text: str) -> tuple[str, ...]:
    """The words of `plain(text)` in lower case; `low-grade` is one word, `cell's` is `cell`, and `c++` isn't `c`."""
    text = plain(text).lower().replace("/", " ").replace("—", " ")
    if "'" in text or "’" in text:
        text = re.sub(r"(?<=\w)'s\b", "", text.replace("’", "'"))
    return tuple(filter(None, [part.strip(_NO_LETTERS) for part in text.split()]))


def first_word(text: str) -> str:
    """The first word of `text`, in lower case."""
    return next(iter(words(text)), "")


@lru_cache(_MOST_TEXTS)
def content(text: str) -> frozenset[str]:
    """The words of `text` that say something by themselves."""
    return frozenset(filterfalse(EMPTY.__contains__, words(text)))


def is_translation(card: Card) -> bool:
    """Whether a card asks for a translation: of a word or a phrase, of a question, or explicitly."""
    return (
        (len(words(card.asks)) < _PHRASE and "?" not in card.asks)
        or any("?" in answer for answer in card.answers)
        or re.match(_TRANSLATE, card.asks) is not None
    )


def gaps(text: str) -> list[Gap]:
    """The gaps of a cloze, each before those inside it."""
    return list(gaps_in(parse(bare(text))))


def around(text: str, number: str) -> str:
    """What a learner who is asked for the gap of this number sees of a cloze, without its hint."""

    def seen(gap: Gap) -> str:
        return " " if number in gap.numbers.split(",") else filled(gap.parts, seen)

    return filled(parse(bare(text)), seen)
