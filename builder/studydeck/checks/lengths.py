"""Texts and lists that are too long, or not as long as the question says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from studydeck.checks.words import (
    asking,
    bare,
    count_words,
    first_word,
    gaps,
    judged,
    these,
    turned,
    unquoted,
    words,
)
from studydeck.counting import counted
from studydeck.model import INFO, Deck, Problem, Text, problem, warning
from studydeck.model.checks import check
from studydeck.patterns import pattern

_NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
_DIGITS = {str(n): n for n in _NUMBERS.values()}
_SAID_NUMBERS = _NUMBERS.keys() | _DIGITS.keys()
_BEFORE_DIGITS = these("which what the name list give")
_UNITS = these(
    "second seconds minute minutes hour hours day days week weeks month months year years decade decades century "
    "centuries time times percent per degrees dollars euros km cm mm m g kg mg ml"
)
_FORMS = these("conjugate decline")
#: A longer text than so many for each word has more words, most likely.
_LETTERS = 8
_ITEM = pattern(r"\n(?:[-*+]|\d{1,3}[.)])(?=\s)")
#: The same, or a link with such words.
_MAY_BE_ITEM = pattern(r"\n\[?(?:[-*+]|\d{1,3}[.)])\s")
#: The line under a table's header.
_TABLE = pattern(r"^ {0,3}\|?[ :]*-[-: ]*\|[-:| ]*$", re.MULTILINE)


@check("long-answer", "An answer with many words.", limit="25 words")
def long_answer(deck: Deck, limit: int) -> Iterator[Problem]:
    """An answer or an item of a list with many words; above three fifths of the limit it is an info.

    Learners remember half of a long answer, and grade it inconsistently. Short answers are right or wrong.

    Fails:
        question: Why do rivers bend?
        answer: >-
          Water runs faster along the outer bank and wears it away, while it runs slower along the inner bank and
          drops its sand there, so that every bend grows wider over the years.

    Passes:
        question: Which bank of a bend does a river wear away?
        answer: The outer one, where water runs faster
    """
    for card in judged(deck):
        for answer in card.answers:
            count = _count(answer, limit * 3 // 5)
            if count > limit:
                remedy = "cut it to what the question asks, or split it into several cards"
                message = f"the answer has {counted(count, 'word')}, more than {limit}"
                yield warning("long-answer", answer, message, remedy)
            elif count > 1:
                message = f"the answer has {count} words, and shorter ones are easier to recall"
                yield problem("long-answer", answer, message, "cut what the question doesn't ask for", INFO)


@check("long-question", "A question with many words.", limit="30 words")
def long_question(deck: Deck, limit: int) -> Iterator[Problem]:
    """A question with many words. Words in quotes aren't counted.

    A learner reads it at every review, and in time remembers its shape rather than what it asks.

    Fails:
        question: >-
          Rivers carry sand and stones from the mountains down into the plains, and where they reach the sea or a lake
          they run slower, so what do they build up there over the years?
        answer: A delta

    Passes:
        question: What does a river build up where it reaches the sea?
        answer: A delta
    """
    for card in (*judged(deck), *turned(deck)):
        question = card.asks
        if not card.kind.gaps and _count(question, limit) and (count := _count(unquoted(question), limit)):
            message = f"the question has {counted(count, 'word')}, more than {limit}"
            yield warning("long-question", question, message, "leave out what isn't needed to answer it")


@check("long-list", "An answer that is a list of many items.", limit="4 items")
def long_list(deck: Deck, limit: int) -> Iterator[Problem]:
    """An answer that is a list of many items, in YAML or in Markdown; conjugations and declensions may be long.

    One forgotten item makes the whole card wrong, and with a long list one is nearly always forgotten. With `steps:` or
    `items:` instead of `answer:`, each item is a card of its own.

    Fails:
        question: Which capitals lie on the Danube or near it?
        answer: [Vienna, Bratislava, Budapest, Belgrade, Sofia]

    Passes:
        question: Which four capitals lie on the Danube?
        answer: [Vienna, Bratislava, Budapest, Belgrade]
    """
    for card in judged(deck):
        if card.answer is not None and (count := _items(card.answer)) > limit and first_word(card.asks) not in _FORMS:
            message = f"the list has {counted(count, 'item')}, more than {limit}"
            remedy = "ask for fewer items, or write steps: (if their order matters) or items: instead of answer:"
            yield warning("long-list", card.answers[0], message, remedy)


@check("short-list", "A list of one item that is asked item by item.")
def short_list(deck: Deck) -> Iterator[Problem]:
    """A list of one item under `steps:`, `items:` or `lines:`, which are for lists that are asked item by item.

    Its card shows a gap with nothing around it, as if more items were to come. Often the others were forgotten, or are
    one text without the `- ` that makes items of it.

    Fails:
        id: rhine-path
        question: Which of these does the Rhine pass, from its source on?
        steps: [Chur]

    Passes:
        id: rhine-path
        question: Which of these does the Rhine pass, from its source on?
        steps: [Chur, Basel]
    """
    for section in deck.sections:
        written = Counter(card.item.list for card in (*section.cards, *section.stubs) if card.item)
        for card in section.cards:
            item = card.item
            if item and len(item.whole) < 2 and written[item.list] < 2 and not card.retired:
                remedy = "add the others, or write answer: instead"
                yield warning("short-list", card.own_text, "this list has one item", remedy)


@check("long-cloze", "A gap that hides many words, or a sentence with many gaps.", limit="8 words")
def long_cloze(deck: Deck, limit: int) -> Iterator[Problem]:
    """A gap that hides many words, or a sentence with more than four gap numbers. Tables may have any number.

    Learners remember half of such a gap, and five cards from one sentence give each other away.

    Fails:
        cloze: An oxbow lake is {{c1::a bend of a river that the river itself has cut off}}.

    Passes:
        cloze: An oxbow lake is a bend of a river that the river itself has {{c1::cut off}}.
    """
    for card in judged(deck):
        if not card.kind.gaps or card.asks.lstrip().startswith("|"):
            continue
        found = gaps(card.asks)
        # A word and what parts it from the next one are two characters at least.
        longest = max([len(words(gap.hidden)) for gap in found if len(gap.hidden) > 2 * limit], default=0)
        numbers = set(",".join([gap.numbers for gap in found]).split(","))
        if longest > limit:
            message = f"a gap hides {counted(longest, 'word')}, more than {limit}"
            yield warning("long-cloze", card.asks, message, "hide only the key word")
        if len(numbers) > 4:
            message = f"the sentence makes {len(numbers)} cards, more than 4"
            yield warning("long-cloze", card.asks, message, "give gaps the same number, or split the sentence")


def _count(text: str, limit: int) -> int:
    """How many words a text has outside tables if it has more than `limit`, otherwise 0."""
    if len(text) < _LETTERS * limit and text.count(" ") < limit and text.isprintable():  # it has no other white space
        return 0
    if "|" in text and _TABLE.search(text):
        text = "\n".join(line for line in text.split("\n") if "|" not in line)
    count = count_words(text)
    if count > limit and ("/" in text or "—" in text):  # these part words, but `and/or` alone makes no text long
        return count if len(text.split(maxsplit=limit)) > limit else 0
    return count if count > limit else 0


def _items(answer: Text | tuple[Text, ...]) -> int:
    """How many items an answer lists in YAML or Markdown; 0 if it isn't a list."""
    if isinstance(answer, tuple):
        return len(answer)
    if "\n" not in answer or not _MAY_BE_ITEM.search(f"\n{answer}"):
        return 0
    return len(_ITEM.findall(f"\n{bare(answer)}"))


