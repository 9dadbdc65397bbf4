"""Markdown: keeps its headings and bullets, and drops its other marks, its code and where links lead."""

from __future__ import annotations

import html
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable

from studydeck.material.formats import Format, decoded
from studydeck.patterns import pattern
from studydeck.text.spans import Seeker

#: Where something starts that isn't prose: front matter, fenced code, a comment, a link's address.
_NOT_PROSE = pattern(r"\A---\n|^(`{3,}|~{3,})|<!--|^ {0,3}\[[^\]\n]+\]:.*$", re.MULTILINE)
_FENCE = pattern(r"^(`{3,}|~{3,})[ \t]*$", re.MULTILINE)
_UNDERLINED = pattern(r"^([^\n|>-].*)\n(?:=+|-+)[ \t]*$", re.MULTILINE)
_PICTURE = pattern(r"!\[|\[\^")
_LINK = pattern(r"\[([^\]\n]+)")
_QUOTE = pattern(r"^(?:[ \t]*>)+ ?", re.MULTILINE)
_RULE = pattern(r"^[ \t]*+(?:\|?[ \t]*+:?-{3,}+:?[ \t]*+)++\|?[ \t]*$|^[ \t]*+(?:\*[ \t]*+){3,}+$", re.MULTILINE)
#: A table whose rows have no pipes at their ends: the head, the rule below it, the rows.
_BARE_TABLE = pattern(r"^[^\n|]+\|[^\n]*\n *:?-+:? *(?:\| *:?-+:? *)+$(?:\n[^\n|]*\|[^\n]*$)*", re.MULTILINE)
_HEADING = pattern(r"^#{1,6} .*\}[ \t]*$", re.MULTILINE)
_ANCHOR = pattern(r"\{[#.:]")
_TAG_OR_ENTITY = pattern(
    r"(`+)|</?[A-Za-z][\w-]*+(?:\s++[\w:.-]++(?:=(?:\"[^\"]*\"|'[^']*'|[^\s\"'<>]++))?)*+\s*+/?>"
    r"|<(?P<address>[a-z][a-z0-9+.-]*:[^\s<>]*)>|&(?:#\w+|\w+);"
)
_ROW = pattern(r"^[ \t]*\|(.*)\|[ \t]*$", re.MULTILINE)
_EMPHASIS = pattern(r"(?<!\\)(?:\*\*|\*(?=\S)|(?<=\S)\*|`|~~|(?<!\w)_+(?=\w)|(?<=\w)_++(?!\w)|(?P<kept>_++))")
_ITEM = pattern(r"\s*(?:[-*+]|\d{1,9}[.)])\s+\S")
_ESCAPE = pattern(r"\\([!-/:-@\[-`{-~])")


def plain_markdown(text: str) -> str:
    """Markdown with its headings and bullets, and without its other marks, its code, and where links lead."""
    for signs, step in _STEPS:
        if any(sign[-1] in text and sign in text for sign in signs):  # one character is looked for far sooner
            text = step(text)
    return text


#: Where something that was found ends, and what replaces it; None if it has no end, and is text.
_Found = tuple[int, str] | None


def _replaced(text: str, starts: re.Pattern[str], found: Callable[[re.Match[str]], _Found]) -> str:
    """`text` with what `found` makes of all that starts where `starts` matches."""
    parts: list[str] = []
    at = written = 0
    while start := starts.search(text, at):
        if (taken := found(start)) is None:
            at = start.end()
            continue
        at, words = taken
        parts += text[written : start.start()], words
        written = at
    return "".join(parts) + text[written:]


def _prose(text: str) -> str:
    """Markdown without front matter, fenced code, comments, and the addresses of links."""
    fences: dict[tuple[str, int], list[int]] = {}  # the ends of lines with nothing but a fence
    for fence in _FENCE.finditer(text):
        fences.setdefault((fence[1][0], len(fence[1])), []).append(fence.end())
    seeker = Seeker(text)

    def found(start: re.Match[str]) -> _Found:
        at = start.end()
        if start[1]:
            line_end = seeker.find("\n", at)
            for length in range(len(start[1]), 2, -1):  # a shorter fence ends it where no other does
                ends = fences.get((start[1][0], length), [])
                if (number := bisect_right(ends, line_end)) < len(ends):
                    return ends[number], ""
            return None
        closing = {"---\n": "\n---\n", "<!--": "-->"}.get(start[0])
        if closing is None:
            return at, ""
        end = seeker.find(closing, at)
        return (end + len(closing), "") if end < len(text) else None

    return _replaced(text, _NOT_PROSE, found)


