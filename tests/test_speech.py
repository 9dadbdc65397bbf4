"""Texts that are read aloud: by a program that the command line names, once, and shipped like any sound."""

from __future__ import annotations

import io
import json
import shlex
import shutil
import sys
import wave
from collections.abc import Sequence
from pathlib import Path

import pytest
from anki.sound import AVTag, TTSTag
from author import DECK, Author
from click.testing import CliRunner, Result
from test_pull import edit, pull

from studydeck.cli import main
from studydeck.commands.preview import deck_view
from studydeck.commands.speak import Said, speak
from studydeck.engine.drawing import Artist
from studydeck.engine.learner import Learner
from studydeck.engine.verify import verify
from studydeck.pipeline import compile_notes
from studydeck.text.languages import voice_language

#: A program that says a text: a sound that holds it and the language, and has a line in a log.
VOICE = """
import sys
text = sys.stdin.buffer.read()
with open(sys.argv[1], "ab") as log:
    log.write(sys.argv[2].encode() + b": " + text)
sys.stdout.buffer.write(b"OggS" + " ".join(sys.argv[2:]).encode() + text)
"""
CARDS = """\
  - {id: nile, question: 'Which **river** flows through Cairo?', answer: The Nile &amp; no other}
  - {id: list, question: 'Which two?', answer: [Vienna, Ulm], speak: answer}
  - {id: silent, question: 'And this?', answer: No, speak: none}
  - {id: formula, question: 'What is $x^2$?', answer: 'A square', reverse: true}
  - {id: typed, question: 'Type it!', answer: Rhine, typed: true}
  - {id: german, question: 'Wohin?', answer: 'Nach Wien', language: de}
  - {id: gone, question: 'Old?', answer: Old, retired: true}
  - {cloze: 'A {{c1::gap}}'}
"""


class Speaker:
    """An author with a program that speaks."""

    def __init__(self, author: Author) -> None:
        self.author = author
        author.write("deck.yaml", DECK + "language: en\nspeak: both\n")
        author.section(CARDS)
        self.log = author.folder.parent / "log"
        program = author.folder.parent / "voice.py"
        program.write_text(VOICE, "utf-8")
        self.command = f"'{sys.executable}' '{program}' '{self.log}' {{language}}"

    def speak(self, more: str = "") -> Said:
        return speak(self.author.load(), self.command + more)

    def build(self, command: str = "", more: Sequence[str] = ()) -> Result:
        words = ["build", "-o", str(self.author.out), str(self.author.folder), *more]
        return CliRunner().invoke(main, [*words, "--speak-with", command or self.command])

    @property
    def said(self) -> list[str]:
        return sorted(self.log.read_text("utf-8").splitlines()) if self.log.exists() else []

    def names(self) -> list[str]:
        return sorted(path.name for path in (self.author.folder / "media" / "spoken").iterdir())


@pytest.fixture
def speaker(author: Author) -> Speaker:
    return Speaker(author)


def test_the_words_of_each_side_are_said_in_their_language(speaker: Speaker) -> None:
    assert speaker.speak() == Said(7, 0, 0)
    assert speaker.said == [
        "Ulm",
        "de: Nach Wien",
        "de: Wohin?",
        "en: A square",
        "en: The Nile & no other",
        "en: Type it!",
        "en: Vienna",
        "en: Which river flows through Cairo?",
    ]


def test_a_text_is_said_once_and_sounds_that_no_card_needs_go(speaker: Speaker) -> None:
    speaker.speak()
    before = speaker.names()
    assert speaker.speak() == Said(0, 7, 0)
    speaker.author.edit("A square", "A square number")
    assert speaker.speak() == Said(1, 6, 1)
    assert len(set(before) & set(speaker.names())) == 6
    assert len(speaker.said) == 9
    assert speaker.speak(" other-voice") == Said(7, 0, 7)


def test_the_sounds_arrive_and_only_a_changed_text_edits_its_note(speaker: Speaker, learner: Learner) -> None:
    author = speaker.author
    (told,) = author.problems()
    assert (told.name, told.severity, told.message) == (
        "unspoken",
        "warning",
        "7 texts to be read aloud have no sound",
    )
    author.build()
    learner.import_package(author.package)
    learner.study()
    before = learner.histories()
    speaker.speak()
    assert not author.problems()
    built = author.build()
    assert (set(built.changes.edited), built.media) == ({"nile", "list", "formula", "typed", "german"}, 7)
    learner.import_package(author.package)
    assert learner.histories() == before
    assert learner.faults() == []
    assert learner.missing_media() == []
    assert verify(author.package).ok
    fields = {note["Id"]: note for note in learner.notes()}
    assert "[sound:" in fields["nile"]["Question"]
    assert "[sound:" in fields["nile"]["Answer"]
    assert "[sound:" not in fields["list"]["Question"] + fields["silent"]["Answer"] + fields["typed"]["Answer"]
    author.edit("The Nile &amp; no other", "The Nile")
    speaker.speak()
    assert author.build().changes.edited == ("nile",)
    assert author.build().changes.edited == ()


