"""Formulas and code that are evident, whatever is around them: one pattern finds them, in many texts at once.

That is a fast path: the reader in `tex.py` finds all others, and takes five to eight times as long.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Generic, TypeVar

from studydeck.patterns import pattern

_Text = TypeVar("_Text", bound=str)

#: What no text has.
BETWEEN = "\0"
_NEXT = "\x01"  # between texts
# In one line, without what Anki or MathJax would read otherwise. A price or a shell's variable doesn't start so.
_TEX = (
    r"(?![\s).,;:{}\]]|\d[^()$]*+\([^)$]*+\$)"
    r"(?:[^$`\\\[\r\n\x00\x01]++|\\(?!begin|href|mmlToken|csname|\\?[][()])[^$`\r\n\x00\x01]|\[(?!sound:|(?i:latex)))++"
    r"(?<![\s\\\[])"
)
_END = r"\$(?![$`]|(?![A-Za-z])\w)"  # a plain letter may follow, or what isn't in a word
_EVIDENT = pattern(
    rf"(\$(?<![\w$`\\\[]\$){_TEX}\$(?![\w$`])"
    rf"|\$(?<=[^\W_]\$)(?=[_^]){_TEX}{_END}"  # H$_2$O
    rf"|\$(?<![\w$`\\\[]\$)(?![A-Za-z_]\w+\$){_TEX}(?<=[\w)}}'])(?<!_){_END}"  # $n$th, and no shell's names
    rf"|\$\$(?<![$`\\\[]\$\$){_TEX}\$\$(?![$`])"
    r"|`(?<![`\\]`)[^`\r\n\x00\x01]++`(?!`)"
    r"|```(?<![^\n\x01]```)(?:[A-Za-z][\w+#.-]*)?\n[^`\x00\x01]++```(?<=\n```)(?![^\n\x01]))"
)


def evidently_parted(text: str) -> list[str]:
    """`text` parted at its formulas and code, which are every second part, if all are evident; otherwise nothing."""
    if _NEXT in text or not ("$" in text or "`" in text):
        return []
    pieces = _EVIDENT.split(text)
    return [] if len(pieces) == 1 or _may_start(BETWEEN.join(pieces[0::2])) else pieces


class Apart(Generic[_Text]):
    """Some texts, and what is left of each without its formulas and code, if all of these are evident.

    All that is evident is shown as it was typed.
    """

    def __init__(self, texts: Sequence[_Text]) -> None:
        self.texts = texts
        #: Each text with BETWEEN in the place of what is evident, or as it was typed.
        self.rests: Sequence[str] = texts
        self._evident: list[str] = []
        #: All `rests` as one, to look for something rare in all of them at once.
        self.whole = _NEXT.join(texts)
        if "$" in self.whole or "`" in self.whole:
            self._part(_EVIDENT.split(self.whole))

    def _part(self, pieces: list[str]) -> None:
        found, evident = pieces[1::2], iter(pieces[1::2])
        whole = BETWEEN.join(pieces[0::2])
        rests = whole.split(_NEXT)
        if len(rests) != len(self.texts):  # an author typed a _NEXT
            return
        if _may_start(whole):
            found = []
            for number, (text, rest) in enumerate(zip(self.texts, rests, strict=True)):
                its_own = [next(evident) for _ in range(rest.count(BETWEEN))]
                if _may_start(rest):
                    rests[number] = text
                else:
                    found += its_own
            whole = _NEXT.join(rests)
        self.rests, self.whole, self._evident = rests, whole, found

    def with_formulas(self) -> Iterator[tuple[_Text, str, Sequence[str]]]:
        """Each text with what is left of it, and the TeX of its evident formulas."""
        at = 0
        for text, rest in zip(self.texts, self.rests, strict=True):
            if BETWEEN in rest:
                end = at + rest.count(BETWEEN)
                yield text, rest, [each.strip("$") for each in self._evident[at:end] if each[0] == "$"]
                at = end
            else:
                yield text, rest, ()


def _may_start(rest: str) -> bool:
    """Whether something in `rest` may start a formula or code, or escape what does, so that nothing is evident."""
    if "$" in rest or "`" in rest or "\\" in rest or "~~~" in rest:
        return True
    return "[" in rest and "[latex" in rest.lower()
