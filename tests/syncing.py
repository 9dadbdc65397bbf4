"""Anki's own sync server on this computer, and devices that sync with it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from anki.sync import SyncAuth, SyncOutput

from studydeck.engine.device import log_in
from studydeck.engine.learner import Learner

USER, PASSWORD = "ada", "water-under-bridges"


class SyncServer:
    """A server with one user; it can be stopped and started again. Use it as a context manager."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/"
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> SyncServer:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def start(self) -> None:
        variables = {
            "SYNC_USER1": f"{USER}:{PASSWORD}",
            "SYNC_BASE": str(self.folder),
            "SYNC_HOST": "127.0.0.1",
            "SYNC_PORT": str(self.port),
        }
        words = [sys.executable, "-m", "anki.syncserver"]
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen(words, env={**os.environ, **variables}, stdout=quiet, stderr=quiet)
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except OSError:
                time.sleep(0.05)
        raise TimeoutError(self.url)

    def stop(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def auth(self) -> SyncAuth:
        return SyncAuth(hkey=log_in(self.url, USER, PASSWORD).key, endpoint=self.url)


def sync(learner: Learner, server: SyncServer, *, upload: bool = False) -> int:
    """Syncs a learner's device, a full sync if one is needed; what was required."""
    auth = server.auth()
    required = learner.col.sync_collection(auth, sync_media=False).required
    if required != SyncOutput.NO_CHANGES:
        learner.col.close_for_full_sync()
        learner.col.full_upload_or_download(auth=auth, server_usn=None, upload=upload)
        learner.col.reopen(after_full_sync=True)
    learner.col.models._clear_cache()
    learner.col.sync_media(auth)
    while learner.col.media_sync_status().active:
        time.sleep(0.02)
    return required
