"""The whole flow, top to bottom: a deck's folder to problems, to notes, to a package and its lock.

Every command is the start of this flow and a tail of its own; planning.py and sourcing.py have longer tails.
From Python:

    loaded = load(Path("cards/magnesium-and-inflammation"))
    if not loaded.errors:
        built = build(loaded, Path("dist"), now=int(time.time()))
"""

from __future__ import annotations

import os
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from io import TextIOWrapper
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from builder.cache import digest_of, hash_of
from builder.checks import check
from builder.cores import in_two
from builder.files import (
    LARGEST_FILE,
    Refused,
    create,
    package_path,
    read_bytes,
    read_file,
    target_of,
    write_file,
    write_files,
)
from builder.history import (
    LOCK_FILE,
    Changes,
    Entries,
    Ledger,
    Lock,
    NoteRecord,
    foreign_uid,
    identify,
    lock_lines,
    note_line,
    note_type_ids,
    read_lock,
    record,
    records_in,
    type_records,
)
from builder.model import (
    ERROR,
    NOTHING_KEPT,
    WARNING,
    Card,
    Deck,
    Identity,
    Kept,
    Note,
    Place,
    Problem,
    Shipped,
    Text,
    problem,
    shown,
)
from builder.render import Media, anki_decks, collect_media, note_types, render_notes
from builder.shipped import Shipped as LastBuilds
from builder.shipped import build_words, shipped
from builder.source import read_deck

if TYPE_CHECKING:
    from builder.engine.drawing import Artist
    from builder.preview import View
    from builder.stats import Stats

#: Told how much of the work is done, from 0 to 1.
Progress = Callable[[float], None]
#: Told that a stage of the flow has ended, and how many things it made.
Lap = Callable[[str, int], None]

#: Bytes; a note takes some 200.
LARGEST_LOCK = 1_000_000_000
#: git merges two people's locks by taking the lines of both; history/lock.py reads such a file.
_GIT_ATTRIBUTES = "deck.lock text eol=lf merge=union\n"
_ONE_BUILD = 60  # seconds, between two changes of a file that a build is writing
_FEW = 1_000  # notes
_NO_CHANGES = Changes((), (), (), ())
_MATERIAL_LOCK = "material.lock"  # as in builder/material/lock.py, which decks without a material don't load


class Loaded(NamedTuple):
    """A deck, read and checked. With `errors` it must not be built.

    `follows` is the hash of the deck.lock that was read, "" where another lock stood in for it; a build writes nothing
    if the file has other bytes by then.
    """

    deck: Deck
    lock: Lock
    identities: Sequence[Identity | None]
    media: Media
    problems: Sequence[Problem]
    follows: str = ""

    @property
    def errors(self) -> list[Problem]:
        return [each for each in self.problems if each.severity == ERROR]

    @property
    def known(self) -> list[Identity]:
        """The identities of the cards that have one: all, in a deck without errors."""
        return [each for each in self.identities if each is not None]

    @property
    def ids(self) -> list[str]:
        """The id of every card in study order, "" where it can't be told."""
        return [each.id if each else "" for each in self.identities]

    @property
    def cards(self) -> int:
        """How many cards its author wrote; a reversed one counts once."""
        return sum(len(section.cards) for section in self.deck.sections)


class Built(NamedTuple):
    """What a build made of a deck, or the problems for which it wrote nothing.

    `newest` is the newest stamp of the notes that it read, in seconds since 1970; `written` are the hashes of the
    files that it wrote, by their paths. `taken_back` names the build of each note that is edited only because a newer
    build was taken back, by the note's id: `try, 1a2b3c4`, or a package.
    """

    deck: Deck
    path: Path
    notes: int = 0
    cards: int = 0
    media: int = 0
    changes: Changes = _NO_CHANGES
    problems: Sequence[Problem] = ()
    newest: int = 0
    written: Mapping[str, str] = {}
    taken_back: Mapping[str, str] = {}


