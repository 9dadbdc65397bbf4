"""Checks for errors: what they find is wrong in every deck."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from studydeck.model import ERROR, WARNING, Card, Deck, Html, Problem, Text, problem, warning
from studydeck.patterns import pattern
from studydeck.text import field_html, fold, letters_hash, read_clozes, to_cloze_html, to_html, with_occlusions
from studydeck.text.code import uncoloured
from studydeck.text.media import PLAIN_PICTURE

_SAYS_SOMETHING = pattern(r"\w")
#: A word before anything that could be a link, an entity, code or markup of another kind, which may show nothing.
_STARTS_WITH_A_WORD = pattern(r"[^\[&`~<$\\{|]*?[^\W\d_]")
_TAGS = pattern(r"<(?!img)[^>]*>")
_COMMAS = pattern("[,;，、]")
_PLACEHOLDER = pattern(r"\b(?:TODO|TBD|FIXME|XXX)\b|\?\?\?")
_CODE = pattern(r"<code[^>]*>.*?</code>", re.DOTALL)
_UNSEEN = pattern("[\u00ad\u200b-\u200f\u2060\ufeff]")


def _is_empty(text: Text) -> bool:
    if isinstance(text, Html):
        from studydeck.text.clean import html_references, html_words  # few decks need it

        return not (html_words(text) or html_references(text))
    if _STARTS_WITH_A_WORD.match(text) or (_SAYS_SOMETHING.search(text) and "&" not in text and "](" not in text):
        return False
    if "]:" not in text and PLAIN_PICTURE.search(text):  # else it may be a link's address
        return False
    return not _UNSEEN.sub("", _TAGS.sub("", to_html(text, highlight=False))).strip()


def wrong_texts(deck: Deck) -> Iterator[Problem]:
    """Cards that are empty, clozes that Anki wouldn't show as such, and cards that aren't finished.

    A section's texts are searched together first, since hardly any section has such a card.
    """
    for section in deck.sections:
        if section.html:
            yield from of_html(section.cards)
        texts = section.texts
        whole = "\n".join(texts)
        odd = [text for text in texts if not text[:1].isalnum()]
        if "&" in whole or ("]" in whole and "](" in whole):
            odd += [text for text in texts if "&" in text or "](" in text]
        if any(map(_is_empty, odd)):
            yield from empty((*section.cards, *section.turned))
        yield from bad_cloze(section.cards, [text for text in texts if "{{c" in text] if "{" in whole else [])
        if section.unwritten:
            yield from placeholder(texts)
        if "`" in whole or "~" in whole:
            yield from long_code(texts)


def empty(cards: Sequence[Card]) -> Iterator[Problem]:
    """A question, a cloze, an answer or an item of one that is empty without its markup and white space.

    Anki wouldn't make a card from an empty question.
    """
    for card in cards:
        if _is_empty(card.asks):
            yield problem("empty-question", card.asks, "the question is empty", "write it, or delete the card")
        for answer in card.answers:
            if _is_empty(answer):
                yield problem("empty-answer", answer, "the answer is empty", "write it, or delete the card")


def of_html(cards: Sequence[Card]) -> Iterator[Problem]:
    """A text of `!html` that shows nothing."""
    for card in cards:
        if card.html:
            yield from empty([card])


def bad_cloze(cards: Sequence[Card], gaps: Sequence[Text]) -> Iterator[Problem]:
    """A cloze card without a cloze, a cloze in a question card, or a cloze that Anki wouldn't show as one.

    A question card may show a cloze as code, and a note type of the deck's own may show several fields as clozes.
    `gaps` are the texts of the cards that may have some.
    """
    clozes = [card for card in cards if card.kind.gaps]
    for card in clozes:
        html = field_html(card.asks, with_gaps=True)
        found = read_clozes(with_occlusions(html) if card.kind.note_type else html)
        for message, remedy in found.mistakes:
            yield problem("bad-cloze", card.asks, message, remedy)
        if not found.numbers and not found.mistakes:
            otherwise = "delete the card" if card.kind.note_type else "write question: and answer:"
            remedy = f"mark the hidden words, {{{{c1::like these}}}}, or {otherwise}"
            yield problem("bad-cloze", card.asks, "this cloze has no gap", remedy)
    allowed = {id(card.values.get(key)) for card in clozes for key in card.kind.with_gaps}
    for text in gaps:
        if id(text) not in allowed and read_clozes(_CODE.sub("", to_cloze_html(text))).numbers:
            remedy = "move the sentence to cloze:, or put the gap in `code` to show its braces"
            yield problem("bad-cloze", text, "gaps only work in the text of a cloze", remedy)


def placeholder(texts: Sequence[Text]) -> Iterator[Problem]:
    """A card that isn't written yet: TODO, TBD, FIXME, XXX or ??? outside code."""
    for text in texts:
        found = _PLACEHOLDER.search(text) and _PLACEHOLDER.search(_CODE.sub("", to_html(text, highlight=False)))
        if found:
            message = f"the card isn't finished: it says '{found[0]}'"
            yield problem("placeholder", text, message, "finish it, or put the word in `code` if it is intended")


