"""Small songs and pictures, made by PyAV: the same bytes on every machine with the same wheel."""

import io
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import av
import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]  # (channels, samples)
RATE = 48000  # Hz: Opus needs it, and much of YouTube's AAC has it


@cache
def song(seconds: float, container: Literal["mp4", "webm"] = "mp4", hertz: float = 220.0) -> bytes:
    """A stereo chord with a beat, as AAC in fragmented mp4 or Opus in webm, like YouTube's."""
    # YouTube's mp4 is made for DASH: an empty `moov`, an index, which FFmpeg has to come back to write, then fragments.
    options = {"fflags": "+bitexact"}  # no random ids
    if container == "mp4":
        options |= {"movflags": "dash+delay_moov+global_sidx", "frag_duration": "5000000"}
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"song.{container}"
        _encode(path, _chord(seconds, hertz), options)
        return path.read_bytes()


def _encode(path: Path, samples: Samples, options: dict[str, str]) -> None:
    with av.open(path, "w", options=options) as out:
        codec = "aac" if path.suffix == ".mp4" else "libopus"
        stream = out.add_stream(codec, rate=RATE, layout="stereo", bit_rate=96_000)
        assert isinstance(stream, av.AudioStream)
        step = stream.codec_context.frame_size or 960
        for start in range(0, samples.shape[1], step):
            block = np.ascontiguousarray(samples[:, start : start + step])
            frame = av.AudioFrame.from_ndarray(block, format="fltp", layout="stereo")
            frame.rate, frame.pts = RATE, start
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


@cache
def picture() -> bytes:
    """A small JPEG."""
    file = io.BytesIO()
    with av.open(file, "w", format="mjpeg") as out:
        stream = out.add_stream("mjpeg", rate=1)
        stream.width, stream.height, stream.pix_fmt = 64, 36, "yuvj420p"
        shades = np.linspace(0, 255, 64 * 36 * 3).astype(np.uint8).reshape(36, 64, 3)
        out.mux(stream.encode(av.VideoFrame.from_ndarray(shades, format="rgb24")))
        out.mux(stream.encode(None))
    return file.getvalue()


def _chord(seconds: float, hertz: float) -> Samples:
    time = np.arange(round(seconds * RATE)) / RATE
    left = sum(np.sin(2 * np.pi * hertz * ratio * time) for ratio in (1.0, 1.25, 1.5)) / 6
    right = sum(np.sin(2 * np.pi * hertz * ratio * time) for ratio in (1.0, 1.2, 2.0)) / 6
    beat = np.random.default_rng(7).standard_normal(len(time)) * np.exp(-12 * (time % 0.5)) / 6
    return np.asarray([left + beat, right + beat], np.float32)
