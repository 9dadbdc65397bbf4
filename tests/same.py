"""Whether two versions of the program make the same: `python tests/same.py REVISION`.

Both read the same decks through the same days of edits: the deck of cards/, those of tests/decks, a bench deck, and
random ones. Packages and locks are compared by their bytes, the commands' answers as JSON without the sentences of
messages, which may be put better. It says what differs, and exits with 1 if anything does.

Kept until the restructuring is done; it needs git, and the packages that `make test` installs.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
START = 1_700_000_000
PICTURE = "<svg xmlns='http://www.w3.org/2000/svg' width='{}' height='9'/>"
TEXTS = (
    "plain words", "**bold** and *thin*", "`code` and `a::b`", "a price of $5", "mass $m_1 = \\frac{1}{2}$", "$$x^2$$",
    "a < b & c > d", "**Note** \\* star", "line one\n\nline two", "- one\n- two", "| a | b |\n|---|---|\n| 1 | 2 |",
    "```python\nx = {'a': 1}\n```", "![a picture](one.svg)", "[a link](https://example.org/a_b)", "~~gone~~",
    "Größe, 漢字 und العربية", "&nbsp;&amp; entity", "2.10", "no", "what's “quoted”", "[sound:x.mp3]", "5~10 mg",
    "<b>raw</b>",
)  # fmt: skip
CLOZES = (
    "the {{c1::first}} thing", "{{c1::one}} and {{c2::two::number}}", "nested {{c1::out {{c2::in}} side}}",
    "in {{c1::$x^2$}} math", "a {{c3::**bold** gap}}", "{{c1,2::both}} at once",
)  # fmt: skip


class Writer:
    """An author at random, who writes a deck's files and edits them, the same way for the same seed."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.draw, self.made = folder, random.Random(seed), 0
        self.sections: dict[str, list[dict[str, Any]]] = {}
        self.names: dict[str, str] = {}
        self.deck = {"deck": f"Deck {seed}", "uid": f"uiduiduid{seed}", "tag": f"tag{seed}", "language": "en"}
        if seed % 3 == 0:
            self.deck["subdecks"] = "true"
        if seed % 4 == 0:
            self.deck["description"] = "Some **words**."
        self.style = self.lock_lost = 0
        for number in range(self.draw.randint(1, 4)):
            self.names[f"part{number}"] = f"Part {number}"
            self.sections[f"part{number}"] = [self.card() for _ in range(self.draw.randint(1, 12))]
        self.pictures = {"one.svg": 1}

    def card(self) -> dict[str, Any]:
        self.made += 1
        card: dict[str, Any] = {"id": f"card-{self.made}"} if self.draw.random() < 0.8 else {}
        if self.draw.random() < 0.25:
            card["cloze"] = f"{self.draw.choice(CLOZES)} {self.made}"
        else:
            card["question"] = f"What is {self.draw.choice(TEXTS)} number {self.made}?"
            card["answer"] = [self.text(), self.text()] if self.draw.random() < 0.15 else self.text()
            for flag in ("reverse", "typed"):
                if self.draw.random() < 0.1:
                    card[flag] = True
        for key in ("hint", "details"):
            if self.draw.random() < 0.15:
                card[key] = self.text()
        if self.draw.random() < 0.1:
            card["tags"] = [f"t{self.draw.randint(1, 3)}"]
        if self.draw.random() < 0.1:
            card["source"] = self.draw.choice(["p1s1", "p2", ["p1s1", "part0/p3s1-2"]])
        if self.draw.random() < 0.05:
            card["language"] = "de"
        return card

    def text(self) -> str:
        return f"{self.draw.choice(TEXTS)} {self.draw.randint(1, 99)}"

    def day(self) -> None:
        """One to four edits."""
        for _ in range(self.draw.randint(1, 4)):
            name = self.draw.choice(list(self.sections))
            cards = self.sections[name]
            what = self.draw.choice(
                ["answer", "answer", "question", "add", "remove", "move", "flag", "retire", "name", "style",
                 "picture", "title", "turn", "unname", "tags"]
            )  # fmt: skip
            card = self.draw.choice(cards) if cards else self.card()
            if what == "answer" and "answer" in card:
                card["answer"] = self.text()
            elif what == "question" and "question" in card:
                card["question"] = f"What, now, is {self.draw.choice(TEXTS)} {self.draw.randint(1, 999)}?"
            elif what == "add":
                cards.insert(self.draw.randint(0, len(cards)), self.card())
            elif what == "remove" and len(cards) > 1:
                cards.remove(card)
            elif what == "move" and card in cards and len(cards) > 1:
                cards.remove(card)
                self.sections[self.draw.choice(list(self.sections))].append(card)
            elif what == "flag" and "question" in card:
                card["reverse"] = not card.get("reverse", False)
            elif what == "retire":
                card["retired"] = not card.get("retired", False)
            elif what == "name":
                self.names[name] += "+"
            elif what == "style":
                self.style += 1
            elif what == "picture":
                self.pictures["one.svg"] += 1
            elif what == "title":
                self.deck["deck"] += "!"
            elif what == "turn":
                cards.reverse()
            elif what == "unname":
                card.pop("id", None)
            elif what == "tags":
                card["tags"] = [f"t{self.draw.randint(1, 3)}"]

    def write(self) -> None:
        (self.folder / "media").mkdir(parents=True, exist_ok=True)
        for name, number in self.pictures.items():
            (self.folder / "media" / name).write_text(PICTURE.format(number), encoding="utf-8")
        if self.style:
            (self.folder / "style.css").write_text(f".q-answer {{ margin: {self.style}px }}", encoding="utf-8")
        lines = [f"{key}: {value if value == 'true' else json.dumps(value)}" for key, value in self.deck.items()]
        (self.folder / "deck.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
        for name, cards in self.sections.items():
            lines = [f"section: {json.dumps(self.names[name])}", f"tag: {name}", "cards:"]
            for card in cards:
                pairs = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in card.items()]
                lines += [f"  - {pairs[0]}", *(f"    {pair}" for pair in pairs[1:])]
            (self.folder / f"{name}.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")


