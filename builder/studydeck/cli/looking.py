"""preview, stats, insights and export: a deck on screen, in numbers, in learners' reviews and on paper."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from studydeck.cli.options import (
    DECK,
    DECK_IF_SEVERAL,
    DECK_TYPE,
    DECKS,
    FILE,
    FOLDER,
    format_option,
    output_option,
)
from studydeck.cli.printing import (
    Waiting,
    has_blocks,
    print_json,
    say,
    say_page,
)
from studydeck.cli.running import alone, end, loaded_decks, moment_of_build, needs_engine, only_deck, sentences
from studydeck.outputs import output_names

if TYPE_CHECKING:
    from studydeck.commands.preview import Signs
    from studydeck.engine.drawing import Artist
    from studydeck.package.studied import Studied
    from studydeck.pipeline import Loaded


@click.command(short_help="Count cards and words, and forecast study time.")
@DECKS
@click.option(
    "--new", metavar="N", type=click.IntRange(1, 9999), default=10, show_default=True, help="New cards per day."
)
@click.option(
    "--days", metavar="N", type=click.IntRange(1, 3650), default=90, show_default=True, help="Days to forecast."
)
@click.option(
    "--retention",
    metavar="PERCENT",
    type=click.IntRange(70, 99),
    default=90,
    show_default=True,
    help="Percentage of due cards to be remembered, as in Anki's deck options.",
)
@format_option("html", help_text="Output format; html prints one page with plots.")
def stats(decks: tuple[Path, ...], new: int, days: int, retention: int, style: str) -> None:
    """Count a deck's cards, words, coverage, problems and media, and forecast the time to study it. Writes nothing.

    The forecast comes from the real engine's FSRS simulator (the extra studydeck[anki]), for a learner who
    starts today and does every review on its day, with FSRS's default parameters and learning steps, and Anki's
    usual seconds per answer. Each deck is studied alone. Real learners are faster or slower.

    Example: studydeck stats cards/magnesium-and-inflammation --new 20 --days 30
    """
    from studydeck.commands.stats import deck_stats, forget_decks, with_forecast
    from studydeck.stats import stats_json, stats_page, stats_text

    loaded = loaded_decks(decks, judge=True, keep_lock=False)
    counted = [deck_stats(each) for each in loaded]
    del loaded
    forget_decks()
    counted = [with_forecast(each, new, days, retention) for each in counted]
    if style == "json":
        print_json({"decks": [stats_json(each) for each in counted]})
    elif style == "html":
        say_page(stats_page(counted))
    else:
        say("\n\n\n".join(stats_text(each, has_blocks()) for each in counted))


@click.command(short_help="Show which cards learners find hard, by their reviews.")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=FILE)
@click.option(
    "--deck",
    "decks",
    metavar="DECK",
    multiple=True,
    type=DECK_TYPE,
    help="A deck's folder; may be repeated. Default: every deck under cards/.",
)
@click.option(
    "--top", metavar="N", type=click.IntRange(1, 10_000), default=20, show_default=True, help="Cards to show per deck."
)
@click.option("--since-edit", is_flag=True, help="Leave out answers from before a card's last edit.")
@format_option("html", help_text="Output format; html prints one page with plots, json has all cards.")
def insights(files: tuple[Path, ...], decks: tuple[Path, ...], top: int, since_edit: bool, style: str) -> None:
    """Show which cards learners find hard, by the reviews in FILE: the worst first, and why. Writes nothing.

    FILE is an .apkg or .colpkg that a learner exported with scheduling, or your own collection.anki2 while Anki is
    closed. Several files are several learners. Nothing is shown that names a learner or dates a review.

    A card stands out if it is surely worse than the deck's others: few reviews say little.

    Example: studydeck insights exports/*.apkg --deck cards/magnesium-and-inflammation
    """
    from studydeck.commands.insights import insights_into
    from studydeck.insights import insights_json, insights_page, insights_text

    loaded = loaded_decks(decks)
    learners = _learners(loaded, files)
    found = [insights_into(each, learners, since_edit) for each in loaded]
    if style == "json":
        print_json({"decks": [insights_json(each) for each in found]})
    elif style == "html":
        say_page(insights_page(found, top))
    else:
        say("\n\n".join(insights_text(each, top) for each in found))


def _learners(loaded: Sequence[Loaded], files: Sequence[Path]) -> list[Studied]:
    """What the files say of the decks. Prints what is wrong with a file, and ends the program if none says anything."""
    from studydeck.commands.insights import read_learners

    with Waiting("Reading") as progress:
        learners, problems = read_learners(loaded, files, progress)
    for each in problems:
        say(f"left out: {each}" if learners else f"Error: {each}.", err=True)
    end(failed=not learners)
    return learners


@click.command(short_help="Export a deck as a page to print.")
@DECK
@click.option(
    "--to", "target", type=click.Choice(output_names()), required=True, help="Export format; print is a page for paper."
)
@click.option(
    "--layout",
    metavar="LAYOUT",
    help="For print: columns, questions and answers side by side, or cards, to cut out and fold; default: columns.",
)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The HTML file to write; default: dist/<deck's folder>.html.",
)
def export(deck: Path, target: str, layout: str | None, output: Path | None) -> None:
    """Export DECK as one HTML page, to open in a browser and print. Pictures are embedded in it.

    Example: studydeck export cards/magnesium-and-inflammation --to print --layout cards
    """
    from studydeck.commands.export import export_deck
    from studydeck.outputs import output_named

    (loaded,) = loaded_decks([deck])
    with sentences():
        path = export_deck(loaded, target, layout, output)
    say(f"{path.as_posix()}: {output_named(target).next_step}")


@click.command(short_help="Preview a deck's cards in the browser.")
@DECK_IF_SEVERAL
@click.option("--lan", is_flag=True, help="Serve on the local network, too, for a phone; prints a QR code.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port to listen on; default: any free one.")
@click.option("--no-browser", is_flag=True, help="Don't open a browser.")
@click.option(
    "--export",
    "folder",
    metavar="FOLDER",
    type=FOLDER,
    help="Write the page as files that work from disk, instead of serving it.",
)
@output_option("Write the package that the page offers to this folder.")
@click.option(
    "--insights",
    "files",
    metavar="FILE",
    multiple=True,
    type=FILE,
    help="Show beside each card what the reviews in FILE say, as studydeck insights does; may be repeated.",
)
def preview(
    deck: Path | None,
    lan: bool,
    port: int,
    no_browser: bool,
    folder: Path | None,
    output: Path,
    files: tuple[Path, ...],
) -> None:
    """Preview the cards of DECK in the browser as the real engine draws them, on a phone by day and by night.

    Saving a file redraws the page. Without --lan, only this computer can open it. Stop with Ctrl-C. Needs the
    engine, the extra studydeck[anki]: if it is missing, the message says how to install it.

    Example: studydeck preview cards/magnesium-and-inflammation
    """
    deck = only_deck(deck)
    try:
        from studydeck.engine.drawing import Artist
    except ModuleNotFoundError as error:
        raise needs_engine(error, "the preview") from None
    signs = _signs(deck, files) if files else {}
    with Artist() as artist:
        if folder is None:
            _serve(deck, artist, output, lan, port, not no_browser, signs)
        else:
            _export_page(deck, artist, folder, signs)


def _signs(deck: Path, files: Sequence[Path]) -> Signs:
    """What the reviews in `files` say of the deck's cards."""
    from studydeck.commands.preview import signs_of
    from studydeck.pipeline import load

    loaded = load(deck)
    return signs_of(loaded, _learners([loaded], files))


def _export_page(deck: Path, artist: Artist, folder: Path, signs: Signs) -> None:
    from studydeck.commands.preview import deck_view
    from studydeck.preview import write_page

    (loaded,) = loaded_decks([deck], judge=True)
    try:
        page = write_page(deck_view(loaded, artist, signs), folder)
    except FileExistsError:
        raise click.UsageError(f"{folder} has other files in it; choose an empty folder.") from None
    except OSError as error:
        raise click.ClickException(f"{folder} can't be written ({error.strerror}).") from None
    say(f"{page.as_posix()}: open it in a browser")


def _built_package(deck: Path, output: Path) -> Path:
    """Builds the deck, and returns its package. Raises ValueError with the first error."""
    from studydeck.files import package_path
    from studydeck.pipeline import build, load

    with alone([deck], output):
        loaded = load(deck)
        if errors := loaded.errors or build(loaded, output, moment_of_build()).errors:
            raise ValueError(str(errors[0]))
    return package_path(deck, output)


def _serve(deck: Path, artist: Artist, output: Path, lan: bool, port: int, browser: bool, signs: Signs) -> None:
    """Serves the preview until Ctrl-C."""
    import gc
    import threading
    import webbrowser

    from studydeck import pipeline
    from studydeck.commands.preview import Viewer
    from studydeck.commands.saving import save_parts
    from studydeck.files import package_path
    from studydeck.preview import Live, Saved, Server, View, address_in_network, qr_code, watch

    viewer = Viewer(artist, signs)

    def look(judge: bool) -> View:
        return viewer.view(pipeline.load(deck, judge=judge), judged=judge)

    def save(saved: Saved) -> None:
        with alone([deck], output):
            save_parts(deck, saved)

    host = address_in_network() if lan else "127.0.0.1"
    if host is None:
        raise click.ClickException("no network connection found; run without --lan to preview on this computer only.")
    live = Live(look, package_path(deck, output).name)
    gc.freeze()  # the engine and the deck stay in memory, and needn't be searched at every save
    gc.enable()  # off by default, for commands that end soon
    try:
        server = Server(host, port, live, partial(_built_package, deck, output), None if lan else save, secret=lan)
    except OSError as error:
        raise click.ClickException(f"can't listen on port {port} ({error.strerror}); try another.") from None
    say(f"{deck.as_posix()} is at {server.address_with_key} (press Ctrl-C to stop)")
    if lan:
        say("Anyone who has this address can see the deck. Scan it with a phone:")
        code, live.phone = qr_code(server.address)
        say(code)
    stop = threading.Event()
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    try:
        serving.start()
        if browser:
            webbrowser.open(server.address_with_key)
        watch(deck, live.refresh, stop)
    except KeyboardInterrupt:
        click.echo()
    finally:
        stop.set()
        live.close()
        if serving.is_alive():  # else Ctrl-C came first, and the end of what never began would be waited for
            server.shutdown()
