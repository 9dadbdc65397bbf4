"""What became of each card's source: its sentence in the lock, in the material as it is now, and in the card's words.

A source is *ok* if it says what its author last accepted, *unstamped* if nobody has looked yet, *moved* if the same
sentence is elsewhere, *changed* if it says something else, *gone* if nothing is left of it, *ambiguous* if it is now in
several places, and *bad* if the material has no such place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import PurePath
from typing import NamedTuple

from studydeck.counting import counted
from studydeck.material.align import align, inherited
from studydeck.material.lock import MaterialLock, key
from studydeck.material.outline import Outline, Part, Spot
from studydeck.model import Card, Deck, Same, Section, Text
from studydeck.patterns import pattern
from studydeck.text import slug
from studydeck.text.locator import Locator, read_locator

OK, UNSTAMPED, MOVED, CHANGED = "ok", "unstamped", "moved", "changed"
GONE, AMBIGUOUS, BAD = "gone", "ambiguous", "bad"
#: Why a reason is gone whose sentence was merged with that of another, so that both would have the same key.
MERGED = ("another reason has the place where its sentence is now", "remove one of the two")
STATES = (OK, UNSTAMPED, MOVED, CHANGED, GONE, AMBIGUOUS, BAD)

_NAME = pattern(r"[^\W_][\w-]*")


class Run(NamedTuple):
    """The sentences from the first to the last of a paragraph in the section with this slug, all counted from 1."""

    section: str
    paragraph: int
    first: int
    last: int

    @property
    def spots(self) -> list[Spot]:
        return [Spot(self.section, self.paragraph, number) for number in range(self.first, self.last + 1)]


class Source(NamedTuple):
    """A source as its author wrote it, and what became of it.

    `card` is None for a place under `uncarded:`, which has a `reason`. `section` is the slug of the material's section,
    `run` the sentences it means in the material now, `written` how it should read (the same, if it needn't change),
    `accepted` what it said when its author last looked, as in the lock, and `why` what is bad about it, or MERGED: a
    message and a remedy. `is_stub` says whether its card isn't written yet.
    """

    owner: str
    card: Card | None
    locator: Text
    state: str
    section: str
    run: Run | None = None
    written: str = ""
    accepted: str = ""
    why: tuple[str, str] = ("", "")
    reason: str = ""
    is_stub: bool = False

    @property
    def spots(self) -> Sequence[Spot]:
        """The sentences that it means in the material now."""
        return self.run.spots if self.run else ()

    @property
    def key(self) -> str:
        """What its stamp is found by."""
        return key(self.owner, _whole(self.section, self.written))


#: Whether a source is needed.
_Wanted = Callable[[Source], bool] | None


class Sources(NamedTuple):
    """The sources of a deck, cards first, and the outline that their spots are in."""

    all: tuple[Source, ...]
    outline: Outline

    def in_state(self, *states: str) -> list[Source]:
        return [each for each in self.all if each.state in states]

    @property
    def written(self) -> Sources:
        """The sources without those of cards that aren't written yet."""
        return self._replace(all=tuple([each for each in self.all if not each.is_stub]))

    @property
    def to_rewrite(self) -> list[Source]:
        """The sources whose locators in the YAML name another place than they should."""
        return [each for each in self.all if each.written != each.locator]

    @property
    def counts(self) -> dict[str, int]:
        return {state: len(self.in_state(state)) for state in STATES}


def sources_of(
    deck: Deck,
    ids: Sequence[str],
    lock: MaterialLock,
    material: Outline | None = None,
    wanted: _Wanted = None,
) -> Sources:
    """Every source of `deck` and its state, by `lock` alone or against the `material` as it is now.

    `ids` are those of the deck's cards in their order, empty if a card has none yet. A locator with a stamp is read
    against the lock's outline; one that its author has written since, against the newest outline available. Only those
    of cards are left out that aren't `wanted`: all take much memory.
    """
    outline = lock.outline if material is None else inherited(lock.outline, material)
    if material is not None and not outline.says(lock.outline):
        old, new = _Homes(deck, lock.outline), _Homes(deck, outline)
        return _found(deck, ids, outline, _Looking(old, new, lock, align(lock.outline, outline)), wanted)
    found = _by_lock(deck, ids, lock, wanted) if wanted else sources_by_lock(Same(deck), tuple(ids), Same(lock))
    if material is None:
        return found
    return found._replace(outline=_with_tags(outline, {part.slug: part.tag for part in found.outline.parts}))


@lru_cache(1)  # a command asks again for what its deck's problems were found by
def sources_by_lock(deck: Same[Deck], ids: Sequence[str], lock: Same[MaterialLock]) -> Sources:
    """Every source of a deck and its state by the lock alone."""
    return _by_lock(deck.value, ids, lock.value, None)


def _by_lock(deck: Deck, ids: Sequence[str], lock: MaterialLock, wanted: _Wanted) -> Sources:
    homes = _Homes(deck, lock.outline)
    return _found(deck, ids, lock.outline, _Looking(homes, homes, lock, {}), wanted)


def _found(deck: Deck, ids: Sequence[str], outline: Outline, looking: _Looking, wanted: _Wanted) -> Sources:
    looked = map(looking.at, _written(deck, ids))
    found = [each for each in looked if each.card is None or wanted is None or wanted(each)]
    if any(each.card is None for each in found):
        places = list(_written(deck, ids))  # those of reasons come last in both
        found = _one_a_key(found, lambda number: looking.unmoved(places[number - len(found)]))
    homes = sorted(looking.new.homes.items(), reverse=True)  # of two sections of the deck, the first counts
    tags = {home.slug: str(deck.sections[number].tag) for number, home in homes}
    return Sources(tuple(found), _with_tags(outline, tags))


def _with_tags(outline: Outline, tags: Mapping[str, str]) -> Outline:
    return Outline(tuple(part._replace(tag=tags.get(part.slug, "")) for part in outline.parts))


def stamped(sources: Sources, accept: Callable[[Source], bool]) -> MaterialLock:
    """The lock after its author accepted the sources for which `accept` is true; the others keep their stamps."""
    parts = sources.outline.by_slug
    stamps, lost = {}, set()
    for each in sources.all:
        if each.card is not None and not each.owner:
            continue  # a card without an id couldn't be found again
        if each.run and accept(each):
            stamps[each.key] = parts[each.run.section].prints(*each.run[1:])
        elif each.accepted:
            stamps[each.key] = each.accepted
            if each.state in (GONE, AMBIGUOUS):
                lost.add(each.key)
    return MaterialLock(sources.outline, stamps, frozenset(lost))


def stand_alone(deck: Deck, lock: MaterialLock) -> bool:
    """Whether the sources of `deck` mean the same if other sections are added: each is at home in a section of its own.

    A section whose tag the lock knows is at home there, and a locator that names no section means that one.
    """
    tags = {part.tag for part in lock.outline.parts}
    places = _written(deck, [""] * sum(len(section.cards) for section in deck.sections))
    return all(section.tag in tags for section in deck.sections) and not any("/" in each.locator for each in places)


class _Written(NamedTuple):
    owner: str
    card: Card | None
    section: Section
    locator: Text
    reason: str = ""
    is_stub: bool = False


def _written(deck: Deck, ids: Sequence[str]) -> Iterator[_Written]:
    """Every locator of the deck with its owner, cards before the places that need none."""
    owners = iter(ids)
    for section in deck.sections:
        for card in section.cards:
            owner = next(owners)
            for locator in dict.fromkeys(card.source):
                yield _Written(owner, card, section, locator)
        for stub in section.stubs:
            for locator in dict.fromkeys(stub.source):
                yield _Written(stub.id or "", stub, section, locator, is_stub=True)
    for section in deck.sections:
        yield from (_Written("", None, section, locator, reason) for locator, reason in section.uncarded.items())


def _one_a_key(found: Sequence[Source], unmoved: Callable[[int], Source]) -> list[Source]:
    """`found`, but of reasons whose sentences were merged only one is rewritten, and the others are gone.

    A mapping can't have the rewritten key twice. `unmoved` gives a source of `found`, by its number, where it is now.
    """
    settled = list(found)
    count = None
    while count != (count := sum(each.why == MERGED for each in settled)):  # one that stays may be in another's way
        taken = {
            (each.locator.path, each.written) for each in settled if not each.card and each.written == each.locator
        }
        for number, each in enumerate(settled):
            if each.card is None and each.written != each.locator:
                if (each.locator.path, each.written) in taken:
                    settled[number] = unmoved(number)._replace(state=GONE, accepted=each.accepted, why=MERGED)
                taken.add((each.locator.path, each.written))
    return settled


def _whole(section: str, locator: str) -> str:
    """A locator with its section."""
    return f"{section}/{locator.rpartition('/')[2]}"


class _Homes:
    """Which section of an outline each section of the deck belongs to, and what a locator means there."""

    def __init__(self, deck: Deck, outline: Outline) -> None:
        self.outline = outline
        self.parts = outline.by_slug
        self.sections = deck.sections
        self.homes: dict[int, Part] = {}
        names = [(each.tag, slug(each.name, ""), PurePath(each.place.path).stem) for each in deck.sections]
        tags = {part.tag: part for part in outline.parts if part.tag}
        for number, (tag, _, _) in enumerate(names):
            if tag in tags:
                self.homes[number] = tags[tag]
        taken = {part.slug for part in self.homes.values()}
        for number, words in enumerate(names):
            fits = (self.parts[word] for word in words if word in self.parts and word not in taken)
            if number not in self.homes and (part := next(fits, None)):
                self.homes[number] = part
                taken.add(part.slug)
        left = [number for number in range(len(names)) if number not in self.homes]
        free = [part for part in outline.parts if part.slug not in taken]
        if len(left) == len(free):
            self.homes.update(zip(left, free, strict=True))
        self.at_home = {id(self.sections[number]): part for number, part in self.homes.items()}
        self.named = self.parts | {names[number][0]: part for number, part in self.homes.items()}

    @cached_property
    def by_print(self) -> dict[str, list[Spot]]:
        """The places of each fingerprint."""
        found: dict[str, list[Spot]] = {}
        for spot, sentence in self.outline.spots().items():
            found.setdefault(sentence.fingerprint, []).append(spot)
        return found

    def part(self, section: Section, name: str) -> Part | None:
        """The section of the material that a locator names, or that belongs to the section it is in."""
        return self.named.get(name) if name else self.at_home.get(id(section))

    def named_in(self, section: Section, name: str) -> str:
        """The slug of the section that a locator names; the name as written, if there is no such section."""
        part = self.part(section, name)
        return part.slug if part else name or section.tag

    def find(self, section: Section, locator: str, meant: Locator) -> Run:
        """The sentences that are `meant` by a locator. Raises LookupError with a message and a remedy."""
        name, paragraph, first, last = meant
        part = self.part(section, name)
        if part is None:
            known = ", ".join(dict.fromkeys(self.named)) or "none"
            if name:
                raise LookupError(f"the material has no section '{name}'", f"name one of its sections: {known}")
            remedy = f"put the material's section in front, as in {next(iter(self.named), 'overview')}/{locator}"
            raise LookupError("no section of the material belongs to this one", remedy)
        if paragraph > len(part.paragraphs):
            paragraphs = counted(len(part.paragraphs), "paragraph")
            message = f"there is no p{paragraph}: the material's section has {paragraphs}"
            raise LookupError(message, "count again, or stamp the newer material with studydeck source stamp")
        count = part.paragraphs[paragraph - 1].count(" ") + 1
        first, last = (first or 1), (last or first or count)
        if last > count or first > last:
            wrong = f"s{first}-{last}" if first != last else f"s{first}"
            message = f"there is no {wrong}: the material's paragraph p{paragraph} has {counted(count, 'sentence')}"
            raise LookupError(message, "count again, or stamp the newer material with studydeck source stamp")
        return Run(part.slug, paragraph, first, last)

    def prints(self, run: Run) -> str:
        """The fingerprints of the sentences of `run`."""
        return self.parts[run.section].prints(run.paragraph, run.first, run.last)

    def words(self, section: Section, meant: Locator, run: Run) -> str:
        """How a locator should read to mean `run`: as it does now if possible, else with the shortest name."""
        name, part = meant.section, self.parts[run.section]
        words = f"p{run.paragraph}"
        if meant.first:
            words += f"s{run.first}" + (f"-{run.last}" if run.last > run.first else "")
        if name and self.named.get(name) is part:
            return f"{name}/{words}"
        if part is self.part(section, ""):
            return words
        tag = next((str(self.sections[number].tag) for number, each in self.homes.items() if each is part), part.slug)
        return f"{tag if _NAME.fullmatch(tag) else part.slug}/{words}"


class _Looking(NamedTuple):
    """What is needed to see what became of a source: the lock's outline, the newest one, and how they correspond."""

    old: _Homes
    new: _Homes
    lock: MaterialLock
    now: Mapping[Spot, Spot | None]

    def unmoved(self, place: _Written) -> Source:
        """The source at `place`, before anybody has looked."""
        owner, card, section, locator, reason, is_stub = place
        named = self.new.named_in(section, _read(locator).section)
        return Source(owner, card, locator, UNSTAMPED, named, written=locator, reason=reason, is_stub=is_stub)

    def at(self, place: _Written) -> Source:
        """The source at `place`, and its state."""
        owner, card, section, locator, reason, is_stub = place
        meant = _read(locator)
        named = self.new.named_in(section, meant.section)
        before = named if self.old is self.new else self.old.named_in(section, meant.section)
        name = key(owner, _whole(before, locator))
        accepted = self.lock.stamps.get(name, "") if owner or card is None else ""
        if not accepted:
            try:
                state, run, why = UNSTAMPED, self.new.find(section, locator, meant), ("", "")
            except LookupError as error:
                state, run, why = BAD, None, error.args
            return Source(owner, card, locator, state, named, run, locator, "", why, reason, is_stub)
        run, state = self._follow(place, meant, accepted, name in self.lock.lost)
        written: str = locator
        if run is not None and (words := self.new.words(section, meant, run)) != locator:
            written, named = words, self.new.named_in(section, _read(words).section)
            state = MOVED if state == OK else state
        return Source(owner, card, locator, state, named, run, written, accepted, ("", ""), reason, is_stub)

    def _follow(self, place: _Written, meant: Locator, accepted: str, is_lost: bool) -> tuple[Run | None, str]:
        """Where a stamped source is now, and its state wherever that is."""
        try:
            before = None if is_lost else self.old.find(place.section, place.locator, meant)
        except LookupError:
            before = None
        whole = not meant.first
        is_same = before is not None and self.old.prints(before) == accepted
        places = [] if is_same else self._places(accepted)
        if len(places) == 1 and places[0] == self._run(*places[0], whole):
            return places[0], OK
        if before is not None and self.old is self.new:
            return before, OK if is_same else CHANGED
        after = sorted(spot for each in before.spots if (spot := self.now[each]) is not None) if before else []
        if len({spot[:2] for spot in after}) != 1:
            return None, AMBIGUOUS if after or self._places(accepted) else GONE
        run = self._run(*after[0], after[-1].sentence, whole)
        return run, OK if self.new.prints(run) == accepted else CHANGED

    def _run(self, section: str, paragraph: int, first: int, last: int, whole: bool) -> Run:
        """These sentences of a paragraph, or all of it."""
        count = self.new.parts[section].length(paragraph)
        return Run(section, paragraph, 1, count) if whole else Run(section, paragraph, first, last)

    def _places(self, accepted: str) -> list[Run]:
        """The runs of sentences, each within a paragraph, that say just this."""
        prints = accepted.split(" ")
        runs = (Run(*first, first.sentence + len(prints) - 1) for first in self.new.by_print.get(prints[0], ()))
        return [run for run in runs if self.new.prints(run) == accepted]


def _read(locator: str) -> Locator:
    place = read_locator(locator)
    assert place is not None  # the reader lets nothing else pass
    return place
