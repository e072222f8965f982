"""Parsing of one link: a video, a playlist, or the reason why it is neither. Pure; no link is ever fetched.

Old and new forms of YouTube's own addresses, other sites that show its videos by their ids, and links around links, to
a bounded depth. Only ids are kept.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from bot.links.spotting import links_in
from bot.links.wrappers import carried, is_wrapper
from jobs.failures import Reason
from jobs.models import Value
from jobs.youtube import is_endless


class Playlist(Value):
    """A playlist named by a link. `alone`: the link names no video of it."""

    playlist_id: str
    alone: bool = False

    @property
    def endless(self) -> bool:
        """A mix (`RD…`) that is made up for each listener as they go: it must never be expanded."""
        return is_endless(self.playlist_id)


@dataclass(frozen=True)
class Meaning:
    """The videos and the playlist that a link names. `refused`: the reason if it names no video."""

    videos: tuple[str, ...] = ()
    playlist: Playlist | None = None
    refused: Reason | None = None

    @property
    def holds(self) -> bool:
        return bool(self.videos) or self.playlist is not None


_BAD: Final = Meaning(refused=Reason.BAD_LINK)
_ELSEWHERE: Final = Meaning(refused=Reason.NOT_YOUTUBE)
_CHANNEL: Final = Meaning(refused=Reason.CHANNEL)
_PLAYLIST: Final = Meaning(refused=Reason.PLAYLIST)

_LONGEST: Final = 4096  # characters of a link; longer ones are refused
_NESTING: Final = 4  # links within links
_READINGS: Final = 48  # of one link and of all within it

_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{0,31})://")
_PORTS: Final = {"http": 80, "https": 443}
#: Of apps: what follows is an address, a page, or an id.
_APPS: Final = frozenset(
    {
        *("youtube", "vnd.youtube", "vnd.youtube.launch", "youtubemusic", "ytmusic", "intent", "android-app"),
        *("googlechrome", "googlechromes", "freetube", "newpipe", "firefox", "brave", "tg", "whatsapp"),
    }
)  # fmt: skip
_APP_PACKAGE: Final = re.compile(r"com\.google\.android\.[a-z.]{1,40}/https?:?/{1,2}")

_SHORT: Final = frozenset({"youtu.be", "www.youtu.be", "m.youtu.be", "y2u.be", "www.y2u.be"})
_YOUTUBE: Final = re.compile(
    r"(?:[a-z0-9-]{1,63}\.){0,2}youtube\.com|(?:www\.)?(?:youtube-nocookie|youtubekids|youtubeeducation)\.com"
    r"|(?:www-|m-|music-)youtube-com\.translate\.goog"
)
#: Other sites that show YouTube's videos by their ids. Their other pages are ignored.
_MIRRORS: Final = re.compile(
    r"(?:invidious|piped)\.(?:[a-z0-9-]{1,63}\.){0,3}[a-z]{2,24}|redirect\.invidious\.io|(?:www\.)?yewtu\.be"
    r"|inv\.nadeko\.net|vid\.puffyan\.us|(?:www\.)?hooktube\.com|(?:www\.)?invidio\.us|(?:www\.)?yout-ube\.com"
    r"|youtube\.googleapis\.com|(?:img|i\d?)\.(?:youtube|ytimg)\.com"
)

# An id, alone or before something that cannot be part of one; marks of emphasis behind it are not part of it either.
_ID: Final = re.compile(r"([A-Za-z0-9_-]{10}[AEIMQUYcgkosw048])(?:[^A-Za-z0-9_-].*|[_*~-]+)?", re.DOTALL)
_LIST_ID: Final = re.compile(r"[A-Za-z0-9_-]{12,64}")
_DASHES: Final = (("--", "-"), ("--", "--"), ("-", "-"))  # that \u2014 and \u2013 may have been
# Eleven characters long, with an id's last letter or nearly, and yet the names of players.
_NOT_IDS: Final = frozenset({"videoseries", "live_stream"})
_BY_QUERY: Final = frozenset({"watch", "watch_popup", "watch.php", "movie", "ytscreeningroom", "get_video_info"})
_BY_PATH: Final = frozenset(
    {"shorts", "short", "live", "embed", "v", "vi", "e", "vi_webp", "an", "an_webp", "video", "w"}
)
#: Pages that redirect. A video id of their own is only the referring page.
_CARRIERS: Final = frozenset({"redirect", "attribution_link", "oembed", "signin", "verify_age", "verify_controversy"})
_NOT_A_CHANNEL: Final = _CARRIERS | {"clip", "watch_videos", "post", "source"}


def meaning(url: str) -> Meaning:
    """The meaning of one link. Never raises."""
    return _Reader().read(url, 0)


class _Reader:
    """Reads one link, and the links within it: at most `_NESTING` deep and `_READINGS` in all."""

    def __init__(self) -> None:
        self._left = _READINGS

    def read(self, url: str, depth: int) -> Meaning:
        self._left -= 1
        url = url.strip()
        if not url or len(url) > _LONGEST or depth > _NESTING or self._left < 0:
            return _BAD
        scheme = _SCHEME.match(url)
        if scheme is None:
            url = f"https://{url}"
        elif scheme[1].lower() in _APPS:
            return self._app(url[scheme.end() :], depth)
        try:
            split = urlsplit(url)
            port = split.port
        except ValueError:  # brackets, letters that normalise to a separator, a port that is no number
            return _BAD
        if split.scheme not in _PORTS or "\\" in url:
            return _BAD
        host = (split.hostname or "").removesuffix(".")
        if not host:
            return _BAD
        if split.username is not None or port not in (None, _PORTS[split.scheme]):
            return _ELSEWHERE
        return self._site(host, split, depth)

    def _site(self, host: str, split: SplitResult, depth: int) -> Meaning:
        if host in _SHORT:
            return _page(split, short=True)
        if _MIRRORS.fullmatch(host):
            found = _page(split)
            return Meaning(videos=found.videos) if found.videos else _ELSEWHERE
        if _YOUTUBE.fullmatch(host):
            found = _page(split)
            if found.holds:
                return found
            inside = self._inside(split, depth, base="https://www.youtube.com")
            first = split.path.strip("/").partition("/")[0].lower()
            return inside if inside and (inside.holds or first in _CARRIERS) else found
        if is_wrapper(host):
            inside = self._inside(split, depth)
            return inside if inside and inside.holds else _ELSEWHERE
        return _ELSEWHERE

    def _inside(self, split: SplitResult, depth: int, base: str = "") -> Meaning | None:
        """The meaning of the first link within a link that names anything, else of the first. `base`: of bare paths."""
        first = None
        for text in carried(split):
            for link in links_in(f"{base}{text}" if base and text.startswith("/") else text):
                found = self.read(link, depth + 1)
                if found.holds:
                    return found
                first = first or found
        return first

    def _app(self, rest: str, depth: int) -> Meaning:
        """The meaning of an app's link."""
        rest = _APP_PACKAGE.sub("", rest, count=1)
        if _id(rest.partition("/")[0]):
            return _one_video(rest.partition("/")[0], {})
        if rest.partition("?")[0].lower().strip("/") in _BY_QUERY:
            rest = f"www.youtube.com/{rest.lstrip('/')}"
        found = self.read(rest, depth + 1)
        if found.holds or "?" not in rest:
            return found
        inside = self._inside(urlsplit(f"https://app/?{rest.partition('?')[2]}"), depth)
        return inside if inside and inside.holds else _BAD