def long_code(texts: Sequence[Text]) -> Iterator[Problem]:
    """A block of code that is too long to be highlighted."""
    for text in texts:
        if len(text) <= 1_000 or ("```" not in text and "~~~" not in text):
            continue
        if most := uncoloured(to_html(text, highlight=False)):
            message = f"this code has more than {most:,} characters, so it isn't highlighted"
            yield problem("too-big", text, message, "show only the lines that matter", WARNING)


def no_card(deck: Deck) -> Iterator[Problem]:
    """A card of the deck's own note type whose texts leave the front of every template empty."""
    for card in deck.cards if deck.own_kinds else ():
        kind = card.kind
        if kind.note_type is None or kind.has_clozes:
            continue
        filled = {key.field for name, key in kind.keys.items() if key.field and not _is_blank(card.values.get(name))}
        if not kind.cards_in(dict.fromkeys(filled, "x")):
            message = f"no template of the note type '{kind.title}' shows any of these fields, so Anki makes no card"
            yield problem("no-card", card.place, message, "fill a field that a front shows")


def _is_blank(value: Text | Sequence[Text] | None) -> bool:
    return not value or not (value if isinstance(value, str) else "".join(value)).strip()


def same_question(deck: Deck) -> Iterator[Problem]:
    """Two cards that ask the same, apart from case, spaces, emphasis and punctuation at a word's end.

    Operators count: `a < b` isn't `a > b`. The problem is same-question if the answers are the same, too, and
    same-question-other-answer if they aren't. Cards with `retired: true` don't count, so that others may replace them;
    a reverse card with a question of its own does. Cards that ask for other parts of the same picture don't count.

    It is only a warning for cards of the deck's own note types, which may differ in other fields, and for words with
    two meanings: other answers, and ids by which each history finds its card. Without ids only the question tells it.
    """
    first: dict[int, Card] = {}
    folded: dict[str, Card] = {}
    turned = [card for section in deck.sections for card in section.turned]
    hashes = [*chain.from_iterable(section.letters for section in deck.sections)]
    hashes += [letters_hash(card.asked) for card in turned]
    if len(set(hashes)) == len(hashes):
        return
    for card, letters in zip(chain(deck.cards, turned), hashes, strict=True):
        if card.retired or card.kind.masks:  # these may share a picture
            continue
        # Folding takes ten times as long as this, so only questions with the same letters are folded.
        alike = first.setdefault(letters, card)
        if alike is card:
            continue
        folded.setdefault(fold(alike.asked), alike)
        other = folded.setdefault(fold(card.asked), card)
        if other is card:
            continue
        where = f"{other.own_text.path}:{other.own_text.line}"
        own_type = card.kind.note_type or other.kind.note_type
        if [fold(answer) for answer in card.answers] == [fold(answer) for answer in other.answers]:
            message = f"this asks the same as {where} and has the same answer"
            severity = WARNING if own_type else ERROR
            yield problem("same-question", card.own_text, message, "delete one of the two", severity)
        else:
            message = f"this asks the same as {where} but has a different answer"
            remedy = "ask so that only one answer is right"
            if own_type or (card.id and other.id):
                yield warning("same-question-other-answer", card.own_text, message, remedy)
            else:
                remedy += ", or write an id: on each"
                yield problem("same-question-other-answer", card.own_text, message, remedy)


