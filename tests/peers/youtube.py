"""A stand-in for YouTube, reached through a proxy.

Processes with its `environment` find pages, player endpoint, media and covers of the added videos,
the playlists, and the search, under the real host names:

    with YouTubeStandIn() as site:
        video = site.add(Video("dQw4w9WgXcQ", title="Some Band - A Song"))
        ...  # start processes with os.environ | site.environment
        assert site.hosts == {"www.youtube.com", "i.ytimg.com", MEDIA_HOST}
"""

import json
import threading
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self
from urllib.parse import urlsplit

from tests.peers.media import MediaHandler
from tests.peers.pages import PAGE_VISITOR, PLAYER_SCRIPT, PLAYER_SCRIPT_PATH, SORRY, page
from tests.peers.playlists import ListTrouble, Playlist, further_page, playlist_page
from tests.peers.searches import Search, SearchTrouble, having, search_page
from tests.peers.tunnel import Tunnel
from tests.peers.videos import MEDIA_HOST, NOT_A_BOT, Asked, Trouble, Video, player_answer, unplayable

HOSTS = ("www.youtube.com", "youtube.com", "i.ytimg.com", MEDIA_HOST)


class YouTubeStandIn:
    """The site. `requests` are all requests to it, `refused_hosts` the requested hosts that it does not have."""

    def __init__(self) -> None:
        self.videos: dict[str, Video] = {}
        self.playlists: dict[str, Playlist] = {}
        self.searches: dict[str, Search] = {}
        self.requests: list[Asked] = []
        self.player_script = PLAYER_SCRIPT
        self._troubled: set[str] = set()
        self._flows = threading.Event()
        self._flows.set()
        self._folder = TemporaryDirectory(prefix="fl-bt-test-")
        self._certificate = Path(self._folder.name) / "authority.pem"
        self._tunnel = _Tunnel(HOSTS, _Handler)
        self._tunnel.site = self

    def __enter__(self) -> Self:
        self._tunnel.start(self._certificate)
        return self

    def __exit__(self, *_: object) -> None:
        self._tunnel.stop()
        self._folder.cleanup()

    def add(self, video: Video) -> Video:
        """Add a video to the site, in place of an older one of its id."""
        self.videos[video.video_id] = video
        return video

    def hold(self) -> None:
        """Answer no request for sound until `release`."""
        self._flows.clear()

    def release(self) -> None:
        self._flows.set()

    def wait_while_held(self) -> None:
        while not (self._flows.wait(0.05) or self._tunnel.closing.is_set()):
            pass

    def add_playlist(self, playlist: Playlist) -> Playlist:
        self.playlists[playlist.playlist_id] = playlist
        return playlist

    def add_search(self, search: Search) -> Search:
        """Answer these words so. Other words find the added videos that have them."""
        self.searches[search.words] = search
        return search

    @property
    def address(self) -> str:
        """Host and port of the proxy."""
        return f"127.0.0.1:{self._tunnel.server_port}"

    @property
    def credentials(self) -> set[str]:
        """The received values of `Proxy-Authorization`."""
        return self._tunnel.credentials

    @property
    def environment(self) -> dict[str, str]:
        """Variables for processes that use this site. With them, they trust no other certificate."""
        proxy = f"http://{self.address}"
        local = "127.0.0.1,localhost"
        return {
            "HTTPS_PROXY": proxy, "https_proxy": proxy, "NO_PROXY": local, "no_proxy": local,
            "SSL_CERT_FILE": str(self._certificate),
        }  # fmt: skip

    @property
    def hosts(self) -> set[str]:
        return {asked.host for asked in self.requests}

    @property
    def refused_hosts(self) -> list[str]:
        return self._tunnel.refused_hosts

    @property
    def media_requests(self) -> list[Asked]:
        return [asked for asked in self.requests if asked.host == MEDIA_HOST]

    def first_time(self, video: Video, trouble: Trouble) -> bool:
        """Whether `video` has this trouble and has not shown it yet."""
        with self._tunnel.lock:
            fresh = video.trouble is trouble and video.video_id not in self._troubled
            if fresh:
                self._troubled.add(video.video_id)
            return fresh


