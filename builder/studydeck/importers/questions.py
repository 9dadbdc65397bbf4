"""Questions and answers in Markdown or plain text, in the spellings of many tools.

`Q:` and `A:` (hashcards, too, with `C:` for clozes), headings such as `## Front` and `## Back` (ki), `question ::
answer` and the other separators of Obsidian's plugins, `#card`, questions in bold, and headings with the answer below.
A file is read in the one spelling that it shows; the headings above its cards, or Obsidian's decks, are sections.
"""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice, pairwise
from typing import NamedTuple

from studydeck.importers._blocks import Block, Page, page_of
from studydeck.importers._dialect import GAP, in_our_dialect, with_gaps
from studydeck.importers._names import Value, card_values, key_named, under_one_name
from studydeck.importers.incoming import LIKELY, NOT, SHOWN, Given, Importer, IncomingCard, IncomingDeck, LeftOut
from studydeck.patterns import pattern
from studydeck.text.tex import formulas_and_code

_LABEL = pattern(
    r"(?:[-*+]\s+|\d{1,9}[.)]\s+)?[*_]{0,3}(?P<label>[^\W\d_]{1,12})\s?\d{0,4}[*_]{0,3}\s?[:：][*_]{0,3}(?:\s+|$)"
    r"(?P<text>.*)",
    re.DOTALL,
)
#: Single letters before a colon, besides Q and A.
_LETTERS = {
    "c": "cloze",
    "f": "question",
    "p": "question",
    "d": "question",
    "r": "answer",
    "в": "question",
    "о": "answer",
}
_BULLET = pattern(r"\s*(?:[-*+]|\d{1,9}[.)])\s+(?:\[.\]\s+)?")
_SEPARATOR = pattern(r"(?<!:)(:::?)(?!:)")
_CARD_TAG = pattern(r"(?:^|\s)#(?:flash)?card(?P<kind>[-/]reverse|[-/]spaced)?(?P<tags>(?:\s+#[^\s#]+){0,50})\s*$")
_DECK_TAG = pattern(r"#flashcards?(?:/(?P<path>[^\s#]+))?(?=\s|$)", re.IGNORECASE)
_HASH_TAG = pattern(r"#[^\W\d][\w/-]*")
_MOST_TAGS = _MOST_SEPARATORS = 50  # in a line, that are looked at
#: Gaps of other tools: what they hide, and perhaps a hint, and a number.
_HIGHLIGHT = pattern(r"==(?P<hidden>(?=\S)[^=\n]+(?<=\S))==(?:\^\[(?P<hint>[^\]\n]*)\]|\[\^(?P<number>\d+)\])?")
_CURLY = pattern(r"(?<![{\\$}])\{(?:c?(?P<number>\d+)(?:::?|\|))?(?P<hidden>[^{}|\n]+)(?P<hint>)\}(?!\})")
_LOGSEQS = pattern(r"\{\{cloze[ \t](?P<hidden>[^{}\n]+)(?P<hint>)(?P<number>)\}\}")
_BRACKETS = pattern(r"(?<![!\\])\[(?P<hidden>[^\[\]]+)(?P<hint>)(?P<number>)\](?!\()")
_BOLD = pattern(r"(?:[-*+]\s+|\d{1,9}[.)]\s+)?(\*\*|__)(?=\S)((?:(?!\1).)+)\1[:：]?\s*")
#: mdanki's tags, in lines of their own, and the line between its questions and answers.
_TAG_LINKS = pattern(r"[ \t]*(?:\[#[^\s\[\]()]+\]\(\)[ \t]*)+")
_TURN = "%"
_WRAPPED = 60  # characters, after which a line end was set by an editor
_LONGEST_ANSWER = 1_500  # characters; more below a heading is a chapter


class _Found(NamedTuple):
    """A card's parts and tags, the headings above it, and the deck that a tag names."""

    parts: dict[str, Value]
    path: tuple[str, ...]
    tags: tuple[str, ...] = ()
    deck: str = ""


#: What a spelling finds on a page: cards, and the number of blocks between them that are none.
_Cards = Iterator[_Found | int]


# --- Q: and A: -----------------------------------------------------------------------------------


def _label(line: str) -> tuple[str, str]:
    """The key that the label at a line's start names, and what follows it; or '' and the line."""
    found = _LABEL.match(line)
    if found is None:
        return "", line
    label = found["label"].casefold()
    key = _LETTERS.get(label) or key_named(label)
    return (key, found["text"]) if key not in ("", "section", "guid", "id") else ("", line)


def _has_labels(page: Page) -> int:
    keys = [key for block in page.blocks for line in block.lines for key in [_label(line)[0]] if key]
    pairs = sum(one == "question" and other in ("answer", "hint", "tags") for one, other in pairwise(keys))
    has_gaps = "cloze" in keys and any(_BRACKETS.search(line) for block in page.blocks for line in block.lines)
    return SHOWN if pairs or has_gaps else NOT


