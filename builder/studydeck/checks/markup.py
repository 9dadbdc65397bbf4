"""How a text is written: unpaired marks, HTML, formulas in other notations."""

from __future__ import annotations

import re
from collections.abc import Iterator

from studydeck.checks.words import (
    bare,
    judged,
    judged_texts,
)
from studydeck.model import Deck, Problem, Text, warning
from studydeck.model.checks import check
from studydeck.text import to_html

_PAIR = r"\([^()\[\]]*\)|\[[^()\[\]]*\]"
_INTERVAL = r"[\[(\]]\s*[-+−]?[\w.∞]+\s*[,;]\s*[-+−]?[\w.∞]+\s*[\])\[]"
# Marks that are meant to be unpaired: in a list's `1)` and `a)`, in `:)`, and mentioned, as in: what does ) close?
_MARK = r"(?i)(?<!\S)(?:\d{1,3}|[a-z]|[ivx]{1,4})\)|[:;]-?[()]"
_IN_CODE = r"(?s)(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)"
#: From the first bracket of a line, past the first mark of a formula, to the end of one: no other part of a line has to
#: be tried.
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


@check("unbalanced", "An unpaired bracket, backtick, `**` or dollar sign.")
def unbalanced(deck: Deck) -> Iterator[Problem]:
    """An unpaired bracket, backtick, `**` or dollar sign, outside code.

    Usually its other half was cut off. An unpaired mark is shown as typed. `1)`, `[0, 1)` and a mark between
    spaces or quotes are left alone.

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
            remedy = "add the other one, or put it in `code` if it is intended"
            yield warning("unbalanced", text, f"'{sign}' is unpaired", remedy)


def _without_partner(text: Text, brackets: bool) -> str | None:
    """The first unpaired mark of `text`; `brackets` says whether it has any brackets."""
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
    """The first bracket that is unpaired and isn't meant to be."""
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


@check("raw-html", "An HTML tag or entity outside code.")
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
            remedy = "write Markdown or the character itself, or put it in `code` if it is intended"
            yield warning("raw-html", text, f"'{found[0][:40]}' is HTML, but cards are Markdown", remedy)


@check("anki-math", "A formula in Anki's brackets, which Markdown reads as plain brackets.")
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
            message = f"'{formula[:40]}' isn't a formula in Markdown, and loses its backslashes"
            yield warning("anki-math", text, message, "write it between dollar signs, such as $x^2$")


@check("typed-markup", "An answer to be typed that contains Markdown or a formula.")
def typed_markup(deck: Deck) -> Iterator[Problem]:
    """An answer to be typed that contains Markdown or a formula.

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
        if card.has("typed") and isinstance(card.answer, Text) and re.search(r"<|\\[(\[]", to_html(card.answer)):
            message = "this answer is to be typed, but its markup can't be"
            yield warning("typed-markup", card.answer, message, "write it as plain text, or remove typed:")
