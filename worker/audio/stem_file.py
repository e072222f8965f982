"""Stem files (`.stem.mp4`) of Native Instruments, which Traktor and Mixxx read: one MP4 of five tracks of AAC.

The first track is the mix, the others are drums, bass, the rest and the voice. Their names and colours are JSON in the
box `moov/udta/stem`, as Native Instruments' Stem Creator writes them. Players that know no stems play the first track:
FFmpeg marks only that one as enabled.
"""

import json
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO, Final

import av
import numpy as np
from av.audio.stream import AudioStream
from numpy.typing import NDArray

from jobs.models import Format
from jobs.results import Tags
from worker.audio.mp4_boxes import box, boxes
from worker.audio.pictures import read_picture
from worker.audio.sound import SAMPLE_RATE
from worker.audio.writing import (
    CHUNK,
    ENCODINGS,
    FFmpegEncoder,
    attach_picture,
    comment,
    finish_tags,
    texts_of,
    write_tags,
)

TRACKS: Final = 5
#: Names and colours of the stems, in the order of the tracks after the mix. The values are those of the Stem Creator.
STEMS: Final = (("Drums", "#009E73"), ("Bass", "#D55E00"), ("Other", "#CC79A7"), ("Vocals", "#56B4E9"))
#: Programs expect a compressor and a limiter for the sum of the stems; both are off, since the stems add up to the mix.
MASTERING: Final = {
    "compressor": {
        "enabled": False,
        "input_gain": 0.0,
        "output_gain": 0.0,
        "threshold": 0.0,
        "dry_wet": 50,
        "attack": 0.003,
        "release": 0.3,
        "ratio": 3.0,
        "hp_cutoff": 300,
    },
    "limiter": {"enabled": False, "threshold": 0.0, "ceiling": -0.35, "release": 0.05},
}

Block = NDArray[np.float32]  # (samples, 2)


def write_stem_file(
    path: Path,
    blocks: Iterable[Sequence[Block]],
    tags: Tags,
    cover: Path | None = None,
    *,
    gain: float = 1.0,
    kbps: int,
    threads: int,
) -> None:
    """Writes a stem file. `blocks`: of each track (the mix, then as `STEMS`) (samples, 2), all equally long.

    Values beyond full scale are clipped. `gain`: already applied to the samples, for the comment. `kbps`: of each
    track. The file is complete or absent. Raises `OSError`.
    """
    unfinished = path.with_name(path.name + ".part")
    encoding = ENCODINGS[Format.M4A]
    options = {name: value for name, value in encoding.container_options.items() if name != "movflags"}
    picture = read_picture(cover) if cover is not None else None
    try:
        with (
            av.open(f"file:{unfinished.absolute()}", "w", format="mp4", container_options=options) as container,
            ThreadPoolExecutor(min(threads, TRACKS), thread_name_prefix="stems") as pool,
        ):
            write_tags(container, {**texts_of(tags, "mp4"), "comment": comment(gain)})
            encoders = []
            for _ in range(TRACKS):
                stream = container.add_stream(encoding.codec, rate=SAMPLE_RATE, options=encoding.codec_options)
                assert isinstance(stream, AudioStream)
                stream.layout, stream.format = "stereo", encoding.sample_format
                stream.codec_context.thread_count = 1
                stream.bit_rate = kbps * 1000
                encoders.append(FFmpegEncoder(stream))
            if picture is None:
                container.start_encoding()
            else:
                attach_picture(container, picture)
            for tracks in blocks:
                for start in range(0, len(tracks[0]), CHUNK):
                    pieces = [track[start : start + CHUNK] for track in tracks]
                    for packets in pool.map(FFmpegEncoder.encode, encoders, pieces):
                        container.mux(packets)
            for encoder in encoders:
                container.mux(encoder.finish(0))
        content = {"mastering_dsp": MASTERING, "version": 1, "stems": [{"name": n, "color": c} for n, c in STEMS]}
        with unfinished.open("r+b") as file:
            insert_box(file, b"stem", json.dumps(content, separators=(",", ":")).encode())
        finish_tags(unfinished, tags, "mp4")
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def insert_box(file: BinaryIO, kind: bytes, content: bytes) -> None:
    """Appends a box to `moov/udta` of an MP4 whose `moov` is its last box, so that no offset of a sample changes.

    `udta` is made where there is none. Raises `ValueError` for another order of boxes.
    """
    size = file.seek(0, 2)
    moov = next((each for each in boxes(file, 0, size) if each.kind == b"moov"), None)
    if moov is None or moov.end != size or moov.content - moov.start != 8:
        raise ValueError("moov is not the last box")
    file.seek(moov.content)
    body = file.read(moov.end - moov.content)
    new = box(kind, content)
    udta = next((each for each in boxes(file, moov.content, moov.end) if each.kind == b"udta"), None)
    if udta is None:
        body += box(b"udta", new)
    else:
        start, inside, end = (at - moov.content for at in udta[1:])
        body = body[:start] + box(b"udta", body[inside:end] + new) + body[end:]
    file.seek(moov.start)
    file.write(box(b"moov", body))
