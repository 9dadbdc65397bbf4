"""Edits made in Anki come back into the YAML, which changes nowhere else; and no build sends them round again."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
from anki.collection import Collection
from author import Author
from click.testing import CliRunner, Result
from test_edition import git
from theirs import LONG_AGO, collection_of, exported, taken_over

from studydeck.cli import main
from studydeck.engine.learner import Learner

CARDS = """\
  - id: nile  # the longest
    question: Which river flows through Cairo?
    answer: 'The Nile'   # or Nil
    tags: [africa]

  # Amazonia
  - {id: amazon, question: Which river carries the most water?, answer: The Amazon, reverse: true}
  - id: oxbow
    cloze: "An {{c1::oxbow lake}} is a cut-off bend of a river."
    hint: a lake
  - id: banks
    question: Which rivers flow through Vienna?
    answer:
      - Danube
      - Wien  # the small one
    source: p2s1
  - id: po
    question: Which river flows through Turin?
    typed: [Padus]
    answer: The Po
"""


def own_collection(learner: Learner) -> Path:
    """The learner's collection as a closed file."""
    learner.col.close()
    return learner.folder / "collection.anki2"


def run(author: Author, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "-o", str(author.out), str(author.folder)])


def pull(author: Author, learner: Learner, *options: str, fails: int = 0) -> dict[str, Any]:
    """What `pull` from the learner's closed collection answers."""
    path = own_collection(learner)
    result = run(author, "pull", "--collection", str(path), "--format", "json", *options)
    learner.col.reopen()
    assert result.exit_code == fails, result.output
    answer: dict[str, Any] = json.loads(result.stdout)["decks"][0]
    return answer


def edit(
    author: Author, learner: Learner, card_id: str, later: int = 50, tags: str | None = None, **fields: str
) -> None:
    """Changes a note as its author does in Anki's browser, some seconds after the last build."""
    note = learner.note(author.guid(card_id))
    for name, text in fields.items():
        note[name.replace("_", " ")] = text
    if tags is not None:
        note.tags = tags.split()
    learner.col.update_note(note)
    learner.set_stamp(author.guid(card_id), author.now + later)


@pytest.fixture
def rivers(author: Author, learner: Learner) -> Author:
    """A deck that was built, and imported by its author."""
    author.section(CARDS)
    author.build()
    learner.import_package(author.package)
    return author


def changed_lines(before: str, after: str) -> list[tuple[str, str]]:
    old, new = before.split("\n"), after.split("\n")
    assert len(old) == len(new), after
    return [(was, now) for was, now in zip(old, new, strict=True) if was != now]


def test_nothing_was_edited(rivers: Author, learner: Learner) -> None:
    before = rivers.read("water.yaml")
    answer = pull(rivers, learner, "--write")
    assert (answer["edits"], answer["new"], answer["conflicts"], answer["diff"]) == ([], [], [], "")
    assert rivers.read("water.yaml") == before
    assert not rivers.build().changes.edited


def test_an_edit_is_a_diff_and_then_the_yaml(rivers: Author, learner: Learner) -> None:
    edit(rivers, learner, "nile", Answer="The <b>White</b> Nile<div>and it's long</div>")
    before = rivers.read("water.yaml")
    answer = pull(rivers, learner)
    assert rivers.read("water.yaml") == before
    assert "-    answer: 'The Nile'   # or Nil\n+    answer: |   # or Nil\n+      The **White** Nile" in answer["diff"]
    pull(rivers, learner, "--write")
    expected = before.replace("'The Nile'   # or Nil", "|   # or Nil\n      The **White** Nile\n      and it's long")
    assert rivers.read("water.yaml") == expected


def test_a_comment_and_quotes_stay(rivers: Author, learner: Learner) -> None:
    edit(rivers, learner, "nile", Answer="It's the Nile", Hint="not the Congo")
    edit(rivers, learner, "oxbow", Text="An {{c1::oxbow lake}} is a {{c2::cut-off bend}} of a river.", Hint="")
    edit(rivers, learner, "banks", Answer="<ul><li>The Danube</li><li>Wien</li></ul>", Source="¶2.1–3, ¶4")
    edit(rivers, learner, "po", Also_right="Padus · Eridanus")
    edit(rivers, learner, "amazon", Question="Which river carries most water: where?", Reverse_question="And?")
    answer = pull(rivers, learner, "--write")
    assert len(answer["edits"]) == 9
    assert rivers.read("water.yaml") == "section: Water\ncards:\n" + CARDS.replace(
        "answer: 'The Nile'   # or Nil", "answer: 'It''s the Nile'   # or Nil\n    hint: not the Congo"
    ).replace("a cut-off bend", "a {{c2::cut-off bend}}").replace("    hint: a lake\n", "").replace(
        "- Danube", "- The Danube"
    ).replace("source: p2s1", "source: [p2s1-3, p4]").replace("[Padus]", "[Padus, Eridanus]").replace(
        "{id: amazon, question: Which river carries the most water?, answer: The Amazon, reverse: true}",
        '{id: amazon, question: "Which river carries most water: where?", answer: The Amazon, reverse: And?}',
    )


