"""What gives an answer away: its own question, or another card's."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import islice
from typing import NamedTuple

from studydeck.checks.words import (
    CHOICE,
    EMPTY,
    NUMBERS,
    OBJECT,
    SHORTEST_STEM,
    content,
    english_sections,
    gaps,
    is_translation,
    plain,
    questions,
    stem,
    stems,
    stems_of_gaps,
    stems_once,
    these,
    unquoted,
    words,
)
from studydeck.model import Card, Deck, Problem, Text, warning
from studydeck.model.checks import check

#: What such an answer is, everybody knows: the Adriatic is a sea.
_CLASSES = these(
    "city sea ocean river lake island desert mountains war battle treaty empire dynasty act law theorem principle "
    "effect theory disease syndrome test reaction process equation constant canal bay gulf bridge curve distribution"
)
_SAY_NOTHING = EMPTY | _CLASSES
#: Days and the like: a question that has two of a kind offers them as a choice.
_SERIES = (
    these("monday tuesday wednesday thursday friday saturday sunday"),
    these("january february march april may june july august september october november december"),
    these("north south east west northern southern eastern western"),
)
_DENIALS = these("not no neither nor never")
_ARTICLES = these("a an the its their his her")
_CODE_WORD = r"`[.@]?([A-Za-z]{4,})(?:\(\))?`"
#: Letters that two words must share at their start, and those that may follow, to remind of each other.
_SHARED, _OWN = 7, 3
#: Letters of a word that is inside another: histamine in antihistamine.
_INNER = 6
_ENZYME = "ase"
#: What an enzyme's name is made of, as in lactose, lipids, proteins and peptides.
_SUBSTRATE = r"(?:ose|ids?|ins?|eins?|ides?|ates?|ic|ines?|a|e|er|ers|s)?"
#: Endings of the second half of an adjective, as in voltage-gated and water-soluble.
_OF_COMPOUNDS = ("ed", "ing", "ent", "ant", "ble", "like", "free", "ive", "al", "ic", "bound", "borne")
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

    The question gives the answer away, so learners read it off and recall nothing. So does a word that the answer
    is made of, or that holds it: lactose for lactase, voltage-gated for voltage.

    Fails:
        question: What is the delta of the Nile at the mouth of the Nile called?
        answer: The Nile delta

    Passes:
        question: What is the land called that the Nile builds up at its mouth?
        answer: The Nile delta
    """
    for card, question in questions(deck):
        answer = card.answer
        if not isinstance(answer, Text) or len(answer) > _LONGEST or not (giver := _said(answer, question)):
            continue
        if not (is_translation(card) or _offers_choice(answer, question)):
            message = f"{giver} its answer"
            yield warning("answer-in-question", question, message, "ask without the answer's words")


def _said(answer: Text, question: str) -> str | None:
    """What in the question says a short answer: all its words, or one that reminds of it; else None."""
    every = "the question contains every word of"
    if answer.startswith("`") and (code := re.fullmatch(_CODE_WORD, answer)):
        return every if stem(code[1].lower()) in stems(unquoted(question)) else None
    asked = question.lower()
    for word in words(answer):
        start = word[: SHORTEST_STEM - word.endswith(_ENZYME)]
        if start not in asked and word not in _SAY_NOTHING:
            return None  # most of them, without a look at the stems
    said = content(answer) - _CLASSES or content(answer)
    if not 0 < len(said) <= _MOST_WORDS:
        return None
    unsaid = [word for word in said if stem(word) not in stems(question)]
    if not unsaid:
        return every
    reminder = _reminder(unsaid[0], question) if len(unsaid) == 1 else None
    return f"'{reminder}' in the question gives away" if reminder else None


def _reminder(answer: str, question: str) -> str | None:
    """The word of a question that a word of its answer is made of, or that it is in, or that starts alike."""
    enzyme = re.compile(answer.removesuffix(_ENZYME) + _SUBSTRATE) if re.fullmatch(r"[a-z]{3,}ase", answer) else None
    root = stem(answer)
    for word in words(unquoted(question)):
        first, _, rest = word.partition("-")
        if (
            (rest.endswith(_OF_COMPOUNDS) and stem(first) == root)
            or (enzyme and enzyme.fullmatch(word))
            or (len(root) >= _INNER and root in word[0 if len(word) - len(root) <= _OWN else 1 :])
            or (word[:_SHARED] == root[:_SHARED] and _is_alike(stem(word), root))
        ):
            return word
    return None


