"""Cards and the sentences they came from stay together while the material is revised, and no text of it is kept."""

from __future__ import annotations

import json
import re
from pathlib import Path
from unittest import mock

import pytest
from author import DECK, Author
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prose import RIVERS, material, zen

from studydeck.cli import main
from studydeck.commands.sources import accept_sources, fix_sources, sources, stamp_sources
from studydeck.material import MaterialLock, material_lock_text
from studydeck.material.checks import copied
from studydeck.material.lock import key, read_material_lock
from studydeck.material.outline import Outline, Part, fingerprint, read_outline
from studydeck.model import Deck, Place, Problem, Section, shown
from studydeck.pipeline import load
from studydeck.reading.nodes import placed

WATER = """\
# what a river is
section: Water
tag: overview
cards:
  - id: river
    question: What is a river?
    answer: A stream of fresh water
    source: p1s1   # the first sentence
  - {id: rain, question: How much of the rain ends in rivers?, answer: A fifth, source: [p2s2, 'p2s1']}
uncarded:
  p1s2: only where it flows
"""
DELTAS = """\
section: Deltas
tag: deltas-and-mouths
cards:
  - id: delta
    question: What may form at a mouth?
    answer: A delta
    source: p1s1-2
  - id: silt
    question: Which settles last, silt or clay?
    answer: Clay
    source:
      - "p3"
      - p4s1
  - id: bend
    question: What is a meander?
    answer: A bend of a river
    source: meanders/p1s1
"""
BENDS = """\
section: Bends
tag: bends
cards:
  - {id: oxbow, question: What is left of a cut bend?, answer: A lake, source: p2s1}
  - {id: cutoff, question: How do hydrologists call it?, answer: A cutoff, source: p2s2}
"""
RAIN = "Rain, melting snow and springs feed it along its way."


class Reader(Author):
    """An author with a material outside the deck's folder."""

    @property
    def material(self) -> Path:
        return self.folder.parent / "rivers.txt"

    def revise(self, old: str, new: str) -> None:
        text = self.material.read_text("utf-8")
        assert old in text, old
        self.material.write_text(text.replace(old, new, 1), "utf-8")

    def states(self, *, alone: bool = False) -> dict[str, str]:
        """The states of the cards' sources that aren't ok, by card and locator."""
        found = sources(self.load(), None if alone else self.material)
        return {f"{each.owner}:{each.locator}": each.state for each in found.all if each.state != "ok"}

    def stamp(self) -> None:
        stamp_sources(self.load(), self.material)

    def fix(self) -> None:
        fix_sources(self.load(), self.material)

    def files(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.folder.iterdir() if path.is_file()}


@pytest.fixture
def rivers(tmp_path: Path) -> Reader:
    author = Reader(tmp_path)
    author.material.write_text(RIVERS, "utf-8")
    author.write("deck.yaml", DECK + "sections: [water, deltas, bends]\n")
    author.write("water.yaml", WATER)
    author.write("deltas.yaml", DELTAS)
    author.write("bends.yaml", BENDS)
    author.stamp()
    return author


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def told(author: Author) -> list[str]:
    return [each.name for each in author.problems() if each.severity != "info"]


# --- states --------------------------------------------------------------------------------------


def test_a_stamped_deck_is_ok_and_stays_so_without_the_text(rivers: Reader) -> None:
    assert rivers.states() == {}
    rivers.material.unlink()
    assert rivers.states(alone=True) == {}
    assert rivers.problems() == []


def test_the_lock_holds_no_sentence_of_the_material(rivers: Reader) -> None:
    lock = "\n".join(line for line in rivers.read("material.lock").splitlines() if not line.startswith("#"))
    words = set(re.findall(r"[a-z]{4,}", RIVERS.lower()))
    slugs = {"deltas", "mouths", "meanders", "overview"}  # headings name their sections
    ids = {"river", "rain", "delta", "silt", "bend", "oxbow", "cutoff"}
    assert words & set(re.findall(r"[a-z]{4,}", re.sub(r"1:\w+", "", lock))) <= slugs | ids


def test_stamping_twice_changes_no_byte(rivers: Reader) -> None:
    before = rivers.files()
    rivers.stamp()
    rivers.write("material.lock", before["material.lock"].replace(b"\n", b"\r\n"))  # as git may check it out
    rivers.stamp()
    assert rivers.read("material.lock").replace("\r\n", "\n").encode() == before["material.lock"]


def test_a_changed_word_is_one_changed_source(rivers: Reader) -> None:
    rivers.revise("natural stream", "wide stream")
    assert rivers.states() == {"river:p1s1": "changed"}


