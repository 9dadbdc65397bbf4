"""The shape of the program: imports point one way, and each library is known to one room."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

BUILDER = Path(__file__).parent.parent / "builder"
LIBRARIES = {
    "yaml": "source",
    "comrak": "text",
    "pygments": "text",
    "latex2mathml": "text",
    "genanki": "package",
    "anki": "engine",
    "bs4": "material",
    "markdownify": "material",
    "pdfminer": "material",
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
        "model": 0,
        "repository": 0,
        "files": 1,
        "installing": 1,
        "text": 1,
        "shipped": 3,
        "pipeline": 4,
        "explaining": 5,
        "planning": 5,
        "rebuild": 5,
        "sourcing": 5,
        "building": 6,
        "cli": 7,
        "__main__": 8,
    }
    for path in BUILDER.rglob("*.py"):
        room = path.relative_to(BUILDER).parts[0].removesuffix(".py")
        for module in imports(path):
            root, _, rest = module.partition(".")
            if root in LIBRARIES:
                assert room == LIBRARIES[root], f"{path} imports {module}"
            other = rest.partition(".")[0]
            if root != "builder" or other in ("", room):
                continue
            assert layers.get(other, 2) < layers.get(room, 2), f"{path} imports {module}"
