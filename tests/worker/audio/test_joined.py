"""Joined files, and streams that change: all parts are decoded, each with its own headers."""

from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
import pytest
from av.audio.stream import AudioStream

from jobs.failures import Failed
from tests.sounds import RATE, Samples, encode, listen, music, write_wav
from worker.audio.reading import open_song
from worker.audio.spans import Span, spans_of

#: Vorbis by `oggenc -q -1` (1 s of 440 and 660 Hz) and `-q 8` (0.3 s of 660 and 990 Hz): each has tables of its own.
COARSE, FINE = (Path(__file__).with_name("joined") / f"{name}.ogg" for name in ("coarse", "fine"))


class Kind(NamedTuple):
    codec: str
    container: str
    first: tuple[int, int] = (RATE, 2)  # rate and channels
    second: tuple[int, int] = (48000, 1)
    options: dict[str, str] | None = None
    lost: int = 0  # samples that codecs may add or take at a joint


KINDS = {
    "FLAC": Kind("flac", "flac"),
    "FLAC of other bits": Kind("flac", "flac", (RATE, 2), (RATE, 2)),
    "FLAC in Ogg": Kind("flac", "ogg"),
    "Opus": Kind("libopus", "ogg", (48000, 2), (48000, 1)),
    "WAV": Kind("pcm_s16le", "wav"),
    "MP4": Kind("aac", "mp4", lost=2048),
    "MP4 with its index first": Kind("aac", "mp4", options={"movflags": "faststart"}, lost=2048),
    "Matroska": Kind("aac", "matroska", lost=4096),
    "WebM": Kind("libopus", "webm", (48000, 2), (48000, 1)),
    "MP3": Kind("libmp3lame", "mp3", lost=4608),
    "MP3 without headers": Kind("libmp3lame", "mp3", options={"write_xing": "0", "id3v2_version": "0"}, lost=4608),
    "ADTS": Kind("aac", "adts", lost=4096),
    "AC-3": Kind("ac3", "ac3", (48000, 2), (44100, 1), lost=4096),
    "MPEG-TS": Kind("aac", "mpegts", lost=4096),
}


def tones(seconds: float, rate: int, channels: int, hertz: float) -> Samples:
    """A tone for the left and, a fifth higher, one for the right, with soft ends."""
    time = np.arange(round(seconds * rate)) / rate
    fade = np.minimum(1, np.minimum(time, seconds - time) * 20)
    both = np.stack([np.sin(2 * np.pi * hertz * ratio * time) * fade for ratio in (1, 1.5)], axis=1) * 0.25
    wave: Samples = both[:, :channels].astype(np.float32)
    return wave


def strength(heard: Samples, hertz: float) -> tuple[float, float]:
    """The amplitude of a tone on either side."""
    time = np.arange(len(heard)) / RATE
    left, right = np.abs(np.exp(-2j * np.pi * hertz * time) @ heard) * 2 / len(heard)
    return float(left), float(right)


