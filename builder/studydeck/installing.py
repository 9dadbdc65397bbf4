"""How this studydeck was installed, and the command that adds an extra to it or updates it.

A message that only says `pip install 'studydeck[anki]'` reaches another Python than the one that runs, or an index
that doesn't have this version. Nothing here is loaded before such a message is due.
"""

from __future__ import annotations

import json
import os
import re
import sys
from importlib import metadata, util
from pathlib import Path
from shutil import which
from typing import NamedTuple

from studydeck import REPOSITORY

_NAME = "studydeck"


class _Origin(NamedTuple):
    """Where this studydeck came from: a `folder` or wheel on this computer, a `git` address, or an index."""

    path: Path | None = None
    editable: bool = False
    git: str = ""

    def requirement(self, extras: str) -> str:
        """What an installer is to be given, with `extras` such as `[anki]`."""
        if self.path is not None:
            return f"{self.path}{extras}"
        return f"{_NAME}{extras} @ {self.git}" if self.git else f"{_NAME}{extras}"


def install_line(extra: str) -> str:
    """The command line that adds `extra`, a name of pyproject.toml's extras, to the studydeck that runs."""
    origin = _origin()
    if origin.path is not None and not origin.path.exists():  # moved, or a wheel that was deleted
        return _quoted([*_into_python(), *_requirements(extra)])
    tool = _tool()
    extras = sorted({extra, *(_extras_here() if tool else ())})  # a tool is installed anew, with these alone
    return _install(origin, f"[{','.join(extras)}]")


def update_line() -> str:
    """What brings a newer studydeck here, in words that follow a colon: a command, or two, or where to look."""
    origin, tool = _origin(), _tool()
    if origin.path is not None:
        if not (origin.path / ".git").exists():
            return f"get a newer one from {REPOSITORY}"
        return f"{_quoted(['git', '-C', str(origin.path), 'pull'])}, then {_install(origin)}"
    if tool[:1] == ["uvx"]:
        return _quoted(["uvx", "--refresh", "--from", origin.requirement(""), _NAME])
    if tool:
        return _quoted([*tool[: tool.index("install")], "upgrade", _NAME])
    return _quoted([*_into_python(), "--upgrade", origin.requirement("")])


def pip_line(*arguments: str) -> str:
    """A command line that installs into the Python that runs: by pip, or by uv where there is only uv."""
    return _quoted([*_into_python(), *arguments])


def _origin() -> _Origin:
    """Reads what installers leave by PEP 610; without any, a checkout is run as it is."""
    try:
        written = metadata.distribution(_NAME).read_text("direct_url.json")
    except metadata.PackageNotFoundError:
        root = next((each for each in Path(__file__).parents if (each / "pyproject.toml").is_file()), None)
        return _Origin(root, editable=root is not None)
    if written is None:
        return _Origin()
    found = json.loads(written)
    url = str(found["url"])
    if vcs := found.get("vcs_info"):
        revision = f"@{vcs['requested_revision']}" if "requested_revision" in vcs else ""
        return _Origin(git=f"{vcs['vcs']}+{url}{revision}")
    if not url.startswith("file:"):
        return _Origin()
    from urllib.parse import urlsplit
    from urllib.request import url2pathname

    return _Origin(Path(url2pathname(urlsplit(url).path)), bool(found.get("dir_info", {}).get("editable")))


def _install(origin: _Origin, extras: str = "") -> str:
    """The line that installs what runs once more, with `extras`; of uvx, which installs nothing, one that starts it."""
    words = [*(_tool() or _into_python()), *(["--editable"] if origin.editable else []), origin.requirement(extras)]
    return _quoted([*words, _NAME] if words[0] == "uvx" else words)


def _tool() -> list[str]:
    """The installer that keeps studydeck in an environment of its own, if one does, as it takes a requirement."""
    prefix = Path(sys.prefix)
    if (prefix / "uv-receipt.toml").exists():
        return ["uv", "tool", "install"]
    if (prefix / "pipx_metadata.json").exists():
        return ["pipx", "install", "--force"]
    return ["uvx", "--from"] if prefix.parent.name.startswith("archive-v") else []


def _into_python() -> list[str]:
    if util.find_spec("pip") is None and which("uv"):
        return ["uv", "pip", "install", "--python", sys.executable]
    return [sys.executable, "-m", "pip", "install"]


def _requirements(extra: str) -> list[str]:
    """The requirements that an extra stands for, from the metadata of the installed studydeck."""
    split = (each.partition(";") for each in metadata.requires(_NAME) or ())
    return [name.strip() for name, _, marker in split if re.search(rf"extra == ['\"]{re.escape(extra)}['\"]", marker)]


def _extras_here() -> list[str]:
    """The extras of which everything is installed."""
    extras = metadata.metadata(_NAME).get_all("Provides-Extra") or []
    return [each for each in extras if all(map(_is_here, _requirements(each)))]


def _is_here(requirement: str) -> bool:
    try:
        metadata.distribution(re.split(r"[^\w.-]", requirement)[0])
    except metadata.PackageNotFoundError:
        return False
    return True


def _quoted(words: list[str]) -> str:
    """The words as the user's shell takes them."""
    if os.name == "nt":
        from subprocess import list2cmdline

        return list2cmdline(words)
    import shlex

    return shlex.join(words)
