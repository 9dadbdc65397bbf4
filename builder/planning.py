"""What a build would do to learners, and what is left of a lost lock: the tails of `plan` and `--repair-lock`."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from builder.history import LOCK_FILE, Lock, git, note_type_ids, read_lock
from builder.history.plan import (
    Before,
    Old,
    Plan,
    before_from_lock,
    before_from_package,
    lacks_texts,
    make_plan,
    texts_of,
    with_texts,
)
from builder.history.repair import Repaired, repair
from builder.model import Note, NoteType, OldNote
from builder.package.read import read_package
from builder.pipeline import Loaded, compile_notes, folder_name, load, lock_in, package_path, shipped_lock
from builder.render import note_types


def plan(loaded: Loaded, out: Path, against: str | None = None) -> Plan:
    """What importing the deck, as its files are now, does to a learner who has the build `against`.

    `against` is a package, a lock or a git revision; None is the deck's own lock, the last build. Old texts come
    from that package or revision, else from the package in `out` or git's HEAD. Raises ValueError with a
    sentence where there is no such build.
    """
    notes = compile_notes(loaded)
    if against is None:
        package = package_path(loaded.deck.folder, out)
        loaded = loaded._replace(lock=shipped_lock(loaded, notes, package))
    before, texts_from = _before(loaded, against)
    folder = loaded.deck.folder
    if lacks_texts(before, notes):
        before, texts_from = _with_texts(before, notes, folder, package_path(folder, out), texts_from)
    types = note_types(loaded.deck, note_type_ids(loaded.deck, loaded.lock))
    return make_plan(loaded.deck, before, notes, types, texts_from)


def repair_lock(folder: Path, out: Path) -> Repaired | None:
    """A lock for the deck in `folder` from what is left of it, git and the package in `out`; None if it is whole.

    Writes nothing: hand its lock to `load`, and build. Raises ValueError with a sentence for a lock from a newer
    program: it isn't damaged.
    """
    path = folder / LOCK_FILE
    _, problems = lock_in(folder)
    package = package_path(folder, out)
    if path.exists() and not problems:
        return None
    if newer := next((each for each in problems if each.name == "newer-lock"), None):
        raise ValueError(f"{newer.message}; {newer.remedy}")
    good_lines, _ = read_lock(LOCK_FILE, path.read_bytes()) if path.exists() else (Lock(), [])
    from_git = None
    for revision in git.revisions_of(folder, LOCK_FILE):
        lock, damage = read_lock(LOCK_FILE, git.file_at(folder, revision, LOCK_FILE) or b"")
        if not damage:
            from_git = revision, lock
            break
    from_package = None
    with suppress(ValueError, OSError):
        from_package = (package.as_posix(), *_read_package(package))
    loaded = load(folder, lock=Lock())
    return repair(good_lines, from_git, from_package, loaded.deck, compile_notes(loaded))


def _before(loaded: Loaded, against: str | None) -> tuple[Before, str]:
    """What the learner has, and where its texts are from."""
    folder = loaded.deck.folder
    if against is None:
        return before_from_lock(loaded.lock, "the last build (deck.lock)"), ""
    path = Path(against)
    if path.suffix == ".apkg":
        return _before_package(path, against), f"Old texts are from {against}."
    if path.is_file():
        lock, problems = read_lock(against, path.read_bytes())
        if problems:
            raise ValueError(str(problems[0]))
        return before_from_lock(lock, against), ""
    if not git.has_revision(folder, against):
        raise ValueError(f"'{against}' is no package, no lock and no git revision")
    data = git.file_at(folder, against, LOCK_FILE)
    if data is None:
        raise ValueError(f"the deck has no deck.lock at the git revision {against}")
    lock, problems = read_lock(f"{against}:{LOCK_FILE}", data)
    if problems:
        raise ValueError(str(problems[0]))
    before = with_texts(before_from_lock(lock, f"git {against}"), _texts_at(folder, against))
    return before, f"Old texts are from git {against}."


def _with_texts(before: Before, notes: Sequence[Note], folder: Path, package: Path, known: str) -> tuple[Before, str]:
    """`before` with old texts from the package of the last build, else from git; and in words which it was."""
    sources = [known] if known else []
    if package.exists():
        with suppress(ValueError, OSError):
            before = with_texts(before, _before_package(package, "").notes.values())
            sources.append(f"Old texts are from {package.as_posix()}.")
    if lacks_texts(before, notes) and git.has_revision(folder, "HEAD"):
        before = with_texts(before, _texts_at(folder, "HEAD"))
        sources.append("Old texts are from git HEAD.")
    if lacks_texts(before, notes):
        return before, "Some old texts are not shown: neither the last package nor git has them."
    return before, sources[-1] if sources else ""


def _texts_at(folder: Path, revision: str) -> list[Old]:
    """The texts of the deck's notes at a git revision."""
    with tempfile.TemporaryDirectory(prefix="studydeck-") as temporary:
        target = Path(temporary, folder_name(folder))
        if not git.checkout(folder, revision, target):
            return []
        return texts_of(compile_notes(load(target)))


def _before_package(path: Path, source: str) -> Before:
    notes, types = _read_package(path)
    return before_from_package(notes, [note_type for note_type, _ in types], source)


def _read_package(path: Path) -> tuple[list[OldNote], list[tuple[NoteType, int]]]:
    return read_package(path)
