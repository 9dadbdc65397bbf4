"""Markdown to the HTML of an Anki field: CommonMark, tables, strikethrough and math; raw HTML shows as text.

comrak parses and renders. This module adds what Anki needs: math in Anki's brackets, pictures and sounds from the
deck's media, clozes that code and math must not break. Its output is part of every learner's history: a change moves
the stamps of notes, so golden cases in tests/cases/ pin it down.
"""

from __future__ import annotations

import html as html_entities
import re
from collections.abc import Callable, Mapping
from functools import cache
from types import ModuleType
from typing import Any

from studydeck.text.cloze import contained
from studydeck.text.code import highlighted, with_gaps
from studydeck.text.spans import FORMULA, replace_enclosed

# Without these characters, Markdown would only escape the text (see test_text.py, "plain text needs no Markdown").
_MARKDOWN = re.compile(r"[\\`*_\[\]<>&\"$~\n\r\x00]")
_SIGNS = b'\\`*_[]<>&"$~\n\r\x00'  # the same, for ASCII: deleting them takes half as long as looking for one
_MATH = re.compile(r'<span data-math-style="(inline|display)">(.*?)</span>', re.DOTALL)
_IMAGE = re.compile(r'<img src="([^"]*)" alt="([^"]*)"(?: title="([^"]*)")? />')
_FENCE = re.compile(r"[ >]{0,6}(?:[-*+] +)?(`{3,}|~{3,})")
_HTML_BLOCK = re.compile(r"([ >]{0,3}(?:(?:[-*+]|\d+[.)]) {1,4})?)<(?=[A-Za-z/!?])(?![A-Za-z][\w+.-]*:|[^\s<>]*@)")
_FORBIDDEN = re.compile(r"!\[[^\]]*\]\(\s*<?((?:javascript|vbscript|file|data):[^>\s]*?)>?\)(?!\))", re.IGNORECASE)
_CODE = re.compile(r"(<code\b[^>]*>.*?</code>)", re.DOTALL)
_PRICE = re.compile(r"[).,;:}]|\d[^)]*\([^)]*$")  # what a formula hardly starts with, and the rest of a price
_ANKI_BRACKETS = re.compile(r"\[(?=sound:|anki:|(?i:latex)\]|\$|\[?type:)")
# What MathJax, which Anki renders formulas with, turns into a link, whatever its address: it may run a script.
_LINK_IN_MATH = re.compile(r"\\(?=href(?!\s*\{https?:)|mmlToken|csname)")
_SHELL_NAME = re.compile(r"[A-Za-z_]\w+")
_MATH_MARKS = re.compile(r"\{\{c\d+(?:,\d+)*::|[{}]|::")
#: How names of sounds and films end, which Anki plays, and those of pictures, which it shows.
SOUNDS = (".mp3", ".ogg", ".oga", ".opus", ".wav", ".m4a", ".flac", ".mp4", ".webm", ".ogv", ".mov", ".mkv", ".avi")
PICTURES = (".svg", ".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".gif", ".webp", ".avif", ".apng", ".bmp", ".ico",
            ".tif", ".tiff", ".heic", ".heif", ".jxl")  # fmt: skip


def to_html(text: str, files: Mapping[str, str] | None = None) -> str:
    """The HTML of a field for `text`; `files` maps media as the author names them to their names in Anki.

    A text of one line stays inline, so that the answer `+`, `1947.` or `# 5` isn't a list or a heading.
    """
    return _html(text, files, highlighted)


def _html(text: str, files: Mapping[str, str] | None, coloured: Callable[[str], str]) -> str:
    text = text.strip()
    if _is_plain(text):
        return text
    html = coloured(_fragment(text))
    if "<span data-math" in html:
        html = _MATH.sub(_math, html)
    html = without_commands(html)
    if "<img" in html:
        html = _IMAGE.sub(lambda image: _media(image, files or {}), html)
    if (r"\(" in html or r"\[" in html) and _LINK_IN_MATH.search(html):
        parts = _CODE.split(html)
        parts[0::2] = [_LINK_IN_MATH.sub(r"\\ ", part) for part in parts[0::2]]
        html = "".join(parts)
    return html


