"""The package file: deterministic, packed, and each override of genanki needed."""

from __future__ import annotations

import json
import os
import random
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from author import DECK, Author
from tamper import tampered

from studydeck.package.read import read_package, read_stamps

CARDS = """\
  - {id: b, question: What is b?, answer: "**Bold** & new", reverse: true, tags: [x]}
  - {id: a, question: What is a?, answer: "![dot](dot.svg)"}
  - {id: c, cloze: "A {{c2::gap}} and {{c4::{{c1::nested}} gap}}"}
"""


@pytest.fixture
def built(author: Author) -> Author:
    author.section(CARDS)
    author.write("media/dot.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    author.build()
    return author


def database(package: Path, folder: Path) -> sqlite3.Connection:
    path = folder / "collection.anki2"
    path.write_bytes(zipfile.ZipFile(package).read("collection.anki2"))
    return sqlite3.connect(path)


def column(package: Path, folder: Path, what: str) -> Any:
    with database(package, folder) as connection:
        return json.loads(connection.execute(f"select {what} from col").fetchone()[0])


def test_each_note_has_the_stamp_of_its_own_last_change(built: Author, tmp_path: Path) -> None:
    first = built.now
    built.edit("What is a?", "What is an a?")
    built.build()
    with database(built.package, tmp_path) as connection:
        stamps = {flds.split("\x1f")[0]: mod for flds, mod in connection.execute("select flds, mod from notes")}
    assert sorted(stamps.values()) == [first, first, built.now]
    assert stamps["What is an a?"] == built.now


def test_note_types_keep_their_stamps_and_have_ids_on_fields_alone(built: Author, tmp_path: Path) -> None:
    first = built.now
    built.edit("What is a?", "What is an a?")
    built.build()
    for model in column(built.package, tmp_path, "models").values():
        assert model["mod"] == first
        assert not any("id" in each for each in model["tmpls"])
        ids = [each["id"] for each in model["flds"]]
        assert len(set(ids)) == len(ids)
        assert all(isinstance(each, int) for each in ids)
        collapsed = [each["name"] for each in model["flds"] if each["collapsed"]]
        assert collapsed[-5:-2] == ["Spare 1", "Spare 2", "Spare 3"]
        assert collapsed[-2:] in (["Spare 4", "Spare 5"], ["Question aloud", "Answer aloud"])


def test_ids_of_notes_and_cards_stay_over_builds(built: Author, tmp_path: Path) -> None:
    def ids() -> list[tuple[int, ...]]:
        with database(built.package, tmp_path) as connection:
            return connection.execute("select id, nid, ord from cards order by 1").fetchall()

    before = ids()
    built.edit("What is a?", "What is an a?")
    built.edit("  - {id: b,", "  - {id: z, question: First?, answer: Now}\n  - {id: b,")
    built.build(later=100_000_000)
    assert set(before) < set(ids())


def test_cards_follow_the_note_and_come_in_the_authors_order(built: Author, tmp_path: Path) -> None:
    with database(built.package, tmp_path) as connection:
        rows = connection.execute(
            "select flds, ord, due from cards join notes on notes.id = nid order by due, ord"
        ).fetchall()
    assert [(flds[:4], number, due) for flds, number, due in rows] == [
        ("What", 0, 1), ("What", 1, 1), ("What", 0, 2), ("A {{", 0, 3), ("A {{", 1, 3), ("A {{", 3, 3),
    ]  # fmt: skip


def test_the_archive_is_deflated_dateless_and_leaves_nothing_behind(built: Author) -> None:
    entries = zipfile.ZipFile(built.package).infolist()
    assert [each.filename for each in entries] == ["collection.anki2", "media", "0"]
    assert {(each.compress_type, each.date_time, each.create_system) for each in entries} == {
        (zipfile.ZIP_DEFLATED, (1980, 1, 1, 0, 0, 0), 3)
    }
    assert [path.name for path in built.out.iterdir()] == ["rivers.apkg"]


def test_long_answers_leave_little_of_a_page_empty(author: Author) -> None:
    author.section("".join(f"- question: What is {n}?\n  answer: {n} {'a' * 2_500}\n" for n in range(300)))
    author.build()
    size = zipfile.ZipFile(author.package).getinfo("collection.anki2").file_size
    assert size < 1.3 * 300 * 2_500


def test_what_is_packed_already_is_stored(built: Author) -> None:
    built.write("media/photo.JPG", b"\xff\xd8\xff\xe0" + bytes(1_000))
    built.section("- {question: 'What is it? ![a photo](photo.JPG)', answer: A photo}\n", file="photos.yaml")
    built.build()
    archive = zipfile.ZipFile(built.package)
    names = {name: number for number, name in json.loads(archive.read("media")).items()}
    packed = {name.rpartition(".")[2]: archive.getinfo(number).compress_type for name, number in names.items()}
    assert packed == {"svg": zipfile.ZIP_DEFLATED, "jpg": zipfile.ZIP_STORED}
    assert archive.read(names[next(name for name in names if name.endswith("jpg"))])[4:] == bytes(1_000)


def test_media_is_named_by_its_content(built: Author) -> None:
    archive = zipfile.ZipFile(built.package)
    (name,) = json.loads(archive.read("media")).values()
    assert name.endswith(".svg")
    built.write("media/dot.svg", b"<svg xmlns='http://www.w3.org/2000/svg'> </svg>")
    built.build()
    (after,) = json.loads(zipfile.ZipFile(built.package).read("media")).values()
    assert after != name


def test_the_deck_has_its_description_as_markdown(author: Author, tmp_path: Path) -> None:
    author.write("deck.yaml", DECK + "description: Not *advice*.\n")
    author.section(CARDS.replace("![dot](dot.svg)", "x"))
    author.build()
    deck = next(each for each in column(author.package, tmp_path, "decks").values() if each["name"] == "Rivers")
    assert (deck["desc"], deck["md"]) == ("Not *advice*.", True)


def test_decks_are_written_once_however_many_they_are(author: Author, tmp_path: Path) -> None:
    author.write("deck.yaml", DECK + "subdecks: true\n")
    for n in range(30):
        author.section(f"  - {{id: q{n}, question: What is {n}?, answer: '{n}'}}\n", f"Part {n}", f"part{n:02}.yaml")
    author.build()
    assert len(column(author.package, tmp_path, "decks")) == 32  # with the parent, and Anki's own


def test_genanki_is_imported_without_asyncio_and_leaves_cached_property_as_it_was() -> None:
    code = (
        "import sys; import studydeck.package; print('asyncio' in sys.modules, 'cached_property' in sys.modules);"
        "import cached_property; print(hasattr(cached_property, 'threaded_cached_property'))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False", "True"]


ENVIRONMENTS = [
    {"PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo", "LC_ALL": "C"},
    {"PYTHONHASHSEED": "2", "TZ": "America/Lima", "LC_ALL": "C.UTF-8", "PYTHONUTF8": "0"},
]


def test_the_same_tree_and_lock_make_the_same_bytes_anywhere(built: Author, tmp_path: Path) -> None:
    """Whatever the hash seed, time zone, locale, path, clock and order in which files were made."""
    packages = {built.package.read_bytes()}
    for number, environment in enumerate(ENVIRONMENTS):
        elsewhere = tmp_path / f"elsewhere {number} é" / "rivers"
        for path in sorted(built.folder.rglob("*"), reverse=number == 0):
            if path.is_file():
                copy = elsewhere / path.relative_to(built.folder)
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(path.read_bytes())
        out = tmp_path / f"out {number}"
        command = [sys.executable, "-m", "studydeck", "build", "--locked", "-o", str(out), str(elsewhere)]
        subprocess.run(command, env={**os.environ, **environment}, check=True, capture_output=True)
        packages.add((out / "rivers.apkg").read_bytes())
    assert len(packages) == 1


def test_a_package_with_a_flipped_byte_is_read_or_refused_with_a_sentence(built: Author, tmp_path: Path) -> None:
    data, flipped = built.package.read_bytes(), tmp_path / "flipped.apkg"
    told = []
    for place in range(0, len(data), 7):
        flipped.write_bytes(data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :])
        try:
            read_package(flipped)
        except ValueError as error:
            told.append(str(error))
    assert len(told) > 100
    assert {each.split(" (")[0] for each in told} <= {
        f"{flipped} can't be read as a package",
        f"{flipped} is a damaged package",
    }


