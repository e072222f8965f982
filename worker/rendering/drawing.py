"""Pictures: the waveform of every stem on one time axis, and small covers for chats.

Waveforms are reduced during the separation to one number per stem and hundredth of a second, which is little memory
for an hour of music too.
"""

import logging
import unicodedata
from collections.abc import Callable, Sequence
from importlib.resources import files
from io import BytesIO
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

import flbt_unet
import numpy as np
from numpy.typing import NDArray

from jobs.filenames import NAMELESS, one_line
from jobs.models import Stem
from jobs.music.stems import STEM_INFO
from jobs.results import Tags
from worker.audio.pictures import read_picture
from worker.audio.sound import SAMPLE_RATE

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

log = logging.getLogger(__name__)

WINDOW = SAMPLE_RATE // 100  # samples: a hundredth of a second
VALUES = 2 * WINDOW  # of both channels

WIDTH = 1280  # pixels; a bubble on a phone is 330 dp wide, so 43 pixels are 11 dp
HEAD = 92
ROW = 170
AXIS = 76
MARGIN = 28
GAP = 14
TEXT = 44
GRID = (226, 226, 232)
PAPER = (252, 252, 253)
INK = (70, 70, 82)

#: Distances between two marks on the time axis, in seconds: the first with at most six marks is used.
STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 1800)

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


def draw(waveforms: Waveforms, tags: Tags, path: Path) -> None:
    """Writes a PNG: the song's name and length, a row per stem in its colour, named, and the time below.

    All rows have the same scale. The picture has its own paper, for dark and light chats.
    """
    import ttf_opensans
    from PIL import Image, ImageDraw, ImageFont  # imported here: before, the network needs the memory

    seconds = waveforms.samples / SAMPLE_RATE
    height = HEAD + len(waveforms.stems) * ROW + AXIS
    image = Image.new("RGB", (WIDTH, height), PAPER)
    pen = ImageDraw.Draw(image)
    file = str(files(ttf_opensans) / "ttf" / "OpenSans-Regular.ttf")
    # The basic layout: Raqm raises for some signs, and its scripts are not in the font.
    font = ImageFont.truetype(file, TEXT, layout_engine=ImageFont.Layout.BASIC)
    left, right = MARGIN, WIDTH - MARGIN
    length = _clock(round(seconds))
    pen.text((right, HEAD / 2), length, INK, font, anchor="rm")
    room = right - left - font.getlength(length) - MARGIN
    pen.text((left, HEAD / 2), shortened(drawable(_name(tags), font), font, room), INK, font, anchor="lm")
    for mark in _marks(seconds):
        x = left + (right - left) * mark / max(seconds, 1e-9)
        pen.line((x, HEAD, x, height - AXIS), GRID, 2)
        if x + font.getlength(_clock(mark)) / 2 < WIDTH - MARGIN / 2:
            pen.text((x, height - AXIS / 2), _clock(mark), INK, font, anchor="mm" if mark else "lm")
    columns = right - left
    envelopes = [in_columns(envelope, columns) for envelope in waveforms.envelopes()]
    loudest = max([float(envelope.max(initial=0)) for envelope in envelopes] + [1e-3])
    for number, (stem, envelope) in enumerate(zip(waveforms.stems, envelopes, strict=True)):
        top = HEAD + number * ROW
        middle = top + ROW / 2
        reach = envelope / loudest * (ROW / 2 - GAP)
        for x, half in enumerate(reach):
            pen.line((left + x, middle - half, left + x, middle + half), STEM_INFO[stem].colour)
        pen.text((left, top + GAP), stem, STEM_INFO[stem].colour, font, "lt", stroke_width=6, stroke_fill=PAPER)
    image.save(path, "PNG", optimize=True)


def drawable(text: str, font: "FreeTypeFont") -> str:
    """A text in the letters of a font. Other letters are transliterated to ASCII, other signs are left out."""
    missing = bytes(font.getmask("\uffff"))
    strange = {char for char in text if bytes(font.getmask(char)) == missing}
    if not strange:
        return text
    from anyascii import anyascii

    return " ".join("".join(_plain(char, anyascii) if char in strange else char for char in text).split())


def _plain(char: str, transliterated: Callable[[str], str]) -> str:
    return "" if unicodedata.category(char)[0] == "S" else transliterated(char)


def shortened(text: str, font: "FreeTypeFont", room: float) -> str:
    """The longest beginning of a text that is at most `room` pixels wide, with an ellipsis where it is cut."""
    if font.getlength(text) <= room:
        return text
    cut = len(text)
    while cut and font.getlength(f"{text[:cut].rstrip()}…") > room:
        cut -= 1
    return f"{text[:cut].rstrip()}…"


def _name(tags: Tags) -> str:
    """`Artist - Title` on one line; a name of thousands of characters is cut before it is measured."""
    return one_line(" - ".join(part for part in (tags.artist, tags.title) if part.strip()))[:300] or NAMELESS


def _clock(seconds: int) -> str:
    hours, rest = divmod(seconds, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


def _marks(seconds: float) -> range:
    step = next((step for step in STEPS if seconds / step <= 6), STEPS[-1])
    return range(0, ceil(seconds), step)


def in_columns(envelope: Envelope, columns: int) -> Envelope:
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
