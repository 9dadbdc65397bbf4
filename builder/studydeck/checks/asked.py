"""What a card asks for: questions that can be guessed, that ask two things, or that have many right answers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from studydeck.checks.words import (
    EMPTY,
    OBJECT,
    VERBS,
    WHICH,
    around,
    content,
    first_word,
    gaps,
    in_english,
    is_translation,
    plain,
    questions,
    these,
    unquoted,
    words,
)
from studydeck.model import Deck, Problem, Text, warning
from studydeck.model.checks import check

_CHOICE = these("or versus vs between following")
_OPEN = these("example some few any several")
_WHAT = these("what which who whom whose why how")
_VERDICTS = these("yes no true false")
_DENIALS = these("not no neither nor never")
_ARTICLES = these("a an the its their his her")
# Patterns for the few texts that need them. They stay strings, which `re` compiles and caches on first use: compiling
# all of them at the start would cost every command some milliseconds.
_YES_OR_NO = r"(?i)\W*(?:yes|no|true|false)(?:\s*$|\s*[,;:!–—]|\.(?!\s*\d)| - )"
#: Punctuation marks in a row before a space or the end, and the question marks in them.
_CLOSING = r"(?<![^\w\s])[^\w\s]++(?=\s|$)"
_QUESTION_MARK = r"(?<=[^\s$?])\?+"
_AND_WHAT = (
    r"(?i)(?<!\bif)(?<!\bas)(?<!\bwhether) (?:and|or) (?:(?:in|to|by|for|from|at|with|on|of|under) )?"
    r"(what|which|whom?|whose|(?:how|why|when|where)(?=\W*$|\W*\?| (?:many|much|long|often|far|old|big|high|deep)\b"
    rf"| (?:{'|'.join(sorted(VERBS))})\b))\b"
)
_RELATIVE = (
    r"(?i)(?<!\bin)(?<!\bto)(?<!\bby)(?<!\bfor)(?<!\bfrom)(?<!\bat)(?<!\bwith)(?<!\bon)(?<!\bof)(?<=\w) "
    r"(that|who|whom|whose|which|where|when|what|how|why)\b"
)
_NEGATIVE = (
    r"(?m)(?<![A-Z] )\bNOT\b(?! [A-Z]{2}| gates?\b| operators?\b)"
    r"|^(?>.*?\b(?:[Aa]ll|[Ee]very|[Ee]ach|[Aa]ny|[Ff]ollowing) ).*\bEXCEPT\b"
    r"|^(?>.*?\b[Aa]ll of (?:the following|these)\b).*\bexcept\b"
    r"|\b[Ww]hich (?:one )?of (?:the following|these) (?:is|are|does|do|was|were) not\b"
)
_EXAMPLE = (
    r"(?i)\b(?:(?:an|one|another) example of(?! (?:what|which|whom?)\b)(?= \w)"
    r"|(?:give|name|list) (?:some|a few|any|several)\b)"
)
_ABOVE = r"(?i)\b(?:all|none|any|both|neither|some|each)(?: of)? the above\b"
_DEPENDS = r"(?i)\W*(?:well, )?(?:it|that) (?:all )?depends\b"


@check("yes-no", "An answer that says no more than yes, no, true or false.")
def yes_no(deck: Deck) -> Iterator[Problem]:
    """An answer that says no more than yes, no, true or false.

    A guess is right half of the time, so a right answer shows nothing.

    Fails:
        question: Does the Nile flow north?
        answer: Yes, into the Mediterranean.

    Passes:
        question: In which direction does the Nile flow?
        answer: North
    """
    for card, question in questions(deck):
        if _says_yes_or_no(card.answer, question):
            remedy = "ask what, which, how or why, so that the answer has to say it"
            yield warning("yes-no", card.answers[0], "a guess is right half of the time", remedy)


@check("yes-no-question", "A question that can be answered with yes or no.")
def yes_no_question(deck: Deck) -> Iterator[Problem]:
    """A question that can be answered with yes or no, whatever its answer says.

    Learners answer what they are asked, and then find that more was wanted.

    Fails:
        question: Does the Nile flow into the Mediterranean?
        answer: It ends there, in a delta

    Passes:
        question: Does the Nile flow north or south?
        answer: North
    """
    for card, question in questions(deck):
        asked = words(question)
        if not asked or asked[0] not in VERBS or "?" not in question or not (_CHOICE | _WHAT).isdisjoint(asked):
            continue
        if not is_translation(card) and not _says_yes_or_no(card.answer, question):
            message = "this can be answered with yes or no"
            yield warning("yes-no-question", question, message, "ask what, which, how or why")


def _says_yes_or_no(answer: Text | tuple[Text, ...] | None, question: Text) -> bool:
    """Whether the answer is yes or no, and not the translation or the opposite of a word."""
    if not isinstance(answer, Text) or not re.match(_YES_OR_NO, plain(answer)):
        return False
    asked = words(question)
    spoken_of = _VERDICTS.intersection(asked) - {"no"}
    return len(asked) > 2 and asked[0] not in WHICH and spoken_of in (set(), {"true", "false"})


@check("two-questions", "A question that asks two things.")
def two_questions(deck: Deck) -> Iterator[Problem]:
    """A question that asks two things: with `and what`, `or why` and the like, or with two question marks.

    A learner who knows one half can't grade the card, and the half that is known hides the other.

    Fails:
        question: What is a delta, and where does it form?
        answer: Land that a river builds up at its mouth

    Passes:
        question: What is the land called that a river builds up at its mouth?
        answer: A delta
    """
    for _, question in questions(deck):
        said = words(question)
        if question.count("?") > 1 or (("and" in said or "or" in said) and not WHICH.isdisjoint(said[1:])):
            asked = unquoted(question)
            if _question_marks(asked) > 1 or _asks_again(asked):
                yield warning("two-questions", question, "this asks two things at once", "split it into two cards")


def _question_marks(text: str) -> int:
    """How many questions end with question marks, at the end of a word."""
    signs = re.compile(_QUESTION_MARK)
    return sum(len(signs.findall(text, *run.span())) for run in re.finditer(_CLOSING, text))


def _asks_again(text: str) -> bool:
    """Whether an `and who` starts a question, unlike in `the king who came and who saw`, or `shows how and when`."""
    relatives = re.finditer(_RELATIVE, text)
    following = next(relatives, None)
    before: set[str] = set()
    for found in re.finditer(_AND_WHAT, text):
        while following and following.end() <= found.start():
            before.add(following[1].lower())
            following = next(relatives, None)
        last = first_word(text[max(0, found.start() - 6) : found.start()])
        if before.isdisjoint((found[1].lower(), "that")) and last not in before:
            return True
    return False


@check("negative-question", "A question that asks what is NOT true.")
def negative_question(deck: Deck) -> Iterator[Problem]:
    """A question that asks what is NOT true.

    The NOT is easily missed, and such a card teaches the wrong things along with the one exception.

    Fails:
        question: Which of these rivers does NOT flow into the Mediterranean, the Rhone, the Ebro or the Rhine?
        answer: The Rhine

    Passes:
        question: Into which sea does the Rhine flow?
        answer: The North Sea
    """
    for _, question in questions(deck):
        if "NOT" in question or "EXCEPT" in question or " these " in question or " the following " in question:
            found = re.search(_NEGATIVE, plain(question))
            if found and not plain(question).isupper():
                message = f"'{found[0].split()[-1]}' is easily missed, and the card teaches what isn't true"
                yield warning("negative-question", question, message, "ask what is true")


@check("open-example", "A question that asks for any one of many examples.")
def open_example(deck: Deck) -> Iterator[Problem]:
    """A question that asks for any one of many examples.

    There are more right answers than the one on the card, and learners can't grade theirs.

    Fails:
        question: What is an example of a river that flows north?
        answer: The Nile

    Passes:
        question: Which long African river flows north?
        answer: The Nile
    """
    for _, question in questions(deck):
        asked = words(question)
        if _OPEN.isdisjoint(asked) or not _CHOICE.isdisjoint(asked):
            continue
        if found := re.search(_EXAMPLE, plain(question)):
            message = f"'{found[0]}' has more than one right answer"
            yield warning("open-example", question, message, "ask so that only one answer is right")


@check("all-of-the-above", "A choice from a multiple-choice test, such as `all of the above`.")
def all_of_the_above(deck: Deck) -> Iterator[Problem]:
    """`All of the above`, `none of the above` and the like, in a question or an answer.

    These belong in a multiple-choice test. A card has nothing above, and choosing an answer isn't recalling it.

    Fails:
        question: Does the Nile flow through Uganda, Sudan or Egypt?
        answer: All of the above

    Passes:
        question: Through which country does the Nile reach the sea?
        answer: Egypt
    """
    for card in in_english(deck):
        for text in (card.asks, *card.answers):
            if " above" in text and not is_translation(card) and (found := re.search(_ABOVE, plain(text))):
                message = f"'{found[0]}' belongs in a multiple-choice test"
                yield warning("all-of-the-above", text, message, "ask for the things themselves")


@check("it-depends", "An answer that starts with `It depends`.")
def it_depends(deck: Deck) -> Iterator[Problem]:
    """An answer that starts with `It depends`.

    That is true of nearly everything, so it doesn't show that a learner knows what it depends on.

    Fails:
        question: How fast does a river flow?
        answer: It depends on the slope.

    Passes:
        question: What feature of its bed makes a river flow faster?
        answer: A steeper slope
    """
    for card in in_english(deck):
        for answer in card.answers:
            if "epends" in answer and not is_translation(card) and re.match(_DEPENDS, plain(answer)):
                message = "'it depends' is true of nearly everything"
                yield warning("it-depends", answer, message, "ask what it depends on, or ask about one case")


@check("answer-in-question", "A short answer whose words are all in the question.")
def answer_in_question(deck: Deck) -> Iterator[Problem]:
    """A short answer whose words are all in the question, unless the question offers a choice.

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
        if not isinstance(answer, Text) or len(answer) > 120:
            continue
        asked = words(question)
        if any(word not in asked and word not in EMPTY for word in words(answer)):
            continue
        if 0 < len(content(answer)) <= 6 and not (is_translation(card) or _offers_choice(answer, question)):
            message = "the question contains every word of its answer"
            yield warning("answer-in-question", question, message, "ask without the answer's words")


