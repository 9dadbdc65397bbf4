"""A real browser: Chromium or Chrome as the system has it, driven by Playwright."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


def chromium() -> str:
    """The browser's path; without one the test is skipped, and fails in CI."""
    found = [path for name in _NAMES if (path := shutil.which(name))] + [
        each for each in _PLACES if Path(each).exists()
    ]
    if not found:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("neither Chromium nor Chrome is installed")
    return found[0]
