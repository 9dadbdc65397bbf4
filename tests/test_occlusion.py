"""Pictures with parts to name, from an author's YAML to a learner's cards on the real engine."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest
from author import Author
from click.testing import CliRunner
from clients import aqt_web, clients
from playwright.sync_api import Browser, Page

from studydeck.cli import main
from studydeck.engine.drawing import Artist
from studydeck.engine.learner import Import, Learner
from studydeck.engine.verify import verify
from studydeck.history import note_type_ids
from studydeck.pipeline import compile_notes
from studydeck.render import note_types

HEART = (
    b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 600 400'>"
    b"<rect width='600' height='400' fill='#eee'/><circle cx='300' cy='200' r='150' fill='#c66'/></svg>"
)
PARTS = """\
      - {id: aorta, name: Aorta, at: [41, 8, 20, 15]}
      - {id: valve, name: "Mitral *valve*", shape: ellipse, at: [60, 50, 20, 20]}
      - {id: apex, name: Apex, shape: polygon, at: [40, 70, 60, 72, 50, 95]}
"""
CARD = f"""\
  - id: heart
    occlude: heart.svg
    title: Name the **parts**
    details: Seen from the front.
    hint: From above
    parts:
{PARTS}"""


@pytest.fixture
def heart(author: Author) -> Author:
    author.write("media/heart.svg", HEART)
    author.section(CARD)
    return author


def run(*words: str) -> str:
    result = CliRunner().invoke(main, [*words])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_each_part_is_a_card_that_anki_makes_itself(heart: Author, learner: Learner) -> None:
    assert heart.problems() == []
    built = heart.build()
    assert (built.notes, built.cards, built.media) == (1, 3, 1)
    assert learner.import_package(heart.package) == Import(1, 0, 0, 0, 0)
    assert learner.faults() == []
    (note,) = learner.notes()
    assert note["Occlusion"].split("<br>") == [
        "{{c1::image-occlusion:rect:left=0.41:top=0.08:width=0.2:height=0.15:oi=1:part=5d21957a}}",
        "{{c2::image-occlusion:ellipse:left=0.6:top=0.5:rx=0.1:ry=0.1:oi=1:part=ed89b4a0}}",
        "{{c3::image-occlusion:polygon:left=0.4:top=0.7:points=0.4,0.7 0.6,0.72 0.5,0.95:oi=1:part=a9ea6c07}}",
    ]
    assert note["Names"] == "{{c1::Aorta}}{{c2::Mitral <em>valve</em>}}{{c3::Apex}}"
    assert note["Header"] == "Name the <strong>parts</strong>"
    style = 'style="--q-width:600px;--q-ratio:1.5" width="600" height="400"'
    assert note["Image"].endswith(f'alt="Name the parts" {style}>')
    shown = [card.render_output() for card in learner.cards()]
    assert '<div class="cloze" data-ordinal="2" data-shape="ellipse"' in shown[1].question_text
    assert "valve" not in shown[1].question_text
    assert '<span class="cloze" data-ordinal="2">Mitral <em>valve</em></span>' in shown[1].answer_text


def test_ankis_editor_of_masks_knows_the_notes(heart: Author, learner: Learner) -> None:
    heart.build()
    learner.import_package(heart.package)
    (note,) = learner.notes()
    kind = note.note_type()
    assert kind is not None
    assert (kind["type"], kind["originalStockKind"]) == (1, 6)
    assert [field.get("tag") for field in kind["flds"]][:6] == [0, 1, 2, 3, 4, None]
    seen = learner.col.get_image_occlusion_note(note_id=note.id).note
    shapes = {each.ordinal: each.shapes[0].shape for each in seen.occlusions}
    assert shapes == {1: "rect", 2: "ellipse", 3: "polygon"}
    assert (seen.header, seen.back_extra) == (note["Header"], "Seen from the front.")
    assert seen.occlude_inactive
    assert seen.image_file_name == heart.load().media.files[0].name
    learner.col.update_image_occlusion_note(
        note_id=note.id, occlusions="{{c1::image-occlusion:rect:left=.1:top=.1:width=.2:height=.2}}",
        header="Mine", back_extra="", tags=[],
    )  # fmt: skip
    note.load()
    assert (note["Header"], note["Details"], note["Names"][:11]) == ("Mine", "", "{{c1::Aorta")


def test_histories_stay_when_parts_are_added_moved_renamed_or_removed(heart: Author, learner: Learner) -> None:
    heart.build()
    learner.import_package(heart.package)
    learner.study(3)
    before = learner.histories()

    def next_import() -> list[str]:
        """Imports the next build, and returns the name that each card shows, in the order of their numbers."""
        heart.build()
        assert learner.import_package(heart.package) == Import(0, 1, 0, 0, 0)
        assert {card: learner.histories()[card] for card in before} == before
        names = []
        for card in sorted(learner.cards(), key=lambda card: card.ord):
            answer = card.render_output().answer_text
            names.append(answer.partition('class="cloze" data-ordinal="')[2].partition(">")[2].partition("<")[0])
        return names

    heart.edit("      - {id: aorta", "      - {id: vein, name: Vein, at: [5, 5, 15, 15]}\n      - {id: aorta")
    assert next_import() == ["Aorta", "Mitral ", "Apex", "Vein"]
    heart.edit("[41, 8, 20, 15]", "[43, 8, 20, 15]")
    heart.edit("name: Apex", "name: Tip")
    assert next_import() == ["Aorta", "Mitral ", "Tip", "Vein"]
    heart.edit('      - {id: valve, name: "Mitral *valve*", shape: ellipse, at: [60, 50, 20, 20]}\n', "")
    heart.edit("      - {id: aorta, name: Aorta, at: [43, 8, 20, 15]}\n", "")
    heart.write("water.yaml", heart.read("water.yaml") + "      - {id: new, name: New, at: [80, 5, 15, 15]}\n")
    heart.write("water.yaml", heart.read("water.yaml") + "      - {id: aorta, name: Aorta, at: [43, 8, 20, 15]}\n")
    assert next_import() == ["Aorta", "", "Tip", "Vein", "New"]
    assert learner.empty_cards() == {card.id for card in learner.cards() if card.ord == 1}
    heart.write("water.yaml", heart.read("water.yaml") + "      - {id: valve, name: Valve, at: [60, 50, 9, 9]}\n")
    assert next_import() == ["Aorta", "Valve", "Tip", "Vein", "New"]


def test_a_lock_that_is_repaired_from_the_package_keeps_the_numbers(heart: Author) -> None:
    heart.edit("      - {id: aorta", "      - {id: vein, name: Vein, at: [5, 5, 15, 15]}\n      - {id: aorta")
    heart.build()
    lock = heart.read("deck.lock")
    assert "1=" in lock
    assert "size=600x400" in lock
    heart.write("deck.lock", lock.replace("note\theart", "note\t"))
    run("build", "--repair-lock", "--output", str(heart.out), str(heart.folder))
    heart.section(CARD)
    heart.build()
    assert [part.partition("::")[0] for part in compiled(heart)] == ["{{c2", "{{c3", "{{c4"]


def test_a_number_that_two_branches_gave_to_different_parts_is_nobodys_after_the_merge(
    heart: Author, learner: Learner
) -> None:
    heart.build()
    common = heart.read("deck.lock"), heart.read("water.yaml")
    lines = []
    for name in ("Vein", "Septum"):
        heart.write("deck.lock", common[0])
        heart.write("water.yaml", f"{common[1]}      - {{id: {name.lower()}, name: {name}, at: [5, 5, 15, 15]}}\n")
        heart.build()
        learner.import_package(heart.package)
        learner.study(4)
        lines.append(next(line for line in heart.read("deck.lock").split("\n") if line.startswith("note")))
    heart.write("deck.lock", heart.read("deck.lock").replace(lines[1], "\n".join(lines)))
    heart.write("water.yaml", heart.read("water.yaml") + "      - {id: vein, name: Vein, at: [25, 5, 15, 15]}\n")
    heart.build()
    assert [part.partition("::")[0] for part in compiled(heart)] == ["{{c1", "{{c2", "{{c3", "{{c5", "{{c6"]
    assert " 4=- 5=" in heart.read("deck.lock")


def test_an_edit_arrives_by_the_text_edition_too(heart: Author, learner: Learner, tmp_path: Path) -> None:
    heart.build()
    learner.import_package(heart.package)
    learner.study(3)
    learner.tag_all_long_ago("mine")
    before = learner.histories()
    heart.edit("[41, 8, 20, 15]", "[43, 8, 20, 15]")
    run("build", "--edition", "text", "--output", str(heart.out), str(heart.folder))
    learner.import_text(heart.out / "rivers.txt")
    (note,) = learner.notes()
    assert note["Occlusion"].startswith("{{c1::image-occlusion:rect:left=0.43:")
    assert note.tags == ["mine", "rivers::water"]
    assert learner.histories() == before


def compiled(author: Author) -> list[str]:
    return compile_notes(author.load())[0].fields[0].split("<br>")


def test_a_deck_without_pictures_gets_no_note_type_for_them(author: Author, learner: Learner) -> None:
    author.section("  - {id: a, question: What?, answer: x}\n")
    author.build()
    learner.import_package(author.package)
    assert learner.col.models.by_name("Rivers Occlusion") is None
    author.write("media/heart.svg", HEART)
    author.section(CARD)
    author.build()
    assert learner.import_package(author.package) == Import(1, 0, 0, 0, 0)
    assert not learner.schema_changed


def test_plan_speaks_of_parts_by_their_names(heart: Author, tmp_path: Path) -> None:
    heart.build()
    previous = heart.package.rename(tmp_path / "previous.apkg")
    heart.edit("name: Apex", "name: Tip")
    heart.edit("[41, 8, 20, 15]", "[43, 8, 20, 15]")
    told = run("plan", "--against", str(previous), "--output", str(heart.out), str(heart.folder))
    assert "1 edited (1 part)" in told
    assert "heart.svg: Aorta, Mitral *valve*, Tip" in run("plan", "--format", "json", str(heart.folder))
    assert "Occlusion: Aorta [-(41-]{+(43+} 8 20 15), Mitral valve (60 50 20 20), [-Apex-]{+Tip+} (40 70)" in told
    heart.build()
    assert verify(heart.package, previous).ok


def test_it_is_printed_shown_and_counted(heart: Author, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    run("export", str(heart.folder), "--to", "print", "-o", str(page))
    html = page.read_text("utf-8")
    assert html.count("data:image/svg+xml") == 2
    assert '<div class="parts covered" style="--ratio:1.5"><img' in html
    assert "<ol><li>Aorta</li><li>Mitral <em>valve</em></li><li>Apex</li></ol>" in html
    (counted,) = json.loads(run("stats", "--format", "json", str(heart.folder)))["decks"]
    assert counted["kinds"]["picture with parts"] == 1


@pytest.mark.parametrize(
    ("old", "new", "line", "name", "message"),
    [
        ("id: aorta, ", "", 9, "missing-key", "the key 'id' is missing"),
        ("[41, 8, 20, 15]", "[41, 8, 20]", 9, "wrong-kind", "expected 4 numbers, found 3"),
        ("[41, 8, 20, 15]", "[41, 8, 20, 0]", 9, "wrong-kind", "the part has no size"),
        ("[41, 8, 20, 15]", "[41, 8, x, 15]", 9, "wrong-kind", "expected a list of numbers for 'at', found a list"),
        ("[40, 70, 60, 72, 50, 95]", "[40, 70, 60, 72]", 11, "wrong-kind", "a polygon has 3 corners at least"),
        ("shape: ellipse", "shape: star", 10, "wrong-kind", "'star' isn't a shape"),
        ("id: valve", "id: aorta", 10, "same-id", "the id 'aorta' is already used for the part in line 9"),
        ("    title:", "    hide: some\n    title:", 5, "wrong-kind", "'some' isn't what can be hidden"),
        ("heart.svg", "heart.mp3", 4, "lost-picture", "'heart.mp3' doesn't have the extension of a picture"),
        ("heart.svg", "hart.svg", 4, "lost-picture", "there is no file 'hart.svg' in the deck's media folder"),
        ("    title:", "    answer: It\n    title:", 5, "wrong-kind", "'answer' can't be used together with 'occlude'"),
    ],
)
def test_a_mistake_in_a_part_is_reported_at_its_line(
    heart: Author, old: str, new: str, line: int, name: str, message: str
) -> None:
    heart.edit(old, new)
    told = [each for each in heart.problems() if each.name != "unused-media"]
    assert [(each.line, each.name, each.message) for each in told] == [(line, name, message)]


NASTY = (
    "image-occlusion:rect:left=3[a](/onmouseover=alert(1)//)",
    "**image-occlusion:**rect:left=3 onmouseover=alert(1)",
    "image-occlusion&#58;rect:left=3 onmouseover=alert(1)",
    "a}} b :: c image-occlusion:rect:left=3",
    "<img src=x onerror=alert(1)>",
    r"\\(a}} ::b\\) `}}` $x{{y}}$",
)


@pytest.mark.parametrize("name", NASTY)
def test_no_name_and_no_title_becomes_a_mask_or_a_script(heart: Author, learner: Learner, name: str) -> None:
    heart.edit("name: Aorta", f"name: {json.dumps(name)}")
    heart.edit("Name the **parts**", json.dumps(name))
    heart.build()
    learner.import_package(heart.package)
    assert learner.faults() == []
    assert len(list(learner.cards())) == 3
    for card in learner.cards():
        shown = card.render_output()
        for html in (shown.question_text, shown.answer_text):
            assert html.count("data-shape") == 3
            tags = [tag for tag in re.findall(r"<[^>]*>", html) if "onmouseover" in tag or "onerror" in tag]
            assert [tag for tag in tags if not tag.startswith(("<a href", '<img src="'))] == []
            for tag in tags:
                assert re.fullmatch(r'<\w+(?: [\w-]+="[^"]*")*>', tag), tag
                assert not re.search(r'" on', tag), tag


def test_a_picture_under_another_id_is_asked_about(heart: Author) -> None:
    """Unless none of its parts is the old one's: then it is a new card on the same picture."""
    heart.build()
    before = heart.read("water.yaml")
    heart.edit("id: heart", "id: my-heart")
    assert [(each.name, each.line) for each in heart.load().errors] == [("gone-id", 3)]
    other = (
        before.replace("id: heart", "id: vessels").replace("id: aorta", "id: vein").replace("id: valve", "id: artery")
    )
    heart.write("water.yaml", other.replace("id: apex", "id: tip"))
    assert heart.load().errors == []


