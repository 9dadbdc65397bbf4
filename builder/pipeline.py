"""The whole flow, top to bottom: a deck's folder to problems, to notes, to a package and its lock.

Every command is the start of this flow and a tail of its own. From Python:

    loaded = load(Path("cards/magnesium-and-inflammation"))
    if not loaded.errors:
        built = build(loaded, Path("dist"), now=int(time.time()))
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from builder.checks import check
from builder.history import LOCK_FILE, Changes, Lock, git, identify, lock_text, note_type_ids, read_lock, record
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
from builder.model import ERROR, WARNING, Deck, Identity, Note, NoteType, OldNote, Place, Problem, Text, problem, shown
from builder.render import Media, collect_media, note_types, render_notes
from builder.source import read_deck, with_cards, with_ids, with_locators

if TYPE_CHECKING:
    from builder.engine.drawing import Artist
    from builder.material import Coverage, MaterialLock, Outline, Sources
    from builder.preview import View
    from builder.stats import Stats

#: Told how much of the work is done, from 0 to 1.
Progress = Callable[[float], None]
#: Told that a stage of the flow has ended, and how many things it made.
Lap = Callable[[str, int], None]

#: git merges two people's locks by taking the lines of both; history/lock.py reads such a file.
_GIT_ATTRIBUTES = "deck.lock text eol=lf merge=union\n"
_NO_CHANGES = Changes((), (), (), ())
_MATERIAL_LOCK = "material.lock"  # as in builder/material/lock.py, which decks without a material don't load


class Loaded(NamedTuple):
    """A deck, read and checked. With `errors` it must not be built."""

    deck: Deck
    lock: Lock
    identities: Sequence[Identity | None]
    media: Media
    problems: Sequence[Problem]

    @property
    def errors(self) -> list[Problem]:
        return [each for each in self.problems if each.severity == ERROR]

    @property
    def cards(self) -> int:
        """How many cards its author wrote; a reversed one counts once."""
        return sum(len(section.cards) for section in self.deck.sections)


class Built(NamedTuple):
    """What a build made, or the problems for which it wrote nothing."""

    deck: Deck
    path: Path
    notes: int = 0
    cards: int = 0
    media: int = 0
    changes: Changes = _NO_CHANGES
    problems: Sequence[Problem] = ()


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
    lap: Lap = _no_lap,
) -> Loaded:
    """Reads and checks the deck in `folder`: all problems of all its files, sorted by place. Writes nothing.

    `lock` stands in for the one in the folder, such as a repaired one. Without `judge`, warnings that take judgement
    of each card are left out: a build needs to know what is wrong, not what could be better.
    """
    deck, problems = read_deck(folder, progress)
    lap("read", sum(len(section.cards) for section in deck.sections))
    media, found = collect_media(deck, whole=all(each.severity != ERROR for each in problems))
    problems += found
    lap("media", len(media.files))
    damage: list[Problem] = []
    if lock is None:
        lock, damage = _read_lock(folder)
    lap("lock", len(lock.notes))
    identities, found = identify(deck, lock)
    lap("identify", len(identities))
    problems = check(deck, [*problems, *_material_problems(deck, identities, judge)], judge=judge) + damage
    lap("check", len(problems))
    if any(each.severity == ERROR for each in problems):
        # A card that was left out looks like one that is gone, so nothing can be asked about it yet.
        found = [each for each in found if each.name != "ambiguous-card"]
    return Loaded(deck, lock, identities, media, sorted({*problems, *found}))


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
    first: dict[tuple[str, str], Deck] = {}
    for deck in (loaded.deck for loaded in decks):
        shared = {"uid": deck.uid, "name": deck.title.casefold(), "folder name": _name(deck.folder).casefold()}
        for what, value in shared.items():
            other = first.setdefault((what, value), deck)
            if other is not deck and value:
                message = f"this deck has the same {what} as {other.place.path}"
                problems.append(problem("same-deck", deck.place, message, f"give one of the two another {what}"))
    return decks, sorted(problems)


def part_of(progress: Progress, number: int, count: int) -> Progress:
    """The progress of part `number` (from 0) of `count` equal parts."""
    return lambda done: progress((number + done) / count)


def compile_notes(loaded: Loaded) -> list[Note]:
    """The notes of a loaded deck in study order, rendered for Anki."""
    return render_notes(loaded.deck, loaded.identities, loaded.media.names)


def build(
    loaded: Loaded,
    out: Path,
    now: int,
    *,
    locked: bool = False,
    progress: Progress = _no_progress,
    lap: Lap = _no_lap,
) -> Built:
    """Builds `out/<folder's name>.apkg` and then deck.lock; both, or neither.

    `now` is in seconds since 1970, the stamp of whatever changed since the last build. With `locked`, a build
    that would change the lock writes nothing and has a problem for every such card. Raises ValueError for
    a deck with errors; a file that can't be written is a problem of the result.
    """
    if loaded.errors:
        raise ValueError(f"{loaded.deck.folder} has errors and can't be built: {loaded.errors[0]}")
    deck = loaded.deck
    path = out / f"{_name(deck.folder)}.apkg"
    notes = compile_notes(loaded)
    progress(0.5)
    lap("render", len(notes))
    types = note_types(deck, note_type_ids(deck, loaded.lock))
    lock, shipped, changes = record(notes, types, loaded.lock, now)
    lap("record", len(lock.notes))
    problems = [*_lost_lock(loaded, path), *_future_stamp(loaded, now)]
    if locked and (changed := _locked(loaded, lock, notes)):
        return Built(deck, path, problems=changed)
    progress(0.6)
    try:
        from builder.package import write_package

        stamped = [(each, lock.types[each.key].modified) for each in types]
        _write(
            path,
            deck.folder / LOCK_FILE,
            lock_text(lock),
            lambda part: write_package(part, deck, stamped, shipped, loaded.media.files),
        )
    except OSError as error:
        message = f"the package or its lock can't be written ({error.strerror or error})"
        at = Place(path.as_posix())
        return Built(deck, path, problems=[problem("unwritable", at, message, "make room, or choose another -o")])
    progress(1.0)
    lap("package", len(shipped))
    cards = sum(len(note.ords) for note in notes)
    return Built(deck, path, len(notes), cards, len(loaded.media.files), changes, problems)


def lock_changes(loaded: Loaded, now: int) -> list[Problem]:
    """A problem for each card and note type for which a build at `now` would change deck.lock. Writes nothing."""
    notes = compile_notes(loaded)
    lock, _, _ = record(notes, note_types(loaded.deck, note_type_ids(loaded.deck, loaded.lock)), loaded.lock, now)
    return _locked(loaded, lock, notes)


def plan(loaded: Loaded, out: Path, against: str | None = None) -> Plan:
    """What importing the deck, as its files are now, does to a learner who has the build `against`.

    `against` is a package, a lock or a git revision; None is the deck's own lock, the last build. Old texts come
    from that package or revision, else from the package in `out` or git's HEAD. Raises ValueError with a
    sentence where there is no such build.
    """
    notes = compile_notes(loaded)
    before, texts_from = _before(loaded, against)
    folder = loaded.deck.folder
    if lacks_texts(before, notes):
        before, texts_from = _with_texts(before, notes, folder, out / f"{_name(folder)}.apkg", texts_from)
    types = note_types(loaded.deck, note_type_ids(loaded.deck, loaded.lock))
    return make_plan(loaded.deck, before, notes, types, texts_from)


def paper(loaded: Loaded, layout: str) -> str:
    """The deck as an HTML page for printing; `layout` is `columns` or `cards`. See render/paper.py."""
    from builder.render.paper import paper as page

    return page(loaded.deck, compile_notes(loaded), loaded.media.files, layout)


def preview(loaded: Loaded, artist: Artist, last: View | None = None) -> View:
    """The deck as the preview's page shows it, drawn by the real engine. Writes nothing.

    While the deck has errors, the cards are those of `last`, the page before them.
    """
    from builder.preview import view, with_problems

    types = note_types(loaded.deck, note_type_ids(loaded.deck, loaded.lock))
    css = types[0].css
    if loaded.errors:
        return with_problems(last or view(loaded.deck, [], [], {}, [], [], css), loaded.problems)
    notes = compile_notes(loaded)
    _, _, changes = record(notes, types, loaded.lock, 0)
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

    Nothing else of the files changes, so the next package is the same to the byte. Raises ValueError for a deck with
    errors, or with a sentence where a file can't take an id, and OSError where it can't be written.
    """
    if loaded.errors:
        raise ValueError(f"{loaded.deck.folder} has errors: {loaded.errors[0]}")
    named = [card for card in unnamed(loaded) if card.id is not None]
    edits: dict[Path, bytes] = {}
    for path in (loaded.deck.folder / Path(section.place.path).name for section in loaded.deck.sections):
        ids = {card.place: card.id for card in named if Path(card.place.path).name == path.name and card.id}
        if len(ids) < sum(Path(card.place.path).name == path.name for card in named):
            raise ValueError(f"{path} has one card twice by an alias; write the second one out, with an id of its own")
        if ids:
            edits[path] = with_ids(path, path.read_bytes(), ids)
    for path, data in edits.items():
        _replace(path, data)
    if edits:
        given = {card.id for card in named}
        notes = {name: each._replace(made=each.made and name not in given) for name, each in loaded.lock.notes.items()}
        _replace(loaded.deck.folder / LOCK_FILE, lock_text(loaded.lock._replace(notes=notes)).encode())
    return named