def _no_progress(done: float) -> None:
    pass


def _no_lap(stage: str, count: int) -> None:
    pass


def load(
    folder: Path,
    progress: Progress = _no_progress,
    *,
    lock: Lock | None = None,
    judge: bool = True,
    only: Container[str] | None = None,
    lap: Lap = _no_lap,
) -> Loaded:
    """Reads and checks the deck in `folder`: all problems of all its files, sorted by place. Writes nothing.

    `lock` stands in for the one in the folder, such as a repaired one. Without `judge`, warnings that take judgement
    of each card are left out: a build needs to know what is wrong, not what could be better. With `only`, the deck
    has no other section files than these (see rebuild.py).
    """
    deck, problems = read_deck(folder, progress, only)
    lap("read", sum(len(section.cards) for section in deck.sections))
    whole = only is None and all(each.severity != ERROR for each in problems)
    media, found = collect_media(deck, whole=whole)
    problems += found
    lap("media", len(media.files))
    damage: list[Problem] = []
    follows = ""
    if lock is None:
        data = _lock_data(folder)
        lock, damage = _lock_of(folder, data)
        follows = hash_of(data) if isinstance(data, bytes) else ""
    lap("lock", len(lock.notes))
    identities, found = identify(deck, lock)
    lap("identify", len(identities))
    problems = check(deck, [*problems, *_material_problems(deck, identities, judge)], judge=judge) + damage
    lap("check", len(problems))
    if any(each.severity == ERROR for each in problems):
        # A card that was left out looks like one that is gone, so nothing can be asked about it yet.
        found = [each for each in found if each.name != "ambiguous-card"]
    return Loaded(deck, lock, identities, media, sorted({*problems, *found}), follows)


def load_all(
    folders: Sequence[Path],
    progress: Progress = _no_progress,
    locks: Mapping[Path, Lock] | None = None,
    *,
    judge: bool = True,
    lap: Lap = _no_lap,
) -> tuple[list[Loaded], list[Problem]]:
    """Loads several decks; the problems are those of every deck and those between decks, sorted by place.

    `locks` stand in for the locks of some folders; the rest is as in `load`.
    """
    decks = [
        load(folder, part_of(progress, n, len(folders)), lock=(locks or {}).get(folder), judge=judge, lap=lap)
        for n, folder in enumerate(folders)
    ]
    problems = [each for loaded in decks for each in loaded.problems]
    return decks, sorted([*problems, *_between(decks), *_shared_guids(decks)])


def _between(decks: Sequence[Loaded]) -> Iterator[Problem]:
    """The problems between decks: what two of them share, and learners' or their author's computers hold once."""
    first: dict[tuple[str, object], Deck] = {}
    for loaded in decks:
        deck = loaded.deck
        shared = {
            "uid": deck.uid,
            "name": "::".join(part.strip() for part in deck.title.casefold().split("::")),
            "folder name": folder_name(deck.folder).casefold(),
            "note types": () if foreign_uid(deck, loaded.lock) else tuple(note_type_ids(deck, loaded.lock).values()),
        }
        written = {"uid": deck.uid, "name": deck.title}
        for what, value in shared.items():
            other = first.setdefault((what, value), deck)
            if other is deck or not value or (what == "note types" and other.uid == deck.uid):
                continue
            message, remedy = (
                f"this deck has the same {what} as {other.place.path}",
                f"give one of the two another {what}",
            )
            if what == "note types":
                message = f"this deck's deck.lock is a copy of the one beside {other.place.path}"
                remedy = "delete the copy: this deck's learners would overwrite the other's cards"
            at = written.get(what)
            yield problem("same-deck", at if isinstance(at, Text) else deck.place, message, remedy)


