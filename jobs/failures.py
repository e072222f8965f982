"""Failures are values: a closed set of reasons, each with one sentence per language in `bot/texts`.

A reason says what a person can do about it; `detail` is for the log and never shown in a chat.
`Failed` carries a `Failure` through code that has nothing else to return.
"""

from enum import StrEnum, unique
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict

from jobs.monitoring.redaction import shortened, without_secrets

#: Characters of a failure's detail, which may quote a child's standard error, a library or a site; and of a text value.
LONGEST_DETAIL: Final = 4000
LONGEST_VALUE: Final = 200


@unique
class Reason(StrEnum):
    """Why a request ended without stems."""

    # The message
    BAD_LINK = "bad_link"  # no known link or file
    NOT_YOUTUBE = "not_youtube"  # a link to another, or a look-alike, site
    CHANNEL = "channel"  # a channel, feed or search page, not one video
    PLAYLIST = "playlist"  # a playlist where one video was expected
    # YouTube's reasons against the video
    PRIVATE = "private"
    REMOVED = "removed"
    AGE_RESTRICTED = "age_restricted"
    MEMBERS_ONLY = "members_only"
    REGION_BLOCKED = "region_blocked"
    LIVE = "live"
    UPCOMING = "upcoming"
    # Fetching
    YOUTUBE_REFUSED = "youtube_refused"  # bot check, 403, 429, changed player: us, not the video
    NETWORK = "network"  # no connection, or a broken one
    STALLED = "stalled"  # the download was too slow or stood still
    UPLOAD_GONE = "upload_gone"  # the uploaded file was removed
    # Quotas
    OVER_QUOTA = "over_quota"  # values: whose, limit_seconds, used_seconds, wait_seconds
    # The file
    TOO_LONG = "too_long"  # values: seconds, limit_seconds
    TOO_LARGE = "too_large"  # values: bytes, limit_bytes
    NOT_AUDIO = "not_audio"
    NO_SOUND = "no_sound"  # a video without an audio track
    EMPTY = "empty"  # no samples at all
    NO_BEATS = "no_beats"  # a click, a count-in or bars, and the song's beats are not known
    NO_CHORDS = "no_chords"  # a chart, and the song's chords are not known
    NO_NOTES = "no_notes"  # MIDI, and the notes of bass and voice are not known
    # A passage of the song
    PASSAGE_BEYOND = "passage_beyond"  # values: seconds of the song
    BARS_BEYOND = "bars_beyond"  # values: bars of the song
    PASSAGE_TOO_LONG = "passage_too_long"  # values: limit_seconds
    # Our side
    NO_DISK = "no_disk"
    MODEL_UNAVAILABLE = "model_unavailable"  # values: stems; weights could not be fetched
    MODEL_DAMAGED = "model_damaged"  # values: stems; wrong hash, removed
    MODEL_MISSING = "model_missing"  # values: model; its weights are installed on request only, and are not here
    ENGINE_MISSING = "engine_missing"  # FLBT_ENGINE=spleeter without its dependency group
    OUT_OF_MEMORY = "out_of_memory"
    UNSENDABLE = "unsendable"  # values: bytes, limit_bytes; no encoding is small enough for the platform
    MISSING_RIGHT = "missing_right"  # the chat's managers do not let us send files
    INTERRUPTED = "interrupted"  # the worker died twice during this track
    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"
    INTERNAL = "internal"  # a bug; the log has the detail


#: Reasons that the owner of the installation can mend.
OWNERS: Final = (
    Reason.NO_DISK, Reason.MODEL_UNAVAILABLE, Reason.MODEL_DAMAGED, Reason.MODEL_MISSING, Reason.ENGINE_MISSING,
    Reason.OUT_OF_MEMORY, Reason.INTERRUPTED, Reason.INTERNAL,
)  # fmt: skip


def _whole(text: str) -> str:
    """`text` without lone surrogates, which JSON can contain and Redis cannot."""
    return text.encode(errors="replace").decode()


def _short(text: str) -> str:
    return shortened(without_secrets(_whole(text)), LONGEST_DETAIL)  # in this order: half a secret is not recognised


def _short_words(values: dict[str, float | str]) -> dict[str, float | str]:
    return {
        name: shortened(_whole(value), LONGEST_VALUE) if isinstance(value, str) else value
        for name, value in values.items()
    }


class Failure(BaseModel):
    """One failure: `reason` for the person, `values` for the numbers in its sentence, `detail` for the log.

    Texts of any length may be given, and are cut: a failure is written to Redis and logged more than once.
    """

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    reason: Reason
    detail: Annotated[str, AfterValidator(_short)] = ""
    values: Annotated[dict[str, float | str], AfterValidator(_short_words)] = {}


class Failed(Exception):  # noqa: N818 - carries a value, not an error in the program
    """Carries a `Failure` up to code that can tell a person."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.reason, failure.detail)
        self.failure = failure


def model_missing(model: str, detail: str = "no worker can run it") -> Failure:
    """The failure of a model, by its name, that is not set up."""
    return Failure(reason=Reason.MODEL_MISSING, detail=detail, values={"model": model})


def failed(reason: Reason, detail: str = "", **values: float | str) -> Failed:
    """The exception for `reason`, to be raised: `raise failed(Reason.TOO_LONG, seconds=4000, limit_seconds=1800)`."""
    return Failed(Failure(reason=reason, detail=detail, values=values))
