"""What musicians type, and the mix that it means; and ordinary chat, which is no mix.

`mixes.LANGUAGE.txt` has the answer in front of each phrase, in letters of five stems: `d` is drums alone, `-d` is
everything but the drums.
"""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.phrases.read import Certainty, Reading, read_words
from bot.phrases.vocabulary import vocabulary
from bot.phrases.wanted import mix_of, within
from bot.texts import LANGUAGES
from jobs.models import Stem
from jobs.music.separation_models import MODELS
from jobs.music.stems import STEM_INFO
from tests.models import NAMES, STEMS

HERE = Path(__file__).parent
V, A, D, B, P, O = Stem.VOCALS, Stem.ACCOMPANIMENT, Stem.DRUMS, Stem.BASS, Stem.PIANO, Stem.OTHER  # noqa: E741


def lines(name: str) -> list[str]:
    return (HERE / name).read_text("utf-8").splitlines()


def stems(letters: str) -> set[Stem]:
    named = {stem for stem in STEMS[5] if STEM_INFO[stem].letter in letters}
    return set(STEMS[5]) - named if letters.startswith("-") else named


def understood(text: str, language: str = "en") -> Reading:
    reading = read_words(text, language)
    assert reading is not None, text
    return reading


@pytest.mark.parametrize("language", LANGUAGES)
def test_phrases_of_musicians(language: str) -> None:
    wrong, not_understood = [], []
    phrases = lines(f"mixes.{language}.txt")
    assert len(set(phrases)) == len(phrases) >= 100
    for line in phrases:
        answer, phrase = line.split(" | ", 1)
        reading = read_words(phrase, language)
        if reading is not None and set(mix_of(reading.wanted, NAMES[5]) or ()) != stems(answer):
            wrong.append(line)
        elif reading is None or reading.certainty is not Certainty.SURE:
            not_understood.append(line)
    assert wrong == []
    assert len(not_understood) <= len(phrases) // 10, not_understood


@pytest.mark.parametrize("written_in", LANGUAGES)
def test_ordinary_chat_is_no_mix(written_in: str) -> None:
    """Without a command, none of it is answered as a mix, whatever the language of the author's app."""
    chat = lines(f"chat.{written_in}.txt")
    assert len(set(chat)) == len(chat) >= 100
    for language in LANGUAGES:
        readings = {line: read_words(line, language) for line in chat}
        assert [
            line for line, reading in readings.items() if reading and reading.certainty is not Certainty.COMMAND
        ] == []


@pytest.mark.parametrize("text", ["", " ", "no", "-", "only", "the", "louder", "https://youtu.be/x", "drums " * 40])
def test_other_words_are_not_guessed_at(text: str) -> None:
    assert read_words(text, "en") is None


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("vocals without drums", "v"),
        ("no vocals, only drums", "d"),
        ("only drums, no vocals", "d"),
        ("only vocals no vocals", ""),
        ("no drums but keep drums", "-"),
        ("everything except the drums", "-d"),
        ("no instruments but keep the drums", "vd"),
        ("drums no bass with piano", "dp"),
        ("remove only the drums", "-d"),
        ("remove everything but the drums", "d"),
        ("remove everything and keep the bass", "b"),
        ("without drums, bass and piano", "vo"),
        ("minus one", "-v"),
        ("minus one bass", "-b"),
        ("backing track without bass", "-b"),
        ("instrumental without bass", "-vb"),
    ],
)
def test_without_binds_to_its_right_and_later_words_win(text: str, letters: str) -> None:
    assert mix_of(understood(text).wanted, NAMES[5]) == tuple(stem for stem in STEMS[5] if stem in stems(letters))


@pytest.mark.parametrize(
    "text",
    [
        "no, drums",
        "less drums",
        "more vocals",
        "drums only vocals only bass louder",
        "vocals-drums",
        "everything drums",
        "no drums but bass",
        "no vocals and drums only",
        "take the drums",
        "I need a bass",
        "no baixo",
        "drop the bass",
        "without it",
        "karaoke drums",
        "bass backing track",
        "no karaoke",
    ],
)
def test_phrases_with_two_meanings_or_another_one_are_not_understood(text: str) -> None:
    assert read_words(text, "en") is None


