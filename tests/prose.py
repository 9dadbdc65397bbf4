"""Prose for tests of the material: written here, or public and shipped with Python."""

from __future__ import annotations

import codecs
import contextlib
import io
import re
from pathlib import Path

from hypothesis import strategies as st

RIVERS = """\
A river is a natural stream of fresh water. It flows towards an ocean, a lake or another river.

Rain, melting snow and springs feed it along its way. About 20 % of the rain that falls on land ends in rivers.

Deltas and mouths

Where a river meets the sea, it slows down and drops its load. A delta may form there, known as a bird-foot delta \
when its arms spread widely.

The Nile Delta covers about 24,000 square kilometres. Its soil is fertile because floods renewed it every year.

- Silt settles first in the channels.
- Clay settles last, far out at sea.

Meanders

A meander is a bend of a river. The outer bank is worn away, and sand gathers on the inner one.

An oxbow lake is left behind when the neck of a bend is cut. Hydrologists (e.g. Dr. Brown) call this a cutoff.
"""

WORDS = re.findall(
    r"\w+",
    "river water stone bridge meadow silver morning winter garden lantern harbour copper valley engine shadow ladder "
    "window orchard basket thunder ribbon pepper candle hollow marble saddle feather timber velvet anchor",
)


def zen() -> str:
    """The Zen of Python, as `import this` ships it, in rot13."""
    with contextlib.redirect_stdout(io.StringIO()):
        import this
    return codecs.decode(this.s, "rot13")


def licence() -> str:
    """This project's own licence, wrapped by hand as licences are."""
    return (Path(__file__).parent.parent / "LICENSE").read_text("utf-8")


sentence = st.lists(st.sampled_from(WORDS), min_size=4, max_size=12).map(
    lambda words: f"{words[0].capitalize()} {' '.join(words[1:])}."
)


@st.composite
def material(draw: st.DrawFn) -> str:
    """Sections with headings and paragraphs of different sentences, a paragraph a line with blank lines between."""
    count = draw(st.integers(6, 24))
    sentences = draw(st.lists(sentence, min_size=count, max_size=count, unique_by=str.casefold))
    blocks: list[str] = []
    while sentences:
        if blocks and draw(st.integers(0, 3)) == 0:
            blocks.append(f"On {draw(st.sampled_from(WORDS))} and {draw(st.sampled_from(WORDS))} {len(blocks)}")
        size = draw(st.integers(1, 4))
        blocks.append(" ".join(sentences[:size]))
        del sentences[:size]
    return "\n\n".join(blocks)


def prose_words(text: str) -> list[re.Match[str]]:
    """The words of a text of three letters and more that stand in sentences rather than in headings."""
    heading = re.compile(r"(?:\S+ ){0,11}\S*[^\s.!?:;,]")
    spans = [found.span() for found in re.finditer(r"[^\n]+", text) if heading.fullmatch(found[0])]
    words = re.finditer(r"(?<![\w'-])[A-Za-z]{3,}(?![\w'-])", text)
    return [word for word in words if not any(start <= word.start() < end for start, end in spans)]