def _replace(path: Path, data: bytes) -> None:
    """Writes `data` beside `path` and then moves it there."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(data)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


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
        target = Path(temporary, _name(folder))
        if not git.checkout(folder, revision, target):
            return []
        return texts_of(compile_notes(load(target)))


def _before_package(path: Path, source: str) -> Before:
    notes, types = _read_package(path)
    return before_from_package(notes, [note_type for note_type, _ in types], source)


def _read_package(path: Path) -> tuple[list[OldNote], list[tuple[NoteType, int]]]:
    from builder.package.read import read_package

    return read_package(path)


def repair_lock(folder: Path, out: Path) -> Repaired | None:
    """A lock for the deck in `folder` from what is left of it, git and the package in `out`; None if it is whole.

    Writes nothing: hand its lock to `load`, and build.
    """
    path = folder / LOCK_FILE
    _, problems = _read_lock(folder)
    package = out / f"{_name(folder)}.apkg"
    if path.exists() and not problems:
        return None
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
    return repair(good_lines, from_git, from_package, compile_notes(load(folder, lock=Lock())))


# --- the material --------------------------------------------------------------------------------


def sources(loaded: Loaded, material: Path | None = None) -> Sources:
    """Every source of the deck and its state, by material.lock and by the material where it is at hand.

    `material` is a file; None means the one that deck.yaml names, if it is there. Raises ValueError with a sentence
    where there is neither a lock nor a material, or where one of them can't be read.
    """
    from builder.material import sources_of

    lock, problems = _read_material_lock(loaded.deck)
    if problems:
        raise ValueError(str(problems[0]))
    outline = _outline(loaded.deck, material)
    if outline is None and not lock.outline.parts:
        raise ValueError(f"{shown(loaded.deck.folder)} has no material.lock; name the material with --material")
    return sources_of(loaded.deck, _card_ids(loaded.identities), lock, outline)


def coverage(loaded: Loaded, material: Path | None = None) -> Coverage:
    """Which sentences of the material have a card, with their texts where the material is at hand. Raises as `sources`.

    A card that isn't written yet is none.
    """
    from builder.material import coverage_of

    found = sources(loaded, material)
    todo = {(each.path, each.line, each.column) for each in loaded.problems if each.name == "placeholder"}
    written = [
        each
        for each in found.all
        if each.card is None or todo.isdisjoint((text.path, text.line, text.column) for text in each.card.texts)
    ]
    return coverage_of(str(loaded.deck.title), found._replace(all=tuple(written)))


def source_texts(loaded: Loaded, found: Sources) -> dict[str, str]:
    """The sentences at hand by their fingerprints: those of `found`, and of the material that deck.yaml names."""
    from builder.material.words import texts_of

    return texts_of(found.outline, _outline(loaded.deck, None))


def stamp_sources(loaded: Loaded, material: Path | None = None) -> Sources:
    """Makes or updates material.lock, accepts what each source says now, and returns the sources.

    Writes nothing but the lock, and that only if it changes. Raises ValueError with a sentence where the deck has
    errors or a sentence has moved, and as `sources` does; OSError where the lock can't be written.
    """
    found = _unmoved(loaded, material)
    _write_material_lock(loaded.deck, found, lambda source: True)
    return sources(loaded, material)


def accept_sources(loaded: Loaded, ids: Sequence[str], material: Path | None = None) -> Sources:
    """Accepts what the sources of the cards `ids` say now, whatever became of them. Raises as `stamp_sources`."""
    from builder.material import MaterialLock, sources_of

    found = _unmoved(loaded, material)
    unknown = set(ids) - {source.owner for source in found.all}
    if unknown:
        raise ValueError(f"{shown(loaded.deck.folder)} has no card '{min(unknown)}' with a source")
    lock, _ = _read_material_lock(loaded.deck)
    stamps = {key: stamp for key, stamp in lock.stamps.items() if key[0] not in ids}
    outline = _outline(loaded.deck, material)
    found = sources_of(loaded.deck, _card_ids(loaded.identities), MaterialLock(lock.outline, stamps), outline)
    _write_material_lock(loaded.deck, found, lambda source: source.owner in ids)
    return sources(loaded, material)


def fix_sources(loaded: Loaded, material: Path | None = None) -> Sources:
    """Rewrites the locators of sentences that moved, takes the material's new outline into the lock, and returns
    the sources as they were before.

    Of the YAML nothing but these locators changes; what its author accepted stays. Raises as `stamp_sources`, and
    ValueError where a file can't take a locator.
    """
    _refuse_errors(loaded)
    found = sources(loaded, material)
    edits: dict[Path, bytes] = {}
    for section in loaded.deck.sections:
        path = loaded.deck.folder / Path(section.place.path).name
        moved = [(each.locator, each.written) for each in found.to_rewrite if each.locator.path == section.place.path]
        if moved:
            edits[path] = with_locators(path, path.read_bytes(), moved)
    for path, data in edits.items():
        _replace(path, data)
    _write_material_lock(loaded.deck, found, lambda source: False)
    return found


class Drafted(NamedTuple):
    """What `draft` wrote: files, how many stubs and cards of a program's, and what was wrong with its other cards."""

    files: Sequence[Path]
    stubs: int
    proposed: int
    problems: Sequence[Problem]


