"""The end of `import`: a deck from elsewhere, written as a deck folder of ours."""

from __future__ import annotations

import html as html_entities
import io
import os
import re
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from studydeck.checks.errors import wrong_tag
from studydeck.commands.adopting import template_media, type_files, type_keys, write_lock
from studydeck.files import Refused, for_every_system, inside, status_of, write_files
from studydeck.importers import IncomingCard, IncomingDeck, LeftOut, file_of, read_incoming
from studydeck.kinds import card_keys
from studydeck.material.draft import is_english
from studydeck.model import Problem, shown, takes
from studydeck.model.words import Html
from studydeck.patterns import pattern
from studydeck.pipeline import Loaded, compile_notes, load
from studydeck.reading.keys import ID_PATTERN
from studydeck.reading.nodes import CONTROL
from studydeck.reading.own_types import FOLDER
from studydeck.reading.starter import write_deck
from studydeck.reading.written import COMMENT, AnyValue, section_yaml, with_comments
from studydeck.render.media import LARGEST_FILE
from studydeck.render.shapes import suffix_of
from studydeck.text import PICTURES, SOUNDS, media_references, slug
from studydeck.text.clean import cleaned, html_references, html_words, without_speech
from studydeck.text.from_html import lost_in, to_markdown

_REMOTE = pattern(r"[a-z][a-z0-9+.-]+:|//", re.IGNORECASE)
_SUFFIX = pattern(r"\.\w{1,5}")
_FEW_WORDS = 20  # by which no language is known
#: Where tools keep the pictures and sounds of a file, besides its own folder.
_MEDIA_FOLDERS = ("media", "collection.media", "attachments", "assets", "images", "img", "files")


class Imported(NamedTuple):
    """What `import` made: the deck's folder and name, how many of what it has, and what was left out.

    The cards that were `set_aside` are comments in their section files, because of the errors in `set_aside_because`.
    `as_markdown` and `as_html` count the texts that came as Markdown or became it, and those that stayed HTML;
    `html_because` says what Markdown would have lost of these, and in how many. `note_types` are the deck's own.
    `problems` are all that `check` finds in the deck.
    """

    deck: Path
    name: str
    notes: int
    cards: int
    media: int
    sections: int
    as_markdown: int
    as_html: int
    html_because: Mapping[str, int]
    note_types: Sequence[str]
    left_out: Sequence[LeftOut]
    set_aside: int
    set_aside_because: Sequence[Problem]
    problems: Sequence[Problem]


def import_deck(file: Path, folder: Path | None, columns: Sequence[str], uid: str) -> Imported:
    """Makes a deck of `file`, or of CrowdAnki's folder, in `folder`, by default cards/ and a slug of its name.

    Raises ValueError with a sentence if the file can't be read or has no cards, or if the folder exists, and OSError if
    it can't be written.
    """
    file = file_of(file)
    incoming = read_incoming(file, columns)
    folder = folder or Path("cards", for_every_system(slug(incoming.name, "deck")))
    if os.path.lexists(folder):
        raise ValueError(f"{folder.as_posix()} exists already; choose another folder, as in --deck cards/another")
    made = _Making(incoming, file.parent)
    sections = made.sections()
    if not sections:
        reasons = "; ".join(dict.fromkeys(each.why for each in made.left_out()))
        raise ValueError(f"{file} has no card that can be read" + (f": {reasons}" if reasons else ""))
    language = _language(card for cards in sections.values() for card in cards)
    written = _write(folder, made, sections, uid, language)
    return Imported(
        folder,
        made.name,
        notes=len(written.loaded.deck.cards),
        cards=written.cards,
        media=len(made.media),
        sections=len(sections),
        as_markdown=made.as_markdown,
        as_html=made.as_html,
        html_because=made.because,
        note_types=[each.folder for each in incoming.note_types],
        left_out=made.left_out(),
        set_aside=written.set_aside,
        set_aside_because=_moved(written.wrong, written.loaded.deck.folder, folder),
        problems=_moved(written.loaded.problems, written.loaded.deck.folder, folder),
    )


def _language(cards: Iterable[Mapping[str, AnyValue]]) -> str:
    """English, if questions and answers both are, unlike those of vocabulary; else none, for the author to say."""
    sides: tuple[list[str], list[str]] = ([], [])
    for card in cards:
        for side, keys in zip(sides, (("question", "cloze"), ("answer", "cloze")), strict=True):
            side += [word for key in keys for word in str(card.get(key, "")).lower().split()]
    return "en" if all(len(side) > _FEW_WORDS and is_english(side) for side in sides) else ""


class _Written(NamedTuple):
    """A new deck as it was read back, how many cards it has, how many are comments, and what is `wrong` with these."""

    loaded: Loaded
    cards: int
    set_aside: int
    wrong: Sequence[Problem]


