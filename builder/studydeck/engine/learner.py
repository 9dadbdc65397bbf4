"""A learner: a collection of the real Anki engine that imports packages, studies, tags and edits."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Container, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, Self

import anki.collection  # before anki.cards, which can't be imported first
import anki.lang
from anki.cards import Card
from anki.collection import Collection, ImportAnkiPackageRequest
from anki.dbproxy import DBProxy
from anki.decks import DeckId
from anki.errors import AnkiException
from anki.import_export_pb2 import (
    ImportAnkiPackageOptions,
    ImportCsvRequest,
    ImportResponse,
)
from anki.import_export_pb2 import ImportAnkiPackageUpdateCondition as _Update
from anki.notes import Note

from studydeck.patterns import pattern

anki.lang.set_lang("en_US")

#: In every error that Anki shows on a card, such as a broken template or a blank front. An author's link to the
#: same page has double quotes (tests/test_verify.py, "innocent words").
_ERROR = "<a href='https://docs.ankiweb.net/templates/errors.html#"
_COMMENT = pattern(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_RENAMED = pattern(r"-[0-9a-f]{40}(?=\.)")


class Import(NamedTuple):
    """How many notes an import added, updated, left alone, and couldn't reconcile."""

    new: int
    updated: int
    duplicate: int
    conflicting: int
    other: int


class Had(NamedTuple):
    """A note in a collection: `tags` are in lower case, as Anki compares them; `cards` are ids by ord, from 0.

    `modified` is its stamp in seconds.
    """

    id: int
    modified: int
    fields: tuple[str, ...]
    tags: frozenset[str]
    cards: Mapping[int, int]

    @property
    def content(self) -> tuple[object, ...]:
        """Everything that an author edits in a note, without the hashes in media names.

        The engine adds one to a file's name if the learner has another file of that name (tests/test_verify.py,
        "renames a picture").
        """
        return [_RENAMED.sub("", field) for field in self.fields], self.tags


