"""Nothing hangs: whatever an author writes is read in time that grows with it, and not with its square.

Each function that takes an author's text is given one and the same fragment again and again, until the text has 1,000
signs, and four times as many; four times the text may take six times the work, which is more than n log n and far less
than the sixteen times of a square. What takes less than FLOOR for the long text is left alone: a square that began
below it would be seen, since 4,000 signs squared are 16 million steps.

Steps are counted in the processor's time of this thread, since nothing else sees them all: a tracer sees Python's lines
and not what `re`, libyaml or comrak do in C and Rust, and `re` counts nothing. That time has no part of what other
processes take, and the least of several runs has next to none of the noise of shared caches. Linear and square lie so
far apart (4 and 16 times) that a noisy machine doesn't come between them; what seems slow is measured again, up to
five times.

The suite tries every sign that means something, and longer fragments. `make hangs` tries all words of two and three
signs, too.
"""

from __future__ import annotations

import contextlib
import gc
import html
import importlib
import inspect
import itertools
import json
import os
import pkgutil
import random
import signal
import time
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from author import Author

import studydeck
from studydeck.checks import ERRORS
from studydeck.checks.judgements import JUDGEMENTS
from studydeck.commands import edition
from studydeck.history import by_hand, identity, later, lock, plan, plan_words
from studydeck.history.lock import Lock
from studydeck.importers import Given, importers
from studydeck.importers._dialect import as_html, looks_like_html
from studydeck.importers._occlusion import as_parts
from studydeck.kinds import card_keys, kind_of
from studydeck.kinds.fronts import is_shown, named_in, parse_template
from studydeck.kinds.occlusion import OCCLUSION
from studydeck.material import align, draft, outline
from studydeck.material.formats import markdown, pdf
from studydeck.material.lock import read_material_lock
from studydeck.model import Card, Deck, Identity, Note, Place, Problem, Section, Text
from studydeck.outputs.print import OUTPUT as PRINT
from studydeck.preview.view import face
from studydeck.reading.edit_parts import DrawnPart, with_parts
from studydeck.reading.edit_values import with_card_values
from studydeck.reading.keys import SECTION_KEYS
from studydeck.reading.nodes import placed
from studydeck.reading.reader import is_deck, read_deck
from studydeck.reading.tree import read_tree
from studydeck.reading.values import read_mapping
from studydeck.render import collect_media
from studydeck.render.labels import labels_of
from studydeck.render.notes import render_notes
from studydeck.render.speech import Spoken
from studydeck.render.values import Filled, value_in
from studydeck.stats.numbers import count
from studydeck.text import formula, letters_hash, near, read_clozes, to_cloze_html, to_html
from studydeck.text.clean import cleaned, without_speech
from studydeck.text.from_html import to_markdown
from studydeck.text.spoken import spoken_words

pytestmark = pytest.mark.slow

N = 1_000
FLOOR, MOST = 0.004, 6.0  # seconds; times the work for four times the text
#: What is let be square up to a limit, and the seconds that this takes; beyond the limit it is looked at as all else.
LIMITED = {"a material and its revision": 0.1, "a formula": 0.4}
#: What takes seconds for all texts, and calls what is tried with each of them anyway: each tenth text will do.
SAMPLED = {
    *(*LIMITED, "a table", "a table in tabs", "Anki's notes in plain text", "HTML in an element", "HTML of a cloze"),
    *(
        "HTML of another editor's",
        "studydeck.text.plain.from_plain",
        "a list item by item",
        "what is read aloud",
        "the numbers",
        "the print",
        "the check wrong_texts",
        "a deck of CrowdAnki's",
        "a drawing",
        "pictures",
        "the check lost-sign",
        "the fields of a note",
    ),
}
#: Seconds after which a run is over: what takes so long for 4,000 signs hangs.
ENOUGH = 2.0
ALL = bool(os.environ.get("STUDYDECK_HANGS"))

