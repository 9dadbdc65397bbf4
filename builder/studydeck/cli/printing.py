"""What commands print: problems, reports, plans, JSON, and a progress bar."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import click

from studydeck.counting import counted, listed
from studydeck.terminal import printable

if TYPE_CHECKING:
    from studydeck.commands.edition import TextEdition
    from studydeck.commands.importing import Imported
    from studydeck.commands.merge_edition import MergeEdition
    from studydeck.engine.verify import Report
    from studydeck.history.plan import Plan
    from studydeck.model import Problem

    Edition = TextEdition | MergeEdition

_AT_ONCE = 1_000  # problems
_COLOURS = {"error": "red", "warning": "yellow", "info": "cyan"}


def are_failing(problems: Sequence[Problem], strict: bool = False) -> bool:
    """Whether there are errors or, with `strict`, warnings."""
    return any(each.severity == "error" or (strict and each.severity == "warning") for each in problems)


def summary(problems: Sequence[Problem]) -> str:
    """How many problems of each severity there are, in words."""
    counts = [
        counted(number, severity)
        for severity in ("error", "warning", "info")
        if (number := sum(each.severity == severity for each in problems))
    ]
    return ", ".join(counts) or "no problems"


def has_colours() -> bool:
    """Whether colours are allowed: NO_COLOR is unset or empty (no-color.org). Click checks whether it is a terminal."""
    return not os.environ.get("NO_COLOR")


def has_blocks() -> bool:
    """Whether standard output's encoding has the characters that bars are drawn with."""
    from studydeck.stats.show import BLOCKS

    try:
        BLOCKS.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True


def say(text: str, err: bool = False, nl: bool = True) -> None:
    """Prints `text`; characters of a stranger's deck or folder that would affect the terminal are escaped."""
    click.echo(printable(text), err=err, nl=nl)


def say_page(html: str) -> None:
    """Prints an HTML page, with such characters as references, which a browser shows unchanged."""
    click.echo(printable(html, lambda character: f"&#{ord(character)};"))


def print_problems(problems: Sequence[Problem], err: bool = False) -> None:
    """Prints problems, a line each, on standard output or standard error."""
    styled = {
        severity: click.style(severity, fg=colour, bold=True) if has_colours() else severity
        for severity, colour in _COLOURS.items()
    }
    for start in range(0, len(problems), _AT_ONCE):
        some = problems[start : start + _AT_ONCE]
        lines = [str(each).replace(f" {each.severity}: ", f" {styled[each.severity]}: ", 1) for each in some]
        click.echo("\n".join(lines), err=err)  # a problem is always printable


def print_annotations(problems: Sequence[Problem]) -> None:
    """Prints problems as annotations that GitHub's CI shows beside their lines."""
    for each in problems:
        level = "notice" if each.severity == "info" else each.severity
        place = f"file={_escaped(each.path, ':,')},line={each.line},col={each.column},title={each.name}"
        say(f"::{level} {place}::{_escaped(f'{each.message}; {each.remedy}')}")


def _escaped(text: str, extra: str = "") -> str:
    for character in "%\r\n" + extra:
        text = text.replace(character, f"%{ord(character):02X}")
    return text


def print_json(value: object) -> None:
    """Prints a value as JSON, in ASCII if standard output isn't Unicode."""
    import json

    plain = not (sys.stdout.encoding or "").lower().startswith("utf")
    text = json.dumps(value, ensure_ascii=plain, indent=2)
    click.echo(printable(text, lambda character: f"\\u{ord(character):04x}"))


def as_values(problems: Sequence[Problem]) -> list[dict[str, Any]]:
    """Problems as values for JSON."""
    return [each._asdict() for each in problems]