def test_two_cards_may_show_the_same_picture(heart: Author) -> None:
    heart.section(CARD + CARD.replace("id: heart", "id: heart-2"))
    assert heart.problems() == []


# --- what learners see ---------------------------------------------------------------------------

CLIENTS = {client.name: client for client in clients()}
SIZES = ((360, 740, 1.0), (360, 740, 1.5), (768, 1024, 1.0), (1280, 800, 1.0))
#: Shows each side, lets Anki's own script draw it, and returns how opaque its masks are at points in per cent.
DRAW = """async ([sides, points, text]) => {
  document.body.style.fontSize = "";
  document.body.style.fontSize = `${text * parseFloat(getComputedStyle(document.body).fontSize)}px`;
  const found = [];
  for (const html of sides) {
    document.getElementById("side").innerHTML = html;
    const image = document.querySelector("#side img"), canvas = document.querySelector("#side canvas");
    await image.decode();
    await anki.imageOcclusion.setup();
    await new Promise((done) => requestAnimationFrame(done));
    const [a, b] = [image, canvas].map((each) => each.getBoundingClientRect());
    const pen = canvas.getContext("2d");
    const at = ([x, y]) => pen.getImageData(x / 100 * canvas.width, y / 100 * canvas.height, 1, 1).data[3];
    const name = document.querySelector("#side .q-part")?.innerText ?? "";
    const fits = ["left", "top", "width", "height"].every((key) => Math.abs(a[key] - b[key]) < 1)
      && Math.abs(a.width / a.height - 1.5) < 0.02 && a.right <= innerWidth && a.width > 250;
    found.push({ opaque: points.map(at), name, fits, error: document.getElementById("err").textContent });
  }
  return found;
}"""
MIDDLES = ((51, 15.5), (70, 60), (50, 80), (20, 50))  # of the three parts, and of nothing
SEEN = """async (picture) => {
  const image = new Image();
  image.src = `data:image/png;base64,${picture}`;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
  const pen = canvas.getContext("2d");
  pen.drawImage(image, 0, 0);
  return [[51, 15.5], [70, 60], [50, 80], [20, 50]].map(([x, y]) =>
    [...pen.getImageData(x / 100 * image.width, y / 100 * image.height, 1, 1).data].slice(0, 3));
}"""
ASKED, OTHER = [255, 179, 71], [195, 207, 224]  # the colours in card.css