def test_an_inserted_sentence_moves_the_later_ones(rivers: Reader) -> None:
    rivers.revise(RAIN, f"It has many names. {RAIN}")
    assert rivers.states() == {"rain:p2s2": "moved", "rain:p2s1": "moved"}


def test_a_deleted_sentence_is_gone(rivers: Reader) -> None:
    rivers.revise(f"{RAIN} ", "")
    assert rivers.states() == {"rain:p2s1": "gone", "rain:p2s2": "moved"}


def test_a_run_that_was_torn_and_a_sentence_said_twice_are_ambiguous(rivers: Reader) -> None:
    rivers.revise("drops its load. ", "drops its load.\n\n")
    assert rivers.states()["delta:p1s1-2"] == "ambiguous"
    rivers.revise("- Clay settles last, far out at sea.\n", "")
    rivers.revise(RAIN, f"{RAIN} Clay settles last, far out at sea.")
    rivers.revise("An oxbow", "Clay settles last, far out at sea. An oxbow")
    assert rivers.states()["silt:p4s1"] == "ambiguous"


def test_a_source_that_its_author_rewrote_is_unstamped_and_one_without_a_place_is_bad(rivers: Reader) -> None:
    rivers.edit("source: p1s1", "source: p1s2")
    rivers.edit("[p2s2, 'p2s1']", "[p2s3, p9, nowhere/p1]")
    states = {"river:p1s2": "unstamped", "rain:p2s3": "bad", "rain:p9": "bad", "rain:nowhere/p1": "bad"}
    assert rivers.states() == rivers.states(alone=True) == states


def test_a_whole_paragraph_that_gained_a_sentence_has_changed(rivers: Reader) -> None:
    rivers.revise("in the channels.", "in the channels. Mud follows.")
    assert rivers.states() == {"silt:p3": "changed"}


def test_a_new_heading_in_front_moves_nothing(rivers: Reader) -> None:
    """The deck's sections keep to theirs, though the numbers of sections no longer agree."""
    rivers.revise("Meanders", "Lakes\n\nA lake is still water.\n\nMeanders")
    assert rivers.states() == {}
    rivers.fix()
    rivers.material.unlink()
    assert rivers.states(alone=True) == {}


def test_a_section_is_found_by_tag_by_name_by_file_and_else_by_order(rivers: Reader) -> None:
    (rivers.folder / "material.lock").unlink()
    assert set(rivers.states().values()) == {"unstamped"}
    rivers.edit("section: Deltas\ntag: deltas-and-mouths", "section: Deltas and mouths\ntag: x", "deltas.yaml")
    assert set(rivers.states().values()) == {"unstamped"}
    rivers.edit("section: Deltas and mouths", "section: Y", "deltas.yaml")
    rivers.write("deck.yaml", DECK + "sections: [water, deltas-and-mouths, bends]\n")
    (rivers.folder / "deltas.yaml").rename(rivers.folder / "deltas-and-mouths.yaml")
    assert set(rivers.states().values()) == {"unstamped"}
    rivers.write("deck.yaml", DECK + "sections: [water, deltas-and-mouths]\n")
    rivers.revise("A river is", "On springs\n\nA spring is a source.\n\nOn rivers\n\nA river is")
    assert rivers.states()["river:p1s1"] == "bad"  # two sections of the deck are left, and three of the material


def test_names_of_sections_go_by_the_decks_tag_too(rivers: Reader) -> None:
    rivers.edit("source: p1s1", "source: [bends/p1s1, meanders/p1s2]")
    assert set(rivers.states().values()) == {"unstamped"}


# --- fixing --------------------------------------------------------------------------------------


def test_fix_rewrites_the_moved_locators_and_nothing_else(rivers: Reader) -> None:
    rivers.revise("A river is a natural", "Water runs downhill. A river is a natural")
    rivers.revise(RAIN, f"It has many names.\n\n{RAIN}")
    rivers.revise("Where a river meets", "Seas wait. Where a river meets")
    rivers.revise("Silt settles", "Stones stop. Silt settles")
    rivers.revise("Meanders", "On bends")
    rivers.revise("A meander is", "Rivers turn. A meander is")
    before = rivers.files()
    rivers.fix()
    after = rivers.files()
    assert rivers.read("water.yaml") == (
        WATER.replace("source: p1s1 ", "source: p1s2 ")
        .replace("[p2s2, 'p2s1']", "[p3s2, 'p3s1']")
        .replace("p1s2: only", "p1s3: only")
    )
    assert rivers.read("deltas.yaml") == (
        DELTAS.replace("p1s1-2", "p1s2-3").replace("meanders/p1s1", "bends/p1s2")  # its slug is now on-bends
    )
    assert after["bends.yaml"] == before["bends.yaml"]
    assert after["deck.yaml"] == before["deck.yaml"]
    rivers.material.unlink()
    assert rivers.states(alone=True) == {"silt:p3": "changed"}


