"""What gives an answer away: its own question, or another card's."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import chain
from typing import NamedTuple

from studydeck.checks.words import (
    CHOICE,
    EMPTY,
    NUMBERS,
    OBJECT,
    SHORTEST_STEM,
    around,
    content,
    english_sections,
    gaps,
    is_translation,
    plain,
    questions,
    stem,
    stems,
    these,
    unquoted,
    words,
)
from studydeck.model import Card, Deck, Problem, Text, warning
from studydeck.model.checks import check

#: What such an answer is, everybody knows: the Adriatic is a sea.
_CLASSES = these(
    "city sea ocean river lake island desert mountains war battle treaty empire dynasty act law theorem principle "
    "effect theory disease syndrome test reaction process"
)
_SAY_NOTHING = EMPTY | _CLASSES
_DENIALS = these("not no neither nor never")
_ARTICLES = these("a an the its their his her")
_CODE_WORD = r"`[.@]?([A-Za-z]{4,})(?:\(\))?`"
_BETWEEN_ITEMS = r"[(),:;?]| and | & "
#: A short answer: its characters, its words that say something, and the letters of one of these.
_LONGEST, _MOST_WORDS, _FEWEST_LETTERS = 80, 6, 3
_NOTHING = frozenset[str]()
#: Cards are neighbours if they are at most so many apart.
_NEAR = 12
#: What more questions of a section show is what the section is about.
_MOST_GIVING_AWAY, _MOST_SHOWING = 2, 50
#: A word is common if more than so many questions show it, and more than one in so many.
_FEW = 5
#: Words for the form of an answer: two questions for a name or a year needn't be about the same.
_FORM = frozenset(
    map(stem, these("name word author year date century decade example kind type term part place call work"))
)


@check("answer-in-question", "A short answer whose words are all in the question.")
def answer_in_question(deck: Deck) -> Iterator[Problem]:
    """A short answer whose words are all in the question, or forms of them, unless the question offers a choice.

    The question gives the answer away, so learners read it off and recall nothing.

    Fails:
        question: What is the delta of the Nile at the mouth of the Nile called?
        answer: The Nile delta

    Passes:
        question: What is the land called that the Nile builds up at its mouth?
        answer: The Nile delta
    """
    for card, question in questions(deck):
        answer = card.answer
        if not isinstance(answer, Text) or len(answer) > _LONGEST or not _said(answer, question):
            continue
        if not (is_translation(card) or _offers_choice(answer, question)):
            message = "the question contains every word of its answer"
            yield warning("answer-in-question", question, message, "ask without the answer's words")


def _said(answer: Text, question: Text) -> bool:
    """Whether the question has every word of a short answer, or a form of it; one word of code may be its answer."""
    if answer.startswith("`") and (code := re.fullmatch(_CODE_WORD, answer)):
        return stem(code[1].lower()) in stems(unquoted(question))
    asked = question.lower()
    if any(word not in _SAY_NOTHING and word[:SHORTEST_STEM] not in asked for word in words(answer)):
        return False  # most of them, without a look at the stems
    said = content(answer) - _CLASSES or content(answer)
    return 0 < len(said) <= _MOST_WORDS and set(map(stem, said)) <= stems(question)


def _offers_choice(answer: Text, question: Text) -> bool:
    """Whether the answer is one of several that the question offers, a word that it mentions, or more than its words.

    In `f(x + 1)`, or `not B`, no word says anything by itself.
    """
    asked = unquoted(question)
    if not CHOICE.isdisjoint(words(question)) or asked.lower().startswith(("of ", "which of ", "among ")):
        return True
    if re.fullmatch(_CODE_WORD, answer):
        return False
    return (
        OBJECT in plain(answer)
        or not re.search(r"[^\W\d_]{2}", answer)
        or not _DENIALS.isdisjoint(words(answer))
        or not set(map(stem, content(answer) - _CLASSES)) <= stems(asked)
        or not EMPTY.intersection(words(answer)) - _ARTICLES <= set(words(asked))
        or (
            asked.count(",") + asked.count("(") > 0 and content(answer) in map(content, re.split(_BETWEEN_ITEMS, asked))
        )
    )


@check("leak", "A short answer that another card of its section, or the section's name, gives away.")
def leak(deck: Deck) -> Iterator[Problem]:
    """A short answer whose words are all in another question of its section, or in the section's name.

    The other card comes up in the same session, and whoever has read it knows the answer. Words that more than two
    other questions have are what the section is about, and give nothing away.

    Fails:
        - question: What do the many arms of the Nile form at the sea?
          answer: A delta
        - question: Where do the arms of the Nile begin to form the delta?
          answer: Near Cairo

    Passes:
        - question: What do the many arms of the Nile form at the sea?
          answer: A delta
        - question: Where does the Nile split into its arms?
          answer: Near Cairo
    """
    for section, cards in english_sections(deck):
        sides = [side for number, card in enumerate(cards) for side in _sides(number, card)]
        wanted = _NOTHING.union(*(side.hidden for side in sides))
        showing: defaultdict[str, list[_Side]] = defaultdict(list)
        for side in sides:
            for each in side.shown & wanted:
                showing[each].append(side)
        counts = Counter(chain.from_iterable(side.shown for side in sides))
        many = max(_FEW, len(cards) // _FEW)
        common = {each for each, count in counts.items() if count > many} | _FORM
        label = stems(section.name)
        told: set[Text] = set()
        for side in sides:
            if not side.hidden or side.hidden <= side.shown or side.at in told:
                continue
            if side.hidden <= label:
                giver = f"the section's name, '{section.name}',"
                remedy = "ask for something else, or rename the section"
            elif neighbour := _giver(side, showing, common):
                giver = f"the question at {neighbour.path}:{neighbour.line}"
                remedy = "word one of them differently, or ask for something else"
            else:
                continue
            if not is_translation(side.card):
                told.add(side.at)
                yield warning("leak", side.at, f"{giver} gives this answer away", remedy)


class _Side(NamedTuple):
    """A question of a section's card: the stems that it shows and hides, and where the hidden words are."""

    card: Card
    number: int  # of the card in its section
    shown: frozenset[str]
    hidden: frozenset[str]
    at: Text
    listed: bool = False  # whether the answer is a list, or a cloze with several gaps of one number


