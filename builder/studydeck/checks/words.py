"""The words of a card as checks read them: without code, formulas, pictures, gaps' braces and marks of emphasis.

Each text is read once, however many checks ask for its words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from functools import cache, lru_cache
from sys import intern
from typing import Any, TypeVar

from studydeck.model import Card, Deck, Same, Section, Text
from studydeck.patterns import pattern
from studydeck.remembered import Remembered
from studydeck.text import Gap, filled, gaps_in, parse, without_gaps
from studydeck.text.evident import BETWEEN, Apart
from studydeck.text.languages import is_english
from studydeck.text.tex import parted

_Value = TypeVar("_Value")

#: Replaces a piece of code, a formula, a picture or an address: something is there, but it has no words.
OBJECT = "\ufffc"


def these(listed: str) -> frozenset[str]:
    """A set of words, from a text that lists them."""
    return frozenset(listed.split())


def plurals(listed: str) -> frozenset[str]:
    """A set of nouns, from a text that lists them, with their plurals."""
    return these(listed) | {_plural(noun) for noun in listed.split()}


def _plural(noun: str) -> str:
    if noun.endswith("y") and noun[-2:-1] not in ("", *"aeiou"):
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "x", "ch", "sh")) else f"{noun}s"


def either(words: Iterable[str]) -> str:
    """A pattern for any of `words`."""
    return "|".join(sorted(words))


WHICH = these("what which who whom whose where when why how")
VERBS = these(
    "is are was were do does did has have had can could will would should must isn't aren't wasn't weren't don't "
    "doesn't didn't can't couldn't won't wouldn't shouldn't"
)
PRONOUNS = these("it its they their them this these those he his him she her")
#: Verbs that ask for something without a question mark.
REQUESTS = these(
    "name list give define describe explain state complete fill translate write compute calculate say spell draw find "
    "show prove solve simplify convert compare contrast identify label match order sort recite conjugate decline "
    "express summarise summarize outline sketch derive evaluate differentiate integrate factor expand discuss tell "
    "choose pick continue finish read pronounce type enter estimate determine recall mention classify distinguish "
    "think interpret suggest indicate put use implement construct"
)
#: Words that say nothing by themselves.
EMPTY = WHICH | VERBS | PRONOUNS | these(
    "a an the and or but nor so that there here then than as if of in on at by to from for with into onto over under "
    "about between through during within be been being am may might shall i me my you your we us our one also only "
    "just too very"
)  # fmt: skip
NUMBERS = these(
    "one two three four five six seven eight nine ten hundred thousand million first second third fourth fifth sixth "
    "seventh eighth ninth tenth"
)
#: Words of a question that offers its answer as one of several.
CHOICE = these("or versus vs between following")
#: Words that pick out one of several things without saying which.
MAIN = these("main primary key chief principal major most biggest greatest central core")
#: What nearly everything has: asking for the benefit of something doesn't say which.
ASPECTS = plurals(
    "advantage disadvantage benefit drawback strength weakness purpose goal aim role reason effect consequence impact "
    "influence outcome implication characteristic feature trait aspect difference similarity problem challenge "
    "limitation risk criticism factor contribution idea lesson theme point argument concern importance significance"
)
#: The same, but often only one of them is meant.
FACTS = plurals("cause use function result application property way")

_MOST = 2**14  # texts, or words
#: Endings of words, each before those that it ends with.
_ENDINGS = tuple(
    "ization isation ational atory ation ition ating ated ative ators ator ates ate izing ising ized ised ize ise "  # noqa: SIM905
    "ies ied ions ion ives ive ings ing ers er ors or ed es s ical ic al isms ism ist ian ean ity ty ly y e".split()
)
#: Letters that forms of a word share at least, or all that it has.
SHORTEST_STEM = 4
_NO_LETTERS = ".,;:!?¿¡()[]{}\"'“”‘’„«»…*_~|`-–—/\\" + OBJECT
# Counts such as {0,300} keep a hostile text from starting a long search at each of its characters. Each alternative
# starts with a character, not with a group or a look behind, so that `re` skips all texts between these characters.
_OBJECT = pattern(
    r"`(?<!``)(`*+)(?:[^`]++|(?!`\1(?!`))`++)*+`\1|\$\$.+?\$\$|\$(?!\s)[^$\n]+?(?<!\s)\$(?!\d)|!\[[^][\n]{0,300}\]\([^()\n]{0,300}\)"
    r"|!\[[^][\n]{0,300}\]\([^()\n]{0,300}\([^()\n]{0,300}\)[^()\n]{0,300}\)|!\[\[[^][\n]{1,300}\]\]|\[sound:[^][\n]{1,300}\]"
    r"|\[([^][\n]{0,300})\]\([^()\n]{0,300}\)|https?://[^\s)]+|\\[!-/:-@\[-`{-~]",
    re.DOTALL,
)
_ADDRESS = pattern(
    r"\((?<=\]\()[^()\n]{0,300}(?:\([^()\n]{0,300}\)[^()\n]{0,300})?\)|https?://[^\s)>]+|\\[!-/:-@\[-`{-~]"
)
_EMPHASIS = pattern(r"(?<!\w)[*_]{1,3}(?=\w)|(?<=\w)[*_]{1,3}(?!\w)")
_QUOTED = pattern(
    r"\"[^\"]*\"|“[^“”]*”|„[^„“”]*[“”]|«[^«»]*»|(?<!\w)['‘](?=\w).{1,200}?['’](?!\w)|(?<![\w*])(\*{1,3})(?=\S).{1,200}?\1"
)
_QUOTES = pattern("[\"“„«'‘*]")
#: To count words in UTF-8: an x for a letter, blanks, no signs; and how signs and blanks start that aren't ASCII.
_SHAPE = bytes(b" x"[not chr(n).isspace() and n != ord("/")] for n in range(128)) + b"x" * 128
_SIGNS = bytes(ord(sign) for sign in _NO_LETTERS if sign.isascii() and sign != "/")
_ODD_STARTS = b"\xc2\xe1\xe2\xe3\xef"
_PHRASE = 5
_TRANSLATE = r"(?is)\W*(?:translate|how (?:do|does|would) (?:you|one|we|i) say)\b|.*\bmean\W*$"


_KNOWN: dict[str, Remembered[Any]] = {}


def _remembered(make: Callable[[str], _Value]) -> Callable[[str], _Value]:
    """`make`, which is called once for each text or word."""
    _KNOWN[make.__name__] = known = Remembered(make, _MOST)
    return known.__getitem__


def judged(deck: Deck) -> Sequence[Card]:
    """The cards that checks judge: all but the retired ones."""
    return [card for _, cards in judged_sections(deck) for card in cards]


def judged_sections(deck: Deck) -> Sequence[tuple[Section, Sequence[Card]]]:
    """The sections of a deck, each with those of its cards that `judged` has."""
    return _judged_sections(Same(deck))


@lru_cache(1)
def _judged_sections(deck: Same[Deck]) -> list[tuple[Section, Sequence[Card]]]:
    return [(section, [card for card in _in_markdown(section) if not card.retired]) for section in deck.value.sections]


def _in_markdown(section: Section) -> Sequence[Card]:
    """The cards of a section that ask in Markdown: not in HTML, whose words no check reads, nor by a picture."""
    if not (section.html or section.masked):
        return section.cards
    return [card for card in section.cards if not (card.html or card.kind.masks)]


def turned(deck: Deck) -> list[Card]:
    """The reverse cards of the judged ones that ask a question of their own."""
    return [card for section in deck.sections for card in section.turned if not (card.retired or card.html)]


def texts_with(deck: Deck, *signs: str) -> Iterator[Text]:
    """The Markdown texts of the judged cards that have one of some signs, and not only in evident formulas or code."""
    for section, texts in _judged_texts(Same(deck)):
        if held(section, *signs) and (some := [sign for sign in signs if sign in apart(texts).whole]):
            for text, rest in zip(texts, apart(texts).rests, strict=True):
                for sign in some:
                    if sign in rest:
                        yield text
                        break


def judged_texts_with(deck: Deck, *signs: str) -> Iterator[Sequence[Text]]:
    """The Markdown texts of the judged cards, section by section, of the sections that have one of some signs."""
    return (texts for section, texts in _judged_texts(Same(deck)) if held(section, *signs))


def apart(texts: Sequence[Text]) -> Apart[Text]:
    """Some texts, and what is left of them without evident formulas and code."""
    return _apart(Same(texts))


@cache
def _apart(texts: Same[Sequence[Text]]) -> Apart[Text]:
    return Apart(texts.value)


def held(section: Section, *signs: str) -> list[str]:
    """Those of some signs that a section has: its texts are searched together, since most sections have none."""
    whole = together(section.texts)
    return [sign for sign in signs if sign[0] in whole and sign in whole]


def together(texts: Sequence[Text]) -> str:
    """Some texts as one, to look for something rare in all of them at once."""
    return _joined(Same(texts))


@cache
def _joined(texts: Same[Sequence[Text]]) -> str:
    return "\0".join(texts.value)


def judged_texts_in_languages(deck: Deck) -> Iterator[tuple[Sequence[Text], str]]:
    """The Markdown texts of the judged cards, with their language, empty if nobody said it."""
    for section, texts in _judged_texts(Same(deck)):
        around = section.languages.inside(deck.languages)
        if section.mixed or around.language != around.of_answers:
            for card in section.cards:
                if not card.retired:
                    yield from (([text], language) for text, language in card.spoken(around))
        else:
            yield texts, around.language


@lru_cache(1)
def _judged_texts(deck: Same[Deck]) -> list[tuple[Section, Sequence[Text]]]:
    return [(section, _judged_texts_of(section, cards)) for section, cards in judged_sections(deck.value)]


def _judged_texts_of(section: Section, judged: Sequence[Card]) -> Sequence[Text]:
    if len(judged) < len(section.cards) and any(card.retired for card in section.cards):
        return [text for card in section.cards if not card.retired for text in card.texts]
    return section.texts


def in_english(deck: Deck) -> Sequence[Card]:
    """The judged cards, and reverse questions of their own, whose language is English; without answers in another."""
    return [card for _, cards in english_sections(deck) for card in cards]


def english_sections(deck: Deck) -> Sequence[tuple[Section, Sequence[Card]]]:
    """The sections of a deck, each with those of its cards that `in_english` has."""
    return _english_sections(Same(deck))


def english_with(deck: Deck, *signs: str) -> Iterator[Card]:
    """The cards that `in_english` has of the sections that have one of some signs."""
    for section, cards in english_sections(deck):
        if held(section, *signs):
            yield from cards


@lru_cache(1)
def _english_sections(deck: Same[Deck]) -> list[tuple[Section, Sequence[Card]]]:
    return [(section, _english_cards(deck.value, section, cards)) for section, cards in judged_sections(deck.value)]


def _english_cards(deck: Deck, section: Section, judged: Sequence[Card]) -> Sequence[Card]:
    around = section.languages.inside(deck.languages)
    found: Sequence[Card] = ()
    if section.mixed or is_english(around.language) != is_english(around.of_answers):
        said = [(card, card.languages(around)) for card in judged]
        english = [(card, each) for card, each in said if is_english(each.language)]
        found = [card if is_english(each.of_answers) else _without_answer(card) for card, each in english]
    elif is_english(around.language):
        found = judged
    of_section = [card for card in section.turned if not (card.retired or card.html)]
    turned = [card for card in of_section if is_english(card.languages(around).language)]
    return sorted([*found, *turned], key=lambda card: card.place.line) if turned else found


def _without_answer(card: Card) -> Card:
    return card._replace(values={name: value for name, value in card.values.items() if name != card.kind.answer})


def questions(deck: Deck) -> Sequence[tuple[Card, Text]]:
    """The English cards with a question, and that question; each reverse question of its own is like a card."""
    return _questions(Same(deck))


@lru_cache(1)
def _questions(deck: Same[Deck]) -> list[tuple[Card, Text]]:
    return [each for _, cards in english_sections(deck.value) for each in _questions_of(cards)]


def _questions_of(cards: Sequence[Card]) -> list[tuple[Card, Text]]:
    return [(card, card.asks) for card in cards if not card.kind.gaps]


def asking_with(deck: Deck, *signs: str) -> Iterator[tuple[Card, Text]]:
    """The `questions` that have one of some signs."""
    for asked, _ in _asked(Same(deck)):
        whole = "\n".join([question for _, question, _ in asked])
        if any(sign in whole for sign in signs):
            yield from ((card, question) for card, question, _ in asked if any(sign in question for sign in signs))


def asking(deck: Deck, some: Set[str]) -> Iterator[tuple[Card, Text]]:
    """The `questions` that have one of some words."""
    for asked, said in _asked(Same(deck)):
        if not some.isdisjoint(said):
            for card, question, its_words in asked:
                if not some.isdisjoint(its_words):
                    yield card, question


@lru_cache(1)
def _asked(deck: Same[Deck]) -> list[tuple[list[tuple[Card, Text, tuple[str, ...]]], frozenset[str]]]:
    """The questions of each section with their words, and all of these: most sections lack what a check looks for."""
    found = []
    for _, cards in english_sections(deck.value):
        asked = [(card, question, words(question)) for card, question in _questions_of(cards)]
        for _, question, _ in asked:
            content(question)  # which outlives the words: see `forget`
        found.append((asked, frozenset().union(*(its_words for _, _, its_words in asked))))
    return found


def bare(text: str) -> str:
    """`text` with OBJECT for code, formulas, pictures, addresses and escaped characters, and links as their words."""
    if not ("`" in text or "$" in text or "[" in text or "\\" in text or "://" in text):
        return text
    if "](" not in text:
        return _OBJECT.sub(OBJECT, text)
    return _OBJECT.sub(lambda found: OBJECT if found[2] is None else found[2], text)


@_remembered
def outside(text: str) -> str:
    """`text` with OBJECT for code, formulas, addresses and escaped signs: what an author types as plain Markdown."""
    if _may_have_formulas(text):
        text = OBJECT.join(parted(text)[0::2])
    return _ADDRESS.sub(OBJECT, text) if "](" in text or "://" in text or "\\" in text else text


def _may_have_formulas(text: str) -> bool:
    """Whether some of `text` may be a formula or code."""
    if "$" in text or "`" in text or "\\" in text:
        return True
    return ("~" in text and "~~~" in text) or ("]" in text and "latex]" in text.lower())


def plain(text: str) -> str:
    """`bare(text)` as it is read aloud: without marks of emphasis, and with the words that gaps hide."""
    if "*" in text or "`" in text or "$" in text or "[" in text or "{" in text or "_" in text or "\\" in text:
        return _plain(text)
    return _plain(text) if "~" in text or (":" in text and "://" in text) else text


@_remembered
def _plain(text: str) -> str:
    return _without_marks(bare(text))


def read_evident(deck: Deck) -> None:
    """Remembers `plain` of the texts with evident formulas and code."""
    for _, texts in _judged_texts(Same(deck)):
        _KNOWN["_plain"].update(evident_plain(apart(texts)))


def evident_plain(texts: Apart[Text]) -> dict[str, str]:
    """`plain` of each text in which evident formulas and code are all that `bare` would replace, and there are some."""
    if BETWEEN not in texts.whole:
        return {}
    return {
        text: _without_marks(rest.replace(BETWEEN, OBJECT))
        for text, rest in zip(texts.texts, texts.rests, strict=True)
        if BETWEEN in rest and "[" not in rest and "://" not in rest
    }


def _without_marks(text: str) -> str:
    text = without_gaps(text)
    if "*" in text or "~" in text:
        text = text.replace("**", "").replace("~~", "")
    return _EMPHASIS.sub("", text) if "*" in text or "_" in text else text


@_remembered
def unquoted(text: str) -> str:
    """`plain(text)` with OBJECT for what is in quotes or emphasis: words that are mentioned, not used."""
    return plain(_QUOTED.sub(OBJECT, bare(text))) if _QUOTES.search(text) else plain(text)


@_remembered
def words(text: str) -> tuple[str, ...]:
    """The words of `plain(text)` in lower case; `low-grade` is one word, `cell's` is `cell`, and `c++` isn't `c`."""
    return tuple(filter(None, map(_word, _written_words(text))))


