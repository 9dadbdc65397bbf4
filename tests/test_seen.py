"""Nothing vanishes in silence: every sign that a reader doesn't see did its job, or its author is told."""

from __future__ import annotations

import html as html_entities
import random
import re
from collections import Counter

import pytest
from author import Author
from hypothesis import example, given, settings
from hypothesis import strategies as st

from studydeck.text import seen, to_html
from studydeck.text.evident import Apart
from studydeck.text.formula import with_tex
from studydeck.text.lost import MOST_LOSSES, Loss, lost

FENCE = "put the lines between two lines of ``` to keep them as they are"
#: What an author types, what isn't shown of it, and what the remedy is.
LOST = [
    (r"\d\+\.\d\*", "\\", r"write '`\d\+\.\d\*`'"),
    (r"C:\*.txt", "\\", r"write '`C:\*.txt`'"),
    (r"\\server\share", "\\", r"write '`\\server\share`'"),
    ("|a|b|\n|-|-|\n|c|d|e|", "e|", r"add a cell to the header, or write \| for a bar inside a cell"),
    ("# C #\nis a note", "#", r"write 'C \#'"),
    ("5\n-\n3", "-", "write '5\n\\-'"),
    ("[x](javascript:a)", "[", r"write '\[x](javascript:a)'"),
    ("[1]: https://a.b\n\nNile", "[", r"write '\[1]: https://a.b'"),
    ("```print(1)\n```", "print(1)", r"put it in `code`, or write '\p' to show it"),
    ("a/*/*.txt", "*", r"write 'a/\*/\*.txt'"),
    ("src/**/*.py and tests/**/*.py", "**", "write '`src/**/*.py and tests/**/*.py`'"),
    ("Roses\n    are red", " ", FENCE),
    ("def f(x):\n    return x", " ", FENCE),
    ("x = 1    # one", " ", FENCE),
    ("x    1", " ", FENCE),
]


@pytest.mark.parametrize(("text", "sign", "remedy"), LOST)
def test_what_is_lost_is_told_with_a_spelling_that_shows_it(text: str, sign: str, remedy: str) -> None:
    (loss,) = lost(text)
    assert (text[loss.at : loss.at + len(sign)], loss.remedy) == (sign, remedy)
    if remedy.startswith("write"):
        typed, spelling = spelled(text, loss)
        pasted = text.replace(typed, spelling)
        assert lost(pasted) == []
        assert plain(typed) in plain(shown(pasted)) or letters(typed) in letters(shown(pasted))


def spelled(text: str, loss: Loss) -> tuple[str, str]:
    """The part of `text` that a remedy is for, and its spelling."""
    spelling = loss.remedy.removeprefix("write '")[:-1]
    typed = spelling.strip("`") if spelling.startswith("`") else re.sub(r"\\(?=[^A-Za-z\d])", "", spelling)
    assert typed in text
    return typed, spelling


def shown(text: str) -> str:
    """What a reader sees of `text`."""
    return html_entities.unescape(re.sub(r"<[^>]*>", "", with_tex(to_html(text))))


def letters(text: str) -> str:
    return re.sub(r"\W", "", text)


def plain(text: str) -> str:
    return "".join(text.split())


NOTHING_LOST = [
    "**bold** *italic* __bold words__ _italic_ ~~struck~~ `code` ``a`b`` ***both*** *a **b***",
    "**un**kritisch, pho**to**graphy, 第**3**章, **60%**左右, **1**st",
    r"\*no\* \_x\_ \# \[a\] 5\|6 \$5 \\ \" C:\\Windows \(not math\) 1\) \+",
    "1947\\.\n\\- x\n\\# y\n\\+ z",
    "`\\d+\\.` $\\frac{a}{b}\\,$ $$a\\\\b$$ costs $5 and $6",
    "- a\n- b\n  - c\n    d\n\n1. a\n2. b\n   more\n\n> q *a*\n> > r `x`\n> b\nlazy",
    "```py\na\\.b *c*\n  d    e\n```\n\n~~~\nfoo\n~~~\n\nx\n\n    code    x",
    "![a *b* c](<x y.png> \"t\") ![s](x.mp3) [a](b(c).d) [a](<b c>) <https://a.b> <a@b.c>",
    "[Nile][1], [1] and [ Foo][]\n\n[1]: https://a.b 'x'\n[ foo]: <b>\n",
    "a&nbsp;b &#32; &copy; &unknown; &amp;amp; &amp;*x* &lt;b&gt; <b>x</b> <!-- c -->",
    "# Title\n\ntext\n\n---\n\nTitle\n=====\n\nTitle\n---\n",
    "| a | b\\|c |\n|:-:|---|\n| *d* | `e\\|f` |\n| g |\n\nx",
    "a | b\n-|-\n1 | 2",
    "line  \nb\\\nc",
    "src/**/*.py, *args and **kwargs, a * b * c, x_1_2, int* p",
    "Two  spaces after a stop.  And so on",
    "- a\n\n      code    in an item\n- b",
    "26*25*24, 2*3*4, x**2 + y**2, __init__, 5~10 mg and 20~30, 3~5,7~10, 3~5일, \\d+\\.\\d, a\\b",
    "H~2~O, x^2^, ==key==, ge==gang==en, <sub>2</sub> <u>a</u> <kbd>b</kbd> <sup>x</sup> <mark>y</mark>",
    "{漢字|かんじ} <ruby>漢字<rp>(</rp><rt>かんじ</rt><rp>)</rp></ruby> (a)\n\n"
    "| {川|かわ} | b |\n|---|---|\n| c | $|x|$ |",
    "1914. a\n1939. b\n\nx\n\n1. a\n1. b\n1. c\n\nx\n\n3. a\n2. b\n1. c",
    r"\(x^2\) \[y_1\] [$]a^2[/$] [latex]$z$[/latex] $ x^2 $" "\n\n" r"\begin{align}" "\na &= b\n" r"\end{align}",
]  # fmt: skip


