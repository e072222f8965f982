"""The line about a song, in each language."""

import pytest

from bot.cards.analysis import analysis_line, key_words
from bot.cards.cards import card
from bot.texts import LANGUAGES, say
from jobs.models import Order
from jobs.music.analysis import Analysis, Key
from jobs.music.effects import Effect
from jobs.music.passages import Passage
from jobs.progress import RequestPhase
from tests.bot.cards.test_cards import view

FOUND = Analysis(made_by="test", bpm=123.6, steady=True, metre=4, key=Key(tonic=9, minor=True))


@pytest.mark.parametrize(
    ("analysis", "english", "portuguese"),
    [
        (FOUND, "A minor · 8A · 124 BPM · 4/4", "Lá menor · 8A · 124 BPM · 4/4"),
        (
            FOUND.model_copy(update={"steady": False}),
            "A minor · 8A · about 124 BPM · 4/4", "Lá menor · 8A · cerca de 124 BPM · 4/4",
        ),
        (FOUND.model_copy(update={"metre": 2, "key": None}), "124 BPM · 6/8", "124 BPM · 6/8"),
        (Analysis(made_by="test", key=Key(tonic=10)), "B♭ major · 6B", "Si♭ maior · 6B"),
        (Analysis(made_by="test"), "", ""),
        (None, "", ""),
    ],
)  # fmt: skip
def test_a_line(analysis: Analysis | None, english: str, portuguese: str) -> None:
    assert analysis_line(analysis, "en") == english
    assert analysis_line(analysis, "pt-BR") == portuguese


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_twelve_names_and_every_key(language: str) -> None:
    for names in ("note-names-sharp", "note-names-flat"):
        assert len(set(say(language, names).split())) == 12
    words = {key_words(Key(tonic=tonic, minor=minor), language) for tonic in range(12) for minor in (False, True)}
    assert len(words) == 24


def test_a_card_tells_what_was_found_once_the_stems_are_there() -> None:
    line = "A minor · 8A · 124 BPM · 4/4"
    for phase in RequestPhase:
        is_made = phase in (RequestPhase.SENDING, RequestPhase.DONE)
        assert (line in card(view(phase), "en", analysis=FOUND).text.splitlines()) is is_made
    assert card(view(RequestPhase.DONE), "en", analysis=None) == card(view(RequestPhase.DONE), "en")


@pytest.mark.parametrize(
    ("effect", "line"),
    [
        (Effect(tempo=50, key=-2), "G minor · 6A · 62 BPM · 4/4"),
        (Effect(tempo=50, passage=Passage(start=1, end=4)), "A minor · 8A · 62 BPM · 4/4"),
        (Effect(passage=Passage(start=1, end=4, slowest=70)), "A minor · 8A · 4/4"),
    ],
)
def test_a_card_tells_key_and_tempo_of_what_is_sent(effect: Effect, line: str) -> None:
    assert line in card(view(RequestPhase.DONE, order=Order(effect=effect)), "en", analysis=FOUND).text.splitlines()
