"""What a learner sees: packages imported into the real Anki engine, first, again, and after every kind of edit."""

from __future__ import annotations

import pytest
from author import DECK, Author
from theirs import exported

from studydeck.engine.learner import Import, Learner
from studydeck.model import Text
from studydeck.package.read import read_package
from studydeck.pipeline import build

CARDS = """\
  - id: nile
    question: Which river flows through Cairo?
    answer: The Nile
    hint: It starts with N
    details: "It is *long*: $6\\\\,650$ km."
    source: p1s2
    tags: [africa]
  - id: amazon
    question: Which river carries the most water?
    answer: The Amazon
    reverse: true
  - id: oxbow
    cloze: An {{c1::oxbow lake::shape}} is a {{c2::cut-off bend}} of a river.
  - id: danube
    question: "Which capitals does the Danube cross?"
    answer: [Vienna, Bratislava, Budapest, Belgrade]
  - id: rhine
    question: Which river leaves Lake Constance?
    answer: Rhine
    typed: true
  - question: What is shown? ![a delta](delta.svg)
    answer: A delta ![](delta.mp3)
"""
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><path d='M0 0L%d 9'/></svg>"
UNCHANGED = Import(new=0, updated=0, duplicate=6, conflicting=0, other=0)


@pytest.fixture
def rivers(author: Author) -> Author:
    author.section(CARDS)
    author.write("media/delta.svg", SVG % 1)
    author.write("media/delta.mp3", b"ID3 not really a sound")
    author.build()
    return author


@pytest.fixture
def studied(rivers: Author, learner: Learner) -> Learner:
    """A learner who imported the first build, studied it, and put tags of their own on every note."""
    learner.import_package(rivers.package)
    assert learner.study(30) > 8
    for note in list(learner.notes()):
        learner.tag(note.guid, "mine")
    return learner


def test_a_first_import_has_every_card_in_order_tagged_and_rendered(rivers: Author, learner: Learner) -> None:
    assert learner.import_package(rivers.package) == Import(6, 0, 0, 0, 0)
    cards = sorted(learner.cards(), key=lambda card: (card.due, card.ord))
    assert [card.due for card in cards] == [1, 2, 2, 3, 3, 4, 5, 6]
    assert {learner.col.decks.name(card.did) for card in cards} == {"Rivers"}
    assert learner.note(rivers.guid("nile")).tags == ["africa", "rivers::water"]
    assert learner.note(rivers.guid("oxbow")).tags == ["rivers::water"]
    assert learner.note_types == ["Rivers Cloze", "Rivers Q&A"]
    assert learner.faults() == []
    assert not learner.schema_changed
    shown = cards[0].render_output()
    assert "Which river flows through Cairo?" in shown.question_text
    assert r"It is <em>long</em>: \(6\,650\) km." in shown.answer_text
    assert "¶1.2" in shown.answer_text
    assert learner.col.media.check().missing == []


def test_pictures_and_sounds_arrive_in_every_spelling(author: Author, learner: Learner) -> None:
    spellings = {
        "![a line](my pic (1).svg)": "picture",
        "![a line](<my pic (1).svg>)": "picture",
        "![a line](my%20pic%20(1).svg)": "picture",
        "![a line|50%](delta.svg)": "picture",
        "![a line|250x100](my pic (1).svg)": "picture",
        "![[my pic (1).svg|a line]]": "picture",
        "![[delta.svg|a line|250]]": "picture",
        "![the Nile](the nile.mp3)": "sound",
        "![[the nile.mp3]]": "sound",
        "[sound:the nile.mp3]": "sound",
        "[sound:film.mp4]": "sound",
    }
    for number, name in enumerate(("my pic (1).svg", "delta.svg")):
        author.write(f"media/{name}", SVG % number)
    author.write("media/the nile.mp3", b"ID3 not really a sound")
    author.write("media/film.mp4", b"not really a film")
    author.section(
        "".join(f"  - id: q{n}\n    question: Q{n}\n    answer: {each}\n" for n, each in enumerate(spellings))
    )
    assert author.problems() == []
    author.build()
    assert learner.import_package(author.package) == Import(len(spellings), 0, 0, 0, 0)
    names = {file.name for file in author.load().media.files}
    assert len(names) == 4
    for number, kind in enumerate(spellings.values()):
        (card,) = learner.note(author.guid(f"q{number}")).cards()
        output = card.render_output()
        if kind == "sound":
            assert [getattr(tag, "filename", "") in names for tag in output.answer_av_tags] == [True]
        else:
            assert 'alt="a line"' in output.answer_text
            assert output.answer_text.split('src="')[1].split('"')[0] in names
    found = learner.col.media.check()
    assert (list(found.missing), list(found.unused)) == ([], [])
    assert learner.faults() == []


