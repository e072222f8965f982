"""Whether a video may be played, and if not, why, by YouTube's player endpoint. Pure.

The reason comes from `playabilityStatus` (status, reason, sub-reason) and the live flags, before a library turns them
into exceptions. Reasons against the *video* are told apart from YouTube refusing *us* (bot checks, blocked addresses, a
changed player). In doubt it is us: a person who reads that a video was removed does not try again, and the second
provider is not asked.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from jobs.failures import Failure, Reason


class _Answer(BaseModel):
    """Part of the endpoint's JSON. Unknown fields are ignored: they change monthly."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)


class PlayabilityStatus(_Answer):
    status: str = ""
    reason: str = ""
    messages: tuple[str, ...] = ()
    subreason: dict[str, Any] = {}
    error_screen: dict[str, Any] = {}
    live_streamability: dict[str, Any] | None = None
    desktop_legacy_age_gate_reason: int | None = None

    @property
    def said(self) -> str:
        """All its sentences, in lower case."""
        texts = [self.reason, *self.messages, *_texts(self.subreason)]
        for screen in self.error_screen.values():
            if isinstance(screen, dict):
                texts += [*_texts(screen.get("reason")), *_texts(screen.get("subreason"))]
        # In the order of first mention, each once: the screen repeats the reason.
        return " | ".join(dict.fromkeys(text for text in texts if text)).lower()

    @property
    def is_scheduled(self) -> bool:
        return "scheduledStartTime" in str(self.live_streamability)


class VideoDetails(_Answer):
    video_id: str
    title: str = ""
    author: str = ""
    length_seconds: float = 0
    is_live: bool = False
    is_upcoming: bool = False


class StreamingData(_Answer):
    formats: tuple[dict[str, Any], ...] = ()
    adaptive_formats: tuple[dict[str, Any], ...] = ()


class _LiveBroadcast(_Answer):
    is_live_now: bool = False


class _MicroformatRenderer(_Answer):
    live_broadcast_details: _LiveBroadcast = _LiveBroadcast()


class _Microformat(_Answer):
    player_microformat_renderer: _MicroformatRenderer = _MicroformatRenderer()


class PlayerAnswer(_Answer):
    """The fields used of the player endpoint's answer."""

    playability_status: PlayabilityStatus = PlayabilityStatus()
    video_details: VideoDetails | None = None
    streaming_data: StreamingData = StreamingData()
    microformat: _Microformat = _Microformat()

    @property
    def is_live_now(self) -> bool:
        return self.microformat.player_microformat_renderer.live_broadcast_details.is_live_now


def refusal(answer: PlayerAnswer, video_id: str) -> Failure | None:
    """Why `answer` has no audio of `video_id`; None when it should have."""
    status, details = answer.playability_status, answer.video_details
    # Some clients answer with another video, whose flags do not apply.
    if details is not None and details.video_id != video_id:
        return _failure(Reason.YOUTUBE_REFUSED, status, f"answered with video {details.video_id!r}")
    if details is not None:
        if details.is_upcoming:
            return _failure(Reason.UPCOMING, status, "isUpcoming")
        if details.is_live or answer.is_live_now:
            return _failure(Reason.LIVE, status, "isLive")
    if status.status == "OK":
        if details is None:
            return _failure(Reason.YOUTUBE_REFUSED, status, "no videoDetails")
        if status.live_streamability is not None and not details.length_seconds:
            return _failure(Reason.LIVE, status, "liveStreamability without a length")
        return None
    return _failure(_reason(status), status)


#: Phrases of YouTube's English sentences, the most specific first: the first match decides.
_PHRASES: Final = tuple(
    (reason, re.compile(pattern))
    for reason, pattern in (
        (Reason.YOUTUBE_REFUSED, r"not a bot|unusual traffic|try again later|too many requests|on this app\b"),
        (Reason.AGE_RESTRICTED, r"your age|age.restricted|inappropriate (for|or offensive)|for some users"),
        (
            Reason.MEMBERS_ONLY,
            r"members.only|channel's members|join this channel|premium members|requires payment|purchase|to rent",
        ),
        (Reason.PRIVATE, r"\bprivate\b"),
        (Reason.REGION_BLOCKED, r"in your (country|region|location)"),
        (Reason.UPCOMING, r"premieres? (in|will)|live (event|stream) will begin|begins? in|processing this video"),
        (Reason.REMOVED, r"recording is not available|removed|deleted|terminated|closed|copyright|n't exist|not exist"),
        (Reason.REMOVED, r"no longer available"),
        (Reason.LIVE, r"live (event|stream)"),
    )
)


def reason_in(words: str) -> Reason | None:
    """The reason in YouTube's English sentences, as a library passes them on; None without one."""
    plain = words.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    return next((reason for reason, phrase in _PHRASES if phrase.search(plain)), None)


def _reason(status: PlayabilityStatus) -> Reason:
    if (reason := reason_in(status.said)) is not None:
        return reason
    if status.desktop_legacy_age_gate_reason:
        return Reason.AGE_RESTRICTED
    match status.status:
        case "AGE_VERIFICATION_REQUIRED" | "AGE_CHECK_REQUIRED" | "CONTENT_CHECK_REQUIRED":
            return Reason.AGE_RESTRICTED
        case "LIVE_STREAM_OFFLINE":
            return Reason.UPCOMING if status.is_scheduled else Reason.LIVE
        case "ERROR" if "unavailable" in status.said:  # the answer for deleted videos and unknown ids
            return Reason.REMOVED
        case _:  # also UNPLAYABLE "This video is not available": other clients often can play it
            return Reason.YOUTUBE_REFUSED


def _failure(reason: Reason, status: PlayabilityStatus, why: str = "") -> Failure:
    said = f"playability {status.status or 'missing'}: {status.said[:300]}"
    return Failure(reason=reason, detail=f"{why}; {said}" if why else said)


def _texts(node: Any) -> Iterator[str]:
    """The texts in one of YouTube's text values: a string, `simpleText`, or `runs` of `text`."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        yield from _texts(node.get("simpleText"))
        runs = node.get("runs")
        if isinstance(runs, list):
            yield "".join(str(run.get("text", "")) for run in runs if isinstance(run, dict))
