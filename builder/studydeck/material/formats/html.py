"""HTML: the page's one article, or its main part, or all of it, by way of Markdown. Needs studydeck[material]."""

from __future__ import annotations

import re
from pathlib import Path

from studydeck.material.formats import Format, needs_extra
from studydeck.material.formats.markdown import listed_rows
from studydeck.patterns import pattern

_NOT_READ = [
    "nav",
    "header",
    "footer",
    "aside",
    "script",
    "style",
    "noscript",
    "template",
    "form",
    "figure",
    "head",
    "pre",
]
_LINE_BREAKS = pattern(r"(?<! ) {2,}+\n\s*")


def from_html(path: Path, page_or_part: bytes | str, without: str = "") -> str:
    """The page's one article, or its main part, or all of it, by way of Markdown.

    What the CSS selector `without` finds is left out. `path` is only named, if a library is missing.
    """
    try:
        from bs4 import BeautifulSoup
        from bs4.element import PreformattedString
        from markdownify import MarkdownConverter
    except ModuleNotFoundError:
        raise needs_extra(path, "HTML") from None
    page = BeautifulSoup(page_or_part, "html.parser")
    articles = page.find_all("article")
    part = articles[0] if len(articles) == 1 else page.find("main") or page
    for element in part.select(without) if without else ():
        element.decompose()
    for element in part.find_all(_NOT_READ):
        if element.name != "header" or not element.find(["h1", "h2"]):
            element.decompose()
    for element in part.find_all(["sup", "sub"]):
        raised = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻" if element.name == "sup" else "₀₁₂₃₄₅₆₇₈₉₊₋")
        element.replace_with("" if element.find("a") else element.get_text().translate(raised))  # a link is a footnote
    for quote in part.find_all("blockquote"):
        quote.name = "div"  # whose text gets no mark
    for unseen in part.find_all(string=lambda words: isinstance(words, PreformattedString)):
        unseen.extract()  # a comment or the doctype
    part.smooth()
    for words in part.find_all(string=True):
        words.replace_with(re.sub(r"\s+", " ", words))  # lines end where HTML says so, not where its source does
    converter = MarkdownConverter(
        heading_style="ATX",
        bullets="-",
        strip=["a", "img", "em", "strong", "b", "i", "code"],
        escape_asterisks=False,
        escape_underscores=False,
        escape_misc=False,
    )
    return listed_rows(_LINE_BREAKS.sub(_one_or_many, converter.convert_soup(part)))


def _one_or_many(breaks: re.Match[str]) -> str:
    """What `<br>` means: a single one is a space, and several in a row separate paragraphs."""
    return " " if breaks[0].count("\n") == 1 else "\n\n"


FORMAT = Format((".html", ".htm", ".xhtml"), from_html)
