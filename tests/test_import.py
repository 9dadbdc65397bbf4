"""A deck from elsewhere becomes a deck folder: in every spelling of every tool, whole or not at all, and it builds."""

from __future__ import annotations

import io
import json
import re
import textwrap
import unicodedata
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from studydeck.cli import main
from studydeck.engine.learner import Learner
from studydeck.model import Card, Text
from studydeck.model.words import Html
from studydeck.pipeline import Loaded, build, load
from studydeck.reading.nodes import CONTROL
from studydeck.reading.tree import read_tree
from studydeck.reading.written import Value, section_yaml, with_comments
from studydeck.text import to_html
from studydeck.text.plain import from_plain
from studydeck.text.scalar import yaml_text
from studydeck.text.tex import formulas_and_code

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(20)


def run(*words: object) -> Result:
    return CliRunner().invoke(main, ["import", *map(str, words)])


def imported(folder: Path, content: str | bytes, name: str = "rivers.txt", *more: object) -> Loaded:
    """The deck that `import` makes of a file with this content."""
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else textwrap.dedent(content).encode())
    result = run(file, "--deck", folder / "deck", *more)
    assert result.exit_code == 0, result.output
    loaded = load(folder / "deck")
    assert not loaded.errors
    return loaded


def values(card: Card) -> dict[str, Any]:
    plain = {key: value if isinstance(value, bool) else _bare(value) for key, value in card.values.items()}
    return {key: value for key, value in plain.items() if key != "id"}


def _bare(value: Any) -> Any:
    return [str(each) for each in value] if isinstance(value, tuple) else str(value).strip()


def cards(loaded: Loaded) -> list[dict[str, Any]]:
    return [values(card) for card in loaded.deck.cards]


def sections(loaded: Loaded) -> dict[str, int]:
    return {str(section.name): len(section.cards) for section in loaded.deck.sections}


def pair(question: str, answer: Any, **more: Any) -> dict[str, Any]:
    return {"question": question, "answer": answer, **more}


# --- tables --------------------------------------------------------------------------------------

NILE, DELTA = pair("Which river flows through Cairo?", "The Nile"), pair("What is a delta?", "Land at a mouth")
ROWS = [["Which river flows through Cairo?", "The Nile"], ["What is a delta?", "Land at a mouth"]]
HEADERS = [
    ("question", "answer"), ("Front", "Back"), ("TERM", "Definition"), ("prompt", "response"), ("Frage", "Antwort"),
    ("Vorderseite", "Rückseite"), ("recto", "verso"), ("pregunta", "respuesta"), ("domanda", "risposta"),
    ("pergunta", "resposta"), ("вопрос", "ответ"), ("質問", "答え"), ("正面", "背面"), ("앞면", "뒷면"),
    ("سؤال", "جواب"),
]  # fmt: skip