MERGED = RIVERS.replace("fresh water. It flows", "fresh water and flows")
UNCARDED = "uncarded:\n  p1s1: known\n  p1s2: it flows\n  p2s2: rain\n"


def test_fix_leaves_a_reason_whose_sentence_became_one_with_another_s_and_does_the_rest(rivers: Reader) -> None:
    head = "section: Water\ntag: overview\ncards:\n  - {id: rain, question: Much?, answer: A fifth, source: p2s2}\n"
    rivers.write("water.yaml", head + UNCARDED)
    rivers.stamp()
    rivers.material.write_text(MERGED.replace("About", "It has names. About"), "utf-8")
    outcome = run("source", "fix", rivers.folder, "--material", rivers.material)
    assert outcome.exit_code == 0, outcome.output
    where = shown(rivers.folder / "water.yaml")
    assert outcome.output.splitlines() == [
        f"{where}:4:58: p2s2 is now p2s3",
        f"{where}:7:3: p1s2 stays: another reason has the place where its sentence is now; remove one of the two",
        f"{where}:8:3: p2s2 is now p2s3",
        "Rivers: 2 sources rewritten",
    ]
    assert rivers.read("water.yaml") == head.replace("p2s2", "p2s3") + UNCARDED.replace("p2s2", "p2s3")
    assert rivers.states() == rivers.states(alone=True) == {":p1s1": "changed", ":p1s2": "gone"}
    assert sorted(told(rivers)) == ["source-changed", "source-gone"]
    assert run("source", "fix", rivers.folder, "--material", rivers.material).output == "Rivers: 0 sources rewritten\n"
    rivers.edit("  p1s2: it flows\n", "")
    rivers.stamp()
    assert rivers.states() == {}


def test_a_reason_that_stays_keeps_another_from_taking_its_place(rivers: Reader) -> None:
    rivers.write("water.yaml", "section: Water\ntag: overview\ncards:\nuncarded:\n  p1s2: a\n  p1s3: b\n  p1s4: c\n")
    for name in ("deltas.yaml", "bends.yaml", "material.lock"):
        (rivers.folder / name).unlink()
    rivers.write("deck.yaml", DECK)
    rivers.material.write_text("It is. It was one. It was two. It ends.\n", "utf-8")
    rivers.stamp()
    rivers.material.write_text("It is. It was one and two. It ends.\n", "utf-8")
    before = rivers.read("water.yaml")
    rivers.fix()
    assert rivers.read("water.yaml") == before
    assert rivers.states() == {":p1s2": "changed", ":p1s3": "gone", ":p1s4": "gone"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[p1s1, p1s2]", "[p1s1]"),
        ("[ p1s1 ,\n   'p1s2' , p2s2 ]", "[ p1s1  , p2s2 ]"),
        ("\n    - p1s1  # a\n    - 'p1s2'\n    - p2s2\n", "\n    - p1s1  # a\n    - p2s2\n"),
        ("\n  - p1s1\n  - p1s2", "\n  - p1s1\n"),
        ("[p2s2, p1s2, p1s1]", "[p2s2, p1s1]"),
    ],
)
def test_sentences_that_became_one_stand_in_a_card_s_list_once(rivers: Reader, before: str, after: str) -> None:
    card = "section: Water\ntag: overview\ncards:\n- id: river\n  question: Where to?\n  answer: The sea\n  source: "
    rivers.write("water.yaml", card + before)
    rivers.stamp()
    rivers.material.write_text(MERGED, "utf-8")
    rivers.fix()
    assert rivers.read("water.yaml") == card + after
    assert rivers.states() == {"river:p1s1": "changed"}


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_fix_keeps_line_ends_and_byte_order_marks(rivers: Reader, mark: bytes, newline: bytes) -> None:
    rivers.write("water.yaml", mark + WATER.encode().replace(b"\n", newline))
    rivers.revise("A river is a natural", "Water runs downhill. A river is a natural")
    rivers.fix()
    expected = WATER.replace("source: p1s1 ", "source: p1s2 ").replace("p1s2: only", "p1s3: only")
    assert rivers.files()["water.yaml"] == mark + expected.encode().replace(b"\n", newline)


