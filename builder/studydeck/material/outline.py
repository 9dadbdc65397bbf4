"""A material's text to its outline: sections, paragraphs, sentences, each with a locator and a fingerprint.

This is normalisation 1, and its fingerprints are in authors' locks: typography must not change them, a changed word
must. Changing these rules needs a new version number.
"""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import accumulate, compress, filterfalse, pairwise, repeat
from typing import NamedTuple

from studydeck.patterns import pattern
from studydeck.text import slug

VERSION = 1
_MOST_HEADING_WORDS = 12
_WRAPPED = 90  # characters: where most lines of a run are shorter, they are lines of one paragraph
_FULL = 60  # characters: if a quarter of longer lines or more break within a sentence, a text is wrapped
_LONG_WORD = 18  # characters, and rarely more: an edit of one word takes no more from a line
_FIRST_SECTION = "overview"


class Sentence(NamedTuple):
    """A sentence: its fingerprint, and its text if it is available."""

    fingerprint: str
    text: str = ""


class Part(NamedTuple):
    """A section of the material: a slug of its heading, the heading's fingerprint, and its paragraphs.

    A paragraph is the fingerprints of its sentences, with spaces between them. `tag` is the tag of the deck's section
    that belongs to it, once the lock knows. If the material is available, `title` is the heading, and `texts` has each
    paragraph's sentences, one a line; or, of an outline to judge cards by, `said` has the tokens of these lines. A long
    material has very many sentences, so none is an object before somebody asks.
    """

    slug: str
    heading: str
    paragraphs: tuple[str, ...]
    tag: str = ""
    title: str = ""
    texts: tuple[str, ...] = ()
    said: tuple[str, ...] = ()

    @property
    def sentences(self) -> Iterator[list[Sentence]]:
        """The sentences of each paragraph."""
        for number, prints in enumerate(self.paragraphs):
            texts = self.texts[number].split("\n") if self.texts else repeat("")
            yield list(map(Sentence, prints.split(" "), texts))

    @property
    def words(self) -> list[str]:
        """The tokens of all paragraphs."""
        return " ".join(self.said).split()

    def prints(self, paragraph: int, first: int, last: int) -> str:
        """The fingerprints of these sentences of a paragraph, counted from 1, as far as it has them."""
        prints = self.paragraphs[paragraph - 1]
        return " ".join(prints.split(" ")[first - 1 : last]) if " " in prints else prints

    def text(self, paragraph: int, first: int, last: int) -> str:
        """The texts of these sentences of a paragraph, as far as they are available."""
        return " ".join(self.texts[paragraph - 1].split("\n")[first - 1 : last]) if self.texts else ""

    def length(self, paragraph: int) -> int:
        """How many sentences a paragraph has."""
        return self.paragraphs[paragraph - 1].count(" ") + 1


class Spot(NamedTuple):
    """Where a sentence is: the slug of its section, its paragraph and its place in it, both from 1."""

    section: str
    paragraph: int
    sentence: int

    def __str__(self) -> str:
        return f"{self.section}/p{self.paragraph}s{self.sentence}"


class Outline(NamedTuple):
    """The sections of a material in order."""

    parts: tuple[Part, ...] = ()

    @property
    def by_slug(self) -> dict[str, Part]:
        return {part.slug: part for part in self.parts}

    def says(self, other: Outline) -> bool:
        """Whether it has the sections and sentences of another outline, by their fingerprints."""
        return [part[:3] for part in self.parts] == [part[:3] for part in other.parts]

    def spots(self) -> dict[Spot, Sentence]:
        """Every sentence by its spot, in reading order."""
        return {
            Spot(part.slug, p, s): sentence
            for part in self.parts
            for p, paragraph in enumerate(part.sentences, start=1)
            for s, sentence in enumerate(paragraph, start=1)
        }


