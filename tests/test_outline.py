"""A material's text becomes sections, paragraphs and sentences whose fingerprints hold typography for nothing."""

from __future__ import annotations

import re
import textwrap
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prose import PROSE, RIVERS, licence, material, prose_words, wrapped, zen

from studydeck.installing import install_line
from studydeck.material.align import align
from studydeck.material.formats import LARGEST, read_material
from studydeck.material.outline import Outline, Spot, fingerprint, normalised, read_outline, sentences, tokens


def shape(outline: Outline) -> dict[str, list[int]]:
    return {part.slug: [len(paragraph) for paragraph in part.sentences] for part in outline.parts}


def texts(outline: Outline) -> list[str]:
    return [sentence.text for sentence in outline.spots().values()]


# --- sentences -----------------------------------------------------------------------------------

#: One case a line; a bar stands where a sentence ends.
SPLITS = """\
Vitamins (e.g. B12) help.| They do.
This is common, i.e. Everyone has it.| So be it.
Dr. Brown met Prof. Green.| They spoke.
See Fig. 3 and Figs. 4 and 5.| Then go on.
Rivers vs. Lakes is the theme.| It is old.
No. 5 is alive.| He said no.| Then he left.
The U.S. Senate met.| It voted.
J. R. R. Tolkien wrote it.| He was English.
Smith et al. Found it in 1999.| It was big.
The dose is 2.5 mg a day.| It costs 3.50 Euros.| 20 people paid.
It rose by 0.5.| The rest fell.| It fell at 37 °C.| The mix held 5 g.| Then it set.
He said "Stop."| She stopped.
"Is it true?"| Nobody knew.
"Stop!" he said.| She asked: "Why?"| Nobody knew.
(It was late.)| They slept.
It grew (by 5 %).| Then it fell.
It was odd [see below].| Then it fell.[12]| Then it rose.
Visit https://example.org/a.b?c=d.| Then read example.org.| Write to a.b@example.org.| They answer.
Wait...| Then go.
Wait... and then go.
Really?!| Yes.
Take vitamin C. It helps.
Mr. and Mrs. Smith live on St. James Street.| It is long.
The cell (approx. 10 µm) divides.| It dies.
IL-6 rises.| TNF-alpha falls.| CRP does, too.
The strain E. coli K-12 grows.| It isn't.| It's.
Version 1.2.3 is out.| Its pH is 7.4.
It fell.[2,3]| Then it rose.[4–6]| Then it fell.[7, 9-11]| It was 5 m².| Then it rose.¹| So be it.²,³| Yes.
It is in Vol. II of Chap. 5, and Vols. 3 and 4 have more.| Read it.
Messrs. Smith and Jones came.| They left.
Op. 27 No. 2 is famous.| It says no.| I know.
Am 3. Mai kam er.| Er ging am 14. Dezember 1918.| Im 19. Jahrhundert war es so.| Der 2. Zug kam um 3.| Er hielt.
« Bonjour. »| Il part.| Il dit : « Non ! »| Elle rit.
Er sagte »Halt.«| Dann ging er.
It is 10² times.| Über alles.| Être ou non.
It ended in Jan. 2020.| Then it began.
Ph.D. students read.| They learn, cf. Smith 2001.| We agree.
About 3 in 4 (75 %) agree.| 25 % don't.
Apples, pears, etc.| They are fruit.
1. Wash the rice.| Then rinse it.
نهر النيل طويل.| يصب في البحر.
"""


@pytest.mark.parametrize("case", SPLITS.splitlines())
def test_sentences_end_where_a_reader_ends_them(case: str) -> None:
    expected = [each.strip() for each in case.split("|")]
    assert sentences(normalised(" ".join(expected))) == [normalised(each) for each in expected]


# --- blocks --------------------------------------------------------------------------------------


def test_a_text_has_sections_paragraphs_and_bullets() -> None:
    outline = read_outline(RIVERS)
    assert shape(outline) == {"overview": [2, 2], "deltas-and-mouths": [2, 2, 1, 1], "meanders": [2, 2]}
    assert outline.spots()[Spot("deltas-and-mouths", 3, 1)].text == "Silt settles first in the channels."
    assert [part.title for part in outline.parts] == ["", "Deltas and mouths", "Meanders"]


