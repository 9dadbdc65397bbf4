"""The commands: they parse arguments, call the pipeline and commands/, and print the results.

A command's file is imported when the command is called, and what it needs when it runs, so that nobody waits for what
others need.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from studydeck import __version__
from studydeck.terminal import printable

#: The commands by task, as --help lists them, each with the file in this folder that has it.
_GROUPS = {
    "Write cards": dict.fromkeys(("new", "import", "draft", "ids", "occlude", "speak", "fork", "schema"), "writing"),
    "Build and publish": dict.fromkeys(("check", "build", "plan", "verify"), "building"),
    "Study": {"push": "pushing", "pull": "pulling"},
    "View and export": dict.fromkeys(("preview", "stats", "insights", "export"), "looking"),
    "Track the material": dict.fromkeys(("coverage", "source"), "sourcing"),
}
_FILES = {name: file for commands in _GROUPS.values() for name, file in commands.items()}


class _Grouped(click.Group):
    """A group whose commands are imported when they are called, and listed by task in --help.

    In error messages, characters of file names that would affect the terminal are escaped.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_FILES)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in _FILES:
            return None
        commands = vars(import_module(f"studydeck.cli.{_FILES[name]}"))
        command: click.Command = commands["import_" if name == "import" else name]
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except click.ClickException as error:
            error.message = printable(error.message)  # type: ignore[misc]
            raise

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        width = max(map(len, _FILES))
        for title, names in _GROUPS.items():
            with formatter.section(title):
                commands = filter(None, (self.get_command(ctx, name) for name in names))
                rows = [((each.name or "").ljust(width), each.get_short_help_str(formatter.width)) for each in commands]
                formatter.write_dl(rows)


@click.group(
    cls=_Grouped,
    help="Build Anki decks from YAML, and rebuild them without costing learners a review, a tag or a note.",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with: studydeck new cards/my-deck --name 'My Deck', then studydeck build.",
)
@click.version_option(__version__, prog_name="studydeck", message="%(prog)s %(version)s")
def main() -> None:
    """The group of all commands."""
