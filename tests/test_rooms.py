"""The shape of the program: imports point one way, and each library is known to one room."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from studydeck.patterns import pattern

BUILDER = Path(__file__).parent.parent / "builder" / "studydeck"
LIBRARIES = {
    "yaml": "reading",
    "comrak": "text",
    "pygments": "text",
    "latex2mathml": "text",
    "genanki": "package",
    "zstandard": "package",
    "anki": "engine",
    "bs4": "material",
    "markdownify": "material",
    "mammoth": "material",
    "odfdo": "material",
    "pdfminer": "material",
    "watchfiles": "preview",
    "segno": "preview",
    "click": "cli",
    "keyring": "commands",
}

#: The rooms by their layers; all others are in layer 4.
LAYERS = {
    "counting": 0,
    "patterns": 0,
    "remembered": 0,
    "timings": 0,
    "terminal": 0,
    "model": 1,
    "repository": 0,
    "files": 2,
    "programs": 2,
    "user_cache": 3,
    "installing": 2,
    "text": 2,
    "kinds": 3,
    "importers": 5,
    "insights": 5,
    "pair": 5,
    "shipped": 5,
    "pipeline": 6,
    "decks": 7,
    "incremental": 7,
    "commands": 8,
    "cli": 9,
    "__main__": 10,
}


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def test_imports_point_one_way_from_cli_over_pipeline_and_rooms_to_model() -> None:
    for path in BUILDER.rglob("*.py"):
        room = path.relative_to(BUILDER).parts[0].removesuffix(".py")
        for module in imports(path):
            root, _, rest = module.partition(".")
            if root in LIBRARIES:
                assert room == LIBRARIES[root], f"{path} imports {module}"
            other = rest.partition(".")[0]
            if root != "studydeck" or other in ("", room):
                continue
            assert LAYERS.get(other, 4) < LAYERS.get(room, 4), f"{path} imports {module}"


def test_the_map_has_every_room_in_its_layer() -> None:
    page = (BUILDER.parent.parent / "docs" / "design.md").read_text("utf-8")
    rooms = {path.name.removesuffix(".py") for path in BUILDER.iterdir() if path.suffix in ("", ".py")}
    rooms -= {"__init__", "__pycache__"}
    shown = {name: int(layer) for layer, name in re.findall(r"^\| (\d+) \| `(\w+)` \|", page, re.MULTILINE)}
    assert shown == {room: LAYERS.get(room, 4) for room in rooms}


def test_every_pattern_can_be_compiled() -> None:
    """And it says what `re.compile` would, which the start of a command is spared."""
    modules = [path.relative_to(BUILDER.parent).with_suffix("") for path in BUILDER.rglob("*.py")]
    names = [".".join(path.parts).removesuffix(".__init__") for path in modules if path.name != "__main__"]
    for name in names:
        for each in vars(importlib.import_module(name)).values():
            if type(each) is type(pattern("")):
                re.compile(each.pattern, each.flags)
    assert pattern("A", re.IGNORECASE).fullmatch("a")
    assert pattern(b"a").sub(b"b", b"aa") == b"bb"
    with pytest.raises(re.error):
        pattern("(").search("")
