"""Checks with judgement in them: cards that are well formed, and hard to learn or to grade.

Each function is a check: its name is the warning's name, its docstring the warning's part of docs/checks.md, and its
`limit` the number that `checks:` in deck.yaml may change. Words are read in English only; code and formulas never.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from builder.checks.words import (
    EMPTY,
    OBJECT,
    PRONOUNS,
    VERBS,
    WHICH,
    around,
    bare,
    content,
    gaps,
    in_english,
    is_translation,
    judged,
    judged_texts,
    plain,
    questions,
    these,
    unquoted,
    words,
)
from builder.model import INFO, WARNING, Deck, Placed, Problem, Text, problem
from builder.text import counted, to_html

_NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
_DIGITS = {str(n): n for n in _NUMBERS.values()}
_BEFORE_DIGITS = these("which what the name list give")
_UNITS = these(
    "second seconds minute minutes hour hours day days week weeks month months year years decade decades century "
    "centuries time times percent per degrees dollars euros km cm mm m g kg mg ml"
)
_CHOICE = these("or versus vs between following")
_OPEN = these("example some few any several")
_WHAT = these("what which who whom whose why how")
_VERDICTS = these("yes no true false")
_DENIALS = these("not no neither nor never")
_ARTICLES = these("a an the its their his her")
_EXPLETIVE_VERBS = these(
    "mean take cost matter follow seem happen rain snow hurt help pay feel make look indicate imply"
)
_SAID_OF_IT = these(
    "like called known named said that so too to best better good bad wrong right hard easy safe true raining snowing "
    "cold hot dark late difficult"
)
_ADJECTIVES = ("able", "ible", "al", "ant", "ent", "ful", "ous", "ary", "ic", "less")
_FORMS = these("conjugate decline")
_REQUESTS = these(
    "name list give define describe explain state complete fill translate write compute calculate say spell draw find "
    "show prove solve simplify convert compare contrast identify label match order sort recite conjugate decline "
    "express summarise summarize outline sketch derive evaluate differentiate integrate factor expand discuss tell "
    "choose pick continue finish read pronounce type enter estimate determine recall mention classify distinguish "
    "interpret suggest indicate put use implement construct"
)

_ITEM = re.compile(r"^(?:[-*+]|\d{1,3}[.)])\s", re.MULTILINE)

# Patterns for the few texts that come near them. They stay texts, which `re` compiles for the first such text and
# keeps: compiling all at the start would cost every command some milliseconds.
_YES_OR_NO = r"(?i)\W*(?:yes|no|true|false)(?:\s*$|\s*[,;:!–—]|\.(?!\s*\d)| - )"
#: Signs in a row before a blank or the end, and the question marks in them.
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
_PAIR = r"\([^()\[\]]*\)|\[[^()\[\]]*\]"
_INTERVAL = r"[\[(\]]\s*[-+−]?[\w.∞]+\s*[,;]\s*[-+−]?[\w.∞]+\s*[\])\[]"
# Signs that are meant to have no partner: in a list's `1)` and `a)`, in `:)`, and spoken of, as in: what does ) close?
_MARK = r"(?i)(?<!\S)(?:\d{1,3}|[a-z]|[ivx]{1,4})\)|[:;]-?[()]"
_IN_CODE = r"(?s)(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)"
#: From the first bracket of a line, over the first sign of a formula, to the end of one: of all in a line, only these
#: need to be tried.
_ANKI_MATH = (
    r"(?m)^(?>[^\n]*?(?=\\\())(?P<formula>(?>\\\([^\n]*?[\\^_={}\w])[^\n]*?\\\))",
    r"(?m)^(?>[^\n]*?(?=\\\[))(?P<formula>(?>\\\[[^\n]*?[\\^_={}])[^\n]*?\\\])",
)
_SPOKEN_OF = r"(?<![^\s\"'“‘«])(?:[()\[\]`]|\*\*)(?![^\s\"'”’»])"
_POWER = r"\w\*\*\w"
_HTML = (
    r"(?i)(?<!\btag )(?:</[a-z][a-z\d]*\s*>|<(?:br|hr)\s*/?>|<[a-z][a-z\d]*\s+[a-z-]+=[^<>]{0,300}>)(?! tag\b)"
    r"|&(?:[a-z]{2,8}|#x?[\da-f]{1,6});"
)


def _warning(name: str, at: Placed, message: str, remedy: str) -> Problem:
    return problem(name, at, message, remedy, WARNING)


def _first(text: str) -> str:
    """The first word of `text`, in small letters."""
    return next(iter(words(text)), "")


# --- lengths -------------------------------------------------------------------------------------


def long_answer(deck: Deck, limit: int = 25) -> Iterator[Problem]:
    """An answer, or an item of a list, of many words; from three fifths of the limit on it is an info.

    Learners remember half of a long answer, and grade it inconsistently. Short answers are right or wrong.

    Fails:
        question: Why do rivers bend?
        answer: >-
          Water runs faster along the outer bank and wears it away, while it runs slower along the inner bank and
          drops its sand there, so that every bend grows wider over the years.

    Passes:
        question: Which bank of a bend does a river wear away?
        answer: The outer one, where water runs faster

    Limit: 25 words
    """
    for card in judged(deck):
        for answer in card.answers:
            count = _count(answer, limit * 3 // 5)
            if count > limit:
                remedy = "cut it to what the question asks, or make several cards of it"
                message = f"the answer has {counted(count, 'word')}, more than {limit}"
                yield _warning("long-answer", answer, message, remedy)
            elif count > 1:
                message = f"the answer has {count} words, and short ones are easier to recall"
                yield problem("long-answer", answer, message, "cut what the question doesn't ask for", INFO)


def long_question(deck: Deck, limit: int = 30) -> Iterator[Problem]:
    """A question of many words. Words in quotes aren't counted.

    A learner reads it at every review, and in time remembers its shape rather than what it asks.

    Fails:
        question: >-
          Rivers carry sand and stones from the mountains down into the plains, and where they reach the sea or a lake
          they run slower, so what do they build up there over the years?
        answer: A delta

    Passes:
        question: What does a river build up where it reaches the sea?
        answer: A delta

    Limit: 30 words
    """
    for card in judged(deck):
        question = card.question
        if question is not None and _count(question, limit) and (count := _count(unquoted(question), limit)):
            message = f"the question has {counted(count, 'word')}, more than {limit}"
            yield _warning("long-question", question, message, "leave out what isn't needed to answer it")


def long_list(deck: Deck, limit: int = 4) -> Iterator[Problem]:
    """An answer that is a list of many items, in YAML or in Markdown; conjugations and declensions may be long.

    One forgotten item makes the whole card wrong, and with a long list one is nearly always forgotten.

    Fails:
        question: Which capitals stand on the Danube or near it?
        answer: [Vienna, Bratislava, Budapest, Belgrade, Sofia]

    Passes:
        question: Which four capitals stand on the Danube?
        answer: [Vienna, Bratislava, Budapest, Belgrade]

    Limit: 4 items
    """
    for card in judged(deck):
        if card.answer is not None and (count := _items(card.answer)) > limit and _first(card.asks) not in _FORMS:
            message = f"the list has {counted(count, 'item')}, more than {limit}"
            remedy = "ask for fewer of them, or make a cloze with a gap for each"
            yield _warning("long-list", card.answers[0], message, remedy)


def long_cloze(deck: Deck, limit: int = 8) -> Iterator[Problem]:
    """A gap that hides many words, or a sentence with more than four gap numbers. Tables may have any number.

    Learners remember half of such a gap, and five cards from one sentence give each other away.

    Fails:
        cloze: An oxbow lake is {{c1::a bend of a river that the river itself has cut off}}.

    Passes:
        cloze: An oxbow lake is a bend of a river that the river itself has {{c1::cut off}}.

    Limit: 8 words
    """
    for card in judged(deck):
        if card.cloze is None or card.cloze.lstrip().startswith("|"):
            continue
        found = gaps(card.cloze)
        longest = max((len(words(gap.hidden)) for gap in found), default=0)
        numbers = {number for gap in found for number in gap.numbers.split(",")}
        if longest > limit:
            message = f"a gap hides {counted(longest, 'word')}, more than {limit}"
            yield _warning("long-cloze", card.cloze, message, "hide the key word alone")
        if len(numbers) > 4:
            message = f"the sentence makes {len(numbers)} cards, more than 4"
            yield _warning("long-cloze", card.cloze, message, "give gaps the same number, or make several sentences")


def _count(text: str, limit: int) -> int:
    """How many words a text has if it has more than `limit`, and else 0."""
    if text.count(" ") < limit and text.isascii() and text.isprintable():
        return 0
    count = len(words(text)) if len(text.split()) > limit else 0
    return count if count > limit else 0


def _items(answer: Text | tuple[Text, ...]) -> int:
    """How many items an answer lists in YAML or Markdown; 0 where it is no list."""
    if isinstance(answer, tuple):
        return len(answer)
    return len(_ITEM.findall(bare(answer))) if "\n" in answer else 0


# --- what is asked -------------------------------------------------------------------------------


def yes_no(deck: Deck) -> Iterator[Problem]:
    """An answer that says no more than yes, no, true or false.

    A guess gets it right every other time, so a right answer shows nothing.

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
            yield _warning("yes-no", card.answers[0], "a guess gets this right every other time", remedy)


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
            yield _warning("yes-no-question", question, message, "ask what, which, how or why")