class _Tunnel(Tunnel):
    site: YouTubeStandIn


class _Handler(MediaHandler):
    server: _Tunnel

    def first_time(self, video: Video, trouble: Trouble) -> bool:
        return self.server.site.first_time(video, trouble)

    def do_POST(self) -> None:  # noqa: N802 - the name http.server asks for
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
        client = body.get("context", {}).get("client", {}).get("clientName", "")
        video_id, token = body.get("videoId", ""), body.get("continuation", "")
        list_id = token.partition(".")[0] or body.get("browseId", "").removeprefix("VL")
        list_id = list_id or body.get("url", "").partition("list=")[2]
        match self.host, self._note(video_id or list_id, client):
            case "www.youtube.com", "/youtubei/v1/player":
                self._player(video_id, client)
            case "www.youtube.com", "/youtubei/v1/browse":
                self._browse(list_id, token, body.get("params", ""))
            case "www.youtube.com", "/youtubei/v1/search":
                self._search(body.get("query", ""), body.get("params", ""), token)
            case _, path if path.endswith("/resolve_url"):
                self._resolve(list_id)
            case _:
                self.answer(404, SORRY, "text/html")

    def do_GET(self) -> None:  # noqa: N802 - as above
        query = self.query()
        still = self.path.split("/")[2] if self.path.startswith("/vi/") else ""
        path = self._note(query.get("id", query.get("v", query.get("list", still))))
        match self.host, path.split("/"):
            case host, _ if host == MEDIA_HOST and path == "/videoplayback":
                self.server.site.wait_while_held()
                self.media(self.server.site.videos[query["id"]], query)
            case "i.ytimg.com", ["", "vi", video_id, "maxresdefault.jpg"]:
                self._cover(self.server.site.videos[video_id])
            case _, ["", "watch"]:
                self._watch(query["v"])
            case _, ["", "embed", _]:
                self.answer(200, page({}, client_name="WEB_EMBEDDED_PLAYER"), "text/html")
            case "www.youtube.com", ["", "oembed"]:
                self._preview(query)
            case _, ["", "playlist"]:
                self._browse(query["list"])
            case _ if path == PLAYER_SCRIPT_PATH:
                self.answer(200, self.server.site.player_script, "text/javascript")
            case _:
                self.answer(404, SORRY, "text/html")

    def _preview(self, query: dict[str, str]) -> None:
        """The link preview of a video."""
        video = self.server.site.videos.get(urlsplit(query["url"]).query.removeprefix("v="))
        if video is None or query.get("format") != "json":
            self.answer(404, b"Not Found", "text/html")
        elif video.trouble is Trouble.CLOSED:
            self.answer(401, b"Unauthorized", "text/html")
        else:
            about = {"type": "video", "title": video.title, "author_name": video.author}
            self.answer(200, json.dumps(about).encode())

    def _watch(self, video_id: str) -> None:
        """The page of a video, with its title and length."""
        video = self.server.site.videos.get(video_id)
        gone = {"playabilityStatus": unplayable("ERROR", "Video unavailable")}
        player = player_answer(video, "", media=False) if video else gone
        content: dict[str, Any] = {"contents": {"twoColumnWatchNextResults": {"results": {}}}}
        seconds = video.seconds if video and "videoDetails" in player else None
        match video.trouble if video else None:
            case Trouble.PAGE_CONSENT:
                self.answer(302, b"", Location="https://consent.youtube.com/m?continue=x")
            case Trouble.PAGE_429:
                self.answer(429, b"", "text/html")
            case Trouble.PAGE_ROBOT:
                self.answer(200, page(content, {"playabilityStatus": NOT_A_BOT}), "text/html")
            case Trouble.PAGE_SILENT:
                self.begin(b"<!DOCTYPE html><html>", 1 << 20, "text/html")
                self.hang()
            case Trouble.PAGE_ENDLESS:
                self.begin(b"<!DOCTYPE html><html>", 1 << 40, "text/html")
                while not self.server.closing.is_set():
                    self.send(bytes(1 << 16))
            case _:
                self.answer(200, page(content, player, seconds=seconds), "text/html")

    def _browse(self, list_id: str, token: str = "", params: str = "") -> None:
        """A list, as a page (GET), or as the page's own request (POST)."""
        playlist = self.server.site.playlists.get(list_id)
        match playlist.trouble if playlist else None:
            case ListTrouble.FORBIDDEN:
                self.answer(403, b"")
            case ListTrouble.SILENT:
                self.hang()
            case ListTrouble.HTML:
                self.answer(200, SORRY, "text/html")
            case ListTrouble.BREAKS_OFF if token:
                self.answer(500, b"{}")
            case _:
                content = further_page(playlist, token) if playlist and token else playlist_page(playlist, params)
                as_page = self.command == "GET"
                self.answer(200, page(content) if as_page else json.dumps(content).encode(), "text/html")

    def _search(self, words: str, params: str, token: str) -> None:
        site = self.server.site
        search = site.searches.get(words) or having(words, site.videos.values())
        match search.trouble:
            case SearchTrouble.FORBIDDEN | SearchTrouble.TOO_MANY:
                self.answer(int(search.trouble[-3:]), b"{}")
            case SearchTrouble.HTML:
                self.answer(200, SORRY, "text/html")
            case SearchTrouble.SILENT:
                self.hang()
            case SearchTrouble.RESET:
                self.reset()
            case _:
                self.answer(200, json.dumps(search_page(search, params, token)).encode())

    def _resolve(self, list_id: str) -> None:
        """The request of libraries after a list's page without data."""
        playlist = self.server.site.playlists.get(list_id)
        if playlist is not None and playlist.trouble is ListTrouble.SILENT:
            self.hang()
        else:
            self.answer(404, SORRY, "text/html")

    def _player(self, video_id: str, client: str) -> None:
        site = self.server.site
        video = site.videos.get(video_id)
        if video is None:
            gone = {"playabilityStatus": {"status": "ERROR", "reason": "Video unavailable"}}
            self.answer(200, json.dumps({"responseContext": {"visitorData": "x"}} | gone).encode())
            return
        match video.trouble:
            case Trouble.PLAYER_403 | Trouble.PLAYER_429 | Trouble.PLAYER_500:
                self.answer(int(video.trouble[-3:]), b"{}")
            case Trouble.PLAYER_HTML:
                self.answer(200, SORRY, "text/html")
            case Trouble.CONSENT:
                self.answer(302, b"", Location="https://consent.youtube.com/m?continue=x")
            case Trouble.PLAYER_SILENT:
                self.hang()
            case Trouble.PLAYER_ENDLESS:
                self.begin(b'{"a":"', 1 << 40, "application/json")
                while not self.server.closing.is_set():
                    self.send(b"x" * (1 << 16))
            case Trouble.PLAYER_NESTED:
                self.answer(200, b"[" * 2_000_000 + b"]" * 2_000_000)
            case Trouble.PLAYER_RESET:
                self.reset()
            case Trouble.PLAYER_RESET_ONCE if site.first_time(video, Trouble.PLAYER_RESET_ONCE):
                self.reset()
            case _:
                page_opened = self.headers.get("X-Goog-Visitor-Id") == PAGE_VISITOR
                signed_in = "SAPISIDHASH" in self.headers.get("Authorization", "")
                answer = player_answer(video, client, page_opened=page_opened, signed_in=signed_in)
                self.answer(200, json.dumps(answer).encode())

    def _cover(self, video: Video) -> None:
        if video.trouble is Trouble.COVER_SILENT:
            self.begin(b"", 1000, "image/jpeg")
            self.hang()
        else:
            self.answer(404 if video.cover is None else 200, video.cover or b"", "image/jpeg")

    def _note(self, video_id: str, client: str = "") -> str:
        path = urlsplit(self.path).path
        cookies = self.headers.get("Cookie", "")
        self.server.site.requests.append(Asked(self.host, self.command, path, self.query(), video_id, client, cookies))
        return path