def draft(material: Path, folder: Path, name: str, uid: str, command: str | None = None) -> Drafted:
    """Drafts cards for the sentences of `material` that have none: a new deck in `folder`, or more cards for its deck.

    `name` and `uid` are for a new deck. Stubs say TODO, so the deck can't be built before they are written. `command`
    is a program that is asked for cards, as docs/material.md tells. Raises as `fix_sources`, and where the program
    fails; then nothing is written.
    """
    from builder.material import Sources, coverage_of
    from builder.material.draft import card_item, section_text, stub
    from builder.source.starter import write_deck

    loaded = load(folder) if (folder / "deck.yaml").exists() else None
    found = _unmoved(loaded, material) if loaded else Sources((), _read_outline(material))
    covered = coverage_of(name, found)
    bare = {each.spot: each.sentence for each in covered.sentences if each.is_bare}
    cards, problems = _proposed(command, covered, found.outline, loaded) if command and bare else ([], [])
    items: dict[Path, list[str]] = {}
    files = _section_files(found.outline, loaded, folder)
    for spot, sentence in found.outline.spots().items():
        made = [card_item(card, spot, sentence) for at, card in cards if at == spot]
        if not made and spot in bare:
            made = [stub(spot, sentence)]
        if made:
            items.setdefault(files[spot.section], []).extend(made)
    parts = {files[part.slug]: part for part in found.outline.parts}
    if loaded is None:
        texts = {path.stem: section_text(parts[path], made) for path, made in items.items()}
        written: Sequence[Path] = write_deck(folder, name, None, uid, texts)
    else:
        edits = {
            path: with_cards(path, path.read_bytes(), made)
            if path.exists()
            else section_text(parts[path], made).encode()
            for path, made in items.items()
        }
        for path, data in edits.items():
            _replace(path, data)
        if os.path.lexists(folder / _MATERIAL_LOCK):  # the new places are in the new outline
            _write_material_lock(loaded.deck, sources(load(folder), material), lambda source: False)
        written = list(edits)
    return Drafted(written, sum(map(len, items.values())) - len(cards), len(cards), problems)