def drawn_sides(author: Author) -> tuple[str, list[tuple[str, str]]]:
    loaded = author.load()
    assert not loaded.errors, loaded.errors
    types = note_types(loaded.deck, note_type_ids(loaded.deck, loaded.lock))
    with Artist() as artist:
        (cards,) = artist.draw(types, compile_notes(loaded))
    return types[0].css, [(card.question, card.answer) for card in cards]


def opened(browser: Browser, author: Author, client: str, css: str, *, night: bool) -> Page:
    """A client's page with the desktop's own scripts, which AnkiDroid and AnkiMobile have theirs from."""
    page = browser.new_page()
    script = (aqt_web() / "js" / "reviewer.js").as_uri()
    html = CLIENTS[client].page(css, night=night).replace("</head>", f'<script src="{script}"></script></head>')
    file = author.folder / "media" / f"{client}-{night}.html"
    file.write_text(html, "utf-8")
    for each in author.load().media.files:
        (file.parent / each.name).write_bytes(Path(each.path).read_bytes())
    page.goto(file.as_uri())
    return page


@pytest.mark.parametrize(
    ("client", "night", "hide"),
    [*((client, night, "all") for client in CLIENTS for night in (False, True)), ("desktop", False, "one")],
)
def test_each_part_is_covered_on_its_question_and_open_on_its_answer(
    heart: Author, browser: Browser, client: str, night: bool, hide: str
) -> None:
    heart.edit("    title:", f"    hide: {hide}\n    title:")
    if hide == "one":  # and a drawing that says how large it is
        heart.write("media/heart.svg", HEART.replace(b"viewBox", b"width='600' height='400' viewBox"))
    css, cards = drawn_sides(heart)
    page = opened(browser, heart, client, css, night=night)
    others = 255 if hide == "all" else 0
    for width, height, text in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        found: list[dict[str, Any]] = page.evaluate(DRAW, [[side for card in cards for side in card], MIDDLES, text])
        for part, name in enumerate(("Aorta", "Mitral valve", "Apex")):
            question, answer = found[2 * part : 2 * part + 2]
            covered = [255 if at == part else others if at < len(cards) else 0 for at in range(4)]
            assert question == {"opaque": covered, "name": "", "fits": True, "error": ""}, (width, text, name)
            covered[part] = 0
            assert answer == {"opaque": covered, "name": name, "fits": True, "error": ""}, (width, text, name)
    seen = []
    for side in cards[1]:
        page.evaluate(DRAW, [[side], MIDDLES, 1])
        shot = page.locator("#image-occlusion-container").screenshot(animations="disabled")
        seen.append(page.evaluate(SEEN, base64.b64encode(shot).decode()))
    (first, asked, third, _), (_, answered, _, nothing) = seen
    red, grey = [204, 102, 102], [238, 238, 238]
    assert asked == ASKED
    assert (answered, nothing) == (red, grey)
    assert [first, third] == ([OTHER, OTHER] if hide == "all" else [red, red])


