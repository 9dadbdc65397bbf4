"""Problems: one mistake each, with its place and a remedy; and all their names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from studydeck.model.words import Placed
from studydeck.terminal import in_one_line


class Problem(NamedTuple):
    """One mistake: where it is, what is wrong, and what to do. Sorts by place."""

    path: str
    line: int
    column: int
    name: str
    severity: str
    message: str
    remedy: str

    def __str__(self) -> str:
        """The line that people and editors read: `path:line:column: error: message; remedy [name]`."""
        where = f"{in_one_line(self.path)}:{self.line}:{self.column}"
        return f"{where}: {self.severity}: {self.message}; {self.remedy} [{self.name}]"


#: Every problem's name and what it means, in one line. Checks add theirs when they are imported (model/checks.py).
PROBLEMS: dict[str, str] = {
    "unreadable": "A file or folder that can't be read, isn't a regular file, or is a link out of the deck's folder.",
    "missing-file": "The deck has no deck.yaml, or a section file that it lists doesn't exist.",
    "unlisted-section": "A YAML file that isn't built: `sections:` doesn't list it, or it doesn't end in .yaml.",
    "encoding": "A file isn't UTF-8.",
    "control-character": "A character that Anki can't store, such as NUL, a unit separator or a lone surrogate.",
    "yaml-syntax": "The file isn't valid YAML.",
    "yaml-quote": "Text that YAML reads as something else unless it is in quotes.",
    "yaml-alias": "An alias that is undefined, refers to itself, or expands to far more than the file contains.",
    "empty-file": "An empty file.",
    "too-big": "A file, a text or a picture that is too big to study or to import.",
    "unknown-key": "A key that doesn't exist here.",
    "wrong-kind": "A value of the wrong kind for its key.",
    "duplicate-key": "A key that is repeated in one mapping.",
    "missing-key": "A required key that is missing.",
    "retyped": "Text that YAML cuts off at ` #`.",
    "empty-question": "A question that is empty.",
    "empty-answer": "An answer that is empty.",
    "bad-cloze": "A cloze that Anki wouldn't show as one.",
    "same-question": "Two cards with the same question and the same answer.",
    "same-question-other-answer": "Two cards with the same question and different answers.",
    "same-id": "An id or guid that two cards have.",
    "gone-id": "A card that learners have under another id.",
    "bad-id": "An id, uid or guid with characters that aren't allowed.",
    "bad-tag": "A tag that Anki would split, drop or misread.",
    "unwritten": "Cards whose question or answer is still TODO: they are left out of the package.",
    "placeholder": "A card with TODO, TBD, FIXME, XXX or ??? in it, or one that learners have and that became TODO.",
    "lost-picture": "A picture or sound that is missing, empty, outside the deck's media folder, or remote.",
    "unused-media": "A file in the deck's media folder that no card shows.",
    "unspoken": "Texts that are to be read aloud, and have no sound yet.",
    "no-alt": "A picture without a description for those who can't see it.",
    "unnamed-part": "A part of a picture without a name.",
    "outside-part": "A part that reaches out of its picture.",
    "overlapping-parts": "Two parts of a picture of which one covers some of the other.",
    "small-part": "A part of a picture that is hard to see on a phone.",
    "stale-parts": "A picture that has another shape than at the last build, under the places of its parts.",
    "bad-style": "A style.css that could put more than styles into cards.",
    "style-width": "A width in style.css that is wider than some phones.",
    "style-colour": "A colour in style.css that is set for day mode only.",
    "style-scheme": "A style.css that follows the system's night mode, though Anki has a setting of its own.",
    "style-file": "A style.css that refers to a file that Anki doesn't ship.",
    "bad-source": "A source that isn't a section, paragraph or sentence of the material.",
    "same-deck": "Two decks with the same uid or the same name.",
    "changed-uid": "A deck whose deck.lock has another uid: a copy, or the same deck with a new uid.",
    "copied-deck": "A deck that seems to be a translation or another copy, and has the original's uid.",
    "changed-kind": "A card that learners have as a question and that became a cloze, or the other way round.",
    "bad-note-type": "A note type in note-types/ that Anki couldn't use, or that deck.yaml gives no keys.",
    "template-script": "A template in note-types/ that runs a script.",
    "changed-note-type": "A note type in note-types/ that learners have, with a change that Anki would punish.",
    "no-card": "A card of the deck's own note type that leaves the front of every template empty.",
    "moved-gap": "A gap that hides what another number hid in the last build, and so gets the history of that number.",
    "ambiguous-card": "A card without an id that may or may not be one that learners have.",
    "damaged-lock": "A deck.lock that is damaged.",
    "newer-lock": "A deck.lock that was written by a newer studydeck.",
    "changed-lock": "A deck.lock that another program changed during the build.",
    "locked": "With --locked: a card or note type for which deck.lock would change.",
    "unwritable": "A package, a lock or .gitattributes that can't be written.",
    "future-stamp": "A deck.lock with stamps in the future, from a computer whose clock was wrong.",
    "lost-lock": "A deck that was built before and whose deck.lock is missing.",
    "missing-history": "A deck in a git repository that can't show all earlier builds: a shallow clone, or no git.",
    "lost-material": "The file that `path:` under `material:` names doesn't exist.",
    "damaged-material": "A material.lock that is damaged.",
    "unknown-check": "A name under `checks:` that isn't a warning, or a number for a warning without a limit.",
    "unused-ok": "A warning under a card's `ok:` that the card doesn't have.",
}

ERROR, WARNING, INFO = "error", "warning", "info"


def problem(name: str, at: Placed, message: str, remedy: str, severity: str = ERROR) -> Problem:
    """A problem called `name` (a key of PROBLEMS) at the place of `at`.

    Control characters that a deck could send to the terminal are escaped: `\\x1b`. Long messages are cut.
    """
    assert name in PROBLEMS, name
    return Problem(at.path, at.line, at.column, name, severity, _cut(message), _cut(remedy))


def _cut(sentence: str) -> str:
    return in_one_line(sentence if len(sentence) <= 500 else f"{sentence[:500]}…")


def has_errors(problems: Iterable[Problem]) -> bool:
    """Whether any of these is an error, with which nothing is built."""
    return any(each.severity == ERROR for each in problems)


def warning(name: str, at: Placed, message: str, remedy: str) -> Problem:
    """A problem that fails `check` only with --strict."""
    return problem(name, at, message, remedy, WARNING)


def info(name: str, at: Placed, message: str, remedy: str) -> Problem:
    """A problem that never fails `check`."""
    return problem(name, at, message, remedy, INFO)
