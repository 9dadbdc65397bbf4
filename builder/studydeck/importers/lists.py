"""Lists of questions and answers in YAML or JSON, whatever their keys are called, by sections or in one list."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from studydeck.importers._dialect import as_html, in_our_dialect, looks_like_html
from studydeck.importers._names import Value, card_values, key_named, under_one_name
from studydeck.importers.incoming import LIKELY, NOT, SAID, SHOWN, Given, Importer, IncomingCard, IncomingDeck, LeftOut
from studydeck.patterns import pattern

_KEY = pattern(r"""^[ \t{\[,-]{0,40}["']?([^\s"':{}\[\],][^"':{}\[\]\n]{0,40})["']?[ \t]?:(?=\s|$)""", re.MULTILINE)
_LISTS = ("cards", "notes", "flashcards", "items", "terms", "questions", "entries", "data", "decks", "sections")
_NAMES = ("name", "title", "deck", "section", "topic", "chapter", "category")
_NO_CARD = "it is neither a card nor a list of cards"
_DEEPEST = 20
_MARKDOWN = (".md", ".markdown")
_FENCE = pattern(r"(?m)^(?:```|~~~)")


def _fits(given: Given) -> int:
    text = given.text
    if text is None:
        return NOT
    is_json = text.lstrip()[:1] in ("[", "{")
    if not is_json and not {"question", "cloze"} & {key_named(found[1]) for found in _KEY.finditer(text[:50_000])}:
        return NOT
    try:
        tree = _tree(given)
    except ValueError:
        is_markdown = given.path.suffix.lower() in _MARKDOWN or _FENCE.search(text)  # with a list as an example
        return NOT if is_markdown else LIKELY
    if isinstance(tree, dict) and ("crowdanki_uuid" in tree or "__type__" in tree):
        return NOT  # CrowdAnki's
    if isinstance(tree, dict) and tree.keys() <= {"Q", "A", "C"}:
        return NOT  # a deck of hashcards so small that it can be read as YAML
    is_whole = any(_is_whole(card) for card, _ in _cards(tree, Counter()))
    return (SAID if is_json else SHOWN) if is_whole else NOT


def _is_whole(card: Mapping[str, Any]) -> bool:
    return not card_values({key_named(str(name)): _value(value, is_html=True) for name, value in card.items()})[1]


def _tree(given: Given) -> Any:
    """The values of a JSON or YAML document. Raises ValueError with a sentence if it can't be read."""
    text = given.text or ""
    if text.lstrip()[:1] in ("[", "{"):
        try:
            return given.json()
        except ValueError:
            if text.lstrip()[:1] == "[" or '"' in text[:100]:
                raise
    from studydeck.reading.tree import read_tree

    try:
        tree, problems = read_tree(given.path.as_posix(), text.encode("utf-8", "surrogatepass"))
    except RecursionError:
        raise ValueError(f"{given.path} is nested too deeply") from None
    if problems:
        first = problems[0]
        raise ValueError(f"{first.path}:{first.line}:{first.column}: {first.message}; {first.remedy}")
    return tree


def _cards(
    tree: Any, left: Counter[tuple[str, str]], path: tuple[str, ...] = ()
) -> Iterator[tuple[Mapping[str, Any], tuple[str, ...]]]:
    """The mappings of a tree that are cards, each with the names of the lists around it; counts what is `left`."""
    if len(path) > _DEEPEST:
        return
    if isinstance(tree, dict):
        keys = {key_named(str(key)) for key in tree}
        texts = [value for value in tree.values() if isinstance(value, str | int | float)]
        lists = [key for key, value in tree.items() if isinstance(value, list | dict)]
        if "cloze" in keys or ("question" in keys and ("answer" in keys or not lists)):
            yield tree, path
        elif len(texts) == len(tree) and keys == {""}:  # questions themselves
            yield from (({"question": question, "answer": answer}, path) for question, answer in tree.items())
        else:
            name = next((str(tree[key]) for key in tree if str(key).lower() in _NAMES and key not in lists), "")
            for key, value in tree.items():
                words = (name,) if str(key).lower() in _LISTS else (name, str(key))
                if key in lists:
                    yield from _cards(value, left, (*path, *filter(None, words)))
                elif value not in ("", None) and str(key).lower() not in _NAMES:
                    left[f"'{key}: {str(value)[:60]}'", _NO_CARD] += 1
    elif isinstance(tree, list):
        for each in tree:
            if isinstance(each, list) and len(each) > 1 and all(isinstance(side, str) for side in each[:2]):
                yield {"question": each[0], "answer": each[1]}, path
            elif isinstance(each, list | dict):
                yield from _cards(each, left, path)
            elif each not in ("", None):
                left[f"'{str(each)[:60]}'", _NO_CARD] += 1


def _read(given: Given) -> IncomingDeck:
    tree = _tree(given)
    cards: list[IncomingCard] = []
    left: Counter[tuple[str, str]] = Counter()
    found = list(_cards(tree, left))
    is_html = any(looks_like_html(text) for written, _ in found for text in _texts(written))
    for written, path in found:
        parts: dict[str, Value] = {}
        for name, value in written.items():
            key = key_named(str(name))
            made = _value(value, is_html)
            if not key and made:
                left[f"the key '{name}'", "cards have no such key"] += 1
            elif made and key not in parts:
                parts[key] = made
        section = str(parts.pop("section", "")) or "::".join(path)
        tags = _tags(parts.pop("tags", ""))
        identity = str(parts.pop("id", "")) if isinstance(written.get("id"), str) else ""
        parts.pop("id", None)
        parts.pop("guid", None)
        values, why = card_values(parts)
        if why:
            left["a card", why] += 1
            continue
        if identity:
            values["id"] = identity
        cards.append(IncomingCard(values, is_html, tags, section=section))
    name, cards = under_one_name(cards, given.name)
    return IncomingDeck(name, cards=cards, left_out=[LeftOut(*what, count) for what, count in left.items()])


def _value(value: Any, is_html: bool) -> Value:
    """A value of the file as one of a card."""
    if isinstance(value, bool):
        return value
    if isinstance(value, Sequence) and not isinstance(value, str):
        return tuple(
            filter(None, (str(_value(each, is_html)) for each in value if isinstance(each, str | int | float)))
        )
    if not isinstance(value, str | int | float):
        return ""
    return as_html(str(value).strip()) if is_html else in_our_dialect(str(value))


def _texts(written: Mapping[str, Any]) -> Iterator[str]:
    """The texts of a card, and those in its lists."""
    for value in written.values():
        yield from (each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str))


def _tags(value: Value) -> tuple[str, ...]:
    words = value if isinstance(value, tuple) else re.split(r"[\s,;]+", str(value or ""))
    return tuple(filter(None, words))


IMPORTER = Importer("a list of questions and answers in YAML or JSON", _fits, _read)
