"""What the checks with judgement find, what they must let pass, and what an author can say to them."""

from __future__ import annotations

import inspect
import json
import re
import time
from pathlib import Path
from textwrap import indent

import graded
import judged
import pytest
from author import DECK, Author
from click.testing import CliRunner

from studydeck.checks import check, judgements
from studydeck.checks.judgements import JUDGEMENTS, LIMITED, OF_THE_MATERIAL, OTHER_WARNINGS
from studydeck.checks.words import around, gaps, stems, stems_of_gaps
from studydeck.cli import main
from studydeck.commands.explain import explain, explained, page
from studydeck.commands.sources import stamp_sources
from studydeck.engine.learner import Learner
from studydeck.model import PROBLEMS, Deck, Problem
from studydeck.model.checks import CHECKS, Check
from studydeck.pipeline import load

ROOT = Path(__file__).parent.parent
ENGLISH = DECK + "language: en\n"


@pytest.fixture(autouse=True)
def in_the_authors_home(author: Author, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    author.write("deck.yaml", ENGLISH)


def in_short(problem: Problem) -> str:
    path = problem.path.removeprefix("rivers/").removeprefix("water.yaml")
    return f"{path}{':' if path else ''}{problem.line}:{problem.column} {problem.severity} {problem.name}"


def told(author: Author) -> list[str]:
    return [in_short(each) for each in author.judgements()]


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


# --- the documentation ---------------------------------------------------------------------------


def write(author: Author, example: str) -> None:
    """Writes an example of a docstring: a card, a list of cards or a section file, and what it says of other files.

    Of two texts of the material, the cards are stamped with the first.
    """
    parts = re.split(r"^# ([a-z]+\.[a-z]+)(?:, after .*)?\n", example, flags=re.MULTILINE)
    files = list(zip(parts[1::2], parts[2::2], strict=True)) or [("water.yaml", example)]
    author.write("deck.yaml", ENGLISH)
    for n, (name, text) in enumerate(files):
        if name in [earlier for earlier, _ in files[:n]]:
            stamp_sources(author.load(), author.folder / name)
        if name == "deck.yaml":
            text = f"{ENGLISH}{text.rstrip()}\n"
        elif name == "water.yaml" and not text.startswith("section:"):
            cards = indent(text.strip(), "  " if text.startswith("- ") else "    ")
            text = f"section: Water\ncards:\n  {'' if text.startswith('- ') else '- '}{cards.lstrip()}\n"
        author.write(name, text)


@pytest.mark.parametrize("name", CHECKS)
def test_the_examples_of_a_check_get_its_problem_and_none(author: Author, name: str) -> None:
    documented = explained(name)
    write(author, documented.fails)
    assert {(each.name, each.severity) for each in author.judgements()} == {(name, documented.severity)}
    write(author, documented.passes)
    assert told(author) == []


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_has_the_limit_that_it_tells_of(name: str) -> None:
    documented = explained(name)
    limited = "limit" in inspect.signature(CHECKS[name].find).parameters
    assert limited == (documented.limit is not None) == (name in LIMITED)


def test_the_page_of_the_checks_is_made_of_their_docstrings() -> None:
    """If this fails: python -c 'from studydeck.commands.explain import page; print(page(), end="")' > docs/checks.md"""
    assert (ROOT / "docs" / "checks.md").read_text("utf-8") == page()


@pytest.mark.parametrize("name", JUDGEMENTS)
def test_some_sections_at_a_time_get_the_same_problems_as_all(
    author: Author, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    write(author, explained(name).fails)
    deck = author.load().deck
    deck = deck._replace(
        sections=[
            section._replace(cards=(card,), texts=tuple(card.texts), turned=section.turned if not number else ())
            for section in deck.sections
            for number, card in enumerate(section.cards)
        ]
    )
    found = sorted(judgements.judgements(deck))
    monkeypatch.setattr(judgements, "_TOGETHER", 1)
    assert sorted(judgements.judgements(deck)) == found


def test_every_check_is_a_known_problem() -> None:
    assert set(JUDGEMENTS) <= set(PROBLEMS)
    assert set(JUDGEMENTS) >= {"long-answer", "near-duplicate"}
    assert set(CHECKS) == set(JUDGEMENTS) | OF_THE_MATERIAL


def test_the_other_warnings_are_those_that_the_page_of_problems_calls_so() -> None:
    text = (ROOT / "docs" / "problems.md").read_text("utf-8")
    told_of = set(re.findall(r"^### ([\w-]+)\n\nA warning\.", text, re.MULTILINE))
    of_a_build = {"lost-lock", "future-stamp", "missing-history", "moved-gap", "copied-deck", "stale-parts"}
    assert told_of - of_a_build - {"unused-ok"} <= OTHER_WARNINGS | OF_THE_MATERIAL <= set(PROBLEMS)


# --- look-alikes ---------------------------------------------------------------------------------

#: Cards that a check must let pass, each as its question (or cloze) and its answer, for each check that reads words.
LOOK_ALIKES: dict[str, list[tuple[str, str]]] = {
    "long-answer": [
        ("What runs?", "`for each of the words that stand here in code do nothing at all but count up to sixteen`"),
        ("What is it worth?", r"$a + b + c + d + e + f + g + h + i + j + k + l + m + n + o + p + q + r + s$"),
        ("Where is it?", "[here](https://example.org/a/very/long/address/that/nobody/would/want/to/read/on/a/phone)"),
        ("What is seen?", "![a picture whose text for those who cannot see it has far more words than fifteen](a.svg)"),
        ("How long may it be?", "one two three four five six seven eight nine ten eleven twelve thirteen 14 15"),
        ("Which forms are there?", '"| a | b |\\n| --- | --- |' + "\\n| one two three | four five six |" * 6 + '"'),
        ("Which forms are there?", '"a | b\\n:-- | --' + "\\none two three | four five six" * 6 + '"'),
    ],
    "long-question": [
        ('Who said: "' + "word " * 40 + '"?', "Nobody"),
        ("Who said “" + "word " * 40 + "”?", "Nobody"),
        ("Who said *" + "word " * 30 + "end*?", "Nobody"),
        ("What does `" + "word " * 40 + "` do?", "Nothing"),
        ("word " * 30 + "?", "Nothing"),
    ],
    "yes-no": [
        ("sí", "yes"),
        ("What does *ja* mean?", "yes"),
        ("Who rules?", "No-one"),
        ("Who rules the sea?", "No one"),
        ("Under which number does the house stand?", "No. 5"),
        ("Where does a compass point from a ship?", "True north, after a correction"),
        ("What is the opposite of false?", "True"),
        ("`not False` is worth what?", "`True`"),
        ("How many rivers leave the lake?", "No river does"),
        ("Does it rain in Cairo?", "Yes and no"),
    ],
    "yes-no-question": [
        ("Is a whale a fish or a mammal?", "A mammal"),
        ("Does the Nile flow north or south?", "North"),
        ("Is the Nile longer: the Blue one versus the White one?", "The White one"),
        ("Will Smith played whom in *Ali*?", "Muhammad Ali"),
        ("Do you know which river is the longest?", "The Nile"),
        ("Can", "A metal box"),
        ("Do, a deer", "A line of a song"),
        ("Is it far?", "¿Está lejos?"),
        ("Has-a relation", "An object holds another"),
        ("Can you think of two causes of the French Revolution?", "Debt; hunger"),
        ("Could you list the arms of the Nile?", "Rosetta; Damietta"),
        ("In Egypt, does the Nile flow north or south?", "North"),
        ("Which river is it?", "The Nile"),
    ],
    "two-questions": [
        ("What links the king who came and who saw?", "Caesar"),
        ("Which gene is it that mice have and which flies lack?", "One"),
        ("What shows how and when cells divide?", "A time series"),
        ('Who asked: "Who is there? What do you want?"', "Nobody"),
        ("In the plain, where rivers slow and where they bend, what do they drop?", "Sand"),
        ("What does $? hold in a shell?", "The last exit code"),
        ("Which is the ? operator in C?", "The conditional one"),
        ("What happens if and when the level falls?", "The lake shrinks"),
        ("What do rivers and lakes share, which seas lack?", "Fresh water"),
        ("What is to be known about the sea, and about its tides?", "All"),
        ("Which law says that what goes up comes down?", "Gravity"),
        ("**Ana:** Where are you from?\n\n**Ben:** Cairo. And you?\n\nWhich city does Ben name?", "Cairo"),
        ("- Where are you from?\n\n- Cairo. And you?\n\nWhat does one say of the Nile there?", "Much"),
        ("A: How are you? B: Fine, and you? Which word asks back?", "and you"),
    ],
    "negative-question": [
        ("What does NOT NULL forbid?", "Missing values"),
        ("What does a NOT gate give for 1?", "0"),
        ("What does AND NOT do in a search?", "It leaves out a word"),
        ("What does EXCEPT return in SQL?", "Rows that the second query lacks"),
        ("Which metal does not rust?", "Gold"),
        ("Which of these rivers is longest and does not freeze?", "The Nile"),
        ("WHICH RIVER DOES NOT REACH THE SEA?", "THE OKAVANGO"),
        ("What does `NOT x` mean?", "Negation"),
    ],
    "open-example": [
        ("Give a formula for the area of a circle.", "$r^2 \\pi$"),
        ("Which planet is larger?", "Jupiter"),
        ("What is a whale an example of?", "A mammal"),
        ("A whale is an example of what?", "A mammal"),
        ("A whale is an example of which class?", "The mammals"),
        ("Which of the following is an example of a noun?", "River"),
        ("What did Galileo give as the first example?", "A ball"),
        ("What do some rivers have?", "A delta"),
        ("Is coal or wind an example of clean energy?", "Wind"),
        ("What is a function of two variables?", "A rule that gives each pair of numbers a number"),
        ("What is a cause of action?", "The facts that allow a person to sue"),
        ("What is a consequence?", "What follows from something"),
        ("Name two conditions whose risk magnesium lowers.", "[Hypertension, Heart disease]"),
        ("What is the only consequence of the theorem for primes?", "There is no largest one"),
        ("Which effect of salt on ice do road services use?", "It melts at lower temperatures"),
        ("In which one of its arms does the Nile carry most water?", "Rosetta"),
    ],
    "several-answers": [
        ("What is the main component of natural gas?", "Methane"),
        ("What is the main export of Zambia?", "Copper"),
        ("What are the two main benefits of a dam for farmers?", "[water, power]"),
        ("Which drug that is used against malaria comes from a tree?", "Quinine"),
        ("Where are the points of inflection of $x^3$?", "At 0"),
        ("What is the point of inflection of $x^3$?", "0"),
        ("Who is the main character of *Emma*?", "Emma Woodhouse"),
        ("How can a river flow uphill?", "Under the pressure of ice"),
        ("Why are there important wetlands along the Nile?", "Its floods feed them"),
        ("What does 'the main advantage' mean in German?", "der Hauptvorteil"),
        ("How would you say 'good morning' in Spanish?", "buenos días"),
        ("Which is the largest of the Balearic Islands?", "Mallorca"),
        ("What is the most common blood group in Japan?", "A"),
        ("What did Darwin's critics say was called the most important gap?", "Missing fossils"),
        ("What is the effect of adrenaline on the heart rate?", "It rises"),
        ("What is a function of two variables drawn as?", "A surface"),
        ("Why did the pound fall in 1992?", "Speculation"),
        ("Beyond its best-known arm, where does the Nile reach the sea?", "At Damietta"),
    ],
    "open-ended": [
        ("Explain why rivers bend.", "The outer bank wears away"),
        ("How does a lock lift a boat?", "Water flows in from above"),
        ("What is a lock like a lift for?", "Boats"),
        ("What do you call the land at a river's mouth?", "A delta"),
        ("What does *like* mean?", "similar to"),
        ("Translate: What do you think?", "¿Qué piensas?"),
        ("What did the French use to describe colours?", "Names of flowers"),
        ("What would you say to a waiter to get the bill?", "La cuenta, por favor"),
        ("What do we know about the speed of light in all frames?", "It is the same"),
        ("What happens to the volume of water when it freezes?", "It grows by about a tenth of what it was"),
        ("What happens when water freezes?", "It expands"),
        ("What does a catalyst do?", "It lowers the activation energy"),
        ("How did mitochondria arise?", "From bacteria inside a cell"),
    ],
    "missing-context": [
        ("Who developed the theory of evolution?", "Darwin"),
        ("What is the scientific method?", "Testing guesses against nature"),
        ("What is the process called by which plants make sugar?", "Photosynthesis"),
        ("Why did King John refuse to sign?", "It limited him"),
        ("Why did the king refuse in 1215?", "It limited him"),
        ("What did the court decide in Carlill?", "An offer can be made to all"),
        ("In England, what did the king sign?", "Magna Carta"),
        ("What must the claimant prove in negligence?", "A duty, its breach, and damage"),
        ("What is a main sequence?", "A band of stars by colour and brightness"),
        ("When did the bicycle become popular?", "About 1890"),
        ("What is a theory?", "A tested explanation"),
        ("How many planets are there?", "Eight"),
        ("Which metal is liquid at room temperature?", "Mercury"),
        ("If a list is empty, what does `max` do then?", "It raises an error"),
        ("What is the cost function of a linear regression?", "The mean of the squares"),
        ('Who wrote the novel "Emma"?', "Jane Austen"),
        ("What does the kernel do when a process ends?", "It frees its memory"),
        ("What does ** do in a call?", "It unpacks a mapping"),
        ("What does *use* mean?", "to put to work"),
        ("What is work?", "Force times distance"),
        ("What is the jury system?", "Laymen judge facts"),
        ("How was the patient, who had a fever and no other sign, treated by Osler?", "By waiting"),
    ],
    "all-of-the-above": [
        ("What lies above the clouds?", "The stratosphere"),
        ("What is above all of it?", "The sky"),
        ("Which floor is above the first?", "The second"),
        ("What did the above-ground tests leave?", "Caesium"),
        ("What stands above the door?", "A name"),
        ("none of the above", "ninguna de las anteriores"),
        ("ninguna de las anteriores", "none of the above"),
        ("How do you say *todo lo anterior*?", "all of the above"),
    ],
    "it-depends": [
        ("On what does the speed of a river depend?", "On the slope"),
        ("What is said of a fact that hangs on another?", "That one depends on the other"),
        ("How do exports move?", "What depends on oil falls"),
        ("What depends on the slope?", "The speed"),
        ("What is independent of the slope?", "It: depending on nothing"),
        ("ça dépend", "it depends"),
        ("Translate: es kommt darauf an.", "It depends."),
        ("What does *ça dépend* mean?", "It depends"),
    ],
    "question-mark": [
        ("What is it?", "A river"),
        ("Name the longest river of Africa.", "The Nile"),
        ("The longest river of Africa is ___", "The Nile"),
        ("The longest river of Africa is …", "The Nile"),
        ("Translate: *el río*", "the river"),
        ('Who said "I came"? (Rome)', "Caesar"),
        ("Was ist das?", "A river"),
    ],
    "dangling-pronoun": [
        ("Why is it *el agua* although *agua* is feminine?", "It starts with a stressed a"),
        ("What does it mean to be free?", "Many things"),
        ("How long does it take to cross the Nile?", "Five minutes"),
        ("What does it indicate when the Nile turns brown?", "A flood"),
        ("Why is it important to wash one's hands?", "They carry germs"),
        ("Why is it called the Nile?", "From the Greek"),
        ("What does *it* stand for in 'it rains'?", "Nothing"),
        ('How do you say "this" in French?', "ce"),
        ("Which river is the longest, and how long is it?", "6,650 km"),
        ("This river flows through Cairo.", "The Nile"),
        ("It has keys and no locks. What is it?", "A piano"),
        ("What is this? ![a delta](delta.svg)", "A delta"),
        ("What does this print? `print(1)`", "1"),
        ("Which of these is the longest: the Nile, the Rhine, the Elbe?", "The Nile"),
        ("Who are those who row?", "Oarsmen"),
        ("it", "lo"),
        ("Is it true that rivers bend?", "Nearly all do"),
        ("Why is it unfair to tax the poor as much as the rich?", "It takes more of what they need"),
        ("Why would it be unwise to drink from the Nile?", "Germs"),
        ("How likely is it that a coin shows heads twice?", "1 in 4"),
        ("How long is it safe for a child to be in the sun?", "Ten minutes"),
        ('In his book "Thinking, Fast and Slow", what does Daniel Kahneman call fast thinking?', "System 1"),
        ("In her diary, what did Anne Frank call her friend?", "Kitty"),
        ("With its long neck, which animal eats leaves from trees?", "The giraffe"),
        ("Before he became king, which land did William rule?", "Normandy"),
        ("Which country has Bamako as its capital?", "Mali"),
        ("Which function is its own derivative?", "The exponential"),
        ("For each ATP it hydrolyses, how many ions does the pump export?", "Three"),
        ("What does *ser* mean, and not *estar*, when it is used of a thing?", "What it is"),
        ("What is it about rivers that makes them bend?", "Friction"),
        ("Cuius regio, eius religio: what did this principle let princes choose?", "The faith"),
        ("What time is it in Cairo at noon in London?", "Two o'clock"),
    ],
    "leans-on-source": [
        ("According to Adam Smith, what guides trade?", "A hidden hand"),
        ("According to the book of Genesis, what came first?", "Light"),
        ("According to the author of *Silent Spring*, what kills birds?", "DDT"),
        ("What is the text of the first amendment about?", "Freedom of speech"),
        ("In the article of the treaty on war, who is named?", "Germany"),
        ("What lies above the clouds?", "The stratosphere"),
        ("In this century, which river dried up?", "None"),
        ("Which part of the diagram shows the delta? ![a map](a.svg)", "The top"),
        ("In the example above, what is printed?\n\n```\nprint(1)\n```", "1"),
        ("How do you delete all rows in the table `users`?", "`DELETE FROM users`"),
        ("How long after the author's death does copyright last in Egypt?", "50 years"),
        ("What does the speaker of the House do first?", "Calls a vote"),
        ("What is the study of rivers called?", "Potamology"),
        ("What is a teacher's first duty in class?", "Care"),
    ],
    "miscounted-list": [
        ("In a three-layered model, which layers are hidden?", "[The first, The second]"),
        ("Which two of the three bones of the ear are the smallest?", "[Stirrup, Anvil]"),
        ("What did the king do in three years?", "[He built, He fought]"),
        ("Which animals did the Three Kings ride?", "[Camel, Horse]"),
        ("Which rivers join after 3 km?", "[The Inn, The Ilz]"),
        ("Which rivers does a one-way boat pass?", "[The Inn, The Ilz]"),
        ("Which four capitals stand on the Danube?", "[Vienna, Bratislava, Budapest, Belgrade]"),
    ],
    "answer-in-question": [
        ("Is the Nile or the Rhine the longer river?", "The Nile"),
        ("Which is longer, the Nile or the Rhine?", "The Nile"),
        ("Of the Nile and the Rhine, which one is longer?", "The Nile"),
        ("What is *hotel* in Spanish?", "hotel"),
        ('What is "no" in Spanish?', "no"),
        ("el hotel", "the hotel"),
        ("Which language is C with classes?", "C++"),
        ("Where does a cat on a table hide?", "Under the table"),
        ("What is 2 + 2 - 2?", "2"),
        ("What is f(x + 1) if f(x) = x?", "x + 1"),
        ("If A implies B, what does not B imply?", "Not A"),
        ("What does `x` hold after `x = y`?", "`y`"),
        ("What does the Nile do between Cairo and the sea?", "It splits"),
        ("Which sea is it, between the Nile and Greece?", "The sea between"),
        ("Which of these conducts best (from plastic, cardboard and copper)?", "Copper"),
        ("Which one floats: iron, cork and lead are at hand?", "Cork"),
        ("Is `sort` or `sorted` the one that returns a list?", "`sorted`"),
        ("Which function gives the length of a list?", "`len`"),
        ("What lies off Italy's west coast?", "The sea"),
        ("What does the Adriatic flow into?", "Another sea"),
        ("Anna's letter is posted on Monday and arrives on Thursday. On which day is it accepted?", "Monday"),
        ("Which particle carries electric charge in a wire?", "The electron"),
        ("In a red-black tree, which colour has the root?", "Black"),
        ("Which government body heads a state of the USA?", "The governor"),
        ("What kind of enzyme adds a phosphate?", "A kinase"),
    ],
    "unbalanced": [
        ("Which river (the longest of all) flows north?", "The Nile"),
        ("Who won (see map)?", "Rome (in 44 BC)"),
        ("What is f(x + 1) for f(x) = 2x?", "2(x + 1)"),
        ("What takes O(n log n)?", "Sorting (merge sort)"),
        ("Which of 1) the Nile and 2) the Rhine is longer?", "a) the Nile"),
        ("Which is longer: a) the Nile, b) the Rhine (in km)?", "a)"),
        ("On which of [0, 1), (0; ∞), (-∞, 0] and ]a, b[ is it defined?", "[0, 1)"),
        ("Who smiles? :-)", ":("),
        ("What is 2**3 or 2 ** 3?", "8"),
        ("What does ) close, and what happens without the closing ` or \"]\"?", "Nothing, or **"),
        ("Which [river](https://example.org/a_(b) is it?", "[The (long) Nile]"),
        ("Which (of [the two]) is it?", "The first (of (two))"),
        ("What is **h**ost **to** **n**etwork?", "**un**kritisch"),
        (r"What is $\text{cost} = \$5$?", r"\(a\) \[x_1\] [$]a[/$]"),
        ("What are *args and **kwargs?", "Arguments, as in f(**values)"),
    ],
    "raw-html": [
        ("What does the <br> tag do?", "It breaks a line"),
        ("What does `&nbsp;` keep together?", "Two words"),
        ("Is 2 < 3 && 3 > 2 or not?", "It is"),
        ("What does the end tag </p> close?", "A paragraph"),
        ("What does `<br>` do?", "It breaks a line"),
        ("Which tag breaks a line?", "<br>"),
        ("What is &#10145; or &copy;&nbsp;2026?", "An arrow &lt;b&gt; &amp; more"),
        ("What is H<sub>2</sub>O, <kbd>Ctrl</kbd> or x<sup>2</sup>?", "A <u>list<int></u> of <T>"),
        (r"What is a \<b> b?", "An escape"),
    ],
    "bad-formula": [
        (r"What is $\frac{a}{b}$ or $\begin{cases} a & b \\ c \end{cases}$?", r"$5 and $6, `$\frac{a$`"),
        (r"What is $\newcommand{\R}{\mathbb{R}} \R$ and $\R^2$?", r"$x'^2$ \(a\) \[\left. b \right|\]"),
        (r"The {{c1::$\frac{a}{b_{2}}$}} and $x^{{c2::2}}$", ""),
        (r"What is $50\,\%$ of \(\ce{H2SO4}\)?", "Half of [latex]x[/latex]"),
        ("What is $x_\\text{max}$ or $x_1^2$?", r"\begin{align} a &= b \end{align}"),
    ],
    "anki-math": [
        (r"What does `\(x^2\)` show?", "A square"),
        (r"What is \[not a link\](here)?", "A bracket"),
        ("What is (x) or [0, 1)?", "x"),
        ("What is $f(x)$ at $(x_1)$?", "$[x^2]$"),
        (r"What is $\left( x^2 \right)$?", r"$\{x\}$"),
        (r"What is \(x^2\) or [$]x^2[/$]?", r"\[\frac{1}{2}\]"),
        (r"What is [latex]x^2[/latex]?", r"C:\pi\in\text \d+ \n"),
    ],
    "half-hint": [
        ("The {{c1::Nile::river}} and {{c2::Cairo::City}}", ""),
        ("{{c1::`std::vector`}} and `{{c2::fe80::1}}`", ""),
        ("{{c1::`std::vector`::`a::b`}} grows", ""),
        ("In {{c1::1914::18th year}} and {{c2::B::1}}", ""),
        ("{{c1::mTOR::e.g. a kinase}} and {{c2::cos(x)::f'(x)}}", ""),
        ("{{c1::Nil::z.B. Fluss}} fließt", ""),
    ],
    "long-list": [
        ("Conjugate *être* in the present.", "[suis, es, est, sommes, êtes, sont]"),
        ("Decline *puella*.", "[puella, puellae, puellae, puellam, puella]"),
        ("Which four?", "[a, b, c, d]"),
        ("Which are they?", "a, b, c, d, e, f"),
        ("Which?", '"```\\n- a\\n- b\\n- c\\n- d\\n- e\\n```"'),
    ],
    "bare-cloze": [
        ("The {{c1::Nile}} flows through Cairo.", ""),
        ("{{c1::Nile::a river}}", ""),
        ("{{c1::The long Nile}} and {{c2::the long Rhine}}", ""),
        ("{{c1::Nile}} = ![a map](a.svg) `code`", ""),
        ("$x$ {{c1::or}} $y$", ""),
    ],
    "etcetera": [
        ("What does `cd /etc` do?", "It goes to `/etc`"),
        ("Which rivers?", "The Nile, and so one more"),
        ("What is drawn?", "A sketch and so forthright a line"),
        ("Which word is Greek?", "Etching"),
        ("Where is it?", "etc-hosts is a file"),
        ("usw.", "etc."),
        ("et cetera", "and so on, and so forth"),
    ],
}  # fmt: skip


def card(asked: str, answer: str) -> str:
    if "{{c" in asked:
        return f"  - cloze: {quoted(asked)}\n"
    answer = answer if answer.startswith(("[", '"')) else quoted(answer)
    return f"  - question: {quoted(asked)}\n    answer: {answer}\n"


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_a_look_alike_gets_no_warning(author: Author, name: str) -> None:
    author.write("deck.yaml", ENGLISH + "checks: {question-mark: on}\n")
    cards = LOOK_ALIKES[name]
    author.section("".join(card(asked, answer) for asked, answer in cards))
    lines = author.read("water.yaml").splitlines()
    assert [lines[each.line - 1] for each in author.judgements() if each.name == name] == []
    assert len(cards) >= 5


#: Cards that a check must find, besides the one in its docstring: each guard against a false alarm could be too wide.
FOUND: dict[str, list[tuple[str, str]]] = {
    "long-answer": [("What is long?", "word " * 26), ("What is long?", f"[{'word ' * 26}, b]")],
    "long-question": [("word " * 30 + "end?", "Nothing")],
    "long-list": [("Which?", "[a, b, c, d, e]")],
    "long-cloze": [
        ("The Nile is {{c1::one two three four five six seven eight nine}} long.", ""),
        ("The {{c1::a}} {{c2::b}} {{c3::c}} {{c4::d}} {{c5::e}} of it", ""),
        ("The {{c1::one two three {{c2::four five six}} seven eight nine}} is long.", ""),
    ],
    "yes-no": [
        ("Is the Nile long?", "Yes"),
        ("Is the Nile long?", "no."),
        ("Is the Nile long?", "**Yes**, very"),
        ("The Nile is long. True or false?", "True"),
        ("Is the Nile long?", "Yes - longer than the Rhine"),
        ("Is the Nile long?", "No — the Amazon is"),
    ],
    "yes-no-question": [
        ("Is the Nile long?", "Longer than the Rhine"),
        ("Can you swim in the Nile?", "Where there are no crocodiles"),
        ("Does the Nile rise when it rains?", "In summer"),
        ("Isn't the Nile long?", "It has 6,650 km"),
        ("In Egypt, does the Nile carry mud?", "In summer"),
    ],
    "two-questions": [
        ("When and where was he born who found the source?", "In 1827, in Devon"),
        ("Who found the source of the Nile, and when?", "Speke, in 1858"),
        ("What is a delta and how does it form?", "Sand"),
        ("Where does the Nile begin, and in which sea does it end?", "Here; there"),
        ("Why is it long? How long?", "Very"),
        ("Who wrote *Emma* or who read it?", "Jane Austen"),
        ("In 1066, who won and who lost?", "William; Harold"),
        ("What is a delta and how many are there?", "Land; many"),
    ],
    "negative-question": [
        ("Which river does NOT flow north?", "The Danube"),
        ("All of these flow north EXCEPT which one?", "The Danube"),
        ("Which of the following is not a river?", "Lake Constance"),
        ("Which of these rivers does not flow north: Nile, Ob, Danube?", "The Danube"),
        ("All of the following are rivers except what?", "Lake Constance"),
    ],
    "open-example": [
        ("Give an example of a river.", "The Nile"),
        ("Name some rivers.", "The Nile, the Rhine"),
        ("Give a few reasons for floods.", "Rain"),
        ("What is another example of a delta?", "The Rhone's"),
        ("What is a consequence of social media on society?", "Loneliness"),
        ("What is one way to cross the Nile?", "By boat"),
        ("Name a river in Egypt.", "The Nile"),
        ("What is one of the reasons for floods?", "Rain"),
        ("Name two benefits of dams.", "[Water, Power]"),
        ("Give one reason for floods.", "Rain"),
        ("Say a Spanish word for a river.", "Río"),
        ("Give a drug that lowers blood pressure.", "Enalapril"),
        ("What is a common symptom of malaria?", "Fever"),
        ("What is a typical dish in Spain?", "Paella"),
        ("Which element is a noble gas?", "Argon"),
        ("Which verb is irregular in Spanish?", "ser"),
        ("Which instrument belongs to the string family?", "The violin"),
        ("Who was a Roman emperor?", "Nero"),
    ],
    "several-answers": [
        ("What is the primary benefit of spaced practice?", "You remember longer"),
        ("What is the key advantage of a dam?", "Power"),
        ("What was the most important consequence of the flood?", "Hunger"),
        ("What are the benefits of dams?", "Water and power"),
        ("What was the significance of the French Revolution?", "It ended feudalism"),
        ("What is Beethoven's symphony that is the most famous?", "The fifth"),
        ("What is the best-known symphony by Beethoven?", "The fifth"),
        ("Who was the greatest composer of the baroque?", "Bach"),
        ("What is the best treatment for hypertension?", "A diuretic"),
        ("What were the main causes of the Thirty Years' War?", "Religion and power"),
        ("What caused the French Revolution?", "Debt"),
        ("Why did the Roman Empire fall?", "Invasions"),
        ("What affects the speed of a river?", "Its slope"),
        ("Which factor influences the speed of a river?", "Its slope"),
        ("What is a function of the liver?", "Making bile"),
        ("What's important about the Nile?", "Its floods"),
        ("What is the effect of caffeine?", "Alertness"),
        ("How can floods be prevented?", "By dams"),
        ("When should you use a list?", "When its length changes"),
        ("What can be found in a delta?", "Reeds"),
        ("Why is the Nile important?", "It waters Egypt"),
        ("What is the point of a dam?", "Power"),
        ("How can you cross the Nile?", "By boat"),
        ("What can cause a flood?", "Rain"),
        ("What is Cairo known for?", "Its mosques"),
        ("What happened in 1789?", "The French Revolution began"),
        ("What should you do in a flood?", "Climb"),
        ("How might one prove a theorem?", "By contradiction"),
        ("What factors affect the speed of a river?", "Its slope"),
        ("What is a good way to cross the Nile?", "By boat"),
        ("Which drug is used to treat malaria?", "Quinine"),
    ],
    "open-ended": [
        ("What do you know about deltas?", "They are flat"),
        ("Describe the Nile.", "It is long"),
        ("Discuss the dams of Egypt.", "They give power"),
        ("Explain how a dam works.", "Water falls"),
        ("How do dams work?", "Water falls"),
        ("What about the Nile and floods?", "Every summer"),
        ("In your view, was the dam a mistake?", "It cost land but gave power"),
        ("How does the climate affect people?", "They adapt"),
        ("What was Napoleon like?", "Proud"),
        ("Tell me about the Nile.", "It is long"),
        ("What did Martin Luther do?", "He wrote theses"),
        ("Explain photosynthesis.", "Light becomes sugar"),
        ("What was life like in medieval towns?", "Hard"),
        ("How did the printing press change Europe?", "Books were cheap"),
        ("Compare rivers and canals.", "Canals are dug"),
        ("What happens during a flood?", "Water rises"),
        ("What happens when a river floods?", "Its banks go under, and the mud stays behind on the fields"),
        ("What does the liver do?", "It makes bile, stores sugar, breaks down drugs and clears the blood"),
        ("What role did the Church play in medieval Europe?", "It taught"),
        ("How did democracy develop?", "From Athens"),
        ("What does photosynthesis involve?", "Light and water"),
        ("What's Beethoven's fifth about?", "Fate"),
        ("What is important to remember about primes?", "There is no largest one"),
    ],
    "missing-context": [
        ("Who developed the theory?", "Darwin"),
        ("What is the main benefit of the approach?", "It is fast"),
        ("Why did the king refuse to sign?", "It limited him"),
        ("What did the court decide?", "There was no contract"),
        ("When did the war end?", "In 1945"),
        ("What is the main export?", "Copper"),
        ("What is the second stage of the process?", "Anaphase"),
        ("What does the model predict?", "Rain"),
        ("Who won?", "William"),
        ("What is the capital?", "Cairo"),
        ("What are the other two types?", "Smooth and cardiac"),
        ("Which step comes next?", "Ligation"),
        ("What does the function return?", "A list"),
        ("What is the maximum dose?", "4 g a day"),
        ("What are the symptoms?", "Fever and chills"),
        ("Why is the matrix singular here?", "Two rows are equal"),
        ("How many people live there?", "A million"),
        ("Which stage comes last?", "Telophase"),
        ("How many types are there?", "Three"),
        ("What do both have in common?", "A nucleus"),
        ("What is the population of the city?", "A million"),
    ],
    "all-of-the-above": [
        ("Which rivers flow north?", "None of the above"),
        ("Which rivers flow north?", "all the above"),
        ("The Nile, the Rhine or both of the above?", "Both"),
    ],
    "it-depends": [("How fast?", "It depends"), ("How fast?", "*It all depends.*"), ("How fast?", "Well, it depends")],
    "question-mark": [("The longest river", "The Nile"), ("what is it", "A river"), ("Who said *What?* once.", "He")],
    "dangling-pronoun": [
        ("What does it do?", "It flows"),
        ("Where do they live?", "In Cairo"),
        ("What are its tributaries?", "Two"),
        ("How is this done?", "By hand"),
        ("Why is it used?", "It is cheap"),
        ("In which of them is it?", "In the first"),
        ("Who is he?", "The king"),
        ("What is the main benefit of this approach?", "It is fast"),
        ("What are the main functions of it?", "Two"),
        ("Which country did he rule?", "Egypt"),
        ("In what year was it founded?", "In 969"),
        ("What key does it modulate to at this point?", "The dominant"),
        ("What kind of tree is this?", "A palm"),
        ("What happens after it binds to the receptor?", "Two of them pair up"),
        ("Why is it used to treat malaria?", "It kills the parasite"),
        ("Who succeeded him?", "Edward"),
        ("Why is it *teleological*?", "It has an aim"),
    ],
    "leans-on-source": [
        ("In this chapter, what is said of the Nile?", "Much"),
        ("According to the text, how long is the Nile?", "Long"),
        ("What is the third river listed above?", "The Elbe"),
        ("What does the author say of the Nile?", "Little"),
        ("Which river is mentioned in the article?", "The Nile"),
        ("What do the authors claim?", "Little"),
        ("What does the text mean by 'semantic drift'?", "A change of meaning"),
        ("According to chapter 12, why do cells need a signal peptide?", "To bring the ribosome"),
        ("Looking at the map, which coast has most people?", "The south-east"),
        ("In figure 4, which chord is marked?", "A sixth"),
        ("Which river did the lecturer stress?", "The Nile"),
        ("What does Theorem 3.7 state?", "That bases exist"),
        ("What is the author's main argument?", "That rivers bend"),
        ("In the example above, which line raises the error?", "Line 4"),
        ("What is the main idea of the passage?", "That rivers bend"),
        ("What does the graph show?", "Growth"),
        ("Which two rivers have we discussed?", "[Nile, Rhine]"),
        ("What is the highlighted bone called?", "The femur"),
        ("What is the topic of the second paragraph?", "Rivers"),
    ],
    "miscounted-list": [
        ("Which three rivers meet at Passau?", "[Inn, Danube]"),
        ("Which 3 rivers meet at Passau?", "[Inn, Danube]"),
        ("Name the two banks.", "[left, right, middle]"),
        ("Which three rivers meet at Passau?", '"- Inn\\n- Danube"'),
    ],
    "answer-in-question": [
        ("What is the delta of the Nile called?", "The Nile's delta"),
        ("Which sea is the Black Sea part of, the sea by the Danube's delta?", "The Black Sea"),
        ("In which city is the university of Oxford?", "Oxford"),
        ("Which dynasty did the Tudor king Henry VIII belong to?", "The Tudors"),
        ("What is the texture of homophonic music called?", "Homophony"),
        ("What lies off Italy's Adriatic coast?", "The Adriatic Sea"),
        ("Which method splits a string into words?", "`split`"),
        ("Which enzyme digests lactose?", "Lactase"),
        ("Which enzyme digests lipids?", "Lipase"),
        ("To what do voltage-gated channels react?", "Voltage"),
        ("Who proved the Pythagorean theorem?", "Pythagoras"),
        ("What does an antihistamine block?", "Histamine"),
        ("In learning from labelled data, what does each example have?", "A label"),
    ],
    "unbalanced": [
        ("Which (river?", "The Nile"),
        ("Which river)?", "The Nile"),
        ("Which [river?", "The Nile"),
        ("Which **river?", "The Nile"),
        ("Is 2**3 a **river?", "The Nile"),
        ("Is (the [Nile) a] river? (yes", "The Nile"),
        ("Which `river?", "The Nile"),
        (r"What is $\frac{1}{2}?", "A half"),
        ("What is 1) long?", "(The Nile"),
        ("Which (of the two (is it)?", "The Nile"),
        ("Which) river (is it?", "The Nile"),
        ("Which river is on the map)?", "The Nile"),
        ("What is f(x + 1?", "2"),
        ("What is in [0, 1?", "A half"),
    ],
    "raw-html": [
        ("Which<br>river?", "The Nile"),
        ('Which <span style="color:red">river</span>?', "The Nile"),
        ('<img src="a.png"> Which?', "The Nile"),
        ("Which <b>river</b>?", "The Nile"),
        ("H<sub>2O?", "Water"),
        ("H<sub class='x'>2</sub>O?", "Water"),
        ("What does the &nbsp; entity do?", "It shows as its sign, a blank"),
    ],
    "bad-formula": [
        (r"What is $\frac{a$?", "A half"),
        (r"What is \(a & b\)?", "A sum"),
        (r"What?", r"$\bm{x}$"),
        (r"The {{c1::$\left( a$}} is", ""),
        (r"The $x^2^{{c1::3}}$ is", ""),
    ],
    "anki-math": [
        (r"What is \frac{1}{2}?", "A half"),
        (r"What is \alpha?", "A letter"),
        ("What is [$]x?", "A number"),
        ("What is x[/latex]?", "A number"),
        (r"What is \begin{align} x?", "A number"),
    ],
    "half-hint": [
        ("{{c1::Net::HTTP.get(uri)}} fetches", ""),
        ("{{c1::fe80::1}} and {{c2::2001:db8::8a2e:1}}", ""),
        ("Call {{c1::std::vector<int>}} here", ""),
        ("Call {{c1::the static::member}} here", ""),
        ("{{c1::foo::bar_baz}} and {{c2::A::B::c}}", ""),
    ],
    "bare-cloze": [("{{c1::Nile}}", ""), ("{{c1::Nile}} is it.", ""), ("The {{c1::blue}} {{c2::Nile}}", "")],
    "etcetera": [
        ("Which?", "A, B etc."),
        ("Which?", "[A, B etc]"),
        ("Organelles", "Nucleus etc."),
        ("Which?", "A, B and so forth"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", FOUND)
def test_what_a_check_must_find_is_found(author: Author, name: str) -> None:
    author.write("deck.yaml", ENGLISH + "checks: {question-mark: on}\n")
    cards = FOUND[name]
    author.section("".join(card(asked, answer) for asked, answer in cards))
    starts = [n for n, line in enumerate(author.read("water.yaml").splitlines(), 1) if line.startswith("  - ")]
    found = {each.line for each in author.judgements() if each.name == name}
    missed = [asked for (asked, _), line in zip(cards, starts, strict=True) if not found & {line, line + 1}]
    assert missed == []


IN_ANY_LANGUAGE = {"long-answer", "long-question", "long-list", "long-cloze", "unbalanced", "raw-html", "anki-math"}
IN_ANY_LANGUAGE |= {"bad-formula", "half-hint"}


@pytest.mark.parametrize(
    "name",
    sorted({*LOOK_ALIKES, *FOUND} - IN_ANY_LANGUAGE),
)
def test_words_are_read_in_english_only(author: Author, name: str) -> None:
    cards = [*FOUND[name], *LOOK_ALIKES.get(name, [])]
    author.write("deck.yaml", DECK + "checks: {question-mark: on}\n")
    author.section("".join(card(asked, answer) for asked, answer in cards))
    assert name not in {each.name for each in author.judgements()}
    author.write("deck.yaml", ENGLISH + "checks: {question-mark: on}\n")
    author.section("".join(card(asked, answer) + "    language: de\n" for asked, answer in cards))
    assert name not in {each.name for each in author.judgements()}
    author.write("deck.yaml", DECK + "language: de\nchecks: {question-mark: on}\n")
    author.section("".join(card(asked, answer) + "    language: en-GB\n" for asked, answer in cards))
    assert name in {each.name for each in author.judgements()}


@pytest.mark.parametrize("name", FOUND)
def test_a_retired_card_is_not_judged(author: Author, name: str) -> None:
    author.section("".join(card(asked, answer) + "    retired: true\n" for asked, answer in FOUND[name]))
    assert name not in {each.name for each in author.judgements()}


# --- the whole deck ------------------------------------------------------------------------------

RIVER = "  - {question: Which river flows through Cairo?, answer: The Nile, source: p1s1}\n"
SEA = "  - {question: Into which sea does the Danube flow?, answer: The Black Sea, source: p1s2}\n"


@pytest.mark.parametrize(
    ("terms", "text", "spelled"),
    [
        ("{NF-kB: [NF-κB, NFkB]}", "What does NF-κB do in a cell?", ["NF-κB"]),
        ("{NF-kB: [NF-κB, NFkB]}", "What does *NFkB* do, as NF-κB?", ["NF-κB", "NFkB"]),
        ("{colour: color}", "Which color has the Nile-color map?", ["color"]),
        ("{IL-6: IL}", "What does IL do?", ["IL"]),
        ("{NF-kB: [NF-κB]}", "What does NF-kB do in a cell?", []),
        ("{IL-6: IL}", "What does IL-6 do in a cell?", []),
        ("{colour: color}", "Which discoloration has `color: red`?", []),
        ("{colour: color}", "Which Color has a flag?", []),
        ("{café: [cafe]}", "Which cafeteria is meant?", []),
        ("{colour: [colour]}", "Which colour has the Nile?", []),
        ("{}", "Which color has the Nile?", []),
    ],
)
def test_a_spelling_that_the_deck_replaces_is_told(author: Author, terms: str, text: str, spelled: list[str]) -> None:
    author.write("deck.yaml", DECK + f"terms: {terms}\n")
    author.section(card(text, "A"))
    found = [each for each in author.judgements() if each.name == "glossary"]
    assert sorted(each.message.split("'")[1] for each in found) == spelled


def test_a_spelling_is_told_in_every_text_of_a_card(author: Author) -> None:
    author.write("deck.yaml", DECK + "terms: {colour: color}\n")
    author.section(
        "  - {question: color?, answer: [a, color], hint: color, details: color}\n  - cloze: '{{c1::color}}'\n"
    )
    assert [each.column for each in author.judgements() if each.name == "glossary"] == [16, 36, 50, 66, 12]


def test_a_section_without_a_card_is_told_at_its_file(author: Author) -> None:
    author.section(RIVER)
    author.write("land.yaml", "section: Land\ncards: []\n")
    assert told(author) == ["land.yaml:1:1 warning thin-section", "1:1 warning thin-section"]
    author.section(RIVER + SEA)
    assert told(author) == ["land.yaml:1:1 warning thin-section"]
    author.section(RIVER + SEA, "Land", "land.yaml")
    author.edit("Cairo", "Khartoum", "land.yaml")
    author.edit("Into which", "Towards what", "land.yaml")
    assert "thin-section" not in " ".join(told(author))


def test_the_only_section_may_have_one_card_and_retired_cards_count(author: Author) -> None:
    author.section(RIVER)
    assert told(author) == []
    author.section("  - {question: A?, answer: A, retired: true}\n", "Land", "land.yaml")
    author.section(RIVER + SEA)
    assert told(author) == ["land.yaml:1:1 warning thin-section"]


def test_a_section_whose_cards_are_broken_is_not_thin(author: Author) -> None:
    author.section(RIVER + SEA)
    author.section("  - {question: A?}\n", "Land", "land.yaml")
    assert told(author) == ["land.yaml:3:5 error missing-key"]


@pytest.mark.parametrize("material", ["title: Atlas", "url: https://example.org", "path: ../atlas.txt"])
def test_a_card_without_a_source_is_told_where_the_deck_has_a_material(author: Author, material: str) -> None:
    author.section("  - {question: Which?, answer: A}\n  - {question: Where?, answer: B, source: p1}\n")
    assert told(author) == []
    author.write("deck.yaml", DECK + f"material: {{{material}}}\n")
    author.write("../atlas.txt", "Rivers run.")
    assert told(author) == ["3:5 warning no-source"]
    author.edit("answer: A", "answer: A, retired: true")
    assert told(author) == []


def test_a_deck_whose_cards_all_lack_a_source_is_told_once(author: Author) -> None:
    author.write("deck.yaml", DECK + "material: {title: Atlas}\n")
    author.section("  - {question: Which?, answer: A}\n  - {question: Where?, answer: B}\n")
    (problem,) = author.judgements()
    assert in_short(problem) == "deck.yaml:1:1 warning no-source"
    assert problem.message == "none of the 2 cards has a source in the material"
    author.write("deck.yaml", DECK + "material: {title: Atlas}\nchecks: {no-source: off}\n")
    assert told(author) == []


ARMS = card("What do the arms of the Nile form at the sea?", "A delta")
GIVER = card("Which crop grows where the arms of the Nile form the delta?", "Rice")
LEAKS = [
    (ARMS, GIVER, ["4:13"]),
    (GIVER, ARMS, ["6:13"]),
    (ARMS, card("Rice", "The crop of the deltas that arms of the Nile form") + "    reverse: true\n", ["4:13"]),
    (ARMS, card("In the delta that the arms of the Nile form, {{c1::rice}} and {{c2::dates}} grow.", ""), ["4:13"]),
    (card("The arms of the Nile form a {{c1::delta}}.", ""), GIVER, ["3:12"]),
    (card("Who farms the plains?", "[Settlers, Monks]"), card("What do settlers and monks drink?", "Beer"), ["4:14"]),
    (ARMS, card("Where does the delta lie?", "In Egypt"), []),
    (ARMS, card("In the {{c1::delta}} that the arms of the Nile form, rice grows.", ""), []),
    (ARMS, card("Do the arms of the Nile form a delta or a bay?", "Both"), []),
    (ARMS, card("What is the delta of the arms of the Nile?", "What its arms form at the sea"), []),
    (card("How many arms of the Nile form it?", "Two"), card("Which two lakes do arms of the Nile form?", "A; B"), []),
    (card("What do you get from `arms` that form?", "`delta`"), card("Which arms form the delta you get?", "B"), []),
]


@pytest.mark.parametrize(("one", "other", "places"), LEAKS)
def test_an_answer_that_a_neighbour_gives_away_is_told(author: Author, one: str, other: str, places: list[str]) -> None:
    author.section(one + other, "Rivers")
    assert [each for each in told(author) if "leak" in each] == [f"{place} warning leak" for place in places]


def test_a_leak_names_the_place_of_the_other_card(author: Author) -> None:
    author.section(ARMS + GIVER, "Rivers")
    (problem,) = author.judgements()
    assert problem.message == "the question at rivers/water.yaml:5 gives this answer away"


def test_an_answer_in_the_sections_name_is_told(author: Author) -> None:
    author.section(ARMS + card("Where does the Nile end?", "In the sea"), "Deltas and bays")
    (problem,) = author.judgements()
    assert in_short(problem) == "4:13 warning leak"
    assert problem.message == "the section's name, 'Deltas and bays', gives this answer away"


CLOZES = [
    "The {{c1::Nile}} flows through {{c2::Cairo}}, into the {{c1::sea::what?}}.",
    "Trans{{c1::port}}ation isn't {{c2::the river's}} and/or—it {{c3::is}}",
    "{{c1,2::Labelled {{c3::regulates}}}} `{{c1::code}}` $x{{c2::y}}$ *em{{c3::phasis*}} ΑΣ{{c1::Σ}} {{c4::",
]


@pytest.mark.parametrize("cloze", CLOZES)
def test_the_stems_of_gaps_are_those_around_and_in_each(cloze: str) -> None:
    hidden = {each.numbers: [gap.hidden for gap in gaps(cloze) if gap.numbers == each.numbers] for each in gaps(cloze)}
    assert stems_of_gaps(cloze) == {
        each: (stems(around(cloze, each)), frozenset().union(*map(stems, hidden[each]))) for each in hidden
    }


def test_what_a_section_is_about_gives_nothing_away(author: Author) -> None:
    crops = ["rice", "figs", "dates"]
    others = [card(f"How many {crop} grow where the arms of the Nile form the delta?", "A lot") for crop in crops]
    author.section(ARMS + "".join(others[:2]), "Rivers")
    assert [each for each in told(author) if "leak" in each] == ["4:13 warning leak"]
    author.section(ARMS + "".join(others), "Rivers")
    assert [each for each in told(author) if "leak" in each] == []


def test_a_card_of_another_section_or_far_away_gives_nothing_away(author: Author) -> None:
    author.section(ARMS + RIVER, "Rivers")
    author.section(GIVER + SEA, "Crops", "crops.yaml")
    assert told(author) == []
    between = "".join(card(f"What is number {n}?", f"N{n}") for n in range(12))
    (author.folder / "crops.yaml").unlink()
    author.section(ARMS + between + GIVER, "Rivers")
    assert told(author) == []


PAIRS = [
    ("Which river flows through the old town of Cairo?", "Which river flows past the old town of Cairo?", True),
    ("What does low magnesium do to cells in blood?", "What does magnesium do to cells in blood?", True),
    ("Which river flows through Cairo?", "Which river flows through Vienna?", False),
    ("What is a delta?", "Where is a delta?", False),
    ("What does `a` do to cells in blood?", "What does `b` do to cells in blood?", False),
]


@pytest.mark.parametrize(("one", "other", "alike"), PAIRS)
def test_questions_with_nearly_the_same_words_are_told_at_the_second(
    author: Author, one: str, other: str, alike: bool
) -> None:
    author.section(card(one, "A") + card(other, "B"))
    found = [in_short(each) for each in author.judgements() if each.name == "near-duplicate"]
    assert found == (["5:15 info near-duplicate"] if alike else [])


@pytest.mark.parametrize(("answer", "alike"), [("The Nile", True), ("The Danube", False)])
def test_questions_with_a_word_of_their_own_each_are_alike_only_if_their_answers_are(
    author: Author, answer: str, alike: bool
) -> None:
    one, other = (f"Which long wide river {verb} the fields of poor old farmers?" for verb in ("floods", "wets"))
    author.section(card(one, "the *Nile*") + card(other, answer))
    assert told(author) == (["5:15 info near-duplicate"] if alike else [])


def test_questions_of_one_pattern_are_left_alone(author: Author) -> None:
    cities = ["Cairo", "Vienna", "Paris", "Rome"]
    author.section("".join(card(f"Which long river flows through the old town of {city}?", "A") for city in cities))
    assert told(author) == []


@pytest.mark.parametrize(
    ("texts", "spelled"),
    [
        (["pro-inflammatory", "Proinflammatory"], ["'Proinflammatory' is spelled 'pro-inflammatory'"]),
        (["TNF-α", "TNF-alpha"], ["'TNF-alpha' is spelled 'TNF-α'"]),
        (["TNFα", "TNF-alpha"], ["'TNF-alpha' is spelled 'TNFα'"]),
        (["NF-κB", "NF-kB", "NFkB"], ["'NF-kB' is spelled 'NF-κB'", "'NFkB' is spelled 'NF-κB'"]),
        (["IL-6", "IL6"], ["'IL6' is spelled 'IL-6'"]),
        (["ω-3", "omega-3"], ["'omega-3' is spelled 'ω-3'"]),
        (["e-mail", "E-Mail"], []),
        (["β-cell", "B-cell"], []),
        (["μmol", "mmol"], []),
        (["1-2", "12"], []),
        (["pre- and postwar", "pre"], []),
        (["low-grade", "low grade"], []),
        (["ΔG", "DG"], []),
        (["`e-mail`", "email"], []),
    ],
)
def test_two_spellings_of_a_word_are_told(author: Author, texts: list[str], spelled: list[str]) -> None:
    author.section("".join(card(f"What is said of {text}, number {n}?", "A") for n, text in enumerate(texts)))
    found = [each.message for each in author.judgements() if each.name == "spelling-variant"]
    assert [re.sub(r" at .*", "", message) for message in found] == spelled


def test_a_spelling_that_the_deck_has_settled_is_told_once(author: Author) -> None:
    author.write("deck.yaml", ENGLISH + "terms: {IL-6: [IL6]}\n")
    author.section(card("What does IL-6 do?", "A") + card("Where is IL6 made?", "A"))
    assert told(author) == ["5:15 warning glossary"]


@pytest.mark.parametrize(
    ("answers", "lines"),
    [
        (["A river", "A lake", "A sea", "A bay", "A fjord."], [12]),
        (["A river.", "A lake.", "A sea.", "A bay.", "A fjord"], [12]),
        (["A river", "A lake", "A sea", "A bay."], []),
        (["A river", "A lake", "A sea", "A bay.", "A fjord."], []),
        (["A river", "A lake", "A sea", "A bay", "It runs. It bends."], []),
        (["A river", "A lake", "A sea", "A bay", "Rivers etc."], []),
        (["A river", "A lake", "A sea", "A bay", "In the U.S."], []),
        (["A river.", "A lake.", "A sea.", "A bay.", "What?"], []),
        (["A river.", "A lake.", "A sea.", "A bay.", "1947"], []),
        (["A river", "A lake", "A sea", "A bay", "[A fjord.]"], []),
    ],
)
def test_a_stop_against_the_decks_habit_is_told(author: Author, answers: list[str], lines: list[int]) -> None:
    author.section("".join(card(f"What is number {n}?", answer) for n, answer in enumerate(answers)))
    assert [each.line for each in author.judgements() if each.name == "full-stop"] == lines


def test_a_translated_sentence_may_end_as_the_sentence_does(author: Author) -> None:
    habit = "".join(card(f"What is number {n}?", "A river") for n in range(4))
    author.section(habit + card("Translate: I don't know.", "No lo sé."))
    assert told(author) == []
    author.section(habit + card("What is said of it.", "No lo sé."))
    assert told(author) == ["12:13 info full-stop"]


@pytest.mark.parametrize("name", ["long-answer", "long-question", "long-list", "long-cloze"])
def test_one_word_is_not_1_words(author: Author, name: str) -> None:
    author.write("deck.yaml", ENGLISH + f"checks: {{{name}: 0}}\n")
    author.section(card("Why?", "[Sand]") + card("Sand {{c1::sinks}} in rivers", ""))
    messages = [each.message for each in author.judgements() if each.name == name]
    assert messages
    assert all(re.search(r"\b1 (?:word|item), more than 0", message) for message in messages)


def test_a_single_word_is_never_told_that_short_ones_are_easier(author: Author) -> None:
    author.write("deck.yaml", ENGLISH + "checks: {long-answer: 1}\n")
    author.section(card("What sinks?", "Sand"))
    assert told(author) == []


# --- what an author can say to a check -----------------------------------------------------------

LONG = f"  - question: Why?\n    answer: {'word ' * 30}\n"


@pytest.mark.parametrize(
    ("limit", "severities"), [("on", ["warning"]), ("29", ["warning"]), ("30", ["info"]), ("99", []), ("off", [])]
)
def test_a_deck_can_set_a_limit_or_switch_a_check_off(author: Author, limit: str, severities: list[str]) -> None:
    author.write("deck.yaml", DECK + f"checks: {{long-answer: {limit}}}\n")
    author.section(LONG)
    assert [each.severity for each in author.judgements()] == severities


@pytest.mark.parametrize("name", sorted(LIMITED))
def test_every_limit_can_be_set(author: Author, name: str) -> None:
    limit = 0 if name == "bare-cloze" else 9999  # that one tells of too few words
    write(author, explained(name).fails)
    author.write("deck.yaml", author.read("deck.yaml") + f"checks: {{{name}: {limit}}}\n")
    assert told(author) == []
    author.section("".join(card(asked, answer) for asked, answer in FOUND.get(name, []) if "c5" not in asked))
    assert name not in {each.name for each in author.judgements()}


@pytest.mark.parametrize(
    ("name", "limits", "example"),
    [
        ("long-cloze", (3, 2), card("The Nile flows {{c1::through old Cairo}}.", "")),
        ("bare-cloze", (2, 3), card("{{c1::The Nile}} flows through Cairo.", "")),
        (
            "near-duplicate",
            (81, 80),
            card("Which long wide river floods Cairo?", "A") + card("Which wide river floods Cairo?", "B"),
        ),
    ],
)
def test_a_limit_is_kept_to_the_number(author: Author, name: str, limits: tuple[int, int], example: str) -> None:
    author.section(example)
    for limit, found in zip(limits, (False, True), strict=True):
        author.write("deck.yaml", ENGLISH + f"checks: {{{name}: {limit}}}\n")
        assert (name in {each.name for each in author.judgements()}) == found


def section_by_section(check: Check, deck: Deck) -> list[Problem]:
    return sorted(found for part in deck.sections for found in check.run(deck._replace(sections=[part])))


@pytest.mark.parametrize(
    "folder", [*(ROOT / "tests" / "decks").glob("*/"), *(ROOT / "cards").glob("*/")], ids=lambda path: path.name
)
def test_a_check_that_is_not_whole_finds_the_same_section_by_section(folder: Path) -> None:
    deck = load(folder, judge=False).deck
    for each in JUDGEMENTS.values():
        assert each.whole or sorted(each.run(deck)) == section_by_section(each, deck), each.name


def test_a_check_that_compares_sections_is_whole(author: Author) -> None:
    author.write("deck.yaml", ENGLISH + "description: Of $x$\nmaterial: {title: Atlas}\n")
    answers = ["The pro-inflammatory Nile", "The proinflammatory Nile", "The Danube", "The Rhine", "The Seine."]
    for number, answer in enumerate(answers):
        asked = "Which river flows past the old town" if number else "Which river flows through the old town"
        author.section(
            card(f"{asked} of Cairo{'' if number < 2 else number}?", answer), f"Part {number}", f"{number}.yaml"
        )
    deck = author.load().deck
    differ = {name for name, each in JUDGEMENTS.items() if sorted(each.run(deck)) != section_by_section(each, deck)}
    assert differ == {name for name, each in JUDGEMENTS.items() if each.whole}


@pytest.mark.parametrize("name", JUDGEMENTS)
def test_every_check_can_be_switched_off_and_looked_at(author: Author, name: str) -> None:
    write(author, explained(name).fails)
    deck = author.read("deck.yaml")
    settings = "checks: {" if "checks:" not in deck else deck[deck.index("checks: {") :].rstrip("}\n") + ", "
    off = re.sub(r"(question-mark: on, )?question-mark", "question-mark", f"{settings}{name}: off}}\n")
    author.write("deck.yaml", re.sub(r"checks: .*\n", "", deck) + off)
    assert told(author) == []
    author.write("deck.yaml", deck)
    if name not in ("thin-section", "description-markup"):  # which are no card's
        found = author.judgements()
        lines = author.read("water.yaml").splitlines()
        for each in sorted(found, reverse=True):
            start = max(n for n in range(each.line) if lines[n].startswith("  - "))
            if lines[start].startswith("  - {"):
                lines[start] = lines[start].replace("  - {", f"  - {{ok: {name}, ")
            else:
                lines[start : start + 1] = [f"  - ok: [{name}]", lines[start].replace("  - ", "    ")]
        author.write("water.yaml", "\n".join(lines) + "\n")
        assert told(author) == []


@pytest.mark.parametrize(
    ("setting", "message", "remedy"),
    [
        ("lng-answer: 30", "there is no warning 'lng-answer'", "did you mean 'long-answer'?"),
        ("qqqqq: off", "there is no warning 'qqqqq'", "remove it, or choose one from docs/checks.md"),
        ("yes-no: 3", "'yes-no' has no limit", "write off, or remove it"),
        ("no-alt: 3", "'no-alt' has no limit", "write off, or remove it"),
        ("bad-cloze: off", "'bad-cloze' can't be turned off", "fix the problem itself, and remove this"),
        ("unused-ok: off", "'unused-ok' can't be turned off", "fix the problem itself, and remove this"),
    ],
)
def test_a_setting_for_no_check_is_an_error_at_its_key(author: Author, setting: str, message: str, remedy: str) -> None:
    author.write("deck.yaml", DECK + f"checks:\n  yes-no: off\n  {setting}\n".replace("  yes-no: off\n  yes", "  yes"))
    author.section(RIVER + SEA)
    (problem,) = author.judgements()
    assert in_short(problem).split()[1:] == ["error", "unknown-check"]
    assert (problem.path, problem.column) == ("rivers/deck.yaml", 3)
    assert (problem.message, problem.remedy) == (message, remedy)


@pytest.mark.parametrize("name", ["no-alt", "style-width"])
def test_warnings_that_are_found_elsewhere_can_be_switched_off(author: Author, name: str) -> None:
    author.write("media/a.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>")
    author.write("style.css", ".a { width: 600px }\n")
    author.section("  - {question: '![](a.svg)', answer: A}\n")
    assert name in {each.name for each in author.judgements()}
    author.write("deck.yaml", DECK + f"checks: {{{name}: off}}\n")
    assert name not in {each.name for each in author.judgements()}


def test_an_ok_silences_its_warning_on_its_card_alone(author: Author) -> None:
    again = LONG.replace("Why", "Why not")
    author.section(f"{LONG}    ok: [long-answer]\n{again}")
    assert told(author) == ["7:13 warning long-answer"]
    author.section(f"{LONG}    ok: long-answer\n{again}    ok: [long-answer]\n")
    assert told(author) == []


@pytest.mark.parametrize(
    "picture", ["![it](lake 1.svg)", "![it](lake (2).svg)", "![[lake 1.svg|it|250]]", "[sound:lake.mp3]"]
)
def test_the_name_of_a_file_is_no_word_of_a_question(author: Author, picture: str) -> None:
    for name in ("lake 1.svg", "lake (2).svg", "lake.mp3"):
        author.write(f"media/{name}", name)
    author.section(f"  - {{id: a, question: {json.dumps(f'What is this? {picture}')}, answer: A lake}}\n")
    assert {each.name for each in author.judgements()} <= {"unused-media"}


def test_an_ok_may_name_a_warning_about_a_picture(author: Author) -> None:
    author.write("media/a.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>")
    author.section("  - {question: '![](a.svg)', answer: A, ok: [no-alt]}\n")
    assert told(author) == []


@pytest.mark.parametrize(
    ("ok", "message", "remedy"),
    [
        ("long-answer", "this card has no 'long-answer' warning", "remove it"),
        ("no-alt", "this card has no 'no-alt' warning", "remove it"),
        ("long-anser", "there is no warning 'long-anser'", "did you mean 'long-answer'?"),
        (
            "same-question",
            "'same-question' can't be turned off",
            "fix the problem itself, and remove this",
        ),
    ],
)
def test_an_ok_that_silences_nothing_is_told_at_its_place(author: Author, ok: str, message: str, remedy: str) -> None:
    author.section(f"  - question: Which river?\n    answer: The Nile\n    ok: [{ok}]\n")
    (problem,) = author.judgements()
    assert in_short(problem) == "5:10 warning unused-ok"
    assert (problem.message, problem.remedy) == (message, remedy)


def test_an_error_stays_whatever_a_card_says(author: Author) -> None:
    cards = "  - {question: Which river?, answer: A, ok: [same-question]}\n"
    author.section(cards + cards.replace("river", "*river*"))
    assert {each.name for each in author.judgements()} == {"same-question", "unused-ok"}


@pytest.mark.parametrize("name", ["source-changed", "source-gone", "copied", "hedge-lost"])
def test_an_ok_for_what_only_the_material_shows_may_wait_for_it(author: Author, name: str) -> None:
    author.section(f"  - {{question: Which river?, answer: A, ok: [{name}]}}\n")
    assert told(author) == []


def test_the_ok_of_a_retired_card_may_wait_until_it_comes_back(author: Author) -> None:
    author.section(f"{LONG}    ok: [long-answer]\n    retired: true\n")
    assert told(author) == []


def test_strict_fails_on_a_warning_and_not_on_an_info(author: Author) -> None:
    author.section(LONG)
    assert CliRunner().invoke(main, ["check", "rivers"]).exit_code == 0
    strict = CliRunner().invoke(main, ["check", "--strict", "rivers"])
    assert (strict.exit_code, strict.output.splitlines()[-1]) == (1, "1 deck, 1 card: 1 warning")
    author.section(f"  - question: Why?\n    answer: {'word ' * 20}\n")
    strict = CliRunner().invoke(main, ["check", "--strict", "rivers"])
    assert (strict.exit_code, strict.output.splitlines()[-1]) == (0, "1 deck, 1 card: 1 info")


# --- check --explain -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", PROBLEMS)
def test_every_problem_is_explained(name: str) -> None:
    told = CliRunner().invoke(main, ["check", "--explain", name])
    assert (told.exit_code, told.output) == (0, explain(name))
    if name in CHECKS:
        assert told.output in page()
    else:
        assert PROBLEMS[name] in told.output
        assert f"docs/problems.md#{name}" in told.output


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("long-anser", "did you mean 'long-answer'?"),
        ("Bad_Cloze", "did you mean 'bad-cloze'?"),
        ("picture", "did you mean 'lost-picture'?"),
        ("material", "did you mean 'lost-material' or 'damaged-material'?"),
        ("nothing", f"the names are {', '.join(sorted(PROBLEMS))}."),
    ],
)
def test_a_name_that_is_none_is_not_explained_but_suggested(name: str, sentence: str) -> None:
    told = CliRunner().invoke(main, ["check", "--explain", name])
    assert told.exit_code == 2
    assert told.output.endswith(f"there is no problem '{name}'; {sentence}\n")


# --- how often they are wrong --------------------------------------------------------------------


def test_on_decks_of_many_kinds_the_checks_find_what_was_judged() -> None:
    """Terms, prose, vocabulary, code, medicine, law, mathematics: some 380 cards, good ones and bad ones.

    `python tests/judged.py` lists what came and went.
    """
    assert judged.hits() == list(judged.verdicts())
    assert set(judged.verdicts().values()) == {"right", "wrong"}


def test_a_warning_is_wrong_once_in_ten_times_at_most() -> None:
    assert 10 * judged.total("warning").wrong <= judged.total("warning").hits


@pytest.mark.parametrize("row", judged.table(), ids=lambda row: row.name)
def test_a_check_is_wrong_once_in_three_times_at_most(row: judged.Row) -> None:
    assert row.hits < 3 or 3 * row.wrong <= row.hits


#: In percent: the bad prompts that rules can see and that must be found, and the good ones that may get a warning.
BOUNDS = {"tune": (85, 2), "held": (60, 8)}


@pytest.mark.parametrize("name", graded.SETS)
def test_most_bad_prompts_are_found_and_few_good_ones(name: str) -> None:
    """`python tests/graded.py` prints the figures, which stand in docs/checks.md."""
    least, most = BOUNDS[name]
    prompts = graded.graded(name)
    found, wrong = graded.visible(prompts), graded.false_alarms(prompts)
    assert 100 * found.warned >= least * found.of
    assert 100 * wrong.warned <= most * wrong.of
    assert found.of > 30
    assert wrong.of == len(prompts) / 2


@pytest.mark.slow
def test_ten_times_the_cards_take_ten_times_as_long(author: Author) -> None:
    """Questions of one pattern are the worst case for near-duplicate; comparing all pairs would take 100 times."""
    verbs = ["carries", "drains", "feeds", "crosses", "lowers", "raises", "floods", "fills"]
    taken = []
    for size in (1_000, 10_000):
        asked = [
            f"What does the river number {n} of the land {n % 97} do where it {verbs[n % 8]} the plain {n % 89}?"
            for n in range(size)
        ]
        author.section("".join(f"  - question: {each}\n    answer: It floods\n" for each in asked))
        deck = author.load().deck
        start = time.process_time()
        check(deck)
        taken.append(time.process_time() - start)
    assert taken[1] < 30 * taken[0]


@pytest.mark.parametrize(
    ("answer", "typed", "told"),
    [
        ("[Rhine, Rhein]", "true", True),
        ("[Rhine]", "[Rhein]", True),
        ("[Rhine, Rhein]", "false", False),
        ("Rhine", "[Rhein]", False),
    ],
)
def test_a_list_is_not_typed(author: Author, answer: str, typed: str, told: bool) -> None:
    author.section(f"  - {{id: x, question: Which river flows through Cologne?, answer: {answer}, typed: {typed}}}\n")
    assert [each.name for each in author.judgements()] == ["typed-list"] * told


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("question: What is a delta?, reverse: What else?", True),
        ("question: 何ですか？, reverse: 何", True),
        ("question: What is a delta?, reverse: What else?, reverse-answer: A delta", False),
        ("question: Delta, reverse: What else?", False),
        ("question: What is a delta?, reverse: true", False),
        ("question: What is a delta?, reverse: What else?, retired: true", False),
    ],
)
def test_a_reverse_question_is_not_answered_with_a_question(author: Author, more: str, told: bool) -> None:
    author.section(f"  - {{id: x, answer: Land, {more}}}\n")
    assert [each.name for each in author.judgements()] == ["question-as-answer"] * told


@pytest.mark.parametrize(
    ("description", "told"),
    [
        ("Of $x^2$", True),
        ("$$x$$", True),
        *((text, True) for text in ("H~2~O", "x^2^", "==new==", "~~old~~", "{漢|かん}", "a\n\n\n|a|\n\n|-|\n\n|b|")),
        *((text, False) for text in ("H<sub>2</sub>O", "<mark>new</mark>", "`==new==`", "**new**")),
        ("For $5 or $6", False),
        ("What `\\(` starts", False),
        ("Rivers", False),
    ],
)
def test_what_anki_shows_as_typed_in_the_description_is_told(author: Author, description: str, told: bool) -> None:
    author.write("deck.yaml", f"{DECK}description: {quoted(description)}\n")
    assert [each.name for each in author.judgements()] == ["description-markup"] * told


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        *(("**bold**", True), ("$x$", True), ("`c`", True), ("Rhine & <Main>", False), ("a < b", False), ("C*", False)),
        *(("10\xa0km", True), ("10\u202fkm", True), ("Nile\u200b", True), ("Ni\u00adle", True), ("10 km", False)),
        *((r"\d\*", True), (r"C\#", True), (r"\d+", False), (r"a\b", False), (r"\\d", True)),
    ],
)
def test_an_answer_to_be_typed_is_plain(author: Author, answer: str, told: bool) -> None:
    author.section(f"  - {{id: x, question: Which?, answer: '{answer}', typed: true}}\n")
    assert ("typed-markup" in {each.name for each in author.judgements()}) == told