def test_without_blank_lines_each_line_is_a_paragraph() -> None:
    outline = read_outline("Rivers flow. They bend.\nSeas wait.\nOn lakes\nLakes are still.\n\n\n")
    assert shape(outline) == {"overview": [2, 1], "on-lakes": [1]}


def test_a_heading_right_over_short_lines_is_one_all_the_same() -> None:
    text = "It runs.\n\nOn bends\nA bend is a turn of a river.\nIt moves.\n\nThe river\nNile runs on."
    assert shape(read_outline(text)) == {"overview": [1], "on-bends": [2, 1]}


def test_lines_that_an_editor_wrapped_are_one_paragraph() -> None:
    lines = "Rivers flow to\nthe sea. They\nbend.\n\nThings:\n- one thing\n  that is long\n- two things\n\n"
    text = f"{lines}1. Wash it.\n2. Dry it."
    assert shape(read_outline(text)) == {"overview": [2, 1, 1, 1, 1, 1]}
    assert "one thing that is long" in texts(read_outline(text))


@pytest.mark.parametrize(
    ("line", "is_heading"),
    [
        ("The life of rivers", True),
        ("## The life of rivers ##", True),
        ("1. Origins", True),
        ("- The life of rivers", False),
        ("Is it so?", False),
        ("Things to bring:", False),
        ("one two three four five six seven eight nine ten eleven twelve", True),
        ("one two three four five six seven eight nine ten eleven twelve thirteen", False),
        ("* * *", False),
    ],
)
def test_a_heading_is_short_and_has_no_stop(line: str, is_heading: bool) -> None:
    outline = read_outline(f"Water runs. It falls.\n\n{line}\n\nIt rests here.")
    assert (len(outline.parts) == 2) is is_heading


def test_in_a_text_with_marked_headings_only_those_are_headings() -> None:
    outline = read_outline("# One\n\nIt runs.\n\nA caption of a picture\n\n## Two\n\nIt falls.")
    assert [part.title for part in outline.parts] == ["One", "Two"]


def test_a_title_over_another_heading_is_no_section_and_equal_headings_get_numbers() -> None:
    outline = read_outline("# Rivers\n\n## Notes\n\nIt runs.\n\n## Notes\n\nIt falls.\n\n## Deck\n\nIt rests.")
    assert [part.slug for part in outline.parts] == ["notes", "notes-2", "deck"]


# --- fingerprints --------------------------------------------------------------------------------


def test_a_fingerprint_is_forty_bits_of_the_tokens() -> None:
    assert fingerprint("The Nile flows.") == fingerprint("the NILE   flows!") == "1:5tesjeqo"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The cell’s well-known pH", "the|cell's|well|known|ph"),
        ("−0.5 and (-5) and 3–5 and 10 %", "-0.5|and|-5|and|3|5|and|10|%"),
        ("1,000.5 < 10² ≥ ±2 °C", "1,000.5|<|10|²|≥|±|2|°|c"),
        ("5mg is 5 mg", "5|mg|is|5|mg"),
        ("IL-6, B12; ‘quoted’ rock 'n' roll", "il|6|b12|quoted|rock|n|roll"),
        ("हिन्दी में", "हिन्दी|में"),
        ("Straße STRASSE", "strasse|strasse"),
    ],
)
def test_words_numbers_and_signs_count_and_other_marks_do_not(text: str, expected: str) -> None:
    assert tokens(normalised(text)) == expected.split("|")