@pytest.mark.parametrize("text", NOTHING_LOST)
def test_a_mark_that_did_its_job_is_not_told(text: str) -> None:
    assert lost(text) == []


def test_what_is_lost_is_told_at_its_line_and_column(author: Author) -> None:
    author.section(
        "  - question: |\n      What is it\n\n      that \\d\\* is?\n    answer: 'a \\d\\*'\n"
        '  - question: "\\\\d\\\\* is"\n    answer: >-\n      a river\n      or \\d\\*\n'
    )
    found = [each for each in author.judgements() if each.name == "lost-sign"]
    assert [(each.line, each.column) for each in found] == [(6, 14), (7, 18), (8, 15), (11, 12)]
    assert found[1].message == r"the '\' in '\d\*' isn't shown"


def test_only_the_first_losses_are_told() -> None:
    assert len(lost("\\d\\* " * 1_000)) == MOST_LOSSES


# --- any text ------------------------------------------------------------------------------------

SIGNS = "*_~\\$[]{}|<>&#-+=^"
PIECES = [*SIGNS, *SIGNS, "**", "__", "~~", "==", "$$", "`", "```", "{{c1::", "}}", "::", "\n", "\n\n", "\n- ", "\n> "]
PIECES += [
    "1. ",
    "\n1. ",
    "# ",
    "\n# ",
    "\n| a | b |\n|---|---|\n| ",
    " | ",
    "](x)",
    "[a]",
    "2",
    "3",
    "10",
    "a",
    "b",
    "Nile",
]
PIECES += [" ", " ", ". ", "é", "川", "\\*", "\\.", "\\d", "<sub>", "</sub>", "&amp;", "|漢", "{漢字|かんじ}"]

#: How many signs an element's tags stand for, at most: each sign of a group may be any of them.
STANDS_FOR = {
    "em": {"*_": 2}, "strong": {"*_": 4}, "del": {"~": 4}, "a": {"[<": 1, "]>": 1}, "img": {"[": 1, "]": 1},
    "mark": {"=<": 4, ">": 2}, "sub": {"~<": 2, ">": 2}, "sup": {"^<": 2, ">": 2}, "ruby": {"{": 1, "|": 1, "}": 1},
    "u": {"<": 2, ">": 2}, "kbd": {"<": 2, ">": 2},
}  # fmt: skip


def gone(text: str) -> Counter[str]:
    """How many of each sign aren't shown of `text`, beyond those that its HTML can explain: a dumb count.

    It knows nothing of places, so that a sign lost here may be explained by a mark there; but no more than there are.
    """
    html = to_html(text)
    left = Counter(text)
    left.subtract(shown(text))
    left = Counter({sign: count for sign, count in left.items() if sign in SIGNS and count > 0})
    lines = "\n".join(line for line in text.split("\n") if re.fullmatch(r"[\s>\-+*_=|:#0-9.]*", line))
    for line in text.split("\n"):
        lines += (re.match(r"(?:[ \t>]|[-+*](?=\s)|\d+[.)]|#{1,6}(?=\s))*(?:~{3,}.*|`{3,}[a-z].*)?", line) or [""])[0]
    for sign, count in Counter(lines).items():
        if re.search("<(?:blockquote|ul|ol|h[1-6r]|table|pre)", html):
            take(left, sign, count)
    for tag, groups in STANDS_FOR.items():
        for group, count in groups.items():
            take(left, group, count * html.count(f"<{tag}>" if tag not in ("a", "img") else f"<{tag} "))
    take(left, "$", 4 * (html.count(r"\(") + html.count(r"\[")))
    for bracket in "[]":
        take(left, bracket, 2 * len(re.findall(r"\\\[", html)))
    take(left, "\\", len(re.findall(r"\\[!-/:-@\[-`{-~]|\\\n", text)))
    take(left, "&", len(re.findall(r"&(?=amp;)", text)))
    take(left, "|", text.count("|") if "<table>" in html else 0)
    return left


