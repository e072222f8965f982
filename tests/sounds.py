"""Audio files made on the spot: plain ones, and every awkward kind that people send."""

import struct
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import av
import numpy as np
from av.audio.stream import AudioStream
from av.stream import Disposition
from av.video.stream import VideoStream
from numpy.typing import NDArray

from jobs.failures import Reason
from worker.audio.reading import open_song

RATE = 44100
SUBTYPE = bytes.fromhex("000000001000800000aa00389b71")  # of a WAVE_FORMAT_EXTENSIBLE, behind its tag
FLAC_FRAME = 4096  # samples
LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1"}

Samples = NDArray[np.float32]  # (samples, channels)


def music(seconds: float = 1.0, rate: int = RATE, channels: int = 2, seed: int = 0) -> Samples:
    """Chords with a decay over soft noise, another one per channel: (samples, channels), peak 0.5."""
    rng = np.random.default_rng(seed)
    time = np.arange(round(seconds * rate)) / rate
    song = rng.standard_normal((time.size, channels)) * 0.01
    for channel in range(channels):
        for frequency in rng.uniform(80, min(2000, rate / 4), 6):
            song[:, channel] += np.sin(2 * np.pi * frequency * time) * np.exp(-2 * (time % 0.5)) / 8
    peak = np.abs(song).max(initial=1e-9)
    loud: Samples = (song * (0.5 / peak)).astype(np.float32)
    return loud


def write_wav(path: Path, samples: NDArray[Any], rate: int = RATE, mask: int | None = None) -> Path:
    """A plain RIFF WAVE of float32 or int16 `samples`, bit for bit: also what encoders refuse to write.

    `mask` makes it an extensible one, with these bits for the places of its channels.
    """
    tag = 3 if samples.dtype == np.float32 else 1
    size = samples.dtype.itemsize
    channels = samples.shape[1]
    data = samples.tobytes()
    form = struct.pack("<HHIIHH", tag, channels, rate, rate * channels * size, channels * size, size * 8)
    if mask is not None:
        form = struct.pack("<H", 0xFFFE) + form[2:] + struct.pack("<HHIH", 22, size * 8, mask, tag) + SUBTYPE
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(data)) + data
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
    return path


def encode(
    path: Path,
    samples: Samples,
    codec: str,
    container: str,
    rate: int = RATE,
    tags: dict[str, str] | None = None,
    cover: bytes | None = None,
    options: dict[str, str] | None = None,
    picture: tuple[int, int] | None = None,
    kbps: int | None = None,
) -> Path:
    """`samples` through one of FFmpeg's encoders. `picture` adds a short film of that size."""
    with av.open(str(path), "w", format=container, container_options=options or {}) as output:
        output.metadata.update(tags or {})
        film = _film(output, *picture) if picture else None
        audio = output.add_stream(codec, rate=rate)
        assert isinstance(audio, AudioStream)
        audio.layout = LAYOUTS[samples.shape[1]]
        if kbps is not None:
            audio.bit_rate = kbps * 1000
        if cover is not None:
            still = output.add_mux_stream("mjpeg", width=16, height=16)
            still.disposition = Disposition.attached_pic
            output.start_encoding()
            packet = av.Packet(cover)
            packet.stream, packet.pts, packet.dts, packet.time_base = still, 0, 0, Fraction(1, 1000)
            output.mux(packet)
        if film is not None:
            _shoot(output, film, 1 + len(samples) * 10 // rate)
        if len(samples):
            packed = np.ascontiguousarray(samples).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(packed, format="flt", layout=LAYOUTS[samples.shape[1]])
            frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
            output.mux(audio.encode(frame))
        output.mux(audio.encode(None))
    return path


def listen(path: Path) -> Samples:
    """The whole of a file, as the product reads it: (samples, 2) at 44.1 kHz."""
    with open_song(path) as song:
        return np.concatenate(list(song.blocks()))


def snr_db(of: NDArray[Any], to: NDArray[Any]) -> float:
    """How far the difference from `to` lies under it, in dB."""
    signal = np.square(to, dtype=np.float64).sum()
    noise = np.square(np.subtract(of, to, dtype=np.float64)).sum()
    return float("inf") if noise == 0 else float(10 * np.log10(signal / noise))


def silent_film(path: Path, frames: int = 10) -> Path:
    """A video without an audio stream."""
    with av.open(str(path), "w", format="mp4") as output:
        _shoot(output, _film(output, 64, 48), frames)
    return path


def film_with_sound_at(path: Path, container: str, parts: list[tuple[float, Samples]], *, codec: str = "mpeg4") -> Path:
    """A film from 0 s on, with each part of FLAC sound at its time in seconds."""
    with av.open(str(path), "w", format=container) as output:
        film = _film(output, 64, 48, codec)
        audio = output.add_stream("flac", rate=RATE)
        assert isinstance(audio, AudioStream)
        audio.layout, audio.format = "stereo", "s32"
        _shoot(output, film, 50)
        for at, samples in parts:
            for start in range(0, len(samples), FLAC_FRAME):
                whole = np.rint(samples[start : start + FLAC_FRAME] * (1 << 23)).astype(np.int32) << 8
                frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(whole).reshape(1, -1), "s32", "stereo")
                frame.sample_rate, frame.time_base = RATE, Fraction(1, RATE)
                frame.pts = round(at * RATE) + start
                output.mux(audio.encode(frame))
        output.mux(audio.encode(None))
    return path


