"""check, build, plan and verify: from YAML to a package for learners."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from studydeck.cli.options import DECKS, FILE, format_option, output_option
from studydeck.cli.printing import (
    Waiting,
    are_failing,
    as_values,
    edition_json,
    in_colour,
    print_annotations,
    print_edition,
    print_json,
    print_problems,
    print_report,
    report_json,
    say,
    summary,
)
from studydeck.cli.running import alone, end, folders_of, loaded_decks, loaded_parts, moment_of_build, needs_engine
from studydeck.counting import counted

if TYPE_CHECKING:
    from studydeck.cli.printing import Edition
    from studydeck.engine.verify import Report
    from studydeck.history import Lock
    from studydeck.incremental import cache
    from studydeck.model import Problem
    from studydeck.pipeline import Built, Loaded
    from studydeck.timings import Stopwatch


_Before = TypeVar("_Before")


@click.command(short_help="Check decks for mistakes.")
@DECKS
@click.option("--strict", is_flag=True, help="Fail on warnings, too.")
@format_option("github", help_text="Output format; github prints annotations for GitHub's CI.")
@click.option("--explain", "name", metavar="NAME", help="Explain a problem instead of checking.")
def check(decks: tuple[Path, ...], strict: bool, style: str, name: str | None) -> None:
    """Check decks for mistakes, and report each with its file, line and column. Writes nothing.

    Without DECK, checks every deck under cards/. Exits with 1 if a deck has errors.

    Example: studydeck check cards/magnesium-and-inflammation
    """
    if name is not None:
        from studydeck.commands.explain import explain

        try:
            say(explain(name), nl=False)
        except ValueError as error:
            raise click.UsageError(f"{error}.".replace("?.", "?")) from None
        return
    from studydeck.commands.check import check_all

    folders = folders_of(decks)
    with Waiting("Checking") as progress:
        cards, problems = check_all(folders, progress)
    if style == "json":
        print_json({"decks": len(folders), "cards": cards, "problems": as_values(problems)})
    elif style == "github":
        print_annotations(problems)
    else:
        print_problems(problems)
        say(f"{counted(len(folders), 'deck')}, {counted(cards, 'card')}: {summary(problems)}")
    end(failed=are_failing(problems, strict))


@click.command(short_help="Build packages for Anki.")
@DECKS
@output_option("Write the packages to this folder.")
@click.option(
    "--repair-lock", is_flag=True, help="First repair a damaged or lost deck.lock from git and the last package."
)
@click.option("--verify", is_flag=True, help="Test the packages in the real Anki engine (needs studydeck[anki]).")
@click.option(
    "--locked",
    is_flag=True,
    help="Fail without writing anything if a deck.lock would change, or a card says TODO (for CI).",
)
@click.option(
    "--only-this-branch",
    is_flag=True,
    help="Assume that no learner got a build that only other branches know.",
)
@click.option(
    "--edition",
    "editions",
    type=click.Choice(["text", "merge"]),
    multiple=True,
    help="Also write files for learners whom the package alone can't serve: text, the edits as text files for those "
    "with tags or words of their own on edited notes; merge, a package for those whose note types have other numbers.",
)
@click.option(
    "--against",
    metavar="OLD",
    help="The build that the text edition's learners have, as in plan; default: the last build.",
)
@click.option(
    "--speak-with",
    metavar="PROGRAM",
    help="First make the sounds that are missing with PROGRAM, as studydeck speak --with does.",
)
@click.option("--timings", is_flag=True, help="Print how long each stage took on standard error.")
@format_option()
def build(
    decks: tuple[Path, ...],
    output: Path,
    repair_lock: bool,
    verify: bool,
    locked: bool,
    only_this_branch: bool,
    editions: tuple[str, ...],
    against: str | None,
    speak_with: str | None,
    timings: bool,
    style: str,
) -> None:
    """Build packages for Anki, and record in each deck.lock what learners have.

    Without DECK, builds every deck under cards/. Nothing is written if any deck has errors. Import a
    package again after every build: cards keep their reviews, and only edited cards change.

    Example: studydeck build -o dist cards/magnesium-and-inflammation
    """
    from studydeck.incremental import cache

    if against is not None and "text" not in editions:
        raise click.UsageError("--against needs --edition text; to compare without building, use: studydeck plan")
    if speak_with is not None and not speak_with.strip():
        raise click.UsageError("--speak-with needs a program, such as 'espeak-ng -v {language} --stdin --stdout'.")
    if speak_with is not None and locked:
        raise click.UsageError("new sounds change deck.lock, so --speak-with can't be used together with --locked.")
    whole = repair_lock or verify or bool(editions)

    folders = folders_of(decks)

    def look() -> list[cache.DeckStatus]:
        looks = cache.look(folders, output, moment_of_build(), only_this_branch)
        if whole or (timings and cache.are_unchanged(looks)):
            return [each._replace(known=None) for each in looks]
        if not (locked or speak_with):
            return looks
        # with --locked, a warning may be an error, and with --speak-with something to do
        return [each._replace(known=None) if each.known and each.made.problems else each for each in looks]

    with ExitStack() as turn:
        looks = _in_turn(look, output, turn)
        if cache.are_unchanged(looks):
            _print_unchanged(looks, output, style)
            return
        now = moment_of_build()
        from studydeck import timings as clock
        from studydeck.commands.build import build_all

        watch = clock.start() if timings else None
        locks = _repaired_locks(folders, output) if repair_lock else {}
        beside: dict[Path, list[Edition]] = {}

        def prepare(loaded: Loaded) -> None:
            beside[loaded.deck.folder] = _editions(loaded, output, now, editions, against, only_this_branch)

        with Waiting("Building") as progress, _replaced(folders, output, verify) as previous:
            built, problems = build_all(
                looks,
                output,
                now,
                locks=locks,
                locked=locked,
                only_this_branch=only_this_branch,
                progress=progress,
                speak_with=speak_with or "",
                before_building=prepare,
            )
            reports = [_verified(each.path, previous.get(each.path)) for each in built if verify and each.notes]
            made = [each for each in built if not each.errors]
            if editions:
                _write_editions([(edition, each.path) for each in made for edition in beside[each.folder]])
    if watch:
        _print_timings(watch)
    _print_built(made, problems, beside if editions else None, reports if verify else None, style)
    if are_failing(problems):
        if style == "text":
            left = f"{counted(len(built) - len(made), 'deck')} not built" if made else "nothing was built"
            say(f"{summary(problems)}; {left}", err=True)
        end(failed=True)
    end(failed=not all(report.ok for report in reports))


def _in_turn(look: Callable[[], list[cache.DeckStatus]], output: Path, turn: ExitStack) -> list[cache.DeckStatus]:
    """What `look` shows when no other build of the decks that have changed runs, until the end of `turn`."""
    looks = look()
    while changed := [each.deck for each in looks if not each.is_same]:
        if turn.enter_context(alone(changed, output)):
            looks = look()  # again, since another build has ended
        if all(each.is_same or each.deck in changed for each in looks):
            break
        turn.close()
    return looks


def bring_up_to_date(
    folders: Sequence[Path], output: Path, only_this_branch: bool, before: Callable[[], _Before]
) -> _Before | None:
    """Builds decks of which anything changed, for another command; ends the program if any has errors.

    Returns what `before` returned before the build; None if nothing had changed.
    """
    from studydeck.incremental import cache

    with ExitStack() as turn:
        looks = _in_turn(lambda: cache.look(folders, output, moment_of_build(), only_this_branch), output, turn)
        if cache.are_unchanged(looks):
            print_problems(_warnings(looks), err=True)
            return None
        from studydeck.commands.build import build_all

        now = moment_of_build()
        found = before()
        with Waiting("Building") as progress:
            _, problems = build_all(looks, output, now, only_this_branch=only_this_branch, progress=progress)
    print_problems(problems, err=True)
    if are_failing(problems):
        say(f"{summary(problems)}; nothing was pushed", err=True)
        end(failed=True)
    return found


@click.command(short_help="Show what the next import changes.")
@DECKS
@click.option(
    "--against",
    metavar="OLD",
    help="Compare with an older package (OLD.apkg), a lock or a git revision; default: the last build.",
)
@output_option(
    "Folder of the last packages, to show old texts from.",
    instead="give the folder of the last packages, or write the plan to a file with: "
    "studydeck plan --format markdown > notes.md",
)
@format_option("markdown", help_text="Output format; markdown prints release notes.")
def plan(decks: tuple[Path, ...], against: str | None, output: Path, style: str) -> None:
    """Show what the next import changes for a learner who has the last build. Writes nothing.

    Shows new, edited, untouched and retired cards, each edit word by word, and what learners must do by hand.

    Example: studydeck plan --against v1.0 --format markdown
    """
    from studydeck.commands import plan as planning
    from studydeck.history import plan_words

    now = moment_of_build()
    all_notes = against is not None or style == "json"  # which has the text of every card
    loaded = loaded_decks(decks) if all_notes else loaded_parts(decks, output, now)
    try:
        plans = [planning.plan(each, output, now, against) for each in loaded]
    except (ValueError, OSError) as error:
        raise click.UsageError(f"{error}.") from None
    if style == "json":
        print_json({"plans": [plan_words.plan_json(each) for each in plans]})
        return
    for number, each in enumerate(plans):
        if number:
            click.echo()
        if style == "markdown":
            say(plan_words.plan_markdown(each))
        else:
            click.echo(in_colour(each))


@click.command(short_help="Test a package in the real Anki engine.")
@click.argument("package", type=FILE)
@click.option(
    "--previous",
    metavar="OLD",
    type=FILE,
    help="The package that learners have now; its cards are studied first.",
)
@format_option()
def verify(package: Path, previous: Path | None, style: str) -> None:
    """Test PACKAGE by importing it into scratch collections of the real Anki engine, as learners would.

    Checks counts, conflicts, the rendering of every card, media, histories, tags, the schema and Anki's Check
    Database. Exits with 1 if a check fails. Needs the engine, the extra studydeck[anki]: if it is missing, the
    message says how to install it.

    Example: studydeck verify dist/my-deck.apkg --previous last-release.apkg
    """
    report = _verified(package, previous)
    if style == "json":
        print_json(report_json(report))
    else:
        print_report(report)
    end(failed=not report.ok)


def _print_built(
    made: Sequence[Built],
    problems: Sequence[Problem],
    editions: Mapping[Path, Sequence[Edition]] | None,
    reports: Sequence[Report] | None,
    style: str,
) -> None:
    """Prints the packages, the problems, and what else was asked for: editions by their decks' folders, and reports."""
    if style == "json":
        answer: dict[str, Any] = {"packages": [_package(each) for each in made], "problems": as_values(problems)}
        if editions is not None:
            answer["editions"] = [edition_json(each) for package in made for each in editions[package.folder]]
        if reports is not None:
            answer["verified"] = [report_json(each) for each in reports]
        print_json(answer)
        return
    print_problems(problems, err=True)
    for package in made:
        _print_package(package)
        for edition in editions[package.folder] if editions else ():
            print_edition(edition)
    for report in reports or ():
        print_report(report)


