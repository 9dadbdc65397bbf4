"""pull: edits made in Anki, back into the YAML."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from studydeck.cli.options import DECKS, FILE, format_option, output_option
from studydeck.cli.printing import has_colours, print_json, say
from studydeck.cli.pushing import device_opening
from studydeck.cli.running import alone, end, folders_of, loaded_decks, moment_of_build, needs_engine, sentences
from studydeck.counting import counted
from studydeck.terminal import printable

if TYPE_CHECKING:
    from studydeck.commands.pull import Pulled

_DIFF_COLOURS = {"+": "green", "-": "red", "@": "cyan"}


@click.command(short_help="Bring edits made in Anki back into the YAML.")
@DECKS
@click.option("--collection", metavar="FILE", type=FILE, help="The collection; default: that of Anki's only profile.")
@click.option(
    "--server", metavar="URL", help="Pull from a sync server instead, by push's own device; Anki may be open."
)
@click.option("--from", "package", metavar="PACKAGE", type=FILE, help="A package that Anki exported: .apkg or .colpkg.")
@click.option("--write", is_flag=True, help="Write the edits into the YAML, and nothing else.")
@click.option("--tags", "every_tag", is_flag=True, help="Pull tags that no card of the deck has yet, too.")
@output_option("Folder of the last packages, to see what was shipped.", instead="give the folder of the last packages")
@format_option()
def pull(
    decks: tuple[Path, ...],
    collection: Path | None,
    server: str | None,
    package: Path | None,
    write: bool,
    every_tag: bool,
    output: Path,
    style: str,
) -> None:
    """Show what you edited in Anki as a diff of the YAML, and with --write, edit the YAML. Anki has to be closed.

    Pulls the texts and tags of edited cards, and notes of the deck's note types that you added in its decks. What was
    edited in both places is shown side by side and left alone: then the exit code is 1. Anki's collection is only read.

    Example: studydeck pull cards/rivers --from rivers-from-my-phone.apkg
    """
    from studydeck.commands.profiles import own_collection
    from studydeck.commands.pull import pull as pull_from
    from studydeck.commands.pull import pulled_values, write_pulled
    from studydeck.commands.pushed import Pushed
    from studydeck.package.collection import read_file_of_anki

    if sum(each is not None for each in (collection, server, package)) > 1:
        raise click.UsageError("choose one of --collection, --server and --from.")
    folders = folders_of(decks)
    with alone(folders) if write else nullcontext(), sentences():
        loaded = loaded_decks(folders)
        file = package or (_synced(server) if server else collection or own_collection())
        found = read_file_of_anki(file)
        pulled = [
            pull_from(each, found, output, every_tag=every_tag, pushed=Pushed(each.deck.folder, file).last)
            for each in loaded
        ]
        if not any(each.found.is_there for each in pulled):
            raise ValueError(f"{server or file} has no note of {', '.join(each.name for each in pulled)}")
        if write:
            pulled = [write_pulled(each, found, moment_of_build()) for each in pulled]
    if style == "json":
        print_json({"written": write, "decks": [pulled_values(each) for each in pulled]})
    else:
        for each in pulled:
            _print(each, written=write)
    end(failed=any(each.found.both for each in pulled))


def _synced(server: str) -> Path:
    """The collection of studydeck's own device of a sync server, after a sync. Raises ValueError with a sentence."""
    try:
        with device_opening(server)() as device:
            device.sync_media()
            return device.file
    except ModuleNotFoundError as error:
        raise needs_engine(error, "pulling from a server") from None


def _print(pulled: Pulled, *, written: bool) -> None:
    from studydeck.commands.pull import pulled_lines

    for line in pulled_lines(pulled):
        colour = _DIFF_COLOURS.get(line[:1]) if has_colours() else None
        click.echo(click.style(printable(line), fg=colour) if colour else printable(line))
    found = pulled.found
    edits = sum(each.key != "id" for each in found.edits)  # an item gets its id beside its new text
    counts = f"{counted(edits, 'edit')}, {counted(len(found.new), 'new card')}"
    both = f", {counted(len(found.both), 'conflict')}" if found.both else ""
    if not pulled.changes:
        say(f"{pulled.name}: nothing to pull{both}")
    else:
        say(f"{pulled.name}: {counts}{both}: {'written' if written else 'to pull; --write writes them'}")
