"""Two authors' branches merged by a forge, whose merge button knows no `merge=union`: their locks merge all the same.

What their own git does, which follows `.gitattributes`, is in test_history.py ("the lock under git").
"""

from __future__ import annotations

import os
import random
import re
import shutil
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from clone import ROOT, git

from studydeck.pipeline import Built, build, load

DECK = ROOT / "cards" / "magnesium-and-inflammation"
#: In the suite some; `make stories` merges 100.
PAIRS = 100 if "STUDYDECK_STORIES" in os.environ else 30
CARD = re.compile(r"(?m)^(?=  - id: )")
MATERIAL = re.compile(r"(?m)^    source: .*\n|^material:\n(?:  .*\n)+|^uncarded:\n(?:  .*\n)+")
Edit = tuple[str, int, str]


class Forge:
    """The magnesium deck on a forge, and a clone of it for each author."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.folder = home / "forge"
        shutil.copytree(DECK, self.folder, ignore=shutil.ignore_patterns("material.lock", ".schema"))
        for each in self.folder.glob("*.yaml"):  # what the material says of these cards is of no interest here
            text = re.sub(MATERIAL, "", each.read_text("utf-8"))
            each.write_text(text, "utf-8")
        self.sections = sorted(each.name for each in self.folder.glob("*.yaml") if each.name != "deck.yaml")
        (self.folder / ".gitattributes").write_text("deck.lock text eol=lf !merge\n", "utf-8")
        git(self.folder, "init", "-qb", "main")
        self.build(self.folder)
        commit(self.folder)
        self.ours, self.theirs = home / "ours", home / "theirs"
        for clone in (self.ours, self.theirs):
            git(home, "clone", "-q", "forge", clone.name)

    def build(self, folder: Path) -> Built:
        loaded = load(folder)
        assert not loaded.errors, "\n".join(map(str, loaded.errors))
        # Each pair of branches starts anew, and knows nothing of those before it.
        return build(loaded, self.home / f"{folder.name}-dist", int(time.time()), only_this_branch=True)

    def cards(self) -> list[tuple[str, int, str]]:
        """The section, number and YAML of every card that isn't retired, as they are in the forge's folder."""
        return [
            (section, at, card)
            for section in self.sections
            for at, card in enumerate(CARD.split((self.folder / section).read_text("utf-8"))[1:])
            if "retired" not in card
        ]

    def work(self, clone: Path, edits: Sequence[Edit]) -> None:
        """An author's branch: edits of cards, a build, and a commit."""
        git(clone, "checkout", "-qB", "work", "origin/main")
        for section, at, what in edits:
            head, *cards = CARD.split((clone / section).read_text("utf-8"))
            if what == "add":
                name = f"{section.removesuffix('.yaml')}-{clone.name}-{at}"
                cards.insert(at + 1, f"  - id: {name}\n    question: What is {name}?\n    answer: This\n\n")
            elif what == "retire":
                cards[at] = cards[at].rstrip() + "\n    retired: true\n\n"
            else:
                asked = r"(?m)^(    (?:question|cloze): .*?)([?.]?)$"
                cards[at] = re.sub(asked, rf"\1, says {clone.name}\2", cards[at], count=1)
            (clone / section).write_text(head + "".join(cards), "utf-8")
        self.build(clone)
        commit(clone)

    def merge(self) -> set[str]:
        """Merges both branches as a forge does; returns the files with conflicts."""
        git(self.folder, "checkout", "-qf", "--detach", "main")
        for clone in (self.ours, self.theirs):
            git(self.folder, "fetch", "-q", str(clone), f"+work:{clone.name}")
        git(self.folder, "merge", "-q", "--ff", "--no-edit", "ours")
        git(self.folder, "merge", "-q", "--no-edit", "theirs", check=False)
        return set(git(self.folder, "diff", "--name-only", "--diff-filter=U").splitlines())


def commit(folder: Path) -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "work")


def plans(cards: Sequence[tuple[str, int, str]], rng: random.Random) -> tuple[list[Edit], list[Edit]]:
    """What two authors do: one to four things each, no card in both, but often the card that follows the other's."""
    here = [rng.randrange(len(cards) - 1) for _ in range(rng.randint(1, 4))]
    there = [each + 1 if rng.random() < 0.5 else rng.randrange(len(cards)) for each in here]
    ours, theirs = set(here) - set(there), set(there) - set(here)
    ours_then_theirs = [
        [(*cards[each][:2], rng.choice(("edit", "edit", "add", "retire"))) for each in sorted(them, reverse=True)]
        for them in (ours, theirs)
    ]
    return ours_then_theirs[0], ours_then_theirs[1]


@pytest.mark.slow
def test_locks_of_two_branches_merge_on_a_forge_in_all_but_rare_cases(tmp_path: Path) -> None:
    forge = Forge(tmp_path)
    cards, rng = forge.cards(), random.Random(13)
    merged = conflicts = 0
    while merged < PAIRS:
        ours, theirs = plans(cards, rng)
        if not (ours and theirs):
            continue
        forge.work(forge.ours, ours)
        forge.work(forge.theirs, theirs)
        with_conflicts = forge.merge()
        if not with_conflicts & set(forge.sections):  # what they wrote merges, so the lock should
            merged += 1
            conflicts += bool(with_conflicts)
        if not with_conflicts:
            built = forge.build(forge.folder)
            assert (built.changes.new, built.changes.edited) == ((), ()), (ours, theirs)
    assert conflicts <= max(1, PAIRS / 50)


def test_edits_of_two_cards_that_are_neighbours_in_the_lock_merge_on_a_forge(tmp_path: Path) -> None:
    forge = Forge(tmp_path)
    where = {re.findall(r"- id: (\S+)", card)[0]: (section, at) for section, at, card in forge.cards()}
    pairs = pairwise(sorted(where))
    one, two = next((a, b) for a, b in pairs if where[a][0] != where[b][0])
    forge.work(forge.ours, [(*where[one], "edit")])
    forge.work(forge.theirs, [(*where[two], "edit")])
    assert forge.merge() == set()
    assert forge.build(forge.folder).changes.edited == ()
