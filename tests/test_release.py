"""What a stranger sees before the first deck: the package's page, its address, the release that makes it."""

from __future__ import annotations

import email
import re
import subprocess
import sys
import tomllib
import zipfile
from email.message import Message
from pathlib import Path

import pytest

from studydeck import REPOSITORY, __version__

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


@pytest.fixture(scope="module")
def metadata(tmp_path_factory: pytest.TempPathFactory) -> Message:
    """What the wheel tells a package index."""
    wheels = tmp_path_factory.mktemp("wheels")
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", str(wheels), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    (path,) = wheels.glob("*.whl")
    with zipfile.ZipFile(path) as wheel:
        (name,) = (each for each in wheel.namelist() if each.endswith(".dist-info/METADATA"))
        return email.message_from_bytes(wheel.read(name))


def test_a_package_index_shows_the_readmes_pictures_and_its_links_lead_somewhere(metadata: Message) -> None:
    payload = metadata.get_payload(decode=True)
    assert isinstance(payload, bytes)
    page = payload.decode()
    pictures = re.findall(r'<img src="([^"]*)"', page)
    raw = f"https://raw.githubusercontent.com{REPOSITORY.removeprefix('https://github.com')}/v{__version__}/"
    assert len(pictures) >= 3
    for picture in pictures:
        assert picture.startswith(raw)
        assert (ROOT / picture.removeprefix(raw)).is_file()
    prose = re.sub(r"^```.*?^```$|`[^`\n]*`", "", page, flags=re.DOTALL | re.MULTILINE)
    links = re.findall(r"\]\(([^)\s]+)\)", prose)
    blob = f"{REPOSITORY}/blob/v{__version__}/"
    assert any(link.startswith(f"{blob}docs/") for link in links)
    for link in links:
        assert link.startswith(("https://", "#")), link
        if link.startswith(blob):
            assert (ROOT / link.removeprefix(blob).partition("#")[0]).exists(), link
    code = re.findall(r"^```.*?^```$", page, re.DOTALL | re.MULTILINE)
    assert code == re.findall(r"^```.*?^```$", (ROOT / "README.md").read_text("utf-8"), re.DOTALL | re.MULTILINE)


def test_a_package_index_tells_who_made_it_how_far_it_is_and_where_to_go(metadata: Message) -> None:
    urls = dict(each.split(", ", 1) for each in metadata.get_all("Project-URL", []))
    assert {"Homepage", "Documentation", "Changelog", "Issues"} <= urls.keys()
    assert urls["Homepage"] == REPOSITORY
    assert metadata["Author"]
    assert any(each.startswith("Development Status ::") for each in metadata.get_all("Classifier", []))


def test_the_address_is_the_same_everywhere() -> None:
    owner = REPOSITORY.removeprefix("https://github.com/")
    assert all(url.startswith(REPOSITORY) for url in PROJECT["urls"].values())
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, tracked.split("\0")):
        try:
            text = (ROOT / name).read_text("utf-8")
        except (UnicodeDecodeError, FileNotFoundError):
            continue
        for found in re.findall(r"(?:github\.com|githubusercontent\.com)/([\w.-]+/studydeck)\b", text):
            assert found == owner, f"{name}: {found}"
