"""YAML bytes to a tree of the author's texts, each with its place.

Reads libyaml's events, never loaded values: `no` stays `no` and `2.10` stays `2.10`, tags run no
code, and every key and text has its line and column. A syntax error costs only the card it
stands in: that card is blanked out and the rest is read again, so that one run finds them all.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import islice
from typing import Any

import yaml

from builder.model import Place, Problem, Text, problem
from builder.source.syntax import syntax_problem, without_card

#: Characters of one text. The longest real card fields have some thousand.
LONGEST_TEXT = 100_000
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_CUT = re.compile(r"[ \t]#[^\s#]")
_MOST_SYNTAX_ERRORS = 20
_DEEPEST = 20
_SEPARATORS = {0x85: " ", 0x2028: " ", 0x2029: " "}
# Commands of TeX that double quotes turn into a tab, a line's end or a separator.
_ESCAPED_TEX = re.compile(
    r"\\(?:t(?:heta|au|imes|ext\w*|an|o|op|riangle\w*|frac|ilde)|n(?:u|abla|eq|e|i|ot\w*|exists|mid|leq|geq|parallel)"
    r"|r(?:ho|ight\w*|angle|m|ceil|floor)|L(?:ambda|eft\w*|ong\w*)|P(?:i|si|hi|r)|N\w*)(?![A-Za-z])"
)
_FROM_ESCAPE = re.compile("[\t\n\r\x85\xa0\u2028\u2029]")
_ONE_LINE_STYLES = ("", None, '"', "'")
_PLAIN_TAGS = {None, *(f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map", "bool", "int", "float"))}


class Items(list["Node"]):
    """A list of the author's, with the place where it starts."""

    __slots__ = ("column", "line", "path")
    path: str
    line: int
    column: int


class Keys(dict[Text, "Node"]):
    """A mapping of the author's, with the place where it starts; its keys know their own places."""

    __slots__ = ("column", "line", "path")
    path: str
    line: int
    column: int


Node = Text | Items | Keys


def read_tree(path: str, data: bytes) -> tuple[Node | None, list[Problem]]:
    """The tree of a YAML document and its problems; None where nothing of it could be read.

    `path` is only shown. Where libyaml is missing, raises RuntimeError with a sentence for the user.
    """
    if not hasattr(yaml, "CBaseLoader"):
        raise RuntimeError(
            "this PyYAML was built without libyaml, which studydeck reads YAML with; "
            "install a wheel of PyYAML (pip install --force-reinstall --only-binary :all: pyyaml)"
        )
    text = _decode(path, data)
    if isinstance(text, Problem):
        return None, [text]
    wrong = islice(_CONTROL.finditer(text), _MOST_SYNTAX_ERRORS)
    if problems := [_control_character(path, text, found.start()) for found in wrong]:
        return None, problems
    while True:
        try:
            tree, found = _build(path, text)
            return tree, [*problems, *found]
        except yaml.MarkedYAMLError as error:
            problems.append(syntax_problem(path, text, error))
            remaining = without_card(text, problems[-1].line)
            if remaining is None or len(problems) == _MOST_SYNTAX_ERRORS:
                return None, problems
            text = remaining
        except yaml.YAMLError as error:
            return None, [*problems, problem("yaml-syntax", Place(path), f"this isn't YAML ({error})", "mend it")]
        except _Refused as refused:
            return None, [*problems, refused.problem]


class _Refused(Exception):
    def __init__(self, problem: Problem) -> None:
        self.problem = problem


def _decode(path: str, data: bytes) -> str | Problem:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or (len(data) > 3 and (data[0] == 0) != (data[1] == 0)):
        return problem("encoding", Place(path), "the file is saved as UTF-16", "save it as UTF-8")
    try:
        text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace")
        at = _place(path, before, len(before))
        message = f"the byte 0x{data[error.start]:02x} isn't UTF-8 (the file may be saved as Latin-1)"
        return problem("encoding", at, message, "save it as UTF-8")
    # Editors show these in one line, and YAML 1.1 ends a line there; pasted from a web page they mean a blank.
    text = text.translate(_SEPARATORS) if not text.isascii() else text
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _place(path: str, text: str, index: int) -> Place:
    line = text.count("\n", 0, index)
    return Place(path, line + 1, index - text.rfind("\n", 0, index))


def _control_character(path: str, text: str, index: int) -> Problem:
    name = f"U+{ord(text[index]):04X}"
    return problem(
        "control-character", _place(path, text, index), f"the character {name} can't stand in a card", "delete it"
    )