def test_what_changed_while_it_moved_is_rewritten_and_stays_changed_until_accepted(rivers: Reader) -> None:
    rivers.revise(RAIN, f"It has many names. {RAIN}")
    rivers.revise("About 20 %", "About 30 %")
    assert rivers.states() == {"rain:p2s2": "changed", "rain:p2s1": "moved"}
    rivers.fix()
    assert "source: [p2s3, 'p2s2']" in rivers.read("water.yaml")
    rivers.material.unlink()
    assert rivers.states(alone=True) == {"rain:p2s3": "changed"}
    accept_sources(rivers.load(), ["rain"])
    assert rivers.states(alone=True) == {}


def test_a_locator_behind_an_alias_is_left_to_its_author(rivers: Reader) -> None:
    rivers.edit("source: p1s1 ", "source: &first p1s1 ")
    rivers.edit("[p2s2, 'p2s1']", "*first")
    rivers.stamp()
    rivers.revise("A river is a natural", "Water runs downhill. A river is a natural")
    before = rivers.files()
    refusal = "can't update the sources in .*/water[.]yaml without changing anything else; edit them by hand"
    with pytest.raises(ValueError, match=refusal):
        rivers.fix()
    assert rivers.files() == before


def test_what_went_and_came_back_is_ok_again(rivers: Reader) -> None:
    """So that a wrong file named by mistake costs no stamp."""
    rivers.material.write_text("Mountains\n\nA mountain is high. It is cold there.", "utf-8")
    rivers.fix()
    assert set(rivers.states(alone=True).values()) == {"gone"}
    rivers.material.write_text(RIVERS, "utf-8")
    before = {name: data for name, data in rivers.files().items() if name.endswith(".yaml")}
    rivers.fix()
    assert {name: data for name, data in rivers.files().items() if name.endswith(".yaml")} == before
    assert rivers.states(alone=True) == {}


def test_stamp_and_accept_wait_until_moved_sources_are_fixed(rivers: Reader) -> None:
    rivers.revise(RAIN, f"It has many names. {RAIN}")
    before = rivers.files()
    material = re.escape(rivers.material.as_posix())
    for act in (rivers.stamp, lambda: accept_sources(rivers.load(), ["rain"], rivers.material)):
        with pytest.raises(
            ValueError, match=rf"2 sources have moved in .*run studydeck source fix \S+ --material {material} first"
        ):
            act()
    assert rivers.files() == before


def test_stamp_accepts_changes_and_leaves_what_is_gone_to_its_author(rivers: Reader) -> None:
    rivers.revise("natural stream", "wide stream")
    rivers.revise(" Its soil is fertile because floods renewed it every year.", "")
    rivers.revise("- Clay settles last, far out at sea.\n", "")
    rivers.stamp()
    assert rivers.states(alone=True) == {"silt:p4s1": "gone"}
    rivers.edit("      - p4s1\n", "", "deltas.yaml")
    assert rivers.states(alone=True) == {}
    rivers.stamp()
    assert "p4s1" not in rivers.read("material.lock")


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=material(), data=st.data())
def test_after_any_revision_fix_leaves_nothing_moved_and_every_stamped_sentence_where_it_is(
    tmp_path_factory: pytest.TempPathFactory, text: str, data: st.DataObject
) -> None:
    author = Reader(tmp_path_factory.mktemp("deck"))
    author.material.write_text(text, "utf-8")
    parts = read_outline(text).parts
    spots = list(read_outline(text).spots())
    for part in parts:
        cards = [
            f"  - {{id: c-{spot.section}-{spot.paragraph}-{spot.sentence}, question: {spot}?, answer: x, "
            f"source: p{spot.paragraph}s{spot.sentence}}}\n"
            for spot in spots
            if spot.section == part.slug
        ]
        author.section("".join(cards), f"'{part.slug}'", f"{part.slug}.yaml")
    author.stamp()
    said = {each.owner: each.accepted for each in sources(author.load(), author.material).all}
    lines = [each.text for each in read_outline(text).spots().values()]
    for line in data.draw(st.lists(st.sampled_from(lines), max_size=3, unique=True)):
        edits = [f"Zebras came here. {line}", f"{line}\n\nZebras left.", "", f"Some {line}", f"{line} {line}"]
        edit = data.draw(st.sampled_from(edits))
        author.material.write_text(author.material.read_text("utf-8").replace(line, edit, 1), "utf-8")
    if not read_outline(author.material.read_text("utf-8")).parts:
        return
    with_path(author)
    assert load(author.folder, keep_material=False).problems == author.load().problems
    author.fix()
    assert load(author.folder, keep_material=False).problems == author.load().problems
    found = sources(author.load())
    assert not found.to_rewrite
    now = found.outline.spots()
    for each in found.all:
        if each.state == "ok":
            assert " ".join(now[spot].fingerprint for spot in each.spots) == said[each.owner]


