"""Renditions of long songs: those that certainly fit, and as few others as possible."""

import pytest

from bot.delivery.planning.plan import CLOUD, LOCAL, Kind, Limits, Note, Plan, foreseen, note_text, plan
from bot.delivery.planning.sizes import RATES
from jobs.models import Encoding, Format, Order, Package, Player, Rendition, Stem, YouTube
from jobs.results import Rendered, StoredFile
from tests.bot.delivery.planning.plans import MB, notes, shape, song, stems


@pytest.mark.parametrize(
    ("seconds", "kbps"),
    [(1300, 256), (1540, 256), (1560, 192), (2000, 192), (2070, 160), (3600, 96), (5000, 64), (7000, 48), (12000, 32)],
)
def test_long_songs_get_the_best_bit_rate_that_fits(seconds: float, kbps: int) -> None:
    made = plan(song(seconds), [stems(Format.MP3, 60, 60)], Order(), CLOUD)
    assert made.needs == (Rendition(encoding=Encoding(format=Format.MP3, kbps=kbps)),)
    sent = plan(song(seconds), [stems(Format.MP3, 60, 60), stems(Format.MP3, 20, 20, kbps=kbps)], Order(), CLOUD)
    assert shape(sent) == [(f"stems-mp3-{kbps}", "audio", 2)]
    assert sent.needs == ()
    assert note_text(sent.notes[0], "en") == (
        f"At {kbps} kbit/s, since better files would be above the 50 MB that fit in one message."
    )


def test_a_rate_that_came_out_too_large_is_lowered_again() -> None:
    made = plan(song(1300), [stems(Format.M4A, 60), stems(Format.M4A, 51, kbps=256)], Order(format=Format.M4A), CLOUD)
    assert made.needs == (Rendition(encoding=Encoding(format=Format.M4A, kbps=192)),)


def test_what_fits_at_no_rate_is_known_before_any_of_it_is_made() -> None:
    assert plan(song(20000), [], Order(), CLOUD) == Plan(smallest=20000 * 32_000 / 8)
    assert plan(song(20000), [stems(Format.MP3, 700, 800)], Order(), CLOUD) == Plan(smallest=20000 * 32_000 / 8)
    quiet = [stems(Format.M4A, 60, 70), *(stems(Format.M4A, 51, 52, kbps=kbps) for kbps in RATES)]
    assert plan(song(600), quiet, Order(format=Format.M4A), CLOUD) == Plan(smallest=52 * MB)


FLAC_SURE = 0.95  # of its stored bytes


@pytest.mark.parametrize(
    ("order", "seconds", "kept", "usual", "needs"),
    [
        # MP3 at 320 kbit/s is 40,000 bytes a second: 50 MB are 1250 s.
        (Order(), 1249, 30, 320, ["stems-mp3"]),
        (Order(), 1251, 30, 320, ["stems-mp3-256"]),
        (Order(), 1251, 30, 256, ["stems-mp3"]),
        (Order(), 1800, 30, 128, ["stems-mp3"]),
        (Order(), 3600, 30, 128, ["stems-mp3-96"]),
        (Order(format=Format.M4A), 3600, 30, 320, ["stems-m4a"]),  # it may be all silence
        (Order(format=Format.WAV), 188, 30, 320, ["stems-wav"]),
        (Order(format=Format.WAV), 190, 30, 320, ["stems-flac"]),
        (Order(format=Format.WAV), 190, 60, 320, ["stems-mp3"]),
        (Order(format=Format.WAV32), 141, 30, 320, ["stems-wav32"]),
        (Order(format=Format.WAV32), 143, 30, 320, ["stems-wav"]),
        (Order(format=Format.WAV32), 190, 30, 320, ["stems-flac"]),
        (Order(format=Format.WAV32, mix=(Stem.VOCALS,)), 143, 30, 320, ["mix-vocals-wav"]),
        (Order(format=Format.FLAC), 190, 50 / FLAC_SURE, 320, ["stems-flac"]),
        (Order(format=Format.FLAC), 190, 50.1 / FLAC_SURE, 320, ["stems-mp3"]),
        (Order(package=Package.ZIP), 620, 30, 320, ["zip-mp3"]),
        (Order(package=Package.ZIP), 630, 30, 320, ["zip-mp3-by50000000"]),
        (Order(package=Package.ZIP), 1251, 30, 320, ["stems-mp3-256"]),
        (Order(package=Package.BOTH), 630, 30, 320, ["stems-mp3", "zip-mp3-by50000000"]),
        (Order(mix=(Stem.VOCALS,)), 1251, 30, 320, ["mix-vocals-mp3-256"]),
        (Order(format=Format.FLAC, mix=(Stem.VOCALS,)), 1251, 60, 320, ["mix-vocals-flac"]),
    ],
)
def test_a_rendition_that_cannot_fit_is_never_made(
    order: Order, seconds: float, kept: float, usual: int, needs: list[str]
) -> None:
    made = plan(song(seconds, kept=int(kept * MB)), [], order, CLOUD, usual)
    assert [need.key for need in made.needs] == needs


