"""Passages in words, in each language."""

import pytest

from bot.phrases.passages import read_passage, with_passage
from bot.phrases.treatment import BeyondError
from jobs.models import Effect
from jobs.music.passages import Passage


@pytest.mark.parametrize(
    ("language", "text", "passage", "rest"),
    [
        ("en", "1:02-1:18 x8 75%", Passage(start=62, end=78, times=8), "75%"),
        ("en", "1:02 to 1:18", Passage(start=62, end=78, times=8), ""),
        ("en", "no drums 1:02\N{EN DASH}1:18 4x", Passage(start=62, end=78, times=4), "no drums"),
        ("en", "0:30.5-0:45 3 times", Passage(start=30.5, end=45, times=3), ""),
        ("en", "1:01:02-1:01:10", Passage(start=3662, end=3670, times=8), ""),
        ("en", "bars 5-8 x2", Passage(start=5, end=8, unit="bars", times=2), ""),
        ("en", "bar 12", Passage(start=12, end=12, unit="bars", times=8), ""),
        ("en", "drill no bass bars 5 to 8", Passage(start=5, end=8, unit="bars", slowest=70), "no bass"),
        ("en", "no bass 1:02-1:18 60-90%", Passage(start=62, end=78, slowest=60), "no bass"),
        ("pt-BR", "1:02 a 1:18 8 vezes", Passage(start=62, end=78, times=8), ""),
        ("pt-BR", "sem bateria compassos 5 até 8", Passage(start=5, end=8, unit="bars", times=8), "sem bateria"),
        ("pt-BR", "treino sem baixo 1:02-1:18", Passage(start=62, end=78, slowest=70), "sem baixo"),
        ("pt-BR", "bars 5-8", Passage(start=5, end=8, unit="bars", times=8), ""),
    ],
)
def test_passages(language: str, text: str, passage: Passage, rest: str) -> None:
    found = read_passage(text, language)
    assert found is not None
    assert found.passage == passage
    assert " ".join(found.rest.replace(",", " ").split()) == rest


@pytest.mark.parametrize("text", ["", "the chorus", "5-8", "1:02", "x8", "75%"])
def test_what_is_no_passage(text: str) -> None:
    assert read_passage(text, "en") is None


@pytest.mark.parametrize("text", ["1:18-1:02", "1:02-1:02", "bars 0-4", "1:02-1:18 x99", "1:02-1:18 100-70%"])
def test_passages_that_cannot_be_had(text: str) -> None:
    with pytest.raises(BeyondError):
        read_passage(text, "en")


@pytest.mark.parametrize(
    ("text", "tempo", "tempi"),
    [
        ("1:02-1:18", 100, (70, 75, 80, 85, 90, 95, 100)),
        ("1:02-1:18 60-75%", 100, (60, 65, 70, 75)),
        ("1:02-1:18", 60, (50, 55, 60)),
    ],
)
def test_a_drill_goes_up_to_the_tempo(text: str, tempo: int, tempi: tuple[int, ...]) -> None:
    found = read_passage(text, "en", is_drill=True)
    assert found is not None
    assert with_passage(Effect(tempo=tempo, key=-2), found).tempi == tempi
