"""Problems: one mistake each, at its place, with a remedy; and the names that they can have."""

from __future__ import annotations

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


#: Every problem's name and what it means, in one line: checks add theirs (model/checks.py) when they are imported.
PROBLEMS: dict[str, str] = {
    "unreadable": "A file or folder can't be read, isn't a regular file, or is a link out of the deck's folder.",
    "missing-file": "The deck has no deck.yaml, or a section file that it lists isn't there.",
    "unlisted-section": "A YAML file that isn't built: `sections:` doesn't list it, or it doesn't end in .yaml.",
    "encoding": "A file isn't UTF-8.",
    "control-character": "A character that Anki can't hold, such as NUL, a unit separator or half a surrogate pair.",
    "yaml-syntax": "The file isn't YAML.",
    "yaml-quote": "A text that YAML reads as something else unless it stands in quotes.",
    "yaml-alias": "Aliases that expand to far more than the file holds, or that hold themselves.",
    "empty-file": "A file with nothing in it.",
    "too-big": "A file, a text or a picture beyond what can be studied or imported.",
    "unknown-key": "A key that means nothing here.",
    "wrong-kind": "A value of another kind than the key takes.",
    "duplicate-key": "One key twice in one place.",
    "missing-key": "A key that must be there.",
    "retyped": "A text that YAML cuts short at ` #`.",
    "empty-question": "A question with nothing in it.",
    "empty-answer": "An answer with nothing in it.",
    "bad-cloze": "A cloze that Anki would not show as one.",
    "same-question": "Two cards that ask the same.",
    "same-question-other-answer": "Two cards that ask the same and answer differently.",
    "same-id": "One id, or one guid, on two cards.",
    "gone-id": "A card that learners know by another id.",
    "bad-id": "An id, uid or guid with characters that it can't have.",
    "bad-tag": "A tag that Anki would split, drop or misread.",
    "placeholder": "A card that isn't written yet: TODO, TBD, FIXME, XXX or ???.",
    "lost-picture": "A picture or sound that is missing, empty, outside the deck's media folder, or remote.",
    "unused-media": "A file in the deck's media folder that no card shows.",
    "no-alt": "A picture without a text for those who can't see it.",
    "bad-style": "A style.css that could put more than a style into cards.",
    "style-width": "A width in style.css that is wider than some phone.",
    "style-colour": "A colour in style.css that is set for day alone.",
    "style-scheme": "A style.css that asks the system whether it is night, where Anki has a setting of its own.",
    "style-file": "A style.css that names a file which Anki doesn't ship.",
    "bad-source": "A source that names no section, paragraph or sentence.",
    "same-deck": "Two decks with one uid or one name.",
    "changed-uid": "A deck whose deck.lock is of another uid: a copy, or the same deck with a new uid.",
    "changed-kind": "A card that learners know as a question and that became a cloze, or the other way round.",
    "ambiguous-card": "A card without an id that may or may not be one that learners have.",
    "damaged-lock": "A deck.lock that can't be trusted.",
    "newer-lock": "A deck.lock that a newer studydeck wrote.",
    "changed-lock": "A deck.lock that another program changed while the deck was being built.",
    "locked": "With --locked: a card or note type for which deck.lock would change.",
    "unwritable": "A package, a lock or .gitattributes that can't be written.",
    "future-stamp": "A deck.lock with stamps from after this build, made on a computer whose clock was wrong.",
    "lost-lock": "A deck that was built before, and whose deck.lock is gone.",
    "missing-history": "A deck in a git repository that can't show all earlier builds: a shallow clone, or no git.",
    "damaged-material": "A material.lock that can't be trusted.",
    "unknown-check": "A name under `checks:` that is no warning, or a number for one without a limit.",
    "unused-ok": "A name under a card's `ok:` for which the card has no warning.",
}

ERROR, WARNING, INFO = "error", "warning", "info"


def problem(name: str, at: Placed, message: str, remedy: str, severity: str = ERROR) -> Problem:
    """A problem called `name` (a key of PROBLEMS) at the place of `at`.

    Characters of a stranger's deck that would write to the terminal are spelled out: `\\x1b`. What quotes too much of
    it is cut.
    """
    assert name in PROBLEMS, name
    message, remedy = (in_one_line(each if len(each) <= 500 else f"{each[:500]}…") for each in (message, remedy))
    return Problem(at.path, at.line, at.column, name, severity, message, remedy)


def warning(name: str, at: Placed, message: str, remedy: str) -> Problem:
    """A problem that fails a check only with --strict."""
    return problem(name, at, message, remedy, WARNING)


def info(name: str, at: Placed, message: str, remedy: str) -> Problem:
    """A problem that fails nothing."""
    return problem(name, at, message, remedy, INFO)