def test_tags_that_differ_in_capitals_are_one_tag(author: Author, learner: Learner) -> None:
    """What bad-tag warns of."""
    tags = ("oop", "OOP", "Oop")
    author.section("".join(f"  - {{question: Q{n}, answer: A, tags: {tag}}}\n" for n, tag in enumerate(tags)))
    author.build()
    learner.import_package(author.package)
    assert len([tag for tag in learner.col.tags.all() if tag.lower() == "oop"]) == 1


def test_tags_of_ankis_own_are_dropped_wherever_they_stand_alone(author: Author, learner: Learner) -> None:
    """What bad-tag says; as a part of a tag they stay, so sections may be called so."""
    author.section("  - {id: a, question: Q, answer: A, tags: [x]}\n", name="Leech")
    loaded = author.load()
    (section,) = loaded.deck.sections
    own = tuple(Text(tag) for tag in ("marked", "Leech", "leech::medicinal"))
    (card,) = section.cards
    section = section._replace(cards=(card._replace(values={**card.values, "tags": own}),))
    build(loaded._replace(deck=loaded.deck._replace(sections=(section,))), author.out, author.now)
    learner.import_package(author.package)
    assert [note.tags for note in learner.notes()] == [["leech::medicinal", "rivers::leech"]]


def test_the_engine_accepts_both_note_types_as_they_are(rivers: Author, learner: Learner) -> None:
    learner.import_package(rivers.package)
    for name in learner.note_types:
        note_type = learner.col.models.by_name(name)
        assert note_type is not None
        learner.col.models.update_dict(note_type)
    assert learner.faults() == []


def test_the_spare_template_makes_no_card_even_where_a_learner_fills_a_spare_field(
    rivers: Author, learner: Learner
) -> None:
    learner.import_package(rivers.package)
    note = learner.note(rivers.guid("nile"))
    note["Spare 1"] = "mine"
    learner.col.update_note(note)
    assert len(note.cards()) == 1
    assert learner.faults() == []


def test_what_a_learner_writes_into_my_notes_is_on_every_answer_side_and_no_text_of_the_author(
    rivers: Author, learner: Learner
) -> None:
    learner.import_package(rivers.package)
    assert {note["My notes"] for note in learner.notes()} == {""}
    assert not any("q-mine" in card.render_output().answer_text for card in learner.cards())
    for note in learner.notes():
        note["My notes"] = "as on the <b>map</b> at home"
        learner.col.update_note(note)
    for card in learner.cards():
        shown = card.render_output()
        assert '<div class="q-mine" aria-label="My notes" dir="auto">as on the <b>map' in shown.answer_text
        assert "map" not in shown.question_text
    ours, theirs = (
        {each.guid: each.fields for each in read_package(package)[0]}
        for package in (rivers.package, exported(learner, rivers.out / "exported.apkg", legacy=True))
    )
    assert theirs == ours


def test_an_unchanged_rebuild_touches_nothing(rivers: Author, studied: Learner) -> None:
    before = studied.histories()
    package = rivers.package.read_bytes()
    rivers.build()
    assert rivers.package.read_bytes() == package
    assert studied.import_package(rivers.package) == UNCHANGED
    assert studied.histories() == before
    assert all("mine" in note.tags for note in studied.notes())
    assert studied.col.db.list("select id from notes where usn = -1 and tags not like '%mine%'") == []  # type: ignore[union-attr]