def _shared_guids(decks: Sequence[Loaded]) -> Iterator[Problem]:
    """The guids that an author wrote and that a card of another deck has, too: learners of both would get one card."""
    if len(decks) < 2:
        return
    cards = [[card for section in each.deck.sections for card in section.cards] for each in decks]
    written = {card.guid for some in cards for card in some if card.guid is not None}
    first: dict[str, tuple[Loaded, Card]] = {}
    for loaded, some in zip(decks, cards, strict=True) if written else ():
        for card, identity in zip(some, loaded.identities, strict=True):
            if identity is None or identity.guid not in written:
                continue
            home, other = first.setdefault(identity.guid, (loaded, card))
            if home is not loaded:
                here, there = (card, other) if card.guid is not None else (other, card)
                message = f"the guid '{identity.guid}' is on a card of {there.place.path}, too"
                remedy = "take the guid: out of the card that learners don't have yet"
                yield problem("same-id", here.guid or here.place, message, remedy)


def _material_problems(deck: Deck, identities: Sequence[Identity | None], judge: bool) -> list[Problem]:
    """What the deck's material and its lock show. Decks without either pay nothing."""
    if not deck.material.path and not os.path.lexists(deck.folder / _MATERIAL_LOCK):
        return []
    from builder.material import material_problems

    return material_problems(deck, [each.id if each else "" for each in identities], judge)


def part_of(progress: Progress, number: int, count: int) -> Progress:
    """The progress of part `number` (from 0) of `count` equal parts."""
    return lambda done: progress((number + done) / count)


def compile_notes(loaded: Loaded) -> list[Note]:
    """The notes of a loaded deck in study order, rendered for Anki."""
    return list(render_notes(loaded.deck, loaded.identities, loaded.media.names))


def build(
    loaded: Loaded,
    out: Path,
    now: int,
    *,
    locked: bool = False,
    only_this_branch: bool = False,
    kept: Kept = NOTHING_KEPT,
    progress: Progress = _no_progress,
    lap: Lap = _no_lap,
) -> Built:
    """Builds `out/<folder's name>.apkg` and then deck.lock; both, or neither.

    `now` is in seconds since 1970, the stamp of whatever changed since the last build. With `locked`, a build
    that would change the lock writes nothing and has a problem for every such card. With `only_this_branch`, builds
    of other git branches went to nobody. Notes that rebuild.py found
    to be `kept` are not among the loaded ones, and are in the package all the same. Raises ValueError for a deck
    with errors; a file that can't be written is a problem of the result. Nobody else may build the deck between `load`
    and the end of `build`: see exclusion.py.
    """
    if loaded.errors:
        raise ValueError(f"{loaded.deck.folder} has errors and can't be built: {loaded.errors[0]}")
    deck = loaded.deck
    path = package_path(deck.folder, out)
    if locked and (changed := lock_changes(loaded, out, now, only_this_branch)):
        return Built(deck, path, problems=changed)
    last = _last_builds(loaded, None if kept is not NOTHING_KEPT else path, only_this_branch)
    types = note_types(deck, note_type_ids(deck, loaded.lock))
    new_types = type_records(types, last.lock, now)
    ledger = Ledger(loaded.known, last.lock, now, kept)
    problems = [*last.problems, *_lost_lock(loaded, path), *_future_stamp(loaded, now)]
    try:
        from builder.package import write_package

        stamped = [(each, new_types[each.key].modified) for each in types]
        decks = kept.decks or dict.fromkeys([str(deck.title), *anki_decks(deck)])
        shipped = _ship(loaded, ledger, progress, lap)
        cards, written = _write(
            path,
            deck.folder / LOCK_FILE,
            loaded.follows,
            lambda part: write_package(part, deck, decks, stamped, shipped, loaded.media.files, kept),
            lambda: lock_lines(deck.uid, new_types, ledger.lines),
        )
    except _ChangedLockError:
        message = "another program changed deck.lock during the build"
        at = Place(shown(deck.folder / LOCK_FILE))
        return Built(deck, path, problems=[problem("changed-lock", at, message, "build again")])
    except Refused as error:
        at, message = Place(shown(Path(error.filename))), f"the lock can't be written ({error.strerror})"
        return Built(deck, path, problems=[problem("unwritable", at, message, "put the file itself in its place")])
    except OSError as error:
        message = f"the package or its lock can't be written ({error.strerror or error})"
        at = Place(path.as_posix())
        return Built(deck, path, problems=[problem("unwritable", at, message, "make room, or choose another -o")])
    if not loaded.lock.types:
        problems += _tell_git(deck.folder / ".gitattributes")
    progress(1.0)
    count = len(ledger.numbers) + len(kept.ids)
    lap("package", count)
    changes = ledger.changes()
    media = len(loaded.media.files)
    taken_back = _taken_back(loaded, last, changes, ledger.lines)
    return Built(deck, path, count, cards, media, changes, problems, ledger.newest, written, taken_back)


