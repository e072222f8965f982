"""All requests to YouTube: limits on hosts, number and slowness; ranged downloads that always end.

Everything goes through urllib, the libraries' requests too, so the proxy and certificate variables of the environment
(`HTTPS_PROXY`, `NO_PROXY`, `SSL_CERT_FILE`) apply, unless a proxy is given. Errors become `Failed` here: an answer that
refuses us is YOUTUBE_REFUSED, no connection to the site is NETWORK, a connection that stands still or is too slow is
STALLED.
"""

import contextlib
import re
import socket
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import Final, NoReturn
from urllib.error import HTTPError, URLError
from urllib.parse import unquote, urlsplit
from urllib.request import BaseHandler, ProxyHandler, Request, build_opener, install_opener, urlopen

from pydantic import SecretStr

from jobs.failures import Failed, Failure, Reason, failed
from jobs.monitoring.redaction import without_secrets
from worker.sources.youtube.capped import LONGEST_ANSWER, cap

SOCKET_SECONDS: Final = 12.0  # without a byte
PATIENCE: Final = 30.0  # seconds over which a download's rate is judged
SLOWEST: Final = 2048  # bytes per second: a song at a hundredth of the speed of listening
RANGE_BYTES: Final = 9 << 20  # googlevideo slows down longer answers
MOST_RANGES: Final = 10  # longer songs get longer ranges, so that the number of a job's requests is bounded
AGENT: Final = "Mozilla/5.0"  # pytubefix's; urllib's own name would stand out
BARREN: Final = 3  # attempts in a row without a byte
BROKEN: Final = 8  # attempts that ended early
PIECE: Final = 1 << 16  # bytes read at once

_HOSTS: Final = re.compile(r"(?:www\.)?youtube\.com|i\.ytimg\.com|(?:[a-z0-9-]+\.)+googlevideo\.com")
_MEDIA: Final = ".googlevideo.com"
_SIZE: Final = re.compile(r"[1-9][0-9]{0,14}")
_BUSY: Final = (500, 502, 503, 504)  # worth another attempt


class Gate(BaseHandler):
    """Checks every request of the process before it is sent, redirects and the libraries' requests included.

    Only TLS to YouTube's hosts passes, whatever other handlers could open. `refused` keeps the last refusal, since a
    library may swallow the exception.
    """

    handler_order = 0  # before all others

    def __init__(self, most: int) -> None:
        self.left = most
        self.refused: Failure | None = None

    def https_request(self, request: Request) -> Request:
        host = request.host.lower()
        if not _HOSTS.fullmatch(host):
            self._refuse(f"sent to another host, {host[:100]}")  # a consent or "sorry" page
        if self.left <= 0:
            self._refuse("too many requests were needed")
        self.left -= 1
        return request

    def https_response(self, request: Request, response: HTTPResponse) -> HTTPResponse:
        """Caps the length of answers, except media: see `download`."""
        if not request.host.lower().endswith(_MEDIA):
            cap(response, LONGEST_ANSWER, lambda: self._refuse(f"an answer without end from {request.host[:100]}"))
        return response

    def default_open(self, request: Request) -> None:
        """urllib calls this for every address, before the handler of its scheme (http, ftp, file, data)."""
        if request.type != "https":
            self._refuse(f"sent to {(request.host or 'a file')[:100]} without TLS")

    def _refuse(self, why: str) -> NoReturn:
        self.refused = self.refused or Failure(reason=Reason.YOUTUBE_REFUSED, detail=why)
        raise Failed(self.refused)


def open_gate(most: int, proxy: SecretStr | None = None) -> Gate:
    """Installs a gate for every request of this process, and a time-out on every socket.

    `most`: the number of requests allowed. `proxy`: an http:// address, in place of the environment's.
    """
    gate = Gate(most)
    socket.setdefaulttimeout(SOCKET_SECONDS)
    ways = [ProxyHandler(dict.fromkeys(("http", "https"), proxy.get_secret_value()))] if proxy else []
    opener = build_opener(gate, *ways)
    opener.addheaders = [("User-Agent", AGENT)]
    install_opener(opener)
    return gate


def discreet(words: str, proxy: SecretStr | None) -> str:
    """A library's message, shortened, without the address and password of `proxy` in any spelling."""
    if proxy is not None:
        address = proxy.get_secret_value()
        password = urlsplit(address).password or ""
        for secret in (address, address.rstrip("/"), password, unquote(password)):
            words = words.replace(secret, "***") if secret else words
    return without_secrets(words)[:500]


def failure_of(error: Exception) -> Failure | None:
    """The failure for an exception of urllib, else None. The detail names only the host: addresses are signed."""
    if isinstance(error, HTTPError):
        with contextlib.closing(error):
            return Failure(reason=Reason.YOUTUBE_REFUSED, detail=f"HTTP {error.code} from {_host(error.url)}")
    if isinstance(error, URLError):  # before a connection: name, refusal, TLS, proxy
        return Failure(reason=Reason.NETWORK, detail=f"no connection: {error.reason!r}")
    if isinstance(error, TimeoutError):
        return Failure(reason=Reason.STALLED, detail=f"not a byte for {SOCKET_SECONDS:.0f} s")
    if isinstance(error, HTTPException | OSError):
        return Failure(reason=Reason.NETWORK, detail=f"the connection broke: {error!r}")
    return None


