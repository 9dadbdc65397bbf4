"""`plan` tells what the next import does, in words, with searches that find the cards in the real engine."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from author import DECK, Author
from click.testing import CliRunner
from tamper import tampered

from studydeck.cli import main
from studydeck.commands.plan import plan, repair_lock
from studydeck.engine.learner import Import, Learner
from studydeck.history.plan import Plan
from studydeck.history.plan_words import plan_json, plan_markdown, plan_text
from studydeck.package.read import read_package
from studydeck.text import to_html

CARDS = """\
  - {id: nile, question: Which river flows through Cairo?, answer: The Nile, tags: [africa]}
  - {id: amazon, question: Which river carries the most water?, answer: The Amazon}
  - {id: oxbow, cloze: "An {{c1::oxbow lake}} is a cut-off bend of a river."}
  - {id: rhine, question: Which river leaves Lake Constance?, answer: The Rhine}
"""


@pytest.fixture
def rivers(author: Author) -> Author:
    author.section(CARDS)
    author.build()
    return author


def planned(author: Author, against: str | None = None) -> Plan:
    return plan(author.load(), author.out, author.now + 100, against)


def words(made: Plan) -> str:
    return plan_text(made, "[-{}-]".format, "{{+{}+}}".format)


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=T", "-c", "user.email=t@example.org", *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def test_nothing_to_do_after_a_build(rivers: Author) -> None:
    assert planned(rivers).summary == "0 new cards, 0 edited, 4 untouched, 0 retired. Imports cleanly: yes."


def test_every_change_is_told_word_by_word_and_the_import_does_just_that(rivers: Author, learner: Learner) -> None:
    learner.import_package(rivers.package)
    rivers.edit("flows through Cairo", "passes Cairo")
    rivers.edit("answer: The Amazon", "answer: The mighty Amazon")
    rivers.edit("cut-off bend", "lost bend")
    rivers.edit("  - {id: rhine, question: Which river leaves Lake Constance?, answer: The Rhine}\n", "")
    rivers.section("  - {id: etna, question: Which volcano stands on Sicily?, answer: Etna}\n", "Fire", "fire.yaml")
    told = words(planned(rivers))
    assert told.splitlines() == [
        "Rivers, against the last build (deck.lock)",
        "1 new card, 3 edited (1 question, 1 answer, 1 cloze), 0 untouched, 1 retired. Imports cleanly: yes.",
        f"Old texts are from {rivers.package.as_posix()}.",
        "",
        "new etna",
        "  Which volcano stands on Sicily?",
        "",
        "edited nile",
        "  Question: Which river [-flows through-]{+passes+} Cairo?",
        "",
        "edited amazon",
        "  Answer: The {+mighty +}Amazon".replace(" +}", "+} "),
        "",
        "edited oxbow",
        "  Text: An {{c1::oxbow lake}} is a [-cut-off-]{+lost+} bend of a river.",
        "",
        "retired rhine",
        "  Which river leaves Lake Constance?",
        "",
        "For learners to do by hand (paste the search into Anki's browser):",
        "- These cards are no longer in the deck, and stay with learners. Suspend or delete them if you like, "
        "before or after importing.",
        '    note:"Rivers Q&A" "Id:rhine"',
        "",
        "Learners with tags or words of their own on edited cards can import the text edition first: "
        "studydeck build --edition text. Their tags stay, and yours are added; by the package alone, they become "
        "yours. In your own collection, studydeck push keeps them.",
    ]
    rivers.build(later=1_000)
    assert learner.import_package(rivers.package) == Import(new=1, updated=3, duplicate=0, conflicting=0, other=0)


def test_json_and_markdown_tell_the_same(rivers: Author) -> None:
    rivers.edit("flows through Cairo", "passes Cairo")
    made = planned(rivers)
    answer = plan_json(made)
    assert (answer["edited"], answer["untouched"], answer["imports_cleanly"]) == (1, 3, True)
    assert answer["cards"][0]["changes"] == [
        {
            "field": "Question",
            "old": "Which river flows through Cairo?",
            "new": "Which river passes Cairo?",
            "remark": None,
        }
    ]
    notes = plan_markdown(made)
    assert "- Which river passes Cairo?\n  - question: Which river ~~flows through~~ **passes** Cairo?" in notes


def test_a_tag_alone_is_an_edit_of_a_tag(rivers: Author) -> None:
    rivers.edit("tags: [africa]", "tags: [egypt]")
    made = planned(rivers)
    assert "1 edited (1 tag)" in made.summary
    assert "Tags: [-africa-]{+egypt+}" in words(made).replace("rivers::water ", "")


def test_without_old_texts_it_says_so_and_still_counts(rivers: Author) -> None:
    rivers.package.unlink()
    rivers.edit("flows through Cairo", "passes Cairo")
    rivers.edit("answer: The Amazon", "answer: Amazon")
    told = words(planned(rivers))
    assert "2 edited (1 question, 1 answer)" in told
    assert "Some old texts are not shown: neither the last package nor git has them." in told
    assert "  Question: Which river passes Cairo?" in told


def test_old_texts_come_from_git_where_the_package_is_gone(rivers: Author) -> None:
    git(rivers.folder, "init", "-q")
    git(rivers.folder, "add", ".")
    git(rivers.folder, "commit", "-qm", "first")
    rivers.package.unlink()
    rivers.edit("flows through Cairo", "passes Cairo")
    told = words(planned(rivers))
    assert "[-flows through-]{+passes+}" in told
    assert "Old texts are from git HEAD." in told


def test_old_texts_come_from_git_where_the_package_is_an_older_one(rivers: Author) -> None:
    older = rivers.package.read_bytes()
    rivers.edit("flows through Cairo", "passes Cairo")
    rivers.build()
    git(rivers.folder, "init", "-q")
    git(rivers.folder, "add", ".")
    git(rivers.folder, "commit", "-qm", "first")
    rivers.package.write_bytes(older)
    rivers.edit("passes Cairo", "crosses Cairo")
    told = words(planned(rivers))
    assert "[-passes-]{+crosses+}" in told
    assert told.splitlines()[2] == "Old texts are from git HEAD."


def test_a_text_that_learners_never_had_is_not_shown_as_the_old_one(rivers: Author) -> None:
    git(rivers.folder, "init", "-q")
    rivers.edit("flows through Cairo", "never built Cairo")
    git(rivers.folder, "add", ".")
    git(rivers.folder, "commit", "-qm", "not what was built")
    rivers.package.unlink()
    rivers.edit("never built Cairo", "passes Cairo")
    assert "never built" not in words(planned(rivers))


def test_against_an_older_package_a_lock_or_a_revision(rivers: Author, tmp_path: Path) -> None:
    git(rivers.folder, "init", "-q")
    git(rivers.folder, "add", ".")
    git(rivers.folder, "commit", "-qm", "first")
    old_package, old_lock = tmp_path / "OLD.APKG", tmp_path / "old.lock"
    shutil.copy(rivers.package, old_package)
    shutil.copy(rivers.folder / "deck.lock", old_lock)
    rivers.edit("flows through Cairo", "passes Cairo")
    rivers.build()
    for against in (str(old_package), str(old_lock), "HEAD"):
        told = words(planned(rivers, against))
        assert f"against {'git HEAD' if against == 'HEAD' else against}" in told
        assert "1 edited (1 question)" in told
    assert "[-flows through-]" in words(planned(rivers, str(old_package)))
    assert "[-flows through-]" in words(planned(rivers, "HEAD"))


@pytest.mark.parametrize("against", ["nothing-of-the-kind", "--upload-pack=x", "missing.apkg"])
def test_what_is_no_build_is_refused_with_a_sentence(rivers: Author, against: str) -> None:
    with pytest.raises((ValueError, OSError), match=r"isn't a package, a lock or a git revision|missing\.apkg"):
        planned(rivers, against)


def test_another_decks_package_does_not_import_cleanly(rivers: Author, tmp_path: Path) -> None:
    other = Author(tmp_path, "other")
    other.write("deck.yaml", DECK.replace("Rivers", "Other").replace("testtesttest", "otherother12"))
    other.section(CARDS)
    other.build()
    made = planned(rivers, str(other.package))
    assert made.summary.endswith("Imports cleanly: no.")


def test_a_renamed_deck_is_for_the_learner_to_rename_first(rivers: Author, learner: Learner) -> None:
    learner.import_package(rivers.package)
    rivers.write("deck.yaml", DECK.replace("Rivers", "Streams"))
    (step,) = planned(rivers).by_hand
    assert step.what.startswith("Before importing, rename the deck 'Rivers' to 'Streams'")
    assert len(learner.col.find_cards(step.search)) == 4
    deck = learner.col.decks.by_name("Rivers")
    assert deck is not None
    learner.col.decks.rename(deck, "Streams")
    rivers.section("  - {id: etna, question: Which volcano stands on Sicily?, answer: Etna}\n", "Fire", "fire.yaml")
    rivers.build()
    assert learner.import_package(rivers.package) == Import(1, 0, 4, 0, 0)
    assert {learner.col.decks.name(card.did) for card in learner.cards()} == {"Streams"}


def test_moved_cards_are_found_by_the_search_that_the_plan_gives(author: Author, learner: Learner) -> None:
    author.write("deck.yaml", DECK + "subdecks: true\n")
    author.section(CARDS)
    author.section("  - {id: etna, question: Which volcano stands on Sicily?, answer: Etna}\n", "Fire", "fire.yaml")
    author.build()
    learner.import_package(author.package)
    moved = "  - {id: rhine, question: Which river leaves Lake Constance?, answer: The Rhine}\n"
    author.edit(moved, "")
    author.write("fire.yaml", author.read("fire.yaml") + moved)
    (step,) = planned(author).by_hand
    assert step.search == 'deck:"Rivers::Water" "Id:rhine"'
    (card,) = learner.col.find_cards(step.search)
    assert learner.col.get_card(card).note()["Id"] == "rhine"


def test_retired_cards_are_found_by_the_searches_that_the_plan_gives(rivers: Author, learner: Learner) -> None:
    learner.import_package(rivers.package)
    rivers.edit("answer: The Nile,", "answer: The Nile, retired: true,")
    rivers.edit("  - {id: rhine, question: Which river leaves Lake Constance?, answer: The Rhine}\n", "")
    made = planned(rivers)
    assert made.count("retired") == 2
    rivers.build()
    learner.import_package(rivers.package)
    tagged, gone = made.by_hand
    assert tagged.search == "tag:rivers::retired"
    found = [
        learner.col.get_note(note)["Id"] for note in learner.col.find_notes(f"({tagged.search}) OR ({gone.search})")
    ]
    assert sorted(found) == ["nile", "rhine"]


def test_ids_and_names_with_wild_cards_are_searched_literally(author: Author, learner: Learner) -> None:
    author.write("deck.yaml", DECK.replace("Rivers", "'My: *Rivers*'"))
    author.section("  - {id: a_b, question: What?, answer: x}\n  - {id: axb, question: Who?, answer: y}\n")
    author.build()
    learner.import_package(author.package)
    author.edit("  - {id: a_b, question: What?, answer: x}\n", "")
    (step,) = planned(author).by_hand
    assert [learner.col.get_note(note)["Id"] for note in learner.col.find_notes(step.search)] == ["a_b"]


RHINE = "  - {id: rhine, question: Which river leaves Lake Constance?, answer: The Rhine}\n"
ETNA = "  - {id: etna, question: Which volcano stands on Sicily?, answer: Etna}\n"


def committed(author: Author, message: str = "first") -> None:
    if not (author.folder.parent / ".git").exists():
        git(author.folder.parent, "init", "-q")
    git(author.folder.parent, "add", ".")
    git(author.folder.parent, "commit", "-qm", message)


def found(learner: Learner, search: str) -> list[str]:
    return sorted({learner.col.get_card(card).note()["Id"] for card in learner.col.find_cards(search)})


def searches(author: Author) -> list[str]:
    return [step.search for step in planned(author).by_hand]


def test_a_changed_style_is_told_in_every_form(rivers: Author) -> None:
    assert planned(rivers).look == planned(rivers, str(rivers.package)).look == ""
    rivers.write("style.css", ".q-answer { letter-spacing: 1px; }\n")
    for against in (None, str(rivers.package)):
        made = planned(rivers, against)
        assert made.look.startswith("The cards' look changes: ")
        assert made.look in words(made).splitlines()
        assert made.look in plan_markdown(made).splitlines()
        assert plan_json(made)["look"] == made.look
    rivers.build()
    assert planned(rivers).look == ""


def test_another_decks_lock_does_not_import_cleanly(rivers: Author, tmp_path: Path) -> None:
    other = Author(tmp_path, "other")
    other.write("deck.yaml", DECK.replace("Rivers", "Other").replace("testtesttest", "otherother12"))
    other.section(CARDS)
    other.build()
    made = planned(rivers, str(other.folder / "deck.lock"))
    assert made.summary.endswith("Imports cleanly: no.")
    assert made.unclean[0].startswith("the note type 'Other Cloze' of ")


def test_an_edit_that_a_newer_stamp_would_drop_is_told(rivers: Author, tmp_path: Path, learner: Learner) -> None:
    newer = tampered(rivers.package, "update notes set mod = mod + 1000000, flds = replace(flds, 'The Rhine', 'Rhine')")
    made = planned(rivers, str(newer))
    assert made.summary.endswith("Imports cleanly: no.")
    assert made.unclean == (f"{newer} has 'rhine' with a newer stamp, so Anki would silently drop the edit",)
    learner.import_package(newer)
    learner.import_package(rivers.package)
    assert learner.note(rivers.guid("rhine"))["Answer"] == "Rhine"


def test_a_style_that_a_newer_stamp_would_drop_is_told(rivers: Author) -> None:
    newer = tampered(
        rivers.package,
        """update col set models = replace(replace(models, '"mod": 17', '"mod": 18'), '"css": "', '"css": "x ')""",
    )
    made = planned(rivers, str(newer))
    assert len(made.unclean) == 2
    assert made.unclean[0].endswith("has a newer stamp, so Anki would keep its old look")


def test_a_renamed_folder_is_found_in_git_by_its_uid(rivers: Author, tmp_path: Path) -> None:
    committed(rivers)
    revision = git(rivers.folder, "rev-parse", "HEAD").strip()
    brooks = Author(tmp_path, "brooks")
    (brooks.folder / "deck.yaml").unlink()
    brooks.folder.rmdir()
    git(tmp_path, "mv", "rivers", "brooks")
    brooks.edit("flows through Cairo", "passes Cairo")
    assert "[-flows through-]{+passes+}" in words(planned(brooks, revision))
    (brooks.folder / "deck.lock").unlink()
    shutil.rmtree(brooks.out, ignore_errors=True)
    repaired = repair_lock(brooks.folder, brooks.out)
    assert repaired is not None
    assert repaired.words[0].startswith("4 notes from git ")


def test_a_deck_that_is_newer_than_the_revision_is_all_new(rivers: Author, tmp_path: Path) -> None:
    committed(rivers)
    second = Author(tmp_path, "second")
    second.write("deck.yaml", "deck: Second\nuid: secondsecond\n")
    second.section(ETNA)
    command = ["plan", "--against", "HEAD", "--format", "json", str(rivers.folder), str(second.folder)]
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0, done.output
    one, two = json.loads(done.stdout)["plans"]
    assert one["summary"].startswith("0 new cards, 0 edited, 4 untouched")
    assert two["summary"].startswith("1 new card, 0 edited, 0 untouched")
    assert two["against"] == "git HEAD, which doesn't have the deck yet"


@pytest.mark.parametrize(
    "title",
    ["My_Deck", "a*b", 'He said "hi"', "back\\slash", "R (x) OR y", "-minus", "A::B_C", "tag:x", "R & D", "it's"],
)
def test_decks_of_any_name_are_found_by_the_searches(author: Author, learner: Learner, title: str) -> None:
    author.write("deck.yaml", DECK.replace("Rivers", json.dumps(title)))
    author.section(CARDS)
    author.build()
    learner.import_package(author.package)
    other = Author(author.folder.parent, "other")  # has a name that wild cards would hit
    name = title.replace("_", "X").replace("*", "X")
    other.write("deck.yaml", f"deck: {json.dumps(name if name != title else name + 'X')}\nuid: otherother12\n")
    other.section(CARDS)
    other.build()
    learner.import_package(other.package)
    author.write("deck.yaml", DECK.replace("Rivers", "Streams"))
    author.edit(RHINE, "")
    rename, gone = searches(author)
    rhine = {card.id for card in learner.note(author.guid("rhine")).cards()}
    assert found(learner, rename) == ["amazon", "nile", "oxbow", "rhine"]
    assert len(learner.col.find_cards(rename)) == 4
    assert set(learner.col.find_cards(gone)) == rhine


@pytest.mark.parametrize("tag", ["a_b", "a(b)", "a*b", 'a"b', "a'b", "a\\b", "a&b", "x-d", "a.b", "a::b-c", "Ä"])
def test_tags_of_any_name_are_found_by_the_searches(author: Author, learner: Learner, tag: str) -> None:
    author.write("deck.yaml", f"deck: Rivers\nuid: testtesttest\ntag: {json.dumps(tag)}\n")
    author.section(CARDS.replace("answer: The Nile,", "answer: The Nile, retired: true,"))
    author.build()
    learner.import_package(author.package)
    if (other := tag.replace("_", "x").replace("*", "x")) != tag:  # which wild cards would hit
        learner.tag(author.guid("amazon"), f"{other}::retired")
    (search,) = searches(author)
    assert found(learner, search) == ["nile"]


def test_vanished_cards_of_a_renamed_deck_are_found_before_and_after_the_import(
    rivers: Author, learner: Learner
) -> None:
    learner.import_package(rivers.package)
    rivers.write("deck.yaml", DECK.replace("Rivers", "Streams"))
    rivers.edit(RHINE, "")
    gone = planned(rivers).by_hand[-1]
    assert gone.what.endswith("before or after importing.")
    assert found(learner, gone.search) == ["rhine"]
    rivers.build()
    learner.import_package(rivers.package)
    assert learner.note_types == ["Streams Cloze", "Streams Q&A"]
    assert found(learner, gone.search) == ["rhine"]


def test_a_renamed_deck_with_a_retired_card_is_renamed_first(rivers: Author) -> None:
    rivers.write("deck.yaml", DECK.replace("Rivers", "Streams"))
    rivers.edit("answer: The Nile,", "answer: The Nile, retired: true,")
    rename, retired = planned(rivers).by_hand
    assert rename.what.startswith("Before importing, rename the deck 'Rivers' to 'Streams'")
    assert retired.what.startswith("After importing, ")


@pytest.fixture
def subdecks(author: Author, learner: Learner) -> Author:
    author.write("deck.yaml", DECK + "subdecks: true\n")
    author.section(CARDS)
    author.section(ETNA, "Fire", "fire.yaml")
    author.build()
    learner.import_package(author.package)
    return author


def obeyed(author: Author, learner: Learner) -> list[str]:
    """What `plan` asks for, done by the learner in its order; then the import leaves every card where it should be."""
    steps = planned(author).by_hand
    for step in steps:
        cards = learner.col.find_cards(step.search)
        assert cards, step
        if step.what.startswith("Before importing, rename"):
            _, old, _, new, _ = step.what.split("'")
            deck = learner.col.decks.by_name(old)
            assert deck is not None
            learner.col.decks.rename(deck, new)
        else:
            learner.col.set_deck(cards, learner.deck(step.what.split("'")[1]))
    author.build()
    learner.import_package(author.package)
    places = {note.guid: note.deck for note in read_package(author.package)[0]}
    assert {card.note().guid: learner.col.decks.name(card.did) for card in learner.cards()} == places
    return [re.split("; |: ", step.what)[0] for step in steps]


def test_a_renamed_deck_with_subdecks_is_one_rename(subdecks: Author, learner: Learner) -> None:
    subdecks.write("deck.yaml", DECK.replace("Rivers", "Streams") + "subdecks: true\n")
    assert obeyed(subdecks, learner) == ["Before importing, rename the deck 'Rivers' to 'Streams'"]


def test_a_renamed_section_with_subdecks_is_one_rename(subdecks: Author, learner: Learner) -> None:
    subdecks.edit("section: Fire", "section: Heat", "fire.yaml")
    assert obeyed(subdecks, learner) == ["Before importing, rename the deck 'Rivers::Fire' to 'Rivers::Heat'"]


def test_a_section_that_joins_another_is_moved_for_there_is_such_a_deck(subdecks: Author, learner: Learner) -> None:
    subdecks.section(CARDS + ETNA)
    subdecks.write(
        "fire.yaml", "section: Fire\ncards:\n  - {id: ash, question: What is left of a fire?, answer: Ash}\n"
    )
    assert obeyed(subdecks, learner) == [
        "Before or after importing, select these and change their deck to 'Rivers::Water'"
    ]


def test_a_deck_renamed_while_a_card_and_a_section_move_is_told_in_order(subdecks: Author, learner: Learner) -> None:
    subdecks.write("deck.yaml", DECK.replace("Rivers", "World::Streams") + "subdecks: true\n")
    subdecks.edit(RHINE, "")
    subdecks.write("fire.yaml", subdecks.read("fire.yaml").replace("Fire", "Heat") + RHINE)
    assert obeyed(subdecks, learner) == [
        "Before importing, rename the deck 'Rivers' to 'World::Streams'",
        "Before importing, rename the deck 'World::Streams::Fire' to 'World::Streams::Heat'",
        "After that, select these and change their deck to 'World::Streams::Heat'",
    ]


def test_a_deck_that_moves_below_another_leaves_its_parent_alone(author: Author, learner: Learner) -> None:
    author.write("deck.yaml", DECK.replace("Rivers", "Nature::Rivers"))
    author.section(CARDS)
    author.build()
    learner.import_package(author.package)
    author.write("deck.yaml", DECK.replace("Rivers", "World::Rivers"))
    assert obeyed(author, learner) == ["Before importing, rename the deck 'Nature::Rivers' to 'World::Rivers'"]


def test_a_vanished_card_shows_its_text_where_nothing_else_changed(rivers: Author) -> None:
    rivers.edit(RHINE, "")
    assert "retired rhine\n  Which river leaves Lake Constance?\n" in words(planned(rivers))


def test_a_changed_picture_is_told_where_its_words_are_the_same(rivers: Author) -> None:
    rivers.write("media/map.png", b"\x89PNG\r\n\x1a\n1")
    rivers.edit("answer: The Amazon", 'answer: "The Amazon ![a map](map.png)"')
    rivers.build()
    rivers.write("media/map.png", b"\x89PNG\r\n\x1a\n2")
    made = planned(rivers)
    assert "  Answer: The Amazon [a map] (a picture changed)" in words(made).splitlines()
    assert "  - answer: The Amazon &#91;a map\\] (a picture changed)" in plan_markdown(made).splitlines()
    (card,) = [each for each in plan_json(made)["cards"] if each["changes"]]
    assert card["changes"][0]["remark"] == "a picture changed"
    rivers.build()
    rivers.edit("answer: The Rhine", "answer: The *Rhine*")
    assert "  Answer: The Rhine (only the formatting changed)" in words(planned(rivers)).splitlines()


def test_a_sound_is_told_without_the_name_that_its_file_has_in_anki(rivers: Author) -> None:
    rivers.write("media/amazon.wav", b"RIFF\4\0\0\0WAVE")
    rivers.write("media/map.png", b"\x89PNG\r\n\x1a\n1")
    rivers.edit("answer: The Amazon", 'answer: "The Amazon ![](amazon.wav) ![a map](map.png)"')
    rivers.build()
    rivers.write("media/amazon.wav", b"RIFF\4\0\0\0WAVE\0\0")
    assert "  Answer: The Amazon [sound] [a map] (a sound changed)" in words(planned(rivers)).splitlines()
    rivers.write("media/map.png", b"\x89PNG\r\n\x1a\n2")
    both = "  Answer: The Amazon [sound] [a map] (a picture and a sound changed)"
    assert both in words(planned(rivers)).splitlines()


def test_no_word_of_a_card_is_markup_in_the_release_notes(author: Author) -> None:
    text = "# 1. What is `<script>` *b* ~~x~~ a_b_c [l](u) $x$ &lt; \\\\ | z?"
    author.section(f"  - {{id: a, question: {json.dumps(text)}, answer: x}}\n")
    author.build()
    author.edit("answer: x", "answer: '`<b>` **c** `y`'")
    shown = to_html(plan_markdown(planned(author)), {})
    asked = " ".join(author.load().deck.sections[0].cards[0].asks.split())
    assert asked in html.unescape(re.sub("<[^>]*>", "", shown))
    assert "<del>x</del> <strong>&lt;b&gt; c y</strong>" in shown


def test_a_plan_knows_what_was_shipped_beyond_the_lock(rivers: Author) -> None:
    lock = rivers.read("deck.lock")
    rivers.edit("answer: The Amazon", "answer: Amazonas")
    rivers.build()
    rivers.edit("answer: Amazonas", "answer: The Amazon")
    rivers.write("deck.lock", lock)  # as git revert does; the package with the edit went to learners
    made = planned(rivers)
    assert "1 edited (1 answer)" in made.summary
    assert "Answer: [-Amazonas-]{+The Amazon+}" in words(made)
    assert rivers.build().changes.edited == ("amazon",)
    (rivers.folder / "deck.lock").unlink()
    assert planned(rivers).summary == "0 new cards, 0 edited, 4 untouched, 0 retired. Imports cleanly: yes."


THREE = '  - {id: three, cloze: "First {{c1::one}} then {{c2::two}} and {{c3::three}}."}\n'
MOVED = "the gap 'three' was c3, and as c2 it takes over the history of another gap"


@pytest.fixture
def three(author: Author) -> Author:
    author.section(
        THREE + "  - {id: nile, question: Which river flows through Cairo?, answer: The Nile, reverse: true}\n"
    )
    author.build()
    return author


def test_a_gap_that_moves_to_another_number_is_told_by_build_check_and_plan(three: Author) -> None:
    three.edit("{{c2::two}} and {{c3::three}}", "two and {{c2::three}}")
    (problem,) = three.problems()
    assert (problem.name, problem.severity, problem.line, problem.message) == ("moved-gap", "warning", 3, MOVED)
    assert problem.remedy.endswith("consecutive: First {{c1::one}} then two and {{c3::three}}.")
    told = f"three: {MOVED}"
    for kept in (True, False):
        if not kept:
            three.package.unlink()
        made = planned(three)
        assert made.moved_gaps == (told,)
        assert told in words(made)
        assert told in html.unescape(plan_markdown(made)).replace("\\", "")
        assert plan_json(made)["moved_gaps"] == [told]


def test_the_remedy_for_a_moved_gap_keeps_its_history(three: Author, learner: Learner) -> None:
    learner.import_package(three.package)
    first = {card.ord: card.id for card in learner.col.get_note(learner.col.find_notes("Id:three")[0]).cards()}
    three.edit("{{c2::two}} and {{c3::three}}", "two and {{c2::three}}")
    (problem,) = three.problems()
    three.section(f"  - {{id: three, cloze: {json.dumps(problem.remedy.split('consecutive: ')[1])}}}\n")
    assert three.problems() == []
    three.build()
    learner.import_package(three.package)
    shown = learner.col.get_card(first[2]).render_output()
    assert '<span class="cloze" data-ordinal="3">three</span>' in shown.answer_text


def test_numbers_that_come_back_after_a_build_get_their_own_history_back(three: Author) -> None:
    whole = three.read("water.yaml")
    three.edit("{{c2::two}} and {{c3::three}}", "two and {{c2::three}}")
    three.build()
    assert three.problems() == []
    three.write("water.yaml", whole)
    assert three.problems() == []
    three.build()
    three.edit("{{c2::two}}", "two")
    three.build()
    three.write("water.yaml", whole)
    assert three.problems() == []


@pytest.mark.parametrize(
    ("now", "spelled"),
    [
        ("{{c1::zero}} {{c2::one}} {{c3::two}} {{c4::three}}", "{{c4::zero}} {{c1::one}} {{c2::two}} {{c3::three}}"),
        ("{{c2::one}} then {{c1::two}} and {{c3::three}}", "{{c1::one}} then {{c2::two}} and {{c3::three}}"),
        ("First {{c1::uno}} then {{c2::three}}.", "First {{c1::uno}} then {{c3::three}}."),
        ("First {{c1,5::one}} then {{c2::two}} and {{c3::three}}.", ""),
        ("First {{c1::uno}} then {{c2::due}} and {{c3::tre}}.", ""),
        ("First {{c1::one}} then {{c2::two}}.", ""),
        ("First {{c1::one::a hint}} then {{c2::two}}  and {{c3::three}}!", ""),
        ("First {{c1::one}} then {{c2::two}} and {{c3::three}} and {{c4::one}}.", ""),
    ],
)  # fmt: skip
def test_gaps_get_back_the_numbers_that_they_had(three: Author, now: str, spelled: str) -> None:
    three.edit("First {{c1::one}} then {{c2::two}} and {{c3::three}}.", now)
    assert [each.remedy.split("consecutive: ")[1] for each in three.problems()] == ([spelled] if spelled else [])


def test_a_long_cloze_is_told_the_gaps_to_change(three: Author) -> None:
    three.section("  - id: three\n    cloze: |\n      First {{c1::one}}\n      {{c2::three}}\n")
    (problem,) = three.problems()
    assert problem.remedy.endswith("consecutive: {{c3::three}}")


@pytest.mark.parametrize("with_package", [True, False], ids=["package", "lock"])
def test_cards_that_became_empty_are_found_by_the_search_that_the_plan_gives(
    three: Author, learner: Learner, with_package: bool
) -> None:
    learner.import_package(three.package)
    three.edit(" then {{c2::two}}", " then two")
    if with_package:
        three.edit(", reverse: true", "")
    else:
        three.package.unlink()
    (step,) = planned(three).by_hand
    assert "Empty Cards" in step.what
    assert found(learner, step.search) == (["nile", "three"] if with_package else ["three"])
    three.build()
    learner.import_package(three.package)
    empty = [card for note in learner.col.get_empty_cards().notes for card in note.card_ids]
    assert sorted({learner.col.get_card(card).note()["Id"] for card in empty}) == found(learner, step.search)