def _ship(loaded: Loaded, ledger: Ledger, progress: Progress, lap: Lap) -> Iterator[Shipped]:
    """The deck's notes with their stamps, in a package's order; a few at a time, so that no more are in memory."""
    order = ledger.order
    parts = [order[start : start + _FEW] for start in range(0, len(order), _FEW)]
    lap("record", 0)
    with in_two(partial(_stamped, loaded, ledger, lap), parts) as stamped:
        for number, entries in enumerate(stamped, start=1):
            shipped = ledger.enter(entries)
            lap("render", len(shipped))
            lap("record", len(shipped))
            yield from shipped
            lap("package", 0)
            progress(0.9 * number / len(parts))


def _stamped(loaded: Loaded, ledger: Ledger, lap: Lap, parts: Sequence[Sequence[int]]) -> Iterator[Entries]:
    """The notes in the places of each part, rendered and stamped."""
    notes = render_notes(loaded.deck, loaded.identities, loaded.media.names, chain.from_iterable(parts))
    for places in parts:
        some = list(islice(notes, len(places)))
        lap("render", 0)
        entries = ledger.stamped(places, some)
        lap("record", 0)
        yield entries


def lock_changes(loaded: Loaded, out: Path, now: int, only_this_branch: bool = False) -> list[Problem]:
    """A problem for each card and note type for which a build at `now` would change deck.lock. Writes nothing."""
    notes = compile_notes(loaded)
    types = note_types(loaded.deck, note_type_ids(loaded.deck, loaded.lock))
    last = _last_builds(loaded, package_path(loaded.deck.folder, out), only_this_branch)
    lock, changes = record(notes, types, last.lock, now)
    lines = (note_line(*each) for each in lock.notes.values())
    return _locked(loaded, lock, notes, _taken_back(loaded, last, changes, lines))


def _last_builds(loaded: Loaded, package: Path | None, only_this_branch: bool) -> LastBuilds:
    """What learners may have of the deck.

    A build that keeps notes has no `package` to look at, and rebuild.py has found the notes of its lock up to date.
    """
    if package is None and all((each.was or each.id) in loaded.lock.notes for each in loaded.known):
        return LastBuilds(loaded.lock)
    return shipped(loaded.deck.folder, loaded.lock, loaded.known, package, only_this_branch)


def _taken_back(loaded: Loaded, last: LastBuilds, changes: Changes, lines: Iterable[str]) -> dict[str, str]:
    """Of the notes that are edited only because a newer build was taken back, that build, by the note's id.

    `lines` are the next lock's.
    """
    was = {each.id: each.was or each.id for each in loaded.known} if last.newer else {}
    behind = {note_id for note_id in changes.edited if was.get(note_id) in last.newer}
    if not behind:
        return {}
    built = records_in(line for line in lines if line.split("\t", 2)[1] in behind)
    now = {each.id: each.content for each in built if isinstance(each, NoteRecord)}
    before = loaded.lock.notes
    unedited = [each for each in now if was[each] not in before or before[was[each]].content == now[each]]
    words = {source: build_words(loaded.deck.folder, source) for source in {last.newer[was[each]] for each in unedited}}
    return {each: words[last.newer[was[each]]] for each in unedited}


