"""What `bad-formula` says of a formula, against the MathJax that Anki's desktop program ships."""

from __future__ import annotations

import html
import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from clients import aqt_web
from hypothesis import example, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page

from studydeck.text import mathjax, to_cloze_html, to_html, without_gaps
from studydeck.text.evident import Apart
from studydeck.text.formula import formulas, formulas_of, with_mathml
from studydeck.text.mathjax import defined, names, refused

GOOD = Path(__file__).with_name("formulas.txt").read_text("utf-8").splitlines()
MANY = 500
#: A name that a command or an environment of MathJax has, from the tables of the loaded packages.
NAMES = """() => {
    const found = {macro: [], environment: [], delimiter: []}
    const handlers = MathJax.startup.document.inputJax[0].parseOptions.handlers
    for (const kind in found)
        for (const {item} of handlers.get(kind)._configuration ?? handlers.get(kind))
            if (item.map) found[kind].push(...item.map.keys())
    return found
}"""
MATHML = "formulas => Promise.all(formulas.map(each => MathJax.tex2mmlPromise(each)))"


def spoiled(formula: str, dice: random.Random) -> str:
    """`formula` with something left out, or put where it may not be."""
    parts = list(re.finditer(dice.choice([r"[{}]", r"\\(?:left|right|begin|end)\W?", r"(?<=\\)[a-z]", "."]), formula))
    if parts and dice.random() < 0.5:
        gone = dice.choice(parts)
        return formula[: gone.start()] + formula[gone.end() :]
    at = dice.randrange(len(formula) + 1)
    return (
        formula[:at]
        + dice.choice(["&", "^2", "_i", "{", "}", r"\right)", r"\left(", "'", "#", r"\end{a}"])
        + formula[at:]
    )


@pytest.fixture(scope="module")
def page(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page with Anki's MathJax."""
    mathjax = (aqt_web() / "js" / "vendor" / "mathjax" / "tex-chtml-full.js").as_uri()
    setup = (aqt_web() / "js" / "mathjax.js").read_text("utf-8")
    setup = setup.replace('"/_anki/js/vendor/mathjax"', f'"{mathjax.rpartition("/")[0]}"')
    file = tmp_path_factory.mktemp("mathjax") / "page.html"
    file.write_text(f'<!doctype html><script>{setup}</script><script src="{mathjax}"></script>', "utf-8")
    page = browser.new_page()
    page.goto(file.as_uri())
    page.evaluate("MathJax.startup.promise.then(() => true)")
    yield page
    page.close()


def refuses(mathml: str) -> bool:
    """Whether MathJax made an error of a formula, or shows a command's name."""
    return "<merror" in mathml or re.search(r"<mtext[^>]*>\\", mathml) is not None


@pytest.mark.slow
def test_what_mathjax_reads_is_never_told_and_nearly_all_that_it_refuses_is(page: Page) -> None:
    dice = random.Random(1)
    formulas = [*GOOD, *(spoiled(dice.choice(GOOD), dice) for _ in range(MANY - len(GOOD)))]
    bad = {each for each, mathml in zip(formulas, page.evaluate(MATHML, formulas), strict=True) if refuses(mathml)}
    told = {each for each in formulas if (wrong := refused(each)) and "comment" not in wrong[0]}
    assert bad.isdisjoint(GOOD)
    assert told <= bad
    assert len(bad) > 200
    assert len(told) >= 0.9 * len(bad)


@pytest.mark.slow
def test_the_names_are_those_of_ankis_mathjax(page: Page) -> None:
    """If this fails, write them into builder/studydeck/text/assets/mathjax.txt."""
    found = page.evaluate(NAMES)
    words = {
        kind: {each.removeprefix("\\") for each in found[kind] if each.isalpha() or each[0] == "\\"} for kind in found
    }
    delimiters = {each for each in words["delimiter"] if each.isalpha()}
    assert names().delimiters == delimiters
    assert names().commands == {each for each in words["macro"] if each.isalpha()} | delimiters
    assert names().environments == set(found["environment"])


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        (r"\frac{a", "'{' isn't closed"),
        (r"a}", "'}' closes nothing"),
        (r"a & b", "'&' is for columns, and there are none here"),
        (r"{a & b}", "'&' is for columns, and there are none here"),
        (r"\left( x", r"'\left' has no '\right'"),
        (r"x \right)", r"'\right' has no '\left'"),
        (r"\left{ x \right}", r"'\left' needs a bracket after it"),
        (r"x^2^3", "two superscripts of one sign"),
        (r"x_a_b", "two subscripts of one sign"),
        (r"x^2'", "a prime after a superscript"),
        (r"x^", "'^' has nothing after it"),
        (r"\frac{a}", r"'\frac' is followed by too little"),
        (r"\bm{x}", r"MathJax doesn't know '\bm'"),
        (r"\begin{tabular}x\end{tabular}", "MathJax doesn't know the environment 'tabular'"),
        (r"\begin{cases} a \end{aligned}", r"'\end{aligned}' stands where '\end{cases}' is due"),
        (r"\begin{cases} a", r"'\begin{cases}' isn't closed"),
        ("#1", "'#' means nothing in a formula"),
        ("50% of x", "'%' starts a comment, so the rest isn't shown"),
    ],
)
def test_what_is_wrong_with_a_formula_is_said(formula: str, message: str) -> None:
    wrong = refused(formula)
    assert wrong is not None
    assert wrong[0] == message