def test_an_edited_section_is_built_with_the_sounds_of_the_others(speaker: Speaker) -> None:
    author = speaker.author
    author.section("  - {id: sea, question: 'Which sea?', answer: The North Sea}\n", "Sea", "sea.yaml")
    speaker.speak()
    words = ["build", "-o", str(author.out), str(author.folder)]
    assert CliRunner().invoke(main, words).exit_code == 0
    author.edit("And this?", "And that?")
    assert "1 edited" in CliRunner().invoke(main, words).output
    report = verify(author.package)
    assert report.ok
    shipped = author.package.read_bytes()
    assert author.build().changes.edited == ()
    assert author.package.read_bytes() == shipped


def test_a_build_makes_the_sounds_that_texts_lack_and_only_once(speaker: Speaker) -> None:
    author = speaker.author
    done = speaker.build()
    assert (done.exit_code, len(speaker.said)) == (0, 8)
    assert "8 new" in done.stdout
    assert done.stderr == ""
    assert "8 unchanged" in speaker.build("no-such-program").stdout
    author.edit("A square", "A square number")
    assert "1 edited, 7 unchanged" in speaker.build().stdout
    assert (len(speaker.said), len(speaker.names())) == (9, 8)
    author.edit("And this?", "And that?")
    assert "1 edited, 7 unchanged" in speaker.build("no-such-program").stdout
    assert verify(author.package).ok
    shipped = author.package.read_bytes()
    assert author.build().changes.edited == ()
    assert author.package.read_bytes() == shipped


def test_a_build_that_made_sounds_is_remembered(speaker: Speaker, monkeypatch: pytest.MonkeyPatch) -> None:
    speaker.build()
    monkeypatch.setattr("studydeck.commands.build.build_all", None)
    assert "8 unchanged" in speaker.build().stdout


def test_a_build_leaves_the_sounds_of_another_voice(speaker: Speaker) -> None:
    speaker.speak()
    before = speaker.names()
    speaker.build()
    speaker.author.edit("A square", "A square number")
    assert "1 edited, 7 unchanged" in speaker.build(speaker.command + " other-voice").stdout
    assert set(before) < set(speaker.names())


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("", "can't be run (No such file or directory)"),
        ("print(1)", "wrote no sound that Anki plays; have it write WAV, MP3, Ogg or FLAC to its output"),
        ("import sys; sys.stdout.buffer.write(b'RIFF' + bytes(4) + b'WAVEdata' + bytes(4))", "wrote no sound"),
        ("exit(3)", "failed with exit code 3"),
        ("while True: print('OggS' * 10**6)", "answered with more than 5 MB"),
        ("import time; print('OggS', flush=True); time.sleep(60)", "took more than 1 seconds"),
    ],
)
def test_a_deck_is_built_without_the_sounds_that_a_program_cant_make(
    speaker: Speaker, code: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studydeck.commands.speak._SECONDS", 1.0)
    monkeypatch.setattr("studydeck.commands.speak._PATIENCE", 1)
    speaker.author.write("deck.yaml", DECK + "speak: question\n")
    done = speaker.build(f"'{sys.executable}' -c {shlex.quote(code)}" if code else "no-such-program")
    assert done.exit_code == 0
    assert "8 new" in done.stdout
    (line,) = done.stderr.splitlines()
    assert "water.yaml:3:5: warning: 4 texts to be read aloud have no sound, since '" in line
    assert said in line
    assert line.endswith("; once that is fixed, build again [unspoken]")
    assert not (speaker.author.folder / "media").exists()


def test_one_text_that_cant_be_said_keeps_no_other_from_it(speaker: Speaker) -> None:
    program = speaker.author.folder.parent / "voice.py"
    program.write_text(VOICE + "\nexit(b'square' in text)", "utf-8")
    done = speaker.build()
    assert "formula" not in done.stdout
    assert "water.yaml:6:5: warning: 1 text to be read aloud has no sound, since '" in done.stderr
    assert (len(speaker.said), len(speaker.names())) == (8, 6)


def test_new_sounds_are_no_locked_build(speaker: Speaker) -> None:
    done = speaker.build(more=["--locked"])
    assert done.exit_code == 2
    assert "--speak-with can't be used together with --locked" in done.stderr
    for nothing in ("", " "):
        done = CliRunner().invoke(main, ["build", str(speaker.author.folder), "--speak-with", nothing])
        assert (done.exit_code, "--speak-with needs a program" in done.stderr) == (2, True)


def test_no_build_runs_a_program_that_a_deck_names(speaker: Speaker) -> None:
    speaker.author.write("deck.yaml", DECK + f"speak: both\nspeak-with: {speaker.command!r}\n")
    assert "unknown-key" in {each.name for each in speaker.author.problems()}
    speaker.author.write("deck.yaml", DECK + "language: en\nspeak: both\n")
    speaker.author.build()
    assert speaker.said == []


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("no-such-program-here", "can't be run"),
        (f"'{sys.executable}' -c 'print(1)'", "wrote no sound that Anki plays"),
        (f"'{sys.executable}' -c 'exit(3)'", "failed with exit code 3"),
    ],
)
def test_a_program_that_fails_is_a_sentence(speaker: Speaker, command: str, said: str) -> None:
    done = CliRunner().invoke(main, ["speak", str(speaker.author.folder), "--with", command])
    assert done.exit_code == 1
    assert said in done.output
    assert "Traceback" not in done.output