def _labelled(page: Page) -> _Cards:
    parts: dict[str, list[str]] = {}
    path: tuple[str, ...] = ()
    key = ""
    for block in page.blocks:
        if (block.level and not _label(block.lines[0])[0]) or not block.lines:
            if parts:
                yield _card_of(parts, path)
            parts, key = {}, ""
            continue
        for number, line in enumerate(block.lines):
            named, text = _label(line)
            if named in ("question", "cloze") or (named and not parts):
                if parts:
                    yield _card_of(parts, path)
                parts, path = {}, block.path
            if named:
                key = named
                parts.setdefault(key, []).append(text)
            elif key:
                parts[key].append(line if number else f"\n{line}")
            else:
                yield int(number == 0)
    if parts:
        yield _card_of(parts, path)


def _names_of_headings(page: Page) -> Iterator[tuple[Block, str]]:
    """The headings, and the keys that they name, such as `## Front`; empty above the level of the questions."""
    level = min(
        (each.level for each in page.blocks if each.level and key_named(each.lines[0]) == "question"), default=9
    )
    for block in page.blocks:
        if block.level:
            key = key_named(block.lines[0]) if block.level >= level else ""
            yield block, key if key in ("question", "answer", "hint", "details", "tags") else ""


def _has_named_headings(page: Page) -> int:
    keys = [key for _, key in _names_of_headings(page)]
    return SHOWN if ("question", "answer") in pairwise(keys) else NOT


def _named(page: Page) -> _Cards:
    """Cards whose parts are below headings that name them; ki has the tags before the question."""
    keys = {id(block): key for block, key in _names_of_headings(page)}
    parts: dict[str, list[str]] = {}
    path: tuple[str, ...] = ()
    key = ""
    for block in (*page.blocks, Block(("",), (), 1)):
        if block.level:
            key = keys.get(id(block), "")
            if not key or key in parts:
                if "question" in parts:
                    yield _card_of(parts, path)
                parts = {}
            if key:
                parts[key] = []
                path = tuple(name for name in block.path if not key_named(name))
        elif key:
            parts[key].append("\n" + "\n".join(block.lines))
        elif block.lines:
            yield 1


def _card_of(parts: dict[str, list[str]], path: tuple[str, ...]) -> _Found:
    texts: dict[str, Value] = {key: _flowing("\n".join(lines).strip()) for key, lines in parts.items()}
    tags = re.split(r"[\s,;#`]+", str(texts.pop("tags", "")))
    if isinstance(cloze := texts.get("cloze"), str):
        texts["cloze"] = with_gaps(cloze, _BRACKETS)
    return _Found(texts, path, tuple(filter(None, tags)))


def _flowing(text: str) -> str:
    """`text` with lines that an editor wrapped in one: in Markdown, a line end inside a paragraph is a blank."""
    if "```" in text or "~~~" in text or "$$" in text:
        return text
    lines: list[list[str]] = []
    length = 0  # of the last line as it was written
    for line in text.split("\n"):
        if length >= _WRAPPED and line[:1].isalnum() and not _BULLET.match(line):
            lines[-1].append(line)
        else:
            lines.append([line])
        length = len(line)
    return "\n".join(map(" ".join, lines))


# --- separators ----------------------------------------------------------------------------------


def _has_separators(page: Page) -> int:
    marked = any(
        line in ("?", "??") or _CARD_TAG.search(line) or _DECK_TAG.search(line)
        for block in page.blocks
        for line in block.lines
    )
    if marked or any("flashcard" in tag.lower() for tag in page.tags):
        return SHOWN
    lines = [line for block in page.blocks for line in block.lines if not block.level]
    split = [line for line in lines if _parted(line)]
    if any(re.search(r"\s:::?\s", line) for line in split) or len(split) * 2 > len(lines):
        return SHOWN
    return LIKELY if any(map(GAP.search, lines)) else NOT


def _separated(page: Page) -> _Cards:
    deck = ""
    for lines, path in _units(page.blocks):
        own = deck
        if tag := _DECK_TAG.match(lines[0]):
            rest = _DECK_TAG.sub("", lines[0]).strip()
            own = (tag["path"] or "").replace("/", "::")
            if not _and_tags(rest)[0]:  # for all cards from here on
                deck, lines = own, lines[1:]
            else:
                lines = [rest, *lines[1:]]
        for found in _in_unit(lines, path) if lines else ():
            yield found if isinstance(found, int) else found._replace(deck=own)