def _without_anchor(line: re.Match[str]) -> str:
    """A heading's line without the `{#name}` at its end."""
    heading = line[0].rstrip(" \t")
    anchor = _ANCHOR.search(heading, heading.rfind("}", 0, -1) + 1)
    if anchor is None:
        return line[0]
    level = heading.index(" ") + 1
    return heading[:level] + heading[level : anchor.start()].rstrip(" \t")


def _without_tags(text: str) -> str:
    """Markdown with what a page shows of tags, entities and addresses in `< >`; code in backticks stays as it is."""
    runs = [found.span() for found in re.finditer("`+", text)]
    longest = [0] * (len(runs) + 1)  # of the backticks in a row from each run to the end of its line
    for number in range(len(runs) - 1, -1, -1):
        start, end = runs[number]
        goes_on = number + 1 < len(runs) and "\n" not in text[end : runs[number + 1][0]]
        longest[number] = max(end - start, longest[number + 1] if goes_on else 0)

    def found(start: re.Match[str]) -> _Found:
        if not start[1]:
            return start.end(), _as_shown(start)
        at = start.end()
        number = bisect_left(runs, (at,))
        if number == len(runs) or "\n" in text[at + 1 : runs[number][0]]:
            return None
        ticks = "`" * min(at - start.start(), longest[number])
        end = text.index(ticks, at + 1) + len(ticks)
        return end, text[start.start() : end]

    return _replaced(text, _TAG_OR_ENTITY, found)


def _without_pictures(text: str) -> str:
    """Markdown without its pictures, and without the numbers of its footnotes."""
    seeker = Seeker(text)

    def found(start: re.Match[str]) -> _Found:
        end = seeker.find("]", start.end())
        if end == len(text):
            return None
        if start[0] == "[^":
            return (end + 1, "") if start.end() < end < seeker.find("\n", start.end()) else None
        address = {"(": ")", "[": "]"}.get(text[end + 1 : end + 2])
        last = seeker.find(address, end + 2) if address else len(text)
        return (last if last < len(text) else end) + 1, ""

    return _replaced(text, _PICTURE, found)


def _links_as_words(text: str) -> str:
    """Markdown with the words of its links, and without where they lead."""
    seeker = Seeker(text)

    def found(start: re.Match[str]) -> _Found:
        address = {"](": ")", "][": "]"}.get(text[start.end() : start.end() + 2])
        if address is None:
            return None
        end = seeker.find(address, start.end() + 2)
        return (end + 1, start[1]) if end < seeker.find("\n", start.end() + 2) else None

    return _replaced(text, _LINK, found)


def _without_indented_code(text: str) -> str:
    """Markdown without indented code: four spaces or a tab after an empty line, outside lists."""
    kept: list[str] = []
    in_list = in_code = False
    after_blank = True
    for line in text.split("\n"):
        is_indented = line.startswith(("    ", "\t"))
        if line.strip():
            in_code = is_indented and not in_list and (after_blank or in_code)
            in_list = bool(_ITEM.match(line)) or (in_list and (line[0] in " \t" or not after_blank))
        after_blank = not line.strip()
        if not in_code:
            kept.append(line)
    return "\n".join(kept)


def _as_shown(found: re.Match[str]) -> str:
    """What a page shows of a tag, an entity or an address in `< >`."""
    return found["address"] or ("" if found[0].startswith("<") else html.unescape(found[0]))


def listed_rows(text: str) -> str:
    """Markdown with the rows of its tables as a list's items, and without rules."""
    return _ROW.sub(
        lambda row: "\n- " + "; ".join(each.strip(" \t") for each in row[1].strip().split("|")), _RULE.sub("", text)
    )


#: What is done to a text, in this order, each with the signs without which it does nothing: most texts lack most.
_STEPS: tuple[tuple[tuple[str, ...], Callable[[str], str]], ...] = (
    (("\r",), lambda text: re.sub("\r\n?", "\n", text)),
    (("---", "```", "~~~", "<!--", "["), _prose),
    (("    ", "\t"), _without_indented_code),
    ((">",), lambda text: _QUOTE.sub("", text)),
    (("\n=", "\n-"), lambda text: _UNDERLINED.sub(r"# \1", text)),
    (("}",), lambda text: _HEADING.sub(_without_anchor, text)),
    (("|",), lambda text: _BARE_TABLE.sub(lambda table: re.sub("(?m)^(.*)$", r"|\1|", table[0]), text)),
    (("`", "<", "&"), _without_tags),
    (("---", "*", "|"), listed_rows),
    (("[",), lambda text: _links_as_words(_without_pictures(text))),
    (("*", "`", "~", "_"), lambda text: _EMPHASIS.sub(lambda found: found["kept"] or "", text)),
    (("\\",), lambda text: _ESCAPE.sub(r"\1", text)),
)

FORMAT = Format((".md", ".markdown"), lambda path, data: plain_markdown(decoded(path, data)), by_library=False)