# --- the lock ------------------------------------------------------------------------------------


def test_the_lock_reads_back_as_it_was(rivers: Reader) -> None:
    lock, problems = read_material_lock("material.lock", rivers.read("material.lock").encode())
    assert problems == []
    assert material_lock_text(lock) == rivers.read("material.lock")
    assert [part.tag for part in lock.outline.parts] == ["overview", "deltas-and-mouths", "bends"]


def damage(text: str) -> list[Problem]:
    return read_material_lock("material.lock", text.encode())[1]


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("studydeck material 1", "studydeck material", 1, "the first line isn't that of a material.lock"),
        ("studydeck material 1", "studydeck material 2", 1, "a newer studydeck wrote this"),
        ("end\n", "", 16, "the lock is truncated"),
        ("section\toverview", "chapter\toverview", 3, "a line can't start with 'chapter'"),
        ("section\toverview", "drafted\tx\nsection\toverview", 3, "'x' isn't a fingerprint"),
        ("\tdeltas-and-mouths\t1:", "\toverview\t1:", 6, "the section 'overview' is repeated"),
        ("section\toverview\t-\toverview\n", "", 3, "a paragraph comes before the first section"),
        ("section\toverview\t-\toverview", "section\toverview\t-", 3, "wrong number of columns"),
        ("paragraph\t1:", "paragraph\t1:A", 4, "isn't a fingerprint"),
        ("card\tbend", "<<<<<<< HEAD\ncard\tbend", 15, "git left a conflict here"),
        ("card\tdelta", "card\tbend", 17, "'bend' has the source deltas-and-mouths/p1s1-2 twice"),
        ("\tkept\ncard\tdelta", "\there\ncard\tdelta", 16, "'here' isn't a source's state"),
    ],
)
def test_every_damage_is_told_at_its_line(rivers: Reader, old: str, new: str, line: int, message: str) -> None:
    text = rivers.read("material.lock")
    assert old in text
    if "twice" in message and "p1s1-2" in message:
        text = text.replace("card\tbend\tmeanders/p1s1", "card\tbend\tdeltas-and-mouths/p1s1-2")
    problems = damage(text.replace(old, new, 1))
    assert problems
    assert message in problems[0].message
    assert problems[0].name == "damaged-material"
    if message != "the lock is truncated":
        assert problems[0].line == line


def test_a_damaged_lock_stops_check_and_every_source_command_with_one_sentence(rivers: Reader) -> None:
    rivers.edit("paragraph\t1:", "paragraph\t?:", "material.lock")
    assert set(told(rivers)) == {"damaged-material"}
    for command in ("status", "stamp", "fix"):
        outcome = run("source", command, rivers.folder, "--material", rivers.material)
        assert outcome.exit_code == 1
        assert "[damaged-material]" in outcome.output


def test_people_who_add_cards_to_different_places_touch_different_lines(rivers: Reader) -> None:
    before = rivers.read("material.lock").splitlines()
    rivers.edit(
        "  - id: river\n", "  - {id: stream, question: Where to?, answer: The sea, source: p1s2}\n  - id: river\n"
    )
    rivers.stamp()
    after = rivers.read("material.lock").splitlines()
    assert [line for line in after if line not in before] == [
        f"card\tstream\toverview/p1s2\t{fingerprint('It flows towards an ocean, a lake or another river.')}\tkept"
    ]
    assert [line for line in before if line not in after] == []


def test_an_empty_lock_and_one_with_every_kind_of_line_read_back() -> None:
    part = Part("sky", "1:aaaaaaaa", ("1:bbbbbbbb 1:cccccccc",), "heaven")
    stamps = {key("", "sky/p1"): "1:bbbbbbbb 1:cccccccc", key("x", "sky/p1s1"): "1:bbbbbbbb"}
    for lock in (MaterialLock(), MaterialLock(Outline((part,)), stamps, frozenset({key("x", "sky/p1s1")}))):
        assert read_material_lock("x", material_lock_text(lock).encode()) == (lock, [])


# --- check ---------------------------------------------------------------------------------------


def with_path(author: Reader) -> None:
    author.write("deck.yaml", author.read("deck.yaml") + "material: {path: ../rivers.txt}\n")


