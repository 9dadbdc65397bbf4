"""What a card asks for: questions that can be guessed, that ask two things, or that have many right answers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from studydeck.checks.words import (
    ASPECTS,
    CHOICE,
    FACTS,
    MAIN,
    NUMBERS,
    OBJECT,
    REQUESTS,
    VERBS,
    WHICH,
    around,
    asking,
    asking_with,
    content,
    either,
    english_with,
    first_word,
    gaps,
    in_english,
    is_translation,
    plain,
    plurals,
    questions,
    stems_of_gaps,
    these,
    unquoted,
    words,
)
from studydeck.model import Deck, Problem, Text, warning
from studydeck.model.checks import check
from studydeck.patterns import pattern

_NOT_WHETHER = CHOICE | these("what which who whom whose why how")
_VERDICTS = these("yes no true false")
_YES_OR_NO = pattern(r"(?i)\W*(?:yes|no|true|false)(?:\s*$|\s*[,;:!–—]|\.(?!\s*\d)| - )")
#: The first letters of these, and of an address, after which such a word may come.
_MAY_BE_YES = "YyNnTtFfHh"
# Patterns for the few texts that need them. They stay strings, which `re` compiles and caches on first use: compiling
# all of them at the start would cost every command some milliseconds.
#: Punctuation marks in a row before a space or the end, and the question marks in them.
_CLOSING = r"(?<![^\w\s])[^\w\s]++(?=\s|$)"
_QUESTION_MARK = r"(?<=[^\s$?])\?+"
#: Who says something in a dialogue, or a dash, and what they say.
_SPEAKER = rf"(?:^|(?<=[\n.?!])\s{{0,3}})(?:[-–—]|{OBJECT}:?|[A-Z][\w.]{{0,20}}(?: [A-Z]\w{{0,20}})?:) "
_TURN = rf"{_SPEAKER}[^\n]*"
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
    r"|\b[Ww]hich (?:one )?of (?:the following|these) (?:\w+ ){0,3}?(?:is|are|does|do|was|were|can|has|have) not\b"
)
_ANY = these("a an one another some any few several")
_COUNTED = these("two three four five 2 3 4 5")
_ONE_OF = (
    ASPECTS
    | FACTS
    | plurals("sign symptom example instance method technique strategy solution alternative source fact thing")
) - these("function functions point points")
_SOME = (
    rf"(?:a few|{either(_ANY | _COUNTED)}) (?:of the )?"
    rf"(?:(?!whose|that|which|who|of)[\w-]+ ){{0,2}}?(?:{either(_ONE_OF)})\b"
)
#: What is true of one thing only, and what makes a name.
_ONLY_ONE = (
    r"(?:\w+(?:er|est|ed|en|ing)|called|known|best|worst|more|most|less|missing|which|(?:in)?correct|right|wrong|(?:un)?true|false"
    r"|it|this|that)\b"
)
_EXAMPLE = (
    r"(?i)\W*(?:"
    # one of many, asked for outright
    r"(?:name|think of) (?:an?|one|another|any)\b|(?:say|suggest|mention) (?:an?|one|another|any)\b"
    r"|(?:give|state|list|write down) (?:one|another|any)\b"
    r"|give an? (?!formula|expression|equation|definition|proof|name|term|word)(?:[\w-]+ ){1,3}"
    r"(?:that|which|who|for|of|with|in|from)\b"
    # a way, some reasons, one of the signs, a typical one
    r"|(?:what|which|who)(?:['’]s| is| are| was| were) (?:(?:one of|some|something)\b"
    rf"|{_SOME}(?= (?:of|to|for|that|why|in|with|between|from|by|on)\b(?!\W*$))(?! of action))"
    r"|(?:who|what|which) (?:is|are|was|were) an? (?:common|typical|possible|famous|popular|well-known|notable"
    r"|important|significant|useful) (?!name|nickname|term|word)(?:[\w-]+ ){1,3}"
    r"(?:that|which|who|for|of|with|in|from|to)\b"
    # a member of a class: which element is a noble gas?
    r"|which(?: (?!of\b)[\w-]+){1,2} (?:is|was) an?(?: (?!of\b)[\w-]+){1,3}\?$"
    r"|which(?: (?!of\b)[\w-]+){1,2} (?:is part of|belongs to) the(?: [\w-]+){1,3}\?$"
    rf"|which(?: (?!of\b)[\w-]+){{1,2}} is (?!{_ONLY_ONE})(?-i:[a-z])[a-z-]+(?: in (?-i:[A-Z])\w+)?\?$"
    r"|who (?:is|was) an? (?-i:[A-Z])[\w-]+ [\w-]+\?$)",
    # anywhere in a question
    r"(?i)\b(?:an|one|another) example of(?! (?:what|which|whom?)\b)(?= \w)"
    r"|\b(?:give|name|list|state|mention) (?:some|a few|any|several)\b"
    rf"|\b(?:give|name|list|state|mention|describe|identify|think of|suggest) {_SOME}",
)
_NEAR_EXAMPLE = _ANY | _COUNTED | {"something"}
#: The words of the longest question for a member of a class.
_MEMBER = 8
#: Such words rank by taste: the most influential work, unlike the longest river.
_RANKED = these("important significant interesting useful influential notable famous relevant beautiful valuable")
_WORTH = these("important significant useful relevant popular successful interesting special powerful famous valuable")
#: The effect of caffeine is many things, unlike that on sleep.
_UNTIED = r"(?!(?:on|upon|for|in|at)\b)"
_SEVERAL = (
    r"(?i)\W*(?:"
    # the best one, by taste
    r"(?:what|which|who)\b(?!.* (?:according|considered|regarded|called|voted)\b)[^,]*"
    rf"\b(?:(?:the|is|are|was|were) most (?:{either(_RANKED)})|the best[- ]known"
    r"|the best (?:[\w-]+ ){1,2}(?:for|to|against|in))\b|who (?:is|was) the (?:greatest|best|finest)\b"
    # what makes it so
    rf"|why (?:is|are|was|were) [^,]*\b(?:{either(_WORTH)})\?$"
    rf"|what makes [^,]* (?:{either(_WORTH)}|unique|different|good|great)\?$"
    # all of what it does, or causes, or has
    rf"|what (?:are|were) the (?:[\w-]+ )?(?:{either(ASPECTS | FACTS)}) (?:of|for|in)\b(?! action)"
    r"|what (?:is|was) (?:a function of the|one function of)\b|what happened (?:in|on|during|at)\b"
    r"|what (?:is|was) the (?:effect|impact|influence|consequence) of (?:the |an? )?"
    rf"{_UNTIED}[\w-]+(?: {_UNTIED}[\w-]+){{0,2}}\?$"
    # what can be, and what one can do
    r"|what (?:affects|influences|helps|contributes to)\b"
    r"|(?:what|which) (?:(?:kinds|types|sorts) of )?(?:factor|thing)s? (?:affect|influence|determine|cause)s?\b"
    r"|what (?:can|could|might|may) (?:make|cause|lead|trigger|affect|influence|prevent|reduce|increase"
    r"|improve|happen)\b"
    r"|what (?:can|could|should|might|may) be (?:done|used|said|learned|found|seen)\b"
    r"|what (?:can|could|should) [^,]* do about\b|what (?:should|can|could) (?:you|one|we) do\b"
    r"|how (?:can|could|might|may) [^,]* be (?:prevented|reduced|avoided|treated|improved|increased)\?$"
    r"|how (?:can|could|might|would|should) (?:you|one|people|someone)\b(?! (?:say|translate|write|spell|express))"
    r"|how do people\b|when (?:should|would) (?:you|we|one) use\b"
    # why history went as it did
    r"|what (?:caused|led to) the [^,]*\b(?:wars?|revolution|depression|crisis|fall|rise|decline|collapse)\b"
    r"|why did [^,]* (?:fall|rise|decline|happen|break out)\?$)",
    # anywhere in a question: the best one, and what it is worth
    rf"(?i)\b(?:the|its|their|his|her) (?:single )?(?:{either(MAIN)}|most important) (?:[\w-]+ )?"
    rf"(?:{either(ASPECTS)})\b"
    r"|\b(?:a good|the best|an effective|an easy|the easiest) (?:way|method|approach|strategy|technique)\b"
    r"|\bthe (?:importance|significance|relevance|legacy) of\b"
    r"|\bthe point of\b(?! (?:inflection|intersection|tangency|no|contact|sale|view))"
    rf"|\bwhat (?:is|was|makes|made) (?:so )?(?:{either(_WORTH)}|good|bad|wrong) about\b"
    r"|\b(?:known|famous|notable|remembered|renowned|important|useful) for\?$"
    r"|\b(?:drug|medicine|medication|antibiotic|treatment)s? (?:is|are|can be) (?:used|given|taken)"
    r" (?:to|for|in|against)\b",
)
_COUNTED_OR_CHOSEN = CHOICE | NUMBERS - {"one"}
_NEAR_SEVERAL = (
    ASPECTS
    | FACTS
    | MAIN
    | _WORTH
    | these(
        "about affects best best-known break can caused contributes could decline do factor fall finest for given "
        "greatest happen happened helps influences led legacy makes may might most people relevance rise should "
        "taken thing things used would"
    )
)
_OPEN_ENDED = (
    r"(?i)\W*(?:"
    # requests
    r"(?:please )?(?:discuss|tell me|talk (?:about|through)|walk through|write about|comment on|elaborate|reflect"
    r"|describe|outline|summari[sz]e|prove|compare|contrast|analy[sz]e|assess|examine|account for|characteri[sz]e"
    r"|explain(?! (?:why|what|which)\b))\b|(?:so )?(?:what|how) about\b"
    # what it is like, and how it works
    r"|what (?:is|are|was|were) [^,]*\b(?:like(?:\?$| (?:in|for|during|under|before|after)\b)|about\?$)"
    r"|what (?:is|are|was|were) the (?:basics|history|background|nature|essence|story) (?:of|behind)\b"
    r"|how (?:do|does|did) [^,]* (?:work|feel)\?$|how (?:is|are|was|were) [^,]* used\?$"
    r"|what (?:do|does|did) [^,]* (?:involve|entail)\?$|what happens (?:during|in)\b"
    # how it went, and what came of it
    r"|how (?:do|does|did|has|have) [^,]* (?:affect|influence|impact|shape|change)(?:ed|d)? (?:us|people|society"
    r"|the world|life|everyday life|the economy|the environment|history|culture|our|your|(?-i:[A-Z][a-z]+)\?$)"
    r"|how (?:did|has|have) [^,]* (?:develop|evolve|change|grow|progress)(?:ed|d)?(?: over time)?\?$"
    r"|what (?:role|impact|influence|significance) (?:did|has|have)\b|what did (?:(?-i:[A-Z])\w+ ){1,3}do\?$)",
    # anywhere in a question: all that one knows or thinks
    r"(?i)\bwhat (?:do|can|would|should) (?:you|one)"
    r" (?:(?:know|think|remember|learn|understand)\b|(?:say|tell) about\b)"
    r"|\bwhat (?:is known about|can be said (?:about|of)|is there to know)\b"
    r"|\bcomes? to mind\b|\bin your (?:own )?(?:view|opinion|words|experience)\b"
    r"|\b(?:do|would) you (?:think|agree|feel|believe)\b|\b(?:everything|all)(?: that)? you know\b"
    r"|\b(?:important|good|useful|worth|interesting) to (?:know|remember|note)\b|\bto what extent\b",
)
_NEAR_OPEN_ENDED = these(
    "about account affect affected analyse analyze assess background basics change changed characterise characterize "
    "comment compare contrast describe develop developed discuss do elaborate entail essence evolve evolved examine "
    "explain extent feel grow happens history impact impacted influence influenced involve know like mind "
    "nature note one outline progress prove reflect remember role shape shaped significance story summarise "
    "summarize talk tell used walk work write you your"
)
#: What happens next, or what a thing does, is told in a few words, or nothing says how much of it is wanted.
_HAPPENS = (
    r"(?i)^\W*what (?:do|does) (?:the |an? )?(?:[\w-]+ ){1,2}do\?$"
    r"|^\W*what happens (?:when|if|after) (?:[\w-]+ ){0,4}[\w-]+\?$"
)
_FEW_WORDS = 8
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
        if not asked or (asked[0] not in VERBS and "," not in question) or "?" not in question:
            continue
        if not _NOT_WHETHER.isdisjoint(asked) or not _asks_whether(question):
            continue
        if not is_translation(card) and not _says_yes_or_no(card.answer, question):
            message = "this can be answered with yes or no"
            yield warning("yes-no-question", question, message, "ask what, which, how or why")


def _asks_whether(question: Text) -> bool:
    """Whether a question, or what follows its first comma, starts with a verb and isn't a request: can you name."""
    asked = words(question)
    if asked[0] not in VERBS and "," in question:
        asked = words(unquoted(question).partition(",")[2])
    return (
        bool(asked) and asked[0] in VERBS and (asked[1:2] != ("you",) or asked[2:3] == () or asked[2] not in REQUESTS)
    )


