"""Any file becomes 44.1 kHz stereo, or a reason; and no file opens another one."""

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from jobs.failures import Failed, Reason
from tests.lies import liars
from tests.sounds import (
    AWKWARD,
    RATE,
    Awkward,
    cut,
    encode,
    film_with_sound_at,
    jpeg,
    listen,
    music,
    snr_db,
    write_wav,
)
from worker.audio.reading import open_song


def reason_of(path: Path) -> Reason:
    with pytest.raises(Failed) as caught, open_song(path) as song:
        for _ in song.blocks():
            pass
    return caught.value.failure.reason


@pytest.mark.parametrize("kind", AWKWARD, ids=lambda kind: kind.name)
def test_awkward_files(kind: Awkward, tmp_path: Path) -> None:
    path = kind.make(tmp_path)
    if kind.reason is not None:
        assert reason_of(path) is kind.reason
        return
    with open_song(path) as song:
        blocks = list(song.blocks())
        assert song.cut_short == ("cut" in kind.name)
    assert all(block.dtype == np.float32 and block.shape[1] == 2 for block in blocks)
    heard = np.concatenate(blocks)
    assert len(heard) > 0
    assert np.isfinite(heard).all()
    assert np.abs(heard).max() <= 2


@pytest.mark.parametrize("samples", [100, 1151, 44101, 132377])
@pytest.mark.parametrize(
    ("name", "codec", "container"),
    [
        ("a.wav", "pcm_s16le", "wav"),
        ("a.flac", "flac", "flac"),
        ("a.aiff", "pcm_s24be", "aiff"),
        ("a.oga", "flac", "ogg"),
        ("a.mka", "flac", "matroska"),
        ("alac.m4a", "alac", "mp4"),
        ("a.m4a", "aac", "mp4"),
        ("a.mp3", "libmp3lame", "mp3"),
    ],
)
def test_samples_out_are_samples_in(name: str, codec: str, container: str, samples: int, tmp_path: Path) -> None:
    if codec in ("libmp3lame", "aac"):
        samples += 2304  # files of less than two frames do not state their padding exactly
    song = music(samples / RATE)
    assert len(listen(encode(tmp_path / name, song, codec, container))) == samples


def test_integers_and_floats_are_read_exactly(tmp_path: Path) -> None:
    song = music(3)
    assert np.array_equal(listen(write_wav(tmp_path / "float.wav", song)), song)
    rounded = np.rint(song * 32767).astype(np.int16)
    assert np.array_equal(listen(write_wav(tmp_path / "int.wav", rounded)), rounded / np.float32(32768))


def test_mono_is_both_channels_at_full_amplitude(tmp_path: Path) -> None:
    song = music(1, channels=1)
    assert np.array_equal(listen(write_wav(tmp_path / "mono.wav", song)), np.repeat(song, 2, axis=1))
    slow = music(1, rate=22050, channels=1)
    heard = listen(write_wav(tmp_path / "slow.wav", slow, 22050))
    assert np.array_equal(heard[:, 0], heard[:, 1])
    assert np.abs(heard).max() == pytest.approx(0.5, rel=0.05)


@pytest.mark.parametrize("rate", [8000, 22050, 48000, 96000, 192000])
def test_other_rates_are_resampled(rate: int, tmp_path: Path) -> None:
    time = np.arange(rate * 2) / rate
    tone = np.stack([np.sin(2 * np.pi * 1000 * time), np.cos(2 * np.pi * 1000 * time)], axis=1) * 0.5
    heard = listen(write_wav(tmp_path / "tone.wav", tone.astype(np.float32), rate))
    assert abs(len(heard) - 2 * RATE) <= 1
    time = np.arange(len(heard)) / RATE
    expected = np.stack([np.sin(2 * np.pi * 1000 * time), np.cos(2 * np.pi * 1000 * time)], axis=1) * 0.5
    middle = slice(2000, -2000)
    assert snr_db(heard[middle], to=expected[middle]) > 60


