"""The commands: they parse arguments, call the pipeline and commands/, and print the results.

Only Click is imported at the top; every command imports what it needs, so that --help is instant.
"""

from __future__ import annotations

from typing import Any

import click

from studydeck import __version__
from studydeck.cli import building, looking, pulling, pushing, sourcing, writing
from studydeck.terminal import printable

#: The commands by task, as --help lists them.
_GROUPS = {
    "Write cards": (
        writing.new,
        writing.import_,
        writing.draft,
        writing.ids,
        writing.occlude,
        writing.speak,
        writing.fork,
        writing.schema,
    ),
    "Build and publish": (building.check, building.build, building.plan, building.verify),
    "Study": (pushing.push, pulling.pull),
    "View and export": (looking.preview, looking.stats, looking.insights, looking.export),
    "Track the material": (sourcing.coverage, sourcing.source),
}


class _Grouped(click.Group):
    """A group whose --help lists commands by task.

    In error messages, characters of file names that would affect the terminal are escaped.
    """

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except click.ClickException as error:
            error.message = printable(error.message)  # type: ignore[misc]
            raise

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        width = max(map(len, self.commands))
        for title, commands in _GROUPS.items():
            with formatter.section(title):
                rows = [(each.name or "", each.get_short_help_str(formatter.width)) for each in commands]
                formatter.write_dl([(name.ljust(width), words) for name, words in rows])


@click.group(
    cls=_Grouped,
    help="Build Anki decks from YAML, and rebuild them without costing learners a review, a tag or a note.",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with: studydeck new cards/my-deck --name 'My Deck', then studydeck build.",
)
@click.version_option(__version__, prog_name="studydeck", message="%(prog)s %(version)s")
def main() -> None:
    """The group of all commands."""


for _commands in _GROUPS.values():
    for _command in _commands:
        main.add_command(_command)
