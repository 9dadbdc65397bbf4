"""Arguments and options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

_Command = TypeVar("_Command", bound=Callable[..., Any])


class _Deck(click.Path):
    """A deck's folder on the command line."""

    name = "deck"

    def __init__(self) -> None:
        super().__init__(exists=True, file_okay=False, path_type=Path)


#: Any number of decks; none means every deck under cards/.
DECKS = click.argument("decks", metavar="[DECK]...", nargs=-1, type=_Deck())
DECK = click.argument("deck", type=_Deck())
DECK_IF_SEVERAL = click.argument("deck", required=False, type=_Deck())

MATERIAL = click.option(
    "--material",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The material: text, Markdown, HTML or PDF; default: the path in deck.yaml.",
)

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)


def output_option(help_text: str) -> Callable[[_Command], _Command]:
    """`--output`, the folder of packages."""
    return click.option(
        "-o", "--output", metavar="DIR", type=FOLDER, default=Path("dist"), show_default=True, help=help_text
    )


def format_option(*more: str, help_text: str = "Output format.") -> Callable[[_Command], _Command]:
    """`--format`, passed as `style`: text, json, and what else the command can print."""
    choices = click.Choice(["text", "json", *more])
    return click.option("--format", "style", type=choices, default="text", show_default=True, help=help_text)
