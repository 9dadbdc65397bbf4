"""Builds of one deck at once, from a shell, an editor and a preview, edited and killed meanwhile: no card is lost."""

from __future__ import annotations

import hashlib
import http.client
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from author import Author
from click.testing import CliRunner

from studydeck import timings
from studydeck.cli import building, main
from studydeck.commands import build as build_command
from studydeck.files import digest_of
from studydeck.history import lock_text
from studydeck.history.identity import digest
from studydeck.incremental.exclusion import exclusive
from studydeck.pipeline import Built, build, load

pytestmark = pytest.mark.slow

#: In the suite a few rounds; `STUDYDECK_ROUNDS=200` plays many.
ROUNDS = int(os.environ.get("STUDYDECK_ROUNDS", "5"))
SECTIONS = ("air", "fire", "water")
KINDS = {"qa": "Q&A", "cloze": "Cloze"}


class Writer:
    """An author who saves while builds are under way; every save moves a whole file into its place."""

    def __init__(self, author: Author, chance: random.Random, most: int) -> None:
        self.author = author
        self.chance = chance
        self.count = 0
        self.cards = {name: [self.card() for _ in range(chance.randint(5, most))] for name in SECTIONS}
        for name in SECTIONS:
            self.save(name)

    def card(self) -> list[str]:
        self.count += 1
        return [f"card-{self.count}", "Answer 1"]

    def edit(self) -> None:
        name = self.chance.choice(SECTIONS)
        cards = self.cards[name]
        what = self.chance.choice(["answer", "answer", "back", "new", "gone", "order"])
        card = self.chance.choice(cards)
        if what == "answer":
            card[1] = f"Answer {self.chance.randint(1, 3)}"
        elif what == "back":
            card[1] = "Answer 1"
        elif what == "new":
            cards.insert(self.chance.randrange(len(cards)), self.card())
        elif what == "gone" and len(cards) > 3:
            cards.remove(card)
        else:
            self.chance.shuffle(cards)
        self.save(name)

    def change(self) -> None:
        """An edit that surely changes something."""
        self.cards["fire"].insert(0, self.card())
        self.save("fire")

    def save(self, name: str) -> None:
        cards = "".join(
            f"  - {{id: {each.split()[0]}, question: 'What is {each}?', answer: {says}}}\n"
            for each, says in self.cards[name]
        )
        part = self.author.folder / f"{name}.new"
        part.write_text(f"section: {name.title()}\ncards:\n{cards}", encoding="utf-8")
        part.replace(self.author.folder / f"{name}.yaml")

    @property
    def answers(self) -> dict[str, str]:
        return {each.split()[0]: says for cards in self.cards.values() for each, says in cards}


def start(*authors: Author, **environment: str) -> subprocess.Popen[str]:
    folders = [str(each.folder) for each in authors]
    command = [sys.executable, "-m", "studydeck", "build", "-o", str(authors[0].out), *folders]
    return subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    )


@contextmanager
def previewed(author: Author) -> Iterator[tuple[subprocess.Popen[str], http.client.HTTPConnection]]:
    """The preview of a deck, and a connection to it."""
    # A shell has what runs in its background ignore an interrupt, and its children with it.
    begin = "import signal; signal.signal(2, signal.default_int_handler); from studydeck.__main__ import main; main()"
    command = [sys.executable, "-u", "-c", begin, "preview", str(author.folder), "-o", str(author.out), "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8") as process:
        try:
            assert process.stdout
            found = re.search(r"http://([\d.]+):(\d+)/", process.stdout.readline())
            assert found
            with closing(http.client.HTTPConnection(found[1], int(found[2]), timeout=60)) as connection:
                yield process, connection
        finally:
            process.kill()


def rows(package: Path) -> dict[str, tuple[int, str, str, str]]:
    """Of every note's guid: its stamp, tags and fields, and the kind of its note type."""
    with zipfile.ZipFile(package) as archive, closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(archive.read("collection.anki2"))
        (cards,) = connection.execute("SELECT count(*) FROM cards JOIN notes ON notes.id = nid").fetchone()
        found = connection.execute("SELECT guid, mod, trim(tags), flds FROM notes").fetchall()
    assert cards == len(found)
    return {guid: (stamp, "qa", tags, fields) for guid, stamp, tags, fields in found}


