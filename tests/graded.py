"""How well the checks tell good prompts from bad ones: what they say of the 300 in tests/prompts.

The prompts were written from the literature on prompt writing, without a look at the checks: half of them good, in ten
subjects. Each was judged blind. The checks were changed until they found the bad ones of tune.yaml; held.yaml was run,
and never read. So the figures of held.yaml are those to expect.

`python tests/graded.py` prints how many prompts of each kind get a warning, and how often each check is right.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from studydeck.model import WARNING
from studydeck.pipeline import load

PROMPTS = Path(__file__).parent / "prompts"
HALVES = [half for half in ("tune", "held") if (PROMPTS / f"{half}.yaml").exists()]
#: The kinds of bad prompts that rules about words can see.
VISIBLE = {
    "lacking context",
    "several answers",
    "open/vague",
    "open-set example",
    "wordy",
    "leaking",
    "points to text",
    "yes/no",
}


class Graded(NamedTuple):
    """A prompt: whether it is good, its kind of fault otherwise, and the names of the warnings that it gets."""

    id: str
    good: bool
    kind: str
    warnings: frozenset[str]


def graded(half: str) -> list[Graded]:
    """The prompts of a half, checked as a deck with a section for each subject."""
    prompts: list[dict[str, Any]] = yaml.safe_load((PROMPTS / f"{half}.yaml").read_text("utf-8"))
    sections: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for prompt in prompts:
        sections[prompt["subject"]].append(prompt)
    found: defaultdict[str, set[str]] = defaultdict(set)
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        folder.joinpath("deck.yaml").write_text("deck: P\nuid: promptspromptsp\ntag: p\nlanguage: en\n", "utf-8")
        files = {f"section-{number}.yaml": section for number, section in enumerate(sections.values())}
        for name, section in files.items():
            cards = [{key: prompt[key] for key in ("question", "answer")} for prompt in section]
            lines = [f"  - {json.dumps(card)}\n" for card in cards]
            folder.joinpath(name).write_text(f"section: {section[0]['subject']}\ncards:\n{''.join(lines)}", "utf-8")
        for problem in load(folder).problems:
            if problem.severity == WARNING and (section := files.get(Path(problem.path).name, [])):
                found[section[problem.line - 3]["id"]].add(problem.name)
    return [Graded(each["id"], each["label"] == "good", each["kind"], frozenset(found[each["id"]])) for each in prompts]


class Share(NamedTuple):
    """How many of some prompts get a warning."""

    warned: int
    of: int

    def __str__(self) -> str:
        return f"{self.warned:3} of {self.of:3}  {self.warned / max(self.of, 1):4.0%}"


def share(prompts: list[Graded]) -> Share:
    """How many of `prompts` get a warning."""
    return Share(sum(bool(each.warnings) for each in prompts), len(prompts))


def visible(prompts: list[Graded]) -> Share:
    """How many of the bad prompts that rules can see get a warning: the recall."""
    return share([each for each in prompts if each.kind in VISIBLE])


def false_alarms(prompts: list[Graded]) -> Share:
    """How many of the good prompts get a warning."""
    return share([each for each in prompts if each.good])


def _print(half: str) -> None:
    prompts = graded(half)
    print(f"{half}.yaml")
    print(f"  bad, as rules can see  {visible(prompts)}")
    print(f"  bad, all               {share([each for each in prompts if not each.good])}")
    print(f"  good                   {false_alarms(prompts)}")
    for kind in sorted({each.kind for each in prompts if not each.good}, key=lambda kind: (kind not in VISIBLE, kind)):
        print(f"    {kind:20} {share([each for each in prompts if each.kind == kind and not each.good])}")
    hits = Counter((name, each.good) for each in prompts for name in each.warnings)
    for name in sorted({name for name, _ in hits}):
        print(f"    {name:20} {hits[name, False]:3} bad {hits[name, True]:3} good")


if __name__ == "__main__":
    for half in HALVES:
        _print(half)
