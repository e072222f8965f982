"""Written tracks are exact to the sample, with tags and cover, whole or absent."""

import errno
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import av
import numpy as np
import pytest

from jobs.models import Format
from jobs.results import Tags
from tests.sounds import RATE, Samples, jpeg, listen, music, snr_db
from worker.audio.pictures import picture_of
from worker.audio.reading import open_song
from worker.audio.writing import open_track

TAGS = Tags(title="Señorita (no drums) 🥁", artist="Mötley & Crüe")
# dB: rounding noise of 24 bits, and what the lossy encoders reach with room to spare.
FIDELITY = {Format.FLAC: 120, Format.WAV: 120, Format.WAV32: 150, Format.MP3: 20, Format.M4A: 20}

every_format = pytest.mark.parametrize("format_", list(Format))


def write(path: Path, format_: Format, song: Samples, cover: Path | None = None, block: int = 70001) -> Path:
    with open_track(path, format_, TAGS, cover) as track:
        for start in range(0, len(song), block):
            track.write(song[start : start + block])
    return path


@pytest.fixture
def cover(tmp_path: Path) -> Path:
    path = tmp_path / "cover.jpg"
    path.write_bytes(jpeg(40, 30))
    return path


@every_format
@pytest.mark.parametrize("samples", [1152, 1153, 1198, 2305, 5000, 3 * RATE + 77])
def test_length_and_sound_survive(format_: Format, samples: int, tmp_path: Path) -> None:
    song = music(samples / RATE)
    path = write(tmp_path / f"a.{format_}", format_, song)
    heard = listen(path)
    assert heard.shape == song.shape
    assert snr_db(heard, to=song) > FIDELITY[format_]
    # Players show the length in the header.
    with open_song(path) as opened:
        assert opened.seconds is not None
        assert round(opened.seconds * RATE) == samples
        assert not opened.cut_short


@pytest.mark.parametrize("format_", [Format.FLAC, Format.WAV, Format.WAV32])
def test_lossless_formats_keep_24_bits(format_: Format, tmp_path: Path) -> None:
    levels = np.arange(-(1 << 16), 1 << 16, dtype=np.int32) * 127
    song = np.repeat((levels / (1 << 23)).astype(np.float32)[:, None], 2, axis=1)
    assert np.array_equal(listen(write(tmp_path / f"a.{format_}", format_, song)), song)


@every_format
def test_the_cut_into_blocks_does_not_matter(format_: Format, tmp_path: Path) -> None:
    song = music(1)
    one = write(tmp_path / f"one.{format_}", format_, song, block=len(song))
    many = write(tmp_path / f"many.{format_}", format_, song, block=997)
    assert one.read_bytes() == many.read_bytes()


def test_32_bit_float_keeps_every_sample_also_above_full_scale(tmp_path: Path) -> None:
    song = np.random.default_rng(0).uniform(-16, 16, (100_001, 2)).astype(np.float32)
    path = write(tmp_path / "a.wav", Format.WAV32, song)
    assert np.array_equal(listen(path), song)
    header = path.read_bytes()[:64]
    form = header.index(b"fmt ") + 8
    assert header[form : form + 2] == b"\x03\x00", "IEEE float, as every DAW reads it"


@pytest.mark.parametrize("format_", [each for each in Format if not each.keeps_level])
def test_loud_samples_are_clipped_never_wrapped(format_: Format, tmp_path: Path) -> None:
    time = np.arange(RATE) / RATE
    tone = (1.5 * np.sin(2 * np.pi * 200 * time)).astype(np.float32)
    song = np.stack([tone, -tone], axis=1)
    heard = listen(write(tmp_path / f"a.{format_}", format_, song))
    assert snr_db(heard, to=np.clip(song, -1, 1)) > min(FIDELITY[format_], 100)
    # A wrapped sample jumps from one end of the scale to the other.
    assert np.abs(np.diff(heard[2000:-2000], axis=0)).max() < 0.5


@every_format
@pytest.mark.parametrize("with_cover", [True, False])
def test_tags_and_cover(format_: Format, with_cover: bool, cover: Path, tmp_path: Path) -> None:
    path = write(tmp_path / f"a.{format_}", format_, music(0.5), cover if with_cover else None)
    with open_song(path) as song:
        assert (song.title, song.artist) == (TAGS.title, TAGS.artist)
        has_room = format_ not in (Format.WAV, Format.WAV32)
        assert song.cover == (cover.read_bytes() if with_cover and has_room else None)


