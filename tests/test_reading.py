"""Whatever files hold, reading them ends in problems at their places: no traceback, and nothing run or built."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import tempfile
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import zip_longest
from pathlib import Path

import pytest
from author import DECK, Author
from click.testing import CliRunner
from hypothesis import example, given, settings
from hypothesis import strategies as st

from studydeck.cli import main
from studydeck.decks import load_all
from studydeck.kinds import card_keys
from studydeck.kinds.occlusion import OCCLUSION
from studydeck.model import Card, Problem, Text
from studydeck.model.words import Placed
from studydeck.reading import DECK_KEYS, MATERIAL_KEYS, SECTION_KEYS

HEAD = "section: Water\ncards:\n"
NILE = "  - {id: nile, question: Which river flows through Cairo?, answer: The Nile}\n"

#: A text is the section water.yaml; a function does to the author's deck what text can't.
Files = str | bytes | dict[str, str | bytes] | Callable[[Author], None]
#: What is written, and how each problem's line starts, from its place on: `water.yaml:` is left out.
Case = tuple[Files, list[str]]


def card(question: str, answer: str = "A") -> str:
    """A section of this card, whose question is in line 3, column 15, and a good one."""
    return f"{HEAD}  - question: {question}\n    answer: {answer}\n{NILE}"


def line(text: str) -> str:
    """A section whose first card has this text in line 5, column 5."""
    return f"{HEAD}  - question: Q\n    answer: A\n    {text}\n{NILE}"


def deck(lines: str) -> Files:
    """A deck.yaml with these lines from its fourth line on."""
    return {"deck.yaml": DECK + lines}


def give(author: Author, files: Files) -> None:
    if callable(files):
        files(author)
        return
    for name, text in files.items() if isinstance(files, dict) else [("water.yaml", files)]:
        author.write(name, text)


def told(problems: list[Problem] | list[str], starts: list[str]) -> bool:
    """Whether the problems are these and no others; a failure shows both."""
    lines = [str(each) for each in problems]
    starts = [f"rivers/{'water.yaml:' if each[0].isdigit() else ''}{each}" for each in starts]
    pairs = zip_longest(lines, starts, fillvalue="")
    assert [start if start and line.startswith(start) else line for line, start in pairs] == starts
    return True


# --- files ---------------------------------------------------------------------------------------


def in_place_of(name: str, make: Callable[[Path], object]) -> Files:
    """Takes a file of the deck away, and makes something else in its place."""

    def take(author: Author) -> None:
        path = author.folder / name
        path.unlink()
        make(path)

    return take


def a_link_out(path: Path) -> None:
    outside = path.parent.parent / "outside.yaml"
    outside.write_text(DECK if path.name == "deck.yaml" else HEAD + NILE)
    path.symlink_to(outside)


def a_huge_file(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(33_000_000)


UTF_16 = "1:1: error: the file is saved as UTF-16; save it as UTF-8 [encoding]"
UTF_32 = UTF_16.replace("16", "32")
LATIN_1 = "isn't UTF-8 (the file may be saved as Latin-1); save it as UTF-8 [encoding]"
EMPTY = "1:1: error: the file is empty; write section: and cards: [empty-file]"
EMPTY_DECK = "deck.yaml:1:1: error: the file is empty; write deck: and uid: [empty-file]"
NO_MAPPING = "1:1: error: expected a mapping, found"
NO_FILE = "1:1: error: this isn't a regular file; replace it with a YAML file [unreadable]"
NO_DECK = "deck.yaml:1:1: error: there is no deck.yaml; create it, or start a deck with studydeck new [missing-file]"
NO_NAME = "isn't a valid name of a section file; write the file's name without its folder and .yaml [wrong-kind]"
UNLISTED = "1:1: warning: sections: in deck.yaml doesn't list this file, so its cards aren't built; add it there, or"
OTHER_END = (
    "1:1: warning: this file isn't built, because its name doesn't end in .yaml; rename it, or move it elsewhere"
)
LOOP = f"1:1: error: the file can't be read ({os.strerror(errno.ELOOP)}); fix its link or its folder [unreadable]"
LINK_OUT = "1:1: error: the file is a link to outside the deck's folder; replace it with a copy [unreadable]"

FILES: dict[str, Case] = {
    "UTF-16": ((HEAD + NILE).encode("utf-16"), [UTF_16]),
    "UTF-16, big endian": (b"\xfe\xff" + (HEAD + NILE).encode("utf-16-be"), [UTF_16]),
    "deck.yaml in UTF-16": ({"deck.yaml": DECK.encode("utf-16")}, [f"deck.yaml:{UTF_16}"]),
    "Latin-1": (
        card("Où est Orléans?").encode("latin-1"),
        [f"3:16: error: the byte 0xf9 {LATIN_1}", f"3:25: error: the byte 0xe9 {LATIN_1}"],
    ),
    "Latin-1 after UTF-8": (
        card("Où?").encode() + "  - question: Orléans\n".encode("latin-1"),
        ["6:5: error: this card has no answer; ", f"6:18: error: the byte 0xe9 {LATIN_1}"],
    ),
    "half a surrogate pair, in bytes": (
        card("a?b").encode().replace(b"?", b"\xed\xa0\x80"),
        [f"3:16: error: the byte 0xed {LATIN_1}", f"5:57: error: the byte 0xed {LATIN_1}"],
    ),
    "UTF-32": ((HEAD + NILE).encode("utf-32"), [UTF_32]),
    "UTF-32, big endian": ((HEAD + NILE).encode("utf-32-be"), [UTF_32]),
    "UTF-16 without a mark, big endian": ((HEAD + NILE).encode("utf-16-be"), [UTF_16]),
    "NUL first": (
        "\0" + HEAD + NILE,
        [
            "1:1: error: the character U+0000 isn't allowed in a card; delete it [control-character]",
            "1:1: error: unknown key '\ufffdsection'; did you mean 'section'? [unknown-key]",
        ],
    ),
    "bad characters beside other mistakes": (
        (card("a\0b") + "  - {quesion: Q, answer: '\x1f'}\n").encode() + b"  - {question: \xe9\xe8, anwser: A}\n",
        [
            "3:16: error: the character U+0000 isn't allowed in a card; delete it [control-character]",
            "6:6: error: unknown key 'quesion'; did you mean 'question'? [unknown-key]",
            "6:27: error: the character U+001F isn't allowed in a card; delete it [control-character]",
            f"7:16: error: the byte 0xe9 {LATIN_1}",
            "7:19: error: unknown key 'anwser'; did you mean 'answer'? [unknown-key]",
        ],
    ),
    "more bad characters than anyone mends by hand": (
        HEAD + NILE + "\n# \0" * 22,
        [
            *(f"{n}:3: error: the character U+0000 isn't allowed in a card; delete it" for n in range(5, 25)),
            "25:3: error: more errors like the last one follow; fix those above first [control-character]",
        ],
    ),
    "UTF-8 with a byte order mark": (
        b"\xef\xbb\xbf" + b"sektion: Water\ncards: []\n",
        ["1:1: error: unknown key 'sektion'; did you mean 'section'? [unknown-key]"],
    ),
    "CRLF": (
        (HEAD + "  - question: @\n    answer: A\n\n  - question: B\n    anwser: A\n").replace("\n", "\r\n"),
        [
            "3:15: error: unquoted text can't start with '@'; put it in quotes [yaml-quote]",
            "7:5: error: unknown key 'anwser'; did you mean 'answer'? [unknown-key]",
        ],
    ),
    "an empty section": ("", [EMPTY]),
    "a section of blank lines": ("\n\n", [EMPTY]),
    "a section of comments": ("# to do\n", [EMPTY]),
    "an empty deck.yaml": ({"deck.yaml": ""}, [EMPTY_DECK]),
    "a deck.yaml of comments": ({"deck.yaml": "# to do\n"}, [EMPTY_DECK]),
    "a list as a section": ("- a\n- b\n", [f"{NO_MAPPING} a list; write section: and its value [wrong-kind]"]),
    "a text as a section": ("Nile\n", [f"{NO_MAPPING} the string 'Nile'; write section: and its value [wrong-kind]"]),
    "a list as deck.yaml": (
        {"deck.yaml": "- a\n"},
        [f"deck.yaml:{NO_MAPPING} a list; write deck: and its value [wrong-kind]"],
    ),
    "a text as deck.yaml": (
        {"deck.yaml": "Nile\n"},
        [f"deck.yaml:{NO_MAPPING} the string 'Nile'; write deck: and its value [wrong-kind]"],
    ),
    "no deck.yaml": (in_place_of("deck.yaml", lambda path: None), [NO_DECK]),
    "a folder as a section": (in_place_of("water.yaml", Path.mkdir), [NO_FILE]),
    "a folder as deck.yaml": (in_place_of("deck.yaml", Path.mkdir), [f"deck.yaml:{NO_FILE}"]),
    "a huge file": (
        in_place_of("water.yaml", a_huge_file),
        ["1:1: error: the file is 33 MB, more than any section needs; split it into several sections [too-big]"],
    ),
    "a section that isn't there": (
        deck("sections: [water, moutains]\n"),
        ["deck.yaml:4:19: error: the file moutains.yaml doesn't exist; create it, or remove its name [missing-file]"],
    ),
    "a section misspelt": (
        deck("sections:\n  - watr\n"),
        ["deck.yaml:5:5: error: the file watr.yaml doesn't exist; did you mean 'water'? [missing-file]", UNLISTED],
    ),
    "a section with its ending": (
        deck("sections: [water.yaml]\n"),
        [
            "deck.yaml:4:12: error: the file water.yaml.yaml doesn't exist; did you mean 'water'? [missing-file]",
            UNLISTED,
        ],
    ),
    "no section": (
        deck("sections: []\n"),
        ["deck.yaml:4:1: error: the list 'sections' is empty; list its files, or remove sections: [wrong-kind]"],
    ),
    "a section twice": (
        deck("sections: [water, water]\n"),
        ["deck.yaml:4:19: error: the section 'water' is listed twice; remove one of them [wrong-kind]"],
    ),
    "a section outside": (deck("sections: [water, ../x]\n"), [f"deck.yaml:4:19: error: '../x' {NO_NAME}"]),
    "a section by its full name": (
        deck("sections: [water, /etc/passwd]\n"),
        [f"deck.yaml:4:19: error: '/etc/passwd' {NO_NAME}"],
    ),
    "a section in a folder": (deck("sections: [water, deep/sea]\n"), [f"deck.yaml:4:19: error: 'deep/sea' {NO_NAME}"]),
    "the folder above": (deck("sections: [water, ..]\n"), [f"deck.yaml:4:19: error: '..' {NO_NAME}"]),
    "deck.yaml as a section": (deck("sections: [water, deck]\n"), [f"deck.yaml:4:19: error: 'deck' {NO_NAME}"]),
}
if os.name != "nt":
    FILES |= {
        "a link to itself": (in_place_of("water.yaml", lambda path: path.symlink_to(path.name)), [LOOP]),
        "deck.yaml as a link to itself": (
            in_place_of("deck.yaml", lambda path: path.symlink_to(path.name)),
            [f"deck.yaml:{LOOP}"],
        ),
        "a link out of the folder": (in_place_of("water.yaml", a_link_out), [LINK_OUT]),
        "deck.yaml as a link out": (in_place_of("deck.yaml", a_link_out), [f"deck.yaml:{LINK_OUT}"]),
        "a link to a device": (in_place_of("water.yaml", lambda path: path.symlink_to("/dev/zero")), [LINK_OUT]),
        "a link to the folder": (in_place_of("water.yaml", lambda path: path.symlink_to(".")), [NO_FILE]),
        "a link to nothing": (
            in_place_of("water.yaml", lambda path: path.symlink_to("nowhere")),
            ["1:1: error: the file is a broken link; replace it with the file itself [missing-file]"],
        ),
        "deck.yaml as a link to nothing": (
            in_place_of("deck.yaml", lambda path: path.symlink_to("nowhere")),
            [NO_DECK],
        ),
        "a pipe": (in_place_of("water.yaml", os.mkfifo), [NO_FILE]),
        "a pipe as deck.yaml": (in_place_of("deck.yaml", os.mkfifo), [f"deck.yaml:{NO_FILE}"]),
    }


# --- YAML ----------------------------------------------------------------------------------------

TAB = "error: YAML can't be indented with tabs; use spaces [yaml-syntax]"
ALIAS = "is undefined or refers to itself; write the text out, or put it in quotes if it starts with"
LAUGHS = "error: the aliases expand to far more than the file contains; write the texts out [yaml-alias]"
ESCAPE = "error: a backslash in double quotes starts an escape, and"
SINGLE = "use single quotes, or double the backslash"
NO_ESCAPE = f"{ESCAPE} this isn't a valid one; {SINGLE} [yaml-syntax]"
SURROGATE = "error: a lone surrogate isn't a character; write the character itself [control-character]"
OPEN = "error: this quote isn't closed; close it, or double a quote inside the text [yaml-syntax]"
COLON = (
    "error: YAML reads a colon and a space inside a text as a key; "
    "put the text in quotes, or fix the indentation [yaml-quote]"
)
REST = (
    "error: the text continues after its closing quote; "
    "put the whole text in quotes, and double the quotes inside [yaml-quote]"
)
MISFIT = (
    "error: this line doesn't fit the lines above it; "
    "fix the indentation, or look for a quote that isn't closed [yaml-syntax]"
)
LONG = "characters, and the limit is 100,000; split it into several cards [too-big]"
NESTED = "error: lists and mappings are nested more than 20 levels deep; write strings and lists of strings [too-big]"
SECOND = "error: a second YAML document starts here; move it to a file of its own [yaml-syntax]"


def raw(character: str) -> str:
    return f"error: the character U+{ord(character):04X} isn't allowed in a card; delete it [control-character]"


def escaped(character: str) -> str:
    return f"{ESCAPE} this one makes the character U+{ord(character):04X}; {SINGLE} [control-character]"


def no_start(sign: str) -> str:
    return f"error: unquoted text can't start with '{sign}'; put it in quotes [yaml-quote]"


def laughs(depth: int) -> str:
    lists = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, depth))
    return f"section: Water\nl0: &l0 ha\n{lists}cards: *l{depth - 1}\n"


YAML: dict[str, Case] = {
    "a tab": (HEAD + "  - question: Q\n\tanswer: A\n" + NILE, [f"4:1: {TAB}"]),
    "a tab after blanks": (HEAD + "  - question: Q\n    \tanswer: A\n" + NILE, [f"4:5: {TAB}"]),
    "a tab before a card": (HEAD + "\t- question: Q\n\t  answer: A\n", [f"3:1: {TAB}"]),
    "a tab in deck.yaml": ({"deck.yaml": "deck: Rivers\n\tuid: testtesttest\n"}, [f"deck.yaml:2:1: {TAB}"]),
    "one key twice": (
        line("answer: B"),
        ["5:5: error: the key 'answer' is repeated; keep only one of them [duplicate-key]"],
    ),
    "cards twice": (
        HEAD + NILE + "cards: []\n",
        ["4:1: error: the key 'cards' is repeated; keep only one of them [duplicate-key]"],
    ),
    "deck twice": (
        deck("deck: Streams\n"),
        ["deck.yaml:4:1: error: the key 'deck' is repeated; keep only one of them [duplicate-key]"],
    ),
    "an alias of nothing": (card("*nile"), [f"3:15: error: the alias '*nile' {ALIAS} '*nile' [yaml-alias]"]),
    "aliases of nothing beside other mistakes": (
        HEAD + "  - {question: *a, answer: *b, id: *c}\n  - {question: *a, answer: A}\n  - {quesion: Q, answer: A}\n",
        [
            *(f"3:{n}: error: the alias '*{name}' {ALIAS}" for n, name in ((16, "a"), (28, "b"), (36, "c"))),
            f"4:16: error: the alias '*a' {ALIAS}",
            "5:6: error: unknown key 'quesion'; did you mean 'question'? [unknown-key]",
        ],
    ),
    "more syntax errors than are told": (
        HEAD + "  - question: @\n    answer: A\n" * 21,
        [
            *(f"{n}:15: {no_start('@')}" for n in range(3, 43, 2)),
            "43:15: error: more errors like the last one follow; fix those above first [yaml-quote]",
        ],
    ),
    "two lists as keys": (
        line("[a]: b\n    [c]: d"),
        [f"{n}:5: error: a list can't be a key; write a word and a colon [wrong-kind]" for n in (5, 6)],
    ),
    "an alias inside its list": (card("Q", "&a [*a]"), [f"4:17: error: the alias '*a' {ALIAS} '*a' [yaml-alias]"]),
    "an alias inside its mapping": (
        "&a {section: *a}\n",
        ["1:1: error: the key 'cards' is missing", f"1:14: error: the alias '*a' {ALIAS} '*a' [yaml-alias]"],
    ),
    "an alias as its own key": (
        "&a {*a : b}\n",
        [
            "1:1: error: the key 'cards' is missing",
            "1:1: error: the key 'section' is missing",
            f"1:5: error: the alias '*a' {ALIAS} '*a' [yaml-alias]",
        ],
    ),
    "a bad text under two aliases": (
        HEAD + '  - question: Q\n    answer: &a ""\n  - question: R\n    answer: *a\n',
        ["4:13: error: the answer is empty; write it, or delete the card [empty-answer]"],
    ),
    "a merge key": (
        HEAD + "  - &c {question: Q, answer: A}\n  - <<: *c\n    question: R\n    answer: B\n",
        ["4:5: error: unknown key '<<'; YAML's merge keys aren't supported, so write the keys out [unknown-key]"],
    ),
    "a billion laughs": (laughs(10), [f"8:30: {LAUGHS}"]),
    "a long text many times": (
        card("Q", "&a " + "x" * 90_000).replace(NILE, f"    tags: [{', '.join(['*a'] * 1000)}]\n"),
        [f"5:92: {LAUGHS}"],
    ),
    "a text of 10 MB": (card("Q", "x" * 10_000_000), [f"4:13: error: this text has 10,000,000 {LONG}"]),
    "a quoted text of 10 MB": (card(f'"{"x" * 10_000_000}"'), [f"3:15: error: this text has 10,000,000 {LONG}"]),
    "10,000 brackets": (
        card("Q", "[" * 10_000 + "]" * 10_000),
        [f"4:30: {NESTED}"],
    ),
    "10,000 lists": (
        HEAD + "  " + "- " * 10_000 + "a\n",
        [f"3:41: {NESTED}"],
    ),
    "NUL": (card("a\0b"), [f"3:16: {raw(chr(0))}"]),
    "a unit separator": (card("'a\x1fb'", "c\x1f"), [f"3:17: {raw(chr(31))}", f"4:14: {raw(chr(31))}"]),
    "a form feed in deck.yaml": (
        deck("language: e\fn\n"),
        ["deck.yaml:4:11: error: 'e\ufffdn' isn't a valid language tag", f"deck.yaml:4:12: {raw(chr(12))}"],
    ),
    "no character": (card("a\uffffb"), [f"3:16: {raw(chr(65535))}"]),
    "NUL escaped": (card(r'"a\0b"'), [f"3:15: {escaped(chr(0))}"]),
    "a unit separator escaped": (card(r'"a\x1fb"'), [f"3:15: {escaped(chr(31))}"]),
    "no character escaped": (card(r'"a\uFFFFb"'), [f"3:15: {escaped(chr(65535))}"]),
    "a formula in double quotes": (card(r'"Is $\frac{1}{2}$: half"'), [f"3:15: {escaped(chr(12))}"]),
    "high surrogate": (card(r'"\ud83d"'), [f"3:15: {SURROGATE}"]),
    "low surrogate": (card(r'"a \udc00 b"'), [f"3:15: {SURROGATE}"]),
    "a surrogate pair": (
        card(r'"a \ud83d\uDE00"'),
        ["3:15: error: YAML has no surrogate pairs, unlike JSON; write the character itself [control-character]"],
    ),
    "long surrogate": (card(r'"\U0000d800"'), [f"3:15: {SURROGATE}"]),
    "no escape": (card(r'"$\sqrt{2}$"'), [f"3:15: {NO_ESCAPE}"]),
    "no hexadecimal escape": (card(r'"$\xi$"'), [f"3:15: {NO_ESCAPE}"]),
    "no Unicode escape": (card(r'"$\upsilon$"'), [f"3:15: {NO_ESCAPE}"]),
    "no long Unicode escape": (card(r'"$\Upsilon$"'), [f"3:15: {NO_ESCAPE}"]),
    "an open quote": (HEAD + '  - question: Q\n    answer: "A\n' + NILE, [f"4:13: {OPEN}"]),
    "an open quote at the end": (HEAD + NILE + '  - question: Q\n    answer: "A', [f"5:13: {OPEN}"]),
    "an open quote before quoted texts": (
        HEAD + '  - question: "Q\n    answer: A\n  - question: "R"\n    answer: "B"\n' + NILE,
        [f"3:15: {OPEN}"],
    ),
    "an open quote before an apostrophe": (
        HEAD + "  - question: 'Q\n    answer: A\n  - question: It's R\n    answer: B\n" + NILE,
        [f"3:15: {OPEN}"],
    ),
    "an open quote before a text that goes on": (
        HEAD + '  - question: "Q\n    answer: A\n  - question: R\n    answer: "B" b\n' + NILE,
        [f"3:15: {OPEN}", f"6:17: {REST}"],
    ),
    "an open quote in deck.yaml": ({"deck.yaml": 'deck: "R\nuid: testtesttest\n'}, [f"deck.yaml:1:7: {OPEN}"]),
    "an open bracket": (
        card("Q", "[a, b"),
        ["4:13: error: this '[' isn't closed; close it, or put the text in quotes [yaml-syntax]"],
    ),
    "an open bracket with nothing in it": (
        card("Q", "["),
        ["4:13: error: this '[' isn't closed; close it, or put the text in quotes [yaml-syntax]"],
    ),
    "an open bracket at the end": (
        "section: Water\ncards: [",
        ["2:8: error: this '[' isn't closed; close it, or put the text in quotes [yaml-syntax]"],
    ),
    **{
        f"a comma too many: {text}": (
            card("Q", text),
            [f"4:{column}: error: empty item before this ','; write a value, or remove the ',' [yaml-"],
        )
        for text, column in [("[a, , b]", 17), ("[, b]", 14), ("[[a], , b]", 19), ("{a: b,, c: d}", 19)]
    },
    "an open brace": (
        HEAD + "  - {question: Q, answer: A\n" + NILE,
        ["3:5: error: this '{' isn't closed; close it, or put the text in quotes [yaml-syntax]"],
    ),
    "a line too far left": (HEAD + "  - question: Q\n   answer: A\n" + NILE, [f"4:4: {MISFIT}"]),
    "a card too far left": (card("Q").replace(NILE, " - question: R\n    answer: B\n"), [f"5:2: {MISFIT}"]),
    "a line too far right": (HEAD + "  - question: Q\n      answer: A\n" + NILE, [f"4:13: {COLON}"]),
    "a second document": (HEAD + NILE + "---\nsection: Fire\n", [f"4:1: {SECOND}"]),
    "a second document in deck.yaml": (deck("---\ndeck: Streams\n"), [f"deck.yaml:4:1: {SECOND}"]),
    "a YAML of the future": (
        "%YAML 3.0\n---\n" + HEAD + NILE,
        ["1:1: error: invalid YAML (found incompatible YAML document); fix it,"],
    ),
    "a tag of Python's": (
        card('!!python/object/apply:os.system "touch pwned"'),
        ["3:15: error: the YAML tag '!!python/object/apply:os.system' isn't supported; delete it [wrong-kind]"],
    ),
    "a tag of Python's on a list": (
        card("Q", '!!python/object/apply:os.system ["touch pwned"]'),
        ["4:13: error: the YAML tag '!!python/object/apply:os.system' isn't supported; delete it [wrong-kind]"],
    ),
    "a tag of Python's on a file": (
        "!!python/object/new:os.system\n" + HEAD + NILE,
        ["1:1: error: the YAML tag '!!python/object/new:os.system' isn't supported; delete it [wrong-kind]"],
    ),
    "a tag of Python's on a key": (
        line("!!python/name:os.system hint: H"),
        ["5:5: error: the YAML tag '!!python/name:os.system' isn't supported; delete it [wrong-kind]"],
    ),
    "a binary tag": (
        card("!!binary aGk="),
        ["3:15: error: the YAML tag '!!binary' isn't supported; delete it [wrong-kind]"],
    ),
}

# --- texts that need quotes ----------------------------------------------------------------------

CUT = "put the text in quotes, or write two spaces and '# ' before a comment [retyped]"
BRACES = "error: YAML reads '{{' as a mapping; put the text in double quotes [yaml-quote]"
NESTED = 'error: YAML reads this as a mapping of mappings; put text that starts with "{" in double quotes [yaml-quote]'

QUOTES: dict[str, Case] = {
    "a gap first": (HEAD + "  - cloze: {{c1::The Nile}} flows\n" + NILE, [f"3:12: {BRACES}"]),
    "a gap first, after an id": (HEAD + "  - id: cairo\n    cloze: {{c1::A}} b\n" + NILE, [f"4:12: {BRACES}"]),
    "a gap alone": (HEAD + "  - cloze: {{c1::The Nile}}\n" + NILE, [f"3:13: {NESTED}"]),
    "braces in a list": (card("Q", "[{{a}}, b]"), [f"4:15: {NESTED}"]),
    "at": (card("@home"), [f"3:15: {no_start('@')}"]),
    "at in a list": (HEAD + "  - question: Q\n    answer:\n      - @a\n      - b\n" + NILE, [f"5:9: {no_start('@')}"]),
    "at in braces": (HEAD + "  - {question: @a, answer: b}\n" + NILE, [f"3:16: {no_start('@')}"]),
    "at in deck.yaml": ({"deck.yaml": "deck: @R\nuid: testtesttest\n"}, [f"deck.yaml:1:7: {no_start('@')}"]),
    "a backtick": (card("`code` is what?"), [f"3:15: {no_start('`')}"]),
    "per cent": (card("%d prints what?"), [f"3:15: {no_start('%')}"]),
    "emphasis": (card("*Nile* is what?"), [f"3:15: {no_start('*')}"]),
    "strong": (card("**Nile** is what?"), [f"3:15: {no_start('*')}"]),
    "an entity": (card("&amp; is what?"), [f"3:15: {no_start('&')}"]),
    "a name that nothing uses": (
        card("&Co is what?"),
        [
            "3:15: error: YAML reads '&Co' as an anchor and drops it; "
            "put the text in quotes, or delete the unused anchor [yaml-quote]"
        ],
    ),
    "a quoted word first": (card('"Quoted" rest'), [f"3:24: {REST}"]),
    "a word in single quotes first": (card("Q", "'Quoted' rest"), [f"4:22: {REST}"]),
    "a colon inside": (card("Note: what?"), [f"3:19: {COLON}"]),
    "a colon at the end": (card("This is:"), [f"3:22: {COLON}"]),
    "a colon in an answer": (card("Q", "Rule: yes"), [f"4:17: {COLON}"]),
    "a colon in deck.yaml": ({"deck.yaml": "deck: A: B\nuid: testtesttest\n"}, [f"deck.yaml:1:8: {COLON}"]),
    "a key without its blank": (HEAD + "  - question:Q\n    answer: A\n" + NILE, [f"4:11: {COLON}"]),
    "braces first and last": (
        card("{a}"),
        ["3:15: error: expected a string for 'question', found a mapping; put the text in quotes if it isn't"],
    ),
    "a comma in braces": (
        HEAD + "  - {question: a, b, answer: c}\n",
        ["3:19: error: unknown key 'b'; the keys here are id, question, answer, steps,"],
    ),
    "a number sign": (card("Q", "Bus #7"), [f"4:17: error: YAML cuts the text off before '#7'; {CUT}"]),
    "a number sign in a question": (
        card("Bus #7 goes where?"),
        [f"3:19: error: YAML cuts the text off before '#7 goes where?'; {CUT}"],
    ),
    "a number sign after a tab": (card("Q", "Bus\t#7"), [f"4:17: error: YAML cuts the text off before '#7'; {CUT}"]),
    "a number sign in an item": (
        HEAD + "  - question: Q\n    answer:\n      - Bus #7\n      - Tram\n",
        [f"5:13: error: YAML cuts the text off before '#7'; {CUT}"],
    ),
    "a number sign in a second line": (
        card("Q", "Bus\n      or #7"),
        [f"5:10: error: YAML cuts the text off before '#7'; {CUT}"],
    ),
    "a number sign in a section's name": (
        f"section: Water #1\ncards:\n{NILE}",
        [f"1:16: error: YAML cuts the text off before '#1'; {CUT}"],
    ),
    "a number sign in a list": (
        card("Q", "[Bus, Tram #7]"),
        [f"4:24: error: YAML cuts the text off before '#7]'; {CUT}"],
    ),
    "a number sign that starts an item": (
        card("Q", "[a, #b, c]"),
        [f"4:17: error: YAML cuts the text off before '#b, c]'; {CUT}"],
    ),
    "a number sign that starts the first item": (
        card("Q", "[ #b, c]"),
        [f"4:15: error: YAML cuts the text off before '#b, c]'; {CUT}"],
    ),
    "a gap inside braces": (
        HEAD + "  - {cloze: A {{c1::x}} is?}\n" + NILE,
        ["3:15: error: unquoted text in brackets can't contain '{'; put it in quotes [yaml-quote]"],
    ),
    "brackets inside braces": (
        HEAD + "  - {question: f [x]?, answer: A}\n" + NILE,
        ["3:18: error: unquoted text in brackets can't contain '['; put it in quotes [yaml-quote]"],
    ),
    "a number sign after a quoted text": (
        card("Q", '"Bus" #7'),
        [f"4:19: error: YAML cuts the text off before '#7'; {CUT}"],
    ),
    "a number sign alone": (
        card("Q", "#7"),
        [
            "4:12: error: the answer is empty; write it, or delete the card [empty-answer]",
            f"4:13: error: YAML cuts the text off before '#7'; {CUT}",
        ],
    ),
}
for first in ("{a} what?", "[a] what?", "> 5 is what?", "| is what?", "! is what?"):
    QUOTES[f"a text that starts with {first[0]}"] = card(first), [f"3:15: {no_start(first[0])}"]
QUOTES["a text that reads as a tag"] = card("!important is what?"), [f"3:15: {no_start('!')}"]


TEX = "error: a backslash in double quotes starts an escape, and the '{}' in '{}' is one; use single quotes, or double"
QUOTES["a command of TeX in double quotes"] = (
    card('"$a \\times b$"'),
    [f"3:15: {TEX.format(chr(92) + 't', chr(92) + 'times')}"],
)
QUOTES["a command of TeX after code"] = (
    card('"`$i` is $\\nu$"'),
    [f"3:15: {TEX.format(chr(92) + 'n', chr(92) + 'nu')}"],
)
CONFLICT = "git left a merge conflict here; keep the lines you want, and delete the marker lines [yaml-syntax]"
SIDES = "<<<<<<< HEAD\n    answer: A\n=======\n    answer: B\n>>>>>>> theirs\n"
QUOTES["a merge conflict"] = HEAD + "  - question: Q\n" + SIDES + NILE, [f"4:1: error: {CONFLICT}"]
QUOTES["a merge conflict at the start"] = SIDES + HEAD + NILE, [f"1:1: error: {CONFLICT}"]
QUOTES["two merge conflicts with what was there before"] = (
    HEAD + "  - question: Q\n" + SIDES.replace("=======", "||||||| 1a2b\n    answer: C\n=======") + NILE + SIDES,
    [f"4:1: error: {CONFLICT}"],
)


# --- keys and values -----------------------------------------------------------------------------

MAPPINGS: dict[str, str] = {
    "material": "a mapping with title:, url: or path:",
    "checks": "a mapping of warnings to numbers or off",
    "terms": "a mapping of spellings to those they replace",
    "uncarded": "a mapping of places in the material to reasons",
    "credits": "a mapping of pictures and sounds to their credits",
    "note-types": "a mapping of folders in note-types/ to keys and fields",
    "fields": "a mapping of fields to texts",
}
TAKES = {
    **dict.fromkeys(("deck", "uid", "tag", "language", "description", "title", "url", "path", "section"), "a string"),
    **dict.fromkeys(("license", "answer-language", "reverse-answer", "speak"), "a string"),
    "authors": "a line or a list of lines",
    **dict.fromkeys(("id", "question", "cloze", "hint", "details", "guid", "type"), "a string"),
    **dict.fromkeys(("retired", "subdeck", "subdecks"), "true or false"),
    "reverse": "true, false or a text",
    "typed": "true, false or a list of texts",
    "answer": "a string or a list of strings",
    "source": "a locator or a list of locators",
    "tags": "a list of strings",
    "sections": "a list of section files",
    "cards": "a list of cards",
    **dict.fromkeys(("steps", "items"), "a list of items"),
    "lines": "a text or a list of items",
    "ok": "a list of strings",
    **MAPPINGS,
}
TAKES_LIST = ("authors", "answer", "typed", "source", "tags", "ok", "sections", "cards", "steps", "items", "lines")
KEYS = {"deck": DECK_KEYS, "material": MATERIAL_KEYS, "section": SECTION_KEYS}
KEYS["card"] = {name: key for name, key in card_keys().items() if name not in OCCLUSION.own}  # test_occlusion.py
HOLDS = {
    "deck": {"deck": "Rivers", "uid": "testtesttest"},
    "material": {},
    "section": {"section": "Water", "cards": "[]"},
    "card": {"question": "Q", "answer": "A"},
}
AROUND = {
    "deck": "%s\n",
    "material": DECK + "material: %s\n",
    "section": "%s\n",
    "card": HEAD + "  - %s\n" + NILE,
}


def wrong(where: str, key: str, value: str, what: str) -> tuple[str, Case]:
    """The case of a value under a key that takes another kind of values."""
    listed = key in ("steps", "items", "lines")
    holds = {} if key == "cloze" else {"id": "x", "question": "Q"} if listed else HOLDS[where]
    text = AROUND[where] % "{%s}" % ", ".join(f"{name}: {each}" for name, each in (holds | {key: value}).items())
    before = text[: text.index(f"{key}: {value}") + len(key) + 2]
    file = "water.yaml" if where in ("section", "card") else "deck.yaml"
    place = f"{file}:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"
    remedy = "put the text in quotes if it isn't meant as a mapping" if what == "a mapping" else f"write {TAKES[key]}"
    told = f"{place}: error: expected {TAKES[key]} for '{key}', found {what}; {remedy} [wrong-kind]"
    return f"{where}: {key}: {value}", ({file: text}, [told])


KINDS = dict(
    [wrong(where, key, "{a: b}", "a mapping") for where, keys in KEYS.items() for key in keys if key not in MAPPINGS]
    + [wrong(where, key, "[a]", "a list") for where, keys in KEYS.items() for key in keys if key not in TAKES_LIST]
    + [wrong("card", flag, "yes", "the string 'yes'") for flag in ("reverse", "typed", "retired")]
    + [wrong("card", "retired", '"true"', "the string 'true'"), wrong("card", "typed", "1", "the string '1'")]
    + [wrong("deck", "subdecks", '""', "nothing"), wrong("deck", "subdecks", "on", "the string 'on'")]
    + [wrong("deck", "sections", "water", "the string 'water'"), wrong("section", "cards", "none", "the string 'none'")]
    + [wrong("deck", "checks", "off", "the string 'off'"), wrong("section", "uncarded", "[p1]", "a list")]
    + [wrong("deck", "material", "An atlas", "the string 'An atlas'"), wrong("deck", "sections", '""', "nothing")]
)

NO_CARD = "write question: and answer:, or cloze: [wrong-kind]"
NO_CLOZE = "can't be used together with 'cloze'; keep either cloze: or question: in this card [wrong-kind]"
NO_ID = "isn't a valid id; use letters, digits, '-', '_', '.', ':' and '+', starting with a letter or digit [bad-id]"
NO_UID = "isn't a valid uid; use 8 to 40 lower-case letters and digits [bad-id]"
NO_PLACE = "isn't a valid place in the material; write p2s1, p2s1-3, p2 or section/p1s3 [bad-source]"
ONE_LINE = "must be a single line without tabs; write it on one line [wrong-kind]"
CLOZE = '  - cloze: "{{c1::Nile}}"\n    '

KEYS_AND_VALUES: dict[str, Case] = {
    "no answer": (
        HEAD + "  - question: Q\n" + NILE,
        ["3:5: error: this card has no answer; add answer:, or cloze: for a gap [missing-key]"],
    ),
    "no question": (
        HEAD + "  - answer: A\n" + NILE,
        ["3:5: error: this card has no question; add question:, or cloze: for a gap [missing-key]"],
    ),
    "an id alone": (
        HEAD + "  - id: cairo\n" + NILE,
        ["3:5: error: this card has no question and no answer; add question:, or cloze: for a gap [missing-key]"],
    ),
    "nothing as a card": (HEAD + "  -\n" + NILE, [f"3:4: error: expected a card, found nothing; {NO_CARD}"]),
    "a text as a card": (
        HEAD + "  - Nile\n" + NILE,
        [f"3:5: error: expected a card, found the string 'Nile'; {NO_CARD}"],
    ),
    "a list as a card": (
        HEAD + "  - [Q]\n" + NILE,
        [f"3:5: error: expected a card, found a list; {NO_CARD}"],
    ),
    "cards without dashes": (
        HEAD + "  question: Q\n  answer: A\n",
        ["3:3: error: expected a list of cards for 'cards', found a mapping; put the text in quotes"],
    ),
    "a cloze and a question": (HEAD + CLOZE + "question: Q\n" + NILE, [f"4:5: error: 'question' {NO_CLOZE}"]),
    "a cloze and an answer": (HEAD + CLOZE + "answer: A\n" + NILE, [f"4:5: error: 'answer' {NO_CLOZE}"]),
    "a reversed cloze": (HEAD + CLOZE + "reverse: true\n" + NILE, [f"4:5: error: 'reverse' {NO_CLOZE}"]),
    "a typed cloze": (HEAD + CLOZE + "typed: false\n" + NILE, [f"4:5: error: 'typed' {NO_CLOZE}"]),
    "keys misspelt": (
        HEAD + "  - qestion: Q\n    anser: A\n" + NILE,
        [
            "3:5: error: unknown key 'qestion'; did you mean 'question'? [unknown-key]",
            "4:5: error: unknown key 'anser'; did you mean 'answer'? [unknown-key]",
        ],
    ),
    "a key misspelt and one missing": (
        HEAD + "  - qestion: Q\n" + NILE,
        [
            "3:5: error: this card has no answer; add answer:, or cloze: for a gap [missing-key]",
            "3:5: error: unknown key 'qestion'; did you mean 'question'? [unknown-key]",
        ],
    ),
    "a cloze misspelt": (
        HEAD + '  - clozee: "{{c1::Nile}}"\n' + NILE,
        ["3:5: error: unknown key 'clozee'; did you mean 'cloze'? [unknown-key]"],
    ),
    "a capital": (line("Hint: H"), ["5:5: error: unknown key 'Hint'; did you mean 'hint'? [unknown-key]"]),
    "a key of no kind": (
        line("frage: F"),
        [
            "5:5: error: unknown key 'frage'; the keys here are id, question, answer, steps, items, lines, reverse, "
            "reverse-answer, typed, answer-language, speak, cloze, occlude, title, hide, parts, hint, details, source, "
            "tags, ok, language, fields, "
            "retired, type, guid [unknown-key]"
        ],
    ),
    "a key of a card on its section": (
        "section: Water\nhint: H\ncards:\n" + NILE,
        [
            "2:1: error: unknown key 'hint'; the keys here are section, tag, subdeck, language, "
            "answer-language, speak, cards, uncarded [unknown-key]"
        ],
    ),
    "a key of deck.yaml misspelt": (
        {"deck.yaml": "deck: Rivers\nuuid: testtesttest\n"},
        ["deck.yaml:2:1: error: unknown key 'uuid'; did you mean 'uid'? [unknown-key]"],
    ),
    "a key of the material misspelt": (
        deck("material:\n  titel: An atlas\n"),
        ["deck.yaml:5:3: error: unknown key 'titel'; did you mean 'title'? [unknown-key]"],
    ),
    "a list as a key": (
        line("[a]: b"),
        ["5:5: error: a list can't be a key; write a word and a colon [wrong-kind]"],
    ),
    "no name and no uid": (
        {"deck.yaml": "tag: rivers\n"},
        [
            "deck.yaml:1:1: error: the key 'deck' is missing; add deck: [missing-key]",
            "deck.yaml:1:1: error: the key 'uid' is missing; add uid: [missing-key]",
        ],
    ),
    "no cards": ("section: Water\n", ["1:1: error: the key 'cards' is missing; add cards: [missing-key]"]),
    "no section": ("cards:\n" + NILE, ["1:1: error: the key 'section' is missing; add section: [missing-key]"]),
    "an empty section name": (
        "section:\ncards:\n" + NILE,
        ["1:1: error: 'section' is empty; write a value"],
    ),
    "an empty deck name": ({"deck.yaml": "deck: ''\nuid: testtesttest\n"}, ["deck.yaml:1:1: error: 'deck' is empty; "]),
    "a deck name with an empty part": (
        {"deck.yaml": 'deck: "Rivers::"\nuid: testtesttest\n'},
        ["deck.yaml:1:7: error: a part of the deck's name is empty, and Anki would call it 'blank'; write a word on"],
    ),
    "an empty id": (line("id:"), ["5:5: error: 'id' is empty; write a value, or remove id: [wrong-kind]"]),
    "an id with a blank": (line("id: the nile"), [f"5:9: error: 'the nile' {NO_ID}"]),
    "an id with a slash": (line("id: a/b"), [f"5:9: error: 'a/b' {NO_ID}"]),
    "an id that starts with a line": (line("id: _a"), [f"5:9: error: '_a' {NO_ID}"]),
    "a long id": (line(f"id: {'a' * 101}"), [f"5:9: error: '{'a' * 40}' {NO_ID}"]),
    "an id with a tab": (line(r'id: "a\tb"'), [f"5:9: error: 'id' {ONE_LINE}"]),
    "an id of two lines": (line("id: |\n      a"), [f"5:9: error: 'id' {ONE_LINE}"]),
    "a uid with capitals": ({"deck.yaml": "deck: R\nuid: TESTTEST\n"}, [f"deck.yaml:2:6: error: 'TESTTEST' {NO_UID}"]),
    "a short uid": ({"deck.yaml": "deck: R\nuid: test\n"}, [f"deck.yaml:2:6: error: 'test' {NO_UID}"]),
    "a source by page": (line("source: page 2"), [f"5:13: error: 'page 2' {NO_PLACE}"]),
    "a run of sentences backwards": (line("source: [p2s1-3, p2s3-1]"), [f"5:22: error: 'p2s3-1' {NO_PLACE}"]),
    "a sentence of many digits": (line(f"source: p2s{'9' * 5000}-1"), ["5:13: error: 'p2s99999999"]),
    "a language that is none": (
        deck("language: '{{Foo}}'\n"),
        [
            "deck.yaml:4:11: error: '{{Foo}}' isn't a valid language tag; "
            "write a BCP 47 tag, such as en, ar or pt-BR [wrong-kind]"
        ],
    ),
    "a section name with an empty part": (
        "section: 'x::'\ncards:\n" + NILE,
        ["1:10: error: a part of the section's name is empty, and Anki would call it 'blank'; write a word on"],
    ),
    "nothing as a name": (
        "section: ~\ncards:\n" + NILE,
        ["1:10: error: YAML reads '~' as an empty value; put it in quotes, or remove section: [yaml-quote]"],
    ),
    "a carriage return in a line": (deck('language: "en\\r"\n'), [f"deck.yaml:4:11: error: 'language' {ONE_LINE}"]),
    "two sources, one wrong": (line("source: [p1s2, p0]"), [f"5:20: error: 'p0' {NO_PLACE}"]),
    "an empty source": (line("source:"), [f"5:12: error: '' {NO_PLACE}"]),
    "a list in a list": (
        card("Q", "[a, [b]]"),
        ["4:17: error: expected a string for 'answer', found a list; write a string [wrong-kind]"],
    ),
    "an empty list of answers": (
        card("Q", "[]"),
        ["4:5: error: the list of answers is empty; write an answer [empty-answer]"],
    ),
    "an address of another kind": (
        deck("material:\n  url: ftp://example.org\n"),
        ["deck.yaml:5:8: error: 'url' isn't an http or https address; write the whole address, with https:// [wrong"],
    ),
    "mistakes in every file": (
        {
            "deck.yaml": "deck: Rivers\nuid: test\n",
            "water.yaml": card("@a") + "  - {quesion: Q, answer: A}\n",
            "air.yaml": "section: Air\ncards:\n  - question: 'a' b\n    answer: A\n  - {question: Q}\n",
        },
        [
            f"air.yaml:3:19: {REST}",
            "air.yaml:5:5: error: this card has no answer; add answer:, or cloze: for a gap [missing-key]",
            f"deck.yaml:2:6: error: 'test' {NO_UID}",
            f"3:15: {no_start('@')}",
            "6:6: error: unknown key 'quesion'; did you mean 'question'? [unknown-key]",
        ],
    ),
}


# --- all of them ---------------------------------------------------------------------------------

CASES = FILES | YAML | QUOTES | KINDS | KEYS_AND_VALUES


@pytest.mark.parametrize("case", CASES)
def test_a_mistake_is_told_at_its_place_with_its_remedy(
    case: str, author: Author, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, expected = CASES[case]
    author.section(NILE)
    give(author, files)
    monkeypatch.chdir(author.folder.parent)
    assert told(author.problems(), expected)
    assert not Path("pwned").exists()


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Author:
    return Author(tmp_path_factory.mktemp("shelf"))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What a build of the good deck left, by its path."""
    author = Author(tmp_path_factory.mktemp("built"))
    author.section(NILE)
    author.build()
    return {name: (author.folder.parent / name).read_bytes() for name in ("dist/rivers.apkg", "rivers/deck.lock")}