def test_after_it_neither_a_build_nor_an_import_changes_anything_and_others_get_the_edit(
    rivers: Author, learner: Learner
) -> None:
    with Learner() as other:
        other.import_package(rivers.package)
        edit(rivers, learner, "nile", Answer="<div>White</div>Nile", tags="rivers::water africa mine")
        edit(rivers, learner, "banks", Answer="<ul><li>Danube</li></ul>", tags="rivers::water hard")
        pull(rivers, learner, "--write")
        before = learner.having(), learner.stamps()
        assert rivers.build().changes.edited == ("nile", "banks")
        assert learner.import_package(rivers.package).updated == 0
        assert (learner.having(), learner.stamps()) == before
        assert other.import_package(rivers.package).updated == 2
        assert "White" in other.note(rivers.guid("nile"))["Answer"]
        assert pull(rivers, learner, "--write")["diff"] == ""
        assert not rivers.build().changes.edited


def test_both_sides_changed(rivers: Author, learner: Learner) -> None:
    edit(rivers, learner, "nile", Answer="White Nile", Question="Which flows through Cairo?")
    edit(rivers, learner, "po", Answer="Po")
    rivers.edit("The Nile", "Blue Nile")
    answer = pull(rivers, learner, "--write", fails=1)
    (both,) = answer["conflicts"]
    assert (both["key"], both["built"], both["yaml"], both["anki"]) == ("answer", "The Nile", "Blue Nile", "White Nile")
    assert [(each["id"], each["key"]) for each in answer["edits"]] == [("nile", "question"), ("po", "answer")]
    assert "Blue Nile" in rivers.read("water.yaml")
    assert "White Nile" not in rivers.read("water.yaml")


def test_the_same_edit_on_both_sides_is_none(rivers: Author, learner: Learner) -> None:
    edit(rivers, learner, "nile", Answer="<i>Blue</i> Nile")
    rivers.edit("The Nile", "*Blue* Nile")
    answer = pull(rivers, learner, "--write")
    assert (answer["edits"], answer["conflicts"]) == ([], [])
    rivers.build()
    assert learner.import_package(rivers.package).updated == 0


def test_an_edit_of_the_yaml_alone_is_none_of_anki(rivers: Author, learner: Learner) -> None:
    edit(rivers, learner, "nile", Hint="long")
    rivers.edit("The Nile", "Blue Nile")
    answer = pull(rivers, learner, "--write")
    assert [each["key"] for each in answer["edits"]] == ["hint"]
    rivers.build()
    assert learner.import_package(rivers.package).updated == 1
    note = learner.note(rivers.guid("nile"))
    assert (note["Answer"], note["Hint"]) == ("Blue Nile", "long")


def test_tags(rivers: Author, learner: Learner) -> None:
    edit(rivers, learner, "nile", tags="rivers::water mine leech marked")
    edit(rivers, learner, "po", tags="rivers::water Africa hard rivers::fire")
    answer = pull(rivers, learner, "--write")
    assert {each["id"]: each["value"] for each in answer["edits"]} == {"nile": None, "po": ["africa"]}
    assert answer["own_tags"] == {"hard": 1, "mine": 1, "rivers::fire": 1}
    assert "tags: [africa]" in rivers.read("water.yaml")
    assert [each["value"] for each in pull(rivers, learner, "--tags")["edits"]] == [["mine"], ["africa", "hard"]]