def test_commands_of_the_author_are_known_where_they_are_defined() -> None:
    text = r"$\newcommand{\R}{\mathbb{R}} \R$ and $\R^n$"
    assert refused(r"\R^n", defined(text)) is None
    assert refused(r"\R^n") is not None


def test_the_preview_sets_no_formula_that_anki_cannot() -> None:
    for formula in (r"x^2'", r"\dd x", r"\left( x", r"a & b"):
        assert html.escape(formula) in with_mathml(rf"\({html.escape(formula)}\)")
        assert "<math" not in with_mathml(rf"\({html.escape(formula)}\)")


SIGNS = ["x", "a", "12", *"^_^_{}{}()[]&'%#~é", " ", "\n", r"\\", r"\,", r"\{", r"\}", r"\#", r"\begin{array}"]
SIGNS += [
    rf"\{name}"
    for name in re.findall(
        r"\S+",
        "frac sqrt alpha sum foo left right text operatorname operatorname* matrix cr hat binom color overset mathbb "
        "substack newline middle limits",
    )
]


@given(parts=st.lists(st.sampled_from(SIGNS), max_size=12))
@settings(max_examples=1_000, deadline=None)
@example(parts=[r"\sqrt[3]{x}"])
@example(parts=[r"\sqrt[x]"])
@example(parts=[r"\text\}"])
def test_the_reader_finds_nothing_wrong_with_an_ordinary_formula(parts: list[str]) -> None:
    tex = "".join(parts)
    tex += "}" * (tex.count("{") - tex.count("}"))
    ordinary, _, again = mathjax.are_ordinary([tex, "{x", tex])
    assert ordinary == again == mathjax.are_ordinary([tex])[0]
    assert not ordinary or mathjax._Reader(tex, ()).read() is None


def test_most_formulas_are_ordinary() -> None:
    formulas = [
        r"x^{12} + \frac{a}{b_1}",
        r"\sqrt{y_{12}} \le 2",
        r"\sum_{i=1}^n f'(x_i)^2",
        r"v = \text{const}",
        r"\{a\}",
    ]
    assert mathjax.are_ordinary(formulas) == [True] * 5
    assert mathjax.are_ordinary([r"x^", "2", r"\frac{a}", "{b}"]) == [False, True, False, True]
    assert mathjax.are_ordinary(["x", "a\5b"]) == [True, False]
    assert mathjax.are_ordinary([]) == []


@given(
    parts=st.lists(
        st.sampled_from([*"$$$`&<*|[]\\{}", "$$", "```", "\n", "\n    ", "x", " ", r"\(", "{{c1::", "}}"]), max_size=14
    )
)
@settings(max_examples=1_000, deadline=None)
def test_the_formulas_of_a_text_are_those_of_its_html(parts: list[str]) -> None:
    text = "".join(parts)
    shown = without_gaps(to_cloze_html(text)) if "{{c" in text else to_html(text, highlight=False)
    found = [*formulas_of(Apart([text]))]
    assert [tex for _, _, tex in found] == formulas(shown)
    assert all(defined(each) == defined(shown) for _, each, _ in found)
