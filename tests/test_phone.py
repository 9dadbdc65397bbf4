"""The phone, for real: a desktop and a phone collection, and Anki's own sync server on loopback."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from anki.sync import SyncAuth
from anki.sync_pb2 import SyncCollectionResponse
from author import Author
from theirs import collection_of, edit_all, exported, taken_over

from studydeck.commands.merge_edition import merge_edition, write_merge_edition
from studydeck.engine.learner import Import, Learner

CARDS = """\
  - {id: nile, question: Which river flows through Cairo?, answer: The Nile}
  - {id: amazon, question: Which river carries the most water?, answer: The Amazon, reverse: true}
  - {id: delta, question: "What is shown? ![a delta](delta.svg)", answer: A delta}
"""
FULL = {
    SyncCollectionResponse.FULL_SYNC,
    SyncCollectionResponse.FULL_DOWNLOAD,
    SyncCollectionResponse.FULL_UPLOAD,
}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    environment = {**os.environ, "SYNC_USER1": "me:secret", "SYNC_HOST": "127.0.0.1", "SYNC_PORT": "0"}
    environment |= {"SYNC_BASE": str(tmp_path / "server"), "RUST_LOG": "anki=info", "NO_COLOR": "1"}
    said = tmp_path / "server.log"
    with said.open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "anki.syncserver"], env=environment, stdout=log, stderr=log)
    try:
        until = time.monotonic() + 60
        while not (port := re.search(rb"listening.*127\.0\.0\.1:(\d+)", said.read_bytes())):
            assert process.poll() is None
            assert time.monotonic() < until, said.read_bytes()
            time.sleep(0.05)
        yield f"http://127.0.0.1:{int(port[1])}/"
    finally:
        process.terminate()
        process.wait(60)


class Device(Learner):
    """A collection that syncs."""

    auth: SyncAuth

    def log_in(self, server: str) -> None:
        self.auth = self.col.sync_login("me", "secret", server)

    def sync_in_full(self, *, upload: bool) -> None:
        asked = self.col.sync_collection(self.auth, sync_media=False)
        assert asked.required in FULL
        self.col.close_for_full_sync()
        self.col.full_upload_or_download(auth=self.auth, server_usn=asked.server_media_usn, upload=upload)
        self.col.reopen(after_full_sync=True)
        self.sync_media()

    def sync(self) -> None:
        """A normal sync; fails where the server asks for a full one."""
        asked = self.col.sync_collection(self.auth, sync_media=False)
        assert asked.required == SyncCollectionResponse.NO_CHANGES, asked
        self.sync_media()

    def sync_media(self) -> None:
        self.col.sync_media(self.auth)
        while self.col.media_sync_status().active:
            time.sleep(0.02)


@pytest.fixture
def desktop(server: str) -> Iterator[Device]:
    with Device() as device:
        device.log_in(server)
        yield device


@pytest.fixture
def phone(server: str) -> Iterator[Device]:
    with Device() as device:
        device.log_in(server)
        yield device


def test_the_phone_gets_the_edit_and_keeps_its_reviews_and_its_tag(
    author: Author, desktop: Device, phone: Device
) -> None:
    author.section(CARDS)
    author.write("media/delta.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    author.build()
    desktop.import_package(author.package)
    desktop.sync_in_full(upload=True)
    phone.sync_in_full(upload=False)
    assert phone.missing_media() == []
    assert phone.study() > 3
    phone.tag(author.guid("amazon"), "mine")
    histories = phone.histories()
    phone.sync()
    desktop.sync()

    author.edit("answer: The Nile", "answer: The White Nile")
    author.section("  - {id: etna, question: Which volcano stands on Sicily?, answer: Etna}\n", "Fire", "fire.yaml")
    author.build(later=1_000)
    assert desktop.import_package(author.package) == Import(new=1, updated=1, duplicate=2, conflicting=0, other=0)
    desktop.sync()
    phone.sync()

    assert phone.note(author.guid("nile"))["Answer"] == "The White Nile"
    assert phone.note(author.guid("etna"))["Answer"] == "Etna"
    assert "mine" in phone.note(author.guid("amazon")).tags
    now = phone.histories()
    assert {card: now[card] for card in histories} == histories
    assert {card: desktop.histories()[card] for card in histories} == histories
    assert phone.faults() == desktop.faults() == []


def test_two_devices_that_import_before_their_first_sync_have_no_note_twice(
    author: Author, desktop: Device, phone: Device
) -> None:
    first = desktop.col.new_note(desktop.col.models.by_name("Basic") or {})
    first["Front"] = "an empty collection keeps asking for a full upload"
    desktop.col.add_note(first, desktop.deck("Default"))
    desktop.sync_in_full(upload=True)
    phone.sync_in_full(upload=False)
    author.section(CARDS)
    author.write("media/delta.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    author.build()
    desktop.import_package(author.package)
    author.build()  # and built once more between the two
    phone.import_package(author.package)
    desktop.study(2)
    time.sleep(0.05)  # a review's id is its millisecond: two devices at once would count as one review
    phone.study(3)
    reviews = len(reviews_of(desktop)) + len(reviews_of(phone))
    for device in (desktop, phone, desktop, phone):
        device.sync()
    for device in (desktop, phone):
        assert sorted(note.guid for note in device.notes() if note.guid != first.guid) == sorted(
            author.guid(name) for name in ("nile", "amazon", "delta")
        )
        assert len(reviews_of(device)) == reviews
        assert device.faults() == []


def test_the_merge_edition_costs_a_full_sync_and_what_no_device_had_synced(desktop: Device, phone: Device) -> None:
    with Learner() as origin, tempfile.TemporaryDirectory() as home:
        collection_of(origin)
        author = taken_over(exported(origin, Path(home, "theirs.apkg"), legacy=True), Path(home))
        author.build(later=50_000_000)
        edit_all(author)
        author.build()
        made = merge_edition(author.load(), author.out)
        write_merge_edition(made, author.package)

        collection_of(desktop, model_id=77)
        desktop.sync_in_full(upload=True)
        phone.sync_in_full(upload=False)
        phone.col.sched.set_due_date(list(phone.histories()), "0")  # type: ignore[arg-type]
        assert phone.study(3) == 3
        phone.sync()
        desktop.sync()
        histories = desktop.histories()
        time.sleep(0.05)
        assert phone.study(1) == 1, "a review that isn't synced"
        desktop.import_package(made.path, merge=True, always=True)
        desktop.sync_in_full(upload=True)
        phone.sync_in_full(upload=False)
        assert phone.histories() == desktop.histories() == histories
        assert any("Where's Vienna?" in note.fields for note in phone.notes())

        author.edit("Where's Vienna?", "Where is Vienna, then?", "rivers.yaml")
        author.build()
        assert desktop.import_package(author.package).updated == 1
        desktop.sync()
        phone.sync()
        assert any("Where is Vienna, then?" in note.fields for note in phone.notes())
        assert phone.faults() == desktop.faults() == []


def reviews_of(device: Device) -> list[object]:
    return [review for history in device.histories().values() for review in history[-1]]  # type: ignore[attr-defined]
