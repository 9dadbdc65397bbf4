"""The commands: words in, calls of pipeline.py, words out. Nothing else lives here.

Only Click is imported at the top; every command imports what it needs, so that --help is instant.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from builder import __version__

if TYPE_CHECKING:
    from builder import cache
    from builder.engine.drawing import Artist
    from builder.engine.verify import Report
    from builder.history import Lock
    from builder.history.plan import Plan
    from builder.model import Problem
    from builder.pipeline import Built, Loaded

_DAY = 86_400
_Command = TypeVar("_Command", bound=Callable[..., Any])
_LAST_MOMENT = 253_402_300_799  # the end of the year 9999


class _Deck(click.Path):
    """A deck's folder on the command line."""

    name = "deck"

    def __init__(self) -> None:
        super().__init__(exists=True, file_okay=False, path_type=Path)


_DECKS = click.argument("decks", metavar="[DECK]...", nargs=-1, type=_Deck())


def _output(words: str) -> Callable[[_Command], _Command]:
    """The option for the folder of packages; `words` say what they are there for."""
    folder = click.Path(file_okay=False, path_type=Path)
    return click.option(
        "-o", "--output", metavar="DIR", type=folder, default=Path("dist"), show_default=True, help=words
    )


_HELP = "Build Anki decks from YAML, and build them again without costing learners a review, a tag or a note."


