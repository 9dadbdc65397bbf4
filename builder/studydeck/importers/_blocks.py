"""A page of Markdown in blocks: headings, and paragraphs in lines, each below its headings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from studydeck.patterns import pattern
from studydeck.text.spans import replace_enclosed

_FRONT_MATTER = pattern(r"\A(---|\+\+\+)\n(.*?)\n\1(?:\n|\Z)", re.DOTALL)
_NAME = pattern(r"^(?:name|title|deck|cards-deck|target deck)[ \t]{0,9}[:=](.+)$", re.MULTILINE | re.IGNORECASE)
_TAGS = pattern(r"^(?:file )?tags\s*[:=][ \t]*(.*(?:\n[ \t]*-[ \t]+.*)*)", re.MULTILINE | re.IGNORECASE)
#: What the plugin Obsidian_to_Anki has in a page, in a line or two.
_TARGET = pattern(r"^(TARGET DECK|FILE TAGS)(?::[ \t]*|[ \t]*\n)(\S.*)$", re.MULTILINE)
#: What Logseq says of a page at its start, and of an item, in lines that couldn't be words and their meanings.
_OF_PAGE = pattern(r"\A(?:(?:title|tags|alias|type)::[ \t].*\n)+(?=\n|- )")
_OF_ITEM = pattern(
    r"^[ \t]*(?:card-(?:last-interval|repeats|ease-factor|next-schedule|last-reviewed|last-score)::.*"
    r"|id::[ \t][0-9a-f]{8}-[0-9a-f-]{27}|collapsed::[ \t](?:true|false))(?:\n|\Z)",
    re.MULTILINE,
)
_HEADING = pattern(r" {0,3}(#{1,6})[ \t]+(\S.*)")
_FENCE = pattern(r"[ \t]*(`{3,}|~{3,})")
_MATH = pattern(r"[ \t]*\$\$[ \t]*")
_RULE = pattern(r"[ \t]*(?:[-*_][ \t]*){3,}")
#: The numbers that Obsidian's plugins leave at a card's end, and links to blocks.
_ANCHOR = pattern(r"(?:^|(?<=[ \t]))\^[\w-]{1,40}[ \t]*$", re.MULTILINE)


class Block(NamedTuple):
    """Lines without a blank one between them; code between fences, blank lines and all, is one line.

    `path` are the headings above it. A heading has a `level`, and its own text as its only line; a rule has no lines.
    """

    lines: tuple[str, ...]
    path: tuple[str, ...] = ()
    level: int = 0


class Page(NamedTuple):
    """A page: its name and tags, if it says them, its blocks, and how many comments were left out."""

    name: str
    tags: tuple[str, ...]
    blocks: Sequence[Block]
    comments: int = 0


def page_of(text: str) -> Page:
    """The blocks of a text in Markdown, without its front matter, comments and anchors."""
    front = _FRONT_MATTER.match(text)
    head = front[2] if front else ""
    text = text[front.end() :] if front else text
    if found := _OF_PAGE.match(text):
        head += "\n" + found[0].replace("::", ":")
        text = text[found.end() :]
    said = (
        {found[1]: found[2] for found in _TARGET.finditer(text)} if "TARGET DECK" in text or "FILE TAGS" in text else {}
    )
    name, tags = _NAME.search(head), _TAGS.search(head)
    text, comments = _OF_ITEM.subn("", text)

    def without(start: str, inside: str, end: str) -> str:
        nonlocal comments
        if start == "```":
            return start + inside + end
        comments += 1
        return ""

    text = replace_enclosed(text, {"<!--": "-->", "%%": "%%", "```": "```"}, without)
    if said:
        text = _TARGET.sub("", text)
    listed = " ".join([tags[1] if tags else "", said.get("FILE TAGS", "")])
    words = re.findall(r"[^\s,\[\]\"'#-][^\s,\[\]\"']*", listed)
    title = said.get("TARGET DECK") or (name[1] if name else "")
    return Page(title.strip(" \t\"'"), tuple(words), list(_blocks(_ANCHOR.sub("", text))), comments)


def _blocks(text: str) -> Iterator[Block]:
    path: list[tuple[int, str]] = []
    lines: list[str] = []

    def below() -> tuple[str, ...]:
        return tuple(name for _, name in path)

    for line in _lines(text):
        heading = _HEADING.fullmatch(line)
        if (heading or not line.strip() or _RULE.fullmatch(line)) and lines:
            yield Block(tuple(lines), below())
            lines = []
        if heading:
            level, title = len(heading[1]), _without_closing(heading[2])
            path = [each for each in path if each[0] < level]
            yield Block((title,), below(), level)
            path.append((level, title))
        elif _RULE.fullmatch(line):
            yield Block((), below())
        elif line.strip():
            lines.append(line.rstrip())
    if lines:
        yield Block(tuple(lines), below())


def _without_closing(heading: str) -> str:
    """A heading without the `#` that may close it."""
    heading = heading.rstrip()
    bare = heading.rstrip("#")
    return bare.rstrip() if bare[-1:].isspace() else heading


def _lines(text: str) -> Iterator[str]:
    """The lines of `text`; code between fences and a formula on lines of its own are one line each."""
    inside: list[str] = []
    end = ""
    for line in text.split("\n"):
        if inside:
            inside.append(line.rstrip())
            if line.strip().startswith(end):
                yield "\n".join(inside)
                inside = []
        elif fence := _FENCE.match(line) or _MATH.fullmatch(line):
            inside, end = [line], fence[0].strip()
        else:
            yield line
    yield from inside