class Driver:
    """Runs one version of the program in the current folder, and keeps what it made."""

    def __init__(self) -> None:
        from importlib import import_module

        from click.testing import CliRunner

        package = import_module(os.environ["STUDYDECK_PACKAGE"])
        assert str(package.__file__).startswith(os.environ["PYTHONPATH"]), package.__file__
        main = import_module(f"{package.__name__}.cli").main
        self.main, self.runner = main, CliRunner()
        self.seen: dict[str, str] = {}

    def run(self, name: str, *words: str) -> None:
        result = self.runner.invoke(self.main, words, prog_name="studydeck")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        try:
            answer = json.dumps(_without_words(json.loads(result.stdout)))
        except ValueError:
            answer = hashlib.sha256(result.stdout.encode()).hexdigest() if "html" in words else ""
        self.seen[f"{name}: {' '.join(words)}"] = f"{result.exit_code} {answer}"

    def keep(self, name: str, *paths: Path) -> None:
        for path in paths:
            data = path.read_bytes() if path.exists() else b""
            if path.suffix == ".apkg" and data:  # zlib's likes deflate differently; what is inside must be the same
                with zipfile.ZipFile(path) as package:
                    data = b"".join(each.encode() + package.read(each) for each in package.namelist())
            self.seen[f"{name}: {path}"] = hashlib.sha256(data).hexdigest()
            if path.suffix == ".lock":
                self.seen[f"{name}: {path} (text)"] = data.decode()


def _without_words(value: Any) -> Any:
    """An answer without the sentences that are written for people."""
    if isinstance(value, dict):
        sentences = {"message", "remedy", "look", "unclean", "texts_from", "against", "description", "why"}
        return {key: _without_words(each) for key, each in value.items() if key not in sentences}
    return [_without_words(each) for each in value] if isinstance(value, list) else value


def random_decks(driver: Driver, count: int, days: int) -> None:
    for seed in range(count):
        folder = Path("cards", f"deck{seed}")
        writer = Writer(folder, seed)
        for day in range(days):
            if day:
                writer.day()
            writer.write()
            name = f"deck {seed} day {day}"
            os.environ["SOURCE_DATE_EPOCH"] = str(START + 1000 * day)
            driver.run(name, "plan", "--format", "json", str(folder))
            driver.run(name, "build", "--format", "json", str(folder))
            driver.keep(name, Path("dist", f"deck{seed}.apkg"), folder / "deck.lock")
        every_command(driver, folder, f"deck {seed} at last")