def test_a_deck_without_a_language_says_so(speaker: Speaker) -> None:
    speaker.author.write("deck.yaml", DECK + "speak: question\n")
    with pytest.raises(ValueError, match=r"has no language to speak it in; write language: in deck\.yaml"):
        speaker.speak()


def test_a_list_is_spoken_item_by_item(speaker: Speaker) -> None:
    speaker.author.section("  - {id: x, question: The way, speak: answer, steps: [First, Second]}\n")
    assert speaker.speak() == Said(2, 0, 0)
    notes = compile_notes(speaker.author.load())
    assert ["[sound:" in note.fields[1] for note in notes] == [True, True]
    assert not any("[sound:" in note.fields[0] for note in notes)


def test_a_text_that_several_cards_have_is_counted_once(speaker: Speaker) -> None:
    speaker.author.section("  - {id: x, question: The way, speak: question, steps: [First, Second, Third]}\n")
    (told,) = speaker.author.problems()
    assert told.message == "1 text to be read aloud has no sound"
    assert speaker.speak() == Said(1, 0, 0)


@pytest.mark.parametrize("where", ["deck.yaml", "water.yaml"])
def test_another_value_is_an_error(author: Author, where: str) -> None:
    author.write("deck.yaml", DECK + ("speak: all\n" if where == "deck.yaml" else ""))
    speaking = "" if where == "deck.yaml" else ", speak: all"
    author.section(f"  - {{id: x, question: Q, answer: A{speaking}}}\n")
    (told,) = author.problems()
    assert (Path(told.path).name, told.name) == (where, "wrong-kind")
    assert told.message == "'all' isn't a valid value of speak"


def test_a_deck_that_has_nothing_read_aloud_says_so(author: Author) -> None:
    author.section("  - {id: x, question: Q, answer: A}\n")
    done = CliRunner().invoke(main, ["speak", str(author.folder), "--with", "no-such-program"])
    assert done.output.startswith("Nothing is read aloud by a sound: write speak:")


@pytest.mark.skipif(not shutil.which("espeak-ng"), reason="needs espeak-ng (apt install espeak-ng)")
def test_espeak_ng_speaks_and_anki_takes_its_sounds(author: Author, learner: Learner) -> None:
    author.write("deck.yaml", DECK + "language: en\nspeak: both\n")
    author.section("  - {id: nile, question: 'Which river?', answer: Der Nil, answer-language: de}\n")
    command = "espeak-ng -v {language} --stdin --stdout"
    done = CliRunner().invoke(main, ["speak", str(author.folder), "--with", command])
    assert done.exit_code == 0, done.output
    assert done.output.startswith("2 sounds made, 0 there already, 0 deleted. Next: studydeck build")
    for path in (author.folder / "media" / "spoken").iterdir():
        data = path.read_bytes()
        with wave.open(io.BytesIO(data)) as sound:
            assert 0.3 < sound.getnframes() / sound.getframerate() < 3
            assert len(data) == 44 + 2 * sound.getnframes()
    author.build()
    learner.import_package(author.package)
    assert learner.missing_media() == []
    (card,) = learner.cards()
    assert len(card.question_av_tags()) == 1
    assert len(card.answer_av_tags()) == 2


