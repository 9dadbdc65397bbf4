"""coverage and source: which sentences of the material have a card, and whether they changed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from studydeck.cli.options import DECK, DECKS, MATERIAL, format_option
from studydeck.cli.printing import (
    print_json,
    say,
    say_page,
)
from studydeck.cli.running import end, loaded_decks, sentences
from studydeck.counting import counted

if TYPE_CHECKING:
    from studydeck.pipeline import Loaded


@click.command(short_help="Show which sentences of the material have a card.")
@DECKS
@MATERIAL
@format_option("html", help_text="Output format; html prints one page.")
@click.option(
    "--min",
    "least",
    metavar="PERCENT",
    type=click.FloatRange(0, 100),
    default=0,
    help="Fail if a deck covers less than this (for CI).",
)
def coverage(decks: tuple[Path, ...], material: Path | None, style: str, least: float) -> None:
    """Show which sentences of the material have a card, and which are bare. Writes nothing.

    Needs only material.lock; if the material is available, the sentences are shown, too. Sentences listed under
    uncarded: in a section file don't count.

    Example: studydeck coverage cards/magnesium-and-inflammation --min 100
    """
    from studydeck.commands.coverage import cover
    from studydeck.material.coverage import coverage_json, coverage_text
    from studydeck.material.page import coverage_page

    with sentences():
        covered = [cover(each, material) for each in _decks(decks)]
    if style == "json":
        print_json({"decks": [coverage_json(each) for each in covered]})
    elif style == "html":
        say_page(coverage_page(covered))
    else:
        say("\n\n".join(coverage_text(each) for each in covered))
    below = [(each.deck, counts) for each in covered if least and (counts := each.counts).is_below(least)]
    for deck, counts in below:
        bare = counted(counts.bare, "bare sentence")
        say(
            f"{deck}: {counts.percent} % covered, less than {least:g} %: write cards for the {bare}, "
            "or list them with a reason under uncarded: in their section file",
            err=True,
        )
    end(failed=bool(below))


def _decks(decks: Sequence[Path], *but: str) -> list[Loaded]:
    """The decks given, whose sources may be wrong, and cards not yet written."""
    from studydeck.commands.sources import HARMLESS

    return loaded_decks(decks, *HARMLESS, *but, keep_lock=False)


@click.group(short_help="Keep cards in step with the material.")
def source() -> None:
    """Keep cards in step with the sentences that they are from when the material is revised.

    material.lock, beside deck.yaml, has fingerprints of the material's sentences, not the sentences themselves.

    Example: studydeck source status cards/magnesium-and-inflammation
    """


@source.command(short_help="Accept what each card's sentence says now.")
@DECKS
@MATERIAL
def stamp(decks: tuple[Path, ...], material: Path | None) -> None:
    """Create or update material.lock, and accept what each card's sentence says now.

    Example: studydeck source stamp cards/rivers --material rivers.txt
    """
    from studydeck.commands import sources as sourcing
    from studydeck.material.words import status_text

    with sentences():
        for loaded in _decks(decks, "damaged-material"):
            found = sourcing.stamp_sources(loaded, material)
            say(status_text(str(loaded.deck.title), found, {}))
            end(failed=len(found.in_state("ok")) < len(found.all))


@source.command(short_help="Show the state of each card's sentence.")
@DECKS
@MATERIAL
@format_option()
def status(decks: tuple[Path, ...], material: Path | None, style: str) -> None:
    """Show the state of each card's sentence: ok, unstamped, moved, changed, gone, ambiguous or bad. Writes nothing.

    Without the material, shows what material.lock knows. If deck.yaml names another file than --material, a changed
    sentence is shown as it was and as it is now.

    Example: studydeck source status cards/rivers --material rivers-2nd-edition.txt
    """
    from studydeck.commands import sources as sourcing
    from studydeck.material.words import status_json, status_text

    found_in = []
    with sentences():
        for loaded in _decks(decks):
            found = sourcing.sources(loaded, material)
            texts = sourcing.source_texts(loaded, found, style == "json")
            found_in.append((str(loaded.deck.title), found, texts))
    if style == "json":
        print_json({"decks": [status_json(*each) for each in found_in]})
    else:
        say("\n\n".join(status_text(*each) for each in found_in))


@source.command(short_help="Rewrite the sources whose sentences moved.")
@DECKS
@MATERIAL
def fix(decks: tuple[Path, ...], material: Path | None) -> None:
    """Rewrite the sources whose sentences moved, and change nothing else in the YAML.

    material.lock gets the new outline of the material. Sentences that changed are left for you to review.

    Example: studydeck source fix cards/rivers --material rivers-2nd-edition.txt
    """
    from studydeck.commands import sources as sourcing
    from studydeck.material.words import rewritten_text

    with sentences():
        for loaded in _decks(decks):
            found = sourcing.fix_sources(loaded, material)
            if rewritten := rewritten_text(found):
                say(rewritten)
            say(f"{loaded.deck.title}: {counted(len(found.to_rewrite), 'source')} rewritten")


@source.command(short_help="Accept the changed sentences of some cards.")
@DECK
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@MATERIAL
def accept(deck: Path, ids: tuple[str, ...], material: Path | None) -> None:
    """Accept what the sentences of the cards ID... say now. Review the cards first.

    Example: studydeck source accept cards/rivers nile rhine
    """

    from studydeck.commands import sources as sourcing

    with sentences():
        for loaded in _decks((deck,)):
            sourcing.accept_sources(loaded, ids, material)
            say(f"{loaded.deck.title}: {counted(len(set(ids)), 'card')} accepted")