def every_command(driver: Driver, folder: Path, name: str) -> None:
    driver.run(name, "check", "--format", "json", str(folder))
    driver.run(name, "build", "--locked", "--format", "json", str(folder))
    driver.run(name, "stats", "--format", "json", "--days", "5", str(folder))
    driver.run(name, "coverage", "--format", "json", str(folder))
    driver.run(name, "source", "status", "--format", "json", str(folder))
    driver.run(name, "export", str(folder), "--to", "print")
    driver.run(name, "ids", "--write", str(folder))
    driver.run(name, "build", "--format", "json", str(folder))
    package = Path("dist", f"{folder.name}.apkg")
    driver.keep(name, package, folder / "deck.lock", package.with_suffix(".html"), *sorted(folder.glob("*.yaml")))


def drive(count: int, days: int) -> dict[str, str]:
    """What the version at hand makes of all decks, in the current folder."""
    sys.path.insert(0, str(ROOT / "tests" / "bench"))
    from decks import edit_deck, make_deck

    driver = Driver()
    for file in ("deck", "section"):
        driver.run("schemas", "schema", file)
    for folder in [*(ROOT / "cards").iterdir(), *(each for each in (ROOT / "tests" / "decks").iterdir())]:
        if folder.is_dir():
            shutil.copytree(folder, Path("cards", folder.name))
            os.environ["SOURCE_DATE_EPOCH"] = str(START + 90_000_000)
            driver.run(folder.name, "build", "--format", "json", f"cards/{folder.name}")
            every_command(driver, Path("cards", folder.name), folder.name)
    for cards, subdecks in ((1_000, 0), (5_000, 20)):
        folder = Path("cards", f"bench{cards}")
        make_deck(folder, cards, subdecks=subdecks)
        for day in range(3):
            os.environ["SOURCE_DATE_EPOCH"] = str(START + 1000 * day)
            driver.run(f"bench {cards} day {day}", "build", "--format", "json", str(folder))
            driver.keep(f"bench {cards} day {day}", Path("dist", f"bench{cards}.apkg"), folder / "deck.lock")
            edit_deck(folder, day)
    random_decks(driver, count, days)
    return driver.seen


def made_by(tree: Path, place: Path, count: int, days: int) -> dict[str, str]:
    """What the version in `tree` makes, in the empty folder `place`, which both versions have in turn."""
    shutil.rmtree(place, ignore_errors=True)
    (place / "cards").mkdir(parents=True)
    moved = (tree / "builder" / "studydeck").is_dir()
    environment = {
        **os.environ,
        "PYTHONPATH": str(tree / "builder" if moved else tree),
        "STUDYDECK_PACKAGE": "studydeck" if moved else "builder",
        "STUDYDECK_CACHE": str(place / "cache"),
    }
    code = [sys.executable, str(Path(__file__).resolve()), "--drive", str(count), str(days)]
    done = subprocess.run(code, cwd=place, env=environment, check=True, stdout=subprocess.PIPE)
    seen: dict[str, str] = json.loads(done.stdout)
    return seen


def main() -> None:
    if sys.argv[1:2] == ["--drive"]:
        seen = drive(int(sys.argv[2]), int(sys.argv[3]))
        print(json.dumps(seen))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("revision", help="the git revision to compare the files at hand with")
    parser.add_argument("--decks", type=int, default=100)
    parser.add_argument("--days", type=int, default=8)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="studydeck-same-") as temporary:
        before = Path(temporary, "before")
        git: Callable[..., Any] = lambda *words: subprocess.run(["git", "-C", str(ROOT), *words], check=True)  # noqa: E731
        git("worktree", "add", "--quiet", "--detach", str(before), options.revision)
        try:
            place = Path(temporary, "place")
            old = made_by(before, place, options.decks, options.days)
            new = made_by(ROOT, place, options.decks, options.days)
        finally:
            git("worktree", "remove", "--force", str(before))
    different = [name for name in old.keys() | new.keys() if old.get(name) != new.get(name)]
    for name in sorted(different)[:20]:
        print(f"differs: {name}\n  {str(old.get(name))[:600]}\n  {str(new.get(name))[:600]}")
    print(f"{len(old):,} packages, locks, files and answers; {len(different):,} differ")
    sys.exit(bool(different))


if __name__ == "__main__":
    main()