def paper(loaded: Loaded, layout: str) -> str:
    """The deck as an HTML page for printing; `layout` is `columns` or `cards`. See render/paper.py."""
    from builder.render.paper import paper as page

    return page(loaded.deck, compile_notes(loaded), loaded.media.files, layout)


def preview(loaded: Loaded, artist: Artist, last: View | None = None, *, judged: bool = True) -> View:
    """The deck as the preview's page shows it, drawn by the real engine. Writes nothing.

    While the deck has errors, the cards are those of `last`, the page before them. Where it wasn't `judged` when it was
    loaded, the warnings are still those of `last`.
    """
    from builder.preview import view, with_problems

    if not judged and last is not None:
        warnings = [each for each in last.problems if each.severity != ERROR]
        loaded = loaded._replace(problems=sorted({*loaded.problems, *warnings}))

    types = note_types(loaded.deck, note_type_ids(loaded.deck, loaded.lock))
    css = types[0].css
    if loaded.errors:
        return with_problems(last or view(loaded.deck, [], [], {}, [], [], css), loaded.problems)
    notes = compile_notes(loaded)
    _, changes = record(notes, types, loaded.lock, 0)
    named = {"new": changes.new, "edited": changes.edited, "retired": changes.retired}
    states = {note_id: state for state, ids in named.items() for note_id in ids}
    return view(loaded.deck, notes, artist.draw(types, notes), states, loaded.problems, loaded.media.files, css)


def stats(loaded: Loaded, new: int = 10, days: int = 90, retention: int = 90) -> Stats:
    """The deck in numbers, and its study for `days` days at `new` cards a day, `retention` percent to be remembered.

    Without the real engine there is no forecast. The deck must have no errors.
    """
    from builder.stats import Forecast, count

    counted = count(loaded.deck, compile_notes(loaded), loaded.problems, loaded.media.files)
    try:
        from builder.engine.forecast import simulate
    except ModuleNotFoundError as error:
        if error.name != "anki":
            raise
        return counted
    return counted._replace(forecast=Forecast(new, retention, *simulate(counted.total.cards, new, days, retention)))


class Unnamed(NamedTuple):
    """A card without an id of its author's: where it starts, what it asks, and the id that the lock gave it, if any."""

    place: Place
    text: str
    id: str | None


def unnamed(loaded: Loaded) -> list[Unnamed]:
    """The cards without an id, in study order, with the ids that learners know them by."""
    cards = [card for section in loaded.deck.sections for card in section.cards]
    return [
        Unnamed(card.place, " ".join(card.asks.split()), identity.id if identity.id in loaded.lock.notes else None)
        for card, identity in zip(cards, loaded.identities, strict=True)
        if card.id is None and identity is not None
    ]


def write_ids(loaded: Loaded) -> list[Unnamed]:
    """Writes the ids that the lock gave into the YAML, and returns the cards that now have one.

    Nothing else of the files changes, nor the lock, so the next package is the same to the byte. Raises ValueError for
    a deck with errors, or with a sentence where a file can't take an id, and OSError where it can't be written.
    """
    from builder.source.edit import with_ids

    if loaded.errors:
        raise ValueError(f"{loaded.deck.folder} has errors: {loaded.errors[0]}")
    named = [card for card in unnamed(loaded) if card.id is not None]
    edits: dict[Path, bytes] = {}
    by_file: dict[str, list[Unnamed]] = {}
    for card in named:
        by_file.setdefault(card.place.path, []).append(card)
    for shown_path, cards in by_file.items():
        path = loaded.deck.folder / Path(shown_path).name
        ids = {card.place: card.id for card in cards if card.id}
        if len(ids) < len(cards):
            raise ValueError(f"{path} has one card twice by an alias; write the second one out, with an id of its own")
        edits[path] = with_ids(path, read_bytes(path, loaded.deck.folder), ids)
    write_files(edits, loaded.deck.folder)
    return named


