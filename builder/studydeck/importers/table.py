"""Tables in text: Anki's notes in plain text, what spreadsheets save as CSV, and what Quizlet exports.

Columns are named by Anki's `#` lines, by a header row, or by the caller; otherwise the first one asks, and the second
one answers. Delimiter and quotes are found by trying: those count with which all rows have the same number of cells.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from studydeck.importers._dialect import as_html, looks_like_html
from studydeck.importers._names import LANGUAGES, Value, card_values, key_named, under_one_name
from studydeck.importers.incoming import LIKELY, NOT, SAID, SHOWN, Given, Importer, IncomingCard, IncomingDeck, LeftOut
from studydeck.patterns import pattern
from studydeck.text.plain import from_plain

#: Anki's names of delimiters, those first that are tried first.
_DELIMITERS = {"tab": "\t", "semicolon": ";", "comma": ",", "pipe": "|", "colon": ":", "space": " "}
_ARROWS = "->->->"  # which says nothing in a text, so it is tried first
_TRIED = (_ARROWS, "\t", ";", ",", "|")
_MOST_COLUMNS = 100  # that are told, if they aren't read
_SAMPLE = 500  # rows by which a delimiter is judged
#: Anki's lines that say something of the whole file, or which column (from 1) is what.
_ANKIS = pattern(r"#(separator|html|tags|columns|notetype|deck|(?:guid|notetype|deck|tags) column):(.*)", re.IGNORECASE)
#: A line that Anki leaves out, too; `#include` and `#1` could be words to learn.
_COMMENT = pattern(r"#(?:[^\w\n].*)?$")
_EXCELS = pattern(r"sep=(.)$")
#: Anki's own note types, by words in their names in several languages.
_EITHER = pattern(r"optional|eine oder|facultati|opcional|facoltativ", re.IGNORECASE)
_REVERSED = pattern(r"revers|richtung|inverse|inversa|invertid|反転|反向|翻转", re.IGNORECASE)
_TYPED = pattern(r"\(.*(?:type|eintippen|eingeben|saisi|escrib|digit|入力|输入)", re.IGNORECASE)
_QUIZLETS_ROW = pattern(r"[^\t;]+\t[^\t;]+(?:;[^\t;]+\t[^\t;]+)+;?\n?")
_LINES_OF_TWO = pattern(r"(?:[^\t\n]+\t[^\t\n]+\n){2,}")
_RULE = pattern(r"[\s:|-]*")
_NUMBERED = 3  # the fewest rows that are known to be numbered
#: Keys of a table's columns that are no texts of a card.
_NO_TEXTS = ("tags", "section", "guid", "type", "id")


class _Table(NamedTuple):
    """A file's rows, the keys of their columns, empty for those that aren't read, and what Anki's lines say.

    `headers` are the columns' names in the file, and `first` is the number of the first row. Besides a card's keys
    there are `section`, `guid` and `type`, which is Anki's note type.
    """

    rows: Sequence[Sequence[str]]
    keys: Sequence[str]
    headers: Sequence[str]
    said: Mapping[str, str]
    first: int


def _rows_in_words(numbers: Sequence[int]) -> str:
    shown = ", ".join(map(str, numbers[:5]))
    return f"row {shown}" if len(numbers) == 1 else f"rows {shown}{', …' if len(numbers) > 5 else ''}"


def _fits(given: Given) -> int:
    if given.text is None:
        return NOT
    if given.columns:
        return SAID
    said, start = _said(given.text)
    if any(name.endswith(" column") or name in ("separator", "html", "columns", "notetype") for name in said):
        return SAID
    body = given.text[start:]
    if _is_one_row(body):
        return SHOWN
    delimiter, width = _delimiter(body)
    if width < 2:
        return NOT
    if _is_header(_rows(body, delimiter, 1)[0]) or _has_nested_tags(_rows(body, delimiter, _SAMPLE)):
        return SAID
    if delimiter in (_ARROWS, "\t"):
        return SHOWN
    return LIKELY if body.count("\n") > 1 else NOT


def _read(given: Given) -> IncomingDeck:
    table = _table(given)
    html = table.said.get("html", "").strip().lower()
    is_html = html == "true" or (not html and any(looks_like_html(cell) for row in table.rows for cell in row))
    text_of = from_plain if not is_html else str.strip if html else as_html
    cards: list[IncomingCard] = []
    left: dict[str, list[int]] = {}
    for number, row in enumerate(table.rows, table.first):
        cells = {key: cell.strip() for key, cell in zip(table.keys, row, strict=False) if key and cell.strip()}
        parts: dict[str, Value] = {key: text_of(cell) for key, cell in cells.items() if key not in _NO_TEXTS}
        values, why = card_values(_as_its_type(parts, cells.get("type") or table.said.get("notetype", "")))
        if why:
            left.setdefault(why, []).append(number)
            continue
        tags = (*re.split(r"[\s,;]+", cells.get("tags", "")), *table.said.get("tags", "").split())
        section = cells.get("section") or table.said.get("deck", "")
        if "id" in cells:
            values["id"] = cells["id"]
        cards.append(IncomingCard(values, is_html, tuple(filter(None, tags)), section=section))
    name, cards = under_one_name(cards, given.name)
    left_out = [LeftOut(_rows_in_words(numbers), why, len(numbers)) for why, numbers in left.items()]
    return IncomingDeck(name, cards=cards, left_out=[*left_out, *_unread(table), *_unreached(table)])


def _has_nested_tags(rows: Sequence[Sequence[str]]) -> bool:
    """Whether rows of three columns or more have `::` only behind the first, as in Anki's tags."""
    rows = [row for row in rows if len(row) > 2]
    return any("::" in cell for row in rows for cell in row) and not any("::" in row[0] for row in rows)


