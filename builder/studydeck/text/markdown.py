"""Markdown to the HTML of an Anki field. docs/text.md says what an author can write.

comrak parses and renders CommonMark, tables, strikethrough and highlights. Formulas and signs that it would read
otherwise are set aside before (`stand_ins.py`) and finished after (`inline.py`); then come pictures and sounds from the
deck's media, and clozes that code and math must not break. The output is part of every learner's history: a change
moves the stamps of notes, so golden cases in tests/cases/ pin it down.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from types import ModuleType
from typing import Any

from studydeck.model import Html, Text
from studydeck.patterns import pattern
from studydeck.text import media, slips
from studydeck.text.code import highlighted, with_gaps
from studydeck.text.inline import finished
from studydeck.text.nesting import contained
from studydeck.text.numbers import has_numbers, numbered
from studydeck.text.spans import FORMULA, replace_enclosed
from studydeck.text.stand_ins import StandIns, formulas_alone, is_plain

_FENCE = pattern(r"[ >]{0,6}(?:[-*+] +)?(`{3,}|~{3,})")
_HTML_BLOCK = pattern(r"([ >]{0,3}(?:(?:[-*+]|\d+[.)]) {1,4})?)<(?=[A-Za-z/!?])(?![A-Za-z][\w+.-]*:|[^\s<>]*@)")
_EMPTY_HEAD = pattern(r"<thead>\n<tr>\n(?:<th(?: align=\"\w+\")?></th>\n)+</tr>\n</thead>\n")
_CODE = pattern(r"(<code\b[^>]*>.*?</code>)", re.DOTALL)
_ANKI_BRACKETS = pattern(r"\[(?=sound:|anki:|(?i:latex)\]|\$|\[?type:)")
# What MathJax, which Anki renders formulas with, turns into a link, whatever its address: it may run a script.
_LINK_IN_MATH = pattern(r"\\(?=href(?!\s*\{https?:)|mmlToken|csname)")
_MATH_MARKS = pattern(r"\{\{c\d+(?:,\d+)*::|[{}]|::")


def to_html(text: str, files: Mapping[str, str] | None = None, language: str = "", *, highlight: bool = True) -> str:
    """The HTML of a field for `text`; `files` maps media as the author names them to their names in Anki.

    `language` is the text's BCP 47 tag, empty if it is unknown. Without `highlight`, its code is in no colours: that is
    enough for checks, and far faster.

    A text of one line stays inline, so that the answer `+`, `1947.` or `# 5` isn't a list or a heading.
    """
    return _html(text, files, language, highlighted if highlight else _as_it_is)


def _as_it_is(html: str) -> str:
    return html


def _html(text: str, files: Mapping[str, str] | None, language: str, coloured: Callable[[str], str]) -> str:
    text = text.strip()
    if is_plain(text):
        return text
    if "![" not in text and "[sound:" not in text and (html := formulas_alone(text)) is not None:
        return without_links_in_math(without_commands(html))
    html = without_commands(coloured(_fragment(text, language)))
    if "|" in text and "></th>" in html:
        html = _EMPTY_HEAD.sub("", html)
    if "[" in text and "<img" in html:
        html = media.with_files(html, files or {})
    return without_links_in_math(html)


def without_links_in_math(html: str) -> str:
    """`html` without the commands of TeX that MathJax makes links of."""
    if "\\" in html and (r"\(" in html or r"\[" in html) and _LINK_IN_MATH.search(html):
        parts = _CODE.split(html)
        parts[0::2] = [_LINK_IN_MATH.sub(r"\\ ", part) for part in parts[0::2]]
        html = "".join(parts)
    return html


def to_cloze_html(text: str, files: Mapping[str, str] | None = None, language: str = "") -> str:
    """Like `to_html`, for a text with clozes: braces of code or of a formula don't end one, nor do tags."""
    html = _html(text, files, language, with_gaps)
    if "\\" in html and (r"\(" in html or r"\[" in html):
        parts = _CODE.split(html)
        parts[0::2] = [
            replace_enclosed(each, FORMULA, lambda *math: _part_marks("".join(math)))
            if r"\(" in each or r"\[" in each
            else each
            for each in parts[0::2]
        ]
        html = "".join(parts)
    return contained(html)


