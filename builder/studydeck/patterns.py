"""Regular expressions that are compiled on first use; all at the start, they would make a small build a sixth longer.

`test_every_pattern_can_be_compiled` compiles them all.
"""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast


def pattern(written: AnyStr, flags: re.RegexFlag | int = 0) -> re.Pattern[AnyStr]:
    """What `re.compile` returns, but compiled on first use, so only then does a mistake in it raise re.error."""
    return cast("re.Pattern[AnyStr]", _Pattern(written, flags))


class _Pattern:
    """Becomes its compiled pattern method by method: each is looked up once, and then as fast as the pattern's own."""

    def __init__(self, written: str | bytes, flags: int) -> None:
        self._written = written
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        found = getattr(re.compile(self._written, self._flags), name)
        setattr(self, name, found)
        return found