def _is_one_row(body: str) -> bool:
    """Whether a text is Quizlet's export with semicolons between the rows, not lines of two cells with some in them."""
    return bool(_QUIZLETS_ROW.fullmatch(body)) and not _LINES_OF_TWO.fullmatch(body.rstrip("\n") + "\n")


# --- rows and columns ----------------------------------------------------------------------------


def _table(given: Given) -> _Table:
    text = given.text or ""
    said, start = _said(text)
    body = text[start:]
    if not said and _is_one_row(body):
        body = body.replace(";", "\n")
    delimiter = said.get("separator", "").strip()
    delimiter = _DELIMITERS.get(delimiter.lower(), delimiter) or _delimiter(body)[0]
    rows = [row for row in _rows(body, delimiter) if any(cell.strip() for cell in row)]
    if not rows:
        raise ValueError(f"{given.path} has no rows")
    width = max(map(len, rows))
    headers: list[str] = said["columns"].split(delimiter) if "columns" in said else []
    named = not headers and (_is_header(rows[0]) or (not _number(rows[0]).isdecimal() and _are_numbered(rows[1:])))
    if named:
        headers = [cell.strip() for cell in rows.pop(0)]
    if given.columns:
        keys = _given_keys(given.columns)
    elif {"question", "cloze"} & set(keys := list(map(key_named, headers))):
        keys = _once(keys)
    else:
        known = {number: key for number, key in enumerate(_once(keys), start=1) if key}
        known |= {number: key for key, number in _columns_of(said).items()}
        if 1 not in known and _are_numbered(rows):
            known[1] = ""
        left = iter([key for key in ("question", "answer") if key not in known.values()])
        keys = [known[number] if number in known else next(left, "") for number in range(1, width + 1)]
    keys += [""] * (width - len(keys))
    for key, number in _columns_of(said).items():
        if number <= len(keys):
            keys[number - 1] = key
    return _Table(rows, keys, headers, said, 2 if named else 1)


def _said(text: str) -> tuple[dict[str, str], int]:
    """What the lines at the file's start say, by Anki's names, and where the rows start."""
    said: dict[str, str] = {}
    at = 0
    while at < len(text):
        end = text.find("\n", at) + 1 or len(text)
        line = text[at:end].rstrip("\n")
        if found := _ANKIS.match(line):
            said[found[1].lower()] = found[2]
        elif excels := _EXCELS.match(line):
            said["separator"] = excels[1]
        elif not (said and line.startswith("#")) and not _COMMENT.match(line) and (line.strip() or not at):
            break
        at = end
    return said, at


def _columns_of(said: Mapping[str, str]) -> dict[str, int]:
    """The columns that Anki's lines name, from 1."""
    keys = {"guid": "guid", "notetype": "type", "deck": "section", "tags": "tags"}
    numbers = {key: said.get(f"{name} column", "").strip() for name, key in keys.items()}
    return {key: int(number) for key, number in numbers.items() if number.isdecimal() and 0 < int(number) < 1_000}


def _is_header(row: Sequence[str]) -> bool:
    """Whether a row names columns: one is what asks, and another one is known, too; or all are languages.

    One of three or more may also be just `tags`, which is no word to learn.
    """
    keys = [key_named(cell) for cell in row]
    named = [cell.strip().casefold() for cell in row]
    if (len(row) > 1 and all(name in LANGUAGES for name in named)) or (len(row) > 2 and "tags" in named):
        return True
    return bool({"question", "cloze"} & {*keys}) and len([*filter(None, keys)]) > 1


def _number(row: Sequence[str]) -> str:
    """A row's first cell without what a number has around it: `7` for `007.`."""
    number = row[0].strip().rstrip(".)")
    return number.lstrip("0") or number[-1:]


