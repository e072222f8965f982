"""Pictures: the waveform of every stem on one time axis, and small covers for chats.

Waveforms are reduced during the separation to one number per stem and hundredth of a second, which is little memory
for an hour of music too.
"""

import logging
from collections.abc import Sequence
from io import BytesIO
from math import ceil
from pathlib import Path

import flbt_unet
import numpy as np
from numpy.typing import NDArray

from jobs.models import Stem
from jobs.music.stems import STEM_INFO
from worker.audio.pictures import read_picture
from worker.audio.sound import SAMPLE_RATE

log = logging.getLogger(__name__)

WINDOW = SAMPLE_RATE // 100  # samples: a hundredth of a second
VALUES = 2 * WINDOW  # of both channels

WIDTH = 1280  # pixels; a phone shows half of it
ROW = 150
MARGIN = 28
AXIS = 44
TEXT = 26
GRID = (226, 226, 232)
PAPER = (252, 252, 253)
INK = (70, 70, 82)

#: Distances between two marks on the time axis, in seconds: the first with at most twelve marks is used.
STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200)

THUMBNAIL = 320  # pixels: the largest that chats accept
THUMBNAIL_BYTES = 200_000

Envelope = NDArray[np.float32]


class Waveforms:
    """The envelopes of stems, collected piece by piece."""

    def __init__(self, stems: Sequence[Stem]) -> None:
        self.stems = tuple(stems)
        self._peaks: list[list[Envelope]] = [[] for _ in stems]
        self._rest: list[Envelope] = [np.zeros(0, np.float32) for _ in stems]
        self.samples = 0

    def add(self, pieces: Sequence[NDArray[np.float32]]) -> None:
        """Adds the next samples of every stem: one array of (samples, 2) each, equally long."""
        self.samples += len(pieces[0])
        for number, piece in enumerate(pieces):
            values, rest = piece.reshape(-1), self._rest[number]
            missing = (VALUES - len(rest)) % VALUES  # of the window that began in the piece before
            rest, values = np.concatenate([rest, values[:missing]]), values[missing:]
            peaks = flbt_unet.peaks(values, VALUES)
            self._peaks[number] += [flbt_unet.peaks(rest, VALUES), peaks]
            self._rest[number] = np.concatenate([rest[len(rest) // VALUES * VALUES :], values[len(peaks) * VALUES :]])

    def envelopes(self) -> list[Envelope]:
        """The largest absolute sample of each hundredth of a second, per stem: (windows,) float32 each."""
        ends = ([np.abs(rest).max()] if len(rest) else [] for rest in self._rest)
        return [
            np.concatenate([*peaks, np.array(end, np.float32)]) for peaks, end in zip(self._peaks, ends, strict=True)
        ]


def draw(waveforms: Waveforms, path: Path) -> None:
    """Writes a PNG: a row per stem in its colour, named, with the time below. All rows have the same scale."""
    from PIL import Image, ImageDraw, ImageFont  # imported here: before, the network needs the memory

    rows = len(waveforms.stems)
    seconds = waveforms.samples / SAMPLE_RATE
    height = rows * ROW + AXIS + MARGIN
    image = Image.new("RGB", (WIDTH, height), PAPER)
    pen = ImageDraw.Draw(image)
    font = ImageFont.load_default(TEXT)
    left, right = MARGIN, WIDTH - MARGIN
    for mark in _marks(seconds):
        x = left + (right - left) * mark / max(seconds, 1e-9)
        pen.line((x, 0, x, height - AXIS), GRID, 2)
        pen.text((x, height - AXIS + 8), f"{mark // 60}:{mark % 60:02}", INK, font, anchor="ma")
    columns = right - left
    envelopes = [_columns(envelope, columns) for envelope in waveforms.envelopes()]
    loudest = max([float(envelope.max(initial=0)) for envelope in envelopes] + [1e-3])
    for number, (stem, envelope) in enumerate(zip(waveforms.stems, envelopes, strict=True)):
        middle = number * ROW + ROW / 2 + MARGIN / 2
        reach = envelope / loudest * (ROW / 2 - 18)
        for x, half in enumerate(reach):
            pen.line((left + x, middle - half, left + x, middle + half), STEM_INFO[stem].colour)
        pen.text((left, middle - ROW / 2 + 2), stem, STEM_INFO[stem].colour, font, stroke_width=4, stroke_fill=PAPER)
    image.save(path, "PNG", optimize=True)


def _marks(seconds: float) -> range:
    step = next((step for step in STEPS if seconds / step <= 12), STEPS[-1])
    return range(0, ceil(seconds), step)


def _columns(envelope: Envelope, columns: int) -> Envelope:
    """The envelope as one value per pixel column: (columns,) float32."""
    if len(envelope) == 0:
        return np.zeros(columns, np.float32)
    edges = np.linspace(0, len(envelope), columns + 1).astype(int)
    starts = np.minimum(edges[:-1], len(envelope) - 1)
    return np.maximum.reduceat(envelope, starts) if len(envelope) >= columns else envelope[starts]


def thumbnail(cover: Path, path: Path) -> bool:
    """Writes `cover` as a JPEG of at most 320 pixels and 200 kB, the limits of chats.

    False if it is no picture, does not decode, or would take long or much memory: see `Picture.is_cheap`.
    """
    from PIL import Image  # as in `draw`

    measured = read_picture(cover)
    if measured is None or not measured.is_cheap:
        return False
    try:
        with Image.open(BytesIO(measured.content), formats=("JPEG", "PNG")) as picture:
            if picture.size != (measured.width, measured.height):
                return False  # an ambiguous header: Pillow would decode another size than the measured one
            picture.draft("RGB", (THUMBNAIL * 2, THUMBNAIL * 2))
            small = picture.convert("RGB")
            small.thumbnail((THUMBNAIL, THUMBNAIL))
    except Exception as error:  # Pillow's decoders raise many types on broken pictures
        log.info("cannot decode the cover for a thumbnail: %r", error)
        return False
    small.info.clear()  # else untrusted comments would be written too
    for quality in (85, 60, 30):
        content = BytesIO()
        small.save(content, "JPEG", quality=quality)
        if content.tell() <= THUMBNAIL_BYTES:
            path.write_bytes(content.getvalue())
            return True
    return False