def test_a_new_note_goes_into_its_section_and_stays_the_note_that_it_is(rivers: Author, learner: Learner) -> None:
    note_type = learner.note(rivers.guid("nile")).note_type()
    assert note_type
    made = learner.col.new_note(note_type)
    made["Question"], made["Answer"] = "Which river flows through <b>Rome</b>?", "The Tiber"
    made.tags = ["italy"]
    learner.col.add_note(made, learner.deck("Rivers"))
    learner.set_stamp(made.guid, rivers.now + 50)
    learner.study()
    answer = pull(rivers, learner, "--write")
    (new,) = answer["new"]
    assert pull(rivers, learner)["diff"] == ""
    assert (
        rivers.read("water.yaml")
        .removeprefix(f"section: Water\ncards:\n{CARDS}")
        .startswith(
            "\n  - id: which-river-flows-through-rome\n    question: Which river flows through **Rome**?\n"
            "    answer: The Tiber\n    tags: [italy]\n    guid: "
        )
    )
    assert rivers.load().deck.sections[0].cards[-1].guid == new["guid"]
    before, histories = learner.having(), learner.histories()
    assert rivers.build().changes.new == ("which-river-flows-through-rome",)
    result = learner.import_package(rivers.package)
    assert (result.new, result.updated) == (0, 0)
    assert (learner.having(), learner.histories()) == (before, histories)
    with Learner() as other:
        assert other.import_package(rivers.package).new == 6
        assert "rivers::water" in other.note(new["guid"]).tags
    assert pull(rivers, learner)["diff"] == ""


def test_a_copy_made_in_anki_is_left_there_and_the_rest_is_pulled(rivers: Author, learner: Learner) -> None:
    nile = learner.note(rivers.guid("nile"))
    note_type = nile.note_type()
    assert note_type
    copy = learner.col.new_note(note_type)
    copy.fields = nile.fields
    learner.col.add_note(copy, learner.deck("Rivers"))
    edit(rivers, learner, "po", Answer="Po")
    answer = pull(rivers, learner, "--write")
    assert [each["id"] for each in answer["edits"]] == ["po"]
    (left,) = answer["not_pulled"]
    assert left["why"].startswith("it would be an error: this asks the same as ")
    assert "answer: Po" in rivers.read("water.yaml")
    assert not rivers.problems()


def test_pictures_come_along(rivers: Author, learner: Learner) -> None:
    name = learner.col.media.write_data("paste 1.png", PNG)
    edit(rivers, learner, "nile", Answer=f'<img src="{name}" alt="a map"><div>The Nile</div>')
    edit(rivers, learner, "po", Answer=f'<img src="{name}"> <img src="gone.png">')
    answer = pull(rivers, learner, "--write")
    assert answer["media"] == ["paste 1.png"]
    assert (rivers.folder / "media" / "paste 1.png").read_bytes() == PNG
    assert "![a map](paste 1.png)" in rivers.read("water.yaml")
    assert [(each["id"], each["what"]) for each in answer["not_pulled"]] == [("po", "answer")]
    rivers.build()
    assert learner.import_package(rivers.package).updated == 0
    assert pull(rivers, learner)["diff"] == ""


def test_pictures_come_along_beside_what_stays_html_or_is_left_out(rivers: Author, learner: Learner) -> None:
    name = learner.col.media.write_data("paste 1.png", PNG)
    edit(rivers, learner, "nile", Answer=f'The <span style="color: red">Nile</span> <img src="{name}" alt="a map">')
    edit(rivers, learner, "po", Answer=f'<style></style>The Po <img src="{name}" alt="a map">')
    answer = pull(rivers, learner, "--write")
    assert answer["media"] == ["paste 1.png"]
    assert '<span style="color: red">Nile</span> <img src="paste 1.png" alt="a map" />' in rivers.read("water.yaml")
    assert "answer: The Po ![a map](paste 1.png)" in rivers.read("water.yaml")
    assert not rivers.problems()


def test_what_markdown_cannot_say_stays_html_without_scripts(rivers: Author, learner: Learner) -> None:
    edit(rivers, learner, "nile", Answer='<span style="color: red" onclick="x()">Red</span><script>alert(1)</script>')
    pull(rivers, learner, "--write")
    text = rivers.read("water.yaml")
    assert 'answer: !html |   # or Nil\n      <span style="color: red">Red</span>\n' in text
    assert "script" not in text
    assert "onclick" not in text
    assert pull(rivers, learner)["diff"] == ""


def test_leeches_deleted_notes_and_empty_fields_are_said(rivers: Author, learner: Learner) -> None:
    learner.tag(rivers.guid("nile"), "leech")
    learner.col.sched.suspend_cards(learner.note(rivers.guid("nile")).card_ids())
    edit(rivers, learner, "amazon", Answer="")
    learner.col.remove_notes([learner.note(rivers.guid("po")).id])
    answer = pull(rivers, learner, "--write")
    assert (answer["leeches"], answer["missing"]) == (["nile"], ["po"])
    assert [each["why"] for each in answer["not_pulled"]] == ["its field in Anki is empty, and a card needs one"]
    assert answer["diff"] == ""


