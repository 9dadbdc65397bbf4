"""push: from YAML into a collection, with what is its learner's kept."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from studydeck.cli.building import bring_up_to_date
from studydeck.cli.options import DECKS, FILE, format_option, output_option
from studydeck.cli.printing import print_json, say
from studydeck.cli.running import folders_of, loaded_decks, moment_of_build, needs_engine, sentences
from studydeck.counting import counted, listed

if TYPE_CHECKING:
    from studydeck.commands.push import Push, Receipt, Shipment
    from studydeck.engine.device import Device
    from studydeck.engine.own import Own
    from studydeck.package.part import BuiltPackage


@click.command(short_help="Bring decks into your own collection.")
@DECKS
@click.option("--collection", metavar="FILE", type=FILE, help="The collection; default: that of Anki's only profile.")
@click.option(
    "--server", metavar="URL", help="Push to a sync server instead, as a device of its own; Anki may be open."
)
@click.option("--open", "hand_over", is_flag=True, help="Hand the packages to desktop Anki instead, which may be open.")
@click.option("--dry-run", is_flag=True, help="Show what would change in this collection, and write nothing.")
@output_option("Folder of the packages.")
@click.option("--only-this-branch", is_flag=True, help="Build as studydeck build --only-this-branch does.")
@format_option()
def push(
    decks: tuple[Path, ...],
    collection: Path | None,
    server: str | None,
    hand_over: bool,
    dry_run: bool,
    output: Path,
    only_this_branch: bool,
    style: str,
) -> None:
    """Build decks and bring them into your own collection, while Anki is closed, or into that of a sync server.

    Keeps every review, and on edited notes also your tags, My notes, and your wording of fields that the deck left
    alone. Makes a backup first, deletes nothing, and never forces a full sync. A server's password is asked for once,
    and kept in the system's keyring; in CI, set STUDYDECK_SYNC_USER and STUDYDECK_SYNC_PASSWORD.

    Example: studydeck push cards/magnesium-and-inflammation
    """
    if bool(collection) + bool(server) + hand_over > 1 or (hand_over and dry_run):
        raise click.UsageError("choose one of --collection, --server and --open; --open has no --dry-run.")
    if hand_over:
        _hand_over(folders_of(decks), output, only_this_branch)
        return
    try:
        from studydeck.commands.push import Push, Unbuilt, carry_out
    except ModuleNotFoundError as error:
        raise needs_engine(error, "pushing") from None
    folders = folders_of(decks)
    with sentences(), ExitStack() as opened:
        opening = _opening(collection, server)
        lasts: dict[Path, BuiltPackage] = {}
        shipments: Sequence[Shipment]
        if dry_run:
            now = moment_of_build()
            lasts = _packages(folders, output)
            shipments = [Unbuilt(each, output, now, only_this_branch) for each in loaded_decks(tuple(folders))]
        else:
            lasts = bring_up_to_date(folders, output, only_this_branch, lambda: _packages(folders, output)) or {}
            shipments = list(_packages(folders, output).values())
        own = opened.enter_context(opening())
        pushes = [
            Push(folder, output, shipment, lasts.get(folder), own)
            for folder, shipment in zip(folders, shipments, strict=True)
        ]
        backup = None if dry_run else carry_out(pushes, own)
    _print(server or str(own.file), pushes, backup, dry_run, style)


def _opening(collection: Path | None, server: str | None) -> Callable[[], Own]:
    """What opens the collection that was meant. Raises ValueError with a sentence if it's clear that it can't."""
    from studydeck.engine.own import Own

    if server is None:
        from studydeck.commands.profiles import own_collection

        return partial(Own, collection or own_collection())
    return device_opening(server)


def device_opening(server: str) -> Callable[[], Device]:
    """What opens studydeck's own device of a server, synced. Raises ValueError with a sentence for a bad address."""
    from studydeck.commands.login import logged_in
    from studydeck.engine.device import Device, server_of

    address = server_of(server)

    def ask() -> tuple[str, str]:
        user = click.prompt(f"Name at {address}", err=True)
        return user, click.prompt("Password", hide_input=True, err=True)

    return partial(logged_in, address, Device, ask if is_somebody_here() else None)


def _hand_over(folders: Sequence[Path], output: Path, only_this_branch: bool) -> None:
    """Builds, and has Anki open its import window for each package."""
    from studydeck.commands.handing import hand_to_anki
    from studydeck.files import package_path

    bring_up_to_date(folders, output, only_this_branch, lambda: None)
    for folder in folders:
        package = package_path(folder, output)
        with sentences():
            hand_to_anki(package)
        say(f"{package.as_posix()}: handed to Anki. Leave the options there as they are, and click Import.")
    say("Reviews stay. On edited notes, your tags and notes are replaced: to keep them, close Anki and push.")


def is_somebody_here() -> bool:
    """Whether a password can be asked for."""
    return sys.stdin.isatty()


def _packages(folders: Sequence[Path], output: Path) -> dict[Path, BuiltPackage]:
    """The packages of the decks that have one."""
    from studydeck.commands.push import opened
    from studydeck.files import package_path

    found = {folder: opened(package_path(folder, output)) for folder in folders}
    return {folder: package for folder, package in found.items() if package}


def _print(where: str, pushes: Sequence[Push], backup: Path | None, dry_run: bool, style: str) -> None:
    receipts = [each.receipt for each in pushes]
    if style == "json":
        print_json(
            {
                "collection": where,
                "written": backup is not None,
                "backups": backup.as_posix() if backup else None,
                "decks": [_receipt_json(each) for each in receipts],
            }
        )
        return
    for each in receipts:
        _print_receipt(each, dry_run)
    if backup:
        say(f"backed up into {backup.as_posix()}")


def _receipt_json(receipt: Receipt) -> dict[str, Any]:
    return receipt._asdict() | {"edited": [each._asdict() for each in receipt.edited]}


def _print_receipt(receipt: Receipt, dry_run: bool) -> None:
    would = "would be " if dry_run else ""
    counts = f"{len(receipt.new):,} new, {len(receipt.edited):,} edited, {receipt.unchanged:,} unchanged"
    say(f"{receipt.deck}: {counts}{' (nothing was written)' if dry_run else ''}")
    if receipt.new_look:
        say(f"  the look of the cards {would or 'was '}updated")
    for edited in receipt.edited:
        if edited.kept_tags:
            say(f"  {edited.id}: kept your {counted(len(edited.kept_tags), 'tag')}: {' '.join(edited.kept_tags)}")
        if edited.kept_fields:
            say(f"  {edited.id}: kept what you wrote in {', '.join(edited.kept_fields)}")
        for field, text in edited.replaced.items():
            say(f"  {edited.id}: {field} {would or 'was '}replaced; you had: {text}")
    for why, ids in receipt.left.items():
        say(f"  left alone, since it {why}: {listed(ids)}")