TYPOGRAPHY: dict[str, Callable[[str], str]] = {
    "curly quotes": lambda text: re.sub(r"'", "’", re.sub(r'"([^"]*)"', r"“\1”", text)),
    "other dashes": lambda text: text.replace("--", "—").replace(" - ", " – ").replace("-", "‐"),
    "no-break spaces": lambda text: re.sub(r"(?<=\w) (?=\w)", "\u00a0", text),
    "thin and double spaces": lambda text: re.sub(r"(?<=\w) (?=\w)", "\u2009  ", text),
    "soft hyphens": lambda text: re.sub(r"(?<=[a-z]{2})(?=[a-z]{2})", "\u00ad", text),
    "marks of direction": lambda text: re.sub(r"(?<=\w)(?=\W)", "\u200f", re.sub(r" (?=\w)", " \u200e", text)),
    "marks that can't be seen": lambda text: re.sub(r"(?<=[a-z])(?=[a-z])", "\u2066\u061c\ufe0f\U000e0100", text),
    "French quotes": lambda text: re.sub(r'"([^"]*)"', "«\u202f\\1\u00a0»", text),
    "zero-width spaces": lambda text: re.sub(r"(?<=[a-z])(?=[a-z])", "\u200b", text),
    "capitals": str.upper,
    "capitals in words": lambda text: re.sub(r"(?<=\w)[a-z]", lambda letter: letter[0].upper(), text),
    "ligatures": lambda text: text.replace("ffi", "ﬃ").replace("fi", "ﬁ").replace("fl", "ﬂ").replace("ff", "ﬀ"),
    "Windows' line ends": lambda text: text.replace("\n", "\r\n"),
    "blanks at line ends": lambda text: re.sub(r"(?<=\S)\n", "  \n", text),
    "a byte order mark": lambda text: f"\ufeff{text}",
}


@pytest.mark.parametrize("name", TYPOGRAPHY)
@pytest.mark.parametrize("text", [RIVERS, zen(), licence()], ids=["rivers", "zen", "licence"])
def test_a_typographic_edit_changes_no_sentence(name: str, text: str) -> None:
    before, after = read_outline(text), read_outline(TYPOGRAPHY[name](text))
    assert TYPOGRAPHY[name](text) != text or name in ("ligatures", "other dashes", "curly quotes", "French quotes")
    assert bare(after) == bare(before)


@settings(deadline=None, max_examples=50)
@given(text=material(), name=st.sampled_from(sorted(TYPOGRAPHY)))
def test_a_typographic_edit_of_any_text_changes_no_sentence(text: str, name: str) -> None:
    assert bare(read_outline(TYPOGRAPHY[name](text))) == bare(read_outline(text))


@settings(deadline=None, max_examples=50)
@given(text=material(), width=st.integers(30, 88))
def test_wrapping_lines_changes_no_sentence(text: str, width: int) -> None:
    wrapped = "\n\n".join(textwrap.fill(block, width) for block in text.split("\n\n"))
    if "\n\n" in text:
        assert bare(read_outline(wrapped)) == bare(read_outline(text))


@pytest.mark.parametrize("name", PROSE)
@pytest.mark.parametrize("width", [60, 72, 80, 88, 92, 95, 100, 110, 120])
def test_real_prose_has_the_same_sentences_however_wide_its_lines_are(name: str, width: int) -> None:
    assert bare(read_outline(wrapped(PROSE[name], width))) == bare(read_outline(PROSE[name]))


def bare(outline: Outline) -> list[object]:
    return [list(part.paragraphs) for part in outline.parts]


# --- a revision ----------------------------------------------------------------------------------


def revised(before: str, after: str) -> dict[str, int]:
    """How many sentences stay, move, change and are gone between two texts."""
    old, new = read_outline(before), read_outline(after)
    said, says = old.spots(), new.spots()
    counts = {"ok": 0, "moved": 0, "changed": 0, "gone": 0}
    for spot, now in align(old, new).items():
        if now is None:
            counts["gone"] += 1
        elif said[spot].fingerprint != says[now].fingerprint:
            counts["changed"] += 1
        else:
            counts["ok" if now == spot else "moved"] += 1
    return counts


def edited_word(text: str, word: re.Match[str], new: str) -> str:
    new = new.capitalize() if word[0][0].isupper() else new
    return text[: word.start()] + new + text[word.end() :]


@settings(deadline=None, max_examples=50)
@given(text=material(), data=st.data())
def test_an_edit_of_any_word_changes_exactly_one_sentence(text: str, data: st.DataObject) -> None:
    word = data.draw(st.sampled_from(prose_words(text)))
    counts = revised(text, edited_word(text, word, "zebra"))
    assert (counts["changed"], counts["moved"], counts["gone"]) == (1, 0, 0)