def test_a_collection_that_never_got_the_last_build_takes_no_edit_back(rivers: Author, learner: Learner) -> None:
    git(rivers.folder, "init", "-q")
    git(rivers.folder, "add", ".")
    git(rivers.folder, "commit", "-qm", "first")
    rivers.edit("The Nile", "Blue Nile")
    rivers.edit("The Po", "Po")
    rivers.build()
    edit(rivers, learner, "nile", Hint="long")  # after the build that it lacks
    answer = pull(rivers, learner, "--write")
    assert [(each["id"], each["key"]) for each in answer["edits"]] == [("nile", "hint")]
    assert [(each["id"], each["what"]) for each in answer["not_pulled"]] == [("nile", "answer")]
    assert "Blue Nile" in rivers.read("water.yaml")


def test_an_edit_of_a_text_that_an_unimported_build_changed_is_a_conflict(rivers: Author, learner: Learner) -> None:
    git(rivers.folder, "init", "-q")
    git(rivers.folder, "add", ".")
    git(rivers.folder, "commit", "-qm", "first")
    rivers.edit("'The Nile'", "The river that comes from the mountains of Ethiopia")
    rivers.build()
    edit(rivers, learner, "nile", Answer="The Nile!")
    (both,) = pull(rivers, learner, "--write", fails=1)["conflicts"]
    assert (both["built"], both["anki"]) == ("The Nile", "The Nile!")


def test_what_was_shipped_is_unknown(rivers: Author, learner: Learner) -> None:
    rivers.edit("The Nile", "Blue Nile")
    rivers.build()
    (both,) = pull(rivers, learner, fails=1)["conflicts"]
    assert (both["id"], both["built"]) == ("nile", None)


def test_a_card_without_an_id_gets_the_one_that_it_has(author: Author, learner: Learner) -> None:
    author.section("  - question: Which river flows through Cairo?\n    answer: The Nile\n")
    author.build()
    learner.import_package(author.package)
    (card_id,) = author.load().lock.notes
    edit(author, learner, card_id, Question="What flows through Cairo?", Answer="Nile")
    pull(author, learner, "--write")
    assert f"- id: {card_id}\n    question: What flows through Cairo?" in author.read("water.yaml").replace(
        f"- question: What flows through Cairo?\n    id: {card_id}",
        f"- id: {card_id}\n    question: What flows through Cairo?",
    )
    assert author.build().changes.edited == (card_id,)


def test_a_deck_that_was_taken_over(learner: Learner, tmp_path: Path) -> None:
    collection_of(learner)
    author = taken_over(exported(learner, tmp_path / "theirs.apkg", legacy=False), tmp_path)
    assert pull(author, learner)["diff"] == ""
    author.build(later=50_000_000)
    assert pull(author, learner)["diff"] == ""
    by_field = {note.fields[0]: note for note in learner.notes()}
    for first, field, text in (("Nile", 1, "A <i>long</i> river"), ("Rhine", 2, "y"), ("日本", 1, "")):
        note = next(note for start, note in by_field.items() if start.startswith(first) or first in start)
        note.fields[field] = text
        learner.col.update_note(note)
        learner.set_stamp(note.guid, author.now + 50)
    basic = learner.col.models.by_name("Basic")
    assert basic
    for deck in ("Rivers::deep", "Mine"):
        new = learner.col.new_note(basic)
        new.fields = ["What is a delta?", f"A mouth, {deck}"]
        learner.col.add_note(new, learner.deck(deck))
        learner.set_stamp(new.guid, author.now + 50)
    answer = pull(author, learner, "--write")
    assert sorted((each["key"], each["value"] or "") for each in answer["edits"]) == [
        ("answer", ""),
        ("answer", "A *long* river"),
        ("fields.Add Reverse", "y"),
    ]
    assert [each["what"] for each in answer["not_pulled"]] == []
    (card,) = answer["new"]
    assert (card["values"]["type"], card["values"]["answer"]) == ("Basic", "A mouth, Rivers::deep")
    before = learner.having()
    author.build()
    assert learner.import_package(author.package).updated == 0
    assert learner.having() == before
    assert pull(author, learner)["diff"] == ""


def test_what_anki_reads_otherwise_than_its_author_meant_it_is_no_edit(learner: Learner, tmp_path: Path) -> None:
    fields = {
        "Basic": ["\u2028Which line\u2028is it?\u2028", "The second</p>\u3000"],
        "Cloze": [r"The root is {{c2::\(\sqrt{x}}\)}}.", r"<pre>\(x}}\)</pre>"],
    }
    for name, texts in fields.items():
        note = learner.col.new_note(learner.col.models.by_name(name) or {})
        note.fields = texts
        learner.col.add_note(note, learner.deck("Rivers"))
    author = taken_over(exported(learner, tmp_path / "theirs.apkg", legacy=False), tmp_path)
    answer = pull(author, learner, "--write")
    assert (answer["edits"], answer["conflicts"], answer["not_pulled"]) == ([], [], [])