# --- the lock and the package, as a pair ---------------------------------------------------------


def folder_name(folder: Path) -> str:
    """The name of a deck's folder, and of its package."""
    return os.path.basename(os.path.abspath(folder))


def lock_in(folder: Path) -> tuple[Lock, list[Problem]]:
    """The deck's lock. One that a killed build left pending counts: its stamps may have reached learners."""
    return _lock_of(folder, _lock_data(folder))


def _lock_data(folder: Path) -> bytes | Problem:
    """The bytes of the deck's lock; none where there isn't one."""
    path = folder / LOCK_FILE
    return read_file(path, folder, LARGEST_LOCK) if os.path.lexists(path) else b""


def _lock_of(folder: Path, data: bytes | Problem) -> tuple[Lock, list[Problem]]:
    if isinstance(data, Problem):
        return Lock(), [data]
    path = folder / LOCK_FILE
    if pending := _pending(path, hash_of(data)):
        waiting = [read_file(each, folder, LARGEST_LOCK) for each in pending]
        if problems := [each for each in waiting if isinstance(each, Problem)]:
            return Lock(), problems
        first, *others = [each for each in waiting if isinstance(each, bytes)]
        lock, problems = read_lock(shown(path), first + b"".join(each.partition(b"\n")[2] for each in others))
        if not problems:
            return lock, []
    return read_lock(shown(path), data) if data or os.path.lexists(path) else (Lock(), [])


def _pending(path: Path, follows: str) -> list[Path]:
    """The locks that wait beside the one at `path`, which has the hash `follows`, until their packages are in place."""
    with suppress(OSError):
        names = sorted(os.listdir(path.parent))
        start = _pending_name(path, follows, "")
        return [path.with_name(name) for name in names if name.startswith(start) and name.endswith(".pending")]
    return []


def _pending_name(path: Path, follows: str, rest: str) -> str:
    return f".{path.name}.{follows[:16]}.{rest}"


class _ChangedLockError(Exception):
    """The lock was changed after it was read."""


def _write(
    path: Path,
    lock_path: Path,
    follows: str,
    write_package: Callable[[Path], int],
    lock_lines: Callable[[], Iterable[str]],
) -> tuple[int, dict[str, str]]:
    """Writes the package and then the lock beside their places, and moves both in.

    Returns what `write_package` does, and the hashes of both files. Between the two moves the new lock lies pending,
    so that a build killed there has lost nothing (test_killed.py kills it everywhere). Raises _ChangedLockError if the
    lock on disk doesn't have the hash `follows`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    target = target_of(lock_path, lock_path.parent)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    lock_part = lock_path.with_name(f".{lock_path.name}.{os.getpid()}.part")
    try:
        cards = write_package(part)
        with TextIOWrapper(create(lock_part, like=target), "utf-8", newline="") as file:
            file.writelines(lock_lines())
        written = {os.fspath(path): digest_of(part), os.fspath(lock_path): digest_of(lock_part)}
        before = hash_of(read_bytes(target, largest=LARGEST_LOCK) if target.exists() else b"")
        if follows not in ("", before):
            raise _ChangedLockError
        pending = lock_path.with_name(_pending_name(lock_path, before, f"{os.getpid()}.pending"))
        os.replace(lock_part, pending)
        try:
            os.replace(part, path)
        except OSError:  # learners have nothing new, so nothing is pending
            pending.unlink(missing_ok=True)
            raise
        os.replace(pending, target)
    finally:
        part.unlink(missing_ok=True)
        lock_part.unlink(missing_ok=True)
    for place in (path, lock_path):
        _clear(place, lock_path.stat().st_mtime)
    return cards, written


def _clear(place: Path, now: float) -> None:
    """Deletes what killed builds left beside `place`, and nothing that another build is still at."""
    for name in os.listdir(place.parent):
        left = place.with_name(name)
        if name.startswith(f".{place.name}.") and name.endswith((".part", ".pending")):
            with suppress(OSError):
                if now - left.stat().st_mtime > _ONE_BUILD or _has_ended(left.stem):
                    left.unlink()


def _has_ended(name: str) -> bool:
    """Whether the process is gone whose number ends `name`. Windows can't tell, and keeps a file that is open."""
    pid = name.rpartition(".")[2]
    try:
        if os.name != "nt" and pid.isdecimal():
            os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):  # another user's process, or no process's number
        return False
    return os.name == "nt"