def _section_files(outline: Outline, loaded: Loaded | None, folder: Path) -> dict[str, Path]:
    """The section file of each section of the material, which may have to be written, by the section's slug."""
    sections = loaded.deck.sections if loaded else ()
    by_tag = {str(each.tag): folder / Path(each.place.path).name for each in reversed(sections)}
    files = {}
    for part in outline.parts:
        path = by_tag.get(part.tag) or folder / f"{part.slug}.yaml"
        while path not in by_tag.values() and (path.exists() or path.stem == "deck"):
            path = path.with_stem(f"{path.stem}-2")
        files[part.slug] = path
    return files


def _proposed(
    command: str, covered: Coverage, outline: Outline, loaded: Loaded | None
) -> tuple[list[tuple[Any, Any]], list[Problem]]:
    """The cards that a program proposes, each with the spot of its first source, and the problems of its other lines.

    Its answers are read and checked as a section file of the deck would be.
    """
    from builder.material.draft import answers, as_section, proposals, requests, seconds

    asked = requests(covered)
    label = command.strip().partition(" ")[0]
    values, problems = answers(label, proposals(command, asked, seconds(asked)))
    with tempfile.TemporaryDirectory(prefix="studydeck-") as temporary:
        Path(temporary, "deck.yaml").write_text("deck: x\nuid: xxxxxxxx\n", encoding="utf-8", newline="\n")
        path = Path(temporary, "proposed.yaml")
        path.write_text(as_section(values.values()), encoding="utf-8", newline="\n")
        deck, found = read_deck(Path(temporary), _no_progress)
        if loaded:
            deck = loaded.deck._replace(sections=(*loaded.deck.sections, *deck.sections), checks={})
        found = [each for each in (*found, *check(deck)) if each.path == shown(path) and each.severity == ERROR]
    spots = {str(spot): spot for spot in outline.spots()}
    cards = []
    for line, (number, value) in enumerate(values.items(), start=3):  # as_section puts the first card on line 3
        card = next((card for card in deck.sections[-1].cards if card.place.line == line), None)
        wrong = [each._replace(path=label, line=number) for each in found if each.line == line]
        if card is not None and not wrong and not (card.source and all(each in spots for each in card.source)):
            message, remedy = (
                "this card's source is no sentence that was told",
                "give a sentence's source back as it was",
            )
            wrong = [problem("bad-source", Place(label, number), message, remedy)]
        if wrong:
            problems += wrong
        elif card is not None:
            cards.append((spots[card.source[0]], value))
    return cards, sorted(problems)


