"""The playlists of the stand-in for YouTube: pages of a hundred videos each, in either layout, and troubles."""

from dataclasses import dataclass, replace
from enum import StrEnum, unique
from typing import Any, Literal

Json = dict[str, Any]

PAGE = 100  # videos
UNAVAILABLE = "wgYCCAA="  # the parameter of the button "Show unavailable videos"


@unique
class ListTrouble(StrEnum):
    """A trouble of a list."""

    PRIVATE = "the list is private"
    FORBIDDEN = "all answers are 403"
    HTML = "the page holds nothing that we know"
    SILENT = "nothing is ever answered"
    BREAKS_OFF = "further pages cannot be had"
    ENDLESS = "there is always a further page, with the same videos"


@dataclass(frozen=True)
class Entry:
    """One video in a list. `gone`: private or deleted, with only a placeholder left."""

    video_id: str
    title: str = "Some Band - A Song"
    seconds: int | None = 200
    gone: Literal["Private", "Deleted"] | None = None
    live: bool = False


@dataclass(frozen=True)
class Playlist:
    """A list of the stand-in. `lockups`: in the newer of YouTube's layouts."""

    playlist_id: str
    entries: tuple[Entry, ...] = ()
    title: str = "Songs to practise"
    lockups: bool = False
    trouble: ListTrouble | None = None


def numbered(count: int, **more: Any) -> tuple[Entry, ...]:
    """`count` different videos."""
    return tuple(replace(Entry(f"list{n:06d}A", f"Song {n}"), **more) for n in range(count))


def playlist_page(playlist: Playlist | None, params: str = "") -> Json:
    """`ytInitialData` of a list's page, and the answer of the endpoint `browse`."""
    if playlist is None:
        return _alert("The playlist does not exist.")
    if playlist.trouble is ListTrouble.PRIVATE:
        return _alert("This playlist is private.")
    shown = playlist.entries
    if params != UNAVAILABLE:
        shown = tuple(entry for entry in shown if entry.gone is None)
    rows = _rows(playlist, shown, 0)
    section: Json = {"itemSectionRenderer": {"contents": rows}}
    if not playlist.lockups:
        video_list = {"contents": rows, "playlistId": playlist.playlist_id, "canReorder": False}
        section = {"itemSectionRenderer": {"contents": [{"playlistVideoListRenderer": video_list}]}}
    if not shown:
        message = {"messageRenderer": {"text": {"simpleText": "No videos in this playlist yet"}}}
        section = {"itemSectionRenderer": {"contents": [message]}}
    count = [{"text": str(len(playlist.entries))}, {"text": " videos"}]
    return {
        "responseContext": {"visitorData": "CgtzdGFuZC1pbi1pZA%3D%3D"},
        "contents": {
            "twoColumnBrowseResultsRenderer": {
                "tabs": [
                    {"tabRenderer": {"selected": True, "content": {"sectionListRenderer": {"contents": [section]}}}}
                ]
            }
        },
        "metadata": {"playlistMetadataRenderer": {"title": playlist.title}},
        "header": {
            "playlistHeaderRenderer": {
                "playlistId": playlist.playlist_id,
                "title": {"simpleText": playlist.title},
                "stats": [{"runs": count}, {"simpleText": "12 views"}],
                "numVideosText": {"runs": count},
                "ownerText": {"runs": [{"text": "Some Band"}]},
                "privacy": "PUBLIC",
            }
        },
    }


def further_page(playlist: Playlist, token: str) -> Json:
    """The answer of the endpoint `browse` to a continuation."""
    rows = _rows(playlist, playlist.entries, int(token.rpartition(".")[2]))
    return {
        "responseContext": {"visitorData": "CgtzdGFuZC1pbi1pZA%3D%3D"},
        "onResponseReceivedActions": [{"appendContinuationItemsAction": {"continuationItems": rows}}],
    }


def _rows(playlist: Playlist, entries: tuple[Entry, ...], start: int) -> list[Json]:
    first = 0 if playlist.trouble is ListTrouble.ENDLESS else start
    row = _lockup if playlist.lockups else _row
    rows = [row(entry) for entry in entries[first : first + PAGE]]
    if len(entries) > start + PAGE or playlist.trouble is ListTrouble.ENDLESS:
        command = {"continuationCommand": {"token": f"{playlist.playlist_id}.{start + PAGE}"}}
        rows.append({"continuationItemRenderer": {"continuationEndpoint": command}})
    return rows


def _row(entry: Entry) -> Json:
    title = f"[{entry.gone} video]" if entry.gone else entry.title
    row: Json = {"videoId": entry.video_id, "title": {"runs": [{"text": title}]}, "isPlayable": entry.gone is None}
    if entry.live:
        status = {"style": "LIVE", "text": {"runs": [{"text": "LIVE"}]}}
        row["thumbnailOverlays"] = [{"thumbnailOverlayTimeStatusRenderer": status}]
    elif entry.seconds is not None and not entry.gone:
        row["lengthSeconds"] = str(entry.seconds)
        row["lengthText"] = {"simpleText": clock(entry.seconds)}
    return {"playlistVideoRenderer": row}


def _lockup(entry: Entry) -> Json:
    title = f"[{entry.gone} video]" if entry.gone else entry.title
    badges: list[Json] = []
    if entry.live:
        badges = [{"thumbnailBadgeViewModel": {"text": "LIVE", "badgeStyle": "THUMBNAIL_OVERLAY_BADGE_STYLE_LIVE"}}]
    elif entry.seconds is not None and not entry.gone:
        badges = [{"thumbnailBadgeViewModel": {"text": clock(entry.seconds)}}]
    overlay = {"thumbnailBottomOverlayViewModel": {"badges": badges}}
    return {
        "lockupViewModel": {
            "contentId": entry.video_id,
            "contentType": "LOCKUP_CONTENT_TYPE_VIDEO",
            "contentImage": {"thumbnailViewModel": {"image": {"sources": []}, "overlays": [overlay]}},
            "metadata": {"lockupMetadataViewModel": {"title": {"content": title}}},
        }
    }


def clock(seconds: int) -> str:
    """A length as the site writes it: `3:20`."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def _alert(text: str) -> Json:
    return {"responseContext": {}, "alerts": [{"alertRenderer": {"type": "ERROR", "text": {"simpleText": text}}}]}