def assert_one(writer: Writer) -> None:
    """Package, lock and YAML say the same, and a build of everything finds nothing to do."""
    author = writer.author
    loaded = load(author.folder)
    assert loaded.errors == []
    lock = loaded.lock
    here = rows(author.package)
    live = {note.guid: note for note in lock.notes.values() if not note.retired}
    assert {note.id for note in live.values()} == set(writer.answers)
    assert here.keys() == live.keys()
    for guid, (stamp, kind, tags, fields) in here.items():
        note = live[guid]
        assert (note.modified, note.content) == (stamp, digest(kind, tags, fields)), note.id
        assert writer.answers[note.id] in fields.split("\x1f"), note.id
    package, written = author.package.read_bytes(), author.read("deck.lock")
    assert written == lock_text(lock)
    assert build(loaded, author.out, int(time.time())).changes.edited == ()
    assert author.package.read_bytes() == package
    assert author.read("deck.lock") == written


def finished(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def test_builds_at_once_leave_package_lock_and_yaml_as_one(author: Author) -> None:
    seed = random.randrange(1 << 32)
    chance = random.Random(seed)
    writer = Writer(author, chance, 400)
    with previewed(author) as (_, preview):
        for number in range(ROUNDS):
            builds = []
            writer.edit()
            for _ in range(2):
                builds.append(start(author))
                if chance.random() < 0.7:
                    time.sleep(chance.random() * 0.15)
                    writer.edit()
            preview.request("GET", "/package.apkg")
            time.sleep(chance.random() * 0.2)
            writer.edit()
            killed = builds[chance.randrange(2)] if number % 3 == 2 else None
            if killed:
                killed.kill()
            answer = preview.getresponse()
            assert answer.status == 200, answer.read()
            answer.read()
            for each in builds:
                code, _, err = finished(each)
                assert code == 0 or each is killed, f"round {number} of seed {seed}: {err}"
            if killed:  # another build may have ended before the system knew that this one is gone
                writer.change()
            code, _, err = finished(start(author))
            assert code == 0, f"round {number} of seed {seed}: {err}"
            assert not list(author.folder.glob(".deck.lock.*")), f"round {number} of seed {seed}"
            assert [path.name for path in author.out.iterdir()] == ["rivers.apkg"]
            try:
                assert_one(writer)
            except Exception as error:
                raise AssertionError(f"round {number} of seed {seed}") from error


# --- what a build proves, lock or no lock ----------------------------------------------------------


@pytest.fixture
def writer(author: Author, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Writer:
    """An author whose deck is built, with a cache of its own."""
    monkeypatch.setenv("STUDYDECK_CACHE", str(tmp_path / "cache"))
    author.write("media/dot.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>")
    writer = Writer(author, random.Random(1), 10)
    writer.cards["air"].append(["dot ![a dot](dot.svg)", "Answer 1"])
    writer.save("air")
    run(author)
    return writer


def run(author: Author, *words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(main, ["build", "-o", str(author.out), *words, str(author.folder)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout, done.stderr


def elsewhere(author: Author) -> None:
    """A whole build by another user, whose cache knows nothing of ours."""
    code, _, err = finished(start(author, STUDYDECK_CACHE=str(author.out.parent / "other cache")))
    assert code == 0, err


#: Before a build has its turn, and after each of its stages.
MOMENTS = ("start", "read", "media", "lock", "identify", "check", "render", "stamp", "package", "end")


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Callable[[], object]], None]:
    """Has something done at one moment of the next build."""

    def at(moment: str, act: Callable[[], object]) -> None:
        waiting = [act]

        def reached(stage: str) -> None:
            if stage == moment and waiting:
                waiting.pop()()

        alone, whole = vars(building)["alone"], vars(build_command)["build"]  # the real ones, or an earlier moment's
        clock = timings.Stopwatch()
        count = clock.count

        def turn(*places: Any) -> object:
            reached("start")
            return alone(*places)

        def counted(stage: str, number: int) -> None:
            count(stage, number)
            reached(stage)

        monkeypatch.setattr(building, "alone", turn)
        monkeypatch.setattr(timings, "_running", clock)
        monkeypatch.setattr(clock, "count", counted)

        def ended(*deck: Any, **named: Any) -> Built:
            built: Built = whole(*deck, **named)
            reached("end")
            return built

        monkeypatch.setattr(build_command, "build", ended)

    return at


At = Callable[[str, Callable[[], object]], None]


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("part", [True, False], ids=["after an edit", "of everything"])
def test_a_build_that_another_overtakes_takes_nothing_from_it_unproved(
    writer: Writer, at: At, tmp_path: Path, moment: str, part: bool
) -> None:
    if part and moment == "lock":
        pytest.skip("a build after an edit reads the lock before anything else")

    def overtake() -> None:
        writer.change()
        elsewhere(writer.author)

    writer.cards["water"][0][1] = "Another answer"
    writer.save("water")
    if not part:
        shutil.rmtree(tmp_path / "cache")
    at(moment, overtake)
    code, out, err = run(writer.author)
    if moment in ("stamp", "render", "package") or (moment in ("lock", "identify", "check") and not part):
        assert (code, out) == (1, "")
        assert "deck.lock:1:1: error: another program changed deck.lock during the build; build again" in err
    else:
        assert (code, err) == (0, "")
    assert run(writer.author)[0] == 0
    assert_one(writer)


def test_a_lock_that_git_changed_after_the_look_is_read(writer: Writer, at: At) -> None:
    author = writer.author

    def pull() -> None:
        head, *notes = author.read("deck.lock").split("\nnote\t")
        cells = notes[0].split("\t")
        cells[9] = str(int(cells[9]) + 10)
        author.write("deck.lock", "\nnote\t".join([head, "\t".join(cells), *notes[1:]]))

    writer.change()
    at("start", pull)
    assert run(author)[::2] == (0, "")
    assert_one(writer)


@pytest.mark.parametrize("back", ["read", "media", "package", "end"])
@pytest.mark.parametrize("what", ["a card", "a picture", "a file more"])
@pytest.mark.parametrize("part", [True, False], ids=["after an edit", "of everything"])
def test_an_edit_that_a_build_saw_and_that_was_taken_back_meanwhile_is_built_again(
    writer: Writer, at: At, tmp_path: Path, part: bool, what: str, back: str
) -> None:
    author = writer.author
    path = author.folder / {"a card": "water.yaml", "a picture": "media/dot.svg", "a file more": "earth.yaml"}[what]
    before = path.read_bytes() if path.exists() else None
    after = {
        "a card": (before or b"").replace(b"Answer 1", b"Answer 9", 1),
        "a picture": (before or b"").replace(b"'/>", b"' />"),
        "a file more": b"section: Earth\ncards:\n  - {id: earth, question: What is earth?, answer: Earth}\n",
    }[what]

    def take_back() -> None:
        if before is None:
            path.unlink()
        else:
            path.write_bytes(before)

    writer.cards["fire"][0][1] = "Another answer"  # so that there is something to build
    writer.save("fire")
    if not part:
        shutil.rmtree(tmp_path / "cache")
    at("start", lambda: path.write_bytes(after))
    at(back, take_back)
    run(author)
    run(author)
    built = digest_of(author.package), author.read("deck.lock")
    shutil.rmtree(tmp_path / "cache")
    assert "0 new, 0 edited" in run(author)[1]
    assert (digest_of(author.package), author.read("deck.lock")) == built


# --- waiting ---------------------------------------------------------------------------------------

WAITING = "waiting for another build of this deck to finish\n"


def never() -> None:
    pytest.fail("nobody is there to wait for")


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT to one process")
def test_a_build_that_waits_says_so_and_can_be_interrupted(writer: Writer) -> None:
    author = writer.author
    before = author.package.read_bytes(), author.read("deck.lock")
    writer.change()
    with exclusive([author.folder], author.out, never):
        waiting = start(author)
        assert waiting.stderr
        assert waiting.stderr.readline() == WAITING
        waiting.send_signal(signal.SIGINT)
        assert finished(waiting)[0] == 1
        assert (author.package.read_bytes(), author.read("deck.lock")) == before
        waiting = start(author)
        assert waiting.stderr
        assert waiting.stderr.readline() == WAITING
    assert finished(waiting)[0] == 0
    assert_one(writer)


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT to one process")
def test_a_preview_waits_for_a_build_and_ends_at_an_interrupt(writer: Writer) -> None:
    author = writer.author
    with previewed(author) as (process, preview):
        assert process.stderr
        with exclusive([author.folder], author.out, never):
            preview.request("GET", "/package.apkg")
            assert process.stderr.readline() == WAITING
        answer = preview.getresponse()
        assert (answer.status, answer.read()) == (200, author.package.read_bytes())
        with exclusive([author.folder], author.out, never):
            preview.request("GET", "/package.apkg")
            assert process.stderr.readline() == WAITING
            process.send_signal(signal.SIGINT)
            assert process.wait(60) == 0


def test_of_two_builds_of_one_edit_the_later_has_nothing_to_do(writer: Writer) -> None:
    writer.cards["air"][0][1] = "Another answer"
    writer.save("air")
    with exclusive([writer.author.folder], writer.author.out, never):
        builds = [start(writer.author) for _ in range(2)]
        for each in builds:
            assert each.stderr
            assert each.stderr.readline() == WAITING
    while all(each.poll() is None for each in builds):
        time.sleep(0.001)
    first = writer.author.package.stat().st_ino
    done = [finished(each) for each in builds]
    assert writer.author.package.stat().st_ino == first
    assert [code for code, _, _ in done] == [0, 0]
    assert sorted("0 new, 1 edited" in out for _, out, _ in done) == [False, True]
    assert_one(writer)


def test_an_unchanged_deck_is_answered_at_once_while_another_build_runs(writer: Writer) -> None:
    with exclusive([writer.author.folder], writer.author.out, never):
        assert finished(start(writer.author))[::2] == (0, "")


def test_a_deck_does_not_wait_for_a_build_of_an_unchanged_one_beside_it(writer: Writer, tmp_path: Path) -> None:
    lakes = Author(tmp_path, "lakes")
    lakes.write("deck.yaml", "deck: Lakes\nuid: otherotherot\ntag: lakes\n")
    lakes.section("  - {id: one, question: What is one?, answer: '1'}\n")
    assert run(writer.author, str(lakes.folder))[0] == 0
    lakes.edit("'1'", "'2'")
    with exclusive([writer.author.folder], writer.author.out, never):
        code, out, err = finished(start(writer.author, lakes))
        assert (code, err) == (0, "")
        assert "1 note, 1 card: 0 new, 1 edited" in out
        writer.change()
        lakes.edit("'2'", "'3'")
        waiting = start(writer.author, lakes)
        assert waiting.stderr
        assert waiting.stderr.readline() == "waiting for another build of these decks to finish\n"
    assert finished(waiting)[0] == 0


def test_a_deck_that_changes_while_another_is_waited_for_is_built_too(writer: Writer, tmp_path: Path) -> None:
    lakes = Author(tmp_path, "lakes")
    lakes.write("deck.yaml", "deck: Lakes\nuid: otherotherot\ntag: lakes\n")
    lakes.section("  - {id: one, question: What is one?, answer: '1'}\n")
    assert run(writer.author, str(lakes.folder))[0] == 0
    with exclusive([writer.author.folder], writer.author.out, never):
        writer.change()
        waiting = start(writer.author, lakes)
        assert waiting.stderr
        assert waiting.stderr.readline() == WAITING
        lakes.edit("'1'", "'2'")
    code, out, _ = finished(waiting)
    assert code == 0
    assert "1 note, 1 card: 0 new, 1 edited" in out
    assert_one(writer)


def test_decks_in_any_order_do_not_wait_for_each_other_for_ever(author: Author, tmp_path: Path) -> None:
    lakes = Author(tmp_path, "lakes")
    lakes.write("deck.yaml", "deck: Lakes\nuid: otherotherot\ntag: lakes\n")
    for deck in (author, lakes):
        deck.section("  - {id: one, question: What is one?, answer: '1'}\n")
    for number in range(3):
        for deck in (author, lakes):
            deck.write(
                "extra.yaml", f"section: Extra\ncards:\n  - {{id: x, question: Is this {number}?, answer: Yes}}\n"
            )
        builds = [start(author, lakes), start(lakes, author)]
        assert [finished(each)[0] for each in builds] == [0, 0]


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT to one process")
def test_ids_wait_for_a_build(writer: Writer) -> None:
    author = writer.author
    command = [sys.executable, "-m", "studydeck", "ids", "--write", str(author.folder)]
    with exclusive([author.folder], author.out, never):
        waiting = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
        assert waiting.stderr
        assert waiting.stderr.readline() == WAITING
    assert finished(waiting)[0] == 0


def test_two_decks_with_one_package_wait_for_each_other(writer: Writer, tmp_path: Path) -> None:
    other = Author(tmp_path / "copy")
    shutil.copytree(writer.author.folder, other.folder, dirs_exist_ok=True)
    with exclusive([other.folder], writer.author.out, never):
        writer.change()
        waiting = start(writer.author)
        assert waiting.stderr
        assert waiting.stderr.readline() == WAITING
    assert finished(waiting)[0] == 0


@pytest.mark.parametrize("spoil", ["a file", "no database"])
def test_where_there_can_be_no_lock_a_build_goes_on_without(
    writer: Writer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoil: str
) -> None:
    folder = tmp_path / "spoiled"
    monkeypatch.setenv("STUDYDECK_CACHE", str(folder))
    if spoil == "a file":
        folder.write_text("")
    else:
        with exclusive([writer.author.folder], writer.author.out, never):
            pass
        locks = list(folder.glob("*.lock"))
        assert len(locks) == 2
        for lock in locks:
            lock.write_text("no database" * 1000)
    writer.change()
    assert run(writer.author)[::2] == (0, "")
    assert_one(writer)


def test_the_locks_lie_outside_the_deck(writer: Writer) -> None:
    writer.change()
    run(writer.author)
    names = {"deck.yaml", "deck.lock", ".gitattributes", "media", *(f"{name}.yaml" for name in SECTIONS)}
    assert {path.name for path in writer.author.folder.iterdir()} == names
    assert [path.name for path in writer.author.out.iterdir()] == ["rivers.apkg"]


def test_what_two_killed_builds_left_pending_counts_both(author: Author) -> None:
    author.section("  - {id: one, question: What is one?, answer: '1'}\n  - {id: two, question: What?, answer: '2'}\n")
    author.build()
    before = author.read("deck.lock")
    start = f".deck.lock.{hashlib.sha256(before.encode()).hexdigest()[:16]}"
    stamp = str(author.now)
    lines = before.splitlines(keepends=True)
    for number, name in enumerate(["one", "two"], start=1):
        later = [
            each.replace(stamp, str(author.now + number)) if each.startswith(f"note\t{name}\t") else each
            for each in lines
        ]
        author.write(f"{start}.{number}.pending", "".join(later))
    notes = author.load().lock.notes
    assert [notes[name].modified - author.now for name in ("one", "two")] == [1, 2]


HOLD = """
import sys, time
from pathlib import Path
from studydeck.incremental.exclusion import exclusive
with exclusive([Path(sys.argv[1])], Path(sys.argv[2]), lambda: None):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_dead_build_keeps_nobody_waiting(writer: Writer) -> None:
    author = writer.author
    command = [sys.executable, "-c", HOLD, str(author.folder), str(author.out)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8") as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        writer.change()
        waiting = start(author)
        assert waiting.stderr
        assert waiting.stderr.readline() == WAITING
        holder.kill()
    assert finished(waiting)[0] == 0
    assert_one(writer)
