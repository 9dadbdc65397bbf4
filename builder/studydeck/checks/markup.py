"""How a text is written: unpaired marks, HTML, formulas in other notations."""

from __future__ import annotations

import html as html_entities
import re
import unicodedata
from collections.abc import Iterator

from studydeck.checks.places import Places
from studydeck.checks.words import (
    OBJECT,
    apart,
    judged,
    judged_texts_in_languages,
    judged_texts_with,
    outside,
    texts_with,
    these,
)
from studydeck.model import Deck, Problem, Text, warning
from studydeck.model.checks import check
from studydeck.patterns import pattern
from studydeck.text import to_html
from studydeck.text.formula import formulas_of
from studydeck.text.lost import lost
from studydeck.text.mathjax import are_ordinary, defined, names, refused
from studydeck.text.seen import may_lose

_BRACKETS = ("(", ")", "[", "]")
_PAIR = r"\([^()\[\]]*\)|\[[^()\[\]]*\]"
_INTERVAL = r"[\[(\]]\s*[-+−]?[\w.∞]+\s*[,;]\s*[-+−]?[\w.∞]+\s*[\])\[]"
# Marks that are meant to be unpaired: in a list's `1)` and `a)`, in `:)`, and mentioned, as in: what does ) close?
_MARK = r"(?i)(?<!\S)(?:\d{1,3}|[a-z]|[ivx]{1,4})\)|[:;]-?[()]"
_SPOKEN_OF = r"(?<![^\s\"'“‘«])(?:[()\[\]`]|\*\*)(?![^\s\"'”’»])"
_HALF_SPACED = r"\$(?:\s[^$\n]*[^$\s]|[^$\s][^$\n]*\s)\$"
_POWER = r"\w\*\*\w"
#: Two stars that unpack something, as in `*args and **kwargs` or `f(**values)`.
_UNPACKED = r"\*\*kw\w*|[(,]\s*\*\*\w+|(?<=\*)args\b.*\*\*\w+"
_TAG = pattern(r"</?([A-Za-z][A-Za-z\d]*)\b(?:\s[^<>]{0,300})?/?>")
_TAG_SPOKEN_OF = r"\btag </?[A-Za-z][^<>]*>|</?[A-Za-z][^<>]*> tag\b"
_HTML_NAMES = these(
    "a b big blockquote br center code dd del details div dl dt em figure font h1 h2 h3 h4 h5 h6 hr i img ins kbd li"
    " mark ol p pre rp rt ruby s small span strike strong style sub summary sup svg table tbody td th thead tr tt u ul"
)
_ENTITY = r"&(?:[a-z]{2,8}|#x?[\da-f]{1,6});"
_OF_ENTITIES = r"\b(?:HTML|XML|entity|entities)\b"
#: What Markdown has in the place of a tag.
_INSTEAD = {
    **dict.fromkeys(("b", "strong"), "**…**"),
    **dict.fromkeys(("i", "em"), "*…*"),
    **dict.fromkeys(("s", "strike", "del"), "~~…~~"),
    **dict.fromkeys(("code", "tt"), "`…`"),
    "br": "a line of its own",
    "hr": "--- on a line of its own",
    "a": "[words](address)",
    "img": "![description](picture.png)",
    "li": "- at the start of a line",
    "pre": "``` on the lines before and after",
}
_PAIRED = these("sub sup u kbd mark ruby rt rp")
_ANKIS = pattern(r"\[/?(?:\$\$?|latex)\]|\\(?:begin|end)\{\w+\*?\}", re.IGNORECASE)
_TEX_COMMAND = pattern(r"(?<![\w\\:.])\\([A-Za-z]{2,})(?![\w\\])|(?<![\w\\:.])\\([A-Za-z]{2,})(?=_)")
_UNTYPABLE = pattern("[\u00a0\u00ad\u2000-\u200f\u2028\u2029\u202f\u205f\u2060\u3000\ufeff]")


