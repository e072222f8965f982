"""The videos of the stand-in for YouTube: their details, and their troubles."""

import time
from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import Any, Literal
from urllib.parse import urlencode

from tests.peers.pages import RIDDLE
from tests.peers.tones import picture, song

MEDIA_HOST = "rr3---sn-standin.googlevideo.com"

Json = dict[str, Any]


@unique
class Trouble(StrEnum):
    """A trouble, as seen on the real site."""

    # At the player endpoint
    PLAYER_403 = "player answers 403"
    PLAYER_429 = "player answers 429"
    PLAYER_500 = "player answers 500"
    PLAYER_HTML = "player answers a page"
    PLAYER_EMPTY = "player answers {}"
    PLAYER_RESET = "player connection is reset"
    PLAYER_RESET_ONCE = "player connection is reset the first time"
    PLAYER_SILENT = "player never answers"
    PLAYER_ENDLESS = "player's answer never ends"
    PLAYER_NESTED = "player answers a list of lists of lists"
    CONSENT = "player redirects to a consent page"
    WRONG_ID = "player answers with another video"
    CLIENT_REFUSED = "only the IOS client gets an answer"
    STRANGERS_REFUSED = "only who opened the video's page first gets an answer"
    RIDDLES = "addresses work for who ran the player's script on them"
    SIGN_IN = "only who is signed in gets an answer"
    # At the media host
    MEDIA_403 = "media answers 403"
    MEDIA_404 = "media answers 404"
    MEDIA_429 = "media answers 429"
    MEDIA_503_ONCE = "media answers 503 the first time"
    MEDIA_HTML = "media answers a page"
    MEDIA_REDIRECT = "media redirects to another site"
    MEDIA_JUNK = "media are bytes that do not decode"
    MEDIA_CUT = "media end early, and resuming brings nothing"
    MEDIA_RESET = "media connections are always reset half-way, and resuming brings nothing"
    MEDIA_RESET_ONCE = "the first media connection is reset half-way"
    MEDIA_TRICKLE = "media trickle"
    MEDIA_STALL = "media stand still half-way"
    # In formats without a size
    SIZE_ASKED = "formats tell no size, an answer to a range does"
    SIZE_NOWHERE = "nobody tells a size, and media come in chunks; behind the end is 416"
    SIZE_EMPTY_END = "nobody tells a size; behind the end is nothing"
    SIZE_RESET_ONCE = "nobody tells a size, and the first connection is reset half-way"
    SIZE_SHORT_ONCE = "nobody tells a size, and the first answer ends before it said"
    SIZE_TOO_LARGE = "an answer to a range tells more than there is"
    SIZE_TOO_SMALL = "an answer to a range tells less than there is"
    SIZE_HUGE = "an answer to a range tells a terabyte"
    SIZE_CUT = "nobody tells a size, and media end early"
    SIZE_ENDLESS = "nobody tells a size, and media have no end"
    IN_PIECES = "formats tell no size, since they come in pieces with addresses of their own"
    # At the page of a video
    PAGE_CONSENT = "the page redirects to one that asks for consent"
    PAGE_429 = "the page answers 429"
    PAGE_ROBOT = "the page asks whether one is a robot"
    PAGE_SILENT = "the page stands still half-way"
    PAGE_ENDLESS = "the page never ends"
    # In other answers
    CLOSED = "it may be shown on the site alone"
    COVER_SILENT = "the cover never comes"
    OTHER_LENGTH = "the audio is shorter than the video says"


#: Troubles of formats without a size.
UNSIZED = {trouble for trouble in Trouble if trouble.name.startswith("SIZE_")} | {Trouble.IN_PIECES}


@dataclass(frozen=True)
class Track:
    """One audio format: `language` with `role` (original, dubbed-auto, descriptive), if there are several."""

    itag: int
    container: Literal["mp4", "webm"]
    bitrate: int
    language: str = ""
    role: str = "original"
    is_default: bool = True
    drc: bool = False

    @property
    def xtags(self) -> str:
        tags = [f"acont={self.role}", f"lang={self.language}"] if self.language else []
        return ":".join([*(["drc=1"] if self.drc else []), *tags])