def _write(
    folder: Path, made: _Making, sections: Mapping[str, Sequence[Mapping[str, AnyValue]]], uid: str, language: str
) -> _Written:
    """Writes the deck beside its place, and moves it in when it is whole."""
    part = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    new_folders = [each for each in folder.parents if not each.exists()]
    files: dict[str, str] = {}
    names = _Names("deck")
    for name, cards in sections.items():
        file = names.free(for_every_system(slug(name, "section")))
        in_the_deck = made.incoming.subdecks and name == made.name
        files[file] = section_yaml(name, file, cards, "subdeck: false\n" if in_the_deck else "")
    try:
        more = type_keys(made.incoming.note_types) + ("subdecks: true\n" if made.incoming.subdecks else "")
        tag = slug(made.name, "deck")
        write_deck(part, made.name, tag, uid, files, language, more, description=made.description)
        for incoming in made.incoming.note_types:
            write_files({part / path: text.encode() for path, text in type_files(incoming).items()}, part)
            for name in template_media(incoming, made.incoming.media):
                _copy(made.incoming.media[name], part / FOLDER / incoming.folder / name)
        for name, source in made.media.items():
            content = source if isinstance(source, Path) else made.incoming.media[source]
            _copy(content, part / "media" / name)
        loaded, set_aside, wrong = _set_aside(part, files)
        notes = compile_notes(loaded)
        if made.incoming.note_types:
            write_lock(loaded.deck, notes, {card.guid: card.stamp for card in made.incoming.cards})
        os.rename(part, folder)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        for each in new_folders:
            if each.is_dir() and not any(each.iterdir()):
                each.rmdir()
        raise
    return _Written(loaded, sum(len(note.ords) for note in notes), set_aside, wrong)


def _set_aside(folder: Path, files: Mapping[str, str]) -> tuple[Loaded, int, list[Problem]]:
    """Makes comments of the cards that have errors, so that the deck can be built: it, their number, and their errors.

    `files` are the texts of its section files by their names. Learners who have such a note keep it, as they keep all
    that a package hasn't.
    """
    texts = {folder / f"{name}.yaml": text for name, text in files.items()}
    loaded, wrong = load(folder), list[Problem]()
    while changed := dict(_with_comments(texts, loaded.errors, folder)):
        write_files({path: text.encode() for path, text in changed.items()}, folder)
        texts |= changed
        before, loaded = loaded, load(folder)
        gone = [each for each in before.errors if each not in loaded.errors]
        wrong += [each._replace(column=each.column + len(COMMENT)) for each in gone]
    number = sum(text.count(f"\n  {COMMENT}- ") for text in texts.values())
    return loaded, number, sorted(wrong)


def _with_comments(texts: Mapping[Path, str], errors: Iterable[Problem], folder: Path) -> Iterator[tuple[Path, str]]:
    """The section files of which a card has an error, with such cards as comments."""
    wrong: dict[str, dict[int, list[str]]] = {}
    for each in errors:
        why = f"{each.message}; {each.remedy}".replace(f"{shown(folder)}/", "")  # which is not yet its name
        wrong.setdefault(each.path, {}).setdefault(each.line, []).append(why)
    for path, text in texts.items():
        if (changed := with_comments(text, wrong.get(shown(path), {}))) != text:
            yield path, changed


def _moved(problems: Iterable[Problem], old: Path, new: Path) -> list[Problem]:
    """The problems of a deck that was in the folder `old` and is in `new` now."""
    was, now = shown(old), shown(new)
    return [each._replace(path=each.path.replace(was, now), message=each.message.replace(was, now))
            for each in problems]  # fmt: skip


def _copy(content: Path | bytes, target: Path) -> None:
    """Writes a file into a folder that is still beside its place, where nothing else can be."""
    target.parent.mkdir(exist_ok=True)
    if isinstance(content, bytes):
        with target.open("xb") as file:
            file.write(content)
    else:
        shutil.copyfile(content, target)


class _Converted(NamedTuple):
    """A field's HTML as Markdown, or None if it should stay HTML.

    `kept` is what Markdown would lose and HTML keeps, and `left` what neither has.
    """

    markdown: str | None
    kept: Sequence[str] = ()
    left: Sequence[str] = ()


def _converted(html: str, css: str, *, may_be_html: bool) -> _Converted:
    """What becomes of a field in a note type of this style: large ones are rendered only if they become Markdown."""
    lost: Sequence[str] = lost_in(html, css)
    if not lost:
        markdown, lost = to_markdown(html, css=css)
        if not lost:
            return _Converted(markdown)
    clean = cleaned(without_speech(html))
    still = lost_in(clean, css)
    if not still or not may_be_html:
        markdown, still = to_markdown(clean, css=css)
    if not still or not may_be_html:
        return _Converted(markdown, left=lost)
    return _Converted(None, still, [each for each in lost if each not in still])


