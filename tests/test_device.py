"""Pushing to a sync server: Anki's own, with a desktop and a phone that sync with it as ever."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keyring
import pytest
from anki.sync import SyncOutput
from author import Author
from click.testing import CliRunner, Result
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring
from syncing import PASSWORD, USER, SyncServer, sync
from test_push import CARDS, PICTURE

from studydeck.cli import main
from studydeck.engine.device import Device, log_in, server_of
from studydeck.engine.learner import Learner
from studydeck.engine.own import Imported

pytestmark = pytest.mark.slow
LOGIN = {"STUDYDECK_SYNC_USER": USER, "STUDYDECK_SYNC_PASSWORD": PASSWORD}


class Net:
    """An author, a server, and a learner with a desktop and a phone."""

    def __init__(self, author: Author, server: SyncServer, desktop: Learner, phone: Learner) -> None:
        self.author, self.server, self.desktop, self.phone = author, server, desktop, phone

    def words(self) -> list[str]:
        return ["push", "-o", str(self.author.out), "--server", self.server.url, str(self.author.folder)]

    def run(self, *options: str, env: dict[str, str] = LOGIN, typed: str | None = None) -> Result:
        self.author.now += 3600
        clock = {"SOURCE_DATE_EPOCH": str(self.author.now)}
        return CliRunner().invoke(main, [*self.words(), *options], env={**clock, **env}, input=typed)

    def push(self) -> dict[str, Any]:
        said = self.run("--format", "json")
        assert said.exit_code == 0, said.output
        (receipt,) = json.loads(said.output)["decks"]
        return dict(receipt)

    def answer(self, of: Learner, card: str = "nile") -> str:
        return str(of.note(self.author.guid(card))["Answer"])


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SyncServer]:
    with SyncServer(tmp_path / "server") as running:
        yield running


@pytest.fixture
def net(
    author: Author, server: SyncServer, learner: Learner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Net]:
    """A deck that was pushed, and came to both devices."""
    monkeypatch.setenv("STUDYDECK_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("STUDYDECK_CACHE", str(tmp_path / "cache"))
    author.section(CARDS)
    author.write("media/po.svg", PICTURE % 1)
    learner.deck("My own")
    sync(learner, server, upload=True)
    with Learner() as phone:
        net = Net(author, server, learner, phone)
        assert len(net.push()["new"]) == 4
        assert sync(phone, server) == SyncOutput.FULL_DOWNLOAD
        assert sync(learner, server) == SyncOutput.NO_CHANGES
        yield net


def test_an_edit_reaches_desktop_and_phone_by_normal_syncs_and_all_of_theirs_stays(net: Net) -> None:
    assert not net.desktop.missing_media()
    assert net.desktop.col.note_count() == 4
    net.phone.study(2)
    net.phone.tag(net.author.guid("nile"), "mine")
    note = net.phone.note(net.author.guid("nile"))
    note["My notes"] = "as on the map"
    net.phone.col.update_note(note)
    net.phone.set_stamp(note.guid, net.author.now + 5)
    assert sync(net.phone, net.server) == SyncOutput.NO_CHANGES
    net.desktop.study(2)
    net.author.edit("The Nile", "White Nile")
    net.author.write("media/po.svg", PICTURE % 2)
    receipt = net.push()
    assert [(each["id"], each["kept_tags"], each["kept_fields"]) for each in receipt["edited"]] == [
        ("nile", ["mine"], ["My notes"]),
        ("po", [], []),
    ]
    reviews = _reviews(net.phone) | _reviews(net.desktop)
    for each in (net.desktop, net.phone, net.desktop):
        assert sync(each, net.server) == SyncOutput.NO_CHANGES
        assert net.answer(each) == "White Nile"
        assert "mine" in each.note(net.author.guid("nile")).tags
        assert each.note(net.author.guid("nile"))["My notes"] == "as on the map"
        assert not each.missing_media()
    assert len(reviews) == 4
    assert _reviews(net.phone) == _reviews(net.desktop) == reviews
    assert net.phone.faults() == net.desktop.faults() == []
    assert net.run().output == "Rivers: 0 new, 0 edited, 4 unchanged\n"


def test_an_edit_on_the_phone_is_pulled_from_the_server_and_never_pushed_back(net: Net) -> None:
    note = net.phone.note(net.author.guid("nile"))
    name = net.phone.col.media.write_data("map.svg", PICTURE % 7)
    note["Answer"] = f'White Nile<br><img src="{name}" alt="a map">'
    net.phone.col.update_note(note)
    net.phone.set_stamp(note.guid, net.author.now + 5)
    assert sync(net.phone, net.server) == SyncOutput.NO_CHANGES
    words = ["pull", *net.words()[1:], "--write", "--format", "json"]
    said = CliRunner().invoke(main, words, env=LOGIN)
    assert said.exit_code == 0, said.output
    (pulled,) = json.loads(said.output)["decks"]
    assert [(each["id"], each["key"]) for each in pulled["edits"]] == [("nile", "answer")]
    assert pulled["media"] == ["map.svg"]
    assert 'answer: "White Nile\\n![a map](map.svg)"' in net.author.read("water.yaml")
    receipt = net.push()
    assert (receipt["new"], receipt["edited"], receipt["left"]) == ([], [], {})
    assert sync(net.phone, net.server) == SyncOutput.NO_CHANGES
    assert net.answer(net.phone) == note["Answer"]


def _reviews(learner: Learner) -> set[tuple[int, int]]:
    assert learner.col.db
    return {(card, moment) for card, moment in learner.col.db.all("select cid, id from revlog")}


def test_after_a_change_of_the_schema_the_device_takes_the_servers_collection(net: Net) -> None:
    models = net.phone.col.models
    changed = models.by_name("Rivers Q&A")
    assert changed
    models.add_field(changed, models.new_field("Mine too"))
    models.update_dict(changed)
    note = net.phone.note(net.author.guid("nile"))
    note["Mine too"] = "kept"
    net.phone.col.update_note(note)
    assert sync(net.phone, net.server, upload=True) == SyncOutput.FULL_SYNC
    net.author.edit("The Nile", "White Nile")
    receipt = net.push()
    assert [each["id"] for each in receipt["edited"]] == ["nile"]
    assert sync(net.phone, net.server) == SyncOutput.NO_CHANGES
    assert net.answer(net.phone) == "White Nile"
    assert net.phone.note(net.author.guid("nile"))["Mine too"] == "kept"


def test_what_a_phone_changed_offline_is_merged_when_it_comes_back(net: Net) -> None:
    """Of one note, a sync keeps only the side that was changed last. So an edited note stays older than the phone's."""
    phone, author = net.phone, net.author
    for card, field in (("nile", "Hint"), ("amazon", "My notes")):
        note = phone.note(author.guid(card))
        note[field] = "mine"
        note.add_tag("mine")
        phone.col.update_note(note)
        phone.set_stamp(note.guid, phone.stamps()[note.guid] + 5)
    phone.study(2)
    phone.col.remove_notes([phone.note(author.guid("oxbow")).id])
    for old, new in (("The Nile", "White Nile"), ("White Nile", "Blue Nile"), ("most water", "most of the water")):
        author.edit(old, new)
        net.push()
    histories = phone.histories()
    for _ in range(2):
        assert sync(phone, net.server) == SyncOutput.NO_CHANGES
        net.push()
    assert sync(phone, net.server) == SyncOutput.NO_CHANGES
    nile, amazon = (phone.note(author.guid(card)) for card in ("nile", "amazon"))
    assert (nile["Answer"], nile["Hint"], amazon["My notes"]) == ("Blue Nile", "mine", "mine")
    assert amazon["Question"] == "Which river carries the most of the water?"
    assert "mine" in nile.tags
    assert "mine" in amazon.tags
    assert phone.col.note_count() == 3
    after = phone.histories()
    assert {card: after[card] for card in histories} == histories
    assert json.loads(net.run("--format", "json").output)["written"] is False


