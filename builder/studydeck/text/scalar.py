"""Values as YAML on one line, which read back as they are: JSON's double quotes are YAML's."""

from __future__ import annotations

import json
import re

_PLAIN_WORD = re.compile(r"[^\W\d_][\w.+-]*")
_OTHER_VALUES = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
#: Characters that JSON may leave unescaped, and that YAML forbids or reads as line ends.
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")


def yaml_scalar(value: object) -> str:
    """A JSON value as YAML, with strings in double quotes."""
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))


def yaml_word(text: str) -> str:
    """A string as YAML, without quotes if no reader of YAML reads it as a number or a boolean."""
    return text if _PLAIN_WORD.fullmatch(text) and text.casefold() not in _OTHER_VALUES else yaml_scalar(text)