def _material_problems(deck: Deck, identities: Sequence[Identity | None], judge: bool) -> list[Problem]:
    """What material.lock shows of the deck's sources, and to a judge the material, if it is at hand.

    Decks without either pay nothing.
    """
    if not deck.material.path and not os.path.lexists(deck.folder / _MATERIAL_LOCK):
        return []
    from builder.material import bad_source, copied, hedge_lost, source_changed, source_gone, sources_of

    lock, problems = _read_material_lock(deck)
    try:
        outline = _outline(deck, None) if judge else None
    except ValueError as error:
        written = deck.material.path
        at = written if isinstance(written, Text) else deck.place
        problems.append(problem("unreadable", at, str(error), "mend path:, or take it out", WARNING))
        outline = None
    if problems:
        return problems
    ids = _card_ids(identities)
    found = sources_of(deck, ids, lock)
    if lock.outline.parts:  # the same errors with the material at hand and without it
        problems += bad_source(found)
    if outline is not None:
        found = sources_of(deck, ids, lock, outline)
        problems += [*copied(deck, outline), *hedge_lost(found)]
    return [*problems, *source_changed(found), *source_gone(found)]


def _outline(deck: Deck, material: Path | None) -> Outline | None:
    """The outline of the material that is named, or of the one that deck.yaml names, if that is there."""
    if material is not None:
        return _read_outline(material)
    path = deck.folder / deck.material.path
    return _read_outline(path) if deck.material.path and os.path.lexists(path) else None


def _read_outline(material: Path) -> Outline:
    from builder.material import read_material, read_outline

    outline = read_outline(read_material(material))
    if not outline.parts:
        raise ValueError(f"{material} holds no sentence")
    return outline


def _card_ids(identities: Sequence[Identity | None]) -> list[str]:
    return [each.id if each else "" for each in identities]


def _refuse_errors(loaded: Loaded) -> None:
    """Raises ValueError for errors that hide cards; a stub that isn't written yet, or a lost place, hides none."""
    wrong = [each for each in loaded.errors if each.name not in ("bad-source", "placeholder")]
    if wrong:
        raise ValueError(f"{shown(loaded.deck.folder)} has errors: {wrong[0]}")


def _unmoved(loaded: Loaded, material: Path | None) -> Sources:
    """The sources of a deck whose locators need no rewriting."""
    _refuse_errors(loaded)
    found = sources(loaded, material)
    if found.to_rewrite:
        count = len(found.to_rewrite)
        what = "source has moved" if count == 1 else "sources have moved"
        raise ValueError(f"{count:,} {what} in {shown(loaded.deck.folder)}; run studydeck source fix first")
    return found