def _says_yes_or_no(answer: Text | tuple[Text, ...] | None, question: Text) -> bool:
    """Whether the answer is yes or no; as the translation or the opposite of a word it is not."""
    if not isinstance(answer, Text) or not re.match(_YES_OR_NO, plain(answer)):
        return False
    asked = words(question)
    spoken_of = _VERDICTS.intersection(asked) - {"no"}
    return len(asked) > 2 and asked[0] not in WHICH and spoken_of in (set(), {"true", "false"})


def two_questions(deck: Deck) -> Iterator[Problem]:
    """A question that asks two things: with `and what`, `or why` and their like, or with two question marks.

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
                yield _warning("two-questions", question, "this asks two things at once", "make two cards of it")


def _question_marks(text: str) -> int:
    """How many questions end with question marks, at the end of a word."""
    signs = re.compile(_QUESTION_MARK)
    return sum(len(signs.findall(text, *run.span())) for run in re.finditer(_CLOSING, text))


def _asks_again(text: str) -> bool:
    """Whether an `and who` starts a question; in `the king who came and who saw`, or `shows how and when`, none."""
    relatives = re.finditer(_RELATIVE, text)
    following = next(relatives, None)
    before: set[str] = set()
    for found in re.finditer(_AND_WHAT, text):
        while following and following.end() <= found.start():
            before.add(following[1].lower())
            following = next(relatives, None)
        last = _first(text[max(0, found.start() - 6) : found.start()])
        if before.isdisjoint((found[1].lower(), "that")) and last not in before:
            return True
    return False


def negative_question(deck: Deck) -> Iterator[Problem]:
    """A question that asks what is NOT true.

    The NOT is easily missed, and such a card teaches the wrong things beside the one exception.

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
                message = f"'{found[0].split()[-1]}' is easily missed, and this teaches what is not so"
                yield _warning("negative-question", question, message, "ask for what is so")


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
            message = f"'{found[0]}' has more right answers than one"
            yield _warning("open-example", question, message, "ask so that only one answer is right")


