"""The labels of drawings: where studydeck thinks they are, and where a browser draws them."""

from __future__ import annotations

from pathlib import Path

import pytest
from author import Author
from click.testing import CliRunner, Result
from playwright.sync_api import Browser

from studydeck.cli import main
from studydeck.render.labels import labels_of

#: Drawings as people and programs write them.
DRAWINGS = {
    "plain": "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 600 400'>"
    "<text x='50' y='60' font-size='24'>Aorta</text>"
    "<text x='300' y='200' font-size='18' text-anchor='middle'>Mitral valve (left)</text>"
    "<text x='580' y='380' style='font-size:20px;text-anchor:end'>MWM</text></svg>",
    "moved and turned": "<svg xmlns='http://www.w3.org/2000/svg' width='300' height='200' viewBox='-100 -50 600 400'>"
    "<g transform='translate(40 30) scale(1.5)'><text font-size='14px'>Left ventricle</text></g>"
    "<g font-size='20'><text transform='rotate(90 300 50)' x='300' y='50'>Turned</text>"
    "<text transform='matrix(1 0 0 1 100 250)'>Illustrator</text></g></svg>",
    "with classes": "<svg xmlns='http://www.w3.org/2000/svg' width='640' height='300' viewBox='0 0 320 300'>"
    "<style>.a, .b{font:bold 12px Arial;fill:#333} .b{text-anchor:middle} #c{font-size:2em}</style>"
    "<text class='a' x='20' y='40'>Chloroplast</text><text class='b' x='160' y='90'>Nucleus</text>"
    "<text id='c' x='20' y='150'>Wall</text></svg>",
    "lines of Inkscape": "<svg xmlns='http://www.w3.org/2000/svg' width='210mm' height='100mm' viewBox='0 0 210 100'>"
    "<g><text x='20' y='30' style='font-size:8px'><tspan x='20' y='30'>Superior</tspan><tspan x='20' y='40'>vena cava"
    "</tspan></text></g><text x='100' y='60' font-size='10'>H<tspan font-size='7' dy='2'>2</tspan></text></svg>",
    "another script": "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 300 200'>"
    "<text x='20' y='50' font-size='20'>心臓の弁</text></svg>",
}
BOXES = """() => { const frame = document.querySelector('svg').getBoundingClientRect();
  return [...document.querySelectorAll('text')].map((each) => { const box = each.getBoundingClientRect();
    return [(box.left - frame.left) / frame.width, (box.top - frame.top) / frame.height,
            box.width / frame.width, box.height / frame.height].map((number) => 100 * number); }); }"""


def test_boxes_cover_the_labels_that_a_browser_draws_and_little_more(browser: Browser) -> None:
    page = browser.new_page()
    for name, drawing in DRAWINGS.items():
        page.set_content(f"<body style='margin:0'><div style='width:600px'>{drawing}</div>")
        drawn = page.evaluate(BOXES)
        found = [label.box for label in labels_of(drawing.encode())]
        assert len(found) == len(drawn), name
        for (left, top, width, height), (x, y, across, down) in zip(found, drawn, strict=True):
            wide = min(left + width, x + across) - max(left, x)
            high = min(top + height, y + down) - max(top, y)
            assert wide * high >= 0.85 * across * down, (name, found, drawn)
            assert width * height <= 2.2 * across * down, (name, found, drawn)
    page.close()


@pytest.mark.parametrize(
    ("drawing", "said"),
    [
        ("<svg", "isn't a drawing that can be read"),
        ("<html/>", "isn't an SVG drawing"),
        ("<svg xmlns='http://www.w3.org/2000/svg'><text>a</text></svg>", "has no size"),
        ("<!DOCTYPE svg [<!ENTITY a 'b'>]><svg viewBox='0 0 1 1'><text>&a;</text></svg>", "has entities of its own"),
    ],
)
def test_a_drawing_that_cannot_be_read_is_told(drawing: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        labels_of(drawing.encode())


def test_what_is_not_shown_is_no_label() -> None:
    unseen = ("<defs>{}</defs>", "<g display='none'>{}</g>", "<g style='visibility:hidden'>{}</g>", "<title>A</title>")
    inside = "".join(each.format("<text y='20'>A</text>") for each in unseen)
    svg = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 99 99'>{inside}<text x='500' y='20'>B</text></svg>"
    assert labels_of(svg.encode()) == []


# --- the command ---------------------------------------------------------------------------------

LABELS = """\
  - id: eye
    occlude: eye.svg
    parts: labels  # of the drawing
    title: Name them
"""


@pytest.fixture
def eye(author: Author) -> Author:
    author.write("media/eye.svg", DRAWINGS["plain"].replace("Aorta", "A *b*").replace("MWM' ", "MWM'"))
    author.section(LABELS)
    return author


def run(*words: object) -> Result:
    return CliRunner().invoke(main, ["occlude", *map(str, words)])


def test_labels_become_parts_in_the_yaml_and_nothing_else_changes(eye: Author) -> None:
    (told, *_) = eye.problems()
    path = f"{eye.folder}/media/eye.svg"
    assert (told.name, told.line) == ("wrong-kind", 5)
    assert told.remedy.startswith("write them with studydeck occlude ")
    shown = run(path)
    assert shown.output.startswith('- {id: a-b, name: "A \\\\*b*", at: [')
    assert eye.read("water.yaml").count("labels") == 1
    written = run(path, "--write")
    assert written.output == f"wrote 3 parts into {eye.folder}/water.yaml\n"
    parts = "".join(f"      {line}\n" for line in shown.output.splitlines())
    assert eye.read("water.yaml").endswith(
        LABELS.replace(" labels  # of the drawing\n", f"  # of the drawing\n{parts}")
    )
    assert {each.name for each in eye.problems()} <= {"small-part"}
    assert eye.build().cards == 3


def test_labels_can_be_chosen_by_their_ids(eye: Author) -> None:
    eye.write("media/eye.svg", DRAWINGS["with classes"])
    assert run(eye.folder / "media" / "eye.svg", "--id", "c").output.startswith("- {id: wall, name: Wall, at: [")
    assert "no label with the id 'd'" in run(eye.folder / "media" / "eye.svg", "--id", "d").output


def test_what_cannot_be_written_is_told(eye: Author, tmp_path: Path) -> None:
    path = eye.folder / "media" / "eye.svg"
    eye.section("  - {id: a, question: What?, answer: ![an eye](eye.svg)}\n")
    assert "no card has occlude: eye.svg and parts: labels" in run(path, "--write").output
    outside = tmp_path / "loose.svg"
    outside.write_text(DRAWINGS["plain"])
    assert "isn't in a deck's media folder" in run(outside, "--write").output
    outside.write_text("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1'/>")
    assert "has no text label" in run(outside).output