@pytest.mark.parametrize("text", [RIVERS, zen(), licence()], ids=["rivers", "zen", "licence"])
def test_an_edit_of_any_word_of_a_real_text_changes_exactly_one_sentence(text: str) -> None:
    words = prose_words(text)
    assert len(words) > 60
    for word in words:
        counts = revised(text, edited_word(text, word, "zebra"))
        assert (counts["changed"], counts["moved"], counts["gone"]) == (1, 0, 0), word


@pytest.mark.parametrize("name", PROSE)
@pytest.mark.parametrize("width", [60, 66, 72, 80, 89, 100])
def test_an_edit_of_any_word_in_wrapped_lines_changes_exactly_one_sentence(name: str, width: int) -> None:
    text = wrapped(PROSE[name], width)
    found = re.finditer(r"(?<![\w'-])(?!Mr|Dr)[^\W\d_]{2,}(?![\w'-])", text)  # after Mr. no sentence ends
    words = [each for each in found if each.start() > text.index("\n")]
    for number, word in enumerate(words[width % 5 :: 5]):
        new = ("if", "zebra", "hippopotamuses")[number % 3]
        counts = revised(text, edited_word(text, word, new))
        assert (counts["changed"], counts["moved"], counts["gone"]) == (1, 0, 0), (word, new)


@settings(deadline=None, max_examples=50)
@given(text=material(), data=st.data())
def test_a_deleted_word_and_an_added_not_change_exactly_one_sentence(text: str, data: st.DataObject) -> None:
    inner = [word for word in prose_words(text) if word[0].islower()]
    word = data.draw(st.sampled_from(inner))
    for new in (f"not {word[0]}", ""):
        counts = revised(text, text[: word.start()] + new + text[word.end() :])
        assert (counts["changed"], counts["moved"], counts["gone"]) == (1, 0, 0)


@settings(deadline=None, max_examples=50)
@given(text=material(), data=st.data())
def test_an_inserted_sentence_moves_the_later_ones_of_its_paragraph_alone(text: str, data: st.DataObject) -> None:
    spots = list(read_outline(text).spots().items())
    spot, sentence = data.draw(st.sampled_from(spots))
    counts = revised(text, text.replace(sentence.text, f"Zebras came here. {sentence.text}", 1))
    later = [other for other, _ in spots if other[:2] == spot[:2] and other.sentence >= spot.sentence]
    assert counts == {"ok": len(spots) - len(later), "moved": len(later), "changed": 0, "gone": 0}


def test_a_deleted_sentence_is_gone_and_a_split_paragraph_moves() -> None:
    gone = "Rain, melting snow and springs feed it along its way. "
    assert revised(RIVERS, RIVERS.replace(gone, "")) == {"ok": 12, "moved": 1, "changed": 0, "gone": 1}
    apart = RIVERS.replace(" The outer bank", "\n\nThe outer bank")
    assert revised(RIVERS, apart) == {"ok": 11, "moved": 3, "changed": 0, "gone": 0}


def test_sections_that_change_places_move_nothing_but_with_a_new_heading_go_by_their_order() -> None:
    first, deltas, meanders = re.split(r"\n\n(?=Deltas|Meanders)", RIVERS.strip())
    assert revised(RIVERS, f"{first}\n\n{meanders}\n\n{deltas}")["ok"] == 14
    assert revised(RIVERS, RIVERS.replace("Meanders\n", "Bends\n"))["moved"] == 4  # their slug is another
    assert revised(RIVERS, RIVERS.replace("Meanders\n", "Bends\n"))["changed"] == 0


def test_a_sentence_that_went_to_another_section_has_moved() -> None:
    sentence = " The outer bank is worn away, and sand gathers on the inner one."
    moved = RIVERS.replace(sentence, "").replace("drops its load.", f"drops its load.{sentence}")
    counts = revised(RIVERS, moved)
    assert counts == {"ok": 12, "moved": 2, "changed": 0, "gone": 0}


# --- files ---------------------------------------------------------------------------------------


