"""Hands a package to desktop Anki, which may be running: by its own command, or as the system opens such files."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from shutil import which


def hand_to_anki(package: Path) -> None:
    """Has Anki open its import window for a package. Raises ValueError with a sentence if nothing can open it."""
    command = next((each for each in _commands() if which(each[0])), None)
    file = str(package.absolute())
    try:
        if command is not None:
            quiet = subprocess.DEVNULL
            opened = subprocess.Popen([*command, file], stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)  # noqa: S603
            opened.returncode = 0  # it isn't waited for: it may be Anki itself
        elif sys.platform == "win32":
            os.startfile(file)  # noqa: S606
        else:
            raise OSError("there is no command 'anki', and none that opens files")
    except OSError as error:
        raise ValueError(f"{package} can't be handed to Anki ({error}); import it there with File > Import") from None


def _commands() -> list[list[str]]:
    """What may open a package, the best first. A running Anki takes the file from a second one, which then ends."""
    return [["anki"], ["open"]] if sys.platform == "darwin" else [["anki"], ["xdg-open"]]
