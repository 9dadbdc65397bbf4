"""Push: an author's edits in a collection of one's own, with everything that is the learner's."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from author import Author
from click.testing import CliRunner
from test_edition import git

from studydeck.cli import main
from studydeck.commands.pushed import Pushed
from studydeck.engine.learner import Learner

CARDS = """\
  - {id: nile, question: Which river flows through Cairo?, answer: The Nile, hint: N, tags: [africa]}
  - {id: amazon, question: Which river carries the most water?, answer: The Amazon, reverse: true}
  - {id: oxbow, cloze: "An {{c1::oxbow lake}} is a cut-off bend of a river."}
  - {id: po, question: Which river flows through Turin?, answer: "The Po ![the Po](po.svg)"}
"""
PICTURE = b"<svg xmlns='http://www.w3.org/2000/svg'><path d='M0 0L%d 9'/></svg>"


class Desk:
    """A learner's collection, which is closed whenever studydeck has it."""

    def __init__(self, author: Author, learner: Learner) -> None:
        self.author, self.learner = author, learner
        self.file = Path(learner.col.path)

    def push(self, *options: str, fails: int = 0) -> str:
        """What `push` prints, an hour after the last build."""
        self.author.now += 3600
        self.learner.col.close()
        try:
            words = ["push", "-o", str(self.author.out), "--collection", str(self.file), *options]
            said = CliRunner().invoke(main, [*words, str(self.author.folder)], env=self.clock())
        finally:
            self.learner.col.reopen()
            self.learner.col.models._clear_cache()
        assert said.exit_code == fails, said.output
        return said.output

    def clock(self) -> dict[str, str]:
        return {"SOURCE_DATE_EPOCH": str(self.author.now)}

    def receipt(self, *options: str) -> dict[str, Any]:
        """The receipt of the deck, with the learner's view of `written`."""
        answer = json.loads(self.push("--format", "json", *options))
        (receipt,) = answer["decks"]
        return {**receipt, "written": answer["written"]}

    def change(self, card: str, field: str = "", text: str = "", *, tag: str = "", later: int = 1) -> None:
        """Changes a note as the learner, some seconds after it was last changed."""
        guid = self.author.guid(card)
        stamp = self.learner.stamps()[guid]
        note = self.learner.note(guid)
        if field:
            note[field] = text
        if tag:
            note.add_tag(tag)
        self.learner.col.update_note(note)
        self.learner.set_stamp(guid, stamp + later)

    def fields(self, card: str) -> dict[str, str]:
        return dict(self.learner.note(self.author.guid(card)).items())

    def tags(self, card: str) -> set[str]:
        return set(self.learner.note(self.author.guid(card)).tags)


@pytest.fixture
def desk(author: Author, learner: Learner) -> Desk:
    """A deck that was pushed and studied."""
    author.section(CARDS)
    author.write("media/po.svg", PICTURE % 1)
    desk = Desk(author, learner)
    desk.push()
    learner.study()
    return desk


@contextmanager
def nothing_written(desk: Desk) -> Iterator[None]:
    desk.learner.col.close()
    files = (desk.file, *desk.author.folder.rglob("*"), *desk.author.out.iterdir())
    before = {path: path.read_bytes() for path in files if path.is_file()}
    desk.learner.col.reopen()
    yield
    desk.learner.col.close()
    assert {path: path.read_bytes() for path in before} == before
    desk.learner.col.reopen()


def test_a_first_push_brings_all_and_a_second_writes_nothing(desk: Desk) -> None:
    assert desk.learner.col.note_count() == 4
    assert not desk.learner.missing_media()
    assert desk.learner.faults() == []
    with nothing_written(desk):
        assert desk.push() == "Rivers: 0 new, 0 edited, 4 unchanged\n"
    assert len(list((desk.file.parent / "backups").iterdir())) == 1


def test_a_warning_is_printed_by_every_push(desk: Desk) -> None:
    desk.author.write("media/unused.svg", PICTURE % 7)
    assert "[unused-media]" in desk.push()
    with nothing_written(desk):
        assert "[unused-media]" in desk.push()