def all_of_the_above(deck: Deck) -> Iterator[Problem]:
    """`All of the above`, `none of the above` and their like, in a question or an answer.

    These belong in a multiple-choice test. A card has nothing above, and choosing an answer is not recalling it.

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
                message = f"'{found[0]}' is an answer of a test on paper"
                yield _warning("all-of-the-above", text, message, "ask for the things themselves")


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
                yield _warning("it-depends", answer, message, "ask what it depends on, or ask about one case")


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
        if not question.endswith("?") and not re.search(_ASKS, question) and _first(question) not in _REQUESTS:
            remedy = "end it with '?', or start it with Name, List or another request"
            yield _warning("question-mark", question, "the question has no question mark", remedy)


# --- how it is asked -----------------------------------------------------------------------------


def miscounted_list(deck: Deck) -> Iterator[Problem]:
    """A question that names a number, where the list in the answer has another length.

    Learners look for an item that isn't there, or stop before the last one.

    Fails:
        question: Which three capitals stand on the Danube?
        answer: [Vienna, Bratislava, Budapest, Belgrade]

    Passes:
        question: Which four capitals stand on the Danube?
        answer: [Vienna, Bratislava, Budapest, Belgrade]
    """
    for card, question in questions(deck):
        length = _items(card.answer) if card.answer is not None else 0
        if length and (numbers := _numbers_in(question)) and length not in numbers.values():
            message = f"the question says '{next(iter(numbers))}', and the list has {length}"
            yield _warning("miscounted-list", question, message, "say the right number, or mend the list")


def _numbers_in(question: Text) -> dict[str, int]:
    """The numbers of things that a question names; `three-layered`, `three days` and `the Three Gorges` are none."""
    asked = words(question)
    return {
        word: number
        for before, word, after in zip(("", *asked), asked, (*asked[1:], ""), strict=False)
        if (number := _NUMBERS.get(word) or (_DIGITS.get(word) if before in _BEFORE_DIGITS else None))
        and after not in _UNITS
        and f" {word} " in f" {question} "
    }


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
            message = "the question holds every word of its answer"
            yield _warning("answer-in-question", question, message, "ask without the answer's words")


def _offers_choice(answer: Text, question: Text) -> bool:
    """Whether the answer is one of several that the question offers, a word that it speaks of, or not its words alone.

    Of `f(x + 1)`, or `not B`, no word says anything.
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
            message = f"'{asked[first]}' stands for something that the question hasn't named"
            yield _warning("dangling-pronoun", question, message, "name it")


