"""Fixtures: an author with a deck's folder, and a learner on the real Anki engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from author import Author

from builder.engine.learner import Learner


@pytest.fixture
def author(tmp_path: Path) -> Author:
    return Author(tmp_path)


@pytest.fixture
def learner() -> Iterator[Learner]:
    with Learner() as someone:
        yield someone