def test_a_server_without_a_collection_is_left_alone(
    author: Author, server: SyncServer, learner: Learner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("STUDYDECK_DATA", str(tmp_path / "data"))
    author.section(CARDS.replace(" ![the Po](po.svg)", ""))
    net = Net(author, server, learner, learner)
    for _ in range(2):
        said = net.run()
        assert (said.exit_code, "the server has no collection yet" in said.output) == (1, True), said.output
    learner.deck("My own")
    sync(learner, server, upload=True)


# --- what may go wrong ---


def test_a_server_that_is_gone_or_goes_in_mid_push_costs_nothing(net: Net, monkeypatch: pytest.MonkeyPatch) -> None:
    net.author.edit("The Nile", "White Nile")
    net.server.stop()
    said = net.run()
    assert (said.exit_code, "can't be reached, or stopped answering; nothing is lost" in said.output) == (1, True)
    net.server.start()
    importing = Device.import_part

    def imports_and_stops(device: Device, package: Path) -> Imported:
        done = importing(device, package)
        net.server.stop()
        return done

    with monkeypatch.context() as patched:
        patched.setattr(Device, "import_part", imports_and_stops)
        assert net.run().exit_code == 1
    net.server.start()
    assert net.push()["unchanged"] == 4
    assert net.answer(net.phone) == "The Nile"
    sync(net.phone, net.server)
    assert net.answer(net.phone) == "White Nile"


@pytest.mark.skipif(os.name == "nt", reason="kills processes")
def test_a_push_that_is_killed_anywhere_costs_nothing(net: Net) -> None:
    """`STUDYDECK_KILLS=100` kills more of them."""
    dice = random.Random(7)
    net.phone.study(3)
    net.phone.tag(net.author.guid("nile"), "mine")
    sync(net.phone, net.server)
    histories = net.phone.histories()
    for number in range(int(os.environ.get("STUDYDECK_KILLS", "4"))):
        text = net.author.read("water.yaml")
        net.author.write("water.yaml", text + f"  - {{id: new-{number}, question: Is it {number}?, answer: Yes}}\n")
        net.author.edit("hint: N", f"hint: N{number}")
        push = subprocess.Popen(
            [sys.executable, "-m", "studydeck", *net.words()], env={**os.environ, **LOGIN},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(dice.uniform(0.3, 1.8))
        push.send_signal(signal.SIGKILL)
        push.wait()
    said = net.run()
    assert said.exit_code == 0, said.output
    assert sync(net.phone, net.server) == SyncOutput.NO_CHANGES
    assert net.phone.col.note_count() == 4 + number + 1
    assert "mine" in net.phone.note(net.author.guid("nile")).tags
    after = net.phone.histories()
    assert {card: after[card] for card in histories} == histories
    assert net.phone.faults() == []


# --- the login ---


class Ring(KeyringBackend):
    """A keyring in memory."""

    priority = 1

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password


@pytest.fixture
def ring() -> Iterator[Ring]:
    before = keyring.get_keyring()
    ring = Ring()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


def test_the_password_is_asked_for_once_and_never_kept(net: Net, ring: Ring, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = "doesn't know this name and password"
    said = net.run(env={**LOGIN, "STUDYDECK_SYNC_PASSWORD": "wrong"})
    assert (said.exit_code, refused in said.output) == (1, True)
    said = net.run(env={})
    assert (said.exit_code, "set STUDYDECK_SYNC_USER and STUDYDECK_SYNC_PASSWORD" in said.output) == (1, True)
    monkeypatch.setattr("studydeck.cli.pushing.is_somebody_here", lambda: True)
    said = net.run(env={}, typed=f"{USER}\nwrong\n")
    assert (said.exit_code, refused in said.output, ring.kept) == (1, True, {})

    said = net.run(env={}, typed=f"{USER}\n{PASSWORD}\n")
    assert (said.exit_code, PASSWORD in said.output) == (0, False), said.output
    assert net.run(env={}).output.startswith("Rivers: 0 new")
    assert PASSWORD not in str(ring.kept)
    files = [path for path in net.author.folder.parent.rglob("*") if path.is_file()]
    assert not any(PASSWORD.encode() in path.read_bytes() for path in files)

    ring.kept = {where: json.dumps([USER, "x" * 40]) for where in ring.kept}
    assert net.run(env={}, typed=f"{USER}\n{PASSWORD}\n").exit_code == 0
    assert log_in(net.server.url, USER, PASSWORD).key in str(ring.kept)
    keyring.set_keyring(NoKeyring())  # type: ignore[no-untyped-call]
    said = net.run(env={})
    assert (said.exit_code, "the system's keyring can't be used" in said.output) == (1, True)


@pytest.mark.parametrize("url", ["https://ankiweb.net", "https://sync.ankiweb.net/", "http://SYNC5.AnkiWeb.net./x"])
def test_ankiweb_is_not_spoken_to(url: str) -> None:
    with pytest.raises(ValueError, match="AnkiWeb's terms allow Anki's own programs only"):
        server_of(url)


@pytest.mark.parametrize("url", ["rivers", "ftp://example.org", "http://", "file:///etc/passwd"])
def test_what_is_no_address_is_named(url: str) -> None:
    with pytest.raises(ValueError, match="isn't the address of a sync server"):
        server_of(url)