def read_outline(text: str, *, judging: bool = False) -> Outline:
    """The outline of a material's text. What comes before the first heading is the first section.

    A section without a sentence, such as a title over another heading, is left out. Of sentences it has the texts, or
    for `judging` the tokens: both would take twice the memory.
    """
    slugs: dict[str, int] = {}
    made = []
    runs = _runs(normalised(text))
    del text  # a long one takes much memory
    for title, blocks in _sections(runs):
        if paragraphs := _paragraphs([sentences(block) for block in blocks]):
            heading = fingerprint(title) if title else ""
            name = _unique(slug(title, _FIRST_SECTION), slugs)
            prints, texts, said = zip(*paragraphs, strict=True)
            part = Part(name, heading, prints, title=title)
            made.append(part._replace(said=said) if judging else part._replace(texts=texts))
    return Outline(tuple(made))


def _sections(runs: list[list[str]]) -> Iterator[tuple[str, list[str]]]:
    """The heading of each section and the blocks below it; first those above all headings."""
    title, blocks = "", list[str]()
    for is_heading, block in _blocks(runs):
        if is_heading:
            yield title, blocks
            title, blocks = block, []
        else:
            blocks.append(block)
    yield title, blocks


def _paragraphs(blocks: Sequence[Sequence[str]]) -> list[tuple[str, str, str]]:
    """The fingerprints, texts and tokens of a section's paragraphs, leaving out sentences without a token.

    All are folded and hashed together.
    """
    lines = _kept("\n".join(["\n".join(block) for block in blocks])).split("\n")
    said = [" ".join(_tokens(line)) for line in lines]
    prints = _prints(said)
    paragraphs, end = [], 0
    for block in blocks:
        start, end = end, end + len(block)
        printed, texts, tokens = prints[start:end], block, said[start:end]
        if "" in tokens:
            printed, texts, tokens = (list(compress(each, tokens)) for each in (printed, texts, tokens))
        if tokens:
            paragraphs.append((" ".join(printed), "\n".join(texts), "\n".join(tokens)))
    return paragraphs


def _unique(name: str, taken: dict[str, int]) -> str:
    """`name`, with a number if it is `taken`, which maps names to the last number that was added to them."""
    number = taken.get(name, 0) + 1
    while number > 1 and f"{name}-{number}" in taken:
        number += 1
    taken[name] = number
    unique = name if number == 1 else f"{name}-{number}"
    taken.setdefault(unique, 1)
    return unique


# --- characters ----------------------------------------------------------------------------------


class _Seen(dict[int, str | None]):
    """Visible characters, for str.translate: no format characters such as U+200E, and no variation selectors."""

    def __missing__(self, code: int) -> str | None:
        is_unseen = unicodedata.category(chr(code)) == "Cf" or 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF
        self[code] = None if is_unseen else chr(code)
        return self[code]


_SEEN = _Seen()
_LINE_ENDS = ("\r\n", "\r", "\v", "\f", "\x85", "\u2028", "\u2029")
_SPACES = pattern(r"[^\S\n]+|[\x00-\x09\x0e-\x1f\x7f-\x9f]+")
_BLANK_IN_QUOTES = pattern(r"(?<![^\s(\[])[«‹][^\S\n]+|(?<![^\S\n])[^\S\n]++[»›](?!\w)")  # « so », and not »so«
_LIGATURES = pattern("[\ufb00-\ufb06\ufb13-\ufb17]")
_FOLDED = str.maketrans(
    {
        **dict.fromkeys("“”„‟«»″〝〞＂", '"'),
        **dict.fromkeys("‘’‚‛‹›′ʼ＇", "'"),
        **dict.fromkeys("‐‑‒–—―−﹘﹣－", "-"),
        "…": "...",
    }
)


def normalised(text: str) -> str:
    """`text` without what is only typography: quotes, dashes, ligatures, kinds of spaces, invisible characters.

    Line ends stay. NFC rather than NFKC, which would turn 10² into 102.
    """
    for end in _LINE_ENDS:
        if end[0] in text:
            text = text.replace(end, "\n")
    text = _folded(text)
    plainly_spaced = "  " not in text and text.replace("\n", "").isprintable()
    return text if plainly_spaced else _SPACES.sub(" ", text)


