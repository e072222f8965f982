"""A stand-in for YouTube, reached the way people behind blocked addresses reach the real one: through a proxy.

Processes that run with its `environment` find the player endpoint, media and covers of the videos that were added,
under the real host names:

    with YouTubeStandIn() as site:
        video = site.add(Video("dQw4w9WgXcQ", title="Some Band - A Song"))
        ...  # start processes with os.environ | site.environment
        assert site.hosts == {"www.youtube.com", "i.ytimg.com", MEDIA_HOST}
"""

import json
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self
from urllib.parse import parse_qs, urlsplit

from tests.peers.tunnel import Tunnel, TunnelHandler
from tests.peers.videos import MEDIA_HOST, Trouble, Video, player_answer

HOSTS = ("www.youtube.com", "youtube.com", "i.ytimg.com", MEDIA_HOST)
PAGE = b"<!DOCTYPE html><html><body>Sorry, something went wrong.</body></html>"


@dataclass(frozen=True)
class Asked:
    """One request that arrived, inside TLS. `video_id`: of the video; `client`: who the player was asked as."""

    host: str
    method: str
    path: str
    query: dict[str, str]
    video_id: str = ""
    client: str = ""


class YouTubeStandIn:
    """The site. `requests` is everything it was asked, `refused_hosts` the hosts it was asked for and does not have."""

    def __init__(self) -> None:
        self.videos: dict[str, Video] = {}
        self.requests: list[Asked] = []
        self._troubled: set[str] = set()
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
        """Put a video on the site, in place of an older one of its id."""
        self.videos[video.video_id] = video
        return video

    @property
    def environment(self) -> dict[str, str]:
        """Variables for processes that shall find this site. With them, they trust no other certificate."""
        proxy = f"http://127.0.0.1:{self._tunnel.server_port}"
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


class _Handler(TunnelHandler):
    server: _Tunnel

    def do_POST(self) -> None:  # noqa: N802 - the name http.server asks for
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
        client = body.get("context", {}).get("client", {}).get("clientName", "")
        video_id = body.get("videoId", "")
        path = self._note(video_id, client)
        if self.host == "www.youtube.com" and path == "/youtubei/v1/player":
            self._player(video_id, client)
        else:
            self.answer(404, PAGE, "text/html")

    def do_GET(self) -> None:  # noqa: N802 - as above
        query = self._query()
        still = self.path.split("/")[2] if self.path.startswith("/vi/") else ""
        path = self._note(query.get("id", query.get("v", still)))
        match self.host, path.split("/"):
            case host, _ if host == MEDIA_HOST and path == "/videoplayback":
                self._media(self.server.site.videos[query["id"]], query)
            case "i.ytimg.com", ["", "vi", video_id, "maxresdefault.jpg"]:
                self._cover(self.server.site.videos[video_id])
            case _, ["", "watch"]:
                self.answer(200, b'<script src="/s/player/0123abcd/player_ias.vflset/en_US/base.js">', "text/html")
            case _, [*_, "base.js"]:
                self.answer(200, b"var a={signatureTimestamp:20400};", "text/javascript")
            case _:
                self.answer(404, PAGE, "text/html")

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
                self.answer(200, PAGE, "text/html")
            case Trouble.CONSENT:
                self.answer(302, b"", Location="https://consent.youtube.com/m?continue=x")
            case Trouble.PLAYER_SILENT:
                self.hang()
            case Trouble.PLAYER_RESET:
                self.reset()
            case Trouble.PLAYER_RESET_ONCE if site.first_time(video, Trouble.PLAYER_RESET_ONCE):
                self.reset()
            case _:
                self.answer(200, json.dumps(player_answer(video, client)).encode())

    def _cover(self, video: Video) -> None:
        if video.trouble is Trouble.COVER_SILENT:
            self.begin(b"", 1000, "image/jpeg")
            self.hang()
        else:
            self.answer(404 if video.cover is None else 200, video.cover or b"", "image/jpeg")

    def _media(self, video: Video, query: dict[str, str]) -> None:
        if self._refuse_media(video):
            return
        site = self.server.site
        track = video.track(query["itag"], query.get("xtags", ""))
        if track is None:
            self.answer(404, b"")
            return
        media = video.media(track)
        first, last = (int(end) for end in query.get("range", f"0-{len(media) - 1}").split("-"))
        asked, kind = media[first : last + 1], f"audio/{track.container}"
        begun = media[first : min(last + 1, len(media) // 2)]
        match video.trouble:
            case Trouble.MEDIA_CUT:
                self.answer(200, begun, kind)
            case Trouble.MEDIA_RESET:
                self.begin(begun, len(asked), kind)
                self.reset()
            case Trouble.MEDIA_RESET_ONCE if site.first_time(video, Trouble.MEDIA_RESET_ONCE):
                self.begin(begun, len(asked), kind)
                self.reset()
            case Trouble.MEDIA_STALL:
                self.begin(begun, len(asked), kind)
                self.hang()
            case Trouble.MEDIA_TRICKLE:
                self.begin(b"", len(asked), kind)
                for position in range(len(asked)):
                    if self.server.closing.wait(0.1):
                        break
                    self.send(asked[position : position + 1])
                self.close_connection = True
            case _:
                self.answer(200, asked, kind)

    def _refuse_media(self, video: Video) -> bool:
        """Answer with something else than media, for videos that have this trouble."""
        match video.trouble:
            case Trouble.MEDIA_403 | Trouble.MEDIA_404 | Trouble.MEDIA_429:
                self.answer(int(video.trouble[-3:]), b"", "text/plain")
            case Trouble.MEDIA_503_ONCE if self.server.site.first_time(video, Trouble.MEDIA_503_ONCE):
                self.answer(503, b"")
            case Trouble.MEDIA_HTML:
                self.answer(200, PAGE, "text/html; charset=utf-8")
            case Trouble.MEDIA_REDIRECT:
                self.answer(302, b"", Location="https://www.google.com/sorry/index")
            case _:
                return False
        return True

    def _note(self, video_id: str, client: str = "") -> str:
        path = urlsplit(self.path).path
        self.server.site.requests.append(Asked(self.host, self.command, path, self._query(), video_id, client))
        return path

    def _query(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
