"""A deck that comes from elsewhere: what every importer makes, whatever the file's format, and `import` writes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from studydeck.model import NoteType

#: How sure a format is that a file is its own: the file says so, its form shows it, it could be, or it isn't.
SAID, SHOWN, LIKELY, NOT = 3, 2, 1, 0
#: Bytes; 100,000 cards take about 25 MB.
LARGEST_TEXT = 100_000_000


class IncomingCard(NamedTuple):
    """A card: its values by the keys of our cards (see kinds/), such as `question`, `answer`, `cloze` or `reverse`.

    With `html`, its texts are HTML, else Markdown in our dialect. `guid` is what learners know the note by, if our
    packages can reach that note. `section` is a section's name, with '::' between the names of nested ones; cards
    without one are in the deck's first section. Pictures and sounds are named in the texts as in `IncomingDeck.media`.
    A card of one of the deck's own note types names its folder, and has the texts of the `fields` that no key fills;
    `stamp` is when the note that learners have last changed, in seconds. The parts of a picture under `occlude` are
    mappings.
    """

    values: Mapping[str, str | tuple[str, ...] | tuple[Mapping[str, object], ...] | bool]
    html: bool = False
    tags: tuple[str, ...] = ()
    guid: str = ""
    section: str = ""
    note_type: str = ""
    fields: Mapping[str, str] = {}
    stamp: int = 0


class IncomingType(NamedTuple):
    """A note type that learners have: its folder's name, and which of its fields each key fills."""

    folder: str
    note_type: NoteType
    filled: Mapping[str, str]


class LeftOut(NamedTuple):
    """Something of the file that the deck won't have: what it is, why, and how often it occurs."""

    what: str
    why: str
    count: int = 1  # type: ignore[assignment]  # named as in JSON; nobody counts in a LeftOut


class IncomingDeck(NamedTuple):
    """A deck: its name and description, its cards in study order, its media files by name, and what was left out.

    With `subdecks`, each section is a subdeck.
    """

    name: str
    description: str = ""
    cards: Sequence[IncomingCard] = ()
    media: Mapping[str, Path | bytes] = {}
    left_out: Sequence[LeftOut] = ()
    note_types: Sequence[IncomingType] = ()
    subdecks: bool = False


class Given:
    """The file that is to be imported, read as far as a format asks for it.

    `columns` are the keys of a table's columns, if its author named them.
    """

    def __init__(self, path: Path, data: bytes, columns: Sequence[str] = ()) -> None:
        self.path, self.data, self.columns = path, data, tuple(columns)

    @cached_property
    def text(self) -> str | None:
        """Its text with `\\n` at the ends of lines, whatever its encoding; None if it is no text, or far too much."""
        if len(self.data) > LARGEST_TEXT:
            return None
        from studydeck.text.encodings import decoded

        return decoded(self.data)

    def json(self) -> Any:
        """Its values, if it is JSON. Raises ValueError with a sentence if they can't be read."""
        try:
            return json.loads(self.text or "")
        except json.JSONDecodeError as error:
            place = f"{self.path}:{error.lineno}:{error.colno}"
            raise ValueError(f"{place}: not valid JSON ({error.msg}); fix it first") from None
        except RecursionError:
            raise ValueError(f"{self.path} is nested too deeply") from None
        except ValueError:
            raise ValueError(f"{self.path} has a number of thousands of digits") from None

    @property
    def name(self) -> str:
        """A deck's name after the file's, for a file that has none."""
        words = " ".join(self.path.stem.replace("_", " ").replace("-", " ").split()).strip(":") or "Deck"
        return words[0].upper() + words[1:]


class Importer(NamedTuple):
    """A format of decks.

    `named` is what it is called in a sentence, such as "a table". `fits` says how sure it is, from the content alone,
    that a file is its own: SAID, SHOWN, LIKELY or NOT; the surest reads it. `read` raises ValueError with a sentence.
    """

    named: str
    fits: Callable[[Given], int]
    read: Callable[[Given], IncomingDeck]