def _written_words(text: str) -> list[str]:
    """The words of `plain(text)` in lower case, with the punctuation around them."""
    text = plain(text).lower().replace("/", " ").replace("—", " ")
    if "'" in text or "’" in text:
        text = re.sub(r"(?<=\w)'s\b", "", text.replace("’", "'"))
    return text.split()


@_remembered
def _word(written: str) -> str:
    """A word without the punctuation around it. Each word is kept once."""
    return intern(written.strip(_NO_LETTERS))


def count_words(text: str) -> int:
    """How many words `text` has."""
    data = plain(text).replace(OBJECT, "").encode("utf-8", "surrogatepass")
    if not data.isascii() and len(data.translate(None, _ODD_STARTS)) != len(data):
        parts = plain(text).replace("/", " ").replace("—", " ").split()
        return len([part for part in parts if part.strip(_NO_LETTERS)])
    return (b" " + data.translate(_SHAPE, _SIGNS)).count(b" x")


def first_word(text: str) -> str:
    """The first word of `text`, in lower case."""
    return next(iter(words(text)), "")


@_remembered
def content(text: str) -> frozenset[str]:
    """The words of `text` that say something by themselves."""
    return frozenset(words(text)) - EMPTY


@_remembered
def stem(word: str) -> str:
    """What `word` shares with its other forms: `regul` for regulate, regulates and regulation."""
    if not word.isalpha():
        return word
    if len(word) > SHORTEST_STEM and word[-1] == "s" and word[-2] not in "su":
        word = word[:-1]
    for ending in _ENDINGS:
        if word.endswith(ending):
            word = word[: -len(ending)] if len(word) - len(ending) >= SHORTEST_STEM else word
            break
    doubled = word[-1] == word[-2:-1] and word[-1] not in "sfz"  # as in labelled and stopped, unlike in cell
    return word[:-1] if doubled and len(word) > SHORTEST_STEM + (word[-1] == "l") else word