SIGNS = [*"\\()[]{}<>!*_~`$#-+=|:.,;'\"&/?%@^aA1 \n\té«…’“¼²α中"]
#: In a row, `~` for a blank.
LONGER = [
    each.replace("~", " ")
    for row in (
        "<!-- --> {{c1:: }} {{c1::a}} {{c1::a::b}} {{c1::{{c2::a}} {{c1, {c1: {{#a}} {{/a}} :: [^ ![ ]( [a](b)",
        "![a](b) [a]( [a][ [a]:",
        "![a](b~c) ![a](b~c.png ![a|50%](b) ![a|5 ![[a.png|a]] ![[a.png ![[a.b|a.b| [sound:a.mp3]",
        "<img~src=a.png> a.png [a](a.png) [a]~(a.png !(a)[a.png] [[a.png [[a.png]] {width=1} <<<<<<<~ '~#~",
        r"\( \[ \(x\ \(~ x\) \\[ \$ $\ $x$ $$x$$ $x $5~ {align} \frac{ ^{ _{ <b> </b> <a~ <a~b=\"",
        r"<a~b= <code> </code>",
        "<b> <b></b> <i></b> <u><b> <li> <ul><li> <div> </div> <td> <table><tr><td> <pre> <br> <p>a <sub>1</sub>",
        "<ruby>a<rt>b",
        "</ruby> <!--a <!--a--> <span~style='color:red'> &nbsp; <script> <a~'\"",
        "<? <![CDATA[ &amp; &#1 &nbsp; [sound: [latex] https://a /* */ url( .card{ color:",
        ".card{color:a} width:400px; (A)",
        "#~ #a~ a*b* **a _a_b `a ``a` a`b a-b- α- 'a' \"a\"~ don't~ word~ Word.~ 1.~A~ a.~A~",
        "Mr.~A.~ [1] a.² .² A.~[1]~",
        "TODO~ called~a~ is~called~ is~a~ a,~b,~ ,~a~and~ and~what~ who~ known~as~",
        "of~the~following~ all~of~these~ mean~",
        'NOT~ EXCEPT~ Which~of~the~following~is~ an~example~of~ it~depends~ according~to~the~ etc.~ ?~ ?and~ !" .)',
        "das~1.~",
        "1, key:~ !!str~ &a~*a~ a:~[ {a:~ ~#a en- a:: p1s (see~ -----x |---x",
    )
    for each in row.split()
] + ["~~a"]
DIALECT = [
    *(
        "^a",
        "a^2^",
        "a~2~",
        "a^ b",
        "<u>",
        "</u>",
        "<u></u>",
        "<u></sub>",
        "<u>^",
        "{漢|",
        "{漢|か",
        "漢",
        "漢字[か",
        " 漢か",
    ),
    *(
        r"\(a",
        r"\(a b c",
        r"\[",
        "[$]",
        "[latex]",
        r"\begin{align}",
        r"\begin{align}\end{split}",
        "$$ ",
        "$a$$",
        "$ a ",
    ),
    *(
        "==a",
        "==a==",
        "a*b",
        "a**b",
        "a**b**",
        "__a",
        "1947\\. ",
        '\\"',
        "\\\n",
        "1. a\n3. b\n",
        "$$\na\n\n",
        "\\[\n- a\n",
    ),
]
LINES = [
    *("# a {", "# a\n", "## A\n\n", "a\n\n", "- a\n", "  - ", "    a\n", "\n    ", "1. a\n", "> ", "> > a\n"),
    *("|a|\n|-|\n", "a|b\n-|-\n", "```\n", "~~~~\n", "---\n", "***\n", "* * *\n", "[a]: b\n", "\\\n", "\n \n"),
    *("\t\n", "- a: b\n  ", "?\n", "\u00ad-\n", "note\t", "note\ta\tb\tqa\tlive\town\t0\t0\t0\t1\t1\t\t\n"),
    *("section\ta\n", "paragraph\t1:aaaaaaaa "),
]


def _rising(piece: str, after: str) -> Callable[[int], str]:
    """`piece` once, twice, three times … with something between them."""
    return lambda size: "".join(piece * n + after for n in range(1, int((2 * size) ** 0.5)))


def _run(before: str, sign: str, after: str) -> Callable[[int], str]:
    return lambda size: before + sign * size + after


