"""What a field's HTML shows: blocks of lines of pieces, whatever elements its author's editor made them of.

Two fields that show the same are equal here, such as `<div>a</div>b` and `a<br>b`. What Markdown can't say is `lost`.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple
from urllib.parse import unquote

from studydeck.patterns import pattern
from studydeck.text.blocks import Block, Code, Piece, Rule, Shown
from studydeck.text.look import Look, declarations, of_all
from studydeck.text.structures import OF_ITEMS, STRUCTURES, Structures
from studydeck.text.tags import Sound, Tag, Tex, parts_of


class Style(NamedTuple):
    """What a note type's style says: the tags, classes (`.name`) and ids (`#name`) that it gives a look.

    Anki's own note types centre all text.
    """

    names: frozenset[str] = frozenset()
    is_centred: bool = True


def style_of(css: str) -> Style:
    """What a note type's `css` says."""
    if not css:
        return Style()
    return Style(frozenset(_NAME.findall(_RULE.sub(" ", css))), bool(_CENTRED.search(css)))


def shown(html: str, style: Style = Style()) -> Shown:  # noqa: B008 (a tuple)
    """What `html` shows in a note type of this `style`."""
    return _Reader(style).read(html)


_RULE = pattern(r"\{[^{}]*\}|/\*[^*]*\*+(?:[^/*][^*]*\*+)*/")
_NAME = pattern(r"[.#]?[A-Za-z_][\w-]*")
_CENTRED = pattern(r"text-align:\s*center")


