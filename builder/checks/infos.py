"""Checks that only inform: what they find is right as often as not, and fails nothing, not even with --strict."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain
from math import ceil

from builder.checks.words import OBJECT, content, in_english, is_translation, judged, plain, questions, words
from builder.model import INFO, Card, Deck, Placed, Problem, Text, problem
from builder.text import fold

_FEWEST_WORDS = 3
#: A word that more questions have brings no two of them together: comparing all would take the square of their number.
_MOST_SHARING = 50
_FEWEST_LETTERS = 3
_ETCETERA = r"\b(?:etc(?![\w-])\.?|etcetera\b|and so (?:on|forth)\b)"
_VARIED = re.compile(r"\w*[α-ω]\w*(?:-\w+)*|\w+(?:-\w+)+")
_GREEK = {"α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta", "θ": "theta"}
_GREEK |= {"κ": "kappa", "λ": "lambda", "μ": "mu", "π": "pi", "σ": "sigma", "τ": "tau", "φ": "phi", "ω": "omega"}
_LOOKS_LIKE = str.maketrans({"α": "a", "β": "b", "γ": "g", "δ": "d", "ε": "e", "κ": "k", "ω": "w"})
_ABBREVIATION = re.compile(r"(?:\b\w|\b(?:etc|inc|ltd|jr|sr|co|ca|vs|approx|no))\.$", re.IGNORECASE)


def _info(name: str, at: Placed, message: str, remedy: str) -> Problem:
    return problem(name, at, message, remedy, INFO)


def near_duplicate(deck: Deck, limit: int = 75) -> Iterator[Problem]:
    """Two questions that share nearly all of their content words: as many as the limit, or more.

    Learners mix them up. A pair is allowed if each has a word of its own and the answers differ, and so are three or
    more questions of one pattern.

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

    Limit: 75 percent
    """
    cards = [card for card, question in questions(deck) if OBJECT not in plain(question)]
    asked = [card.asks for card in cards]
    said = [content(question) for question in asked]
    pairs = list(_alike(said, limit))
    partners = Counter(chain.from_iterable(pairs))
    for one, other in pairs:
        if partners[one] != 1 or partners[other] != 1 or fold(asked[one]) == fold(asked[other]):
            continue
        if said[one] <= said[other] or said[one] >= said[other] or _answers(cards[one]) == _answers(cards[other]):
            message = f"this asks nearly the same as {asked[one].path}:{asked[one].line}"
            yield _info("near-duplicate", asked[other], message, "keep the two apart: say in each what sets it off")


def _answers(card: Card) -> list[str]:
    return [fold(answer) for answer in card.answers]


def _alike(sets: Sequence[frozenset[str]], percent: int) -> Iterator[tuple[int, int]]:
    """The pairs of sets that share so many of their words, each as two numbers in rising order.

    Two sets that share enough share one of their rarest words, so only sets with such a word are compared
    (prefix filtering: Bayardo, Ma, Srikant, "Scaling up all pairs similarity search", 2007).
    """
    frequency = Counter(chain.from_iterable(sets))
    rare = [word for word, count in frequency.items() if count <= _MOST_SHARING]
    rank = {word: n for n, word in enumerate(sorted(rare, key=frequency.__getitem__))}
    having: defaultdict[str, list[int]] = defaultdict(list)
    for number, one in enumerate(sets):
        if len(one) < _FEWEST_WORDS:
            continue
        rarest = sorted(filter(rank.__contains__, one), key=rank.__getitem__)
        candidates: set[int] = set()
        for word in rarest[: len(one) - ceil(len(one) * percent / 100) + 1]:
            candidates.update(having[word])
            having[word].append(number)
        for other in sorted(candidates):
            shared = len(one & sets[other])
            if 100 * shared >= percent * (len(one) + len(sets[other]) - shared):
                yield other, number


def spelling_variant(deck: Deck) -> Iterator[Problem]:
    """A word that the deck writes in two ways: with and without a hyphen, with a Greek letter and its name.

    It may look like two words. `terms:` in `deck.yaml` can settle which spelling is right.

    Fails:
        - question: What do pro-inflammatory cytokines start?
          answer: Inflammation
        - question: Which cells release proinflammatory cytokines?
          answer: Macrophages

    Passes:
        - question: What do pro-inflammatory cytokines start?
          answer: Inflammation
        - question: Which cells release pro-inflammatory cytokines?
          answer: Macrophages
    """
    texts = [text for card in in_english(deck) for text in card.texts]
    first: dict[str, Text] = {}
    for text in texts:
        if "-" in text or not text.isascii():
            for word in words(text):
                if ("-" in word or not word.isascii()) and _VARIED.fullmatch(word):
                    first.setdefault(word, text)
    keys = {key for word in first if len(key := _key(word)) >= _FEWEST_LETTERS and not key.isdigit()}
    for text in texts if keys else ():
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
            yield _info("spelling-variant", first[other], message, "choose one, and list the other under terms:")


def _as_written(word: str, text: Text) -> str:
    """The word with its capitals, as the text has it."""
    at = plain(text).lower().find(word)
    return plain(text)[at : at + len(word)]


def _key(word: str) -> str:
    """What the variants of a word have in common: no hyphens, Greek letters as their names or their Latin likes."""
    parts = re.sub(r"(?<=[a-z0-9])(?=[α-ω]$)", "-", word).split("-")
    return "".join(_GREEK.get(part, part) for part in parts).translate(_LOOKS_LIKE)


def etcetera(deck: Deck) -> Iterator[Problem]:
    """An answer with `etc.` or `and so on`.

    It leaves open what else a learner has to say, unless it is all there is to say.

    Fails:
        question: Through which countries does the Nile flow?
        answer: Uganda, Sudan, Egypt etc.

    Passes:
        question: Through which country does the Nile reach the sea?
        answer: Egypt
    """
    for card in in_english(deck):
        for answer in card.answers:
            if "etc" not in answer and "and so" not in answer:
                continue
            found = re.search(_ETCETERA, plain(answer))
            if found and words(re.sub(_ETCETERA, " ", plain(answer))):
                message = f"'{found[0]}' leaves open what else belongs to the answer"
                yield _info("etcetera", answer, message, "list all that must be said, or ask for less")


def full_stop(deck: Deck) -> Iterator[Problem]:
    """An answer that ends with a full stop where four fifths of the deck's answers don't, or the other way round.

    Answers of several sentences, lists, abbreviations and translated sentences aren't counted.

    Fails:
        - {question: Which river flows through Cairo?, answer: The Nile}
        - {question: Which river flows through Vienna?, answer: The Danube}
        - {question: Which river flows through Cologne?, answer: The Rhine}
        - {question: Which river flows through Paris?, answer: The Seine}
        - {question: Which river flows through London?, answer: The Thames.}

    Passes:
        - {question: Which river flows through Cairo?, answer: The Nile}
        - {question: Which river flows through London?, answer: The Thames}
    """
    ending: dict[bool, list[Text]] = {True: [], False: []}
    for card in judged(deck):
        if not isinstance(card.answer, Text) or (card.asks.endswith(".") and is_translation(card)):
            continue
        if (stop := _ends_with_stop(card.answer)) is not None:
            ending[stop].append(card.answer)
    few, many = sorted(ending.values(), key=len)
    if len(many) >= 4 * len(few):
        has, have = ("no full stop", "end with one") if few is ending[False] else ("a full stop", "don't")
        for answer in few:
            yield _info("full-stop", answer, f"this answer has {has}, and most {have}", "write all answers in one way")


def _ends_with_stop(answer: Text) -> bool | None:
    """Whether a sentence or phrase ends with a full stop; None for what can't be told."""
    text = answer.strip()
    if text.endswith("."):
        return None if ". " in text or "\n" in text or _ABBREVIATION.search(text) else True
    return None if ". " in text or "\n" in text or not text[-1:].isalpha() else False