def _words(size: int) -> str:
    dice = random.Random(1)
    return " ".join("".join(dice.choices("abcdefg", k=6)) for _ in range(size // 7))


#: Texts that are no repetition, by their size.
SHAPES: dict[str, Callable[[int], str]] = {
    "fences": _rising("`", " "),
    "fences in lines": _rising("`", "\n"),
    "words": _words,
    "headings": lambda size: _words(size).replace(" ", "\n# "),
    "brackets in brackets": lambda size: "(" * (size // 2) + ")" * (size // 2),
    "emphasis in emphasis": lambda size: "*a " * (size // 6) + " a*" * (size // 6),
    "a stop and what may follow it": lambda size: "a." + "²" * size + "b",
    "a stop and quotes": lambda size: "a." + "'" * size + "b",
    **{f"a run of {sign!r}": _run("a", sign, "b") for sign in "! .\t\n-_=|*?#\\`>"},
    **{f"a line of {sign!r}": _run("", sign, "x") for sign in "-*=_#| \t>`~"},
    "one heading's end": lambda size: "# " + "a " * (size // 2) + "{",
    "a link's address": lambda size: "[a]: b\n\n" + "[a]" * (size // 3),
    "a language": lambda size: "en" + "-a" * (size // 2) + "!",
    "items": lambda size: "a" + ", b c d e" * (size // 9) + " xor y",
    "a table": lambda size: "|a" * int(size**0.5) + "\n" + "|-" * int(size**0.5) + "\n" + "|\n" * (size // 2),
}


def texts() -> Iterator[tuple[str, Callable[[int], str]]]:
    """Every text by its name: what makes it, from its size."""
    words = [*SIGNS, *LONGER, *DIALECT, *LINES]
    if ALL:
        two = (min(a + b, b + a) for a, b in itertools.product(SIGNS, SIGNS))
        three = (min(a + b + c, b + c + a, c + a + b) for a, b, c in itertools.product(SIGNS, repeat=3))
        words += [*two, *three]
    for word in dict.fromkeys(words):
        yield repr(word), lambda size, word=word: word * (size // len(word))  # type: ignore[misc]
    yield from SHAPES.items()


# --- what is given such a text -------------------------------------------------------------------

PLACE = Place("water.yaml", 3, 3)
KNOWN = Identity("nile", "nile", made=False)


def text(value: str) -> Text:
    return placed(value, "water.yaml", 3, 5)


def card(**values: object) -> Card:
    return Card(PLACE, kind_of(values), values)


def deck(*cards: Card, style: str | None = None) -> Deck:
    section = Section(
        PLACE, text("Water"), "water", cards, tuple(each for card in cards for each in card.texts),
        array("I", [letters_hash(card.asks) for card in cards]), keys=frozenset(card_keys()),
    )  # fmt: skip
    return Deck(
        Path("rivers"), PLACE, text("Rivers"), "testtesttest", "rivers", language="en", sections=(section,),
        style=None if style is None else text(style), terms={text("NF-kB"): (text("Nile"),)},
        checks={text("question-mark"): text("on")},
    )  # fmt: skip


def cards(value: str) -> Deck:
    """A deck with the text at every place that a text may have."""
    question, cloze = text("Which river is it?"), text(f"{{{{c1::{value}}}}} is it")
    return deck(
        card(question=text(value), answer=text("The Nile")),
        card(question=text(f"What is {value}?"), answer=text(value), typed=True),
        card(question=question, answer=(text(value),), hint=text(value)),
        card(cloze=cloze),
        card(cloze=text(value)),
    )


def notes(value: str) -> list[Note]:
    return list(render_notes(cards(value), [KNOWN] * 5, {}))


def yaml(form: str) -> Callable[[str], object]:
    return lambda value: read_tree("water.yaml", form.replace("…", value).encode("utf-8", "surrogatepass"))


def one_text(function: Callable[..., Any]) -> bool:
    """Whether a function needs a text and nothing else."""
    needed = [each for each in inspect.signature(function).parameters.values() if each.default is each.empty]
    return len(needed) == 1 and needed[0].annotation in ("str", str)


def functions() -> dict[str, Callable[[str], object]]:
    """Every function that takes an author's text, by name; those that need nothing else are found by themselves."""
    found: dict[str, Callable[[str], object]] = {}
    for room in ("text", "checks", "material"):
        for module in pkgutil.walk_packages([str(Path(studydeck.__path__[0], room))], f"studydeck.{room}."):
            for name, function in inspect.getmembers(importlib.import_module(module.name), inspect.isroutine):
                if getattr(function, "__module__", "") == module.name and name[0] != "_" and one_text(function):
                    of_html = "html" in inspect.signature(function).parameters
                    found[f"{module.name}.{name}"] = on_html(function) if of_html else function
    return found | OTHERS | CHECKS


def on_html(function: Callable[[str], object]) -> Callable[[str], object]:
    return lambda value: function(to_cloze_html(value))


def check(find: Callable[..., Iterator[Problem]]) -> Callable[[str], object]:
    return lambda value: list(find(cards(value)))


def style(form: str) -> Callable[[str], object]:
    return lambda value: list(ERRORS[-1](deck(style=form.replace("…", value))))


def unfolded(value: str) -> object:
    """A list with an item for each five signs."""
    steps = [value[at : at + 5] for at in range(0, len(value), 5)]
    section = {"section": "x", "cards": [{"id": "x", "question": "x", "steps": steps}]}
    tree, _ = read_tree("water.yaml", json.dumps(section).encode())
    return read_mapping(tree or text(""), SECTION_KEYS, (), [])


def revised(value: str) -> object:
    middle = len(value) // 2
    before, after = outline.read_outline(value), outline.read_outline(f"{value[middle:]}\n\nx.\n\n{value[:middle]}")
    return align.align(before, after)


def imported(value: str) -> None:
    given = Given(Path("rivers.txt"), value.encode("utf-8", "surrogatepass"))
    _, importer = max(((each.fits(given), each) for each in importers()), key=lambda found: found[0])
    with contextlib.suppress(ValueError):
        importer.read(given)


def crowdanki_deck(value: str) -> dict[str, object]:
    """A deck whose every text is `value`, with decks in decks."""
    template = {"name": value, "qfmt": f"{{{{Front}}}}{value}", "afmt": value}
    model = {"crowdanki_uuid": value, "name": value, "flds": [{"name": "Front"}], "tmpls": [template]}
    note = {"guid": value, "note_model_uuid": value, "fields": [value], "tags": [value]}
    tree: dict[str, object] = {"crowdanki_uuid": "x", "name": value, "desc": value, "notes": [note]}
    for _ in range(3):
        tree = {"name": value, "children": [tree]}
    return tree | {"crowdanki_uuid": "x", "note_models": [model]}


def word_diff(value: str) -> str:
    middle = len(value) // 2
    change = plan.FieldChange("Question", value, f"{value[middle:]}x {value[:middle]}")
    return plan_words.word_diff(change, "[-{}-]".format, "{{+{}+}}".format) + change.remark


def template(value: str) -> None:
    """Reads a template of the deck's own, and asks whether it makes a card."""
    with contextlib.suppress(ValueError):
        parts = parse_template(value)
        is_shown(parts, {"a"})
        list(named_in(parts))


def drawing(value: str) -> None:
    """Reads a drawing with the text as a label, in its attributes and in its style."""
    said = html.escape(value)
    for inside in (
        f"<text y='9'>{said}</text>",
        f"<text y='9' transform='{said}' x='{said}' style='{said}'>a</text>",
        f"<style>{said}</style><text y='9'>a</text>",
    ):
        with contextlib.suppress(ValueError):
            labels_of(f"<svg viewBox='0 0 99 99'>{inside}</svg>".encode("utf-8", "replace"))


def edited(value: str) -> None:
    """Edits a card whose values are this text in several styles, and gives others this text."""
    for form in ("…", json.dumps("…"), "'…'", "|\n    …", "[a, …]", "\n    - …\n    - b"):
        written = form.replace("…", value.replace("\n", " "))
        data = f"cards:\n- question: {written}\n  answer: {written}\n  hint: x  # {value[:9]}\n"
        changes = {"question": value, "answer": None, "hint": f"x\n{value}", "tags": (value, "a")}
        with contextlib.suppress(ValueError):
            with_card_values(
                Path("x.yaml"), data.encode("utf-8", "surrogatepass"), {Place("", 2, 3): changes}, ["hint"]
            )


def parts_edited(value: str) -> None:
    """Edits the parts of a picture whose names are this text, and gives them this name."""
    name = json.dumps(value)
    for items in (
        f"[{{id: a, at: [1, 2, 3, 4], name: {name}}}]",
        f"\n  - {{id: a, at: [1, 2, 3, 4]}}  # {name}\n  - {name}",
    ):
        data = f"cards:\n- occlude: x.svg\n  parts: {items}\n".encode("utf-8", "surrogatepass")
        with contextlib.suppress(ValueError):
            with_parts(Path("x.yaml"), data, Place("", 2, 3), [DrawnPart("a", f"b{value}", "rect", (1, 2, 3, 4))])


def fields_read(value: str) -> None:
    """Reads fields of a note as the values of an answer that is a list, and of a source."""
    for name, field in (("answer", f"<ul><li>{value}</li></ul>"), ("source", f"¶1.1, {value}")):
        with contextlib.suppress(ValueError):
            value_in(card_keys()[name], Filled(field, is_marked=True, present=("a",)))


CHECKS: dict[str, Callable[[str], object]] = {f"the check {find.__name__}": check(find) for find in ERRORS} | {
    f"the check {name}": check(each.run) for name, each in JUDGEMENTS.items()
}
OTHERS: dict[str, Callable[[str], object]] = {
    "a text of several lines": lambda value: to_html(f"a\n{value}"),
    "a text in Japanese": lambda value: to_html(value, language="ja"),
    "a text between dollars": lambda value: to_html(f"$a {value}$\n\n$$ {value}$$ `|`"),
    "HTML of another editor's": to_markdown,
    "HTML of a cloze": lambda value: to_markdown(f"{{{{c1::{value}}}}}"),
    "HTML in an element": lambda value: to_markdown(f"<b>{value}</b><ul><li>{value}</ul>"),
    "HTML in a tag": lambda value: to_markdown(f'<b style="{value}">a</b>', css=value),
    "a text of !html": lambda value: cleaned(value, {"a.png": "b.png"}),
    "a cloze of !html": lambda value: cleaned(f"{{{{c1::{value}}}}}"),
    "a cell of a table with tags": lambda value: (looks_like_html(value), as_html(value)),
    "a style of !html": lambda value: cleaned(f'<b style="color: {value}">a</b>'),
    "a template": template,
    "gaps": lambda value: read_clozes(to_cloze_html(f"{{{{c1::{value}}}}} {{{{c2::a${value}$}}}}")),
    "gaps in code": lambda value: read_clozes(to_cloze_html(f"`{{{{c1::{value}}}}}` ```{{{{c2::{value}")),
    "gaps in fenced code": lambda value: read_clozes(to_cloze_html(f"```text\n{{{{c1::\n{value}\n}}}}\n```")),
    "gaps over blocks": lambda value: read_clozes(to_cloze_html(f"{{{{c1::\n{value}\n\n}}}} {{{{c2::{value}\n\na}}}}")),
    "a formula": lambda value: formula.with_mathml(rf"\({value}\)"),
    "a near miss": lambda value: near(value, ["delta.svg", "nile.png", "question", "answer"]),
    "the style": style("…"),
    "the style of cards": style(".card{…}"),
    "pictures": lambda value: collect_media(cards(f"![x]({value})"), whole=False),
    "a drawing": drawing,
    "a picture with parts": lambda value: [
        OCCLUSION.readable({"Occlusion": value, "Names": value}),
        OCCLUSION.recorded and OCCLUSION.recorded({"Occlusion": value, "Image": value}, value),
        OCCLUSION.readable({"Occlusion": f"{{{{c1::image-occlusion:rect:{value}}}}}", "Names": value}),
    ],
    "Anki's image occlusion": lambda value: [
        as_parts([value, value]),
        as_parts([f"{{{{c1::image-occlusion:rect:{value}}}}}", f'<img src="{value}">']),
    ],
    "a plan": lambda value: plan.plain(value),
    "a search for a note": lambda value: by_hand.by_text("Front", value),
    "a text edition": lambda value: edition.media_in([value]),
    "the numbers": lambda value: count(cards(value), notes(value), [], []),
    "the print": lambda value: list(
        PRINT.make(cards(value), [each for each in notes(value) if "<img" not in str(each)], [], "")
    ),
    "the preview": lambda value: face(notes(value)[0], [("", "")]),
    "a file": yaml("…"),
    "a plain text in YAML": yaml("section: x\ncards:\n- question: …\n  answer: x\n"),
    "a list in YAML": yaml("section: x\ncards:\n- question: x\n  answer: […]\n"),
    "a mapping in YAML": yaml("section: x\ncards:\n- {question: x, answer: …}\n"),
    "a quoted text in YAML": yaml('section: x\ncards:\n- question: "…"\n  answer: x\n'),
    "deck.yaml": lambda value: is_deck(
        "\n".join(
            f"{key}: {json.dumps(start + value)}"
            for key, start in (("deck", ""), ("uid", ""), ("tag", ""), ("language", "en"), ("sections", ""))
        ).encode(),
    ),
    "Markdown": lambda value: markdown.plain_markdown(f"A line.\n{value}\nAnother.\n"),
    "the lines of a PDF": lambda value: list(
        pdf._blocks(
            [
                pdf._Line(word, 50.0 * (n % 3), 50.0 * (n % 3) + 30, -10.0 * (n // 3), 10.0, False, n // 9)
                for n, word in enumerate(value.split())
            ],
            10,
        )
    ),
    "a table": lambda value: imported(f"question,answer,tags\n{value}\n"),
    "a table in tabs": lambda value: imported(f"a\tb\n{value}\t{value}\n"),
    "Anki's notes in plain text": lambda value: imported(f"#separator:tab\n#html:false\n{value}\n"),
    "questions and answers": lambda value: imported(f"Q: {value}\nA: {value}\nC: a [{value}]\n"),
    "Obsidian's cards": lambda value: imported(f"a :: {value}\n\n{value}\n?\nb\n\n=={value}== #card\nb\n"),
    "org-drill": lambda value: imported(f"* {value} :drill:\n{value}\n** b\n{value}\n{value} :drill:\n"),
    "a page of headings": lambda value: imported(  # longer texts below headings are no answers
        "".join(f"## a?\nb\n## b?\nc {value[at : at + 500]}\n" for at in range(0, len(value), 500))
    ),
    "a list of cards": lambda value: imported(f"- question: x\n  answer: y\n- {value}\n"),
    "a list of cards in JSON": lambda value: imported(json.dumps([{"q": value, "a": value, value: value}])),
    "a deck of CrowdAnki's": lambda value: imported(json.dumps(crowdanki_deck(value))),
    "a list item by item": unfolded,
    "what is read aloud": lambda value: spoken_words([text(value)], "ja"),
    "what a device says": lambda value: Spoken("question", value, "en", "", True).directive,
    "a field with what a device says": lambda value: without_speech(f"[anki:tts {value}[anki:tts a]{value}"),
    "a material and its revision": revised,
    "a stub": lambda value: draft.stub("x", outline.Spot("a", 1, 1), outline.Sentence("1:x", value)),
    "a stub's question": lambda value: draft.suggest(f"The {value}"),
    "a lock": lambda value: lock.read_lock(
        "deck.lock", f"# studydeck lock 1\n{value}".encode("utf-8", "surrogatepass")
    ),
    "lines of locks in git": lambda value: later.add_lines(
        {}, [f"note\ta\tb\tqa\tlive\town\tc\td\te\t1\t1\t{each}\tx".encode() for each in value.split("\n")]
    ),
    "a material's lock": lambda value: read_material_lock("x", f"# studydeck material 1\n{value}".encode()),
    "an edit of a card": edited,
    "an edit of parts": parts_edited,
    "the fields of a note": fields_read,
    "a problem": lambda value: str(Problem(value, 1, 1, "x", "error", "x", "x")),
}


# --- steps ---------------------------------------------------------------------------------------


class Hangs(Exception):
    """A run took longer than ENOUGH."""


def _stop(number: int, frame: FrameType | None) -> None:
    raise Hangs


def work(run: Callable[[], object]) -> float:
    """The processor's time that `run` takes, in seconds; it is stopped after ENOUGH, where the system can do that."""
    for function in _remembering():
        function.cache_clear()
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGVTALRM, _stop)
        signal.setitimer(signal.ITIMER_VIRTUAL, ENOUGH)
    gc.disable()  # it walks over all that the suite keeps, which isn't the function's work
    start = time.thread_time()
    try:
        run()
    except Hangs:
        return ENOUGH
    finally:
        gc.enable()
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return time.thread_time() - start


def _remembering() -> list[Any]:
    """What keeps what it made of a text, and would do nothing for the same text a second time."""
    from studydeck.checks import words
    from studydeck.material import folder, lock
    from studydeck.text import cloze, code, locator, tex

    code._kept = None
    for known in (*words._KNOWN.values(), cloze._parsed, cloze._numbers, tex._found, locator._read_before):
        known.clear()
    return [
        *(formula._mathml, cloze.read_clozes),
        *(folder._last_outline, lock.latest_lock),
    ]


def growth(run: Callable[[int], Callable[[], object]], size: int, floor: float = FLOOR) -> float:
    """How many times the work four times the size takes; 0 where that is next to nothing."""
    much = work(run(4 * size))
    if much < floor:
        return 0
    little = work(run(size))
    for _ in range(12):  # another process may be at work
        if much <= MOST * little or much >= ENOUGH:
            break
        little, much = min(little, work(run(size))), min(much, work(run(4 * size)))
        if much < floor:
            return 0
    return much / max(little, 1e-6)


@pytest.mark.parametrize("name", sorted(functions()))
def test_a_text_four_times_as_long_takes_about_four_times_the_work(name: str) -> None:
    function = functions()[name]
    slow = {}
    for what, made in itertools.islice(texts(), 0, None, 10 if name in SAMPLED and not ALL else 1):
        times = growth(lambda size, made=made: lambda: function(made(size)), N, LIMITED.get(name, FLOOR))  # type: ignore[misc]
        if times > (9 if "fences" in what else MOST):  # one search for each length of a fence: n to the power of 1.5
            slow[what] = round(times, 1)
    assert not slow


# --- many things ---------------------------------------------------------------------------------


def same_slug(size: int, home: Path) -> Callable[[], object]:
    many = [card(question=text(f"{'w' * 60} {n}"), answer=text(f"{n}")) for n in range(size)]
    return lambda: identity.identify(deck(*many), Lock())


def pictures(there: str, written: str) -> Callable[[int, Path], Callable[[], object]]:
    def run(size: int, home: Path) -> Callable[[], object]:
        (home / "media").mkdir(parents=True)
        for n in range(size):
            (home / "media" / there.format(n)).write_bytes(b"x")
        question = text(" ".join(f"![a]({written.format(n)})" for n in range(size)))
        shown = deck(card(question=question, answer=text("x")))._replace(folder=home)
        return lambda: collect_media(shown, whole=True)

    return run


def sections(size: int, home: Path) -> Callable[[], object]:
    author = Author(home)
    for number in range(size):
        author.section("- {question: What is it?, answer: A river}\n", file=f"part{number}.yaml")
    listed = ", ".join(f"river{number}" for number in range(size))
    author.write("deck.yaml", f"deck: Rivers\nuid: testtesttest\nsections: [{listed}]\n")
    return lambda: read_deck(author.folder, lambda _: None)


def in_deck(line: str, head: str = "") -> Callable[[int, Path], Callable[[], object]]:
    def run(size: int, home: Path) -> Callable[[], object]:
        data = f"deck: Rivers\nuid: testtesttest\n{head}" + "".join(line.format(n) for n in range(size))
        return lambda: is_deck(data.encode())

    return run


def material(line: str) -> Callable[[int, Path], Callable[[], object]]:
    def run(size: int, home: Path) -> Callable[[], object]:
        lines = [line.format(n) for n in range(size)]
        before, after = (
            outline.read_outline("".join(lines)),
            outline.read_outline("# New\n\nx y.\n\n" + "".join(lines[::-1])),
        )
        return lambda: (outline.read_outline("".join(lines)), align.align(before, after))

    return run


def same_words(size: int, home: Path) -> Callable[[], object]:
    asked = "Which of the {} arms of the river {} carries the water of field {}?"
    many = [
        card(question=text(asked.format(n % 97, n, n % 89)), answer=text(f"Arm {n % 40} and field {n % 89}"))
        for n in range(size)
    ]
    asking = deck(*many)
    return lambda: list(JUDGEMENTS["leak"].run(asking))


MANY: dict[str, tuple[int, Callable[[int, Path], Callable[[], object]]]] = {
    "cards whose ids are made of the same words": (1_000, same_slug),
    "cards of a section that ask with the same words": (500, same_words),
    "pictures with another ending": (250, pictures("delta{}.jpg", "delta{}.jpeg")),
    "pictures with another name": (250, pictures("delta{}.jpg", "nile{}.png")),
    "section files that aren't there": (250, sections),
    "unknown keys": (1_000, in_deck("wrong{}: x\n")),
    "spellings": (1_000, in_deck("  term{}: [x]\n", "terms:\n")),
    "headings that are the same": (250, material("# Rivers\n\nThey flow {}.\n\n")),
    "headings": (1_000, material("# Rivers {0}\n\nThey flow {0}.\n\n")),
    "headings without a blank line": (1_000, material("# Rivers {}\n")),
    "lines over longer lines": (
        1_000,
        lambda size, home: lambda: outline.read_outline("The River\n" * size + "w" * 99),
    ),
    "words of a plan": (16_000, lambda size, home: lambda: word_diff(_words(size))),
    "words of a plan that are the same": (16_000, lambda size, home: lambda: word_diff("a b " * (size // 4))),
    "sentences that are the same": (1_000, material("They flow. Rivers do.\n\n")),
    "lists in a line": (2_000, lambda size, home: lambda: read_tree("x", f"a: [{'x #a, ' * size}]\n".encode())),
    "rules of a style": (500, lambda size, home: lambda: list(ERRORS[-1](deck(style=".card{color:red}\n<" * size)))),
}


@pytest.mark.parametrize("name", MANY)
def test_four_times_as_many_take_about_four_times_the_work(name: str, tmp_path: Path) -> None:
    size, run = MANY[name]
    number = itertools.count()
    assert growth(lambda many: run(many, tmp_path / str(next(number))), size) <= MOST


# --- the measure ---------------------------------------------------------------------------------


def test_the_measure_sees_a_square_in_a_pattern_and_in_a_loop_and_no_line() -> None:
    import re

    assert growth(lambda size: lambda: re.sub(r" +x", "", " " * size), N) > 10
    assert growth(lambda size: lambda: [sum(range(size)) for _ in range(size)], N // 2) > 10
    assert 0 < growth(lambda size: lambda: re.sub(r" +", "", "a " * size * 50), N) < MOST


def test_code_that_is_too_long_to_be_coloured_is_reported_and_its_words_stay(tmp_path: Path) -> None:
    author = Author(tmp_path)

    def told(language: str, lines: int) -> list[str]:
        code = "".join("    x = 100\n" for _ in range(lines))
        author.section(f"- question: What is it?\n  answer: |-\n    ```{language}\n{code}    ```\n")
        html = to_html(f"```{language}\n" + "x = 100\n" * lines + "```")
        problems = author.problems()
        assert ("<span" in html) != bool(problems)
        assert html.count("100") == lines
        return [each.message for each in problems]

    assert told("python", 1_250) == []
    assert told("python", 1_251) == ["this code has more than 10,000 characters, so it isn't highlighted"]
    assert told("xpp", 125) == []
    assert told("xpp", 126) == ["this code has more than 1,000 characters, so it isn't highlighted"]


def test_a_width_with_two_points_is_no_number(tmp_path: Path) -> None:
    assert list(ERRORS[-1](deck(style=".card{width:1.2.3px}"))) == []
