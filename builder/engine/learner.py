"""A learner: a collection of the real Anki engine that imports packages, studies, tags and edits."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import anki.collection  # before anki.cards, which can't be imported first
import anki.lang
from anki.cards import Card
from anki.collection import Collection, ImportAnkiPackageRequest
from anki.dbproxy import DBProxy
from anki.decks import DeckId
from anki.import_export_pb2 import ImportAnkiPackageOptions
from anki.notes import Note

anki.lang.set_lang("en_US")


class Import(NamedTuple):
    """How many notes an import added, updated, left alone, and couldn't reconcile."""

    new: int
    updated: int
    duplicate: int
    conflicting: int
    other: int


class Learner:
    """A person with a collection of their own. Use it as a context manager: it ends with its temporary folder."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="studydeck-learner-", ignore_cleanup_errors=True)
        self.folder = Path(self._folder.name)
        self.col = Collection(str(self.folder / "collection.anki2"))
        # As if it had synced, so that a changed schema shows; a collection that never did counts as changed.
        self._db.execute("update col set ls = scm + 1")

    @property
    def _db(self) -> DBProxy:
        assert self.col.db is not None
        return self.col.db

    def __enter__(self) -> Learner:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the collection and removes its folder."""
        self.col.close()
        self._folder.cleanup()

    def import_package(self, path: Path) -> Import:
        """Imports a package with the options that a fresh profile's import window has."""
        request = ImportAnkiPackageRequest(package_path=str(path), options=ImportAnkiPackageOptions())
        log = self.col.import_anki_package(request).log
        self.col.models._clear_cache()  # the engine changed note types behind the cache
        other = (log.first_field_match, log.missing_notetype, log.missing_deck, log.empty_first_field)
        return Import(
            len(log.new), len(log.updated), len(log.duplicate), len(log.conflicting), sum(len(each) for each in other)
        )

    def study(self, cards: int = 1000) -> int:
        """Answers up to `cards` due cards with Good, deck by deck, and returns how many there were."""
        done = 0
        for deck in self.col.decks.all_names_and_ids():
            self.col.decks.select(DeckId(deck.id))
            while done < cards and (card := self.col.sched.getCard()) is not None:
                self.col.sched.answerCard(card, 3)
                done += 1
        # Reviews within one millisecond get stamps of the next second, which Check Database then copies to their cards.
        # Only a machine studies as fast, so that is done here, where it can't be taken for an import's fault.
        self._check_database()
        return done

    def notes(self) -> Iterator[Note]:
        """All notes, in no order."""
        for note_id in self.col.find_notes(""):
            yield self.col.get_note(note_id)

    def note(self, guid: str) -> Note:
        """The one note with `guid`; raises LookupError where there is none or more than one."""
        ids = self._db.list("select id from notes where guid = ?", guid)
        if len(ids) != 1:
            raise LookupError(f"{len(ids)} notes have the guid {guid}")
        return self.col.get_note(ids[0])

    def cards(self) -> Iterator[Card]:
        """All cards, in no order."""
        for card_id in self.col.find_cards(""):
            yield self.col.get_card(card_id)

    def tag(self, guid: str, tag: str) -> None:
        """Adds a tag of the learner's own."""
        note = self.note(guid)
        note.add_tag(tag)
        self.col.update_note(note)

    def stamps(self) -> dict[str, int]:
        """Every note's stamp in seconds, by guid."""
        rows: list[tuple[str, int]] = [(row[0], row[1]) for row in self._db.all("select guid, mod from notes")]
        return dict(rows)

    def tag_all_long_ago(self, tag: str) -> None:
        """Adds a tag to every note as if it had been done before the author's last edit.

        Tagging sets a note's stamp to now, and an update older than that is ignored: here the stamps stay.
        """
        stamps = self.stamps()
        for note in list(self.notes()):
            self.tag(note.guid, tag)
        self._db.executemany("update notes set mod = ? where guid = ?", [(mod, guid) for guid, mod in stamps.items()])

    def set_stamp(self, guid: str, modified: int) -> None:
        """Gives a note the stamp of another moment, in seconds."""
        self._db.execute("update notes set mod = ? where guid = ?", modified, guid)

    def missing_media(self) -> list[str]:
        """The media that notes name and the collection lacks."""
        return list(self.col.media.check().missing)

    def histories(self) -> dict[int, tuple[object, ...]]:
        """What study left behind, by card id: type, queue, due, interval, ease, counts, deck, and every review."""
        rows = self._db.all("select id, type, queue, due, ivl, factor, reps, lapses, did from cards")
        reviews: dict[int, list[tuple[int, ...]]] = {row[0]: [] for row in rows}
        for card_id, *review in self._db.all("select cid, id, ease, ivl, lastIvl, factor from revlog order by id"):
            reviews.setdefault(card_id, []).append(tuple(review))
        return {row[0]: (*row[1:], tuple(reviews[row[0]])) for row in rows}

    def faults(self) -> list[str]:
        """What is wrong with the collection: Check Database, empty cards, cards that don't render, note types."""
        faults = []
        for card in self.cards():
            shown = card.render_output()
            for side, text in (("question", shown.question_text), ("answer", shown.answer_text)):
                if "{{" in text or not text.strip() or "card is blank" in text:
                    faults.append(f"card {card.id}'s {side} shows: {text.strip()[:200]}")
        empty = self.col.get_empty_cards()
        faults += [f"note {note.note_id} has empty cards" for note in empty.notes]
        report, fine = self._check_database()
        if not fine or "fixed" in report.lower() or "missing" in report.lower():
            faults.append(f"Check Database says: {report}")
        return faults

    def _check_database(self) -> tuple[str, bool]:
        """Anki's Check Database, without the full sync that it asks for: what it says, and whether all was fine."""
        schema = self._db.scalar("select scm from col")
        report, fine = self.col.fix_integrity()
        self._db.execute("update col set scm = ?", schema)
        return report, fine

    @property
    def schema_changed(self) -> bool:
        """Whether the next sync would have to be a full one."""
        return self.col.schema_changed()

    @property
    def note_types(self) -> list[str]:
        """The names of the note types that notes use."""
        used = set(self._db.list("select distinct mid from notes"))
        return sorted(each.name for each in self.col.models.all_names_and_ids() if each.id in used)