def _read_material_lock(deck: Deck) -> tuple[MaterialLock, list[Problem]]:
    from builder.material import MaterialLock, read_material_lock

    path = deck.folder / _MATERIAL_LOCK
    if not os.path.lexists(path):
        return MaterialLock(), []
    message = "this isn't a regular file"
    try:
        if path.is_file():
            return read_material_lock(shown(path), path.read_bytes())
    except OSError as error:
        message = f"it can't be read ({error.strerror})"
    return MaterialLock(), [problem("damaged-material", Place(shown(path)), message, "put the file in its place")]


def _write_material_lock(deck: Deck, found: Sources, accept: Callable[[Any], bool]) -> None:
    """Writes the lock after its author looked at the sources that `accept` says yes to, if that changes anything."""
    from builder.material import material_lock_text, stamped

    path = deck.folder / _MATERIAL_LOCK
    text = material_lock_text(stamped(found, accept))
    if not path.exists() or path.read_bytes().replace(b"\r\n", b"\n") != text.encode():
        _replace(path, text.encode())


# --- the lock and the package, as a pair ---------------------------------------------------------


def _name(folder: Path) -> str:
    return os.path.basename(os.path.abspath(folder))


def _read_lock(folder: Path) -> tuple[Lock, list[Problem]]:
    """The deck's lock. One that a killed build left pending counts: its stamps may have reached learners."""
    path = folder / LOCK_FILE
    try:
        data = path.read_bytes() if path.exists() else b""
    except OSError as error:
        message = f"the lock can't be read ({error.strerror})"
        return Lock(), [problem("damaged-lock", Place(shown(path)), message, "give yourself leave to read it")]
    pending = _pending(path, data)
    if pending.exists():
        lock, problems = read_lock(shown(path), pending.read_bytes())
        if not problems:
            return lock, []
    return read_lock(shown(path), data) if data or path.exists() else (Lock(), [])


def _pending(path: Path, data: bytes) -> Path:
    """Where the lock that follows the lock in `data` waits until its package is in place."""
    return path.with_name(f".{path.name}.{hashlib.sha256(data).hexdigest()[:16]}.pending")


def _write(path: Path, lock_path: Path, text: str, write_package: Callable[[Path], None]) -> None:
    """Writes package and lock beside their places, then moves both in.

    Between the two moves the new lock lies pending, so that a build killed there has lost nothing
    (test_killed.py kills it everywhere).
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    before = lock_path.read_bytes() if lock_path.exists() else b""
    pending = _pending(lock_path, before)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    lock_part = lock_path.with_name(f".{lock_path.name}.{os.getpid()}.part")
    try:
        write_package(part)
        lock_part.write_bytes(text.encode())
        os.replace(lock_part, pending)
        try:
            os.replace(part, path)
        except OSError:  # learners have nothing new, so nothing is pending
            pending.unlink(missing_ok=True)
            raise
        os.replace(pending, lock_path)
    finally:
        part.unlink(missing_ok=True)
        lock_part.unlink(missing_ok=True)
    for stale in (*path.parent.glob(f".{path.name}.*.part"), *lock_path.parent.glob(f".{LOCK_FILE}.*.p*")):
        stale.unlink(missing_ok=True)
    attributes = lock_path.with_name(".gitattributes")
    if not before and not attributes.exists():
        attributes.write_text(_GIT_ATTRIBUTES, newline="\n")


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


def _locked(loaded: Loaded, lock: Lock, notes: Sequence[Note]) -> list[Problem]:
    """A problem for every card and note type of which `lock` knows something that the loaded one doesn't."""
    remedy = "run studydeck build and commit deck.lock"
    problems = []
    before = loaded.lock.notes
    places = {note.identity.id: note.card.place for note in notes}
    for note_id, after in lock.notes.items():
        if before.get(note_id) != after:
            what = "is new" if note_id not in before else "changed" if note_id in places else "is gone"
            at = places.get(note_id, loaded.deck.place)
            problems.append(problem("locked", at, f"the lock would change: the card '{note_id}' {what}", remedy))
    for key, after_type in lock.types.items():
        if loaded.lock.types.get(key) != after_type:
            message = f"the lock would change: the note type '{after_type.name}' changed"
            problems.append(problem("locked", loaded.deck.place, message, remedy))
    return sorted(problems)