def test_check_tells_changed_and_gone_sources_at_their_place(rivers: Reader) -> None:
    with_path(rivers)
    rivers.revise("natural stream", "wide stream")
    rivers.revise(f"{RAIN} ", "")
    problems = [each for each in rivers.problems() if each.name.startswith("source-")]
    assert [(each.name, each.severity, each.line, each.column) for each in problems] == [
        ("source-changed", "warning", 8, 13),
        ("source-gone", "warning", 9, 96),
    ]
    assert problems[0].message == "the material changed at p1s1 since this card was written"
    assert problems[0].remedy.endswith("rivers river")


def test_an_ok_of_the_card_is_for_its_sources_too(rivers: Reader) -> None:
    with_path(rivers)
    rivers.revise("natural stream", "wide stream")
    rivers.revise(f"{RAIN} ", "")
    assert told(rivers) == ["source-changed", "source-gone"]
    rivers.edit("    source: p1s1 ", "    ok: [source-changed]\n    source: p1s1 ")
    assert told(rivers) == ["source-gone"]
    rivers.edit("{id: rain, ", "{id: rain, ok: [source-gone], ")
    assert told(rivers) == []


def test_check_tells_sources_that_were_torn_apart(rivers: Reader) -> None:
    with_path(rivers)
    rivers.revise("load. A delta", "load.\n\nA delta")
    (problem,) = (each for each in rivers.problems() if each.name == "source-changed")
    assert (Path(problem.path).name, problem.line, problem.severity) == ("deltas.yaml", 7, "warning")
    assert problem.message == "what this card is based on is now in several places of the material"
    assert run("check", "--strict", rivers.folder).exit_code == 1
    rivers.fix()
    rivers.material.unlink()
    assert told(rivers) == ["source-gone"]  # its run of sentences stands nowhere in the lock


def test_check_tells_from_the_lock_alone_what_a_fix_left(rivers: Reader) -> None:
    rivers.revise("natural stream", "wide stream")
    rivers.revise(f"{RAIN} ", "")
    rivers.fix()
    rivers.material.unlink()
    assert told(rivers) == ["source-changed", "source-gone"]


def test_a_source_without_a_place_is_an_error_and_a_deck_without_a_lock_knows_none(rivers: Reader) -> None:
    rivers.edit("source: p1s1", "source: [p7s1, p1s9, p1s2-3, sky/p1]")
    wrong = [each for each in rivers.problems() if each.name == "bad-source"]
    assert [each.message for each in wrong] == [
        "there is no p7: the material's section has 2 paragraphs",
        "there is no s9: the material's paragraph p1 has 2 sentences",
        "there is no s2-3: the material's paragraph p1 has 2 sentences",
        "the material has no section 'sky'",
    ]
    assert {each.severity for each in wrong} == {"error"}
    (rivers.folder / "material.lock").unlink()
    assert told(rivers) == []


def test_nine_words_from_the_material_are_copied_and_eight_are_not(rivers: Reader) -> None:
    with_path(rivers)
    rivers.edit("A stream of fresh water", "The outer bank is worn away, and SAND")
    assert told(rivers) == []
    rivers.edit("worn away, and SAND", "worn **away**, and {{SAND}} gathers")
    assert told(rivers) == ["copied"]
    cloze = '    cloze: "The outer bank is {{c1::worn away::how}}, and sand gathers"'
    rivers.edit("    question: What may form at a mouth?\n    answer: A delta", cloze, "deltas.yaml")
    assert told(rivers) == ["copied", "copied"]
    assert "9 words in a row are the same in the material" in str(rivers.problems()[0])


@pytest.mark.parametrize(("limit", "found"), [("10", []), ("9", ["copied"]), ("on", ["copied"]), ("off", [])])
def test_a_deck_can_say_how_many_words_are_copied(rivers: Reader, limit: str, found: list[str]) -> None:
    with_path(rivers)
    rivers.edit("A stream of fresh water", "The outer bank is worn away, and sand gathers")
    rivers.write("deck.yaml", rivers.read("deck.yaml") + f"checks: {{copied: {limit}}}\n")
    assert told(rivers) == found


WORDS = st.lists(st.sampled_from(["ja", "nu", "so", "we"]), min_size=1, max_size=20).map(" ".join)