def _is_alike(one: str, other: str) -> bool:
    """Whether two stems share their start and little follows it: Pythagor(as), pythagor(ean)."""
    shared = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return shared >= _SHARED and max(len(one), len(other)) - shared <= _OWN


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
        or any(content(answer) <= kind and len(kind.intersection(words(question))) > 1 for kind in _SERIES)
        or _said(answer, asked) is None
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
        if not any(map(_may_hide, cards)):
            continue
        sides = [side for number, card in enumerate(cards) for side in _sides(number, card)]
        showing: defaultdict[str, list[_Side]] = defaultdict(list)
        for side in sides:
            for each in side.shown:
                showing[each].append(side)
        common: Set[str] = _NOTHING
        label = stems(section.name)
        told: set[Text] = set()
        for side in sides:
            if not side.hidden or side.hidden <= side.shown or side.at in told:
                continue
            if side.hidden <= label:
                giver = f"the section's name, '{section.name}',"
                remedy = "ask for something else, or rename the section"
            elif givers := _givers(side, showing):
                common = common or _common(showing, max(_FEW, len(cards) // _FEW))
                if (neighbour := _neighbour(side, givers, common)) is None:
                    continue
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


def _may_hide(card: Card) -> bool:
    """Whether a card asks for something short."""
    return card.kind.gaps or sum(map(len, card.answers)) <= _LONGEST or card.values.get("reverse") is True


def _sides(number: int, card: Card) -> Iterator[_Side]:
    """The questions of a card, each a way of asking for it."""
    asks, answers = card.asks, card.answers
    if card.kind.gaps:
        found = gaps(asks)
        for numbers, (shown, known) in stems_of_gaps(asks).items():
            hidden = [gap.hidden for gap in found if gap.numbers == numbers]
            yield _Side(card, number, shown, _short(hidden, known), asks, len(hidden) > 1)
    elif answers:  # else they are in another language
        yield _Side(card, number, stems(asks), _short(answers), answers[0], len(answers) > 1)
        if card.values.get("reverse") is True:  # a reverse question of its own is a card of its own here
            yield _Side(card, number, _NOTHING.union(*map(stems, answers)), _short((asks,)), asks)


def _short(texts: Sequence[str], known: frozenset[str] | None = None) -> frozenset[str]:
    """The stems of short texts; none for long ones, for code and formulas, and for mere numbers and signs."""
    if sum(map(len, texts)) > _LONGEST:
        return _NOTHING
    found = _NOTHING.union(*map(stems_once, texts)) if known is None else known
    if len(found) > _MOST_WORDS:
        return _NOTHING
    says_something = [each for each in found if len(each) >= _FEWEST_LETTERS and each not in NUMBERS]
    if not says_something or OBJECT in "".join(map(plain, texts)):
        return _NOTHING
    return found


def _givers(side: _Side, showing: Mapping[str, Sequence[_Side]]) -> Sequence[_Side]:
    """The questions of other cards that have all that a side hides; none if many do, or if none of it is rare.

    `showing` are the questions that have a stem.
    """
    hidden = side.hidden
    rarest = min([showing.get(each, ()) for each in hidden], key=len)
    if len(rarest) > _MOST_SHOWING:
        return ()
    found = (each for each in rarest if hidden <= each.shown and each.card is not side.card)
    givers = list(islice(found, _MOST_GIVING_AWAY + 1))
    return givers if len(givers) <= _MOST_GIVING_AWAY else ()


def _common(showing: Mapping[str, Sequence[_Side]], many: int) -> frozenset[str]:
    """The stems that more than so many questions show, and those of a form of answers."""
    return _FORM.union(each for each, sides in showing.items() if len(sides) > many)


def _neighbour(side: _Side, givers: Sequence[_Side], common: Set[str]) -> Text | None:
    """The question of a neighbour that gives a side away and is about the same: it shares rarer words.

    A list of words is recognised anyway. Two cards that each hide what the other shows are two ways to ask for one
    fact, and a question that has nothing but the answer asks what it is.
    """
    needed = 1 if len(side.hidden) > 1 else 2
    for each in givers:
        about_it = len((side.shown & each.shown) - common) >= needed and len(each.shown - side.hidden) > 1
        two_ways = each.hidden and each.hidden <= side.shown
        near = abs(each.number - side.number) <= _NEAR
        if near and (side.listed or about_it) and not two_ways and CHOICE.isdisjoint(words(each.card.asks)):
            return each.card.asks
    return None
