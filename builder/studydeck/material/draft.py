"""Sentences of the material to card stubs: what kind of card a sentence may become, and a question to start with.

The suggestions come from rules, not from a model. A stub says TODO, so that it is left out of packages, and has its
sentence only in a comment. docs/material.md lists the rules.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Container, Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple

from studydeck.material.coverage import Coverage
from studydeck.material.outline import Part, Sentence, Spot
from studydeck.model import Place, Problem, problem
from studydeck.patterns import pattern
from studydeck.text.scalar import yaml_scalar, yaml_word

if TYPE_CHECKING:
    pass

_WIDTH = 110
_LONGEST = 1_000  # characters of a sentence that are looked at: some rules take quadratic time
_MOST_BYTES = 10_000_000  # of a program's answer; a thousand cards take a tenth of that


class Suggestion(NamedTuple):
    """What a sentence may become: the kind of card, its question or cloze, and how many items its answer may have."""

    kind: str
    question: str = ""
    cloze: str = ""
    items: int = 1


_WORD = r"[^\W\d_][\w'-]*"
_TERM = rf"{_WORD}(?: {_WORD}){{0,4}}"
_NO_TERM = frozenset(
    re.findall(
        r"\S+",
        """
    it he she they we you this that these those there here what which who one another such both all some many most
    each every none i my your his her our their its now then next today so thus hence only nothing nobody everything
    everybody someone something somebody neither either
""",
    )
)
_SHORT = pattern(r"\((?=[^()]*[A-Z][^()]*[A-Z])([A-Z][\w./-]{1,11})\)")
_NAMED = pattern(
    r"(?:\b(?:known as|referred to as)|(?P<called>(?:\b(?:is|are|was|were|be|been|being)|,)"
    r"(?: \w+ly| also| often| sometimes)? (?:called|termed|dubbed|named)"
    r"|\b(?P<before>[\w'-]+) (?:called|termed|dubbed))) (?P<article>an? |the )?[\"']?"
    rf"(?P<term>{_WORD}(?: (?!and |or |that |which |who |in |of |is |are |because |when )[\w'-]+){{0,3}})"
    r"(?=[\"']?(?:[.,;:!?)]|$| (?:and|or|that|which|who|in|of|is|are|because|when)\b))"
)
#: What comes first after `called` and isn't a name: `called away`, `named after a river`, `known as well as`.
_NO_NAME = frozenset(
    re.findall(
        r"\S+",
        """
    away back down for forth home in into it off on out over up upon to together by after at from with as well far and
    him her them me us you again before because when that this so
""",
    )
)
_IS_A = pattern(rf"^((?:An? |The )?{_TERM}?) (is|are|was|were) (?:an?|the|any|one of) ")
_LIST = pattern(r"[\w)%]((?:, [\w'/()-]+(?: [\w'/()-]+){0,5}?)+)(,?) (?:and|or) [\w(]")
_LIST_STARTS = pattern(r"(?:such as|including|like|namely|especially) ")
_CLAUSE = frozenset(
    re.findall(
        r"\S+",
        """
    which who whose where while when it they this that but and or so if because as although
