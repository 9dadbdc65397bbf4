"""A plan in words: for a terminal, for release notes in Markdown, and as JSON's values."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator
from typing import Any

from studydeck.history.plan import CardPlan, FieldChange, Plan, plain
from studydeck.terminal import printable
from studydeck.text import literal, literal_line

#: The most pairs of words and blanks for comparing two texts word by word, which takes quadratic time.
_MOST_PAIRS = 4_000_000

#: How deleted or added words are shown: takes the words, returns them marked.
Marking = Callable[[str], str]


def plan_text(plan: Plan, deleted: Marking, added: Marking) -> str:
    """The plan for a terminal; `deleted` and `added` mark words, in colour or in git's brackets.

    Nothing that an author wrote can change colours, or do anything else in the terminal.
    """
    notices = [*plan.unclean, *plan.moved_gaps, *filter(None, [plan.look])]
    lines = [f"{plan.deck}, against {plan.against}", plan.summary, *notices]
    if plan.texts_from and plan.count("edited") + plan.count("retired"):
        lines.append(plan.texts_from)
    lines = list(map(printable, lines))
    for card in plan.cards:
        if card.what == "untouched" and not card.moved_from:
            continue
        lines.append(printable(f"\n{card.what} {card.id}" + (f" (now in {card.deck})" if card.moved_from else "")))
        if card.what != "edited" and card.text:
            lines.append(f"  {printable(card.text)}")
        lines += [f"  {change.field}: {word_diff(change, deleted, added, printable)}" for change in card.changes]
    if plan.by_hand:
        lines.append("\nFor learners to do by hand (paste the search into Anki's browser):")
        for step in plan.by_hand:
            lines += [f"- {printable(step.what)}", f"    {printable(step.search)}"]
    editions = [printable(each.sentence) for each in plan.editions if each.edition != "package"]
    if editions:
        lines += ["", *editions]
    return "\n".join(lines)


def plan_markdown(plan: Plan) -> str:
    """The plan as release notes; nothing that an author wrote becomes markup."""
    notices = [plan.summary, *plan.unclean, *plan.moved_gaps, *filter(None, [plan.look])]
    lines = [f"## {literal(plan.deck)}", "", *map(literal, notices)]
    for what, title in (("new", "New cards"), ("edited", "Edited cards"), ("retired", "Retired cards")):
        cards = [card for card in plan.cards if card.what == what]
        if cards:
            lines += ["", f"### {title}", "", *(line for card in cards for line in _markdown(card))]
    if plan.by_hand:
        lines += ["", "### To do by hand", ""]
        lines += [f"- {literal(step.what)} Search for {_code(step.search)}." for step in plan.by_hand]
    if plan.about:
        lines += ["", plan.about]
    return "\n".join(lines)


def plan_json(plan: Plan) -> dict[str, Any]:
    """The plan as values for JSON."""
    counts = {what: plan.count(what) for what in ("new", "edited", "untouched", "retired")}
    cards = []
    for card in plan.cards:
        changes = [
            {
                "field": change.field,
                "old": None if change.old is None else plain(change.old),
                "new": plain(change.new),
                "remark": change.remark or None,
            }
            for change in card.changes
        ]
        cards.append({"id": card.id, "what": card.what, "text": card.text, "changes": changes,
                      "moved_from": card.moved_from or None, "deck": card.deck})  # fmt: skip
    return {
        "deck": plan.deck,
        "against": plan.against,
        "texts_from": plan.texts_from,
        "summary": plan.summary,
        "imports_cleanly": not plan.unclean,
        "unclean": list(plan.unclean),
        "moved_gaps": list(plan.moved_gaps),
        "look": plan.look or None,
        "editions": [each._asdict() for each in plan.editions],
        **counts,
        "moved": sum(bool(card.moved_from) for card in plan.cards),
        "cards": cards,
        "by_hand": [step._asdict() for step in plan.by_hand],
    }


def word_diff(change: FieldChange, deleted: Marking, added: Marking, spelled: Marking = str) -> str:
    """The field's new words and its deleted old ones, each run marked; only the new ones if the old aren't known.

    `spelled` escapes a text for the plan's format.
    """
    new = spelled(plain(change.new))
    if change.old is None:
        return new
    words = "".join(_diff(spelled(plain(change.old)), new, deleted, added)).strip()
    return f"{words} ({change.remark})".strip() if change.remark else words


def _diff(old: str, new: str, deleted: Marking, added: Marking) -> Iterator[str]:
    before, after = re.findall(r"\s+|[^\s]+", old), re.findall(r"\s+|[^\s]+", new)
    if len(before) * len(after) > _MOST_PAIRS:
        yield f"{_marked(old, deleted)} {_marked(new, added)} (too long to compare word by word)"
        return
    for step, a, b, c, d in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if step == "equal":
            yield "".join(after[c:d])
            continue
        yield _marked("".join(before[a:b]), deleted)
        yield _marked("".join(after[c:d]), added)


def _marked(words: str, mark: Marking) -> str:
    """`words` marked, without the blanks around them, so that the marks are next to words."""
    bare = words.strip()
    return words.replace(bare, mark(bare), 1) if bare else words


def _markdown(card: CardPlan) -> Iterator[str]:
    yield f"- {literal_line(card.text or card.id)}"
    for change in card.changes:
        words = word_diff(change, "~~{}~~".format, "**{}**".format, literal)
        # GitHub needs the blank before a bracket (test_plan.py, "release notes"). Marks in the cards have a \.
        yield f"  - {change.field.lower()}: {words.replace('~~**', '~~ **')}"


def _code(text: str) -> str:
    """`text` as code, in more backticks than it has in a row."""
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{fence} {text} {fence}" if len(fence) > 1 else f"{fence}{text}{fence}"
