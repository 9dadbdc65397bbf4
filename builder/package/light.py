"""genanki without asyncio.

genanki's `cached_property` dependency imports asyncio, a quarter of a small build's time, for a decorator that
Python has had in functools since 3.8. For the length of genanki's import, its place is taken by a
module with that one name; afterwards anyone who imports cached_property gets the real one.
"""

from __future__ import annotations

import functools
import sys
from types import ModuleType
from typing import Any


def _import_genanki() -> Any:
    if "genanki" in sys.modules or "cached_property" in sys.modules:
        import genanki

        return genanki
    stand_in = ModuleType("cached_property")
    stand_in.cached_property = functools.cached_property  # type: ignore[attr-defined]
    sys.modules["cached_property"] = stand_in
    try:
        import genanki

        return genanki
    finally:
        del sys.modules["cached_property"]


genanki = _import_genanki()