class _Commands(click.Group):
    """The group of commands; in a sentence about what went wrong, a name of a file or folder is only a name."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except click.ClickException as error:
            error.message = _printable(error.message)  # type: ignore[misc]
            raise


@click.group(
    cls=_Commands,
    help=_HELP,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with: studydeck new cards/my-deck --name 'My Deck', then studydeck build.",
)
@click.version_option(__version__, prog_name="studydeck", message="%(prog)s %(version)s")
def main() -> None:
    """The group of all commands."""


@main.command(short_help="Find the mistakes in decks, and write nothing.")
@_DECKS
@click.option("--strict", is_flag=True, help="Fail on warnings, too.")
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    show_default=True,
    help="How to print problems; github makes annotations in GitHub's CI.",
)
@click.option("--explain", "name", metavar="NAME", help="Tell what a problem's name means, and check nothing.")
def check(decks: tuple[Path, ...], strict: bool, style: str, name: str | None) -> None:
    """Find the mistakes in decks, each at its file, line and column. Writes nothing.

    Without DECK, every deck under cards/. Exits with 1 where a deck has errors.

    Example: studydeck check cards/magnesium-and-inflammation
    """
    from builder import pipeline

    if name is not None:
        _explain(name)
        return
    with _Waiting("Checking") as progress:
        loaded, problems = pipeline.load_all(_folders(decks), progress)
    cards = sum(each.cards for each in loaded)
    if style == "json":
        _print_json({"decks": len(loaded), "cards": cards, "problems": [each._asdict() for each in problems]})
    elif style == "github":
        for problem in problems:
            _say(_annotation(problem))
    else:
        _print_problems(problems)
        _say(f"{_count(len(loaded), 'deck')}, {_count(cards, 'card')}: {_summary(problems)}")
    if _failing(problems, strict):
        sys.exit(1)


@main.command(short_help="Build decks into packages for Anki.")
@_DECKS
@_output("Where the packages go.")
@click.option(
    "--repair-lock", is_flag=True, help="First mend a damaged or lost deck.lock from git and the last package."
)
@click.option("--verify", is_flag=True, help="Afterwards, import into the real Anki engine (needs studydeck[anki]).")
@click.option("--locked", is_flag=True, help="Fail, and write nothing, if a deck.lock would change (for CI).")
@click.option(
    "--only-this-branch",
    is_flag=True,
    help="Take builds that only other branches know for ones that no learner ever got.",
)
@click.option("--timings", is_flag=True, help="Tell on standard error how long each stage took.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
def build(
    decks: tuple[Path, ...],
    output: Path,
    repair_lock: bool,
    verify: bool,
    locked: bool,
    only_this_branch: bool,
    timings: bool,
    style: str,
) -> None:
    """Build decks into packages for Anki, and note in each deck.lock what learners now have.

    Without DECK, every deck under cards/. Nothing is written if any deck has errors. Import a package
    again after every build: cards keep their reviews, and only edited cards are touched.

    Example: studydeck build -o dist cards/magnesium-and-inflammation
    """
    from builder import cache

    def look() -> tuple[cache.State, cache.Known | None]:
        state = cache.state_of(folders, output, only_this_branch)
        return state, None if repair_lock or verify else cache.recall(folders, output, state)

    now, folders = _now(), _folders(decks)
    state, known = look()
    with ExitStack() as turn:
        if not _is_unchanged(known, timings) and turn.enter_context(_alone(folders, output)):
            now, (state, known) = _now(), look()  # now that another build has ended
        if known and _is_unchanged(known, timings):
            _tell_unchanged(folders, output, known.made, style)
            return
        from builder.building import build_all

        lap = _Stopwatch()
        locks = _repaired_locks(folders, output) if repair_lock else {}
        known = known if known and (known.changed or known.moved) else None
        with _Waiting("Building") as progress, _replaced(folders, output, verify) as previous:
            built, problems = build_all(
                folders,
                output,
                now,
                locks=locks,
                locked=locked,
                only_this_branch=only_this_branch,
                state=state,
                known=known,
                progress=progress,
                lap=lap,
            )
            reports = [_verified(each.path, previous.get(each.path)) for each in built if verify and each.notes]
    made = [each for each in built if not _failing(each.problems)]
    if timings:
        lap.tell()
    if style == "json":
        answer = {"packages": [_package(each) for each in made], "problems": [each._asdict() for each in problems]}
        _print_json(answer | ({"verified": [_report_json(each) for each in reports]} if verify else {}))
    else:
        _print_problems(problems, err=True)
        for package in made:
            _print_package(package)
        for report in reports:
            _print_report(report)
    if _failing(problems):
        if style == "text":
            left = f"{_count(len(built) - len(made), 'deck')} not built" if made else "nothing was built"
            _say(f"{_summary(problems)}; {left}", err=True)
        sys.exit(1)
    if not all(report.ok for report in reports):
        sys.exit(1)


@main.command(short_help="Tell what the next import does to learners.")
@_DECKS
@click.option(
    "--against",
    metavar="OLD",
    help="What the learner has: an older package (OLD.apkg), a lock, or a git revision; left out, the last build.",
)
@_output("Where the last packages are, for their texts.")
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
    help="markdown makes release notes.",
)
def plan(decks: tuple[Path, ...], against: str | None, output: Path, style: str) -> None:
    """Tell what the next import does to a learner who has the last build. Writes nothing.

    New, edited, untouched and retired cards, each edit word by word, and what learners must do by hand.

    Example: studydeck plan --against v1.0 --format markdown
    """
    from builder import pipeline, planning
    from builder.history import plan_words

    now = _now()
    loaded, problems = pipeline.load_all(_folders(decks))
    if _failing(problems):
        _print_problems(problems, err=True)
        sys.exit(1)
    try:
        plans = [planning.plan(each, output, now, against) for each in loaded]
    except (ValueError, OSError) as error:
        raise click.UsageError(f"{error}.") from None
    if style == "json":
        _print_json({"plans": [plan_words.plan_json(each) for each in plans]})
        return
    for number, each in enumerate(plans):
        if number:
            click.echo()
        if style == "markdown":
            _say(plan_words.plan_markdown(each))
        else:
            click.echo(_plan_in_colour(each))


@main.command(short_help="Import a package into the real Anki engine and look at everything.")
@click.argument("package", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--previous",
    metavar="OLD",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The package that learners have now; its cards are studied first.",
)
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
def verify(package: Path, previous: Path | None, style: str) -> None:
    """Import PACKAGE into scratch collections of the real Anki engine, as learners would.

    Counts, conflicts, every card rendered, media, histories, tags, schema, Check Database. Exits with 1
    where anything fails. Needs the engine, the extra studydeck[anki]: where it is missing, the message says
    what to run.

    Example: studydeck verify dist/my-deck.apkg --previous last-release.apkg
    """
    report = _verified(package, previous)
    if style == "json":
        _print_json(_report_json(report))
    else:
        _print_report(report)
    if not report.ok:
        sys.exit(1)


@main.command(short_help="List cards without an id, or write their ids into the YAML.")
@_DECKS
@click.option("--write", is_flag=True, help="Write the ids that the lock gave into the YAML, and nothing else.")
def ids(decks: tuple[Path, ...], write: bool) -> None:
    """List the cards without an id, and the ids that deck.lock gave them.

    With --write the ids go into the YAML, one line or key each; every other byte stays, and the next
    package is the same. Then a card can be reworded in question and answer at once.

    Example: studydeck ids --write cards/magnesium-and-inflammation
    """
    from builder import pipeline

    folders = _folders(decks)
    with _alone(folders) if write else nullcontext():
        loaded, problems = pipeline.load_all(folders)
        if _failing(problems):
            _print_problems(problems, err=True)
            sys.exit(1)
        found = [card for each in loaded for card in pipeline.unnamed(each)]
        if write:
            try:
                for each in loaded:
                    pipeline.write_ids(each)
            except (ValueError, OSError) as error:
                raise click.ClickException(f"{error}.") from None
    for card in found:
        name = card.id or "(no id before its first build)"
        _say(f"{card.place.path}:{card.place.line}:{card.place.column}: {name}: {card.text}")
    known = sum(card.id is not None for card in found)
    if write:
        _say(f"{_count(known, 'id')} written")
    else:
        _say(f"{_count(len(found), 'card')} without an id, {known:,} of them in deck.lock")


_MATERIAL = click.option(
    "--material",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The material: text, Markdown, HTML or PDF; left out, the path in deck.yaml.",
)


@main.command(short_help="Show which sentences of the material have a card.")
@_DECKS
@_MATERIAL
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json", "html"]),
    default="text",
    show_default=True,
    help="html makes one page, on standard output.",
)
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

    Works from material.lock alone; with the material at hand it shows the sentences, too. Sentences under
    uncarded: in a section file don't count.

    Example: studydeck coverage cards/magnesium-and-inflammation --min 100
    """
    from builder import sourcing
    from builder.material.coverage import coverage_json, coverage_text
    from builder.material.page import coverage_page

    with _sentences():
        covered = [sourcing.coverage(each, material) for each in _sound(decks, "bad-source", "placeholder")]
    if style == "json":
        _print_json({"decks": [coverage_json(each) for each in covered]})
    elif style == "html":
        _say_page(coverage_page(covered))
    else:
        _say("\n\n".join(coverage_text(each) for each in covered))
    if any(each.is_below(least) for each in covered):
        sys.exit(1)