def _folded(text: str) -> str:
    """`text` with plain quotes, dashes and letters, and without invisible characters."""
    if text.isascii():
        return text
    text = unicodedata.normalize("NFC", text.translate(_SEEN))
    text = _BLANK_IN_QUOTES.sub('"', text)
    return _LIGATURES.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text).translate(_FOLDED)


# --- blocks --------------------------------------------------------------------------------------

_MARKED_HEADING = pattern(r"#{1,6} +")
_BULLET = pattern(r"(?:[-*+•‣◦▪●·]|[a-zA-Z]\)) +(?=\S)")
_NUMBER = pattern(r"\(?\d{1,3}[.)] +(?=\S)")
_CLOSED = (".", "!", "?", ":", ";", ",")


class _Block(NamedTuple):
    kind: str  # text, bullet, number or heading
    text: str


def _runs(text: str) -> list[list[str]]:
    """The lines of a normalised text, in runs between blank lines."""
    runs = (run.strip() for run in re.split(r"\n(?: *\n)+", text))
    return [[line.strip() for line in run.split("\n")] for run in runs if run]


def _blocks(runs: list[list[str]]) -> Iterator[tuple[bool, str]]:
    """The blocks of a text: whether each is a heading, and its words without marks. It takes the `runs` away."""
    is_wrapped = _is_wrapped(runs)
    left = deque(
        block for run in runs for block in (_joined(run) if is_wrapped or _is_short(run, runs) else map(_block, run))
    )
    runs.clear()  # from here on, each block is needed once, and a long material has very many
    marked = any(block.kind == "heading" for block in left)
    before: list[_Block] = []
    while left:
        block = left.popleft()
        is_heading = block.kind == "heading"
        yield is_heading or (not marked and _is_heading(block, before + ([left[0]] if left else []))), block.text
        before = [block]


def _is_wrapped(runs: Sequence[Sequence[str]]) -> bool:
    """Whether an editor wrapped a text's lines, at any width: a quarter of full lines clearly continue in the next.

    In English three in four do, in German with its capitals half, and of lines that are paragraphs next to none. An
    edit of a word leaves a line's end and the case of the next one's start alone, so it can't change this.
    """
    full = [(line, after) for run in runs for line, after in pairwise(run) if len(line) >= _FULL]
    ends = [_goes_over(line, after) for line, after in full if _block(after).kind == "text"]
    return sum(ends) * 4 > len(ends)


def _goes_over(line: str, after: str) -> bool:
    """Whether a sentence clearly continues from one line to the next, which doesn't start with a capital."""
    return (line[-1].isalnum() or line[-1] in ",-)'\"") and after[0].isalpha() and not after[0].isupper()


def _is_short(run: Sequence[str], runs: Sequence[object]) -> bool:
    """Whether most lines of a run are too short to be paragraphs, in a text with blank lines."""
    if len(runs) == 1 or len(run) == 1:
        return False
    words = [line for line in run if _block(line).kind == "text"]
    return sum(len(line) < _WRAPPED for line in words) * 2 > len(words)


def _joined(run: Sequence[str]) -> list[_Block]:
    """The blocks of lines that an editor wrapped: each heading and item of a list is one, the rest is one paragraph.

    A mark in the middle of a sentence is a dash or a number that happens to come first in its line.
    """
    longest = list(accumulate(map(len, reversed(run)), max))[::-1]  # of each line and those below it
    first = 0
    while first + 1 < len(run) and _is_over(run[first], run[first + 1], longest[first + 1]):
        first += 1
    blocks = [[_block(line)] for line in run[: first + 1]]
    for line in run[first + 1 :]:
        block, begun = _block(line), blocks[-1]
        starts = begun[0].kind != "text" or begun[-1].text.endswith((".", "!", "?", ":", ";"))
        if block.kind == "heading" or begun[0].kind == "heading" or (block.kind != "text" and starts):
            blocks.append([block])
        else:
            begun.append(_Block("text", line))
    return [_Block(lines[0].kind, " ".join(line.text for line in lines)) for lines in blocks]


