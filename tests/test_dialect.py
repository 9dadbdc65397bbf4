"""What an author types is what learners see: the dialect's own rules, and the page that describes them."""

from __future__ import annotations

import html as html_entities
import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from studydeck.text import literal, literal_line, read_clozes, to_cloze_html, to_html
from studydeck.text.stand_ins import ESCAPES
from studydeck.text.tex import find_formulas

PAGE = (Path(__file__).parent.parent / "docs" / "text.md").read_text("utf-8")
CODE = re.compile(r"(?<!`)(`+)(?!`) ?(.+?) ?\1(?!`)")


def rows(heading: str) -> list[list[str]]:
    """The cells of the tables below a heading of the page, without their heads."""
    part = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in part.split("\n") if line.startswith("| ") and not line.startswith(("| You", "| ---"))]
    return [line[2:-2].split(" | ") for line in lines]


def codes(cell: str) -> list[str]:
    return [code for _, code in CODE.findall(cell)]


def as_typed(text: str) -> str:
    return html_entities.escape(text, quote=False).replace('"', "&quot;")


@pytest.mark.parametrize("row", rows("In a line"), ids=lambda row: row[0])
def test_the_page_shows_what_learners_see(row: list[str]) -> None:
    typed = codes(row[0])
    assert typed
    assert {to_html(each) for each in typed} == {row[1]}
    assert {f"a\n{row[1]}"} == {to_html(f"a\n{each}").replace("<br />", "") for each in typed}
    for each in codes(row[2]) if len(row) > 2 else ():
        assert to_html(each) == as_typed(each)
        assert to_html(f"a\n{each}") == f"a<br />\n{as_typed(each)}"


def test_the_page_shows_each_spelling_of_a_formula() -> None:
    in_a_line, alone = (codes(row[0]) for row in rows("Formulas"))
    assert {tuple(each[2:] for each in find_formulas(text)) for text in in_a_line} == {
        (("x^2", False),),
        ((" x^2 ", False),),
    }
    assert all(find_formulas(text)[0].display for text in alone)
    for text in in_a_line + alone:
        assert re.fullmatch(r"\\[(\[][^$]*x\^2[^$]*\\[)\]]|\\\[\\begin.*\\\]", to_html(text)), text


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("{漢字|かんじ}", "<ruby>漢字<rt>かんじ</rt></ruby>"),
        ("{漢|かん}{字|じ}", "<ruby>漢<rt>かん</rt></ruby><ruby>字<rt>じ</rt></ruby>"),
        ("{北京|Běi jīng}", "<ruby>北京<rt>Běi jīng</rt></ruby>"),
        ("{大學|대학}", "<ruby>大學<rt>대학</rt></ruby>"),
        (r"\(not math\)", "(not math)"),
        (r"\[sic\]", "[sic]"),
        (r"1947\.", "1947."),
        *((text, text) for text in ("{a|b}", "1947.", "- 3", "# 5", "+", r"\d+\.", r"C:\new", r"Use \? here")),
        *((text, text) for text in ("$5 and $6", "US$5", "$HOME/$PATH", "5$", "$ 5 and 6 $")),
        ("$ n $", r"\( n \)"),
        (r"\"", r"\&quot;"),
        ("{x | x > 0}", "{x | x &gt; 0}"),
        ("> 3 km", "&gt; 3 km"),
        ("a\n- [ ] b[^1]", "<p>a</p>\n<ul>\n<li>[ ] b[^1]</li>\n</ul>"),
    ],
)
def test_what_the_page_says_in_sentences_is_true(typed: str, shown: str) -> None:
    assert all(f"`{line}`" in PAGE or typed.startswith("a\n") for line in [typed])
    assert to_html(typed) == shown


def test_furigana_are_read_where_the_language_has_them() -> None:
    text = "これは 漢字[かんじ]です"
    assert f"`{text}`" in PAGE
    for language in ("ja", "ja-JP", "zh-Hant", "ko"):
        assert to_html(text, language=language) == "これは<ruby>漢字<rt>かんじ</rt></ruby>です"
        assert to_cloze_html(f"{{{{c1::{text}}}}}", language=language).count("<ruby>") == 1
    for language in ("", "en", "jav"):
        assert to_html(text, language=language) == text


@pytest.mark.parametrize("sign", [chr(number) for number in range(33, 127) if not chr(number).isalnum()])
def test_a_backslash_goes_before_the_signs_that_the_page_names_and_nowhere_else(sign: str) -> None:
    named = re.search(r"^``(.*)``$", PAGE, re.MULTILINE)
    assert named
    assert set(named[1].split(" ")) == ESCAPES
    twice = f"a {sign}\\{sign} b" if sign != "`" else "a"
    for text in (f"a\\{sign}b", twice, f"a\n\\{sign} b"):
        shown = text.replace("\\" + sign, sign) if sign in ESCAPES else text
        assert html_entities.unescape(to_html(text).replace("<br />", "")) == shown
    assert to_html(f"a `\\{sign}`" if sign != "`" else "`` \\` ``").endswith(f"<code>\\{as_typed(sign)}</code>")