@pytest.mark.parametrize(
    "statement",
    [
        "update notes set mod = 1e300",
        "update notes set mod = 9223372036854775807",
        "update notes set mod = 'soon'",
        "update notes set flds = x'ff00'",
        """update col set models = replace(models, '"mod": ', '"mod": 1e400, "x": ')""",
        "update col set models = '[]'",
        "update col set models = printf('%.*c', 100000, '[')",
    ],
)
def test_absurd_numbers_and_damaged_json_are_refused_with_a_sentence(built: Author, statement: str) -> None:
    package = tampered(built.package, statement)
    with pytest.raises(ValueError, match=r"tampered\.apkg is a damaged package \("):
        read_package(package)
    if "flds" not in statement:
        with pytest.raises(ValueError, match=r"tampered\.apkg is a damaged package \("):
            list(read_stamps(package))


def test_what_a_killed_build_of_the_same_number_left_is_in_nobodys_way(built: Author) -> None:
    before = built.package.read_bytes()
    number = os.getpid()
    left = built.out / f".rivers.apkg.{number}.db.{number}.part"
    with sqlite3.connect(left) as connection:
        connection.execute("create table col (id)")
    built.build()
    assert built.package.read_bytes() == before
    assert not left.exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows limits no file's size")
@pytest.mark.parametrize("most", [10_000, 200_000])  # bytes: too few for the database, and for its zip
def test_a_disk_that_is_full_half_way_is_a_sentence_and_leaves_nothing(author: Author, most: int) -> None:
    words = random.Random(1)
    cards = "".join(
        f"  - {{id: c{n}, question: What is {n}?, answer: {words.randbytes(200).hex()}}}\n" for n in range(700)
    )
    author.section(cards)
    script = f"""
import resource, signal
from pathlib import Path
from studydeck.pipeline import build, load
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, ({most}, {most}))
(problem,) = build(load(Path({str(author.folder)!r})), Path({str(author.out)!r}), 1_700_000_000).problems
assert problem.name == "unwritable", problem
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert os.listdir(author.out) == []
    assert not (author.folder / "deck.lock").exists()