def jpeg(width: int = 16, height: int = 16) -> bytes:
    """A small picture."""
    codec = av.CodecContext.create("mjpeg", "w")
    assert isinstance(codec, av.VideoCodecContext)
    codec.width, codec.height, codec.pix_fmt, codec.time_base = width, height, "yuvj420p", Fraction(1, 25)
    frame = av.VideoFrame.from_ndarray(np.full((height, width, 3), 90, np.uint8), format="rgb24")
    return b"".join(bytes(packet) for packet in [*codec.encode(frame.reformat(format="yuvj420p")), *codec.encode(None)])


def cut(path: Path, fraction: float) -> Path:
    """The file's beginning only."""
    content = path.read_bytes()
    shorter = path.with_name(f"cut-{path.name}")
    shorter.write_bytes(content[: int(len(content) * fraction)])
    return shorter


def _film(output: av.container.OutputContainer, width: int, height: int, codec: str = "mpeg4") -> VideoStream:
    film = output.add_stream(codec, rate=10)
    assert isinstance(film, VideoStream)
    film.width, film.height, film.pix_fmt = width, height, "yuv420p"
    return film


def _shoot(output: av.container.OutputContainer, film: VideoStream, frames: int) -> None:
    for number in range(frames):
        image = np.full((film.height, film.width, 3), number * 5 % 256, np.uint8)
        output.mux(film.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
    output.mux(film.encode(None))


# --- the corpus ----------------------------------------------------------------------------------------------


class Awkward(NamedTuple):
    """A kind of file that goes wrong elsewhere. `reason` is how it fails here; None: it has to work."""

    name: str
    make: Callable[[Path], Path]  # the folder to make it in
    reason: Reason | None = None


def _text(folder: Path) -> Path:
    path = folder / "lyrics.mp3"
    path.write_text("Is this the real life? Is this just fantasy?\n" * 200)
    return path


def _noise(folder: Path) -> Path:
    path = folder / "noise.mp3"
    path.write_bytes(np.random.default_rng(1).bytes(50_000))
    return path


def _empty(folder: Path) -> Path:
    path = folder / "empty.mp3"
    path.touch()
    return path


def _broken_floats(folder: Path) -> Path:
    samples = music(0.5)
    samples[1000:1100, 0] = np.nan
    samples[2000, :] = np.inf
    samples[3000, 1] = -np.inf
    samples[4000, 1] = 1e30
    return write_wav(folder / "nan.wav", samples)


def _damaged(folder: Path) -> Path:
    path = encode(folder / "damaged.mp3", music(2), "libmp3lame", "mp3")
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 2000] = np.random.default_rng(2).bytes(2000)
    path.write_bytes(content)
    return path


AWKWARD = (
    Awkward("text named .mp3", _text, Reason.NOT_AUDIO),
    Awkward("random bytes", _noise, Reason.NOT_AUDIO),
    Awkward("no bytes", _empty, Reason.EMPTY),
    Awkward("no samples", lambda folder: write_wav(folder / "none.wav", music(0)), Reason.EMPTY),
    Awkward("200 MHz", lambda folder: write_wav(folder / "radio.wav", music(0.5), 200_000_003), Reason.NOT_AUDIO),
    Awkward("picture", lambda folder: _bytes(folder / "cover.mp3", jpeg()), Reason.NOT_AUDIO),
    Awkward("film without sound", lambda folder: silent_film(folder / "film.mp4"), Reason.NO_SOUND),
    Awkward(
        "m4a cut before its index",
        lambda folder: cut(encode(folder / "late.m4a", music(2), "aac", "mp4"), 0.6),
        Reason.NOT_AUDIO,
    ),
    Awkward("mp3 cut", lambda folder: cut(encode(folder / "song.mp3", music(3), "libmp3lame", "mp3"), 0.6)),
    Awkward("flac cut", lambda folder: cut(encode(folder / "song.flac", music(3), "flac", "flac"), 0.6)),
    Awkward("wav cut", lambda folder: cut(write_wav(folder / "song.wav", music(3)), 0.6)),
    Awkward(
        "m4a cut",
        lambda folder: cut(encode(folder / "song.m4a", music(3), "aac", "mp4", options={"movflags": "faststart"}), 0.6),
    ),
    Awkward("mp3 damaged", _damaged),
    Awkward("film", lambda folder: encode(folder / "film.mp4", music(1), "aac", "mp4", picture=(64, 48))),
    Awkward("silence", lambda folder: write_wav(folder / "silence.wav", np.zeros((RATE, 2), np.float32))),
    Awkward("one sample", lambda folder: write_wav(folder / "one.wav", music(1 / RATE))),
    Awkward("mono", lambda folder: write_wav(folder / "mono.wav", music(1, channels=1))),
    Awkward("5.1", lambda folder: encode(folder / "surround.m4a", music(1, channels=6), "aac", "mp4")),
    Awkward("8 tracks", lambda folder: write_wav(folder / "tracks.wav", music(1, channels=8))),
    Awkward("7.1", lambda folder: encode(folder / "cinema.flac", music(1, channels=8), "flac", "flac")),
    Awkward("24 tracks", lambda folder: write_wav(folder / "desk.wav", music(0.5, channels=24))),
    Awkward("8 kHz", lambda folder: write_wav(folder / "phone.wav", music(1, rate=8000), 8000)),
    Awkward("192 kHz", lambda folder: write_wav(folder / "studio.wav", music(0.5, rate=192000), 192000)),
    Awkward("NaN and infinite samples", _broken_floats),
    Awkward("voice message", lambda folder: encode(folder / "voice.oga", music(1, 48000, 1), "libopus", "ogg", 48000)),
)


def _bytes(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path
