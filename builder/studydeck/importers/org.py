"""org-drill: headings of an Org file with the tag `drill`.

A text with gaps in square brackets is a cloze. Else the text asks and what is below the heading under it answers, or,
where there is no such heading, the heading asks and its text answers. The headings above are sections.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from studydeck.importers._dialect import GAP, with_gaps
from studydeck.importers._names import Value, card_values, under_one_name
from studydeck.importers.incoming import NOT, SAID, Given, Importer, IncomingCard, IncomingDeck, LeftOut
from studydeck.patterns import pattern
from studydeck.text import PICTURES
from studydeck.text.tex import parted

_DRILL = pattern(r"^\*+[ \t].*:drill:", re.MULTILINE)
_STARS = pattern(r"(\*+)[ \t]+(?=\S)")
_TAGS = pattern(r":[\w@#%:]+:")
_DRAWER = pattern(r":[\w-]+:")
_PROPERTY = pattern(r":(?P<name>[\w-]+):[ \t]+(?P<value>\S.*)")
_TITLE = pattern(r"^#\+title:(.*)$", re.MULTILINE | re.IGNORECASE)
_PLANNED = pattern(r"(?:SCHEDULED|DEADLINE|CLOSED):")
_CODE = pattern(r"#\+(?P<end>begin|end)_(?:src|example)\b[ \t]*(?P<language>\S*)", re.IGNORECASE)
_LINK = pattern(r"\[\[([^\[\]\n]+)\](?:\[([^\[\]\n]+)\])?\]")
#: Marks around words, and what Markdown has in their place.
_MARKS = {"*": "**", "/": "*", "=": "`", "~": "`", "+": "~~"}
_MARKED = pattern(r"(?<![\w*/=~+:\\])([*/=~+])(?=\S)([^*/=~+\n]+)(?<=\S)\1(?![\w*/=~+])")
_HIDDEN = pattern(
    r"(?<![\w!\\\[])\[(?!fn:|[ X-]\])(?P<hidden>[^\[\]|\n]+)(?:\|\|(?P<hint>[^\[\]|\n]*))?(?P<number>)\](?![\[(])"
)


class _Entry(NamedTuple):
    """A heading with its tags, the text below it in Markdown, and the headings above it."""

    level: int
    title: str
    tags: tuple[str, ...]
    path: tuple[str, ...]
    text: str
    is_two_sided: bool


def _fits(given: Given) -> int:
    return SAID if given.text is not None and _DRILL.search(given.text) else NOT


def _read(given: Given) -> IncomingDeck:
    text = given.text or ""
    entries = list(_entries(text.split("\n")))
    cards: list[IncomingCard] = []
    lacking = 0
    for number, entry in enumerate(entries):
        if "drill" not in entry.tags:
            continue
        values, why = card_values(_parts(entry, _below(entries, number)))
        if why:
            lacking += 1
        else:
            tags = tuple(tag for tag in entry.tags if tag != "drill")
            cards.append(IncomingCard(values, False, tags, section="::".join(entry.path)))
    title = _TITLE.search(text)
    name, cards = under_one_name(cards, (title[1].strip() if title else "") or given.name)
    left_out = [LeftOut("a heading with the tag drill", "it has no answer below", lacking)] if lacking else []
    return IncomingDeck(name, cards=cards, left_out=left_out)


def _below(entries: Sequence[_Entry], number: int) -> list[_Entry]:
    """The headings below one, that aren't cards themselves."""
    below: list[_Entry] = []
    for entry in entries[number + 1 :]:
        if entry.level <= entries[number].level or "drill" in entry.tags:
            break
        below.append(entry)
    return below


def _parts(entry: _Entry, below: Sequence[_Entry]) -> dict[str, Value]:
    answer = "\n\n".join(filter(None, (each.text for each in below)))
    if entry.is_two_sided and len(below) > 1:
        return {"question": below[0].text, "answer": below[1].text, "details": entry.text, "reverse": True}
    cloze = with_gaps(entry.text, _HIDDEN)
    if GAP.search(cloze):
        return {"cloze": cloze, "details": answer}
    if answer:
        return {"question": entry.text or entry.title, "answer": answer}
    return {"question": entry.title, "answer": entry.text}


def _entries(lines: Sequence[str]) -> Iterator[_Entry]:
    path: list[tuple[int, str, bool]] = []
    heading: tuple[int, str, tuple[str, ...]] = (0, "", ())
    body: list[str] = []

    def made() -> _Entry:
        level, title, tags = heading
        text, properties = _body(body)
        above = tuple(name for _, name, is_card in path if not is_card)
        return _Entry(level, title, tags, above, text, properties.get("drill_card_type") in ("twosided", "multisided"))

    for line in lines:
        stars = _STARS.match(line)
        if stars is None:
            body.append(line)
            continue
        if heading[0]:
            yield made()
            path.append((heading[0], heading[1], "drill" in heading[2]))
        title, tags = _and_tags(line[stars.end() :])
        heading, body = (len(stars[1]), _in_markdown(title), tags), []
        while path and path[-1][0] >= heading[0]:
            path.pop()
    if heading[0]:
        yield made()


def _and_tags(title: str) -> tuple[str, tuple[str, ...]]:
    """A heading without the tags at its end, and these."""
    words, _, last = title.rstrip().replace("\t", " ").rpartition(" ")
    if _TAGS.fullmatch(last):
        return words.strip(), tuple(filter(None, last.split(":")))
    return title.strip(), ()


def _body(lines: Sequence[str]) -> tuple[str, dict[str, str]]:
    """The text below a heading in Markdown, and its properties in lower case."""
    kept: list[str] = []
    properties: dict[str, str] = {}
    in_drawer = False
    for line in lines:
        bare = line.strip()
        if in_drawer or _DRAWER.fullmatch(bare):
            in_drawer = bare.lower() != ":end:"
            if found := _PROPERTY.fullmatch(bare):
                properties[found["name"].lower()] = found["value"].strip().lower()
        elif code := _CODE.match(bare):
            kept.append(line[: len(line) - len(line.lstrip())] + "```" + code["language"] * (code["end"] == "begin"))
        elif not bare.startswith(("#+", "# ")) and not _PLANNED.match(bare):
            kept.append(line)
    return _in_markdown(textwrap.dedent("\n".join(kept)).strip()), properties


def _in_markdown(text: str) -> str:
    """Org's links and marks as Markdown's, outside of code and formulas."""
    parts = parted(text)
    parts[0::2] = map(_prose, parts[0::2])
    return "".join(parts)


def _prose(text: str) -> str:
    marked = _MARKED.sub(lambda mark: f"{_MARKS[mark[1]]}{mark[2]}{_MARKS[mark[1]]}", text)
    return _LINK.sub(_link, marked) if "[[" in marked else marked


def _link(link: re.Match[str]) -> str:
    address = link[1].removeprefix("file:")
    if address.lower().endswith(PICTURES):
        return f"![{link[2] or ''}]({address})"
    return f"[{link[2] or address}]({address})" if "://" in address else link[2] or address


IMPORTER = Importer("headings of org-drill", _fits, _read)
