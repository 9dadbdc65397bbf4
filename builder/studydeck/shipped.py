"""What learners may have of a deck: what its lock says, the package that a build replaces, and all that git knows.

Every lock of the deck that any branch, tag, stash or reflog reaches counts, whatever packages are in the untracked
output folder. Git's answers are remembered in the user's cache, so that git is asked only for what is new.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from studydeck import user_cache
from studydeck.history import (
    LOCK_FILE,
    Lock,
    Newest,
    NoteRecord,
    Origin,
    Seen,
    TypeRecord,
    add_lines,
    caught_up,
    git,
    id_in,
    key_of,
    newer_than,
    records_in,
    stamps_of,
)
from studydeck.model import WARNING, Identity, Place, Problem, problem, shown
from studydeck.repository import Repository, is_shallow, refs_state, repository_of

_FORM = "studydeck locks in git 1"  # the format of what is remembered


class LastShipped(NamedTuple):
    """What learners may have. `lock` is the deck's own, caught up with newer builds.

    `newer` shows the build that each note's newer stamp is known from, by the note's id: a package, or a lock's line.
    `problems` say what couldn't be found out.
    """

    lock: Lock
    newer: Mapping[str, Origin] = {}
    problems: Sequence[Problem] = ()


def shipped(
    folder: Path, lock: Lock, notes: Sequence[Identity], package: Path | None, only_this_branch: bool = False
) -> LastShipped:
    """What learners may have of the deck in `folder`, whose `notes` are about to be built over `package`, if any.

    With `only_this_branch`, neither the package nor other branches count: nobody got their builds. Without a package,
    as in a build that keeps notes, git was asked before, and matters only for notes that the lock lacks.
    """
    if package is None and notes and all((each.was or each.id) in lock.notes for each in notes):
        return LastShipped(lock)
    later: list[tuple[NoteRecord | TypeRecord, Origin]] = []
    problems = []
    if repository := repository_of(folder):
        ever = _ever(repository, refs_state(repository), only_this_branch)
        later += newer_than(lock, notes, ever.newest)
        if ever.missing:
            message = f"{ever.missing}, so an edit that was reverted in git may not reach learners"
            place = Place(shown(folder / LOCK_FILE))
            problems.append(problem("missing-history", place, message, ever.remedy, WARNING))
    if package is not None and not only_this_branch:
        later += _in_package(package, lock)  # last: if git has the same build, its branch says more
    return LastShipped(*caught_up(lock, notes, later), problems)


def taken_back(
    folder: Path,
    lock: Lock,
    notes: Sequence[Identity],
    last: LastShipped,
    edited: Iterable[str],
    paragraphs: Iterable[str],
    only_this_branch: bool = False,
) -> dict[str, str]:
    """The `edited` notes that are edited only because a newer build was taken back: that build, by the note's id.

    `lock` is the deck's own; its `notes` were built after `last`; `paragraphs` are the next lock's.
    """
    was = {each.id: each.was or each.id for each in notes} if last.newer else {}
    behind = {note_id for note_id in edited if was.get(note_id) in last.newer}
    if not behind:
        return {}
    built = records_in(each for each in paragraphs if id_in(each) in behind)
    now = {each.id: each.content for each in built if isinstance(each, NoteRecord)}
    before = lock.notes
    unedited = [each for each in now if was[each] not in before or before[was[each]].content == now[each]]
    words = build_words(folder, {last.newer[was[each]] for each in unedited}, only_this_branch)
    return {each: words[last.newer[was[each]]] for each in unedited}


def is_behind(folder: Path, lock: Lock, only_this_branch: bool) -> bool:
    """Whether git knows a newer build of some note in the deck's lock, or can't be asked."""
    last = shipped(folder, lock, (), None, only_this_branch)
    return bool(last.problems) or last.lock != lock


def build_words(folder: Path, origins: Iterable[Origin], only_this_branch: bool = False) -> dict[Origin, str]:
    """What people call builds that `LastShipped.newer` shows: `try, 1a2b3c4`, or the package."""
    words: dict[Origin, str] = {each: each.as_posix() for each in origins if isinstance(each, Path)}
    lines = [each for each in origins if isinstance(each, str)]
    repository = repository_of(folder)
    commits: Mapping[str, str] = {}
    if lines and repository:
        with suppress(git.GitRefusedError):
            commits = git.commits_with(repository, LOCK_FILE, lines, only_this_branch)
        names = {commit: git.name_of(repository, commit) for commit in dict.fromkeys(commits.values())}
        words |= {line: names[commit] for line, commit in commits.items()}
    return dict.fromkeys(lines, "a commit that is gone") | words


def _in_package(package: Path, lock: Lock) -> Iterator[tuple[NoteRecord | TypeRecord, Path]]:
    """The records of a package's notes and note types that are newer than the lock's."""
    if not package.exists():
        return
    from studydeck.history.repair import record_of, type_record
    from studydeck.package.read import read_package, read_stamps

    known = {key: modified for key, (modified, _) in stamps_of(lock).items()}
    with suppress(ValueError, OSError):
        if all(known.get(_stamp_key(each), 0) >= stamp for each, stamp in read_stamps(package)):
            return
        notes, types = read_package(package, {key: each.id for key, each in lock.types.items()})
        records: list[NoteRecord | TypeRecord] = [*map(record_of, notes), *(type_record(*each) for each in types)]
        for record in records:
            if record.modified > known.get(key_of(record), 0):
                yield record, package


def _stamp_key(guid_or_number: str | int) -> str:
    return guid_or_number if isinstance(guid_or_number, str) else f"type {guid_or_number}"


# --- what git knows -------------------------------------------------------------------------------


class _Ever(NamedTuple):
    """The newest lines of all locks that git has; if it may not have all of them, why, and a remedy."""

    newest: Newest
    missing: str = ""
    remedy: str = ""


class _Remembered(NamedTuple):
    """Git's last answer: the state of its refs then, the files that were read, and what was in them."""

    state: str
    blobs: frozenset[str]
    newest: Newest


