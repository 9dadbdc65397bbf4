"""The ends of `plan` and `build --repair-lock`: what a build changes for learners, and rebuilding a damaged lock."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from studydeck.commands.base import lock_path_in, notes_at
from studydeck.files import package_path, read_bytes
from studydeck.history import LOCK_FILE, Lock, NoteRecord, git, note_type_ids, read_lock, record, records_in
from studydeck.history.plan import (
    After,
    Before,
    Plan,
    before_from_lock,
    before_from_package,
    make_plan,
    texts_of,
    with_texts,
    without_texts,
)
from studydeck.history.repair import Repaired, repair
from studydeck.model import NOTHING_KEPT, Deck
from studydeck.package.read import read_package
from studydeck.pair import lock_in
from studydeck.pipeline import Loaded, compile_notes, load
from studydeck.render import note_types
from studydeck.shipped import shipped


def plan(loaded: Loaded, out: Path, now: int, against: str | None = None) -> Plan:
    """What importing the deck, built from its files at `now` (seconds since 1970), changes for learners of `against`.

    `against` is as in `compared`, which also says what is raised.
    """
    return make_plan(loaded.deck, *compared(loaded, out, now, against))


def compared(
    loaded: Loaded, out: Path, now: int, against: str | None, only_this_branch: bool = False
) -> tuple[Before, After, str]:
    """What learners of `against` have, what the next build ships, and in words where old texts are from.

    `against` is a package, a lock or a git revision; None is the last build, by the deck's own lock and newer builds
    that a build would find. Old texts are from that package or revision, else from the package in `out` or git's HEAD.
    If notes are kept of the last build, into `out`, they are compared with nothing else: `against` is None.
    Raises ValueError with a sentence if there is no such build.
    """
    notes = compile_notes(loaded)
    ids = note_type_ids(loaded.deck, loaded.lock)
    deck, package = loaded.deck, package_path(loaded.deck.folder, out)
    replaced = package if loaded.kept is NOTHING_KEPT else None  # as in a build
    last = shipped(deck.folder, loaded.lock, loaded.known, replaced, only_this_branch).lock
    if against is None:
        before, texts_from = before_from_lock(last, "the last build (deck.lock)"), ""
    else:
        before, texts_from = _before(deck, against, ids, last)
    types = note_types(deck, ids)
    lock, _ = record(notes, types, last, now)
    kept = [each for each in records_in(loaded.kept.paragraphs) if isinstance(each, NoteRecord)]
    after = After(notes, types, lock, kept)
    if without_texts(before, after):
        before, texts_from = _with_texts(before, after, deck, package, texts_from, ids)
    return before, after, texts_from


def repair_lock(folder: Path, out: Path) -> Repaired | None:
    """A lock for the deck in `folder` from what is left of it, git and the package in `out`; None if it is undamaged.

    Writes nothing: pass its lock to `load`, and build. Raises ValueError with a sentence for a lock from a newer
    studydeck, which isn't damaged.
    """
    path = folder / LOCK_FILE
    good_lines, _, problems = lock_in(folder)
    if path.exists() and not problems:
        return None
    if newer := next((each for each in problems if each.name == "newer-lock"), None):
        raise ValueError(f"{newer.message}; {newer.remedy}")
    package = package_path(folder, out)
    from_package = None
    loaded = load(folder, lock=Lock())
    with suppress(ValueError, OSError):
        from_package = (package.as_posix(), *read_package(package, note_type_ids(loaded.deck, good_lines)))
    return repair(good_lines, _lock_in_git(loaded.deck), from_package, loaded.deck, compile_notes(loaded))


def _lock_in_git(deck: Deck) -> tuple[str, Lock] | None:
    """The deck's newest undamaged lock in git, with its revision."""
    head = git.commit_of(deck.folder, "HEAD")
    home = head and git.home_at(deck.folder, head, deck.uid)
    if home is None:
        return None
    path = lock_path_in(home)
    for commit in git.commits_of(deck.folder, path):
        lock, damage = read_lock(LOCK_FILE, git.file_at(deck.folder, commit, path) or b"")
        if not damage:
            return commit[:7], lock
    return None


def _before(deck: Deck, against: str, ids: Mapping[str, int], last: Lock) -> tuple[Before, str]:
    """What the learner has, and where the old texts are from; `last` is the lock of the last build."""
    path = Path(against)
    if path.suffix.lower() == ".apkg":
        return before_from_package(*read_package(path, ids), against, last), f"Old texts are from {against}."
    if path.is_file():
        return before_from_lock(_undamaged_lock(against, read_bytes(path)), against), ""
    return _before_revision(deck, against)


def _before_revision(deck: Deck, revision: str) -> tuple[Before, str]:
    """What a learner has of the deck at a git revision: nothing, if the deck is newer."""
    commit = git.commit_of(deck.folder, revision)
    if commit is None:
        raise ValueError(f"'{revision}' isn't a package, a lock or a git revision")
    home = git.home_at(deck.folder, commit, deck.uid)
    if home is None:
        return Before({}, (), f"git {revision}, which doesn't have the deck yet"), ""
    data = git.file_at(deck.folder, commit, lock_path_in(home))
    if data is None:
        raise ValueError(f"the deck has no deck.lock at the git revision {revision}")
    lock = _undamaged_lock(f"{revision}:{lock_path_in(home)}", data)
    before = with_texts(before_from_lock(lock, f"git {revision}"), texts_of(notes_at(deck, commit)))
    return before, f"Old texts are from git {revision}."


def _undamaged_lock(name: str, data: bytes) -> Lock:
    """The lock in `data`; raises ValueError with its first problem, if it has any."""
    lock, problems = read_lock(name, data)
    if problems:
        raise ValueError(str(problems[0]))
    return lock


def _with_texts(
    before: Before, after: After, deck: Deck, package: Path, known: str, ids: Mapping[str, int]
) -> tuple[Before, str]:
    """`before` with old texts from the package of the last build, else from git; and in words which of them."""
    sources = [known] if known else []
    if package.exists():
        with suppress(ValueError, OSError):
            found = before_from_package(*read_package(package, ids, without_texts(before, after)), "")
            before = with_texts(before, found.notes.values())
            sources.append(f"Old texts are from {package.as_posix()}.")
    if without_texts(before, after) and (head := git.commit_of(deck.folder, "HEAD")):
        before = with_texts(before, texts_of(notes_at(deck, head)))
        sources.append("Old texts are from git HEAD.")
    if without_texts(before, after):
        return before, "Some old texts are not shown: neither the last package nor git has them."
    return before, sources[-1] if sources else ""