def _offers_choice(answer: Text, question: Text) -> bool:
    """Whether the answer is one of several that the question offers, a word that it mentions, or more than its words.

    In `f(x + 1)`, or `not B`, no word says anything by itself.
    """
    asked = unquoted(question).lower()
    return (
        OBJECT in plain(answer)
        or not re.search(r"[^\W\d_]{2}", answer)
        or not _DENIALS.isdisjoint(words(answer))
        or not _CHOICE.isdisjoint(words(question))
        or not set(words(answer)) - _ARTICLES <= set(words(asked))
        or asked.startswith(("of ", "which of ", "among "))
    )


@check("bare-cloze", "A gap with too few words around it to show what is asked.", limit="2 words")
def bare_cloze(deck: Deck, limit: int) -> Iterator[Problem]:
    """A gap without a hint that leaves too few words to show what is asked: fewer than the limit.

    Nearly anything fits such a gap.

    Fails:
        cloze: "{{c1::The Nile}} is long."

    Passes:
        cloze: "{{c1::The Nile}} flows through Cairo."
    """
    for card in in_english(deck):
        if not card.kind.gaps or card.hint is not None:
            continue
        found = gaps(card.asks)
        hinted = {gap.numbers for gap in found if gap.hint}
        for number in sorted({gap.numbers for gap in found} - hinted)[:5]:
            seen = around(card.asks, number)
            if len(content(seen)) + seen.count(OBJECT) < limit:
                message = f"the gap c{number} has too few words around it to show what is asked"
                remedy = "write more around it, or add a hint: {{c1::hidden::hint}}"
                yield warning("bare-cloze", card.asks, message, remedy)
                break