@main.group(short_help="Keep cards and the sentences they came from together.")
def source() -> None:
    """Keep cards and the sentences they came from together, while the material is revised.

    material.lock, beside deck.yaml, holds fingerprints of the material's sentences, and none of them.

    Example: studydeck source status cards/magnesium-and-inflammation
    """


@source.command(short_help="Accept what each card's sentence says now.")
@_DECKS
@_MATERIAL
def stamp(decks: tuple[Path, ...], material: Path | None) -> None:
    """Make or update material.lock, and accept what each card's sentence says now.

    Example: studydeck source stamp cards/rivers --material rivers.txt
    """
    from builder import sourcing
    from builder.material.words import status_text

    with _sentences():
        for loaded in _sound(decks, "bad-source", "placeholder", "damaged-material"):
            found = sourcing.stamp_sources(loaded, material)
            _say(status_text(str(loaded.deck.title), found, {}))
            if len(found.in_state("ok")) < len(found.all):
                sys.exit(1)


@source.command(short_help="Tell what became of each card's sentence.")
@_DECKS
@_MATERIAL
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
def status(decks: tuple[Path, ...], material: Path | None, style: str) -> None:
    """Tell what became of each card's sentence: ok, unstamped, moved, changed, gone, ambiguous or bad. Writes nothing.

    Without the material it tells what material.lock knows. With --material and another path in deck.yaml, what a
    sentence said stands over what it says.

    Example: studydeck source status cards/rivers --material rivers-2nd-edition.txt
    """
    from builder import sourcing
    from builder.material.words import status_json, status_text

    told = []
    with _sentences():
        for loaded in _sound(decks, "bad-source", "placeholder"):
            found = sourcing.sources(loaded, material)
            told.append((str(loaded.deck.title), found, sourcing.source_texts(loaded, found)))
    if style == "json":
        _print_json({"decks": [status_json(*each) for each in told]})
    else:
        _say("\n\n".join(status_text(*each) for each in told))


@source.command(short_help="Rewrite the sources whose sentences moved.")
@_DECKS
@_MATERIAL
def fix(decks: tuple[Path, ...], material: Path | None) -> None:
    """Rewrite the sources whose sentences moved, and change nothing else in the YAML.

    material.lock takes the new outline of the material. Sentences that changed stay to be looked at.

    Example: studydeck source fix cards/rivers --material rivers-2nd-edition.txt
    """
    from builder import sourcing
    from builder.material.words import rewritten_text

    with _sentences():
        for loaded in _sound(decks, "bad-source", "placeholder"):
            found = sourcing.fix_sources(loaded, material)
            if told := rewritten_text(found):
                _say(told)
            _say(f"{loaded.deck.title}: {_count(len(found.to_rewrite), 'source')} rewritten")


@source.command(short_help="Accept what became of the sources of some cards.")
@click.argument("deck", type=_Deck())
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@_MATERIAL
def accept(deck: Path, ids: tuple[str, ...], material: Path | None) -> None:
    """Accept what the sentences of the cards ID... say now, after you looked at the cards.

    Example: studydeck source accept cards/rivers nile rhine
    """

    from builder import sourcing

    with _sentences():
        for loaded in _sound((deck,), "bad-source", "placeholder"):
            sourcing.accept_sources(loaded, ids, material)
            _say(f"{loaded.deck.title}: {_count(len(set(ids)), 'card')} accepted")


