"""The repository that `studydeck new --repository` starts: a deck, and what git and a forge need around it."""

from __future__ import annotations

from pathlib import Path

from studydeck import REPOSITORY, __version__
from studydeck.files import for_every_system
from studydeck.reading.starter import write_deck
from studydeck.text import literal, slug

_LICENSE_ID = "CC-BY-4.0"
_IGNORE = """\
/dist/
.deck.lock.*
.DS_Store
"""
_ATTRIBUTES = """\
*.yaml text eol=lf
*.css text eol=lf
# If two people have built, keep the lines of both: studydeck reads such a lock.
deck.lock text eol=lf merge=union
"""
_LICENSE = """\
The decks in this repository are licensed under the Creative Commons Attribution 4.0 International licence
(CC BY 4.0), unless a deck's deck.yaml names another one. To see a copy of this licence, visit

    https://creativecommons.org/licenses/by/4.0/legalcode

Pictures and sounds belong to their makers, named in deck.yaml under credits:.
"""
_WORKFLOW = """\
name: Deck
on:
  push:
    branches: [main]
  pull_request:
permissions:
  contents: read
  pull-requests: write # for the comment that shows what a change means for learners
jobs:
  deck:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v7
        with:
          fetch-depth: 0 # the full history, to know what learners have
      - uses: {action}@v{version}
      - uses: actions/upload-artifact@v7
        with:
          name: packages
          path: dist/*.apkg
"""
_README = """\
# {title}

Flashcards for [Anki](https://apps.ankiweb.net), made with [studydeck]({home}).

## Learning

Import the `.apkg` file in Anki, AnkiDroid or AnkiMobile.
Import again after every update: your reviews stay, and only cards that were edited change.

## Changing cards

The cards are in `{deck}`. After a change:

```sh
studydeck check
studydeck build --only-this-branch
git add -A
git commit -m "Say what changed"
```

`build` writes the package into `dist/`, and records in `deck.lock` what changed and when: commit it with the cards.
With `--only-this-branch`, builds of other branches don't count, since learners only get packages of `main`.
`studydeck plan` shows beforehand what a change means for learners; a pull request gets that as a comment.

## Licence

The decks are under [CC BY 4.0](LICENSE).
To choose another licence, change `license:` in `deck.yaml`, `LICENSE`, and this line.
"""


def write_repository(folder: Path, name: str, tag: str | None, uid: str) -> tuple[Path, list[Path], list[Path]]:
    """Starts a repository for a deck called `name` in `folder`: the deck's folder, the files written, those left alone.

    A file that exists, such as a README from the forge, is left alone. Raises what `write_deck` raises, before anything
    is written.
    """
    deck = folder / "cards" / for_every_system(slug(name, "deck"))
    more = f"license: {_LICENSE_ID}\n# authors: [your name]\n"
    written = write_deck(deck, name, tag, uid, more=more)
    files = {
        folder / ".gitignore": _IGNORE,
        folder / ".gitattributes": _ATTRIBUTES,
        folder / "LICENSE": _LICENSE,
        folder / "README.md": _README.format(
            title=literal(name), home=REPOSITORY, deck=deck.relative_to(folder).as_posix()
        ),
        folder / ".github" / "workflows" / "deck.yml": _WORKFLOW.format(
            action=REPOSITORY.removeprefix("https://github.com/"), version=__version__
        ),
    }
    left = [path for path in files if path.exists()]
    for path, text in files.items():
        if path not in left:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            written.append(path)
    return deck, written, left
