"""YAML bytes to a tree of the author's texts, each with its place.

Reads libyaml's events, never loaded values: `no` stays `no` and `2.10` stays `2.10`, tags run no
code, and every key and text has its line and column. A syntax error costs only the card it
stands in: that card is blanked out and the rest is read again, so that one run finds them all.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import yaml

from builder.model import Place, Problem, Text, problem

#: Characters of one text. The longest real card fields have some thousand.
LONGEST_TEXT = 100_000
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_CUT = re.compile(r"[ \t]#[^\s#]")
_MOST_SYNTAX_ERRORS = 20
_PLAIN_TAGS = {None, "!", *(f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map", "bool", "int", "float"))}


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
    problems = [_control_character(path, text, found.start()) for found in _CONTROL.finditer(text)]
    if problems:
        return None, problems[:_MOST_SYNTAX_ERRORS]
    while True:
        try:
            tree, found = _build(path, text)
            return tree, [*problems, *found]
        except yaml.MarkedYAMLError as error:
            problems.append(_syntax_problem(path, text, error))
            remaining = _without_broken_card(text, error)
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
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return problem("encoding", Place(path), "the file is saved as UTF-16", "save it as UTF-8")
    try:
        return data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace")
        at = _place(path, before, len(before))
        message = f"the byte 0x{data[error.start]:02x} isn't UTF-8 (the file may be saved as Latin-1)"
        return problem("encoding", at, message, "save it as UTF-8")


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
            if event.style == '"' and (control := _CONTROL.search(value)):
                problems.append(_escaped_control(node, control[0]))
            elif lines is not None and node.plain:
                problems += _cut_short(node, event.end_mark, lines)
            if len(value) > LONGEST_TEXT:
                problems.append(_too_long(node))
                node = _stand_in(node)
            if event.anchor:
                anchors[event.anchor] = node, len(value) + 1
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
            message = f"the tag '{event.tag.replace('tag:yaml.org,2002:', '!!')}' means nothing here"
            problems.append(problem("wrong-kind", node, message, "delete it"))
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


def _escaped_control(text: Text, character: str) -> Problem:
    name = f"U+{ord(character):04X}"
    message = f"in double quotes a backslash starts an escape, and here one makes the character {name}"
    return problem("control-character", text, message, "use single quotes, or double the backslash")


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


# --- syntax errors -------------------------------------------------------------------------------


def _syntax_problem(path: str, text: str, error: yaml.MarkedYAMLError) -> Problem:
    """libyaml's complaint in the author's words, at the place where the author should look."""
    context, reason = error.context or "", error.problem or ""
    mark = error.problem_mark or error.context_mark
    assert mark is not None  # libyaml's errors have one at least
    if "quoted scalar" in context or "flow" in context:
        mark = error.context_mark or mark
    lines = text.splitlines() or [""]
    line_number = min(mark.line, len(lines) - 1)
    at = Place(path, line_number + 1, mark.column + 1 if mark.line < len(lines) else len(lines[-1]) + 1)
    line = lines[line_number]
    character = line[mark.column : mark.column + 1]
    start = re.match(r"\s*(?:- )?\s*[\w-]+:\s+(\{\{|\*|`|@|%|&|!|\"[^\"]*\"\s*\S|'[^']*'\s*\S)", line)
    if "Unicode" in reason or ("escape" in reason and "surrogate" in reason):
        return problem("control-character", at, "half a surrogate pair is no character", "write the character itself")
    if "escape" in reason:
        message = "in double quotes a backslash starts an escape, and this is none"
        return problem("yaml-syntax", at, message, "use single quotes, or double the backslash")
    indent = line[: len(line) - len(line.lstrip())]
    if "\t" in indent or (character == "\t" and "token" in reason):
        at = at if character == "\t" else Place(path, at.line, indent.index("\t") + 1)
        return problem("yaml-syntax", at, "a tab can't indent YAML", "indent with spaces")
    if "quoted scalar" in context:
        return problem("yaml-syntax", at, "this quote is never closed", "close it, or double a quote inside the text")
    if "mapping values" in reason:
        message = "a colon and a blank inside a text read as a key"
        return problem("yaml-quote", at, message, "put the text in quotes, or mend the indentation")
    if character in "`@%" and character and "token" in reason:
        return problem("yaml-quote", at, f"a text can't start with '{character}'", "put it in quotes")
    if "alias" in context or "anchor" in context or "tag" in context:
        sign = start[1][0] if start else character or "*"
        return problem("yaml-quote", at, f"a text can't start with '{sign}'", "put it in quotes")
    if start and start[1] == "{{":
        at = Place(path, at.line, start.start(1) + 1)
        return problem("yaml-quote", at, "YAML reads '{{' as a mapping", "put the text in double quotes")
    if start and start[1][0] in "\"'":
        message = "this text goes on after its closing quote"
        return problem("yaml-quote", at, message, "put the whole text in quotes, and double the quotes inside")
    if "flow" in context:
        return problem("yaml-syntax", at, f"this '{character}' is never closed", "close it, or put the text in quotes")
    if "expected" in reason and (quote := _open_quote(lines, error)):
        at = Place(path, *quote)
        return problem("yaml-syntax", at, "this quote is never closed", "close it, or double a quote inside the text")
    if "expected" in reason:
        message = "this line doesn't fit the lines above it"
        remedy = "mend the indentation, or look for a quote that isn't closed"
        return problem("yaml-syntax", at, message, remedy)
    return problem("yaml-syntax", at, f"YAML can't be read here ({reason})", "mend it, or put the text in quotes")


def _open_quote(lines: list[str], error: yaml.MarkedYAMLError) -> tuple[int, int] | None:
    """Line and column of a quote that its own line doesn't close, in the card that the error ends."""
    if error.context_mark is None or error.problem_mark is None:
        return None
    for number in range(error.context_mark.line, error.problem_mark.line):
        line = lines[number] if number < len(lines) else ""
        if found := re.match(r"(\s*(?:- )?\s*[\w-]+:\s+)(?:\"[^\"]*|'[^']*)$", line):
            return number + 1, len(found[1]) + 1
    return None


def _without_broken_card(text: str, error: yaml.MarkedYAMLError) -> str | None:
    """`text` with the card that holds the error blanked out, lines kept; None where it stands in no card."""
    lines = text.splitlines(keepends=True)
    head = next((n for n, line in enumerate(lines) if line.startswith("cards:")), len(lines))
    first = next((line for line in lines[head + 1 :] if re.match(r"\s*- ", line)), None)
    if first is None:
        return None
    item = first[: first.index("-") + 2]
    starts = [n for n, line in enumerate(lines) if n > head and line.startswith(item)]
    marks = [error.problem_mark] if "token" in (error.context or "") else [error.context_mark, error.problem_mark]
    for mark in marks:
        start = max((n for n in starts if mark is not None and n <= mark.line), default=None)
        if start is not None and lines[start].strip():
            end = min((n for n in starts if n > start), default=len(lines))
            return "".join([*lines[:start], *("\n" for _ in lines[start:end]), *lines[end:]])
    return None