@check("miscounted-list", "A question with a number that doesn't match the length of the list.")
def miscounted_list(deck: Deck) -> Iterator[Problem]:
    """A question with a number that doesn't match the length of the list in the answer.

    Learners look for an item that isn't there, or stop before the last one.

    Fails:
        question: Which three capitals lie on the Danube?
        answer: [Vienna, Bratislava, Budapest, Belgrade]

    Passes:
        question: Which four capitals lie on the Danube?
        answer: [Vienna, Bratislava, Budapest, Belgrade]
    """
    for card, question in asking(deck, _SAID_NUMBERS):
        length = _items(card.answer) if card.answer is not None else 0
        if length and (numbers := _numbers_in(question)) and length not in numbers.values():
            message = f"the question says '{next(iter(numbers))}', but the list has {length}"
            yield warning("miscounted-list", question, message, "fix the number or the list")


def _numbers_in(question: Text) -> dict[str, int]:
    """The numbers of things that a question names; `three-layered`, `three days` and `the Three Gorges` don't count."""
    asked = words(question)
    return {
        word: number
        for before, word, after in zip(("", *asked), asked, (*asked[1:], ""), strict=False)
        if (number := _NUMBERS.get(word) or (_DIGITS.get(word) if before in _BEFORE_DIGITS else None))
        and after not in _UNITS
        and f" {word} " in f" {question} "
    }