""",
    )
)
_OPENERS = frozenset(
    re.findall(r"\S+", "when if while because although after before as by in for since once during with unless to")
)
_NUMBER = pattern(r"(?<![\w.,/-])\d+(?:[.,]\d+)*(?: ?%)?(?![\w-])")
_CAUSES = (
    (r"leads? to|led to|leading to", "What does … lead to?"),
    (r"results? in|resulted in|resulting in", "What does … result in?"),
    (r"(?:is|are|was|were) caused by|due to|owing to|results? from|resulted from", "What causes …?"),
    (r"causes?|caused|causing", "What does … cause?"),
    (r"contributes? to|contributed to|contributing to", "To what does … contribute?"),
    (r"prevents?|prevented|preventing", "What does … prevent?"),
    (r"triggers?|triggered|triggering", "What does … trigger?"),
    (r"because|since|therefore|thus|hence|as a result|so that|thereby", "Why …?"),
)


_ENGLISH = {"the", "of", "and", "to", "is", "that", "it", "by", "with", "are", "this"}


def is_english(words: Sequence[str]) -> bool:
    """Whether a text is English by its words in lower case: more than one in twenty is among the most common ones."""
    return sum(word in _ENGLISH for word in words) * 20 > len(words)


def suggest(sentence: str) -> Suggestion:
    """What kind of card a sentence may become, by the first rule that fits it.

    >>> suggest("A meander is a bend of a river.").question
    'What is a meander?'
    """
    sentence = sentence[:_LONGEST]
    for rule in (_abbreviation, _definition, _list, _number, _cause):
        if found := rule(sentence):
            return found
    return Suggestion("question", "What …?")


def _abbreviation(sentence: str) -> Suggestion | None:
    """Capitals in brackets: `World Health Organization (WHO)`."""
    short = _SHORT.search(sentence)
    return Suggestion("abbreviation", f"What does {short[1]} stand for?") if short else None


def _definition(sentence: str) -> Suggestion | None:
    """`X, known as Y`, `X is called Y`, or `Y is a …` where Y isn't a pronoun."""
    for named in _NAMED.finditer(sentence):
        if _is_name(named):
            return Suggestion("definition", f"What is {named['article'] or ''}{named['term']}?")
    found = _IS_A.match(sentence)
    if found is None or found[1].split()[0].casefold() in _NO_TERM | _OPENERS:
        return None
    term = found[1]
    if term.startswith(("A ", "An ", "The ")):
        term = term[0].lower() + term[1:]
    return Suggestion("definition", f"What {found[2]} {term}?")


def _is_name(named: re.Match[str]) -> bool:
    """Whether what follows `called` is a thing's name, unlike in `a man called John` and `he called the child`."""
    if named["term"].split()[0].casefold() in _NO_NAME:
        return False
    if named["called"] and named["term"][0].isupper() and not named["article"]:
        return False
    return not (named["before"] and (named["article"] or named["before"].casefold() in _NO_TERM))


def _list(sentence: str) -> Suggestion | None:
    """Three things or more: `a, b and c`."""
    for found in _LIST.finditer(sentence):
        middle = found[1].split(", ")[1:]
        items = len(middle) + (1 if _LIST_STARTS.match(middle[0]) else 2)
        longest = max(len(item.split()) for item in middle)
        clause = any(item.split()[0].casefold() in _CLAUSE for item in middle)
        after_clause = found[2] == "" and len(middle) == 1 and sentence.split()[0].casefold() in _OPENERS
        if items > 2 and not clause and not after_clause and (found[2] or longest <= 3):
            return Suggestion("list", f"Which {items} …?", items=items)
    return None


def _number(sentence: str) -> Suggestion | None:
    """A number on its own: the gap of a cloze."""
    number = _NUMBER.search(sentence)
    return Suggestion("number", cloze=f"… {{{{c1::{number[0]}}}}} …") if number else None


def _cause(sentence: str) -> Suggestion | None:
    """Cause and effect: `leads to`, `because`, and the like."""
    for words, stem in _CAUSES:
        if re.search(rf"\b(?:{words})\b", sentence, re.IGNORECASE):
            return Suggestion("cause and effect", stem)
    return None


# --- YAML ----------------------------------------------------------------------------------------


def stub(card_id: str, spot: Spot, sentence: Sentence) -> str:
    """The stub of a card for the sentence at `spot`, as an item of a section file's `cards:`."""
    made = suggest(sentence.text)
    lines = [f"id: {yaml_word(card_id)}"]
    if made.cloze:
        lines.append(f"cloze: {yaml_scalar(f'TODO {made.cloze}')}")
    else:
        answer = "TODO" if made.items == 1 else f"[{', '.join(['TODO'] * made.items)}]"
        lines += [f"question: {yaml_scalar(f'TODO {made.question}')}", f"answer: {answer}"]
    return _item(f"{_local(spot)}, {made.kind}: {sentence.text}", [*lines, f"source: {_local(spot)}"])


def new_id(spot: Spot, taken: Container[str]) -> str:
    """An id for the card of the sentence at `spot`, which is not one of those `taken`: `meanders-p1s1`.

    >>> new_id(Spot("meanders", 1, 1), {"meanders-p1s1"})
    'meanders-p1s1-2'
    """
    base = f"{spot.section}-{_local(spot)}"
    others = (f"{base}-{number}" for number in count(2))
    return base if base not in taken else next(name for name in others if name not in taken)


