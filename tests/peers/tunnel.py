"""An HTTP proxy on the loopback interface that terminates TLS: servers under real host names.

Certificates come from an authority made for the run, which processes have to trust (`SSL_CERT_FILE`).
"""

import contextlib
import socket
import ssl
import struct
import sys
import threading
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import trustme


class Tunnel(ThreadingHTTPServer):
    """Serves `hosts` with `handler`, each connection in a thread. `closing` is set when answers have to end."""

    daemon_threads = False  # so that closing waits for every answer

    def __init__(self, hosts: Iterable[str], handler: type["TunnelHandler"]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.hosts = frozenset(hosts)
        self.refused_hosts: list[str] = []
        self.credentials: set[str] = set()
        self.closing = threading.Event()
        self.lock = threading.Lock()
        self._authority = trustme.CA(organization_name="Made for one test run")
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05})

    def start(self, certificate: Path) -> None:
        """Begin to serve, and write the authority's certificate."""
        self._authority.cert_pem.write_to_path(str(certificate))
        self._thread.start()

    def stop(self) -> None:
        self.closing.set()
        self.shutdown()
        self.server_close()
        self._thread.join()

    def context(self, host: str) -> ssl.SSLContext:
        with self.lock:
            if host not in self._contexts:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                self._authority.issue_cert(host).configure_cert(context)
                self._contexts[host] = context
            return self._contexts[host]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignores broken connections, since clients are killed during answers; prints all other errors."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class TunnelHandler(BaseHTTPRequestHandler):
    """One connection: CONNECT, then TLS, then requests to `host`, answered by a subclass's `do_GET` and `do_POST`."""

    protocol_version = "HTTP/1.1"
    timeout = 20  # seconds that a connection may stay without a request
    server: Tunnel
    host = ""

    def do_CONNECT(self) -> None:
        host = self.path.rpartition(":")[0]
        if credentials := self.headers.get("Proxy-Authorization"):
            self.server.credentials.add(credentials)
        if host not in self.server.hosts:
            self.server.refused_hosts.append(host)
            self.send_error(502, "No such site")
            return
        self.send_response_only(200, "Connection established")
        self.end_headers()
        try:
            tunnel = self.server.context(host).wrap_socket(self.connection, server_side=True)
        except OSError:  # the client does not trust us, or has left
            self.close_connection = True
            return
        self.host, self.connection = host, tunnel
        self.rfile, self.wfile = tunnel.makefile("rb"), tunnel.makefile("wb")
        self.close_connection = False

    def answer(self, status: int, body: bytes, kind: str = "application/json", **headers: str) -> None:
        """A whole answer."""
        self._head(status, len(body), kind, **headers)
        self.send(body)

    def begin(self, body: bytes, promised: int, kind: str) -> None:
        """Begins an answer with a stated length of `promised`."""
        self._head(200, promised, kind)
        self.send(body)

    def begin_chunks(self, kind: str) -> None:
        """Begins an answer without a length; `chunk` after `chunk`, the last one empty."""
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def chunk(self, body: bytes) -> None:
        self.send(b"%x\r\n%b\r\n" % (len(body), body))

    def send(self, body: bytes) -> None:
        self.wfile.write(body)
        self.wfile.flush()

    def hang(self) -> None:
        """Send nothing more until the server closes."""
        self.server.closing.wait()
        self.close_connection = True

    def reset(self) -> None:
        """End the connection with a reset, in the middle of TLS."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def finish(self) -> None:
        with contextlib.suppress(OSError):
            super().finish()
        self.connection.close()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name http.server asks for
        pass

    def _head(self, status: int, length: int, kind: str, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(length))
        for name, text in headers.items():
            self.send_header(name, text)
        self.end_headers()