@pytest.mark.parametrize("case", CASES)
def test_a_failed_build_leaves_package_and_lock_as_they_were(
    case: str, author: Author, built: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = author.folder.parent
    author.section(NILE)
    author.out.mkdir()
    for name, data in built.items():
        (home / name).write_bytes(data)
    give(author, CASES[case][0])
    monkeypatch.chdir(home)
    before = sorted(home.rglob("*"))
    outcome = CliRunner().invoke(main, ["build", "rivers"])
    assert isinstance(outcome.exception, SystemExit)
    assert outcome.exit_code == 1
    assert outcome.stderr.endswith("; nothing was built\n")
    assert {name: (home / name).read_bytes() for name in built} == built
    assert sorted(home.rglob("*")) == before


def test_every_key_is_tried_with_wrong_kinds() -> None:
    assert set(TAKES) == {key for keys in KEYS.values() for key in keys}


# --- what can't be shown in a table --------------------------------------------------------------


@contextmanager
def nobody() -> Iterator[None]:
    """Reads as a user with no rights: root may read everything."""
    if os.geteuid():
        yield
        return
    try:
        os.seteuid(65534)
    except OSError:
        pytest.skip("root can't become anybody else here")
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such rights")
@pytest.mark.parametrize(
    ("name", "place"),
    [("water.yaml", "/water.yaml:1:1"), ("deck.yaml", "/deck.yaml:1:1"), ("style.css", "/style.css:1:1"), ("", ":1:1")],
)
def test_what_may_not_be_read_is_told(name: str, place: str) -> None:
    with tempfile.TemporaryDirectory(prefix="studydeck-") as home:
        author = Author(Path(home))
        author.section(NILE)
        author.write("style.css", ".card {}\n")
        assert author.problems() == []
        os.chmod(home, 0o755)
        os.chmod(author.folder / name, 0)
        try:
            with nobody():
                problems = author.problems()
        finally:
            os.chmod(author.folder / name, 0o755)
    start = f"rivers{place}: error: the {'file' if name else 'folder'} can't be read ({os.strerror(errno.EACCES)}); "
    assert [each.remedy for each in problems if start in str(each) and each.name == "unreadable"] == [
        "fix the folder's permissions" if not name else "fix the file's permissions"
    ]


def test_a_folder_that_is_gone_is_said_to_be(author: Author) -> None:
    author.section(NILE)
    author.folder.rename(author.folder.with_name("moved"))
    first, *_ = author.problems()
    assert str(first).endswith(
        "rivers:1:1: error: there is no such folder; if it was moved, start again where it is now [unreadable]"
    )


def test_files_of_other_endings_are_told(author: Author, monkeypatch: pytest.MonkeyPatch) -> None:
    author.section(NILE)
    give(author, {"air.yml": HEAD, "Fire.YAML": HEAD, ".hidden.yml": "", "notes.txt": "", "yml": ""})
    monkeypatch.chdir(author.folder.parent)
    assert told(author.problems(), [f"Fire.YAML:{OTHER_END}", f"air.yml:{OTHER_END}"])


def test_a_big_file_is_not_read_again_for_each_error_at_its_end(author: Author) -> None:
    author.write("water.yaml", HEAD + NILE + "# a comment\n" * 400_000 + "  - question: @\n    answer: A\n" * 20)
    assert [each.line for each in author.problems()] == [400_004, 400_006]
    assert "more errors" in author.problems()[1].message


@pytest.mark.parametrize("name", ["hint: &{0} y", "hint: *{0}", "hint: !<{0}> y", "? {0}\n    : y\n    ? {0}\n    : y"])
def test_a_huge_name_makes_no_huge_message(author: Author, name: str) -> None:
    author.write("water.yaml", line(name.format("x" * 50_000)))
    assert author.load().errors
    assert max(len(str(each)) for each in author.problems()) < 1200


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        pytest.param(laughs(30), 1, id="a billion laughs"),
        pytest.param("section: Water\ncards: " + "[" * 15_000 + "]" * 15_000, 0.7, id="brackets"),
        pytest.param(HEAD + "  - question: @\n    answer: A\n" * 20_000, 2, id="syntax errors"),
        pytest.param("\0" * 40_000, 0.4, id="a file that a crash filled with NUL"),
    ],
)
def test_a_bad_file_is_refused_quickly(author: Author, text: str, seconds: float) -> None:
    author.write("water.yaml", text)
    started = time.process_time()  # a busy machine takes none of it
    assert author.load().errors
    assert time.process_time() - started < seconds