@every_format
def test_a_broken_cover_is_left_out(format_: Format, tmp_path: Path) -> None:
    for content in (b"", b"no picture", jpeg()[:10], b"\x89PNG\r\n\x1a\n"):
        cover = tmp_path / "cover.jpg"
        cover.write_bytes(content)
        with open_song(write(tmp_path / f"a.{format_}", format_, music(0.2), cover)) as song:
            assert song.cover is None
    with open_song(write(tmp_path / f"a.{format_}", format_, music(0.2), tmp_path / "missing.png")) as song:
        assert song.cover is None


def test_tags_that_no_text_field_takes_are_made_to_fit(tmp_path: Path) -> None:
    with open_track(tmp_path / "a.mp3", Format.MP3, Tags(title="a\0b\udc80", artist="")) as track:
        track.write(music(0.1))
    with open_song(tmp_path / "a.mp3") as song:
        assert song.title == "ab?"
        assert song.artist is None


def test_pictures_are_recognised_by_their_content() -> None:
    small = picture_of(jpeg(48, 32))
    assert small is not None
    assert (small.codec, small.extension, small.width, small.height) == ("mjpeg", "jpg", 48, 32)
    header = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (640).to_bytes(4) + (480).to_bytes(4)
    png = picture_of(header)
    assert png is not None
    assert (png.codec, png.extension, png.width, png.height) == ("png", "png", 640, 480)
    assert picture_of(jpeg() + bytes(9 << 20)) is None
    assert picture_of(b"GIF89a" + bytes(100)) is None


@every_format
def test_an_exception_leaves_nothing(format_: Format, tmp_path: Path) -> None:
    def stop_half_way() -> None:
        with open_track(tmp_path / f"a.{format_}", format_, TAGS) as track:
            track.write(music(1))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stop_half_way()
    assert list(tmp_path.iterdir()) == []


@every_format
def test_an_unfinished_file_has_another_name(format_: Format, tmp_path: Path) -> None:
    path = tmp_path / f"a.{format_}"
    path.write_bytes(b"what was here before")
    with open_track(path, format_, TAGS) as track:
        track.write(music(1))
        assert path.read_bytes() == b"what was here before"
    assert len(listen(path)) == RATE
    assert list(tmp_path.iterdir()) == [path]


@every_format
def test_a_full_disk_raises(format_: Format, tmp_path: Path) -> None:
    path = tmp_path / f"a.{format_}"
    path.with_name(path.name + ".part").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left") as caught:
        write(path, format_, music(5))
    assert caught.value.errno == errno.ENOSPC
    assert list(tmp_path.iterdir()) == []


def test_bit_rates_are_kept(tmp_path: Path) -> None:
    song = music(5)
    for format_, kbps, expected in ((Format.MP3, 320, 320), (Format.MP3, 128, 128), (Format.M4A, 256, 256)):
        path = tmp_path / f"a.{format_}"
        with open_track(path, format_, TAGS, kbps=kbps) as track:
            track.write(song)
        assert path.stat().st_size * 8 / 5000 == pytest.approx(expected, rel=0.1)
    with av.open(str(tmp_path / "a.mp3")) as container:
        assert container.streams.audio[0].codec_context.name.startswith("mp3")


def test_an_m4a_can_be_played_while_it_arrives(tmp_path: Path) -> None:
    content = write(tmp_path / "a.m4a", Format.M4A, music(2)).read_bytes()
    assert content[4:12] == b"ftypM4A "
    assert content.index(b"moov") < content.index(b"mdat")


def test_tracks_encoded_side_by_side_are_the_same(tmp_path: Path) -> None:
    songs = [music(2, seed=seed) for seed in range(4)]
    alone = [write(tmp_path / f"alone{number}.mp3", Format.MP3, song) for number, song in enumerate(songs)]
    with ThreadPoolExecutor(4) as pool:
        paths = [tmp_path / f"beside{number}.mp3" for number in range(4)]
        list(pool.map(lambda path, song: write(path, Format.MP3, song), paths, songs))
    assert [path.read_bytes() for path in alone] == [path.read_bytes() for path in paths]