def test_a_length_alone_foresees_what_will_be_needed() -> None:
    source = YouTube(video_id="dQw4w9WgXcQ")
    for order in (Order(), Order(package=Package.BOTH), Order(format=Format.WAV), Order(format=Format.FLAC)):
        assert foreseen(source, 180, order, CLOUD, 320) == order.renditions
        assert foreseen(source, 1800, order, LOCAL, 320) == order.renditions
    assert [need.key for need in foreseen(source, 1800, Order(), CLOUD, 320)] == ["stems-mp3-192"]
    assert [need.key for need in foreseen(source, 1800, Order(format=Format.WAV), CLOUD, 320)] == ["stems-flac"]
    assert foreseen(source, 20000, Order(), CLOUD, 320) == ()


@pytest.mark.parametrize(
    ("kept", "next_"),
    [
        (49, Rendition(encoding=Encoding(format=Format.FLAC))),
        (51, Rendition(encoding=Encoding(format=Format.MP3))),
    ],
)
def test_large_wav_becomes_flac_when_that_fits_and_else_mp3(kept: int, next_: Rendition) -> None:
    manifest = song(600, kept=kept * MB)
    assert plan(manifest, [stems(Format.WAV, 106, 106)], Order(format=Format.WAV), CLOUD).needs == (next_,)
    sent = plan(
        manifest,
        [stems(Format.WAV, 106, 106), stems(next_.encoding.format, 20, 20)],
        Order(format=Format.WAV),
        CLOUD,
    )
    assert [part.id for part in sent.parts] == [next_.key]
    assert sent.notes == (
        Note(
            message="note-compressed",
            values={"format": next_.encoding.format.upper(), "wished": "WAV", "limit_bytes": 50 * MB},
        ),
    )


def test_large_flac_of_a_long_song_becomes_mp3_at_a_lower_rate() -> None:
    order = Order(format=Format.FLAC)
    made = plan(song(1500, kept=60 * MB), [stems(Format.FLAC, 60, 10)], order, CLOUD)
    assert made.needs == (Rendition(encoding=Encoding(format=Format.MP3, kbps=256)),)
    sent = plan(
        song(1500, kept=60 * MB), [stems(Format.FLAC, 60, 10), stems(Format.MP3, 48, 48, kbps=256)], order, CLOUD
    )
    assert notes(sent) == ["note-compressed", "note-lower-rate", "note-several-messages"]
    assert {part.kind for part in sent.parts} == {Kind.AUDIO}


def test_a_large_cover_counts_in_every_file_that_carries_it() -> None:
    cover = StoredFile(name="cover.jpg", bytes_=2 * MB)
    manifest = song(600, kept=49 * MB)
    order = Order(format=Format.WAV)
    for one, format_ in ((manifest, Format.FLAC), (manifest.model_copy(update={"cover": cover}), Format.MP3)):
        assert plan(one, [], order, CLOUD).needs == (Rendition(encoding=Encoding(format=format_)),)


PLAYER = Order(content=Player(language="en"))


def page(size: float, kbps: int = 128) -> Rendered:
    (rendition,) = PLAYER.renditions
    file = StoredFile(name="player.html", bytes_=int(size * MB))
    return Rendered(rendition=rendition.encoded(Format.MP3, kbps), files=(file,), kbps=kbps)


def test_a_player_is_one_document() -> None:
    (rendition,) = PLAYER.renditions
    assert plan(song(240, 4), [], PLAYER, CLOUD).needs == (rendition,)
    made = plan(song(240, 4), [page(20.7)], PLAYER, CLOUD)
    assert shape(made) == [(rendition.key, "document", 1)]
    assert made.notes == ()
    assert made.parts[0].pieces[0].name == "player - Elis - Águas de Março.html"


@pytest.mark.parametrize(
    ("seconds", "limit", "kbps"),
    [(550, 50, 128), (600, 50, 96), (900, 50, 64), (1800, 50, 32), (240, 10, 48), (100, 10, 128)],
)
def test_the_bit_rate_of_a_player_falls_first_and_the_card_says_so(seconds: float, limit: float, kbps: int) -> None:
    limits = Limits(file_bytes=int(limit * MB), request_bytes=int(limit * MB))
    (need,) = plan(song(seconds, 4), [], PLAYER, limits).needs
    assert need.encoding.kbps == kbps
    made = plan(song(seconds, 4), [page(limit - 1, kbps)], PLAYER, limits)
    assert len(made.parts) == 1
    said = [note_text(note, "en") for note in made.notes]
    lower = f"At {kbps} kbit/s, since better files would be above the {limit} MB that fit in one message."
    assert said == ([] if kbps == 128 else [lower])


def test_a_player_over_the_limit_is_made_smaller_and_too_long_ones_are_refused() -> None:
    assert plan(song(550, 4), [page(50.1)], PLAYER, CLOUD).needs[0].encoding.kbps == 96
    nothing = plan(song(4000, 4), [], PLAYER, CLOUD)
    assert (nothing.parts, nothing.needs) == ((), ())
    assert nothing.smallest == pytest.approx(4 * 4000 * 4000 * 4 / 3)