def _package(built: Built) -> dict[str, Any]:
    """A package that was built, as values for JSON."""
    new, edited, _, retired = map(len, built.changes)
    package = _counts(built.title, built.path, built.notes, built.cards, built.media, new, edited, retired)
    back = [{"id": each, "by": by} for each, by in built.taken_back.items()]
    return package | ({"taken_back": back} if back else {})


def _counts(
    title: str, path: Path, notes: int, cards: int, media: int, new: int = 0, edited: int = 0, retired: int = 0
) -> dict[str, Any]:
    return {
        "deck": title,
        "path": path.as_posix(),
        "notes": notes,
        "cards": cards,
        "media": media,
        "new": new,
        "edited": edited,
        "unchanged": notes - new - edited,
        "retired": retired,
    }


def _line(package: Mapping[str, Any]) -> str:
    """What is said of a package in text."""
    made = f"{counted(package['notes'], 'note')}, {counted(package['cards'], 'card')}"
    retired = ("retired",) if package["retired"] else ()
    counts = ", ".join(f"{package[what]:,} {what}" for what in ("new", "edited", "unchanged", *retired))
    return f"{package['path']}: {made}: {counts}"


def _warnings(looks: Sequence[cache.DeckStatus]) -> list[Problem]:
    """The warnings of decks that have not changed since their last builds, sorted."""
    return sorted(problem for each in looks for problem in each.made.problems)