@pytest.mark.parametrize(
    "text",
    [
        r'"\e[31mred": 1',
        r'"two\nlines": 1',
        r'source: "p1\np2"',
        r'retired: "a\rb"',
        "reverse: |\n      yes",
        r'id: "a\eb"',
        r'tags: ["a\nb"]',
    ],
)
def test_a_message_is_one_line_without_control_characters(author: Author, text: str) -> None:
    author.write("water.yaml", line(text))
    problems = author.problems()
    assert problems
    assert [str(each) for each in problems if re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", str(each))] == []


@pytest.mark.parametrize("formula", [r"\theta", r"\nu", r"\Lambda"])
def test_a_formula_in_double_quotes_does_not_lose_its_backslash_in_silence(author: Author, formula: str) -> None:
    author.write("water.yaml", card(f'"Angle ${formula}$: what is it?"'))
    assert [(each.line, each.column) for each in author.problems() if "backslash" in each.message] == [(3, 15)]


@pytest.mark.parametrize("character", ["\x85", "\u2028"])
def test_a_separator_that_editors_show_in_one_line_starts_no_line(author: Author, character: str) -> None:
    author.write("water.yaml", HEAD + f'  - question: "a{character}b"\n    answer: A\n  - question: B\n    anwser: A\n')
    assert [(each.line, each.column) for each in author.problems() if each.name == "unknown-key"] == [(6, 5)]


@pytest.mark.parametrize("text", ["a{}b", "'a{}b'", '"a{}b"', "|\n      a{}b"])
def test_a_line_separator_never_breaks_the_file(author: Author, text: str) -> None:
    author.write("water.yaml", card(text.format("\u2028")))
    assert [each.name for each in author.problems() if each.name == "yaml-syntax"] == []


def test_utf_16_without_its_mark_is_told_once(author: Author) -> None:
    author.write("water.yaml", (HEAD + NILE).encode("utf-16-le"))
    assert [(each.name, each.line, each.column) for each in author.problems()] == [("encoding", 1, 1)]


# --- what is kept --------------------------------------------------------------------------------


def read_cards(author: Author) -> list[Card]:
    assert author.problems() == []
    return author.load().deck.cards


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_a_byte_order_mark_and_any_line_ends_are_welcome(author: Author, mark: bytes, newline: str) -> None:
    text = f"{HEAD}  - id: cairo\n    question: Which river?\n    answer: |\n      The Nile\n      in Egypt\n"
    author.write("water.yaml", mark + text.replace("\n", newline).encode())
    author.write("deck.yaml", mark + DECK.replace("\n", newline).encode())
    (card,) = read_cards(author)
    assert (card.asks, card.answer) == ("Which river?", "The Nile\nin Egypt\n")
    places: list[Placed] = [card.place, *card.texts]
    assert [(each.line, each.column) for each in places] == [(3, 5), (4, 15), (5, 13)]


@pytest.mark.parametrize("key", ["question", '"question"'])  # only libyaml reads keys in quotes
@pytest.mark.parametrize(
    "text",
    [
        "![a](b.png)", "![a line](my pic 1.png)", "![[b.png]]", "![[b.png|250]]", "![a](b.png) and", "![a|50%](b.png)",
        "[sound:nile.mp3]", "[sound:nile.mp3] and ![a](b.png)", "![é\ue000](b.png)", "![a](b.png 'b')",
    ],
)  # fmt: skip
def test_a_picture_or_sound_as_the_whole_value_needs_no_quotes(author: Author, text: str, key: str) -> None:
    for name in ("b.png", "my pic 1.png", "nile.mp3"):
        author.write(f"media/{name}", "x")
    cards = f"  - {key}: {text}\n    answer:\n      - {text}\n      -   {text}\n    details:\n      {text}\n"
    author.write("water.yaml", f"{HEAD}{cards}    hint: |\n      {text}\n      {text}\n")
    (section,) = author.load().deck.sections
    (card,) = section.cards
    assert (card.asks, card.answer) == (text, (text, text))
    assert (card.values["details"], card.values["hint"]) == (text, f"{text}\n{text}\n")
    places = {(3, 7 + len(key)), (5, 9), (6, 11), (8, 7), (9, 11)}
    assert {(each.line, each.column) for each in card.texts} == places
    assert {each.name for each in author.problems()} <= {"no-alt", "unused-media"}


@pytest.mark.parametrize(
    ("cards", "place", "lost"),
    [
        ("  - question: Q\n    answer: The # sign\n", "4:17", "# sign"),
        ("  - question: Q\n    answer:   The # sign\n", "4:19", "# sign"),
        ("  - question: Q\n    answer:\n      - The # key\n      - B\n", "5:13", "# key"),
        ("  - question: Q\n    answer: What\n      is # this\n", "5:10", "# this"),
        ("  - cloze: The {{c1::hash}} is a # sign\n", "3:34", "# sign"),
        ("  - question:\n      The # sign\n    answer: A\n", "4:11", "# sign"),
    ],
)
def test_words_after_a_number_sign_that_hardly_are_a_comment_are_told(
    author: Author, cards: str, place: str, lost: str
) -> None:
    author.write("water.yaml", HEAD + cards)
    (problem,) = author.problems()
    assert str(problem).endswith(f"water.yaml:{place}: warning: YAML cuts the text off before '{lost}'; {CUT}")


@pytest.mark.parametrize(
    "answer",
    [
        r'''"```python\nprice = f\"${x}\"\ni = 0\n```"''',
        r'''"```python\nprice = f\"${x}\"\ni = f\"${y}\"\n```"''',
        r'''"It cost $5.\nnot $6"''',
        r'''"`$x`\ni = `$y`"''',
        r'''"a\ttab and a $"''',
    ],
)
def test_what_a_yaml_dumper_writes_is_no_formula_with_a_lost_command(author: Author, answer: str) -> None:
    author.write("water.yaml", HEAD + f"  - id: nile\n    question: Q\n    answer: {answer}\n")
    (card,) = read_cards(author)
    assert card.answer == json.loads(answer)


@pytest.mark.parametrize(
    "line",
    ["id: a # the id", "source: p1s1 # where", "tags: [x] # tags", "hint: H  # two blanks", "details: 'D' # in quotes",
     "typed: true # typed", "hint: H #", "hint: |  # a block\n      # text"],
)  # fmt: skip
def test_a_real_comment_is_one(author: Author, line: str) -> None:
    author.write("water.yaml", HEAD + f"  - question: Q\n    answer: A\n    {line}\n")
    assert "retyped" not in {each.name for each in author.problems()}


AS_WRITTEN = (
    "no yes on Off true FALSE null ~ 2.10 007 1e3 0o17 0x1F 1_000 .5 +1 .inf .NaN 2024-01-01 1:30 12:30:45 a:b ="
)


@pytest.mark.parametrize("value", AS_WRITTEN.split())
def test_a_value_stays_as_it_was_written(author: Author, value: str) -> None:
    answer = f"{value} is the answer"
    author.write("water.yaml", HEAD + f"  - question: {value}\n    answer: [{value}, {answer}]\n    tags: {value}\n")
    (section,) = author.load().deck.sections
    (card,) = section.cards
    assert (card.asks, card.answer, card.tags) == (value, (value, answer), (value,))


def test_an_alias_is_the_text_that_it_names_at_the_place_of_that_text(author: Author) -> None:
    cards = "  - {question: Q, answer: &a The Nile, tags: &t [x, y]}\n  - {question: R, answer: *a, tags: *t}\n"
    author.section(cards)
    first, second = read_cards(author)
    assert (second.answer, second.tags) == ("The Nile", ("x", "y"))
    assert isinstance(second.answer, Text)
    assert (second.answer.line, second.answer.column) == (3, cards.index("&a") + 1)
    assert first.answer == second.answer


def test_an_anchor_named_again_names_the_newer_text(author: Author) -> None:
    author.section("  - {question: &a Q, answer: *a}\n  - {question: &a R, answer: *a}\n")
    assert [card.answer for card in read_cards(author)] == ["Q", "R"]


@pytest.mark.skipif(os.name == "nt", reason="Windows lets few people make links")
def test_a_link_inside_the_folder_is_followed(author: Author) -> None:
    author.write("kept/water.txt", HEAD + NILE)
    (author.folder / "water.yaml").symlink_to("kept/water.txt")
    assert [card.id for card in read_cards(author)] == ["nile"]


@pytest.mark.parametrize(
    "text",
    [
        "---\n" + HEAD + NILE,
        "%YAML 1.2\n---\n" + HEAD + NILE + "...\n",
        "# about\n" + HEAD + "\n" + NILE + "# end\n",
        "section: Water\ncards:\n- {id: nile, question: Q, answer: A}\n",
        "{section: Water, cards: [{id: nile, question: Q, answer: A}]}",
        '"section": Water\n"cards": [{"id": "nile", "question": "Q", "answer": "A"}]\n',
        "section: !!str Water\ncards: !!seq\n  - !!map {id: nile, question: Q, answer: A}\n",
        HEAD + "  - ? question\n    : Q\n    answer:\tA  # said so\n    id: nile\n",
    ],
)
def test_other_ways_of_writing_are_read_the_same(author: Author, text: str) -> None:
    author.write("water.yaml", text)
    assert [card.id for card in read_cards(author)] == ["nile"]


@pytest.mark.parametrize("value", ["true", "True", "TRUE"])
def test_a_retired_card_may_ask_what_its_successor_asks(author: Author, value: str) -> None:
    author.section(f"  - {{id: a, question: Q, answer: A, retired: {value}}}\n  - {{id: b, question: Q, answer: A}}\n")
    assert [card.retired for card in read_cards(author)] == [True, False]


@pytest.mark.parametrize("value", ["false", "False", "FALSE"])
def test_a_card_that_is_not_retired_may_say_so(author: Author, value: str) -> None:
    author.section(f"  - {{cloze: 'The {{{{c1::Nile}}}}', retired: {value}}}\n  - {{question: Q, answer: A}}\n")
    assert [card.retired for card in read_cards(author)] == [False, False]


def test_escapes_that_make_characters_make_them(author: Author) -> None:
    author.section(r'  - {question: "\u004eile \x4e \U0001F30D \"q\" \\ \/", answer: "a\n\nb"}' + "\n")
    (card,) = read_cards(author)
    assert (card.asks, card.answer) == ('Nile N \U0001f30d "q" \\ /', "a\n\nb")


# --- a mistake costs one card --------------------------------------------------------------------

BROKEN = {
    "an open quote": ('question: "Q\n    answer: A', (1, 15), "yaml-syntax"),
    "an open quote in an answer": ('question: Q\n    answer: "A', (2, 13), "yaml-syntax"),
    "an open bracket": ("question: Q\n    answer: [a, b", (2, 13), "yaml-syntax"),
    "an open brace": ("{question: Q, answer: A", (1, 5), "yaml-syntax"),
    "a tab": ("question: Q\n\tanswer: A", (2, 1), "yaml-syntax"),
    "a line too far left": ("question: Q\n   answer: A", (2, 4), "yaml-syntax"),
    "a line too far right": ("question: Q\n      answer: A", (2, 13), "yaml-quote"),
    "no escape": (r'question: "\q"', (1, 15), "yaml-syntax"),
    "half a pair": (r'question: "\ud800"', (1, 15), "control-character"),
    "a colon": ("question: a: b\n    answer: A", (1, 16), "yaml-quote"),
    "at": ("question: @a\n    answer: A", (1, 15), "yaml-quote"),
    "a backtick": ("question: Q\n    answer: `a` b", (2, 13), "yaml-quote"),
    "per cent": ("question: Q\n    answer: %a", (2, 13), "yaml-quote"),
    "a gap first": ("cloze: {{c1::a}} b", (1, 12), "yaml-quote"),
    "a quoted word first": ("question: 'a' b\n    answer: A", (1, 19), "yaml-quote"),
    "a key misspelt": ("question: Q\n    anwser: A", (2, 5), "unknown-key"),
    "no answer": ("question: Q", (1, 5), "missing-key"),
    "a text": ("Nile", (1, 5), "wrong-kind"),
}


def with_broken(names: list[str]) -> tuple[str, list[tuple[int, int, str]], list[str]]:
    """A section of these broken cards, a good one before each and after all; what is to be told; the good cards."""
    text, expected, good = HEAD, [], []
    for number, name in enumerate([*names, ""]):
        good.append(f"good-{number}")
        text += f"  - id: good-{number}\n    question: What has number {number}?\n    answer: A good card\n"
        if name:
            broken, (line, column), problem = BROKEN[name]
            expected.append((text.count("\n") + line, column, problem))
            text += f"  - {broken}\n"
    return text, expected, good


@pytest.mark.parametrize(
    "names",
    [*([name] for name in BROKEN), list(BROKEN), list(BROKEN)[::-1]],
    ids=lambda names: f"{len(names)}: {names[0]}",
)
def test_a_broken_card_costs_no_other_and_all_are_told_in_one_run(author: Author, names: list[str]) -> None:
    text, expected, good = with_broken(names)
    author.write("water.yaml", text)
    loaded = author.load()
    assert [(each.line, each.column, each.name) for each in loaded.problems] == expected
    (section,) = loaded.deck.sections
    assert [card.id for card in section.cards] == good


@settings(max_examples=100, deadline=None)
@given(names=st.lists(st.sampled_from([*BROKEN]), min_size=1, max_size=8))
def test_any_broken_cards_cost_no_other(shelf: Author, names: list[str]) -> None:
    text, expected, good = with_broken(names)
    shelf.write("deck.yaml", DECK)
    shelf.write("water.yaml", text)
    loaded = shelf.load()
    assert [(each.line, each.column, each.name) for each in loaded.problems] == expected
    assert [card.id for card in loaded.deck.cards] == good


# --- between decks -------------------------------------------------------------------------------


def test_decks_with_one_uid_one_name_or_one_folder_name_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    decks = {
        "a": "deck: Rivers\nuid: aaaaaaaa\n",
        "b": "deck: Streams\nuid: aaaaaaaa\n",
        "c": "deck: RIVERS\nuid: cccccccc\n",
        "d/rivers": "deck: Lakes\nuid: dddddddd\n",
        "e/Rivers": "deck: Seas\nuid: eeeeeeee\n",
        "f": "deck: Oceans\nuid: ffffffff\n",
    }
    for name, text in decks.items():
        author = Author(tmp_path, name)
        author.write("deck.yaml", text)
        author.section(NILE)
    _, problems = load_all([Path(name) for name in decks])
    assert [str(each) for each in problems] == [
        f"{here}: error: this deck has the same {what} as {there}/deck.yaml; "
        f"{remedy or f'give one of them another {what}'} [same-deck]"
        for here, there, what, remedy in [
            (
                "b/deck.yaml:2:6",
                "a",
                "uid",
                "if this is the copy, run studydeck fork b; if it is the original, fork the other one",
            ),
            ("c/deck.yaml:1:7", "a", "name", ""),
            ("e/Rivers/deck.yaml:1:1", "d/rivers", "folder name", ""),
        ]
    ]


def test_a_copied_deck_with_a_name_and_uid_of_its_own_still_has_the_others_lock(author: Author, tmp_path: Path) -> None:
    """Its notes would have the other's guids, and overwrite them in every collection that has both.

    A lock from before locks had a uid shows it only beside the original.
    """
    author.section("  - {id: x, question: Q?, answer: A}\n")
    author.build()
    author.edit("uid\ttesttesttest\n", "", "deck.lock")
    shutil.copytree(author.folder, tmp_path / "copy")
    copy = Author(tmp_path, "copy")
    copy.write("deck.yaml", "deck: Copy\nuid: copycopycopy\n")
    _, problems = load_all([author.folder, copy.folder])
    (problem,) = [each for each in problems if each.severity == "error"]
    assert (problem.name, "copy" in problem.message) == ("same-deck", True)
    assert problem.remedy.startswith("if this is the copy, run studydeck fork ")
    (copy.folder / "deck.lock").unlink()
    assert load_all([author.folder, copy.folder])[1] == []


def test_names_that_anki_takes_for_one_are_one(author: Author, tmp_path: Path) -> None:
    author.write("deck.yaml", "deck: A::B\nuid: aaaaaaaa\n")
    other = Author(tmp_path, "other")
    other.write("deck.yaml", "deck: 'a :: B '\nuid: bbbbbbbb\n")
    for each in (author, other):
        each.section("  - {id: x, question: Q?, answer: A}\n")
    _, problems = load_all([author.folder, other.folder])
    assert [each.name for each in problems if each.severity == "error"] == ["same-deck"]


def test_problems_of_several_decks_come_in_the_order_of_their_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("b", "a"):
        author = Author(tmp_path, name)
        author.write("deck.yaml", f"deck: {name}\nuid: {name * 8}\nfoo: 1\n")
        author.section("  - {question: Q}\n" * 10, file="z.yaml")
        author.section("  - {answer: A}\n", file="c.yaml")
    _, problems = load_all([Path("b"), Path("a")])
    places = [(each.path, each.line, each.column) for each in problems]
    expected = [
        [(f"{name}/c.yaml", 3, 5), (f"{name}/deck.yaml", 3, 1), *((f"{name}/z.yaml", n, 5) for n in range(3, 13))]
        for name in "ab"
    ]
    assert places == [*expected[0], *expected[1]]


# --- at random -----------------------------------------------------------------------------------

LETTERS = "abZé9ßж語ا🌍"
MARKS = ".;!?'\"()*_/\\+-=<>~^|&@%`$"
NOT_HERE = "\u2028\u2029\ufffe\uffff"
ANYTHING = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc"], exclude_characters=NOT_HERE), min_size=1, max_size=20
)
WORD = st.text(LETTERS + MARKS, min_size=1, max_size=8)
PLAIN = st.builds(
    lambda first, rest: " ".join([first, *rest]), st.text(LETTERS, min_size=1), st.lists(WORD, max_size=4)
)


