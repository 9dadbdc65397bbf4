"""Prose for tests of the material: written here, or public and shipped with Python."""

from __future__ import annotations

import codecs
import contextlib
import io
import re
import textwrap
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

#: Charles Darwin, On the Origin of Species (1859), from the introduction; Herman Melville, Moby-Dick (1851), chapter 1;
#: Abraham Lincoln at Gettysburg (1863). All in the public domain. A paragraph is a line.
DARWIN = """\
Introduction

When on board H.M.S. Beagle, as naturalist, I was much struck with certain facts in the distribution of the \
inhabitants of South America, and in the geological relations of the present to the past inhabitants of that \
continent. These facts seemed to me to throw some light on the origin of species--that mystery of mysteries, as \
it has been called by one of our greatest philosophers. On my return home, it occurred to me, in 1837, that \
something might perhaps be made out on this question by patiently accumulating and reflecting on all sorts of \
facts which could possibly have any bearing on it. After five years' work I allowed myself to speculate on the \
subject, and drew up some short notes; these I enlarged in 1844 into a sketch of the conclusions, which then \
seemed to me probable: from that period to the present day I have steadily pursued the same object. I hope that \
I may be excused for entering on these personal details, as I give them to show that I have not been hasty in \
coming to a decision.

My work is now nearly finished; but as it will take me two or three more years to complete it, and as my health \
is far from strong, I have been urged to publish this Abstract. I have more especially been induced to do this, \
as Mr. Wallace, who is now studying the natural history of the Malay archipelago, has arrived at almost exactly \
the same general conclusions that I have on the origin of species. Last year he sent to me a memoir on this \
subject, with a request that I would forward it to Sir Charles Lyell, who sent it to the Linnean Society, and it \
is published in the third volume of the journal of that Society. Sir C. Lyell and Dr. Hooker, who both knew of \
my work--the latter having read my sketch of 1844--honoured me by thinking it advisable to publish, with Mr. \
Wallace's excellent memoir, some brief extracts from my manuscripts.
"""
MELVILLE = """\
Loomings

Call me Ishmael. Some years ago--never mind how long precisely--having little or no money in my purse, and \
nothing particular to interest me on shore, I thought I would sail about a little and see the watery part of the \
world. It is a way I have of driving off the spleen and regulating the circulation. Whenever I find myself \
growing grim about the mouth; whenever it is a damp, drizzly November in my soul; whenever I find myself \
involuntarily pausing before coffin warehouses, and bringing up the rear of every funeral I meet; then, I \
account it high time to get to sea as soon as I can. This is my substitute for pistol and ball. With a \
philosophical flourish Cato throws himself upon his sword; I quietly take to the ship. There is nothing \
surprising in this.

There now is your insular city of the Manhattoes, belted round by wharves as Indian isles by coral \
reefs--commerce surrounds it with her surf. Right and left, the streets take you waterward. Its extreme downtown \
is the battery, where that noble mole is washed by waves, and cooled by breezes, which a few hours previous were \
out of sight of land. Look at the crowds of water-gazers there.
"""
LINCOLN = """\
Gettysburg

Four score and seven years ago our fathers brought forth on this continent, a new nation, conceived in Liberty, \
and dedicated to the proposition that all men are created equal.

Now we are engaged in a great civil war, testing whether that nation, or any nation so conceived and so \
dedicated, can long endure. We are met on a great battle-field of that war. We have come to dedicate a portion \
of that field, as a final resting place for those who here gave their lives that that nation might live. It is \
altogether fitting and proper that we should do this.

But, in a larger sense, we can not dedicate--we can not consecrate--we can not hallow--this ground. The brave \
men, living and dead, who struggled here, have consecrated it, far above our poor power to add or detract. The \
world will little note, nor long remember what we say here, but it can never forget what they did here.
"""
#: Franz Kafka, Die Verwandlung (1915), in the public domain: in German many words begin with a capital.
KAFKA = """\
Die Verwandlung

Als Gregor Samsa eines Morgens aus unruhigen Träumen erwachte, fand er sich in seinem Bett zu einem ungeheueren \
Ungeziefer verwandelt. Er lag auf seinem panzerartig harten Rücken und sah, wenn er den Kopf ein wenig hob, \
seinen gewölbten, braunen, von bogenförmigen Versteifungen geteilten Bauch, auf dessen Höhe sich die Bettdecke, \
zum gänzlichen Niedergleiten bereit, kaum noch erhalten konnte. Seine vielen, im Vergleich zu seinem sonstigen \
Umfang kläglich dünnen Beine flimmerten ihm hilflos vor den Augen.

Was ist mit mir geschehen? dachte er. Es war kein Traum. Sein Zimmer, ein richtiges, nur etwas zu kleines \
Menschenzimmer, lag ruhig zwischen den vier wohlbekannten Wänden. Über dem Tisch, auf dem eine \
auseinandergepackte Musterkollektion von Tuchwaren ausgebreitet war, hing das Bild, das er vor kurzem aus einer \
illustrierten Zeitschrift ausgeschnitten und in einem hübschen, vergoldeten Rahmen untergebracht hatte.
"""
PROSE = {"darwin": DARWIN, "melville": MELVILLE, "lincoln": LINCOLN, "kafka": KAFKA}

WORDS = re.findall(
    r"\w+",
    "river water stone bridge meadow silver morning winter garden lantern harbour copper valley engine shadow ladder "
    "window orchard basket thunder ribbon pepper candle hollow marble saddle feather timber velvet anchor",
)


def wrapped(text: str, width: int) -> str:
    """A text whose paragraphs are lines, with its lines broken before `width` characters as editors do it."""
    return "\n\n".join(textwrap.fill(block, width) for block in text.split("\n\n"))


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