def _print_unchanged(looks: Sequence[cache.DeckStatus], output: Path, style: str) -> None:
    """Prints the result of a build in which nothing has changed since the last one."""
    from studydeck.files import package_path
    from studydeck.incremental import cache

    for each in looks:
        cache.settle(each, output)
    made = [(package_path(each.deck, output), each.made) for each in looks]
    packages = [_counts(each.title, path, each.notes, each.cards, each.media) for path, each in made]
    problems = _warnings(looks)
    if style == "json":
        print_json({"packages": packages, "problems": as_values(problems)})
        return
    print_problems(problems, err=True)
    for package in packages:
        say(_line(package))


def _print_package(built: Built) -> None:
    from studydeck.history import LOCK_FILE
    from studydeck.model import shown
    from studydeck.repository import repository_of
    from studydeck.terminal import command_line, quoted

    say(_line(_package(built)))
    for source, edited in Counter(built.taken_back.values()).items():
        say(f"  {edited:,} edited: a newer build was taken back ({source})")
    if built.taken_back and repository_of(built.folder):
        lock = quoted(["git", "checkout", "--", shown(built.folder / LOCK_FILE)])
        again = f"{lock} && {command_line('build', '--only-this-branch', shown(built.folder))}"
        say(f"  If nobody got that build, this leaves these cards as they were: {again}")
    for note_id in built.changes.retired:
        say(f"  retired: {note_id}")


