"""Benchmarks that anyone can run: `make bench`. Contenders take turns in one run, so that a noisy machine is fair.

Every figure is a whole process: wall time, CPU time and peak memory of a child. Ratios are medians of the ratios of
each round. `--cards 50 1000` chooses sizes, `--json` prints JSON, `--peers` adds the tools from PyPI.

`--kinds` measures decks of other kinds than the plain one: `--kinds --cards 1000 --rounds 1` takes two minutes. So does
`--decks`, of twenty decks at once, and `--clone --cards 1000`, of a fresh clone. `--preview` measures the preview
instead, in two to three minutes.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import json
import os
import pickle
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from decks import edit_deck, make_deck
from kinds import KINDS, edit_kind, make_kind

HERE = Path(__file__).parent
PYTHON = sys.executable
STUDYDECK = [PYTHON, "-c", "from studydeck.__main__ import main; main()"]
IMPORTS = [PYTHON, "-c", "import click, yaml"]
#: Peers from PyPI, and how each is asked to build the deck that `peer_decks` writes.
PEERS = ("anki-yaml-tool==0.4.0", "ankcompiler==0.6.0", "md2ankicard==0.1.0")


class Contender(NamedTuple):
    """A command to time, and what to do before each of its rounds, untimed."""

    name: str
    command: list[str]
    before: Callable[[int], None] = lambda round_: None


class Sample(NamedTuple):
    """One round of one contender: seconds, seconds of CPU, and peak memory in MiB."""

    wall: float
    cpu: float
    memory: float


def measure(command: list[str], folder: Path) -> Sample:
    """Runs a command as a child and measures it. Raises RuntimeError with its output where it fails."""
    with tempfile.TemporaryFile() as output:
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output, env=environment(folder))
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            output.seek(0)
            raise RuntimeError(f"{command}: {output.read().decode()[-2000:]}")
    scale = 2**20 if sys.platform == "darwin" else 2**10
    return Sample(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / scale)


def environment(folder: Path) -> dict[str, str]:
    """Without what would make a start slower or faster than a user's, and with a cache of the run's own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return {**kept, "PYTHONPATH": str(HERE.parent.parent / "builder"), "STUDYDECK_CACHE": str(folder / "cache")}


def run(contenders: list[Contender], folder: Path, rounds: int) -> dict[str, list[Sample]]:
    """Samples of each contender: a warm-up, then `rounds` rounds of all of them in turn."""
    samples: dict[str, list[Sample]] = {each.name: [] for each in contenders}
    for round_ in range(rounds + 1):
        for each in contenders:
            each.before(round_)
            sample = measure(each.command, folder)
            if round_:
                samples[each.name].append(sample)
    return samples


def contenders(
    deck: Path, out: Path, only_ours: bool, edit: Callable[[Path, int], None] = edit_deck, kept: str = ""
) -> list[Contender]:
    """Ours in each situation, and the baselines. A cold build may find one file that is `kept` in the cache."""
    lock, cache = deck / "deck.lock", out.parent / "cache"
    build = [*STUDYDECK, "build", str(deck), "-o", str(out)]

    def forget(round_: int) -> None:
        shutil.rmtree(out, ignore_errors=True)
        for path in cache.iterdir() if cache.exists() else ():
            if path.name != kept:
                path.unlink()
        with contextlib.suppress(FileNotFoundError):
            lock.unlink()

    ours = [
        Contender("build, cold", build, forget),
        Contender("build, nothing changed", build),
        Contender("build, one edited answer", build, lambda round_: edit(deck, round_)),
        Contender("check", [*STUDYDECK, "check", str(deck)]),
    ]
    baselines = [
        Contender("R: raw genanki", [PYTHON, str(HERE / "raw.py"), str(deck), str(out.parent / "raw.apkg")]),
        Contender("import click, yaml", IMPORTS),
    ]
    if only_ours:
        return ours + baselines
    others = [
        Contender("floor", [PYTHON, str(HERE / "floor.py"), str(rows_of(deck)), str(out.parent / "floor.zip")]),
        Contender("Anki's engine", [PYTHON, str(HERE / "engine.py"), str(deck), str(out.parent / "engine.apkg")]),
    ]
    return ours + baselines + others


