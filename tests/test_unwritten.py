"""A half-written deck: cards that still say TODO are left out and counted, and the finished ones build and show."""

from __future__ import annotations

from pathlib import Path

import pytest
from author import Author
from click.testing import CliRunner, Result

from studydeck.cli import main
from studydeck.commands.coverage import cover
from studydeck.commands.draft import draft_deck
from studydeck.commands.sources import fix_sources, sources, stamp_sources

HALF = """\
  - {id: nile, question: Which river flows through Cairo?, answer: The Nile, source: p1s1}
  - id: rhine
    question: "TODO Which river …?"
    answer: TODO
    hint: "See ![](delta.svg)"
    source: p1s2
  - {id: gap, cloze: "TODO … {{c1::24,000}} …", source: p1s3}
"""
UNWRITTEN = "2 cards not written yet, the first in line 4"


@pytest.fixture
def half(author: Author) -> Author:
    """Two of three cards aren't written."""
    author.section(HALF)
    author.write("media/delta.svg", "<svg/>")
    return author


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def told(author: Author) -> list[str]:
    return [f"{each.line}: {each.severity} {each.name}" for each in author.judgements()]


def test_a_half_written_deck_gets_one_warning_a_file_and_its_finished_cards_are_built(half: Author) -> None:
    (problem,) = half.judgements()
    assert (Path(problem.path).name, problem.line, problem.name, problem.message) == (
        "water.yaml",
        1,
        "unwritten",
        UNWRITTEN,
    )
    outcome = run("build", half.folder, "-o", half.out)
    assert outcome.exit_code == 0
    assert outcome.stdout.endswith("rivers.apkg: 1 note, 1 card: 1 new, 0 edited, 0 unchanged\n")
    assert UNWRITTEN in outcome.stderr
    assert run("build", half.folder, "-o", half.out).stderr == outcome.stderr  # every time


@pytest.mark.parametrize("words", [("check", "--strict"), ("build", "--locked")])
def test_strict_and_locked_fail_on_what_is_not_written(half: Author, words: tuple[str, ...]) -> None:
    half.build()
    assert run(words[0], half.folder).exit_code == 0
    outcome = run(*words, half.folder)
    assert outcome.exit_code == 1
    assert UNWRITTEN in outcome.output
    half.section("\n".join(HALF.splitlines()[:1]) + "\n")
    (half.folder / "media" / "delta.svg").unlink()
    assert run(*words, half.folder).exit_code == 0


@pytest.mark.parametrize(
    "card",
    [
        "question: TODO, answer: A river",
        "question: Which?, answer: TODO",
        "question: Which?, answer: ' TODO '",
        "question: Which two?, answer: [The Nile, TODO]",
        "question: 'TODO: Which?', answer: The Nile",
        "cloze: TODO",
        "cloze: 'TODO The {{c1::Nile}}'",
        "question: TBD, answer: FIXME",
        "question: '???', answer: x",
        "question: XXX, answer: x",
    ],
)
def test_a_card_whose_question_or_answer_is_todo_is_not_written(author: Author, card: str) -> None:
    author.section(f"  - {{{card}}}\n")
    assert told(author) == ["1: warning unwritten"]


@pytest.mark.parametrize(
    "card",
    [
        "question: Which TODO?, answer: The Nile",
        "question: Which?, answer: The Nile (TODO)",
        "question: Which?, answer: The Nile, hint: TODO",
        "question: Which?, answer: The Nile, details: TODO look it up",
        "cloze: 'The {{c1::TODO}}'",
    ],
)
def test_a_card_that_is_written_and_has_a_todo_in_it_is_an_error(author: Author, card: str) -> None:
    author.section(f"  - {{{card}}}\n")
    assert "3: error placeholder" in told(author)


@pytest.mark.parametrize("word", ["todo", "Todo el mundo", "TODOS", "`TODO`", "XXXI", "TODO_LIST"])
def test_a_word_that_only_looks_like_todo_is_an_answer(author: Author, word: str) -> None:
    author.section(f"  - {{question: Which?, answer: '{word}'}}\n")
    assert not {"unwritten", "placeholder"} & {each.name for each in author.judgements()}


def test_no_check_judges_what_is_not_written(author: Author) -> None:
    author.section(
        "  - {question: TODO, answer: TODO, source: [p1s1, p99]}\n"
        "  - {question: TODO, answer: '![](lost.png)', ok: [yes-no]}\n"
        "  - {question: 'Does TODO it?', answer: TODO}\n"
    )
    assert told(author) == ["1: warning unwritten"]


def test_a_card_keeps_its_id_when_it_is_written_and_moves_nothing(half: Author) -> None:
    half.build()
    half.edit('"TODO Which river …?"', "Which river flows through Cologne?")
    half.edit("answer: TODO", "answer: The Rhine")
    built = half.build()
    assert (built.changes.new, built.changes.edited, built.changes.unchanged) == (("rhine",), (), ("nile",))