# --- drawing parts in the preview ----------------------------------------------------------------


def editor(page: Page, author: Author) -> Page:
    """The preview's page with the editor of the parts open."""
    folder = author.folder.parent / "page"
    run("preview", str(author.folder), "--export", str(folder))
    page.goto((folder / "index.html").as_uri() + "#heart/1")
    page.locator("#edit-parts").click()
    page.wait_for_function("document.getElementById('part-picture').naturalWidth > 0")
    return page


def paste(page: Page, author: Author) -> list[tuple[str, str, str, tuple[float, ...]]]:
    """The parts of the deck's card once the YAML that the editor shows is in it."""
    head = author.read("water.yaml").partition("    parts:")[0]
    shown = page.locator("#part-yaml").input_value()
    author.write("water.yaml", head + "".join(f"    {line}\n" for line in shown.splitlines()))
    loaded = author.load()
    assert not loaded.errors, loaded.errors
    return [(each.id, str(each), each.shape, each.at) for each in loaded.deck.sections[0].cards[0].values["parts"]]


def at(page: Page, x: float, y: float) -> tuple[float, float]:
    box = page.locator("#board").bounding_box()
    assert box
    return box["x"] + x / 100 * box["width"], box["y"] + y / 100 * box["height"]


def test_parts_are_drawn_moved_and_named_with_a_mouse(heart: Author, browser: Browser) -> None:
    page = editor(browser.new_page(viewport={"width": 1280, "height": 1000}), heart)
    assert [each[0] for each in paste(page, heart)] == ["aorta", "valve", "apex"]
    page.mouse.move(*at(page, 5, 60))
    page.mouse.down()
    page.mouse.move(*at(page, 25, 80), steps=3)
    page.mouse.up()
    page.keyboard.type("Été: #1")
    page.mouse.move(*at(page, 51, 15))
    page.mouse.down()
    page.mouse.move(*at(page, 31, 25), steps=3)
    page.mouse.up()
    page.mouse.move(*at(page, 80, 70))  # the corner of the valve
    page.mouse.down()
    page.mouse.move(*at(page, 90, 75), steps=3)
    page.mouse.up()
    page.mouse.click(*at(page, 2, 2))  # a click draws nothing
    aorta, valve, apex, new = paste(page, heart)
    assert apex == ("apex", "Apex", "polygon", (40, 70, 60, 72, 50, 95))
    assert (aorta[:3], valve[:3]) == (("aorta", "Aorta", "rect"), ("valve", "Mitral *valve*", "ellipse"))
    assert aorta[3] == pytest.approx((21, 18, 20, 15), abs=0.5)
    assert valve[3] == pytest.approx((60, 50, 30, 25), abs=0.5)
    assert new[:3] == ("ete-1", "Été: #1", "rect")
    assert new[3] == pytest.approx((5, 60, 20, 20), abs=0.5)
    page.close()


