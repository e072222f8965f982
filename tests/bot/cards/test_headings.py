"""Headings: the song, what of it was asked for, and the length of that."""

import pytest

from bot.cards.headings import LABEL_LENGTH, heading, label, told_apart
from jobs.models import Click, Effect, Encoding, Format, Model, Order, Package, Player, Rendition, Session, Stem
from jobs.music.passages import Passage
from jobs.progress import Progress, RequestPhase, View
from jobs.results import Made, Rendered
from tests.bot.cards.test_cards import view

SONG = Progress(title="Aquarela", artist="Toquinho", seconds=254.0)
PASSAGE = Effect(passage=Passage(start=62, end=78, times=8))
NO_VOCALS = Order(mix=(Stem.ACCOMPANIMENT,))
FOUR = Order(model=Model(name="spleeter-4"))


def of(order: Order, title: str = "Aquarela", made: Made | None = None) -> View:
    return view(RequestPhase.DONE, order=order, progress=SONG.model_copy(update={"title": title}), made=made)


@pytest.mark.parametrize(
    ("order", "said"),
    [
        (Order(), "Toquinho - Aquarela (4:14)"),
        (Order(package=Package.BOTH), "Toquinho - Aquarela (4:14)"),
        (Order(package=Package.ZIP), "Toquinho - Aquarela · zip (4:14)"),
        (Order(format=Format.FLAC), "Toquinho - Aquarela · FLAC (4:14)"),
        (Order(format=Format.WAV32, package=Package.ZIP), "Toquinho - Aquarela · WAV 32-bit float, zip (4:14)"),
        (
            NO_VOCALS.model_copy(update={"format": Format.WAV, "package": Package.ZIP}),
            "Toquinho - Aquarela · no vocals, WAV (4:14)",
        ),
        (Order(content=Session(), format=Format.FLAC), "Toquinho - Aquarela · for the DAW (4:14)"),
        (Order(content=Player(), format=Format.FLAC), "Toquinho - Aquarela · player (4:14)"),
    ],
)
def test_a_heading_names_the_form_of_the_files_where_it_is_not_the_usual_one(order: Order, said: str) -> None:
    assert heading(of(order), "en") == said


@pytest.mark.parametrize(
    ("effect", "said"),
    [
        (Effect(tempo=80), "Toquinho - Aquarela · 80 % (5:18)"),
        (Effect(key=-2), "Toquinho - Aquarela · −2 (4:14)"),
        (Effect(click="mixed"), "Toquinho - Aquarela · click (4:14)"),
        (Effect(count_in=1), "Toquinho - Aquarela · count-in 1"),  # a bar's length is known to the worker
        (PASSAGE, "Toquinho - Aquarela · 1:02–1:18 ×8"),
    ],
)
def test_a_heading_has_the_length_of_the_files(effect: Effect, said: str) -> None:
    assert heading(of(Order(effect=effect)), "en") == said


def test_a_loop_that_is_made_tells_its_length_in_any_encoding() -> None:
    click = Order(content=Click(), effect=PASSAGE)
    rendition = Rendition(content=Click(), effect=PASSAGE, encoding=Encoding(format=Format.MP3, kbps=96))
    made = Made(renditions=(Rendered(rendition=rendition, files=(), seconds=129.5),))
    assert heading(of(click, made=made), "en") == "Toquinho - Aquarela · click track, 1:02–1:18 ×8 (2:10)"
    assert heading(of(Order(effect=PASSAGE), made=made), "en") == "Toquinho - Aquarela · 1:02–1:18 ×8"


def test_requests_of_one_song_have_names_of_their_own() -> None:
    views = [of(Order()), of(FOUR), of(NO_VOCALS), of(FOUR), of(Order(), "Samba")]
    also = told_apart(views, "en")
    assert also == ["2 stems", "4 stems", "", "4 stems", ""]
    assert heading(views[1], "en", None, also[1]) == "Toquinho - Aquarela · 4 stems (4:14)"
    assert label(views[0], "pt-BR", told_apart(views, "pt-BR")[0]) == "Toquinho - Aquarela · 2 faixas (4:14)"
    assert told_apart([], "en") == []


def test_the_end_of_a_long_title_is_cut_on_a_button_and_not_what_was_asked_for() -> None:
    long_title = "As Quatro Estações do Ano em Ritmo de Samba"
    loud = Order(
        model=Model(name="spleeter-4"), mix=(Stem.VOCALS, Stem.BASS, Stem.OTHER), levels=(-12.0, 0.0, 0.0),
        effect=Effect(tempo=80, key=-2, count_in=1, passage=Passage(start=62, end=78, times=8)),
    )  # fmt: skip
    labels = [label(of(order, long_title), "en") for order in (Order(), NO_VOCALS, Order(package=Package.ZIP), loud)]
    assert labels == [
        "Toquinho - As Quatro Estações do Ano em…",
        "Toquinho - As Quatro Estaçõ… · no vocals",
        "Toquinho - As Quatro Estações do… · zip",
        "Toquinho -… · no drums, vocals −12 dB,…",
    ]
    assert all(len(one) <= LABEL_LENGTH for one in labels)
