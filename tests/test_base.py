"""What was shipped: each note as learners got it, from the YAML, the last package or git, and never guessed."""

from __future__ import annotations

import shutil
from pathlib import Path

from author import START, Author
from test_edition import git

from studydeck.commands.base import Base, Bases

NILE = "  - {id: nile, question: Which river flows through Cairo?, answer: The Nile, tags: [africa]}\n"
PO = "  - {id: po, question: Which river flows through Turin?, answer: The Po}\n"


def committed(author: Author) -> None:
    git(author.folder, "add", ".")
    git(author.folder, "commit", "-qm", "build")


def three_builds(author: Author, *, commits: bool) -> None:
    """The Nile, the White Nile and the Blue Nile, 100 seconds after one another; the last isn't committed."""
    if commits:
        git_folder = author.folder
        git_folder.mkdir(exist_ok=True)
        git(git_folder, "init", "-q")
    author.section(NILE + PO)
    for number, (old, new) in enumerate((("The Nile", "The Nile"), ("The Nile", "White"), ("White", "Blue"))):
        author.edit(old, new)
        author.build()
        if commits and number < 2:
            committed(author)


def nile(author: Author, stamp: int) -> Base | None:
    return Bases(author.load(), author.out).of(author.guid("nile"), stamp)


def answer(author: Author, stamp: int) -> str | None:
    found = nile(author, stamp)
    return found and found.fields["Answer"]


def test_a_note_that_is_as_it_was_built_needs_neither_package_nor_git(author: Author) -> None:
    author.section(NILE)
    author.build()
    shutil.rmtree(author.out)
    found = nile(author, author.now)
    assert found
    assert (found.stamp, found.fields["Answer"], found.tags) == (author.now, "The Nile", ("rivers::water", "africa"))


def test_an_edit_that_is_not_built_is_no_base(author: Author) -> None:
    author.section(NILE)
    author.build()
    author.edit("The Nile, tags: [africa]", "Nil, tags: [egypt]")
    found = nile(author, author.now + 5)
    assert found
    assert (found.fields["Answer"], found.tags) == ("The Nile", ("rivers::water", "africa"))


def test_without_the_package_git_has_the_text(author: Author) -> None:
    author.section(NILE)
    author.build()
    git(author.folder, "init", "-q")
    committed(author)
    author.edit("The Nile", "Nil")
    shutil.rmtree(author.out)
    assert answer(author, author.now) == "The Nile"


def test_an_older_stamp_has_the_build_of_its_time(author: Author) -> None:
    three_builds(author, commits=True)
    asked = (START + 99, START + 100, START + 199, START + 200, START + 299, START + 300, START + 10_000)
    assert [answer(author, each) for each in asked] == [None, "The Nile", "The Nile", "White", "White", "Blue", "Blue"]


def test_builds_that_nothing_remembers_are_unknown(author: Author) -> None:
    three_builds(author, commits=False)
    assert answer(author, START + 300) == "Blue"
    assert answer(author, START + 200) is None
    author.edit("Blue", "Nil")
    shutil.rmtree(author.out)
    assert answer(author, START + 300) is None


def test_a_package_of_another_deck_is_not_asked(author: Author, tmp_path: Path) -> None:
    author.section(NILE)
    author.build()
    author.edit("The Nile", "Nil")
    other = Author(tmp_path / "other")
    other.write("deck.yaml", "deck: Other\nuid: otherotherot\ntag: rivers\n")
    other.section(NILE.replace("id: nile", f"id: nile, guid: {author.guid('nile')}").replace("The Nile", "Wrong"))
    other.build(later=1000)
    shutil.copy(other.package, author.package)
    assert answer(author, author.now + 5000) is None


def test_a_note_that_was_never_built_has_no_base(author: Author) -> None:
    author.section(NILE)
    author.build()
    author.section(NILE + PO)
    assert Bases(author.load(), author.out).of("nobody's", author.now) is None


def test_a_card_that_is_gone_from_the_yaml_has_its_last_text(author: Author) -> None:
    author.section(NILE + PO)
    author.build()
    author.section(PO)
    assert answer(author, author.now) == "The Nile"
