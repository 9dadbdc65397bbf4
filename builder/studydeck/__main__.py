"""The process behind `studydeck` and `python -m studydeck`.

Commands end before there are reference cycles worth collecting, so garbage collection is off from the first import
on. That saves a twentieth of a small build's time.
"""

import atexit
import gc
import os
import sys

gc.disable()

from studydeck import cli  # noqa: E402 - after garbage collection is off


def main() -> None:
    """Runs the command line, in any terminal: characters that its encoding lacks are escaped.

    System errors that no command expects, such as a full disk behind standard output, print a sentence and exit with 1.
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
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python writes to the full disk at exit
        from studydeck.terminal import printable

        about = [error.filename or "the output", error.strerror] if error.strerror else [error]
        sys.exit(printable(f"Error: {': '.join(map(str, about))}."))


def _end(code: int) -> None:
    """Ends the process without freeing its memory: freeing 10,000 cards takes a twentieth of a build's time."""
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