@check("lost-sign", "A sign that Markdown takes without doing anything for it.")
def lost_sign(deck: Deck) -> Iterator[Problem]:
    r"""A sign that learners won't see though it does nothing: Markdown took it for a mark or an escape.

    Spaces count where they look meant: an indented line outside of a list, or three in a row. A reader sees one
    space for them, but for code between lines of three backticks.

    Fails:
        question: "What does a row of a table lose?\n\n| a | b |\n|---|---|\n| c | d | e |"
        answer: What its header has no cell for

    Passes:
        question: "What does a row of a table show?\n\n| a | b |\n|---|---|\n| c | d |"
        answer: What its header has a cell for
    """
    places = Places(deck)
    for texts, language in judged_texts_in_languages(deck):
        for text in may_lose(apart(texts)):
            for loss in lost(text, language):
                yield warning("lost-sign", places.inside(text, loss.at), loss.message, loss.remedy)


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
    for text in texts_with(deck, "`", "**", "$", *_BRACKETS):
        if sign := _without_partner(text):
            message, remedy = f"'{sign}' is unpaired", "add the other one, or put it in `code` if it is intended"
            if sign == "$" and re.search(_HALF_SPACED, text):
                message, remedy = "'$ … $' with a blank at one end isn't a formula", "remove the blank inside it"
            yield warning("unbalanced", text, message, remedy)


def _without_partner(text: Text) -> str | None:
    """The first unpaired mark of `text`."""
    rest = outside(text)
    if any(sign in rest for sign in _BRACKETS) and (sign := _lone_bracket(rest)):
        return sign
    if "**" in rest and "**" in re.sub(f"{_SPOKEN_OF}|{_POWER}|{_UNPACKED}", " ", _shown(rest)):
        return "**"
    if "`" in rest and "`" in re.sub(_SPOKEN_OF, " ", rest):
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


@check("raw-html", "An HTML tag that cards show as it is typed.")
def raw_html(deck: Deck) -> Iterator[Problem]:
    """An HTML tag outside code that cards show as it is typed, with its brackets.

    Cards are Markdown. Pairs of `<sub>`, `<sup>`, `<u>`, `<kbd>`, `<mark>` and `<ruby>` without attributes work, and so
    do entities, such as `&copy;`. A tag that is only mentioned, as in `the <br> tag`, is left alone.

    Fails:
        question: Which river flows through <b>Cairo</b>?
        answer: The Nile

    Passes:
        question: Which river flows through **Cairo**?
        answer: The Nile
    """
    for text in texts_with(deck, "<", "&"):
        if "<" in text and (tag := _shown_tag(text)):
            message = f"'{tag[0][:40]}' is HTML, which a card shows as it is typed"
            yield warning("raw-html", text, message, f"{_instead(tag)}, or put it in `code` if it is intended")
        elif "&" in text and re.search(_OF_ENTITIES, text) and (found := re.search(_ENTITY, outside(text), re.I)):
            message = f"'{found[0]}' is shown as the sign that it stands for"
            yield warning("raw-html", text, message, f"write `{found[0]}` to show it")


def _shown_tag(text: Text) -> re.Match[str] | None:
    """The first tag that a reader sees as it is typed, and that isn't only mentioned."""
    if re.fullmatch(r"<[^<>]+>", text.strip()):  # a tag alone is what is asked for
        return None
    rest = re.sub(_TAG_SPOKEN_OF, OBJECT, outside(text).replace("&", OBJECT))
    if "<" not in rest:
        return None
    return next((tag for tag in _TAG.finditer(_shown(rest)) if tag[1].lower() in _HTML_NAMES), None)


def _shown(text: str) -> str:
    """What a reader sees of a text, without its elements."""
    return html_entities.unescape(re.sub(r"<[^>]*>", "", to_html(text, highlight=False)))


def _instead(tag: re.Match[str]) -> str:
    """What to write in the place of a tag."""
    name = tag[1].lower()
    if name in _PAIRED:
        return f"write it as a pair without attributes, <{name}>…</{name}>"
    return f"write {_INSTEAD[name]}" if name in _INSTEAD else "remove it"


