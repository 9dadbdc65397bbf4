"""Times `studydeck push` on a collection of many notes: one edit, and then nothing new. `--cards`, `--rounds`."""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from anki.collection import Collection
from decks import edit_deck, make_deck

STUDYDECK = [sys.executable, "-c", "from studydeck.__main__ import main; main()"]


def timed(words: list[str], home: Path) -> tuple[float, float]:
    """Seconds on the clock and of CPU of a command, which has to succeed."""
    variables = {**os.environ, "STUDYDECK_CACHE": str(home / "cache")}
    started = time.perf_counter()
    process = subprocess.Popen([*STUDYDECK, *words], cwd=home, env=variables, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0, words
    return time.perf_counter() - started, usage.ru_utime + usage.ru_stime


def main() -> None:
    """Prints the medians of each step."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cards", type=int, default=10_000)
    options.add_argument("--rounds", type=int, default=5)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="studydeck-bench-") as temporary:
        home = Path(temporary)
        deck = home / "deck"
        make_deck(deck, asked.cards)
        file = home / "collection.anki2"
        Collection(str(file)).close()
        words = ["push", "deck", "--collection", str(file)]
        steps = {"first push": [timed(words, home)], "one edit": [], "nothing new": []}
        for round_ in range(asked.rounds):
            edit_deck(deck, round_)
            steps["one edit"].append(timed(words, home))
            steps["nothing new"].append(timed(words, home))
    for name, samples in steps.items():
        wall, cpu = (statistics.median(each) for each in zip(*samples, strict=True))
        print(f"{name:12}{wall:8.2f} s{cpu:8.2f} s of CPU")


if __name__ == "__main__":
    main()