def _is_expletive(words: tuple[str, ...]) -> bool:
    """Whether the pronoun, the second of these words, needs nothing to stand for: does it mean, is it possible."""
    before, pronoun, after = (*words, "")[:3]
    if pronoun in ("those", "these", "they", "he", "she"):
        return after in ("who", "that", "which", "whose", "with", "of")
    if pronoun != "it":
        return False
    return after in _EXPLETIVE_VERBS or (
        before in ("is", "was", "be", "isn't", "wasn't") and (after in _SAID_OF_IT or after.endswith(_ADJECTIVES))
    )


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
                message = f"'{found[0]}' means nothing without that text at hand"
                remedy = "ask about the thing itself, or name whose claim it is"
                yield _warning("leans-on-source", question, message, remedy)


# --- how it is written ---------------------------------------------------------------------------


def unbalanced(deck: Deck) -> Iterator[Problem]:
    """A bracket, backtick, `**` or dollar sign without its partner, outside code.

    Most often half of it was cut off. A mark without its partner is shown as typed. `1)`, `[0, 1)` and a sign between
    blanks or quotes are left alone.

    Fails:
        question: Which river (the longest of Africa flows through Cairo?
        answer: The Nile

    Passes:
        question: Which river (the longest of Africa) flows through Cairo?
        answer: The Nile
    """
    texts = judged_texts(deck)
    brackets = {text for text in texts if "(" in text or ")" in text or "[" in text or "]" in text}
    for text in texts:
        if "`" not in text and "**" not in text and "$" not in text and text not in brackets:
            continue
        if sign := _without_partner(text, text in brackets):
            remedy = "write the other one, or put it in `code` if it is meant alone"
            yield _warning("unbalanced", text, f"'{sign}' has no partner", remedy)


def _without_partner(text: Text, brackets: bool) -> str | None:
    """The first sign of `text` that has no partner; `brackets` tells whether it has some."""
    rest = bare(text)
    if brackets and (sign := _lone_bracket(rest)):
        return sign
    if "**" in rest or "`" in rest:
        rest = re.sub(f"{_SPOKEN_OF}|{_POWER}", " ", rest)
    if rest.count("**") % 2:
        return "**"
    if "`" in rest:
        return "`"
    return "$" if "$" in rest and re.search(r"(?m)^[^$\n]*+\$.*[\\^_]", rest) else None


def _lone_bracket(text: str) -> str | None:
    """The first bracket that has no partner, and isn't meant to have none."""
    if not re.search(r"[()\[\]]", re.sub(_PAIR, "", text)):
        return None
    text = re.sub(_INTERVAL, " ", text)
    lone: list[int] = []
    for opening, closing in ("()", "[]"):
        opened: list[int] = []
        for at in (found.start() for found in re.finditer(rf"[\{opening}\{closing}]", text)):
            if text[at] == opening:
                opened.append(at)
            elif opened:
                opened.pop()
            else:
                lone.append(at)
        lone += opened
    meant = {found.end() - 1 for found in re.finditer(f"{_MARK}|{_SPOKEN_OF}", text)}
    return next((text[at] for at in sorted(lone) if at not in meant), None)


def raw_html(deck: Deck) -> Iterator[Problem]:
    """An HTML tag or entity outside code. A tag that is only mentioned, as in `the <br> tag`, is left alone.

    Cards are Markdown, and show a tag as it is typed: `<b>` with its brackets.

    Fails:
        question: Which river flows through <b>Cairo</b>?
        answer: The Nile

    Passes:
        question: Which river flows through **Cairo**?
        answer: The Nile
    """
    for text in [each for each in judged_texts(deck) if "<" in each or "&" in each]:
        found = re.search(_HTML, bare(text))
        if found and not re.fullmatch(r"<[^<>]+>", text.strip()):  # a tag alone is what is asked for
            remedy = "write Markdown or the sign itself, or put it in `code` if it is meant"
            yield _warning("raw-html", text, f"'{found[0][:40]}' is HTML, and cards are Markdown", remedy)


