"""How a question and its answer are worded."""

from __future__ import annotations

import re
from collections.abc import Iterator

from studydeck.checks.words import (
    EMPTY,
    OBJECT,
    PRONOUNS,
    first_word,
    in_english,
    is_translation,
    judged,
    plain,
    questions,
    these,
    unquoted,
    words,
)
from studydeck.model import INFO, Deck, Problem, Text, info, warning
from studydeck.model.checks import check

_EXPLETIVE_VERBS = these(
    "mean take cost matter follow seem happen rain snow hurt help pay feel make look indicate imply"
)
_SAID_OF_IT = these(
    "like called known named said that so too to best better good bad wrong right hard easy safe true raining snowing "
    "cold hot dark late difficult"
)
_ADJECTIVES = ("able", "ible", "al", "ant", "ent", "ful", "ous", "ary", "ic", "less")
_REQUESTS = these(
    "name list give define describe explain state complete fill translate write compute calculate say spell draw find "
    "show prove solve simplify convert compare contrast identify label match order sort recite conjugate decline "
    "express summarise summarize outline sketch derive evaluate differentiate integrate factor expand discuss tell "
    "choose pick continue finish read pronounce type enter estimate determine recall mention classify distinguish "
    "interpret suggest indicate put use implement construct"
)
_ASKS = r"(?<!\W)[^\w?？؟;]*+[?？؟;]\W*$|[?？؟]\s|_{2,}|…|\.{3}"
_SOURCES = "(?:article|text|textbook|passage|chapter|book|lecture|paper|material|reading|video|slides?|section|excerpt)"
_NEAR_SOURCES = these(
    "author authors above below article text textbook passage chapter book lecture paper material reading video slide "
    "slides section excerpt"
)
_LEANS = (
    rf"(?i)\b(?:according to (?:the|this|our) (?:authors?|{_SOURCES})|(?:in|from) (?:this|the above) {_SOURCES}"
    rf"|(?:mentioned|discussed|described|listed|given|shown) (?:above|below|in (?:the|this) {_SOURCES})"
    r"|(?:does|do|did) the authors?|the authors? (?:says?|claims?|argues?|mentions?))\b(?! of\b| by\b|['’]s\b|:)"
)
_ETCETERA = r"\b(?:etc(?![\w-])\.?|etcetera\b|and so (?:on|forth)\b)"
_ABBREVIATION = re.compile(r"(?:\b\w|\b(?:etc|inc|ltd|jr|sr|co|ca|vs|approx|no))\.$", re.IGNORECASE)


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
        if not question.endswith("?") and not re.search(_ASKS, question) and first_word(question) not in _REQUESTS:
            remedy = "end it with '?', or start it with Name, List or another request"
            yield warning("question-mark", question, "the question has no question mark", remedy)


@check("dangling-pronoun", "A question that says it, they or this before it has named anything.")
def dangling_pronoun(deck: Deck) -> Iterator[Problem]:
    """A question that says it, they or this before it has named anything.

    Cards come one by one and in any order, so nothing says what is meant.

    Fails:
        question: Where does it flow into the sea?
        answer: In Egypt

    Passes:
        question: Where does the Nile flow into the sea?
        answer: In Egypt
    """
    for card, question in questions(deck):
        asked = words(question)
        if PRONOUNS.isdisjoint(asked) or OBJECT in plain(question) or "\n" in question.strip():
            continue
        asked = words(unquoted(question))
        if "," in question or ":" in question:  # which of these, and then a list
            asked = tuple(word for word in asked if word not in ("this", "these", "those"))
        first = next((n for n, word in enumerate(asked) if word not in EMPTY or word in PRONOUNS), 0)
        if (
            first
            and asked[first] in PRONOUNS
            and not is_translation(card)
            and not _is_expletive(asked[first - 1 : first + 2])
        ):
            message = f"'{asked[first]}' refers to something that the question hasn't named"
            yield warning("dangling-pronoun", question, message, "name it")


def _is_expletive(words: tuple[str, ...]) -> bool:
    """Whether the pronoun, the second of these words, refers to nothing: does it mean, is it possible."""
    before, pronoun, after = (*words, "")[:3]
    if pronoun in ("those", "these", "they", "he", "she"):
        return after in ("who", "that", "which", "whose", "with", "of")
    if pronoun != "it":
        return False
    return after in _EXPLETIVE_VERBS or (
        before in ("is", "was", "be", "isn't", "wasn't") and (after in _SAID_OF_IT or after.endswith(_ADJECTIVES))
    )


@check("leans-on-source", "A question that refers to a text which the learner doesn't have.")
def leans_on_source(deck: Deck) -> Iterator[Problem]:
    """A question that refers to a text which the learner doesn't have: the article, this chapter.

    In a year nobody knows which article that was.

    Fails:
        question: According to the article, which river is the longest?
        answer: The Nile

    Passes:
        question: Which river is the longest?
        answer: The Nile
    """
    for _, question in questions(deck):
        if not _NEAR_SOURCES.isdisjoint(words(question)):
            found = re.search(_LEANS, unquoted(question))
            if found:
                message = f"'{found[0]}' means nothing without that text"
                remedy = "ask about the thing itself, or say whose claim it is"
                yield warning("leans-on-source", question, message, remedy)


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
    for card in in_english(deck):
        for answer in card.answers:
            if "etc" not in answer and "and so" not in answer:
                continue
            found = re.search(_ETCETERA, plain(answer))
            if found and words(re.sub(_ETCETERA, " ", plain(answer))):
                message = f"'{found[0]}' leaves open what else belongs to the answer"
                yield info("etcetera", answer, message, "list everything that belongs to it, or ask for less")


@check("full-stop", "An answer that ends with a full stop where most don't, or the other way round.", severity=INFO)
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
            message = f"this answer has {has}, but most {have}"
            yield info("full-stop", answer, message, "write all answers the same way")


def _ends_with_stop(answer: Text) -> bool | None:
    """Whether a sentence or phrase ends with a full stop; None if that isn't clear."""
    text = answer.strip()
    if text.endswith("."):
        return None if ". " in text or "\n" in text or _ABBREVIATION.search(text) else True
    return None if ". " in text or "\n" in text or not text[-1:].isalpha() else False