AAC = Track(140, "mp4", 129_000)
OPUS = Track(251, "webm", 135_000)
OPUS_LOW = Track(249, "webm", 52_000)

NAMES = {"en": "English", "de": "German", "es": "Spanish"}
ROLES = {"original": 4, "dubbed": 3, "dubbed-auto": 10, "descriptive": 2}


@dataclass(frozen=True)
class Video:
    """A video of the stand-in. `playability` replaces `playabilityStatus`; `claims` overwrite details."""

    video_id: str
    title: str = "Some Band - A Song (Official Video)"
    author: str = "Some Band"
    seconds: float = 3.0
    tracks: tuple[Track, ...] = (OPUS_LOW, AAC, OPUS)
    trouble: Trouble | None = None
    playability: Json = field(default_factory=lambda: {"status": "OK", "playableInEmbed": True})
    claims: Json = field(default_factory=dict)
    cover: bytes | None = field(default_factory=picture, repr=False)
    audio: bytes | None = field(default=None, repr=False)  # in place of the chord, for every track
    redirect: str = "https://www.google.com/sorry/index"  # the target of MEDIA_REDIRECT

    @property
    def watch_url(self) -> str:
        return f"https://www.youtube.com/watch?v={self.video_id}"

    def media(self, track: Track) -> bytes:
        if self.audio is not None:
            return self.audio
        seconds = self.seconds / 3 if self.trouble is Trouble.OTHER_LENGTH else self.seconds
        media = song(seconds, track.container)
        return bytes(len(media)) if self.trouble is Trouble.MEDIA_JUNK else media

    def track(self, itag: str, xtags: str) -> Track | None:
        return next((track for track in self.tracks if str(track.itag) == itag and track.xtags == xtags), None)


@dataclass(frozen=True)
class Asked:
    """One request, inside TLS. `video_id`: of the video or list; `client`: the name of the player's client; `cookies`:
    those sent."""

    host: str
    method: str
    path: str
    query: dict[str, str]
    video_id: str = ""
    client: str = ""
    cookies: str = ""


def unplayable(status: str, reason: str, subreason: str = "", **more: Any) -> Json:
    """A `playabilityStatus` that refuses."""
    words: Json = {"reason": {"simpleText": reason}}
    if subreason:
        words["subreason"] = {"runs": [{"text": subreason}]}
    return {"status": status, "reason": reason, "errorScreen": {"playerErrorMessageRenderer": words}, **more}


NOT_A_BOT = unplayable("LOGIN_REQUIRED", "Sign in to confirm you\N{RIGHT SINGLE QUOTATION MARK}re not a bot")