@st.composite
def scalars(draw: st.DrawFn, block: bool) -> tuple[str, str]:
    """A text, and how it is written; its place is where that starts."""
    style = draw(st.sampled_from(["plain", "single", "double", "literal"] if block else ["plain", "single", "double"]))
    text = draw(PLAIN if style in ("plain", "literal") else ANYTHING)
    if style == "single":
        return text, f"'{text.replace(chr(39), chr(39) * 2)}'"
    if style == "double":
        return text, json.dumps(text, ensure_ascii=False)
    return (text, text) if style == "plain" else (f"{text}\n", f"|\n        {text}")


@st.composite
def sections(draw: st.DrawFn) -> tuple[bytes, list[tuple[str, str]]]:
    """A section file, and its texts in order, as they are and as they are written."""
    lines, texts = ["section: Water", "cards:"], []
    for _ in range(draw(st.integers(1, 4))):
        block = draw(st.booleans())
        question, hint, *answers = (draw(scalars(block)) for _ in range(draw(st.integers(3, 5))))
        texts += [question, *answers, hint]
        if block:
            comment = draw(st.sampled_from(["", "  # said so"])) if "\n" not in question[1] else ""
            lines += [*draw(st.lists(st.sampled_from(["", "# next"]), max_size=2)), f"  - hint: {hint[1]}"]
            lines += [
                f"    question: {question[1]}{comment}",
                "    answer:",
                *(f"      - {each[1]}" for each in answers),
            ]
        else:
            items = f"[{', '.join(each[1] for each in answers)}]"
            lines.append(f"  - {{hint: {hint[1]}, question: {question[1]}, answer: {items}}}")
    text = "\n".join([*lines, ""]).replace("\n", draw(st.sampled_from(["\n", "\r\n"])))
    return draw(st.sampled_from([b"", b"\xef\xbb\xbf"])) + text.encode(), texts


