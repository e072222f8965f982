"""The page for practice: its buttons, what a tap changes, and treatments in buttons' data."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cards.actions import Verb, parse_action
from bot.cards.mixes import mix_words, order_words
from bot.cards.practice import TEMPI, Choice, practice_page, read_choice, split
from bot.cards.result_buttons import owned
from bot.cards.taps import read_treated_mix
from bot.cards.treatments import CLICKS, code, treated
from jobs.models import Click, Effect, Mix, Model, Order, Request, Stem, YouTube
from jobs.music.separation_models import MODELS
from tests.models import NAMES

V, D, B, O = Stem.VOCALS, Stem.DRUMS, Stem.BASS, Stem.OTHER  # noqa: E741

choices = st.builds(
    Choice,
    stems=st.sets(st.sampled_from([V, D, B, O])).map(lambda some: tuple(one for one in (V, D, B, O) if one in some)),
    effect=st.builds(
        Effect,
        tempo=st.sampled_from(TEMPI),
        key=st.integers(-12, 12),
        click=st.sampled_from(CLICKS),
        count_in=st.integers(0, 2),
    ),
)


def asked(model: str = NAMES[4]) -> Request:
    return Request(
        id="0123456789abcdef",
        platform="telegram",
        chat="telegram:1",
        asker="telegram:1",
        source=YouTube(video_id="dQw4w9WgXcQ"),
        order=Order(model=Model(name=model)),
        created_at=1,
    )


def test_the_page() -> None:
    choice = Choice(stems=(V, B, O), effect=Effect(tempo=80, key=-2))
    rows = practice_page(asked(), choice, "en")
    assert [[button.label for button in row] for row in rows] == [
        ["✓ Vocals", "Drums", "✓ Bass"],
        ["✓ Other", "Click", "Count-in"],
        ["60 %", "70 %", "✓ 80 %", "90 %", "100 %"],
        ["♭ −1", "Key −2", "♯ +1", "Back"],
        ["Make no drums, 80 %, −2"],
    ]
    assert rows[0][1].action == "practise:0123456789abcdef:vbo~t80k-2.+d"


def test_the_page_with_a_click() -> None:
    effect = Effect(click="stage", count_in=2)
    rows = practice_page(asked(NAMES[5]), Choice(stems=(V, D), effect=effect), "en")
    assert [button.label for button in rows[1]] == ["Other", "✓ Click left", "✓ Count-in 2"]
    assert [button.action.rpartition(".")[2] for button in rows[1][1:]] == ["c0", "i0"]
    assert rows[-1][0].label == "Make vocals + drums, click left, count-in 2"


def test_the_song_as_it_is_is_not_made() -> None:
    whole = Choice(stems=MODELS[NAMES[4]].stems)
    assert "Make" not in str(practice_page(asked(), whole, "en"))
    assert "Make 90 %" in str(practice_page(asked(), whole.model_copy(update={"effect": Effect(tempo=90)}), "en"))
    assert "Make" not in str(practice_page(asked(), Choice(stems=()), "en"))


@given(choices, st.sampled_from([*MODELS]), st.sampled_from(["en", "pt-BR"]))
def test_every_button_fits_and_comes_back(choice: Choice, model: str, language: str) -> None:
    stems = tuple(stem for stem in MODELS[model].stems if stem in choice.stems)
    shown = choice.model_copy(update={"stems": stems, "effect": choice.effect if stems else Effect()})
    rows = practice_page(asked(model), shown, language)
    assert len(rows) <= 5
    for row in (*rows, *owned(rows, "telegram:1")):
        assert len(row) <= 5
        for button in row:
            assert len(button.action.encode()) <= 64
            action = parse_action(button.action)
            assert action is not None
            assert action.text == button.action
            if action.verb is Verb.PRACTISE:
                text, change = split(action.choice)
                assert read_choice(text, model) == shown
                assert change


@given(st.lists(st.integers(-40, 12), min_size=3, max_size=3), st.integers(50, 120), st.integers(-12, 12))
def test_treatments_come_back_from_buttons(levels: list[int], tempo: int, key: int) -> None:
    mix, effect = Mix(stems=(V, B, O), levels=tuple(levels)), Effect(tempo=tempo, key=key, count_in=abs(key) % 3)
    assert treated(mix.stems, code(mix, effect)) == (mix, effect)
    assert read_treated_mix(f"4vbo{code(mix, effect)}", NAMES[2]) == (NAMES[4], mix, effect)


@pytest.mark.parametrize("text", ["~t20", "~k+40", "~lv-99", "~t999k+1", "nonsense"])
def test_impossible_treatments_are_none(text: str) -> None:
    assert treated((V, B), text) is None


def test_names() -> None:
    order = Order(content=Mix(stems=(V, B, O), levels=(-12, 0, 0)), effect=Effect(tempo=80), model=Model(name=NAMES[4]))
    assert order_words(order, "en") == "no drums, vocals −12 dB, 80 %"
    assert order_words(Order(effect=Effect(key=3)), "en") == "+3"
    assert order_words(Order(), "en") == ""
    assert order_words(Order(content=Click(), effect=Effect(tempo=80)), "en") == "click track, 80 %"
    assert order_words(Order(effect=Effect(click="mixed", count_in=1)), "pt-BR") == "clique, contagem 1"
    assert mix_words((V, D, B, O), NAMES[4], "pt-BR", (0, 3, 0, 0), Effect(key=-1)) == "bateria +3 dB, −1"