@main.command(short_help="Draft a deck from a text: one stub for each sentence.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--deck",
    "folder",
    metavar="FOLDER",
    type=click.Path(file_okay=False, path_type=Path),
    help="A new deck's folder, or a deck that gets stubs for bare sentences; left out, cards/<the file's name>.",
)
@click.option("--with", "command", metavar="COMMAND", help="A program that proposes cards, as docs/material.md tells.")
def draft(file: Path, folder: Path | None, command: str | None) -> None:
    """Draft a deck from the text in FILE: a section for each heading, and a stub of a card for each sentence.

    A stub holds its sentence in a comment, a place in source:, and a question to begin with. It says TODO, so
    that the deck can't be built before you have written its cards or deleted their stubs.

    Example: studydeck draft rivers.txt --deck cards/rivers
    """
    from builder import sourcing
    from builder.text import slug

    if command is not None and not command.strip():
        raise click.BadParameter("name a program, as in --with 'python propose.py'.", param_hint="'--with'")
    name = " ".join(file.stem.replace("_", " ").replace("-", " ").split()) or "Deck"
    folder = folder or Path("cards", slug(file.stem, "deck"))
    with _sentences():
        drafted = sourcing.draft(file, folder, name[0].upper() + name[1:], _fresh_uid(), command)
    _print_problems(drafted.problems, err=True)
    for path in drafted.files:
        _say(f"wrote {path.as_posix()}")
    proposed = f" and {_count(drafted.proposed, 'proposed card')}" if command else ""
    _say(f"{_count(drafted.stubs, 'stub')}{proposed}; write them, then: studydeck check {folder.as_posix()}")
    if drafted.problems:
        sys.exit(1)


@main.command(short_help="Count cards and words, and forecast the study.")
@_DECKS
@click.option(
    "--new", metavar="N", type=click.IntRange(1, 9999), default=10, show_default=True, help="New cards a day."
)
@click.option(
    "--days", metavar="N", type=click.IntRange(1, 3650), default=90, show_default=True, help="Days to look ahead."
)
@click.option(
    "--retention",
    metavar="PERCENT",
    type=click.IntRange(70, 99),
    default=90,
    show_default=True,
    help="How many of the cards that come due are to be remembered, as in the deck's options in Anki.",
)
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json", "html"]),
    default="text",
    show_default=True,
    help="html makes one page with plots, on standard output.",
)
def stats(decks: tuple[Path, ...], new: int, days: int, retention: int, style: str) -> None:
    """Count a deck's cards, words, coverage, problems and media, and forecast the work of studying it. Writes nothing.

    The forecast is the FSRS simulator's of the real engine (the extra studydeck[anki]), for a learner who
    starts today and does every review on its day, with FSRS's default parameters and learning steps, and with
    Anki's usual seconds per answer. Each deck is studied alone. Real learners are faster or slower.

    Example: studydeck stats cards/magnesium-and-inflammation --new 20 --days 30
    """
    from builder import pipeline, sourcing
    from builder.stats import stats_json, stats_page, stats_text

    with _Waiting("Checking") as progress:
        loaded, problems = pipeline.load_all(_folders(decks), progress)
    if _failing(problems):
        _print_problems(problems, err=True)
        sys.exit(1)
    counted = [
        pipeline.stats(each, new, days, retention)._replace(coverage=sourcing.sentences(each)) for each in loaded
    ]
    if style == "json":
        _print_json({"decks": [stats_json(each) for each in counted]})
    elif style == "html":
        _say_page(stats_page(counted))
    else:
        _say("\n\n\n".join(stats_text(each, _has_blocks()) for each in counted))


@main.command(short_help="Make a page for paper.")
@click.argument("deck", type=_Deck())
@click.option("--to", "target", type=click.Choice(["print"]), required=True, help="What to make: a page to print.")
@click.option(
    "--layout",
    type=click.Choice(["columns", "cards"]),
    default="columns",
    show_default=True,
    help="Questions and answers side by side, or cards to cut and fold.",
)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The HTML file; left out, dist/<deck's folder>.html.",
)
def export(deck: Path, target: str, layout: str, output: Path | None) -> None:
    """Make one HTML page of DECK for paper: open it in a browser and print it. Pictures are inside it.

    Example: studydeck export cards/magnesium-and-inflammation --to print --layout cards
    """
    from builder import pipeline
    from builder.files import write_file

    loaded = pipeline.load(deck)
    if loaded.errors:
        _print_problems(loaded.problems, err=True)
        sys.exit(1)
    path = output or Path("dist", f"{os.path.basename(os.path.abspath(deck))}.html")
    with _sentences():
        write_file(path, pipeline.paper(loaded, layout).encode())
    _say(f"{path.as_posix()}: open it in a browser and print it")