@given(st.lists(WORDS, min_size=1, max_size=5), st.lists(WORDS, min_size=1, max_size=6), st.integers(2, 12))
def test_copied_words_are_found_as_by_looking_at_all_in_a_row(said: list[str], typed: list[str], size: int) -> None:
    def runs(text: str) -> set[tuple[str, ...]]:
        words = text.split()
        return {tuple(words[at : at + size]) for at in range(len(words) - size + 1)}

    texts = tuple(placed(text, "water.yaml", number, 1) for number, text in enumerate(typed))
    where = Place("water.yaml")
    sections = [Section(where, texts[0], "water", (), some, ()) for some in (texts[:2], texts[2:])]
    deck = Deck(Path(), where, texts[0], "rivers", "rivers", sections=sections)
    outline = read_outline("# Water\n\n" + "".join(f"{words}.\n\n" for words in said), judging=True)
    theirs = set().union(*map(runs, said))
    expected = [number for number, text in enumerate(typed) if not theirs.isdisjoint(runs(text))]
    assert [each.line for each in copied(deck, outline, size)] == expected
    with mock.patch("studydeck.material.checks._MOST_BLOCKS", 2):  # as if it were too long for one look
        assert sorted(each.line for each in copied(deck, outline, size)) == expected


@pytest.mark.parametrize("limit", [0, 1])
def test_a_single_word_is_never_copied(rivers: Reader, limit: int) -> None:
    with_path(rivers)
    rivers.edit("A stream of fresh water", "Sand")
    rivers.write("deck.yaml", rivers.read("deck.yaml") + f"checks: {{copied: {limit}}}\n")
    assert "1 words" not in " ".join(map(str, rivers.problems()))
    rivers.edit("Sand", "When sand gathers")
    assert "2 words in a row are the same in the material" in " ".join(map(str, rivers.problems()))


def test_a_lost_hedge_is_an_info_where_the_text_is_at_hand(rivers: Reader) -> None:
    with_path(rivers)
    assert [each for each in rivers.problems() if each.name == "hedge-lost"] == []
    rivers.edit("What may form at a mouth?", "What forms at a mouth?", "deltas.yaml")
    assert [(each.name, each.line) for each in rivers.problems() if each.name == "hedge-lost"] == [("hedge-lost", 5)]
    assert load(rivers.folder, keep_material=False).problems == rivers.load().problems


def test_one_card_that_keeps_the_hedge_speaks_for_the_others_of_its_sentence(rivers: Reader) -> None:
    with_path(rivers)
    rivers.edit("What may form at a mouth?", "What forms at a mouth?", "deltas.yaml")
    more = "  - {id: foot, question: When may a delta be a bird-foot?, answer: Wide arms, source: p1s2}\n"
    rivers.write("deltas.yaml", rivers.read("deltas.yaml") + more)
    assert [each for each in rivers.problems() if each.name == "hedge-lost"] == []


def test_a_lock_that_is_no_file_is_damaged(rivers: Reader) -> None:
    (rivers.folder / "material.lock").unlink()
    (rivers.folder / "material.lock").mkdir()
    assert told(rivers) == ["damaged-material"]


def test_a_material_that_is_not_there_is_an_info_beside_the_lock_and_otherwise_a_warning(rivers: Reader) -> None:
    with_path(rivers)
    rivers.material.rename(rivers.material.with_suffix(".bak"))
    lost = "there is no file '../rivers.txt', so no card is compared with the material; fix path:, or remove it"
    assert [str(each).partition(": ")[2] for each in rivers.problems()] == [f"info: {lost} [lost-material]"]
    lock = rivers.read("material.lock")
    (rivers.folder / "material.lock").unlink()
    assert [str(each).partition(": ")[2] for each in rivers.problems()] == [f"warning: {lost} [lost-material]"]
    deck = rivers.read("deck.yaml")
    rivers.write("deck.yaml", f"{deck}checks: {{lost-material: off}}\n")
    assert rivers.problems() == []
    rivers.write("deck.yaml", deck)
    rivers.write("material.lock", lock)
    rivers.material.mkdir()
    assert [str(each).partition(": ")[2] for each in rivers.problems()] == [
        f"warning: {rivers.folder / '../rivers.txt'} isn't a regular file; fix path:, or remove it [unreadable]"
    ]


def test_a_deck_without_a_material_loads_nothing_of_it(author: Author) -> None:
    import subprocess
    import sys

    author.section("  - {id: a, question: What?, answer: That}\n")
    code = "import sys\nfrom pathlib import Path\nfrom studydeck.pipeline import load\n"
    code += f"load(Path({str(author.folder)!r}))\n"
    code += "print([name for name in sys.modules if name.startswith('studydeck.material')])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


# --- commands ------------------------------------------------------------------------------------


