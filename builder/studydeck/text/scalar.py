"""Values as YAML that reads back as they are: JSON's double quotes are YAML's."""

from __future__ import annotations

import json

from studydeck.patterns import pattern

_PLAIN_WORD = pattern(r"[^\W\d_][\w.+-]*")
#: A text that needs no quotes as a value: it starts with a letter or digit, and has no `: ` and no ` #`.
_PLAIN_TEXT = pattern(r"[^\W_](?:[^:#]|:(?=\S)|(?<=\S)#)*")
_CONTROL = pattern(r"[\x00-\x09\x0b-\x1f]")
_OTHER_VALUES = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
#: Characters that JSON may leave unescaped, and that YAML forbids or reads as line ends.
_ESCAPED = pattern("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")


def yaml_scalar(value: object) -> str:
    """A JSON value as YAML, with strings in double quotes."""
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))


def yaml_word(text: str) -> str:
    """A string as YAML, without quotes if no reader of YAML reads it as a number or a boolean."""
    return text if _PLAIN_WORD.fullmatch(text) and text.casefold() not in _OTHER_VALUES else yaml_scalar(text)


def yaml_text(text: str, indent: str) -> str:
    """A string as an author would write it after `key: `: plain, in quotes, or several lines as a block.

    `indent` is that of the block's lines. White space around the text is dropped, and at the end of each line of a
    block, where it says nothing in Markdown.
    """
    text = text.strip()
    if _ESCAPED.search(text) or _CONTROL.search(text):
        return yaml_scalar(text)
    if "\n" in text:
        return "|\n" + "\n".join(f"{indent}{line}".rstrip() for line in text.split("\n"))
    if _PLAIN_TEXT.fullmatch(text) and text.casefold() not in _OTHER_VALUES:
        return text
    if '"' in text or "\\" in text:
        return "'" + text.replace("'", "''") + "'"
    return yaml_scalar(text)
