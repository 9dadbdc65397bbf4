"""new, import, draft, ids, occlude, speak, fork and schema: starting decks, and what is written into them."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import click

from studydeck.cli.options import DECK, DECKS, FILE, FOLDER, format_option
from studydeck.cli.printing import (
    Waiting,
    are_failing,
    as_values,
    print_imported,
    print_json,
    print_problems,
    say,
)
from studydeck.cli.running import alone, end, folders_of, fresh_uid, loaded_decks, sentences
from studydeck.counting import counted
from studydeck.terminal import command_line, quoted


@click.command(short_help="Draft a deck from a text: one stub for each sentence.")
@click.argument("file", type=FILE)
@click.option(
    "--deck",
    "folder",
    metavar="FOLDER",
    type=FOLDER,
    help="A new deck's folder, or a deck to add stubs to; default: cards/<the file's name>.",
)
@click.option("--with", "command", metavar="COMMAND", help="A program that proposes cards; see docs/material.md.")
@click.option("--again", is_flag=True, help="Also draft the sentences whose stubs you deleted.")
def draft(file: Path, folder: Path | None, command: str | None, again: bool) -> None:
    """Draft a deck from the text in FILE: a section for each heading, and a stub of a card for each sentence.

    FILE is text, Markdown, HTML, PDF, Word (.docx) or OpenDocument (.odt). A stub has its sentence in a comment,
    its place in source:, and the start of a question. It says TODO, and is left out of packages until you write
    the card. Delete the stubs of sentences that need no card: they don't come back.

    Example: studydeck draft rivers.txt --deck cards/rivers
    """
    from studydeck.commands.draft import draft_deck
    from studydeck.files import for_every_system
    from studydeck.text import slug
    from studydeck.text.scalar import yaml_scalar

    if command is not None and not command.strip():
        raise click.BadParameter("give a program, as in --with 'python propose.py'.", param_hint="'--with'")
    name = " ".join(file.stem.replace("_", " ").replace("-", " ").split()) or "Deck"
    folder = folder or Path("cards", for_every_system(slug(file.stem, "deck")))
    with sentences():
        drafted = draft_deck(file, folder, name[0].upper() + name[1:], fresh_uid(), command, again=again)
    print_problems(drafted.problems, err=True)
    for path in drafted.files:
        say(f"wrote {path.as_posix()}")
    proposed = f" and {counted(drafted.proposed, 'proposed card')}" if command else ""
    if drafted.path and drafted.files:
        say(f"to have check compare the cards with the text, add this line to {folder.as_posix()}/deck.yaml:")
        say(f"material: {{path: {yaml_scalar(drafted.path)}}}")
    if drafted.stubs or drafted.proposed:
        say(f"{counted(drafted.stubs, 'stub')}{proposed}; write them, then: {command_line('check', folder)}")
    else:
        say(f"0 stubs{proposed}; every other sentence has a card, a stub, or a reason to have none")
    if drafted.left_out:
        say(f"{counted(drafted.left_out, 'sentence')} left out, because you deleted the stubs; --again drafts them")
    end(failed=bool(drafted.problems))


@click.command("import", short_help="Make a deck from a file of another tool.")
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--deck", "folder", metavar="FOLDER", type=FOLDER, help="The new deck's folder; default: cards/<its name>."
)
@click.option("--columns", metavar="NAMES", help="What a table's columns are: question,answer,tags; - for one to skip.")
@format_option()
def import_(file: Path, folder: Path | None, columns: str | None, style: str) -> None:
    """Make a deck from FILE, whose format is recognised by its content, or from a folder that CrowdAnki keeps.

    Reads Anki's packages (.apkg, .colpkg), whose learners keep every review, CrowdAnki's deck.json, tables (CSV, Anki's
    notes in plain text, Quizlet's export), questions and answers in Markdown or text (Q: and A:, hashcards, Obsidian's
    plugins, org-drill), and lists in YAML or JSON. Says what was left out, and why. Cards with errors are
    comments in the new deck, to be fixed later.

    Example: studydeck import rivers.csv
    """
    from studydeck.commands.importing import import_deck

    with sentences():
        imported = import_deck(file, folder, columns.split(",") if columns else (), fresh_uid())
    if style == "json":
        print_json(
            {
                **imported._asdict(),
                "deck": imported.deck.as_posix(),
                "note_types": list(imported.note_types),
                "left_out": [each._asdict() for each in imported.left_out],
                "set_aside_because": as_values(imported.set_aside_because),
                "problems": as_values(imported.problems),
            }
        )
    else:
        print_imported(imported)
    end(failed=are_failing(imported.problems) or not imported.cards)


@click.command(short_help="List cards without an id, or write their ids into the YAML.")
@DECKS
@click.option("--write", is_flag=True, help="Write the ids from deck.lock into the YAML, and nothing else.")
def ids(decks: tuple[Path, ...], write: bool) -> None:
    """List the cards without an id, and the ids that deck.lock gave them.

    With --write, adds the ids to the YAML, one line or key each; every other byte stays the same, and so does
    the next package. Then you can reword a card's question and answer at the same time.

    Example: studydeck ids --write cards/magnesium-and-inflammation
    """
    from studydeck.commands.ids import unnamed, write_ids

    folders = folders_of(decks)
    with alone(folders) if write else nullcontext():
        loaded = loaded_decks(folders)
        found = [card for each in loaded for card in unnamed(each)]
        if write:
            with sentences():
                for each in loaded:
                    write_ids(each)
    for card in found:
        name = card.id or "(no id until its first build)"
        say(f"{card.place.path}:{card.place.line}:{card.place.column}: {name}: {card.text}")
    known = sum(card.id is not None for card in found)
    if write:
        say(f"{counted(known, 'id')} written")
    else:
        say(f"{counted(len(found), 'card')} without an id, {known:,} of them in deck.lock")


@click.command(short_help="Turn a drawing's labels into parts.")
@click.argument("file", type=FILE)
@click.option(
    "--id", "ids", metavar="ID", multiple=True, help="Only the label with this id in the drawing; may be repeated."
)
@click.option("--write", is_flag=True, help="Write the parts into the card with this picture and parts: labels.")
def occlude(file: Path, ids: tuple[str, ...], write: bool) -> None:
    """Turn each text label of the SVG drawing in FILE into a part, and print the parts as YAML.

    With --write, writes them into the card of the deck that has the drawing under occlude:, and parts: labels; every
    other byte stays the same. Sizes of letters are estimated: look at the parts in studydeck preview.

    Example: studydeck occlude cards/anatomy/media/heart.svg --write
    """
    from studydeck.commands.occluding import as_yaml, parts_of, write_parts

    with sentences():
        parts = parts_of(file, ids)
        if write:
            path = write_parts(file, parts)
            say(f"wrote {counted(len(parts), 'part')} into {path.as_posix()}")
        else:
            say(as_yaml(parts))


@click.command(short_help="Start a new deck.")
@click.argument("folder", type=FOLDER)
@click.option("--name", help="The deck's name in Anki, where '::' nests decks; default: made from the folder's name.")
@click.option("--tag", help="The root of the sections' tags; default: a slug of the name.")
@click.option("--repository", is_flag=True, help="Start a shared repository in FOLDER, with the deck under cards/.")
def new(folder: Path, name: str | None, tag: str | None, repository: bool) -> None:
    """Start a deck in FOLDER: deck.yaml with a new uid, and a section with three sample cards. It builds right away.

    With --repository, FOLDER becomes a repository to share: the deck, what git needs to merge it, a GitHub
    workflow that checks and builds it, a licence (CC BY 4.0) and a README. Existing files are kept.

    Example: studydeck new cards/rivers --name "Rivers of Africa"
    """
    from studydeck.checks.errors import wrong_tag
    from studydeck.reading.repository import write_repository
    from studydeck.reading.starter import name_for, write_deck

    if tag is not None and (wrong := wrong_tag(tag)):
        raise click.BadParameter("{}; {}.".format(*wrong), param_hint="'--tag'")
    deck, left = folder, list[Path]()
    called = name_for(folder) if name is None else name
    try:
        if repository:
            deck, files, left = write_repository(folder, called, tag, fresh_uid())
        else:
            files = write_deck(folder, called, tag, fresh_uid())
    except FileExistsError:
        raise click.UsageError(f"{folder} already has a deck; choose another folder.") from None
    except ValueError as error:
        raise click.BadParameter(f"{error}.", param_hint="'--name'") from None
    except OSError as error:
        raise click.UsageError(f"{error}.") from None
    for path in files:
        say(f"wrote {path}")
    for path in left:
        say(f"left {path} as it is")
    if name is None:
        _say_name(called)
    if repository:
        there = quoted(["cd", folder.as_posix()])
        say(f"Next: {there} && git init -b main && studydeck build && git add -A && git commit")
    else:
        say(f"Next: edit the section, then {command_line('build', deck)}")


def _say_name(name: str) -> None:
    """Says what a new deck is called if nobody named it, and until when that can be changed."""
    say(f"The deck is called '{name}'; to rename it before its first build, edit deck: in deck.yaml")


@click.command(short_help="Make a copied deck a deck of its own.")
@DECK
@click.option("--name", help="The copy's name in Anki; default: the original's, followed by (copy).")
def fork(deck: Path, name: str | None) -> None:
    """Make DECK, a copy of another deck, a deck of its own: learners can have both, and neither overwrites the other.

    Writes a new uid and name into deck.yaml, and deletes the copy's deck.lock and its cards' guid: lines. Ids, texts
    and sources stay. Use it for a translation or an edition of your own, never for the deck that your learners have.

    Example: studydeck fork cards/fluesse --name Flüsse
    """

    from studydeck.commands.fork import fork_deck

    with sentences():
        forked = fork_deck(deck, fresh_uid(), name)
    for card in forked.still_the_originals:
        say(f"{card.place.path}:{card.place.line}: remove this card's guid:, which makes it the original's note")
    if forked.without_guid:
        say(f"deleted guid: from {counted(forked.without_guid, 'card')}: it made each the original's note")
    say(f"{deck.as_posix()} is now a deck of its own")
    if name is None:
        _say_name(forked.name)
    say(f"Next: {command_line('build', deck)}")
    end(failed=bool(forked.still_the_originals))


@click.command(short_help="Make the sounds of texts that are read aloud.")
@DECK
@click.option("--with", "command", metavar="PROGRAM", required=True, help="The program that speaks, with its options.")
def speak(deck: Path, command: str) -> None:
    """Make a sound for each text of DECK that `speak:` has read aloud, by a program on this computer.

    PROGRAM gets the text as its input, and writes a WAV, MP3, Ogg or FLAC file to its output; {language} in it is
    the text's language. The sounds are kept in the deck's media folder, so no text is spoken twice, and those that no
    card needs any more are deleted. Then build the deck.

    Example: studydeck speak cards/rivers --with "espeak-ng -v {language} --stdin --stdout"
    """
    from studydeck.commands.speak import speak as speak_deck
    from studydeck.pipeline import load

    with sentences(), Waiting("Speaking") as progress:
        said = speak_deck(load(deck, judge=False), command, progress)
    if not any(said):
        remedy = "write speak: question, answer or both in deck.yaml, in a section or on a card"
        say(f"Nothing is read aloud by a sound: {remedy}.")
        return
    made = f"{counted(said.made, 'sound')} made, {said.kept:,} there already, {said.deleted:,} deleted"
    say(f"{made}. Next: {command_line('build', deck)}")


@click.command(short_help="Print the JSON Schema of one of the YAML files.")
@click.argument("file", type=click.Choice(["deck", "section", "note-type"]))
def schema(file: str) -> None:
    """Print the JSON Schema (draft 2020-12) of deck.yaml, of section files or of note-type.yaml, for editors.

    Example: studydeck schema section > cards/section.schema.json
    """
    from studydeck.reading import json_schema

    print_json(json_schema(file))
