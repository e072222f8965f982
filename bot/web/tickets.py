"""Tickets of people who come from a chat: who they are, and the one song that they may work with.

Browsers send no cookies in the frames of chat programs, so the page carries its ticket: in a header, or in the address
where there can be no header (a stream, a file, a frame). An address alone changes nothing.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from typing import Final

from pydantic import ValidationError

from bot.chats.song_links import Use
from jobs.models import Value

HEADER: Final = "X-Ticket"
FIELD: Final = "ticket"
#: Seconds for which a ticket is good; its page gets another one then.
LASTS: Final = 24 * 3600.0
LONGEST: Final = 2000

#: Addresses that a ticket opens. It opens none that sets a cookie, or leads to other songs.
_READS: Final = re.compile(r"/api/(tasks(/.*)?|events(/.*)?|options|texts|status/.*|download/.*)|/player/[^/]*")
_ACTS: Final = {
    "POST": re.compile(r"/api/tasks/[^/]*/(orders|chat)|/api/mixer"),
    "DELETE": re.compile(r"/api/tasks/[^/]*"),
}


class Ticket(Value):
    """`request_id`: of the song in the chat. `use`: how its link tells the person. `person`: of the chat platform, or
    of all with the link. `chat`: the name under which the page's orders of the song are kept. `number`: of this
    page. `until`: seconds since the epoch.
    """

    request_id: str
    use: Use
    person: str
    chat: str
    number: str
    until: float

    @property
    def is_known(self) -> bool:
        """Whether the platform told who the person is."""
        return self.use == "app"


def written(ticket: Ticket, sign: Callable[[str], str]) -> str:
    body = urlsafe_b64encode(ticket.model_dump_json().encode()).decode().rstrip("=")
    return f"{body}.{sign(body)}"


def read(text: str, is_signed: Callable[[str, str], bool], now: float) -> Ticket | None:
    """None for a ticket that was never given, and for an old one."""
    body, _, signature = text.partition(".")
    if len(text) > LONGEST or not is_signed(body, signature):
        return None
    try:
        ticket = Ticket.model_validate_json(urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (ValueError, ValidationError):
        return None
    return ticket if now < ticket.until else None


def opens(method: str, path: str) -> bool:
    """Whether a ticket is good for an address."""
    allowed = _READS if method in ("GET", "HEAD") else _ACTS.get(method)
    return allowed is not None and allowed.fullmatch(path) is not None