# --- YouTube's own pages -----------------------------------------------------------------------------------------


def _page(split: SplitResult, *, short: bool = False) -> Meaning:
    """The meaning of an address of YouTube, as it is or repaired."""
    plain = _read_page(split.path, split.query, short=short)
    if plain.videos:
        return plain
    for path, query in _repairs(split, short=short):
        is_of_video = short or path.strip("/").partition("/")[0].lower() in _BY_QUERY | _BY_PATH
        if is_of_video and (repaired := _read_page(path, query, short=short)).videos:
            return repaired
    return plain


def _repairs(split: SplitResult, *, short: bool) -> Iterator[tuple[str, str]]:
    """Repaired paths and queries of a damaged address."""
    rest = f"{split.path}?{split.query}" if split.query else split.path
    for _ in range(2):
        head, separator, tail = rest.replace("&", "?", 1).partition("?") if "?" not in rest else rest.partition("?")
        yield head, (tail if separator else "").replace("?", "&")
        rest = unquote(rest)
        yield rest.partition("?")[0], rest.partition("?")[2].replace("?", "&")
    if split.fragment and not short:
        fragment = unquote(split.fragment).lstrip("!/")
        if fragment.startswith("p/"):  # of channels, long ago: #p/u/3/ID
            yield f"/v/{fragment.rpartition('/')[2]}", ""
        yield fragment.partition("?")[0], fragment.partition("?")[2]
        yield "/watch", fragment