class _Making:
    """A deck in the making: its cards by section, and its media, by the names that they have there.

    Those are files, or names of media in the incoming deck.
    """

    def __init__(self, incoming: IncomingDeck, beside: Path) -> None:
        self.incoming, self.beside = incoming, beside
        self.name = _name(incoming.name) or "Deck"
        self.description = incoming.description.strip()
        self.media: dict[str, Path | str] = {}
        self.as_markdown = self.as_html = 0
        self.because: Counter[str] = Counter()
        self._own_types = {each.folder: each for each in incoming.note_types}
        self._ids, self._files = _Names(), _Names()
        self._guids: set[str] = set()
        self._seen: set[tuple[object, ...]] = set()
        self._places: dict[str, str] = {}  # the names of media in the deck, by those in the file
        self._left: Counter[tuple[str, str]] = Counter()
        self._css = {each.folder: each.note_type.css for each in incoming.note_types}

    def left_out(self) -> list[LeftOut]:
        """All that the deck hasn't: what the format's reader left out, and what didn't fit here."""
        return [*self.incoming.left_out, *(LeftOut(*what, number) for what, number in self._left.items())]

    def sections(self) -> dict[str, list[dict[str, AnyValue]]]:
        """The cards of each section by its name, with all their keys, in order."""
        sections: dict[str, list[dict[str, AnyValue]]] = {}
        for card in self.incoming.cards:
            if values := self._card(card):
                sections.setdefault(_name(card.section) or self.name, []).append(values)
        return sections

    def _card(self, card: IncomingCard) -> dict[str, AnyValue] | None:
        values = {key: self._value(key, value, card) for key, value in card.values.items() if key != "id"}
        values = {key: value for key, value in values.items() if value not in ("", (), False)}
        own = self._own_types.get(card.note_type)
        asks = next((key for key in ("cloze", "occlude") if key in (own.filled if own else values)), "question")
        fields = {name: self._text("details", text, card) for name, text in card.fields.items()}
        fields = {name: text for name, text in fields.items() if text}
        if not (values or fields):
            self._left["a card", "it shows nothing"] += 1
            return None
        content = tuple(sorted((key, str(value)) for key, value in values.items()))
        has_it = bool(card.guid) and card.guid in self._guids  # as a script's note that has the same fields
        if content in self._seen and (has_it or not card.note_type):
            self._left["a card", "it is there twice"] += 1
            return None
        self._seen.add(content)
        if isinstance(values.get("answer"), tuple):
            values.pop("typed", None)  # a list can't be typed
        if tags := tuple(dict.fromkeys(filter(None, map(self._tag, card.tags)))):
            values["tags"] = tags
        if has_it or (card.note_type and not card.guid):
            why = "another note has it" if has_it else "it is empty"
            self._left["the guid of a note", f"{why}, so learners get this one as a new note"] += 1
        elif card.guid:
            self._guids.add(card.guid)
            values["guid"] = card.guid
        if card.note_type:
            values["type"] = card.note_type
            if fields:
                values["fields"] = fields
        order = list(card_keys())
        values = dict(sorted(values.items(), key=lambda item: order.index(item[0])))
        return {"id": self._id(card.values.get("id", ""), values.get(asks, "")), **values}

    def _id(self, wanted: object, question: AnyValue) -> str:
        """The card's own id, or a slug of its question, that no other card has."""
        is_good = isinstance(wanted, str) and re.fullmatch(ID_PATTERN, wanted)
        return self._ids.free(
            str(wanted) if is_good else slug(html_words(str(question)) if isinstance(question, Html) else str(question))
        )

    def _value(self, key: str, value: AnyValue, card: IncomingCard) -> AnyValue:
        if isinstance(value, bool | Mapping) or key == "hide":
            return value
        if key == "occlude":
            return self._places.get(str(value)) or self._take(str(value)) or value
        if isinstance(value, tuple):
            texts = [each for each in value if isinstance(each, str)]
            return tuple(filter(None, (self._text(key, each, card) for each in texts))) if texts else value
        return self._text(key, value, card)

    def _text(self, key: str, text: str, card: IncomingCard) -> str:
        """A text as the deck has it: as Markdown, or as HTML if Markdown would lose something of it.

        That may be a look that the style of the card's own note type gives to tags and classes.
        """
        text = re.sub(CONTROL, "", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
        if card.html:
            text = self._without_remote(text, html_references(text)) if "<img" in text.lower() else text
            css = self._css.get(card.note_type, "")
            found = _converted(text, css, may_be_html=card_keys()[key].takes in takes.ANY_TEXT)
            for what in found.left:
                self._left[f"{what} of a text", "cards can't have it"] += 1
            if found.markdown is None:
                self.as_html += 1
                self.because += Counter(found.kept)
                text = without_speech(text)
                return Html(self._with_media(text, html_references(text)))
            text = found.markdown
        self.as_markdown += bool(text)
        if "![" not in text and "[sound:" not in text:
            return text
        return self._with_media(self._without_remote(text, references := media_references(text)), references)

    def _tag(self, tag: str) -> str:
        """The tag as Anki takes it; empty if it doesn't take it at all."""
        tag = "-".join("::".join(filter(None, tag.split("::"))).lstrip("-").split())
        if not tag or wrong_tag(tag) or tag.lower() in ("marked", "leech"):
            self._left[f"the tag '{tag}'", "Anki keeps it for itself"] += 1
            return ""
        return tag

    # --- media -----------------------------------------------------------------------------------

    def _without_remote(self, text: str, references: Iterable[tuple[str, str]]) -> str:
        """`text` with links for its pictures and sounds on the web."""
        for written in dict.fromkeys(name for name, _ in references if _REMOTE.match(name)):
            self._left["a picture or sound on the web", "cards are studied offline; its address is a link now"] += 1
            text = _as_link(text, written)
        return text

    def _with_media(self, text: str, references: Iterable[tuple[str, str]]) -> str:
        """`text` with the names that its pictures and sounds have in the deck, and these taken."""
        for written in dict.fromkeys(name for name, _ in references if name and not _REMOTE.match(name)):
            name = self._places.get(written) or self._take(written)
            if name and name != written:
                for spelled in dict.fromkeys((written, quote(written))):
                    text = text.replace(spelled, name)
        return text

    def _take(self, written: str) -> str:
        """Takes a picture or sound into the deck, and returns its name there; empty if there is none."""
        source = written if written in self.incoming.media else self._found(written)
        if source is None:
            return ""
        name = re.sub(r"[\x00-\x1f/\\:]", "-", os.path.basename(written.replace("\\", "/")))
        name = self._files.free(
            *_parts_of_name(name, source if isinstance(source, Path) else self.incoming.media[source])
        )
        self.media[name] = source
        self._places[written] = name
        return name

    def _found(self, written: str) -> Path | None:
        """The file beside the imported one that a text names; never one outside of its folder."""
        if not written.lower().endswith((*PICTURES, *SOUNDS)) or "\0" in written:
            return None
        for place in ("", *_MEDIA_FOLDERS):
            path = self.beside / place / written
            if not os.path.lexists(path):
                continue
            if not inside(path, self.beside):
                self._left[f"'{written[:60]}'", "it is outside the folder of the file that names it"] += 1
                return None
            try:
                if status_of(path, self.beside).st_size <= LARGEST_FILE:
                    return path
            except (Refused, OSError):
                continue
        return None


def _name(written: str) -> str:
    """A deck's or section's name with a word on both sides of each `::`; empty if there is none."""
    parts = (" ".join(part.split()) for part in re.sub(CONTROL, "", written).split("::"))
    return "::".join(filter(None, parts))


def _parts_of_name(name: str, content: Path | bytes) -> tuple[str, str]:
    """A media file's name without how it ends, and that; what a picture ends on tells what it is.

    Pictures from the web may be called `image.axd` or `fetch.php`.
    """
    stem, suffix = os.path.splitext(name)
    if suffix.lower() in (*PICTURES, *SOUNDS):
        return stem, suffix
    with content.open("rb") if isinstance(content, Path) else io.BytesIO(content) as file:
        told = suffix_of(file)
    return (stem if _SUFFIX.fullmatch(suffix) else name, told) if told else (stem, suffix)


def _as_link(text: str, address: str) -> str:
    """`text`, in Markdown or HTML, with a link instead of a picture at this address."""
    written = html_entities.escape(address)
    found = "|".join(map(re.escape, dict.fromkeys((address, written))))
    text = re.sub(rf"!\[([^\[\]]*)\](?=\((?:{found}))", lambda alt: f"[{alt[1] or 'picture'}]", text)
    return re.sub(rf"<img\s[^<>]*(?:{found})[^<>]*>", lambda _: f'<a href="{written}">picture</a>', text)


class _Names:
    """Names that are given once: a number follows one that is taken. Capital letters make no difference."""

    def __init__(self, *taken: str) -> None:
        self._taken = {*taken}
        self._last: Counter[str] = Counter()

    def free(self, name: str, suffix: str = "") -> str:
        found = name + suffix
        while found.casefold() in self._taken:
            self._last[name] += 1
            found = f"{name}-{self._last[name] + 1}{suffix}"
        self._taken.add(found.casefold())
        return found