def _are_numbered(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first cells only number the rows, from 0 or 1, and each has a question and an answer besides."""
    if len(rows) < _NUMBERED or not all(len(row) > 2 and row[1].strip() and row[2].strip() for row in rows):
        return False
    first = 0 if _number(rows[0]) == "0" else 1
    return all(_number(row) == str(number) for number, row in enumerate(rows, first))


def _once(keys: Sequence[str]) -> list[str]:
    """`keys` with '' for those that were there before: two columns can't both be the answer."""
    first = {key: number for number, key in reversed([*enumerate(keys)])}
    return [key if first[key] == number else "" for number, key in enumerate(keys)]


def _given_keys(names: Sequence[str]) -> list[str]:
    """The keys that the caller names. Raises ValueError with a sentence."""
    keys = [key_named(name) for name in names]
    wrong = next(
        (name for name, key in zip(names, keys, strict=True) if name.strip() not in ("", "-") and not key), None
    )
    if wrong is not None:
        raise ValueError(
            f"'{wrong}' can't be a column; name them question, answer, cloze, hint, details, tags, section or -"
        )
    if not {"question", "cloze"} & {*keys}:
        raise ValueError("no column is the question; name one, as in --columns question,answer,tags")
    return keys


def _delimiter(text: str) -> tuple[str, int]:
    """The delimiter that parts a header, or with which nearly all rows have the same number of cells, and that number.

    The number is 1 if there is none.
    """
    for delimiter in _TRIED:
        if delimiter in text and _is_header(header := next(iter(_rows(text, delimiter, 1)), [])):
            return delimiter, len(header)
    found = [(*_regular(text, delimiter), delimiter) for delimiter in _TRIED]
    _, width, delimiter = max(found, key=lambda each: each[0])
    return delimiter, width


def _regular(text: str, delimiter: str) -> tuple[float, int]:
    """The share of rows with the most common number of cells, and that number; 0 and 1 if it isn't regular at all."""
    rows = [row for row in _rows(text, delimiter, _SAMPLE) if any(map(str.strip, row))] if delimiter in text else []
    widths = Counter(map(len, rows)).most_common(1)
    share = widths[0][1] / len(rows) if rows else 0
    return (share, widths[0][0]) if share >= 0.9 and widths[0][0] > 1 else (0, 1)


def _rows(text: str, delimiter: str, most: int | None = None) -> list[list[str]]:
    """A table's rows, or `most` of them: with cells in quotes if these are well-formed, else quotes are only signs."""
    if '"' in text and len(delimiter) == 1:
        csv.field_size_limit(2**31 - 1)
        try:
            return list(islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), most))
        except csv.Error:
            pass
    if delimiter == "|" and text.startswith("|"):  # a table in Markdown
        inner = (line.strip().removeprefix("|").removesuffix("|") for line in text.split("\n"))
        return list(islice((line.split("|") for line in inner if not _RULE.fullmatch(line)), most))
    return list(islice(_continued(text.split("\n"), delimiter), most))


def _continued(lines: Sequence[str], delimiter: str) -> Iterator[list[str]]:
    """Rows without quotes: between tabs, a line without one goes on with the last cell, as in Quizlet's export.

    Comments between them are left out.
    """
    last: list[str] = []
    more: list[str] = []
    for line in [*lines, delimiter]:
        row = line.split(delimiter)
        if len(row) == 1 and _COMMENT.match(line):
            continue
        if delimiter == "\t" and len(row) == 1 and last:
            more.append(line)
            continue
        if last:
            yield [*last[:-1], "\n".join([last[-1], *more])]
        last, more = row, []


# --- what Anki says ------------------------------------------------------------------------------


def _as_its_type(parts: dict[str, Value], kind: str) -> dict[str, Value]:
    """A card's parts with what Anki's own note types mean by their names."""
    if _TYPED.search(kind):
        return parts | {"typed": True}
    if _REVERSED.search(kind) and not _EITHER.search(kind):
        return parts | {"reverse": True}
    return parts


def _unread(table: _Table) -> Iterator[LeftOut]:
    """The columns with something in them that no key takes."""
    for number, key in enumerate(table.keys[:_MOST_COLUMNS]):
        filled = sum(number < len(row) and bool(row[number].strip()) for row in table.rows)
        if not key and filled:
            named = number < len(table.headers) and table.headers[number].strip()
            what = f"the column '{named}'" if named else f"column {number + 1}"
            why = f"nothing says what it is; name it, as in --columns {_proposed(table.keys, number)}"
            yield LeftOut(what, why if number or not _are_numbered(table.rows) else "it only numbers the rows", filled)


def _proposed(keys: Sequence[str], number: int) -> str:
    """What `--columns` may be if the column of this number, from 0, is to be read, too."""
    free = next((key for key in ("details", "hint") if key not in keys), "tags")
    names = [free if place == number else key or "-" for place, key in enumerate(keys)]
    while names[-1] == "-":
        names.pop()
    return ",".join(names)


def _unreached(table: _Table) -> Iterator[LeftOut]:
    """What becomes of the histories of notes that learners have."""
    guids = sum(bool(row[n].strip()) for row in table.rows for n, key in enumerate(table.keys) if key == "guid")
    if guids:
        why = (
            "a text file doesn't hold the note type that a package needs to update learners' notes; they keep theirs, "
            "and get this deck's as new ones. To keep histories, export the deck as a package (.apkg), and import that"
        )
        yield LeftOut("the link to learners' notes (guid)", why, guids)


IMPORTER = Importer("a table (CSV, tab-separated, Anki's notes in plain text, Quizlet's export)", _fits, _read)