def stems(text: str) -> frozenset[str]:
    """The stems of the words of `text` that say something by themselves."""
    return frozenset(map(stem, content(text)))


def stems_once(text: str) -> frozenset[str]:
    """`stems(text)`, for a text whose words no other check asks for: they aren't remembered."""
    return frozenset(filter(None, map(_stem_of, _written_words(text))))


@_remembered
def _stem_of(written: str) -> str:
    """The stem of a word with punctuation around it, empty if the word says nothing by itself."""
    word = written.strip(_NO_LETTERS)
    return "" if word in EMPTY else stem(word)


def is_translation(card: Card) -> bool:
    """Whether a card asks for a translation: of a word or a phrase, of a question, or explicitly."""
    return (
        (len(words(card.asks)) < _PHRASE and "?" not in card.asks)
        or any("?" in answer for answer in card.answers)
        or re.match(_TRANSLATE, card.asks) is not None
    )


def gaps(text: str) -> Sequence[Gap]:
    """The gaps of a cloze, each before those inside it."""
    return gaps_in(bare(text))


def around(text: str, number: str) -> str:
    """What a learner who is asked for the gap of this number sees of a cloze, without its hint."""

    def seen(gap: Gap) -> str:
        return " " if number in gap.numbers.split(",") else filled(gap.parts, seen)

    return filled(parse(bare(text)), seen)


@_remembered
def stems_of_gaps(text: str) -> Mapping[str, tuple[frozenset[str], frozenset[str]]]:
    """The stems around each gap of a cloze, as in `around`, and those that it hides, by its numbers as written."""
    hidden: dict[str, frozenset[str]] = {}
    for gap in gaps(text):
        hidden[gap.numbers] = hidden.get(gap.numbers, frozenset()) | stems_once(gap.hidden)
    return {each: (stems_once(around(text, each)), own) for each, own in hidden.items()}


def forget() -> None:
    """Forgets what was read of texts, but for `content`, which near_duplicate needs of all questions, and for words."""
    for each in (_apart, _joined):
        each.cache_clear()
    for name in ("_plain", "outside", "stems_of_gaps", "unquoted", "words"):
        _KNOWN[name].clear()


def forget_all() -> None:
    """Forgets the deck, too, so that it needn't be in memory any longer."""
    forget()
    for each in (_judged_sections, _judged_texts, _english_sections, _questions, _asked):
        each.cache_clear()
    for known in _KNOWN.values():
        known.clear()