def print_imported(imported: Imported) -> None:
    """What `import` made: how many of what, what it left out, and the errors that are to be fixed."""
    parts = [
        counted(number, what)
        for number, what in (
            (imported.notes, "note"),
            (imported.cards, "card"),
            (imported.sections, "section"),
            (imported.media, "media file"),
        )
        if number
    ]
    folder = imported.deck.as_posix()
    say(f"wrote {folder}: {', '.join(parts)}")
    if imported.as_html:
        because = ", ".join(f"{what} ({number:,})" for what, number in imported.html_because.items())
        say(f"{counted(imported.as_html, 'text')} kept as HTML, since Markdown would lose: {because}")
    for each in imported.left_out:
        times = f" ({each.count:,} times)" if each.count > 1 else ""
        say(f"left out: {each.what}{times}: {each.why}")
    if imported.set_aside:
        cards = counted(imported.set_aside, "card")
        say(
            f"set aside, as comments in the section files: {cards} with errors; "
            "to have one back, fix it and remove the '#'"
        )
        print_problems(imported.set_aside_because)
        if any(each.name == "lost-picture" for each in imported.set_aside_because):
            say(f"if you have the missing files, put them beside the imported one, delete {folder}, and import again")
    print_problems([each for each in imported.problems if each.severity == "error"], err=True)
    say(f"{summary(imported.problems)}; next: studydeck {'check' if imported.problems else 'build'} {folder}")


def print_edition(edition: Edition) -> None:
    """For whom an edition is, what it has, and what it can't do or costs."""
    from studydeck.commands.merge_edition import MergeEdition

    if isinstance(edition, MergeEdition):
        _print_merge_edition(edition)
        return
    if edition.files:
        paths = ", ".join(path.as_posix() for path in edition.files)
        notes = counted(edition.notes, "edited note")
        say(f"{paths}: {notes} for learners of {edition.against}; to be imported before the package")
    else:
        say(
            f"  no text edition: it would have nothing for learners of {edition.against}; --against names another build"
        )
    for why, ids in edition.left.items():
        say(f"  only the package brings {counted(len(ids), 'edit')}, since {why}: {listed(ids)}")


def _print_merge_edition(edition: MergeEdition) -> None:
    if not edition.note_types:
        say("  no merge edition: the deck has no note types of its own, so all learners have it under the same ones")
        return
    say(f"{edition.path.as_posix()}: for learners whose note types have other numbers, once, instead of the package")
    say('  They tick "Merge note types", choose Always for "Update note types", and import.')
    say("  It needs a full sync, which loses reviews that other devices haven't synced: sync every device first.")
    say("  Only this file is for merging; by the package itself, merging can leave reviews on blank cards.")


def edition_json(edition: Edition) -> dict[str, Any]:
    """An edition as values for JSON."""
    from studydeck.commands.merge_edition import MergeEdition

    if isinstance(edition, MergeEdition):
        paths = [edition.path.as_posix()] if edition.note_types else []
        names = list(edition.note_types.values())
        return {"edition": "merge", "deck": edition.deck, "paths": paths, "note_types": names}
    return {
        "edition": "text",
        "deck": edition.deck,
        "against": edition.against,
        "paths": [path.as_posix() for path in edition.files],
        "notes": edition.notes,
        "left": [{"why": why, "ids": list(ids)} for why, ids in edition.left.items()],
    }


def in_colour(plan: Plan) -> str:
    """The plan with deleted and added words in colour on a terminal, else in git's brackets."""
    from studydeck.history.plan_words import plan_text

    if sys.stdout.isatty() and has_colours():
        return plan_text(
            plan, lambda old: click.style(old, fg="red", strikethrough=True), lambda new: click.style(new, fg="green")
        )
    return plan_text(plan, "[-{}-]".format, "{{+{}+}}".format)


def report_json(report: Report) -> dict[str, Any]:
    """A report of `verify` as values for JSON."""
    checks = [check._asdict() for check in report.checks]
    return {"package": report.package, "previous": report.previous, "ok": report.ok, "checks": checks}


def print_report(report: Report) -> None:
    """Prints a report of `verify`, a line for each of its checks."""
    for check in report.checks:
        mark = click.style("ok", fg="green") if check.ok else click.style("FAILED", fg="red", bold=True)
        click.echo(f"{mark if has_colours() else click.unstyle(mark)}: {printable(f'{check.name} ({check.seen})')}")
    failed = sum(not check.ok for check in report.checks)
    say(f"{report.package}: " + (f"{counted(failed, 'check')} failed" if failed else "all checks passed"))


class Waiting(AbstractContextManager["Callable[[float], None]"]):
    """A progress bar on standard error, shown in terminals after a second."""

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