def card_item(card_id: str, proposed: Mapping[str, Any], spot: Spot, sentence: Sentence) -> str:
    """A card that a program proposed, as an item of the section file that `spot` belongs to."""
    source = proposed["source"] if isinstance(proposed["source"], list) else [proposed["source"]]
    local = [str(each).removeprefix(f"{spot.section}/") for each in source]
    values = {"id": card_id, **proposed, "source": local if len(local) > 1 else local[0]}
    lines = [f"{key}: {yaml_scalar(value)}" for key, value in values.items()]
    return _item(f"{_local(spot)}, proposed by a program: {sentence.text}", lines)


def _item(comment: str, lines: Sequence[str]) -> str:
    said = textwrap.wrap(comment, _WIDTH, initial_indent="# ", subsequent_indent="# ", break_long_words=False)
    first, *rest = lines
    return "\n".join([*said, f"- {first}", *(f"  {line}" for line in rest), ""])


def _local(spot: Spot) -> str:
    return f"p{spot.paragraph}s{spot.sentence}"


def section_text(part: Part, items: Iterable[str]) -> str:
    """A section file for `part` of the material with these items as its cards."""
    head = "# yaml-language-server: $schema=.schema/section.json\n"
    name = part.title or part.slug.replace("-", " ").capitalize()
    cards = "\n".join(textwrap.indent(item, "  ") for item in items)
    return f"{head}section: {yaml_scalar(name)}\ntag: {yaml_scalar(part.slug)}\ncards:\n{cards}"


# --- a program's proposals -----------------------------------------------------------------------


def requests(coverage: Coverage) -> list[dict[str, Any]]:
    """What a program is asked: each paragraph that has a bare sentence, as docs/material.md describes it."""
    asked = []
    for section in coverage.sections:
        paragraphs: dict[int, list[Any]] = {}
        for each in section.sentences:
            paragraphs.setdefault(each.spot.paragraph, []).append(each)
        for number, covered in paragraphs.items():
            if any(each.is_bare for each in covered):
                asked.append(
                    {
                        "section": section.title or section.name,
                        "paragraph": f"{covered[0].spot.section}/p{number}",
                        "text": " ".join(each.sentence.text for each in covered),
                        "sentences": [
                            {"source": str(each.spot), "text": each.sentence.text, "wanted": each.is_bare}
                            for each in covered
                        ],
                    }
                )
    return asked


def seconds(asked: Sequence[object]) -> float:
    """How long a program may take: a minute for each paragraph, and at least five."""
    return max(300.0, 60.0 * len(asked))


def proposals(command: str, asked: Sequence[Mapping[str, Any]], timeout: float) -> list[str]:
    """The lines that the program `command` answers with: it gets one line of JSON for each of `asked`.

    Runs without a shell. Raises ValueError with a sentence if it can't be run, fails, answers with more than 10 MB, or
    takes more than `timeout` seconds.
    """
    from studydeck.programs import output_of

    given = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in asked)
    try:
        return output_of(command, given.encode(), timeout, _MOST_BYTES).decode("utf-8-sig").split("\n")
    except UnicodeDecodeError:
        raise ValueError(f"'{command}' answered with bytes that aren't UTF-8, so nothing was written") from None
    except ValueError as error:
        raise ValueError(f"{error}, so nothing was written") from None


def answers(program: str, lines: Sequence[str]) -> tuple[dict[int, dict[str, Any]], list[Problem]]:
    """The JSON objects among a program's lines by their numbers, and a problem for each other line."""
    values: dict[int, dict[str, Any]] = {}
    problems = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        value = None
        with suppress(ValueError, RecursionError):
            value = json.loads(line)
        if not isinstance(value, dict):
            message, remedy = "this line isn't a JSON object", "print one card per line and nothing else"
            problems.append(problem("wrong-kind", Place(program, number), message, remedy))
        else:
            values[number] = value
    return values, problems


_HEAD = "section: Proposed\ncards:\n"


def as_section(cards: Mapping[int, Mapping[str, Any]], keys: Container[str]) -> str:
    """A section file with these cards, one per line, to be read like an author's; see `number_of`.

    A key that isn't one of a card's `keys` is kept only to be reported.
    """
    lines = ["\n"] * max(cards, default=0)
    for number, card in cards.items():
        known = {name[:100]: value if name in keys else "" for name, value in card.items()}
        lines[number - 1] = f"  - {yaml_scalar(known)}\n"
    return _HEAD + "".join(lines)


def number_of(line: int) -> int:
    """The number of the card on a line of `as_section`."""
    return line - _HEAD.count("\n")
