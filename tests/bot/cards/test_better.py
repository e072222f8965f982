"""Which better models are offered, and how long they take."""

import pytest

from bot.cards.better import better_models, takes
from bot.cards.cards import card, settings_card
from bot.cards.mixes import from_letters, letters, mix_words
from bot.cards.practice import Choice, practice_page
from bot.cards.result_buttons import first_page, pick_page
from jobs.failures import Failure, Reason
from jobs.models import Mix, Model, Order, Preferences, Request, Stem, YouTube
from jobs.music.separation_models import MODELS
from jobs.progress import RequestPhase, View

ALL = {name: info.cost for name, info in MODELS.items() if info.is_slow}
SIX = "htdemucs_6s"


def asked(model: str, **order: object) -> Request:
    return Request(
        id="0123456789abcdef", platform="telegram", chat="telegram:1", asker="telegram:1", created_at=1,
        source=YouTube(video_id="dQw4w9WgXcQ"), order=Order(model=Model(name=model), **order),
    )  # fmt: skip


def labels(request: Request, language: str = "en") -> list[str]:
    rows = first_page(request, language, ALL, 240.0)
    return [button.label for row in rows for button in row if button.label.startswith(("Better", "Melhor"))]


@pytest.mark.parametrize(
    ("model", "offered"),
    [
        ("spleeter-2", ["htdemucs", SIX]),
        ("spleeter-4", ["htdemucs", SIX]),
        ("spleeter-5", [SIX]),
        ("htdemucs", [SIX]),
        ("scnet", [SIX]),
        (SIX, []),
    ],
)
def test_one_for_each_number_of_stems_that_is_not_smaller(model: str, offered: list[str]) -> None:
    assert better_models(asked(model), ALL) == offered
    assert better_models(asked(model), {}) == []


def test_a_button_says_how_long_it_takes() -> None:
    assert labels(asked("spleeter-5")) == ["Better: 6 stems, about 1 min 20 s"]
    assert labels(asked("spleeter-5"), "pt-BR") == ["Melhor: 6 faixas, cerca de 1 min 20 s"]
    unknown = [button.label for row in first_page(asked("spleeter-5"), "en", ALL) for button in row]
    assert "Better: 6 stems" in unknown, "of a song of an unknown length"
    assert labels(asked("spleeter-2", content=Mix(stems=(Stem.VOCALS,)))) == [], "a mix is no separation"
    assert takes("htdemucs", {}, 240) is None


def test_a_chosen_model_that_no_worker_has_stays_in_the_settings() -> None:
    preferences = Preferences(model=Model(name=SIX))
    gone = settings_card(preferences, "en")
    assert "I can’t have HTDemucs (6 stems) right now" in gone.text
    assert ["✓ 6 stems, HTDemucs"] in [[button.label for button in row] for row in gone.buttons]
    here = settings_card(preferences, "pt-BR", {SIX: 0.5})
    assert "HTDemucs (6 faixas) é melhor e mais lento: cerca de 2 min" in here.text


@pytest.mark.parametrize(("model", "label"), [("htdemucs", "4 stems"), ("scnet", "4 stems"), (SIX, "5 stems")])
def test_a_song_whose_model_is_missing_can_be_had_by_a_usual_one(model: str, label: str) -> None:
    failure = Failure(reason=Reason.MODEL_MISSING, values={"model": model})
    shown = card(View(request=asked(model), phase=RequestPhase.FAILED, failure=failure), "en")
    assert [[button.label for button in row] for row in shown.buttons] == [[label]]


@pytest.mark.parametrize(
    ("language", "without", "only"),
    [("en", "no guitar", "guitar + piano"), ("pt-BR", "sem guitarra", "guitarra + piano")],
)
def test_the_guitar_has_its_word_and_its_letter(language: str, without: str, only: str) -> None:
    stems = MODELS[SIX].stems
    rest = tuple(stem for stem in stems if stem is not Stem.GUITAR)
    assert mix_words(rest, SIX, language) == without
    assert mix_words((Stem.GUITAR, Stem.PIANO), SIX, language) == only
    for mix in (rest, (Stem.GUITAR,), (Stem.GUITAR, Stem.PIANO)):
        assert from_letters(letters(mix), SIX) == mix


def test_six_stems_fit_their_pages() -> None:
    stems = MODELS[SIX].stems
    for page in (
        first_page(asked(SIX), "en"),
        pick_page(asked("spleeter-2"), SIX, stems[:5], "en"),
        practice_page(asked(SIX), Choice(stems=stems[:5]), "en"),
    ):
        for row in page:
            assert all(len(button.action.encode()) <= 64 for button in row)
        assert "Guitar" in str(page) or "No guitar" in str(page)