def test_a_text_that_was_edited_in_anki_comes_back_without_its_sound(speaker: Speaker, learner: Learner) -> None:
    author = speaker.author
    speaker.speak()
    author.build()
    learner.import_package(author.package)
    before = author.read("water.yaml")
    for card_id, was, now in (("nile", "Nile", "White Nile"), ("list", "Ulm", "Linz")):
        html = learner.note(author.guid(card_id))["Answer"]
        edit(author, learner, card_id, Answer=html.replace(was, now))
    speaker.speak(" other-voice")
    found = pull(author, learner, "--write")
    assert (found["not_pulled"], found["conflicts"]) == ([], [])
    now = before.replace("The Nile &amp; no other", '"The White Nile & no other"').replace("Ulm", "Linz")
    assert author.read("water.yaml") == now
    assert not pull(author, learner)["edits"]
    speaker.speak()
    author.now += 100
    author.build()
    learner.import_package(author.package)
    assert "White Nile" in learner.note(author.guid("nile"))["Answer"]
    assert learner.missing_media() == []
    assert not pull(author, learner)["edits"]


DEVICE = """\
  - {id: nile, question: 'Which **river** & [/anki:tts] [anki:tts lang=a]?', answer: The Nile &amp; <no> other}
  - {id: list, question: 'Which two?', answer: [Vienna, 'Ulm!'], speak: device-answer}
  - {id: silent, question: 'And this?', answer: No, speak: none}
  - {id: turned, question: 'What is $x^2$?', answer: 'A square', reverse: true}
  - {id: typed, question: 'Type it!', answer: Rhine, typed: true}
  - {id: german, question: 'Wohin?', answer: 'Nach Wien', language: de-AT, speak: device-question}
  - {id: gone, question: 'Old?', answer: Old, retired: true}
  - {id: way, question: The way, steps: [First, Second]}
  - {id: gap, cloze: 'A {{c1::gap}}'}
"""


def said(tags: Sequence[AVTag]) -> list[tuple[str, str]]:
    return [(tag.lang, tag.field_text) for tag in tags if isinstance(tag, TTSTag)]


@pytest.fixture
def device(author: Author) -> Author:
    """A deck that learners' devices read aloud."""
    author.write("deck.yaml", DECK + "language: en\nspeak: device\n")
    author.section(DEVICE)
    return author


def test_a_device_reads_each_side_in_its_language(device: Author, learner: Learner) -> None:
    assert device.problems() == []
    device.build()
    learner.import_package(device.package)
    assert learner.faults() == []
    assert verify(device.package).ok
    cards = {(card.note()["Id"], card.ord): card for card in learner.cards()}
    assert {
        key: (said(card.question_av_tags()), said(card.answer_av_tags()))
        for key, card in cards.items()
        if card.question_av_tags() or card.answer_av_tags()
    } == {
        ("nile", 0): (
            [("en_US", "Which river & [/anki:tts] [anki:tts lang=a]?")],
            [("en_US", "The Nile & <no> other")],
        ),
        ("list", 0): ([], [("en_US", "Vienna. Ulm!")]),
        ("turned", 0): ([], [("en_US", "A square")]),
        ("turned", 1): ([("en_US", "A square")], []),
        ("typed", 0): ([("en_US", "Type it!")], []),
        ("german", 0): ([("de_AT", "Wohin?")], []),
        ("way/first", 0): ([("en_US", "The way")], [("en_US", "First")]),
        ("way/second", 0): ([("en_US", "The way")], [("en_US", "Second")]),
    }
    for card in cards.values():
        shown = card.render_output().question_text + card.render_output().answer_text
        assert "anki:tts" not in shown.replace("[/anki:tts] &#91;anki:tts lang=a]?", "")


def test_from_sounds_to_devices_no_history_changes(speaker: Speaker, learner: Learner) -> None:
    author = speaker.author
    speaker.build()
    learner.import_package(author.package)
    learner.study()
    before = learner.histories()
    author.write("deck.yaml", DECK + "language: en\nspeak: device\n")
    author.edit("speak: answer", "speak: device-answer")
    done = CliRunner().invoke(main, ["plan", "-o", str(author.out), str(author.folder)])
    assert "Question aloud: {+Which river flows through Cairo? (en_US)+}" in done.output
    author.now += 100
    built = author.build()
    assert (built.media, len(built.changes.edited)) == (0, 5)
    learner.import_package(author.package)
    assert learner.histories() == before
    assert learner.faults() == []
    assert "[sound:" not in "".join(field for note in learner.notes() for field in note.fields)
    assert speaker.speak() == Said(0, 0, 7)