@check("bad-formula", "A formula that MathJax, which Anki uses, can't read.")
def bad_formula(deck: Deck) -> Iterator[Problem]:
    r"""A formula that MathJax, which Anki uses, can't read.

    Anki shows the TeX instead, or an unknown command in red. Usual causes are a brace that isn't closed, an `&` outside
    of columns, two superscripts of one sign, and commands of packages that MathJax doesn't have.

    Fails:
        question: What is the slope of $f$ at $x$?
        answer: $\frac{df}{dx$

    Passes:
        question: What is the slope of $f$ at $x$?
        answer: $\frac{df}{dx}$
    """
    places = Places(deck)
    some = judged_texts_with(deck, "$", "\\", "[latex]")
    found = [each for texts in some for each in formulas_of(apart(texts))]
    for (text, shown, tex), ordinary in zip(found, are_ordinary([tex for _, _, tex in found]), strict=True):
        if not ordinary and (wrong := refused(tex, defined(shown))):
            message = f"Anki can't set the formula '{_short(tex)}': {wrong[0]}"
            yield warning("bad-formula", places.inside(text, max(0, text.strip().find(tex))), message, wrong[1])


def _short(tex: str) -> str:
    return tex if len(tex) <= 60 else f"{tex[:60]}…"


@check("anki-math", "TeX that is in no formula.")
def anki_math(deck: Deck) -> Iterator[Problem]:
    r"""TeX outside of a formula, such as `\frac{1}{2}` without dollar signs, or a `[$]` without its `[/$]`.

    Learners see it as it is typed. A formula is between dollar signs, or as Anki and other tools write it: `\(x^2\)`,
    `\[x^2\]`, `[$]x^2[/$]`, `[latex]x^2[/latex]`.

    Fails:
        question: What is half of \frac{1}{2}?
        answer: $\frac{1}{4}$

    Passes:
        question: What is half of $\frac{1}{2}$?
        answer: $\frac{1}{4}$
    """
    places = Places(deck)
    for text in texts_with(deck, "\\", "["):
        if "\\" not in text and "[$" not in text and "latex]" not in text.lower():
            continue
        if found := _in_no_formula(outside(text)):
            at = max(0, text.strip().find(found))
            message = f"'{found}' isn't in a formula, so learners see it as it is typed"
            remedy = "put the formula between dollar signs, such as $x^2$, or this in `code` if it is intended"
            yield warning("anki-math", places.inside(text, at), message, remedy)


def _in_no_formula(rest: str) -> str | None:
    """The first TeX in a text without its formulas and its code."""
    if "\\" not in rest and "[" not in rest:
        return None
    if found := _ANKIS.search(rest):
        return found[0]
    return next((each[0] for each in _TEX_COMMAND.finditer(rest) if (each[1] or each[2]) in names().commands), None)


@check("typed-markup", "An answer to be typed that nobody can type.")
def typed_markup(deck: Deck) -> Iterator[Problem]:
    """An answer to be typed that nobody can type: it contains Markdown, a formula, or a sign that no one sees.

    Anki compares plain text, and a learner can't type bold or a root. A no-break space isn't the one that a space bar
    makes, and a backslash that only escapes isn't in the answer that Anki expects.

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
        if card.has("typed"):
            for answer in card.answers:
                if wrong := _untypable(answer):
                    yield warning("typed-markup", answer, *wrong)


def _untypable(answer: Text) -> tuple[str, str] | None:
    """Why nobody can type an answer, and what to do about it."""
    html = to_html(answer)
    if re.search(r"<|\\[(\[]", html):
        return "this answer is to be typed, but its markup can't be", "write it as plain text, or remove typed:"
    shown = html_entities.unescape(html)
    if found := _UNTYPABLE.search(shown):
        name = unicodedata.name(found[0], "a sign that can't be seen").lower()
        plain = _UNTYPABLE.sub(lambda sign: " " if sign[0].isspace() else "", shown)
        return f"this answer is to be typed, but has a {name} in it", f"write '{plain}', or remove typed:"
    if "\\" in answer and shown != answer.strip():
        message = f"this answer is to be typed, and Anki expects '{shown}', since a backslash before a sign is left out"
        return message, f"write '{shown}' if that is meant, or two backslashes for each"
    return None