def _units(blocks: Sequence[Block]) -> Iterator[tuple[list[str], tuple[str, ...]]]:
    """What may be a card: a paragraph's lines; with `#card`, the heading before it and the answer after it, too."""
    number = 0
    while number < len(blocks):
        block = blocks[number]
        lines = list(block.lines)
        while number + 1 < len(blocks) and (after := blocks[number + 1]).lines and not after.level:
            is_open = lines and _CARD_TAG.search(lines[-1])
            if not is_open and not (block.level and len(lines) == 1 and _CARD_TAG.match(after.lines[0])):
                break
            lines += after.lines
            number += 1
        number += 1
        if lines and (not block.level or len(lines) > 1 or _parted(lines[0])):
            yield lines, block.path


def _in_unit(lines: Sequence[str], path: tuple[str, ...]) -> _Cards:
    """The cards of a paragraph: one, or one in each of its lines, or of its items."""
    if len(items := _items(lines)) > 1:
        for item in items:
            yield from _in_unit(item, path)
        return
    tagged = next(((n, found) for n, line in enumerate(lines) if (found := _CARD_TAG.search(line))), None)
    if tagged:
        number, tag = tagged
        question = "\n".join([*lines[:number], lines[number][: tag.start()]]).strip()
        if tag["kind"] and tag["kind"].endswith("spaced"):
            yield 1
            return
        answer = textwrap.dedent("\n".join(lines[number + 1 :]))
        cloze = None if answer.strip() else _cloze(question, path)
        yield cloze or _pair(question, answer, path, bool(tag["kind"]), _words(tag["tags"]))
        return
    for mark in ("?", "??"):
        if mark in lines[1:-1]:
            at = lines.index(mark, 1)
            yield _pair("\n".join(lines[:at]), "\n".join(lines[at + 1 :]), path, mark == "??")
            return
    if not any(map(_parted, lines)):
        yield _cloze("\n".join(lines), path) or 1
        return
    for line in lines:
        if parted := _parted(line):
            question, mark, answer = parted
            bullet = _BULLET.match(question)
            answer, tags = _and_tags(answer)
            yield _pair(question[bullet.end() :] if bullet else question, answer, path, mark == ":::", tags)
        else:
            yield _cloze(line, path) or 1


def _items(lines: Sequence[str]) -> list[list[str]]:
    """Lines by the items of Logseq's outline, each with what is indented below it; all in one if they are none.

    An item with `#card` begins wherever it is, and has its answer below; without, what follows it is as well.
    """
    depths = [len(line) - len(line.lstrip()) for line in lines]
    cards = {n for n, line in enumerate(lines) if _BULLET.match(line) and _CARD_TAG.search(line)}
    if not any(depths[n + 1] > depths[n] for n in cards if n + 1 < len(lines)):
        return [[*lines]]
    items: list[list[str]] = []
    depth = 0
    for n, line in enumerate(lines):
        if not items or n in cards or (depths[n] <= depth and _BULLET.match(line)):
            items.append([])
            depth = depths[n]
        items[-1].append(line)
    return items


def _parted(line: str) -> tuple[str, str, str] | None:
    """A line's question, separator and answer, if it has them; those in code, formulas and clozes separate nothing."""
    if "::" not in line:
        return None
    kept = [(each.start, each.end) for each in formulas_and_code(line)] if re.search(r"[`$\\]", line) else []
    for found in islice(_SEPARATOR.finditer(line), _MOST_SEPARATORS):
        before = line[: found.start()]
        if before.count("{{c") > before.count("}}") or any(start < found.end() <= end for start, end in kept):
            continue
        answer = line[found.end() :]
        return (before, found[1], answer) if before.strip() and answer.strip() else None
    return None


def _pair(question: str, answer: str, path: tuple[str, ...], both_ways: bool, tags: tuple[str, ...] = ()) -> _Found:
    return _Found({"question": question.strip(), "answer": answer.strip(), "reverse": both_ways}, path, tags)


def _cloze(text: str, path: tuple[str, ...]) -> _Found | None:
    """A text with gaps as a card, in Anki's spelling, or with what is highlighted, or in braces."""
    for gap in (GAP, _LOGSEQS, _HIGHLIGHT, _CURLY):
        if gap.search(text):
            return _Found({"cloze": text if gap is GAP else with_gaps(text, gap)}, path)
    return None


def _words(tags: str) -> tuple[str, ...]:
    """Obsidian's tags as Anki has them."""
    return tuple(tag.replace("/", "::") for tag in tags.replace("#", " ").split())


def _and_tags(text: str) -> tuple[str, tuple[str, ...]]:
    """`text` without the tags at its end, and these."""
    text = text.strip()
    end, tags = len(text), ""
    for _ in range(_MOST_TAGS):
        at = text.rfind("#", 0, end)
        if at < 0 or not _HASH_TAG.fullmatch(text, at, end) or text[at - 1 : at].strip():
            break
        tags = f"{text[at:end]} {tags}"
        end = at
        while end and text[end - 1].isspace():
            end -= 1
    return text[:end], _words(tags)


