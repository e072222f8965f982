"""Results on the wire and in the store: what a track is called, its stems, and what is rendered of them."""

from typing import Annotated, Final

from pydantic import StringConstraints

from jobs.models import Amount, Gain, Model, Rendition, Size, Source, Stem, TrackId, Value, Words

SAMPLE_RATE: Final = 44_100  # of everything that is made: what Spleeter was trained for


class Tags(Value):
    """What a track is called. `artist` is empty where nobody knows."""

    title: Words
    artist: Words = ""


class Called(Tags):
    """What was found out of a song while it was in line. `title` is empty where nobody says."""

    seconds: Amount | None = None  # its length


class StoredFile(Value):
    """A file in a track's folder. `name` is ours and safe, never a title."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9+-]+\.[a-z0-9]{1,5}$")]
    bytes_: Size
    stem: Stem | None = None


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
    gain: Gain = 1.0  # the one gain common to all stems, below 1 where the set would have clipped
    late: float = 0.0  # seconds by which the source's sound begins after its picture, which stems do not
    gaps: Amount = 0.0  # seconds without sound within the source, which stems do not have
    notes: tuple[str, ...] = ()  # "cut_short": the file ended too early; "damaged": parts are left out
    engine: str = ""  # what made it: `unet 0.1.0 f32`; see `Recipe.would_make`
    made_at: float

    @property
    def seconds(self) -> float:
        return self.samples / self.sample_rate


class Rendered(Value):
    """The files of one rendition, written last like the manifest. `kbps`: of MP3 and M4A, as they were encoded. `gain`:
    of all files against the stored stems, below 1 where a mix would have clipped.
    """

    rendition: Rendition
    files: tuple[StoredFile, ...]
    kbps: Size = 0
    gain: Gain = 1.0


class Made(Value):
    """All that the store has of a track; `manifest` is None where it has nothing."""

    manifest: Manifest | None = None
    renditions: tuple[Rendered, ...] = ()

    def rendered(self, rendition: Rendition) -> Rendered | None:
        """The files of a rendition, or None when they are not there."""
        return next((one for one in self.renditions if one.rendition == rendition), None)
