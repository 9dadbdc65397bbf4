r"""Pictures and sounds in an author's text, in every spelling that authors use.

Markdown's parser knows `![a line](x.png)` alone. Names with blanks, widths as in `![a|50%](x.png)`, Obsidian's
`![[x.png]]` and Anki's `[sound:x.mp3]` are made Markdown for it (`in_markdown`), with a token for each part that it
would misread. Afterwards `from_markdown` gives pictures their names and widths, and puts back what the author typed
wherever the parser made no picture of it: in code, in a formula.
"""

from __future__ import annotations

import html as html_entities
import re
from collections.abc import Mapping
from typing import NamedTuple

from studydeck.patterns import pattern

#: How names of sounds and films end, which Anki plays, and those of pictures, which it shows.
SOUNDS = (".mp3", ".ogg", ".oga", ".opus", ".wav", ".m4a", ".flac", ".mp4", ".webm", ".ogv", ".mov", ".mkv", ".avi")
PICTURES = (".svg", ".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".gif", ".webp", ".avif", ".apng", ".bmp", ".ico",
            ".tif", ".tiff", ".heic", ".heif", ".jxl")  # fmt: skip
#: And those of fonts, which only a note type of the deck's own may have beside it.
FONTS = (".ttf", ".otf", ".woff", ".woff2")

#: Where the sounds of texts that are read aloud are, in the deck's media folder.
SPOKEN = "spoken"
IMAGE = pattern(r'<img src="([^"]*)" alt="([^"]*)"(?: title="([^"]*)")?(?: width="([^"]*)")? />')
_FORBIDDEN = pattern(r"!\[[^\]]*\]\(\s*<?((?:javascript|vbscript|file|data):[^>\s]*?)>?\)(?!\))", re.IGNORECASE)
#: All spellings. Each part ends at the next bracket or line end, or after 50 parts: linear time (test_hangs.py).
_SPELLING = (
    r"(?<!\\)((?:\\\\)*+)"  # an escaped bracket or ! starts none
    r"(?:!\[\[(?P<embed>[^\[\]\n]{1,500}\.\w{1,5}(?:\\?\|[^\[\]\n]{0,500}+)?)\]\](?![(\[])"
    r"|\[sound:(?P<sound>[^\[\]\n]{1,500}\.\w{1,5})\]"
    r"|!\[(?P<alt>(?:[^\[\]\\\n]++|\\.|\[[^\[\]\n]*+\]){0,50}+)\]"
    r"\((?!\s*<)(?P<address>(?:[^()\\\n]++|\\.|\([^()\n]*+\)){1,50}+)\))"
)
_TITLE = r"""(?:"[^"]*"|'[^']*'|\([^()]*\))"""
_MARKDOWNS_OWN = pattern(rf"\s*\S+(?:\s+{_TITLE})?\s*")
_NAME_AND_TITLE = pattern(r"""(.*?)(\s"[^"]*"|\s'[^']*')?""")
#: A picture or sound with nothing odd in its words and name: always shown, and nothing of it is lost.
PLAIN_PICTURE = pattern(r"!\[[\w ,.]*\]\(\w[\w./-]*\)")
_ESCAPED = pattern(r"\\([!-/:-@\[-`{-~])")
#: A width at the end of an alternative text, as Obsidian has it; the height that may follow is the picture's own.
_WIDTH = pattern(r"([1-9]\d?|100)%|([2-9]\d|[1-9]\d{2,3})(?:px)?(?:x\d{1,4})?")
_NO_WIDTH = pattern(r"\|\s*(\d+\s*(?:%|px)?(?:x\d+)?)\s*$")
#: A picture this many times as wide as high scrolls in its line, since it would be a strip of a few pixels on a phone.
WIDE, WIDEST = 6, 40
_SHAPE = pattern(r"-(\d+)x1\.\w+$")
_LOWEST = 3  # em: how high it stays
#: Pictures that are alone in a line, side by side.
_SIDE_BY_SIDE = pattern(r"(?:^|(?<=<p>)|(?<=<li>)|(?<=<br />\n))((?:<img [^>]*/> *+){2,})(?=$|</p>|</li>|<br />)")


def is_sound(name: str) -> bool:
    """Whether Anki plays the file rather than shows it: sounds and films, by the ending of its name."""
    return name.lower().endswith(SOUNDS)


# --- spellings to Markdown, and back -------------------------------------------------------------


class Typed(NamedTuple):
    """What the tokens in a text stand for: each is its number between two of `sign`, which the author didn't type.

    `parts` has, for each, what the author typed, and the file or the width that it means.
    """

    sign: str
    parts: list[tuple[str, str]]

    def token(self, typed: str, meant: str) -> str:
        """A token for what the author typed."""
        self.parts.append((typed, meant))
        return f"{self.sign}{len(self.parts) - 1}{self.sign}"


def in_markdown(text: str) -> tuple[str, Typed | None]:
    """`text` with every picture and sound in a spelling that Markdown's parser reads."""
    if "![" not in text and "[sound:" not in text:
        return text, None
    sign = next((sign for sign in map(chr, range(0xE000, 0xF900)) if sign not in text), "")
    typed = Typed(sign, [])
    return (re.sub(_SPELLING, lambda found: _in_markdown(found, typed), text) if sign else text), typed