def rows_of(deck: Path) -> Path:
    """The deck's rows, rendered by ours, for the floor to write.

    Made by a child: Linux counts the memory of whoever starts a process as the process's own peak.
    """
    path = deck.parent / "rows.pickle"
    subprocess.run([PYTHON, str(HERE / "rows.py"), "rows", str(deck), str(path)], check=True)
    return path


def peers(deck: Path, folder: Path) -> list[Contender]:
    """Tools from PyPI that read YAML or Markdown, each in a venv of its own, on the same cards in their own format."""
    path = folder / "pairs.pickle"
    subprocess.run([PYTHON, str(HERE / "rows.py"), "pairs", str(deck), str(path)], check=True)
    pairs = pickle.loads(path.read_bytes())
    found = []
    for requirement in PEERS:
        name = requirement.partition("==")[0]
        home = folder / "peers" / name
        if not home.exists():
            venv.create(home, with_pip=True)
        done = subprocess.run([home / "bin" / "pip", "install", "-q", requirement], capture_output=True, check=False)
        command = _peer_command(name, home / "bin", pairs, folder)
        if done.returncode or not command:
            print(f"{requirement} doesn't run here", file=sys.stderr)
            continue
        found.append(Contender(name, command))
    return found


def _peer_command(name: str, scripts: Path, pairs: list[tuple[str, str]], folder: Path) -> list[str]:
    """The deck in the peer's own format, and how it is asked to build it."""
    target = folder / f"{name}-input"
    (target / "out").mkdir(parents=True, exist_ok=True)
    if name == "anki-yaml-tool":
        config = {"name": "Bench", "fields": ["Front", "Back"],
                  "templates": [{"name": "Card 1", "qfmt": "{{Front}}", "afmt": "{{Back}}"}], "css": ""}  # fmt: skip
        lines = [f"config: {json.dumps(config)}", "deck-name: Bench", "data:"]
        lines += [f"- {json.dumps({'front': question, 'back': answer})}" for question, answer in pairs]
        (target / "deck.yaml").write_text("\n".join(lines), encoding="utf-8")
        return [str(scripts / name), "build", "--file", str(target / "deck.yaml"), "--output", str(target / "out.apkg")]
    if name == "ankcompiler":
        cards = (
            f"---\n\n{_in_line(question)} ::: {_in_line(answer)}\n\n---\n[^uid]: be{number:08d}\n"
            for number, (question, answer) in enumerate(pairs)
        )
        (target / "deck.md").write_text("---\ndeck: Bench\n---\n" + "\n".join(cards), encoding="utf-8")
        return [str(scripts / "ankc"), "build", "--all", "--path", str(target), "--output", str(target / "out")]
    for number, (question, answer) in enumerate(pairs):  # md2ankicard makes one card of a file
        (target / f"{number}.md").write_text(f"# {question}\n\n{answer}\n", encoding="utf-8")
    return [str(scripts / name), str(target), str(target / "out.apkg"), "Bench"]


def _in_line(text: str) -> str:
    """A text that a peer's format can't take for a mark of its own."""
    return re.sub(r"[]!()[:{}$|*_`\n-]+", " ", text)