def test_markdown_loses_its_marks_and_keeps_headings_and_bullets(tmp_path: Path) -> None:
    path = tmp_path / "rivers.md"
    path.write_text(
        "---\ntitle: x\n---\nRivers\n======\n\nA *river* is a [stream](http://a.b/c) of **fresh** water[^1].\n"
        "It flows ![map](m.png) on.\n\n```py\nx = 1.\n```\n\n> It was said.\n\n| River | Length |\n|---|---|\n"
        "| Nile | 6650 km |\n\n* one\n* two\n\n***\n\nBends\n---\nThey bend.\n\n[ref]: http://x.y\n"
    )
    outline = read_outline(read_material(path))
    assert [part.title for part in outline.parts] == ["Rivers", "Bends"]
    assert [tokens(text) for text in texts(outline)][:2] == [
        ["a", "river", "is", "a", "stream", "of", "fresh", "water"],
        ["it", "flows", "on"],
    ]
    assert texts(outline)[2:] == ["It was said.", "River; Length", "Nile; 6650 km", "one", "two", "They bend."]


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("It runs.\n\n    x = 1.\n\n    y = 2.\n\nIt falls.", ["It runs.", "It falls."]),
        ("It runs.\n\n\tx = 1.\nIt falls.", ["It runs.", "It falls."]),
        ("It runs\n    and falls.", ["It runs and falls."]),
        ("- It runs.\n\n    It falls.\n    - It rests.\n\nIt is.", ["It runs.", "It falls.", "It rests.", "It is."]),
        ("River | Length\n--|--:\nNile | 6650 km\n\nIt runs.", ["River; Length", "Nile; 6650 km", "It runs."]),
        ("It runs either here | or there.\n\nIt falls.", ["It runs either here | or there.", "It falls."]),
        ("It runs &amp; falls &copy; 2020, &#8211;5 &lt; 3.", ["It runs & falls © 2020, -5 < 3."]),
        ("<details><summary>More</summary>\n\nIt <b class='x y'>runs</b>.<br/>\n\n</details>", ["More", "It runs."]),
        ("It is at <https://a.b/c>, and 1 < 2 > 0 in `<b> &amp;` and ``a`b <i>``.",
         ["It is at https://a.b/c, and 1 < 2 > 0 in <b> &amp; and ab <i>."]),
        ("## Bends {#the-bends .x}\n\nIt runs {so}.", ["It runs {so}."]),
    ],
)  # fmt: skip
def test_markdown_has_the_sentences_that_a_page_shows(tmp_path: Path, markdown: str, expected: list[str]) -> None:
    path = tmp_path / "rivers.md"
    path.write_text(f"# Rivers\n\n{markdown}\n", "utf-8")
    outline = read_outline(read_material(path))
    assert texts(outline) == expected
    assert outline.parts[0].slug in ("rivers", "bends")


PAGE = """<!doctype html><html><head><title>T</title><style>p{}</style></head><body>
<nav><ul><li><a href="/">Home</a></li></ul></nav>
<article><h1>Rivers of the <em>world</em></h1><p>A river is a natural stream of fresh water. It flows
towards an ocean&nbsp;or a lake, and it is fed by <b>snow&shy;melt</b> (see <a href="x">this</a>).</p>
<h2>Deltas</h2><p>About 10<sup>2</sup> rivers have one.<sup><a href="#1">1</a></sup> C<sub>2</sub> too.</p>
<ul><li>The Nile has one.</li><li>So does the <i>Danube</i>.</li></ul><pre>x = 1.</pre>
<figure><img src=x alt="pic"><figcaption>A delta</figcaption></figure>
</article><aside>Buy our book!</aside><footer><p>All rights reserved.</p></footer></body></html>"""