def size_behind(url: str) -> int | None:
    """The size of `url` in bytes, from the answer to a request for its first byte; None where it states none.

    Raises `Failed` for a request that the gate refuses; the download reports other errors.
    """
    try:
        with urlopen(Request(url, headers={"Range": "bytes=0-0"})) as answer:  # noqa: S310 - as below
            if answer.status == HTTPStatus.PARTIAL_CONTENT:
                told = answer.headers.get("Content-Range", "").rpartition("/")[2]
            else:
                told = answer.headers.get("Content-Length", "")
    except Failed:
        raise
    except Exception as error:
        if failure_of(error) is None:
            raise
        return None
    return int(told) if _SIZE.fullmatch(told) else None


def download(url: str, target: Path, size: int | None, most: int, on_bytes: Callable[[int], None]) -> None:
    """Downloads `url` into `target`, in ranges: `size` bytes; if None, up to its end, but at most `most`.

    A further range that is empty marks the end. A range that breaks off is continued where it ended, a limited number
    of times. `on_bytes` gets the total so far. Raises `Failed`; `OSError` only from writing.
    """
    end = most + 1 if size is None else size
    step = max(RANGE_BYTES, -(-end // MOST_RANGES))
    done = broken = barren = 0
    pace = Pace()
    with target.open("wb") as file:
        while done < end:
            start, last = done, min(done + step, end) - 1
            cause: Failure | None = None
            try:
                for piece in _range(url, start, last):
                    file.write(piece)
                    done += len(piece)
                    pace.add(len(piece))
                    on_bytes(done)
            except _BrokeOff as error:
                cause = error.failure
            except _NothingThere:
                if size is not None or not done:
                    raise
            if done == last + 1:
                continue
            if size is None and cause is None:
                if done > start:  # perhaps the end
                    continue
                if done:
                    return
            broken += 1
            barren = 0 if done > start else barren + 1
            if barren >= BARREN or broken >= BROKEN:
                raise Failed(
                    cause or Failure(reason=Reason.STALLED, detail=f"the answers end at byte {done} of {size}")
                )
            pace.add(0)
            time.sleep(0.3 * broken)
    if size is None:
        raise failed(Reason.TOO_LARGE, bytes=done, limit_bytes=most)


def fetch_small(url: str, most_bytes: int) -> bytes:
    """The whole of a small answer. Raises `Failed` when it is longer than `most_bytes`, or an error of urllib."""
    content = bytearray()
    with urlopen(Request(url)) as answer:  # noqa: S310 - the gate allows TLS to known hosts alone
        while piece := answer.read1(PIECE):
            content += piece
            if len(content) > most_bytes:
                raise failed(Reason.TOO_LARGE, bytes=len(content), limit_bytes=most_bytes)
    return bytes(content)


class Pace:
    """Ends a download that is slower than SLOWEST over PATIENCE, which no socket time-out ends."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since = clock()
        self._bytes = 0

    def add(self, count: int) -> None:
        """Adds bytes that arrived. Raises `Failed` STALLED."""
        self._bytes += count
        elapsed = self._clock() - self._since
        if elapsed < PATIENCE:
            return
        if self._bytes < SLOWEST * elapsed:
            raise failed(Reason.STALLED, f"{self._bytes} bytes in {elapsed:.0f} s")
        self._since, self._bytes = self._clock(), 0


class _BrokeOff(Failed):
    """A range ended early; another attempt may succeed."""


class _NothingThere(Failed):
    """A range begins at or after the end."""


def _range(url: str, start: int, last: int) -> Iterator[bytes]:
    """The bytes from `start` to `last`, both included, as they arrive; fewer when the answer ends early."""
    length = last - start + 1
    try:
        # As a parameter, as YouTube's own players request ranges.
        with urlopen(Request(f"{url}&range={start}-{last}")) as answer:  # noqa: S310 - as above
            kind = answer.headers.get_content_type()
            if kind.startswith("text/"):
                raise failed(Reason.YOUTUBE_REFUSED, f"{kind} in place of audio from {_host(url)}")
            told = answer.headers.get("Content-Length") or ""
            promised = min(length, int(told)) if _SIZE.fullmatch(told) else 0
            while length and (piece := answer.read1(min(PIECE, length))):
                length -= len(piece)
                promised -= len(piece)
                yield piece
            if promised > 0:
                raise _BrokeOff(Failure(reason=Reason.STALLED, detail=f"an answer ends {promised} bytes early"))
    except Failed:
        raise
    except Exception as error:
        failure = failure_of(error)
        if failure is None:
            raise
        if isinstance(error, HTTPError) and error.code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            raise _NothingThere(failure) from None
        again = not isinstance(error, HTTPError) or error.code in _BUSY
        raise (_BrokeOff if again else Failed)(failure) from None


def _host(url: str | None) -> str:
    return Request(url).host if url else "?"  # noqa: S310 - nothing is opened