def test_parts_are_drawn_with_a_finger(heart: Author, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = editor(context.new_page(), heart)
    page.locator("#board").scroll_into_view_if_needed()
    touch = context.new_cdp_session(page)
    for kind, point in (("touchStart", (5, 60)), ("touchMove", (15, 70)), ("touchMove", (25, 80)), ("touchEnd", None)):
        points = [dict(zip("xy", at(page, *point), strict=True))] if point else []
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    new = paste(page, heart)[-1]
    assert new[0] == "part-1"
    assert new[3] == pytest.approx((5, 60, 20, 20), abs=1)
    context.close()


def test_parts_are_added_moved_and_removed_with_the_keyboard(heart: Author, browser: Browser) -> None:
    page = editor(browser.new_page(viewport={"width": 1280, "height": 1000}), heart)
    page.locator(".part").nth(0).focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "Shift+ArrowRight", "Shift+ArrowUp"):
        page.keyboard.press(key)
    page.locator(".part").nth(2).focus()
    page.keyboard.press("ArrowUp")
    page.locator(".part").nth(1).focus()
    page.keyboard.press("Delete")
    page.locator("#add-part").focus()
    page.keyboard.press("Enter")
    page.keyboard.type("yes")
    page.keyboard.press("Tab")
    page.keyboard.press("e")  # ellipse
    assert paste(page, heart) == [
        ("aorta", "Aorta", "rect", (43, 9, 21, 14)),
        ("apex", "Apex", "polygon", (40, 69, 60, 71, 50, 94)),
        ("yes", "yes", "ellipse", (40, 40, 20, 20)),
    ]
    names = [page.locator(".part").nth(number).get_attribute("aria-label") for number in range(3)]
    assert names[0] == "Aorta: left 43, top 9, width 21, height 14 per cent"
    page.keyboard.press("Escape")
    assert not page.locator("#parts").is_visible()
    page.close()


def test_the_preview_covers_the_parts_and_shows_all_at_a_tap(heart: Author, browser: Browser) -> None:
    folder = heart.folder.parent / "page"
    run("preview", str(heart.folder), "--export", str(folder))
    page = browser.new_page()
    page.goto((folder / "index.html").as_uri() + "#heart/2")
    card = page.frame_locator("#frame")
    fills = "each => each.map((shape) => [shape.localName, getComputedStyle(shape).fill])"
    shapes = card.locator("svg > *")
    assert sorted(shapes.evaluate_all(fills)) == [
        ["ellipse", "rgb(255, 179, 71)"], ["polygon", "rgb(195, 207, 224)"], ["rect", "rgb(195, 207, 224)"],
    ]  # fmt: skip
    page.keyboard.press("Space")
    assert ["ellipse", "rgba(255, 179, 71, 0)"] in shapes.evaluate_all(fills)
    assert card.locator(".q-part").inner_text() == "Mitral valve"
    card.locator("#toggle").click()
    assert shapes.evaluate_all("each => each.map((shape) => getComputedStyle(shape).visibility)") == ["hidden"] * 3
    page.close()
