"""Highlighted code is kept between runs, and whatever becomes of the file, the same HTML comes out."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pygments
import pytest

from studydeck import user_cache
from studydeck.text import code, to_html
from studydeck.user_cache import KeptTexts

BLOCK = "```python\ndef river(x):\n    return x + {}\n```"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("STUDYDECK_CACHE", str(tmp_path))
    before = code._kept
    yield tmp_path / "code.db"
    code._kept = before


def in_next_run() -> KeptTexts:
    kept = KeptTexts("code")
    code.keep_highlighted(kept)
    return kept


def written(number: int = 1) -> str:
    """The HTML of a block that a run has highlighted and kept."""
    kept = in_next_run()
    html = to_html(BLOCK.format(number))
    assert '<span class="k">def</span>' in html
    kept.write()
    kept.close()
    return html


def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The languages of the blocks for which Pygments is asked from now on."""
    languages: list[str] = []
    pygments_itself = code._pygments

    def noted(language: str) -> Any:
        languages.append(language)
        return pygments_itself(language)

    monkeypatch.setattr(code, "_pygments", noted)
    return languages


def change(file: Path, statement: str) -> None:
    with closing(sqlite3.connect(file)) as database, database:
        database.execute(statement)


def test_the_next_run_has_the_same_html_without_pygments(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    html = written()
    languages = asked(monkeypatch)
    in_next_run()
    assert to_html(BLOCK.format(1)) == html
    assert languages == []
    assert "return" in to_html(BLOCK.format(2))
    assert languages == ["python"]


def test_a_block_is_kept_for_one_version_of_pygments(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    html = written()
    languages = asked(monkeypatch)
    monkeypatch.setattr(pygments, "__version__", "0.1")
    in_next_run()
    assert to_html(BLOCK.format(1)) == html
    assert languages == ["python"]


@pytest.mark.parametrize(
    "statement",
    ["UPDATE texts SET text = replace(text, 'def', 'abc')", "UPDATE texts SET text = 3", "DROP TABLE texts"],
)
def test_a_changed_row_is_not_used(file: Path, statement: str, monkeypatch: pytest.MonkeyPatch) -> None:
    html = written()
    change(file, statement)
    languages = asked(monkeypatch)
    kept = in_next_run()
    assert to_html(BLOCK.format(1)) == html
    assert languages == ["python"]
    kept.write()
    kept.close()
    in_next_run()
    assert to_html(BLOCK.format(1)) == html
    assert languages == ["python"]


@pytest.mark.parametrize("where", [0, 100, 7_000])
def test_a_damaged_file_is_not_used_and_goes(file: Path, where: int, monkeypatch: pytest.MonkeyPatch) -> None:
    html = written()
    data = file.read_bytes()
    file.write_bytes((data[:where] + b"\xff" * 3_000 + data[where + 3_000 :])[: len(data)])
    languages = asked(monkeypatch)
    in_next_run().close()
    assert to_html(BLOCK.format(1)) == html
    assert languages == ["python"]
    assert written() == html
    in_next_run()
    assert to_html(BLOCK.format(1)) == html


def test_a_file_that_cant_be_used_costs_nothing_but_time(file: Path) -> None:
    html = written()
    with closing(sqlite3.connect(file)) as other:
        other.execute("BEGIN EXCLUSIVE")
        kept = in_next_run()
        assert to_html(BLOCK.format(1)) == html
        kept.write()
    file.unlink()
    file.mkdir()
    kept = in_next_run()
    assert to_html(BLOCK.format(1)) == html
    kept.write()


def test_a_full_file_loses_its_older_half(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(user_cache, "_LARGEST", 2_000)
    for number in range(100):
        written(number)
    with closing(sqlite3.connect(file)) as database:
        ((size, count),) = database.execute("SELECT sum(length(text)), count(*) FROM texts").fetchall()
    assert 1_000 < size <= 2_000
    languages: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        languages = asked(patch)
        in_next_run()
        to_html(BLOCK.format(99))
        assert languages == []
        to_html(BLOCK.format(0))
        assert languages == ["python"]
    assert count < 100
