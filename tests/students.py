"""Students on the real engine, who study a deck for days in seconds and forget some cards more than others."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from pathlib import Path

from anki.collection import ExportAnkiPackageOptions

from studydeck.engine.learner import Learner

_DAY = 86_400


class Student(Learner):
    """A learner with a deck; the same `seed` makes the same memory."""

    def __init__(self, package: Path, seed: int, new: int = 1000, *, fsrs: bool = True) -> None:
        super().__init__()
        self._sleep()  # else the first day would last two, from four in the morning to noon: see Learner's day
        self.seed = seed
        self.import_package(package)
        self.col.set_config("fsrs", fsrs)
        config = self.col.decks.config_dict_for_deck_id(self.deck("Rivers"))
        config["new"]["perDay"], config["rev"]["perDay"] = new, 9999
        self.col.decks.update_config(config)
        #: The guid and number of each card.
        self.keys = {
            card: (guid, number)
            for card, guid, number in self._db.all("select c.id, guid, ord from cards c join notes n on n.id = c.nid")
        }

    def live(self, days: int, forgets: Mapping[str, float], seconds: Mapping[str, float] = {}) -> None:
        """Answers what is due on each of `days`; `forgets` has the chance that a note's card is forgotten, by guid."""
        for _ in range(days):
            for deck in self.col.decks.all_names_and_ids():
                self.col.decks.select(self.deck(deck.name))
                while (card := self.col.sched.getCard()) is not None:
                    guid, number = self.keys[card.id]
                    chance = random.Random(f"{self.seed} {guid} {number} {card.reps}")  # in whatever order they come
                    lost = chance.random() < forgets[guid]
                    card.timer_started = time.time() - seconds.get(guid, 8) * chance.uniform(0.5, 1.5)
                    self.col.sched.answerCard(card, 1 if lost else 3)
            self._sleep()

    def _sleep(self) -> None:
        """Makes all that happened a day older, and opens the collection again, which then has a new day."""
        for statement in (
            f"update col set crt = crt - {_DAY}",
            f"update cards set due = due - {_DAY} where queue = 1",
            f"update cards set data = json_set(data, '$.lrt', json_extract(data, '$.lrt') - {_DAY}) "
            "where json_extract(data, '$.lrt') is not null",
            f"update revlog set id = {_DAY * 1000} - id",
            "update revlog set id = -id",
        ):
            self._db.execute(statement)
        self.col.close()
        self.col.reopen()
        self._never_wait()

    def _never_wait(self) -> None:
        """Studying waits for the disk after each answer, which takes nearly all of its time."""
        self._db.execute("pragma synchronous = off")

    def export(self, path: Path, *, legacy: bool = False, scheduling: bool = True) -> Path:
        """Writes what this student would send: a collection package, or one of notes with the reviews."""
        if path.suffix == ".colpkg":
            self.col.export_collection_package(str(path), include_media=False, legacy=legacy)
            self.col.reopen()
        else:
            options = ExportAnkiPackageOptions(with_scheduling=scheduling, legacy=legacy)
            self.col.export_anki_package(out_path=str(path), options=options, limit=None)
        return path
