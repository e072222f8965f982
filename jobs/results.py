"""Results on the wire and in the store: a track's tags, stems and renditions."""

from typing import Annotated, Final

from pydantic import StringConstraints

from jobs.models import Amount, Gain, Model, Rendition, Size, Source, Stem, TrackId, Value, Words
from jobs.music.analysis import Analysis

SAMPLE_RATE: Final = 44_100  # of all files: Spleeter was trained for it


class Tags(Value):
    """Title and artist of a track. `artist` is empty if unknown."""

    title: Words
    artist: Words = ""


class FileTags(Tags):
    """The tags of one file of a song: `album` is the song, and the file its track `number` of `of`; 0: it has none.

    `bpm`: beats per minute, 0 for unknown. `key`: as ID3 writes it, `Bbm`; empty for unknown.
    """

    album: Words = ""
    number: int = 0
    of: int = 0
    bpm: int = 0
    key: Words = ""


class Called(Tags):
    """Tags and length of a song, looked up while it was queued. `title` is empty if unknown."""

    seconds: Amount | None = None  # its length


class StoredFile(Value):
    """A file in a track's folder. `name` is made by us, never from a title."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9+-]+\.[a-z0-9]{1,5}$")]
    bytes_: Size
    stem: Stem | None = None


class StemSum(Value):
    """How the stems add up, before they are encoded: the levels, in dB against the song, of what all of them together
    lack of it, and of what was added to the stem *other* so that they add up; None where nothing is added.
    """

    residual_db: float
    moved_db: float | None = None


class Manifest(Value):
    """A separated track: written last, so a half-made result does not exist."""

    track_id: TrackId
    source: Source
    model: Model
    tags: Tags
    samples: Size  # per channel, at `sample_rate`: equal for all stems
    sample_rate: int = SAMPLE_RATE
    stems: tuple[StoredFile, ...]
    cover: StoredFile | None = None
    picture: StoredFile | None = None  # the waveforms of all stems, a PNG
    thumbnail: StoredFile | None = None  # the cover, small enough for chats, a JPEG
    gain: Gain = 1.0  # the common gain of all stems, below 1 where one would have clipped
    late: float = 0.0  # seconds by which the source's sound begins after its picture, which stems do not
    gaps: Amount = 0.0  # seconds without sound within the source, which stems do not have
    notes: tuple[str, ...] = ()  # "cut_short": the file ended too early; "damaged": parts are left out
    engine: str = ""  # the engine's name: `unet 0.1.0 f32`; see `Recipe.would_make`
    sum: StemSum | None = None  # None for silence, and before it was measured
    made_at: float

    @property
    def seconds(self) -> float:
        return self.samples / self.sample_rate


class Rendered(Value):
    """The files of one rendition, written last like the manifest. `kbps`: the bit rate of MP3 and M4A. `gain`: of all
    files against the stored stems, below 1 where a mix would have clipped. `seconds`: of a file; 0: the song's, at the
    effect's tempo. `label`: key and tempo, for names that tell them: `8A 124`.
    """

    rendition: Rendition
    files: tuple[StoredFile, ...]
    kbps: Size = 0
    gain: Gain = 1.0
    seconds: Amount = 0.0
    label: Words = ""


class Made(Value):
    """The store's files of a track; `manifest` is None if the track is not in the store.

    `analysis`: what was found in the song; None if it was not analysed yet.
    """

    manifest: Manifest | None = None
    renditions: tuple[Rendered, ...] = ()
    analysis: Analysis | None = None

    def rendered(self, rendition: Rendition) -> Rendered | None:
        """The files of a rendition, or None when they are not there."""
        return next((one for one in self.renditions if one.rendition == rendition), None)
