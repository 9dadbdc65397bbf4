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


#: Languages with the countries whose voices read them aloud, where a tag names none.
_VOICES = (
    "af_ZA am_ET ar_SA az_AZ be_BY bg_BG bn_BD bs_BA ca_ES cs_CZ cy_GB da_DK de_DE el_GR en_US es_ES et_EE eu_ES fa_IR "
    "fi_FI fil_PH fr_FR ga_IE gl_ES gu_IN he_IL hi_IN hr_HR hu_HU hy_AM id_ID is_IS it_IT ja_JP jv_ID ka_GE kk_KZ "
    "km_KH kn_IN ko_KR lo_LA lt_LT lv_LV mk_MK ml_IN mn_MN mr_IN ms_MY mt_MT my_MM nb_NO ne_NP nl_NL pa_IN pl_PL ps_AF "
    "pt_BR ro_RO ru_RU si_LK sk_SK sl_SI sq_AL sr_RS sv_SE sw_KE ta_IN te_IN th_TH tr_TR uk_UA ur_PK uz_UZ vi_VN "
    "yue_HK zh_CN zu_ZA"
)
_COUNTRIES = dict(each.split("_") for each in _VOICES.split())
_OF_SCRIPTS = {"hant": "TW", "hans": "CN"}


@lru_cache
def voice_language(language: str) -> str:
    """A language as Anki names those of voices, such as en_US; "" if its tag names no country, and none is known."""
    primary, *more = language.split("-")
    primary = {"no": "nb"}.get(primary.lower(), primary.lower())
    named = list(takewhile(lambda part: len(part) > 1, more))
    country = next((part.upper() for part in named if len(part) == 2 or part.isdigit()), "")
    of_script = next((_OF_SCRIPTS[part.lower()] for part in named if part.lower() in _OF_SCRIPTS), "")
    country = country or of_script or _COUNTRIES.get(primary, "")
    return f"{primary}_{country}" if country else ""


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
    for character in text:  # mostly the first one shows it, before any() would have begun
        if bidirectional(character) in ("R", "AL"):
            return "rtl"
    return "ltr"