def _is_plain(text: str) -> bool:
    """Whether Markdown would leave `text` as it is, since it has no characters of Markdown or HTML."""
    data = text.encode("utf-8", "surrogatepass")
    return len(data.translate(None, _SIGNS)) == len(data)  # half the time that a search for one takes


def to_cloze_html(text: str, files: Mapping[str, str] | None = None) -> str:
    """Like `to_html`, for a text with clozes: braces of code or of a formula don't end one, nor do tags."""
    html = _html(text, files, with_gaps)
    if r"\(" in html or r"\[" in html:
        parts = _CODE.split(html)
        parts[0::2] = [
            replace_enclosed(each, FORMULA, lambda *math: _part_marks("".join(math)))
            if r"\(" in each or r"\[" in each
            else each
            for each in parts[0::2]
        ]
        html = "".join(parts)
    return contained(html)


def without_commands(html: str) -> str:
    """`html` with an entity for the bracket of commands that Anki would run, such as `[sound:`."""
    return _ANKI_BRACKETS.sub("&#91;", html)


def media_references(text: str) -> list[tuple[str, str]]:
    """The pictures and sounds that `text` shows, in order: names as the author wrote them, and alternative texts."""
    if "![" not in text:
        return []
    text = text.strip()
    html = _fragment(text)
    forbidden = (found[1] for found in _FORBIDDEN.finditer(text))
    return [
        (_file_name(image) or next(forbidden, ""), html_entities.unescape(image[2])) for image in _IMAGE.finditer(html)
    ]


def is_sound(name: str) -> bool:
    """Whether Anki plays the file rather than shows it: sounds and films, by the ending of its name."""
    return name.lower().endswith(SOUNDS)


def _fragment(text: str) -> str:
    """comrak's HTML of a text without white space around it; a single paragraph comes without its tag."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\n" not in text:
        return _render("." + text)[4:-4]  # the dot keeps marks at the line's start from making blocks
    html = _render(_without_html_blocks(text) if "<" in text else text)
    if html.startswith("<p>") and html.endswith("</p>") and html.count("<p>") == 1:
        html = html[3:-4]
    return html


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


def _render(text: str) -> str:
    comrak, extensions, parsing, rendering = _comrak()
    html: str = comrak.render_markdown(text, extensions, parsing, rendering)
    return html.rstrip("\n")


@cache
def _comrak() -> tuple[ModuleType, Any, Any, Any]:
    """comrak and its options: loaded at the first text that needs it, not at the program's start."""
    import comrak

    extensions = comrak.ExtensionOptions()
    extensions.strikethrough = extensions.table = True
    extensions.math_dollars = extensions.cjk_friendly_emphasis = True
    rendering = comrak.RenderOptions()
    rendering.escape = True
    rendering.hardbreaks = True
    return comrak, extensions, comrak.ParseOptions(), rendering


def _math(span: re.Match[str]) -> str:
    """A formula in Anki's brackets, or dollars again if they were a shell's: `$HOME/$PATH`, not `$n$th`."""
    style, formula = span.groups()
    if style == "display":
        return rf"\[{formula}\]"
    before, following = span.string[: span.start()][-1:], span.string[span.end() : span.end() + 1]
    if _PRICE.match(formula) or (before.isalnum() and not (formula[0].isalnum() or formula[0] in "_^\\{'")):
        return f"${formula}$"
    if following == "{" and formula[0] == "{":
        return f"${formula}$"
    in_a_word = (following.isalnum() or following == "_") and not (before.isalnum() and formula[0] in "_^")  # H$_2$O
    if in_a_word and (not (formula[-1].isalnum() or formula[-1] in ")}'") or _SHELL_NAME.fullmatch(formula)):
        return f"${formula}$"
    return rf"\({formula}\)"


def _media(image: re.Match[str], files: Mapping[str, str]) -> str:
    written = _file_name(image)
    name = html_entities.escape(files[written]) if written in files else image[1]  # that is escaped already
    if is_sound(written):
        return f"[sound:{name}]"
    title = f' title="{image[3]}"' if image[3] else ""
    return f'<img src="{name}" alt="{image[2]}"{title} />'


def _file_name(image: re.Match[str]) -> str:
    from urllib.parse import unquote  # four milliseconds that few decks need

    return unquote(html_entities.unescape(image[1]))


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
