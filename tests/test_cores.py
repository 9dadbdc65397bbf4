"""Work that two processes share: the same results in the same order, whatever becomes of the other process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HEAD = """
import os, sys, threading
from studydeck import cores
here, mine = os.getpid(), []
def work(parts):
    for part in parts:
        mine.append(part)
        yield part, ["river" * part], os.getpid() == here
def run(count, work=work):
    with cores.in_two(work, range(count)) as results:
        return list(results)
"""
pytestmark = pytest.mark.skipif(sys.platform != "linux" or os.cpu_count() == 1, reason="one process is all there is")


def run(script: str) -> str:
    """What a process of one thread prints; pytest's own have several."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "builder")}
    done = subprocess.run(
        [sys.executable, "-c", HEAD + script], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_second_part_is_made_by_another_process_and_all_come_in_order() -> None:
    run("""
results = run(9)
assert [(part, [text], here) for part, (text,), here in results] == [(n, ["river" * n], n % 2 == 0) for n in range(9)]
assert mine == [0, 2, 4, 6, 8]
""")


@pytest.mark.parametrize("count", [0, 1, 3, 51])
def test_little_and_much_is_made_by_one(count: int) -> None:
    run(f"assert [each[2] for each in run({count})] == [True] * {count}")


def test_a_process_with_threads_is_not_split() -> None:
    run("""
stop = threading.Event()
threading.Thread(target=stop.wait).start()
results = run(9)
stop.set()
assert all(each[2] for each in results)
""")


def test_where_the_system_has_no_room_for_another_process_one_makes_all() -> None:
    run("""
def full():
    raise BlockingIOError
os.fork = full
files = os.listdir("/proc/self/fd")
assert [each[2] for each in run(9)] == [True] * 9
assert os.listdir("/proc/self/fd") == files
""")


def test_what_a_process_that_was_ended_left_undone_is_made_here() -> None:
    run("""
def ends(parts):
    for each in work(parts):
        if os.getpid() != here and each[0] == 5:
            os.kill(os.getpid(), 9)
        yield each
assert [(each[0], each[2]) for each in run(9, ends)] == [(n, n % 2 == 0 or n > 3) for n in range(9)]
""")


def test_an_exception_of_the_other_process_is_raised_here() -> None:
    run("""
def fails(parts):
    for each in work(parts):
        if each[0] == 5:
            raise LookupError("five")
        yield each
try:
    run(9, fails)
except LookupError as error:
    assert str(error) == "five"
else:
    raise AssertionError
""")


def test_results_that_nobody_wants_leave_no_process_behind() -> None:
    run("""
with cores.in_two(work, range(50)) as results:
    next(results)
try:
    os.waitpid(-1, os.WNOHANG)
except ChildProcessError:
    pass
else:
    raise AssertionError
""")


def test_two_processes_make_the_bytes_that_one_makes(tmp_path: Path) -> None:
    run(f"""
from pathlib import Path
from studydeck.pipeline import build, load
home = Path({str(tmp_path)!r})
made = []
for _MOST in (0, 50):
    deck = home / str(_MOST) / "rivers"
    deck.mkdir(parents=True)
    (deck / "deck.yaml").write_text("deck: Rivers\\nuid: testtesttest\\n")
    cards = "".join(f"  - question: What is {{n}}?\\n    answer: It is **{{n}}**.\\n" for n in range(4500))
    (deck / "water.yaml").write_text("section: Water\\ncards:\\n" + cards)
    cores._MOST = _MOST
    for now in (1_700_000_000, 1_700_000_100):  # new notes, then edited ones beside those that aren't
        built = build(load(deck), home / str(_MOST), now)
        made.append([built.path.read_bytes(), (deck / "deck.lock").read_bytes(), built.changes])
        text = (deck / "water.yaml").read_text()
        (deck / "water.yaml").write_text(text.replace("**7", "**the 7"))
assert made[:2] == made[2:]
assert 0 < len(made[3][2].edited) < len(made[3][2].unchanged)
""")
