"""genanki without asyncio, and without YAML.

genanki's `cached_property` dependency imports asyncio, which takes a quarter of a small build's time, for a decorator
that functools has had since Python 3.8; and genanki imports PyYAML for note types written in YAML, which ours aren't.
While genanki is imported, stub modules replace both: one has just the decorator, the other imports the real PyYAML on
first use. Afterwards, anyone who imports either gets the real one.
"""

from __future__ import annotations

import functools
import sys
from importlib import import_module
from types import ModuleType
from typing import Any


def _import_genanki() -> Any:
    stand_ins = {"cached_property": ModuleType("cached_property"), "yaml": ModuleType("yaml")}
    stand_ins["cached_property"].cached_property = functools.cached_property  # type: ignore[attr-defined]
    stand_ins["yaml"].__getattr__ = lambda name: getattr(import_module("yaml"), name)  # type: ignore[method-assign]
    given = (
        {} if "genanki" in sys.modules else {name: each for name, each in stand_ins.items() if name not in sys.modules}
    )
    sys.modules.update(given)
    try:
        import genanki

        return genanki
    finally:
        for name in given:
            del sys.modules[name]


genanki = _import_genanki()