def same_id(deck: Deck) -> Iterator[Problem]:
    """An id or guid that two cards have: Anki would keep both and update only one of them."""
    for key in ("id", "guid"):
        given: list[Text] = [card.values[key] for card in deck.having(key)]
        if len(set(given)) == len(given):
            continue
        first: dict[str, Card] = {}
        for card, value in zip(deck.having(key), given, strict=True):
            if (other := first.setdefault(value, card)) is not card:
                message = f"the {key} '{value}' is already used at {other.place.path}:{other.place.line}"
                yield problem("same-id", value, message, f"give the newer card its own {key}")

    lists: dict[str, Text] = {}
    for card in deck.having("item"):
        if card.item and (other_list := lists.setdefault(card.item.list, card.item.list)) is not card.item.list:
            lists[card.item.list] = card.item.list
            message = f"the id '{card.item.list}' is already used at {other_list.path}:{other_list.line}"
            yield problem("same-id", card.item.list, message, "give the newer list its own id")


def wrong_tag(tag: str) -> tuple[str, str] | None:
    """What is wrong with a tag: message and remedy. None if Anki takes it as it is."""
    if not tag or any(character.isspace() for character in tag):
        return f"the tag '{tag}' is empty or contains a space, where Anki splits tags", "join words with '-'"
    if any(not part for part in tag.split("::")):
        return f"a part of the tag '{tag}' is empty", "write a word on both sides of '::'"
    if tag.startswith("-"):
        return f"the tag '{tag}' starts with '-', which means 'not' in Anki's search", "remove the '-'"
    return None


def bad_tag(deck: Deck) -> Iterator[Problem]:
    """A tag that Anki would split, misread or drop: with white space, an empty part or a leading `-`, or reserved.

    A list without its brackets, and two spellings that Anki takes for one tag, get messages of their own.
    """
    own = [tag for card in deck.having("tags") for tag in card.tags]
    for tag in (deck.tag, *(section.tag for section in deck.sections)):
        if isinstance(tag, Text) and (wrong := wrong_tag(tag)):  # the others are our slugs
            yield problem("bad-tag", tag, *wrong)
    for tag in own:
        wrong = wrong_tag(tag)
        if len(listed := ["-".join(part.split()) for part in _COMMAS.split(tag) if part.strip()]) > 1:
            message, remedy = f"'{tag}' is one tag, not a list", f"write a list: [{', '.join(listed)}]"
            yield problem("bad-tag", tag, message, remedy, ERROR if wrong else WARNING)
        elif wrong:
            yield problem("bad-tag", tag, *wrong)
        if tag.lower() in ("marked", "leech"):
            message = f"the tag '{tag}' is reserved by Anki, which drops it"
            yield problem("bad-tag", tag, message, "choose another tag")
    yield from _tags_by_case(own)


def _tags_by_case(tags: Iterable[Text]) -> Iterator[Problem]:
    """A warning for each spelling of a tag that differs from an earlier one only in capital letters."""
    first: dict[str, str] = {}
    for tag in dict.fromkeys(tags):
        other = first.setdefault(tag.casefold(), tag)
        if other != tag:
            message = f"'{tag}' and '{other}' are one tag in Anki"
            yield problem("bad-tag", tag, message, f"write '{other}' everywhere", WARNING)
