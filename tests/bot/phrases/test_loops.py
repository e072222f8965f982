"""Loops and drills in words without the command, in each language; and ordinary chat, which is none."""

from pathlib import Path

import pytest

from bot.phrases.loops import read_loop
from bot.phrases.read import Certainty
from bot.phrases.treatment import BeyondError
from bot.texts import LANGUAGES
from jobs.models import Stem
from jobs.music.passages import Passage

HERE = Path(__file__).parent


@pytest.mark.parametrize(
    ("language", "text", "passage", "tempo", "without"),
    [
        ("en", "loop 1:02-1:18 8x", Passage(start=62, end=78, times=8), 100, None),
        ("en", "can you loop 0:30 to 0:45 at 80%", Passage(start=30, end=45, times=8), 80, None),
        ("en", "bars 9 to 16 at 70 %", Passage(start=9, end=16, unit="bars", times=8), 70, None),
        ("en", "from 1:02 to 1:18 x4", Passage(start=62, end=78, times=4), 100, None),
        ("en", "Repeat bar 12, please!", Passage(start=12, end=12, unit="bars", times=8), 100, None),
        ("en", "loop bars 5-8 no drums", Passage(start=5, end=8, unit="bars", times=8), 100, Stem.DRUMS),
        ("en", "bars 5 to 8 without bass", Passage(start=5, end=8, unit="bars", times=8), 100, Stem.BASS),
        ("en", "drill 1:02-1:18", Passage(start=62, end=78, times=1, slowest=70), 100, None),
        ("pt-BR", "loop 1:02 a 1:18 8 vezes", Passage(start=62, end=78, times=8), 100, None),
        ("pt-BR", "compassos 9 a 16 a 70%", Passage(start=9, end=16, unit="bars", times=8), 70, None),
        ("pt-BR", "em loop 0:30-0:45, por favor", Passage(start=30, end=45, times=8), 100, None),
        (
            "pt-BR",
            "repete compassos 5 até 8 sem bateria",
            Passage(start=5, end=8, unit="bars", times=8),
            100,
            Stem.DRUMS,
        ),
        ("en", "repete os compassos 5 a 8", Passage(start=5, end=8, unit="bars", times=8), 100, None),
    ],
)
def test_loops_of_musicians(language: str, text: str, passage: Passage, tempo: int, without: Stem | None) -> None:
    reading = read_loop(text, language)
    assert reading is not None
    assert reading.certainty is Certainty.SURE
    assert reading.wanted.effect.passage == passage
    assert reading.wanted.effect.tempo == tempo
    assert [step.stems for step in reading.wanted.steps] == ([(without,)] if without else [])


@pytest.mark.parametrize("text", ["1:02-1:18", "bars 9 to 16", "from 10:00 to 11:30"])
def test_a_passage_alone_is_asked_about(text: str) -> None:
    """It may be a time of day."""
    reading = read_loop(text, "en")
    assert reading is not None
    assert reading.certainty is Certainty.COMMAND


@pytest.mark.parametrize(
    "text",
    [
        "rehearsal is 19:00-21:00", "see you 10:00-11:30 tomorrow", "loop", "loop it", "the bars close at 2:00",
        "I can do 18:00 to 20:00, 2 times a week", "22:00-21:00", "doors 20:00-20:30, stage 21:00-22:00 x2 sets",
        "ensaio das 19:00 a 21:00", "no compasso 5 você entra", "bars 9 to 16 are hard", "ok 5:00-4:00",
    ],
)  # fmt: skip
def test_plans_of_a_band_are_no_loops(text: str) -> None:
    for language in LANGUAGES:
        assert read_loop(text, language) is None


@pytest.mark.parametrize("written_in", LANGUAGES)
def test_ordinary_chat_is_no_loop(written_in: str) -> None:
    for line in (HERE / f"chat.{written_in}.txt").read_text("utf-8").splitlines():
        assert [read_loop(line, language) for language in LANGUAGES] == [None for _ in LANGUAGES]


@pytest.mark.parametrize("text", ["loop 1:18-1:02", "drill bars 0-4", "loop 1:02-1:18 x99", "loop bars 5-8 at 10%"])
def test_loops_that_cannot_be_had(text: str) -> None:
    with pytest.raises(BeyondError):
        read_loop(text, "en")
