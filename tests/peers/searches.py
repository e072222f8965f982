"""The search of the stand-in for YouTube: one page of results, in either layout, with what stands between them."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Any

from tests.peers.playlists import clock
from tests.peers.videos import Video

Json = dict[str, Any]

VIDEOS_ONLY = "EgIQAfABAQ=="  # the parameter of the filter "Videos"
PAGE = 20  # results
_BROWSE: Json = {"browseEndpoint": {"browseId": "UCstandinstandinstandin0", "canonicalBaseUrl": "/@standin"}}


@unique
class SearchTrouble(StrEnum):
    """A trouble of a search."""

    FORBIDDEN = "the answer is 403"
    TOO_MANY = "the answer is 429"
    HTML = "the answer is a page"
    CHANGED = "the results are in an unknown place"
    SILENT = "nothing is ever answered"
    RESET = "the connection is reset"


@dataclass(frozen=True)
class Result:
    """One result. `upcoming`: a premiere. `live` and `upcoming` ones have no length."""

    video_id: str
    title: str = "Some Band - A Song"
    channel: str = "Some Band"
    seconds: int | None = 200
    live: bool = False
    upcoming: bool = False


@dataclass(frozen=True)
class Search:
    """The answer to certain words, in place of the site's videos that have them. `lockups`: in the newer layout."""

    words: str
    results: tuple[Result, ...] = ()
    lockups: bool = False
    trouble: SearchTrouble | None = None


def having(words: str, videos: Iterable[Video]) -> Search:
    """The videos whose title or channel has all of the words."""
    wanted = _plain(words).split()
    found = [video for video in videos if all(word in _plain(f"{video.title} {video.author}") for word in wanted)]
    return Search(words, tuple(Result(one.video_id, one.title, one.author, round(one.seconds)) for one in found))


def search_page(search: Search, params: str = "", token: str = "") -> Json:
    """The answer of the endpoint `search`, also to the `token` of a further page. Without the filter, a channel and a
    playlist are among the results."""
    start = int(token.rpartition(".")[2] or 0)
    context: Json = {"responseContext": {"visitorData": "CgtzdGFuZC1pbi1pZA%3D%3D"}, "estimatedResults": "1234"}
    if search.trouble is SearchTrouble.CHANGED:
        return context | {"contents": {}, "onScreen": [_video(one) for one in search.results]}
    draw = _lockup if search.lockups else _video
    rows = [draw(one) for one in search.results[start : start + PAGE]]
    if params != VIDEOS_ONLY:
        rows = [_CHANNEL, _PLAYLIST, *rows]
    rows = [_AD, *rows, _SHELF] if rows or start else [_NOTHING]
    contents: list[Json] = [{"itemSectionRenderer": {"contents": rows}}]
    if search.results[start : start + PAGE]:  # also behind the last page: there is one more, without results
        command = {"continuationCommand": {"token": f"{search.words}.{start + PAGE}"}}
        contents.append({"continuationItemRenderer": {"continuationEndpoint": command}})
    if start:
        return context | {
            "onResponseReceivedCommands": [{"appendContinuationItemsAction": {"continuationItems": contents}}]
        }
    primary = {"primaryContents": {"sectionListRenderer": {"contents": contents, "hideBottomSeparator": True}}}
    return context | {"contents": {"twoColumnSearchResultsRenderer": primary}}