@main.command(short_help="See a deck's cards in the browser, redrawn at every save.")
@click.argument("deck", required=False, type=_Deck())
@click.option("--lan", is_flag=True, help="Serve to the local network too, for a phone; prints a QR code.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="The port; left out, any free one.")
@click.option("--no-browser", is_flag=True, help="Don't open the browser.")
@click.option(
    "--export",
    "folder",
    metavar="FOLDER",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the page as files that work from disk, and serve nothing.",
)
@_output("Where the package goes that a phone asks for.")
def preview(deck: Path | None, lan: bool, port: int, no_browser: bool, folder: Path | None, output: Path) -> None:
    """See the cards of DECK in the browser as the real engine draws them, on a phone by day and by night.

    Saving a file redraws the page. Without --lan only this computer can see it. Stop it with Ctrl-C. Needs
    the engine, the extra studydeck[anki]: where it is missing, the message says what to run.

    Example: studydeck preview cards/magnesium-and-inflammation
    """
    if deck is None:
        deck, *others = _folders(())
        if others:
            names = ", ".join(each.as_posix() for each in (deck, *others))
            raise click.UsageError(f"there are several decks; name one of {names}.")
    try:
        from builder.engine.drawing import Artist
    except ModuleNotFoundError as error:
        raise _needs_engine(error, "the preview") from None
    with Artist() as artist:
        if folder is None:
            _serve(deck, artist, output, lan, port, not no_browser)
        else:
            _export_page(deck, artist, folder)


@main.command(short_help="Start a deck that builds at once.")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--name", required=True, help="The deck's name as Anki shows it; '::' nests decks.")
@click.option("--tag", help="The root of the sections' tags; left out, a slug of the name.")
@click.option("--repository", is_flag=True, help="Start a shared repository in FOLDER, with the deck under cards/.")
def new(folder: Path, name: str, tag: str | None, repository: bool) -> None:
    """Start a deck in FOLDER: deck.yaml with a fresh uid, and a section with three sample cards.

    With --repository, FOLDER becomes a repository to share: the deck, what git needs to merge it, a workflow
    for GitHub that checks and builds it, a licence (CC BY 4.0) and a README. Files that are there stay.

    Example: studydeck new cards/rivers --name Rivers
    """
    from builder.checks.errors import wrong_tag
    from builder.source.repository import write_repository
    from builder.source.starter import write_deck

    if tag is not None and (wrong := wrong_tag(tag)):
        raise click.BadParameter("{}; {}.".format(*wrong), param_hint="'--tag'")
    deck, left = folder, list[Path]()
    try:
        if repository:
            deck, files, left = write_repository(folder, name, tag, _fresh_uid())
        else:
            files = write_deck(folder, name, tag, _fresh_uid())
    except FileExistsError:
        raise click.UsageError(f"{folder} has a deck already; choose a folder of its own.") from None
    except ValueError as error:
        raise click.BadParameter(f"{error}.", param_hint="'--name'") from None
    except OSError as error:
        raise click.UsageError(f"{error}.") from None
    for path in files:
        _say(f"wrote {path}")
    for path in left:
        _say(f"left {path} as it is")
    if repository:
        _say(f"Next, in {folder}: git init -b main, studydeck build, git add -A, git commit")
    else:
        _say(f"Next: edit the section, then studydeck build {deck}")


@main.command(short_help="Print the JSON Schema of deck or section files.")
@click.argument("file", type=click.Choice(["deck", "section"]))
def schema(file: str) -> None:
    """Print the JSON Schema (draft 2020-12) of deck.yaml or of section files, for editors.

    Example: studydeck schema section > cards/section.schema.json
    """
    from builder.source import json_schema

    _print_json(json_schema(file))


# --- the words between ---------------------------------------------------------------------------


def _folders(decks: tuple[Path, ...]) -> list[Path]:
    """The deck folders asked for: those given, or all under cards/."""
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
            "there is no deck under cards/ in this folder. Name a deck's folder, "
            "or start one: studydeck new cards/my-deck --name 'My Deck'"
        )
    return found


def _may_be_deck(folder: Path) -> bool:
    """Whether YAML files lie in it, or it can't be read, which loading it will tell."""
    try:
        return any(name.endswith(".yaml") for name in os.listdir(folder))
    except OSError:
        return True


def _sound(decks: tuple[Path, ...], *but: str) -> list[Loaded]:
    """The decks asked for; the program ends where they have errors, `but` for those named here."""
    from builder import pipeline

    loaded, problems = pipeline.load_all(_folders(decks))
    wrong = [each for each in problems if each.name not in but]
    if _failing(wrong):
        _print_problems(wrong, err=True)
        sys.exit(1)
    return loaded


