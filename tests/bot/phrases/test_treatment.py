"""Tempo, key and levels in words, in each language; what else numbers and signs mean is left alone."""

import pytest

from bot.phrases.read import Certainty, read_words
from bot.phrases.treatment import BeyondError
from bot.phrases.wanted import Wanted, mix_of, within
from bot.texts import LANGUAGES
from jobs.models import Effect, Stem
from jobs.music.separation_models import chat_models
from tests.models import NAMES

OFFERED = {stem for info in chat_models().values() for stem in info.stems}


def four_stems(wanted: Wanted) -> tuple[Stem, ...] | None:
    """The mix in 4 stems, as in a chat."""
    return mix_of(within(wanted, OFFERED), NAMES[4])


V, D, B, O = Stem.VOCALS, Stem.DRUMS, Stem.BASS, Stem.OTHER  # noqa: E741
ALL = (V, D, B, O)


@pytest.mark.parametrize(
    ("language", "text", "stems", "tempo", "key"),
    [
        ("en", "no drums 80%", (V, B, O), 80, 0),
        ("en", "No drums, at 80 % speed", (V, B, O), 80, 0),
        ("en", "no drums -2", (V, B, O), 100, -2),
        ("en", "no drums \N{MINUS SIGN}2", (V, B, O), 100, -2),
        ("en", "no drums -2 80%", (V, B, O), 80, -2),
        ("en", "no guitar 80% -2", (V, D, B), 80, -2),
        ("en", "only bass 70 %", (B,), 70, 0),
        ("en", "karaoke two semitones down", (D, B, O), 100, -2),
        ("en", "karaoke up 3 semitones", (D, B, O), 100, 3),
        ("en", "instrumental at 90% speed +1", (D, B, O), 90, 1),
        ("en", "no drums, a whole step down", (V, B, O), 100, -2),
        ("en", "no drums transposed -3 semitones", (V, B, O), 100, -3),
        ("en", "this one at 75 percent please", ALL, 75, 0),
        ("en", "a semitone up", ALL, 100, 1),
        ("pt-BR", "sem bateria 80% -2", (V, B, O), 80, -2),
        ("en", "no drums slower", (V, B, O), 80, 0),
        ("en", "no drums slower, 70%", (V, B, O), 70, 0),
        ("pt-BR", "sem bateria mais devagar", (V, B, O), 80, 0),
        ("pt-BR", "sem voz meio tom abaixo", (D, B, O), 100, -1),
        ("pt-BR", "sem baixo dois tons acima a 75% da velocidade", (V, D, O), 75, 4),
        ("pt-BR", "karaoke um tom pra baixo", (D, B, O), 100, -2),
        ("pt-BR", "so o baixo a 70%", (B,), 70, 0),
    ],
)
def test_tempo_and_key(language: str, text: str, stems: tuple[Stem, ...], tempo: int, key: int) -> None:
    reading = read_words(text, language)
    assert reading is not None
    assert reading.wanted.effect == Effect(tempo=tempo, key=key)
    assert four_stems(reading.wanted) == stems


@pytest.mark.parametrize(
    ("language", "text", "stems", "levels"),
    [
        ("en", "vocals -12, drums +3", ALL, {V: -12, D: 3}),
        ("en", "no drums, vocals -12 dB", (V, B, O), {V: -12}),
        ("en", "the vocals: -4.5", ALL, {V: -4.5}),
        ("en", "guide vocals", ALL, {V: -12}),
        ("en", "no drums, guide voice", (V, B, O), {V: -12}),
        ("en", "drums louder", ALL, {V: -9, D: 6, B: -9, O: -9}),
        ("pt-BR", "voz -12, bateria +3", ALL, {V: -12, D: 3}),
        ("pt-BR", "voz guia, sem bateria", (V, B, O), {V: -12}),
        ("pt-BR", "baixo mais alto", ALL, {V: -9, D: -9, B: 6, O: -9}),
    ],
)
def test_levels(language: str, text: str, stems: tuple[Stem, ...], levels: dict[Stem, float]) -> None:
    reading = read_words(text, language)
    assert reading is not None
    found = four_stems(reading.wanted)
    assert found == stems
    assert {stem: level for stem, level in reading.wanted.mix(stems).level.items() if level} == levels