class Learner:
    """A person with their own collection. Use it as a context manager, which deletes its temporary folder."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="studydeck-learner-", ignore_cleanup_errors=True)
        self.folder = Path(self._folder.name)
        self.col = Collection(str(self.folder / "collection.anki2"))
        # Anki's day ends at four in the morning; if it ended during study, cards would be due only the next day.
        self.col.set_config("rollover", (time.localtime().tm_hour + 12) % 24)
        # As if it had synced, so that a schema change shows; a collection that never synced counts as changed.
        self._db.execute("update col set ls = scm + 1")

    @property
    def _db(self) -> DBProxy:
        assert self.col.db is not None
        return self.col.db

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the collection and removes its folder."""
        self.col.close()
        self._folder.cleanup()

    def import_package(self, path: Path, *, merge: bool = False, always: bool = False) -> Import:
        """Imports a package with the options that a fresh profile's import window has.

        With `merge`, 'merge note types' is ticked, too, as AnkiConnect always does. With `always`, note types are
        updated even by older ones; a merge edition is imported with both.
        """
        update = _Update.IMPORT_ANKI_PACKAGE_UPDATE_CONDITION_IF_NEWER
        if always:
            update = _Update.IMPORT_ANKI_PACKAGE_UPDATE_CONDITION_ALWAYS
        options = ImportAnkiPackageOptions(merge_notetypes=merge, update_notetypes=update)
        request = ImportAnkiPackageRequest(package_path=str(path), options=options)
        log = self.col.import_anki_package(request).log
        self.col.models._clear_cache()  # the engine changed note types behind the cache
        return _outcome(log)

    def import_text(self, path: Path) -> Import:
        """Imports a text file as its header says, with nothing changed in the import window."""
        metadata = self.col.get_csv_metadata(str(path), None)
        return _outcome(self.col.import_csv(ImportCsvRequest(path=str(path), metadata=metadata)).log)

    def study(self, cards: int = 1000) -> int:
        """Answers up to `cards` due cards with Good, deck by deck, and returns how many there were."""
        done = 0
        for deck in self.col.decks.all_names_and_ids():
            self.col.decks.select(DeckId(deck.id))
            while done < cards and (card := self.col.sched.getCard()) is not None:
                self.col.sched.answerCard(card, 3)
                done += 1
        # Reviews within one millisecond get stamps of the next second, which Check Database then copies to their cards.
        # Only a machine studies that fast, so it runs here, before it could be mistaken for a fault of an import.
        self._check_database()
        return done

    def deck(self, name: str) -> DeckId:
        """The deck of this name; it is made if there is none."""
        deck = self.col.decks.id(name)
        assert deck is not None
        return deck

    def notes(self) -> Iterator[Note]:
        """All notes, in no order."""
        for note_id in self.col.find_notes(""):
            yield self.col.get_note(note_id)

    def having(self) -> dict[str, Had]:
        """The notes of the collection, by guid."""
        cards: dict[int, dict[int, int]] = {}
        for note_id, number, card_id in self._db.all("select nid, ord, id from cards"):
            cards.setdefault(note_id, {})[number] = card_id
        return {
            guid: Had(
                note_id, mod, tuple(fields.split("\x1f")), frozenset(tags.casefold().split()), cards.get(note_id, {})
            )
            for guid, note_id, mod, fields, tags in self._db.all("select guid, id, mod, flds, tags from notes")
        }

    def note(self, guid: str) -> Note:
        """The one note with `guid`; raises LookupError if there is none or more than one."""
        ids = self._db.list("select id from notes where guid = ?", guid)
        if len(ids) != 1:
            raise LookupError(f"{len(ids)} notes have the guid {guid}")
        return self.col.get_note(ids[0])

    def cards(self) -> Iterator[Card]:
        """All cards, in no order."""
        for card_id in self.col.find_cards(""):
            yield self.col.get_card(card_id)

    def tag(self, guid: str, tag: str) -> None:
        """Adds a tag, as the learner would."""
        note = self.note(guid)
        note.add_tag(tag)
        self.col.update_note(note)

    def stamps(self) -> dict[str, int]:
        """Every note's stamp in seconds, by guid."""
        rows: list[tuple[str, int]] = [(row[0], row[1]) for row in self._db.all("select guid, mod from notes")]
        return dict(rows)

    def tag_all_long_ago(self, tag: str) -> None:
        """Adds a tag to every note as if that had been done before the author's last edit.

        Tagging sets a note's stamp to now, and Anki ignores updates older than that; here the stamps don't change.
        """
        stamps = self._db.all("select mod, id from notes")
        for note in list(self.notes()):
            note.add_tag(tag)
            self.col.update_note(note)
        self._db.executemany("update notes set mod = ? where id = ?", stamps)

    def set_stamp(self, guid: str, modified: int) -> None:
        """Gives a note the stamp of another moment, in seconds."""
        self._db.execute("update notes set mod = ? where guid = ?", modified, guid)

    def missing_media(self) -> list[str]:
        """The media that notes name and the collection lacks."""
        return list(self.col.media.check().missing)

    def histories(self) -> dict[int, tuple[object, ...]]:
        """Every card's learning state, by card id: type, queue, due, interval, ease, counts, deck, and every review."""
        rows = self._db.all("select id, type, queue, due, ivl, factor, reps, lapses, did from cards")
        reviews: dict[int, list[tuple[int, ...]]] = {row[0]: [] for row in rows}
        for card_id, *review in self._db.all("select cid, id, ease, ivl, lastIvl, factor from revlog order by id"):
            reviews.setdefault(card_id, []).append(tuple(review))
        return {row[0]: (*row[1:], tuple(reviews[row[0]])) for row in rows}

    def faults(self, taken: Container[int] = ()) -> list[str]:
        """What is wrong with the collection: cards that don't render, empty cards, what Check Database fixes.

        `taken` are ids of cards that don't count: an edit removed them from their notes, or they were blank before.
        Anki keeps these, with a blank front, until the learner removes them by Tools › Empty Cards.
        """
        faults = [fault for card in self.cards() if card.id not in taken for fault in _unsound(card)]
        empty = [note for note in self.col.get_empty_cards().notes if any(card not in taken for card in note.card_ids)]
        return [*faults, *(f"note {note.note_id} has empty cards" for note in empty), *self._fixed()]

    def blank_cards(self) -> set[int]:
        """The ids of cards that ask nothing, even if Anki doesn't call them empty: a picture in `{{text:…}}`."""
        return self.empty_cards() | {card.id for card in self.cards() if _is_blank(card)}

    def empty_cards(self) -> set[int]:
        """The ids of cards whose front is blank."""
        return {card for note in self.col.get_empty_cards().notes for card in note.card_ids}

    def _fixed(self) -> list[str]:
        """What Check Database fixes. It reports most of it, but silently makes cards that a package left out."""
        before = self.col.note_count(), self.col.card_count()
        report, fine = self._check_database()
        after = self.col.note_count(), self.col.card_count()
        if not fine or "fixed" in report.lower() or "missing" in report.lower():
            return [f"Check Database says: {report}"]
        if before != after:
            counts = ["{:,} notes and {:,} cards".format(*each) for each in (before, after)]
            return [f"Check Database turns {counts[0]} into {counts[1]}"]
        return []

    def _check_database(self) -> tuple[str, bool]:
        """Runs Anki's Check Database, without the full sync that it requests: its report, and whether all was fine."""
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


def _outcome(log: ImportResponse.Log) -> Import:
    other = (log.first_field_match, log.missing_notetype, log.missing_deck, log.empty_first_field)
    return Import(
        len(log.new), len(log.updated), len(log.duplicate), len(log.conflicting), sum(len(each) for each in other)
    )


def _is_blank(card: Card) -> bool:
    try:
        return not card.render_output().question_text.strip()
    except AnkiException:
        return False


def _unsound(card: Card) -> Iterator[str]:
    """A card's sides that are blank, or show an error of Anki's or a `{{` that isn't in the note's fields."""
    try:
        shown = card.render_output()
    except AnkiException as error:
        yield f"card {card.id} can't be shown: {error}"
        return
    own = "\x1f".join(card.note().fields)
    for side, text in (("question", shown.question_text), ("answer", shown.answer_text)):
        seen = _COMMENT.sub("", text)  # Anki leaves fields in a template's comments alone
        if not text.strip() or _ERROR in text or any(each not in own for each in re.findall(r"\{\{[^{}<&]*", seen)):
            yield f"card {card.id}'s {side} shows: {text.strip()[:200]}"
