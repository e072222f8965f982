"""A server with one archive to download, like a release page of a code forge."""

import hashlib
import io
import tarfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PATH = "/4stems.tar.gz"


class Release(ThreadingHTTPServer):
    """A release page that serves one archive and counts requests."""

    def __init__(self, body: bytes, *, sent: int | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Page)
        self.body = body
        self.sent = len(body) if sent is None else sent  # bytes that arrive before the connection breaks
        self.asked = 0
        self.tells_length = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}{PATH}"


class _Page(BaseHTTPRequestHandler):
    server: Release

    def do_GET(self) -> None:
        if self.path == PATH:  # as GitHub does
            self.send_response(302)
            self.send_header("Location", f"/elsewhere{PATH}")
            self.end_headers()
            return
        self.server.asked += 1
        self.send_response(200)
        if self.server.tells_length:
            self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body[: self.server.sent])

    def log_message(self, *args: object) -> None:
        pass


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def tar(content: dict[str, bytes], *extra: tarfile.TarInfo) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, body in content.items():
            member = tarfile.TarInfo(f"./{name}")
            member.size = len(body)
            archive.addfile(member, io.BytesIO(body))
        for member in extra:
            archive.addfile(member)
    return packed.getvalue()
