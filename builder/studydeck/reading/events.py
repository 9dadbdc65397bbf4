"""libyaml's events to a tree, for all of YAML and for its mistakes.

Reads events, never loaded values. A syntax error costs only the card that it is in: that card is blanked out and the
rest is read again, so that one run finds all errors.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import Any

import yaml

from studydeck.model import WARNING, Html, Place, Placed, Problem, Text, problem, takes
from studydeck.patterns import pattern
from studydeck.reading.nodes import (
    COMMENT_REMEDY,
    CONTROL,
    DEEPEST,
    HTML_TAG,
    LONGEST_TEXT,
    LOST_WORDS,
    MEDIA_FIRST,
    MOST_MISTAKES,
    NO_KEY,
    Items,
    Keys,
    Node,
    and_more,
    composed,
    html,
    stand_in,
)

_CUT = pattern(r"[ \t]#[^\s#]")
_LOST_WORDS = pattern(LOST_WORDS)
#: A line up to the picture or sound that its value starts with.
_MEDIA_VALUE = pattern(rf"""^( *+(?:- ++)*+(?:["']?[\w-]++["']?:[ \t]++)?+)({MEDIA_FIRST})""", re.MULTILINE)
#: libyaml's message for its own limit, as of the version in PyYAML 6.0.4.
_TOO_DEEP = "maximum nesting depth"
#: How many characters are read again to find more syntax errors: a few seconds.
_MOST_AGAIN = 4_000_000
# TeX commands that start with what YAML reads, in double quotes, as a tab, a line end or a separator.
_ESCAPED_TEX = pattern(
    r"\\(?:t(?:heta|au|imes|ext\w*|an|o|op|riangle\w*|frac|ilde)|n(?:u|abla|eq|e|i|ot\w*|exists|mid|leq|geq|parallel)"
    r"|r(?:ho|ight\w*|angle|m|ceil|floor)|L(?:ambda|eft\w*|ong\w*)|P(?:i|si|hi|r)|N\w*)(?![A-Za-z])"
)
_FORMULA = pattern(r"\$(?!\s)[^$]+(?<!\s)\$")
_FROM_ESCAPE = pattern("[\t\n\r\x85\xa0\u2028\u2029]")
_ONE_LINE_STYLES = ("", None, '"', "'")
_PLAIN_TAGS = {None, *(f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map", "bool", "int", "float"))}


def read_events(path: str, text: str, problems: list[Problem]) -> tuple[Node | None, list[Problem]]:
    """The tree of a YAML document and its problems, after those already found; None if nothing can be read.

    `path` is only shown. Raises RuntimeError with a sentence for the user if libyaml is missing.
    """
    if not hasattr(yaml, "CBaseLoader"):
        from studydeck.installing import pip_line

        raise RuntimeError(
            "this PyYAML was built without libyaml, which studydeck needs; "
            f"install a wheel of PyYAML: {pip_line('--force-reinstall', '--only-binary', ':all:', 'pyyaml')}"
        )
    most, again = len(problems) + MOST_MISTAKES, 0
    while True:
        try:
            tree, found = _build(path, text)
            return tree, [*problems, *found]
        except yaml.MarkedYAMLError as error:
            from studydeck.reading.syntax import syntax_problem, without_card

            problems.append(syntax_problem(path, text, error))
            if len(problems) > most or again > _MOST_AGAIN:
                return None, and_more(problems)
            again += getattr(error.problem_mark, "index", 0)
            remaining = without_card(text, problems[-1].line)
            if remaining is None:
                return None, problems
            text = remaining
        except yaml.YAMLError as error:
            return None, [*problems, problem("yaml-syntax", Place(path), f"invalid YAML ({error})", "fix the syntax")]
        except _Refused as refused:
            return None, [*problems, refused.problem]


class _Refused(Exception):
    def __init__(self, problem: Problem) -> None:
        self.problem = problem


def _build(path: str, text: str) -> tuple[Node | None, list[Problem]]:
    """Builds the tree from events in one pass.

    `parent` is the open list or mapping, `key` its key that has no value yet; those around it are in `outer`.
    """
    problems: list[Problem] = []
    root: Node | None = None
    parent: Items | Keys | None = None
    key: str | None = None
    outer: list[tuple[Items | Keys | None, str | None, str | None, int]] = []
    names = _Names(path)
    weight = 0  # characters and nodes, what an alias means counted at every use
    lines = text.splitlines() if "#" in text and (_CUT.search(text) or _LOST_WORDS.search(text)) else None
    for_yaml, stand_ins = without_media_first(text)
    get_event = yaml.CBaseLoader(for_yaml).get_event
    scalar_event, mapping_start, list_start = yaml.ScalarEvent, yaml.MappingStartEvent, yaml.SequenceStartEvent
    ends = (yaml.MappingEndEvent, yaml.SequenceEndEvent)
    node: Node
    event: Any = None
    while True:
        before = event
        try:
            event = get_event()
        except yaml.MarkedYAMLError as error:
            if _TOO_DEEP in str(error.problem):
                raise _Refused(_nested(path, text, before.end_mark.index, len(outer))) from None
            raise
        kind = type(event)
        if kind is scalar_event:
            value = event.value
            if not value.isascii():
                value = composed(value.translate(stand_ins))
            style = event.style
            mark = event.start_mark
            if key is None and type(parent) is Keys and not (style or event.anchor or event.tag):
                key, key_at = value, (mark.line + 1, mark.column + 1)
                weight += len(value) + 1
                continue
            node = Text(value)
            node.path, node.line, node.column, node.plain = path, mark.line + 1, mark.column + 1, not style
            weight += len(value) + 1
            if event.tag == HTML_TAG and style:
                node = html(value, *Place(path, node.line, node.column))
            if style == '"':
                problems += _escapes(node, text[mark.index : event.end_mark.index])
            if lines is not None and style in _ONE_LINE_STYLES:
                problems += _cut_short(
                    node, event.end_mark, lines, key if key or not outer else _last_key(outer[-1][0])
                )
            if len(value) > LONGEST_TEXT:
                problems.append(_too_long(node))
                node = stand_in(node)
            if event.anchor:
                names.give(event.anchor, node, len(value) + 1)
        elif kind is mapping_start or kind is list_start:
            mark = event.start_mark
            if kind is mapping_start:
                node = Keys()
                node.marks = []
            else:
                node = Items()
            node.path, node.line, node.column = path, mark.line + 1, mark.column + 1
            weight += 1
        elif kind in ends:
            closed = parent
            parent, key, anchor, weight_before = outer.pop()
            if anchor:
                assert closed is not None
                names.give(anchor, closed, weight - weight_before)
            continue
        elif kind is yaml.AliasEvent:
            at = Place(path, event.start_mark.line + 1, event.start_mark.column + 1)
            node, heavy = names.meant(event.anchor, at)
            weight += heavy
            names.extra += heavy
            if names.extra > 9 * (weight - names.extra) + 1_000_000:
                message = "the aliases expand to far more than the file contains"
                raise _Refused(problem("yaml-alias", at, message, "write the texts out"))
        elif kind is yaml.DocumentStartEvent and root is not None:
            at = Place(path, event.start_mark.line + 1, event.start_mark.column + 1)
            message = "a second YAML document starts here"
            problems.append(problem("yaml-syntax", at, message, "move it to a file of its own"))
            break
        elif kind is yaml.StreamEndEvent:
            break
        else:
            continue
        if kind is not yaml.AliasEvent and event.tag not in _PLAIN_TAGS and type(node) is not Html:
            problems.append(_bad_tag(event.tag, node))
        if parent is None:
            root = node
        elif type(parent) is Items:
            parent.append(node)
        elif key is None:
            key, key_at = _as_key(node, problems), (event.start_mark.line + 1, event.start_mark.column + 1)
        else:
            assert type(parent) is Keys
            if key in parent and key != NO_KEY:
                at = Place(path, *key_at)
                problems.append(problem("duplicate-key", at, f"the key '{key}' is repeated", "keep only one of them"))
            elif key not in parent:
                parent.marks.append(key_at)
            parent[key] = node
            key = None
        if kind is mapping_start or kind is list_start:
            outer.append((parent, key, event.anchor, weight - 1))
            assert not isinstance(node, Text)
            parent, key = node, None
            if len(outer) > DEEPEST:
                raise _Refused(_too_deep(node))
    return root, [*problems, *names.found()]


class _Names:
    """The anchors of a file: what each names, how heavy that is, and which texts' anchors are never used."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.nodes: dict[str, tuple[Node, int]] = {}
        self.unused: dict[str, Text] = {}
        self.problems: list[Problem] = []
        self.extra = 0  # the part of the weight that aliases repeat

    def give(self, name: str, node: Node, weight: int) -> None:
        self.nodes[name] = node, weight
        if isinstance(node, Text) and node.plain:
            self.unused[name] = node

    def meant(self, name: str, at: Place) -> tuple[Node, int]:
        if name not in self.nodes:
            message = f"the alias '*{name}' is undefined or refers to itself"
            remedy = f"write the text out, or put it in quotes if it starts with '*{name}'"
            self.problems.append(problem("yaml-alias", at, message, remedy))
            return stand_in(at), 1
        self.unused.pop(name, None)
        return self.nodes[name]

    def found(self) -> list[Problem]:
        remedy = "put the text in quotes, or delete the unused anchor"
        return self.problems + [
            problem("yaml-quote", text, f"YAML reads '&{name}' as an anchor and drops it", remedy)
            for name, text in self.unused.items()
        ]


def _as_key(node: Node, problems: list[Problem]) -> str:
    if isinstance(node, Text):
        return NO_KEY if node.startswith(NO_KEY) else node
    if isinstance(node, Keys):
        message, remedy = "YAML reads this as a mapping of mappings", 'put text that starts with "{" in double quotes'
        problems.append(problem("yaml-quote", node, message, remedy))
    else:
        problems.append(problem("wrong-kind", node, "a list can't be a key", "write a word and a colon"))
    return NO_KEY


def _bad_tag(tag: str, node: Node) -> Problem:
    if tag == HTML_TAG:
        message = "a text of !html starts in a quote, or on a line of its own"
        return problem("wrong-kind", node, message, "write !html |, and the HTML on the lines below")
    if isinstance(node, Text) and tag.startswith("!"):
        return problem("yaml-quote", node, "unquoted text can't start with '!'", "put it in quotes")
    message = f"the YAML tag '{tag.replace('tag:yaml.org,2002:', '!!')}' isn't supported"
    return problem("wrong-kind", node, message, "delete it")


def without_media_first(text: str) -> tuple[str, dict[int, str]]:
    """`text` with a stand-in of one character for the sign that starts a picture or sound as the whole value.

    Returns what the stand-ins stand for, too. The text neither contains them nor the numbers of an escape for one.
    """
    if "![" not in text and "[sound:" not in text:
        return text, {}
    unused = (sign for sign in range(0xE000, 0xF900) if chr(sign) not in text and f"{sign:x}" not in text.lower())
    stand_ins = {"!": next(unused), "[": next(unused)}
    text = _MEDIA_VALUE.sub(lambda found: found[1] + chr(stand_ins[found[2]]), text)
    return text, {number: sign for sign, number in stand_ins.items()}


def _escapes(text: Text, written: str) -> list[Problem]:
    """Escapes in a double-quoted text that its author can't have meant."""
    start = "a backslash in double quotes starts an escape, and"
    remedy = "use single quotes, or double the backslash"
    if control := re.search(CONTROL, text):
        message = f"{start} this one makes the character U+{ord(control[0]):04X}"
        return [problem("control-character", text, message, remedy)]
    if "$" in text and _FROM_ESCAPE.search(text) and (lost := _lost_tex(written.replace("\\\\", "  "))):
        return [problem("yaml-quote", text, f"{start} the '{lost[:2]}' in '{lost}' is one", remedy)]
    return []


def _lost_tex(written: str) -> str:
    """The first command of TeX in a formula of a double-quoted text that YAML reads as an escape; code has none."""
    for outside in written.split("```")[::2]:
        for prose in outside.split("`")[::2]:
            for formula in _FORMULA.finditer(prose):
                if lost := _ESCAPED_TEX.search(formula[0]):
                    return lost[0]
    return ""


def _cut_short(text: Text, end: Any, lines: list[str], key: str | None) -> list[Problem]:
    """A text of this key that YAML cuts off at a `#`, as the author can't have meant or hardly can have."""
    line = lines[end.line] if end.line < len(lines) else ""
    lost = line[end.column :].strip()
    message = f"YAML cuts the text off before '{lost[:40]}'"
    at = Place(text.path, end.line + 1, end.column + 2)
    if _CUT.match(line, end.column):
        return [problem("retyped", at, message, COMMENT_REMEDY)]
    if text.plain and _LOST_WORDS.match(line, end.column) and key in _text_keys():
        return [problem("retyped", at, message, COMMENT_REMEDY, WARNING)]
    return []


def _last_key(node: Items | Keys | None) -> str | None:
    return next(reversed(node), None) if isinstance(node, Keys) else None


def _text_keys() -> set[str]:
    """The keys whose values are a card's texts."""
    from studydeck.kinds import card_keys

    of_text = (takes.MARKDOWN, takes.MARKDOWN_OR_LIST, takes.GAPS, takes.ITEMS, takes.ITEMS_OR_LINES)
    return {name for name, key in card_keys().items() if key.takes in of_text}


def _too_deep(at: Placed) -> Problem:
    message = f"lists and mappings are nested more than {DEEPEST} levels deep"
    return problem("too-big", at, message, "write strings and lists of strings")


def _nested(path: str, text: str, index: int, depth: int) -> Problem:
    """The bracket that is too deep, if libyaml looked ahead and gave up before reporting any: from 1,000 on."""
    brackets = islice(re.finditer(r"[\[{]", text[index:]), DEEPEST - depth + 1)
    start = text.rfind("\n", 0, index + (last := [each.start() for each in brackets][-1])) + 1
    return _too_deep(Place(path, text.count("\n", 0, index + last) + 1, index + last - start + 1))


def _too_long(text: Text) -> Problem:
    message = f"this text has {len(text):,} characters, and the limit is {LONGEST_TEXT:,}"
    return problem("too-big", text, message, "split it into several cards")