def _in_markdown(found: re.Match[str], typed: Typed) -> str:
    before, embed, sound, alt, address = found.groups()
    whole = found[0][len(before) :]
    if sound:
        return f"{before}![{typed.token(whole, '')}]({typed.token('', sound)})"
    if embed:
        name, *words = re.split(r"\\?\|", embed)
        token = typed.token(whole, "|".join(words))
        return f"{before}![{token}]({typed.token('', name.strip())})"
    described, bar, size = alt.rpartition("|")
    width = _WIDTH.fullmatch(size.strip()) if bar else None
    if width and described.endswith("\\"):  # as in tables, whose cells a bare | would part
        alt = f"{described}|{typed.token(size, size)}"
    elif width:
        alt = described + typed.token(f"|{size}", size)
    if not _MARKDOWNS_OWN.fullmatch(address) and (parts := _NAME_AND_TITLE.fullmatch(address.strip())):
        name = html_entities.unescape(_ESCAPED.sub(r"\1", parts[1].strip()))
        title = parts.start(2) + len(address) - len(address.lstrip()) if parts[2] else len(address)
        address = typed.token(address[:title], name) + address[title:]
    return f"{before}![{alt}]({address})"


def in_commonmark(text: str) -> str:
    """`text` with its pictures and sounds as CommonMark has them, without widths; in code, too."""
    text, typed = in_markdown(text)
    if typed is None or not typed.parts:
        return text

    def part(token: re.Match[str]) -> str:
        meant = typed.parts[int(token[2])][1]
        described, _, size = meant.rpartition("|")
        return f"](<{meant}>" if token[1] else described if _width(size) else meant

    return re.sub(rf"(\]\()?{typed.sign}(\d+){typed.sign}", part, text)


def from_markdown(html: str, typed: Typed | None) -> str:
    """The parser's `html` with names and widths of pictures, and elsewhere what the author typed instead of tokens."""
    if typed is None or not typed.parts:
        return html
    from urllib.parse import quote, unquote

    encoded, number = quote(typed.sign), rf"{typed.sign}(\d+){typed.sign}"

    def picture(image: re.Match[str]) -> str:
        file = re.sub(f"{encoded}(\\d+){encoded}", lambda part: quote(unquote(typed.parts[int(part[1])][1])), image[1])
        alt, width = image[2], ""
        if token := re.search(f"{number}$", alt):
            described, _, size = typed.parts[int(token[1])][1].rpartition("|")
            width = _width(size)
            alt = alt[: token.start()].removesuffix("|") + html_entities.escape(
                described if width else f"{described}|{size}".strip("|")
            )
        title = f' title="{image[3]}"' if image[3] else ""
        return f'<img src="{file}" alt="{alt.strip()}"{title}{width} />'

    html = IMAGE.sub(picture, html)
    html = re.sub(rf"!\[{number}\]\({number}\)", rf"{typed.sign}\1{typed.sign}", html)  # a sound or an embed, as typed
    html = re.sub(number, lambda part: html_entities.escape(typed.parts[int(part[1])][0]), html)
    return re.sub(f"{encoded}(\\d+){encoded}", lambda part: quote(typed.parts[int(part[1])][0]), html)


def _width(size: str) -> str:
    """The attribute for a width as authors write it, or nothing."""
    width = _WIDTH.fullmatch(size.strip())
    if not width:
        return ""
    return f' width="{f"{width[1]}%" if width[1] else width[2]}"'


def no_width(alt: str) -> str:
    """What looks like a width at the end of an alternative text, and can't be one."""
    found = _NO_WIDTH.search(alt)
    return found[1] if found else ""


# --- pictures in HTML ----------------------------------------------------------------------------


def references(html: str, text: str) -> list[tuple[str, str]]:
    """The pictures and sounds in the HTML that the parser made of `text`: files as the author names them, and alts."""
    forbidden = (found[1] for found in _FORBIDDEN.finditer(text))
    return [
        (_file_name(image) or next(forbidden, ""), html_entities.unescape(image[2])) for image in IMAGE.finditer(html)
    ]


def with_files(html: str, files: Mapping[str, str]) -> str:
    """`html` with the names that its pictures and sounds have in Anki; pictures alone in a line are side by side."""
    html = IMAGE.sub(lambda image: _in_anki(image, files), html)
    if html.count("<img ") > 1:
        html = _SIDE_BY_SIDE.sub(lambda run: f'<span class="q-pictures">{run[1].rstrip()}</span>', html)
    return html


def _in_anki(image: re.Match[str], files: Mapping[str, str]) -> str:
    written = _file_name(image)
    if is_sound(written):
        return f"[sound:{html_entities.escape(files[written]) if written in files else image[1]}]"
    name = as_address(files[written]) if written in files else image[1]  # that is escaped already
    title = f' title="{image[3]}"' if image[3] else ""
    if not image[4] and written in files and (shape := _SHAPE.search(name)):
        width = f' style="width:max(100%,{int(shape[1]) * _LOWEST}em)"'
        return f'<span class="q-wide"><img src="{name}" alt="{image[2]}"{title}{width} /></span>'
    width = f' width="{image[4]}"' if image[4] else ""
    return f'<img src="{name}" alt="{image[2]}"{title}{width} />'


def as_address(name: str) -> str:
    """A file's name in a picture's `src`, where Anki reads `%20` as a blank."""
    return html_entities.escape(name.replace("%", "%25"))


def _file_name(image: re.Match[str]) -> str:
    from urllib.parse import unquote  # four milliseconds that few decks need

    return unquote(html_entities.unescape(image[1]))