@pytest.mark.parametrize("delimiter", ["\t", ";", ",", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_a_table_is_read_whatever_its_delimiter_encoding_and_line_ends(
    delimiter: str, encoding: str, tmp_path: Path
) -> None:
    rows = [["Frage", "Antwort"], *ROWS, ["Größe?", "groß"]]
    text = "".join(delimiter.join(row) + "\r\n" for row in rows)
    assert cards(imported(tmp_path, text.encode(encoding))) == [NILE, DELTA, pair("Größe?", "groß")]


@pytest.mark.parametrize("header", HEADERS)
def test_columns_are_known_by_their_names_in_many_languages(header: tuple[str, str], tmp_path: Path) -> None:
    question, answer = header
    text = f"{answer},Tags,{question}\nThe Nile,africa,Which river flows through Cairo?\n"
    assert cards(imported(tmp_path, text)) == [NILE | {"tags": ["africa"]}]


def test_without_a_header_the_first_column_asks_and_what_is_not_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "rivers.csv").write_text("Cairo?,The Nile,p. 3\nBasel?,The Rhine,p. 4\n", "utf-8")
    result = run(tmp_path / "rivers.csv", "--deck", tmp_path / "deck")
    assert (
        "column 3 (2 times): nothing says what it is; name it, as in --columns question,answer,details" in result.output
    )
    loaded = imported(tmp_path / "deck", "Cairo?,The Nile,p. 3\n", "r.csv", "--columns", "question,answer,details")
    assert cards(loaded) == [pair("Cairo?", "The Nile", details="p. 3")]


def test_a_header_is_known_by_its_tags_and_its_first_columns_ask_and_answer(tmp_path: Path) -> None:
    text = "tags,Land,Hauptstadt,Fläche,note\neu::west,France,Paris,643801,on the Seine\neu,Austria,Wien,83871,\n"
    (tmp_path / "x.csv").write_text(text, "utf-8")
    said = run(tmp_path / "x.csv", "--deck", tmp_path / "deck").output
    columns = "--columns tags,question,answer,hint,details"
    assert f"left out: the column 'Fläche' (2 times): nothing says what it is; name it, as in {columns}" in said
    assert cards(load(tmp_path / "deck")) == [
        pair("France", "Paris") | {"details": "on the Seine", "tags": ["eu::west"]},
        pair("Austria", "Wien") | {"tags": ["eu"]},
    ]


NUMBERED = "{},France,Paris\n{},Austria,Wien\n{},Hungary,Budapest\n"


@pytest.mark.parametrize(
    "header", ["", ",Land,Hauptstadt\n", "Nr.,Land,Hauptstadt\n", "Nr.,question,answer\n", "No,Land,Stadt,Tags\n"]
)
@pytest.mark.parametrize("numbers", [("1", "2", "3"), ("0", "1", "2"), ("001.", "002.", "003.")])
def test_a_column_that_numbers_the_rows_is_no_question(header: str, numbers: Sequence[str], tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(header + NUMBERED.format(*numbers), "utf-8")
    said = run(tmp_path / "x.csv", "--deck", tmp_path / "deck").output
    column = f"the column '{header.split(',')[0]}'" if header[:1] == "N" else "column 1"
    assert f"left out: {column} (3 times): it only numbers the rows\n" in said
    capitals = [pair("France", "Paris"), pair("Austria", "Wien"), pair("Hungary", "Budapest")]
    assert cards(load(tmp_path / "deck")) == capitals


@pytest.mark.parametrize(
    "table",
    [
        "1,uno\n2,dos\n3,tres\n",
        "1,uno,\n2,dos,two\n3,tres,three\n",
        "1939,War in Poland,p. 3\n1940,War in France,p. 4\n1941,War in Russia,p. 5\n",
        "1,H,Hydrogen\n2,He,Helium\n26,Fe,Iron\n",
        "question,answer,hint\n1,uno,one\n2,dos,two\n3,tres,three\n",
    ],
)
def test_numbers_that_may_be_the_question_are_it(table: str, tmp_path: Path) -> None:
    asked = [each["question"] for each in cards(imported(tmp_path, table, "x.csv"))]
    assert asked == re.findall(r"(?m)^\d+", table)


def test_the_columns_that_are_proposed_keep_those_that_are_known(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("Kürzel,Antwort,Frage,Fläche\nA,Wien,Österreich,83871\n", "utf-8")
    said = run(tmp_path / "x.csv", "--deck", tmp_path / "deck").output
    assert "the column 'Kürzel': nothing says what it is; name it, as in --columns details,answer,question\n" in said
    assert "the column 'Fläche': nothing says what it is; name it, as in --columns -,answer,question,details\n" in said


def test_a_table_in_markdown_and_columns_of_languages_are_read(tmp_path: Path) -> None:
    text = "| Front | Back |\n|:--|---|\n| Cairo? | The Nile |\n| Basel? | The Rhine |\n"
    assert cards(imported(tmp_path, text)) == [pair("Cairo?", "The Nile"), pair("Basel?", "The Rhine")]
    (tmp_path / "words").mkdir()
    assert cards(imported(tmp_path / "words", "German,English\nFluss,river\n")) == [pair("Fluss", "river")]


def test_columns_that_are_no_keys_are_refused(tmp_path: Path) -> None:
    (tmp_path / "rivers.csv").write_text("Cairo?,The Nile\n", "utf-8")
    for columns, sentence in (
        ("question,colour", "'colour' can't be a column"),
        ("answer", "no column is the question"),
    ):
        result = run(tmp_path / "rivers.csv", "--deck", tmp_path / "deck", "--columns", columns)
        assert result.exit_code == 1
        assert sentence in result.output
    assert not (tmp_path / "deck").exists()


def test_a_cell_in_quotes_may_have_lines_and_delimiters_and_signs_are_only_signs(tmp_path: Path) -> None:
    text = 'question,answer\n"One, ""two""?","*a*\n\n- b"\n$5 and 2*3*4,"$x^2$, [c](d) and <b>"\n'
    loaded = imported(tmp_path, text)
    assert cards(loaded) == [
        pair('One, "two"?', r"\*a*" + "\n\n" + r"\- b"),
        pair("$5 and 2*3*4", r"$x^2$, \[c](d) and <b>"),
    ]


def test_quotes_that_enclose_no_cell_are_signs(tmp_path: Path) -> None:
    text = '"Hello" he said\tHola\n5" pipe\ttubo\nsaid "\tdijo\n'
    assert cards(imported(tmp_path, text)) == [
        pair('"Hello" he said', "Hola"),
        pair('5" pipe', "tubo"),
        pair('said "', "dijo"),
    ]


def test_quizlets_export_is_read_as_it_is_copied_by_lines_or_by_semicolons(tmp_path: Path) -> None:
    text = "Nile\tin Egypt\nRhine\tfrom Basel\nto Rotterdam\n"
    assert cards(imported(tmp_path, text)) == [pair("Nile", "in Egypt"), pair("Rhine", "from Basel\nto Rotterdam")]
    (tmp_path / "one").mkdir()
    assert cards(imported(tmp_path / "one", "Nile\tEgypt;Rhine\tBasel;")) == [
        pair("Nile", "Egypt"),
        pair("Rhine", "Basel"),
    ]


@pytest.mark.parametrize("head", ["", "#separator:tab\n"])
def test_a_semicolon_in_every_row_but_one_separates_no_rows(head: str, tmp_path: Path) -> None:
    text = f"{head}Haus\thouse; home\nWeg\tway; path\nSee\tlake\n"
    assert cards(imported(tmp_path, text)) == [
        pair("Haus", "house; home"), pair("Weg", "way; path"), pair("See", "lake")
    ]  # fmt: skip


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_nested_tags_in_a_table_without_a_header_separate_no_question(delimiter: str, tmp_path: Path) -> None:
    rows = [["Vienna", "Austria", "geo::europe"], ["Cairo", "Egypt", "geo::africa"], ["Rome", "Italy", "geo::europe"]]
    text = "".join(f"{delimiter.join(row)}\n" for row in rows)
    assert cards(imported(tmp_path, text, "x.csv")) == [pair(question, answer) for question, answer, _ in rows]


def test_a_separator_before_a_list_of_three_separates(tmp_path: Path) -> None:
    text = "Which colours?::red, green, blue\nWhich rivers?::Nile, Po, Rhine\nWhich seas?::Red, Black, Dead\n"
    loaded = imported(tmp_path, text, "x.txt")
    assert cards(loaded)[0] == pair("Which colours?", "red, green, blue")


@pytest.mark.parametrize("said", ["", "#separator:->->->\n"])
def test_a_separator_may_be_of_several_signs_and_then_quotes_enclose_no_cell(said: str, tmp_path: Path) -> None:
    text = 'A, B ->->-> a "b" | c\nC, "D" ->->-> d, e\n'
    assert cards(imported(tmp_path, said + text)) == [pair("A, B", 'a "b" | c'), pair('C, "D"', "d, e")]


def test_comments_are_no_rows_and_no_part_of_them(tmp_path: Path) -> None:
    text = "# Rivers\n# Front\tBack\n#\n\n# ====\nDanube\tdie Donau\n# ====\n# Two\n\n"
    text += "#1\tfirst\n#include\ta header\n# of C\tx\n"
    assert cards(imported(tmp_path, text)) == [
        pair("Danube", "die Donau"),
        pair("#1", "first"),
        pair("#include", "a header"),
        pair("# of C", "x"),
    ]


def test_a_column_may_say_the_section_the_other_direction_and_a_gap(tmp_path: Path) -> None:
    text = """\
        question;answer;chapter;reversed;hint
        Nile;Egypt;Africa;yes;
        Rhine;Basel;Europe;no;cold
        {{c1::Congo}} is deep;It is in Africa.;Africa;;
    """
    loaded = imported(tmp_path, text)
    assert sections(loaded) == {"Africa": 2, "Europe": 1}
    assert cards(loaded) == [
        pair("Nile", "Egypt", reverse=True),
        {"cloze": "{{c1::Congo}} is deep", "details": "It is in Africa."},
        pair("Rhine", "Basel", hint="cold"),
    ]


def anki_notes(learner: Learner) -> None:
    """Notes of Anki's own types, in decks, as their author has them."""
    for kind, deck, fields, tags in (
        (
            "Basic",
            "Rivers::Africa",
            ["Which river flows through Cairo?", "The Nile<br>&amp; its delta"],
            ["africa::north"],
        ),
        ("Basic (and reversed card)", "Rivers::Europe", ["Vienna", 'Wien, "Beč"'], []),
        ("Basic (type in the answer)", "Rivers::Europe", ["Basel?", "Rhine"], []),
        ("Cloze", "Rivers::Europe", ["{{c1::Paris}} is on the {{c2::Seine}}", "In France."], []),
    ):
        model = learner.col.models.by_name(kind)
        assert model
        note = learner.col.new_note(model)
        note.fields, note.tags = fields, tags
        learner.col.add_note(note, learner.deck(deck))


def export(author: Learner, file: Path, *, with_html: bool, with_all: bool) -> None:
    """What Anki's File > Export writes for "Notes in Plain Text"."""
    author.col.export_note_csv(
        out_path=str(file),
        limit=None,
        with_html=with_html,
        with_tags=with_all,
        with_deck=with_all,
        with_notetype=with_all,
        with_guid=with_all,
    )


def test_ankis_notes_in_plain_text_are_read_as_anki_writes_them(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    with Learner() as author:
        anki_notes(author)
        export(author, file, with_html=True, with_all=True)
    result = run(file, "--deck", tmp_path / "deck", "--format", "json")
    told = json.loads(result.output)
    loaded = load(tmp_path / "deck")
    assert not loaded.errors
    assert str(loaded.deck.title) == "Rivers"
    assert sections(loaded) == {"Africa": 1, "Europe": 3}
    assert cards(loaded) == [
        pair("Which river flows through Cairo?", "The Nile\n& its delta", tags=["africa::north"]),
        pair("Vienna", 'Wien, "Beč"', reverse=True),
        pair("Basel?", "Rhine", typed=True),
        {"cloze": "{{c1::Paris}} is on the {{c2::Seine}}", "details": "In France."},
    ]
    assert (told["notes"], told["cards"], told["sections"]) == (4, 6, 2)
    assert [(each["what"], each["count"]) for each in told["left_out"]] == [("the link to learners' notes (guid)", 4)]


def test_learners_of_the_old_deck_keep_their_notes_and_histories_and_get_the_new_ones_beside(tmp_path: Path) -> None:
    with Learner() as learner:
        anki_notes(learner)
        learner.study()
        before = learner.histories()
        export(learner, tmp_path / "notes.txt", with_html=True, with_all=True)
        run(tmp_path / "notes.txt", "--deck", tmp_path / "deck")
        built = build(load(tmp_path / "deck"), tmp_path / "dist", 1_700_000_000)
        done = learner.import_package(built.path)
        assert (done.new, done.updated, done.conflicting) == (4, 0, 0)
        after = learner.histories()
        assert {card: after[card] for card in before} == before


@pytest.mark.parametrize("html", [True, False])
def test_ankis_notes_without_any_column_but_their_texts_are_read(html: bool, tmp_path: Path) -> None:
    file = tmp_path / "rivers.txt"
    with Learner() as author:
        anki_notes(author)
        export(author, file, with_html=html, with_all=False)
    loaded = imported(tmp_path, file.read_bytes(), "again.txt")
    assert cards(loaded)[1:3] == [pair("Vienna", 'Wien, "Beč"'), pair("Basel?", "Rhine")]


def test_html_becomes_markdown_where_nothing_is_lost_and_else_stays(tmp_path: Path) -> None:
    (tmp_path / "collection.media").mkdir()
    for name in ("a b.png", "c.png"):
        (tmp_path / "collection.media" / name).write_bytes(PICTURE)
    (tmp_path / "rivers.txt").write_text(
        "#separator:tab\n#html:true\n"
        'What is <b>bold</b>?\t<img src="a b.png"><br>a &lt; b\n'
        'What is <i>red</i>?\t<span style="color: red">This</span> <img src="c.png">\n'
        "Is <script>alert(1)</script> run?\tNo\n",
        "utf-8",
    )
    result = run(tmp_path / "rivers.txt", "--deck", tmp_path / "deck")
    assert result.exit_code == 0, result.output
    assert "1 text kept as HTML, since Markdown would lose: colour (1)" in result.output
    assert "left out: a script of a text" in result.output
    loaded = load(tmp_path / "deck")
    assert cards(loaded) == [
        pair("What is **bold**?", "![](a b.png)\na < b"),
        pair("What is *red*?", '<span style="color: red">This</span> <img src="c.png">'),
        pair("Is run?", "No"),
    ]
    assert isinstance(loaded.deck.sections[0].cards[1].answer, Html)
    built = build(loaded, tmp_path / "dist", 1_700_000_000)
    assert (built.notes, built.media) == (3, 1)  # both pictures have the same content
    with Learner() as learner:
        learner.import_package(built.path)
        assert learner.faults() == []
        assert learner.missing_media() == []


CODE = {
    "`List<String>` or List<int>?": "`List<String>` or List<int>?",
    "Is `</b>` an *end*?": "Is `</b>` an \\*end*?",
    "l`eau et l`air": "l\\`eau et l`air",
    "a ` b": "a ` b",
}


@pytest.mark.parametrize("more", ["", "What is<br>this?\tA line end\n"])
def test_code_in_a_table_is_code_and_tags_in_it_make_no_html(more: str, tmp_path: Path) -> None:
    text = "".join(f"{cell}\tThe <packaging> of `a < b`\n" for cell in CODE)
    loaded = imported(tmp_path, text + more)
    assert cards(loaded)[: len(CODE)] == [pair(cell, "The <packaging> of `a < b`") for cell in CODE.values()]
    assert not more or cards(loaded)[-1] == pair("What is\nthis?", "A line end")


@pytest.mark.parametrize("more", [{}, {"front": "What is<br>this?", "back": "A line end"}])
def test_code_in_a_list_is_code_and_tags_in_it_make_no_html(more: dict[str, str], tmp_path: Path) -> None:
    texts = ["Is `</b>` an end?", "`List<String>` or List<int>?"]
    loaded = imported(tmp_path, json.dumps([*({"front": text, "back": "`a < b`"} for text in texts), more]), "x.json")
    assert cards(loaded)[:2] == [pair(text, "`a < b`") for text in texts]


def test_what_no_html_of_a_card_has_is_told_where_a_text_stays_html(tmp_path: Path) -> None:
    text = '#separator:tab\n#html:true\nWhich?\t<style>.x {color: red}</style><span style="color: blue">This</span>\n'
    (tmp_path / "x.txt").write_text(text, "utf-8")
    said = run(tmp_path / "x.txt", "--deck", tmp_path / "deck").output
    assert "1 text kept as HTML, since Markdown would lose: colour (1)\n" in said
    assert "left out: a style sheet of a text: cards can't have it\n" in said


def test_pictures_and_sounds_stay_where_something_else_of_a_text_is_left_out(tmp_path: Path) -> None:
    for name in ("nile 100%.png", "nile.mp3"):
        (tmp_path / name).write_bytes(PICTURE)
    (tmp_path / "rivers.txt").write_text(
        "#separator:tab\n#html:true\n"
        '<style></style>Which river?<br><img src="nile 100%25.png">\t<style></style>Nile [sound:nile.mp3]\n'
        'Which sea? <img src="https://example.org/sea.png?a=1&amp;b=2">\tThe Red Sea\n',
        "utf-8",
    )
    result = run(tmp_path / "rivers.txt", "--deck", tmp_path / "deck")
    assert result.exit_code == 0, result.output
    assert "left out: a style sheet of a text (2 times): cards can't have it" in result.output
    assert "left out: a picture or sound on the web: cards are studied offline; its address is a link" in result.output
    assert cards(load(tmp_path / "deck")) == [
        pair("Which river?\n![](<nile 100%.png>)", "Nile ![](nile.mp3)"),
        pair("Which sea? [picture](https://example.org/sea.png?a=1&b=2)", "The Red Sea"),
    ]


# --- questions and answers in text ---------------------------------------------------------------

HASHCARDS = r"""
    ---
    name = "Medicine"
    ---

    Q: List two minerals.
    A:

    - ruthenium
    - rhodium

    C: The [order] of a group is [its size], see [x](y) and ![z](z.png).

    C:
    Better is the sight of the eyes than the wandering of the desire, and
    this is also vanity.

    — [Ecclesiastes] [6]:[9]

    Q: What is $e^{i\pi}$?
    A: $-1$
"""
OBSIDIAN = """
    ---
    tags: [flashcards, history]
    ---
    # Rivers
    #flashcards/geo/rivers

    Which river?::The [[Nile|long Nile]] <!--SR:!2023-01-01,1,230-->
    Capital:::Cairo

    As per the definition
    of multiline
    ?
    same goes for
    the answer

    The first ==female== minister was ==Julia Gillard==^[name]

    ==one==[^1], ==two==[^2], ==three==[^1]

    ![[map.png|200]]
    ??
    A map of `a::b`

    Some prose here, and `std::vector`.

    #flashcards/music Who?::Bach
"""
PLUGIN = """
    cards-deck: Foo

    # Rivers

    ## This is the front #card
    This is the back.

    Not part of it.

    ### Both ways #card-reverse #geo
    Two cards
    ^1234567890123

    - My question:: My answer #tag/one
    - {2:Cloze} and {1:gap}

    ## Another
    #card

    Below the blank.
"""


def test_hashcards_decks_are_read_clozes_and_wrapped_lines_too(tmp_path: Path) -> None:
    (tmp_path / "z.png").write_bytes(PICTURE)
    loaded = imported(tmp_path, HASHCARDS.lstrip("\n"), "med.md")
    assert str(loaded.deck.title) == "Medicine"
    assert cards(loaded) == [
        pair("List two minerals.", "- ruthenium\n- rhodium"),
        {"cloze": "The {{c1::order}} of a group is {{c2::its size}}, see [x](y) and ![z](z.png)."},
        {
            "cloze": "Better is the sight of the eyes than the wandering of the desire, and this is also vanity.\n\n"
            "— {{c1::Ecclesiastes}} {{c2::6}}:{{c3::9}}"
        },
        pair(r"What is $e^{i\pi}$?", "$-1$"),
    ]


@pytest.mark.parametrize("deck", ["Q: Which river?\nA: Nile\n\nC: The [Nile] flows.\n", "C: The [Nile] flows.\n"])
def test_a_small_deck_of_hashcards_is_no_list(tmp_path: Path, deck: str) -> None:
    assert cards(imported(tmp_path, deck, "rivers.md"))[-1] == {"cloze": "The {{c1::Nile}} flows."}


def test_obsidians_spaced_repetition_is_read_with_decks_hints_and_pictures(tmp_path: Path) -> None:
    (tmp_path / "attachments").mkdir()
    (tmp_path / "attachments" / "map.png").write_bytes(PICTURE)
    loaded = imported(tmp_path, OBSIDIAN.lstrip("\n"), "rivers.md")
    history = {"tags": ["history"]}
    assert sections(loaded) == {"geo::rivers": 6, "music": 1}
    assert cards(loaded) == [
        pair("Which river?", "The long Nile") | history,
        pair("Capital", "Cairo", reverse=True) | history,
        pair("As per the definition\nof multiline", "same goes for\nthe answer") | history,
        {
            "cloze": "The first {{c1::female}} minister was {{c2::Julia Gillard::name}}"
        } | history,
        {"cloze": "{{c1::one}}, {{c2::two}}, {{c1::three}}"} | history,
        pair("![[map.png|200]]", "A map of `a::b`", reverse=True) | history,
        pair("Who?", "Bach") | history,
    ]  # fmt: skip
    assert (tmp_path / "deck" / "media" / "map.png").read_bytes() == PICTURE


def test_cards_of_obsidians_flashcards_plugin_are_read(tmp_path: Path) -> None:
    loaded = imported(tmp_path, PLUGIN, "notes.md")
    assert cards(loaded) == [
        pair("This is the front", "This is the back."),
        pair("Both ways", "Two cards", reverse=True, tags=["geo"]),
        pair("My question", "My answer", tags=["tag::one"]),
        {"cloze": "{{c2::Cloze}} and {{c1::gap}}"},
        pair("Another", "Below the blank."),
    ]


def test_words_in_latex_become_words_and_not_a_formula(tmp_path: Path) -> None:
    text = "#separator:tab\n#html:true\n[latex]Which river is it?[/latex]<br>\t[latex]The Nile[/latex]\n"
    assert cards(imported(tmp_path, text)) == [pair("Which river is it?", "The Nile")]


ORG = """\
    #+TITLE: Rivers
    * Africa
    ** Which river flows through Cairo?                  :drill:water:
       SCHEDULED: <2026-01-01 Thu>
       :PROPERTIES:
       :ID:       1234
       :END:
       The *Nile*, see [[https://example.org][here]].
    ** Depth :drill:
       The deepest river is the [Congo||in Africa], at [220 m]; see [fn:1] and ~a[0]~.
    ** Delta :drill:
       What is a /delta/?
       #+begin_src python
       a *b*
       #+end_src
    *** Answer
        Land at a mouth, as in [[file:nile.png]].
    * Europe
    ** Danube :drill:
       :PROPERTIES:
       :DRILL_CARD_TYPE: twosided
       :END:
    *** English
        the Danube
    *** German
        die Donau
    ** A chapter
       of prose
    ** Nothing :drill:
"""


def test_headings_of_org_drill_are_cards_in_their_three_forms(tmp_path: Path) -> None:
    (tmp_path / "nile.png").write_bytes(PICTURE)
    (tmp_path / "rivers.org").write_text(textwrap.dedent(ORG), "utf-8")
    said = run(tmp_path / "rivers.org", "--deck", tmp_path / "deck")
    assert "left out: a heading with the tag drill: it has no answer below\n" in said.output
    loaded = load(tmp_path / "deck")
    assert not loaded.errors
    assert loaded.deck.title == "Rivers"
    assert sections(loaded) == {"Africa": 3, "Europe": 1}
    assert cards(loaded) == [
        pair("Which river flows through Cairo?", "The **Nile**, see [here](https://example.org).", tags=["water"]),
        {"cloze": "The deepest river is the {{c1::Congo::in Africa}}, at {{c2::220 m}}; see [fn:1] and `a[0]`."},
        pair("What is a *delta*?\n```python\na *b*\n```", "Land at a mouth, as in ![](nile.png)."),
        pair("the Danube", "die Donau", reverse=True),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Q: Cairo?\nA: The Nile\n\nQ: Basel?\nA: The Rhine\n",
        "**Q:** Cairo?\n**A:** The Nile\n\n**Q:** Basel?\n**A:** The Rhine\n",
        "- Question: Cairo?\n- Answer: The Nile\n- Question: Basel?\n- Answer: The Rhine\n",
        "Q1: Cairo?\nA1: The Nile\nQ2: Basel?\nA2: The Rhine\n",
        "Frage: Cairo?\nAntwort: The Nile\nFrage: Basel?\nAntwort: The Rhine\n",
        "F: Cairo?\nA: The Nile\nF: Basel?\nA: The Rhine\n",
        "# Rivers\n\nQ: Cairo?\nA: The Nile\n---\nQ: Basel?\nA: The Rhine\n---\n",
        "Cairo? :: The Nile\nBasel? :: The Rhine\n",
        "- Cairo?::The Nile\n- Basel?::The Rhine\n",
        "**Cairo?**\nThe Nile\n\n**Basel?**\nThe Rhine\n",
        "1. **Cairo?**\n\nThe Nile\n\n2. **Basel?**\n\nThe Rhine\n",
        "# Rivers\n## Cairo?\nThe Nile\n## Basel?\n\nThe Rhine\n",
        "Cairo?\n?\nThe Nile\n\nBasel?\n?\nThe Rhine\n",
        "Cairo? #card\nThe Nile\n\nBasel? #card\nThe Rhine\n",
    ],
)
def test_each_spelling_of_a_question_is_read(text: str, tmp_path: Path) -> None:
    assert cards(imported(tmp_path, text)) == [pair("Cairo?", "The Nile"), pair("Basel?", "The Rhine")]


@pytest.mark.parametrize("form", ["TARGET DECK: {}\nFILE TAGS: {}\n", "TARGET DECK\n{}\nFILE TAGS\n{}\n"])
def test_a_page_of_obsidian_to_anki_says_its_deck_and_tags(form: str, tmp_path: Path) -> None:
    text = form.format("Rivers::Africa", "geo water") + "\nCairo? #flashcard\nThe Nile\n<!--ID: 1771751281752-->\n"
    loaded = imported(tmp_path, text, "x.md")
    assert loaded.deck.title == "Rivers::Africa"
    assert cards(loaded) == [pair("Cairo?", "The Nile") | {"tags": ["geo", "water"]}]


def test_headings_may_name_the_parts_of_a_card(tmp_path: Path) -> None:
    """As in ki's files, with the tags first; an answer may have lines that end with a colon."""
    note = "# Note\n```\nguid: x\nnotetype: Basic\n```\n\n### Tags\n```\n{}\n```\n\n## Front\n{}\n\n## Back\n{}\n\n"
    text = note.format("africa\nwater", "Cairo?", "The Nile") + note.format("", "Basel?", "The Rhine\n\nExample:\nwide")
    assert cards(imported(tmp_path, text, "x.md")) == [
        pair("Cairo?", "The Nile") | {"tags": ["africa", "water"]},
        pair("Basel?", "The Rhine\n\nExample:\nwide"),
    ]
    (tmp_path / "one").mkdir()
    one = "# Question\nCairo?\n# Answer\n```sh\n# no heading\n```\n"
    assert cards(imported(tmp_path / "one", one, "x.md")) == [pair("Cairo?", "```sh\n# no heading\n```")]


LOGSEQ = """\
title:: Rivers
tags:: water, [[geo]]

- Which river flows through Cairo? #card
  card-last-interval:: 4
  card-repeats:: 2
  card-ease-factor:: 2.6
  card-next-schedule:: 2022-11-22T05:48:37.206Z
  card-last-reviewed:: 2022-11-18T05:48:37.206Z
  card-last-score:: 5
  id:: 6375f8a1-1111-4222-8333-444455556666
\t- The Nile
- Capitals
  collapsed:: true
\t- What is on the Danube? #card #cities
\t  card-last-interval:: -1
\t\t- Vienna
\t\t- Budapest
\t- and this is only a note
- The {{cloze Rhine}} flows through {{cloze Basel}}. #card
"""


@pytest.mark.parametrize(
    "text", ["card-holder:: Kartenhalter\nid:: it\n", "title:: Titel\ntags:: Etiketten\nriver:: Fluss\n"]
)
def test_words_that_are_called_like_properties_are_words(text: str, tmp_path: Path) -> None:
    found = [f"{each['question']}:: {each['answer']}\n" for each in cards(imported(tmp_path, text, "w.md"))]
    assert "".join(found) == text


def test_a_page_of_logseq_is_read_item_by_item_without_its_properties(tmp_path: Path) -> None:
    loaded = imported(tmp_path, LOGSEQ, "page.md")
    assert str(loaded.deck.title) == "Rivers"
    tags = ["water", "geo"]
    assert cards(loaded) == [
        pair("Which river flows through Cairo?", "The Nile", tags=tags),
        pair("What is on the Danube?", "- Vienna\n- Budapest", tags=["cities", *tags]),
        {"cloze": "The {{c1::Rhine}} flows through {{c2::Basel}}.", "tags": tags},
    ]


MDANKI = """\
# Rivers

## Which river flows through Cairo?

The Nile

[#africa]() [#big-rivers]()

## What does this map show?

![A delta](map.png)

%

The *Nile's* delta:

```tex
%
\\map
```

It is in Egypt.

[#africa]()
"""


def test_mdanki_s_pages_are_read_with_their_tags_and_what_is_above_a_per_cent_sign_is_asked(tmp_path: Path) -> None:
    (tmp_path / "map.png").write_bytes(PICTURE)
    loaded = imported(tmp_path, MDANKI, "rivers.md")
    delta = "The *Nile's* delta:\n\n```tex\n%\n\\map\n```\n\nIt is in Egypt."
    assert cards(loaded) == [
        pair("Which river flows through Cairo?", "The Nile", tags=["africa", "big-rivers"]),
        pair("What does this map show?\n\n![A delta](map.png)", delta, tags=["africa"]),
    ]
    one = tmp_path / "one"
    one.mkdir()
    assert cards(imported(one, "## Which river?\n\nIn Cairo\n\n%\n\nThe Nile\n", "r.md")) == [
        pair("Which river?\n\nIn Cairo", "The Nile")
    ]


def test_headings_are_sections_and_code_separates_nothing(tmp_path: Path) -> None:
    text = """\
        # Languages
        ## C++
        What is `a::b`? :: A name:

        ```cpp
        Q: no question :: no answer
        ```

        Why? :: Because <br>of it
        ## Rust
        What is `::<>`? :: A <b>turbofish</b>
    """
    loaded = imported(tmp_path, text)
    assert str(loaded.deck.title) == "Languages"
    assert sections(loaded) == {"C++": 2, "Rust": 1}
    assert cards(loaded) == [
        pair("What is `a::b`?", "A name:"),
        pair("Why?", "Because\nof it"),
        pair("What is `::<>`?", "A **turbofish**"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Rivers are long. They flow.\n\nSome flow north, some south.\n",
        "# Rivers\n\n" + "They flow into the sea, and so on. " * 100 + "\n\n## Lakes\n\n" + "They don't. " * 200,
        "using std::vector;\nstd::string a;\nint main() {}\nreturn 0;\n}\n",
    ],
)
def test_prose_and_code_are_no_deck(text: str, tmp_path: Path) -> None:
    (tmp_path / "text.md").write_text(text, "utf-8")
    result = run(tmp_path / "text.md", "--deck", tmp_path / "deck")
    assert result.exit_code == 1
    assert "has no questions with answers that import knows" in result.output


# --- lists ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "- question: Cairo?\n  answer: The Nile\n- question: Basel?\n  answer: The Rhine\n",
        "- {front: Cairo?, back: The Nile}\n- {front: Basel?, back: The Rhine}\n",
        "cards:\n  - q: Cairo?\n    a: The Nile\n  - q: Basel?\n    a: The Rhine\n",
        "- term: Cairo?\n  definition: The Nile\n- term: Basel?\n  definition: The Rhine\n",
        '[{"prompt": "Cairo?", "response": "The Nile"}, {"prompt": "Basel?", "response": "The Rhine"}]',
        '{"name": "R", "cards": [{"Front": "Cairo?", "Back": "The Nile"}, {"Front": "Basel?", "Back": "The Rhine"}]}',
        '[["Cairo?", "The Nile"], ["Basel?", "The Rhine"]]',
        '{"Cairo?": "The Nile", "Basel?": "The Rhine"}',
    ],
)
def test_lists_of_questions_are_read_whatever_their_keys(text: str, tmp_path: Path) -> None:
    assert cards(imported(tmp_path, text)) == [pair("Cairo?", "The Nile"), pair("Basel?", "The Rhine")]


def test_a_key_that_says_no_is_no_text(tmp_path: Path) -> None:
    text = '[{"question": "Cairo?", "answer": "The Nile", "cloze": false, "tags": [""]}]'
    assert cards(imported(tmp_path, text, "x.json")) == [pair("Cairo?", "The Nile")]


def test_lists_keep_sections_lists_tags_and_ids(tmp_path: Path) -> None:
    text = """\
        deck: Rivers
        sections:
          - name: Africa
            cards:
              - {id: nile, front: Cairo?, back: The Nile, labels: [a, b], source: p. 3}
          - name: Europe
            cards:
              - question: Which capitals?
                answer: [Vienna, Budapest]
              - term: "{{c1::Basel}} is on the Rhine"
    """
    loaded = imported(tmp_path, text, "rivers.yaml")
    assert str(loaded.deck.title) == "Rivers"
    assert sections(loaded) == {"Africa": 1, "Europe": 2}
    assert loaded.deck.sections[0].cards[0].id == "nile"
    assert cards(loaded) == [
        pair("Cairo?", "The Nile", tags=["a", "b"]),
        pair("Which capitals?", ["Vienna", "Budapest"]),
        {"cloze": "{{c1::Basel}} is on the Rhine"},
    ]


# --- the deck that is written --------------------------------------------------------------------


def test_what_is_no_card_in_a_list_is_told(tmp_path: Path) -> None:
    text = """\
title: Rivers
version: 3
Europe:
  - {term: Danube, definition: A river}
  - just words
  - {term: Rhine, definition: Another river}
"""
    (tmp_path / "r.yaml").write_text(text, "utf-8")
    result = run(tmp_path / "r.yaml", "--deck", tmp_path / "deck")
    told = [line for line in result.output.splitlines() if line.startswith("left out")]
    assert told == [
        "left out: 'version: 3': it is neither a card nor a list of cards",
        "left out: 'just words': it is neither a card nor a list of cards",
    ]


def test_what_is_written_is_what_an_author_would_write(tmp_path: Path) -> None:
    text = 'question,answer,tags\nWhat is a delta?,"Land:\n- flat",a b\nno,"She said: ""yes"""\nIs it #1?,true\n'
    imported(tmp_path, text, "my_rivers.csv")
    assert sorted(path.name for path in (tmp_path / "deck").iterdir()) == [".schema", "deck.yaml", "my-rivers.yaml"]
    deck = (tmp_path / "deck" / "deck.yaml").read_text("utf-8")
    assert re.sub("uid: [a-z0-9]{12}", "uid: x", deck) == textwrap.dedent("""\
        # yaml-language-server: $schema=.schema/deck.json
        deck: "My rivers"
        uid: x  # this deck's own; never change it
        tag: "my-rivers"
        description: A deck made with studydeck.
        sections: [my-rivers]
    """)
    section = (tmp_path / "deck" / "my-rivers.yaml").read_text("utf-8")
    assert section == textwrap.dedent("""\
        # yaml-language-server: $schema=.schema/section.json
        section: My rivers
        tag: my-rivers
        cards:
          - id: what-is-a-delta
            question: What is a delta?
            answer: |
              Land:
              \\- flat
            tags: [a, b]

          - id: "no"
            question: "no"
            answer: 'She said: "yes"'

          - id: is-it-1
            question: "Is it #1?"
            answer: "true"
    """)


def test_a_word_with_two_meanings_is_two_cards_that_each_keep_their_history(tmp_path: Path) -> None:
    loaded = imported(tmp_path, "question,answer\nbank,Ufer\nbank,Geld\n")
    built = build(loaded, tmp_path / "dist", 1_700_000_000)
    with Learner() as learner:
        assert learner.import_package(built.path).new == 2
        before = {guid: had.fields[1] for guid, had in learner.having().items()}
        section = tmp_path / "deck" / "rivers.yaml"
        head, bank, other = section.read_text("utf-8").split("  - ")
        section.write_text(f"{head}  - {other}\n  - {bank.replace('Ufer', 'Flussufer')}", "utf-8")
        built = build(load(tmp_path / "deck"), tmp_path / "dist", 1_700_000_100)
        assert learner.import_package(built.path)[:2] == (0, 1)
        after = {guid: had.fields[1].replace("Fluss", "").capitalize() for guid, had in learner.having().items()}
        assert after == before


SAMPLES = {
    "hashcards": HASHCARDS.lstrip("\n"),
    "obsidian": OBSIDIAN.lstrip("\n"),
    "plugin": PLUGIN,
    "csv": 'question,answer,tags\n"*a*, <b> & {{x}}?","1. b\n- c",x\n[a](b),![b](c)\n"{{c1::a_b_c}} d",\n',
    "yaml": "- {q: no, a: '2.10'}\n- {q: '#x', a: [a, '- b']}\n- {q: \"it: 's\", a: '''\"'}\n",
}


@pytest.mark.parametrize("name", SAMPLES)
def test_what_is_imported_builds_and_a_learner_gets_every_card_and_none_is_blank(name: str, tmp_path: Path) -> None:
    for file in ("map.png", "z.png"):
        (tmp_path / file).write_bytes(PICTURE)
    loaded = imported(tmp_path, SAMPLES[name], "rivers.txt")
    built = build(loaded, tmp_path / "dist", 1_700_000_000)
    assert not built.problems
    with Learner() as learner:
        assert learner.import_package(built.path).new == built.notes == len(loaded.deck.cards)
        assert len(list(learner.cards())) == built.cards
        assert learner.faults() == []
        assert learner.missing_media() == []


def test_twins_of_ids_and_files_get_numbers_and_a_card_that_is_there_twice_is_told(tmp_path: Path) -> None:
    text = "q,a,section\nA b?,1,One!\nA b!,2,One?\nA b?,1,Deck\nA-b,3,Deck\n"
    (tmp_path / "r.csv").write_text(text, "utf-8")
    result = run(tmp_path / "r.csv", "--deck", tmp_path / "deck")
    assert "left out: a card: it is there twice" in result.output
    loaded = load(tmp_path / "deck")
    assert [str(card.id) for card in loaded.deck.cards] == ["a-b", "a-b-2", "a-b-3"]
    assert sorted(path.stem for path in (tmp_path / "deck").glob("*.yaml")) == ["deck", "deck-2", "one", "one-2"]


def test_a_section_s_name_has_no_empty_part_and_no_control_character(tmp_path: Path) -> None:
    text = json.dumps(
        [{"q": f"{n}?", "a": "x", "deck": deck} for n, deck in enumerate(["A::", ":: B :: c", "D\ud800\x1f", "::", ""])]
    )
    assert sections(imported(tmp_path, text, "rivers.json")) == {"A": 1, "B::c": 1, "D": 1, "Rivers": 2}


def test_no_file_is_called_like_a_device_of_windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Git checks out nothing at all of a repository that has a con.yaml."""
    monkeypatch.chdir(tmp_path)
    Path("con.csv").write_text(
        "q,a,section\nconmigo,with me,Con\naux,to the,aux\ncontigo,with you,Connected\n", "utf-8"
    )
    assert run(Path("con.csv")).exit_code == 0
    loaded = load(Path("cards/con-cards"))
    assert [str(each.name) for each in loaded.deck.sections] == ["Con", "aux", "Connected"]
    assert sorted(path.stem for path in loaded.deck.folder.glob("*.yaml")) == [
        "aux-cards",
        "con-cards",
        "connected",
        "deck",
    ]


def test_media_beside_the_file_comes_along_and_nothing_from_outside_its_folder(tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(PICTURE)
    home = tmp_path / "home"
    (home / "img" / "a").mkdir(parents=True)
    (home / "img" / "a" / "x y.png").write_bytes(PICTURE)
    (home / "x y.png").write_bytes(PICTURE + b"other")
    (home / "link.png").symlink_to(tmp_path / "secret.png")
    text = (
        "Q: ![one](<x y.png>)\nA: ![two](img/a/x%20y.png)\n\n"
        "Q: ![](../secret.png)\nA: b\n\nQ: ![](link.png)\nA: c\n\nQ: ![far](https://example.org/a.png)\nA: d\n"
    )
    (home / "cards.md").write_text(text, "utf-8")
    result = run(home / "cards.md", "--deck", tmp_path / "deck")
    assert result.exit_code == 0
    assert "set aside, as comments in the section files: 2 cards with errors" in result.output
    assert "left out: '../secret.png': it is outside the folder of the file that names it" in result.output
    assert "left out: 'link.png': it is outside" in result.output
    assert "left out: a picture or sound on the web" in result.output
    assert "lost-picture" in result.output
    assert sorted(path.name for path in (tmp_path / "deck" / "media").iterdir()) == ["x y-2.png", "x y.png"]
    shown = cards(load(tmp_path / "deck"))
    assert shown[0] == pair("![one](<x y.png>)", "![two](x y-2.png)")
    assert shown[1:] == [pair("[far](https://example.org/a.png)", "d")]


def test_json_says_what_came_and_what_did_not(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("q,a,colour\nA?,1,red\nB?,,\n{{c1::C,,\n", "utf-8")
    told = json.loads(run(tmp_path / "r.csv", "--deck", tmp_path / "deck", "--format", "json").output)
    numbers = {"notes": 1, "cards": 1, "media": 0, "sections": 1, "as_markdown": 3, "as_html": 0, "set_aside": 1}
    lists = {"html_because", "note_types", "left_out", "set_aside_because", "problems"}
    assert told.keys() == {"deck", "name", *numbers, *lists}
    assert {key: told[key] for key in numbers} == numbers
    assert told["deck"] == (tmp_path / "deck").as_posix()
    (wrong,) = told["set_aside_because"]
    assert (wrong["name"], wrong["line"], wrong["column"]) == ("bad-cloze", 10, 14)
    assert [(each["what"], each["count"]) for each in told["left_out"]] == [("row 3", 1), ("the column 'colour'", 1)]


# --- what can't be imported ----------------------------------------------------------------------


def zipped(name: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, "x")
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (PICTURE, "is a picture; import reads"),
        (bytes(range(256)) * 20, "isn't a text file; import reads"),
        (b"%PDF-1.4\n", "is a document, not a deck; to draw cards from its text, run: studydeck draft"),
        (b"<!DOCTYPE html><p>Q: a</p>", "is a document, not a deck"),
        (zipped("word/document.xml"), "is a document, not a deck; to draw cards from its text, run: studydeck draft"),
        (zipped("xl/workbook.xml"), "is an Excel workbook; save its sheet as CSV, and import that"),
        (zipped("a.txt"), "is a zip file; import reads"),
        (b"question,answer\nonly,\n,x\n", "has no card that can be read: it has no answer; it has no question"),
        (b'[{"question": ', ":1:15: not valid JSON (Expecting value); fix it first"),
        (b'- question: "x\n  answer: y\n', ":1:13: this quote isn't closed"),
        (b"[" * 100_000, "is nested too deeply"),
        (b"- question: a\n  answer: " + b"[" * 5_000, "file.txt"),
    ],
)
def test_what_is_no_deck_is_told_in_a_sentence_and_nothing_is_written(
    content: bytes, sentence: str, tmp_path: Path
) -> None:
    (tmp_path / "file.txt").write_bytes(content)
    result = run(tmp_path / "file.txt", "--deck", tmp_path / "cards" / "deck")
    assert result.exit_code == 1
    assert sentence in result.output
    assert result.output.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["file.txt"]


WITH_YAML = "# Rivers\n\nSome words of a text.\n\n{0}\ncards:\n  - question: Which?\n    answer: Nile\n{0}\n"


@pytest.mark.parametrize(
    ("name", "text"), [("README.md", WITH_YAML.format("")), ("notes.txt", WITH_YAML.format("```"))]
)
def test_a_page_in_markdown_that_shows_yaml_is_no_broken_list(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    result = run(tmp_path / name, "--deck", tmp_path / "deck")
    assert "has no questions with answers that import knows" in result.output
    (tmp_path / "cards.md").write_text(f"{text}\nQ: Which river?\nA: The Nile\n", "utf-8")
    assert "1 note" in run(tmp_path / "cards.md", "--deck", tmp_path / "deck").output


def test_a_text_that_is_too_big_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("incoming", "_others"):
        monkeypatch.setattr(f"studydeck.importers.{module}.LARGEST_TEXT", 1_000_000)
    (tmp_path / "r.csv").write_bytes(b"q,a\n" + b"A?,1\n" * 300_000)
    result = run(tmp_path / "r.csv", "--deck", tmp_path / "deck")
    assert "is 2 MB, which is too big for a text; import a part of it" in result.output


def test_an_existing_folder_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("q,a\nA?,1\n", "utf-8")
    (tmp_path / "deck").mkdir()
    result = run(tmp_path / "r.csv", "--deck", tmp_path / "deck")
    assert result.exit_code == 1
    assert "exists already; choose another folder" in result.output
    assert not any((tmp_path / "deck").iterdir())


def test_where_the_deck_can_not_be_written_whole_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(*_: object) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "a.png").write_bytes(PICTURE)
    (tmp_path / "r.md").write_text("Q: ![a](a.png)\nA: b\n", "utf-8")
    monkeypatch.setattr("studydeck.commands.importing.shutil.copyfile", no_space)
    result = run(tmp_path / "r.md", "--deck", tmp_path / "cards" / "deck")
    assert result.exit_code == 1
    assert "No space left" in result.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.png", "r.md"]


# --- any text ------------------------------------------------------------------------------------

SIGNS = st.text(st.sampled_from("ab1 \n*_`~^=$[]{}<>&#-+.|!()\\:'\"é漢"), max_size=30)


@given(SIGNS)
def test_any_plain_text_shows_every_sign(text: str) -> None:
    text = "\n".join(line.strip() for line in text.strip().split("\n"))
    if formulas_and_code(text) or "{{c" in text:
        return
    html = re.sub(r"<br />|</?p>|\s+", " ", to_html(from_plain(text)))
    seen = html.replace("&quot;", '"').replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert " ".join(seen.split()).replace("&#91;", "[") == " ".join(text.split())


@given(st.text(max_size=40))
def test_any_text_reads_back_from_the_yaml_that_is_written(text: str) -> None:
    text = re.sub(CONTROL, "", text).strip()
    written = f"a:\n  b: {yaml_text(text, '    ')}\n"
    tree, problems = read_tree("x.yaml", written.encode("utf-8", "surrogatepass"))
    assert not problems, written
    assert isinstance(tree, dict)
    value = tree["a"]["b"]  # type: ignore[call-overload,index]
    assert isinstance(value, Text)
    said = text if "b: |" not in written else "\n".join(map(str.rstrip, text.split("\n")))
    assert value.rstrip("\n") == unicodedata.normalize("NFC", said)


@given(st.lists(st.text(max_size=40), min_size=3, max_size=3), st.booleans())
def test_any_card_may_be_a_comment_and_comes_back_without_its_signs(texts: list[str], html: bool) -> None:
    written = [re.sub(f"{CONTROL}|\r", "", text).strip() or "x" for text in texts]
    cards = [{"id": f"c{n}", "question": Html(each) if html else each} for n, each in enumerate(written)]
    section = section_yaml("Water", "water", cards)
    line = section.split("\n").index("  - id: c1") + 1
    commented = with_comments(section, {1: ["no card"], line: ["it's #1"], line + 1: ["no: 2", "it's #1"]})
    assert len(commented.split("\n")) == len(section.split("\n"))

    def read(text: str) -> Any:
        tree, problems = read_tree("x.yaml", text.encode("utf-8", "surrogatepass"))
        assert not problems, text
        return tree["cards"]  # type: ignore[call-overload,index]

    whole = read(section)
    assert read(commented) == [whole[0], whole[2]]
    lines = [each.replace("  # ", "  ", 1) if n >= line - 1 else each for n, each in enumerate(commented.split("\n"))]
    assert lines[line - 1] == "  - id: c1  # it's #1. no: 2"
    assert read("\n".join(lines)) == whole


def test_a_card_that_is_not_written_yet_is_no_comment(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("q,a\nA?,???\nB?,x\nC?,It's TODO\n", "utf-8")
    told = json.loads(run(tmp_path / "r.csv", "--deck", tmp_path / "deck", "--format", "json").output)
    assert (told["notes"], told["set_aside"]) == (1, 1)
    assert [each["name"] for each in told["set_aside_because"]] == ["placeholder"]
    assert [each["name"] for each in told["problems"] if each["severity"] == "warning"] == ["unwritten"]


def test_an_import_of_nothing_but_broken_cards_fails(tmp_path: Path) -> None:
    (tmp_path / "r.md").write_text("Q: A?\nA: ![](none.png)\n", "utf-8")
    result = run(tmp_path / "r.md", "--deck", tmp_path / "deck")
    assert result.exit_code == 1
    assert "set aside, as comments in the section files: 1 card with errors" in result.output


def test_a_card_that_is_the_same_as_a_broken_one_is_named_by_its_line(tmp_path: Path) -> None:
    text = "question,answer,hint\nA {{c1::b,,\nWhich?,The Nile,x\nwhich?,The Nile,y\n"
    imported(tmp_path, text)
    section = (tmp_path / "deck" / "rivers.yaml").read_text("utf-8")
    assert textwrap.dedent(section.split("cards:\n")[1]) == textwrap.dedent("""\
        # - id: a-b  # the cloze {{c1:: isn't closed; end it with '}}'
        #   cloze: A {{c1::b

        - id: which
          question: Which?
          answer: The Nile
          hint: x

        # - id: which-2  # this asks the same as rivers.yaml:9 and has the same answer; delete one of the two
        #   question: which?
        #   answer: The Nile
        #   hint: "y"
    """)


def test_no_line_that_is_written_ends_in_a_blank() -> None:
    card: dict[str, Value] = {
        "question": "Which?",
        "answer": ("a" * 40, "b" * 40),
        "fields": {"Flag": "blue\nwhite"},
        "reverse": True,
    }
    written = section_yaml("Water", "water", [card])
    assert not re.search(" $", written, re.MULTILINE)
    assert "    fields:\n      Flag: |\n" in written
