"""Progress on the wire: the phase of a request, the stage of its track, and a view of both."""

from enum import StrEnum, unique

from jobs.failures import Failure
from jobs.models import Model, Request, Size, Value
from jobs.results import Called, Made, Manifest


@unique
class TrackStage(StrEnum):
    """The worker's stage of a track."""

    QUEUED = "queued"
    FETCHING = "fetching"
    SEPARATING = "separating"
    RENDERING = "rendering"


@unique
class Lane(StrEnum):
    """A queue of the worker. Renderings have a lane of their own, so that they do not wait behind separations; and so
    have separations by slow models, so that others do not wait behind them.
    """

    STUDIO = "studio"
    QUICK = "quick"
    SLOW = "slow"


def lane_of(model: Model, *, quick: bool = False) -> Lane:
    """The lane of a request. `quick`: its stems are in the store."""
    if quick:
        return Lane.QUICK
    return Lane.SLOW if model.info.is_slow else Lane.STUDIO


class Progress(Value):
    """The progress of a track. `fraction` is of the current stage, 0 to 1; `seconds_left` of the whole job."""

    stage: TrackStage = TrackStage.QUEUED
    fraction: float | None = None
    seconds_left: float | None = None
    title: str | None = None
    artist: str | None = None
    seconds: float | None = None  # length of the song
    note: str = ""  # the cause of a delay within the stage, e.g. "model" while weights are fetched
    bytes_: Size = 0  # of the file that is fetched for that cause; 0: unknown, or none is


@unique
class RequestPhase(StrEnum):
    """The phase of one request. The first four are open, the rest final."""

    RECEIVING = "receiving"  # the front end still has to bring the file into the inbox
    WAITING = "waiting"  # for the track, queued or in work
    READY = "ready"  # renditions are in the store, nothing sent yet
    SENDING = "sending"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN_PHASES = frozenset({RequestPhase.RECEIVING, RequestPhase.WAITING, RequestPhase.READY, RequestPhase.SENDING})


class View(Value):
    """The current state of one request, for cards, `/status` and the terminal."""

    request: Request
    phase: RequestPhase
    progress: Progress | None = None  # while waiting
    called: Called | None = None  # looked up while it was queued
    made: Made | None = None  # what the store has of its track; None where that is not noted
    ahead: int | None = None  # tracks before this one, while queued
    starts: bool = False  # a worker is free for it
    wait: float | None = None  # seconds until its turn, an estimate, while queued
    failure: Failure | None = None  # when failed
    card: str = ""  # the front end's note of its status message
    closed_at: float | None = None  # seconds since the epoch, when done, failed or cancelled

    @property
    def is_open(self) -> bool:
        return self.phase in OPEN_PHASES

    @property
    def manifest(self) -> Manifest | None:
        """Of its track, where the store is noted to have it."""
        return self.made.manifest if self.made else None