@contextmanager
def _sentences() -> Iterator[None]:
    """Errors of the flow as sentences for the user."""
    try:
        yield
    except FileExistsError as error:
        raise click.ClickException(f"{error.args[0]} has files of a deck, and no deck.yaml.") from None
    except (ValueError, OSError) as error:
        raise click.ClickException(f"{error}.") from None


def _fresh_uid() -> str:
    import secrets

    return "".join(secrets.choice("abcdefghijkmnpqrstuvwxyz23456789") for _ in range(12))


def _now() -> int:
    """The moment of this build in seconds since 1970: SOURCE_DATE_EPOCH, or the clock."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given is None:
        return int(time.time())
    if not given.isascii() or not given.isdigit() or len(given) > 20 or int(given) > _LAST_MOMENT:
        raise click.UsageError(f"SOURCE_DATE_EPOCH takes seconds since 1970, and is '{given[:40]}'.")
    if (ahead := int(given) - time.time()) > _DAY:
        raise click.UsageError(
            f"SOURCE_DATE_EPOCH is {ahead / _DAY:,.0f} days ahead of the clock; until then learners would get no edit."
        )
    return int(given)


def _failing(problems: Sequence[Problem], strict: bool = False) -> bool:
    return any(each.severity == "error" or (strict and each.severity == "warning") for each in problems)


def _explain(name: str) -> None:
    from builder.explaining import explain

    try:
        _say(explain(name), nl=False)
    except ValueError as error:
        raise click.UsageError(f"{error}.".replace("?.", "?")) from None


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _summary(problems: Sequence[Problem]) -> str:
    counts = [
        _count(number, severity)
        for severity in ("error", "warning", "info")
        if (number := sum(each.severity == severity for each in problems))
    ]
    return ", ".join(counts) or "no problems"


def _colours() -> bool:
    """Whether the user lets us colour words: NO_COLOR is not set, or empty (no-color.org). Click asks for terminals."""
    return not os.environ.get("NO_COLOR")


def _has_blocks() -> bool:
    """Whether standard output's encoding has the signs that bars are drawn with."""
    from builder.stats.show import BLOCKS

    try:
        BLOCKS.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True


def _print_problems(problems: Sequence[Problem], err: bool = False) -> None:
    colours = {"error": "red", "warning": "yellow", "info": "cyan"}
    for each in problems:
        line = str(each)
        if _colours():
            severity = f" {each.severity}: "
            line = line.replace(severity, f" {click.style(each.severity, fg=colours[each.severity], bold=True)}: ", 1)
        click.echo(line, err=err)  # a problem is printable from the start


def _annotation(problem: Problem) -> str:
    """A problem as GitHub's CI shows it beside the line."""

    def escaped(text: str, extra: str = "") -> str:
        for character in "%\r\n" + extra:
            text = text.replace(character, f"%{ord(character):02X}")
        return text

    level = "notice" if problem.severity == "info" else problem.severity
    path = escaped(problem.path, ":,")
    message = escaped(f"{problem.message}; {problem.remedy}")
    return f"::{level} file={path},line={problem.line},col={problem.column},title={problem.name}::{message}"


def _package(built: Built) -> dict[str, Any]:
    return {
        "deck": str(built.deck.title),
        "path": built.path.as_posix(),
        "notes": built.notes,
        "cards": built.cards,
        "media": built.media,
        "new": len(built.changes.new),
        "edited": len(built.changes.edited),
        "unchanged": len(built.changes.unchanged),
        "retired": len(built.changes.retired),
    } | ({"taken_back": [{"id": each, "by": by} for each, by in built.taken_back.items()]} if built.taken_back else {})


def _alone(folders: Sequence[Path], output: Path | None = None) -> AbstractContextManager[bool]:
    """Until its end no other build of these decks runs; whether there was one to wait for."""
    from builder.exclusion import exclusive

    what = "this deck" if len(folders) == 1 else "these decks"
    return exclusive(folders, output, lambda: click.echo(f"waiting for another build of {what} to finish", err=True))


def _is_unchanged(known: cache.Known | None, timings: bool) -> bool:
    """Whether there is nothing to build, nor to time."""
    return known is not None and not (known.changed or known.moved or timings)