def test_paper_has_a_note_only_for_sounds_that_say_more_than_the_text(speaker: Speaker, tmp_path: Path) -> None:
    author = speaker.author
    author.write("media/song.mp3", b"ID3 not really a sound")
    author.section(
        "  - {id: x, question: What is it?, answer: That}\n"
        '  - {id: y, question: "Who sings?![it](song.mp3)", answer: She}\n'
    )
    speaker.speak()
    page = tmp_path / "page.html"
    done = CliRunner().invoke(main, ["export", str(author.folder), "--to", "print", "-o", str(page)])
    assert done.exit_code == 0, done.output
    assert page.read_text("utf-8").count("♪") == 1
    assert "[sound:" not in page.read_text("utf-8")


def test_only_the_card_knows_what_a_device_says(device: Author, tmp_path: Path) -> None:
    device.edit(" & [/anki:tts] [anki:tts lang=a]", "")
    device.build()
    page = tmp_path / "page.html"
    done = CliRunner().invoke(main, ["export", str(device.folder), "--to", "print", "-o", str(page)])
    assert done.exit_code == 0, done.output
    assert "tts" not in page.read_text("utf-8")
    with Artist() as artist:
        cards = json.dumps(deck_view(device.load(), artist)._asdict(), default=str)
    assert "anki:" not in cards
    assert "<a class=" not in cards
    done = CliRunner().invoke(main, ["import", str(device.package), "--deck", str(tmp_path / "deck")])
    assert "left out: speech of a text (" in done.output
    assert "tts" not in (tmp_path / "deck" / "rivers.yaml").read_text("utf-8")


@pytest.mark.parametrize(
    ("language", "voice"),
    [
        ("en", "en_US"),
        ("en-GB", "en_GB"),
        ("DE-at", "de_AT"),
        ("no", "nb_NO"),
        ("zh", "zh_CN"),
        ("zh-Hant", "zh_TW"),
        ("zh-Hans-SG", "zh_SG"),
        ("es-419", "es_419"),
        ("sr-Latn", "sr_RS"),
        ("de-x-AT", "de_DE"),
        ("la", ""),
        ("", ""),
    ],
)
def test_a_language_is_named_as_anki_names_voices(language: str, voice: str) -> None:
    assert voice_language(language) == voice


@pytest.mark.parametrize(
    ("language", "said"),
    [("", "its language is unknown"), ("la", "its language 'la' names no country")],
)
def test_a_text_that_no_device_can_read_is_a_warning(author: Author, language: str, said: str) -> None:
    author.write("deck.yaml", DECK + "speak: device\n" + (f"language: {language}\n" if language else ""))
    author.section("  - {id: x, question: Quid?, answer: Nihil}\n")
    (told,) = author.problems()
    assert (told.name, told.severity, told.message) == (
        "unspoken",
        "warning",
        f"no device can read this text aloud, since {said}",
    )
    author.build()
    author.write("deck.yaml", DECK + "speak: device\nlanguage: la-VA\n")
    assert author.problems() == []


def test_a_deck_that_was_built_without_sounds_gets_them_from_the_next_build(speaker: Speaker) -> None:
    words = ["build", "-o", str(speaker.author.out), str(speaker.author.folder)]
    for _ in range(2):
        assert "7 texts to be read aloud have no sound" in CliRunner().invoke(main, words).stderr
    done = speaker.build()
    assert "7 texts" not in done.stderr
    assert "5 edited" in done.stdout
    assert len(speaker.names()) == 7


def test_decks_that_need_no_sounds_are_built_with_one_that_does(speaker: Speaker, tmp_path: Path) -> None:
    other = tmp_path / "seas"
    other.mkdir()
    (other / "deck.yaml").write_text("deck: Seas\nuid: abcdefghijkm\n", "utf-8")
    (other / "seas.yaml").write_text("section: S\ncards:\n  - {id: x, question: Which sea?, answer: This}\n", "utf-8")
    CliRunner().invoke(main, ["build", "-o", str(speaker.author.out), str(speaker.author.folder), str(other)])
    done = speaker.build(more=[str(other), "--edition", "text"])
    assert (done.exit_code, len(speaker.names())) == (0, 7), done.output
    assert "5 edited" in done.stdout