def _is_over(line: str, after: str, longest: int) -> bool:
    """Whether a line is certainly a heading above those after it: it has room for their first word and a long one.

    In wrapped prose no line has that much, even after a word is edited.
    """
    if line.endswith(_CLOSED) or len(line.split()) > _MOST_HEADING_WORDS or after[0].islower():
        return False
    return len(f"{line} {after.split()[0]}") + _LONG_WORD <= longest


def _block(line: str) -> _Block:
    if line[:1].isalpha() and line[1:2] != ")":  # as nearly all lines start
        return _Block("text", line)
    if heading := _MARKED_HEADING.match(line):
        return _Block("heading", line[heading.end() :].rstrip(" #"))
    for kind, mark in (("bullet", _BULLET), ("number", _NUMBER)):
        if found := mark.match(line):
            return _Block(kind, line[found.end() :])
    return _Block("text", line)


def _is_heading(block: _Block, beside: Sequence[_Block]) -> bool:
    """Whether an unmarked block is a heading: short, without a stop, not a list's item (`1. Origins` may be one)."""
    if block.kind == "bullet" or block.text.endswith(_CLOSED) or len(block.text.split()) > _MOST_HEADING_WORDS:
        return False
    return bool(tokens(block.text)) and not (block.kind == "number" and any(each.kind == "number" for each in beside))


# --- sentences -----------------------------------------------------------------------------------

_CITATION = r"\[\d{1,3}(?:[,;-] ?\d{1,3})*+\]|[⁰¹²³⁴-⁹]++(?:[,-][⁰¹²³⁴-⁹]++)*+"
_STOP = pattern(rf"""[.!?](?<![.!?]{{2}})[.!?]*+(?:["')\]]|{_CITATION})*+ ++(?=["'(\[]*+([^\W_]+))""")
#: Characters at the end of a sentence so far that the patterns below look at; none needs more.
_LONGEST_END = 30
_LETTER = pattern(r"[\s.\"(\[]?[^\W\d_]")
_UNIT = pattern(r"\d [^\W\d_]$")
_BARE_NUMBER = pattern(r"[\"'(\[]*\d+$")
_ROMAN = pattern(r"[IVXLC]+")
#: In German `3.` is the third: after an article, or before a month.
_ORDINAL = pattern(r"(?:^|[\s\"'(])(?:das|dem|den|der|des|im|vom|zum) \d{1,2}$", re.IGNORECASE)
_DAY = pattern(r"(?:^|\s)\d{1,2}$")
_MONTHS = frozenset(
    re.findall(r"\S+", "januar jänner februar märz april mai juni juli august september oktober november dezember")
)
_NEVER_LAST = frozenset(
    re.findall(
        r"\S+",
        """
    e.g i.e cf vs viz dr mr mrs ms prof st jr sr fig figs tab eq eqs ref refs al approx ca resp u.s u.k u.n e.u inc ltd
    co corp gen col lt sgt rev hon gov sen rep pres capt messrs mmes mt ave blvd ph.d incl spp z.b d.h bzw vgl
""",
    )
)
_BEFORE_NUMBERS = frozenset(
    re.findall(
        r"\S+",
        """
    no nos p pp vol vols ch chap chaps op sec art nr jan feb mar apr jun jul aug sep sept oct nov dec
""",
    )
)
_BEFORE_ROMAN = {"vol", "vols", "ch", "chap", "chaps"}


def sentences(block: str) -> list[str]:
    """The sentences of a normalised block.

    One ends at `.`, `!` or `?` and closing quotes or brackets, before a space and a capital or a digit, but not after
    an abbreviation or a single letter. Letters of scripts without capitals count as capitals.

    >>> sentences("It grew, e.g. Fig. 3 by J. Snow. Then it fell.")
    ['It grew, e.g. Fig. 3 by J. Snow.', 'Then it fell.']
    """
    found, start = [], 0
    for stop in _STOP.finditer(block):
        goes_on = stop[1][0].islower() or (stop[0].startswith(". ") and _goes_on(block, start, stop.start(), stop[1]))
        if not goes_on:
            found.append(block[start : stop.end()].strip())
            start = stop.end()
    return [*found, block[start:].strip()]