def player_answer(
    video: Video, client: str, *, page_opened: bool = False, signed_in: bool = False, media: bool = True
) -> Json:
    """The player endpoint's JSON for `video` and `client`, with or without its `media`.

    `page_opened`: after the video's page.
    """
    context: Json = {"responseContext": {"visitorData": "CgtzdGFuZC1pbi1pZA%3D%3D", "serviceTrackingParams": []}}
    if client == "WEB":  # only for the visitor id
        return context | {"playabilityStatus": unplayable("UNPLAYABLE", "The page needs to be reloaded.")}
    if video.trouble is Trouble.PLAYER_EMPTY:
        return context
    if video.trouble is Trouble.RIDDLES and client == "VISIONOS":  # this client gets addresses without riddles
        return context | {"playabilityStatus": NOT_A_BOT}
    if (video.trouble is Trouble.STRANGERS_REFUSED and not page_opened) or (
        video.trouble is Trouble.SIGN_IN and not signed_in
    ):
        return context | {"playabilityStatus": NOT_A_BOT}
    if video.trouble is Trouble.CLIENT_REFUSED and client != "IOS":
        return context | {"playabilityStatus": unplayable("UNPLAYABLE", "This video is not available")}
    answer: Json = context | {"playabilityStatus": video.playability}
    if video.playability["status"] in ("LOGIN_REQUIRED", "ERROR"):
        return answer  # the real one states no details of these
    answer["videoDetails"] = {
        "videoId": "aaaaaaaaaaA" if video.trouble is Trouble.WRONG_ID else video.video_id,
        "title": video.title,
        "lengthSeconds": str(round(video.seconds)),
        "channelId": "UCstandinstandinstandin0",
        "shortDescription": "",
        "isCrawlable": True,
        "allowRatings": True,
        "viewCount": "1",
        "author": video.author,
        "isPrivate": False,
        "isUnpluggedCorpus": False,
        "isLiveContent": False,
        **video.claims,
    }
    if media and video.playability["status"] == "OK":
        answer["streamingData"] = {
            "expiresInSeconds": "21540",
            "formats": [],
            "adaptiveFormats": [_picture_format(video), *(_format(video, track) for track in video.tracks)],
            "serverAbrStreamingUrl": f"https://{MEDIA_HOST}/videoplayback?sabr=1&id={video.video_id}",
        }
        ustreamer = {"videoPlaybackUstreamerConfig": "c3RhbmQtaW4="}
        answer["playerConfig"] = {"mediaCommonConfig": {"mediaUstreamerRequestConfig": ustreamer}}
    return answer


def _format(video: Video, track: Track) -> Json:
    size = len(video.media(track))
    codec = {"mp4": "mp4a.40.2", "webm": "opus"}[track.container]
    query = {
        "expire": str(int(time.time()) + 21540), "id": video.video_id, "itag": str(track.itag), "source": "youtube",
        "mime": f"audio/{track.container}", "clen": str(size), "dur": f"{video.seconds:.3f}",
        "sig": "AJfQdSsw",
    }  # fmt: skip
    if video.trouble is Trouble.RIDDLES:
        query["n"] = RIDDLE
    if track.xtags:
        query["xtags"] = track.xtags
    format_: Json = {
        "itag": track.itag,
        "url": f"https://{MEDIA_HOST}/videoplayback?{urlencode(query)}",
        "mimeType": f'audio/{track.container}; codecs="{codec}"',
        "bitrate": track.bitrate,
        "averageBitrate": track.bitrate,
        "lastModified": "1700000000000000",
        "contentLength": str(size),
        "quality": "tiny",
        "audioQuality": "AUDIO_QUALITY_MEDIUM",
        "approxDurationMs": str(round(video.seconds * 1000)),
        "audioSampleRate": "48000",
        "audioChannels": 2,
    }
    if video.trouble in UNSIZED:
        del format_["contentLength"]
        format_["url"] = format_["url"].replace(f"&clen={size}", "")
    if video.trouble is Trouble.IN_PIECES:
        format_["type"] = "FORMAT_STREAM_TYPE_OTF"
    if track.drc:
        format_["isDrc"] = True
    if track.language:
        name = NAMES[track.language] + (" original" if track.role == "original" else "")
        id_ = f"{track.language}.{ROLES[track.role]}"
        format_["audioTrack"] = {"displayName": name, "id": id_, "audioIsDefault": track.is_default}
    return format_


def _picture_format(video: Video) -> Json:
    return {
        "itag": 137,
        "url": f"https://{MEDIA_HOST}/videoplayback?id={video.video_id}&itag=137&sig=AJfQdSsw",
        "mimeType": 'video/mp4; codecs="avc1.640028"',
        "bitrate": 4_000_000,
        "width": 1920,
        "height": 1080,
        "fps": 25,
        "lastModified": "1700000000000000",
        "contentLength": "4000000",
        "approxDurationMs": str(round(video.seconds * 1000)),
    }
