"""Fixtures: an author with a deck's folder, and a learner on the real Anki engine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from author import Author
from browser import FLAGS, chromium
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, expect, sync_playwright

from studydeck import pipeline
from studydeck.commands import changed
from studydeck.engine.learner import Learner
from studydeck.incremental import rebuild
from studydeck.pipeline import Loaded

# How long an example takes says how busy the machine is.
settings.register_profile("home", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("home")
# CI tries the same examples each time, so that a change is judged by what it changes; at home they are new ones.
settings.register_profile("ci", settings.get_profile("home"), derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("slow")


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    os.environ["STUDYDECK_CACHE"] = str(tmp_path_factory.mktemp("cache"))
    os.environ["STUDYDECK_DATA"] = str(tmp_path_factory.mktemp("data"))


@pytest.fixture
def author(tmp_path: Path) -> Author:
    return Author(tmp_path)


@pytest.fixture
def learner() -> Iterator[Learner]:
    with Learner() as someone:
        yield someone


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium()
    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The decks that were read, as they are."""
    read: list[Path] = []
    load_it = pipeline.load

    def load(folder: Path, *rest: Any, **named: Any) -> Loaded:
        read.append(folder)
        return load_it(folder, *rest, **named)

    for module in (pipeline, changed, rebuild):
        monkeypatch.setattr(module, "load", load)
    return read