@pytest.mark.parametrize("answer", ["10\xa0km", "Nile\u200b", "Ni\u00adle", "a\u2003b"])
def test_the_remedy_for_an_answer_that_nobody_can_type_works(author: Author, learner: Learner, answer: str) -> None:
    author.section(f"  - {{id: x, question: Which?, answer: '{answer}', typed: true}}\n")
    (told,) = [each for each in author.judgements() if each.name == "typed-markup"]
    found = re.search(r"write '(.*?)'", told.remedy)
    assert found
    typed = found[1]
    assert "typeMissed" in learner.col.compare_answer(answer, typed)
    assert "typeMissed" not in learner.col.compare_answer(typed, typed)
    author.section(f"  - {{id: x, question: Which?, answer: '{typed}', typed: true}}\n")
    assert "typed-markup" not in {each.name for each in author.judgements()}


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("Which <b>river</b>?", "write **…**"),
        ("Which<br>river?", "write a line of its own"),
        ("Which <SUB>river</SUB>?", "write it as a pair without attributes, <sub>…</sub>"),
        ('Which <a href="x">river</a>?', "write [words](address)"),
        ('Which <span style="x">river</span>?', "remove it"),
    ],
)
def test_each_tag_has_its_own_remedy(author: Author, text: str, remedy: str) -> None:
    author.section(f"  - {{id: x, question: {quoted(text)}, answer: The Nile}}\n")
    (told,) = [each for each in author.judgements() if each.name == "raw-html"]
    assert told.remedy == f"{remedy}, or put it in `code` if it is intended"


def test_a_card_accepts_what_is_told_within_its_texts(author: Author) -> None:
    text = "\\d\\* and\n      \\w\\*"
    author.section(f"  - ok: [lost-sign]\n    question: |\n      {text}\n    answer: The Nile\n")
    assert told(author) == []
    author.section(
        f"  - question: |\n      {text}\n    answer: The Nile\n  - {{ok: [lost-sign], question: A, answer: B}}\n"
    )
    assert {each.partition(" ")[2] for each in told(author)} == {"warning lost-sign", "warning unused-ok"}