def _tell_unchanged(folders: Sequence[Path], output: Path, made: Sequence[cache.Made], style: str) -> None:
    """What a build says of packages of which every byte is as the last build left it."""
    from builder.files import package_path

    packages = []
    for folder, (title, notes, cards, media) in zip(folders, made, strict=True):
        path = package_path(folder, output).as_posix()
        counts = {"new": 0, "edited": 0, "unchanged": notes, "retired": 0}
        packages.append({"deck": title, "path": path, "notes": notes, "cards": cards, "media": media} | counts)
        if style == "text":
            _say(_line(path, notes, cards, 0, 0, notes))
    if style == "json":
        _print_json({"packages": packages, "problems": []})


def _line(path: str, notes: int, cards: int, new: int, edited: int, unchanged: int) -> str:
    counts = f"{new:,} new, {edited:,} edited, {unchanged:,} unchanged"
    return f"{path}: {_count(notes, 'note')}, {_count(cards, 'card')}: {counts}"


def _print_package(built: Built) -> None:
    changes = built.changes
    counts = len(changes.new), len(changes.edited), len(changes.unchanged)
    line = _line(built.path.as_posix(), built.notes, built.cards, *counts)
    _say(line + (f", {len(changes.retired):,} retired" if changes.retired else ""))
    for source in dict.fromkeys(built.taken_back.values()):
        count = sum(each == source for each in built.taken_back.values())
        _say(f"  {count:,} edited: a newer build was taken back ({source})")
    for note_id in changes.retired:
        _say(f"  retired: {note_id}")


def _plan_in_colour(plan: Plan) -> str:
    """The plan with deleted and added words in colour on a terminal, else in git's brackets."""
    from builder.history.plan_words import plan_text

    if sys.stdout.isatty() and _colours():
        return plan_text(
            plan, lambda old: click.style(old, fg="red", strikethrough=True), lambda new: click.style(new, fg="green")
        )
    return plan_text(plan, "[-{}-]".format, "{{+{}+}}".format)


def _repaired_locks(folders: Sequence[Path], output: Path) -> dict[Path, Lock]:
    """The mended locks of the folders whose lock is damaged or lost, each told on standard error."""

    from builder import planning

    locks = {}
    for folder in folders:
        try:
            repaired = planning.repair_lock(folder, output)
        except ValueError as error:
            raise click.ClickException(f"{error}.") from None
        if repaired is None:
            _say(f"{folder.as_posix()}/deck.lock is whole; there is nothing to repair", err=True)
        else:
            locks[folder] = repaired.lock
            known = "; ".join(repaired.words) or "nothing is left of it: cards with an id keep their guids"
            _say(f"{folder.as_posix()}/deck.lock is put together again: {known}", err=True)
    return locks


@contextmanager
def _replaced(folders: Sequence[Path], output: Path, keep: bool) -> Iterator[dict[Path, Path]]:
    """Copies of the packages that a build is about to replace, by their paths, if they are to be kept."""
    if not keep:
        yield {}
        return
    import shutil
    import tempfile

    from builder.files import LARGEST_PACKAGE, package_path

    with tempfile.TemporaryDirectory(prefix="studydeck-") as temporary:
        copies = {}
        for folder in folders:
            path = package_path(folder, output)
            if path.is_file() and path.stat().st_size <= LARGEST_PACKAGE:
                copies[path] = Path(shutil.copy(path, temporary))
        yield copies


def _verified(package: Path, previous: Path | None) -> Report:
    try:
        from builder.engine.verify import verify as verify_package
    except ModuleNotFoundError as error:
        raise _needs_engine(error, "verifying") from None
    try:
        return verify_package(package, previous)
    except ValueError as error:
        raise click.ClickException(f"{error}.") from None


def _needs_engine(error: ModuleNotFoundError, what: str) -> Exception:
    """The sentence for a user without the extra that `what` needs."""
    if error.name not in ("anki", "watchfiles", "segno"):
        return error
    from builder.installing import install_line

    return click.ClickException(
        f"{what} needs the real Anki engine, an optional part of studydeck: {install_line('anki')}"
    )


def _export_page(deck: Path, artist: Artist, folder: Path) -> None:
    from builder import pipeline
    from builder.preview import write_page

    loaded = pipeline.load(deck)
    if loaded.errors:
        _print_problems(loaded.problems, err=True)
        sys.exit(1)
    try:
        page = write_page(pipeline.preview(loaded, artist), folder)
    except FileExistsError:
        raise click.UsageError(f"{folder} holds other files; choose an empty folder.") from None
    except OSError as error:
        raise click.ClickException(f"{folder} can't be written ({error.strerror}).") from None
    _say(f"{page.as_posix()}: open it in a browser")


