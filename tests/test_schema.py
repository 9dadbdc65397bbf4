"""The JSON Schema that editors check with and the reader agree on what is well formed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import genanki
import pytest
import yaml
from author import DECK, Author
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from studydeck import REPOSITORY
from studydeck.cli import main
from studydeck.reading import json_schema, read_deck
from studydeck.reading.keys import SCHEMA_FILES

ROOT = Path(__file__).parent.parent
HEAD = "section: Water\ncards:\n"
CARD = "  - question: Q\n    answer: A\n"
TYPE = """\
name: Basic
id: 1607392319495
fields: [{name: Front, id: 1}, {name: Back}]
templates: [{name: Card 1, id: -7, front: front.html, back: back.html}]
"""

#: What both can judge: the form of a file. What its words say and what else lies in the folder is the checks' business.
FORM = {
    "unknown-key",
    "wrong-kind",
    "missing-key",
    "bad-id",
    "bad-source",
    "empty-file",
    "yaml-syntax",
    "yaml-quote",
    "yaml-alias",
}


class Editor(yaml.CSafeLoader):
    """YAML as editors read it: 1.2, where `yes` is a text and a date is, too."""


Editor.yaml_implicit_resolvers = {}
for kind, values, starts in [
    ("null", r"null|Null|NULL|~|", ["n", "N", "~", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", list("-+.0123456789")),
]:
    Editor.add_implicit_resolver(f"tag:yaml.org,2002:{kind}", re.compile(f"^(?:{values})$"), starts)


def validator(file: str) -> Draft202012Validator:
    return Draft202012Validator(json_schema(file))


def schema_accepts(file: str, text: str) -> bool:
    try:
        value = yaml.load(text, Editor)
    except yaml.YAMLError:
        return False
    return validator(file).is_valid(value)


def reader_accepts(author: Author, file: str, text: str) -> bool:
    names = {"deck": "deck.yaml", "section": "water.yaml", "note-type": "note-types/Basic/note-type.yaml"}
    author.write("water.yaml", HEAD + CARD)
    if file == "note-type" and (field := re.search(r"\{name: (\w+)", text)):
        for template in re.findall(r"[\w-]+\.html", text):
            author.write(f"note-types/Basic/{template}", f"{{{{{field[1]}}}}}")
    author.write(names[file], text)
    name = Path(names[file]).name
    _, problems = read_deck(author.folder, lambda done: None)
    empty_list = [each for each in problems if each.name == "empty-answer"]
    form = FORM | {"bad-note-type"} if file == "note-type" else FORM
    return not empty_list and not [each for each in problems if Path(each.path).name == name and each.name in form]


# --- files that there are ------------------------------------------------------------------------


def kind_of(path: Path) -> str:
    return {"deck.yaml": "deck", "note-type.yaml": "note-type"}.get(path.name, "section")


def examples() -> Iterator[tuple[str, str, str]]:
    for path in sorted((ROOT / "cards").rglob("*.yaml")):
        yield path.relative_to(ROOT).as_posix(), kind_of(path), path.read_text("utf-8")
    for page in (
        ROOT / "README.md",
        ROOT / "docs" / "writing.md",
        ROOT / "docs" / "problems.md",
        ROOT / "docs" / "note-types.md",
    ):
        blocks = re.findall(r"^```yaml\n(.*?)^```$", page.read_text("utf-8"), re.DOTALL | re.MULTILINE)
        for number, block in enumerate(blocks, start=1):
            named = re.match(r"# (\S+\.yaml)\n", block)
            assert named, block
            yield f"{page.name}, block {number}", kind_of(Path(named[1])), block


EXAMPLES = {where: (file, text) for where, file, text in examples()}


def test_there_are_examples_of_every_file() -> None:
    assert {"deck", "section", "note-type"} == {file for file, _ in EXAMPLES.values()}
    assert len(EXAMPLES) > 40


@pytest.mark.parametrize("where", EXAMPLES)
def test_schema_and_reader_judge_every_example_alike(where: str, author: Author) -> None:
    file, text = EXAMPLES[where]
    assert schema_accepts(file, text) == reader_accepts(author, file, text)


@pytest.mark.parametrize("where", [where for where in EXAMPLES if where.startswith("cards/")])
def test_both_accept_the_committed_decks(where: str, author: Author) -> None:
    file, text = EXAMPLES[where]
    assert schema_accepts(file, text)
    assert reader_accepts(author, file, text)


@pytest.mark.parametrize("file", SCHEMA_FILES)
def test_the_schema_is_one_and_committed_copies_are_what_the_command_prints(file: str) -> None:
    Draft202012Validator.check_schema(json_schema(file))
    printed = CliRunner().invoke(main, ["schema", file]).stdout
    assert json.loads(printed) == json_schema(file)
    copies = sorted((ROOT / "cards").glob(f"*/.schema/{file}.json"))
    if file != "note-type":
        assert len(copies) == len(list((ROOT / "cards").glob("*/deck.yaml")))
    for copy in (*copies, ROOT / "docs" / "schema" / f"{file}.json"):
        assert copy.read_text("utf-8") == printed, copy


def test_editors_and_validators_that_read_patterns_strictly_take_the_schemas() -> None:
    """JSON Schema's patterns are JavaScript's with the flag `u`, which knows no needless backslash."""
    command = [sys.executable, "-m", "check_jsonschema"]
    schemas = [ROOT / "docs" / "schema" / f"{file}.json" for file in SCHEMA_FILES]
    subprocess.run([*command, "--check-metaschema", *schemas], check=True)
    (deck_file, *_) = (ROOT / "cards").glob("*/deck.yaml")
    sections = [path for path in deck_file.parent.glob("*.yaml") if path != deck_file]
    subprocess.run([*command, "--schemafile", schemas[0], deck_file], check=True)
    subprocess.run([*command, "--schemafile", schemas[1], *sections], check=True)


def test_the_schemas_lie_where_their_ids_say_and_are_ready_for_schemastore() -> None:
    catalog = json.loads((ROOT / "docs" / "schema" / "catalog.json").read_text("utf-8"))["schemas"]
    assert [each["url"] for each in catalog] == [json_schema(file)["$id"] for file in SCHEMA_FILES]
    for each in catalog:
        home, _, path = each["url"].partition("/main/")
        assert home == REPOSITORY.replace("//github.com", "//raw.githubusercontent.com")
        assert (ROOT / path).is_file()
        assert set(each) == {"name", "description", "fileMatch", "url"}  # what a catalog's entry has


@pytest.mark.parametrize("name", ["My deck", "Yes: 2.10", "'#1' \"Bücher\"", "Geography::Rivers"])
def test_a_new_deck_is_well_formed_for_both_and_brings_the_schema(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    assert CliRunner().invoke(main, ["new", str(folder), "--name", name]).exit_code == 0
    deck, problems = read_deck(folder, lambda done: None)
    assert (deck.title, problems) == (name, [])
    for path in folder.glob("*.yaml"):
        text = path.read_text("utf-8")
        assert schema_accepts(kind_of(path), text)
        named = re.match(r"# yaml-language-server: \$schema=(\S+)\n", text)
        assert named
        assert json.loads((folder / named[1]).read_text("utf-8")) == json_schema(kind_of(path))


def test_a_note_type_that_import_writes_names_its_schema_and_fits_it(tmp_path: Path) -> None:
    deck = genanki.Deck(1_234_567_890, "Theirs")
    deck.add_note(genanki.Note(genanki.BASIC_MODEL, ["Q", "A"]))
    genanki.Package(deck).write_to_file(tmp_path / "theirs.apkg")
    folder = tmp_path / "new"
    assert CliRunner().invoke(main, ["import", str(tmp_path / "theirs.apkg"), "--deck", str(folder)]).exit_code == 0
    (path,) = folder.rglob("note-type.yaml")
    text = path.read_text("utf-8")
    assert schema_accepts("note-type", text)
    named = re.match(r"# yaml-language-server: \$schema=(\S+)\n", text)
    assert named
    assert json.loads((path.parent / named[1]).read_text("utf-8")) == json_schema("note-type")


# --- small decks and cards -----------------------------------------------------------------------
# Left out is what a schema can't see: keys that stand twice, which a loader drops; `id: null` and an empty `id:`,
# which are one value to JSON and two to the reader; a run of sentences that goes backwards; and how a number was
# written (`uid: 01234567`, `id: +5`, `id: .5`, `long-answer: 1.0`).


def deck(lines: str) -> tuple[str, str]:
    return "deck", DECK + lines + "\n"


def card(lines: str) -> tuple[str, str]:
    """A section of one card with this line besides question and answer."""
    return "section", f"{HEAD}{CARD}    {lines}\n"


def note_type(line: str) -> tuple[str, str]:
    return "note-type", f"{TYPE}{line}\n"


def cards(lines: str) -> tuple[str, str]:
    return "section", f"{HEAD}  - {lines}\n"


GOOD = [
    deck(""),
    deck("language: en"),
    deck("language: no"),
    deck("description:"),
    deck("description: |\n  Two\n  lines"),
    deck("sections: [water]"),
    deck("sections: [a b, 2.1-x, größe, 7]"),
    deck("subdecks: true"),
    deck("subdecks: FALSE"),
    deck("material: {}"),
    deck("material: {title: An atlas, url: https://example.org/a?b=c#d, path: ../atlas.pdf}"),
    deck("material: {title: 1984, url: http://example.org}"),
    ("deck", "deck: 2024\nuid: testtesttest\n"),
    deck("authors: Jane"),
    deck("authors: [Jane, 5, yes]"),
    deck("license: CC-BY-4.0"),
    deck("credits: {}"),
    deck("credits: {nile.svg: {author: A, license: 1, url: https://example.org}, 2: {author: B}}"),
    deck("checks: {long-answer: 30, yes-no: off}"),
    deck("terms: {NF-kB: [NF-κB, NFkB], colour: color}"),
    ("section", "section: Water\ncards: []\nuncarded: {p1s3: only a transition, overview/p2: a quotation}\n"),
    card("ok: long-answer"),
    card("ok: [long-answer, yes-no]"),
    ("deck", "deck: Geography::Rivers\nuid: '12345678'\n"),
    ("deck", "deck: yes\nuid: abcdefgh\n"),
    ("section", "section: Water\ncards: []\n"),
    ("section", "section: Water\ncards:\n"),
    ("section", "section: 1\ntag: 2\ncards: []\n"),
    ("section", "section: Water # the first\ncards:\n" + CARD + CARD),
    cards("{question: no, answer: 2.10}"),
    cards("{question: 2024-01-01, answer: 1:30}"),
    cards("{question: true, answer: [1, no, 2.5, null]}"),
    cards("{question: Q, answer: A, id: nile}"),
    cards("{cloze: '{{c1::x}}'}"),
    cards("{occlude: a.svg, parts: [{id: a, at: [1, 2.5, 3, 4]}]}"),
    cards(
        "{occlude: a.png, title: T, hide: one, hint: h, parts: [{id: a, name: A, at: [1, 2, 3, 4], shape: ellipse}]}"
    ),
    cards("{occlude: a.svg, parts: [{id: a, name: 1, at: [1, 2, 3, 4, 5, 6], shape: polygon}]}"),
    cards("{cloze: 1, id: x, hint: h, details: d, source: p1, tags: t, language: en, retired: true, guid: g}"),
    card("id: nile-cairo.2:a+b_c"),
    card("id: 7"),
    card("id: 1.5"),
    card("id: no"),
    card("id: true"),
    card("id: größe"),
    card("id: 名前"),
    card(f"id: {'a' * 100}"),
    card("hint:"),
    card("hint: 3"),
    card("details: ''"),
    card("source: p2s1"),
    card("source: p2s1-3"),
    card("source: overview/p10"),
    card("source: [p1, p2s3, a-b/p1s2]"),
    card("source: []"),
    card("tags: north"),
    card("tags: [1, a::b]"),
    card("tags: []"),
    card("reverse: true\n    typed: false\n    retired: True"),
    card("guid: 'a b<c'"),
]
GOOD += [
    *(deck(f"language: {tag}") for tag in ("ar", "pt-BR", "zh-Hant-TW", "sl-rozaj-biske-1994")),
    card("language: de-CH"),
    ("deck", "deck: Rivers\nuid: 12345678\n"),
    ("deck", "deck: Rivers\nuid: '01234567'\n"),
    *(("deck", f"deck: {name}\nuid: testtesttest\n") for name in ("'null'", "'~'", "nulls", "5", "1.0")),
    *(("section", f"section: Water\ncards: {nothing}\n") for nothing in ("null", "~", "Null", "NULL")),
    ("section", "section: Water::Fresh\ncards: []\n"),
    deck("checks: {long-answer: 999999}"),
    card("source: [p2s3-3, p2s9-10]"),
]
GOOD += [
    ("note-type", TYPE),
    note_type("kind: normal"),
    note_type("stamp: 0"),
    note_type("stamp: 1690000000"),
    note_type("sort: Back"),
    ("note-type", TYPE.replace("1607392319495", "'1607392319495'")),
    ("note-type", TYPE.replace("1607392319495", str(2**53 - 1))),
    ("note-type", TYPE.replace("{name: Back}", "{name: 7}")),
]
NULLS = ("null", "~", "Null", "NULL")
NO_LINES = [f'"a{sign}b"' for sign in (r"\r", r"\N", r"\L", r"\P")] + ['"D\\r"', "|\n  a", ">\n  a", *NULLS]
BAD = [
    deck("authors: []"),
    deck("authors: ['']"),
    deck("authors: {a: b}"),
    deck("license: [MIT]"),
    deck("license: ''"),
    deck("credits: []"),
    deck("credits: {nile.svg: Jane}"),
    deck("credits: {nile.svg: {}}"),
    deck("credits: {nile.svg: {author: A, url: nile.org}}"),
    deck("credits: {nile.svg: {author: A, by: B}}"),
    deck("sections: []"),
    *(("deck", f"deck: {name}\nuid: testtesttest\n") for name in NO_LINES),
    *(("deck", f"deck: R\nuid: testtesttest\ntag: {name}\n") for name in NO_LINES),
    *(("section", f"section: {name}\ncards: []\n") for name in NO_LINES),
    *(("section", f"section: Water\ntag: {name}\ncards: []\n") for name in NO_LINES),
    *(deck(f"{key}: {null}") for key in ("language", "sections", "subdecks", "material", "checks") for null in NULLS),
    *(deck(f"material: {{{key}: {null}}}") for key in ("title", "url", "path") for null in NULLS),
    *(card(f"guid: {null}") for null in NULLS),
    *(card(f"language: {null}") for null in NULLS),
    *(deck(f"language: {tag}") for tag in ("'{{Foo}}'", "e", "en_GB", "en-", "5", "'en GB'", "'\"'", "englishlike")),
    card("language: '<b>'"),
    *(("section", f"section: '{name}'\ncards: []\n") for name in ("x::", "::x", "a::::b", "a:: ::b")),
    *(("deck", f"deck: Rivers\nuid: {uid}\n") for uid in ("5", "-5", "0123", "1.0", "-12345678")),
    *(deck(f"material: {{url: {url}}}") for url in ("5", "true")),
    *(deck(f"checks: {{long-answer: {limit}}}") for limit in ("true", "false", "12345678", "1.5", "0x12345678")),
]
BAD += [
    ("note-type", ""),
    *(("note-type", TYPE.replace(line, "")) for line in TYPE.splitlines(keepends=True)),
    note_type("styles: x"),
    note_type("kind: gaps"),
    note_type("stamp: -1"),
    note_type("stamp: now"),
    ("note-type", TYPE.replace("1607392319495", "0")),
    ("note-type", TYPE.replace("1607392319495", str(2**53))),
    ("note-type", TYPE.replace("1607392319495", "1.5")),
    ("note-type", TYPE.replace("{name: Back}", "Back")),
    ("note-type", TYPE.replace("{name: Back}", "{id: 2}")),
    ("note-type", TYPE.replace("{name: Back}", "{name: Back, id: x}")),
    ("note-type", TYPE.replace("{name: Back}", "{name: Back, size: 20}")),
    ("note-type", TYPE.replace("back: back.html", "back: back.txt")),
    ("note-type", TYPE.replace("back: back.html", "back: ../Basic/back.html")),
    ("note-type", TYPE.replace(", back: back.html", "")),
    ("note-type", "name: Basic\nid: 5\nfields: []\ntemplates: []\n"),
    ("deck", ""),
    ("deck", "- a\n"),
    ("deck", "Rivers\n"),
    ("deck", "deck: Rivers\n"),
    ("deck", "uid: testtesttest\n"),
    ("deck", "deck: [a]\nuid: testtesttest\n"),
    ("deck", "deck: ''\nuid: testtesttest\n"),
    ("deck", "deck: 'Rivers::'\nuid: testtesttest\n"),
    ("deck", "deck: Rivers\nuid: test\n"),
    ("deck", "deck: Rivers\nuid: TESTTEST\n"),
    ("deck", "deck: Rivers\nuid: test-test\n"),
    ("deck", f"deck: Rivers\nuid: {'a' * 41}\n"),
    ("deck", "deck: Rivers\nuid: [testtest]\n"),
    deck("foo: 1"),
    deck("Language: en"),
    deck("language: [en]"),
    deck("language: ' '"),
    deck('language: "e\\tn"'),
    deck("description: [a]"),
    deck("sections: water"),
    deck("sections:"),
    deck("sections: {a: b}"),
    deck("sections: [../x]"),
    deck("sections: [/etc/passwd]"),
    deck("sections: ['']"),
    deck("sections: [[water]]"),
    deck("sections: [water, water]"),
    deck("sections: [deck]"),
    deck("subdecks: yes"),
    deck("subdecks: 'true'"),
    deck("subdecks:"),
    deck("material: An atlas"),
    deck("material:"),
    deck("material: [a]"),
    deck("material: {titel: a}"),
    deck("material: {title: [a]}"),
    deck("material: {url: ftp://example.org}"),
    deck("material: {url: example.org}"),
    deck("checks: off"),
    deck("checks: {long-answer: many}"),
    deck("checks: {long-answer: -1}"),
    deck("terms: [colour]"),
    deck("terms: {colour: {a: b}}"),
    ("section", "section: Water\ncards: []\nuncarded: [p1s3]\n"),
    ("section", "section: Water\ncards: []\nuncarded: {sentence 3: a transition}\n"),
    ("section", "section: Water\ncards: []\nuncarded: {p1s3: ''}\n"),
    card("ok: {a: b}"),
    ("section", ""),
    ("section", "# to do\n"),
    ("section", "section: Water\n"),
    ("section", "cards: []\n"),
    ("section", "section: {a: b}\ncards: []\n"),
    ("section", "section: '  '\ncards: []\n"),
    ("section", "section: Water\ncards: none\n"),
    ("section", "section: Water\ncards: {question: Q, answer: A}\n"),
    ("section", "section: Water\nhint: H\ncards: []\n"),
    ("section", "section: Water\ntag: [a]\ncards: []\n"),
    ("section", "section: Water\ntag: |\n  a\n  b\ncards: []\n"),
    cards("Q"),
    cards("[Q, A]"),
    cards(""),
    cards("{}"),
    cards("{id: nile}"),
    cards("{question: Q}"),
    cards("{answer: A}"),
    cards("{question: [Q], answer: A}"),
    cards("{question: {a: b}, answer: A}"),
    cards("{question: Q, answer: []}"),
    cards("{question: Q, answer: {a: b}}"),
    cards("{question: Q, answer: [a, [b]]}"),
    cards("{cloze: '{{c1::x}}', question: Q}"),
    cards("{cloze: '{{c1::x}}', answer: A}"),
    cards("{cloze: '{{c1::x}}', question: Q, answer: A}"),
    cards("{cloze: '{{c1::x}}', reverse: true}"),
    cards("{cloze: '{{c1::x}}', typed: false}"),
    cards("{cloze: [x]}"),
    cards("{occlude: a.svg}"),
    cards("{occlude: a.svg, parts: []}"),
    cards("{occlude: a.svg, parts: labels}"),
    cards("{occlude: a.svg, parts: [a]}"),
    cards("{occlude: a.svg, parts: [{id: a}]}"),
    cards("{occlude: a.svg, parts: [{at: [1, 2, 3, 4]}]}"),
    cards("{occlude: a.svg, parts: [{id: a, at: [1, 2, 3]}]}"),
    cards("{occlude: a.svg, parts: [{id: a, at: [1, 2, 3, x]}]}"),
    cards("{occlude: a.svg, parts: [{id: a, at: [1, 2, 3, 4], shape: star}]}"),
    cards("{occlude: a.svg, parts: [{id: a, at: [1, 2, 3, 4], colour: red}]}"),
    cards("{occlude: a.svg, hide: some, parts: [{id: a, at: [1, 2, 3, 4]}]}"),
    cards("{occlude: a.svg, question: Q, parts: [{id: a, at: [1, 2, 3, 4]}]}"),
    cards("{title: T, question: Q, answer: A}"),
    cards("{Question: Q, answer: A}"),
    card("foo: 1"),
    card("id: ''"),
    card("id: a b"),
    card("id: -a"),
    card("id: -1"),
    card("id: _a"),
    card("id: a/b"),
    card(f"id: {'a' * 101}"),
    card("id: [a]"),
    card("hint: [a]"),
    card("hint: {a: b}"),
    card("details: [a]"),
    card("source: 2"),
    card("source:"),
    card("source: p0"),
    card("source: page 2"),
    card("source: [p1, s2]"),
    card("source: {a: b}"),
    card("source: [[p1]]"),
    card("tags: {a: b}"),
    card("tags: [[a]]"),
    card("language: ''"),
    card("language: [en]"),
    card("reverse: yes"),
    card("reverse: 1"),
    card("typed: 'true'"),
    card("typed:"),
    card("retired: [true]"),
    card("guid: {a: b}"),
    card("guid: ''"),
]


def last_line(text: str) -> str:
    return text.strip().rpartition("\n")[2].strip()[:60]


@pytest.mark.parametrize(("file", "text"), GOOD, ids=[last_line(text) for _, text in GOOD])
def test_both_accept(file: str, text: str, author: Author) -> None:
    assert (schema_accepts(file, text), reader_accepts(author, file, text)) == (True, True)


@pytest.mark.parametrize(("file", "text"), BAD, ids=[last_line(text) for _, text in BAD])
def test_both_refuse(file: str, text: str, author: Author) -> None:
    assert (schema_accepts(file, text), reader_accepts(author, file, text)) == (False, False)


def patterns(schema: object) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from ([schema["pattern"]] if "pattern" in schema else [])
        for each in schema.values():
            yield from patterns(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from patterns(each)


@pytest.mark.parametrize(("file", "key"), [("deck", "sections"), ("section", "id")])
def test_letters_of_every_script_are_letters_in_editors_too(file: str, key: str) -> None:
    schema = json_schema(file)
    (pattern,) = patterns(schema["properties"][key] if file == "deck" else schema["$defs"]["card"]["properties"][key])
    # In JavaScript, where editors run schemas, \w is an ASCII letter.
    assert re.search(pattern, "größe", re.ASCII)