EDITS = {
    "an answer": ("answer: The Nile", "answer: The *White* Nile", "nile"),
    "a question": ("Which river flows through Cairo?", "Which river passes Cairo?", "nile"),
    "a hint": ("It starts with N", "Starts with an N", "nile"),
    "a tag": ("tags: [africa]", "tags: [egypt]", "nile"),
    "an item of a list": ("Bratislava, ", "", "danube"),
    "a cloze": ("cut-off bend", "cut-off meander", "oxbow"),
    "a gap's number": ("{{c2::cut-off bend}}", "{{c3::cut-off bend}}", "oxbow"),
    "a plain card made reversed": ("answer: The Nile\n", "answer: The Nile\n    reverse: true\n", "nile"),
    "a reversed card made plain": ("    reverse: true\n", "", "amazon"),
    "a typed card made plain": ("    typed: true\n", "", "rhine"),
    "a source": ("source: p1s2", "source: p1s3", "nile"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_reaches_its_note_alone_and_every_history_stays(rivers: Author, studied: Learner, edit: str) -> None:
    old, new, card_id = EDITS[edit]
    before = studied.histories()
    rivers.edit(old, new)
    built = rivers.build(later=10_000_000_00)
    assert built.changes.edited == (card_id,)
    assert studied.import_package(rivers.package) == Import(0, 1, 5, 0, 0)
    after = studied.histories()
    assert {card: after[card] for card in before} == before
    for note in studied.notes():
        assert ("mine" in note.tags) == (note.guid != rivers.guid(card_id))
    assert not studied.schema_changed
    assert studied.note_types == ["Rivers Cloze", "Rivers Q&A"]
    if edit not in (
        "a reversed card made plain",
        "a gap's number",
    ):  # Anki leaves a card that became empty to the learner
        assert studied.faults() == []


def test_a_card_made_reversed_and_back_and_reversed_again_keeps_both_histories(
    rivers: Author, studied: Learner
) -> None:
    reversed_card = "answer: The Nile\n    reverse: true\n"
    for old, new in [("answer: The Nile\n", reversed_card), (reversed_card, "answer: The Nile\n")] * 2:
        before = studied.histories()
        rivers.edit(old, new)
        rivers.build(later=100_000_000)
        assert studied.import_package(rivers.package) == Import(0, 1, 5, 0, 0)
        after = studied.histories()
        assert {card: after[card] for card in before} == before
        studied.study(1)
    assert len(studied.note(rivers.guid("nile")).cards()) == 2


def test_a_changed_picture_arrives_under_an_unchanged_text(rivers: Author, studied: Learner) -> None:
    before = studied.histories()
    rivers.write("media/delta.svg", SVG % 2)
    assert rivers.build(later=1_000_000_000).changes.edited == ("what-is-shown-a-delta-delta-svg",)
    assert studied.import_package(rivers.package) == Import(0, 1, 5, 0, 0)
    note = studied.note(rivers.guid("what-is-shown-a-delta-delta-svg"))
    name = note["Question"].split('src="')[1].split('"')[0]
    assert (studied.folder / "collection.media" / name).read_bytes() == SVG % 2
    assert studied.histories() == before
    assert studied.faults() == []


def test_a_new_style_reaches_the_note_types_and_no_note(rivers: Author, studied: Learner) -> None:
    before = studied.histories()
    rivers.write("deck.yaml", DECK + "language: de\n")  # it is in every template
    rivers.build(later=1_000_000_000)
    assert studied.import_package(rivers.package) == UNCHANGED
    note_type = studied.col.models.by_name("Rivers Q&A")
    assert note_type is not None
    assert 'lang="de"' in note_type["tmpls"][0]["qfmt"]
    assert studied.histories() == before
    assert not studied.schema_changed
    assert all("mine" in note.tags for note in studied.notes())


def test_a_language_that_runs_the_other_way_edits_notes_and_keeps_histories(rivers: Author, studied: Learner) -> None:
    before = studied.histories()
    rivers.write("deck.yaml", DECK + "language: ar\n")
    rivers.build(later=1_000_000_000)
    assert studied.import_package(rivers.package) == Import(new=0, updated=6, duplicate=0, conflicting=0, other=0)
    assert studied.histories() == before
    assert not studied.schema_changed


def test_a_learners_own_style_survives_a_build_that_changed_none(rivers: Author, studied: Learner) -> None:
    note_type = studied.col.models.by_name("Rivers Q&A")
    assert note_type is not None
    note_type["css"] += ".card { color: teal }"
    studied.col.models.update_dict(note_type)
    rivers.edit("answer: The Nile", "answer: Nile")
    rivers.build(later=1_000_000_000)
    studied.import_package(rivers.package)
    kept = studied.col.models.by_name("Rivers Q&A")
    assert kept is not None
    assert "teal" in kept["css"]


def test_added_cards_arrive_in_their_place_and_removed_ones_stay_with_the_learner(
    rivers: Author, studied: Learner
) -> None:
    before = studied.histories()
    rivers.edit("  - id: amazon\n", "  - id: volga\n    question: Which is Europe's longest river?\n"
                "    answer: The Volga\n  - id: amazon\n")  # fmt: skip
    rivers.edit(
        "  - id: rhine\n    question: Which river leaves Lake Constance?\n    answer: Rhine\n    typed: true\n", ""
    )
    built = rivers.build(later=1_000_000_000)
    assert (built.changes.new, built.changes.retired) == (("volga",), ("rhine",))
    assert studied.import_package(rivers.package) == Import(1, 0, 5, 0, 0)
    after = studied.histories()
    assert {card: after[card] for card in before} == before
    assert studied.note(rivers.guid("volga")).cards()[0].due == 2
    assert studied.faults() == []


def test_an_older_stamp_is_ignored_so_a_changed_note_gets_a_newer_one(rivers: Author, studied: Learner) -> None:
    first = rivers.load().lock.notes["nile"].modified
    rivers.edit("answer: The Nile", "answer: Nile")
    rivers.build(later=-5_000)  # the clock ran backwards
    assert rivers.load().lock.notes["nile"].modified == first + 1
    fresh = Learner()
    with fresh:
        fresh.import_package(rivers.package)
        assert fresh.note(rivers.guid("nile"))["Answer"] == "Nile"


def test_an_edit_taken_back_arrives_too(rivers: Author, learner: Learner) -> None:
    learner.import_package(rivers.package)
    for old, new in [("The Nile", "Nile"), ("answer: Nile", "answer: The Nile")]:
        rivers.edit(old, new)
        rivers.build()
        assert learner.import_package(rivers.package).updated == 1
    assert learner.note(rivers.guid("nile"))["Answer"] == "The Nile"


def test_a_renamed_deck_touches_no_note(rivers: Author, studied: Learner) -> None:
    rivers.write("deck.yaml", DECK.replace("Rivers", "Streams"))
    rivers.build(later=1_000_000_000)
    assert studied.import_package(rivers.package) == UNCHANGED
    assert studied.note_types == ["Streams Cloze", "Streams Q&A"]
    assert not studied.schema_changed


def test_a_new_uid_costs_nobody_a_history_while_the_lock_is_there(rivers: Author, studied: Learner) -> None:
    rivers.write("deck.yaml", DECK.replace("testtesttest", "anotheruid12"))
    (problem,) = rivers.load().errors
    assert problem.name == "changed-uid"
    assert "the line 'uid testtesttest' from deck.lock" in problem.remedy
    rivers.edit("uid\ttesttesttest\n", "", "deck.lock")  # it isn't a copy
    rivers.build()
    assert "uid\tanotheruid12\n" in rivers.read("deck.lock")
    assert studied.import_package(rivers.package) == UNCHANGED


def test_a_lost_lock_makes_no_duplicate_of_a_card_with_an_id(rivers: Author, studied: Learner) -> None:
    before = studied.histories()
    (rivers.folder / "deck.lock").unlink()
    built = rivers.build(later=1_000_000_000)
    assert [each.name for each in built.problems] == ["lost-lock"]
    assert studied.import_package(rivers.package).new == 0
    assert studied.histories() == before


def test_every_section_can_have_a_subdeck(rivers: Author, learner: Learner) -> None:
    rivers.write("deck.yaml", DECK + "subdecks: true\n")
    rivers.section("  - {id: etna, question: Which volcano stands on Sicily?, answer: Etna}\n", "Fire", "fire.yaml")
    rivers.build()
    learner.import_package(rivers.package)
    names = {learner.col.decks.name(card.did) for card in learner.cards()}
    assert names == {"Rivers::Water", "Rivers::Fire"}
    assert learner.faults() == []


def test_a_section_can_stay_in_the_deck_itself(rivers: Author, learner: Learner) -> None:
    rivers.write("deck.yaml", DECK + "subdecks: true\n")
    rivers.section("  - {id: etna, question: Which volcano stands on Sicily?, answer: Etna}\n", "Fire", "fire.yaml")
    rivers.write("fire.yaml", "subdeck: false\n" + rivers.read("fire.yaml"))
    rivers.build()
    learner.import_package(rivers.package)
    assert {learner.col.decks.name(card.did) for card in learner.cards()} == {"Rivers::Water", "Rivers"}


def test_two_devices_that_import_separately_have_the_same_ids(rivers: Author, learner: Learner) -> None:
    learner.import_package(rivers.package)
    with Learner() as phone:
        phone.import_package(rivers.package)
        assert {note.id for note in phone.notes()} == {note.id for note in learner.notes()}
        assert set(phone.histories()) == set(learner.histories())


# --- what Anki makes impossible: docs/design.md says what follows for authors ------------------------


def test_a_learners_own_edit_newer_than_the_authors_stays(rivers: Author, learner: Learner) -> None:
    learner.import_package(rivers.package)
    note = learner.note(rivers.guid("nile"))
    note["Answer"] = "My Nile"
    learner.col.update_note(note)
    rivers.edit("answer: The Nile", "answer: Nile")
    rivers.build()
    assert learner.import_package(rivers.package) == UNCHANGED
    assert learner.note(rivers.guid("nile"))["Answer"] == "My Nile"


def test_an_authors_edit_newer_than_the_learners_replaces_all_of_the_note(rivers: Author, learner: Learner) -> None:
    learner.import_package(rivers.package)
    note = learner.note(rivers.guid("nile"))
    note["Answer"] = "My Nile"
    note.add_tag("mine")
    learner.col.update_note(note)
    rivers.edit("It starts with N", "Starts with N")
    rivers.build(later=1_000_000_000)
    learner.import_package(rivers.package)
    note = learner.note(rivers.guid("nile"))
    assert (note["Answer"], note.tags) == ("The Nile", ["africa", "rivers::water"])


def test_a_note_that_the_learner_deleted_comes_back_as_new(rivers: Author, learner: Learner) -> None:
    learner.import_package(rivers.package)
    learner.col.remove_notes([learner.note(rivers.guid("nile")).id])
    assert learner.import_package(rivers.package) == Import(new=1, updated=0, duplicate=5, conflicting=0, other=0)


def test_suspended_flagged_and_moved_cards_stay_so(rivers: Author, studied: Learner) -> None:
    (card,) = studied.note(rivers.guid("nile")).cards()
    studied.col.sched.suspend_cards([card.id])
    studied.col.set_user_flag_for_cards(3, [card.id])
    studied.col.set_deck([card.id], studied.deck("My own"))
    rivers.edit("answer: The Nile", "answer: Nile")
    rivers.build(later=1_000_000_000)
    studied.import_package(rivers.package)
    (card,) = studied.note(rivers.guid("nile")).cards()
    assert (card.queue, card.user_flag(), studied.col.decks.name(card.did)) == (-1, 3, "My own")
    assert studied.note(rivers.guid("nile"))["Answer"] == "Nile"
