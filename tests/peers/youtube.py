"""A stand-in for YouTube, reached the way people behind blocked addresses reach the real one: through a proxy.

A TLS-terminating proxy on the loopback interface, with a certificate authority of its own. Processes that run with its
`environment` find the player endpoint, media and covers of the videos that were added, under the real host names:

    with YouTubeStandIn() as site:
        video = site.add(Video("dQw4w9WgXcQ", title="Some Band - A Song"))
        ...  # start processes with os.environ | site.environment
        assert site.hosts == {"www.youtube.com", "i.ytimg.com", MEDIA_HOST}
"""

import contextlib
import json
import socket
import ssl
import struct
import sys
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import trustme

from tests.peers.videos import MEDIA_HOST, Trouble, Video, player_answer

HOSTS = frozenset({"www.youtube.com", "youtube.com", "i.ytimg.com", MEDIA_HOST})
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
        self.refused_hosts: list[str] = []
        self.closing = threading.Event()
        self._authority = trustme.CA(organization_name="A stand-in for tests")
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._lock = threading.Lock()
        self._troubled: set[str] = set()
        self._folder = TemporaryDirectory(prefix="fl-bt-test-")
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.site = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    def __enter__(self) -> Self:
        self._authority.cert_pem.write_to_path(str(self._certificate))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self._folder.cleanup()

    def add(self, video: Video) -> Video:
        """Put a video on the site, in place of an older one of its id."""
        self.videos[video.video_id] = video
        return video

    @property
    def environment(self) -> dict[str, str]:
        """Variables for processes that shall find this site. With them, they trust no other certificate."""
        proxy = f"http://127.0.0.1:{self._server.server_port}"
        local = "127.0.0.1,localhost"
        return {
            "HTTPS_PROXY": proxy, "https_proxy": proxy, "NO_PROXY": local, "no_proxy": local,
            "SSL_CERT_FILE": str(self._certificate),
        }  # fmt: skip

    @property
    def hosts(self) -> set[str]:
        return {asked.host for asked in self.requests}

    @property
    def media_requests(self) -> list[Asked]:
        return [asked for asked in self.requests if asked.host == MEDIA_HOST]

    @property
    def _certificate(self) -> Path:
        return Path(self._folder.name) / "authority.pem"

    def context(self, host: str) -> ssl.SSLContext:
        with self._lock:
            if host not in self._contexts:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                self._authority.issue_cert(host).configure_cert(context)
                self._contexts[host] = context
            return self._contexts[host]

    def first_time(self, video: Video, trouble: Trouble) -> bool:
        """Whether `video` has this trouble and has not shown it yet."""
        with self._lock:
            fresh = video.trouble is trouble and video.video_id not in self._troubled
            if fresh:
                self._troubled.add(video.video_id)
            return fresh


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # so that closing waits for every answer under way
    site: YouTubeStandIn

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients are killed in the middle of answers here; anything else that goes wrong must be seen."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 20  # seconds that a connection may stay without a request
    server: _Server
    host = ""

    # --- the proxy

    def do_CONNECT(self) -> None:
        host = self.path.rpartition(":")[0]
        if host not in HOSTS:
            self.server.site.refused_hosts.append(host)
            self.send_error(502, "No such site")
            return
        self.send_response_only(200, "Connection established")
        self.end_headers()
        try:
            tunnel = self.server.site.context(host).wrap_socket(self.connection, server_side=True)
        except OSError:  # it does not trust us, or left
            self.close_connection = True
            return
        self.host, self.connection = host, tunnel
        self.rfile, self.wfile = tunnel.makefile("rb"), tunnel.makefile("wb")
        self.close_connection = False

    def finish(self) -> None:
        with contextlib.suppress(OSError):
            super().finish()
        self.connection.close()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name http.server asks for
        pass

    # --- the site

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
        client = body.get("context", {}).get("client", {}).get("clientName", "")
        path = self._note(body.get("videoId", ""), client)
        if self.host == "www.youtube.com" and path == "/youtubei/v1/player":
            self._player(body.get("videoId", ""), client)
        else:
            self._answer(404, PAGE, "text/html")

    def do_GET(self) -> None:
        query = self._query()
        still = self.path.split("/")[2] if self.path.startswith("/vi/") else ""
        path = self._note(query.get("id", query.get("v", still)))
        match self.host, path.split("/"):
            case host, _ if host == MEDIA_HOST and path == "/videoplayback":
                self._media(self.server.site.videos[query["id"]], query)
            case "i.ytimg.com", ["", "vi", video_id, "maxresdefault.jpg"]:
                cover = self.server.site.videos[video_id].cover
                self._answer(404 if cover is None else 200, cover or b"", "image/jpeg")
            case _, ["", "watch"]:
                self._answer(200, b'<script src="/s/player/0123abcd/player_ias.vflset/en_US/base.js">', "text/html")
            case _, [*_, "base.js"]:
                self._answer(200, b"var a={signatureTimestamp:20400};", "text/javascript")
            case _:
                self._answer(404, PAGE, "text/html")

    def _player(self, video_id: str, client: str) -> None:
        site = self.server.site
        video = site.videos.get(video_id)
        if video is None:
            gone = {"playabilityStatus": {"status": "ERROR", "reason": "Video unavailable"}}
            self._answer(200, json.dumps({"responseContext": {"visitorData": "x"}} | gone).encode())
            return
        match video.trouble:
            case Trouble.PLAYER_403 | Trouble.PLAYER_429 | Trouble.PLAYER_500:
                self._answer(int(video.trouble[-3:]), b"{}")
            case Trouble.PLAYER_HTML:
                self._answer(200, PAGE, "text/html")
            case Trouble.CONSENT:
                self._answer(302, b"", Location="https://consent.youtube.com/m?continue=x")
            case Trouble.PLAYER_SILENT:
                site.closing.wait()
                self.close_connection = True
            case Trouble.PLAYER_RESET:
                self._reset()
            case Trouble.PLAYER_RESET_ONCE if site.first_time(video, Trouble.PLAYER_RESET_ONCE):
                self._reset()
            case _:
                self._answer(200, json.dumps(player_answer(video, client)).encode())

    def _media(self, video: Video, query: dict[str, str]) -> None:
        if self._refuse_media(video):
            return
        site = self.server.site
        track = video.track(query["itag"], query.get("xtags", ""))
        if track is None:
            self._answer(404, b"")
            return
        media = video.media(track)
        first, last = (int(end) for end in query.get("range", f"0-{len(media) - 1}").split("-"))
        asked, kind = media[first : last + 1], f"audio/{track.container}"
        begun = media[first : min(last + 1, len(media) // 2)]
        match video.trouble:
            case Trouble.MEDIA_CUT:
                self._answer(200, begun, kind)
            case Trouble.MEDIA_RESET:
                self._partly(begun, len(asked), kind)
                self._reset()
            case Trouble.MEDIA_RESET_ONCE if site.first_time(video, Trouble.MEDIA_RESET_ONCE):
                self._partly(begun, len(asked), kind)
                self._reset()
            case Trouble.MEDIA_STALL:
                self._partly(begun, len(asked), kind)
                site.closing.wait()
                self.close_connection = True
            case Trouble.MEDIA_TRICKLE:
                self._partly(b"", len(asked), kind)
                for position in range(len(asked)):
                    if site.closing.wait(0.1):
                        break
                    self.wfile.write(asked[position : position + 1])
                    self.wfile.flush()
                self.close_connection = True
            case _:
                self._answer(200, asked, kind)

    def _refuse_media(self, video: Video) -> bool:
        """Answer with something else than media, for videos that have this trouble."""
        match video.trouble:
            case Trouble.MEDIA_403 | Trouble.MEDIA_404 | Trouble.MEDIA_429:
                self._answer(int(video.trouble[-3:]), b"", "text/plain")
            case Trouble.MEDIA_503_ONCE if self.server.site.first_time(video, Trouble.MEDIA_503_ONCE):
                self._answer(503, b"")
            case Trouble.MEDIA_HTML:
                self._answer(200, PAGE, "text/html; charset=utf-8")
            case Trouble.MEDIA_REDIRECT:
                self._answer(302, b"", Location="https://www.google.com/sorry/index")
            case _:
                return False
        return True

    # --- answers

    def _note(self, video_id: str, client: str = "") -> str:
        path = urlsplit(self.path).path
        self.server.site.requests.append(Asked(self.host, self.command, path, self._query(), video_id, client))
        return path

    def _query(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}

    def _answer(self, status: int, body: bytes, kind: str = "application/json", **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, text in headers.items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def _partly(self, body: bytes, promised: int, kind: str) -> None:
        """An answer that promises more than is sent now."""
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(promised))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def _reset(self) -> None:
        """End the connection the rude way: with a reset, in the middle of TLS."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True