def _video(one: Result) -> Json:
    byline = {"runs": [{"text": one.channel, "navigationEndpoint": _BROWSE}]}
    video: Json = {
        "videoId": one.video_id,
        "title": {"runs": [{"text": one.title}], "accessibility": {"accessibilityData": {"label": _label(one)}}},
        "longBylineText": byline,
        "ownerText": byline,
        "shortBylineText": byline,
        "navigationEndpoint": {"watchEndpoint": {"videoId": one.video_id}},
        "badges": [],
    }
    style = "LIVE" if one.live else "UPCOMING" if one.upcoming else "DEFAULT"
    if one.live:
        video["badges"] = [{"metadataBadgeRenderer": {"style": "BADGE_STYLE_TYPE_LIVE_NOW", "label": "LIVE"}}]
        video["viewCountText"] = {"runs": [{"text": "12"}, {"text": " watching"}]}
        shown: Json = {"runs": [{"text": "LIVE"}]}
    elif one.upcoming:
        video["upcomingEventData"] = {"startTime": "1900000000", "isReminderSet": False}
        shown = {"runs": [{"text": "UPCOMING"}]}
    else:
        video["publishedTimeText"] = {"simpleText": "10 years ago"}
        video["viewCountText"] = {"simpleText": "1,234,567 views"}
        shown = {"simpleText": clock(one.seconds or 0)}
        if one.seconds is not None:
            video["lengthText"] = shown
    if one.live or one.upcoming or one.seconds is not None:
        video["thumbnailOverlays"] = [{"thumbnailOverlayTimeStatusRenderer": {"text": shown, "style": style}}]
    return {"videoRenderer": video}


def _lockup(one: Result) -> Json:
    badge: Json | None = None
    if one.live:
        badge = {"text": "LIVE", "badgeStyle": "THUMBNAIL_OVERLAY_BADGE_STYLE_LIVE"}
    elif one.upcoming:
        badge = {"text": "UPCOMING", "badgeStyle": "THUMBNAIL_OVERLAY_BADGE_STYLE_DEFAULT"}
    elif one.seconds is not None:
        badge = {"text": clock(one.seconds), "badgeStyle": "THUMBNAIL_OVERLAY_BADGE_STYLE_DEFAULT"}
    badges = [{"thumbnailBadgeViewModel": badge}] if badge else []
    overlay = {"thumbnailBottomOverlayViewModel": {"badges": badges}}
    owner = {"content": one.channel, "commandRuns": [{"onTap": {"innertubeCommand": _BROWSE}}]}
    numbers = [{"text": {"content": "1.2M views"}}, {"text": {"content": "10 years ago"}, "accessibilityLabel": "then"}]
    rows = [{"metadataParts": [{"text": owner}]}, {"metadataParts": numbers}]
    metadata = {"title": {"content": one.title}, "metadata": {"contentMetadataViewModel": {"metadataRows": rows}}}
    return {
        "lockupViewModel": {
            "contentId": one.video_id,
            "contentType": "LOCKUP_CONTENT_TYPE_VIDEO",
            "contentImage": {"thumbnailViewModel": {"image": {"sources": []}, "overlays": [overlay]}},
            "metadata": {"lockupMetadataViewModel": metadata},
        }
    }


def _label(one: Result) -> str:
    length = "" if one.seconds is None or one.live or one.upcoming else f" {one.seconds // 60} minutes"
    return f"{one.title} by {one.channel} 1,234,567 views 10 years ago{length}"


def _plain(text: str) -> str:
    """Without case and accents, for which YouTube does not look."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in bare if not unicodedata.combining(sign))


_AD: Json = {"adSlotRenderer": {"fulfillmentContent": {"fulfilledLayout": {"inFeedAdLayoutRenderer": {}}}}}
_SHELF: Json = {
    "shelfRenderer": {
        "title": {"simpleText": "People also watched"},
        "content": {"verticalListRenderer": {"items": [_video(Result("shelfshelfA", "Not what was searched for"))]}},
    }
}
_NOTHING: Json = {
    "backgroundPromoRenderer": {
        "title": {"runs": [{"text": "No results found"}]},
        "bodyText": {"runs": [{"text": "Try different keywords or remove search filters"}]},
    }
}
_CHANNEL: Json = {
    "channelRenderer": {"channelId": "UCstandinstandinstandin0", "title": {"simpleText": "Some Band"}, **_BROWSE}
}
_PLAYLIST: Json = {"playlistRenderer": {"playlistId": f"PL{'a' * 32}", "title": {"simpleText": "Songs to practise"}}}