def _repaired_locks(folders: Sequence[Path], output: Path) -> dict[Path, Lock]:
    """The repaired locks of the folders whose lock is damaged or lost; reports on standard error."""
    from studydeck.commands import plan as planning

    locks = {}
    for folder in folders:
        try:
            repaired = planning.repair_lock(folder, output)
        except ValueError as error:
            raise click.ClickException(f"{error}.") from None
        if repaired is None:
            say(f"{folder.as_posix()}/deck.lock is undamaged; nothing to repair", err=True)
        else:
            locks[folder] = repaired.lock
            known = "; ".join(repaired.words) or "nothing was left of it; cards with an id keep their guids"
            say(f"{folder.as_posix()}/deck.lock was rebuilt: {known}", err=True)
    return locks


@contextmanager
def _replaced(folders: Sequence[Path], output: Path, keep: bool) -> Iterator[dict[Path, Path]]:
    """Copies of the packages that a build is about to replace, by their paths; none without `keep`."""
    if not keep:
        yield {}
        return
    import shutil
    import tempfile

    from studydeck.files import LARGEST_PACKAGE, package_path

    with tempfile.TemporaryDirectory(prefix="studydeck-") as temporary:
        copies = {}
        for folder in folders:
            path = package_path(folder, output)
            if path.is_file() and path.stat().st_size <= LARGEST_PACKAGE:
                copies[path] = Path(shutil.copy(path, temporary))
        yield copies


def _editions(
    loaded: Loaded, out: Path, now: int, names: Sequence[str], against: str | None, only_this_branch: bool
) -> list[Edition]:
    """The editions that go beside the deck's package, in the order of `names`."""
    if not names:
        return []
    from studydeck.commands.edition import text_edition
    from studydeck.commands.merge_edition import merge_edition

    try:
        return [
            merge_edition(loaded, out) if name == "merge" else text_edition(loaded, out, now, against, only_this_branch)
            for name in dict.fromkeys(names)
        ]
    except (ValueError, OSError) as error:
        raise click.UsageError(f"{error}.") from None


def _write_editions(editions: Sequence[tuple[Edition, Path]]) -> None:
    """Writes the editions beside their packages."""
    from studydeck.commands.edition import TextEdition, write_edition
    from studydeck.commands.merge_edition import write_merge_edition

    try:
        for each, package in editions:
            if isinstance(each, TextEdition):
                write_edition(each, package)
            else:
                write_merge_edition(each, package)
    except OSError as error:
        raise click.ClickException(f"the package was built, but an edition of it wasn't: {error}.") from None


def _verified(package: Path, previous: Path | None) -> Report:
    try:
        from studydeck.engine.verify import verify as verify_package
    except ModuleNotFoundError as error:
        raise needs_engine(error, "verifying") from None
    from studydeck.package.merging import is_merge_package

    try:
        return verify_package(package, previous, merging=is_merge_package(package))
    except (ValueError, OSError) as error:
        raise click.ClickException(f"{error}.") from None


def _print_timings(watch: Stopwatch) -> None:
    """Prints the seconds of each stage on standard error, and how many things it made."""
    for stage, seconds in watch.seconds.items():
        made = watch.counts.get(stage)
        say(f"{stage:10}{seconds:8.3f} s{f'{made:12,}' if made else ''}", err=True)
    say(f"{'all':10}{sum(watch.seconds.values()):8.3f} s", err=True)