def test_html_is_read_without_what_stands_around_the_article(tmp_path: Path) -> None:
    path = tmp_path / "rivers.html"
    path.write_text(PAGE, "utf-8")
    outline = read_outline(read_material(path))
    assert [part.title for part in outline.parts] == ["Rivers of the world", "Deltas"]
    assert texts(outline) == [
        "A river is a natural stream of fresh water.",
        "It flows towards an ocean or a lake, and it is fed by snowmelt (see this).",
        "About 10² rivers have one.",
        "C₂ too.",
        "The Nile has one.",
        "So does the Danube.",
    ]


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("<p>It runs.</p>", ["It runs."]),
        (
            "<p>It runs <!-- TODO: check -->on.</p><!-- It stood. --><p>It<!-- --> falls.</p>",
            ["It runs on.", "It falls."],
        ),
        ("<blockquote><p>It runs.</p></blockquote><p>It falls.</p>", ["It runs.", "It falls."]),
        (
            "<blockquote>Said:<blockquote><p>It runs.</p><p>On.</p></blockquote></blockquote>",
            ["Said:", "It runs.", "On."],
        ),
        ("<p>It flows to<br>the <i>sea.<br/></i></p><p>It falls.</p>", ["It flows to the sea.", "It falls."]),
        ("<p>It flows<br>\n<br>It falls<br>on.</p>", ["It flows", "It falls on."]),
    ],
)
def test_html_has_the_sentences_that_a_browser_shows(tmp_path: Path, page: str, expected: list[str]) -> None:
    path = tmp_path / "rivers.html"
    path.write_text(f"<!DOCTYPE html><h1>Rivers</h1>{page}", "utf-8")
    outline = read_outline(read_material(path))
    assert [each.text for part in outline.parts for block in part.sentences for each in block] == expected
    assert sum(len(part.paragraphs) for part in outline.parts) == len(expected)


