"""The process behind `studydeck` and `python -m builder`.

A command ends before it has made a cycle worth collecting, so garbage collection is off from the
first import on: a twentieth of a small build's time.
"""

import gc

gc.disable()

from builder.cli import main  # noqa: E402 - after the collector is off

if __name__ == "__main__":
    main(prog_name="studydeck")