def take(left: Counter[str], group: str, count: int) -> None:
    for sign in group:
        some = min(count, left[sign])
        left[sign] -= some
        count -= some
        if not left[sign]:
            del left[sign]


@given(text=st.lists(st.sampled_from([*PIECES, "*a*", "**b**", "`c`", "$x$"]), max_size=14).map("".join))
@settings(max_examples=1000, deadline=None)
def test_a_line_that_adds_up_has_lost_nothing_but_marks(text: str) -> None:
    text = text.strip()
    if seen._adds_up(text, html := to_html(text)):
        gone = Counter(text) - Counter(shown(text))
        fewest = {"em": 2, "strong": 4, "del": 4, "mark": 4, "sub": 2, "sup": 2, "code": 2}
        of_tags = sum(count * html.count(f"<{name}>") for name, count in fewest.items())
        assert set(gone) <= set("*_~=^`$")
        assert sum(gone.values()) == of_tags + 2 * html.count(r"\(")


@given(
    text=st.sampled_from(
        [
            "{}",
            "A `{}` b",
            "$a{}$, b",
            "A:\n\n```js\n{}\n```",
            "```\n{}\n```\nb",
            "$${}$$ b",
            "A ![b{}c](d.png)",
            "a\n{}",
        ]
    ),
    inside=st.lists(st.sampled_from([*PIECES, "```", "\n", "$", "\\]", "x", " "]), max_size=8).map("".join),
)
@settings(max_examples=1_500, deadline=None)
@example(text="$a{}$, b", inside=r"\href{x}{y}")
def test_nothing_is_lost_of_code_and_formulas_between_words(text: str, inside: str) -> None:
    text = text.format(inside).strip()
    assert [*seen.may_lose(Apart([text]))] or not seen.losses(text, "")


@given(text=st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
@settings(max_examples=1_500, deadline=None)
@example(text="|a|b|\n|-|-|\n|c|d|e|f|g|")
@example(text="\\d\\*\\*\\*")
def test_no_sign_is_lost_that_is_not_told(text: str) -> None:
    assert not gone(text) or lost(text)


@given(text=st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
@settings(max_examples=1_500, deadline=None)
def test_what_is_told_is_lost(text: str) -> None:
    """A sign that is told isn't shown as often as it was typed; spaces and numbers are another matter."""
    typed = Counter(text.strip())
    seen_of_it = Counter(shown(text))
    for loss in lost(text):
        if "isn't shown" in loss.message:
            part = re.match(r"(?:the )?'(.*?)'(?: in '.*)? isn't shown", loss.message, re.DOTALL)
            assert part
            assert all(typed[sign] > seen_of_it[sign] for sign in part[1] if sign in SIGNS), (text, loss)


@given(text=st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
@settings(max_examples=500, deadline=None)
def test_nothing_is_shown_that_was_not_typed(text: str) -> None:
    typed, seen_of_it = Counter(text), Counter(shown(text))
    assert not [sign for sign in SIGNS if seen_of_it[sign] > typed[sign]]


@pytest.mark.parametrize("sign", ["*", "_", "\\", "^", "=", "~", "#", "+", "$", "}", "2", "a"])
def test_whatever_takes_a_sign_is_found(sign: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A renderer that leaves out the last of a sign is found out each time, so the net doesn't know its rules."""

    def broken(text: str, files: None = None, language: str = "", *, highlight: bool = True) -> str:
        parts = re.split(r"(<[^>]*>|\\[()[\]])", to_html(text))
        last = max((n for n in range(0, len(parts), 2) if sign in parts[n]), default=None)
        if last is not None:
            before, _, after = parts[last].rpartition(sign)
            parts[last] = before + after
        return "".join(parts)

    monkeypatch.setattr(seen, "to_html", broken)
    monkeypatch.setattr(seen, "_SIGNS", bytes(range(128)))  # no text is left out, since none could lose anything
    dice = random.Random(sign)
    texts = ["".join(dice.choices(PIECES, k=dice.randrange(1, 14))).strip() for _ in range(1_000)]
    spoiled = [text for text in texts if sign in text and broken(text) != to_html(text)]
    assert len(spoiled) > 50
    assert [text for text in spoiled if not lost(text)] == []