def _tell_git(attributes: Path) -> list[Problem]:
    """Tells git how to merge locks, below what the author has told it; a warning where it can't be written."""
    folder = attributes.parent
    try:
        said = read_bytes(attributes, folder, LARGEST_FILE) if os.path.lexists(attributes) else b""
        if LOCK_FILE.encode() not in said:
            apart = b"" if not said or said.endswith(b"\n") else b"\n"
            write_file(attributes, said + apart + _GIT_ATTRIBUTES.encode(), folder)
    except OSError as error:
        message = f"git can't be told how to merge locks ({error.strerror or error})"
        remedy = f"write in it: {_GIT_ATTRIBUTES.strip()}"
        return [problem("unwritable", Place(shown(attributes)), message, remedy, WARNING)]
    return []


def _lost_lock(loaded: Loaded, path: Path) -> list[Problem]:
    deck = loaded.deck
    if loaded.lock.notes or (deck.folder / LOCK_FILE).exists() or not path.exists():
        return []
    message = f"{path.as_posix()} was built before, and the deck's lock is gone"
    remedy = "mend it with studydeck build --repair-lock; cards with an id keep their history in any case"
    return [problem("lost-lock", deck.place, message, remedy, WARNING)]


def _future_stamp(loaded: Loaded, now: int) -> list[Problem]:
    """A warning where the lock is more than a day ahead: learners' own changes of such notes would lose to it."""
    newest = max((each.modified for each in loaded.lock.notes.values()), default=0)
    days = (newest - now) // 86_400
    if days < 1:
        return []
    at = Place(shown(loaded.deck.folder / LOCK_FILE))
    message = f"the lock's newest stamp is {days:,} day{'s' if days > 1 else ''} ahead of this build's clock"
    return [
        problem("future-stamp", at, message, "set the clock right; edits still arrive, as stamps only rise", WARNING)
    ]


def _locked(loaded: Loaded, lock: Lock, notes: Sequence[Note], taken_back: Mapping[str, str]) -> list[Problem]:
    """A problem for every card and note type of which `lock` knows something that the loaded one doesn't."""
    remedy = "run studydeck build and commit deck.lock"
    problems = []
    before = loaded.lock.notes
    places = {note.identity.id: note.card.place for note in notes}
    for note_id, after in lock.notes.items():
        if before.get(note_id) != after:
            what = "is new" if note_id not in before else "changed" if note_id in places else "is gone"
            if note_id in taken_back:
                what += f": a newer build was taken back ({taken_back[note_id]})"
            at = places.get(note_id, loaded.deck.place)
            problems.append(problem("locked", at, f"the lock would change: the card '{note_id}' {what}", remedy))
    if before and not loaded.lock.uid:
        message = "the lock would change: it has no line with the deck's uid yet"
        problems.append(problem("locked", loaded.deck.place, message, remedy))
    for key, after_type in lock.types.items():
        if loaded.lock.types.get(key) != after_type:
            message = f"the lock would change: the note type '{after_type.name}' changed"
            problems.append(problem("locked", loaded.deck.place, message, remedy))
    return sorted(problems)