def pdf(*pages: Sequence[tuple[int, int, str] | tuple[int, int, str, int]]) -> bytes:
    """A small PDF: for each page its lines with the size of their letters, their height on the page, and their left."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>"]
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects.append(f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>")
    objects.append("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    streams: dict[int, bytes] = {}
    for number, lines in enumerate(pages):
        drawn = "".join(
            f"BT /F1 {size} Tf {left[0] if left else 72} {height} Td ({text}) Tj ET\n"
            for size, height, text, *left in lines
        )
        streams[5 + 2 * number] = zlib.compress(drawn.encode("latin-1"))
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> "
            f"/Contents {5 + 2 * number} 0 R >>"
        )
        objects.append(f"<< /Length {len(streams[5 + 2 * number])} /Filter /FlateDecode >>")
    data, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(data))
        stream = b"\nstream\n" + streams[number] + b"\nendstream" if number in streams else b""
        data += f"{number} 0 obj\n{body}".encode() + stream + b"\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    xref = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    trailer = f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(data)}\n%%EOF\n"
    return data + (xref + trailer).encode()


def pdf_of_rivers() -> bytes:
    def page(number: int, *lines: tuple[int, int, str]) -> list[tuple[int, int, str]]:
        return [(8, 800, "An atlas of rivers"), *lines, (8, 40, str(number))]

    return pdf(
        page(
            1,
            (20, 740, "Deltas and mouths"),
            (11, 700, "Where a river meets the sea, it slows down and drops its load. A del-"),
            (11, 687, "ta may form there. The water that carried the load spreads over the"),
        ),
        page(2, (11, 740, "plain and is lost."), (20, 700, "Meanders"), (11, 660, "A meander is a bend of a river.")),
        page(3, (11, 740, "An oxbow lake is left behind."), (11, 700, "It dries out.")),
        page(4, (11, 740, "Grass grows over it.")),
    )


def test_a_pdf_is_read_over_page_ends_and_broken_words_without_its_margins(tmp_path: Path) -> None:
    path = tmp_path / "rivers.pdf"
    path.write_bytes(pdf_of_rivers())
    outline = read_outline(read_material(path))
    assert [part.title for part in outline.parts] == ["Deltas and mouths", "Meanders"]
    assert texts(outline) == [
        "Where a river meets the sea, it slows down and drops its load.",
        "A delta may form there.",
        "The water that carried the load spreads over the plain and is lost.",
        "A meander is a bend of a river.",
        "An oxbow lake is left behind.",
        "It dries out.",
        "Grass grows over it.",
    ]


def test_a_pdf_of_two_pages_keeps_its_lists_and_tables_and_loses_its_edges(tmp_path: Path) -> None:
    def page(number: int, *lines: tuple[int, int, str] | tuple[int, int, str, int]) -> list[Any]:
        head = "An atlas of rivers" if number == 1 else "Lakes and seas"
        return [(8, 800, head), *lines, (8, 40, f"Page {number} of 2", 500)]

    path = tmp_path / "rivers.pdf"
    first = page(
        1,
        (20, 740, "Rivers"),
        (11, 700, "Rivers carry three things down to the sea, where they drop all of them:"),
        (11, 680, "\\177 Sand, which sinks where the water is slow and where the bed of the river is"),
        (11, 667, "deep enough", 84),
        (11, 654, "\\267"),
        (11, 654, "Mud", 100),
        (11, 641, "\\225 Salt that no one sees"),
        (11, 610, "River"),
        (11, 610, "Length in", 160),
        (11, 597, "km", 160),
        (11, 610, "Mouth", 260),
        (11, 580, "Nile"),
        (11, 580, "6,650", 160),
        (11, 580, "Mediterranean Sea", 260),
        (11, 560, "Rhine"),
        (11, 560, "1,230", 160),
        (11, 560, "North Sea", 260),
        (11, 520, "After the table the text goes on, and it does so until the end of the"),
    )
    second = page(2, (11, 740, "page and beyond."), (20, 700, "Lakes"), (11, 660, "Baikal is deep."))
    path.write_bytes(pdf(first, second))
    outline = read_outline(read_material(path))
    assert [part.title for part in outline.parts] == ["Rivers", "Lakes"]
    assert texts(outline) == [
        "Rivers carry three things down to the sea, where they drop all of them:",
        "Sand, which sinks where the water is slow and where the bed of the river is deep enough",
        "Mud",
        "Salt that no one sees",
        "River; Length in km; Mouth",
        "Nile; 6,650; Mediterranean Sea",
        "Rhine; 1,230; North Sea",
        "After the table the text goes on, and it does so until the end of the page and beyond.",
        "Baikal is deep.",
    ]


def test_columns_of_a_pdf_are_no_table(tmp_path: Path) -> None:
    words = "A river that runs through a valley", "widens it over the years and floods"
    lines = [(10, 700 - 12 * n, words[n % 2], left) for left in (72, 300) for n in range(6)]
    (tmp_path / "a.pdf").write_bytes(pdf(lines))
    assert read_material(tmp_path / "a.pdf") == "\n\n".join([" ".join(words * 3)] * 2)


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("a.pdf", pdf([(11, 700, "\\001\\002\\003 \\004\\005")]), r"doesn't say which characters its letters are"),
        ("a.txt", "Orléans".encode("latin-1"), r"isn't UTF-8; save it as UTF-8"),
        ("a.pdf", b"%PDF-1.4\nnothing", r"can't be read as a PDF|contains no text"),
        ("a.pdf", pdf([]), r"contains no text"),
    ],
)
def test_what_is_no_text_is_refused_with_a_sentence(tmp_path: Path, name: str, data: bytes, sentence: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ValueError, match=sentence):
        read_material(tmp_path / name)


def test_folders_and_files_of_no_sane_size_are_not_read(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="isn't a regular file"):
        read_material(tmp_path)
    with pytest.raises(ValueError, match="can't be read"):
        read_material(tmp_path / "missing.txt")
    with (tmp_path / "big.txt").open("wb") as file:
        file.truncate(LARGEST + 1)
    with pytest.raises(ValueError, match="30 MB, which is too big"):
        read_material(tmp_path / "big.txt")


@pytest.mark.parametrize(("ending", "module"), [("html", "markdownify"), ("pdf", "pdfminer.pdfexceptions")])
def test_without_the_extra_a_sentence_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str, module: str
) -> None:
    monkeypatch.setitem(__import__("sys").modules, module, None)
    path = tmp_path / f"rivers.{ending}"
    path.write_bytes(b"<p>Rivers run.</p>")
    with pytest.raises(ValueError, match=re.escape(install_line("material"))):
        read_material(path)


def test_utf_16_with_its_mark_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("Rivers run. They bend.".encode("utf-16"))
    assert len(read_outline(read_material(tmp_path / "a.txt")).spots()) == 2