@pytest.mark.parametrize(
    ("text", "certainty"),
    [
        ("no drums", Certainty.SURE),
        ("drums", Certainty.SURE),
        ("the drums please", Certainty.SURE),
        ("only the rest", Certainty.SURE),
        ("can I get no drums?", Certainty.SURE),
        ("the drums", Certainty.HALF),
        ("no drums?", Certainty.HALF),
        ("guitar", Certainty.SURE),
        ("no guitar", Certainty.SURE),
        ("olny bass", Certainty.MISSPELT),
        ("no drums, vocals", Certainty.HALF),
        ("no drums, bass and vocals", Certainty.SURE),
        ("can you do drums?", Certainty.HALF),
        ("no drumms", Certainty.MISSPELT),
        ("withuot drums", Certainty.MISSPELT),
        ("sem bateira", Certainty.MISSPELT),
        ("vocalls", Certainty.MISSPELT),
        ("the rest", Certainty.COMMAND),
        ("band", Certainty.COMMAND),
    ],
)
def test_how_sure_it_is(text: str, certainty: Certainty) -> None:
    assert understood(text).certainty is certainty


def test_no_is_another_word_in_portuguese() -> None:
    """`no piano` is `on the piano`, but `vocals` and `drums` are English."""
    assert [understood(text, "pt-BR").certainty for text in ("no piano", "no vocals", "no drums")] == [
        Certainty.HALF,
        Certainty.SURE,
        Certainty.SURE,
    ]
    assert understood("no piano", "en").certainty is Certainty.SURE


@given(
    st.lists(st.sampled_from(sorted(vocabulary("en").words | vocabulary("pt-BR").words | {",", "?", "-x"}))), st.text()
)
def test_no_text_raises(words: list[str], more: str) -> None:
    for language in LANGUAGES:
        if (reading := read_words(" ".join([*words, more]), language)) is not None:
            for model in MODELS:
                assert set(mix_of(reading.wanted, model) or ()) <= set(MODELS[model].stems)


@pytest.mark.parametrize("text", ["hand", "locals", "string", "no drim thing", "boss", "just a bas", "noo drumss"])
def test_short_words_and_two_slips_are_no_misspelling(text: str) -> None:
    assert read_words(text, "en") is None


@pytest.mark.parametrize(
    ("text", "count", "mix"),
    [
        ("no vocals", 2, (A,)),
        ("vocals", 2, (V,)),
        ("band", 2, (A,)),
        ("no band", 2, (V,)),
        ("no drums", 2, None),
        ("vocals, no drums", 2, (V,)),
        ("drums, bass, piano and other", 2, (A,)),
        ("no drums", 4, (V, B, O)),
        ("no drums", 5, (V, P, B, O)),
        ("bass vocals", 4, (V, B)),
        ("band", 4, (D, B, O)),
        ("band without drums", 4, (B, O)),
        ("band without drums", 2, None),
        ("no band", 5, (V,)),
        ("without the rest", 4, (V, D, B)),
        ("without the rest", 5, (V, P, D, B)),
        ("piano", 4, None),
        ("piano", 5, (P,)),
        ("no vocals band", 4, ()),
        ("vocals band", 2, (V, A)),
    ],
)
def test_what_a_separation_can_give(text: str, count: int, mix: tuple[Stem, ...] | None) -> None:
    assert mix_of(understood(text).wanted, NAMES[count]) == mix


def test_an_instrument_without_a_stem_is_named_with_the_stem_that_contains_it() -> None:
    for text, name, stem in (("no guitar", "guitar", O), ("só o violão", "guitar", O), ("only the kick", "kick", D)):
        (part,) = within(understood(text).wanted, MODELS[NAMES[5]].stems).parts
        assert (part.name, part.stem) == (name, stem)


G, SIX = Stem.GUITAR, "htdemucs_6s"


@pytest.mark.parametrize(
    ("text", "mix"),
    [
        ("no guitar", (V, P, D, B, O)),
        ("sem violão", (V, P, D, B, O)),
        ("guitar and piano", (G, P)),
        ("only the rest", (O,)),
        ("without the rest", (V, G, P, D, B)),
        ("karaoke", (G, P, D, B, O)),
        ("guitarless", (V, P, D, B, O)),
        ("no guitarist", (V, P, D, B, O)),
    ],
)
def test_a_guitar_of_its_own_is_told_apart(text: str, mix: tuple[Stem, ...]) -> None:
    wanted = understood(text).wanted
    assert mix_of(wanted, SIX) == mix
    assert within(wanted, MODELS[SIX].stems) == wanted


def test_without_a_guitar_its_level_is_that_of_the_stem_that_contains_it() -> None:
    wanted = within(understood("guitar -12, vocals +3").wanted, MODELS[NAMES[4]].stems)
    assert dict(wanted.levels) == {O: -12, V: 3}
    assert [part.name for part in wanted.parts] == ["guitar"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_stem_has_words_in_every_language(language: str) -> None:
    named = {stem for terms in vocabulary(language).terms.values() for term in terms for stem in term.stems}
    assert named == {*Stem}
