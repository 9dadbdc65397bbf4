"""The parts of the docs that come from the program, and the pages of the site that lie outside docs/.

`python docs/generate.py` (part of `make docs`) brings docs/commands.md, docs/keys.md and docs/checks.md up to date, and
tests/test_docs.py fails while they aren't. In the first two, a generated part lies between two comments:

    <!-- generated: studydeck build -->
    <!-- end -->

MkDocs loads this file as a hook, too: README.md becomes the site's first page, CONTRIBUTING.md and CHANGELOG.md its
last ones.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

DOCS = Path(__file__).parent
#: The pages at the top of the repository, by their names in the site.
_AT_THE_TOP = {"README.md": "index.md", "CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md"}
_PART = re.compile(r"(<!-- generated: (.+?) -->\n).*?(<!-- end -->)", re.DOTALL)


def pages() -> dict[Path, str]:
    """The generated pages by their files, as they should be. Raises KeyError for a part of an unknown name."""
    from studydeck.commands.explain import page

    filled = {DOCS / name: _filled((DOCS / name).read_text("utf-8")) for name in ("commands.md", "keys.md")}
    return {**filled, DOCS / "checks.md": page()}


def _filled(page: str) -> str:
    known = {**dict(_commands()), **dict(_keys())}
    return _PART.sub(lambda found: f"{found[1]}{known[found[2]]}\n{found[3]}", page)


def _commands() -> Iterator[tuple[str, str]]:
    """A part for each command, by its words: usage, help and options."""
    from studydeck.cli import main

    def walk(command: click.Command, context: click.Context) -> Iterator[tuple[str, str]]:
        yield context.command_path, _command(command, context)
        if isinstance(command, click.Group):
            for name in command.list_commands(context):
                each = command.get_command(context, name)
                assert each, name
                yield from walk(each, click.Context(each, parent=context, info_name=name))

    return walk(main, click.Context(main, info_name="studydeck", **main.context_settings))


def _command(command: click.Command, context: click.Context) -> str:
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    *help_text, example = [*inspect.cleandoc(command.help or "").split("\n\n"), ""]
    if help_text and help_text[-1].startswith("Example: "):
        example = f"For example:\n\n```sh\n{help_text.pop().removeprefix('Example: ')}\n```"
    blocks = [f"```text\n{usage}\n```", *(_escaped(" ".join(each.split())) for each in help_text)]
    options = [each for each in command.params if isinstance(each, click.Option)]
    if options:
        rows = (
            f"| {', '.join(f'`{opt}`' for opt in each.opts)}{_metavar(each)} | {_meaning(each)} |" for each in options
        )
        blocks.append("\n".join(["| Option | Meaning |", "| --- | --- |", *rows]))
    return "\n" + "\n\n".join([*blocks, *([example] if example else [])]) + "\n"


def _metavar(option: click.Option) -> str:
    return (
        ""
        if option.is_flag or isinstance(option.type, click.Choice)
        else f" {option.metavar or option.type.name.upper()}"
    )


def _meaning(option: click.Option) -> str:
    """The option's help, its choices, and its default."""
    sentences = [_escaped(option.help)] if option.help else []
    if isinstance(option.type, click.Choice):
        sentences.append(f"One of {', '.join(f'`{each}`' for each in option.type.choices)}.")
    if option.required:
        sentences.append("Required.")
    if option.show_default:
        sentences.append(f"The default is `{option.default}`.")
    return " ".join(sentences)


#: What a key takes, in the words of docs/keys.md.
_TAKES = {
    "markdown": "Markdown",
    "markdown with gaps": "Markdown with gaps",
    "deck name": "a line",
    "line": "a line",
    "language": "a language tag such as `en`, `pt-BR` or `ar`",
    "sides": "`question`, `answer`, `both`, `none`, `device`, `device-question` or `device-answer`",
    "url": "an http or https address",
    "id": "letters, digits and `- _ . : +`, at most 100",
    "uid": "8 to 40 lowercase letters and digits",
    "flag": "`true` or `false`",
    "flag or markdown": "`true`, `false` or Markdown",
    "flag or list": "`true`, `false`, a text or a list of texts",
    "markdown or list": "Markdown, or a list of it",
    "items": "a list of Markdown or [items](#items-of-a-list)",
    "items or lines": "lines of Markdown, or a list of [items](#items-of-a-list)",
    "lines": "a line, or a list of lines",
    "names": "a name, or a list of names",
    "sections": "a list of names",
    "locators": "a place, or a list of places",
    "cards": "a list of cards",
    "material": "the keys of [material](#material)",
    "credits": "names of files, each with the keys of [credits](#credits)",
    "limits": "warnings, each with a number, `on` or `off`",
    "terms": "spellings, each with those it replaces",
    "reasons": "places, each with a reason",
    "number": "a whole number",
    "fields": "fields, each with Markdown",
    "note types": "folders, each with keys and their fields",
    "mappings": "a list of mappings",
    "picture": "the name of a picture",
    "parts": "a list of the keys of [parts](#parts)",
    "numbers": "a list of numbers",
    "shape": "`rect`, `ellipse` or `polygon`",
    "hide": "`all` or `one`",
}


def _keys() -> Iterator[tuple[str, str]]:
    """A part for each file or mapping that has keys: a table of them."""
    from studydeck.kinds import ITEM_KEYS, card_keys
    from studydeck.reading.keys import (
        CREDIT_KEYS,
        DECK_KEYS,
        MATERIAL_KEYS,
        NOTE_TYPE_KEYS,
        REQUIRED,
        SECTION_KEYS,
        TEMPLATE_KEYS,
    )
    from studydeck.reading.parts import PART_KEYS

    tables = {"deck": DECK_KEYS, "material": MATERIAL_KEYS, "credit": CREDIT_KEYS, "section": SECTION_KEYS}
    tables |= {
        "card": card_keys(),
        "item": ITEM_KEYS,
        "part": PART_KEYS,
        "note type": NOTE_TYPE_KEYS,
        "template": TEMPLATE_KEYS,
    }
    for file, keys in tables.items():
        rows = []
        for name, key in keys.items():
            required = "; required" if name in REQUIRED.get(file, ()) else ""
            rows.append(f"| `{name}` | {_TAKES[key.takes]}{required} | {_escaped(key.meaning)} |")
        yield f"keys of {file}", "\n".join(["", "| Key | Takes | Meaning |", "| --- | --- | --- |", *rows, ""])


def _escaped(text: str) -> str:
    """A plain sentence as Markdown; what is written in YAML as it is there becomes code."""
    text = re.sub(r"^(?:true|false)\b|\{\{.*?\}\}|<\w+>::\w+", lambda found: f"`{found[0]}`", text)
    return re.sub(r"<(?!\w+>::)", "&lt;", text).replace("|", "\\|")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """MkDocs' hook: adds README.md, CONTRIBUTING.md and CHANGELOG.md to the site's pages."""
    from mkdocs.structure.files import File

    for source, name in _AT_THE_TOP.items():
        files.append(File.generated(config, name, content=_moved((DOCS.parent / source).read_text("utf-8"))))
    return files


def _moved(page: str) -> str:
    """A page of the repository's top with its links as they are in docs/; of links out of the site, the words."""

    def link(found: re.Match[str]) -> str:
        target = _AT_THE_TOP.get(found[2], found[2].removeprefix("docs/"))
        inside = target != found[2] or re.match(r"https?:|#", target)
        return f"[{found[1]}]({target})" if inside else found[1]

    return re.sub(r"\[([^]\n]+)\]\(([^)\s]+)\)", link, page.replace('src="docs/', 'src="'))


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8", newline="\n")