def joined(path: Path, *files: Path) -> Path:
    path.write_bytes(b"".join(file.read_bytes() for file in files))
    return path


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_both_songs_come_out_at_one_rate(kind: Kind, tmp_path: Path) -> None:
    a, b = (
        encode(
            tmp_path / name,
            tones(2, rate, channels, hertz),
            kind.codec,
            kind.container,
            rate,
            options=kind.options,
        )
        for name, (rate, channels), hertz in (("a", kind.first, 440), ("b", kind.second, 1000))
    )
    with open_song(joined(tmp_path / "both", a, b)) as song:
        heard = np.concatenate(list(song.blocks()))
        assert (song.cut_short, song.skipped) == (False, 0)
    assert abs(len(heard) - 4 * RATE) <= kind.lost
    # LAME turns everything down by 5 %.
    first, second = heard[RATE // 2 : 3 * RATE // 2], heard[-3 * RATE // 2 : -RATE // 2]
    assert strength(first, 440)[0] == pytest.approx(0.25, rel=0.06)
    assert strength(first, 660)[1] == pytest.approx(0.25, rel=0.06)
    assert strength(second, 1000)[0] == pytest.approx(0.25, rel=0.06)
    right = 1000 if kind.second[1] == 1 else 1500
    assert strength(second, right)[1] == pytest.approx(0.25, rel=0.06)
    assert np.abs(heard).max() < 0.4


@pytest.mark.parametrize("kbps", [("320k", "64k"), ("64k", "320k")])
def test_joined_mp3s_of_other_bit_rates_are_not_cut_short(kbps: tuple[str, str], tmp_path: Path) -> None:
    songs = [
        encode(tmp_path / each, tones(seconds, RATE, 2, 440), "libmp3lame", "mp3", options={"b": each})
        for each, seconds in zip(kbps, (5, 8), strict=True)
    ]
    with open_song(joined(tmp_path / "both.mp3", *songs)) as song:
        heard = np.concatenate(list(song.blocks()))
        assert (song.cut_short, song.skipped, song.is_counted) == (False, 0, False)
    assert abs(len(heard) - 13 * RATE) <= 4608
    with open_song(songs[0]) as song:
        assert len(np.concatenate(list(song.blocks()))) == 5 * RATE
        assert (song.cut_short, song.is_counted) == (False, True)


@pytest.mark.parametrize(("first", "second"), [("aac", "mp2"), ("mp2", "ac3"), ("ac3", "aac")])
def test_a_transport_stream_may_change_its_codec(first: str, second: str, tmp_path: Path) -> None:
    a = encode(tmp_path / "a", tones(2, 48000, 2, 440), first, "mpegts", 48000)
    b = encode(tmp_path / "b", tones(2, 48000, 1, 1000), second, "mpegts", 48000)
    path = joined(tmp_path / "both.ts", a, b, a)
    # A packet with the station's name precedes the list of programmes.
    joints = [a.stat().st_size + 188, a.stat().st_size + b.stat().st_size + 188]
    assert [span.start for span in spans_of(path)] == [0, *joints]
    heard = listen(path)
    assert len(heard) == pytest.approx(6 * RATE, abs=3 * 2048)
    assert strength(heard[RATE // 2 : 3 * RATE // 2], 440)[0] == pytest.approx(0.25, rel=0.03)
    assert strength(heard[5 * RATE // 2 : 7 * RATE // 2], 1000)[1] == pytest.approx(0.25, rel=0.03)
    assert strength(heard[-3 * RATE // 2 : -RATE // 2], 660)[1] == pytest.approx(0.25, rel=0.03)
    camera = tmp_path / "camera.m2ts"  # the same packets after time stamps of 4 bytes
    packets = path.read_bytes()
    camera.write_bytes(b"".join(b"\0\0\0\0" + packets[at : at + 188] for at in range(0, len(packets), 188)))
    assert len(spans_of(camera)) == 3
    assert np.array_equal(listen(camera), heard)


def test_vorbis_of_another_quality_is_decoded_with_its_own_tables(tmp_path: Path) -> None:
    heard = listen(joined(tmp_path / "both.ogg", COARSE, FINE))
    apart = [listen(COARSE), listen(FINE)]
    assert np.array_equal(heard, np.concatenate(apart))
    assert strength(apart[0][10000:30000], 440)[0] == pytest.approx(0.4, rel=0.03)
    assert strength(apart[1][2000:10000], 660)[0] == pytest.approx(0.4, rel=0.03)
    assert strength(apart[1][2000:10000], 990)[1] == pytest.approx(0.4, rel=0.03)
    assert np.abs(heard).max() < 0.5


def test_many_joined_files_come_out_in_order(tmp_path: Path) -> None:
    heard = listen(joined(tmp_path / "radio.ogg", *[COARSE, FINE, FINE] * 20))
    assert np.array_equal(heard, np.concatenate([listen(COARSE), listen(FINE), listen(FINE)] * 20))


def test_joined_files_have_the_tags_of_the_first(tmp_path: Path) -> None:
    files = [
        encode(tmp_path / f"{title}.oga", music(1, 48000), "libopus", "ogg", 48000, tags={"title": title})
        for title in ("One", "Two")
    ]
    with open_song(joined(tmp_path / "both.oga", *files)) as song:
        assert song.title == "One"
        assert song.seconds == pytest.approx(2, rel=0.1)
        assert not song.is_counted


def test_a_broken_file_between_two_others_is_left_out(tmp_path: Path) -> None:
    song = [write_wav(tmp_path / f"{seed}.wav", music(0.5, seed=seed)) for seed in (1, 2)]
    broken = write_wav(tmp_path / "broken.wav", music(0.5), 200_000_003)
    with open_song(joined(tmp_path / "three.wav", song[0], broken, song[1])) as opened:
        heard = np.concatenate(list(opened.blocks()))
        assert opened.skipped == 1
    assert np.array_equal(heard, np.concatenate([music(0.5, seed=1), music(0.5, seed=2)]))
    with open_song(joined(tmp_path / "two.wav", broken, song[1])) as opened:
        assert np.array_equal(np.concatenate(list(opened.blocks())), music(0.5, seed=2))
        assert opened.skipped == 1
    with pytest.raises(Failed), open_song(joined(tmp_path / "none.wav", broken, broken)):
        pass


@pytest.mark.parametrize("chunk", [b"RIFF", b"OggS\0\2", b"fLaC\0\0\0\x22", b"\x1a\x45\xdf\xa3", b"ftyp"])
def test_marks_inside_the_sound_are_sound(chunk: bytes, tmp_path: Path) -> None:
    samples = np.frombuffer(chunk.ljust(16, b"\0") * 1000, np.int16).reshape(-1, 2)
    path = write_wav(tmp_path / "a.wav", samples)
    assert spans_of(path) == [Span(0, path.stat().st_size)]
    assert np.array_equal(listen(path), samples / np.float32(32768))


def test_a_file_with_several_streams_is_one(tmp_path: Path) -> None:
    """The first pages of a film's streams in Ogg follow each other."""
    path = tmp_path / "two.ogg"
    with av.open(str(path), "w", format="ogg") as output:
        streams = [output.add_stream(codec, rate=48000, layout="stereo") for codec in ("libopus", "flac")]
        for start in range(10):
            for stream in streams:
                assert isinstance(stream, AudioStream)
                packed = tones(0.1, 48000, 2, 440).reshape(1, -1)
                frame = av.AudioFrame.from_ndarray(packed, "flt", "stereo")
                frame.sample_rate, frame.pts, frame.time_base = 48000, start * 4800, Fraction(1, 48000)
                output.mux(stream.encode(frame))
        for stream in streams:
            assert isinstance(stream, AudioStream)
            output.mux(stream.encode(None))
    assert spans_of(path) == [Span(0, path.stat().st_size)]
    assert len(listen(path)) == pytest.approx(RATE, abs=2000)
