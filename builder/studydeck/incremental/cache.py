"""What the last build made from which bytes, so that the next one reads only what has changed since.

Nothing depends on it: if a cache file is missing, unreadable or out of date, everything is built. The cache is in the
user's cache folder (or in STUDYDECK_CACHE), two small files for each deck: the hashes of its files and, for rebuild.py,
the contents of each section.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from studydeck import __version__
from studydeck.files import (
    LARGEST_PACKAGE,
    TOO_BIG,
    Mark,
    Refused,
    digest_of,
    hash_of,
    inside,
    keep_digest,
    known_digest,
    mark_of,
    package_path,
    write_file,
)
from studydeck.repository import refs_state, repository_of
from studydeck.user_cache import place_of

if TYPE_CHECKING:
    from studydeck.model import Problem

_LOCK = "deck.lock"
_UNKNOWN = "?"  # no file's hash
_DECIDING = (_LOCK, "material.lock", "style.css")  # besides the YAML files and these folders:
_YAML = (".yaml", ".yml")  # the second, and other cases, are only warned of
_INNER = ("media", "note-types")
_DAY = 86_400  # seconds


class State(NamedTuple):
    """Hashes of the bytes that decide what a build of a deck makes, by the paths of their files.

    `marks` of these files and of their folders show whether a file was written, added or deleted since: after a change
    and a change back, the hash is the same. `refs` is a hash of the branches, tags, stashes and reflogs of the deck's
    git repository, and `program` of the program and the names of the folders. Some files were `hashed`; the others have
    the mark under which their hash is remembered.
    """

    digests: Mapping[str, str] = {}
    marks: Mapping[str, Mark] = {}
    refs: str = ""
    program: str = ""
    hashed: bool = False


class Claims(NamedTuple):
    """What a deck claims, and no other deck may have: hashes of its `own` names and numbers, and guids.

    `written` are the guids that the author wrote, and `retired` those of cards that are in the YAML as retired.
    """

    own: Sequence[str] = ()
    written: Sequence[str] = ()
    retired: Sequence[str] = ()


class Made(NamedTuple):
    """A package that a build made: its deck's title, its notes, cards and media files, and its claims.

    `newest` is the newest stamp in its lock, in seconds since 1970. `problems` are the deck's warnings, which every
    build reports.
    """

    title: str
    notes: int
    cards: int
    media: int
    newest: int = 0
    claims: Claims = Claims()
    problems: Sequence[Problem] = ()


class Known(NamedTuple):
    """What the last build of a deck made, and the files that have changed since, if any.

    `sections` is the hash of what `sections_of` reads; `digests` are those of the files after that build. `moved` says
    that a git ref has moved, or that other refs count now.
    """

    made: Made
    changed: frozenset[str]
    sections: str
    digests: Mapping[str, str]
    moved: bool


class DeckStatus(NamedTuple):
    """A deck's files as they are now, and what is known of its last build, if anything is usable."""

    deck: Path
    state: State
    known: Known | None

    @property
    def is_same(self) -> bool:
        """Whether nothing has changed since the last build."""
        return self.known is not None and not (self.known.changed or self.known.moved)

    @property
    def made(self) -> Made:
        """What the last build made; for decks of which that is known."""
        assert self.known
        return self.known.made


class _Entry(NamedTuple):
    """What is remembered of a deck's last build."""

    program: str
    sections: str
    refs: str
    made: Made
    files: Sequence[Sequence[str]]


def look(decks: Sequence[Path], out: Path, now: int, only_this_branch: bool = False) -> list[DeckStatus]:
    """What is in each of `decks`, and what the last build of it into `out` made.

    A state is empty if a file can't be read. Nothing is known of a deck if a file was added or deleted, if the program
    or its Python is another one, or if a stamp is in the future at `now` (seconds since 1970), which a build reports.
    `only_this_branch` says which refs of a repository a build reads.
    """
    try:
        program = _program()
    except OSError:
        return [DeckStatus(deck, State(), None) for deck in decks]
    refs: dict[str, str] = {}
    looks = []
    for deck in decks:
        entry, state = _entry_of(deck, out), State()
        with suppress(OSError):
            state = _state_of(deck, out, entry, program)
            state = state._replace(refs=_refs(deck, only_this_branch, refs))
        looks.append(DeckStatus(deck, state, _known(entry, state, now) if entry else None))
    return looks


def _refs(deck: Path, only_this_branch: bool, known: dict[str, str]) -> str:
    """A hash of the refs that count for a deck, and where they are; `known` are those of git's folders."""
    scope = "HEAD" if only_this_branch else ""
    if repository := repository_of(deck):
        if repository.git_dir not in known:
            known[repository.git_dir] = refs_state(repository)
        scope += repository.git_dir + known[repository.git_dir]
    return hash_of(scope.encode("utf-8", "surrogatepass"))