def _goes_on(block: str, start: int, end: int, following: str) -> bool:
    """Whether a sentence that starts there and has a single stop at `end` goes on with the word `following`."""
    last = block[max(start, block.rfind(" ", start, end) + 1) : end].lstrip("\"'([")
    word = last.casefold()
    if word in _NEVER_LAST or (word in _BEFORE_NUMBERS and following[0].isdigit()):
        return True
    if word in _BEFORE_ROMAN and _ROMAN.fullmatch(following):
        return True
    if len(last) > 1 and last.isalpha():
        return False
    before = block[max(start, end - _LONGEST_END) : end]
    if end - start <= _LONGEST_END and _BARE_NUMBER.fullmatch(before.strip()):
        return True
    if word.isdecimal():
        is_short = len(word) < 3
        return is_short and bool(_ORDINAL.search(before) or (following.casefold() in _MONTHS and _DAY.search(before)))
    return _LETTER.fullmatch(before[-2:]) is not None and _UNIT.search(before) is None


# --- tokens --------------------------------------------------------------------------------------

_SIGNS = "%<>=±≤≥+°"
_IN_TOKENS = frozenset(f"'.,-({_SIGNS}\n")
_TOKEN = pattern(rf"(?:(?<![^\s(<>=±≤≥])-)?\d+(?:[.,]\d+)*|[^\s'.,(\-{_SIGNS}]+(?:'[^\s'.,(\-{_SIGNS}]+)*|[{_SIGNS}]")


class _Kept(dict[int, str]):
    """For str.translate: letters with their marks, digits, and what else tokens depend on; the rest is a space."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        keep = character in _IN_TOKENS or unicodedata.category(character)[0] in "LMN"
        self[code] = character if keep else " "
        return self[code]


_KEPT = _Kept()


def tokens(text: str) -> list[str]:
    """What counts in a normalised text: its words, numbers and signs, without case and other punctuation.

    >>> tokens("The cell's pH fell by -0.5 (10²) in well-known ways.")
    ['the', "cell's", 'ph', 'fell', 'by', '-0.5', '10', '²', 'in', 'well', 'known', 'ways']
    """
    kept = _kept(text)
    if "." in kept:  # stops that no digit can follow
        kept = kept.replace(". ", " ").replace(".\n", "\n")
    return _tokens(kept)


def tokens_of(text: str) -> list[str]:
    """The tokens of a text that isn't normalised; its kinds of spaces don't matter to them."""
    return tokens(_folded(text))


def _kept(text: str) -> str:
    """What `_tokens` takes: `text` without case, most punctuation, and commas that no digit can follow."""
    kept = text.casefold().translate(_KEPT)
    return kept.replace(", ", " ") if "," in kept else kept  # one character is looked for far sooner than two


def _tokens(kept: str) -> list[str]:
    """The tokens of a text. In most, each word is one: nothing but letters, or nothing but digits."""
    words = kept.removesuffix(".").split()
    if all(map(str.isdecimal, filterfalse(str.isalpha, words))):
        return words
    found = []
    for word in words:
        if word.isalpha():
            found.append(word)
        else:
            found += _TOKEN.findall(word)
    return found


def fingerprint(text: str) -> str:
    """What a normalised sentence or heading is known by: the version, and 40 bits of SHA-256 over its tokens."""
    return _prints([" ".join(tokens(text))])[0]


def _prints(said: Sequence[str]) -> list[str]:
    """The fingerprints of sentences, each given as its tokens with spaces between them."""
    digests = b"".join([hashlib.sha256(each.encode()).digest()[:5] for each in said])
    letters = base64.b32encode(digests).decode().lower()  # eight for each five bytes
    return [f"{VERSION}:{letters[at : at + 8]}" for at in range(0, len(letters), 8)]
