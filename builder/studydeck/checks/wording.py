"""How a question and its answer are worded."""

from __future__ import annotations

import re
from collections.abc import Iterator

from studydeck.checks.words import (
    REQUESTS,
    english_with,
    first_word,
    is_translation,
    judged,
    plain,
    questions,
    words,
)
from studydeck.model import INFO, Deck, Problem, Text, info, warning
from studydeck.model.checks import check
from studydeck.patterns import pattern

_ASKS = r"(?<!\W)[^\w?？؟;]*+[?？؟;]\W*$|[?？؟]\s|_{2,}|…|\.{3}"
_ETCETERA = r"\b(?:etc(?![\w-])\.?|etcetera\b|and so (?:on|forth)\b)"
_ABBREVIATION = pattern(r"(?:\b\w|\b(?:etc|inc|ltd|jr|sr|co|ca|vs|approx|no))\.$", re.IGNORECASE)
_LONGEST_ABBREVIATION = len("approx.")


@check("question-mark", "A question without a question mark, in a deck that asks for it.")
def question_mark(deck: Deck) -> Iterator[Problem]:
    """A question without a question mark that isn't a request (Name, List, …) and has no blank (___) to fill in.

    Only in decks that ask for it with `checks: {question-mark: on}`: many good decks ask with a bare term.

    Fails:
        # deck.yaml
        checks: {question-mark: on}
        # water.yaml
        question: The longest river of Africa
        answer: The Nile

    Passes:
        # deck.yaml
        checks: {question-mark: on}
        # water.yaml
        question: Name the longest river of Africa.
        answer: The Nile
    """
    if "question-mark" not in deck.checks:
        return
    for _, question in questions(deck):
        if not question.endswith("?") and not re.search(_ASKS, question) and first_word(question) not in REQUESTS:
            remedy = "end it with '?', or start it with Name, List or another request"
            yield warning("question-mark", question, "the question has no question mark", remedy)


@check("etcetera", "An answer with `etc.` or `and so on`.", severity=INFO)
def etcetera(deck: Deck) -> Iterator[Problem]:
    """An answer with `etc.` or `and so on`.

    It leaves open what else a learner has to say. An answer of these words alone is allowed.

    Fails:
        question: Through which countries does the Nile flow?
        answer: Uganda, Sudan, Egypt etc.

    Passes:
        question: Through which country does the Nile reach the sea?
        answer: Egypt
    """
    for card in english_with(deck, "etc", "and so"):
        for answer in card.answers:
            if "etc" not in answer and "and so" not in answer:
                continue
            found = re.search(_ETCETERA, plain(answer))
            if found and words(re.sub(_ETCETERA, " ", plain(answer))):
                message = f"'{found[0]}' leaves open what else belongs to the answer"
                yield info("etcetera", answer, message, "list everything that belongs to it, or ask for less")


@check(
    "full-stop",
    "An answer that ends with a full stop where most don't, or the other way round.",
    severity=INFO,
    whole=True,
)
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
        answer = card.answer
        if not isinstance(answer, Text) or (stop := _ends_with_stop(answer)) is None or card.item:
            continue
        if not (card.asks.endswith(".") and is_translation(card)):
            ending[stop].append(answer)
    few, many = sorted(ending.values(), key=len)
    if len(many) >= 4 * len(few):
        has, have = ("no full stop", "end with one") if few is ending[False] else ("a full stop", "don't")
        for answer in few:
            message = f"this answer has {has}, but most {have}"
            yield info("full-stop", answer, message, "write all answers the same way")


def _ends_with_stop(answer: Text) -> bool | None:
    """Whether a sentence or phrase ends with a full stop; None if that isn't clear."""
    text = answer.strip()
    stop = text.endswith(".")
    if not (stop or text[-1:].isalpha()) or "\n" in text or ("." in text and ". " in text):
        return None
    return None if stop and _ABBREVIATION.search(text, max(0, len(text) - _LONGEST_ABBREVIATION)) else stop