@lru_cache(maxsize=1)  # for all decks of one repository
def _ever(repository: Repository, state: str, only_this_branch: bool) -> _Ever:
    """What git knows while its refs are in this state."""
    key = f"git\0{repository.shared}\0{repository.git_dir if only_this_branch else ''}"
    last = _remembered(user_cache.recall_text(key))
    if last.state == state:
        return _Ever(last.newest)
    try:
        blobs = {each.blob: None for each in git.versions_ever(repository, LOCK_FILE, only_this_branch)}
        if not last.blobs <= blobs.keys():  # no branch or reflog has some of them any more
            last = _remembered(None)
        there, lines = git.lines_ever(repository, [each for each in blobs if each not in last.blobs])
    except git.GitRefusedError as refused:
        return _Ever({}, f"git {refused}", refused.remedy)
    add_lines(last.newest, lines)
    if is_shallow(repository):
        return _Ever(last.newest, "this is a shallow clone", "run git fetch --unshallow")
    if not blobs.keys() <= last.blobs | there:
        return _Ever(last.newest, "this is a partial clone", "clone again without --filter")
    user_cache.remember_text(key, _text(_Remembered(state, frozenset(blobs), last.newest)))
    return _Ever(last.newest)


def _text(known: _Remembered) -> str:
    rows = (f"{key}\t{each.modified}\t{each.content}\t{each.line}"
            for key, seen in known.newest.items() for each in seen)  # fmt: skip
    return "\n".join([_FORM, known.state, " ".join(sorted(known.blobs)), *rows])


def _remembered(text: str | None) -> _Remembered:
    if text is None or not text.startswith(f"{_FORM}\n"):
        return _Remembered("", frozenset(), {})
    _, state, blobs, *rows = text.split("\n")
    newest: Newest = {}
    for row in rows:
        key, modified, content, line = row.split("\t", 3)
        newest.setdefault(key, []).append(Seen(int(modified), content, line))
    return _Remembered(state, frozenset(blobs.split()), newest)