def test_edits_arrive_and_all_that_is_the_learners_stays(desk: Desk) -> None:
    author = desk.author
    for card in ("nile", "amazon", "oxbow", "po"):
        desk.change(card, "My notes", f"mine of {card}", tag="mine")
    desk.change("amazon", "Answer", "Amazonas")
    histories = desk.learner.histories()
    author.edit("answer: The Nile, hint: N, tags: [africa]", "answer: White Nile, tags: [egypt]")
    author.edit("carries the most water", "carries more water than any other")
    author.write("media/po.svg", PICTURE % 2)
    author.write("water.yaml", author.read("water.yaml") + "  - {id: volga, question: Astrakhan?, answer: Volga}\n")

    assert desk.receipt("--dry-run") == {**(expected := {
        "deck": "Rivers",
        "new": ["volga"],
        "edited": [
            {"id": card, "kept_tags": ["mine"], "kept_fields": fields, "replaced": {}}
            for card, fields in (("nile", ["My notes"]), ("amazon", ["Answer", "My notes"]), ("po", ["My notes"]))
        ],
        "unchanged": 1,
        "left": {},
        "new_look": False,
    }), "written": False}  # fmt: skip
    assert desk.learner.col.note_count() == 4
    made = desk.receipt()
    assert made == {**expected, "written": True}

    assert (desk.fields("nile")["Answer"], desk.fields("nile")["Hint"]) == ("White Nile", "")
    assert desk.tags("nile") == {"rivers::water", "egypt", "mine"}
    assert desk.fields("amazon")["Answer"] == "Amazonas"
    assert desk.fields("amazon")["Question"] == "Which river carries more water than any other?"
    assert {desk.fields(card)["My notes"] for card in ("nile", "po")} == {"mine of nile", "mine of po"}
    after = desk.learner.histories()
    assert {card: after[card] for card in histories} == histories
    assert not desk.learner.missing_media()
    assert not desk.learner.schema_changed
    assert desk.learner.faults() == []
    with nothing_written(desk):
        assert desk.receipt()["unchanged"] == 5


def test_where_both_changed_a_field_the_receipt_has_the_learners_text(desk: Desk) -> None:
    desk.change("nile", "Answer", "<b>Nil</b>")
    desk.author.edit("The Nile", "White Nile")
    (edited,) = desk.receipt()["edited"]
    assert edited == {"id": "nile", "kept_tags": [], "kept_fields": [], "replaced": {"Answer": "<b>Nil</b>"}}
    assert desk.fields("nile")["Answer"] == "White Nile"
    desk.change("nile", "Answer", "Nil", tag="x")
    desk.author.edit("White Nile", "Blue Nile")
    assert "  nile: kept your 1 tag: x\n  nile: Answer was replaced; you had: Nil\n" in desk.push()


def test_what_looks_alike_was_not_replaced(desk: Desk) -> None:
    """As after a pull: Anki's editor writes other HTML than we do."""
    desk.change("nile", "Answer", "The <b>White</b> Nile")
    desk.author.edit("answer: The Nile", "answer: The **White** Nile")
    (edited,) = desk.receipt()["edited"]
    assert edited["replaced"] == {}
    assert desk.fields("nile")["Answer"] == "The <strong>White</strong> Nile"


def test_a_picture_of_the_learners_is_told_when_it_is_replaced(desk: Desk) -> None:
    desk.change("nile", "Answer", 'The <b>White</b> Nile <img src="map.png">')
    desk.author.edit("answer: The Nile", "answer: The **White** Nile")
    (edited,) = desk.receipt()["edited"]
    assert edited["replaced"] == {"Answer": 'The <b>White</b> Nile <img src="map.png">'}


def test_an_edit_lands_on_a_note_that_its_learner_changed_after_the_build(desk: Desk) -> None:
    """A package doesn't do that."""
    desk.author.edit("The Nile", "White Nile")
    desk.author.build()
    desk.change("nile", tag="mine", later=10_000)
    desk.author.edit("carries the most", "has the most")
    assert [each["id"] for each in desk.receipt()["edited"]] == ["nile", "amazon"]
    assert desk.fields("nile")["Answer"] == "White Nile"
    assert desk.tags("nile") == {"rivers::water", "africa", "mine"}