def test_classes_to_which_the_note_type_gives_a_look_stay(learner: Learner, tmp_path: Path) -> None:
    basic = learner.col.models.by_name("Basic")
    assert basic is not None
    basic["css"] += ".big { font-size: 3em }"
    learner.col.models.update_dict(basic)
    note, big = learner.col.new_note(basic), '<span class="big">The Nile</span>'
    note.fields = ["Which river flows through Cairo?", "The Nile"]
    learner.col.add_note(note, learner.deck("Rivers"))
    learner.set_stamp(note.guid, LONG_AGO)
    author = taken_over(exported(learner, tmp_path / "theirs.apkg", legacy=False), tmp_path)
    author.build()
    new = learner.col.new_note(basic)
    new.fields = ['<span class="plain">Which river flows through Turin?</span>', big]
    learner.col.add_note(new, learner.deck("Rivers"))
    learner.set_stamp(new.guid, author.now + 50)
    note.load()
    note.fields[1] = big
    learner.col.update_note(note)
    learner.set_stamp(note.guid, author.now + 50)
    answer = pull(author, learner, "--write")
    assert [(each["key"], each["value"]) for each in answer["edits"]] == [("answer", big)]
    (values,) = (each["values"] for each in answer["new"])
    assert (values["question"], values["answer"]) == ("Which river flows through Turin?", big)
    assert pull(author, learner)["diff"] == ""
    assert author.build().changes.edited
    assert learner.import_package(author.package).updated == 0


def test_from_a_package_and_in_words(rivers: Author, learner: Learner, tmp_path: Path) -> None:
    edit(rivers, learner, "nile", Answer="Nil")
    learner.tag(rivers.guid("po"), "mine")
    exported = tmp_path / "mine.colpkg"
    learner.col.export_collection_package(str(exported), include_media=True, legacy=False)
    result = run(rivers, "pull", "--from", str(exported))
    assert result.exit_code == 0, result.output
    assert "\n-    answer: 'The Nile'   # or Nil\n+    answer: 'Nil'   # or Nil\n" in result.output
    assert result.output.endswith(
        "your own tags stay in Anki: mine (1)\nRivers: 1 edit, 0 new cards: to pull; --write writes them\n"
    )
    learner.col.reopen()


def test_lines_that_were_not_edited_stay_in_their_authors_spelling(author: Author, learner: Learner) -> None:
    author.write("media/delta.png", PNG)
    text = "* __one__\n* _two_\n\n![a delta](<delta.png>)\n\nIt's long."
    lines = textwrap.indent(text, " " * 6)
    author.section(f"  - id: nile\n    question: Which?\n    answer: |\n{lines}\n")
    author.build()
    learner.import_package(author.package)
    answer = learner.note(author.guid("nile"))["Answer"]
    edit(author, learner, "nile", Answer=answer.replace("long", "<b>very</b> long"))
    before = author.read("water.yaml")
    pull(author, learner, "--write")
    assert author.read("water.yaml") == before.replace("long", "**very** long")


def test_a_card_is_edited_again_before_the_next_build(rivers: Author, learner: Learner) -> None:
    edit(rivers, learner, "nile", Answer="White", Hint="h")
    pull(rivers, learner, "--write")
    edit(rivers, learner, "nile", later=60, Answer="Blue")
    answer = pull(rivers, learner, "--write")
    assert [(each["key"], each["value"]) for each in answer["edits"]] == [("answer", "Blue")]
    rivers.build()
    assert learner.import_package(rivers.package).updated == 0


def test_conflicts_and_what_is_left_are_told_in_words(rivers: Author, learner: Learner) -> None:
    edit(rivers, learner, "nile", Answer="White<br>Nile", tags="rivers::water africa mine")
    rivers.edit("'The Nile'", "Blue Nile")
    path = own_collection(learner)
    result = run(rivers, "pull", "--collection", str(path))
    learner.col.reopen()
    assert result.exit_code == 1
    at, told = result.output.split(": nile: ", 1)
    assert at.endswith("water.yaml:3:5")
    assert told == (
        "edited here and in Anki: answer\n"
        "  built  The Nile\n"
        "  YAML   Blue Nile\n"
        "  Anki   White\n"
        "         Nile\n"
        "these stay as they are: make the YAML say what you want, then push\n"
        "your own tags stay in Anki: mine (1)\n"
        "Rivers: nothing to pull, 1 conflict\n"
    )


