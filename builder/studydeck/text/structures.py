"""The structures of a field's HTML while it is read: its blocks, lists and tables, and the elements open in a line."""

from __future__ import annotations

from collections.abc import Sequence

from studydeck.text.blanks import normal
from studydeck.text.blocks import Block, Blocks, Cell, Heading, Line, Listed, Paragraph, Piece, Quote, Table
from studydeck.text.look import PLAIN, Look, changed, declarations
from studydeck.text.tags import Tag

_FLOWS = {
    **dict.fromkeys(("ul", "ol", "menu", "dir"), "list"),
    "li": "item",
    "p": "paragraph",
    "blockquote": "quote",
    "table": "table",
    "tr": "row",
    **dict.fromkeys(("td", "th"), "cell"),
    **{f"h{level}": "heading" for level in range(1, 7)},
}
#: The elements that start one.
STRUCTURES = frozenset(_FLOWS)
#: Those that hold others, and no text of their own.
OF_ITEMS = ("list", "table", "row")
_USUAL_KINDS = ("1", "disc", "circle", "square")
_USUAL_STYLES = ("", "disc", "decimal", "circle", "square", "initial")
_DEEPEST = 12
_FAR = 20  # open elements in which an end looks for its start


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


class Structures:
    """The blocks that are open, each inside the one before it, and the elements that are open in a line.

    What Markdown can't say is `lost`.
    """

    def __init__(self) -> None:
        self.flows = [_Flow("field")]
        self.open: list[tuple[str, Look]] = []  # elements in a line: the look around them
        self.look = PLAIN
        self.lost: dict[str, None] = {}

    def block(self) -> list[Block]:
        """The blocks to which another is to be added."""
        if self.flows[-1].name in OF_ITEMS:
            self.into_an_item()
        self.flows[-1].end_paragraph()
        return self.flows[-1].blocks

    def into_an_item(self) -> None:
        """Opens an item for what is directly in a list; what is directly in a table goes before it."""
        flow = self.flows[-1]
        if flow.name == "list":
            self._push(_Flow("item", goes_on=bool(flow.items)))
        else:
            self.lost["text between a table's cells"] = None
            if flow.name == "table":
                self._push(_Flow("row"))
            self._push(_Flow("cell"))

    def start_structure(self, tag: Tag) -> None:
        """Opens a block, and what must be around it, as a browser would."""
        name = tag.name
        if len(self.flows) > _DEEPEST:
            self.lost["deep nesting"] = None
            self.flows[-1].end_line()
            return
        flow = _FLOWS[name]
        self._close_open(flow)
        if flow == "item" and self.flows[-1].name != "list":
            self.block()
            self._push(_Flow("list", Tag("ul", False, {})))
        elif flow == "row" and self.flows[-1].name != "table":
            return  # as in browsers
        elif flow == "cell" and self.flows[-1].name != "row":
            if self.flows[-1].name != "table":
                return
            self._push(_Flow("row"))
        elif flow not in ("item", "row", "cell"):
            self.block()
        if flow == "cell" and any(tag.attributes.get(each, "1") != "1" for each in ("colspan", "rowspan")):
            self.lost["joined cells"] = None
        self._push(_Flow(flow, tag))
        self.open_element(tag)

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
            self.close_until(len(self.flows) - 1)

    def _close_nearest(self, flow: str, inside: str) -> None:
        for at in range(len(self.flows) - 1, 0, -1):
            if self.flows[at].name == flow:
                self.close_until(at)
                return
            if self.flows[at].name == inside:
                self.close_until(at + 1)
                return

    def end_structure(self, name: str) -> None:
        """Ends the block that an element with this name opened, if there is one, and what is open in it."""
        for at in range(len(self.flows) - 1, 0, -1):
            tag = self.flows[at].tag
            if tag is not None and tag.name == name:
                self.close_until(at)
                return
            if name not in ("ul", "ol", "table", "blockquote") and self.flows[at].name in ("list", "table", "quote"):
                break
        if name == "p":  # browsers make an empty one of it
            self.flows[-1].end_paragraph()

    def close_until(self, size: int) -> None:
        """Closes open blocks until `size` are left, but for the field itself."""
        while len(self.flows) > max(1, size):
            flow = self.flows.pop()
            flow.end_paragraph()
            if flow.tag is not None:
                self.close_element(flow.tag.name)
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
        if kind not in _USUAL_KINDS or style not in _USUAL_STYLES:
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

    # --- elements in a line ---

    def open_element(self, tag: Tag) -> None:
        """Opens an element in a line."""
        self.open.append((tag.name, self.look))
        self.look = changed(self.look, tag.name, tag.attributes)

    def close_element(self, name: str) -> None:
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


def _alignment(tag: Tag) -> str:
    align = declarations(tag.attributes.get("style", "")).get("text-align") or tag.attributes.get("align", "").lower()
    return align if align in ("left", "center", "right") else ""


def _whole(value: str, otherwise: int) -> int:
    return int(value) if value.isdecimal() and len(value) < 10 else otherwise


def _without(look: Look, mine: Look, before: Look) -> Look:
    """`look` without what an element that ends here added to what was `before`."""
    raised = look.raised
    if len(mine.raised) > len(before.raised):
        raised = (*raised[: len(before.raised)], *raised[len(mine.raised) :])
    link = before.link if look.link == mine.link else look.link
    return Look(look.marks - (mine.marks - before.marks), raised, link, look.aside - (mine.aside - before.aside))