def _serve(deck: Path, artist: Artist, output: Path, lan: bool, port: int, browser: bool) -> None:
    """Serves the preview until Ctrl-C."""
    import gc
    import threading
    import webbrowser

    from builder import pipeline
    from builder.files import package_path
    from builder.preview import Live, Server, View, address_in_network, qr_code, watch

    last: View | None = None

    def look(judge: bool) -> View:
        nonlocal last
        last = pipeline.preview(pipeline.load(deck, judge=judge), artist, last, judged=judge)
        return last

    def package() -> Path:
        with _alone([deck], output):
            loaded = pipeline.load(deck)
            problems = loaded.errors
            if not problems:
                built = pipeline.build(loaded, output, _now())
                problems = [each for each in built.problems if each.severity == "error"]
            if problems:
                raise ValueError(str(problems[0]))
            return built.path

    host = address_in_network() if lan else "127.0.0.1"
    if host is None:
        raise click.ClickException("this computer is in no network; leave --lan out to preview on it alone.")
    live = Live(look, package_path(deck, output).name)
    gc.freeze()  # the engine and the deck are here to stay, and needn't be looked through at every save
    gc.enable()  # switched off for commands that end soon
    try:
        server = Server(host, port, live, package, secret=lan)
    except OSError as error:
        raise click.ClickException(f"port {port} can't be served ({error.strerror}); try another.") from None
    _say(f"{deck.as_posix()} is at {server.address} (Ctrl-C stops it)")
    if lan:
        _say("Whoever has this address can see the deck. On a phone, scan:")
        code, live.phone = qr_code(server.address)
        _say(code)
    stop = threading.Event()
    try:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        if browser:
            webbrowser.open(server.address)
        watch(deck, live.refresh, stop)
    except KeyboardInterrupt:
        click.echo()
    finally:
        stop.set()
        live.close()
        server.shutdown()


def _report_json(report: Report) -> dict[str, Any]:
    checks = [check._asdict() for check in report.checks]
    return {"package": report.package, "previous": report.previous, "ok": report.ok, "checks": checks}


def _print_report(report: Report) -> None:
    for check in report.checks:
        mark = click.style("ok", fg="green") if check.ok else click.style("FAILED", fg="red", bold=True)
        click.echo(f"{mark if _colours() else click.unstyle(mark)}: {_printable(f'{check.name} ({check.seen})')}")
    failed = sum(not check.ok for check in report.checks)
    _say(f"{report.package}: " + (f"{_count(failed, 'check')} failed" if failed else "all checks passed"))


def _say(text: str, err: bool = False, nl: bool = True) -> None:
    """Prints `text`; what a stranger's deck or folder would do to the terminal is spelled out."""
    click.echo(_printable(text), err=err, nl=nl)


def _say_page(html: str) -> None:
    """Prints a page, which a browser shows as it was."""
    click.echo(_printable(html, lambda character: f"&#{ord(character)};"))


def _print_json(value: object) -> None:
    import json

    plain = not (sys.stdout.encoding or "").lower().startswith("utf")
    text = json.dumps(value, ensure_ascii=plain, indent=2)
    click.echo(_printable(text, lambda character: f"\\u{ord(character):04x}"))


def _printable(text: str, *spelled: Callable[[str], str]) -> str:
    from builder.model import printable

    return printable(text, *spelled)


class _Stopwatch:
    """Seconds and counts of the flow's stages, added up over decks; `start` is the process until the first of them."""

    def __init__(self) -> None:
        self._last = time.perf_counter()
        self._stages: dict[str, tuple[float, int]] = {"start": (time.process_time(), 0)}

    def __call__(self, stage: str, count: int) -> None:
        now = time.perf_counter()
        seconds, counted = self._stages.get(stage, (0.0, 0))
        self._stages[stage] = seconds + now - self._last, counted + count
        self._last = now

    def tell(self) -> None:
        for stage, (seconds, count) in self._stages.items():
            _say(f"{stage:10}{seconds:8.3f} s{f'{count:12,}' if count else ''}", err=True)
        _say(f"{'all':10}{sum(seconds for seconds, _ in self._stages.values()):8.3f} s", err=True)


class _Waiting(AbstractContextManager["Callable[[float], None]"]):
    """A progress bar on standard error, shown where a terminal has waited for more than a second."""

    _STEPS = 1000

    def __init__(self, label: str) -> None:
        self.label = label
        self.started = time.monotonic()
        self.bar: Any = None

    def __enter__(self) -> Callable[[float], None]:
        return self._progress

    def _progress(self, done: float) -> None:
        if self.bar is None:
            if time.monotonic() - self.started < 1 or not sys.stderr.isatty():
                return
            self.bar = click.progressbar(length=self._STEPS, label=self.label, file=sys.stderr)
            self.bar.__enter__()
        self.bar.update(max(0, int(done * self._STEPS) - self.bar.pos))

    def __exit__(self, *exception: object) -> None:
        if self.bar is not None:
            self.bar.__exit__(None, None, None)