def test_a_rewording_of_the_last_build_stays_and_is_looked_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.change("nile", "Answer", "Nil", later=50_000)
    assert desk.receipt()["unchanged"] == 4
    monkeypatch.setattr("studydeck.pipeline.load", lambda *words, **more: pytest.fail("it was looked at"))
    assert desk.receipt()["unchanged"] == 4
    assert desk.fields("nile")["Answer"] == "Nil"


def test_what_a_learner_took_away_stays_away_until_the_author_edits(desk: Desk) -> None:
    note = desk.learner.note(desk.author.guid("nile"))
    note.tags = ["mine"]
    note["Hint"] = ""
    desk.learner.col.update_note(note)
    with nothing_written(desk):
        assert desk.receipt()["unchanged"] == 4


def test_a_fix_of_a_text_that_was_shipped_in_between_arrives(desk: Desk) -> None:
    """By a package, which push knows nothing of; the author takes the text back."""
    desk.author.edit("The Nile", "White Nile")
    desk.author.build()
    desk.learner.import_package(desk.author.package)
    desk.change("nile", "Hint", "Mine", tag="mine")
    desk.author.edit("White Nile", "The Nile")
    (edited,) = desk.receipt()["edited"]
    assert (edited["kept_tags"], edited["replaced"]) == (["mine"], {"Hint": "Mine"})
    assert (desk.fields("nile")["Answer"], desk.fields("nile")["Hint"]) == ("The Nile", "N")


def test_a_card_that_was_retired_in_between_comes_back(desk: Desk) -> None:
    """By a package, which push knows nothing of, and neither do the texts say it."""
    desk.author.edit("id: nile", "retired: true, id: nile")
    desk.author.build()
    desk.learner.import_package(desk.author.package)
    assert desk.tags("nile") == {"rivers::retired"}
    desk.change("nile", tag="mine")
    desk.author.edit("retired: true, id: nile", "id: nile")
    desk.author.build()
    desk.push()
    assert desk.tags("nile") == {"rivers::water", "africa", "mine"}


def test_a_change_in_the_very_second_of_a_build_is_the_learners(desk: Desk) -> None:
    desk.author.edit("The Nile", "White Nile")
    desk.author.build(later=1)
    desk.change("nile", tag="mine")
    assert desk.learner.stamps()[desk.author.guid("nile")] == desk.author.now
    assert desk.receipt()["edited"][0]["kept_tags"] == ["mine"]
    assert desk.fields("nile")["Answer"] == "White Nile"


