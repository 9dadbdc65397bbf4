"""What only the whole deck shows: its spellings, its sections, similar questions."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain
from math import ceil

from studydeck.checks.words import (
    OBJECT,
    content,
    english_sections,
    judged,
    judged_sections,
    plain,
    questions,
    words,
)
from studydeck.model import INFO, Card, Deck, Problem, Text, info, warning
from studydeck.model.checks import check
from studydeck.patterns import pattern
from studydeck.text import fold

_FEWEST_WORDS = 3
#: A word that more questions share isn't used to find pairs: comparing all of them would take quadratic time.
_MOST_SHARING = 50
_FEWEST_LETTERS = 3
_VARIED = pattern(r"\w*[α-ω]\w*(?:-\w+)*|\w+(?:-\w+)+")
_GREEK = {"α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta", "θ": "theta"}
_GREEK |= {"κ": "kappa", "λ": "lambda", "μ": "mu", "π": "pi", "σ": "sigma", "τ": "tau", "φ": "phi", "ω": "omega"}
_LOOKS_LIKE = str.maketrans({"α": "a", "β": "b", "γ": "g", "δ": "d", "ε": "e", "κ": "k", "ω": "w"})


@check("glossary", "A spelling that `terms:` in deck.yaml replaces.")
def glossary(deck: Deck) -> Iterator[Problem]:
    """A spelling that `terms:` in `deck.yaml` lists as one to replace.

    A term with two spellings looks like two terms.

    Fails:
        # deck.yaml
        terms: {NF-kB: [NF-κB, NFkB]}
        # water.yaml
        question: Where in the cell does NF-κB move?
        answer: Into the nucleus

    Passes:
        # deck.yaml
        terms: {NF-kB: [NF-κB, NFkB]}
        # water.yaml
        question: Where in the cell does NF-kB move?
        answer: Into the nucleus
    """
    wanted = {spelling: term for term, spellings in deck.terms.items() for spelling in spellings if spelling != term}
    if not wanted:
        return
    spellings = sorted({*wanted, *deck.terms}, key=len, reverse=True)
    spelled = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, spellings))})(?!\w)")
    for card in judged(deck):
        for text in card.texts:
            if not any(spelling in text for spelling in wanted):
                continue
            for spelling in sorted(wanted.keys() & set(spelled.findall(plain(text)))):
                message = f"this deck spells '{spelling}' as '{wanted[spelling]}'"
                yield warning("glossary", text, message, f"write '{wanted[spelling]}'")


@check("thin-section", "A section with no card, or only one.", whole=True)
def thin_section(deck: Deck) -> Iterator[Problem]:
    """A section without a card; or, in a deck with several sections, with only one.

    Learners see sections as tags, and a tag with one card helps nobody choose.

    Fails:
        section: Land
        cards: []

    Passes:
        section: Land
        cards:
          - {question: What is a watershed?, answer: The line between the areas that two rivers drain}
          - {question: What is a delta made of?, answer: Sand and mud}
    """
    for section in deck.sections:
        if section.stubs:
            continue
        if not section.cards:
            yield warning("thin-section", section.place, "this section has no cards", "add one, or delete the file")
        elif len(section.cards) == 1 and len(deck.sections) > 1:
            remedy = "add another, or move it to a related section"
            yield warning("thin-section", section.place, "this section has only one card", remedy)


@check("no-source", "A card without a source, in a deck with a material.", whole=True)
def no_source(deck: Deck) -> Iterator[Problem]:
    """A card without a `source`, in a deck with a `material`. If no card has one, the deck is named once.

    Without it nobody can look up what the material says, or find the cards of a sentence that changed.

    Fails:
        # deck.yaml
        material: {title: Atlas of Rivers}
        # water.yaml
        - {question: Which river flows through Cairo?, answer: The Nile, source: p1s2}
        - {question: Which river flows through Vienna?, answer: The Danube}

    Passes:
        # deck.yaml
        material: {title: Atlas of Rivers}
        # water.yaml
        - {question: Which river flows through Cairo?, answer: The Nile, source: p1s2}
        - {question: Which river flows through Vienna?, answer: The Danube, source: p1s3}
    """
    if not any(deck.material):
        return
    cards = judged(deck)
    without = [card for card in cards if not card.source]
    if len(without) == len(cards) > 1:
        message = f"none of the {len(cards)} cards has a source in the material"
        remedy = "add source: to each, such as p2s1, or write checks: {no-source: off} in deck.yaml"
        yield warning("no-source", deck.place, message, remedy)
        return
    for card in without:
        message = "this card has no source in the material"
        yield warning("no-source", card.place, message, "add source: with the paragraph and sentence, such as p2s1")


@check("near-duplicate", "Two questions with nearly the same words.", severity=INFO, limit="75 percent", whole=True)
def near_duplicate(deck: Deck, limit: int) -> Iterator[Problem]:
    """Two questions that share nearly all of their content words: as many as the limit, or more.

    Learners mix them up. A pair is allowed if each has a word of its own and the answers differ, and so are three or
    more questions with the same pattern.

    Fails:
        - question: Which river flows through the old town of Cairo?
          answer: The Nile
        - question: Which river flows past the old town of Cairo?
          answer: The Nile, too

    Passes:
        - question: Which river flows through Cairo?
          answer: The Nile
        - question: Which river flows through Vienna?
          answer: The Danube
    """
    cards = [card for card, question in questions(deck) if OBJECT not in plain(question)]
    asked = [card.asks for card in cards]
    said = [tuple(content(question)) for question in asked]
    pairs = list(_alike(said, limit))
    partners = Counter(chain.from_iterable(pairs))
    for one, other in pairs:
        if partners[one] != 1 or partners[other] != 1 or fold(asked[one]) == fold(asked[other]):
            continue
        here, there = set(said[one]), set(said[other])
        if here <= there or here >= there or _answers(cards[one]) == _answers(cards[other]) != []:
            message = f"this asks nearly the same as {asked[one].path}:{asked[one].line}"
            yield info("near-duplicate", asked[other], message, "make clear in each how it differs from the other")


def _answers(card: Card) -> list[str]:
    return [fold(answer) for answer in card.answers]


def _alike(sets: Sequence[tuple[str, ...]], percent: int) -> Iterator[tuple[int, int]]:
    """The pairs of sets that share at least `percent` of their words, each as two numbers in rising order.

    The sets are tuples, which take a sixth of the memory. Two that share enough share one of their rarest words, so
    only sets with such a word are compared (prefix filtering: Bayardo, Ma, Srikant, "Scaling up all pairs similarity
    search", 2007).
    """
    frequency = Counter(chain.from_iterable(sets))
    rare = [word for word, count in frequency.items() if 1 < count <= _MOST_SHARING]
    rank = {word: n for n, word in enumerate(sorted(rare, key=frequency.__getitem__))}
    ranked = frozenset(rank)
    having: defaultdict[str, list[int]] = defaultdict(list)
    for number, one in enumerate(sets):
        if len(one) < _FEWEST_WORDS or ranked.isdisjoint(one):
            continue
        candidates: set[int] = set()
        prefix = len(one) - ceil(len(one) * percent / 100) + 1
        for word in sorted(ranked.intersection(one), key=rank.__getitem__)[:prefix]:
            candidates.update(having[word])
            having[word].append(number)
        for other in sorted(candidates):
            shared = len(set(one).intersection(sets[other]))
            if 100 * shared >= percent * (len(one) + len(sets[other]) - shared):
                yield other, number


@check("spelling-variant", "A word that the deck spells in two ways.", severity=INFO, whole=True)
def spelling_variant(deck: Deck) -> Iterator[Problem]:
    """A word that the deck spells in two ways: with and without a hyphen, with a Greek letter and its name.

    It may look like two words. `terms:` in `deck.yaml` can settle which spelling is right.

    Fails:
        - question: Where do pro-inflammatory cytokines cause fever?
          answer: In the hypothalamus
        - question: Which cells release proinflammatory cytokines?
          answer: Macrophages

    Passes:
        - question: Where do pro-inflammatory cytokines cause fever?
          answer: In the hypothalamus
        - question: Which cells release pro-inflammatory cytokines?
          answer: Macrophages
    """
    first: dict[str, Text] = {}
    for text in _english_texts(deck, varied=True):
        said = plain(text).replace(OBJECT, " ") if "-" in text or not text.isascii() else ""
        if "-" in said or not said.isascii():  # unlike the name of a picture, which is no word
            for word in words(text):
                if ("-" in word or not word.isascii()) and _VARIED.fullmatch(word):
                    first.setdefault(word, text)
    keys = {key for word in first if len(key := _key(word)) >= _FEWEST_LETTERS and not key.isdigit()}
    for text in _english_texts(deck) if keys else ():
        for word in keys.intersection(words(text)):
            first.setdefault(word, text)
    settled = {spelling.lower() for spellings in deck.terms.values() for spelling in spellings}
    spellings: defaultdict[str, list[str]] = defaultdict(list)
    for word in first:
        if word not in settled:
            spellings[_key(word)].append(word)
    for key in keys & spellings.keys():
        one, *others = spellings[key]
        for other in others:
            here, there = _as_written(other, first[other]), _as_written(one, first[one])
            message = f"'{here}' is spelled '{there}' at {first[one].path}:{first[one].line}"
            yield info("spelling-variant", first[other], message, "choose one, and list the other under terms:")


def _english_texts(deck: Deck, *, varied: bool = False) -> Iterator[Text]:
    """The texts of the English cards; only those of sections that may have words that are `varied`, if asked for."""
    for (section, all_cards), (_, cards) in zip(judged_sections(deck), english_sections(deck), strict=True):
        if not varied or any("-" in text or not text.isascii() for text in section.texts):
            if cards is all_cards and len(cards) == len(section.cards):
                yield from section.texts
            else:
                for card in cards:
                    yield from card.texts


def _as_written(word: str, text: Text) -> str:
    """The word with its capitals, as the text has it."""
    at = plain(text).lower().find(word)
    return plain(text)[at : at + len(word)]


def _key(word: str) -> str:
    """What the variants of a word have in common: no hyphens, Greek letters as their names or similar Latin letters."""
    parts = re.sub(r"(?<=[a-z0-9])(?=[α-ω]$)", "-", word).split("-")
    return "".join(_GREEK.get(part, part) for part in parts).translate(_LOOKS_LIKE)
