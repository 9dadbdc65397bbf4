"""Arguments and options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from studydeck.terminal import quoted

#: The suffixes of files that commands print or write.
_OF_FILES = (".apkg", ".html", ".json", ".md", ".txt")
_Command = TypeVar("_Command", bound=Callable[..., Any])


class _Deck(click.Path):
    """A deck's folder on the command line, or the deck.yaml in it."""

    name = "deck"

    def __init__(self) -> None:
        super().__init__(exists=True, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        deck = super().convert(value, param, ctx)
        assert isinstance(deck, Path)
        if not deck.is_dir() and deck.name != "deck.yaml":
            folder = f": {quoted([deck.parent.as_posix()])}" if (deck.parent / "deck.yaml").exists() else ""
            self.fail(f"'{value}' is a file; give the deck's folder{folder}", param, ctx)
        return deck if deck.is_dir() else deck.parent


class _Folder(click.Path):
    """A folder to write to, which may not exist yet. A name like a file's is a slip, and `instead` says what to do."""

    def __init__(self, instead: str = "give a folder") -> None:
        super().__init__(file_okay=False, path_type=Path)
        self.instead = instead

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        folder = super().convert(value, param, ctx)
        assert isinstance(folder, Path)
        if folder.suffix.lower() in _OF_FILES and not folder.is_dir():
            self.fail(f"'{value}' looks like a file; {self.instead}", param, ctx)
        return folder


DECK_TYPE = _Deck()
#: Any number of decks; none means every deck under cards/.
DECKS = click.argument("decks", metavar="[DECK]...", nargs=-1, type=DECK_TYPE)
DECK = click.argument("deck", type=DECK_TYPE)
DECK_IF_SEVERAL = click.argument("deck", required=False, type=DECK_TYPE)

MATERIAL = click.option(
    "--material",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The material: text, Markdown, HTML, PDF, .docx or .odt; default: the path in deck.yaml.",
)

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = _Folder()


def output_option(help_text: str, **instead: str) -> Callable[[_Command], _Command]:
    """`--output`, the folder of packages; if a file is given, the message says what to do `instead`."""
    folder = _Folder(**instead)
    return click.option(
        "-o", "--output", metavar="DIR", type=folder, default=Path("dist"), show_default=True, help=help_text
    )


def format_option(*more: str, help_text: str = "Output format.") -> Callable[[_Command], _Command]:
    """`--format`, passed as `style`: text, json, and what else the command can print."""
    choices = click.Choice(["text", "json", *more])
    return click.option("--format", "style", type=choices, default="text", show_default=True, help=help_text)