def test_a_stamp_of_a_clock_that_is_ahead_is_not_taken_over(rivers: Author, learner: Learner) -> None:
    edit(rivers, learner, "nile", later=1_000_000_000, Answer="Nil")
    pull(rivers, learner, "--write")
    rivers.build()
    assert rivers.load().lock.notes["nile"].modified == rivers.now
    assert learner.import_package(rivers.package).updated == 0
    assert pull(rivers, learner)["diff"] == ""


def test_texts_of_another_language_and_direction(author: Author, learner: Learner) -> None:
    author.section(
        "  - {id: nile, question: نهر النيل, answer: [one, two], language: ar, answer-language: de, details: نعم}\n"
        "  - {id: po, question: Turin?, answer: Po, typed: [Padus], answer-language: ar}\n"
    )
    author.build()
    learner.import_package(author.package)
    for card_id in ("nile", "po"):
        note = learner.note(author.guid(card_id))
        for field, old, new in (
            ("Question", "النيل", "الأردن"),
            ("Answer", "one", "three"),
            ("Also right", "Padus", "a · b"),
        ):
            note[field] = note[field].replace(old, new)
        note["Details"] = note["Details"].replace("نعم", '<span style="color: red">لا</span>')
        learner.col.update_note(note)
        learner.set_stamp(note.guid, author.now + 50)
    pull(author, learner, "--write")
    assert author.read("water.yaml") == (
        "section: Water\ncards:\n"
        "  - {id: nile, question: نهر الأردن, answer: [three, two], language: ar, answer-language: de, "
        'details: !html "<span style=\\"color: red\\">لا</span>"}\n'
        "  - {id: po, question: Turin?, answer: Po, typed: [a, b], answer-language: ar}\n"
    )
    author.build()
    assert learner.import_package(author.package).updated == 0


def test_the_diff_is_one_that_git_applies(rivers: Author, learner: Learner) -> None:
    edit(rivers, learner, "nile", Answer="Nil<br>White", Hint="h")
    edit(rivers, learner, "po", Question="Turin?", Answer="Po")
    edit(rivers, learner, "oxbow", Hint="")
    before = rivers.read("water.yaml")
    diff = pull(rivers, learner)["diff"]
    pull(rivers, learner, "--write")
    assert_git_applies(rivers, diff, before)


def assert_git_applies(author: Author, diff: str, before: str) -> None:
    """That git makes of the file `before` what it is now."""
    after = author.read("water.yaml")
    author.write("water.yaml", before)
    lines = diff.split("\n")
    patch = "\n".join(["--- a/water.yaml", "+++ b/water.yaml", *lines[2:], ""])
    subprocess.run(["git", "apply", "-"], input=patch, text=True, cwd=author.folder, check=True)
    assert author.read("water.yaml") == after


def test_an_open_collection_is_refused(rivers: Author, learner: Learner) -> None:
    path = own_collection(learner)
    program = "import sys, time; from anki.collection import Collection; c = Collection(sys.argv[1]); "
    program += "print('open', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout
        assert other.stdout.readline() == "open\n"
        result = run(rivers, "pull", "--collection", str(path))
        other.kill()
    assert result.exit_code == 1
    assert result.stderr == f"Error: {path} is open in Anki; close Anki and try again.\n"
    learner.col = Collection(str(path))


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)


UNFOLDED = """\
  - id: rhine
    question: Which of these does the Rhine pass?
    hint: downstream
    steps: [Basel, 'Bonn', "Köln"]  # in order
  - id: danube
    question: Which capitals are on the Danube?
    items:
      - Vienna  # since 1278
      # once two
      - "Budapest"
      - id: belgrade
        text: Belgrade
        hint: in the south
      - {text: Bratislava, details: Pressburg}
  - id: wind
    question: "Rossetti: The Wind"
    lines: |  # all of it
      Who has seen the wind?

      Neither I nor you:
      But when the leaves hang trembling
      The wind is passing thro’.
  - id: eye
    occlude: eye.svg
    title: Name the parts
    parts:
      - {id: lens, name: Lens, at: [10, 10, 20, 20]}  # in front
      - {id: iris, at: [50, 50, 20, 20]}
      - id: nerve
        name: 'Optic nerve'
        at: [70, 50, 20, 20]
"""


@pytest.fixture
def unfolded(author: Author, learner: Learner) -> Author:
    """A deck of lists, and a picture with parts."""
    author.section(UNFOLDED)
    author.write("media/eye.svg", "<svg xmlns='http://www.w3.org/2000/svg' width='600' height='400'/>")
    author.build()
    learner.import_package(author.package)
    learner.study()
    return author


def written(author: Author) -> str:
    return author.read("water.yaml").partition("cards:\n")[2]


