"""Text to sources: which YouTube videos a message names, and what was wrong with the other links in it.

Pure, and total: any text gives an answer, in time linear in its length. No link is ever fetched: from a link only the
eleven characters of a video id (or a playlist's id) are kept, and every URL we use is rebuilt from them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from jobs.failures import Reason
from jobs.models import Value, YouTube
from jobs.youtube import is_endless


class Playlist(Value):
    """A playlist named by a link. `alone`: the link names no video of it."""

    playlist_id: str
    alone: bool = False

    @property
    def endless(self) -> bool:
        """A mix (`RD…`) that is made up for each listener as they go: it must never be expanded."""
        return is_endless(self.playlist_id)


class Found(Value):
    """What a message holds, in its order, nothing twice. `refused` says what was wrong with links that name no video:
    NOT_YOUTUBE, CHANNEL, PLAYLIST or BAD_LINK; it is empty when there was no link at all."""

    sources: tuple[YouTube, ...] = ()
    playlists: tuple[Playlist, ...] = ()
    refused: tuple[Reason, ...] = ()


def find_sources(text: str, hidden_urls: Sequence[str] = ()) -> Found:
    """All sources in one message. `hidden_urls`: targets of links that hide behind words. Never raises."""
    sources: dict[str, YouTube] = {}
    playlists: dict[str, Playlist] = {}
    refused: dict[Reason, None] = {}
    for url in (*_candidates(text), *hidden_urls):
        meaning = _meaning(url)
        if meaning.video_id:
            sources.setdefault(meaning.video_id, YouTube(video_id=meaning.video_id))
        if meaning.playlist is not None:
            playlists.setdefault(meaning.playlist.playlist_id, meaning.playlist)
        if meaning.refused is not None:
            refused.setdefault(meaning.refused)
    return Found(sources=tuple(sources.values()), playlists=tuple(playlists.values()), refused=tuple(refused))


def parse_source(text: str) -> YouTube | Reason:
    """The one video `text` names (the first, when there are several), or why there is none. Never raises."""
    found = find_sources(text)
    if found.sources:
        return found.sources[0]
    return found.refused[0] if found.refused else Reason.BAD_LINK


# --- where links are in a text -------------------------------------------------------------------------------

# What ends a link: white space, invisible characters (zero width, direction marks), brackets, quotes, separators.
_DELIMITERS: Final = (
    r"\s\x00-\x1f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
    r"<>\"'`(){}\[\]|\\^,;«»\u2018-\u201f\u2039\u203a\u2026。、"
)
_WORD: Final = re.compile(rf"[^{_DELIMITERS}]+")
# A second link glued to the first; behind one of =/%&?# it is part of the first one's own address.
_GLUED: Final = re.compile(r"(?<![=/%&?#])(?=https?://)", re.IGNORECASE)
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,31}://")
_DOMAIN: Final = re.compile(r"(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}\.?(?::\d{0,9})?")
_BEFORE_HOST: Final = re.compile(r"\A[\W_]+")
_LONGEST: Final = 4096  # characters of a link that we still read


def _candidates(text: str) -> Iterator[str]:
    """What looks like a link in running text, with a scheme or without (`youtu.be/…`)."""
    # A semicolon ends a link, save the one of an ampersand that was escaped for HTML.
    for match in _WORD.finditer(text.replace("&amp;", "&")):
        for glued in _GLUED.split(match[0]):
            piece = glued.rstrip(".!?:*~")
            if scheme := _SCHEME.search(piece):
                yield piece[scheme.start() :]
            elif "/" in piece and (bare := _without_scheme(piece)):
                yield bare


def _without_scheme(piece: str) -> str | None:
    """`piece` from where its host begins, when it has the form `host.tld/…`; punctuation before it is dropped."""
    host, slash, rest = piece.partition("/")
    if len(host) > 300:
        return None
    before, colon, after = host.rpartition(":")
    if colon and not after.isdecimal():  # "Song:youtu.be/…", not a port
        host = after
    elif colon:
        host = before.rpartition(":")[2] + colon + after
    host = _BEFORE_HOST.sub("", host)
    if "@" in host:
        name, _, address = host.rpartition("@")
        return f"{host}{slash}{rest}" if name and _DOMAIN.fullmatch(address) else None
    return f"{host}{slash}{rest}" if _DOMAIN.fullmatch(host) else None


# --- what one link means -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Meaning:
    video_id: str | None = None
    playlist: Playlist | None = None
    refused: Reason | None = None


_BAD: Final = _Meaning(refused=Reason.BAD_LINK)
_ELSEWHERE: Final = _Meaning(refused=Reason.NOT_YOUTUBE)
_CHANNEL: Final = _Meaning(refused=Reason.CHANNEL)
_PLAYLIST: Final = _Meaning(refused=Reason.PLAYLIST)

_SHORT_HOSTS: Final = frozenset({"youtu.be", "www.youtu.be"})
_HOSTS: Final = _SHORT_HOSTS | {
    *("youtube.com", "www.youtube.com", "m.youtube.com", "music.youtube.com", "gaming.youtube.com"),
    *("youtube-nocookie.com", "www.youtube-nocookie.com"),
}
_PORTS: Final = {"http": 80, "https": 443}

# An id, alone or before something that cannot be part of one; marks of emphasis behind it are not part of it either.
_ID: Final = re.compile(r"([A-Za-z0-9_-]{10}[AEIMQUYcgkosw048])(?:[^A-Za-z0-9_-].*|[_*~-]+)?", re.DOTALL)
_LIST_ID: Final = re.compile(r"[A-Za-z0-9_-]{12,64}")
# Eleven characters long, with an id's last letter or nearly, and yet the names of players.
_NOT_IDS: Final = frozenset({"videoseries", "live_stream"})
_ONE_VIDEO: Final = frozenset({"watch", "shorts", "live", "embed", "v", "vi", "e"})
_NOT_A_CHANNEL: Final = frozenset({"clip", "attribution_link", "redirect", "oembed", "watch_videos", "post", "source"})


@dataclass(frozen=True)
class _Page:
    """A page of YouTube: path segments, and the parameters of its query (the first of each name)."""

    short: bool
    path: tuple[str, ...]
    query: dict[str, str] = field(default_factory=dict)


def _meaning(url: str, depth: int = 0) -> _Meaning:
    """What one link means. `depth`: links within links are followed once, on paper only."""
    url = url.replace("&amp;", "&").strip()
    if not url or len(url) > _LONGEST:
        return _BAD
    if not _SCHEME.match(url):
        url = f"https://{url}"
    try:
        split = urlsplit(url)
        port = split.port
    except ValueError:  # brackets, letters that normalise to a separator, a port that is no number
        return _BAD
    if split.scheme not in _PORTS or "\\" in url:
        return _BAD
    host = (split.hostname or "").removesuffix(".")
    if host not in _HOSTS or split.username is not None or port not in (None, _PORTS[split.scheme]):
        return _ELSEWHERE if host else _BAD
    return _meaning_of_page(_page(host, split), depth)


def _page(host: str, split: SplitResult) -> _Page:
    query: dict[str, str] = {}
    for name, parameter in parse_qsl(split.query, keep_blank_values=True):
        query.setdefault(name, parameter)
    path = tuple(unquote(segment) for segment in split.path.split("/") if segment)
    return _Page(short=host in _SHORT_HOSTS, path=path, query=query)


def _meaning_of_page(page: _Page, depth: int) -> _Meaning:
    first = page.path[0].lower() if page.path else ""
    second = page.path[1] if len(page.path) > 1 else ""
    if first in _ONE_VIDEO:
        named = page.query.get("v", second) if first == "watch" else second
        return _one_video(named, page)
    if page.short:
        return _one_video(page.path[0], page) if page.path else _BAD
    if first == "playlist":
        return _one_video("", page)
    if first == "attribution_link" and depth == 0:
        target = page.query.get("u", "")
        return _meaning(f"https://www.youtube.com{target}", depth + 1) if target.startswith("/") else _BAD
    if first == "redirect" and depth == 0:  # YouTube's own way out: usually to elsewhere, at times back to a video
        return _meaning(page.query.get("q", ""), depth + 1)
    if first == "browse":  # YouTube Music: albums, playlists, artists
        if second.startswith("VL"):
            return _one_video("", _Page(page.short, (), {"list": second[2:]}))
        return _PLAYLIST if second.startswith("MPRE") else _CHANNEL
    return _BAD if first in _NOT_A_CHANNEL else _CHANNEL


def _one_video(named: str, page: _Page) -> _Meaning:
    """The video `named`, or the playlist when there is no video. A playlist beside a video is remembered."""
    playlist = _playlist(page.query.get("list", ""))
    match = _ID.fullmatch(named)
    if match and named not in _NOT_IDS:
        return _Meaning(video_id=match[1], playlist=playlist)
    if named and named not in _NOT_IDS:
        return _BAD
    if playlist is None:
        if "list" in page.query:  # a list only its owner sees, or a damaged one
            return _PLAYLIST
        return _CHANNEL if named else _BAD
    return _Meaning(playlist=playlist.model_copy(update={"alone": True}), refused=Reason.PLAYLIST)


def _playlist(list_id: str) -> Playlist | None:
    """The playlist, unless the id is none. "Watch later" and "Liked" (`WL`, `LL`, `LM`) are too short to be one."""
    return Playlist(playlist_id=list_id) if _LIST_ID.fullmatch(list_id) else None