def _read_page(path: str, query: str, *, short: bool) -> Meaning:
    parameters: dict[str, str] = {}
    for name, parameter in parse_qsl(query, keep_blank_values=True):
        parameters.setdefault(name.lower(), parameter)
    segments = [unquote(segment) for segment in path.split("/") if segment]
    first = segments[0].lower() if segments else ""
    second = segments[1] if len(segments) > 1 else ""
    if first in _BY_QUERY:
        return _one_video(
            parameters.get("v") or parameters.get("video_id") or parameters.get("vi") or second, parameters
        )
    if first in _BY_PATH:
        return _one_video(second or parameters.get("v", ""), parameters)
    if short:
        return _one_video(segments[0] if segments else parameters.get("v", ""), parameters)
    if first == "playlist":
        return _one_video("", parameters)
    if first == "watch_videos":
        videos = [video for part in parameters.get("video_ids", "").split(",") if (video := _id(part))]
        return Meaning(videos=tuple(dict.fromkeys(videos))) if videos else _BAD
    if first == "browse":  # YouTube Music: albums, playlists, artists
        if second.startswith("VL"):
            return _one_video("", {"list": second[2:]})
        return _PLAYLIST if second.startswith("MPRE") else _CHANNEL
    if first not in _CARRIERS and (video := _id(parameters.get("v") or parameters.get("vi") or "")):
        return _one_video(video, parameters)
    return _BAD if first in _NOT_A_CHANNEL else _CHANNEL


def _one_video(named: str, parameters: dict[str, str]) -> Meaning:
    """The video `named`, or the playlist when there is no video. A playlist beside a video is remembered."""
    playlist = _playlist(parameters.get("list", ""))
    if video := _id(named):
        return Meaning(videos=(video,), playlist=playlist)
    if named and named not in _NOT_IDS:
        return _BAD
    if playlist is None:
        if "list" in parameters:  # a list only its owner sees, or a damaged one
            return _PLAYLIST
        return _CHANNEL if named else _BAD
    return Meaning(playlist=playlist.model_copy(update={"alone": True}), refused=Reason.PLAYLIST)


def _id(named: str) -> str | None:
    """The video id that `named` is, or begins with."""
    named = named.strip(" \"'<>\u2018\u2019\u201c\u201d")
    if named in _NOT_IDS:
        return None
    if match := _ID.fullmatch(named):
        return match[1]
    if named.startswith("3D") and (match := _ID.fullmatch(named[2:])):  # "v=3D…": "=" as mails write it
        return match[1]
    for em, en in _DASHES:  # phones make one long dash of two hyphens
        if match := _ID.fullmatch(named.replace("\u2014", em).replace("\u2013", en)):
            return match[1]
    return None


def _playlist(list_id: str) -> Playlist | None:
    """The playlist, unless the id is none. "Watch later" and "Liked" (`WL`, `LL`, `LM`) are too short to be one."""
    return Playlist(playlist_id=list_id) if _LIST_ID.fullmatch(list_id) else None