def _state_of(deck: Path, out: Path, entry: _Entry | None, program: str) -> State:
    """The deck's files and its package in `out`, as they are now. Raises OSError if one can't be read."""
    files, folders = _all_files(deck, out)
    marks = {path: mark_of(os.stat(path)) for path in (*folders, *files)}
    if entry:
        _recall_digests(entry)
    known = {path: known_digest(path, marks[path]) for path in files}
    digests = {path: known[path] or _digest(path, folder) for path, folder in files.items()}
    names = "\0".join([program, *sorted(folders)])
    return State(digests, marks, "", hash_of(names.encode("utf-8", "surrogatepass")), not all(known.values()))


def _known(entry: _Entry, state: State, now: int) -> Known | None:
    before = {path: digest for digest, _, path in entry.files}
    if not state.digests or before.keys() != state.digests.keys():
        return None
    if entry.program != state.program or entry.made.newest >= now + _DAY:
        return None
    changed = frozenset(path for path, digest in state.digests.items() if before[path] != digest)
    return Known(entry.made, changed, entry.sections, before, entry.refs != state.refs)


def may_meet(decks: Sequence[Claims], guids: Callable[[int], Iterable[str]]) -> bool:
    """Whether some of these decks may have what only one may have; `guids` are those of the deck with this index."""
    own = [claim for each in decks for claim in set(each.own)]
    if len(set(own)) < len(own):
        return True
    writer: dict[str, int] = {}
    if any(writer.setdefault(guid, number) != number for number, each in enumerate(decks) for guid in each.written):
        return True
    return bool(writer) and any(
        writer.get(guid, number) != number for number in range(len(decks)) for guid in guids(number)
    )


def are_unchanged(looks: Sequence[DeckStatus]) -> bool:
    """Whether a build of these decks would make what is there."""
    if not all(each.is_same for each in looks):
        return False
    return len(looks) == 1 or not may_meet([each.made.claims for each in looks], lambda number: guids_of(looks[number]))


def guids_of(look: DeckStatus) -> set[str]:
    """The guids of all cards of a deck that has not changed since its last build."""
    with suppress(OSError):
        lines = (look.deck / _LOCK).read_text("utf-8").split("\n")
        notes = (line.split("\t", 5) for line in lines if line.startswith("note\t"))
        return {*look.made.claims.retired, *(values[2] for values in notes if values[4] == "live")}
    return set()


def is_complete(state: State) -> bool:
    """Whether no file was added or deleted in the deck's folders since its `state` was taken."""
    return all(_is_same(folder, state) for folder in state.marks.keys() - state.digests.keys())


def sections_of(deck: Path, out: Path, known: Known) -> str | None:
    """The `sections` that `remember` stored at the last build; None if they are missing or damaged."""
    with suppress(OSError):
        data = _place(deck, out).with_suffix(".sections").read_bytes()
        if hash_of(data) == known.sections:
            return data.decode("utf-8", "surrogatepass")
    return None


def remember(look: DeckStatus, out: Path, made: Made, written: Mapping[str, str], sections: Iterable[str]) -> None:
    """Stores what a build of a deck made, if the cache can be written.

    The state is from before the build, and was complete when everything had been read; `written` are the hashes of the
    files that the build wrote itself, and `sections` the pieces of what `sections_of` reads. A file that was saved
    during the build may have been built or not, so it counts as changed.
    """
    deck, state, _ = look
    with suppress(OSError):
        now = {path: digest if _is_same(path, state) else _UNKNOWN for path, digest in state.digests.items()}
        now |= written
        new = any(path not in now for path in _all_files(deck, out)[0])
        if new or not state.digests or any("\n" in path for path in now):
            return
        digest = hashlib.sha256()
        write_file(_place(deck, out).with_suffix(".sections"), _hashed(sections, digest.update))
        marks = {**state.marks, **{path: mark_of(os.stat(path)) for path in written}}
        _write(deck, out, state, digest.hexdigest(), made, _lines(now, marks))


def _hashed(texts: Iterable[str], update: Callable[[bytes], object]) -> Iterator[bytes]:
    """The bytes of `texts`, each piece also given to a hash: all at once would take much memory."""
    for text in texts:
        data = text.encode("utf-8", "surrogatepass")
        update(data)
        yield data


def settle(look: DeckStatus, out: Path) -> None:
    """Remembers the mark of each of a deck's files, and its refs, from which the last build had nothing to make.

    So what that build had just written, or its author, needn't be hashed again and again.
    """
    deck, state, known = look
    if known and (state.hashed or known.moved):
        with suppress(OSError):
            _write(deck, out, state, known.sections, known.made, _lines(state.digests, state.marks))