# --- bold questions, and headings ----------------------------------------------------------------


def _has_bold_questions(page: Page) -> int:
    bold = [found[2] for block in page.blocks for line in block.lines if (found := _BOLD.fullmatch(line))]
    answered = sum(isinstance(each, _Found) for each in _bold(page)) if len(bold) > 1 else 0
    return LIKELY if answered > 1 and sum("?" in text for text in bold) * 2 >= len(bold) else NOT


def _bold(page: Page) -> _Cards:
    question, answer = "", list[str]()
    path: tuple[str, ...] = ()
    for block in (*page.blocks, Block(())):
        if block.level or not block.lines:
            if question:
                yield _pair(question, "\n".join(answer), path, False)
            question, answer = "", []
            continue
        for number, line in enumerate(block.lines):
            if bold := _BOLD.fullmatch(line):
                if question:
                    yield _pair(question, "\n".join(answer), path, False)
                question, answer, path = bold[2], [], block.path
            elif question:
                answer.append(line if number else f"\n{line}")
            else:
                yield int(number == 0)


def _has_headings(page: Page) -> int:
    cards = [found for found in _below_headings(page) if isinstance(found, _Found)]
    if cards and any(line == _TURN or _TAG_LINKS.fullmatch(line) for block in page.blocks for line in block.lines):
        return SHOWN  # by mdanki
    if len(cards) < 2 or any(len(str(card.parts["answer"])) > _LONGEST_ANSWER for card in cards):
        return NOT
    asked = sum(str(card.parts["question"]).rstrip().endswith(("?", "？", "؟")) for card in cards)
    is_short = sum(len(str(card.parts["answer"])) for card in cards) < 300 * len(cards)
    return LIKELY if asked * 2 >= len(cards) or is_short else NOT


def _below_headings(page: Page) -> _Cards:
    """Cards from headings with text below, and no heading of a lower level."""
    heading: Block | None = None
    below: list[Block] = []
    for block in (*page.blocks, Block(("",), (), 1)):
        if not block.level:
            below.append(block)
            continue
        if heading is None or block.level > heading.level:
            yield len(below)
        elif found := _headed(heading, below):
            yield found
        heading, below = block, []


def _headed(heading: Block, below: Sequence[Block]) -> _Found | None:
    """The card of a heading: the text below is the answer, but what is above mdanki's `%` is asked, too."""
    lines = [line for block in below for line in (*block.lines, "")]
    tags = [line for line in lines if _TAG_LINKS.fullmatch(line)]
    lines = [line for line in lines if line not in tags]
    turn = lines.index(_TURN) if _TURN in lines else -1
    question = "\n".join([heading.lines[0], "", *lines[: max(turn, 0)]])
    answer = _flowing("\n".join(lines[turn + 1 :]).strip())
    named = " ".join(tags).replace("[", " ").replace("]()", " ")
    return _pair(question, answer, heading.path, False, _words(named)) if answer else None


#: The spellings; the first one that is surest reads a page.
_SPELLINGS: Sequence[tuple[Callable[[Page], int], Callable[[Page], _Cards]]] = (
    (_has_named_headings, _named),
    (_has_labels, _labelled),
    (_has_separators, _separated),
    (_has_bold_questions, _bold),
    (_has_headings, _below_headings),
)


# --- the page ------------------------------------------------------------------------------------


def _fits(given: Given) -> int:
    if given.text is None:
        return NOT
    page = page_of(given.text)
    return max(fits(page) for fits, _ in _SPELLINGS)


def _read(given: Given) -> IncomingDeck:
    page = page_of(given.text or "")
    read = max(_SPELLINGS, key=lambda spelling: spelling[0](page))[1]
    cards: list[IncomingCard] = []
    left: Counter[tuple[str, str]] = Counter()
    for found in read(page):
        if isinstance(found, int):
            left["a paragraph or line", "it is no card"] += found
            continue
        values, why = card_values(
            {key: in_our_dialect(v) if isinstance(v, str) else v for key, v in found.parts.items()}
        )
        if why:
            left["a card", why] += 1
            continue
        tags = tuple(tag for tag in (*found.tags, *page.tags) if "flashcard" not in tag.lower())
        path = [_and_tags(heading)[0] for heading in found.path if not _CARD_TAG.search(heading)]
        cards.append(IncomingCard(values, False, tags, section=found.deck or "::".join(filter(None, path))))
    if page.comments:
        left["a comment", "comments, such as an Obsidian plugin's review dates, are no part of a card"] += page.comments
    name, cards = under_one_name(cards, page.name or given.name)
    return IncomingDeck(name, "", cards, {}, [LeftOut(*what, count) for what, count in left.items() if count])


IMPORTER = Importer("questions and answers in Markdown or text", _fits, _read)
