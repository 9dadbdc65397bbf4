"""The process behind `studydeck` and `python -m studydeck`.

A command ends before it has made a cycle worth collecting, so garbage collection is off from the
first import on: a twentieth of a small build's time.
"""

import atexit
import gc
import os
import sys

gc.disable()

from studydeck import cli  # noqa: E402 - after the collector is off


def main() -> None:
    """Runs the command that the process was started with, in any terminal: what its encoding lacks is escaped.

    What no command foresaw of the system, such as a full disk behind standard output, is a sentence and exit code 1.
    """
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115 - a shell's >&- leaves none
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        try:
            cli.main(prog_name="studydeck")
        except SystemExit as ended:
            if isinstance(ended.code, int):
                _end(ended.code)
            raise
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python would try once more to fill the disk
        from studydeck.terminal import printable

        about = [error.filename or "the output", error.strerror] if error.strerror else [error]
        sys.exit(printable(f"Error: {': '.join(map(str, about))}."))


def _end(code: int) -> None:
    """Ends the process and leaves its memory to the system: taking 10,000 cards apart costs a twentieth of a build."""
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
