"""How this studydeck was installed, and the command that adds an extra to it or updates it.

A plain `pip install 'studydeck[anki]'` may install into another Python than the one that is running, or ask an index
that doesn't have this version. This module is loaded only when such a message is needed.
"""

from __future__ import annotations

import json
import re
import sys
from importlib import metadata, util
from pathlib import Path
from shutil import which
from typing import NamedTuple

from studydeck import REPOSITORY
from studydeck.terminal import quoted

_NAME = "studydeck"


class _Origin(NamedTuple):
    """Where this studydeck came from: a `folder` or wheel on this computer, a `git` address, or an index."""

    path: Path | None = None
    editable: bool = False
    git: str = ""

    def requirement(self, extras: str) -> str:
        """The requirement to pass to an installer, with `extras` such as `[anki]`."""
        if self.path is not None:
            return f"{self.path}{extras}"
        return f"{_NAME}{extras} @ {self.git}" if self.git else f"{_NAME}{extras}"


def install_line(extra: str) -> str:
    """The command that adds `extra`, one of the extras in pyproject.toml, to the studydeck that is running."""
    origin = _origin()
    if origin.path is not None and not origin.path.exists():  # moved, or a wheel that was deleted
        return quoted([*_into_python(), *_requirements(extra)])
    tool = _tool()
    extras = sorted({extra, *(_extras_here() if tool else ())})  # a tool is reinstalled with exactly these
    return _install(origin, f"[{','.join(extras)}]")


def update_line() -> str:
    """How to update this studydeck, to put after a colon: one or two commands, or where to find a newer version."""
    origin, tool = _origin(), _tool()
    if origin.path is not None:
        if not (origin.path / ".git").exists():
            return f"get a newer one from {REPOSITORY}"
        return f"{quoted(['git', '-C', str(origin.path), 'pull'])}, then {_install(origin)}"
    if tool[:1] == ["uvx"]:
        return quoted(["uvx", "--refresh", "--from", origin.requirement(""), _NAME])
    if tool:
        return quoted([*tool[: tool.index("install")], "upgrade", _NAME])
    return quoted([*_into_python(), "--upgrade", origin.requirement("")])


def pip_line(*arguments: str) -> str:
    """A command that installs into the running Python: with pip, or with uv if there is no pip."""
    return quoted([*_into_python(), *arguments])


def _origin() -> _Origin:
    """Reads what installers record by PEP 610; without a record, a checkout is run as it is."""
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
    """The command that reinstalls this studydeck with `extras`; for uvx, which installs nothing, one that runs it."""
    words = [*(_tool() or _into_python()), *(["--editable"] if origin.editable else []), origin.requirement(extras)]
    return quoted([*words, _NAME] if words[0] == "uvx" else words)


def _tool() -> list[str]:
    """The command, without its requirement, of the tool installer that installed studydeck; empty if none did."""
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
    """The requirements of an extra, from the metadata of the installed studydeck."""
    split = (each.partition(";") for each in metadata.requires(_NAME) or ())
    return [name.strip() for name, _, marker in split if re.search(rf"extra == ['\"]{re.escape(extra)}['\"]", marker)]


def _extras_here() -> list[str]:
    """The extras whose requirements are all installed."""
    extras = metadata.metadata(_NAME).get_all("Provides-Extra") or []
    return [each for each in extras if all(map(_is_here, _requirements(each)))]


def _is_here(requirement: str) -> bool:
    try:
        metadata.distribution(re.split(r"[^\w.-]", requirement)[0])
    except metadata.PackageNotFoundError:
        return False
    return True
