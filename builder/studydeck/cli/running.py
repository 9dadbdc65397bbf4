"""How commands start and end: finding and loading decks, the time of the build, failing with a message."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from studydeck.cli.printing import Waiting, are_failing, print_problems

if TYPE_CHECKING:
    from studydeck.model import Problem
    from studydeck.pipeline import Loaded, Progress

_DAY = 86_400
_LAST_MOMENT = 253_402_300_799  # the end of the year 9999


def folders_of(decks: Sequence[Path]) -> list[Path]:
    """The folders of the decks given, or of all decks under cards/."""
    if decks:
        return list({os.path.realpath(deck): deck for deck in reversed(decks)}.values())[::-1]
    cards = Path("cards")
    found: list[Path] = []
    if cards.is_dir():
        with os.scandir(cards) as entries:
            names = sorted(each.name for each in entries if each.is_dir() and not each.name.startswith("."))
        found = [cards / name for name in names if _may_be_deck(cards / name)]
    if not found:
        raise click.UsageError(
            "no deck found under cards/ in this folder. Give a deck's folder, "
            "or start a deck: studydeck new cards/my-deck --name 'My Deck'"
        )
    return found


def _may_be_deck(folder: Path) -> bool:
    """Whether it has YAML files, or can't be read, which is reported when it is loaded."""
    try:
        return any(name.endswith(".yaml") for name in os.listdir(folder))
    except OSError:
        return True


def only_deck(deck: Path | None) -> Path:
    """The deck given, or the only one under cards/."""
    if deck is not None:
        return deck
    first, *others = folders_of(())
    if others:
        names = ", ".join(each.as_posix() for each in (first, *others))
        raise click.UsageError(f"there are several decks; give one of {names}.")
    return first


def loaded_decks(decks: Sequence[Path], *but: str, judge: bool = False, keep_lock: bool = True) -> list[Loaded]:
    """The decks given. If they have errors, except those named in `but`, prints them and ends the program.

    `judge` and `keep_lock` are as in `load`; like a build, most commands need to know only what is wrong.
    """
    from studydeck.decks import load_all
    from studydeck.pipeline import load

    load_one = partial(load, judge=judge, keep_lock=keep_lock)
    return _without_errors(lambda progress: load_all(folders_of(decks), progress, load_one), but)


def loaded_parts(decks: Sequence[Path], output: Path, now: int) -> list[Loaded]:
    """As `loaded_decks`, but only what changed since the last build into `output` is read, if that is enough."""
    from studydeck.commands.changed import load_parts

    return _without_errors(lambda progress: load_parts(folders_of(decks), output, now, progress))


def _without_errors(
    read: Callable[[Progress], tuple[list[Loaded], list[Problem]]], but: Container[str] = ()
) -> list[Loaded]:
    with Waiting("Checking") as progress:
        loaded, problems = read(progress)
    wrong = [each for each in problems if each.name not in but]
    if are_failing(wrong):
        print_problems(wrong, err=True)
        end(failed=True)
    return loaded


def alone(folders: Sequence[Path], output: Path | None = None) -> AbstractContextManager[bool]:
    """While it is open, no other build of these decks runs; says whether it had to wait for one."""
    from studydeck.incremental.exclusion import exclusive

    what = "this deck" if len(folders) == 1 else "these decks"
    return exclusive(folders, output, lambda: click.echo(f"waiting for another build of {what} to finish", err=True))


def end(*, failed: bool) -> None:
    """Ends the program with exit code 1, if it `failed`."""
    if failed:
        sys.exit(1)


def needs_engine(error: ModuleNotFoundError, what: str) -> Exception:
    """The message that `what` needs an extra that isn't installed; any other missing module is a bug."""
    if error.name not in ("anki", "watchfiles", "segno"):
        return error
    from studydeck.installing import install_line

    return click.ClickException(f"{what} needs the real Anki engine; install it with: {install_line('anki')}")


@contextmanager
def sentences() -> Iterator[None]:
    """Turns ValueError and OSError, which have sentences, into errors of the command."""
    try:
        yield
    except FileExistsError as error:
        raise click.ClickException(f"{error.args[0]} has files of a deck but no deck.yaml.") from None
    except (ValueError, OSError) as error:
        raise click.ClickException(f"{error}.") from None


def fresh_uid() -> str:
    """A random uid for a new deck, without letters and digits that look alike."""
    import secrets

    return "".join(secrets.choice("abcdefghijkmnpqrstuvwxyz23456789") for _ in range(12))


def moment_of_build() -> int:
    """The time of this build in seconds since 1970: SOURCE_DATE_EPOCH, or the clock."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given is None:
        return int(time.time())
    if not given.isascii() or not given.isdigit() or len(given) > 20 or int(given) > _LAST_MOMENT:
        raise click.UsageError(f"SOURCE_DATE_EPOCH must be seconds since 1970, but is '{given[:40]}'.")
    if (ahead := int(given) - time.time()) > _DAY:
        raise click.UsageError(
            f"SOURCE_DATE_EPOCH is {ahead / _DAY:,.0f} days ahead of the clock; learners would get no edits until then."
        )
    return int(given)
