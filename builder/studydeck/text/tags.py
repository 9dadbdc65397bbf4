"""HTML that somebody else wrote, in parts: tags, texts, formulas and sounds, as Anki and a browser read it.

Made for fields of Anki: nothing is refused, and whatever is broken is text. The next tag is never looked for twice, so
that it takes linear time.
"""

from __future__ import annotations

import html as html_entities
import re
from collections.abc import Iterator
from typing import NamedTuple

from studydeck.patterns import pattern
from studydeck.text.spans import Seeker
from studydeck.text.tex import is_formula, of_latex

_QUOTED = r'"[^"<]*(?:<[^"<]*){0,5}+"' + r"|'[^'<]*(?:<[^'<]*){0,5}+'"
_TAG = pattern(rf"<(/?)([A-Za-z][^\s/>]*)((?:[^\"'<>]|{_QUOTED})*+)>")
_ATTRIBUTE = pattern(r"([^\s=/\"'<>]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'<>]+)))?")
_START = pattern(r"\\[(\[]|\[\$\$?\]|\[latex\]|\[sound:|<(?=[A-Za-z/!?])", re.IGNORECASE)
_ENDS = {r"\(": r"\)", r"\[": r"\]", "[$]": "[/$]", "[$$]": "[/$$]", "[latex]": "[/latex]"}
_INSIDE_LATEX = pattern(r"<br ?/?>|<div>|<[^<>]*>")
_BREAK = pattern(r"<br ?/?>")
#: Elements whose content is no HTML, and is never shown.
_RAW = ("script", "style", "textarea", "title", "iframe", "noscript", "noembed", "noframes", "xmp", "template")
_RAW_TAG = pattern(rf"<(?:{'|'.join(_RAW)})\b|<!--", re.IGNORECASE)
_LITERAL = ("code", "pre")  # where nothing is a formula


class Tag(NamedTuple):
    """A tag; `attributes` are by their names in lower case."""

    name: str
    closes: bool
    attributes: dict[str, str]


class Tex(NamedTuple):
    """A formula: its TeX, and whether it has a line of its own. `lost` says that MathJax can't set it."""

    tex: str
    display: bool
    lost: bool = False


class Sound(NamedTuple):
    """A sound or film that Anki plays."""

    file: str


def parts_of(html: str) -> Iterator[Tag | Tex | Sound | str]:
    """The parts of a field's HTML in order; texts are without entities."""
    return _Parts(html).read()


class _Parts:
    def __init__(self, html: str) -> None:
        self.html = html
        self.seeker = Seeker(html)
        self.lower: Seeker | None = None
        self.literal = 0

    def read(self) -> Iterator[Tag | Tex | Sound | str]:
        html, at, written = self.html, 0, 0
        part: Tag | Tex | Sound | str | None
        while start := _START.search(html, at):
            if start[0] == "<":
                part, at = self._tag(start.start())
            else:
                part, at = self._command(start)
            if part is None:
                continue
            if start.start() > written:
                yield html_entities.unescape(html[written : start.start()])
            written = at
            if part:
                yield part
            if isinstance(part, Tag) and part.name in _LITERAL:
                self.literal = max(0, self.literal + (-1 if part.closes else 1))
            elif isinstance(part, Tag) and part.name in _RAW and not part.closes:
                at = written = self._end_of_raw(part.name, at)
        if written < len(html):
            yield html_entities.unescape(html[written:])

    def _tag(self, at: int) -> tuple[Tag | Tex | str | None, int]:
        """A tag, or nothing in place of a comment."""
        html = self.html
        if html.startswith("<!--", at):
            end = self.seeker.find("-->", at)
            return "", min(len(html), end + 3)
        if found := _TAG.match(html, at):
            attributes = _attributes(found[3]) if found[3] else {}
            name = found[2].lower()
            if name == "anki-mathjax" and not found[1]:
                end = self.seeker.find("</anki-mathjax>", found.end())
                if end < len(html):
                    tex = _tex(html_entities.unescape(html[found.end() : end]))
                    return Tex(tex, attributes.get("block", "") == "true"), end + len("</anki-mathjax>")
            return Tag(name, bool(found[1]), attributes), found.end()
        if html[at + 1] in "!?/" and (end := self.seeker.find(">", at)) < len(html):
            return "", end + 1
        return None, at + 1

    def _command(self, start: re.Match[str]) -> tuple[Tex | Sound | None, int]:
        """What Anki makes of brackets."""
        if self.literal and start[0][0] == "\\":
            return None, start.end()
        mark = start[0].lower()
        if mark == "[sound:":
            end = self.seeker.find("]", start.end())
            name = html_entities.unescape(self.html[start.end() : end])
            return (Sound(name), end + 1) if end < len(self.html) and name.strip() else (None, start.end())
        end = self.seeker.find(_ENDS[mark], start.end())
        if end == len(self.html):
            return None, start.end()
        inner, after = self.html[start.end() : end], end + len(_ENDS[mark])
        if _RAW_TAG.search(inner):
            return None, start.end()
        if mark[0] == "[":
            inner = _INSIDE_LATEX.sub(lambda tag: "\n" if tag[0][1:3] in ("br", "di") else "", inner)
        else:
            inner = _BREAK.sub("\n", inner)
            if "<" in inner:
                return None, start.end()
        tex, display, lost = html_entities.unescape(inner), mark in (r"\[", "[$$]"), False
        if mark == "[latex]":
            tex, display = of_latex(tex)
            lost = not is_formula(tex)
        return (Tex(_tex(tex), display, lost), after) if tex.strip() else (None, start.end())

    def _end_of_raw(self, name: str, at: int) -> int:
        self.lower = self.lower or Seeker(self.html.lower())
        return self.lower.find(f"</{name}", at)


def _attributes(written: str) -> dict[str, str]:
    return {
        name.lower(): html_entities.unescape(double or single or bare)
        for name, double, single, bare in _ATTRIBUTE.findall(written)
    }


def _tex(tex: str) -> str:
    """TeX without blanks that mean nothing."""
    return tex.replace("\xa0", " ").strip() if "%" in tex else " ".join(tex.split())