@settings(max_examples=80, deadline=None)
@given(section=sections())
def test_every_text_is_read_as_it_is_and_knows_its_exact_place(
    shelf: Author, section: tuple[bytes, list[tuple[str, str]]]
) -> None:
    data, texts = section
    shelf.write("deck.yaml", DECK)
    shelf.write("water.yaml", data)
    (read,) = shelf.load().deck.sections
    found = [text for card in read.cards for text in card.texts]
    assert found == [unicodedata.normalize("NFC", text) for text, _ in texts]
    lines = data.decode("utf-8-sig").splitlines(keepends=True)
    for text, (_, written) in zip(found, texts, strict=True):
        assert lines[text.line - 1][text.column - 1 :].startswith(written.partition("\n")[0])


VALID = f"""\
section: Water   # the first
tag: water
cards:
{NILE}
  - question: "What is *Où* — $\\\\frac{{1}}{{2}}$?"
    answer: [Vienna, 'Buda''pest', &b Belgrade]
    hint: |
      It starts
        with 'N'.
    tags: [north, *b]
    source: [p1s2, overview/p2]
  - cloze: "A bend is an {{{{c1::oxbow lake::kind}}}}."
    details: >-
      folded 🌍
      text
  - {{question: Rhine?, answer: {{}}, reverse: true, typed: no}}
""".encode()


