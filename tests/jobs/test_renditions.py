"""Levels and effects on the wire: absent where they say nothing, so that older JSON stays equal."""

import re

import pytest
from pydantic import ValidationError

from jobs.models import (
    Archive,
    Chart,
    Click,
    Deck,
    Effect,
    Encoding,
    Format,
    Mix,
    Notes,
    Order,
    Package,
    Player,
    Rendition,
    Session,
    Stem,
    Stems,
)

MP3 = Encoding(format=Format.MP3)
PAIR = (Stem.VOCALS, Stem.BASS)


@pytest.mark.parametrize(
    "rendition",
    [
        Rendition(content=Mix(stems=PAIR, levels=(-12, 0.5)), effect=Effect(tempo=80, key=-2), encoding=MP3),
        Rendition(content=Mix(stems=PAIR, levels=(0, 3)), encoding=MP3),
        Rendition(effect=Effect(key=1), encoding=MP3),
        Rendition(content=Mix(stems=PAIR), effect=Effect(click="stage", count_in=2), encoding=MP3),
        Rendition(content=Click(), encoding=MP3),
        Rendition(content=Chart(), effect=Effect(key=2), encoding=MP3),
        Rendition(content=Notes(), encoding=MP3),
        Rendition(content=Deck(), effect=Effect(tempo=95), encoding=MP3),
        Rendition(content=Session(), encoding=Encoding(format=Format.WAV), package=Archive()),
        Rendition(content=Click(), effect=Effect(tempo=80, count_in=1), encoding=MP3),
        Rendition(encoding=MP3),
    ],
)
def test_a_rendition_and_its_order_come_back_from_json(rendition: Rendition) -> None:
    assert Rendition.model_validate_json(rendition.model_dump_json()) == rendition
    order = Order(content=rendition.content, effect=rendition.effect, format=rendition.encoding.format)
    assert Order.model_validate_json(order.model_dump_json()) == order
    assert order.renditions == (rendition,)


def test_nothing_new_is_written_where_nothing_is_treated() -> None:
    plain = Rendition(content=Mix(stems=PAIR, levels=(0, 0)), effect=Effect(), encoding=MP3)
    assert plain == Rendition(content=Mix(stems=PAIR), encoding=MP3)
    assert set(plain.model_dump()) == {"kind", "format", "mix", "kbps", "part_bytes"}
    assert not {"levels", "effect", "content"} & set(Order(content=plain.content).model_dump())


def test_keys_of_stored_renditions_stay() -> None:
    """Keys that were written before effects had a click."""
    mix = Mix(stems=PAIR, levels=(-12, 0.5))
    assert Rendition(content=mix, effect=Effect(tempo=80, key=-2), encoding=MP3).key == "mix-eab947e3c1-mp3"
    assert Rendition(effect=Effect(key=1), encoding=MP3).key == "stems-c76054e5f9-mp3"
    assert Effect(key=1).model_dump(mode="json") == {"tempo": 100, "key": 1}


@pytest.mark.parametrize(
    ("content", "effect", "suffix"),
    [
        (Mix(stems=PAIR, levels=(-12, 0)), Effect(), "no drums, vocals −12"),
        (
            Mix(stems=PAIR, levels=(0, 1.25)),
            Effect(tempo=80),
            "no drums, bass +1.2, 80 %",
        ),
        (
            Mix(stems=(Stem.DRUMS, *PAIR), levels=(0, 3, 0)),
            Effect(key=2),
            "vocals +3, +2",
        ),
        (Mix(stems=PAIR[:1]), Effect(key=-2), "vocals, −2"),
        (Stems(), Effect(tempo=90, key=-1), "vocals, 90 %, −1"),
    ],
)
def test_keys_are_safe_and_names_are_for_people(content: Mix | Stems, effect: Effect, suffix: str) -> None:
    rendition = Rendition(content=content, effect=effect, encoding=MP3)
    assert re.fullmatch(r"(mix|stems)-[0-9a-f]{10}-mp3", rendition.key)
    assert rendition.files((Stem.VOCALS, Stem.DRUMS, Stem.BASS))[0].heard == suffix


def test_a_level_of_one_stem_is_not_the_key_of_the_song() -> None:
    level = Rendition(content=Mix(stems=PAIR[:1], levels=(-2,)), encoding=MP3)
    key = Rendition(content=Mix(stems=PAIR[:1]), effect=Effect(key=-2), encoding=MP3)
    assert level.key != key.key


@pytest.mark.parametrize("wrong", [{"tempo": 49}, {"tempo": 121}, {"key": 13}, {"key": -13}, {"tempo": "quick"}])
def test_effects_have_limits(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Effect.model_validate(wrong)


@pytest.mark.parametrize("levels", [(-41, 0), (13, 0), (3,)])
def test_levels_have_limits(levels: tuple[float, ...]) -> None:
    with pytest.raises(ValidationError):
        Mix(stems=PAIR, levels=levels)


@pytest.mark.parametrize("language", ["", "pt-BR"])
def test_a_player_is_a_content_of_its_own(language: str) -> None:
    order = Order(content=Player(language=language), format=Format.WAV, package=Package.ZIP)
    (page,) = order.renditions
    assert Order.model_validate_json(order.model_dump_json()) == order
    assert Rendition.model_validate_json(page.model_dump_json()) == page
    assert page.encoding == Encoding(format=Format.MP3, kbps=128)
    assert (page.is_page, page.is_stem_files, page.package) == (True, False, None)
    assert re.fullmatch(r"player-[0-9a-f]{10}-mp3-128", page.key)
    assert [file.name for file in page.files(PAIR)] == ["player"]
    assert page.model_dump()["kind"] == "player"


def test_players_of_two_languages_are_two_files() -> None:
    english, portuguese = (Rendition(content=Player(language=one), encoding=MP3) for one in ("en", "pt-BR"))
    assert english.key != portuguese.key
    with pytest.raises(ValidationError):
        Player(language="../en")