def _sides(number: int, card: Card) -> Iterator[_Side]:
    """The questions of a card, each a way of asking for it."""
    asks, answers = card.asks, card.answers
    if card.kind.gaps:
        found = gaps(asks)
        for digits in dict.fromkeys(gap.numbers for gap in found):
            hidden = [gap.hidden for gap in found if gap.numbers == digits]
            yield _Side(card, number, stems(around(asks, digits)), _short(hidden), asks, len(hidden) > 1)
    elif answers:  # else they are in another language
        yield _Side(card, number, stems(asks), _short(answers), answers[0], len(answers) > 1)
        if card.values.get("reverse") is True:  # a reverse question of its own is a card of its own here
            yield _Side(card, number, _NOTHING.union(*map(stems, answers)), _short((asks,)), asks)


def _short(texts: Sequence[str]) -> frozenset[str]:
    """The stems of short texts; none for long ones, for code and formulas, and for mere numbers and signs."""
    if sum(map(len, texts)) > _LONGEST:
        return _NOTHING
    found = _NOTHING.union(*map(stems, texts))
    says_something = len(found) <= _MOST_WORDS and max(map(len, found - NUMBERS), default=0) >= _FEWEST_LETTERS
    return found if says_something and OBJECT not in "".join(map(plain, texts)) else _NOTHING


def _giver(side: _Side, showing: Mapping[str, Sequence[_Side]], common: Set[str]) -> Text | None:
    """The question of a neighbour that has all that a side hides, and is about the same: it shares rarer words.

    A list of words is recognised anyway. Two cards that each hide what the other shows are two ways to ask for one
    fact, and a question that has nothing but the answer asks what it is.
    """
    fewest = min((showing.get(each, ()) for each in side.hidden), key=len)
    if len(fewest) > _MOST_SHOWING:
        return None
    givers = [each for each in fewest if each.card is not side.card and side.hidden <= each.shown]
    if len(givers) > _MOST_GIVING_AWAY:
        return None
    needed = 1 if len(side.hidden) > 1 else 2
    for each in givers:
        about_it = len((side.shown & each.shown) - common) >= needed and len(each.shown - side.hidden) > 1
        two_ways = each.hidden and each.hidden <= side.shown
        near = abs(each.number - side.number) <= _NEAR
        if near and (side.listed or about_it) and not two_ways and CHOICE.isdisjoint(words(each.card.asks)):
            return each.card.asks
    return None