def _says_yes_or_no(answer: Text | tuple[Text, ...] | None, question: Text) -> bool:
    """Whether the answer is yes or no, and not the translation or the opposite of a word."""
    if not isinstance(answer, Text) or (answer[:1].isalnum() and answer[0] not in _MAY_BE_YES):
        return False
    if not _YES_OR_NO.match(plain(answer)):
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
    """How many questions end with question marks, at the end of a word, besides what is said in a dialogue."""
    if len(re.findall(_SPEAKER, text)) > 1:
        text = re.sub(_TURN, "", text)
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
    for _, question in asking_with(deck, "NOT", "EXCEPT", " these ", " the following "):
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
    for _, question in asking(deck, _NEAR_EXAMPLE | {"which"}):
        asked = words(question)
        is_near = not _NEAR_EXAMPLE.isdisjoint(asked) or (asked[:1] == ("which",) and len(asked) <= _MEMBER)
        if not is_near or not CHOICE.isdisjoint(asked):
            continue
        if found := _found(_EXAMPLE, plain(question)):
            message = f"'{found[0].strip()}' has more than one right answer"
            yield warning("open-example", question, message, "ask so that only one answer is right")


@check("several-answers", "A question that several answers fit, such as one for the main benefit of something.")
def several_answers(deck: Deck) -> Iterator[Problem]:
    """A question that several answers fit: the main benefit of something, its importance, how one can do it.

    A learner with another good answer can't tell whether it counts. A question with a number, such as the two main
    benefits, is left alone.

    Fails:
        question: What is the main benefit of a dam?
        answer: Water in the dry season

    Passes:
        question: What does the water that falls from a dam drive?
        answer: Turbines
    """
    for _, question in asking(deck, _NEAR_SEVERAL):
        if not _COUNTED_OR_CHOSEN.isdisjoint(words(question)):
            continue
        if found := _found(_SEVERAL, _spelled_out(question)):
            message = f"several answers fit '{_shown(found[0])}'"
            yield warning("several-answers", question, message, "ask for one thing that only this answer fits")


