"""What a question needs besides itself: something that it hasn't named, or a text that the learner doesn't have.

Cards come one by one and in any order, so a question has nothing before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from studydeck.checks.words import (
    ASPECTS,
    EMPTY,
    FACTS,
    MAIN,
    OBJECT,
    PRONOUNS,
    VERBS,
    WHICH,
    asking,
    content,
    either,
    is_translation,
    plain,
    plurals,
    these,
    unquoted,
    words,
)
from studydeck.model import Deck, Problem, Text, warning
from studydeck.model.checks import check

_EXPLETIVE_VERBS = these(
    "mean take takes cost costs matter matters follow seem seems happen rain rains snow snows hurt help pay feel make "
    "look indicate imply"
)
_SAID_OF_IT = these(
    "like called known named said that so too to best better good bad wrong right hard easy safe true raining snowing "
    "cold hot dark late difficult"
)
_ADJECTIVES = ("able", "ible", "al", "ant", "ent", "ful", "ous", "ary", "ic", "less")
#: In `is it … to`, words other than such participles are adjectives: is it unfair to.
_DONE = these("found made known built kept held taken sold put seen grown given set cut left sent brought meant")
_SAID_TO_BE = these(
    "considered recommended advised thought believed said required allowed assumed expected supposed estimated"
)
_POSSESSIVES = these("his her its their")
_ORDINALS = these(
    "first second third last next final initial two three four five other different same new maximum minimum usual "
    "typical standard average normal correct total original overall"
)
#: Words that say nothing of the thing which they are about: the main benefit of it, what happens after it.
_QUALITIES = ASPECTS | FACTS | MAIN | _ORDINALS | {"term"}
_NO_NAMES = EMPTY | these("happens happen happened after before")
#: What there are many of: `the theory` alone doesn't say which one.
_NAMED = (
    ASPECTS
    | FACTS
    | plurals(
        "approach method technique strategy theory model framework concept process procedure principle term definition "
        "view finding event period era movement group system case situation condition tool device structure stage step "
        "phase type kind part category component element rule leader capital dose formula population date value size "
        "winner loser founder successor opposite exception verdict ruling decision mechanism antidote output currency "
        "treatment diagnosis author inventor one equation line sentence question answer problem law theorem lemma "
        "reaction matrix drug enzyme hormone word company algorithm variable parameter sample clause remedy statute "
        "substance compound species speed temperature length height depth width area volume weight mass distance rate "
        "price cost duration threshold symptom dosage wife husband son daughter brother sister father mother heir "
        "rival ending plural singular tense eigenvalue determinant inverse ingredient default axiom premise assumption "
        "coefficient exponent tempo melody loop solution"
    )
    | these("phenomenon phenomena hypothesis hypotheses criterion criteria")
)
#: Those of whom a question in the past tense tells a story.
_CAST = plurals(
    "king queen emperor president minister general pope court judge jury defendant claimant plaintiff party buyer "
    "seller company government parliament army war battle treaty revolution siege uprising rebellion election strike "
    "patient experiment trial poet composer painter philosopher character hero heroine protagonist narrator team "
    "committee council firm scientist researcher participant expedition agreement conference speech reform policy "
    "rebel worker settler novel poem play story film study revolt piece song"
)
#: What is done, without a word for who does it or to what.
_DOINGS = these(
    "accept accepted agree agreed applied applies apply argue argued argues arrive arrived began begin begins call "
    "called cause caused change changed come comes consist create created decide decided define describe describes "
    "develop developed die died differ discover discovered end ended ends explain explains fail failed fall find "
    "finds form formed found give gives grow happen happened happens hold holds include includes increase increased "
    "introduce introduced invent invented involve involves know known lead leads leave led left live lived lose lost "
    "made make makes mean means measure measures occur occurred occurs pass passed predict predicts print prints "
    "propose proposed publish published refuse refused reject rejected replace replaced result resulted return "
    "returns rise rule ruled say says show showed shows sign signed solve solves start started starts survive take "
    "taken test tested took treat turn turns use used uses win wins won work worked works write written wrote"
)
#: With these words alone a question names nothing.
_NAMELESS = _NAMED | _CAST | _QUALITIES | _DOINGS | these(
    "place year country city century time people person many much long different other following named new next then "
    "both latter former common exist colour color side key population"
)  # fmt: skip
#: What points to something said before, and what nobody knows without that.
_POINTERS = {"here": "case", "there": "place", "then": "time", "both": "two", "the two": "two", "latter": "two"}
_NEAR_UNNAMED = MAIN | _NAMED | _CAST | _DOINGS | _POINTERS.keys()
#: A longer question has a name in it.
_MOST_WORDS = 12
#: After these words comes what says which one is meant: the theory of evolution.
_OF = "of|by|that|which|for|in|to|when|where|who|whom|whose|whereby|behind|between|with|on|called|against|at"
_THE = (
    rf"(?i)\bthe (?:(?:{either(MAIN | _ORDINALS)}) ){{0,2}}({either(_NAMED | _CAST)})\b"
    rf"(?! (?:{_OF}|{either(_NAMED)})\b)|\b(?:of|in) the (city|country)\?$"
)
_WH = rf"(?:{either(WHICH)})\b"
_PAST = these("did was were had")
_POSSIBLY = _PAST | {"main"}
_THEN = rf"(?i)^\W*{_WH}.* (?:{either(_PAST)}) the ({either(_CAST)})\b(?! (?:{_OF})\b)"
#: Which stage comes last? How many types are there?
_STEPS = plurals(
    "approach method technique strategy theory model process procedure stage step phase type kind part component "
    "category group version view rule treatment one side law theorem"
)
_WHICH_STEP = (
    rf"(?i)^\W*(?:(?:in|at|during|by|with) )?(?:(?:which|what) ({either(_STEPS)})\b(?! (?:{_OF})\b)"
    rf"|how many (?:({either(_STEPS)}) )?(?:are there|exist)\?$)"
)
_AT_END = r"(?i)^.*(?<! are)(?<! is)(?<! was)(?<! were) (here|there|then)\?$"
_TWO = r"(?i)\b(both|latter|the two(?= (?:have|are|do|did|differ|share)\b|\?))"
_THE_MAIN = r"(?i)^\W*(?:what|which|who) (?:is|are|was|were) the main ([\w-]+)\?$"
_HAPPENED = r"(?i)(?!\w+ (?:is|are) \w+\?)[\w'’ -]+\?"  # unlike: what is work?
_IN_WHICH = rf"(?i)^\W*(?:(?:in|on|at|to|by|for|from|of|with|during|under) )?{_WH}"
_DOES_IT = (
    rf"{_IN_WHICH}(?! (?:time|day|date)\b)(?:(?! {_WH})[^.,:;?!—()]){{0,60}}?"
    rf" (?:{either(VERBS)}|might|may|would) (it|they|he|she)\b(?! (?:who|that|which|whose|with|of)\b)"
)
_WHO_DID_IT = r"(?i)^\W*(?:who|what) (?!is|was)[a-z]+ (him|her|them|it)\?$"
_THIS = rf"{_IN_WHICH}[^.;?!—()]*? (this|these)\b(?! (?:century|year|day|days|week|month|time)\b)"
_TEXTS = (
    "(?:article|text|textbook|passage|chapter|book|lecture|paper|material|reading|video|slides?|section|excerpt|essay"
    "|handout|transcript|podcast|document|report|paragraph|study|diagram|figure|map|graph|table|chart|lesson|unit|module"
    "|course|quote|quotation|picture|image|photo|page)"
)
_TELLERS = "(?:authors?|writer|speaker|lecturer|professor|instructor|teacher|researchers?)"
_TELLS = (
    "(?:say|mean|claim|argue|state|suggest|describe|define|explain|mention|discuss|conclude|identify|list|present"
    "|propose|recommend|refer|imply|emphasi[sz]e|highlight|point|note|warn|cite|report|find|show|think|believe|contrast"
    "|illustrate|attribute|characteri[sz]e|offer|advise|stress|call|give|compare|tell|teach|use)"
)
_TOLD = (
    "(?:mentioned|discussed|described|listed|given|shown|stated|presented|outlined|introduced|covered|cited|defined"
    "|explained|named|seen|learned|learnt)"
)
_ENDS_THERE = r"(?=\W*$|[,?;]| (?:is|are|was|were|do|does|did|has|have|as|about)\b)"
_NEAR_SOURCES = these(
    "author authors writer speaker lecturer professor instructor teacher researcher researchers above below earlier "
    "previous preceding article text textbook passage chapter book lecture paper material reading video slide slides "
    "section excerpt essay handout transcript podcast document report paragraph study diagram figure fig map graph "
    "table chart page class picture image photo lesson unit module course notes we quote quotation highlighted "
    "underlined circled data theorem lemma equation exercise example definition"
)
#: What it must not be followed by: the author of a book, the article by somebody, the speaker's gavel.
_UNNAMED_YET = r"(?!\w)(?! of\b| by\b|['’]s\b|:)"
_LEANS = (
    rf"(?i)\b(?:(?:according to (?:the|this|our) (?:{_TELLERS}|{_TEXTS}s?)"
    rf"|(?:in|from|on|throughout) (?:this|our) {_TEXTS}"
    rf"|{_TOLD} (?:above|below|earlier|in (?:the|this|our) (?:{_TEXTS}|class)|by the {_TELLERS})"
    rf"|(?:does|do|did) the {_TELLERS}|(?:idea|point|topic|theme|thesis|argument|message) of (?:the|this) {_TEXTS}"
    rf"|the (?:{_TEXTS}|example|code|list|sentence|equation|data) (?:above|below)"
    rf"|the (?:previous|preceding|above) (?:{_TEXTS}|example|card|question|sentence|equation)"
    rf"|the (?:first|second|third|last) (?:chapter|lecture|slide|page|paragraph|figure|lesson)"
    rf"|(?:looking at|look at|see|referring to|refer to|based on) the {_TEXTS}"
    rf"|(?:my|your|our) (?:notes|textbook|lecture|class|teacher|professor|instructor|course)"
    rf"|(?:have|had|did) we (?:learn|see|discuss|cover|read|learned|learnt|seen|discussed|covered)"
    rf"|we (?:saw|learned|learnt|discussed|covered|talked about)|the (?:highlighted|underlined|circled)){_UNNAMED_YET}"
    r"|(?:in|from|throughout|by) the (?:article|passage|reading|lecture|excerpt|handout|transcript|slides|textbook|text"
    rf"|chapter|book|paper|essay|study|paragraph|video|podcast|diagram|figure|graph|map|chart|picture|image|photo|lesson)"
    rf"{_ENDS_THERE}"
    rf"|(?:does|do|did|has|have) the {_TEXTS} {_TELLS}\b|the {_TELLERS} (?:says?|claims?|argues?|mentions?)\b"
    rf"|the (?:{_TELLERS}|{_TEXTS})['’]s? (?:(?:main|central|overall|key|primary) )?(?:argument|point|thesis|claim|view"
    r"|opinion|purpose|conclusion|position|message|tone|attitude|idea|perspective|example|definition|criticism|reason)s?\b"
    r"|(?:according to|in|from|on|by|does|do|see|at) (?:figure|fig\.|table|page|slide|lecture|diagram|exhibit"
    r"|chapter) \d+\b"
    r"|(?:theorem|lemma|corollary|proposition|definition|equation|exercise|example|figure|table|section|chapter)"
    r" \(?\d+\.\d+)"
)


@check("dangling-pronoun", "A question that says it, they or this before it has named anything.")
def dangling_pronoun(deck: Deck) -> Iterator[Problem]:
    """A question that says it, they or this before it has named anything: a `main benefit` is no name.

    Cards come one by one and in any order, so nothing says what is meant.

    Fails:
        question: Where does it flow into the sea?
        answer: In Egypt

    Passes:
        question: Where does the Nile flow into the sea?
        answer: In Egypt
    """
    for card, question in asking(deck, PRONOUNS):
        if OBJECT in plain(question) or "\n" in question.strip():
            continue
        if not is_translation(card) and (pronoun := _dangling(question)):
            message = f"'{pronoun}' refers to something that the question hasn't named"
            yield warning("dangling-pronoun", question, message, "name it")


def _dangling(question: Text) -> str | None:
    """The pronoun that refers to nothing which the question has named."""
    text = unquoted(question).replace(OBJECT, "something")
    asked = words(text)
    listed = "," in question or ":" in question  # which of these, and then a list
    if listed:
        asked = tuple(word for word in asked if word not in ("this", "these", "those"))
    for n, (before, word) in enumerate(pairwise(("", *asked))):
        if n and word in PRONOUNS and not _named_later(word, text) and not _is_expletive(asked[n - 1 : n + 6]):
            return word
        if word not in _NO_NAMES and (word not in _QUALITIES or before in WHICH):
            break
    if found := re.match(_DOES_IT, text):  # in which city was he born?
        verb = words(found[0])[-2]
        if not _is_expletive((verb, *words(text[found.start(1) :]))):
            return found[1].lower()
    found = re.match(_WHO_DID_IT, text) or (None if listed else re.match(_THIS, text))
    return found[1].lower() if found else None


def _named_later(pronoun: str, text: str) -> bool:
    """Whether the pronoun is before its noun, as in: in his book on thinking, what does Kahneman call fast thinking?"""
    before, comma, after = text.partition(",")
    if not comma or pronoun not in words(before):
        return False
    return bool(content(after)) if pronoun in _POSSESSIVES else re.search(r"\s[A-Z]", after) is not None


def _is_expletive(words: tuple[str, ...]) -> bool:
    """Whether the pronoun, the second of these words, refers to nothing: does it mean, is it possible."""
    before, pronoun, after, *following = (*words, "", "")
    if pronoun in ("those", "these", "they", "he", "she"):
        return after in ("who", "that", "which", "whose", "with", "of")
    if pronoun != "it":
        return False
    if after == "be":
        after, *following = (*following, "")
    elif after in _EXPLETIVE_VERBS:
        return True
    elif before not in ("is", "was", "be", "isn't", "wasn't"):
        return False
    if after == "something" and any(following):
        return True  # why is it *el agua* although *agua* is feminine?
    if after in _SAID_OF_IT or after.endswith(_ADJECTIVES):
        return True
    is_done = after in _DONE or (after.endswith("ed") and after not in _SAID_TO_BE)
    return not is_done and not {"to", "that", "for"}.isdisjoint(following[:3])


@check("missing-context", "A question about `the approach` or `the king` that doesn't say which one.")
def missing_context(deck: Deck) -> Iterator[Problem]:
    """A question about `the approach` or `the king`, or about nothing at all: who won?

    Its author had just read about it. Learners have it in front of them in a year, between cards of other decks.

    Fails:
        question: Who developed the theory?
        answer: Charles Darwin

    Passes:
        question: Who developed the theory of evolution?
        answer: Charles Darwin
    """
    for card, question in asking(deck, _NEAR_UNNAMED):
        if len(words(question)) > _MOST_WORDS:
            continue
        if (noun := _unnamed(question)) and not is_translation(card):
            yield warning("missing-context", question, f"nothing says which {noun} this is about", "name it")


def _unnamed(question: Text) -> str | None:
    """The noun after `the` in a question without a name, a number or a clause that could say which one is meant."""
    said, asked = content(question), words(question)
    nameless = said <= _NAMELESS
    if not nameless and asked[-1] not in _POINTERS and ("the" not in asked or _POSSIBLY.isdisjoint(asked)):
        return None
    text = unquoted(question)
    if OBJECT in text or re.search(r"\d|\w\W+[A-Z]|[,:;(—]|[.!?]\s", text):
        return None
    if said and said <= _DOINGS and asked[0] in WHICH and PRONOUNS.isdisjoint(asked):
        return "event" if re.fullmatch(_HAPPENED, question) else None
    if nameless and said and asked[-1] == "next":
        return "order"
    if pointer := re.search(_AT_END, text) or (re.search(_TWO, text) if nameless else None):
        return _POINTERS[pointer[1].lower()]
    found = (re.search(_THE, text) or re.search(_WHICH_STEP, text)) if nameless else None
    found = found or re.search(_THEN, text) or re.search(_THE_MAIN, text)
    return next(filter(None, found.groups()), "thing").lower() if found else None


@check("leans-on-source", "A question that refers to a text which the learner doesn't have.")
def leans_on_source(deck: Deck) -> Iterator[Problem]:
    """A question that refers to a text, a figure or a lecture which the learner doesn't have: the article, figure 4.

    In a year nobody knows which article that was.

    Fails:
        question: According to the article, which river is the longest?
        answer: The Nile

    Passes:
        question: Which river is the longest?
        answer: The Nile
    """
    for _, question in asking(deck, _NEAR_SOURCES):
        if "![" in question or "```" in question:
            continue
        if found := re.search(_LEANS, unquoted(question)):
            message = f"'{found[0]}' means nothing without that text"
            remedy = "ask about the thing itself, or say whose claim it is"
            yield warning("leans-on-source", question, message, remedy)
