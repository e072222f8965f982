"""What becomes of a request: how far it is, where it stands, and the files it ends in; on the wire."""

from enum import StrEnum, unique
from typing import Annotated, Final

from pydantic import StringConstraints

from jobs.failures import Failure
from jobs.models import Amount, Gain, Model, Rendition, Request, Size, Source, Stem, TrackId, Value, Words

# --- how far -------------------------------------------------------------------------------------------------


@unique
class TrackStage(StrEnum):
    """What the worker is doing with a track."""

    QUEUED = "queued"
    FETCHING = "fetching"
    SEPARATING = "separating"
    RENDERING = "rendering"


@unique
class Lane(StrEnum):
    """Which queue of the worker a track is in. What only has to be rendered does not wait behind separations."""

    STUDIO = "studio"
    QUICK = "quick"


class Progress(Value):
    """How far a track is. `fraction` is of the current stage, 0 to 1; `seconds_left` of the whole job."""

    stage: TrackStage = TrackStage.QUEUED
    fraction: float | None = None
    seconds_left: float | None = None
    title: str | None = None
    artist: str | None = None
    seconds: float | None = None  # length of the song
    note: str = ""  # what takes time beside the stage itself, e.g. "model" while weights are fetched


@unique
class RequestPhase(StrEnum):
    """Where one request stands. The first four are open, the rest final."""

    RECEIVING = "receiving"  # the front end still has to bring the file into the inbox
    WAITING = "waiting"  # for the track: queued or in the worker's hands
    READY = "ready"  # renditions are in the store, nothing sent yet
    SENDING = "sending"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN_PHASES = frozenset({RequestPhase.RECEIVING, RequestPhase.WAITING, RequestPhase.READY, RequestPhase.SENDING})


class Tags(Value):
    """What a track is called. `artist` is empty where nobody knows."""

    title: Words
    artist: Words = ""


class Called(Tags):
    """What was found out of a song while it was in line. `title` is empty where nobody says."""

    seconds: Amount | None = None  # its length


class View(Value):
    """One request as it stands now: what cards, `/status` and the terminal show."""

    request: Request
    phase: RequestPhase
    progress: Progress | None = None  # while waiting
    called: Called | None = None  # found out while it was in line
    ahead: int | None = None  # tracks before this one, while queued
    wait: float | None = None  # seconds until its turn, an estimate, while queued
    failure: Failure | None = None  # when failed
    card: str = ""  # the front end's note of its status message
    closed_at: float | None = None  # seconds since the epoch, when done, failed or cancelled

    @property
    def is_open(self) -> bool:
        return self.phase in OPEN_PHASES


# --- the result ----------------------------------------------------------------------------------------------


SAMPLE_RATE: Final = 44_100  # of everything that is made: what Spleeter was trained for


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