def _write(deck: Path, out: Path, state: State, sections: str, made: Made, files: str) -> None:
    """Writes an entry: its head, what was made, and the lines of the files."""
    head = f"{state.program} {sections} {state.refs}"
    own, mine, retired = made.claims
    problems = _json(deck, made.problems)
    rows = [made[:5], ["own", *own], ["written", *mine], ["retired", *retired], ["problems", problems]]
    text = "\n\n".join([head, "\n".join("\t".join(map(str, row)) for row in rows), files])
    write_file(_place(deck, out), text.encode("utf-8", "surrogatepass"))


def _entry_of(deck: Path, out: Path) -> _Entry | None:
    """The entry of a deck's last build, unless it is missing, damaged, or names the deck's files otherwise."""
    with suppress(OSError, ValueError, TypeError):
        head, made, files = _place(deck, out).read_text("utf-8", "surrogatepass").split("\n\n")
        program, sections, refs = head.split(" ")
        (title, *numbers), (_, *own), (_, *mine), (_, *retired), (_, problems) = (
            row.split("\t") for row in made.split("\n")
        )
        notes, cards, media, newest = map(int, numbers)
        found = Made(title, notes, cards, media, newest, Claims(own, mine, retired), _problems(deck, problems))
        return _Entry(program, sections, refs, found, [line.split(" ", 2) for line in files.split("\n")])
    return None


def _lines(digests: Mapping[str, str], marks: Mapping[str, Mark]) -> str:
    """The lines of an entry: of each file its hash, its mark if only the hashed file can have it, and its path."""
    sure = {path: marks[path] for path in digests if known_digest(path, marks[path]) == digests[path]}
    return "\n".join(f"{digests[path]} {'.'.join(map(str, sure.get(path, ())))} {path}" for path in sorted(digests))


def _recall_digests(entry: _Entry) -> None:
    """Keeps the hashes that an entry has, by the paths and marks of their files."""
    with suppress(ValueError):
        for digest, mark, path in entry.files:
            if mark and digest != _UNKNOWN:
                keep_digest(path, tuple(map(int, mark.split("."))), digest)


def _json(deck: Path, problems: Sequence[Problem]) -> str:
    """A deck's problems, and how its files are named in them; "" if there are none."""
    if not problems:
        return ""
    import json  # few decks have any

    return json.dumps([_named(deck), problems])


def _problems(deck: Path, written: str) -> list[Problem]:
    """The problems in what `_json` made. Raises ValueError or TypeError if they would be said otherwise now."""
    if not written:
        return []
    import json

    from studydeck.model import Problem

    named, problems = json.loads(written)
    if named != _named(deck):
        raise ValueError(named)
    return [Problem(*each) for each in problems]


def _named(deck: Path) -> str:
    return f"{os.getcwd()}\0{os.fspath(deck)}"


def _place(deck: Path, out: Path) -> Path:
    return place_of("\0".join(os.path.realpath(path) for path in (deck, out)))


def _program() -> str:
    """A hash of the program and its Python, by its files' times: another version may build something else."""
    digest = hashlib.sha256(f"{__version__} {sys.version}".encode())
    for folder, names in _below(os.path.dirname(os.path.dirname(__file__))):
        for path in [os.path.join(folder, name) for name in names if not name.endswith(".pyc")]:
            status = os.stat(path)
            digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\0".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _is_same(path: str, state: State) -> bool:
    with suppress(OSError):
        return mark_of(os.stat(path)) == state.marks[path]
    return False


def _digest(path: str, folder: str | None = None) -> str:
    """A hash of a file's bytes, or of the reason why it won't be read. Raises OSError, even if it is only too big."""
    try:
        return digest_of(path, folder, LARGEST_PACKAGE)
    except Refused as error:
        if error.strerror == TOO_BIG:
            raise
        return hash_of(str(error.strerror).encode())  # a build refuses it, so its bytes don't matter


def _all_files(deck: Path, out: Path) -> tuple[dict[str, str | None], list[str]]:
    """Every file that matters, with the folder that it has to be in; and the folders in which some may be added.

    These are the files that decide what a build of `deck` makes, without others that editors may put beside them, and
    its package in `out`, which may be a link to anywhere.
    """
    home = os.fspath(deck)
    files: dict[str, str | None] = {
        os.path.join(home, name): home
        for name in sorted(os.listdir(home))
        if name in _DECIDING or name.startswith(f".{_LOCK}.") or (name[0] != "." and name.lower().endswith(_YAML))
    }
    folders = [home]
    for name in _INNER:  # links to folders in them aren't followed; a link to a file is listed itself
        if inside(inner := os.path.join(home, name), home):
            for folder, names in _below(inner):
                folders.append(folder)
                files |= {os.path.join(folder, name): folder for name in names}
    package = package_path(deck, out)
    return files | ({os.fspath(package): None} if package.exists() else {}), folders


def _below(folder: str) -> Iterator[tuple[str, list[str]]]:
    """A folder, and every folder below it, with their files, in the same order on every system."""
    for parent, folders, names in os.walk(folder):
        folders.sort()
        yield parent, sorted(names)
