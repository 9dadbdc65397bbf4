"""Programs that an author names on the command line: what they write to their output. No file of a deck names one."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from threading import Thread
from time import monotonic


def output_of(command: str | Sequence[str], given: bytes, timeout: float, most: int) -> bytes:
    """What the program `command` writes if it is `given` these bytes as its input.

    Runs without a shell. Raises ValueError with a sentence if it can't be run, fails, writes more than `most` bytes, or
    takes more than `timeout` seconds.
    """
    named = command if isinstance(command, str) else shlex.join(command)
    try:
        done = _run(_words(command) if isinstance(command, str) else command, given, timeout, most)
    except subprocess.TimeoutExpired:
        raise ValueError(f"'{named}' took more than {timeout:,.0f} seconds") from None
    except (OSError, ValueError, IndexError) as error:
        raise ValueError(f"'{named}' can't be run ({getattr(error, 'strerror', None) or error})") from None
    if len(done.stdout) > most:
        raise ValueError(f"'{named}' answered with more than {most // 10**6} MB")
    if done.returncode:
        raise ValueError(f"'{named}' failed with exit code {done.returncode}")
    return done.stdout


def _words(command: str) -> str | Sequence[str]:
    """The words of a command line; on Windows, whose paths have backslashes, every program splits its own."""
    return command if os.name == "nt" else shlex.split(command)


def _run(words: str | Sequence[str], given: bytes, timeout: float, most: int) -> subprocess.CompletedProcess[bytes]:
    """A finished program and what it wrote; it is stopped, and what it started, if it writes more than `most` bytes.

    Raises like subprocess.run, which has no such limit.
    """
    with tempfile.TemporaryFile() as file:
        file.write(given)
        file.seek(0)
        own_group = None if os.name == "nt" else 0
        program = subprocess.Popen(words, stdin=file, stdout=subprocess.PIPE, process_group=own_group)  # noqa: S603 - the author names it
        assert program.stdout is not None
        written: list[bytes] = []
        reader = Thread(target=lambda output: written.append(output.read(most + 1)), args=[program.stdout])
        reader.daemon = True  # a program that the program started may keep its output open forever
        end = monotonic() + timeout
        try:
            reader.start()
            reader.join(timeout)
            if reader.is_alive():
                raise subprocess.TimeoutExpired(words, timeout)
            if len(written[0]) <= most:
                program.wait(max(0.1, end - monotonic()))
        finally:
            if reader.is_alive() or program.poll() is None:
                _stop(program)
            program.wait()
            reader.join(1)
            if not reader.is_alive():
                program.stdout.close()
    return subprocess.CompletedProcess(words, program.returncode, written[0])


def _stop(program: subprocess.Popen[bytes]) -> None:
    """Kills a program with what it started, such as those of a shell; on Windows the program alone."""
    if os.name == "nt":
        program.kill()
        return
    with suppress(ProcessLookupError):
        os.killpg(program.pid, signal.SIGKILL)
