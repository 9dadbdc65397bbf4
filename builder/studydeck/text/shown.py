"""What a field's HTML shows: blocks of lines of pieces, whatever elements its author's editor made them of.

Two fields that show the same are equal here, such as `<div>a</div>b` and `a<br>b`. What Markdown can't say is `lost`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple
from urllib.parse import unquote

from studydeck.patterns import pattern
from studydeck.text.blanks import normal
from studydeck.text.blocks import (
    Block,
    Blocks,
    Cell,
    Code,
    Heading,
    Line,
    Listed,
    Paragraph,
    Piece,
    Quote,
    Rule,
    Shown,
    Table,
)
from studydeck.text.look import PLAIN, Look, changed, declarations, of_all
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


_PAGE = (
    "html",
    "body",
    "head",
    "meta",
    "link",
    "base",
    "wbr",
    "colgroup",
    "col",
    "tbody",
    "thead",
    "tfoot",
    "rp",
    "rb",
)
_BLOCKS = ("div", "center", "section", "article", "header", "footer", "main", "nav", "aside", "figure", "figcaption",
    "address",            "dl", "dt", "dd", "fieldset", "form", "legend", "hgroup", "tr")  # fmt: skip
_LOST = {
    "script": "a script", "style": "a style sheet", "iframe": "a frame", "object": "an embedded object",
    "embed": "an embedded object",
    "svg": "a drawing (SVG)", "math": "a formula in MathML", "audio": "a player", "video": "a player",
    "canvas": "a drawing",
    "input": "a form", "button": "a form", "select": "a form", "textarea": "a form", "details": "text to unfold",
    "summary": "text to unfold",
    "abbr": "an explanation to hover over", "acronym": "an explanation to hover over", "dl": "a list of definitions",
    "caption": "a table's caption", "marquee": "a moving text", "map": "a map", "area": "a map", "meter": "a meter",
    "progress": "a meter",
    "noscript": "a text for browsers", "template": "a template", "frameset": "a frame", "xmp": "a text as typed",
    "bdo": "direction",
    "plaintext": "a text as typed", "multicol": "columns", "rtc": "a reading", "q": "quotation marks",
}  # fmt: skip
#: The elements that our Markdown makes, too, so that a note type's style finds them.
_SAME = frozenset(
    ("a", "blockquote", "br", "code", "del", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "img", "kbd", "li",
    "mark", "ol",
     "p", "pre", "rp", "rt", "ruby", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "u", "ul")
)  # fmt: skip
_DEEPEST = 12
_FAR = 20  # open elements in which an end looks for its start
_WIDTH = pattern(r"(\d+(?:\.\d+)?)(px|%)?")
_LANGUAGE = pattern(r"(?:^|\s)lang(?:uage)?-([\w+#.-]+)")
_REMOTE = pattern(r"[a-z][a-z0-9+.-]+:|//", re.IGNORECASE)


class _Flow:
    """A block that is open: the blocks and lines in it so far."""

    def __init__(self, name: str, tag: Tag | None = None, *, goes_on: bool = False) -> None:
        self.name, self.tag, self.goes_on = name, tag, goes_on
        self.blocks: list[Block] = []
        self.lines: list[Line] = []
        self.line: list[Piece] = []
        self.items: list[tuple[str, Blocks]] = []  # of a list, each with its number
        self.rows: list[tuple[Cell, ...]] = []
        self.cells: list[Cell] = []
        self.heads = 0

    def end_line(self) -> bool:
        """Ends the line, if there is anything in it."""
        line = normal(self.line) if self.line else ()
        self.line = []
        if line:
            self.lines.append(line)
        return bool(line)

    def end_paragraph(self) -> None:
        self.end_line()
        if self.lines:
            self.blocks.append(Paragraph(tuple(self.lines)))
            self.lines = []


class _Reader:
    def __init__(self, style: Style) -> None:
        self.styled = style.names
        self.is_centred = style.is_centred
        self.flows = [_Flow("field")]
        self.open: list[tuple[str, Look]] = []  # elements in a line: the look around them
        self.look = PLAIN
        self.lost: dict[str, None] = {}
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
        self._close_until(0)
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
        if self.flows[-1].name in ("list", "table", "row"):
            if is_blank:
                return
            self._into_an_item()
        self.flows[-1].line.append(piece)

    def _see(self, text: str, look: Look) -> None:
        if text.strip():
            self.asides.add(look.aside)

    def _into_an_item(self) -> None:
        """Opens an item for what is directly in a list; what is directly in a table goes before it."""
        flow = self.flows[-1]
        if flow.name == "list":
            self._push(_Flow("item", goes_on=bool(flow.items)))
        else:
            self.lost["text between a table's cells"] = None
            if flow.name == "table":
                self._push(_Flow("row"))
            self._push(_Flow("cell"))

    # --- tags ---

    def _start(self, tag: Tag) -> None:
        name = tag.name
        if name in _LOST:
            if name not in ("abbr", "acronym") or tag.attributes.get("title"):
                self.lost[_LOST[name]] = None
            if name in (
                "script",
                "style",
                "iframe",
                "object",
                "svg",
                "math",
                "select",
                "textarea",
                "template",
                "noscript",
                "canvas",
            ):
                self.hidden = name
                return
        if self.styled:
            self._note_styles(tag)
        if name == "br":
            self._break()
        elif name == "img":
            self._picture(tag)
        elif name == "hr":
            self._block().append(Rule())
        elif name in ("ruby", "rt"):
            self._ruby(name)
        elif name == "pre":
            self._end(name)
            self._block()
            self.pre, self.pre_language = [], _language(tag)
            self._open(tag)
        elif self.pre is not None and name == "code":
            self.pre_language = _language(tag) or self.pre_language
        elif name in ("title", "meta", "link", "base", "o:p", "input"):
            self.hidden = "title" if name == "title" else ""
        elif name in _STRUCTURES and self.pre is None and self.ruby is None:
            self._structure(tag)
        elif name not in _PAGE:
            if name in _BLOCKS and self.pre is None:
                self._end_line()
            self._open(tag)

    def _end(self, name: str) -> None:
        if name == "br":  # browsers make one of it
            self._break()
        elif name in ("ruby", "rt"):
            self._end_ruby(name)
        elif name == "pre" and self.pre is not None:
            text = "".join(self.pre).removeprefix("\n").replace("\xa0", " ").replace("\r\n", "\n")
            self.pre = None
            if text.strip():
                self._block().append(Code(text.rstrip(), self.pre_language))
            self._close(name)
        elif name in _STRUCTURES:
            self._end_structure(name)
        elif name not in _PAGE and not (self.pre is not None and name == "code"):
            self._close(name)
            if name in _BLOCKS and self.pre is None:
                self._end_line()

    def _open(self, tag: Tag) -> None:
        self.open.append((tag.name, self.look))
        self.look = changed(self.look, tag.name, tag.attributes)

    def _close(self, name: str) -> None:
        """Ends an element in a line; those that were opened in it go on, as in a browser."""
        for back, (opened, before) in enumerate(reversed(self.open[-_FAR:]), start=1):
            if opened == name:
                at = len(self.open) - back
                if back == 1:
                    self.look = before
                else:
                    mine = self.open[at + 1][1]
                    self.look = _without(self.look, mine, before)
                    self.open[at + 1 :] = [(each, _without(look, mine, before)) for each, look in self.open[at + 1 :]]
                del self.open[at]
                return

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
        elif (
            self.ruby is None and self.flows[-1].name not in ("list", "table", "row") and not self.flows[-1].end_line()
        ):
            self.flows[-1].end_paragraph()

    def _end_line(self) -> None:
        if self.ruby is None:
            self.flows[-1].end_line()

    def _block(self) -> list[Block]:
        """The blocks to which another is to be added."""
        self._end_ruby("ruby")
        if self.flows[-1].name in ("list", "table", "row"):
            self._into_an_item()
        self.flows[-1].end_paragraph()
        return self.flows[-1].blocks

    def _picture(self, tag: Tag) -> None:
        attributes = tag.attributes
        source = attributes.get("src", "").strip()
        if not source:
            return
        if _REMOTE.match(source):
            self.lost["a picture from the web"] = None
        style = declarations(attributes.get("style", ""))
        width, height = (
            style.get("width") or attributes.get("width", ""),
            style.get("height") or attributes.get("height", ""),
        )
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

    # --- structures ---

    def _structure(self, tag: Tag) -> None:
        name = tag.name
        if len(self.flows) > _DEEPEST:
            self.lost["deep nesting"] = None
            self.flows[-1].end_line()
            return
        flow = _FLOWS[name]
        self._close_open(flow)
        if flow == "item" and self.flows[-1].name != "list":
            self._block()
            self._push(_Flow("list", Tag("ul", False, {})))
        elif flow == "row" and self.flows[-1].name != "table":
            return  # as in browsers
        elif flow == "cell" and self.flows[-1].name != "row":
            if self.flows[-1].name != "table":
                return
            self._push(_Flow("row"))
        elif flow not in ("item", "row", "cell"):
            self._block()
        if flow == "cell" and any(tag.attributes.get(each, "1") != "1" for each in ("colspan", "rowspan")):
            self.lost["joined cells"] = None
        self._push(_Flow(flow, tag))
        self._open(tag)

    def _push(self, flow: _Flow) -> None:
        self.flows.append(flow)

    def _close_open(self, flow: str) -> None:
        """Closes what the start of another item, row or cell, or of a block, closes."""
        if flow == "item":
            self._close_nearest("item", "list")
        elif flow == "cell":
            self._close_nearest("cell", "row")
        elif flow == "row":
            self._close_nearest("row", "table")
        if self.flows[-1].name in ("paragraph", "heading"):
            self._close_until(len(self.flows) - 1)

    def _close_nearest(self, flow: str, inside: str) -> None:
        for at in range(len(self.flows) - 1, 0, -1):
            if self.flows[at].name == flow:
                self._close_until(at)
                return
            if self.flows[at].name == inside:
                self._close_until(at + 1)
                return

    def _end_structure(self, name: str) -> None:
        for at in range(len(self.flows) - 1, 0, -1):
            tag = self.flows[at].tag
            if tag is not None and tag.name == name:
                self._close_until(at)
                return
            if name not in ("ul", "ol", "table", "blockquote") and self.flows[at].name in ("list", "table", "quote"):
                break
        if name == "p":  # browsers make an empty one of it
            self.flows[-1].end_paragraph()

    def _close_until(self, size: int) -> None:
        """Closes open blocks until `size` are left, but for the field itself."""
        while len(self.flows) > max(1, size):
            flow = self.flows.pop()
            flow.end_paragraph()
            if flow.tag is not None:
                self._close(flow.tag.name)
            self._built(flow)

    def _built(self, flow: _Flow) -> None:
        around, blocks = self.flows[-1], tuple(flow.blocks)
        tag = flow.tag or Tag("", False, {})
        match flow.name:
            case "paragraph":
                around.blocks += blocks
            case "heading":
                around.blocks += (
                    Heading(int(tag.name[1]), each.lines) if isinstance(each, Paragraph) else each for each in blocks
                )
            case "quote":
                if blocks:
                    around.blocks.append(Quote(blocks))
            case "item":
                if flow.goes_on and around.items:
                    number, before = around.items[-1]
                    around.items[-1] = (number, (*before, *blocks))
                else:
                    around.items.append((tag.attributes.get("value", ""), blocks))
            case "list":
                if flow.items:
                    around.blocks.append(self._list(tag, flow.items))
            case "cell":
                around.cells.append(Cell(blocks, _alignment(tag)))
                around.heads += tag.name == "th"
            case "row":
                if flow.cells:
                    around.heads += not around.rows and flow.heads == len(flow.cells)
                    around.rows.append(tuple(flow.cells))
                    if flow.heads and (flow.heads < len(flow.cells) or len(around.rows) > 1):
                        self.lost["heads inside a table"] = None
            case "table" if flow.rows:
                around.blocks.append(Table(tuple(flow.rows), flow.heads > 0))

    def _list(self, tag: Tag, parts: Sequence[tuple[str, Blocks]]) -> Listed:
        kind = tag.attributes.get("type", "1" if tag.name == "ol" else "disc")
        style = declarations(tag.attributes.get("style", "")).get("list-style-type", "")
        if kind not in ("1", "disc", "circle", "square") or style not in (
            "",
            "disc",
            "decimal",
            "circle",
            "square",
            "initial",
        ):
            self.lost["letters or signs of a list"] = None
        if "reversed" in tag.attributes:
            self.lost["numbers of a list"] = None
        items = tuple(blocks for _, blocks in parts)
        if tag.name != "ol":
            return Listed(items)
        numbers: list[int] = []
        number = _whole(tag.attributes.get("start", ""), 1) - 1
        for value, _ in parts:
            number = _whole(value, number + 1)
            numbers.append(number)
        return Listed(items, tuple(numbers), ")" if tag.attributes.get("class") == "paren" else ".")


_FLOWS = {
    "ul": "list", "ol": "list", "menu": "list", "dir": "list", "li": "item", "p": "paragraph", "blockquote": "quote",
    "table": "table",
    "tr": "row", "td": "cell", "th": "cell", **{f"h{level}": "heading" for level in range(1, 7)},
}  # fmt: skip
_STRUCTURES = frozenset(_FLOWS)


def _typed(part: Tex | Sound) -> str:
    if isinstance(part, Sound):
        return f"[sound:{part.file}]"
    return f"[$]{part.tex}[/$]"


def _whole(value: str, otherwise: int) -> int:
    return int(value) if value.isdecimal() and len(value) < 10 else otherwise


def _language(tag: Tag) -> str:
    found = _LANGUAGE.search(tag.attributes.get("class", ""))
    return found[1] if found else ""


def _alignment(tag: Tag) -> str:
    align = declarations(tag.attributes.get("style", "")).get("text-align") or tag.attributes.get("align", "").lower()
    return align if align in ("left", "center", "right") else ""


def _cut(value: str) -> bool:
    return value not in ("", "none", "100%", "auto", "initial", "inherit", "1", "unset", "100vw", "100vh")


def _without(look: Look, mine: Look, before: Look) -> Look:
    """`look` without what an element that ends here added to what was `before`."""
    raised = look.raised
    if len(mine.raised) > len(before.raised):
        raised = (*raised[: len(before.raised)], *raised[len(mine.raised) :])
    link = before.link if look.link == mine.link else look.link
    return Look(look.marks - (mine.marks - before.marks), raised, link, look.aside - (mine.aside - before.aside))