def test_a_stream_that_changes_its_rate_and_channels_is_followed(tmp_path: Path) -> None:
    plain = {"write_xing": "0", "id3v2_version": "0"}
    first = encode(tmp_path / "a.mp3", music(1), "libmp3lame", "mp3", options=plain)
    second = encode(tmp_path / "b.mp3", music(1, 48000, 1), "libmp3lame", "mp3", 48000, options=plain)
    both = tmp_path / "both.mp3"
    both.write_bytes(first.read_bytes() + second.read_bytes())
    heard = listen(both)
    assert len(heard) == pytest.approx(2 * RATE, abs=4000)
    tail = heard[-RATE // 2 :]
    assert np.allclose(tail[:, 0], tail[:, 1])
    assert np.abs(tail).max() > 0.1


def test_nan_becomes_silence_and_other_samples_stay(tmp_path: Path) -> None:
    song = music(1)
    broken = song.copy()
    broken[100, 0], broken[200, 1], broken[300, 0], broken[400, 1] = np.nan, np.inf, -np.inf, 3e38
    song[100, 0] = song[200, 1] = song[300, 0] = song[400, 1] = 0
    assert np.array_equal(listen(write_wav(tmp_path / "broken.wav", broken)), song)


def test_broken_packets_in_the_middle_are_left_out(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.mp3", music(4), "libmp3lame", "mp3")
    content = bytearray(path.read_bytes())
    content[20000:22000] = os.urandom(2000)
    path.write_bytes(content)
    with open_song(path) as song:
        samples = sum(len(block) for block in song.blocks())
        assert song.skipped > 0
        assert not song.cut_short
    assert 3.5 * RATE < samples <= 4 * RATE


@pytest.mark.parametrize(("name", "codec", "container"), [("a.mp3", "libmp3lame", "mp3"), ("a.flac", "flac", "flac")])
def test_a_truncated_file_gives_its_remaining_samples(name: str, codec: str, container: str, tmp_path: Path) -> None:
    whole = encode(tmp_path / name, music(4), codec, container)
    expected = listen(whole)
    with open_song(cut(whole, 0.5)) as song:
        heard = np.concatenate(list(song.blocks()))
        assert song.cut_short
    assert RATE < len(heard) < 3 * RATE
    start = slice(0, len(heard) - 5000)
    assert np.array_equal(heard[start], expected[: len(heard)][start])


@pytest.mark.parametrize(
    ("name", "codec", "container", "cover"),
    [
        ("a.mp3", "libmp3lame", "mp3", True),
        ("a.flac", "flac", "flac", True),
        ("a.m4a", "aac", "mp4", True),
        ("a.oga", "flac", "ogg", False),
        ("a.mka", "flac", "matroska", False),
    ],
)
def test_tags_and_cover(name: str, codec: str, container: str, cover: bool, tmp_path: Path) -> None:
    picture = jpeg() if cover else None
    tags = {"title": "Größenwahn 🎸", "artist": "Die Ärzte"}
    with open_song(encode(tmp_path / name, music(1), codec, container, tags=tags, cover=picture)) as song:
        assert (song.title, song.artist, song.cover) == ("Größenwahn 🎸", "Die Ärzte", picture)
        assert song.seconds == pytest.approx(1, abs=0.05)


def test_a_file_without_tags_has_none(tmp_path: Path) -> None:
    with open_song(write_wav(tmp_path / "a.wav", music(0.1))) as song:
        assert (song.title, song.artist, song.cover) == (None, None, None)


@pytest.fixture
def stranger() -> Iterator[tuple[int, list[bytes]]]:
    """A server that must get no request: its port, and its requests."""
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    asked.append(connection.recv(1000))

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1], asked
        server.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("extension", ["mp3", "m3u8", "ffconcat", "mpd", "sdp", ""])
@pytest.mark.parametrize("to_web", [False, True])
def test_playlists_open_no_other_file(
    to_web: bool, extension: str, stranger: tuple[int, list[bytes]], tmp_path: Path
) -> None:
    port, asked = stranger
    secret = write_wav(tmp_path / "secret.wav", music(1))
    target = f"http://127.0.0.1:{port}/song.mp3" if to_web else secret.as_uri()
    playlists = {
        "hls": f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:9,\n{target}\n#EXT-X-ENDLIST\n",
        "hls of a bare path": f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:9,\n{secret.name}\n#EXT-X-ENDLIST\n",
        "concat": f"ffconcat version 1.0\nfile '{target}'\n",
        "concat of a bare path": f"ffconcat version 1.0\nfile {secret.name}\n",
        "dash": f'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><BaseURL>{target}</BaseURL></MPD>',
        "sdp": f"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio {port} RTP/AVP 0\n",
        "m3u": f"{target}\n",
    }
    for kind, content in playlists.items():
        path = tmp_path / f"list.{extension}"
        path.write_text(content)
        assert reason_of(path) is Reason.NOT_AUDIO, kind
    assert asked == []


def test_only_files_are_opened(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (pipe, tmp_path, tmp_path / "missing.mp3", Path("/dev/zero")):
        with pytest.raises(OSError, match="no file"), open_song(path):
            pass


def test_names_that_look_like_protocols_are_only_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    song = music(0.2)
    for name in ("concat:a|b", "http:", "data:audio,x", "pipe:0", "50% — ü.wav"):
        assert np.array_equal(listen(write_wav(Path(name), song)), song)


def test_memory_does_not_grow_with_the_song(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "long.wav", np.zeros((1, 2), np.int16))
    seconds = 1800
    content = bytearray(path.read_bytes()[:44])
    size = seconds * RATE * 4
    content[4:8], content[40:44] = (size + 36).to_bytes(4, "little"), size.to_bytes(4, "little")
    path.write_bytes(content)
    os.truncate(path, 44 + size)  # zeros that take no room on disk
    process = psutil.Process()
    samples, start, peak = 0, process.memory_info().rss, 0
    with open_song(path) as song:
        for number, block in enumerate(song.blocks()):
            samples += len(block)
            if number % 20 == 0:
                peak = max(peak, process.memory_info().rss - start)
    assert samples == seconds * RATE
    assert peak < 50e6  # whole, it would be 635 MB


@pytest.mark.parametrize("codec", ["mpeg4", "libx264"])
@pytest.mark.parametrize("container", ["mp4", "matroska"])
def test_late_sound_and_pauses_between_samples_are_counted(container: str, codec: str, tmp_path: Path) -> None:
    """A film whose sound begins 0.7 s after its picture and has a pause of 1.5 s."""
    song = music(2)
    path = film_with_sound_at(tmp_path / "film", container, [(0.7, song[:RATE]), (3.2, song[RATE:])], codec=codec)
    with open_song(path) as opened:
        heard = np.concatenate(list(opened.blocks()))
        assert opened.late == pytest.approx(0.7, abs=0.05)
        assert opened.gaps == pytest.approx(1.5, abs=0.05)
        assert not opened.cut_short
    assert np.allclose(heard, song, atol=2**-23)


def test_sound_from_the_beginning_is_not_late(tmp_path: Path) -> None:
    for path in (
        encode(tmp_path / "film.mp4", music(3), "aac", "mp4", picture=(64, 48)),
        encode(tmp_path / "film.mkv", music(3, 48000), "libopus", "matroska", 48000, picture=(64, 48)),
        encode(tmp_path / "song.mp3", music(3), "libmp3lame", "mp3"),
    ):
        with open_song(path) as opened:
            for _ in opened.blocks():
                pass
            assert (opened.late, opened.gaps) == (0, 0)


@pytest.mark.parametrize("times", [300, 1 / 8])
def test_a_header_that_lies_about_length_changes_no_sample(times: float, tmp_path: Path) -> None:
    for name, honest, liar in liars(tmp_path, music(4), times):
        heard, expected = listen(liar), listen(honest)
        if name == "MP3":  # FFmpeg trims the padding at the end that the header states
            assert abs(len(heard) - len(expected)) <= 2 * 1152
        else:
            assert np.array_equal(heard, expected), name


def test_chunks_after_the_sound_of_a_wav_are_ignored(tmp_path: Path) -> None:
    song = music(2)
    path = write_wav(tmp_path / "a.wav", song)
    plain = path.read_bytes()
    for tail in (b"LIST" + (400_000).to_bytes(4, "little") + bytes(400_000), bytes(4096), b"TAG" + bytes(125)):
        path.write_bytes(plain + tail)
        assert np.array_equal(listen(path), song)