def _names(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_PAGE = _names("html body head meta link base wbr colgroup col tbody thead tfoot rp rb")
_BLOCKS = _names(
    "div center section article header footer main nav aside figure figcaption address dl dt dd fieldset form legend "
    "hgroup tr"
)
#: The elements whose content isn't shown.
_HIDDEN = _names("script style iframe object svg math select textarea template noscript canvas")
_LOST = {
    "script": "a script",
    "style": "a style sheet",
    **dict.fromkeys(("iframe", "frameset"), "a frame"),
    **dict.fromkeys(("object", "embed"), "an embedded object"),
    "svg": "a drawing (SVG)",
    "math": "a formula in MathML",
    **dict.fromkeys(("audio", "video"), "a player"),
    "canvas": "a drawing",
    **dict.fromkeys(("input", "button", "select", "textarea"), "a form"),
    **dict.fromkeys(("details", "summary"), "text to unfold"),
    **dict.fromkeys(("abbr", "acronym"), "an explanation to hover over"),
    "dl": "a list of definitions",
    "caption": "a table's caption",
    "marquee": "a moving text",
    **dict.fromkeys(("map", "area"), "a map"),
    **dict.fromkeys(("meter", "progress"), "a meter"),
    "noscript": "a text for browsers",
    "template": "a template",
    **dict.fromkeys(("xmp", "plaintext"), "a text as typed"),
    "bdo": "direction",
    "multicol": "columns",
    "rtc": "a reading",
    "q": "quotation marks",
}
#: The elements that our Markdown makes, too, so that a note type's style finds them.
_SAME = _names(
    "a blockquote br code del em h1 h2 h3 h4 h5 h6 hr img kbd li mark ol p pre rp rt ruby strong sub sup table tbody "
    "td th thead tr u ul"
)
_WIDTH = pattern(r"(\d+(?:\.\d+)?)(px|%)?")
_LANGUAGE = pattern(r"(?:^|\s)lang(?:uage)?-([\w+#.-]+)")
_REMOTE = pattern(r"[a-z][a-z0-9+.-]+:|//", re.IGNORECASE)


class _Reader(Structures):
    def __init__(self, style: Style) -> None:
        super().__init__()
        self.styled = style.names
        self.is_centred = style.is_centred
        self.asides: set[frozenset[tuple[str, str]]] = set()
        self.pre: list[str] | None = None
        self.pre_language = ""
        self.ruby: list[tuple[str, list[Piece]]] | None = None
        self.hidden = ""  # the element whose content isn't shown

    def read(self, html: str) -> Shown:
        if "[anki:" in html:
            self.lost["speech"] = None
        for part in parts_of(html):
            if isinstance(part, Tag):
                if self.hidden:
                    self.hidden = "" if part.closes and part.name == self.hidden else self.hidden
                elif part.closes:
                    self._end(part.name)
                else:
                    self._start(part)
            elif not self.hidden:
                self._piece(part)
        for name in ("ruby", "pre"):
            self._end(name)
        self.close_until(0)
        self.flows[0].end_paragraph()
        self._judge_asides()
        return Shown(tuple(self.flows[0].blocks), tuple(self.lost))

    def _judge_asides(self) -> None:
        everywhere = frozenset.intersection(*self.asides) if self.asides else frozenset()
        for word, value in sorted(frozenset().union(*self.asides)):
            if self.is_centred and (word, value) == ("alignment", "center"):
                continue
            if (word, value) not in everywhere or not of_all(word, value):
                self.lost[word] = None

    # --- texts ---

    def _piece(self, part: Tex | Sound | str) -> None:
        if self.pre is not None:
            self.pre.append(part if isinstance(part, str) else _typed(part))
            self._see(str(part), self.look)
            return
        if isinstance(part, Tex):
            if part.lost:
                self.lost["LaTeX that isn't a formula"] = None
            self._add(Piece("display" if part.display else "formula", part.tex, self.look))
        elif isinstance(part, Sound):
            self._add(Piece("sound", part.file, self.look))
        else:
            self._add(Piece("text", part.replace("\0", ""), self.look))

    def _add(self, piece: Piece) -> None:
        is_blank = piece.kind == "text" and not piece.text.strip()
        if not is_blank:
            self._see(piece.text, piece.look)
        piece = piece._replace(look=piece.look._replace(aside=frozenset()))
        if self.ruby is not None:
            self.ruby[-1][1].append(piece)
            return
        if self.flows[-1].name in OF_ITEMS:
            if is_blank:
                return
            self.into_an_item()
        self.flows[-1].line.append(piece)

    def _see(self, text: str, look: Look) -> None:
        if text.strip():
            self.asides.add(look.aside)

    # --- tags ---

    def _start(self, tag: Tag) -> None:
        name = tag.name
        if name in _LOST:
            if name not in ("abbr", "acronym") or tag.attributes.get("title"):
                self.lost[_LOST[name]] = None
            if name in _HIDDEN:
                self.hidden = name
                return
        if self.styled:
            self._note_styles(tag)
        if name == "br":
            self._break()
        elif name == "img":
            self._picture(tag)
        elif name == "hr":
            self.block().append(Rule())
        elif name in ("ruby", "rt"):
            self._ruby(name)
        elif name == "pre":
            self._end(name)
            self.block()
            self.pre, self.pre_language = [], _language(tag)
            self.open_element(tag)
        elif self.pre is not None and name == "code":
            self.pre_language = _language(tag) or self.pre_language
        elif name in ("title", "meta", "link", "base", "o:p", "input"):
            self.hidden = "title" if name == "title" else ""
        elif name in STRUCTURES and self.pre is None and self.ruby is None:
            self.start_structure(tag)
        elif name not in _PAGE:
            if name in _BLOCKS and self.pre is None:
                self._end_line()
            self.open_element(tag)

    def _end(self, name: str) -> None:
        if name == "br":  # browsers make one of it
            self._break()
        elif name in ("ruby", "rt"):
            self._end_ruby(name)
        elif name == "pre" and self.pre is not None:
            text = "".join(self.pre).removeprefix("\n").replace("\xa0", " ").replace("\r\n", "\n")
            self.pre = None
            if text.strip():
                self.block().append(Code(text.rstrip(), self.pre_language))
            self.close_element(name)
        elif name in STRUCTURES:
            self.end_structure(name)
        elif name not in _PAGE and not (self.pre is not None and name == "code"):
            self.close_element(name)
            if name in _BLOCKS and self.pre is None:
                self._end_line()

    def _note_styles(self, tag: Tag) -> None:
        for each in tag.attributes.get("class", "").split():
            if f".{each}" in self.styled:
                self.lost[f"the class '{each}'"] = None
        if f"#{tag.attributes.get('id')}" in self.styled:
            self.lost[f"the id '{tag.attributes['id']}'"] = None
        if tag.name not in _SAME and tag.name in self.styled:
            self.lost[f"the style of <{tag.name}>"] = None

    def _break(self) -> None:
        if self.pre is not None:
            self.pre.append("\n")
        elif self.ruby is None and self.flows[-1].name not in OF_ITEMS and not self.flows[-1].end_line():
            self.flows[-1].end_paragraph()

    def _end_line(self) -> None:
        if self.ruby is None:
            self.flows[-1].end_line()

    def block(self) -> list[Block]:
        """The blocks to which another is to be added; it ends ruby text."""
        self._end_ruby("ruby")
        return super().block()

    def _picture(self, tag: Tag) -> None:
        attributes = tag.attributes
        source = attributes.get("src", "").strip()
        if not source:
            return
        if _REMOTE.match(source):
            self.lost["a picture from the web"] = None
        style = declarations(attributes.get("style", ""))
        width = style.get("width") or attributes.get("width", "")
        height = style.get("height") or attributes.get("height", "")
        found = _WIDTH.fullmatch(width)
        if (height not in ("", "auto") and not found) or (width not in ("", "auto") and not found):
            self.lost["a picture's size"] = None
        if any(_cut(style.get(each, "")) for each in ("max-width", "max-height", "zoom", "transform", "float")):
            self.lost["a picture's size or place"] = None
        size = f"{round(float(found[1]))}{'%' if found[2] == '%' else ''}" if found else ""
        alt = " ".join(attributes.get("alt", "").split())
        title = " ".join(attributes.get("title", "").split())
        self._add(Piece("picture", unquote(source), self.look, alt, "" if size == "100%" else size, title))

    def _ruby(self, name: str) -> None:
        if name == "ruby":
            self._end_ruby(name)
            self.ruby = [("base", [])]
        elif self.ruby is not None:
            if self.ruby[-1][0] == "reading":
                self.ruby.append(("base", []))
            self.ruby.append(("reading", []))

    def _end_ruby(self, name: str) -> None:
        if self.ruby is None:
            return
        if name == "rt":
            self.ruby.append(("base", []))
            return
        parts, self.ruby = self.ruby, None
        for (what, pieces), (_, reading) in [*pairwise(parts), (parts[-1], ("", []))]:
            if what != "base":
                continue
            if len(reading) == len(pieces) == 1 and pieces[0].kind == reading[0].kind == "text":
                base, note = (" ".join(each.text.split()) for each in (pieces[0], reading[0]))
                self._add(Piece("ruby", base, pieces[0].look, note))
                continue
            if reading:
                self.lost["a reading"] = None
            for piece in (*pieces, *reading):
                self._add(piece)


def _typed(part: Tex | Sound) -> str:
    if isinstance(part, Sound):
        return f"[sound:{part.file}]"
    return f"[$]{part.tex}[/$]"


def _language(tag: Tag) -> str:
    found = _LANGUAGE.search(tag.attributes.get("class", ""))
    return found[1] if found else ""


def _cut(value: str) -> bool:
    return value not in ("", "none", "100%", "auto", "initial", "inherit", "1", "unset", "100vw", "100vh")