def table(samples: dict[str, list[Sample]], cards: int) -> str:
    """The samples as a Markdown table, with ratios to R and to the imports."""
    lines = [
        f"\n### {cards:,} cards\n",
        "| command | wall s | spread | CPU s | peak MiB | × R | × import click, yaml |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, rounds in samples.items():
        row = [
            *_cells(name, rounds),
            f"{ratio(rounds, samples['R: raw genanki']):.2f}",
            f"{ratio(rounds, samples['import click, yaml']):.2f}",
        ]
        lines.append(f"| {' | '.join(row)} |")
    return "\n".join(lines)


def _cells(name: str, rounds: list[Sample]) -> list[str]:
    walls = [each.wall for each in rounds]
    return [
        name,
        f"{statistics.median(walls):.3f}",
        f"{min(walls):.3f}–{max(walls):.3f}",
        f"{statistics.median(each.cpu for each in rounds):.3f}",
        f"{max(each.memory for each in rounds):.0f}",
    ]


def ratio(ours: list[Sample], theirs: list[Sample]) -> float:
    """The median of each round's ratio of wall times."""
    return statistics.median(one.wall / other.wall for one, other in zip(ours, theirs, strict=True))


def subdecks(folder: Path, rounds: int) -> str:
    """10,000 cards in 800 subdecks against the same in one deck."""
    commands = []
    for name, count in (("one", 0), ("many", 800)):
        make_deck(folder / name, 10_000, subdecks=count)
        out = folder / f"out-{name}"

        def forget(round_: int, deck: Path = folder / name, out: Path = out) -> None:
            shutil.rmtree(out, ignore_errors=True)
            shutil.rmtree(folder / "cache", ignore_errors=True)
            (deck / "deck.lock").unlink(missing_ok=True)

        commands.append(Contender(name, [*STUDYDECK, "build", str(folder / name), "-o", str(out)], forget))
    samples = run(commands, folder, rounds)
    return f"\n10,000 cards in 800 subdecks ÷ in one deck: {ratio(samples['many'], samples['one']):.2f}"


def imports(folder: Path, rounds: int) -> str:
    """What `import` takes for a large package and a large table."""
    from importing import files

    def forget(round_: int) -> None:
        shutil.rmtree(folder / "deck", ignore_errors=True)

    options = ["--deck", str(folder / "deck")]
    commands = [Contender(name, [*STUDYDECK, "import", str(path), *options], forget) for name, path in files(folder)]
    lines = ["\n| command | wall s | spread | CPU s | peak MiB |", "| --- | ---: | ---: | ---: | ---: |"]
    lines += [f"| {' | '.join(_cells(name, taken))} |" for name, taken in run(commands, folder, rounds).items()]
    return "\n".join(lines)


#: What is measured of the kinds of decks; of those with a material the last ones, too.
COMMANDS = ("check again", "plan", "ids")
SOURCING = ("coverage", "source status")


def kinds(folder: Path, cards: int, rounds: int, chosen: Sequence[str]) -> Iterator[str]:
    """The lines of a table of decks of all kinds: CPU time, since the machine may be busy, as ratios to R."""
    columns = ["build, cold", "build, one edited answer", "check", *COMMANDS, *SOURCING]
    yield f"\n### {cards:,} cards of each kind, CPU time × R\n"
    yield f"| deck | R, CPU s | {' | '.join(columns)} | build, nothing changed, × import click, yaml |"
    yield f"| --- |{' ---: |' * (len(columns) + 2)}"
    for name in chosen:
        deck = folder / "deck"
        make_kind(deck, KINDS[name], cards)
        if KINDS[name].material:
            measure([*STUDYDECK, "source", "stamp", str(deck)], folder)
        if KINDS[name].material == "lock":
            (deck / "article.md").unlink()
        commands = COMMANDS + (SOURCING if KINDS[name].material else ())
        more = [Contender(each, [*STUDYDECK, *each.removesuffix(" again").split(), str(deck)]) for each in commands]
        out, edit = str(folder / "out"), functools.partial(edit_again, deck)
        more = [Contender("plan", [*each.command, "-o", out], edit) if each.name == "plan" else each for each in more]
        samples = run([*contenders(deck, folder / "out", True, edit_kind, KINDS[name].kept), *more], folder, rounds)
        raw = samples["R: raw genanki"]
        cells = [f"{cpu_ratio(samples[each], raw):.2f}" if each in samples else "" for each in columns]
        nothing = cpu_ratio(samples["build, nothing changed"], samples["import click, yaml"])
        seconds = statistics.median(each.cpu for each in raw)
        yield f"| {name} | {seconds:.2f} | {' | '.join(cells)} | {nothing:.2f} |"
        for each in (deck, folder / "out", folder / "cache"):
            shutil.rmtree(each, ignore_errors=True)


def edit_again(deck: Path, round_: int) -> None:
    """Another edit than that of the build in this round."""
    edit_kind(deck, 1_000 + round_)


def several(folder: Path, rounds: int) -> Iterator[str]:
    """The lines of a table of twenty decks, of which one is edited, whatever another is like: CPU time."""
    from several import AWKWARD, EDITS, make_decks

    yield "\n### One of 20 decks of 200 cards is edited, CPU time\n"
    yield "| another deck | the edit | all, ms | that one alone, ms | ÷ | nothing changed, × import click, yaml |"
    yield "| --- | --- | ---: | ---: | ---: | ---: |"
    for name, edit_name in [*((name, "an answer") for name in AWKWARD), *(("plain", each) for each in [*EDITS][1:])]:
        home = folder / f"{name}, {edit_name}"
        *_, edited, awkward = make_decks(home)
        AWKWARD[name](awkward)
        if name == "a material":
            measure([*STUDYDECK, "source", "stamp", str(awkward)], home)
        for pause in (3, 0):  # seconds, after which a file's status shows that it is unchanged
            measure([*STUDYDECK, "build"], home)
            time.sleep(pause)

        def edit(round_: int, times: list[int] = [0], deck: Path = edited, what: str = edit_name) -> None:  # noqa: B006
            times[0] += 1
            EDITS[what](deck, times[0])

        chosen = [
            Contender("all", [*STUDYDECK, "build"], edit),
            Contender("nothing", [*STUDYDECK, "build"]),
            Contender("alone", [*STUDYDECK, "build", str(edited.relative_to(home))], edit),
            Contender("import click, yaml", IMPORTS),
        ]
        samples = run(chosen, home, rounds)
        all_, alone = (1000 * statistics.median(each.cpu for each in samples[one]) for one in ("all", "alone"))
        cells = [f"{all_:.0f}", f"{alone:.0f}", f"{cpu_ratio(samples['all'], samples['alone']):.2f}"]
        cells.append(f"{cpu_ratio(samples['nothing'], samples['import click, yaml']):.2f}")
        yield f"| {name} | {edit_name} | {' | '.join(cells)} |"


def clones(folder: Path, cards: int, rounds: int) -> Iterator[str]:
    """The lines of a table of a fresh clone with a long history against one without: CPU time."""
    from histories import COMMITS, make_clones

    homes = dict(zip(("clone", "flat"), make_clones(folder, cards, [*STUDYDECK, "build"]), strict=True))

    def forget(round_: int) -> None:
        for home in homes.values():
            shutil.rmtree(home / "dist", ignore_errors=True)
            shutil.rmtree(home / "cache", ignore_errors=True)

    yield f"\n### A fresh clone of {cards:,} cards with {COMMITS:,} commits, CPU time\n"
    for words in (["build"], ["build", "--locked"]):
        samples: dict[str, list[Sample]] = {name: [] for name in homes}
        for round_ in range(rounds + 1):
            forget(round_)
            for name, home in homes.items():
                samples[name] += [measure([*STUDYDECK, *words], home)] if round_ else []
        long, flat = (1000 * statistics.median(each.cpu for each in samples[name]) for name in homes)
        times = f"{long:.0f} ms ÷ {flat:.0f} ms"
        yield f"{' '.join(words)}: {times} without a history: {cpu_ratio(samples['clone'], samples['flat']):.2f}"


def cpu_ratio(ours: list[Sample], theirs: list[Sample]) -> float:
    """The median of each round's ratio of CPU times."""
    return statistics.median(one.cpu / other.cpu for one, other in zip(ours, theirs, strict=True))


#: The commands whose memory is measured, after a build: whole words of ours, with DECK and OUT for the folders.
REMEMBERING = {
    "English": ("check DECK", "plan DECK -o OUT", "ids DECK", "stats DECK", "export --to print DECK -o OUT/deck.html"),
    "material": ("check DECK", "coverage DECK", "source status DECK"),
}


def memory(folder: Path, cards: int) -> Iterator[str]:
    """The lines of a table of peak memory, as ratios to R's: of builds, and of commands after an edit."""
    yield f"\n### {cards:,} cards, peak memory\n"
    yield "| deck | command | MiB | × R |\n| --- | --- | ---: | ---: |"
    deck, out, cache = folder / "deck", folder / "out", folder / "cache"
    build = f"build {deck} -o {out}"

    def forget() -> None:
        for each in (out, cache):
            shutil.rmtree(each, ignore_errors=True)

    for name, commands in REMEMBERING.items():
        make_kind(deck, KINDS[name], cards)
        raw = measure([PYTHON, str(HERE / "raw.py"), str(deck), str(folder / "raw.apkg")], folder).memory
        yield f"| {name} | R | {raw:.0f} | |"
        if KINDS[name].material:
            measure([*STUDYDECK, "source", "stamp", str(deck)], folder)
        steps = [
            ("build, cold", build, forget),
            ("build, with a lock", build, forget),
            ("build, one edited answer", build, lambda: edit_kind(deck, 1)),
            ("build, nothing changed", build, lambda: None),
            *((each, each.replace("DECK", str(deck)).replace("OUT", str(out)), lambda: None) for each in commands),
        ]
        for what, words, before in steps:
            before()
            if words.startswith("plan"):
                edit_kind(deck, 2)
            peak = measure([*STUDYDECK, *words.split()], folder).memory
            yield f"| {name} | {what.replace(' DECK', '').replace(' -o OUT', '')} | {peak:.0f} | {peak / raw:.2f} |"
        shutil.rmtree(deck)


def main() -> None:
    """Runs the benchmarks and prints them."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--cards", type=int, nargs="*")
    words.add_argument("--rounds", type=int, default=7)
    words.add_argument("--ours", action="store_true", help="leave out the floor and Anki's engine")
    words.add_argument("--peers", action="store_true", help="install tools from PyPI and run them, too")
    words.add_argument("--subdecks", action="store_true", help="800 subdecks against one deck")
    words.add_argument(
        "--preview",
        nargs="*",
        metavar="DECK",
        help="a saved edit and keys to the redrawn page, in Chromium: of the decks plain, code and formulas, or some",
    )
    words.add_argument("--import", dest="imports", action="store_true", help="import a package and a table")
    words.add_argument(
        "--kinds",
        nargs="*",
        choices=KINDS,
        metavar="KIND",
        help="decks of all kinds, or some, instead of the plain one",
    )
    words.add_argument("--memory", action="store_true", help="peak memory of each command, instead of times")
    words.add_argument("--decks", action="store_true", help="one of twenty decks is edited, instead of the plain one")
    words.add_argument("--clone", action="store_true", help="a fresh clone with a long history, instead")
    words.add_argument("--json", action="store_true")
    asked = words.parse_args()
    everything: dict[int, dict[str, list[Sample]]] = {}
    if asked.preview is not None:
        from preview import DECKS, SIZES, preview

        chosen = asked.preview or list(DECKS)
        for line in preview(STUDYDECK, environment, asked.cards or SIZES, asked.rounds, chosen):
            print(line, flush=True)
        return
    asked.cards = [50, 1_000, 10_000] if asked.cards is None else asked.cards
    if asked.memory:
        for cards in asked.cards:
            with tempfile.TemporaryDirectory(prefix="studydeck-bench-") as temporary:
                for line in memory(Path(temporary), cards):
                    print(line, flush=True)
        return
    if asked.kinds is not None:
        for cards in asked.cards:
            with tempfile.TemporaryDirectory(prefix="studydeck-bench-") as temporary:
                for line in kinds(Path(temporary), cards, asked.rounds, asked.kinds or list(KINDS)):
                    print(line, flush=True)
        return
    if asked.decks:
        with tempfile.TemporaryDirectory(prefix="studydeck-bench-") as temporary:
            for line in several(Path(temporary), asked.rounds):
                print(line, flush=True)
        return
    for cards in asked.cards if asked.clone else ():
        with tempfile.TemporaryDirectory(prefix="studydeck-bench-") as temporary:
            for line in clones(Path(temporary), cards, asked.rounds):
                print(line, flush=True)
    if asked.clone:
        return
    with tempfile.TemporaryDirectory(prefix="studydeck-bench-") as temporary:
        for cards in asked.cards:
            folder = Path(temporary, str(cards))
            make_deck(folder / "deck", cards)
            commands = contenders(folder / "deck", folder / "out", asked.ours)
            commands.append(Contender("--help", [*STUDYDECK, "--help"]))
            commands += peers(folder / "deck", Path(temporary)) if asked.peers else []
            everything[cards] = run(commands, folder, asked.rounds if cards <= 10_000 else max(5, asked.rounds // 2))
            if not asked.json:
                print(table(everything[cards], cards), flush=True)
        if {10_000, 100_000} <= set(asked.cards) and not asked.json:
            ten, hundred = (everything[cards]["build, cold"] for cards in (10_000, 100_000))
            growth = statistics.median(s.wall for s in hundred) / statistics.median(s.wall for s in ten)
            print(f"\n100,000 cards ÷ 10,000 cards, cold: {growth:.1f}")
        if asked.subdecks:
            print(subdecks(Path(temporary, "subdecks"), asked.rounds))
        if asked.imports:
            print(imports(Path(temporary, "imports"), asked.rounds))
    if asked.json:
        print(json.dumps({cards: {name: [each._asdict() for each in rounds] for name, rounds in samples.items()}
                          for cards, samples in everything.items()}, indent=2))  # fmt: skip


if __name__ == "__main__":
    main()