def test_no_card_without_an_id_takes_that_of_one_that_is_not_written(half: Author) -> None:
    half.section(HALF + "  - {question: Rhine?, answer: A river}\n")
    half.build()
    assert set(half.load().lock.notes) == {"nile", "rhine-2"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{id: a, question: Which?, answer: The Nile}", "{id: a, question: TODO, answer: TODO}"),
        ("{id: a, cloze: 'The {{c1::Nile}}'}", "{id: a, cloze: TODO}"),
        ("{question: Which?, answer: The Nile}", "{question: Which?, answer: TODO}"),
        ("{question: Which?, answer: The Nile}", "{question: TODO Where?, answer: The Nile}"),
    ],
)
def test_a_card_that_learners_have_is_not_retired_by_a_todo(author: Author, before: str, after: str) -> None:
    author.section(f"  - {before}\n  - {{id: b, question: What?, answer: A river}}\n")
    author.build()
    author.edit(before, after)
    (problem, _) = sorted(author.problems(), key=lambda each: each.severity)
    assert (problem.severity, problem.name, problem.line) == ("error", "placeholder", 3)
    name = "a" if "id: a" in before else "which"
    assert problem.message == f"learners have this card as '{name}', and now it says TODO"
    author.edit(f"  - {after}\n", "")  # the remedy
    assert author.build().changes.retired == (name,)
    author.section(f"  - {after}\n  - {{id: b, question: What?, answer: A river}}\n")
    assert not author.load().errors  # nothing is lost by it now


def test_the_places_of_what_is_not_written_follow_the_material(half: Author, tmp_path: Path) -> None:
    text = tmp_path / "rivers.txt"
    text.write_text("The Nile flows through Cairo. The Rhine flows through Cologne. It covers 24,000.\n", "utf-8")
    stamp_sources(half.load(), text)
    assert (cover(half.load(), text).percent, sources(half.load(), text).counts["ok"]) == (33, 3)
    text.write_text(f"It rains. {text.read_text('utf-8')}", "utf-8")
    fix_sources(half.load(), text)
    assert [str(card.source[0]) for card in half.load().deck.sections[0].stubs] == ["p1s3", "p1s4"]


# --- drafts ------------------------------------------------------------------------------------------

TEXT = "Rivers\n\nA river is a stream. It flows.\n\nLakes\n\nA lake may be a thousand metres deep.\n"


@pytest.fixture
def drafted(tmp_path: Path) -> Author:
    (tmp_path / "my text.txt").write_text(TEXT, "utf-8")
    draft_deck(tmp_path / "my text.txt", tmp_path / "rivers", "My text", "testtesttest")
    author = Author.__new__(Author)
    author.folder, author.out, author.package = tmp_path / "rivers", tmp_path / "dist", tmp_path / "dist/rivers.apkg"
    author.now = 1_700_000_000
    return author


def test_a_draft_names_its_material_and_every_check_of_it_works(drafted: Author) -> None:
    material = drafted.load().deck.material
    assert (material.title, material.path) == ("My text", "../my text.txt")
    assert sources(drafted.load()).counts["ok"] == 3
    drafted.edit(
        '"TODO What …?"\n    answer: TODO', '"How deep is a lake?"\n    answer: A thousand metres deep', "lakes.yaml"
    )
    assert "hedge-lost" in {each.name for each in drafted.judgements()}
    assert cover(drafted.load()).percent == 33
    text = drafted.folder.parent / "my text.txt"
    text.write_text(TEXT.replace("deep", "wide"), "utf-8")
    assert "source-changed" in {each.name for each in drafted.judgements()}


def test_a_stub_that_was_deleted_stays_away_until_it_is_asked_for(drafted: Author) -> None:
    text = drafted.folder.parent / "my text.txt"

    def again(*words: str) -> str:
        return run("draft", text, "--deck", drafted.folder, *words).output

    before = drafted.read("rivers.yaml")
    drafted.write("rivers.yaml", before[: before.index("\n  # p1s2")])
    nothing = "0 stubs; every other sentence has a card, a stub, or a reason to have none\n"
    left_out = "1 sentence left out, because you deleted the stubs; --again drafts them\n"
    assert again().endswith(nothing + left_out)
    assert again() == nothing + left_out
    assert run("source", "stamp", drafted.folder).exit_code == 0  # remembers it, too
    text.write_text("It rains.\n\n" + TEXT, "utf-8")
    assert again().splitlines()[-2:] == [
        "1 stub; write them, then: studydeck check " + drafted.folder.as_posix(),
        left_out.strip(),
    ]
    assert "p1s2" not in drafted.read("rivers.yaml")
    assert "1 stub;" in again("--again")
    assert drafted.read("rivers.yaml") == before


def test_ids_of_a_draft_are_new_ones(drafted: Author) -> None:
    text = drafted.folder.parent / "my text.txt"
    drafted.build()
    text.write_text(TEXT.replace("A river is", "Rain falls. A river is"), "utf-8")
    assert run("source", "fix", drafted.folder).exit_code == 0
    assert run("draft", text, "--deck", drafted.folder).exit_code == 0
    ids = [str(card.id) for card in drafted.load().deck.sections[0].stubs]
    assert ids == ["rivers-p1s1", "rivers-p1s2", "rivers-p1s1-2"]


def test_a_deck_without_a_material_is_told_the_line_to_add(author: Author, tmp_path: Path) -> None:
    text = tmp_path / "my: text.txt"
    text.write_text(TEXT, "utf-8")
    author.section("  - {id: a, question: What is a river?, answer: A stream}\n")
    lines = run("draft", text, "--deck", author.folder).output.splitlines()
    assert lines[-2] == 'material: {path: "../my: text.txt"}'
    author.write("deck.yaml", f"{author.read('deck.yaml')}{lines[-2]}\n")
    assert author.load().deck.material.path == "../my: text.txt"
    assert "add this line" not in run("draft", text, "--deck", author.folder).output