@st.composite
def mutants(draw: st.DrawFn, whole: bytes) -> bytes:
    """`whole` with some slices deleted, doubled, moved or replaced."""
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(whole)))
        end = min(len(whole), start + draw(st.integers(0, 30)))
        other = draw(st.integers(0, len(whole)))
        what = draw(st.sampled_from(["delete", "double", "copy", "replace", "insert"]))
        middle = {
            "delete": b"",
            "double": whole[start:end] * 2,
            "copy": whole[other : other + 20],
            "replace": draw(st.binary(max_size=6)),
            "insert": draw(st.sampled_from(PIECES)) + whole[start:end],
        }[what]
        whole = whole[:start] + middle + whole[end:]
    return whole


PIECES = [each.encode() for each in [*"\t\n-:#'\"\\&*!|>%@`{}[],?~\0é🌍", "---", "...", "<<", ": ", " #", "&a ", "*a"]]
DAMAGED = st.one_of(st.binary(max_size=200), mutants(VALID), mutants(DECK.encode()), st.just(VALID))


@settings(max_examples=200, deadline=None)
@given(section=DAMAGED, deck=DAMAGED)
@example(section=b"\xff\xfe", deck=b"\r\r- \xff")
@example(section=VALID, deck=b"")
def test_no_bytes_at_all_raise_and_every_problem_lies_in_its_file(shelf: Author, section: bytes, deck: bytes) -> None:
    files = {"water.yaml": section, "deck.yaml": deck}
    for name, data in files.items():
        shelf.write(name, data)
    for each in shelf.problems():
        text = files[Path(each.path).name].decode("utf-8-sig", "replace")
        # Editors agree about \n and \r\n, and differ about other breaks.
        assert lies_in(text.split("\n"), each) or lies_in(re.split(BREAK, text), each), each


BREAK = "\r\n|[\r\n\x85\u2028\u2029]"


def lies_in(lines: list[str], each: Problem) -> bool:
    lines = [*lines, ""]
    return 1 <= each.line <= len(lines) and 1 <= each.column <= len(lines[each.line - 1]) + 1
