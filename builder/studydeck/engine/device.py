"""A device of studydeck's own: a copy of the collection on a sync server, beside the desktop's and the phone's.

It has nothing that the server or the decks lack, so it may be replaced by the server's collection, and never replaces
that. AnkiWeb isn't spoken to: its terms allow Anki's own programs only.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple
from urllib.parse import urlsplit

from anki._backend import RustBackend
from anki.errors import AnkiException, NetworkError, SyncError, SyncErrorKind
from anki.sync import SyncAuth, SyncOutput
from anki.sync_pb2 import SyncLoginRequest

from studydeck.engine.own import Own
from studydeck.user_cache import data_folder

_EMPTY = (
    "the server has no collection yet, and a device of studydeck's own never makes one; sync from Anki first, and "
    "choose 'Upload to AnkiWeb' if it asks"
)


class WrongLoginError(ValueError):
    """The server refused a name and password, or a key that it gave earlier."""


class Login(NamedTuple):
    """What a server knows a user by: its address, the user's name, and the key that it gave for a password."""

    server: str
    user: str
    key: str


def server_of(address: str) -> str:
    """A server's address as Anki needs it. Raises ValueError with a sentence for one that studydeck can't speak to."""
    parts = urlsplit(address)
    host = (parts.hostname or "").removesuffix(".")
    if parts.scheme not in ("http", "https") or not host:
        raise ValueError(f"'{address}' isn't the address of a sync server, such as https://example.org/")
    if host == "ankiweb.net" or host.endswith(".ankiweb.net"):
        raise ValueError(
            "AnkiWeb's terms allow Anki's own programs only; push into the desktop's collection, and sync it from there"
        )
    return address.rstrip("/") + "/"


def log_in(server: str, user: str, password: str) -> Login:
    """Asks the server for a key. Raises ValueError with a sentence."""
    with _sentences(server):
        auth = RustBackend().sync_login(SyncLoginRequest(username=user, password=password, endpoint=server))
    return Login(server, user, auth.hkey)


class Device(Own):
    """The device of one user of one server, synced when it is opened. Use it as a context manager."""

    def __init__(self, login: Login) -> None:
        self.login = login
        self._auth = SyncAuth(hkey=login.key, endpoint=login.server)
        name = hashlib.sha256(f"{login.server}\0{login.user}".encode()).hexdigest()[:16]
        folder = data_folder() / "devices" / name
        folder.mkdir(parents=True, exist_ok=True)
        super().__init__(folder / "collection.anki2")
        try:
            self.sync()
        except BaseException:
            self.close()
            raise

    def sync(self) -> bool:
        """Syncs the collection, and not its media; whether the server's collection replaced the device's.

        Raises ValueError with a sentence if that fails; then nothing is lost on either side.
        """
        with _sentences(self.login.server):
            required = self.col.sync_collection(self._auth, sync_media=False).required
            if required == SyncOutput.FULL_UPLOAD or (required == SyncOutput.NO_CHANGES and not self._has_synced):
                raise ValueError(_EMPTY)
            if required == SyncOutput.NO_CHANGES:
                return False
            self._download()
            return True

    def sync_media(self) -> None:
        """Sends new pictures and sounds to the server, and fetches its. Raises ValueError with a sentence."""
        with _sentences(self.login.server):
            self.col.sync_media(self._auth)
            while self.col.media_sync_status().active:
                time.sleep(0.02)

    @property
    def _has_synced(self) -> bool:
        return bool(self._db.scalar("select ls from col"))

    def _download(self) -> None:
        self.col.close_for_full_sync()
        try:
            self.col.full_upload_or_download(auth=self._auth, server_usn=None, upload=False)
        except BaseException:
            self.col.reopen()
            raise
        self.col.reopen(after_full_sync=True)


@contextmanager
def _sentences(server: str) -> Iterator[None]:
    """Turns errors of a sync into sentences."""
    try:
        yield
    except NetworkError:
        raise ValueError(f"{server} can't be reached, or stopped answering; nothing is lost, so try again") from None
    except SyncError as error:
        if error.kind == SyncErrorKind.AUTH:
            raise WrongLoginError(f"{server} doesn't know this name and password") from None
        raise ValueError(f"{server} can't be synced with ({' '.join(str(error).split())})") from None
    except AnkiException as error:
        raise ValueError(f"{server} can't be synced with ({' '.join(str(error).split())})") from None
