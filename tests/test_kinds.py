"""A new key and a new kind of card need their declaration, and nothing else: everything asks the declarations."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from author import Author
from click.testing import CliRunner

from studydeck import kinds
from studydeck.cli import main
from studydeck.commands.preview import deck_view
from studydeck.engine.drawing import Artist
from studydeck.engine.learner import Learner
from studydeck.engine.verify import verify
from studydeck.kinds.question import QUESTION
from studydeck.model import Key, Kind, takes
from studydeck.model.kinds import CardTemplate

PICTURE = b"<svg xmlns='http://www.w3.org/2000/svg' width='40' height='30'><rect width='40' height='30'/></svg>"


@pytest.fixture
def mnemonic(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A key that every card may have, with a line in a template of its own."""
    monkeypatch.setattr(kinds, "COMMON", dict(kinds.COMMON))
    line = "{{#Mnemonic}}<p>{{Mnemonic}}</p>{{/Mnemonic}}"
    first, *others = QUESTION.templates
    assert isinstance(first.back, Path)
    monkeypatch.setattr(QUESTION, "templates", (first._replace(back=first.back.read_text("utf-8") + line), *others))
    kinds.declare("mnemonic", Key(takes.MARKDOWN, "A way to keep it in mind.", "Mnemonic", spare=2))
    yield
    monkeypatch.undo()
    kinds.refresh()


@pytest.fixture
def term(monkeypatch: pytest.MonkeyPatch) -> Iterator[Kind]:
    """A kind of card that the program doesn't have: a term and its meaning."""
    kind = Kind(
        "term",
        name="term",
        title="Term",
        own={
            "term": Key(takes.MARKDOWN, "What is to be explained.", "Term"),
            "meaning": Key(takes.MARKDOWN_OR_LIST, "What it means.", "Meaning"),
        },
        required=("term", "meaning"),
        asks="term",
        answer="meaning",
        fields=("Term", "Meaning", "Section", "Id"),
        templates=(CardTemplate("Term", "What is <b>{{Term}}</b>?", "{{FrontSide}}<hr id=answer>{{Meaning}}"),),
    )
    monkeypatch.setitem(kinds.KINDS, "term", kind)
    kinds.refresh()
    yield kind
    monkeypatch.undo()
    kinds.refresh()


def run(*words: str) -> str:
    result = CliRunner().invoke(main, [*words])
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.usefixtures("mnemonic")
def test_a_new_key_needs_its_declaration_and_a_line_in_a_template(author: Author, learner: Learner) -> None:
    author.write("media/ship.svg", PICTURE)
    author.section("  - {id: nile, question: Which river?, answer: The Nile}\n")
    author.build()
    author.section(
        "  - {id: nile, question: Which river?, answer: The Nile, mnemonic: 'A **ship** ![a ship](ship.svg)'}\n"
    )
    words = ("--format", "json", "--output", str(author.out), str(author.folder))
    (plan,) = json.loads(run("plan", *words))["plans"]
    assert plan["summary"].startswith("0 new cards, 1 edited (1 mnemonic)")
    assert [each["field"] for each in plan["cards"][0]["changes"]] == ["Mnemonic"]
    built = author.build()
    assert (built.media, len(built.changes.edited)) == (1, 1)
    learner.import_package(author.package)
    (note,) = learner.notes()
    assert note["Mnemonic"].startswith('A <strong>ship</strong> <img src="')
    names = ["Spare 1", "Mnemonic", "Spare 3", "Question aloud", "Answer aloud", "My notes"]
    assert list(note.keys())[-6:] == names
    (card,) = learner.cards()
    assert "<strong>ship</strong>" in card.render_output().answer_text
    schema = json.loads(run("schema", "section"))
    assert "mnemonic" in schema["$defs"]["card"]["properties"]
    author.section("  - {id: nile, question: Which river?, answer: The Nile, mnemonic: '![](gone.svg)'}\n")
    assert {each.name for each in author.problems()} == {"lost-picture", "no-alt", "unused-media"}


def test_without_its_declaration_the_key_is_unknown(author: Author) -> None:
    author.section("  - {id: nile, question: Which river?, answer: The Nile, mnemonic: A ship}\n")
    assert [each.name for each in author.problems()] == ["unknown-key"]


def test_a_new_kind_needs_its_declaration_alone(author: Author, term: Kind, tmp_path: Path) -> None:
    author.section(
        "  - {id: delta, term: Delta, meaning: Land at a *mouth*}\n"
        "  - {id: nile, question: Which river flows through Cairo?, answer: The Nile}\n"
        "  - {term: Meander, meaning: [A bend, A loop]}\n"
    )
    assert not author.problems()
    built = author.build()
    assert (built.notes, built.cards) == (3, 3)
    report = verify(author.package)
    assert report.ok, report
    previous = author.package.rename(tmp_path / "previous.apkg")
    author.edit("Land at", "Sand at")
    author.build()
    assert verify(author.package, previous).ok
    words = ("--against", str(previous), "--format", "json", str(author.folder))
    (plan,) = json.loads(run("plan", *words))["plans"]
    assert plan["summary"].startswith("0 new cards, 1 edited (1 meaning), 2 untouched")
    with Artist() as artist:
        shown = deck_view(author.load(), artist)
    assert [each["name"] for each in shown.cards.values()] == ["term", "question", "term"]
    assert "<em>mouth</em>" in shown.cards["delta/1"]["answer"]
    page = tmp_path / "page.html"
    run("export", str(author.folder), "--to", "print", "-o", str(page))
    assert "Sand at a <em>mouth</em>" in page.read_text("utf-8")
    (counted,) = json.loads(run("stats", "--format", "json", str(author.folder)))["decks"]
    assert counted["kinds"]["term"] == 2


@pytest.mark.usefixtures("term")
def test_a_new_kind_is_read_and_matched_like_any_other(author: Author) -> None:
    author.section(
        "  - {term: Delta}\n  - {term: Delta, meaning: Land, question: What?}\n"
        "  - {term: Bend, meaning: A curve, hint: Not straight}\n"
    )
    assert [(each.name, each.message) for each in author.problems()] == [
        ("missing-key", "this card has no meaning"),
        ("wrong-kind", "'question' can't be used together with 'term'"),
        ("wrong-kind", "'hint' can't be used together with 'term'"),
    ]
    author.section("  - {id: a, term: Delta, meaning: Land}\n")
    author.build()
    author.section("  - {id: a, question: What is a delta?, answer: Land}\n")
    (told,) = author.problems()
    assert (told.name, "as a term, and Anki can't turn it into a question" in told.message) == ("changed-kind", True)
    schema = json.loads(run("schema", "section"))
    assert {"term", "meaning"} <= set(schema["$defs"]["card"]["properties"])
    assert len(schema["$defs"]["card"]["oneOf"]) == 5


def test_a_key_without_a_spare_field_of_its_own_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever keys come later, learners' notes keep the text where it is."""
    monkeypatch.setattr(kinds, "COMMON", dict(kinds.COMMON))
    kinds.declare("mnemonic", Key(takes.MARKDOWN, "A way to keep it in mind.", "Mnemonic", spare=1))
    for name, key in {"photo": Key(takes.LINE, "x", "Photo"), "audio": Key(takes.LINE, "x", "Audio", spare=1)}.items():
        with pytest.raises(ValueError, match="needs a spare field of its own"):
            kinds.declare(name, key)
        del kinds.COMMON[name]
    monkeypatch.undo()
    kinds.refresh()