@pytest.mark.parametrize(
    ("card_id", "fields", "was", "now"),
    [
        ("rhine/basel", {"Answer": "Basle"}, "[Basel,", "[{id: basel, text: Basle},"),
        ("rhine/bonn", {"Answer": "Bonn, a capital"}, "'Bonn'", "{id: bonn, text: \"Bonn, a capital\"}"),
        ("rhine/bonn", {"Hint": "a capital"}, "'Bonn'", "{text: Bonn, hint: a capital}"),
        ("danube/vienna", {"Answer": "<b>Vienna</b>"}, "- Vienna", "- {id: vienna, text: \"**Vienna**\"}"),
        ("danube/budapest", {"Answer": "Pest<br>Buda"}, '- "Budapest"', '- {id: budapest, text: "Pest\\nBuda"}'),
        ("danube/belgrade", {"Answer": "Beograd"}, "text: Belgrade", "text: Beograd"),
        ("danube/belgrade", {"Hint": ""}, "        hint: in the south\n", ""),
        ("danube/belgrade", {"Details": "a <i>b</i>"}, "the south", "the south\n        details: a *b*"),
        ("danube/bratislava", {"Answer": "Pozsony"}, "{text: Bratislava", "{text: Pozsony, id: bratislava"),
        ("wind/neither-i-nor-you", {"Answer": "Neither I nor <i>he</i>:"}, "nor you:", "nor *he*:"),
        ("eye", {"Names": "{{c1::The lens}}{{c3::Optic nerve}}"}, "name: Lens", "name: The lens"),
        ("eye", {"Names": "{{c1::Lens}}{{c2::<b>Iris</b>}}{{c3::Optic nerve}}"},
         "{id: iris,", "{id: iris, name: \"**Iris**\","),
        ("eye", {"Names": "{{c1::Lens}} {{c3::Nerve&nbsp;II}}<br>"}, "'Optic nerve'", "'Nerve II'"),
        ("eye", {"Names": "{{c3::Optic nerve}}"}, ", name: Lens", ""),
    ],
)  # fmt: skip
def test_an_item_or_a_part_is_edited_and_the_file_changes_nowhere_else(
    unfolded: Author, learner: Learner, card_id: str, fields: dict[str, str], was: str, now: str
) -> None:
    author, expected = unfolded, UNFOLDED.replace(was, now)
    edit(author, learner, card_id, 50, "mine", **fields)
    histories = learner.histories()
    found = pull(author, learner, "--write")
    assert (found["not_pulled"], found["conflicts"]) == ([], [])
    assert written(author) == expected
    assert not pull(author, learner)["edits"]
    before = learner.having()
    author.now += 100
    author.build()
    learner.import_package(author.package)
    after = learner.having()
    assert learner.histories() == histories
    assert after[author.guid(card_id)] == before[author.guid(card_id)], "it stays as it is, with the learner's tags"
    assert not pull(author, learner)["edits"]
    author.now += 100
    assert not author.build().changes.edited
    other = Learner()
    other.import_package(author.package)
    assert "".join(other.note(author.guid(card_id)).fields).count("Basel") == (card_id == "rhine/bonn")
    other.close()


def test_all_items_and_names_at_once(unfolded: Author, learner: Learner) -> None:
    author = unfolded
    for name in ("rhine/basel", "rhine/bonn", "rhine/koln", "danube/vienna", "danube/belgrade"):
        edit(author, learner, name, Answer=f"<i>{name.partition('/')[2]}</i>")
    edit(author, learner, "wind/who-has-seen-the-wind", Answer="Who saw the wind?")
    edit(author, learner, "eye", Names="{{c1::L}}{{c2::I}}{{c3::N}}")
    before = author.read("water.yaml")
    diff = pull(author, learner)["diff"]
    found = pull(author, learner, "--write")
    assert found["not_pulled"] == []
    assert written(author) == UNFOLDED.replace(
        """[Basel, 'Bonn', "Köln"]""",
        '[{id: basel, text: "*basel*"}, {id: bonn, text: "*bonn*"}, {id: koln, text: "*koln*"}]',
    ).replace("- Vienna", '- {id: vienna, text: "*vienna*"}').replace("text: Belgrade", 'text: "*belgrade*"').replace(
        "Who has seen", "Who saw"
    ).replace("name: Lens", "name: L").replace(
        "{id: iris, at: [50, 50, 20, 20]}", "{id: iris, name: I, at: [50, 50, 20, 20]}"
    ).replace("'Optic nerve'", "'N'")
    assert_git_applies(author, diff, before)
    assert not pull(author, learner)["edits"]


