"""Chooses a video's stream: the original track, as it was mastered, in a format that decodes well. Pure.

A video may carry dubs in other languages, spoken descriptions, and "stable volume" (DRC) renderings of each; players
choose by the viewer's language, so neither the first, the last nor the default one is certain to be the original.
"""

from collections.abc import Iterable
from typing import Any, Final, Literal
from urllib.parse import parse_qs, urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from jobs.models import Value

_PREFERRED: Final = {140: 2, 251: 1}  # AAC-LC 128 kbit/s in mp4, Opus 160 kbit/s in webm; others by bit rate


class AudioStream(Value):
    """One stream with audio. `url` is empty until the player's script has signed it. `bytes_`: None where the site
    states no size in its list."""

    itag: int
    url: str
    container: Literal["mp4", "webm"]
    bytes_: int | None
    bits_per_second: int = 0
    seconds: float | None = None
    xtags: str = ""
    track: Literal["original", "default", "other"] = "original"
    drc: bool = False
    with_video: bool = False


def audio_streams(formats: Iterable[dict[str, Any]]) -> tuple[AudioStream, ...]:
    """The streams with audio among the `formats` and `adaptiveFormats` of a player's answer.

    Left out: streams of size 0, streams in pieces with addresses of their own (OTF, live), and streams that only
    YouTube's own player protocol (SABR) can fetch.
    """
    return tuple(stream for raw in formats if (stream := _audio_stream(raw)) is not None)


def choose(streams: Iterable[AudioStream]) -> AudioStream | None:
    """The stream to fetch: original track, not DRC, audio alone, mp4 140, then webm 251, then the highest bit rate."""
    ranks = {"original": 2, "default": 1, "other": 0}
    return max(
        streams,
        key=lambda stream: (
            ranks[stream.track],
            not stream.drc,
            not stream.with_video,
            _PREFERRED.get(stream.itag, 0),
            stream.bytes_ is not None,
            stream.bits_per_second,
        ),
        default=None,
    )


class _AudioTrack(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)

    id: str = ""  # language and role: "en.4" is original, ".3" and ".10" are dubs, ".2" a description
    display_name: str = ""
    audio_is_default: bool = False


class _Format(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)

    itag: int
    mime_type: str
    content_length: int | None = Field(default=None, gt=0)
    type: str = ""
    url: str = ""
    signature_cipher: str = ""
    bitrate: int = 0
    approx_duration_ms: float | None = None
    audio_track: _AudioTrack | None = None
    is_drc: bool = False


def _audio_stream(raw: dict[str, Any]) -> AudioStream | None:
    try:
        format_ = _Format.model_validate(raw)
    except ValidationError:  # one odd format must not hide the others
        return None
    kind, _, codecs = format_.mime_type.partition(";")
    medium, _, container = kind.partition("/")
    with_video = medium == "video"
    if (with_video and "," not in codecs) or medium not in ("audio", "video"):
        return None
    address = format_.url or parse_qs(format_.signature_cipher).get("url", [""])[0]
    told = parse_qs(urlsplit(address).query)
    in_pieces = format_.type.endswith("_OTF") or told.get("source", [""])[0] in ("yt_otf", "yt_live_broadcast")
    if not address or container not in ("mp4", "webm") or in_pieces:
        return None
    xtags = told.get("xtags", [""])[0]
    tags = dict(part.partition("=")[::2] for part in xtags.split(":"))
    return AudioStream(
        itag=format_.itag,
        url=format_.url,
        container="mp4" if container == "mp4" else "webm",
        bytes_=format_.content_length or _size(told.get("clen", [""])[0]),
        bits_per_second=format_.bitrate,
        seconds=format_.approx_duration_ms / 1000 if format_.approx_duration_ms else None,
        xtags=xtags,
        track=_track(format_.audio_track, tags.get("acont", "")),
        drc=format_.is_drc or tags.get("drc") == "1" or tags.get("vb") == "1",
        with_video=with_video,
    )


def _size(told: str) -> int | None:
    """The size in an address, if it has one."""
    return int(told) if told.isascii() and told.isdecimal() and len(told) < 16 and int(told) else None


def _track(track: _AudioTrack | None, content: str) -> Literal["original", "default", "other"]:
    if content:
        return "original" if content == "original" else "other"
    if track is None or track.id.endswith(".4") or "original" in track.display_name.lower():
        return "original"
    return "default" if track.audio_is_default else "other"