def _build(path: str, text: str) -> tuple[Node | None, list[Problem]]:
    """Builds the tree from events in one pass; `open_nodes` are the lists and mappings not yet closed."""
    problems: list[Problem] = []
    root: Node | None = None
    open_nodes: list[Items | Keys] = []
    open_keys: list[Text | None] = []
    anchors: dict[str, tuple[Node, int]] = {}
    unused: dict[str, Text] = {}  # texts with an anchor that no alias names yet
    unfinished: list[tuple[str | None, int]] = []  # anchor and weight at the start of each open node
    weight = 0  # characters and nodes, aliases counted as often as they stand
    own_weight = 0
    lines = text.splitlines() if _CUT.search(text) else None
    node: Node
    for event in _events(text):
        kind = type(event)
        if kind is yaml.ScalarEvent:
            value = event.value
            mark = event.start_mark
            node = Text(value if value.isascii() else unicodedata.normalize("NFC", value))
            node.path, node.line, node.column = path, mark.line + 1, mark.column + 1
            node.plain = not event.style
            weight += len(value) + 1
            own_weight += len(value) + 1
            if event.style == '"':
                problems += _escapes(node, text[mark.index : event.end_mark.index])
            if lines is not None and event.style in _ONE_LINE_STYLES:
                problems += _cut_short(node, event.end_mark, lines)
            if len(value) > LONGEST_TEXT:
                problems.append(_too_long(node))
                node = _stand_in(node)
            if event.anchor:
                anchors[event.anchor] = node, len(value) + 1
                if node.plain:
                    unused[event.anchor] = node
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            container: Items | Keys = Keys() if kind is yaml.MappingStartEvent else Items()
            mark = event.start_mark
            container.path, container.line, container.column = path, mark.line + 1, mark.column + 1
            node = container
            weight += 1
            own_weight += 1
            unfinished.append((event.anchor, weight))
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            closed = open_nodes.pop()
            open_keys.pop()
            anchor, weight_before = unfinished.pop()
            if anchor:
                anchors[anchor] = closed, weight - weight_before + 1
            continue
        elif kind is yaml.AliasEvent:
            at = Place(path, event.start_mark.line + 1, event.start_mark.column + 1)
            if event.anchor not in anchors:
                raise _Refused(_bad_alias(event.anchor, at))
            node, alias_weight = anchors[event.anchor]
            unused.pop(event.anchor, None)
            weight += alias_weight
            if weight > 10 * own_weight + 1_000_000:
                raise _Refused(
                    problem("yaml-alias", at, "the aliases expand to far more than the file holds", "write texts out")
                )
        elif kind is yaml.DocumentStartEvent and root is not None:
            at = Place(path, event.start_mark.line + 1, event.start_mark.column + 1)
            problems.append(problem("yaml-syntax", at, "a second document starts here", "put it in a file of its own"))
            break
        else:
            continue
        if kind is not yaml.AliasEvent and event.tag not in _PLAIN_TAGS:
            problems.append(_bad_tag(event.tag, node))
        if not open_nodes:
            root = node
        elif isinstance(parent := open_nodes[-1], Items):
            parent.append(node)
        elif (key := open_keys[-1]) is None:
            open_keys[-1] = _as_key(node, problems)
        else:
            if key in parent:
                problems.append(problem("duplicate-key", key, f"'{key}' stands here twice", "keep one of the two"))
            parent[key] = node
            open_keys[-1] = None
        if kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            open_nodes.append(container)
            open_keys.append(None)
            if len(open_nodes) > _DEEPEST:
                message = f"lists and mappings are nested more than {_DEEPEST} deep here"
                raise _Refused(problem("too-big", node, message, "write texts, and lists of texts"))
    problems += [_dropped_name(name, node) for name, node in unused.items()]
    return root, problems


def _events(text: str) -> Iterator[Any]:
    loader = yaml.CBaseLoader(text)
    get_event = loader.get_event
    while True:
        event = get_event()
        yield event
        if type(event) is yaml.StreamEndEvent:
            return


def _as_key(node: Node, problems: list[Problem]) -> Text:
    if isinstance(node, Text):
        return node
    if isinstance(node, Keys):
        message, remedy = "this is read as a mapping of mappings", 'put a text that starts with "{" in double quotes'
        problems.append(problem("yaml-quote", node, message, remedy))
    else:
        problems.append(problem("wrong-kind", node, "a list can't be a key", "write a word and a colon"))
    key = _stand_in(node)
    key.plain = False
    return key


def _stand_in(node: Node) -> Text:
    text = Text("…")
    text.path, text.line, text.column, text.plain = node.path, node.line, node.column, True
    return text


def _bad_tag(tag: str, node: Node) -> Problem:
    if isinstance(node, Text) and tag.startswith("!"):
        return problem("yaml-quote", node, "a text can't start with '!'", "put it in quotes")
    message = f"the tag '{tag.replace('tag:yaml.org,2002:', '!!')}' means nothing here"
    return problem("wrong-kind", node, message, "delete it")


def _dropped_name(name: str, text: Text) -> Problem:
    message = f"YAML reads '&{name}' as a name for the rest, and drops it"
    return problem("yaml-quote", text, message, "put the text in quotes, or delete the name that nothing uses")


def _escapes(text: Text, written: str) -> list[Problem]:
    """Escapes of a text in double quotes that its author can't have meant."""
    start = "in double quotes a backslash starts an escape, and here"
    remedy = "use single quotes, or double the backslash"
    if control := _CONTROL.search(text):
        message = f"{start} one makes the character U+{ord(control[0]):04X}"
        return [problem("control-character", text, message, remedy)]
    if "$" in text and _FROM_ESCAPE.search(text) and (lost := _ESCAPED_TEX.search(written.replace("\\\\", "  "))):
        return [problem("yaml-quote", text, f"{start} '{lost[0][:2]}' of '{lost[0]}' is one", remedy)]
    return []


def _cut_short(text: Text, end: Any, lines: list[str]) -> list[Problem]:
    rest = lines[end.line][end.column :] if end.line < len(lines) else ""
    if not _CUT.match(rest):
        return []
    lost = rest.strip()
    message = f"YAML ends the text before '{lost[:40]}'"
    remedy = "put the text in quotes, or write '# ' with a blank if this is a comment"
    return [problem("retyped", Place(text.path, end.line + 1, end.column + 2), message, remedy)]


def _too_long(text: Text) -> Problem:
    message = f"this text has {len(text):,} characters, more than the {LONGEST_TEXT:,} that a card may have"
    return problem("too-big", text, message, "make several cards of it")


def _bad_alias(name: str, at: Place) -> Problem:
    message = f"'*{name}' stands for nothing, or for something that holds it"
    return problem("yaml-alias", at, message, f"write the text out, or put it in quotes if it starts with '*{name}'")