def test_older_builds_are_found_in_git(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A learner who was away for several builds, and whose package is gone."""
    author = desk.author
    monkeypatch.setenv("STUDYDECK_CACHE", str(tmp_path / "new"))
    git(author.folder, "init", "-q")
    for text in ("White Nile", "Blue Nile"):
        git(author.folder, "add", ".")
        git(author.folder, "commit", "-qm", text)
        author.edit("The Nile" if text == "White Nile" else "White Nile", text)
        author.build()
    desk.change("nile", "Hint", "It begins with N", tag="mine")
    shutil.rmtree(author.out)
    author.edit("tags: [africa]", "tags: [egypt]")
    (edited,) = desk.receipt()["edited"]
    assert (edited["kept_tags"], edited["kept_fields"], edited["replaced"]) == (["mine"], ["Hint"], {})
    assert desk.tags("nile") == {"rivers::water", "egypt", "mine"}
    assert (desk.fields("nile")["Hint"], desk.fields("nile")["Answer"]) == ("It begins with N", "Blue Nile")


def test_what_was_pulled_into_the_yaml_is_left_as_anki_wrote_it(desk: Desk) -> None:
    """`pull` has the next build take over the stamp of what it brought back."""
    desk.change("nile", "Answer", "<div>Nil</div>", later=500)
    desk.author.edit("The Nile", "Nil")
    desk.author.now = desk.learner.stamps()[desk.author.guid("nile")] - 100
    desk.author.build(later=100)
    with nothing_written(desk):
        assert desk.receipt()["unchanged"] == 4


def test_the_stamp_of_a_build_is_known_by_the_one_under_which_it_landed(desk: Desk) -> None:
    before = desk.learner.stamps()[desk.author.guid("nile")]
    desk.author.edit("The Nile", "White Nile")
    desk.push()
    guid = desk.author.guid("nile")
    assert desk.learner.stamps()[guid] == before + 1
    assert Pushed(desk.author.folder, desk.file).last[guid] == (desk.author.now, before + 1)


def test_of_an_unknown_build_no_tag_is_lost(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDYDECK_CACHE", str(tmp_path / "new"))
    desk.change("nile", "My notes", "mine", tag="mine")
    shutil.rmtree(desk.author.out)
    desk.author.edit("tags: [africa]", "tags: [egypt]")
    desk.author.edit("The Nile", "White Nile")
    (edited,) = desk.receipt()["edited"]
    assert edited["replaced"] == {"Answer": "The Nile"}
    assert desk.tags("nile") == {"rivers::water", "egypt", "africa", "mine"}
    assert desk.fields("nile")["My notes"] == "mine"


def test_ankis_own_tags_stay(desk: Desk) -> None:
    desk.change("nile", tag="leech")
    desk.author.edit("tags: [africa]", "tags: [egypt]")
    desk.push()
    assert desk.tags("nile") == {"rivers::water", "egypt", "leech"}


def test_a_deleted_note_stays_deleted(desk: Desk) -> None:
    desk.learner.col.remove_notes([desk.learner.note(desk.author.guid("nile")).id])
    desk.author.edit("The Nile", "White Nile")
    assert desk.receipt()["left"] == {"was deleted in Anki": ["nile"]}
    assert desk.learner.col.note_count() == 3


def test_a_note_under_another_note_type_is_left_alone(desk: Desk) -> None:
    note = desk.learner.note(desk.author.guid("nile"))
    basic = desk.learner.col.models.by_name("Basic")
    assert basic
    desk.learner.col.models.change(desk.learner.col.models.get(note.mid), [note.id], basic, {0: 0, 1: 1}, {0: 0})  # type: ignore[arg-type]
    desk.learner.col.db.execute("update col set ls = scm + 1")  # type: ignore[union-attr]
    desk.author.edit("The Nile", "White Nile")
    assert desk.receipt()["left"] == {"has another note type in Anki": ["nile"]}


def _adds_a_field(learner: Learner) -> None:
    models = learner.col.models
    changed = models.by_name("Rivers Q&A")
    assert changed
    models.add_field(changed, models.new_field("Mine too"))
    models.reposition_field(changed, changed["flds"][-1], 0)
    models.update_dict(changed)


def _renames_a_field(learner: Learner) -> None:
    changed = learner.col.models.by_name("Rivers Q&A")
    assert changed
    learner.col.models.rename_field(changed, changed["flds"][1], "Antwort")
    learner.col.models.update_dict(changed)


def _sorts_by_another(learner: Learner) -> None:
    changed = learner.col.models.by_name("Rivers Q&A")
    assert changed
    learner.col.models.set_sort_index(changed, 1)
    learner.col.models.update_dict(changed)


@pytest.mark.parametrize("change", [_adds_a_field, _renames_a_field, _sorts_by_another])
def test_edits_and_new_notes_arrive_under_a_note_type_that_its_learner_changed(
    desk: Desk, change: Callable[[Learner], None]
) -> None:
    change(desk.learner)
    db = desk.learner.col.db
    assert db
    db.execute("update col set ls = scm + 1")  # as if the full sync that this needs had been made
    if change is _adds_a_field:
        desk.change("nile", "Mine too", "kept")
    histories = desk.learner.histories()
    author = desk.author
    author.edit("The Nile", "White Nile")
    author.write("style.css", ".card { --q-accent: #1c6b3c; }\n")
    author.write("water.yaml", author.read("water.yaml") + "  - {id: volga, question: Astrakhan?, answer: Volga}\n")
    made = desk.receipt()
    assert (made["new"], [each["id"] for each in made["edited"]], made["left"]) == (["volga"], ["nile"], {})
    answers = {card: desk.fields(card).get("Antwort") or desk.fields(card)["Answer"] for card in ("nile", "volga")}
    assert answers == {"nile": "White Nile", "volga": "Volga"}
    if change is _adds_a_field:
        assert desk.fields("nile")["Mine too"] == "kept"
    after = desk.learner.histories()
    assert {card: after[card] for card in histories} == histories
    assert not desk.learner.schema_changed
    assert len(desk.learner.note_types) == 2
    assert desk.learner.faults() == []
    with nothing_written(desk):
        assert desk.receipt()["written"] is False


def test_a_field_that_was_deleted_in_anki_is_named(desk: Desk) -> None:
    models = desk.learner.col.models
    changed = models.by_name("Rivers Q&A")
    assert changed
    models.remove_field(changed, changed["flds"][1])
    models.update_dict(changed)
    desk.learner.col.db.execute("update col set ls = scm + 1")  # type: ignore[union-attr]
    desk.author.edit("The Nile", "White Nile")
    (why,) = desk.receipt()["left"]
    assert why == "has a note type that was changed in Anki and has no place for it"


def test_a_new_look_and_a_new_description_arrive_and_touch_no_note(desk: Desk) -> None:
    stamps = desk.learner.stamps()
    desk.author.write("style.css", ".card { --q-accent: #1c6b3c; }\n")
    made = desk.receipt()
    assert (made["new_look"], made["unchanged"], made["written"]) == (True, 4, True)
    qa = desk.learner.col.models.by_name("Rivers Q&A")
    assert qa
    assert "1c6b3c" in qa["css"]
    desk.author.write("deck.yaml", desk.author.read("deck.yaml") + "description: All of *them*.\n")
    assert desk.receipt()["written"]
    deck = desk.learner.col.decks.by_name("Rivers")
    assert deck
    assert "All of *them*." in deck["desc"]
    assert desk.learner.stamps() == stamps
    with nothing_written(desk):
        assert not desk.receipt()["written"]


def test_a_dry_run_writes_nothing_and_says_what_would_be(desk: Desk) -> None:
    desk.change("nile", "Answer", "Nil")
    desk.author.edit("The Nile", "White Nile")
    with nothing_written(desk):
        said = desk.push("--dry-run")
    assert said == (
        "Rivers: 0 new, 1 edited, 3 unchanged (nothing was written)\n  nile: Answer would be replaced; you had: Nil\n"
    )


# --- a collection that can't be pushed to ---


def test_a_collection_that_is_open_is_left_alone(desk: Desk) -> None:
    desk.author.edit("The Nile", "White Nile")
    words = ["push", "-o", str(desk.author.out), "--collection", str(desk.file), str(desk.author.folder)]
    said = CliRunner().invoke(main, words, env=desk.clock())
    assert said.exit_code == 1
    assert "is open in Anki, or Anki is syncing its media; close Anki and try again" in said.output
    desk.learner.study()
    assert desk.learner.faults() == []
    desk.push()
    assert desk.fields("nile")["Answer"] == "White Nile"


def test_before_a_full_sync_nothing_is_pushed(desk: Desk) -> None:
    _adds_a_field(desk.learner)
    desk.author.edit("The Nile", "White Nile")
    said = desk.push(fails=1)
    assert "awaits a full sync" in said
    assert desk.fields("nile")["Answer"] == "The Nile"


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("collection.txt", b"x", "isn't a collection; Anki's is called collection.anki2"),
        ("collection.anki2", b"x" * 5000, "isn't a collection of Anki's"),
        ("collection.anki2", b"", "isn't a collection of Anki's"),
    ],
)
def test_another_file_is_named(author: Author, tmp_path: Path, name: str, data: bytes, says: str) -> None:
    author.section(CARDS.replace(" ![the Po](po.svg)", ""))
    file = tmp_path / name
    file.write_bytes(data)
    words = ["push", "-o", str(author.out), "--collection", str(file), str(author.folder)]
    said = CliRunner().invoke(main, words)
    assert (said.exit_code, says in said.output) == (1, True), said.output
    assert file.read_bytes() == data


def test_a_deck_with_errors_is_not_pushed(desk: Desk) -> None:
    desk.author.edit("answer: The Nile", "anwser: The Nile")
    with nothing_written(desk):
        assert "nothing was pushed" in desk.push(fails=1)


@pytest.mark.skipif(sys.platform == "win32", reason="a script stands in for Anki")
def test_an_open_anki_is_handed_the_package(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    anki = tmp_path / "bin" / "anki"
    anki.parent.mkdir()
    anki.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/handed.tmp && mv {tmp_path}/handed.tmp {tmp_path}/handed\n')
    anki.chmod(0o755)
    monkeypatch.setenv("PATH", str(anki.parent), prepend=os.pathsep)
    desk.author.edit("The Nile", "White Nile")
    words = ["push", "--open", "-o", str(desk.author.out), str(desk.author.folder)]
    said = CliRunner().invoke(main, words, env=desk.clock())
    assert said.exit_code == 0, said.output
    assert "handed to Anki. Leave the options there as they are, and click Import." in said.output
    for _ in range(200):
        if (tmp_path / "handed").exists():
            break
        time.sleep(0.05)
    assert (tmp_path / "handed").read_text().strip() == str(desk.author.package)
    assert desk.learner.import_package(desk.author.package).updated == 1
    monkeypatch.setenv("PATH", str(tmp_path))
    said = CliRunner().invoke(main, words, env=desk.clock())
    assert (said.exit_code, "import it there with File > Import" in said.output) == (1, True)


# --- finding the collection ---


@pytest.mark.parametrize("names", [(), ("User 1",), ("Ada", "Bo")])
def test_the_only_profile_is_found(desk: Desk, tmp_path: Path, names: tuple[str, ...]) -> None:
    desk.learner.col.close()
    base = tmp_path / "Anki2"
    (base / "addons21").mkdir(parents=True)
    (base / "prefs21.db").write_bytes(b"not read")
    for name in names:
        (base / name).mkdir()
        shutil.copy(desk.file, base / name / "collection.anki2")
    desk.learner.col.reopen()
    words = ["push", "-o", str(desk.author.out), str(desk.author.folder)]
    said = CliRunner().invoke(main, words, env={**desk.clock(), "ANKI_BASE": str(base)})
    if len(names) == 1:
        assert said.output == "Rivers: 0 new, 0 edited, 4 unchanged\n"
    elif names:
        assert (said.exit_code, "Anki has several profiles; name one of them: --collection" in said.output) == (1, True)
    else:
        assert (said.exit_code, f"no Anki collection found in {base}" in said.output) == (1, True)


def test_without_the_engine_the_message_says_how_to_install_it(author: Author, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "anki", None)
    for name in [each for each in sys.modules if each.startswith("studydeck.engine")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, "studydeck.commands.push", raising=False)
    author.section(CARDS)
    said = CliRunner().invoke(main, ["push", str(author.folder)])
    assert (said.exit_code, "pushing needs the real Anki engine; install it with:" in said.output) == (1, True)


def test_a_rewording_that_a_push_kept_is_pulled_later(desk: Desk) -> None:
    desk.receipt()
    desk.change("nile", "Answer", "White Nile")
    desk.author.edit("hint: N", "hint: not the Congo")
    (edited,) = desk.receipt()["edited"]
    assert edited["kept_fields"] == ["Answer"]
    words = ["pull", "-o", str(desk.author.out), "--collection", str(desk.file), "--write", str(desk.author.folder)]
    desk.learner.col.close()
    said = CliRunner().invoke(main, words)
    desk.learner.col.reopen()
    assert said.exit_code == 0, said.output
    assert "answer: White Nile, hint: not the Congo" in desk.author.read("water.yaml")


def test_what_was_pushed_is_no_edit_in_anki(desk: Desk) -> None:
    desk.receipt()
    desk.author.edit("The Nile, hint: N, tags: [africa]", "White Nile, hint: N, tags: [egypt]")
    desk.receipt()
    desk.author.edit("White Nile, hint: N, tags: [egypt]", "Blue Nile, hint: N")
    words = ["pull", "-o", str(desk.author.out), "--collection", str(desk.file), str(desk.author.folder)]
    desk.learner.col.close()
    said = CliRunner().invoke(main, words)
    desk.learner.col.reopen()
    assert said.output == "Rivers: nothing to pull\n"