def test_status_shows_what_a_sentence_said_over_what_it_says(rivers: Reader) -> None:
    with_path(rivers)
    new = rivers.material.with_name("second.txt")
    new.write_text(RIVERS.replace("natural stream", "wide stream").replace(f"{RAIN} ", ""), "utf-8")
    outcome = run("source", "status", rivers.folder, "--material", new)
    assert outcome.exit_code == 0
    path = load(rivers.folder).deck.sections[0].place.path
    assert outcome.output.splitlines() == [
        "Rivers: 7 ok, 1 moved, 1 changed, 1 gone",
        f"{path}:8:13: changed: river: p1s1 says something else",
        "    was: A river is a natural stream of fresh water.",
        "    now: A river is a wide stream of fresh water.",
        f"{path}:9:90: moved: rain: p2s2 is now p2s1",
        f"{path}:9:96: gone: rain: p2s1 is no longer in the material",
        f"    was: {RAIN}",
    ]
    answer = json.loads(run("source", "status", rivers.folder, "--material", new, "--format", "json").output)
    (deck,) = answer["decks"]
    assert deck["counts"] == {"ok": 7, "unstamped": 0, "moved": 1, "changed": 1, "gone": 1, "ambiguous": 0, "bad": 0}
    assert deck["sources"][0] == {
        "card": "river",
        "path": path,
        "line": 8,
        "column": 13,
        "source": "p1s1",
        "state": "changed",
        "written": "p1s1",
        "was": "A river is a natural stream of fresh water.",
        "now": "A river is a wide stream of fresh water.",
    }


def test_status_works_from_the_lock_alone(rivers: Reader) -> None:
    rivers.material.unlink()
    assert run("source", "status", rivers.folder).output == "Rivers: 10 ok\n"


def test_the_commands_carry_a_deck_over_a_revision(rivers: Reader) -> None:
    rivers.revise(RAIN, f"It has many names. {RAIN}")
    rivers.revise("About 20 %", "About 30 %")
    path = load(rivers.folder).deck.sections[0].place.path
    outcome = run("source", "stamp", rivers.folder, "--material", rivers.material)
    assert outcome.output.startswith("Error: 2 sources have moved in ")
    outcome = run("source", "fix", rivers.folder, "--material", rivers.material)
    assert outcome.output.splitlines() == [
        f"{path}:9:90: p2s2 is now p2s3",
        f"{path}:9:96: p2s1 is now p2s2",
        "Rivers: 2 sources rewritten",
    ]
    assert run("source", "fix", rivers.folder, "--material", rivers.material).output == "Rivers: 0 sources rewritten\n"
    assert "rain: p2s3 says something else" in run("source", "status", rivers.folder).output
    assert run("source", "accept", rivers.folder, "rain").output == "Rivers: 1 card accepted\n"
    assert run("source", "status", rivers.folder).output == "Rivers: 10 ok\n"
    assert "has no card 'nile' with a source" in run("source", "accept", rivers.folder, "nile").output


def test_stamp_fails_for_what_it_can_not_accept(rivers: Reader) -> None:
    rivers.edit("source: p1s1", "source: p1s9")
    outcome = run("source", "stamp", rivers.folder, "--material", rivers.material)
    assert outcome.exit_code == 1
    assert "bad: river: p1s9 isn't valid: there is no s9: the material's paragraph p1 has 2 sentences" in outcome.output


def test_without_a_lock_and_a_material_there_is_a_sentence(author: Author) -> None:
    author.section("  - {id: a, question: What?, answer: That, source: p1}\n")
    outcome = run("source", "status", author.folder)
    assert (outcome.exit_code, "give the material with --material." in outcome.output) == (1, True)


def test_the_path_in_deck_yaml_is_the_material(rivers: Reader) -> None:
    with_path(rivers)
    (rivers.folder / "material.lock").unlink()
    assert run("source", "stamp", rivers.folder).output == "Rivers: 10 ok\n"


def test_a_deck_drawn_from_python_s_zen_survives_its_typography(tmp_path: Path) -> None:
    author = Reader(tmp_path)
    author.material.write_text(zen(), "utf-8")
    cards = "".join(f"  - {{id: z{n}, question: What is {n}?, answer: Zen, source: p1s{n}}}\n" for n in range(1, 20))
    author.section(cards)
    author.stamp()
    author.material.write_text(zen().replace("--", "—").replace("\n", " \r\n").replace("'", "’"), "utf-8")
    assert author.states() == {}
    author.material.write_text(zen().replace("implicit", "silent"), "utf-8")
    assert author.states() == {"z2:p1s2": "changed"}