def anki_math(deck: Deck) -> Iterator[Problem]:
    r"""A formula in Anki's brackets, `\(x^2\)` or `\[x^2\]`, outside code.

    In Markdown a backslash only escapes the bracket, so learners would see `(x^2)`.

    Fails:
        question: What is the derivative of \(x^2\)?
        answer: $2x$

    Passes:
        question: What is the derivative of $x^2$?
        answer: $2x$
    """
    for text in [each for each in judged_texts(deck) if "\\(" in each or "\\[" in each]:
        outside = re.sub(_IN_CODE, " ", text)
        if found := [each for pattern in _ANKI_MATH if (each := re.search(pattern, outside))]:
            formula = min(found, key=lambda each: each.start("formula"))["formula"]
            message = f"'{formula[:40]}' is no formula in Markdown, and loses its backslashes"
            yield _warning("anki-math", text, message, "write it between dollar signs, such as $x^2$")


def typed_markup(deck: Deck) -> Iterator[Problem]:
    """An answer to be typed that holds Markdown or a formula.

    Anki compares plain text, and a learner can't type bold or a root.

    Fails:
        question: What is the derivative of $x^2$?
        answer: $2x$
        typed: true

    Passes:
        question: What is the derivative of $x^2$?
        answer: 2x
        typed: true
    """
    for card in judged(deck):
        if card.typed and isinstance(card.answer, Text) and re.search(r"<|\\[(\[]", to_html(card.answer)):
            message = "this answer is to be typed, and its marks can't be"
            yield _warning("typed-markup", card.answer, message, "write it as plain text, or leave typed: out")


def bare_cloze(deck: Deck, limit: int = 2) -> Iterator[Problem]:
    """A gap without a hint that leaves too few words to show what is asked: fewer than the limit.

    Nearly anything fits such a gap.

    Fails:
        cloze: "{{c1::The Nile}} is long."

    Passes:
        cloze: "{{c1::The Nile}} flows through Cairo."

    Limit: 2 words
    """
    for card in in_english(deck):
        if card.cloze is None or card.hint is not None:
            continue
        found = gaps(card.cloze)
        hinted = {gap.numbers for gap in found if gap.hint}
        for number in sorted({gap.numbers for gap in found} - hinted)[:5]:
            seen = around(card.cloze, number)
            if len(content(seen)) + seen.count(OBJECT) < limit:
                message = f"the gap c{number} leaves too little to tell what is asked"
                remedy = "write more around it, or a hint: {{c1::hidden::hint}}"
                yield _warning("bare-cloze", card.cloze, message, remedy)
                break


# --- the whole deck ------------------------------------------------------------------------------


def glossary(deck: Deck) -> Iterator[Problem]:
    """A spelling that `terms:` in `deck.yaml` lists as one to replace.

    A term that is spelled in two ways looks like two terms.

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
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, spellings))})(?!\w)")
    for card in judged(deck):
        for text in card.texts:
            if not any(spelling in text for spelling in wanted):
                continue
            for spelling in sorted(wanted.keys() & set(pattern.findall(plain(text)))):
                message = f"this deck spells '{spelling}' as '{wanted[spelling]}'"
                yield _warning("glossary", text, message, f"write '{wanted[spelling]}'")


def thin_section(deck: Deck) -> Iterator[Problem]:
    """A section without a card; or, in a deck of several sections, with a single one.

    Learners see sections as tags, and a tag with one card helps nobody to choose.

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
        if not section.cards:
            yield _warning("thin-section", section.place, "this section has no card", "write one, or delete the file")
        elif len(section.cards) == 1 and len(deck.sections) > 1:
            remedy = "write another, or move it to a section that it goes with"
            yield _warning("thin-section", section.place, "this section has a single card", remedy)


def no_source(deck: Deck) -> Iterator[Problem]:
    """A card without a `source`, in a deck with a `material`.

    Without it nobody can look up what the material says, or find the cards of a sentence that changed.

    Fails:
        # deck.yaml
        material: {title: Atlas of Rivers}
        # water.yaml
        question: Which river flows through Cairo?
        answer: The Nile

    Passes:
        # deck.yaml
        material: {title: Atlas of Rivers}
        # water.yaml
        question: Which river flows through Cairo?
        answer: The Nile
        source: p1s2
    """
    if not any(deck.material):
        return
    for card in judged(deck):
        if not card.source:
            message = "this card doesn't say where its material has it"
            yield _warning("no-source", card.place, message, "write source: with the paragraph and sentence: p2s1")
