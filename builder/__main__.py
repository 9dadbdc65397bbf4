"""The process behind `studydeck` and `python -m builder`.

A command ends before it has made a cycle worth collecting, so garbage collection is off from the
first import on: a twentieth of a small build's time.
"""

import gc
import sys

gc.disable()

from builder import cli  # noqa: E402 - after the collector is off


def main() -> None:
    """Runs the command that the process was started with, in any terminal: what its encoding lacks is escaped."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    cli.main(prog_name="studydeck")


if __name__ == "__main__":
    main()
