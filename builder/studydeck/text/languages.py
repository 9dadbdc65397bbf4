"""What a language tag (BCP 47) says of a text: whether it is English, and in which direction it runs."""

from __future__ import annotations

from functools import lru_cache
from itertools import takewhile
from unicodedata import bidirectional

_SCRIPTS = {"adlm", "arab", "aran", "hebr", "mand", "mend", "nkoo", "rohg", "samr", "syrc", "thaa"}
#: The languages that are usually written in one of these scripts.
_LANGUAGES = {
    *("aeb", "acm", "ajp", "apc", "ar", "arc", "ary", "arz", "azb", "bal", "bqi", "ckb", "dv", "fa", "glk", "he"),
    *("iw", "ji", "ks", "lrc", "mzn", "nqo", "pes", "pnb", "prs", "ps", "rhg", "sd", "sdh", "skr", "syr", "ug"),
    *("ur", "yi"),
}


@lru_cache
def is_english(language: str) -> bool:
    """Whether a language tag is that of English: en, en-GB."""
    return language.lower().partition("-")[0] in ("en", "eng")


@lru_cache
def runs_right_to_left(language: str) -> bool:
    """Whether a language is written from right to left; a script in its tag decides: ku-Arab is, he-Latn isn't."""
    primary, *more = language.lower().split("-")
    named = takewhile(lambda part: len(part) > 1, more)  # up to an extension, such as -x-
    script = next((part for part in named if len(part) == 4 and part.isalpha()), "")
    return script in _SCRIPTS if script else primary in _LANGUAGES


def usual_direction(language: str) -> str:
    """The value of `dir` for a template whose texts are in this language."""
    return "rtl" if runs_right_to_left(language) else "auto"


def direction(text: str, language: str) -> str:
    """The value of `dir` for a text in this language.

    In a language that is written from right to left, a text runs so unless it has no letter of such a script; whether
    it starts with a Latin word doesn't matter. In others, and if the language is unknown, its first letter decides.
    """
    if not runs_right_to_left(language):
        return "auto"
    return "rtl" if any(bidirectional(character) in ("R", "AL") for character in text) else "ltr"