@pytest.mark.parametrize(
    ("language", "text", "stems", "effect"),
    [
        ("en", "no guitar 80% -2 click", (V, D, B), Effect(tempo=80, key=-2, click="mixed")),
        ("en", "no drums 80% -2 count-in 1", (V, B, O), Effect(tempo=80, key=-2, count_in=1)),
        ("en", "no drums - 2 bars count-in", (V, B, O), Effect(count_in=2)),
        ("en", "no drums +2 count-in", (V, B, O), Effect(key=2, count_in=1)),
        (
            "en",
            "no drums, 80 %, two semitones down, one bar of count-in",
            (V, B, O),
            Effect(tempo=80, key=-2, count_in=1),
        ),
        ("pt-BR", "sem bateria 80% -2 contagem 1", (V, B, O), Effect(tempo=80, key=-2, count_in=1)),
        ("en", "no drums with a click", (V, B, O), Effect(click="mixed")),
        ("en", "no drums, click, count-in 2", (V, B, O), Effect(click="mixed", count_in=2)),
        ("en", "no drums and a one bar count-in", (V, B, O), Effect(count_in=1)),
        ("en", "two bars of count-in, only bass 75%", (B,), Effect(tempo=75, count_in=2)),
        ("en", "karaoke count in", (D, B, O), Effect(count_in=1)),
        ("en", "no vocals count-in of 2 bars -1", (D, B, O), Effect(key=-1, count_in=2)),
        ("en", "no drums 80% without a click", (V, B, O), Effect(tempo=80)),
        ("en", "stage mix no drums", (V, B, O), Effect(click="stage")),
        ("en", "no drums, click on the left, count-in 1", (V, B, O), Effect(click="stage", count_in=1)),
        ("en", "this song with the metronome please", ALL, Effect(click="mixed")),
        ("pt-BR", "sem bateria com clique", (V, B, O), Effect(click="mixed")),
        ("pt-BR", "sem bateria 80% contagem 2", (V, B, O), Effect(tempo=80, count_in=2)),
        (
            "pt-BR",
            "sem voz com um compasso de contagem e clique à esquerda",
            (D, B, O),
            Effect(click="stage", count_in=1),
        ),
        ("pt-BR", "só o baixo com metrônomo", (B,), Effect(click="mixed")),
    ],
)
def test_click_and_count_in(language: str, text: str, stems: tuple[Stem, ...], effect: Effect) -> None:
    reading = read_words(text, language)
    assert reading is not None
    assert (four_stems(reading.wanted), reading.wanted.effect) == (stems, effect)


@pytest.mark.parametrize(
    "text", ["click here", "I count on you", "count in the drummer", "what a stage", "clique aqui"]
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_other_clicks_are_none_of_ours(language: str, text: str) -> None:
    assert read_words(text, language) is None


@pytest.mark.parametrize(
    "text", ["no drums count-in 5", "no vocals 30%", "no drums 150 %", "no drums +13", "vocals -60", "drums +40"]
)
def test_what_cannot_be_had_is_an_error(text: str) -> None:
    with pytest.raises(BeyondError):
        read_words(text, "en")


@pytest.mark.parametrize(
    "text",
    [
        "I am 30% done",
        "I got 100% on my test",
        "see you at 5",
        "vocals and drums -3",
        "call +49 30 1234",
        "mais baixo",
        "5-4",
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_other_numbers_are_none_of_ours(language: str, text: str) -> None:
    assert read_words(text, language) is None


@pytest.mark.parametrize(
    ("text", "certainty"),
    [
        ("no drums 80%", Certainty.SURE),
        ("80%", Certainty.HALF),
        ("slower please", Certainty.COMMAND),
        ("can you slow it down a bit", Certainty.COMMAND),
        ("no drums slower", Certainty.SURE),
        ("slower 70%", Certainty.HALF),
        ("-2", Certainty.HALF),
        ("drums louder", Certainty.COMMAND),
    ],
)
def test_how_surely_it_is_meant(text: str, certainty: Certainty) -> None:
    reading = read_words(text, "en")
    assert reading is not None
    assert reading.certainty is certainty
