"""Options to what is made of each song: the smallest model that has the stems, and sentences for contradictions."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.terminal.options import Options
from bot.terminal.output.naming import parse_name
from bot.terminal.wanted import OptionError, check, choose, looped, treat, whole_song
from jobs.models import Effect, Format, Mix, Model, Order, Package, Player, Stem, Stems
from jobs.music.effects import PLAIN
from jobs.music.passages import Passage

BAND = (Stem.DRUMS, Stem.BASS, Stem.OTHER)


@pytest.mark.parametrize(
    ("mix", "only", "model", "content"),
    [
        ("", (), "spleeter-2", Stems()),
        ("no vocals", (), "spleeter-2", Mix(stems=(Stem.ACCOMPANIMENT,))),
        ("no drums", (), "spleeter-4", Mix(stems=(Stem.VOCALS, Stem.BASS, Stem.OTHER))),
        ("sem bateria", (), "spleeter-4", Mix(stems=(Stem.VOCALS, Stem.BASS, Stem.OTHER))),
        ("piano and bass", (), "spleeter-5", Mix(stems=(Stem.BASS, Stem.PIANO))),
        ("", (Stem.VOCALS,), "spleeter-2", Stems()),
        ("", (Stem.VOCALS, Stem.DRUMS), "spleeter-4", Stems()),
        ("", (Stem.PIANO,), "spleeter-5", Stems()),
        ("", (Stem.GUITAR,), "htdemucs_6s", Stems()),
        (
            "no guitar",
            (),
            "htdemucs_6s",
            Mix(stems=(Stem.VOCALS, Stem.PIANO, Stem.DRUMS, Stem.BASS, Stem.OTHER)),
        ),
    ],
)
def test_the_smallest_model_that_has_the_stems(
    mix: str, only: tuple[Stem, ...], model: str, content: Stems | Mix
) -> None:
    chosen, what, _ = choose(None, mix, only, "en")
    assert chosen.name == model
    assert isinstance(what, Mix) == isinstance(content, Mix)
    if isinstance(what, Mix) and isinstance(content, Mix):
        assert set(what.stems) == set(content.stems)


def test_a_model_that_was_named_is_kept() -> None:
    chosen, what, _ = choose(Model(name="spleeter-4"), "no vocals", (), "en")
    assert chosen.name == "spleeter-4"
    assert isinstance(what, Mix)
    assert what.stems == BAND


@pytest.mark.parametrize(
    ("model", "mix", "only", "says"),
    [
        ("spleeter-2", "no drums", (), "spleeter-2 has these stems: vocals, accompaniment"),
        ("spleeter-4", "", (Stem.PIANO,), "spleeter-4 has these stems: vocals, drums, bass, other"),
        (None, "", (Stem.ACCOMPANIMENT, Stem.DRUMS), "has these stems"),
        (None, "purple", (), "I don’t understand the mix “purple”"),
        (None, "no vocals, no band", (), "nothing to hear"),
        (None, "vocals and band", (), "the whole song"),
        (None, "no flute", (), 'For all of that: --mix "no other"'),
        (None, "no vocalss", (), "Did you mean “no vocals”?"),
        (None, "no vocals", (Stem.BASS,), "not both"),
    ],
)
def test_what_cannot_be_made_gets_a_sentence(model: str | None, mix: str, only: tuple[Stem, ...], says: str) -> None:
    with pytest.raises(OptionError) as wrong:
        choose(Model(name=model) if model else None, mix, only, "en")
    assert says in str(wrong.value)


def wish(
    *, name: str = "", only: tuple[Stem, ...] = (), zipped: bool = False, format_: Format = Format.FLAC
) -> Options:
    order = Order(format=format_, package=Package.ZIP if zipped else Package.ALBUM)
    return Options(
        order=order, output=Path("stems"), umask=0o022, only=only, template=parse_name(name, "en") if name else None
    )


def page(*, only: tuple[Stem, ...] = (), zipped: bool = False, effect: Effect = PLAIN) -> Options:
    options = wish(only=only, zipped=zipped)
    return replace(options, order=options.order.model_copy(update={"content": Player(), "effect": effect}))


def test_a_page_is_of_all_stems() -> None:
    assert choose(Model(name="spleeter-4"), "", (), "en", player=True) == (Model(name="spleeter-4"), Player(), PLAIN)
    with pytest.raises(OptionError, match="--player is one page"):
        choose(None, "no drums", (), "en", player=True)


def test_options_that_contradict_each_other() -> None:
    for options, bitrate, says in (
        (wish(name="{title}"), False, "--name needs the field {stem}"),
        (wish(name="{title}/{stem}", zipped=True), False, "leave {stem} out of --name"),
        (wish(only=(Stem.VOCALS,), zipped=True), False, "--zip packs all stems"),
        (wish(), True, "--bitrate is for MP3 and M4A"),
        (page(zipped=True), False, "--player is one page with every stem"),
        (page(only=(Stem.VOCALS,)), False, "--player is one page with every stem"),
        (page(effect=Effect(click="mixed")), False, "--player is one page with every stem"),
    ):
        with pytest.raises(OptionError) as wrong:
            check(options, bitrate, "en")
        assert says in str(wrong.value)
    check(wish(name="{title}", only=(Stem.VOCALS,)), False, "en")
    check(wish(name="{title}", zipped=True, format_=Format.MP3), True, "en")
    check(page(effect=Effect(tempo=80)), True, "en")


def test_options_of_practice_win_over_words() -> None:
    effect = choose(None, "no drums 80% count-in 2", (), "en")[2]
    assert treat(effect, None, -2, "stage", None) == Effect(tempo=80, key=-2, click="stage", count_in=2)
    assert treat(effect, 70, None, None, 0) == Effect(tempo=70)


def test_a_click_or_a_loop_is_of_the_whole_song_without_a_mix() -> None:
    model = Model(name="spleeter-4")
    assert whole_song(Stems(), model) == Mix(stems=model.stems)
    assert whole_song(Mix(stems=BAND), model) == Mix(stems=BAND)


def test_a_loop_in_words() -> None:
    passage = Passage(start=62, end=78, times=8)
    assert looped(Effect(tempo=80), "1:02-1:18 x8", "en") == Effect(tempo=80, passage=passage)
    assert looped(Effect(), "", "en") == Effect()
    slower = looped(Effect(key=-2), "1:02-1:18 x8 75% count-in 1", "en")
    assert slower == Effect(tempo=75, key=-2, count_in=1, passage=passage)
    for words, says in (
        ("no drums 1:02-1:18", "I don’t understand the passage"),
        ("the chorus", "I don’t understand the passage"),
        ("1:18-1:02", "ends after its beginning"),
    ):
        with pytest.raises(OptionError, match=says):
            looped(Effect(), words, "en")