def test_an_item_that_gets_its_id_is_one_edit(unfolded: Author, learner: Learner, tmp_path: Path) -> None:
    edit(unfolded, learner, "rhine/basel", Answer="Basle")
    edit(unfolded, learner, "danube/vienna", Answer="Wien")
    learner.col.export_collection_package(str(tmp_path / "mine.colpkg"), include_media=True, legacy=False)
    result = run(unfolded, "pull", "--from", str(tmp_path / "mine.colpkg"))
    assert "{id: basel, text: Basle}" in result.output
    assert result.output.endswith(": 2 edits, 0 new cards: to pull; --write writes them\n")
    learner.col.reopen()


def test_what_no_item_and_no_name_can_take_is_left_to_its_author(unfolded: Author, learner: Learner) -> None:
    author = unfolded
    masks = learner.note(author.guid("eye"))["Occlusion"].replace("left=0.1:", "left=0.2:")
    edit(author, learner, "eye", Occlusion=masks, Header="Name <b>all</b> parts")
    edit(author, learner, "rhine/bonn", Question="Which?", Hint="")
    edit(author, learner, "wind/neither-i-nor-you", Answer="Neither I<br>nor you:", Hint="a verse")
    found = pull(author, learner, "--write")
    assert [(each["id"], each["what"], each["why"].partition(", ")[2]) for each in found["not_pulled"]] == [
        ("rhine/bonn", "question", "and it is an item of a list, so write it there by hand"),
        ("rhine/bonn", "hint", "but all items of the list have it"),
        ("wind/neither-i-nor-you", "answer", "which are several items of the list; write them there by hand"),
        ("wind/neither-i-nor-you", "hint", "and it is an item of a list, so write it there by hand"),
        ("eye", "parts", "or write them by hand"),
    ]  # fmt: skip
    assert [each["key"] for each in found["edits"]] == ["title"]
    assert written(author) == UNFOLDED.replace("the parts", "**all** parts")
    for names in ("{{c1::Lens::a hint}}", "{{c1::Lens}} and more", "{{c1::Lens}}{{c9::Other}}", "Lens", "{{c1::Lens"):
        edit(author, learner, "eye", later=60, Occlusion=masks.replace("0.2:", "0.1:"), Names=names)
        found = pull(author, learner)
        assert ([each["what"] for each in found["not_pulled"] if each["id"] == "eye"], found["edits"]) == (
            ["parts"],
            [],
        )


def test_an_item_or_a_name_that_was_edited_on_both_sides(unfolded: Author, learner: Learner) -> None:
    author = unfolded
    edit(author, learner, "rhine/bonn", Answer="Bonn!")
    edit(author, learner, "eye", Names="{{c1::Lens!}}{{c3::Optic nerve}}")
    author.edit("'Bonn'", "{id: bonn, text: Bonn?}")
    author.edit("name: Lens", "name: Lens?")
    before = author.read("water.yaml")
    found = pull(author, learner, "--write", fails=1)
    assert [(each["id"], each["key"], each["built"], each["yaml"], each["anki"]) for each in found["conflicts"]] == [
        ("rhine/bonn", "answer", "Bonn", "Bonn?", "Bonn!"),
        ("eye", "name", "Lens", "Lens?", "Lens!"),
    ]
    assert author.read("water.yaml") == before


def test_lines_that_might_be_others_are_left_to_their_author(unfolded: Author, learner: Learner) -> None:
    author = unfolded
    before = author.read("water.yaml")
    edit(author, learner, "wind/who-has-seen-the-wind", Answer="Who saw the wind?")
    edit(author, learner, "wind/but-when-the-leaves-hang-trembling", Answer="But when the leaves are trembling")
    assert len(pull(author, learner)["edits"]) == 2
    found = pull(author, learner, "--write")
    assert not found["edits"]
    assert [each["why"] for each in found["not_pulled"]] == [
        "it would be an error: this item has no id, and may be 'wind/but-when-the-leaves-hang-trembling' reworded or a "
        "new item"
    ] * 2
    assert author.read("water.yaml") == before


def test_a_line_that_would_be_another_one_is_left_to_its_author(author: Author, learner: Learner) -> None:
    lines = "".join(f"      {each}\n" for each in "abcabd")
    author.section(f"  - id: x\n    question: Which?\n    lines: |\n{lines}")
    author.build()
    learner.import_package(author.package)
    before = author.read("water.yaml")
    edit(author, learner, "x/d", Answer="c")
    (left,) = pull(author, learner, "--write")["not_pulled"]
    assert left["why"] == "it would be another card, without its history; edit it by hand"
    assert author.read("water.yaml") == before