def field_html(
    text: Text, files: Mapping[str, str] | None = None, language: str = "", *, with_gaps: bool = False
) -> str:
    """The HTML of a field for an author's text of either kind, Markdown or HTML; it has clozes if it is `with_gaps`."""
    if isinstance(text, Html):
        from studydeck.text.clean import cleaned  # few decks need it

        return cleaned(text, files)
    return to_cloze_html(text, files, language) if with_gaps else to_html(text, files, language)


def without_commands(html: str) -> str:
    """`html` with an entity for the bracket of commands that Anki would run, such as `[sound:`."""
    return _ANKI_BRACKETS.sub("&#91;", html) if "[" in html else html


def media_references(text: str) -> list[tuple[str, str]]:
    """The pictures and sounds that `text` shows, in order: names as the author wrote them, and alternative texts."""
    return media_and_slips(text)[0]


def media_and_slips(text: str) -> tuple[list[tuple[str, str]], list[slips.Slip]]:
    """The pictures and sounds that `text` shows, as in `media_references`, and spellings of some that show nothing."""
    shows = "![" in text or "[sound:" in text
    may_slip = ("[" in text or "<" in text) and slips.names_a_file(text)
    if not (shows or may_slip):
        return [], []
    text = text.strip()
    html = _fragment(text)
    return media.references(html, text) if shows else [], list(slips.slips(html)) if may_slip else []


def _fragment(text: str, language: str = "") -> str:
    """The HTML of a text without white space around it; its media have the names that the author gave them."""
    text, typed = media.in_markdown(text.replace("\r\n", "\n").replace("\r", "\n"))
    return media.from_markdown(_parsed(text, language), typed)


def _parsed(text: str, language: str) -> str:
    """The HTML of a text in Markdown; a single paragraph comes without its tag."""
    signs = StandIns(text, language)
    text = signs.text
    if "\n" not in text:
        return finished(_render("." + text)[4:-4], signs)  # the dot keeps marks at the line's start from making blocks
    text = _without_html_blocks(text) if "<" in text else text
    html = numbered(_render(text, True), text) if has_numbers(text) else _render(text)
    if html.startswith("<p>") and html.endswith("</p>") and html.count("<p>") == 1:
        html = html[3:-4]
    return finished(html, signs)


def _without_html_blocks(text: str) -> str:
    """`text` with lines that start an HTML block escaped: as a block they would lose their line ends and Markdown."""
    lines = text.split("\n")
    fence = ""
    for number, line in enumerate(lines):
        if mark := _FENCE.match(line):
            fence = "" if fence and mark[1].startswith(fence) else fence or mark[1]
        elif not fence and (start := _HTML_BLOCK.match(line)):
            lines[number] = f"{start[1]}\\{line[start.end(1) :]}"
    return "\n".join(lines)


def _render(text: str, with_places: bool = False) -> str:
    """comrak's HTML; its tags say where in `text` they are if that is asked for."""
    comrak, extensions, parsing, rendering = _comrak(with_places)
    html: str = comrak.render_markdown(text, extensions, parsing, rendering)
    return html.rstrip("\n")


@cache
def _comrak(with_places: bool) -> tuple[ModuleType, Any, Any, Any]:
    """comrak and its options: loaded at the first text that needs it, not at the program's start."""
    import comrak

    extensions = comrak.ExtensionOptions()
    extensions.strikethrough = extensions.table = True
    extensions.highlight = extensions.cjk_friendly_emphasis = True
    rendering = comrak.RenderOptions()
    rendering.escape = True
    rendering.hardbreaks = True
    rendering.sourcepos = with_places
    return comrak, extensions, comrak.ParseOptions(), rendering


def _part_marks(formula: str) -> str:
    """`formula` with TeX's `}}` written `} }` and its `::` written `:{}:`; those of a cloze in it are left alone."""
    parts: list[str] = []
    depths: list[int] = []  # TeX braces open inside each open cloze
    at = 0
    while mark := _MATH_MARKS.search(formula, at):
        parts.append(formula[at : mark.start()])
        at = mark.end()
        if mark[0] == "::":
            parts.append("::" if depths else ":{}:")
            continue
        if len(mark[0]) > 1:
            depths.append(0)
        elif mark[0] == "}" and depths and depths[-1] == 0 and formula.startswith("}", at):
            depths.pop()
            at += 1
            parts.append("}}")
            continue
        elif depths:
            depths[-1] += 1 if mark[0] == "{" else -1
        parts.append(mark[0])
        if mark[0] == "}" and formula.startswith("}", at):
            parts.append(" ")
    return "".join(parts) + formula[at:]
