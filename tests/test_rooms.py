"""The shape of the program: imports point one way, and each library is known to one room."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

BUILDER = Path(__file__).parent.parent / "builder" / "studydeck"
LIBRARIES = {
    "yaml": "reading",
    "comrak": "text",
    "pygments": "text",
    "latex2mathml": "text",
    "genanki": "package",
    "anki": "engine",
    "bs4": "importers",
    "markdownify": "importers",
    "pdfminer": "importers",
    "watchfiles": "preview",
    "segno": "preview",
    "click": "cli",
}


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def test_imports_point_one_way_from_cli_over_pipeline_and_rooms_to_model() -> None:
    layers = {
        "counting": 0,
        "timings": 0,
        "model": 0,
        "repository": 0,
        "files": 1,
        "user_cache": 2,
        "installing": 1,
        "text": 1,
        "importers": 2,
        "kinds": 2,
        "pair": 4,
        "shipped": 4,
        "pipeline": 5,
        "decks": 6,
        "incremental": 6,
        "commands": 7,
        "cli": 8,
        "__main__": 9,
    }
    for path in BUILDER.rglob("*.py"):
        room = path.relative_to(BUILDER).parts[0].removesuffix(".py")
        for module in imports(path):
            root, _, rest = module.partition(".")
            if root in LIBRARIES:
                assert room == LIBRARIES[root], f"{path} imports {module}"
            other = rest.partition(".")[0]
            if root != "studydeck" or other in ("", room):
                continue
            assert layers.get(other, 3) < layers.get(room, 3), f"{path} imports {module}"
