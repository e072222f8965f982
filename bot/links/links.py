"""Text to sources: the YouTube videos that a message names, and the reasons against its other links.

Pure, and total: any text gives an answer, in time linear in its length. No link is ever fetched: from a link only the
eleven characters of a video id (or a playlist's id) are kept, and every URL we use is rebuilt from them.
"""

from collections.abc import Iterator, Sequence

from bot.links.pages import Meaning, Playlist, meaning
from bot.links.spotting import Reading, spotted
from jobs.failures import Reason
from jobs.models import Value, YouTube

__all__ = ["Found", "Playlist", "find_sources", "parse_source"]


class Found(Value):
    """The sources of a message, in its order, without duplicates. `refused`: the reasons of links that name no video:
    NOT_YOUTUBE, CHANNEL, PLAYLIST or BAD_LINK; empty without such a link."""

    sources: tuple[YouTube, ...] = ()
    playlists: tuple[Playlist, ...] = ()
    refused: tuple[Reason, ...] = ()


def find_sources(text: str, hidden_urls: Sequence[str] = ()) -> Found:
    """All sources in one message. `hidden_urls`: targets of linked words. Never raises."""
    sources: dict[str, YouTube] = {}
    playlists: dict[str, Playlist] = {}
    refused: dict[Reason, None] = {}
    for one in _meanings(text, hidden_urls):
        for video in one.videos:
            sources.setdefault(video, YouTube(video_id=video))
        if one.playlist is not None:
            playlists.setdefault(one.playlist.playlist_id, one.playlist)
        if one.refused is not None:
            refused.setdefault(one.refused)
    return Found(sources=tuple(sources.values()), playlists=tuple(playlists.values()), refused=tuple(refused))


def parse_source(text: str) -> YouTube | Reason:
    """The one video `text` names (the first, when there are several), or why there is none. Never raises."""
    found = find_sources(text)
    if found.sources:
        return found.sources[0]
    return found.refused[0] if found.refused else Reason.BAD_LINK


def _meanings(text: str, hidden_urls: Sequence[str]) -> Iterator[Meaning]:
    for readings in spotted(text):
        yield from _best(readings)
    for url in hidden_urls:
        yield from _best([[url], *(reading for readings in spotted(url) for reading in readings)])


def _best(readings: Sequence[Reading]) -> list[Meaning]:
    """The meanings of the reading with the most videos; of equal ones the first."""
    best: list[Meaning] = []
    most = -1
    for reading in readings:
        found = [meaning(link) for link in reading]
        videos = sum(len(one.videos) for one in found)
        if videos > most:
            best, most = found, videos
    return best
