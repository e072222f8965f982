"""The secret of the web server: it signs task ids and cookies, and gives the token. The same for all its processes."""

import hashlib
import hmac
import re
import secrets
import time
from base64 import urlsafe_b64encode
from typing import Final

from pydantic import SecretStr

from bot.chats.song_links import SongMarks
from bot.web import tickets
from bot.web.tickets import Ticket

#: Bytes of a signature: 144 bits, 24 letters.
SIGNED: Final = 18
_TASK: Final = re.compile(r"([0-9a-f]{16})([A-Za-z0-9_-]{24})")
_COOKIE: Final = re.compile(r"([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{24})")


class Secret:
    """Signs. `token`: what a browser away from this machine has to show; a new one makes all cookies invalid."""

    def __init__(self, secret: str, token: SecretStr | None = None) -> None:
        self._key = secret.encode()
        self.token = token or SecretStr(self._sign("token", ""))

    # --- tasks -------------------------------------------------------------------------------------------------

    def task_of(self, request_id: str) -> str:
        """The id of a request's task, which is the right to download it."""
        return request_id + self._sign("task", request_id)

    def request_of(self, task_id: str) -> str | None:
        """The request of a task; None for an id that was never given out. Asks no queue."""
        read = _TASK.fullmatch(task_id)
        if read is None or not hmac.compare_digest(read[2], self._sign("task", read[1])):
            return None
        return read[1]

    def song_of(self, source: str) -> str:
        """A mark of a song, the same for all its tasks."""
        return self._sign("song", source)[:12]

    @property
    def marks(self) -> SongMarks:
        """The marks of songs in links to the Mixer."""
        return SongMarks(self._key.decode())

    # --- guests ------------------------------------------------------------------------------------------------

    def ticket_text(self, ticket: Ticket) -> str:
        return tickets.written(ticket, lambda body: self._sign("ticket", body))

    def ticket_of(self, given: str) -> Ticket | None:
        """None for a ticket that we did not give, or one that is too old."""

        def is_signed(body: str, signature: str) -> bool:
            return hmac.compare_digest(self._sign("ticket", body).encode(), signature.encode())

        return tickets.read(given, is_signed, time.time())

    # --- browsers ----------------------------------------------------------------------------------------------

    def cookie(self, *, with_token: bool) -> tuple[str, str]:
        """A new browser, and the value of its cookie. `with_token`: it has shown the token."""
        browser = secrets.token_urlsafe(16)
        return browser, f"{browser}.{self._sign(self._browser(with_token), browser)}"

    def browser_of(self, cookie: str, *, with_token: bool) -> str | None:
        """The browser of a cookie; None if we did not make it. `with_token`: only one that has shown the token."""
        read = _COOKIE.fullmatch(cookie)
        if read is None or not hmac.compare_digest(read[2], self._sign(self._browser(with_token), read[1])):
            return None
        return read[1]

    def is_token(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self.token.get_secret_value().encode())

    def _browser(self, with_token: bool) -> str:
        return f"browser {self.token.get_secret_value()}" if with_token else "browser"

    def _sign(self, use: str, text: str) -> str:
        digest = hmac.digest(self._key, f"{use}\n{text}".encode(), hashlib.sha256)
        return urlsafe_b64encode(digest[:SIGNED]).decode()