@pytest.mark.parametrize("text", ["a\\\nb", "\\\n\nb", "- a\\\n- b", "# a\\\n\nb", "> a\\\n\nb", "a\\\\\nb", "a\\"])
def test_a_backslash_at_a_lines_end_is_shown_once(text: str) -> None:
    assert to_html(text).count("\\") == 1


# --- properties ----------------------------------------------------------------------------------

words = st.text(st.sampled_from("ab1é漢か "), max_size=6)


def made_of(*pieces: str) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(pieces) | words, max_size=16).map("".join)


@given(
    text=made_of("~", "^", "<sub>", "</sub>", "<u>", "</u>", "{漢|かん}", "{", "|", "}", r"\"", r"\d", "2*3*4 ", "= ")
)
@settings(max_examples=400, deadline=None)
@example(text="<u>^a</u>^")
@example(text="^<u>a^</u>")
def test_no_sign_vanishes_but_with_the_tag_that_it_makes(text: str) -> None:
    """Each tag takes the place of its signs; put back, they make the text again."""
    shown = re.sub(r"<ruby>(.*?)<rt>(.*?)</rt></ruby>", r"{\1|\2}", to_html(text))
    shown = html_entities.unescape(re.sub("</?del>", "~~", re.sub("</?su[bp]>", "~", shown)))
    assert re.sub(r"\^|</?sub>", "~", shown) == re.sub(r"\^|</?sub>", "~", text.strip())


@given(text=made_of("~", "^", "==", "<u>", "</u>", "{漢|かん}", "`", "$", r"\(", r"\)", "[$]", "[/$]", "*", "\n", "\\"))
@settings(max_examples=300, deadline=None)
def test_in_code_all_is_as_typed(text: str) -> None:
    text = text.replace("`", "")
    html = to_html(f"```\n{text}\n```\n\na")
    assert html_entities.unescape(html) == f"<pre><code>{text}\n</code></pre>\n<p>a</p>"
    if code := text.replace("\n", "").strip():
        assert html_entities.unescape(to_html(f"a ``{code}``")) == f"a <code>{code}</code>"


@given(text=made_of("~", "^", "==", "{漢|かん}", "$", "[$]", "[/$]", "*", "__a__", "_"))
@settings(max_examples=200, deadline=None)
def test_in_an_address_all_is_as_typed(text: str) -> None:
    text = text.strip()
    for shown in (to_html(f"[a](<https://a/{text}>)"), to_html(f"![a](<https://a/{text}>)")):
        assert unquote(html_entities.unescape(shown)) in (
            f'<a href="https://a/{text}">a</a>',
            f'<img src="https://a/{text}" alt="a" />',
        )


@given(text=made_of("~", "^", "==", "<u>", "</u>", "{漢|かん}", "$", r"\(", r"\)", "*", "**", "::"))
@settings(max_examples=300, deadline=None)
def test_a_gap_stays_a_gap_whatever_is_in_it(text: str) -> None:
    found = read_clozes(to_cloze_html(f"a {{{{c1::b {text}}}}} c {{{{c2::d}}}} {text}"))
    assert found.numbers == {1, 2}


@given(
    text=made_of(
        *ESCAPES, "==", "<u>", "</u>", "{漢|かん}", r"\(", r"\)", "[$]", "[/$]", "[latex]", "](b)", "1. ", "&lt;"
    )
)
@settings(max_examples=400, deadline=None)
@example(text="[x=1]")
@example(text="1.5")
def test_a_name_is_shown_as_it_is(text: str) -> None:
    text = " ".join(text.split())
    assert html_entities.unescape(to_html(f"a {literal(text)}")) == f"a {text}".strip()
    if text:
        item = to_html(f"a\n\n- {literal_line(text)}")
        assert html_entities.unescape(item) == f"<p>a</p>\n<ul>\n<li>{text}</li>\n</ul>"


NUMBERS = st.lists(st.integers(0, 99_999), min_size=2, max_size=8)


@given(numbers=NUMBERS, sign=st.sampled_from(".)"))
@settings(max_examples=100, deadline=None)
@example(numbers=[3, 2, 1], sign=".")
@example(numbers=[1, 1, 2], sign=".")
def test_a_list_keeps_its_numbers(numbers: list[int], sign: str) -> None:
    html = to_html("\n".join(f"{number}{sign} a" for number in numbers))
    shown: list[int] = []
    start = re.match(r"<ol[^>]*? start=\"(\d+)\"", html)
    for item in re.findall(r"<li(?: value=\"(\d+)\")?>", html):
        shown.append(int(item or (shown[-1] + 1 if shown else start[1] if start else 1)))
    assert shown == (numbers if len(set(numbers)) > 1 else [numbers[0] + n for n in range(len(numbers))])
    assert ('class="paren"' in html) == (sign == ")")