def _found(patterns: tuple[str, str], text: str) -> re.Match[str] | None:
    """What the first pattern finds at the start of a text, or else the second one anywhere."""
    at_start, anywhere = patterns
    return re.match(at_start, text) or re.search(anywhere, text)


def _spelled_out(question: Text) -> str:
    """The question without quotes, and `what is` for `what's`."""
    text = unquoted(question)
    return re.sub(r"(?i)^(\W*(?:what|who|how))['’]s\b", r"\1 is", text) if "'" in text or "’" in text else text


def _shown(found: str) -> str:
    """Words of a question as a message shows them."""
    return found.strip(" ?").replace(OBJECT, "…")


@check("open-ended", "A request to discuss, describe or explain, or a question for an opinion.")
def open_ended(deck: Deck) -> Iterator[Problem]:
    """A request to discuss, describe or explain something, or a question for all that one knows or thinks of it.

    Nothing says what belongs to the answer and where it ends, so learners grade themselves inconsistently.

    Fails:
        question: What do you know about oxbow lakes?
        answer: They form when a river cuts off a bend

    Passes:
        question: What forms when a river cuts off one of its bends?
        answer: An oxbow lake
    """
    for card, question in asking(deck, _NEAR_OPEN_ENDED):
        asked = words(question)
        if is_translation(card) and (len(asked) < 2 or asked[0] not in _NEAR_OPEN_ENDED):
            continue
        found = _found(_OPEN_ENDED, _spelled_out(question))
        if not found and isinstance(card.answer, Text) and len(words(card.answer)) > _FEW_WORDS:
            found = re.search(_HAPPENS, _spelled_out(question))
        if found:
            message = f"nothing says where the answer to '{_shown(found[0])}' ends"
            yield warning("open-ended", question, message, "ask for one point of it")


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
    for card in english_with(deck, " above"):
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
    for card in english_with(deck, "epends"):
        for answer in card.answers:
            if "epends" in answer and not is_translation(card) and re.match(_DEPENDS, plain(answer)):
                message = "'it depends' is true of nearly everything"
                yield warning("it-depends", answer, message, "ask what it depends on, or ask about one case")


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
        if min([len(seen) for seen, _ in stems_of_gaps(card.asks).values()], default=limit) >= limit:
            continue  # there are as many words
        found = gaps(card.asks)
        hinted = {gap.numbers for gap in found if gap.hint}
        for number in sorted({gap.numbers for gap in found} - hinted)[:5]:
            seen = around(card.asks, number)
            if len(content(seen)) + seen.count(OBJECT) < limit:
                message = f"the gap c{number} has too few words around it to show what is asked"
                remedy = "write more around it, or add a hint: {{c1::hidden::hint}}"
                yield warning("bare-cloze", card.asks, message, remedy)
                break
