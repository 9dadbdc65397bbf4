"""HTML of an author's own, or of a stranger's: kept as it is, but for what could do more than show a text.

It is read and written again: a tag, an attribute and a property of style that isn't on the lists here is left out, and
all elements are well nested. So whatever a browser would make of the original, it can only make this of the result.
"""

from __future__ import annotations

import html as html_entities
import re
from collections.abc import Iterator, Mapping
from itertools import chain, zip_longest
from urllib.parse import quote, unquote

from studydeck.patterns import pattern
from studydeck.text.look import declarations
from studydeck.text.markdown import without_commands, without_links_in_math
from studydeck.text.media import as_address, is_sound
from studydeck.text.nesting import contained, whole_code
from studydeck.text.tags import Sound, Tag, Tex, parts_of

_VOID = ("br", "hr", "img", "wbr")
_IN_A_LINE = frozenset(
    ("a", "abbr", "b", "bdi", "big", "br", "cite", "code", "del", "dfn", "em", "font", "i", "img", "ins", "kbd",
    "mark", "q",
     "rp", "rt", "ruby", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "tt", "u", "var", "wbr")
)  # fmt: skip
_BLOCKS = frozenset(
    ("blockquote", "caption", "center", "dd", "div", "dl", "dt", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5",
    "h6",
     "hr", "li", "ol", "p", "pre", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul")
)  # fmt: skip
#: Elements whose content goes, too.
_GONE = frozenset(
    ("applet", "audio", "button", "canvas", "embed", "frameset", "head", "iframe", "math", "noembed", "noframes",
    "noscript",
     "object", "plaintext", "script", "select", "style", "svg", "template", "textarea", "title", "video", "xmp")
)  # fmt: skip
_PAGE = frozenset(
    ("article", "aside", "body", "col", "colgroup", "details", "footer", "form", "header", "html", "input", "link",
    "main", "meta", "nav", "rb", "rtc", "section", "source", "summary")
)  # fmt: skip
#: The names of tags that a browser knows, besides some that nobody writes.
ELEMENTS = frozenset(_VOID) | _IN_A_LINE | _BLOCKS | _GONE | _PAGE
#: What a start ends if it is open, and what it doesn't look beyond.
_ENDED = {
    "li": (("li",), ("ul", "ol")), "dt": (("dt", "dd"), ("dl",)), "dd": (("dt", "dd"), ("dl",)), "td": (("td", "th"),
    ("table",)),
    "th": (("td", "th"), ("table",)), "tr": (("tr",), ("table",)), **dict.fromkeys(("tbody", "thead", "tfoot"),
    (("tbody", "thead", "tfoot"), ("table",))),
}  # fmt: skip
_NUMBER = pattern(r"-?\d{1,3}")
_SIZE = pattern(r"\d{1,4}(?:\.\d{1,9})?(?:px|%)?")
_WORD = pattern(r"[\w-]{1,40}")
_LANGUAGE = pattern(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
_COLOUR = pattern(r"[\w#(),.% ]{1,60}")
_ADDRESS = pattern(r"https?://|mailto:", re.IGNORECASE)
_ANYWHERE = {
    "class": None,
    "style": None,
    "dir": re.compile("rtl|ltr|auto"),
    "lang": _LANGUAGE,
    "title": re.compile(r"(?s).*"),
}
_ALIGN = {"align": re.compile("left|right|center|justify"), "valign": re.compile("top|middle|bottom|baseline")}
_OF_CELLS = {"colspan": _NUMBER, "rowspan": _NUMBER, "width": _SIZE, "height": _SIZE, "bgcolor": _COLOUR, **_ALIGN}
_ATTRIBUTES: Mapping[str, Mapping[str, re.Pattern[str] | None]] = {
    "a": {"href": _ADDRESS}, "font": {"color": _COLOUR, "size": re.compile("[1-7]"),
    "face": re.compile(r"[\w ,'-]{1,100}")},
    "ol": {"start": _NUMBER, "type": re.compile("[1aAiI]")}, "ul": {"type": _WORD}, "li": {"value": _NUMBER},
    "img": {"src": None, "alt": re.compile(r"(?s).*"), "width": _SIZE, "height": _SIZE},
    "table": {"border": re.compile(r"\d"), "cellpadding": _NUMBER, "cellspacing": _NUMBER, "width": _SIZE,
    "bgcolor": _COLOUR, **_ALIGN},
    "tr": _OF_CELLS, "td": _OF_CELLS, "th": _OF_CELLS, **dict.fromkeys(("p", "div", "h1", "h2", "h3", "h4", "h5",
    "h6"), _ALIGN),
}  # fmt: skip
_PROPERTIES = pattern(
    r"""color|background(?:-color)?|font-(?:weight|style|size|family|variant)
    |text-(?:align|decoration(?:-line|-color|-style)?|transform|indent)|vertical-align|white-space|direction
    |line-height|letter-spacing|word-spacing|list-style(?:-type)?|(?:margin|padding)(?:-(?:left|right|top|bottom))?
    |(?:max-|min-)?(?:width|height)|border(?:-(?:left|right|top|bottom))?(?:-(?:color|style|width))?
    |border-(?:collapse|spacing|radius)""",
    re.VERBOSE,
)
#: The parts that a property's value may have.
_VALUE = pattern(
    r"""(?:rgb|hsl)a?\([\d\s.,%/]{1,60}\)|(?:[#\w]|\d*\.\d)[\w.-]{0,40}%?|"[\w\ -]{1,60}"|'[\w\ -]{1,60}'|[\s,/]+""",
    re.VERBOSE,
)
_LONG = pattern(r"\d{4}")
#: Classes of ours, of Anki's and of its add-ons, with a meaning that isn't the author's to give.
_OUR_CLASS = pattern(r"q-|cloze|card\b|night_?mode|soundlink|replay|latex|type(?:good|bad|missed)", re.IGNORECASE)
_SOUND = pattern("\0(\\d+)\0")
_FAR = 40  # open elements in which an end looks for its start
_DEEPEST = 100


def cleaned(html: str, files: Mapping[str, str] | None = None) -> str:
    """The HTML of a field for an author's `html`; `files` maps media as the author names them to those in Anki.

    Media that aren't in `files` are left out. Without `files`, all keep their names.
    """
    cleaner = _Cleaner(files)
    parts = _SOUND.split("".join(cleaner.clean(html.replace("\0", ""))))
    parts[0::2] = map(without_commands, parts[0::2])  # once all is joined, as a tag in their middle may be gone
    parts[1::2] = (f"[sound:{html_entities.escape(cleaner.sounds[int(number)])}]" for number in parts[1::2])
    html = without_links_in_math("".join(parts))
    return contained(whole_code(html)) if "{{c" in html else html


def without_speech(html: str) -> str:
    """A field of Anki's without what a device says and no card shows: `[anki:tts lang=en_US]words[/anki:tts]`."""
    start, *others = re.split(r"\[anki:tts\b[^\[\]]*\]", html)
    ends = [each.partition("[/anki:tts]") for each in others]
    return start + "".join(after for _, _, after in ends) if all(end for _, end, _ in ends) else html


def html_references(html: str) -> list[tuple[str, str]]:
    """The pictures and sounds that `html` shows, in order: files, and alternative texts."""
    found: list[tuple[str, str]] = []
    for part in parts_of(html):
        if isinstance(part, Sound):
            found.append((part.file, ""))
        elif (
            isinstance(part, Tag) and part.name == "img" and not part.closes and part.attributes.get("src", "").strip()
        ):
            found.append((_file(part), part.attributes.get("alt", "")))
    return found


def html_words(html: str) -> str:
    """What `html` says, without its tags."""
    said = [part if isinstance(part, str) else part.tex if isinstance(part, Tex) else " " for part in parts_of(html)]
    return " ".join("".join(said).split())


class _Cleaner:
    def __init__(self, files: Mapping[str, str] | None) -> None:
        self.files = files
        self.open: list[tuple[str, str]] = []  # elements: their names, and their tags as they are written
        self.gone = ""
        self.sounds: list[str] = []

    def clean(self, html: str) -> Iterator[str]:
        for part in parts_of(html):
            if isinstance(part, Tag):
                if self.gone:
                    self.gone = "" if part.closes and part.name == self.gone else self.gone
                else:
                    yield from self._end(part.name) if part.closes else self._start(part)
            elif not self.gone:
                yield self._text(part)
        yield from self._ended(0)

    def _text(self, part: Tex | Sound | str) -> str:
        if isinstance(part, Sound):
            name = self._in_anki(part.file)
            if not name or not is_sound(part.file):
                return _escaped(f"[sound:{part.file}]")
            self.sounds.append(name)
            return f"\0{len(self.sounds) - 1}\0"
        if isinstance(part, Tex):
            return _formula(part)
        return _escaped(part)

    def _start(self, tag: Tag) -> Iterator[str]:
        name = tag.name
        if name in _GONE:
            self.gone = name
        elif name == "img":
            yield self._picture(tag)
        elif name in _VOID:
            if name in _BLOCKS:
                yield from self._ended_by(name)
            yield f"<{name}{_attributes(tag)} />" if name != "wbr" else "<wbr />"
        elif name in _BLOCKS or name in _IN_A_LINE:
            if len(self.open) >= _DEEPEST or (name == "code" and any(opened == "code" for opened, _ in self.open)):
                return
            if name in _BLOCKS:
                yield from self._ended_by(name)
            self.open.append((name, f"<{name}{_attributes(tag)}>"))
            yield self.open[-1][1]

    def _ended_by(self, name: str) -> Iterator[str]:
        """The ends of what the start of a block ends."""
        ended, within = _ENDED.get(name, ((), ()))
        for at in range(len(self.open) - 1, -1, -1):
            if self.open[at][0] == "p" or self.open[at][0] in ended:
                yield from self._ended(at)
            elif self.open[at][0] in within:
                break

    def _end(self, name: str) -> Iterator[str]:
        if name == "br":
            yield "<br />"
            return
        for back, (opened, _) in enumerate(reversed(self.open[-_FAR:]), start=1):
            if opened == name:
                inside = self.open[len(self.open) - back + 1 :]
                yield from self._ended(len(self.open) - back)
                if name in _IN_A_LINE:  # what was opened in it goes on, as in a browser
                    self.open += inside
                    yield from (start for _, start in inside)
                return
            if name in _IN_A_LINE and opened in _BLOCKS:
                return

    def _ended(self, size: int) -> Iterator[str]:
        while len(self.open) > size:
            yield f"</{self.open.pop()[0]}>"

    def _picture(self, tag: Tag) -> str:
        name = self._in_anki(_file(tag))
        if not name:
            return _escaped(tag.attributes.get("alt", ""))
        return f'<img src="{as_address(name)}"{_attributes(tag)} />'

    def _in_anki(self, file: str) -> str:
        """The name in Anki of a file that the author names; empty if there is none."""
        return file if self.files is None else self.files.get(file, "")


def _formula(part: Tex) -> str:
    """A formula in Anki's brackets; LaTeX that is text is shown as text, with the formulas in it."""
    if part.lost:
        texts = part.tex.split("$")
        formulas = (rf"\({html_entities.escape(tex, quote=False)}\)" for tex in texts[1::2])
        return "".join(chain.from_iterable(zip_longest(map(_escaped, texts[0::2]), formulas, fillvalue="")))
    tex = html_entities.escape(part.tex, quote=False)
    return rf"\[{tex}\]" if part.display else rf"\({tex}\)"


def _file(tag: Tag) -> str:
    return unquote(tag.attributes.get("src", "").strip())


def _escaped(text: str) -> str:
    return html_entities.escape(text, quote=False)


def _attributes(tag: Tag) -> str:
    """The attributes of a tag that are on the lists, as they are written in HTML."""
    written: list[str] = []
    of_tag = _ATTRIBUTES.get(tag.name, {})
    for name, value in tag.attributes.items():
        pattern = of_tag[name] if name in of_tag else _ANYWHERE.get(name)
        if name == "class":
            value = " ".join(each for each in value.split() if _WORD.fullmatch(each) and not _OUR_CLASS.match(each))
        elif name == "style":
            value = _style(value)
        elif name == "href":
            value = quote(value, safe="%$_.+!*'(),~=:/?#@;&-") if pattern and pattern.match(value) else ""
        elif pattern is None or not pattern.fullmatch(value.strip()):
            continue
        if value or name == "alt":
            written.append(f' {name}="{html_entities.escape(value.strip())}"')
    return "".join(written)


def _style(style: str) -> str:
    """The properties of a style that change how a text looks, and can't take it anywhere else."""
    kept = [
        f"{name}: {value}"
        for name, value in declarations(style).items()
        if _PROPERTIES.fullmatch(name) and not _VALUE.sub("", value) and not _LONG.search(value.replace("#", "a"))
    ]
    return "; ".join(kept)
