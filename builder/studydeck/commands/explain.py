"""The checks' docstrings as documentation: the page docs/checks.md, and what `studydeck check --explain` prints.

It is in commands/ because checks are in two packages: checks/ and, if they need the material, material/.

A docstring says in paragraphs what a check finds and why. Then follow an example that fails, under `Fails:`, and one
that passes, under `Passes:`.
"""

from __future__ import annotations

import inspect
import re
from textwrap import fill
from typing import NamedTuple

import studydeck.checks.judgements
import studydeck.material.checks  # noqa: F401 - both for the checks that they register
from studydeck.model import PROBLEMS
from studydeck.model.checks import CHECKS
from studydeck.patterns import pattern
from studydeck.text import near

_DOCSTRING = pattern(r"(?P<text>.*?)\n\nFails:\n(?P<fails>.*?)\n\nPasses:\n(?P<passes>.*)", re.DOTALL)
_INTRODUCTION = """\
# Warnings, one by one

These checks are about cards that are well formed but may be hard to learn or to grade. They can be wrong, so a
*warning* stops nothing unless you ask for that with `studydeck check --strict`, and an *info* never does. Each has a
section below, with a card that gets it and one that passes; the tests run the examples.

    path:line:column: warning: message; remedy [name]

`studydeck check --explain NAME` prints such a section. [Problems](problems.md) has all other problems.

If a card is meant to be as it is, say so on the card, and the warning disappears:

```yaml
- id: meanders
  question: Why do rivers bend?
  answer: A long answer that you have looked at and want to keep.
  ok: [long-answer]
```

If a check doesn't suit a deck, change its limit in `deck.yaml`, or turn it off:

```yaml
checks: {long-answer: 40, yes-no: off}
```

{limits}

How often they are right was counted on 28 November 2026, in two ways. Of what they find in the decks of
`tests/decks`, each hit was judged: 87 of 91 warnings are right. And prompts in ten subjects were written from the
literature on prompt writing, without a look at the checks. Of the 150 good and 150 bad ones by which the checks were
changed, they find 69 of the 78 bad ones that lack context, have several answers, are open, wordy, leaking or answered
by yes or no, or point to a text, and warn of 2 of the 150 good ones. Of 150 fresh ones by another writer, run once,
they find 36 of 55 such bad ones, and warn of 3 of 75 good ones: expect these figures of your own cards.
`python tests/judged.py` and `python tests/graded.py` count again.

Most checks look at words, and know only English: they need `language: en` in `deck.yaml`, and skip sections, cards and
answers whose own `language:` or `answer-language:` is another. Code and formulas are not read, and retired cards are
not checked.
"""


class Explained(NamedTuple):
    """A check's documentation: its name and severity, what it finds and why, its examples, and its default limit."""

    name: str
    severity: str
    text: str
    fails: str
    passes: str
    limit: str | None


def explained(name: str) -> Explained:
    """The documentation of the check whose problems have this name."""
    check = CHECKS[name]
    parts = _DOCSTRING.fullmatch(inspect.getdoc(check.find) or "")
    assert parts, f"the docstring of {name} doesn't have the form described in builder/studydeck/commands/explain.py"
    fails, passes = (re.sub(r"^    ", "", parts[each], flags=re.MULTILINE) for each in ("fails", "passes"))
    limit = f"{check.limit} {check.unit}" if check.limit is not None else None
    return Explained(name, check.severity, parts["text"], fails, passes, limit)


def page() -> str:
    """The page docs/checks.md: all checks, in the order in which they run."""
    every = [explained(name) for name in sorted(CHECKS, key=lambda name: CHECKS[name].material)]
    limits = [f"[{each.name}](#{each.name}) {each.limit}" for each in every if each.limit]
    sentence = fill(f"These have a limit: {', '.join(limits)}.", 118, break_long_words=False, break_on_hyphens=False)
    return "\n".join([_INTRODUCTION.replace("{limits}", sentence), *map(_part, every)])


def explain(name: str) -> str:
    """What a problem's name means: a check's part of the page, or a line and where to read more.

    Raises ValueError, with a sentence that suggests names or lists them all, if there is no such problem.
    """
    if name in CHECKS:
        return _part(explained(name))
    if name in PROBLEMS:
        return f"{name}: {PROBLEMS[name]}\ndocs/problems.md#{name} has an example and the remedy.\n"
    word = name.casefold().strip()
    guesses = [each for each in PROBLEMS if len(word) > 2 and word in each]
    if not guesses and (guess := near(word, PROBLEMS, 0.75)):
        guesses = [guess]
    if guesses:
        quoted = "' or '".join(guesses)
        raise ValueError(f"there is no problem '{name}'; did you mean '{quoted}'?")
    raise ValueError(f"there is no problem '{name}'; the names are {', '.join(sorted(PROBLEMS))}")


def _part(check: Explained) -> str:
    """The check's part of the page, in Markdown."""
    kind = "An info" if check.severity == "info" else "A warning"
    text = re.sub(r"(?<!\n)\n(?!\n)", " ", check.text)
    limit = f" The limit is {check.limit}." if check.limit else ""
    return (
        f"## {check.name}\n\n{kind}. {text}{limit}\n\n"
        f"```yaml\n# fails\n{check.fails}\n```\n\n```yaml\n# passes\n{check.passes}\n```\n"
    )
